/* capture_rules.h - The catalogue's rules as SQL: WHEN branches of one CASE that raise.
 *
 * The same judgement as tq_column_check and tq_table_check_groups; invalid UTF-8 apart, which SQL
 * cannot see and sealing does. */
#ifndef TQ_STORE_CAPTURE_RULES_H
#define TQ_STORE_CAPTURE_RULES_H

#include "tuquan/bytes.h"
#include "tuquan/catalogue.h"

/* "table" or "table.column" as the message's place; column NULL: the row. */
void rules_raise(struct tq_buf *sql, const struct tq_table *table, const struct tq_column *column,
        tq_reason reason);

/* Branches for one column's NEW value. `guard` stands before each condition ("" or "x AND "). */
void rules_column(struct tq_buf *sql, const struct tq_table *table, const struct tq_column *column,
        const char *guard);

/* The branch for a reference, when the first load is complete. Needs the parent's table. */
void rules_reference(struct tq_buf *sql, const struct tq_catalogue *catalogue,
        const struct tq_table *table, const struct tq_column *column, const char *guard);

/* Branches for the group rules of `cell` (0: all). */
void rules_groups(struct tq_buf *sql, const struct tq_table *table, uint32_t cell);

/* The same for what a state needs: where the state changes, and where a cell that it needs does. */
void rules_steps(struct tq_buf *sql, const struct tq_table *table, uint32_t cell);

/* A default as an SQL literal. */
void rules_literal(struct tq_buf *sql, const struct tq_value *value);

#endif

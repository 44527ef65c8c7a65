/* edit.h - Turns "this row should hold these values" into changes of the district: an insert, or
 * one update for each cell that differs.
 *
 * Ownership: changes and what they point to live in the arena.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_EDIT_H
#define TQ_SERVER_EDIT_H

#include "app.h"

struct edit_list {
    struct tq_arena *arena;
    struct tq_change *changes;
    size_t count;
    size_t cap;
    size_t inserted; /* rows */
    size_t updated;  /* rows */
    size_t same;     /* rows */
};

void edit_init(struct edit_list *list, struct tq_arena *arena);

/* `values` has one entry per column, `given` tells which are meant; key columns (and, of a new own
 * row, the owner) must be. A surrogate key that is not given is drawn: a new row. Fails: INVALID
 * (key or owner missing), NOT_FOUND (no such row, and the district makes none in this table), NOMEM. */
TQ_MUST_CHECK tq_status edit_row(struct edit_list *list, struct app *app,
        const struct tq_table *table, const struct tq_value *values, const bool *given,
        struct tq_error *err);

#endif

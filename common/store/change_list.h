/* change_list.h - Changes that the district's program makes, written as rows by column names.
 *
 * Invariant: the first failure stays; later calls do nothing (look once, at the end).
 * Ownership: all in the arena. Values are borrowed: they must live as long as the arena.
 * Threads:   none inside. */
#ifndef TQ_STORE_CHANGE_LIST_H
#define TQ_STORE_CHANGE_LIST_H

#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/change.h"
#include "tuquan/error.h"

struct change_list {
    const struct tq_catalogue *catalogue;
    struct tq_arena *arena;
    int64_t at_ms;
    struct tq_slice author;
    struct tq_change *changes;
    size_t n;
    size_t cap;
    /* The row that is being put together. */
    const struct tq_table *table;
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_value before[TQ_MAX_COLUMNS];
    tq_status status;
    struct tq_error *err; /* may be NULL */
};

void change_list_init(struct change_list *list, const struct tq_catalogue *catalogue,
        struct tq_arena *arena, int64_t at_ms, struct tq_slice author, struct tq_error *err);

/* Start a row of `table`; all columns at their defaults. */
void change_list_row(struct change_list *list, const char *table);
void change_list_set(struct change_list *list, const char *column, struct tq_value value);
void change_list_int(struct change_list *list, const char *column, int64_t value);
void change_list_text(struct change_list *list, const char *column, struct tq_slice text);
void change_list_str(struct change_list *list, const char *column, const char *text);

/* The value that the row has in the file, for change_list_update. */
void change_list_before(struct change_list *list, const char *column, struct tq_value value);

/* Close the row as an insert. */
void change_list_insert(struct change_list *list);

/* Close the row as an update of the cell of `column`: key, owner, all columns of the cell and their
 * values before must be set. Adds nothing when the cell stays as it is. */
void change_list_update(struct change_list *list, const char *column);

/* A value whose bytes live in the arena; NULL bytes stay NULL. */
struct tq_value change_list_keep(struct change_list *list, struct tq_value value);

/* The bytes of a buffer, which is emptied; a buffer that failed is NOMEM of the list. */
struct tq_slice change_list_keep_buf(struct change_list *list, struct tq_buf *buf);

#endif

/* office_answers.h - What was answered in the inbox of this machine and is no decision of a conflict:
 * what stood before, what was written, by whom and when, so that it can be taken back.
 *
 * Ownership: lists and texts live in the arena.
 * Threads:   the thread that owns the database handle. */
#ifndef TQ_OFFICE_ANSWERS_H
#define TQ_OFFICE_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

struct tq_answer {
    int64_t id;
    struct tq_slice item; /* what people call the item by: its key in hex, or "r12" */
    struct tq_slice kind; /* "returned", "held", "correction", "refused", "conflict" */
    struct tq_slice what; /* "keep", "take", "edit" */
    const struct tq_table *table;
    struct tq_slice key;
    struct tq_slice before; /* "number=quoted," repeated: what stood */
    struct tq_slice after;  /* what was written; of keep: what was not taken */
    int64_t refused;        /* the refused change that it answered; 0: none */
    struct tq_slice author;
    int64_t at_ms;
};

TQ_BEGIN_DECLS

/* Note one, inside the transaction of the change itself; `id` is not read. */
TQ_MUST_CHECK tq_status tq_office_answer_put(
        struct tq_db *db, const struct tq_answer *answer, struct tq_error *err);

/* Those not taken back, of each item the newest, newest first, at most `limit`. `item` NULL: of all;
 * else of the one of that name, or whose name begins with it (8 letters or more). Those of tables
 * that this build does not know are left out. */
TQ_MUST_CHECK tq_status tq_office_answers(struct tq_db *db, const char *item, size_t limit,
        struct tq_arena *arena, struct tq_answer **out, size_t *n, struct tq_error *err);

/* It was taken back, inside the transaction that wrote the old values: it is listed no more, and the
 * refused change that it answered waits again. What that transaction wrote is no answer to it. */
TQ_MUST_CHECK tq_status tq_office_answer_undo(
        struct tq_db *db, const struct tq_answer *answer, struct tq_error *err);

TQ_END_DECLS
#endif

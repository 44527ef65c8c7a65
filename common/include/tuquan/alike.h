/* alike.h - Rows that are possibly the same thing, written down twice: equal labels, or the same
 * facts from two devices (sync.md section 2). A person decides: one of the two is voided by who wrote
 * it, or the pair is kept as two things.
 *
 * A surrogate key never tells, and labels are not unique: two PCs may log one incident, a copied
 * file may count on from the same number. Nothing is joined or left out by itself.
 * Ownership: results lie in the caller's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_ALIKE_H
#define TQ_ALIKE_H

#include "tuquan/arena.h"
#include "tuquan/database.h"

typedef enum tq_alike_reason {
    TQ_ALIKE_LABEL = 1, /* the same label */
    TQ_ALIKE_FACTS = 2, /* the same day, place and kind, from two devices */
} tq_alike_reason;

struct tq_alike {
    const struct tq_table *table;
    struct tq_slice unit;
    struct tq_slice keys[2];   /* in ascending order */
    struct tq_slice labels[2]; /* may be empty */
    tq_alike_reason reason;    /* LABEL when both hold */
};

#define TQ_ALIKE_ID_SIZE 13u

TQ_BEGIN_DECLS

/* What a person types to name the pair: 12 hex digits that follow from table and keys. */
void tq_alike_id(const struct tq_alike *pair, char out[TQ_ALIKE_ID_SIZE]);

/* Pairs of rows that are not voided and not kept apart, of one unit (empty: all), by unit, table and
 * label; at most `limit`, *total says how many there are. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_alike_list(struct tq_db *db, struct tq_slice unit, size_t limit,
        struct tq_arena *arena, struct tq_alike **out, size_t *n, size_t *total,
        struct tq_error *err);

/* The pair of such an id, of one unit (empty: all), however many there are. Fails: NOT_FOUND, NOMEM,
 * the database's. */
TQ_MUST_CHECK tq_status tq_alike_find(struct tq_db *db, struct tq_slice unit, const char *id,
        struct tq_arena *arena, struct tq_alike *out, struct tq_error *err);

/* The two are two things: listed no more in this file. Saying it twice changes nothing. */
TQ_MUST_CHECK tq_status tq_alike_keep(struct tq_db *db, const struct tq_alike *pair,
        struct tq_slice author, struct tq_slice why, int64_t now_ms, struct tq_error *err);

TQ_END_DECLS
#endif

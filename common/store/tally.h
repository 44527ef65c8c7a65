/* tally.h - The store's side of tuquan/tally.h: find what was counted, keep what is.
 *
 *   rc = tally_begin(db, err);                          one snapshot for states and rows
 *   rc = tally_state(db, needs, n, unit, &state, err);  before the rows are read
 *   tally_key_begin(...), tq_hash_add..., tally_key_end(...)
 *   if (!tally_find(db, &key, &state, &value)) { count; tally_put(db, &key, &state, &value); }
 *   tally_end(db);
 *
 * Ownership: nothing is handed over. Threads: that of the database. */
#ifndef TQ_STORE_TALLY_H
#define TQ_STORE_TALLY_H

#include "tuquan/arena.h"
#include "tuquan/hash.h"
#include "tuquan/tally.h"

/* A table that is read: the rows of one unit, by its owner column, or those of all. */
struct tally_need {
    const char *table;
    bool all;
};

struct tally_state {
    uint8_t sum[TQ_DIGEST_BYTES];
};

struct tally_key {
    uint8_t sum[TQ_DIGEST_BYTES];
};

struct tally_value {
    int64_t n;
    bool marked; /* of the counter's own meaning */
};

bool tally_is_on(const struct tq_db *db);

/* A savepoint: within the transaction that is open, or one of its own. Harmless to end at any time. */
TQ_MUST_CHECK tq_status tally_begin(struct tq_db *db, struct tq_error *err);
void tally_end(struct tq_db *db);

/* Of the rows of these tables as they stand. */
TQ_MUST_CHECK tq_status tally_state(struct tq_db *db, const struct tally_need *needs, size_t n,
        struct tq_slice unit, struct tally_state *out, struct tq_error *err);

/* All that decides the count but the rows goes between the two. */
void tally_key_begin(struct tq_hasher *hasher, const char *what, struct tq_slice unit);
void tally_key_end(struct tq_hasher *hasher, struct tally_key *out);

bool tally_find(struct tq_db *db, const struct tally_key *key, const struct tally_state *state,
        struct tally_value *out);

/* Short of memory it is not kept. */
void tally_put(struct tq_db *db, const struct tally_key *key, const struct tally_state *state,
        const struct tally_value *value);

/* Before rows are read afresh for counts that are kept. Fails: INTERRUPTED (tq_tally_budget). */
TQ_MUST_CHECK tq_status tally_spend(struct tq_db *db, struct tq_error *err);

/* Whose rows a district's file has, ascending. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tally_owners(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice **out, size_t *n, struct tq_error *err);

/* By tq_db_close; NULL is fine. */
struct tally;
void tally_free(struct tally *tally);

#endif

/* ranking_store_internal.h - What publishing and reading of rankings share.
 *
 * Ownership: all in the arena. Threads: that of the database. */
#ifndef TQ_STORE_RANKING_STORE_INTERNAL_H
#define TQ_STORE_RANKING_STORE_INTERNAL_H

#include "store/change_list.h"
#include "tuquan/facts.h"
#include "tuquan/ranking_store.h"

/* Facts first; columns below are key and void. */
#define RANKING_FIRST_FACT 8u
#define RANKING_ROWS_DOMAIN "tuquan ranking rows 1" /* of the hash of a version's rows */

/* Add one row of `ranking_row` to the hash of all: its unit and its facts in catalogue order.
 * False when memory is short. */
bool ranking_hash_row(
        struct tq_hasher *hasher, const struct tq_table *table, const struct tq_value *values);

/* Key and facts of a row of `ranking` but for its state, which a later version changes, its signature
 * and the hash of the rows. False when memory is short. */
bool ranking_hash_head(uint8_t *out, const struct tq_table *table, const struct tq_value *values);

/* What the signature is over. */
void ranking_signed_hash(uint8_t *out, const uint8_t *head_hash, const uint8_t *rows_hash);

/* A published or provisional ranking as rows that are compared. */
tq_status ranking_published_of_view(struct tq_arena *arena, const struct tq_ranking_view *view,
        struct tq_published **out, struct tq_error *err);

#endif

/* attacker_chain.h - Change sets made by hand, as the next of a device's chain: what attacker_sets.c
 * spoils, and attacker_honest.c sends as they are.
 *
 * Ownership: chain_new/chain_free; a set's payload lives until the next one is sealed. */
#ifndef TQ_TESTS_ATTACKER_CHAIN_H
#define TQ_TESTS_ATTACKER_CHAIN_H

#include "attacker.h"

#define MOST 1000u /* changes of a set */

struct chain {
    struct enemy *e;
    const char *day; /* of what is added */
    struct tq_chain_point head;
    uint64_t log_id;
    struct tq_change changes[MOST];
    uint32_t columns[MOST][4];
    struct tq_value after[MOST][4];
    struct tq_value before[MOST][4];
    uint8_t keys[MOST][16];
    size_t nchanges;
    struct tq_buf payload; /* of the last set */
};

struct chain *chain_new(struct enemy *e);
void chain_free(struct chain *c);

/* One change more in the set to come, and a value of it. */
struct tq_change *chain_change(
        struct chain *c, const char *table, uint32_t cell, const char *owner);
void chain_put(struct chain *c, const char *table, const char *column, struct tq_value value);

/* A new activity of that unit. */
void chain_activity(struct chain *c, const char *unit, const char *village, int64_t participants);

/* What was added, as the next set of the chain; `seal_frame`: hash and signature made anew. */
struct tq_set chain_seal(struct chain *c);
void chain_seal_frame(struct chain *c, struct tq_set *set);
void chain_send(struct chain *c, const struct tq_set *set);

/* A Hello and its Welcome: the chain goes on where the district's ends. */
void chain_open(struct chain *c);

#endif

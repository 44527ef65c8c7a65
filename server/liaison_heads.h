/* liaison_heads.h - The ledgers of two districts vouch for each other: each tells the head of its own
 * with a signature, and countersigns that of the neighbour; what was countersigned is kept, so that
 * neither can rewrite its history unseen (docs/liaison.md).
 *
 * A head of the neighbour's is countersigned until the neighbour says that it has the countersignature;
 * only then comes the next one: what it would like to forget comes back to it.
 * Ownership: the caller's.
 * Threads:   one at a time on a link. */
#ifndef TQ_SERVER_LIAISON_HEADS_H
#define TQ_SERVER_LIAISON_HEADS_H

#include "liaison_round.h"
#include "tuquan/head_store.h"

/* With the mailbox that the neighbour reads: what it said goes into our file; what we say next stands
 * in r->heads. Before both are joined, nothing. What does not fit is in the journal, and no failure. */
TQ_MUST_CHECK tq_status heads_exchange(struct round *r, struct box *box, struct tq_error *err);

struct heads_report {
    uint64_t countersigned; /* heads of ours that a neighbour countersigned, and that hold */
    uint64_t former;        /* held, too, but to a mailbox of ours that is not here any more */
    uint64_t excused;       /* gone with a restore, as somebody said: the last to say so */
    struct tq_head_excuse excuse;
    bool contradicted; /* one does not fit: the first of them */
    uint64_t seq;
    struct tq_slice link;
    int64_t at_ms;
};

/* Every countersignature against the ledger as it stands. */
TQ_MUST_CHECK tq_status heads_verify(
        struct app *app, struct heads_report *out, struct tq_error *err);

/* Say of every head that does not fit that a restore lost it. *count: how many, newly. Fails: HEAD_GONE
 * (one that no restore in the trail could have lost; nothing is written), as the store does. */
TQ_MUST_CHECK tq_status heads_excuse(
        struct app *app, struct tq_slice why, uint64_t *count, struct tq_error *err);

/* The heads of the neighbour's that we countersigned, the last ones, for `liaison show`. */
TQ_MUST_CHECK tq_status heads_show(
        struct app *app, struct cli *cli, int64_t link, struct tq_error *err);

/* Has the neighbour told, lately or last, a head that does not go with what it told before? */
TQ_MUST_CHECK tq_status heads_went_back(
        struct app *app, int64_t link, bool *out, struct tq_error *err);

#endif

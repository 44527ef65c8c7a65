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

/* With the mailbox that the neighbour reads: what it said goes into our file; what we say next stands
 * in r->heads. Before both are joined, nothing. What does not fit is in the journal, and no failure. */
TQ_MUST_CHECK tq_status heads_exchange(struct round *r, struct box *box, struct tq_error *err);

struct heads_report {
    uint64_t countersigned; /* heads of ours that a neighbour countersigned, and that hold */
    uint64_t former;        /* held, too, but to a mailbox of ours that is not here any more */
    bool contradicted;      /* one does not fit: the first of them */
    uint64_t seq;
    struct tq_slice link;
    int64_t at_ms;
};

/* Every countersignature against the ledger as it stands. */
TQ_MUST_CHECK tq_status heads_verify(
        struct app *app, struct heads_report *out, struct tq_error *err);

#endif

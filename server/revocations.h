/* revocations.h - The keys that were revoked, in a file beside the district's own: a district that is
 * restored to before a revocation, or begins again without its data, does not let them in again.
 *
 * The file is a copy and may lag; it is never a reason not to start. Public: it holds no secret.
 * Ownership: nothing is kept.
 * Threads:   the one of the store. */
#ifndef TQ_SERVER_REVOCATIONS_H
#define TQ_SERVER_REVOCATIONS_H

#include "app.h"

/* Revoke again what the file has and the store has not, say so, and write the file. */
TQ_MUST_CHECK tq_status revocations_apply(struct app *app, struct cli *cli, struct tq_error *err);

/* Write the file as the store has it. Fails: IO, DISK_FULL. */
TQ_MUST_CHECK tq_status revocations_save(struct app *app, struct cli *cli, struct tq_error *err);

#endif

/* restore.h - A copy becomes the office's file; the present one is kept beside it. */
#ifndef TQ_CLIENT_RESTORE_H
#define TQ_CLIENT_RESTORE_H

#include "cli/cli.h"

/* The caller holds the agent's lock, and nothing has the file open. Prints what was done and puts it
 * into the result (`kept`: where the present file is now). On failure the present file is in its place
 * as it was. Fails: NOT_FOUND, WRONG_FILE (no office's, or another one's), CORRUPT, BUSY, DISK_FULL,
 * IO, NOMEM. */
TQ_MUST_CHECK tq_status restore_copy(struct cli *cli, const char *file, struct tq_error *err);

#endif

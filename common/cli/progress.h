/* progress.h - How far long work has come: a bar on a terminal, plain lines elsewhere, nothing
 * under --json or --quiet. Writes to standard error.
 *
 * Ownership: the caller's struct; the label is borrowed until cli_progress_end.
 * Threads:   the main thread. */
#ifndef TQ_CLI_PROGRESS_H
#define TQ_CLI_PROGRESS_H

#include "cli/cli.h"

struct cli_progress {
    const struct cli *cli;
    const char *label;
    uint64_t total; /* 0: not known */
    unsigned shown; /* percent last shown */
    bool bar;
    bool silent;
};

/* Begin with a bar of `total` steps; tell how many are done. */
void cli_progress_begin(
        struct cli_progress *progress, const struct cli *cli, const char *label, uint64_t total);
void cli_progress_update(struct cli_progress *progress, uint64_t done);

/* Close the bar; `result` (may be NULL) stands behind the label. */
void cli_progress_end(struct cli_progress *progress, const char *result);

#endif

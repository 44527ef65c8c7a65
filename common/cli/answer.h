/* answer.h - The end of every command: its result, or the one sentence why not, also where there is no
 * memory left to make JSON of it.
 *
 * jansson drops what it has no memory for: whatever was lost so is found out here, and the answer then
 * is a failure, never a shorter result.
 * Ownership: borrows all.
 * Threads:   cli_answer_json that of its command; the rest the main thread only. */
#ifndef TQ_CLI_ANSWER_H
#define TQ_CLI_ANSWER_H

#include "cli/cli.h"

/* Before the first use of jansson. */
void cli_answer_begin(struct cli *cli);

/* The same for a command that another part of the program runs (a page): "ok", and "error" where it
 * failed, in cli->result, which stays. False: memory was short, something is missing. */
bool cli_answer_json(struct cli *cli, tq_status rc, struct tq_error *err);

/* Print what is left to print; returns the exit code. Frees cli->result. */
int cli_answer(struct cli *cli, tq_status rc, struct tq_error *err);

#endif

/* conflict.h - Two values of one cell that the district writes: another value, an answer taken back,
 * what it does to the score, what was answered lately.
 *
 * Every answer is an ordinary set of the district's, so the ledger itself remembers what an answer
 * wrote over, and who gave it: nothing is noted beside it.
 * Ownership: what is found lives in the app's arena. Threads: the main thread. */
#ifndef TQ_SERVER_CONFLICT_H
#define TQ_SERVER_CONFLICT_H

#include "app.h"
#include "edit.h"
#include "entries.h"

/* Does the district write this cell? Fails: NEEDS_PERSON (the commune does, and decides). */
TQ_MUST_CHECK tq_status conflict_check_ours(struct app *app, const struct cli *cli,
        const struct tq_open_entry *entry, struct tq_error *err);

/* The change of the row (NULL: none) and the edits, in one set. */
TQ_MUST_CHECK tq_status conflict_write(struct app *app, const struct tq_change *change,
        const struct edit_list *edits, struct tq_error *err);

/* Another value ("COLUMN=VALUE") into the cell that an open conflict is about: it has seen both, so it
 * closes it. Fails: NOT_FOUND, NEEDS_PERSON, USAGE (a column of another cell); as edit_value. */
TQ_MUST_CHECK tq_status conflict_edit(struct app *app, struct cli *cli, const char *id,
        const char *const *args, size_t nargs, struct tq_error *err);

/* Take an answer of the district's back: what stood before it, and the decision. Fails: STALE (nothing
 * was answered, or the value moved on: told with what stands), NEEDS_PERSON (the commune answered). */
TQ_MUST_CHECK tq_status conflict_undo(
        struct app *app, struct cli *cli, const char *id, struct tq_error *err);

/* One open conflict with what the other value does to the score of its commune. The app is open to
 * write: the other value is tried in a transaction that is rolled back. */
TQ_MUST_CHECK tq_status conflict_show(
        struct app *app, struct cli *cli, const char *id, struct tq_error *err);

/* What the district answered lately, of one commune or (NULL) of all, the newest first. */
TQ_MUST_CHECK tq_status conflict_decided(
        struct app *app, struct cli *cli, const char *unit, struct tq_error *err);

/* The answer that closed a conflict. */
struct conflict_answer {
    const char *what; /* "keep", "take_other", "edit" */
    struct tq_slice author;
    int64_t at_ms;
};

/* *given false: no answer of the district's that still stands. */
TQ_MUST_CHECK tq_status conflict_answer(struct app *app, const struct tq_open_entry *entry,
        struct conflict_answer *out, bool *given, struct tq_error *err);

#endif

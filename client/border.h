/* border.h - Rows shared with a neighbour that no agreement in force lets cross: marked where they are
 * shown, and refused where a clerk would send or answer one.
 *
 * Ownership: what is loaded lives in the app's arena.
 * Threads:   that of the command. */
#ifndef TQ_CLIENT_BORDER_H
#define TQ_CLIENT_BORDER_H

#include "app.h"
#include "tuquan/border_cover.h"

struct border {
    bool is; /* the table crosses at all */
    struct tq_covers covers;
};

/* For the rows of a table. */
TQ_MUST_CHECK tq_status border_load(
        struct app *app, const struct tq_table *table, struct border *out, struct tq_error *err);

/* Is the row stopped, and why. */
bool border_stops(const struct border *border, const struct tq_table *table,
        const struct tq_value *values, struct tq_cover *out);

/* For programs: border_json of cli/border_words.h. */
json_t *border_mark(const struct app *app, const struct border *border,
        const struct tq_table *table, const struct tq_value *values);

/* Behind the state of a row, for people; nothing when it is not stopped. Appends. */
void border_append(const struct app *app, const struct border *border, const struct tq_table *table,
        const struct tq_value *values, struct tq_buf *out);

/* Would this send, acknowledge or answer what cannot cross? `key` NULL: a new row. Fails:
 * LIAISON_ENDED, LIAISON_OUTSIDE, with why; nothing was written. */
TQ_MUST_CHECK tq_status border_may(struct app *app, const struct tq_draft *draft,
        const struct tq_slice *key, struct tq_error *err);

/* Rows of this office that were sent and have no way to the neighbour: each to `fn`, `*count` in
 * all. */
typedef tq_status (*border_fn)(void *ctx, const struct tq_table *table, const struct tq_record *row,
        const struct tq_cover *cover, struct tq_error *err);
TQ_MUST_CHECK tq_status border_stopped(
        struct app *app, border_fn fn, void *ctx, size_t *count, struct tq_error *err);

#endif

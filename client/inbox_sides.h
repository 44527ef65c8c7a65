/* inbox_sides.h - Both sides of an item of the inbox: what stands, what was not taken, each with who
 * wrote it, on which device and when; and what the one in place of the other does to the score.
 *
 * Ownership: texts live in the app's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_INBOX_SIDES_H
#define TQ_CLIENT_INBOX_SIDES_H

#include "inbox.h"

/* " (who, device, when)"; `at_ms` 0: not known. */
TQ_MUST_CHECK tq_status inbox_append_writer(struct app *app, struct tq_slice author, int64_t device,
        int64_t at_ms, struct tq_buf *out, struct tq_error *err);

/* "Column = value (who, device, when)" of `values` ("number=quoted," repeated), by whom the row's own
 * story here has them; without the brackets where it does not say. */
TQ_MUST_CHECK tq_status inbox_say(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice values, struct tq_slice *out, struct tq_error *err);

/* The same of what the row holds here in the columns of `like`. */
TQ_MUST_CHECK tq_status inbox_standing(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice like, struct tq_slice *out, struct tq_error *err);

/* Was it this machine that wrote `values` (all in one change) into the row? */
TQ_MUST_CHECK tq_status inbox_wrote_here(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice values, bool *here, struct tq_error *err);

/* The same of the whole row as it is here, and who wrote to it last. */
TQ_MUST_CHECK tq_status inbox_row_here(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice *out, struct tq_error *err);

/* Is anything in the row another value than before what was changed here and not sealed yet? What was
 * put back is not. */
TQ_MUST_CHECK tq_status inbox_is_changed(struct app *app, const struct tq_table *table,
        struct tq_slice key, bool *out, struct tq_error *err);

/* Has the district no such row, as far as this machine knows? */
TQ_MUST_CHECK tq_status inbox_is_unknown(struct app *app, const struct tq_table *table,
        struct tq_slice key, bool *out, struct tq_error *err);

/* Sides and effect of each kind of item. `here`: the row is in this file;
 * `now`: kept from one item to the next. */
TQ_MUST_CHECK tq_status inbox_fill_returned(struct app *app, struct inbox_points *now,
        const struct tq_waiting *row, struct inbox_item *item, struct tq_error *err);
TQ_MUST_CHECK tq_status inbox_fill_refused(struct app *app, struct inbox_points *now,
        const struct tq_refused_cell *cell, struct inbox_item *item, struct tq_error *err);
TQ_MUST_CHECK tq_status inbox_fill_held(struct app *app, struct inbox_points *now,
        const struct tq_table *table, const struct tq_record *record, bool here,
        struct inbox_item *item, struct tq_error *err);
TQ_MUST_CHECK tq_status inbox_fill_request(struct app *app, struct inbox_points *now,
        const struct tq_table *table, const struct tq_record *record, bool asked,
        struct inbox_item *item, struct tq_error *err);

#endif

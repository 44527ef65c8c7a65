/* effect.h - What a row has to do with the score: the period that it counts in, and the points of a
 * unit in it. Asked twice, with the one value in the row and with the other (in a transaction that is
 * rolled back), it says what a decision does to the score.
 *
 * Ownership: what is found meanwhile lives in the arena. Threads: that of the database. */
#ifndef TQ_EFFECT_H
#define TQ_EFFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/catalogue.h"
#include "tuquan/database.h"
#include "tuquan/error.h"
#include "tuquan/value.h"

TQ_BEGIN_DECLS

/* The key of the period that a row counts in: its own, or the quarter of its first date. False: it
 * counts in none. `values` has one entry per column. */
bool tq_effect_period(
        const struct tq_table *table, const struct tq_value *values, char out[TQ_PERIOD_TEXT]);

/* The final points of a unit in a period by the sheet of that period, as the file stands within the
 * open transaction. `now_ms` as for tq_facts_unit. Fails: NOT_COMPLETE (no sheet is published),
 * NOT_FOUND (no such period). */
TQ_MUST_CHECK tq_status tq_effect_points(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice period, struct tq_slice unit, int64_t now_ms, int64_t *final_c,
        struct tq_error *err);

TQ_END_DECLS
#endif

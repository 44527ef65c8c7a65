/* units_change.h - Units renamed, merged and split: by a day and a resolution, history kept.
 *
 * Invariant: a unit is a code and a day, and neither changes. What ends stays with its last day; what
 *            goes on is a new unit with a row of unit_successor from the old one. So figures of earlier
 *            periods stay those of the units that were there.
 * Ownership: texts are borrowed for the call; the key that is given lives in the app's arena.
 * Threads:   the app's. */
#ifndef TQ_SERVER_UNITS_CHANGE_H
#define TQ_SERVER_UNITS_CHANGE_H

#include "app.h"

/* Into which unit, from which day, by which resolution. `name` NULL: into a unit that is there. */
struct units_target {
    const char *into; /* a unit, or the code of a new one */
    const char *name; /* of the new one */
    const char *full_name;
    const char *on; /* a day as people write it */
    const char *resolution;
};

/* Other names for the same commune or village; NULL stays. Fails: NOT_FOUND; as app_write. */
TQ_MUST_CHECK tq_status units_rename(struct app *app, const char *unit, const char *name,
        const char *full_name, struct tq_slice *key, struct tq_error *err);

/* A new village of a commune: its code (`into`), name and first day. Fails: NOT_FOUND, USAGE,
 * INVALID (the day), EXISTS (a village of this code has not ended); as app_write. */
TQ_MUST_CHECK tq_status units_add(struct app *app, const char *commune,
        const struct units_target *target, struct tq_slice *key, struct tq_error *err);

/* `n` units become one: each ends the day before, its villages go on under the new one. Fails:
 * NOT_FOUND, INVALID (the day, the code; a unit with itself), EXISTS; as app_write. */
TQ_MUST_CHECK tq_status units_merge(struct app *app, const char *const *units, size_t n,
        const struct units_target *target, struct tq_slice *key, struct tq_error *err);

/* Villages (keys or codes, parted by commas) leave a unit for another, which may be new; without
 * any village left the unit ends. Fails the same; NOT_FOUND too for a village that is not its own. */
TQ_MUST_CHECK tq_status units_split(struct app *app, const char *unit, const char *villages,
        const struct units_target *target, struct tq_slice *key, struct tq_error *err);

#endif

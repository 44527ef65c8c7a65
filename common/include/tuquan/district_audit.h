/* district_audit.h - The audit trail: who did what at the district, read back, and written together
 * with what was done (by itself: tq_devices_audit).
 *
 * Ownership: results live in the arena that was given.
 * Threads:   those of the store. */
#ifndef TQ_DISTRICT_AUDIT_H
#define TQ_DISTRICT_AUDIT_H

#include "tuquan/district_store.h"

struct tq_audit_entry {
    int64_t at_ms;
    struct tq_slice who;
    struct tq_slice what;
    struct tq_slice about;
    struct tq_slice detail;
    int64_t id; /* rises; set where it was read */
};

TQ_BEGIN_DECLS

/* The last `limit` entries, the newest first, before the one of id `before` (0: of all), those with the
 * code `what` (empty: any). Fails: NOMEM, IO. */
TQ_MUST_CHECK tq_status tq_audit_list(struct tq_district_store *store, int64_t before,
        struct tq_slice what, size_t limit, struct tq_arena *arena, struct tq_audit_entry **out,
        size_t *count, struct tq_error *err);

/* Does every line of the trail, and of the liaison journal, stand where it was written, as it was
 * written? `what` is "" when it does; otherwise where the first damage is (English facts, cut to
 * `size`). Fails: NOMEM, IO, CORRUPT. */
TQ_MUST_CHECK tq_status tq_audit_verify(
        struct tq_district_store *store, char *what, size_t size, struct tq_error *err);

/* This line goes with the next transaction of the store that writes and commits: both are there, or
 * neither. Borrowed until then, or until it is called again; NULL: no line waits. */
void tq_audit_with_next(struct tq_district_store *store, const struct tq_audit_entry *entry);

/* Does a line still wait? */
bool tq_audit_waits(const struct tq_district_store *store);

TQ_END_DECLS
#endif

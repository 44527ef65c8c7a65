/* district_audit.h - The audit trail read back: who did what at the district (written by
 * tq_devices_audit).
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
};

TQ_BEGIN_DECLS

/* The last `limit` entries, the newest first. Fails: NOMEM, IO. */
TQ_MUST_CHECK tq_status tq_audit_list(struct tq_district_store *store, size_t limit,
        struct tq_arena *arena, struct tq_audit_entry **out, size_t *count, struct tq_error *err);

TQ_END_DECLS
#endif

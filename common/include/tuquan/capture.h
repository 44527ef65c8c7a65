/* capture.h - The triggers that write the change log at an office (sync.md section 3).
 *
 * Generated from the catalogue, in plain SQL that any SQLite tool can run: whoever writes is either
 * captured, in the same transaction and with the true old value, or refused with a sentence that
 * names the rule ("[R09] incident.area: ...") and the next step.
 *   insert  refused when the row exists (so REPLACE and UPSERT never take a row away), when a rule
 *           of the catalogue is broken; else one log row (cell 0) and one pending row
 *   update  per cell, only when it differs: rules, then one log row and one pending row
 *   delete, a change of key or owner, another party's column: refused
 * Nothing happens while tq_flag.applying is set. No statement in a trigger rests on its own OR
 * clause: the outer statement's takes its place.
 * Ownership: the catalogue is borrowed for the call.
 * Threads:   any; no state. */
#ifndef TQ_CAPTURE_H
#define TQ_CAPTURE_H

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/catalogue.h"
#include "tuquan/error.h"
#include "tuquan/hash.h"

/* Called with each trigger; both texts live until the call returns. */
typedef tq_status (*tq_capture_visit_fn)(
        void *ctx, const char *name, const char *sql, struct tq_error *err);

/* The triggers of a catalogue, whatever their order: how many, and the sum of their texts' hashes. */
struct tq_capture_sum {
    uint64_t count;
    uint8_t sum[TQ_DIGEST_BYTES];
};

TQ_BEGIN_DECLS

/* Every trigger of an office file, always in the same order and words. Fails: NOMEM and what
 * `visit` returns. */
TQ_MUST_CHECK tq_status tq_capture_triggers(const struct tq_catalogue *catalogue,
        tq_capture_visit_fn visit, void *ctx, struct tq_error *err);

/* What they add up to: for who opens many files under one catalogue, which is told to tq_db_open.
 * Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_capture_add_up(
        const struct tq_catalogue *catalogue, struct tq_capture_sum *out, struct tq_error *err);

TQ_END_DECLS
#endif

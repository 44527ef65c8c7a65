/* province_report.h - The district's own report of a period to the province, as people wrote it. Signed
 * once, it never changes.
 *
 * Ownership: what is found lives in the arena. Threads: that of the store. */
#ifndef TQ_PROVINCE_REPORT_H
#define TQ_PROVINCE_REPORT_H

#include "tuquan/arena.h"
#include "tuquan/district_store.h"

typedef enum tq_province_field {
    TQ_PROVINCE_DOCUMENT,
    TQ_PROVINCE_SITUATION,
    TQ_PROVINCE_RESULTS,
    TQ_PROVINCE_ASSESSMENT,
    TQ_PROVINCE_PROPOSALS,
    TQ_PROVINCE_FIELDS,
} tq_province_field;

struct tq_province_report {
    struct tq_slice fields[TQ_PROVINCE_FIELDS]; /* NULL data: nothing was written */
    struct tq_slice made_by;
    int64_t made_at_ms; /* 0: nobody has written it yet */
    struct tq_slice signed_by;
    int64_t signed_at_ms; /* 0: not signed */
};

TQ_BEGIN_DECLS

/* Nobody has written it: empty, no failure. */
TQ_MUST_CHECK tq_status tq_province_report_get(struct tq_district_store *store,
        struct tq_arena *arena, struct tq_slice period, struct tq_province_report *out,
        struct tq_error *err);

/* Write all fields, by whom and when. Fails: LOCKED (it is signed). */
TQ_MUST_CHECK tq_status tq_province_report_put(struct tq_district_store *store,
        struct tq_slice period, const struct tq_province_report *report, struct tq_error *err);

/* Sign `report`, as signed_by and signed_at_ms say: its fields are kept as they are in it, also those
 * that nobody wrote, and the bytes of its workbook. Fails: LOCKED (it is signed, nothing is written,
 * or not at made_at_ms). */
TQ_MUST_CHECK tq_status tq_province_report_sign(struct tq_district_store *store,
        struct tq_slice period, const struct tq_province_report *report, struct tq_slice paper,
        struct tq_error *err);

/* The workbook as it was signed; empty: not signed, or signed before workbooks were kept. */
TQ_MUST_CHECK tq_status tq_province_report_paper(struct tq_district_store *store,
        struct tq_arena *arena, struct tq_slice period, struct tq_slice *out, struct tq_error *err);

TQ_END_DECLS
#endif

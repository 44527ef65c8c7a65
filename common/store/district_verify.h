/* district_verify.h - Shared by district_verify.c (the chain), district_verify_rows.c,
 * district_verify_devices.c and district_verify_kept.c. */
#ifndef TQ_STORE_DISTRICT_VERIFY_H
#define TQ_STORE_DISTRICT_VERIFY_H

#include "store/district_internal.h"
#include "tuquan/district_reports.h"

/* One sequence and what it is about, as little as is needed to find it again. */
struct seen_entry {
    uint64_t seq;
    uint64_t row;  /* hash of table and key */
    uint64_t what; /* hash of the owner, or a cell */
};

struct seen_list {
    struct seen_entry *list;
    size_t count;
    size_t room;
};

struct verifying {
    struct tq_district_store *store;
    const struct tq_codec_ops *codec;
    tq_verify_fn verify;
    struct tq_district_state state;
    struct tq_arena *arena; /* of one set, receipt or page of rows */
    struct tq_verify_report *report;
    struct tq_error *err;
    struct seen_list changes; /* every change of every set: what = its cell */
};

/* False: no memory. */
bool verify_note(
        struct seen_list *seen, uint64_t seq, uint32_t table, struct tq_slice key, uint64_t what);

/* Note the first damage, in phrases and values. Returns OK: the walk goes on until the caller looks at
 * report->damaged. */
tq_status verify_damage(struct verifying *v, const char *fmt, ...) TQ_PRINTF(2, 3);

/* A read that failed for the bytes in the file is damage, anything else a failure. */
tq_status verify_read(struct verifying *v, tq_status rc, tq_phrase_id what);

/* Every row against index and digests. */
tq_status verify_rows(struct verifying *v);

/* What a statement finds that should not be: its first column, behind what that is (NULL: it says so
 * itself), and the fault. */
tq_status verify_none(
        struct verifying *v, enum district_sql sql, const char *of, tq_phrase_id fault);

/* Who was admitted, and as what. */
tq_status verify_devices(struct verifying *v);

/* What stands beside the ledger. */
tq_status verify_kept(struct verifying *v);

#endif

#include "tuquan/district_audit.h"

#include "store/district_internal.h"

static tq_status read_entry(const struct district_bind *q, struct tq_arena *arena,
        struct tq_audit_entry *out, struct tq_error *err)
{
    struct tq_slice *const texts[] = { &out->who, &out->what, &out->about, &out->detail };
    tq_status rc = TQ_OK;

    out->id = column_int(q, 0);
    out->at_ms = column_int(q, 1);
    for (int i = 0; rc == TQ_OK && i < 4; i++)
        rc = column_copy(q, i + 2, arena, texts[i], err);
    return rc;
}

tq_status tq_audit_list(struct tq_district_store *store, int64_t before, struct tq_slice what,
        size_t limit, struct tq_arena *arena, struct tq_audit_entry **out, size_t *count,
        struct tq_error *err)
{
    struct district_bind q;
    bool row = false;
    tq_status rc;

    *count = 0;
    *out = tq_arena_array(arena, limit + 1, sizeof(**out));
    if (*out == NULL)
        return district_no_memory(arena, err);
    q = district_take(store, SQL_AUDIT_LIST);
    bind_int(&q, (int64_t)limit);
    bind_int(&q, before > 0 ? before : INT64_MAX);
    bind_text(&q, what);
    rc = district_step(&q, &row, "audit", err);
    while (rc == TQ_OK && row && *count < limit) {
        rc = read_entry(&q, arena, &(*out)[*count], err);
        *count += rc == TQ_OK;
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "audit", err);
    }
    district_end(&q);
    return rc;
}

void tq_audit_with_next(struct tq_district_store *store, const struct tq_audit_entry *entry)
{
    store->audit = entry;
}

bool tq_audit_waits(const struct tq_district_store *store)
{
    return store->audit != NULL;
}

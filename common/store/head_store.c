#include "tuquan/head_store.h"

#include <string.h>

#include "store/district_internal.h"

static struct tq_slice word(tq_head_kind kind)
{
    static const char *const WORDS[] = { "told", "seen", "theirs", "ours" };

    return tq_slice_str(WORDS[kind]);
}

static tq_status put(struct tq_district_store *store, enum district_sql how, tq_head_kind kind,
        const struct tq_head_record *record, struct tq_error *err)
{
    struct district_bind q = district_take(store, how);

    bind_int(&q, record->link);
    bind_text(&q, word(kind));
    bind_u64(&q, record->word.seq);
    bind_blob(&q, record->word.hash, sizeof(record->word.hash));
    bind_blob(&q, record->word.signature, sizeof(record->word.signature));
    bind_blob(&q, record->signer, sizeof(record->signer));
    bind_u64(&q, record->known);
    bind_int(&q, record->at_ms);
    return district_run(&q, "head", err);
}

tq_status tq_heads_put(struct tq_district_store *store, tq_head_kind kind,
        const struct tq_head_record *record, struct tq_error *err)
{
    return put(store, SQL_HEAD_PUT, kind, record, err);
}

tq_status tq_heads_heard(struct tq_district_store *store, const struct tq_head_words *words,
        int64_t now_ms, struct tq_error *err)
{
    struct tq_head_record record;
    struct district_bind q;
    bool mine;
    tq_status rc;

    if (words->told.seq == 0 && words->seen.seq == 0)
        return TQ_OK;
    rc = district_enter(store, &mine, err);
    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_HEAD_FORGET);
    rc = district_run(&q, "head", err);
    for (int kind = TQ_HEAD_TOLD; rc == TQ_OK && kind <= TQ_HEAD_SEEN; kind++) {
        memset(&record, 0, sizeof(record));
        record.word = kind == TQ_HEAD_TOLD ? words->told : words->seen;
        record.known = words->known;
        record.at_ms = now_ms;
        if (record.word.seq != 0)
            rc = put(store, SQL_HEAD_PUT, (tq_head_kind)kind, &record, err);
    }
    return district_leave(store, mine, rc, err);
}

static tq_status read_one(
        const struct district_bind *q, struct tq_head_record *out, struct tq_error *err)
{
    tq_status rc;

    memset(out, 0, sizeof(*out));
    out->link = column_int(q, 0);
    out->word.seq = column_u64(q, 1);
    rc = column_fixed(q, 2, out->word.hash, sizeof(out->word.hash), "head", err);
    if (rc == TQ_OK)
        rc = column_fixed(q, 3, out->word.signature, sizeof(out->word.signature), "head", err);
    if (rc == TQ_OK)
        rc = column_fixed(q, 4, out->signer, sizeof(out->signer), "head", err);
    out->known = column_u64(q, 5);
    out->at_ms = column_int(q, 6);
    return rc;
}

tq_status tq_heads_last(struct tq_district_store *store, tq_head_kind kind, int64_t link,
        struct tq_head_record *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_HEAD_LAST);
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_int(&q, link);
    bind_text(&q, word(kind));
    rc = district_step(&q, &row, "head", err);
    if (rc != TQ_OK || !row)
        return rc;
    rc = read_one(&q, out, err);
    district_end(&q);
    return rc;
}

#define HEADS_MOST 65536u

tq_status tq_heads_list(struct tq_district_store *store, tq_head_kind kind, struct tq_arena *arena,
        struct tq_head_record **out, size_t *count, struct tq_error *err)
{
    struct district_bind q;
    size_t cap = 0;
    bool row = false;
    tq_status rc;

    *count = 0;
    *out = NULL;
    q = district_take(store, SQL_HEAD_LIST);
    bind_text(&q, word(kind));
    rc = district_step(&q, &row, "head", err);
    while (rc == TQ_OK && row && *count < HEADS_MOST) {
        if (*count == cap) {
            size_t larger = cap > 0 ? 2 * cap : 64;
            struct tq_head_record *grown = tq_arena_array(arena, larger, sizeof(*grown));

            if (grown == NULL) {
                rc = district_no_memory(arena, err);
                break;
            }
            if (cap > 0)
                memcpy(grown, *out, cap * sizeof(*grown));
            *out = grown;
            cap = larger;
        }
        rc = read_one(&q, &(*out)[*count], err);
        *count += rc == TQ_OK;
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "head", err);
    }
    district_end(&q);
    return rc;
}

tq_status tq_heads_lost_by_restore(
        struct tq_district_store *store, uint64_t seq, bool *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LOST_BY_RESTORE);
    tq_status rc;

    *out = false;
    bind_u64(&q, seq);
    rc = district_step(&q, out, "audit", err);
    if (rc == TQ_OK && *out)
        district_end(&q);
    return rc;
}

tq_status tq_heads_excuse(struct tq_district_store *store, const struct tq_head_record *head,
        const struct tq_head_excuse *excuse, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_HEAD_EXCUSE);

    bind_int(&q, head->link);
    bind_u64(&q, head->word.seq);
    bind_blob(&q, head->word.hash, sizeof(head->word.hash));
    bind_int(&q, excuse->at_ms);
    bind_text(&q, excuse->who);
    bind_text(&q, excuse->why);
    return district_run(&q, "head", err);
}

tq_status tq_heads_excused(struct tq_district_store *store, const struct tq_head_record *head,
        struct tq_arena *arena, struct tq_head_excuse *out, bool *found, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_HEAD_EXCUSED);
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_int(&q, head->link);
    bind_u64(&q, head->word.seq);
    bind_blob(&q, head->word.hash, sizeof(head->word.hash));
    rc = district_step(&q, found, "head", err);
    if (rc != TQ_OK || !*found)
        return rc;
    out->at_ms = column_int(&q, 0);
    rc = column_copy(&q, 1, arena, &out->who, err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 2, arena, &out->why, err);
    district_end(&q);
    return rc;
}

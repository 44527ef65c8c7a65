#include "tuquan/liaison_store.h"

#include <inttypes.h>
#include <string.h>

#include "store/district_internal.h"

static tq_status read_texts(const struct district_bind *q, const int *at,
        struct tq_slice *const *to, size_t n, struct tq_arena *arena, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = column_copy(q, at[i], arena, to[i], err);
    return rc;
}

static tq_status read_link(const struct district_bind *q, struct tq_arena *arena,
        struct tq_link_info *out, struct tq_error *err)
{
    static const int AT[] = { 1, 2, 3, 8, 10, 12 };
    struct tq_slice *const to[] = { &out->name, &out->sync_address, &out->guest_address,
        &out->problem, &out->ended_why, &out->agreement };

    memset(out, 0, sizeof(*out));
    out->id = column_int(q, 0);
    out->invited_at_ms = column_int(q, 4);
    out->accepted_at_ms = column_int(q, 5);
    out->heard_at_ms = column_int(q, 6);
    out->tried_at_ms = column_int(q, 7);
    out->ended_at_ms = column_int(q, 9);
    out->receipts = column_u64(q, 11);
    out->side = column_int(q, 13) == 1 ? TQ_SIDE_B : TQ_SIDE_A;
    out->agreed_at_ms = column_int(q, 14);
    out->told = column_u64(q, 15);
    out->came = column_u64(q, 16);
    out->frozen = column_u64(q, 17);
    out->refused = column_u64(q, 18);
    return read_texts(q, AT, to, sizeof(AT) / sizeof(AT[0]), arena, err);
}

#define LINKS_MOST 256u

tq_status tq_links_list(struct tq_district_store *store, bool counts, struct tq_arena *arena,
        struct tq_link_info **out, size_t *count, struct tq_error *err)
{
    struct district_bind q;
    bool row = false;
    tq_status rc;

    *count = 0;
    *out = tq_arena_array(arena, LINKS_MOST, sizeof(**out));
    if (*out == NULL)
        return district_no_memory(arena, err);
    q = district_take(store, SQL_LINKS);
    bind_int(&q, LINKS_MOST);
    bind_int(&q, counts);
    rc = district_step(&q, &row, "liaison", err);
    while (rc == TQ_OK && row && *count < LINKS_MOST) {
        rc = read_link(&q, arena, &(*out)[*count], err);
        *count += rc == TQ_OK;
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "liaison", err);
    }
    district_end(&q);
    return rc;
}

tq_status tq_links_find(struct tq_district_store *store, struct tq_slice name,
        struct tq_arena *arena, struct tq_link_info *out, struct tq_error *err)
{
    struct tq_link_info *list;
    struct tq_buf number;
    size_t count;
    bool found = false;
    tq_status rc = tq_links_list(store, false, arena, &list, &count, err);

    tq_buf_init(&number, 32);
    for (size_t i = 0; rc == TQ_OK && !found && i < count; i++) {
        tq_buf_clear(&number);
        tq_buf_printf(&number, "%" PRId64, list[i].id);
        found = tq_slice_equal(list[i].name, name) || tq_slice_equal(tq_buf_slice(&number), name);
        *out = list[i];
    }
    tq_buf_deinit(&number);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%.*s", (int)name.len, (const char *)name.data);
    return rc;
}

tq_status tq_links_add(
        struct tq_district_store *store, struct tq_slice name, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LINK_ADD);
    tq_status rc;

    bind_text(&q, name);
    bind_int(&q, now_ms);
    rc = district_run(&q, "liaison", err);
    if (rc == TQ_OK && sqlite3_changes(store->db) != 1)
        rc = tq_error_set(err, TQ_EXISTS, "%.*s", (int)name.len, (const char *)name.data);
    return rc;
}

tq_status tq_links_note(struct tq_district_store *store, int64_t link, tq_liaison_event event,
        struct tq_slice text, struct tq_slice other, uint64_t number, int64_t now_ms,
        struct tq_error *err)
{
    static const enum district_sql WHICH[] = { [TQ_LIAISON_INVITED] = SQL_LINK_INVITED,
        [TQ_LIAISON_ACCEPTED] = SQL_LINK_ACCEPTED,
        [TQ_LIAISON_HEARD] = SQL_LINK_HEARD,
        [TQ_LIAISON_FAILED] = SQL_LINK_FAILED,
        [TQ_LIAISON_SEEN] = SQL_LINK_SEEN };
    struct district_bind q = district_take(store, WHICH[event]);

    bind_int(&q, link);
    if (event == TQ_LIAISON_SEEN)
        bind_u64(&q, number);
    else
        bind_int(&q, now_ms);
    if (event == TQ_LIAISON_INVITED || event == TQ_LIAISON_FAILED)
        bind_text(&q, text);
    if (event == TQ_LIAISON_INVITED)
        bind_text(&q, other);
    return district_run(&q, "liaison", err);
}

tq_status tq_links_agree(struct tq_district_store *store, int64_t link, tq_liaison_side side,
        struct tq_slice text, struct tq_slice who, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q;
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_LINK_AGREE);
    bind_int(&q, link);
    bind_int(&q, side);
    bind_slice(&q, text);
    bind_int(&q, now_ms);
    bind_text(&q, who);
    rc = district_run(&q, "liaison", err);
    if (rc == TQ_OK) {
        q = district_take(store, SQL_LINK_BEGIN);
        bind_int(&q, link);
        rc = district_run(&q, "liaison", err);
    }
    if (rc == TQ_OK) {
        q = district_take(store, SQL_LINK_THAW);
        bind_int(&q, link);
        rc = district_run(&q, "liaison", err);
    }
    return district_leave(store, mine, rc, err);
}

tq_status tq_links_end(struct tq_district_store *store, int64_t link, struct tq_slice why,
        int64_t now_ms, struct tq_error *err)
{
    struct district_bind q;
    bool mine;
    tq_status rc = district_enter(store, &mine, err);

    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_LINK_END);
    bind_int(&q, link);
    bind_int(&q, now_ms);
    bind_text(&q, why);
    rc = district_run(&q, "liaison", err);
    if (rc == TQ_OK) {
        q = district_take(store, SQL_LINK_FREEZE);
        bind_int(&q, link);
        bind_int(&q, now_ms);
        rc = district_run(&q, "liaison", err);
    }
    return district_leave(store, mine, rc, err);
}

tq_status tq_links_row(struct tq_district_store *store, uint32_t table, struct tq_slice key,
        struct tq_link_row *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LINK_ROW);
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_int(&q, table);
    bind_slice(&q, key);
    rc = district_step(&q, &row, "liaison", err);
    if (rc != TQ_OK || !row)
        return rc;
    out->link = column_int(&q, 0);
    out->incoming = column_int(&q, 1) != 0;
    out->frozen = column_int(&q, 2) != 0;
    out->ours = !out->incoming;
    district_end(&q);
    return TQ_OK;
}

tq_status tq_links_row_put(struct tq_district_store *store, uint32_t table, struct tq_slice key,
        const struct tq_link_row *row, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LINK_ROW_PUT);

    bind_int(&q, table);
    bind_slice(&q, key);
    bind_int(&q, row->link);
    bind_int(&q, row->incoming);
    bind_int(&q, now_ms);
    return district_run(&q, "liaison", err);
}

tq_status tq_journal_add(
        struct tq_district_store *store, const struct tq_link_entry *entry, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_JOURNAL_ADD);

    bind_int(&q, entry->link);
    bind_int(&q, entry->at_ms);
    bind_text(&q, entry->way);
    bind_int(&q, entry->table);
    bind_slice(&q, entry->key);
    bind_text(&q, entry->agreement);
    bind_text(&q, entry->article);
    bind_text(&q, entry->code);
    bind_text(&q, entry->detail);
    bind_blob(&q, entry->hash, sizeof(entry->hash));
    return district_run(&q, "journal", err);
}

static tq_status read_entry(const struct district_bind *q, struct tq_arena *arena,
        struct tq_link_entry *out, struct tq_error *err)
{
    static const int AT[] = { 3, 5, 6, 7, 8, 9 };
    struct tq_slice *const to[] = { &out->way, &out->key, &out->agreement, &out->article,
        &out->code, &out->detail };

    out->id = column_int(q, 0);
    out->link = column_int(q, 1);
    out->at_ms = column_int(q, 2);
    out->table = (uint32_t)column_u64(q, 4);
    return read_texts(q, AT, to, sizeof(AT) / sizeof(AT[0]), arena, err);
}

static struct district_bind ask_journal(
        struct tq_district_store *store, const struct tq_journal_question *question)
{
    struct district_bind q = district_take(store, SQL_JOURNAL_LIST);

    bind_int(&q, question->link);
    bind_int(&q, question->before > 0 ? question->before : INT64_MAX);
    bind_int(&q, question->from_ms);
    bind_int(&q, question->until_ms > 0 ? question->until_ms : INT64_MAX);
    bind_text(&q, question->way.len > 0 ? question->way : tq_slice_str(""));
    bind_int(&q, question->table);
    bind_int(&q, question->refused_only);
    bind_text(&q, question->code.len > 0 ? question->code : tq_slice_str(""));
    bind_int(&q, (int64_t)question->limit + 1);
    return q;
}

tq_status tq_journal_list(struct tq_district_store *store,
        const struct tq_journal_question *question, struct tq_arena *arena,
        struct tq_link_entry **out, size_t *count, bool *more, struct tq_error *err)
{
    struct tq_link_entry *list = tq_arena_array(arena, question->limit + 1, sizeof(*list));
    struct district_bind q;
    bool row = false;
    size_t n = 0;
    tq_status rc;

    *count = 0;
    *out = NULL;
    if (list == NULL)
        return district_no_memory(arena, err);
    q = ask_journal(store, question);
    rc = district_step(&q, &row, "journal", err);
    while (rc == TQ_OK && row && n <= question->limit) {
        rc = read_entry(&q, arena, &list[n], err);
        n += rc == TQ_OK;
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "journal", err);
    }
    district_end(&q);
    *more = n > question->limit; /* one more than asked for: the oldest, which is not told */
    *count = n - (*more ? 1 : 0);
    *out = &list[*more ? 1 : 0];
    return rc;
}

tq_status tq_links_exception(struct tq_district_store *store, uint64_t *pos, struct tq_arena *arena,
        struct tq_slice *receipt, bool *found, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LINK_EXCEPTION);
    tq_status rc;

    *found = false;
    bind_u64(&q, *pos);
    rc = district_step(&q, found, "receipt", err);
    if (rc != TQ_OK || !*found)
        return rc;
    *pos = column_u64(&q, 0);
    rc = column_copy(&q, 1, arena, receipt, err);
    district_end(&q);
    return rc;
}

#include "tuquan/word_store.h"

#include <string.h>

#include "store/district_internal.h"

tq_status tq_words_put(struct tq_district_store *store, int64_t link,
        const struct tq_neighbour_words *words, int64_t now_ms, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_WORD_PUT);

    bind_int(&q, link);
    bind_blob(&q, words->agreement, sizeof(words->agreement));
    bind_slice(&q, words->minutes);
    bind_int(&q, now_ms);
    return district_run(&q, "liaison", err);
}

tq_status tq_words_get(struct tq_district_store *store, int64_t link, struct tq_arena *arena,
        struct tq_word *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_WORD);
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_int(&q, link);
    rc = district_step(&q, &out->said, "liaison", err);
    if (rc != TQ_OK || !out->said)
        return rc;
    rc = column_fixed(&q, 0, out->words.agreement, sizeof(out->words.agreement), "agreement", err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 1, arena, &out->words.minutes, err);
    out->at_ms = column_int(&q, 2);
    district_end(&q);
    return rc;
}

static void bind_value(struct district_bind *q, const struct tq_value *value)
{
    if (value->type == TQ_TEXT)
        bind_text(q, value->s);
    else if (value->type == TQ_BLOB)
        bind_slice(q, value->s);
    else
        bind_null(q);
}

tq_status tq_minutes_put(
        struct tq_district_store *store, const struct tq_minutes *minutes, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_MINUTES_PUT);

    bind_int(&q, minutes->table);
    bind_slice(&q, minutes->key);
    bind_int(&q, minutes->link);
    bind_int(&q, minutes->incoming);
    bind_int(&q, minutes->before);
    for (size_t i = 0; i < 3; i++)
        bind_value(&q, &minutes->words[i]);
    bind_int(&q, minutes->since_ms);
    return district_run(&q, "liaison", err);
}

tq_status tq_minutes_drop(struct tq_district_store *store, uint32_t table, struct tq_slice key,
        bool *gone, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_MINUTES_DROP);
    tq_status rc;

    bind_int(&q, table);
    bind_slice(&q, key);
    rc = district_run(&q, "liaison", err);
    *gone = rc == TQ_OK && sqlite3_changes(store->db) > 0;
    return rc;
}

static tq_status read_line(const struct district_bind *q, struct tq_arena *arena,
        struct tq_minutes *out, struct tq_error *err)
{
    tq_status rc = column_copy(q, 1, arena, &out->key, err);

    out->table = (uint32_t)column_u64(q, 0);
    out->link = column_int(q, 2);
    out->incoming = column_int(q, 3) != 0;
    out->before = column_int(q, 4) != 0;
    for (int i = 0; rc == TQ_OK && i < 3; i++) {
        struct tq_slice text;

        rc = column_copy(q, 5 + i, arena, &text, err);
        out->words[i] = text.len == 0 ? tq_value_null()
                        : i == 1      ? tq_value_blob(text)
                                      : tq_value_text(text);
    }
    out->since_ms = column_int(q, 8);
    return rc;
}

tq_status tq_minutes_list(struct tq_district_store *store, int64_t link, size_t most,
        struct tq_arena *arena, struct tq_minutes **out, size_t *count, struct tq_error *err)
{
    struct tq_minutes *list = tq_arena_array(arena, most, sizeof(*list));
    struct district_bind q;
    bool row = false;
    tq_status rc;

    *count = 0;
    *out = list;
    if (list == NULL)
        return district_no_memory(arena, err);
    memset(list, 0, most * sizeof(*list));
    q = district_take(store, SQL_MINUTES_LIST);
    bind_int(&q, link);
    bind_int(&q, (int64_t)most);
    rc = district_step(&q, &row, "liaison", err);
    while (rc == TQ_OK && row && *count < most) {
        rc = read_line(&q, arena, &list[*count], err);
        *count += rc == TQ_OK;
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "liaison", err);
    }
    district_end(&q);
    return rc;
}

tq_status tq_signed_get(struct tq_district_store *store, uint32_t table, struct tq_slice key,
        uint64_t *answer, uint8_t minutes[TQ_HASH_BYTES], struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_SIGNED);
    bool row = false;
    tq_status rc;

    *answer = 0;
    bind_int(&q, table);
    bind_slice(&q, key);
    rc = district_step(&q, &row, "liaison", err);
    if (rc != TQ_OK || !row)
        return rc;
    *answer = column_u64(&q, 0);
    rc = column_fixed(&q, 1, minutes, TQ_HASH_BYTES, "minutes", err);
    district_end(&q);
    return rc;
}

tq_status tq_signed_put(struct tq_district_store *store, uint32_t table, struct tq_slice key,
        uint64_t answer, const uint8_t minutes[TQ_HASH_BYTES], struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_SIGNED_PUT);

    bind_int(&q, table);
    bind_slice(&q, key);
    bind_u64(&q, answer);
    bind_blob(&q, minutes, TQ_HASH_BYTES);
    return district_run(&q, "liaison", err);
}

void tq_minutes_encode(struct tq_buf *out, const struct tq_minutes *minutes)
{
    struct tq_value table = tq_value_int(minutes->table);
    struct tq_value key = tq_value_blob(minutes->key);

    tq_value_encode(out, &table);
    tq_value_encode(out, &key);
    for (size_t i = 0; i < 3; i++)
        tq_value_encode(out, &minutes->words[i]);
}

bool tq_minutes_decode(struct tq_slice *from, struct tq_minutes *out)
{
    static const tq_type TYPES[] = { TQ_TEXT, TQ_BLOB, TQ_TEXT };
    struct tq_value table;
    struct tq_value key;

    memset(out, 0, sizeof(*out));
    if (from->len == 0 || !tq_value_decode(from, &table) || table.type != TQ_INT || table.i < 0 ||
            table.i > INT32_MAX || !tq_value_decode(from, &key) || key.type != TQ_BLOB ||
            key.s.len > TQ_MAX_KEY_BYTES)
        return false;
    out->table = (uint32_t)table.i;
    out->key = key.s;
    for (size_t i = 0; i < 3; i++)
        if (!tq_value_decode(from, &out->words[i]) ||
                (out->words[i].type != TQ_NULL && out->words[i].type != TYPES[i]))
            return false;
    return true;
}

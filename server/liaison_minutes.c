/* liaison_minutes.c - Minutes that both sides sign: what each side's row says of them (number and hash)
 * is its own word. Neither is written over the other, and no signature counts for minutes that its side
 * has otherwise: the day of the other side stands in a row only while both say the same
 * (docs/liaison.md). */
#include <string.h>

#include "liaison_round.h"
#include "tuquan/district_reports.h"

#define PAIR 2 /* number, hash */

static const char *const NAMES[PAIR] = { "minutes_no", "minutes_hash" };

struct columns {
    int pair[PAIR]; /* -1: it does not cross by this agreement */
    int ours;
    int theirs;
};

static bool columns_of(const struct round *r, const struct tq_table *table, struct columns *out)
{
    for (int i = 0; i < PAIR; i++) {
        out->pair[i] = tq_table_column_find(table, NAMES[i]);
        if (out->pair[i] >= 0 &&
                tq_liaison_article(&r->agreement, table, (uint32_t)out->pair[i]) == NULL)
            out->pair[i] = -1;
    }
    out->ours = tq_table_column_find(table, "signed_on");
    out->theirs = tq_table_column_find(table, "partner_signed_on");
    return out->ours >= 0 && out->theirs >= 0 && (out->pair[0] >= 0 || out->pair[1] >= 0);
}

/* Did a round lay what stands in the cell? */
static tq_status is_their_word(struct round *r, const struct tq_table *table, struct tq_slice key,
        int column, bool *out, struct tq_error *err)
{
    struct tq_slice name = r->agreement.names[r->theirs];
    struct tq_why_entry wrote;
    bool found;
    tq_status rc = tq_report_wrote(r->app->store, tq_codec_ops(), table, key,
            table->columns[column].cell, r->arena, &wrote, &found, err);

    *out = rc == TQ_OK && found && wrote.device == TQ_DEVICE_DISTRICT && name.len > 0 &&
           wrote.change.author.len >= name.len &&
           memcmp(wrote.change.author.data, name.data, name.len) == 0;
    return rc;
}

/* ---- told and remembered ---- */

static void id_of(const struct tq_table *table, struct tq_slice key, int column,
        uint8_t out[TQ_SURROGATE_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.liaison.minutes.v1", TQ_SURROGATE_BYTES);
    tq_hash_add_u64(&hasher, table->id);
    tq_hash_add_u64(&hasher, table->columns[column].cell);
    tq_hash_add_slice(&hasher, key);
    tq_hash_final(&hasher, out, TQ_SURROGATE_BYTES);
}

/* In the inbox of district and office: what the neighbour says in the place of ours, to be granted or
 * not. */
static tq_status ask(struct round *r, const struct tq_table *table, const struct tq_stored_row *row,
        struct tq_slice key, int column, struct tq_value theirs, struct tq_error *err)
{
    uint32_t id = table->columns[column].id;
    struct tq_change change = { .table = table->id,
        .cell = table->columns[column].cell,
        .key = key,
        .owner = row->values[table->owner].s,
        .ncolumns = 1,
        .columns = &id,
        .before = &row->values[column],
        .after = &theirs };
    uint8_t request[TQ_SURROGATE_BYTES];

    id_of(table, key, column, request);
    return tq_value_equal(&row->values[column], &theirs)
                   ? round_close_cell(r, request, err)
                   : round_ask_cell(r, table, &change, request, err);
}

/* `theirs`: number, hash, day; NULL: it signed what stood here before. */
static tq_status apart(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *row, struct tq_slice key, bool incoming,
        const struct tq_value *theirs, struct tq_error *err)
{
    struct tq_minutes minutes = { table->id, key, r->link->id, incoming, theirs == NULL, { { 0 } },
        r->now_ms };
    struct columns c;
    tq_status rc;

    if (theirs != NULL)
        memcpy(minutes.words, theirs, sizeof(minutes.words));
    rc = tq_minutes_put(r->app->store, &minutes, err);
    columns_of(r, table, &c);
    for (int i = 0; rc == TQ_OK && theirs != NULL && i < PAIR; i++)
        if (c.pair[i] >= 0)
            rc = ask(r, table, row, key, c.pair[i], theirs[i], err);
    return rc;
}

static tq_status alike(
        struct round *r, const struct tq_table *table, struct tq_slice key, struct tq_error *err)
{
    bool gone;
    tq_status rc = tq_minutes_drop(r->app->store, table->id, key, &gone, err);

    for (int i = 0; rc == TQ_OK && gone && i < PAIR; i++) {
        uint8_t request[TQ_SURROGATE_BYTES];
        int column = tq_table_column_find(table, NAMES[i]);

        if (column < 0)
            continue;
        id_of(table, key, column, request);
        rc = round_close_cell(r, request, err);
    }
    return rc;
}

/* ---- a row of theirs ---- */

tq_status round_bear(struct round *r, const struct tq_table *table, const struct tq_value *theirs,
        const struct tq_stored_row *row, struct tq_value *to, bool *given, bool *differ,
        struct tq_error *err)
{
    struct columns c;
    bool kept = false;
    tq_status rc = TQ_OK;

    *differ = false;
    if (!row->exists || !columns_of(r, table, &c))
        return TQ_OK;
    for (int i = 0; rc == TQ_OK && i < PAIR; i++) {
        int at = c.pair[i];
        bool laid = row->exists && at >= 0 && row->values[at].type == TQ_NULL;

        if (at < 0 || tq_value_equal(&row->values[at], &theirs[at]))
            continue;
        if (!laid)
            rc = is_their_word(r, table, row->key, at, &laid, err);
        if (laid && row->values[c.ours].type == TQ_NULL)
            continue;
        given[at] = false;
        kept = true;
    }
    if (rc != TQ_OK || !kept)
        return rc;
    *differ = row->values[c.ours].type != TQ_NULL || theirs[c.ours].type != TQ_NULL;
    to[c.theirs] = tq_value_null();
    given[c.theirs] = true;
    return TQ_OK;
}

tq_status round_bear_told(struct round *r, const struct tq_table *table,
        const struct tq_value *theirs, const struct tq_stored_row *row, struct tq_slice key,
        bool differ, struct tq_error *err)
{
    struct tq_value words[PAIR + 1] = { { 0 } };
    struct columns c;

    if (!columns_of(r, table, &c))
        return TQ_OK;
    if (!differ)
        return alike(r, table, key, err);
    for (int i = 0; i < PAIR; i++)
        if (c.pair[i] >= 0)
            words[i] = theirs[c.pair[i]];
    words[PAIR] = theirs[c.ours];
    return apart(r, table, row, key, true, words, err);
}

bool round_withholds(const struct round *r, const struct tq_table *table,
        const struct tq_value *theirs, struct tq_value *ours)
{
    struct columns c;

    if (!columns_of(r, table, &c) || ours[c.ours].type == TQ_NULL)
        return false;
    for (int i = 0; i < PAIR; i++)
        if (c.pair[i] >= 0 && !tq_value_equal(&theirs[c.pair[i]], &ours[c.pair[i]])) {
            ours[c.ours] = tq_value_null();
            return true;
        }
    return false;
}

/* ---- a row of ours ---- */

static bool find_said(const struct round *r, const struct tq_table *table, struct tq_slice key,
        struct tq_minutes *out)
{
    struct tq_slice rest = r->word.words.minutes;

    while (tq_minutes_decode(&rest, out))
        if (out->table == table->id && tq_slice_equal(out->key, key))
            return true;
    return false;
}

static void hash_pair(
        const struct tq_value *values, const struct columns *c, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;
    struct tq_buf held;

    tq_buf_init(&held, 0);
    for (int i = 0; i < PAIR; i++)
        if (c->pair[i] >= 0)
            tq_value_encode(&held, &values[c->pair[i]]);
    tq_hash_init(&hasher, "tuquan.liaison.signed.v1", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, tq_buf_slice(&held));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
    tq_buf_deinit(&held);
}

/* Its signature is of the minutes that it had been told when it came. */
static tq_status is_of_before(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *told, const struct tq_stored_row *ours, const struct columns *c,
        bool *out, struct tq_error *err)
{
    uint64_t now = tq_meta_seq(&told->meta, table->columns[c->theirs].cell);
    uint8_t bound[TQ_HASH_BYTES];
    uint8_t stands[TQ_HASH_BYTES];
    uint64_t answer;
    tq_status rc;

    *out = false;
    if (told->values[c->theirs].type == TQ_NULL)
        return TQ_OK;
    rc = tq_signed_get(r->app->store, table->id, told->key, &answer, bound, err);
    if (rc == TQ_OK && answer != now) {
        hash_pair(told->values, c, bound);
        rc = tq_signed_put(r->app->store, table->id, told->key, now, bound, err);
    }
    hash_pair(ours->values, c, stands);
    *out = rc == TQ_OK && memcmp(bound, stands, sizeof(bound)) != 0;
    return rc;
}

/* It took back what it had signed, and what a round laid of it stands here. */
static tq_status is_taken_back(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *told, const struct tq_stored_row *ours, const struct columns *c,
        bool *out, struct tq_error *err)
{
    *out = false;
    if (told->values[c->theirs].type != TQ_NULL || ours->values[c->theirs].type == TQ_NULL ||
            tq_meta_seq(&told->meta, table->columns[c->theirs].cell) == told->meta.born_seq)
        return TQ_OK;
    return is_their_word(r, table, told->key, c->theirs, out, err);
}

tq_status round_weigh(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *told, const struct tq_stored_row *ours, bool *stands,
        struct tq_error *err)
{
    struct tq_minutes said;
    struct columns c;
    bool before = false;
    bool back = false;
    bool differ = false;
    tq_status rc;

    *stands = true;
    if (!columns_of(r, table, &c))
        return TQ_OK;
    if (find_said(r, table, told->key, &said) &&
            (said.words[PAIR].type != TQ_NULL || ours->values[c.ours].type != TQ_NULL))
        for (int i = 0; i < PAIR; i++)
            differ = differ ||
                     (c.pair[i] >= 0 && !tq_value_equal(&said.words[i], &ours->values[c.pair[i]]));
    rc = is_of_before(r, table, told, ours, &c, &before, err);
    if (rc == TQ_OK)
        rc = is_taken_back(r, table, told, ours, &c, &back, err);
    *stands = !differ && !before && !back;
    if (rc != TQ_OK)
        return rc;
    if (differ || before)
        return apart(r, table, ours, told->key, false, differ ? said.words : NULL, err);
    return alike(r, table, told->key, err);
}

/* ---- what the next Hello says ---- */

#define MOST 200u

tq_status round_words(struct round *r, struct tq_neighbour_words *out, struct tq_error *err)
{
    struct tq_minutes *list;
    struct tq_buf text;
    size_t count;
    const void *copy;
    tq_status rc = tq_minutes_list(r->app->store, r->link->id, MOST, r->kept, &list, &count, err);

    memset(out, 0, sizeof(*out));
    memcpy(out->agreement, r->agreement.hash, sizeof(out->agreement));
    tq_buf_init(&text, TQ_MAX_MINUTES_BYTES);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        const struct tq_table *table = tq_catalogue_table(r->app->catalogue, list[i].table);
        struct tq_stored_row row;
        struct columns c;

        if (!list[i].incoming || table == NULL || !columns_of(r, table, &c))
            continue;
        rc = round_row(r, table, list[i].key, &row, err);
        if (rc != TQ_OK || !row.exists || text.len + TQ_MAX_KEY_BYTES + 600 > TQ_MAX_MINUTES_BYTES)
            continue;
        for (int k = 0; k < PAIR; k++)
            list[i].words[k] = c.pair[k] >= 0 ? row.values[c.pair[k]] : tq_value_null();
        list[i].words[PAIR] = row.values[c.ours];
        tq_minutes_encode(&text, &list[i]);
    }
    copy = tq_buf_is_ok(&text) ? tq_arena_copy(r->kept, text.data, text.len) : NULL;
    if (rc == TQ_OK && copy == NULL && text.len > 0)
        rc = tq_error_set(err, TQ_NOMEM, "liaison");
    out->minutes = tq_slice_of(copy, copy != NULL ? text.len : 0);
    tq_buf_deinit(&text);
    return rc;
}

tq_status round_hear(struct round *r, struct box *box, struct tq_error *err)
{
    tq_status rc = tq_words_get(box->app.store, 0, r->kept, &r->word, err);

    return rc == TQ_OK && r->word.said
                   ? tq_words_put(r->app->store, r->link->id, &r->word.words, r->word.at_ms, err)
                   : rc;
}

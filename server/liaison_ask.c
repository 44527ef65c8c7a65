/* liaison_ask.c - What the neighbour wrote about a locked period becomes a correction request, as what
 * an office writes about one does: an officer grants it, refuses it, or unlocks. */
#include <string.h>

#include "liaison_round.h"
#include "tuquan/district_reports.h"
#include "tuquan/quoted.h"
#include "tuquan/words.h"

#define MOST_BYTES                                                                                 \
    ((size_t)8192) /* of a value: of a longer one the inbox would keep a part alone */
#define FIELDS 10

/* Of one link: who asks for more than an officer can read waits (E402) until some are decided. */
#define MOST_OPEN ((size_t)200)
#define OVERTAKEN "huyện bạn đã sửa lại hoặc rút lại"

struct round_asked {
    uint8_t id[TQ_SURROGATE_BYTES];
    uint8_t of[TQ_SURROGATE_BYTES]; /* its row */
};

/* The same words about the same ones ask once. Of a row that is new the counted cells alone: the
 * others change without being asked for. */
static tq_status id_of(const struct tq_table *table, const struct tq_change *change,
        uint8_t out[TQ_SURROGATE_BYTES], struct tq_error *err)
{
    struct tq_hasher hasher;
    struct tq_buf held;
    bool whole;

    tq_buf_init(&held, 0);
    for (uint32_t i = 0; i < change->ncolumns; i++) {
        if (change->cell == TQ_CELL_ROW && !round_counts(table, change->columns[i]))
            continue;
        tq_buf_append_u8(&held, (uint8_t)change->columns[i]);
        tq_value_encode(&held, &change->after[i]);
        if (change->before != NULL)
            tq_value_encode(&held, &change->before[i]);
    }
    tq_hash_init(&hasher, "tuquan.liaison.request.v2", TQ_SURROGATE_BYTES);
    tq_hash_add_u64(&hasher, change->table);
    tq_hash_add_u64(&hasher, change->cell);
    tq_hash_add_slice(&hasher, change->key);
    tq_hash_add_slice(&hasher, tq_buf_slice(&held));
    tq_hash_final(&hasher, out, TQ_SURROGATE_BYTES);
    whole = tq_buf_is_ok(&held);
    tq_buf_deinit(&held);
    return whole ? TQ_OK : tq_error_set(err, TQ_NOMEM, "liaison");
}

struct request {
    uint8_t id[TQ_SURROGATE_BYTES];
    const struct tq_table *table;
    struct tq_stored_row row;
};

static tq_status find_id(struct round *r, const uint8_t id[TQ_SURROGATE_BYTES], struct request *out,
        struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);
    struct tq_slice key = tq_slice_of(out->id, sizeof(out->id));

    memset(out, 0, sizeof(*out));
    out->table = tq_catalogue_find(r->app->catalogue, "correction_request");
    memcpy(out->id, id, sizeof(out->id));
    return ops->rows_get(ops->ctx, out->table, &key, 1, r->arena, &out->row, err);
}

static tq_status find(
        struct round *r, const struct tq_change *change, struct request *out, struct tq_error *err)
{
    uint8_t id[TQ_SURROGATE_BYTES];
    tq_status rc = id_of(tq_catalogue_table(r->app->catalogue, change->table), change, id, err);

    return rc == TQ_OK ? find_id(r, id, out, err) : rc;
}

static bool is(const struct request *request, const char *state)
{
    int at = tq_table_column_find(request->table, "state");

    return request->row.exists && tq_slice_equal(request->row.values[at].s, tq_slice_str(state));
}

/* By an officer, not by a round that found it overtaken. */
static bool is_refused(const struct request *request)
{
    return is(request, "refused") &&
           request->row.values[tq_table_column_find(request->table, "decided_at")].type != TQ_NULL;
}

static void of_row(uint32_t table, struct tq_slice key, uint8_t out[TQ_SURROGATE_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.liaison.asked.v1", TQ_SURROGATE_BYTES);
    tq_hash_add_u64(&hasher, table);
    tq_hash_add_slice(&hasher, key);
    tq_hash_final(&hasher, out, TQ_SURROGATE_BYTES);
}

/* What is open of this link, once a round. */
static tq_status load_asked(struct round *r, struct tq_error *err)
{
    struct tq_open_entry *list = NULL;
    size_t count = 0;
    tq_status rc;

    if (r->asked != NULL)
        return TQ_OK;
    rc = tq_report_neighbours(
            r->app->store, r->agreement.names[r->theirs], MOST_OPEN, r->arena, &list, &count, err);
    if (rc != TQ_OK)
        return rc;
    r->asked = tq_arena_array(r->kept, MOST_OPEN, sizeof(*r->asked));
    if (r->asked == NULL)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    r->nasked = 0;
    for (size_t i = 0; i < count; i++) {
        const struct tq_table *of = tq_word_to_table(r->app->catalogue, list[i].table_name);
        struct round_asked *to = &r->asked[r->nasked];

        if (of == NULL)
            continue;
        memcpy(to->id, list[i].id, sizeof(to->id));
        of_row(of->id, list[i].row_key, to->of);
        r->nasked++;
    }
    return TQ_OK;
}

static void forget_asked(struct round *r, const uint8_t id[TQ_SURROGATE_BYTES])
{
    for (size_t i = 0; i < r->nasked; i++)
        if (memcmp(r->asked[i].id, id, TQ_SURROGATE_BYTES) == 0) {
            r->asked[i] = r->asked[--r->nasked];
            return;
        }
}

/* `state` of a request that stands, by the program and nobody's decision; `words` are the old and the
 * new values that it is about now, or NULL: as it was. */
static tq_status turn(struct round *r, const struct request *request, const char *state,
        const char *why, const struct tq_value *words, struct edit_list *list, struct tq_error *err)
{
    static const char *const NAMES[] = { "state", "decision", "decided_by", "decided_at",
        "old_values", "new_values" };
    const struct tq_value to[] = { tq_value_str(state),
        why != NULL ? tq_value_str(why) : tq_value_null(), tq_value_null(), tq_value_null(),
        words != NULL ? words[0] : tq_value_null(), words != NULL ? words[1] : tq_value_null() };
    size_t count = sizeof(NAMES) / sizeof(NAMES[0]) - (words == NULL ? 2 : 0);
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    bool given[TQ_MAX_COLUMNS] = { false };

    values[request->table->key[0]] = tq_value_blob(request->row.key);
    given[request->table->key[0]] = true;
    for (size_t i = 0; i < count; i++) {
        int at = tq_table_column_find(request->table, NAMES[i]);

        values[at] = to[i];
        given[at] = true;
    }
    return edit_row(list, r->app, request->table, values, given, err);
}

static tq_status is_asked_by(const struct tq_table *table, const struct edit_list *list,
        const uint8_t id[TQ_SURROGATE_BYTES], bool *asked, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    *asked = false;
    for (size_t i = 0; rc == TQ_OK && !*asked && i < list->count; i++) {
        uint8_t of[TQ_SURROGATE_BYTES];

        rc = id_of(table, &list->changes[i], of, err);
        *asked = rc == TQ_OK && memcmp(of, id, sizeof(of)) == 0;
    }
    return rc;
}

/* Of this row only what the neighbour says now is asked: an officer who grants what it said before
 * would write over it. */
static tq_status close_overtaken(struct round *r, const struct tq_table *table, struct tq_slice key,
        const struct edit_list *list, struct tq_error *err)
{
    uint8_t of[TQ_SURROGATE_BYTES];
    struct edit_list closing;
    tq_status rc = load_asked(r, err);

    of_row(table->id, key, of);
    edit_init(&closing, r->arena);
    for (size_t i = 0; rc == TQ_OK && i < r->nasked;) {
        bool stays = memcmp(r->asked[i].of, of, sizeof(of)) != 0;
        struct request request;

        if (!stays)
            rc = is_asked_by(table, list, r->asked[i].id, &stays, err);
        if (rc != TQ_OK || stays) {
            i++;
            continue;
        }
        rc = find_id(r, r->asked[i].id, &request, err);
        if (rc == TQ_OK && is(&request, "asked"))
            rc = turn(r, &request, "refused", OVERTAKEN, NULL, &closing, err);
        forget_asked(r, request.id);
    }
    return rc == TQ_OK && closing.count > 0
                   ? app_merge(r->app, closing.changes, closing.count, 0, err)
                   : rc;
}

static tq_status text_of(struct round *r, const struct tq_change *change,
        const struct tq_value *values, struct tq_value *out, struct tq_error *err)
{
    struct tq_cells cells = { change->ncolumns, change->columns, values };
    struct tq_buf text;
    void *copy = NULL;

    tq_buf_init(&text, TQ_MAX_TEXT_BYTES);
    if (values != NULL)
        tq_quoted_format(&text, &cells);
    if (tq_buf_is_ok(&text))
        copy = tq_arena_copy(r->arena, text.data, text.len);
    *out = copy == NULL ? tq_value_str("") : tq_value_text(tq_slice_of(copy, text.len));
    tq_buf_deinit(&text);
    return copy != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "liaison");
}

/* In the order of the columns. */
static void put(const struct tq_table *table, struct tq_change *out, const char *column,
        struct tq_value value)
{
    ((uint32_t *)out->columns)[out->ncolumns] =
            table->columns[tq_table_column_find(table, column)].id;
    ((struct tq_value *)out->after)[out->ncolumns++] = value;
}

/* The inbox is the merge's to write, so it is told here cell by cell, not by edit_row. */
static tq_status ask(struct round *r, const struct tq_table *of, const struct tq_change *change,
        const struct request *request, struct tq_value day, struct tq_change *out,
        struct tq_error *err)
{
    const struct tq_table *table = request->table;
    struct tq_value was;
    struct tq_value wanted;
    void *key = tq_arena_copy(r->arena, request->id, sizeof(request->id));
    tq_status rc = text_of(r, change, change->before, &was, err);

    if (rc == TQ_OK)
        rc = text_of(r, change, change->after, &wanted, err);
    memset(out, 0, sizeof(*out));
    out->columns = tq_arena_array(r->arena, FIELDS, sizeof(uint32_t));
    out->after = tq_arena_array(r->arena, FIELDS, sizeof(struct tq_value));
    if (rc == TQ_OK && (key == NULL || out->columns == NULL || out->after == NULL))
        rc = tq_error_set(err, TQ_NOMEM, "liaison");
    if (rc != TQ_OK)
        return rc;
    out->table = table->id;
    out->cell = TQ_CELL_ROW;
    out->key = tq_slice_of(key, sizeof(request->id));
    out->owner = change->owner;
    put(table, out, "table_name", tq_value_str(of->name));
    put(table, out, "row_key", tq_value_blob(change->key));
    put(table, out, "cell",
            tq_value_str(change->cell == TQ_CELL_ROW ? "" : tq_table_cell_name(of, change->cell)));
    put(table, out, "old_values", was);
    put(table, out, "new_values", wanted);
    put(table, out, "lock_on", day);
    put(table, out, "author", tq_value_text(r->agreement.names[r->theirs]));
    put(table, out, "device", tq_value_int(TQ_DEVICE_DISTRICT));
    put(table, out, "written_at", tq_value_int(r->now_ms));
    return TQ_OK;
}

static bool is_short(const struct tq_change *change)
{
    for (uint32_t i = 0; i < change->ncolumns; i++)
        if (change->after[i].s.len > MOST_BYTES && change->after[i].type != TQ_INT)
            return false;
    return true;
}

/* What an officer refused stays refused, also when the period is unlocked. */
static tq_status drop_refused(
        struct round *r, struct edit_list *list, bool *refused, struct tq_error *err)
{
    size_t kept = 0;
    tq_status rc = TQ_OK;

    *refused = false;
    for (size_t i = 0; rc == TQ_OK && i < list->count; i++) {
        struct request request;

        rc = find(r, &list->changes[i], &request, err);
        if (rc == TQ_OK && is_refused(&request))
            *refused = true;
        else
            list->changes[kept++] = list->changes[i];
    }
    list->count = kept;
    return rc;
}

/* In the words of now: of a row that is new, cells that do not count may be others since, or be
 * named by no agreement any more; an officer who grants writes what stands here. */
static tq_status ask_again(struct round *r, const struct tq_change *change,
        const struct request *request, struct edit_list *list, struct tq_error *err)
{
    struct tq_value words[2];
    tq_status rc = text_of(r, change, change->before, &words[0], err);

    if (rc == TQ_OK)
        rc = text_of(r, change, change->after, &words[1], err);
    return rc == TQ_OK ? turn(r, request, "asked", NULL, words, list, err) : rc;
}

/* Asked for the first time, or again where it was decided, or taken back, before. */
static tq_status ask_one(struct round *r, const struct tq_table *table,
        const struct tq_change *change, struct tq_value day, struct edit_list *again,
        struct tq_change *first, size_t *n, struct tq_error *err)
{
    struct request request;
    tq_status rc = find(r, change, &request, err);

    if (rc != TQ_OK || is(&request, "asked") || r->nasked == MOST_OPEN)
        return rc;
    rc = request.row.exists ? ask_again(r, change, &request, again, err)
                            : ask(r, table, change, &request, day, &first[*n], err);
    if (rc != TQ_OK)
        return rc;
    *n += !request.row.exists;
    memcpy(r->asked[r->nasked].id, request.id, sizeof(request.id));
    of_row(table->id, change->key, r->asked[r->nasked++].of);
    return TQ_OK;
}

static tq_status ask_all(struct round *r, const struct tq_table *table,
        const struct edit_list *list, struct tq_value day, struct tq_error *err)
{
    struct tq_change *first = tq_arena_array(r->arena, list->count + 1, sizeof(*first));
    struct edit_list again;
    size_t n = 0;
    tq_status rc = first == NULL ? tq_error_set(err, TQ_NOMEM, "liaison") : TQ_OK;

    edit_init(&again, r->arena);
    for (size_t i = 0; rc == TQ_OK && i < list->count; i++)
        if (round_moves(table, &list->changes[i]) && is_short(&list->changes[i]))
            rc = ask_one(r, table, &list->changes[i], day, &again, first, &n, err);
    if (rc == TQ_OK && again.count > 0)
        rc = app_merge(r->app, again.changes, again.count, 0, err);
    return rc == TQ_OK && n > 0 ? app_merge(r->app, first, n, 0, err) : rc;
}

tq_status round_ask_cell(struct round *r, const struct tq_table *table,
        const struct tq_change *change, const uint8_t id[TQ_SURROGATE_BYTES], struct tq_error *err)
{
    struct request request;
    struct edit_list again;
    struct tq_change first;
    struct tq_value words[2];
    int to;
    tq_status rc = find_id(r, id, &request, err);

    if (rc == TQ_OK)
        rc = text_of(r, change, change->before, &words[0], err);
    if (rc == TQ_OK)
        rc = text_of(r, change, change->after, &words[1], err);
    if (rc != TQ_OK)
        return rc;
    if (!request.row.exists) {
        rc = ask(r, table, change, &request, tq_value_null(), &first, err);
        return rc == TQ_OK ? app_merge(r->app, &first, 1, 0, err) : rc;
    }
    to = tq_table_column_find(request.table, "new_values");
    if (tq_value_equal(&request.row.values[to], &words[1]) &&
            (is(&request, "asked") || is_refused(&request)))
        return TQ_OK;
    edit_init(&again, r->arena);
    rc = turn(r, &request, "asked", NULL, words, &again, err);
    return rc == TQ_OK && again.count > 0 ? app_merge(r->app, again.changes, again.count, 0, err)
                                          : rc;
}

tq_status round_close_cell(
        struct round *r, const uint8_t id[TQ_SURROGATE_BYTES], struct tq_error *err)
{
    struct request request;
    struct edit_list closing;
    tq_status rc = find_id(r, id, &request, err);

    if (rc != TQ_OK || !is(&request, "asked"))
        return rc;
    edit_init(&closing, r->arena);
    rc = turn(r, &request, "refused", OVERTAKEN, NULL, &closing, err);
    return rc == TQ_OK && closing.count > 0
                   ? app_merge(r->app, closing.changes, closing.count, 0, err)
                   : rc;
}

/* It is written now, and nobody has to decide about it any more. */
static tq_status close_asked(struct round *r, struct edit_list *list, struct tq_error *err)
{
    size_t count = list->count;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
        bool given[TQ_MAX_COLUMNS] = { false };
        struct request request;
        int state;

        rc = find(r, &list->changes[i], &request, err);
        if (rc != TQ_OK || !is(&request, "asked"))
            continue;
        state = tq_table_column_find(request.table, "state");
        values[request.table->key[0]] = tq_value_blob(request.row.key);
        values[state] = tq_value_str("applied");
        given[request.table->key[0]] = given[state] = true;
        rc = edit_row(list, r->app, request.table, values, given, err);
        forget_asked(r, request.id);
    }
    return rc;
}

tq_status round_may_write(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *now, const struct tq_value *values, const bool *given,
        struct edit_list *list, struct round_gate *out, struct tq_error *err)
{
    struct tq_value day = tq_value_null();
    tq_status rc;

    out->locked = -1;
    out->refused = false;
    if (table->also_locked == NULL)
        return TQ_OK;
    rc = close_overtaken(r, table, values[table->key[0]].s, list, err);
    if (rc != TQ_OK || list->count == 0)
        return rc;
    rc = drop_refused(r, list, &out->refused, err);
    if (rc == TQ_OK)
        rc = round_locked(r, table, now, values, given, list, &out->locked, &day, err);
    if (rc != TQ_OK)
        return rc;
    return out->locked < 0 ? close_asked(r, list, err) : ask_all(r, table, list, day, err);
}

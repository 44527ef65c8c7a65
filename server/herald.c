/* herald.c - Broadcasts what is new and public: rankings, periods, directives (sync.md section 6).
 *
 * It only makes rows arrive sooner: losing every broadcast loses nothing. Level-triggered: whoever
 * wrote the rows, this program or a command beside it, they are found above the last look. */
#include <string.h>

#include "serve_internal.h"

#define MAX_ROWS 2000u /* of one broadcast; more are for a pull, and it only rings the bell */

static const char *const BROADCAST_TABLES[] = { "ranking", "ranking_row", "period", "directive",
    "award", "tie_vote" };

struct found {
    struct server *s;
    const struct tq_table **tables;
    struct tq_slice *keys;
    size_t count;
    bool too_many;
    bool no_memory;
};

tq_status herald_new_key(struct server *s, struct tq_error *err)
{
    tq_status rc = tq_group_key_draw(s->herald.key_id, s->herald.key, err);

    if (rc == TQ_OK)
        tq_district_set_group_key(s->district, s->herald.key_id, s->herald.key);
    return rc;
}

/* The new key goes out before anything is sealed with it, to each device that is good now. */
tq_status herald_rekey(struct server *s, struct tq_error *err)
{
    struct tq_device_info *list;
    struct tq_buf bundle;
    size_t count;
    tq_status rc = herald_new_key(s, err);

    tq_buf_init(&bundle, TQ_MESSAGE_MAX_BYTES);
    tq_arena_reset(s->arena);
    if (rc == TQ_OK)
        rc = tq_devices_list(s->app->store, s->arena, &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        if (list[i].device != TQ_DEVICE_DISTRICT && list[i].revoked_at_ms == 0)
            rc = tq_rekey_add(&bundle, list[i].device, list[i].curve_key, s->herald.key_id,
                    s->herald.key, &s->app->signer, err);
    if (rc == TQ_OK && bundle.len > 0)
        rc = tq_hub_publish(s->hub, NEWS_TOPIC, bundle.data, bundle.len, err);
    tq_buf_deinit(&bundle);
    return rc;
}

static bool is_broadcast(const struct tq_table *table)
{
    for (size_t i = 0; i < sizeof(BROADCAST_TABLES) / sizeof(BROADCAST_TABLES[0]); i++)
        if (strcmp(table->name, BROADCAST_TABLES[i]) == 0)
            return true;
    return false;
}

static bool collect(void *arg, const struct tq_index_entry *entry)
{
    struct found *f = arg;
    const struct tq_table *table = tq_catalogue_table(tq_catalogue_current(), entry->table);

    if (table == NULL || !is_broadcast(table))
        return true;
    for (size_t i = 0; i < f->count; i++)
        if (f->tables[i] == table && tq_slice_equal(f->keys[i], entry->key))
            return true;
    if (f->count == MAX_ROWS) {
        f->too_many = true;
        return false;
    }
    f->keys[f->count] = tq_slice_of(
            tq_arena_copy(f->s->arena, entry->key.data, entry->key.len), entry->key.len);
    f->no_memory = f->keys[f->count].data == NULL;
    f->tables[f->count] = table;
    f->count += !f->no_memory;
    return !f->no_memory;
}

static tq_status load_rows(
        struct server *s, const struct found *f, struct tq_row **out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->app->store);
    struct tq_row *rows = tq_arena_array(s->arena, f->count + 1, sizeof(*rows));

    *out = rows;
    for (size_t i = 0; rows != NULL && i < f->count; i++) {
        const struct tq_table *t = f->tables[i];
        struct tq_stored_row stored;
        uint32_t *columns = tq_arena_array(s->arena, t->ncolumns, sizeof(*columns));
        struct tq_value *values = tq_arena_array(s->arena, t->ncolumns, sizeof(*values));
        tq_status rc;

        if (columns == NULL || values == NULL)
            return tq_error_set(err, TQ_NOMEM, "broadcast");
        memset(&stored, 0, sizeof(stored));
        rc = ops->rows_get(ops->ctx, t, &f->keys[i], 1, s->arena, &stored, err);
        if (rc != TQ_OK)
            return rc;
        rows[i].table = t->id;
        rows[i].key = f->keys[i];
        rows[i].exists = stored.exists;
        rows[i].seq = stored.meta.row_seq;
        for (size_t k = 0; stored.exists && k < t->ncolumns; k++) {
            if (!t->columns[k].leaves)
                continue;
            columns[rows[i].ncolumns] = t->columns[k].id;
            values[rows[i].ncolumns++] = stored.values[k];
        }
        rows[i].columns = columns;
        rows[i].values = values;
    }
    return rows != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "broadcast");
}

/* `prev`: what an office must know already; else it pulls, after a delay of its own. */
static tq_status publish(struct server *s, const struct tq_row *rows, size_t count, uint64_t prev,
        const struct tq_district_state *state, struct tq_error *err)
{
    struct tq_message message;
    struct tq_buf plain;
    struct tq_buf sealed;
    tq_status rc;

    tq_buf_init(&plain, 0);
    tq_buf_init(&sealed, 0);
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_BROADCAST;
    message.u.broadcast.epoch = s->epoch;
    message.u.broadcast.seq = state->head;
    message.u.broadcast.prev = prev;
    message.u.broadcast.at_ms = s->now_ms;
    memcpy(message.u.broadcast.ledger_hash, state->ledger_hash, TQ_HASH_BYTES);
    message.u.broadcast.nrows = count;
    message.u.broadcast.rows = rows;
    rc = tq_broadcast_sign(&message.u.broadcast, &s->app->signer, err);
    if (rc == TQ_OK)
        rc = tq_message_encode(&message, &plain, err);
    if (rc == TQ_OK)
        rc = tq_seal(s->herald.key_id, s->herald.key, tq_buf_slice(&plain), &sealed, err);
    if (rc == TQ_OK)
        rc = tq_hub_publish(s->hub, NEWS_TOPIC, sealed.data, sealed.len, err);
    if (rc == TQ_OK) {
        s->herald.last = state->head;
        s->herald.sent++;
        cli_print(s->cli, "%s %zu %s", cli_say(s->cli, "Đã phát", "Broadcast"), count,
                cli_say(s->cli, "dòng công khai", "public rows"));
    }
    tq_buf_deinit(&plain);
    tq_buf_deinit(&sealed);
    return rc;
}

tq_status herald_look(struct server *s, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->app->store);
    struct tq_district_state state;
    struct tq_row *rows = NULL;
    struct found f;
    tq_status rc;

    tq_arena_reset(s->arena);
    memset(&f, 0, sizeof(f));
    f.s = s;
    f.tables = tq_arena_array(s->arena, MAX_ROWS, sizeof(*f.tables));
    f.keys = tq_arena_array(s->arena, MAX_ROWS, sizeof(*f.keys));
    rc = f.tables == NULL || f.keys == NULL ? tq_error_set(err, TQ_NOMEM, "broadcast")
                                            : ops->state_get(ops->ctx, &state, err);
    if (rc == TQ_OK && state.head > s->herald.looked_at) {
        rc = ops->index_walk(ops->ctx, tq_slice_of(NULL, 0), s->herald.looked_at, collect, &f, err);
        if (rc == TQ_OK && f.no_memory)
            rc = tq_error_set(err, TQ_NOMEM, "broadcast");
        if (rc == TQ_OK && f.count > 0 && !f.too_many)
            rc = load_rows(s, &f, &rows, err);
    }
    if (rc == TQ_OK && f.count > 0 && !f.too_many) {
        rc = publish(s, rows, f.count, s->herald.last, &state, err);
        if (rc == TQ_TOO_LARGE) { /* few rows, of long texts: they are for a pull, too */
            tq_error_clear(err);
            f.too_many = true;
            rc = TQ_OK;
        }
    }
    if (rc == TQ_OK && f.too_many) /* its own sequence: whoever has not pulled that far has a gap */
        rc = publish(s, NULL, 0, state.head, &state, err);
    if (rc == TQ_OK)
        s->herald.looked_at = state.head;
    return rc;
}

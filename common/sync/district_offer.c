/* district_offer.c - What this district wrote itself and lost, as an office still holds it: noted as a
 * proposal, never applied here (sync.md section 7).
 *
 * A device can offer only what the district may write, of rows that its office is sent, with values
 * that the rules of their columns allow; what stands here already is no proposal. */
#include <string.h>

#include "sync/district_internal.h"

#define PROPOSED_BYTES ((size_t)64 * 1024) /* of one row */

struct offered {
    struct tq_district *d;
    struct session *s;
    const struct tq_table *table;
    const struct tq_row *row;
    struct tq_value values[TQ_MAX_COLUMNS]; /* by column index */
    bool given[TQ_MAX_COLUMNS];
    struct tq_stored_row stored;
};

static bool is_districts(uint32_t writers)
{
    return (writers & (TQ_BY_DISTRICT | TQ_BY_SYSTEM)) != 0;
}

static bool is_fixed(const struct tq_table *table, size_t at)
{
    return tq_table_is_key(table, (uint32_t)at) || (int)at == table->owner;
}

/* Names, types and rules of what came; false: no proposal is made of it. */
static bool read_values(struct offered *o)
{
    struct tq_value key[TQ_MAX_KEY_COLUMNS];
    size_t bytes = o->row->key.len;

    if (!o->row->exists || !tq_key_decode(o->table, o->row->key, key))
        return false;
    for (uint32_t i = 0; i < o->row->ncolumns; i++) {
        int at = tq_table_column(o->table, o->row->columns[i]);
        const struct tq_column *column;

        if (at < 0) /* of a newer office */
            continue;
        column = &o->table->columns[at];
        if (!column->leaves || !is_districts(column->writers) ||
                tq_column_check(column, &o->row->values[i]) != TQ_REASON_NONE)
            return false;
        o->values[at] = o->row->values[i];
        o->given[at] = true;
        bytes += o->values[at].type == TQ_NULL ? 0 : o->values[at].s.len;
    }
    for (uint32_t i = 0; i < o->table->nkey; i++) {
        uint32_t at = o->table->key[i];

        if (tq_column_check(&o->table->columns[at], &key[i]) != TQ_REASON_NONE ||
                (o->given[at] && !tq_value_equal(&o->values[at], &key[i])))
            return false;
        o->values[at] = key[i];
        o->given[at] = true;
    }
    return bytes <= PROPOSED_BYTES;
}

/* A row that is not here must be one that the district can insert as it came. */
static bool is_whole(const struct offered *o)
{
    if (!is_districts(o->table->writers))
        return false;
    if (o->table->owner >= 0 && !o->given[o->table->owner])
        return false;
    for (size_t i = 0; i < o->table->ncolumns; i++) {
        const struct tq_column *column = &o->table->columns[i];

        if (!o->given[i] && tq_column_check(column, &column->fallback) != TQ_REASON_NONE)
            return false;
    }
    return true;
}

/* Only what this very office is sent: its own rows, and public ones. */
static bool is_in_scope(const struct offered *o)
{
    const struct tq_value *owner;

    if (o->table->scope == TQ_PUBLIC)
        return true;
    owner = o->stored.exists ? &o->stored.values[o->table->owner] : &o->values[o->table->owner];
    return owner->type == TQ_TEXT && district_owns(o->s, owner->s);
}

/* What differs from the row as it stands here: nothing, where it came back by other ways. */
static tq_status differing(struct offered *o, struct tq_cells *out, struct tq_error *err)
{
    uint32_t *columns = tq_arena_array(o->d->arena, TQ_MAX_COLUMNS, sizeof(*columns));
    struct tq_value *values = tq_arena_array(o->d->arena, TQ_MAX_COLUMNS, sizeof(*values));

    memset(out, 0, sizeof(*out));
    if (columns == NULL || values == NULL)
        return tq_error_set(err, TQ_NOMEM, "offer");
    for (size_t i = 0; i < o->table->ncolumns; i++) {
        const struct tq_column *column = &o->table->columns[i];
        const struct tq_value *now = o->stored.exists ? &o->stored.values[i] : &column->fallback;
        bool owner = !o->stored.exists && (int)i == o->table->owner;

        if (!o->given[i] || tq_table_is_key(o->table, (uint32_t)i) ||
                (!owner && (is_fixed(o->table, i) || tq_value_equal(&o->values[i], now))))
            continue;
        columns[out->n] = column->id;
        values[out->n++] = o->values[i];
    }
    out->columns = columns;
    out->values = values;
    return TQ_OK;
}

static tq_status take_row(
        struct offered *o, int64_t now_ms, tq_proposal_fate *fate, struct tq_error *err)
{
    const struct tq_district_ops *store = o->d->config.merge.store;
    struct tq_proposed proposed = { o->s->device, o->row->table, o->row->key, { 0, NULL, NULL } };
    tq_status rc;

    *fate = TQ_PROPOSAL_OPEN;
    o->table = tq_catalogue_table(o->d->config.merge.catalogue, o->row->table);
    if (o->table == NULL || !read_values(o))
        return TQ_OK;
    rc = store->rows_get(store->ctx, o->table, &o->row->key, 1, o->d->arena, &o->stored, err);
    if (rc != TQ_OK || (!o->stored.exists && !is_whole(o)) || !is_in_scope(o))
        return rc;
    rc = differing(o, &proposed.cells, err);
    if (rc != TQ_OK || (o->stored.exists && proposed.cells.n == 0))
        return rc;
    return store->proposal_put(store->ctx, &proposed, now_ms, fate, err);
}

tq_status district_offer(struct tq_district *d, struct session *s, const struct tq_offer *offer,
        int64_t now_ms, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_row *refused = tq_arena_array(d->arena, offer->nrows + 1, sizeof(*refused));
    struct tq_district_note note;
    struct tq_message answer;
    tq_status rc;

    memset(&note, 0, sizeof(note));
    note.event = s->wants_offers ? TQ_EVENT_OFFER : TQ_EVENT_DROPPED;
    note.now_ms = now_ms;
    if (!s->wants_offers) {
        district_note(d, s, &note);
        return TQ_OK;
    }
    memset(&answer, 0, sizeof(answer));
    answer.kind = TQ_MSG_OFFER;
    answer.u.offer.number = offer->number;
    answer.u.offer.rows = refused;
    if (refused == NULL)
        return tq_error_set(err, TQ_NOMEM, "offer");
    rc = store->begin(store->ctx, err);
    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; rc == TQ_OK && i < offer->nrows; i++) {
        struct offered o = { .d = d, .s = s, .row = &offer->rows[i] };
        tq_proposal_fate fate;

        rc = take_row(&o, now_ms, &fate, err);
        if (rc != TQ_OK || fate != TQ_PROPOSAL_REFUSED)
            continue;
        memset(&refused[answer.u.offer.nrows], 0, sizeof(*refused));
        refused[answer.u.offer.nrows].table = offer->rows[i].table;
        refused[answer.u.offer.nrows++].key = offer->rows[i].key;
    }
    rc = rc == TQ_OK ? store->commit(store->ctx, err) : rc;
    if (rc != TQ_OK) {
        store->rollback(store->ctx);
        return rc;
    }
    district_note(d, s, &note);
    return district_send(d, s, &answer, err);
}

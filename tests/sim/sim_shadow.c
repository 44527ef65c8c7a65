/* sim_shadow.c - Every row of the district as it was after each transaction; and whether the authors
 * of its changes had seen what they replaced. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define BUCKETS (sizeof(((struct sim_shadow *)0)->buckets) / sizeof(struct sim_row *))

/* ---- the shadow ---- */

void sim_shadow_init(struct sim *s)
{
    memset(&s->shadow, 0, sizeof(s->shadow));
    s->shadow.arena = tq_arena_new((size_t)1 << 30);
    s->shadow.last = &s->shadow.first;
}

void sim_shadow_free(struct sim *s)
{
    tq_arena_free(s->shadow.arena);
    s->shadow.arena = NULL;
}

static size_t bucket(const struct tq_table *table, struct tq_slice key)
{
    uint64_t h = UINT64_C(1469598103934665603) ^ table->id;

    for (size_t i = 0; i < key.len; i++)
        h = (h ^ key.data[i]) * UINT64_C(1099511628211);
    return (size_t)((h ^ (h >> 29)) % BUCKETS);
}

struct sim_row *sim_shadow_find(struct sim *s, const struct tq_table *table, struct tq_slice key)
{
    struct sim_row *row = s->shadow.buckets[bucket(table, key)];

    while (row != NULL && (row->table->id != table->id || !tq_slice_equal(row->key, key)))
        row = row->next;
    return row;
}

static void *keep(struct sim *s, const void *data, size_t len)
{
    void *copy = tq_arena_copy(s->shadow.arena, data, len > 0 ? len : 1);

    if (copy == NULL)
        sim_fail(s, "the shadow is out of memory");
    return copy;
}

static struct tq_value *keep_values(
        struct sim *s, const struct tq_table *table, const struct tq_value *values)
{
    struct tq_value *out = keep(s, values, table->ncolumns * sizeof(*values));

    for (size_t i = 0; i < table->ncolumns; i++)
        if (out[i].type == TQ_TEXT || out[i].type == TQ_BLOB)
            out[i].s.data =
                    out[i].s.len > 0 ? keep(s, out[i].s.data, out[i].s.len) : (const uint8_t *)"";
    return out;
}

struct touched {
    struct sim *s;
    struct tq_slice owner;
};

static bool touch(void *arg, const struct tq_index_entry *entry)
{
    struct touched *t = arg;
    struct sim *s = t->s;
    const struct tq_table *table = tq_catalogue_table(s->catalogue, entry->table);
    struct sim_row *row = sim_shadow_find(s, table, entry->key);
    size_t at = bucket(table, entry->key);

    if (row == NULL) {
        struct sim_row fresh;

        memset(&fresh, 0, sizeof(fresh));
        fresh.table = table;
        fresh.key = tq_slice_of(keep(s, entry->key.data, entry->key.len), entry->key.len);
        fresh.owner = t->owner;
        fresh.next = s->shadow.buckets[at];
        row = keep(s, &fresh, sizeof(fresh));
        s->shadow.buckets[at] = row;
        *s->shadow.last = row;
        s->shadow.last = &row->all;
    }
    return true;
}

static void look_at(struct sim *s, struct sim_row *row, uint64_t head)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    struct tq_stored_row stored;
    struct sim_version version;
    struct tq_error err;

    memset(&stored, 0, sizeof(stored));
    tq_error_clear(&err);
    sim_must(s, ops->rows_get(ops->ctx, row->table, &row->key, 1, s->scratch, &stored, &err),
            "row of the district", &err);
    if (row->newest != NULL && row->newest->exists && !stored.exists)
        sim_fail(s, "%s %s has gone from the district", row->table->name,
                sim_key_text(s, row->table, row->key));
    if (row->newest != NULL && row->newest->exists == stored.exists &&
            (!stored.exists || row->newest->meta.row_seq == stored.meta.row_seq))
        return;
    memset(&version, 0, sizeof(version));
    version.head = head;
    version.exists = stored.exists;
    if (stored.exists) {
        version.values = keep_values(s, row->table, stored.values);
        version.meta = stored.meta;
        if (row->table->owner >= 0 && row->owner.len == 0)
            row->owner = version.values[row->table->owner].s;
    }
    version.older = row->newest;
    row->newest = keep(s, &version, sizeof(version));
}

/* ---- had seen ---- */

/* Did a change of this device before this one leave `before` in the cell? Then the clerk saw his
 * own unsettled value. */
static bool own_value(struct sim *s, const struct tq_ledger_set *set, const struct tq_change *c,
        const struct tq_set_body *body)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    struct tq_error err;

    tq_error_clear(&err);
    for (uint64_t n = 1; n <= set->n; n++) {
        struct tq_set_body other;
        struct tq_ledger_set kept;
        const struct tq_set_body *in = body;

        if (n < set->n) {
            sim_must(s, ops->ledger_by_n(ops->ctx, n, s->scratch, &kept, &err), "ledger", &err);
            if (kept.set.device != set->set.device)
                continue;
            sim_must(s, tq_body_decode(kept.set.payload, s->scratch, &other, &err), "set", &err);
            in = &other;
        }
        for (size_t i = 0; i < in->nchanges && (in != body || in->changes[i].log_id < c->log_id);
                i++) {
            const struct tq_change *o = &in->changes[i];
            const struct tq_table *table = tq_catalogue_table(s->catalogue, o->table);
            bool same = true;

            if (o->table != c->table || !tq_slice_equal(o->key, c->key) ||
                    (o->cell != c->cell && o->cell != TQ_CELL_ROW))
                continue;
            for (uint32_t k = 0; same && k < c->ncolumns; k++) {
                int at = tq_table_column(table, c->columns[k]);
                struct tq_value left = at >= 0 ? table->columns[at].fallback : c->before[k];

                for (uint32_t m = 0; m < o->ncolumns; m++)
                    if (o->columns[m] == c->columns[k])
                        left = o->after[m];
                same = tq_value_equal(&left, &c->before[k]);
            }
            if (same)
                return true;
        }
    }
    return false;
}

/* Was it made in a file that stood in a history that was lost? By a number of then it saw what is not
 * here, or has another number. And by one of this history, which moves before the two are compared, it
 * covers what the lost value had replaced. */
static bool is_foreign(
        const struct sim *s, const struct tq_ledger_set *set, const struct tq_change *c)
{
    for (size_t i = 0; i < s->noffices; i++)
        if (s->offices[i].device == set->set.device &&
                c->log_id <= (uint64_t)s->offices[i].foreign_log)
            return true;
    return false;
}

/* A change that had seen the present value (by number) must name it as the one it replaced. */
static void check_seen(struct sim *s, const struct tq_ledger_set *set,
        const struct tq_set_body *body, const struct tq_change *c)
{
    const struct tq_table *table = tq_catalogue_table(s->catalogue, c->table);
    const struct sim_version *then;
    struct sim_row *row;

    if (table == NULL || c->cell == TQ_CELL_ROW || set->set.device == TQ_DEVICE_DISTRICT)
        return;
    if (s->losses > 0 && (c->seen < s->shadow.base || is_foreign(s, set, c)))
        return;
    row = sim_shadow_find(s, table, c->key);
    if (row == NULL || row->newest == NULL || !row->newest->exists)
        return;
    if (table->owner >= 0 && !tq_slice_equal(row->owner, c->owner))
        return;         /* refused: another commune's */
    then = row->newest; /* the state before this transaction: the shadow looks afterwards */
    if (tq_meta_seq(&then->meta, c->cell) > c->seen)
        return;
    s->stats.checked_seen++;
    for (uint32_t k = 0; k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);

        if (at < 0 || !table->columns[at].leaves)
            return;
        if (tq_value_equal(&then->values[at], &c->before[k]))
            continue;
        if (own_value(s, set, c, body))
            return;
        sim_fail(s,
                "set %" PRIu64 " of device %u: %s %s cell %u: seen %" PRIx64
                " covers the value of %" PRIx64 " (%s), but the clerk saw another one",
                set->set.seq, set->set.device, table->name, sim_key_text(s, table, c->key), c->cell,
                c->seen, tq_meta_seq(&then->meta, c->cell),
                sim_cell_text(s, table, c->cell, then->values));
    }
}

/* Another set of this transaction on the same cell comes between. */
static void check_new_sets(struct sim *s)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);

    for (;;) {
        struct tq_ledger_set set;
        struct tq_set_body body;
        struct tq_error err;
        tq_status rc;

        tq_error_clear(&err);
        memset(&set, 0, sizeof(set));
        rc = ops->ledger_by_n(ops->ctx, s->shadow.ledger_n + 1, s->scratch, &set, &err);
        if (rc == TQ_NOT_FOUND)
            return;
        sim_must(s, rc, "ledger", &err);
        sim_must(s, tq_body_decode(set.set.payload, s->scratch, &body, &err), "set", &err);
        for (size_t i = 0; i < body.nchanges; i++)
            check_seen(s, &set, &body, &body.changes[i]);
        s->shadow.ledger_n++;
    }
}

static void check_district(struct sim *s)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    struct tq_district_state state;
    struct tq_error err;

    tq_error_clear(&err);
    tq_arena_reset(s->scratch);
    sim_must(s, ops->state_get(ops->ctx, &state, &err), "state", &err);
    if (state.head < s->shadow.head)
        sim_fail(s, "the head falls from %" PRIx64 " to %" PRIx64, s->shadow.head, state.head);
    if (state.head == s->shadow.head)
        return;
    check_new_sets(s);
    for (size_t i = 0; i <= s->ncommunes; i++) {
        struct touched t = { s,
            i < s->ncommunes ? tq_slice_str(sim_unit(i)) : tq_slice_of(NULL, 0) };

        sim_must(s, ops->index_walk(ops->ctx, t.owner, s->shadow.head, touch, &t, &err), "index",
                &err);
    }
    /* Rows are few: look at all of them, an entry that the index lacks is found by the digests. */
    for (struct sim_row *row = s->shadow.first; row != NULL; row = row->all)
        look_at(s, row, state.head);
    s->shadow.head = state.head;
}

void sim_check_district(struct sim *s)
{
    sim_pause(true);
    check_district(s);
    sim_pause(false);
}

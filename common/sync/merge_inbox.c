/* merge_inbox.c - The rows that the merge itself makes: conflict, held_row, correction_request.
 *
 * They are ordinary replicated rows of the commune concerned, keyed by a hash of the change they
 * are about: whoever merges the same sets makes the same rows. They get their sequences in the
 * transaction that causes them, below its merged_at. These three are the only tables that sync/
 * knows by name. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/merge_internal.h"

#define MAX_FIELDS 16
/* Of one value in an inbox row; longer than any column may be. The ledger has the whole of it. */
#define SHOWN_BYTES ((size_t)8192)
#define CONFLICT_DOMAIN "tuquan.conflict.v1"

struct field {
    const char *column;
    struct tq_value value;
};

static void change_id(const struct tq_change *change, const struct tq_value *values,
        uint32_t device, const char *domain, uint32_t cell, uint8_t out[TQ_SURROGATE_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, domain, TQ_SURROGATE_BYTES);
    tq_hash_add_u32(&hasher, device);
    tq_hash_add_u32(&hasher, change->incarnation);
    tq_hash_add_u64(&hasher, change->log_id);
    tq_hash_add_u32(&hasher, change->table);
    tq_hash_add_slice(&hasher, change->key);
    tq_hash_add_u32(&hasher, cell);
    for (uint32_t i = 0; i < change->ncolumns; i++) {
        uint8_t type = (uint8_t)values[i].type;

        tq_hash_add_u32(&hasher, change->columns[i]);
        tq_hash_add(&hasher, &type, 1);
        tq_hash_add_u64(&hasher, (uint64_t)values[i].i);
        tq_hash_add_slice(&hasher, values[i].s);
    }
    tq_hash_final(&hasher, out, TQ_SURROGATE_BYTES);
}

/* Key of a row made for a change: the same wherever the change is merged. */
void merge_change_id(const struct merge_source *source, uint32_t place, const char *domain,
        uint32_t cell, uint8_t out[TQ_SURROGATE_BYTES])
{
    const struct tq_change *change = &source->body.changes[place];

    change_id(change, change->after, source->set.device, domain, cell, out);
}

tq_status tq_merge_conflict_id(const struct tq_change *change, uint32_t device, uint32_t cell,
        struct tq_arena *arena, uint8_t out[TQ_SURROGATE_BYTES], struct tq_error *err)
{
    struct tq_value *values = tq_arena_array(arena, change->ncolumns + 1u, sizeof(*values));
    struct tq_buf buf;
    bool changed;
    tq_status rc = values != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "values of a change");

    tq_buf_init(&buf, MERGE_NFC_BYTES);
    for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
        values[i] = change->after[i];
        rc = merge_normalise_value(&values[i], &buf, arena, &changed, err);
    }
    tq_buf_deinit(&buf);
    if (rc == TQ_OK)
        change_id(change, values, device, CONFLICT_DOMAIN, cell, out);
    return rc;
}

static void append_quoted(struct tq_buf *out, const struct tq_value *whole)
{
    struct tq_value cut = *whole;
    const struct tq_value *value = &cut;
    char hex[3];

    if (cut.s.len > SHOWN_BYTES)
        cut.s.len = SHOWN_BYTES;
    /* Not in the middle of a letter. */
    while (cut.type == TQ_TEXT && cut.s.len < whole->s.len && cut.s.len > 0 &&
            (whole->s.data[cut.s.len] & 0xc0) == 0x80)
        cut.s.len--;

    if (value->type == TQ_NULL) {
        tq_buf_append_str(out, "NULL");
    } else if (value->type == TQ_INT) {
        tq_buf_printf(out, "%lld", (long long)value->i);
    } else if (value->type == TQ_BLOB) {
        tq_buf_append_str(out, "X'");
        for (size_t i = 0; i < value->s.len; i++) {
            tq_hex(hex, &value->s.data[i], 1);
            tq_buf_append_str(out, hex);
        }
        tq_buf_append_str(out, "'");
    } else {
        tq_buf_append_str(out, "'");
        for (size_t i = 0; i < value->s.len; i++) {
            if (value->s.data[i] == '\'')
                tq_buf_append_u8(out, '\'');
            tq_buf_append_u8(out, value->s.data[i]);
        }
        tq_buf_append_str(out, "'");
    }
}

/* "number=quoted," per value, in the arena. */
static tq_status finish(struct merge_batch *batch, struct tq_buf *buf, struct tq_value *out)
{
    tq_status rc = TQ_OK;
    void *copy = NULL;

    if (tq_buf_is_ok(buf))
        copy = tq_arena_copy(batch->arena, buf->data, buf->len);
    if (copy == NULL)
        rc = tq_error_set(batch->err, TQ_NOMEM, "values of an inbox row");
    *out = tq_value_text(tq_slice_of(copy, buf->len));
    tq_buf_deinit(buf);
    return rc;
}

static tq_status change_text(struct merge_batch *batch, const struct tq_change *change, bool before,
        struct tq_value *out)
{
    struct tq_buf buf;

    tq_buf_init(&buf, TQ_MAX_TEXT_BYTES);
    for (uint32_t i = 0; i < change->ncolumns; i++) {
        if (before && change->before == NULL)
            continue;
        tq_buf_printf(&buf, "%u=", change->columns[i]);
        append_quoted(&buf, before ? &change->before[i] : &change->after[i]);
        tq_buf_append_str(&buf, ",");
    }
    return finish(batch, &buf, out);
}

static bool is_same(const struct merge_row *row, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int at = tq_table_column_find(row->table, fields[i].column);

        if (at < 0 || !tq_value_equal(&row->values[at], &fields[i].value))
            return false;
    }
    return true;
}

/* Write a row of the merge's own: create it or change what differs. */
static tq_status put(struct merge_batch *batch, const char *name, struct tq_slice key,
        struct tq_slice owner, const struct field *fields, size_t count, bool create)
{
    const struct tq_table *table = tq_catalogue_find(batch->config->catalogue, name);
    struct merge_row *row;
    uint64_t seq;
    tq_status rc;

    if (table == NULL)
        return tq_error_set(batch->err, TQ_INTERNAL, "no table %s in the catalogue", name);
    rc = merge_row_get(batch, table, key, &row);
    if (rc != TQ_OK || (!row->exists && !create))
        return rc;
    if (row->exists && is_same(row, fields, count))
        return TQ_OK;
    seq = merge_next_seq(batch);
    rc = row->exists ? merge_row_dirty(batch, row) : merge_row_create(batch, row, owner, seq);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        int at = tq_table_column_find(table, fields[i].column);

        if (at < 0)
            return tq_error_set(batch->err, TQ_INTERNAL, "no column %s.%s", name, fields[i].column);
        if (tq_value_equal(&row->values[at], &fields[i].value))
            continue;
        row->values[at] = fields[i].value;
        if (row->meta.born_seq != seq)
            tq_meta_set(&row->meta, table->columns[at].cell, seq);
    }
    if (rc == TQ_OK)
        tq_meta_set(&row->meta, TQ_CELL_ROW, seq);
    return rc != TQ_OK ? rc
                       : merge_row_entry(
                                 batch, merge_row_owner(row), seq, table, row->key, NULL, false);
}

/* Columns of a row that exists, written by the district's program. */
tq_status merge_system_write(struct merge_batch *batch, struct merge_row *row,
        const char *const *columns, const struct tq_value *values, size_t count)
{
    struct field fields[MAX_FIELDS];

    for (size_t i = 0; i < count && i < MAX_FIELDS; i++)
        fields[i] = (struct field){ columns[i], values[i] };
    return put(batch, row->table->name, row->key, merge_row_owner(row), fields, count, false);
}

/* Cells are named for people; the row itself has no name, and one that is not known here only its
 * number. */
static struct tq_value cell_value(
        struct merge_batch *batch, const struct tq_table *table, uint32_t cell)
{
    char number[16];
    int len;
    void *copy;

    if (table == NULL || cell == TQ_CELL_ROW)
        return tq_value_str("");
    if (tq_table_column(table, cell) >= 0)
        return tq_value_str(tq_table_cell_name(table, cell));
    len = snprintf(number, sizeof(number), "%" PRIu32, cell);
    copy = tq_arena_copy(batch->arena, number, (size_t)len);
    return tq_value_text(tq_slice_of(copy, copy != NULL ? (size_t)len : 0));
}

static struct tq_slice owner_of(const struct merge_row *row, const struct tq_change *change)
{
    return row != NULL && row->exists && row->table->owner >= 0 ? merge_row_owner(row)
                                                                : change->owner;
}

/* What a change gives the cell; an insert that does not name a column means its default. */
static void values_of(const struct tq_change *change, const struct merge_row *row,
        const uint32_t *columns, size_t count, struct tq_value *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = row->table->columns[columns[i]].fallback;
        for (uint32_t k = 0; k < change->ncolumns; k++)
            if (change->columns[k] == row->table->columns[columns[i]].id)
                out[i] = change->after[k];
    }
}

static tq_status values_text(struct merge_batch *batch, const struct merge_row *row,
        const uint32_t *columns, const struct tq_value *values, size_t count, struct tq_value *out)
{
    struct tq_buf buf;

    tq_buf_init(&buf, TQ_MAX_TEXT_BYTES);
    for (size_t i = 0; i < count; i++) {
        tq_buf_printf(&buf, "%u=", row->table->columns[columns[i]].id);
        append_quoted(&buf, &values[i]);
        tq_buf_append_str(&buf, ",");
    }
    return finish(batch, &buf, out);
}

/* The cell in which people write what they decided about a row of the inbox. */
static bool is_decision(const struct tq_table *table, uint32_t cell)
{
    int at = tq_table_column(table, cell);

    return table->scope == TQ_OWN && at >= 0 && strcmp(table->columns[at].name, "decision") == 0;
}

/* Do two values of a cell say the same? Of a decision only what was decided: who wrote it down, and
 * when, makes no second opinion. `columns`: as tq_table_cell gives them. */
bool merge_cell_agrees(const struct tq_table *table, uint32_t cell, const struct tq_value *a,
        const struct tq_value *b, size_t count)
{
    if (count > 1 && is_decision(table, cell))
        count = 1;
    for (size_t i = 0; i < count; i++)
        if (!tq_value_equal(&a[i], &b[i]))
            return false;
    return true;
}

/* Has somebody decided to leave it as it is, or what else is to be done? */
static tq_status is_decided(struct merge_batch *batch, struct tq_slice id, bool *out)
{
    const struct tq_table *table = tq_catalogue_find(batch->config->catalogue, "conflict");
    int at = table != NULL ? tq_table_column_find(table, "decision") : -1;
    struct merge_row *row;
    tq_status rc;

    *out = false;
    if (at < 0)
        return TQ_OK;
    rc = merge_row_get(batch, table, id, &row);
    *out = rc == TQ_OK && row->exists && row->values[at].type != TQ_NULL;
    return rc;
}

/* Why the one value stands and the other does not: the rule that chose between them. */
static tq_reason rule_of(const struct merge_row *row, uint32_t cell, const struct merge_stamp *kept,
        const struct merge_source *loser, uint32_t place)
{
    if (cell == row->table->void_cell && loser->body.changes[place].cell == TQ_CELL_ROW)
        return TQ_REASON_ENTERED_OVER_VOID;
    return kept->found && kept->e == loser->e[place] ? TQ_REASON_SAME_MOMENT
                                                     : TQ_REASON_NEWER_VALUE;
}

/* The value that stands: who wrote it, on which device, when. */
static tq_status add_kept(struct merge_batch *batch, const struct merge_row *row, uint32_t cell,
        const struct merge_source *loser, uint32_t place, struct field *f, size_t *n)
{
    struct merge_stamp kept;
    const struct tq_change *change;
    tq_status rc = merge_stamp_of(batch, tq_meta_seq(&row->meta, cell), &kept);

    if (rc != TQ_OK)
        return rc;
    change = kept.found ? &kept.source->body.changes[kept.place] : NULL;
    f[(*n)++] = (struct field){ "kept_author",
        change != NULL ? tq_value_text(change->author) : tq_value_null() };
    f[(*n)++] = (struct field){ "kept_device",
        tq_value_int(kept.found ? kept.source->set.device : TQ_DEVICE_DISTRICT) };
    f[(*n)++] = (struct field){ "kept_at", kept.found ? tq_value_int(kept.e) : tq_value_null() };
    f[(*n)++] = (struct field){ "reason",
        tq_value_str(tq_reason_code(rule_of(row, cell, &kept, loser, place))) };
    return TQ_OK;
}

/* Had the writer of an insert seen the void that stands? Then he has entered the row knowing it. */
static tq_status knew_void(struct merge_batch *batch, const struct merge_row *row, uint32_t cell,
        struct merge_source *loser, uint32_t place, bool *out)
{
    uint64_t seq = tq_meta_seq(&row->meta, cell);
    const struct tq_change *change = &loser->body.changes[place];
    struct merge_stamp present;
    tq_status rc;

    *out = false;
    if (!merge_is_entry(row->table, cell, change))
        return TQ_OK;
    rc = merge_has_seen(batch, change->seen, seq, out);
    if (rc == TQ_OK && !*out)
        rc = merge_stamp_of(batch, seq, &present);
    return rc != TQ_OK || *out ? rc : merge_is_own(batch, &present, loser, place, out);
}

/* One change that is not the value of its cell and that no later one had seen: it stands in the
 * inbox as long as its value is another than the cell's and nobody has decided about it. */
static tq_status show(struct merge_batch *batch, struct merge_row *row, uint32_t cell,
        const struct tq_loser *entry)
{
    struct tq_value lost[TQ_MAX_COLUMNS];
    struct tq_value present[TQ_MAX_COLUMNS];
    uint32_t columns[TQ_MAX_COLUMNS];
    size_t count = tq_table_cell(row->table, cell, columns);
    uint8_t id[TQ_SURROGATE_BYTES];
    struct field f[MAX_FIELDS];
    struct merge_source *loser;
    const struct tq_change *change;
    struct tq_value other;
    struct tq_value kept;
    bool decided = false;
    bool same;
    size_t n = 0;
    tq_status rc = merge_source_by_n(batch, entry->set_n, &loser);

    if (rc != TQ_OK)
        return rc;
    if (entry->place >= loser->body.nchanges)
        return tq_error_set(batch->err, TQ_CORRUPT, "inbox entry without a place");
    change = &loser->body.changes[entry->place];
    values_of(change, row, columns, count, lost);
    for (size_t i = 0; i < count; i++)
        present[i] = row->values[columns[i]];
    same = merge_cell_agrees(row->table, cell, lost, present, count);
    if (!same)
        rc = knew_void(batch, row, cell, loser, entry->place, &same);
    merge_change_id(loser, entry->place, CONFLICT_DOMAIN, cell, id);
    if (rc == TQ_OK)
        rc = is_decided(batch, tq_slice_of(id, sizeof(id)), &decided);
    f[n++] = (struct field){ "state", tq_value_str(same || decided ? "decided" : "open") };
    if (rc == TQ_OK && same)
        return put(
                batch, "conflict", tq_slice_of(id, sizeof(id)), owner_of(row, change), f, n, false);
    if (rc == TQ_OK)
        rc = values_text(batch, row, columns, lost, count, &other);
    if (rc == TQ_OK)
        rc = values_text(batch, row, columns, present, count, &kept);
    if (rc == TQ_OK)
        rc = add_kept(batch, row, cell, loser, entry->place, f, &n);
    if (rc != TQ_OK)
        return rc;
    f[n++] = (struct field){ "table_name", tq_value_str(row->table->name) };
    f[n++] = (struct field){ "row_key", tq_value_blob(row->key) };
    f[n++] = (struct field){ "cell", cell_value(batch, row->table, cell) };
    f[n++] = (struct field){ "other_values", other };
    f[n++] = (struct field){ "other_author", tq_value_text(change->author) };
    f[n++] = (struct field){ "other_device", tq_value_int(loser->set.device) };
    f[n++] = (struct field){ "other_at", tq_value_int(loser->e[entry->place]) };
    f[n++] = (struct field){ "kept_values", kept };
    return put(batch, "conflict", tq_slice_of(id, sizeof(id)), owner_of(row, change), f, n, true);
}

/* The row of `table_name`, `row_key` that an inbox row is about; *out NULL when there is none. */
static tq_status row_about(struct merge_batch *batch, const struct merge_row *entry,
        struct merge_row **out, uint32_t *cell)
{
    const struct tq_catalogue *catalogue = batch->config->catalogue;
    const struct tq_value *name = &entry->values[tq_table_column_find(entry->table, "table_name")];
    const struct tq_value *key = &entry->values[tq_table_column_find(entry->table, "row_key")];
    const struct tq_value *named = &entry->values[tq_table_column_find(entry->table, "cell")];
    const struct tq_table *table = NULL;

    *out = NULL;
    *cell = TQ_CELL_ROW;
    for (size_t i = 0; i < catalogue->ntables; i++)
        if (tq_slice_equal(name->s, tq_slice_str(catalogue->tables[i].name)))
            table = &catalogue->tables[i];
    if (table == NULL || key->type != TQ_BLOB)
        return TQ_OK;
    for (size_t i = 0; i < table->ncolumns; i++)
        if (tq_slice_equal(named->s, tq_slice_str(table->columns[i].name)))
            *cell = table->columns[i].cell;
    return merge_row_get(batch, table, key->s, out);
}

/* Somebody wrote a decision about a conflict, or took it back: it is closed, or open again while
 * the other value still stands against that of the cell. */
tq_status merge_conflict_decided(struct merge_batch *batch, struct merge_row *entry)
{
    int decision = tq_table_column_find(entry->table, "decision");
    struct field f = { "state", tq_value_str("decided") };
    struct tq_loser *list;
    struct merge_row *row;
    uint32_t cell;
    size_t count;
    tq_status rc;

    if (decision < 0 || !entry->exists)
        return TQ_OK;
    if (entry->values[decision].type != TQ_NULL)
        return put(batch, "conflict", entry->key, merge_row_owner(entry), &f, 1, false);
    rc = row_about(batch, entry, &row, &cell);
    if (rc != TQ_OK || row == NULL || !row->exists)
        return rc;
    rc = batch->store->losers(batch->store->ctx, row->table->id, row->key, cell, batch->arena,
            &list, &count, batch->err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        if (tq_slice_equal(list[i].entry, entry->key))
            rc = show(batch, row, cell, &list[i]);
    return rc;
}

tq_status merge_loser_add(struct merge_batch *batch, struct merge_row *row, uint32_t cell,
        struct merge_source *loser, uint32_t place, uint64_t seq)
{
    struct tq_loser entry;
    uint8_t id[TQ_SURROGATE_BYTES];

    merge_change_id(loser, place, CONFLICT_DOMAIN, cell, id);
    memset(&entry, 0, sizeof(entry));
    entry.seq = seq;
    entry.set_n = loser->n;
    entry.place = place;
    entry.table = row->table->id;
    entry.key = row->key;
    entry.cell = cell;
    entry.entry = tq_slice_of(id, sizeof(id));
    return batch->store->loser_put(batch->store->ctx, &entry, batch->err);
}

/* A later change of the cell had seen it: nobody needs to look any more. */
tq_status merge_loser_settle(struct merge_batch *batch, const struct tq_loser *loser)
{
    struct field f = { "state", tq_value_str("decided") };
    tq_status rc =
            batch->store->loser_delete(batch->store->ctx, loser->seq, loser->cell, batch->err);

    if (rc == TQ_OK && loser->entry.len == TQ_SURROGATE_BYTES)
        rc = put(batch, "conflict", loser->entry, tq_slice_of(NULL, 0), &f, 1, false);
    return rc;
}

/* The other changes of a cell, held against its value as it is now. */
tq_status merge_inbox_show(struct merge_batch *batch, struct merge_row *row, uint32_t cell)
{
    struct tq_loser *list;
    size_t count;
    tq_status rc = batch->store->losers(batch->store->ctx, row->table->id, row->key, cell,
            batch->arena, &list, &count, batch->err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = show(batch, row, cell, &list[i]);
    return rc;
}

/* A change was judged: inbox entries of the cell that its writer had seen are settled by it (he
 * decided knowing them), the others are held against the value as it is now. */
tq_status merge_inbox_refresh(struct merge_batch *batch, struct merge_row *row, uint32_t cell,
        struct merge_source *source, uint32_t place)
{
    const struct tq_change *change = &source->body.changes[place];
    struct tq_loser *list;
    size_t count;
    tq_status rc = batch->store->losers(batch->store->ctx, row->table->id, row->key, cell,
            batch->arena, &list, &count, batch->err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct merge_stamp stamp;
        bool seen;

        rc = merge_has_seen(batch, change->seen, list[i].seq, &seen);
        if (rc == TQ_OK && !seen) {
            memset(&stamp, 0, sizeof(stamp));
            rc = merge_source_by_n(batch, list[i].set_n, &stamp.source);
            stamp.found = true;
            stamp.place = list[i].place;
            if (rc == TQ_OK)
                rc = merge_is_own(batch, &stamp, source, place, &seen);
        }
        if (rc == TQ_OK && !seen)
            rc = show(batch, row, cell, &list[i]);
        if (rc != TQ_OK || !seen)
            continue;
        rc = merge_loser_settle(batch, &list[i]);
    }
    return rc;
}

/* `cell` not 0: of one cell of an insert that waits apart. */
tq_status merge_held_note(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint32_t cell, const struct merge_verdict *verdict, const char *state)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    bool open = strcmp(state, "open") == 0;
    struct tq_change part = *change;
    uint8_t id[TQ_SURROGATE_BYTES];
    struct field f[MAX_FIELDS];
    struct tq_value values;
    size_t n = 0;
    tq_status rc = TQ_OK;

    /* Only a commune's row has somebody to tell. */
    if (change->owner.len == 0)
        return TQ_OK;
    if (cell != 0 && table != NULL)
        rc = merge_part(batch, table, change, cell, &part);
    merge_change_id(source, place, "tuquan.held.v1", part.cell, id);
    f[n++] = (struct field){ "state", tq_value_str(state) };
    if (rc == TQ_OK && open)
        rc = change_text(batch, &part, false, &values);
    if (rc != TQ_OK)
        return rc;
    if (open) {
        f[n++] = (struct field){ "table_name", tq_value_str(table != NULL ? table->name : "?") };
        f[n++] = (struct field){ "row_key", tq_value_blob(change->key) };
        f[n++] = (struct field){ "cell", cell_value(batch, table, part.cell) };
        f[n++] = (struct field){ "held_values", values };
        f[n++] = (struct field){ "author", tq_value_text(change->author) };
        f[n++] = (struct field){ "device", tq_value_int(source->set.device) };
        f[n++] = (struct field){ "written_at", tq_value_int(source->e[place]) };
        f[n++] = (struct field){ "reason", tq_value_str(tq_reason_code(verdict->reason)) };
        if (table != NULL && tq_table_column(table, verdict->column) >= 0)
            f[n++] = (struct field){ "reason_column",
                tq_value_str(table->columns[tq_table_column(table, verdict->column)].name) };
    }
    return put(batch, "held_row", tq_slice_of(id, sizeof(id)), change->owner, f, n, open);
}

/* The request of this id; *out NULL: it was never asked. What was decided of it stands. */
static tq_status find_request(
        struct merge_batch *batch, struct tq_slice id, const struct merge_row **out)
{
    const struct tq_table *table =
            tq_catalogue_find(batch->config->catalogue, "correction_request");
    struct merge_row *row;
    tq_status rc;

    *out = NULL;
    if (table == NULL)
        return tq_error_set(batch->err, TQ_INTERNAL, "no table correction_request");
    rc = merge_row_get(batch, table, id, &row);
    if (rc == TQ_OK && row->exists)
        *out = row;
    return rc;
}

tq_status merge_request_stands(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, uint32_t cell, struct merge_verdict *verdict)
{
    uint8_t id[TQ_SURROGATE_BYTES];
    const struct merge_row *request;
    int state;
    tq_status rc;

    merge_change_id(source, place, "tuquan.request.v1", cell, id);
    rc = find_request(batch, tq_slice_of(id, sizeof(id)), &request);
    if (rc != TQ_OK || request == NULL)
        return rc;
    state = tq_table_column_find(request->table, "state");
    if (!tq_slice_equal(request->values[state].s, tq_slice_str("refused")))
        return TQ_OK;
    verdict->verdict = TQ_REFUSED_ROW;
    verdict->reason = TQ_REASON_REQUEST_REFUSED;
    return TQ_OK;
}

/* What an officer may grant: a column that is not known here is no part of it. */
static tq_status asked_text(
        struct merge_batch *batch, const struct tq_change *change, struct tq_value *out)
{
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    struct tq_buf buf;

    tq_buf_init(&buf, TQ_MAX_TEXT_BYTES);
    for (uint32_t i = 0; table != NULL && i < change->ncolumns; i++) {
        if (tq_table_column(table, change->columns[i]) < 0)
            continue;
        tq_buf_printf(&buf, "%u=", change->columns[i]);
        append_quoted(&buf, &change->after[i]);
        tq_buf_append_str(&buf, ",");
    }
    return finish(batch, &buf, out);
}

/* A change in a locked period becomes a request; a replay makes no second one. `change`: that of
 * the place, or one cell of it (merge_part). */
tq_status merge_request(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct tq_change *change)
{
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    uint8_t id[TQ_SURROGATE_BYTES];
    struct field f[MAX_FIELDS];
    struct tq_value old_values;
    struct tq_value new_values;
    size_t n = 0;
    const struct merge_row *asked;
    tq_status rc;

    merge_change_id(source, place, "tuquan.request.v1", change->cell, id);
    rc = find_request(batch, tq_slice_of(id, sizeof(id)), &asked);
    if (rc != TQ_OK || asked != NULL)
        return rc;
    rc = change_text(batch, change, true, &old_values);
    if (rc == TQ_OK)
        rc = asked_text(batch, change, &new_values);
    if (rc != TQ_OK)
        return rc;
    f[n++] = (struct field){ "table_name", tq_value_str(table->name) };
    f[n++] = (struct field){ "row_key", tq_value_blob(change->key) };
    f[n++] = (struct field){ "cell", cell_value(batch, table, change->cell) };
    f[n++] = (struct field){ "old_values", old_values };
    f[n++] = (struct field){ "new_values", new_values };
    f[n++] = (struct field){ "author", tq_value_text(change->author) };
    f[n++] = (struct field){ "device", tq_value_int(source->set.device) };
    f[n++] = (struct field){ "written_at", tq_value_int(source->e[place]) };
    f[n++] = (struct field){ "lock_on", tq_value_text(change->lock_on) };
    f[n++] = (struct field){ "state", tq_value_str("asked") };
    return put(batch, "correction_request", tq_slice_of(id, sizeof(id)), change->owner, f, n, true);
}

/* A decision that was the program's own ("voided by the commune"). */
static bool is_own_decision(const struct merge_row *request)
{
    int decision = tq_table_column_find(request->table, "decision");
    int decided_at = tq_table_column_find(request->table, "decided_at");

    return decision >= 0 && decided_at >= 0 && request->values[decision].type != TQ_NULL &&
           request->values[decided_at].type == TQ_NULL;
}

/* The request of this change, where there is one, is in `state` now. Asked again, a decision of the
 * program's own is none any more; an officer's stays to be read. `whole`, or NULL: later cells of
 * the row are in it, and the request is for all of it. */
tq_status merge_request_turn(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const char *state, const struct tq_change *whole)
{
    uint8_t id[TQ_SURROGATE_BYTES];
    struct field f[3] = { { "state", tq_value_str(state) } };
    const struct merge_row *request;
    size_t n = 1;
    tq_status rc;

    merge_change_id(source, place, "tuquan.request.v1", source->body.changes[place].cell, id);
    rc = find_request(batch, tq_slice_of(id, sizeof(id)), &request);
    if (rc != TQ_OK || request == NULL)
        return rc;
    if (strcmp(state, "asked") == 0 && is_own_decision(request))
        f[n++] = (struct field){ "decision", tq_value_null() };
    if (whole != NULL) {
        f[n] = (struct field){ "new_values", tq_value_null() };
        rc = asked_text(batch, whole, &f[n++].value);
    }
    return rc != TQ_OK ? rc
                       : put(batch, "correction_request", request->key, merge_row_owner(request), f,
                                 n, false);
}

/* Nobody needs to decide about a whole row any more; `why` says so to the officer. */
tq_status merge_request_close(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, const char *why)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct field f[] = { { "state", tq_value_str("refused") },
        { "decision", tq_value_str(why) } };
    uint8_t id[TQ_SURROGATE_BYTES];

    merge_change_id(source, place, "tuquan.request.v1", change->cell, id);
    return put(
            batch, "correction_request", tq_slice_of(id, sizeof(id)), change->owner, f, 2, false);
}

/* May the district write a commune's columns with this change? Only where it grants a request:
 * lock_on then names it ("grant:" and the request's key in hex), nobody has decided it yet, and it
 * stands for the very row, cell and values. */
bool merge_granted(struct merge_batch *batch, const struct tq_change *change)
{
    static const char *const COLUMNS[] = { "table_name", "row_key", "cell", "new_values", "state" };
    const struct tq_table *requests =
            tq_catalogue_find(batch->config->catalogue, "correction_request");
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    struct tq_value want[5];
    struct merge_row *row;
    uint8_t id[TQ_SURROGATE_BYTES];

    if (change->lock_on.len != 6 + 2 * sizeof(id) ||
            memcmp(change->lock_on.data, "grant:", 6) != 0 ||
            !tq_unhex((const char *)change->lock_on.data + 6, 2 * sizeof(id), id, sizeof(id)))
        return false;
    if (requests == NULL || table == NULL ||
            merge_row_get(batch, requests, tq_slice_of(id, sizeof(id)), &row) != TQ_OK ||
            !row->exists)
        return false;
    want[0] = tq_value_str(table->name);
    want[1] = tq_value_blob(change->key);
    want[2] = cell_value(batch, table, change->cell);
    want[4] = tq_value_str("asked");
    if (asked_text(batch, change, &want[3]) != TQ_OK)
        return false;
    for (size_t i = 0; i < 5; i++) {
        int at = tq_table_column_find(requests, COLUMNS[i]);

        if (at < 0 || !tq_value_equal(&row->values[at], &want[i]))
            return false;
    }
    return true;
}

/* merge_rules.c - Judges one change by itself, in the order of sync.md 5.1.
 *
 * A rule looks at the change and at dated facts of the district (units, locks, existing parents),
 * never at the merged state of the row: that would depend on the order of arrival. */
#include <string.h>

#include "sync/merge_internal.h"
#include "tuquan/calendar.h"

struct judged {
    struct merge_batch *batch;
    struct merge_source *source;
    const struct tq_change *change;
    const struct tq_table *table;
    const bool *skip;
    uint32_t bits;                          /* TQ_BY_ of the sender */
    struct tq_value values[TQ_MAX_COLUMNS]; /* what the row would hold of this change */
    bool given[TQ_MAX_COLUMNS];             /* by column index */
    struct tq_value key[TQ_MAX_KEY_COLUMNS];
};

static tq_status say(
        struct merge_verdict *out, tq_verdict verdict, tq_reason reason, uint32_t column)
{
    out->verdict = verdict;
    out->reason = reason;
    out->column = column;
    return TQ_OK;
}

bool merge_is_newer(const struct merge_batch *batch, const struct merge_source *source)
{
    return source->body.schema > batch->config->catalogue->version;
}

/* Names: an unknown one of a newer schema waits until it is known, of a known schema it is wrong.
 * An insert is judged by the columns that are known: the others wait apart (merge_judge.c). */
static bool names_are_known(struct judged *j, struct merge_verdict *out)
{
    bool newer = merge_is_newer(j->batch, j->source);
    tq_verdict verdict = newer ? TQ_HELD : TQ_REFUSED_ROW;
    tq_reason reason = newer ? TQ_REASON_NEWER_SCHEMA : TQ_REASON_UNKNOWN_NAME;

    if (j->table == NULL) {
        say(out, verdict, reason, 0);
        return false;
    }
    for (uint32_t i = 0; i < j->change->ncolumns; i++) {
        int at = tq_table_column(j->table, j->change->columns[i]);

        if (at < 0 && newer && j->change->cell == TQ_CELL_ROW)
            continue;
        if (at < 0) {
            say(out, verdict, reason, j->change->columns[i]);
            return false;
        }
        j->values[at] = j->change->after[i];
        j->given[at] = true;
    }
    return true;
}

/* The device's own unit, or one that was closed into it: the file went on under the new unit. */
static tq_status is_his(const struct judged *j, struct tq_slice owner, bool *out)
{
    const struct tq_district_ops *store = j->batch->store;
    struct tq_slice unit = j->source->device.unit;
    struct tq_slice *units;
    size_t n;
    tq_status rc = TQ_OK;

    *out = owner.len > 0 && (j->bits != TQ_BY_COMMUNE || tq_slice_equal(owner, unit));
    if (owner.len == 0 || *out)
        return TQ_OK;
    rc = store->unit_scope(store->ctx, unit, j->batch->arena, &units, &n, j->batch->err);
    for (size_t i = 0; rc == TQ_OK && i < n && !*out; i++)
        *out = tq_slice_equal(owner, units[i]);
    return rc;
}

static tq_status unit_is_yours(struct judged *j, struct merge_verdict *out)
{
    const struct tq_change *change = j->change;
    bool his = true;
    tq_status rc = TQ_OK;

    if (j->table->scope == TQ_PUBLIC)
        return TQ_OK;
    rc = is_his(j, change->owner, &his);
    for (uint32_t i = 0; i < j->table->nkey; i++)
        his = his && ((int)j->table->key[i] != j->table->owner ||
                             tq_slice_equal(j->key[i].s, change->owner));
    if (rc == TQ_OK && !his)
        say(out, TQ_REFUSED_ROW, TQ_REASON_NOT_YOUR_UNIT, 0);
    return rc;
}

/* A closed unit's device may finish what it had before it learned of the closing. */
static tq_status unit_is_open(struct judged *j, struct merge_verdict *out)
{
    struct tq_slice unit = j->table->scope == TQ_OWN ? j->change->owner : j->source->device.unit;
    uint64_t closed = 0;
    bool knew = false;
    tq_status rc;

    if (j->bits != TQ_BY_COMMUNE)
        return TQ_OK;
    rc = j->batch->store->unit_closed(j->batch->store->ctx, unit, &closed, j->batch->err);
    if (rc == TQ_OK && closed != 0)
        rc = merge_has_seen(j->batch, j->change->seen, closed, &knew);
    if (rc == TQ_OK && knew)
        say(out, TQ_REFUSED_ROW, TQ_REASON_UNIT_CLOSED, 0);
    return rc;
}

static void columns_are_yours(struct judged *j, struct merge_verdict *out)
{
    bool insert = j->change->cell == TQ_CELL_ROW;

    if (insert && (j->table->writers & j->bits) == 0) {
        say(out, TQ_REFUSED_ROW, TQ_REASON_NOT_YOUR_COLUMN, 0);
        return;
    }
    for (size_t i = 0; i < j->table->ncolumns; i++) {
        const struct tq_column *column = &j->table->columns[i];

        if (!j->given[i])
            continue;
        if ((column->writers & j->bits) == 0 || !column->leaves) {
            say(out, TQ_REFUSED_ROW, TQ_REASON_NOT_YOUR_COLUMN, column->id);
            return;
        }
    }
}

/* Had the row of this key been published when the batch began? Made and published in one set, it is
 * still being made. */
static tq_status was_frozen(struct judged *j, const struct tq_table *table, struct tq_slice key,
        struct merge_row **row, bool *frozen)
{
    int at = tq_table_column(table, table->freeze.state);
    tq_status rc = merge_row_get(j->batch, table, key, row);

    if (rc == TQ_OK && at >= 0 && (*row)->was != NULL)
        *frozen = !tq_slice_equal((*row)->was[at].s, tq_slice_str(table->freeze.open));
    return rc;
}

/* The only step that is left to a frozen row. */
static bool is_last_step(const struct judged *j, const struct merge_row *row)
{
    const struct tq_freeze *freeze = &j->table->freeze;
    int at = tq_table_column(j->table, freeze->state);

    return at >= 0 && j->change->cell == freeze->state && j->given[at] &&
           tq_slice_equal(j->values[at].s, tq_slice_str(freeze->last)) &&
           !tq_slice_equal(row->was[at].s, tq_slice_str(freeze->last));
}

/* The row itself, the one it belongs to, and the one it would belong to. Nobody but the district
 * writes such rows, one set after the other: here the row as it stands is a fact like any other. */
static tq_status row_is_open(struct judged *j, struct merge_verdict *out)
{
    const struct tq_freeze *freeze = &j->table->freeze;
    int via = tq_table_column(j->table, freeze->via);
    struct merge_row *row = NULL;
    struct merge_row *above;
    const struct tq_table *parent;
    bool frozen = false;
    tq_status rc = TQ_OK;

    if (freeze->state == 0 && freeze->via == 0)
        return TQ_OK;
    rc = was_frozen(j, j->table, j->change->key, &row, &frozen);
    if (rc == TQ_OK && frozen && is_last_step(j, row))
        return TQ_OK;
    parent = via >= 0 ? tq_catalogue_find(
                                j->batch->config->catalogue, j->table->columns[via].rule.ref)
                      : NULL;
    if (rc == TQ_OK && !frozen && parent != NULL && row->was != NULL && row->was[via].s.len > 0)
        rc = was_frozen(j, parent, row->was[via].s, &above, &frozen);
    if (rc == TQ_OK && !frozen && parent != NULL && j->given[via] && j->values[via].s.len > 0)
        rc = was_frozen(j, parent, j->values[via].s, &above, &frozen);
    if (rc == TQ_OK && frozen)
        say(out, TQ_REFUSED_ROW, TQ_REASON_FROZEN, j->change->cell);
    return rc;
}

/* Rules over groups, apart from those that a later change of the row overwrites. */
static void groups_are_good(struct judged *j, struct merge_verdict *out)
{
    for (size_t g = 0; g < j->table->ngroup_rules; g++) {
        const struct tq_group_rule *rule = &j->table->group_rules[g];
        bool skipped = false;
        tq_reason reason;

        if (j->change->cell != TQ_CELL_ROW && j->change->cell != rule->cell)
            continue;
        for (uint32_t i = 0; j->skip != NULL && i < rule->count; i++) {
            int at = tq_table_column(j->table, rule->columns[i]);

            skipped = skipped || (at >= 0 && j->skip[at]);
        }
        reason = skipped ? TQ_REASON_NONE : tq_table_check_groups(j->table, rule->cell, j->values);
        if (reason != TQ_REASON_NONE) {
            say(out, TQ_REFUSED_ROW, reason, rule->cell);
            return;
        }
    }
}

static void values_are_good(struct judged *j, struct merge_verdict *out)
{
    bool insert = j->change->cell == TQ_CELL_ROW;
    tq_reason reason;

    for (uint32_t i = 0; insert && i < j->table->nkey; i++) {
        const struct tq_column *column = &j->table->columns[j->table->key[i]];

        reason = tq_column_check(column, &j->key[i]);
        if (reason != TQ_REASON_NONE) {
            say(out, TQ_REFUSED_ROW, reason, column->id);
            return;
        }
    }
    for (size_t i = 0; i < j->table->ncolumns; i++) {
        const struct tq_column *column = &j->table->columns[i];

        if (tq_table_is_key(j->table, (uint32_t)i) || (int)i == j->table->owner)
            continue;
        if (j->skip != NULL && j->skip[i])
            continue;
        if (!insert && !j->given[i])
            continue;
        reason = tq_column_check(column, &j->values[i]);
        if (reason != TQ_REASON_NONE) {
            say(out, TQ_REFUSED_ROW, reason, column->id);
            return;
        }
    }
    groups_are_good(j, out);
}

/* A row speaks of its own unit's villages: else one commune could take the keys of another's. A unit
 * that is below none is nobody's village. */
static bool is_of_own_unit(
        const struct judged *j, const struct tq_column *column, const struct merge_row *parent)
{
    int at = tq_table_column_find(parent->table, "parent");

    return column->rule.low != TQ_REF_OWN || j->bits != TQ_BY_COMMUNE || at < 0 ||
           (parent->values[at].type == TQ_TEXT &&
                   tq_slice_equal(parent->values[at].s, j->change->owner));
}

/* Every reference must stand at the district; a missing one holds the change. */
static tq_status parents_exist(struct judged *j, struct merge_verdict *out)
{
    bool insert = j->change->cell == TQ_CELL_ROW;
    struct tq_value owner = tq_value_text(j->change->owner);

    for (size_t i = 0; i < j->table->ncolumns; i++) {
        const struct tq_column *column = &j->table->columns[i];
        const struct tq_value *value = &j->values[i];
        const struct tq_table *parent;
        struct merge_row *row;
        tq_status rc;

        if (column->rule.kind != TQ_RULE_REF || (j->skip != NULL && j->skip[i]))
            continue;
        if ((int)i == j->table->owner)
            value = insert ? &owner : value;
        for (uint32_t k = 0; insert && k < j->table->nkey; k++)
            if (j->table->key[k] == i)
                value = &j->key[k];
        if (value->type == TQ_NULL || value->s.len == 0)
            continue;
        parent = tq_catalogue_find(j->batch->config->catalogue, column->rule.ref);
        if (parent == NULL)
            return tq_error_set(
                    j->batch->err, TQ_INTERNAL, "reference to table %s", column->rule.ref);
        rc = merge_row_get(j->batch, parent, value->s, &row);
        if (rc != TQ_OK)
            return rc;
        if (row->exists && !is_of_own_unit(j, column, row))
            return say(out, TQ_REFUSED_ROW, TQ_REASON_NOT_YOUR_VILLAGE, column->id);
        if (row->exists)
            continue;
        /* Whether the parent itself waits is for the screen to say: it depends on the arrival. */
        out->wait_table = parent;
        out->wait_key = value->s;
        return say(out, TQ_HELD, TQ_REASON_PARENT_MISSING, column->id);
    }
    return TQ_OK;
}

/* Most changes of a batch fall on a few days and periods: each is asked for once. */
static tq_status is_locked(struct merge_batch *batch, struct tq_slice lock_on, bool *locked)
{
    struct merge_lock *lock;
    uint32_t h = 2166136261u;
    tq_status rc;

    if (batch->locks == NULL)
        batch->locks = tq_arena_array(batch->arena, MERGE_LOCKS, sizeof(*batch->locks));
    if (batch->locks == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "periods");
    for (size_t i = 0; i < lock_on.len; i++)
        h = (h ^ lock_on.data[i]) * 16777619u;
    lock = &batch->locks[(h ^ h >> 15) & (MERGE_LOCKS - 1)];
    if (lock->lock_on.len > 0 && tq_slice_equal(lock->lock_on, lock_on)) {
        *locked = lock->locked;
        return TQ_OK;
    }
    rc = batch->store->locked(batch->store->ctx, lock_on, locked, batch->err);
    if (rc != TQ_OK)
        return rc;
    lock->lock_on.data = tq_arena_copy(batch->arena, lock_on.data, lock_on.len);
    lock->lock_on.len = lock->lock_on.data != NULL ? lock_on.len : 0;
    lock->locked = *locked;
    return TQ_OK;
}

/* A number by which rows are locked, as the store asks for it: the day of an instant, or a year. */
static void print_lock(const struct tq_column *column, int64_t value, char out[TQ_PERIOD_TEXT])
{
    struct tq_period year = { TQ_CALENDAR_COMMUNE, TQ_PERIOD_YEAR, (int)(value % 10000), 1 };

    if (tq_lock_is_year(column))
        tq_period_print(&year, out);
    else
        tq_day_print(tq_day_of_instant(value), out);
}

/* Is a period locked that this value of column `of` falls in: a period's key, a day, an instant, a
 * year, or several days parted by spaces? */
static tq_status look_at(struct judged *j, int of, const struct tq_value *value, bool *locked)
{
    char when[TQ_PERIOD_TEXT] = "";
    struct tq_slice text = value->type == TQ_TEXT ? value->s : tq_slice_of(NULL, 0);
    tq_status rc = TQ_OK;

    if (value->type == TQ_INT) {
        print_lock(&j->table->columns[of], value->i, when);
        text = tq_slice_str(when);
    }
    for (size_t at = 0; rc == TQ_OK && !*locked && at < text.len;) {
        size_t end = at;

        while (end < text.len && text.data[end] != ' ')
            end++;
        if (end > at)
            rc = is_locked(j->batch, tq_slice_of(text.data + at, end - at), locked);
        at = end + 1;
    }
    return rc;
}

/* What the change gives and leaves of one column that locks. */
static tq_status look_at_column(struct judged *j, int at, bool *locked)
{
    const struct tq_change *change = j->change;
    tq_status rc = j->given[at] ? look_at(j, at, &j->values[at], locked) : TQ_OK;

    for (uint32_t k = 0; rc == TQ_OK && change->cell == TQ_CELL_ROW && k < j->table->nkey; k++)
        if ((int)j->table->key[k] == at)
            rc = look_at(j, at, &j->key[k], locked);
    for (uint32_t i = 0; rc == TQ_OK && change->cell != TQ_CELL_ROW && i < change->ncolumns; i++)
        if (change->before != NULL && change->columns[i] == j->table->columns[at].id)
            rc = look_at(j, at, &change->before[i], locked);
    return rc;
}

/* By what the change itself says: an insert by the values it gives, a change of a lock column by the
 * value it leaves and the one it takes (a row does not slip out of a locked period), any other by
 * what its writer saw in the row. */
static tq_status period_is_open(struct judged *j, struct merge_verdict *out)
{
    const struct tq_change *change = j->change;
    struct tq_value seen = tq_value_text(change->lock_on);
    bool insert = change->cell == TQ_CELL_ROW;
    bool locked = false;
    int at = j->table->lock_by;
    tq_status rc = TQ_OK;

    const struct tq_lock *also = j->table->also_locked;

    if (j->bits != TQ_BY_COMMUNE || (at < 0 && also == NULL))
        return TQ_OK;
    if (at >= 0)
        rc = look_at_column(j, at, &locked);
    for (; rc == TQ_OK && also != NULL && also->column != 0; also++)
        rc = look_at_column(j, tq_table_column(j->table, also->column), &locked);
    if (rc == TQ_OK && !insert)
        rc = look_at(j, at, &seen, &locked);
    if (rc == TQ_OK && locked)
        say(out, TQ_REQUESTED, TQ_REASON_PERIOD_LOCKED, 0);
    return rc;
}

/* The table, the key, whose row it is: what concerns the whole row. *known false: `out` says why
 * nothing more can be asked. */
static tq_status frame_is_good(struct judged *j, struct merge_verdict *out, bool *known)
{
    tq_status rc;

    *known = names_are_known(j, out);
    if (!*known)
        return TQ_OK;
    *known = tq_key_decode(j->table, j->change->key, j->key);
    if (!*known)
        return say(out, TQ_REFUSED_ROW, TQ_REASON_BAD_TYPE, j->table->columns[j->table->key[0]].id);
    rc = unit_is_yours(j, out);
    *known = rc == TQ_OK && out->verdict == TQ_ACCEPTED;
    return *known ? unit_is_open(j, out) : rc;
}

static void begin(struct judged *j, struct merge_batch *batch, struct merge_source *source,
        const struct tq_change *change, struct merge_verdict *out)
{
    memset(j, 0, sizeof(*j));
    memset(out, 0, sizeof(*out));
    j->batch = batch;
    j->source = source;
    j->change = change;
    j->bits = source->set.device == TQ_DEVICE_DISTRICT ? TQ_BY_DISTRICT | TQ_BY_SYSTEM
                                                       : TQ_BY_COMMUNE;
    j->table = tq_catalogue_table(batch->config->catalogue, change->table);
    if (j->table != NULL && change->cell == TQ_CELL_ROW)
        for (size_t i = 0; i < j->table->ncolumns; i++)
            j->values[i] = j->table->columns[i].fallback;
}

/* A key and an owner never change: a change names its row by them, and brings neither. */
static void key_is_kept(struct judged *j, struct merge_verdict *out)
{
    for (size_t i = 0; i < j->table->ncolumns && out->verdict == TQ_ACCEPTED; i++)
        if (j->given[i] && (tq_table_is_key(j->table, (uint32_t)i) || (int)i == j->table->owner))
            say(out, TQ_REFUSED_ROW, TQ_REASON_KEY_REWRITTEN, j->table->columns[i].id);
}

tq_status merge_rules(struct merge_batch *batch, struct merge_source *source,
        const struct tq_change *change, const bool *skip, struct merge_verdict *out)
{
    struct judged j;
    bool known;
    tq_status rc;

    begin(&j, batch, source, change, out);
    j.skip = skip;
    rc = frame_is_good(&j, out, &known);
    if (rc != TQ_OK || !known || out->verdict != TQ_ACCEPTED)
        return rc;
    if (j.bits == TQ_BY_COMMUNE || !merge_granted(batch, j.change))
        columns_are_yours(&j, out);
    if (out->verdict == TQ_ACCEPTED)
        values_are_good(&j, out);
    if (out->verdict == TQ_ACCEPTED)
        key_is_kept(&j, out);
    if (out->verdict == TQ_ACCEPTED)
        rc = row_is_open(&j, out);
    if (rc == TQ_OK && out->verdict == TQ_ACCEPTED)
        rc = parents_exist(&j, out);
    if (rc == TQ_OK && out->verdict == TQ_ACCEPTED)
        rc = period_is_open(&j, out);
    return rc;
}

tq_status merge_rules_frame(struct merge_batch *batch, struct merge_source *source,
        const struct tq_change *change, struct merge_verdict *out)
{
    struct tq_change bare = *change;
    struct judged j;
    bool known;

    /* Each of its columns is judged for itself, its name too. */
    bare.ncolumns = 0;
    begin(&j, batch, source, &bare, out);
    return frame_is_good(&j, out, &known);
}

static const struct tq_value *given_by(
        const struct tq_table *table, const struct tq_change *insert, uint32_t column)
{
    const struct tq_value *value = &table->columns[tq_table_column(table, column)].fallback;

    for (uint32_t i = 0; i < insert->ncolumns; i++)
        if (insert->columns[i] == column)
            value = &insert->after[i];
    return value;
}

/* What an insert says of the periods that a cell of it falls in, as a trigger logs it. */
static tq_status also_of(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_change *insert, struct tq_change *part)
{
    const struct tq_lock *also = table->also_locked;
    struct tq_buf text;
    tq_status rc = TQ_OK;

    if (also == NULL)
        return TQ_OK;
    tq_buf_init(&text, TQ_MAX_TEXT_BYTES);
    tq_buf_append(&text, part->lock_on.data, part->lock_on.len);
    for (; also->column != 0; also++) {
        int at = tq_table_column(table, also->column);
        const struct tq_value *value = given_by(table, insert, also->column);
        struct tq_value parts[TQ_MAX_KEY_COLUMNS];
        char when[TQ_PERIOD_TEXT] = "";

        if (!tq_lock_matters(also, part->cell))
            continue;
        for (uint32_t k = 0; k < table->nkey; k++)
            if ((int)table->key[k] == at && tq_key_decode(table, insert->key, parts))
                value = &parts[k];
        if (value->type == TQ_INT)
            print_lock(&table->columns[at], value->i, when);
        tq_buf_append_str(&text, " ");
        tq_buf_append_str(&text, when);
        if (value->type == TQ_TEXT)
            tq_buf_append(&text, value->s.data, value->s.len);
    }
    part->lock_on = tq_slice_of(
            tq_arena_copy(batch->arena, text.data, tq_buf_is_ok(&text) ? text.len : 0), text.len);
    if (!tq_buf_is_ok(&text) || part->lock_on.data == NULL)
        rc = tq_error_set(batch->err, TQ_NOMEM, "part of an insert");
    tq_buf_deinit(&text);
    return rc;
}

/* What an insert says of the period that it falls in. */
static struct tq_slice lock_of(const struct tq_table *table, const struct tq_change *insert)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct tq_value value;

    if (table->lock_by < 0)
        return tq_slice_of(NULL, 0);
    value = table->columns[table->lock_by].fallback;
    for (uint32_t i = 0; i < insert->ncolumns; i++)
        if (insert->columns[i] == table->columns[table->lock_by].id)
            value = insert->after[i];
    if (tq_key_decode(table, insert->key, parts))
        for (uint32_t k = 0; k < table->nkey; k++)
            if ((int)table->key[k] == table->lock_by)
                value = parts[k];
    return value.type == TQ_TEXT ? value.s : tq_slice_of(NULL, 0);
}

tq_status merge_part(struct merge_batch *batch, const struct tq_table *table,
        const struct tq_change *insert, uint32_t cell, struct tq_change *out)
{
    uint32_t index[TQ_MAX_COLUMNS];
    size_t count = tq_table_cell(table, cell, index);
    uint32_t *columns = tq_arena_array(batch->arena, count + 1, sizeof(*columns));
    struct tq_value *after = tq_arena_array(batch->arena, count + 1, sizeof(*after));

    if (columns == NULL || after == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "part of an insert");
    *out = *insert;
    out->cell = cell;
    out->ncolumns = 0;
    out->columns = columns;
    out->before = NULL;
    out->after = after;
    out->lock_on = lock_of(table, insert);
    for (size_t i = 0; i < count; i++) {
        columns[out->ncolumns] = table->columns[index[i]].id;
        after[out->ncolumns] = table->columns[index[i]].fallback;
        for (uint32_t k = 0; k < insert->ncolumns; k++)
            if (insert->columns[k] == columns[out->ncolumns])
                after[out->ncolumns] = insert->after[k];
        out->ncolumns++;
    }
    /* A column that is not known here stands for itself. */
    for (uint32_t k = 0; count == 0 && k < insert->ncolumns; k++) {
        if (insert->columns[k] != cell)
            continue;
        columns[0] = cell;
        after[0] = insert->after[k];
        out->ncolumns = 1;
    }
    return also_of(batch, table, insert, out);
}

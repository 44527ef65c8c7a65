/* merge_own.c - The district's own changes: does each row still hold what their writer saw, and what
 * the rules held against them, one by one.
 *
 * An officer reads a row, decides, and writes; between the two the server may have merged a commune's
 * set, or another officer may have written. His set counts as having seen all that (it is sealed with
 * the head of its own transaction), so nothing afterwards would ask about it: it is asked here. */
#include <string.h>

#include "sync/merge_internal.h"

static struct tq_objection *add(struct merge_batch *batch, struct merge_objections *list)
{
    struct tq_objection *grown =
            merge_grow(batch, list->list, list->count, &list->cap, sizeof(*grown));

    if (grown == NULL)
        return NULL;
    list->list = grown;
    grown = &list->list[list->count++];
    memset(grown, 0, sizeof(*grown));
    return grown;
}

/* What an earlier change of the same set leaves in the column; NULL: none writes it. */
static const struct tq_value *left_by_earlier(
        const struct tq_change *changes, size_t before, const struct tq_change *c, uint32_t column)
{
    for (size_t i = before; i-- > 0;) {
        if (changes[i].table != c->table || !tq_slice_equal(changes[i].key, c->key))
            continue;
        for (uint32_t k = 0; k < changes[i].ncolumns; k++)
            if (changes[i].columns[k] == column)
                return &changes[i].after[k];
    }
    return NULL;
}

/* One change against its row as it is: an update by what it replaces, an insert by what it finds. */
static tq_status compare(struct merge_batch *batch, const struct tq_change *changes, size_t at,
        const struct merge_row *row, struct merge_objections *out)
{
    const struct tq_change *c = &changes[at];
    bool insert = c->cell == TQ_CELL_ROW;

    for (uint32_t i = 0; i < c->ncolumns; i++) {
        const struct tq_value *seen = insert ? &c->after[i] : &c->before[i];
        int index = tq_table_column(row->table, c->columns[i]);
        const struct tq_value *earlier;
        struct tq_objection *refusal;

        if (index < 0 || tq_value_equal(seen, &row->values[index]))
            continue;
        earlier = left_by_earlier(changes, at, c, c->columns[i]);
        if (earlier != NULL && tq_value_equal(seen, earlier))
            continue;
        refusal = add(batch, out);
        if (refusal == NULL)
            return tq_error_set(batch->err, TQ_NOMEM, "objections");
        refusal->change = at;
        refusal->column = c->columns[i];
        refusal->status = TQ_STALE;
        refusal->asked = c->after[i];
        refusal->seen = insert ? tq_value_null() : c->before[i];
        refusal->stands = row->values[index];
    }
    return TQ_OK;
}

tq_status merge_own_compare(struct merge_batch *batch, const struct tq_change *changes,
        size_t count, struct merge_objections *out)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        const struct tq_table *table =
                tq_catalogue_table(batch->config->catalogue, changes[i].table);
        struct tq_value parts[TQ_MAX_KEY_COLUMNS];
        struct merge_row *row = NULL;

        if ((changes[i].cell != TQ_CELL_ROW && changes[i].before == NULL) || table == NULL ||
                !tq_key_decode(table, changes[i].key, parts))
            continue; /* the last two: refused by the rules */
        rc = merge_row_get(batch, table, changes[i].key, &row);
        if (rc == TQ_OK && row->exists)
            rc = compare(batch, changes, i, row, out);
    }
    return rc;
}

/* The value that the change was to give to the column. */
static struct tq_value asked_of(
        const struct tq_table *table, const struct tq_change *c, uint32_t column)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];

    for (uint32_t i = 0; i < c->ncolumns; i++)
        if (c->columns[i] == column)
            return c->after[i];
    if (table == NULL || !tq_key_decode(table, c->key, parts))
        return tq_value_null();
    for (uint32_t k = 0; k < table->nkey; k++)
        if (table->columns[table->key[k]].id == column)
            return parts[k];
    return table->owner >= 0 && table->columns[table->owner].id == column ? tq_value_text(c->owner)
                                                                          : tq_value_null();
}

tq_status merge_own_refused(
        struct merge_batch *batch, const struct tq_change *changes, struct merge_objections *out)
{
    for (const struct merge_source *s = batch->sources; s != NULL; s = s->next) {
        for (size_t i = 0; s->arrives && i < s->nexceptions; i++) {
            const struct tq_exception *e = &s->exceptions[i];
            struct tq_objection *refusal;

            if (e->verdict == TQ_ACCEPTED)
                continue;
            refusal = add(batch, out);
            if (refusal == NULL)
                return tq_error_set(batch->err, TQ_NOMEM, "objections");
            refusal->change = e->place;
            refusal->column = e->column;
            refusal->status = e->reason == TQ_REASON_FROZEN ? TQ_IMMUTABLE : TQ_RULE;
            refusal->reason = e->reason;
            refusal->asked = asked_of(tq_catalogue_table(batch->config->catalogue, e->table),
                    &changes[e->place], e->column);
        }
    }
    return TQ_OK;
}

tq_status merge_own_say(struct merge_batch *batch, const struct tq_change *changes,
        const struct merge_objections *of)
{
    const struct tq_objection *first = of->list;
    const struct tq_table *table;
    int at;

    if (of->count == 0)
        return TQ_OK;
    table = tq_catalogue_table(batch->config->catalogue, changes[first->change].table);
    at = table != NULL ? tq_table_column(table, first->column) : -1;
    return tq_error_set(batch->err, first->status, "%s%s%s%s%s%s (%zu)",
            first->reason != TQ_REASON_NONE ? "[" : "",
            first->reason != TQ_REASON_NONE ? tq_reason_code(first->reason) : "",
            first->reason != TQ_REASON_NONE ? "] " : "", table != NULL ? table->name : "?",
            at >= 0 ? "." : "", at >= 0 ? table->columns[at].name : "", of->count);
}

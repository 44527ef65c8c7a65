#include "edit.h"

#include <string.h>

#include "tuquan/database.h"

void edit_init(struct edit_list *list, struct tq_arena *arena)
{
    memset(list, 0, sizeof(*list));
    list->arena = arena;
}

static struct tq_change *add(struct edit_list *list)
{
    if (list->count == list->cap) {
        size_t cap = list->cap > 0 ? list->cap * 2 : 64;
        struct tq_change *grown = tq_arena_array(list->arena, cap, sizeof(*grown));

        if (grown == NULL)
            return NULL;
        if (list->count > 0)
            memcpy(grown, list->changes, list->count * sizeof(*grown));
        list->changes = grown;
        list->cap = cap;
    }
    return &list->changes[list->count++];
}

static bool is_fixed(const struct tq_table *table, size_t at)
{
    return tq_table_is_key(table, (uint32_t)at) || (int)at == table->owner;
}

/* A change with room for every column; `before` NULL for an insert. */
static struct tq_change *begin(struct edit_list *list, const struct tq_table *table,
        struct tq_slice key, struct tq_slice owner, uint32_t cell)
{
    struct tq_change *c = add(list);

    if (c == NULL)
        return NULL;
    memset(c, 0, sizeof(*c));
    c->table = table->id;
    c->cell = cell;
    c->key = key;
    c->owner = table->scope == TQ_OWN ? owner : tq_slice_of(NULL, 0);
    c->columns = tq_arena_array(list->arena, table->ncolumns, sizeof(uint32_t));
    c->after = tq_arena_array(list->arena, table->ncolumns, sizeof(struct tq_value));
    if (cell != TQ_CELL_ROW)
        c->before = tq_arena_array(list->arena, table->ncolumns, sizeof(struct tq_value));
    return c->columns != NULL && c->after != NULL && (cell == TQ_CELL_ROW || c->before != NULL)
                   ? c
                   : NULL;
}

static void put(struct tq_change *c, uint32_t column, const struct tq_value *before,
        const struct tq_value *after)
{
    ((uint32_t *)c->columns)[c->ncolumns] = column;
    ((struct tq_value *)c->after)[c->ncolumns] = *after;
    if (c->before != NULL && before != NULL)
        ((struct tq_value *)c->before)[c->ncolumns] = *before;
    c->ncolumns++;
}

static tq_status insert(struct edit_list *list, const struct tq_table *table, struct tq_slice key,
        const struct tq_value *values, const bool *given, struct tq_error *err)
{
    struct tq_slice owner = tq_slice_of(NULL, 0);
    struct tq_change *c;

    /* Others make such rows, the district writes some of their cells. */
    if ((table->writers & TQ_BY_DISTRICT) == 0)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", table->name);
    if (table->owner >= 0) {
        if (!given[table->owner] || values[table->owner].type != TQ_TEXT)
            return tq_error_set(
                    err, TQ_INVALID, "%s.%s", table->name, table->columns[table->owner].name);
        owner = values[table->owner].s;
    }
    c = begin(list, table, key, owner, TQ_CELL_ROW);
    if (c == NULL)
        return tq_error_set(err, TQ_NOMEM, "change");
    for (size_t i = 0; i < table->ncolumns; i++)
        if (given[i] && !is_fixed(table, i) &&
                !tq_value_equal(&values[i], &table->columns[i].fallback))
            put(c, table->columns[i].id, NULL, &values[i]);
    list->inserted++;
    return TQ_OK;
}

/* One update per cell; a group goes whole. */
static tq_status update(struct edit_list *list, const struct tq_table *table,
        const struct tq_stored_row *row, const struct tq_value *values, const bool *given,
        struct tq_error *err)
{
    bool done[TQ_MAX_COLUMNS] = { false };
    size_t before = list->count;

    for (size_t i = 0; i < table->ncolumns; i++) {
        uint32_t columns[TQ_MAX_COLUMNS];
        uint32_t cell = table->columns[i].cell;
        size_t count = tq_table_cell(table, cell, columns);
        struct tq_change *c;
        bool differs = false;

        if (!given[i] || is_fixed(table, i) || done[i])
            continue;
        for (size_t k = 0; k < count; k++) {
            done[columns[k]] = true;
            differs = differs || (given[columns[k]] && !tq_value_equal(&values[columns[k]],
                                                               &row->values[columns[k]]));
        }
        if (!differs)
            continue;
        c = begin(list, table, row->key,
                table->owner >= 0 ? row->values[table->owner].s : tq_slice_of(NULL, 0), cell);
        if (c == NULL)
            return tq_error_set(err, TQ_NOMEM, "change");
        for (size_t k = 0; k < count; k++)
            put(c, table->columns[columns[k]].id, &row->values[columns[k]],
                    given[columns[k]] ? &values[columns[k]] : &row->values[columns[k]]);
    }
    if (list->count > before)
        list->updated++;
    else
        list->same++;
    return TQ_OK;
}

static tq_status find_key(struct edit_list *list, struct app *app, const struct tq_table *table,
        const struct tq_value *values, const bool *given, struct tq_slice *key,
        struct tq_error *err)
{
    struct tq_buf buf;
    uint8_t *fresh;
    bool no_memory;
    bool ok;

    if (table->surrogate && !given[table->key[0]]) {
        fresh = tq_arena_alloc(list->arena, TQ_SURROGATE_BYTES);
        if (fresh == NULL)
            return tq_error_set(err, TQ_NOMEM, "key");
        tq_db_new_key(tq_district_store_db(app->store), fresh);
        *key = tq_slice_of(fresh, TQ_SURROGATE_BYTES);
        return TQ_OK;
    }
    tq_buf_init(&buf, TQ_MAX_KEY_BYTES);
    ok = tq_key_encode(table, values, &buf) && tq_buf_is_ok(&buf);
    no_memory = !tq_buf_is_ok(&buf);
    *key = tq_slice_of(tq_arena_copy(list->arena, buf.data, buf.len), buf.len);
    tq_buf_deinit(&buf);
    if (!ok && !no_memory)
        return tq_error_set(
                err, TQ_INVALID, "%s.%s", table->name, table->columns[table->key[0]].name);
    return ok && key->data != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "key");
}

tq_status edit_row(struct edit_list *list, struct app *app, const struct tq_table *table,
        const struct tq_value *values, const bool *given, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_stored_row row;
    struct tq_slice key;
    tq_status rc = find_key(list, app, table, values, given, &key, err);

    if (rc != TQ_OK)
        return rc;
    memset(&row, 0, sizeof(row));
    rc = ops->rows_get(ops->ctx, table, &key, 1, list->arena, &row, err);
    if (rc != TQ_OK)
        return rc;
    row.key = key;
    return row.exists ? update(list, table, &row, values, given, err)
                      : insert(list, table, key, values, given, err);
}

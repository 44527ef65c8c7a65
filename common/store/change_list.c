#include "store/change_list.h"

#include <string.h>

#define FIRST_CHANGES ((size_t)64)

void change_list_init(struct change_list *list, const struct tq_catalogue *catalogue,
        struct tq_arena *arena, int64_t at_ms, struct tq_slice author, struct tq_error *err)
{
    memset(list, 0, sizeof(*list));
    list->catalogue = catalogue;
    list->arena = arena;
    list->at_ms = at_ms;
    list->author = author;
    list->err = err;
}

static void fail(struct change_list *list, tq_status status, const char *what)
{
    if (list->status == TQ_OK)
        list->status = tq_error_set(list->err, status, "%s", what);
}

static int column_of(struct change_list *list, const char *name)
{
    int at = list->table != NULL ? tq_table_column_find(list->table, name) : -1;

    if (at < 0)
        fail(list, TQ_INTERNAL, name);
    return at;
}

void change_list_row(struct change_list *list, const char *table)
{
    list->table = tq_catalogue_find(list->catalogue, table);
    if (list->table == NULL) {
        fail(list, TQ_INTERNAL, table);
        return;
    }
    for (size_t i = 0; i < list->table->ncolumns; i++) {
        list->values[i] = list->table->columns[i].fallback;
        list->before[i] = tq_value_null();
    }
}

void change_list_set(struct change_list *list, const char *column, struct tq_value value)
{
    int at = column_of(list, column);

    if (at >= 0)
        list->values[at] = value;
}

void change_list_int(struct change_list *list, const char *column, int64_t value)
{
    change_list_set(list, column, tq_value_int(value));
}

void change_list_text(struct change_list *list, const char *column, struct tq_slice text)
{
    change_list_set(list, column, text.data == NULL ? tq_value_null() : tq_value_text(text));
}

void change_list_str(struct change_list *list, const char *column, const char *text)
{
    change_list_set(list, column, tq_value_str(text));
}

void change_list_before(struct change_list *list, const char *column, struct tq_value value)
{
    int at = column_of(list, column);

    if (at >= 0)
        list->before[at] = value;
}

struct tq_value change_list_keep(struct change_list *list, struct tq_value value)
{
    if (value.type != TQ_TEXT && value.type != TQ_BLOB)
        return value;
    if (value.s.len > 0) {
        value.s.data = tq_arena_copy(list->arena, value.s.data, value.s.len);
        if (value.s.data == NULL)
            fail(list, TQ_NOMEM, "changes");
    }
    return value;
}

struct tq_slice change_list_keep_buf(struct change_list *list, struct tq_buf *buf)
{
    struct tq_value kept = tq_value_null();

    if (tq_buf_is_ok(buf))
        kept = change_list_keep(list, tq_value_blob(tq_buf_slice(buf)));
    else
        fail(list, TQ_NOMEM, "changes");
    tq_buf_deinit(buf);
    return kept.s;
}

/* Room for one more, with what is common to inserts and updates filled in. */
static struct tq_change *open_change(struct change_list *list, uint32_t cell)
{
    const struct tq_table *table = list->table;
    struct tq_change *change;
    struct tq_value key;
    struct tq_buf buf;

    if (list->n == list->cap) {
        size_t more = list->cap == 0 ? FIRST_CHANGES : list->cap * 2;
        struct tq_change *bigger = tq_arena_array(list->arena, more, sizeof(*bigger));

        if (bigger == NULL) {
            fail(list, TQ_NOMEM, "changes");
            return NULL;
        }
        if (list->n > 0)
            memcpy(bigger, list->changes, list->n * sizeof(*bigger));
        list->changes = bigger;
        list->cap = more;
    }
    tq_buf_init(&buf, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(table, list->values, &buf))
        fail(list, tq_buf_is_ok(&buf) ? TQ_INTERNAL : TQ_NOMEM, table->name);
    key = tq_value_blob(change_list_keep_buf(list, &buf));
    if (list->status != TQ_OK)
        return NULL;
    change = &list->changes[list->n];
    memset(change, 0, sizeof(*change));
    change->table = table->id;
    change->cell = cell;
    change->key = key.s;
    if (table->owner >= 0)
        change->owner = list->values[table->owner].s;
    if (table->lock_by >= 0 && list->values[table->lock_by].type == TQ_TEXT)
        change->lock_on = list->values[table->lock_by].s;
    change->at_ms = list->at_ms;
    change->author = list->author;
    return change;
}

static bool is_key_or_owner(const struct tq_table *table, size_t at)
{
    return table->columns[at].cell == TQ_CELL_ROW;
}

static bool take_columns(struct change_list *list, struct tq_change *change, const size_t *at,
        size_t n, bool with_before)
{
    uint32_t *columns = tq_arena_array(list->arena, n + 1, sizeof(*columns));
    struct tq_value *after = tq_arena_array(list->arena, n + 1, sizeof(*after));
    struct tq_value *before = tq_arena_array(list->arena, n + 1, sizeof(*before));

    if (columns == NULL || after == NULL || before == NULL) {
        fail(list, TQ_NOMEM, "changes");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        columns[i] = list->table->columns[at[i]].id;
        after[i] = list->values[at[i]];
        before[i] = list->before[at[i]];
    }
    change->ncolumns = (uint32_t)n;
    change->columns = columns;
    change->after = after;
    change->before = with_before ? before : NULL;
    return true;
}

void change_list_insert(struct change_list *list)
{
    size_t at[TQ_MAX_COLUMNS];
    size_t n = 0;
    struct tq_change *change;

    if (list->status != TQ_OK)
        return;
    change = open_change(list, TQ_CELL_ROW);
    if (change == NULL)
        return;
    for (size_t i = 0; i < list->table->ncolumns; i++) {
        if (!is_key_or_owner(list->table, i) &&
                !tq_value_equal(&list->values[i], &list->table->columns[i].fallback))
            at[n++] = i;
    }
    if (take_columns(list, change, at, n, false))
        list->n++;
}

void change_list_update(struct change_list *list, const char *column)
{
    size_t at[TQ_MAX_COLUMNS];
    size_t n = 0;
    bool differs = false;
    struct tq_change *change;
    uint32_t cell;
    int named = column_of(list, column);

    if (list->status != TQ_OK || named < 0)
        return;
    cell = list->table->columns[named].cell;
    for (size_t i = 0; i < list->table->ncolumns; i++) {
        if (list->table->columns[i].cell != cell)
            continue;
        differs = differs || !tq_value_equal(&list->values[i], &list->before[i]);
        at[n++] = i;
    }
    if (!differs)
        return;
    change = open_change(list, cell);
    if (change != NULL && take_columns(list, change, at, n, true))
        list->n++;
}

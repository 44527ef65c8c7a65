#include "units_change.h"

#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "tuquan/intake.h"
#include "tuquan/words.h"

struct change {
    struct app *app;
    const struct tq_table *table;
    struct edit_list edits;
    const struct units_target *target;
    struct tq_value on;     /* the first day of what is new */
    struct tq_value before; /* the last day of what ends */
    struct tq_slice into;   /* key of the unit that goes on */
};

static int column(const char *name)
{
    return tq_table_column_find(tq_catalogue_find(tq_catalogue_current(), "unit"), name);
}

static tq_status load(
        struct change *c, struct tq_slice key, struct tq_stored_row *row, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(c->app->store);

    memset(row, 0, sizeof(*row));
    return ops->rows_get(ops->ctx, c->table, &key, 1, c->app->arena, row, err);
}

static tq_status day_text(struct change *c, tq_day day, struct tq_value *out, struct tq_error *err)
{
    char *text = tq_arena_alloc(c->app->arena, TQ_DAY_TEXT);

    if (text == NULL)
        return tq_error_set(err, TQ_NOMEM, "units");
    tq_day_print(day, text);
    *out = tq_value_str(text);
    return TQ_OK;
}

static tq_status begin(
        struct change *c, struct app *app, const struct units_target *target, struct tq_error *err)
{
    tq_reason reason = TQ_REASON_NONE;
    tq_intake got;
    tq_day day = 0;
    tq_status rc = app_records(app, err);

    c->app = app;
    c->table = tq_catalogue_find(tq_catalogue_current(), "unit");
    c->target = target;
    edit_init(&c->edits, app->arena);
    if (rc != TQ_OK || target == NULL)
        return rc;
    got = tq_intake_value(c->table, &c->table->columns[column("valid_from")],
            tq_slice_str(target->on != NULL ? target->on : ""), app->arena, &c->on, &reason);
    if (got != TQ_INTAKE_OK || c->on.type != TQ_TEXT || !tq_day_parse(c->on.s, &day))
        return tq_error_set(err, got == TQ_INTAKE_NOMEM ? TQ_NOMEM : TQ_INVALID, "%s \"%s\"",
                "--on", target->on != NULL ? target->on : "");
    return day_text(c, day - 1, &c->before, err);
}

/* As begin, of what a resolution is needed for. */
static tq_status begin_resolved(
        struct change *c, struct app *app, const struct units_target *target, struct tq_error *err)
{
    tq_status rc = begin(c, app, target, err);

    if (rc == TQ_OK && (target->resolution == NULL || target->resolution[0] == '\0'))
        rc = tq_error_set(err, TQ_USAGE, "%s", "--resolution");
    return rc;
}

/* "08782@2025-07-01" */
static tq_status key_of(
        struct change *c, struct tq_slice code, struct tq_slice *out, struct tq_error *err)
{
    size_t size = code.len + 1 + c->on.s.len;
    uint8_t *text = tq_arena_alloc(c->app->arena, size);

    if (text == NULL)
        return tq_error_set(err, TQ_NOMEM, "units");
    memcpy(text, code.data, code.len);
    text[code.len] = '@';
    memcpy(text + code.len + 1, c->on.s.data, c->on.s.len);
    *out = tq_slice_of(text, size);
    return TQ_OK;
}

static tq_status end_unit(struct change *c, struct tq_slice key, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    bool given[TQ_MAX_COLUMNS] = { false };

    values[c->table->key[0]] = tq_value_text(key);
    values[column("valid_to")] = c->before;
    values[column("state")] = tq_value_str("merged");
    given[c->table->key[0]] = given[column("valid_to")] = given[column("state")] = true;
    return edit_row(&c->edits, c->app, c->table, values, given, err);
}

/* A unit like `like` from the day on, under its own code or another. */
static tq_status make_unit(struct change *c, const struct tq_stored_row *like, struct tq_slice code,
        struct tq_slice parent, const char *name, const char *full_name, struct tq_slice *key,
        struct tq_error *err)
{
    static const char *const KEPT[] = { "level", "type", "name", "full_name", "short_name",
        "area_ha", "population" };
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    bool given[TQ_MAX_COLUMNS] = { false };
    struct tq_stored_row there;
    tq_status rc = key_of(c, code, key, err);

    if (rc == TQ_OK)
        rc = load(c, *key, &there, err);
    if (rc == TQ_OK && there.exists)
        rc = tq_error_set(err, TQ_EXISTS, "%.*s", (int)key->len, (const char *)key->data);
    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++) {
        values[column(KEPT[i])] = like->values[column(KEPT[i])];
        given[column(KEPT[i])] = like->values[column(KEPT[i])].type != TQ_NULL;
    }
    if (name != NULL) { /* another unit: its size is nobody's yet */
        given[column("area_ha")] = given[column("population")] = given[column("short_name")] =
                false;
        values[column("name")] = tq_value_str(name);
        values[column("full_name")] = tq_value_str(full_name != NULL ? full_name : name);
        given[column("name")] = given[column("full_name")] = true;
    }
    values[c->table->key[0]] = tq_value_text(*key);
    values[column("code")] = tq_value_text(code);
    values[column("valid_from")] = c->on;
    values[column("parent")] = tq_value_text(parent);
    given[c->table->key[0]] = given[column("code")] = given[column("valid_from")] = true;
    given[column("parent")] = true;
    return edit_row(&c->edits, c->app, c->table, values, given, err);
}

static tq_status follow(struct change *c, struct tq_slice old, struct tq_slice next, bool whole,
        struct tq_error *err)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "unit_successor");
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    bool given[TQ_MAX_COLUMNS] = { false };
    int share = tq_table_column_find(t, "share");
    int resolution = tq_table_column_find(t, "resolution_no");

    values[t->key[0]] = tq_value_text(old);
    values[t->key[1]] = tq_value_text(next);
    values[t->key[2]] = c->on;
    values[share] = tq_value_str(whole ? "full" : "part");
    values[resolution] = tq_value_str(c->target->resolution);
    given[t->key[0]] = given[t->key[1]] = given[t->key[2]] = given[share] = given[resolution] =
            true;
    return edit_row(&c->edits, c->app, t, values, given, err);
}

/* The unit that the villages come to: `like` is one that ends, for what a new one has of it. */
static tq_status find_target(
        struct change *c, const struct tq_stored_row *like, struct tq_error *err)
{
    const struct units_target *t = c->target;

    if (t->into == NULL || t->into[0] == '\0' || strlen(t->into) > 20)
        return tq_error_set(err, TQ_INVALID, "%s \"%s\"", "--into", t->into != NULL ? t->into : "");
    if (t->name == NULL)
        return app_unit(c->app, t->into, &c->into, err);
    if (like->values == NULL)
        return tq_error_set(err, TQ_INVALID, "%s", "units");
    return make_unit(c, like, tq_slice_str(t->into), like->values[column("parent")].s, t->name,
            t->full_name, &c->into, err);
}

/* Its villages that have not ended. */
static tq_status villages_of(struct change *c, struct tq_slice unit, struct tq_record **rows,
        size_t *n, struct tq_error *err)
{
    struct tq_query query = { .table = c->table, .nfilters = 3 };
    size_t total;

    query.filters[0].column = column("parent");
    query.filters[0].value = tq_value_text(unit);
    query.filters[1].column = column("level");
    query.filters[1].value = tq_value_int(4);
    query.filters[2].column = column("valid_to");
    query.filters[2].value = tq_value_null();
    return tq_record_list(c->app->records, &query, c->app->arena, rows, n, &total, err);
}

/* The same village under its new commune: another unit from the day on. */
static tq_status move_village(struct change *c, struct tq_slice village, struct tq_error *err)
{
    struct tq_stored_row row;
    struct tq_slice key;
    tq_status rc = load(c, village, &row, err);

    if (rc == TQ_OK)
        rc = make_unit(c, &row, row.values[column("code")].s, c->into, NULL, NULL, &key, err);
    if (rc == TQ_OK)
        rc = follow(c, village, key, true, err);
    return rc == TQ_OK ? end_unit(c, village, err) : rc;
}

static tq_status check_old(
        struct change *c, struct tq_slice old, struct tq_stored_row *row, struct tq_error *err)
{
    tq_status rc = load(c, old, row, err);

    if (rc == TQ_OK && row->values[column("valid_to")].type != TQ_NULL)
        rc = tq_error_set(err, TQ_INVALID, "%.*s: %s", (int)old.len, (const char *)old.data,
                tq_word_of_column(&c->table->columns[column("valid_to")], c->app->cli->lang));
    if (rc == TQ_OK && row->values[column("valid_from")].type == TQ_TEXT &&
            tq_slice_compare(row->values[column("valid_from")].s, c->before.s) > 0)
        rc = tq_error_set(err, TQ_INVALID, "%s \"%s\"", "--on", c->target->on);
    return rc;
}

static tq_status merge_one(struct change *c, struct tq_slice old, struct tq_error *err)
{
    struct tq_record *villages = NULL;
    size_t n = 0;
    tq_status rc = villages_of(c, old, &villages, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = move_village(c, villages[i].key, err);
    if (rc == TQ_OK)
        rc = follow(c, old, c->into, true, err);
    return rc == TQ_OK ? end_unit(c, old, err) : rc;
}

static tq_status write(struct change *c, struct tq_slice *key, struct tq_error *err)
{
    *key = c->into;
    return c->edits.count > 0 ? app_write(c->app, c->edits.changes, c->edits.count, err) : TQ_OK;
}

tq_status units_rename(struct app *app, const char *unit, const char *name, const char *full_name,
        struct tq_slice *key, struct tq_error *err)
{
    struct change c = { 0 };
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    bool given[TQ_MAX_COLUMNS] = { false };
    tq_status rc = begin(&c, app, NULL, err);

    if (rc == TQ_OK)
        rc = tq_records_find_unit(app->records, tq_slice_str(unit), 3, 4, app->arena, &c.into, err);
    if (rc == TQ_OK && name == NULL && full_name == NULL)
        rc = tq_error_set(err, TQ_USAGE, "%s", "--name");
    if (rc != TQ_OK)
        return rc;
    values[c.table->key[0]] = tq_value_text(c.into);
    given[c.table->key[0]] = true;
    if (name != NULL)
        values[column("name")] = tq_value_str(name);
    if (full_name != NULL)
        values[column("full_name")] = tq_value_str(full_name);
    given[column("name")] = name != NULL;
    given[column("full_name")] = full_name != NULL;
    rc = edit_row(&c.edits, app, c.table, values, given, err);
    return rc == TQ_OK ? write(&c, key, err) : rc;
}

/* A village's code is its commune's, a dash and up to three digits: so it names no other unit. */
static bool is_code_of(struct tq_slice commune, const char *code)
{
    const size_t len = strlen(code);
    const char *digits = code + commune.len + 1;

    if (commune.len == 0 || len < commune.len + 2 || len > commune.len + 4 ||
            memcmp(code, commune.data, commune.len) != 0 || code[commune.len] != '-')
        return false;
    return strspn(digits, "0123456789") == strlen(digits);
}

/* Under a commune that is there on the day. */
static tq_status check_new(struct change *c, struct tq_slice commune, struct tq_error *err)
{
    struct tq_stored_row row;
    tq_status rc = check_old(c, commune, &row, err);

    if (rc == TQ_OK && !is_code_of(row.values[column("code")].s, c->target->into))
        rc = tq_error_set(err, TQ_INVALID, "%s \"%s\"", "--into", c->target->into);
    return rc;
}

/* What a first village of a commune is like. */
static void plain_village(struct tq_value values[TQ_MAX_COLUMNS])
{
    values[column("level")] = tq_value_int(4);
    values[column("type")] = tq_value_str("village");
}

tq_status units_add(struct app *app, const char *commune, const struct units_target *target,
        struct tq_slice *key, struct tq_error *err)
{
    struct change c = { 0 };
    struct tq_value plain[TQ_MAX_COLUMNS] = { { 0 } };
    struct tq_stored_row like = { .values = plain };
    struct tq_record *villages = NULL;
    struct tq_slice parent;
    size_t n = 0;
    tq_status rc = begin(&c, app, target, err);

    if (rc == TQ_OK)
        rc = app_unit(app, commune, &parent, err);
    if (rc == TQ_OK && (target->into == NULL || target->into[0] == '\0'))
        rc = tq_error_set(err, TQ_USAGE, "%s", "--into");
    if (rc == TQ_OK && (target->name == NULL || target->name[0] == '\0'))
        rc = tq_error_set(err, TQ_USAGE, "%s", "--name");
    if (rc == TQ_OK)
        rc = check_new(&c, parent, err);
    if (rc == TQ_OK)
        rc = villages_of(&c, parent, &villages, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) /* under another day it would be there twice */
        if (tq_slice_equal(villages[i].values[column("code")].s, tq_slice_str(target->into)))
            rc = tq_error_set(err, TQ_EXISTS, "%s", target->into);
    if (rc != TQ_OK)
        return rc;
    plain_village(plain);
    if (n > 0)
        rc = load(&c, villages[0].key, &like, err);
    if (rc == TQ_OK)
        rc = make_unit(&c, &like, tq_slice_str(target->into), parent, target->name,
                target->full_name, &c.into, err);
    return rc == TQ_OK ? write(&c, key, err) : rc;
}

tq_status units_merge(struct app *app, const char *const *units, size_t n,
        const struct units_target *target, struct tq_slice *key, struct tq_error *err)
{
    struct change c = { 0 };
    struct tq_stored_row like;
    struct tq_slice *old = tq_arena_array(app->arena, n, sizeof(*old));
    bool moved = false;
    tq_status rc = begin_resolved(&c, app, target, err);

    if (rc == TQ_OK && old == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "units");
    memset(&like, 0, sizeof(like));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        rc = app_unit(app, units[i], &old[i], err);
        for (size_t k = 0; rc == TQ_OK && k < i; k++)
            if (tq_slice_equal(old[k], old[i]))
                rc = tq_error_set(err, TQ_INVALID, "%s", units[i]);
        if (rc == TQ_OK)
            rc = check_old(&c, old[i], &like, err);
    }
    if (rc == TQ_OK)
        rc = find_target(&c, &like, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        if (tq_slice_equal(old[i], c.into))
            continue;
        moved = true;
        rc = merge_one(&c, old[i], err);
    }
    if (rc == TQ_OK && !moved)
        rc = tq_error_set(err, TQ_INVALID, "%s \"%s\"", "--into", target->into);
    return rc == TQ_OK ? write(&c, key, err) : rc;
}

static const struct tq_record *find_village(
        const struct tq_record *rows, size_t n, struct tq_slice text)
{
    for (size_t i = 0; i < n; i++)
        if (tq_slice_equal(rows[i].key, text) ||
                tq_slice_equal(rows[i].values[column("code")].s, text))
            return &rows[i];
    return NULL;
}

/* "A, B": names stand between commas, blanks around them do not count. */
static struct tq_slice next_name(const char **list)
{
    size_t len = strcspn(*list, ",");
    const char *from = *list;
    size_t n = len;

    *list += len + ((*list)[len] == ',' ? 1 : 0);
    for (; n > 0 && *from == ' '; from++)
        n--;
    while (n > 0 && from[n - 1] == ' ')
        n--;
    return tq_slice_of(from, n);
}

/* Moves those that are named, each once; *left: how many stay. */
static tq_status move_named(struct change *c, const struct tq_record *rows, size_t n,
        const char *villages, size_t *left, struct tq_error *err)
{
    bool *moved = tq_arena_array(c->app->arena, n + 1, sizeof(*moved));
    tq_status rc = moved != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "%s", "--villages");

    if (moved != NULL)
        memset(moved, 0, (n + 1) * sizeof(*moved));
    *left = n;
    while (rc == TQ_OK && *villages != '\0') {
        struct tq_slice text = next_name(&villages);
        const struct tq_record *row = find_village(rows, n, text);

        if (row == NULL)
            return tq_error_set(err, TQ_NOT_FOUND, "%.*s", (int)text.len, (const char *)text.data);
        if (moved[row - rows])
            return tq_error_set(err, TQ_USAGE, "%s \"%.*s\"", "--villages", (int)text.len,
                    (const char *)text.data);
        moved[row - rows] = true;
        rc = move_village(c, row->key, err);
        (*left)--;
    }
    return rc;
}

tq_status units_split(struct app *app, const char *unit, const char *villages,
        const struct units_target *target, struct tq_slice *key, struct tq_error *err)
{
    struct change c = { 0 };
    struct tq_stored_row like;
    struct tq_record *rows = NULL;
    struct tq_slice old;
    size_t left = 0;
    size_t n = 0;
    tq_status rc = begin_resolved(&c, app, target, err);

    if (rc == TQ_OK)
        rc = app_unit(app, unit, &old, err);
    if (rc == TQ_OK)
        rc = check_old(&c, old, &like, err);
    if (rc == TQ_OK)
        rc = find_target(&c, &like, err);
    if (rc == TQ_OK && tq_slice_equal(old, c.into))
        rc = tq_error_set(err, TQ_INVALID, "%s \"%s\"", "--into", target->into);
    if (rc == TQ_OK)
        rc = villages_of(&c, old, &rows, &n, err);
    if (rc == TQ_OK)
        rc = move_named(&c, rows, n, villages, &left, err);
    if (rc == TQ_OK && left == n)
        rc = tq_error_set(err, TQ_USAGE, "%s", "--villages");
    if (rc == TQ_OK)
        rc = follow(&c, old, c.into, left == 0, err);
    if (rc == TQ_OK && left == 0)
        rc = end_unit(&c, old, err);
    return rc == TQ_OK ? write(&c, key, err) : rc;
}

#include "show.h"

#include <string.h>

#include "tuquan/quoted.h"
#include "tuquan/intake.h"
#include "tuquan/words.h"

#define PAGE 256
#define KEY_DIGITS 8 /* of a number in a key */

static tq_status get_row(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_stored_row *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);

    memset(out, 0, sizeof(*out));
    return ops->rows_get(ops->ctx, table, &key, 1, app->arena, out, err);
}

tq_status show_unit(
        struct app *app, struct tq_slice unit, struct tq_slice *out, struct tq_error *err)
{
    static const char *const NAMES[] = { "full_name", "name", "code" };
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "unit");
    struct tq_stored_row row;
    tq_status rc;

    *out = unit;
    if (unit.len == 0)
        return TQ_OK;
    rc = get_row(app, t, unit, &row, err);
    for (size_t i = 0; rc == TQ_OK && row.exists && i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        int at = tq_table_column_find(t, NAMES[i]);

        if (at < 0 || row.values[at].type != TQ_TEXT || row.values[at].s.len == 0)
            continue;
        *out = row.values[at].s;
        break;
    }
    return rc;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t k = strlen(end);

    return n >= k && strcmp(text + n - k, end) == 0;
}

tq_status show_value(struct app *app, const struct cli *cli, const struct tq_table *table,
        const struct tq_column *column, const struct tq_value *value, struct tq_buf *out,
        struct tq_error *err)
{
    bool yes_no =
            column->rule.kind == TQ_RULE_RANGE && column->rule.low == 0 && column->rule.high == 1;
    struct tq_slice name;
    char text[64];
    tq_status rc = TQ_OK;

    if (value->type == TQ_NULL) {
        tq_buf_append_str(out, cli_say(cli, "(trống)", "(empty)"));
        return TQ_OK;
    }
    if (value->type != column->type) { /* of another version */
        tq_intake_print(column, value, out);
        return TQ_OK;
    }
    if (column->rule.kind == TQ_RULE_DATE)
        tq_buf_append_str(out, cli_show_date(cli, value->s, text, sizeof(text)));
    else if (column->rule.kind == TQ_RULE_INSTANT)
        tq_buf_append_str(out, cli_show_instant(cli, value->i, text, sizeof(text)));
    else if (column->rule.kind == TQ_RULE_LIST)
        tq_buf_append_slice(out, tq_word_of_code(table->name, column, value->s, cli->lang));
    else if (column->rule.kind == TQ_RULE_REF && strcmp(column->rule.ref, "unit") == 0) {
        rc = show_unit(app, value->s, &name, err);
        tq_buf_append_slice(out, name);
    } else if (column->type == TQ_INT && ends_with(column->name, "_c"))
        tq_buf_append_str(out, cli_show_points(cli, value->i, text, sizeof(text)));
    else if (column->type == TQ_INT && yes_no)
        tq_buf_append_str(
                out, value->i != 0 ? cli_say(cli, "có", "yes") : cli_say(cli, "không", "no"));
    else if (column->type == TQ_INT && !tq_table_is_key(table, (uint32_t)(column - table->columns)))
        tq_buf_append_str(out, cli_show_number(cli, value->i, text, sizeof(text)));
    else
        tq_intake_print(column, value, out);
    return rc;
}

/* Half a name is none. */
static tq_status whole(const struct tq_buf *out, tq_status rc, struct tq_error *err)
{
    return rc == TQ_OK && !tq_buf_is_ok(out) ? tq_error_set(err, TQ_NOMEM, "row") : rc;
}

static tq_status show_key(struct app *app, const struct cli *cli, const struct tq_table *table,
        struct tq_slice key, struct tq_buf *out, struct tq_error *err)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    tq_status rc = TQ_OK;

    if (!tq_key_decode(table, key, parts))
        return TQ_OK;
    for (uint32_t i = 0; rc == TQ_OK && i < table->nkey; i++) {
        if (i > 0)
            tq_buf_append_str(out, ", ");
        rc = show_value(app, cli, table, &table->columns[table->key[i]], &parts[i], out, err);
    }
    return whole(out, rc, err);
}

bool show_bears_code(struct tq_slice label, struct tq_slice unit)
{
    const uint8_t *at = unit.len > 0 ? memchr(unit.data, '@', unit.len) : NULL;
    size_t len = at != NULL ? (size_t)(at - unit.data) : unit.len;

    return len > 0 && label.len > len && label.data[len] == '-' &&
           memcmp(label.data, unit.data, len) == 0;
}

/* A unit without a short name has its code in labels: its name stands behind, for the label itself is
 * what people type. What came across the border bears that of its writer there. */
static tq_status show_label(struct app *app, const struct tq_table *table,
        const struct tq_stored_row *row, struct tq_slice label, struct tq_buf *out,
        struct tq_error *err)
{
    const int columns[] = { table->owner, tq_table_column_find(table, "partner_unit") };
    tq_status rc = TQ_OK;

    tq_buf_append_slice(out, label);
    for (size_t i = 0; rc == TQ_OK && i < sizeof(columns) / sizeof(columns[0]); i++) {
        struct tq_slice unit = columns[i] >= 0 ? row->values[columns[i]].s : tq_slice_of(NULL, 0);
        struct tq_slice name = unit;

        if (!show_bears_code(label, unit))
            continue;
        rc = show_unit(app, unit, &name, err);
        if (rc == TQ_OK && !tq_slice_equal(name, unit))
            tq_buf_printf(out, " (%.*s)", (int)name.len, (const char *)name.data);
    }
    return rc;
}

tq_status show_row(struct app *app, const struct cli *cli, const struct tq_table *table,
        struct tq_slice key, struct tq_buf *out, struct tq_error *err)
{
    int label = tq_table_column_find(table, "label");
    struct tq_stored_row row;
    char hex[9];
    tq_status rc;

    tq_buf_printf(out, "%s ", tq_word_of_table(table, cli->lang));
    if (!table->surrogate)
        return show_key(app, cli, table, key, out, err);
    rc = get_row(app, table, key, &row, err);
    if (rc != TQ_OK)
        return rc;
    if (row.exists && label >= 0 && row.values[label].type == TQ_TEXT) {
        rc = show_label(app, table, &row, row.values[label].s, out, err);
    } else {
        tq_hex(hex, key.data + (key.len > 4 ? key.len - 4 : 0), key.len > 4 ? 4 : key.len);
        tq_buf_append_str(out, hex);
    }
    return whole(out, rc, err);
}

tq_status show_values(struct app *app, const struct cli *cli, const struct tq_table *table,
        const uint32_t *columns, const struct tq_value *values, size_t count, struct tq_buf *out,
        json_t *json, struct tq_error *err)
{
    tq_status rc = TQ_OK;
    bool first = true;

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        int at = tq_table_column(table, columns[i]);

        if (at < 0)
            continue; /* of a newer version */
        tq_buf_printf(out, "%s%s = ", first ? "" : "; ",
                tq_word_of_column(&table->columns[at], cli->lang));
        first = false;
        rc = show_value(app, cli, table, &table->columns[at], &values[i], out, err);
        if (json != NULL)
            json_object_set_new(json, table->columns[at].name, show_value_json(&values[i]));
    }
    return rc;
}

tq_status show_text(struct app *app, const struct cli *cli, const struct tq_table *table,
        struct tq_slice text, struct tq_buf *out, json_t *json, struct tq_error *err)
{
    struct tq_cells cells;
    tq_status rc = tq_quoted_parse(text, app->arena, &cells, err);

    return rc != TQ_OK ? rc
                       : show_values(app, cli, table, cells.columns, cells.values, cells.n, out,
                                 json, err);
}

void show_code(struct cli_table *out, const struct tq_table *table, int column,
        const struct tq_value *value)
{
    struct tq_slice word = value->type == TQ_TEXT
                                   ? tq_word_of_code(table->name, &table->columns[column], value->s,
                                             out->cli->lang)
                                   : tq_slice_of(NULL, 0);

    cli_table_both_text(out, word, show_value_json(value));
}

void show_date(struct cli_table *out, const struct tq_value *value)
{
    char text[40] = "";

    if (value->type == TQ_TEXT)
        cli_show_date(out->cli, value->s, text, sizeof(text));
    cli_table_both(out, text, show_value_json(value));
}

const char *show_cell(const struct cli *cli, const struct tq_table *table, uint32_t cell)
{
    int at = cell != TQ_CELL_ROW ? tq_table_column(table, cell) : -1;

    return at < 0 ? cli_say(cli, "(cả dòng)", "(whole row)")
                  : tq_word_of_column(&table->columns[at], cli->lang);
}

/* A natural key whose first part is the number of another row: bytes, which people get in hex. */
static bool starts_with_id(const struct tq_table *table)
{
    return !table->surrogate && table->columns[table->key[0]].type == TQ_BLOB;
}

json_t *show_key_json(const struct tq_table *table, struct tq_slice key)
{
    char text[2 * TQ_MAX_KEY_BYTES + 1];
    size_t at = 0;

    if (key.len > TQ_MAX_KEY_BYTES)
        return json_null();
    if (table == NULL || table->surrogate) {
        tq_hex(text, key.data, key.len);
        return json_string(text);
    }
    if (starts_with_id(table) && key.len >= TQ_SURROGATE_BYTES) {
        tq_hex(text, key.data, TQ_SURROGATE_BYTES);
        at = 2 * (size_t)TQ_SURROGATE_BYTES;
        key = tq_slice_of(key.data + TQ_SURROGATE_BYTES, key.len - TQ_SURROGATE_BYTES);
    }
    for (size_t i = 0; i < key.len; i++)
        text[at + i] = (char)(key.data[i] == 0x1f ? ';' : key.data[i]);
    return json_stringn(text, at + key.len);
}

json_t *show_value_json(const struct tq_value *value)
{
    char hex[2 * 64 + 1];

    if (value->type == TQ_INT)
        return json_integer(value->i);
    if (value->type == TQ_TEXT)
        return json_stringn((const char *)value->s.data, value->s.len);
    if (value->type == TQ_NULL || value->s.len > 64)
        return json_null();
    tq_hex(hex, value->s.data, value->s.len);
    return json_string(hex);
}

/* The one row with that label. */
static tq_status find_label(struct app *app, const struct tq_table *table, const char *text,
        struct tq_slice *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_stored_row *rows = tq_arena_array(app->arena, PAGE, sizeof(*rows));
    int label = tq_table_column_find(table, "label");
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t found = 0;
    size_t got = PAGE;
    tq_status rc = rows == NULL ? tq_error_set(err, TQ_NOMEM, "rows") : TQ_OK;

    while (rc == TQ_OK && label >= 0 && got == PAGE) {
        rc = ops->rows_scan(ops->ctx, table, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0),
                PAGE, app->arena, rows, &got, err);
        for (size_t i = 0; rc == TQ_OK && i < got; i++) {
            if (!tq_slice_equal(rows[i].values[label].s, tq_slice_str(text)))
                continue;
            *out = rows[i].key;
            found++;
        }
        if (got > 0)
            after = rows[got - 1].key;
    }
    if (rc == TQ_OK && found != 1)
        rc = found == 0
                     ? tq_error_set(err, TQ_NOT_FOUND, "%s %s", table->name, text)
                     : tq_error_set(err, TQ_NEEDS_PERSON, "%s %s (%zu)", table->name, text, found);
    return rc;
}

/* Parts as a key has them: parted by 0x1F, numbers with all their digits. */
static size_t put_parts(const struct tq_table *table, const char *text, uint8_t *key)
{
    size_t at = 0;

    for (uint32_t i = 0;; i++) {
        size_t n = strcspn(text, ";");
        bool number = i < table->nkey && table->columns[table->key[i]].type == TQ_INT &&
                      strspn(text, "0123456789") == n && n > 0;

        for (size_t k = n; number && k < KEY_DIGITS; k++)
            key[at++] = '0';
        memcpy(key + at, text, n);
        at += n;
        if (text[n] == '\0')
            return at;
        key[at++] = 0x1f;
        text += n + 1;
    }
}

tq_status show_find_key(struct app *app, const struct cli *cli, const struct tq_table *table,
        const char *text, struct tq_slice *out, struct tq_error *err)
{
    size_t len = strlen(text);
    size_t at = 0;
    uint8_t *key = tq_arena_alloc(app->arena, len + 1 + (size_t)KEY_DIGITS * TQ_MAX_KEY_COLUMNS);
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];

    if (key == NULL)
        return tq_error_set(err, TQ_NOMEM, "key");
    if (table->surrogate) {
        if (len == 2 * (size_t)TQ_SURROGATE_BYTES && tq_unhex(text, len, key, TQ_SURROGATE_BYTES)) {
            *out = tq_slice_of(key, TQ_SURROGATE_BYTES);
            return TQ_OK;
        }
        return find_label(app, table, text, out, err);
    }
    if (starts_with_id(table) && len >= 2 * (size_t)TQ_SURROGATE_BYTES &&
            tq_unhex(text, 2 * (size_t)TQ_SURROGATE_BYTES, key, TQ_SURROGATE_BYTES)) {
        at = TQ_SURROGATE_BYTES;
        text += 2 * (size_t)TQ_SURROGATE_BYTES;
    }
    *out = tq_slice_of(key, at + put_parts(table, text, key + at));
    if (strcmp(table->name, "unit") == 0 && app_unit(app, text, out, NULL) == TQ_OK)
        return TQ_OK; /* a commune by its code or name, too */
    if (tq_key_decode(table, *out, parts))
        return TQ_OK;
    return tq_error_set(err, TQ_USAGE, "%s \"%s\" (%s)", tq_word_of_table(table, cli->lang), text,
            cli_say(cli, "viết các phần của khóa, cách nhau bằng ;",
                    "write the parts of the key, parted by ;"));
}

/* cmd_sheet.c - tuquan-district sheet: scoring sheets are rows; a published one never changes. A
 * new one begins as a copy, is compared with another and published. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "edit.h"
#include "prepared.h"
#include "sheet.h"
#include "show.h"
#include "tuquan/file.h"
#include "tuquan/hash.h"
#include "tuquan/sheet_store.h"
#include "tuquan/words.h"

#define MAX_SHEETS 256

static const struct cli_column COLUMNS[] = {
    { "sheet", { "Bảng điểm", "Sheet" }, false, false },
    { "name", { "Tên", "Name" }, false, true },
    { "state", { "Trạng thái", "State" }, false, false },
};

static const struct cli_option OPTIONS[] = {
    { "publish", 'p', NULL, { "ban hành ngay", "publish at once" } },
    { "digest", 0, "MÃ",
            { "với publish: mã của bản đã xem (show); đã khác thì không ban hành",
                    "with publish: digest of what was read (show); refused if it is another" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column CRITERIA[] = {
    { "code", { "Mã", "Code" }, false, false },
    { "kind", { "Loại", "Kind" }, false, false },
    { "name", { "Tên", "Name" }, false, true },
    { "max_points_c", { "Tối đa", "Most" }, true, false },
    { "formula", { "Công thức", "Formula" }, false, false },
    { "params", { "Tham số", "Parameters" }, false, true },
    { "origin", { "Căn cứ", "Origin" }, false, false },
    { "area", { "Lĩnh vực", "Area" }, true, false },
};

/* What a copy keeps. */
static const char *const FACTS[] = { "name", "max_points_c", "formula", "params", "kind", "area",
    "origin", "sort" };

int sheet_column(const char *name)
{
    return tq_table_column_find(tq_catalogue_find(tq_catalogue_current(), "scoring_sheet"), name);
}

int sheet_criterion_column(const char *name)
{
    return tq_table_column_find(tq_catalogue_find(tq_catalogue_current(), "criterion"), name);
}

static int by_place(const void *a, const void *b)
{
    const struct tq_record *x = a;
    const struct tq_record *y = b;
    int64_t i = x->values[sheet_criterion_column("sort")].i;
    int64_t k = y->values[sheet_criterion_column("sort")].i;

    return i != k ? (i < k ? -1 : 1) : tq_slice_compare(x->key, y->key);
}

tq_status sheet_load(struct app *app, const char *name, struct sheet *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "scoring_sheet");
    struct tq_query query = { .nfilters = 1 };
    struct tq_slice key = tq_slice_str(name);
    size_t total;
    tq_status rc = app_records(app, err);

    memset(out, 0, sizeof(*out));
    query.table = tq_catalogue_find(tq_catalogue_current(), "criterion");
    query.filters[0].column = sheet_criterion_column("sheet");
    query.filters[0].value = tq_value_text(key);
    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, t, &key, 1, app->arena, &out->row, err);
    if (rc == TQ_OK && !out->row.exists)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %s", tq_phrase(TQ_PHRASE_SHEET), name);
    if (rc == TQ_OK)
        rc = tq_record_list(app->records, &query, app->arena, &out->criteria, &out->n, &total, err);
    if (rc == TQ_OK && out->n > 0)
        qsort(out->criteria, out->n, sizeof(*out->criteria), by_place);
    return rc;
}

static void put_text(struct cli_table *out, const struct tq_value *value)
{
    if (value->type == TQ_TEXT)
        cli_table_text(out, value->s);
    else
        cli_table_str(out, NULL);
}

static void add_to_hash(struct tq_hasher *hasher, const struct tq_value *value)
{
    tq_hash_add_u64(hasher, (uint64_t)value->type);
    if (value->type == TQ_INT)
        tq_hash_add_u64(hasher, (uint64_t)value->i);
    else if (value->type != TQ_NULL)
        tq_hash_add_slice(hasher, value->s);
}

/* Of all that a published sheet says: whoever publishes names what he has read. */
static void digest_of(const struct sheet *sheet, char out[PREPARED_DIGEST_BYTES])
{
    const struct tq_table *head = tq_catalogue_find(tq_catalogue_current(), "scoring_sheet");
    const struct tq_table *line = tq_catalogue_find(tq_catalogue_current(), "criterion");
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.sheet.v1", TQ_HASH_BYTES);
    for (uint32_t c = 0; c < head->ncolumns; c++)
        add_to_hash(&hasher, &sheet->row.values[c]);
    for (size_t i = 0; i < sheet->n; i++)
        for (uint32_t c = 0; c < line->ncolumns; c++)
            add_to_hash(&hasher, &sheet->criteria[i].values[c]);
    tq_hash_final(&hasher, hash, sizeof(hash));
    tq_hex(out, hash, sizeof(hash));
}

static tq_status show(struct app *app, struct cli *cli, struct tq_error *err)
{
    static const char *const HEAD[] = { "sheet", "name", "basis", "state", "params" };
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "criterion");
    char digest[PREPARED_DIGEST_BYTES];
    struct sheet sheet;
    struct cli_table out;
    tq_status rc = sheet_load(app, cli->args[1], &sheet, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, CRITERIA, sizeof(CRITERIA) / sizeof(CRITERIA[0]));
    for (size_t i = 0; i < sheet.n; i++) {
        const struct tq_value *v = sheet.criteria[i].values;
        const struct tq_value *most = &v[sheet_criterion_column("max_points_c")];
        const struct tq_value *area = &v[sheet_criterion_column("area")];

        put_text(&out, &v[sheet_criterion_column("code")]);
        show_code(&out, t, sheet_criterion_column("kind"), &v[sheet_criterion_column("kind")]);
        put_text(&out, &v[sheet_criterion_column("name")]);
        cli_table_points(&out, most->type == TQ_INT && most->i != 0, most->i);
        put_text(&out, &v[sheet_criterion_column("formula")]);
        put_text(&out, &v[sheet_criterion_column("params")]);
        show_code(&out, t, sheet_criterion_column("origin"), &v[sheet_criterion_column("origin")]);
        if (area->type == TQ_INT)
            cli_table_int(&out, area->i);
        else
            cli_table_str(&out, NULL);
    }
    for (size_t i = 0; i < sizeof(HEAD) / sizeof(HEAD[0]); i++)
        cli_json_set(cli, HEAD[i], show_value_json(&sheet.row.values[sheet_column(HEAD[i])]));
    digest_of(&sheet, digest);
    cli_json_set(cli, "digest", json_string(digest));
    rc = cli_table_print(&out, "criteria", err);
    cli_table_deinit(&out);
    return rc;
}

/* ---- a copy ---- */

static tq_status copy_head(struct app *app, struct edit_list *edits, const struct sheet *from,
        struct tq_slice key, struct tq_error *err)
{
    static const char *const KEPT[] = { "name", "basis", "params" };
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "scoring_sheet");
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    bool given[TQ_MAX_COLUMNS] = { false };
    struct tq_slice code;
    int64_t version;

    if (!tq_sheet_key_split(key, &code, &version))
        return tq_error_set(err, TQ_INVALID, "%s %.*s: %s CODE@VERSION", tq_phrase(TQ_PHRASE_SHEET),
                (int)key.len, (const char *)key.data, tq_phrase(TQ_PHRASE_MUST_BE));
    for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++) {
        values[sheet_column(KEPT[i])] = from->row.values[sheet_column(KEPT[i])];
        given[sheet_column(KEPT[i])] = true;
    }
    values[t->key[0]] = tq_value_text(key);
    values[sheet_column("code")] = tq_value_text(code);
    values[sheet_column("version")] = tq_value_int(version);
    values[sheet_column("state")] = tq_value_str("draft");
    given[t->key[0]] = given[sheet_column("code")] = given[sheet_column("version")] = true;
    given[sheet_column("state")] = true;
    return edit_row(edits, app, t, values, given, err);
}

static tq_status copy_criterion(struct app *app, struct edit_list *edits,
        const struct tq_record *from, struct tq_slice sheet, struct tq_error *err)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "criterion");
    struct tq_slice code = from->values[sheet_criterion_column("code")].s;
    uint8_t *key = tq_arena_alloc(app->arena, sheet.len + 1 + code.len);
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    bool given[TQ_MAX_COLUMNS] = { false };

    if (key == NULL)
        return tq_error_set(err, TQ_NOMEM, "sheet");
    memcpy(key, sheet.data, sheet.len);
    key[sheet.len] = '/';
    memcpy(key + sheet.len + 1, code.data, code.len);
    for (size_t i = 0; i < sizeof(FACTS) / sizeof(FACTS[0]); i++) {
        values[sheet_criterion_column(FACTS[i])] = from->values[sheet_criterion_column(FACTS[i])];
        given[sheet_criterion_column(FACTS[i])] = true;
    }
    values[t->key[0]] = tq_value_text(tq_slice_of(key, sheet.len + 1 + code.len));
    values[sheet_criterion_column("sheet")] = tq_value_text(sheet);
    values[sheet_criterion_column("code")] = tq_value_text(code);
    given[t->key[0]] = given[sheet_criterion_column("sheet")] =
            given[sheet_criterion_column("code")] = true;
    return edit_row(edits, app, t, values, given, err);
}

static tq_status copy(struct app *app, struct cli *cli, size_t *written, struct tq_error *err)
{
    struct tq_slice key = tq_slice_str(cli->args[2]);
    struct edit_list edits;
    struct sheet from;
    struct sheet there;
    tq_status rc = sheet_load(app, cli->args[1], &from, err);

    if (rc != TQ_OK)
        return rc;
    rc = sheet_load(app, cli->args[2], &there, err);
    if (rc == TQ_OK)
        return tq_error_set(err, TQ_EXISTS, "%s", cli->args[2]);
    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    edit_init(&edits, app->arena);
    rc = copy_head(app, &edits, &from, key, err);
    for (size_t i = 0; rc == TQ_OK && i < from.n; i++)
        rc = copy_criterion(app, &edits, &from.criteria[i], key, err);
    if (rc == TQ_OK)
        rc = app_write(app, edits.changes, edits.count, err);
    *written = edits.count;
    return rc;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "scoring_sheet");
    struct tq_stored_row *rows = tq_arena_array(app->arena, MAX_SHEETS, sizeof(*rows));
    struct cli_table table;
    int state = tq_table_column_find(t, "state");
    size_t got = 0;
    tq_status rc = rows == NULL
                           ? tq_error_set(err, TQ_NOMEM, "sheets")
                           : ops->rows_scan(ops->ctx, t, tq_slice_of(NULL, 0), tq_slice_of(NULL, 0),
                                     tq_slice_of(NULL, 0), MAX_SHEETS, app->arena, rows, &got, err);

    cli_table_init(&table, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < got; i++) {
        cli_table_text(&table, rows[i].key);
        cli_table_text(&table, rows[i].values[tq_table_column_find(t, "name")].s);
        show_code(&table, t, state, &rows[i].values[state]);
    }
    if (rc == TQ_OK)
        rc = cli_table_print_or(&table, "sheets",
                cli_say(cli, "Chưa có bảng điểm. Nhập: sheet import TỆP.csv --publish.",
                        "No sheet yet. Import one: sheet import FILE.csv --publish."),
                err);
    cli_table_deinit(&table);
    return rc;
}

static tq_status load(
        struct app *app, struct cli *cli, struct tq_changes *out, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, (size_t)4 << 20);
    rc = tq_file_read(cli->args[1], (size_t)4 << 20, &text, err);
    if (rc == TQ_OK)
        rc = tq_sheet_import(tq_district_store_db(app->store), app->arena, tq_buf_slice(&text),
                cli_option(cli, "publish") != NULL, app_now_ms(), tq_slice_str(app_author(app)),
                out, err);
    /* The changes may borrow from the text: write before it goes. */
    if (rc == TQ_OK && out->n > 0)
        rc = app_write(app, (struct tq_change *)out->changes, out->n, err);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status publish(
        struct app *app, struct cli *cli, struct tq_changes *out, struct tq_error *err)
{
    const char *read = cli_option(cli, "digest");
    char digest[PREPARED_DIGEST_BYTES];
    struct sheet sheet;
    tq_status rc = sheet_load(app, cli->args[1], &sheet, err);

    if (rc == TQ_OK)
        digest_of(&sheet, digest);
    if (rc == TQ_OK && read != NULL && strcmp(read, digest) != 0)
        rc = tq_error_set(err, TQ_STALE, "%s", cli->args[1]);
    if (rc == TQ_OK)
        rc = tq_sheet_publish(tq_district_store_db(app->store), app->arena,
                tq_slice_str(cli->args[1]), app_now_ms(), tq_slice_str(app_author(app)), out, err);
    return rc == TQ_OK && out->n > 0 ? app_write(app, (struct tq_change *)out->changes, out->n, err)
                                     : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *verb = cli->nargs > 0 ? cli->args[0] : "list";
    struct tq_changes changes = { 0, NULL };
    bool listing =
            strcmp(verb, "list") == 0 || strcmp(verb, "show") == 0 || strcmp(verb, "compare") == 0;
    size_t written = 0;
    tq_status rc = app_open(app, cli, !listing, err);

    if (rc == TQ_OK && strcmp(verb, "list") == 0) {
        rc = list(app, cli, err);
    } else if (rc == TQ_OK && cli->nargs == 2 && strcmp(verb, "show") == 0) {
        rc = show(app, cli, err);
    } else if (rc == TQ_OK && cli->nargs == 3 && strcmp(verb, "compare") == 0) {
        rc = sheet_compare(app, cli, err);
    } else if (rc == TQ_OK && cli->nargs == 3 && strcmp(verb, "copy") == 0) {
        rc = copy(app, cli, &written, err);
    } else if (rc == TQ_OK && cli->nargs == 2 && strcmp(verb, "import") == 0) {
        rc = load(app, cli, &changes, err);
    } else if (rc == TQ_OK && cli->nargs == 2 && strcmp(verb, "publish") == 0) {
        rc = publish(app, cli, &changes, err);
    } else if (rc == TQ_OK) {
        rc = cli_wrong_word(cli, verb, err);
    }
    if (rc == TQ_OK && !listing)
        cli_print(
                cli, "%s: %zu %s", verb, changes.n + written, cli_say(cli, "thay đổi", "changes"));
    app_close(app);
    return rc;
}

const struct cli_command CMD_SHEET = {
    .name = "sheet",
    .usage = "[show|publish SHEET | copy|compare SHEET... | import FILE]",
    .summary = { "bảng điểm: xem, chép, so, nạp, ban hành",
            "scoring sheets: show, copy, compare, import, publish" },
    .options = OPTIONS,
    .max_args = 3,
    .run = run,
};

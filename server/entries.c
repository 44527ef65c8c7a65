#include "entries.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "cli/json.h"
#include "edit.h"
#include "show.h"
#include "tuquan/district_devices.h"
#include "tuquan/quoted.h"
#include "tuquan/reason.h"
#include "tuquan/words.h"

#define NCOLUMNS 11u

const struct cli_column ENTRIES_CONFLICT[ENTRIES_CONFLICT_COLUMNS] = {
    { "id", { "Số", "Id" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "values", { "Đang giữ", "Kept" }, false, true },
    { "kept_by", { "Ai ghi", "Written by" }, false, true },
    { "other_values", { "Giá trị kia", "The other" }, false, true },
    { "other_by", { "Ai ghi giá trị kia", "Who wrote the other" }, false, true },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "decides", { "Ai quyết", "Who decides" }, false, false },
};

static const struct cli_column HELD[NCOLUMNS] = {
    { "id", { "Số", "Id" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "values", { "Giá trị bị giữ", "Held" }, false, true },
    { "other_values", { "Ở huyện", "Here" }, false, true },
    { "author", { "Ai ghi", "Who" }, false, true },
    { "device", { "Máy", "Device" }, false, false },
    { "at_ms", { "Lúc", "At" }, false, false },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "decides", { "Ai quyết", "Who decides" }, false, false },
};

static const struct cli_column REQUESTS[NCOLUMNS] = {
    { "id", { "Số", "Id" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "values", { "Xin sửa thành", "Asked for" }, false, true },
    { "other_values", { "Trước đó", "Before" }, false, true },
    { "author", { "Ai xin", "Who" }, false, true },
    { "device", { "Máy", "Device" }, false, false },
    { "at_ms", { "Lúc", "At" }, false, false },
    { "reason", { "Kỳ đã khóa", "Locked" }, false, true },
    { "decides", { "Ai quyết", "Who decides" }, false, false },
};
static const char *const LISTS[] = { "conflicts", "held", "requests", "requests", "conflicts" };
static const char *const TABLES[] = { "conflict", "held_row", "correction_request",
    "correction_request", "conflict" };

tq_status entries_load(struct app *app, enum entries_kind kind, struct tq_slice unit,
        struct tq_open_entry **out, size_t *count, struct tq_error *err)
{
    if (kind == ENTRIES_CLOSED)
        return tq_report_closed(app->store, unit, SIZE_MAX, app->arena, out, count, err);
    if (kind == ENTRIES_CONFLICTS)
        return tq_report_conflicts(app->store, unit, app->arena, out, count, err);
    if (kind == ENTRIES_HELD)
        return tq_report_held(app->store, unit, app->arena, out, count, err);
    if (kind == ENTRIES_REFUSED)
        return tq_report_refused(app->store, unit, app->arena, out, count, err);
    return tq_report_requests(app->store, unit, app->arena, out, count, err);
}

struct tq_slice entries_reason(const struct cli *cli, struct tq_slice code)
{
    for (int r = 1; r < 100; r++)
        if (tq_slice_equal(code, tq_slice_str(tq_reason_code((tq_reason)r))))
            return tq_slice_str(tq_reason_sentence((tq_reason)r, cli->lang));
    return code;
}

/* May the district take the other value: does it write every column of the cell? */
static bool is_ours(struct app *app, const struct tq_table *table, struct tq_slice values)
{
    struct tq_cells cells;

    if (tq_quoted_parse(values, app->arena, &cells, NULL) != TQ_OK)
        return false;
    for (uint32_t i = 0; i < cells.n; i++) {
        int at = tq_table_column(table, cells.columns[i]);

        if (at < 0 || (table->columns[at].writers & (TQ_BY_DISTRICT | TQ_BY_SYSTEM)) == 0)
            return false;
    }
    return true;
}

enum entries_who entries_who(
        struct app *app, enum entries_kind kind, const struct tq_open_entry *entry)
{
    const struct tq_table *table = tq_word_to_table(tq_catalogue_current(), entry->table_name);

    if (kind == ENTRIES_CONFLICTS && table != NULL && !is_ours(app, table, entry->other_values))
        return ENTRIES_BY_COMMUNE;
    if (kind != ENTRIES_HELD)
        return ENTRIES_BY_DISTRICT;
    if (tq_slice_equal(entry->reason, tq_slice_str(tq_reason_code(TQ_REASON_PERIOD_LOCKED))))
        return ENTRIES_BY_REQUEST;
    if (tq_slice_equal(entry->reason, tq_slice_str(tq_reason_code(TQ_REASON_NEWER_SCHEMA))))
        return ENTRIES_BY_UPDATE;
    return ENTRIES_BY_DISTRICT;
}

static void put_who(struct cli_table *out, const struct cli *cli, enum entries_who who)
{
    static const struct {
        const char *code;
        struct cli_text text;
    } WORDS[] = {
        { "district", { "huyện", "district" } },
        { "commune", { "xã", "commune" } },
        { "request", { "theo đề nghị", "with the request" } },
        { "update", { "chờ cập nhật", "waits for the update" } },
    };

    cli_table_both(out, cli_say(cli, WORDS[who].text.vi, WORDS[who].text.en),
            json_string(WORDS[who].code));
}

tq_status entries_put_values(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *entry, struct tq_slice text, struct tq_error *err)
{
    const struct tq_table *table = tq_word_to_table(tq_catalogue_current(), entry->table_name);
    json_t *json = json_object();
    struct tq_buf shown;
    tq_status rc = TQ_OK;

    tq_buf_init(&shown, 0);
    if (table != NULL)
        rc = show_text(app, cli, table, text, &shown, json, err);
    cli_table_both_buf(out, &shown, json);
    tq_buf_deinit(&shown);
    return rc;
}

/* "máy B (máy xb)"; the district's own is no machine of an office. Appends. */
static tq_status say_device(struct app *app, const struct cli *cli, uint32_t device,
        struct tq_buf *out, struct tq_error *err)
{
    struct tq_device_info info;
    tq_status rc;

    if (device == TQ_DEVICE_DISTRICT) {
        tq_buf_append_str(out, cli_say(cli, "huyện", "district"));
        return TQ_OK;
    }
    rc = tq_devices_get(app->store, device, app->arena, &info, err);
    if (rc == TQ_NOT_FOUND) { /* lost in a restore: its number is all that is left */
        tq_error_clear(err);
        tq_buf_printf(out, "%s %" PRIu32, cli_say(cli, "máy", "machine"), device);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    tq_buf_printf(out, "%s %.*s", cli_say(cli, "máy", "machine"), (int)info.letter.len,
            (const char *)info.letter.data);
    if (info.machine.len > 0)
        tq_buf_printf(out, " (%.*s)", (int)info.machine.len, (const char *)info.machine.data);
    return TQ_OK;
}

static tq_status put_device(struct app *app, const struct cli *cli, struct cli_table *out,
        uint32_t device, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    rc = say_device(app, cli, device, &text, err);
    cli_table_both_buf(out, &text, json_integer(device));
    tq_buf_deinit(&text);
    return rc;
}

/* Who wrote one side, on which machine, when. */
static tq_status put_writer(struct app *app, const struct cli *cli, struct cli_table *out,
        struct tq_slice author, uint32_t device, int64_t at_ms, struct tq_error *err)
{
    json_t *json = json_object();
    struct tq_buf text;
    char when[40];
    tq_status rc;

    json_object_set_new(json, "author", cli_json_slice(author));
    json_object_set_new(json, "device", json_integer(device));
    json_object_set_new(json, "at_ms", at_ms != 0 ? json_integer(at_ms) : json_null());
    if (author.len == 0 && device != TQ_DEVICE_DISTRICT)
        author = tq_slice_str(cli_say(cli, "chương trình khác", "another program"));
    tq_buf_init(&text, 0);
    if (author.len > 0)
        tq_buf_printf(&text, "%.*s, ", (int)author.len, (const char *)author.data);
    rc = say_device(app, cli, device, &text, err);
    if (at_ms != 0)
        tq_buf_printf(&text, ", %s", cli_show_instant(cli, at_ms, when, sizeof(when)));
    cli_table_both_buf(out, &text, json);
    tq_buf_deinit(&text);
    return rc;
}

tq_status entries_put_where(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *e, struct tq_error *err)
{
    const struct tq_table *table = tq_word_to_table(tq_catalogue_current(), e->table_name);
    char hex[2 * TQ_SURROGATE_BYTES + 1];
    struct tq_slice unit;
    struct tq_buf row;
    json_t *json;
    int at = -1;
    tq_status rc;

    tq_hex(hex, e->id, TQ_SURROGATE_BYTES);
    cli_table_both_text(out, tq_slice_of(hex, ENTRIES_ID_DIGITS), json_string(hex));
    rc = show_unit(app, e->unit, &unit, err);
    cli_table_both_text(out, unit, cli_json_slice(e->unit));
    tq_buf_init(&row, 0);
    if (rc == TQ_OK && table != NULL)
        rc = show_row(app, cli, table, e->row_key, &row, err);
    else
        tq_buf_append_slice(&row, e->table_name);
    json = json_object();
    json_object_set_new(json, "table", cli_json_slice(e->table_name));
    json_object_set_new(json, "key", show_key_json(table, e->row_key));
    cli_table_both_buf(out, &row, json);
    tq_buf_deinit(&row);
    for (size_t i = 0; table != NULL && i < table->ncolumns; i++)
        if (e->cell.len > 0 && tq_slice_equal(e->cell, tq_slice_str(table->columns[i].name)))
            at = (int)i;
    cli_table_both(out,
            at >= 0 ? tq_word_of_column(&table->columns[at], cli->lang)
                    : cli_say(cli, "(cả dòng)", "(whole row)"),
            cli_json_slice(e->cell));
    return rc;
}

/* A row that no version could have made: named and passed over, the others are still to be seen. */
static bool is_readable(
        struct app *app, const struct tq_table *table, const struct tq_open_entry *e)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct tq_cells cells;

    return table == NULL ||
           (tq_key_decode(table, e->row_key, parts) &&
                   tq_quoted_parse(e->values, app->arena, &cells, NULL) == TQ_OK &&
                   tq_quoted_parse(e->other_values, app->arena, &cells, NULL) == TQ_OK);
}

static void warn_unreadable(struct cli *cli, const char *list, const struct tq_open_entry *e)
{
    char hex[2 * TQ_SURROGATE_BYTES + 1];

    tq_hex(hex, e->id, TQ_SURROGATE_BYTES);
    cli_warn(cli, "%s %s: %s", list, hex,
            cli_say(cli, "mục này không đọc được nên bỏ qua; kiểm tra tệp bằng lệnh doctor",
                    "this entry cannot be read and is left out; check the file with doctor"));
}

tq_status entries_put_conflict(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *e, struct tq_error *err)
{
    tq_status rc = entries_put_where(app, cli, out, e, err);
    json_t *last;

    if (rc == TQ_OK)
        rc = entries_put_values(app, cli, out, e, e->values, err);
    if (rc == TQ_OK)
        rc = put_writer(app, cli, out, e->author, e->device, e->at_ms, err);
    if (rc == TQ_OK)
        rc = entries_put_values(app, cli, out, e, e->other_values, err);
    if (rc == TQ_OK)
        rc = put_writer(app, cli, out, e->other_author, e->other_device, e->other_at_ms, err);
    cli_table_both_text(out, entries_reason(cli, e->reason), cli_json_slice(e->reason));
    put_who(out, cli, entries_who(app, ENTRIES_CONFLICTS, e));
    last = cli_table_last(out);
    if (last != NULL) { /* as the other lists have them */
        json_object_set_new(last, "author", cli_json_slice(e->other_author));
        json_object_set_new(last, "at_ms", json_integer(e->other_at_ms));
    }
    return rc;
}

static tq_status put_entry(struct app *app, struct cli *cli, struct cli_table *out,
        enum entries_kind kind, const struct tq_open_entry *e, struct tq_error *err)
{
    char shown[40];
    tq_status rc;

    if (kind == ENTRIES_CONFLICTS)
        return entries_put_conflict(app, cli, out, e, err);
    rc = entries_put_where(app, cli, out, e, err);
    if (rc == TQ_OK)
        rc = entries_put_values(app, cli, out, e, e->values, err);
    if (rc == TQ_OK)
        rc = entries_put_values(app, cli, out, e, e->other_values, err);
    cli_table_text(out, e->author);
    if (rc == TQ_OK)
        rc = put_device(app, cli, out, e->device, err);
    cli_table_both(out, e->at_ms != 0 ? cli_show_instant(cli, e->at_ms, shown, sizeof(shown)) : "",
            json_integer(e->at_ms));
    cli_table_both_text(out, entries_reason(cli, e->reason), cli_json_slice(e->reason));
    put_who(out, cli, entries_who(app, kind, e));
    return rc;
}

tq_status entries_list(struct app *app, struct cli *cli, enum entries_kind kind, const char *text,
        struct tq_error *err)
{
    struct tq_slice unit = { NULL, 0 };
    struct tq_open_entry *list = NULL;
    bool two = kind == ENTRIES_CONFLICTS;
    struct cli_table out;
    size_t count = 0;
    tq_status rc = text != NULL ? app_unit(app, text, &unit, err) : TQ_OK;

    if (rc == TQ_OK)
        rc = entries_load(app, kind, unit, &list, &count, err);
    cli_table_init(&out, cli,
            two                    ? ENTRIES_CONFLICT
            : kind == ENTRIES_HELD ? HELD
                                   : REQUESTS,
            two ? ENTRIES_CONFLICT_COLUMNS : NCOLUMNS);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        const struct tq_open_entry *e = &list[i];
        const struct tq_table *table = tq_word_to_table(tq_catalogue_current(), e->table_name);

        if (!is_readable(app, table, e)) {
            warn_unreadable(cli, LISTS[kind], e);
            continue;
        }
        rc = put_entry(app, cli, &out, kind, e, err);
    }
    if (rc == TQ_OK && count == 0)
        cli_print(cli, "%s",
                kind == ENTRIES_REFUSED
                        ? cli_say(cli, "Không có gì đã từ chối huyện bạn.",
                                  "Nothing was refused to the neighbour.")
                        : cli_say(cli, "Không có việc nào đang chờ.", "Nothing waits."));
    if (rc == TQ_OK && (count > 0 || cli->json))
        rc = two ? cli_table_print_blocks(&out, LISTS[kind], err)
                 : cli_table_print(&out, LISTS[kind], err);
    cli_table_deinit(&out);
    return rc;
}

tq_status entries_find(struct app *app, enum entries_kind kind, const char *id,
        struct tq_open_entry *out, struct tq_error *err)
{
    size_t digits = strlen(id);
    struct tq_open_entry *list;
    size_t count;
    size_t found = 0;
    tq_status rc;

    if (digits < 4 || digits > 2 * (size_t)TQ_SURROGATE_BYTES ||
            strspn(id, "0123456789abcdef") != digits)
        return tq_error_set(err, TQ_USAGE, "%s %s: %s", LISTS[kind], id,
                cli_say(app->cli, "mã là ít nhất 4 chữ số đầu mà danh sách nêu",
                        "an ID is at least the first 4 digits that the list shows"));
    rc = entries_load(app, kind, tq_slice_of(NULL, 0), &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        char hex[2 * TQ_SURROGATE_BYTES + 1];

        tq_hex(hex, list[i].id, TQ_SURROGATE_BYTES);
        if (strncmp(hex, id, digits) != 0)
            continue;
        *out = list[i];
        found++;
    }
    if (rc == TQ_OK && found == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %s", LISTS[kind], id);
    if (rc == TQ_OK && found > 1)
        rc = tq_error_set(err, TQ_USAGE, "%s %s (%zu)", LISTS[kind], id, found);
    return rc;
}

uint32_t entries_cell(const struct tq_table *table, const struct tq_open_entry *entry)
{
    uint32_t cell = TQ_CELL_ROW;

    for (size_t i = 0; entry->cell.len > 0 && i < table->ncolumns; i++)
        if (tq_slice_equal(entry->cell, tq_slice_str(table->columns[i].name)))
            cell = table->columns[i].cell;
    return cell;
}

/* The values that the row holds now, of the columns of the change. */
static tq_status put_before(
        struct app *app, const struct tq_table *table, struct tq_change *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_value *before =
            tq_arena_array(app->arena, (size_t)out->ncolumns + 1, sizeof(*before));
    struct tq_stored_row row;
    tq_status rc;

    if (before == NULL)
        return tq_error_set(err, TQ_NOMEM, "change");
    memset(&row, 0, sizeof(row));
    rc = ops->rows_get(ops->ctx, table, &out->key, 1, app->arena, &row, err);
    if (rc == TQ_OK && !row.exists)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", table->name);
    for (uint32_t i = 0; rc == TQ_OK && i < out->ncolumns; i++)
        before[i] = row.values[tq_table_column(table, out->columns[i])];
    out->before = before;
    return rc;
}

tq_status entries_change(struct app *app, const struct tq_open_entry *entry, struct tq_slice text,
        struct tq_change *out, struct tq_error *err)
{
    const struct tq_table *table = tq_word_to_table(tq_catalogue_current(), entry->table_name);
    struct tq_cells cells;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    if (table == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%.*s", (int)entry->table_name.len,
                (const char *)entry->table_name.data);
    rc = tq_quoted_parse(text, app->arena, &cells, err);
    if (rc != TQ_OK)
        return rc;
    out->cell = entries_cell(table, entry);
    if (entry->cell.len > 0 && out->cell == TQ_CELL_ROW)
        return tq_error_set(err, TQ_NOT_FOUND, "%s.%.*s", table->name, (int)entry->cell.len,
                (const char *)entry->cell.data);
    for (uint32_t i = 0; i < cells.n; i++)
        if (tq_table_column(table, cells.columns[i]) < 0)
            return tq_error_set(err, TQ_NOT_FOUND, "%s.%u", table->name, cells.columns[i]);
    out->table = table->id;
    out->key = entry->row_key;
    out->owner = table->scope == TQ_OWN ? entry->unit : tq_slice_of(NULL, 0);
    out->ncolumns = cells.n;
    out->columns = cells.columns;
    out->after = cells.values;
    return out->cell == TQ_CELL_ROW ? TQ_OK : put_before(app, table, out, err);
}

tq_status entries_edit(struct app *app, struct edit_list *edits, enum entries_kind kind,
        const struct tq_open_entry *entry, const char *const *names, const struct tq_value *values,
        size_t count, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), TABLES[kind]);
    struct tq_value row[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };

    for (size_t i = 0; i < table->ncolumns; i++)
        row[i] = tq_value_null();
    row[table->key[0]] = tq_value_blob(tq_slice_of(entry->id, TQ_SURROGATE_BYTES));
    given[table->key[0]] = true;
    for (size_t i = 0; i < count; i++) {
        int at = tq_table_column_find(table, names[i]);

        if (at < 0)
            return tq_error_set(err, TQ_INTERNAL, "%s.%s", table->name, names[i]);
        row[at] = values[i];
        given[at] = true;
    }
    return edit_row(edits, app, table, row, given, err);
}

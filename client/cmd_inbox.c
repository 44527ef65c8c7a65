/* cmd_inbox.c - inbox: what waits for a person's decision, each with its reason and next step. */
#include <string.h>

#include "app.h"
#include "cli/json.h"
#include "cli/options.h"
#include "commands.h"
#include "inbox_sides.h"
#include "tuquan/change.h"
#include "tuquan/intake.h"
#include "tuquan/office_view.h"
#include "tuquan/reason.h"
#include "tuquan/words.h"

static const struct cli_column COLUMNS[] = {
    { "id", { "Mã", "Id" }, false, false },
    { "kind", { "Việc", "Kind" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "kept", { "Đang giữ", "Kept" }, false, true },
    { "other", { "Giá trị kia", "The other" }, false, true },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "detail", { "Chi tiết", "Detail" }, false, true },
    { "effect", { "Điểm", "Score" }, false, true },
    { "next_step", { "Việc cần làm", "What to do" }, false, true },
};

struct list {
    struct app *app;
    struct cli_table out;
    size_t open;             /* those that wait for an answer */
    struct inbox_points now; /* of the period that was asked last */
    tq_status rc;            /* the first failure of put */
};

/* For a page, which shows more than a line does. */
static void tell_more(const struct app *app, const struct inbox_item *item, json_t *row)
{
    struct tq_buf name;

    if (row == NULL)
        return;
    tq_buf_init(&name, 0);
    inbox_item_name(item, &name);
    json_object_set_new(
            row, "name", name.len > 0 || !tq_buf_is_ok(&name) ? cli_json_buf(&name) : json_null());
    tq_buf_deinit(&name);
    json_object_set_new(
            row, "kind_text", json_string(cli_say(app->cli, item->kind.vi, item->kind.en)));
    json_object_set_new(row, "reason_text", json_string(item->reason));
    json_object_set_new(row, "answered", json_boolean(item->answered));
    json_object_set_new(row, "effect_none",
            item->effect_none != NULL ? json_string(item->effect_none) : json_null());
    json_object_set_new(
            row, "effect_text", json_stringn((const char *)item->effect.data, item->effect.len));
    json_object_set_new(row, "effect_left_out",
            json_boolean(item->effect_none != NULL && strcmp(item->effect_none, "left_out") == 0));
    json_object_set_new(
            row, "table", item->table != NULL ? json_string(item->table->name) : json_null());
    json_object_set_new(
            row, "key", item->table != NULL ? app_key_json(item->table, item->key) : json_null());
}

static void put_row(struct list *list, const struct inbox_item *item)
{
    struct cli_table *out = &list->out;
    struct tq_buf id;

    tq_buf_init(&id, 0);
    if (item->refused != 0 || item->id.len == TQ_SURROGATE_BYTES) {
        inbox_item_name(item, &id);
        cli_table_text_buf(out, &id);
    } else {
        cli_table_str(out, NULL);
    }
    tq_buf_deinit(&id);
    cli_table_both(
            out, cli_say(list->app->cli, item->kind.vi, item->kind.en), json_string(item->code));
    cli_table_text(out, item->row);
    cli_table_text(out, item->kept);
    cli_table_text(out, item->other);
    cli_table_both(out, item->reason,
            item->reason_code[0] != '\0' ? json_string(item->reason_code) : json_null());
    cli_table_text(out, item->detail);
    cli_table_both_text(
            out, item->effect, item->effect_json != NULL ? item->effect_json : json_null());
    cli_table_str(out, item->next);
    tell_more(list->app, item, cli_table_last(out));
    list->open += !item->answered;
}

/* No item is without a word about the score. */
static void put(void *ctx, const struct inbox_item *item)
{
    struct list *list = ctx;
    struct inbox_item whole = *item;
    bool is = true;

    if (list->rc == TQ_OK && list->now.only != NULL)
        list->rc = inbox_is_named(item, list->now.only, &is, NULL);
    if (list->rc != TQ_OK || !is) {
        json_decref(item->effect_json);
        return;
    }
    if (whole.effect_json == NULL && whole.effect_none == NULL)
        inbox_no_effect(list->app, whole.answered ? "answered" : "no_row", &whole);
    put_row(list, &whole);
}

/* The reason whose code is "R15". */
static tq_reason reason_of(struct tq_slice code)
{
    for (int r = 0; r < 100; r++)
        if (tq_slice_equal(code, tq_slice_str(tq_reason_code((tq_reason)r))))
            return (tq_reason)r;
    return TQ_REASON_NONE;
}

/* Rows of `name` whose `column` is `value`, of our own unit where the table has one. */
static tq_status find_rows(struct app *app, const char *name, const char *column, const char *value,
        struct tq_record **rows, size_t *n, const struct tq_table **table, struct tq_error *err)
{
    struct tq_query query = { .own_unit_only = true };
    size_t total;

    *n = 0;
    *table = tq_catalogue_find(app->catalogue, name);
    query.table = *table;
    query.nfilters = 1;
    query.filters[0].column = *table != NULL ? tq_table_column_find(*table, column) : -1;
    query.filters[0].value = tq_value_str(value);
    if (query.filters[0].column < 0)
        return TQ_OK;
    return tq_record_list(app->records, &query, app->arena, rows, n, &total, err);
}

/* The column at fault with its value, and what the district added. */
static tq_status fault_of(
        struct app *app, const struct tq_waiting *row, struct tq_slice *out, struct tq_error *err)
{
    int c = tq_table_column(row->table, (uint32_t)row->column);
    struct tq_record record;
    struct tq_buf text;
    bool found = false;
    tq_status kept;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (c >= 0)
        rc = tq_record_get(app->records, row->table, row->key, app->arena, &record, &found, err);
    if (rc == TQ_OK && found) {
        tq_buf_printf(&text, "%s = ", tq_word_of_column(&row->table->columns[c], app->cli->lang));
        rc = app_show_value(
                app, row->table, &row->table->columns[c], &record.values[c], &text, err);
    }
    if (row->detail.len > 0) {
        tq_buf_append_str(&text, text.len > 0 ? "; " : "");
        tq_buf_append_slice(&text, row->detail);
    }
    kept = inbox_keep(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

static tq_status add_returned(struct list *list, struct tq_error *err)
{
    struct app *app = list->app;
    struct tq_waiting *rows;
    size_t n;
    tq_status rc = tq_office_waiting(app->db, INT32_MAX, app->arena, &rows, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = (tq_reason)rows[i].reason;
        bool changed = false;
        struct inbox_item item = { .code = "returned",
            .kind = { "Huyện trả lại", "Returned" },
            .reason_code = tq_reason_code(reason),
            .reason = tq_reason_sentence(reason, app->cli->lang),
            .next = tq_reason_next_step(reason, app->cli->lang) };

        if (rows[i].state != 2 || rows[i].table == NULL)
            continue;
        item.table = rows[i].table;
        item.key = rows[i].key;
        if (rows[i].table->surrogate)
            item.id = rows[i].key;
        if (reason == TQ_REASON_NONE) {
            item.reason_code = "";
            item.reason =
                    cli_say(app->cli, "huyện không còn dòng này", "the district has it no more");
        }
        if (!rows[i].sealed && reason != TQ_REASON_NONE)
            rc = inbox_is_changed(app, rows[i].table, rows[i].key, &changed, err);
        if (changed)
            item.next = cli_say(app->cli, "Đã sửa ở đây; chờ gửi lại.",
                    "Corrected here; waits to be sent again.");
        if (rc == TQ_OK)
            rc = inbox_name_row(app, rows[i].table, rows[i].key, &item.row, err);
        if (rc == TQ_OK)
            rc = fault_of(app, &rows[i], &item.detail, err);
        if (rc == TQ_OK)
            rc = inbox_fill_returned(app, &list->now, &rows[i], &item, err);
        put(list, &item);
    }
    return rc;
}

static tq_status add_refused(struct list *list, struct tq_error *err)
{
    struct app *app = list->app;
    struct tq_refused_cell *cells;
    size_t n;
    tq_status rc = tq_office_refused(app->db, 0, app->arena, &cells, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = (tq_reason)cells[i].reason;
        struct tq_buf next;
        struct tq_slice text;
        struct inbox_item item = { .refused = cells[i].id,
            .code = "refused",
            .kind = { "Huyện không nhận", "Not taken" },
            .reason_code = tq_reason_code(reason),
            .reason = tq_reason_sentence(reason, app->cli->lang),
            .detail = cells[i].detail,
            .answered = cells[i].changed };

        if (cells[i].table == NULL)
            continue;
        item.table = cells[i].table;
        item.key = cells[i].key;
        rc = inbox_fill_refused(app, &list->now, &cells[i], &item, err);
        if (rc != TQ_OK)
            break;
        tq_buf_init(&next, 0);
        tq_buf_printf(&next, "%s %s", tq_reason_next_step(reason, app->cli->lang),
                item.answered
                        ? cli_say(app->cli, "Đã sửa ở đây; chờ gửi lại.",
                                  "Changed here; waits to be sent again.")
                        : cli_say(app->cli,
                                  "inbox keep MÃ: đã xem, để như huyện; inbox take MÃ: gửi lại "
                                  "giá trị kia; inbox edit MÃ CỘT=GIÁ_TRỊ: ghi giá trị đúng",
                                  "inbox keep ID: seen, the district's stays; inbox take ID: "
                                  "send the other again; inbox edit ID COLUMN=VALUE: the right "
                                  "one"));
        tq_buf_append_u8(&next, '\0');
        rc = inbox_keep(app, &next, &text, err);
        item.next = rc == TQ_OK ? (const char *)text.data : "";
        put(list, &item);
    }
    return rc;
}

/* Does this machine hold the row itself, returned? Then it is listed as that, once. */
static tq_status is_returned(struct app *app, const struct tq_table *table, struct tq_slice key,
        bool *here, bool *returned, struct tq_error *err)
{
    struct tq_record record;
    tq_status rc = tq_record_get(app->records, table, key, app->arena, &record, here, err);

    *returned = rc == TQ_OK && *here && record.pending == 2;
    return rc;
}

/* The column at fault, and what the district added. */
static tq_status held_detail(struct app *app, const struct tq_table *table,
        const struct tq_record *record, const struct tq_table *target, struct tq_slice *out,
        struct tq_error *err)
{
    struct tq_slice column = inbox_text(table, record, "reason_column");
    struct tq_slice detail = inbox_text(table, record, "detail");
    int c = column.len > 0 ? tq_word_to_column(target, column) : -1;
    struct tq_buf text;

    tq_buf_init(&text, 0);
    if (c >= 0)
        tq_buf_append_str(&text, tq_word_of_column(&target->columns[c], app->cli->lang));
    if (detail.len > 0) {
        tq_buf_append_str(&text, text.len > 0 ? "; " : "");
        tq_buf_append_slice(&text, detail);
    }
    return inbox_keep(app, &text, out, err);
}

static tq_status add_held(struct list *list, struct tq_error *err)
{
    struct app *app = list->app;
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "held_row", "state", "open", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = reason_of(inbox_text(table, &rows[i], "reason"));
        struct tq_slice key;
        const struct tq_table *target = inbox_target(app, table, &rows[i], &key);
        bool returned = false;
        bool here = false;
        struct inbox_item item = { .id = rows[i].key,
            .code = "held",
            .kind = { "Huyện tạm giữ", "Held" },
            .reason_code = tq_reason_code(reason),
            .reason = tq_reason_sentence(reason, app->cli->lang),
            .next = tq_reason_next_step(reason, app->cli->lang) };

        if (target != NULL)
            rc = is_returned(app, target, key, &here, &returned, err);
        if (rc != TQ_OK || returned)
            continue;
        item.table = here ? target : NULL;
        item.key = key;
        if (target != NULL)
            rc = inbox_name_row(app, target, key, &item.row, err);
        if (rc == TQ_OK && target != NULL)
            rc = held_detail(app, table, &rows[i], target, &item.detail, err);
        if (rc == TQ_OK)
            rc = inbox_fill_held(app, &list->now, table, &rows[i], here, &item, err);
        put(list, &item);
    }
    return rc;
}

/* Open at the district and not decided here. */
static bool is_undecided(const struct tq_table *table, const struct tq_record *record)
{
    int c = tq_table_column_find(table, "decision");

    return c < 0 || record->values[c].type == TQ_NULL;
}

/* Both values with their writers, and what the other one would do to the score. */
static tq_status fill_conflict(struct app *app, struct inbox_points *now,
        const struct tq_table *table, const struct tq_record *record, struct inbox_item *item,
        struct tq_error *err)
{
    static const char *const KEPT[] = { "kept_author", "kept_device", "kept_at" };
    static const char *const OTHER[] = { "other_author", "other_device", "other_at" };
    struct tq_slice key;
    const struct tq_table *target = inbox_target(app, table, record, &key);
    bool stands = true;
    tq_status rc = inbox_target_name(app, table, record, &item->row, err);

    if (rc == TQ_OK)
        rc = inbox_side(app, table, record, "kept_values", KEPT, &item->kept, err);
    if (rc == TQ_OK)
        rc = inbox_side(app, table, record, "other_values", OTHER, &item->other, err);
    if (rc != TQ_OK || target == NULL)
        return rc;
    item->table = target;
    item->key = key;
    rc = inbox_stands(app, target, key, inbox_text(table, record, "kept_values"), &stands, err);
    if (rc == TQ_OK && !stands) {
        item->answered = true;
        item->next = cli_say(app->cli, "Đã sửa ở đây; chờ gửi lên huyện (rút lại: inbox undo MÃ).",
                "Changed here; waits to be sent (back: inbox undo ID).");
    }
    if (rc == TQ_OK && stands)
        rc = inbox_effect(
                app, now, target, key, inbox_text(table, record, "other_values"), item, err);
    return rc;
}

static tq_status add_conflicts(struct list *list, struct tq_error *err)
{
    struct app *app = list->app;
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "conflict", "state", "open", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = reason_of(inbox_text(table, &rows[i], "reason"));
        struct inbox_item item = { .id = rows[i].key,
            .code = "conflict",
            .kind = { "Hai giá trị", "Conflict" },
            .reason_code = tq_reason_code(reason),
            .reason = tq_reason_sentence(reason, app->cli->lang),
            .next = cli_say(app->cli,
                    "inbox keep MÃ: giữ giá trị đang giữ; inbox take MÃ: lấy giá trị kia; "
                    "inbox edit MÃ CỘT=GIÁ_TRỊ: ghi giá trị đúng",
                    "inbox keep ID: the kept one stays; inbox take ID: the other one; "
                    "inbox edit ID COLUMN=VALUE: the right one") };

        if (!is_undecided(table, &rows[i]))
            continue;
        rc = fill_conflict(app, &list->now, table, &rows[i], &item, err);
        put(list, &item);
    }
    return rc;
}

/* The neighbouring district's, about a row of ours: no person of the commune asked. */
static bool is_neighbours(const struct tq_table *table, const struct tq_record *record)
{
    const struct tq_value *device = &record->values[tq_table_column_find(table, "device")];

    return device->type == TQ_INT && device->i == TQ_DEVICE_DISTRICT;
}

/* By no period: minutes that the two sides have otherwise. */
static void say_minutes(const struct app *app, struct inbox_item *item)
{
    item->reason = cli_say(app->cli, "biên bản hai bên ghi khác nhau: chưa tính là hai bên đã ký",
            "the two sides have the minutes otherwise: not signed by both yet");
    item->next = cli_say(app->cli,
            "So với bản giấy. Xã ghi sai: sửa số, mã băm ở Giáp ranh rồi ký. Xã ghi đúng: gọi bên "
            "bạn.",
            "Compare the paper. Wrong here: correct number and hash, sign. Right here: call them.");
}

static tq_status add_requests(struct list *list, struct tq_error *err)
{
    static const char *const STATES[] = { "asked", "refused" };
    struct app *app = list->app;
    tq_status rc = TQ_OK;

    for (size_t s = 0; rc == TQ_OK && s < 2; s++) {
        const struct tq_table *table;
        struct tq_record *rows;
        size_t n;

        rc = find_rows(app, "correction_request", "state", STATES[s], &rows, &n, &table, err);
        for (size_t i = 0; rc == TQ_OK && i < n; i++) {
            bool asked = s == 0;
            struct inbox_item item = { .id = rows[i].key,
                .code = asked ? "correction_asked" : "correction_refused",
                .kind = { "Đề nghị đính chính", "Correction" },
                .reason_code = "",
                .reason =
                        asked ? cli_say(app->cli, "kỳ đã khóa; chờ huyện quyết định",
                                        "the period is locked; waits for the district")
                              : cli_say(app->cli, "huyện không đồng ý", "refused by the district"),
                .next = asked ? cli_say(app->cli, "Chờ.", "Wait.")
                              : cli_say(app->cli, "Xem lý do của huyện.",
                                        "See the district's reason.") };

            if (is_neighbours(table, &rows[i])) {
                if (!asked) /* nothing to do here */
                    continue;
                item.kind = (struct cli_text){ "Huyện bạn xin sửa", "Asked by the neighbour" };
                if (rows[i].values[tq_table_column_find(table, "lock_on")].type == TQ_NULL)
                    say_minutes(app, &item);
            }
            rc = inbox_fill_request(app, &list->now, table, &rows[i], asked, &item, err);
            put(list, &item);
        }
    }
    return rc;
}

static tq_status add_reports(struct list *list, struct tq_error *err)
{
    struct app *app = list->app;
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "report", "receipt_state", "returned", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct inbox_item item = { .code = "report_returned",
            .table = table,
            .key = rows[i].key,
            .kind = { "Báo cáo bị trả lại", "Report returned" },
            .row = inbox_text(table, &rows[i], "period"),
            .reason_code = "",
            .reason = "",
            .detail = inbox_text(table, &rows[i], "returned_cells"),
            .next = cli_say(app->cli, "Sửa ô được nêu rồi nộp lại.",
                    "Correct the named cells, submit again.") };

        rc = inbox_fill_report(app, table, &rows[i], &item, err);
        put(list, &item);
    }
    return rc;
}

/* All that a person decides; the rest are warnings about texts. */
static tq_status add_decisions(struct list *list, struct tq_error *err)
{
    tq_status rc = add_returned(list, err);

    if (rc == TQ_OK)
        rc = add_refused(list, err);
    if (rc == TQ_OK)
        rc = add_held(list, err);
    if (rc == TQ_OK)
        rc = add_conflicts(list, err);
    if (rc == TQ_OK)
        rc = add_requests(list, err);
    return rc == TQ_OK ? add_reports(list, err) : rc;
}

static tq_status show_all(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    const char *only = cli->nargs > 0 ? cli->args[1] : NULL; /* inbox show */
    struct list list = { .app = app,
        .now = { .only = only, .all = cli_option(cli, "effects") != NULL } };
    size_t shown;
    tq_status rc;

    cli_table_init(&list.out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    rc = cli_option(cli, "texts") != NULL ? TQ_OK : add_decisions(&list, err);
    if (rc == TQ_OK && cli_option(cli, "no-texts") == NULL && (only == NULL || strchr(only, ':')))
        rc = inbox_lint(app, put, &list, err);
    if (rc == TQ_OK && list.rc != TQ_OK)
        rc = tq_error_set(err, list.rc, "inbox");
    shown = list.out.nrows;
    if (rc == TQ_OK && only != NULL && shown == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", only);
    cli_json_set(cli, "open", json_integer((json_int_t)list.open));
    if (rc == TQ_OK)
        rc = cli_table_print_blocks(&list.out, "items", err);
    cli_table_deinit(&list.out);
    if (rc == TQ_OK && list.open == 0)
        cli_print(cli, "%s%s", shown > 0 ? "\n" : "",
                cli_say(cli, "Không có việc gì chờ quyết định.", "Nothing waits for a decision."));
    if (rc == TQ_OK && list.open > 0)
        cli->exit_code = tq_status_exit_code(TQ_NEEDS_PERSON);
    return rc;
}

static tq_status answer(struct app *app, struct tq_error *err)
{
    const struct cli *cli = app->cli;
    const char *what = cli->args[0];

    if (strcmp(what, "undo") == 0)
        return inbox_undo(app, cli->nargs == 2 ? cli->args[1] : NULL, err);
    if (strcmp(what, "edit") == 0)
        return inbox_edit(app, cli->args[1], cli->args + 2, cli->nargs - 2, err);
    return inbox_decide(app, strcmp(what, "take") == 0, cli->args[1], err);
}

/* The words that come after `inbox`. */
static tq_status check_usage(const struct cli *cli, struct tq_error *err)
{
    static const struct {
        const char *word;
        size_t least;
        size_t most;
        const char *usage;
    } WORDS[] = {
        { "show", 2, 2, "inbox show MÃ" },
        { "keep", 2, 2, "inbox keep MÃ" },
        { "take", 2, 2, "inbox take MÃ" },
        { "edit", 3, SIZE_MAX, "inbox edit MÃ CỘT=GIÁ_TRỊ..." },
        { "undo", 1, 2, "inbox undo [MÃ]" },
    };

    char usage[128];

    if (cli->nargs == 0)
        return TQ_OK;
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strcmp(cli->args[0], WORDS[i].word) != 0)
            continue;
        return cli->nargs >= WORDS[i].least && cli->nargs <= WORDS[i].most
                       ? TQ_OK
                       : tq_error_set(err, TQ_USAGE, "%s",
                                 cli_usage(cli, WORDS[i].usage, usage, sizeof(usage)));
    }
    return tq_error_set(err, TQ_USAGE, "inbox \"%s\" (show, keep, take, edit, undo)", cli->args[0]);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    tq_status rc = check_usage(cli, err);

    memset(&app, 0, sizeof(app));
    if (rc == TQ_OK)
        rc = app_open(&app, cli, err);
    if (rc == TQ_OK)
        rc = cli_option(cli, "decided") != NULL                     ? inbox_decided(&app, err)
             : cli->nargs == 0 || strcmp(cli->args[0], "show") == 0 ? show_all(&app, err)
                                                                    : answer(&app, err);
    app_close(&app);
    return rc;
}

static const struct cli_option OPTIONS[] = {
    { "decided", 0, NULL,
            { "những việc đã trả lời gần đây, có thể rút lại bằng undo MÃ",
                    "what was answered lately, and `undo ID` takes back" } },
    { "effects", 0, NULL,
            { "tính điểm cho mọi việc, không chỉ 20 việc đầu: lâu",
                    "the score for every item, not for the first 20 alone: slow" } },
    { "no-texts", 0, NULL,
            { "không xem lại lời văn trong sổ: nhanh", "without a look at all texts: quick" } },
    { "texts", 0, NULL, { "chỉ cảnh báo về lời văn trong sổ", "only the warnings about texts" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

const struct cli_command CMD_INBOX = {
    .name = "inbox",
    .usage = "[show MÃ | keep MÃ | take MÃ | edit MÃ CỘT=GIÁ_TRỊ... | undo [MÃ]]",
    .summary = { "việc chờ người quyết: trả lại, không nhận, tạm giữ, hai giá trị, đính chính, "
                 "cảnh báo",
            "what needs a person: returned, not taken, held, conflicts, corrections, warnings" },
    .details = { "  show MÃ   chỉ việc ấy, có tính điểm; việc không có mã: BẢNG:KHÓA\n"
                 "  keep MÃ   giữ giá trị đang giữ của một cặp hai giá trị; ô huyện không nhận: đã "
                 "xem\n"
                 "  take MÃ   lấy giá trị kia; ô huyện không nhận: gửi lại\n"
                 "  edit MÃ   ghi giá trị đúng vào dòng mà mục ấy nói tới\n"
                 "  undo      rút lại lần trả lời gần nhất, hoặc của mục MÃ\n"
                 "Mỗi lần trả lời là một thay đổi bình thường, có tên người ghi. Mã kết thúc 5 khi "
                 "có việc chờ.",
            "  show ID   that item alone, with its score; one without an id: TABLE:KEY\n"
            "  keep ID   the value that stands, of two; of a change not taken: seen\n"
            "  take ID   the other one; of a change not taken: send it again\n"
            "  edit ID   the right value, into the row that the item is about\n"
            "  undo      take back the last answer, or that of ID\n"
            "Each answer is an ordinary change under its author's name. Exit code 5 when something "
            "waits." },
    .options = OPTIONS,
    .max_args = SIZE_MAX,
    .run = run,
};

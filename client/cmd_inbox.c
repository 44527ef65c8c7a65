/* cmd_inbox.c - inbox: what waits for a person's decision, each with its reason and next step. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "tuquan/intake.h"
#include "tuquan/office_view.h"
#include "tuquan/reason.h"
#include "tuquan/words.h"
#include "values.h"

#define ID_LETTERS 12u /* of the key, in hex: enough to tell what one commune decides */

static const struct cli_column COLUMNS[] = {
    { "id", { "Mã", "Id" }, false, false },
    { "kind", { "Việc", "Kind" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "detail", { "Chi tiết", "Detail" }, false, true },
    { "next_step", { "Việc cần làm", "What to do" }, false, true },
};

struct item {
    struct tq_slice id; /* key of the item; empty: it has none */
    const char *code;
    struct cli_text kind;
    struct tq_slice row;
    const char *reason_code; /* "" : none */
    const char *reason;
    struct tq_slice detail;
    const char *next;
};

static void put(struct cli_table *out, const struct cli *cli, const struct item *item)
{
    char id[2 * TQ_SURROGATE_BYTES + 1] = "";

    if (item->id.len == TQ_SURROGATE_BYTES) {
        tq_hex(id, item->id.data, item->id.len);
        id[ID_LETTERS] = '\0';
    }
    cli_table_str(out, id[0] != '\0' ? id : NULL);
    cli_table_both(out, cli_say(cli, item->kind.vi, item->kind.en), json_string(item->code));
    cli_table_text(out, item->row);
    cli_table_both(out, item->reason,
            item->reason_code[0] != '\0' ? json_string(item->reason_code) : json_null());
    cli_table_text(out, item->detail);
    cli_table_str(out, item->next);
}

/* The reason whose code is "R15". */
static tq_reason reason_of(struct tq_slice code)
{
    for (int r = 0; r < 100; r++)
        if (tq_slice_equal(code, tq_slice_str(tq_reason_code((tq_reason)r))))
            return (tq_reason)r;
    return TQ_REASON_NONE;
}

static struct tq_slice text_of(
        const struct tq_table *table, const struct tq_record *record, const char *column)
{
    int c = tq_table_column_find(table, column);

    if (c < 0 || record->values[c].type != TQ_TEXT)
        return tq_slice_str("");
    return record->values[c].s;
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

/* What was put together, kept in the arena; the buffer is used up. */
static tq_status keep_text(
        struct app *app, struct tq_buf *text, struct tq_slice *out, struct tq_error *err)
{
    void *copy = tq_arena_copy(app->arena, text->data, text->len);
    tq_status rc = TQ_OK;

    if (text->len > 0 && (copy == NULL || !tq_buf_is_ok(text)))
        rc = tq_error_set(err, TQ_NOMEM, "inbox");
    *out = tq_slice_of(copy, copy != NULL ? text->len : 0);
    tq_buf_deinit(text);
    return rc;
}

/* "table row" in words; a row that is not here by its key. */
static tq_status name_row(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_value value = table->surrogate ? tq_value_blob(key) : tq_value_text(key);
    struct tq_slice name = { NULL, 0 };
    struct tq_buf text;
    tq_status kept;
    tq_status rc = app_row_name(app, table, key, &name, err);

    tq_buf_init(&text, 0);
    tq_buf_printf(&text, "%s ", tq_word_of_table(table, app->cli->lang));
    if (name.len > 0)
        tq_buf_append_slice(&text, name);
    else
        tq_intake_print(&table->columns[table->key[0]], &value, &text);
    kept = keep_text(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

/* The row that another one points to by table_name and row_key; NULL: of a table unknown here. */
static const struct tq_table *target_table(const struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *key)
{
    int at = tq_table_column_find(table, "row_key");
    struct tq_slice name = text_of(table, record, "table_name");

    *key = at >= 0 ? record->values[at].s : tq_slice_of(NULL, 0);
    return at >= 0 && name.len > 0 ? tq_word_to_table(app->catalogue, name) : NULL;
}

static tq_status target_of(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice key;
    const struct tq_table *target = target_table(app, table, record, &key);

    *out = tq_slice_str("");
    return target != NULL ? name_row(app, target, key, out, err) : TQ_OK;
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
    kept = keep_text(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

static tq_status add_returned(struct app *app, struct cli_table *out, struct tq_error *err)
{
    struct tq_waiting *rows;
    size_t n;
    tq_status rc = tq_office_waiting(app->db, INT32_MAX, app->arena, &rows, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = (tq_reason)rows[i].reason;
        struct item item = { { NULL, 0 }, "returned", { "Huyện trả lại", "Returned" }, { NULL, 0 },
            tq_reason_code(reason), tq_reason_sentence(reason, app->cli->lang), rows[i].detail,
            tq_reason_next_step(reason, app->cli->lang) };

        if (rows[i].state != 2 || rows[i].table == NULL)
            continue;
        if (reason == TQ_REASON_NONE) {
            item.reason_code = "";
            item.reason =
                    cli_say(app->cli, "huyện không còn dòng này", "the district has it no more");
        }
        if (!rows[i].sealed && reason != TQ_REASON_NONE)
            item.next = cli_say(app->cli, "Đã sửa ở đây; chờ gửi lại.",
                    "Corrected here; waits to be sent again.");
        rc = name_row(app, rows[i].table, rows[i].key, &item.row, err);
        if (rc == TQ_OK)
            rc = fault_of(app, &rows[i], &item.detail, err);
        put(out, app->cli, &item);
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

/* The column at fault, and what the row holds where it is not on this machine. */
static tq_status held_detail(struct app *app, const struct tq_table *table,
        const struct tq_record *record, const struct tq_table *target, bool here,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice column = text_of(table, record, "reason_column");
    struct tq_slice detail = text_of(table, record, "detail");
    int c = column.len > 0 ? tq_word_to_column(target, column) : -1;
    struct tq_buf text;
    tq_status kept;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (c >= 0)
        tq_buf_append_str(&text, tq_word_of_column(&target->columns[c], app->cli->lang));
    if (detail.len > 0) {
        tq_buf_append_str(&text, text.len > 0 ? "; " : "");
        tq_buf_append_slice(&text, detail);
    }
    if (!here) {
        tq_buf_append_str(&text, text.len > 0 ? ". " : "");
        rc = values_show(app, target, text_of(table, record, "held_values"), true, &text, err);
    }
    kept = keep_text(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

static tq_status add_held(struct app *app, struct cli_table *out, struct tq_error *err)
{
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "held_row", "state", "open", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = reason_of(text_of(table, &rows[i], "reason"));
        struct tq_slice key;
        const struct tq_table *target = target_table(app, table, &rows[i], &key);
        bool returned = false;
        bool here = false;
        struct item item = { rows[i].key, "held", { "Huyện tạm giữ", "Held" }, { NULL, 0 },
            tq_reason_code(reason), tq_reason_sentence(reason, app->cli->lang), { NULL, 0 },
            tq_reason_next_step(reason, app->cli->lang) };

        if (target != NULL)
            rc = is_returned(app, target, key, &here, &returned, err);
        if (rc != TQ_OK || returned)
            continue;
        if (target != NULL)
            rc = name_row(app, target, key, &item.row, err);
        if (rc == TQ_OK && target != NULL)
            rc = held_detail(app, table, &rows[i], target, here, &item.detail, err);
        put(out, app->cli, &item);
    }
    return rc;
}

/* "kept / other (who, when)" of a conflict, in the user's words. */
static tq_status both_values(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice key;
    const struct tq_table *target = target_table(app, table, record, &key);
    struct tq_slice author = text_of(table, record, "other_author");
    int device = tq_table_column_find(table, "other_device");
    int at = tq_table_column_find(table, "other_at");
    struct tq_buf text;
    char when[40];
    tq_status kept;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (target != NULL) {
        tq_buf_append_str(&text, cli_say(app->cli, "đang giữ: ", "kept: "));
        rc = values_show(app, target, text_of(table, record, "kept_values"), true, &text, err);
        tq_buf_append_str(&text, cli_say(app->cli, " / giá trị kia: ", " / other: "));
        if (rc == TQ_OK)
            rc = values_show(app, target, text_of(table, record, "other_values"), true, &text, err);
        tq_buf_printf(&text, " (%.*s, %s %" PRId64 ", %s)", author.len > 0 ? (int)author.len : 255,
                author.len > 0 ? (const char *)author.data
                               : cli_say(app->cli, "chương trình khác", "another program"),
                cli_say(app->cli, "máy", "device"), device >= 0 ? record->values[device].i : 0,
                cli_show_instant(app->cli, at >= 0 ? record->values[at].i : 0, when, sizeof(when)));
    }
    kept = keep_text(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

/* Open at the district and not decided here. */
static bool is_undecided(const struct tq_table *table, const struct tq_record *record)
{
    int c = tq_table_column_find(table, "decision");

    return c < 0 || record->values[c].type == TQ_NULL;
}

static tq_status add_conflicts(struct app *app, struct cli_table *out, struct tq_error *err)
{
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "conflict", "state", "open", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct item item = { rows[i].key, "conflict", { "Hai giá trị", "Conflict" }, { NULL, 0 },
            tq_reason_code(TQ_REASON_NEWER_VALUE),
            cli_say(app->cli, "hai máy ghi khác nhau, không máy nào thấy máy kia",
                    "two machines wrote, neither had seen the other"),
            { NULL, 0 },
            cli_say(app->cli, "inbox keep MÃ: giữ giá trị đang giữ; inbox take MÃ: lấy giá trị kia",
                    "inbox keep ID: the kept one stays; inbox take ID: the other one") };

        if (!is_undecided(table, &rows[i]))
            continue;
        rc = target_of(app, table, &rows[i], &item.row, err);
        if (rc == TQ_OK)
            rc = both_values(app, table, &rows[i], &item.detail, err);
        put(out, app->cli, &item);
    }
    return rc;
}

/* "old -> new; reason" of a correction. */
static tq_status request_detail(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice word, struct tq_slice *out,
        struct tq_error *err)
{
    struct tq_slice key;
    const struct tq_table *target = target_table(app, table, record, &key);
    struct tq_slice old = text_of(table, record, "old_values");
    struct tq_buf text;
    tq_status kept;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (target != NULL && old.len > 0) {
        rc = values_show(app, target, old, true, &text, err);
        tq_buf_append_str(&text, " -> ");
    }
    if (rc == TQ_OK && target != NULL)
        rc = values_show(
                app, target, text_of(table, record, "new_values"), old.len == 0, &text, err);
    if (word.len > 0) {
        tq_buf_append_str(&text, text.len > 0 ? "; " : "");
        tq_buf_append_slice(&text, word);
    }
    kept = keep_text(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

static tq_status add_requests(struct app *app, struct cli_table *out, struct tq_error *err)
{
    static const char *const STATES[] = { "asked", "refused" };
    tq_status rc = TQ_OK;

    for (size_t s = 0; rc == TQ_OK && s < 2; s++) {
        const struct tq_table *table;
        struct tq_record *rows;
        size_t n;

        rc = find_rows(app, "correction_request", "state", STATES[s], &rows, &n, &table, err);
        for (size_t i = 0; rc == TQ_OK && i < n; i++) {
            bool asked = s == 0;
            struct item item = { rows[i].key, asked ? "correction_asked" : "correction_refused",
                { "Đề nghị đính chính", "Correction" }, { NULL, 0 }, "",
                asked ? cli_say(app->cli, "chờ huyện quyết định", "waits for the district")
                      : cli_say(app->cli, "huyện không đồng ý", "refused by the district"),
                { NULL, 0 },
                asked ? cli_say(app->cli, "Chờ.", "Wait.")
                      : cli_say(app->cli, "Xem lý do của huyện.", "See the district's reason.") };

            rc = target_of(app, table, &rows[i], &item.row, err);
            if (rc == TQ_OK)
                rc = request_detail(app, table, &rows[i],
                        text_of(table, &rows[i], asked ? "reason" : "decision"), &item.detail, err);
            put(out, app->cli, &item);
        }
    }
    return rc;
}

static tq_status add_reports(struct app *app, struct cli_table *out, struct tq_error *err)
{
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "report", "receipt_state", "returned", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct item item = { { NULL, 0 }, "report_returned",
            { "Báo cáo bị trả lại", "Report returned" }, text_of(table, &rows[i], "period"), "", "",
            text_of(table, &rows[i], "returned_cells"),
            cli_say(app->cli, "Sửa ô được nêu rồi nộp lại.",
                    "Correct the named cells, submit again.") };

        put(out, app->cli, &item);
    }
    return rc;
}

/* The decision cell of a conflict. */
static void draft_decision(const struct app *app, const struct tq_table *table,
        const char *decision, struct tq_draft *draft)
{
    const struct {
        const char *column;
        struct tq_value value;
    } cells[] = {
        { "decision", tq_value_str(decision) },
        { "decided_by", tq_value_str(cli_config_text(app->config, "author")) },
        { "decided_at", tq_value_int(app_now(app)) },
    };

    memset(draft, 0, sizeof(*draft));
    draft->table = table;
    for (size_t i = 0; i < 3; i++) {
        int c = tq_table_column_find(table, cells[i].column);

        draft->given[c] = true;
        draft->values[c] = cells[i].value;
    }
}

/* The other value as an ordinary change over the kept one, which must still stand there. */
static tq_status write_other(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_error *err)
{
    struct tq_slice other = text_of(table, record, "other_values");
    struct tq_slice kept = text_of(table, record, "kept_values");
    struct tq_problem problem = { 0 };
    struct tq_slice key;
    struct tq_draft draft;
    tq_status rc;

    memset(&draft, 0, sizeof(draft));
    draft.table = target_table(app, table, record, &key);
    if (draft.table == NULL)
        return tq_error_set(err, TQ_VERSION, "%.*s", (int)text_of(table, record, "table_name").len,
                (const char *)text_of(table, record, "table_name").data);
    while (other.len > 0 || kept.len > 0) {
        bool shown = other.len == 0;
        struct tq_value value;
        uint32_t number;
        int c;

        values_next(shown ? &kept : &other, app->arena, &number, &value);
        c = tq_table_column(draft.table, number);
        if (c < 0)
            continue;
        (shown ? draft.has_shown : draft.given)[c] = true;
        (shown ? draft.shown : draft.values)[c] = value;
    }
    rc = tq_record_update(app->records, &draft, key, NULL, &problem, err);
    if (rc != TQ_OK)
        app_explain(app, &problem, err);
    return rc;
}

static tq_status decide(struct app *app, const char *what, const char *id, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "conflict");
    bool take = strcmp(what, "take") == 0;
    struct tq_problem problem = { 0 };
    struct tq_record record;
    struct tq_slice key;
    struct tq_draft draft;
    bool found = false;
    tq_status rc;

    if (!take && strcmp(what, "keep") != 0)
        return tq_error_set(err, TQ_USAGE, "inbox \"%s\": take, keep", what);
    rc = tq_record_find(app->records, table, tq_slice_str(id), app->arena, &key, err);
    if (rc == TQ_OK)
        rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);
    if (rc == TQ_OK &&
            (!found || !is_undecided(table, &record) ||
                    !tq_slice_equal(text_of(table, &record, "state"), tq_slice_str("open"))))
        rc = tq_error_set(err, TQ_STALE, "%s %s", id,
                cli_say(app->cli, "đã có quyết định", "is decided already"));
    if (rc == TQ_OK)
        rc = tq_records_begin(app->records, err);
    if (rc == TQ_OK && take)
        rc = write_other(app, table, &record, err);
    if (rc == TQ_OK) {
        draft_decision(app, table, take ? "take_other" : "keep", &draft);
        rc = tq_record_update(app->records, &draft, key, NULL, &problem, err);
        if (rc != TQ_OK)
            app_explain(app, &problem, err);
    }
    if (rc == TQ_OK)
        rc = tq_records_commit(app->records, err);
    tq_records_rollback(app->records);
    if (rc == TQ_OK)
        cli_print(app->cli, "%s",
                take ? cli_say(app->cli, "Đã lấy giá trị kia. Chờ gửi lên huyện.",
                               "The other value was taken. Waits to be sent to the district.")
                     : cli_say(app->cli, "Đã giữ giá trị đang giữ. Chờ gửi lên huyện.",
                               "The kept value stays. Waits to be sent to the district."));
    return rc;
}

static tq_status list(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct cli_table out;
    size_t n;
    tq_status rc;

    cli_table_init(&out, cli, COLUMNS, 6);
    rc = add_returned(app, &out, err);
    if (rc == TQ_OK)
        rc = add_held(app, &out, err);
    if (rc == TQ_OK)
        rc = add_conflicts(app, &out, err);
    if (rc == TQ_OK)
        rc = add_requests(app, &out, err);
    if (rc == TQ_OK)
        rc = add_reports(app, &out, err);
    n = out.nrows;
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "items", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK && n == 0)
        cli_print(cli, "%s",
                cli_say(cli, "Không có việc gì chờ quyết định.", "Nothing waits for a decision."));
    if (rc == TQ_OK && n > 0)
        cli->exit_code = tq_status_exit_code(TQ_NEEDS_PERSON);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    tq_status rc =
            cli->nargs == 1 ? tq_error_set(err, TQ_USAGE, "inbox %s MÃ", cli->args[0]) : TQ_OK;

    memset(&app, 0, sizeof(app));
    if (rc == TQ_OK)
        rc = app_open(&app, cli, err);
    if (rc == TQ_OK)
        rc = cli->nargs == 0 ? list(&app, err) : decide(&app, cli->args[0], cli->args[1], err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_INBOX = {
    .name = "inbox",
    .usage = "[take|keep MÃ]",
    .summary = { "việc chờ người quyết: trả lại, tạm giữ, hai giá trị, đính chính",
            "what needs a person: returned, held, conflicts, corrections" },
    .details = { "inbox take MÃ: lấy giá trị kia của một cặp hai giá trị; inbox keep MÃ: giữ giá "
                 "trị "
                 "đang giữ.\nMã kết thúc 5 khi có việc chờ.",
            "inbox take ID: take the other value of a conflict; inbox keep ID: the kept one "
            "stays.\nExit code 5 when something waits." },
    .max_args = 2,
    .run = run,
};

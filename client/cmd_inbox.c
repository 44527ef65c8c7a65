/* cmd_inbox.c - inbox: what waits for a person's decision, each with its reason and next step. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "tuquan/intake.h"
#include "tuquan/office_view.h"
#include "tuquan/reason.h"
#include "tuquan/words.h"

static const struct cli_column COLUMNS[] = {
    { "kind", { "Việc", "Kind" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "detail", { "Chi tiết", "Detail" }, false, true },
    { "next_step", { "Việc cần làm", "What to do" }, false, true },
};

struct item {
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

/* "table: row" of a row that another one points to by table_name and row_key. */
static tq_status target_of(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *out, struct tq_error *err)
{
    const struct tq_table *target =
            tq_word_to_table(app->catalogue, text_of(table, record, "table_name"));
    int key = tq_table_column_find(table, "row_key");
    struct tq_slice name = { NULL, 0 };
    struct tq_buf text;
    void *copy;
    tq_status rc = TQ_OK;

    *out = tq_slice_str("");
    if (target == NULL || key < 0)
        return TQ_OK;
    rc = app_row_name(app, target, record->values[key].s, &name, err);
    tq_buf_init(&text, 0);
    tq_buf_printf(&text, "%s ", tq_word_of_table(target, app->cli->lang));
    if (name.len > 0)
        tq_buf_append_slice(&text, name);
    else
        tq_intake_print(&target->columns[target->key[0]], &record->values[key], &text);
    copy = tq_arena_copy(app->arena, text.data, text.len);
    if (rc == TQ_OK && copy == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "inbox");
    *out = tq_slice_of(copy, copy != NULL ? text.len : 0);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status add_returned(struct app *app, struct cli_table *out, struct tq_error *err)
{
    struct tq_waiting *rows;
    size_t n;
    tq_status rc = tq_office_waiting(app->db, INT32_MAX, app->arena, &rows, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = (tq_reason)rows[i].reason;
        struct item item = { "returned", { "Huyện trả lại", "Returned" }, { NULL, 0 },
            tq_reason_code(reason), tq_reason_sentence(reason, app->cli->lang), rows[i].detail,
            tq_reason_next_step(reason, app->cli->lang) };

        if (rows[i].state != 2 || rows[i].table == NULL)
            continue;
        if (reason == TQ_REASON_NONE) {
            item.reason_code = "";
            item.reason =
                    cli_say(app->cli, "huyện không còn dòng này", "the district has it no more");
        }
        rc = app_row_name(app, rows[i].table, rows[i].key, &item.row, err);
        put(out, app->cli, &item);
    }
    return rc;
}

static tq_status add_held(struct app *app, struct cli_table *out, struct tq_error *err)
{
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "held_row", "state", "open", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        tq_reason reason = reason_of(text_of(table, &rows[i], "reason"));
        struct item item = { "held", { "Huyện tạm giữ", "Held" }, { NULL, 0 },
            tq_reason_code(reason), tq_reason_sentence(reason, app->cli->lang),
            text_of(table, &rows[i], "detail"), tq_reason_next_step(reason, app->cli->lang) };

        rc = target_of(app, table, &rows[i], &item.row, err);
        put(out, app->cli, &item);
    }
    return rc;
}

static tq_status add_conflicts(struct app *app, struct cli_table *out, struct tq_error *err)
{
    const struct tq_table *table;
    struct tq_record *rows;
    size_t n;
    tq_status rc = find_rows(app, "conflict", "state", "open", &rows, &n, &table, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct item item = { "conflict", { "Hai giá trị khác nhau", "Conflict" }, { NULL, 0 }, "",
            "", { NULL, 0 },
            cli_say(app->cli, "Chọn giá trị đúng: edit conflict ... decision=keep|take_other",
                    "Choose: edit conflict ... decision=keep|take_other") };
        struct tq_buf detail;

        tq_buf_init(&detail, 0);
        tq_buf_append_slice(&detail, text_of(table, &rows[i], "cell"));
        tq_buf_append_str(&detail, ": ");
        tq_buf_append_slice(&detail, text_of(table, &rows[i], "kept_values"));
        tq_buf_append_str(&detail, " / ");
        tq_buf_append_slice(&detail, text_of(table, &rows[i], "other_values"));
        item.detail = tq_buf_slice(&detail);
        rc = target_of(app, table, &rows[i], &item.row, err);
        put(out, app->cli, &item);
        tq_buf_deinit(&detail);
    }
    return rc;
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
            struct item item = { asked ? "correction_asked" : "correction_refused",
                { "Đề nghị đính chính", "Correction" }, { NULL, 0 }, "",
                asked ? cli_say(app->cli, "chờ huyện quyết định", "waits for the district")
                      : cli_say(app->cli, "huyện không đồng ý", "refused by the district"),
                text_of(table, &rows[i], asked ? "reason" : "decision"),
                asked ? cli_say(app->cli, "Chờ.", "Wait.")
                      : cli_say(app->cli, "Xem lý do của huyện.", "See the district's reason.") };

            rc = target_of(app, table, &rows[i], &item.row, err);
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
        struct item item = { "report_returned", { "Báo cáo bị trả lại", "Report returned" },
            text_of(table, &rows[i], "period"), "", "", text_of(table, &rows[i], "returned_cells"),
            cli_say(app->cli, "Sửa ô được nêu rồi nộp lại.",
                    "Correct the named cells, submit again.") };

        put(out, app->cli, &item);
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct cli_table out;
    size_t n = 0;
    tq_status rc = app_open(&app, cli, err);

    cli_table_init(&out, cli, COLUMNS, 5);
    if (rc == TQ_OK)
        rc = add_returned(&app, &out, err);
    if (rc == TQ_OK)
        rc = add_held(&app, &out, err);
    if (rc == TQ_OK)
        rc = add_conflicts(&app, &out, err);
    if (rc == TQ_OK)
        rc = add_requests(&app, &out, err);
    if (rc == TQ_OK)
        rc = add_reports(&app, &out, err);
    n = out.nrows;
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "items", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK && n == 0)
        cli_print(cli, "%s",
                cli_say(cli, "Không có việc gì chờ quyết định.", "Nothing waits for a decision."));
    if (rc == TQ_OK && n > 0)
        cli->exit_code = tq_status_exit_code(TQ_NEEDS_PERSON);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_INBOX = {
    .name = "inbox",
    .summary = { "việc chờ người quyết: trả lại, tạm giữ, hai giá trị, đính chính",
            "what needs a person: returned, held, conflicts, corrections" },
    .details = { "Mã kết thúc 5 khi có việc chờ.", "Exit code 5 when something waits." },
    .run = run,
};

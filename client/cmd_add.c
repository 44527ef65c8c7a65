/* cmd_add.c - add, edit, void: one row. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "border.h"
#include "commands.h"
#include "tuquan/calendar.h"
#include "tuquan/ranking.h"
#include "tuquan/ranking_store.h"
#include "tuquan/words.h"

static const struct cli_option NONE[] = { { NULL, 0, NULL, { NULL, NULL } } };

/* After a write: what the row is called and that it waits. */
static tq_status tell(struct app *app, const struct tq_table *table, struct tq_slice key,
        const char *vi, const char *en, struct tq_error *err)
{
    struct tq_slice name;
    tq_status rc = app_row_name(app, table, key, &name, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(app->cli, "table", json_string(table->name));
    cli_json_set(app->cli, "key", app_key_json(table, key));
    cli_json_set(app->cli, "name", json_stringn((const char *)name.data, name.len));
    cli_print(app->cli, "%s %s: %.*s. %s", cli_say(app->cli, vi, en),
            tq_word_of_table(table, app->cli->lang), (int)name.len, (const char *)name.data,
            cli_say(app->cli, "Chờ gửi lên huyện.", "Waits to be sent to the district."));
    return TQ_OK;
}

/* An appeal is about a published figure, comes in time, and is of today unless the clerk says so. */
static tq_status may_appeal(struct app *app, struct tq_draft *draft, struct tq_error *err)
{
    int asked_on = tq_table_column_find(draft->table, "asked_on");
    const struct tq_value *period = &draft->values[tq_table_column_find(draft->table, "period")];
    tq_day today = tq_day_of_instant(app_now(app));
    struct tq_ranking_view view;
    char last[TQ_DAY_TEXT];
    tq_status rc;

    if (period->type != TQ_TEXT)
        return TQ_OK; /* the rule of the column says it */
    rc = tq_ranking_load(app->db, app->arena, period->s, tq_slice_of(NULL, 0), 0, &view, err);
    if (rc == TQ_NOT_FOUND)
        return tq_error_set(err, TQ_NOT_COMPLETE, "%.*s: %s", (int)period->s.len,
                (const char *)period->s.data,
                cli_say(app->cli, "chưa công bố, chưa có gì để khiếu nại",
                        "not published, there is nothing to appeal against"));
    if (rc == TQ_OK && !draft->given[asked_on]) {
        char *day = tq_arena_alloc(app->arena, TQ_DAY_TEXT);

        if (day == NULL)
            return tq_error_set(err, TQ_NOMEM, "appeal");
        tq_day_print(today, day);
        draft->given[asked_on] = true;
        draft->values[asked_on] = tq_value_str(day);
    }
    if (rc != TQ_OK || today <= tq_appeal_last_day(view.published_at))
        return rc;
    tq_day_print(tq_appeal_last_day(view.published_at), last);
    return tq_error_set(err, TQ_RULE, "%.*s: %s %s", (int)period->s.len,
            (const char *)period->s.data,
            cli_say(app->cli, "hết hạn khiếu nại (5 ngày làm việc sau công bố) ngày",
                    "appeals were due (5 working days after publication) by"),
            last);
}

static tq_status run_add(struct cli *cli, struct tq_error *err)
{
    struct app app;
    const struct tq_table *table = NULL;
    struct tq_draft draft;
    struct tq_problem problem = { 0 };
    struct tq_slice key;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &table, err);
    if (rc == TQ_OK)
        rc = app_draft(&app, table, cli->args + 1, cli->nargs - 1, &draft, err);
    if (rc == TQ_OK)
        rc = app_lint(&app, &draft, err);
    if (rc == TQ_OK)
        rc = border_may(&app, &draft, NULL, err);
    if (rc == TQ_OK && strcmp(table->name, "appeal") == 0)
        rc = may_appeal(&app, &draft, err);
    if (rc == TQ_OK) {
        rc = tq_record_insert(app.records, &draft, app.arena, &key, &problem, err);
        if (rc != TQ_OK)
            app_explain(&app, &problem, err);
    }
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        app_warn_days(&app, &draft);
    if (rc == TQ_OK)
        rc = tell(&app, table, key, "Đã ghi", "Written:", err);
    app_close(&app);
    return rc;
}

static tq_status run_edit(struct cli *cli, struct tq_error *err)
{
    struct app app;
    const struct tq_table *table = NULL;
    struct tq_draft draft;
    struct tq_problem problem = { 0 };
    struct tq_slice key;
    size_t changed = 0;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &table, err);
    if (rc == TQ_OK)
        rc = tq_record_find(app.records, table, tq_slice_str(cli->args[1]), app.arena, &key, err);
    if (rc == TQ_OK)
        rc = app_draft(&app, table, cli->args + 2, cli->nargs - 2, &draft, err);
    if (rc == TQ_OK)
        rc = app_lint(&app, &draft, err);
    if (rc == TQ_OK)
        rc = border_may(&app, &draft, &key, err);
    if (rc == TQ_OK) {
        rc = tq_record_update(app.records, &draft, key, &changed, &problem, err);
        if (rc != TQ_OK)
            app_explain(&app, &problem, err);
        if (rc == TQ_STALE)
            rc = app_tell_row(&app, table, key, err);
    }
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        app_warn_days(&app, &draft);
    if (rc == TQ_OK) {
        cli_json_set(cli, "changed", json_integer((json_int_t)changed));
        if (changed > 0)
            rc = tell(&app, table, key, "Đã sửa", "Changed:", err);
        else
            cli_print(cli, "%s",
                    cli_say(cli, "Không có gì khác: các ô đã có giá trị này.",
                            "Nothing to do: the cells hold these values."));
    }
    app_close(&app);
    return rc;
}

/* The reason goes to the district as every text does. */
static tq_status lint_reason(
        struct app *app, const struct tq_table *table, const char *reason, struct tq_error *err)
{
    struct tq_draft draft = { .table = table };
    int why = tq_table_column_find(table, "void_reason");

    if (why < 0)
        return TQ_OK;
    draft.given[why] = true;
    draft.values[why] = tq_value_str(reason);
    return app_lint(app, &draft, err);
}

/* A page has asked before it sends; its "yes" answers the lint alone. */
static tq_status ask_void(struct cli *cli, struct tq_error *err)
{
    bool yes = false;
    tq_status rc = TQ_OK;

    if (cli->app != NULL)
        return TQ_OK;
    rc = cli_confirm(cli,
            cli_say(cli, "Dòng bị hủy vẫn còn trong sổ nhưng không được tính nữa. Hủy?",
                    "A voided row stays in the book and counts no more. Void it?"),
            &yes, err);
    return rc == TQ_OK && !yes ? tq_error_set(err, TQ_INTERRUPTED, "void") : rc;
}

static tq_status run_void(struct cli *cli, struct tq_error *err)
{
    struct app app;
    const struct tq_table *table = NULL;
    struct tq_problem problem = { 0 };
    struct tq_slice key;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &table, err);
    if (rc == TQ_OK)
        rc = tq_record_find(app.records, table, tq_slice_str(cli->args[1]), app.arena, &key, err);
    if (rc == TQ_OK)
        rc = lint_reason(&app, table, cli->args[2], err);
    if (rc == TQ_OK)
        rc = ask_void(cli, err);
    if (rc == TQ_OK) {
        rc = tq_record_void(
                app.records, table, key, tq_slice_str(cli->args[2]), app_now(&app), &problem, err);
        if (rc == TQ_EXISTS)
            tq_error_set(err, TQ_EXISTS, "%s (%s)",
                    cli_say(cli, "dòng này đã hủy trước đó", "the row was voided before"),
                    problem.value);
        else if (rc != TQ_OK)
            app_explain(&app, &problem, err);
    }
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = tell(&app, table, key, "Đã hủy", "Voided:", err);
    app_close(&app);
    return rc;
}

/* The columns that a commune writes, in lines of at most 100. */
static void help_columns(const struct tq_table *table)
{
    size_t at = 0;

    for (size_t c = 0; c < table->ncolumns; c++) {
        size_t len = strlen(table->columns[c].name);

        if ((table->columns[c].writers & TQ_BY_COMMUNE) == 0 ||
                table->columns[c].cell == table->void_cell || (int)c == table->owner ||
                (table->surrogate && tq_table_is_key(table, (uint32_t)c)))
            continue;
        if (at == 0 || at + len + 1 > 100) {
            printf("%s%23s", at > 0 ? "\n" : "", "");
            at = 23;
        }
        printf("%s ", table->columns[c].name);
        at += len + 1;
    }
    printf("\n");
}

/* The tables that a commune writes, with their columns, so that nobody has to know them by heart. */
static void help_tables(struct cli *cli)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();

    printf("\n%s:\n", cli_say(cli, "Các bảng", "Tables"));
    for (size_t t = 0; t < catalogue->ntables; t++) {
        const struct tq_table *table = &catalogue->tables[t];

        if ((table->writers & TQ_BY_COMMUNE) == 0)
            continue;
        printf("  %-18s %s\n", table->name, tq_word_of_table(table, cli->lang));
        help_columns(table);
    }
}

const struct cli_command CMD_ADD = {
    .name = "add",
    .usage = "BẢNG CỘT=GIÁ_TRỊ...",
    .summary = { "ghi một dòng mới (vụ việc, tin báo, hoạt động...)",
            "write a new row (incident, tip, activity...)" },
    .details = { "Ví dụ:\n"
                 "  add vu-viec area=1 category=\"trộm cắp\" village=\"Anh Dũng\" "
                 "occurred_on=5/11/2020\n"
                 "  add incident \"ngày xảy ra=5/11/2020\" summary=\"mất xe đạp\"\n"
                 "Ghi nửa chừng cũng được: bổ sung sau bằng lệnh edit. Số hiệu do máy đặt.",
            "Examples:\n"
            "  add incident area=1 category=theft village=\"Anh Dũng\" occurred_on=2020-11-05\n"
            "Half a row is fine: complete it later with edit. The label is made here." },
    .options = NONE,
    .min_args = 2,
    .max_args = SIZE_MAX,
    .run = run_add,
    .more_help = help_tables,
};

const struct cli_command CMD_EDIT = {
    .name = "edit",
    .usage = "BẢNG DÒNG CỘT=GIÁ_TRỊ... [was:CỘT=GIÁ_TRỊ_CŨ]",
    .summary = { "sửa các ô của một dòng", "change cells of a row" },
    .details = { "DÒNG là số hiệu (BL-20-A-031), mã dòng, hoặc các phần của khóa cách nhau bằng "
                 "dấu ';':\n"
                 "  edit incident BL-20-A-031 state=closed closed_on=14/11/2020\n"
                 "  edit so-lieu \"Anh Dũng;2020-11;households_signed\" value=96\n"
                 "was:CỘT=... là giá trị đang thấy: nếu ô đã đổi thì lệnh dừng.",
            "ROW is a label (BL-20-A-031), a key, or the parts of a key parted by ';':\n"
            "  edit incident BL-20-A-031 state=closed closed_on=2020-11-14\n"
            "was:COLUMN=... is the value you see: if the cell holds another, nothing is done." },
    .options = NONE,
    .min_args = 3,
    .max_args = SIZE_MAX,
    .run = run_edit,
    .more_help = help_tables,
};

const struct cli_command CMD_VOID = {
    .name = "void",
    .usage = "BẢNG DÒNG LÝ_DO",
    .summary = { "hủy một dòng (không xóa, có lý do)",
            "void a row (never deleted, with a reason)" },
    .details = { "Ví dụ:\n  void incident BL-20-A-031 \"nhập trùng với BL-20-A-030\"",
            "Example:\n  void incident BL-20-A-031 \"the same as BL-20-A-030\"" },
    .options = NONE,
    .min_args = 3,
    .max_args = 3,
    .run = run_void,
};

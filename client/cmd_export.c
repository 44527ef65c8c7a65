/* cmd_export.c - export: rows of a table, or the figures of a month, as an Excel or a CSV file that
 * `import` reads back. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "excel/xlsx_write.h"
#include "figures_form.h"
#include "list_query.h"
#include "paper.h"
#include "returns.h"
#include "tuquan/file.h"
#include "tuquan/intake.h"
#include "tuquan/office_view.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

#define WIDEST 48.0

static const struct cli_option OPTIONS[] = {
    LIST_QUERY_OPTIONS,
    { "period", 'p', "PERIOD",
            { "số liệu thôn của tháng; báo cáo, bảng xếp hạng của kỳ",
                    "the figures of a month; the paper of a report, a ranking" } },
    { "blank", 'b', NULL,
            { "mẫu trống để điền, không có gì đang giữ", "an empty form, without what is there" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t k = strlen(end);

    return n >= k && strcmp(text + n - k, end) == 0;
}

/* ---- the figures of a month ---- */

static tq_status export_figures(struct app *app, const char *path, const char *period,
        size_t *written, struct tq_error *err)
{
    struct returns_frame frame;
    struct excel_writer *writer = NULL;
    tq_status rc = returns_frame(app, tq_slice_str(period), &frame, err);

    if (rc == TQ_OK && !ends_with(path, ".xlsx"))
        rc = tq_error_set(err, TQ_USAGE, "%s: .xlsx", path);
    if (rc == TQ_OK)
        rc = excel_write_new(&writer, path, err);
    if (rc == TQ_OK)
        rc = figures_form(app, writer, &frame, cli_option(app->cli, "blank") != NULL, err);
    if (rc == TQ_OK)
        rc = excel_write_finish(&writer, err);
    excel_write_free(writer);
    *written = frame.nvillages;
    return rc;
}

/* ---- rows of a table ---- */

/* A unit by its name where that name means it and no other. */
static tq_status unit_text(struct app *app, const struct tq_column *column, struct tq_slice unit,
        struct tq_buf *out, struct tq_error *err)
{
    struct tq_slice name;
    struct tq_value back;
    tq_status rc = tq_records_unit_name(app->records, unit, app->arena, &name, err);

    if (rc == TQ_OK)
        rc = tq_record_resolve(app->records, column, name, app->arena, &back, err);
    if (rc == TQ_OK)
        tq_buf_append_slice(
                out, back.type == TQ_TEXT && tq_slice_equal(back.s, unit) ? name : unit);
    return rc;
}

/* A cell as `import` takes it back: units by name, lists by word. */
static tq_status cell_text(struct app *app, const struct tq_table *table,
        const struct tq_column *column, const struct tq_value *value, struct tq_buf *out,
        struct tq_error *err)
{
    tq_status rc = TQ_OK;

    tq_buf_clear(out);
    if (value->type == TQ_TEXT && column->rule.kind == TQ_RULE_REF &&
            strcmp(column->rule.ref, "unit") == 0)
        rc = unit_text(app, column, value->s, out, err);
    else if (value->type != TQ_NULL && column->rule.kind == TQ_RULE_LIST)
        tq_buf_append_slice(out, tq_word_of_code(table->name, column, value->s, app->cli->lang));
    else
        tq_intake_print(column, value, out);
    if (rc == TQ_OK && !tq_buf_is_ok(out))
        rc = tq_error_set(err, TQ_NOMEM, "export");
    return rc;
}

static tq_status write_cell(struct app *app, struct excel_writer *writer, uint32_t row, size_t at,
        const struct tq_table *table, const struct tq_column *column, const struct tq_value *value,
        struct tq_buf *text, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    if (value->type == TQ_NULL) {
        excel_write_text(writer, row, at, EXCEL_PLAIN, tq_slice_str(""));
    } else if (column->rule.kind == TQ_RULE_DATE) {
        excel_write_day(writer, row, at, EXCEL_PLAIN, value->s);
    } else if (column->rule.kind == TQ_RULE_INSTANT) {
        excel_write_instant(writer, row, at, EXCEL_PLAIN, value->i);
    } else if (value->type == TQ_INT) {
        excel_write_int(writer, row, at, EXCEL_PLAIN, value->i);
    } else {
        rc = cell_text(app, table, column, value, text, err);
        excel_write_text(writer, row, at, EXCEL_PLAIN, tq_buf_slice(text));
    }
    return rc;
}

/* What the commune writes, and the key where it is no fact: so that the file can come back. */
static size_t columns_out(const struct tq_table *table, size_t *columns)
{
    size_t n = 0;

    for (size_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];

        if ((column->writers & TQ_BY_COMMUNE) == 0 || (int)c == table->owner ||
                strcmp(column->name, "voided_at") == 0 ||
                strcmp(column->name, "void_reason") == 0 ||
                (table->surrogate && tq_table_is_key(table, (uint32_t)c)))
            continue;
        columns[n++] = c;
    }
    return n;
}

static double width_of(const struct tq_column *column, tq_lang lang)
{
    double title = (double)tq_text_width(tq_slice_str(tq_word_of_column(column, lang))) + 2;
    double width = column->rule.kind == TQ_RULE_DATE      ? 12
                   : column->rule.kind == TQ_RULE_INSTANT ? 17
                   : column->type == TQ_INT               ? 10
                                                          : 22;

    width = title > width ? title : width;
    return width < WIDEST ? width : WIDEST;
}

static tq_status write_rows(struct app *app, struct excel_writer *writer,
        const struct tq_table *table, const struct tq_record *rows, size_t n, struct tq_error *err)
{
    size_t columns[TQ_MAX_COLUMNS];
    size_t ncolumns = columns_out(table, columns);
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    excel_write_sheet(writer, tq_word_of_table(table, app->cli->lang), true);
    for (size_t i = 0; i < ncolumns; i++) {
        const struct tq_column *column = &table->columns[columns[i]];

        excel_write_str(writer, 0, i, EXCEL_HEAD, tq_word_of_column(column, app->cli->lang));
        excel_write_width(writer, i, width_of(column, app->cli->lang));
    }
    excel_write_height(writer, 0, 34);
    excel_write_freeze(writer, 1, 1);
    for (size_t r = 0; rc == TQ_OK && r < n; r++)
        for (size_t i = 0; rc == TQ_OK && i < ncolumns; i++)
            rc = write_cell(app, writer, (uint32_t)r + 1, i, table, &table->columns[columns[i]],
                    &rows[r].values[columns[i]], &text, err);
    tq_buf_deinit(&text);
    return rc;
}

static void put_csv(struct tq_buf *out, struct tq_slice text, bool first)
{
    if (!first)
        tq_buf_append_u8(out, ',');
    if (text.len == 0 ||
            (memchr(text.data, ',', text.len) == NULL && memchr(text.data, '"', text.len) == NULL &&
                    memchr(text.data, '\n', text.len) == NULL)) {
        tq_buf_append_slice(out, text);
        return;
    }
    tq_buf_append_u8(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            tq_buf_append_u8(out, '"');
        tq_buf_append_u8(out, text.data[i]);
    }
    tq_buf_append_u8(out, '"');
}

/* With a byte order mark: without one Excel takes the marks for something else. */
static tq_status write_csv(struct app *app, const char *path, const struct tq_table *table,
        const struct tq_record *rows, size_t n, struct tq_error *err)
{
    size_t columns[TQ_MAX_COLUMNS];
    size_t ncolumns = columns_out(table, columns);
    struct tq_buf out;
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&out, 0);
    tq_buf_init(&text, 0);
    tq_buf_append_str(&out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < ncolumns; i++)
        put_csv(&out, tq_slice_str(tq_word_of_column(&table->columns[columns[i]], app->cli->lang)),
                i == 0);
    tq_buf_append_str(&out, "\r\n");
    for (size_t r = 0; rc == TQ_OK && r < n; r++) {
        for (size_t i = 0; rc == TQ_OK && i < ncolumns; i++) {
            rc = cell_text(app, table, &table->columns[columns[i]], &rows[r].values[columns[i]],
                    &text, err);
            put_csv(&out, tq_buf_slice(&text), i == 0);
        }
        tq_buf_append_str(&out, "\r\n");
    }
    if (rc == TQ_OK && !tq_buf_is_ok(&out))
        rc = tq_error_set(err, TQ_NOMEM, "export");
    if (rc == TQ_OK)
        rc = tq_file_replace(path, tq_buf_slice(&out), false, err);
    tq_buf_deinit(&out);
    tq_buf_deinit(&text);
    return rc;
}

static tq_status export_rows(struct app *app, const char *path, const struct tq_table *table,
        size_t *written, struct tq_error *err)
{
    struct tq_query query = { .table = table };
    struct excel_writer *writer = NULL;
    struct tq_record *rows = NULL;
    size_t total;
    tq_status rc = list_query(app, &query, app->cli->args + 2, app->cli->nargs - 2, 0, err);

    if (rc == TQ_OK && cli_option(app->cli, "blank") == NULL)
        rc = tq_record_list(app->records, &query, app->arena, &rows, written, &total, err);
    if (rc == TQ_OK && ends_with(path, ".csv"))
        return write_csv(app, path, table, rows, *written, err);
    if (rc == TQ_OK && !ends_with(path, ".xlsx"))
        rc = tq_error_set(err, TQ_USAGE, "%s: .xlsx, .csv", path);
    if (rc == TQ_OK)
        rc = excel_write_new(&writer, path, err);
    if (rc == TQ_OK)
        rc = write_rows(app, writer, table, rows, *written, err);
    if (rc == TQ_OK)
        rc = excel_write_finish(&writer, err);
    excel_write_free(writer);
    return rc;
}

/* ---- papers ---- */

static tq_status export_ranking(struct app *app, struct excel_writer *writer,
        struct tq_slice period, size_t *written, struct tq_error *err)
{
    struct tq_office_facts facts;
    tq_status rc = tq_office_facts_read(app->db, app->arena, &facts, err);

    return rc != TQ_OK ? rc
                       : paper_ranking(app->cli, app->db, app->arena, writer, period, 0,
                                 facts.district_name, written, err);
}

static tq_status export_paper(struct app *app, const char *path, const struct tq_table *table,
        const char *text, size_t *written, struct tq_error *err)
{
    struct excel_writer *writer = NULL;
    struct tq_slice period;
    tq_status rc = TQ_OK;

    if (!ends_with(path, ".xlsx"))
        rc = tq_error_set(err, TQ_USAGE, "%s: .xlsx", path);
    if (rc == TQ_OK)
        rc = app_period(app, text, &period, err);
    if (rc == TQ_OK)
        rc = excel_write_new(&writer, path, err);
    if (rc == TQ_OK)
        rc = strcmp(table->name, "report") == 0 ? paper_report(app, writer, period, written, err)
                                                : export_ranking(app, writer, period, written, err);
    if (rc == TQ_OK)
        rc = excel_write_finish(&writer, err);
    excel_write_free(writer);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    const char *period = cli_option(cli, "period");
    const struct tq_table *table = NULL;
    struct app app;
    size_t written = 0;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &table, err);
    if (rc == TQ_OK && period != NULL && strcmp(table->name, "village_return") == 0)
        rc = export_figures(&app, cli->args[1], period, &written, err);
    else if (rc == TQ_OK && period != NULL &&
             (strcmp(table->name, "report") == 0 || strcmp(table->name, "ranking") == 0))
        rc = export_paper(&app, cli->args[1], table, period, &written, err);
    else if (rc == TQ_OK)
        rc = export_rows(&app, cli->args[1], table, &written, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "file", json_string(cli->args[1]));
        cli_json_set(cli, "table", json_string(table->name));
        cli_json_set(cli, "rows", json_integer((json_int_t)written));
        cli_print(cli, CLI_SAY(cli, "Đã ghi %zu dòng vào %s.", "Wrote %zu rows to %s."), written,
                cli->args[1]);
    }
    app_close(&app);
    return rc;
}

const struct cli_command CMD_EXPORT = {
    .name = "export",
    .usage = "BẢNG TỆP.xlsx|TỆP.csv [CỘT=GIÁ_TRỊ...]",
    .summary = { "ghi ra tệp Excel hoặc CSV; lệnh import đọc lại được",
            "write an Excel or CSV file that import reads back" },
    .details = { "Ví dụ:\n"
                 "  export so-lieu so-lieu-2020-12.xlsx --period=2020-12\n"
                 "  export so-lieu mau.xlsx --period=2020-12 --blank\n"
                 "  export vu-viec mau-vu-viec.xlsx --blank\n"
                 "  export vu-viec vu-viec.xlsx --from=15/09/2020 --to=14/12/2020\n"
                 "  export report bao-cao.xlsx --period=2020-Q4\n"
                 "  export ranking xep-hang.xlsx --period=2020-Q4",
            "Examples:\n  export village_return figures.xlsx --period=2020-12\n"
            "  export incident incidents.csv --from=2020-09-15 --to=2020-12-14\n"
            "  export report report.xlsx --period=2020-Q4\n"
            "  export ranking ranking.xlsx --period=2020-Q4" },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = SIZE_MAX,
    .run = run,
};

/* cmd_import.c - tuquan-district import TABLE FILE: rows that the district writes, from a CSV file
 * whose header names columns of the table. All or nothing; each problem by line, column and value. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "tuquan/csv.h"
#include "tuquan/file.h"
#include "tuquan/intake.h"

#define MAX_FILE ((size_t)64 * 1024 * 1024)

struct import {
    struct app *app;
    struct cli *cli;
    const struct tq_table *table;
    struct edit_list list;
    int columns[TQ_CSV_MAX_FIELDS]; /* column index of each field */
    size_t ncolumns;
    size_t problems;
};

static tq_status read_header(struct import *im, const struct tq_csv_row *row, struct tq_error *err)
{
    for (size_t i = 0; i < row->count; i++) {
        char name[64];

        snprintf(name, sizeof(name), "%.*s", (int)row->fields[i].len,
                (const char *)row->fields[i].data);
        im->columns[i] = tq_table_column_find(im->table, name);
        if (im->columns[i] < 0)
            return tq_error_set(err, TQ_CSV, "%s: %s", im->table->name, name);
    }
    im->ncolumns = row->count;
    for (uint32_t k = 0; k < im->table->nkey && !im->table->surrogate; k++) {
        bool there = false;

        for (size_t i = 0; i < row->count; i++)
            there = there || im->columns[i] == (int)im->table->key[k];
        if (!there)
            return tq_error_set(err, TQ_CSV, "%s: %s %s", im->table->name,
                    cli_say(im->cli, "thiếu cột", "missing column"),
                    im->table->columns[im->table->key[k]].name);
    }
    return TQ_OK;
}

static tq_status read_row(struct import *im, const struct tq_csv_row *row, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    bool bad = false;

    if (row->count != im->ncolumns) {
        cli_warn(im->cli, "%s %u: %zu %s %zu", cli_say(im->cli, "dòng", "line"), row->line,
                row->count, cli_say(im->cli, "ô, cần", "fields, expected"), im->ncolumns);
        im->problems++;
        return TQ_OK;
    }
    for (size_t i = 0; i < im->table->ncolumns; i++)
        values[i] = tq_value_null();
    for (size_t i = 0; i < row->count; i++) {
        const struct tq_column *column = &im->table->columns[im->columns[i]];
        tq_reason reason = TQ_REASON_NONE;
        tq_intake got = tq_intake_value(im->table, column, row->fields[i], im->list.arena,
                &values[im->columns[i]], &reason);

        if (got == TQ_INTAKE_NOMEM)
            return tq_error_set(err, TQ_NOMEM, "import");
        /* An empty field leaves the column's default. */
        given[im->columns[i]] = row->fields[i].len > 0;
        if (got == TQ_INTAKE_OK || !given[im->columns[i]])
            continue;
        cli_warn(im->cli, "%s %u, %s: \"%.*s\": %s", cli_say(im->cli, "dòng", "line"), row->line,
                column->name, (int)row->fields[i].len, (const char *)row->fields[i].data,
                tq_intake_sentence(got, reason, im->cli->lang));
        bad = true;
    }
    if (bad) {
        im->problems++;
        return TQ_OK;
    }
    return edit_row(&im->list, im->app, im->table, values, given, err);
}

static tq_status read_all(struct import *im, struct tq_slice text, struct tq_error *err)
{
    struct tq_csv csv;
    struct tq_csv_row row;
    bool more;
    tq_status rc = tq_csv_init(&csv, text, err);

    if (rc == TQ_OK)
        rc = tq_csv_next(&csv, &row, &more, err);
    if (rc == TQ_OK && !more)
        rc = tq_error_set(err, TQ_CSV, "%s", cli_say(im->cli, "tệp rỗng", "empty file"));
    if (rc == TQ_OK)
        rc = read_header(im, &row, err);
    while (rc == TQ_OK) {
        rc = tq_csv_next(&csv, &row, &more, err);
        if (rc != TQ_OK || !more)
            break;
        rc = read_row(im, &row, err);
        if (rc != TQ_OK)
            tq_error_wrap(err, "%s %u", cli_say(im->cli, "dòng", "line"), row.line);
    }
    tq_csv_deinit(&csv);
    if (rc == TQ_OK && im->problems > 0)
        rc = tq_error_set(
                err, TQ_CSV, "%zu %s", im->problems, cli_say(im->cli, "dòng sai", "wrong lines"));
    return rc;
}

tq_status import_table(
        struct app *app, struct cli *cli, const char *name, const char *path, struct tq_error *err)
{
    struct import im;
    struct tq_buf text;
    tq_status rc;

    memset(&im, 0, sizeof(im));
    im.app = app;
    im.cli = cli;
    im.table = tq_catalogue_find(tq_catalogue_current(), name);
    if (im.table == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s \"%s\"",
                cli_say(cli, "không có bảng tên", "no table called"), name);
    edit_init(&im.list, app->arena);
    tq_buf_init(&text, MAX_FILE);
    rc = tq_file_read(path, MAX_FILE, &text, err);
    if (rc == TQ_OK)
        rc = read_all(&im, tq_buf_slice(&text), err);
    if (rc == TQ_OK && im.list.count > 0)
        rc = app_write(app, im.list.changes, im.list.count, err);
    tq_buf_deinit(&text);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "inserted", json_integer((json_int_t)im.list.inserted));
    cli_json_set(cli, "updated", json_integer((json_int_t)im.list.updated));
    cli_json_set(cli, "same", json_integer((json_int_t)im.list.same));
    cli_print(cli, "%s: %zu %s, %zu %s, %zu %s", name, im.list.inserted,
            cli_say(cli, "dòng mới", "new"), im.list.updated, cli_say(cli, "dòng sửa", "changed"),
            im.list.same, cli_say(cli, "như cũ", "same"));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, true, err);

    if (rc == TQ_OK)
        rc = import_table(app, cli, cli->args[0], cli->args[1], err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_IMPORT = {
    .name = "import",
    .usage = "TABLE FILE.csv",
    .summary = { "nhập các dòng do huyện ghi từ tệp CSV",
            "rows that the district writes, from CSV" },
    .min_args = 2,
    .max_args = 2,
    .run = run,
};

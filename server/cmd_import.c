/* cmd_import.c - tuquan-district import TABLE FILE: rows that the district writes, from a CSV file
 * whose header names columns of the table. All or nothing; each problem by line, column and value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "refused.h"
#include "tuquan/csv.h"
#include "tuquan/file.h"
#include "tuquan/intake.h"
#include "tuquan/records.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    { "table", 't', "TABLE", { "bảng của các dòng trong tệp", "the table of the rows" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

#define MAX_FILE ((size_t)64 * 1024 * 1024)

/* One row of the file: no two may be about the same. */
struct import_key {
    struct tq_slice key;
    uint32_t line;
};

/* Where the changes of a line begin among all. */
struct import_line {
    size_t first;
    uint32_t line;
};

struct import {
    struct app *app;
    struct cli *cli;
    const struct tq_table *table;
    struct edit_list list;
    int columns[TQ_CSV_MAX_FIELDS]; /* column index of each field */
    size_t ncolumns;
    size_t problems;
    struct import_key *keys; /* of rows that name theirs */
    size_t nkeys;
    size_t cap;
    struct import_line *lines;
    size_t nlines;
    size_t lines_cap;
};

/* Neither a file nor a command of the district changes what others write: not a commune's cells, and
 * not the rows that the program makes and signs. */
static tq_status not_ours(
        struct import *im, const char *columns, uint32_t writers, struct tq_error *err)
{
    const char *next =
            (writers & TQ_BY_COMMUNE) != 0
                    ? cli_say(im->cli, "xã ghi, đề nghị xã sửa trên máy của xã",
                              "the commune writes it: ask it to change it")
            : (writers & TQ_BY_PARTNER) != 0
                    ? cli_say(im->cli, "huyện giáp ranh ghi", "the neighbouring district writes it")
                    : cli_say(im->cli,
                              "chương trình ghi, dùng lệnh của việc đó (publish, held, "
                              "conflicts, requests)",
                              "the program writes it: use the command for it (publish, "
                              "held, conflicts, requests)");

    return tq_error_set(err, TQ_RULE, "[%s] %s%s%s: %s; %s",
            tq_reason_code(TQ_REASON_NOT_YOUR_COLUMN), tq_word_of_table(im->table, im->cli->lang),
            columns[0] != '\0' ? ": " : "", columns,
            cli_say(im->cli, "huyện không ghi", "not the district's to write"), next);
}

static bool is_row_itself(const struct tq_table *table, size_t at)
{
    return table->columns[at].cell == TQ_CELL_ROW;
}

/* Has the table a cell of the district's? */
static tq_status table_is_ours(struct import *im, struct tq_error *err)
{
    for (size_t i = 0; i < im->table->ncolumns; i++)
        if (!is_row_itself(im->table, i) && (im->table->columns[i].writers & TQ_BY_DISTRICT) != 0)
            return TQ_OK;
    return not_ours(im, "", im->table->writers, err);
}

/* All columns of the header that are not, by name. */
static tq_status columns_are_ours(struct import *im, struct tq_error *err)
{
    struct tq_buf names;
    uint32_t writers = 0;
    tq_status rc = TQ_OK;

    tq_buf_init(&names, 0);
    for (size_t i = 0; i < im->ncolumns; i++) {
        const struct tq_column *column = &im->table->columns[im->columns[i]];

        if (is_row_itself(im->table, (size_t)im->columns[i]) ||
                (column->writers & TQ_BY_DISTRICT) != 0)
            continue;
        tq_buf_printf(&names, "%s%s (%s)", names.len > 0 ? ", " : "",
                tq_word_of_column(column, im->cli->lang), column->name);
        writers |= column->writers;
    }
    if (names.len > 0) {
        tq_buf_append_u8(&names, 0);
        rc = tq_buf_is_ok(&names) ? not_ours(im, (const char *)names.data, writers, err)
                                  : tq_error_set(err, TQ_NOMEM, "import");
    }
    tq_buf_deinit(&names);
    return rc;
}

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
    return columns_are_ours(im, err);
}

static tq_status note_key(struct import *im, const struct tq_value *values, const bool *given,
        uint32_t line, struct tq_error *err)
{
    struct tq_buf key;
    tq_status rc = TQ_OK;

    for (uint32_t k = 0; k < im->table->nkey; k++)
        if (!given[im->table->key[k]])
            return TQ_OK; /* it gets a new one, or is refused for that */
    if (im->nkeys == im->cap) {
        size_t cap = im->cap > 0 ? im->cap * 2 : 256;
        struct import_key *grown = tq_arena_array(im->list.arena, cap, sizeof(*grown));

        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "import");
        if (im->nkeys > 0)
            memcpy(grown, im->keys, im->nkeys * sizeof(*grown));
        im->keys = grown;
        im->cap = cap;
    }
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (tq_key_encode(im->table, values, &key)) {
        struct import_key *entry = &im->keys[im->nkeys++];

        entry->line = line;
        entry->key = tq_slice_of(tq_arena_copy(im->list.arena, key.data, key.len), key.len);
        if (entry->key.data == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "import");
    } else if (!tq_buf_is_ok(&key)) {
        rc = tq_error_set(err, TQ_NOMEM, "import");
    }
    tq_buf_deinit(&key);
    return rc;
}

static int by_key(const void *a, const void *b)
{
    const struct import_key *x = a;
    const struct import_key *y = b;
    int order = tq_slice_compare(x->key, y->key);

    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static void find_twins(struct import *im)
{
    if (im->nkeys > 0)
        qsort(im->keys, im->nkeys, sizeof(*im->keys), by_key);
    for (size_t i = 1; i < im->nkeys; i++) {
        if (!tq_slice_equal(im->keys[i - 1].key, im->keys[i].key))
            continue;
        cli_warn(im->cli, "%s %u: %s %u", cli_say(im->cli, "dòng", "line"), im->keys[i].line,
                cli_say(im->cli, "cùng một khóa với dòng", "the same key as line"),
                im->keys[i - 1].line);
        im->problems++;
    }
}

static tq_status note_line(struct import *im, uint32_t line, struct tq_error *err)
{
    if (im->nlines == im->lines_cap) {
        size_t cap = im->lines_cap > 0 ? im->lines_cap * 2 : 256;
        struct import_line *grown = tq_arena_array(im->list.arena, cap, sizeof(*grown));

        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "import");
        if (im->nlines > 0)
            memcpy(grown, im->lines, im->nlines * sizeof(*grown));
        im->lines = grown;
        im->lines_cap = cap;
    }
    im->lines[im->nlines++] = (struct import_line){ im->list.count, line };
    return TQ_OK;
}

/* The line that a change came from: the last one that begins at or before it. */
static uint32_t line_of(const struct import *im, size_t change)
{
    size_t low = 0;
    size_t high = im->nlines;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (im->lines[middle].first <= change)
            low = middle;
        else
            high = middle;
    }
    return im->nlines > 0 ? im->lines[low].line : 0;
}

/* What the merge held against the rows, each by its line. */
static tq_status tell_lines(struct import *im, tq_status status, struct tq_error *err)
{
    size_t n = im->app->write.nobjections;
    uint32_t before = 0;
    size_t lines = 0;

    for (size_t i = 0; i < n; i++) {
        const struct tq_objection *refusal = &im->app->write.objections[i];
        uint32_t line = line_of(im, refusal->change);
        struct tq_buf text;
        tq_status rc;

        tq_buf_init(&text, 0);
        rc = refused_show(im->app, im->cli, refusal, &text, err);
        if (rc == TQ_OK)
            cli_warn(im->cli, "%s %u: %.*s", cli_say(im->cli, "dòng", "line"), line, (int)text.len,
                    (const char *)text.data);
        tq_buf_deinit(&text);
        if (rc != TQ_OK)
            return rc;
        lines += line != before;
        before = line;
    }
    return tq_error_set(err, status, "%zu %s", lines, cli_say(im->cli, "dòng sai", "wrong lines"));
}

/* A row by its label, where the file has that instead of its number: of the unit that the line names,
 * or of all; it must be one. */
static tq_status find_label(struct import *im, uint32_t line, struct tq_slice label,
        struct tq_value *values, const bool *given, bool *found, struct tq_error *err)
{
    struct tq_query query = { .table = im->table, .limit = 1 };
    struct tq_record *rows;
    int owner = im->table->owner;
    size_t n = 0;
    size_t total = 0;
    tq_status rc = app_records(im->app, err);

    query.filters[query.nfilters].column = tq_table_column_find(im->table, "label");
    query.filters[query.nfilters++].value = tq_value_text(label);
    if (owner >= 0 && given[owner]) {
        query.filters[query.nfilters].column = owner;
        query.filters[query.nfilters++].value = values[owner];
    }
    if (rc == TQ_OK)
        rc = tq_record_list(im->app->records, &query, im->list.arena, &rows, &n, &total, err);
    *found = rc == TQ_OK && total == 1;
    if (*found) {
        values[im->table->key[0]] = tq_value_blob(rows[0].key);
    } else if (rc == TQ_OK) {
        cli_warn(im->cli, "%s %u, %s: \"%.*s\": %s", cli_say(im->cli, "dòng", "line"), line,
                im->table->columns[im->table->key[0]].name, (int)label.len,
                (const char *)label.data,
                total == 0
                        ? cli_say(im->cli, "không có dòng mang số hiệu này", "no row of that label")
                        : cli_say(im->cli, "nhiều dòng mang số hiệu này; thêm cột unit",
                                  "several rows of that label; add the column unit"));
        im->problems++;
    }
    return rc;
}

/* A label stands where the number of a row should. */
static bool is_label(const struct import *im, int column, struct tq_slice field)
{
    uint8_t id[TQ_SURROGATE_BYTES];

    return im->table->surrogate && column == (int)im->table->key[0] && field.len > 0 &&
           tq_table_column_find(im->table, "label") >= 0 &&
           !tq_unhex((const char *)field.data, field.len, id, sizeof(id));
}

/* The row of a line that lacks its key, its owner or, where others make the rows, the row itself. */
static tq_status edit_line(struct import *im, uint32_t line, const struct tq_value *values,
        const bool *given, struct tq_error *err)
{
    tq_status rc = note_line(im, line, err);

    if (rc == TQ_OK)
        rc = edit_row(&im->list, im->app, im->table, values, given, err);
    if (rc != TQ_INVALID && rc != TQ_NOT_FOUND)
        return rc;
    cli_warn(im->cli, "%s %u: %s: %s", cli_say(im->cli, "dòng", "line"), line,
            tq_status_sentence(rc, im->cli->lang), err->msg);
    tq_error_clear(err);
    im->problems++;
    return TQ_OK;
}

static tq_status say_bad(struct import *im, const struct tq_csv_row *row, size_t i, tq_intake got,
        tq_reason reason, struct tq_error *err)
{
    const struct tq_column *column = &im->table->columns[im->columns[i]];
    struct tq_buf rule;
    tq_status rc;

    tq_buf_init(&rule, 0);
    tq_intake_say(im->table, column, got, reason, im->cli->lang, &rule);
    rc = tq_buf_is_ok(&rule) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "import");
    if (rc == TQ_OK)
        cli_warn(im->cli, "%s %u, %s: \"%.*s\": %.*s", cli_say(im->cli, "dòng", "line"), row->line,
                column->name, (int)row->fields[i].len, (const char *)row->fields[i].data,
                (int)rule.len, rule.len > 0 ? (const char *)rule.data : "");
    tq_buf_deinit(&rule);
    return rc;
}

static tq_status read_row(struct import *im, const struct tq_csv_row *row, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    struct tq_slice label = tq_slice_of(NULL, 0);
    bool bad = false;
    bool found = true;
    tq_status rc = TQ_OK;

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
        tq_intake got;

        if (is_label(im, im->columns[i], row->fields[i])) {
            label = row->fields[i];
            given[im->columns[i]] = true;
            continue;
        }
        got = tq_intake_value(im->table, column, row->fields[i], im->list.arena,
                &values[im->columns[i]], &reason);

        if (got == TQ_INTAKE_NOMEM)
            return tq_error_set(err, TQ_NOMEM, "import");
        /* An empty field leaves the column's default. */
        given[im->columns[i]] = row->fields[i].len > 0;
        if (got == TQ_INTAKE_OK || !given[im->columns[i]])
            continue;
        rc = say_bad(im, row, i, got, reason, err);
        if (rc != TQ_OK)
            return rc;
        bad = true;
    }
    if (bad) {
        im->problems++;
        return TQ_OK;
    }
    if (label.len > 0)
        rc = find_label(im, row->line, label, values, given, &found, err);
    if (rc != TQ_OK || !found)
        return rc;
    if (note_key(im, values, given, row->line, err) != TQ_OK)
        return TQ_NOMEM;
    return edit_line(im, row->line, values, given, err);
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
    if (rc == TQ_OK)
        find_twins(im);
    if (rc == TQ_OK && im->problems > 0)
        rc = tq_error_set(
                err, TQ_CSV, "%zu %s", im->problems, cli_say(im->cli, "dòng sai", "wrong lines"));
    return rc;
}

/* Tables are told from files by the catalogue: whichever of the two is a table's name. */
static bool names_a_table(const char *word)
{
    return tq_word_to_table(tq_catalogue_current(), tq_slice_str(word)) != NULL;
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
    im.table = tq_word_to_table(tq_catalogue_current(), tq_slice_str(name));
    if (im.table == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s \"%s\"",
                cli_say(cli, "không có bảng tên", "no table called"), name);
    edit_init(&im.list, app->arena);
    tq_buf_init(&text, MAX_FILE);
    rc = table_is_ours(&im, err);
    if (rc == TQ_OK)
        rc = tq_file_read(path, MAX_FILE, &text, err);
    if (rc == TQ_OK)
        rc = read_all(&im, tq_buf_slice(&text), err);
    if (rc == TQ_OK && im.list.count > 0)
        rc = app_merge(app, im.list.changes, im.list.count, 0, err);
    if (rc != TQ_OK && app->write.nobjections > 0)
        rc = tell_lines(&im, rc, err);
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
    const char *table = cli_option(cli, "table");
    bool file_first = table != NULL || (cli->nargs == 2 && !names_a_table(cli->args[0]) &&
                                               names_a_table(cli->args[1]));
    tq_status rc =
            (table != NULL) == (cli->nargs == 1) ? TQ_OK : cli_wrong_word(cli, cli->args[0], err);

    if (rc == TQ_OK)
        rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = import_table(app, cli, table != NULL ? table : cli->args[file_first ? 1 : 0],
                cli->args[file_first ? 0 : 1], err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_IMPORT = {
    .name = "import",
    .usage = "BẢNG TỆP.csv",
    .summary = { "nhập các dòng do huyện ghi từ tệp CSV",
            "rows that the district writes, from CSV" },
    .details = { "Bảng và tệp viết theo thứ tự nào cũng được, hoặc --table như ở máy xã. Ví dụ:\n"
                 "  import ky ky.csv\n  import ky.csv period\n  import --table=period ky.csv",
            "Table and file in either order, or --table as at the commune. Example:\n"
            "  import period periods.csv\n  import periods.csv period\n"
            "  import --table=period periods.csv" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 2,
    .run = run,
};

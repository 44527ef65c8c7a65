/* cmd_init.c - init: a data folder without a district, for work offline, trials and tests. `join`
 * makes the folder of a real office. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "tuquan/csv.h"
#include "tuquan/file.h"
#include "tuquan/import.h"
#include "tuquan/intake.h"
#include "tuquan/office_view.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    { "unit", 'u', "UNIT",
            { "đơn vị, MÃ@NGÀY_HIỆU_LỰC (bắt buộc)", "unit, CODE@VALID_FROM (needed)" } },
    { "letter", 0, "A",
            { "chữ của máy trong số hiệu (mặc định A)", "the machine's letter in labels" } },
    { "seed", 0, "DIR",
            { "thư mục tệp CSV của huyện: unit, calendar, period, indicator...",
                    "the district's CSV files: unit, calendar, period, indicator..." } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status lay_rows(struct app *app, const struct tq_table *table, struct tq_csv *csv,
        const char *path, size_t *laid, struct tq_error *err)
{
    int columns[TQ_CSV_MAX_FIELDS];
    struct tq_csv_row row;
    size_t ncolumns;
    bool more;
    tq_status rc = tq_csv_next(csv, &row, &more, err);

    ncolumns = row.count;
    for (size_t i = 0; rc == TQ_OK && i < ncolumns; i++) {
        columns[i] = tq_word_to_column(table, row.fields[i]);
        if (columns[i] < 0)
            return tq_error_set(err, TQ_CSV, "%s: \"%.*s\"", path, (int)row.fields[i].len,
                    (const char *)row.fields[i].data);
    }
    while (rc == TQ_OK && more) {
        struct tq_draft draft = { .table = table };
        bool added = false;

        rc = tq_csv_next(csv, &row, &more, err);
        if (rc != TQ_OK || !more)
            break;
        for (size_t i = 0; i < row.count && i < ncolumns; i++) {
            const struct tq_column *column = &table->columns[columns[i]];
            tq_intake intake = tq_intake_value(
                    table, column, row.fields[i], app->arena, &draft.values[columns[i]], NULL);

            if (intake != TQ_INTAKE_OK && row.fields[i].len > 0)
                return tq_error_set(err, intake == TQ_INTAKE_NOMEM ? TQ_NOMEM : TQ_CSV,
                        "%s:%u: %s = \"%.*s\"", path, row.line, column->name,
                        (int)row.fields[i].len, (const char *)row.fields[i].data);
            draft.given[columns[i]] = draft.values[columns[i]].type != TQ_NULL;
        }
        rc = tq_record_lay(app->records, &draft, &added, err);
        *laid += added;
    }
    return rc;
}

static tq_status lay_file(struct app *app, const struct tq_table *table, const char *path,
        size_t *laid, struct tq_error *err)
{
    struct tq_buf text;
    struct tq_csv csv;
    tq_status rc;

    tq_buf_init(&text, 0);
    rc = tq_file_read(path, TQ_IMPORT_MAX_BYTES, &text, err);
    if (rc == TQ_OK) {
        rc = tq_csv_init(&csv, tq_buf_slice(&text), err);
        if (rc == TQ_OK)
            rc = lay_rows(app, table, &csv, path, laid, err);
        tq_csv_deinit(&csv);
    }
    tq_buf_deinit(&text);
    return rc;
}

/* Files of public tables only: what the district would send. */
static tq_status lay_seed(struct app *app, const char *dir, size_t *laid, struct tq_error *err)
{
    tq_status rc = tq_records_begin(app->records, err);

    for (size_t t = 0; rc == TQ_OK && t < app->catalogue->ntables; t++) {
        const struct tq_table *table = &app->catalogue->tables[t];
        char name[128];
        char path[APP_PATH_BYTES];

        if (table->scope != TQ_PUBLIC)
            continue;
        snprintf(name, sizeof(name), "%s.csv", table->name);
        rc = tq_file_join(path, sizeof(path), dir, name, err);
        if (rc == TQ_OK && tq_file_exists(path))
            rc = lay_file(app, table, path, laid, err);
    }
    if (rc == TQ_OK)
        rc = tq_records_commit(app->records, err);
    else
        tq_records_rollback(app->records);
    return rc;
}

/* A folder that could not be finished is left without our files, so that init can be run again. */
static void take_back(struct cli *cli, bool config, bool folder)
{
    static const char *const NAMES[] = { APP_CONFIG, APP_DATABASE, APP_DATABASE "-wal",
        APP_DATABASE "-shm" };

    for (size_t i = config ? 0 : 1; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        char path[APP_PATH_BYTES];

        if (tq_file_join(path, sizeof(path), cli->dir, NAMES[i], NULL) == TQ_OK)
            tq_file_remove(path);
    }
    if (folder)
        tq_file_remove_dir(cli->dir);
}

/* "08779@2004-01-01": a code, an at sign, a date. */
static bool is_unit_key(const char *text)
{
    const char *at = text != NULL ? strchr(text, '@') : NULL;

    return at != NULL && at > text && tq_date_is_valid(tq_slice_str(at + 1));
}

static tq_status make_file(struct cli *cli, const char *unit, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_db_config open = { .path = path, .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_db *db = NULL;
    const char *letter = cli_option(cli, "letter");
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, APP_DATABASE, err);

    if (rc == TQ_OK && tq_file_exists(path))
        rc = tq_error_set(err, TQ_EXISTS, "%s", path);
    if (rc == TQ_OK)
        rc = tq_file_make_dir(cli->dir, err);
    if (rc == TQ_OK)
        rc = tq_db_open(&db, &open, NULL, err);
    if (rc == TQ_OK)
        rc = tq_office_found(db, unit, letter != NULL ? letter : "A", err);
    tq_db_close(db);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app = { 0 };
    const char *unit = cli_option(cli, "unit");
    const char *seed = cli_option(cli, "seed");
    bool folder = !tq_file_exists(cli->dir);
    bool config = false;
    size_t laid = 0;
    tq_status rc;

    if (!is_unit_key(unit))
        return tq_error_set(
                err, TQ_USAGE, "--unit=%s (08779@2004-01-01)", unit != NULL ? unit : "");
    if (seed != NULL && !tq_file_is_dir(seed))
        return tq_error_set(err, TQ_NOT_FOUND, "%s", seed);
    rc = make_file(cli, unit, err);
    if (rc == TQ_EXISTS)
        return rc;
    if (rc == TQ_OK)
        rc = app_write_config(cli, unit, &config, err);
    if (rc == TQ_OK)
        rc = app_open(&app, cli, err);
    if (rc == TQ_OK && seed != NULL)
        rc = lay_seed(&app, seed, &laid, err);
    app_close(&app);
    if (rc != TQ_OK) {
        take_back(cli, config, folder);
        return rc;
    }
    cli_json_set(cli, "unit", json_string(unit));
    cli_json_set(cli, "dir", json_string(cli->dir));
    cli_json_set(cli, "seeded_rows", json_integer((json_int_t)laid));
    cli_print(cli,
            CLI_SAY(cli, "Đã lập thư mục %s cho đơn vị %s (%zu dòng danh mục).",
                    "Made folder %s for unit %s (%zu rows of reference data)."),
            cli->dir, unit, laid);
    return TQ_OK;
}

const struct cli_command CMD_INIT = {
    .name = "init",
    .usage = "--unit=MÃ@NGÀY [--seed=DIR]",
    .summary = { "lập thư mục dữ liệu chưa nối với huyện (làm thử, tập huấn)",
            "make a data folder that is not joined to a district (trials, training)" },
    .options = OPTIONS,
    .run = run,
};

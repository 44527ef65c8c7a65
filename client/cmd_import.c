/* cmd_import.c - import: CSV files, all or nothing, with a preview; and taking one back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "sheets_in.h"
#include "tuquan/file.h"
#include "tuquan/import.h"
#include "tuquan/words.h"

#define HISTORY 20u
#define SHOWN 20u /* problems that a person sees at once */

static const struct cli_option OPTIONS[] = {
    { "table", 't', "TABLE",
            { "bảng nhập vào (không có: theo tên tệp)", "table (without: by the file's name)" } },
    { "dry-run", 'n', NULL, { "chỉ xem trước, không ghi gì", "preview only, write nothing" } },
    { "partial", 0, NULL,
            { "nhập các dòng đúng, bỏ các dòng sai",
                    "take the right rows, leave the wrong ones" } },
    { "all", 'a', NULL,
            { "nêu mọi chỗ sai, không chỉ 20 chỗ đầu", "name every problem, not the first 20" } },
    { "period", 'p', "PERIOD",
            { "tháng của số liệu thôn, khi tệp Excel không ghi",
                    "month of a sheet of figures that names none" } },
    { "confirm", 0, NULL,
            { "số liệu thôn trong tệp Excel đã xác nhận, không phải nháp",
                    "figures of such a sheet come in as confirmed" } },
    { "undo", 0, "N",
            { "hoàn tác lần nhập số N (0: lần cuối)", "take import N back (0: the last)" } },
    { "list", 'l', NULL,
            { "những lần nhập gần đây, còn hoàn tác được hay không",
                    "the last imports, and whether they can be taken back" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column HISTORY_COLUMNS[] = {
    { "import", { "Lần", "No" }, true, false },
    { "at", { "Lúc", "At" }, false, false },
    { "author", { "Người nhập", "By" }, false, false },
    { "files", { "Tệp", "Files" }, false, true },
    { "added", { "Dòng mới", "New rows" }, true, false },
    { "changed", { "Ô sửa", "Cells changed" }, true, false },
    { "undone_at", { "Hoàn tác lúc", "Taken back" }, false, false },
};

static const struct cli_column PROBLEM_COLUMNS[] = {
    { "file", { "Tệp", "File" }, false, true },
    { "line", { "Dòng", "Line" }, true, false },
    { "column", { "Cột", "Column" }, false, false },
    { "value", { "Giá trị", "Value" }, false, true },
    { "problem", { "Vấn đề", "Problem" }, false, true },
};

static const struct cli_column CHANGE_COLUMNS[] = {
    { "line", { "Dòng", "Line" }, true, false },
    { "row", { "Của", "Row" }, false, true },
    { "column", { "Cột", "Column" }, false, false },
    { "before", { "Đang là", "Now" }, false, true },
    { "after", { "Sẽ thành", "Then" }, false, true },
};

static tq_status print_problems(
        struct app *app, const struct tq_import *import, struct tq_error *err)
{
    size_t n;
    const struct tq_import_problem *problems = tq_import_problems(import, &n);
    struct cli_table out;
    size_t shown;
    tq_status rc;

    shown = app->cli->json || cli_option(app->cli, "all") != NULL || n <= SHOWN ? n : SHOWN;
    cli_table_init(&out, app->cli, PROBLEM_COLUMNS, 5);
    for (size_t i = 0; i < shown; i++) {
        struct tq_buf say;
        json_t *value;

        tq_buf_init(&say, 0);
        tq_import_say(&problems[i], app->cli->lang, &say);
        cli_table_text(&out, problems[i].file);
        cli_table_int(&out, problems[i].line);
        cli_table_text(&out, problems[i].column);
        cli_table_text(&out, problems[i].value);
        value = json_object();
        json_object_set_new(value, "code", json_string(tq_import_fault_code(problems[i].fault)));
        json_object_set_new(
                value, "warning", json_boolean(tq_import_is_warning(problems[i].fault)));
        json_object_set_new(value, "sentence", json_stringn((const char *)say.data, say.len));
        if (problems[i].fault == TQ_IMPORT_RULE)
            json_object_set_new(value, "reason", json_string(tq_reason_code(problems[i].reason)));
        cli_table_both_buf(&out, &say, value);
        tq_buf_deinit(&say);
    }
    rc = cli_table_print(&out, "problems", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK && shown < n)
        cli_print(app->cli,
                CLI_SAY(app->cli, "... và %zu chỗ nữa (--all để xem hết)",
                        "... and %zu more (--all)"),
                n - shown);
    return rc;
}

/* For a page: what the first new rows hold. A terminal has the number of them. */
static void tell_new(struct cli *cli, const struct tq_import *import)
{
    size_t n;
    const struct tq_import_change *cells = tq_import_new_cells(import, &n);
    json_t *rows = json_array();
    json_t *row = NULL;

    /* One line of a sheet may be several rows: a village's figures are. */
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || cells[i].line != cells[i - 1].line ||
                !tq_slice_equal(cells[i].file, cells[i - 1].file) ||
                json_object_get(json_object_get(row, "cells"), cells[i].column->name) != NULL) {
            row = json_object();
            json_object_set_new(row, "line", json_integer(cells[i].line));
            json_object_set_new(row, "cells", json_object());
            json_array_append_new(rows, row);
        }
        json_object_set_new(json_object_get(row, "cells"), cells[i].column->name,
                json_stringn((const char *)cells[i].after.data, cells[i].after.len));
    }
    cli_json_set(cli, "new_rows", rows);
}

static tq_status print_changes(
        struct app *app, const struct tq_import *import, struct tq_error *err)
{
    size_t n;
    const struct tq_import_change *changes = tq_import_changes(import, &n);
    struct cli_table out;
    tq_status rc;

    cli_table_init(&out, app->cli, CHANGE_COLUMNS, 5);
    for (size_t i = 0; i < n; i++) {
        cli_table_int(&out, changes[i].line);
        cli_table_text(&out, changes[i].row);
        cli_table_both(&out, tq_word_of_column(changes[i].column, app->cli->lang),
                json_string(changes[i].column->name));
        cli_table_text(&out, changes[i].before);
        cli_table_text(&out, changes[i].after);
    }
    rc = cli_table_print(&out, "changes", err);
    cli_table_deinit(&out);
    return rc;
}

static void print_counts(struct cli *cli, const struct tq_import_counts *counts)
{
    json_t *object = json_object();

    json_object_set_new(object, "rows", json_integer((json_int_t)counts->rows));
    json_object_set_new(object, "added", json_integer((json_int_t)counts->added));
    json_object_set_new(object, "changed", json_integer((json_int_t)counts->changed));
    json_object_set_new(object, "same", json_integer((json_int_t)counts->same));
    json_object_set_new(object, "wrong", json_integer((json_int_t)counts->wrong));
    json_object_set_new(object, "warnings", json_integer((json_int_t)counts->warnings));
    cli_json_set(cli, "counts", object);
    cli_print(cli,
            CLI_SAY(cli, "%zu dòng: %zu mới, %zu sửa, %zu đã có, %zu sai.",
                    "%zu rows: %zu new, %zu changed, %zu the same, %zu wrong."),
            counts->rows, counts->added, counts->changed, counts->same, counts->wrong);
}

static tq_status ask_about_warnings(
        struct app *app, const struct tq_import_counts *counts, struct tq_error *err)
{
    bool yes = true;
    tq_status rc;

    if (counts->warnings == 0)
        return TQ_OK;
    rc = cli_confirm(app->cli,
            cli_say(app->cli, "Có chỗ cần người xem lại (nêu trên). Vẫn nhập?",
                    "Some cells want a look (above). Import all the same?"),
            &yes, err);
    if (rc == TQ_USAGE || (rc == TQ_OK && !yes))
        rc = tq_error_set(err, TQ_NEEDS_PERSON, "%s",
                cli_say(app->cli, "sửa những chỗ nêu trên, hoặc thêm --yes nếu đều đúng",
                        "correct the places above, or add --yes if all are right"));
    return rc;
}

static tq_status finish(struct app *app, struct tq_import *import, struct tq_error *err)
{
    struct cli *cli = app->cli;
    const struct tq_import_counts *counts = tq_import_counts(import);
    bool preview = cli_option(cli, "dry-run") != NULL;
    tq_import_mode mode = preview ? TQ_IMPORT_PREVIEW : TQ_IMPORT_ALL;
    int64_t number = 0;
    tq_status rc = print_problems(app, import, err);

    if (!preview && cli_option(cli, "partial") != NULL)
        mode = TQ_IMPORT_PARTIAL;
    if (rc == TQ_OK && (preview || cli->json))
        rc = print_changes(app, import, err);
    if (rc == TQ_OK && app->cli->json)
        tell_new(app->cli, import);
    if (rc == TQ_OK)
        print_counts(cli, counts);
    if (rc == TQ_OK && mode != TQ_IMPORT_PREVIEW &&
            (counts->wrong == 0 || mode == TQ_IMPORT_PARTIAL))
        rc = ask_about_warnings(app, counts, err);
    if (rc == TQ_OK)
        rc = tq_import_finish(import, mode, app_now(app), &number, err);
    if (rc == TQ_CSV)
        tq_error_set(err, TQ_CSV,
                CLI_SAY(cli, "%zu dòng sai; chưa có dòng nào được nhập",
                        "%zu wrong rows; nothing was imported"),
                counts->wrong);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "import", number != 0 ? json_integer(number) : json_null());
    if (number != 0)
        cli_print(cli,
                CLI_SAY(cli, "Đã nhập, lần số %" PRId64 ". Hoàn tác: import --undo=%" PRId64,
                        "Imported as number %" PRId64 ". Take it back: import --undo=%" PRId64),
                number, number);
    else
        cli_print(cli, "%s",
                preview ? cli_say(cli, "Mới xem trước, chưa ghi gì.",
                                  "A preview: nothing was written.")
                        : cli_say(cli, "Không có gì mới để nhập.", "Nothing new to import."));
    /* Rows were left out, or would be: somebody has to look at them. */
    if (counts->wrong > 0)
        cli->exit_code = tq_status_exit_code(TQ_CSV);
    return TQ_OK;
}

static tq_status undo(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    char reason[64];
    int64_t number = 0;
    size_t undone = 0;
    size_t kept = 0;
    tq_status rc = cli_option_number(cli, "undo", 0, INT32_MAX, 0, &number, err);

    if (rc != TQ_OK)
        return rc;
    snprintf(reason, sizeof(reason), "hoàn tác lần nhập %" PRId64, number);
    rc = tq_import_undo(
            app->records, &number, tq_slice_str(reason), app_now(app), &undone, &kept, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "import", json_integer(number));
    cli_json_set(cli, "undone", json_integer((json_int_t)undone));
    cli_json_set(cli, "kept", json_integer((json_int_t)kept));
    cli_print(cli,
            CLI_SAY(cli,
                    "Đã hoàn tác lần nhập %" PRId64
                    ": %zu chỗ; giữ nguyên %zu chỗ đã có người sửa sau đó.",
                    "Took import %" PRId64 " back: %zu places; kept %zu that were changed since."),
            number, undone, kept);
    return TQ_OK;
}

static tq_status list_imports(struct app *app, struct tq_error *err)
{
    struct tq_import_entry *entries;
    struct cli_table out;
    size_t n;
    tq_status rc = tq_import_history(app->records, HISTORY, app->arena, &entries, &n, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(
            &out, app->cli, HISTORY_COLUMNS, sizeof(HISTORY_COLUMNS) / sizeof(HISTORY_COLUMNS[0]));
    for (size_t i = 0; i < n; i++) {
        cli_table_int(&out, entries[i].number);
        cli_table_instant(&out, entries[i].at_ms);
        cli_table_text(&out, entries[i].author);
        cli_table_text(&out, entries[i].files);
        cli_table_int(&out, entries[i].added);
        cli_table_int(&out, entries[i].changed);
        cli_table_instant(&out, entries[i].undone_at);
    }
    if (n == 0)
        cli_print(app->cli, "%s",
                cli_say(app->cli, "Chưa nhập tệp nào.", "Nothing was imported yet."));
    rc = cli_table_print(&out, "imports", err);
    cli_table_deinit(&out);
    return rc;
}

/* A table's name before or behind the file's says what --table would, as at the district: no file is
 * called so. */
static void take_table(struct cli *cli, struct sheets_in_options *options)
{
    for (size_t i = 0; options->table == NULL && cli->nargs == 2 && i < 2; i++) {
        if (tq_file_exists(cli->args[i]) ||
                tq_word_to_table(tq_catalogue_current(), tq_slice_str(cli->args[i])) == NULL)
            continue;
        options->table = cli->args[i];
        cli->args += i == 0 ? 1 : 0;
        cli->nargs = 1;
    }
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct tq_import *import = NULL;
    struct sheets_in *files = NULL;
    struct sheets_in_options options;
    tq_status rc;

    options.table = cli_option(cli, "table");
    options.period = cli_option(cli, "period");
    options.confirmed = cli_option(cli, "confirm") != NULL;
    if (cli->nargs == 0 && cli_option(cli, "undo") == NULL && cli_option(cli, "list") == NULL)
        return cli_wrong_word(cli, NULL, err);
    take_table(cli, &options);
    rc = app_open(&app, cli, err);
    if (rc == TQ_OK && cli_option(cli, "undo") != NULL) {
        rc = undo(&app, err);
    } else if (rc == TQ_OK && cli_option(cli, "list") != NULL) {
        rc = list_imports(&app, err);
    } else if (rc == TQ_OK) {
        rc = tq_import_new(&import, app.records, err);
        if (rc == TQ_OK)
            rc = sheets_in_read(&files, &app, import, cli->args, cli->nargs, &options, err);
        if (rc == TQ_OK)
            rc = finish(&app, import, err);
        tq_import_free(import);
        sheets_in_free(files);
    }
    app_close(&app);
    return rc;
}

const struct cli_command CMD_IMPORT = {
    .name = "import",
    .usage = "TỆP...",
    .summary = { "nhập tệp CSV, Excel: đúng hết mới nhập, xem trước được, hoàn tác được",
            "import CSV and Excel files: all or nothing, with preview and undo" },
    .details = { "Dòng đầu là tên cột (tiếng Việt hoặc mã), phân cách bằng dấu phẩy, chấm phẩy "
                 "hoặc "
                 "tab,\nmã UTF-8. Tệp Excel (.xlsx): trang mang tên bảng, hoặc bảng số liệu thôn "
                 "như "
                 "lệnh\nexport ghi ra. Ví dụ:\n"
                 "  import --dry-run so-lieu.csv\n"
                 "  import incident.csv activity.csv\n"
                 "  import vu-viec thang11.csv\n"
                 "  import so-lieu-2020-12.xlsx\n"
                 "  import --undo=3",
            "The first line holds the column names (codes or Vietnamese labels), parted by comma, "
            "semicolon\nor tab, in UTF-8. Examples:\n  import --dry-run village_return.csv\n"
            "  import incident november.csv\n  import --undo=3" },
    .options = OPTIONS,
    .max_args = SIZE_MAX,
    .run = run,
};

/* sheets_in.c - Which sheet of which file goes into which table, and in which order. */
#include "sheets_in.h"

#include <string.h>

#include "cli/progress.h"
#include "excel/xlsx_read.h"
#include "returns_sheet.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/words.h"

#define SMALL_BYTES ((size_t)256 * 1024) /* over before anybody could read a bar */
#define MAX_JOBS 256u

struct input {
    const char *path;
    struct tq_buf bytes;
    struct excel_book *book; /* NULL: CSV, or a workbook that cannot be read */
    excel_problem problem;
};

struct job {
    const struct tq_table *table;
    size_t input;
    size_t sheet;
    bool figures; /* villages down, indicators across */
    struct excel_rows *rows;
    struct returns_sheet *returns;
};

struct sheets_in {
    struct app *app;
    struct tq_import *import;
    const struct sheets_in_options *options;
    struct input *inputs;
    size_t ninputs;
    struct job jobs[MAX_JOBS];
    size_t njobs;
};

void sheets_in_free(struct sheets_in *in)
{
    if (in == NULL)
        return;
    for (size_t j = 0; j < in->njobs; j++) {
        returns_sheet_free(in->jobs[j].returns);
        excel_rows_free(in->jobs[j].rows);
    }
    for (size_t i = 0; i < in->ninputs; i++) {
        excel_close(in->inputs[i].book);
        tq_buf_deinit(&in->inputs[i].bytes);
    }
    tq_mem_free(in->inputs);
    tq_mem_free(in);
}

/* ---- which table ---- */

/* "folder/incident.csv" names table incident; "vu-viec.xlsx" too. */
static tq_status table_of_file(
        struct sheets_in *in, const char *path, const struct tq_table **out, struct tq_error *err)
{
    const char *base = strrchr(path, '/');
    struct tq_slice name;
    const char *dot;

    if (in->options->table != NULL)
        return app_table(in->app, in->options->table, out, err);
    base = base != NULL ? base + 1 : path;
    dot = strrchr(base, '.');
    name = tq_slice_of(base, dot != NULL ? (size_t)(dot - base) : strlen(base));
    *out = tq_word_to_table(in->app->catalogue, name);
    if (*out != NULL)
        return TQ_OK;
    return tq_error_set(err, TQ_USAGE, "%s: %s", path,
            cli_say(in->app->cli, "không biết là bảng nào; thêm --table=BẢNG",
                    "which table is it? add --table=TABLE"));
}

/* A sheet that cannot be read counts: reading it tells why. */
static tq_status looks_like_figures(
        struct excel_book *book, size_t sheet, bool *is, struct tq_error *err)
{
    tq_status rc = returns_sheet_is(book, sheet, is, err);

    if (rc != TQ_CSV)
        return rc;
    tq_error_clear(err);
    *is = true;
    return TQ_OK;
}

static tq_status add_job(struct sheets_in *in, const struct tq_table *table, size_t input,
        size_t sheet, struct tq_error *err)
{
    struct job *job = &in->jobs[in->njobs];
    struct excel_book *book = in->inputs[input].book;

    if (in->njobs == MAX_JOBS)
        return tq_error_set(err, TQ_USAGE, "> %u", MAX_JOBS);
    job->table = table;
    job->input = input;
    job->sheet = sheet;
    in->njobs++;
    if (book == NULL || strcmp(table->name, "village_return") != 0)
        return TQ_OK;
    return looks_like_figures(book, sheet, &job->figures, err);
}

/* Sheets that are called like a table; without one the first sheet, by the file's name or because it
 * is laid out as figures of villages. */
static tq_status add_sheets(struct sheets_in *in, size_t input, struct tq_error *err)
{
    struct excel_book *book = in->inputs[input].book;
    const struct tq_table *figures = tq_catalogue_find(in->app->catalogue, "village_return");
    const struct tq_table *table = NULL;
    size_t before = in->njobs;
    struct tq_error unnamed = { 0 };
    bool is = false;
    tq_status rc = TQ_OK;

    for (size_t s = 0; in->options->table == NULL && rc == TQ_OK && s < excel_sheet_count(book);
            s++) {
        table = tq_word_to_table(in->app->catalogue, tq_slice_str(excel_sheet_name(book, s)));
        if (table != NULL)
            rc = add_job(in, table, input, s, err);
    }
    if (rc != TQ_OK || in->njobs > before)
        return rc;
    rc = table_of_file(in, in->inputs[input].path, &table, &unnamed);
    if (rc == TQ_USAGE && in->options->table == NULL)
        rc = looks_like_figures(book, 0, &is, err);
    if (is)
        table = figures;
    else if (table == NULL)
        rc = tq_error_set(err, rc == TQ_OK ? TQ_USAGE : rc, "%s", unnamed.msg);
    return rc == TQ_OK ? add_job(in, table, input, 0, err) : rc;
}

static tq_status add_file(struct sheets_in *in, const char *path, struct tq_error *err)
{
    struct input *input = &in->inputs[in->ninputs];
    const struct tq_table *table;
    tq_status rc;

    input->path = path;
    tq_buf_init(&input->bytes, 0);
    in->ninputs++;
    rc = tq_file_read(path, TQ_IMPORT_MAX_BYTES, &input->bytes, err);
    if (rc == TQ_RANGE)
        tq_error_set(err, TQ_RANGE, "%s: %s", path,
                cli_say(in->app->cli,
                        "tệp lớn hơn 20 MB; bỏ hình và trang không cần, hoặc chia nhỏ",
                        "over 20 MB; leave out pictures and sheets, or split it"));
    if (rc == TQ_OK && excel_is(tq_buf_slice(&input->bytes))) {
        rc = excel_open(&input->book, tq_buf_slice(&input->bytes), &input->problem, err);
        if (rc == TQ_OK)
            return add_sheets(in, in->ninputs - 1, err);
        if (rc != TQ_CSV)
            return rc;
        tq_error_clear(err);
        rc = table_of_file(in, path, &table, err);
        if (rc == TQ_USAGE) { /* the file's own fault is worth more than its name */
            tq_error_clear(err);
            table = tq_catalogue_find(in->app->catalogue, "village_return");
            rc = TQ_OK;
        }
    } else if (rc == TQ_OK) {
        rc = table_of_file(in, path, &table, err);
    }
    return rc == TQ_OK ? add_job(in, table, in->ninputs - 1, 0, err) : rc;
}

/* ---- sources ---- */

static tq_status book_next(void *ctx, struct tq_csv_row *row, bool *more, struct tq_error *err)
{
    return excel_rows_next(ctx, row, more, err);
}

static const char *book_sentence(void *ctx, tq_lang lang)
{
    return excel_problem_sentence(excel_rows_problem(ctx), lang);
}

static uint32_t book_line(void *ctx)
{
    (void)ctx;
    return 0;
}

static void book_progress(void *ctx, uint64_t *done, uint64_t *total)
{
    excel_rows_progress(ctx, done, total);
}

/* A workbook that could not be opened: one problem, no rows. */
static tq_status broken_next(void *ctx, struct tq_csv_row *row, bool *more, struct tq_error *err)
{
    (void)ctx;
    (void)row;
    (void)more;
    return tq_error_set(err, TQ_CSV, "xlsx");
}

static const char *broken_sentence(void *ctx, tq_lang lang)
{
    const struct input *input = ctx;

    return excel_problem_sentence(input->problem, lang);
}

static void broken_progress(void *ctx, uint64_t *done, uint64_t *total)
{
    (void)ctx;
    *done = *total = 0;
}

static tq_status make_source(struct sheets_in *in, struct job *job, struct tq_import_source *source,
        struct tq_error *err)
{
    struct input *input = &in->inputs[job->input];
    tq_status rc = TQ_CSV;

    if (input->book != NULL)
        rc = excel_rows_new(&job->rows, input->book, job->sheet, err);
    if (rc == TQ_CSV) {
        struct tq_import_source broken = { input, broken_next, broken_sentence, book_line,
            broken_progress, false };

        tq_error_clear(err);
        if (job->rows != NULL)
            input->problem = excel_rows_problem(job->rows);
        *source = broken;
        return TQ_OK;
    }
    if (rc == TQ_OK && job->figures) {
        rc = returns_sheet_new(&job->returns, in->app, job->rows, in->options->period,
                in->options->confirmed, err);
        if (rc == TQ_OK)
            *source = returns_sheet_source(job->returns);
    } else if (rc == TQ_OK) {
        struct tq_import_source plain = { job->rows, book_next, book_sentence, book_line,
            book_progress, true };

        *source = plain;
    }
    return rc;
}

static void on_progress(void *arg, uint64_t done, uint64_t total)
{
    struct cli_progress *progress = arg;

    progress->total = total;
    cli_progress_update(progress, done);
}

static tq_status run_job(struct sheets_in *in, struct job *job, struct tq_error *err)
{
    struct input *input = &in->inputs[job->input];
    bool silent = input->bytes.len < SMALL_BYTES;
    struct cli_progress progress;
    struct tq_import_source source;
    tq_status rc;

    if (!silent)
        cli_progress_begin(&progress, in->app->cli, input->path, input->bytes.len);
    if (input->book == NULL && input->problem == EXCEL_FINE) {
        rc = tq_import_file(in->import, job->table, input->path, tq_buf_slice(&input->bytes),
                silent ? NULL : on_progress, &progress, err);
    } else {
        rc = make_source(in, job, &source, err);
        if (rc == TQ_OK)
            rc = tq_import_rows(in->import, job->table, input->path, &source,
                    silent ? NULL : on_progress, &progress, err);
    }
    if (!silent)
        cli_progress_end(&progress, NULL);
    return rc;
}

tq_status sheets_in_read(struct sheets_in **out, struct app *app, struct tq_import *import,
        const char *const *paths, size_t npaths, const struct sheets_in_options *options,
        struct tq_error *err)
{
    struct sheets_in *in = tq_mem_zalloc(sizeof(*in));
    tq_status rc = TQ_OK;

    *out = in;
    if (in == NULL)
        return tq_error_set(err, TQ_NOMEM, "import");
    in->app = app;
    in->import = import;
    in->options = options;
    in->inputs = tq_mem_zalloc((npaths + 1) * sizeof(in->inputs[0]));
    if (in->inputs == NULL)
        return tq_error_set(err, TQ_NOMEM, "import");
    for (size_t i = 0; rc == TQ_OK && i < npaths; i++)
        rc = add_file(in, paths[i], err);
    /* Parents before children, whatever the order of files and sheets. */
    for (size_t t = 0; rc == TQ_OK && t < app->catalogue->ntables; t++)
        for (size_t j = 0; rc == TQ_OK && j < in->njobs; j++)
            if (in->jobs[j].table == &app->catalogue->tables[t])
                rc = run_job(in, &in->jobs[j], err);
    return rc;
}

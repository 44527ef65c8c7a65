/* import.c - Reads the files: header, cells, problems. What becomes of a row is import_row.c's. */
#include "tuquan/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/import_internal.h"
#include "tuquan/calendar.h"
#include "tuquan/mem.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

#define ARENA_BYTES ((size_t)256 << 20)
#define SCRATCH_BYTES ((size_t)16 << 20)
#define MAX_TITLE_LINES 20u

tq_status tq_import_new(struct tq_import **out, struct tq_records *records, struct tq_error *err)
{
    struct tq_import *import = tq_mem_zalloc(sizeof(*import));
    tq_status rc = TQ_OK;

    *out = NULL;
    if (import == NULL)
        return tq_error_set(err, TQ_NOMEM, "import");
    tq_buf_init(&import->problems, 0);
    tq_buf_init(&import->changes, 0);
    tq_buf_init(&import->news, 0);
    tq_buf_init(&import->files, 0);
    import->arena = tq_arena_new(ARENA_BYTES);
    import->scratch = tq_arena_new(SCRATCH_BYTES);
    if (import->arena == NULL || import->scratch == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "import");
    if (rc == TQ_OK)
        rc = tq_records_begin(records, err);
    if (rc == TQ_OK)
        import->records = records;
    if (rc == TQ_OK)
        rc = sql_get_int(records->db,
                "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'tq_import'",
                &import->number, err);
    if (rc != TQ_OK) {
        tq_import_free(import);
        return rc;
    }
    *out = import;
    return TQ_OK;
}

void tq_import_free(struct tq_import *import)
{
    if (import == NULL)
        return;
    if (import->records != NULL)
        tq_records_rollback(import->records);
    tq_buf_deinit(&import->problems);
    tq_buf_deinit(&import->changes);
    tq_buf_deinit(&import->news);
    tq_buf_deinit(&import->files);
    tq_arena_free(import->arena);
    tq_arena_free(import->scratch);
    tq_mem_free(import);
}

const struct tq_import_counts *tq_import_counts(const struct tq_import *import)
{
    return &import->counts;
}

const struct tq_import_problem *tq_import_problems(const struct tq_import *import, size_t *n)
{
    *n = import->problems.len / sizeof(struct tq_import_problem);
    return (const struct tq_import_problem *)(const void *)import->problems.data;
}

const struct tq_import_change *tq_import_changes(const struct tq_import *import, size_t *n)
{
    *n = import->changes.len / sizeof(struct tq_import_change);
    return (const struct tq_import_change *)(const void *)import->changes.data;
}

const struct tq_import_change *tq_import_new_cells(const struct tq_import *import, size_t *n)
{
    *n = import->news.len / sizeof(struct tq_import_change);
    return (const struct tq_import_change *)(const void *)import->news.data;
}

bool tq_import_is_warning(tq_import_fault fault)
{
    return fault == TQ_IMPORT_PERSONAL || fault == TQ_IMPORT_MATCHED || fault == TQ_IMPORT_FAR;
}

struct tq_import_problem *import_problem(struct tq_import *import, const struct import_file *file,
        tq_import_fault fault, uint32_t line, int field, struct tq_slice value)
{
    struct tq_import_problem problem = {
        .fault = fault, .table = file->table, .at = -1, .file = file->name, .line = line
    };

    if (tq_import_is_warning(fault))
        import->counts.warnings++;
    if (import->problems.len / sizeof(problem) >= TQ_IMPORT_MAX_PROBLEMS)
        return NULL;
    if (field >= 0) {
        problem.column = file->titles[field];
        problem.at = file->columns[field];
    }
    if (file->row != NULL && file->row->place.len > 0)
        problem.column = records_keep(import->arena, file->row->place);
    problem.value = records_keep(import->arena, value);
    tq_buf_append(&import->problems, &problem, sizeof(problem));
    if (!tq_buf_is_ok(&import->problems))
        return NULL;
    return (struct tq_import_problem *)(void *)(import->problems.data + import->problems.len -
                                                sizeof(problem));
}

/* ---- header ---- */

static bool is_mine(const struct tq_table *table, int column)
{
    return (table->columns[column].writers & TQ_BY_COMMUNE) != 0;
}

static bool is_theirs(const struct tq_table *table)
{
    for (size_t c = 0; c < table->ncolumns; c++)
        if (is_mine(table, (int)c))
            return false;
    return true;
}

static void read_title(struct tq_import *import, struct import_file *file, uint32_t line, size_t i,
        struct tq_slice title)
{
    while (title.len > 0 && (title.data[0] == ' ' || title.data[0] == '\t'))
        title = tq_slice_of(title.data + 1, title.len - 1);
    file->titles[i] = records_keep(import->arena, title);
    file->columns[i] = title.len > 0 ? tq_word_to_column(file->table, title) : -1;
    if (file->columns[i] < 0) {
        import_problem(import, file, TQ_IMPORT_COLUMN_UNKNOWN, line, (int)i, title);
        return;
    }
    if (!is_mine(file->table, file->columns[i]))
        import_problem(import, file, TQ_IMPORT_COLUMN_NOT_YOURS, line, (int)i, title);
    for (size_t k = 0; k < i; k++)
        if (file->columns[k] == file->columns[i])
            import_problem(import, file, TQ_IMPORT_COLUMN_TWICE, line, (int)i, title);
}

/* True when the rows can be read: every column is understood and none that it needs is missing. */
static bool read_header(
        struct tq_import *import, struct import_file *file, const struct tq_csv_row *row)
{
    const struct tq_table *table = file->table;
    size_t before = import->problems.len;

    file->ncolumns = row->count;
    if (is_theirs(table)) {
        import_problem(import, file, TQ_IMPORT_TABLE_NOT_YOURS, row->line, -1, tq_slice_str(""));
        return false;
    }
    for (size_t i = 0; i < row->count; i++)
        read_title(import, file, row->line, i, row->fields[i]);
    for (size_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];
        bool there = false;

        for (size_t i = 0; i < row->count && !there; i++)
            there = file->columns[i] == (int)c;
        if (there || !column->required || column->fallback.type != TQ_NULL ||
                (int)c == table->owner || (table->surrogate && tq_table_is_key(table, (uint32_t)c)))
            continue;
        import_problem(
                import, file, TQ_IMPORT_COLUMN_MISSING, row->line, -1, tq_slice_str(column->name));
    }
    return import->problems.len == before;
}

/* ---- cells ---- */

static tq_status read_cell(struct tq_import *import, const struct import_file *file, size_t field,
        struct tq_slice text, struct tq_value *out, tq_intake *intake, tq_reason *reason,
        struct tq_error *err)
{
    const struct tq_column *column = &file->table->columns[file->columns[field]];
    tq_status rc;

    *intake = tq_intake_value(file->table, column, text, import->scratch, out, reason);
    if (*intake == TQ_INTAKE_NOMEM)
        return tq_error_set(err, TQ_NOMEM, "import");
    if (*intake != TQ_INTAKE_OK || column->rule.kind != TQ_RULE_REF || out->type != TQ_TEXT)
        return TQ_OK;
    rc = tq_record_resolve(import->records, column, out->s, import->scratch, out, err);
    if (rc == TQ_OK && strcmp(column->rule.ref, "unit") == 0)
        rc = import_look_at_name(import, file, (int)field, text, out, err);
    if (rc != TQ_INVALID)
        return rc;
    /* What may mean two things is no key: the rule of the column tells it with line and column. */
    tq_error_clear(err);
    return TQ_OK;
}

/* Would the text of field `a` do in the column of field `b`? */
static bool would_fit(struct tq_import *import, const struct import_file *file, size_t a, size_t b)
{
    struct tq_value value;

    return a < file->row->count && file->row->fields[a].len > 0 &&
           tq_intake_value(file->table, &file->table->columns[file->columns[b]],
                   file->row->fields[a], import->scratch, &value, NULL) == TQ_INTAKE_OK;
}

/* Two wrong cells of one line that would be right in each other's place: said once a file. */
static void look_for_swap(struct tq_import *import, struct import_file *file, const bool *bad)
{
    for (size_t a = 0; a < file->ncolumns && !file->swap_told; a++)
        for (size_t b = a + 1; b < file->ncolumns && bad[a] && !file->swap_told; b++) {
            if (!bad[b] || !would_fit(import, file, a, b) || !would_fit(import, file, b, a))
                continue;
            import_problem(
                    import, file, TQ_IMPORT_SWAPPED, file->row->line, (int)a, file->titles[b]);
            file->swap_told = true;
        }
}

/* By the file's own clock. */
static void look_at_day(struct tq_import *import, const struct import_file *file, size_t i,
        const struct tq_column *column, const struct tq_value *value)
{
    const struct tq_clock *clock = tq_db_clock(import->records->db);

    if (tq_intake_is_far(column, value, tq_day_of_instant(clock->now_ms(clock->ctx))))
        import_problem(import, file, TQ_IMPORT_FAR, file->row->line, (int)i, value->s);
}

static void lint_cell(struct tq_import *import, const struct import_file *file, size_t i,
        const struct tq_column *column, const struct tq_value *value)
{
    struct tq_lint_finding finding;
    struct tq_import_problem *problem;

    if (tq_intake_lint(column, value, &finding, 1) == 0)
        return;
    problem = import_problem(import, file, TQ_IMPORT_PERSONAL, file->row->line, (int)i,
            tq_slice_of(value->s.data + finding.at, finding.len));
    if (problem != NULL)
        problem->lint = (int)finding.kind;
}

/* All cells of a line into a draft; *ok false when one was wrong (problems recorded). */
static tq_status read_cells(struct tq_import *import, struct import_file *file,
        struct tq_draft *draft, bool *ok, struct tq_error *err)
{
    const struct tq_csv_row *row = file->row;
    bool bad[TQ_CSV_MAX_FIELDS] = { false };
    bool wide = false;

    *ok = true;
    import->hint = tq_slice_str("");
    /* A sheet does not say where a line ends: what is empty at its end is not there. */
    for (size_t i = file->ncolumns; file->padded && i < row->count; i++)
        wide = wide || row->fields[i].len > 0;
    if (file->padded ? wide : row->count != file->ncolumns) {
        char width[48];

        snprintf(width, sizeof(width), "%zu / %zu", row->count, file->ncolumns);
        import_problem(import, file, TQ_IMPORT_WIDTH, row->line, -1, tq_slice_str(width));
        *ok = false;
        return TQ_OK;
    }
    for (size_t i = 0; i < file->ncolumns; i++) {
        int c = file->columns[i];
        const struct tq_column *column = &file->table->columns[c];
        struct tq_slice text = i < row->count ? row->fields[i] : tq_slice_str("");
        tq_intake intake;
        tq_reason reason;
        struct tq_import_problem *problem;
        tq_status rc;

        if (i < row->count && row->marks != NULL && row->marks[i] != TQ_CELL_FINE) {
            problem = import_problem(import, file, TQ_IMPORT_CELL, row->line, (int)i, text);
            if (problem != NULL)
                problem->mark = (tq_cell_mark)row->marks[i];
            *ok = false;
            continue;
        }
        rc = read_cell(import, file, i, text, &draft->values[c], &intake, &reason, err);
        if (rc != TQ_OK)
            return rc;
        /* An empty cell of a column with a default means the default. */
        draft->given[c] = draft->values[c].type != TQ_NULL || column->fallback.type == TQ_NULL;
        if (intake == TQ_INTAKE_OK || (intake == TQ_INTAKE_RULE && !draft->given[c])) {
            lint_cell(import, file, i, column, &draft->values[c]);
            look_at_day(import, file, i, column, &draft->values[c]);
            continue;
        }
        bad[i] = true;
        *ok = false;
        problem = import_problem(import, file, TQ_IMPORT_VALUE, row->line, (int)i, text);
        if (problem != NULL) {
            problem->intake = intake;
            problem->reason = reason;
        }
    }
    if (!*ok)
        look_for_swap(import, file, bad);
    return TQ_OK;
}

/* A problem of the file itself, in the words of its source. */
static void note_shape(
        struct tq_import *import, struct import_file *file, const struct tq_import_source *source)
{
    struct tq_import_problem *problem = import_problem(
            import, file, TQ_IMPORT_SHAPE, source->line(source->ctx), -1, tq_slice_str(""));

    if (problem != NULL)
        for (int lang = 0; lang < 2; lang++)
            problem->sentence[lang] = source->sentence(source->ctx, (tq_lang)lang);
    import->counts.wrong++;
}

static tq_status read_rows(struct tq_import *import, struct import_file *file,
        const struct tq_import_source *source, tq_import_progress progress, void *arg,
        struct tq_error *err)
{
    struct tq_csv_row row;
    struct tq_error shape = { 0 };
    bool more = true;
    tq_status rc = TQ_OK;

    file->row = &row;
    while (rc == TQ_OK) {
        struct tq_draft draft = { .table = file->table };
        uint64_t done;
        uint64_t total;
        bool ok;

        memset(&row, 0, sizeof(row));
        rc = source->next(source->ctx, &row, &more, &shape);
        if (rc == TQ_CSV) {
            note_shape(import, file, source);
            rc = TQ_OK;
            break;
        }
        if (rc != TQ_OK)
            rc = tq_error_set(err, rc, "%s", shape.msg);
        if (rc != TQ_OK || !more)
            break;
        import->counts.rows++;
        tq_arena_reset(import->scratch);
        rc = read_cells(import, file, &draft, &ok, err);
        if (rc == TQ_OK && ok)
            rc = import_row(import, file, &draft, err);
        else if (rc == TQ_OK)
            import->counts.wrong++;
        if (progress != NULL) {
            source->progress(source->ctx, &done, &total);
            progress(arg, done, total);
        }
    }
    file->row = NULL;
    return rc;
}

/* A title in a sheet stands above the header: lines are passed over until one names columns. */
static tq_status find_header(const struct import_file *file, const struct tq_import_source *source,
        struct tq_csv_row *row, bool *more, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (unsigned i = 0; i <= MAX_TITLE_LINES; i++) {
        size_t known = 0;

        memset(row, 0, sizeof(*row));
        rc = source->next(source->ctx, row, more, err);
        if (rc != TQ_OK || !*more || !source->titled)
            break;
        for (size_t c = 0; c < row->count; c++)
            known += row->fields[c].len > 0 && tq_word_to_column(file->table, row->fields[c]) >= 0;
        if (known >= 2 || (known == 1 && row->count == 1))
            break;
    }
    return rc;
}

tq_status tq_import_rows(struct tq_import *import, const struct tq_table *table, const char *name,
        const struct tq_import_source *source, tq_import_progress progress, void *arg,
        struct tq_error *err)
{
    struct import_file *file = tq_mem_zalloc(sizeof(*file));
    struct tq_csv_row header;
    bool more = false;
    tq_status rc;

    if (file == NULL)
        return tq_error_set(err, TQ_NOMEM, "import");
    file->table = table;
    file->name = records_keep(import->arena, tq_slice_str(name));
    tq_buf_printf(&import->files, "%s%s", import->files.len > 0 ? " " : "", name);
    rc = find_header(file, source, &header, &more, err);
    if (rc == TQ_ENCODING || rc == TQ_CSV || (rc == TQ_OK && !more)) {
        tq_error_clear(err);
        note_shape(import, file, source);
        rc = TQ_OK;
    } else if (rc == TQ_OK && read_header(import, file, &header)) {
        file->padded = source->titled;
        rc = read_rows(import, file, source, progress, arg, err);
    } else if (rc == TQ_OK) {
        import->counts.wrong++;
    }
    import_index_deinit(&file->index);
    tq_mem_free(file);
    return rc;
}

static tq_status write_entry(struct tq_import *import, int64_t now_ms, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc;

    if (!tq_buf_is_ok(&import->files))
        return tq_error_set(err, TQ_NOMEM, "import");
    rc = sql_prepare(import->records->db, &stmt,
            "INSERT INTO tq_import (n, at_ms, author, files, added, changed)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, import->number);
    sql_bind_int(stmt, 2, now_ms);
    sql_bind_str(stmt, 3, import->records->author);
    sql_bind_text(stmt, 4, tq_buf_slice(&import->files));
    sql_bind_int(stmt, 5, (int64_t)import->counts.added);
    sql_bind_int(stmt, 6, (int64_t)import->counts.changed);
    return sql_run(import->records->db, stmt, err);
}

tq_status tq_import_finish(struct tq_import *import, tq_import_mode mode, int64_t now_ms,
        int64_t *number, struct tq_error *err)
{
    const struct tq_import_counts *counts = &import->counts;
    tq_status rc = TQ_OK;

    *number = 0;
    if (!tq_buf_is_ok(&import->problems) || !tq_buf_is_ok(&import->changes) ||
            !tq_buf_is_ok(&import->news))
        return tq_error_set(err, TQ_NOMEM, "import");
    if (mode == TQ_IMPORT_PREVIEW || (mode == TQ_IMPORT_ALL && counts->wrong > 0) ||
            counts->added + counts->changed == 0) {
        tq_records_rollback(import->records);
        if (mode == TQ_IMPORT_ALL && counts->wrong > 0)
            rc = tq_error_set(err, TQ_CSV, "%zu", counts->wrong);
        return rc;
    }
    rc = write_entry(import, now_ms, err);
    if (rc == TQ_OK)
        rc = tq_records_commit(import->records, err);
    else
        tq_records_rollback(import->records);
    if (rc == TQ_OK)
        *number = import->number;
    return rc;
}

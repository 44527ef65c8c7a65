/* import.h - Figures and records out of CSV files, all or nothing, previewed, and undoable.
 *
 * A file, or what else gives rows (a sheet of a workbook), is a header of column names (codes or
 * Vietnamese labels) and rows. Every row is written
 * through records.h inside one transaction, which is given up at the end when anything was wrong or
 * only a preview was wanted: so the preview is what would really happen. Rows are matched by their
 * key, or by their label, or (without one) by all their values: importing twice changes nothing.
 * Ownership: an import borrows the records; problems and changes live until tq_import_free.
 * Threads:   the thread that owns the database handle. */
#ifndef TQ_IMPORT_H
#define TQ_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/csv.h"
#include "tuquan/error.h"
#include "tuquan/intake.h"
#include "tuquan/records.h"

#define TQ_IMPORT_MAX_BYTES ((size_t)20 * 1024 * 1024)
#define TQ_IMPORT_MAX_PROBLEMS 1000u

typedef enum tq_import_fault {
    TQ_IMPORT_SHAPE, /* the file itself: see `csv` */
    TQ_IMPORT_COLUMN_UNKNOWN,
    TQ_IMPORT_COLUMN_TWICE,
    TQ_IMPORT_COLUMN_MISSING,
    TQ_IMPORT_COLUMN_NOT_YOURS,
    TQ_IMPORT_WIDTH,     /* more or fewer cells than the header */
    TQ_IMPORT_VALUE,     /* see `intake` and `reason` */
    TQ_IMPORT_RULE,      /* the row as a whole, or a reference: see `reason` */
    TQ_IMPORT_REFUSED,   /* by the file's own triggers: `value` has their words */
    TQ_IMPORT_DUPLICATE, /* the same as line `other_line` */
    TQ_IMPORT_SWAPPED,   /* column and `value` (a column too) seem to have changed places */
    TQ_IMPORT_VOIDED,    /* the row was voided: it is not entered again by itself */
    TQ_IMPORT_PERSONAL,  /* a warning: see `lint` */
    TQ_IMPORT_TABLE_NOT_YOURS,
    TQ_IMPORT_CELL,    /* see `mark` */
    TQ_IMPORT_MATCHED, /* a warning: a name spelled another way; `hint`: what it was taken for */
    TQ_IMPORT_FAR,     /* a warning: a day of what has happened, more than a year ahead */
} tq_import_fault;

struct tq_import_problem {
    tq_import_fault fault;
    const struct tq_table *table;
    int at; /* the column's index in it, -1: none, or not known */
    struct tq_slice file;
    uint32_t line;
    struct tq_slice column; /* as the file calls it; empty: the whole line */
    struct tq_slice value;
    const char *sentence[2]; /* of SHAPE, by tq_lang; static */
    tq_cell_mark mark;
    struct tq_slice hint; /* a name that may be meant; empty: none */
    tq_intake intake;
    tq_reason reason;
    int lint;
    uint32_t other_line;
};

/* A cell that an import changes in a row that was there. */
struct tq_import_change {
    struct tq_slice file;
    uint32_t line;
    struct tq_slice row; /* its name */
    const struct tq_column *column;
    struct tq_slice before;
    struct tq_slice after;
};

struct tq_import_counts {
    size_t rows;
    size_t added;
    size_t changed;
    size_t same;
    size_t wrong;
    size_t warnings;
};

typedef enum tq_import_mode {
    TQ_IMPORT_PREVIEW, /* write nothing */
    TQ_IMPORT_ALL,     /* write when nothing is wrong */
    TQ_IMPORT_PARTIAL, /* write the rows that are right */
} tq_import_mode;

struct tq_import; /* opaque */

/* Where rows come from. */
struct tq_import_source {
    void *ctx;
    /* The next row; *more false at the end. Fails: CSV, ENCODING (a problem of the file, told in the
     * words below), NOMEM. */
    tq_status (*next)(void *ctx, struct tq_csv_row *row, bool *more, struct tq_error *err);
    /* Why the last call failed, or (a file without a row) what is missing; static. */
    const char *(*sentence)(void *ctx, tq_lang lang);
    /* The line at fault then. */
    uint32_t (*line)(void *ctx);
    void (*progress)(void *ctx, uint64_t *done, uint64_t *total);
    bool titled; /* lines of a title may stand above the header */
};

/* Called now and then with bytes done and in all of the file at hand. */
typedef void (*tq_import_progress)(void *arg, uint64_t done, uint64_t total);

TQ_BEGIN_DECLS

/* Begin: opens the transaction. Fails: BUSY, NOMEM. */
TQ_MUST_CHECK tq_status tq_import_new(
        struct tq_import **out, struct tq_records *records, struct tq_error *err);

/* Gives up what was not finished; NULL is fine. */
void tq_import_free(struct tq_import *import);

/* Read one file into `table`. What is wrong with it becomes problems, not a failure. `name` is
 * copied. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_import_file(struct tq_import *import, const struct tq_table *table,
        const char *name, struct tq_slice text, tq_import_progress progress, void *arg,
        struct tq_error *err);

/* The same from any source. */
TQ_MUST_CHECK tq_status tq_import_rows(struct tq_import *import, const struct tq_table *table,
        const char *name, const struct tq_import_source *source, tq_import_progress progress,
        void *arg, struct tq_error *err);

/* What was found so far; borrowed until the next file, or the end of the import. */
const struct tq_import_counts *tq_import_counts(const struct tq_import *import);
const struct tq_import_problem *tq_import_problems(const struct tq_import *import, size_t *n);
const struct tq_import_change *tq_import_changes(const struct tq_import *import, size_t *n);

#define TQ_IMPORT_NEW_ROWS 200u
/* The cells of the first new rows, by line; `row` and `before` are empty. */
const struct tq_import_change *tq_import_new_cells(const struct tq_import *import, size_t *n);

/* Commit or give up, by the mode. *number (0: nothing was written) is what undo is told. Fails: CSV
 * when the mode is ALL and something was wrong. */
TQ_MUST_CHECK tq_status tq_import_finish(struct tq_import *import, tq_import_mode mode,
        int64_t now_ms, int64_t *number, struct tq_error *err);

/* Take an import back: new rows are voided, changed cells get their old values, unless somebody
 * has changed them since (*kept counts those). `number` 0: the latest that was not undone, its
 * number comes back. Fails: NOT_FOUND, EXISTS (undone already). */
TQ_MUST_CHECK tq_status tq_import_undo(struct tq_records *records, int64_t *number,
        struct tq_slice reason, int64_t now_ms, size_t *undone, size_t *kept, struct tq_error *err);

/* An import that was made. */
struct tq_import_entry {
    int64_t number;
    int64_t at_ms;
    int64_t undone_at; /* 0: it stands */
    int64_t added;     /* rows */
    int64_t changed;   /* cells */
    struct tq_slice author;
    struct tq_slice files; /* their names, parted by spaces */
};

/* The last imports, the newest first, at most `max`; in `arena`. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_import_history(struct tq_records *records, size_t max,
        struct tq_arena *arena, struct tq_import_entry **out, size_t *n, struct tq_error *err);

/* Whether a problem only wants a look: the row is taken when somebody says that it is right. */
bool tq_import_is_warning(tq_import_fault fault);

/* One sentence on a problem, without its place; appended to `out`. */
void tq_import_say(const struct tq_import_problem *problem, tq_lang lang, struct tq_buf *out);

/* A stable code for --json: "column_unknown", "value", ... */
const char *tq_import_fault_code(tq_import_fault fault);

TQ_END_DECLS
#endif

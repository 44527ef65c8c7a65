/* import_internal.h - Shared by the files of import.h. */
#ifndef TQ_STORE_IMPORT_INTERNAL_H
#define TQ_STORE_IMPORT_INTERNAL_H

#include "store/records_internal.h"
#include "tuquan/import.h"

/* Rows seen or known, by key, label or content: an open hash table. */
struct import_seen {
    struct tq_slice mark;
    struct tq_slice key; /* of a row in the file's table; empty: only in the CSV */
    uint32_t line;       /* 0: was in the table before */
};

struct import_index {
    struct import_seen *slots;
    size_t cap;
    size_t used;
};

/* The file that is being read. */
struct import_file {
    const struct tq_table *table;
    struct tq_slice name;
    size_t ncolumns;
    int columns[TQ_CSV_MAX_FIELDS]; /* column index of each field; -1: left out */
    struct tq_slice titles[TQ_CSV_MAX_FIELDS];
    struct import_index index;
    bool labels_known;
    bool swap_told;
    bool padded;                  /* a line may be shorter than the header */
    const struct tq_csv_row *row; /* the row in work */
};

struct tq_import {
    struct tq_records *records;
    struct tq_arena *arena;   /* until tq_import_free */
    struct tq_arena *scratch; /* one row */
    struct tq_buf problems;
    struct tq_buf changes;
    struct tq_buf news;  /* cells of the first new rows */
    struct tq_buf files; /* names, for the list of imports */
    struct tq_import_counts counts;
    struct tq_slice hint; /* for the next reference that is refused */
    int64_t number;       /* of tq_import */
    int64_t cells;
};

/* Record a problem; `column` is a field index or -1. */
struct tq_import_problem *import_problem(struct tq_import *import, const struct import_file *file,
        tq_import_fault fault, uint32_t line, int field, struct tq_slice value);

/* What stands under `mark`, or NULL. */
struct import_seen *import_index_find(struct import_index *index, struct tq_slice mark);

/* Add; the slices must live. False: no memory. */
bool import_index_add(struct import_index *index, const struct import_seen *seen);
void import_index_deinit(struct import_index *index);

/* A unit that was found by a name written another way ("Thon Anh Dung"): a warning with the name it
 * was taken for. One that was not found: the name that may be meant is kept for its problem. */
TQ_MUST_CHECK tq_status import_look_at_name(struct tq_import *import,
        const struct import_file *file, int field, struct tq_slice text,
        const struct tq_value *found, struct tq_error *err);

/* Write one row (values by column index in `draft`); problems are recorded. Fails: NOMEM, the
 * database's. */
TQ_MUST_CHECK tq_status import_row(struct tq_import *import, struct import_file *file,
        struct tq_draft *draft, struct tq_error *err);

#endif

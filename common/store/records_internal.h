/* records_internal.h - Shared by the files of records.h. */
#ifndef TQ_STORE_RECORDS_INTERNAL_H
#define TQ_STORE_RECORDS_INTERNAL_H

#include "store/sql.h"
#include "tuquan/records.h"

#define RECORDS_UNIT_BYTES 96u
#define RECORDS_AUTHOR_BYTES 61u

struct tq_records {
    struct tq_db *db;
    const struct tq_catalogue *catalogue;
    char author[RECORDS_AUTHOR_BYTES];
    char unit[RECORDS_UNIT_BYTES];
    char letter[16];
    bool district;            /* its file: everybody's rows, none of them pending */
    bool in_batch;            /* between begin and commit of the caller */
    struct tq_search *search; /* NULL: none */
};

/* Append "column = ? AND ..." over the key columns, starting at parameter `first`. */
void records_key_where(struct tq_buf *sql, const struct tq_table *table, int first);

/* Bind the parts of an encoded key from parameter `first`. False: not a key of this table. */
bool records_key_bind(
        sqlite3_stmt *stmt, int first, const struct tq_table *table, struct tq_slice key);

/* Append "c1, c2, ..." of all columns, each behind `prefix`. */
void records_columns(struct tq_buf *sql, const struct tq_table *table, const char *prefix);

/* Prepare what stands in `sql` (a NUL is appended). Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status records_prepare(
        struct tq_records *records, struct tq_buf *sql, sqlite3_stmt **stmt, struct tq_error *err);

/* Copy the columns of the row that `stmt` stands on, from result column `first`, into `arena`. */
TQ_MUST_CHECK tq_status records_copy_row(sqlite3_stmt *stmt, int first,
        const struct tq_table *table, struct tq_arena *arena, struct tq_record *out,
        struct tq_error *err);

/* Do the folded words stand in the folded text? */
bool records_holds(struct tq_slice text, struct tq_slice wanted);

/* A page of a search by records->search; *done false: it cannot serve, walk. */
TQ_MUST_CHECK tq_status records_page_by_search(struct tq_records *records,
        const struct tq_query *query, struct tq_slice wanted, struct tq_arena *arena,
        struct tq_buf *list, size_t *total, bool *done, struct tq_error *err);

/* How many rows there are, without reading them; *done false: count. */
TQ_MUST_CHECK tq_status records_count_by_search(struct tq_records *records,
        const struct tq_query *query, struct tq_arena *arena, size_t *total, bool *done,
        struct tq_error *err);

/* How far the row is: the highest state of its unsettled cells, into out->pending. */
TQ_MUST_CHECK tq_status records_pending(struct tq_records *records, const struct tq_table *table,
        struct tq_record *record, struct tq_error *err);

/* Is there a row of table `ref` with that encoded key? */
TQ_MUST_CHECK tq_status records_ref_exists(struct tq_records *records, const char *ref,
        const struct tq_value *value, bool *exists, struct tq_error *err);

/* Is a unit of this name called so: with all marks, with or without the word for its kind? */
bool records_name_same(struct tq_slice name, struct tq_slice text);

/* A unit by its name: of the own villages, then of all. *found false: none, or several alike. */
TQ_MUST_CHECK tq_status records_unit_by_name(struct tq_records *records, struct tq_slice text,
        struct tq_arena *arena, struct tq_value *out, bool *found, struct tq_error *err);

/* A copy in the arena, with a NUL behind it. NULL data on no memory. */
struct tq_slice records_keep(struct tq_arena *arena, struct tq_slice bytes);

/* Does what is given name this commune and rows that are there? (The columns' own rules were judged as
 * the cells were read.) Fails as tq_record_check does. */
TQ_MUST_CHECK tq_status records_check_given(struct tq_records *records,
        const struct tq_draft *draft, struct tq_problem *problem, struct tq_error *err);

#endif

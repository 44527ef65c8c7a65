/* workload.h - Rows of one commune, made from a seed: 60 % inserts, 40 % updates of one or two
 * columns, Vietnamese text, five tables. All of it is "dữ liệu mẫu".
 *
 * A row write exists three times over: for SQL (struct work_op), and as the changes that capture
 * would make of it, for what is measured without an office's file.
 * Ownership: everything lives in the workload's arena. */
#ifndef TQ_BENCH_WORKLOAD_H
#define TQ_BENCH_WORKLOAD_H

#include <sqlite3.h>

#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/change.h"

#define WORK_TABLES 5u
#define WORK_EDITS 3u /* sets of columns that are edited together, per table */
#define WORK_VILLAGES 12u
#define WORK_MONTHS 60u
#define WORK_INDICATORS 200u
#define WORK_UNIT_BYTES 20u

struct work_row {
    uint32_t kind; /* index of its table here */
    struct tq_slice key;
    struct tq_value *values; /* as they are now, in catalogue order */
};

struct work_op {
    uint32_t row;
    uint32_t kind;
    int edit; /* -1: insert */
    uint32_t ncolumns;
    uint32_t columns[2]; /* indexes */
    struct tq_value after[2];
    struct tq_value *values; /* of an insert */
    struct tq_value key[TQ_MAX_KEY_COLUMNS];
    size_t first_change; /* among the workload's changes */
    size_t nchanges;
};

struct workload {
    struct tq_arena *arena;
    uint64_t random;
    uint32_t unit_number;
    char unit[WORK_UNIT_BYTES];
    int64_t at_ms;
    const struct tq_table *tables[WORK_TABLES];
    uint64_t keys;    /* surrogate keys given */
    uint64_t returns; /* natural keys given */
    struct work_row *rows;
    size_t nrows;
    size_t max_rows;
    struct work_op *ops;
    size_t nops;
    size_t max_ops;
    struct tq_change *changes;
    size_t nchanges;
};

/* Room for `max_ops` row writes in all. */
void work_init(struct workload *w, uint32_t unit_number, uint64_t seed, size_t max_ops);
void work_deinit(struct workload *w);

/* Add `count` writes: all inserts, or the mix over rows that stand already (and no row twice in a
 * hundred or so, as clerks do). */
void work_inserts(struct workload *w, size_t count);
void work_mix(struct workload *w, size_t count);

void work_unit_name(uint32_t number, char out[WORK_UNIT_BYTES]);
void work_village_name(uint32_t number, uint32_t village, char *out, size_t size);
void work_period_name(uint32_t month, char *out, size_t size);

/* Prepared statements over a connection, and the writes [from, to) through them. */
struct work_writer {
    sqlite3 *db;
    bool counts; /* commits as our own program does */
    sqlite3_stmt *insert[WORK_TABLES];
    sqlite3_stmt *edit[WORK_TABLES][WORK_EDITS];
};

void work_writer_init(struct work_writer *writer, const struct workload *w, sqlite3 *db);
void work_writer_deinit(struct work_writer *writer);

/* In one transaction, begun and committed here. */
void work_write(struct work_writer *writer, const struct workload *w, size_t from, size_t to);

/* Open a file as our programs do (WAL, FULL, and the other settings of the store). */
sqlite3 *work_open(const char *path);
void work_exec(sqlite3 *db, const char *sql);

/* Make an office's file one with the same rows and none of our triggers: the floor. */
void work_drop_triggers(const char *path);

#endif

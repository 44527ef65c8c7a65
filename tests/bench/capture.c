/* capture.c - What an office does by itself: write, seal, open its file. */
#include "ends.h"

#include <stdio.h>
#include <string.h>

/* Seconds for the writes [from, to) on a fresh copy of `file`. */
static double timed_writes(
        const struct workload *w, const char *file, const char *copy, size_t from, size_t to)
{
    struct work_writer writer;
    double start;
    sqlite3 *db;

    bench_copy(file, copy);
    db = work_open(copy);
    work_writer_init(&writer, w, db);
    start = bench_now();
    work_write(&writer, w, from, to);
    start = bench_now() - start;
    work_writer_deinit(&writer);
    sqlite3_close(db);
    return start;
}

static void writes(
        struct bench *b, const struct workload *w, const char *office, size_t from, double *floor)
{
    double plain[BENCH_MAX_RUNS];
    double ours[BENCH_MAX_RUNS];
    double insert[BENCH_MAX_RUNS];
    char bare[BENCH_PATH_BYTES];
    char copy[BENCH_PATH_BYTES];
    struct bench_line *line;
    double rows = (double)b->rows;
    size_t half = b->rows / 2;
    size_t end = from + b->rows;

    bench_path(b, "bare.db", bare);
    bench_path(b, "copy.db", copy);
    bench_copy(office, bare);
    work_drop_triggers(bare);
    for (size_t i = 0; i < b->runs; i++) {
        plain[i] = timed_writes(w, bare, copy, from, end);
        ours[i] = timed_writes(w, office, copy, from, end);
    }
    *floor = bench_median(plain, b->runs);
    line = bench_add(b, "capture, one transaction", "us/row", BENCH_TIMES, 1e6 * *floor / rows,
            1e6 * bench_median(ours, b->runs) / rows);
    line->must = 2.2;
    line->reach = 1.7;
    snprintf(line->note, sizeof(line->note), "60 %% inserts, 40 %% updates, triggers");
    for (size_t i = 0; i < b->runs; i++) { /* the inserts alone, and by themselves */
        plain[i] = timed_writes(w, bare, copy, end, end + half);
        insert[i] = timed_writes(w, office, copy, end, end + half);
    }
    rows = (double)half;
    bench_add(b, "capture, inserts only", "us/row", BENCH_TIMES,
            1e6 * bench_median(plain, b->runs) / rows, 1e6 * bench_median(insert, b->runs) / rows);
}

static void sealing(
        struct bench *b, const struct workload *w, const char *office, size_t from, double floor)
{
    double taken[BENCH_MAX_RUNS];
    char copy[BENCH_PATH_BYTES];
    struct tq_seal_result result;
    struct bench_office o;
    struct bench_line *line;
    struct tq_error err;

    memset(&o, 0, sizeof(o));
    bench_must(tq_keys_generate(&o.net.keys, &err), "keys", &err);
    bench_path(b, "copy.db", copy);
    for (size_t i = 0; i < b->runs; i++) {
        bench_copy(office, copy);
        office_open(&o, copy);
        office_writer(&o, w);
        work_write(&o.writer, w, from, from + b->rows);
        taken[i] = bench_now();
        bench_must(tq_office_seal(&o.net.office, w->at_ms, &result, &err), "seal", &err);
        taken[i] = bench_now() - taken[i];
        office_close(&o);
    }
    line = bench_add(b, "seal and encode", "us/row", BENCH_TIMES, 1e6 * floor / (double)b->rows,
            1e6 * bench_median(taken, b->runs) / (double)b->rows);
    snprintf(line->note, sizeof(line->note), "%zu changes in %zu sets; floor: plain writes",
            result.changes, result.sets);
}

static double timed_open(const char *path, bool plain)
{
    struct tq_db_config config;
    struct tq_db *db = NULL;
    struct tq_error err;
    double start = bench_now();

    if (plain) {
        sqlite3 *bare = work_open(path);

        work_exec(bare, "SELECT count(*) FROM unit");
        sqlite3_close(bare);
        return bench_now() - start;
    }
    memset(&config, 0, sizeof(config));
    config.path = path;
    config.role = TQ_ROLE_OFFICE;
    bench_must(tq_db_open(&db, &config, NULL, &err), path, &err);
    tq_db_close(db);
    return bench_now() - start;
}

static void opening(struct bench *b, const char *office)
{
    double plain[BENCH_MAX_RUNS];
    double shell[BENCH_MAX_RUNS];
    double ours[BENCH_MAX_RUNS];
    char bare[BENCH_PATH_BYTES];
    struct bench_line *line;

    bench_path(b, "bare.db", bare);
    for (size_t i = 0; i < b->nights; i++) {
        plain[i] = timed_open(bare, true);
        shell[i] = timed_open(office, true);
        ours[i] = timed_open(office, false);
    }
    line = bench_add(b, "open an office's file and close it", "ms", BENCH_TIMES,
            1e3 * bench_median(plain, b->nights), 1e3 * bench_median(ours, b->nights));
    snprintf(line->note, sizeof(line->note), "floor: no triggers; another tool, triggers: %.2f ms",
            1e3 * bench_median(shell, b->nights));
}

static void digest(struct bench *b, struct bench_office *o, const struct workload *w)
{
    double plain[BENCH_MAX_RUNS];
    double ours[BENCH_MAX_RUNS];
    size_t rows = 0;
    struct bench_line *line;
    struct tq_error err;

    for (size_t i = 0; i < b->runs; i++) {
        double start = bench_now();

        rows = 0;
        for (size_t t = 0; t < WORK_TABLES; t++) {
            sqlite3_stmt *stmt = NULL;
            char sql[80];

            snprintf(sql, sizeof(sql), "SELECT * FROM %s", w->tables[t]->name);
            if (sqlite3_prepare_v2(o->raw, sql, -1, &stmt, NULL) != SQLITE_OK)
                bench_fail(sql, sqlite3_errmsg(o->raw));
            while (sqlite3_step(stmt) == SQLITE_ROW) {
                rows++;
                for (int c = sqlite3_column_count(stmt) - 1; c >= 0; c--)
                    if (sqlite3_column_type(stmt, c) != SQLITE_NULL)
                        (void)sqlite3_column_bytes(stmt, c);
            }
            sqlite3_finalize(stmt);
        }
        plain[i] = bench_now() - start;
        start = bench_now();
        bench_must(tq_db_begin_read(o->db, &err), "digest", &err);
        for (size_t t = 0; t < WORK_TABLES; t++) {
            struct tq_range range;

            memset(&range, 0, sizeof(range));
            range.table = w->tables[t]->id;
            range.owner = tq_slice_str(w->unit);
            bench_must(tq_office_digest(&o->net.office, 1, &range, &err), "digest", &err);
        }
        tq_db_rollback(o->db);
        ours[i] = bench_now() - start;
    }
    line = bench_add(b, "digest, every row of an office", "us/row", BENCH_TIMES,
            1e6 * bench_median(plain, b->runs) / (double)rows,
            1e6 * bench_median(ours, b->runs) / (double)rows);
    snprintf(line->note, sizeof(line->note), "%zu rows; floor: reading them", rows);
}

void bench_capture(struct bench *b)
{
    struct bench_district d;
    struct bench_office o;
    struct workload w;
    double floor;

    bench_say(b, "capture: one office joins and writes what is stored");
    district_make(&d, b, "capture-district.db");
    work_init(&w, 0, b->seed, b->stored + 2 * b->rows);
    office_make(&o, b, &d, "capture-office.db", 101, w.unit);
    ends_sync(&d, &o);
    work_inserts(&w, b->stored);
    office_writer(&o, &w);
    work_write(&o.writer, &w, 0, b->stored);
    ends_sync(&d, &o);
    ends_sync(&d, &o);
    work_mix(&w, b->rows);
    work_inserts(&w, b->rows / 2);
    digest(b, &o, &w);
    office_close(&o);
    bench_say(b, "capture: writes, sealing, opening");
    writes(b, &w, o.path, b->stored, &floor);
    sealing(b, &w, o.path, b->stored, floor);
    opening(b, o.path);
    district_close(&d);
    work_deinit(&w);
}

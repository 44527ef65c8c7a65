/* merge.c - What the district does with sets, what they weigh, and how rows come down again. */
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1

#include "ends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define PER_SET 20000u
#define SETS_MAX 64u
#define ROUNDS_MAX 16u

struct merge_world {
    struct bench *b;
    struct bench_district d;
    struct bench_sender senders[BENCH_OFFICES];
    struct workload works[BENCH_OFFICES];
    struct bench_office loaded[BENCH_MAX_RUNS]; /* files that hold what is stored */
    size_t rounds;
    uint64_t head; /* of the district when all was stored */
    int64_t t_head;
    double floor_rows;             /* rows a second of plain writes, the large batch */
    char rest[BENCH_PATH_BYTES];   /* the district's file as it was then */
    char office[BENCH_PATH_BYTES]; /* an office's, without triggers */
    char copy[BENCH_PATH_BYTES];
};

static size_t sealed(
        struct merge_world *m, size_t unit, size_t from, size_t to, struct tq_set *sets)
{
    struct workload *w = &m->works[unit];
    size_t first = w->ops[from].first_change;
    size_t last = w->ops[to - 1].first_change + w->ops[to - 1].nchanges;

    return sender_seal(&m->senders[unit], w->changes + first, last - first, PER_SET, m->head,
            m->t_head, sets, SETS_MAX);
}

/* All rows that stand before the nights come. */
static void store_all(struct merge_world *m)
{
    struct bench *b = m->b;
    struct tq_set sets[SETS_MAX];

    district_make(&m->d, b, "district.db");
    m->rounds = b->nights < ROUNDS_MAX ? b->nights : ROUNDS_MAX;
    for (size_t u = 0; u < BENCH_OFFICES; u++) {
        size_t stored = u == 0 ? b->stored : b->stored / (BENCH_OFFICES - 1) + 1;
        size_t later = m->rounds * b->night_rows + b->night_rows + (u == 0 ? b->rows : 0);

        work_init(&m->works[u], (uint32_t)u, b->seed, stored + later);
        sender_init(&m->senders[u], &m->d, 101 + (uint32_t)u, m->works[u].unit);
        work_inserts(&m->works[u], stored);
        m->head = district_head(&m->d, &m->t_head);
        district_merge(&m->d, sets, sealed(m, u, 0, stored, sets));
    }
    m->head = district_head(&m->d, &m->t_head);
}

static void check_accepted(struct merge_world *m, const char *what)
{
    static const char *const ODD[] = { "conflict", "held_row", "correction_request" };
    sqlite3 *db = work_open(m->d.path);

    for (size_t i = 0; i < sizeof(ODD) / sizeof(ODD[0]); i++) {
        sqlite3_stmt *stmt = NULL;
        char sql[80];

        snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", ODD[i]);
        if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
                sqlite3_step(stmt) != SQLITE_ROW || sqlite3_column_int(stmt, 0) != 0)
            bench_fail(what, ODD[i]);
        sqlite3_finalize(stmt);
    }
    sqlite3_close(db);
}

/* Plain writes of the same rows into the same tables; a checkpoint is not part of a commit at the
 * district, so not here either. */
static double plain_writes(struct merge_world *m, size_t from, size_t to)
{
    struct work_writer writer;
    double start;
    sqlite3 *db;

    bench_copy(m->rest, m->copy);
    db = work_open(m->copy);
    work_exec(db, "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536");
    work_writer_init(&writer, &m->works[0], db);
    start = bench_now();
    work_write(&writer, &m->works[0], from, to);
    start = bench_now() - start;
    work_writer_deinit(&writer);
    sqlite3_close(db);
    return start;
}

static void large_batch(struct merge_world *m, const struct tq_set *sets, size_t count)
{
    struct bench *b = m->b;
    double plain[BENCH_MAX_RUNS];
    double ours[BENCH_MAX_RUNS];
    struct bench_line *line;

    for (size_t i = 0; i < b->runs; i++) {
        plain[i] = plain_writes(m, b->stored, b->stored + b->rows);
        bench_copy(m->rest, m->copy);
        district_open(&m->d, m->copy);
        ours[i] = bench_now();
        district_merge(&m->d, sets, count);
        ours[i] = bench_now() - ours[i];
        if (i == 0)
            check_accepted(m, "merge");
        district_close(&m->d);
    }
    m->floor_rows = (double)b->rows / bench_median(plain, b->runs);
    line = bench_add(b, "merge, one large batch", "rows/s", BENCH_SHARE, m->floor_rows,
            (double)b->rows / bench_median(ours, b->runs));
    line->must = 0.5;
    line->reach = 0.65;
    snprintf(line->note, sizeof(line->note), "%zu sets, one transaction, one thread", count);
}

/* Nights of all offices: in one transaction each, or one by one. */
static void small_sets(struct merge_world *m, struct tq_set (*sets)[BENCH_OFFICES], bool together)
{
    struct bench *b = m->b;
    struct bench_line *line;
    double taken = 0;
    double rows = (double)(m->rounds * BENCH_OFFICES * b->night_rows);

    bench_copy(m->rest, m->copy);
    district_open(&m->d, m->copy);
    for (size_t r = 0; r < m->rounds; r++) {
        double start = bench_now();

        if (together)
            district_merge(&m->d, sets[r], BENCH_OFFICES);
        for (size_t u = 0; !together && u < BENCH_OFFICES; u++)
            district_merge(&m->d, &sets[r][u], 1);
        taken += bench_now() - start;
    }
    check_accepted(m, "nights");
    district_close(&m->d);
    line = bench_add(b,
            together ? "merge, nights, 17 in a transaction" : "merge, nights, one by one", "rows/s",
            BENCH_SHARE, m->floor_rows, rows / taken);
    if (together) {
        line->must = 0.376;
        line->reach = 0.564;
    }
    snprintf(line->note, sizeof(line->note), "mean of %zu rounds; floor: the large batch, plain",
            m->rounds);
}

static size_t push_bytes(const struct tq_set *sets, size_t count)
{
    struct tq_message message;
    struct tq_error err;
    struct tq_buf buf;
    size_t bytes;

    tq_buf_init(&buf, 0);
    for (size_t i = 0; i < count; i++) {
        memset(&message, 0, sizeof(message));
        message.kind = TQ_MSG_PUSH;
        message.session = UINT64_C(0x1234567890abcdef);
        message.u.push = sets[i];
        bench_must(tq_message_encode(&message, &buf, &err), "push", &err);
    }
    bytes = buf.len;
    tq_buf_deinit(&buf);
    return bytes;
}

/* SQLite's own patchset of the same writes, at zstd's level 19: rows only, no one's name, no
 * signature, no old values. */
static size_t patchset_bytes(struct merge_world *m, size_t from, size_t to)
{
    sqlite3_session *session = NULL;
    struct work_writer writer;
    void *patch = NULL;
    void *packed;
    int bytes = 0;
    size_t size;
    sqlite3 *db;

    bench_copy(m->office, m->copy);
    db = work_open(m->copy);
    if (sqlite3session_create(db, "main", &session) != SQLITE_OK)
        bench_fail("patchset", sqlite3_errmsg(db));
    for (size_t t = 0; t < WORK_TABLES; t++)
        if (sqlite3session_attach(session, m->works[0].tables[t]->name) != SQLITE_OK)
            bench_fail("patchset", sqlite3_errmsg(db));
    work_writer_init(&writer, &m->works[0], db);
    work_write(&writer, &m->works[0], from, to);
    if (sqlite3session_patchset(session, &bytes, &patch) != SQLITE_OK)
        bench_fail("patchset", sqlite3_errmsg(db));
    sqlite3session_delete(session);
    work_writer_deinit(&writer);
    sqlite3_close(db);
    packed = malloc(ZSTD_compressBound((size_t)bytes));
    if (packed == NULL)
        bench_fail("patchset", "no memory");
    size = ZSTD_compress(packed, ZSTD_compressBound((size_t)bytes), patch, (size_t)bytes, 19);
    free(packed);
    sqlite3_free(patch);
    return size;
}

static void weigh(struct merge_world *m, const char *name, const struct tq_set *sets, size_t count,
        size_t from, size_t to, double must, double reach)
{
    double rows = (double)(to - from);
    size_t bytes = push_bytes(sets, count);
    struct bench_line *line = bench_add(m->b, name, "B/row", BENCH_TIMES,
            (double)patchset_bytes(m, from, to) / rows, (double)bytes / rows);

    line->must = must;
    line->reach = reach;
    snprintf(line->note, sizeof(line->note), "%zu bytes in all; floor: patchset + zstd-19", bytes);
}

/* Second machines of the first commune take everything. */
static void first_loads(struct merge_world *m)
{
    struct bench *b = m->b;
    const struct workload *w = &m->works[0];
    double plain[BENCH_MAX_RUNS];
    double ours[BENCH_MAX_RUNS];
    char bare[BENCH_PATH_BYTES];
    struct bench_line *line;

    bench_path(b, "empty.db", bare);
    for (size_t i = 0; i < b->runs; i++) {
        struct work_writer writer;
        char name[32];
        sqlite3 *db;

        snprintf(name, sizeof(name), "loaded-%zu.db", i);
        office_make(&m->loaded[i], b, &m->d, name, 301 + (uint32_t)i, w->unit);
        if (i == 0) {
            office_close(&m->loaded[i]);
            bench_copy(m->loaded[i].path, bare);
            work_drop_triggers(bare);
            office_open(&m->loaded[i], m->loaded[i].path);
        }
        bench_copy(bare, m->copy);
        db = work_open(m->copy);
        work_writer_init(&writer, w, db);
        plain[i] = bench_now();
        work_write(&writer, w, 0, b->stored);
        plain[i] = bench_now() - plain[i];
        work_writer_deinit(&writer);
        sqlite3_close(db);
        ours[i] = bench_now();
        ends_sync(&m->d, &m->loaded[i]);
        ours[i] = bench_now() - ours[i];
        office_close(&m->loaded[i]);
    }
    bench_copy(m->loaded[0].path, m->office);
    work_drop_triggers(m->office);
    line = bench_add(b, "first load of an office", "us/row", BENCH_TIMES,
            1e6 * bench_median(plain, b->runs) / (double)b->stored,
            1e6 * bench_median(ours, b->runs) / (double)b->stored);
    line->must = 7.7;
    line->reach = 3.8;
    snprintf(line->note, sizeof(line->note), "%zu rows, both ends on one thread; floor: inserts",
            b->stored);
}

/* They take the large batch, which another device sent. */
static void pulls(struct merge_world *m, const struct tq_set *sets, size_t count)
{
    struct bench *b = m->b;
    double ours[BENCH_MAX_RUNS];
    double bytes = 0;
    struct tq_office_result result;
    struct bench_line *line;

    bench_copy(m->rest, m->copy);
    district_open(&m->d, m->copy);
    district_merge(&m->d, sets, count);
    for (size_t i = 0; i < b->runs; i++) {
        office_open(&m->loaded[i], m->loaded[i].path);
        ours[i] = bench_now();
        result = ends_sync(&m->d, &m->loaded[i]);
        ours[i] = bench_now() - ours[i];
        bytes = (double)result.bytes_received;
        if (i + 1 < b->runs)
            office_close(&m->loaded[i]);
    }
    line = bench_add(b, "pull and lay the large batch", "us/row", BENCH_TIMES, 1e6 / m->floor_rows,
            1e6 * bench_median(ours, b->runs) / (double)b->rows);
    snprintf(line->note, sizeof(line->note), "%.1f B a row down; floor: the large batch, plain",
            bytes / (double)b->rows);
    result = ends_sync(&m->d, &m->loaded[b->runs - 1]);
    line = bench_add(b, "a night with nothing to say", "B", BENCH_PLAIN, 0,
            (double)(result.bytes_sent + result.bytes_received));
    line->must = 600;
    line->reach = 300;
    snprintf(line->note, sizeof(line->note), "message parts, both ways; %u round trip(s)",
            result.round_trips);
    office_close(&m->loaded[b->runs - 1]);
    district_close(&m->d);
}

void bench_merge(struct bench *b)
{
    struct merge_world *m = calloc(1, sizeof(*m));
    struct tq_set(*nights)[BENCH_OFFICES] = calloc(ROUNDS_MAX, sizeof(*nights));
    struct tq_set large[SETS_MAX];
    size_t from = b->stored;
    size_t count;

    if (m == NULL || nights == NULL)
        bench_fail("merge", "no memory");
    m->b = b;
    bench_path(b, "at-rest.db", m->rest);
    bench_path(b, "office.db", m->office);
    bench_path(b, "copy.db", m->copy);
    bench_say(b, "merge: the district stores the rows of 17 communes");
    store_all(m);
    bench_say(b, "merge: first loads");
    first_loads(m);
    m->head = district_head(&m->d, &m->t_head);
    district_close(&m->d);
    bench_copy(m->d.path, m->rest);

    bench_say(b, "merge: the large batch");
    work_mix(&m->works[0], b->rows);
    count = sealed(m, 0, from, from + b->rows, large);
    large_batch(m, large, count);
    pulls(m, large, count);
    weigh(m, "wire, the large batch", large, count, from, from + b->rows, 0.83, 0.58);

    bench_say(b, "merge: nights");
    for (size_t u = 0; u < BENCH_OFFICES; u++) {
        if (u == 0) { /* the nights of this one follow its rows, not its batch */
            m->senders[0].seq -= count;
            memcpy(m->senders[0].hash, large[0].prev, TQ_HASH_BYTES);
            work_deinit(&m->works[0]);
            work_init(&m->works[0], 0, b->seed, b->stored + (m->rounds + 1) * b->night_rows);
            work_inserts(&m->works[0], b->stored);
        }
        for (size_t r = 0; r < m->rounds; r++) {
            size_t at = m->works[u].nops;

            work_mix(&m->works[u], b->night_rows);
            if (sealed(m, u, at, at + b->night_rows, &nights[r][u]) != 1)
                bench_fail("night", "more than one set");
        }
    }
    small_sets(m, nights, true);
    small_sets(m, nights, false);
    weigh(m, "wire, a night", &nights[0][0], 1, b->stored, b->stored + b->night_rows, 0.73, 0.5);
    for (size_t u = 0; u < BENCH_OFFICES; u++) {
        sender_deinit(&m->senders[u]);
        work_deinit(&m->works[u]);
    }
    free(nights);
    free(m);
}

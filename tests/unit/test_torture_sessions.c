/* A night of one office and its district in one process while the heap fails: whichever side is struck,
 * it is told, both files are as after a transaction of a sound night, and the next ends well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ends.h"
#include "store/district_internal.h"
#include "store/sql.h"
#include "test_mem.h"
#include "torture.h"

#define COMMITS 64 /* more than such a night has */
#define STRIDE 307

/* A file at rest, each time as a hash. */
struct states {
    uint8_t hash[COMMITS][TQ_HASH_BYTES];
    size_t n;
};

struct fixture {
    struct ends *ends;
    struct image office;
    struct image district;
    int64_t now_ms;
    uint64_t sessions;
    struct states at_office;
    struct states at_district;
    uint8_t good[TQ_HASH_BYTES]; /* what matters of the end of a sound night */
};

/* ---- the night ---- */

static void wrong_village(struct office_world *w)
{
    world_sql(w, "INSERT INTO incident(unit,area,category,occurred_on) VALUES('" WORLD_UNIT
                 "',1,'theft','2020-12-10');"
                 "UPDATE incident SET village='" WORLD_VILLAGE "';"
                 "UPDATE tq_flag SET applying=1;"
                 "UPDATE incident SET village='08779-09@2019-01-01';"
                 "UPDATE tq_log SET new=replace(new,'" WORLD_VILLAGE "','08779-09@2019-01-01');"
                 "UPDATE tq_flag SET applying=0");
}

/* The other office's row and its edit of one of ours are news; ours are rows, an edit of that very
 * cell, a void, a row that is held and what depends on it. */
static void write_day(struct ends *e)
{
    struct office_world *w = &e->ends[0].w;

    world_sql(w,
            "INSERT INTO item(code,title,amount) VALUES('2020-01-01','a',5),('2020-01-02','b',6)");
    ends_sync(e, 0);
    ends_sync(e, 1);
    world_sql(&e->ends[1].w, "UPDATE item SET amount=7 WHERE code='2020-01-01'");
    world_sql(&e->ends[1].w, "INSERT INTO item(code,title,amount) VALUES('2020-01-03','c',8)");
    ends_sync(e, 1);
    world_sql(w, "UPDATE item SET amount=9 WHERE code='2020-01-01'");
    world_sql(w,
            "UPDATE item SET voided_at=1600000000000,void_reason='nhầm' WHERE code='2020-01-02'");
    world_sql(w, "INSERT INTO item(code,title,amount) VALUES('2020-01-04','d',1)");
    wrong_village(w);
    world_sql(w, "UPDATE incident SET injured=1");
}

static void rewind_both(struct fixture *f)
{
    struct ends *e = f->ends;

    while (e->head != e->tail)
        tq_buf_deinit(&e->line[e->head++ % ENDS_QUEUE].bytes);
    ends_load(e, 0, &f->office);
    ends_load_district(e, &f->district);
    e->now_ms = f->now_ms;
    e->sessions = f->sessions;
    memset(&e->told, 0, sizeof(e->told));
}

static void hash_rows(sqlite3 *db, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;
    struct tq_buf buf;

    tq_buf_init(&buf, 0);
    torture_rows(db, &buf);
    assert_true(tq_buf_is_ok(&buf));
    tq_hash_init(&hasher, "files", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, tq_buf_slice(&buf));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
    tq_buf_deinit(&buf);
}

/* Rows of the commune and what still waits, without times and places in the ledger; the district has
 * the same rows, or the night would not have ended as equal. */
static void end_of_night(struct fixture *f, uint8_t out[TQ_HASH_BYTES])
{
    static const char *const ASKED[] = {
        "SELECT group_concat(code||title||amount||(voided_at IS NOT NULL)) FROM"
        " (SELECT * FROM item ORDER BY code)",
        "SELECT village||injured FROM incident",
        "SELECT group_concat(tbl||'/'||cell||'/'||state) FROM"
        " (SELECT * FROM tq_pending ORDER BY tbl,key,cell)",
        "SELECT count(*) FROM tq_log",
        "SELECT count(*) FROM tq_set WHERE acked=0",
        "SELECT count(*) FROM tq_fault",
        "SELECT count(*) FROM conflict WHERE state='open'",
    };
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "end", TQ_HASH_BYTES);
    for (size_t i = 0; i < sizeof(ASKED) / sizeof(ASKED[0]); i++)
        tq_hash_add_slice(&hasher, tq_slice_str(world_get(&f->ends->ends[0].w, ASKED[i])));
    tq_hash_add_u64(&hasher, mill_count(&f->ends->mill, "held_row", "state", "open"));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
    mill_check_digests(&f->ends->mill);
    tq_arena_reset(f->ends->mill.arena);
}

static int note_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct states *states = ctx;

    (void)name;
    (void)pages;
    assert_true(states->n < COMMITS);
    hash_rows(db, states->hash[states->n++]);
    return SQLITE_OK;
}

/* What each file holds before a sound night, and after each transaction of it. */
static void learn_states(struct fixture *f)
{
    sqlite3 *dbs[] = { f->ends->ends[0].w.db, f->ends->mill.store->db };
    struct states *all[] = { &f->at_office, &f->at_district };

    rewind_both(f);
    for (size_t i = 0; i < 2; i++) {
        hash_rows(dbs[i], all[i]->hash[all[i]->n++]);
        sqlite3_wal_hook(dbs[i], note_commit, all[i]);
    }
    ends_sync(f->ends, 0);
    for (size_t i = 0; i < 2; i++)
        sqlite3_wal_autocheckpoint(dbs[i], 1000);
    assert_true(f->at_office.n > 3 && f->at_district.n > 1);
}

static int set_up(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    assert_int_equal(ends_open((void **)&f.ends), 0);
    write_day(f.ends);
    ends_save(f.ends, 0, &f.office);
    ends_save_district(f.ends, &f.district);
    f.now_ms = f.ends->now_ms;
    f.sessions = f.ends->sessions;
    learn_states(&f);
    world_expect(&f.ends->ends[0].w, "SELECT count(*) FROM conflict", "1");
    world_expect(&f.ends->ends[0].w, "SELECT count(*) FROM item", "4");
    assert_true(mill_count(&f.ends->mill, "held_row", "state", "open") > 0);
    ends_sync(f.ends, 0); /* a broken night is followed by another */
    end_of_night(&f, f.good);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    ends_forget(&f->office);
    ends_forget(&f->district);
    return ends_close((void **)&f->ends);
}

/* ---- the failures ---- */

static bool is_whole(sqlite3 *db, const struct states *states)
{
    uint8_t now[TQ_HASH_BYTES];

    hash_rows(db, now);
    for (size_t i = 0; i < states->n; i++)
        if (memcmp(states->hash[i], now, sizeof(now)) == 0)
            return true;
    return false;
}

/* It ended well, or somebody said why not. */
static void is_told(struct fixture *f, long n)
{
    const struct tq_office_session *session = f->ends->ends[0].session;
    const struct tq_office_result *result =
            session != NULL ? tq_office_session_result(session) : NULL;

    if (result != NULL && result->progress.phase == TQ_OFFICE_DONE)
        return;
    if (f->ends->told.status == TQ_NOMEM)
        return;
    if (result == NULL || result->error.status != TQ_NOMEM)
        fail_msg("allocation %ld: not told: %s %s", n,
                result != NULL ? tq_office_phase_name(result->progress.phase) : "no session",
                result != NULL ? result->error.msg : "");
}

static bool strike(struct fixture *f, long n, bool forever)
{
    struct ends *e = f->ends;
    uint8_t end[TQ_HASH_BYTES];
    bool struck;

    rewind_both(f);
    e->heap_fails = true;
    test_mem_fail_after(n, forever);
    ends_start(e, 0);
    ends_run(e);
    test_mem_fail_after(-1, false);
    e->heap_fails = false;
    struck = test_mem_struck();
    is_told(f, n);
    if (!is_whole(e->ends[0].w.db, &f->at_office))
        fail_msg("allocation %ld: the office's file is half written", n);
    if (!is_whole(e->mill.store->db, &f->at_district))
        fail_msg("allocation %ld: the district's file is half written", n);
    ends_sync(e, 0);
    ends_sync(e, 0);
    end_of_night(f, end);
    if (memcmp(end, f->good, sizeof(end)) != 0)
        fail_msg("allocation %ld: the next night ends otherwise", n);
    return struck;
}

/* One allocation in each stretch, alone and with all that come after it; another run takes others. */
static void night__is_told_and_taken_up_wherever_the_heap_fails(void **state)
{
    struct fixture *f = *state;
    unsigned seed = (unsigned)time(NULL);
    long n = 0;

    for (int forever = 0; forever < 2; forever++)
        for (n = seed % STRIDE; strike(f, n, forever != 0); n += STRIDE)
            ;
    print_message("seed %u, %ld allocations\n", seed, n);
    assert_true(n > 10 * STRIDE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                night__is_told_and_taken_up_wherever_the_heap_fails, set_up, tear_down),
    };

    sql_use_our_heap(); /* and keep what SQLite keeps for good */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

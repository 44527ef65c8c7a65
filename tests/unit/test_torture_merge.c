/* The merge while the heap fails: at every allocation, alone and with all that come after it. What
 * failed says so and has changed nothing; the next try ends as one that never met a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "mill.h"
#include "store/district_internal.h"
#include "store/sql.h"
#include "test_mem.h"
#include "torture.h"

#define UNIT "08779@2004-01-01"
#define VILLAGE "08779-01@2019-01-01"
#define COMING "08779-02@2019-01-01"
#define SETS 3
#define STRIDE 151

struct fixture {
    struct mill mill;
    sqlite3 *begin; /* the file as each try finds it */
    int64_t now_ms; /* of each try */
    struct tq_set sets[SETS];
    struct tq_merge_item items[SETS];
    size_t nitems;
    struct tq_change village;
    long live;
};

static void copy(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");

    assert_non_null(backup);
    assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    assert_int_equal(sqlite3_backup_finish(backup), SQLITE_OK);
}

/* From here on every try begins. */
static void begin_here(struct fixture *f)
{
    copy(f->begin, f->mill.store->db);
    f->now_ms = f->mill.now_ms + 1000;
}

/* Device 7 entered two rows; 9, which has seen them, edits one. Then 7, which has not seen that, enters
 * a row, enters another of a village that is not there and writes on in it, edits and voids; and 9
 * has one more row. */
static void write_sets(struct mill *m, struct tq_set sets[SETS])
{
    struct mill_device *d = mill_device(m, 7, UNIT);
    struct mill_device *other = mill_device(m, 9, UNIT);

    for (uint32_t i = 1; i <= 2; i++)
        mill_insert(m, d, "incident", mill_key(m, i), "area=1", "category=theft",
                "village=" VILLAGE, "occurred_on=2020-11-20", NULL);
    sets[0] = mill_seal(m, d);
    assert_int_equal(mill_merge(m, sets, NULL, 1, &(struct tq_merge_item){ 0 }), TQ_OK);
    d->seen = mill_head(m, &d->t_seen);
    other->seen = mill_head(m, &other->t_seen);
    mill_update(m, other, "incident", mill_key(m, 1), "category=fraud", NULL);
    mill_send(m, other);
    m->now_ms += 1000;
    mill_insert(m, d, "incident", mill_key(m, 3), "area=1", "category=theft", "village=" VILLAGE,
            "occurred_on=2020-11-21", NULL);
    mill_insert(m, d, "incident", mill_key(m, 4), "area=1", "category=theft", "village=" COMING,
            "occurred_on=2020-11-21", NULL);
    mill_update(m, d, "incident", mill_key(m, 4), "damage_vnd=5000000", NULL);
    mill_update(m, d, "incident", mill_key(m, 1), "category=robbery", NULL);
    mill_update(m, d, "incident", mill_key(m, 1), "summary=dữ liệu mẫu", NULL);
    mill_update(
            m, d, "incident", mill_key(m, 2), "voided_at=1608000000000", "void_reason=nhầm", NULL);
    sets[1] = mill_seal(m, d);
    mill_insert(m, other, "incident", mill_key(m, 5), "area=1", "category=theft",
            "village=" VILLAGE, "occurred_on=2020-11-22", NULL);
    sets[2] = mill_seal(m, other);
}

static int set_up(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.live = test_mem_live();
    assert_int_equal(sqlite3_open(":memory:", &f.begin), SQLITE_OK);
    mill_open(&f.mill);
    mill_settle(&f.mill);
    write_sets(&f.mill, f.sets);
    f.nitems = SETS;
    begin_here(&f);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sqlite3_close(f->begin);
    mill_check_digests(&f->mill);
    mill_close(&f->mill);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

/* ---- what is tried ---- */

/* All sets in one batch; the first comes a second time. */
static tq_status merge(struct fixture *f, struct tq_error *err)
{
    tq_status rc;

    for (size_t i = 0; i < f->nitems; i++) {
        struct tq_merge_item *item = &f->items[i];

        *item = (struct tq_merge_item){ .set = &f->sets[i],
            .device = f->sets[i].device,
            .refill = item->refill,
            .nrefill = item->nrefill };
    }
    rc = tq_merge_batch(f->mill.merger, f->items, f->nitems, f->now_ms, err);
    for (size_t i = 0; rc == TQ_OK && i < f->nitems; i++)
        if (f->items[i].status != TQ_OK)
            fail_msg(
                    "set %zu: %s %s", i, tq_status_code(f->items[i].status), f->items[i].error.msg);
    return rc;
}

/* The district makes the village, and what waited for it goes in. */
static tq_status release(struct fixture *f, struct tq_error *err)
{
    struct tq_district_write write = { .changes = &f->village, .count = 1 };

    return tq_merge_district(f->mill.merger, &write, f->now_ms, err);
}

typedef tq_status (*tried_fn)(struct fixture *f, struct tq_error *err);

static void rewind_file(struct fixture *f)
{
    copy(f->mill.store->db, f->begin);
}

static void rows(struct fixture *f, struct tq_buf *out)
{
    tq_buf_clear(out);
    torture_rows(f->mill.store->db, out);
    assert_true(tq_buf_is_ok(out));
}

static void must(struct fixture *f, tried_fn run, struct tq_buf *out)
{
    struct tq_error err = { TQ_OK, "" };

    if (run(f, &err) != TQ_OK)
        fail_msg("with memory: %s %s", tq_status_code(err.status), err.msg);
    rows(f, out);
}

/* True while an allocation failed. `again`: the next try must end well; then back to the begin. */
static bool strike(struct fixture *f, tried_fn run, long n, bool forever, bool again,
        const struct tq_buf *before, const struct tq_buf *after)
{
    struct tq_error err = { TQ_OK, "" };
    struct tq_buf now;
    tq_status rc;
    bool struck;

    tq_buf_init(&now, 0);
    test_mem_fail_after(n, forever);
    rc = run(f, &err);
    test_mem_fail_after(-1, false);
    struck = test_mem_struck();
    rows(f, &now);
    if (rc != TQ_OK && (rc != TQ_NOMEM || err.status != TQ_NOMEM || !struck))
        fail_msg("allocation %ld: %s, says %s %s", n, tq_status_code(rc),
                tq_status_code(err.status), err.msg);
    if (!tq_slice_equal(tq_buf_slice(&now), tq_buf_slice(rc == TQ_OK ? after : before)))
        fail_msg("allocation %ld: %s, half written", n, tq_status_code(rc));
    if (rc != TQ_OK && again) {
        must(f, run, &now);
        if (!tq_slice_equal(tq_buf_slice(&now), tq_buf_slice(after)))
            fail_msg("allocation %ld: the next try ends otherwise", n);
    }
    if (rc == TQ_OK || again)
        rewind_file(f);
    tq_buf_deinit(&now);
    return struck;
}

/* Every allocation of a merger that works; then some of one whose statements have all to be prepared
 * anew, as they are when it has been set back, with the next try behind each: others in each run. */
static void strike_all(struct fixture *f, tried_fn run)
{
    unsigned seed = (unsigned)time(NULL);
    struct tq_buf before;
    struct tq_buf after;
    long warm = 0;
    long n = 0;

    tq_buf_init(&before, 0);
    tq_buf_init(&after, 0);
    rewind_file(f);
    rows(f, &before);
    must(f, run, &after);
    assert_false(tq_slice_equal(tq_buf_slice(&before), tq_buf_slice(&after)));
    rewind_file(f);
    for (int forever = 1; forever >= 0; forever--)
        for (warm = 0; strike(f, run, warm, forever != 0, false, &before, &after); warm++)
            ;
    for (int forever = 0; forever < 2; forever++)
        for (n = seed % STRIDE; strike(f, run, n, forever != 0, true, &before, &after); n += STRIDE)
            ;
    print_message("seed %u, %ld allocations, %ld cold\n", seed, warm, n);
    assert_true(warm > 100 && n > warm);
    tq_buf_deinit(&before);
    tq_buf_deinit(&after);
}

/* ---- tests ---- */

static void merge_batch__is_all_or_nothing_at_every_allocation(void **state)
{
    struct fixture *f = *state;
    struct tq_error err;
    struct tq_receipt receipt;

    assert_int_equal(merge(f, &err), TQ_OK);
    receipt = mill_receipt(&f->mill, f->items[1].receipts[0]);
    assert_int_equal(receipt.held, 2);
    assert_true(f->items[0].duplicate);
    assert_int_equal(mill_count(&f->mill, "conflict", "state", "open"), 1);
    assert_int_equal(mill_count(&f->mill, "incident", NULL, NULL), 4);
    strike_all(f, merge);
}

static void merge_district__releases_all_or_nothing_at_every_allocation(void **state)
{
    struct fixture *f = *state;
    struct mill *m = &f->mill;
    struct tq_error err;

    assert_int_equal(merge(f, &err), TQ_OK);
    m->now_ms = f->now_ms;
    f->village = *mill_insert(m, &m->devices[0], "unit", tq_slice_str(COMING), "code=08779-02",
            "level=4", "name=Thôn (mẫu)", "parent=" UNIT, NULL);
    begin_here(f);
    assert_int_equal(release(f, &err), TQ_OK);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 5);
    strike_all(f, release);
}

/* A district that lost its file gets the sets back with the receipts that it gave. */
static void merge_refill__is_all_or_nothing_at_every_allocation(void **state)
{
    struct fixture *f = *state;
    struct tq_error err;

    assert_int_equal(merge(f, &err), TQ_OK);
    for (size_t i = 1; i < SETS; i++) {
        struct tq_slice *kept = tq_arena_alloc(f->mill.arena, sizeof(*kept));
        struct tq_slice bytes = f->items[i].receipts[0];

        *kept = tq_slice_of(tq_arena_copy(f->mill.arena, bytes.data, bytes.len), bytes.len);
        f->items[i].refill = kept;
        f->items[i].nrefill = 1;
    }
    rewind_file(f);
    f->now_ms += 60000;
    strike_all(f, merge);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(merge_batch__is_all_or_nothing_at_every_allocation),
        TEST(merge_district__releases_all_or_nothing_at_every_allocation),
        TEST(merge_refill__is_all_or_nothing_at_every_allocation),
    };

    sql_use_our_heap(); /* and keep what SQLite keeps for good */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

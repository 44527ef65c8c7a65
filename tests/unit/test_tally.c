/* Counts that are kept are those that would be counted: over random histories of merges, of what
 * offices wrote, voided and took back and of what the district changed under them.
 *
 * test_tally [seeds [first seed]] */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "histories.h"
#include "mill.h"
#include "sheet_file.h"
#include "test_mem.h"
#include "store/database_internal.h"
#include "store/sql.h"
#include "store/tally.h"
#include "torture.h"
#include "tuquan/alike.h"
#include "tuquan/facts.h"
#include "tuquan/figures.h"
#include "tuquan/orphans.h"
#include "tuquan/tally.h"

#define ROUNDS 80
#define MOST_LISTED 200u
#define NOW INT64_C(1608854400000) /* 2020-12-25 */

static unsigned long seeds = 3;
static unsigned long first_seed = 1;

static const char *const UNITS[] = { HISTORY_LC, HISTORY_BL };
static const char *const VILLAGES[] = { "08773-01@2019-01-01", "08779-01@2019-01-01" };
static const char *const PERIODS[] = { "ADMIN/2020-Q4", "ADMIN/2020-12", "ADMIN/2020",
    "COMMUNE/2020" };
static const char *const CODES[] = { "households_signed", "contacts_due", "addicts_in_scope" };

/* A day from 2019-09-01 to 2021-01-13, or none. */
static const char *day(struct mill *m, uint64_t *rng, const char *column)
{
    char *text = tq_arena_alloc(m->arena, 64);
    char on[TQ_DAY_TEXT];

    assert_non_null(text);
    tq_day_print(tq_day_make(2019, 9, 1) + (tq_day)history_roll(rng, 500), on);
    snprintf(text, 64, history_roll(rng, 6) == 0 ? "%s" : "%s=%s", column, on);
    return text;
}

static const char *number(struct mill *m, const char *column, int64_t n)
{
    char *text = tq_arena_alloc(m->arena, 64);

    assert_non_null(text);
    snprintf(text, 64, "%s=%lld", column, (long long)n);
    return text;
}

static const char *instant(struct mill *m, uint64_t *rng, const char *column)
{
    return number(m, column,
            tq_day_start_ms(tq_day_make(2019, 9, 1)) +
                    (int64_t)history_roll(rng, 500 * 24) * 3600000);
}

static const char *one_of(uint64_t *rng, const char *const *list, size_t n)
{
    return list[history_roll(rng, (uint32_t)n)];
}

#define ONE_OF(rng, ...)                                                                           \
    one_of(rng, (const char *const[]){ __VA_ARGS__ },                                              \
            sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* A row of the list, made or changed. */
static void write_row(struct mill *m, struct mill_device *d, uint64_t *rng, const char *table,
        const char *f1, const char *f2, const char *f3, const char *f4, const char *f5)
{
    struct tq_slice key = mill_key(m, d->device * 1000 + history_roll(rng, 12));

    if (history_roll(rng, 3) == 0)
        mill_insert(m, d, table, key, f1, f2, f3, f4, f5, NULL);
    else if (history_roll(rng, 6) == 0)
        mill_update(m, d, table, key, "voided_at=1608000000000", "void_reason=dữ liệu mẫu", NULL);
    else if (history_roll(rng, 6) == 0)
        mill_update(m, d, table, key, "voided_at", "void_reason", NULL);
    else
        mill_update(m, d, table, key, ONE_OF(rng, f1, f2, f3, f4, f5), NULL);
}

static void write_return(struct mill *m, struct mill_device *d, uint64_t *rng, size_t unit)
{
    char key[160];

    snprintf(key, sizeof(key),
            "%s\x1f"
            "ADMIN/20%s\x1f%s@1",
            VILLAGES[unit], ONE_OF(rng, "20-10", "20-11", "20-12", "19-12"),
            one_of(rng, CODES, sizeof(CODES) / sizeof(CODES[0])));
    if (history_roll(rng, 2) == 0)
        mill_insert(m, d, "village_return", tq_slice_str(key),
                number(m, "value", history_roll(rng, 9)), "source=typed", "state=confirmed", NULL);
    else
        mill_update(m, d, "village_return", tq_slice_str(key),
                number(m, "value", history_roll(rng, 9)), "source=typed",
                ONE_OF(rng, "state=confirmed", "state=draft"), NULL);
}

static void office_change(struct mill *m, uint64_t *rng)
{
    size_t unit = history_roll(rng, 2);
    struct mill_device *d = &m->devices[unit + 1];
    const char *n = number(m, "accepted", history_roll(rng, 4));

    switch (history_roll(rng, 7)) {
    case 0:
    case 1:
        write_row(m, d, rng, "incident", number(m, "area", 1 + history_roll(rng, 5)),
                ONE_OF(rng, "category=theft", "category=assault", "category=drugs",
                        "category=fire_explosion"),
                day(m, rng, "occurred_on"), day(m, rng, "due_on"), day(m, rng, "closed_on"));
        break;
    case 2:
        write_row(m, d, rng, "activity",
                ONE_OF(rng, "kind=patrol", "kind=outreach", "kind=mediation"),
                day(m, rng, "planned_on"), day(m, rng, "held_on"), n,
                ONE_OF(rng, "state=done", "state=planned"));
        break;
    case 3:
        write_row(m, d, rng, "tip", "area=1", instant(m, rng, "received_at"),
                instant(m, rng, "passed_at"), day(m, rng, "received_on"), "state=passed");
        break;
    case 4:
        write_row(m, d, rng, "hotspot", "label=mẫu", "kind=mẫu", day(m, rng, "arisen_on"),
                day(m, rng, "ended_on"), "note=mẫu");
        break;
    case 5:
        write_row(m, d, rng, "encroachment", "label=mẫu", "place=mẫu", day(m, rng, "found_on"),
                day(m, rng, "cleared_on"), "note=mẫu");
        write_row(m, d, rng, "self_mgmt_group", "label=mẫu", "name=mẫu", day(m, rng, "founded_on"),
                day(m, rng, "trained_on"), day(m, rng, "dissolved_on"));
        break;
    default:
        write_return(m, d, rng, unit);
        break;
    }
}

/* What the district sets under the rows: days of a month, villages that end, indicators, incidents
 * that belong elsewhere. */
static void district_change(struct mill *m, uint64_t *rng)
{
    struct mill_device *d = &m->devices[0];
    size_t unit = history_roll(rng, 2);
    char key[64];
    struct tq_error err;

    switch (history_roll(rng, 4)) {
    case 0:
        mill_update(m, d, "period", tq_slice_str("ADMIN/2020-12"),
                ONE_OF(rng, "ends_on=2020-12-14", "ends_on=2020-12-16", "ends_on=2021-01-02"),
                NULL);
        break;
    case 1:
        if (history_roll(rng, 3) == 0)
            mill_update(m, d, "unit", tq_slice_str(VILLAGES[unit]), "voided_at=1608000000000",
                    "void_reason=dữ liệu mẫu", NULL);
        else if (history_roll(rng, 2) == 0)
            mill_update(
                    m, d, "unit", tq_slice_str(VILLAGES[unit]), "voided_at", "void_reason", NULL);
        else
            mill_update(m, d, "unit", tq_slice_str(VILLAGES[unit]),
                    ONE_OF(rng, "valid_to=2020-12-01", "valid_to"), NULL);
        break;
    case 2:
        snprintf(key, sizeof(key), "%s@1", one_of(rng, CODES, 3));
        mill_update(m, d, "indicator", tq_slice_str(key),
                ONE_OF(rng, "nature=stock", "nature=flow", "source=typed", "source=derived"), NULL);
        break;
    default:
        mill_update(m, d, "incident",
                mill_key(m, (uint32_t)(unit + 1) * 1000 + history_roll(rng, 12)),
                ONE_OF(rng, "reclassified=3", "reclassified", "reconciled=1",
                        "reclassified_category=theft"),
                NULL);
        break;
    }
    (void)mill_district(m, &err); /* a row that is not there is refused: nothing is written */
    d->nchanges = 0;
}

/* ---- kept and afresh ---- */

struct compared {
    struct mill *m;
    struct tq_db *db;
    const struct tq_sheet *sheet;
    unsigned long seed;
    size_t pairs; /* that were compared */
    size_t orphans;
};

static struct tq_contender count(
        struct compared *c, const struct tq_facts_period *period, const char *unit, bool afresh)
{
    struct tq_contender out;
    struct tq_error err;
    bool before = tq_tally_rest(c->db, afresh);

    if (tq_facts_unit(c->db, c->m->arena, c->sheet, period, tq_slice_str(unit), NOW, &out, &err) !=
            TQ_OK)
        fail_msg("seed %lu: %s", c->seed, err.msg);
    (void)tq_tally_rest(c->db, before);
    return out;
}

static void compare_facts(struct compared *c, const char *key, const char *unit)
{
    struct tq_facts_period period;
    struct tq_contender kept;
    struct tq_contender fresh;
    struct tq_error err;

    assert_int_equal(tq_facts_period(c->db, c->m->arena, tq_slice_str(key), &period, &err), TQ_OK);
    kept = count(c, &period, unit, false);
    fresh = count(c, &period, unit, true);
    if (kept.returns_confirmed != fresh.returns_confirmed ||
            kept.returns_due != fresh.returns_due || kept.submitted != fresh.submitted)
        fail_msg("seed %lu: coverage of %s in %s", c->seed, unit, key);
    for (size_t i = 0; i < c->sheet->ncriteria; i++) {
        const struct tq_count *a = &kept.counts[i];
        const struct tq_count *b = &fresh.counts[i];

        if (a->n != b->n || a->d != b->d || a->x != b->x || a->has_b != b->has_b ||
                (a->has_b && a->b != b->b) || a->unreconciled != b->unreconciled)
            fail_msg("seed %lu: %.*s of %s in %s: kept %lld/%lld/%lld, counted %lld/%lld/%lld",
                    c->seed, (int)c->sheet->criteria[i].code.len,
                    (const char *)c->sheet->criteria[i].code.data, unit, key, (long long)a->n,
                    (long long)a->d, (long long)a->x, (long long)b->n, (long long)b->d,
                    (long long)b->x);
    }
}

static void figures_of(struct compared *c, const struct tq_window *windows, size_t n, bool afresh,
        struct tq_figures *out, const struct tq_typed **typed, size_t *ntyped)
{
    struct tq_error err;
    bool before = tq_tally_rest(c->db, afresh);

    assert_int_equal(tq_figures_read(c->db, c->m->arena, tq_slice_of(NULL, 0), windows, n,
                             UINT64_MAX, NOW, out, &err),
            TQ_OK);
    assert_int_equal(
            tq_typed_read(c->db, c->m->arena, c->sheet, out, windows, typed, ntyped, &err), TQ_OK);
    (void)tq_tally_rest(c->db, before);
}

static void compare_figures(struct compared *c)
{
    struct tq_window windows[sizeof(PERIODS) / sizeof(PERIODS[0])];
    size_t n = sizeof(PERIODS) / sizeof(PERIODS[0]);
    struct tq_figures kept;
    struct tq_figures fresh;
    const struct tq_typed *typed[2];
    size_t ntyped[2];

    for (size_t w = 0; w < n; w++) {
        struct tq_facts_period period;
        struct tq_error err;

        assert_int_equal(
                tq_facts_period(c->db, c->m->arena, tq_slice_str(PERIODS[w]), &period, &err),
                TQ_OK);
        windows[w] = period.window;
    }
    figures_of(c, windows, n, false, &kept, &typed[0], &ntyped[0]);
    figures_of(c, windows, n, true, &fresh, &typed[1], &ntyped[1]);
    assert_int_equal(kept.nunits, fresh.nunits);
    for (size_t i = 0; i < kept.nunits * TQ_FIGURES * n; i++)
        if (kept.n[i] != fresh.n[i])
            fail_msg("seed %lu: %s: kept %lld, counted %lld", c->seed,
                    tq_figure_info((tq_figure)(i / n % TQ_FIGURES))->code, (long long)kept.n[i],
                    (long long)fresh.n[i]);
    assert_int_equal(ntyped[0], ntyped[1]);
    for (size_t k = 0; k < ntyped[0]; k++)
        for (size_t i = 0; i < kept.nunits * n; i++)
            if (typed[0][k].n[i] != typed[1][k].n[i])
                fail_msg("seed %lu: typed %zu: kept %lld, counted %lld", c->seed, k,
                        (long long)typed[0][k].n[i], (long long)typed[1][k].n[i]);
}

struct lists {
    struct tq_alike *pairs;
    struct tq_orphan *orphans;
    size_t npairs;
    size_t norphans;
};

static struct lists lists_of(struct compared *c, const char *unit, bool afresh)
{
    struct lists out;
    struct tq_error err;
    size_t total;
    bool before = tq_tally_rest(c->db, afresh);

    if (tq_alike_list(c->db, tq_slice_str(unit), MOST_LISTED, c->m->arena, &out.pairs, &out.npairs,
                &total, &err) != TQ_OK)
        fail_msg("seed %lu: %s", c->seed, err.msg);
    assert_true(total == out.npairs || out.npairs == MOST_LISTED);
    if (tq_orphans_list(c->db, tq_slice_str(unit), MOST_LISTED, c->m->arena, &out.orphans,
                &out.norphans, &total, &err) != TQ_OK)
        fail_msg("seed %lu: %s", c->seed, err.msg);
    assert_true(total == out.norphans || out.norphans == MOST_LISTED);
    (void)tq_tally_rest(c->db, before);
    return out;
}

/* Rows that may be one, and those under a voided one: of all, and of one commune. */
static void compare_lists(struct compared *c, const char *unit)
{
    struct lists kept = lists_of(c, unit, false);
    struct lists fresh = lists_of(c, unit, true);

    if (kept.npairs != fresh.npairs || kept.norphans != fresh.norphans)
        fail_msg("seed %lu: kept %zu pairs, %zu orphans, counted %zu, %zu", c->seed, kept.npairs,
                kept.norphans, fresh.npairs, fresh.norphans);
    for (size_t i = 0; i < kept.npairs; i++)
        for (int k = 0; k < 2; k++)
            if (!tq_slice_equal(kept.pairs[i].keys[k], fresh.pairs[i].keys[k]) ||
                    kept.pairs[i].reason != fresh.pairs[i].reason)
                fail_msg("seed %lu: pair %zu", c->seed, i);
    for (size_t i = 0; i < kept.norphans; i++)
        if (!tq_slice_equal(kept.orphans[i].key, fresh.orphans[i].key) ||
                kept.orphans[i].column != fresh.orphans[i].column)
            fail_msg("seed %lu: orphan %zu", c->seed, i);
    c->pairs += kept.npairs;
    c->orphans += kept.norphans;
}

/* An officer keeps the first pair apart. */
static void keep_apart(struct compared *c)
{
    struct lists all = lists_of(c, "", false);
    struct tq_error err;

    if (all.npairs > 0)
        assert_int_equal(tq_alike_keep(c->db, &all.pairs[0], tq_slice_str("cán bộ"),
                                 tq_slice_str("dữ liệu mẫu"), NOW, &err),
                TQ_OK);
}

static void settle(struct mill *m)
{
    struct mill_device *d = &m->devices[0];
    struct tq_error err;

    mill_settle(m);
    for (uint32_t i = 0; i < 2; i++)
        mill_device(m, i + 1, UNITS[i]);
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
        char key[64];
        char code[64];

        snprintf(key, sizeof(key), "%s@1", CODES[i]);
        snprintf(code, sizeof(code), "code=%s", CODES[i]);
        mill_insert(m, d, "indicator", tq_slice_str(key), code, "version=1", "nature=stock",
                "source=typed", "state=published", NULL);
    }
    mill_insert(m, d, "period", tq_slice_str("ADMIN/2020-11"), "calendar=ADMIN", "code=2020-11",
            "kind=month", "starts_on=2020-10-15", "ends_on=2020-11-14", "state=open", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    mill_update(m, d, "period", tq_slice_str("ADMIN/2020-12"), "kind=month", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

static void one_history(unsigned long seed)
{
    uint64_t rng = seed * 0x9e3779b97f4a7c15u + 1;
    struct mill *m = calloc(1, sizeof(*m));
    struct compared c = { .m = m, .seed = seed };
    struct tq_tally_use used;
    struct tq_error err;

    assert_non_null(m);
    mill_open_migrated(m);
    settle(m);
    c.db = tq_district_store_db(m->store);
    c.sheet = sheet_file_5tq(m->arena);
    assert_int_equal(tq_tally_start(c.db, &err), TQ_OK);
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t n = 1 + history_roll(&rng, 4); n > 0; n--)
            office_change(m, &rng);
        for (uint32_t d = 1; d <= 2; d++) {
            if (m->devices[d].nchanges > 0)
                mill_send(m, &m->devices[d]);
            m->devices[d].seen = mill_head(m, &m->devices[d].t_seen);
        }
        m->now_ms += 1000;
        if (history_roll(&rng, 3) == 0)
            district_change(m, &rng);
        compare_facts(&c, one_of(&rng, PERIODS, 4), UNITS[history_roll(&rng, 2)]);
        compare_facts(&c, PERIODS[0], UNITS[history_roll(&rng, 2)]);
        compare_figures(&c);
        compare_lists(&c, history_roll(&rng, 2) == 0 ? "" : UNITS[history_roll(&rng, 2)]);
        if (history_roll(&rng, 9) == 0)
            keep_apart(&c);
    }
    print_message("seed %lu: %zu pairs, %zu orphans\n", seed, c.pairs, c.orphans);
    assert_true(c.pairs > 100 && c.orphans > 0);
    used = tq_tally_used(c.db);
    assert_true(
            used.found > used.counted / 4); /* most were found: it was they that were compared */
    assert_true(used.counted > 500);
    mill_check_digests(m);
    mill_close(m);
    free(m);
}

/* In pieces: each try ends where its budget does, and the next goes on from what it counted. */
static void tally_budget__counts_in_pieces(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));
    struct compared c = { .m = m, .seed = 1 };
    uint64_t rng = 7;
    struct tq_facts_period period;
    const struct tq_contender *all;
    struct tq_tally_use used;
    struct tq_error err;
    size_t n;
    int tries = 0;
    tq_status rc;

    (void)state;
    assert_non_null(m);
    mill_open_migrated(m);
    settle(m);
    c.db = tq_district_store_db(m->store);
    c.sheet = sheet_file_5tq(m->arena);
    for (int i = 0; i < 60; i++)
        office_change(m, &rng);
    for (uint32_t d = 1; d <= 2; d++)
        mill_send(m, &m->devices[d]);
    assert_int_equal(tq_tally_start(c.db, &err), TQ_OK);
    assert_int_equal(
            tq_facts_period(c.db, m->arena, tq_slice_str(PERIODS[0]), &period, &err), TQ_OK);
    do {
        tq_tally_budget(c.db, 1);
        rc = tq_facts_all(
                c.db, m->arena, c.sheet, &period, tq_slice_of(NULL, 0), NOW, &all, &n, &err);
        assert_true(rc == TQ_OK || rc == TQ_INTERRUPTED);
        assert_false(tq_db_in_transaction(c.db));
    } while (rc == TQ_INTERRUPTED && ++tries < 1000);
    assert_int_equal(rc, TQ_OK);
    assert_true(tries > 4);
    tq_tally_budget(c.db, 0);
    used = tq_tally_used(c.db);
    for (size_t u = 0; u < 2; u++)
        compare_facts(&c, PERIODS[0], UNITS[u]);
    assert_int_equal(tq_tally_used(c.db).counted, used.counted); /* all was counted before */
    mill_close(m);
    free(m);
}

#define SHORT_RUNS 5000

static int always(void *ctx)
{
    ++*(int *)ctx;
    return 1;
}

/* What takes long ends once somebody waits, short things never do, and nothing is left open. */
static void tally_pieces__end_when_somebody_waits(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));
    sqlite3_stmt *stmt = NULL;
    struct tq_error err;
    struct tq_db *db;
    int asked = 0;

    (void)state;
    assert_non_null(m);
    mill_open_migrated(m);
    db = tq_district_store_db(m->store);
    assert_int_equal(tq_tally_start(db, &err), TQ_OK);
    tq_db_give_way(db, always, &asked);
    assert_int_equal(tally_begin(db, &err), TQ_OK);
    assert_int_equal(sql_prepare(db, &stmt,
                             "WITH RECURSIVE i (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i"
                             " WHERE x < 1000000) SELECT count(*) FROM i",
                             &err),
            TQ_OK);
    assert_int_equal(sql_run(db, stmt, &err), TQ_INTERRUPTED);
    assert_int_equal(asked, 1);
    tally_end(db);
    assert_false(tq_db_in_transaction(db));
    /* However often: SQLite counts the steps of a statement that is kept over all its runs. */
    for (int i = 0; i < SHORT_RUNS; i++) {
        assert_int_equal(tally_begin(db, &err), TQ_OK);
        tally_end(db);
        assert_false(tq_db_in_transaction(db));
        assert_int_equal(tq_db_begin_read(db, &err), TQ_OK);
        if (i % 2 == 0)
            assert_int_equal(tq_db_commit(db, &err), TQ_OK);
        else
            tq_db_rollback(db);
        assert_false(tq_db_in_transaction(db));
    }
    assert_int_equal(asked, 1);
    tq_db_give_way(db, NULL, NULL);
    assert_int_equal(sql_run(db, stmt, &err), TQ_OK);
    assert_int_equal(asked, 1);
    mill_close(m);
    free(m);
}

static void tally_counts__equal_those_counted_afresh(void **state)
{
    (void)state;
    print_message("seeds %lu..%lu\n", first_seed, first_seed + seeds - 1);
    for (unsigned long seed = first_seed; seed < first_seed + seeds; seed++)
        one_history(seed);
}

/* No transaction, and no statement in the middle of its rows, which would hold its snapshot. */
static bool is_at_rest(struct tq_db *db)
{
    sqlite3_stmt *stmt = NULL;

    while ((stmt = sqlite3_next_stmt(sql_handle(db), stmt)) != NULL)
        if (sqlite3_stmt_busy(stmt))
            return false;
    return !tq_db_in_transaction(db);
}

/* Kept from nothing on, the rows read in a snapshot that ends whatever happens. */
static tq_status count_all(void *fixture, struct tq_error *err)
{
    struct compared *c = fixture;
    struct tq_arena *arena = tq_arena_new((size_t)16 << 20);
    struct tq_window window = { tq_day_make(2020, 9, 15), tq_day_make(2020, 12, 14) };
    struct tq_facts_period period;
    struct tq_contender unit;
    struct tq_figures figures;
    const struct tq_typed *typed;
    struct tq_alike *pairs;
    struct tq_orphan *orphans;
    size_t n;
    size_t total;
    tq_status rc = arena != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "test");

    tally_free(c->db->tally);
    c->db->tally = NULL;
    if (rc == TQ_OK)
        rc = tq_tally_start(c->db, err);
    if (rc == TQ_OK)
        rc = tq_facts_period(c->db, arena, tq_slice_str(PERIODS[0]), &period, err);
    if (rc == TQ_OK)
        rc = tq_facts_unit(
                c->db, arena, c->sheet, &period, tq_slice_str(UNITS[0]), NOW, &unit, err);
    if (rc == TQ_OK)
        rc = tq_figures_read(
                c->db, arena, tq_slice_of(NULL, 0), &window, 1, UINT64_MAX, NOW, &figures, err);
    if (rc == TQ_OK)
        rc = tq_typed_read(c->db, arena, c->sheet, &figures, &window, &typed, &n, err);
    if (rc == TQ_OK)
        rc = tq_alike_list(
                c->db, tq_slice_of(NULL, 0), MOST_LISTED, arena, &pairs, &n, &total, err);
    if (rc == TQ_OK)
        rc = tq_orphans_list(
                c->db, tq_slice_of(NULL, 0), MOST_LISTED, arena, &orphans, &n, &total, err);
    assert_true(is_at_rest(c->db));
    tq_arena_free(arena);
    return rc;
}

static void tally_heap__may_fail(void **state)
{
    static const struct torture CASES[] = { { "counts kept", count_all, NULL, NULL, true } };
    struct mill *m = calloc(1, sizeof(*m));
    struct compared c = { .m = m };

    (void)state;
    assert_non_null(m);
    mill_open_migrated(m);
    settle(m);
    c.db = tq_district_store_db(m->store);
    c.sheet = sheet_file_5tq(m->arena);
    torture(&c, CASES, 1);
    mill_close(m);
    free(m);
}

/* Also where the table of kept statements is about to grow. */
static void tally_end__needs_no_memory(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));
    struct tq_error err;
    struct tq_db *db;

    (void)state;
    assert_non_null(m);
    mill_open_migrated(m);
    db = tq_district_store_db(m->store);
    assert_int_equal(tq_tally_start(db, &err), TQ_OK);
    assert_int_equal(tally_begin(db, &err), TQ_OK);
    for (int i = 0; db->nkept * 2 < db->cap; i++) {
        sqlite3_stmt *stmt;
        char text[32];

        snprintf(text, sizeof(text), "SELECT %d", i);
        assert_int_equal(sql_prepare(db, &stmt, text, &err), TQ_OK);
    }
    test_mem_fail_after(0, true);
    tally_end(db);
    test_mem_fail_after(-1, false);
    assert_false(tq_db_in_transaction(db));
    mill_close(m);
    free(m);
}

static bool is_from_index(struct tq_db *db, const char *text, const char *table, const char *by)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_buf explain;
    char plan[64];
    bool found = false;

    snprintf(plan, sizeof(plan), "USING COVERING INDEX tq_facts_%s (%s=?", table, by);
    tq_buf_init(&explain, 0);
    tq_buf_printf(&explain, "EXPLAIN QUERY PLAN %s", text);
    tq_buf_append_u8(&explain, 0);
    assert_true(tq_buf_is_ok(&explain));
    assert_int_equal(
            sqlite3_prepare_v2(sql_handle(db), (const char *)explain.data, -1, &stmt, NULL),
            SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        found = found || strstr((const char *)sqlite3_column_text(stmt, 3), plan) != NULL;
    sqlite3_finalize(stmt);
    tq_buf_deinit(&explain);
    return found;
}

/* Of the statements that were kept on this connection, those that read one of the large tables. */
static void tally_plans__read_the_dated_rows_from_an_index_alone(void **state)
{
    static const char *const TABLES[] = { "incident", "activity", "tip" };
    struct mill *m = calloc(1, sizeof(*m));
    struct compared c = { .m = m };
    sqlite3_stmt *at = NULL;
    size_t seen[3] = { 0, 0, 0 };

    (void)state;
    assert_non_null(m);
    mill_open_migrated(m);
    settle(m);
    c.db = tq_district_store_db(m->store);
    c.sheet = sheet_file_5tq(m->arena);
    compare_facts(&c, PERIODS[0], UNITS[0]);
    compare_figures(&c);
    while ((at = sqlite3_next_stmt(sql_handle(c.db), at)) != NULL) {
        for (size_t t = 0; t < 3; t++) {
            char from[64];

            snprintf(from, sizeof(from), "FROM %s ", TABLES[t]);
            if (strstr(sqlite3_sql(at), from) == NULL)
                continue;
            seen[t]++;
            if (!is_from_index(c.db, sqlite3_sql(at), TABLES[t], "unit"))
                fail_msg("not from the index: %s", sqlite3_sql(at));
        }
    }
    for (size_t t = 0; t < 3; t++)
        assert_true(seen[t] >= 2); /* the facts' and the figures' */
    assert_true(is_from_index(c.db,
            "SELECT unit, total(substr(planned_on, 1, 4) = ?1), total(substr(held_on, 1, 4) = ?1"
            " AND state <> 'cancelled') FROM activity"
            " WHERE kind = 'festival' AND voided_at IS NULL GROUP BY unit",
            "festival", "kind"));
    mill_close(m);
    free(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tally_heap__may_fail),
        cmocka_unit_test(tally_budget__counts_in_pieces),
        cmocka_unit_test(tally_pieces__end_when_somebody_waits),
        cmocka_unit_test(tally_end__needs_no_memory),
        cmocka_unit_test(tally_plans__read_the_dated_rows_from_an_index_alone),
        cmocka_unit_test(tally_counts__equal_those_counted_afresh),
    };

    if (argc > 1)
        seeds = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

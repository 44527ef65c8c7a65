/* Two programs that follow the exact rules give the same points: the C code scores the sample
 * records of the demo, and tests/support/oracle.py, which shares no code with it, must agree in
 * every figure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sheet_file.h"
#include "tmp.h"
#include "tuquan/arena.h"
#include "tuquan/database.h"
#include "tuquan/facts.h"

#define PERIOD "ADMIN/2020-Q4"
#define AFTER_THE_NIGHT INT64_C(1609434000000) /* 2021-01-01 */

#define SHUFFLES 6 /* records with any counts at all, by seed */

struct fixture {
    char dir[64];
    char db[128];
    struct tq_arena *arena;
    struct tq_error err;
};

/* Run one of our Python programs; its exit code. */
static int python(const struct fixture *f, const char *program, const char *arguments)
{
    char command[1024];

    (void)f;
    assert_in_range(snprintf(command, sizeof(command), "%s -B " TQ_SOURCE_DIR "/%s %s", TQ_PYTHON,
                            program, arguments),
            1, sizeof(command) - 1);
    return system(command);
}

static int set_up(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    tmp_make(f.dir, sizeof(f.dir));
    f.arena = tq_arena_new((size_t)64 << 20);
    assert_non_null(f.arena);
    *state = &f;
    return 0;
}

/* A fresh district file with the records of the night, or (seed > 0) of a shuffled one. */
static void make_records(struct fixture *f, unsigned seed)
{
    struct tq_db_config config = { .path = f->db, .role = TQ_ROLE_DISTRICT, .create = true };
    struct tq_db *db = NULL;
    char arguments[512];
    char shuffle[16] = "";

    if (seed > 0)
        snprintf(shuffle, sizeof(shuffle), "%u", seed);
    tq_arena_reset(f->arena);
    snprintf(f->db, sizeof(f->db), "%s/district-%u.db", f->dir, seed);
    assert_int_equal(tq_db_open(&db, &config, NULL, &f->err), TQ_OK);
    tq_db_close(db);
    snprintf(arguments, sizeof(arguments), TQ_SOURCE_DIR "/data %s/records-%u %s", f->dir, seed,
            shuffle);
    assert_int_equal(python(f, "script/demo.d/generate.py", arguments), 0);
    snprintf(arguments, sizeof(arguments), "%s/records-%u %s", f->dir, seed, f->db);
    assert_int_equal(python(f, "tests/support/load_records.py", arguments), 0);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    tmp_remove(f->dir);
    return 0;
}

static void run(sqlite3 *db, const char *sql)
{
    char *words = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &words) != SQLITE_OK)
        fail_msg("%s: %s", sql, words);
}

/* Points of the criteria with an area, as they stand in a published row. */
static void print_items(
        const struct tq_sheet *sheet, const struct tq_score *score, char *out, size_t size)
{
    size_t at = 0;

    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];
        const struct tq_points *p = &score->criteria[i];

        if (c->area == 0)
            continue;
        at += (size_t)snprintf(
                out + at, size - at, "%.*s=", (int)c->code.len, (const char *)c->code.data);
        at += p->absence != TQ_ABSENCE_NONE
                      ? (size_t)snprintf(out + at, size - at, "-;")
                      : (size_t)snprintf(out + at, size - at, "%lld;", (long long)p->points_c);
        assert_true(at < size);
    }
}

static void store_row(sqlite3 *db, const struct tq_sheet *sheet, const struct tq_standing *row)
{
    const struct tq_score *s = &row->score;
    const char *status = row->place == TQ_PLACE_NOT_SENT     ? "not_received"
                         : row->place == TQ_PLACE_NOT_ENOUGH ? "insufficient"
                                                             : "scored";
    char items[512];
    char areas[200];
    char sql[2048];
    size_t at = 0;

    print_items(sheet, s, items, sizeof(items));
    for (uint32_t area = 1; area <= 5; area++)
        at += s->area_left_out[area] ? (size_t)snprintf(areas + at, sizeof(areas) - at, ", NULL")
                                     : (size_t)snprintf(areas + at, sizeof(areas) - at, ", %lld",
                                               (long long)s->area_c[area]);
    snprintf(sql, sizeof(sql),
            "INSERT INTO ranking_row (period, sheet, version, unit, status, rank, final_c, base_c,"
            " bonus_c, penalty_c, grade, items, area1_c, area2_c, area3_c, area4_c, area5_c)"
            " VALUES ('" PERIOD
            "', '5TQ@1', 1, '%.*s', '%s', nullif(%u, 0), %lld, %lld, %lld, %lld,"
            " '%s', '%s'%s)",
            (int)row->unit.len, (const char *)row->unit.data, status, row->rank,
            (long long)s->final_c, (long long)s->base_c, (long long)s->bonus_c,
            (long long)s->penalty_c, tq_grade_code(row->grade), items, areas);
    run(db, sql);
}

/* Facts to counts to points to ranks, into table ranking_row. */
static void score(struct fixture *f)
{
    struct tq_db_config config = { .path = f->db, .role = TQ_ROLE_DISTRICT };
    const struct tq_sheet *sheet = sheet_file_5tq(f->arena);
    const struct tq_contender *contenders = NULL;
    const struct tq_ranking *ranking = NULL;
    struct tq_facts_period period;
    struct tq_db *db = NULL;
    sqlite3 *raw = NULL;
    size_t n = 0;

    assert_int_equal(tq_db_open(&db, &config, NULL, &f->err), TQ_OK);
    assert_int_equal(tq_facts_period(db, f->arena, tq_slice_str(PERIOD), &period, &f->err), TQ_OK);
    if (tq_facts_all(db, f->arena, sheet, &period, tq_slice_of(NULL, 0), AFTER_THE_NIGHT,
                &contenders, &n, &f->err) != TQ_OK)
        fail_msg("%s", f->err.msg);
    assert_int_equal(n, 17);
    assert_int_equal(tq_ranking_make(&ranking, f->arena, sheet, period.key, TQ_PERIOD_QUARTER,
                             contenders, n, NULL, 0, &f->err),
            TQ_OK);
    tq_db_close(db);
    assert_int_equal(sqlite3_open(f->db, &raw), SQLITE_OK);
    for (size_t i = 0; i < ranking->nrows; i++)
        store_row(raw, sheet, &ranking->rows[i]);
    sqlite3_close(raw);
}

static int compare(const struct fixture *f, unsigned seed)
{
    char arguments[512];

    snprintf(arguments, sizeof(arguments), "%s/records-%u --compare %s", f->dir, seed, f->db);
    return python(f, "tests/support/oracle.py", arguments);
}

static void score__gives_what_the_rules_give_when_written_twice(void **state)
{
    struct fixture *f = *state;
    sqlite3 *raw = NULL;

    make_records(f, 0);
    score(f);
    assert_int_equal(compare(f, 0), 0);

    /* The comparison can fail: one hundredth of a point more, and it says so. */
    assert_int_equal(sqlite3_open(f->db, &raw), SQLITE_OK);
    run(raw, "UPDATE ranking_row SET final_c = final_c + 1 WHERE unit LIKE '08779@%'");
    sqlite3_close(raw);
    assert_int_not_equal(compare(f, 0), 0);
}

/* Nothing due, no count of last year, drafts, ties, shared ranks at the quota, all caps. */
static void score__gives_the_same_for_any_counts(void **state)
{
    struct fixture *f = *state;

    for (unsigned seed = 1; seed <= SHUFFLES; seed++) {
        make_records(f, seed);
        score(f);
        if (compare(f, seed) != 0)
            fail_msg("seed %u", seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                score__gives_what_the_rules_give_when_written_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(score__gives_the_same_for_any_counts, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

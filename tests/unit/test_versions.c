/* test_versions.c - Offices and their district two schema versions apart: a column comes with
 * version 2, a table with version 3; real sessions, stores, triggers and codec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ends.h"

#define VERSIONS 4

/* Of the build's tables: `tip` has got `note` with version 2; `hotspot` came with version 3. */
struct versions {
    struct tq_catalogue of[VERSIONS + 1];
    struct tq_table *tables[VERSIONS + 1];
    struct tq_column *columns;
    struct ends *ends;
};

static void make(struct versions *v)
{
    const struct tq_catalogue *now = tq_catalogue_current();
    const struct tq_table *tip = tq_catalogue_find(now, "tip");

    v->columns = calloc(tip->ncolumns, sizeof(*v->columns));
    memcpy(v->columns, tip->columns, tip->ncolumns * sizeof(*v->columns));
    assert_string_equal(v->columns[tip->ncolumns - 1].name, "note");
    v->columns[tip->ncolumns - 1].since = 2;
    for (uint32_t version = 1; version <= VERSIONS; version++) {
        struct tq_table *list = calloc(now->ntables, sizeof(*list));
        size_t n = 0;

        for (size_t i = 0; i < now->ntables; i++) {
            list[n] = now->tables[i];
            if (strcmp(list[n].name, "tip") == 0) {
                list[n].columns = v->columns;
                list[n].ncolumns -= version < 2;
            }
            if (strcmp(list[n].name, "hotspot") == 0)
                list[n].since = 3;
            n += list[n].since <= version;
        }
        v->tables[version] = list;
        v->of[version] = (struct tq_catalogue){ version, n, list };
    }
}

/* Everybody at version 1, with nothing in the tables that are to grow. */
static int set_up(void **state)
{
    struct versions *v = calloc(1, sizeof(*v));
    void *ends;

    make(v);
    ends_open(&ends);
    v->ends = ends;
    ends_upgrade_district(v->ends, &v->of[1]);
    for (size_t i = 0; i < ENDS; i++) {
        world_sql(&v->ends->ends[i].w, "UPDATE tq_state SET schema=1, loaded_scope=replace("
                                       "loaded_scope, 'schema '||schema, 'schema 1')");
        ends_upgrade_office(v->ends, i, &v->of[1]);
    }
    *state = v;
    return 0;
}

static int tear_down(void **state)
{
    struct versions *v = *state;
    void *ends = v->ends;

    mill_check_digests(&v->ends->mill);
    ends_close(&ends);
    for (size_t i = 1; i <= VERSIONS; i++)
        free(v->tables[i]);
    free(v->columns);
    free(v);
    return 0;
}

/* A night that ends with the certificate and finds nothing to repair. */
static const struct tq_office_result *sync_equal(struct versions *v, size_t number)
{
    struct office_world *w = &v->ends->ends[number].w;
    const struct tq_office_result *result = ends_sync(v->ends, number);

    assert_int_equal(result->progress.rows_repaired, 0);
    assert_int_equal(
            strtoull(world_get(w, "SELECT equal_as_of FROM tq_state"), NULL, 10), result->complete);
    world_expect(w, "SELECT count(*) FROM tq_fault", "0");
    return result;
}

static const char TIPS[] = "SELECT group_concat(area||coalesce(note,'-')) FROM (SELECT * FROM tip"
                           " ORDER BY area)";
static const char SPOTS[] = "SELECT group_concat(kind) FROM (SELECT * FROM hotspot ORDER BY kind)";

static void versions__old_office_is_equal_to_a_new_district(void **state)
{
    struct versions *v = *state;
    struct office_world *old = &v->ends->ends[0].w;
    struct office_world *new = &v->ends->ends[1].w;

    world_sql(old, "INSERT INTO tip(unit,area) VALUES('" WORLD_UNIT "',1)");
    sync_equal(v, 0);
    world_sql(old, "INSERT INTO tip(unit,area) VALUES('" WORLD_UNIT "',2)"); /* not sent yet */
    ends_upgrade_district(v->ends, &v->of[3]);
    mill_check_digests(&v->ends->mill);
    ends_upgrade_office(v->ends, 1, &v->of[3]);
    world_sql(new, "INSERT INTO tip(unit,area,note) VALUES('" WORLD_UNIT "',3,'mẫu')");
    world_sql(new, "INSERT INTO hotspot(unit,kind) VALUES('" WORLD_UNIT "','mẫu')");
    sync_equal(v, 1);
    assert_int_equal(sync_equal(v, 0)->round_trips, 1);
    world_expect(old, "SELECT group_concat(area) FROM (SELECT * FROM tip ORDER BY area)", "1,2,3");
    world_expect(old, "SELECT count(*) FROM pending", "0");
    /* What it does not know stays away, and a change of it does not make it unequal. */
    world_expect(old, TIPS, "1-,2-,3-");
    world_expect(old, "SELECT count(*) FROM hotspot", "0");
    world_sql(new, "UPDATE tip SET note='sửa' WHERE area=3");
    sync_equal(v, 1);
    assert_int_equal(sync_equal(v, 0)->round_trips, 1);
    world_sql(new, "UPDATE tip SET area=4 WHERE area=3"); /* one that it does know */
    sync_equal(v, 1);
    assert_int_equal(sync_equal(v, 0)->round_trips, 1);
    world_expect(old, TIPS, "1-,2-,4-");
}

/* Two versions behind is served (above), three is not: told so in a sentence, and all stays. */
static void versions__of_an_office_three_behind_is_told_and_keeps_what_it_has(void **state)
{
    struct versions *v = *state;
    struct office_world *old = &v->ends->ends[0].w;
    const struct tq_office_result *result;

    world_sql(old, "INSERT INTO tip(unit,area) VALUES('" WORLD_UNIT "',1)");
    sync_equal(v, 0);
    world_sql(old, "INSERT INTO tip(unit,area) VALUES('" WORLD_UNIT "',2)"); /* not sent yet */
    ends_upgrade_district(v->ends, &v->of[4]);
    result = ends_try(v->ends, 0);
    assert_int_equal(result->progress.phase, TQ_OFFICE_REFUSED);
    assert_int_equal(result->error.status, TQ_VERSION);
    assert_string_equal(result->refusal_vi, tq_status_sentence(TQ_VERSION, TQ_LANG_VI));
    assert_string_equal(result->refusal_next_vi, tq_status_next_step(TQ_VERSION, TQ_LANG_VI));
    assert_string_equal(result->refusal_en, tq_status_sentence(TQ_VERSION, TQ_LANG_EN));
    assert_string_equal(result->refusal_next_en, tq_status_next_step(TQ_VERSION, TQ_LANG_EN));
    assert_int_equal(result->retry_at_ms, 0); /* a person has to do something */
    world_expect(old, "SELECT group_concat(area) FROM (SELECT * FROM tip ORDER BY area)", "1,2");
    world_expect(old, "SELECT count(*) FROM pending", "1");
    assert_int_equal(mill_count(&v->ends->mill, "tip", NULL, NULL), 1);
    ends_upgrade_office(v->ends, 0, &v->of[4]);
    sync_equal(v, 0);
    world_expect(old, "SELECT count(*) FROM pending", "0");
    assert_int_equal(mill_count(&v->ends->mill, "tip", NULL, NULL), 2);
}

static void versions__an_upgraded_office_gets_the_new_column_and_table(void **state)
{
    struct versions *v = *state;
    struct office_world *late = &v->ends->ends[0].w;
    struct office_world *new = &v->ends->ends[1].w;

    ends_upgrade_district(v->ends, &v->of[3]);
    ends_upgrade_office(v->ends, 1, &v->of[3]);
    world_sql(new, "INSERT INTO tip(unit,area,note) VALUES('" WORLD_UNIT "',3,'mẫu')");
    world_sql(new, "INSERT INTO hotspot(unit,kind) VALUES('" WORLD_UNIT "','mẫu')");
    sync_equal(v, 1);
    sync_equal(v, 0);
    world_sql(late, "INSERT INTO tip(unit,area) VALUES('" WORLD_UNIT "',1)"); /* not sent yet */
    for (uint32_t version = 2; version <= 3; version++) {
        ends_upgrade_office(v->ends, 0, &v->of[version]);
        sync_equal(v, 0);
        world_expect(late, "SELECT schema FROM tq_state", version == 2 ? "2" : "3");
        world_expect(late, TIPS, "1-,3mẫu");
        world_expect(late, SPOTS, version == 2 ? "NULL" : "mẫu");
        world_expect(late, "SELECT count(*) FROM pending", "0");
    }
}

static void versions__new_office_waits_for_an_old_district(void **state)
{
    struct versions *v = *state;
    struct office_world *new = &v->ends->ends[0].w;
    struct office_world *old = &v->ends->ends[1].w;

    ends_upgrade_office(v->ends, 0, &v->of[3]);
    world_sql(new, "INSERT INTO tip(unit,area) VALUES('" WORLD_UNIT "',1)");
    world_sql(new, "INSERT INTO tip(unit,area,note) VALUES('" WORLD_UNIT "',2,'mẫu')");
    world_sql(new, "INSERT INTO hotspot(unit,kind) VALUES('" WORLD_UNIT "','mẫu')");
    assert_int_equal(sync_equal(v, 0)->held, 2);
    world_expect(new,
            "SELECT group_concat(tbl||':'||cell||':'||state) FROM (SELECT * FROM tq_pending"
            " ORDER BY tbl)",
            "29:16:1,30:0:1");
    world_expect(new, TIPS, "1-,2mẫu"); /* nothing is dropped */
    world_expect(new, SPOTS, "mẫu");
    assert_int_equal(mill_count(&v->ends->mill, "held_row", "state", "open"), 2);
    sync_equal(v, 1);
    world_expect(old, TIPS, "1-,2-");
    sync_equal(v, 0); /* it goes on waiting, and says so */
    world_expect(new,
            "SELECT group_concat(tbl||':'||cell||':'||state) FROM (SELECT * FROM tq_pending"
            " ORDER BY tbl)",
            "29:16:1,30:0:1");
    world_sql(new, "UPDATE tip SET area=5 WHERE area=1"); /* not sent yet */
    assert_int_equal(ends_upgrade_district(v->ends, &v->of[2]), 1);
    mill_check_digests(&v->ends->mill);
    sync_equal(v, 0);
    world_expect(new, "SELECT group_concat(tbl||':'||state) FROM tq_pending", "30:1");
    assert_int_equal(ends_upgrade_district(v->ends, &v->of[3]), 1);
    mill_check_digests(&v->ends->mill);
    sync_equal(v, 0);
    world_expect(new, "SELECT count(*) FROM tq_pending", "0");
    assert_int_equal(mill_count(&v->ends->mill, "held_row", "state", "open"), 0);
    sync_equal(v, 1);
    world_expect(old, "SELECT group_concat(area) FROM (SELECT * FROM tip ORDER BY area)", "2,5");
    ends_upgrade_office(v->ends, 1, &v->of[3]);
    sync_equal(v, 1);
    world_expect(old, TIPS, "2mẫu,5-");
    world_expect(old, SPOTS, "mẫu");
}

/* What a pull for an older catalogue had passed by is missing after the upgrade: no going on there. */
static void versions__a_scan_that_was_cut_begins_anew_for_another_catalogue(void **state)
{
    struct versions *v = *state;
    struct office_world *late = &v->ends->ends[0].w;
    struct office_world *new = &v->ends->ends[1].w;

    sync_equal(v, 0);
    ends_upgrade_district(v->ends, &v->of[3]);
    ends_upgrade_office(v->ends, 1, &v->of[3]);
    world_sql(new, "INSERT INTO hotspot(unit,kind) VALUES('" WORLD_UNIT "','mẫu')");
    sync_equal(v, 1);
    /* Cut behind the place where the table would have come. */
    world_sql(late, "UPDATE tq_state SET scan_h=cursor,scan_table=30,"
                    "scan_key=x'ffffffffffffffffffffffffffffffff'");
    ends_upgrade_office(v->ends, 0, &v->of[3]);
    sync_equal(v, 0);
    world_expect(late, SPOTS, "mẫu");
    world_expect(late, "SELECT scan_h FROM tq_state", "0");
}

/* An upgraded file shows nothing of a new column and table before it has pulled: what is written
 * meanwhile has seen nothing there, and stands in the inbox instead of replacing it. */
static void versions__what_was_not_loaded_was_not_seen(void **state)
{
    struct versions *v = *state;
    struct office_world *late = &v->ends->ends[0].w;
    struct office_world *new = &v->ends->ends[1].w;

    world_sql(late, "INSERT INTO tip(unit,area) VALUES('" WORLD_UNIT "',1)");
    sync_equal(v, 0);
    ends_upgrade_district(v->ends, &v->of[3]);
    ends_upgrade_office(v->ends, 1, &v->of[3]);
    sync_equal(v, 1);
    world_sql(new, "UPDATE tip SET note='mẫu'");
    sync_equal(v, 1);
    sync_equal(v, 0); /* knows of a change, not what it is */
    ends_upgrade_office(v->ends, 0, &v->of[3]);
    world_sql(late, "UPDATE tip SET area=2");
    world_sql(late, "UPDATE tip SET note='khác'");
    world_sql(late, "INSERT INTO hotspot(unit,kind) VALUES('" WORLD_UNIT "','mẫu')");
    world_expect(late, "SELECT group_concat((seen>0)||':'||(t_seen>0)) FROM tq_log", "1:1,0:0,0:0");
    world_expect(late,
            "SELECT group_concat(seen>0) FROM (SELECT seen FROM tq_pending ORDER BY tbl,cell)",
            "1,0,0");
    sync_equal(v, 0);
    assert_int_equal(mill_count(&v->ends->mill, "conflict", NULL, NULL), 1);
    world_sql(late, "UPDATE tip SET note='sửa'");
    world_expect(late, "SELECT seen>0 FROM tq_log", "1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(versions__old_office_is_equal_to_a_new_district),
        TEST(versions__of_an_office_three_behind_is_told_and_keeps_what_it_has),
        TEST(versions__an_upgraded_office_gets_the_new_column_and_table),
        TEST(versions__new_office_waits_for_an_old_district),
        TEST(versions__a_scan_that_was_cut_begins_anew_for_another_catalogue),
        TEST(versions__what_was_not_loaded_was_not_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What others decide about what the merge keeps: requests granted, refused, taken back; held
 * changes given back; reports
 * that have arrived; changes that waited for an upgrade. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "tuquan/quoted.h"
#include "tuquan/calendar.h"
#include "tuquan/district_reports.h"

#define LC "08773@2004-01-01"
#define LC_VILLAGE "village=08773-01@2019-01-01"
#define REPORT_KEY                                                                                 \
    LC "\x1fmonth\x1f"                                                                             \
       "ADMIN/2020-12"
#define LOCKED_DAY "2020-11-20"

static void incident(struct mill *m, struct mill_device *d, uint32_t key)
{
    mill_insert(m, d, "incident", mill_key(m, key), "area=1", "category=theft", LC_VILLAGE,
            "occurred_on=" LOCKED_DAY, "summary=dữ liệu mẫu", NULL)
            ->lock_on = tq_slice_str(LOCKED_DAY);
}

static void set_period(struct mill *m, const char *state)
{
    struct tq_error err;

    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), state, NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

/* All that is asked, oldest first. */
static size_t asked(struct mill *m, struct tq_open_entry **out)
{
    struct tq_error err;
    size_t count;

    assert_int_equal(
            tq_report_requests(m->store, tq_slice_str(LC), m->arena, out, &count, &err), TQ_OK);
    return count;
}

static struct tq_open_entry the_request(struct mill *m)
{
    struct tq_open_entry *list;

    assert_int_equal(asked(m, &list), 1);
    return list[0];
}

static void decide(struct mill *m, const struct tq_open_entry *entry, const char *state)
{
    struct tq_slice id = tq_slice_of(entry->id, TQ_SURROGATE_BYTES);
    uint64_t head = mill_head(m, NULL);

    m->devices[0].seen = head;
    snprintf(m->devices[0].unit, sizeof(m->devices[0].unit), "%s", LC);
    mill_update(m, &m->devices[0], "correction_request", id, state, NULL);
    mill_update(m, &m->devices[0], "correction_request", id, "decision=lý do mẫu", NULL);
}

/* As `requests grant` does: the cells asked for in the name of the request, and the decision. */
static tq_status grant(struct mill *m, const struct tq_open_entry *entry, struct tq_error *err)
{
    struct mill_device *d = &m->devices[0];
    char *name = tq_arena_alloc(m->arena, 64);
    char text[64];
    struct tq_cells cells;
    struct tq_change *c;

    decide(m, entry, "state=granted");
    snprintf(text, sizeof(text), "%.*s", (int)entry->table_name.len,
            (const char *)entry->table_name.data);
    c = entry->cell.len == 0 ? mill_insert(m, d, text, entry->row_key, NULL)
                             : mill_update(m, d, text, entry->row_key, "damage_vnd=0", NULL);
    assert_int_equal(tq_quoted_parse(entry->values, m->arena, &cells, err), TQ_OK);
    c->ncolumns = cells.n;
    c->columns = cells.columns;
    c->after = cells.values;
    memcpy(name, "grant:", 7);
    tq_hex(name + 6, entry->id, TQ_SURROGATE_BYTES);
    c->lock_on = tq_slice_str(name);
    return mill_district(m, err);
}

/* Incident 2 is asked for while the period is locked; border notice 3 hangs on it. */
static struct mill_device *ask_for_a_row(struct mill *m)
{
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    struct tq_change *c;

    set_period(m, "state=locked");
    incident(m, d, 2);
    c = mill_insert(
            m, d, "border_notice", mill_key(m, 3), "category=dữ liệu mẫu", "incident=", NULL);
    ((struct tq_value *)(uintptr_t)c->after)[c->ncolumns - 1] = tq_value_blob(mill_key(m, 2));
    receipt = mill_send(m, d);
    assert_int_equal(receipt.requested, 1);
    assert_int_equal(receipt.held, 1);
    return d;
}

static bool exists(struct mill *m, const char *table, uint32_t key)
{
    bool is_there;

    mill_cell(m, table, mill_key(m, key), "id", &is_there);
    return is_there;
}

/* What the newest receipt that names a place says of it. */
static struct tq_exception fate(struct mill *m, struct mill_device *d, uint64_t seq, uint32_t place)
{
    struct tq_exception out = { 0 };
    struct tq_slice *list;
    struct tq_error err;
    size_t count;

    assert_int_equal(
            m->ops->receipts_of(m->ops->ctx, d->device, 1, seq, m->arena, &list, &count, &err),
            TQ_OK);
    for (size_t i = 0; i < count; i++) {
        struct tq_receipt receipt = mill_receipt(m, list[i]);

        for (size_t k = 0; k < receipt.nexceptions; k++)
            if (receipt.exceptions[k].place == place)
                out = receipt.exceptions[k];
    }
    return out;
}

static void requests__grant_writes_exactly_the_cells_that_were_asked(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_open_entry entry;
    struct tq_error err;

    incident(m, d, 1);
    mill_send(m, d);
    set_period(m, "state=locked");
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=9", NULL)->lock_on =
            tq_slice_str(LOCKED_DAY);
    mill_send(m, d);
    entry = the_request(m);
    assert_int_equal(grant(m, &entry, &err), TQ_OK);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 9);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "area", NULL).i, 1);
    assert_int_equal(mill_count(m, "correction_request", "state", "granted"), 1);
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 0);
}

static void requests__without_a_grant_the_district_does_not_write_for_a_commune(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_open_entry entry;
    struct tq_error err;

    incident(m, d, 1);
    incident(m, d, 2);
    mill_send(m, d);
    set_period(m, "state=locked");
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=9", NULL)->lock_on =
            tq_slice_str(LOCKED_DAY);
    mill_send(m, d);
    entry = the_request(m);
    decide(m, &entry, "state=asked");
    mill_update(m, &m->devices[0], "incident", mill_key(m, 1), "damage_vnd=9", NULL);
    assert_int_equal(mill_district(m, &err), TQ_RULE);
    entry.row_key = mill_key(m, 2); /* another row than the one asked for */
    assert_int_equal(grant(m, &entry, &err), TQ_RULE);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 1);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 2), "damage_vnd", NULL).i, 0);
}

static void pull_and_set(struct mill *m, struct mill_device *d, const char *cell)
{
    d->seen = mill_head(m, &d->t_seen);
    mill_update(m, d, "incident", mill_key(m, 1), cell, NULL);
    assert_int_equal(mill_send(m, d).accepted, 1);
}

/* The name of a request is no key to other values, nor to a second grant. */
static void requests__grant_is_for_the_very_values_and_once(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_open_entry entry;
    struct tq_open_entry other;
    struct tq_error err;

    incident(m, d, 1);
    mill_send(m, d);
    set_period(m, "state=locked");
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=9", NULL)->lock_on =
            tq_slice_str(LOCKED_DAY);
    mill_send(m, d);
    entry = the_request(m);
    other = entry;
    other.values = tq_slice_of(
            tq_arena_copy(m->arena, entry.values.data, entry.values.len), entry.values.len);
    ((uint8_t *)(uintptr_t)other.values.data)[entry.values.len - 2] = '8'; /* "n=9," */
    assert_int_equal(grant(m, &other, &err), TQ_RULE);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 0);
    assert_int_equal(grant(m, &entry, &err), TQ_OK);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 9);
    set_period(m, "state=open");
    pull_and_set(m, d, "damage_vnd=4");
    assert_int_equal(grant(m, &entry, &err), TQ_RULE); /* decided already */
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 4);
}

static void requests__grant_of_a_row_releases_it_and_its_children(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = ask_for_a_row(m);
    struct tq_open_entry entry = the_request(m);
    struct tq_error err;

    assert_int_equal(grant(m, &entry, &err), TQ_OK);
    assert_true(exists(m, "incident", 2));
    assert_true(exists(m, "border_notice", 3));
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_ACCEPTED);
    assert_int_equal(fate(m, d, 1, 1).verdict, TQ_ACCEPTED);
    assert_int_equal(mill_count(m, "correction_request", "state", "granted"), 1);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 0);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    assert_int_equal(mill_count(m, "conflict", "state", "open"), 0);
}

static void requests__refusal_sends_the_row_back_with_its_reason(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = ask_for_a_row(m);
    struct tq_open_entry entry = the_request(m);
    struct tq_error err;

    decide(m, &entry, "state=refused");
    assert_int_equal(mill_district(m, &err), TQ_OK);
    assert_false(exists(m, "incident", 2));
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_REFUSED_ROW);
    assert_int_equal(fate(m, d, 1, 0).reason, TQ_REASON_REQUEST_REFUSED);
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 1);
    /* Voided by its writer: gone, though the period is locked. */
    mill_update(m, d, "incident", mill_key(m, 2), "voided_at=1608000000000",
            "void_reason=dữ liệu mẫu", NULL)
            ->lock_on = tq_slice_str(LOCKED_DAY);
    mill_send(m, d);
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_DROPPED);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 0);
}

static void requests__a_refused_row_put_right_is_asked_again(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = ask_for_a_row(m);
    struct tq_open_entry entry = the_request(m);
    struct tq_error err;

    decide(m, &entry, "state=refused");
    assert_int_equal(mill_district(m, &err), TQ_OK);
    mill_update(m, d, "incident", mill_key(m, 2), "damage_vnd=77", NULL)->lock_on =
            tq_slice_str(LOCKED_DAY);
    mill_send(m, d);
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_REQUESTED);
    entry = the_request(m);
    assert_int_equal(grant(m, &entry, &err), TQ_OK);
    assert_true(exists(m, "incident", 2));
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 2), "damage_vnd", NULL).i, 77);
}

static void requests__later_cells_of_the_row_join_its_request(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = ask_for_a_row(m);
    struct tq_open_entry entry;
    struct tq_error err;

    mill_update(m, d, "incident", mill_key(m, 2), "damage_vnd=5", NULL)->lock_on =
            tq_slice_str(LOCKED_DAY);
    mill_update(m, d, "incident", mill_key(m, 2), "injured=1", NULL)->lock_on =
            tq_slice_str(LOCKED_DAY);
    assert_int_equal(mill_send(m, d).requested, 2);
    entry = the_request(m); /* one for all of it */
    assert_int_equal(grant(m, &entry, &err), TQ_OK);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 2), "damage_vnd", NULL).i, 5);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 2), "injured", NULL).i, 1);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 0);
    assert_int_equal(fate(m, d, 2, 0).verdict, TQ_ACCEPTED);
    assert_int_equal(fate(m, d, 2, 1).verdict, TQ_ACCEPTED);
}

/* The row came to be without the request: its cells are judged by themselves, and nothing is left for
 * the officer to decide. */
static void requests__of_a_row_that_another_entered_are_closed(void **state)
{
    static const char KEY[] = "08773-01@2019-01-01\x1f"
                              "ADMIN/2020-12\x1fhouseholds@1";
    struct mill *m = *state;
    struct mill_device *d1 = mill_device(m, 1, LC);
    struct mill_device *d2 = mill_device(m, 2, LC);
    struct tq_open_entry *list;

    set_period(m, "state=locked");
    mill_insert(m, d1, "village_return", tq_slice_str(KEY), "value=40", "source=typed",
            "state=confirmed", NULL)
            ->lock_on = tq_slice_str("ADMIN/2020-12");
    assert_int_equal(mill_send(m, d1).requested, 1);
    assert_int_equal(asked(m, &list), 1);
    set_period(m, "state=open");
    m->now_ms += 1000;
    mill_insert(m, d2, "village_return", tq_slice_str(KEY), "value=41", "source=typed",
            "state=confirmed", NULL)
            ->lock_on = tq_slice_str("ADMIN/2020-12");
    mill_send(m, d2);
    assert_int_equal(mill_cell(m, "village_return", tq_slice_str(KEY), "value", NULL).i, 41);
    assert_int_equal(mill_amended(m, d1, 1).exceptions[0].verdict, TQ_SUPERSEDED);
    assert_int_equal(mill_count(m, "conflict", "state", "open"), 1);
    assert_int_equal(asked(m, &list), 0);
}

/* Two devices ask for one row: the grant writes what one of them asked, and nothing of the other's,
 * whose cells are asked for by themselves. */
static void requests__grant_of_a_row_is_none_of_what_another_asked(void **state)
{
    static const char KEY[] = "08773-01@2019-01-01\x1f"
                              "2020-12-01";
    static const struct tq_slice LOCK = { (const uint8_t *)"2020-12-01", 10 };
    struct mill *m = *state;
    struct mill_device *d1 = mill_device(m, 1, LC);
    struct mill_device *d2 = mill_device(m, 2, LC);
    struct tq_open_entry *list;
    struct tq_open_entry first;
    struct tq_error err;

    set_period(m, "state=locked");
    mill_insert(m, d1, "village_profile", tq_slice_str(KEY), "households=5", NULL)->lock_on = LOCK;
    assert_int_equal(mill_send(m, d1).requested, 1);
    first = the_request(m);
    mill_insert(m, d2, "village_profile", tq_slice_str(KEY), "households=6", "residents=9", NULL)
            ->lock_on = LOCK;
    mill_update(m, d2, "village_profile", tq_slice_str(KEY), "note=dữ liệu mẫu", NULL)->lock_on =
            LOCK;
    assert_int_equal(mill_send(m, d2).requested, 2);
    assert_int_equal(asked(m, &list), 2);
    assert_int_equal(grant(m, &first, &err), TQ_OK);
    assert_int_equal(mill_cell(m, "village_profile", tq_slice_str(KEY), "households", NULL).i, 5);
    assert_int_equal(
            mill_cell(m, "village_profile", tq_slice_str(KEY), "residents", NULL).type, TQ_NULL);
    assert_int_equal(
            mill_cell(m, "village_profile", tq_slice_str(KEY), "note", NULL).type, TQ_NULL);
    assert_int_equal(asked(m, &list), 3); /* households, residents, note */
    for (size_t i = 0; i < 3; i++)
        assert_true(list[i].cell.len > 0);
    assert_int_equal(fate(m, d2, 1, 0).verdict, TQ_REQUESTED);
    assert_int_equal(fate(m, d2, 1, 1).verdict, TQ_REQUESTED);
    assert_int_equal(fate(m, d1, 1, 0).verdict, TQ_ACCEPTED);
}

static void requests__are_withdrawn_by_voiding_the_row(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = ask_for_a_row(m);

    mill_update(m, d, "incident", mill_key(m, 2), "voided_at=1608000000000",
            "void_reason=dữ liệu mẫu", NULL)
            ->lock_on = tq_slice_str(LOCKED_DAY);
    mill_send(m, d);
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_DROPPED);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 0);
}

/* --- held changes --- */

#define NEW_VILLAGE "08773-77@2019-01-01"

/* Incident 2 in a village that is not there yet, its border notice, and a later cell of it. */
static struct mill_device *wait_for_a_village(struct mill *m)
{
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_change *c;

    mill_insert(m, d, "incident", mill_key(m, 2), "area=1", "category=theft",
            "village=" NEW_VILLAGE, "summary=dữ liệu mẫu", NULL);
    c = mill_insert(
            m, d, "border_notice", mill_key(m, 3), "category=dữ liệu mẫu", "incident=", NULL);
    ((struct tq_value *)(uintptr_t)c->after)[c->ncolumns - 1] = tq_value_blob(mill_key(m, 2));
    assert_int_equal(mill_send(m, d).held, 2);
    return d;
}

static void make_village(struct mill *m)
{
    struct tq_error err;

    mill_insert(m, &m->devices[0], "unit", tq_slice_str(NEW_VILLAGE), "code=08773-77", "level=4",
            "name=Thôn (mẫu)", "parent=08773@2004-01-01", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

/* The open entry about a row of this table. */
static struct tq_open_entry the_held(struct mill *m, const char *table)
{
    struct tq_open_entry out = { 0 };
    struct tq_open_entry *list;
    struct tq_error err;
    size_t found = 0;
    size_t count;

    assert_int_equal(
            tq_report_held(m->store, tq_slice_str(LC), m->arena, &list, &count, &err), TQ_OK);
    for (size_t i = 0; i < count; i++)
        if (tq_slice_equal(list[i].table_name, tq_slice_str(table))) {
            out = list[i];
            found++;
        }
    assert_int_equal(found, 1);
    return out;
}

/* As `held release` and `held return` do. */
static void decide_held(struct mill *m, const struct tq_open_entry *entry, const char *decision)
{
    struct mill_device *d = &m->devices[0];
    struct tq_error err;

    d->seen = mill_head(m, &d->t_seen);
    snprintf(d->unit, sizeof(d->unit), "%s", LC);
    mill_update(m, d, "held_row", tq_slice_of(entry->id, TQ_SURROGATE_BYTES), decision, NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

static void held__given_back_is_the_clerks_again_with_the_officers_words(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = wait_for_a_village(m);
    struct tq_open_entry entry = the_held(m, "incident");

    decide_held(m, &entry, "decision=return: không có thôn này (mẫu)");
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_REFUSED_ROW);
    assert_int_equal(fate(m, d, 1, 0).reason, TQ_REASON_HELD_RETURNED);
    assert_true(tq_slice_equal(fate(m, d, 1, 0).detail, tq_slice_str("không có thôn này (mẫu)")));
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 1);
    assert_int_equal(fate(m, d, 1, 1).verdict, TQ_HELD); /* what hangs on it waits for it */
    /* It is the clerk's: the village that comes now does not take it out of his hands. */
    make_village(m);
    assert_false(exists(m, "incident", 2));
    mill_update(m, d, "incident", mill_key(m, 2), LC_VILLAGE, NULL);
    mill_send(m, d);
    assert_true(exists(m, "incident", 2));
    assert_true(exists(m, "border_notice", 3));
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_ACCEPTED);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
}

static void held__given_back_may_be_voided(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = wait_for_a_village(m);
    struct tq_open_entry entry = the_held(m, "incident");

    decide_held(m, &entry, "decision=return: không có thôn này (mẫu)");
    mill_update(m, d, "incident", mill_key(m, 2), "voided_at=1608000000000",
            "void_reason=dữ liệu mẫu", NULL);
    mill_send(m, d);
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_DROPPED);
    make_village(m);
    assert_false(exists(m, "incident", 2));
}

/* An update of a row that never comes, and a row that a rule refused. */
static void held__a_cell_or_a_refused_row_is_given_back_as_well(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_open_entry entry;

    mill_update(m, d, "tip", mill_key(m, 7), "area=2", NULL);
    mill_insert(m, d, "incident", mill_key(m, 8), "area=1", "category=khong-co", NULL);
    mill_send(m, d);
    entry = the_held(m, "tip");
    decide_held(m, &entry, "decision=return: không có dòng này (mẫu)");
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_REFUSED_ROW);
    assert_int_equal(fate(m, d, 1, 0).reason, TQ_REASON_HELD_RETURNED);
    entry = the_held(m, "incident");
    decide_held(m, &entry, "decision=return: sửa loại vụ việc (mẫu)");
    assert_int_equal(fate(m, d, 1, 1).reason, TQ_REASON_NOT_IN_LIST);
    assert_true(fate(m, d, 1, 1).column != 0);
    assert_true(tq_slice_equal(fate(m, d, 1, 1).detail, tq_slice_str("sửa loại vụ việc (mẫu)")));
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 2);
    /* The row comes after all: the cell that was given back is not its own. */
    mill_insert(m, d, "tip", mill_key(m, 7), "area=1", NULL);
    mill_send(m, d);
    assert_int_equal(mill_cell(m, "tip", mill_key(m, 7), "area", NULL).i, 1);
}

/* No rule is waived for an officer; what still waits keeps its place and its receipt. */
static void held__released_by_hand_is_judged_by_the_same_rules(void **state)
{
    static const char *const TABLES[] = { "incident", "border_notice", "tip" };
    struct mill *m = *state;
    struct mill_device *d = wait_for_a_village(m);
    struct tq_error err;

    mill_update(m, d, "tip", mill_key(m, 7), "area=2", NULL);
    assert_int_equal(mill_send(m, d).held, 1);
    for (size_t i = 0; i < 3; i++) {
        struct tq_open_entry entry = the_held(m, TABLES[i]);

        decide_held(m, &entry, "decision=release: xét lại (mẫu)");
    }
    assert_false(exists(m, "incident", 2));
    assert_false(exists(m, "border_notice", 3));
    assert_int_equal(fate(m, d, 1, 0).reason, TQ_REASON_PARENT_MISSING);
    for (uint64_t seq = 1; seq <= 2; seq++) { /* nothing new to tell the office */
        struct tq_slice *list;
        size_t count;

        assert_int_equal(
                m->ops->receipts_of(m->ops->ctx, d->device, 1, seq, m->arena, &list, &count, &err),
                TQ_OK);
        assert_int_equal(count, 1);
    }
    make_village(m);
    assert_true(exists(m, "incident", 2));
    assert_true(exists(m, "border_notice", 3));
}

/* A commune's own word in the decision cell, one about what others decide, one that comes twice. */
static void held__is_decided_once_and_by_those_who_may(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = ask_for_a_row(m);
    struct tq_open_entry entry = the_held(m, "incident");
    struct tq_open_entry child = the_held(m, "border_notice");

    decide_held(m, &entry, "decision=return: lý do mẫu"); /* a request decides about it */
    assert_int_equal(fate(m, d, 1, 0).verdict, TQ_REQUESTED);
    d->seen = mill_head(m, &d->t_seen);
    mill_update(m, d, "held_row", tq_slice_of(child.id, TQ_SURROGATE_BYTES),
            "decision=return: lời của xã (mẫu)", NULL);
    mill_send(m, d);
    assert_int_equal(fate(m, d, 1, 1).verdict, TQ_HELD);
    decide_held(m, &child, "decision=return: lý do mẫu");
    assert_int_equal(fate(m, d, 1, 1).verdict, TQ_REFUSED_ROW);
    decide_held(m, &child, "decision=release: nghĩ lại (mẫu)");
    assert_int_equal(fate(m, d, 1, 1).verdict, TQ_REFUSED_ROW);
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 1);
}

/* --- reports --- */

static void due(struct mill *m, tq_day day, const char *grace)
{
    struct tq_error err;
    char text[48];

    snprintf(text, sizeof(text), "due_at=%lld", (long long)tq_day_start_ms(day + 1) - 1);
    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), text, NULL);
    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), grace, NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

static void report(struct mill *m, struct mill_device *d)
{
    mill_insert(m, d, "report", tq_slice_str(REPORT_KEY), "narrative=dữ liệu mẫu",
            "submitted_at=1608000000000", "state=sent", NULL);
}

static struct tq_value of_report(struct mill *m, const char *column)
{
    return mill_cell(m, "report", tq_slice_str(REPORT_KEY), column, NULL);
}

static void reports__get_the_districts_stamp_when_they_arrive(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    int64_t first;

    due(m, tq_day_of_instant(MILL_START_MS) - 5, "grace_days=2");
    mill_insert(m, d, "report", tq_slice_str(REPORT_KEY), "narrative=dữ liệu mẫu", NULL);
    mill_send(m, d);
    assert_int_equal(of_report(m, "received_at").type, TQ_NULL); /* a draft */
    mill_update(m, d, "report", tq_slice_str(REPORT_KEY), "submitted_at=1608000000000", NULL);
    mill_update(m, d, "report", tq_slice_str(REPORT_KEY), "state=sent", NULL);
    receipt = mill_send(m, d);
    first = of_report(m, "received_at").i;
    assert_int_equal(first, receipt.ta);
    assert_int_equal(of_report(m, "late_days").i, 3);
    assert_true(tq_slice_equal(of_report(m, "receipt_state").s, tq_slice_str("received")));
    /* Sent again: the first arrival counts. */
    mill_update(m, d, "report", tq_slice_str(REPORT_KEY), "submitted_at=1608000005000", NULL);
    mill_send(m, d);
    assert_int_equal(of_report(m, "received_at").i, first);
}

static bool receipt_is(struct mill *m, const char *word)
{
    return tq_slice_equal(of_report(m, "receipt_state").s, tq_slice_str(word));
}

static void reports__that_come_again_are_received_once_more(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_error err;
    int64_t first;

    due(m, tq_day_of_instant(MILL_START_MS), "grace_days=0");
    report(m, d);
    mill_send(m, d);
    first = of_report(m, "received_at").i;
    snprintf(m->devices[0].unit, sizeof(m->devices[0].unit), "%s", LC);
    mill_update(m, &m->devices[0], "report", tq_slice_str(REPORT_KEY), "receipt_state=returned",
            "returned_cells=1.2: thiếu sổ ký", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    mill_update(m, d, "report", tq_slice_str(REPORT_KEY), "narrative=đã bổ sung", NULL);
    mill_send(m, d);
    assert_true(receipt_is(m, "returned")); /* written on, not submitted */
    /* The office's clock is slow: the order of merging counts. */
    mill_update(m, d, "report", tq_slice_str(REPORT_KEY), "submitted_at=1607000000000", NULL);
    mill_send(m, d);
    assert_true(receipt_is(m, "received"));
    assert_int_equal(of_report(m, "received_at").i, first);
    mill_update(
            m, &m->devices[0], "report", tq_slice_str(REPORT_KEY), "receipt_state=returned", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    assert_true(receipt_is(m, "returned"));
}

static void reports__in_time_are_not_late_and_officers_may_overwrite(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_error err;

    due(m, tq_day_of_instant(MILL_START_MS) - 2, "grace_days=2");
    report(m, d);
    mill_send(m, d);
    assert_int_equal(of_report(m, "late_days").i, 0);
    snprintf(m->devices[0].unit, sizeof(m->devices[0].unit), "%s", LC);
    mill_update(m, &m->devices[0], "report", tq_slice_str(REPORT_KEY), "received_at=1607000000000",
            NULL);
    mill_update(m, &m->devices[0], "report", tq_slice_str(REPORT_KEY), "late_days=4", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    assert_int_equal(of_report(m, "received_at").i, 1607000000000);
    assert_int_equal(of_report(m, "late_days").i, 4);
}

static void reports__in_parts_have_arrived_with_the_last_one(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;

    due(m, tq_day_of_instant(MILL_START_MS), "grace_days=0");
    d->group = 1;
    d->parts = 3;
    d->part = 1;
    report(m, d);
    mill_send(m, d);
    d->part = 2;
    incident(m, d, 1);
    mill_send(m, d);
    assert_int_equal(of_report(m, "received_at").type, TQ_NULL);
    d->part = 3;
    incident(m, d, 2);
    receipt = mill_send(m, d);
    assert_int_equal(of_report(m, "received_at").i, receipt.ta);
}

/* --- upgrades --- */

/* The catalogue of this build without the last column of `tip`, and the next version with it. */
struct two_catalogues {
    struct tq_catalogue before;
    struct tq_catalogue after;
    struct tq_table *tables;
};

static void make_catalogues(struct two_catalogues *two)
{
    const struct tq_catalogue *now = tq_catalogue_current();

    two->tables = calloc(now->ntables, sizeof(*two->tables));
    memcpy(two->tables, now->tables, now->ntables * sizeof(*two->tables));
    for (size_t i = 0; i < now->ntables; i++)
        if (strcmp(two->tables[i].name, "tip") == 0)
            two->tables[i].ncolumns--;
    two->before = (struct tq_catalogue){ now->version, now->ntables, two->tables };
    two->after = (struct tq_catalogue){ now->version + 1, now->ntables, now->tables };
}

static void upgrade__takes_what_waited_for_the_newer_schema(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));
    struct two_catalogues two;
    struct mill_device *d;
    struct tq_receipt receipt;
    struct tq_error err;
    size_t released;

    (void)state;
    make_catalogues(&two);
    mill_open_with(m, &two.after);
    mill_settle(m);
    d = mill_device(m, 1, LC);
    d->schema = two.after.version;
    mill_insert(m, d, "tip", mill_key(m, 1), "area=1", NULL);
    mill_insert(m, d, "tip", mill_key(m, 2), "area=2", "note=dữ liệu mẫu", NULL);
    mill_update(m, d, "tip", mill_key(m, 2), "area=3", NULL);
    mill_reopen(m, &two.before); /* an old district */
    receipt = mill_send(m, d);
    /* Of the second only the cell that it does not know waits. */
    assert_int_equal(receipt.accepted, 2);
    assert_int_equal(receipt.held, 1);
    assert_int_equal(receipt.nexceptions, 1);
    assert_int_equal(receipt.exceptions[0].cell, 16);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NEWER_SCHEMA);
    assert_true(exists(m, "tip", 1));
    assert_int_equal(mill_cell(m, "tip", mill_key(m, 2), "area", NULL).i, 3);
    assert_int_equal(tq_merge_release_schema(m->merger, m->now_ms, &released, &err), TQ_OK);
    assert_int_equal(released, 0); /* it still does not know */
    mill_reopen(m, &two.after);
    m->now_ms += 1000;
    assert_int_equal(tq_merge_release_schema(m->merger, m->now_ms, &released, &err), TQ_OK);
    assert_int_equal(released, 1);
    assert_true(exists(m, "tip", 2));
    assert_int_equal(mill_cell(m, "tip", mill_key(m, 2), "area", NULL).i, 3);
    assert_true(tq_slice_equal(
            mill_cell(m, "tip", mill_key(m, 2), "note", NULL).s, tq_slice_str("dữ liệu mẫu")));
    assert_int_equal(fate(m, d, 1, 1).verdict, TQ_ACCEPTED);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    assert_int_equal(tq_merge_release_schema(m->merger, m->now_ms, &released, &err), TQ_OK);
    assert_int_equal(released, 0);
    mill_close(m);
    free(two.tables);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(requests__grant_writes_exactly_the_cells_that_were_asked),
        TEST(requests__without_a_grant_the_district_does_not_write_for_a_commune),
        TEST(requests__grant_is_for_the_very_values_and_once),
        TEST(requests__grant_of_a_row_releases_it_and_its_children),
        TEST(requests__refusal_sends_the_row_back_with_its_reason),
        TEST(requests__a_refused_row_put_right_is_asked_again),
        TEST(requests__later_cells_of_the_row_join_its_request),
        TEST(requests__of_a_row_that_another_entered_are_closed),
        TEST(requests__grant_of_a_row_is_none_of_what_another_asked),
        TEST(requests__are_withdrawn_by_voiding_the_row),
        TEST(held__given_back_is_the_clerks_again_with_the_officers_words),
        TEST(held__given_back_may_be_voided),
        TEST(held__a_cell_or_a_refused_row_is_given_back_as_well),
        TEST(held__released_by_hand_is_judged_by_the_same_rules),
        TEST(held__is_decided_once_and_by_those_who_may),
        TEST(reports__get_the_districts_stamp_when_they_arrive),
        TEST(reports__that_come_again_are_received_once_more),
        TEST(reports__in_time_are_not_late_and_officers_may_overwrite),
        TEST(reports__in_parts_have_arrived_with_the_last_one),
        cmocka_unit_test(upgrade__takes_what_waited_for_the_newer_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

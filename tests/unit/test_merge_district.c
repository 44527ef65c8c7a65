/* What the district's own set may do: nothing that is published changes, nothing that its writer has
 * not seen is written over, and all that speaks against it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"

#define SHEET "5TQ@1"
#define ITEM "5TQ@1/5.4"

/* Merge what was added; the rule that speaks against it must be the one of what is published. */
static void refused(struct mill *m)
{
    struct tq_error err;

    tq_error_clear(&err);
    assert_int_equal(mill_district(m, &err), TQ_IMMUTABLE);
    assert_non_null(strstr(err.msg, "R23"));
}

static void taken(struct mill *m)
{
    struct tq_error err;

    tq_error_clear(&err);
    if (mill_district(m, &err) != TQ_OK)
        fail_msg("%s", err.msg);
}

static void put_sheet(struct mill *m, const char *key, const char *version, const char *as)
{
    struct mill_device *d = &m->devices[0];

    mill_insert(m, d, "scoring_sheet", tq_slice_str(key), "code=5TQ", version, as,
            "params=target=9", NULL);
}

static void put_item(struct mill *m, const char *key, const char *sheet)
{
    mill_insert(m, &m->devices[0], "criterion", tq_slice_str(key), sheet, "code=5.4",
            "max_points_c=300", NULL);
}

static void is_published(struct mill *m, const char *how)
{
    put_sheet(m, SHEET, "version=1", how);
    put_item(m, ITEM, "sheet=" SHEET);
    taken(m);
}

/* Sheet and criteria in one set: they are published as they come. A draft is free until then. */
static void district_sheet__is_made_and_published(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = &m->devices[0];

    is_published(m, "state=published");
    put_sheet(m, "5TQ@2", "version=2", "state=draft");
    put_item(m, "5TQ@2/5.4", "sheet=5TQ@2");
    taken(m);
    mill_update(m, d, "criterion", tq_slice_str("5TQ@2/5.4"), "max_points_c=200", NULL);
    mill_update(m, d, "scoring_sheet", tq_slice_str("5TQ@2"), "state=published", NULL);
    mill_update(m, d, "scoring_sheet", tq_slice_str("5TQ@2"), "published_at=1608000000000", NULL);
    taken(m);
    mill_update(m, d, "scoring_sheet", tq_slice_str("5TQ@2"), "state=retired", NULL);
    taken(m);
}

/* What is changed at the district is a set of the device `district`: signed, chained, answered. */
static void district_write__is_a_set_of_the_ledger(void **state)
{
    struct mill *m = *state;
    struct tq_ledger_set sets[2];
    struct tq_slice *receipts;
    struct tq_chain chain;
    struct tq_error err;
    size_t count = 0;
    uint32_t incarnation = 0;

    is_published(m, "state=published");
    mill_update(m, &m->devices[0], "scoring_sheet", tq_slice_str(SHEET), "state=retired", NULL);
    taken(m);
    assert_int_equal(
            m->ops->chain_next(m->ops->ctx, TQ_DEVICE_DISTRICT, 0, &incarnation, &err), TQ_OK);
    assert_int_equal(
            m->ops->chain_get(m->ops->ctx, TQ_DEVICE_DISTRICT, incarnation, &chain, &err), TQ_OK);
    for (uint64_t i = 0; i < 2; i++)
        assert_int_equal(m->ops->ledger_find(m->ops->ctx, TQ_DEVICE_DISTRICT, incarnation,
                                 chain.head.seq - 1 + i, m->arena, &sets[i], &err),
                TQ_OK);
    assert_int_equal(sets[0].nchanges, 2);
    assert_int_equal(sets[1].nchanges, 1);
    assert_memory_equal(sets[1].set.prev, sets[0].set.hash, TQ_HASH_BYTES);
    assert_memory_equal(chain.head.hash, sets[1].set.hash, TQ_HASH_BYTES);
    assert_int_equal(m->ops->receipts_of(m->ops->ctx, TQ_DEVICE_DISTRICT, incarnation,
                             chain.head.seq, m->arena, &receipts, &count, &err),
            TQ_OK);
    assert_int_equal(count, 1);
}

static void district_sheet__published_never_changes(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = &m->devices[0];
    struct tq_slice sheet = tq_slice_str(SHEET);
    struct tq_slice item = tq_slice_str(ITEM);

    is_published(m, "state=published");
    mill_update(m, d, "scoring_sheet", sheet, "params=target=1", NULL);
    refused(m);
    mill_update(m, d, "scoring_sheet", sheet, "state=draft", NULL);
    refused(m);
    mill_update(m, d, "scoring_sheet", sheet, "voided_at=1608000000000", "void_reason=nhầm", NULL);
    refused(m);
    put_sheet(m, SHEET, "version=1", "state=published"); /* entered again as it is */
    refused(m);
    mill_update(m, d, "scoring_sheet", sheet, "state=retired", NULL);
    mill_update(m, d, "scoring_sheet", sheet, "params=target=1", NULL);
    refused(m);
    mill_update(m, d, "criterion", item, "max_points_c=100", NULL);
    refused(m);
    mill_update(m, d, "criterion", item, "voided_at=1608000000000", "void_reason=nhầm", NULL);
    refused(m);
    put_item(m, "5TQ@1/5.5", "sheet=" SHEET);
    refused(m);
}

/* Neither out of a published sheet nor into one; a retired one was published, too. */
static void district_sheet__nothing_moves_in_or_out(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = &m->devices[0];

    is_published(m, "state=published");
    put_sheet(m, "5TQ@2", "version=2", "state=draft");
    put_item(m, "5TQ@2/5.4", "sheet=5TQ@2");
    taken(m);
    mill_update(m, d, "criterion", tq_slice_str(ITEM), "sheet=5TQ@2", NULL);
    refused(m);
    mill_update(m, d, "criterion", tq_slice_str("5TQ@2/5.4"), "sheet=" SHEET, NULL);
    refused(m);
    mill_update(m, d, "scoring_sheet", tq_slice_str(SHEET), "state=retired", NULL);
    taken(m);
    mill_update(m, d, "scoring_sheet", tq_slice_str(SHEET), "state=published", NULL);
    refused(m);
    mill_update(m, d, "criterion", tq_slice_str(ITEM), "max_points_c=100", NULL);
    refused(m);
}

#define XA "08773@2004-01-01"

static void stale(struct mill *m, const char *column)
{
    struct tq_error err;

    tq_error_clear(&err);
    assert_int_equal(mill_district(m, &err), TQ_STALE);
    assert_non_null(strstr(err.msg, column));
}

/* An incident of a commune, made and merged. */
static struct tq_slice incident(struct mill *m, struct mill_device *d)
{
    struct tq_slice key = mill_key(m, 7);

    mill_insert(m, d, "incident", key, "area=1", "occurred_on=2020-11-20", NULL);
    mill_send(m, d);
    return key;
}

static int64_t number(struct mill *m, const char *table, struct tq_slice key, const char *column)
{
    bool exists;
    struct tq_value value = mill_cell(m, table, key, column, &exists);

    assert_true(exists);
    return value.i;
}

/* Between reading and writing another officer has written the cell: both values are told. */
static void district_write__never_overwrites_what_was_not_seen(void **state)
{
    struct mill *m = *state;
    struct mill_device *officer = &m->devices[0];
    struct tq_slice key = incident(m, mill_device(m, 3, XA));
    struct tq_change mine;

    officer->device = 0;
    snprintf(officer->unit, sizeof(officer->unit), "%s", XA);
    mine = *mill_update(m, officer, "incident", key, "reclassified=2", NULL);
    officer->nchanges = 0;
    mill_update(m, officer, "incident", key, "reclassified=3", NULL);
    taken(m);
    officer->changes[0] = mine;
    officer->nchanges = 1;
    stale(m, "incident.reclassified");
    assert_int_equal(m->write.nobjections, 1);
    assert_int_equal(m->write.objections[0].asked.i, 2);
    assert_int_equal(m->write.objections[0].seen.type, TQ_NULL);
    assert_int_equal(m->write.objections[0].stands.i, 3);
    assert_int_equal(number(m, "incident", key, "reclassified"), 3);
    /* Looked at again, it is his. */
    mill_update(m, officer, "incident", key, "reclassified=2", NULL);
    taken(m);
    assert_int_equal(number(m, "incident", key, "reclassified"), 2);
}

/* A cell that both write, and the commune's set came in between. */
static void district_write__sees_what_a_commune_wrote_meanwhile(void **state)
{
    struct mill *m = *state;
    struct mill_device *officer = &m->devices[0];
    struct mill_device *d = mill_device(m, 3, XA);
    struct tq_slice key = mill_key(m, 8);

    mill_insert(m, d, "committee_member", key, "position=lúc đầu", NULL);
    mill_send(m, d);
    snprintf(officer->unit, sizeof(officer->unit), "%s", XA);
    mill_update(m, officer, "committee_member", key, "position=của huyện", NULL);
    mill_update(m, d, "committee_member", key, "position=của xã", NULL);
    mill_send(m, d);
    stale(m, "committee_member.position");
    assert_true(tq_slice_equal(m->write.objections[0].stands.s, tq_slice_str("của xã")));
}

/* Entered by two: the second finds the row, with other values. The same again is nothing. */
static void district_write__finds_the_row_that_another_made(void **state)
{
    struct mill *m = *state;
    struct mill_device *officer = &m->devices[0];
    struct tq_slice key = tq_slice_str("ADMIN/2021-01");

    mill_insert(m, officer, "period", key, "calendar=ADMIN", "code=2021-01", "grace_days=1", NULL);
    taken(m);
    mill_insert(m, officer, "period", key, "calendar=ADMIN", "code=2021-01", "grace_days=2", NULL);
    stale(m, "period.grace_days");
    assert_int_equal(m->write.objections[0].stands.i, 1);
    mill_insert(m, officer, "period", key, "calendar=ADMIN", "code=2021-01", "grace_days=1", NULL);
    taken(m);
}

/* One set may write a cell twice. */
static void district_write__goes_on_from_its_own_changes(void **state)
{
    struct mill *m = *state;
    struct mill_device *officer = &m->devices[0];
    struct tq_slice key = tq_slice_str("ADMIN/2020-12");
    struct tq_value closed = tq_value_str("closed");

    mill_update(m, officer, "period", key, "state=closed", NULL);
    mill_update(m, officer, "period", key, "state=locked", NULL)->before = &closed;
    taken(m);
}

/* What was worked out from the whole file holds for its head only. */
static void district_write__asks_for_the_head_it_was_made_from(void **state)
{
    struct mill *m = *state;
    struct mill_device *officer = &m->devices[0];
    uint64_t head = mill_head(m, NULL);

    incident(m, mill_device(m, 3, XA));
    mill_insert(m, officer, "calendar", tq_slice_str("VILLAGE"), NULL);
    m->write.head = head;
    stale(m, tq_phrase(TQ_PHRASE_HEAD));
    mill_insert(m, officer, "calendar", tq_slice_str("VILLAGE"), NULL);
    m->write.head = mill_head(m, NULL);
    taken(m);
}

/* Each row and column, with the value and the reason; nothing is written. */
static void district_write__tells_all_that_is_wrong(void **state)
{
    struct mill *m = *state;
    struct mill_device *officer = &m->devices[0];
    struct tq_error err;

    mill_insert(m, officer, "unit", tq_slice_str("1@2020-01-01"), "code=1", "level=4", "name=a",
            "parent=x@2020-01-01", NULL);
    mill_insert(m, officer, "unit", tq_slice_str("2@2020-01-01"), "code=2", "level=4", "name=b",
            "parent=" XA, NULL);
    mill_insert(
            m, officer, "unit", tq_slice_str("3@2020-01-01"), "code=3", "level=77", "name=c", NULL);
    assert_int_equal(mill_district(m, &err), TQ_RULE);
    assert_int_equal(m->write.nobjections, 2);
    assert_int_equal(m->write.objections[0].change, 0);
    assert_int_equal(m->write.objections[0].reason, TQ_REASON_PARENT_MISSING);
    assert_true(tq_slice_equal(m->write.objections[0].asked.s, tq_slice_str("x@2020-01-01")));
    assert_int_equal(m->write.objections[1].change, 2);
    assert_int_equal(m->write.objections[1].reason, TQ_REASON_OUT_OF_RANGE);
    assert_int_equal(m->write.objections[1].asked.i, 77);
    assert_int_equal(mill_count(m, "unit", "code", "2"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(district_sheet__is_made_and_published),
        TEST(district_write__is_a_set_of_the_ledger),
        TEST(district_sheet__published_never_changes),
        TEST(district_sheet__nothing_moves_in_or_out),
        TEST(district_write__never_overwrites_what_was_not_seen),
        TEST(district_write__sees_what_a_commune_wrote_meanwhile),
        TEST(district_write__finds_the_row_that_another_made),
        TEST(district_write__goes_on_from_its_own_changes),
        TEST(district_write__asks_for_the_head_it_was_made_from),
        TEST(district_write__tells_all_that_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What two copies of a file send alike: one change, in two branches. What people decide about it, they
 * decide for both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "tuquan/district_reports.h"

#define LC "08773@2004-01-01"
#define LC_VILLAGE "village=08773-01@2019-01-01"
#define LOCKED_DAY "2020-11-20"

/* A copy of the file, with what is in it unsent; the caller's, from the C heap. */
static struct mill_device *copy_of(struct mill *m, const struct mill_device *d)
{
    struct mill_device *copy = calloc(1, sizeof(*copy));
    struct tq_chain chain;
    struct tq_error err;

    *copy = *d;
    copy->incarnation = 2;
    memset(&chain, 0, sizeof(chain));
    chain.exists = true;
    assert_int_equal(m->ops->begin(m->ops->ctx, &err), TQ_OK);
    assert_int_equal(m->ops->chain_put(m->ops->ctx, d->device, 2, &chain, &err), TQ_OK);
    assert_int_equal(m->ops->commit(m->ops->ctx, &err), TQ_OK);
    return copy;
}

static struct mill_device *insert(struct mill *m, const char *category)
{
    struct mill_device *d = mill_device(m, 1, LC);

    mill_insert(m, d, "incident", mill_key(m, 1), "area=1", category, LC_VILLAGE,
            "occurred_on=" LOCKED_DAY, "summary=dữ liệu mẫu", NULL)
            ->lock_on = tq_slice_str(LOCKED_DAY);
    return d;
}

/* A change of the district's own to the one row of such a table that is open to an officer. */
static void decide(struct mill *m, const char *table, const char *field)
{
    struct mill_device *d = &m->devices[0];
    struct tq_open_entry *list;
    struct tq_error err;
    size_t count;
    bool held = strcmp(table, "held_row") == 0;

    assert_int_equal((held ? tq_report_held : tq_report_requests)(
                             m->store, tq_slice_str(LC), m->arena, &list, &count, &err),
            TQ_OK);
    assert_int_equal(count, 1);
    d->seen = mill_head(m, &d->t_seen);
    memcpy(d->unit, LC, sizeof(LC));
    mill_update(m, d, table, tq_slice_of(list[0].id, TQ_SURROGATE_BYTES), field, NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

static void set_period(struct mill *m, const char *state)
{
    struct tq_error err;

    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), state, NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

/* A rule refused the row, and an officer gave it back with his words: the copy's is refused, too, and
 * the entry is not open once more, for nobody is asked anything. */
static void copies__of_a_row_that_was_given_back_do_not_open_it_again(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = insert(m, "category=khong-co");
    struct mill_device *copy = copy_of(m, d);
    struct tq_receipt receipt;

    assert_int_equal(mill_send(m, d).refused, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 1);
    decide(m, "held_row", "decision=return: sửa loại vụ việc (mẫu)");
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 1);
    receipt = mill_send(m, copy);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NOT_IN_LIST);
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 1);
    /* It is put right as ever. */
    mill_update(m, copy, "incident", mill_key(m, 1), "category=theft", NULL);
    assert_int_equal(mill_send(m, copy).accepted, 1);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 0);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    free(copy);
}

/* A request was refused to both; one of them changes the row, and it is asked again: for both. */
static void copies__of_a_refused_request_ask_again_together(void **state)
{
    struct mill *m = *state;
    struct mill_device *d;
    struct mill_device *copy;
    struct tq_receipt first;
    struct tq_receipt second;

    set_period(m, "state=locked");
    d = insert(m, "category=theft");
    copy = copy_of(m, d);
    assert_int_equal(mill_send(m, d).requested, 1);
    decide(m, "correction_request", "state=refused");
    assert_int_equal(mill_amended(m, d, 1).refused, 1);
    assert_int_equal(mill_send(m, copy).refused, 1);
    mill_update(m, copy, "incident", mill_key(m, 1), "damage_vnd=5", NULL)->lock_on =
            tq_slice_str(LOCKED_DAY);
    assert_int_equal(mill_send(m, copy).requested, 1);
    first = mill_amended(m, d, 1);
    assert_int_equal(first.requested, 1);
    second = mill_amended(m, copy, 1);
    assert_int_equal(second.requested, 1);
    assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 2); /* the row, and the cell */
    decide(m, "correction_request", "state=refused");
    assert_int_equal(mill_amended(m, d, 1).refused, 1);
    assert_int_equal(mill_amended(m, copy, 1).refused, 1);
    free(copy);
}

static void receipts_of(struct mill *m, struct tq_merge_item *item)
{
    struct tq_error err;
    struct tq_slice *list;

    assert_int_equal(m->ops->receipts_of(m->ops->ctx, item->device, item->set->incarnation,
                             item->set->seq, m->arena, &list, &item->nrefill, &err),
            TQ_OK);
    item->refill = list;
}

/* A change waits, sent by both; the district is lost, and both come back at once: it waits still, for
 * that the one is there makes no value of it. */
static void copies__that_wait_come_back_together_and_wait(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = insert(m, "category=theft");
    struct mill_device *copy;
    struct tq_merge_item items[2] = { { .device = 1 }, { .device = 1 } };
    struct tq_set sets[2];
    struct tq_error err;
    char path[256];

    mill_update(m, d, "incident", mill_key(m, 1), "village=08773-77@2019-01-01", NULL);
    copy = copy_of(m, d);
    snprintf(path, sizeof(path), "%s/backup.db", m->dir);
    mill_backup(m, path);
    sets[0] = mill_seal(m, d);
    sets[1] = mill_seal(m, copy);
    for (size_t i = 0; i < 2; i++) {
        items[i].set = &sets[i];
        assert_int_equal(tq_merge_batch(m->merger, &items[i], 1, m->now_ms, &err), TQ_OK);
        assert_int_equal(mill_receipt(m, items[i].receipts[0]).held, 1);
    }
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 1);
    for (size_t i = 0; i < 2; i++)
        receipts_of(m, &items[i]);
    mill_restore(m, path);
    assert_int_equal(mill_count(m, "held_row", NULL, NULL), 0);
    m->now_ms += 1000;
    assert_int_equal(tq_merge_batch(m->merger, items, 2, m->now_ms, &err), TQ_OK);
    assert_int_equal(items[0].status, TQ_OK);
    assert_int_equal(items[1].status, TQ_OK);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 1);
    free(copy);
}

/* The set of the one copy with all its receipts, as its office would bring them. */
static void live(struct mill *m, struct tq_merge_item *item, bool refused)
{
    struct tq_error err;

    m->now_ms += 1000;
    item->nrefill = 0;
    assert_int_equal(tq_merge_batch(m->merger, item, 1, m->now_ms, &err), TQ_OK);
    assert_int_equal(mill_receipt(m, item->receipts[0]).requested, 1);
    if (refused)
        decide(m, "correction_request", "state=refused");
    receipts_of(m, item);
}

/* An insert that two copies sent, to two districts that are lost: the one was asked for and refused,
 * of the other it is still asked. Both come back, in either order: the later word holds, and it is one
 * request. `refused_first`: the refusal is the earlier one. */
static void copies__end_as_the_later_says(struct mill *m, bool refused_first)
{
    struct mill_device *d;
    struct mill_device *copy;
    struct tq_merge_item items[2] = { { .device = 1 }, { .device = 1 } };
    uint8_t results[2][TQ_HASH_BYTES];
    struct tq_set sets[2];
    struct tq_error err;
    char path[256];

    set_period(m, "state=locked");
    d = insert(m, "category=theft");
    copy = copy_of(m, d);
    snprintf(path, sizeof(path), "%s/backup.db", m->dir);
    mill_backup(m, path);
    sets[0] = mill_seal(m, d);
    sets[1] = mill_seal(m, copy);
    for (size_t i = 0; i < 2; i++)
        items[i].set = &sets[i];
    live(m, &items[refused_first ? 0 : 1], refused_first); /* the first is the refused one's */
    mill_restore(m, path);
    live(m, &items[refused_first ? 1 : 0], !refused_first);
    for (size_t turned = 0; turned < 2; turned++) {
        mill_restore(m, path);
        for (size_t i = 0; i < 2; i++) {
            struct tq_merge_item *item = &items[i ^ turned];

            m->now_ms += 1000;
            assert_int_equal(tq_merge_batch(m->merger, item, 1, m->now_ms, &err), TQ_OK);
            assert_int_equal(item->status, TQ_OK);
        }
        assert_int_equal(mill_count(m, "correction_request", NULL, NULL), 1);
        assert_int_equal(
                mill_count(m, "correction_request", "state", refused_first ? "asked" : "refused"),
                1);
        mill_fingerprint(m, results[turned]);
    }
    assert_memory_equal(results[0], results[1], TQ_HASH_BYTES);
    free(copy);
}

static void copies__one_asked_since_the_other_was_refused_are_asked(void **state)
{
    copies__end_as_the_later_says(*state, true);
}

static void copies__one_refused_since_the_other_asked_are_refused(void **state)
{
    copies__end_as_the_later_says(*state, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(copies__of_a_row_that_was_given_back_do_not_open_it_again),
        TEST(copies__of_a_refused_request_ask_again_together),
        TEST(copies__that_wait_come_back_together_and_wait),
        TEST(copies__one_asked_since_the_other_was_refused_are_asked),
        TEST(copies__one_refused_since_the_other_asked_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

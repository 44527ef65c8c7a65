/* Sets that several histories of the district answered, each for itself; all were lost since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "tuquan/codec.h"

#define LC "08773@2004-01-01"
#define LOCKED_DAY "2020-11-20"

static tq_status merge_one(struct mill *m, struct tq_merge_item *item)
{
    struct tq_error err;
    tq_status rc;

    m->now_ms += 1000;
    rc = tq_merge_batch(m->merger, item, 1, m->now_ms, &err);
    return rc == TQ_OK ? item->status : rc;
}

static struct tq_slice kept(struct mill *m, struct tq_slice receipt)
{
    return tq_slice_of(tq_arena_copy(m->arena, receipt.data, receipt.len), receipt.len);
}

/* The set and both first receipts of it: in the one history its period was locked, so that a correction
 * was asked for; in the other, later one it was taken. */
static void live_twice(
        struct mill *m, const char *path, struct tq_set *set, struct tq_slice both[2])
{
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_merge_item item = { .device = 1, .set = set };
    struct tq_error err;

    mill_insert(m, d, "incident", mill_key(m, 1), "area=1", "category=theft",
            "village=08773-01@2019-01-01", "occurred_on=" LOCKED_DAY, "summary=dữ liệu mẫu", NULL)
            ->lock_on = tq_slice_str(LOCKED_DAY);
    mill_backup(m, path);
    *set = mill_seal(m, d);
    mill_update(m, &m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), "state=locked", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    assert_int_equal(merge_one(m, &item), TQ_OK);
    assert_int_equal(mill_receipt(m, item.receipts[0]).requested, 1);
    both[0] = kept(m, item.receipts[0]);
    mill_restore(m, path);
    item = (struct tq_merge_item){ .device = 1, .set = set };
    assert_int_equal(merge_one(m, &item), TQ_OK);
    assert_int_equal(mill_receipt(m, item.receipts[0]).accepted, 1);
    both[1] = kept(m, item.receipts[0]);
    mill_restore(m, path);
}

/* In whatever order they come, the later one is what the office goes by. */
static void histories__two_answers_of_one_set_end_as_the_later_one_says(void **state)
{
    struct mill *m = *state;
    struct tq_slice given[2];
    struct tq_slice both[2];
    struct tq_set set;
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", m->dir);
    live_twice(m, path, &set, both);
    for (int turned = 0; turned < 2; turned++) {
        struct tq_merge_item item = { .device = 1, .set = &set, .refill = given, .nrefill = 2 };

        given[turned] = both[0];
        given[!turned] = both[1];
        assert_int_equal(merge_one(m, &item), TQ_OK);
        assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
        assert_int_equal(mill_count(m, "correction_request", "state", "asked"), 0);
        mill_check_digests(m);
        mill_restore(m, path);
    }
}

/* Without any first one they say nothing that could be carried out. */
static void histories__an_answer_that_only_amends_is_refused(void **state)
{
    struct mill *m = *state;
    struct tq_slice both[2];
    struct tq_receipt amending;
    struct tq_merge_item item = { .device = 1, .refill = both, .nrefill = 1 };
    struct tq_error err;
    struct tq_buf buf;
    struct tq_signer signer = mill_signer(0);
    struct tq_set set;
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", m->dir);
    live_twice(m, path, &set, both);
    amending = mill_receipt(m, both[0]);
    amending.amending = true;
    amending.signed_bytes = tq_slice_of(NULL, 0); /* not as it came */
    tq_buf_init(&buf, 0);
    assert_int_equal(tq_codec_ops()->receipt_encode(&amending, false, &buf, &err), TQ_OK);
    signer.sign(signer.ctx, TQ_SIGN_RECEIPT, tq_buf_slice(&buf), amending.signature);
    tq_buf_clear(&buf);
    assert_int_equal(tq_codec_ops()->receipt_encode(&amending, true, &buf, &err), TQ_OK);
    both[0] = tq_buf_slice(&buf);
    item.set = &set;
    assert_int_equal(merge_one(m, &item), TQ_PROTOCOL);
    tq_buf_deinit(&buf);
}

/* ---- a row that one history took, and another dropped ---- */

#define ROW_SETS 3

/* What the office holds of a set. */
struct answered {
    struct tq_set set;
    struct tq_slice receipts[4];
    size_t n;
};

static void give(struct mill *m, struct answered *a)
{
    struct tq_merge_item item = {
        .device = a->set.device, .set = &a->set, .refill = a->receipts, .nrefill = a->n
    };

    assert_int_equal(merge_one(m, &item), TQ_OK);
}

/* All the receipts that the ledger has of it. */
static void hear(struct mill *m, struct answered *a)
{
    struct tq_slice *list;
    struct tq_error err;

    assert_int_equal(m->ops->receipts_of(m->ops->ctx, a->set.device, 1, a->set.seq, m->arena, &list,
                             &a->n, &err),
            TQ_OK);
    assert_in_range(a->n, 1, 4);
    for (size_t i = 0; i < a->n; i++)
        a->receipts[i] = kept(m, list[i]);
}

/* What waits about the row, marks of dropped inserts left aside. */
static size_t waiting(struct mill *m)
{
    const struct tq_table *table = tq_catalogue_find(m->catalogue, "incident");
    struct tq_held *list;
    struct tq_error err;
    size_t count;
    size_t n = 0;

    assert_int_equal(m->ops->held_about(
                             m->ops->ctx, table->id, mill_key(m, 1), m->arena, &list, &count, &err),
            TQ_OK);
    for (size_t i = 0; i < count; i++)
        n += list[i].kind != TQ_HELD_DROPPED;
    return n;
}

/* A wrong row, its correction, and the void of it. The first history took the correction; the second,
 * which had lost the row, dropped it with the void. */
static void live_and_drop(struct mill *m, const char *path, struct answered sets[ROW_SETS])
{
    struct mill_device *d = mill_device(m, 1, LC);

    memset(sets, 0, ROW_SETS * sizeof(*sets));
    mill_backup(m, path);
    mill_insert(m, d, "incident", mill_key(m, 1), "area=1", "category=khong-co",
            "village=08773-01@2019-01-01", "occurred_on=" LOCKED_DAY, "summary=dữ liệu mẫu", NULL);
    sets[0].set = mill_seal(m, d);
    give(m, &sets[0]);
    hear(m, &sets[0]);
    mill_update(m, d, "incident", mill_key(m, 1), "category=theft", NULL);
    sets[1].set = mill_seal(m, d);
    give(m, &sets[1]);
    hear(m, &sets[1]);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
    mill_restore(m, path);
    give(m, &sets[0]);
    give(m, &sets[1]);
    assert_int_equal(waiting(m), 2);
    mill_update(m, d, "incident", mill_key(m, 1), "voided_at=1608000000000",
            "void_reason=dữ liệu mẫu", NULL);
    sets[2].set = mill_seal(m, d);
    give(m, &sets[2]);
    hear(m, &sets[2]);
    assert_int_equal(mill_receipt(m, sets[2].receipts[0]).exceptions[0].verdict, TQ_DROPPED);
    assert_int_equal(waiting(m), 0);
}

/* Of the receipts that dropped the row some were lost with the history that gave them: nothing waits
 * for it for ever, and the office hears of each change that it was dropped. */
static void histories__what_was_taken_before_its_row_was_dropped_is_dropped(void **state)
{
    struct mill *m = *state;
    struct answered sets[ROW_SETS];
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", m->dir);
    live_and_drop(m, path, sets);
    for (int heard = 0; heard < 2; heard++) {
        if (heard > 0)
            hear(m, &sets[0]); /* that its insert was dropped */
        mill_restore(m, path);
        for (size_t i = 0; i < ROW_SETS; i++)
            give(m, &sets[i]);
        assert_int_equal(mill_count(m, "incident", NULL, NULL), 0);
        assert_int_equal(waiting(m), 0);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(
                    mill_amended(m, &m->devices[1], i + 1).exceptions[0].verdict, TQ_DROPPED);
        mill_check_digests(m);
    }
}

/* ---- a report that was submitted twice ---- */

#define REPORT_KEY                                                                                 \
    LC "\x1fmonth\x1f"                                                                             \
       "ADMIN/2020-12"

static int64_t received_at(struct mill *m)
{
    return mill_cell(m, "report", tq_slice_str(REPORT_KEY), "received_at", NULL).i;
}

static void lives(struct mill *m, struct mill_device *d, struct answered *a)
{
    memset(a, 0, sizeof(*a));
    a->set = mill_seal(m, d);
    give(m, a);
    hear(m, a);
}

static void submit(struct mill *m, struct mill_device *d, const char *when)
{
    mill_update(m, d, "report", tq_slice_str(REPORT_KEY), when, NULL);
    mill_update(m, d, "report", tq_slice_str(REPORT_KEY), "state=sent", NULL);
}

/* Both submissions come back before the row: the first one's arrival counts, as it did. */
static void histories__the_first_arrival_of_a_report_that_had_to_wait_counts(void **state)
{
    struct mill *m = *state;
    struct mill_device *d[3] = { mill_device(m, 1, LC), mill_device(m, 2, LC),
        mill_device(m, 3, LC) };
    struct answered sets[3];
    int64_t first;
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", m->dir);
    mill_backup(m, path);
    mill_insert(m, d[0], "report", tq_slice_str(REPORT_KEY), "narrative=dữ liệu mẫu", NULL);
    lives(m, d[0], &sets[0]);
    submit(m, d[1], "submitted_at=1608000000000");
    lives(m, d[1], &sets[1]);
    first = received_at(m);
    submit(m, d[2], "submitted_at=1608000009000");
    lives(m, d[2], &sets[2]);
    assert_int_equal(received_at(m), first);
    for (size_t turned = 0; turned < 2; turned++) {
        mill_restore(m, path);
        give(m, &sets[1 + turned]);
        give(m, &sets[2 - turned]);
        give(m, &sets[0]);
        assert_int_equal(received_at(m), first);
        mill_check_digests(m);
    }
}

/* The later submission is there in part only, and overwrites the cells of the first: that one had
 * arrived. */
static void histories__the_first_arrival_of_a_report_counts_while_the_next_is_not_whole(
        void **state)
{
    struct mill *m = *state;
    struct mill_device *d[2] = { mill_device(m, 1, LC), mill_device(m, 2, LC) };
    struct answered sets[3];
    int64_t first;
    char path[256];

    snprintf(path, sizeof(path), "%s/backup.db", m->dir);
    mill_backup(m, path);
    mill_insert(m, d[0], "report", tq_slice_str(REPORT_KEY), "narrative=dữ liệu mẫu",
            "submitted_at=1608000000000", "state=sent", NULL);
    lives(m, d[0], &sets[0]);
    first = received_at(m);
    d[1]->group = 1;
    d[1]->parts = 2;
    d[1]->part = 1;
    submit(m, d[1], "submitted_at=1608000009000");
    lives(m, d[1], &sets[1]);
    d[1]->part = 2;
    mill_insert(m, d[1], "tip", mill_key(m, 9), "received_on=" LOCKED_DAY, NULL);
    lives(m, d[1], &sets[2]);
    assert_int_equal(received_at(m), first);
    mill_restore(m, path);
    give(m, &sets[1]);
    give(m, &sets[0]);
    give(m, &sets[2]);
    assert_int_equal(received_at(m), first);
    mill_check_digests(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(histories__two_answers_of_one_set_end_as_the_later_one_says),
        TEST(histories__an_answer_that_only_amends_is_refused),
        TEST(histories__what_was_taken_before_its_row_was_dropped_is_dropped),
        TEST(histories__the_first_arrival_of_a_report_that_had_to_wait_counts),
        TEST(histories__the_first_arrival_of_a_report_counts_while_the_next_is_not_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A set that two histories of the district answered, each for itself; both were lost since. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(histories__two_answers_of_one_set_end_as_the_later_one_says),
        TEST(histories__an_answer_that_only_amends_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

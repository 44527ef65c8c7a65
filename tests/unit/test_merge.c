/* The merge at the district on a real store: rules, held chains, corrections, requests, conflicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "tuquan/codec.h"

#define LC "08773@2004-01-01"
#define BL "08779@2004-01-01"
#define LC_VILLAGE "village=08773-01@2019-01-01"

static void assert_text(struct tq_value value, const char *text)
{
    assert_int_equal(value.type, TQ_TEXT);
    assert_int_equal(value.s.len, strlen(text));
    assert_memory_equal(value.s.data, text, value.s.len);
}

static struct tq_change *incident(struct mill *m, struct mill_device *d, uint32_t key)
{
    return mill_insert(m, d, "incident", mill_key(m, key), "area=1", "category=theft", LC_VILLAGE,
            "occurred_on=2020-11-20", "summary=dữ liệu mẫu", NULL);
}

/* What a device knows completely once it has pulled now. */
static void pull(struct mill *m, struct mill_device *d)
{
    d->seen = mill_head(m, &d->t_seen);
}

static void merge__takes_rows_and_answers_with_a_signed_receipt(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    uint8_t key[TQ_SIGN_KEY_BYTES];
    struct tq_receipt receipt;
    struct tq_error err;
    struct tq_buf buf;

    incident(m, d, 1);
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=5000000", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 2);
    assert_int_equal(receipt.nexceptions, 0);
    assert_true(receipt.merged_at >= receipt.first_seq + 1);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 5000000);
    tq_buf_init(&buf, 0);
    assert_int_equal(tq_codec_ops()->receipt_encode(&receipt, false, &buf, &err), TQ_OK);
    mill_sign_key(0, key);
    assert_true(mill_verify(key, TQ_SIGN_RECEIPT, tq_buf_slice(&buf), receipt.signature));
    tq_buf_deinit(&buf);
}

static void merge__repeats_the_receipt_of_a_set_that_comes_twice(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_set twice[2];
    struct tq_merge_item items[2];
    uint64_t head;

    incident(m, d, 1);
    twice[0] = mill_seal(m, d);
    twice[1] = twice[0];
    assert_int_equal(mill_merge(m, twice, NULL, 2, items), TQ_OK);
    assert_false(items[0].duplicate);
    assert_true(items[1].duplicate);
    assert_int_equal(items[1].nreceipts, 1);
    head = mill_head(m, NULL);
    assert_int_equal(mill_merge(m, twice, NULL, 1, items), TQ_OK);
    assert_true(items[0].duplicate);
    assert_int_equal(items[0].nreceipts, 1);
    assert_int_equal(mill_head(m, NULL), head);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
}

static void merge__turns_away_what_is_forged_spliced_or_out_of_order(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct mill_device *other = mill_device(m, 2, BL);
    struct tq_set sets[3];
    struct tq_merge_item items[3];
    uint32_t as_other = 2;

    (void)other;
    for (uint32_t i = 0; i < 3; i++) {
        incident(m, d, 1 + i);
        sets[i] = mill_seal(m, d);
    }
    assert_int_equal(mill_merge(m, &sets[1], NULL, 1, items), TQ_OK);
    assert_int_equal(items[0].status, TQ_PROTOCOL); /* a gap */
    assert_int_equal(mill_merge(m, &sets[0], &as_other, 1, items), TQ_OK);
    assert_int_equal(items[0].status, TQ_FORGED); /* another connection's set */
    sets[2] = sets[0];
    sets[2].signature[3] ^= 1;
    assert_int_equal(mill_merge(m, &sets[2], NULL, 1, items), TQ_OK);
    assert_int_equal(items[0].status, TQ_FORGED);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 0);
    /* A wrong one does not stop the others. */
    sets[2].seq = 9;
    {
        struct tq_set both[2] = { sets[2], sets[0] };

        assert_int_equal(mill_merge(m, both, NULL, 2, items), TQ_OK);
    }
    assert_int_equal(items[0].status, TQ_FORGED);
    assert_int_equal(items[1].status, TQ_OK);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
}

/* Keys made of a village are the commune's of that village: nobody can take them, in any order. */
static void merge__refuses_a_village_of_another_commune(void **state)
{
    static const char KEY[] = "08779-01@2019-01-01\x1f"
                              "2020-01-01";
    struct mill *m = *state;
    struct mill_device *thief = mill_device(m, 1, LC);
    struct mill_device *owner = mill_device(m, 2, BL);
    struct tq_receipt receipt;

    mill_insert(m, thief, "village_profile", tq_slice_str(KEY), "households=5", NULL);
    mill_insert(m, thief, "incident", mill_key(m, 1), "village=08779-01@2019-01-01", NULL);
    receipt = mill_send(m, thief);
    assert_int_equal(receipt.refused, 2);
    for (size_t i = 0; i < receipt.nexceptions; i++)
        assert_int_equal(receipt.exceptions[i].reason, TQ_REASON_NOT_YOUR_VILLAGE);
    assert_int_equal(mill_count(m, "village_profile", NULL, NULL), 0);
    mill_insert(m, owner, "village_profile", tq_slice_str(KEY), "households=90", NULL);
    assert_int_equal(mill_send(m, owner).accepted, 1);
    assert_int_equal(mill_cell(m, "village_profile", tq_slice_str(KEY), "households", NULL).i, 90);
    /* Put right where it was held: a village of its own. */
    mill_update(m, thief, "incident", mill_key(m, 1), LC_VILLAGE, NULL);
    assert_int_equal(mill_send(m, thief).accepted, 1);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
}

/* A unit that is below none is nobody's village; one that is not there yet may become his. */
static void merge__refuses_what_is_no_village_and_waits_for_one_that_comes(void **state)
{
    static const char NEW[] = "08773-77@2019-01-01";
    static const char NO_VILLAGE[] = BL "\x1f"
                                        "2020-01-01";
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    struct tq_error err;

    assert_int_equal(mill_cell(m, "unit", tq_slice_str(BL), "parent", NULL).type, TQ_NULL);
    mill_insert(m, d, "village_profile", tq_slice_str(NO_VILLAGE), "households=5", NULL);
    mill_insert(m, d, "incident", mill_key(m, 1), "village=" BL, NULL);
    mill_insert(m, d, "incident", mill_key(m, 2), "village=08773-77@2019-01-01", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.refused, 2);
    assert_int_equal(receipt.held, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NOT_YOUR_VILLAGE);
    mill_insert(m, &m->devices[0], "unit", tq_slice_str(NEW), "code=08773-77", "name=dữ liệu mẫu",
            "parent=" LC, NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
    assert_int_equal(mill_count(m, "village_profile", NULL, NULL), 0);
}

/* The same place in the chain with another content: a copy of the file is in use. */
static void merge__names_a_copy_when_a_set_comes_with_another_hash(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct mill_device before = *d;
    struct tq_merge_item items[1];
    struct tq_set set;

    incident(m, d, 1);
    mill_send(m, d);
    *d = before;
    incident(m, d, 2);
    set = mill_seal(m, d);
    assert_int_equal(mill_merge(m, &set, NULL, 1, items), TQ_OK);
    assert_int_equal(items[0].status, TQ_COPIED);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
}

/* Both copies sync at once, so that what they send stands in one batch; or the first set of the one
 * got lost, and the next comes behind that of the other. */
static void merge__names_a_copy_whose_place_is_taken_in_the_same_batch(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct mill_device before = *d;
    struct tq_merge_item items[3];
    struct tq_set sets[3];

    incident(m, d, 1);
    sets[0] = mill_seal(m, d);
    *d = before;
    incident(m, d, 2);
    sets[1] = mill_seal(m, d);
    incident(m, d, 3);
    sets[2] = mill_seal(m, d);
    assert_int_equal(mill_merge(m, sets, NULL, 3, items), TQ_OK);
    assert_int_equal(items[0].status, TQ_OK);
    assert_int_equal(items[1].status, TQ_COPIED);
    assert_int_equal(items[2].status, TQ_COPIED);
    assert_int_equal(mill_merge(m, &sets[2], NULL, 1, items), TQ_OK);
    assert_int_equal(items[0].status, TQ_COPIED);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 1);
}

/* Of a branch that a lost history gave, the sets that had lost their receipts go out with Hello, those
 * before them come back behind Welcome only: they are no breach, and come again. */
static void merge__waits_for_what_a_lost_branch_begins_with(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_merge_item items[1];
    struct tq_set set;
    struct tq_district_state now;
    uint32_t epoch = 3;

    assert_int_equal(m->ops->begin(m->store, NULL), TQ_OK);
    assert_int_equal(m->ops->state_get(m->store, &now, NULL), TQ_OK);
    now.epoch = epoch;
    assert_int_equal(m->ops->state_put(m->store, &now, NULL), TQ_OK);
    assert_int_equal(m->ops->commit(m->store, NULL), TQ_OK);
    for (uint32_t given = epoch - 1; given <= epoch; given++) {
        d->incarnation = given << TQ_INCARNATION_EPOCH_SHIFT;
        d->seq = 1;
        incident(m, d, given);
        set = mill_seal(m, d);
        assert_int_equal(mill_merge(m, &set, NULL, 1, items), TQ_OK);
        assert_int_equal(items[0].status, TQ_PROTOCOL);
        assert_int_equal(items[0].ahead, given < epoch); /* this history would know its own */
    }
}

static void merge__lets_t_rise_when_the_clock_steps_back(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    int64_t first;
    int64_t second;

    incident(m, d, 1);
    first = mill_send(m, d).t;
    m->now_ms -= INT64_C(86400000);
    incident(m, d, 2);
    second = mill_send(m, d).t;
    assert_true(second > first);
    incident(m, d, 3);
    assert_true(mill_send(m, d).t > second);
}

static void merge__refuses_one_row_of_another_commune_among_fifty(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;

    for (uint32_t i = 0; i < 51; i++) {
        struct tq_change *c = incident(m, d, 1 + i);

        if (i == 25)
            c->owner = tq_slice_str(BL);
    }
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 50);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.nexceptions, 1);
    assert_int_equal(receipt.exceptions[0].place, 25);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NOT_YOUR_UNIT);
    assert_int_equal(mill_count(m, "incident", NULL, NULL), 50);
    /* Nor may it change a row that is there, under its own name or the other's. */
    d = mill_device(m, 2, BL);
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=1", NULL);
    mill_update(m, d, "incident", mill_key(m, 2), "damage_vnd=1", NULL)->owner = tq_slice_str(LC);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.refused, 2);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 0);
}

static void merge__refuses_by_the_rules_in_their_order(void **state)
{
    static const struct {
        const char *field;
        tq_reason reason;
        uint32_t cell;
        const char *more;
    } CASES[] = {
        { "reclassified=2", TQ_REASON_NOT_YOUR_COLUMN, 26, NULL },
        { "area=9", TQ_REASON_OUT_OF_RANGE, 9, NULL },
        { "category=murder mystery", TQ_REASON_NOT_IN_LIST, 10, NULL },
        { "occurred_on=2020-02-30", TQ_REASON_BAD_DATE, 12, NULL },
        { "summary=a\tb\x01", TQ_REASON_BAD_TEXT, 23, NULL },
        { "area=2", TQ_REASON_KEY_REWRITTEN, 9, "unit=" BL },
        { "area=9", TQ_REASON_OUT_OF_RANGE, 9, "unit=" BL },
        { "area=9", TQ_REASON_NOT_YOUR_COLUMN, 9, "reclassified=2" },
    };
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);

    incident(m, d, 1);
    mill_send(m, d);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct tq_receipt receipt;

        mill_update(m, d, "incident", mill_key(m, 1), CASES[i].field, CASES[i].more, NULL)->cell =
                CASES[i].cell;
        receipt = mill_send(m, d);
        assert_int_equal(receipt.refused, 1);
        assert_int_equal(receipt.exceptions[0].reason, CASES[i].reason);
        assert_int_not_equal(receipt.exceptions[0].column, 0);
    }
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "area", NULL).i, 1);
}

/* A notice (key `notice`) of an incident (key `about`). */
static void notice_of(struct mill *m, struct mill_device *d, uint32_t notice, uint32_t about)
{
    struct tq_change *c =
            mill_insert(m, d, "border_notice", mill_key(m, notice), "body=dữ liệu mẫu", NULL);
    const struct tq_table *t = tq_catalogue_find(m->catalogue, "border_notice");
    int at = tq_table_column_find(t, "incident");
    uint32_t *columns = tq_arena_array(m->arena, 2, sizeof(*columns));
    struct tq_value *after = tq_arena_array(m->arena, 2, sizeof(*after));

    assert_true(at >= 0);
    columns[0] = t->columns[at].id;
    after[0] = tq_value_blob(mill_key(m, about));
    c->ncolumns = 1;
    c->columns = columns;
    c->after = after;
}

static void merge__takes_parents_first_whatever_their_order_in_the_sets(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;

    notice_of(m, d, 3, 2);
    incident(m, d, 2);
    mill_update(m, d, "incident", mill_key(m, 2), "damage_vnd=7", NULL);
    mill_update(m, d, "incident", mill_key(m, 2), "damage_vnd=8", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 4);
    assert_int_equal(receipt.held, 0);
    /* Nothing waited, not even within the batch; the changes of one cell keep their order. */
    assert_int_equal(mill_count(m, "held_row", NULL, NULL), 0);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 2), "damage_vnd", NULL).i, 8);
}

/* Judged by what the writer had seen: not by when it arrives. */
static void merge__lets_a_closed_unit_finish_what_it_had(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    struct tq_error err;

    pull(m, d);
    mill_update(m, &m->devices[0], "unit", tq_slice_str(LC), "valid_to=2020-12-10", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    incident(m, d, 1);
    assert_int_equal(mill_send(m, d).accepted, 1);
    pull(m, d);
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=7", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_UNIT_CLOSED);
}

static void merge__releases_a_chain_of_three_by_one_arrival(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    struct tq_error err;
    bool exists;

    /* notice -> incident -> village, which the district does not know yet */
    notice_of(m, d, 3, 2);
    mill_update(m, d, "border_notice", mill_key(m, 3), "state=sent", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.held, 2);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_PARENT_MISSING);
    mill_insert(m, d, "incident", mill_key(m, 2), "area=1", "village=08773-09@2019-01-01", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.held, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 3);
    mill_insert(m, &m->devices[0], "unit", tq_slice_str("08773-09@2019-01-01"), "code=08773-09",
            "level=4", "name=Thôn 9 (mẫu)", "parent=08773@2004-01-01", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
    mill_cell(m, "incident", mill_key(m, 2), "id", &exists);
    assert_true(exists);
    assert_text(mill_cell(m, "border_notice", mill_key(m, 3), "state", &exists), "sent");
    assert_true(exists);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    receipt = mill_amended(m, d, 1);
    assert_true(receipt.amending);
    assert_int_equal(receipt.accepted, 2);
    assert_int_equal(receipt.nexceptions, 2);
    assert_int_equal(receipt.exceptions[0].verdict, TQ_ACCEPTED);
    assert_int_equal(mill_amended(m, d, 2).accepted, 1);
}

static void merge__takes_a_refused_insert_once_its_cell_is_put_right(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;
    bool exists;

    mill_insert(m, d, "incident", mill_key(m, 1), "area=9", "damage_vnd=7", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 1);
    /* Another cell does not help yet. */
    mill_update(m, d, "incident", mill_key(m, 1), "injured=2", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.held, 1);
    mill_cell(m, "incident", mill_key(m, 1), "id", &exists);
    assert_false(exists);
    mill_update(m, d, "incident", mill_key(m, 1), "area=4", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 1);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "area", &exists).i, 4);
    assert_true(exists);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "injured", NULL).i, 2);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 7);
    assert_int_equal(mill_amended(m, d, 1).accepted, 1);
    assert_int_equal(mill_amended(m, d, 2).accepted, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
}

/* The ledger keeps the bytes as they were sent; what is released out of it is in NFC all the same. */
static void merge__normalises_what_it_releases(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);

    mill_insert(m, d, "incident", mill_key(m, 1), "area=9",
            "summary=ho\xcc\x80"
            "a",
            NULL);
    assert_int_equal(mill_send(m, d).refused, 1);
    mill_update(m, d, "incident", mill_key(m, 1), "area=4", NULL);
    assert_int_equal(mill_send(m, d).accepted, 1);
    assert_text(mill_cell(m, "incident", mill_key(m, 1), "summary", NULL), "h\xc3\xb2"
                                                                           "a");
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
}

/* Another device makes the row: nothing waits for a correction any more. */
static void merge__returns_a_refused_insert_whose_row_came_from_elsewhere(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_slice key = tq_slice_str("08773-01@2019-01-01\x1f"
                                       "2020-10-02");
    struct tq_receipt receipt;

    mill_insert(m, a, "covenant", key, "households_total=100", "present=101", "agreed=80", NULL);
    assert_int_equal(mill_send(m, a).refused, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 1);
    mill_insert(m, b, "covenant", key, "households_total=100", "present=95", "agreed=80", NULL);
    assert_int_equal(mill_send(m, b).accepted, 1);
    receipt = mill_amended(m, a, 1);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    assert_int_equal(mill_count(m, "held_row", "state", "returned"), 1);
}

static void merge__drops_a_refused_insert_that_is_voided(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    bool exists;

    mill_insert(m, d, "incident", mill_key(m, 1), "area=9", NULL);
    mill_send(m, d);
    mill_update(m, d, "incident", mill_key(m, 1), "voided_at=1608000000000",
            "void_reason=nhập nhầm", NULL);
    mill_send(m, d);
    mill_cell(m, "incident", mill_key(m, 1), "id", &exists);
    assert_false(exists);
    assert_int_equal(mill_amended(m, d, 1).exceptions[0].verdict, TQ_DROPPED);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
}

/* He does not know yet that it has gone: nothing of it waits for a row that never comes. */
static void merge__drops_what_its_writer_still_writes_to_a_voided_row(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_slice key = tq_slice_str("08773-01@2019-01-01\x1f"
                                       "2020-12-01");
    struct tq_receipt receipt;

    mill_insert(m, d, "village_profile", key, "households=-5", NULL);
    assert_int_equal(mill_send(m, d).refused, 1);
    mill_update(m, d, "village_profile", key, "voided_at=1608000000000", "void_reason=nhầm", NULL);
    mill_update(m, d, "village_profile", key, "note=cùng đêm", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.held, 0);
    assert_int_equal(receipt.nexceptions, 2);
    assert_int_equal(receipt.exceptions[1].verdict, TQ_DROPPED);
    mill_update(m, d, "village_profile", key, "note=đêm sau", NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.held, 0);
    assert_int_equal(receipt.exceptions[0].verdict, TQ_DROPPED);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
    /* Entered again, and wrong again: that one waits for its correction, and gets it. */
    mill_insert(m, d, "village_profile", key, "households=-6", NULL);
    assert_int_equal(mill_send(m, d).refused, 1);
    mill_update(m, d, "village_profile", key, "households=6", NULL);
    assert_int_equal(mill_send(m, d).accepted, 1);
    assert_int_equal(mill_cell(m, "village_profile", key, "households", NULL).i, 6);
    assert_int_equal(mill_count(m, "held_row", "state", "open"), 0);
}

static void merge__lets_the_writer_who_had_seen_it_win_whatever_the_clocks_say(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);

    a->clock_ms = INT64_C(79) * 365 * 86400000; /* the year 2099 */
    incident(m, a, 1);
    mill_update(m, a, "incident", mill_key(m, 1), "damage_vnd=1", NULL);
    mill_send(m, a);
    pull(m, b);
    b->clock_ms = -86400000;
    mill_update(m, b, "incident", mill_key(m, 1), "damage_vnd=2", NULL);
    assert_int_equal(mill_send(m, b).accepted, 1);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 2);
    assert_int_equal(mill_count(m, "conflict", NULL, NULL), 0);
    /* Unseen by a, and its stamp cannot be true: it does not win. */
    mill_update(m, a, "incident", mill_key(m, 1), "injured=3", NULL);
    assert_int_equal(mill_send(m, a).accepted, 1);
}

static void merge__puts_the_value_that_lost_unseen_into_the_inbox(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_receipt receipt;

    incident(m, a, 1);
    mill_send(m, a);
    pull(m, a);
    pull(m, b);
    mill_update(m, a, "incident", mill_key(m, 1), "damage_vnd=1", NULL);
    m->now_ms += 10;
    mill_update(m, b, "incident", mill_key(m, 1), "damage_vnd=2", NULL);
    mill_send(m, b);
    receipt = mill_send(m, a); /* written before b's, arrives after it */
    assert_int_equal(receipt.superseded, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NEWER_VALUE);
    assert_int_equal(mill_cell(m, "incident", mill_key(m, 1), "damage_vnd", NULL).i, 2);
    assert_int_equal(mill_count(m, "conflict", "state", "open"), 1);
    assert_int_equal(mill_count(m, "conflict", "cell", "damage_vnd"), 1);
    /* A third value of one who had seen both settles it. */
    pull(m, a);
    mill_update(m, a, "incident", mill_key(m, 1), "damage_vnd=3", NULL);
    mill_send(m, a);
    assert_int_equal(mill_count(m, "conflict", "state", "open"), 0);
}

static void merge__asks_when_a_row_is_entered_again_over_a_void_not_seen(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_slice key = tq_slice_str("08773-01@2019-01-01\x1f"
                                       "ADMIN/2020-12\x1f"
                                       "households@1");

    mill_insert(m, a, "village_return", key, "value=400", "source=typed", "state=draft", NULL);
    mill_send(m, a);
    mill_update(m, a, "village_return", key, "voided_at=1608000000000", "void_reason=sai", NULL);
    mill_send(m, a);
    mill_insert(m, b, "village_return", key, "value=410", "source=typed", "state=draft", NULL);
    mill_send(m, b);
    assert_int_equal(mill_cell(m, "village_return", key, "voided_at", NULL).type, TQ_INT);
    assert_true(mill_count(m, "conflict", "cell", "voided_at") >= 1);
}

static void merge__refuses_a_surrogate_key_of_another_chain(void **state)
{
    struct mill *m = *state;
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_receipt receipt;

    incident(m, a, 1);
    mill_send(m, a);
    incident(m, b, 1);
    receipt = mill_send(m, b);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_KEY_TAKEN);
}

static void merge__normalises_text_and_says_so(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;

    incident(m, d, 1);
    mill_update(m, d, "incident", mill_key(m, 1),
            "summary=ho\xcc\x80"
            "a",
            NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 2);
    assert_int_equal(receipt.nexceptions, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_NORMALISED);
    assert_text(mill_cell(m, "incident", mill_key(m, 1), "summary", NULL), "h\xc3\xb2"
                                                                           "a");
}

static void merge__holds_what_a_newer_schema_brings_and_refuses_unknown_names(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_receipt receipt;

    incident(m, d, 1);
    mill_update(m, d, "incident", mill_key(m, 1), "damage_vnd=1", NULL);
    {
        uint32_t *columns = tq_arena_array(m->arena, 1, sizeof(*columns));

        columns[0] = 4000;
        d->changes[1].columns = columns;
        d->changes[1].cell = 4000;
    }
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 1);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_UNKNOWN_NAME);
}

static void merge__takes_the_good_rows_beside_a_note_of_a_megabyte(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    size_t len = ((size_t)1 << 20) - 100;
    char *note = malloc(len + 16);
    struct tq_receipt receipt;

    memcpy(note, "summary=", 8);
    memset(note + 8, 'x', len);
    note[8 + len] = '\0';
    incident(m, d, 1);
    mill_insert(m, d, "incident", mill_key(m, 2), "area=1", note, NULL);
    receipt = mill_send(m, d);
    assert_int_equal(receipt.accepted, 1);
    assert_int_equal(receipt.refused, 1);
    assert_int_equal(receipt.exceptions[0].reason, TQ_REASON_TOO_LONG);
    free(note);
}

static void merge__does_not_believe_a_t_far_in_the_future(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = mill_device(m, 1, LC);
    struct tq_merge_item item;
    struct tq_set set;
    int64_t t;

    d->t_seen = m->now_ms + INT64_C(400) * 86400000;
    incident(m, d, 1);
    set = mill_seal(m, d);
    assert_int_equal(mill_merge(m, &set, NULL, 1, &item), TQ_OK);
    assert_int_equal(item.status, TQ_OK);
    mill_head(m, &t);
    assert_true(t <= m->now_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, mill_set_up, mill_tear_down)
        TEST(merge__takes_rows_and_answers_with_a_signed_receipt),
        TEST(merge__repeats_the_receipt_of_a_set_that_comes_twice),
        TEST(merge__turns_away_what_is_forged_spliced_or_out_of_order),
        TEST(merge__refuses_a_village_of_another_commune),
        TEST(merge__refuses_what_is_no_village_and_waits_for_one_that_comes),
        TEST(merge__names_a_copy_when_a_set_comes_with_another_hash),
        TEST(merge__names_a_copy_whose_place_is_taken_in_the_same_batch),
        TEST(merge__waits_for_what_a_lost_branch_begins_with),
        TEST(merge__lets_t_rise_when_the_clock_steps_back),
        TEST(merge__refuses_one_row_of_another_commune_among_fifty),
        TEST(merge__refuses_by_the_rules_in_their_order),
        TEST(merge__takes_parents_first_whatever_their_order_in_the_sets),
        TEST(merge__lets_a_closed_unit_finish_what_it_had),
        TEST(merge__releases_a_chain_of_three_by_one_arrival),
        TEST(merge__takes_a_refused_insert_once_its_cell_is_put_right),
        TEST(merge__normalises_what_it_releases),
        TEST(merge__returns_a_refused_insert_whose_row_came_from_elsewhere),
        TEST(merge__drops_a_refused_insert_that_is_voided),
        TEST(merge__drops_what_its_writer_still_writes_to_a_voided_row),
        TEST(merge__lets_the_writer_who_had_seen_it_win_whatever_the_clocks_say),
        TEST(merge__puts_the_value_that_lost_unseen_into_the_inbox),
        TEST(merge__asks_when_a_row_is_entered_again_over_a_void_not_seen),
        TEST(merge__refuses_a_surrogate_key_of_another_chain),
        TEST(merge__normalises_text_and_says_so),
        TEST(merge__holds_what_a_newer_schema_brings_and_refuses_unknown_names),
        TEST(merge__takes_the_good_rows_beside_a_note_of_a_megabyte),
        TEST(merge__does_not_believe_a_t_far_in_the_future),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

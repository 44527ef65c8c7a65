/* The conflict inbox: what an entry says, what a decision does to it, on one device and on two. */
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

/* Two devices of one commune; the incident that both change. */
struct two {
    struct mill *m;
    struct mill_device *a;
    struct mill_device *b;
    struct tq_open_entry entry;
};

static void pull(struct mill *m, struct mill_device *d)
{
    d->seen = mill_head(m, &d->t_seen);
}

static int set_up(void **state)
{
    struct two *t = calloc(1, sizeof(*t));

    t->m = calloc(1, sizeof(*t->m));
    mill_open(t->m);
    mill_settle(t->m);
    t->a = mill_device(t->m, 1, LC);
    t->b = mill_device(t->m, 2, LC);
    mill_insert(t->m, t->a, "incident", mill_key(t->m, 1), "area=1", NULL);
    mill_send(t->m, t->a);
    pull(t->m, t->a);
    pull(t->m, t->b);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct two *t = *state;

    mill_check_digests(t->m);
    mill_close(t->m);
    free(t->m);
    free(t);
    return 0;
}

static size_t open_entries(struct two *t)
{
    struct tq_open_entry *list;
    struct tq_error err;
    size_t count;

    assert_int_equal(
            tq_report_conflicts(t->m->store, tq_slice_str(LC), t->m->arena, &list, &count, &err),
            TQ_OK);
    if (count > 0)
        t->entry = list[0];
    return count;
}

static struct tq_change *damage(struct two *t, struct mill_device *d, const char *value)
{
    char text[32];

    snprintf(text, sizeof(text), "damage_vnd=%s", value);
    return mill_update(t->m, d, "incident", mill_key(t->m, 1), text, NULL);
}

static int64_t damage_now(struct two *t)
{
    return mill_cell(t->m, "incident", mill_key(t->m, 1), "damage_vnd", NULL).i;
}

/* a writes 1, b a little later 2, neither knows of the other; b's arrives first and stands. */
static void collide(struct two *t)
{
    t->m->now_ms += 100; /* later than what they have seen */
    damage(t, t->a, "1")->author = tq_slice_str("người thứ nhất (mẫu)");
    t->m->now_ms += 10;
    damage(t, t->b, "2")->author = tq_slice_str("người thứ hai (mẫu)");
    mill_send(t->m, t->b);
    mill_send(t->m, t->a);
    assert_int_equal(open_entries(t), 1);
    pull(t->m, t->a);
    pull(t->m, t->b);
}

/* Neither knew of the other and both wrote at the same instant: the greater device's stands,
 * whichever arrives first. */
static void conflict_winner__of_equal_times_is_the_greater_device(void **state)
{
    struct two *t = *state;

    for (int round = 0; round < 2; round++) {
        t->m->now_ms += 100;
        damage(t, t->a, round == 0 ? "1" : "3");
        damage(t, t->b, round == 0 ? "2" : "4");
        mill_send(t->m, round == 0 ? t->a : t->b);
        mill_send(t->m, round == 0 ? t->b : t->a);
        assert_int_equal(damage_now(t), round == 0 ? 2 : 4);
        pull(t->m, t->a);
        pull(t->m, t->b);
    }
}

/* The same of two branches of one device: its sets so far are the parent of the second. */
/* A file of a that was put back and goes on from here, under an incarnation of its own; the caller's,
 * from the C heap. */
static struct mill_device *branch_off(struct two *t)
{
    struct mill_device *branch = calloc(1, sizeof(*branch));
    struct tq_chain chain;
    struct tq_error err;

    *branch = *t->a;
    branch->incarnation = 2;
    branch->parent.incarnation = 1;
    branch->parent.seq = t->a->seq;
    memcpy(branch->parent.hash, t->a->head, TQ_HASH_BYTES);
    branch->seq = 0;
    memset(&chain, 0, sizeof(chain));
    chain.exists = true;
    chain.parent = branch->parent;
    chain.parent_device = 1;
    assert_int_equal(t->m->ops->begin(t->m->ops->ctx, &err), TQ_OK);
    assert_int_equal(t->m->ops->chain_put(t->m->ops->ctx, 1, 2, &chain, &err), TQ_OK);
    assert_int_equal(t->m->ops->commit(t->m->ops->ctx, &err), TQ_OK);
    return branch;
}

static void conflict_winner__of_equal_times_is_the_greater_incarnation(void **state)
{
    struct two *t = *state;
    struct mill_device *branch = branch_off(t);

    for (int round = 0; round < 2; round++) {
        t->m->now_ms += 100;
        damage(t, t->a, round == 0 ? "1" : "3");
        damage(t, branch, round == 0 ? "2" : "4");
        mill_send(t->m, round == 0 ? t->a : branch);
        mill_send(t->m, round == 0 ? branch : t->a);
        assert_int_equal(damage_now(t), round == 0 ? 2 : 4);
        assert_int_equal(open_entries(t), 1); /* it goes on before what the other wrote */
    }
    free(branch);
}

/* A copy of the file sends again what it had sent, by a clock that has been put right meanwhile: the
 * change keeps the time that it had, and the value that was newer then stays. */
static void conflict_winner__repetition_keeps_its_first_time(void **state)
{
    struct two *t = *state;
    struct mill_device *copy = branch_off(t);
    struct tq_merge_item item = { .device = 1, .offset_ms = 3600000 };
    struct tq_change first;
    struct tq_change *again;
    struct tq_set set;
    struct tq_receipt receipt;
    struct tq_error err;

    damage(t, t->a, "1");
    first = t->a->changes[0];
    mill_send(t->m, t->a);
    t->m->now_ms += 10000;
    damage(t, t->b, "2");
    mill_send(t->m, t->b);
    assert_int_equal(damage_now(t), 2);
    t->m->now_ms += 10000;
    damage(t, copy, "1");
    again = &copy->changes[0];
    again->at_ms = first.at_ms;
    again->log_id = first.log_id;
    again->incarnation = 1;
    set = mill_seal(t->m, copy);
    item.set = &set;
    assert_int_equal(tq_merge_batch(t->m->merger, &item, 1, t->m->now_ms, &err), TQ_OK);
    assert_int_equal(item.status, TQ_OK);
    receipt = mill_receipt(t->m, item.receipts[0]);
    assert_int_equal(receipt.nexceptions, 1);
    assert_int_equal(receipt.exceptions[0].verdict, TQ_DUPLICATE);
    assert_int_equal(damage_now(t), 2);
    assert_int_equal(open_entries(t), 1);
    free(copy);
}

/* An update that waited for its row counts from when it came, not from when the row came: a's clock
 * is fast, so that it is worth its arrival; b's is the later one. */
static void conflict_winner__held_change_keeps_its_first_time(void **state)
{
    struct two *t = *state;
    struct tq_slice key = mill_key(t->m, 9);

    t->b->clock_ms = 60000;
    mill_update(t->m, t->b, "incident", key, "damage_vnd=1", NULL);
    assert_int_equal(mill_send(t->m, t->b).held, 1);
    t->m->now_ms += 10000;
    mill_insert(t->m, t->a, "incident", key, "area=1", "damage_vnd=2", NULL);
    mill_send(t->m, t->a);
    assert_int_equal(mill_cell(t->m, "incident", key, "damage_vnd", NULL).i, 2);
    assert_int_equal(mill_count(t->m, "held_row", "state", "open"), 0);
    assert_int_equal(open_entries(t), 1);
}

static void decide(struct two *t, struct mill_device *d, const char *what, const char *who)
{
    struct tq_slice id = tq_slice_of(t->entry.id, TQ_SURROGATE_BYTES);
    char text[64];
    char by[64];
    char at[64];

    t->m->now_ms += 5;
    snprintf(text, sizeof(text), "decision=%s", what);
    snprintf(by, sizeof(by), "decided_by=%s", who);
    snprintf(at, sizeof(at), "decided_at=%lld", (long long)t->m->now_ms);
    mill_update(t->m, d, "conflict", id, text, by, at, NULL);
}

static void assert_is(struct tq_slice got, const char *text)
{
    assert_true(tq_slice_equal(got, tq_slice_str(text)));
}

static struct tq_value of_entry(struct two *t, const char *column)
{
    return mill_cell(t->m, "conflict", tq_slice_of(t->entry.id, TQ_SURROGATE_BYTES), column, NULL);
}

static void conflict_entry__says_both_values_who_wrote_them_where_when_and_why(void **state)
{
    struct two *t = *state;
    int64_t now = t->m->now_ms;

    collide(t);
    assert_is(t->entry.other_author, "người thứ nhất (mẫu)");
    assert_is(of_entry(t, "kept_author").s, "người thứ hai (mẫu)");
    assert_int_equal(of_entry(t, "other_device").i, 1);
    assert_int_equal(of_entry(t, "kept_device").i, 2);
    assert_int_equal(of_entry(t, "other_at").i, now + 100);
    assert_int_equal(of_entry(t, "kept_at").i, now + 110);
    assert_is(of_entry(t, "reason").s, "R50");
    assert_int_equal(damage_now(t), 2);
}

static void conflict_entry__follows_the_value_that_stands(void **state)
{
    struct two *t = *state;
    struct mill_device *c = mill_device(t->m, 3, LC);

    pull(t->m, c);
    damage(t, t->a, "1");
    damage(t, t->b, "2"); /* at the same moment: the device with the higher number */
    t->m->now_ms += 10;
    damage(t, c, "3")->author = tq_slice_str("người thứ ba (mẫu)");
    mill_send(t->m, t->b);
    mill_send(t->m, t->a);
    assert_int_equal(open_entries(t), 1);
    assert_is(of_entry(t, "reason").s, "R53");
    assert_int_equal(of_entry(t, "kept_device").i, 2);
    mill_send(t->m, c);
    assert_int_equal(open_entries(t), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(of_entry(t, "kept_device").i, 3);
        assert_is(of_entry(t, "kept_author").s, "người thứ ba (mẫu)");
        assert_is(of_entry(t, "reason").s, "R50");
    }
}

static void conflict_keep__closes_it_for_every_device(void **state)
{
    struct two *t = *state;
    struct mill_device *c = mill_device(t->m, 3, LC);

    collide(t);
    decide(t, t->a, "keep", "người thứ nhất (mẫu)");
    assert_int_equal(mill_send(t->m, t->a).accepted, 1);
    assert_int_equal(open_entries(t), 0);
    assert_is(of_entry(t, "state").s, "decided");
    assert_int_equal(damage_now(t), 2);
    /* A third value by one who knew of nothing: its own entry, the decided one stays so. */
    c->seen = 0;
    c->t_seen = 0;
    damage(t, c, "3");
    mill_send(t->m, c);
    assert_is(of_entry(t, "state").s, "decided");
    assert_int_equal(open_entries(t), 1);
}

static void conflict_keep__can_be_taken_back(void **state)
{
    struct two *t = *state;
    struct tq_slice id;

    collide(t);
    id = tq_slice_of(t->entry.id, TQ_SURROGATE_BYTES);
    decide(t, t->a, "keep", "người thứ nhất (mẫu)");
    mill_send(t->m, t->a);
    mill_update(t->m, t->a, "conflict", id, "decision", "decided_by", "decided_at", NULL);
    mill_send(t->m, t->a);
    assert_int_equal(open_entries(t), 1);
    /* Settled by a value of one who had seen both: nothing to open any more. */
    pull(t->m, t->b);
    damage(t, t->b, "9");
    mill_send(t->m, t->b);
    decide(t, t->a, "keep", "người thứ nhất (mẫu)");
    mill_update(t->m, t->a, "conflict", id, "decision", "decided_by", "decided_at", NULL);
    mill_send(t->m, t->a);
    assert_int_equal(open_entries(t), 0);
}

static void conflict_decision__taken_twice_alike_is_no_new_conflict(void **state)
{
    static const char *const WHAT[] = { "keep", "take_other" };
    struct two *t = *state;

    for (size_t i = 0; i < 2; i++) {
        collide(t);
        for (size_t k = 0; k < 2; k++) {
            struct mill_device *d = k == 0 ? t->a : t->b;

            if (i == 1)
                damage(t, d, "1");
            decide(t, d, WHAT[i], k == 0 ? "người thứ nhất (mẫu)" : "người thứ hai (mẫu)");
        }
        assert_int_equal(mill_send(t->m, t->b).superseded, 0);
        assert_int_equal(mill_send(t->m, t->a).superseded, 0);
        assert_int_equal(damage_now(t), i == 0 ? 2 : 1);
        assert_int_equal(open_entries(t), 0);
        pull(t->m, t->a);
        pull(t->m, t->b);
    }
    assert_int_equal(mill_count(t->m, "conflict", "table_name", "conflict"), 0);
}

static void conflict_decision__taken_otherwise_by_another_is_asked(void **state)
{
    struct two *t = *state;

    collide(t);
    decide(t, t->a, "keep", "người thứ nhất (mẫu)");
    damage(t, t->b, "1");
    decide(t, t->b, "take_other", "người thứ hai (mẫu)");
    mill_send(t->m, t->b);
    assert_int_equal(mill_send(t->m, t->a).superseded, 1);
    assert_int_equal(damage_now(t), 1);
    assert_int_equal(open_entries(t), 1);
    assert_is(t->entry.table_name, "conflict");
    assert_is(t->entry.cell, "decision");
}

/* Which tables a commune's part of the index lists above a sequence, each with its sequence. */
struct listed {
    uint64_t conflict;
    uint64_t held;
    uint64_t requested;
    uint64_t touched;
    struct mill *m;
};

static bool take_entry(void *arg, const struct tq_index_entry *entry)
{
    struct listed *l = arg;
    const char *name = tq_catalogue_table(l->m->catalogue, entry->table)->name;

    if (strcmp(name, "conflict") == 0)
        l->conflict = entry->seq;
    else if (strcmp(name, "held_row") == 0)
        l->held = entry->seq;
    else if (strcmp(name, "correction_request") == 0)
        l->requested = entry->seq;
    else if (strcmp(name, "incident") == 0)
        l->touched = entry->seq;
    return true;
}

static void lies_between(uint64_t seq, const struct tq_receipt *receipt)
{
    assert_true(seq >= receipt->first_seq + 3); /* after the three changes of the set itself */
    assert_true(seq <= receipt->merged_at);
}

/* What a set causes besides its own changes has sequences at or below the `merged_at` of its receipt,
 * and is listed there: an office whose cursor has passed that has seen them all. */
static void conflict_entry__lies_below_the_receipt_of_the_set_that_caused_it(void **state)
{
    struct two *t = *state;
    struct listed l = { 0, 0, 0, 0, t->m };
    struct tq_receipt receipt;
    struct tq_error err;
    uint64_t before;
    int64_t at;

    mill_update(
            t->m, &t->m->devices[0], "period", tq_slice_str("ADMIN/2020-12"), "state=locked", NULL);
    assert_int_equal(mill_district(t->m, &err), TQ_OK);
    t->m->now_ms += 100;
    damage(t, t->a, "1");
    mill_update(t->m, t->a, "incident", mill_key(t->m, 9), "damage_vnd=5", NULL); /* no such row */
    mill_insert(t->m, t->a, "village_return",
            tq_slice_str("08773-01@2019-01-01\x1f"
                         "ADMIN/2020-12\x1fhouseholds@1"),
            "value=10", "source=typed", "state=draft", NULL);
    t->m->now_ms += 10;
    damage(t, t->b, "2");
    mill_send(t->m, t->b);
    before = mill_head(t->m, &at);
    receipt = mill_send(t->m, t->a);
    assert_int_equal(receipt.superseded, 1);
    assert_int_equal(receipt.held, 1);
    assert_int_equal(receipt.requested, 1);
    assert_int_equal(receipt.merged_at, mill_head(t->m, &at));
    assert_int_equal(
            t->m->ops->index_walk(t->m->ops->ctx, tq_slice_str(LC), before, take_entry, &l, &err),
            TQ_OK);
    lies_between(l.conflict, &receipt);
    lies_between(l.held, &receipt);
    lies_between(l.requested, &receipt);
    lies_between(l.touched, &receipt);
}

/* What did not become what was sent comes down again: the row gets a new sequence, and no cell. */
static void conflict_touch__moves_the_row_and_no_cell(void **state)
{
    struct two *t = *state;
    const struct tq_table *incident = tq_catalogue_find(t->m->catalogue, "incident");
    uint32_t cell = incident->columns[tq_table_column_find(incident, "damage_vnd")].cell;
    struct tq_slice key = mill_key(t->m, 1);
    struct tq_stored_row before;
    struct tq_stored_row after;
    struct tq_receipt receipt;
    struct tq_error err;

    damage(t, t->a, "1");
    t->m->now_ms += 10;
    damage(t, t->b, "2");
    mill_send(t->m, t->b);
    assert_int_equal(
            t->m->ops->rows_get(t->m->ops->ctx, incident, &key, 1, t->m->arena, &before, &err),
            TQ_OK);
    receipt = mill_send(t->m, t->a);
    assert_int_equal(receipt.superseded, 1);
    assert_int_equal(
            t->m->ops->rows_get(t->m->ops->ctx, incident, &key, 1, t->m->arena, &after, &err),
            TQ_OK);
    assert_true(after.meta.row_seq > receipt.first_seq); /* new, of the merge that touched it */
    assert_true(after.meta.row_seq <= receipt.merged_at);
    assert_true(before.meta.row_seq < receipt.first_seq);
    assert_int_equal(after.meta.born_seq, before.meta.born_seq);
    assert_int_equal(tq_meta_seq(&after.meta, cell), tq_meta_seq(&before.meta, cell));
    assert_int_equal(tq_meta_seq(&after.meta, cell), before.meta.row_seq); /* b's, as it was */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(conflict_winner__of_equal_times_is_the_greater_device),
        TEST(conflict_winner__of_equal_times_is_the_greater_incarnation),
        TEST(conflict_winner__repetition_keeps_its_first_time),
        TEST(conflict_winner__held_change_keeps_its_first_time),
        TEST(conflict_entry__says_both_values_who_wrote_them_where_when_and_why),
        TEST(conflict_entry__follows_the_value_that_stands),
        TEST(conflict_keep__closes_it_for_every_device),
        TEST(conflict_keep__can_be_taken_back),
        TEST(conflict_decision__taken_twice_alike_is_no_new_conflict),
        TEST(conflict_decision__taken_otherwise_by_another_is_asked),
        TEST(conflict_entry__lies_below_the_receipt_of_the_set_that_caused_it),
        TEST(conflict_touch__moves_the_row_and_no_cell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

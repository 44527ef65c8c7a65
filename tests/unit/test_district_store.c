#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "district_fixture.h"
#include "test_mem.h"
#include "tuquan/digest.h"
#include "tuquan/file.h"

/* ---- state, chains, ledger ---- */

static void store_state__comes_back_after_reopening(void **state)
{
    struct fixture *f = *state;
    struct tq_district_state s;
    int64_t t;
    uint8_t hash[TQ_HASH_BYTES];

    begin(f);
    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    assert_int_equal(s.head, 0);
    s.epoch = 3;
    s.head = (UINT64_C(3) << 40) | 5;
    s.t_last = 77;
    memset(s.ledger_hash, 4, sizeof(s.ledger_hash));
    OK(f->ops->state_put(f->ops->ctx, &s, &f->err));
    commit(f);
    reopen(f);
    memset(&s, 0, sizeof(s));
    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    assert_int_equal(s.head, (UINT64_C(3) << 40) | 5);
    assert_int_equal(s.t_last, 77);
    assert_int_equal(s.ledger_hash[31], 4);
    OK(f->ops->history_get(f->ops->ctx, s.head, &t, hash, &f->err));
    assert_int_equal(t, 77);
    assert_memory_equal(hash, s.ledger_hash, sizeof(hash));
    assert_int_equal(f->ops->history_get(f->ops->ctx, s.head + 1, &t, hash, &f->err), TQ_NOT_FOUND);
}

static void store_state__of_another_district_is_refused(void **state)
{
    struct fixture *f = *state;
    struct tq_district_state s;

    begin(f);
    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    s.district[0] ^= 1;
    assert_int_equal(f->ops->state_put(f->ops->ctx, &s, &f->err), TQ_WRONG_FILE);
    f->ops->rollback(f->ops->ctx);
}

static void store_written_beside__tells_of_commits_of_others(void **state)
{
    struct fixture *f = *state;
    struct tq_district_state s;
    sqlite3 *other;
    bool is;

    OK(tq_district_store_written_beside(f->store, &is, &f->err));
    assert_true(is); /* the first look */
    OK(tq_district_store_written_beside(f->store, &is, &f->err));
    assert_false(is);
    begin(f);
    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    s.t_last++;
    OK(f->ops->state_put(f->ops->ctx, &s, &f->err));
    commit(f);
    OK(tq_district_store_written_beside(f->store, &is, &f->err));
    assert_false(is); /* its own */
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(
            sqlite3_exec(other, "BEGIN; UPDATE tq_device SET revoked_at = 5", NULL, NULL, NULL),
            SQLITE_OK);
    OK(tq_district_store_written_beside(f->store, &is, &f->err));
    assert_false(is); /* not yet */
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    OK(tq_district_store_written_beside(f->store, &is, &f->err));
    assert_true(is);
    OK(tq_district_store_written_beside(f->store, &is, &f->err));
    assert_false(is);
    sqlite3_close(other);
}

static void store_create__refuses_a_second_district(void **state)
{
    struct fixture *f = *state;
    struct tq_district_identity identity;

    memset(&identity, 0, sizeof(identity));
    identity.name = text("khác");
    assert_int_equal(tq_district_store_create(f->store, &identity, &f->err), TQ_EXISTS);
    OK(tq_district_store_identity(f->store, f->arena, &identity, &f->err));
    assert_true(tq_slice_equal(identity.name, text("Sông Lô")));
}

static void store_device__zero_is_the_district(void **state)
{
    struct fixture *f = *state;
    struct tq_device device;

    OK(f->ops->device_get(f->ops->ctx, 0, f->arena, &device, &f->err));
    assert_int_equal(device.incarnation, 1);
    assert_int_equal(device.sign_key[5], 9);
    assert_int_equal(device.unit.len, 0);
    assert_int_equal(f->ops->device_get(f->ops->ctx, 12, f->arena, &device, &f->err), TQ_NOT_FOUND);
}

static void store_chain__keeps_parent_and_head(void **state)
{
    struct fixture *f = *state;
    struct tq_chain chain;

    OK(f->ops->chain_get(f->ops->ctx, 1, 2, &chain, &f->err));
    assert_false(chain.exists);
    chain.parent.incarnation = 1;
    chain.parent.seq = 8;
    memset(chain.parent.hash, 1, TQ_HASH_BYTES);
    chain.head.incarnation = 2;
    chain.head.seq = 3;
    memset(chain.head.hash, 2, TQ_HASH_BYTES);
    chain.e_last = -5;
    begin(f);
    OK(f->ops->chain_put(f->ops->ctx, 1, 2, &chain, &f->err));
    chain.head.seq = 4;
    OK(f->ops->chain_put(f->ops->ctx, 1, 2, &chain, &f->err));
    commit(f);
    memset(&chain, 0, sizeof(chain));
    OK(f->ops->chain_get(f->ops->ctx, 1, 2, &chain, &f->err));
    assert_true(chain.exists);
    assert_int_equal(chain.parent.seq, 8);
    assert_int_equal(chain.parent.hash[0], 1);
    assert_int_equal(chain.head.seq, 4);
    assert_int_equal(chain.head.incarnation, 2);
    assert_int_equal(chain.e_last, -5);
}

static void store_ledger__finds_a_set_three_ways(void **state)
{
    struct fixture *f = *state;
    struct tq_ledger_set one = a_set(1, 100, 10);
    struct tq_ledger_set two = a_set(2, 110, 0);
    struct tq_ledger_set three = a_set(3, 120, 5);
    struct tq_ledger_set found;

    begin(f);
    OK(f->ops->ledger_append(f->ops->ctx, &one, &f->err));
    OK(f->ops->ledger_append(f->ops->ctx, &two, &f->err));
    OK(f->ops->ledger_append(f->ops->ctx, &three, &f->err));
    OK(f->ops->ledger_settle(f->ops->ctx, three.n, 130, &f->err));
    assert_int_equal(f->ops->ledger_settle(f->ops->ctx, 99, 1, &f->err), TQ_NOT_FOUND);
    commit(f);
    assert_true(one.n < two.n && two.n < three.n);
    OK(f->ops->ledger_by_n(f->ops->ctx, one.n, f->arena, &found, &f->err));
    assert_memory_equal(found.set.hash, one.set.hash, TQ_HASH_BYTES);
    assert_true(tq_slice_equal(found.set.payload, one.set.payload));
    assert_int_equal(found.offset_ms, -12);
    OK(f->ops->ledger_find(f->ops->ctx, 4, 1, 3, f->arena, &found, &f->err));
    assert_int_equal(found.n, three.n);
    assert_int_equal(found.merged_at, 130);
    OK(f->ops->ledger_by_seq(f->ops->ctx, 100, f->arena, &found, &f->err));
    assert_int_equal(found.n, one.n);
    OK(f->ops->ledger_by_seq(f->ops->ctx, 109, f->arena, &found, &f->err));
    assert_int_equal(found.n, one.n);
    OK(f->ops->ledger_by_seq(f->ops->ctx, 124, f->arena, &found, &f->err));
    assert_int_equal(found.n, three.n);
    /* The gaps belong to touches and released rows. */
    assert_int_equal(
            f->ops->ledger_by_seq(f->ops->ctx, 110, f->arena, &found, &f->err), TQ_NOT_FOUND);
    assert_int_equal(
            f->ops->ledger_by_seq(f->ops->ctx, 125, f->arena, &found, &f->err), TQ_NOT_FOUND);
    assert_int_equal(
            f->ops->ledger_by_seq(f->ops->ctx, 9, f->arena, &found, &f->err), TQ_NOT_FOUND);
    assert_int_equal(
            f->ops->ledger_find(f->ops->ctx, 4, 2, 3, f->arena, &found, &f->err), TQ_NOT_FOUND);
}

static void store_ledger__refuses_the_same_place_twice(void **state)
{
    struct fixture *f = *state;
    struct tq_ledger_set one = a_set(1, 100, 10);

    begin(f);
    OK(f->ops->ledger_append(f->ops->ctx, &one, &f->err));
    assert_int_equal(f->ops->ledger_append(f->ops->ctx, &one, &f->err), TQ_EXISTS);
    f->ops->rollback(f->ops->ctx);
}

static void store_origin__names_set_and_place(void **state)
{
    struct fixture *f = *state;
    uint64_t n;
    uint32_t place;

    begin(f);
    OK(f->ops->origin_put(f->ops->ctx, 110, 2, 7, &f->err));
    commit(f);
    OK(f->ops->origin_get(f->ops->ctx, 110, &n, &place, &f->err));
    assert_int_equal(n, 2);
    assert_int_equal(place, 7);
    assert_int_equal(f->ops->origin_get(f->ops->ctx, 111, &n, &place, &f->err), TQ_NOT_FOUND);
}

/* The transaction ends, and the district stands at `head`. */
static void commit_head(struct fixture *f, uint64_t head)
{
    struct tq_district_state s;

    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    s.head = head;
    OK(f->ops->state_put(f->ops->ctx, &s, &f->err));
    commit(f);
}

static size_t amending(struct fixture *f, uint32_t device, uint64_t above, uint64_t up_to,
        struct tq_slice **list, uint64_t **heads)
{
    size_t count;

    OK(f->ops->receipts_amending(
            f->ops->ctx, device, above, up_to, f->arena, list, heads, &count, &f->err));
    return count;
}

static void store_receipts__come_oldest_first(void **state)
{
    struct fixture *f = *state;
    struct tq_receipt receipt;
    struct tq_slice *list;
    uint64_t *heads;
    size_t count;

    memset(&receipt, 0, sizeof(receipt));
    receipt.device = 4;
    receipt.incarnation = 1;
    receipt.seq = 9;
    begin(f);
    receipt.t = 20;
    receipt.amending = true;
    receipt.merged_at = 200;
    OK(f->ops->receipt_put(f->ops->ctx, &receipt, text("hai"), &f->err));
    commit_head(f, 200);
    begin(f);
    receipt.t = 10;
    receipt.amending = false;
    receipt.merged_at = 100;
    OK(f->ops->receipt_put(f->ops->ctx, &receipt, text("một"), &f->err));
    receipt.t = 30;
    receipt.amending = true;
    receipt.merged_at = 300;
    OK(f->ops->receipt_put(f->ops->ctx, &receipt, text("ba"), &f->err));
    assert_int_equal(f->ops->receipt_put(f->ops->ctx, &receipt, text("ba"), &f->err), TQ_EXISTS);
    commit_head(f, 300);
    OK(f->ops->receipts_of(f->ops->ctx, 4, 1, 9, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 3);
    assert_true(tq_slice_equal(list[0], text("một")));
    assert_true(tq_slice_equal(list[2], text("ba")));
    assert_int_equal(amending(f, 4, 200, 300, &list, &heads), 1);
    assert_true(tq_slice_equal(list[0], text("ba")));
    assert_int_equal(heads[0], 300);
    assert_int_equal(amending(f, 4, 0, UINT64_MAX >> 1, &list, &heads), 2);
    assert_true(tq_slice_equal(list[0], text("hai")));
    assert_true(tq_slice_equal(list[1], text("ba")));
    assert_int_equal(heads[0], 200);
    assert_int_equal(amending(f, 4, 200, 299, &list, &heads), 0);
    assert_int_equal(amending(f, 5, 0, UINT64_MAX >> 1, &list, &heads), 0);
    /* One that was lost and came back is found by the head that it came with. */
    begin(f);
    receipt.t = 15;
    receipt.merged_at = 150;
    OK(f->ops->receipt_put(f->ops->ctx, &receipt, text("rưỡi"), &f->err));
    commit_head(f, 400);
    assert_int_equal(amending(f, 4, 300, 400, &list, &heads), 1);
    assert_true(tq_slice_equal(list[0], text("rưỡi")));
    assert_int_equal(heads[0], 400);
    assert_int_equal(amending(f, 4, 100, 300, &list, &heads), 2);
}

/* ---- rows ---- */

static void store_rows__put_then_get(void **state)
{
    struct fixture *f = *state;
    const struct tq_table *table = table_named("report");
    struct tq_stored_row rows[2];
    struct tq_stored_row out[3];
    struct tq_slice keys[3];
    int narrative = tq_table_column_find(table, "narrative");

    rows[0] = a_report(f, BACH_LUU, "month", "ADMIN/2020-10", 5);
    rows[1] = a_report(f, BACH_LUU, "month", "ADMIN/2020-11", 6);
    set_column(table, rows[1].values, "narrative", "đã gửi");
    begin(f);
    OK(f->ops->rows_put(f->ops->ctx, rows, 2, &f->err));
    set_column(table, rows[1].values, "narrative", "đã gửi lại");
    tq_meta_set(&rows[1].meta, table->columns[narrative].cell, 9);
    OK(f->ops->rows_put(f->ops->ctx, &rows[1], 1, &f->err));
    commit(f);
    reopen(f);
    keys[0] = rows[0].key;
    keys[1] = a_report(f, BACH_LUU, "month", "ADMIN/2020-12", 6).key;
    keys[2] = rows[1].key;
    OK(f->ops->rows_get(f->ops->ctx, table, keys, 3, f->arena, out, &f->err));
    assert_true(out[0].exists);
    assert_false(out[1].exists);
    assert_true(out[2].exists);
    assert_int_equal(out[0].values[narrative].type, TQ_NULL);
    assert_true(tq_slice_equal(out[2].values[narrative].s, text("đã gửi lại")));
    assert_int_equal(out[2].meta.row_seq, 9);
    assert_int_equal(out[2].meta.born_seq, 6);
    assert_int_equal(tq_meta_seq(&out[2].meta, table->columns[narrative].cell), 9);
    for (size_t i = 0; i < table->ncolumns; i++)
        assert_true(tq_value_equal(&out[2].values[i], &rows[1].values[i]));
}

static struct tq_slice number_key(struct fixture *f, uint32_t number)
{
    uint8_t *key = tq_arena_alloc(f->arena, TQ_SURROGATE_BYTES);

    for (size_t i = 0; i < 4; i++)
        key[TQ_SURROGATE_BYTES - 1 - i] = (uint8_t)(number >> (8 * i));
    return tq_slice_of(key, TQ_SURROGATE_BYTES);
}

/* Rows of every third number; asked for in runs, sparsely, twice, out of order, past the end. */
static void store_rows__get_finds_each_key_whatever_stands_beside_it(void **state)
{
    struct fixture *f = *state;
    const struct tq_table *table = table_named("incident");
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_stored_row row;
    static const uint32_t by[] = { 1, 2, 3, 7, 40, 299, 0 };

    memset(values, 0, sizeof(values));
    memset(&row, 0, sizeof(row));
    row.table = table;
    row.values = values;
    set_column(table, values, "unit", BACH_LUU);
    begin(f);
    for (uint32_t i = 0; i < 900; i += 3) {
        row.key = number_key(f, i);
        values[table->key[0]] = tq_value_blob(row.key);
        row.meta.row_seq = row.meta.born_seq = i + 1;
        OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
    }
    commit(f);
    for (size_t k = 0; k < sizeof(by) / sizeof(by[0]); k++) {
        struct tq_slice keys[1000];
        uint32_t numbers[1000];
        struct tq_stored_row *out = tq_arena_array(f->arena, 1000, sizeof(*out));

        for (uint32_t i = 0; i < 1000; i++) {
            numbers[i] = by[k] > 0 ? i * by[k] : (i * 7919 + i % 2) % 1000;
            keys[i] = number_key(f, numbers[i]);
        }
        OK(f->ops->rows_get(f->ops->ctx, table, keys, 1000, f->arena, out, &f->err));
        for (uint32_t i = 0; i < 1000; i++) {
            bool there = numbers[i] < 900 && numbers[i] % 3 == 0;

            assert_int_equal(out[i].exists, there);
            if (there)
                assert_int_equal(out[i].meta.row_seq, numbers[i] + 1);
        }
    }
}

static void store_rows__rollback_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct tq_stored_row row = a_report(f, BACH_LUU, "month", "ADMIN/2020-10", 5);
    struct tq_ledger_set set = a_set(1, 100, 10);
    struct tq_index_entry entry = { 100, 1, text("k"), 4, 1, true };
    struct tq_stored_row out;
    struct tq_ledger_set found;

    begin(f);
    OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
    OK(f->ops->ledger_append(f->ops->ctx, &set, &f->err));
    OK(f->ops->index_put(f->ops->ctx, text(BACH_LUU), &entry, 1, &f->err));
    f->ops->rollback(f->ops->ctx);
    OK(f->ops->rows_get(f->ops->ctx, row.table, &row.key, 1, f->arena, &out, &f->err));
    assert_false(out.exists);
    assert_int_equal(
            f->ops->ledger_find(f->ops->ctx, 4, 1, 1, f->arena, &found, &f->err), TQ_NOT_FOUND);
    /* Closing with an open transaction does the same. */
    begin(f);
    OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
    reopen(f);
    OK(f->ops->rows_get(f->ops->ctx, row.table, &row.key, 1, f->arena, &out, &f->err));
    assert_false(out.exists);
}

static void store_rows__a_damaged_blob_is_corruption(void **state)
{
    struct fixture *f = *state;
    struct tq_stored_row row = a_report(f, BACH_LUU, "month", "ADMIN/2020-10", 5);
    struct tq_stored_row out;

    begin(f);
    OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
    commit(f);
    shell(f, "UPDATE report SET tq_meta = x'ff'");
    assert_int_equal(f->ops->rows_get(f->ops->ctx, row.table, &row.key, 1, f->arena, &out, &f->err),
            TQ_CORRUPT);
    assert_int_equal(f->ops->rows_get(f->ops->ctx, row.table, &(struct tq_slice){ NULL, 0 }, 1,
                             f->arena, &out, &f->err),
            TQ_INVALID);
}

static void store_scan__pages_in_key_order_by_owner(void **state)
{
    struct fixture *f = *state;
    const struct tq_table *table = table_named("report");
    struct tq_stored_row rows[24];
    struct tq_stored_row page[5];
    struct tq_slice after = { NULL, 0 };
    struct tq_slice none = { NULL, 0 };
    size_t seen = 0;
    size_t count;

    for (size_t i = 0; i < 24; i++) {
        char *period = tq_arena_alloc(f->arena, 32);

        snprintf(period, 32, "ADMIN/2020-%02zu", i / 2 + 1);
        rows[i] = a_report(f, i % 2 == 0 ? BACH_LUU : LANG_CONG, "month", period, i + 1);
    }
    begin(f);
    OK(f->ops->rows_put(f->ops->ctx, rows, 24, &f->err));
    commit(f);
    do {
        OK(f->ops->rows_scan(f->ops->ctx, table, text(BACH_LUU), after, none, 5, f->arena, page,
                &count, &f->err));
        for (size_t i = 0; i < count; i++) {
            assert_true(tq_slice_compare(after, page[i].key) < 0);
            assert_true(tq_slice_equal(page[i].key, rows[2 * seen].key));
            after = page[i].key;
            seen++;
        }
    } while (count == 5);
    assert_int_equal(seen, 12);
    /* Everybody's, between two keys: both ends open. */
    OK(f->ops->rows_scan(f->ops->ctx, table, none, rows[0].key, rows[6].key, 5, f->arena, page,
            &count, &f->err));
    assert_int_equal(count, 2);
    assert_true(tq_slice_equal(page[0].key, rows[2].key));
    assert_true(tq_slice_equal(page[1].key, rows[4].key));
    OK(f->ops->rows_scan(f->ops->ctx, table, none, none, none, 5, f->arena, page, &count, &f->err));
    assert_int_equal(count, 5);
}

/* ---- held, losers, digests, facts ---- */

static void store_held__waits_and_is_found_both_ways(void **state)
{
    struct fixture *f = *state;
    struct tq_held held;
    struct tq_held *list;
    size_t count;
    uint64_t first;

    memset(&held, 0, sizeof(held));
    held.kind = TQ_HELD_PARENT;
    held.reason = TQ_REASON_PARENT_MISSING;
    held.column = 8;
    held.set_n = 3;
    held.place = 4;
    held.e = 55;
    held.wait_table = 20;
    held.wait_key = text("cha");
    held.table = 28;
    held.key = text("con");
    begin(f);
    OK(f->ops->held_put(f->ops->ctx, &held, &f->err));
    first = held.id;
    assert_true(first > 0);
    held.id = 0;
    held.place = 5;
    OK(f->ops->held_put(f->ops->ctx, &held, &f->err));
    assert_true(held.id > first);
    /* With its number it is rewritten and keeps its place in the order. */
    held.id = first;
    held.kind = TQ_HELD_CORRECTION;
    OK(f->ops->held_put(f->ops->ctx, &held, &f->err));
    commit(f);
    OK(f->ops->held_waiting(f->ops->ctx, 20, text("cha"), f->arena, &list, &count, &f->err));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].id, first);
    assert_int_equal(list[0].kind, TQ_HELD_CORRECTION);
    assert_int_equal(list[1].kind, TQ_HELD_PARENT);
    assert_int_equal(list[1].e, 55);
    assert_int_equal(list[1].column, 8);
    assert_true(tq_slice_equal(list[1].key, text("con")));
    OK(f->ops->held_about(f->ops->ctx, 28, text("con"), f->arena, &list, &count, &f->err));
    assert_int_equal(count, 2);
    begin(f);
    OK(f->ops->held_delete(f->ops->ctx, first, &f->err));
    commit(f);
    OK(f->ops->held_about(f->ops->ctx, 28, text("con"), f->arena, &list, &count, &f->err));
    assert_int_equal(count, 1);
    OK(f->ops->held_about(f->ops->ctx, 27, text("con"), f->arena, &list, &count, &f->err));
    assert_int_equal(count, 0);
}

static void store_losers__of_one_cell(void **state)
{
    struct fixture *f = *state;
    struct tq_loser loser = { 70, 3, 1, 28, text("k"), 9, text("mục") };
    struct tq_loser *list;
    size_t count;

    begin(f);
    OK(f->ops->loser_put(f->ops->ctx, &loser, &f->err));
    loser.seq = 60;
    OK(f->ops->loser_put(f->ops->ctx, &loser, &f->err));
    loser.cell = 10;
    OK(f->ops->loser_put(f->ops->ctx, &loser, &f->err));
    commit(f);
    OK(f->ops->losers(f->ops->ctx, 28, text("k"), 9, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].seq, 60);
    assert_true(tq_slice_equal(list[1].entry, text("mục")));
    begin(f);
    OK(f->ops->loser_delete(f->ops->ctx, 60, 9, &f->err));
    commit(f);
    OK(f->ops->losers(f->ops->ctx, 28, text("k"), 9, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 1);
    OK(f->ops->losers(f->ops->ctx, 28, text("k"), 10, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 1);
}

static void store_digest__moves_and_comes_back_to_nothing(void **state)
{
    struct fixture *f = *state;
    uint8_t row[TQ_DIGEST_BYTES];
    uint8_t zero[TQ_DIGEST_BYTES] = { 0 };
    struct tq_digest digest;

    memset(row, 0xfe, sizeof(row));
    begin(f);
    OK(f->ops->digest_move(f->ops->ctx, 28, text(BACH_LUU), 1, row, zero, &f->err));
    OK(f->ops->digest_get(f->ops->ctx, 28, text(BACH_LUU), &digest, &f->err));
    assert_int_equal(digest.rows, 1);
    assert_memory_equal(digest.sum, row, sizeof(row));
    OK(f->ops->digest_get(f->ops->ctx, 28, text(LANG_CONG), &digest, &f->err));
    assert_int_equal(digest.rows, 0);
    OK(f->ops->digest_move(f->ops->ctx, 28, text(BACH_LUU), -1, zero, row, &f->err));
    OK(f->ops->digest_get(f->ops->ctx, 28, text(BACH_LUU), &digest, &f->err));
    assert_int_equal(digest.rows, 0);
    assert_memory_equal(digest.sum, zero, sizeof(zero));
    assert_int_equal(f->ops->digest_move(f->ops->ctx, 28, text(BACH_LUU), -1, zero, row, &f->err),
            TQ_CORRUPT);
    f->ops->rollback(f->ops->ctx);
}

static bool is_locked(struct fixture *f, const char *on)
{
    bool out;

    OK(f->ops->locked(f->ops->ctx, text(on), &out, &f->err));
    return out;
}

static void store_locked__by_period_and_by_date(void **state)
{
    struct fixture *f = *state;

    shell(f, "INSERT INTO period (period, starts_on, ends_on, state) VALUES"
             "('ADMIN/2020-10', '2020-09-15', '2020-10-14', 'locked'),"
             "('ADMIN/2020-11', '2020-10-15', '2020-11-14', 'open'),"
             "('ADMIN/2020-Q3', '2020-06-15', '2020-09-14', 'locked'),"
             "('ADMIN/2019', '2018-12-15', '2019-12-14', 'locked'),"
             "('VILLAGE/2020-10', '2021-01-01', '2021-02-01', 'locked')");
    assert_true(is_locked(f, "ADMIN/2020-10"));
    assert_false(is_locked(f, "ADMIN/2020-11"));
    assert_false(is_locked(f, "ADMIN/2020-12"));
    assert_true(is_locked(f, "VILLAGE/2020-10"));
    assert_true(is_locked(f, "2020-10-14"));
    assert_false(is_locked(f, "2020-10-15"));
    assert_true(is_locked(f, "2020-06-15"));
    assert_false(is_locked(f, "2020-06-14"));
    /* Only months and quarters of the administrative calendar lock by date. */
    assert_false(is_locked(f, "2019-03-01"));
    assert_false(is_locked(f, "2021-01-15"));
    assert_false(is_locked(f, ""));
}

static void store_unit_closed__gives_the_sequence_of_that_cell(void **state)
{
    struct fixture *f = *state;
    const struct tq_table *table = table_named("unit");
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_stored_row row;
    uint64_t seq;

    memset(values, 0, sizeof(values));
    memset(&row, 0, sizeof(row));
    row.table = table;
    row.values = values;
    row.key = text(BACH_LUU);
    row.meta.row_seq = row.meta.born_seq = 5;
    set_column(table, values, "unit", BACH_LUU);
    begin(f);
    OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
    OK(f->ops->unit_closed(f->ops->ctx, text(BACH_LUU), &seq, &f->err));
    assert_int_equal(seq, 0);
    set_column(table, values, "valid_to", "2025-06-30");
    tq_meta_set(&row.meta, table->columns[tq_table_column_find(table, "valid_to")].cell, 41);
    OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
    commit(f);
    OK(f->ops->unit_closed(f->ops->ctx, text(BACH_LUU), &seq, &f->err));
    assert_int_equal(seq, 41);
    OK(f->ops->unit_closed(f->ops->ctx, text("không có"), &seq, &f->err));
    assert_int_equal(seq, 0);
}

/* Keys by sequence are listed in blocks (tq_index); an index over each row's sequence would cost
 * more than a third of the merge. Those by day serve the facts, and are named so. */
static void store_schema__has_no_index_on_the_sequence(void **state)
{
    struct fixture *f = *state;
    const struct tq_catalogue *catalogue = tq_catalogue_current();
    sqlite3_stmt *stmt;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                             "SELECT (SELECT count(*) FROM pragma_table_info(?1)"
                             " WHERE name='tq_meta' AND type='BLOB'), (SELECT count(*)"
                             " FROM pragma_index_list(?1) WHERE origin<>'pk'"
                             " AND name NOT GLOB 'tq_facts_*')",
                             -1, &stmt, NULL),
            SQLITE_OK);
    for (size_t i = 0; i < catalogue->ntables; i++) {
        sqlite3_bind_text(stmt, 1, catalogue->tables[i].name, -1, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        if (sqlite3_column_int(stmt, 0) != 1 || sqlite3_column_int(stmt, 1) != 0)
            fail_msg("%s", catalogue->tables[i].name);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(store_state__comes_back_after_reopening),
        CASE(store_state__of_another_district_is_refused),
        CASE(store_written_beside__tells_of_commits_of_others),
        CASE(store_create__refuses_a_second_district),
        CASE(store_device__zero_is_the_district),
        CASE(store_chain__keeps_parent_and_head),
        CASE(store_ledger__finds_a_set_three_ways),
        CASE(store_ledger__refuses_the_same_place_twice),
        CASE(store_origin__names_set_and_place),
        CASE(store_receipts__come_oldest_first),
        CASE(store_rows__put_then_get),
        CASE(store_rows__get_finds_each_key_whatever_stands_beside_it),
        CASE(store_rows__rollback_leaves_nothing),
        CASE(store_rows__a_damaged_blob_is_corruption),
        CASE(store_scan__pages_in_key_order_by_owner),
        CASE(store_held__waits_and_is_found_both_ways),
        CASE(store_losers__of_one_cell),
        CASE(store_digest__moves_and_comes_back_to_nothing),
        CASE(store_locked__by_period_and_by_date),
        CASE(store_unit_closed__gives_the_sequence_of_that_cell),
        CASE(store_schema__has_no_index_on_the_sequence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

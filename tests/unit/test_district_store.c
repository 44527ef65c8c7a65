#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "district_schema.h"
#include "test_mem.h"
#include "tmp.h"
#include "tuquan/digest.h"
#include "tuquan/district_store.h"
#include "tuquan/file.h"
#include "tuquan/ledger.h"

#define BACH_LUU "08779@2004-01-01"
#define LANG_CONG "08770@2004-01-01"
#define START_MS INT64_C(1605916800000)

struct fixture {
    char dir[256];
    char path[512];
    char *schema;
    struct tq_district_store *store;
    const struct tq_district_ops *ops;
    struct tq_arena *arena;
    struct tq_error err;
};

static struct tq_slice text(const char *s)
{
    return tq_slice_str(s);
}

#define OK(call) assert_ok(f, (call), __LINE__)
static void assert_ok(const struct fixture *f, tq_status rc, int line)
{
    if (rc != TQ_OK)
        fail_msg("line %d: %s: %s", line, tq_status_code(rc), f->err.msg);
}

static tq_status open_store(struct fixture *f, bool create)
{
    struct tq_district_config config = { f->path, tq_catalogue_current(), create, false,
        f->schema };
    tq_status rc = tq_district_store_open(&f->store, &config, &f->err);

    f->ops = rc == TQ_OK ? tq_district_store_ops(f->store) : NULL;
    return rc;
}

static void reopen(struct fixture *f)
{
    tq_district_store_close(f->store);
    OK(open_store(f, false));
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct tq_district_identity identity;

    memset(&identity, 0, sizeof(identity));
    memset(identity.district, 7, sizeof(identity.district));
    memset(identity.sign_key, 9, sizeof(identity.sign_key));
    identity.name = text("Sông Lô");
    identity.created_at_ms = START_MS;
    tmp_make(f->dir, sizeof(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/district.db", f->dir);
    f->schema = district_schema_make(TQ_SOURCE_DIR, tq_catalogue_current());
    f->arena = tq_arena_new((size_t)64 << 20);
    OK(open_store(f, true));
    OK(tq_district_store_create(f->store, &identity, &f->err));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    test_mem_fail_after(-1, false);
    tq_district_store_close(f->store);
    tq_arena_free(f->arena);
    tmp_remove(f->dir);
    free(f->schema);
    free(f);
    return test_mem_live() == 0 ? 0 : -1;
}

static void begin(struct fixture *f)
{
    OK(f->ops->begin(f->ops->ctx, &f->err));
}

static void commit(struct fixture *f)
{
    OK(f->ops->commit(f->ops->ctx, &f->err));
}

/* A shell of our own on the same file. */
static void shell(const struct fixture *f, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

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

static struct tq_ledger_set a_set(uint64_t seq, uint64_t first_seq, uint32_t nchanges)
{
    struct tq_ledger_set set;

    memset(&set, 0, sizeof(set));
    set.set.device = 4;
    set.set.incarnation = 1;
    set.set.seq = seq;
    set.set.payload = text("nội dung");
    set.first_seq = first_seq;
    set.nchanges = nchanges;
    set.ta = 1000;
    set.offset_ms = -12;
    set.e0 = 5;
    set.e_last = 6;
    memset(set.set.prev, (int)seq, TQ_HASH_BYTES);
    tq_set_hash(&set.set, set.set.hash);
    return set;
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

static void store_receipts__come_oldest_first(void **state)
{
    struct fixture *f = *state;
    struct tq_receipt receipt;
    struct tq_slice *list;
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
    receipt.t = 10;
    receipt.amending = false;
    receipt.merged_at = 100;
    OK(f->ops->receipt_put(f->ops->ctx, &receipt, text("một"), &f->err));
    receipt.t = 30;
    receipt.amending = true;
    receipt.merged_at = 300;
    OK(f->ops->receipt_put(f->ops->ctx, &receipt, text("ba"), &f->err));
    assert_int_equal(f->ops->receipt_put(f->ops->ctx, &receipt, text("ba"), &f->err), TQ_EXISTS);
    commit(f);
    OK(f->ops->receipts_of(f->ops->ctx, 4, 1, 9, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 3);
    assert_true(tq_slice_equal(list[0], text("một")));
    assert_true(tq_slice_equal(list[2], text("ba")));
    OK(f->ops->receipts_amending(f->ops->ctx, 4, 200, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 1);
    assert_true(tq_slice_equal(list[0], text("ba")));
    OK(f->ops->receipts_amending(f->ops->ctx, 5, 0, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 0);
}

/* ---- rows ---- */

static const struct tq_table *table_named(const char *name)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), name);

    assert_non_null(table);
    return table;
}

static void set_column(
        const struct tq_table *table, struct tq_value *values, const char *name, const char *value)
{
    int at = tq_table_column_find(table, name);

    assert_true(at >= 0);
    values[at] = tq_value_str(value);
}

/* One report of a commune in a period: natural key of three parts. */
static struct tq_stored_row a_report(
        struct fixture *f, const char *unit, const char *type, const char *period, uint64_t seq)
{
    const struct tq_table *table = table_named("report");
    struct tq_stored_row row;
    struct tq_buf key;

    memset(&row, 0, sizeof(row));
    row.table = table;
    row.exists = true;
    row.values = tq_arena_array(f->arena, table->ncolumns, sizeof(*row.values));
    for (uint32_t i = 0; i < table->nkey; i++) {
        const struct tq_column *column = &table->columns[table->key[i]];

        set_column(table, row.values, column->name,
                strcmp(column->name, "unit") == 0     ? unit
                : strcmp(column->name, "period") == 0 ? period
                                                      : type);
    }
    row.meta.row_seq = seq;
    row.meta.born_seq = seq;
    tq_buf_init(&key, 0);
    assert_true(tq_key_encode(table, row.values, &key));
    row.key = tq_slice_of(tq_arena_copy(f->arena, key.data, key.len), key.len);
    tq_buf_deinit(&key);
    return row;
}

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

/* ---- index ---- */

struct walked {
    uint64_t seqs[4096];
    size_t count;
    size_t stop_at;
    struct tq_index_entry last;
    char key[TQ_MAX_KEY_BYTES];
    struct fixture *nested;
};

static bool note(void *arg, const struct tq_index_entry *entry)
{
    struct walked *w = arg;

    if (w->nested != NULL) {
        struct walked inner = { .stop_at = 1 };
        struct fixture *f = w->nested;

        OK(f->ops->index_walk(f->ops->ctx, text(BACH_LUU), 0, note, &inner, &f->err));
        assert_int_equal(inner.count, 1);
    }
    w->seqs[w->count++] = entry->seq;
    w->last = *entry;
    memcpy(w->key, entry->key.data, entry->key.len);
    return w->count != w->stop_at;
}

static void put_run(struct fixture *f, const char *owner, uint64_t from, size_t count, uint64_t by)
{
    struct tq_index_entry entries[2500];
    char keys[2500][16];

    assert_true(count <= 2500);
    for (size_t i = 0; i < count; i++) {
        uint64_t seq = from + by * i;

        snprintf(keys[i], sizeof(keys[i]), "khóa%09llu", (unsigned long long)seq);
        entries[i].seq = seq;
        entries[i].table = seq % 5 == 0 ? 28 : 29;
        entries[i].key = text(keys[i]);
        entries[i].device = seq % 7 == 0 ? 3 : 4;
        entries[i].incarnation = 1;
        entries[i].clean = seq % 2 == 0;
    }
    OK(f->ops->index_put(f->ops->ctx, text(owner), entries, count, &f->err));
}

static void store_index__walks_above_a_sequence(void **state)
{
    struct fixture *f = *state;
    struct walked *w = calloc(1, sizeof(*w));

    begin(f);
    put_run(f, BACH_LUU, 1000, 2500, 1);
    put_run(f, LANG_CONG, 1001, 3, 1);
    put_run(f, "", 9000, 2, 1);
    commit(f);
    OK(f->ops->index_walk(f->ops->ctx, text(BACH_LUU), 0, note, w, &f->err));
    assert_int_equal(w->count, 2500);
    for (size_t i = 0; i < w->count; i++)
        assert_int_equal(w->seqs[i], 1000 + i);
    assert_string_equal(w->key, "khóa000003499");
    assert_int_equal(w->last.table, 29);
    assert_int_equal(w->last.device, 4);
    assert_false(w->last.clean);
    memset(w, 0, sizeof(*w));
    OK(f->ops->index_walk(f->ops->ctx, text(BACH_LUU), 3000, note, w, &f->err));
    assert_int_equal(w->count, 499);
    assert_int_equal(w->seqs[0], 3001);
    memset(w, 0, sizeof(*w));
    w->stop_at = 7;
    OK(f->ops->index_walk(f->ops->ctx, text(BACH_LUU), 0, note, w, &f->err));
    assert_int_equal(w->count, 7);
    memset(w, 0, sizeof(*w));
    w->nested = f;
    OK(f->ops->index_walk(f->ops->ctx, text(LANG_CONG), 0, note, w, &f->err));
    assert_int_equal(w->count, 3);
    memset(w, 0, sizeof(*w));
    OK(f->ops->index_walk(f->ops->ctx, text(""), 9000, note, w, &f->err));
    assert_int_equal(w->count, 1);
    free(w);
}

static void store_index__a_put_into_old_blocks_stays_in_order(void **state)
{
    struct fixture *f = *state;
    struct walked *w = calloc(1, sizeof(*w));

    begin(f);
    put_run(f, BACH_LUU, 100, 50, 2);
    put_run(f, BACH_LUU, 300, 50, 2);
    put_run(f, BACH_LUU, 181, 80, 2);
    commit(f);
    OK(f->ops->index_walk(f->ops->ctx, text(BACH_LUU), 0, note, w, &f->err));
    assert_int_equal(w->count, 180);
    for (size_t i = 1; i < w->count; i++)
        assert_true(w->seqs[i - 1] < w->seqs[i]);
    free(w);
}

static void store_index__a_damaged_block_is_corruption(void **state)
{
    struct fixture *f = *state;
    struct walked *w = calloc(1, sizeof(*w));

    begin(f);
    put_run(f, BACH_LUU, 100, 50, 2);
    commit(f);
    shell(f, "UPDATE tq_index SET entries = substr(entries, 1, length(entries) - 3)");
    assert_int_equal(
            f->ops->index_walk(f->ops->ctx, text(BACH_LUU), 0, note, w, &f->err), TQ_CORRUPT);
    shell(f, "UPDATE tq_index SET entries = zeroblob(40)");
    assert_int_equal(
            f->ops->index_walk(f->ops->ctx, text(BACH_LUU), 0, note, w, &f->err), TQ_CORRUPT);
    free(w);
}

/* ---- epochs ---- */

static void store_start__epochs_rise(void **state)
{
    struct fixture *f = *state;
    struct tq_district_state s;
    char height[600];
    uint64_t spans = (uint64_t)((START_MS - INT64_C(1577836800000)) / 600000);
    uint64_t epoch;

    snprintf(height, sizeof(height), "%s/height", f->dir);
    OK(tq_district_store_start(f->store, height, START_MS, &epoch, &f->err));
    assert_int_equal(epoch, spans);
    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    assert_int_equal(s.head, epoch << 40);
    assert_int_equal(s.t_last, START_MS);
    /* The same minute: the last + 1. */
    reopen(f);
    OK(tq_district_store_start(f->store, height, START_MS, &epoch, &f->err));
    assert_int_equal(epoch, spans + 1);
    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    assert_int_equal(s.t_last, START_MS + 1);
    /* A clock years back never takes one back. */
    OK(tq_district_store_start(f->store, height, 0, &epoch, &f->err));
    assert_int_equal(epoch, spans + 2);
}

static void store_start__an_old_file_counts_from_the_height_file(void **state)
{
    struct fixture *f = *state;
    char height[600];
    uint64_t first;
    uint64_t epoch;

    snprintf(height, sizeof(height), "%s/height", f->dir);
    OK(tq_district_store_start(f->store, height, START_MS, &first, &f->err));
    OK(tq_district_store_start(f->store, height, START_MS, &epoch, &f->err));
    /* As restored from before both. */
    shell(f, "UPDATE tq_district SET epoch = 0, head = 0");
    OK(tq_district_store_start(f->store, height, 0, &epoch, &f->err));
    assert_int_equal(epoch, first + 2);
    /* Without it, and with rubbish in it, from the clock. */
    shell(f, "UPDATE tq_district SET epoch = 0, head = 0");
    OK(tq_file_replace(height, text("không phải số"), false, &f->err));
    OK(tq_district_store_start(f->store, height, START_MS + 600000, &epoch, &f->err));
    assert_int_equal(epoch, first + 1);
    OK(tq_district_store_start(f->store, "/không/có", START_MS, &epoch, &f->err));
    assert_int_equal(epoch, first + 2);
}

/* ---- files ---- */

static void store_open__names_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    struct tq_district_config config = { "/không/có/district.db", tq_catalogue_current(), false,
        false, NULL };
    struct tq_district_store *other;
    char path[600];

    assert_int_equal(tq_district_store_open(&other, &config, &f->err), TQ_NOT_FOUND);
    assert_null(other);
    assert_non_null(strstr(f->err.msg, "/không/có"));
    snprintf(path, sizeof(path), "%s/rác", f->dir);
    OK(tq_file_replace(
            path, text("đây không phải là tệp SQLite, chỉ là chữ thôi"), false, &f->err));
    config.path = path;
    assert_int_equal(tq_district_store_open(&other, &config, &f->err), TQ_CORRUPT);
}

static void store_reader__sees_commits_and_never_writes(void **state)
{
    struct fixture *f = *state;
    struct tq_district_config config = { f->path, tq_catalogue_current(), false, true, NULL };
    struct tq_stored_row row = a_report(f, BACH_LUU, "month", "ADMIN/2020-10", 5);
    struct tq_stored_row out;
    struct tq_district_store *reader;
    const struct tq_district_ops *ops;

    OK(tq_district_store_open(&reader, &config, &f->err));
    ops = tq_district_store_ops(reader);
    assert_int_not_equal(ops->begin(ops->ctx, &f->err), TQ_OK);
    OK(ops->begin_read(ops->ctx, &f->err));
    begin(f);
    OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
    commit(f);
    /* Its snapshot is older than the commit. */
    OK(ops->rows_get(ops->ctx, row.table, &row.key, 1, f->arena, &out, &f->err));
    assert_false(out.exists);
    ops->rollback(ops->ctx);
    OK(ops->rows_get(ops->ctx, row.table, &row.key, 1, f->arena, &out, &f->err));
    assert_true(out.exists);
    assert_int_not_equal(ops->rows_put(ops->ctx, &row, 1, &f->err), TQ_OK);
    tq_district_store_close(reader);
}

static void store_checkpoint__is_never_part_of_a_commit(void **state)
{
    struct fixture *f = *state;
    struct tq_stored_row row = a_report(f, BACH_LUU, "month", "ADMIN/2020-10", 5);
    uint64_t left;

    for (int i = 0; i < 30; i++) {
        begin(f);
        row.meta.row_seq++;
        OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
        commit(f);
    }
    OK(tq_district_store_checkpoint(f->store, &left, &f->err));
    assert_int_equal(left, 0);
}

/* ---- torture ---- */

static tq_status one_of_each(struct fixture *f, struct tq_arena *arena, struct tq_stored_row row)
{
    const struct tq_district_ops *ops = f->ops;
    struct tq_index_entry entry = { 100, 1, text("k"), 4, 1, true };
    struct tq_index_entry before = { 99, 1, text("k"), 4, 1, true };
    struct tq_ledger_set set = a_set(1, 100, 10);
    struct tq_stored_row out[2];
    struct tq_held held;
    struct tq_held *list;
    struct tq_ledger_set found;
    size_t count;
    tq_status rc = ops->begin(ops->ctx, &f->err);

    memset(&held, 0, sizeof(held));
    held.key = text("k");
    if (rc == TQ_OK)
        rc = ops->rows_put(ops->ctx, &row, 1, &f->err);
    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, row.table, &row.key, 1, arena, out, &f->err);
    if (rc == TQ_OK)
        rc = ops->rows_scan(ops->ctx, row.table, text(BACH_LUU), tq_slice_of(NULL, 0),
                tq_slice_of(NULL, 0), 2, arena, out, &count, &f->err);
    if (rc == TQ_OK)
        rc = ops->index_put(ops->ctx, text(""), &entry, 1, &f->err);
    if (rc == TQ_OK)
        rc = ops->index_put(ops->ctx, text(""), &before, 1, &f->err);
    if (rc == TQ_OK)
        rc = ops->ledger_append(ops->ctx, &set, &f->err);
    if (rc == TQ_OK)
        rc = ops->ledger_by_n(ops->ctx, set.n, arena, &found, &f->err);
    if (rc == TQ_OK)
        rc = ops->held_put(ops->ctx, &held, &f->err);
    if (rc == TQ_OK)
        rc = ops->held_about(ops->ctx, 0, text("k"), arena, &list, &count, &f->err);
    if (rc == TQ_OK)
        rc = ops->commit(ops->ctx, &f->err);
    else
        ops->rollback(ops->ctx);
    return rc;
}

static void store__survives_every_failing_allocation(void **state)
{
    struct fixture *f = *state;
    struct tq_ledger_set found;
    bool forever = false;

    for (int round = 0; round < 2; round++, forever = true) {
        tq_status rc = TQ_NOMEM;

        shell(f, "DELETE FROM tq_ledger; DELETE FROM tq_held; DELETE FROM tq_index");
        for (long n = 0; rc != TQ_OK; n++) {
            struct tq_arena *arena = tq_arena_new(1 << 20);
            struct tq_stored_row row;

            reopen(f);
            tq_arena_reset(f->arena);
            row = a_report(f, BACH_LUU, "month", "ADMIN/2020-10", 5);
            test_mem_fail_after(n, forever);
            rc = one_of_each(f, arena, row);
            test_mem_fail_after(-1, false);
            tq_arena_free(arena);
            if (rc != TQ_OK) {
                assert_int_equal(rc, TQ_NOMEM);
                assert_int_equal(
                        f->ops->ledger_find(f->ops->ctx, 4, 1, 1, f->arena, &found, &f->err),
                        TQ_NOT_FOUND);
            }
            assert_true(n < 5000);
        }
        OK(f->ops->ledger_find(f->ops->ctx, 4, 1, 1, f->arena, &found, &f->err));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(store_state__comes_back_after_reopening),
        CASE(store_state__of_another_district_is_refused),
        CASE(store_create__refuses_a_second_district),
        CASE(store_device__zero_is_the_district),
        CASE(store_chain__keeps_parent_and_head),
        CASE(store_ledger__finds_a_set_three_ways),
        CASE(store_ledger__refuses_the_same_place_twice),
        CASE(store_origin__names_set_and_place),
        CASE(store_receipts__come_oldest_first),
        CASE(store_rows__put_then_get),
        CASE(store_rows__rollback_leaves_nothing),
        CASE(store_rows__a_damaged_blob_is_corruption),
        CASE(store_scan__pages_in_key_order_by_owner),
        CASE(store_held__waits_and_is_found_both_ways),
        CASE(store_losers__of_one_cell),
        CASE(store_digest__moves_and_comes_back_to_nothing),
        CASE(store_locked__by_period_and_by_date),
        CASE(store_unit_closed__gives_the_sequence_of_that_cell),
        CASE(store_index__walks_above_a_sequence),
        CASE(store_index__a_put_into_old_blocks_stays_in_order),
        CASE(store_index__a_damaged_block_is_corruption),
        CASE(store_start__epochs_rise),
        CASE(store_start__an_old_file_counts_from_the_height_file),
        CASE(store_open__names_what_is_wrong),
        CASE(store_reader__sees_commits_and_never_writes),
        CASE(store_checkpoint__is_never_part_of_a_commit),
        CASE(store__survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

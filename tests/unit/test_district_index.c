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
#include "tuquan/hash.h"

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

/* The clock says any year from 2100 on: the epochs leave room for sequences, rise, and are known again
 * from the height file alone. */
static void store_start__a_clock_beyond_all_years_only_counts_on(void **state)
{
    struct fixture *f = *state;
    struct tq_district_state s;
    char height[600];
    uint64_t first;
    uint64_t epoch;

    snprintf(height, sizeof(height), "%s/height", f->dir);
    OK(tq_district_store_start(f->store, height, INT64_C(10000000000000), &first, &f->err));
    OK(tq_district_store_start(f->store, height, INT64_C(253402300799000), &epoch, &f->err));
    assert_int_equal(epoch, first + 1);
    OK(f->ops->state_get(f->ops->ctx, &s, &f->err));
    assert_int_equal(s.head >> 40, epoch);
    assert_true(s.head < (uint64_t)INT64_MAX / 2 + (uint64_t)INT64_MAX / 4);
    shell(f, "UPDATE tq_district SET epoch = 0, head = 0");
    OK(tq_district_store_start(f->store, height, START_MS, &epoch, &f->err));
    assert_int_equal(epoch, first + 2);
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
    struct tq_district_config config = { .path = "/không/có/district.db",
        .catalogue = tq_catalogue_current() };
    struct tq_district_store *other;
    char path[600];

    assert_int_equal(tq_district_store_open(&other, &config, &f->err), TQ_NOT_FOUND);
    assert_null(other);
    assert_non_null(strstr(f->err.msg, "/không/có"));
    snprintf(path, sizeof(path), "%s/rác", f->dir);
    OK(tq_file_replace(
            path, text("đây không phải là tệp SQLite, chỉ là chữ thôi"), false, &f->err));
    config.path = path;
    assert_int_equal(tq_district_store_open(&other, &config, &f->err), TQ_WRONG_FILE);
}

static void store_reader__sees_commits_and_never_writes(void **state)
{
    struct fixture *f = *state;
    struct tq_district_config config = {
        .path = f->path, .catalogue = tq_catalogue_current(), .reading = true
    };
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

/* Of the main file alone: only a checkpoint writes to it. */
static void hash_file(const struct fixture *f, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;
    struct tq_buf buf;
    struct tq_error err;

    tq_buf_init(&buf, (size_t)1 << 26);
    assert_int_equal(tq_file_read(f->path, (size_t)1 << 26, &buf, &err), TQ_OK);
    tq_hash_init(&hasher, "test", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, tq_buf_slice(&buf));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
    tq_buf_deinit(&buf);
}

static void store_checkpoint__is_never_part_of_a_commit(void **state)
{
    struct fixture *f = *state;
    struct tq_stored_row row = a_report(f, BACH_LUU, "month", "ADMIN/2020-10", 5);
    uint8_t before[TQ_HASH_BYTES];
    uint8_t after[TQ_HASH_BYTES];
    uint64_t left;

    OK(tq_district_store_checkpoint(f->store, &left, &f->err));
    hash_file(f, before);
    for (int i = 0; i < 30; i++) {
        begin(f);
        row.meta.row_seq++;
        OK(f->ops->rows_put(f->ops->ctx, &row, 1, &f->err));
        commit(f);
    }
    hash_file(f, after);
    assert_memory_equal(before, after, sizeof(before));
    OK(tq_district_store_checkpoint(f->store, &left, &f->err));
    assert_int_equal(left, 0);
    hash_file(f, after);
    assert_memory_not_equal(before, after, sizeof(before));
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

        for (long n = 0; n == 0 || test_mem_struck(); n += 1 + n / 50) {
            struct tq_arena *arena = tq_arena_new(1 << 20);
            struct tq_stored_row row;

            shell(f, "DELETE FROM tq_ledger; DELETE FROM tq_held; DELETE FROM tq_index");
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
        CASE(store_index__walks_above_a_sequence),
        CASE(store_index__a_put_into_old_blocks_stays_in_order),
        CASE(store_index__a_damaged_block_is_corruption),
        CASE(store_start__epochs_rise),
        CASE(store_start__a_clock_beyond_all_years_only_counts_on),
        CASE(store_start__an_old_file_counts_from_the_height_file),
        CASE(store_open__names_what_is_wrong),
        CASE(store_reader__sees_commits_and_never_writes),
        CASE(store_checkpoint__is_never_part_of_a_commit),
        CASE(store__survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

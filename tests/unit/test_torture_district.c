/* What a district's file is asked and told, and what stands between it and the line, while the heap
 * fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "store/district_internal.h"
#include "store/sql.h"
#include "test_mem.h"
#include "torture.h"
#include "tuquan/codec.h"
#include "tuquan/district_backup.h"
#include "tuquan/district_changes.h"
#include "tuquan/district_devices.h"
#include "tuquan/district_reports.h"
#include "tuquan/file.h"
#include "tuquan/gate.h"
#include "tuquan/identity.h"
#include "tuquan/link.h"
#include "tuquan/proposals.h"
#include "tuquan/sheet.h"
#include "tuquan/thread.h"

#define UNIT "08779@2004-01-01"
#define VILLAGE "08779-01@2019-01-01"

struct fixture {
    struct mill mill;
    struct tq_slice row;
    struct tq_arena *arena;
    struct tq_keys keys;
    struct tq_buf sealed;
    char copy[256];
    long live;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct mill_device *d;

    f.live = test_mem_live();
    mill_open(&f.mill);
    mill_settle(&f.mill);
    d = mill_device(&f.mill, 7, UNIT);
    f.row = mill_key(&f.mill, 1);
    mill_insert(
            &f.mill, d, "incident", f.row, "area=1", "category=theft", "village=" VILLAGE, NULL);
    mill_insert(&f.mill, d, "incident", mill_key(&f.mill, 2), "area=1",
            "village=khong-co@2019-01-01", NULL);
    mill_send(&f.mill, d);
    mill_update(&f.mill, d, "incident", f.row, "category=fraud", NULL);
    mill_send(&f.mill, d);
    f.arena = tq_arena_new((size_t)64 << 20);
    assert_int_equal(tq_keys_generate(&f.keys, NULL), TQ_OK);
    tq_buf_init(&f.sealed, 0);
    snprintf(f.copy, sizeof(f.copy), "%s/copy", f.mill.dir);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_buf_deinit(&f->sealed);
    tq_arena_free(f->arena);
    mill_close(&f->mill);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

static void rows(void *fixture, struct tq_buf *out)
{
    struct fixture *f = fixture;

    torture_rows(f->mill.store->db, out);
}

static struct tq_arena *fresh(struct fixture *f)
{
    tq_arena_reset(f->arena);
    return f->arena;
}

/* ---- reports ---- */

static tq_status board(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_board_question question = { .period = tq_slice_str("ADMIN/2020-12"),
        .on = tq_day_of_instant(INT64_C(1607000000000)),
        .type = tq_slice_str("month") };
    struct tq_board_row *list;
    size_t n = 0;
    tq_status rc = tq_report_board(f->mill.store, &question, fresh(f), &list, &n, err);

    assert_true(rc != TQ_OK || n == 2);
    return rc;
}

static tq_status entries(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_open_entry *list;
    size_t held = 0;
    size_t n;
    tq_status rc = tq_report_held(f->mill.store, tq_slice_str(UNIT), fresh(f), &list, &held, err);

    if (rc == TQ_OK)
        rc = tq_report_conflicts(f->mill.store, tq_slice_str(""), f->arena, &list, &n, err);
    if (rc == TQ_OK)
        rc = tq_report_requests(f->mill.store, tq_slice_str(""), f->arena, &list, &n, err);
    assert_true(rc != TQ_OK || held == 1);
    return rc;
}

static tq_status why(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_why_entry *list;
    size_t n = 0;
    tq_status rc = tq_report_why(f->mill.store, tq_codec_ops(),
            tq_catalogue_find(f->mill.catalogue, "incident"), f->row, TQ_CELL_ROW, fresh(f), &list,
            &n, err);

    assert_true(rc != TQ_OK || n == 2);
    return rc;
}

static tq_status verify(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_verify_report report;
    tq_status rc = tq_report_verify(f->mill.store, tq_codec_ops(), mill_verify, &report, err);

    if (rc == TQ_OK && report.damaged)
        fail_msg("called damaged: %s", report.what);
    return rc;
}

static tq_status proposals(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_proposal *list;
    uint64_t count;
    size_t settled;
    size_t n;
    tq_status rc = tq_proposals_count(f->mill.store, &count, err);

    if (rc == TQ_OK)
        rc = tq_proposals_list(f->mill.store, fresh(f), &list, &n, err);
    return rc == TQ_OK ? tq_proposals_settle(f->mill.store, &settled, err) : rc;
}

/* ---- the ledger, page by page ---- */

static tq_status changes(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_changes_question question = {
        .unit = tq_slice_str(UNIT), .author = tq_slice_str(""), .limit = 9
    };
    struct tq_changes_page page = { 0 };
    tq_status rc = tq_changes_list(f->mill.store, tq_codec_ops(), &question, fresh(f), &page, err);

    assert_true(rc != TQ_OK || (page.count == 3 && !page.more));
    return rc;
}

static tq_status receipts(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_receipt_line *list;
    size_t n = 0;
    tq_status rc =
            tq_receipts_list(f->mill.store, tq_slice_str(UNIT), 0, 9, fresh(f), &list, &n, err);

    assert_true(rc != TQ_OK || n == 2);
    return rc;
}

/* ---- devices ---- */

static tq_status invite(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_open_invitation invitation = { .unit = tq_slice_str(UNIT),
        .expires_at_ms = MILL_START_MS * 2,
        .made_at_ms = MILL_START_MS,
        .made_by = tq_slice_str("cán bộ huyện") };
    uint8_t token[16];

    f->mill.now_ms++;
    memset(token, 0, sizeof(token));
    memcpy(token, &f->mill.now_ms, sizeof(f->mill.now_ms));
    memcpy(invitation.curve_key, token, sizeof(token));
    invitation.token = tq_slice_of(token, sizeof(token));
    return tq_devices_invite(f->mill.store, &invitation, err);
}

static tq_status devices(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_device_info *list;
    struct tq_revocation *revoked;
    struct tq_readmission readmission;
    size_t n = 0;
    size_t m;
    tq_status rc = tq_devices_list(f->mill.store, fresh(f), &list, &n, err);

    if (rc == TQ_OK)
        rc = tq_devices_revocations(f->mill.store, f->arena, &revoked, &m, err);
    if (rc == TQ_OK)
        rc = tq_devices_readmission(f->mill.store, &readmission, err);
    assert_true(rc != TQ_OK || n > 0);
    return rc;
}

static tq_status ask_renewal(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;

    return tq_devices_ask_renewal(f->mill.store, 7, MILL_START_MS, err);
}

static tq_status take_back(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;

    return tq_devices_take_back(f->mill.store, MILL_START_MS * 2, MILL_START_MS, err);
}

static tq_status revoke_again(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_revocation list[2] = { { .device = 31, .revoked_at_ms = 5 },
        { .device = 32, .revoked_at_ms = 6 } };
    size_t revoked;

    list[0].curve_key[0] = 1;
    list[1].curve_key[0] = 2;
    return tq_devices_revoke_again(f->mill.store, list, 2, tq_slice_str("mẫu"), &revoked, err);
}

/* ---- the file ---- */

static tq_status copy(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    tq_status rc = tq_district_copy(f->mill.path, f->copy, err);

    if (rc == TQ_OK) {
        rc = tq_district_close_off(f->copy, err);
        if (rc != TQ_OK)
            tq_file_remove(f->copy);
    }
    return rc;
}

static void no_copy(void *fixture)
{
    struct fixture *f = fixture;

    tq_file_remove(f->copy);
}

static void is_there(void *fixture, struct tq_buf *out)
{
    struct fixture *f = fixture;

    tq_buf_append_u8(out, tq_file_exists(f->copy) ? 1 : 0);
}

/* ---- what keys do ---- */

static tq_status group_key(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    uint8_t id[TQ_GROUP_KEY_ID_BYTES] = { 1 };
    uint8_t key[TQ_GROUP_KEY_BYTES] = { 2 };
    uint8_t taken_id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t taken[TQ_GROUP_KEY_BYTES];
    struct tq_signer signer = tq_signer_of(&f->keys);
    struct tq_buf bundle;
    struct tq_buf sealed;
    struct tq_buf plain;
    tq_status rc;

    tq_buf_init(&bundle, 0);
    tq_buf_init(&sealed, 0);
    tq_buf_init(&plain, 0);
    rc = tq_rekey_add(&bundle, 7, f->keys.curve_public, id, key, &signer, err);
    if (rc == TQ_OK)
        rc = tq_rekey_take(
                tq_buf_slice(&bundle), 7, &f->keys, f->keys.sign_public, taken_id, taken, err);
    if (rc == TQ_OK)
        rc = tq_seal(taken_id, taken, tq_slice_str("mẫu"), &sealed, err);
    if (rc == TQ_OK)
        rc = tq_open(id, key, tq_buf_slice(&sealed), &plain, err);
    assert_true(rc != TQ_OK || tq_slice_equal(tq_buf_slice(&plain), tq_slice_str("mẫu")));
    tq_buf_deinit(&bundle);
    tq_buf_deinit(&sealed);
    tq_buf_deinit(&plain);
    return rc;
}

static tq_status own_seal(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_buf sealed;
    struct tq_buf plain;
    tq_status rc;

    tq_buf_init(&sealed, 0);
    tq_buf_init(&plain, 0);
    rc = tq_seal_to(f->keys.curve_public, tq_slice_str("mẫu"), &sealed, err);
    if (rc == TQ_OK)
        rc = tq_open_own(&f->keys, tq_buf_slice(&sealed), &plain, err);
    tq_buf_deinit(&sealed);
    tq_buf_deinit(&plain);
    return rc;
}

static tq_status key_file(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_keys back;
    tq_status rc = tq_keys_save(f->copy, &f->keys, err);

    if (rc == TQ_OK) {
        rc = tq_keys_load(f->copy, &back, err);
        tq_keys_wipe(&back);
    }
    tq_file_remove(f->copy);
    return rc;
}

static tq_status roster(void *fixture, struct tq_error *err)
{
    struct tq_roster_entry list[40];
    struct tq_roster *roster = NULL;
    tq_status rc = tq_roster_new(&roster, err);

    (void)fixture;
    memset(list, 0, sizeof(list));
    for (size_t i = 0; i < 40; i++) {
        list[i].key[0] = (uint8_t)(i + 1);
        snprintf(list[i].user_id, sizeof(list[i].user_id), "d%zu", i);
    }
    if (rc == TQ_OK)
        rc = tq_roster_replace(roster, list, 2, err);
    if (rc == TQ_OK) {
        rc = tq_roster_replace(roster, list, 40, err);
        /* Whoever held before still does, whether it was replaced or not. */
        assert_true(tq_roster_admits(roster, "d1"));
        assert_int_equal(tq_roster_admits(roster, "d30"), rc == TQ_OK);
    }
    tq_roster_free(roster);
    return rc;
}

static tq_status link(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_link_config config = { .kind = TQ_LINK_SYNC, .address = "tcp://127.0.0.1:9" };
    struct tq_link *line = NULL;
    struct tq_net *net = NULL;
    tq_status rc = tq_net_new(&net, err);

    memcpy(config.server_key, f->keys.curve_public, TQ_LINK_KEY_BYTES);
    memcpy(config.public_key, f->keys.curve_public, TQ_LINK_KEY_BYTES);
    memcpy(config.secret_key, f->keys.curve_secret, TQ_LINK_KEY_BYTES);
    if (rc == TQ_OK)
        rc = tq_link_new(&line, net, &config, err);
    if (rc == TQ_OK)
        rc = tq_link_reopen(line, err);
    tq_link_free(line);
    tq_net_free(net);
    return rc;
}

static void nothing(void *arg)
{
    (void)arg;
}

static tq_status threads(void *fixture, struct tq_error *err)
{
    struct tq_thread *thread = NULL;
    struct tq_mutex *mutex = NULL;
    tq_status rc = tq_mutex_new(&mutex, err);

    (void)fixture;
    if (rc == TQ_OK)
        rc = tq_thread_start(&thread, "nothing", nothing, NULL, err);
    if (thread != NULL)
        tq_thread_join(thread);
    tq_mutex_free(mutex);
    return rc;
}

static tq_status files(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_file_lock *lock = NULL;
    struct tq_buf text;
    tq_status rc = tq_file_replace(f->copy, tq_slice_str("mẫu"), true, err);

    tq_buf_init(&text, 0);
    if (rc == TQ_OK)
        rc = tq_file_read(f->copy, 100, &text, err);
    if (rc == TQ_OK)
        rc = tq_file_lock(&lock, f->copy, err);
    tq_file_unlock(lock);
    tq_buf_deinit(&text);
    tq_file_remove(f->copy);
    return rc;
}

/* ---- a sheet's file ---- */

static tq_status sheet_csv(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    const struct tq_criterion_row *list;
    const struct tq_sheet *parsed;
    struct tq_sheet_row sheet;
    struct tq_buf text;
    size_t n = 0;
    tq_status rc;

    tq_buf_init(&text, 0);
    rc = tq_file_read(TQ_SOURCE_DIR "/data/sheets/5TQ-v1.csv", 1 << 20, &text, err);
    if (rc == TQ_OK)
        rc = tq_sheet_read_csv(tq_buf_slice(&text), fresh(f), &sheet, &list, &n, err);
    if (rc == TQ_OK)
        rc = tq_sheet_parse(&parsed, f->arena, &sheet, list, n, err);
    assert_true(rc != TQ_OK || n > 20);
    tq_buf_deinit(&text);
    return rc;
}

static void asked__says_that_there_is_no_memory(void **state)
{
    static const struct torture CASES[] = {
        { "board", board, rows, NULL, true },
        { "held, conflicts, requests", entries, rows, NULL, true },
        { "why", why, rows, NULL, true },
        { "verify", verify, rows, NULL, true },
        { "changes", changes, rows, NULL, true },
        { "receipts", receipts, rows, NULL, true },
        { "proposals", proposals, rows, NULL, true },
        { "devices", devices, rows, NULL, true },
        { "sheet", sheet_csv, NULL, NULL, true },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void told__is_all_or_nothing(void **state)
{
    static const struct torture CASES[] = {
        { "invite", invite, rows, NULL, true },
        { "ask for new keys", ask_renewal, rows, NULL, true },
        { "take back", take_back, rows, NULL, true },
        { "revoke again", revoke_again, rows, NULL, true },
        { "copy", copy, is_there, no_copy, true },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void keys_and_lines__give_back_what_they_took(void **state)
{
    static const struct torture CASES[] = {
        { "group key", group_key, NULL, NULL, false },
        { "own seal", own_seal, NULL, NULL, false },
        { "key file", key_file, is_there, NULL, false },
        { "roster", roster, NULL, NULL, false },
        { "link", link, NULL, NULL, false },
        { "threads", threads, NULL, NULL, false },
        { "files", files, is_there, NULL, false },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(asked__says_that_there_is_no_memory),
        TEST(told__is_all_or_nothing),
        TEST(keys_and_lines__give_back_what_they_took),
    };

    sql_use_our_heap(); /* and keep what SQLite keeps for good */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

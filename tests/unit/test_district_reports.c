/* What officers ask the district's file, on a file that real merges made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "district_schema.h"
#include "mill.h"
#include "store/sql.h"
#include "test_mem.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/district_changes.h"
#include "tuquan/district_reports.h"

#define LC "08773@2004-01-01"
#define BL "08779@2004-01-01"
#define LC_VILLAGE "village=08773-01@2019-01-01"

static int set_up(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));

    mill_open(m);
    mill_settle(m);
    *state = m;
    return 0;
}

static int tear_down(void **state)
{
    mill_close(*state);
    free(*state);
    return 0;
}

static void pull(struct mill *m, struct mill_device *d)
{
    d->seen = mill_head(m, &d->t_seen);
}

static void incident(struct mill *m, struct mill_device *d, uint32_t key)
{
    mill_insert(m, d, "incident", mill_key(m, key), "area=1", "category=theft", LC_VILLAGE,
            "occurred_on=2020-11-20", "summary=dữ liệu mẫu", "damage_vnd=1", NULL);
}

/* A conflict that is open, a held row, one that was released, a refused one. */
static void live(struct mill *m)
{
    struct mill_device *a = mill_device(m, 1, LC);
    struct mill_device *b = mill_device(m, 2, LC);
    struct tq_error err;

    incident(m, a, 1);
    mill_send(m, a);
    pull(m, a);
    pull(m, b);
    mill_update(m, a, "incident", mill_key(m, 1), "damage_vnd=11", NULL);
    m->now_ms += 10;
    mill_update(m, b, "incident", mill_key(m, 1), "damage_vnd=22", NULL);
    mill_send(m, b);
    mill_insert(m, a, "incident", mill_key(m, 2), "area=9", NULL);
    mill_insert(m, a, "incident", mill_key(m, 3), "area=1", "village=08773-09@2019-01-01", NULL);
    mill_insert(m, a, "incident", mill_key(m, 4), "area=1", "village=08773-08@2019-01-01", NULL);
    mill_send(m, a);
    mill_insert(m, &m->devices[0], "unit", tq_slice_str("08773-09@2019-01-01"), "code=08773-09",
            "level=4", "name=Thôn 9 (mẫu)", "parent=08773@2004-01-01", NULL);
    assert_int_equal(mill_district(m, &err), TQ_OK);
}

static struct tq_verify_report verify(struct mill *m, struct tq_district_store *store)
{
    struct tq_verify_report report;
    struct tq_error err;
    tq_status rc = tq_report_verify(store, tq_codec_ops(), mill_verify, &report, &err);

    (void)m;
    if (rc != TQ_OK)
        fail_msg("%s: %s", tq_status_code(rc), err.msg);
    return report;
}

static void report_verify__finds_an_honest_ledger_whole(void **state)
{
    struct mill *m = *state;
    struct tq_verify_report report;
    uint64_t epoch;
    struct tq_error err;

    report = verify(m, m->store);
    assert_string_equal(report.what, "");
    live(m);
    assert_int_equal(tq_district_store_start(m->store, NULL, m->now_ms, &epoch, &err), TQ_OK);
    report = verify(m, m->store);
    assert_string_equal(report.what, "");
    assert_false(report.damaged);
    assert_true(report.sets >= 6);
    assert_true(report.receipts > report.sets); /* amending ones */
    assert_true(report.rows > 8);
    assert_true(report.index_entries >= report.rows);
}

/* flip(x): another value, and flip(flip(x)) = x. */
static void flip(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    int size = sqlite3_value_bytes(argv[0]);
    const uint8_t *bytes;
    uint8_t *copy;

    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_INTEGER) {
        sqlite3_result_int64(context, sqlite3_value_int64(argv[0]) ^ 1024);
        return;
    }
    bytes = sqlite3_value_blob(argv[0]);
    copy = malloc((size_t)size + 1);
    memcpy(copy, bytes, (size_t)size);
    copy[size / 2] ^= 0x10;
    if (sqlite3_value_type(argv[0]) == SQLITE_TEXT)
        sqlite3_result_text(context, (const char *)copy, size, SQLITE_TRANSIENT);
    else
        sqlite3_result_blob(context, copy, size, SQLITE_TRANSIENT);
    free(copy);
}

static sqlite3 *open_plain(const char *path)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_create_function(db, "flip", 1, SQLITE_UTF8, NULL, flip, NULL, NULL);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

/* Verify a copy of the mill's file after `sql`. */
static struct tq_verify_report after(struct mill *m, const char *sql)
{
    struct tq_district_config config;
    struct tq_district_store *store;
    struct tq_verify_report report;
    struct tq_error err;
    char path[256];
    char copy[600];
    sqlite3 *db = open_plain(m->path);

    snprintf(path, sizeof(path), "%s/copy.db", m->dir);
    remove(path);
    snprintf(copy, sizeof(copy), "VACUUM INTO '%s'", path);
    run(db, copy);
    sqlite3_close(db);
    db = open_plain(path);
    /* One that was opened since its catalogue grew: else the opening makes its digests anew. */
    snprintf(copy, sizeof(copy), "UPDATE tq_district SET digest_schema = %u",
            (unsigned)m->catalogue->version);
    run(db, copy);
    run(db, sql);
    if (sqlite3_changes(db) < 1)
        fail_msg("%s: nothing changed", sql);
    sqlite3_close(db);
    memset(&config, 0, sizeof(config));
    config.path = path;
    config.catalogue = m->catalogue;
    config.schema_sql = "";
    assert_int_equal(tq_district_store_open(&store, &config, &err), TQ_OK);
    report = verify(m, store);
    tq_district_store_close(store);
    return report;
}

struct damage {
    const char *table;
    const char *where;
    const char *columns; /* separated by spaces */
};

static void report_verify__finds_a_flipped_byte_in_each_column(void **state)
{
    static const struct damage damages[] = {
        { "tq_ledger", "n = (SELECT set_n FROM tq_held LIMIT 1)",
                "n pos device incarnation seq district prev hash signature first_seq nchanges ta "
                "offset_ms e0 e_last merged_at payload" },
        { "tq_ledger", "n = 1",
                "n pos device incarnation seq district prev hash signature first_seq nchanges ta "
                "offset_ms e0 e_last merged_at payload" },
        { "tq_receipt", "pos = (SELECT max(pos) FROM tq_receipt WHERE amending = 1)",
                "pos device incarnation seq t amending merged_at accepted superseded held refused "
                "requested bytes" },
        { "tq_receipt", "pos = 2",
                "pos device incarnation seq t amending merged_at accepted superseded held refused "
                "requested bytes" },
        { "tq_history", "head = (SELECT max(head) FROM tq_history)", "head t ledger_hash pos" },
        { "tq_history", "head = (SELECT min(head) FROM tq_history)", "head t ledger_hash pos" },
        { "tq_chain", "device = 1", "device incarnation parent_hash head_seq head_hash e_last" },
        { "tq_index", "n = (SELECT min(n) FROM tq_index WHERE owner <> '')",
                "owner first_seq last_seq entries" },
        { "tq_digest", "tbl = 28", "owner rows sum" },
        { "tq_district", "id = 1", "district epoch head t_last ledger_hash" },
        { "tq_device", "device = 1", "device sign_key" },
        { "tq_device", "device = 0", "sign_key" },
        { "tq_origin", "seq = (SELECT min(seq) FROM tq_origin)", "set_n place" },
        { "tq_held", "id = (SELECT min(id) FROM tq_held)", "set_n place tbl key" },
        { "tq_loser", "seq = (SELECT min(seq) FROM tq_loser)",
                "seq cell set_n place tbl key entry" },
        { "incident", "damage_vnd = 22", "damage_vnd summary unit id tq_meta" },
        { "unit", "code = '08773'", "name tq_meta" },
    };
    struct mill *m = *state;

    live(m);
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        char columns[512];
        char *rest = columns;
        const char *column;

        snprintf(columns, sizeof(columns), "%s", damages[i].columns);
        while ((column = strtok_r(rest, " ", &rest)) != NULL) {
            struct tq_verify_report report;
            char sql[700];

            snprintf(sql, sizeof(sql), "UPDATE %s SET %s = flip(%s) WHERE %s", damages[i].table,
                    column, column, damages[i].where);
            report = after(m, sql);
            if (!report.damaged)
                fail_msg("not found: %s", sql);
        }
    }
}

static void report_verify__finds_what_is_missing(void **state)
{
    static const char *const missing[] = {
        "DELETE FROM tq_ledger WHERE n = 2",
        "DELETE FROM tq_ledger WHERE n = (SELECT max(n) FROM tq_ledger)",
        "DELETE FROM tq_receipt WHERE pos = 2",
        "DELETE FROM tq_receipt WHERE pos = (SELECT max(pos) FROM tq_receipt)",
        "DELETE FROM tq_history WHERE head = (SELECT min(head) FROM tq_history)",
        "DELETE FROM tq_chain WHERE device = 1",
        "DELETE FROM tq_index WHERE owner = '" LC "'",
        "DELETE FROM tq_index WHERE owner = ''",
        "DELETE FROM tq_digest WHERE tbl = 28",
        "DELETE FROM tq_device WHERE device = 1",
        "DELETE FROM incident",
    };
    struct mill *m = *state;

    live(m);
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        struct tq_verify_report report = after(m, missing[i]);

        if (!report.damaged)
            fail_msg("not found: %s", missing[i]);
    }
    /* It says where. */
    assert_non_null(
            strstr(after(m, "UPDATE tq_ledger SET payload = flip(payload) WHERE device = 2").what,
                    "máy số 2/1, gói số 1: nội dung không ra đúng mã băm"));
}

/* Summaries that had not seen each other, both with their accents as letters of their own, which the
 * merge brings into NFC; the later one comes first or last. */
static void losers_in_nfd(struct mill *m, bool later_first)
{
    struct mill_device *first = mill_device(m, 1, LC);
    struct mill_device *second = mill_device(m, 2, LC);
    struct mill_device *early = later_first ? second : first;
    struct mill_device *late = later_first ? first : second;

    incident(m, first, 1);
    mill_send(m, first);
    pull(m, first);
    pull(m, second);
    mill_update(m, early, "incident", mill_key(m, 1), "summary=mất xe", NULL);
    m->now_ms += 10;
    mill_update(m, late, "incident", mill_key(m, 1), "summary=mất trâu", NULL);
    mill_send(m, first);
    mill_send(m, second);
}

static void check_nfd(struct mill *m, bool later_first)
{
    losers_in_nfd(m, later_first);
    assert_string_equal(verify(m, m->store).what, "");
    assert_non_null(strstr(after(m, "UPDATE tq_loser SET entry = flip(entry)").what,
            tq_phrase(TQ_PHRASE_VERIFY_NOT_TOLD)));
}

static void report_verify__reads_a_loser_as_the_merge_did(void **state)
{
    check_nfd(*state, false);
}

static void report_verify__reads_a_loser_that_stood_first_as_the_merge_did(void **state)
{
    check_nfd(*state, true);
}

/* Words of the store are told in both languages, wherever they stand. */
static void report_verify__is_told_in_both_languages(void **state)
{
    struct mill *m = *state;
    struct tq_verify_report report;
    char told[512];

    live(m);
    report = after(m, "UPDATE tq_ledger SET payload = flip(payload) WHERE device = 2");
    assert_non_null(strstr(tq_retell(report.what, TQ_LANG_VI, told, sizeof(told)),
            ": máy số 2/1, gói số 1: nội dung không ra đúng mã băm"));
    assert_non_null(strstr(tq_retell(report.what, TQ_LANG_EN, told, sizeof(told)),
            ": device 2/1, set 1: its bytes do not give its hash"));
    assert_ptr_equal(strstr(told, "ledger entry "), told);
    report = after(m, "UPDATE incident SET summary = flip(summary) WHERE damage_vnd = 22");
    assert_string_equal(tq_retell(report.what, TQ_LANG_EN, told, sizeof(told)),
            "incident, " LC ": its digest is not that of its rows");
    report = after(m, "UPDATE tq_receipt SET t = flip(t) WHERE pos = 2");
    assert_non_null(strstr(tq_retell(report.what, TQ_LANG_EN, told, sizeof(told)),
            ": its row is not what its bytes say"));
    assert_ptr_equal(strstr(told, "receipt "), told);
}

static struct tq_district_store *new_store(struct tq_district_store *made)
{
    struct tq_district_config config = {
        .path = ":memory:", .catalogue = tq_catalogue_current(), .create = true, .made = made
    };
    struct tq_district_store *store;
    struct tq_error err;

    assert_int_equal(tq_district_store_open(&store, &config, &err), TQ_OK);
    return store;
}

static void report_verify__compares_the_schema_with_the_store_that_it_is_given(void **state)
{
    struct mill *m = *state;
    struct tq_district_store *made = new_store(NULL);
    struct tq_district_store *store = new_store(made);
    struct tq_district_identity identity = { .name = tq_slice_str("Huyện mẫu") };
    struct tq_error err;
    uint64_t epoch;

    assert_int_equal(tq_district_store_create(store, &identity, &err), TQ_OK);
    assert_int_equal(
            tq_district_store_start(store, "/nothing/here", m->now_ms, &epoch, &err), TQ_OK);
    assert_false(verify(m, store).damaged);
    assert_int_equal(
            sql_exec(tq_district_store_db(store),
                    "CREATE TRIGGER more AFTER DELETE ON incident BEGIN SELECT 1; END", &err),
            TQ_OK);
    assert_non_null(strstr(verify(m, store).what, "cấu trúc của more: "));
    assert_int_equal(sql_exec(tq_district_store_db(store), "DROP TRIGGER more", &err), TQ_OK);
    assert_false(verify(m, store).damaged);
    assert_int_equal(
            sql_exec(tq_district_store_db(made),
                    "CREATE TRIGGER more AFTER DELETE ON incident BEGIN SELECT 1; END", &err),
            TQ_OK);
    assert_non_null(strstr(verify(m, store).what, "cấu trúc của more: "));
    tq_district_store_close(store);
    tq_district_store_close(made);
}

static void report_verify__fails_for_memory_and_says_so(void **state)
{
    struct mill *m = *state;
    struct tq_verify_report report;
    struct tq_error err;
    tq_status rc = TQ_NOMEM;

    live(m);
    for (long n = 0; n == 0 || test_mem_struck(); n += 1 + n / 50) {
        test_mem_fail_after(n, false);
        rc = tq_report_verify(m->store, tq_codec_ops(), mill_verify, &report, &err);
        test_mem_fail_after(-1, false);
        assert_true(rc == TQ_OK || rc == TQ_NOMEM);
        assert_false(report.damaged);
    }
    assert_int_equal(rc, TQ_OK);
}

static struct tq_changes_page changes(struct mill *m, struct tq_changes_question question)
{
    struct tq_changes_page page;
    struct tq_error err;

    if (question.limit == 0)
        question.limit = 100;
    assert_int_equal(
            tq_changes_list(m->store, tq_codec_ops(), &question, m->arena, &page, &err), TQ_OK);
    return page;
}

static void changes_list__pages_are_the_ledger_newest_first(void **state)
{
    struct mill *m = *state;
    struct tq_changes_page all;

    live(m);
    all = changes(m, (struct tq_changes_question){ 0 });
    assert_false(all.more);
    assert_true(all.count >= 8);
    for (size_t i = 1; i < all.count; i++)
        assert_true(all.list[i].set_n < all.list[i - 1].set_n ||
                    (all.list[i].set_n == all.list[i - 1].set_n &&
                            all.list[i].place < all.list[i - 1].place));
    for (size_t limit = 1; limit <= all.count; limit++) {
        struct tq_changes_question question = { .limit = limit };
        struct tq_changes_page page;
        size_t n = 0;

        do {
            page = changes(m, question);
            for (size_t i = 0; i < page.count; i++, n++) {
                assert_int_equal(page.list[i].seq, all.list[n].seq);
                assert_true(tq_slice_equal(page.units[i], all.units[n]));
            }
            question.before = page.next;
        } while (page.more);
        assert_int_equal(n, all.count);
    }
}

static void changes_list__finds_by_unit_row_verdict_and_day(void **state)
{
    struct mill *m = *state;
    const struct tq_table *table = tq_catalogue_find(m->catalogue, "incident");
    struct tq_changes_page page;
    size_t all;

    live(m);
    all = changes(m, (struct tq_changes_question){ 0 }).count;
    page = changes(m, (struct tq_changes_question){ .verdicts = 1u << TQ_REFUSED_ROW });
    assert_int_equal(page.count, 1);
    assert_true(tq_slice_equal(page.list[0].change.key, mill_key(m, 2)));
    assert_int_equal(page.list[0].verdict, TQ_REFUSED_ROW);
    page = changes(m, (struct tq_changes_question){ .table = table, .key = mill_key(m, 1) });
    assert_int_equal(page.count, 3);
    page = changes(m, (struct tq_changes_question){ .unit = tq_slice_str(LC) });
    assert_in_range(page.count, 6, all - 1);
    page = changes(m, (struct tq_changes_question){ .unit = tq_slice_str("không có") });
    assert_int_equal(page.count, 0);
    page = changes(m, (struct tq_changes_question){ .author = tq_slice_str("không ai") });
    assert_int_equal(page.count, 0);
    page = changes(m, (struct tq_changes_question){ .until_ms = 1 });
    assert_int_equal(page.count, 0);
    page = changes(m, (struct tq_changes_question){ .from_ms = 1 });
    assert_int_equal(page.count, all);
}

/* A page that finds nothing ends all the same, says so, and the next one goes on. */
static void changes_list__a_page_passes_so_many_sets(void **state)
{
    struct mill *m = *state;
    const struct tq_table *table = tq_catalogue_find(m->catalogue, "incident");
    struct tq_changes_question question = { .unit = tq_slice_str("không có") };
    struct tq_changes_page page;
    sqlite3 *db;
    char sql[200];

    live(m);
    db = open_plain(m->path);
    snprintf(sql, sizeof(sql),
            "UPDATE tq_ledger SET n = n + %u WHERE n = (SELECT max(n) FROM tq_ledger)",
            TQ_CHANGES_SETS + 10);
    run(db, sql);
    sqlite3_close(db);
    page = changes(m, (struct tq_changes_question){ .table = table, .key = mill_key(m, 1) });
    assert_in_range(page.count, 0, 2); /* of three */
    assert_true(page.more);
    page = changes(m, question);
    assert_int_equal(page.count, 0);
    assert_true(page.more);
    assert_in_range(page.next.n, 1, 100);
    assert_true(page.reached_ms > 0);
    question.before = page.next;
    page = changes(m, question);
    assert_int_equal(page.count, 0);
    assert_false(page.more);
}

static void receipts_list__pages_are_all_that_was_signed(void **state)
{
    struct mill *m = *state;
    struct tq_receipt_line *lines;
    struct tq_error err;
    uint64_t before = 0;
    size_t n = 0;
    size_t count;

    live(m);
    do {
        assert_int_equal(tq_receipts_list(m->store, tq_slice_of(NULL, 0), before, 2, m->arena,
                                 &lines, &count, &err),
                TQ_OK);
        for (size_t i = 0; i < count; i++) {
            assert_true(before == 0 || lines[i].pos < before);
            assert_int_equal(lines[i].set_hash.len, TQ_HASH_BYTES);
            before = lines[i].pos;
        }
        n += count;
    } while (count == 2);
    assert_int_equal(n, verify(m, m->store).receipts);
    assert_int_equal(tq_receipts_list(m->store, tq_slice_str("không có"), 0, 2, m->arena, &lines,
                             &count, &err),
            TQ_OK);
    assert_int_equal(count, 0);
}

static struct tq_why_entry *why(struct mill *m, uint32_t key, const char *column, size_t *count)
{
    const struct tq_table *table = tq_catalogue_find(m->catalogue, "incident");
    uint32_t cell =
            column != NULL ? table->columns[tq_table_column_find(table, column)].cell : TQ_CELL_ROW;
    struct tq_why_entry *list;
    struct tq_error err;

    assert_int_equal(tq_report_why(m->store, tq_codec_ops(), table, mill_key(m, key), cell,
                             m->arena, &list, count, &err),
            TQ_OK);
    return list;
}

static void report_why__tells_every_value_ever_sent(void **state)
{
    struct mill *m = *state;
    struct tq_why_entry *list;
    size_t count;

    live(m);
    list = why(m, 1, "damage_vnd", &count);
    assert_int_equal(count, 3);
    assert_int_equal(list[0].change.cell, TQ_CELL_ROW);
    assert_false(list[0].current);
    assert_int_equal(list[0].device, 1);
    assert_int_equal(list[0].change.author.len > 0, 1);
    /* In order of arrival: b's came first and was written later. */
    assert_int_equal(list[1].device, 2);
    assert_int_equal(list[1].change.after[0].i, 22);
    assert_true(list[1].current);
    assert_int_equal(list[1].verdict, TQ_ACCEPTED);
    assert_int_equal(list[2].change.after[0].i, 11);
    assert_int_equal(list[2].verdict, TQ_SUPERSEDED);
    assert_int_equal(list[2].reason, TQ_REASON_NEWER_VALUE);
    assert_false(list[2].current);
    assert_true(list[2].e < list[1].e);
    /* Held and then released: the later receipt holds, and the value is traced to it. */
    list = why(m, 3, "village", &count);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].verdict, TQ_ACCEPTED);
    assert_true(list[0].current);
    list = why(m, 4, NULL, &count);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].verdict, TQ_HELD);
    assert_int_equal(list[0].reason, TQ_REASON_PARENT_MISSING);
    assert_false(list[0].current);
    why(m, 99, NULL, &count);
    assert_int_equal(count, 0);
}

static void report_lists__show_what_is_open(void **state)
{
    struct mill *m = *state;
    struct tq_open_entry *list;
    struct tq_error err;
    size_t count;

    live(m);
    assert_int_equal(
            tq_report_conflicts(m->store, tq_slice_str(LC), m->arena, &list, &count, &err), TQ_OK);
    assert_int_equal(count, 1);
    assert_true(tq_slice_equal(list[0].table_name, tq_slice_str("incident")));
    assert_true(tq_slice_equal(list[0].cell, tq_slice_str("damage_vnd")));
    assert_int_equal(list[0].other_device, 1);
    assert_int_equal(
            tq_report_conflicts(m->store, tq_slice_str(BL), m->arena, &list, &count, &err), TQ_OK);
    assert_int_equal(count, 0);
    assert_int_equal(
            tq_report_held(m->store, tq_slice_of(NULL, 0), m->arena, &list, &count, &err), TQ_OK);
    assert_int_equal(count, 2); /* the refused one and the one without its village */
    assert_int_equal(
            tq_report_requests(m->store, tq_slice_of(NULL, 0), m->arena, &list, &count, &err),
            TQ_OK);
    assert_int_equal(count, 0);
}

static void report_board__has_a_line_for_each_commune(void **state)
{
    struct mill *m = *state;
    struct tq_board_question question;
    struct tq_board_row *board;
    struct tq_error err;
    sqlite3 *db;
    size_t count;

    live(m);
    db = open_plain(m->path);
    run(db, "INSERT INTO report (unit, type, period, state, receipt_state, submitted_at, "
            "received_at, late_days) VALUES ('" LC
            "', 'month', 'ADMIN/2020-12', 'sent', 'received', 5, 6, 2)");
    run(db, "UPDATE tq_device SET waiting = 4 WHERE device = 2");
    sqlite3_close(db);
    assert_int_equal(tq_devices_heard(m->store, 1, 1000, 50, 1, tq_slice_str("0.1.0"), 0, &err), 0);
    assert_int_equal(
            tq_devices_heard(m->store, 2, 2000, -90000, 1, tq_slice_str("0.2.0"), 0, &err), 0);
    assert_int_equal(tq_devices_confirmed(m->store, 1, 1500, 9, &err), 0);
    memset(&question, 0, sizeof(question));
    question.period = tq_slice_str("ADMIN/2020-12");
    question.type = tq_slice_str("month");
    question.on = tq_day_of_instant(INT64_C(1607000000000));
    assert_int_equal(tq_report_board(m->store, &question, m->arena, &board, &count, &err), TQ_OK);
    assert_int_equal(count, 2);
    assert_true(tq_slice_equal(board[0].unit, tq_slice_str(LC)));
    assert_int_equal(board[0].devices, 2);
    assert_int_equal(board[0].last_heard_at_ms, 2000);
    assert_int_equal(board[0].last_confirmed_at_ms, 1500);
    assert_int_equal(board[0].offset_ms, -90000);
    assert_true(tq_slice_equal(board[0].software, tq_slice_str("0.2.0")));
    assert_int_equal(board[0].waiting, 4);
    assert_int_equal(board[0].held, 2);
    assert_int_equal(board[0].refused, 1);
    assert_int_equal(board[0].conflicts, 1);
    assert_true(board[0].has_report);
    assert_int_equal(board[0].report_late_days, 2);
    assert_true(tq_slice_equal(board[0].receipt_state, tq_slice_str("received")));
    /* Nothing heard of it yet: a line all the same. */
    assert_true(tq_slice_equal(board[1].unit, tq_slice_str(BL)));
    assert_int_equal(board[1].devices, 0);
    assert_int_equal(board[1].last_heard_at_ms, 0);
    assert_false(board[1].has_report);
    question.parent = tq_slice_str("khác");
    assert_int_equal(tq_report_board(m->store, &question, m->arena, &board, &count, &err), TQ_OK);
    assert_int_equal(count, 0);
}

static int64_t ask_int(struct mill *m, const char *sql)
{
    sqlite3 *db = open_plain(m->path);
    sqlite3_stmt *stmt = NULL;
    int64_t out;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return out;
}

/* Each entry of each of the two tables taken out, and each changed with the one after it. */
static void report_verify__finds_each_entry_that_is_gone_or_out_of_order(void **state)
{
    static const char *const TABLES[][2] = { { "tq_ledger", "n" }, { "tq_receipt", "pos" } };
    struct mill *m = *state;

    live(m);
    for (size_t t = 0; t < 2; t++) {
        const char *table = TABLES[t][0];
        const char *key = TABLES[t][1];
        char sql[400];
        int64_t at = 0;
        int64_t next;

        for (;;) {
            struct tq_verify_report report;

            snprintf(sql, sizeof(sql), "SELECT coalesce(min(%s), 0) FROM %s WHERE %s > %lld", key,
                    table, key, (long long)at);
            at = ask_int(m, sql);
            if (at == 0)
                break;
            snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE %s = %lld", table, key, (long long)at);
            report = after(m, sql);
            if (!report.damaged || report.what[0] == '\0')
                fail_msg("not found: %s", sql);
            snprintf(sql, sizeof(sql), "SELECT coalesce(min(%s), 0) FROM %s WHERE %s > %lld", key,
                    table, key, (long long)at);
            next = ask_int(m, sql);
            if (next == 0)
                break;
            snprintf(sql, sizeof(sql),
                    "UPDATE %s SET %s = -1 WHERE %s = %lld; UPDATE %s SET %s = %lld WHERE %s = "
                    "%lld; UPDATE %s SET %s = %lld WHERE %s = -1",
                    table, key, key, (long long)at, table, key, (long long)at, key, (long long)next,
                    table, key, (long long)next, key);
            report = after(m, sql);
            if (!report.damaged)
                fail_msg("not found: %s", sql);
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(report_verify__finds_an_honest_ledger_whole),
        CASE(report_verify__finds_a_flipped_byte_in_each_column),
        CASE(report_verify__finds_each_entry_that_is_gone_or_out_of_order),
        CASE(report_verify__finds_what_is_missing),
        CASE(report_verify__reads_a_loser_as_the_merge_did),
        CASE(report_verify__reads_a_loser_that_stood_first_as_the_merge_did),
        CASE(report_verify__is_told_in_both_languages),
        CASE(report_verify__compares_the_schema_with_the_store_that_it_is_given),
        CASE(report_verify__fails_for_memory_and_says_so),
        CASE(changes_list__pages_are_the_ledger_newest_first),
        CASE(changes_list__finds_by_unit_row_verdict_and_day),
        CASE(changes_list__a_page_passes_so_many_sets),
        CASE(receipts_list__pages_are_all_that_was_signed),
        CASE(report_why__tells_every_value_ever_sent),
        CASE(report_lists__show_what_is_open),
        CASE(report_board__has_a_line_for_each_commune),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

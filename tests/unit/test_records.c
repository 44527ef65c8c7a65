#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "office_db.h"
#include "store/sql.h"
#include "test_mem.h"
#include "tuquan/intake.h"
#include "tuquan/office_view.h"
#include "tuquan/records.h"

struct fixture {
    struct office_db office;
    struct tq_records *records;
    struct tq_arena *arena;
    long live;
};

static int set_up(void **state)
{
    static struct fixture f;

    f.live = test_mem_live();
    office_db_make(&f.office);
    assert_int_equal(
            tq_records_new(&f.records, f.office.db, tq_catalogue_current(), "văn thư", NULL),
            TQ_OK);
    f.arena = tq_arena_new((size_t)16 << 20);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    tq_records_free(f->records);
    office_db_remove(&f->office);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

static const struct tq_table *table_of(const char *name)
{
    return tq_catalogue_find(tq_catalogue_current(), name);
}

/* "column=text|column=text" as a clerk would type it. */
static struct tq_draft draft_of(struct fixture *f, const char *table, const char *cells)
{
    struct tq_draft draft = { .table = table_of(table) };
    char copy[512];
    char *save = NULL;

    snprintf(copy, sizeof(copy), "%s", cells);
    for (char *p = strtok_r(copy, "|", &save); p != NULL; p = strtok_r(NULL, "|", &save)) {
        char *text = strchr(p, '=');
        int c;

        *text++ = '\0';
        c = tq_table_column_find(draft.table, p);
        assert_true(c >= 0);
        tq_intake_value(draft.table, &draft.table->columns[c], tq_slice_str(text), f->arena,
                &draft.values[c], NULL);
        if (draft.table->columns[c].rule.kind == TQ_RULE_REF)
            assert_int_equal(tq_record_resolve(f->records, &draft.table->columns[c],
                                     draft.values[c].s, f->arena, &draft.values[c], NULL),
                    TQ_OK);
        draft.given[c] = true;
    }
    return draft;
}

static struct tq_slice add(struct fixture *f, const char *table, const char *cells)
{
    struct tq_draft draft = draft_of(f, table, cells);
    struct tq_problem problem = { 0 };
    struct tq_error err = { 0 };
    struct tq_slice key = { NULL, 0 };
    tq_status rc = tq_record_insert(f->records, &draft, f->arena, &key, &problem, &err);

    if (rc != TQ_OK)
        fail_msg("%s: %s", cells, err.msg);
    return key;
}

static void record_insert__fills_in_key_owner_label_and_author(void **state)
{
    struct fixture *f = *state;
    struct tq_record record;
    bool found;
    struct tq_slice key;

    office_db_run(&f->office,
            "UPDATE tq_flag SET applying=1; UPDATE unit SET short_name='BL' WHERE code='08779';"
            "UPDATE tq_flag SET applying=0",
            NULL, 0);
    key = add(f, "incident", "area=1|category=Trộm cắp|village=Thôn 1 (mẫu)|occurred_on=5/11/2020");
    assert_int_equal(key.len, 16);
    assert_int_equal(
            tq_record_get(f->records, table_of("incident"), key, f->arena, &record, &found, NULL),
            TQ_OK);
    assert_true(found);
    assert_int_equal(record.pending, 0);
    assert_true(strstr(office_db_text(&f->office, "SELECT label FROM incident"), "BL-") != NULL);
    assert_true(strstr(office_db_text(&f->office, "SELECT label FROM incident"), "-A-001") != NULL);
    assert_string_equal(office_db_text(&f->office, "SELECT unit FROM incident"), OFFICE_UNIT);
    assert_string_equal(office_db_text(&f->office, "SELECT village FROM incident"), OFFICE_VILLAGE);
    assert_string_equal(
            office_db_text(&f->office, "SELECT occurred_on FROM incident"), "2020-11-05");
    assert_string_equal(office_db_text(&f->office, "SELECT author FROM tq_log"), "văn thư");
    assert_string_equal(office_db_text(&f->office, "SELECT author FROM tq_state"), "");
    add(f, "incident", "area=2");
    assert_int_equal(office_db_int(&f->office, "SELECT count(DISTINCT label) FROM incident"), 2);
}

static void record_insert__names_column_value_and_rule(void **state)
{
    static const struct {
        const char *table;
        const char *cells;
        const char *column;
        tq_reason reason;
    } CASES[] = {
        { "incident", "area=1|village=08782@2004-01-01", "village", TQ_REASON_NOT_YOUR_VILLAGE },
        { "incident", "area=1|village=Thôn Lạ", "village", TQ_REASON_PARENT_MISSING },
        { "incident", "unit=08782@2004-01-01|area=1", "unit", TQ_REASON_NOT_YOUR_UNIT },
        { "incident", "area=1|reconciled=1", "reconciled", TQ_REASON_NOT_YOUR_COLUMN },
        { "village_return", "village=08779-01|period=2020-11|value=3", "indicator",
                TQ_REASON_REQUIRED },
        { "covenant",
                "village=08779-01|adopted_on=2020-01-05|households_total=10|present=8|agreed=5",
                "households_total", TQ_REASON_GROUP },
        { "unit", "unit=x|code=x", "", TQ_REASON_NOT_YOUR_COLUMN },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct tq_draft draft = draft_of(f, CASES[i].table, CASES[i].cells);
        struct tq_problem problem = { 0 };
        struct tq_error err = { 0 };
        struct tq_slice key;

        if (tq_record_insert(f->records, &draft, f->arena, &key, &problem, &err) != TQ_RULE)
            fail_msg("%s: %s", CASES[i].cells, err.msg);
        if (problem.reason != CASES[i].reason)
            fail_msg("%s: %s", CASES[i].cells, err.msg);
        if (CASES[i].column[0] != '\0')
            assert_string_equal(draft.table->columns[problem.column].name, CASES[i].column);
        else
            assert_int_equal(problem.column, -1);
    }
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), 0);
    assert_int_equal(office_db_int(&f->office, "SELECT label_counter FROM tq_state"), 0);
}

static void record_update__refuses_what_was_changed_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct tq_slice key = add(f, "incident", "area=1|damage_vnd=500");
    struct tq_draft draft = draft_of(f, "incident", "damage_vnd=700");
    int c = tq_table_column_find(draft.table, "damage_vnd");
    struct tq_problem problem = { 0 };
    size_t changed = 0;

    draft.has_shown[c] = true;
    draft.shown[c] = tq_value_int(400);
    assert_int_equal(tq_record_update(f->records, &draft, key, &changed, &problem, NULL), TQ_STALE);
    assert_string_equal(problem.value, "500");
    assert_int_equal(office_db_int(&f->office, "SELECT damage_vnd FROM incident"), 500);
    draft.shown[c] = tq_value_int(500);
    assert_int_equal(tq_record_update(f->records, &draft, key, &changed, &problem, NULL), TQ_OK);
    assert_int_equal(changed, 1);
    assert_int_equal(office_db_int(&f->office, "SELECT damage_vnd FROM incident"), 700);
    /* The same again changes nothing and logs nothing. */
    draft.has_shown[c] = false;
    assert_int_equal(tq_record_update(f->records, &draft, key, &changed, &problem, NULL), TQ_OK);
    assert_int_equal(changed, 0);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), 2);
    key = tq_slice_of("0123456789abcdef", 16);
    assert_int_equal(
            tq_record_update(f->records, &draft, key, &changed, &problem, NULL), TQ_NOT_FOUND);
}

static void record_update__keeps_groups_true_with_what_is_there(void **state)
{
    struct fixture *f = *state;
    struct tq_slice key = add(f, "covenant",
            "village=08779-01|adopted_on=2020-01-05|households_total=10|present=8|agreed=7");
    struct tq_draft draft = draft_of(f, "covenant", "agreed=5");
    struct tq_problem problem = { 0 };

    assert_int_equal(tq_record_update(f->records, &draft, key, NULL, &problem, NULL), TQ_RULE);
    assert_int_equal(problem.reason, TQ_REASON_GROUP);
}

static void record_void__keeps_the_row_and_happens_once(void **state)
{
    struct fixture *f = *state;
    struct tq_slice key = add(f, "tip", "area=1");
    const struct tq_table *tip = table_of("tip");
    int64_t at = INT64_C(1605400000000);
    struct tq_query query = { .table = tip };
    struct tq_record *rows;
    size_t n;
    size_t total;

    assert_int_equal(
            tq_record_void(f->records, tip, key, tq_slice_str(""), at, NULL, NULL), TQ_RULE);
    assert_int_equal(
            tq_record_void(f->records, tip, key, tq_slice_str("nhập nhầm"), at, NULL, NULL), TQ_OK);
    assert_int_equal(tq_record_void(f->records, tip, key, tq_slice_str("lần nữa"), at, NULL, NULL),
            TQ_EXISTS);
    assert_string_equal(office_db_text(&f->office, "SELECT void_reason FROM tip"), "nhập nhầm");
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_int_equal(total, 0);
    query.with_voided = true;
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_int_equal(total, 1);
}

static void record_list__searches_without_marks_and_pages(void **state)
{
    struct fixture *f = *state;
    struct tq_query query = {
        .table = table_of("incident"), .search = tq_slice_str("Mat BO"), .limit = 2
    };
    struct tq_record *rows;
    size_t n;
    size_t total;

    for (int i = 0; i < 5; i++)
        add(f, "incident", i % 2 == 0 ? "area=1|summary=Mất bò ở đồi" : "area=4|summary=Va chạm");
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_int_equal(total, 3);
    assert_int_equal(n, 2);
    query.offset = 2;
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_int_equal(n, 1);
    query.offset = 0;
    query.search = tq_slice_str("");
    query.nfilters = 1;
    query.filters[0].column = tq_table_column_find(query.table, "area");
    query.filters[0].value = tq_value_int(4);
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_int_equal(total, 2);
}

/* Page by page each row comes once, in one order; the count is of all. */
static void record_list__turns_pages_and_counts(void **state)
{
    struct fixture *f = *state;
    struct tq_query query = { .table = table_of("incident"), .limit = 3 };
    struct tq_record *all;
    struct tq_record *rows;
    size_t n = 0;
    size_t nall;
    size_t total;
    size_t at = 0;

    for (int i = 0; i < 8; i++)
        add(f, "incident", i == 3 ? "area=1|due_on=2020-11-05" : "area=1");
    query.limit = 0;
    assert_int_equal(
            tq_record_list(f->records, &query, f->arena, &all, &nall, &total, NULL), TQ_OK);
    assert_true(nall == 8 && total == 8);
    query.limit = 3;
    for (query.offset = 0; query.offset < 12; query.offset += 3) {
        assert_int_equal(
                tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
        assert_int_equal(total, 8);
        for (size_t i = 0; i < n; i++)
            assert_true(tq_slice_equal(rows[i].key, all[at++].key));
    }
    assert_int_equal(at, 8);
    query.offset = 0;
    query.unsettled_only = true;
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_true(n == 3 && total == 8 && rows[0].pending >= 0);
    query.unsettled_only = false;
    query.nfilters = 1;
    query.filters[0].column = tq_table_column_find(query.table, "due_on");
    query.filters[0].op = TQ_QUERY_NOT;
    query.filters[0].value = tq_value_null();
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_true(n == 1 && total == 1);
    query.filters[0].op = TQ_QUERY_IS;
    assert_int_equal(tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
    assert_true(n == 3 && total == 7);
}

static void record_find__takes_label_hex_and_parts(void **state)
{
    struct fixture *f = *state;
    struct tq_slice key = add(f, "tip", "area=1|label=BL-20-A-077");
    struct tq_slice found;
    char hex[33];
    struct tq_slice natural;

    assert_int_equal(tq_record_find(f->records, table_of("tip"), tq_slice_str("BL-20-A-077"),
                             f->arena, &found, NULL),
            TQ_OK);
    assert_true(tq_slice_equal(found, key));
    tq_hex(hex, key.data, key.len);
    assert_int_equal(
            tq_record_find(f->records, table_of("tip"), tq_slice_str(hex), f->arena, &found, NULL),
            TQ_OK);
    assert_int_equal(tq_record_find(f->records, table_of("tip"), tq_slice_str("BL-20-A-078"),
                             f->arena, &found, NULL),
            TQ_NOT_FOUND);
    /* Two rows with one label both stay; the person chooses. */
    add(f, "tip", "area=2|label=BL-20-A-077");
    assert_int_equal(tq_record_find(f->records, table_of("tip"), tq_slice_str("BL-20-A-077"),
                             f->arena, &found, NULL),
            TQ_NEEDS_PERSON);
    natural = add(f, "village_return", "village=08779-01|period=2020-11|indicator=hh|value=3");
    assert_int_equal(tq_record_find(f->records, table_of("village_return"),
                             tq_slice_str("thôn 1 (mẫu); 2020-11; hh"), f->arena, &found, NULL),
            TQ_OK);
    assert_true(tq_slice_equal(found, natural));
    assert_int_equal(tq_record_find(f->records, table_of("village_return"),
                             tq_slice_str("08779-01;2020-12;hh"), f->arena, &found, NULL),
            TQ_NOT_FOUND);
}

static void records_begin__takes_back_all_or_nothing(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(tq_records_begin(f->records, NULL), TQ_OK);
    add(f, "tip", "area=1");
    add(f, "tip", "area=2");
    tq_records_rollback(f->records);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tip"), 0);
    assert_int_equal(tq_records_begin(f->records, NULL), TQ_OK);
    add(f, "tip", "area=1");
    assert_int_equal(tq_records_commit(f->records, NULL), TQ_OK);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tip"), 1);
    assert_int_equal(
            office_db_int(&f->office, "SELECT count(*) FROM tq_log WHERE author='văn thư'"), 1);
}

static void office_view__counts_what_waits(void **state)
{
    struct fixture *f = *state;
    struct tq_office_facts facts;
    struct tq_waiting *waiting;
    struct tq_story *story;
    struct tq_slice key = add(f, "tip", "area=1");
    struct tq_draft draft = draft_of(f, "tip", "area=2");
    size_t n;

    assert_int_equal(tq_record_update(f->records, &draft, key, NULL, NULL, NULL), TQ_OK);
    assert_int_equal(tq_office_facts_read(f->office.db, f->arena, &facts, NULL), TQ_OK);
    assert_int_equal(facts.changes_unsealed, 2);
    assert_int_equal(facts.rows_waiting, 1);
    assert_int_equal(facts.sets_waiting, 0);
    assert_int_equal(facts.waiting_since,
            office_db_int(&f->office, "SELECT at_ms FROM tq_log ORDER BY id LIMIT 1"));
    assert_int_equal(facts.came_back_at, 0);
    assert_false(facts.loading);
    assert_int_equal(tq_office_waiting(f->office.db, 10, f->arena, &waiting, &n, NULL), TQ_OK);
    assert_int_equal(n, 1);
    assert_string_equal(waiting[0].table->name, "tip");
    assert_true(waiting[0].is_insert);
    assert_false(waiting[0].sealed);
    assert_int_equal(
            tq_office_story(f->office.db, table_of("tip"), key, 0, f->arena, &story, &n, NULL),
            TQ_OK);
    assert_true(n >= 3);
    assert_int_equal(story[0].kind, TQ_STORY_PENDING);
    assert_true(story[0].no_row);
}

/* Each with a time: what waits by the oldest of it, what came back by the newest. */
static void office_view__knows_since_when_and_what_came_back_last(void **state)
{
    struct fixture *f = *state;
    struct tq_office_facts facts;

    assert_int_equal(tq_office_facts_read(f->office.db, f->arena, &facts, NULL), TQ_OK);
    assert_int_equal(facts.waiting_since, 0);
    office_db_run(&f->office,
            "INSERT INTO tq_set(n,incarnation,seq,hash,prev,payload,signature,sealed_at,nchanges,"
            "acked) VALUES(1,1,1,x'01',x'',x'',x'',500,1,1),(2,1,2,x'02',x'',x'',x'',900,1,0);"
            "INSERT INTO tq_receipt VALUES(1,1,600,x'');",
            NULL, 0);
    assert_int_equal(tq_office_facts_read(f->office.db, f->arena, &facts, NULL), TQ_OK);
    assert_int_equal(facts.waiting_since, 900);
    assert_int_equal(facts.came_back_at, 0);
    office_db_run(&f->office,
            "INSERT INTO tq_pending(tbl,key,cell,seen,t_seen,set_n,state) "
            "VALUES(1,x'01',0,0,0,1,1)",
            NULL, 0);
    assert_int_equal(tq_office_facts_read(f->office.db, f->arena, &facts, NULL), TQ_OK);
    assert_int_equal(facts.came_back_at, 600);
    office_db_run(&f->office,
            "INSERT INTO tq_refused(tbl,key,cell,mine,reason,\"column\",detail,set_n,at_ms)"
            " VALUES(1,x'02',0,'',1,0,'',1,700)",
            NULL, 0);
    assert_int_equal(tq_office_facts_read(f->office.db, f->arena, &facts, NULL), TQ_OK);
    assert_int_equal(facts.came_back_at, 700);
}

static void record_insert__survives_a_failing_heap(void **state)
{
    struct fixture *f = *state;
    struct tq_draft draft = draft_of(f, "tip", "area=1");
    tq_status rc = TQ_NOMEM;
    int64_t written = 0;

    for (long n = 0; n == 0 || test_mem_struck(); n += 1 + n / 50) {
        struct tq_slice key;
        struct tq_error err = { 0 };

        test_mem_fail_after(n, false);
        rc = tq_record_insert(f->records, &draft, f->arena, &key, NULL, &err);
        test_mem_fail_after(-1, false);
        if (rc != TQ_OK && rc != TQ_NOMEM)
            fail_msg("%ld: %d %s", n, (int)rc, err.msg);
        written += rc == TQ_OK;
        assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tip"), written);
        assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), written);
    }
    assert_int_equal(rc, TQ_OK);
}

/* A name is whole, or there is none: of a row with a label and of one that is named by its key. */
static void record_name__is_whole_or_out_of_memory(void **state)
{
    struct fixture *f = *state;
    struct tq_slice tip = add(f, "tip", "area=1|label=TIN-1");
    struct tq_slice unit = tq_slice_str(OFFICE_UNIT);
    const struct {
        const char *table;
        struct tq_slice key;
    } rows[] = { { "tip", tip }, { "unit", unit } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct tq_table *table = table_of(rows[i].table);
        struct tq_record record;
        bool found = false;
        tq_status rc = TQ_NOMEM;

        assert_int_equal(
                tq_record_get(f->records, table, rows[i].key, f->arena, &record, &found, NULL),
                TQ_OK);
        assert_true(found);
        for (long n = 0; n == 0 || test_mem_struck(); n++) {
            struct tq_buf name;

            tq_buf_init(&name, 0);
            test_mem_fail_after(n, false);
            rc = tq_record_name(f->records, table, &record, &name, NULL);
            test_mem_fail_after(-1, false);
            assert_true(rc == TQ_NOMEM || (rc == TQ_OK && tq_buf_is_ok(&name) && name.len > 0));
            tq_buf_deinit(&name);
        }
        assert_int_equal(rc, TQ_OK);
    }
}

/* How SQLite goes about the statements kept on this connection that hold `text`: its plans, joined. */
static void plans_of(struct fixture *f, const char *text, char *out, size_t size)
{
    sqlite3 *db = sql_handle(f->office.db);
    sqlite3_stmt *at = NULL;

    out[0] = '\0';
    while ((at = sqlite3_next_stmt(db, at)) != NULL) {
        sqlite3_stmt *plan = NULL;
        char sql[2048];

        if (strstr(sqlite3_sql(at), text) == NULL ||
                strncmp(sqlite3_sql(at), "EXPLAIN", strlen("EXPLAIN")) == 0)
            continue;
        snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", sqlite3_sql(at));
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            size_t used = strlen(out);

            snprintf(out + used, size - used, "%s; ", (const char *)sqlite3_column_text(plan, 3));
        }
        sqlite3_finalize(plan);
    }
}

/* What the page of the day asks: rows of the own unit that are not done, in any order. */
static void record_list__finds_what_is_open_by_its_index(void **state)
{
    static const struct {
        const char *table;
        const char *done;
        const char *due;
    } OPEN[] = { { "incident", "closed_on", "due_on" }, { "activity", "held_on", "planned_on" },
        { "tip", "passed_at", "received_at" } };
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++) {
        struct tq_query query = { .table = table_of(OPEN[i].table),
            .own_unit_only = true,
            .any_order = true,
            .uncounted = true,
            .limit = 100,
            .nfilters = 2 };
        struct tq_record *rows;
        char from[64];
        char plans[512];
        char index[64];
        size_t n;
        size_t total;

        query.filters[0].column = tq_table_column_find(query.table, OPEN[i].done);
        query.filters[1].column = tq_table_column_find(query.table, OPEN[i].due);
        query.filters[1].op = i < 2 ? TQ_QUERY_TO : TQ_QUERY_NOT;
        if (i < 2)
            query.filters[1].value = tq_value_str("2020-11-05");
        assert_int_equal(
                tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
        snprintf(from, sizeof(from), "FROM %s ", OPEN[i].table);
        snprintf(index, sizeof(index), "USING INDEX tq_open_%s (%s", OPEN[i].table, OPEN[i].due);
        plans_of(f, from, plans, sizeof(plans));
        if (strstr(plans, index) == NULL)
            fail_msg("%s: not by its index of open rows: %s", OPEN[i].table, plans);
    }
}

/* A filtered list is counted from an index alone: a year's rows are never read for a number. */
static void record_list__counts_by_state_and_village_from_an_index_alone(void **state)
{
    static const char *const FILTERED[][3] = { { "incident", "state", "village" },
        { "activity", "state", "village" }, { "activity", "kind", "state" },
        { "incident", "area", "category" }, { "tip", "state", "area" } };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(FILTERED) / sizeof(FILTERED[0]); i++) {
        struct tq_query query = {
            .table = table_of(FILTERED[i][0]), .limit = 1, .offset = 1, .nfilters = 2
        };
        struct tq_record *rows;
        char from[64];
        char plans[1024];
        size_t n;
        size_t total;

        for (size_t k = 0; k < 2; k++) {
            query.filters[k].column = tq_table_column_find(query.table, FILTERED[i][k + 1]);
            query.filters[k].value = tq_value_str("1");
        }
        assert_int_equal(
                tq_record_list(f->records, &query, f->arena, &rows, &n, &total, NULL), TQ_OK);
        snprintf(from, sizeof(from), "SELECT count(*) FROM %s WHERE", FILTERED[i][0]);
        plans_of(f, from, plans, sizeof(plans));
        if (strstr(plans, "USING COVERING INDEX") == NULL)
            fail_msg("%s by %s and %s: %s", FILTERED[i][0], FILTERED[i][1], FILTERED[i][2], plans);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(record_insert__fills_in_key_owner_label_and_author),
        TEST(record_insert__names_column_value_and_rule),
        TEST(record_update__refuses_what_was_changed_meanwhile),
        TEST(record_update__keeps_groups_true_with_what_is_there),
        TEST(record_void__keeps_the_row_and_happens_once),
        TEST(record_list__searches_without_marks_and_pages),
        TEST(record_list__turns_pages_and_counts),
        TEST(record_list__finds_what_is_open_by_its_index),
        TEST(record_list__counts_by_state_and_village_from_an_index_alone),
        TEST(record_find__takes_label_hex_and_parts),
        TEST(records_begin__takes_back_all_or_nothing),
        TEST(office_view__counts_what_waits),
        TEST(office_view__knows_since_when_and_what_came_back_last),
        TEST(record_insert__survives_a_failing_heap),
        TEST(record_name__is_whole_or_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the triggers write, on our own connection; stock tools are in integration/test_stock_shell.c. */
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

#define K1 "x'00000000000000000000000000000001'"
#define INSERT_1 "INSERT INTO incident(id,unit,area) VALUES(" K1 ",'" OFFICE_UNIT "',1);"

static int set_up(void **state)
{
    static struct office_db office;

    office_db_make(&office);
    *state = &office;
    return 0;
}

static int tear_down(void **state)
{
    test_mem_fail_after(-1, false);
    office_db_remove(*state);
    return 0;
}

static void run(struct office_db *office, const char *sql)
{
    char words[500];

    if (office_db_run(office, sql, words, sizeof(words)) != SQLITE_OK)
        fail_msg("%s: %s", sql, words);
}

static void run_refused(struct office_db *office, const char *sql, const char *sentence)
{
    char words[500];

    if (office_db_run(office, sql, words, sizeof(words)) == SQLITE_OK)
        fail_msg("%s: was not refused", sql);
    if (strstr(words, sentence) == NULL)
        fail_msg("%s: %s", sql, words);
}

static void capture_insert__logs_only_what_differs_from_its_default(void **state)
{
    struct office_db *o = *state;

    run(o, "INSERT INTO incident(id,unit,area,category,occurred_on,deaths,summary) VALUES(" K1
           ",'" OFFICE_UNIT "',1,'theft','2020-11-15',0,'it''s a ''sample''')");
    assert_string_equal(office_db_text(o, "SELECT new FROM tq_log"),
            "9=1,10='theft',12='2020-11-15',23='it''s a ''sample''',");
    assert_string_equal(
            office_db_text(o,
                    "SELECT tbl||'/'||cell||'/'||hex(key)||'/'||owner||'/'||lock_on||'/'||"
                    "ifnull(old,'-')||'/'||author||'/'||incarnation||'/'||seen||'/'||"
                    "t_seen FROM tq_log"),
            "28/0/00000000000000000000000000000001/" OFFICE_UNIT "/2020-11-15/-//1/7/70");
    assert_string_equal(office_db_text(o, "SELECT cell||'/'||ifnull(base,'-')||'/'||seen||'/'||"
                                          "ifnull(set_n,'-')||'/'||state FROM tq_pending"),
            "0/-/7/-/0");
    assert_true(office_db_int(o, "SELECT abs(at_ms/1000-strftime('%s','now'))<5 FROM tq_log") == 1);
}

static void capture_insert__logs_the_key_that_the_default_made(void **state)
{
    struct office_db *o = *state;

    run(o, "INSERT INTO tip(unit,area) VALUES('" OFFICE_UNIT "',1),('" OFFICE_UNIT "',2)");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tip t JOIN tq_log l ON l.key=t.id"), 2);
    assert_int_equal(office_db_int(o, "SELECT min(length(id)) FROM tip"), 16);
}

static void capture_insert__encodes_natural_keys_as_the_catalogue_does(void **state)
{
    struct office_db *o = *state;

    run(o, "INSERT INTO village_return(village,period,indicator,unit,value,source,state) "
           "VALUES('" OFFICE_VILLAGE "','ADMIN/2020-11','hh@1','" OFFICE_UNIT
           "',41,'typed','confirmed');"
           "INSERT INTO emulation_launch(unit,year) VALUES('" OFFICE_UNIT "',2020);"
           "UPDATE village_return SET value=42;");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log WHERE key=CAST('" OFFICE_VILLAGE
                                      "'||char(31)||'ADMIN/2020-11'||char(31)||'hh@1' AS BLOB)"),
            2);
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log WHERE key=CAST('" OFFICE_UNIT
                                      "'||char(31)||'00002020' AS BLOB)"),
            1);
    assert_string_equal(
            office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=1"), "ADMIN/2020-11");
}

/* Every day that the cell counts by, an instant's as that of Viet Nam; what does not count is not
 * there. */
static void capture_update__logs_each_day_that_the_cell_is_counted_by(void **state)
{
    struct office_db *o = *state;

    run(o, "INSERT INTO incident(id,unit,area,category,known_at,due_on) VALUES(" K1 ",'" OFFICE_UNIT
           "',1,'theft',1604854800000,'2020-12-01');" /* 2020-11-08T17:00Z: the 9th here */
           "UPDATE incident SET deaths=1;");
    assert_string_equal(
            office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=2"), "2020-11-09 2020-12-01");
    run(o, "INSERT INTO activity(unit,kind,planned_on) VALUES('" OFFICE_UNIT
           "','patrol','2020-10-01');"
           "UPDATE activity SET held_on='2020-12-20';UPDATE activity SET kind='outreach';");
    assert_string_equal(office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=4"), "2020-12-20");
    assert_string_equal(
            office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=5"), "2020-12-20 2020-10-01");
    run(o, "INSERT INTO self_mgmt_group(unit,founded_on) VALUES('" OFFICE_UNIT "','2019-01-01');"
           "UPDATE self_mgmt_group SET households=9;"
           "UPDATE self_mgmt_group SET voided_at=1604880000000, void_reason='nhầm';");
    assert_string_equal(office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=7"), "");
    assert_string_equal(office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=8"), "2019-01-01");
    /* B3 counts minutes by their number or hash. */
    run(o, "INSERT INTO border_meeting(unit,held_on) VALUES('" OFFICE_UNIT "','2020-12-02');"
           "UPDATE border_meeting SET place='x';UPDATE border_meeting SET minutes_no='1/BB';");
    assert_string_equal(office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=10"), "");
    assert_string_equal(office_db_text(o, "SELECT lock_on FROM tq_log WHERE id=11"), "2020-12-02");
}

/* A state moves what is counted only from or to one of its codes; a year is that of COMMUNE. */
static void capture_update__logs_the_day_of_a_state_that_counts(void **state)
{
    struct office_db *o = *state;

    run(o, "INSERT INTO model(unit,kind,survey_no,survey_on,decision_no,decision_on,launched_on,"
           "paused_on,ended_on) VALUES('" OFFICE_UNIT "','pilot','1','2019-01-01','2','2019-02-01',"
           "'2019-05-01','2020-10-01','2020-11-02');"
           "UPDATE model SET state='running';UPDATE model SET state='paused';"
           "UPDATE model SET state='running';UPDATE model SET state='ended';"
           "UPDATE model SET note='x';UPDATE model SET ended_on='2020-11-01'");
    assert_string_equal(
            office_db_text(o, "SELECT group_concat(ifnull(lock_on,''),'/') FROM (SELECT lock_on"
                              " FROM tq_log WHERE id>1 ORDER BY id)"),
            "/2020-10-01/2020-10-01///2020-11-01");
    run(o, "INSERT INTO recognition(unit,year) VALUES('" OFFICE_UNIT "',2020);"
           "UPDATE recognition SET villages_recognised=3;UPDATE recognition SET answers='x'");
    assert_string_equal(office_db_text(o, "SELECT group_concat(ifnull(lock_on,''),'/') FROM (SELECT"
                                          " lock_on FROM tq_log WHERE id>8 ORDER BY id)"),
            "COMMUNE/2020/");
}

/* Each step of a model needs the facts of the one before, whichever cell is written last. */
static void capture_steps__need_the_facts_of_the_one_before(void **state)
{
    struct office_db *o = *state;

    run_refused(o,
            "INSERT INTO model(unit,kind,state) VALUES('" OFFICE_UNIT "','pilot','surveyed')",
            "[R24] model.survey_no");
    run(o, "INSERT INTO model(unit,kind,survey_no,survey_on,state) VALUES('" OFFICE_UNIT
           "','pilot','1','2019-01-01','surveyed')");
    run_refused(o, "UPDATE model SET state='decided'", "[R24] model.decision_no");
    run_refused(o, "UPDATE model SET survey_on=NULL", "[R24] model.survey_on");
    run(o, "UPDATE model SET decision_no='2', decision_on='2019-02-01', state='decided'");
    run_refused(o, "UPDATE model SET state='running'", "[R24] model.launched_on");
    run(o, "UPDATE model SET launched_on='2019-05-01', state='running'");
    run_refused(o, "UPDATE model SET state='paused'", "[R24] model.paused_on");
    run_refused(o, "UPDATE model SET state='ended'", "[R24] model.ended_on");
    run(o, "UPDATE model SET ended_on='2020-05-01', state='ended'");
    run_refused(o, "UPDATE model SET ended_on=NULL", "[R24] model.ended_on");
    run(o, "UPDATE model SET ended_on=NULL, state='running'");
    run(o, "INSERT INTO self_mgmt_group(unit) VALUES('" OFFICE_UNIT "')");
    run_refused(o, "UPDATE self_mgmt_group SET state='dissolved'",
            "[R24] self_mgmt_group.dissolved_on");
}

static void capture_update__is_one_row_per_changed_cell(void **state)
{
    struct office_db *o = *state;

    run(o, INSERT_1 "UPDATE incident SET area=1, state='new', deaths=2, injured=0, label='BL-1'");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log WHERE cell<>0"), 2);
    assert_string_equal(
            office_db_text(o, "SELECT old||'>'||new FROM tq_log WHERE cell=17"), "17=0,>17=2,");
    assert_string_equal(office_db_text(o, "SELECT old||'>'||new FROM tq_log WHERE cell=8"),
            "8=NULL,>8='BL-1',");
}

static void capture_update__takes_a_group_as_one_cell(void **state)
{
    struct office_db *o = *state;

    run(o, INSERT_1 "UPDATE incident SET voided_at=1604880000000, void_reason='nhập nhầm'");
    assert_string_equal(office_db_text(o, "SELECT cell||':'||old||'>'||new FROM tq_log WHERE id=2"),
            "6:6=NULL,7=NULL,>6=1604880000000,7='nhập nhầm',");
    run_refused(o, "UPDATE incident SET void_reason=NULL", "[R12] incident.voided_at");
}

static void capture_update__keeps_base_and_seen_of_the_oldest_unsettled_change(void **state)
{
    struct office_db *o = *state;

    /* A settled row, as the district sent it. */
    run(o, "UPDATE tq_flag SET applying=1;" INSERT_1 "UPDATE tq_flag SET applying=0;"
           "UPDATE incident SET area=2;"
           "UPDATE tq_pending SET set_n=5;"
           "UPDATE tq_state SET seen=9, t_seen=90;"
           "UPDATE incident SET area=3; UPDATE incident SET state='closed'");
    assert_string_equal(
            office_db_text(o, "SELECT base||seen||'/'||t_seen||'/'||ifnull(set_n,'-') FROM "
                              "tq_pending WHERE cell=9"),
            "9=1,7/70/-");
    assert_string_equal(office_db_text(o, "SELECT group_concat(cell||':'||seen||':'||t_seen) FROM "
                                          "(SELECT * FROM tq_log ORDER BY id)"),
            "9:7:70,9:7:70,24:9:90");
    assert_string_equal(office_db_text(o, "SELECT old||new FROM tq_log WHERE id=2"), "9=2,9=3,");
}

static void capture_update__over_an_unsettled_insert_takes_its_seen(void **state)
{
    struct office_db *o = *state;

    run(o, INSERT_1 "UPDATE tq_state SET seen=9, t_seen=90; UPDATE incident SET area=2");
    assert_string_equal(
            office_db_text(o, "SELECT seen||'/'||t_seen FROM tq_log WHERE cell=9"), "7/70");
    assert_string_equal(
            office_db_text(o, "SELECT seen||'/'||t_seen FROM tq_pending WHERE cell=9"), "7/70");
}

static void capture_writes__have_seen_nothing_while_loading(void **state)
{
    struct office_db *o = *state;

    run(o, "UPDATE tq_flag SET applying=1;" INSERT_1 "UPDATE tq_flag SET applying=0;"
           "UPDATE tq_state SET loading=1; UPDATE incident SET area=2;"
           "INSERT INTO tip(unit) VALUES('" OFFICE_UNIT "')");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log WHERE seen=0 AND t_seen=0"), 2);
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_pending WHERE seen=0"), 2);
}

static void capture_writes__are_let_through_while_applying(void **state)
{
    struct office_db *o = *state;

    run(o, "UPDATE tq_flag SET applying=1;"
           "INSERT INTO incident(id,unit,area,state) VALUES(" K1 ",'elsewhere',77,'a newer code');"
           "UPDATE incident SET reconciled=1; DELETE FROM incident;"
           "UPDATE tq_flag SET applying=0;");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log"), 0);
}

/* While the district's rows are laid, uncaptured, no other tool can write; what it writes after
 * that is captured. */
static void capture_writes__of_other_tools_wait_while_applying(void **state)
{
    struct office_db *o = *state;
    struct tq_error err;
    sqlite3 *other;

    assert_int_equal(sqlite3_open(o->path, &other), SQLITE_OK);
    assert_int_equal(tq_db_begin(o->db, &err), TQ_OK);
    assert_int_equal(tq_db_set_applying(o->db, true, &err), TQ_OK);
    assert_int_equal(sqlite3_exec(other, INSERT_1, NULL, NULL, NULL), SQLITE_BUSY);
    assert_int_equal(tq_db_set_applying(o->db, false, &err), TQ_OK);
    assert_int_equal(tq_db_commit(o->db, &err), TQ_OK);
    assert_int_equal(sqlite3_exec(other, INSERT_1, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log"), 1);
}

static void capture_author__is_ours_inside_our_transaction_only(void **state)
{
    struct office_db *o = *state;
    struct tq_error err;

    assert_int_equal(tq_db_begin(o->db, &err), TQ_OK);
    assert_int_equal(tq_db_set_author(o->db, tq_slice_str("can-bo"), &err), TQ_OK);
    run(o, INSERT_1);
    assert_int_equal(tq_db_commit(o->db, &err), TQ_OK);
    run(o, "UPDATE incident SET area=2");
    assert_string_equal(
            office_db_text(o, "SELECT group_concat(author||'.') FROM tq_log"), "can-bo.,.");
}

static void capture_rules__refuse_with_a_sentence(void **state)
{
    static const char *const CASES[][2] = {
        { "INSERT INTO incident(unit) VALUES('08782@2004-01-01')", "[R03] incident.unit: " },
        { "INSERT INTO incident(area) VALUES(1)", "[R03] incident.unit: " },
        { "INSERT INTO incident(id,unit) VALUES(x'01','" OFFICE_UNIT "')", "[R05] incident.id: " },
        { "INSERT INTO incident(unit,reconciled) VALUES('" OFFICE_UNIT "',1)",
                "[R04] incident.reconciled: " },
        { "INSERT INTO unit(unit) VALUES('x')", "[R04] unit: " },
        { "UPDATE unit SET name='x'", "[R04] unit.name: " },
        { "DELETE FROM unit", "[R21] unit: " },
        { "UPDATE incident SET reconciled=1", "[R04] incident.reconciled: " },
        { "UPDATE incident SET id=randomblob(16)", "[R13] incident.id: " },
        { "UPDATE incident SET unit='08782@2004-01-01'", "[R13] incident.unit: " },
        { "UPDATE incident SET state=NULL", "[R06] incident.state: " },
        { "UPDATE incident SET area=6", "[R07] incident.area: số ngoài khoảng cho phép. Sửa số." },
        { "UPDATE incident SET summary=printf('%4001d',1)", "[R08] incident.summary: " },
        { "UPDATE incident SET state='lost'", "[R09] incident.state: " },
        { "UPDATE incident SET occurred_on='2020-02-30'", "[R10] incident.occurred_on: " },
        { "UPDATE incident SET occurred_on='15/11/2020'", "[R10] incident.occurred_on: " },
        { "UPDATE incident SET summary='a'||char(0)||'b'", "[R11] incident.summary: " },
        { "UPDATE incident SET summary='a'||char(7)", "[R11] incident.summary: " },
        { "UPDATE incident SET village='08779-99@2004-01-01'", "[R15] incident.village: " },
        /* Nobody's village: a unit that is below none. */
        { "UPDATE incident SET village='" OFFICE_UNIT "'", "[R22] incident.village: " },
        { "INSERT INTO covenant(village,adopted_on,unit,households_total,present,agreed) "
          "VALUES('" OFFICE_VILLAGE "','2020-11-09','" OFFICE_UNIT "',100,80,50)",
                "[R12] covenant." },
        { "DELETE FROM incident",
                "[R21] incident: dòng không được xóa, chỉ được hủy. Dùng lệnh hủy." },
        { "DELETE FROM tq_state; UPDATE incident SET area=2", "[E109] tq_state" },
    };
    struct office_db *o = *state;
    int64_t logged;

    run(o, INSERT_1);
    logged = office_db_int(o, "SELECT count(*) FROM tq_log");
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        run(o, "SAVEPOINT s");
        run_refused(o, CASES[i][0], CASES[i][1]);
        run(o, "ROLLBACK TO s; RELEASE s");
        assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log"), logged);
    }
    run(o, "UPDATE incident SET summary='dòng một'||char(10)||char(9)||'\"dòng\" \\hai',"
           "occurred_on='2020-02-29', village='" OFFICE_VILLAGE "'");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log"), logged + 3);
}

static void capture_references__wait_for_the_first_load(void **state)
{
    struct office_db *o = *state;

    run(o, "UPDATE tq_state SET loading=1;" INSERT_1
           "UPDATE incident SET village='08779-99@2004-01-01'");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log"), 2);
}

/* One value offered to one column, by C and by SQL. */
static void compare_judgement(struct office_db *o, const struct tq_table *table,
        const struct tq_column *column, const struct tq_value *value)
{
    tq_reason wanted = tq_column_check(column, value);
    char sql[300];
    char code[8];
    const char *words;
    sqlite3_stmt *stmt = NULL;
    int done;

    run(o, "SAVEPOINT s");
    snprintf(sql, sizeof(sql), "UPDATE %s SET %s=?1", table->name, column->name);
    assert_int_equal(sqlite3_prepare_v2(sql_handle(o->db), sql, -1, &stmt, NULL), SQLITE_OK);
    sql_bind(stmt, 1, value);
    done = sqlite3_step(stmt);
    words = sqlite3_errmsg(sql_handle(o->db));
    snprintf(code, sizeof(code), "[%s]", tq_reason_code(wanted));
    if (wanted == TQ_REASON_NONE && done != SQLITE_DONE && strncmp(words, "[R15]", 5) != 0 &&
            strncmp(words, "[R12]", 5) != 0)
        fail_msg("%s.%s: C accepts, SQL says %s", table->name, column->name, words);
    /* A parent that is not there is named first. */
    if (wanted != TQ_REASON_NONE &&
            (done == SQLITE_DONE ||
                    (strncmp(words, code, 5) != 0 && strncmp(words, "[R15]", 5) != 0 &&
                            strstr(words, "cannot store") == NULL)))
        fail_msg("%s.%s: C says %s, SQL %s", table->name, column->name, code,
                done == SQLITE_DONE ? "accepts" : words);
    sqlite3_finalize(stmt);
    run(o, "ROLLBACK TO s; RELEASE s");
}

static void compare_column(
        struct office_db *o, const struct tq_table *table, const struct tq_column *column)
{
    static const char *const TEXTS[] = { "", "new", "draft", "theft", "2020-11-15", "2020-02-30",
        "0000-01-01", "9999-12-31", "2020-2-3", " 2020-11-15", "x\x01y", "x\x7fy", "\"\\\t\n",
        "chữ có dấu", "done", "2020-11-15 " };
    static const int64_t NUMBERS[] = { INT64_MIN, -100001, -1, 0, 1, 5, 6, 100000, 946684799999,
        946684800000, 1000000001, 7258118399999, 7258118400000, INT64_MAX };
    static char filled[200002];
    struct tq_value value = tq_value_null();

    compare_judgement(o, table, column, &value);
    if (column->type == TQ_INT) {
        value = tq_value_str("abc");
        compare_judgement(o, table, column, &value);
        for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
            value = tq_value_int(NUMBERS[i]);
            compare_judgement(o, table, column, &value);
        }
        return;
    }
    memset(filled, 'a', sizeof(filled));
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        value = tq_value_str(TEXTS[i]);
        if (column->type == TQ_BLOB)
            value = tq_value_blob(value.s);
        compare_judgement(o, table, column, &value);
    }
    static const size_t LENGTHS[] = { 16, 32, 64, 65, 256, 257, 300, 301, 4000, 4001, 200001 };
    for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(LENGTHS[0]); i++) {
        value = tq_value_text(tq_slice_of(filled, LENGTHS[i]));
        if (column->type == TQ_BLOB)
            value = tq_value_blob(value.s);
        compare_judgement(o, table, column, &value);
    }
    value = column->type == TQ_BLOB ? tq_value_int(3) : tq_value_blob(tq_slice_of("ab", 2));
    compare_judgement(o, table, column, &value);
    if (column->type == TQ_TEXT) {
        value = tq_value_text(tq_slice_of("2020-11-15\0", 11));
        compare_judgement(o, table, column, &value);
    }
}

/* One row of each table, as if from the district, with anything in its key. */
static void put_row(struct office_db *o, const struct tq_table *table)
{
    char sql[600];
    int n = snprintf(
            sql, sizeof(sql), "UPDATE tq_flag SET applying=1; INSERT INTO %s VALUES(", table->name);

    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *c = &table->columns[i];
        const char *value = c->cell != TQ_CELL_ROW && !c->required ? "NULL"
                            : c->type == TQ_INT                    ? "2020"
                            : c->type == TQ_TEXT                   ? "'k'"
                                                                   : K1;

        n += snprintf(sql + n, sizeof(sql) - (size_t)n, "%s%s", i > 0 ? "," : "", value);
    }
    snprintf(sql + n, sizeof(sql) - (size_t)n, "); UPDATE tq_flag SET applying=0");
    run(o, sql);
}

static void capture_rules__judge_as_the_catalogue_does(void **state)
{
    struct office_db *o = *state;
    const struct tq_catalogue *catalogue = tq_catalogue_current();
    size_t columns = 0;

    for (size_t i = 0; i < catalogue->ntables; i++) {
        const struct tq_table *table = &catalogue->tables[i];

        if (table->scope != TQ_OWN)
            continue;
        put_row(o, table);
        for (size_t k = 0; k < table->ncolumns; k++) {
            const struct tq_column *c = &table->columns[k];

            if (c->cell == TQ_CELL_ROW || (c->writers & TQ_BY_COMMUNE) == 0)
                continue;
            compare_column(o, table, c);
            columns++;
        }
    }
    assert_true(columns > 150);
}

static void capture_migration__of_a_new_column_logs_nothing(void **state)
{
    struct office_db *o = *state;
    const struct tq_catalogue *now = tq_catalogue_current();
    static struct tq_table tables[64];
    static struct tq_column columns[TQ_MAX_COLUMNS];
    struct tq_catalogue next = { now->version + 1, now->ntables, tables };
    struct tq_db_config config = { .path = o->path, .role = TQ_ROLE_OFFICE, .catalogue = &next };
    struct tq_db_report report;
    struct tq_error err;

    run(o, INSERT_1 "UPDATE tq_flag SET applying=1;"
                    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<100000) "
                    "INSERT INTO incident(id,unit) SELECT randomblob(16),'" OFFICE_UNIT "' FROM n;"
                    "UPDATE tq_flag SET applying=0;"
                    "ALTER TABLE incident ADD COLUMN extra INTEGER DEFAULT 4");
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM incident"), 100001);
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log"), 1);
    office_db_close(o);
    memcpy(tables, now->tables, now->ntables * sizeof(*tables));
    for (size_t i = 0; i < now->ntables; i++) {
        if (strcmp(tables[i].name, "incident") != 0)
            continue;
        memcpy(columns, tables[i].columns, tables[i].ncolumns * sizeof(*columns));
        columns[tables[i].ncolumns] = columns[tq_table_column_find(&tables[i], "deaths")];
        columns[tables[i].ncolumns].id = 60;
        columns[tables[i].ncolumns].cell = 60;
        columns[tables[i].ncolumns].name = "extra";
        columns[tables[i].ncolumns].fallback = tq_value_int(4);
        tables[i].columns = columns;
        tables[i].ncolumns++;
    }
    assert_int_equal(tq_db_open(&o->db, &config, &report, &err), TQ_OK);
    assert_int_equal(report.triggers_mended, 0);
    assert_int_equal(office_db_int(o, "SELECT foreign_write FROM tq_state"), 0);
    assert_int_equal(office_db_int(o, "SELECT count(*) FROM tq_log"), 1);
    run(o, "INSERT INTO incident(unit) VALUES('" OFFICE_UNIT "');"
           "UPDATE incident SET extra=5 WHERE id=" K1);
    assert_string_equal(office_db_text(o, "SELECT group_concat(ifnull(old,'-')||'>'||new) FROM "
                                          "(SELECT * FROM tq_log WHERE id>1 ORDER BY id)"),
            "->,60=4,>60=5,");
}

static void capture_writes__agree_with_the_log_when_memory_fails(void **state)
{
    struct office_db *o = *state;
    char words[200];
    int code = SQLITE_NOMEM;

    run(o, INSERT_1);
    for (long n = 0; n == 0 || test_mem_struck(); n += 1 + n / 50) {
        test_mem_fail_after(n, false);
        code = office_db_run(o,
                "INSERT INTO incident(unit,area) VALUES('" OFFICE_UNIT "',2);"
                "UPDATE incident SET area=3 WHERE area=2;",
                words, sizeof(words));
        test_mem_fail_after(-1, false);
        assert_int_equal(office_db_int(o, "SELECT count(*) FROM incident"),
                office_db_int(o, "SELECT count(*) FROM tq_log WHERE cell=0"));
        assert_int_equal(office_db_int(o, "SELECT count(*) FROM incident WHERE area=3"),
                office_db_int(o, "SELECT count(*) FROM tq_log WHERE cell=9"));
    }
    assert_int_equal(code, SQLITE_OK);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(capture_insert__logs_only_what_differs_from_its_default),
        T(capture_insert__logs_the_key_that_the_default_made),
        T(capture_insert__encodes_natural_keys_as_the_catalogue_does),
        T(capture_update__is_one_row_per_changed_cell),
        T(capture_update__logs_each_day_that_the_cell_is_counted_by),
        T(capture_update__logs_the_day_of_a_state_that_counts),
        T(capture_steps__need_the_facts_of_the_one_before),
        T(capture_update__takes_a_group_as_one_cell),
        T(capture_update__keeps_base_and_seen_of_the_oldest_unsettled_change),
        T(capture_update__over_an_unsettled_insert_takes_its_seen),
        T(capture_writes__have_seen_nothing_while_loading),
        T(capture_writes__are_let_through_while_applying),
        T(capture_writes__of_other_tools_wait_while_applying),
        T(capture_author__is_ours_inside_our_transaction_only),
        T(capture_rules__refuse_with_a_sentence),
        T(capture_references__wait_for_the_first_load),
        T(capture_rules__judge_as_the_catalogue_does),
        T(capture_migration__of_a_new_column_logs_nothing),
        T(capture_writes__agree_with_the_log_when_memory_fails),
    };
#undef T

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The stock sqlite3 shell and Python's sqlite3 write into an office file between two syncs: what
 * they do is captured with the true old value, or refused with a sentence (sync.md section 3). */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "office_db.h"
#include "store/sql.h"

#define K1 "x'00000000000000000000000000000001'"
#define K2 "x'00000000000000000000000000000002'"
#define U "'" OFFICE_UNIT "'"
#define ROW_1 "INSERT INTO incident(id,unit,area,summary) VALUES(" K1 "," U ",1,'dữ liệu mẫu');"

/* Each test runs with both tools. */
static const char *const TOOLS[] = { "sqlite3 -bail %s < %s/in.sql 2>&1",
    "python3 -c 'import sqlite3,sys\n"
    "c=sqlite3.connect(sys.argv[1],isolation_level=None)\n"
    "c.executescript(open(sys.argv[2]+\"/in.sql\").read())' %s %s 2>&1" };

struct fixture {
    struct office_db office;
    int tool;
    char words[8192]; /* what the tool printed */
    int code;
};

static int set_up_with(void **state, int tool)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.tool = tool;
    office_db_make(&f.office);
    *state = &f;
    return 0;
}

static int set_up_shell(void **state)
{
    return set_up_with(state, 0);
}

static int set_up_python(void **state)
{
    return set_up_with(state, 1);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    office_db_remove(&f->office);
    return 0;
}

static void write_file(struct fixture *f, const char *name, const char *text)
{
    char path[200];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", f->office.dir, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

/* Run the tool over `sql`; its exit code and words stay in the fixture. */
static void tool(struct fixture *f, const char *sql)
{
    char command[1200];
    size_t n;
    FILE *out;

    write_file(f, "in.sql", sql);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(command, sizeof(command), TOOLS[f->tool], f->office.path, f->office.dir);
#pragma GCC diagnostic pop
    out = popen(command, "r");
    assert_non_null(out);
    n = fread(f->words, 1, sizeof(f->words) - 1, out);
    f->words[n] = '\0';
    f->code = pclose(out);
}

static void written(struct fixture *f, const char *sql)
{
    tool(f, sql);
    if (f->code != 0)
        fail_msg("%s: %s", sql, f->words);
}

static void refused(struct fixture *f, const char *sql, const char *sentence)
{
    int64_t before = office_db_int(&f->office, "SELECT count(*) FROM tq_log");

    tool(f, sql);
    if (f->code == 0 || strstr(f->words, sentence) == NULL)
        fail_msg("%s: %s", sql, f->words);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), before);
}

static void assert_log(struct fixture *f, const char *text)
{
    assert_string_equal(
            office_db_text(&f->office, "SELECT group_concat(cell||'|'||ifnull(old,'-')||'|'||new||"
                                       "author,' ') FROM (SELECT * FROM tq_log ORDER BY id)"),
            text);
}

static void shell_insert_and_update__are_captured_with_the_true_old_value(void **state)
{
    struct fixture *f = *state;

    written(f, ROW_1 "UPDATE incident SET area=2, deaths=1 WHERE area=1;"
                     "UPDATE incident SET voided_at=1604880000000, void_reason='nhầm';"
                     "UPDATE incident SET summary='it''s'||char(10)||'x';");
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), 5);
    assert_string_equal(
            office_db_text(&f->office, "SELECT old||new FROM tq_log WHERE cell=9"), "9=1,9=2,");
    assert_string_equal(office_db_text(&f->office, "SELECT old||new FROM tq_log WHERE cell=6"),
            "6=NULL,7=NULL,6=1604880000000,7='nhầm',");
    assert_string_equal(office_db_text(&f->office, "SELECT old||new FROM tq_log WHERE cell=23"),
            "23='dữ liệu mẫu',23='it''s\nx',");
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_pending"), 5);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log WHERE author=''"), 5);
}

static void shell_replace_and_upsert__are_refused(void **state)
{
    struct fixture *f = *state;

    written(f, ROW_1 "INSERT OR REPLACE INTO incident(id,unit,area) VALUES(" K2 "," U ",2);");
    refused(f, "INSERT OR REPLACE INTO incident(id,unit,area) VALUES(" K1 "," U ",3);",
            "row exists: use UPDATE");
    refused(f, "REPLACE INTO incident(id,unit) VALUES(" K1 "," U ");", "row exists: use UPDATE");
    refused(f, "INSERT OR IGNORE INTO incident(id,unit,area) VALUES(" K1 "," U ",3);",
            "row exists: use UPDATE");
    refused(f,
            "INSERT INTO incident(id,unit,area) VALUES(" K1 "," U
            ",3) ON CONFLICT(id) DO UPDATE SET area=3;",
            "row exists: use UPDATE");
    refused(f, "INSERT INTO incident(id,unit) VALUES(" K1 "," U ") ON CONFLICT DO NOTHING;",
            "row exists: use UPDATE");
    refused(f, "PRAGMA recursive_triggers=1; REPLACE INTO incident(id,unit) VALUES(" K1 "," U ");",
            "row exists: use UPDATE");
    refused(f, "UPDATE OR REPLACE incident SET id=" K1 " WHERE id=" K2 ";", "[R13] incident.id");
    refused(f, "UPDATE OR IGNORE incident SET id=randomblob(16);", "[R13] incident.id");
    refused(f, "UPDATE incident SET unit='08782@2004-01-01';", "[R13] incident.unit");
    refused(f, "DELETE FROM incident;", "[R21] incident");
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM incident"), 2);
    assert_log(f, "0|-|9=1,23='dữ liệu mẫu', 0|-|9=2,");
}

static void shell_or_clauses__do_not_reach_into_the_log(void **state)
{
    struct fixture *f = *state;

    /* The outer OR takes the place of those inside a trigger: base and seen must survive it. */
    written(f, ROW_1 "UPDATE tq_pending SET base='first', seen=3;"
                     "UPDATE OR REPLACE incident SET area=2; UPDATE OR REPLACE incident SET area=3;"
                     "UPDATE OR IGNORE incident SET area=4; UPDATE OR FAIL incident SET area=5;"
                     "UPDATE OR ROLLBACK incident SET area=1;");
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log WHERE cell=9"), 5);
    assert_string_equal(
            office_db_text(&f->office, "SELECT base||seen FROM tq_pending WHERE cell=0"), "first3");
    assert_string_equal(
            office_db_text(&f->office, "SELECT base||seen FROM tq_pending WHERE cell=9"), "9=1,3");
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log WHERE seen=3"), 5);
    refused(f, "UPDATE OR IGNORE incident SET area=9;", "[R07] incident.area");
    refused(f, "INSERT OR IGNORE INTO incident(unit,area) VALUES(" U ",9);", "[R07] incident.area");
    refused(f,
            "INSERT OR IGNORE INTO village_profile(village,unit) VALUES('" OFFICE_VILLAGE "'," U
            ");",
            "[R06] village_profile.as_of");
    refused(f, "INSERT OR REPLACE INTO tip(unit,state) VALUES(" U ",NULL);", "[R06] tip.state");
}

static void shell_statement__refused_for_one_row_changes_none(void **state)
{
    struct fixture *f = *state;

    written(f, ROW_1 "INSERT INTO incident(id,unit,area) VALUES(" K2 "," U ",5);");
    refused(f, "UPDATE incident SET area=area+1;", "[R07] incident.area");
    refused(f, "INSERT INTO incident(unit,area) SELECT " U ",area+1 FROM incident;",
            "[R07] incident.area");
    assert_string_equal(
            office_db_text(&f->office, "SELECT group_concat(area) FROM incident"), "1,5");
}

static void shell_import__is_captured_or_refused(void **state)
{
    struct fixture *f = *state;

    write_file(f, "in.csv",
            OFFICE_VILLAGE ",2020-11-01," OFFICE_UNIT ",41,160,2\n" OFFICE_VILLAGE
                           ",2020-12-01," OFFICE_UNIT ",42,161,2\n");
    tool(f, "CREATE VIEW v AS SELECT village,as_of,unit,households,residents,business_households "
            "FROM village_profile; CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT "
            "INTO "
            "village_profile(village,as_of,unit,households,residents,business_households) VALUES("
            "NEW.village,NEW.as_of,NEW.unit,NEW.households,NEW.residents,NEW.business_households); "
            "END;");
    assert_int_equal(f->code, 0);
    for (int i = 0; i < 2; i++) {
        char sql[200];

        snprintf(sql, sizeof(sql), ".mode csv\n.import %s/in.csv v\n", f->office.dir);
        tool(f, sql);
        if (i == 1)
            assert_non_null(strstr(f->words, "row exists: use UPDATE"));
        assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"), 2);
    }
    assert_string_equal(
            office_db_text(&f->office, "SELECT new FROM tq_log WHERE id=2"), "8=42,9=161,10=2,");
}

static void shell_import__into_the_table_itself_is_judged_too(void **state)
{
    struct fixture *f = *state;
    char sql[200];

    /* .import fills all columns with text: an empty void reason is not NULL, so this is refused. */
    write_file(f, "all.csv", OFFICE_UNIT ",2020,,,2020-01-05,2020-01-06,300,01/KH,,open\n");
    snprintf(sql, sizeof(sql), ".mode csv\n.import %s/all.csv emulation_launch\n", f->office.dir);
    tool(f, sql);
    assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM emulation_launch"),
            office_db_int(&f->office, "SELECT count(*) FROM tq_log"));
    assert_true(strstr(f->words, "emulation_launch") != NULL);
}

static void shell_dropped_trigger__is_named_at_the_next_open(void **state)
{
    struct fixture *f = *state;
    struct tq_db_config config = { .path = f->office.path, .role = TQ_ROLE_OFFICE };
    struct tq_db_report report;
    struct tq_error err;

    written(f, ROW_1 "DROP TRIGGER tq_incident_update_9; UPDATE incident SET area=4;");
    office_db_close(&f->office);
    assert_int_equal(tq_db_open(&f->office.db, &config, &report, &err), TQ_OK);
    assert_int_equal(report.triggers_mended, 1);
    assert_string_equal(report.names, "tq_incident_update_9");
    assert_int_equal(office_db_int(&f->office, "SELECT foreign_write FROM tq_state"), 1);
    written(f, "UPDATE incident SET area=5;");
    assert_string_equal(
            office_db_text(&f->office, "SELECT old||new FROM tq_log WHERE cell=9"), "9=4,9=5,");
}

/* Rows that say something else than their log. */
static const char DISAGREE[] =
        "SELECT count(*) FROM incident i WHERE '9='||i.area||',' IS NOT "
        "coalesce((SELECT new FROM tq_log WHERE tbl=28 AND key=i.id AND cell=9 ORDER BY id DESC "
        "LIMIT 1),(SELECT new FROM tq_log WHERE tbl=28 AND key=i.id AND cell=0))";

static void kill_in_the_middle(struct fixture *f, int64_t rows)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        execlp("python3", "python3", "-c",
                "import sqlite3,sys,os\n"
                "c=sqlite3.connect(sys.argv[1],isolation_level=None,timeout=60)\n"
                "while True:\n"
                "  c.execute('BEGIN IMMEDIATE'); k=os.urandom(16)\n"
                "  c.execute('INSERT INTO incident(id,unit,area) VALUES(?,?,1)',(k,sys.argv[2]))\n"
                "  for a in (2,3,4):\n"
                "    c.execute('UPDATE incident SET area=? WHERE id=?',(a,k))\n"
                "  c.execute('COMMIT')\n",
                f->office.path, OFFICE_UNIT, (char *)NULL);
        _exit(127);
    }
    while (office_db_int(&f->office, "SELECT count(*) FROM incident") < rows &&
            waitpid(child, &status, WNOHANG) == 0) {
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void shell_killed_in_a_write__leaves_log_and_data_in_agreement(void **state)
{
    struct fixture *f = *state;

    for (int64_t round = 1; round <= 6; round++) {
        kill_in_the_middle(f, round * 7);
        office_db_close(&f->office);
        office_db_open(&f->office);
        assert_int_equal(office_db_int(&f->office, DISAGREE), 0);
        assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_log"),
                4 * office_db_int(&f->office, "SELECT count(*) FROM incident"));
        assert_int_equal(office_db_int(&f->office, "SELECT count(*) FROM tq_pending"),
                2 * office_db_int(&f->office, "SELECT count(*) FROM incident"));
        assert_string_equal(office_db_text(&f->office, "PRAGMA integrity_check"), "ok");
    }
}

int main(void)
{
#define SHELL(name)                                                                                \
    {                                                                                              \
#name " (sqlite3)", name, set_up_shell, tear_down, NULL                                    \
    }
#define PYTHON(name)                                                                               \
    {                                                                                              \
#name " (python3)", name, set_up_python, tear_down, NULL                                   \
    }
    const struct CMUnitTest tests[] = {
        SHELL(shell_insert_and_update__are_captured_with_the_true_old_value),
        PYTHON(shell_insert_and_update__are_captured_with_the_true_old_value),
        SHELL(shell_replace_and_upsert__are_refused),
        PYTHON(shell_replace_and_upsert__are_refused),
        SHELL(shell_or_clauses__do_not_reach_into_the_log),
        PYTHON(shell_or_clauses__do_not_reach_into_the_log),
        SHELL(shell_statement__refused_for_one_row_changes_none),
        PYTHON(shell_statement__refused_for_one_row_changes_none),
        SHELL(shell_import__is_captured_or_refused),
        SHELL(shell_import__into_the_table_itself_is_judged_too),
        SHELL(shell_dropped_trigger__is_named_at_the_next_open),
        PYTHON(shell_dropped_trigger__is_named_at_the_next_open),
        PYTHON(shell_killed_in_a_write__leaves_log_and_data_in_agreement),
    };
#undef SHELL
#undef PYTHON

    return cmocka_run_group_tests(tests, NULL, NULL);
}

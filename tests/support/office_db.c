#include "office_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sql.h"
#include "tmp.h"

static const char FILL[] =
        "UPDATE tq_flag SET applying=1;"
        "UPDATE tq_state SET unit='" OFFICE_UNIT
        "', device=3, letter='A', incarnation=1, loading=0, seen=7, t_seen=70;"
        "INSERT INTO unit(unit,code,valid_from,level,name) VALUES"
        "('" OFFICE_UNIT "','08779','2004-01-01',3,'Bạch Lưu'),"
        "('08782@2004-01-01','08782','2004-01-01',3,'Hải Lựu');"
        "INSERT INTO unit(unit,code,valid_from,level,name,parent) VALUES"
        "('" OFFICE_VILLAGE "','08779-01','2004-01-01',4,'Thôn 1 (mẫu)','" OFFICE_UNIT "');"
        "INSERT INTO calendar(calendar) VALUES('ADMIN');"
        "INSERT INTO period(period,calendar,code) VALUES('ADMIN/2020-11','ADMIN','2020-11');"
        "INSERT INTO indicator(indicator,code,version) VALUES('hh@1','hh',1);"
        "UPDATE tq_flag SET applying=0;";

static void die(const char *what, const struct tq_error *err)
{
    fprintf(stderr, "office_db: %s: %s\n", what, err->msg);
    exit(1);
}

void office_db_open(struct office_db *office)
{
    struct tq_db_config config = { .path = office->path, .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_error err = { TQ_OK, "" };

    if (tq_db_open(&office->db, &config, NULL, &err) != TQ_OK)
        die("open", &err);
    /* A test needs no disk. */
    if (sql_exec(office->db, "PRAGMA synchronous = OFF", &err) != TQ_OK)
        die("open", &err);
}

void office_db_make(struct office_db *office)
{
    struct tq_error err = { TQ_OK, "" };

    tmp_make(office->dir, sizeof(office->dir));
    snprintf(office->path, sizeof(office->path), "%s/office.db", office->dir);
    office_db_open(office);
    if (sql_exec(office->db, FILL, &err) != TQ_OK)
        die("fill", &err);
}

void office_db_close(struct office_db *office)
{
    tq_db_close(office->db);
    office->db = NULL;
}

void office_db_remove(struct office_db *office)
{
    office_db_close(office);
    tmp_remove(office->dir);
}

int office_db_run(struct office_db *office, const char *sql, char *words, size_t size)
{
    char *message = NULL;
    int code = sqlite3_exec(sql_handle(office->db), sql, NULL, NULL, &message);

    if (words != NULL)
        snprintf(words, size, "%s", message != NULL ? message : "");
    sqlite3_free(message);
    return code;
}

const char *office_db_text(struct office_db *office, const char *sql)
{
    static char text[4096];
    sqlite3_stmt *stmt = NULL;

    text[0] = '\0';
    if (sqlite3_prepare_v2(sql_handle(office->db), sql, -1, &stmt, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(sql_handle(office->db)));
        exit(1);
    }
    if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0) != NULL)
        snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return text;
}

int64_t office_db_int(struct office_db *office, const char *sql)
{
    return strtoll(office_db_text(office, sql), NULL, 10);
}

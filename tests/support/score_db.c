#include "score_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sheet_file.h"
#include "store/sql.h"
#include "tmp.h"

#define FILE_MOST 65536u

static void expect(tq_status rc, const struct tq_error *err, const char *what)
{
    if (rc != TQ_OK)
        fail_msg("%s: %s", what, err->msg);
}

void score_db_sql(struct score_db *s, const char *fmt, ...)
{
    char sql[4000];
    char *words = NULL;
    va_list args;

    va_start(args, fmt);
    vsnprintf(sql, sizeof(sql), fmt, args);
    va_end(args);
    if (sqlite3_exec(sql_handle(s->db), sql, NULL, NULL, &words) != SQLITE_OK)
        fail_msg("%s: %s", sql, words);
}

const char *score_db_text(struct score_db *s, const char *fmt, ...)
{
    char sql[2000];
    char *out = "";
    sqlite3_stmt *stmt = NULL;
    va_list args;

    va_start(args, fmt);
    vsnprintf(sql, sizeof(sql), fmt, args);
    va_end(args);
    if (sqlite3_prepare_v2(sql_handle(s->db), sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(sql_handle(s->db)));
    if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
        size_t len = (size_t)sqlite3_column_bytes(stmt, 0);

        out = tq_arena_alloc(s->arena, len + 1);
        assert_non_null(out);
        memcpy(out, sqlite3_column_blob(stmt, 0), len);
    }
    sqlite3_finalize(stmt);
    return out;
}

int64_t score_db_noon(const char *date)
{
    tq_day day = 0;

    assert_true(tq_day_parse(tq_slice_str(date), &day));
    return tq_day_start_ms(day) + 12 * 3600000;
}

struct tq_slice score_db_file(struct score_db *s, const char *name)
{
    char path[512];
    char *text = tq_arena_alloc(s->arena, FILE_MOST);
    FILE *file;
    size_t len;

    snprintf(path, sizeof(path), "%s/data/sheets/%s", TQ_SOURCE_DIR, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(text);
    len = fread(text, 1, FILE_MOST, file);
    fclose(file);
    return tq_slice_of(text, len);
}

static const char *column_name(const struct tq_table *table, uint32_t id)
{
    int at = tq_table_column(table, id);

    assert_true(at >= 0);
    return table->columns[at].name;
}

/* Parameters: an insert its key, then its columns; an update its columns, then its key. */
static void write_sql(
        struct tq_buf *sql, const struct tq_table *table, const struct tq_change *change)
{
    bool insert = change->cell == TQ_CELL_ROW;

    tq_buf_printf(sql, insert ? "INSERT INTO %s (" : "UPDATE %s SET ", table->name);
    for (uint32_t k = 0; insert && k < table->nkey; k++)
        tq_buf_printf(sql, "%s%s", k > 0 ? ", " : "", table->columns[table->key[k]].name);
    for (uint32_t i = 0; i < change->ncolumns; i++)
        tq_buf_printf(sql,
                insert  ? ", %s"
                : i > 0 ? ", %s = ?"
                        : "%s = ?",
                column_name(table, change->columns[i]));
    for (uint32_t k = 0; !insert && k < table->nkey; k++)
        tq_buf_printf(
                sql, k > 0 ? " AND %s = ?" : " WHERE %s = ?", table->columns[table->key[k]].name);
    for (uint32_t i = 0; insert && i < table->nkey + change->ncolumns; i++)
        tq_buf_printf(sql, i > 0 ? ", ?" : ") VALUES (?");
    tq_buf_append_str(sql, insert ? ")" : "");
    tq_buf_append_u8(sql, 0);
}

static void apply_one(struct score_db *s, const struct tq_change *change)
{
    const struct tq_table *table = tq_catalogue_table(tq_db_catalogue(s->db), change->table);
    struct tq_value keys[TQ_MAX_KEY_COLUMNS];
    bool insert = change->cell == TQ_CELL_ROW;
    struct tq_buf sql;
    sqlite3_stmt *stmt = NULL;
    int at = 0;

    assert_non_null(table);
    assert_true(tq_key_decode(table, change->key, keys));
    tq_buf_init(&sql, 0);
    write_sql(&sql, table, change);
    assert_true(tq_buf_is_ok(&sql));
    if (sqlite3_prepare_v2(sql_handle(s->db), (const char *)sql.data, -1, &stmt, NULL))
        fail_msg("%s: %s", (const char *)sql.data, sqlite3_errmsg(sql_handle(s->db)));
    for (uint32_t k = 0; insert && k < table->nkey; k++)
        sql_bind(stmt, ++at, &keys[k]);
    for (uint32_t i = 0; i < change->ncolumns; i++)
        sql_bind(stmt, ++at, &change->after[i]);
    for (uint32_t k = 0; !insert && k < table->nkey; k++)
        sql_bind(stmt, ++at, &keys[k]);
    if (sqlite3_step(stmt) != SQLITE_DONE)
        fail_msg("%s: %s", (const char *)sql.data, sqlite3_errmsg(sql_handle(s->db)));
    sqlite3_finalize(stmt);
    tq_buf_deinit(&sql);
}

void score_db_apply(struct score_db *s, const struct tq_changes *changes)
{
    for (size_t i = 0; i < changes->n; i++)
        apply_one(s, &changes->changes[i]);
}

static void put_units(struct score_db *s)
{
    score_db_sql(s,
            "INSERT INTO unit (unit, code, valid_from, level, type, name) VALUES"
            " ('253@2009-01-01', '253', '2009-01-01', 2, 'district', 'Sông Lô');"
            "INSERT INTO unit (unit, code, valid_from, level, type, name, parent) VALUES"
            " ('" SCORE_UNIT "', '08779', '2004-01-01', 3, 'commune', 'Bạch Lưu',"
            "  '253@2009-01-01'),"
            " ('v1@2004-01-01', 'v1', '2004-01-01', 4, 'village', 'Thôn 1 (mẫu)', '" SCORE_UNIT
            "'),"
            " ('v2@2004-01-01', 'v2', '2004-01-01', 4, 'village', 'Thôn 2 (mẫu)', '" SCORE_UNIT
            "');"
            "INSERT INTO village_profile (village, as_of, unit, households) VALUES"
            " ('v1@2004-01-01', '2019-01-01', '" SCORE_UNIT "', 200),"
            " ('v2@2004-01-01', '2019-01-01', '" SCORE_UNIT "', 230)");
}

static void put_indicators(struct score_db *s)
{
    static const char *const codes[] = { "households_signed", "addicts_in_scope", "addicts_managed",
        "households_fire_equipped", "households_traffic_signed", "reintegration_in_scope",
        "reintegration_assigned", "reintegration_livelihood", "contacts_due", "contacts_done",
        "reoffended" };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        score_db_sql(s,
                "INSERT INTO indicator (indicator, code, version, nature, source, state) VALUES"
                " ('%s@1', '%s', 1, '%s', 'typed', 'published')",
                codes[i], codes[i], i < 8 ? "stock" : "flow");
}

void score_db_make(struct score_db *s, tq_role role)
{
    struct tq_db_config config = { .path = s->path, .role = role, .create = true };
    struct tq_changes changes;
    struct tq_error err = { TQ_OK, "" };

    memset(s, 0, sizeof(*s));
    tmp_make(s->dir, sizeof(s->dir));
    snprintf(s->path, sizeof(s->path), "%s/score.db", s->dir);
    s->arena = tq_arena_new((size_t)256 << 20);
    assert_non_null(s->arena);
    expect(tq_db_open(&s->db, &config, NULL, &err), &err, "open");
    score_db_sql(s, "PRAGMA synchronous = OFF"); /* a test file need not survive a power cut */
    if (role == TQ_ROLE_OFFICE) /* as when rows come from the district: nothing is captured */
        score_db_sql(s, "UPDATE tq_flag SET applying = 1");
    expect(tq_periods_make(s->db, s->arena, 2019, 2022, 5, SCORE_NOW, tq_slice_str("cán bộ"),
                   &changes, &err),
            &err, "periods");
    score_db_apply(s, &changes);
    put_units(s);
    put_indicators(s);
    expect(tq_sheet_import(s->db, s->arena, score_db_file(s, "5TQ-v1.csv"), true, SCORE_NOW,
                   tq_slice_str("cán bộ"), &changes, &err),
            &err, "sheet");
    score_db_apply(s, &changes);
    expect(tq_facts_sheet(s->db, s->arena, tq_slice_str("5TQ@1"), &s->sheet, &err), &err, "sheet");
}

void score_db_remove(struct score_db *s)
{
    tq_db_close(s->db);
    tq_arena_free(s->arena);
    tmp_remove(s->dir);
}

struct tq_contender score_db_count(struct score_db *s, const char *period)
{
    struct tq_facts_period *found = tq_arena_alloc(s->arena, sizeof(*found));
    struct tq_contender out;
    struct tq_error err = { TQ_OK, "" };

    expect(tq_facts_period(s->db, s->arena, tq_slice_str(period), found, &err), &err, period);
    expect(tq_facts_unit(s->db, s->arena, s->sheet, found, tq_slice_str(SCORE_UNIT), SCORE_NOW,
                   &out, &err),
            &err, period);
    return out;
}

int score_db_set_up(void **state)
{
    struct score_db *s = calloc(1, sizeof(*s));

    score_db_make(s, TQ_ROLE_DISTRICT);
    *state = s;
    return 0;
}

int score_db_set_up_office(void **state)
{
    struct score_db *s = calloc(1, sizeof(*s));

    score_db_make(s, TQ_ROLE_OFFICE);
    *state = s;
    return 0;
}

int score_db_tear_down(void **state)
{
    struct score_db *s = *state;

    score_db_remove(s);
    free(s);
    return 0;
}

const struct tq_count *score_db_at(
        const struct score_db *s, const struct tq_contender *c, const char *code)
{
    return &c->counts[sheet_file_index(s->sheet, code)];
}

/* The rows behind a figure add up to it; a floor of the denominator has none. */
static void expect_rows(
        struct score_db *s, const char *name, const char *code, const struct tq_count *counted)
{
    const struct tq_fact *facts;
    struct tq_facts_period period;
    struct tq_count count;
    struct tq_error err;
    int64_t sums[4] = { 0 };
    size_t n;

    /* What is told of the whole commune is mostly that something is not there; corrections are. */
    if (s->sheet->criteria[sheet_file_index(s->sheet, code)].area == 0 && strcmp(code, "P2") != 0)
        return;
    expect(tq_facts_period(s->db, s->arena, tq_slice_str(name), &period, &err), &err, name);
    expect(tq_facts_behind(s->db, s->arena, s->sheet, &period, tq_slice_str(SCORE_UNIT), SCORE_NOW,
                   tq_slice_str(code), &count, &facts, &n, &err),
            &err, code);
    for (size_t i = 0; i < n; i++) {
        sums[facts[i].part] += facts[i].amount;
        if (facts[i].table == NULL || facts[i].key.len == 0)
            fail_msg("%s %s: a fact of no row", name, code);
    }
    if (sums[TQ_FACT_N] != counted->n || sums[TQ_FACT_D] > counted->d ||
            sums[TQ_FACT_X] != counted->x || count.n != counted->n || count.d != counted->d)
        fail_msg("%s %s: rows give %d/%d, %d, not %d/%d, %d", name, code, (int)sums[TQ_FACT_N],
                (int)sums[TQ_FACT_D], (int)sums[TQ_FACT_X], (int)counted->n, (int)counted->d,
                (int)counted->x);
}

void score_db_expect_nd(
        struct score_db *s, const char *period, const char *code, int64_t n, int64_t d)
{
    struct tq_contender c = score_db_count(s, period);

    if (score_db_at(s, &c, code)->n != n || score_db_at(s, &c, code)->d != d)
        fail_msg("%s %s: %d/%d, not %d/%d", period, code, (int)score_db_at(s, &c, code)->n,
                (int)score_db_at(s, &c, code)->d, (int)n, (int)d);
    expect_rows(s, period, code, score_db_at(s, &c, code));
}

void score_db_expect_n(struct score_db *s, const char *period, const char *code, int64_t n)
{
    score_db_expect_nd(s, period, code, n, 0);
}

void score_db_neighbours(struct score_db *s)
{
    score_db_sql(s, "INSERT INTO unit (unit, code, level, type, name, parent) SELECT"
                    " '08773@2004-01-01', '08773', 3, 'commune', 'Lãng Công', parent FROM unit"
                    " WHERE unit = '" SCORE_UNIT "'");
    score_db_sql(s, "INSERT INTO unit (unit, code, level, type, name, parent) VALUES"
                    " ('076@2004-01-01', '076', 2, 'district', 'Sơn Dương', NULL),"
                    " ('02632@2004-01-01', '02632', 3, 'commune', 'Trường Sinh', '076@2004-01-01'),"
                    " ('v9@2004-01-01', 'v9', 4, 'village', 'Thôn 9 (mẫu)', '02632@2004-01-01')");
}

void score_db_incident(struct score_db *s, int area, const char *category, const char *on)
{
    score_db_sql(s,
            "INSERT INTO incident (unit, area, category, occurred_on, reconciled) VALUES"
            " ('" SCORE_UNIT "', %d, '%s', '%s', 1)",
            area, category, on);
}

void score_db_figure(struct score_db *s, const char *village, const char *period, const char *code,
        int value, const char *state)
{
    score_db_sql(s,
            "INSERT INTO village_return (village, period, indicator, unit, value, source, state)"
            " VALUES ('%s@2004-01-01', 'ADMIN/%s', '%s@1', '" SCORE_UNIT "', %d, 'typed', '%s')",
            village, period, code, value, state);
}

void score_db_activity(struct score_db *s, const char *kind, const char *planned, const char *held,
        const char *state)
{
    score_db_sql(s,
            "INSERT INTO activity (unit, kind, planned_on, held_on, state) VALUES"
            " ('" SCORE_UNIT "', '%s', nullif('%s', ''), nullif('%s', ''), '%s')",
            kind, planned, held, state);
}

void score_db_report(struct score_db *s, const char *type, const char *period, const char *received)
{
    score_db_sql(s,
            "INSERT INTO report (unit, type, period, submitted_at, received_at, state) VALUES"
            " ('" SCORE_UNIT "', '%s', '%s', %lld, %lld, 'sent')",
            type, period, (long long)score_db_noon(received), (long long)score_db_noon(received));
}

void score_db_model(
        struct score_db *s, const char *village, const char *launched, const char *state)
{
    score_db_sql(s,
            "INSERT INTO model (unit, kind, village, launched_on, state) VALUES"
            " ('" SCORE_UNIT "', 'pilot', '%s@2004-01-01', '%s', '%s')",
            village, launched, state);
}

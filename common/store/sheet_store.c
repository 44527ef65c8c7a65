#include "tuquan/sheet_store.h"

#include <stdio.h>
#include <string.h>

#include "store/change_list.h"
#include "store/sql.h"
#include "tuquan/calendar.h"
#include "tuquan/facts.h"
#include "tuquan/sheet.h"

#define MOST_YEARS 50 /* at once */
#define FIRST_YEAR 1990
#define LAST_YEAR 2099   /* a period stays for good: no row of this table is deleted */
#define YEAR_DUE_DAYS 15 /* 30/11, by the circular */

static tq_status has_row(
        struct tq_db *db, const char *sql, struct tq_slice key, bool *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(db, &stmt, sql, err);

    *out = false;
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, key);
    rc = sql_step(db, stmt, out, err);
    if (rc == TQ_OK && *out)
        sql_done(stmt);
    return rc;
}

bool tq_sheet_key_split(struct tq_slice key, struct tq_slice *code, int64_t *version)
{
    size_t at = 0;

    *version = 0;
    while (at < key.len && key.data[at] != '@')
        at++;
    *code = tq_slice_of(key.data, at);
    for (size_t i = at + 1; i < key.len; i++) {
        if (key.data[i] < '0' || key.data[i] > '9' || *version > 999)
            return false;
        *version = *version * 10 + (key.data[i] - '0');
    }
    return at > 0 && *version > 0;
}

static tq_status finish(struct change_list *list, struct tq_changes *out)
{
    *out = (struct tq_changes){ list->n, list->changes };
    return list->status;
}

static const char *kind_of(const struct tq_sheet *sheet, const struct tq_criterion_row *row)
{
    int at = tq_sheet_find(sheet, row->code);

    if (tq_slice_equal(row->formula, tq_slice_str("AREA")))
        return "area";
    if (tq_slice_equal(row->formula, tq_slice_str("CAP")))
        return "cap";
    if (row->area > 0)
        return "item";
    return at >= 0 && sheet->criteria[at].penalty ? "penalty" : "bonus";
}

static void put_criterion(struct change_list *list, const struct tq_sheet *sheet,
        const struct tq_criterion_row *row, int64_t sort)
{
    struct tq_buf key;
    bool law = row->basis.len > 0;

    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    tq_buf_append_slice(&key, sheet->key);
    tq_buf_append_str(&key, "/");
    tq_buf_append_slice(&key, row->code);
    change_list_row(list, "criterion");
    change_list_text(list, "criterion", change_list_keep_buf(list, &key));
    change_list_text(list, "sheet", sheet->key);
    change_list_text(list, "code", row->code);
    change_list_str(list, "kind", kind_of(sheet, row));
    if (row->area > 0)
        change_list_int(list, "area", row->area);
    change_list_text(list, "name", row->name);
    change_list_int(list, "max_points_c", row->max_c);
    change_list_text(list, "formula", row->formula);
    change_list_text(list, "params", row->parameters);
    change_list_str(list, "origin", law ? "law" : "local");
    change_list_int(list, "sort", sort);
    change_list_insert(list);
}

tq_status tq_sheet_of_period(struct tq_db *db, struct tq_arena *arena, struct tq_slice period,
        struct tq_slice *out, struct tq_error *err)
{
    static const char sql[] =
            "SELECT sheet FROM (SELECT sheet, 0 AS turn, state = 'published' AS holds,"
            " published_at AS at, version FROM ranking WHERE period = ?1 AND voided_at IS NULL"
            " UNION ALL SELECT sheet, 1, 1, published_at, version FROM scoring_sheet"
            " WHERE state = 'published' AND voided_at IS NULL)"
            " ORDER BY turn, holds DESC, at DESC, version DESC, sheet DESC LIMIT 1";
    sqlite3_stmt *stmt = NULL;
    struct tq_slice key;
    uint8_t *copy;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt, sql, err);

    *out = tq_slice_of(NULL, 0);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, period);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_phrase(err, TQ_NOT_COMPLETE, TQ_PHRASE_NO_SHEET);
    key = sql_bytes(stmt, 0);
    copy = tq_arena_copy(arena, key.data, key.len);
    *out = tq_slice_of(copy, copy != NULL ? key.len : 0);
    sql_done(stmt);
    return copy != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "sheet");
}

tq_status tq_sheet_import(struct tq_db *db, struct tq_arena *arena, struct tq_slice csv,
        bool publish, int64_t now_ms, struct tq_slice author, struct tq_changes *out,
        struct tq_error *err)
{
    const struct tq_criterion_row *rows = NULL;
    const struct tq_sheet *parsed = NULL;
    struct tq_sheet_row sheet;
    struct change_list list;
    struct tq_slice code;
    int64_t version = 0;
    bool exists = false;
    size_t nrows = 0;
    tq_status rc = tq_sheet_read_csv(csv, arena, &sheet, &rows, &nrows, err);

    *out = (struct tq_changes){ 0, NULL };
    if (rc == TQ_OK)
        rc = tq_sheet_parse(&parsed, arena, &sheet, rows, nrows, err);
    if (rc == TQ_OK && !tq_sheet_key_split(sheet.key, &code, &version))
        rc = tq_error_set(err, TQ_INVALID, "%s %.*s: %s CODE@VERSION", tq_phrase(TQ_PHRASE_SHEET),
                (int)sheet.key.len, (const char *)sheet.key.data, tq_phrase(TQ_PHRASE_MUST_BE));
    if (rc == TQ_OK)
        rc = has_row(db, "SELECT 1 FROM scoring_sheet WHERE sheet = ?1", sheet.key, &exists, err);
    if (rc == TQ_OK && exists)
        rc = tq_error_set(err, TQ_IMMUTABLE, "%s %.*s", tq_phrase(TQ_PHRASE_SHEET),
                (int)sheet.key.len, (const char *)sheet.key.data);
    if (rc != TQ_OK)
        return rc;
    change_list_init(&list, tq_db_catalogue(db), arena, now_ms, author, err);
    change_list_row(&list, "scoring_sheet");
    change_list_text(&list, "sheet", sheet.key);
    change_list_text(&list, "code", code);
    change_list_int(&list, "version", version);
    change_list_text(&list, "name", sheet.name);
    change_list_text(&list, "basis", sheet.basis);
    change_list_text(&list, "params", sheet.parameters);
    change_list_str(&list, "state", publish ? "published" : "draft");
    if (publish)
        change_list_int(&list, "published_at", now_ms);
    change_list_insert(&list);
    for (size_t i = 0; i < nrows; i++)
        put_criterion(&list, parsed, &rows[i], (int64_t)i + 1);
    return finish(&list, out);
}

tq_status tq_sheet_publish(struct tq_db *db, struct tq_arena *arena, struct tq_slice key,
        int64_t now_ms, struct tq_slice author, struct tq_changes *out, struct tq_error *err)
{
    const struct tq_sheet *parsed = NULL;
    struct change_list list;
    bool draft = false;
    tq_status rc = tq_facts_sheet(db, arena, key, &parsed, err);

    *out = (struct tq_changes){ 0, NULL };
    if (rc == TQ_OK)
        rc = has_row(db, "SELECT 1 FROM scoring_sheet WHERE sheet = ?1 AND state = 'draft'", key,
                &draft, err);
    if (rc == TQ_OK && !draft)
        rc = tq_error_set(err, TQ_IMMUTABLE, "%s %.*s", tq_phrase(TQ_PHRASE_SHEET), (int)key.len,
                (const char *)key.data);
    if (rc != TQ_OK)
        return rc;
    change_list_init(&list, tq_db_catalogue(db), arena, now_ms, author, err);
    change_list_row(&list, "scoring_sheet");
    change_list_text(&list, "sheet", parsed->key);
    change_list_before(&list, "state", tq_value_str("draft"));
    change_list_str(&list, "state", "published");
    change_list_update(&list, "state");
    change_list_int(&list, "published_at", now_ms);
    change_list_update(&list, "published_at");
    return finish(&list, out);
}

struct calendar_facts {
    tq_calendar calendar;
    const char *name;
    const char *basis;
    const char *valid_from;
    const char *valid_to;
    const char *year_starts;
    const char *year_ends;
    int64_t twice;
};

static const struct calendar_facts calendars[] = {
    { TQ_CALENDAR_ADMIN, "Kỳ thống kê hành chính", "NĐ 09/2019/NĐ-CP", "2019-01-01", NULL, "12-15",
            "12-14", 0 },
    { TQ_CALENDAR_VILLAGE, "Năm của thôn", "TT 124/2021/TT-BCA", "2022-02-10", NULL, "11-01",
            "10-31", 0 },
    { TQ_CALENDAR_COMMUNE, "Năm của xã", "TT 124/2021/TT-BCA", "2022-02-10", NULL, "11-16", "11-15",
            0 },
    { TQ_CALENDAR_TT23, "Năm xét công nhận (trước 10/02/2022)", "TT 23/2012/TT-BCA", "2012-01-01",
            "2022-02-09", "11-30", "11-30", 1 },
};

static tq_status put_calendar(struct tq_db *db, struct change_list *list,
        const struct calendar_facts *facts, struct tq_error *err)
{
    const char *code = tq_calendar_code(facts->calendar);
    bool exists = false;
    tq_status rc = has_row(
            db, "SELECT 1 FROM calendar WHERE calendar = ?1", tq_slice_str(code), &exists, err);

    if (rc != TQ_OK || exists)
        return rc;
    change_list_row(list, "calendar");
    change_list_str(list, "calendar", code);
    change_list_str(list, "name", facts->name);
    change_list_str(list, "basis", facts->basis);
    change_list_str(list, "valid_from", facts->valid_from);
    if (facts->valid_to != NULL)
        change_list_str(list, "valid_to", facts->valid_to);
    if (facts->calendar == TQ_CALENDAR_ADMIN)
        change_list_int(list, "month_starts_day", 15);
    change_list_str(list, "year_starts", facts->year_starts);
    change_list_str(list, "year_ends", facts->year_ends);
    change_list_int(list, "boundary_twice", facts->twice);
    change_list_insert(list);
    return list->status;
}

static struct tq_value day_value(struct change_list *list, tq_day day)
{
    char text[TQ_DAY_TEXT];

    tq_day_print(day, text);
    return change_list_keep(list, tq_value_str(text));
}

static tq_status put_period(struct tq_db *db, struct change_list *list,
        const struct tq_period *period, int due_days, struct tq_error *err)
{
    static const char *const kinds[] = { "month", "quarter", "half", "year" };
    bool village = period->calendar == TQ_CALENDAR_VILLAGE;
    struct tq_window window =
            tq_period_window(period, village ? TQ_LEVEL_VILLAGE : TQ_LEVEL_COMMUNE);
    struct tq_value key;
    char text[TQ_PERIOD_TEXT];
    bool exists = false;
    tq_status rc;

    tq_period_print(period, text);
    rc = has_row(db, "SELECT 1 FROM period WHERE period = ?1", tq_slice_str(text), &exists, err);
    if (rc != TQ_OK || exists)
        return rc;
    key = change_list_keep(list, tq_value_str(text));
    change_list_row(list, "period");
    change_list_set(list, "period", key);
    change_list_str(list, "calendar", tq_calendar_code(period->calendar));
    if (key.s.data != NULL) {
        size_t slash = strlen(tq_calendar_code(period->calendar)) + 1;

        change_list_text(list, "code", tq_slice_of(key.s.data + slash, key.s.len - slash));
    }
    change_list_str(list, "kind", kinds[period->kind]);
    change_list_set(list, "starts_on", day_value(list, window.first));
    change_list_set(list, "ends_on", day_value(list, window.last));
    if (period->calendar == TQ_CALENDAR_COMMUNE)
        change_list_int(list, "due_at", tq_day_start_ms(window.last + YEAR_DUE_DAYS + 1) - 1);
    else if (period->kind == TQ_PERIOD_MONTH || period->kind == TQ_PERIOD_QUARTER)
        change_list_int(list, "due_at", tq_day_start_ms(window.last + due_days + 1) - 1);
    change_list_insert(list);
    return list->status;
}

tq_status tq_periods_make(struct tq_db *db, struct tq_arena *arena, int first, int last,
        int due_days, int64_t now_ms, struct tq_slice author, struct tq_changes *out,
        struct tq_error *err)
{
    struct change_list list;
    tq_status rc = TQ_OK;

    *out = (struct tq_changes){ 0, NULL };
    if (first < FIRST_YEAR || last > LAST_YEAR || last < first || last - first >= MOST_YEARS)
        return tq_error_set(err, TQ_RANGE, "%s %d..%d (%d..%d)", tq_phrase(TQ_PHRASE_YEARS), first,
                last, FIRST_YEAR, LAST_YEAR);
    change_list_init(&list, tq_db_catalogue(db), arena, now_ms, author, err);
    for (size_t i = 0; rc == TQ_OK && i < sizeof(calendars) / sizeof(calendars[0]); i++)
        rc = put_calendar(db, &list, &calendars[i], err);
    for (int year = first; rc == TQ_OK && year <= last; year++) {
        struct tq_period periods[TQ_PERIODS_A_YEAR];
        size_t n = tq_periods_of_year(year, periods);

        for (size_t i = 0; rc == TQ_OK && i < n; i++)
            rc = put_period(db, &list, &periods[i], due_days, err);
    }
    return rc != TQ_OK ? rc : finish(&list, out);
}

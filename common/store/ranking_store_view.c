/* Rankings out of their rows, and published ones computed again. */
#include <stdio.h>
#include <string.h>

#include "store/ranking_store_internal.h"
#include "store/sql.h"
#include "tuquan/tally.h"

#define MOST_LINES 20000u

bool ranking_hash_row(
        struct tq_hasher *hasher, const struct tq_table *table, const struct tq_value *values)
{
    struct tq_buf buf;
    bool ok;
    int unit = tq_table_column_find(table, "unit");

    tq_buf_init(&buf, 0);
    if (unit >= 0)
        tq_value_encode(&buf, &values[unit]);
    for (size_t i = 0; i < table->ncolumns; i++) {
        if (table->columns[i].id >= RANKING_FIRST_FACT)
            tq_value_encode(&buf, &values[i]);
    }
    ok = tq_buf_is_ok(&buf);
    tq_hash_add_slice(hasher, tq_buf_slice(&buf));
    tq_buf_deinit(&buf);
    return ok;
}

static bool is_signed_apart(const struct tq_column *column)
{
    return strcmp(column->name, "state") == 0 || strcmp(column->name, "signature") == 0 ||
           strcmp(column->name, "rows_hash") == 0;
}

bool ranking_hash_head(uint8_t *out, const struct tq_table *table, const struct tq_value *values)
{
    struct tq_hasher hasher;
    struct tq_buf buf;
    bool ok;

    tq_buf_init(&buf, 0);
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (tq_table_is_key(table, (uint32_t)i) ||
                (column->id >= RANKING_FIRST_FACT && !is_signed_apart(column)))
            tq_value_encode(&buf, &values[i]);
    }
    ok = tq_buf_is_ok(&buf);
    tq_hash_init(&hasher, "tuquan ranking head 1", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, tq_buf_slice(&buf));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
    tq_buf_deinit(&buf);
    return ok;
}

void ranking_signed_hash(uint8_t *out, const uint8_t *head_hash, const uint8_t *rows_hash)
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan ranking 2", TQ_HASH_BYTES);
    tq_hash_add(&hasher, head_hash, TQ_HASH_BYTES);
    tq_hash_add(&hasher, rows_hash, TQ_HASH_BYTES);
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

void tq_ranking_signed_hash(uint8_t *out, const struct tq_ranking_view *view)
{
    ranking_signed_hash(out, view->head_hash, view->found_hash);
}

static bool keep(struct tq_arena *arena, struct tq_slice from, struct tq_slice *out)
{
    uint8_t *copy = tq_arena_alloc(arena, from.len + 1);

    if (copy == NULL)
        return false;
    if (from.len > 0)
        memcpy(copy, from.data, from.len);
    *out = tq_slice_of(copy, from.len);
    return true;
}

static void take_hash(uint8_t *out, struct tq_slice bytes)
{
    if (bytes.len == TQ_HASH_BYTES)
        memcpy(out, bytes.data, TQ_HASH_BYTES);
}

/* The newest version of the newest published sheet, unless told. */
static const char head_sql[] =
        "SELECT sheet, version, state, published_at, input_hash, engine_version, units_due,"
        " units_scored, missing_units, decision_no, differences, rows_hash, signature"
        " FROM ranking WHERE period = ?1 AND (?2 IS NULL OR sheet = ?2)"
        " AND (?3 = 0 OR version = ?3) AND voided_at IS NULL"
        " ORDER BY state = 'published' DESC, published_at DESC, version DESC LIMIT 1";

static tq_status read_head(struct tq_db *db, struct tq_arena *arena, struct tq_slice sheet,
        uint32_t version, struct tq_ranking_view *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    bool ok;
    tq_status rc = sql_prepare(db, &stmt, head_sql, err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, out->period);
    sql_bind_text(stmt, 2, sheet.len > 0 ? sheet : tq_slice_of(NULL, 0));
    sql_bind_int(stmt, 3, version);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_set(err, TQ_NOT_FOUND,
                version > 0 ? "ranking %.*s%s%.*s %u" : "ranking %.*s%s%.*s", (int)out->period.len,
                (const char *)out->period.data, sheet.len > 0 ? " " : "", (int)sheet.len,
                sheet.len > 0 ? (const char *)sheet.data : "", (unsigned)version);
    ok = keep(arena, sql_bytes(stmt, 0), &out->sheet);
    out->version = (uint32_t)sql_int(stmt, 1);
    ok = ok && keep(arena, sql_bytes(stmt, 2), &out->state);
    out->published_at = sql_int(stmt, 3);
    take_hash(out->input_hash, sql_bytes(stmt, 4));
    ok = ok && keep(arena, sql_bytes(stmt, 5), &out->engine);
    out->units_due = (uint32_t)sql_int(stmt, 6);
    out->units_scored = (uint32_t)sql_int(stmt, 7);
    ok = ok && keep(arena, sql_bytes(stmt, 8), &out->missing_units) &&
         keep(arena, sql_bytes(stmt, 9), &out->decision_no) &&
         keep(arena, sql_bytes(stmt, 10), &out->differences) &&
         keep(arena, sql_bytes(stmt, 12), &out->signature);
    take_hash(out->rows_hash, sql_bytes(stmt, 11));
    sql_done(stmt);
    return ok ? TQ_OK : tq_error_set(err, TQ_NOMEM, "ranking");
}

/* The version's own facts, as one hash. */
static tq_status hash_head(struct tq_db *db, struct tq_ranking_view *out, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_db_catalogue(db), "ranking");
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    bool row = false;
    tq_status rc;

    tq_buf_init(&sql, 0);
    tq_buf_append_str(&sql, "SELECT ");
    for (size_t i = 0; i < table->ncolumns; i++)
        tq_buf_printf(&sql, "%s%s", i > 0 ? ", " : "", table->columns[i].name);
    tq_buf_append_str(&sql, " FROM ranking WHERE period = ?1 AND sheet = ?2 AND version = ?3");
    tq_buf_append_u8(&sql, 0);
    rc = tq_buf_is_ok(&sql) ? sql_prepare(db, &stmt, (const char *)sql.data, err)
                            : tq_error_set(err, TQ_NOMEM, "ranking");
    tq_buf_deinit(&sql);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, out->period);
    sql_bind_text(stmt, 2, out->sheet);
    sql_bind_int(stmt, 3, out->version);
    rc = sql_step(db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    for (size_t i = 0; i < table->ncolumns; i++)
        values[i] = sql_value(stmt, (int)i);
    if (!ranking_hash_head(out->head_hash, table, values))
        rc = tq_error_set(err, TQ_NOMEM, "ranking");
    sql_done(stmt);
    return rc;
}

/* "SELECT <all columns>, <name of the unit> FROM ranking_row ..." from the catalogue. */
static void rows_sql(struct tq_buf *sql, const struct tq_table *table)
{
    tq_buf_append_str(sql, "SELECT ");
    for (size_t i = 0; i < table->ncolumns; i++)
        tq_buf_printf(sql, "t.%s, ", table->columns[i].name);
    tq_buf_append_str(sql,
            "(SELECT coalesce(u.full_name, u.name) FROM unit AS u WHERE u.unit = t.unit) FROM "
            "ranking_row AS t"
            " WHERE t.period = ?1 AND t.sheet = ?2 AND t.version = ?3 AND t.voided_at IS NULL"
            " ORDER BY t.place, t.unit");
    tq_buf_append_u8(sql, 0);
}

static const struct tq_value *value_of(
        const struct tq_table *table, const struct tq_value *values, const char *name)
{
    int at = tq_table_column_find(table, name);

    return &values[at >= 0 ? at : 0];
}

static tq_place place_of(struct tq_slice status, int64_t rank)
{
    if (tq_slice_equal(status, tq_slice_str("not_received")))
        return TQ_PLACE_NOT_SENT;
    if (tq_slice_equal(status, tq_slice_str("insufficient")))
        return TQ_PLACE_NOT_ENOUGH;
    return rank > 0 ? TQ_PLACE_RANKED : TQ_PLACE_LAST;
}

static bool fill_line(struct tq_arena *arena, const struct tq_table *table,
        const struct tq_value *v, struct tq_slice name, struct tq_ranking_line *out)
{
    static const char *const areas[TQ_MAX_AREAS] = { "area1_c", "area2_c", "area3_c", "area4_c",
        "area5_c" };

    out->order = (uint32_t)value_of(table, v, "place")->i;
    out->rank = (uint32_t)value_of(table, v, "rank")->i;
    out->place = place_of(value_of(table, v, "status")->s, out->rank);
    out->shared = value_of(table, v, "shared")->i != 0;
    out->provisional = value_of(table, v, "provisional")->i != 0;
    out->final_c = value_of(table, v, "final_c")->i;
    out->base_c = value_of(table, v, "base_c")->i;
    out->bonus_c = value_of(table, v, "bonus_c")->i;
    out->penalty_c = value_of(table, v, "penalty_c")->i;
    for (size_t a = 0; a < 5; a++) {
        const struct tq_value *area = value_of(table, v, areas[a]);

        out->area_c[a + 1] = area->i;
        out->area_left_out[a + 1] = area->type == TQ_NULL;
    }
    (void)tq_grade_parse(value_of(table, v, "grade")->s, &out->grade);
    out->coverage_c = (uint32_t)value_of(table, v, "coverage_c")->i;
    take_hash(out->input_hash, value_of(table, v, "input_hash")->s);
    return keep(arena, value_of(table, v, "unit")->s, &out->unit) &&
           keep(arena, name, &out->name) &&
           keep(arena, value_of(table, v, "caps")->s, &out->caps) &&
           keep(arena, value_of(table, v, "tie_reason")->s, &out->tie) &&
           keep(arena, value_of(table, v, "items")->s, &out->items) &&
           keep(arena, value_of(table, v, "adjustments")->s, &out->adjustments);
}

static tq_status read_lines(struct tq_db *db, struct tq_arena *arena, sqlite3_stmt *stmt,
        const struct tq_table *table, struct tq_ranking_view *out, struct tq_error *err)
{
    struct tq_ranking_line *lines = tq_arena_array(arena, out->units_due + 1u, sizeof(*lines));
    struct tq_hasher hasher;
    bool row = false;
    tq_status rc = lines != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "ranking");

    tq_hash_init(&hasher, RANKING_ROWS_DOMAIN, TQ_HASH_BYTES);
    while (rc == TQ_OK) {
        struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };

        rc = sql_step(db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        for (size_t i = 0; i < table->ncolumns; i++)
            values[i] = sql_value(stmt, (int)i);
        if (out->nlines >= out->units_due)
            rc = tq_error_set(err, TQ_CORRUPT, "ranking has more than %u rows", out->units_due);
        else if (!fill_line(arena, table, values, sql_bytes(stmt, (int)table->ncolumns),
                         &lines[out->nlines]) ||
                 !ranking_hash_row(&hasher, table, values))
            rc = tq_error_set(err, TQ_NOMEM, "ranking");
        if (rc != TQ_OK) {
            sql_done(stmt);
            break;
        }
        out->nlines++;
    }
    tq_hash_final(&hasher, out->found_hash, TQ_HASH_BYTES);
    out->lines = lines;
    return rc;
}

tq_status tq_ranking_load(struct tq_db *db, struct tq_arena *arena, struct tq_slice period,
        struct tq_slice sheet, uint32_t version, struct tq_ranking_view *out, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_db_catalogue(db), "ranking_row");
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    if (table == NULL || !keep(arena, period, &out->period))
        return tq_error_set(err, TQ_NOMEM, "ranking");
    rc = read_head(db, arena, sheet, version, out, err);
    if (rc == TQ_OK)
        rc = hash_head(db, out, err);
    if (rc != TQ_OK)
        return rc;
    if (out->units_due > MOST_LINES)
        return tq_error_set(err, TQ_CORRUPT, "ranking of %u units", out->units_due);
    tq_buf_init(&sql, 0);
    rows_sql(&sql, table);
    rc = tq_buf_is_ok(&sql) ? sql_prepare(db, &stmt, (const char *)sql.data, err)
                            : tq_error_set(err, TQ_NOMEM, "ranking");
    tq_buf_deinit(&sql);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, out->period);
    sql_bind_text(stmt, 2, out->sheet);
    sql_bind_int(stmt, 3, out->version);
    return read_lines(db, arena, stmt, table, out, err);
}

tq_status ranking_published_of_view(struct tq_arena *arena, const struct tq_ranking_view *view,
        struct tq_published **out, struct tq_error *err)
{
    struct tq_published *rows = tq_arena_array(arena, view->nlines + 1, sizeof(*rows));

    *out = rows;
    if (rows == NULL)
        return tq_error_set(err, TQ_NOMEM, "ranking");
    for (size_t i = 0; i < view->nlines; i++) {
        const struct tq_ranking_line *line = &view->lines[i];

        rows[i] = (struct tq_published){ line->unit, line->rank, line->final_c, line->grade,
            line->place, { 0 } };
        memcpy(rows[i].area_c, line->area_c, sizeof(rows[i].area_c));
    }
    return TQ_OK;
}

/* Of the day of publishing nobody knows which votes were there: what was frozen tells. With all of
 * that day, and with one less as long as the result is another one; where none is the frozen one,
 * with all. */
static tq_status make_as_then(struct tq_db *db, struct tq_arena *arena,
        const struct tq_ranking_view *view, const struct tq_sheet *sheet, tq_period_kind kind,
        const struct tq_contender *contenders, struct tq_ranking_check *out, struct tq_error *err)
{
    const struct tq_vote *votes = NULL;
    const struct tq_vote *before = NULL;
    const struct tq_ranking *made = NULL;
    size_t nvotes = 0;
    size_t nbefore = 0;
    tq_status rc = tq_facts_votes(
            db, arena, view->period, view->sheet, view->published_at, &votes, &nvotes, err);

    if (rc == TQ_OK)
        rc = tq_facts_votes(db, arena, view->period, view->sheet,
                tq_day_start_ms(tq_day_of_instant(view->published_at)) - 1, &before, &nbefore, err);
    for (size_t n = nvotes; rc == TQ_OK && !out->same; n--) {
        rc = tq_ranking_make(
                &made, arena, sheet, view->period, kind, contenders, view->nlines, votes, n, err);
        if (rc != TQ_OK)
            break;
        out->same = memcmp(made->input_hash, out->stored, TQ_HASH_BYTES) == 0;
        if (out->same || out->ranking == NULL)
            out->ranking = made;
        if (n <= nbefore || n == 0)
            break;
    }
    if (rc == TQ_OK)
        memcpy(out->found, out->ranking->input_hash, TQ_HASH_BYTES);
    return rc;
}

tq_status tq_ranking_recompute(struct tq_db *db, struct tq_arena *arena, struct tq_slice period,
        struct tq_slice sheet, uint32_t version, struct tq_ranking_check *out, struct tq_error *err)
{
    struct tq_ranking_view *view = tq_arena_alloc(arena, sizeof(*view));
    struct tq_facts_period window;
    const struct tq_sheet *parsed = NULL;
    struct tq_contender *contenders;
    bool rested;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    if (view == NULL)
        return tq_error_set(err, TQ_NOMEM, "ranking");
    rc = tq_ranking_load(db, arena, period, sheet, version, view, err);
    if (rc != TQ_OK)
        return rc;
    memcpy(out->stored, view->input_hash, TQ_HASH_BYTES);
    if (!tq_slice_equal(view->engine, tq_slice_str(TQ_RANKING_ENGINE_TEXT)))
        return tq_error_set(err, TQ_VERSION, "engine %.*s, ours is " TQ_RANKING_ENGINE_TEXT,
                (int)view->engine.len, (const char *)view->engine.data);
    contenders = tq_arena_array(arena, view->nlines + 1, sizeof(*contenders));
    if (contenders == NULL)
        return tq_error_set(err, TQ_NOMEM, "ranking");
    rc = tq_facts_period(db, arena, view->period, &window, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, arena, view->sheet, &parsed, err);
    rested = tq_tally_rest(db, true);
    for (size_t i = 0; rc == TQ_OK && i < view->nlines; i++)
        rc = tq_facts_unit(db, arena, parsed, &window, view->lines[i].unit, view->published_at,
                &contenders[i], err);
    (void)tq_tally_rest(db, rested);
    return rc == TQ_OK
                   ? make_as_then(db, arena, view, parsed, window.period.kind, contenders, out, err)
                   : rc;
}

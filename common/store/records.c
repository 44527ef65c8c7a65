/* records.c - The writing half of records.h: judge, insert, update, void. */
#include "tuquan/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/records_internal.h"
#include "tuquan/calendar.h"
#include "tuquan/intake.h"
#include "tuquan/mem.h"

tq_status tq_records_new(struct tq_records **out, struct tq_db *db,
        const struct tq_catalogue *catalogue, const char *author, struct tq_error *err)
{
    struct tq_records *records = tq_mem_zalloc(sizeof(*records));
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc;

    *out = NULL;
    if (records == NULL)
        return tq_error_set(err, TQ_NOMEM, "records");
    records->db = db;
    records->catalogue = catalogue;
    snprintf(records->author, sizeof(records->author), "%s", author != NULL ? author : "");
    rc = sql_prepare(db, &stmt, "SELECT unit, letter FROM tq_state", err);
    if (rc == TQ_OK)
        rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        struct tq_slice unit = sql_bytes(stmt, 0);
        struct tq_slice letter = sql_bytes(stmt, 1);

        snprintf(records->unit, sizeof(records->unit), "%.*s", (int)unit.len,
                unit.len > 0 ? (const char *)unit.data : "");
        snprintf(records->letter, sizeof(records->letter), "%.*s", (int)letter.len,
                letter.len > 0 ? (const char *)letter.data : "A");
        sql_done(stmt);
    }
    if (rc != TQ_OK) {
        tq_mem_free(records);
        return rc;
    }
    *out = records;
    return TQ_OK;
}

tq_status tq_records_new_reading(struct tq_records **out, struct tq_db *db,
        const struct tq_catalogue *catalogue, struct tq_error *err)
{
    struct tq_records *records = tq_mem_zalloc(sizeof(*records));

    *out = records;
    if (records == NULL)
        return tq_error_set(err, TQ_NOMEM, "records");
    records->db = db;
    records->catalogue = catalogue;
    records->district = true;
    return TQ_OK;
}

void tq_records_free(struct tq_records *records)
{
    if (records == NULL)
        return;
    tq_records_rollback(records);
    tq_mem_free(records);
}

void tq_records_set_author(struct tq_records *records, const char *author)
{
    snprintf(records->author, sizeof(records->author), "%s", author);
}

struct tq_slice tq_records_author(const struct tq_records *records)
{
    return tq_slice_str(records->author);
}

struct tq_slice tq_records_unit(const struct tq_records *records)
{
    return tq_slice_str(records->unit);
}

static tq_status begin(struct tq_records *records, struct tq_error *err)
{
    tq_status rc = tq_db_begin(records->db, err);

    if (rc == TQ_OK)
        rc = tq_db_set_author(records->db, tq_slice_str(records->author), err);
    return rc;
}

tq_status tq_records_begin(struct tq_records *records, struct tq_error *err)
{
    tq_status rc = begin(records, err);

    records->in_batch = rc == TQ_OK;
    if (rc != TQ_OK)
        tq_db_rollback(records->db);
    return rc;
}

tq_status tq_records_commit(struct tq_records *records, struct tq_error *err)
{
    records->in_batch = false;
    return tq_db_commit(records->db, err);
}

void tq_records_rollback(struct tq_records *records)
{
    if (records->in_batch)
        tq_db_rollback(records->db);
    records->in_batch = false;
}

/* Close a single write: commit what went well, take back what did not. */
static tq_status finish(struct tq_records *records, tq_status rc, struct tq_error *err)
{
    if (records->in_batch)
        return rc;
    if (rc == TQ_OK)
        rc = tq_db_commit(records->db, err);
    if (rc != TQ_OK)
        tq_db_rollback(records->db);
    return rc;
}

/* ---- judging ---- */

/* The rule that the cells of a group broke, where it has words. */
static const char *group_words(const struct tq_table *table, int column, bool en)
{
    for (size_t i = 0; table != NULL && column >= 0 && i < table->ngroup_rules; i++) {
        const struct tq_group_rule *rule = &table->group_rules[i];

        if (rule->cell == table->columns[column].id)
            return en ? rule->en : rule->vi;
    }
    return NULL;
}

const char *tq_record_reason(
        const struct tq_table *table, int column, tq_reason reason, tq_lang lang)
{
    bool en = lang == TQ_LANG_EN;
    const char *group;

    switch (reason) {
    case TQ_REASON_GROUP:
        group = group_words(table, column, en);
        return group != NULL ? group : tq_reason_sentence(reason, lang);
    case TQ_REASON_PARENT_MISSING:
        return en ? "not known here (no such village, period, indicator or record)"
                  : "không có trong danh mục (thôn, kỳ, chỉ tiêu hoặc hồ sơ này chưa có)";
    case TQ_REASON_NOT_YOUR_UNIT:
    case TQ_REASON_NOT_YOUR_VILLAGE:
        return en ? "belongs to another commune" : "thuộc xã khác, không phải xã mình";
    default:
        return tq_reason_sentence(reason, lang);
    }
}

static tq_status refuse(struct tq_problem *problem, const struct tq_table *table, int column,
        tq_reason reason, const struct tq_value *value, struct tq_error *err)
{
    struct tq_problem local;
    struct tq_buf shown;

    if (problem == NULL)
        problem = &local;
    problem->table = table;
    problem->column = column;
    problem->reason = reason;
    problem->value[0] = '\0';
    if (value != NULL && column >= 0) {
        tq_buf_init(&shown, 0);
        tq_intake_print(&table->columns[column], value, &shown);
        snprintf(problem->value, sizeof(problem->value), "%.*s", (int)shown.len,
                shown.len > 0 ? (const char *)shown.data : "");
        tq_buf_deinit(&shown);
    }
    return tq_error_set(err, TQ_RULE, "%s%s%s %s [%s]", table->name, column >= 0 ? "." : "",
            column >= 0 ? table->columns[column].name : "", problem->value, tq_reason_code(reason));
}

static bool is_blank_required(const struct tq_draft *draft, size_t c, bool insert)
{
    const struct tq_column *column = &draft->table->columns[c];

    if (draft->given[c])
        return column->required && draft->values[c].type == TQ_NULL;
    return insert && column->required && column->fallback.type == TQ_NULL;
}

/* The village of a row lies in the commune of the row. */
static tq_status is_own_village(
        struct tq_records *records, const struct tq_value *village, bool *own, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(
            records->db, &stmt, "SELECT 1 FROM unit WHERE unit = ?1 AND parent = ?2", err);

    *own = false;
    if (rc != TQ_OK)
        return rc;
    sql_bind(stmt, 1, village);
    sql_bind_str(stmt, 2, records->unit);
    rc = sql_step(records->db, stmt, own, err);
    if (rc == TQ_OK && *own)
        sql_done(stmt);
    return rc;
}

static tq_status check_ref(struct tq_records *records, const struct tq_draft *draft, size_t c,
        struct tq_problem *problem, struct tq_error *err)
{
    const struct tq_column *column = &draft->table->columns[c];
    const struct tq_value *value = &draft->values[c];
    bool ok = true;
    tq_status rc;

    if (column->rule.kind != TQ_RULE_REF || value->type == TQ_NULL)
        return TQ_OK;
    rc = records_ref_exists(records, column->rule.ref, value, &ok, err);
    if (rc != TQ_OK)
        return rc;
    if (!ok)
        return refuse(problem, draft->table, (int)c, TQ_REASON_PARENT_MISSING, value, err);
    if (column->rule.low == TQ_REF_OWN) {
        rc = is_own_village(records, value, &ok, err);
        if (rc == TQ_OK && !ok)
            rc = refuse(problem, draft->table, (int)c, TQ_REASON_NOT_YOUR_VILLAGE, value, err);
    }
    return rc;
}

tq_status records_check_given(struct tq_records *records, const struct tq_draft *draft,
        struct tq_problem *problem, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    tq_status rc = TQ_OK;

    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns; c++) {
        if (!draft->given[c])
            continue;
        if ((int)c == table->owner && !tq_slice_equal(draft->values[c].s, tq_records_unit(records)))
            return refuse(problem, table, (int)c, TQ_REASON_NOT_YOUR_UNIT, &draft->values[c], err);
        rc = check_ref(records, draft, c, problem, err);
    }
    return rc;
}

tq_status tq_record_check(struct tq_records *records, const struct tq_draft *draft, bool insert,
        struct tq_problem *problem, struct tq_error *err)
{
    const struct tq_table *table = draft->table;

    if (insert && (table->writers & TQ_BY_COMMUNE) == 0)
        return refuse(problem, table, -1, TQ_REASON_NOT_YOUR_COLUMN, NULL, err);
    for (size_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];
        const struct tq_value *value = &draft->values[c];
        tq_reason reason = TQ_REASON_NONE;
        tq_status rc;

        if (is_blank_required(draft, c, insert))
            reason = TQ_REASON_REQUIRED;
        else if (!draft->given[c])
            continue;
        else if (!insert && column->cell == TQ_CELL_ROW)
            reason = TQ_REASON_KEY_REWRITTEN;
        else if ((column->writers & TQ_BY_COMMUNE) == 0)
            reason = TQ_REASON_NOT_YOUR_COLUMN;
        else if ((int)c == table->owner && !tq_slice_equal(value->s, tq_records_unit(records)))
            reason = TQ_REASON_NOT_YOUR_UNIT;
        else
            reason = tq_column_check(column, value);
        if (reason != TQ_REASON_NONE)
            return refuse(problem, table, (int)c, reason, value, err);
        rc = check_ref(records, draft, c, problem, err);
        if (rc != TQ_OK)
            return rc;
    }
    for (size_t i = 0; insert && i < table->ngroup_rules; i++) {
        uint32_t cell = table->group_rules[i].cell;

        if (tq_table_check_groups(table, cell, draft->values) != TQ_REASON_NONE)
            return refuse(problem, table, tq_table_column(table, cell), TQ_REASON_GROUP, NULL, err);
    }
    return TQ_OK;
}

/* ---- writing ---- */

/* The last two digits of the year at the file's clock, in Viet Nam. */
static int short_year(struct tq_records *records)
{
    const struct tq_clock *clock = tq_db_clock(records->db);
    int year = 0;
    int month = 0;
    int day = 0;

    tq_day_split(tq_day_of_instant(clock->now_ms(clock->ctx)), &year, &month, &day);
    return year % 100;
}

/* BL-20-A-031: the counter runs over all tables of the file and never goes back. */
static tq_status make_label(struct tq_records *records, struct tq_arena *arena,
        struct tq_value *out, struct tq_error *err)
{
    char label[96];
    char place[24] = "";
    int64_t counter = 0;
    sqlite3_stmt *stmt = NULL;
    struct tq_slice kept;
    bool row = false;
    tq_status rc;

    rc = sql_exec(records->db, "UPDATE tq_state SET label_counter = label_counter + 1", err);
    if (rc == TQ_OK)
        rc = sql_get_int(records->db, "SELECT label_counter FROM tq_state", &counter, err);
    if (rc == TQ_OK)
        rc = sql_prepare(records->db, &stmt,
                "SELECT coalesce(short_name, code) FROM unit WHERE unit = ?1", err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_str(stmt, 1, records->unit);
    rc = sql_step(records->db, stmt, &row, err);
    if (rc != TQ_OK)
        return rc;
    if (row) {
        struct tq_slice name = sql_bytes(stmt, 0);

        snprintf(place, sizeof(place), "%.*s", (int)name.len,
                name.len > 0 ? (const char *)name.data : "");
        sql_done(stmt);
    }
    if (place[0] == '\0')
        snprintf(place, sizeof(place), "%.*s", (int)strcspn(records->unit, "@"), records->unit);
    snprintf(label, sizeof(label), "%s-%02d-%s-%03" PRId64, place, short_year(records),
            records->letter, counter);
    kept = records_keep(arena, tq_slice_str(label));
    if (kept.data == NULL)
        return tq_error_set(err, TQ_NOMEM, "label");
    *out = tq_value_text(kept);
    return TQ_OK;
}

/* Owner, surrogate key and label, where they were not given. */
static tq_status complete(struct tq_records *records, struct tq_draft *draft,
        struct tq_arena *arena, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    int label = tq_table_column_find(table, "label");

    if (table->owner >= 0 && !draft->given[table->owner]) {
        draft->given[table->owner] = true;
        draft->values[table->owner] = tq_value_str(records->unit);
    }
    if (table->surrogate && !draft->given[table->key[0]]) {
        uint8_t *id = tq_arena_alloc(arena, TQ_SURROGATE_BYTES);

        if (id == NULL)
            return tq_error_set(err, TQ_NOMEM, "key");
        tq_db_new_key(records->db, id);
        draft->given[table->key[0]] = true;
        draft->values[table->key[0]] = tq_value_blob(tq_slice_of(id, TQ_SURROGATE_BYTES));
    }
    if (table->surrogate && label >= 0 &&
            (!draft->given[label] || draft->values[label].type == TQ_NULL)) {
        tq_status rc = make_label(records, arena, &draft->values[label], err);

        if (rc != TQ_OK)
            return rc;
        draft->given[label] = true;
    }
    return TQ_OK;
}

static tq_status key_of(const struct tq_table *table, const struct tq_value *values,
        struct tq_arena *arena, struct tq_slice *out, struct tq_error *err)
{
    struct tq_buf key;
    tq_status rc = TQ_OK;

    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(table, values, &key) || !tq_buf_is_ok(&key))
        rc = tq_error_set(err, tq_buf_is_ok(&key) ? TQ_INVALID : TQ_NOMEM, "%s: %s", table->name,
                tq_phrase(TQ_PHRASE_ROW_KEY));
    if (rc == TQ_OK) {
        *out = records_keep(arena, tq_buf_slice(&key));
        if (out->data == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "key");
    }
    tq_buf_deinit(&key);
    return rc;
}

static tq_status run_insert(
        struct tq_records *records, const struct tq_draft *draft, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    int at = 0;
    tq_status rc;

    tq_buf_init(&sql, 0);
    tq_buf_printf(&sql, "INSERT INTO %s (", table->name);
    for (size_t c = 0; c < table->ncolumns; c++)
        if (draft->given[c])
            tq_buf_printf(&sql, "%s%s", at++ > 0 ? ", " : "", table->columns[c].name);
    tq_buf_append_str(&sql, ") VALUES (");
    for (int i = 0; i < at; i++)
        tq_buf_printf(&sql, "%s?%d", i > 0 ? ", " : "", i + 1);
    tq_buf_append_str(&sql, ")");
    rc = records_prepare(records, &sql, &stmt, err);
    if (rc == TQ_OK) {
        at = 0;
        for (size_t c = 0; c < table->ncolumns; c++)
            if (draft->given[c])
                sql_bind(stmt, ++at, &draft->values[c]);
        rc = sql_run(records->db, stmt, err);
    }
    tq_buf_deinit(&sql);
    return rc;
}

tq_status tq_record_insert(struct tq_records *records, const struct tq_draft *draft,
        struct tq_arena *arena, struct tq_slice *key, struct tq_problem *problem,
        struct tq_error *err)
{
    struct tq_draft full = *draft;
    struct tq_record there;
    bool found = false;
    tq_status rc = TQ_OK;

    if (!records->in_batch)
        rc = begin(records, err);
    if (rc == TQ_OK)
        rc = complete(records, &full, arena, err);
    if (rc == TQ_OK)
        rc = tq_record_check(records, &full, true, problem, err);
    if (rc == TQ_OK)
        rc = key_of(full.table, full.values, arena, key, err);
    if (rc == TQ_OK)
        rc = tq_record_get(records, full.table, *key, arena, &there, &found, err);
    if (rc == TQ_OK && found)
        rc = tq_error_set(err, TQ_EXISTS, "%s", full.table->name);
    if (rc == TQ_OK)
        rc = run_insert(records, &full, err);
    return finish(records, rc, err);
}

tq_status tq_record_lay(
        struct tq_records *records, const struct tq_draft *draft, bool *added, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new((size_t)8 << 20);
    struct tq_slice key;
    struct tq_record there;
    bool found = false;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "lay") : TQ_OK;

    if (rc == TQ_OK)
        rc = key_of(draft->table, draft->values, arena, &key, err);
    if (rc == TQ_OK)
        rc = tq_record_get(records, draft->table, key, arena, &there, &found, err);
    if (rc == TQ_OK && !found) {
        struct tq_error off = { TQ_OK, "" };
        tq_status end;

        rc = tq_db_set_applying(records->db, true, err);
        if (rc == TQ_OK)
            rc = run_insert(records, draft, err);
        end = tq_db_set_applying(records->db, false, &off);
        if (rc == TQ_OK && end != TQ_OK)
            rc = tq_error_set(err, end, "%s", off.msg);
    }
    tq_arena_free(arena);
    if (added != NULL)
        *added = rc == TQ_OK && !found;
    return rc;
}

/* Does the file still hold what the page showed? */
static tq_status check_shown(const struct tq_draft *draft, const struct tq_record *there,
        struct tq_problem *problem, struct tq_error *err)
{
    const struct tq_table *table = draft->table;

    for (size_t c = 0; c < table->ncolumns; c++) {
        if (!draft->given[c] || !draft->has_shown[c] ||
                tq_value_equal(&draft->shown[c], &there->values[c]))
            continue;
        refuse(problem, table, (int)c, TQ_REASON_NEWER_VALUE, &there->values[c], err);
        return tq_error_set(err, TQ_STALE, "%s.%s = %s", table->name, table->columns[c].name,
                problem != NULL ? problem->value : "");
    }
    return TQ_OK;
}

static tq_status check_merged_groups(const struct tq_draft *draft, const struct tq_record *there,
        struct tq_problem *problem, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    struct tq_value merged[TQ_MAX_COLUMNS];

    for (size_t c = 0; c < table->ncolumns; c++)
        merged[c] = draft->given[c] ? draft->values[c] : there->values[c];
    for (size_t i = 0; i < table->ngroup_rules; i++) {
        int column = tq_table_column(table, table->group_rules[i].cell);

        if (tq_table_check_groups(table, table->group_rules[i].cell, merged) != TQ_REASON_NONE)
            return refuse(problem, table, column, TQ_REASON_GROUP, NULL, err);
    }
    return TQ_OK;
}

static tq_status run_update(struct tq_records *records, const struct tq_draft *draft,
        const struct tq_record *there, struct tq_slice key, size_t *changed, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    int at = 0;
    tq_status rc = TQ_OK;

    tq_buf_init(&sql, 0);
    tq_buf_printf(&sql, "UPDATE %s SET ", table->name);
    for (size_t c = 0; c < table->ncolumns; c++)
        if (draft->given[c] && !tq_value_equal(&draft->values[c], &there->values[c])) {
            tq_buf_printf(&sql, "%s%s = ?%d", at > 0 ? ", " : "", table->columns[c].name, at + 1);
            at++;
        }
    *changed = (size_t)at;
    tq_buf_append_str(&sql, " WHERE ");
    records_key_where(&sql, table, at + 1);
    if (at > 0)
        rc = records_prepare(records, &sql, &stmt, err);
    if (rc == TQ_OK && at > 0) {
        int bound = 0;

        for (size_t c = 0; c < table->ncolumns; c++)
            if (draft->given[c] && !tq_value_equal(&draft->values[c], &there->values[c]))
                sql_bind(stmt, ++bound, &draft->values[c]);
        records_key_bind(stmt, at + 1, table, key);
        rc = sql_run(records->db, stmt, err);
    }
    tq_buf_deinit(&sql);
    return rc;
}

tq_status tq_record_update(struct tq_records *records, const struct tq_draft *draft,
        struct tq_slice key, size_t *changed, struct tq_problem *problem, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new((size_t)8 << 20);
    struct tq_record there;
    size_t count = 0;
    bool found = false;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "update") : TQ_OK;

    if (rc == TQ_OK && !records->in_batch)
        rc = begin(records, err);
    if (rc == TQ_OK)
        rc = tq_record_get(records, draft->table, key, arena, &there, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", draft->table->name);
    if (rc == TQ_OK)
        rc = check_shown(draft, &there, problem, err);
    if (rc == TQ_OK)
        rc = tq_record_check(records, draft, false, problem, err);
    if (rc == TQ_OK)
        rc = check_merged_groups(draft, &there, problem, err);
    if (rc == TQ_OK)
        rc = run_update(records, draft, &there, key, &count, err);
    if (arena != NULL)
        rc = finish(records, rc, err);
    tq_arena_free(arena);
    if (changed != NULL)
        *changed = count;
    return rc;
}

tq_status tq_record_void(struct tq_records *records, const struct tq_table *table,
        struct tq_slice key, struct tq_slice reason, int64_t at_ms, struct tq_problem *problem,
        struct tq_error *err)
{
    int at = tq_table_column_find(table, "voided_at");
    int why = tq_table_column_find(table, "void_reason");
    struct tq_draft draft = { .table = table };

    if (at < 0 || why < 0)
        return refuse(problem, table, -1, TQ_REASON_NOT_YOUR_COLUMN, NULL, err);
    draft.given[at] = true;
    draft.given[why] = true;
    draft.values[at] = tq_value_int(at_ms);
    draft.values[why] = tq_value_text(reason);
    draft.has_shown[at] = true; /* NULL: not voided yet */
    draft.shown[at] = tq_value_null();
    if (reason.len == 0)
        return refuse(problem, table, why, TQ_REASON_REQUIRED, NULL, err);
    {
        tq_status rc = tq_record_update(records, &draft, key, NULL, problem, err);

        if (rc == TQ_STALE)
            rc = tq_error_set(err, TQ_EXISTS, "%s", problem != NULL ? problem->value : table->name);
        return rc;
    }
}

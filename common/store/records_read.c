/* records_read.c - The reading half of records.h: rows, names, references. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/records_internal.h"
#include "tuquan/calendar.h"
#include "tuquan/intake.h"
#include "tuquan/text.h"

#define MIN_HEX 8u

struct tq_slice records_keep(struct tq_arena *arena, struct tq_slice bytes)
{
    uint8_t *copy = tq_arena_alloc(arena, bytes.len + 1);

    if (copy == NULL)
        return tq_slice_of(NULL, 0);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return tq_slice_of(copy, bytes.len);
}

void records_key_where(struct tq_buf *sql, const struct tq_table *table, int first)
{
    for (uint32_t k = 0; k < table->nkey; k++)
        tq_buf_printf(sql, "%s%s = ?%d", k > 0 ? " AND " : "", table->columns[table->key[k]].name,
                first + (int)k);
}

bool records_key_bind(
        sqlite3_stmt *stmt, int first, const struct tq_table *table, struct tq_slice key)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];

    if (!tq_key_decode(table, key, parts))
        return false;
    for (uint32_t k = 0; k < table->nkey; k++)
        sql_bind(stmt, first + (int)k, &parts[k]);
    return true;
}

void records_columns(struct tq_buf *sql, const struct tq_table *table, const char *prefix)
{
    for (size_t c = 0; c < table->ncolumns; c++)
        tq_buf_printf(sql, "%s%s%s", c > 0 ? ", " : "", prefix, table->columns[c].name);
}

tq_status records_prepare(
        struct tq_records *records, struct tq_buf *sql, sqlite3_stmt **stmt, struct tq_error *err)
{
    tq_buf_append_u8(sql, 0);
    if (!tq_buf_is_ok(sql))
        return tq_error_set(err, TQ_NOMEM, "sql");
    return sql_prepare(records->db, stmt, (const char *)sql->data, err);
}

tq_status records_copy_row(sqlite3_stmt *stmt, int first, const struct tq_table *table,
        struct tq_arena *arena, struct tq_record *out, struct tq_error *err)
{
    struct tq_value *values = tq_arena_array(arena, table->ncolumns, sizeof(values[0]));
    struct tq_buf key;
    tq_status rc = TQ_OK;

    memset(out, 0, sizeof(*out));
    out->pending = -1;
    for (size_t c = 0; values != NULL && c < table->ncolumns; c++) {
        values[c] = sql_value(stmt, first + (int)c);
        if (values[c].type == TQ_TEXT || values[c].type == TQ_BLOB) {
            values[c].s = records_keep(arena, values[c].s);
            if (values[c].s.data == NULL)
                values = NULL;
        }
        if (values == NULL)
            break;
    }
    if (values == NULL)
        return tq_error_set(
                err, tq_arena_is_exhausted(arena) ? TQ_RANGE : TQ_NOMEM, "%s", table->name);
    out->values = values;
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(table, values, &key) || !tq_buf_is_ok(&key))
        rc = tq_error_set(err, tq_buf_is_ok(&key) ? TQ_CORRUPT : TQ_NOMEM, "%s: %s", table->name,
                tq_phrase(TQ_PHRASE_ROW_KEY));
    out->key = records_keep(arena, tq_buf_slice(&key));
    tq_buf_deinit(&key);
    if (rc == TQ_OK && out->key.data == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "%s", table->name);
    return rc;
}

tq_status records_pending(struct tq_records *records, const struct tq_table *table,
        struct tq_record *record, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc;

    if (records->district)
        return TQ_OK;
    rc = sql_prepare(records->db, &stmt,
            "SELECT coalesce(max(state), -1) FROM tq_pending WHERE tbl = ?1 AND key = ?2", err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, table->id);
    sql_bind_blob(stmt, 2, record->key);
    rc = sql_step(records->db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        record->pending = (int)sql_int(stmt, 0);
        sql_done(stmt);
    }
    return rc;
}

tq_status tq_record_get(struct tq_records *records, const struct tq_table *table,
        struct tq_slice key, struct tq_arena *arena, struct tq_record *out, bool *found,
        struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    tq_status rc;

    *found = false;
    tq_buf_init(&sql, 0);
    tq_buf_append_str(&sql, "SELECT ");
    records_columns(&sql, table, "");
    tq_buf_printf(&sql, " FROM %s WHERE ", table->name);
    records_key_where(&sql, table, 1);
    rc = records_prepare(records, &sql, &stmt, err);
    if (rc == TQ_OK && !records_key_bind(stmt, 1, table, key))
        sql_done(stmt);
    else if (rc == TQ_OK)
        rc = sql_step(records->db, stmt, found, err);
    if (rc == TQ_OK && *found) {
        rc = records_copy_row(stmt, 0, table, arena, out, err);
        sql_done(stmt);
        if (rc == TQ_OK)
            rc = records_pending(records, table, out, err);
    }
    tq_buf_deinit(&sql);
    return rc;
}

tq_status records_ref_exists(struct tq_records *records, const char *ref,
        const struct tq_value *value, bool *exists, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(records->catalogue, ref);
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    tq_status rc;

    *exists = false;
    if (table == NULL || table->nkey == 0)
        return TQ_OK;
    tq_buf_init(&sql, 0);
    tq_buf_printf(&sql, "SELECT 1 FROM %s WHERE ", ref);
    records_key_where(&sql, table, 1);
    rc = records_prepare(records, &sql, &stmt, err);
    if (rc == TQ_OK && table->nkey == 1)
        sql_bind(stmt, 1, value);
    else if (rc == TQ_OK && !records_key_bind(stmt, 1, table, value->s)) {
        sql_done(stmt);
        stmt = NULL;
    }
    if (rc == TQ_OK && stmt != NULL)
        rc = sql_step(records->db, stmt, exists, err);
    if (rc == TQ_OK && *exists)
        sql_done(stmt);
    tq_buf_deinit(&sql);
    return rc;
}

/* ---- names and references ---- */

tq_status tq_records_unit_name(struct tq_records *records, struct tq_slice unit,
        struct tq_arena *arena, struct tq_slice *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(records->db, &stmt,
            "SELECT coalesce(full_name, name, unit) FROM unit WHERE unit = ?1", err);

    *out = unit;
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, unit);
    rc = sql_step(records->db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        *out = records_keep(arena, sql_bytes(stmt, 0));
        sql_done(stmt);
    }
    if (rc == TQ_OK && out->data == NULL && unit.len > 0)
        rc = tq_error_set(err, TQ_NOMEM, "name");
    return rc;
}

tq_status tq_record_name(struct tq_records *records, const struct tq_table *table,
        const struct tq_record *record, struct tq_buf *out, struct tq_error *err)
{
    int label = tq_table_column_find(table, "label");
    struct tq_arena *arena;
    bool first = true;
    tq_status rc = TQ_OK;

    if (table->surrogate) {
        if (label >= 0 && record->values[label].type == TQ_TEXT && record->values[label].s.len > 0)
            tq_buf_append_slice(out, record->values[label].s);
        else
            tq_intake_print(&table->columns[table->key[0]], &record->values[table->key[0]], out);
        return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "name");
    }
    arena = tq_arena_new(64 << 10);
    if (arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "name");
    for (uint32_t k = 0; rc == TQ_OK && k < table->nkey; k++) {
        const struct tq_column *column = &table->columns[table->key[k]];
        const struct tq_value *value = &record->values[table->key[k]];
        struct tq_slice name;

        /* The own unit is in every key of such a table: it says nothing. */
        if ((int)table->key[k] == table->owner && table->nkey > 1)
            continue;
        if (!first)
            tq_buf_append_str(out, "; ");
        first = false;
        if (column->rule.kind == TQ_RULE_REF && strcmp(column->rule.ref, "unit") == 0) {
            rc = tq_records_unit_name(records, value->s, arena, &name, err);
            tq_buf_append_slice(out, name);
        } else {
            tq_intake_print(column, value, out);
        }
    }
    tq_arena_free(arena);
    if (rc == TQ_OK && !tq_buf_is_ok(out))
        rc = tq_error_set(err, TQ_NOMEM, "name");
    return rc;
}

/* The only first column of a query, when it gives exactly one row (or the first of its order). */
static tq_status look_up(struct tq_records *records, const char *sql, struct tq_slice text,
        struct tq_arena *arena, struct tq_value *out, bool *found, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc;

    *found = false;
    rc = sql_prepare(records->db, &stmt, sql, err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, text);
    if (sqlite3_bind_parameter_count(stmt) > 1)
        sql_bind_str(stmt, 2, records->unit);
    rc = sql_step(records->db, stmt, &row, err);
    if (rc != TQ_OK || !row)
        return rc;
    *out = sql_value(stmt, 0);
    out->s = records_keep(arena, out->s);
    sql_done(stmt);
    *found = out->s.data != NULL;
    return *found ? TQ_OK : tq_error_set(err, TQ_NOMEM, "reference");
}

/* By what people call it, for the kinds of parents that have such names. */
static tq_status by_name(struct tq_records *records, const char *ref, struct tq_slice text,
        struct tq_arena *arena, struct tq_value *out, bool *found, struct tq_error *err)
{
    const struct tq_table *parent = tq_catalogue_find(records->catalogue, ref);
    char sql[160];
    tq_status rc = TQ_OK;

    *found = false;
    if (strcmp(ref, "unit") == 0) {
        rc = look_up(records,
                "SELECT unit FROM unit WHERE code = ?1 AND voided_at IS NULL"
                " ORDER BY valid_to IS NOT NULL, valid_from DESC",
                text, arena, out, found, err);
        if (rc == TQ_OK && !*found)
            rc = records_unit_by_name(records, text, arena, out, found, err);
    } else if (strcmp(ref, "period") == 0) {
        char key[TQ_PERIOD_TEXT];

        rc = tq_period_read(text, key, err);
        *found = rc == TQ_OK;
        if (*found)
            *out = tq_value_text(records_keep(arena, tq_slice_str(key)));
        if (*found && out->s.data == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "reference");
        if (rc == TQ_NOT_FOUND) {
            tq_error_clear(err);
            rc = TQ_OK;
        }
    } else if (parent != NULL && parent->nkey == 1 && !parent->surrogate &&
               tq_table_column_find(parent, "code") >= 0) {
        snprintf(sql, sizeof(sql), "SELECT %s FROM %s WHERE code = ?1 ORDER BY 1 DESC",
                parent->columns[parent->key[0]].name, parent->name);
        rc = look_up(records, sql, text, arena, out, found, err);
    } else if (parent != NULL && parent->surrogate && tq_table_column_find(parent, "label") >= 0) {
        snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE label = ?1", parent->name);
        rc = look_up(records, sql, text, arena, out, found, err);
    }
    return rc;
}

tq_status tq_record_resolve(struct tq_records *records, const struct tq_column *column,
        struct tq_slice text, struct tq_arena *arena, struct tq_value *out, struct tq_error *err)
{
    bool found = false;
    uint8_t id[TQ_SURROGATE_BYTES];
    struct tq_slice kept;
    tq_status rc = TQ_OK;

    *out = tq_value_null();
    if (text.len == 0)
        return TQ_OK;
    if (column->type == TQ_BLOB) {
        if (tq_unhex((const char *)text.data, text.len, id, sizeof(id))) {
            kept = records_keep(arena, tq_slice_of(id, sizeof(id)));
            if (kept.data == NULL)
                return tq_error_set(err, TQ_NOMEM, "reference");
            *out = tq_value_blob(kept);
            return TQ_OK;
        }
    } else {
        *out = tq_value_text(text);
        rc = records_ref_exists(records, column->rule.ref, out, &found, err);
    }
    if (rc == TQ_OK && !found)
        rc = by_name(records, column->rule.ref, text, arena, out, &found, err);
    if (rc == TQ_OK && !found)
        *out = tq_value_text(text);
    return rc;
}

/* Rows whose label is `text`, or whose key begins with its hex digits. */
/* By its whole key, as a program names a row. */
static tq_status find_key(struct tq_records *records, const struct tq_table *table,
        struct tq_slice text, struct tq_arena *arena, struct tq_slice *key, bool *found,
        struct tq_error *err)
{
    uint8_t id[TQ_SURROGATE_BYTES];
    struct tq_record record;

    *found = false;
    if (!tq_unhex((const char *)text.data, text.len, id, sizeof(id)))
        return TQ_OK;
    *key = records_keep(arena, tq_slice_of(id, sizeof(id)));
    if (key->data == NULL)
        return tq_error_set(err, TQ_NOMEM, "key");
    return tq_record_get(records, table, *key, arena, &record, found, err);
}

static tq_status find_surrogate(struct tq_records *records, const struct tq_table *table,
        struct tq_slice text, struct tq_arena *arena, struct tq_slice *key, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char sql[256];
    char facts[256] = "";
    size_t n = 0;
    bool row = true;
    bool has_label = tq_table_column_find(table, "label") >= 0;
    bool found;
    tq_status rc = find_key(records, table, text, arena, key, &found, err);

    if (rc != TQ_OK || found)
        return rc;
    snprintf(sql, sizeof(sql),
            "SELECT id, %s FROM %s WHERE %s (length(?1) >= %u AND hex(id) LIKE ?1 || '%%')"
            " ORDER BY voided_at IS NOT NULL, id LIMIT 9",
            has_label ? "label" : "hex(id)", table->name, has_label ? "label = ?1 OR" : "",
            MIN_HEX);
    rc = sql_prepare(records->db, &stmt, sql, err);
    if (rc != TQ_OK)
        return rc;
    sql_bind_text(stmt, 1, text);
    while (rc == TQ_OK && row) {
        rc = sql_step(records->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        if (n++ == 0)
            *key = records_keep(arena, sql_bytes(stmt, 0));
        if (strlen(facts) + 40 < sizeof(facts)) {
            char hex[2 * TQ_SURROGATE_BYTES + 1];
            struct tq_slice id = sql_bytes(stmt, 0);

            tq_hex(hex, id.data, id.len < TQ_SURROGATE_BYTES ? id.len : TQ_SURROGATE_BYTES);
            snprintf(facts + strlen(facts), sizeof(facts) - strlen(facts), " %s", hex);
        }
    }
    if (rc == TQ_OK && n == 0)
        rc = tq_error_set(
                err, TQ_NOT_FOUND, "%s %.*s", table->name, (int)text.len, (const char *)text.data);
    if (rc == TQ_OK && n > 1)
        rc = tq_error_set(err, TQ_NEEDS_PERSON, "%s %.*s:%s", table->name, (int)text.len,
                (const char *)text.data, facts);
    if (rc == TQ_OK && key->data == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "key");
    return rc;
}

/* One part of a natural key, as a person writes it. */
static tq_status take_part(struct tq_records *records, const struct tq_table *table,
        const struct tq_column *column, struct tq_slice part, struct tq_arena *arena,
        struct tq_value *out, struct tq_error *err)
{
    while (part.len > 0 && part.data[0] == ' ')
        part = tq_slice_of(part.data + 1, part.len - 1);
    while (part.len > 0 && part.data[part.len - 1] == ' ')
        part.len--;
    if (column->rule.kind == TQ_RULE_REF)
        return tq_record_resolve(records, column, part, arena, out, err);
    if (tq_intake_value(table, column, part, arena, out, NULL) != TQ_INTAKE_OK)
        return tq_error_set(err, TQ_NOT_FOUND, "%s.%s = %.*s", table->name, column->name,
                (int)part.len, (const char *)part.data);
    return TQ_OK;
}

static tq_status find_natural(struct tq_records *records, const struct tq_table *table,
        struct tq_slice text, struct tq_arena *arena, struct tq_slice *key, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_buf encoded;
    struct tq_slice rest = text;
    tq_status rc = TQ_OK;

    for (size_t c = 0; c < table->ncolumns; c++)
        values[c] = tq_value_null();
    for (uint32_t k = 0; rc == TQ_OK && k < table->nkey; k++) {
        const uint8_t *cut;
        struct tq_slice part = rest;

        cut = rest.len > 0 ? memchr(rest.data, ';', rest.len) : NULL;
        if (cut != NULL)
            part.len = (size_t)(cut - rest.data);
        if ((int)table->key[k] == table->owner && table->nkey > 1) {
            values[table->key[k]] = tq_value_str(records->unit);
            /* A person leaves his own unit out; a key that was told has it. */
            if (!tq_slice_equal(part, tq_slice_str(records->unit)))
                continue;
        }
        rest = cut != NULL ? tq_slice_of(cut + 1, rest.len - part.len - 1) : tq_slice_of(NULL, 0);
        if ((int)table->key[k] == table->owner && table->nkey > 1)
            continue;
        rc = take_part(records, table, &table->columns[table->key[k]], part, arena,
                &values[table->key[k]], err);
    }
    tq_buf_init(&encoded, TQ_MAX_KEY_BYTES);
    if (rc == TQ_OK && (!tq_key_encode(table, values, &encoded) || !tq_buf_is_ok(&encoded)))
        rc = tq_error_set(err, tq_buf_is_ok(&encoded) ? TQ_NOT_FOUND : TQ_NOMEM, "%s %.*s",
                table->name, (int)text.len, text.len > 0 ? (const char *)text.data : "");
    if (rc == TQ_OK)
        *key = records_keep(arena, tq_buf_slice(&encoded));
    tq_buf_deinit(&encoded);
    return rc;
}

tq_status tq_record_find(struct tq_records *records, const struct tq_table *table,
        struct tq_slice text, struct tq_arena *arena, struct tq_slice *key, struct tq_error *err)
{
    struct tq_record record;
    bool found = false;
    tq_status rc;

    *key = tq_slice_of(NULL, 0);
    if (table->surrogate)
        return find_surrogate(records, table, text, arena, key, err);
    rc = find_natural(records, table, text, arena, key, err);
    if (rc == TQ_OK && key->data == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "key");
    if (rc == TQ_OK)
        rc = tq_record_get(records, table, *key, arena, &record, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %.*s", table->name, (int)text.len,
                text.len > 0 ? (const char *)text.data : "");
    return rc;
}

/* import_row.c - What becomes of one imported row: new, changed, the same, a duplicate; and how an
 * import is taken back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/import_internal.h"

/* ---- which row is it? ---- */

/* Labels of the rows that are there, once a file: a look-up for each row would scan the table. */
static tq_status know_labels(
        struct tq_import *import, struct import_file *file, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    char sql[192];
    bool row = true;
    tq_status rc;

    if (file->labels_known)
        return TQ_OK;
    file->labels_known = true;
    snprintf(sql, sizeof(sql),
            "SELECT label, id FROM %s WHERE label IS NOT NULL ORDER BY voided_at IS NOT NULL, id",
            file->table->name);
    rc = sql_prepare(import->records->db, &stmt, sql, err);
    while (rc == TQ_OK && row) {
        struct import_seen seen = { { NULL, 0 }, { NULL, 0 }, 0 };

        rc = sql_step(import->records->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        seen.mark = records_keep(import->arena, sql_bytes(stmt, 0));
        seen.key = records_keep(import->arena, sql_bytes(stmt, 1));
        if (seen.mark.data == NULL || seen.key.data == NULL ||
                (import_index_find(&file->index, seen.mark) == NULL &&
                        !import_index_add(&file->index, &seen))) {
            sql_done(stmt);
            rc = tq_error_set(err, TQ_NOMEM, "import");
        }
    }
    return rc;
}

/* A row that holds every value given, for tables whose rows have no name. */
static tq_status find_alike(
        struct tq_import *import, const struct tq_draft *draft, bool *found, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;
    int at = 0;
    tq_status rc;

    *found = false;
    tq_buf_init(&sql, 0);
    tq_buf_printf(&sql, "SELECT 1 FROM %s WHERE voided_at IS NULL", table->name);
    for (size_t c = 0; c < table->ncolumns; c++)
        if (draft->given[c] && draft->values[c].type != TQ_NULL)
            tq_buf_printf(&sql, " AND %s = ?%d", table->columns[c].name, ++at);
    tq_buf_append_str(&sql, " LIMIT 1");
    rc = records_prepare(import->records, &sql, &stmt, err);
    at = 0;
    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns; c++)
        if (draft->given[c] && draft->values[c].type != TQ_NULL)
            sql_bind(stmt, ++at, &draft->values[c]);
    if (rc == TQ_OK)
        rc = sql_step(import->records->db, stmt, found, err);
    if (rc == TQ_OK && *found)
        sql_done(stmt);
    tq_buf_deinit(&sql);
    return rc;
}

/* What two rows that are the same have in common: key, label, or all their values. */
static tq_status mark_of(struct tq_import *import, const struct tq_draft *draft,
        struct tq_slice *mark, bool *named, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    int label = tq_table_column_find(table, "label");
    struct tq_buf bytes;
    tq_status rc = TQ_OK;

    *named = true;
    tq_buf_init(&bytes, 0);
    if (!table->surrogate) {
        struct tq_value values[TQ_MAX_COLUMNS];

        memcpy(values, draft->values, table->ncolumns * sizeof(values[0]));
        if (table->owner >= 0 && !draft->given[table->owner])
            values[table->owner] = tq_value_text(tq_records_unit(import->records));
        if (!tq_key_encode(table, values, &bytes) && tq_buf_is_ok(&bytes))
            tq_buf_clear(&bytes);
    } else if (draft->given[table->key[0]]) {
        tq_buf_append_slice(&bytes, draft->values[table->key[0]].s);
    } else if (label >= 0 && draft->given[label] && draft->values[label].type == TQ_TEXT) {
        tq_buf_append_slice(&bytes, draft->values[label].s);
    } else {
        *named = false;
        for (size_t c = 0; c < table->ncolumns; c++)
            tq_value_encode(&bytes, &draft->values[c]);
    }
    *mark = records_keep(import->arena, tq_buf_slice(&bytes));
    if (!tq_buf_is_ok(&bytes) || mark->data == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "import");
    tq_buf_deinit(&bytes);
    return rc;
}

/* ---- writing ---- */

/* For undo: column 0, a row that was added; else a cell with both values. */
static tq_status note_cell(struct tq_import *import, const struct tq_table *table,
        struct tq_slice key, uint32_t column, const struct tq_value *old,
        const struct tq_value *new, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = sql_prepare(import->records->db, &stmt,
            "INSERT INTO tq_import_cell (n, id, tbl, key, \"column\", old, new)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, import->number);
    sql_bind_int(stmt, 2, ++import->cells);
    sql_bind_int(stmt, 3, table->id);
    sql_bind_blob(stmt, 4, key);
    sql_bind_int(stmt, 5, column);
    sql_bind(stmt, 6, old);
    sql_bind(stmt, 7, new);
    return sql_run(import->records->db, stmt, err);
}

static struct tq_slice shown(
        struct tq_import *import, const struct tq_column *column, const struct tq_value *value)
{
    struct tq_buf text;
    struct tq_slice kept;

    tq_buf_init(&text, 0);
    tq_intake_print(column, value, &text);
    kept = records_keep(import->arena, tq_buf_slice(&text));
    tq_buf_deinit(&text);
    return kept;
}

/* The cells in which the file differs from the row that is there. */
static tq_status note_changes(struct tq_import *import, const struct import_file *file,
        const struct tq_draft *draft, const struct tq_record *there, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    struct tq_buf name;
    struct tq_slice kept;
    tq_status rc;

    tq_buf_init(&name, 0);
    rc = tq_record_name(import->records, table, there, &name, err);
    kept = records_keep(import->arena, tq_buf_slice(&name));
    tq_buf_deinit(&name);
    for (size_t c = 0; rc == TQ_OK && c < table->ncolumns; c++) {
        struct tq_import_change change = { file->name, file->row->line, kept, &table->columns[c],
            { NULL, 0 }, { NULL, 0 } };

        if (!draft->given[c] || tq_value_equal(&draft->values[c], &there->values[c]))
            continue;
        change.before = shown(import, &table->columns[c], &there->values[c]);
        change.after = shown(import, &table->columns[c], &draft->values[c]);
        tq_buf_append(&import->changes, &change, sizeof(change));
        rc = note_cell(import, table, there->key, table->columns[c].id, &there->values[c],
                &draft->values[c], err);
    }
    return rc;
}

/* What a new row will hold, for the eye; a thousand of them would not be looked at. */
static void note_new(
        struct tq_import *import, const struct import_file *file, const struct tq_draft *draft)
{
    const struct tq_table *table = draft->table;

    for (size_t c = 0; import->counts.added < TQ_IMPORT_NEW_ROWS && c < table->ncolumns; c++) {
        struct tq_import_change cell = { file->name, file->row->line, { NULL, 0 },
            &table->columns[c], { NULL, 0 }, { NULL, 0 } };

        if (!draft->given[c] || draft->values[c].type == TQ_NULL || (int)c == table->owner)
            continue;
        cell.after = shown(import, &table->columns[c], &draft->values[c]);
        tq_buf_append(&import->news, &cell, sizeof(cell));
    }
}

/* A refusal of the row: into the list of problems, at its column. */
static void note_refusal(struct tq_import *import, const struct import_file *file,
        const struct tq_problem *problem, const struct tq_error *refused)
{
    struct tq_import_problem *noted;
    int field = -1;

    for (size_t i = 0; problem->table != NULL && i < file->ncolumns; i++)
        if (file->columns[i] == problem->column)
            field = (int)i;
    /* Without a problem it was a trigger that refused: its own sentence is all there is. */
    noted = import_problem(import, file,
            problem->table != NULL ? TQ_IMPORT_RULE : TQ_IMPORT_REFUSED, file->row->line, field,
            field >= 0 ? file->row->fields[field]
                       : tq_slice_str(problem->table != NULL ? problem->value : refused->msg));
    if (noted != NULL && problem->table != NULL) {
        noted->reason = problem->reason;
        if (problem->reason == TQ_REASON_PARENT_MISSING)
            noted->hint = import->hint;
    }
    import->counts.wrong++;
}

static tq_status add_row(struct tq_import *import, struct import_file *file,
        const struct tq_draft *draft, struct import_seen *seen, struct tq_error *err)
{
    struct tq_problem problem = { 0 };
    struct tq_error refused = { 0 };
    struct tq_value none = tq_value_null();
    tq_status rc;

    rc = tq_record_insert(import->records, draft, import->arena, &seen->key, &problem, &refused);
    if (rc == TQ_RULE) {
        note_refusal(import, file, &problem, &refused);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return tq_error_set(err, rc, "%s", refused.msg);
    note_new(import, file, draft);
    import->counts.added++;
    return note_cell(import, file->table, seen->key, 0, &none, &none, err);
}

static tq_status change_row(struct tq_import *import, struct import_file *file,
        struct tq_draft *draft, const struct tq_record *there, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    int voided = tq_table_column_find(table, "voided_at");
    struct tq_problem problem = { 0 };
    struct tq_error refused = { 0 };
    size_t changed = 0;
    bool differs = false;
    tq_status rc;

    for (size_t c = 0; c < table->ncolumns; c++) {
        if (draft->given[c] && table->columns[c].cell == TQ_CELL_ROW &&
                tq_value_equal(&draft->values[c], &there->values[c]))
            draft->given[c] = false;
        differs = differs ||
                  (draft->given[c] && !tq_value_equal(&draft->values[c], &there->values[c]));
    }
    if (!differs) {
        import->counts.same++;
        return TQ_OK;
    }
    if (voided >= 0 && there->values[voided].type != TQ_NULL) {
        import_problem(import, file, TQ_IMPORT_VOIDED, file->row->line, -1, tq_slice_str(""));
        import->counts.wrong++;
        return TQ_OK;
    }
    rc = tq_record_update(import->records, draft, there->key, &changed, &problem, &refused);
    if (rc == TQ_RULE) {
        note_refusal(import, file, &problem, &refused);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return tq_error_set(err, rc, "%s", refused.msg);
    import->counts.changed++;
    return note_changes(import, file, draft, there, err);
}

/* A row that stands in the file twice: its own fault first, which the other line hides. */
static tq_status note_twice(struct tq_import *import, struct import_file *file,
        const struct tq_draft *draft, uint32_t other_line, struct tq_error *err)
{
    struct tq_problem problem = { 0 };
    struct tq_error refused = { 0 };
    struct tq_import_problem *noted;
    tq_status rc = records_check_given(import->records, draft, &problem, &refused);

    if (rc == TQ_RULE)
        note_refusal(import, file, &problem, &refused);
    else if (rc != TQ_OK)
        return tq_error_set(err, rc, "%s", refused.msg);
    else
        import->counts.wrong++;
    noted = import_problem(
            import, file, TQ_IMPORT_DUPLICATE, file->row->line, -1, tq_slice_str(""));
    if (noted != NULL)
        noted->other_line = other_line;
    return TQ_OK;
}

tq_status import_row(struct tq_import *import, struct import_file *file, struct tq_draft *draft,
        struct tq_error *err)
{
    const struct tq_table *table = file->table;
    struct import_seen fresh = { { NULL, 0 }, { NULL, 0 }, file->row->line };
    struct import_seen *seen;
    struct tq_record there;
    bool found = false;
    bool named;
    tq_status rc;

    if (table->owner >= 0 && draft->values[table->owner].type == TQ_NULL)
        draft->given[table->owner] = false;
    rc = mark_of(import, draft, &fresh.mark, &named, err);
    if (rc == TQ_OK && table->surrogate && named && !draft->given[table->key[0]])
        rc = know_labels(import, file, err);
    if (rc != TQ_OK)
        return rc;
    seen = import_index_find(&file->index, fresh.mark);
    if (seen != NULL && seen->line > 0)
        return note_twice(import, file, draft, seen->line, err);
    if (seen != NULL)
        fresh.key = seen->key;
    else if (!table->surrogate || draft->given[table->key[0]])
        fresh.key = fresh.mark;
    if (fresh.key.data != NULL && fresh.key.len > 0)
        rc = tq_record_get(import->records, table, fresh.key, import->scratch, &there, &found, err);
    else if (!named)
        rc = find_alike(import, draft, &found, err);
    if (rc == TQ_OK && found && !named)
        import->counts.same++;
    else if (rc == TQ_OK && found)
        rc = change_row(import, file, draft, &there, err);
    else if (rc == TQ_OK)
        rc = add_row(import, file, draft, &fresh, err);
    if (rc != TQ_OK)
        return rc;
    if (seen != NULL)
        seen->line = fresh.line;
    else if (!import_index_add(&file->index, &fresh))
        rc = tq_error_set(err, TQ_NOMEM, "import");
    return rc;
}

/* ---- taking back ---- */

static tq_status undo_cell(struct tq_records *records, const struct tq_table *table,
        struct tq_slice key, uint32_t column_id, const struct tq_value *old,
        const struct tq_value *new, struct tq_slice reason, int64_t now_ms, bool *kept,
        struct tq_error *err)
{
    struct tq_draft draft = { .table = table };
    int c = tq_table_column(table, column_id);
    tq_status rc;

    if (column_id == 0) {
        rc = tq_record_void(records, table, key, reason, now_ms, NULL, err);
    } else if (c < 0) {
        rc = TQ_NOT_FOUND;
    } else {
        draft.given[c] = true;
        draft.values[c] = *old;
        draft.has_shown[c] = true;
        draft.shown[c] = *new;
        rc = tq_record_update(records, &draft, key, NULL, NULL, err);
    }
    /* Voided or changed since by a person, or refused by now: it stays as it is. */
    *kept = rc == TQ_EXISTS || rc == TQ_STALE || rc == TQ_NOT_FOUND || rc == TQ_RULE;
    return *kept ? TQ_OK : rc;
}

static tq_status choose(
        struct tq_records *records, int64_t *number, int64_t *undone_at, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(records->db, &stmt,
            "SELECT n, coalesce(undone_at, 0) FROM tq_import"
            " WHERE n = ?1 OR (?1 = 0 AND undone_at IS NULL) ORDER BY n DESC LIMIT 1",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, *number);
    rc = sql_step(records->db, stmt, &row, err);
    if (rc == TQ_OK && !row)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %" PRId64, tq_phrase(TQ_PHRASE_IMPORT), *number);
    if (rc == TQ_OK) {
        *number = sql_int(stmt, 0);
        *undone_at = sql_int(stmt, 1);
        sql_done(stmt);
    }
    return rc;
}

static tq_status undo_all(struct tq_records *records, int64_t number, struct tq_slice reason,
        int64_t now_ms, size_t *undone, size_t *kept, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(records->db, &stmt,
            "SELECT tbl, key, \"column\", old, new FROM tq_import_cell WHERE n = ?1 ORDER BY id "
            "DESC",
            err);

    if (rc != TQ_OK)
        return rc;
    sql_bind_int(stmt, 1, number);
    while (rc == TQ_OK && row) {
        const struct tq_table *table;
        struct tq_value old;
        struct tq_value new;
        bool stays = false;

        rc = sql_step(records->db, stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        table = tq_catalogue_table(records->catalogue, (uint32_t)sql_int(stmt, 0));
        old = sql_value(stmt, 3);
        new = sql_value(stmt, 4);
        if (table != NULL)
            rc = undo_cell(records, table, sql_bytes(stmt, 1), (uint32_t)sql_int(stmt, 2), &old,
                    &new, reason, now_ms, &stays, err);
        *kept += stays;
        *undone += !stays;
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    return rc;
}

tq_status tq_import_undo(struct tq_records *records, int64_t *number, struct tq_slice reason,
        int64_t now_ms, size_t *undone, size_t *kept, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int64_t undone_at = 0;
    tq_status rc;

    *undone = 0;
    *kept = 0;
    rc = tq_records_begin(records, err);
    if (rc == TQ_OK)
        rc = choose(records, number, &undone_at, err);
    if (rc == TQ_OK && undone_at != 0)
        rc = tq_error_set(err, TQ_EXISTS, "%s %" PRId64, tq_phrase(TQ_PHRASE_IMPORT), *number);
    if (rc == TQ_OK)
        rc = undo_all(records, *number, reason, now_ms, undone, kept, err);
    if (rc == TQ_OK)
        rc = sql_prepare(
                records->db, &stmt, "UPDATE tq_import SET undone_at = ?2 WHERE n = ?1", err);
    if (rc == TQ_OK) {
        sql_bind_int(stmt, 1, *number);
        sql_bind_int(stmt, 2, now_ms);
        rc = sql_run(records->db, stmt, err);
    }
    if (rc == TQ_OK)
        return tq_records_commit(records, err);
    tq_records_rollback(records);
    return rc;
}

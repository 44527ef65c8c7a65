/* sim_check.c - What must hold of an office's file at each of its commits, by the history of the
 * district that sim_shadow.c keeps. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"

static void overlay(
        const struct tq_table *table, const struct tq_cells *cells, struct tq_value *values)
{
    for (uint32_t i = 0; i < cells->n; i++) {
        int at = tq_table_column(table, cells->columns[i]);

        if (at >= 0)
            values[at] = cells->values[i];
    }
}

/* What an unsettled cell shows must outlive rows that are laid under it. */
static void check_before(struct sim_office *o)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct tq_error err;

    tq_error_clear(&err);
    o->nbefore = 0;
    tq_arena_reset(o->before_arena);
    sim_must(o->sim, ops->begin(o->store, TQ_TXN_READ, &err), "read", &err);
    for (size_t t = 0; t < o->office.catalogue->ntables; t++) {
        const struct tq_table *table = &o->office.catalogue->tables[t];
        struct tq_pending *pending;
        size_t n;

        sim_must(o->sim,
                ops->pending_table(o->store, table->id, o->before_arena, &pending, &n, &err),
                "pending", &err);
        for (size_t i = 0; i < n; i++) {
            struct sim_before *b = &o->before[o->nbefore];
            struct tq_value *values;
            bool found;

            if (i > 0 && tq_slice_equal(pending[i].key, pending[i - 1].key))
                continue;
            if (o->nbefore == SIM_KEYS)
                break;
            values = tq_arena_array(o->before_arena, table->ncolumns, sizeof(*values));
            sim_must(o->sim,
                    ops->row_get(
                            o->store, table, pending[i].key, o->before_arena, values, &found, &err),
                    "row", &err);
            if (!found)
                sim_fail(o->sim, "office %zu: unsettled %s %s is not in the file", o->number,
                        table->name, sim_key_text(o->sim, table, pending[i].key));
            b->table = table->id;
            b->key = pending[i].key;
            b->values = values;
            o->nbefore++;
        }
    }
    ops->rollback(o->store);
}

void sim_check_before(struct sim_office *o)
{
    sim_pause(true);
    check_before(o);
    sim_pause(false);
}

static const struct tq_value *value_before(
        const struct sim_office *o, uint32_t table, struct tq_slice key)
{
    for (size_t i = 0; i < o->nbefore; i++)
        if (o->before[i].table == table && tq_slice_equal(o->before[i].key, key))
            return o->before[i].values;
    return NULL;
}

static void check_unsettled(struct sim_office *o, const struct tq_table *table,
        const struct tq_pending *p, const struct tq_value *values)
{
    const struct tq_value *before = value_before(o, table->id, p->key);

    if (!o->applying || before == NULL)
        return;
    for (size_t i = 0; i < table->ncolumns; i++) {
        if (p->cell != TQ_CELL_ROW && table->columns[i].cell != p->cell)
            continue;
        if (!tq_value_equal(&before[i], &values[i]))
            sim_fail(o->sim, "office %zu: %s %s: unsettled %s changed from %s to %s", o->number,
                    table->name, sim_key_text(o->sim, table, p->key), table->columns[i].name,
                    sim_cell_text(o->sim, table, table->columns[i].cell, before),
                    sim_cell_text(o->sim, table, table->columns[i].cell, values));
    }
}

struct position {
    uint64_t cursor;
    uint64_t seen;
    uint32_t schema; /* of what was loaded */
    bool exact;      /* nothing was laid above the cursor */
};

/* What the file knows of a row: a row that has moved above the cursor is listed there, once, so
 * that what came before is sure only as of the last complete. */
static uint64_t known(const struct sim_row *row, const struct position *at)
{
    return row->newest->head > at->cursor ? at->seen : at->cursor;
}

/* May a file that stands at `at` hold this version? `above`: a broadcast may have brought it. */
static bool in_range(const struct sim_row *row, const struct sim_version *v,
        const struct sim_version *newer, bool above, const struct position *at)
{
    if (at->exact && !above)
        return v->head <= at->cursor && (newer == NULL || newer->head > at->cursor);
    return newer == NULL || newer->head > known(row, at);
}

/* Did this device send the value? Accepted, it is canonical until the row comes down with what the
 * same transaction laid over it. */
static bool was_sent(
        struct sim_office *o, struct sim_row *row, uint32_t cell, const struct tq_value *values)
{
    const struct tq_district_ops *ops = tq_district_store_ops(o->sim->district.store);
    struct tq_ledger_set kept;
    struct tq_set_body body;
    struct tq_error err;

    tq_error_clear(&err);
    for (uint64_t n = 1; ops->ledger_by_n(ops->ctx, n, o->sim->scratch, &kept, &err) == TQ_OK;
            n++) {
        if (kept.set.device != o->device)
            continue;
        sim_must(o->sim, tq_body_decode(kept.set.payload, o->sim->scratch, &body, &err), "set",
                &err);
        for (size_t i = 0; i < body.nchanges; i++) {
            const struct tq_change *c = &body.changes[i];
            struct tq_value sent[TQ_MAX_COLUMNS];
            struct tq_cells cells = { c->ncolumns, c->columns, c->after };

            if (c->table != row->table->id || !tq_slice_equal(c->key, row->key) ||
                    (c->cell != cell && c->cell != TQ_CELL_ROW))
                continue;
            for (size_t k = 0; k < row->table->ncolumns; k++)
                sent[k] = row->table->columns[k].fallback;
            overlay(row->table, &cells, sent);
            if (sim_same_cell(row->table, cell, sent, values))
                return true;
        }
    }
    return false;
}

static void check_cell(struct sim_office *o, const struct position *at, struct sim_row *row,
        uint32_t cell, const struct tq_value *canonical)
{
    bool above = o->sim->options.broadcasts && row->table->scope == TQ_PUBLIC;
    const struct sim_version *newer = NULL;
    const struct sim_version *expected = NULL;

    for (const struct sim_version *v = row->newest; v != NULL; newer = v, v = v->older) {
        if (!v->exists || !in_range(row, v, newer, above, at))
            continue;
        expected = v;
        if (sim_same_cell(row->table, cell, v->values, canonical))
            return;
    }
    if (!at->exact && row->newest->head > at->cursor && was_sent(o, row, cell, canonical))
        return;
    sim_fail(o->sim, "office %zu at %" PRIx64 "%s: %s %s: %s is %s under the clerk's, not %s",
            o->number, at->cursor, at->exact ? "" : " (midway)", row->table->name,
            sim_key_text(o->sim, row->table, row->key), tq_table_cell_name(row->table, cell),
            sim_cell_text(o->sim, row->table, cell, canonical),
            expected != NULL ? sim_cell_text(o->sim, row->table, cell, expected->values)
                             : "anything that the district had then");
}

/* The scope ends with the version that its rows were loaded for. */
static uint32_t loaded_schema(struct tq_slice scope)
{
    uint32_t schema = 0;
    uint32_t unit = 1;

    for (size_t i = scope.len; i > 0 && scope.data[i - 1] >= '0' && scope.data[i - 1] <= '9'; i--) {
        schema += unit * (uint32_t)(scope.data[i - 1] - '0');
        unit *= 10;
    }
    return schema;
}

/* What came with a newer version than the file's rows is empty until it has been loaded. */
static bool is_loaded(const struct sim_office *o, const struct position *at, uint32_t since)
{
    return o->version == 0 || since <= at->schema;
}

static void check_row(struct sim_office *o, const struct position *at, const struct tq_table *table,
        struct tq_slice key, struct tq_value *values, const struct tq_pending *pending, size_t n)
{
    struct sim_row *row;

    for (size_t i = 0; i < n; i++)
        check_unsettled(o, table, &pending[i], values);
    for (size_t i = 0; i < n; i++) {
        if (pending[i].cell == TQ_CELL_ROW)
            return; /* not a row of the district */
        overlay(table, &pending[i].base, values);
    }
    row = sim_shadow_find(o->sim, table, key);
    if (row == NULL)
        sim_fail(o->sim, "office %zu: the district never had %s %s", o->number, table->name,
                sim_key_text(o->sim, table, key));
    for (size_t i = 0; i < table->ncolumns; i++)
        if (table->columns[i].leaves &&
                (table->columns[i].id == table->columns[i].cell ||
                        table->columns[i].cell == TQ_CELL_ROW) &&
                is_loaded(o, at, table->columns[i].since) && i < row->table->ncolumns)
            check_cell(o, at, row, table->columns[i].cell, values);
}

/* Rows that the district had at the cursor are in the file. */
static void check_missing(struct sim_office *o, const struct position *at)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct tq_slice unit = tq_slice_str(sim_unit(o->commune));
    struct tq_error err;

    tq_error_clear(&err);
    for (struct sim_row *row = o->sim->shadow.first; row != NULL; row = row->all) {
        const struct tq_table *table = tq_catalogue_table(o->office.catalogue, row->table->id);
        const struct sim_version *v = row->newest;
        struct tq_value values[TQ_MAX_COLUMNS];
        bool found;

        if (table == NULL || !is_loaded(o, at, table->since) ||
                (table->scope == TQ_OWN && !tq_slice_equal(row->owner, unit)))
            continue;
        while (v != NULL && v->head > known(row, at))
            v = v->older;
        if (v == NULL || !v->exists)
            continue;
        sim_must(o->sim,
                ops->row_get(o->store, table, row->key, o->sim->scratch, values, &found, &err),
                "row", &err);
        if (!found)
            sim_fail(o->sim, "office %zu at %" PRIx64 " (loaded for %u) lacks %s %s", o->number,
                    at->cursor, at->schema, row->table->name,
                    sim_key_text(o->sim, row->table, row->key));
    }
}

/* All rows of a table in order of their keys; kept, for it is asked at every commit. */
static sqlite3_stmt *walk(struct sim_office *o, size_t place, const struct tq_table *table)
{
    struct tq_buf sql;

    if (place >= SIM_TABLES)
        sim_fail(o->sim, "more than %d tables", SIM_TABLES);
    if (o->walks[place] != NULL)
        return o->walks[place];
    tq_buf_init(&sql, 0);
    for (size_t i = 0; i < table->ncolumns; i++)
        tq_buf_printf(&sql, "%s\"%s\"", i == 0 ? "SELECT " : ",", table->columns[i].name);
    tq_buf_printf(&sql, " FROM \"%s\"", table->name);
    for (uint32_t i = 0; i < table->nkey; i++)
        tq_buf_printf(
                &sql, "%s\"%s\"", i == 0 ? " ORDER BY " : ",", table->columns[table->key[i]].name);
    if (sqlite3_prepare_v3(o->db, (const char *)sql.data, (int)sql.len, SQLITE_PREPARE_PERSISTENT,
                &o->walks[place], NULL) != SQLITE_OK)
        sim_fail(o->sim, "office %zu: %s: %s", o->number, table->name, sqlite3_errmsg(o->db));
    tq_buf_deinit(&sql);
    return o->walks[place];
}

static void check_table(
        struct sim_office *o, const struct position *at, size_t place, const struct tq_table *table)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    sqlite3_stmt *rows = walk(o, place, table);
    struct sim *s = o->sim;
    struct tq_pending *pending;
    struct tq_error err;
    size_t n;
    int code;

    tq_error_clear(&err);
    sim_must(s, ops->pending_table(o->store, table->id, s->scratch, &pending, &n, &err), "pending",
            &err);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        struct tq_value values[TQ_MAX_COLUMNS];
        struct tq_slice key;
        struct tq_buf buf;
        size_t first = 0;
        size_t count = 0;

        for (size_t i = 0; i < table->ncolumns; i++)
            values[i] = sql_value(rows, (int)i);
        tq_buf_init(&buf, 0);
        if (!tq_key_encode(table, values, &buf))
            sim_fail(s, "office %zu: a row of %s without a key", o->number, table->name);
        key = tq_slice_of(tq_arena_copy(s->scratch, buf.data, buf.len), buf.len);
        tq_buf_deinit(&buf);
        while (first < n && !tq_slice_equal(pending[first].key, key))
            first++;
        while (first + count < n && tq_slice_equal(pending[first + count].key, key))
            count++;
        check_row(o, at, table, key, values, pending + first, count);
    }
    sqlite3_reset(rows);
    if (code != SQLITE_DONE)
        sim_fail(s, "office %zu: %s: %s", o->number, table->name, sqlite3_errmsg(o->db));
}

/* What was committed, or found when the file was opened, stays, whatever crashed since. */
static void check_forward(struct sim_office *o, const struct tq_office_state *state)
{
    uint64_t cursor = state->position.cursor;
    int64_t captured =
            sim_office_int(o, "SELECT max(seq) FROM sqlite_sequence WHERE name='tq_log'");

    if (cursor < o->last_cursor)
        sim_fail(o->sim, "office %zu: the cursor went back from %" PRIx64 " to %" PRIx64, o->number,
                o->last_cursor, cursor);
    if (state->seen < o->last_seen || state->top < o->last_top)
        sim_fail(o->sim,
                "office %zu: went back from seen %" PRIx64 ", top %" PRIx64 " to %" PRIx64
                ", %" PRIx64,
                o->number, o->last_seen, o->last_top, state->seen, state->top);
    if (captured < o->last_log)
        sim_fail(o->sim, "office %zu: the log went back from %" PRId64 " to %" PRId64, o->number,
                o->last_log, captured);
    o->last_cursor = cursor;
    o->last_seen = state->seen;
    o->last_top = state->top;
    if (captured > o->last_log)
        sim_captured_note(o);
    o->last_log = captured;
}

static void check_faults(struct sim_office *o)
{
    sqlite3_stmt *list = NULL;

    /* What a restored district has lost is told under kinds of its own, until everything is back. */
    sqlite3_prepare_v2(o->db,
            "SELECT kind,text,quote(found),quote(expected) FROM tq_fault WHERE kind<4 OR id>?1 "
            "LIMIT 1",
            -1, &list, NULL);
    sqlite3_bind_int64(list, 1, o->sim->rebuilt || o->behind ? INT64_MAX : o->told);
    if (sqlite3_step(list) == SQLITE_ROW)
        sim_fail(o->sim, "office %zu recorded a fault: %d %s: %s, not %s", o->number,
                sqlite3_column_int(list, 0), (const char *)sqlite3_column_text(list, 1),
                (const char *)sqlite3_column_text(list, 2),
                (const char *)sqlite3_column_text(list, 3));
    sqlite3_finalize(list);
}

/* A number alone does not tell: a copy that is put back has the numbers of its own epoch, too. */
static bool is_in_ledger(struct sim *s, uint64_t head, const uint8_t hash[TQ_HASH_BYTES])
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    uint8_t theirs[TQ_HASH_BYTES];
    struct tq_error err;
    int64_t t;

    tq_error_clear(&err);
    return ops->history_get(ops->ctx, head, &t, theirs, &err) == TQ_OK &&
           memcmp(theirs, hash, TQ_HASH_BYTES) == 0;
}

bool sim_is_of_this_history(struct sim_office *o, const struct tq_office_state *state)
{
    uint64_t base = o->sim->shadow.base;

    if (!o->sim->rebuilt && !o->behind)
        return state->seen >= base || state->loading;
    return !state->loading && state->seen >= base && state->equal_as_of >= base &&
           state->top >= base && state->position.cursor >= base && !o->office.rebuilding &&
           is_in_ledger(o->sim, state->top, state->top_hash);
}

static void check_commit(struct sim_office *o)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct tq_office_state state;
    struct position at;
    struct tq_error err;

    tq_error_clear(&err);
    tq_arena_reset(o->sim->scratch);
    sim_must(o->sim, ops->begin(o->store, TQ_TXN_READ, &err), "read", &err);
    sim_must(o->sim, ops->state_get(o->store, o->sim->scratch, &state, &err), "state", &err);
    at.cursor = state.position.cursor;
    at.seen = state.seen;
    at.schema = loaded_schema(state.loaded_scope);
    at.exact = !state.loading && !state.position.scanning && state.seen == at.cursor;
    if (state.seen > at.cursor)
        sim_fail(o->sim, "office %zu: seen %" PRIx64 " is above the cursor %" PRIx64, o->number,
                state.seen, at.cursor);
    check_forward(o, &state);
    /* What the file knows may be a history that the district has lost, or that is not kept here: until
     * the two were found equal, and nothing of another history is in the file since. */
    if (!sim_is_of_this_history(o, &state)) {
        o->foreign_log = o->last_log;
        ops->rollback(o->store);
        check_faults(o);
        return;
    }
    for (size_t t = 0; t < o->office.catalogue->ntables; t++)
        check_table(o, &at, t, &o->office.catalogue->tables[t]);
    if (!state.loading)
        check_missing(o, &at);
    ops->rollback(o->store);
    check_faults(o);
    o->sim->stats.checked_commits++;
}

void sim_check_commit(struct sim_office *o)
{
    sim_pause(true);
    check_commit(o);
    sim_pause(false);
}

/* ---- at rest: the tables of the district themselves, whatever history led to them ---- */

static const struct tq_table *at_district(const struct sim *s, uint32_t id)
{
    return tq_catalogue_table(tq_db_catalogue(tq_district_store_db(s->district.store)), id);
}

/* Is the district's row under this key another commune's? Nobody gives a key twice, but a neighbour
 * that keeps to nothing gives that of a row which it was told, where our file and the mailbox that
 * knows of it were lost (docs/liaison.md, "What is left as it is"). */
static bool is_anothers(struct sim_office *o, const struct tq_table *table,
        const struct tq_table *theirs, struct tq_slice key, const struct tq_value *values)
{
    struct tq_value unit = tq_value_str(sim_unit(o->commune));
    struct sim *s = o->sim;

    if (table->scope != TQ_OWN || tq_value_equal(&values[theirs->owner], &unit))
        return false;
    if (s->border == NULL || !border_knows_not(s))
        sim_fail(s, "office %zu at rest: %s %s is another commune's at the district", o->number,
                table->name, sim_key_text(s, table, key));
    return true;
}

/* One row of a file against the district's, under what is unsettled here. True: the district has it. */
static bool compare_row(struct sim_office *o, const struct position *at,
        const struct tq_table *table, struct tq_slice key, struct tq_value *values,
        const struct tq_pending *pending, size_t n)
{
    const struct tq_district_ops *ops = tq_district_store_ops(o->sim->district.store);
    const struct tq_table *theirs = at_district(o->sim, table->id);
    struct tq_stored_row row;
    struct tq_error err;
    bool lacking = false;

    for (size_t i = 0; i < n; i++) {
        lacking = lacking || pending[i].cell == TQ_CELL_ROW;
        overlay(table, &pending[i].base, values);
    }
    tq_error_clear(&err);
    memset(&row, 0, sizeof(row));
    if (theirs != NULL)
        sim_must(o->sim, ops->rows_get(ops->ctx, theirs, &key, 1, o->sim->scratch, &row, &err),
                "row", &err);
    if (row.exists && is_anothers(o, table, theirs, key, row.values))
        row.exists = false;
    if (row.exists == lacking)
        sim_fail(o->sim, "office %zu at rest: %s %s is %s, and %s the district", o->number,
                table->name, sim_key_text(o->sim, table, key),
                lacking ? "told to be nowhere else" : "told to be the district's",
                lacking ? "at" : "not at");
    for (size_t i = 0; row.exists && i < table->ncolumns; i++) {
        int there = tq_table_column(theirs, table->columns[i].id);

        if (there < 0 || !table->columns[i].leaves || !is_loaded(o, at, table->columns[i].since) ||
                tq_value_equal(&values[i], &row.values[there]))
            continue;
        sim_fail(o->sim, "office %zu at rest: %s %s: %s is not what the district has", o->number,
                table->name, sim_key_text(o->sim, table, key), table->columns[i].name);
    }
    return row.exists;
}

static uint64_t compare_table(
        struct sim_office *o, const struct position *at, size_t place, const struct tq_table *table)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    sqlite3_stmt *rows = walk(o, place, table);
    struct tq_pending *pending;
    struct tq_error err;
    uint64_t both = 0;
    size_t n;

    tq_error_clear(&err);
    sim_must(o->sim, ops->pending_table(o->store, table->id, o->sim->scratch, &pending, &n, &err),
            "pending", &err);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        struct tq_value values[TQ_MAX_COLUMNS];
        struct tq_slice key;
        struct tq_buf buf;
        size_t first = 0;
        size_t count = 0;

        for (size_t i = 0; i < table->ncolumns; i++)
            values[i] = sql_value(rows, (int)i);
        tq_buf_init(&buf, 0);
        (void)tq_key_encode(table, values, &buf);
        key = tq_slice_of(tq_arena_copy(o->sim->scratch, buf.data, buf.len), buf.len);
        tq_buf_deinit(&buf);
        while (first < n && !tq_slice_equal(pending[first].key, key))
            first++;
        while (first + count < n && tq_slice_equal(pending[first + count].key, key))
            count++;
        both += compare_row(o, at, table, key, values, pending + first, count);
    }
    sqlite3_reset(rows);
    return both;
}

/* How many rows the office should hold of a table. */
static uint64_t rows_in_scope(struct sim_office *o, const struct tq_table *table)
{
    struct tq_buf sql;
    uint64_t n;

    tq_buf_init(&sql, 0);
    tq_buf_printf(&sql, "SELECT count(*) FROM \"%s\"", table->name);
    if (table->scope == TQ_OWN)
        tq_buf_printf(&sql, " WHERE \"%s\" = '%s'", table->columns[table->owner].name,
                sim_unit(o->commune));
    tq_buf_append_u8(&sql, 0);
    n = (uint64_t)sim_district_int(o->sim, (const char *)sql.data);
    tq_buf_deinit(&sql);
    return n;
}

void sim_check_rows(struct sim_office *o)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct tq_office_state state;
    struct position at = { .exact = true };
    struct tq_error err;

    sim_pause(true);
    tq_error_clear(&err);
    sim_must(o->sim, ops->begin(o->store, TQ_TXN_READ, &err), "read", &err);
    for (size_t t = 0; t < o->office.catalogue->ntables; t++) {
        const struct tq_table *table = &o->office.catalogue->tables[t];
        uint64_t both;

        tq_arena_reset(o->sim->scratch);
        sim_must(o->sim, ops->state_get(o->store, o->sim->scratch, &state, &err), "state", &err);
        at.schema = loaded_schema(state.loaded_scope);
        if (at_district(o->sim, table->id) == NULL || !is_loaded(o, &at, table->since))
            continue;
        both = compare_table(o, &at, t, table);
        if (both != rows_in_scope(o, table))
            sim_fail(o->sim,
                    "office %zu at rest: %" PRIu64 " rows of %s, %" PRIu64 " at the district",
                    o->number, both, table->name, rows_in_scope(o, table));
    }
    ops->rollback(o->store);
    sim_pause(false);
}

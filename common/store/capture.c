#include "tuquan/capture.h"

#include <stdio.h>

#include "store/capture_rules.h"

#define CAPTURING "NOT EXISTS(SELECT 1 FROM tq_flag WHERE applying<>0)"
#define NOW_MS "CAST((julianday()-2440587.5)*86400000 AS INTEGER)"
#define LOG_COLUMNS "tbl,cell,key,owner,lock_on,old,new,at_ms,author,incarnation,seen,t_seen"
#define GUARD_BYTES 200

struct generator {
    const struct tq_catalogue *catalogue;
    tq_capture_visit_fn visit;
    void *ctx;
    struct tq_buf sql;
    char name[128];
};

static bool commune_writes(uint32_t writers)
{
    return (writers & TQ_BY_COMMUNE) != 0;
}

/* The encoded key of NEW as a blob (tq_key_encode). */
static void append_key(struct tq_buf *sql, const struct tq_table *table)
{
    if (table->surrogate) {
        tq_buf_printf(sql, "NEW.%s", table->columns[table->key[0]].name);
        return;
    }
    tq_buf_append_str(sql, "CAST(");
    for (uint32_t i = 0; i < table->nkey; i++) {
        const struct tq_column *column = &table->columns[table->key[i]];

        if (i > 0)
            tq_buf_append_str(sql, "||x'1f'||");
        tq_buf_printf(
                sql, column->type == TQ_INT ? "printf('%%08d',NEW.%s)" : "NEW.%s", column->name);
    }
    tq_buf_append_str(sql, " AS BLOB)");
}

/* The days that a change of `cell` is counted by, parted by spaces: an instant's is that of Viet Nam.
 * An insert says them itself. */
static void append_lock(struct tq_buf *sql, const struct tq_table *table, uint32_t cell)
{
    const struct tq_lock *also = cell != TQ_CELL_ROW ? table->also_locked : NULL;
    const struct tq_column *set;

    if (also == NULL) {
        if (table->lock_by >= 0)
            tq_buf_printf(sql, ",NEW.%s", table->columns[table->lock_by].name);
        else
            tq_buf_append_str(sql, ",NULL");
        return;
    }
    set = &table->columns[tq_table_column(table, cell)];
    tq_buf_append_str(sql, ",trim(");
    if (table->lock_by >= 0)
        tq_buf_printf(sql, "ifnull(NEW.%s,'')", table->columns[table->lock_by].name);
    else
        tq_buf_append_str(sql, "''");
    for (; also->column != 0; also++) {
        const struct tq_column *column = &table->columns[tq_table_column(table, also->column)];

        if (!tq_lock_matters(also, cell))
            continue;
        tq_buf_append_str(sql, "||' '||");
        if (also->code != NULL && set->rule.kind == TQ_RULE_LIST)
            tq_buf_printf(sql, "iif(OLD.%s='%s' OR NEW.%s='%s',", set->name, also->code, set->name,
                    also->code);
        if (tq_lock_is_year(column))
            tq_buf_printf(sql, "ifnull('COMMUNE/'||NEW.%s,'')", column->name);
        else if (column->type == TQ_INT)
            tq_buf_printf(sql, "ifnull(date((NEW.%s+25200000)/1000,'unixepoch'),'')", column->name);
        else
            tq_buf_printf(sql, "ifnull(NEW.%s,'')", column->name);
        if (also->code != NULL && set->rule.kind == TQ_RULE_LIST)
            tq_buf_append_str(sql, ",'')");
    }
    tq_buf_append_str(sql, ")");
}

/* Whose row, and which period it falls in, as the log keeps them. */
static void append_owner_lock(struct tq_buf *sql, const struct tq_table *table, uint32_t cell)
{
    if (table->owner >= 0)
        tq_buf_printf(sql, ",NEW.%s", table->columns[table->owner].name);
    else
        tq_buf_append_str(sql, ",NULL");
    append_lock(sql, table, cell);
}

static void begin_trigger(
        struct generator *g, const struct tq_table *table, const char *what, const char *timing)
{
    tq_buf_clear(&g->sql);
    snprintf(g->name, sizeof(g->name), "tq_%s_%s", table->name, what);
    tq_buf_printf(&g->sql, "CREATE TRIGGER %s %s ON %s WHEN ", g->name, timing, table->name);
}

static tq_status end_trigger(struct generator *g, struct tq_error *err)
{
    tq_buf_append_str(&g->sql, "END");
    tq_buf_append_u8(&g->sql, 0);
    if (!tq_buf_is_ok(&g->sql))
        return tq_error_set(err, TQ_NOMEM, "%s", g->name);
    return g->visit(g->ctx, g->name, (const char *)g->sql.data, err);
}

static void append_no_state(struct tq_buf *sql)
{
    tq_buf_printf(sql,
            " WHEN NOT EXISTS(SELECT 1 FROM tq_state) THEN RAISE(ABORT,'[%s] tq_state: %s')\n",
            tq_status_code(TQ_TAMPERED), tq_phrase(TQ_PHRASE_NO_STATE));
}

static void append_exists(struct tq_buf *sql, const struct tq_table *table)
{
    tq_buf_printf(sql, " WHEN EXISTS(SELECT 1 FROM %s WHERE ", table->name);
    for (uint32_t i = 0; i < table->nkey; i++) {
        const char *name = table->columns[table->key[i]].name;

        tq_buf_printf(sql, "%s%s=NEW.%s", i > 0 ? " AND " : "", name, name);
    }
    tq_buf_printf(sql, ") THEN RAISE(ABORT,'[R14] %s: %s')\n", table->name,
            tq_phrase(TQ_PHRASE_ROW_EXISTS));
}

/* Key and owner are judged by their own rules too: OR IGNORE would drop a row with an empty key
 * without a word. */
static void append_insert_rules(struct generator *g, const struct tq_table *table)
{
    struct tq_buf *sql = &g->sql;

    append_exists(sql, table);
    if (table->owner < 0) {
        append_no_state(sql);
    } else { /* without a state nobody is the owner */
        const struct tq_column *owner = &table->columns[table->owner];

        tq_buf_printf(sql, " WHEN NEW.%s IS NOT (SELECT unit FROM tq_state) THEN ", owner->name);
        rules_raise(sql, table, owner, TQ_REASON_NOT_YOUR_UNIT);
    }
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (commune_writes(column->writers)) {
            rules_column(sql, table, column, "");
            continue;
        }
        tq_buf_printf(sql, " WHEN NEW.%s IS NOT ", column->name);
        rules_literal(sql, &column->fallback);
        tq_buf_append_str(sql, " THEN ");
        rules_raise(sql, table, column, TQ_REASON_NOT_YOUR_COLUMN);
    }
    for (size_t i = 0; i < table->ncolumns; i++)
        if ((int)i != table->owner && commune_writes(table->columns[i].writers))
            rules_reference(sql, g->catalogue, table, &table->columns[i], "");
    rules_groups(sql, table, TQ_CELL_ROW);
    rules_steps(sql, table, TQ_CELL_ROW);
}

/* A value as quote() gives it, without the call where the outcome is the same: numbers, and in an
 * insert what a rule has just found to be a code or a date. */
static void append_value(
        struct tq_buf *sql, const struct tq_column *column, const char *which, bool checked)
{
    if (column->type == TQ_INT)
        tq_buf_printf(sql, checked ? "%s.%s" : "ifnull(%s.%s,'NULL')", which, column->name);
    else if (checked && (column->rule.kind == TQ_RULE_LIST || column->rule.kind == TQ_RULE_DATE))
        tq_buf_printf(sql, "''''||%s.%s||''''", which, column->name);
    else
        tq_buf_printf(sql, "quote(%s.%s)", which, column->name);
}

/* "9=1,10='theft'," of an insert: only what differs from its default, so a new column with a
 * default makes no difference. What the commune may not write has its default, or the rules have
 * refused it. printf prints NULL as nothing and copies once, where || would copy again and again. */
static void append_inserted(struct tq_buf *sql, const struct tq_table *table)
{
    tq_buf_append_str(sql, "printf('");
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < table->ncolumns; i++) {
            const struct tq_column *column = &table->columns[i];

            if (column->cell == TQ_CELL_ROW || !column->leaves || !commune_writes(column->writers))
                continue;
            if (pass == 0) {
                tq_buf_append_str(sql, "%s");
                continue;
            }
            tq_buf_printf(sql, ",\nCASE WHEN NEW.%s IS NOT ", column->name);
            rules_literal(sql, &column->fallback);
            tq_buf_printf(sql, " THEN '%u='||", column->id);
            append_value(sql, column, "NEW", true);
            tq_buf_append_str(sql, "||',' END");
        }
        if (pass == 0)
            tq_buf_append_str(sql, "'");
    }
    tq_buf_append_str(sql, ")");
}

/* `seen` or `t_seen` of the file, for what came with catalogue `since`: of what it has not loaded
 * yet it has seen nothing. The scope of its last whole pull ends with the catalogue of that. */
static void append_seen(struct tq_buf *sql, const char *name, uint32_t since)
{
    tq_buf_append_str(sql, "iif(loading");
    if (since > 1)
        tq_buf_printf(sql,
                " OR CAST(substr(loaded_scope,instr(loaded_scope,'schema ')+7) AS INTEGER)<%u",
                since);
    tq_buf_printf(sql, ",0,%s)", name);
}

/* The catalogue that a cell came with: its newest column's. */
static uint32_t since_of(const struct tq_table *table, uint32_t cell)
{
    uint32_t members[TQ_MAX_COLUMNS];
    size_t n = tq_table_cell(table, cell, members);
    uint32_t since = table->since;

    for (size_t i = 0; i < n; i++)
        if (table->columns[members[i]].since > since)
            since = table->columns[members[i]].since;
    return since;
}

/* The pending row takes what the log row just got; an older one of the cell stays, not yet sealed
 * again. */
static void append_pending(struct tq_buf *sql)
{
    tq_buf_append_str(sql,
            "INSERT INTO tq_pending(tbl,key,cell,base,seen,t_seen) SELECT tbl,key,cell,old,seen,"
            "t_seen FROM tq_log WHERE id=last_insert_rowid()\n"
            "ON CONFLICT(tbl,key,cell) DO UPDATE SET set_n=NULL;\n");
}

/* One trigger, before the row goes in: nothing but our rules can keep it out then (STRICT has
 * looked at the types already), and two triggers would cost twice. */
static tq_status insert(struct generator *g, const struct tq_table *table, struct tq_error *err)
{
    struct tq_buf *sql = &g->sql;

    begin_trigger(g, table, "insert", "BEFORE INSERT");
    tq_buf_append_str(sql, CAPTURING " BEGIN\nSELECT ");
    if (!commune_writes(table->writers)) {
        rules_raise(sql, table, NULL, TQ_REASON_NOT_YOUR_COLUMN);
        tq_buf_append_str(sql, ";\n");
        return end_trigger(g, err);
    }
    tq_buf_append_str(sql, "CASE\n");
    append_insert_rules(g, table);
    tq_buf_append_str(sql, " END;\n");
    tq_buf_printf(sql, "INSERT INTO tq_log(" LOG_COLUMNS ") SELECT %u,0,", table->id);
    append_key(sql, table);
    append_owner_lock(sql, table, TQ_CELL_ROW);
    tq_buf_append_str(sql, ",NULL,");
    append_inserted(sql, table);
    tq_buf_append_str(sql, ",\n" NOW_MS ",author,incarnation,");
    append_seen(sql, "seen", table->since);
    tq_buf_append_str(sql, ",");
    append_seen(sql, "t_seen", table->since);
    tq_buf_append_str(sql, " FROM tq_state;\n");
    append_pending(sql);
    return end_trigger(g, err);
}

/* "8='x',9=NULL," of the OLD or NEW values of a cell. */
static void append_cell(
        struct tq_buf *sql, const struct tq_table *table, uint32_t cell, const char *which)
{
    uint32_t members[TQ_MAX_COLUMNS];
    size_t n = tq_table_cell(table, cell, members);
    bool first = true;

    for (size_t i = 0; i < n; i++) {
        const struct tq_column *column = &table->columns[members[i]];

        if (!column->leaves)
            continue;
        tq_buf_printf(sql, "%s'%u='||", first ? "" : "||", column->id);
        append_value(sql, column, which, false);
        tq_buf_append_str(sql, "||','");
        first = false;
    }
    if (first)
        tq_buf_append_str(sql, "''");
}

static void append_update_rules(struct generator *g, const struct tq_table *table, uint32_t cell)
{
    uint32_t members[TQ_MAX_COLUMNS];
    size_t n = tq_table_cell(table, cell, members);
    char guard[GUARD_BYTES];

    tq_buf_append_str(&g->sql, "SELECT CASE\n");
    append_no_state(&g->sql);
    for (size_t i = 0; i < n; i++) {
        const struct tq_column *column = &table->columns[members[i]];

        /* A column of a group that keeps its value is not judged again. */
        snprintf(guard, sizeof(guard), n > 1 ? "NEW.%s IS NOT OLD.%s AND " : "%.0s%.0s",
                column->name, column->name);
        rules_column(&g->sql, table, column, guard);
        rules_reference(&g->sql, g->catalogue, table, column, guard);
    }
    rules_groups(&g->sql, table, cell);
    rules_steps(&g->sql, table, cell);
    tq_buf_append_str(&g->sql, " END;\n");
}

/* The pending row of a cell, with what its writer had seen: over an unsettled insert of the row that
 * of the insert, for the clerk sees his own row. VALUES, because a SELECT from the table that it
 * writes to would be copied first. */
static void append_cell_pending(struct tq_buf *sql, const struct tq_table *table, uint32_t cell)
{
    tq_buf_printf(
            sql, "INSERT INTO tq_pending(tbl,key,cell,base,seen,t_seen) VALUES(%u,", table->id);
    append_key(sql, table);
    tq_buf_printf(sql, ",%u,", cell);
    append_cell(sql, table, cell, "OLD");
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "seen" : "t_seen";

        tq_buf_printf(sql, ",\ncoalesce((SELECT %s FROM tq_pending WHERE tbl=%u AND key=", name,
                table->id);
        append_key(sql, table);
        tq_buf_append_str(sql, " AND cell=0),(SELECT ");
        append_seen(sql, name, since_of(table, cell));
        tq_buf_append_str(sql, " FROM tq_state))");
    }
    tq_buf_append_str(sql, ")\nON CONFLICT(tbl,key,cell) DO UPDATE SET set_n=NULL;\n");
}

static tq_status update_cell(
        struct generator *g, const struct tq_table *table, uint32_t cell, struct tq_error *err)
{
    uint32_t members[TQ_MAX_COLUMNS];
    size_t n = tq_table_cell(table, cell, members);
    struct tq_buf *sql = &g->sql;

    tq_buf_clear(sql);
    snprintf(g->name, sizeof(g->name), "tq_%s_update_%u", table->name, cell);
    tq_buf_printf(sql, "CREATE TRIGGER %s AFTER UPDATE OF ", g->name);
    for (size_t i = 0; i < n; i++)
        tq_buf_printf(sql, "%s%s", i > 0 ? "," : "", table->columns[members[i]].name);
    tq_buf_printf(sql, " ON %s WHEN (", table->name);
    for (size_t i = 0; i < n; i++) {
        const char *name = table->columns[members[i]].name;

        tq_buf_printf(sql, "%sNEW.%s IS NOT OLD.%s", i > 0 ? " OR " : "", name, name);
    }
    tq_buf_append_str(sql, ") AND " CAPTURING " BEGIN\n");
    append_update_rules(g, table, cell);
    if (!table->columns[members[0]].leaves)
        return end_trigger(g, err); /* nothing of it is ever sent (a group leaves whole) */
    append_cell_pending(sql, table, cell);
    tq_buf_append_str(sql, "INSERT INTO tq_log(" LOG_COLUMNS ") SELECT p.tbl,p.cell,p.key");
    append_owner_lock(sql, table, cell);
    tq_buf_append_str(sql, ",");
    append_cell(sql, table, cell, "OLD");
    tq_buf_append_str(sql, ",");
    append_cell(sql, table, cell, "NEW");
    tq_buf_printf(sql,
            ",\n" NOW_MS ",s.author,s.incarnation,p.seen,p.t_seen FROM tq_state s CROSS JOIN "
            "tq_pending p WHERE p.tbl=%u AND p.key=",
            table->id);
    append_key(sql, table);
    tq_buf_printf(sql, " AND p.cell=%u;\n", cell);
    return end_trigger(g, err);
}

/* Key, owner and what other parties write. */
static tq_status update_fixed(
        struct generator *g, const struct tq_table *table, struct tq_error *err)
{
    struct tq_buf *sql = &g->sql;

    begin_trigger(g, table, "update_fixed", "BEFORE UPDATE");
    tq_buf_append_str(sql, CAPTURING " AND (");
    for (size_t i = 0, n = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (column->cell != TQ_CELL_ROW && commune_writes(column->writers))
            continue;
        tq_buf_printf(
                sql, "%sNEW.%s IS NOT OLD.%s", n++ > 0 ? " OR " : "", column->name, column->name);
    }
    tq_buf_append_str(sql, ") BEGIN\nSELECT CASE\n");
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];
        bool fixed = column->cell == TQ_CELL_ROW;

        if (!fixed && commune_writes(column->writers))
            continue;
        tq_buf_printf(sql, " WHEN NEW.%s IS NOT OLD.%s THEN ", column->name, column->name);
        rules_raise(
                sql, table, column, fixed ? TQ_REASON_KEY_REWRITTEN : TQ_REASON_NOT_YOUR_COLUMN);
    }
    tq_buf_append_str(sql, " END;\n");
    return end_trigger(g, err);
}

static tq_status delete_refuse(
        struct generator *g, const struct tq_table *table, struct tq_error *err)
{
    begin_trigger(g, table, "delete", "BEFORE DELETE");
    tq_buf_append_str(&g->sql, CAPTURING " BEGIN\nSELECT ");
    rules_raise(&g->sql, table, NULL, TQ_REASON_DELETED);
    tq_buf_append_str(&g->sql, ";\n");
    return end_trigger(g, err);
}

static tq_status table_triggers(
        struct generator *g, const struct tq_table *table, struct tq_error *err)
{
    tq_status rc = insert(g, table, err);

    if (rc == TQ_OK)
        rc = update_fixed(g, table, err);
    if (rc == TQ_OK)
        rc = delete_refuse(g, table, err);
    for (size_t i = 0; rc == TQ_OK && i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (column->id == column->cell && commune_writes(column->writers))
            rc = update_cell(g, table, column->cell, err);
    }
    return rc;
}

tq_status tq_capture_triggers(const struct tq_catalogue *catalogue, tq_capture_visit_fn visit,
        void *ctx, struct tq_error *err)
{
    struct generator g = { catalogue, visit, ctx, { NULL, 0, 0, 0, false, false }, "" };
    tq_status rc = TQ_OK;

    tq_buf_init(&g.sql, 0);
    for (size_t i = 0; rc == TQ_OK && i < catalogue->ntables; i++)
        rc = table_triggers(&g, &catalogue->tables[i], err);
    tq_buf_deinit(&g.sql);
    return rc;
}

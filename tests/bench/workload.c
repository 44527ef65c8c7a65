#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define ROW_BYTES ((size_t)4096)
#define START_MS INT64_C(1606000000000)
#define FIRST_YEAR 2016u

/* What is edited: a list of columns for each table. */
struct edit {
    const char *columns[2];
};

struct kind {
    const char *table;
    unsigned share; /* percent of the inserts */
    struct edit edits[WORK_EDITS];
};

static const struct kind KINDS[WORK_TABLES] = {
    { "village_return", 35,
            { { { "value", NULL } }, { { "note", NULL } }, { { "value", "note" } } } },
    { "incident", 25,
            { { { "closed_on", "state" } }, { { "summary", NULL } }, { { "damage_vnd", NULL } } } },
    { "activity", 20,
            { { { "participants", "results" } }, { { "results", NULL } }, { { "state", NULL } } } },
    { "tip", 10, { { { "state", "note" } }, { { "note", NULL } }, { { "state", NULL } } } },
    { "self_mgmt_group", 10,
            { { { "households", "members" } }, { { "members", NULL } }, { { "name", NULL } } } },
};

static const char *const PLACES[] = { "khu vực chợ xã", "nhà văn hóa thôn", "đường liên thôn",
    "bờ đê sông Lô", "trường tiểu học", "khu đồng Chằm", "ngã ba đầu làng", "trạm bơm số 2",
    "xóm Đình", "gần cầu Đồng Cổ", "khu trang trại", "bến đò cũ" };

static const char *const EVENTS[] = { "Mất trộm xe máy", "Mất trộm gia cầm", "Xô xát nhỏ sau tiệc",
    "Cháy rơm rạ lan ra vườn", "Tranh chấp ranh giới đất", "Va chạm giao thông, không ai bị thương",
    "Đánh bạc nhỏ lẻ", "Lấn chiếm hành lang đường", "Gây rối lúc nửa đêm", "Mua bán pháo trái phép",
    "Lừa đảo qua điện thoại", "Phá hoại hoa màu" };

static const char *const RESULTS[] = { "đã hòa giải xong, hai bên ký biên bản",
    "tổ tự quản nhắc nhở, không tái phạm", "đã chuyển Công an xã xử lý",
    "bà con tham gia đông, ý thức tốt", "hẹn kiểm tra lại trong tháng sau",
    "đã trả lại tài sản cho chủ hộ", "đang xác minh thêm qua camera của thôn",
    "thu hồi, lập biên bản tại chỗ", "vận động ký cam kết từng hộ" };

static const char *const CATEGORIES[] = { "theft", "property", "assault", "fraud", "gambling",
    "traffic_accident", "fire_explosion", "public_disorder" };
static const char *const KINDS_OF_ACTIVITY[] = { "patrol", "outreach", "mediation", "meeting" };
static const char *const INCIDENT_STATES[] = { "new", "verifying", "handling", "closed" };
static const char *const TIP_STATES[] = { "received", "passed", "solved", "unfounded" };
static const char *const ACTIVITY_STATES[] = { "planned", "done", "cancelled" };

#define PICK(w, list) (list)[pick((w), sizeof(list) / sizeof((list)[0]))]

static uint64_t pick(struct workload *w, uint64_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (w->random >> 11) % below;
}

static void *room(struct workload *w, size_t count, size_t size)
{
    void *at = tq_arena_array(w->arena, count, size);

    if (at == NULL)
        bench_fail("workload", "no memory");
    return at;
}

static struct tq_value text(struct workload *w, const char *s)
{
    size_t len = strlen(s);
    void *copy = tq_arena_copy(w->arena, s, len + 1);

    if (copy == NULL)
        bench_fail("workload", "no memory");
    return tq_value_text(tq_slice_of(copy, len));
}

static struct tq_value day(struct workload *w)
{
    char out[64];

    snprintf(out, sizeof(out), "%04u-%02u-%02u", FIRST_YEAR + (unsigned)pick(w, 5),
            1 + (unsigned)pick(w, 12), 1 + (unsigned)pick(w, 28));
    return text(w, out);
}

void work_unit_name(uint32_t number, char out[WORK_UNIT_BYTES])
{
    snprintf(out, WORK_UNIT_BYTES, "%05u@2004-01-01", 8770 + 3 * number);
}

void work_village_name(uint32_t number, uint32_t village, char *out, size_t size)
{
    snprintf(out, size, "%05u-%02u@2004-01-01", 8770 + 3 * number, village + 1);
}

void work_period_name(uint32_t month, char *out, size_t size)
{
    snprintf(out, size, "ADMIN/%04u-%02u", FIRST_YEAR + month / 12, month % 12 + 1);
}

/* A new value for a column by its name; what it cannot name keeps its default. */
static struct tq_value invent(
        struct workload *w, const struct tq_table *table, const struct tq_column *column)
{
    const char *name = column->name;
    bool sparse = pick(w, 100) < 30;
    char out[256];

    if (strcmp(name, "village") == 0) {
        work_village_name(w->unit_number, (uint32_t)pick(w, WORK_VILLAGES), out, sizeof(out));
        return text(w, out);
    }
    if (strcmp(name, "label") == 0) {
        snprintf(out, sizeof(out), "A-%05u", (unsigned)w->keys);
        return text(w, out);
    }
    if (strcmp(name, "summary") == 0 || strcmp(name, "results") == 0) {
        snprintf(out, sizeof(out), "%s ở %s: %s (dữ liệu mẫu)", PICK(w, EVENTS), PICK(w, PLACES),
                PICK(w, RESULTS));
        return text(w, out);
    }
    if (strcmp(name, "note") == 0) {
        snprintf(out, sizeof(out), "Biên bản số %u, %s", (unsigned)pick(w, 90), PICK(w, RESULTS));
        return sparse ? text(w, out) : tq_value_null();
    }
    if (strcmp(name, "name") == 0) {
        snprintf(out, sizeof(out), "Tổ tự quản số %u, %s", (unsigned)pick(w, 40), PICK(w, PLACES));
        return text(w, out);
    }
    if (strcmp(name, "category") == 0)
        return text(w, PICK(w, CATEGORIES));
    if (strcmp(name, "kind") == 0)
        return text(w, PICK(w, KINDS_OF_ACTIVITY));
    if (strcmp(name, "source") == 0)
        return text(w, "typed");
    if (strcmp(name, "state") == 0 && table->id == 26)
        return text(w, "confirmed");
    if (strcmp(name, "state") == 0 && table->id == 28)
        return text(w, PICK(w, INCIDENT_STATES));
    if (strcmp(name, "state") == 0 && table->id == 29)
        return text(w, PICK(w, TIP_STATES));
    if (strcmp(name, "state") == 0 && table->id == 32)
        return text(w, PICK(w, ACTIVITY_STATES));
    if (strcmp(name, "area") == 0)
        return tq_value_int(1 + (int64_t)pick(w, 5));
    if (strcmp(name, "value") == 0 || strcmp(name, "participants") == 0 ||
            strcmp(name, "households") == 0 || strcmp(name, "members") == 0)
        return tq_value_int((int64_t)pick(w, 400));
    if (strcmp(name, "damage_vnd") == 0)
        return tq_value_int(100000 * (int64_t)pick(w, 80));
    if (strcmp(name, "known_at") == 0 || strcmp(name, "received_at") == 0)
        return tq_value_int(START_MS - 60000 * (int64_t)pick(w, 500000));
    if (strcmp(name, "occurred_on") == 0 || strcmp(name, "held_on") == 0 ||
            strcmp(name, "received_on") == 0 || strcmp(name, "founded_on") == 0 ||
            strcmp(name, "due_on") == 0 || strcmp(name, "closed_on") == 0)
        return day(w);
    return column->fallback;
}

/* Villages x months x indicators, in an order in which nothing comes twice. */
static void natural_key(struct workload *w, const struct tq_table *table, struct tq_value *values)
{
    uint64_t k = w->returns++;
    char out[40];

    (void)table;
    work_village_name(w->unit_number, (uint32_t)(k % WORK_VILLAGES), out, sizeof(out));
    values[0] = text(w, out);
    k /= WORK_VILLAGES;
    work_period_name((uint32_t)((k + k / WORK_MONTHS) % WORK_MONTHS), out, sizeof(out));
    values[1] = text(w, out);
    snprintf(out, sizeof(out), "c%03u@1", (unsigned)(k / WORK_MONTHS % WORK_INDICATORS));
    values[2] = text(w, out);
}

/* As tq_db_new_key makes them: time, random, counter. */
static struct tq_value surrogate_key(struct workload *w)
{
    uint8_t *key = room(w, TQ_SURROGATE_BYTES, 1);
    uint64_t n = ++w->keys;

    for (size_t i = 0; i < 6; i++) {
        key[5 - i] = (uint8_t)((uint64_t)START_MS >> (8 * i));
        key[15 - i] = (uint8_t)(n >> (8 * i));
    }
    memcpy(key + 6, &w->unit_number, 4);
    return tq_value_blob(tq_slice_of(key, TQ_SURROGATE_BYTES));
}

static struct tq_slice encoded_key(
        struct workload *w, const struct tq_table *table, const struct tq_value *values)
{
    struct tq_slice key = { NULL, 0 };
    struct tq_buf buf;

    tq_buf_init(&buf, 0);
    if (tq_key_encode(table, values, &buf) && tq_buf_is_ok(&buf))
        key = tq_slice_of(tq_arena_copy(w->arena, buf.data, buf.len), buf.len);
    tq_buf_deinit(&buf);
    if (key.data == NULL)
        bench_fail("workload", "key");
    return key;
}

static struct tq_change *new_change(
        struct workload *w, const struct work_row *row, uint32_t cell, uint32_t room_for)
{
    const struct tq_table *table = w->tables[row->kind];
    struct tq_change *c = &w->changes[w->nchanges++];
    const struct tq_value *lock = table->lock_by >= 0 ? &row->values[table->lock_by] : NULL;

    memset(c, 0, sizeof(*c));
    c->table = table->id;
    c->cell = cell;
    c->key = row->key;
    c->owner = tq_slice_str(w->unit);
    if (lock != NULL && lock->type == TQ_TEXT)
        c->lock_on = lock->s;
    c->columns = room(w, room_for, sizeof(uint32_t));
    c->after = room(w, room_for, sizeof(struct tq_value));
    c->at_ms = w->at_ms;
    c->author = tq_slice_str("dữ liệu mẫu");
    c->incarnation = 1;
    c->log_id = w->nchanges;
    return c;
}

static void put(struct tq_change *c, uint32_t column, const struct tq_value *after)
{
    ((uint32_t *)(uintptr_t)c->columns)[c->ncolumns] = column;
    ((struct tq_value *)(uintptr_t)c->after)[c->ncolumns] = *after;
    c->ncolumns++;
}

static void insert_change(struct workload *w, const struct work_row *row)
{
    const struct tq_table *table = w->tables[row->kind];
    struct tq_change *c = new_change(w, row, TQ_CELL_ROW, (uint32_t)table->ncolumns);

    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (column->cell != TQ_CELL_ROW && !tq_value_equal(&row->values[i], &column->fallback))
            put(c, column->id, &row->values[i]);
    }
}

/* One change for each cell that an edit touches; `old` are the values before it. */
static void edit_changes(struct workload *w, const struct work_row *row, const struct work_op *op,
        const struct tq_value *old)
{
    const struct tq_table *table = w->tables[row->kind];

    for (uint32_t i = 0; i < op->ncolumns; i++) {
        uint32_t cell = table->columns[op->columns[i]].cell;
        uint32_t members[TQ_MAX_COLUMNS];
        size_t n = tq_table_cell(table, cell, members);
        struct tq_value *before;
        struct tq_change *c;

        if (i > 0 && cell == table->columns[op->columns[0]].cell)
            continue;
        c = new_change(w, row, cell, (uint32_t)n);
        before = room(w, n, sizeof(*before));
        for (size_t k = 0; k < n; k++) {
            before[k] = old[members[k]];
            put(c, table->columns[members[k]].id, &row->values[members[k]]);
        }
        c->before = before;
    }
}

static struct work_op *new_op(struct workload *w, uint32_t row)
{
    const struct tq_table *table = w->tables[w->rows[row].kind];
    struct work_op *op = &w->ops[w->nops++];

    memset(op, 0, sizeof(*op));
    op->row = row;
    op->kind = w->rows[row].kind;
    op->edit = -1;
    op->first_change = w->nchanges;
    for (uint32_t i = 0; i < table->nkey; i++)
        op->key[i] = w->rows[row].values[table->key[i]];
    w->at_ms += 5;
    return op;
}

static void one_insert(struct workload *w)
{
    uint64_t at = pick(w, 100);
    struct work_row *row = &w->rows[w->nrows];
    const struct tq_table *table;
    struct work_op *op;

    while (at >= KINDS[row->kind].share)
        at -= KINDS[row->kind++].share;
    table = w->tables[row->kind];
    row->values = room(w, table->ncolumns, sizeof(*row->values));
    for (size_t i = 0; i < table->ncolumns; i++)
        row->values[i] = invent(w, table, &table->columns[i]);
    if (table->surrogate)
        row->values[0] = surrogate_key(w);
    else
        natural_key(w, table, row->values);
    row->values[table->owner] = tq_value_str(w->unit);
    row->key = encoded_key(w, table, row->values);
    op = new_op(w, (uint32_t)w->nrows++);
    op->values = room(w, table->ncolumns, sizeof(*op->values));
    memcpy(op->values, row->values, table->ncolumns * sizeof(*op->values));
    insert_change(w, row);
    op->nchanges = w->nchanges - op->first_change;
}

static void one_edit(struct workload *w, size_t rows)
{
    uint32_t at = (uint32_t)pick(w, rows);
    struct work_row *row = &w->rows[at];
    const struct tq_table *table = w->tables[row->kind];
    struct work_op *op = new_op(w, at);
    struct tq_value old[TQ_MAX_COLUMNS];

    op->edit = (int)pick(w, WORK_EDITS);
    memcpy(old, row->values, table->ncolumns * sizeof(*old));
    for (int i = 0; i < 2 && KINDS[row->kind].edits[op->edit].columns[i] != NULL; i++) {
        int column = tq_table_column_find(table, KINDS[row->kind].edits[op->edit].columns[i]);
        struct tq_value *value;

        if (column < 0)
            bench_fail("workload", KINDS[row->kind].edits[op->edit].columns[i]);
        value = &row->values[column];
        while (tq_value_equal(value, &old[column]))
            *value = invent(w, table, &table->columns[column]);
        op->columns[op->ncolumns] = (uint32_t)column;
        op->after[op->ncolumns++] = *value;
    }
    edit_changes(w, row, op, old);
    op->nchanges = w->nchanges - op->first_change;
}

void work_init(struct workload *w, uint32_t unit_number, uint64_t seed, size_t max_ops)
{
    memset(w, 0, sizeof(*w));
    w->arena = tq_arena_new(max_ops * ROW_BYTES * 2 + ((size_t)1 << 20));
    if (w->arena == NULL)
        bench_fail("workload", "no memory");
    w->random = seed * UINT64_C(6364136223846793005) + unit_number + 1442695040888963407u;
    w->unit_number = unit_number;
    w->at_ms = START_MS;
    work_unit_name(unit_number, w->unit);
    for (size_t i = 0; i < WORK_TABLES; i++)
        w->tables[i] = tq_catalogue_find(tq_catalogue_current(), KINDS[i].table);
    w->max_ops = max_ops;
    w->rows = room(w, max_ops, sizeof(*w->rows));
    w->ops = room(w, max_ops, sizeof(*w->ops));
    w->changes = room(w, 2 * max_ops, sizeof(*w->changes));
}

void work_deinit(struct workload *w)
{
    tq_arena_free(w->arena);
    memset(w, 0, sizeof(*w));
}

void work_inserts(struct workload *w, size_t count)
{
    if (w->nops + count > w->max_ops)
        bench_fail("workload", "no room");
    for (size_t i = 0; i < count; i++)
        one_insert(w);
}

void work_mix(struct workload *w, size_t count)
{
    size_t rows = w->nrows;

    if (w->nops + count > w->max_ops)
        bench_fail("workload", "no room");
    for (size_t i = 0; i < count; i++) {
        if (pick(w, 100) < 60 || rows == 0)
            one_insert(w);
        else
            one_edit(w, rows);
    }
}

/* --- SQL --- */

void work_exec(sqlite3 *db, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        bench_fail(sql, message);
}

sqlite3 *work_open(const char *path)
{
    sqlite3 *db = NULL;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        bench_fail(path, db != NULL ? sqlite3_errmsg(db) : "no memory");
    sqlite3_busy_timeout(db, 10000);
    work_exec(db,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;"
            "PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;"
            "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384");
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
        bench_fail(sql, sqlite3_errmsg(db));
    return stmt;
}

void work_writer_init(struct work_writer *writer, const struct workload *w, sqlite3 *db)
{
    struct tq_buf sql;

    memset(writer, 0, sizeof(*writer));
    writer->db = db;
    tq_buf_init(&sql, 0);
    for (size_t t = 0; t < WORK_TABLES; t++) {
        const struct tq_table *table = w->tables[t];

        tq_buf_clear(&sql);
        tq_buf_printf(&sql, "INSERT INTO %s(", table->name);
        for (size_t i = 0; i < table->ncolumns; i++)
            tq_buf_printf(&sql, "%s%s", i > 0 ? "," : "", table->columns[i].name);
        tq_buf_append_str(&sql, ") VALUES(?");
        for (size_t i = 1; i < table->ncolumns; i++)
            tq_buf_append_str(&sql, ",?");
        tq_buf_append(&sql, ")", 2);
        writer->insert[t] = prepare(db, (const char *)sql.data);
        for (size_t e = 0; e < WORK_EDITS; e++) {
            const struct edit *edit = &KINDS[t].edits[e];

            tq_buf_clear(&sql);
            tq_buf_printf(&sql, "UPDATE %s SET %s=?", table->name, edit->columns[0]);
            if (edit->columns[1] != NULL)
                tq_buf_printf(&sql, ",%s=?", edit->columns[1]);
            for (uint32_t i = 0; i < table->nkey; i++)
                tq_buf_printf(&sql, "%s%s=?", i > 0 ? " AND " : " WHERE ",
                        table->columns[table->key[i]].name);
            tq_buf_append_u8(&sql, 0);
            writer->edit[t][e] = prepare(db, (const char *)sql.data);
        }
    }
    tq_buf_deinit(&sql);
}

void work_writer_deinit(struct work_writer *writer)
{
    for (size_t t = 0; t < WORK_TABLES; t++) {
        sqlite3_finalize(writer->insert[t]);
        for (size_t e = 0; e < WORK_EDITS; e++)
            sqlite3_finalize(writer->edit[t][e]);
    }
    memset(writer, 0, sizeof(*writer));
}

static void bind(sqlite3_stmt *stmt, int at, const struct tq_value *value)
{
    if (value->type == TQ_INT)
        sqlite3_bind_int64(stmt, at, value->i);
    else if (value->type == TQ_TEXT)
        sqlite3_bind_text(stmt, at, (const char *)value->s.data, (int)value->s.len, SQLITE_STATIC);
    else if (value->type == TQ_BLOB)
        sqlite3_bind_blob(stmt, at, value->s.data, (int)value->s.len, SQLITE_STATIC);
    else
        sqlite3_bind_null(stmt, at);
}

static void write_one(
        struct work_writer *writer, const struct workload *w, const struct work_op *op)
{
    const struct tq_table *table = w->tables[op->kind];
    sqlite3_stmt *stmt = op->edit < 0 ? writer->insert[op->kind] : writer->edit[op->kind][op->edit];
    int at = 1;

    for (size_t i = 0; op->edit < 0 && i < table->ncolumns; i++)
        bind(stmt, at++, &op->values[i]);
    for (uint32_t i = 0; op->edit >= 0 && i < op->ncolumns; i++)
        bind(stmt, at++, &op->after[i]);
    for (uint32_t i = 0; op->edit >= 0 && i < table->nkey; i++)
        bind(stmt, at++, &op->key[i]);
    if (sqlite3_step(stmt) != SQLITE_DONE || sqlite3_changes(writer->db) != 1)
        bench_fail(table->name, sqlite3_errmsg(writer->db));
    sqlite3_reset(stmt);
}

void work_write(struct work_writer *writer, const struct workload *w, size_t from, size_t to)
{
    work_exec(writer->db, "BEGIN IMMEDIATE");
    for (size_t i = from; i < to; i++)
        write_one(writer, w, &w->ops[i]);
    if (writer->counts) /* as our own program commits */
        work_exec(writer->db, "UPDATE tq_state SET commits = commits + 1");
    work_exec(writer->db, "COMMIT");
}

void work_drop_triggers(const char *path)
{
    sqlite3 *db = work_open(path);
    sqlite3_stmt *stmt = NULL;
    struct tq_buf sql;

    tq_buf_init(&sql, 0);
    if (sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type='trigger'", -1, &stmt,
                NULL) != SQLITE_OK)
        bench_fail(path, sqlite3_errmsg(db));
    tq_buf_append_str(&sql, "BEGIN;");
    while (sqlite3_step(stmt) == SQLITE_ROW)
        tq_buf_printf(&sql, "DROP TRIGGER %s;", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    tq_buf_append(&sql, "COMMIT", 7);
    work_exec(db, (const char *)sql.data);
    tq_buf_deinit(&sql);
    sqlite3_close(db);
}

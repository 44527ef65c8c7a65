#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "office_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/digest.h"

#include "tmp.h"

#define NO_RULE                                                                                    \
    {                                                                                              \
        TQ_RULE_NONE, 0, 0, NULL, NULL                                                             \
    }
#define COLUMN(id, name, type, leaves, cell)                                                       \
    {                                                                                              \
        (id), (name), (name), (type), false, (leaves), TQ_BY_COMMUNE, (cell), NO_RULE,             \
                { TQ_NULL, 0, { NULL, 0 } }, 1                                                     \
    }

static const struct tq_column ITEM[] = {
    COLUMN(1, "code", TQ_TEXT, true, 0),
    COLUMN(2, "unit", TQ_TEXT, true, 0),
    COLUMN(3, "title", TQ_TEXT, true, 3),
    COLUMN(4, "amount", TQ_INT, true, 4),
    COLUMN(5, "voided_at", TQ_INT, true, 5),
    COLUMN(6, "void_reason", TQ_TEXT, true, 5),
    COLUMN(7, "memo", TQ_TEXT, false, 7),
};

static const struct tq_column NEWS[] = {
    COLUMN(1, "code", TQ_TEXT, true, 0),
    COLUMN(2, "text", TQ_TEXT, true, 2),
};

static const struct tq_table TABLES[] = {
    { WORLD_ITEM, 1, "item", "item", TQ_OWN, false, 1, { 0 }, 1, -1, TQ_BY_COMMUNE, 5, 7, ITEM, 0,
            NULL, 1 },
    { WORLD_NEWS, 2, "news", "news", TQ_PUBLIC, false, 1, { 0 }, -1, -1, TQ_BY_DISTRICT, 0, 2, NEWS,
            0, NULL, 1 },
};

static const struct tq_catalogue CATALOGUE = { 1, 2, TABLES };

const struct tq_catalogue *world_catalogue(void)
{
    return &CATALOGUE;
}

/* The tables of the office's file, as the first migration makes them. */
static const char *const LOCAL =
        "CREATE TABLE tq_flag(id INTEGER PRIMARY KEY, applying INTEGER NOT NULL) STRICT;"
        "INSERT INTO tq_flag VALUES(1,0);"
        "CREATE TABLE tq_state(id INTEGER PRIMARY KEY, role TEXT, district BLOB,"
        " district_name TEXT, unit TEXT, device INTEGER, letter TEXT, incarnation INTEGER,"
        " schema INTEGER, author TEXT DEFAULT '', cursor INTEGER DEFAULT 0,"
        " seen INTEGER DEFAULT 0, t_seen INTEGER DEFAULT 0, scan_h INTEGER DEFAULT 0,"
        " scan_table INTEGER DEFAULT 0, scan_key BLOB, scope TEXT DEFAULT '',"
        " top INTEGER DEFAULT 0, top_hash BLOB, epoch INTEGER DEFAULT 0,"
        " loading INTEGER DEFAULT 1, label_counter INTEGER DEFAULT 0, last_sent_at INTEGER,"
        " last_confirmed_at INTEGER, last_received_at INTEGER, last_heard_at INTEGER,"
        " equal_as_of INTEGER, equal_at INTEGER, read_every_row_at INTEGER,"
        " foreign_write INTEGER DEFAULT 0) STRICT;"
        "INSERT INTO tq_state(id,role,district,unit,device,letter,incarnation,schema)"
        " VALUES(1,'office',zeroblob(16),'" WORLD_UNIT "',7,'A',1,1);"
        "CREATE TABLE tq_log(id INTEGER PRIMARY KEY AUTOINCREMENT, tbl INTEGER, cell INTEGER,"
        " key BLOB, owner TEXT, lock_on TEXT, old TEXT, new TEXT, at_ms INTEGER, author TEXT,"
        " incarnation INTEGER, seen INTEGER, t_seen INTEGER) STRICT;"
        "CREATE TABLE tq_pending(tbl INTEGER, key BLOB, cell INTEGER, base TEXT, seen INTEGER,"
        " t_seen INTEGER, set_n INTEGER, state INTEGER DEFAULT 0, PRIMARY KEY(tbl,key,cell))"
        " STRICT, WITHOUT ROWID;"
        "CREATE TABLE item(code TEXT PRIMARY KEY, unit TEXT, title TEXT, amount INTEGER,"
        " voided_at INTEGER, void_reason TEXT, memo TEXT) STRICT, WITHOUT ROWID;"
        "CREATE TABLE news(code TEXT PRIMARY KEY, text TEXT) STRICT, WITHOUT ROWID;";

#define SEEN "(SELECT CASE loading WHEN 1 THEN 0 ELSE seen END FROM tq_state)"
#define T_SEEN "(SELECT CASE loading WHEN 1 THEN 0 ELSE t_seen END FROM tq_state)"
#define KEY "CAST(NEW.code AS BLOB)"

static const char *const INSERTED =
        "CREATE TRIGGER item_i AFTER INSERT ON item"
        " WHEN (SELECT applying FROM tq_flag)=0 BEGIN"
        " INSERT INTO tq_pending(tbl,key,cell,base,seen,t_seen) VALUES(1," KEY ",0,NULL," SEEN
        "," T_SEEN ");"
        " INSERT INTO tq_log(tbl,cell,key,owner,lock_on,old,new,at_ms,author,incarnation,seen,"
        "t_seen) SELECT 1,0," KEY ",NEW.unit,NULL,NULL,"
        "iif(NEW.title IS NULL,'','3='||quote(NEW.title)||',')||"
        "iif(NEW.amount IS NULL,'','4='||quote(NEW.amount)||','),1000,author,incarnation," SEEN
        "," T_SEEN " FROM tq_state; END;";

/* %s: trigger suffix, columns, WHEN, cell, old text, cell, new text, old text, cell */
static void updated(struct office_world *w, const char *name, const char *columns, int cell,
        const char *differs, const char *before, const char *after)
{
    char sql[2048];

    snprintf(sql, sizeof(sql),
            "CREATE TRIGGER item_u_%s AFTER UPDATE OF %s ON item"
            " WHEN (SELECT applying FROM tq_flag)=0 AND (%s) BEGIN"
            " INSERT INTO tq_pending(tbl,key,cell,base,seen,t_seen) SELECT 1," KEY ",%d,%s,"
            "coalesce((SELECT seen FROM tq_pending WHERE tbl=1 AND key=" KEY " AND cell=0)," SEEN
            "),coalesce((SELECT t_seen FROM tq_pending WHERE tbl=1 AND key=" KEY
            " AND cell=0)," T_SEEN ") WHERE NOT EXISTS(SELECT 1 FROM tq_pending WHERE tbl=1 AND"
            " key=" KEY " AND cell=%d);"
            " UPDATE tq_pending SET set_n=NULL WHERE tbl=1 AND key=" KEY " AND cell=%d;"
            " INSERT INTO tq_log(tbl,cell,key,owner,old,new,at_ms,author,incarnation,seen,t_seen)"
            " SELECT 1,%d," KEY ",NEW.unit,%s,%s,1000,s.author,s.incarnation,p.seen,p.t_seen"
            " FROM tq_state s, tq_pending p WHERE p.tbl=1 AND p.key=" KEY " AND p.cell=%d; END;",
            name, columns, differs, cell, before, cell, cell, cell, before, after, cell);
    world_sql(w, sql);
}

static void install(struct office_world *w)
{
    char path[512];
    char text[8192];
    FILE *file;
    size_t n;

    world_sql(w, LOCAL);
    snprintf(path, sizeof(path), "%s/common/model/migrations/office/0002_sync.sql", TQ_SOURCE_DIR);
    file = fopen(path, "rb");
    assert_non_null(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = '\0';
    world_sql(w, text);
    world_sql(w, INSERTED);
    updated(w, "title", "title", 3, "OLD.title IS NOT NEW.title", "'3='||quote(OLD.title)||','",
            "'3='||quote(NEW.title)||','");
    updated(w, "amount", "amount", 4, "OLD.amount IS NOT NEW.amount",
            "'4='||quote(OLD.amount)||','", "'4='||quote(NEW.amount)||','");
    updated(w, "void", "voided_at,void_reason", 5,
            "OLD.voided_at IS NOT NEW.voided_at OR OLD.void_reason IS NOT NEW.void_reason",
            "'5='||quote(OLD.voided_at)||',6='||quote(OLD.void_reason)||','",
            "'5='||quote(NEW.voided_at)||',6='||quote(NEW.void_reason)||','");
}

/* A signature that only needs to be right or wrong: the hash of key, domain and data. */
static void fake_signature(const uint8_t *key, const char *domain, struct tq_slice data,
        uint8_t signature[TQ_SIGNATURE_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, domain, TQ_SIGNATURE_BYTES);
    tq_hash_add(&hasher, key, TQ_SIGN_KEY_BYTES);
    tq_hash_add_slice(&hasher, data);
    tq_hash_final(&hasher, signature, TQ_SIGNATURE_BYTES);
}

static const uint8_t DEVICE_KEY[TQ_SIGN_KEY_BYTES] = { 1 };
static const uint8_t DISTRICT_KEY[TQ_SIGN_KEY_BYTES] = { 2 };

static void fake_sign(
        void *ctx, const char *domain, struct tq_slice data, uint8_t signature[TQ_SIGNATURE_BYTES])
{
    fake_signature(ctx != NULL ? ctx : DEVICE_KEY, domain, data, signature);
}

static bool fake_verify(const uint8_t key[TQ_SIGN_KEY_BYTES], const char *domain,
        struct tq_slice data, const uint8_t signature[TQ_SIGNATURE_BYTES])
{
    uint8_t expected[TQ_SIGNATURE_BYTES];

    fake_signature(key, domain, data, expected);
    return memcmp(expected, signature, sizeof(expected)) == 0;
}

void world_open(struct office_world *w)
{
    char path[256];

    memset(w, 0, sizeof(*w));
    tmp_make(w->dir, sizeof(w->dir));
    snprintf(path, sizeof(path), "%s/office.db", w->dir);
    assert_int_equal(sqlite3_open(path, &w->db), SQLITE_OK);
    world_sql(w, "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF");
    install(w);
    assert_int_equal(tq_office_store_new(&w->store, w->db, &CATALOGUE, NULL), TQ_OK);
    w->signer.sign = fake_sign;
    w->office.catalogue = &CATALOGUE;
    w->office.ops = tq_office_store_ops();
    w->office.store = w->store;
    w->office.codec = tq_codec_ops();
    w->office.signer = &w->signer;
    w->office.verify = fake_verify;
    memcpy(w->office.district_key, DISTRICT_KEY, sizeof(DISTRICT_KEY));
    w->arena = tq_arena_new((size_t)64 * 1024 * 1024);
    w->t = WORLD_NOW;
}

void world_close(struct office_world *w)
{
    tq_office_store_free(w->store);
    tq_arena_free(w->arena);
    assert_int_equal(sqlite3_close(w->db), SQLITE_OK);
    tmp_remove(w->dir);
}

void world_sql(struct office_world *w, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(w->db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
}

const char *world_get(struct office_world *w, const char *sql)
{
    static char texts[8][512];
    static unsigned next;
    char *out = texts[next++ % 8];
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(w->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(w->db));
    if (sqlite3_step(stmt) != SQLITE_ROW)
        snprintf(out, 512, "none");
    else if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
        snprintf(out, 512, "NULL");
    else
        snprintf(out, 512, "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return out;
}

void world_expect(struct office_world *w, const char *sql, const char *expected)
{
    const char *found = world_get(w, sql);

    if (strcmp(found, expected) != 0)
        fail_msg("%s\n  gives %s\n  not   %s", sql, found, expected);
}

size_t world_seal(struct office_world *w)
{
    struct tq_seal_result result;
    struct tq_error err = { TQ_OK, "" };

    if (tq_office_seal(&w->office, WORLD_NOW, &result, &err) != TQ_OK)
        fail_msg("seal: %s", err.msg);
    return result.sets;
}

static struct tq_stored_set stored(struct office_world *w, uint64_t seq)
{
    struct tq_office_state state;
    struct tq_stored_set set;

    assert_int_equal(w->office.ops->state_get(w->store, w->arena, &state, NULL), TQ_OK);
    assert_int_equal(
            w->office.ops->set_get(w->store, state.incarnation, seq, w->arena, &set, NULL), TQ_OK);
    return set;
}

struct tq_chain_point world_point(struct office_world *w, uint64_t seq)
{
    struct tq_chain_point point;
    struct tq_stored_set set;

    memset(&point, 0, sizeof(point));
    point.incarnation = 1;
    if (seq == 0)
        return point;
    set = stored(w, seq);
    assert_true(set.n != 0);
    point.incarnation = set.set.incarnation;
    point.seq = seq;
    memcpy(point.hash, set.set.hash, TQ_HASH_BYTES);
    return point;
}

struct tq_receipt world_receipt(struct office_world *w, uint64_t seq, uint64_t merged_at,
        bool amending, const struct tq_exception *exceptions, size_t n)
{
    struct tq_chain_point point = world_point(w, seq);
    struct tq_receipt receipt;
    struct tq_buf bytes;

    memset(&receipt, 0, sizeof(receipt));
    receipt.device = 7;
    receipt.incarnation = point.incarnation;
    receipt.seq = seq;
    memcpy(receipt.set_hash, point.hash, TQ_HASH_BYTES);
    receipt.amending = amending;
    receipt.t = ++w->t;
    receipt.ta = receipt.t;
    receipt.first_seq = 1;
    receipt.merged_at = merged_at;
    receipt.accepted = amending ? 0 : 1;
    receipt.copies = 1;
    receipt.ledger_seq = merged_at;
    receipt.exceptions = exceptions;
    receipt.nexceptions = n;
    for (size_t i = 0; i < n; i++) {
        receipt.superseded += exceptions[i].verdict == TQ_SUPERSEDED;
        receipt.held += exceptions[i].verdict == TQ_HELD;
        receipt.refused += exceptions[i].verdict == TQ_REFUSED_ROW;
        receipt.requested += exceptions[i].verdict == TQ_REQUESTED;
    }
    tq_buf_init(&bytes, 0);
    assert_int_equal(tq_receipt_encode(&receipt, false, &bytes, NULL), TQ_OK);
    fake_signature(DISTRICT_KEY, TQ_SIGN_RECEIPT, tq_buf_slice(&bytes), receipt.signature);
    tq_buf_deinit(&bytes);
    return receipt;
}

void world_take(struct office_world *w, uint64_t seq, uint64_t merged_at, bool amending,
        const struct tq_exception *exceptions, size_t n)
{
    struct tq_receipt receipt = world_receipt(w, seq, merged_at, amending, exceptions, n);
    struct tq_error err = { TQ_OK, "" };
    bool mine = false;

    if (tq_office_take_receipt(&w->office, &receipt, WORLD_NOW, &mine, &err) != TQ_OK)
        fail_msg("receipt: %s", err.msg);
    assert_true(mine);
}

struct tq_exception world_exception(
        uint32_t place, uint32_t cell, const char *code, tq_verdict verdict, tq_reason reason)
{
    struct tq_exception exception;

    memset(&exception, 0, sizeof(exception));
    exception.place = place;
    exception.table = WORLD_ITEM;
    exception.cell = cell;
    exception.key = tq_slice_str(code);
    exception.verdict = verdict;
    exception.reason = reason;
    return exception;
}

struct tq_row world_item(
        struct office_world *w, const char *code, const char *title, int64_t amount, uint64_t seq)
{
    static const uint32_t COLUMNS[] = { 1, 2, 3, 4, 5, 6 };
    struct tq_value *values = tq_arena_array(w->arena, 6, sizeof(*values));
    struct tq_row row;

    memset(&row, 0, sizeof(row));
    assert_non_null(values);
    values[0] = tq_value_str(code);
    values[1] = tq_value_str(WORLD_UNIT);
    values[2] = title != NULL ? tq_value_str(title) : tq_value_null();
    values[3] = amount >= 0 ? tq_value_int(amount) : tq_value_null();
    values[4] = tq_value_null();
    values[5] = tq_value_null();
    row.table = WORLD_ITEM;
    row.key = tq_slice_str(code);
    row.exists = true;
    row.seq = seq;
    row.ncolumns = 6;
    row.columns = COLUMNS;
    row.values = values;
    return row;
}

struct tq_row world_no_item(const char *code)
{
    struct tq_row row;

    memset(&row, 0, sizeof(row));
    row.table = WORLD_ITEM;
    row.key = tq_slice_str(code);
    return row;
}

struct tq_row world_news(struct office_world *w, const char *code, const char *text, uint64_t seq)
{
    static const uint32_t COLUMNS[] = { 1, 2 };
    struct tq_value *values = tq_arena_array(w->arena, 2, sizeof(*values));
    struct tq_row row;

    memset(&row, 0, sizeof(row));
    assert_non_null(values);
    values[0] = tq_value_str(code);
    values[1] = tq_value_str(text);
    row.table = WORLD_NEWS;
    row.key = tq_slice_str(code);
    row.exists = true;
    row.seq = seq;
    row.ncolumns = 2;
    row.columns = COLUMNS;
    row.values = values;
    return row;
}

struct tq_rows world_rows(struct office_world *w, uint64_t cursor, uint64_t held, bool complete,
        const struct tq_row *rows, size_t n)
{
    struct tq_office_state state;
    struct tq_rows out;

    memset(&out, 0, sizeof(out));
    assert_int_equal(w->office.ops->state_get(w->store, w->arena, &state, NULL), TQ_OK);
    out.from = state.position;
    out.to.cursor = cursor;
    out.held = world_point(w, held);
    out.nrows = n;
    out.rows = rows;
    out.complete = complete;
    out.t_h = complete ? WORLD_NOW + (int64_t)cursor : 0;
    return out;
}

void world_lay(struct office_world *w, uint64_t cursor, uint64_t held, bool complete,
        const struct tq_row *rows, size_t n)
{
    struct tq_rows chunk = world_rows(w, cursor, held, complete, rows, n);
    struct tq_apply_result result;
    struct tq_error err = { TQ_OK, "" };

    if (tq_office_apply_rows(&w->office, &chunk, tq_slice_str("scope"), WORLD_NOW, &result, &err) !=
            TQ_OK)
        fail_msg("rows: %s", err.msg);
    assert_int_equal(result.outcome, TQ_APPLY_DONE);
}

void world_digest(const struct tq_row *rows, size_t n, uint32_t table_id, struct tq_digest *out)
{
    const struct tq_table *table = tq_catalogue_table(&CATALOGUE, table_id);

    memset(out, 0, sizeof(*out));
    out->table = table_id;
    if (table->scope == TQ_OWN)
        out->owner = tq_slice_str(WORLD_UNIT);
    for (size_t i = 0; i < n; i++) {
        struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
        uint8_t digest[TQ_DIGEST_BYTES];

        if (rows[i].table != table_id || !rows[i].exists)
            continue;
        for (uint32_t k = 0; k < rows[i].ncolumns; k++)
            values[tq_table_column(table, rows[i].columns[k])] = rows[i].values[k];
        tq_digest_row(table, 1, values, digest);
        tq_digest_add(out->sum, digest);
        out->rows++;
    }
}

void world_dump(struct office_world *w, struct tq_buf *out)
{
    static const char *const TABLES_IN_FILE[] = { "tq_flag", "tq_state", "tq_log", "tq_pending",
        "tq_set", "tq_receipt", "tq_returned", "tq_cell_history", "tq_fault", "tq_broadcast",
        "item", "news" };

    for (size_t i = 0; i < sizeof(TABLES_IN_FILE) / sizeof(TABLES_IN_FILE[0]); i++) {
        char sql[128];
        sqlite3_stmt *stmt = NULL;

        snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1,2", TABLES_IN_FILE[i]);
        assert_int_equal(sqlite3_prepare_v2(w->db, sql, -1, &stmt, NULL), SQLITE_OK);
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            tq_buf_printf(out, "%s:", TABLES_IN_FILE[i]);
            for (int c = 0; c < sqlite3_column_count(stmt); c++) {
                tq_buf_append_u8(out, '|');
                tq_buf_append(
                        out, sqlite3_column_blob(stmt, c), (size_t)sqlite3_column_bytes(stmt, c));
            }
            tq_buf_append_u8(out, '\n');
        }
        sqlite3_finalize(stmt);
    }
}

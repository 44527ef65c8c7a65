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

#include "store/sql.h"
#include "test_mem.h"
#include "tmp.h"

static const char UNITS[] =
        "UPDATE tq_flag SET applying=1;"
        "INSERT INTO unit(unit,code,valid_from,level,name) VALUES('" WORLD_UNIT
        "','08779','2004-01-01',3,'Bạch Lưu');"
        "INSERT INTO unit(unit,code,valid_from,level,name,parent) VALUES('" WORLD_VILLAGE
        "','08779-01','2019-01-01',4,'Thôn 1 (mẫu)','" WORLD_UNIT "');"
        "UPDATE tq_flag SET applying=0;";

static const char JOINED[] =
        "UPDATE tq_state SET district=zeroblob(16),unit='" WORLD_UNIT
        "',device=7,letter='A',incarnation=1;"
        /* Short names for the two tables that the tests use; writes go through to them. */
        "CREATE VIEW item AS SELECT as_of AS code,note AS title,households AS amount,voided_at,"
        "void_reason FROM village_profile;"
        "CREATE TRIGGER item_insert INSTEAD OF INSERT ON item BEGIN INSERT INTO village_profile("
        "village,as_of,unit,note,households) VALUES('" WORLD_VILLAGE "',NEW.code,'" WORLD_UNIT
        "',NEW.title,NEW.amount); END;"
        "CREATE TRIGGER item_update INSTEAD OF UPDATE ON item BEGIN UPDATE village_profile SET"
        " note=NEW.title,households=NEW.amount,voided_at=NEW.voided_at,void_reason=NEW.void_reason"
        " WHERE village='" WORLD_VILLAGE "' AND as_of=OLD.code; END;"
        "CREATE VIEW news AS SELECT calendar AS code,name AS text FROM calendar;"
        "CREATE VIEW pending AS SELECT substr(CAST(key AS TEXT),-10) AS code,cell,base,seen,t_seen,"
        "set_n,state FROM tq_pending;";

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

void world_open_empty(struct office_world *w, uint32_t device)
{
    char sql[64];
    struct tq_db_config config = { .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_error err = { TQ_OK, "" };
    char path[256];

    memset(w, 0, sizeof(*w));
    w->live = test_mem_live();
    tmp_make(w->dir, sizeof(w->dir));
    snprintf(path, sizeof(path), "%s/office.db", w->dir);
    config.path = path;
    if (tq_db_open(&w->file, &config, NULL, &err) != TQ_OK)
        fail_msg("open: %s", err.msg);
    w->db = sql_handle(w->file);
    world_sql(w, "PRAGMA synchronous=OFF"); /* no power is cut here */
    world_sql(w, JOINED);
    /* As old as a district still takes: what such a file is owed by an upgrade is tested with it. */
    snprintf(sql, sizeof(sql), "UPDATE tq_state SET schema=%u",
            (unsigned)tq_catalogue_current()->version - 2);
    world_sql(w, sql);
    snprintf(sql, sizeof(sql), "UPDATE tq_state SET device=%u", device);
    world_sql(w, sql);
    assert_int_equal(tq_office_store_new(&w->store, w->file, NULL), TQ_OK);
    w->signer.sign = fake_sign;
    w->office.catalogue = tq_db_catalogue(w->file);
    w->office.ops = tq_office_store_ops();
    w->office.store = w->store;
    w->office.codec = tq_codec_ops();
    w->office.signer = &w->signer;
    w->office.verify = fake_verify;
    memcpy(w->office.district_key, DISTRICT_KEY, sizeof(DISTRICT_KEY));
    w->arena = tq_arena_new((size_t)64 * 1024 * 1024);
    w->t = WORLD_NOW;
}

/* Under the catalogue before, as the program does it. */
static tq_status seal_older(void *ctx, struct tq_db *db, struct tq_error *err)
{
    struct tq_office office = ((struct office_world *)ctx)->office;
    struct tq_office_store *store = NULL;
    struct tq_seal_result result;
    tq_status rc = tq_office_store_new(&store, db, err);

    office.store = store;
    if (rc == TQ_OK)
        rc = tq_office_seal(&office, WORLD_NOW, &result, err);
    tq_office_store_free(store);
    return rc;
}

void world_reopen(struct office_world *w, const struct tq_catalogue *catalogue)
{
    struct tq_db_config config = { .role = TQ_ROLE_OFFICE, .catalogue = catalogue };
    struct tq_error err = { TQ_OK, "" };
    char path[256];

    tq_office_store_free(w->store);
    tq_db_close(w->file);
    snprintf(path, sizeof(path), "%s/office.db", w->dir);
    config.path = path;
    config.seal = seal_older;
    config.seal_ctx = w;
    if (tq_db_open(&w->file, &config, NULL, &err) != TQ_OK)
        fail_msg("open: %s", err.msg);
    w->db = sql_handle(w->file);
    world_sql(w, "PRAGMA synchronous=OFF");
    assert_int_equal(tq_office_store_new(&w->store, w->file, NULL), TQ_OK);
    w->office.catalogue = catalogue;
    w->office.store = w->store;
    memset(&w->office.sums, 0, sizeof(w->office.sums));
}

void world_open(struct office_world *w)
{
    world_open_empty(w, 7);
    world_sql(w, UNITS);
}

static bool opened_before;

void world_close(struct office_world *w)
{
    tq_office_store_free(w->store);
    tq_arena_free(w->arena);
    tq_db_close(w->file);
    tmp_remove(w->dir);
    if (opened_before && w->live >= 0) /* SQLite keeps a little from its first opening on */
        assert_int_equal(test_mem_live(), w->live);
    opened_before = true;
}

struct tq_slice world_key(struct office_world *w, const char *code)
{
    struct tq_buf buf;
    struct tq_slice key;

    tq_buf_init(&buf, 0);
    tq_buf_printf(&buf, "%s\x1f%s", WORLD_VILLAGE, code);
    key = tq_slice_of(tq_arena_copy(w->arena, buf.data, buf.len), buf.len);
    tq_buf_deinit(&buf);
    return key;
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

struct tq_exception world_exception(struct office_world *w, uint32_t place, uint32_t cell,
        const char *code, tq_verdict verdict, tq_reason reason)
{
    struct tq_exception exception;

    memset(&exception, 0, sizeof(exception));
    exception.place = place;
    exception.table = WORLD_ITEM;
    exception.cell = cell;
    exception.key = world_key(w, code);
    exception.verdict = verdict;
    exception.reason = reason;
    return exception;
}

struct tq_row world_item(
        struct office_world *w, const char *code, const char *title, int64_t amount, uint64_t seq)
{
    const struct tq_table *table = tq_catalogue_table(w->office.catalogue, WORLD_ITEM);
    uint32_t *columns = tq_arena_array(w->arena, table->ncolumns, sizeof(*columns));
    struct tq_value *values = tq_arena_array(w->arena, table->ncolumns, sizeof(*values));
    struct tq_row row;

    memset(&row, 0, sizeof(row));
    assert_non_null(values);
    for (size_t i = 0; i < table->ncolumns; i++) {
        columns[i] = table->columns[i].id;
        values[i] = table->columns[i].fallback;
        if (columns[i] == 1)
            values[i] = tq_value_str(WORLD_VILLAGE);
        if (columns[i] == 2)
            values[i] = tq_value_str(code);
        if (columns[i] == 3)
            values[i] = tq_value_str(WORLD_UNIT);
        if (columns[i] == WORLD_TITLE && title != NULL)
            values[i] = tq_value_str(title);
        if (columns[i] == WORLD_AMOUNT && amount >= 0)
            values[i] = tq_value_int(amount);
    }
    row.table = WORLD_ITEM;
    row.key = world_key(w, code);
    row.exists = true;
    row.seq = seq;
    row.ncolumns = (uint32_t)table->ncolumns;
    row.columns = columns;
    row.values = values;
    return row;
}

struct tq_row world_no_item(struct office_world *w, const char *code)
{
    struct tq_row row;

    memset(&row, 0, sizeof(row));
    row.table = WORLD_ITEM;
    row.key = world_key(w, code);
    return row;
}

struct tq_row world_news(struct office_world *w, const char *code, const char *text, uint64_t seq)
{
    static const uint32_t COLUMNS[] = { 1, 8 };
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

void world_digest(struct office_world *w, const struct tq_row *rows, size_t n, uint32_t table_id,
        struct tq_digest *out)
{
    const struct tq_table *table = tq_catalogue_table(w->office.catalogue, table_id);

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
        "tq_set", "tq_receipt", "tq_returned", "tq_refused", "tq_cell_history", "tq_fault",
        "tq_broadcast", "village_profile", "calendar" };

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

int world_set_up(void **state)
{
    struct office_world *w = calloc(1, sizeof(*w));

    world_open(w);
    *state = w;
    return 0;
}

int world_tear_down(void **state)
{
    world_close(*state);
    free(*state);
    return 0;
}

void world_loaded(struct office_world *w)
{
    struct tq_row row = world_item(w, "2020-01-01", "old", 1, 10);

    world_lay(w, 10, 0, true, &row, 1);
    world_expect(w, "SELECT loading||' '||cursor||' '||seen FROM tq_state", "0 10 10");
}

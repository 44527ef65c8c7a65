#include "tuquan/district_store.h"

#include <inttypes.h>
#include <string.h>

#include "store/district_internal.h"
#include "store/sql.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"

#define BUSY_WAIT_MS 10000
#define HEIGHT_FILE_BYTES ((size_t)64)
/* Epochs have 23 bits. A clock that says it is past 2099 is wrong: from there they only count on, and
 * a height is believed as far as that can have led. */
#define CLOCK_MOST (UINT64_C(1) << 22)
#define HEIGHT_MOST (CLOCK_MOST + (UINT64_C(1) << 20))
#define MS_2020 INT64_C(1577836800000)
#define EPOCH_SPAN_MS INT64_C(600000)
#define EPOCHS_AHEAD 1008u /* a week of them */

/* Commits never checkpoint (tq_district_store_checkpoint does); what is acknowledged is on disk. */
static const char *const pragmas[] = {
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA secure_delete = OFF",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA cache_size = -16000",
};

static tq_status exec(struct tq_district_store *store, const char *text, struct tq_error *err)
{
    int rc = sqlite3_exec(store->db, text, NULL, NULL, NULL);

    return rc == SQLITE_OK ? TQ_OK : district_fail(store, rc, "district store", err);
}

static tq_status load_pos(struct tq_district_store *store, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_POS);
    bool row;
    tq_status rc = district_step(&q, &row, "ledger", err);

    if (rc == TQ_OK && row) {
        store->pos = column_u64(&q, 0);
        district_end(&q);
    }
    return rc;
}

/* Statements that end a transaction are there before it begins: with the memory gone, a rollback
 * must still be possible. */
static tq_status make_ends(struct tq_district_store *store, struct tq_error *err)
{
    struct district_bind commit = district_take(store, SQL_COMMIT);
    struct district_bind rollback = district_take(store, SQL_ROLLBACK);
    int rc = commit.rc != SQLITE_OK ? commit.rc : rollback.rc;

    return rc == SQLITE_OK ? TQ_OK : district_fail(store, rc, "begin", err);
}

static tq_status begin_with(
        struct tq_district_store *store, enum district_sql which, struct tq_error *err)
{
    struct district_bind q;
    tq_status rc;

    if (store->in_txn)
        return tq_error_set(err, TQ_INTERNAL, "a transaction is open");
    if (store->left_open)
        district_rollback(store);
    if (store->left_open)
        return district_fail(store, SQLITE_NOMEM, "rollback", err);
    rc = make_ends(store, err);
    if (rc != TQ_OK)
        return rc;
    q = district_take(store, which);
    rc = district_run(&q, "begin", err);
    if (rc != TQ_OK)
        return rc;
    store->in_txn = true;
    /* The place in the hash chain; for a reader, the read that takes the snapshot. */
    rc = load_pos(store, err);
    if (rc != TQ_OK)
        district_rollback(store);
    return rc;
}

tq_status district_begin(void *ctx, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    tq_status rc;

    if (store->reading)
        return tq_error_set(err, TQ_INTERNAL, "this store only reads");
    rc = begin_with(store, SQL_BEGIN, err);
    store->in_write = rc == TQ_OK;
    return rc;
}

tq_status district_begin_read(void *ctx, struct tq_error *err)
{
    return begin_with(ctx, SQL_BEGIN_READ, err);
}

tq_status district_commit(void *ctx, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    const struct tq_audit_entry *audit = store->in_write ? store->audit : NULL;
    tq_status rc = TQ_OK;

    if (audit != NULL)
        rc = tq_devices_audit(
                store, audit->at_ms, audit->who, audit->what, audit->about, audit->detail, err);
    if (rc == TQ_OK) {
        struct district_bind q = district_take(store, SQL_COMMIT);

        rc = district_run(&q, "commit", err);
    }
    if (rc != TQ_OK) {
        district_rollback(store);
        return rc;
    }
    store->in_txn = false;
    store->in_write = false;
    if (audit != NULL)
        store->audit = NULL;
    return rc;
}

void district_rollback(void *ctx)
{
    struct tq_district_store *store = ctx;

    /* SQLite may have rolled back by itself (full disk, I/O error). */
    if ((store->in_txn || store->left_open) && sqlite3_get_autocommit(store->db) == 0) {
        struct district_bind q = district_take(store, SQL_ROLLBACK);

        if (district_run(&q, "rollback", NULL) != TQ_OK)
            sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    /* A statement that a change of the schema made stale is prepared anew, which takes memory: with
     * none at all the transaction stays open, nobody's, until the next one begins. */
    store->left_open = sqlite3_get_autocommit(store->db) == 0;
    store->in_txn = false;
    store->in_write = false;
}

static size_t tables_of(const struct tq_catalogue *catalogue)
{
    size_t n = 0;

    for (size_t i = 0; i < catalogue->ntables; i++) {
        if (catalogue->tables[i].id >= n)
            n = (size_t)catalogue->tables[i].id + 1;
    }
    return n;
}

/* A file with the schema that a test brings, past the migrations. */
static tq_status open_bare(struct tq_district_store *store, const struct tq_district_config *config,
        struct tq_error *err)
{
    int code = sqlite3_open_v2(config->path, &store->own,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (config->create ? SQLITE_OPEN_CREATE : 0),
            NULL);

    store->db = store->own;
    if (store->db == NULL)
        return district_no_memory(NULL, err);
    if (code != SQLITE_OK)
        return district_fail(store, code, "open", err);
    sqlite3_busy_timeout(store->db, BUSY_WAIT_MS);
    if (sqlite3_table_column_metadata(
                store->db, NULL, "tq_district", NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK)
        return TQ_OK;
    return config->create ? exec(store, config->schema_sql, err)
                          : tq_error_phrase(err, TQ_WRONG_FILE, TQ_PHRASE_NO_DISTRICT);
}

static tq_status open_file(struct tq_district_store *store, const struct tq_district_config *config,
        struct tq_error *err)
{
    struct tq_db_config db;
    tq_status rc;

    if (config->schema_sql != NULL)
        return open_bare(store, config, err);
    memset(&db, 0, sizeof(db));
    db.path = config->path;
    db.role = TQ_ROLE_DISTRICT;
    db.create = config->create;
    db.catalogue = config->catalogue;
    db.busy_ms = BUSY_WAIT_MS;
    rc = tq_db_open(&store->file, &db, NULL, err);
    if (rc == TQ_OK)
        store->db = sql_handle(store->file);
    return rc;
}

tq_status tq_district_store_open(struct tq_district_store **out,
        const struct tq_district_config *config, struct tq_error *err)
{
    struct tq_district_store *store = tq_mem_zalloc(sizeof(*store));
    tq_status rc;

    *out = NULL;
    if (store == NULL)
        return district_no_memory(NULL, err);
    tq_buf_init(&store->scratch, 0);
    store->catalogue = config->catalogue;
    store->made = config->made;
    store->ops.ctx = store;
    store->ops.begin = district_begin;
    store->ops.begin_read = district_begin_read;
    store->ops.commit = district_commit;
    store->ops.rollback = district_rollback;
    district_ledger_ops(&store->ops);
    district_fork_ops(&store->ops);
    district_held_ops(&store->ops);
    district_index_ops(&store->ops);
    district_refill_ops(&store->ops);
    district_proposal_ops(&store->ops);
    district_rows_ops(&store->ops);
    store->ntables = tables_of(config->catalogue);
    store->tables = tq_mem_zalloc(store->ntables * sizeof(*store->tables));
    if (store->tables == NULL) {
        store->ntables = 0;
        rc = district_no_memory(NULL, err);
        goto out;
    }
    rc = open_file(store, config, err);
    if (rc == TQ_OK)
        rc = district_trail_init(store, err);
    for (size_t i = 0; rc == TQ_OK && i < sizeof(pragmas) / sizeof(pragmas[0]); i++)
        rc = exec(store, pragmas[i], err);
    if (rc == TQ_OK)
        rc = district_resum(store, err);
    store->reading = config->reading; /* from now on: who reads first may find an older file */
    if (rc == TQ_OK && config->reading)
        rc = exec(store, "PRAGMA query_only = 1", err);

out:
    if (rc == TQ_OK) {
        *out = store;
    } else {
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_DISTRICT_DATA));
        tq_district_store_close(store);
    }
    return rc;
}

void tq_district_store_close(struct tq_district_store *store)
{
    if (store == NULL)
        return;
    if (store->db != NULL)
        district_rollback(store);
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->sql[i]);
    district_rows_close(store);
    sqlite3_close(store->own);
    tq_db_close(store->file);
    tq_mem_free(store->tables);
    tq_buf_deinit(&store->scratch);
    tq_mem_free(store);
}

struct tq_db *tq_district_store_db(struct tq_district_store *store)
{
    return store->file;
}

const struct tq_district_ops *tq_district_store_ops(struct tq_district_store *store)
{
    return &store->ops;
}

tq_status tq_district_store_create(struct tq_district_store *store,
        const struct tq_district_identity *identity, struct tq_error *err)
{
    struct district_bind q;
    tq_status rc = district_begin(store, err);

    if (rc != TQ_OK)
        return rc;
    q = district_take(store, SQL_IDENTITY_SET);
    bind_blob(&q, identity->district, sizeof(identity->district));
    bind_text(&q, identity->name);
    bind_blob(&q, identity->sign_key, sizeof(identity->sign_key));
    bind_int(&q, identity->created_at_ms);
    rc = district_run(&q, "district", err);
    if (rc == TQ_OK) {
        q = district_take(store, SQL_IDENTITY_DEVICE);
        bind_blob(&q, identity->sign_key, sizeof(identity->sign_key));
        bind_int(&q, identity->created_at_ms);
        rc = district_run(&q, "the district's own device", err);
    }
    if (rc == TQ_OK)
        rc = district_commit(store, err);
    else
        district_rollback(store);
    return rc;
}

tq_status tq_district_store_identity(struct tq_district_store *store, struct tq_arena *arena,
        struct tq_district_identity *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_IDENTITY);
    bool row;
    tq_status rc = district_step(&q, &row, "district", err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_phrase(err, TQ_NOT_FOUND, TQ_PHRASE_NO_DISTRICT);
    rc = column_fixed(&q, 0, out->district, sizeof(out->district), "district", err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 1, arena, &out->name, err);
    if (rc == TQ_OK)
        rc = column_fixed(&q, 2, out->sign_key, sizeof(out->sign_key), "district", err);
    out->created_at_ms = column_int(&q, 3);
    district_end(&q);
    return rc;
}

uint64_t district_height_parse(struct tq_slice text)
{
    uint64_t epoch = 0;

    if (text.len < 2 || text.data[text.len - 1] != '\n')
        return 0;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        epoch = epoch * 10 + (uint64_t)(text.data[i] - '0');
        if (epoch > HEIGHT_MOST)
            return 0;
    }
    return epoch;
}

/* A file that cannot be read is not one that says nothing: who starts without it gives sequences for
 * a second time. */
static tq_status read_height(const char *path, uint64_t *epoch, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    *epoch = 0;
    if (path == NULL || !tq_file_exists(path))
        return TQ_OK;
    tq_buf_init(&text, 0);
    rc = tq_file_read(path, HEIGHT_FILE_BYTES, &text, err);
    if (rc == TQ_OK)
        *epoch = district_height_parse(tq_buf_slice(&text));
    tq_buf_deinit(&text);
    if (rc != TQ_RANGE) /* too long to be one of ours */
        return rc;
    tq_error_clear(err);
    return TQ_OK;
}

static void write_height(const char *path, uint64_t epoch)
{
    struct tq_buf line;

    if (path == NULL)
        return;
    tq_buf_init(&line, 0);
    tq_buf_printf(&line, "%" PRIu64 "\n", epoch);
    /* It may lag: the next start counts from the file or from the clock. */
    if (tq_buf_is_ok(&line) && tq_file_replace(path, tq_buf_slice(&line), false, NULL) != TQ_OK)
        tq_buf_clear(&line);
    tq_buf_deinit(&line);
}

static uint64_t spans_until(int64_t now_ms)
{
    uint64_t spans = now_ms > MS_2020 ? (uint64_t)((now_ms - MS_2020) / EPOCH_SPAN_MS) : 0;

    return spans < CLOCK_MOST ? spans : CLOCK_MOST;
}

static uint64_t next_epoch(uint64_t last, uint64_t height, int64_t now_ms)
{
    uint64_t epoch = last + 1;
    uint64_t spans = spans_until(now_ms);

    if (height + 1 > epoch)
        epoch = height + 1;
    return spans > epoch ? spans : epoch;
}

tq_status tq_district_store_start(struct tq_district_store *store, const char *height_path,
        int64_t now_ms, uint64_t *epoch, struct tq_error *err)
{
    struct tq_district_state state;
    struct district_bind q;
    uint64_t height;
    bool opened;
    tq_status rc = read_height(height_path, &height, err);

    if (rc == TQ_OK)
        rc = district_begin(store, err);
    if (rc != TQ_OK)
        return rc;
    rc = store->ops.state_get(store, &state, err);
    if (rc == TQ_OK && height > state.epoch) /* it was further once */
        rc = tq_devices_lost_some(store, now_ms, &opened, err);
    if (rc == TQ_OK) {
        state.epoch = next_epoch(state.epoch, height, now_ms);
        state.head = state.epoch << TQ_SEQUENCE_EPOCH_SHIFT;
        state.t_last = state.t_last + 1 > now_ms ? state.t_last + 1 : now_ms;
        rc = store->ops.state_put(store, &state, err);
    }
    if (rc == TQ_OK) {
        q = district_take(store, SQL_STARTED);
        bind_int(&q, now_ms);
        rc = district_run(&q, "start", err);
    }
    if (rc != TQ_OK) {
        district_rollback(store);
        return rc;
    }
    rc = district_commit(store, err);
    if (rc != TQ_OK)
        return rc;
    write_height(height_path, state.epoch);
    *epoch = state.epoch;
    return TQ_OK;
}

tq_status tq_district_store_begin_again(
        struct tq_district_store *store, int64_t now_ms, struct tq_error *err)
{
    struct tq_district_state state;
    uint64_t ahead = spans_until(now_ms) + EPOCHS_AHEAD;
    tq_status rc = district_begin(store, err);

    if (rc != TQ_OK)
        return rc;
    rc = store->ops.state_get(store, &state, err);
    if (rc == TQ_OK && state.epoch < ahead) {
        state.epoch = ahead;
        rc = store->ops.state_put(store, &state, err);
    }
    if (rc == TQ_OK)
        rc = tq_devices_take_back(store, now_ms + TQ_READMIT_MS, now_ms, err);
    if (rc == TQ_OK)
        return district_commit(store, err);
    district_rollback(store);
    return rc;
}

tq_status tq_district_store_next_start(struct tq_district_store *store, const char *height_path,
        uint64_t *first, struct tq_error *err)
{
    struct tq_district_state state;
    uint64_t height;
    tq_status rc = read_height(height_path, &height, err);

    if (rc == TQ_OK)
        rc = store->ops.state_get(store, &state, err);
    if (rc == TQ_OK)
        *first = ((height > state.epoch ? height : state.epoch) + 1) << TQ_SEQUENCE_EPOCH_SHIFT;
    return rc;
}

tq_status tq_district_store_written_beside(
        struct tq_district_store *store, bool *is, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_DATA_VERSION);
    int64_t version = store->data_version;
    bool row;
    tq_status rc = district_step(&q, &row, "data version", err);

    if (rc == TQ_OK && row) {
        version = column_int(&q, 0);
        district_end(&q);
    }
    *is = rc == TQ_OK && version != store->data_version;
    store->data_version = version;
    return rc;
}

tq_status tq_district_store_checkpoint(
        struct tq_district_store *store, uint64_t *left_pages, struct tq_error *err)
{
    int in_wal = 0;
    int moved = 0;
    int rc = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_wal, &moved);

    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        return district_fail(store, rc, "checkpoint", err);
    if (left_pages != NULL)
        *left_pages = in_wal > moved ? (uint64_t)(in_wal - moved) : 0;
    return TQ_OK;
}

tq_status tq_district_store_backed_up(
        struct tq_district_store *store, uint64_t *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_BACKED_UP);
    bool row;
    tq_status rc = district_step(&q, &row, "district", err);

    *out = 0;
    if (rc == TQ_OK && row) {
        *out = column_u64(&q, 0);
        district_end(&q);
    }
    return rc;
}

tq_status tq_district_store_set_backed_up(
        struct tq_district_store *store, uint64_t seq, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_BACKED_UP_SET);

    bind_u64(&q, seq);
    return district_run(&q, "district", err);
}

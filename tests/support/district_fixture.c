#include "district_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_mem.h"
#include "tmp.h"

struct tq_slice text(const char *s)
{
    return tq_slice_str(s);
}

void assert_ok(const struct fixture *f, tq_status rc, int line)
{
    if (rc != TQ_OK)
        fail_msg("line %d: %s: %s", line, tq_status_code(rc), f->err.msg);
}

tq_status open_store(struct fixture *f, bool create)
{
    struct tq_district_config config = {
        .path = f->path, .catalogue = tq_catalogue_current(), .create = create
    };
    tq_status rc = tq_district_store_open(&f->store, &config, &f->err);

    f->ops = rc == TQ_OK ? tq_district_store_ops(f->store) : NULL;
    return rc;
}

void reopen(struct fixture *f)
{
    tq_district_store_close(f->store);
    OK(open_store(f, false));
}

int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct tq_district_identity identity;

    memset(&identity, 0, sizeof(identity));
    memset(identity.district, 7, sizeof(identity.district));
    memset(identity.sign_key, 9, sizeof(identity.sign_key));
    identity.name = text("Sông Lô");
    identity.created_at_ms = START_MS;
    tmp_make(f->dir, sizeof(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/district.db", f->dir);
    f->arena = tq_arena_new((size_t)64 << 20);
    OK(open_store(f, true));
    OK(tq_district_store_create(f->store, &identity, &f->err));
    *state = f;
    return 0;
}

int tear_down(void **state)
{
    struct fixture *f = *state;

    test_mem_fail_after(-1, false);
    tq_district_store_close(f->store);
    tq_arena_free(f->arena);
    tmp_remove(f->dir);
    free(f);
    return test_mem_live() == 0 ? 0 : -1;
}

void begin(struct fixture *f)
{
    OK(f->ops->begin(f->ops->ctx, &f->err));
}

void commit(struct fixture *f)
{
    OK(f->ops->commit(f->ops->ctx, &f->err));
}

/* A shell of our own on the same file. */
void shell(const struct fixture *f, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    sqlite3_close(db);
}

struct tq_ledger_set a_set(uint64_t seq, uint64_t first_seq, uint32_t nchanges)
{
    struct tq_ledger_set set;

    memset(&set, 0, sizeof(set));
    set.set.device = 4;
    set.set.incarnation = 1;
    set.set.seq = seq;
    set.set.payload = text("nội dung");
    set.first_seq = first_seq;
    set.nchanges = nchanges;
    set.ta = 1000;
    set.offset_ms = -12;
    set.e0 = 5;
    set.e_last = 6;
    memset(set.set.prev, (int)seq, TQ_HASH_BYTES);
    tq_set_hash(&set.set, set.set.hash);
    return set;
}

const struct tq_table *table_named(const char *name)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), name);

    assert_non_null(table);
    return table;
}

void set_column(
        const struct tq_table *table, struct tq_value *values, const char *name, const char *value)
{
    int at = tq_table_column_find(table, name);

    assert_true(at >= 0);
    values[at] = tq_value_str(value);
}

/* One report of a commune in a period: natural key of three parts. */
struct tq_stored_row a_report(
        struct fixture *f, const char *unit, const char *type, const char *period, uint64_t seq)
{
    const struct tq_table *table = table_named("report");
    struct tq_stored_row row;
    struct tq_buf key;

    memset(&row, 0, sizeof(row));
    row.table = table;
    row.exists = true;
    row.values = tq_arena_array(f->arena, table->ncolumns, sizeof(*row.values));
    for (uint32_t i = 0; i < table->nkey; i++) {
        const struct tq_column *column = &table->columns[table->key[i]];

        set_column(table, row.values, column->name,
                strcmp(column->name, "unit") == 0     ? unit
                : strcmp(column->name, "period") == 0 ? period
                                                      : type);
    }
    row.meta.row_seq = seq;
    row.meta.born_seq = seq;
    tq_buf_init(&key, 0);
    assert_true(tq_key_encode(table, row.values, &key));
    row.key = tq_slice_of(tq_arena_copy(f->arena, key.data, key.len), key.len);
    tq_buf_deinit(&key);
    return row;
}

#include "torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test_mem.h"

static void rows_of(sqlite3 *db, const char *table, struct tq_buf *out)
{
    sqlite3_stmt *stmt;
    char sql[160];

    snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        tq_buf_append_str(out, table);
        for (int c = 0; c < sqlite3_column_count(stmt); c++) {
            tq_buf_append_u8(out, (uint8_t)('0' + sqlite3_column_type(stmt, c)));
            tq_buf_append(out, sqlite3_column_blob(stmt, c), (size_t)sqlite3_column_bytes(stmt, c));
        }
    }
    sqlite3_finalize(stmt);
}

void torture_rows(sqlite3 *db, struct tq_buf *out)
{
    sqlite3_stmt *tables;

    assert_int_equal(sqlite3_prepare_v2(db,
                             "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
                             -1, &tables, NULL),
            SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW)
        rows_of(db, (const char *)sqlite3_column_text(tables, 0), out);
    sqlite3_finalize(tables);
}

/* One try; true while an allocation failed in it. `before`: what `state` said; a try that failed has
 * left it so, or the test has ended. */
static bool try(void *fixture, const struct torture *c, long n, bool forever, struct tq_buf *before)
{
    struct tq_error err = { 0 };
    struct tq_buf after;
    tq_status rc;
    long live;

    tq_buf_init(&after, 0);
    if (c->again != NULL)
        c->again(fixture);
    if (c->state != NULL && (c->again != NULL || before->len == 0)) {
        tq_buf_clear(before);
        c->state(fixture, before);
    }
    live = test_mem_live();
    test_mem_fail_after(n, forever);
    rc = c->run(fixture, &err);
    test_mem_fail_after(-1, false);
    if (rc != TQ_OK && rc != TQ_NOMEM)
        fail_msg("%s, %ld: %s %s", c->name, n, tq_status_code(rc), err.msg);
    if (rc == TQ_NOMEM && !test_mem_struck())
        fail_msg("%s, %ld: out of memory by itself: %s", c->name, n, err.msg);
    if (rc != TQ_OK && err.status != rc)
        fail_msg("%s, %ld: says %s, returns %s", c->name, n, tq_status_code(err.status),
                tq_status_code(rc));
    if (!c->loose && test_mem_live() != live)
        fail_msg("%s, %ld: %ld blocks are left", c->name, n, test_mem_live() - live);
    if (c->state != NULL && rc != TQ_OK) {
        c->state(fixture, &after);
        if (!tq_slice_equal(tq_buf_slice(before), tq_buf_slice(&after)))
            fail_msg("%s, %ld: failed, but something changed", c->name, n);
    }
    if (rc == TQ_OK)
        tq_buf_clear(before); /* it may have changed what it is about */
    tq_buf_deinit(&after);
    return test_mem_struck();
}

void torture(void *fixture, const struct torture *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct torture *c = &cases[i];
        struct tq_error err = { 0 };
        struct tq_buf before;

        tq_buf_init(&before, 0);
        if (c->again != NULL)
            c->again(fixture);
        if (c->run(fixture, &err) != TQ_OK)
            fail_msg("%s, with memory: %s %s", c->name, tq_status_code(err.status), err.msg);
        for (int forever = 0; forever < 2; forever++)
            for (long n = 0; try(fixture, c, n, forever != 0, &before);
                    n += n < 400 ? 1 : 1 + n / 25)
                ;
        tq_buf_deinit(&before);
    }
}

/* import_name.c - Names of villages in a file: spelled as here, spelled another way, or unknown. */
#include <string.h>

#include "store/import_internal.h"
#include "tuquan/mem.h"
#include "tuquan/text.h"

#define NEAR 2u         /* letters that may differ in a name that is offered */
#define MAX_LETTERS 63u /* of a name that is compared letter by letter */

/* How many letters must be put in, left out or changed; more than NEAR counts as NEAR + 1. */
static size_t distance(struct tq_slice a, struct tq_slice b)
{
    size_t row[MAX_LETTERS + 1];
    size_t apart = a.len > b.len ? a.len - b.len : b.len - a.len;

    if (a.len > MAX_LETTERS || b.len > MAX_LETTERS || apart > NEAR)
        return NEAR + 1;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t corner = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t changed = corner + (a.data[i - 1] != b.data[j - 1]);
            size_t added = row[j - 1] + 1;
            size_t left_out = row[j] + 1;

            corner = row[j];
            row[j] = changed < added ? changed : added;
            row[j] = row[j] < left_out ? row[j] : left_out;
        }
    }
    return row[b.len];
}

static size_t nearer(struct tq_slice wanted, struct tq_slice name)
{
    char folded[4 * (MAX_LETTERS + 1)];

    return tq_text_fold_word(name, folded, sizeof(folded)) ? distance(wanted, tq_slice_str(folded))
                                                           : NEAR + 1;
}

/* The one village of this commune whose name is nearest; none when two are as near. */
static tq_status offer(struct tq_import *import, struct tq_slice text, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_buf wanted;
    size_t best = NEAR + 1;
    bool row = true;
    tq_status rc;

    tq_buf_init(&wanted, 0);
    rc = tq_text_fold(text, &wanted, err);
    if (rc == TQ_OK)
        rc = sql_prepare(import->records->db, &stmt,
                "SELECT name, full_name FROM unit WHERE parent = ?1 AND voided_at IS NULL"
                " ORDER BY valid_to IS NOT NULL, unit",
                err);
    if (rc == TQ_OK)
        sql_bind_text(stmt, 1, tq_records_unit(import->records));
    while (rc == TQ_OK && row) {
        rc = sql_step(import->records->db, stmt, &row, err);
        for (int c = 0; rc == TQ_OK && row && c < 2; c++) {
            size_t far = nearer(tq_buf_slice(&wanted), sql_bytes(stmt, c));

            if (far > NEAR || far > best)
                continue;
            import->hint = far < best || tq_slice_equal(import->hint, sql_bytes(stmt, 1))
                                   ? records_keep(import->arena, sql_bytes(stmt, 1))
                    : tq_slice_str("");
            best = far;
        }
    }
    tq_buf_deinit(&wanted);
    return rc;
}

tq_status import_look_at_name(struct tq_import *import, const struct import_file *file, int field,
        struct tq_slice text, const struct tq_value *found, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_import_problem *problem;
    bool row = false;
    bool same = false;
    tq_status rc;

    if (found->type != TQ_TEXT)
        return TQ_OK;
    rc = sql_prepare(import->records->db, &stmt,
            "SELECT full_name, name, code, unit FROM unit WHERE unit = ?1", err);
    if (rc == TQ_OK) {
        sql_bind_text(stmt, 1, found->s);
        rc = sql_step(import->records->db, stmt, &row, err);
    }
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return offer(import, text, err);
    for (int c = 0; c < 4 && !same; c++)
        same = records_name_same(sql_bytes(stmt, c), text);
    if (!same) {
        problem = import_problem(import, file, TQ_IMPORT_MATCHED, file->row->line, field, text);
        if (problem != NULL)
            problem->hint = records_keep(import->arena, sql_bytes(stmt, 0));
    }
    sql_done(stmt);
    return TQ_OK;
}

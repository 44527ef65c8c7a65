/* sim_judged.c - Of a value that was not taken: was the "no" right, and is what was asked for kept?
 *
 * The rules are asked here of the values as they were sent, not as the merge came to ask them: a merge
 * that refused what is good would otherwise pass every check that looks for what was taken. */
#include <string.h>

#include "sim_judged.h"
#include "store/sql.h"
#include "tuquan/quoted.h"
#include "tuquan/text.h"

/* As it was sent, or as the merge writes it: text is made NFC there, also where its writer's own form
 * of it waits for an officer. */
bool sim_is_same(const struct tq_value *sent, const struct tq_value *value)
{
    struct tq_value made;
    struct tq_buf buf;
    bool same = tq_value_equal(sent, value);

    if (same || sent->type != TQ_TEXT)
        return same;
    tq_buf_init(&buf, 0);
    sim_pause(true);
    if (tq_text_nfc(sent->s, &buf, NULL) == TQ_OK && tq_buf_is_ok(&buf)) {
        made = tq_value_text(tq_buf_slice(&buf));
        same = tq_value_equal(&made, value);
    }
    sim_pause(false);
    tq_buf_deinit(&buf);
    return same;
}

/* Are the values that `c` gives `cell` among those of a request? */
static bool holds(struct sim *s, const struct tq_table *table, const struct tq_change *c,
        uint32_t cell, bool waits, struct tq_slice text)
{
    struct tq_cells cells;
    struct tq_error err;

    memset(&cells, 0, sizeof(cells));
    tq_error_clear(&err);
    sim_must(s, tq_quoted_parse(text, s->scratch, &cells, &err), "request", &err);
    for (uint32_t k = 0; k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);
        bool found = false;

        /* What the district did not know when it was asked is no part of the request; it waits. */
        if (at < 0 || table->columns[at].cell != cell ||
                (waits && s->first_version != 0 && table->columns[at].since > s->first_version))
            continue;
        for (size_t i = 0; !found && i < cells.n; i++)
            found = cells.columns[i] == c->columns[k] &&
                    sim_is_same(&c->after[k], &cells.values[i]);
        if (!found)
            return false;
    }
    return true;
}

bool sim_is_asked(struct sim *s, const struct tq_table *table, const struct tq_change *c,
        uint32_t cell, bool waits)
{
    sqlite3 *db = sql_handle(tq_district_store_db(s->district.store));
    sqlite3_stmt *list = NULL;
    bool found = false;

    sqlite3_prepare_v2(db,
            "SELECT new_values FROM correction_request WHERE table_name=?1 AND row_key=?2", -1,
            &list, NULL);
    sqlite3_bind_text(list, 1, table->name, -1, SQLITE_STATIC);
    sqlite3_bind_blob(list, 2, c->key.data, (int)c->key.len, SQLITE_STATIC);
    /* A void takes back what was asked: the request is there, and holds no such thing. */
    while (!found && sqlite3_step(list) == SQLITE_ROW)
        found = (cell == table->void_cell && c->cell == cell) ||
                holds(s, table, c, cell, waits,
                        tq_slice_of(sqlite3_column_text(list, 0),
                                (size_t)sqlite3_column_bytes(list, 0)));
    sqlite3_finalize(list);
    return found;
}

static bool is_bad(const struct tq_table *table, const struct tq_change *c, uint32_t cell)
{
    for (uint32_t k = 0; k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);

        if (at >= 0 && (cell == TQ_CELL_ROW || table->columns[at].cell == cell) &&
                tq_column_check(&table->columns[at], &c->after[k]) != TQ_REASON_NONE)
            return true;
    }
    return false;
}

/* A column that must be filled, and is neither sent nor has a value of its own. */
static bool is_missing(const struct tq_table *table, const struct tq_change *c)
{
    const struct tq_value none = tq_value_null();

    for (size_t at = 0; c->cell == TQ_CELL_ROW && at < table->ncolumns; at++) {
        bool sent = tq_table_is_key(table, (uint32_t)at) || (int)at == table->owner;

        for (uint32_t k = 0; k < c->ncolumns; k++)
            sent = sent || tq_table_column(table, c->columns[k]) == (int)at;
        if (!sent && tq_column_check(&table->columns[at], &none) != TQ_REASON_NONE)
            return true;
    }
    return false;
}

bool sim_is_wrong(
        const struct tq_table *table, const struct tq_change *c, const struct tq_exception *said)
{
    switch (said->reason) {
    case TQ_REASON_BAD_TYPE:
    case TQ_REASON_REQUIRED:
    case TQ_REASON_OUT_OF_RANGE:
    case TQ_REASON_TOO_LONG:
    case TQ_REASON_NOT_IN_LIST:
    case TQ_REASON_BAD_DATE:
    case TQ_REASON_BAD_TEXT:
        return is_bad(table, c, said->cell) || is_missing(table, c);
    default:
        return true; /* depends on more than the values */
    }
}

/* liaison_lock.c - What the neighbour wrote does not change what a locked period has counted: it is
 * asked for (liaison_ask.c), and is in the journal. */
#include <string.h>

#include "liaison_round.h"

static tq_status look_at(
        struct round *r, const struct tq_value *value, bool *locked, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);

    return *locked || value->type != TQ_TEXT || value->s.len == 0
                   ? TQ_OK
                   : ops->locked(ops->ctx, value->s, locked, err);
}

/* Minutes count once both have signed them and they have a number or a hash (facts.c): all of that
 * may come from the neighbour, beside the cells that a commune's lock names. */
static const char *const COUNTED[] = { "partner_signed_on", "minutes_no", "minutes_hash" };

static bool counts(const struct tq_table *table, const struct tq_change *change)
{
    for (size_t i = 0; i < sizeof(COUNTED) / sizeof(COUNTED[0]); i++) {
        int at = tq_table_column_find(table, COUNTED[i]);

        for (uint32_t k = 0; at >= 0 && k < change->ncolumns; k++)
            if (change->columns[k] == table->columns[at].id)
                return true;
    }
    return false;
}

bool round_moves(const struct tq_table *table, const struct tq_change *change)
{
    for (const struct tq_lock *lock = table->also_locked; lock != NULL && lock->column != 0; lock++)
        if (tq_lock_matters(lock, change->cell) || counts(table, change))
            return true;
    return false;
}

bool round_counts(const struct tq_table *table, uint32_t column)
{
    int at = tq_table_column(table, column);

    for (size_t i = 0; at >= 0 && i < sizeof(COUNTED) / sizeof(COUNTED[0]); i++)
        if (strcmp(table->columns[at].name, COUNTED[i]) == 0)
            return true;
    for (const struct tq_lock *lock = table->also_locked; lock != NULL && lock->column != 0; lock++)
        if (lock->column == column || (at >= 0 && table->columns[at].cell != TQ_CELL_ROW &&
                                              tq_lock_matters(lock, table->columns[at].cell)))
            return true;
    return false;
}

static bool moves(
        const struct tq_table *table, const struct tq_lock *lock, const struct edit_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (tq_lock_matters(lock, list->changes[i].cell) || counts(table, &list->changes[i]))
            return true;
    return false;
}

tq_status round_locked(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *now, const struct tq_value *values, const bool *given,
        const struct edit_list *list, int *column, struct tq_value *day, struct tq_error *err)
{
    const struct tq_lock *lock = table->also_locked;
    tq_status rc = TQ_OK;

    *column = -1;
    for (; rc == TQ_OK && *column < 0 && lock != NULL && lock->column != 0; lock++) {
        int at = tq_table_column(table, lock->column);
        bool locked = false;

        if (at < 0 || !moves(table, lock, list))
            continue;
        if (now->exists) {
            *day = now->values[at];
            rc = look_at(r, day, &locked, err);
        }
        if (rc == TQ_OK && given[at] && !locked)
            *day = values[at];
        if (rc == TQ_OK && given[at])
            rc = look_at(r, &values[at], &locked, err);
        if (locked)
            *column = at;
    }
    return rc;
}

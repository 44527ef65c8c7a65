/* liaison_case.c - One case that both sides of a border see: the neighbour never learns which row of
 * ours it is, but in which of the two communes it happened, and so which side counts it. */
#include <string.h>

#include "liaison_round.h"
#include "tuquan/facts.h"

/* The unit that counts the linked case, if that is one of the two that the notice is between. */
static tq_status place_of(struct round *r, const struct tq_table *table, uint32_t column,
        const struct tq_value *values, struct tq_value *out, struct tq_error *err)
{
    int incident = tq_table_column_find(table, "incident");
    struct tq_value said[TQ_MAX_COLUMNS];
    struct tq_slice place = tq_slice_of(NULL, 0);
    tq_status rc = TQ_OK;

    *out = tq_value_null();
    if (values[incident].type == TQ_BLOB)
        rc = tq_facts_place(tq_district_store_db(r->app->store), r->arena, values[table->owner].s,
                values[incident].s, &place, err);
    if (rc != TQ_OK || place.len == 0)
        return rc;
    memcpy(said, values, table->ncolumns * sizeof(*said));
    said[column] = tq_value_text(place);
    if (tq_liaison_is_between(table, column, said))
        *out = said[column];
    return TQ_OK;
}

tq_status round_case(struct round *r, const struct tq_table *table, struct tq_slice key,
        struct tq_value *values, struct tq_error *err)
{
    int at = tq_table_column_find(table, "case_unit");
    struct tq_value written[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    bool given[TQ_MAX_COLUMNS] = { false };
    struct tq_value place;
    struct edit_list list;
    tq_status rc;

    if (at < 0)
        return TQ_OK;
    rc = place_of(r, table, (uint32_t)at, values, &place, err);
    if (rc != TQ_OK || tq_value_equal(&place, &values[at]))
        return rc;
    values[at] = written[at] = place;
    written[table->key[0]] = tq_value_blob(key);
    given[at] = given[table->key[0]] = true;
    edit_init(&list, r->arena);
    rc = edit_row(&list, r->app, table, written, given, err);
    return rc == TQ_OK && list.count > 0 ? app_merge(r->app, list.changes, list.count, 0, err) : rc;
}

#include "liaison_publish.h"

#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "tuquan/calendar.h"
#include "tuquan/hash.h"
#include "tuquan/liaison.h"
#include "tuquan/liaison_store.h"
#include "tuquan/records.h"

#define TABLE "liaison_agreement"

struct publishing {
    struct app *app;
    const struct tq_table *table;
    struct edit_list list;
    struct tq_record *told; /* what the offices have */
    size_t ntold;
    bool *stays; /* of `told`: an agreement names it still */
};

struct filled {
    const struct tq_table *table;
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS];
};

/* What a column cannot hold (a number of 400 letters) is left empty: the text itself says it, and what
 * an agreement before said there does not hold. */
static void give(struct filled *row, const char *column, struct tq_value value)
{
    int at = tq_table_column_find(row->table, column);

    if (value.type == TQ_TEXT && value.s.len == 0)
        value = tq_value_null();
    if (tq_column_check(&row->table->columns[at], &value) != TQ_REASON_NONE)
        value = tq_value_null();
    row->values[at] = value;
    row->given[at] = true;
}

/* One row for ever, whatever text holds: a new agreement changes it, its history shows them all. */
static tq_status key_of(struct publishing *p, const struct tq_link_info *link, struct tq_slice unit,
        struct tq_slice *out, struct tq_error *err)
{
    uint8_t *key = tq_arena_alloc(p->app->arena, TQ_SURROGATE_BYTES);
    struct tq_hasher hasher;

    if (key == NULL)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    tq_hash_init(&hasher, "tuquan.agreement.row.v1", TQ_SURROGATE_BYTES);
    tq_hash_add_slice(&hasher, link->name);
    tq_hash_add_slice(&hasher, unit);
    tq_hash_final(&hasher, key, TQ_SURROGATE_BYTES);
    *out = tq_slice_of(key, TQ_SURROGATE_BYTES);
    return TQ_OK;
}

static tq_status keep(
        struct publishing *p, struct tq_buf *text, struct tq_slice *out, struct tq_error *err)
{
    const void *copy =
            tq_buf_is_ok(text) ? tq_arena_copy(p->app->arena, text->data, text->len) : NULL;

    *out = tq_slice_of(copy, copy != NULL ? text->len : 0);
    return copy != NULL || (tq_buf_is_ok(text) && text->len == 0)
                   ? TQ_OK
                   : tq_error_set(err, TQ_NOMEM, "liaison");
}

static tq_status joined(struct publishing *p, const struct tq_agreement_list *list,
        const char *between, struct tq_slice *out, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    for (size_t i = 0; i < list->count; i++)
        tq_buf_printf(&text, "%s%.*s", i > 0 ? between : "", (int)list->items[i].len,
                (const char *)list->items[i].data);
    rc = keep(p, &text, out, err);
    tq_buf_deinit(&text);
    return rc;
}

/* The tables that some article names, each once. */
static tq_status tables_of(struct publishing *p, const struct tq_agreement *agreement,
        struct tq_slice *out, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    for (size_t i = 0; i < catalogue->ntables; i++)
        if (tq_liaison_is_table(&catalogue->tables[i]) &&
                tq_liaison_article(agreement, &catalogue->tables[i], 0) != NULL)
            tq_buf_printf(&text, "%s%s", text.len > 0 ? " " : "", catalogue->tables[i].name);
    rc = keep(p, &text, out, err);
    tq_buf_deinit(&text);
    return rc;
}

/* An agreement may name a commune that this district does not know: no office reads of it. */
static tq_status is_known(
        struct publishing *p, struct tq_slice unit, bool *out, struct tq_error *err)
{
    const struct tq_table *units = tq_catalogue_find(p->app->catalogue, "unit");
    struct tq_record row;

    return tq_record_get(p->app->records, units, unit, p->app->arena, &row, out, err);
}

static void mark(struct publishing *p, struct tq_slice key)
{
    for (size_t i = 0; i < p->ntold; i++)
        p->stays[i] = p->stays[i] || tq_slice_equal(p->told[i].key, key);
}

static tq_status put(struct publishing *p, const struct tq_link_info *link,
        const struct filled *common, struct tq_slice unit, struct tq_error *err)
{
    struct filled row = *common;
    struct tq_slice key;
    bool known = false;
    tq_status rc = is_known(p, unit, &known, err);

    if (rc != TQ_OK || !known)
        return rc;
    rc = key_of(p, link, unit, &key, err);
    if (rc != TQ_OK)
        return rc;
    give(&row, "id", tq_value_blob(key));
    give(&row, "unit", tq_value_text(unit));
    mark(p, key);
    return edit_row(&p->list, p->app, p->table, row.values, row.given, err);
}

/* In which order they stand, and this year's, where that is a commune. */
static tq_status give_standing(struct publishing *p, const struct tq_agreement *a,
        struct filled *row, struct tq_error *err)
{
    char today[TQ_DAY_TEXT];
    struct tq_slice order;
    struct tq_slice now;
    bool known = false;
    tq_status rc = joined(p, &a->standing, "; ", &order, err);

    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    if (rc == TQ_OK && tq_agreement_standing(a, (int)strtol(today, NULL, 10), &now))
        rc = is_known(p, now, &known, err);
    if (rc != TQ_OK)
        return rc;
    give(row, "standing_order", tq_value_text(order));
    give(row, "standing_from",
            a->standing.count > 0 ? tq_value_int(strtol(a->from, NULL, 10)) : tq_value_null());
    give(row, "standing_unit", known ? tq_value_text(now) : tq_value_null());
    return TQ_OK;
}

static tq_status publish_link(
        struct publishing *p, const struct tq_link_info *link, struct tq_error *err)
{
    struct tq_agreement *a = tq_arena_alloc(p->app->arena, sizeof(*a));
    struct filled row = { .table = p->table };
    tq_liaison_side other = link->side == TQ_SIDE_A ? TQ_SIDE_B : TQ_SIDE_A;
    struct tq_slice units;
    struct tq_slice kinds;
    struct tq_slice tables;
    tq_status rc = a == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                             : tq_agreement_read(a, link->agreement, p->app->arena, err);

    if (rc != TQ_OK && rc != TQ_NOMEM) { /* of one that nobody can read nothing crosses */
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = joined(p, &a->communes[other], " ", &units, err);
    if (rc == TQ_OK)
        rc = joined(p, &a->categories, " ", &kinds, err);
    if (rc == TQ_OK)
        rc = tables_of(p, a, &tables, err);
    if (rc == TQ_OK)
        rc = give_standing(p, a, &row, err);
    if (rc != TQ_OK)
        return rc;
    give(&row, "label", tq_value_text(a->number));
    give(&row, "document_no", tq_value_text(a->number));
    give(&row, "signed_on", tq_value_str(a->signed_on));
    give(&row, "valid_from", tq_value_str(a->from));
    give(&row, "valid_to", tq_value_str(a->to));
    give(&row, "signer", tq_value_text(a->signers[link->side]));
    give(&row, "partner_signer", tq_value_text(a->signers[other]));
    give(&row, "partner_units", tq_value_text(units));
    give(&row, "categories", tq_value_text(kinds));
    give(&row, "allowed", tq_value_text(tables));
    give(&row, "state", tq_value_str("acknowledged"));
    give(&row, "voided_at", tq_value_null()); /* what a clerk voided is told again */
    give(&row, "void_reason", tq_value_null());
    for (size_t i = 0; rc == TQ_OK && i < a->communes[link->side].count; i++)
        rc = put(p, link, &row, a->communes[link->side].items[i], err);
    return rc;
}

/* Told before, and of no agreement any more. */
static tq_status close_rest(struct publishing *p, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < p->ntold; i++) {
        struct filled row = { .table = p->table };

        if (p->stays[i])
            continue;
        give(&row, "id", tq_value_blob(p->told[i].key));
        give(&row, "unit", p->told[i].values[p->table->owner]);
        give(&row, "state", tq_value_str("closed"));
        rc = edit_row(&p->list, p->app, p->table, row.values, row.given, err);
    }
    return rc;
}

/* Those of the district: a clerk's own line about an agreement on paper names no kinds of rows. */
static tq_status read_told(struct publishing *p, struct tq_error *err)
{
    struct tq_query query = { .table = p->table, .nfilters = 1, .uncounted = true };
    size_t total;
    tq_status rc;

    query.filters[0].column = tq_table_column_find(p->table, "allowed");
    query.filters[0].op = TQ_QUERY_NOT;
    query.filters[0].value = tq_value_null();
    rc = tq_record_list(p->app->records, &query, p->app->arena, &p->told, &p->ntold, &total, err);
    if (rc != TQ_OK || p->ntold == 0)
        return rc;
    p->stays = tq_arena_array(p->app->arena, p->ntold, sizeof(*p->stays));
    if (p->stays == NULL)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    memset(p->stays, 0, p->ntold * sizeof(*p->stays));
    return TQ_OK;
}

/* What a rule refuses of one link holds up none of the others; the first such is told. */
static tq_status write_part(struct publishing *p, struct tq_error *why, struct tq_error *err)
{
    tq_status rc =
            p->list.count > 0 ? app_write(p->app, p->list.changes, p->list.count, err) : TQ_OK;

    edit_init(&p->list, p->app->arena);
    if (rc != TQ_RULE)
        return rc;
    if (why->status == TQ_OK)
        *why = *err;
    tq_error_clear(err);
    return TQ_OK;
}

tq_status liaison_publish(struct app *app, struct tq_error *err)
{
    struct publishing p = { .app = app, .table = tq_catalogue_find(app->catalogue, TABLE) };
    struct tq_link_info *links = NULL;
    size_t count = 0;
    struct tq_error why = { .status = TQ_OK };
    tq_status rc = app_records(app, err);

    edit_init(&p.list, app->arena);
    if (rc == TQ_OK)
        rc = read_told(&p, err);
    if (rc == TQ_OK)
        rc = tq_links_list(app->store, false, app->arena, &links, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        if (links[i].ended_at_ms != 0 || links[i].agreement.len == 0)
            continue;
        rc = publish_link(&p, &links[i], err);
        if (rc == TQ_OK)
            rc = write_part(&p, &why, err);
    }
    if (rc == TQ_OK)
        rc = close_rest(&p, err);
    if (rc == TQ_OK)
        rc = write_part(&p, &why, err);
    if (rc != TQ_OK || why.status == TQ_OK)
        return rc;
    *err = why;
    return err->status;
}

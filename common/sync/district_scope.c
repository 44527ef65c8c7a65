/* district_scope.c - Whose rows an office holds: all public ones, its own unit's, and those of the
 * units that were closed into it (sync.md sections 2 and 4: the scope of a unit follows its
 * successors, never its rows, which keep their owner). */
#include <string.h>

#include "sync/district_internal.h"

tq_status district_scope_load(
        struct tq_district *d, struct session *s, struct tq_slice unit, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_slice *list;
    size_t n;
    tq_status rc = store->unit_scope(store->ctx, unit, d->arena, &list, &n, err);

    if (rc != TQ_OK)
        return rc;
    if (n > DISTRICT_UNITS)
        return tq_error_set(err, TQ_RANGE, "%s %.*s: %zu", tq_phrase(TQ_PHRASE_UNITS_INTO),
                (int)unit.len, (const char *)unit.data, n - 1);
    for (size_t i = 0; i < n; i++) {
        if (list[i].len >= sizeof(s->units[i]))
            return tq_error_phrase(err, TQ_RANGE, TQ_PHRASE_UNIT_KEY);
        memcpy(s->units[i], list[i].data, list[i].len);
        s->units[i][list[i].len] = '\0';
    }
    s->nunits = n;
    return TQ_OK;
}

tq_status tq_district_scope(const struct tq_slice *units, size_t nunits, uint32_t schema,
        struct tq_arena *arena, struct tq_slice *out)
{
    struct tq_buf buf;
    void *copy = NULL;
    size_t len;

    tq_buf_init(&buf, (size_t)4096);
    for (size_t i = 0; i < nunits; i++) {
        tq_buf_append_slice(&buf, units[i]);
        tq_buf_append_str(&buf, ";");
    }
    tq_buf_printf(&buf, "schema %u", schema);
    if (tq_buf_is_ok(&buf))
        copy = tq_arena_copy(arena, buf.data, buf.len);
    len = buf.len;
    tq_buf_deinit(&buf);
    *out = tq_slice_of(copy, copy != NULL ? len : 0);
    return copy != NULL ? TQ_OK : TQ_NOMEM;
}

tq_status district_scope_text(
        struct tq_district *d, const struct session *s, struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice units[DISTRICT_UNITS];

    for (size_t i = 0; i < s->nunits; i++)
        units[i] = tq_slice_str(s->units[i]);
    if (tq_district_scope(units, s->nunits, s->schema, d->arena, out) != TQ_OK)
        return tq_error_set(err, TQ_NOMEM, "scope");
    return TQ_OK;
}

size_t district_owners(const struct session *s, const struct tq_table *table)
{
    return table->scope == TQ_OWN ? s->nunits : 1;
}

struct tq_slice district_owner(const struct session *s, const struct tq_table *table, size_t i)
{
    return table->scope == TQ_OWN ? tq_slice_str(s->units[i]) : tq_slice_of(NULL, 0);
}

bool district_owns(const struct session *s, struct tq_slice owner)
{
    for (size_t i = 0; i < s->nunits; i++)
        if (tq_slice_equal(owner, tq_slice_str(s->units[i])))
            return true;
    return false;
}

/* Put the page of one owner among those of others, by key; at most `want` stay. */
static void merge_pages(struct tq_stored_row *out, size_t *n, const struct tq_stored_row *page,
        size_t got, size_t want)
{
    for (size_t i = 0; i < got; i++) {
        size_t at = *n;

        while (at > 0 && tq_slice_compare(page[i].key, out[at - 1].key) < 0)
            at--;
        if (at >= want)
            return; /* and so do those after it */
        if (*n < want)
            (*n)++;
        memmove(&out[at + 1], &out[at], (*n - 1 - at) * sizeof(*out));
        out[at] = page[i];
    }
}

tq_status district_scan(struct tq_district *d, const struct session *s,
        const struct tq_table *table, struct tq_slice after, size_t want, struct tq_stored_row *out,
        size_t *got, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    size_t owners = district_owners(s, table);
    struct tq_stored_row *page;
    tq_status rc = TQ_OK;

    *got = 0;
    if (owners == 1)
        return store->rows_scan(store->ctx, table, district_owner(s, table, 0), after,
                tq_slice_of(NULL, 0), want, d->arena, out, got, err);
    page = tq_arena_array(d->arena, want, sizeof(*page));
    if (page == NULL)
        return tq_error_set(err, TQ_NOMEM, "scan");
    for (size_t i = 0; rc == TQ_OK && i < owners; i++) {
        size_t n = 0;

        rc = store->rows_scan(store->ctx, table, district_owner(s, table, i), after,
                tq_slice_of(NULL, 0), want, d->arena, page, &n, err);
        if (rc == TQ_OK)
            merge_pages(out, got, page, n, want);
    }
    return rc;
}

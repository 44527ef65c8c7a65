/* facts_kept.c - Counts of the lists of a commune, kept with the state of the rows that they are of. */
#include <string.h>

#include "store/facts_internal.h"

#define MOST_NEEDS 4u

static enum fact_list list_of(tq_source_kind kind)
{
    switch (kind) {
    case TQ_SOURCE_INCIDENT:
        return FACTS_INCIDENTS;
    case TQ_SOURCE_ACTIVITY:
        return FACTS_ACTIVITIES;
    case TQ_SOURCE_TIP:
        return FACTS_TIPS;
    case TQ_SOURCE_HOTSPOT:
        return FACTS_HOTSPOTS;
    case TQ_SOURCE_ENCROACHMENT:
        return FACTS_ENCROACHMENTS;
    case TQ_SOURCE_GROUP:
        return FACTS_GROUPS;
    default:
        return FACTS_RETURNS;
    }
}

/* The tables that a list, and what is counted of it, is read from. */
static const struct tally_need NEEDS[FACTS_LISTS][MOST_NEEDS] = {
    [FACTS_INCIDENTS] = { { "incident", false }, { "unit", true } },
    [FACTS_ACTIVITIES] = { { "activity", false } },
    [FACTS_TIPS] = { { "tip", false } },
    [FACTS_HOTSPOTS] = { { "hotspot", false } },
    [FACTS_ENCROACHMENTS] = { { "encroachment", false } },
    [FACTS_GROUPS] = { { "self_mgmt_group", false } },
    [FACTS_RETURNS] = { { "village_return", false }, { "indicator", true }, { "period", true },
            { "unit", true } },
};

static tq_status state_of(struct facts *f, enum fact_list list, struct tq_error *err)
{
    size_t n = 0;
    tq_status rc;

    if (f->has_state[list])
        return TQ_OK;
    while (n < MOST_NEEDS && NEEDS[list][n].table != NULL)
        n++;
    rc = tally_state(f->db, NEEDS[list], n, f->unit, &f->states[list], err);
    f->has_state[list] = rc == TQ_OK;
    return rc;
}

static void add_window(struct tq_hasher *hasher, struct tq_window window)
{
    tq_hash_add_u32(hasher, (uint32_t)window.first);
    tq_hash_add_u32(hasher, (uint32_t)window.last);
}

/* The period counts for what is looked at as of its end. */
static void begin_key(const struct facts *f, struct tq_hasher *hasher, const char *what)
{
    tally_key_begin(hasher, what, f->unit);
    tq_hash_add_slice(hasher, f->period->key);
    add_window(hasher, f->period->window);
}

static void key_of(const struct facts *f, const struct tq_source *source, struct tq_window window,
        struct tally_key *out)
{
    struct tq_hasher hasher;

    begin_key(f, &hasher, "source");
    add_window(&hasher, window);
    tq_hash_add_u32(&hasher, (uint32_t)source->kind);
    tq_hash_add_u32(&hasher, (uint32_t)source->measure);
    tq_hash_add_slice(&hasher, source->first);
    tq_hash_add_slice(&hasher, source->second);
    tq_hash_add_u64(&hasher, (uint64_t)source->number);
    tq_hash_add_u64(&hasher, (uint64_t)source->to);
    tally_key_end(&hasher, out);
}

tq_status facts_listed(struct facts *f, const struct tq_source *source, struct tq_window window,
        struct counted *out, struct tq_error *err)
{
    enum fact_list list = list_of(source->kind);
    struct tally_value value = { 0, false };
    struct tally_key key;
    tq_status rc = TQ_OK;

    if (f->keeps) {
        rc = state_of(f, list, err);
        if (rc != TQ_OK)
            return rc;
        key_of(f, source, window, &key);
        if (tally_find(f->db, &key, &f->states[list], &value)) {
            *out = (struct counted){ value.n, value.marked };
            return TQ_OK;
        }
    }
    rc = facts_need(f, list, err);
    if (rc == TQ_OK)
        facts_count_listed(f, source, window, out);
    if (rc == TQ_OK && f->keeps) {
        value = (struct tally_value){ out->n, out->unreconciled };
        tally_put(f->db, &key, &f->states[list], &value);
    }
    return rc;
}

tq_status facts_confirmed(struct facts *f, const struct tq_slice *codes, size_t ncodes,
        int64_t *out, struct tq_error *err)
{
    struct tally_value value = { 0, false };
    struct tq_hasher hasher;
    struct tally_key key;
    tq_status rc = TQ_OK;

    if (f->keeps) {
        rc = state_of(f, FACTS_RETURNS, err);
        begin_key(f, &hasher, "confirmed");
        for (size_t i = 0; i < ncodes; i++)
            tq_hash_add_slice(&hasher, codes[i]);
        tally_key_end(&hasher, &key);
        if (rc == TQ_OK && tally_find(f->db, &key, &f->states[FACTS_RETURNS], &value)) {
            *out = value.n;
            return TQ_OK;
        }
    }
    if (rc == TQ_OK)
        rc = facts_need(f, FACTS_RETURNS, err);
    if (rc != TQ_OK)
        return rc;
    value.n = *out = facts_count_confirmed(f, codes, ncodes);
    if (f->keeps)
        tally_put(f->db, &key, &f->states[FACTS_RETURNS], &value);
    return TQ_OK;
}

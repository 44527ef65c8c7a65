/* sim_reports.c - Monthly reports: an office sends one, the district gives it back, the office sends it
 * again; at rest the district's word about it is that of what came last. */
#include <inttypes.h>
#include <string.h>

#include "sim.h"

#define REPORTS 32

void sim_office_report(struct sim_office *o)
{
    struct sim *s = o->sim;
    unsigned month = 10 + sim_roll(s, 3);
    unsigned value = (unsigned)(++s->values % 1000000);
    long long now = (long long)sim_office_now(o);

    if (!sim_clerk(o,
                "INSERT INTO report(unit,type,period,narrative,submitted_at,state) "
                "VALUES('%s','month','ADMIN/2020-%02u','%u',%lld,'sent')",
                sim_unit(o->commune), month, value, now))
        sim_clerk(o,
                "UPDATE report SET narrative='%u',submitted_at=%lld WHERE "
                "period='ADMIN/2020-%02u'%s",
                value, now, month, sim_chance(s, 70) ? " AND receipt_state='returned'" : "");
}

static bool says(const struct sim_row *row, const char *column, const char *word)
{
    const struct tq_value *value = &row->newest->values[tq_table_column_find(row->table, column)];

    return value->type == TQ_TEXT && tq_slice_equal(value->s, tq_slice_str(word));
}

void sim_district_return(struct sim *s)
{
    struct sim_row *row = sim_district_pick(s, "report");

    if (row != NULL && says(row, "receipt_state", "received") &&
            sim_district_change(s, row, "receipt_state", "returned"))
        s->stats.faults[SIM_REPORT_RETURNED]++;
}

/* ---- at rest ---- */

/* What the ledger says of a report. */
struct told {
    struct tq_slice key;
    uint64_t submitted; /* number of the set that did so last */
    uint64_t returned;
    bool again;  /* submitted after it was given back */
    bool unsure; /* a submission met a fate of its own: held, asked for, superseded */
};

static struct told *told_of(struct sim *s, struct told *list, size_t *n, struct tq_slice key)
{
    for (size_t i = 0; i < *n; i++)
        if (tq_slice_equal(list[i].key, key))
            return &list[i];
    if (*n == REPORTS)
        sim_fail(s, "more reports than %d", REPORTS);
    memset(&list[*n], 0, sizeof(*list));
    list[*n].key = tq_slice_of(tq_arena_copy(s->scratch, key.data, key.len), key.len);
    return &list[(*n)++];
}

static bool writes(const struct tq_table *table, const struct tq_change *c, const char *column)
{
    uint32_t id = table->columns[tq_table_column_find(table, column)].id;

    for (uint32_t k = 0; k < c->ncolumns; k++)
        if (c->columns[k] == id)
            return true;
    return false;
}

/* Does any receipt of the set say more of the place than that it was accepted? */
static bool is_named(struct sim *s, const struct tq_set *set, uint32_t place)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    struct tq_slice *list;
    struct tq_error err;
    bool found = false;
    size_t n;

    tq_error_clear(&err);
    sim_must(s,
            ops->receipts_of(
                    ops->ctx, set->device, set->incarnation, set->seq, s->scratch, &list, &n, &err),
            "receipts", &err);
    for (size_t i = 0; i < n; i++) {
        struct tq_receipt receipt;

        sim_must(s, tq_receipt_decode(list[i], s->scratch, &receipt, &err), "receipt", &err);
        for (size_t k = 0; k < receipt.nexceptions; k++)
            found = found || receipt.exceptions[k].place == place;
    }
    return found;
}

static void read_set(struct sim *s, const struct tq_table *table, const struct tq_ledger_set *kept,
        struct told *list, size_t *n)
{
    struct tq_set_body body;
    struct tq_error err;

    tq_error_clear(&err);
    sim_must(s, tq_body_decode(kept->set.payload, s->scratch, &body, &err), "set", &err);
    for (uint32_t i = 0; i < body.nchanges; i++) {
        const struct tq_change *c = &body.changes[i];
        struct told *told;

        if (c->table != table->id)
            continue;
        told = told_of(s, list, n, c->key);
        if (kept->set.device == TQ_DEVICE_DISTRICT) {
            told->unsure = told->unsure || writes(table, c, "submitted_at"); /* a grant */
            if (writes(table, c, "receipt_state"))
                told->returned = kept->n;
        } else if (is_named(s, &kept->set, i)) {
            told->unsure = true;
        } else if (writes(table, c, "submitted_at")) {
            told->again = told->again || told->returned > told->submitted;
            told->submitted = kept->n;
        }
    }
}

static void check_one(struct sim *s, const struct tq_table *table, const struct told *told)
{
    const struct sim_row *row = sim_shadow_find(s, table, told->key);
    const char *word = told->returned > told->submitted ? "returned" : "received";

    if (told->unsure || row == NULL || row->newest == NULL || !row->newest->exists)
        return;
    if (!says(row, "receipt_state", word))
        sim_fail(s, "report %s should be %s at the district", sim_key_text(s, table, told->key),
                word);
    s->stats.faults[SIM_REPORT_AGAIN] += told->again;
}

/* What came back after a loss is in the ledger in the order in which it came: sets since then tell. */
void sim_check_reports(struct sim *s)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    const struct tq_table *table = tq_catalogue_find(s->catalogue, "report");
    struct told list[REPORTS];
    size_t n = 0;

    if (!s->options.reports || s->rebuilt || table == NULL)
        return;
    tq_arena_reset(s->scratch);
    for (uint64_t at = s->back_n + 1;; at++) {
        struct tq_ledger_set kept;
        struct tq_error err;

        tq_error_clear(&err);
        if (ops->ledger_by_n(ops->ctx, at, s->scratch, &kept, &err) != TQ_OK)
            break;
        read_set(s, table, &kept, list, &n);
    }
    for (size_t i = 0; i < n; i++)
        check_one(s, table, &list[i]);
}

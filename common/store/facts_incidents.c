/* facts_incidents.c - Which incidents fall in a period, and which criteria count each: what an officer
 * compares with a second source. */
#include <stdlib.h>
#include <string.h>

#include "store/facts_internal.h"
#include "tuquan/facts.h"

static bool sum_counts(
        const struct tq_sum *sum, const struct fact_incident *x, struct tq_window window)
{
    for (size_t i = 0; i < sum->n; i++)
        if (sum->of[i].kind == TQ_SOURCE_INCIDENT &&
                facts_count_incident(x, &sum->of[i], window) > 0)
            return true;
    return false;
}

/* "1.3 P4". */
static tq_status codes_of(const struct facts *f, const struct fact_incident *x,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_window window = f->period->window;
    struct tq_buf text;
    void *copy;

    tq_buf_init(&text, 0);
    for (size_t i = 0; i < f->sheet->ncriteria; i++) {
        const struct tq_criterion *c = &f->sheet->criteria[i];

        if (sum_counts(&c->n, x, window) || sum_counts(&c->d, x, window) ||
                sum_counts(&c->x, x, window))
            tq_buf_printf(&text, "%s%.*s", text.len > 0 ? " " : "", (int)c->code.len,
                    (const char *)c->code.data);
    }
    copy = tq_buf_is_ok(&text) ? tq_arena_copy(f->arena, text.data, text.len) : NULL;
    *out = tq_slice_of(copy, text.len);
    tq_buf_deinit(&text);
    return copy != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "incidents");
}

static int by_key(const void *a, const void *b)
{
    const struct tq_incident_fact *x = a;
    const struct tq_incident_fact *y = b;

    return tq_slice_compare(x->key, y->key);
}

tq_status tq_facts_incidents(struct tq_db *db, struct tq_arena *arena, const struct tq_sheet *sheet,
        const struct tq_facts_period *period, struct tq_slice unit,
        const struct tq_incident_fact **out, size_t *nout, struct tq_error *err)
{
    struct fact_notes notes = { .arena = arena };
    struct facts f = {
        .db = db, .arena = arena, .sheet = sheet, .period = period, .unit = unit, .notes = &notes
    };
    struct tq_incident_fact *list;
    size_t n = 0;
    tq_status rc;

    *out = NULL;
    *nout = 0;
    rc = facts_load(&f, err);
    if (rc == TQ_OK)
        rc = facts_need(&f, FACTS_INCIDENTS, err);
    if (rc != TQ_OK)
        return rc;
    list = tq_arena_array(arena, f.incidents.n + 1, sizeof(*list));
    if (list == NULL)
        return tq_error_set(err, TQ_NOMEM, "incidents");
    for (size_t i = 0; rc == TQ_OK && i < f.incidents.n; i++) {
        const struct fact_incident *x = &f.incidents.rows[i];
        struct tq_incident_days days = { x->on, x->due };

        if (!tq_facts_incident_falls(days, period->window))
            continue;
        list[n].key = x->key;
        list[n].reconciled = x->reconciled;
        rc = codes_of(&f, x, &list[n++].codes, err);
    }
    if (rc != TQ_OK)
        return rc;
    qsort(list, n, sizeof(*list), by_key);
    *out = list;
    *nout = n;
    return TQ_OK;
}

/* facts_behind.c - The rows behind a figure: the same counting, with a note of each row. */
#include <string.h>

#include "store/facts_internal.h"
#include "tuquan/facts.h"

#define FIRST_NOTES ((size_t)64)

void facts_note(const struct facts *facts, const char *table, struct tq_slice key, int64_t amount)
{
    struct fact_notes *notes = facts->notes;

    if (notes == NULL || notes->failed || amount == 0)
        return;
    if (notes->n == notes->cap) {
        size_t cap = notes->cap == 0 ? FIRST_NOTES : notes->cap * 2;
        struct tq_fact *grown = tq_arena_array(notes->arena, cap, sizeof(*grown));

        if (grown == NULL) {
            notes->failed = true;
            return;
        }
        if (notes->n > 0)
            memcpy(grown, notes->list, notes->n * sizeof(*grown));
        notes->list = grown;
        notes->cap = cap;
    }
    notes->list[notes->n++] = (struct tq_fact){ notes->part,
        tq_catalogue_find(tq_db_catalogue(facts->db), table), key, amount };
}

tq_status tq_facts_behind(struct tq_db *db, struct tq_arena *arena, const struct tq_sheet *sheet,
        const struct tq_facts_period *period, struct tq_slice unit, int64_t now_ms,
        struct tq_slice code, struct tq_count *count, const struct tq_fact **out, size_t *nout,
        struct tq_error *err)
{
    struct fact_notes notes = { .arena = arena };
    struct facts f = { .db = db,
        .arena = arena,
        .sheet = sheet,
        .period = period,
        .unit = unit,
        .now_ms = now_ms,
        .notes = &notes };
    int at = tq_sheet_find(sheet, code);
    tq_status rc;

    *out = NULL;
    *nout = 0;
    memset(count, 0, sizeof(*count));
    if (at < 0)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %.*s", tq_phrase(TQ_PHRASE_CRITERION),
                (int)code.len, (const char *)code.data);
    rc = facts_load(&f, err);
    if (rc == TQ_OK)
        rc = facts_criterion(&f, &sheet->criteria[at], count, err);
    if (rc == TQ_OK && notes.failed)
        rc = tq_error_set(err, TQ_NOMEM, "facts");
    if (rc == TQ_OK) {
        *out = notes.list;
        *nout = notes.n;
    }
    return rc;
}

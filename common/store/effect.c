#include "tuquan/effect.h"

#include "tuquan/facts.h"
#include "tuquan/scoring.h"
#include "tuquan/sheet_store.h"

bool tq_effect_period(
        const struct tq_table *table, const struct tq_value *values, char out[TQ_PERIOD_TEXT])
{
    int own = tq_table_column_find(table, "period");
    struct tq_period period;
    tq_day day;

    if (own >= 0 && values[own].type == TQ_TEXT) {
        if (!tq_period_parse(values[own].s, &period))
            return false;
        tq_period_print(&period, out);
        return true;
    }
    for (size_t c = 0; c < table->ncolumns; c++) {
        if (table->columns[c].rule.kind != TQ_RULE_DATE || values[c].type != TQ_TEXT ||
                !tq_day_parse(values[c].s, &day))
            continue;
        period = tq_period_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_QUARTER, TQ_LEVEL_COMMUNE, day);
        tq_period_print(&period, out);
        return true;
    }
    return false;
}

tq_status tq_effect_points(struct tq_db *db, struct tq_arena *arena, struct tq_slice period,
        struct tq_slice unit, int64_t now_ms, int64_t *final_c, struct tq_error *err)
{
    const struct tq_sheet *sheet = NULL;
    struct tq_facts_period found;
    struct tq_contender contender;
    struct tq_score score;
    struct tq_slice key;
    tq_status rc = tq_sheet_of_period(db, arena, period, &key, err);

    if (rc == TQ_OK)
        rc = tq_facts_period(db, arena, period, &found, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, arena, key, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_unit(db, arena, sheet, &found, unit, now_ms, &contender, err);
    if (rc != TQ_OK)
        return rc;
    tq_score_unit(sheet, contender.counts, &score);
    *final_c = score.final_c;
    return TQ_OK;
}

#include "tuquan/cover.h"

#include <string.h>

#include "tuquan/calendar.h"
#include "tuquan/liaison.h"

static const struct tq_value *cell(
        const struct tq_table *table, const struct tq_value *values, const char *column)
{
    static const struct tq_value NOTHING = { TQ_NULL, 0, { NULL, 0 } };
    int at = tq_table_column_find(table, column);

    return at >= 0 ? &values[at] : &NOTHING;
}

/* One of the words of a list with spaces between. */
static bool names(const struct tq_value *list, struct tq_slice word)
{
    size_t from = 0;

    for (size_t i = 0; list->type == TQ_TEXT && i <= list->s.len; i++) {
        if (i < list->s.len && list->s.data[i] != ' ')
            continue;
        if (tq_slice_equal(tq_slice_of(list->s.data + from, i - from), word))
            return true;
        from = i + 1;
    }
    return false;
}

/* Statistics may cross for some days more: how many, the text says, which is the district's alone. */
static bool is_over(const struct tq_table *told, struct tq_slice today_on,
        const struct tq_table *table, const struct tq_value *agreement)
{
    const struct tq_value *to = cell(told, agreement, "valid_to");
    tq_day last;
    tq_day today;

    if (tq_slice_equal(cell(told, agreement, "state")->s, tq_slice_str("closed")))
        return true;
    if (to->type != TQ_TEXT || !tq_day_parse(to->s, &last) || !tq_day_parse(today_on, &today))
        return true;
    return today >
           last + (strcmp(table->name, "border_statistics") == 0 ? TQ_AGREEMENT_TAIL_DAYS : 0);
}

static tq_cover_why weigh(const struct tq_table *told, struct tq_slice today,
        const struct tq_table *table, const struct tq_value *values,
        const struct tq_value *agreement)
{
    const struct tq_value *kind = cell(table, values, "category");

    if (!tq_value_equal(cell(told, agreement, "unit"), cell(table, values, "unit")) ||
            !names(cell(told, agreement, "partner_units"), cell(table, values, "partner_unit")->s))
        return TQ_COVER_NONE;
    if (is_over(told, today, table, agreement))
        return TQ_COVER_OVER;
    if (tq_slice_compare(today, cell(told, agreement, "valid_from")->s) < 0)
        return TQ_COVER_EARLY;
    if (!names(cell(told, agreement, "allowed"), tq_slice_str(table->name)))
        return TQ_COVER_TABLE;
    if (tq_table_column_find(table, "category") >= 0 &&
            !names(cell(told, agreement, "categories"), kind->s))
        return TQ_COVER_CATEGORY;
    return TQ_COVER_FINE;
}

struct tq_cover tq_cover_of(const struct tq_value *agreement, struct tq_slice today,
        const struct tq_table *table, const struct tq_value *values)
{
    const struct tq_table *told = tq_catalogue_find(tq_catalogue_current(), "liaison_agreement");
    struct tq_cover out = { TQ_COVER_NONE, { NULL, 0 }, { NULL, 0 } };

    if (!tq_liaison_is_table(table))
        out.why = TQ_COVER_FINE;
    else if (agreement != NULL)
        out.why = weigh(told, today, table, values, agreement);
    if (agreement == NULL || out.why == TQ_COVER_NONE)
        return out;
    out.number = cell(told, agreement, "document_no")->s;
    out.day = cell(told, agreement, out.why == TQ_COVER_EARLY ? "valid_from" : "valid_to")->s;
    return out;
}

bool tq_cover_is_closer(const struct tq_cover *one, const struct tq_cover *other)
{
    static const int CLOSE[] = { [TQ_COVER_FINE] = 9,
        [TQ_COVER_NONE] = 0,
        [TQ_COVER_OVER] = 1,
        [TQ_COVER_EARLY] = 2,
        [TQ_COVER_TABLE] = 3,
        [TQ_COVER_CATEGORY] = 4 };

    return CLOSE[one->why] > CLOSE[other->why];
}

bool tq_cover_stops(
        const struct tq_cover *cover, const struct tq_table *table, const struct tq_value *values)
{
    return cover->why != TQ_COVER_FINE && cell(table, values, "voided_at")->type == TQ_NULL &&
           tq_liaison_step(cell(table, values, "state")->s) > 0;
}

bool tq_cover_bars(const struct tq_cover *cover)
{
    return cover->why != TQ_COVER_FINE && cover->why != TQ_COVER_NONE;
}

tq_status tq_cover_code(const struct tq_cover *cover)
{
    return cover->why == TQ_COVER_FINE                                       ? TQ_OK
           : cover->why == TQ_COVER_TABLE || cover->why == TQ_COVER_CATEGORY ? TQ_LIAISON_OUTSIDE
                                                                             : TQ_LIAISON_ENDED;
}

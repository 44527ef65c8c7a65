#include "tuquan/border_cover.h"

#include <string.h>

#include "tuquan/calendar.h"

tq_status tq_covers_load(struct tq_covers *out, struct tq_records *records, int64_t day,
        struct tq_arena *arena, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(
                                      tq_catalogue_current(), "liaison_agreement"),
        .nfilters = 1,
        .any_order = true,
        .uncounted = true };
    char text[TQ_DAY_TEXT];
    const void *copy;
    size_t total;

    memset(out, 0, sizeof(*out));
    tq_day_print((tq_day)day, text);
    copy = tq_arena_copy(arena, text, strlen(text));
    if (copy == NULL)
        return tq_error_set(err, TQ_NOMEM, "agreements");
    out->today = tq_slice_of(copy, strlen(text));
    query.filters[0].column = tq_table_column_find(query.table, "allowed");
    query.filters[0].op = TQ_QUERY_NOT; /* a clerk's own line about one on paper names nothing */
    query.filters[0].value = tq_value_null();
    return tq_record_list(records, &query, arena, &out->list, &out->count, &total, err);
}

struct tq_cover tq_covers_judge(
        const struct tq_covers *covers, const struct tq_table *table, const struct tq_value *values)
{
    struct tq_cover best = tq_cover_of(NULL, covers->today, table, values);

    for (size_t i = 0; i < covers->count; i++) {
        struct tq_cover cover = tq_cover_of(covers->list[i].values, covers->today, table, values);

        if (tq_cover_is_closer(&cover, &best))
            best = cover;
    }
    return best;
}

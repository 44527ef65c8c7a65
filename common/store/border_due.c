#include "tuquan/border_due.h"

#include <stdio.h>
#include <string.h>

static const struct tq_border_rule RULES[] = {
    { TQ_BORDER_REPLY_OURS, "border_notice", "reply_due", 0, "answered_on", "in", false, false,
            false },
    { TQ_BORDER_REPLY_THEIRS, "border_notice", "reply_due", 0, "answered_on", "out", false, true,
            false },
    { TQ_BORDER_MEETING, "border_meeting", "held_on", 0, "minutes_no", NULL, false, false, false },
    { TQ_BORDER_PATROL, "joint_patrol", "planned_on", 0, "held_on", NULL, false, false, false },
    { TQ_BORDER_HANDOVER, "border_handover", "handed_on", 0, "minutes_no", NULL, false, false,
            false },
    { TQ_BORDER_MINUTES, "border_meeting", "held_on", TQ_BORDER_SIGN_DAYS, "minutes_no", NULL,
            false, false, false },
    { TQ_BORDER_SIGN_OURS, "border_meeting", "held_on", TQ_BORDER_SIGN_DAYS, "signed_on", NULL,
            true, false, false },
    { TQ_BORDER_SIGN_THEIRS, "border_meeting", "held_on", TQ_BORDER_SIGN_DAYS, "partner_signed_on",
            NULL, true, true, false },
    { TQ_BORDER_SIGN_OURS, "joint_patrol", "held_on", TQ_BORDER_SIGN_DAYS, "signed_on", NULL, true,
            false, false },
    { TQ_BORDER_SIGN_THEIRS, "joint_patrol", "held_on", TQ_BORDER_SIGN_DAYS, "partner_signed_on",
            NULL, true, true, false },
    { TQ_BORDER_SIGN_OURS, "border_handover", "handed_on", TQ_BORDER_SIGN_DAYS, "signed_on", NULL,
            true, false, false },
    { TQ_BORDER_SIGN_THEIRS, "border_handover", "handed_on", TQ_BORDER_SIGN_DAYS,
            "partner_signed_on", NULL, true, true, false },
    { TQ_BORDER_STATISTICS_SEEN, "border_statistics", "issued_on", 0, "acknowledged_at", "in",
            false, false, false },
    { TQ_BORDER_SEEN, "border_meeting", "held_on", 0, "acknowledged_at", NULL, false, false, true },
    { TQ_BORDER_SEEN, "joint_patrol", "planned_on", 0, "acknowledged_at", NULL, false, false,
            true },
    { TQ_BORDER_SEEN, "border_handover", "handed_on", 0, "acknowledged_at", NULL, false, false,
            true },
};

const struct tq_border_rule *tq_border_rules(size_t *count)
{
    *count = sizeof(RULES) / sizeof(RULES[0]);
    return RULES;
}

static void add_filter(
        struct tq_query *query, const char *column, tq_query_op op, struct tq_value value)
{
    query->filters[query->nfilters].column = tq_table_column_find(query->table, column);
    query->filters[query->nfilters].op = op;
    query->filters[query->nfilters++].value = value;
}

void tq_border_query_init(struct tq_border_query *out, const struct tq_border_rule *rule,
        const struct tq_catalogue *catalogue, tq_day today, tq_day until, bool drafts)
{
    struct tq_query *query = &out->query;
    tq_day last = until - rule->days;

    memset(out, 0, sizeof(*out));
    query->table = tq_catalogue_find(catalogue, rule->table);
    add_filter(query, rule->open, TQ_QUERY_IS, tq_value_null());
    if (rule->due == TQ_BORDER_MINUTES && last >= today) /* until then it comes */
        last = today - 1;
    tq_day_print(last, out->to);
    add_filter(query, rule->day, TQ_QUERY_TO, tq_value_str(out->to));
    if (rule->due == TQ_BORDER_MEETING) {
        tq_day_print(today, out->from);
        add_filter(query, rule->day, TQ_QUERY_FROM, tq_value_str(out->from));
    }
    add_filter(query, "state", TQ_QUERY_NOT, tq_value_str("closed"));
    if (!drafts)
        add_filter(query, "state", TQ_QUERY_NOT, tq_value_str("draft"));
    if (rule->signs)
        add_filter(query, "minutes_no", TQ_QUERY_NOT, tq_value_null());
    if (strcmp(rule->open, "acknowledged_at") == 0) /* which the next round writes */
        add_filter(query, "state", TQ_QUERY_NOT, tq_value_str("acknowledged"));
    if (rule->came)
        add_filter(query, "came", TQ_QUERY_IS, tq_value_int(1));
    if (rule->direction != NULL)
        add_filter(query, "direction", TQ_QUERY_IS, tq_value_str(rule->direction));
}

bool tq_border_due_on(const struct tq_border_rule *rule, const struct tq_table *table,
        const struct tq_value *values, tq_day *out)
{
    const struct tq_value *day = &values[tq_table_column_find(table, rule->day)];

    if (day->type != TQ_TEXT || !tq_day_parse(day->s, out))
        return false;
    *out += rule->days;
    return true;
}

bool tq_border_handover_due(
        struct tq_slice from, struct tq_slice to, tq_day today, int soon, int *year, tq_day *due)
{
    tq_day first;
    tq_day last;
    int began;
    int month;
    int dom;

    if (!tq_day_parse(from, &first) || !tq_day_parse(to, &last))
        return false;
    tq_day_split(first, &began, &month, &dom);
    tq_day_split(today + soon, year, &month, &dom);
    *due = tq_day_make(*year, 1, 31);
    return began < *year && last >= *due && *due <= today + soon;
}

void tq_border_handover_query(struct tq_query *out, const struct tq_catalogue *catalogue, int year)
{
    memset(out, 0, sizeof(*out));
    out->table = tq_catalogue_find(catalogue, "border_handover");
    out->uncounted = true;
    add_filter(out, "year", TQ_QUERY_IS, tq_value_int(year));
    add_filter(out, "handed_on", TQ_QUERY_NOT, tq_value_null());
    add_filter(out, "minutes_no", TQ_QUERY_NOT, tq_value_null());
    add_filter(out, "state", TQ_QUERY_NOT, tq_value_str("draft"));
}

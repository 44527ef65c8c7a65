#include "vote.h"

#include <string.h>

#include "tuquan/words.h"

#define MOST_NAMED 64u

struct vote {
    struct app *app;
    const struct cli *cli;
    const struct tq_table *table;
    const struct tq_value *values;
    const bool *given;
};

static bool is_filled(const struct vote *v, const char *name)
{
    int at = tq_table_column_find(v->table, name);

    return v->given[at] && v->values[at].type != TQ_NULL;
}

static const char *word_of(const struct vote *v, const char *name)
{
    return tq_word_of_column(
            &v->table->columns[tq_table_column_find(v->table, name)], v->cli->lang);
}

static tq_status check_filled(const struct vote *v, struct tq_error *err)
{
    static const char *const NEEDED[] = { "period", "sheet", "ordered_units", "voted_on",
        "minutes_no" };

    for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++)
        if (!is_filled(v, NEEDED[i]))
            return tq_error_set(err, TQ_INVALID, "%s: %s", word_of(v, NEEDED[i]),
                    cli_say(v->cli, "cần có", "is needed"));
    return TQ_OK;
}

static tq_status check_day(const struct vote *v, struct tq_error *err)
{
    struct tq_slice on = v->values[tq_table_column_find(v->table, "voted_on")].s;
    char today[TQ_DAY_TEXT];

    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    return tq_slice_compare(on, tq_slice_str(today)) <= 0
                   ? TQ_OK
                   : tq_error_set(err, TQ_INVALID, "%s: %s", word_of(v, "voted_on"),
                             cli_say(v->cli, "ngày chưa đến", "this day has not come"));
}

static tq_status check_unit(
        const struct vote *v, struct tq_slice *named, size_t n, struct tq_error *err)
{
    char *text = tq_arena_alloc(v->app->arena, named[n].len + 1); /* zeroed */
    struct tq_slice unit;
    tq_status rc;

    if (text == NULL)
        return tq_error_set(err, TQ_NOMEM, "tie_vote");
    memcpy(text, named[n].data, named[n].len);
    rc = app_unit(v->app, text, &unit, err);
    if (rc == TQ_OK && !tq_slice_equal(unit, named[n])) /* a vote names units by their whole keys */
        rc = tq_error_set(err, TQ_INVALID, "%s: \"%s\": %.*s", word_of(v, "ordered_units"), text,
                (int)unit.len, (const char *)unit.data);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        if (tq_slice_equal(named[i], unit))
            rc = tq_error_set(err, TQ_INVALID, "%s: \"%s\": %s", word_of(v, "ordered_units"), text,
                    cli_say(v->cli, "có hai lần", "named twice"));
    return rc;
}

static tq_status check_order(const struct vote *v, struct tq_error *err)
{
    struct tq_slice text = v->values[tq_table_column_find(v->table, "ordered_units")].s;
    struct tq_slice named[MOST_NAMED];
    size_t n = 0;
    tq_status rc = TQ_OK;

    for (size_t at = 0; rc == TQ_OK && at < text.len && n < MOST_NAMED;) {
        size_t end = at;

        while (end < text.len && text.data[end] != ' ')
            end++;
        named[n] = tq_slice_of(text.data + at, end - at);
        if (end > at)
            rc = check_unit(v, named, n++, err);
        at = end + 1;
    }
    if (rc == TQ_OK && (n < 2 || n == MOST_NAMED))
        rc = tq_error_set(err, TQ_INVALID, "%s: %zu", word_of(v, "ordered_units"), n);
    return rc;
}

/* Of a vote that is recorded one thing can be said: that it does not count, and why. */
static tq_status check_voids(const struct vote *v, struct tq_error *err)
{
    int when = tq_table_column_find(v->table, "voided_at");
    int why = tq_table_column_find(v->table, "void_reason");
    bool other = false;

    for (uint32_t c = 0; c < v->table->ncolumns; c++)
        other = other ||
                (v->given[c] && (int)c != when && (int)c != why && !tq_table_is_key(v->table, c));
    if (!other && is_filled(v, "voided_at") && is_filled(v, "void_reason"))
        return TQ_OK;
    return tq_error_set(err, TQ_RULE, "%s: %s", tq_word_of_table(v->table, v->cli->lang),
            cli_say(v->cli, "đã ghi thì không sửa; chỉ hủy, có lý do, rồi ghi biểu quyết khác",
                    "is never changed; void it with a reason, and record another"));
}

tq_status vote_check(struct app *app, const struct cli *cli, const struct tq_table *table,
        const struct tq_value *values, const bool *given, bool made, struct tq_error *err)
{
    struct vote v = { app, cli, table, values, given };
    tq_status rc = made ? check_filled(&v, err) : check_voids(&v, err);

    if (rc == TQ_OK && made)
        rc = check_day(&v, err);
    return rc == TQ_OK && made ? check_order(&v, err) : rc;
}

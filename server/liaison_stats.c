#include "liaison_stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "edit.h"
#include "show.h"
#include "tuquan/figures.h"
#include "tuquan/liaison_store.h"
#include "tuquan/records.h"
#include "tuquan/small_count.h"
#include "tuquan/words.h"

#define TABLE "border_statistics"

/* ---- periods ---- */

static void period_of(int year, int half, struct stats_period *out)
{
    snprintf(out->code, sizeof(out->code), half == 0 ? "%04d" : "%04d-H%d", year, half);
    snprintf(out->from, sizeof(out->from), "%04d-%s", year, half == 2 ? "07-01" : "01-01");
    snprintf(out->to, sizeof(out->to), "%04d-%s", year, half == 1 ? "06-30" : "12-31");
}

bool stats_period_read(struct tq_slice code, struct stats_period *out)
{
    char day[16] = "";
    int half = code.len == 7 ? code.data[6] - '0' : 0;
    int year = 0;

    if ((code.len != 4 && code.len != 7) || (code.len == 7 && (half < 1 || half > 2)))
        return false;
    for (size_t i = 0; i < 4; i++)
        year = 10 * year + (code.data[i] - '0');
    if (year < 2000 || year > 2999)
        return false;
    period_of(year, half, out);
    snprintf(day, sizeof(day), "%.4s-01-01", (const char *)code.data);
    return tq_date_is_valid(tq_slice_str(day)) && tq_slice_equal(code, tq_slice_str(out->code));
}

void stats_period_say(struct tq_slice code, tq_lang lang, char out[STATS_SAY])
{
    struct stats_period period;
    bool vi = lang == TQ_LANG_VI;

    if (!stats_period_read(code, &period))
        snprintf(out, STATS_SAY, "%.*s", (int)code.len, (const char *)code.data);
    else if (code.len == 4)
        snprintf(out, STATS_SAY, "%s %s", vi ? "năm" : "year", period.code);
    else if (code.data[6] == '1')
        snprintf(
                out, STATS_SAY, "%s %.4s", vi ? "sáu tháng đầu năm" : "first half of", period.code);
    else
        snprintf(out, STATS_SAY, "%s %.4s", vi ? "sáu tháng cuối năm" : "second half of",
                period.code);
}

bool stats_listed(const struct tq_agreement *agreement, const char *table)
{
    for (size_t i = 0; i < agreement->narticles; i++)
        if (strcmp(agreement->articles[i].table->name, table) == 0)
            return true;
    return false;
}

/* Does the agreement say until when after its end statistics may cross? */
static bool has_tail(const struct tq_agreement *agreement)
{
    return strcmp(agreement->statistics_to, agreement->to) > 0;
}

/* The day as of which a period counts as over. On the last day of an agreement without days after it,
 * it is the next one: a period that ends with it could not be sent at all otherwise. */
static void as_of(const struct tq_agreement *agreement, tq_day today, char out[TQ_DAY_TEXT])
{
    tq_day_print(today, out);
    if (!has_tail(agreement) && strcmp(out, agreement->to) == 0)
        tq_day_print(today + 1, out);
}

size_t stats_periods_due(const struct tq_agreement *agreement, tq_day today, int soon_days,
        struct stats_period out[2])
{
    char now[TQ_DAY_TEXT];
    struct stats_period last[2];
    tq_day end;
    int year = 0;
    size_t n = 0;

    tq_day_print(today, now);
    if (!stats_listed(agreement, TABLE) || agreement->categories.count == 0 ||
            !tq_agreement_is_open(agreement, now))
        return 0;
    if (!has_tail(agreement) && tq_day_parse(tq_slice_str(agreement->to), &end) &&
            end <= today + soon_days)
        today = end;
    as_of(agreement, today, now);
    for (size_t i = 0; i < 4; i++)
        year = 10 * year + (now[i] - '0');
    period_of(strcmp(now + 4, "-07-01") >= 0 ? year : year - 1,
            strcmp(now + 4, "-07-01") >= 0 ? 1 : 2, &last[0]);
    period_of(year - 1, 0, &last[1]);
    for (size_t i = 0; i < 2; i++)
        if (strcmp(last[i].to, agreement->from) >= 0 && strcmp(last[i].to, agreement->to) <= 0)
            out[n++] = last[i];
    return n;
}

/* ---- counting ---- */

static void add_filter(
        struct tq_query *query, const char *column, tq_query_op op, struct tq_value value)
{
    query->filters[query->nfilters].column = tq_table_column_find(query->table, column);
    query->filters[query->nfilters].op = op;
    query->filters[query->nfilters++].value = value;
}

struct drafting {
    struct app *app;
    const struct tq_table *table;
    const struct tq_agreement *agreement;
    const struct stats_period *period;
    bool send;
    char today[TQ_DAY_TEXT];
    char label[STATS_SAY]; /* the period in words */
    struct edit_list list;
    uint64_t rows;
    uint64_t stays; /* sent before */
};

/* What is told of one commune: each kind of the agreement, then the total. */
struct figures {
    int64_t counts[TQ_AGREEMENT_LIST + 1];
    tq_hidden hidden[TQ_AGREEMENT_LIST + 1];
};

static struct tq_slice word_of(const struct drafting *d, size_t i)
{
    const struct tq_table *incident = tq_catalogue_find(d->app->catalogue, "incident");
    int kind = tq_table_column_find(incident, "category");

    return i == d->agreement->categories.count
                   ? tq_slice_str("Tổng")
                   : tq_word_of_code("incident", &incident->columns[kind],
                             d->agreement->categories.items[i], TQ_LANG_VI);
}

/* Does "A: 5; B: <3; Tổng: …" say no number behind this word? */
static bool says_hidden(struct tq_slice text, struct tq_slice word)
{
    for (size_t at = 0; at + word.len + 2 < text.len; at++) {
        const uint8_t *next = text.data + at + word.len;

        if ((at == 0 || (at > 1 && memcmp(text.data + at - 2, "; ", 2) == 0)) &&
                memcmp(text.data + at, word.data, word.len) == 0 && memcmp(next, ": ", 2) == 0)
            return next[2] < '0' || next[2] > '9';
    }
    return false;
}

/* What was hidden in a row that is sent stays hidden, whatever was added to the register since. */
static tq_status keep_hidden(struct drafting *d, struct tq_slice unit,
        const struct stats_period *period, struct figures *out, struct tq_error *err)
{
    struct tq_query query = { .table = d->table, .limit = TQ_AGREEMENT_LIST, .uncounted = true };
    int said = tq_table_column_find(d->table, "figures");
    struct tq_record *rows;
    size_t n = 0;
    size_t total;
    tq_status rc;

    add_filter(&query, "unit", TQ_QUERY_IS, tq_value_text(unit));
    add_filter(&query, "period", TQ_QUERY_IS, tq_value_str(period->code));
    add_filter(&query, "direction", TQ_QUERY_IS, tq_value_str("out"));
    add_filter(&query, "state", TQ_QUERY_NOT, tq_value_str("draft"));
    rc = tq_record_list(d->app->records, &query, d->app->arena, &rows, &n, &total, err);
    for (size_t r = 0; rc == TQ_OK && r < n; r++)
        for (size_t i = 0; i <= d->agreement->categories.count; i++)
            if (out->hidden[i] == TQ_HIDDEN_NO &&
                    says_hidden(rows[r].values[said].s, word_of(d, i)))
                out->hidden[i] = TQ_HIDDEN_WITH;
    return rc;
}

static tq_status count_period(struct drafting *d, struct tq_slice unit,
        const struct stats_period *period, struct figures *out, struct tq_error *err)
{
    const struct tq_agreement_list *kinds = &d->agreement->categories;
    size_t n = kinds->count;
    struct tq_window window;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    if (!tq_day_parse(tq_slice_str(period->from), &window.first) ||
            !tq_day_parse(tq_slice_str(period->to), &window.last))
        return tq_error_set(err, TQ_RANGE, "%s", period->code);
    rc = tq_figures_kinds(
            tq_district_store_db(d->app->store), unit, window, kinds->items, n, out->counts, err);
    for (size_t i = 0; i < n; i++)
        out->counts[n] += out->counts[i];
    tq_small_hide(out->counts, n + 1, 1, false, out->hidden);
    if (rc == TQ_OK)
        rc = keep_hidden(d, unit, period, out, err);
    (void)tq_small_hide_more(out->counts, n + 1, 1, false, out->hidden);
    return rc;
}

/* The neighbour gets both halves and the year. So the year says no number that a half does not say: a
 * subtraction would tell what the half hides. What it does say is the sum of what is known. */
static tq_status count_year(
        struct drafting *d, struct tq_slice unit, struct figures *out, struct tq_error *err)
{
    struct figures half[2];
    tq_status rc = TQ_OK;
    int year = 0;

    for (size_t i = 0; i < 4; i++)
        year = 10 * year + (d->period->code[i] - '0');
    for (int h = 0; rc == TQ_OK && h < 2; h++) {
        struct stats_period period;

        period_of(year, h + 1, &period);
        rc = count_period(d, unit, &period, &half[h], err);
    }
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; rc == TQ_OK && i <= d->agreement->categories.count; i++) {
        bool first = half[0].hidden[i] != TQ_HIDDEN_NO;
        bool second = half[1].hidden[i] != TQ_HIDDEN_NO;

        out->counts[i] = half[0].counts[i] + half[1].counts[i];
        if (first != second && tq_count_is_small(out->counts[i])) /* the other half says 0 */
            out->hidden[i] = TQ_HIDDEN_SMALL;
        else if (first || second)
            out->hidden[i] = TQ_HIDDEN_WITH;
    }
    return rc == TQ_OK ? keep_hidden(d, unit, d->period, out, err) : rc;
}

/* "Trộm cắp: 5; Cờ bạc: <3; Tổng: 9": what is small, and what would tell it, is hidden. */
static tq_status say_figures(
        struct drafting *d, struct tq_slice unit, struct tq_buf *out, struct tq_error *err)
{
    struct figures f;
    char text[TQ_SMALL_TEXT];
    bool with = false;
    tq_status rc = strlen(d->period->code) == 4 ? count_year(d, unit, &f, err)
                                                : count_period(d, unit, d->period, &f, err);

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i <= d->agreement->categories.count; i++) {
        struct tq_slice word = word_of(d, i);

        tq_buf_printf(out, "%s%.*s: %s", i > 0 ? "; " : "", (int)word.len, (const char *)word.data,
                tq_small_text(f.counts[i], f.hidden[i], text));
        with = with || f.hidden[i] == TQ_HIDDEN_WITH;
    }
    if (with) /* it is read where nobody knows our signs */
        tq_buf_printf(out, " (…: không nêu, để số nhỏ không bị suy ra)");
    return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "statistics");
}

/* ---- rows ---- */

/* The row of this pair and period that is there; *n 0: none. */
static tq_status find_row(struct drafting *d, struct tq_slice unit, struct tq_slice partner,
        struct tq_record **row, size_t *n, struct tq_error *err)
{
    struct tq_query query = { .table = d->table, .limit = 1, .uncounted = true };
    size_t total;

    add_filter(&query, "unit", TQ_QUERY_IS, tq_value_text(unit));
    add_filter(&query, "partner_unit", TQ_QUERY_IS, tq_value_text(partner));
    add_filter(&query, "period", TQ_QUERY_IS, tq_value_str(d->period->code));
    add_filter(&query, "direction", TQ_QUERY_IS, tq_value_str("out"));
    return tq_record_list(d->app->records, &query, d->app->arena, row, n, &total, err);
}

static void give(const struct tq_table *table, const char *column, struct tq_value value,
        struct tq_value *values, bool *given)
{
    int at = tq_table_column_find(table, column);

    values[at] = value;
    given[at] = true;
}

/* *said: what was counted; becomes what the row says. What is sent is the draft that was looked at. */
static tq_status draft_row(struct drafting *d, struct tq_slice unit, struct tq_slice partner,
        struct tq_slice *said, struct tq_error *err)
{
    int state = tq_table_column_find(d->table, "state");
    int figures = tq_table_column_find(d->table, "figures");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    bool given[TQ_MAX_COLUMNS] = { false };
    struct tq_record *row;
    size_t n = 0;
    tq_status rc = find_row(d, unit, partner, &row, &n, err);
    bool stays =
            rc == TQ_OK && n > 0 && !tq_slice_equal(row[0].values[state].s, tq_slice_str("draft"));

    if (rc == TQ_OK && n > 0 && (stays || d->send) && row[0].values[figures].type == TQ_TEXT)
        *said = row[0].values[figures].s;
    d->stays += stays;
    if (rc != TQ_OK || stays)
        return rc;
    if (n > 0)
        give(d->table, "id", tq_value_blob(row[0].key), values, given);
    give(d->table, "unit", tq_value_text(unit), values, given);
    give(d->table, "partner_unit", tq_value_text(partner), values, given);
    give(d->table, "period", tq_value_str(d->period->code), values, given);
    give(d->table, "figures", tq_value_text(*said), values, given);
    give(d->table, "label", tq_value_str(d->label), values, given);
    give(d->table, "state", tq_value_str(d->send ? "sent" : "draft"), values, given);
    if (d->send)
        give(d->table, "issued_on", tq_value_str(d->today), values, given);
    d->rows++;
    return edit_row(&d->list, d->app, d->table, values, given, err);
}

static void tell(const struct drafting *d, struct tq_slice unit, struct tq_slice name,
        struct tq_slice said, json_t *told)
{
    cli_print(d->app->cli, "%.*s: %.*s", (int)name.len, (const char *)name.data, (int)said.len,
            (const char *)said.data);
    json_array_append_new(
            told, json_pack("{s:o, s:o, s:o}", "unit", cli_json_slice(unit), "unit_text",
                          cli_json_slice(name), "figures", cli_json_slice(said)));
}

/* A commune of ours: the same figures for each of theirs, but where other ones were sent before. */
static tq_status draft_unit(struct drafting *d, const struct tq_agreement_list *theirs,
        struct tq_slice unit, json_t *told, struct tq_error *err)
{
    struct tq_slice before = tq_slice_of(NULL, 0);
    struct tq_slice counted = before;
    struct tq_slice name;
    struct tq_buf buf;
    tq_status rc;

    tq_buf_init(&buf, 0);
    rc = say_figures(d, unit, &buf, err);
    if (rc == TQ_OK)
        counted = tq_slice_of(tq_arena_copy(d->app->arena, buf.data, buf.len), buf.len);
    tq_buf_deinit(&buf);
    if (rc == TQ_OK && counted.data == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "statistics");
    if (rc == TQ_OK)
        rc = show_unit(d->app, unit, &name, err);
    for (size_t i = 0; rc == TQ_OK && i < theirs->count; i++) {
        struct tq_slice said = counted;

        rc = draft_row(d, unit, theirs->items[i], &said, err);
        if (rc == TQ_OK && !tq_slice_equal(said, before))
            tell(d, unit, name, said, told);
        before = said;
    }
    return rc;
}

static tq_status draft(struct drafting *d, tq_liaison_side ours, struct tq_error *err)
{
    tq_liaison_side theirs = ours == TQ_SIDE_A ? TQ_SIDE_B : TQ_SIDE_A;
    struct cli *cli = d->app->cli;
    json_t *told = json_array();
    tq_status rc = app_records(d->app, err);

    cli_json_set(cli, "figures", told);
    edit_init(&d->list, d->app->arena);
    for (size_t i = 0; rc == TQ_OK && i < d->agreement->communes[ours].count; i++)
        rc = draft_unit(d, &d->agreement->communes[theirs], d->agreement->communes[ours].items[i],
                told, err);
    if (rc == TQ_OK && d->list.count > 0)
        rc = app_write(d->app, d->list.changes, d->list.count, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "period", json_string(d->period->code));
    cli_json_set(cli, "rows", json_integer((json_int_t)d->rows));
    cli_json_set(cli, "stays", json_integer((json_int_t)d->stays));
    cli_print(cli,
            d->send ? CLI_SAY(cli, "Đã gửi %" PRIu64 " dòng; đã gửi từ trước %" PRIu64 ".",
                              "Sent %" PRIu64 " rows; sent before: %" PRIu64 ".")
                    : CLI_SAY(cli, "Đã soạn %" PRIu64 " dòng; đã gửi từ trước %" PRIu64 ".",
                              "Drafted %" PRIu64 " rows; sent before: %" PRIu64 "."),
            d->rows, d->stays);
    return TQ_OK;
}

tq_status liaison_statistics(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_agreement *agreement = tq_arena_alloc(app->arena, sizeof(*agreement));
    struct drafting d = { .app = app, .agreement = agreement };
    struct stats_period period;
    struct tq_link_info link;
    tq_day today = tq_day_of_instant(app_now_ms());
    char over[TQ_DAY_TEXT];
    tq_status rc = tq_links_find(app->store, tq_slice_str(cli->args[1]), app->arena, &link, err);

    if (rc == TQ_OK && agreement == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "statistics");
    if (rc == TQ_OK && !stats_period_read(tq_slice_str(cli->args[2]), &period))
        return cli_wrong_word(cli, cli->args[2], err);
    if (rc == TQ_OK && (link.ended_at_ms != 0 || link.agreement.len == 0))
        rc = tq_error_set(err, TQ_LIAISON_ENDED, "%s", cli->args[1]);
    if (rc == TQ_OK)
        rc = tq_agreement_read(agreement, link.agreement, app->arena, err);
    tq_day_print(today, d.today);
    if (rc == TQ_OK && (!tq_agreement_is_open(agreement, d.today) ||
                               (!tq_agreement_in_force(agreement, d.today) &&
                                       strcmp(period.to, agreement->to) > 0)))
        rc = tq_error_set(
                err, TQ_LIAISON_ENDED, "%s: %s - %s", cli->args[1], agreement->from, agreement->to);
    if (rc == TQ_OK && !stats_listed(agreement, TABLE))
        rc = tq_error_set(err, TQ_LIAISON_OUTSIDE, "%s", cli->args[1]);
    /* No kind may be told: a total of none would be a wrong figure. */
    if (rc == TQ_OK && agreement->categories.count == 0)
        rc = tq_error_set(err, TQ_LIAISON_OUTSIDE, "%s: categories", cli->args[1]);
    if (rc == TQ_OK)
        as_of(agreement, today, over);
    if (rc == TQ_OK && strcmp(period.to, over) >= 0)
        rc = tq_error_set(err, TQ_NOT_COMPLETE, "%s", period.code);
    d.table = tq_catalogue_find(app->catalogue, TABLE);
    d.period = &period;
    stats_period_say(tq_slice_str(period.code), TQ_LANG_VI, d.label);
    d.send = cli_option(cli, "send") != NULL;
    return rc == TQ_OK ? draft(&d, link.side, err) : rc;
}

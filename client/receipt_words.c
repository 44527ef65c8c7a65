#include "receipt_words.h"

#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "paper.h"
#include "tuquan/calendar.h"
#include "tuquan/change.h"
#include "tuquan/codec.h"
#include "tuquan/words.h"

static int by_row(const void *a, const void *b)
{
    const struct tq_change *x = *(const struct tq_change *const *)a;
    const struct tq_change *y = *(const struct tq_change *const *)b;
    size_t shorter = x->key.len < y->key.len ? x->key.len : y->key.len;
    int order = 0;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (shorter > 0)
        order = memcmp(x->key.data, y->key.data, shorter);
    return order != 0 ? order : (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

static bool voids(const struct tq_table *table, const struct tq_change *change)
{
    int column = tq_table_column_find(table, "voided_at");

    for (uint32_t i = 0; column >= 0 && i < change->ncolumns; i++)
        if (change->columns[i] == table->columns[column].id)
            return change->after[i].type != TQ_NULL;
    return false;
}

static bool comes_before(struct tq_slice a, struct tq_slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;

    return order < 0 || (order == 0 && a.len < b.len);
}

/* The day that a row goes by; a change names others behind it that it could move. */
static struct tq_slice first_day(struct tq_slice days)
{
    const void *space = days.len > 0 ? memchr(days.data, ' ', days.len) : NULL;

    if (space != NULL)
        days.len = (size_t)((const uint8_t *)space - days.data);
    return days;
}

/* What says when: what the row is locked by, else the first day of a new one (a patrol that is planned
 * has not been held). */
static struct tq_slice when_of(const struct tq_table *table, const struct tq_change *change)
{
    struct tq_slice day = first_day(change->lock_on);

    for (uint32_t i = 0; day.len == 0 && change->cell == TQ_CELL_ROW && i < change->ncolumns; i++) {
        int c = tq_table_column(table, change->columns[i]);

        if (c >= 0 && table->columns[c].rule.kind == TQ_RULE_DATE &&
                change->after[i].type == TQ_TEXT)
            day = change->after[i].s;
    }
    return day;
}

/* Months before the quarter and the year that end with them. */
static bool ends_before(const struct tq_period *a, const struct tq_period *b)
{
    struct tq_window x = tq_period_window(a, TQ_LEVEL_COMMUNE);
    struct tq_window y = tq_period_window(b, TQ_LEVEL_COMMUNE);

    return x.last != y.last ? x.last < y.last : x.first > y.first;
}

/* There is room behind `periods` for one of each change that is left. */
static void add_period(
        struct receipt_cover *cover, struct tq_slice key, const struct tq_period *period)
{
    size_t at = cover->nperiods;
    struct tq_period other;

    for (size_t i = 0; i < cover->nperiods; i++)
        if (tq_slice_equal(cover->periods[i], key))
            return;
    while (at > 0 && tq_period_parse(cover->periods[at - 1], &other) && ends_before(period, &other))
        at--;
    memmove(&cover->periods[at + 1], &cover->periods[at],
            (cover->nperiods - at) * sizeof(*cover->periods));
    cover->periods[at] = key;
    cover->nperiods++;
}

static void add_when(struct receipt_cover *cover, struct tq_slice when)
{
    struct tq_period period;
    tq_day day;

    if (!tq_day_parse(when, &day)) {
        if (tq_period_parse(when, &period))
            add_period(cover, when, &period);
        return;
    }
    if (cover->from.len == 0 || comes_before(when, cover->from))
        cover->from = when;
    if (cover->to.len == 0 || comes_before(cover->to, when))
        cover->to = when;
}

static bool is_report(const struct tq_table *table)
{
    return strcmp(table->name, "report") == 0;
}

/* What a change makes of a report; 0: none of the steps. */
static unsigned step_of(const struct tq_table *table, const struct tq_change *change)
{
    int state = is_report(table) ? tq_table_column_find(table, "state") : -1;

    for (uint32_t i = 0; state >= 0 && i < change->ncolumns; i++) {
        const struct tq_value *after = &change->after[i];

        if (change->columns[i] != table->columns[state].id || after->type != TQ_TEXT)
            continue;
        return tq_slice_equal(after->s, tq_slice_str("sent"))       ? RECEIPT_SUBMITTED
               : tq_slice_equal(after->s, tq_slice_str("approved")) ? RECEIPT_APPROVED
                                                                    : RECEIPT_DRAFTED;
    }
    return 0;
}

/* All changes of one row, into what is said of its register. */
static void count_row(struct receipt_cover *cover, const struct tq_change *const *changes, size_t n)
{
    bool fresh = false;
    bool voided = false;

    for (size_t i = 0; i < n; i++) {
        fresh = fresh || changes[i]->cell == TQ_CELL_ROW;
        voided = voided || voids(cover->table, changes[i]);
        cover->steps |= step_of(cover->table, changes[i]);
        add_when(cover, when_of(cover->table, changes[i]));
    }
    if (fresh && is_report(cover->table))
        cover->steps |=
                RECEIPT_DRAFTED; /* it began as one, whatever the insert says of its state */
    cover->fresh += fresh;
    cover->voided += voided && !fresh;
    cover->changed += !voided && !fresh;
}

/* A cover for each register, or each report; `periods` has room for one of each change. */
static size_t cover_rows(const struct app *app, const struct tq_change *const *sorted, size_t n,
        struct tq_slice *periods, struct receipt_cover *list)
{
    size_t ncovers = 0;
    size_t end;

    for (size_t i = 0; i < n; i = end) {
        const struct tq_table *table = tq_catalogue_table(app->catalogue, sorted[i]->table);

        for (end = i + 1; end < n && by_row(&sorted[i], &sorted[end]) == 0;)
            end++;
        if (table == NULL)
            continue;
        if (ncovers == 0 || list[ncovers - 1].table != table || is_report(table))
            list[ncovers++] = (struct receipt_cover){ .table = table, .periods = &periods[i] };
        count_row(&list[ncovers - 1], &sorted[i], end - i);
    }
    return ncovers;
}

tq_status receipt_covers(struct app *app, const struct tq_sent_set *set, struct receipt_cover **out,
        size_t *n, struct tq_error *err)
{
    const struct tq_change **sorted;
    struct tq_slice *periods;
    struct tq_set_body body;
    tq_status rc;

    *out = NULL;
    *n = 0;
    if (set->payload.len == 0)
        return TQ_OK;
    rc = tq_body_decode(set->payload, app->arena, &body, err);
    if (rc != TQ_OK)
        return rc;
    sorted = tq_arena_array(app->arena, body.nchanges + 1, sizeof(const struct tq_change *));
    periods = tq_arena_array(app->arena, body.nchanges + 1, sizeof(*periods));
    *out = tq_arena_array(app->arena, body.nchanges + 1, sizeof(**out));
    if (sorted == NULL || periods == NULL || *out == NULL)
        return tq_error_set(err, TQ_NOMEM, "receipt");
    for (size_t i = 0; i < body.nchanges; i++)
        sorted[i] = &body.changes[i];
    qsort(sorted, body.nchanges, sizeof(const struct tq_change *), by_row);
    *n = cover_rows(app, sorted, body.nchanges, periods, *out);
    return TQ_OK;
}

#define MOST_NAMED 6u

/* ", ngày 05/11/2020", ", từ ... đến ...". */
static void append_days(
        const struct cli *cli, const struct receipt_cover *cover, struct tq_buf *out)
{
    char from[TQ_DAY_TEXT];
    char to[TQ_DAY_TEXT];

    if (cover->from.len == 0)
        return;
    cli_show_date(cli, cover->from, from, sizeof(from));
    cli_show_date(cli, cover->to, to, sizeof(to));
    if (tq_slice_equal(cover->from, cover->to))
        tq_buf_printf(out, CLI_SAY(cli, ", ngày %s", ", of %s"), from);
    else
        tq_buf_printf(out, CLI_SAY(cli, ", từ %s đến %s", ", from %s to %s"), from, to);
}

/* Each by its name: of two kinds of periods none is "from" or "to". */
static void append_periods(
        const struct cli *cli, const struct receipt_cover *cover, struct tq_buf *out)
{
    for (size_t i = 0; i < cover->nperiods && i < MOST_NAMED; i++) {
        tq_buf_append_str(out, ", ");
        paper_period(cli, cover->periods[i], out);
    }
    if (cover->nperiods > MOST_NAMED)
        tq_buf_printf(out, CLI_SAY(cli, " và %zu kỳ khác", " and %zu other periods"),
                cover->nperiods - MOST_NAMED);
}

/* " tháng 8/2020: duyệt, nộp lên huyện" */
static void append_steps(
        const struct cli *cli, const struct receipt_cover *cover, struct tq_buf *out)
{
    const struct {
        unsigned step;
        const char *word;
    } steps[] = {
        { RECEIPT_DRAFTED, cli_say(cli, "soạn", "drafted") },
        { RECEIPT_APPROVED, cli_say(cli, "duyệt", "approved") },
        { RECEIPT_SUBMITTED, cli_say(cli, "nộp lên huyện", "submitted") },
    };
    bool first = true;

    for (size_t i = 0; i < cover->nperiods; i++) {
        tq_buf_append_str(out, " ");
        paper_period(cli, cover->periods[i], out);
    }
    tq_buf_append_str(out, ":");
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if ((cover->steps & steps[i].step) == 0)
            continue;
        tq_buf_printf(out, "%s %s", first ? "" : ",", steps[i].word);
        first = false;
    }
    if (cover->voided > 0)
        tq_buf_printf(out, "%s %s", first ? "" : ",", cli_say(cli, "hủy", "voided"));
    else if (first)
        tq_buf_printf(out, " %s", cli_say(cli, "sửa nội dung", "its text changed"));
}

tq_status receipt_cover_words(struct app *app, const struct receipt_cover *cover,
        struct tq_buf *out, struct tq_error *err)
{
    const struct {
        size_t count;
        const char *word;
    } counts[] = {
        { cover->fresh, cli_say(app->cli, "mục mới", "new") },
        { cover->changed, cli_say(app->cli, "mục sửa", "changed") },
        { cover->voided, cli_say(app->cli, "mục hủy", "voided") },
    };
    bool decided = strcmp(cover->table->name, "conflict") == 0; /* as the page calls them */
    bool first = true;

    tq_buf_append_str(
            out, decided ? cli_say(app->cli, "Việc đã quyết ở Hộp việc", "Decided in the inbox")
                         : tq_word_of_table(cover->table, app->cli->lang));
    if (is_report(cover->table)) {
        append_steps(app->cli, cover, out);
        return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "receipt");
    }
    tq_buf_append_str(out, ":");
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (counts[i].count == 0)
            continue;
        tq_buf_printf(out, "%s %zu %s", first ? "" : ",", counts[i].count, counts[i].word);
        first = false;
    }
    append_days(app->cli, cover, out);
    append_periods(app->cli, cover, out);
    return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "receipt");
}

static json_t *text_json(struct tq_slice text)
{
    return json_stringn(text.len > 0 ? (const char *)text.data : "", text.len);
}

/* What only some registers have. */
static void tell_more(const struct receipt_cover *cover, json_t *one)
{
    static const char *const STEPS[] = { "draft", "approved", "sent" };
    json_t *list;

    if (cover->nperiods > 0) {
        list = json_array();
        for (size_t i = 0; i < cover->nperiods; i++)
            json_array_append_new(list, text_json(cover->periods[i]));
        json_object_set_new(one, "periods", list);
    }
    if (is_report(cover->table)) {
        list = json_array();
        for (unsigned i = 0; i < 3; i++)
            if ((cover->steps & (1u << i)) != 0)
                json_array_append_new(list, json_string(STEPS[i]));
        json_object_set_new(one, "steps", list);
    }
}

json_t *receipt_covers_json(struct app *app, const struct receipt_cover *covers, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        const struct receipt_cover *cover = &covers[i];
        json_t *one = json_object();
        struct tq_buf text;

        tq_buf_init(&text, 0);
        json_object_set_new(one, "table", json_string(cover->table->name));
        json_object_set_new(one, "new", json_integer((json_int_t)cover->fresh));
        json_object_set_new(one, "changed", json_integer((json_int_t)cover->changed));
        json_object_set_new(one, "voided", json_integer((json_int_t)cover->voided));
        json_object_set_new(one, "from", text_json(cover->from));
        json_object_set_new(one, "to", text_json(cover->to));
        tell_more(cover, one);
        if (receipt_cover_words(app, cover, &text, NULL) == TQ_OK || !tq_buf_is_ok(&text))
            json_object_set_new(one, "text", cli_json_buf(&text));
        tq_buf_deinit(&text);
        json_array_append_new(list, one);
    }
    return list;
}

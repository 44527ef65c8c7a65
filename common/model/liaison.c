#include "tuquan/liaison.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/calendar.h"
#include "tuquan/intake.h"

static const char *const STATES[] = { "draft", "sent", "acknowledged", "answered", "closed" };
static const char *const TOLD[] = { "border_notice", "border_meeting", "joint_patrol",
    "border_statistics", "border_handover" };
static const char *const ENVELOPE[] = { "id", "unit", "partner_unit", "direction", "state",
    "voided_at" };

#define MAX_FINDINGS 16u
#define SIGNERS_SINCE 2u
#define STANDING_SINCE 4u
#define TAIL_SINCE 2u /* programs of catalogue 1 do not know statistics at all */

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

bool tq_liaison_is_table(const struct tq_table *table)
{
    for (size_t i = 0; i < COUNT_OF(TOLD); i++)
        if (strcmp(table->name, TOLD[i]) == 0)
            return true;
    return false;
}

bool tq_liaison_is_envelope(const struct tq_column *column)
{
    for (size_t i = 0; i < COUNT_OF(ENVELOPE); i++)
        if (strcmp(column->name, ENVELOPE[i]) == 0)
            return true;
    return false;
}

bool tq_liaison_is_answer(const struct tq_column *column)
{
    return (column->writers & TQ_BY_PARTNER) != 0;
}

bool tq_liaison_is_told(const struct tq_table *table, uint32_t column)
{
    const struct tq_column *c = &table->columns[column];

    return !tq_liaison_is_envelope(c) && !tq_liaison_is_answer(c) && c->cell != table->void_cell &&
           (c->type != TQ_BLOB || c->rule.kind != TQ_RULE_REF);
}

int tq_liaison_step(struct tq_slice state)
{
    for (size_t i = 0; i < COUNT_OF(STATES); i++)
        if (tq_slice_equal(state, tq_slice_str(STATES[i])))
            return (int)i;
    return -1;
}

const char *tq_liaison_state(int step)
{
    return step >= 0 && (size_t)step < COUNT_OF(STATES) ? STATES[step] : "";
}

int tq_liaison_reach(const struct tq_column *column)
{
    if (!tq_liaison_is_answer(column) || strcmp(column->name, "partner_case_unit") == 0)
        return 0;
    return strcmp(column->name, "acknowledged_at") == 0 ? 2 : 3;
}

uint32_t tq_liaison_mirror(const struct tq_table *table, uint32_t column)
{
    static const char *const PAIRS[][2] = { { "signed_on", "partner_signed_on" },
        { "case_unit", "partner_case_unit" } };

    for (size_t i = 0; i < COUNT_OF(PAIRS); i++) {
        int ours = tq_table_column_find(table, PAIRS[i][0]);
        int theirs = tq_table_column_find(table, PAIRS[i][1]);

        if (ours < 0 || theirs < 0)
            continue;
        if (column == (uint32_t)ours)
            return (uint32_t)theirs;
        if (column == (uint32_t)theirs)
            return (uint32_t)ours;
    }
    return column;
}

static bool is_same(const struct tq_table *table, const struct tq_value *values, const char *name,
        const struct tq_value *value)
{
    int at = tq_table_column_find(table, name);

    return at >= 0 && tq_value_equal(&values[at], value);
}

bool tq_liaison_is_between(
        const struct tq_table *table, uint32_t column, const struct tq_value *values)
{
    const char *name = table->columns[column].name;

    return (strcmp(name, "case_unit") != 0 && strcmp(name, "partner_case_unit") != 0) ||
           values[column].type == TQ_NULL || is_same(table, values, "unit", &values[column]) ||
           is_same(table, values, "partner_unit", &values[column]);
}

/* ---- the text ---- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct tq_slice trim(struct tq_slice text)
{
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* What stands before `mark` goes to *head; false: it is not there, and *head is all. */
static bool cut(struct tq_slice *rest, uint8_t mark, struct tq_slice *head)
{
    const uint8_t *at = rest->len > 0 ? memchr(rest->data, mark, rest->len) : NULL;
    size_t len = at != NULL ? (size_t)(at - rest->data) : rest->len;

    *head = trim(tq_slice_of(rest->data, len));
    *rest = at != NULL ? tq_slice_of(at + 1, rest->len - len - 1) : tq_slice_of(NULL, 0);
    return at != NULL;
}

static bool take_list(struct tq_agreement_list *list, struct tq_slice value)
{
    while (value.len > 0) {
        struct tq_slice item;

        cut(&value, ',', &item);
        if (item.len == 0 || list->count == TQ_AGREEMENT_LIST)
            return false;
        list->items[list->count++] = item;
    }
    return true;
}

static bool take_day(char out[TQ_AGREEMENT_DAY], struct tq_slice value)
{
    if (!tq_date_is_valid(value))
        return false;
    memcpy(out, value.data, TQ_AGREEMENT_DAY - 1);
    out[TQ_AGREEMENT_DAY - 1] = '\0';
    return true;
}

static const struct tq_table *table_of(struct tq_slice name)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();

    for (size_t i = 0; i < catalogue->ntables; i++)
        if (tq_slice_equal(name, tq_slice_str(catalogue->tables[i].name)))
            return tq_liaison_is_table(&catalogue->tables[i]) ? &catalogue->tables[i] : NULL;
    return NULL;
}

/* Whose row it is tells each side from the road by which it came. */
static bool may_be_named(const struct tq_column *column)
{
    return column->leaves && strcmp(column->name, "came") != 0;
}

/* "TABLE: COLUMN, COLUMN": a column that nobody may name (the envelope goes anyhow) is a mistake. */
static bool take_article(struct tq_agreement *a, struct tq_slice name, struct tq_slice value)
{
    struct tq_article *article = &a->articles[a->narticles];
    struct tq_slice table;

    if (a->narticles == TQ_AGREEMENT_ARTICLES || name.len == 0 || !cut(&value, ':', &table))
        return false;
    article->name = name;
    article->table = table_of(table);
    if (article->table == NULL)
        return false;
    while (value.len > 0) {
        struct tq_slice word;
        size_t at = 0;

        cut(&value, ',', &word);
        while (at < article->table->ncolumns &&
                !tq_slice_equal(word, tq_slice_str(article->table->columns[at].name)))
            at++;
        if (at == article->table->ncolumns || !may_be_named(&article->table->columns[at]))
            return false;
        article->columns |= UINT64_C(1) << at;
    }
    a->narticles++;
    return article->columns != 0;
}

static bool take_line(struct tq_agreement *a, struct tq_slice name, struct tq_slice value)
{
    static const char ARTICLE[] = "article_";
    size_t prefix = sizeof(ARTICLE) - 1;
    const struct {
        const char *name;
        struct tq_agreement_list *list;
        struct tq_slice *text;
        char *day;
    } known[] = {
        { "number", NULL, &a->number, NULL },
        { "signed_on", NULL, NULL, a->signed_on },
        { "from", NULL, NULL, a->from },
        { "to", NULL, NULL, a->to },
        { "statistics_until", NULL, NULL, a->statistics_to },
        { "side_a", NULL, &a->names[TQ_SIDE_A], NULL },
        { "side_b", NULL, &a->names[TQ_SIDE_B], NULL },
        { "signer_a", NULL, &a->signers[TQ_SIDE_A], NULL },
        { "signer_b", NULL, &a->signers[TQ_SIDE_B], NULL },
        { "communes_a", &a->communes[TQ_SIDE_A], NULL, NULL },
        { "communes_b", &a->communes[TQ_SIDE_B], NULL, NULL },
        { "categories", &a->categories, NULL, NULL },
        { "standing", &a->standing, NULL, NULL },
    };

    if (value.len == 0)
        return false;
    if (name.len > prefix && memcmp(name.data, ARTICLE, prefix) == 0)
        return take_article(a, tq_slice_of(name.data + prefix, name.len - prefix), value);
    if (tq_slice_equal(name, tq_slice_str("bundles"))) {
        a->readable = tq_slice_equal(value, tq_slice_str("readable"));
        return a->readable || tq_slice_equal(value, tq_slice_str("sealed"));
    }
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!tq_slice_equal(name, tq_slice_str(known[i].name)))
            continue;
        if (known[i].text != NULL) {
            *known[i].text = value;
            return true;
        }
        return known[i].day != NULL ? take_day(known[i].day, value)
                                    : take_list(known[i].list, value);
    }
    return false;
}

/* Statistics of the last period are counted when it is over: they may be told for some days more. */
static bool tail_is_sound(const struct tq_agreement *a)
{
    tq_day to;
    tq_day until;

    return tq_day_parse(tq_slice_str(a->to), &to) &&
           tq_day_parse(tq_slice_str(a->statistics_to), &until) && until >= to &&
           until <= to + TQ_AGREEMENT_TAIL_DAYS;
}

/* Who stands is a side or one of its communes, and each has one turn. */
static bool standing_is_sound(const struct tq_agreement *a)
{
    struct tq_agreement_list before = { .count = 0 };

    for (size_t i = 0; i < a->standing.count; i++) {
        struct tq_slice who = a->standing.items[i];
        bool known = false;

        for (int side = TQ_SIDE_A; side <= TQ_SIDE_B; side++)
            known = known || tq_slice_equal(who, a->names[side]) ||
                    tq_agreement_has(&a->communes[side], who);
        if (!known || tq_agreement_has(&before, who))
            return false;
        before.items[before.count++] = who;
    }
    return true;
}

/* What every agreement has; the name of the first that lacks. */
static const char *lacking(const struct tq_agreement *a)
{
    return a->number.len == 0                  ? "number"
           : a->signed_on[0] == '\0'           ? "signed_on"
           : a->from[0] == '\0'                ? "from"
           : a->to[0] == '\0'                  ? "to"
           : strcmp(a->to, a->from) < 0        ? "to"
           : a->names[TQ_SIDE_A].len == 0      ? "side_a"
           : a->names[TQ_SIDE_B].len == 0      ? "side_b"
           : a->communes[TQ_SIDE_A].count == 0 ? "communes_a"
           : a->communes[TQ_SIDE_B].count == 0 ? "communes_b"
           : a->narticles == 0                 ? "article_"
           : !tail_is_sound(a)                 ? "statistics_until"
           : !standing_is_sound(a)             ? "standing"
                                               : NULL;
}

tq_status tq_agreement_read(struct tq_agreement *out, struct tq_slice text, struct tq_arena *arena,
        struct tq_error *err)
{
    struct tq_slice rest;
    struct tq_hasher hasher;
    unsigned line = 0;
    const void *copy;

    memset(out, 0, sizeof(*out));
    if (text.len > TQ_AGREEMENT_MAX_BYTES)
        return tq_error_set(err, TQ_LIAISON_FILE, "%zu", text.len);
    copy = tq_arena_copy(arena, text.data, text.len);
    if (copy == NULL && text.len > 0)
        return tq_error_set(err, TQ_NOMEM, "agreement");
    rest = tq_slice_of(copy, text.len);
    while (rest.len > 0) {
        struct tq_slice whole;
        struct tq_slice name;

        line++;
        cut(&rest, '\n', &whole);
        if (whole.len == 0 || whole.data[0] == '#')
            continue;
        if (!cut(&whole, '=', &name) || !take_line(out, name, trim(whole)))
            return tq_error_set(
                    err, TQ_LIAISON_FILE, "%u: %.*s", line, (int)name.len, (const char *)name.data);
    }
    if (out->statistics_to[0] == '\0')
        memcpy(out->statistics_to, out->to, sizeof(out->to));
    if (lacking(out) != NULL)
        return tq_error_set(err, TQ_LIAISON_FILE, "%s", lacking(out));
    tq_hash_init(&hasher, "tuquan.agreement.v1", TQ_HASH_BYTES);
    tq_hash_add(&hasher, text.data, text.len);
    tq_hash_final(&hasher, out->hash, TQ_HASH_BYTES);
    return TQ_OK;
}

/* ---- the judgement ---- */

bool tq_agreement_in_force(const struct tq_agreement *agreement, const char *today)
{
    return strcmp(agreement->from, today) <= 0 && strcmp(today, agreement->to) <= 0;
}

static bool is_statistics(const struct tq_table *table)
{
    return strcmp(table->name, "border_statistics") == 0;
}

bool tq_agreement_is_open(const struct tq_agreement *agreement, const char *today)
{
    return strcmp(agreement->from, today) <= 0 && strcmp(today, agreement->statistics_to) <= 0;
}

bool tq_agreement_carries(
        const struct tq_agreement *agreement, const char *today, const struct tq_table *table)
{
    return tq_agreement_in_force(agreement, today) ||
           (is_statistics(table) && tq_agreement_is_open(agreement, today));
}

uint32_t tq_agreement_schema(const struct tq_agreement *agreement)
{
    uint32_t schema = strcmp(agreement->statistics_to, agreement->to) > 0 ? TAIL_SINCE : 1;

    if (agreement->signers[TQ_SIDE_A].len + agreement->signers[TQ_SIDE_B].len > 0 &&
            schema < SIGNERS_SINCE)
        schema = SIGNERS_SINCE;
    if (agreement->standing.count > 0)
        schema = STANDING_SINCE;
    for (size_t i = 0; i < agreement->narticles; i++) {
        const struct tq_article *article = &agreement->articles[i];

        if (article->table->since > schema)
            schema = article->table->since;
        for (uint32_t c = 0; c < article->table->ncolumns; c++)
            if ((article->columns >> c & 1) != 0 && article->table->columns[c].since > schema)
                schema = article->table->columns[c].since;
    }
    return schema;
}

static int year_of(const char day[TQ_AGREEMENT_DAY])
{
    int year = 0;

    for (size_t i = 0; i < 4; i++)
        year = 10 * year + (day[i] - '0');
    return year;
}

bool tq_agreement_standing(const struct tq_agreement *agreement, int year, struct tq_slice *out)
{
    const struct tq_agreement_list *list = &agreement->standing;

    *out = tq_slice_of(NULL, 0);
    if (list->count == 0 || year < year_of(agreement->from) || year > year_of(agreement->to))
        return false;
    *out = list->items[(size_t)(year - year_of(agreement->from)) % list->count];
    return true;
}

/* "2020" and "2020-H1" end on a day of the agreement, or before. */
static bool period_ends_by(const struct tq_table *table, const struct tq_value *values,
        const char day[TQ_AGREEMENT_DAY])
{
    int at = tq_table_column_find(table, "period");
    struct tq_slice code = at >= 0 && values[at].type == TQ_TEXT ? values[at].s : tq_slice_str("");
    char end[TQ_AGREEMENT_DAY];

    if (code.len != 4 && (code.len != 7 || code.data[4] != '-' || code.data[5] != 'H' ||
                                 (code.data[6] != '1' && code.data[6] != '2')))
        return false;
    snprintf(end, sizeof(end), "%.4s-%s", (const char *)code.data,
            code.len == 7 && code.data[6] == '1' ? "06-30" : "12-31");
    return tq_date_is_valid(tq_slice_str(end)) && strcmp(end, day) <= 0;
}

/* On this day, this row? */
static bool is_in_time(const struct tq_agreement *agreement, const char *today,
        const struct tq_table *table, const struct tq_value *values)
{
    return tq_agreement_in_force(agreement, today) ||
           (tq_agreement_carries(agreement, today, table) &&
                   period_ends_by(table, values, agreement->to));
}

bool tq_agreement_has(const struct tq_agreement_list *list, struct tq_slice item)
{
    for (size_t i = 0; i < list->count; i++)
        if (tq_slice_equal(list->items[i], item))
            return true;
    return false;
}

const struct tq_article *tq_liaison_article(
        const struct tq_agreement *agreement, const struct tq_table *table, uint32_t column)
{
    bool any = tq_liaison_is_envelope(&table->columns[column]);

    for (size_t i = 0; i < agreement->narticles; i++) {
        const struct tq_article *article = &agreement->articles[i];

        if (article->table->id == table->id && (any || (article->columns >> column & 1) != 0))
            return article;
    }
    return NULL;
}

static bool is_of(const struct tq_table *table, const char *name, const struct tq_value *values,
        const struct tq_agreement_list *list, struct tq_liaison_verdict *out)
{
    int at = tq_table_column_find(table, name);

    if (at < 0 || tq_agreement_has(list, values[at].s))
        return true;
    out->code = TQ_LIAISON_OUTSIDE;
    out->column = at;
    return false;
}

void tq_liaison_judge(const struct tq_agreement *agreement, tq_liaison_side writer,
        const char *today, const struct tq_table *table, const struct tq_value *values,
        struct tq_liaison_verdict *out)
{
    tq_liaison_side reader = writer == TQ_SIDE_A ? TQ_SIDE_B : TQ_SIDE_A;

    memset(out, 0, sizeof(*out));
    out->column = -1;
    if (!is_in_time(agreement, today, table, values)) {
        out->code = TQ_LIAISON_ENDED;
        return;
    }
    out->article = tq_liaison_is_table(table) ? tq_liaison_article(agreement, table, 0) : NULL;
    if (out->article == NULL) {
        out->code = TQ_LIAISON_OUTSIDE;
        return;
    }
    if (!is_of(table, "unit", values, &agreement->communes[writer], out) ||
            !is_of(table, "partner_unit", values, &agreement->communes[reader], out) ||
            !is_of(table, "category", values, &agreement->categories, out))
        return;
    for (uint32_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];

        if (tq_liaison_is_answer(column) || tq_value_equal(&values[i], &column->fallback) ||
                (tq_liaison_article(agreement, table, i) != NULL &&
                        tq_liaison_is_between(table, i, values)))
            continue;
        out->code = TQ_LIAISON_OUTSIDE;
        out->column = (int)i;
        return;
    }
}

void tq_liaison_mask(
        const struct tq_agreement *agreement, const struct tq_table *table, struct tq_value *values)
{
    for (uint32_t i = 0; i < table->ncolumns; i++)
        if (tq_liaison_is_answer(&table->columns[i]) ||
                tq_liaison_article(agreement, table, i) == NULL)
            values[i] = table->columns[i].fallback;
}

bool tq_liaison_is_personal(
        const struct tq_table *table, uint32_t column, const struct tq_value *value)
{
    struct tq_lint_finding found[MAX_FINDINGS];
    bool names = strcmp(table->name, "border_notice") == 0;
    size_t n = tq_intake_lint(&table->columns[column], value, found, MAX_FINDINGS);

    if (n > MAX_FINDINGS) /* more than are looked at: somebody's list */
        return true;
    for (size_t i = 0; i < n; i++)
        if (found[i].kind != TQ_LINT_PERSON || names)
            return true;
    return false;
}

int tq_liaison_personal(const struct tq_table *table, const struct tq_value *values)
{
    for (uint32_t i = 0; i < table->ncolumns; i++)
        if (tq_liaison_is_personal(table, i, &values[i]))
            return (int)i;
    return -1;
}

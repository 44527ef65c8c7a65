#include "tuquan/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "model/sheet_text.h"

/* Keys of `parameters`, each with the formulas that know it: an unknown key is a mistake of the
 * sheet's author and must not be passed over. */
enum {
    IN_RATIO = 1 << TQ_FORMULA_RATIO,
    IN_BAND = 1 << TQ_FORMULA_BAND,
    IN_DEDUCT = 1 << TQ_FORMULA_DEDUCT,
    IN_MINOR = 1 << TQ_FORMULA_MINOR,
    IN_SHARE = 1 << TQ_FORMULA_SHARE,
    IN_PER = 1 << TQ_FORMULA_PER,
    IN_CAP = 1 << TQ_FORMULA_CAP,
};

typedef enum key_type { KEY_SUM, KEY_INT, KEY_LIST, KEY_WORD } key_type;

struct key {
    const char *name;
    key_type type;
    unsigned needed;  /* formulas that cannot do without */
    unsigned allowed; /* formulas that may have it */
};

static const struct key keys[] = {
    { "n", KEY_SUM, IN_RATIO | IN_BAND | IN_DEDUCT | IN_MINOR | IN_SHARE | IN_CAP, IN_PER },
    { "d", KEY_SUM, IN_RATIO | IN_DEDUCT | IN_SHARE, IN_PER },
    { "x", KEY_SUM, IN_MINOR, IN_BAND | IN_PER },
    { "target", KEY_INT, IN_RATIO, 0 },
    { "floor", KEY_WORD, 0, IN_RATIO },
    { "points", KEY_LIST, IN_BAND | IN_MINOR | IN_SHARE, 0 },
    { "small", KEY_INT, IN_BAND, 0 },
    { "steps", KEY_LIST, IN_BAND, 0 },
    { "cap", KEY_INT, 0, IN_BAND },
    { "limit", KEY_INT, IN_SHARE, 0 },
    { "n_from", KEY_INT, IN_DEDUCT, 0 },
    { "n_each", KEY_INT, IN_DEDUCT, IN_PER },
    { "d_from", KEY_INT, IN_DEDUCT, 0 },
    { "d_each", KEY_INT, IN_DEDUCT, IN_PER },
    { "side", KEY_WORD, IN_PER, 0 },
    { "grade", KEY_WORD, 0, IN_CAP },
    { "effect", KEY_WORD, 0, IN_CAP },
    { "only", KEY_WORD, 0, IN_CAP },
};

#define NKEYS (sizeof(keys) / sizeof(keys[0]))

static const char *const formula_names[] = { "RATIO", "BAND", "DEDUCT", "MINOR", "SHARE", "PER",
    "CAP" };

static const char *const grade_codes[] = { "none", "excellent", "good", "fair", "average", "weak" };
static const char *const grade_names_vi[] = { "chưa xếp loại", "Xuất sắc", "Tốt", "Khá",
    "Trung bình", "Yếu" };
static const char *const grade_names_en[] = { "not graded", "Excellent", "Good", "Fair", "Average",
    "Weak" };

const char *tq_grade_code(tq_grade grade)
{
    return (unsigned)grade <= TQ_GRADE_WEAK ? grade_codes[grade] : grade_codes[0];
}

const char *tq_grade_name(tq_grade grade, tq_lang lang)
{
    size_t i = (unsigned)grade <= TQ_GRADE_WEAK ? (size_t)grade : 0;

    return lang == TQ_LANG_EN ? grade_names_en[i] : grade_names_vi[i];
}

bool tq_grade_parse(struct tq_slice code, tq_grade *out)
{
    for (int i = TQ_GRADE_NONE; i <= TQ_GRADE_WEAK; i++) {
        if (tq_slice_equal(code, tq_slice_str(grade_codes[i]))) {
            *out = (tq_grade)i;
            return true;
        }
    }
    return false;
}

static bool is(struct tq_slice text, const char *word)
{
    return tq_slice_equal(text, tq_slice_str(word));
}

static tq_status parse_sum(struct tq_slice text, struct tq_sum *out, struct tq_error *err)
{
    struct tq_slice part;

    out->n = 0;
    while (sheet_text_cut(&text, '|', &part)) {
        tq_status rc;

        if (out->n == TQ_MAX_SOURCES)
            return tq_error_set(
                    err, TQ_RANGE, "%s %u", tq_phrase(TQ_PHRASE_TOO_MANY), TQ_MAX_SOURCES);
        rc = tq_source_parse(part, &out->of[out->n++], err);
        if (rc != TQ_OK)
            return rc;
    }
    return out->n > 0 ? TQ_OK : tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_NO_SOURCE);
}

static tq_status parse_ints(struct tq_slice text, int64_t *out, size_t want, struct tq_error *err)
{
    struct tq_slice part;
    size_t n = 0;

    while (sheet_text_cut(&text, ',', &part)) {
        if (n == want || !sheet_text_int(part, TQ_MAX_POINTS_C, &out[n]))
            return tq_error_set(err, TQ_INVALID, "%s %zu", tq_phrase(TQ_PHRASE_NEEDS_LIST), want);
        n++;
    }
    if (n != want)
        return tq_error_set(err, TQ_INVALID, "%s %zu", tq_phrase(TQ_PHRASE_NEEDS_LIST), want);
    return TQ_OK;
}

static int64_t *int_field(struct tq_criterion *c, struct tq_slice key)
{
    if (is(key, "target"))
        return &c->target;
    if (is(key, "small"))
        return &c->small;
    if (is(key, "cap"))
        return &c->cap_c;
    if (is(key, "limit"))
        return &c->limit;
    if (is(key, "n_from"))
        return &c->n_from;
    if (is(key, "n_each"))
        return &c->n_each;
    if (is(key, "d_from"))
        return &c->d_from;
    return &c->d_each;
}

static bool parse_floor(struct tq_criterion *c, struct tq_slice value)
{
    struct tq_slice each;

    if (!sheet_text_cut(&value, '/', &each) || !sheet_text_int(each, 1000, &c->floor_each))
        return false;
    c->floor = is(value, "model_month") ? TQ_FLOOR_MODEL_MONTH : TQ_FLOOR_MONTH;
    return is(value, "model_month") || is(value, "month");
}

static bool parse_word(struct tq_criterion *c, struct tq_slice key, struct tq_slice value)
{
    static const char *const effects[] = { "grade", "last", "ungraded", "no_award" };

    if (is(key, "floor"))
        return parse_floor(c, value);
    if (is(key, "side")) {
        c->penalty = is(value, "penalty");
        return c->penalty || is(value, "bonus");
    }
    if (is(key, "grade"))
        return tq_grade_parse(value, &c->grade);
    if (is(key, "only")) {
        c->year_only = is(value, "year");
        return c->year_only;
    }
    for (int i = TQ_CAP_GRADE; i <= TQ_CAP_NO_AWARD; i++) {
        if (is(value, effects[i])) {
            c->effect = (tq_cap_effect)i;
            return true;
        }
    }
    return false;
}

static tq_status parse_value(
        struct tq_criterion *c, const struct key *key, struct tq_slice value, struct tq_error *err)
{
    struct tq_slice name = tq_slice_str(key->name);

    switch (key->type) {
    case KEY_SUM:
        return parse_sum(value, is(name, "n") ? &c->n : is(name, "d") ? &c->d : &c->x, err);
    case KEY_LIST:
        if (is(name, "steps"))
            return parse_ints(value, c->steps, TQ_BAND_STEPS - 1, err);
        return parse_ints(value, c->points, c->formula == TQ_FORMULA_BAND ? TQ_BAND_STEPS : 3, err);
    case KEY_INT:
        if (sheet_text_int(value, TQ_MAX_POINTS_C, int_field(c, name)))
            return TQ_OK;
        return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_NEEDS_NUMBER);
    case KEY_WORD:
        if (parse_word(c, name, value))
            return TQ_OK;
        break;
    }
    return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_WORD_UNKNOWN);
}

static tq_status parse_parameters(struct tq_criterion *c, struct tq_error *err)
{
    struct tq_slice rest = c->parameters;
    unsigned bit = 1u << c->formula;
    bool seen[NKEYS] = { false };
    struct tq_slice name;
    struct tq_slice value;

    while (sheet_text_pair(&rest, &name, &value)) {
        size_t k = 0;
        tq_status rc;

        while (k < NKEYS && !is(name, keys[k].name))
            k++;
        if (k == NKEYS || ((keys[k].needed | keys[k].allowed) & bit) == 0 || seen[k])
            return tq_error_set(err, TQ_INVALID, "%s %.*s", tq_phrase(TQ_PHRASE_PARAMETER_ODD),
                    (int)name.len, (const char *)name.data);
        seen[k] = true;
        rc = parse_value(c, &keys[k], value, err);
        if (rc != TQ_OK) {
            tq_error_wrap(err, "%s=%.*s", keys[k].name, (int)value.len, (const char *)value.data);
            return rc;
        }
    }
    for (size_t k = 0; k < NKEYS; k++) {
        if ((keys[k].needed & bit) != 0 && !seen[k])
            return tq_error_set(
                    err, TQ_INVALID, "%s %s", tq_phrase(TQ_PHRASE_PARAMETER_MISSING), keys[k].name);
    }
    return TQ_OK;
}

/* Points within 0..maximum, so that no formula can pass it; steps that rise. */
static tq_status check_numbers(const struct tq_criterion *c, struct tq_error *err)
{
    size_t npoints = c->formula == TQ_FORMULA_BAND ? TQ_BAND_STEPS : 3;

    if (c->formula == TQ_FORMULA_RATIO && c->target == 0)
        return tq_error_set(err, TQ_INVALID, "target=0");
    for (size_t i = 0; i < npoints; i++) {
        if (c->points[i] > c->max_c || (i > 0 && c->points[i] > c->points[i - 1]))
            return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_POINTS_FALL);
    }
    for (size_t i = 1; c->formula == TQ_FORMULA_BAND && i + 1 < TQ_BAND_STEPS; i++) {
        if (c->steps[i] < c->steps[i - 1])
            return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_STEPS_RISE);
    }
    if (c->n_from + c->d_from > c->max_c && c->formula == TQ_FORMULA_DEDUCT)
        return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_PARTS_ABOVE_MAX);
    return TQ_OK;
}

static bool find_formula(struct tq_slice name, tq_formula *out)
{
    for (int i = TQ_FORMULA_RATIO; i <= TQ_FORMULA_CAP; i++) {
        if (is(name, formula_names[i])) {
            *out = (tq_formula)i;
            return true;
        }
    }
    return false;
}

static tq_status parse_criterion(struct tq_arena *arena, const struct tq_criterion_row *row,
        struct tq_criterion *c, struct tq_error *err)
{
    tq_status rc;

    if (!sheet_text_copy(arena, row->code, &c->code) ||
            !sheet_text_copy(arena, row->name, &c->name) ||
            !sheet_text_copy(arena, row->parameters, &c->parameters))
        return tq_error_set(err, TQ_NOMEM, "sheet");
    c->cap_c = -1;
    if (!find_formula(row->formula, &c->formula))
        return tq_error_set(err, TQ_INVALID, "%s %.*s", tq_phrase(TQ_PHRASE_FORMULA_UNKNOWN),
                (int)row->formula.len, (const char *)row->formula.data);
    if (row->max_c < 0 || row->max_c > TQ_MAX_POINTS_C)
        return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_MAXIMUM_RANGE);
    c->max_c = row->max_c;
    if (row->area < 0 || row->area > TQ_MAX_AREAS ||
            (row->area == 0) != (c->formula == TQ_FORMULA_PER || c->formula == TQ_FORMULA_CAP))
        return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_AREA_RANGE);
    c->area = (uint32_t)row->area;
    rc = parse_parameters(c, err);
    return rc != TQ_OK ? rc : check_numbers(c, err);
}

/* A heading: it names an area and repeats what its criteria add up to. */
static tq_status parse_area(struct tq_arena *arena, const struct tq_criterion_row *row,
        struct tq_sheet *sheet, struct tq_error *err)
{
    if (row->area < 1 || row->area > (int64_t)TQ_MAX_AREAS)
        return tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_AREA_RANGE);
    if (!sheet_text_copy(arena, row->name, &sheet->area_name[row->area]))
        return tq_error_set(err, TQ_NOMEM, "sheet");
    sheet->area_said_c[row->area] = row->max_c;
    return TQ_OK;
}

static int by_area_and_code(const void *a, const void *b)
{
    const struct tq_criterion *x = a;
    const struct tq_criterion *y = b;
    uint32_t ax = x->area > 0 ? x->area : UINT32_MAX;
    uint32_t ay = y->area > 0 ? y->area : UINT32_MAX;

    if (ax != ay)
        return ax < ay ? -1 : 1;
    return tq_slice_compare(x->code, y->code);
}

static tq_status parse_tie(const struct tq_sheet *sheet, struct tq_slice text, struct tq_tie *tie,
        struct tq_error *err)
{
    struct tq_slice rest = text;
    struct tq_slice word;
    struct tq_slice code;
    int64_t area = 0;

    tie->text = text;
    (void)sheet_text_cut(&rest, ':', &word);
    if (is(text, "penalty")) {
        tie->kind = TQ_TIE_PENALTY;
    } else if (is(text, "ontime")) {
        tie->kind = TQ_TIE_ON_TIME;
    } else if (is(text, "vote")) {
        tie->kind = TQ_TIE_VOTE;
    } else if (is(word, "area") && sheet_text_int(rest, sheet->nareas, &area) && area > 0) {
        tie->kind = TQ_TIE_AREA;
        tie->area = (uint32_t)area;
    } else if (is(word, "sum")) {
        tie->kind = TQ_TIE_SUM;
        while (sheet_text_cut(&rest, '+', &code)) {
            int i = tq_sheet_find(sheet, code);

            if (i < 0 || sheet->criteria[i].area == 0 || tie->ncriteria == TQ_MAX_CRITERIA)
                return tq_error_set(err, TQ_INVALID, "ties: %s %.*s",
                        tq_phrase(TQ_PHRASE_NO_CRITERION), (int)code.len, (const char *)code.data);
            tie->criteria[tie->ncriteria++] = (uint32_t)i;
        }
    } else {
        return tq_error_set(err, TQ_INVALID, "ties: %.*s", (int)text.len, (const char *)text.data);
    }
    return TQ_OK;
}

static tq_status parse_ties(struct tq_sheet *sheet, struct tq_slice list, struct tq_error *err)
{
    struct tq_slice text;
    tq_status rc;

    while (sheet_text_cut(&list, ',', &text)) {
        if (sheet->nties == TQ_MAX_TIES ||
                (sheet->nties > 0 && sheet->ties[sheet->nties - 1].kind == TQ_TIE_VOTE))
            return tq_error_set(err, TQ_INVALID, "ties: %s", tq_phrase(TQ_PHRASE_TIES_MANY));
        rc = parse_tie(sheet, text, &sheet->ties[sheet->nties], err);
        if (rc != TQ_OK)
            return rc;
        sheet->nties++;
    }
    return TQ_OK;
}

static tq_status parse_sheet_parameters(struct tq_sheet *sheet, struct tq_error *err)
{
    static const char *const names[] = { "total", "quota", "coverage", "bonus", "penalty", "grades",
        "ties" };
    struct tq_slice rest = sheet->parameters;
    struct tq_slice name;
    struct tq_slice value;
    unsigned seen = 0;

    while (sheet_text_pair(&rest, &name, &value)) {
        int64_t *const fields[] = { &sheet->total_c, &sheet->quota_percent,
            &sheet->coverage_percent, &sheet->bonus_c, &sheet->penalty_c };
        tq_status rc = TQ_OK;
        size_t i = 0;

        while (i < 5 && !is(name, names[i]))
            i++;
        if (i < 5 && !sheet_text_int(value, TQ_MAX_POINTS_C, fields[i]))
            rc = tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_NEEDS_NUMBER);
        else if (is(name, "grades"))
            rc = parse_ints(value, sheet->grades, 4, err);
        else if (is(name, "ties"))
            rc = parse_ties(sheet, value, err);
        else if (i == 5)
            rc = tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_WORD_UNKNOWN);
        if (rc != TQ_OK) {
            tq_error_wrap(err, "%.*s", (int)name.len, (const char *)name.data);
            return rc;
        }
        seen |= i < 5 ? 1u << i : is(name, "grades") ? 32u : 64u;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((seen & 1u << i) == 0)
            return tq_error_set(
                    err, TQ_INVALID, "%s %s", tq_phrase(TQ_PHRASE_PARAMETER_MISSING), names[i]);
    }
    return TQ_OK;
}

static tq_status check_sheet(struct tq_sheet *sheet, struct tq_error *err)
{
    int64_t sum = 0;

    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *c = &sheet->criteria[i];

        if (i > 0 && tq_slice_equal(c->code, sheet->criteria[i - 1].code))
            return tq_error_set(err, TQ_INVALID, "%s %.*s: %s", tq_phrase(TQ_PHRASE_CRITERION),
                    (int)c->code.len, (const char *)c->code.data, tq_phrase(TQ_PHRASE_TWICE));
        if (c->area == 0)
            continue;
        sheet->area_max_c[c->area] += c->max_c;
        sum += c->max_c;
        if (c->area > sheet->nareas)
            sheet->nareas = c->area;
    }
    for (uint32_t a = 1; a <= sheet->nareas; a++) {
        if (sheet->area_max_c[a] == 0)
            return tq_error_set(err, TQ_INVALID, "%s %u: %s", tq_phrase(TQ_PHRASE_AREA), a,
                    tq_phrase(TQ_PHRASE_AREA_EMPTY));
        if (sheet->area_said_c[a] != 0 && sheet->area_said_c[a] != sheet->area_max_c[a])
            return tq_error_set(err, TQ_INVALID, "%s %u: %s %lld, %s %lld",
                    tq_phrase(TQ_PHRASE_AREA), a, tq_phrase(TQ_PHRASE_SHEET_SAYS),
                    (long long)sheet->area_said_c[a], tq_phrase(TQ_PHRASE_MAXIMA_SUM),
                    (long long)sheet->area_max_c[a]);
    }
    sheet->total_c = sum;
    return sum > 0 ? TQ_OK : tq_error_phrase(err, TQ_INVALID, TQ_PHRASE_NO_CRITERIA);
}

tq_status tq_sheet_parse(const struct tq_sheet **out, struct tq_arena *arena,
        const struct tq_sheet_row *sheet, const struct tq_criterion_row *rows, size_t nrows,
        struct tq_error *err)
{
    struct tq_sheet *made = tq_arena_alloc(arena, sizeof(*made));
    struct tq_criterion *criteria = tq_arena_array(arena, nrows + 1, sizeof(*criteria));
    size_t n = 0;
    int64_t sum;
    tq_status rc;

    *out = NULL;
    if (nrows > TQ_MAX_CRITERIA)
        return tq_error_set(err, TQ_RANGE, "%s: %s %u", tq_phrase(TQ_PHRASE_CRITERION),
                tq_phrase(TQ_PHRASE_TOO_MANY), TQ_MAX_CRITERIA);
    if (made == NULL || criteria == NULL || !sheet_text_copy(arena, sheet->key, &made->key) ||
            !sheet_text_copy(arena, sheet->name, &made->name) ||
            !sheet_text_copy(arena, sheet->parameters, &made->parameters))
        return tq_error_set(err, TQ_NOMEM, "sheet");
    for (size_t i = 0; i < nrows; i++) {
        if (is(rows[i].formula, "AREA")) {
            rc = parse_area(arena, &rows[i], made, err);
        } else {
            rc = parse_criterion(arena, &rows[i], &criteria[n], err);
            n++;
        }
        if (rc != TQ_OK) {
            tq_error_wrap(err, "%s %.*s, %s %.*s", tq_phrase(TQ_PHRASE_SHEET), (int)sheet->key.len,
                    (const char *)sheet->key.data, tq_phrase(TQ_PHRASE_CRITERION),
                    (int)rows[i].code.len, (const char *)rows[i].code.data);
            return rc;
        }
    }
    qsort(criteria, n, sizeof(*criteria), by_area_and_code);
    made->criteria = criteria;
    made->ncriteria = n;
    rc = check_sheet(made, err);
    sum = made->total_c;
    if (rc == TQ_OK)
        rc = parse_sheet_parameters(made, err);
    if (rc == TQ_OK && sum != made->total_c)
        rc = tq_error_set(err, TQ_INVALID, "%s %lld, total=%lld", tq_phrase(TQ_PHRASE_MAXIMA_SUM),
                (long long)sum, (long long)made->total_c);
    if (rc != TQ_OK) {
        tq_error_wrap(err, "%s %.*s", tq_phrase(TQ_PHRASE_SHEET), (int)sheet->key.len,
                (const char *)sheet->key.data);
        return rc;
    }
    *out = made;
    return TQ_OK;
}

int tq_sheet_find(const struct tq_sheet *sheet, struct tq_slice code)
{
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        if (tq_slice_equal(sheet->criteria[i].code, code))
            return (int)i;
    }
    return -1;
}

#include "model/sheet_text.h"

#include <string.h>

#include "tuquan/sheet.h"

/* What follows the measure. */
typedef enum tail { TAIL_NONE, TAIL_NUMBER, TAIL_RANGE } tail;

/* `lists`: how many lists stand between the kind and the measure. */
struct form {
    const char *kind;
    tq_source_kind id;
    int lists;
    const char *measure; /* NULL: none */
    tq_measure measure_id;
    tail tail;
};

static const struct form forms[] = {
    { "return", TQ_SOURCE_RETURN, 1, NULL, TQ_MEASURE_NONE, TAIL_NONE },
    { "households", TQ_SOURCE_HOUSEHOLDS, 0, NULL, TQ_MEASURE_NONE, TAIL_NONE },
    { "activity", TQ_SOURCE_ACTIVITY, 1, "held", TQ_MEASURE_HELD, TAIL_NONE },
    { "activity", TQ_SOURCE_ACTIVITY, 1, "planned", TQ_MEASURE_PLANNED, TAIL_NONE },
    { "activity", TQ_SOURCE_ACTIVITY, 1, "accepted", TQ_MEASURE_ACCEPTED, TAIL_NONE },
    { "activity", TQ_SOURCE_ACTIVITY, 1, "settled", TQ_MEASURE_SETTLED, TAIL_NONE },
    { "incident", TQ_SOURCE_INCIDENT, 2, "count", TQ_MEASURE_COUNT, TAIL_NONE },
    { "incident", TQ_SOURCE_INCIDENT, 2, "deaths", TQ_MEASURE_DEATHS, TAIL_NONE },
    { "incident", TQ_SOURCE_INCIDENT, 2, "grave", TQ_MEASURE_GRAVE, TAIL_NONE },
    { "incident", TQ_SOURCE_INCIDENT, 2, "due", TQ_MEASURE_DUE, TAIL_NONE },
    { "incident", TQ_SOURCE_INCIDENT, 2, "in_time", TQ_MEASURE_IN_TIME, TAIL_NONE },
    { "incident", TQ_SOURCE_INCIDENT, 2, "reported_late", TQ_MEASURE_REPORTED_LATE, TAIL_NUMBER },
    { "tip", TQ_SOURCE_TIP, 0, "received", TQ_MEASURE_RECEIVED, TAIL_NONE },
    { "tip", TQ_SOURCE_TIP, 0, "in_time", TQ_MEASURE_IN_TIME, TAIL_NUMBER },
    { "tip", TQ_SOURCE_TIP, 0, "solved", TQ_MEASURE_SOLVED, TAIL_NONE },
    { "hotspot", TQ_SOURCE_HOTSPOT, 0, "new", TQ_MEASURE_NEW, TAIL_NONE },
    { "hotspot", TQ_SOURCE_HOTSPOT, 0, "standing", TQ_MEASURE_STANDING, TAIL_NUMBER },
    { "encroachment", TQ_SOURCE_ENCROACHMENT, 0, "found", TQ_MEASURE_FOUND, TAIL_NONE },
    { "encroachment", TQ_SOURCE_ENCROACHMENT, 0, "cleared", TQ_MEASURE_CLEARED, TAIL_NONE },
    { "group", TQ_SOURCE_GROUP, 0, "all", TQ_MEASURE_ALL, TAIL_NONE },
    { "group", TQ_SOURCE_GROUP, 0, "trained", TQ_MEASURE_TRAINED, TAIL_NONE },
    { "border", TQ_SOURCE_BORDER, 0, "signed", TQ_MEASURE_SIGNED, TAIL_NONE },
    { "report", TQ_SOURCE_REPORT, 0, "late", TQ_MEASURE_LATE, TAIL_RANGE },
    { "correction", TQ_SOURCE_CORRECTION, 0, "after_lock", TQ_MEASURE_AFTER_LOCK, TAIL_NONE },
    { "start", TQ_SOURCE_START, 0, "missing", TQ_MEASURE_MISSING, TAIL_NONE },
    { "model", TQ_SOURCE_MODEL, 0, "young", TQ_MEASURE_YOUNG, TAIL_NUMBER },
    { "model", TQ_SOURCE_MODEL, 0, "none", TQ_MEASURE_NO_MODEL, TAIL_NONE },
    { "recognition", TQ_SOURCE_RECOGNITION, 0, "short", TQ_MEASURE_SHORT, TAIL_NUMBER },
    { "adjustment", TQ_SOURCE_ADJUSTMENT, 1, NULL, TQ_MEASURE_NONE, TAIL_NONE },
    { "gradecap", TQ_SOURCE_GRADECAP, 1, NULL, TQ_MEASURE_NONE, TAIL_NONE },
};

bool sheet_text_cut(struct tq_slice *rest, char mark, struct tq_slice *part)
{
    size_t n = 0;

    if (rest->data == NULL)
        return false;
    while (n < rest->len && rest->data[n] != (uint8_t)mark)
        n++;
    *part = tq_slice_of(rest->data, n);
    /* A text without bytes left and without a mark before them is the end. */
    *rest = n < rest->len ? tq_slice_of(rest->data + n + 1, rest->len - n - 1)
                          : tq_slice_of(NULL, 0);
    return true;
}

bool sheet_text_pair(struct tq_slice *rest, struct tq_slice *key, struct tq_slice *value)
{
    struct tq_slice word;

    do {
        if (!sheet_text_cut(rest, ' ', &word))
            return false;
    } while (word.len == 0);
    (void)sheet_text_cut(&word, '=', key);
    *value = word;
    return true;
}

bool sheet_text_int(struct tq_slice text, int64_t most, int64_t *out)
{
    int64_t sum = 0;

    if (text.len == 0 || text.len > 12)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        sum = sum * 10 + (text.data[i] - '0');
    }
    *out = sum;
    return sum <= most;
}

bool sheet_text_copy(struct tq_arena *arena, struct tq_slice from, struct tq_slice *out)
{
    void *copy = tq_arena_alloc(arena, from.len + 1);

    if (copy == NULL)
        return false;
    if (from.len > 0)
        memcpy(copy, from.data, from.len);
    *out = tq_slice_of(copy, from.len);
    return true;
}

static bool parse_tail(struct tq_slice rest, tail kind, struct tq_source *out)
{
    struct tq_slice part;

    if (kind == TAIL_NONE)
        return rest.data == NULL;
    if (!sheet_text_cut(&rest, ':', &part) || !sheet_text_int(part, 100000, &out->number))
        return false;
    if (kind == TAIL_RANGE &&
            (!sheet_text_cut(&rest, ':', &part) || !sheet_text_int(part, 100000, &out->to)))
        return false;
    return rest.data == NULL;
}

static bool parse_form(const struct form *form, struct tq_slice rest, struct tq_source *out)
{
    struct tq_slice part;

    memset(out, 0, sizeof(*out));
    out->kind = form->id;
    out->measure = form->measure_id;
    if (form->lists > 0 && (!sheet_text_cut(&rest, ':', &out->first) || out->first.len == 0))
        return false;
    if (form->lists > 1 && (!sheet_text_cut(&rest, ':', &out->second) || out->second.len == 0))
        return false;
    if (form->measure != NULL && (!sheet_text_cut(&rest, ':', &part) ||
                                         !tq_slice_equal(part, tq_slice_str(form->measure))))
        return false;
    return parse_tail(rest, form->tail, out);
}

tq_status tq_source_parse(struct tq_slice text, struct tq_source *out, struct tq_error *err)
{
    struct tq_slice rest = text;
    struct tq_slice kind = tq_slice_of(NULL, 0);

    (void)sheet_text_cut(&rest, ':', &kind);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (tq_slice_equal(kind, tq_slice_str(forms[i].kind)) && parse_form(&forms[i], rest, out))
            return TQ_OK;
    }
    return tq_error_set(err, TQ_INVALID, "%s %.*s", tq_phrase(TQ_PHRASE_SOURCE_UNKNOWN),
            (int)text.len, (const char *)text.data);
}

bool tq_list_has(struct tq_slice list, struct tq_slice item)
{
    bool negated = list.len > 0 && list.data[0] == '!';
    struct tq_slice part;

    if (tq_slice_equal(list, tq_slice_str("*")))
        return true;
    if (negated)
        list = tq_slice_of(list.data + 1, list.len - 1);
    while (sheet_text_cut(&list, '+', &part)) {
        if (tq_slice_equal(part, item))
            return !negated;
    }
    return negated;
}

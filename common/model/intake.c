#include "tuquan/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/calendar.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

#define MINUTE_MS INT64_C(60000)
#define MAX_FINDINGS 8u

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
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

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* `count` digits at `at` as a number; false when there are others. */
static bool digits(struct tq_slice text, size_t at, size_t count, int *out)
{
    *out = 0;
    if (at + count > text.len)
        return false;
    for (size_t i = at; i < at + count; i++) {
        if (!is_digit(text.data[i]))
            return false;
        *out = *out * 10 + (text.data[i] - '0');
    }
    return true;
}

/* Both ways to write a date, to the one that is stored. */
static bool date_of(struct tq_slice text, char out[TQ_DAY_TEXT])
{
    tq_day day;
    unsigned parts[3] = { 0, 0, 0 };
    size_t k = 0;
    bool any = false;

    if (tq_day_parse(text, &day)) {
        tq_day_print(day, out);
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '/' && any && k < 2) {
            k++;
            any = false;
        } else if (is_digit(text.data[i]) && parts[k] < 10000) {
            parts[k] = parts[k] * 10 + (unsigned)(text.data[i] - '0');
            any = true;
        } else {
            return false;
        }
    }
    if (k != 2 || !any || parts[2] < 1000 || parts[2] > 9999 || parts[1] > 12 || parts[0] > 31)
        return false;
    snprintf(out, TQ_DAY_TEXT, "%04u-%02u-%02u", parts[2] % 10000, parts[1] % 100, parts[0] % 100);
    return tq_day_parse(tq_slice_str(out), &day);
}

bool tq_intake_instant(struct tq_slice text, int64_t *at_ms)
{
    struct tq_slice date = trim(text);
    char day_text[TQ_DAY_TEXT];
    int hour = 0;
    int minute = 0;
    tq_day day;

    if (date.len > 6 && date.data[date.len - 3] == ':') {
        if (!digits(date, date.len - 5, 2, &hour) || !digits(date, date.len - 2, 2, &minute) ||
                hour > 23 || minute > 59 ||
                (date.data[date.len - 6] != ' ' && date.data[date.len - 6] != 'T'))
            return false;
        date = trim(tq_slice_of(date.data, date.len - 6));
    }
    if (!date_of(date, day_text) || !tq_day_parse(tq_slice_str(day_text), &day))
        return false;
    *at_ms = tq_day_start_ms(day) + (hour * 60 + minute) * MINUTE_MS;
    return true;
}

static tq_intake number_of(struct tq_slice text, const struct tq_column *column, int64_t *out)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    bool dots = false;

    *out = 0;
    if (column->rule.kind == TQ_RULE_RANGE && column->rule.low == 0 && column->rule.high == 1) {
        static const char *const WORDS[2][2] = { { "không", "no" }, { "có", "yes" } };

        for (int i = 0; i < 4; i++) {
            if (tq_slice_equal(text, tq_slice_str(WORDS[i / 2][i % 2]))) {
                *out = i / 2;
                return TQ_INTAKE_OK;
            }
        }
    }
    if (text.len == (negative ? 1u : 0u))
        return TQ_INTAKE_NUMBER;
    for (size_t i = negative; i < text.len; i++)
        if (!is_digit(text.data[i]) && text.data[i] != '.' && text.data[i] != ',')
            return TQ_INTAKE_NUMBER;
        else
            dots = dots || !is_digit(text.data[i]);
    if (dots)
        return TQ_INTAKE_DOTS;
    for (size_t i = negative; i < text.len; i++) {
        int digit = text.data[i] - '0';

        if (*out > (INT64_MAX - digit) / 10)
            return TQ_INTAKE_NUMBER;
        *out = *out * 10 + digit;
    }
    *out = negative ? -*out : *out;
    return TQ_INTAKE_OK;
}

size_t tq_intake_lint(const struct tq_column *column, const struct tq_value *value,
        struct tq_lint_finding *out, size_t max)
{
    /* An official acting in office is the one exception (domain section 2). */
    if (value->type != TQ_TEXT || column->rule.kind != TQ_RULE_LENGTH ||
            column->cell == TQ_CELL_ROW || strcmp(column->name, "official_name") == 0)
        return 0;
    return tq_text_lint(value->s, out, max);
}

static tq_intake text_of(
        struct tq_slice text, struct tq_arena *arena, bool lint, struct tq_value *out)
{
    struct tq_lint_finding findings[MAX_FINDINGS];
    struct tq_buf nfc;
    tq_intake result = TQ_INTAKE_OK;
    void *copy;
    size_t n;

    tq_buf_init(&nfc, 0);
    switch (tq_text_nfc(text, &nfc, NULL)) {
    case TQ_OK:
        break;
    case TQ_NOMEM:
        result = TQ_INTAKE_NOMEM;
        break;
    default:
        result = TQ_INTAKE_TEXT;
        break;
    }
    if (result == TQ_INTAKE_OK) {
        copy = tq_arena_copy(arena, nfc.data, nfc.len);
        if (copy == NULL)
            result = TQ_INTAKE_NOMEM;
        else
            *out = tq_value_text(tq_slice_of(copy, nfc.len));
    }
    if (result == TQ_INTAKE_OK && lint) {
        n = tq_text_lint(out->s, findings, MAX_FINDINGS);
        for (size_t i = 0; i < n && i < MAX_FINDINGS; i++)
            if (findings[i].kind == TQ_LINT_SECRET)
                result = TQ_INTAKE_SECRET;
    }
    tq_buf_deinit(&nfc);
    return result;
}

static tq_intake bytes_of(struct tq_slice text, struct tq_arena *arena, struct tq_value *out)
{
    uint8_t *bytes = tq_arena_alloc(arena, text.len / 2 + 1);

    if (bytes == NULL)
        return TQ_INTAKE_NOMEM;
    if (text.len % 2 != 0 || !tq_unhex((const char *)text.data, text.len, bytes, text.len / 2))
        return TQ_INTAKE_BYTES;
    *out = tq_value_blob(tq_slice_of(bytes, text.len / 2));
    return TQ_INTAKE_OK;
}

static tq_intake date_value(struct tq_slice text, struct tq_arena *arena, struct tq_value *out)
{
    char date[TQ_DAY_TEXT];
    void *copy;

    if (!date_of(text, date))
        return TQ_INTAKE_DATE;
    copy = tq_arena_copy(arena, date, TQ_DAY_TEXT - 1);
    if (copy == NULL)
        return TQ_INTAKE_NOMEM;
    *out = tq_value_text(tq_slice_of(copy, TQ_DAY_TEXT - 1));
    return TQ_INTAKE_OK;
}

tq_intake tq_intake_value(const struct tq_table *table, const struct tq_column *column,
        struct tq_slice text, struct tq_arena *arena, struct tq_value *out, tq_reason *reason)
{
    tq_intake result = TQ_INTAKE_OK;
    tq_reason judged = TQ_REASON_NONE;
    const char *code;

    *out = tq_value_null();
    text = trim(text);
    if (text.len > 0 && column->rule.kind == TQ_RULE_INSTANT) {
        out->type = TQ_INT;
        if (!tq_intake_instant(text, &out->i))
            result = number_of(text, column, &out->i) == TQ_INTAKE_OK ? TQ_INTAKE_OK
                                                                      : TQ_INTAKE_INSTANT;
    } else if (text.len > 0 && column->rule.kind == TQ_RULE_DATE) {
        result = date_value(text, arena, out);
    } else if (text.len > 0 && column->rule.kind == TQ_RULE_LIST) {
        code = tq_word_to_code(table->name, column, text);
        result = code != NULL ? TQ_INTAKE_OK : TQ_INTAKE_LIST;
        *out = code != NULL ? tq_value_str(code) : tq_value_null();
    } else if (text.len > 0 && column->type == TQ_INT) {
        out->type = TQ_INT;
        result = number_of(text, column, &out->i);
    } else if (text.len > 0 && column->type == TQ_BLOB && column->rule.kind != TQ_RULE_REF) {
        result = bytes_of(text, arena, out);
    } else if (text.len > 0) {
        result = text_of(text, arena, column->rule.kind == TQ_RULE_LENGTH, out);
    }
    if (result == TQ_INTAKE_OK && column->rule.kind != TQ_RULE_REF) {
        judged = tq_column_check(column, out);
        result = judged == TQ_REASON_NONE ? TQ_INTAKE_OK : TQ_INTAKE_RULE;
    }
    if (reason != NULL)
        *reason = judged;
    return result;
}

const char *tq_intake_sentence(tq_intake intake, tq_reason reason, tq_lang lang)
{
    static const char *const SENTENCES[][2] = {
        { "", "" },
        { "", "" },
        { "số không viết dấu chấm, dấu phẩy (1200, không phải 1.200)",
                "numbers are written without dots or commas (1200, not 1.200)" },
        { "không phải số", "not a number" },
        { "không phải ngày (viết 15/11/2020 hoặc 2020-11-15)",
                "not a date (write 2020-11-15 or 15/11/2020)" },
        { "không phải ngày giờ (viết 15/11/2020 14:30)", "not a time (write 2020-11-15 14:30)" },
        { "không có trong danh sách", "not in the list" },
        { "chữ có ký tự không hợp lệ", "the text has invalid characters" },
        { "không phải mã hex", "not hex digits" },
        { "có đóng dấu Mật, Tối mật hoặc Tuyệt mật: không được đưa vào phần mềm",
                "stamped secret: may not be entered" },
        { "máy hết bộ nhớ", "out of memory" },
    };

    if (intake == TQ_INTAKE_RULE)
        return tq_reason_sentence(reason, lang);
    return (size_t)intake < sizeof(SENTENCES) / sizeof(SENTENCES[0])
                   ? SENTENCES[intake][lang == TQ_LANG_EN]
                   : "";
}

void tq_intake_say(const struct tq_table *table, const struct tq_column *column, tq_intake intake,
        tq_reason reason, tq_lang lang, struct tq_buf *out)
{
    tq_buf_append_str(out, tq_intake_sentence(intake, reason, lang));
    if (intake == TQ_INTAKE_LIST || intake == TQ_INTAKE_RULE)
        tq_word_allowed(table, column, lang, out);
}

void tq_intake_print(
        const struct tq_column *column, const struct tq_value *value, struct tq_buf *out)
{
    char date[TQ_DAY_TEXT];
    char hex[65];

    switch (value->type) {
    case TQ_NULL:
        break;
    case TQ_INT:
        if (column->rule.kind == TQ_RULE_INSTANT) {
            int64_t of_day;

            tq_day_print(tq_day_of_instant(value->i), date);
            of_day = (value->i - tq_day_start_ms(tq_day_of_instant(value->i))) / MINUTE_MS;
            tq_buf_printf(out, "%s %02d:%02d", date, (int)(of_day / 60), (int)(of_day % 60));
        } else {
            tq_buf_printf(out, "%" PRId64, value->i);
        }
        break;
    case TQ_TEXT:
        tq_buf_append_slice(out, value->s);
        break;
    case TQ_BLOB:
        for (size_t i = 0; i < value->s.len; i += 32) {
            size_t n = value->s.len - i < 32 ? value->s.len - i : 32;

            tq_hex(hex, value->s.data + i, n);
            tq_buf_append(out, hex, 2 * n);
        }
        break;
    }
}

#define DAYS_AHEAD 366

bool tq_intake_is_far(const struct tq_column *column, const struct tq_value *value, tq_day today)
{
    tq_day day;

    return value->type == TQ_TEXT && column->rule.kind == TQ_RULE_DATE &&
           strcmp(column->name, "planned_on") != 0 && strcmp(column->name, "due_on") != 0 &&
           tq_day_parse(value->s, &day) && day > today + DAYS_AHEAD;
}

const char *tq_intake_far_sentence(tq_lang lang)
{
    return lang == TQ_LANG_EN ? "this day is more than a year ahead"
                              : "ngày này còn hơn một năm nữa mới đến";
}

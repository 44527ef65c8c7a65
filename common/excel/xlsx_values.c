/* xlsx_values.c - What a number of a cell shows: formats, dates, and the text a person would type. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "excel/excel_internal.h"
#include "tuquan/calendar.h"

#define MINUTES_A_DAY 1440
/* Day 60 of the calendar from 1900 is 29/02/1900, which never was: Excel keeps an error of older
 * programs. Days from 61 on count from 1899-12-30. */
#define NEVER_WAS 60
#define LAST_SERIAL 2958465.0 /* 31/12/9999 */

/* The letters of a format that say date or time; "m" is either, by its neighbours. */
static excel_kind kind_of_code(const char *code)
{
    bool day = false;
    bool hour = false;
    bool month = false;

    for (const char *p = code; *p != '\0'; p++) {
        if (*p == '"') { /* a text */
            p = strchr(p + 1, '"');
            if (p == NULL)
                break;
        } else if (*p == '[') { /* a colour, a locale, or [h] for hours beyond a day */
            if (p[1] == 'h' || p[1] == 'H' || p[1] == 'm' || p[1] == 's')
                hour = true;
            p = strchr(p, ']');
            if (p == NULL)
                break;
        } else if (*p == '\\' || *p == '_' || *p == '*') {
            if (*++p == '\0')
                break;
        } else if (*p == ';') { /* negative numbers: the first section has told */
            break;
        } else {
            day = day || strchr("dDyY", *p) != NULL;
            hour = hour || strchr("hHsS", *p) != NULL;
            month = month || *p == 'm' || *p == 'M';
        }
    }
    if (day || (month && !hour))
        return hour ? EXCEL_DATE_TIME : EXCEL_DATE;
    return hour ? EXCEL_TIME : EXCEL_NUMBER;
}

excel_kind excel_kind_of_format(uint32_t number, const char *code)
{
    if (code != NULL)
        return kind_of_code(code);
    if ((number >= 14 && number <= 17) || (number >= 27 && number <= 31) || number == 36 ||
            (number >= 50 && number <= 58))
        return EXCEL_DATE;
    if (number == 22)
        return EXCEL_DATE_TIME;
    if ((number >= 18 && number <= 21) || (number >= 32 && number <= 35) ||
            (number >= 45 && number <= 47))
        return EXCEL_TIME;
    return EXCEL_NUMBER;
}

static bool print_date(double serial, excel_kind kind, bool from_1904, struct tq_buf *out)
{
    int64_t minutes;
    int64_t day;
    char text[TQ_DAY_TEXT];

    if (from_1904)
        serial += 1462.0;
    if (serial < 1.0 || serial >= LAST_SERIAL + 1.0)
        return false;
    minutes = (int64_t)floor(serial * MINUTES_A_DAY + 0.5);
    day = minutes / MINUTES_A_DAY;
    minutes %= MINUTES_A_DAY;
    if (day == NEVER_WAS)
        return false;
    if (day < NEVER_WAS)
        day++;
    tq_day_print((tq_day)(day - 25569), text); /* 25569: 1970-01-01 */
    tq_buf_append_str(out, text);
    /* A time under a format that hides it is there all the same, and is not thrown away. */
    if (kind == EXCEL_DATE_TIME || minutes != 0)
        tq_buf_printf(out, " %02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
    return true;
}

bool excel_print_number(struct tq_slice raw, excel_kind kind, bool from_1904, struct tq_buf *out)
{
    char text[64];
    char *end;
    double number;

    if (raw.len == 0 || raw.len >= sizeof(text))
        return false;
    memcpy(text, raw.data, raw.len);
    text[raw.len] = '\0';
    number = strtod(text, &end);
    if (*end != '\0' || !isfinite(number))
        return false;
    if (kind == EXCEL_DATE || kind == EXCEL_DATE_TIME)
        return print_date(number, kind, from_1904, out);
    if (kind == EXCEL_TIME && number >= 0.0 && number < 1.0) {
        int minutes = (int)floor(number * MINUTES_A_DAY + 0.5);

        tq_buf_printf(out, "%02d:%02d", minutes / 60 % 24, minutes % 60);
        return true;
    }
    /* Whole numbers as such: 1200 and never 1.2E3; others as the shortest that gives them back. */
    if (number == floor(number) && fabs(number) < 9007199254740992.0) {
        tq_buf_printf(out, "%" PRId64, (int64_t)number);
        return true;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    tq_buf_append_str(out, text);
    return true;
}

/* One of "_xHHHH_", or -1. */
static int escaped(const uint8_t *at, size_t left)
{
    int code = 0;

    if (left < 7 || at[0] != '_' || at[1] != 'x' || at[6] != '_')
        return -1;
    for (int i = 2; i < 6; i++) {
        const char *digits = "0123456789abcdef";
        int low = at[i] >= 'A' && at[i] <= 'F' ? at[i] + ('a' - 'A') : at[i];
        const char *digit = low != 0 ? strchr(digits, low) : NULL;

        if (digit == NULL)
            return -1;
        code = code * 16 + (int)(digit - digits);
    }
    return code;
}

void excel_unescape(struct tq_buf *text, size_t from)
{
    size_t to = from;

    for (size_t i = from; i < text->len;) {
        int code = escaped(text->data + i, text->len - i);

        /* Control characters and the underline itself; others are not written so. */
        if (code < 0 || code >= 0x80) {
            text->data[to++] = text->data[i++];
            continue;
        }
        i += 7;
        if (code != '\r')
            text->data[to++] = (uint8_t)code;
    }
    text->len = to;
}

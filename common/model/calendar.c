#include "tuquan/calendar.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define VIETNAM_MS (INT64_C(7) * 3600000)

static const char *const calendar_codes[TQ_CALENDAR_COUNT] = { "ADMIN", "VILLAGE", "COMMUNE",
    "TT23" };

/* From this day on villages and communes close their years by TT 124/2021. */
static tq_day tt124_in_force(void)
{
    return tq_day_make(2022, 2, 10);
}

static int floor_div(int a, int b)
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

static int days_in_month(int year, int month)
{
    static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Years are counted from March, so that the leap day is a year's last. */
tq_day tq_day_make(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1;
    int era = floor_div(y, 400);
    int of_era = y - era * 400;
    int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void tq_day_split(tq_day day, int *year, int *month, int *dom)
{
    int shifted = day + 719468;
    int era = floor_div(shifted, 146097);
    int of_era_days = shifted - era * 146097;
    int of_era =
            (of_era_days - of_era_days / 1460 + of_era_days / 36524 - of_era_days / 146096) / 365;
    int of_year = of_era_days - (365 * of_era + of_era / 4 - of_era / 100);
    int m = (5 * of_year + 2) / 153;

    *dom = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

static bool read_digits(const uint8_t *text, size_t n, int *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

bool tq_day_parse(struct tq_slice text, tq_day *out)
{
    int year;
    int month;
    int dom;

    if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-')
        return false;
    if (!read_digits(text.data, 4, &year) || !read_digits(text.data + 5, 2, &month) ||
            !read_digits(text.data + 8, 2, &dom))
        return false;
    if (month < 1 || month > 12 || dom < 1 || dom > days_in_month(year, month))
        return false;
    *out = tq_day_make(year, month, dom);
    return true;
}

void tq_day_print(tq_day day, char *out)
{
    int year;
    int month;
    int dom;

    tq_day_split(day, &year, &month, &dom);
    snprintf(out, TQ_DAY_TEXT, "%04u-%02u-%02u", (unsigned)year % 10000u, (unsigned)month % 100u,
            (unsigned)dom % 100u);
}

tq_day tq_day_of_instant(int64_t at_ms)
{
    int64_t local = at_ms + VIETNAM_MS;

    return (tq_day)(local >= 0 ? local / DAY_MS : -((DAY_MS - 1 - local) / DAY_MS));
}

int64_t tq_day_start_ms(tq_day day)
{
    return day * DAY_MS - VIETNAM_MS;
}

tq_day tq_day_add_months(tq_day day, int months)
{
    int year;
    int month;
    int dom;
    int index;
    int last;

    tq_day_split(day, &year, &month, &dom);
    index = year * 12 + month - 1 + months;
    year = floor_div(index, 12);
    month = index - year * 12 + 1;
    last = days_in_month(year, month);
    return tq_day_make(year, month, dom < last ? dom : last);
}

int tq_day_weekday(tq_day day)
{
    int from_monday = (day + 3) % 7; /* 1970-01-01 was a Thursday */

    return from_monday < 0 ? from_monday + 7 : from_monday;
}

tq_day tq_day_add_working(tq_day day, int n)
{
    while (n > 0)
        n -= tq_day_weekday(++day) < 5 ? 1 : 0;
    return day;
}

const char *tq_calendar_code(tq_calendar calendar)
{
    return (unsigned)calendar < TQ_CALENDAR_COUNT ? calendar_codes[calendar] : "";
}

static bool calendar_find(struct tq_slice code, tq_calendar *out)
{
    for (int i = 0; i < TQ_CALENDAR_COUNT; i++) {
        if (tq_slice_equal(code, tq_slice_str(calendar_codes[i]))) {
            *out = (tq_calendar)i;
            return true;
        }
    }
    return false;
}

/* What stands after the year: nothing, "-11", "-Q4" or "-H1". */
static bool parse_part(struct tq_slice part, struct tq_period *out)
{
    if (part.len == 0) {
        out->kind = TQ_PERIOD_YEAR;
        out->number = 1;
        return true;
    }
    if (part.len != 3 || part.data[0] != '-')
        return false;
    if (part.data[1] == 'Q' || part.data[1] == 'H') {
        int most = part.data[1] == 'Q' ? 4 : 2;

        out->kind = part.data[1] == 'Q' ? TQ_PERIOD_QUARTER : TQ_PERIOD_HALF;
        return read_digits(part.data + 2, 1, &out->number) && out->number >= 1 &&
               out->number <= most;
    }
    out->kind = TQ_PERIOD_MONTH;
    return read_digits(part.data + 1, 2, &out->number) && out->number >= 1 && out->number <= 12;
}

bool tq_period_parse(struct tq_slice text, struct tq_period *out)
{
    const uint8_t *slash = text.len > 0 ? memchr(text.data, '/', text.len) : NULL;
    struct tq_slice code;
    size_t before;

    if (slash == NULL)
        return false;
    before = (size_t)(slash - text.data);
    code = tq_slice_of(slash + 1, text.len - before - 1);
    if (!calendar_find(tq_slice_of(text.data, before), &out->calendar))
        return false;
    if (code.len < 4 || !read_digits(code.data, 4, &out->year) || out->year < 1900)
        return false;
    if (!parse_part(tq_slice_of(code.data + 4, code.len - 4), out))
        return false;
    return out->calendar == TQ_CALENDAR_ADMIN || out->kind == TQ_PERIOD_YEAR;
}

void tq_period_print(const struct tq_period *period, char *out)
{
    const char *calendar = tq_calendar_code(period->calendar);
    unsigned year = (unsigned)period->year % 10000u;
    unsigned number = (unsigned)period->number % 100u;

    switch (period->kind) {
    case TQ_PERIOD_MONTH:
        snprintf(out, TQ_PERIOD_TEXT, "%s/%04u-%02u", calendar, year, number);
        break;
    case TQ_PERIOD_QUARTER:
        snprintf(out, TQ_PERIOD_TEXT, "%s/%04u-Q%u", calendar, year, number);
        break;
    case TQ_PERIOD_HALF:
        snprintf(out, TQ_PERIOD_TEXT, "%s/%04u-H%u", calendar, year, number);
        break;
    case TQ_PERIOD_YEAR:
        snprintf(out, TQ_PERIOD_TEXT, "%s/%04u", calendar, year);
        break;
    }
}

tq_status tq_period_read(struct tq_slice text, char *out, struct tq_error *err)
{
    char found[TQ_CALENDAR_COUNT][TQ_PERIOD_TEXT];
    struct tq_period period;
    size_t n = 0;

    for (int i = 0; i <= TQ_CALENDAR_COUNT; i++) {
        char key[TQ_PERIOD_TEXT];
        int len =
                i == 0 ? snprintf(key, sizeof(key), "%.*s", (int)text.len, (const char *)text.data)
                       : snprintf(key, sizeof(key), "%s/%.*s", calendar_codes[i - 1], (int)text.len,
                                 (const char *)text.data);

        if (len < 0 || (size_t)len >= sizeof(key) || !tq_period_parse(tq_slice_str(key), &period))
            continue;
        tq_period_print(&period, out);
        if (i == 0)
            return TQ_OK;
        memcpy(found[n++], out, TQ_PERIOD_TEXT);
    }
    if (n == 0)
        return tq_error_set(
                err, TQ_NOT_FOUND, "period %.*s", (int)text.len, (const char *)text.data);
    return n == 1 ? TQ_OK
                  : tq_error_set(err, TQ_INVALID, "period %.*s: %s %s, %s%s%s", (int)text.len,
                            (const char *)text.data, tq_phrase(TQ_PHRASE_ONE_OF), found[0],
                            found[1], n > 2 ? ", " : "", n > 2 ? found[2] : "");
}

static int months_of(tq_period_kind kind)
{
    static const int months[4] = { 1, 3, 6, 12 };

    return months[kind];
}

static struct tq_window admin_window(const struct tq_period *period)
{
    int months = months_of(period->kind);
    struct tq_window window;

    /* The 14th of the last month closes it; the first day is one day and `months` months back. */
    window.last = tq_day_make(period->year, period->number * months, 14);
    window.first = tq_day_add_months(window.last, -months) + 1;
    return window;
}

static struct tq_window tt23_window(int year, tq_level level)
{
    struct tq_window window;

    if (level == TQ_LEVEL_VILLAGE) {
        window.first = tq_day_make(year - 1, 10, 31);
        window.last = tq_day_make(year, 10, 31);
    } else {
        window.first = tq_day_make(year - 1, 11, 30);
        window.last = tq_day_make(year, 11, 30);
    }
    return window;
}

struct tq_window tq_period_window(const struct tq_period *period, tq_level level)
{
    struct tq_window window = { 0, 0 };
    int year = period->year;

    switch (period->calendar) {
    case TQ_CALENDAR_VILLAGE:
        window.first = tq_day_make(year - 1, 11, 1);
        window.last = tq_day_make(year, 10, 31);
        return window.last < tt124_in_force() ? tt23_window(year, TQ_LEVEL_VILLAGE) : window;
    case TQ_CALENDAR_COMMUNE:
        window.first = tq_day_make(year - 1, 11, 16);
        window.last = tq_day_make(year, 11, 15);
        return window.last < tt124_in_force() ? tt23_window(year, TQ_LEVEL_COMMUNE) : window;
    case TQ_CALENDAR_TT23:
        return tt23_window(year, level);
    case TQ_CALENDAR_ADMIN:
    case TQ_CALENDAR_COUNT:
        break;
    }
    return admin_window(period);
}

bool tq_window_has(struct tq_window window, tq_day day)
{
    return day >= window.first && day <= window.last;
}

struct tq_period tq_period_holding(
        tq_calendar calendar, tq_period_kind kind, tq_level level, tq_day day)
{
    struct tq_period period = { calendar, kind, 0, 1 };
    int month;
    int dom;

    tq_day_split(day, &period.year, &month, &dom);
    /* Every window ends in its own year or begins in the last weeks of the one before: walk back
     * from the latest that could hold the day. */
    period.year++;
    period.number = 12 / months_of(kind);
    while (tq_period_window(&period, level).first > day) {
        if (--period.number == 0) {
            period.year--;
            period.number = 12 / months_of(kind);
        }
    }
    return period;
}

struct tq_window tq_window_last_year(struct tq_window window)
{
    struct tq_window last = { tq_day_add_months(window.first, -12),
        tq_day_add_months(window.last, -12) };

    return last;
}

size_t tq_window_months(struct tq_window window, struct tq_period *out, size_t cap)
{
    struct tq_period month =
            tq_period_holding(TQ_CALENDAR_ADMIN, TQ_PERIOD_MONTH, TQ_LEVEL_COMMUNE, window.first);
    size_t n = 0;

    while (n < cap && tq_period_window(&month, TQ_LEVEL_COMMUNE).last <= window.last) {
        out[n++] = month;
        if (++month.number > 12) {
            month.number = 1;
            month.year++;
        }
    }
    return n;
}

size_t tq_periods_of_year(int year, struct tq_period *out)
{
    static const tq_period_kind kinds[4] = { TQ_PERIOD_MONTH, TQ_PERIOD_QUARTER, TQ_PERIOD_HALF,
        TQ_PERIOD_YEAR };
    size_t n = 0;

    for (size_t k = 0; k < 4; k++) {
        for (int number = 1; number <= 12 / months_of(kinds[k]); number++)
            out[n++] = (struct tq_period){ TQ_CALENDAR_ADMIN, kinds[k], year, number };
    }
    out[n++] = (struct tq_period){ TQ_CALENDAR_VILLAGE, TQ_PERIOD_YEAR, year, 1 };
    out[n++] = (struct tq_period){ TQ_CALENDAR_COMMUNE, TQ_PERIOD_YEAR, year, 1 };
    return n;
}

/* calendar.h - Civil dates, reporting periods and the windows of dated facts that belong to them.
 *
 * Dates are civil dates of Asia/Ho_Chi_Minh (UTC+7, no daylight saving since 1975), held as a count
 * of days; a window is a pair of days, both inside. Calendars (domain section 3):
 *   ADMIN    month m = 15/(m-1)..14/m; quarter, half and year likewise (year 15/12..14/12)
 *   VILLAGE  year = 01/11 of y-1..31/10 of y        } from 10/02/2022; a year whose last day is
 *   COMMUNE  year = 16/11 of y-1..15/11 of y        } before that has the window of TT23
 *   TT23     year = 31/10..31/10 for villages, 30/11..30/11 for communes: the boundary day is in
 *            two years, and counts in both
 * VILLAGE, COMMUNE and TT23 know years only. The windows in use are rows of table `period`; this
 * module makes those rows and answers for a code that has none yet.
 * Ownership: plain values; codes and texts are static or in the caller's buffer.
 * Threads:   pure functions, any. */
#ifndef TQ_CALENDAR_H
#define TQ_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"

/* Days since 1970-01-01. */
typedef int32_t tq_day;

#define TQ_DAY_TEXT 11u    /* "YYYY-MM-DD" and NUL */
#define TQ_PERIOD_TEXT 32u /* "CALENDAR/CODE" and NUL */
#define TQ_PERIODS_A_YEAR 21u

typedef enum tq_calendar {
    TQ_CALENDAR_ADMIN,
    TQ_CALENDAR_VILLAGE,
    TQ_CALENDAR_COMMUNE,
    TQ_CALENDAR_TT23,
    TQ_CALENDAR_COUNT,
} tq_calendar;

typedef enum tq_period_kind {
    TQ_PERIOD_MONTH,
    TQ_PERIOD_QUARTER,
    TQ_PERIOD_HALF,
    TQ_PERIOD_YEAR,
} tq_period_kind;

/* For whom a TT23 year is asked: its villages closed on 31/10, its communes on 30/11. */
typedef enum tq_level { TQ_LEVEL_VILLAGE, TQ_LEVEL_COMMUNE } tq_level;

struct tq_period {
    tq_calendar calendar;
    tq_period_kind kind;
    int year;
    int number; /* month 1..12, quarter 1..4, half 1..2, year 1 */
};

/* Both days belong to the window. */
struct tq_window {
    tq_day first;
    tq_day last;
};

TQ_BEGIN_DECLS

/* The day of a date that exists; months and days from 1. */
tq_day tq_day_make(int year, int month, int day);
void tq_day_split(tq_day day, int *year, int *month, int *dom);

/* Reads exactly "YYYY-MM-DD"; false for anything else and for dates that do not exist. */
bool tq_day_parse(struct tq_slice text, tq_day *out);

/* Into `out`, TQ_DAY_TEXT bytes. */
void tq_day_print(tq_day day, char *out);

/* The civil day in Vietnam of an instant (UTC milliseconds), and the instant its day begins. */
tq_day tq_day_of_instant(int64_t at_ms);
int64_t tq_day_start_ms(tq_day day);

/* The same day of the month `months` later (or earlier); cut to the month's last day. */
tq_day tq_day_add_months(tq_day day, int months);

/* Monday 0 .. Sunday 6. */
int tq_day_weekday(tq_day day);

/* The `n`th working day after `day`: Monday to Friday, public holidays not known. */
tq_day tq_day_add_working(tq_day day, int n);

/* "ADMIN/2020-Q4", "ADMIN/2020-11", "ADMIN/2020-H1", "COMMUNE/2020": what keys of table `period`
 * are made of. False: not a period that has a window. */
bool tq_period_parse(struct tq_slice text, struct tq_period *out);

/* The key of the period that a person means: the key itself, or the part behind the calendar where
 * only one calendar has such a period ("2020-Q4"; a bare year is of three). TQ_PERIOD_TEXT bytes into
 * `out`. Fails: NOT_FOUND (no period), INVALID (several, the facts name them). */
TQ_MUST_CHECK tq_status tq_period_read(struct tq_slice text, char *out, struct tq_error *err);

/* Into `out`, TQ_PERIOD_TEXT bytes. */
void tq_period_print(const struct tq_period *period, char *out);

/* "ADMIN", "VILLAGE", ... */
const char *tq_calendar_code(tq_calendar calendar);

/* The window of a period, by the calendar in force on its last day. `level` matters for TT23. */
struct tq_window tq_period_window(const struct tq_period *period, tq_level level);

/* The period of a calendar and kind that holds `day`. On the boundary day of TT23 the later one;
 * the day is in the window of the year before too. */
struct tq_period tq_period_holding(
        tq_calendar calendar, tq_period_kind kind, tq_level level, tq_day day);

/* The same days of the year before (29 February becomes 28). */
struct tq_window tq_window_last_year(struct tq_window window);
bool tq_window_has(struct tq_window window, tq_day day);

/* The ADMIN months whose last day lies in the window, ascending; a typed monthly figure belongs to
 * the window that holds the last day of its month. At most `cap` into `out`; returns how many. */
size_t tq_window_months(struct tq_window window, struct tq_period *out, size_t cap);

/* All periods of a year: 12 months, 4 quarters, 2 halves and the year of ADMIN, then the years of
 * VILLAGE and COMMUNE. `out` has room for TQ_PERIODS_A_YEAR; returns how many. */
size_t tq_periods_of_year(int year, struct tq_period *out);

TQ_END_DECLS
#endif

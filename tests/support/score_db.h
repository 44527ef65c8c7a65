/* score_db.h - A district or office file with a commune of two villages to count and rank.
 *
 * Ownership: score_db_remove frees everything. Threads: none inside. */
#ifndef TQ_TEST_SCORE_DB_H
#define TQ_TEST_SCORE_DB_H

#include "tuquan/database.h"
#include "tuquan/facts.h"
#include "tuquan/sheet_store.h"

#define SCORE_UNIT "08779@2004-01-01"
#define SCORE_NOW INT64_C(1608854400000) /* 2020-12-25 */

struct score_db {
    char dir[64];
    char path[128];
    struct tq_db *db;
    struct tq_arena *arena;
    const struct tq_sheet *sheet;
};

/* The file with calendars and periods of 2019..2022, indicators, 5TQ@1, Bạch Lưu and two villages of
 * 200 and 230 households. Fails the test when it cannot. */
void score_db_make(struct score_db *s, tq_role role);
void score_db_remove(struct score_db *s);

/* Run SQL as it stands; fails the test on errors. */
void score_db_sql(struct score_db *s, const char *fmt, ...) TQ_PRINTF(2, 3);

/* Lay changes down as the district's writer would: the values, nothing else. */
void score_db_apply(struct score_db *s, const struct tq_changes *changes);

/* First column of the first row; "" for none. Lives in the arena. */
const char *score_db_text(struct score_db *s, const char *fmt, ...) TQ_PRINTF(2, 3);

/* Noon (in Vietnam) of a date. */
int64_t score_db_noon(const char *date);

/* The counts of SCORE_UNIT for a period, by 5TQ@1. */
struct tq_contender score_db_count(struct score_db *s, const char *period);

/* cmocka fixtures: a file of a district, of an office. */
int score_db_set_up(void **state);
int score_db_set_up_office(void **state);
int score_db_tear_down(void **state);

/* What was counted for a criterion. */
const struct tq_count *score_db_at(
        const struct score_db *s, const struct tq_contender *c, const char *code);
void score_db_expect_nd(
        struct score_db *s, const char *period, const char *code, int64_t n, int64_t d);
void score_db_expect_n(struct score_db *s, const char *period, const char *code, int64_t n);

/* A commune of the same district (08773), the district across the border with one (02632), a village of
 * that (v9). */
void score_db_neighbours(struct score_db *s);

/* Rows of SCORE_UNIT; `planned`, `held`: "" for none. */
void score_db_incident(struct score_db *s, int area, const char *category, const char *on);
void score_db_figure(struct score_db *s, const char *village, const char *period, const char *code,
        int value, const char *state);
void score_db_activity(struct score_db *s, const char *kind, const char *planned, const char *held,
        const char *state);
void score_db_report(
        struct score_db *s, const char *type, const char *period, const char *received);
void score_db_model(
        struct score_db *s, const char *village, const char *launched, const char *state);

/* A sheet file under data/sheets as text. */
struct tq_slice score_db_file(struct score_db *s, const char *name);

#endif

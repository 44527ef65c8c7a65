/* facts.h - From dated facts to counts: what a sheet's sources say of one unit in one window.
 *
 * Works on either program's database: an office finds its own rows, the district any unit's.
 * Voided rows, drafts of returns and rows that the district sent back are left out of every figure
 * (domain.md section 5, "Facts to counts").
 * Ownership: everything found lives in the arena. Threads: that of the database. */
#ifndef TQ_FACTS_H
#define TQ_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/database.h"
#include "tuquan/error.h"
#include "tuquan/ranking.h"
#include "tuquan/sheet.h"
#include "tuquan/value.h"

/* A row of table `period`, or what the calendar says where a file has none. */
struct tq_facts_period {
    struct tq_slice key; /* "ADMIN/2020-Q4" */
    struct tq_period period;
    struct tq_window window;
    struct tq_slice last_year; /* key of the same period a year before */
    bool stored;
};

#define TQ_FACTS_NO_DAY INT32_MIN

/* The days by which an incident is counted; TQ_FACTS_NO_DAY: it has none. */
struct tq_incident_days {
    tq_day on;  /* it happened, else was known */
    tq_day due; /* its deadline */
};

/* Which of the counts of a criterion. */
typedef enum tq_fact_part { TQ_FACT_N, TQ_FACT_D, TQ_FACT_X, TQ_FACT_B } tq_fact_part;

/* A row that was counted, and with how much. */
struct tq_fact {
    tq_fact_part part;
    const struct tq_table *table;
    struct tq_slice key;
    int64_t amount;
};

/* An incident that falls in a period, and who counts it. */
struct tq_incident_fact {
    struct tq_slice key;
    struct tq_slice codes; /* of the sheet, parted by blanks: "1.3 P4"; empty: nobody counts it */
    bool reconciled;
};

TQ_BEGIN_DECLS

/* Of the values of its columns occurred_on, known_at, due_on. */
struct tq_incident_days tq_facts_incident_days(const struct tq_value *occurred_on,
        const struct tq_value *known_at, const struct tq_value *due_on);

/* Is an incident with these days counted in the window, by either? */
bool tq_facts_incident_falls(struct tq_incident_days days, struct tq_window window);

/* Which unit counts an incident of `unit`: itself, or the one across the border in which it happened;
 * empty: there is no such incident, or it is void. Fails: the database's. */
TQ_MUST_CHECK tq_status tq_facts_place(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice unit, struct tq_slice incident, struct tq_slice *out, struct tq_error *err);

/* Fails: NOT_FOUND (neither a row nor a code that has a window). */
TQ_MUST_CHECK tq_status tq_facts_period(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice key, struct tq_facts_period *out, struct tq_error *err);

/* A sheet from its rows; a published one never changes. Fails: NOT_FOUND, INVALID. */
TQ_MUST_CHECK tq_status tq_facts_sheet(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice key, const struct tq_sheet **out, struct tq_error *err);

/* Everything that ranking needs to know of one unit. `now_ms` only says which reports are not due
 * yet; a report that is due and did not come is late for ever. */
TQ_MUST_CHECK tq_status tq_facts_unit(struct tq_db *db, struct tq_arena *arena,
        const struct tq_sheet *sheet, const struct tq_facts_period *period, struct tq_slice unit,
        int64_t now_ms, struct tq_contender *out, struct tq_error *err);

/* The rows behind the figure of one criterion (`code`), in the order in which they are counted by
 * tq_facts_unit: of each part they add up to its count, where no floor went above it. What is counted
 * because something is not there (a launch, a report) has no row. Fails: NOT_FOUND (no such
 * criterion). */
TQ_MUST_CHECK tq_status tq_facts_behind(struct tq_db *db, struct tq_arena *arena,
        const struct tq_sheet *sheet, const struct tq_facts_period *period, struct tq_slice unit,
        int64_t now_ms, struct tq_slice code, struct tq_count *count, const struct tq_fact **out,
        size_t *nout, struct tq_error *err);

/* The incidents of a commune that fall in the period, by either day and in force, in the order of their
 * keys. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_facts_incidents(struct tq_db *db, struct tq_arena *arena,
        const struct tq_sheet *sheet, const struct tq_facts_period *period, struct tq_slice unit,
        const struct tq_incident_fact **out, size_t *nout, struct tq_error *err);

/* tq_facts_unit for every commune under `parent` (empty: every commune) that is valid on the window's
 * last day, in order of their keys. */
TQ_MUST_CHECK tq_status tq_facts_all(struct tq_db *db, struct tq_arena *arena,
        const struct tq_sheet *sheet, const struct tq_facts_period *period, struct tq_slice parent,
        int64_t now_ms, const struct tq_contender **out, size_t *nout, struct tq_error *err);

/* Votes for the period and sheet that were recorded by the day of `now_ms`, oldest first. */
TQ_MUST_CHECK tq_status tq_facts_votes(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice period, struct tq_slice sheet, int64_t now_ms, const struct tq_vote **out,
        size_t *nout, struct tq_error *err);

TQ_END_DECLS
#endif

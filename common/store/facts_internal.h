/* facts_internal.h - The facts of one unit as they are loaded once and then counted many times.
 *
 * Ownership: all in the arena. Threads: that of the database. */
#ifndef TQ_STORE_FACTS_INTERNAL_H
#define TQ_STORE_FACTS_INTERNAL_H

#include "tuquan/facts.h"
#include "tuquan/figures.h"

#define FACTS_NO_DAY TQ_FACTS_NO_DAY

struct fact_incident {
    struct tq_slice key; /* of its row; empty unless facts are noted */
    int64_t area;        /* reclassified where set; of the category where nobody gave one */
    struct tq_slice area_text;
    struct tq_slice category;
    tq_day on; /* occurred, else known */
    tq_day known;
    tq_day reported;
    tq_day due;
    tq_day closed;
    int64_t deaths;
    int64_t injured;
    bool contained;
    bool reconciled;
    bool found_by_other;
};

struct fact_activity {
    struct tq_slice key; /* of its row; empty unless facts are noted */
    struct tq_slice kind;
    tq_day planned;
    tq_day held; /* FACTS_NO_DAY when cancelled */
    int64_t accepted;
    int64_t settled;
};

struct fact_tip {
    struct tq_slice key; /* of its row; empty unless facts are noted */
    tq_day on;
    int64_t received_ms; /* -1: unknown */
    int64_t passed_ms;
    bool solved;
};

/* A hotspot (arisen, ended), an encroachment (found, cleared), a group (founded, dissolved). */
struct fact_span {
    struct tq_slice key; /* of its row; empty unless facts are noted */
    tq_day from;
    tq_day to;
    tq_day at; /* a group: trained */
};

struct fact_model {
    struct tq_slice key; /* of its row; empty unless facts are noted */
    struct tq_slice village;
    tq_day launched;
    tq_day ended; /* first day on which it does not run; FACTS_NO_DAY: runs on */
};

struct fact_return {
    struct tq_slice key; /* of its row; empty unless facts are noted */
    struct tq_slice village;
    struct tq_slice code;
    bool stock;
    tq_day on; /* last day of its ADMIN month */
    int64_t value;
};

struct fact_village {
    struct tq_slice key; /* of its row; empty unless facts are noted */
    struct tq_slice unit;
    int64_t households;
};

/* The rows that were counted, where somebody asks for them. */
struct fact_notes {
    struct tq_arena *arena;
    struct tq_fact *list;
    size_t n;
    size_t cap;
    tq_fact_part part; /* of what is being counted now */
    bool failed;       /* no memory */
};

#define FACT_LIST(type)                                                                            \
    struct {                                                                                       \
        size_t n;                                                                                  \
        size_t cap;                                                                                \
        const struct type *rows;                                                                   \
    }

struct facts {
    struct tq_db *db;
    struct tq_arena *arena;
    const struct tq_sheet *sheet;
    const struct tq_facts_period *period;
    struct tq_slice unit;
    int64_t now_ms;
    struct fact_notes *notes; /* NULL: only counted */
    bool is_office;           /* its file keeps a list of rows that the district sent back */
    FACT_LIST(fact_incident) incidents;
    FACT_LIST(fact_activity) activities;
    FACT_LIST(fact_tip) tips;
    FACT_LIST(fact_span) hotspots;
    FACT_LIST(fact_span) encroachments;
    FACT_LIST(fact_span) groups;
    FACT_LIST(fact_model) models;
    FACT_LIST(fact_return) returns; /* newest version of an indicator first */
    FACT_LIST(fact_village) villages;
};

/* Read all of the above for `facts->unit`. */
tq_status facts_load(struct facts *facts, struct tq_error *err);

/* When a report of alias r came, NULL: it did not. The district goes by its own stamp, which a report
 * in several parts gets with the last one; an office, which learns of the stamp later (`office` 1),
 * shows its own meanwhile. One that was taken back to a draft has not come. */
#define FACTS_CAME_AT(office)                                                                      \
    "iif(r.state = 'sent', coalesce(r.received_at, iif(" office ", r.submitted_at, NULL)), NULL)"

/* Reports that fell due in the window: how many, how many in time, and those from..to days late
 * (to 0: or missing). */
struct fact_reports {
    int64_t due;
    int64_t in_time;
};
tq_status facts_reports(struct facts *facts, struct tq_window window, struct fact_reports *out,
        int64_t from, int64_t to, int64_t *late, struct tq_error *err);

/* One number from one statement: ?1 unit, ?2 period, ?3 first day, ?4 last day, ?5 `text`,
 * ?6 `number`. 0 when there is no row. */
tq_status facts_number(struct facts *facts, const char *sql, struct tq_window window,
        struct tq_slice text, int64_t number, int64_t *out, struct tq_error *err);

/* Put the verified figures of the unit into `counts`. */
tq_status facts_verified(struct facts *facts, struct tq_count *counts, struct tq_error *err);

/* A row of this table was counted with `amount` (0: it was not). */
void facts_note(const struct facts *facts, const char *table, struct tq_slice key, int64_t amount);

/* facts.c: one criterion of the loaded facts. */
tq_status facts_criterion(struct facts *facts, const struct tq_criterion *criterion,
        struct tq_count *count, struct tq_error *err);

/* True when a model of the unit runs on `day`. */
bool facts_model_runs(const struct fact_model *model, tq_day day);

/* Which of the communes a key is; SIZE_MAX: none. */
size_t figures_unit(const struct tq_figures *figures, struct tq_slice unit);

#endif

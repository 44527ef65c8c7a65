/* facts_internal.h - The facts of one unit as they are loaded once and then counted many times.
 *
 * Ownership: all in the arena. Threads: that of the database. */
#ifndef TQ_STORE_FACTS_INTERNAL_H
#define TQ_STORE_FACTS_INTERNAL_H

#include "store/tally.h"
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
    int64_t version; /* of the indicator */
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

/* Lists that are read when something is counted of them. */
enum fact_list {
    FACTS_INCIDENTS,
    FACTS_ACTIVITIES,
    FACTS_TIPS,
    FACTS_HOTSPOTS,
    FACTS_ENCROACHMENTS,
    FACTS_GROUPS,
    FACTS_RETURNS,
    FACTS_LISTS,
};

/* Of the commune ?1: what happened across the border, by the commune's word (`across_unit`), is counted
 * there. What the district says is first (`counted_here`); a commune of the same district, or a unit
 * that nobody knows, is not across a border: in doubt a case counts here. */
#define FACTS_HAPPENED_HERE(id)                                                                    \
    id " NOT IN (SELECT x.id FROM incident AS x JOIN unit AS a ON a.unit = x.across_unit"          \
       " JOIN unit AS o ON o.unit = x.unit WHERE x.unit = ?1 AND x.across_unit IS NOT NULL"        \
       " AND x.counted_here IS NOT 1 AND a.level = o.level AND a.parent <> o.parent)"

/* What one source counts in a window. */
struct counted {
    int64_t n;
    bool unreconciled;
};

struct facts {
    struct tq_db *db;
    struct tq_arena *arena;
    const struct tq_sheet *sheet;
    const struct tq_facts_period *period;
    struct tq_slice unit;
    int64_t now_ms;
    struct fact_notes *notes; /* NULL: only counted */
    bool is_office;           /* its file keeps a list of rows that the district sent back */
    bool keeps;               /* counts are kept, and found again (tally.h) */
    bool loaded[FACTS_LISTS];
    bool has_state[FACTS_LISTS];
    struct tally_state states[FACTS_LISTS];
    FACT_LIST(fact_incident) incidents;
    FACT_LIST(fact_activity) activities;
    FACT_LIST(fact_tip) tips;
    FACT_LIST(fact_span) hotspots;
    FACT_LIST(fact_span) encroachments;
    FACT_LIST(fact_span) groups;
    FACT_LIST(fact_model) models;
    FACT_LIST(fact_return) returns; /* by code, village and month; newest version first */
    FACT_LIST(fact_village) villages;
};

/* Read models and villages of `facts->unit`; facts_need reads one more list, if that was not done. */
tq_status facts_load(struct facts *facts, struct tq_error *err);
tq_status facts_need(struct facts *facts, enum fact_list list, struct tq_error *err);

/* facts_kept.c: what a source that is counted of a list gives in a window, and how many returns were
 * confirmed of the typed indicators of the sheet (`codes`): kept, or counted now. */
tq_status facts_listed(struct facts *facts, const struct tq_source *source, struct tq_window window,
        struct counted *out, struct tq_error *err);
tq_status facts_confirmed(struct facts *facts, const struct tq_slice *codes, size_t ncodes,
        int64_t *out, struct tq_error *err);

/* facts.c: the same counted now, of the loaded list. */
void facts_count_listed(const struct facts *facts, const struct tq_source *source,
        struct tq_window window, struct counted *out);
int64_t facts_count_confirmed(
        const struct facts *facts, const struct tq_slice *codes, size_t ncodes);

/* The typed indicators that the sheet reads, each once: coverage is of what the sheet needs, so that an
 * indicator added later does not change what was published. */
size_t facts_typed_codes(const struct tq_sheet *sheet, struct tq_slice *out, size_t cap);

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

/* The rows behind a source that is counted by one statement, where there are such: minutes, points,
 * corrections. What is counted because something is late or missing has none. */
tq_status facts_note_asked(struct facts *facts, const struct tq_source *source,
        struct tq_window window, struct tq_error *err);

/* facts.c: one criterion of the loaded facts. */
tq_status facts_criterion(struct facts *facts, const struct tq_criterion *criterion,
        struct tq_count *count, struct tq_error *err);

/* What one incident adds to a source; incidents fall in the window by the day they happened, those with
 * a deadline by that. */
int64_t facts_count_incident(
        const struct fact_incident *x, const struct tq_source *source, struct tq_window window);

/* True when a model of the unit runs on `day`. */
bool facts_model_runs(const struct fact_model *model, tq_day day);

/* figures_sums.c: what the dated rows bring, into out->n (zeroed) of every commune of out->units. */
tq_status figures_sums(struct tq_db *db, const struct tq_window *windows, uint64_t wanted,
        struct tq_figures *out, struct tq_error *err);
size_t figures_place(
        const struct tq_figures *figures, size_t unit, tq_figure figure, size_t window);

/* Which of the communes a key is; SIZE_MAX: none. */
size_t figures_unit(const struct tq_figures *figures, struct tq_slice unit);

/* figures_units.c: the communes whose rows are summed, ascending; `to`: the place of the one that an
 * ended one is shown with, SIZE_MAX: it has a line of its own. figures_fold adds the former to the
 * latter. */
struct figures_units {
    struct tq_slice *units;
    size_t *to;
    size_t n;
};
tq_status figures_units(struct tq_db *db, struct tq_arena *arena, struct tq_slice parent,
        const struct tq_window *windows, size_t nwindows, struct figures_units *out,
        struct tq_error *err);
tq_status figures_fold(struct tq_arena *arena, const struct figures_units *units,
        struct tq_figures *figures, struct tq_error *err);

#endif

/* figures.h - Sums of what communes recorded, by commune and window: what maps, lines over the years
 * and consolidated tables are made of. Days and areas are those of the facts (facts.h).
 *
 * Ownership: everything found lives in the arena. Threads: that of the database. */
#ifndef TQ_FIGURES_H
#define TQ_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/database.h"
#include "tuquan/error.h"
#include "tuquan/sheet.h"

typedef enum tq_figure {
    TQ_FIGURE_INCIDENTS_1, /* by area, on the day they happened */
    TQ_FIGURE_INCIDENTS_2,
    TQ_FIGURE_INCIDENTS_3,
    TQ_FIGURE_INCIDENTS_4,
    TQ_FIGURE_INCIDENTS_5,
    TQ_FIGURE_DEATHS,
    TQ_FIGURE_INJURED,
    TQ_FIGURE_DAMAGE_VND,
    TQ_FIGURE_DUE, /* incidents by their deadline */
    TQ_FIGURE_IN_TIME,
    TQ_FIGURE_TIPS,
    TQ_FIGURE_TIPS_IN_TIME, /* passed on in 24 hours */
    TQ_FIGURE_TIPS_SOLVED,
    TQ_FIGURE_PATROLS_PLANNED,
    TQ_FIGURE_PATROLS,
    TQ_FIGURE_OUTREACH_PLANNED,
    TQ_FIGURE_OUTREACH,
    TQ_FIGURE_INSPECTIONS_PLANNED,
    TQ_FIGURE_INSPECTIONS,
    TQ_FIGURE_MEDIATIONS, /* accepted */
    TQ_FIGURE_MEDIATIONS_SETTLED,
    TQ_FIGURE_HOTSPOTS_NEW,
    TQ_FIGURE_HOTSPOTS_ENDED,
    TQ_FIGURE_ENCROACHMENTS_FOUND,
    TQ_FIGURE_ENCROACHMENTS_CLEARED,
    TQ_FIGURE_REPORTS_DUE,
    TQ_FIGURE_REPORTS_IN_TIME,
    TQ_FIGURE_HOUSEHOLDS, /* at the window's end */
    TQ_FIGURES,
} tq_figure;

struct tq_figure_info {
    const char *code; /* stable: "incidents_1" */
    uint32_t area;    /* 0: of no area */
    bool small;       /* counts people or what happened to them: 1 or 2 stay within the district */
    bool stock;       /* as it stands at the window's end: two windows are no sum */
    const char *vi;
    const char *en;
};

/* A commune that had ended, and the one that its figures are shown with. */
struct tq_carried {
    struct tq_slice unit;
    size_t to; /* of tq_figures.units */
};

/* Communes by figures by windows. */
struct tq_figures {
    size_t nunits;
    const struct tq_slice *units; /* keys, ascending */
    const struct tq_slice *names;
    size_t nwindows;
    int64_t *n; /* by tq_figures_at */
    size_t ncarried;
    const struct tq_carried *carried;
};

/* A typed monthly indicator: flow is summed, of a stock the latest value of each village counts. */
struct tq_typed {
    struct tq_slice code;
    struct tq_slice name;
    uint32_t area;
    bool stock;
    int64_t *n; /* [unit * nwindows + window] */
};

TQ_BEGIN_DECLS

/* NULL: there is no such figure. */
const struct tq_figure_info *tq_figure_info(tq_figure figure);

/* Of every commune under `parent` (empty: every commune) that is valid on the last window's last
 * day. One that was there in a window but had ended by then is shown with the one that followed it;
 * where none did, or several, it has a line of its own. `wanted`: bits 1 << figure; the others are
 * 0. Fails: NOMEM, RANGE (too many communes), IO... */
TQ_MUST_CHECK tq_status tq_figures_read(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice parent, const struct tq_window *windows, size_t nwindows, uint64_t wanted,
        int64_t now_ms, struct tq_figures *out, struct tq_error *err);

/* One figure; the indices are below nunits and nwindows. */
int64_t tq_figures_at(
        const struct tq_figures *figures, size_t unit, tq_figure figure, size_t window);

/* Of all communes together. */
int64_t tq_figures_total(const struct tq_figures *figures, tq_figure figure, size_t window);

/* Incidents of one commune that happened in the window, of each kind (a code of incident.category, as
 * the district classed them where it did), into out[nkinds]. Fails: the database's. */
TQ_MUST_CHECK tq_status tq_figures_kinds(struct tq_db *db, struct tq_slice unit,
        struct tq_window window, const struct tq_slice *kinds, size_t nkinds, int64_t *out,
        struct tq_error *err);

/* The typed indicators that the sheet's criteria read, in its order, for the communes of `of`. */
TQ_MUST_CHECK tq_status tq_typed_read(struct tq_db *db, struct tq_arena *arena,
        const struct tq_sheet *sheet, const struct tq_figures *of, const struct tq_window *windows,
        const struct tq_typed **out, size_t *nout, struct tq_error *err);

TQ_END_DECLS
#endif

/* summary_hide.c - What of the consolidated table is hidden as it leaves the district: by communes and
 * their total, by areas and their sum, and over the windows, which add up. */
#include <string.h>

#include "summary.h"

#define AREAS TQ_MAX_AREAS

static tq_status new_column(
        size_t cells, struct tq_arena *arena, struct summary_column *out, struct tq_error *err)
{
    out->counts = tq_arena_array(arena, cells, sizeof(*out->counts));
    out->hidden = tq_arena_array(arena, cells, sizeof(*out->hidden));
    return out->counts != NULL && out->hidden != NULL ? TQ_OK
                                                      : tq_error_set(err, TQ_NOMEM, "summary");
}

static bool hide_with(struct summary_column *column, size_t at)
{
    bool was = column->hidden[at] != TQ_HIDDEN_NO;

    if (!was)
        column->hidden[at] = TQ_HIDDEN_WITH;
    return !was;
}

static bool is_hidden(const struct summary_column *column, size_t at)
{
    return column->hidden[at] != TQ_HIDDEN_NO;
}

/* What stands since the year began is what stood before, perhaps told by an earlier paper, and what
 * is new: none of the parts is hidden without it, and it is not hidden without one of them. */
static bool hide_over_windows(struct summary_column columns[SUMMARY_WINDOWS], size_t at)
{
    bool parts = is_hidden(&columns[SUMMARY_NOW], at) || is_hidden(&columns[SUMMARY_PREVIOUS], at);
    bool more = false;

    if (parts)
        more = hide_with(&columns[SUMMARY_YTD], at);
    else if (is_hidden(&columns[SUMMARY_YTD], at))
        more = hide_with(&columns[SUMMARY_NOW], at);
    if (is_hidden(&columns[SUMMARY_LAST_YEAR], at))
        more = hide_with(&columns[SUMMARY_YTD_LAST_YEAR], at) || more;
    else if (is_hidden(&columns[SUMMARY_YTD_LAST_YEAR], at))
        more = hide_with(&columns[SUMMARY_LAST_YEAR], at) || more;
    return more;
}

bool summary_hide_more(struct summary_column columns[SUMMARY_WINDOWS], size_t cells)
{
    bool more = true;
    bool any = false;

    while (more) {
        more = false;
        for (size_t w = 0; w < SUMMARY_WINDOWS; w++)
            more = tq_small_hide_more(columns[w].counts, cells, 1, false, columns[w].hidden) ||
                   more;
        for (size_t at = 0; at < cells; at++)
            more = hide_over_windows(columns, at) || more;
        any = any || more;
    }
    return any;
}

/* Incidents by area and, last, of all of them: of the whole district. */
static void hide_areas(const struct summary *s, tq_hidden hidden[SUMMARY_WINDOWS][AREAS + 1])
{
    int64_t counts[SUMMARY_WINDOWS][AREAS + 1] = { { 0 } };
    struct summary_column columns[SUMMARY_WINDOWS];

    for (size_t w = 0; w < SUMMARY_WINDOWS; w++) {
        columns[w] = (struct summary_column){ counts[w], hidden[w] };
        for (size_t a = 0; a < AREAS; a++) {
            counts[w][a] =
                    tq_figures_total(&s->figures, (tq_figure)(TQ_FIGURE_INCIDENTS_1 + (int)a), w);
            counts[w][AREAS] += counts[w][a];
        }
        tq_small_hide(counts[w], AREAS + 1, 1, false, hidden[w]);
    }
    (void)summary_hide_more(columns, AREAS + 1);
}

/* The total of a line of incidents is hidden as the table by area has it. */
static void hide_total(const struct summary *s, const struct summary_line *line, size_t total,
        struct summary_column columns[SUMMARY_WINDOWS])
{
    bool all = strcmp(line->code, "incidents") == 0;
    tq_hidden areas[SUMMARY_WINDOWS][AREAS + 1];

    if (!all && strncmp(line->code, "incidents_", 10) != 0)
        return;
    hide_areas(s, areas);
    for (size_t w = 0; w < SUMMARY_WINDOWS; w++)
        columns[w].hidden[total] = areas[w][all ? AREAS : line->area - 1];
}

tq_status summary_hide(const struct summary *summary, const struct summary_line *line,
        struct tq_arena *arena, struct summary_column out[SUMMARY_WINDOWS], struct tq_error *err)
{
    size_t units = summary->figures.nunits;
    tq_status rc = TQ_OK;

    for (size_t w = 0; rc == TQ_OK && w < SUMMARY_WINDOWS; w++) {
        rc = new_column(units + 1, arena, &out[w], err);
        if (rc != TQ_OK)
            return rc;
        for (size_t u = 0; u < units; u++)
            out[w].counts[u] = line->n[u * SUMMARY_WINDOWS + w];
        out[w].counts[units] = line->total[w];
        if (line->small)
            tq_small_hide(out[w].counts, units + 1, 1, false, out[w].hidden);
        else
            memset(out[w].hidden, 0, (units + 1) * sizeof(*out[w].hidden));
    }
    if (line->small) {
        hide_total(summary, line, units, out);
        (void)summary_hide_more(out, units + 1);
    }
    return rc;
}

tq_status summary_hide_incidents(const struct tq_figures *figures, size_t window,
        struct tq_arena *arena, struct summary_column *out, struct tq_error *err)
{
    size_t units = figures->nunits;
    tq_status rc = new_column(units + 1, arena, out, err);

    if (rc != TQ_OK)
        return rc;
    out->counts[units] = 0;
    for (size_t u = 0; u < units; u++) {
        out->counts[u] = summary_incidents(figures, u, window);
        out->counts[units] += out->counts[u];
    }
    tq_small_hide(out->counts, units + 1, 1, false, out->hidden);
    return TQ_OK;
}

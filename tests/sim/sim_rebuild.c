/* sim_rebuild.c - The district's file as a thing: kept, put back, lost; alone or with offices' files.
 *
 * From then on the offices know a history that the district has not (sim_history.c). */
#include <string.h>

#include "sim_border.h"

#define SAVED "/sim/district/saved.db"
#define UNUSED "/sim/template/unused.db"

/* False: it died meanwhile. Closed either way. */
static bool save_as(struct sim *s, const char *path)
{
    struct sim_district *d = &s->district;
    bool saved;

    sim_pause(true);
    sim_district_close(s);
    saved = !d->disk->off && sim_disk_copy(d->path, path);
    sim_pause(false);
    if (d->disk->off)
        sim_district_found(s);
    for (size_t i = 0; i < s->noffices; i++)
        sim_net_cut(s, &s->offices[i]);
    return saved;
}

static void start_again(struct sim *s)
{
    sim_district_open(s, false);
    s->district.turn_due = false;
    sim_check_district(s);
}

bool sim_district_save(struct sim *s)
{
    bool saved = save_as(s, SAVED);

    start_again(s);
    return saved;
}

/* *lost: sets are gone by it. */
static bool restore(struct sim *s, bool *lost)
{
    uint64_t had = s->shadow.ledger_n;
    bool done;

    *lost = false;
    if (sim_disk_find(s->district.disk, SAVED) == NULL)
        return false;
    done = save_as(s, UNUSED);
    if (done) {
        sim_say(s, "the district is restored");
        if (!sim_disk_copy(SAVED, s->district.path))
            sim_fail(s, "cannot copy %s", SAVED);
        sim_history_lost(s);
    }
    start_again(s);
    if (done)
        sim_history_begins(s);
    if (done && s->border != NULL)
        border_restored(s, false);
    *lost = done && s->shadow.ledger_n < had;
    return done;
}

void sim_district_restore(struct sim *s)
{
    bool lost;

    (void)restore(s, &lost);
    s->stats.faults[SIM_RESTORE_DISTRICT] += lost;
}

void sim_both_restore(struct sim *s)
{
    bool both = false;
    bool lost;

    if (!restore(s, &lost))
        return;
    for (size_t i = 0; i < s->noffices; i++)
        both = (sim_chance(s, 40) && sim_office_restore(&s->offices[i])) || both;
    s->stats.faults[SIM_RESTORE_BOTH] += both && lost;
}

/* Did an office before this one come with the same device? */
static bool is_copy(const struct sim *s, size_t number)
{
    for (size_t i = 0; i < number; i++)
        if (s->offices[i].device == s->offices[number].device)
            return true;
    return false;
}

void sim_district_empty(struct sim *s)
{
    if (!save_as(s, UNUSED)) {
        start_again(s);
        return;
    }
    sim_say(s, "the district is lost");
    s->stats.faults[SIM_EMPTY_DISTRICT]++;
    sim_disk_put(s->district.disk, s->district.path, NULL, 0);
    sim_history_lost(s);
    sim_pause(true); /* what an officer does on a new machine */
    sim_district_open(s, true);
    s->district.turn_due = false;
    sim_district_settle(s);
    for (size_t i = 0; i < s->noffices; i++)
        if (!s->offices[i].revoked && !is_copy(s, i))
            sim_district_admit(s, &s->offices[i]);
    sim_pause(false);
    sim_check_district(s);
    sim_history_begins(s);
    if (s->border != NULL)
        border_restored(s, true);
}

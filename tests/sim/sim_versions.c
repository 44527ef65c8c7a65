/* sim_versions.c - The catalogues that the district and its offices run, and their upgrades.
 *
 * Most runs have the build's own. Where versions stand side by side there are three, over the same
 * tables: a column (village_profile.note) comes with the second, a table (emulation_launch) with the
 * third. A program goes forward by one or two of them, never back. */
#include <inttypes.h>
#include <string.h>

#include "sim.h"
#include "store/sql.h"

static bool is_one_of_few(const char *name)
{
    static const char *const NAMES[] = { "unit", "calendar", "period", "indicator", "directive",
        "incident", "border_notice", "village_return", "village_profile", "covenant",
        "emulation_launch", "conflict", "held_row", "correction_request", "report", "ranking",
        "ranking_row", "scoring_sheet" };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(name, NAMES[i]) == 0)
            return true;
    return false;
}

static bool is_of_the_border(const char *name)
{
    static const char *const NAMES[] = { "border_meeting", "joint_patrol", "border_statistics",
        "border_handover" };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(name, NAMES[i]) == 0)
            return true;
    return false;
}

/* As version `version` (0: the build's own) has the table; false: it does not know it. */
static bool make_table(struct sim *s, struct tq_table *table, uint32_t version)
{
    struct tq_column *columns;

    if (version == 0)
        return true;
    if (strcmp(table->name, "emulation_launch") == 0 ||
            (s->options.neighbours && strcmp(table->name, "joint_patrol") == 0))
        table->since = 3;
    if (strcmp(table->name, "village_profile") == 0) {
        columns = tq_arena_copy(s->arena, table->columns, table->ncolumns * sizeof(*columns));
        columns[table->ncolumns - 1].since = 2;
        table->columns = columns;
        table->ncolumns -= version < 2;
    }
    while (table->columns[table->ncolumns - 1].since > version)
        table->ncolumns--;
    return table->since <= version;
}

/* Tables of most runs are few: faster by half. */
static void make_strict(struct sim *s, uint32_t version)
{
    const struct tq_catalogue *all = tq_catalogue_current();
    struct tq_table *tables = tq_arena_array(s->arena, all->ntables, sizeof(*tables));
    struct tq_catalogue *out = &s->strict[version];

    *out = *all;
    out->ntables = 0;
    out->tables = tables;
    if (version > 0)
        out->version = version;
    for (size_t t = 0; t < all->ntables; t++) {
        tables[out->ntables] = all->tables[t];
        bool border = s->options.neighbours && is_of_the_border(all->tables[t].name);

        if (s->options.all_tables || border || is_one_of_few(all->tables[t].name))
            out->ntables += make_table(s, &tables[out->ntables], version);
    }
}

/* The offices' program has fewer rules than the district's: what a person may not write gets into
 * the log and is refused there. */
static void make_lax(struct sim *s, uint32_t version)
{
    const struct tq_catalogue *strict = &s->strict[version];
    struct tq_table *tables =
            tq_arena_copy(s->arena, strict->tables, strict->ntables * sizeof(*tables));

    s->lax[version] = *strict;
    s->lax[version].tables = tables;
    for (size_t t = 0; t < strict->ntables; t++) {
        struct tq_table *table = &tables[t];
        struct tq_column *columns;

        if (table->scope != TQ_OWN || table->id >= 45)
            continue;
        columns = tq_arena_copy(s->arena, table->columns, table->ncolumns * sizeof(*columns));
        for (size_t i = 0; i < table->ncolumns; i++) {
            columns[i].rule.kind = TQ_RULE_NONE;
            if ((table->writers & TQ_BY_COMMUNE) != 0)
                columns[i].writers |= TQ_BY_COMMUNE;
        }
        table->columns = columns;
        table->ngroup_rules = 0;
    }
}

void sim_versions_make(struct sim *s)
{
    for (uint32_t version = s->options.versions;
            version <= (s->options.versions ? SIM_VERSIONS : 0); version++) {
        make_strict(s, version);
        make_lax(s, version);
    }
    s->version = sim_versions_draw(s);
    s->first_version = s->version;
    s->catalogue = &s->strict[s->version];
}

uint32_t sim_versions_draw(struct sim *s)
{
    return s->options.versions ? 1 + sim_roll(s, SIM_VERSIONS) : 0;
}

bool sim_knows(const struct sim_office *o, uint32_t since)
{
    return o->version == 0 || o->version >= since;
}

const struct tq_table *sim_table(struct sim *s, uint32_t id)
{
    return tq_catalogue_table(&s->strict[s->options.versions ? SIM_VERSIONS : 0], id);
}

static uint32_t next(struct sim *s, uint32_t version)
{
    return version + 1 < SIM_VERSIONS ? version + 1 + sim_roll(s, 2) : SIM_VERSIONS;
}

/* The new program seals what is in the log under the old version before it goes on. */
void sim_office_upgrade(struct sim_office *o)
{
    if (o->version == 0 || o->version == SIM_VERSIONS || o->revoked)
        return;
    sim_office_seal(o);
    if (sim_office_int(o, "SELECT count(*) FROM tq_log") > 0)
        return; /* it could not, and did not start */
    o->sim->stats.faults[SIM_OFFICE_UPGRADE]++;
    o->sim->stats.faults[SIM_UPGRADE_UNSENT] +=
            sim_office_int(o, "SELECT count(*) FROM tq_set WHERE acked=0") > 0;
    o->version = next(o->sim, o->version);
    sim_say(o->sim, "office %zu goes to version %u", o->number, o->version);
    o->office.catalogue = &o->sim->lax[o->version];
    memset(&o->office.sums, 0, sizeof(o->office.sums));
    sim_office_reopen(o);
}

void sim_district_upgrade(struct sim *s)
{
    uint64_t ledger_n = s->shadow.ledger_n;

    if (s->version == 0 || s->version == SIM_VERSIONS)
        return;
    s->stats.faults[SIM_DISTRICT_UPGRADE]++;
    s->version = next(s, s->version);
    sim_say(s, "the district goes to version %u", s->version);
    s->catalogue = &s->strict[s->version];
    sim_shadow_free(s); /* its rows are of the older tables */
    sim_shadow_init(s);
    s->shadow.ledger_n = ledger_n;
    sim_district_restart(s);
    s->shadow.base = s->shadow.head;
}

/* Does the district run another version than this office, and which way? */
void sim_versions_count(struct sim_office *o)
{
    o->sim->stats.faults[SIM_OFFICE_AHEAD] += o->version > o->sim->version;
    o->sim->stats.faults[SIM_OFFICE_BEHIND] += o->version < o->sim->version;
}

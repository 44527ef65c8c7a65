/* sim_copies.c - The file of an office as a thing: kept, put back, given to another PC. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

static void saved_path(const struct sim_office *o, char out[96])
{
    snprintf(out, 96, "/sim/office%zu/saved.db", o->number);
}

/* As `backup` would: the file as it is after its WAL was moved into it. False: it died meanwhile. */
static bool save_as(struct sim_office *o, const char *path)
{
    bool saved;

    sim_shell_close(o); /* else what it wrote would not be in the copy */
    sim_pause(true);
    sim_office_close(o);
    sim_net_cut(o->sim, o);
    saved = !o->disk->off && sim_disk_copy(o->path, path);
    sim_pause(false);
    if (o->disk->off)
        sim_office_settle(o);
    return saved;
}

static void start_again(struct sim_office *o)
{
    sim_office_open(o);
    o->applying = false;
    sim_check_commit(o);
}

void sim_office_save(struct sim_office *o)
{
    char path[96];

    saved_path(o, path);
    if (save_as(o, path)) {
        sim_captured_copy(o->sim, &o->saved, &o->captured);
        o->saved_age = o->sim->age;
    }
    start_again(o);
}

/* The file is another one now: what stood in the old one alone is gone with it, and what stood in this
 * one is to come to the ledger from here too. */
static void take_file(struct sim_office *o, const char *path, const struct sim_captured *captured)
{
    struct sim *s = o->sim;

    sim_captured_copy(s, &o->captured, captured);
    if (!sim_disk_copy(path, o->path))
        sim_fail(s, "cannot copy %s", path);
    sim_vfs_set_random(s->options.seed * 1000 + ++s->files_made);
    o->last_cursor = 0;
    o->last_seen = 0;
    o->last_top = 0;
    o->last_log = 0;
    o->foreign_log = 0;
    o->forked = true;
}

bool sim_office_restore(struct sim_office *o)
{
    uint64_t cursor = o->last_cursor;
    int64_t captured = o->last_log;
    char path[96];
    bool done;

    saved_path(o, path);
    if (o->revoked || sim_disk_find(o->disk, path) == NULL)
        return false;
    sim_say(o->sim, "office %zu is restored", o->number);
    done = save_as(o, "/sim/template/unused.db");
    if (done) {
        sim_history_old(o->sim, o->saved_age);
        take_file(o, path, &o->saved);
    }
    start_again(o);
    done = done && (o->last_cursor < cursor || o->last_log < captured);
    o->sim->stats.faults[SIM_RESTORE] += done;
    return done;
}

void sim_office_copy(struct sim_office *o)
{
    static const char BETWEEN[] = "/sim/template/copy.db";
    struct sim *s = o->sim;
    char saved[96];

    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *other = &s->offices[i];

        if (other == o || other->commune != o->commune || o->revoked || other->revoked)
            continue;
        sim_say(s, "the file of office %zu goes to office %zu", o->number, i);
        if (!save_as(o, BETWEEN)) {
            start_again(o);
            return;
        }
        start_again(o);
        if (save_as(other, "/sim/template/unused.db")) {
            take_file(other, BETWEEN, &o->captured);
            memset(&other->saved, 0, sizeof(other->saved));
            other->device = o->device;
            s->twins |= UINT64_C(1) << o->device;
            if (other->version < o->version) /* a newer file wants the newer program */
                other->version = o->version;
            other->office.catalogue = &s->lax[other->version];
            other->signer = mill_signer(o->device);
            o->forked = true;
            other->behind = o->behind;
            other->told = o->told;
            saved_path(other, saved); /* of a device that it is no more */
            sim_disk_put(other->disk, saved, NULL, 0);
            s->stats.faults[SIM_COPY]++;
        }
        start_again(other);
        return;
    }
}

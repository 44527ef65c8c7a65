/* sim_shell.c - Another program at an office's file: a clerk's stock shell that reads for hours, or
 * that has begun to write, and waits for him to go on. Ours finds the file busy, and goes on later. */
#include <inttypes.h>
#include <stdio.h>

#include "sim.h"

static void run(struct sim_office *o, const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(o->shell, sql, NULL, NULL, &message) != SQLITE_OK)
        sim_fail(o->sim, "office %zu: shell: %s: %s", o->number, sql, message);
}

/* Nobody else is within a transaction between two events; its own disk does not fail it. */
void sim_shell_open(struct sim_office *o)
{
    struct sim *s = o->sim;
    bool within = o->session != NULL;
    char sql[160];

    if (o->shell != NULL || o->revoked)
        return;
    sim_office_use(o);
    sim_pause(true);
    if (sqlite3_open_v2(o->path, &o->shell, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        sim_fail(s, "office %zu: no shell", o->number);
    o->shell_writes = sim_chance(s, 75);
    o->shell_until_ms = s->now_ms + 1 +
                        (within || sim_chance(s, 50) ? (int64_t)sim_roll(s, 5000)
                                                     : (int64_t)sim_roll(s, 6 * SIM_HOUR_MS));
    run(o, o->shell_writes ? "BEGIN IMMEDIATE" : "BEGIN;SELECT count(*) FROM incident");
    snprintf(sql, sizeof(sql),
            "INSERT INTO incident(unit,area,damage_vnd) VALUES('%s',1,%" PRIu64 ")",
            sim_unit(o->commune), ++s->values);
    o->shell_wrote = o->shell_writes && sim_chance(s, 60);
    if (o->shell_wrote) /* captured when it commits */
        run(o, sql);
    sim_pause(false);
    sim_say(s, "office %zu: a shell %s", o->number, o->shell_writes ? "writes" : "reads");
}

void sim_shell_close(struct sim_office *o)
{
    if (o->shell == NULL)
        return;
    sim_office_use(o);
    sim_pause(true);
    if (!o->disk->off) { /* else it goes with the machine */
        bool commits = sim_chance(o->sim, 70);

        run(o, commits ? "COMMIT" : "ROLLBACK");
        o->sim->stats.faults[SIM_SHELL_WROTE] += o->shell_wrote && commits;
    }
    sqlite3_close(o->shell);
    o->shell = NULL;
    sim_pause(false);
    sim_say(o->sim, "office %zu: the shell is closed", o->number);
}

void sim_shells_end(struct sim *s)
{
    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *o = &s->offices[i];

        if (o->shell == NULL || o->shell_until_ms > s->now_ms)
            continue;
        sim_shell_close(o);
        sim_check_commit(o);
    }
}

bool sim_is_busy(struct sim_office *o, tq_status rc)
{
    if (rc != TQ_BUSY || o->shell == NULL || !o->shell_writes)
        return false;
    o->sim->stats.faults[SIM_BUSY]++;
    return true;
}

/* sim_told.c - A restored or copied file goes on as a branch of its own, and its people are told:
 * before its next session is done. Nobody goes back in a chain unseen. */
#include <inttypes.h>
#include <string.h>

#include "sim.h"
#include "store/sql.h"

/* Does the district hold a set under the file's own incarnation that the file has not, or another one
 * in the place of one of its own? What the file would send next collides with that. */
static bool is_behind(struct sim_office *o)
{
    const struct tq_district_ops *ops = tq_district_store_ops(o->sim->district.store);
    struct tq_ledger_set kept;
    sqlite3_stmt *list = NULL;
    struct tq_error err;
    bool behind = false;
    uint64_t seq = 0;

    tq_error_clear(&err);
    tq_arena_reset(o->sim->scratch);
    sqlite3_prepare_v2(o->db,
            "SELECT s.seq,s.hash FROM tq_state t JOIN tq_set s ON s.incarnation=t.incarnation "
            "ORDER BY s.seq",
            -1, &list, NULL);
    while (!behind && sqlite3_step(list) == SQLITE_ROW) {
        seq = (uint64_t)sqlite3_column_int64(list, 0);
        behind = ops->ledger_find(ops->ctx, o->device, o->incarnation, seq, o->sim->scratch, &kept,
                         &err) == TQ_OK &&
                 memcmp(kept.set.hash, sqlite3_column_blob(list, 1), TQ_HASH_BYTES) != 0;
    }
    sqlite3_finalize(list);
    return behind || ops->ledger_find(ops->ctx, o->device, o->incarnation, seq + 1, o->sim->scratch,
                             &kept, &err) == TQ_OK;
}

/* Only files that were restored or copied can be: of the others nothing is looked up. */
void sim_told_begin(struct sim_office *o)
{
    o->incarnation = (uint32_t)sim_office_int(o, "SELECT incarnation FROM tq_state");
    sim_pause(true);
    o->owed = o->forked && !o->foreign && !sim_office_is_dead(o) && is_behind(o);
    sim_pause(false);
}

/* Was another PC ever of this device, which may have been heard from its own place? */
static bool had_twin(const struct sim_office *o)
{
    return o->device < 64 && (o->sim->twins >> o->device & 1) != 0;
}

/* As `status` and the agent tell it, and as the district's list of devices does. */
static void check_sentence(struct sim_office *o, uint32_t incarnation)
{
    struct tq_office_fork fork;
    struct tq_error err;
    char sql[160];

    tq_error_clear(&err);
    sim_must(o->sim, tq_office_store_ops()->fork_last(o->store, &fork, &err), "fork", &err);
    if (fork.incarnation != incarnation || fork.letter[0] == '\0' ||
            (fork.kind != TQ_FORK_RESTORED && fork.kind != TQ_FORK_COPIED))
        sim_fail(o->sim, "office %zu goes on as %u, and is told of %u, letter '%s', kind %d",
                o->number, incarnation, fork.incarnation, fork.letter, (int)fork.kind);
    /* Without the places of Hello, one that stands beside its chain is taken for a copy. */
    if (o->sim->options.servers && fork.kind == TQ_FORK_COPIED && !had_twin(o))
        sim_fail(o->sim, "office %zu was restored, and is told that it was copied", o->number);
    snprintf(sql, sizeof(sql),
            "SELECT count(*) FROM tq_incarnation WHERE device=%u AND incarnation=%u AND fork=%d",
            o->device, incarnation, (int)fork.kind);
    if (!o->foreign && sim_district_int(o->sim, sql) != 1)
        sim_fail(o->sim, "office %zu goes on as %u, and the district does not say so", o->number,
                incarnation);
}

void sim_told_end(struct sim_office *o)
{
    uint32_t now = (uint32_t)sim_office_int(o, "SELECT incarnation FROM tq_state");

    sim_pause(true);
    if (o->owed && !o->foreign && now == o->incarnation)
        sim_fail(o->sim, "office %zu was restored or copied, and goes on as %u", o->number, now);
    if (now != o->incarnation)
        check_sentence(o, now);
    o->sim->stats.faults[SIM_TOLD] += o->owed;
    sim_pause(false);
}

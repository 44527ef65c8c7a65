/* sim_rest.c - What must hold once faults have stopped and everybody has synced. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "store/sql.h"

/* An acknowledged set is in the ledger, and every captured change is in one. */
static void check_ledger(struct sim_office *o)
{
    const struct tq_district_ops *ops = tq_district_store_ops(o->sim->district.store);
    const struct tq_office_ops *office = tq_office_store_ops();
    int64_t captured =
            sim_office_int(o, "SELECT max(seq) FROM sqlite_sequence WHERE name='tq_log'");
    uint64_t last_log = 0;
    int64_t counted = 0;

    for (uint64_t seq = 1;; seq++) {
        struct tq_stored_set mine;
        struct tq_ledger_set kept;
        struct tq_set_body body;
        struct tq_error err;
        tq_status rc;

        tq_error_clear(&err);
        tq_arena_reset(o->sim->scratch);
        sim_must(o->sim, office->set_get(o->store, 1, seq, o->sim->scratch, &mine, &err), "set",
                &err);
        if (mine.n == 0)
            break;
        rc = ops->ledger_find(ops->ctx, o->device, 1, seq, o->sim->scratch, &kept, &err);
        if (rc != TQ_OK || memcmp(kept.set.hash, mine.set.hash, TQ_HASH_BYTES) != 0)
            sim_fail(o->sim, "office %zu: set %" PRIu64 " is not in the ledger", o->number, seq);
        sim_must(o->sim, tq_body_decode(kept.set.payload, o->sim->scratch, &body, &err), "set",
                &err);
        for (size_t i = 0; i < body.nchanges; i++) {
            if (body.changes[i].log_id <= last_log)
                sim_fail(o->sim, "office %zu: log id %" PRIu64 " again", o->number,
                        body.changes[i].log_id);
            last_log = body.changes[i].log_id;
            counted++;
        }
    }
    if (counted != captured)
        sim_fail(o->sim, "office %zu: %" PRId64 " changes captured, %" PRId64 " in the ledger",
                o->number, captured, counted);
}

static void check_acknowledged(struct sim_office *o)
{
    const struct tq_district_ops *ops = tq_district_store_ops(o->sim->district.store);
    sqlite3_stmt *list = NULL;

    sqlite3_prepare_v2(
            o->db, "SELECT incarnation,seq,hash FROM tq_set WHERE acked=1", -1, &list, NULL);
    while (sqlite3_step(list) == SQLITE_ROW) {
        uint64_t seq = (uint64_t)sqlite3_column_int64(list, 1);
        struct tq_ledger_set kept;
        struct tq_error err;
        tq_status rc;

        tq_error_clear(&err);
        tq_arena_reset(o->sim->scratch);
        rc = ops->ledger_find(ops->ctx, o->device, (uint32_t)sqlite3_column_int64(list, 0), seq,
                o->sim->scratch, &kept, &err);
        if (rc != TQ_OK || sqlite3_column_bytes(list, 2) != TQ_HASH_BYTES ||
                memcmp(kept.set.hash, sqlite3_column_blob(list, 2), TQ_HASH_BYTES) != 0)
            sim_fail(o->sim, "office %zu: acknowledged set %" PRIu64 " is not in the ledger",
                    o->number, seq);
    }
    sqlite3_finalize(list);
}

void sim_check_acknowledged(struct sim *s, bool rest)
{
    sim_pause(true);
    /* What a restored district has lost a revoked device cannot bring back: nobody hears it. Others
     * have brought it back when they are equal to it again: all of them have at a rest. */
    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *o = &s->offices[i];

        if (!o->disk->off && !(o->revoked && o->behind) && (rest || sim_knows_history(o)))
            check_acknowledged(o);
    }
    sim_pause(false);
}

static void expect_none(struct sim_office *o, const char *what, const char *sql)
{
    int64_t n = sim_office_int(o, sql);

    if (n != 0)
        sim_fail(o->sim, "office %zu at rest: %" PRId64 " %s", o->number, n, what);
}

/* A row that waits at an office waits at the district too, for the same thing. */
static void check_waiting(struct sim_office *o)
{
    static const char *const ASK[] = { NULL,
        "SELECT 1 FROM tq_held WHERE tbl=?1 AND key=?2 AND kind<>7", NULL,
        "SELECT 1 FROM correction_request WHERE ?1 AND row_key=?2 AND state='asked'" };
    sqlite3 *district = sql_handle(tq_district_store_db(o->sim->district.store));
    sqlite3_stmt *list = NULL;

    sqlite3_prepare_v2(o->db, "SELECT tbl,key,cell,state FROM tq_pending WHERE state IN (1,3)", -1,
            &list, NULL);
    while (sqlite3_step(list) == SQLITE_ROW) {
        const struct tq_table *table = sim_table(o->sim, (uint32_t)sqlite3_column_int(list, 0));
        struct tq_slice key =
                tq_slice_of(sqlite3_column_blob(list, 1), (size_t)sqlite3_column_bytes(list, 1));
        sqlite3_stmt *stmt = NULL;
        bool found;

        sqlite3_prepare_v2(district, ASK[sqlite3_column_int(list, 3)], -1, &stmt, NULL);
        sqlite3_bind_int64(stmt, 1, table->id);
        sqlite3_bind_blob(stmt, 2, key.data, (int)key.len, SQLITE_STATIC);
        found = sqlite3_step(stmt) == SQLITE_ROW;
        sqlite3_finalize(stmt);
        if (!found)
            sim_fail(o->sim, "office %zu: %s %s cell %d waits (%d), and nothing at the district",
                    o->number, table->name, sim_key_text(o->sim, table, key),
                    sqlite3_column_int(list, 2), sqlite3_column_int(list, 3));
    }
    sqlite3_finalize(list);
}

/* What may still be unsettled: rows that wait for something that can be named. */
static void check_office_rest(struct sim_office *o)
{
    sim_say(o->sim, "office %zu at rest", o->number);
    expect_none(o, "sets without a receipt", "SELECT count(*) FROM tq_set WHERE acked=0");
    expect_none(o, "changes in the log", "SELECT count(*) FROM tq_log");
    /* What a restored district has lost is told under kinds of its own. */
    expect_none(o, "faults",
            o->sim->losses > 0 ? "SELECT count(*) FROM tq_fault WHERE kind<4"
                               : "SELECT count(*) FROM tq_fault");
    sim_check_rows(o);
    /* What was sent and answered has come to an end, or waits with its row. */
    expect_none(o, "cells answered and stuck",
            "SELECT count(*) FROM tq_pending p JOIN tq_set s ON s.n=p.set_n WHERE s.acked=1 AND "
            "p.state=0 AND NOT EXISTS(SELECT 1 FROM tq_pending r WHERE r.tbl=p.tbl AND r.key=p.key "
            "AND r.cell=0 AND r.state IN (1,2,3) AND p.cell<>0)");
    /* Rows that the district has lost, and nobody brought back, stay, unsettled, for an officer. */
    expect_none(o, "rows told to be lost, and nothing was",
            o->sim->losses > 0 ? "SELECT 0" : "SELECT count(*) FROM tq_returned WHERE reason=0");
    expect_none(o, "cells that are not sealed",
            "SELECT count(*) FROM tq_pending p WHERE set_n IS NULL AND NOT EXISTS(SELECT 1 FROM "
            "tq_returned t WHERE t.tbl=p.tbl AND t.key=p.key AND t.reason=0 AND p.cell=0)");
    /* Held, returned or asked for; cells of such a row wait with it. */
    expect_none(o, "cells stuck",
            "SELECT count(*) FROM tq_pending p WHERE state IN (0,4) AND NOT EXISTS(SELECT 1 FROM "
            "tq_pending r WHERE r.tbl=p.tbl AND r.key=p.key AND r.cell=0 AND r.state IN (1,2,3) "
            "AND "
            "p.cell<>0)");
    expect_none(o, "returned rows without a reason",
            "SELECT count(*) FROM tq_pending p WHERE cell=0 AND state=2 AND NOT EXISTS(SELECT 1 "
            "FROM tq_returned t WHERE t.tbl=p.tbl AND t.key=p.key)");
    expect_none(o, "returned rows that are not unsettled",
            "SELECT count(*) FROM tq_returned t WHERE NOT EXISTS(SELECT 1 FROM tq_pending p WHERE "
            "t.tbl=p.tbl AND t.key=p.key AND p.cell=0)");
    check_waiting(o);
    if (!o->forked)
        check_ledger(o);
}

/* Did its device change the cell again, after this change? Then that later change stands for it. */
static bool is_stale(struct sim *s, const struct tq_ledger_set *set, uint32_t place,
        const struct tq_change *than)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    struct tq_ledger_set later = *set;
    struct tq_error err;

    tq_error_clear(&err);
    do {
        struct tq_set_body body;

        sim_must(s, tq_body_decode(later.set.payload, s->scratch, &body, &err), "set", &err);
        for (size_t i = later.n == set->n ? place + 1 : 0; i < body.nchanges; i++)
            if (body.changes[i].table == than->table && body.changes[i].cell == than->cell &&
                    tq_slice_equal(body.changes[i].key, than->key))
                return true;
    } while (ops->ledger_find(ops->ctx, set->set.device, set->set.incarnation, later.set.seq + 1,
                     s->scratch, &later, &err) == TQ_OK);
    return false;
}

/* The same the other way round: what waits at the district waits at the office that sent it. */
static void check_told(struct sim *s)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);
    sqlite3 *district = sql_handle(tq_district_store_db(s->district.store));
    sqlite3_stmt *list = NULL;

    sqlite3_prepare_v2(district, "SELECT set_n,place FROM tq_held WHERE kind<>7", -1, &list, NULL);
    while (sqlite3_step(list) == SQLITE_ROW) {
        uint32_t place = (uint32_t)sqlite3_column_int64(list, 1);
        const struct tq_change *change;
        struct tq_ledger_set set;
        struct tq_set_body body;
        struct tq_pending *pending;
        struct tq_error err;
        size_t waits = 0;
        size_t at = 0;
        size_t n;

        tq_error_clear(&err);
        tq_arena_reset(s->scratch);
        sim_must(s,
                ops->ledger_by_n(
                        ops->ctx, (uint64_t)sqlite3_column_int64(list, 0), s->scratch, &set, &err),
                "held set", &err);
        sim_must(s, tq_body_decode(set.set.payload, s->scratch, &body, &err), "set", &err);
        change = &body.changes[place];
        while (at < s->noffices && s->offices[at].device != set.set.device)
            at++;
        if (at == s->noffices || s->offices[at].revoked || s->offices[at].forked ||
                is_stale(s, &set, place, change))
            continue;
        sim_must(s,
                tq_office_store_ops()->pending_row(s->offices[at].store, change->table, change->key,
                        s->scratch, &pending, &n, &err),
                "pending", &err);
        for (size_t i = 0; i < n; i++)
            waits += pending[i].state == TQ_PENDING_HELD ||
                     pending[i].state == TQ_PENDING_RETURNED ||
                     pending[i].state == TQ_PENDING_REQUESTED;
        if (waits == 0)
            sim_fail(s, "office %zu: %s cell %u of set %" PRIu64 " waits at the district only", at,
                    sim_key_text(s, sim_table(s, change->table), change->key), change->cell,
                    set.set.seq);
    }
    sqlite3_finalize(list);
}

/* Everything held waits for something that is indeed not there. */
static void check_held(struct sim *s)
{
    if (sim_district_int(s, "SELECT count(*) FROM tq_held WHERE kind=1 AND wait_tbl=1 AND "
                            "CAST(wait_key AS TEXT) IN (SELECT unit FROM unit)") != 0)
        sim_fail(s, "changes are held for a unit that is there");
    if ((s->version == 0 || s->version == SIM_VERSIONS) &&
            sim_district_int(s, /* part of an insert that itself waits for something else */
                    "SELECT count(*) FROM tq_held h WHERE kind=4 AND NOT EXISTS(SELECT 1 FROM "
                    "tq_held i WHERE i.set_n=h.set_n AND i.place=h.place AND i.kind<>4)") != 0)
        sim_fail(s, "changes are held for a catalogue that is there");
    if (sim_district_int(s, "SELECT count(*) FROM tq_held WHERE kind IN (1,2) AND wait_tbl=28 AND "
                            "wait_key IN (SELECT id FROM incident)") != 0)
        sim_fail(s, "changes are held for an incident that is there");
}

void sim_check_rest(struct sim *s)
{
    struct tq_verify_report report;
    struct tq_error err;

    sim_check_district(s);
    s->stats.conflicts = (uint64_t)sim_district_int(s, "SELECT count(*) FROM conflict");
    sim_check_acknowledged(s, true);
    for (size_t i = 0; i < s->noffices; i++)
        if (!s->offices[i].revoked)
            check_office_rest(&s->offices[i]);
    check_told(s);
    check_held(s);
    sim_pause(true);
    for (size_t i = 0; i < s->noffices; i++)
        if (!s->offices[i].revoked)
            sim_check_receipts(&s->offices[i]);
    sim_account(s);
    sim_check_reports(s);
    sim_pause(false);
    tq_error_clear(&err);
    sim_must(s, tq_report_verify(s->district.store, tq_codec_ops(), mill_verify, &report, &err),
            "verify", &err);
    sim_template_draw_empty();
    if (report.damaged)
        sim_fail(s, "the ledger is damaged: %s", report.what);
}

#include "tuquan/office_agent.h"

#include <stdio.h>
#include <string.h>

#include "store/sql.h"

bool tq_agent_needs_person(const struct tq_agent_memory *memory)
{
    return memory->trouble == TQ_TROUBLE_TURNED || memory->trouble == TQ_TROUBLE_FILE;
}

tq_status tq_agent_get(struct tq_db *db, struct tq_agent_memory *out, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    tq_status rc = sql_prepare(db, &stmt,
            "SELECT last_attempt_at, last_success_at, failures, random, needs_person, gap_since, "
            "come_back_at, last_error, news_at, news_seq FROM tq_agent WHERE id = 1",
            err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK)
        rc = sql_step(db, stmt, &row, err);
    if (rc == TQ_OK && row) {
        struct tq_slice error = sql_bytes(stmt, 7);

        out->last_attempt_ms = sql_int(stmt, 0);
        out->last_success_ms = sql_int(stmt, 1);
        out->failures = (uint32_t)sql_int(stmt, 2);
        out->random = (uint32_t)sql_int(stmt, 3);
        out->trouble = (enum tq_agent_trouble)sql_int(stmt, 4);
        out->gap_since_ms = sql_int(stmt, 5);
        out->come_back_at_ms = sql_int(stmt, 6);
        snprintf(out->last_error, sizeof(out->last_error), "%.*s", (int)error.len,
                error.data != NULL ? (const char *)error.data : "");
        out->news_ms = sql_int(stmt, 8);
        out->news_seq = (uint64_t)sql_int(stmt, 9);
    }
    sql_done(stmt);
    return rc;
}

tq_status tq_agent_put(struct tq_db *db, const struct tq_agent_memory *memory, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    tq_status rc = tq_db_begin(db, err);

    if (rc == TQ_OK)
        rc = sql_prepare(db, &stmt,
                "UPDATE tq_agent SET last_attempt_at = ?1, last_success_at = ?2, failures = ?3, "
                "random = ?4, needs_person = ?5, gap_since = ?6, come_back_at = ?7, "
                "last_error = ?8, news_at = ?9, news_seq = ?10",
                err);
    if (rc == TQ_OK) {
        sql_bind_int(stmt, 1, memory->last_attempt_ms);
        sql_bind_int(stmt, 2, memory->last_success_ms);
        sql_bind_int(stmt, 3, memory->failures);
        sql_bind_int(stmt, 4, memory->random);
        sql_bind_int(stmt, 5, (int64_t)memory->trouble);
        sql_bind_int(stmt, 6, memory->gap_since_ms);
        sql_bind_int(stmt, 7, memory->come_back_at_ms);
        sql_bind_str(stmt, 8, memory->last_error);
        sql_bind_int(stmt, 9, memory->news_ms);
        sql_bind_int(stmt, 10, (int64_t)memory->news_seq);
        rc = sql_run(db, stmt, err);
    }
    if (rc == TQ_OK)
        rc = tq_db_commit(db, err);
    if (rc != TQ_OK)
        tq_db_rollback(db);
    return rc;
}

tq_status tq_agent_outbox(struct tq_db *db, struct tq_agent_outbox *out, struct tq_error *err)
{
    int64_t waiting = 0;
    int64_t loading = 0;
    tq_status rc = sql_get_int(db,
            "SELECT (SELECT COUNT(*) FROM tq_log) + "
            "(SELECT COALESCE(SUM(nchanges), 0) FROM tq_set WHERE acked = 0)",
            &waiting, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK)
        rc = sql_get_int(db,
                "SELECT MIN(at) FROM (SELECT MIN(at_ms) AS at FROM tq_log UNION ALL "
                "SELECT MIN(sealed_at) FROM tq_set WHERE acked = 0)",
                &out->waiting_since_ms, err);
    if (rc == TQ_OK)
        rc = sql_get_int(db, "SELECT loading FROM tq_state", &loading, err);
    out->waiting = (uint64_t)waiting;
    out->loading = loading != 0;
    return rc;
}

/* district_trail.c - The trail and the liaison journal as chains: the hash of each line is taken of its
 * number, its content and the hash of the line before it. */
#include <inttypes.h>
#include <stdio.h>

#include "store/district_internal.h"
#include "tuquan/district_audit.h"
#include "tuquan/hash.h"

/* Any values, the first of them the hash before. */
static void trail(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    uint8_t made[TQ_HASH_BYTES];
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.trail.v1", sizeof(made));
    for (int i = 0; i < argc; i++) {
        const void *bytes;
        int type = sqlite3_value_type(argv[i]);

        tq_hash_add_u32(&hasher, (uint32_t)type);
        if (type == SQLITE_INTEGER) {
            tq_hash_add_u64(&hasher, (uint64_t)sqlite3_value_int64(argv[i]));
        } else if (type != SQLITE_NULL) {
            bytes = sqlite3_value_blob(argv[i]); /* a text's, in UTF-8, likewise */
            tq_hash_add_slice(&hasher, tq_slice_of(bytes, (size_t)sqlite3_value_bytes(argv[i])));
        }
    }
    tq_hash_final(&hasher, made, sizeof(made));
    sqlite3_result_blob(ctx, made, sizeof(made), SQLITE_TRANSIENT);
}

tq_status district_trail_init(struct tq_district_store *store, struct tq_error *err)
{
    int rc = sqlite3_create_function_v2(store->db, "tq_trail", -1,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, trail, NULL, NULL, NULL);

    return rc == SQLITE_OK ? TQ_OK : district_fail(store, rc, "trail", err);
}

tq_status tq_audit_verify(
        struct tq_district_store *store, char *what, size_t size, struct tq_error *err)
{
    static const struct {
        const char *name;
        enum district_sql broken;
        enum district_sql end;
    } CHAINS[] = {
        { "tq_audit", SQL_AUDIT_BROKEN, SQL_AUDIT_END },
        { "tq_liaison_journal", SQL_JOURNAL_BROKEN, SQL_JOURNAL_END },
    };
    bool row = false;
    tq_status rc = TQ_OK;

    what[0] = '\0';
    for (size_t i = 0; rc == TQ_OK && what[0] == '\0' && i < 2; i++) {
        struct district_bind q = district_take(store, CHAINS[i].broken);

        rc = district_step(&q, &row, "trail", err);
        if (rc == TQ_OK && row)
            snprintf(what, size, "%s: %s %" PRId64 ": %s", CHAINS[i].name,
                    tq_phrase(TQ_PHRASE_LINE), column_int(&q, 0), tq_phrase(TQ_PHRASE_VERIFY_LINE));
        if (rc == TQ_OK && row)
            district_end(&q);
        if (rc != TQ_OK || row)
            continue;
        q = district_take(store, CHAINS[i].end);
        rc = district_step(&q, &row, "trail", err);
        if (rc == TQ_OK && row) {
            snprintf(what, size, "%s: %s", CHAINS[i].name, tq_phrase(TQ_PHRASE_VERIFY_LAST_LINE));
            district_end(&q);
        }
    }
    return rc;
}

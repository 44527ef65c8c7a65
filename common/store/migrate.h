/* migrate.h - Bring a file to this build's schema; for the files of common/store.
 *
 * A file says whose it is (application_id) and how far it is (user_version: how many migrations of
 * its role it has run, their names in tq_migration). Each migration is one transaction. */
#ifndef TQ_STORE_MIGRATE_H
#define TQ_STORE_MIGRATE_H

#include <sqlite3.h>

#include "tuquan/database.h"

struct migrate_state {
    bool fresh;       /* an empty file */
    uint32_t done;    /* migrations that the file has run */
    uint32_t missing; /* that this build has beside */
};

/* Look before touching anything, at the bytes of the file and without SQLite: WRONG_FILE (not a
 * database, not ours, of the other role), NEWER_FILE. A missing file is a fresh one. */
TQ_MUST_CHECK tq_status migrate_peek(
        const char *path, tq_role role, bool create, struct tq_error *err);

/* The same through SQLite, which also sees what still stands in the WAL. */
TQ_MUST_CHECK tq_status migrate_check(
        sqlite3 *handle, tq_role role, struct migrate_state *out, struct tq_error *err);

/* Run what is missing. `now_ms` is noted beside each name. */
TQ_MUST_CHECK tq_status migrate_run(
        sqlite3 *handle, tq_role role, int64_t now_ms, uint32_t *ran, struct tq_error *err);

#endif

/* database_internal.h - The database object, shared by database.c, sql.c and capture.c only. */
#ifndef TQ_STORE_DATABASE_INTERNAL_H
#define TQ_STORE_DATABASE_INTERNAL_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "tuquan/database.h"

struct sql_kept {
    uint32_t hash; /* of the text */
    sqlite3_stmt *stmt;
};

struct tally;

struct tq_db {
    sqlite3 *handle;
    const struct tq_catalogue *catalogue;
    const struct tq_clock *clock;
    char *path;
    tq_role role;
    bool applying;    /* as our connection has set it */
    bool authored;    /* tq_state.author is set and not yet put back */
    bool laid;        /* capture was off in the open transaction, at least for a while */
    bool counts;      /* an office's file with the tables of this build: commits are counted */
    bool wrote;       /* the last commit went into the write-ahead log */
    atomic_bool stop; /* by another thread: nothing more is done */
    int busy_ms;      /* how long another writer is waited for, */
    int waited_ms;    /* and how long it was this time */
    int changes;      /* sqlite3_total_changes when the transaction began */
    uint64_t commits; /* that tq_db_commit made and that wrote */
    uint64_t counted; /* of those, the ones that stand in tq_state.commits */
    tq_status sticky; /* first failure that spoils the open transaction */
    struct tq_error first;
    uint8_t key[TQ_SURROGATE_BYTES]; /* the last one given */
    struct sql_kept *kept;           /* open addressing; NULL stmt: free */
    size_t nkept;
    size_t cap;
    struct tally *tally; /* NULL: counts are not kept */
};

#endif

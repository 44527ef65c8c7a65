/* office_watch.c - Has anybody else written rows since we last looked?
 *
 * SQLite counts no transactions, but its write-ahead log marks the end of each. Those since the
 * last look must be as many as this connection made and as our other programs counted in
 * tq_state.commits (each tq_db_commit whose rows the triggers captured). One more is of somebody
 * else: another tool, captured or not, or another program of ours that laid rows. When the log was
 * begun anew meanwhile nothing can be told, and that is the answer: the caller reads every row.
 *
 * The log is read before the transaction sees anything and again behind its first read, so both
 * sides count up to the same commit; when one came between, nothing can be told either. */
#include <string.h>

#include "store/database_internal.h"
#include "store/office_store_internal.h"

#define HEADER_BYTES 32
#define FRAME_HEADER_BYTES 24
#define PAGE_SIZE_AT 8
#define SALTS_AT 16
#define FRAME_SALTS_AT 8

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool read_at(sqlite3_file *file, uint8_t *out, int n, int64_t offset)
{
    return file->pMethods->xRead(file, out, n, offset) == SQLITE_OK;
}

/* The last commit in the log, and how many there are behind `from`. */
static void find_end(sqlite3 *handle, const struct tq_wal_place *from, struct tq_wal_place *to,
        uint64_t *commits)
{
    sqlite3_file *file = NULL;
    uint8_t header[HEADER_BYTES];
    uint8_t frame[FRAME_HEADER_BYTES];
    uint32_t page_size;
    uint32_t at;

    *commits = 0;
    memset(to, 0, sizeof(*to));
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK ||
            file == NULL || file->pMethods == NULL || !read_at(file, header, HEADER_BYTES, 0))
        return;
    page_size = read_u32(header + PAGE_SIZE_AT);
    to->known = true;
    memcpy(to->salts, header + SALTS_AT, sizeof(to->salts));
    if (from->known && memcmp(from->salts, to->salts, sizeof(to->salts)) == 0)
        to->frame = from->frame;
    for (at = to->frame + 1;
            read_at(file, frame, FRAME_HEADER_BYTES,
                    HEADER_BYTES + (int64_t)(at - 1) * (FRAME_HEADER_BYTES + page_size)) &&
            memcmp(frame + FRAME_SALTS_AT, to->salts, sizeof(to->salts)) == 0;
            at++) {
        if (read_u32(frame + 4) ==
                0) /* the size of the file stands in the last frame of a commit */
            continue;
        to->frame = at;
        (*commits)++;
    }
}

/* Member by member: what fills the gaps between them is nobody's. */
static bool same_place(const struct tq_wal_place *a, const struct tq_wal_place *b)
{
    return a->known == b->known && a->frame == b->frame &&
           memcmp(a->salts, b->salts, sizeof(a->salts)) == 0;
}

tq_status tq_store_watch(void *ctx, bool *quiet, struct tq_error *err)
{
    struct tq_office_store *store = ctx;
    struct tq_store_watch before = store->watched;
    struct tq_store_watch *now = &store->watched;
    struct tq_wal_place later;
    uint64_t between;
    uint64_t all;
    uint64_t ours;
    int64_t in_file = 0;
    tq_status rc;

    *quiet = false;
    now->commits = store->db->commits;
    now->counted = store->db->counted;
    find_end(store->handle, &before.place, &now->place, &all);
    rc = sql_get_int(store->db, "SELECT commits FROM tq_state", &in_file, err);
    now->in_file = (uint64_t)in_file;
    find_end(store->handle, &now->place, &later, &between);
    if (rc != TQ_OK || between > 0 || !same_place(&later, &now->place))
        now->place.known = false;
    if (rc != TQ_OK || !before.place.known || !now->place.known || now->in_file < before.in_file ||
            memcmp(before.place.salts, now->place.salts, sizeof(now->place.salts)) != 0)
        return rc;
    ours = now->commits - before.commits + (now->in_file - before.in_file) -
           (now->counted - before.counted);
    *quiet = all == ours;
    return TQ_OK;
}

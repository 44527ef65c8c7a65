/* sim_vfs.c - What SQLite sees of the simulated machines: files, locks, shared memory, clock.
 *
 * It is the default VFS of the process, so that the stores open their files as they always do.
 * Paths outside "/sim/" go to the system's own. */
#include <stdlib.h>
#include <string.h>

#include "sim_disk.h"

#define JULIAN_MS INT64_C(210866760000000)
#define REGION_BYTES 32768

struct handle {
    sqlite3_file base; /* must be the first */
    struct sim_file *file;
    int level; /* SQLITE_LOCK_... */
    bool dies; /* with its last handle */
    bool mapped;
    uint16_t slots_shared;
    uint16_t slots_exclusive;
};

/* One per process, as the VFS: who runs now, and where SQLite's randomness stands. */
static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *system;
    bool installed;
    int64_t now_ms;
    uint64_t random;
} machine;

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)file;
}

/* ---- locks ---- */

static int vfs_unlock(sqlite3_file *base, int level)
{
    struct handle *h = handle_of(base);
    struct sim_file *f = h->file;

    if (h->level <= level)
        return SQLITE_OK;
    if (f->exclusive == h)
        f->exclusive = NULL;
    if (f->pending == h)
        f->pending = NULL;
    if (f->reserved == h)
        f->reserved = NULL;
    if (level == SQLITE_LOCK_NONE)
        f->shared -= f->shared > 0;
    h->level = level;
    return SQLITE_OK;
}

static bool held_by_other(const void *owner, const struct handle *h)
{
    return owner != NULL && owner != h;
}

static int vfs_lock(sqlite3_file *base, int level)
{
    struct handle *h = handle_of(base);
    struct sim_file *f = h->file;

    if (h->level >= level)
        return SQLITE_OK;
    if (f->disk->off)
        return SQLITE_IOERR_LOCK;
    if (held_by_other(f->exclusive, h))
        return SQLITE_BUSY;
    if (h->level == SQLITE_LOCK_NONE) {
        if (f->pending != NULL)
            return SQLITE_BUSY;
        f->shared++;
        h->level = SQLITE_LOCK_SHARED;
    }
    if (level == SQLITE_LOCK_SHARED)
        return SQLITE_OK;
    if (held_by_other(f->reserved, h) || held_by_other(f->pending, h))
        return SQLITE_BUSY;
    f->reserved = h;
    h->level = SQLITE_LOCK_RESERVED;
    if (level == SQLITE_LOCK_RESERVED)
        return SQLITE_OK;
    f->pending = h;
    h->level = SQLITE_LOCK_PENDING;
    if (f->shared > 1)
        return SQLITE_BUSY;
    f->exclusive = h;
    h->level = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int vfs_check_reserved(sqlite3_file *base, int *out)
{
    *out = handle_of(base)->file->reserved != NULL;
    return SQLITE_OK;
}

/* ---- shared memory ---- */

static int vfs_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    struct handle *h = handle_of(base);
    struct sim_file *f = h->file;

    *out = NULL;
    if (f->disk->off || size != REGION_BYTES || region >= SIM_DISK_REGIONS)
        return SQLITE_IOERR_SHMMAP;
    if (!h->mapped)
        f->maps++;
    h->mapped = true;
    if (region >= f->nregions && !extend)
        return SQLITE_OK;
    while (f->nregions <= region) {
        void *block = calloc(1, REGION_BYTES);

        if (block == NULL)
            return SQLITE_IOERR_NOMEM;
        f->regions[f->nregions++] = block;
    }
    *out = f->regions[region];
    return SQLITE_OK;
}

static void free_slots(struct handle *h, uint16_t mask)
{
    for (int i = 0; i < 8; i++) {
        uint16_t bit = (uint16_t)(1u << i);

        if ((mask & bit) == 0)
            continue;
        if ((h->slots_exclusive & bit) != 0)
            h->file->slot_exclusive[i] = NULL;
        if ((h->slots_shared & bit) != 0)
            h->file->slot_shared[i]--;
        h->slots_exclusive &= (uint16_t)~bit;
        h->slots_shared &= (uint16_t)~bit;
    }
}

static int vfs_shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
    struct handle *h = handle_of(base);
    struct sim_file *f = h->file;
    uint16_t mask = (uint16_t)(((1u << n) - 1) << offset);

    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        free_slots(h, mask);
        return SQLITE_OK;
    }
    if (f->disk->off)
        return SQLITE_IOERR_SHMLOCK;
    for (int i = offset; i < offset + n; i++) {
        int others = f->slot_shared[i] - ((h->slots_shared >> i) & 1);

        if (held_by_other(f->slot_exclusive[i], h) ||
                ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && others > 0))
            return SQLITE_BUSY;
    }
    for (int i = offset; i < offset + n; i++) {
        uint16_t bit = (uint16_t)(1u << i);

        if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
            f->slot_exclusive[i] = h;
            h->slots_exclusive |= bit;
        } else if ((h->slots_shared & bit) == 0) {
            f->slot_shared[i]++;
            h->slots_shared |= bit;
        }
    }
    return SQLITE_OK;
}

static void vfs_shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static int vfs_shm_unmap(sqlite3_file *base, int remove)
{
    struct handle *h = handle_of(base);
    struct sim_file *f = h->file;

    free_slots(h, 0xff);
    if (!h->mapped)
        return SQLITE_OK;
    h->mapped = false;
    if (--f->maps <= 0 && remove) {
        for (int i = 0; i < f->nregions; i++)
            free(f->regions[i]);
        f->nregions = 0;
    }
    return SQLITE_OK;
}

/* ---- files ---- */

static int vfs_close(sqlite3_file *base)
{
    struct handle *h = handle_of(base);
    struct sim_file *f = h->file;

    vfs_shm_unmap(base, 0);
    vfs_unlock(base, SQLITE_LOCK_NONE);
    f->handles--;
    if (f->handles == 0 && (h->dies || (f->removed && !f->named)))
        sim_file_drop(f);
    h->file = NULL;
    return SQLITE_OK;
}

static int vfs_read(sqlite3_file *base, void *out, int n, sqlite3_int64 at)
{
    return sim_file_read(handle_of(base)->file, out, (size_t)n, (size_t)at);
}

static int vfs_write(sqlite3_file *base, const void *data, int n, sqlite3_int64 at)
{
    return sim_file_write(handle_of(base)->file, data, (size_t)n, (size_t)at);
}

static int vfs_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    return sim_file_truncate(handle_of(base)->file, (size_t)size);
}

static int vfs_sync(sqlite3_file *base, int flags)
{
    (void)flags;
    return sim_file_sync(handle_of(base)->file);
}

static int vfs_size(sqlite3_file *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)handle_of(base)->file->shown.len;
    return SQLITE_OK;
}

static int vfs_control(sqlite3_file *base, int op, void *arg)
{
    (void)base;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int vfs_sector(sqlite3_file *base)
{
    (void)base;
    return SIM_DISK_SECTOR;
}

/* As the system's own VFS says it. */
static int vfs_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_unlock,
    .xCheckReservedLock = vfs_check_reserved,
    .xFileControl = vfs_control,
    .xSectorSize = vfs_sector,
    .xDeviceCharacteristics = vfs_characteristics,
    .xShmMap = vfs_shm_map,
    .xShmLock = vfs_shm_lock,
    .xShmBarrier = vfs_shm_barrier,
    .xShmUnmap = vfs_shm_unmap,
};

static int vfs_open(
        sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out_flags)
{
    struct sim_disk *disk = sim_disk_of(path);
    struct handle *h = handle_of(base);
    struct sim_file *file;

    (void)vfs;
    base->pMethods = NULL;
    if (disk == NULL)
        return machine.system->xOpen(machine.system, path, base, flags, out_flags);
    if (disk->off)
        return SQLITE_CANTOPEN;
    file = sim_disk_find(disk, path);
    if (file == NULL && (flags & SQLITE_OPEN_CREATE) == 0)
        return SQLITE_CANTOPEN;
    if (file == NULL)
        file = sim_disk_create(disk, path);
    memset(h, 0, sizeof(*h));
    h->file = file;
    h->dies = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    h->base.pMethods = &METHODS;
    file->handles++;
    file->journal = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    if (out_flags != NULL)
        *out_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    struct sim_disk *disk = sim_disk_of(path);

    (void)vfs;
    return disk == NULL ? machine.system->xDelete(machine.system, path, sync_folder)
                        : sim_disk_remove(disk, path, sync_folder != 0);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    struct sim_disk *disk = sim_disk_of(path);
    struct sim_file *file;

    (void)vfs;
    if (disk == NULL)
        return machine.system->xAccess(machine.system, path, flags, out);
    file = sim_disk_find(disk, path);
    *out = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->shown.len > 0);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
    (void)vfs;
    if (sim_disk_of(path) == NULL)
        return machine.system->xFullPathname(machine.system, path, n, out);
    sqlite3_snprintf(n, out, "%s", path);
    return SQLITE_OK;
}

static int vfs_sleep(sqlite3_vfs *vfs, int micro)
{
    (void)vfs;
    return micro; /* who holds the lock does not run meanwhile: nothing to wait for */
}

static int vfs_now(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = machine.now_ms + JULIAN_MS;
    return SQLITE_OK;
}

static int vfs_now_days(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = (double)(machine.now_ms + JULIAN_MS) / 86400000.0;
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    for (int i = 0; i < n; i++) {
        machine.random = machine.random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        out[i] = (char)(machine.random >> 56);
    }
    return n;
}

void sim_vfs_install(void)
{
    if (machine.installed)
        return;
    machine.system = sqlite3_vfs_find(NULL);
    machine.vfs = *machine.system;
    machine.vfs.zName = "sim";
    machine.vfs.pNext = NULL;
    if (machine.vfs.szOsFile < (int)sizeof(struct handle))
        machine.vfs.szOsFile = (int)sizeof(struct handle);
    machine.vfs.xOpen = vfs_open;
    machine.vfs.xDelete = vfs_delete;
    machine.vfs.xAccess = vfs_access;
    machine.vfs.xFullPathname = vfs_full_path;
    machine.vfs.xSleep = vfs_sleep;
    machine.vfs.xCurrentTimeInt64 = vfs_now;
    machine.vfs.xCurrentTime = vfs_now_days;
    machine.vfs.xRandomness = vfs_random;
    sqlite3_vfs_register(&machine.vfs, 1);
    machine.installed = true;
}

void sim_vfs_set_clock(int64_t now_ms)
{
    machine.now_ms = now_ms;
}

uint64_t sim_vfs_random(void)
{
    return machine.random;
}

void sim_vfs_set_random(uint64_t seed)
{
    machine.random = seed;
    sqlite3_randomness(0, NULL);
}

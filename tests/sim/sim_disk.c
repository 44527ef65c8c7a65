/* sim_disk.c - What was written, what was synced, and what is left of it. */
#include "sim_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All disks of this process: SQLite knows a file by its path alone. */
static struct sim_disk *disks;
static int paused;

static void *must(void *block)
{
    if (block == NULL)
        abort(); /* of the simulator, not of what it tests */
    return block;
}

static uint32_t roll(struct sim_disk *disk, uint32_t sides)
{
    uint64_t z = disk->rng += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(((z ^ (z >> 31)) >> 16) % (sides > 0 ? sides : 1));
}

/* ---- bytes ---- */

static void size_to(struct sim_bytes *b, size_t len)
{
    if (len > b->cap) {
        size_t cap = b->cap > 0 ? b->cap : 4096;

        while (cap < len)
            cap *= 2;
        b->data = must(realloc(b->data, cap));
        b->cap = cap;
    }
    if (len > b->len)
        memset(b->data + b->len, 0, len - b->len);
    b->len = len;
}

static void put(struct sim_bytes *b, const uint8_t *data, size_t len, size_t at)
{
    if (at + len > b->len)
        size_to(b, at + len);
    if (len > 0)
        memcpy(b->data + at, data, len);
}

static void copy_bytes(struct sim_bytes *to, const struct sim_bytes *from)
{
    size_to(to, from->len);
    if (from->len > 0)
        memcpy(to->data, from->data, from->len);
}

/* ---- disks and files ---- */

struct sim_disk *sim_disk_new(const char *name, uint64_t seed)
{
    struct sim_disk *disk = must(calloc(1, sizeof(*disk)));

    snprintf(disk->name, sizeof(disk->name), "%s", name);
    disk->rng = seed;
    disk->next = disks;
    disks = disk;
    return disk;
}

static void forget_unsynced(struct sim_file *file)
{
    for (size_t i = 0; i < file->nunsynced; i++)
        free(file->unsynced[i].data);
    file->nunsynced = 0;
}

void sim_file_drop(struct sim_file *file)
{
    struct sim_file **at = &file->disk->files;

    while (*at != NULL && *at != file)
        at = &(*at)->next;
    if (*at == file)
        *at = file->next;
    forget_unsynced(file);
    free(file->unsynced);
    free(file->shown.data);
    free(file->durable.data);
    for (int i = 0; i < file->nregions; i++)
        free(file->regions[i]);
    free(file);
}

void sim_disk_free(struct sim_disk *disk)
{
    struct sim_disk **at = &disks;

    if (disk == NULL)
        return;
    while (*at != NULL && *at != disk)
        at = &(*at)->next;
    if (*at == disk)
        *at = disk->next;
    while (disk->files != NULL)
        sim_file_drop(disk->files);
    free(disk);
}

struct sim_disk *sim_disk_of(const char *path)
{
    size_t len;

    if (path == NULL || strncmp(path, "/sim/", 5) != 0)
        return NULL;
    len = strcspn(path + 5, "/");
    for (struct sim_disk *disk = disks; disk != NULL; disk = disk->next)
        if (strlen(disk->name) == len && memcmp(disk->name, path + 5, len) == 0)
            return disk;
    return NULL;
}

struct sim_file *sim_disk_find(struct sim_disk *disk, const char *path)
{
    for (struct sim_file *file = disk->files; file != NULL; file = file->next)
        if (!file->removed && strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

struct sim_file *sim_disk_create(struct sim_disk *disk, const char *path)
{
    struct sim_file *file;
    struct sim_file *next;

    /* A new file of that name: the old one cannot come back any more. */
    for (file = disk->files; file != NULL; file = next) {
        next = file->next;
        if (file->removed && file->handles == 0 && strcmp(file->path, path) == 0)
            sim_file_drop(file);
    }
    file = must(calloc(1, sizeof(*file)));
    snprintf(file->path, sizeof(file->path), "%s", path);
    file->disk = disk;
    file->next = disk->files;
    disk->files = file;
    return file;
}

/* ---- faults ---- */

static bool counts(const struct sim_disk_fault *fault, sim_disk_op op)
{
    return fault->in > 0 && (fault->any_change ? op != SIM_OP_READ : op == fault->op);
}

/* Before an operation: SQLITE_OK, or the error that it gives instead. */
int sim_disk_strike(struct sim_disk *disk, sim_disk_op op)
{
    static const int CODES[SIM_OPS] = { SQLITE_IOERR_READ, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC,
        SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_DELETE };

    if (disk->off)
        return CODES[op];
    if (paused > 0)
        return SQLITE_OK;
    if (counts(&disk->crash, op) && --disk->crash.in == 0) {
        disk->counts.crashes_at[op]++;
        disk->off = true; /* with `after`, once it is done */
        return disk->crash.after ? SQLITE_OK : CODES[op];
    }
    if (counts(&disk->error, op)) {
        if (disk->error.in > 1) {
            disk->error.in--;
        } else {
            disk->counts.errors[op]++;
            if (disk->error.times > 1)
                disk->error.times--;
            else
                disk->error.in = 0;
            return CODES[op];
        }
    }
    return SQLITE_OK;
}

/* After one: a program that died in it never hears the answer. */
int sim_disk_done(struct sim_disk *disk, sim_disk_op op)
{
    (void)op;
    return disk->off ? SQLITE_IOERR : SQLITE_OK;
}

bool sim_disks_pause(bool pause)
{
    paused += pause ? 1 : -1;
    return paused > 0;
}

void sim_disks_unpause(void)
{
    paused = 0;
}

/* ---- operations ---- */

int sim_file_read(struct sim_file *file, void *out, size_t len, size_t at)
{
    size_t there = at < file->shown.len ? file->shown.len - at : 0;
    int rc = sim_disk_strike(file->disk, SIM_OP_READ);

    if (rc != SQLITE_OK)
        return rc;
    if (there > len)
        there = len;
    if (there > 0)
        memcpy(out, file->shown.data + at, there);
    if (there == len)
        return SQLITE_OK;
    memset((uint8_t *)out + there, 0, len - there);
    return SQLITE_IOERR_SHORT_READ;
}

static void remember(struct sim_file *file, const void *data, size_t len, size_t at)
{
    struct sim_unsynced *u;

    if (file->nunsynced == file->cap_unsynced) {
        file->cap_unsynced = file->cap_unsynced > 0 ? file->cap_unsynced * 2 : 16;
        file->unsynced =
                must(realloc(file->unsynced, file->cap_unsynced * sizeof(*file->unsynced)));
    }
    u = &file->unsynced[file->nunsynced++];
    u->at = at;
    u->len = len;
    u->data = NULL;
    if (len > 0) {
        u->data = must(malloc(len));
        memcpy(u->data, data, len);
    }
}

static void write_now(struct sim_file *file, const void *data, size_t len, size_t at)
{
    put(&file->shown, data, len, at);
    remember(file, data, len, at);
}

int sim_file_write(struct sim_file *file, const void *data, size_t len, size_t at)
{
    struct sim_disk *disk = file->disk;
    bool was_on = !disk->off;
    int rc = sim_disk_strike(disk, SIM_OP_WRITE);

    if (rc != SQLITE_OK) {
        /* It died, or the error came, somewhere within. */
        if (was_on && len > 1 && roll(disk, 2) == 0)
            write_now(file, data, 1 + roll(disk, (uint32_t)len - 1), at);
        return rc;
    }
    if (paused == 0 && disk->full.in > 0 && at + len > file->shown.len) {
        disk->counts.full++;
        return SQLITE_FULL;
    }
    write_now(file, data, len, at);
    return sim_disk_done(disk, SIM_OP_WRITE);
}

int sim_file_truncate(struct sim_file *file, size_t len)
{
    int rc = sim_disk_strike(file->disk, SIM_OP_TRUNCATE);

    if (rc != SQLITE_OK)
        return rc;
    size_to(&file->shown, len);
    remember(file, NULL, 0, len);
    return sim_disk_done(file->disk, SIM_OP_TRUNCATE);
}

/* What was made is there to stay, what was removed cannot come back. */
static void harden_folder(struct sim_disk *disk)
{
    struct sim_file *next;

    for (struct sim_file *file = disk->files; file != NULL; file = next) {
        next = file->next;
        file->named = !file->removed;
        if (file->removed && file->handles == 0)
            sim_file_drop(file);
    }
}

static void harden(struct sim_file *file)
{
    for (size_t i = 0; i < file->nunsynced; i++) {
        const struct sim_unsynced *u = &file->unsynced[i];

        if (u->data != NULL)
            put(&file->durable, u->data, u->len, u->at);
        else
            size_to(&file->durable, u->at);
    }
    forget_unsynced(file);
    /* As the system's own VFS: the folder is synced with a new journal, not with a new database. */
    if (file->journal && !file->named)
        harden_folder(file->disk);
    file->named = true;
}

int sim_file_sync(struct sim_file *file)
{
    struct sim_disk *disk = file->disk;
    int rc = sim_disk_strike(disk, SIM_OP_SYNC);

    if (rc != SQLITE_OK)
        return rc;
    disk->counts.syncs++;
    if (!disk->lies)
        harden(file);
    return sim_disk_done(disk, SIM_OP_SYNC);
}

int sim_disk_remove(struct sim_disk *disk, const char *path, bool sync_folder)
{
    struct sim_file *file;
    int rc = sim_disk_strike(disk, SIM_OP_DELETE);

    if (rc != SQLITE_OK)
        return rc;
    file = sim_disk_find(disk, path);
    if (file == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    file->removed = true;
    if (sync_folder)
        harden_folder(disk);
    else if (!file->named && file->handles == 0)
        sim_file_drop(file);
    return sim_disk_done(disk, SIM_OP_DELETE);
}

/* ---- after a crash ---- */

/* Whole sectors of it reach the disk, and one of them perhaps in part. */
static void tear(struct sim_disk *disk, struct sim_file *file, const struct sim_unsynced *u)
{
    for (size_t from = 0; from < u->len;) {
        size_t to = from + SIM_DISK_SECTOR - (u->at + from) % SIM_DISK_SECTOR;
        uint32_t fate = roll(disk, 8);

        if (to > u->len)
            to = u->len;
        if (fate < 4)
            put(&file->durable, u->data + from, to - from, u->at + from);
        else if (fate == 4)
            put(&file->durable, u->data + from, roll(disk, (uint32_t)(to - from)), u->at + from);
        from = to;
    }
}

/* Each write that was not synced: there, gone or torn. How it goes is drawn once for a file, so
 * that all, none, only the first ones and any of them each happen. */
static void lose(struct sim_disk *disk, struct sim_file *file)
{
    uint32_t how = roll(disk, 5);
    uint32_t first = roll(disk, (uint32_t)file->nunsynced + 1);

    for (size_t i = 0; i < file->nunsynced; i++) {
        const struct sim_unsynced *u = &file->unsynced[i];
        uint32_t fate = roll(disk, 3);

        if (how == 0 || (how == 1 && i >= first) || (how >= 3 && fate == 0)) {
            disk->counts.lost_writes++;
        } else if (u->data == NULL) {
            size_to(&file->durable, u->at);
        } else if (how >= 3 && fate == 1) {
            disk->counts.torn_writes++;
            tear(disk, file, u);
        } else {
            disk->counts.kept_writes++;
            put(&file->durable, u->data, u->len, u->at);
        }
    }
    forget_unsynced(file);
    copy_bytes(&file->shown, &file->durable);
}

static void forget_locks(struct sim_file *file)
{
    for (int i = 0; i < file->nregions; i++)
        free(file->regions[i]);
    file->nregions = 0;
    file->maps = 0;
    file->shared = 0;
    file->reserved = NULL;
    file->pending = NULL;
    file->exclusive = NULL;
    memset(file->slot_shared, 0, sizeof(file->slot_shared));
    memset(file->slot_exclusive, 0, sizeof(file->slot_exclusive));
}

void sim_disk_settle(struct sim_disk *disk, bool power)
{
    struct sim_file *next;

    disk->counts.power_cuts += power;
    for (struct sim_file *file = disk->files; file != NULL; file = next) {
        next = file->next;
        forget_locks(file);
        if (!power) {
            if (file->removed)
                sim_file_drop(file);
            continue;
        }
        if (file->removed && roll(disk, 2) == 0) {
            sim_file_drop(file);
            continue;
        }
        if (!file->named && roll(disk, 2) == 0) {
            disk->counts.lost_writes += file->nunsynced;
            sim_file_drop(file);
            continue;
        }
        disk->counts.ghosts += file->removed;
        file->removed = false;
        file->named = true;
        lose(disk, file);
    }
    disk->off = false;
    memset(&disk->crash, 0, sizeof(disk->crash));
    memset(&disk->error, 0, sizeof(disk->error));
}

void sim_disk_put(struct sim_disk *disk, const char *path, const void *data, size_t len)
{
    struct sim_file *old = sim_disk_find(disk, path);

    if (data != NULL) {
        struct sim_file *file = sim_disk_create(disk, path);

        put(&file->shown, data, len, 0);
        put(&file->durable, data, len, 0);
        file->named = true;
    }
    if (old != NULL) /* last: `data` may be its own */
        sim_file_drop(old);
}

bool sim_disk_copy(const char *from, const char *to)
{
    struct sim_disk *source = sim_disk_of(from);
    struct sim_file *file = source != NULL ? sim_disk_find(source, from) : NULL;

    if (file == NULL)
        return false;
    sim_disk_put(sim_disk_of(to), to, file->shown.data, file->shown.len);
    return true;
}

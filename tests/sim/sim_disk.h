/* sim_disk.h - The disk of a simulated machine: files in memory, each as the system shows it and as
 * it would be found after the power failed.
 *
 * What was written is safe once its file was synced. Without that it may, after a power cut, be
 * there, not be there, or be there in part (whole sectors, or a torn one). A program that is merely
 * killed loses nothing that it had written.
 * Invariant: the same calls with the same seed leave the same bytes.
 * Ownership: a disk owns its files; sim_disk_free frees them (no SQLite handle may be open then).
 * Threads:   one. */
#ifndef TQ_TESTS_SIM_DISK_H
#define TQ_TESTS_SIM_DISK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_DISK_SECTOR 512
#define SIM_DISK_REGIONS 64 /* of shared memory: 32 KiB each */

typedef enum sim_disk_op {
    SIM_OP_READ,
    SIM_OP_WRITE,
    SIM_OP_SYNC,
    SIM_OP_TRUNCATE,
    SIM_OP_DELETE,
    SIM_OPS,
} sim_disk_op;

/* A write or a truncation that no sync has covered yet. */
struct sim_unsynced {
    size_t at;
    size_t len; /* 0: the file was cut to `at` */
    uint8_t *data;
};

struct sim_bytes {
    uint8_t *data;
    size_t len;
    size_t cap;
};

struct sim_disk;

struct sim_file {
    struct sim_disk *disk;
    struct sim_file *next;
    char path[96];
    struct sim_bytes shown;   /* what read() gives */
    struct sim_bytes durable; /* what was synced */
    struct sim_unsynced *unsynced;
    size_t nunsynced;
    size_t cap_unsynced;
    bool named;   /* its name is in a synced folder */
    bool removed; /* without a sync of the folder */
    bool journal;
    int handles;
    int shared; /* SQLite's locks on it */
    const void *reserved;
    const void *pending;
    const void *exclusive;
    void *regions[SIM_DISK_REGIONS];
    int nregions;
    int maps;
    int slot_shared[8];
    const void *slot_exclusive[8];
};

/* What is to go wrong. `in` counts operations down; 0: nothing is armed. */
struct sim_disk_fault {
    uint32_t in;
    sim_disk_op op;   /* which operations count */
    bool any_change;  /* all that change something count */
    bool after;       /* a crash: once the operation was done */
    uint32_t times;   /* errors in a row */
    int64_t until_ms; /* a full disk */
};

struct sim_disk_counts {
    uint64_t crashes_at[SIM_OPS];
    uint64_t power_cuts;
    uint64_t lost_writes;
    uint64_t torn_writes;
    uint64_t kept_writes; /* unsynced, and there nevertheless */
    uint64_t ghosts;      /* removed files that came back */
    uint64_t full;
    uint64_t errors[SIM_OPS];
    uint64_t syncs;
};

struct sim_disk {
    char name[32];
    struct sim_disk *next;
    struct sim_file *files;
    uint64_t rng;
    bool off;  /* the program on it is dead: every operation fails */
    bool lies; /* syncs do nothing; for the check of the checks */
    struct sim_disk_fault crash;
    struct sim_disk_fault error;
    struct sim_disk_fault full;
    struct sim_disk_counts counts;
};

/* Registers "/sim/NAME/..." with SQLite, and the clock and the randomness of SQLite. Once. */
void sim_vfs_install(void);
void sim_vfs_set_clock(int64_t now_ms);
void sim_vfs_set_random(uint64_t seed);
uint64_t sim_vfs_random(void); /* where it stands */

/* A disk for paths below "/sim/NAME/". */
struct sim_disk *sim_disk_new(const char *name, uint64_t seed);
void sim_disk_free(struct sim_disk *disk);

/* sim_disk.c, used by sim_vfs.c: NULL when no disk is meant, or no such file is there. */
struct sim_disk *sim_disk_of(const char *path);
struct sim_file *sim_disk_find(struct sim_disk *disk, const char *path);
struct sim_file *sim_disk_create(struct sim_disk *disk, const char *path);
int sim_disk_strike(struct sim_disk *disk, sim_disk_op op);
int sim_disk_done(struct sim_disk *disk, sim_disk_op op);
int sim_file_read(struct sim_file *file, void *out, size_t len, size_t at);
int sim_file_write(struct sim_file *file, const void *data, size_t len, size_t at);
int sim_file_truncate(struct sim_file *file, size_t len);
int sim_file_sync(struct sim_file *file);
int sim_disk_remove(struct sim_disk *disk, const char *path, bool sync_folder);
void sim_file_drop(struct sim_file *file);

/* The program is gone and its handles are closed: what the next one finds. `power`: it went with
 * the whole machine. Clears what was armed. */
void sim_disk_settle(struct sim_disk *disk, bool power);

/* While paused (it counts) nothing strikes: checks look at files, too. */
bool sim_disks_pause(bool pause); /* true: still, or now */
void sim_disks_unpause(void);

/* Copy a file as another program would while nobody writes; false: no such file. */
bool sim_disk_copy(const char *from, const char *to);

/* The disk gets the bytes and is synced; NULL: the file goes. */
void sim_disk_put(struct sim_disk *disk, const char *path, const void *data, size_t len);

#endif

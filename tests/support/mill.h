/* mill.h - A district's real store with devices whose change sets a test writes by hand.
 *
 * Signatures are a keyed hash instead of Ed25519 (the keys are the devices' numbers): the merge
 * takes its verifier from outside. Every failure ends the test with what failed.
 * Ownership: mill_open/mill_close. Decoded receipts live until mill_forget or mill_close. */
#ifndef TQ_TESTS_MILL_H
#define TQ_TESTS_MILL_H

#include <stdio.h>

#include "tuquan/district_store.h"
#include "tuquan/merge.h"

#define MILL_DEVICES 16
#define MILL_CHANGES 4096
#define MILL_START_MS INT64_C(1608000000000)

struct mill_device {
    uint32_t device;
    char unit[64];
    uint64_t seq;
    uint8_t head[TQ_HASH_BYTES];
    uint64_t log_id;
    uint64_t seen; /* what its next changes have seen */
    int64_t t_seen;
    int64_t clock_ms;             /* its clock minus the mill's */
    uint32_t schema;              /* of its sets; 0: the mill's */
    uint32_t incarnation;         /* of its sets; 0: the first */
    struct tq_chain_point parent; /* where that branches off; its chain is the test's to put */
    uint32_t part;                /* of its next set, 1..parts; parts 0: a set by itself */
    uint32_t parts;
    uint64_t group;
    struct tq_change changes[MILL_CHANGES];
    size_t nchanges;
};

struct mill {
    char dir[128];
    char path[192];
    const struct tq_catalogue *catalogue;
    struct tq_district_store *store;
    const struct tq_district_ops *ops;
    struct tq_merger *merger;
    struct tq_arena *arena;
    int64_t now_ms;
    struct tq_district_write
            write;    /* of mill_district: its head counts once, its objections stay */
    bool migrated;    /* its file was made by the migrations */
    bool no_arrivals; /* when a report arrived does not count in a fingerprint */
    FILE *trace;      /* mill_fingerprint writes every row here when it is set */
    struct mill_device devices[MILL_DEVICES];
};

/* A cmocka fixture: a settled mill in *state; at the end its digests are checked. */
int mill_set_up(void **state);
int mill_tear_down(void **state);

/* One field of a change: "column=value"; integers by the column's type, "column" alone: NULL. */
void mill_open(struct mill *m);

/* The same on a file as a server's is, with tq_district_store_db. */
void mill_open_migrated(struct mill *m);

/* With a catalogue of the test's own, borrowed; the tables are those of the build. */
void mill_open_with(struct mill *m, const struct tq_catalogue *catalogue);

/* The same file under another catalogue: an upgrade. */
void mill_reopen(struct mill *m, const struct tq_catalogue *catalogue);
void mill_close(struct mill *m);

/* Copy the district's file as a backup would (`path` must not exist), and: lose everything since
 * such a backup was made. The restored file starts, so a new epoch begins. */
void mill_backup(struct mill *m, const char *path);
void mill_restore(struct mill *m, const char *path);

/* Lose the file altogether: an empty one with the same keys. Its devices are to be made again. */
void mill_lose(struct mill *m);

/* Enrol device `number` of `unit` ("08773@2004-01-01"). */
struct mill_device *mill_device(struct mill *m, uint32_t number, const char *unit);

/* 16 bytes of a surrogate key made of a small number, in the arena. */
struct tq_slice mill_key(struct mill *m, uint32_t number);

/* Add a change to the device's next set; fields end with NULL. `key` of a natural key: text, its
 * parts joined by 0x1F. */
struct tq_change *mill_insert(struct mill *m, struct mill_device *d, const char *table,
        struct tq_slice key, ...) __attribute__((sentinel));
struct tq_change *mill_update(struct mill *m, struct mill_device *d, const char *table,
        struct tq_slice key, ...) __attribute__((sentinel));

/* Seal what was added into the device's next set. */
struct tq_set mill_seal(struct mill *m, struct mill_device *d);

/* Merge sets in one batch; statuses and receipts come back in `items`. */
tq_status mill_merge(struct mill *m, const struct tq_set *sets, const uint32_t *devices,
        size_t count, struct tq_merge_item *items);

/* Seal and merge one device's set, expecting success: its receipt. */
struct tq_receipt mill_send(struct mill *m, struct mill_device *d);

/* Changes of the district itself, added to device 0 by mill_insert/mill_update. */
tq_status mill_district(struct mill *m, struct tq_error *err);

/* The units, villages, period and indicator that tests use: 08773@2004-01-01, 08779@2004-01-01,
 * villages <code>-01@2019-01-01 of both, period ADMIN/2020-12. */
void mill_settle(struct mill *m);

struct tq_receipt mill_receipt(struct mill *m, struct tq_slice bytes);

/* The newest amending receipt of a device's set; status NOT_FOUND ends the test. */
struct tq_receipt mill_amended(struct mill *m, struct mill_device *d, uint64_t seq);

/* A column of a row at the district; type NULL with *exists false when there is no row. */
struct tq_value mill_cell(
        struct mill *m, const char *table, struct tq_slice key, const char *column, bool *exists);

/* Rows of a table where column = text (column NULL: all), over all owners. */
size_t mill_count(struct mill *m, const char *table, const char *column, const char *text);

uint64_t mill_head(struct mill *m, int64_t *t);

/* Everything at rest as one hash: cells of all rows of tables that offices write, and the open
 * inbox by what it is about. Sequences and times are left out. */
void mill_fingerprint(struct mill *m, uint8_t out[TQ_HASH_BYTES]);

/* Do the kept digests equal those of the rows as they are? Ends the test where they do not. */
void mill_check_digests(struct mill *m);

/* The signer and verifier of tests. */
struct tq_signer mill_signer(uint32_t device);
bool mill_verify(const uint8_t key[TQ_SIGN_KEY_BYTES], const char *domain, struct tq_slice data,
        const uint8_t signature[TQ_SIGNATURE_BYTES]);
void mill_sign_key(uint32_t device, uint8_t out[TQ_SIGN_KEY_BYTES]);

#endif

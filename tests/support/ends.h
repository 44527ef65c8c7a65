/* ends.h - A few offices and their district in one process: real sessions, stores, triggers and codec,
 * a line in memory that may lose messages.
 *
 * Ownership: ends_open makes *state, ends_close frees it; both fit cmocka.
 * Threads:   one. */
#ifndef TQ_TESTS_ENDS_H
#define TQ_TESTS_ENDS_H

#include "mill.h"
#include "office_world.h"
#include "tuquan/district_session.h"
#include "tuquan/office_session.h"

#define ENDS 3 /* devices 7, 8, 9 of one commune */
#define ENDS_QUEUE 1024

struct ends;

struct packet {
    size_t to; /* an office, or ENDS: the district */
    size_t from;
    struct tq_buf bytes;
};

struct end {
    struct ends *ends;
    size_t number;
    uint32_t device; /* whose keys it has: a copied file keeps those of the first */
    struct office_world w;
    struct tq_signer signer;
    struct tq_office_session *session;
};

struct ends {
    struct mill mill;
    struct tq_district *district;
    struct end ends[ENDS];
    struct packet line[ENDS_QUEUE];
    size_t head;
    size_t tail;
    unsigned loss; /* percent */
    size_t lose;   /* the message that many ahead gets lost; 0: none */
    uint64_t random;
    /* Sees each message as it leaves, ENDS the district's; true: it gets lost. NULL: nobody looks. */
    bool (*watch)(void *ctx, size_t from, size_t to, const struct tq_message *message);
    void *watch_ctx;
    struct tq_arena *arena;
    int64_t now_ms;
    uint64_t sessions;
    tq_message_kind
            swallow;     /* the next message of this kind towards an office gets lost; 0: none */
    struct tq_fork fork; /* the last that the district noted */
    size_t forks;
    uint32_t wrong; /* how many kept sums a test has spoilt */
    /* The test lets the heap fail: what either side then says is no end of the test; the first. */
    bool heap_fails;
    struct tq_error told;
};

int ends_open(void **state);
int ends_close(void **state);

uint64_t ends_random(struct ends *e);

/* Begin a session; run until nothing moves any more (sessions that still wait then have lost a
 * message and time out); both, and the result. */
void ends_start(struct ends *e, size_t number);
void ends_run(struct ends *e);
const struct tq_office_result *ends_try(struct ends *e, size_t number);

/* The same, and it must end well: done, complete, equal, with kept sums that were right. */
const struct tq_office_result *ends_sync(struct ends *e, size_t number);

/* The same files under another catalogue, borrowed: an upgrade. Changes that the district released. */
size_t ends_upgrade_district(struct ends *e, const struct tq_catalogue *catalogue);
void ends_upgrade_office(struct ends *e, size_t number, const struct tq_catalogue *catalogue);

/* The district as mill_backup kept it at `path`. */
void ends_restore_district(struct ends *e, const char *path);

/* The office's file as it is now, kept in the arena of the caller's image; and put back into an
 * office, whose keys then are those of the device that the file names. */
struct image {
    sqlite3 *db;
};
void ends_save(struct ends *e, size_t number, struct image *image);
void ends_load(struct ends *e, size_t number, const struct image *image);
void ends_forget(struct image *image);

/* The same of the district's file; its sessions are gone then. */
void ends_save_district(struct ends *e, struct image *image);
void ends_load_district(struct ends *e, const struct image *image);

/* Every row of `item` at the district, and that each office that is named has the same. */
void ends_agree(struct ends *e, size_t noffices);

#endif

/* ends.h - A district and its offices with real keys, files, triggers and codec, in one process.
 *
 * Ownership: the caller's structs, opened and closed in pairs. A closed one's file is at rest: it
 *            may be copied. */
#ifndef TQ_BENCH_ENDS_H
#define TQ_BENCH_ENDS_H

#include "bench.h"
#include "member/network.h"
#include "tuquan/codec.h"
#include "tuquan/district_session.h"
#include "tuquan/district_store.h"
#include "workload.h"

struct bench_packet {
    bool to_district;
    struct tq_buf bytes;
};

struct bench_district {
    char path[BENCH_PATH_BYTES];
    char height[BENCH_PATH_BYTES];
    struct tq_keys keys;
    struct tq_signer signer;
    struct tq_district_store *store;
    const struct tq_district_ops *ops;
    struct tq_merger *merger; /* for sets that come without a session */
    struct tq_district *sessions;
    struct tq_arena *arena; /* of messages */
    tq_status (*send)(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
            struct tq_error *err); /* NULL: the line in memory */
    void *send_ctx;
    struct bench_packet *line;
    size_t head, tail, room;
};

/* A device that seals without a file. */
struct bench_sender {
    uint32_t device;
    struct tq_keys keys;
    struct tq_signer signer;
    uint64_t seq;
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_arena *arena; /* of its sets */
};

struct bench_office {
    char path[BENCH_PATH_BYTES];
    uint32_t device;
    struct tq_db *db;
    struct network net; /* keys, signer, office */
    sqlite3 *raw;       /* another tool's connection: what a clerk's program writes by */
    struct work_writer writer;
};

/* A new file with 17 communes, their villages, periods and indicators; `keys` are drawn. */
void district_make(struct bench_district *d, const struct bench *b, const char *name);

/* Open the file again, with the keys that are in `d`, as it is or as a copy under another path. */
void district_open(struct bench_district *d, const char *path);
void district_close(struct bench_district *d);
uint64_t district_head(struct bench_district *d, int64_t *t);
void district_enrol(
        struct bench_district *d, uint32_t device, const char *unit, const struct tq_keys *keys);

void sender_init(
        struct bench_sender *s, struct bench_district *d, uint32_t device, const char *unit);
void sender_deinit(struct bench_sender *s);

/* Seal changes into the device's next sets, of at most `per_set` changes; they have seen all. */
size_t sender_seal(struct bench_sender *s, struct tq_change *changes, size_t count, size_t per_set,
        uint64_t seen, int64_t t_seen, struct tq_set *sets, size_t room);

/* Merge in one transaction; every set must go in, and every change be accepted. */
void district_merge(struct bench_district *d, const struct tq_set *sets, size_t count);

void office_make(struct bench_office *o, const struct bench *b, struct bench_district *d,
        const char *name, uint32_t device, const char *unit);
void office_open(struct bench_office *o, const char *path);
void office_close(struct bench_office *o);
void office_writer(struct bench_office *o, const struct workload *w); /* open `raw` and prepare */

/* One sync over the line in memory; it must come to its end with equal digests. */
struct tq_office_result ends_sync(struct bench_district *d, struct bench_office *o);

#endif

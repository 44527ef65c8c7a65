/* district_internal.h - What the files of the district's sessions share.
 *
 * district_session.c takes messages and runs the turn; district_rows.c builds the chunks of a pull,
 * district_near.c finds what is near, district_origins.c says who wrote their cells;
 * district_digest.c answers questions about digests; district_fork.c gives incarnations to restored
 * and copied files; district_refill.c takes back what the district itself had lost. */
#ifndef TQ_DISTRICT_INTERNAL_H
#define TQ_DISTRICT_INTERNAL_H

#include "tuquan/digest.h"
#include "tuquan/district_session.h"
#include "tuquan/mem.h"

#define DISTRICT_TURN_ARENA ((size_t)256 * 1024 * 1024)
#define DISTRICT_UNITS 32u    /* of one scope */
#define DISTRICT_MAX_ASKS 16u /* of a session: an office narrows a difference down in a few */
#define CHUNK_ROWS 2000u
#define CHUNK_BYTES ((size_t)128 * 1024)

/* A set that waits for the next merge; the payload is a copy. */
struct waiting_set {
    struct waiting_set *next;
    struct tq_set set;
    size_t bytes;              /* on the wire: credit that goes back */
    struct tq_slice *receipts; /* of a set that comes back */
    size_t nreceipts;
};

struct district_origins; /* district_origins.c */
struct district_sums;    /* district_sums.c */

struct session {
    struct session *next;
    uint64_t peer;
    uint64_t number; /* of the office's Hello */
    tq_district_phase phase;
    uint32_t device;
    uint32_t incarnation;
    uint32_t schema; /* of the office */
    int64_t offset_ms;
    char units[DISTRICT_UNITS][64]; /* its own, then those closed into it */
    size_t nunits;
    struct tq_chain_point office_head; /* as Hello said */
    bool renew_keys;                   /* the device is asked to */
    uint64_t seen;                     /* what the file knows completely; 0: nothing yet */
    struct tq_position at;
    uint8_t scan_key[TQ_MAX_KEY_BYTES];
    uint64_t sets_coming;
    bool wants_offers; /* this district lost what it wrote itself, and said so */
    bool other_scope;  /* Hello's cursor was made with another scope */
    bool rescope;      /* the next chunk begins a scan */
    uint64_t began_h;  /* of the scan that this session began last; 0: none */
    uint64_t credit;   /* bytes that may still go out */
    uint64_t window;
    uint64_t waiting_bytes; /* of sets not merged yet */
    uint64_t to_credit;     /* consumed, not given back yet */
    struct waiting_set *first;
    struct waiting_set *last;
    uint32_t asks; /* questions about digests */
    uint32_t round_trips;
    bool pulled;      /* once: the first goes out with Hello */
    int64_t hello_ms; /* when it came */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t rows_out;
};

struct tq_district {
    struct tq_district_session_config config;
    struct tq_merger *merger;
    struct tq_arena *arena;           /* of one turn or one answer */
    struct district_origins *origins; /* sets read while a session is served; else NULL */
    struct district_sums *sums;       /* of older schema versions; NULL: none was asked for */
    struct session *sessions;
    size_t nsessions;
    uint32_t turned_away; /* since the crowd began, less who came in again: places in a queue */
    uint8_t group_key_id[8];
    uint8_t group_key[32];
};

/* district_session.c: fill session and kind, count bytes, send. */
tq_status district_send(
        struct tq_district *d, struct session *s, struct tq_message *message, struct tq_error *err);
void district_note(struct tq_district *d, struct session *s, struct tq_district_note *note);

/* district_rows.c: send chunks while the credit lasts; SERVED once complete went out. */
tq_status district_pump(
        struct tq_district *d, struct session *s, int64_t now_ms, struct tq_error *err);
tq_status district_row(struct tq_district *d, const struct session *s,
        const struct tq_stored_row *stored, struct tq_row *out, struct tq_error *err);
bool district_session_move(struct session *s, tq_district_phase to);

/* district_origins.c: into the arena of the turn; what was read for it is kept until forgotten. */
tq_status district_origins(struct tq_district *d, const struct session *s,
        const struct tq_stored_row *stored, struct tq_row *out, struct tq_error *err);
void district_origins_forget(struct tq_district *d);

/* district_fork.c: is the file behind the chain, or beside it? Then its new incarnation. `known`:
 * the device has the incarnation that its head names. COME_BACK: it asked for too many. */
tq_status district_fork(struct tq_district *d, const struct session *s,
        const struct tq_hello *hello, bool known, const struct tq_chain *chain, int64_t now_ms,
        struct tq_fork *fork, bool *forked, struct tq_error *err);

/* district_refill.c: a `top` that is not in this ledger; a set (with receipts: one that was lost) put
 * to those that wait, copied. */
tq_status district_restored(struct tq_district *d, const struct tq_hello *hello, bool *restored,
        uint64_t *kept, struct tq_error *err);
tq_status district_keep_set(struct session *s, const struct tq_set *set,
        const struct tq_slice *receipts, size_t nreceipts, size_t bytes, struct tq_error *err);

/* district_offer.c: rows that this district wrote and lost, as proposals for its officers. */
tq_status district_offer(struct tq_district *d, struct session *s, const struct tq_offer *offer,
        int64_t now_ms, struct tq_error *err);

/* district_scope.c: the units of a session; owners of a table's rows within it (one, without a name,
 * for public tables); rows of all of them in key order, as rows_scan. */
tq_status district_scope_load(
        struct tq_district *d, struct session *s, struct tq_slice unit, struct tq_error *err);
tq_status district_scope_text(
        struct tq_district *d, const struct session *s, struct tq_slice *out, struct tq_error *err);
size_t district_owners(const struct session *s, const struct tq_table *table);
struct tq_slice district_owner(const struct session *s, const struct tq_table *table, size_t i);
bool district_owns(const struct session *s, struct tq_slice owner);
tq_status district_scan(struct tq_district *d, const struct session *s,
        const struct tq_table *table, struct tq_slice after, size_t want, struct tq_stored_row *out,
        size_t *got, struct tq_error *err);

/* district_sums.c: what the store holds of a table and owner, added up by the columns that the
 * session's office knows. */
tq_status district_digest(struct tq_district *d, const struct session *s,
        const struct tq_table *table, struct tq_slice owner, struct tq_digest *out,
        struct tq_error *err);
void district_sums_forget(struct tq_district *d);

/* district_digest.c: the answer to a question, and whether it asks for no row twice. */
bool district_ranges_are_fair(const struct tq_ranges *ask);
tq_status district_ranges(struct tq_district *d, struct session *s, const struct tq_ranges *ask,
        struct tq_error *err);

#endif

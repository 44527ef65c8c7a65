/* liaison_store.h - Links with neighbouring districts as the district's file knows them: partners,
 * agreements, rows that crossed, and the journal (docs/liaison.md).
 *
 * Ownership: results live in the arena that was given.
 * Threads:   those of the store. Each call is a transaction unless the caller has begun one. */
#ifndef TQ_LIAISON_STORE_H
#define TQ_LIAISON_STORE_H

#include "tuquan/district_store.h"
#include "tuquan/liaison.h"

struct tq_link_info {
    int64_t id;
    struct tq_slice name;
    struct tq_slice sync_address; /* where we serve it; empty: never invited */
    struct tq_slice guest_address;
    int64_t invited_at_ms; /* 0: not yet; the same of all others */
    int64_t accepted_at_ms;
    int64_t heard_at_ms; /* when its rows were last pulled to the end */
    int64_t tried_at_ms;
    struct tq_slice problem; /* code of what the last try failed with; empty: nothing */
    int64_t ended_at_ms;
    struct tq_slice ended_why;
    uint64_t receipts;         /* place of the last receipt looked at, and of which mailbox */
    struct tq_slice agreement; /* the text that holds; empty: none */
    tq_liaison_side side;      /* ours in it */
    int64_t agreed_at_ms;
    uint64_t told; /* rows that went there */
    uint64_t came; /* rows that came from there */
    uint64_t frozen;
    uint64_t refused; /* lines of the journal about a row, with a code */
};

/* What happens to a link. */
typedef enum tq_liaison_event {
    TQ_LIAISON_INVITED,  /* the addresses are given */
    TQ_LIAISON_ACCEPTED, /* we joined it */
    TQ_LIAISON_HEARD,    /* a round went to its end */
    TQ_LIAISON_FAILED,   /* `text` is the code */
    TQ_LIAISON_SEEN,     /* receipts up to `number` were looked at */
} tq_liaison_event;

struct tq_link_row {
    int64_t link; /* 0: never crossed */
    bool incoming;
    bool frozen;
    bool ours; /* known to be: it went out, or (link 0) an officer wrote it here */
};

/* One line. `way`: "out", "in", "answer_out", "answer_in", "line", "head", and of a bundle
 * as a whole "bundle_out", "bundle_in" (its key is the code of the file). */
struct tq_link_entry {
    int64_t id;
    int64_t link;
    int64_t at_ms;
    struct tq_slice way;
    uint32_t table; /* 0: none */
    struct tq_slice key;
    struct tq_slice agreement;
    struct tq_slice article;
    struct tq_slice code; /* empty: it crossed */
    struct tq_slice detail;
    uint8_t hash[TQ_HASH_BYTES]; /* of what it held */
};

TQ_BEGIN_DECLS

/* `counts`: told, came, frozen and refused too; else they stay 0. */
TQ_MUST_CHECK tq_status tq_links_list(struct tq_district_store *store, bool counts,
        struct tq_arena *arena, struct tq_link_info **out, size_t *count, struct tq_error *err);

/* By its name or number, without its counts. Fails: NOT_FOUND. */
TQ_MUST_CHECK tq_status tq_links_find(struct tq_district_store *store, struct tq_slice name,
        struct tq_arena *arena, struct tq_link_info *out, struct tq_error *err);

/* Fails: EXISTS (the name). */
TQ_MUST_CHECK tq_status tq_links_add(struct tq_district_store *store, struct tq_slice name,
        int64_t now_ms, struct tq_error *err);

/* Note with the link what came of it last: `text`, `other`, `number` as the event has them. Fails:
 * what the database fails with. */
TQ_MUST_CHECK tq_status tq_links_note(struct tq_district_store *store, int64_t link,
        tq_liaison_event event, struct tq_slice text, struct tq_slice other, uint64_t number,
        int64_t now_ms, struct tq_error *err);

/* The agreement that holds from now on; the link, if it had ended, begins again, and what was frozen
 * then is what this agreement says of it. */
TQ_MUST_CHECK tq_status tq_links_agree(struct tq_district_store *store, int64_t link,
        tq_liaison_side side, struct tq_slice text, struct tq_slice who, int64_t now_ms,
        struct tq_error *err);

/* Ended; what came from there is frozen. */
TQ_MUST_CHECK tq_status tq_links_end(struct tq_district_store *store, int64_t link,
        struct tq_slice why, int64_t now_ms, struct tq_error *err);

/* By which link a row crosses; link 0: by none. Fails: what the database fails with. */
TQ_MUST_CHECK tq_status tq_links_row(struct tq_district_store *store, uint32_t table,
        struct tq_slice key, struct tq_link_row *out, struct tq_error *err);
/* A row crosses; one that did before stays as it is. Link 0: it is ours, and has not crossed yet. */
TQ_MUST_CHECK tq_status tq_links_row_put(struct tq_district_store *store, uint32_t table,
        struct tq_slice key, const struct tq_link_row *row, int64_t now_ms, struct tq_error *err);

/* A line; nothing when the last one about the same row, way and link says the same, or, of a refusal,
 * the last one of its code, and nothing crossed since: two that take turns are told once. */
TQ_MUST_CHECK tq_status tq_journal_add(
        struct tq_district_store *store, const struct tq_link_entry *entry, struct tq_error *err);

/* Which lines; 0 and empty: no matter. */
struct tq_journal_question {
    int64_t link;
    int64_t before; /* older than the line of this id */
    int64_t from_ms;
    int64_t until_ms; /* not itself */
    struct tq_slice way;
    uint32_t table;
    bool refused_only;
    struct tq_slice code; /* refused by this one; empty: whatever code */
    size_t limit;
};

/* The last `limit` of these lines, the oldest first. *more: there are older ones. */
TQ_MUST_CHECK tq_status tq_journal_list(struct tq_district_store *store,
        const struct tq_journal_question *question, struct tq_arena *arena,
        struct tq_link_entry **out, size_t *count, bool *more, struct tq_error *err);

/* Of a mailbox: the next receipt of the partner's sets behind place *pos with something that was not
 * simply taken; *found false: there is none. */
TQ_MUST_CHECK tq_status tq_links_exception(struct tq_district_store *store, uint64_t *pos,
        struct tq_arena *arena, struct tq_slice *receipt, bool *found, struct tq_error *err);

TQ_END_DECLS
#endif

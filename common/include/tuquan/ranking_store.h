/* ranking_store.h - Rankings from rows and into rows: provisional, published, corrected, checked.
 *
 * Publishing freezes sheet version, input hash and engine version in table `ranking` and one row a
 * unit in `ranking_row`. A later correction, by the same sheet or another, makes the next version of
 * the period with a list of differences; the old one stays, marked superseded. A number means one
 * table, and one is in force. What it writes comes back as changes of the district (device 0);
 * nothing is written here.
 * Ownership: everything lives in the arena. Threads: that of the database. */
#ifndef TQ_RANKING_STORE_H
#define TQ_RANKING_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/database.h"
#include "tuquan/error.h"
#include "tuquan/ranking.h"
#include "tuquan/sheet_store.h"

/* What is ranked. */
struct tq_ranking_order {
    struct tq_slice period;
    struct tq_slice sheet;
    struct tq_slice parent; /* the communes under it; empty: all */
    int64_t now_ms;
};

/* Sign 32 bytes with the district's key. */
typedef tq_status (*tq_ranking_sign)(
        void *ctx, const uint8_t *hash, uint8_t signature[64], struct tq_error *err);

struct tq_publication {
    struct tq_ranking_order order;
    struct tq_slice author;              /* post of who accepts the machine's figures */
    struct tq_slice document_no;         /* of the acceptance; may be empty */
    struct tq_slice missing_decision_no; /* to publish without some units; empty: none */
    tq_ranking_sign sign;                /* NULL: not signed */
    void *sign_ctx;
    bool only_shown; /* nothing of it is written: counts that are kept (tally.h) will do */
};

/* A row of `ranking_row` for people and programs. */
struct tq_ranking_line {
    struct tq_slice unit;
    struct tq_slice name;
    tq_place place;
    uint32_t order; /* 1.. as listed */
    uint32_t rank;  /* 0 none */
    bool shared;
    bool provisional;
    int64_t final_c;
    int64_t base_c;
    int64_t bonus_c;
    int64_t penalty_c;
    int64_t area_c[TQ_MAX_AREAS + 1];
    bool area_left_out[TQ_MAX_AREAS + 1];
    tq_grade grade;
    struct tq_slice caps;        /* "D1 D4" */
    struct tq_slice tie;         /* the sheet's word for the step that parted it */
    struct tq_slice items;       /* "1.1=479;2.4=-;" */
    struct tq_slice adjustments; /* "B3=100;P1=-50;" */
    uint32_t coverage_c;
    uint8_t input_hash[TQ_HASH_BYTES];
};

struct tq_ranking_view {
    struct tq_slice period;
    struct tq_slice sheet;
    uint32_t version;
    struct tq_slice state; /* published, superseded */
    int64_t published_at;
    struct tq_slice engine;
    uint32_t units_due;
    uint32_t units_scored;
    struct tq_slice missing_units;
    struct tq_slice decision_no;
    struct tq_slice differences; /* unit|what|area|before|after, a line each */
    uint8_t input_hash[TQ_HASH_BYTES];
    uint8_t rows_hash[TQ_HASH_BYTES];  /* as stored */
    uint8_t found_hash[TQ_HASH_BYTES]; /* of the rows as they are in this file */
    uint8_t head_hash[TQ_HASH_BYTES];  /* of the version's own facts as they are in this file */
    struct tq_slice signature;
    size_t nlines;
    const struct tq_ranking_line *lines; /* as listed */
};

struct tq_ranking_check {
    bool same; /* the rows of today give the hash that was published */
    uint8_t stored[TQ_HASH_BYTES];
    uint8_t found[TQ_HASH_BYTES];
    const struct tq_ranking *ranking; /* computed again */
};

TQ_BEGIN_DECLS

/* As the rows are now; nothing is accepted or frozen. Fails: NOT_FOUND, INVALID, NOMEM. */
TQ_MUST_CHECK tq_status tq_ranking_compute(struct tq_db *db, struct tq_arena *arena,
        const struct tq_ranking_order *order, const struct tq_ranking **out, struct tq_error *err);

/* The next version: accepts the machine's figure for every criterion that nobody verified (and
 * renews what was accepted so before and has another figure now), then freezes.
 * Fails: NOT_SENT (units have not sent and there is no decision; the facts name them),
 * NOT_COMPLETE (the sheet is a draft), RULE (a month has no rank), UNCHANGED (the same as the
 * last version). */
TQ_MUST_CHECK tq_status tq_ranking_publish(struct tq_db *db, struct tq_arena *arena,
        const struct tq_publication *publication, struct tq_changes *out, uint32_t *version,
        const struct tq_ranking **ranking, struct tq_error *err);

/* One figure by the district. `applicable` false: the criterion does not apply, points are ignored.
 * Fails: NOT_FOUND (no such criterion), INVALID (points beyond the most; no reason although it
 * differs from the machine's figure). */
TQ_MUST_CHECK tq_status tq_score_verify(struct tq_db *db, struct tq_arena *arena,
        const struct tq_ranking_order *order, struct tq_slice unit, struct tq_slice criterion,
        bool applicable, int64_t points_c, struct tq_slice reason, struct tq_slice author,
        struct tq_changes *out, struct tq_error *err);

/* A version as it is in the file; `sheet` empty: by whichever sheet; version 0: the
 * newest. Fails: NOT_FOUND. */
TQ_MUST_CHECK tq_status tq_ranking_load(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice period, struct tq_slice sheet, uint32_t version,
        struct tq_ranking_view *out, struct tq_error *err);

/* What the signature of a version is over; the same on both sides. */
void tq_ranking_signed_hash(uint8_t *out, const struct tq_ranking_view *view);

/* Compute a published version again, by its own sheet and units, at the district.
 * Fails: NOT_FOUND, VERSION (another engine made it). */
TQ_MUST_CHECK tq_status tq_ranking_recompute(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice period, struct tq_slice sheet, uint32_t version,
        struct tq_ranking_check *out, struct tq_error *err);

TQ_END_DECLS
#endif

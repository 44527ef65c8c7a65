/* sheet_store.h - Sheets and periods into tables, as changes of the district.
 *
 * Ownership: changes live in the arena; hand them to the district's writer.
 * Threads:   that of the database. */
#ifndef TQ_SHEET_STORE_H
#define TQ_SHEET_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/change.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

struct tq_changes {
    size_t n;
    const struct tq_change *changes;
};

TQ_BEGIN_DECLS

/* "5TQ@1" into "5TQ" and 1; false: it is no key of a sheet. */
bool tq_sheet_key_split(struct tq_slice key, struct tq_slice *code, int64_t *version);

/* A sheet file (tq_sheet_read_csv) as rows of scoring_sheet and criterion; `publish`: at once, else
 * as a draft. The sheet is parsed first: what cannot score is not stored.
 * Fails: as tq_sheet_parse; IMMUTABLE when the key is there already (make a new version). */
TQ_MUST_CHECK tq_status tq_sheet_import(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice csv, bool publish, int64_t now_ms, struct tq_slice author,
        struct tq_changes *out, struct tq_error *err);

/* A draft becomes the district's sheet. Fails: NOT_FOUND; INVALID (it does not parse); IMMUTABLE
 * (published or retired already). */
TQ_MUST_CHECK tq_status tq_sheet_publish(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice key, int64_t now_ms, struct tq_slice author, struct tq_changes *out,
        struct tq_error *err);

/* The sheet by which a period is scored when nobody names one: that of its last publication, so that
 * a correction goes by the sheet it corrects; before there is one, the sheet that was published last.
 * Copied into the arena. Fails: NOT_COMPLETE (no sheet is published). */
TQ_MUST_CHECK tq_status tq_sheet_of_period(struct tq_db *db, struct tq_arena *arena,
        struct tq_slice period, struct tq_slice *out, struct tq_error *err);

/* The calendars and all periods of the years first..last that the file has not yet. Reports of
 * months and quarters fall due at the end of the day `due_days` after the window, those of COMMUNE
 * years 15 days after it; halves, ADMIN and VILLAGE years have no report. Fails: RANGE (more than
 * 50 years). */
TQ_MUST_CHECK tq_status tq_periods_make(struct tq_db *db, struct tq_arena *arena, int first,
        int last, int due_days, int64_t now_ms, struct tq_slice author, struct tq_changes *out,
        struct tq_error *err);

TQ_END_DECLS
#endif

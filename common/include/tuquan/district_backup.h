/* district_backup.h - A copy of the district's file that is known to be good, and back.
 *
 * A backup counts only once it was opened, checked page by page and its whole ledger verified.
 * Ownership: nothing is kept.
 * Threads:   any; the file may be written by a running server while it is copied. */
#ifndef TQ_DISTRICT_BACKUP_H
#define TQ_DISTRICT_BACKUP_H

#include "tuquan/codec_ops.h"
#include "tuquan/district_store.h"

/* What a checked file holds. */
struct tq_backup_facts {
    uint64_t head;
    int64_t t_last;
    uint64_t sets;
    uint64_t receipts;
};

TQ_BEGIN_DECLS

/* Copy `from` as of one moment to `to`, which must not be there, readable by its owner only. Fails:
 * EXISTS, NOT_FOUND, WRONG_FILE, BUSY, IO, DISK_FULL, CORRUPT; then nothing is left of `to`. */
TQ_MUST_CHECK tq_status tq_district_copy(const char *from, const char *to, struct tq_error *err);

/* Open a copy as a restore would: every page, every row's digest, the ledger with its signatures.
 * Fails: CORRUPT names the first damage; NEWER_FILE, WRONG_FILE, IO, NOMEM. */
TQ_MUST_CHECK tq_status tq_district_check(const char *path, const struct tq_catalogue *catalogue,
        const struct tq_codec_ops *codec, tq_verify_fn verify, struct tq_backup_facts *out,
        struct tq_error *err);

/* Is nobody using the file? Then everything of it is in the one file, none in a log beside it.
 * Fails: BUSY, NOMEM. A file that is too damaged to be opened counts as unused. */
TQ_MUST_CHECK tq_status tq_district_close_off(const char *path, struct tq_error *err);

TQ_END_DECLS
#endif

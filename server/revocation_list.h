/* revocation_list.h - What stands in the file of revoked keys: "DEVICE KEY INSTANT" in each line, notes
 * after a '#'.
 *
 * Ownership: what is read lives in the arena.
 * Threads:   any. */
#ifndef TQ_SERVER_REVOCATION_LIST_H
#define TQ_SERVER_REVOCATION_LIST_H

#include "tuquan/bytes.h"
#include "tuquan/district_devices.h"

/* The lines that are such; others, and one that was cut, are left out. Fails: NOMEM. */
TQ_MUST_CHECK tq_status revocation_list_read(struct tq_slice text, struct tq_arena *arena,
        struct tq_revocation **out, size_t *count, struct tq_error *err);

/* Append the whole file. */
void revocation_list_write(struct tq_buf *out, const struct tq_revocation *list, size_t count);

#endif

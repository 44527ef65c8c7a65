/* password.h - What people type to be known: kept as an Argon2id hash alone.
 *
 * Ownership: texts are the caller's.
 * Threads:   any; each call takes 64 MB and tens of milliseconds, on purpose. */
#ifndef TQ_PASSWORD_H
#define TQ_PASSWORD_H

#include <stdbool.h>

#include "tuquan/api.h"
#include "tuquan/error.h"

#define TQ_PASSWORD_BYTES 128u /* of a hash as text, with its salt and its cost, and a NUL */

TQ_BEGIN_DECLS

/* Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_password_hash(
        const char *password, char out[TQ_PASSWORD_BYTES], struct tq_error *err);

/* Is the hash of this password? A text that is no hash is of none. */
bool tq_password_is(const char *hash, const char *password);

TQ_END_DECLS
#endif

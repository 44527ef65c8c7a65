/* totp.h - The second factor: six digits that a phone shows for half a minute (RFC 6238, SHA-1).
 *
 * Ownership: all the caller's memory.
 * Threads:   any. */
#ifndef TQ_SERVER_TOTP_H
#define TQ_SERVER_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/error.h"

#define TOTP_SECRET_BYTES 20u
#define TOTP_TEXT_BYTES 33u /* in base 32, and a NUL */
#define TOTP_STEP_S 30

/* As a person types it into his phone. */
void totp_text(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_BYTES]);

/* Is `code` the one of now, of the half minute before or of the one after? *step is the half minute
 * that it belongs to. Only codes of half minutes after `used` count: one works once. Fails: NOMEM. */
TQ_MUST_CHECK tq_status totp_check(const uint8_t secret[TOTP_SECRET_BYTES], const char *code,
        int64_t now_ms, int64_t used, bool *right, int64_t *step, struct tq_error *err);

#endif

#include "totp.h"

#include <string.h>

#include <liboath/oath.h>

#include "tuquan/process.h"

#define DIGITS 6u

void totp_text(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_BYTES])
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    for (unsigned i = 0; i + 1 < TOTP_TEXT_BYTES; i++) {
        unsigned bit = i * 5;
        unsigned two = (unsigned)secret[bit / 8] << 8;

        if (bit / 8 + 1 < TOTP_SECRET_BYTES)
            two |= secret[bit / 8 + 1];
        out[i] = LETTERS[two >> (11 - bit % 8) & 31];
    }
    out[TOTP_TEXT_BYTES - 1] = '\0';
}

tq_status totp_check(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, int64_t now_ms,
        int64_t used, bool *right, int64_t *step, struct tq_error *err)
{
    int64_t now = now_ms / 1000 / TOTP_STEP_S;
    char wanted[DIGITS + 1];

    *right = false;
    *step = 0;
    if (strlen(code) != DIGITS)
        return TQ_OK;
    for (int64_t at = now - 1; at <= now + 1; at++) {
        if (at <= used)
            continue;
        if (oath_totp_generate((const char *)secret, TOTP_SECRET_BYTES, (time_t)(at * TOTP_STEP_S),
                    TOTP_STEP_S, 0, DIGITS, wanted) != OATH_OK)
            return tq_error_set(err, TQ_NOMEM, "%s", "TOTP");
        if (tq_same_secret(wanted, code, DIGITS)) {
            *right = true;
            *step = at;
        }
    }
    tq_wipe(wanted, sizeof(wanted));
    return TQ_OK;
}

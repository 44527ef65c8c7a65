/* totp_url.h - The secret of a second factor, told once: as text, as the address that phones know, and
 * as a QR code of it.
 *
 * Ownership: none kept.
 * Threads:   any. */
#ifndef TQ_SERVER_TOTP_URL_H
#define TQ_SERVER_TOTP_URL_H

#include "cli/cli.h"
#include "totp.h"

/* Into the result ("secret", "url", "qr": an <svg>), and for people on standard output. Fails:
 * NOMEM. */
TQ_MUST_CHECK tq_status totp_tell(struct cli *cli, const char *account,
        const uint8_t secret[TOTP_SECRET_BYTES], struct tq_error *err);

#endif

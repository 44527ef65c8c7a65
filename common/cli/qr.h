/* qr.h - A QR code of one line of text: in half blocks of UTF-8, two rows of modules a line of text; or
 * as a picture.
 *
 * Ownership: none kept.
 * Threads:   any. */
#ifndef TQ_CLI_QR_H
#define TQ_CLI_QR_H

#include <stdbool.h>

#include "tuquan/bytes.h"
#include "tuquan/error.h"

#define CLI_QR_QUIET 4u /* light modules around it, as the standard wants */

/* Append it, a line feed after each line. `colour`: black on white by escapes, so that it can be read
 * from a dark screen too; without, ink is what is dark. Fails: TOO_LARGE (more than a code holds),
 * NOMEM. */
TQ_MUST_CHECK tq_status cli_qr_append(
        struct tq_buf *out, const char *text, bool colour, struct tq_error *err);

/* Append it as one <svg>: dark modules on white, without a size of its own. Fails as above. */
TQ_MUST_CHECK tq_status cli_qr_image(struct tq_buf *out, const char *text, struct tq_error *err);

#endif

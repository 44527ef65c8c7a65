#include "cli/qr.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

#define BLACK_ON_WHITE "\033[30;107m"
#define AS_BEFORE "\033[0m"

/* Row and column count from the first module; outside it is the quiet zone. */
static bool is_dark(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return (code->data[row * code->width + column] & 1) != 0;
}

tq_status cli_qr_append(struct tq_buf *out, const char *text, bool colour, struct tq_error *err)
{
    static const char *const HALVES[] = { " ", "▄", "▀", "█" }; /* 2: the upper one, 1: the lower */
    const int quiet = (int)CLI_QR_QUIET;
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

    if (code == NULL)
        return errno == ENOMEM ? tq_error_set(err, TQ_NOMEM, "QR")
                               : tq_error_set(err, TQ_TOO_LARGE, "QR: %zu bytes", strlen(text));
    for (int row = -quiet; row < code->width + quiet; row += 2) {
        if (colour)
            tq_buf_append_str(out, BLACK_ON_WHITE);
        for (int column = -quiet; column < code->width + quiet; column++)
            tq_buf_append_str(
                    out, HALVES[2 * is_dark(code, row, column) + is_dark(code, row + 1, column)]);
        if (colour)
            tq_buf_append_str(out, AS_BEFORE);
        tq_buf_append_u8(out, '\n');
    }
    QRcode_free(code);
    return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "QR");
}

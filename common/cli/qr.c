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

static tq_status make(QRcode **out, const char *text, struct tq_error *err)
{
    *out = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    if (*out != NULL)
        return TQ_OK;
    return errno == ENOMEM ? tq_error_set(err, TQ_NOMEM, "QR")
                           : tq_error_set(err, TQ_TOO_LARGE, "QR: %zu bytes", strlen(text));
}

tq_status cli_qr_image(struct tq_buf *out, const char *text, struct tq_error *err)
{
    const int quiet = (int)CLI_QR_QUIET;
    QRcode *code;
    int side;
    tq_status rc = make(&code, text, err);

    if (rc != TQ_OK)
        return rc;
    side = code->width + 2 * quiet;
    tq_buf_printf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
            "<path fill=\"#000\" d=\"",
            side, side, side, side, side);
    for (int row = 0; row < code->width; row++)
        for (int column = 0; column < code->width; column++) {
            int first = column;

            while (column < code->width && is_dark(code, row, column))
                column++;
            if (column > first)
                tq_buf_printf(out, "M%d %dh%dv1h-%dz", first + quiet, row + quiet, column - first,
                        column - first);
        }
    tq_buf_append_str(out, "\"/></svg>");
    QRcode_free(code);
    return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "QR");
}

tq_status cli_qr_append(struct tq_buf *out, const char *text, bool colour, struct tq_error *err)
{
    static const char *const HALVES[] = { " ", "▄", "▀", "█" }; /* 2: the upper one, 1: the lower */
    const int quiet = (int)CLI_QR_QUIET;
    QRcode *code;
    tq_status rc = make(&code, text, err);

    if (rc != TQ_OK)
        return rc;
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

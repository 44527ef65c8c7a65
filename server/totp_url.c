#include "totp_url.h"

#include <stdio.h>
#include <string.h>

#include "cli/qr.h"
#include "tuquan/bytes.h"
#include "tuquan/process.h"
#include "tuquan/terminal.h"

/* Percent-encoded, but for letters, digits and "-._". */
static void append_escaped(struct tq_buf *out, const char *text)
{
    static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";

    for (const char *at = text; *at != '\0'; at++) {
        if (strchr(PLAIN, *at) != NULL)
            tq_buf_append_u8(out, (uint8_t)*at);
        else
            tq_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*at);
    }
}

tq_status totp_tell(struct cli *cli, const char *account, const uint8_t secret[TOTP_SECRET_BYTES],
        struct tq_error *err)
{
    char text[TOTP_TEXT_BYTES];
    struct tq_buf url;
    struct tq_buf qr;
    tq_status rc;

    totp_text(secret, text);
    tq_buf_init(&url, 0);
    tq_buf_init(&qr, 0);
    tq_buf_append_str(&url, "otpauth://totp/TuQuan:");
    append_escaped(&url, account);
    tq_buf_printf(&url, "?secret=%s&issuer=TuQuan", text);
    tq_buf_append_u8(&url, 0);
    rc = tq_buf_is_ok(&url) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "%s", "TOTP");
    if (rc == TQ_OK && cli->json)
        rc = cli_qr_image(&qr, (const char *)url.data, err);
    else if (rc == TQ_OK)
        rc = cli_qr_append(&qr, (const char *)url.data, tq_terminal_is(stdout), err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "secret", json_string(text));
        cli_json_set(cli, "url", json_string((const char *)url.data));
        if (cli->json)
            cli_json_set(cli, "qr", json_stringn((const char *)qr.data, qr.len));
        cli_print(cli, "%s\n%s\n\n%.*s", text, (const char *)url.data, (int)qr.len,
                (const char *)qr.data);
    }
    tq_wipe(text, sizeof(text));
    tq_wipe(url.data, url.len);
    tq_wipe(qr.data, qr.len);
    tq_buf_deinit(&url);
    tq_buf_deinit(&qr);
    return rc;
}

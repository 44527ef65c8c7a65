/* parcel_cover.c - The cover that goes with a bundle: what it holds, its code as a QR picture, as words
 * that can be read over the telephone, and whole. One HTML file without network, printed as one A4. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/qr.h"
#include "cli/table.h"
#include "parcel_show.h"
#include "tuquan/calendar.h"

static const char HEAD[] =
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; img-src data:\"><title>%s</title><style>@page{size:A4;margin:20mm}"
        "body{font:14pt/1.5 'Times New Roman',serif;max-width:170mm;margin:0 auto;color:#000;"
        "background:#fff}h1{font-size:18pt;text-align:center}table{border-collapse:collapse;"
        "width:100%%}td{border:1px solid #000;padding:2mm 3mm;vertical-align:top}td:first-child"
        "{width:48mm}svg{width:55mm;height:55mm;display:block;margin:6mm auto}"
        ".w{font:bold 22pt monospace;text-align:center}.h{font:10pt monospace;text-align:center;"
        "overflow-wrap:anywhere}.s{display:flex;justify-content:space-between;margin-top:14mm;"
        "text-align:center}</style>";

static void put_escaped(struct tq_buf *out, struct tq_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *as = text.data[i] == '<'   ? "&lt;"
                         : text.data[i] == '>' ? "&gt;"
                         : text.data[i] == '&' ? "&amp;"
                                               : NULL;

        if (as != NULL)
            tq_buf_append_str(out, as);
        else
            tq_buf_append_u8(out, text.data[i]);
    }
}

static void put_row(struct tq_buf *out, const char *name, struct tq_slice value)
{
    tq_buf_printf(out, "<tr><td>%s<td>", name);
    put_escaped(out, value);
}

static tq_status put_facts(struct cli *cli, const struct parcel_made *made, size_t bytes,
        struct tq_buf *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;
    const struct tq_parcel *head = &made->head;
    struct tq_buf kinds;
    char text[96];
    char when[40];

    tq_buf_init(&kinds, 0);
    parcel_say_kinds(made, TQ_LANG_VI, &kinds);
    if (head->answers > 0)
        tq_buf_printf(
                &kinds, "%strả lời: %" PRIu32 " gói", kinds.len > 0 ? "; " : "", head->answers);
    if (kinds.len == 0)
        tq_buf_append_str(&kinds, "không có dòng nào");
    tq_buf_append_str(out, "<table>");
    put_row(out, "Bên lập", head->from_name);
    put_row(out, "Bên nhận", head->to_name);
    put_row(out, "Theo quy chế số", head->number);
    put_row(out, "Lập lúc",
            tq_slice_str(cli_show_instant(cli, head->made_at_ms, when, sizeof(when))));
    put_row(out, "Nội dung", tq_buf_slice(&kinds));
    if (!tq_buf_is_ok(&kinds))
        rc = tq_error_set(err, TQ_NOMEM, "cover");
    tq_buf_deinit(&kinds);
    snprintf(text, sizeof(text), "%zu byte, %s", bytes,
            head->readable ? "đọc được bằng trang xem gói" : "niêm phong bằng khóa bên nhận");
    put_row(out, "Tệp", tq_slice_str(text));
    tq_buf_append_str(out, "</table>");
    return rc;
}

static tq_status put_cover(struct cli *cli, const struct parcel_made *made, size_t bytes,
        struct tq_buf *out, struct tq_error *err)
{
    static const char TITLE[] = "BÌA GÓI LIÊN LẠC GIÁP RANH";
    char hex[2 * TQ_PARCEL_CODE_BYTES + 1];
    char words[TQ_PARCEL_WORDS_TEXT];
    tq_status rc;

    tq_hex(hex, made->code, sizeof(made->code));
    tq_parcel_words(made->code, words);
    tq_buf_printf(out, HEAD, TITLE);
    tq_buf_printf(out, "<h1>%s</h1>", TITLE);
    rc = put_facts(cli, made, bytes, out, err);
    if (rc == TQ_OK)
        rc = cli_qr_image(out, hex, err);
    if (rc != TQ_OK)
        return rc;
    tq_buf_printf(out, "<p class=\"w\">%s</p><p class=\"h\">SHA-256: %s</p><p>%s</p>", words, hex,
            "Bên nhận so tám chữ trên với mã mà chương trình hoặc trang xem gói hiện ra khi mở "
            "tệp. "
            "Khác một chữ thì không dùng tệp đó, báo lại bên lập.");
    tq_buf_printf(out, "<div class=\"s\"><div>%s<br><br><br></div><div>%s<br><br><br></div></div>",
            "Người giao", "Người nhận");
    return tq_buf_is_ok(out) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "cover");
}

/* A paper: Vietnamese, whoever asks for it. */
tq_status parcel_cover(struct cli *cli, const struct parcel_made *made, size_t bytes,
        struct tq_buf *out, struct tq_error *err)
{
    tq_lang lang = cli->lang;
    tq_status rc;

    cli->lang = TQ_LANG_VI;
    rc = put_cover(cli, made, bytes, out, err);
    cli->lang = lang;
    return rc;
}

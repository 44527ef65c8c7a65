#include "bundle_head.h"

#include <inttypes.h>

#include "cli/json.h"
#include "cli/table.h"
#include "tuquan/hash.h"

#define SHOWN_KEY_BYTES 8u /* as `devices` shows it */

void cli_bundle_head_print(struct cli *cli, const struct cli_bundle_head *head)
{
    char signer[2 * 32 + 1] = "";
    char when[40];

    if (head->signer.len <= 32)
        tq_hex(signer, head->signer.data, head->signer.len);
    cli_json_set(cli, "kind", json_string(head->to_district ? "question" : "answer"));
    cli_json_set(cli, "device", json_integer(head->device));
    cli_json_set(cli, "made_at", json_integer(head->made_at_ms));
    cli_json_set(cli, "sets", json_integer(head->sets));
    cli_json_set(cli, "rows", json_integer((json_int_t)head->rows));
    cli_json_set(cli, "bytes", json_integer((json_int_t)head->bytes));
    cli_json_set(cli, "signer", json_string(signer));
    cli_print(cli, "%s",
            head->to_district
                    ? cli_say(cli, "Gói của xã gửi huyện", "Bundle of an office for the district")
                    : cli_say(cli, "Gói trả lời của huyện cho xã",
                              "The district's answer to an office"));
    cli_print(cli, "  %s %" PRIu32, cli_say(cli, "Máy số:", "Device:"), head->device);
    cli_print(cli, "  %s %s", cli_say(cli, "Lập lúc:", "Made:"),
            cli_show_instant(cli, head->made_at_ms, when, sizeof(when)));
    cli_print(cli,
            head->to_district
                    ? CLI_SAY(cli, "  Nội dung: %" PRIu32 " gói thay đổi, %" PRIu64 " thay đổi",
                              "  Holds: %" PRIu32 " sets, %" PRIu64 " changes")
                    : CLI_SAY(cli, "  Nội dung: %" PRIu32 " biên nhận, %" PRIu64 " dòng",
                              "  Holds: %" PRIu32 " receipts, %" PRIu64 " rows"),
            head->sets, head->rows);
    cli_print(cli, "  %s %zu byte; %s %.*s...", cli_say(cli, "Dung lượng:", "Size:"), head->bytes,
            cli_say(cli, "chữ ký nguyên vẹn, của khóa", "the signature holds, of key"),
            (int)(2 * SHOWN_KEY_BYTES), signer);
}

void cli_parcel_head_print(struct cli *cli, const struct cli_parcel_head *head)
{
    char when[40];

    cli_json_set(cli, "kind", json_string("neighbour"));
    cli_json_set(cli, "from", cli_json_slice(head->from));
    cli_json_set(cli, "to", cli_json_slice(head->to));
    cli_json_set(cli, "agreement", cli_json_slice(head->agreement));
    cli_json_set(cli, "words", json_string(head->words));
    cli_json_set(cli, "made_at", json_integer(head->made_at_ms));
    cli_json_set(cli, "rows", json_integer(head->rows));
    cli_json_set(cli, "answer_sets", json_integer(head->answers));
    cli_json_set(cli, "readable", json_boolean(head->readable));
    cli_json_set(cli, "bytes", json_integer((json_int_t)head->bytes));
    cli_print(cli, "%s %.*s %s %.*s", cli_say(cli, "Gói của", "Bundle of"), (int)head->from.len,
            (const char *)head->from.data, cli_say(cli, "gửi", "for"), (int)head->to.len,
            (const char *)head->to.data);
    cli_print(cli, "  %s %.*s", cli_say(cli, "Quy chế:", "Agreement:"), (int)head->agreement.len,
            (const char *)head->agreement.data);
    cli_print(cli, "  %s %s", cli_say(cli, "Lập lúc:", "Made:"),
            cli_show_instant(cli, head->made_at_ms, when, sizeof(when)));
    cli_print(cli, "  %s %s", cli_say(cli, "Mã trên bìa:", "Code on the cover:"), head->words);
    cli_print(cli,
            CLI_SAY(cli, "  Nội dung: %" PRIu32 " dòng, %" PRIu32 " gói trả lời; %zu byte; %s",
                    "  Holds: %" PRIu32 " rows, %" PRIu32 " sets of answers; %zu bytes; %s"),
            head->rows, head->answers, head->bytes,
            head->readable ? cli_say(cli, "đọc được", "readable")
                           : cli_say(cli, "niêm phong", "sealed"));
}

/* cmd_receipt.c - receipt: what was sent and what the district answered, as proof. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "app.h"
#include "commands.h"
#include "member/network.h"
#include "tuquan/codec.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    { "limit", 'n', "N", { "số gói nhiều nhất (mặc định 20)", "most sets (20)" } },
    { "export", 0, "FILE",
            { "ghi biên nhận có chữ ký ra tệp, để huyện kiểm tra (ledger receipt)",
                    "write the signed receipt to a file that the district can check" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "set", { "Gói", "Set" }, true, false },
    { "sealed_at", { "Đóng gói lúc", "Sealed" }, false, false },
    { "changes", { "Thay đổi", "Changes" }, true, false },
    { "state", { "Tình trạng", "State" }, false, false },
    { "received_at", { "Huyện nhận lúc", "Received" }, false, false },
    { "accepted", { "Nhận", "Accepted" }, true, false },
    { "superseded", { "Cũ hơn", "Superseded" }, true, false },
    { "held", { "Tạm giữ", "Held" }, true, false },
    { "refused", { "Từ chối", "Refused" }, true, false },
    { "requested", { "Đề nghị", "Requested" }, true, false },
    { "copies", { "Số bản lưu", "Copies" }, true, false },
};

static const struct cli_column EXCEPTIONS[] = {
    { "place", { "Số", "No." }, true, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "verdict", { "Kết quả", "Verdict" }, false, false },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "detail", { "Chi tiết", "Detail" }, false, true },
};

static const char *fate_word(const struct cli *cli, int64_t fate)
{
    static const struct cli_text WORDS[] = {
        { "chờ biên nhận", "waits" },
        { "có biên nhận", "confirmed" },
        { "đã đóng gói lại", "sealed again" },
    };
    size_t i = fate >= 0 && fate < 3 ? (size_t)fate : 0;

    return cli_say(cli, WORDS[i].vi, WORDS[i].en);
}

static tq_status put_set(
        struct app *app, struct cli_table *out, const struct tq_sent_set *set, struct tq_error *err)
{
    struct tq_receipt receipt = { 0 };
    tq_status rc = TQ_OK;

    if (set->receipt.len > 0)
        rc = tq_receipt_decode(set->receipt, app->arena, &receipt, err);
    cli_table_int(out, set->n);
    cli_table_instant(out, set->sealed_at);
    cli_table_int(out, set->nchanges);
    cli_table_both(out, fate_word(app->cli, set->fate),
            json_string(set->fate == 1   ? "confirmed"
                        : set->fate == 2 ? "resealed"
                                         : "waiting"));
    cli_table_instant(out, receipt.ta);
    if (set->receipt.len == 0) {
        for (int i = 0; i < 6; i++)
            cli_table_str(out, NULL);
        return rc;
    }
    cli_table_int(out, receipt.accepted);
    cli_table_int(out, receipt.superseded);
    cli_table_int(out, receipt.held);
    cli_table_int(out, receipt.refused);
    cli_table_int(out, receipt.requested);
    cli_table_int(out, set->copies);
    return rc;
}

static tq_status put_exception(struct app *app, struct cli_table *out,
        const struct tq_exception *exception, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(app->catalogue, exception->table);
    struct tq_slice name = { NULL, 0 };
    tq_lang lang = app->cli->lang;
    char place[16];
    tq_status rc = TQ_OK;

    snprintf(place, sizeof(place), "%" PRIu32, exception->place + 1); /* people count from one */
    cli_table_both(out, place, json_integer(exception->place));
    if (table != NULL)
        rc = app_row_name(app, table, exception->key, &name, err);
    cli_table_text(out, name);
    if (table == NULL || exception->cell == TQ_CELL_ROW)
        cli_table_str(out, NULL);
    else
        cli_table_str(out, tq_table_cell_name(table, exception->cell));
    cli_table_both(out, tq_verdict_name(exception->verdict, lang),
            json_string(tq_verdict_name(exception->verdict, TQ_LANG_EN)));
    cli_table_both(out, tq_reason_sentence(exception->reason, lang),
            json_string(tq_reason_code(exception->reason)));
    cli_table_text(out, exception->detail);
    return rc;
}

/* Whose signature is it, and what had the district's ledger come to? A file that never joined has no
 * key to check with. */
static tq_status print_proof(
        struct app *app, const struct tq_receipt *receipt, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct district_link link;
    char head[2 * TQ_HASH_BYTES + 1];
    char signature[2 * TQ_SIGNATURE_BYTES + 1];
    const char *word =
            cli_say(cli, "chưa kiểm tra được, máy chưa tham gia", "not checked: not joined");
    tq_status rc = tq_identity_init(err);
    json_t *valid = json_null();

    if (rc == TQ_OK)
        rc = network_load_link(cli->dir, &link, err);
    if (rc == TQ_OK) {
        bool good = tq_receipt_verify(receipt, link.sign_key, NULL) == TQ_OK;

        word = good ? cli_say(cli, "đúng của huyện", "the district's own")
                    : cli_say(cli, "KHÔNG ĐÚNG của huyện", "NOT the district's");
        valid = json_boolean(good);
        cli->exit_code = good ? cli->exit_code : tq_status_exit_code(TQ_FORGED);
    } else if (rc == TQ_NOT_JOINED) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    tq_wipe(&link, sizeof(link));
    tq_hex(head, receipt->ledger_hash, TQ_HASH_BYTES);
    tq_hex(signature, receipt->signature, TQ_SIGNATURE_BYTES);
    cli_json_set(cli, "signature", json_string(signature));
    cli_json_set(cli, "signature_valid", valid);
    cli_json_set(cli, "ledger_hash", json_string(head));
    cli_print(cli, "  %s %.32s... %s", cli_say(cli, "Chữ ký:", "Signature:"), signature, word);
    cli_print(cli, "  %s %s\n", cli_say(cli, "Sổ cái huyện khi ấy:", "The ledger then:"), head);
    return rc;
}

static tq_status export_receipt(
        struct app *app, const struct tq_sent_set *set, struct tq_error *err)
{
    const char *path = cli_option(app->cli, "export");
    tq_status rc;

    if (path == NULL)
        return TQ_OK;
    rc = tq_file_write_new(path, set->receipt, false, err);
    if (rc == TQ_OK)
        cli_print(app->cli, "%s %s", cli_say(app->cli, "Đã ghi biên nhận ra tệp", "Wrote"), path);
    return rc;
}

/* One set with every row that did not go through as sent: the printable proof. */
static tq_status print_one(struct app *app, const struct tq_sent_set *set, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct tq_receipt receipt = { 0 };
    struct cli_table out;
    char hash[2 * TQ_HASH_BYTES + 1] = "";
    char text[40];
    tq_status rc;

    tq_hex(hash, set->hash.data, set->hash.len < TQ_HASH_BYTES ? set->hash.len : TQ_HASH_BYTES);
    cli_json_set(cli, "hash", json_string(hash));
    if (set->receipt.len == 0) {
        cli_print(cli,
                CLI_SAY(cli, "Gói %" PRId64 ": %" PRId64 " thay đổi, chưa có biên nhận của huyện.",
                        "Set %" PRId64 ": %" PRId64 " changes, no receipt of the district yet."),
                set->n, set->nchanges);
        return TQ_OK;
    }
    rc = tq_receipt_decode(set->receipt, app->arena, &receipt, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "received_at", json_integer(receipt.ta));
    cli_print(cli,
            CLI_SAY(cli, "BIÊN NHẬN gói %" PRId64 " (%" PRId64 " thay đổi)",
                    "RECEIPT of set %" PRId64 " (%" PRId64 " changes)"),
            set->n, set->nchanges);
    cli_print(cli,
            CLI_SAY(cli,
                    "  Huyện nhận lúc %s; nhận %u, cũ hơn %u, tạm giữ %u, từ chối %u, đề nghị đính "
                    "chính %u; %" PRId64 " bản lưu ở huyện",
                    "  Received %s; accepted %u, superseded %u, held %u, refused %u, requested %u; "
                    "%" PRId64 " copies"),
            cli_show_instant(cli, receipt.ta, text, sizeof(text)), receipt.accepted,
            receipt.superseded, receipt.held, receipt.refused, receipt.requested, set->copies);
    cli_print(cli, "  %s %s", cli_say(cli, "Mã băm của gói:", "Hash of the set:"), hash);
    rc = print_proof(app, &receipt, err);
    cli_table_init(&out, cli, EXCEPTIONS, 6);
    for (size_t i = 0; rc == TQ_OK && i < receipt.nexceptions; i++)
        rc = put_exception(app, &out, &receipt.exceptions[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "exceptions", err);
    cli_table_deinit(&out);
    return rc == TQ_OK ? export_receipt(app, set, err) : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct tq_sent_set *sets = NULL;
    struct cli_table out;
    int64_t limit = 20;
    int64_t wanted = cli->nargs > 0 ? strtoll(cli->args[0], NULL, 10) : 0;
    size_t n = 0;
    size_t at = 0;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = cli_option_number(cli, "limit", 1, INT32_MAX, 20, &limit, err);
    if (rc == TQ_OK)
        rc = tq_office_sets(app.db, cli->nargs > 0 ? INT32_MAX : (size_t)limit, false, app.arena,
                &sets, &n, err);
    while (rc == TQ_OK && cli->nargs > 0 && at < n && sets[at].n != wanted)
        at++;
    if (rc == TQ_OK && cli->nargs > 0 && at == n)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %s", cli_say(cli, "gói", "set"), cli->args[0]);
    cli_table_init(&out, cli, COLUMNS, 11);
    if (rc == TQ_OK && cli->nargs > 0)
        rc = print_one(&app, &sets[at], err);
    for (size_t i = 0; rc == TQ_OK && cli->nargs == 0 && i < n; i++)
        rc = put_set(&app, &out, &sets[i], err);
    if (rc == TQ_OK && cli->nargs == 0)
        rc = cli_table_print(&out, "sets", err);
    if (rc == TQ_OK && n == 0)
        cli_print(cli, "%s", cli_say(cli, "Chưa gửi gói nào.", "Nothing was sent yet."));
    cli_table_deinit(&out);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_RECEIPT = {
    .name = "receipt",
    .usage = "[GÓI]",
    .summary = { "các gói đã gửi và biên nhận của huyện; một gói: từng dòng bị trả, bị giữ",
            "sets sent and the district's receipts; one set: every row not taken as sent" },
    .options = OPTIONS,
    .max_args = 1,
    .run = run,
};

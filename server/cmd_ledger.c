/* cmd_ledger.c - tuquan-district ledger verify: walk every set, receipt and row, and the heads that
 * neighbours countersigned; ledger receipt
 * FILE: is a receipt that an office shows ours, and does the ledger still hold what it is about? */
#include <inttypes.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "liaison_heads.h"
#include "show.h"
#include "tuquan/codec.h"
#include "tuquan/district_reports.h"
#include "tuquan/file.h"

/* Heads that a neighbour countersigned must still be where they were: the first that is not is
 * named. */
static tq_status verify_heads(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct heads_report heads;
    char when[40];
    tq_status rc = heads_verify(app, &heads, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "countersigned", json_integer((json_int_t)heads.countersigned));
    cli_json_set(cli, "former", json_integer((json_int_t)heads.former));
    if (heads.former > 0)
        cli_print(cli,
                CLI_SAY(cli,
                        "%" PRIu64 " mốc ký cho hòm thư trước của ta vẫn có trong sổ cái; chữ ký "
                        "không kiểm lại được.",
                        "%" PRIu64 " heads countersigned to a former mailbox of ours are in the "
                        "ledger; their signatures cannot be checked again."),
                heads.former);
    if (!heads.contradicted) {
        if (heads.countersigned > 0)
            cli_print(cli,
                    CLI_SAY(cli, "Huyện bạn đã ký xác nhận %" PRIu64 " mốc sổ cái; đều còn khớp.",
                            "Neighbours countersigned %" PRIu64 " heads; all of them hold."),
                    heads.countersigned);
        return TQ_OK;
    }
    cli_json_set(cli, "whole", json_false());
    cli_json_set(cli, "contradicted", json_integer((json_int_t)heads.seq));
    return tq_error_set(err, TQ_HEAD_GONE, "%.*s, %s, %" PRIu64, (int)heads.link.len,
            (const char *)heads.link.data, cli_show_instant(cli, heads.at_ms, when, sizeof(when)),
            heads.seq);
}

static tq_status verify(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_verify_report report;
    tq_status rc = tq_report_verify(app->store, tq_codec_ops(), tq_verify, &report, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "whole", json_boolean(!report.damaged));
    cli_json_set(cli, "sets", json_integer((json_int_t)report.sets));
    cli_json_set(cli, "receipts", json_integer((json_int_t)report.receipts));
    cli_json_set(cli, "changes", json_integer((json_int_t)report.changes));
    cli_json_set(cli, "rows", json_integer((json_int_t)report.rows));
    cli_print(cli, "%s %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64 " %s",
            cli_say(cli, "Đã xem", "Checked"), report.sets, cli_say(cli, "gói", "sets"),
            report.receipts, cli_say(cli, "biên nhận", "receipts"), report.changes,
            cli_say(cli, "thay đổi", "changes"), report.rows, cli_say(cli, "dòng", "rows"));
    if (report.damaged)
        return tq_error_set(err, TQ_CORRUPT, "%s", report.what);
    rc = verify_heads(app, cli, err);
    if (rc != TQ_OK)
        return rc;
    cli_print(cli, "%s", cli_say(cli, "Sổ cái nguyên vẹn.", "The ledger is whole."));
    return TQ_OK;
}

/* What the ledger says of a receipt that bears our signature. */
typedef enum standing {
    STANDING_HELD,    /* its set is in the ledger, with the same hash */
    STANDING_LOST,    /* it is not: the ledger was restored from before it */
    STANDING_ANOTHER, /* another set stands in its place */
} standing;

static tq_status find_set(struct app *app, const struct tq_receipt *receipt,
        struct tq_ledger_set *set, standing *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    tq_status rc = ops->ledger_find(
            ops->ctx, receipt->device, receipt->incarnation, receipt->seq, app->arena, set, err);
    uint8_t hash[TQ_HASH_BYTES];

    *out = STANDING_LOST;
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    tq_set_hash(&set->set, hash);
    *out = memcmp(hash, receipt->set_hash, sizeof(hash)) == 0 ? STANDING_HELD : STANDING_ANOTHER;
    return TQ_OK;
}

static tq_status tell(
        struct app *app, struct cli *cli, const struct tq_receipt *receipt, struct tq_error *err)
{
    static const struct {
        const char *code;
        struct cli_text text;
    } WORDS[] = {
        { "held", { "Sổ cái còn giữ đúng gói này.", "The ledger holds this very set." } },
        { "lost",
                { "Sổ cái không còn gói này: đã khôi phục từ bản cũ hơn. Để xã đồng bộ lại, máy xã "
                  "tự gửi bù.",
                        "The ledger does not hold this set: it was restored from before it. Let "
                        "the "
                        "office sync: it sends it again." } },
        { "another",
                { "Chỗ ấy trong sổ cái là gói khác: báo cho người quản trị, chạy ledger verify.",
                        "Another set stands in its place: tell the operator, run ledger "
                        "verify." } },
    };
    struct tq_ledger_set set;
    struct tq_device device;
    struct tq_slice unit = { NULL, 0 };
    char at[40];
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    standing now;
    tq_status rc = find_set(app, receipt, &set, &now, err);

    if (rc == TQ_OK)
        rc = ops->device_get(ops->ctx, receipt->device, app->arena, &device, err);
    if (rc == TQ_OK)
        rc = show_unit(app, device.unit, &unit, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "ledger", json_string(WORDS[now].code));
    cli_json_set(cli, "device", json_integer(receipt->device));
    cli_json_set(cli, "set", json_integer((json_int_t)receipt->seq));
    cli_json_set(cli, "received_at", json_integer(receipt->ta));
    cli_print(cli,
            CLI_SAY(cli,
                    "Biên nhận đúng của huyện: %.*s, máy %u, gói %" PRIu64
                    ", nhận lúc %s; nhận %u, "
                    "tạm giữ %u, từ chối %u, đề nghị %u",
                    "Our receipt: %.*s, device %u, set %" PRIu64 ", received %s; accepted %u, held "
                    "%u, refused %u, requested %u"),
            (int)unit.len, (const char *)unit.data, receipt->device, receipt->seq,
            cli_show_instant(cli, receipt->ta, at, sizeof(at)), receipt->accepted, receipt->held,
            receipt->refused, receipt->requested);
    cli_print(cli, "%s", cli_say(cli, WORDS[now].text.vi, WORDS[now].text.en));
    if (now != STANDING_HELD)
        cli->exit_code = tq_status_exit_code(TQ_NEEDS_PERSON);
    return TQ_OK;
}

#define MAX_RECEIPT ((size_t)16 * 1024 * 1024)

static tq_status check_receipt(
        struct app *app, struct cli *cli, const char *path, struct tq_error *err)
{
    struct tq_receipt receipt;
    struct tq_buf bytes;
    tq_status rc;

    tq_buf_init(&bytes, MAX_RECEIPT);
    rc = tq_file_read(path, MAX_RECEIPT, &bytes, err);
    if (rc == TQ_OK)
        rc = tq_receipt_decode(tq_buf_slice(&bytes), app->arena, &receipt, err);
    if (rc == TQ_OK)
        rc = tq_receipt_verify(&receipt, app->keys.sign_public, err);
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s", path);
    else
        rc = tell(app, cli, &receipt, err);
    tq_buf_deinit(&bytes);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc;

    bool receipt = strcmp(cli->args[0], "receipt") == 0;

    if ((!receipt && strcmp(cli->args[0], "verify") != 0) || cli->nargs != (receipt ? 2u : 1u))
        return cli_wrong_word(cli, cli->args[cli->nargs - 1], err);
    rc = app_open(app, cli, false, err);
    if (rc == TQ_OK)
        rc = receipt ? check_receipt(app, cli, cli->args[1], err) : verify(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_LEDGER = {
    .name = "ledger",
    .usage = "verify | receipt TỆP",
    .summary = { "kiểm tra sổ cái (mọi gói, chữ ký, dòng), hoặc biên nhận mà xã đưa ra",
            "check the ledger (every set, signature, row), or a receipt that an office shows" },
    .min_args = 1,
    .max_args = 2,
    .run = run,
};

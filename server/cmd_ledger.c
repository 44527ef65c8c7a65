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
#include "tuquan/district_audit.h"
#include "tuquan/district_reports.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"

/* Said each time: a restore is no secret. */
static void tell_excused(struct cli *cli, const struct heads_report *heads)
{
    const struct tq_head_excuse *excuse = &heads->excuse;
    char when[40];

    cli_json_set(cli, "excused", json_integer((json_int_t)heads->excused));
    if (heads->excused == 0)
        return;
    cli_json_set(cli, "excused_at_ms", json_integer((json_int_t)excuse->at_ms));
    cli_json_set(cli, "excused_by", json_stringn((const char *)excuse->who.data, excuse->who.len));
    cli_json_set(cli, "excused_why", json_stringn((const char *)excuse->why.data, excuse->why.len));
    cli_print(cli,
            CLI_SAY(cli,
                    "%" PRIu64 " mốc huyện bạn ký xác nhận đã mất khi phục hồi; %.*s ghi nhận "
                    "%s: %.*s",
                    "%" PRIu64 " heads that neighbours countersigned were lost in a restore; %.*s "
                    "said so %s: %.*s"),
            heads->excused, (int)excuse->who.len, (const char *)excuse->who.data,
            cli_show_instant(cli, excuse->at_ms, when, sizeof(when)), (int)excuse->why.len,
            (const char *)excuse->why.data);
}

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
                        "%" PRIu64 " mốc ký cho hộp thư trước của ta vẫn có trong sổ cái; chữ ký "
                        "không kiểm lại được.",
                        "%" PRIu64 " heads countersigned to a former mailbox of ours are in the "
                        "ledger; their signatures cannot be checked again."),
                heads.former);
    tell_excused(cli, &heads);
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

/* What no entry of the ledger shows: pages, indexes, free space. */
static tq_status verify_pages(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_slice said;
    tq_status rc = tq_office_integrity(tq_district_store_db(app->store), app->arena, &said, err);

    if (rc != TQ_OK || tq_slice_equal(said, tq_slice_str("ok")))
        return rc;
    cli_json_set(cli, "whole", json_false());
    return tq_error_set(err, TQ_CORRUPT, "%.*s", (int)said.len, (const char *)said.data);
}

static tq_status verify_trail(struct app *app, struct cli *cli, struct tq_error *err)
{
    char what[128];
    tq_status rc = tq_audit_verify(app->store, what, sizeof(what), err);

    if (rc != TQ_OK || what[0] == '\0')
        return rc;
    cli_json_set(cli, "whole", json_false());
    return tq_error_set(err, TQ_CORRUPT, "%s", what);
}

static tq_status verify(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_verify_report report;
    tq_status rc = verify_pages(app, cli, err);

    if (rc == TQ_OK)
        rc = tq_report_verify(app->store, tq_codec_ops(), tq_verify, &report, err);
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
    if (rc == TQ_OK)
        rc = verify_trail(app, cli, err);
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

/* A restore that was meant: what neighbours countersigned of the part that was lost is no alarm. */
static tq_status excuse(struct app *app, struct cli *cli, struct tq_error *err)
{
    const char *why;
    uint64_t count = 0;
    tq_status rc = cli_need_option(cli, "why", &why, err);

    if (rc == TQ_OK)
        rc = heads_excuse(app, tq_slice_str(why), &count, err);
    if (rc != TQ_OK)
        return rc;
    cli->done = true;
    cli_json_set(cli, "excused", json_integer((json_int_t)count));
    cli_print(cli,
            CLI_SAY(cli, "Đã ghi nhận %" PRIu64 " mốc mất khi phục hồi; nằm trong nhật ký.",
                    "%" PRIu64 " heads are said to be lost in a restore; it stands in the trail."),
            count);
    return TQ_OK;
}

static tq_status receipt(struct app *app, struct cli *cli, struct tq_error *err)
{
    return check_receipt(app, cli, cli->args[1], err);
}

static const struct {
    const char *word;
    size_t nargs;
    bool writes;
    tq_status (*run)(struct app *app, struct cli *cli, struct tq_error *err);
} WORDS[] = {
    { "verify", 1, false, verify },
    { "receipt", 2, false, receipt },
    { "restored", 1, true, excuse },
};

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    size_t i = 0;
    tq_status rc;

    while (i < sizeof(WORDS) / sizeof(WORDS[0]) && strcmp(cli->args[0], WORDS[i].word) != 0)
        i++;
    if (i == sizeof(WORDS) / sizeof(WORDS[0]) || cli->nargs != WORDS[i].nargs)
        return cli_wrong_word(cli, cli->args[cli->nargs - 1], err);
    rc = app_open(app, cli, WORDS[i].writes, err);
    if (rc == TQ_OK)
        rc = WORDS[i].run(app, cli, err);
    app_close(app);
    return rc;
}

static const struct cli_option OPTIONS[] = {
    { "why", 'w', "LÝ_DO",
            { "restored: vì sao phải phục hồi, ghi vào nhật ký",
                    "restored: why, for the records" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

const struct cli_command CMD_LEDGER = {
    .name = "ledger",
    .usage = "verify | receipt TỆP | restored",
    .summary = { "kiểm tra sổ cái (mọi gói, chữ ký, dòng), hoặc biên nhận mà xã đưa ra",
            "check the ledger (every set, signature, row), or a receipt that an office shows" },
    .details = { "Sau khi phục hồi từ bản sao, mốc sổ cái mà huyện bạn đã ký có thể không còn:\n"
                 "  ledger restored --why \"hỏng ổ đĩa, phục hồi bản đêm 12/3\"\n"
                 "ghi nhận các mốc ấy mất khi phục hồi. Không có lần phục hồi nào thì không nhận.",
            "After a restore, heads that neighbours countersigned may be gone:\n"
            "  ledger restored --why \"disk failed, last night's copy\"\n"
            "says that the restore lost them. Without a restore in the trail it is refused." },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 2,
    .run = run,
};

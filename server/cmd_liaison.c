/* cmd_liaison.c - tuquan-district liaison: links with neighbouring districts. Each district invites the
 * other and accepts the other's invitation; both bring in the same agreement. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "liaison_accept.h"
#include "liaison_publish.h"
#include "liaison_show.h"
#include "liaison_stats.h"
#include "liaison_way.h"
#include "parcel.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"

#define FIRST_PORT 7374 /* of the first link: two for each */

static const struct cli_option OPTIONS[] = {
    { "side", 0, "a|b", { "agree: ta là bên nào của quy chế", "agree: which side we are" } },
    { "port", 0, "N",
            { "invite: cổng cho huyện bạn (cổng sau nhận giấy mời)",
                    "invite: port for the partner (the next one takes invitations)" } },
    { "hours", 0, "N",
            { "invite: hạn giấy mời, giờ (72); gửi theo bưu điện: 336",
                    "invite: good for N hours (72); by post: 336" } },
    { "qr", 0, NULL, { "invite: mã QR của giấy mời", "invite: a QR code of it" } },
    { "why", 'w', "LÝ_DO", { "end: lý do, ghi vào sổ", "end: why, for the records" } },
    { "limit", 0, "N", { "journal: số dòng cuối (200)", "journal: the last N lines (200)" } },
    { "send", 0, NULL,
            { "statistics: gửi, không chỉ soạn", "statistics: send them, not only draft" } },
    { "by-file", 0, NULL,
            { "accept: bạn không có máy chủ, nhận lời bằng gói (bundle)",
                    "accept: the partner has no server: join by bundles" } },
    { "before", 0, "N", { "journal: cũ hơn dòng số N", "journal: older than line N" } },
    { "way", 0, "CHIỀU",
            { "journal: out, in, answer_out, answer_in, line, bundle_out, bundle_in",
                    "journal: out, in, answer_out, answer_in, line, bundle_out, bundle_in" } },
    { "table", 0, "BẢNG", { "journal: chỉ một bảng", "journal: one table" } },
    { "refused", 0, NULL, { "journal: chỉ những gì không được qua", "journal: refused only" } },
    { "from", 0, "DATE", { "journal: từ ngày", "journal: from" } },
    { "to", 0, "DATE", { "journal: đến ngày", "journal: up to" } },
    { "timeout", 't', "N", { "số giây chờ huyện bạn (30)", "seconds to wait (30)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* Its number may have been another's whom a restore lost: that one's mailboxes, keys and members are
 * not this one's. They go aside before anybody sees the link. */
static tq_status add(struct app *app, struct cli *cli, struct tq_slice name,
        struct tq_link_info *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    int64_t now = app_now_ms();
    tq_status rc = ops->begin(ops->ctx, err);

    if (rc != TQ_OK)
        return rc;
    rc = tq_links_add(app->store, name, now, err);
    if (rc == TQ_OK)
        rc = tq_links_find(app->store, name, app->arena, out, err);
    if (rc == TQ_OK)
        rc = box_set_aside(cli->dir, out->id, now, err);
    if (rc == TQ_OK)
        return ops->commit(ops->ctx, err);
    ops->rollback(ops->ctx);
    return rc;
}

static tq_status find_or_add(
        struct app *app, struct cli *cli, struct tq_link_info *out, struct tq_error *err)
{
    struct tq_slice name = tq_slice_str(cli->args[1]);
    tq_status rc = tq_links_find(app->store, name, app->arena, out, err);

    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(err);
    return add(app, cli, name, out, err);
}

static tq_status our_name(struct app *app, struct tq_slice *out, struct tq_error *err)
{
    struct tq_district_identity identity;
    tq_status rc = tq_district_store_identity(app->store, app->arena, &identity, err);

    *out = identity.name;
    return rc;
}

/* ---- invite, accept ---- */

static tq_status addresses(struct app *app, struct cli *cli, struct tq_link_info *link,
        char text[2][TQ_LINK_ADDRESS_SIZE], struct tq_error *err)
{
    int64_t first = FIRST_PORT + 2 * (link->id - 1);
    int64_t port;
    tq_status rc = cli_option_number(cli, "port", 1, 65534, first, &port, err);

    if (rc != TQ_OK || (link->sync_address.len > 0 && cli_option(cli, "port") == NULL))
        return rc;
    for (int64_t i = 0; i < 2; i++)
        snprintf(text[i], TQ_LINK_ADDRESS_SIZE, "tcp://*:%" PRId64, port + i);
    link->sync_address = tq_slice_str(text[0]);
    link->guest_address = tq_slice_str(text[1]);
    (void)app;
    return TQ_OK;
}

static tq_status invite(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct box *box = tq_mem_zalloc(sizeof(*box));
    char text[2][TQ_LINK_ADDRESS_SIZE];
    struct tq_link_info link;
    struct tq_slice name;
    int64_t hours;
    tq_status rc = box == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                               : cli_option_number(cli, "hours", 1, 24L * 365, 72, &hours, err);

    if (rc == TQ_OK)
        rc = find_or_add(app, cli, &link, err);
    if (rc == TQ_OK && link.ended_at_ms != 0) /* first an agreement anew */
        rc = tq_error_set(
                err, TQ_LIAISON_ENDED, "%.*s", (int)link.name.len, (const char *)link.name.data);
    if (rc == TQ_OK)
        rc = addresses(app, cli, &link, text, err);
    if (rc == TQ_OK)
        rc = our_name(app, &name, err);
    if (rc == TQ_OK)
        rc = box_make(cli, link.id, name, link.name, err);
    if (rc == TQ_OK)
        rc = tq_links_note(app->store, link.id, TQ_LIAISON_INVITED, link.sync_address,
                link.guest_address, 0, app_now_ms(), err);
    if (rc == TQ_OK)
        rc = box_open_out(box, cli, &link, true, err);
    if (rc == TQ_OK)
        rc = enroll_invite(&box->app, &box->cli, tq_slice_str(BOX_UNIT), hours, err);
    if (rc == TQ_OK) {
        cli->done = true;
        cli_json_set(cli, "link", json_integer(link.id));
        rc = app_audit(app, "liaison invited", link.name, tq_slice_of(NULL, 0), err);
    }
    if (box != NULL)
        box_close(box);
    tq_mem_free(box);
    return rc;
}

/* Its keys are pinned now; the joining itself goes with the bundles. */
static tq_status accept_by_file(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_link_info link;
    struct tq_slice name;
    tq_status rc = find_or_add(app, cli, &link, err);

    if (rc == TQ_OK)
        rc = our_name(app, &name, err);
    if (rc == TQ_OK)
        rc = box_make(cli, link.id, name, link.name, err);
    if (rc == TQ_OK)
        rc = parcel_accept(app, &link, cli->args[2], err);
    if (rc == TQ_OK)
        rc = box_set_by_file(cli->dir, link.id, true, err);
    if (rc == TQ_OK)
        rc = tq_links_note(app->store, link.id, TQ_LIAISON_ACCEPTED, tq_slice_of(NULL, 0),
                tq_slice_of(NULL, 0), 0, app_now_ms(), err);
    if (rc == TQ_OK)
        rc = app_audit(app, "liaison accepted", link.name, tq_slice_str("by file"), err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "link", json_integer(link.id));
    cli_print(cli, "%s",
            cli_say(cli, "Đã ghim khóa của huyện bạn. Lập gói: bundle make TỆP --for TÊN.",
                    "The partner's keys are pinned. Make a bundle: bundle make FILE --for NAME."));
    return TQ_OK;
}

static tq_status accept_link(struct app *app, struct cli *cli, struct tq_error *err)
{
    char machine[128] = "";
    char theirs[128];
    struct tq_link_info link;
    struct tq_slice name;
    int64_t timeout;
    tq_status rc = cli_option_number(cli, "timeout", 1, 3600, 30, &timeout, err);

    if (rc == TQ_OK && cli_option(cli, "by-file") != NULL)
        return accept_by_file(app, cli, err);
    if (rc == TQ_OK)
        rc = find_or_add(app, cli, &link, err);
    if (rc == TQ_OK)
        rc = our_name(app, &name, err);
    if (rc == TQ_OK)
        rc = box_make(cli, link.id, name, link.name, err); /* the folders, too */
    if (rc == TQ_OK)
        snprintf(machine, sizeof(machine), "%.*s", (int)name.len, (const char *)name.data);
    if (rc == TQ_OK)
        rc = accept_by_line(app, &link, cli->args[2], machine, (int)timeout * 1000, theirs, err);
    if (rc == TQ_OK)
        rc = box_set_by_file(cli->dir, link.id, false, err);
    if (rc == TQ_OK)
        rc = tq_links_note(app->store, link.id, TQ_LIAISON_ACCEPTED, tq_slice_of(NULL, 0),
                tq_slice_of(NULL, 0), 0, app_now_ms(), err);
    if (rc == TQ_OK)
        rc = app_audit(app, "liaison accepted", link.name, tq_slice_str(theirs), err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "link", json_integer(link.id));
    cli_json_set(cli, "partner", json_string(theirs));
    cli_print(cli, "%s %s.", cli_say(cli, "Đã nối với", "Connected with"), theirs);
    return TQ_OK;
}

/* ---- agree, end ---- */

struct agreeing {
    struct app *app;
    const struct tq_link_info *link;
    tq_liaison_side side;
    struct tq_slice text;
};

static tq_status try_agree(void *ctx, struct tq_error *err)
{
    const struct agreeing *a = ctx;

    return round_agree(a->app, a->link, a->side, a->text, err);
}

static tq_status agree(struct app *app, struct cli *cli, struct tq_error *err)
{
    const char *word;
    struct tq_agreement *agreement = tq_arena_alloc(app->arena, sizeof(*agreement));
    struct tq_link_info link;
    struct tq_buf text;
    char hash[2 * TQ_HASH_BYTES + 1];
    tq_status rc = agreement == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                                     : cli_need_option(cli, "side", &word, err);

    if (rc == TQ_OK && strcmp(word, "a") != 0 && strcmp(word, "b") != 0)
        return cli_wrong_word(cli, word, err);
    tq_buf_init(&text, TQ_AGREEMENT_MAX_BYTES);
    if (rc == TQ_OK)
        rc = tq_file_read(cli->args[2], TQ_AGREEMENT_MAX_BYTES, &text, err);
    if (rc == TQ_OK)
        rc = tq_agreement_read(agreement, tq_buf_slice(&text), app->arena, err);
    if (rc == TQ_OK)
        rc = find_or_add(app, cli, &link, err);
    if (rc == TQ_OK)
        rc = round_when_free(app, try_agree,
                &(struct agreeing){
                        app, &link, word[0] == 'b' ? TQ_SIDE_B : TQ_SIDE_A, tq_buf_slice(&text) },
                err);
    if (rc == TQ_OK)
        rc = app_audit(app, "liaison agreed", link.name, agreement->number, err);
    cli->done = rc == TQ_OK; /* a running server tells the offices, too */
    if (rc == TQ_OK)
        rc = liaison_publish(app, err);
    tq_buf_deinit(&text);
    if (rc != TQ_OK)
        return rc;
    tq_hex(hash, agreement->hash, sizeof(agreement->hash));
    cli_json_set(cli, "link", json_integer(link.id));
    cli_json_set(cli, "number",
            json_stringn((const char *)agreement->number.data, agreement->number.len));
    cli_json_set(cli, "hash", json_string(hash));
    cli_print(cli, "%s %.*s: %s - %s.", cli_say(cli, "Đã nhập quy chế", "Agreement"),
            (int)agreement->number.len, (const char *)agreement->number.data, agreement->from,
            agreement->to);
    cli_print(cli, "%s %s",
            cli_say(cli, "Mã băm, hai huyện phải giống nhau:", "Hash, the same in both districts:"),
            hash);
    return liaison_warn_older(cli, &link, agreement, err);
}

/* At the partner's next message: its key is nobody's any more, nor is an invitation's. */
static tq_status shut(
        struct cli *cli, const struct tq_link_info *link, struct tq_slice why, struct tq_error *err)
{
    struct box *box = tq_mem_zalloc(sizeof(*box));
    struct tq_device_info *list;
    size_t count = 0;
    tq_status rc = box == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                               : box_open_out(box, cli, link, true, err);

    if (rc == TQ_OK)
        rc = tq_devices_void_invitations(box->app.store, app_now_ms(), err);
    if (rc == TQ_OK)
        rc = tq_devices_list(box->app.store, box->app.arena, &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        if (list[i].device != TQ_DEVICE_DISTRICT && list[i].revoked_at_ms == 0)
            rc = tq_devices_revoke(box->app.store, list[i].device, why, app_now_ms(), err);
    if (rc == TQ_NO_DATA) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    if (box != NULL)
        box_close(box);
    tq_mem_free(box);
    return rc;
}

struct holding {
    struct app *app;
    const struct tq_link_info *link;
    struct tq_file_lock *held;
};

static tq_status try_hold(void *ctx, struct tq_error *err)
{
    struct holding *h = ctx;

    return round_hold(h->app, h->link, &h->held, err);
}

/* The door first: what fails behind it leaves nobody in. A mailbox that cannot be opened has no door
 * any more once the end is noted, and is told. */
static tq_status shut_first(struct app *app, struct cli *cli, const struct tq_link_info *link,
        struct tq_slice reason, struct tq_error *err)
{
    struct tq_error untold = { .status = TQ_OK };
    struct holding holding = { app, link, NULL };
    tq_status shown = shut(cli, link, reason, &untold);
    tq_status rc = round_when_free(app, try_hold, &holding, err);

    if (rc == TQ_OK)
        rc = tq_links_end(app->store, link->id, reason, app_now_ms(), err);
    tq_file_unlock(holding.held);
    if (rc == TQ_OK && shown != TQ_OK) {
        *err = untold;
        rc = shown;
    }
    return rc;
}

static tq_status end(struct app *app, struct cli *cli, struct tq_error *err)
{
    const char *why = cli_option(cli, "why");
    struct tq_slice reason = tq_slice_str(why != NULL ? why : "");
    struct tq_link_info link;
    bool yes = false;
    tq_status rc = tq_links_find(app->store, tq_slice_str(cli->args[1]), app->arena, &link, err);

    if (rc == TQ_OK)
        rc = cli_confirm(cli,
                cli_say(cli, "Chấm dứt liên lạc, đóng băng những gì đã nhận?",
                        "End the link and freeze what was received?"),
                &yes, err);
    if (rc != TQ_OK || !yes)
        return rc;
    rc = shut_first(app, cli, &link, reason, err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = app_audit(app, "liaison ended", link.name, reason, err);
    if (rc == TQ_OK)
        rc = liaison_publish(app, err);
    if (rc == TQ_OK)
        cli_print(cli, "%s %.*s.", cli_say(cli, "Đã chấm dứt liên lạc với", "Ended the link with"),
                (int)link.name.len, (const char *)link.name.data);
    return rc;
}

/* ---- sync ---- */

struct syncing {
    struct app *app;
    const struct tq_link_info *link;
    int timeout_ms;
    struct round_result done;
};

static tq_status try_sync(void *ctx, struct tq_error *err)
{
    struct syncing *s = ctx;

    return round_run(s->app, s->link, s->timeout_ms, -1, &s->done, err);
}

static tq_status sync_one(struct app *app, struct cli *cli, const struct tq_link_info *link,
        json_t *list, int timeout_ms, struct tq_error *err)
{
    struct syncing syncing = { .app = app, .link = link, .timeout_ms = timeout_ms };
    const struct round_result *done = &syncing.done;
    tq_status rc = round_when_free(app, try_sync, &syncing, err);

    if (list != NULL)
        json_array_append_new(list,
                json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:s}", "link", (json_int_t)link->id,
                        "told", (json_int_t)done->told, "came", (json_int_t)done->came,
                        "answers_out", (json_int_t)done->answers_out, "answers_in",
                        (json_int_t)done->answers_in, "refused", (json_int_t)done->refused,
                        "pulled", done->pulled, "code", rc == TQ_OK ? "" : tq_status_code(rc)));
    cli_print(cli,
            CLI_SAY(cli,
                    "%.*s: đưa %" PRIu64 ", nhận %" PRIu64 "; trả lời đi %" PRIu64 ", về %" PRIu64
                    "; không nhận %" PRIu64,
                    "%.*s: told %" PRIu64 ", came %" PRIu64 "; answers out %" PRIu64 ", in %" PRIu64
                    "; refused %" PRIu64),
            (int)link->name.len, (const char *)link->name.data, done->told, done->came,
            done->answers_out, done->answers_in, done->refused);
    return rc;
}

static tq_status sync_links(struct app *app, struct cli *cli, struct tq_error *err)
{
    const char *name = cli->nargs > 1 ? cli->args[1] : NULL;
    json_t *said = json_array();
    struct tq_link_info *list;
    struct tq_link_info one;
    size_t count = 1;
    int64_t timeout;
    tq_status rc = cli_option_number(cli, "timeout", 1, 3600, 30, &timeout, err);

    if (rc == TQ_OK && name != NULL)
        rc = tq_links_find(app->store, tq_slice_str(name), app->arena, &one, err);
    else if (rc == TQ_OK)
        rc = tq_links_list(app->store, false, app->arena, &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        const struct tq_link_info *link = name != NULL ? &one : &list[i];

        if (name != NULL || (link->ended_at_ms == 0 && link->agreement.len > 0))
            rc = sync_one(app, cli, link, said, (int)timeout * 1000, err);
    }
    cli_json_set(cli, "links", said);
    return rc;
}

static tq_status journal(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_link_info link = { .id = 0 };
    tq_status rc = TQ_OK;

    if (cli->nargs > 1)
        rc = tq_links_find(app->store, tq_slice_str(cli->args[1]), app->arena, &link, err);
    return rc == TQ_OK ? liaison_journal(app, cli, link.id, err) : rc;
}

static const struct {
    const char *word;
    size_t least; /* arguments, the word among them */
    size_t most;
    bool writes;
    tq_status (*run)(struct app *app, struct cli *cli, struct tq_error *err);
} WORDS[] = {
    { "invite", 2, 2, true, invite },
    { "accept", 3, 3, true, accept_link },
    { "agree", 3, 3, true, agree },
    { "end", 2, 2, true, end },
    { "list", 1, 1, false, liaison_list },
    { "show", 2, 2, false, liaison_show },
    { "check", 2, 2, false, liaison_check },
    { "due", 1, 1, false, liaison_due },
    { "journal", 1, 2, false, journal },
    { "statistics", 3, 3, true, liaison_statistics },
    { "sync", 1, 2, true, sync_links },
};

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    size_t i = 0;
    tq_status rc;

    while (i < sizeof(WORDS) / sizeof(WORDS[0]) && strcmp(cli->args[0], WORDS[i].word) != 0)
        i++;
    if (i == sizeof(WORDS) / sizeof(WORDS[0]))
        return cli_wrong_word(cli, cli->args[0], err);
    if (cli->nargs < WORDS[i].least || cli->nargs > WORDS[i].most)
        return cli_wrong_word(
                cli, cli->nargs > WORDS[i].most ? cli->args[WORDS[i].most] : NULL, err);
    rc = tq_identity_init(err);
    if (rc == TQ_OK)
        rc = app_open(app, cli, WORDS[i].writes, err);
    if (rc == TQ_OK)
        rc = WORDS[i].run(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_LIAISON = {
    .name = "liaison",
    .usage = "list | invite TÊN | accept TÊN INVITATION | agree TÊN TỆP | ...",
    .summary = { "liên lạc với huyện bạn: giấy mời, quy chế, sổ những gì đã chuyển",
            "links with neighbouring districts: invitations, agreements, journal" },
    .details = { "Mỗi huyện mời huyện kia và nhận giấy mời của huyện kia; cả hai nhập cùng một "
                 "tệp\n"
                 "quy chế. Chỉ những gì quy chế nêu mới được chuyển. Việc:\n"
                 "  liaison invite \"Sơn Dương\" --port 7374\n"
                 "  liaison accept \"Sơn Dương\" TQ1-...\n"
                 "  liaison agree \"Sơn Dương\" quy-che.txt --side a\n"
                 "  liaison sync \"Sơn Dương\"\n"
                 "  liaison show \"Sơn Dương\"\n"
                 "  liaison due\n"
                 "  liaison statistics \"Sơn Dương\" 2020-H2 --send\n"
                 "  liaison journal \"Sơn Dương\" --limit 50\n"
                 "  liaison end \"Sơn Dương\" --why \"hết nhiệm kỳ\"",
            "Each district invites the other and accepts the other's invitation; both bring in\n"
            "the same agreement. Only what it names ever crosses. What there is to do:\n"
            "  liaison invite \"Son Duong\" --port 7374\n"
            "  liaison accept \"Son Duong\" TQ1-...\n"
            "  liaison agree \"Son Duong\" agreement.txt --side a\n"
            "  liaison sync \"Son Duong\"\n"
            "  liaison show \"Son Duong\"\n"
            "  liaison due\n"
            "  liaison statistics \"Son Duong\" 2020-H2 --send\n"
            "  liaison journal \"Son Duong\" --limit 50\n"
            "  liaison end \"Son Duong\" --why \"term over\"" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 3,
    .run = run,
};

/* cmd_backup.c - tuquan-district backup FILE: a copy that counts, for it was tried; and of the keys,
 * which never stand in it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "liaison_copy.h"
#include "tuquan/codec.h"
#include "tuquan/district_backup.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"

static const struct cli_option OPTIONS[] = {
    { "keys", 'k', NULL,
            { "chỉ sao khóa của huyện (quyền 0600)", "the district's keys only, 0600" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* Written down only now, at once or not at all: until here it was a file like any other. Offices give
 * up what they sent by what is written here. */
static tq_status record(struct app *app, const char *path, const struct tq_backup_facts *facts,
        struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    char detail[64];
    tq_status rc = ops->begin(ops->ctx, err);

    if (rc != TQ_OK)
        return rc;
    snprintf(detail, sizeof(detail), "%" PRIu64, facts->head);
    rc = tq_district_store_set_backed_up(app->store, facts->head, err);
    if (rc == TQ_OK)
        rc = tq_devices_audit(app->store, app_now_ms(), tq_slice_str(app_author(app)),
                tq_slice_str("backup"), tq_slice_str(path), tq_slice_str(detail), err);
    if (rc == TQ_OK)
        return ops->commit(ops->ctx, err);
    ops->rollback(ops->ctx);
    return rc;
}

static void tell_links(struct cli *cli, const struct liaison_copied *copied, const char *path)
{
    cli_json_set(cli, "links", json_integer((json_int_t)copied->links));
    cli_json_set(cli, "links_unread", json_integer((json_int_t)copied->unread));
    if (copied->links > 0)
        cli_print(cli,
                CLI_SAY(cli,
                        "Hộp thư của %" PRIu64
                        " huyện bạn, có khóa trong đó, nằm ở %s.liaison: giữ "
                        "cùng bản sao, kín như khóa.",
                        "The mailboxes of %" PRIu64 " neighbours, with their keys, are in "
                        "%s.liaison: keep it beside the copy, as secret as keys."),
                copied->links, path);
    if (copied->unread > 0)
        cli_print(cli,
                CLI_SAY(cli, "%" PRIu64 " huyện bạn có hộp thư không đọc được: chưa sao.",
                        "%" PRIu64 " neighbours have a mailbox that cannot be read: not copied."),
                copied->unread);
}

static tq_status back_up(struct app *app, struct cli *cli, struct tq_error *err)
{
    const char *path = cli->args[0];
    struct liaison_copied copied;
    struct tq_backup_facts facts;
    bool beside = false;
    char part[APP_PATH_BYTES];
    int n = snprintf(part, sizeof(part), "%s.part", path);
    tq_status rc = TQ_OK;

    if (n < 0 || (size_t)n >= sizeof(part))
        return tq_error_set(err, TQ_RANGE, "%s", path);
    if (tq_file_exists(path))
        return tq_error_set(err, TQ_EXISTS, "%s", path);
    tq_file_remove(part); /* of a try that was cut */
    rc = tq_district_copy(app->db_path, part, err);
    if (rc == TQ_OK)
        rc = tq_district_check(
                part, tq_catalogue_current(), tq_codec_ops(), tq_verify, &facts, err);
    if (rc == TQ_OK)
        rc = tq_district_close_off(part, err);
    if (rc == TQ_OK) { /* behind the file: a mailbox that is ahead of it is told as one restored */
        rc = liaison_copy_out(app, path, &copied, err);
        beside = rc == TQ_OK;
        if (rc == TQ_OK && rename(part, path) != 0)
            rc = tq_error_set(err, TQ_IO, "%s", path);
        if (rc == TQ_OK)
            rc = record(app, path, &facts, err);
        if (rc != TQ_OK && beside)
            liaison_copy_remove(app, path);
    }
    if (rc != TQ_OK) {
        tq_file_remove(part);
        tq_file_remove(path);
        return rc;
    }
    cli_json_set(cli, "file", json_string(path));
    cli_json_set(cli, "sets", json_integer((json_int_t)facts.sets));
    cli_print(cli, "%s %s: %" PRIu64 " %s.",
            cli_say(cli, "Đã sao lưu và mở thử, kiểm tra toàn bộ", "Backed up, opened and checked"),
            path, facts.sets, cli_say(cli, "gói của các xã", "sets of the communes"));
    cli_print(cli, "%s",
            cli_say(cli, "Khóa của huyện không nằm trong đó: sao riêng bằng backup --keys.",
                    "The district's keys are not in it: back them up with backup --keys."));
    tell_links(cli, &copied, path);
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool keys = cli_option(cli, "keys") != NULL;
    tq_status rc = app_open(app, cli, !keys, err);

    if (rc == TQ_OK && keys)
        rc = tq_keys_save(cli->args[0], &app->keys, err);
    else if (rc == TQ_OK)
        rc = back_up(app, cli, err);
    app_close(app);
    if (rc == TQ_OK && keys)
        cli_print(cli, "%s %s", cli_say(cli, "Đã sao khóa vào", "Keys copied to"), cli->args[0]);
    return rc;
}

const struct cli_command CMD_BACKUP = {
    .name = "backup",
    .usage = "FILE",
    .summary = { "sao lưu dữ liệu huyện khi đang chạy, rồi mở thử",
            "back up the district while it runs, and try the copy" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

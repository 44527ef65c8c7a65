/* cmd_restore.c - tuquan-district restore FILE: a backup in the place of the present file, which is
 * kept aside. What came in since is brought back by the offices at their next sync. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "liaison_copy.h"
#include "revocations.h"
#include "tuquan/codec.h"
#include "tuquan/district_backup.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"

static const struct cli_option OPTIONS[] = {
    { "keys", 'k', "TỆP", { "tệp khóa của huyện, khi không còn", "the keys, when they are gone" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status bring_keys(struct app *app, const char *from, struct tq_error *err)
{
    struct tq_keys keys;
    tq_status rc;

    if (from == NULL)
        return TQ_OK;
    rc = tq_keys_load(from, &keys, err);
    if (rc == TQ_OK) {
        rc = tq_keys_save(app->key_path, &keys, err);
        tq_keys_wipe(&keys);
    }
    return rc;
}

/* What a restored district starts with, written into the copy, so that nothing is left to do once it
 * stands in its place. A backup of another district, or of this one with other keys, is refused. */
static tq_status begin_again(const struct app *app, struct cli *cli, const char *part,
        const char *from, uint64_t head, struct tq_error *err)
{
    struct tq_district_config config = { .path = part, .catalogue = tq_catalogue_current() };
    struct app work = *app;
    uint64_t first = 0;
    char lost[48]; /* between these two lies what was (heads_excuse) */
    tq_status rc = cli_config_load(&work.config, work.config_path, APP_SETTINGS, err);

    if (rc == TQ_OK)
        rc = tq_keys_load(work.key_path, &work.keys, err);
    work.has_keys = rc == TQ_OK;
    work.arena = tq_arena_new((size_t)16 << 20);
    if (rc == TQ_OK && work.arena == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "restore");
    if (rc == TQ_OK)
        rc = tq_district_store_open(&work.store, &config, err);
    if (rc == TQ_OK)
        rc = app_check_keys(&work, &work.keys, work.store, err);
    if (rc == TQ_OK)
        rc = tq_district_store_begin_again(work.store, app_now_ms(), err);
    if (rc == TQ_OK)
        rc = tq_district_store_next_start(work.store, work.height_path, &first, err);
    snprintf(lost, sizeof(lost), "%" PRIu64 " %" PRIu64, head, first);
    if (rc == TQ_OK)
        rc = tq_devices_audit(work.store, app_now_ms(),
                tq_slice_str(cli_config_text(work.config, "author")), tq_slice_str("restore"),
                tq_slice_str(from), tq_slice_str(lost), err);
    if (rc == TQ_OK)
        rc = revocations_apply(&work, cli, err);
    app_close(&work);
    return rc;
}

/* The present file, readable or not, gets a name of its own. */
static tq_status set_aside(
        const struct app *app, char out[APP_PATH_BYTES], int64_t now_ms, struct tq_error *err)
{
    static const char *const BESIDE[] = { "-wal", "-shm" };
    int n = snprintf(out, APP_PATH_BYTES, "%s.before-%lld", app->db_path, (long long)now_ms);

    if (n < 0 || n >= APP_PATH_BYTES - 8)
        return tq_error_set(err, TQ_RANGE, "%s", app->db_path);
    if (rename(app->db_path, out) != 0)
        return tq_error_set(err, TQ_IO, "%s", out);
    for (size_t i = 0; i < 2; i++) { /* of a file too damaged to be closed off */
        char from[APP_PATH_BYTES + 8];
        char to[APP_PATH_BYTES + 8];

        snprintf(from, sizeof(from), "%s%s", app->db_path, BESIDE[i]);
        snprintf(to, sizeof(to), "%s%s", out, BESIDE[i]);
        if (tq_file_exists(from) && rename(from, to) != 0)
            return tq_error_set(err, TQ_IO, "%s", to);
    }
    return TQ_OK;
}

static tq_status put_in_place(struct app *app, struct cli *cli, const char *from,
        struct tq_backup_facts *facts, struct tq_error *err)
{
    char part[APP_PATH_BYTES + 8];
    char aside[APP_PATH_BYTES] = "";
    tq_status rc;

    snprintf(part, sizeof(part), "%s.part", app->db_path);
    tq_file_remove(part);
    rc = tq_district_copy(from, part, err);
    if (rc == TQ_OK)
        rc = tq_district_check(part, tq_catalogue_current(), tq_codec_ops(), tq_verify, facts, err);
    if (rc == TQ_OK)
        rc = begin_again(app, cli, part, from, facts->head, err);
    if (rc == TQ_OK)
        rc = tq_district_close_off(part, err);
    if (rc == TQ_OK && tq_file_exists(app->db_path)) {
        rc = tq_district_close_off(app->db_path, err);
        if (rc == TQ_OK)
            rc = set_aside(app, aside, app_now_ms(), err);
    }
    if (rc == TQ_OK && rename(part, app->db_path) != 0)
        rc = tq_error_set(err, TQ_IO, "%s", app->db_path);
    if (rc != TQ_OK)
        tq_file_remove(part);
    return rc;
}

static void tell_links(struct cli *cli, const struct liaison_copied *copied)
{
    cli_json_set(cli, "links", json_integer((json_int_t)copied->links));
    cli_json_set(cli, "links_unread", json_integer((json_int_t)copied->unread));
    if (copied->links > 0)
        cli_print(cli,
                CLI_SAY(cli, "Đã đưa về hộp thư của %" PRIu64 " huyện bạn.",
                        "The mailboxes of %" PRIu64 " neighbours are back."),
                copied->links);
    if (copied->unread > 0)
        cli_print(cli,
                CLI_SAY(cli, "%" PRIu64 " hộp thư không đưa về được: mời lại huyện bạn.",
                        "%" PRIu64 " mailboxes could not be brought back: invite anew."),
                copied->unread);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct liaison_copied copied;
    struct tq_backup_facts facts;
    char shown[40];
    tq_status rc = app_paths(app, cli->dir, err);

    if (rc == TQ_OK && tq_file_exists(app->db_path)) /* refused before anything is written */
        rc = tq_district_close_off(app->db_path, err);
    if (rc == TQ_OK)
        rc = tq_file_make_dir(cli->dir, err);
    if (rc == TQ_OK)
        rc = bring_keys(app, cli_option(cli, "keys"), err);
    if (rc == TQ_OK)
        rc = put_in_place(app, cli, cli->args[0], &facts, err);
    if (rc != TQ_OK)
        return rc;
    cli->done = true;
    rc = liaison_copy_back(app, cli, cli->args[0], &copied, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "sets", json_integer((json_int_t)facts.sets));
    cli_print(cli, "%s %s: %" PRIu64 " %s.",
            cli_say(cli, "Đã đưa về dữ liệu lúc", "Restored as of"),
            cli_show_instant(cli, facts.t_last, shown, sizeof(shown)), facts.sets,
            cli_say(cli, "gói của các xã", "sets of the communes"));
    cli_print(cli, "%s",
            cli_say(cli,
                    "Những gì nhận sau lúc đó các xã sẽ gửi lại cùng biên nhận ở lần đồng bộ tới.",
                    "What came in since, the communes bring back with its receipts at their next "
                    "sync."));
    cli_print(cli, "%s",
            cli_say(cli,
                    "Máy tham gia sau lúc đó được nhận lại bằng giấy chứng nhận trong 30 ngày; xem "
                    "`devices` và thu hồi lại máy nào đã thu hồi sau lúc đó.",
                    "Machines that joined since are taken back by their certificates for 30 days; "
                    "look at `devices` and revoke again what was revoked since."));
    tell_links(cli, &copied);
    return TQ_OK;
}

const struct cli_command CMD_RESTORE = {
    .name = "restore",
    .usage = "FILE",
    .summary = { "đưa một bản sao lưu vào thay tệp hiện tại (được giữ lại)",
            "put a backup in the place of the present file, which is kept" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

/* cmd_init.c - tuquan-district init: a folder with keys, configuration and an empty file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "revocations.h"
#include "tuquan/clock.h"
#include "tuquan/district_backup.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"

static const struct cli_option OPTIONS[] = {
    { "name", 'n', "TÊN", { "tên huyện", "name of the district" } },
    { "keys", 'k', "TỆP",
            { "tệp khóa cũ của huyện, khi dữ liệu không còn",
                    "the district's old keys, when its data is gone" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* What this run has made, and takes back when it cannot go to its end. The file and new keys are
 * under another name until all of it stands: what lies there is of a try that was cut. */
struct made {
    char part[APP_PATH_BYTES + 8];
    char key_part[APP_PATH_BYTES + 8];
    bool folder;
    bool config;
    bool keys;
};

static tq_status write_config(
        struct app *app, struct cli *cli, struct made *made, struct tq_error *err)
{
    struct tq_buf buf;
    tq_status rc;

    if (tq_file_exists(app->config_path))
        return TQ_OK; /* laid there before: the operator's own */
    tq_buf_init(&buf, 0);
    cli_config_template(&buf, APP_SETTINGS, cli);
    rc = tq_buf_is_ok(&buf) ? tq_file_write_new(app->config_path, tq_buf_slice(&buf), false, err)
                            : tq_error_set(err, TQ_NOMEM, "configuration");
    made->config = rc == TQ_OK;
    tq_buf_deinit(&buf);
    return rc;
}

static tq_status make_store(
        struct app *app, const char *part, const char *name, struct tq_error *err)
{
    struct tq_district_config config;
    struct tq_district_identity identity;
    char founded[24];
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.path = part;
    config.catalogue = tq_catalogue_current();
    config.create = true;
    rc = tq_district_store_open(&app->store, &config, err);
    if (rc != TQ_OK)
        return rc;
    memset(&identity, 0, sizeof(identity));
    tq_district_id_of(&app->keys, identity.district);
    identity.name = tq_slice_str(name);
    memcpy(identity.sign_key, app->keys.sign_public, sizeof(identity.sign_key));
    identity.created_at_ms = app_now_ms();
    rc = tq_district_store_create(app->store, &identity, err);
    if (rc == TQ_OK) { /* what `ledger verify` holds the name against */
        snprintf(founded, sizeof(founded), "%" PRId64, identity.created_at_ms);
        rc = tq_devices_audit(app->store, identity.created_at_ms, tq_slice_str(""),
                tq_slice_str("init"), identity.name, tq_slice_str(founded), err);
    }
    return rc;
}

/* Those that lie there must be the ones that were brought: by a try that was cut, or by hand. */
static tq_status check_same(const struct app *app, struct tq_error *err)
{
    struct tq_keys there;
    tq_status rc = tq_keys_load(app->key_path, &there, err);

    if (rc == TQ_OK &&
            (memcmp(there.sign_public, app->keys.sign_public, sizeof(there.sign_public)) != 0 ||
                    memcmp(there.curve_public, app->keys.curve_public,
                            sizeof(there.curve_public)) != 0))
        rc = tq_error_set(err, TQ_EXISTS, "%s", app->key_path);
    tq_keys_wipe(&there);
    return rc;
}

/* Keys that were brought, or lie in the folder from before; else new ones. */
static tq_status have_keys(struct app *app, const char *brought, bool *old, const struct made *made,
        struct tq_error *err)
{
    bool there = tq_file_exists(app->key_path);
    tq_status rc;

    *old = brought != NULL || there;
    app->has_keys = true;
    if (!*old)
        rc = tq_keys_generate(&app->keys, err);
    else
        rc = tq_keys_load(brought != NULL ? brought : app->key_path, &app->keys, err);
    if (rc == TQ_OK && brought != NULL && there)
        rc = check_same(app, err);
    return rc == TQ_OK && !there ? tq_keys_save(made->key_part, &app->keys, err) : rc;
}

/* The same district, without its data: whoever has its certificate is taken back. */
static tq_status begin_again(struct app *app, struct cli *cli, struct tq_error *err)
{
    tq_status rc;

    app->arena = tq_arena_new((size_t)16 << 20);
    rc = app->arena == NULL ? tq_error_set(err, TQ_NOMEM, "init")
                            : tq_district_store_begin_again(app->store, app_now_ms(), err);
    return rc == TQ_OK ? revocations_apply(app, cli, err) : rc;
}

static void say(struct cli *cli, bool old)
{
    cli_json_set(cli, "old_keys", json_boolean(old));
    cli_print(
            cli, "%s %s", cli_say(cli, "Đã lập dữ liệu huyện trong", "District made in"), cli->dir);
    if (!old)
        return;
    cli_print(cli, "%s",
            cli_say(cli,
                    "Dùng khóa cũ: đây vẫn là huyện trước. Máy các xã được nhận lại bằng giấy "
                    "chứng "
                    "nhận trong 30 ngày và gửi lại dữ liệu cùng biên nhận.",
                    "With its old keys this is the same district: the communes' machines are taken "
                    "back by their certificates for 30 days, and bring the data back with its "
                    "receipts."));
    cli_print(cli, "%s",
            cli_say(cli,
                    "Việc cần làm: nhập lại đơn vị, kỳ, chỉ tiêu, bảng điểm; chạy `run`; xem "
                    "`devices` và thu hồi lại máy nào đã thu hồi trước đây.",
                    "To do: import units, periods, indicators and sheets again; `run`; look at "
                    "`devices` and revoke again what was revoked before."));
}

/* The keys, then the file: whoever sees district.db sees a whole district. Keys without it, of a cut
 * in between, are old ones to the next `init`, and make the same district. */
static tq_status put_in_place(struct app *app, struct made *made, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    if (!tq_file_exists(app->key_path)) {
        rc = tq_file_move(made->key_part, app->key_path, err);
        made->keys = rc == TQ_OK;
    }
    return rc == TQ_OK ? tq_file_move(made->part, app->db_path, err) : rc;
}

/* All of it, or nothing. */
static tq_status make(
        struct app *app, struct cli *cli, struct made *made, bool *old, struct tq_error *err)
{
    const char *name = cli_option(cli, "name");
    tq_status rc = write_config(app, cli, made, err);

    if (rc == TQ_OK)
        rc = tq_identity_init(err);
    if (rc == TQ_OK)
        rc = have_keys(app, cli_option(cli, "keys"), old, made, err);
    if (rc == TQ_OK)
        rc = make_store(app, made->part, name != NULL ? name : "Huyện", err);
    if (rc == TQ_OK && *old)
        rc = begin_again(app, cli, err);
    tq_district_store_close(app->store);
    app->store = NULL;
    if (rc == TQ_OK)
        rc = tq_district_close_off(made->part, err);
    if (rc == TQ_OK)
        rc = put_in_place(app, made, err);
    return rc;
}

static void remove_parts(const struct made *made)
{
    static const char *const BESIDE[] = { "", "-wal", "-shm" };
    char path[APP_PATH_BYTES + 16];

    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s%s", made->part, BESIDE[i]);
        tq_file_remove(path);
    }
    tq_file_remove(made->key_part);
}

static void take_back(const struct app *app, const struct cli *cli, const struct made *made)
{
    remove_parts(made);
    if (made->keys)
        tq_file_remove(app->key_path);
    if (made->config)
        tq_file_remove(app->config_path);
    if (made->folder)
        tq_file_remove_dir(cli->dir);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct made made = { .folder = !tq_file_exists(cli->dir) };
    bool old = false;
    tq_status rc = app_paths(app, cli->dir, err);

    if (rc == TQ_OK && tq_file_exists(app->db_path))
        rc = tq_error_set(err, TQ_EXISTS, "%s", app->db_path);
    if (rc == TQ_OK)
        rc = tq_file_make_dir(cli->dir, err);
    if (rc == TQ_OK) {
        snprintf(made.part, sizeof(made.part), "%s.part", app->db_path);
        snprintf(made.key_part, sizeof(made.key_part), "%s.part", app->key_path);
        remove_parts(&made);
        rc = make(app, cli, &made, &old, err);
        if (rc != TQ_OK)
            take_back(app, cli, &made);
    }
    app_close(app);
    if (rc == TQ_OK)
        say(cli, old);
    return rc;
}

const struct cli_command CMD_INIT = {
    .name = "init",
    .usage = "",
    .summary = { "lập thư mục dữ liệu của huyện", "make the district's data folder" },
    .options = OPTIONS,
    .run = run,
};

/* cmd_init.c - tuquan-district init: a folder with keys, configuration and an empty file. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "tuquan/clock.h"
#include "tuquan/file.h"
#include "tuquan/random.h"

static const struct cli_option OPTIONS[] = {
    { "name", 'n', "TÊN", { "tên huyện", "name of the district" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status write_config(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_buf buf;
    tq_status rc;

    if (tq_file_exists(app->config_path))
        return TQ_OK; /* laid there before: the operator's own */
    tq_buf_init(&buf, 0);
    cli_config_template(&buf, APP_SETTINGS, cli);
    rc = tq_buf_is_ok(&buf) ? tq_file_write_new(app->config_path, tq_buf_slice(&buf), false, err)
                            : tq_error_set(err, TQ_NOMEM, "configuration");
    tq_buf_deinit(&buf);
    return rc;
}

static tq_status make_store(struct app *app, const char *name, struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    struct tq_district_config config;
    struct tq_district_identity identity;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.path = app->db_path;
    config.catalogue = tq_catalogue_current();
    config.create = true;
    rc = tq_district_store_open(&app->store, &config, err);
    if (rc != TQ_OK)
        return rc;
    memset(&identity, 0, sizeof(identity));
    random->fill(random->ctx, identity.district, sizeof(identity.district));
    identity.name = tq_slice_str(name);
    memcpy(identity.sign_key, app->keys.sign_public, sizeof(identity.sign_key));
    identity.created_at_ms = app_now_ms();
    return tq_district_store_create(app->store, &identity, err);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *name = cli_option(cli, "name");
    tq_status rc = app_paths(app, cli, err);

    if (rc == TQ_OK && tq_file_exists(app->db_path))
        rc = tq_error_set(err, TQ_EXISTS, "%s", app->db_path);
    if (rc == TQ_OK)
        rc = tq_file_make_dir(cli->dir, err);
    if (rc == TQ_OK)
        rc = write_config(app, cli, err);
    if (rc == TQ_OK)
        rc = tq_keys_generate(&app->keys, err);
    if (rc == TQ_OK) {
        app->has_keys = true;
        rc = tq_keys_save(app->key_path, &app->keys, err);
    }
    if (rc == TQ_OK)
        rc = make_store(app, name != NULL ? name : "Huyện", err);
    app_close(app);
    if (rc == TQ_OK)
        cli_print(cli, "%s %s", cli_say(cli, "Đã lập dữ liệu huyện trong", "District made in"),
                cli->dir);
    return rc;
}

const struct cli_command CMD_INIT = {
    .name = "init",
    .usage = "",
    .summary = { "lập thư mục dữ liệu của huyện", "make the district's data folder" },
    .options = OPTIONS,
    .run = run,
};

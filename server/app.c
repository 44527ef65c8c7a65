#include "app.h"

#include <stdio.h>
#include <string.h>

#include "refused.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"

#define BATCH_ARENA ((size_t)256 * 1024 * 1024)
#define COMMUNE_LEVEL 3
#define APP_CONFIG "district.ini"
#define BOX_NEWS "tcp://127.0.0.1:*"

const struct cli_setting APP_SETTINGS[] = {
    { "sync_address", CLI_SETTING_TEXT, 0, 0, "tcp://*:7370",
            { "Cổng đồng bộ của các xã", "Where offices sync" } },
    { "news_address", CLI_SETTING_TEXT, 0, 0, "tcp://*:7371",
            { "Cổng phát xếp hạng", "Where rankings are broadcast" } },
    { "guest_address", CLI_SETTING_TEXT, 0, 0, "tcp://*:7372",
            { "Cổng nhận máy mới, chỉ mở khi có giấy mời",
                    "Where new machines join, open only while there is an invitation" } },
    { "public_host", CLI_SETTING_TEXT, 0, 0, "127.0.0.1",
            { "Tên hoặc địa chỉ mà các xã gọi tới", "The name or address that offices call" } },
    { "max_sessions", CLI_SETTING_NUMBER, 1, 100000, "1024",
            { "Số máy đồng bộ cùng lúc", "Sessions at the same time" } },
    { "author", CLI_SETTING_TEXT, 0, 0, "cán bộ huyện",
            { "Tên ghi trong sổ cho lệnh trên máy chủ", "Author of what commands here write" } },
    { "page_address", CLI_SETTING_TEXT, 0, 0, "",
            { "Cổng trang của huyện, ví dụ 127.0.0.1:7380; trống: không có trang",
                    "Where the district's page is served, as 127.0.0.1:7380; empty: nowhere" } },
    { "page_origin", CLI_SETTING_TEXT, 0, 0, "",
            { "Địa chỉ cán bộ gõ, ví dụ https://thidua.example; nhiều địa chỉ cách nhau dấu cách",
                    "What officers type, as https://thidua.example; several parted by blanks" } },
    { "page_certificate", CLI_SETTING_TEXT, 0, 0, "",
            { "Tệp chứng chỉ TLS (PEM); trống: không TLS, chỉ trên máy này hoặc sau proxy",
                    "TLS certificate (PEM); empty: none, only on this machine or behind a "
                    "proxy" } },
    { "page_key", CLI_SETTING_TEXT, 0, 0, "",
            { "Tệp khóa của chứng chỉ (PEM, chỉ chủ đọc được)",
                    "Its key (PEM, which only its owner may read)" } },
    { "page_proxy", CLI_SETTING_TEXT, 0, 0, "",
            { "Địa chỉ proxy đáng tin, ví dụ 127.0.0.1: để biết ai đăng nhập từ đâu",
                    "Address of the trusted proxy, as 127.0.0.1: to know who signs in from "
                    "where" } },
    { "metrics_address", CLI_SETTING_TEXT, 0, 0, "",
            { "Cổng số đo cho chương trình giám sát, ví dụ 127.0.0.1:7381; trống: không có",
                    "Where figures for monitoring are served, as 127.0.0.1:7381; empty: "
                    "nowhere" } },
    { "liaison_s", CLI_SETTING_NUMBER, 1, 86400, "60",
            { "Số giây giữa hai lần trao đổi với huyện bạn",
                    "Seconds between two rounds with a neighbouring district" } },
    { "liaison_head_s", CLI_SETTING_NUMBER, 1, 604800, "3600",
            { "Số giây giữa hai mốc sổ cái nhờ huyện bạn ký xác nhận",
                    "Seconds between two heads of the ledger that a neighbour countersigns" } },
    { NULL, CLI_SETTING_TEXT, 0, 0, NULL, { NULL, NULL } },
};

tq_status app_period(struct app *app, const char *text, struct tq_error *err)
{
    return tq_period_read(tq_slice_str(text), app->period, err);
}

tq_status app_paths(struct app *app, const char *dir, struct tq_error *err)
{
    tq_status rc = tq_file_join(app->db_path, APP_PATH_BYTES, dir, "district.db", err);

    if (rc == TQ_OK)
        rc = tq_file_join(app->key_path, APP_PATH_BYTES, dir, "district.key", err);
    if (rc == TQ_OK)
        rc = tq_file_join(app->config_path, APP_PATH_BYTES, dir, APP_CONFIG, err);
    if (rc == TQ_OK)
        rc = tq_file_join(app->height_path, APP_PATH_BYTES, dir, "height", err);
    return rc;
}

struct tq_merge_config app_merge_config(struct app *app)
{
    struct tq_merge_config config;

    memset(&config, 0, sizeof(config));
    config.catalogue = app->catalogue;
    config.store = tq_district_store_ops(app->store);
    config.codec = tq_codec_ops();
    config.signer = app->signer;
    config.verify = tq_verify;
    return config;
}

tq_status app_check_keys(const struct app *app, const struct tq_keys *keys,
        struct tq_district_store *store, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new((size_t)64 << 10); /* for its name */
    struct tq_district_identity identity;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "district")
                                 : tq_district_store_identity(store, arena, &identity, err);

    if (rc == TQ_OK && memcmp(identity.sign_key, keys->sign_public, sizeof(identity.sign_key)) != 0)
        rc = tq_error_set(
                err, TQ_KEY_FILE, "%s: %s", app->key_path, tq_phrase(TQ_PHRASE_KEY_FILE_OTHER));
    tq_arena_free(arena);
    return rc;
}

const char *app_author(const struct app *app)
{
    return app->author != NULL ? app->author : cli_config_text(app->config, "author");
}

/* What is open already; the results of the command before are forgotten. */
static tq_status reopen(struct app *app, struct cli *cli, bool writing, struct tq_error *err)
{
    app->cli = cli;
    tq_arena_reset(app->arena);
    memset(&app->write, 0, sizeof(app->write));
    return writing && app->merger == NULL ? tq_error_set(err, TQ_INTERNAL, "%s", cli->command->name)
                                          : TQ_OK;
}

/* The files that app->..._path name. */
static tq_status open_files(struct app *app, bool writing, struct tq_error *err)
{
    struct tq_district_config config;
    struct tq_merge_config merge;
    tq_status rc;

    if (!tq_file_exists(app->db_path))
        return tq_error_set(err, TQ_NO_DATA, "%s", app->db_path);
    rc = cli_config_load(&app->config, app->config_path, APP_SETTINGS, err);
    if (rc == TQ_OK)
        rc = tq_keys_load(app->key_path, &app->keys, err);
    if (rc != TQ_OK)
        return rc;
    app->has_keys = true;
    app->signer = tq_signer_of(&app->keys);
    app->arena = tq_arena_new(BATCH_ARENA);
    if (app->arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "start");
    memset(&config, 0, sizeof(config));
    config.path = app->db_path;
    config.catalogue = app->catalogue;
    config.reading = !writing;
    rc = tq_district_store_open(&app->store, &config, err);
    if (rc == TQ_OK)
        rc = app_check_keys(app, &app->keys, app->store, err);
    if (rc == TQ_OK && writing) {
        merge = app_merge_config(app);
        rc = tq_merger_new(&app->merger, &merge, err);
    }
    return rc;
}

tq_status app_open(struct app *app, struct cli *cli, bool writing, struct tq_error *err)
{
    tq_status rc;

    if (app->stays)
        return reopen(app, cli, writing, err);
    app->cli = cli;
    app->catalogue = tq_catalogue_current();
    rc = app_paths(app, cli->dir, err);
    if (rc == TQ_OK)
        rc = open_files(app, writing, err);
    if (rc != TQ_OK) {
        app_close(app);
        return rc;
    }
    app->sync_address = cli_config_text(app->config, "sync_address");
    app->news_address = cli_config_text(app->config, "news_address");
    app->guest_address = cli_config_text(app->config, "guest_address");
    return TQ_OK;
}

tq_status app_open_box(struct app *app, struct cli *cli, const char *dir,
        const struct tq_catalogue *catalogue, const char *sync_address, const char *guest_address,
        bool writing, struct tq_error *err)
{
    tq_status rc;

    memset(app, 0, sizeof(*app));
    app->cli = cli;
    app->catalogue = catalogue;
    app->sync_address = sync_address;
    app->news_address = BOX_NEWS; /* nothing is broadcast on a link */
    app->guest_address = guest_address;
    rc = app_paths(app, dir, err);
    if (rc == TQ_OK)
        rc = tq_file_join(app->config_path, APP_PATH_BYTES, cli->dir, APP_CONFIG, err);
    if (rc == TQ_OK)
        rc = open_files(app, writing, err);
    if (rc != TQ_OK)
        app_close(app);
    return rc;
}

void app_close(struct app *app)
{
    if (app->stays) { /* a command that failed half-way leaves nothing open behind it */
        const struct tq_district_ops *ops = tq_district_store_ops(app->store);

        ops->rollback(ops->ctx);
        tq_db_rollback(tq_district_store_db(app->store));
        return;
    }
    tq_records_free(app->records);
    tq_merger_free(app->merger);
    tq_district_store_close(app->store);
    cli_config_free(app->config);
    tq_arena_free(app->arena);
    if (app->has_keys)
        tq_keys_wipe(&app->keys);
    memset(app, 0, sizeof(*app));
}

tq_status app_show(struct cli *cli, app_show_fn show, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = show(app, cli, err);
    app_close(app);
    return rc;
}

tq_status app_write(struct app *app, struct tq_change *changes, size_t count, struct tq_error *err)
{
    tq_status rc = app_merge(app, changes, count, 0, err);

    return rc != TQ_OK ? refused_tell(app, app->cli, err) : rc;
}

tq_status app_records(struct app *app, struct tq_error *err)
{
    if (app->records != NULL)
        return TQ_OK;
    return tq_records_new_reading(
            &app->records, tq_district_store_db(app->store), tq_catalogue_current(), err);
}

tq_status app_unit(struct app *app, const char *text, struct tq_slice *out, struct tq_error *err)
{
    tq_status rc = app_records(app, err);

    *out = tq_slice_of(NULL, 0);
    return rc != TQ_OK ? rc
                       : tq_records_find_unit(app->records, tq_slice_str(text), COMMUNE_LEVEL,
                                 COMMUNE_LEVEL, app->arena, out, err);
}

tq_status app_area(struct app *app, const char *text, struct tq_slice *out, struct tq_error *err)
{
    tq_status rc = app_records(app, err);

    *out = tq_slice_of(NULL, 0);
    return rc != TQ_OK ? rc
                       : tq_records_find_unit(app->records, tq_slice_str(text), 0,
                                 COMMUNE_LEVEL - 1, app->arena, out, err);
}

tq_status app_head(struct app *app, uint64_t *head, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_district_state state;
    tq_status rc = ops->state_get(ops->ctx, &state, err);

    *head = rc == TQ_OK ? state.head : 0;
    return rc;
}

tq_status app_public_address(
        const struct app *app, const char *address, char *out, size_t size, struct tq_error *err)
{
    const char *port = strrchr(address, ':');
    int n = snprintf(out, size, "tcp://%s%s", cli_config_text(app->config, "public_host"),
            port != NULL ? port : "");

    if (port == NULL || n < 0 || (size_t)n >= size)
        return tq_error_set(err, TQ_CONFIG, "%s \"%s\"", tq_phrase(TQ_PHRASE_ADDRESS), address);
    return TQ_OK;
}

tq_status app_audit(struct app *app, const char *what, struct tq_slice about,
        struct tq_slice detail, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    tq_buf_printf(&text, "%s%s%.*s", app->address != NULL ? app->address : "",
            app->address != NULL && detail.len > 0 ? " " : "", (int)detail.len,
            detail.len > 0 ? (const char *)detail.data : "");
    rc = tq_buf_is_ok(&text)
                 ? tq_devices_audit(app->store, app_now_ms(), tq_slice_str(app_author(app)),
                           tq_slice_str(what), about, tq_buf_slice(&text), err)
                 : tq_error_set(err, TQ_NOMEM, "%s", what);
    tq_buf_deinit(&text);
    return rc;
}

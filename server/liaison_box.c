#include "liaison_box.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "member/network.h"
#include "tuquan/clock.h"
#include "tuquan/codec.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"

tq_status box_path(
        const char *dir, int64_t link, const char *which, char *out, struct tq_error *err)
{
    char below[64];

    snprintf(below, sizeof(below), LIAISON_DIR "/%" PRId64 "%s%s", link,
            which[0] != '\0' ? "/" : "", which);
    return tq_file_join(out, APP_PATH_BYTES, dir, below, err);
}

static tq_status make_dirs(struct cli *cli, int64_t link, char *out, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, LIAISON_DIR, err);

    if (rc == TQ_OK)
        rc = tq_file_make_dir(path, err);
    if (rc == TQ_OK)
        rc = box_path(cli->dir, link, "", path, err);
    if (rc == TQ_OK)
        rc = tq_file_make_dir(path, err);
    if (rc == TQ_OK)
        rc = box_path(cli->dir, link, "out", out, err);
    return rc == TQ_OK ? tq_file_make_dir(out, err) : rc;
}

/* The one unit of the mailbox, whose member the partner becomes. */
static tq_status add_unit(struct app *app, struct tq_slice their_name, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "unit");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    bool given[TQ_MAX_COLUMNS] = { false };
    const struct {
        const char *column;
        struct tq_value value;
    } cells[] = {
        { "unit", tq_value_str(BOX_UNIT) },
        { "code", tq_value_str("LK") },
        { "valid_from", tq_value_str("2020-01-01") },
        { "name", tq_value_text(their_name) },
    };
    struct edit_list list;
    tq_status rc;

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        int at = tq_table_column_find(table, cells[i].column);

        values[at] = cells[i].value;
        given[at] = true;
    }
    edit_init(&list, app->arena);
    rc = edit_row(&list, app, table, values, given, err);
    return rc == TQ_OK && list.count > 0 ? app_write(app, list.changes, list.count, err) : rc;
}

/* Keys and an empty file, by other names until both are whole. */
static tq_status make_files(struct app *app, struct tq_slice our_name, struct tq_error *err)
{
    struct tq_district_identity identity;
    struct tq_district_config config;
    char part[APP_PATH_BYTES + 8];
    tq_status rc = tq_file_exists(app->key_path) ? tq_keys_load(app->key_path, &app->keys, err)
                                                 : tq_keys_generate(&app->keys, err);

    if (rc == TQ_OK && !tq_file_exists(app->key_path))
        rc = tq_keys_save(app->key_path, &app->keys, err);
    if (rc != TQ_OK)
        return rc;
    snprintf(part, sizeof(part), "%s.part", app->db_path);
    tq_file_remove(part);
    memset(&config, 0, sizeof(config));
    config.path = part;
    config.catalogue = app->catalogue;
    config.create = true;
    rc = tq_district_store_open(&app->store, &config, err);
    memset(&identity, 0, sizeof(identity));
    tq_district_id_of(&app->keys, identity.district);
    identity.name = our_name;
    memcpy(identity.sign_key, app->keys.sign_public, sizeof(identity.sign_key));
    identity.created_at_ms = app_now_ms();
    if (rc == TQ_OK)
        rc = tq_district_store_create(app->store, &identity, err);
    tq_district_store_close(app->store);
    app->store = NULL;
    tq_keys_wipe(&app->keys);
    return rc == TQ_OK ? tq_file_move(part, app->db_path, err) : rc;
}

static tq_status by_file_path(const char *dir, int64_t link, char *out, struct tq_error *err)
{
    return box_path(dir, link, "by-file", out, err);
}

bool box_is_by_file(const char *dir, int64_t link)
{
    char path[APP_PATH_BYTES];

    return by_file_path(dir, link, path, NULL) == TQ_OK && tq_file_exists(path);
}

tq_status box_set_by_file(const char *dir, int64_t link, bool by_file, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    tq_status rc = by_file_path(dir, link, path, err);

    if (rc == TQ_OK && by_file)
        return tq_file_replace(path, tq_slice_of(NULL, 0), true, err);
    if (rc == TQ_OK && tq_file_exists(path))
        tq_file_remove(path);
    return rc;
}

tq_status box_set_aside(const char *dir, int64_t link, int64_t now_ms, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    char aside[APP_PATH_BYTES + 32];
    tq_status rc = box_path(dir, link, "", path, err);

    if (rc != TQ_OK || !tq_file_exists(path))
        return rc;
    snprintf(aside, sizeof(aside), "%s.before-%" PRId64, path, now_ms);
    return tq_file_move(path, aside, err);
}

tq_status box_make(struct cli *cli, int64_t link, struct tq_slice our_name,
        struct tq_slice their_name, struct tq_error *err)
{
    struct tq_link_info info = { .id = link };
    struct box *box = tq_mem_zalloc(sizeof(*box));
    tq_status rc;

    if (box == NULL)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    rc = make_dirs(cli, link, box->dir, err);
    if (rc == TQ_OK)
        rc = tq_liaison_catalogue_new(&box->catalogue, tq_catalogue_current(), err);
    box->app.catalogue = box->catalogue;
    if (rc == TQ_OK)
        rc = app_paths(&box->app, box->dir, err);
    if (rc == TQ_OK && !tq_file_exists(box->app.db_path))
        rc = make_files(&box->app, our_name, err);
    tq_liaison_catalogue_free(box->catalogue);
    box->catalogue = NULL;
    if (rc == TQ_OK)
        rc = box_open_out(box, cli, &info, true, err);
    if (rc == TQ_OK)
        rc = add_unit(&box->app, their_name, err);
    box_close(box);
    tq_mem_free(box);
    return rc;
}

static tq_status begin(struct box *box, struct cli *cli, const struct tq_link_info *link,
        const char *which, struct tq_error *err)
{
    tq_status rc;

    memset(box, 0, sizeof(*box));
    rc = box_path(cli->dir, link->id, which, box->dir, err);
    if (rc == TQ_OK)
        rc = tq_liaison_catalogue_new(&box->catalogue, tq_catalogue_current(), err);
    box->cli = *cli;
    box->cli.app = &box->app;
    return rc;
}

static void copy_text(char out[TQ_LINK_ADDRESS_SIZE], struct tq_slice text)
{
    snprintf(out, TQ_LINK_ADDRESS_SIZE, "%.*s", (int)text.len, (const char *)text.data);
}

tq_status box_open_out(struct box *box, struct cli *cli, const struct tq_link_info *link,
        bool writing, struct tq_error *err)
{
    tq_status rc = begin(box, cli, link, "out", err);

    copy_text(box->sync_address, link->sync_address);
    copy_text(box->guest_address, link->guest_address);
    if (rc == TQ_OK) /* the configuration is the district's: it is read from cli->dir */
        rc = app_open_box(&box->app, &box->cli, box->dir, box->catalogue, box->sync_address,
                box->guest_address, writing, err);
    box->cli.dir = box->dir;
    if (rc != TQ_OK)
        box_close(box);
    return rc;
}

/* Answers that were not sealed yet when a newer program came: sealed as what they were written by. */
static tq_status seal_older(void *ctx, struct tq_db *db, struct tq_error *err)
{
    const struct tq_clock *clock = tq_db_clock(db);
    struct tq_seal_result result;
    struct network net = { 0 };
    const struct box *box = ctx;
    tq_status rc = network_open(&net, box->dir, db, err);

    if (rc == TQ_OK)
        rc = tq_office_seal(&net.office, clock->now_ms(clock->ctx), &result, err);
    network_close(&net);
    return rc;
}

tq_status box_open_in(
        struct box *box, struct cli *cli, const struct tq_link_info *link, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_db_config config;
    tq_status rc = begin(box, cli, link, "in", err);

    if (rc == TQ_OK)
        rc = tq_file_join(path, sizeof(path), box->dir, "office.db", err);
    if (rc == TQ_OK && !tq_file_exists(path))
        rc = tq_error_set(err, TQ_NOT_JOINED, "%s", path);
    if (rc == TQ_OK) {
        memset(&config, 0, sizeof(config));
        config.path = path;
        config.role = TQ_ROLE_OFFICE;
        config.catalogue = box->catalogue;
        config.max_bytes = BOX_MAX_BYTES + BOX_OUR_BYTES;
        config.seal = seal_older;
        config.seal_ctx = box;
        rc = tq_db_open(&box->db, &config, NULL, err);
        box->net = tq_mem_zalloc(sizeof(*box->net));
        if (rc == TQ_OK && box->net == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "liaison");
    }
    if (rc == TQ_OK)
        rc = network_open(box->net, box->dir, box->db, err);
    if (rc != TQ_OK)
        box_close(box);
    return rc;
}

void box_close(struct box *box)
{
    if (box->net != NULL && box->net->store != NULL)
        network_close(box->net);
    tq_mem_free(box->net);
    tq_db_close(box->db);
    app_close(&box->app);
    tq_liaison_catalogue_free(box->catalogue);
    memset(box, 0, sizeof(*box));
}

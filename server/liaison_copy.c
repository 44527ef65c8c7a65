#include "liaison_copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "liaison_box.h"
#include "member/network.h"
#include "parcel.h"
#include "tuquan/district_backup.h"
#include "tuquan/file.h"
#include "tuquan/liaison_store.h"

#define FILE_MOST ((size_t)64 << 20) /* of what is no database: a question that came by bundle */
#define OUT_DB "district.db"

/* What a mailbox holds. The database last: with it the mailbox is there. */
static const struct {
    const char *box;
    const char *files[6];
    const char *db;
} BOXES[] = {
    { "out", { "district.key", PARCEL_QUESTION, PARCEL_JOIN, NULL }, OUT_DB },
    { "in", { NETWORK_KEYS, NETWORK_NEXT_KEYS, NETWORK_LINK, PARCEL_INVITATION, NULL },
            "office.db" },
};
static const char BY_FILE[] = "by-file";

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

/* ---- paths ---- */

static tq_status root_of(const char *backup, char out[APP_PATH_BYTES], struct tq_error *err)
{
    int n = snprintf(out, APP_PATH_BYTES, "%s.liaison", backup);

    return n > 0 && n < APP_PATH_BYTES ? TQ_OK : tq_error_set(err, TQ_RANGE, "%s", backup);
}

/* ROOT/LINK[/BOX] of the copy. */
static tq_status copy_path(const char *root, int64_t link, const char *box,
        char out[APP_PATH_BYTES], struct tq_error *err)
{
    char below[64];

    snprintf(below, sizeof(below), "%" PRId64 "%s%s", link, box[0] != '\0' ? "/" : "", box);
    return tq_file_join(out, APP_PATH_BYTES, root, below, err);
}

static void remove_in(const char *dir, const char *name)
{
    char path[APP_PATH_BYTES];

    if (tq_file_join(path, sizeof(path), dir, name, NULL) == TQ_OK)
        tq_file_remove(path);
}

/* Also what SQLite leaves beside the database of a copy that was cut. */
static void remove_box(const char *dir, size_t which)
{
    static const char *const BESIDE[] = { "", "-wal", "-shm", "-journal" };
    char name[32];

    for (size_t i = 0; BOXES[which].files[i] != NULL; i++)
        remove_in(dir, BOXES[which].files[i]);
    for (size_t i = 0; i < COUNT_OF(BESIDE); i++) {
        snprintf(name, sizeof(name), "%s%s", BOXES[which].db, BESIDE[i]);
        remove_in(dir, name);
    }
    tq_file_remove_dir(dir);
}

static void remove_link(const char *root, int64_t link)
{
    char dir[APP_PATH_BYTES];

    for (size_t b = 0; b < COUNT_OF(BOXES); b++)
        if (copy_path(root, link, BOXES[b].box, dir, NULL) == TQ_OK)
            remove_box(dir, b);
    if (copy_path(root, link, "", dir, NULL) != TQ_OK)
        return;
    remove_in(dir, BY_FILE);
    tq_file_remove_dir(dir);
}

/* ---- a mailbox ---- */

/* One that is not there is no failure. */
static tq_status copy_file(
        const char *from_dir, const char *to_dir, const char *name, struct tq_error *err)
{
    char from[APP_PATH_BYTES];
    char to[APP_PATH_BYTES];
    struct tq_buf content;
    tq_status rc = tq_file_join(from, sizeof(from), from_dir, name, err);

    if (rc == TQ_OK)
        rc = tq_file_join(to, sizeof(to), to_dir, name, err);
    if (rc != TQ_OK || !tq_file_exists(from))
        return rc;
    tq_buf_init(&content, FILE_MOST);
    tq_buf_keep_secret(&content); /* keys, perhaps */
    rc = tq_file_read(from, FILE_MOST, &content, err);
    if (rc == TQ_OK)
        rc = tq_file_write_new(to, tq_buf_slice(&content), true, err);
    tq_buf_deinit(&content);
    return rc;
}

static tq_status copy_db(
        const char *from_dir, const char *to_dir, const char *name, struct tq_error *err)
{
    char from[APP_PATH_BYTES];
    char to[APP_PATH_BYTES];
    tq_status rc = tq_file_join(from, sizeof(from), from_dir, name, err);

    if (rc == TQ_OK)
        rc = tq_file_join(to, sizeof(to), to_dir, name, err);
    if (rc == TQ_OK)
        rc = tq_district_copy(from, to, err);
    return rc == TQ_OK ? tq_district_close_off(to, err) : rc;
}

static bool has_db(const char *dir, size_t which)
{
    char path[APP_PATH_BYTES];

    return tq_file_join(path, sizeof(path), dir, BOXES[which].db, NULL) == TQ_OK &&
           tq_file_exists(path);
}

/* Keys first: a renewal that goes on meanwhile leaves the pair that the file knows, or the next one
 * beside it. */
static tq_status copy_box(const char *from, const char *to, size_t which, struct tq_error *err)
{
    tq_status rc = tq_file_make_dir(to, err);

    for (size_t i = 0; rc == TQ_OK && BOXES[which].files[i] != NULL; i++)
        rc = copy_file(from, to, BOXES[which].files[i], err);
    return rc == TQ_OK ? copy_db(from, to, BOXES[which].db, err) : rc;
}

/* ---- out ---- */

static tq_status copy_link(const char *dir, const char *root, int64_t link, struct tq_error *err)
{
    char from[APP_PATH_BYTES];
    char to[APP_PATH_BYTES];
    tq_status rc = copy_path(root, link, "", to, err);

    if (rc == TQ_OK)
        rc = tq_file_make_dir(to, err);
    if (rc == TQ_OK)
        rc = box_path(dir, link, "", from, err);
    if (rc == TQ_OK)
        rc = copy_file(from, to, BY_FILE, err);
    for (size_t b = 0; rc == TQ_OK && b < COUNT_OF(BOXES); b++) {
        rc = box_path(dir, link, BOXES[b].box, from, err);
        if (rc == TQ_OK)
            rc = copy_path(root, link, BOXES[b].box, to, err);
        if (rc == TQ_OK && has_db(from, b))
            rc = copy_box(from, to, b, err);
    }
    return rc;
}

/* One link that cannot be read keeps no other from being copied. */
static tq_status copy_links(struct app *app, const char *root, const struct tq_link_info *list,
        size_t count, struct liaison_copied *out, struct tq_error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct tq_error why = { .status = TQ_OK };
        tq_status rc = copy_link(app->cli->dir, root, list[i].id, &why);

        out->links += rc == TQ_OK;
        if (rc == TQ_OK)
            continue;
        if (rc == TQ_NOMEM || rc == TQ_DISK_FULL) {
            *err = why;
            return rc;
        }
        remove_link(root, list[i].id);
        out->unread++;
    }
    return TQ_OK;
}

/* Of these links: what else is in the folder stays, and the folder. */
static void remove_links(const char *root, const struct tq_link_info *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        remove_link(root, list[i].id);
    tq_file_remove_dir(root);
}

/* A folder that is there belongs to no backup (there is none of this name, as the caller has seen): of
 * one that was removed, or of a try that was cut. It goes once the new one is whole. */
static tq_status take_place(const char *part, const char *root, const struct tq_link_info *list,
        size_t count, struct tq_error *err)
{
    remove_links(root, list, count);
    if (tq_file_exists(root))
        return tq_error_set(err, TQ_EXISTS, "%s", root);
    return tq_file_move(part, root, err);
}

tq_status liaison_copy_out(
        struct app *app, const char *backup, struct liaison_copied *out, struct tq_error *err)
{
    struct tq_link_info *list;
    size_t count;
    char root[APP_PATH_BYTES];
    char part[APP_PATH_BYTES + 8];
    tq_status rc = root_of(backup, root, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK)
        rc = tq_links_list(app->store, false, app->arena, &list, &count, err);
    if (rc != TQ_OK || count == 0)
        return rc;
    snprintf(part, sizeof(part), "%s.part", root);
    remove_links(part, list, count); /* of a try that was cut */
    rc = tq_file_make_dir(part, err);
    if (rc == TQ_OK)
        rc = copy_links(app, part, list, count, out, err);
    if (rc == TQ_OK)
        rc = take_place(part, root, list, count, err);
    if (rc != TQ_OK)
        remove_links(part, list, count);
    return rc;
}

void liaison_copy_remove(struct app *app, const char *backup)
{
    struct tq_link_info *list;
    size_t count = 0;
    char root[APP_PATH_BYTES];

    if (root_of(backup, root, NULL) == TQ_OK &&
            tq_links_list(app->store, false, app->arena, &list, &count, NULL) == TQ_OK)
        remove_links(root, list, count);
}

/* ---- back ---- */

/* It may have told more since it was copied: as any district that was put back, it begins a new
 * epoch. */
static tq_status begin_again(const char *dir, struct tq_error *err)
{
    struct tq_district_config config;
    struct tq_district_store *store = NULL;
    struct tq_catalogue *catalogue;
    char path[APP_PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), dir, OUT_DB, err);

    if (rc == TQ_OK)
        rc = tq_liaison_catalogue_new(&catalogue, tq_catalogue_current(), err);
    if (rc != TQ_OK)
        return rc;
    memset(&config, 0, sizeof(config));
    config.path = path;
    config.catalogue = catalogue;
    rc = tq_district_store_open(&store, &config, err);
    if (rc == TQ_OK)
        rc = tq_district_store_begin_again(store, app_now_ms(), err);
    tq_district_store_close(store);
    tq_liaison_catalogue_free(catalogue);
    return rc == TQ_OK ? tq_district_close_off(path, err) : rc;
}

/* Under another name until it is whole. */
static tq_status bring_box(const char *from, const char *to, size_t which, struct tq_error *err)
{
    char part[APP_PATH_BYTES + 8];
    tq_status rc;

    snprintf(part, sizeof(part), "%s.part", to);
    remove_box(part, which); /* of a try that was cut */
    rc = copy_box(from, part, which, err);
    if (rc == TQ_OK && which == 0)
        rc = begin_again(part, err);
    if (rc == TQ_OK)
        rc = tq_file_move(part, to, err);
    if (rc != TQ_OK)
        remove_box(part, which);
    return rc;
}

/* A folder without a database is what was left of one. */
static tq_status set_aside(const char *path, int64_t now_ms, struct tq_error *err)
{
    char aside[APP_PATH_BYTES + 32];

    if (!tq_file_exists(path))
        return TQ_OK;
    snprintf(aside, sizeof(aside), "%s.before-%" PRId64, path, now_ms);
    return tq_file_move(path, aside, err);
}

static tq_status bring_link(
        const char *dir, const char *root, int64_t link, bool *came, struct tq_error *err)
{
    char from[APP_PATH_BYTES];
    char to[APP_PATH_BYTES];
    tq_status rc = TQ_OK;

    for (size_t b = 0; rc == TQ_OK && b < COUNT_OF(BOXES); b++) {
        rc = copy_path(root, link, BOXES[b].box, from, err);
        if (rc == TQ_OK)
            rc = box_path(dir, link, BOXES[b].box, to, err);
        if (rc != TQ_OK || !has_db(from, b) || has_db(to, b))
            continue;
        rc = set_aside(to, app_now_ms(), err);
        if (rc == TQ_OK)
            rc = bring_box(from, to, b, err);
        *came = *came || rc == TQ_OK;
    }
    if (rc == TQ_OK && *came)
        rc = copy_path(root, link, BY_FILE, from, err);
    return rc == TQ_OK && *came && tq_file_exists(from) ? box_set_by_file(dir, link, true, err)
                                                        : rc;
}

static tq_status make_dirs(const char *dir, int64_t link, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), dir, LIAISON_DIR, err);

    if (rc == TQ_OK)
        rc = tq_file_make_dir(path, err);
    if (rc == TQ_OK)
        rc = box_path(dir, link, "", path, err);
    return rc == TQ_OK ? tq_file_make_dir(path, err) : rc;
}

static tq_status bring_links(struct app *app, struct cli *cli, const char *root,
        struct liaison_copied *out, struct tq_error *err)
{
    struct tq_link_info *list;
    size_t count = 0;
    tq_status rc = tq_links_list(app->store, false, app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_error why = { .status = TQ_OK };
        char from[APP_PATH_BYTES];
        bool came = false;
        tq_status brought;

        rc = copy_path(root, list[i].id, "", from, err);
        if (rc != TQ_OK || !tq_file_exists(from))
            continue;
        brought = make_dirs(cli->dir, list[i].id, &why);
        if (brought == TQ_OK)
            brought = bring_link(cli->dir, root, list[i].id, &came, &why);
        out->links += came;
        out->unread += brought != TQ_OK;
        if (brought == TQ_NOMEM)
            rc = tq_error_set(err, brought, "%s", why.msg);
    }
    return rc;
}

tq_status liaison_copy_back(struct app *app, struct cli *cli, const char *backup,
        struct liaison_copied *out, struct tq_error *err)
{
    char root[APP_PATH_BYTES];
    tq_status rc = root_of(backup, root, err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK || !tq_file_exists(root))
        return rc;
    rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = bring_links(app, cli, root, out, err);
    app_close(app);
    return rc;
}

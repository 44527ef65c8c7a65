#include "revocations.h"

#include "revocation_list.h"
#include "tuquan/file.h"

#define REVOKED_FILE "revoked"
#define MAX_FILE ((size_t)4 * 1024 * 1024)

static tq_status read_file(struct app *app, struct cli *cli, const char *path,
        struct tq_revocation **out, size_t *count, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    *out = NULL;
    *count = 0;
    tq_buf_init(&text, MAX_FILE + 1);
    rc = tq_file_exists(path) ? tq_file_read(path, MAX_FILE, &text, err) : TQ_OK;
    if (rc == TQ_OK)
        rc = revocation_list_read(tq_buf_slice(&text), app->arena, out, count, err);
    tq_buf_deinit(&text);
    if (rc != TQ_OK && rc != TQ_NOMEM) { /* a copy: the store has its own */
        cli_warn(cli, "%s: %s", tq_status_sentence(rc, cli->lang), path);
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc;
}

tq_status revocations_save(struct app *app, struct cli *cli, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_revocation *list;
    struct tq_buf text;
    size_t count;
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, REVOKED_FILE, err);

    if (rc == TQ_OK)
        rc = tq_devices_revocations(app->store, app->arena, &list, &count, err);
    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, MAX_FILE);
    revocation_list_write(&text, list, count);
    rc = tq_buf_is_ok(&text) ? tq_file_replace(path, tq_buf_slice(&text), false, err)
                             : tq_error_set(err, TQ_NOMEM, "%s", path);
    tq_buf_deinit(&text);
    return rc;
}

tq_status revocations_apply(struct app *app, struct cli *cli, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_revocation *list;
    size_t revoked = 0;
    size_t count;
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, REVOKED_FILE, err);

    if (rc == TQ_OK)
        rc = read_file(app, cli, path, &list, &count, err);
    if (rc == TQ_OK)
        rc = tq_devices_revoke_again(app->store, list, count,
                tq_slice_str("thu hồi trước khi khôi phục"), &revoked, err);
    if (rc != TQ_OK)
        return rc;
    if (revoked > 0)
        cli_print(cli, "%s: %zu %s",
                cli_say(cli, "Dữ liệu cũ hơn tệp thu hồi; đã thu hồi lại",
                        "The data is older than the list of revocations; revoked again"),
                revoked, cli_say(cli, "máy", "machines"));
    if (revocations_save(app, cli, err) != TQ_OK) {
        cli_warn(cli, "%s: %s", tq_status_sentence(err->status, cli->lang), err->msg);
        tq_error_clear(err);
    }
    return TQ_OK;
}

#include "revocations.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/district_devices.h"
#include "tuquan/file.h"

#define REVOKED_FILE "revoked"
#define MAX_FILE ((size_t)4 * 1024 * 1024)
#define MAX_LINE ((size_t)128)

/* "DEVICE KEY INSTANT"; false: no such line. */
static bool parse(const char *line, struct tq_revocation *out)
{
    char *end;
    unsigned long device = strtoul(line, &end, 10);

    if (end == line || *end != ' ' || device == 0 || device > UINT32_MAX ||
            strlen(end + 1) < 2 * TQ_CURVE_KEY_BYTES + 2 ||
            !tq_unhex(end + 1, 2 * TQ_CURVE_KEY_BYTES, out->curve_key, sizeof(out->curve_key)))
        return false;
    line = end + 1 + 2 * TQ_CURVE_KEY_BYTES;
    out->device = (uint32_t)device;
    out->revoked_at_ms = strtoll(line, &end, 10);
    return *line == ' ' && end != line && *end == '\0' && out->revoked_at_ms > 0;
}

static tq_status read_file(struct app *app, struct cli *cli, const char *path,
        struct tq_revocation **out, size_t *count, struct tq_error *err)
{
    struct tq_buf text;
    size_t lines = 0;
    size_t at = 0;
    tq_status rc;

    *out = NULL;
    *count = 0;
    tq_buf_init(&text, MAX_FILE + 1);
    rc = tq_file_exists(path) ? tq_file_read(path, MAX_FILE, &text, err) : TQ_OK;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    if (rc == TQ_OK && lines > 0) {
        *out = tq_arena_array(app->arena, lines, sizeof(**out));
        rc = *out == NULL ? tq_error_set(err, TQ_NOMEM, "%s", path) : TQ_OK;
    }
    while (rc == TQ_OK && at < text.len) {
        const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
        size_t len = end != NULL ? (size_t)(end - text.data) - at : text.len - at;
        char line[MAX_LINE];

        if (end != NULL && len > 0 && text.data[at] != '#' && len < sizeof(line)) {
            memcpy(line, text.data + at, len);
            line[len] = '\0';
            *count += parse(line, &(*out)[*count]);
        }
        at += len + 1;
    }
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
    tq_buf_append_str(&text, "# Máy đã thu hồi: giữ cùng tệp khóa. / Revoked machines: keep this "
                             "with the keys.\n");
    for (size_t i = 0; i < count; i++) {
        char key[2 * TQ_CURVE_KEY_BYTES + 1];

        tq_hex(key, list[i].curve_key, TQ_CURVE_KEY_BYTES);
        tq_buf_printf(
                &text, "%" PRIu32 " %s %" PRId64 "\n", list[i].device, key, list[i].revoked_at_ms);
    }
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

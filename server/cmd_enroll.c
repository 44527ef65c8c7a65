/* cmd_enroll.c - tuquan-district enroll UNIT: a single-use invitation for one machine, as one line
 * of text and a QR code of it. The one-time pair leaves with the text; only its public half and the
 * token's hash stay. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cli/qr.h"
#include "cli/table.h"
#include "cmd.h"
#include "liaison_box.h"
#include "show.h"
#include "tuquan/district_devices.h"
#include "tuquan/process.h"
#include "tuquan/terminal.h"

#define HOUR_MS INT64_C(3600000)

static const struct cli_option OPTIONS[] = {
    { "hours", 0, "N", { "hạn dùng, giờ (mặc định 72)", "good for N hours (72)" } },
    { "qr", 0, NULL,
            { "mã QR của giấy mời (trên màn hình: luôn có)",
                    "a QR code of it (on a terminal: always)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* Below the line of text: on a terminal, or where it was asked for. */
static tq_status print_qr(struct cli *cli, const char *text, struct tq_error *err)
{
    bool terminal = tq_terminal_is(stdout);
    struct tq_buf out;
    tq_status rc;

    if (!terminal && cli_option(cli, "qr") == NULL)
        return TQ_OK;
    tq_buf_init(&out, 0);
    tq_buf_keep_secret(&out);
    rc = cli_qr_append(&out, text, terminal, err);
    if (rc == TQ_OK)
        cli_print(cli, "\n%.*s", (int)out.len, (const char *)out.data);
    tq_buf_deinit(&out);
    return rc;
}

tq_status enroll_invite(
        struct app *app, struct cli *cli, struct tq_slice unit, int64_t hours, struct tq_error *err)
{
    struct tq_district_identity identity;
    struct tq_open_invitation kept;
    struct tq_invitation line;
    char text[TQ_INVITATION_BYTES];
    struct tq_slice name;
    char shown[40];
    tq_status rc;

    memset(&line, 0, sizeof(line));
    rc = show_unit(app, unit, &name, err);
    if (rc == TQ_OK)
        rc = tq_district_store_identity(app->store, app->arena, &identity, err);
    if (rc == TQ_OK)
        rc = tq_invitation_draw(&line, err);
    if (rc == TQ_OK)
        rc = app_public_address(
                app, app->guest_address, line.guest_address, sizeof(line.guest_address), err);
    if (rc == TQ_OK)
        rc = app_public_address(
                app, app->sync_address, line.sync_address, sizeof(line.sync_address), err);
    if (rc != TQ_OK)
        goto out;
    memcpy(line.district, identity.district, sizeof(line.district));
    memcpy(line.district_curve_key, app->keys.curve_public, TQ_CURVE_KEY_BYTES);
    line.expires_at_ms = (app_now_ms() + hours * HOUR_MS) / 1000 * 1000;
    rc = tq_invitation_text(&line, text, err);
    if (rc != TQ_OK)
        goto out;
    memset(&kept, 0, sizeof(kept));
    kept.token = tq_slice_of(line.token, sizeof(line.token));
    memcpy(kept.curve_key, line.guest_public, sizeof(kept.curve_key));
    kept.unit = unit;
    kept.made_at_ms = app_now_ms();
    kept.expires_at_ms = line.expires_at_ms;
    kept.made_by = tq_slice_str(app_author(app));
    rc = tq_devices_invite(app->store, &kept, err);
    if (rc != TQ_OK)
        goto out;
    cli->done = true;
    cli_json_set(cli, "invitation", json_string(text));
    cli_json_set(cli, "unit", json_stringn((const char *)unit.data, unit.len));
    cli_json_set(cli, "expires_at_ms", json_integer(line.expires_at_ms));
    cli_print(cli, "%s", text);
    rc = print_qr(cli, text, err);
    fprintf(stderr, "%s %.*s", cli_say(cli, "Giấy mời một lần cho", "Single-use invitation for"),
            (int)name.len, (const char *)name.data);
    if (!tq_slice_equal(unit, tq_slice_str(BOX_UNIT))) /* a neighbour has no code here */
        fprintf(stderr, " (%.*s)", (int)unit.len, (const char *)unit.data);
    fprintf(stderr, "; %s %s\n", cli_say(cli, "hết hạn", "expires"),
            cli_show_instant(cli, line.expires_at_ms, shown, sizeof(shown)));

out:
    tq_invitation_wipe(&line);
    tq_wipe(text, sizeof(text));
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct tq_slice unit;
    int64_t hours;
    tq_status rc = cli_option_number(cli, "hours", 1, 24L * 365, 72, &hours, err);

    if (rc == TQ_OK)
        rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = app_unit(app, cli->args[0], &unit, err);
    if (rc == TQ_OK)
        rc = enroll_invite(app, cli, unit, hours, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_ENROLL = {
    .name = "enroll",
    .usage = "XÃ",
    .summary = { "làm giấy mời cho một máy của xã", "invite one machine of a commune" },
    .details = { "Xã: mã, tên hoặc khóa. Ví dụ:\n  enroll 08779\n  enroll \"Bạch Lưu\"",
            "The commune by code, name or key. Example:\n  enroll 08779\n  enroll \"bach luu\"" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

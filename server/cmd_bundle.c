/* cmd_bundle.c - tuquan-district bundle: an office's bundle merged exactly as if its messages had come
 * by the wire, and the answer written for it; what a bundle holds, without opening it.
 *
 * What only questions and answers can heal (a restored or copied file, a district put back) is refused:
 * the wire does that. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cli/bundle_head.h"
#include "cmd.h"
#include "tuquan/bundle.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/district_session.h"
#include "tuquan/file.h"

#define PEER UINT64_C(1)
#define TURN_BYTES ((size_t)4 * 1024 * 1024) /* well below what may wait for a merge */

struct answer {
    const struct tq_bundle *question;
    struct tq_buf messages;
    uint32_t count;
    uint32_t receipts;
    uint64_t rows;
    uint64_t accepted;
    uint64_t superseded;
    uint64_t held;
    uint64_t refused;
    uint64_t requested;
    tq_status why; /* not OK: the district refused it */
    bool complete; /* everything that the office lacks is in it */
};

static tq_status keep(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct answer *a = ctx;

    (void)peer;
    a->count++;
    if (message->kind == TQ_MSG_ROWS)
        a->rows += message->u.rows.nrows;
    if (message->kind == TQ_MSG_RECEIPT) {
        const struct tq_receipt *receipt = &message->u.receipt;

        a->receipts += !receipt->amending;
        a->accepted += receipt->accepted;
        a->superseded += receipt->superseded;
        a->held += receipt->held;
        a->refused += receipt->refused;
        a->requested += receipt->requested;
    }
    return tq_bundle_put(&a->messages, message, bytes, err);
}

static void note(void *ctx, const struct tq_district_note *note)
{
    struct answer *a = ctx;

    if (note->event == TQ_EVENT_REFUSED)
        a->why = note->why != NULL ? note->why->status : TQ_REFUSED;
    if (note->event == TQ_EVENT_COMPLETE)
        a->complete = true;
}

/* Who signed it, as the district knows that device now. */
static tq_status check_maker(struct app *app, const struct tq_bundle *bundle,
        struct tq_device_info *device, struct tq_error *err)
{
    struct tq_district_identity identity;
    tq_status rc = tq_district_store_identity(app->store, app->arena, &identity, err);

    if (rc != TQ_OK)
        return rc;
    if (bundle->kind != TQ_BUNDLE_OFFICE ||
            memcmp(bundle->district, identity.district, sizeof(bundle->district)) != 0)
        return tq_error_set(err, TQ_BUNDLE_OTHERS, "%" PRIu32, bundle->device);
    rc = tq_devices_get(app->store, bundle->device, app->arena, device, err);
    if (rc == TQ_NOT_FOUND)
        return tq_error_set(err, TQ_NOT_ADMITTED, "%" PRIu32, bundle->device);
    if (rc != TQ_OK)
        return rc;
    if (device->revoked_at_ms != 0)
        return tq_error_set(err, TQ_REVOKED, "%" PRIu32, bundle->device);
    if (memcmp(bundle->signer, device->sign_key, sizeof(bundle->signer)) != 0)
        return tq_error_set(err, TQ_FORGED, "%" PRIu32, bundle->device);
    return TQ_OK;
}

static tq_status turn_until_done(struct tq_district *district, int64_t now_ms, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && tq_district_has_work(district))
        rc = tq_district_turn(district, now_ms, err);
    return rc;
}

/* Every message in its order; what waits is merged before it grows beyond what a session may hold. */
static tq_status feed(struct answer *a, struct tq_district *district, struct tq_slice messages,
        struct tq_error *err)
{
    int64_t now = app_now_ms();
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    struct tq_slice bytes;
    size_t since = 0;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle") : TQ_OK;

    while (rc == TQ_OK && a->why == TQ_OK && tq_bundle_next(&messages, &bytes)) {
        struct tq_message message;

        tq_arena_reset(arena);
        rc = tq_message_decode(bytes, arena, &message, err);
        if (rc == TQ_OK)
            rc = tq_district_receive(
                    district, PEER, a->question->device, &message, bytes.len, now, err);
        since += bytes.len;
        if (rc == TQ_OK && since > TURN_BYTES) {
            since = 0;
            rc = tq_district_turn(district, now, err);
        }
    }
    if (rc == TQ_OK && a->why == TQ_OK)
        rc = turn_until_done(district, now, err);
    tq_arena_free(arena);
    return rc;
}

static tq_status merge(struct app *app, struct answer *a, const struct tq_device_info *device,
        struct tq_slice messages, struct tq_error *err)
{
    struct tq_district_session_config config;
    struct tq_district *district = NULL;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.merge = app_merge_config(app);
    config.max_sessions = 1;
    config.by_file = true;
    config.file_offset_ms = device->offset_ms;
    config.send = keep;
    config.send_ctx = a;
    config.note = note;
    config.note_ctx = a;
    rc = tq_district_new(&district, &config, err);
    if (rc == TQ_OK)
        rc = feed(a, district, messages, err);
    tq_district_free(district);
    if (rc == TQ_OK && a->why != TQ_OK)
        rc = tq_error_set(err, a->why, "%" PRIu32, a->question->device);
    return rc;
}

/* For the officers: in the audit trail and in the log of sessions. */
static tq_status record(
        struct app *app, const struct answer *a, size_t bytes_in, struct tq_error *err)
{
    struct tq_session_record session;
    int64_t now = app_now_ms();
    char about[32];
    char detail[96];
    tq_status rc;

    snprintf(about, sizeof(about), "device %" PRIu32, a->question->device);
    snprintf(detail, sizeof(detail), "%" PRIu32 " sets, %" PRIu64 " changes, made at %" PRId64,
            a->question->sets, a->question->rows, a->question->made_at_ms);
    memset(&session, 0, sizeof(session));
    session.at_ms = now;
    session.device = a->question->device;
    session.bytes_in = bytes_in;
    session.bytes_out = a->messages.len;
    session.sets = a->question->sets;
    session.rows_in = a->question->rows;
    session.rows_out = a->rows;
    session.outcome = tq_slice_str("bundle");
    session.detail = tq_slice_str(detail);
    rc = tq_devices_audit(app->store, now, tq_slice_str(app_author(app)),
            tq_slice_str("bundle opened"), tq_slice_str(about), tq_slice_str(detail), err);
    return rc == TQ_OK ? tq_devices_log_session(app->store, &session, err) : rc;
}

static tq_status write_answer(struct app *app, const struct answer *a,
        const struct tq_device_info *device, const char *path, size_t *bytes, struct tq_error *err)
{
    struct tq_bundle head = *a->question;
    struct tq_buf out;
    tq_status rc;

    head.kind = TQ_BUNDLE_ANSWER;
    head.made_at_ms = app_now_ms();
    head.messages = a->count;
    head.sets = a->receipts;
    head.rows = a->rows;
    tq_buf_init(&out, 0);
    rc = tq_bundle_write(
            &head, tq_buf_slice(&a->messages), &app->keys, device->curve_key, &out, err);
    if (rc == TQ_OK)
        rc = tq_file_write_new(path, tq_buf_slice(&out), false, err);
    *bytes = out.len;
    tq_buf_deinit(&out);
    return rc;
}

static void tell(struct cli *cli, const struct answer *a, const char *path, size_t bytes)
{
    cli_json_set(cli, "device", json_integer(a->question->device));
    cli_json_set(cli, "receipts", json_integer(a->receipts));
    cli_json_set(cli, "accepted", json_integer((json_int_t)a->accepted));
    cli_json_set(cli, "superseded", json_integer((json_int_t)a->superseded));
    cli_json_set(cli, "held", json_integer((json_int_t)a->held));
    cli_json_set(cli, "refused", json_integer((json_int_t)a->refused));
    cli_json_set(cli, "requested", json_integer((json_int_t)a->requested));
    cli_json_set(cli, "rows", json_integer((json_int_t)a->rows));
    cli_json_set(cli, "complete", json_boolean(a->complete));
    cli_json_set(cli, "bytes", json_integer((json_int_t)bytes));
    cli_print(cli,
            CLI_SAY(cli,
                    "Máy %" PRIu32 ": %" PRIu32 " gói; nhận %" PRIu64 ", cũ hơn %" PRIu64
                    ", tạm giữ %" PRIu64 ", từ chối %" PRIu64 ", đề nghị đính chính %" PRIu64 ".",
                    "Device %" PRIu32 ": %" PRIu32 " sets; accepted %" PRIu64
                    ", superseded %" PRIu64 ", held %" PRIu64 ", refused %" PRIu64
                    ", requested %" PRIu64 "."),
            a->question->device, a->receipts, a->accepted, a->superseded, a->held, a->refused,
            a->requested);
    cli_print(cli,
            CLI_SAY(cli, "Đã ghi trả lời %s: %" PRIu64 " dòng, %zu byte. Đem tệp này về xã.",
                    "Wrote the answer %s: %" PRIu64 " rows, %zu bytes. Carry it to the office."),
            path, a->rows, bytes);
    if (!a->complete)
        cli_print(cli, "%s",
                cli_say(cli, "Chưa đủ mọi dòng của xã: sau khi mở trả lời, xã lập gói nữa.",
                        "Not all rows fitted: after opening it the office makes another bundle."));
}

static tq_status open_bundle(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_BUNDLE_ARENA_BYTES);
    struct tq_device_info device;
    struct tq_bundle bundle;
    struct answer answer;
    struct tq_buf messages;
    size_t bytes = 0;
    tq_status rc;

    memset(&answer, 0, sizeof(answer));
    answer.question = &bundle;
    tq_buf_init(&answer.messages, TQ_BUNDLE_MAX_BYTES);
    tq_buf_init(&messages, 0);
    rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle")
                       : tq_bundle_read(file, arena, &bundle, err);
    if (rc == TQ_OK)
        rc = check_maker(app, &bundle, &device, err);
    if (rc == TQ_OK)
        rc = tq_bundle_unseal(&bundle, &app->keys, &messages, err);
    if (rc == TQ_OK)
        rc = merge(app, &answer, &device, tq_buf_slice(&messages), err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = record(app, &answer, file.len, err);
    if (rc == TQ_OK)
        rc = write_answer(app, &answer, &device, cli->args[2], &bytes, err);
    if (rc == TQ_OK)
        tell(cli, &answer, cli->args[2], bytes);
    tq_buf_deinit(&messages);
    tq_buf_deinit(&answer.messages);
    tq_arena_free(arena);
    return rc;
}

static tq_status show(struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_BUNDLE_ARENA_BYTES);
    struct tq_bundle bundle;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle")
                                 : tq_bundle_read(file, arena, &bundle, err);

    if (rc == TQ_OK) {
        struct cli_bundle_head head = { bundle.kind == TQ_BUNDLE_OFFICE, bundle.device,
            bundle.made_at_ms, bundle.sets, bundle.rows, file.len,
            tq_slice_of(bundle.signer, sizeof(bundle.signer)) };

        cli_bundle_head_print(cli, &head);
    }
    tq_arena_free(arena);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool opens = strcmp(cli->args[0], "open") == 0;
    struct tq_buf file;
    tq_status rc;

    if (cli->nargs != (opens ? 3u : 2u) || (!opens && strcmp(cli->args[0], "show") != 0))
        return cli_wrong_word(cli, cli->args[0], err);
    if (opens && tq_file_exists(cli->args[2])) /* before anything is merged */
        return tq_error_set(err, TQ_EXISTS, "%s", cli->args[2]);
    rc = tq_identity_init(err);
    tq_buf_init(&file, 0);
    if (rc == TQ_OK)
        rc = tq_file_read(cli->args[1], TQ_BUNDLE_MAX_BYTES, &file, err);
    if (rc == TQ_OK && opens)
        rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = opens ? open_bundle(app, cli, tq_buf_slice(&file), err)
                   : show(cli, tq_buf_slice(&file), err);
    if (opens)
        app_close(app);
    if (rc == TQ_RANGE || rc == TQ_BUNDLE || rc == TQ_BUNDLE_OTHERS)
        rc = tq_error_set(err, rc, "%s", cli->args[1]);
    tq_buf_deinit(&file);
    return rc;
}

const struct cli_command CMD_BUNDLE = {
    .name = "bundle",
    .usage = "open FILE FILE | show FILE",
    .summary = { "gói đồng bộ bằng tệp của xã mất mạng: mở, ghi tệp trả lời; xem gói",
            "bundles of offices without a line: open, write the answer; show" },
    .details = { "Nhập như khi gửi qua mạng; mở hai lần hay sai thứ tự không sao. Tệp sau ghi\n"
                 "trả lời, đem về xã: tuquan-commune bundle open.",
            "Merged as if it had come by the wire; twice or out of order does no harm. The\n"
            "second file is the answer, for the office: tuquan-commune bundle open." },
    .min_args = 2,
    .max_args = 3,
    .run = run,
};

/* cmd_bundle.c - tuquan-district bundle: an office's bundle merged exactly as if its messages had come
 * by the wire, and the answer written for it; bundles for a neighbouring district and its own
 * (parcel.h); what a bundle holds, without opening it.
 *
 * What only questions and answers can heal (a restored or copied file, a district put back) is refused:
 * the wire does that. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "bundle_merge.h"
#include "cli/bundle_head.h"
#include "cmd.h"
#include "parcel_command.h"
#include "parcel_confirm.h"
#include "parcel_reply.h"
#include "tuquan/bundle.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"

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

/* For the officers: in the audit trail and in the log of sessions. */
static tq_status record(struct app *app, const struct tq_bundle *question,
        const struct bundle_answer *a, size_t bytes_in, struct tq_error *err)
{
    struct tq_session_record session;
    int64_t now = app_now_ms();
    char about[32];
    char detail[96];
    tq_status rc;

    snprintf(about, sizeof(about), "device %" PRIu32, question->device);
    snprintf(detail, sizeof(detail), "%" PRIu32 " sets, %" PRIu64 " changes, made at %" PRId64,
            question->sets, question->rows, question->made_at_ms);
    memset(&session, 0, sizeof(session));
    session.at_ms = now;
    session.device = question->device;
    session.bytes_in = bytes_in;
    session.bytes_out = a->messages.len;
    session.sets = question->sets;
    session.rows_in = question->rows;
    session.rows_out = a->rows;
    session.outcome = tq_slice_str("bundle");
    session.detail = tq_slice_str(detail);
    rc = tq_devices_audit(app->store, now, tq_slice_str(app_author(app)),
            tq_slice_str("bundle opened"), tq_slice_str(about), tq_slice_str(detail), err);
    return rc == TQ_OK ? tq_devices_log_session(app->store, &session, err) : rc;
}

static tq_status write_answer(struct app *app, const struct tq_bundle *question,
        const struct bundle_answer *a, const struct tq_device_info *device, const char *path,
        size_t *bytes, struct tq_error *err)
{
    struct tq_bundle head = *question;
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

static void tell(struct cli *cli, uint32_t device, const struct bundle_answer *a, const char *path,
        size_t bytes)
{
    cli_json_set(cli, "device", json_integer(device));
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
            device, a->receipts, a->accepted, a->superseded, a->held, a->refused, a->requested);
    cli_print(cli,
            CLI_SAY(cli, "Đã ghi trả lời %s: %" PRIu64 " dòng, %zu byte. Đem tệp này về xã.",
                    "Wrote the answer %s: %" PRIu64 " rows, %zu bytes. Carry it to the office."),
            path, a->rows, bytes);
    if (!a->complete)
        cli_print(cli, "%s",
                cli_say(cli, "Chưa đủ mọi dòng của xã: sau khi mở trả lời, xã lập gói nữa.",
                        "Not all rows fitted: after opening it the office makes another bundle."));
}

/* No memory, a busy file, a full disk: nobody was refused, and it is opened again. */
static bool is_our_fault(tq_status why)
{
    return tq_status_fault(why) == TQ_FAULT_ENVIRONMENT || why == TQ_INTERNAL;
}

/* For the officers, too: whose name is on it, where its head could be read, and by which code. */
static void note_refused(struct app *app, struct cli *cli, const uint32_t *device, tq_status why)
{
    struct tq_error unsaid = { .status = TQ_OK };
    char about[32] = "";
    tq_status rc;

    if (device != NULL)
        snprintf(about, sizeof(about), "device %" PRIu32, *device);
    rc = tq_devices_audit(app->store, app_now_ms(), tq_slice_str(app_author(app)),
            tq_slice_str("bundle refused"), tq_slice_str(about), tq_slice_str(tq_status_code(why)),
            &unsaid);
    if (rc != TQ_OK)
        cli_print(cli, "%s", unsaid.msg); /* beside the refusal itself */
}

static tq_status open_bundle(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_BUNDLE_ARENA_BYTES);
    struct tq_device_info device;
    struct tq_bundle bundle;
    struct bundle_answer answer;
    struct tq_buf messages;
    const uint32_t *whose; /* NULL: its head could not be read */
    size_t bytes = 0;
    tq_status rc;

    memset(&answer, 0, sizeof(answer));
    memset(&bundle, 0, sizeof(bundle));
    tq_buf_init(&answer.messages, TQ_BUNDLE_MAX_BYTES);
    tq_buf_init(&messages, 0);
    rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle")
                       : tq_bundle_read(file, arena, &bundle, err);
    whose = rc == TQ_OK ? &bundle.device : NULL;
    if (rc == TQ_OK)
        rc = check_maker(app, &bundle, &device, err);
    if (rc == TQ_OK)
        rc = tq_bundle_unseal(&bundle, &app->keys, &messages, err);
    if (rc == TQ_OK)
        rc = bundle_merge(
                app, device.device, device.offset_ms, tq_buf_slice(&messages), &answer, err);
    cli->done = rc == TQ_OK;
    if (rc != TQ_OK && !is_our_fault(rc))
        note_refused(app, cli, whose, rc);
    if (rc == TQ_OK)
        rc = record(app, &bundle, &answer, file.len, err);
    if (rc == TQ_OK)
        rc = write_answer(app, &bundle, &answer, &device, cli->args[2], &bytes, err);
    if (rc == TQ_OK)
        tell(cli, bundle.device, &answer, cli->args[2], bytes);
    tq_buf_deinit(&messages);
    tq_buf_deinit(&answer.messages);
    tq_arena_free(arena);
    return rc;
}

/* Something that is no bundle at all is told so before its answer is missed. */
static tq_status check_whole(struct tq_slice file, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_BUNDLE_ARENA_BYTES);
    struct tq_bundle bundle;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "bundle")
                                 : tq_bundle_read(file, arena, &bundle, err);

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

/* ---- the command ---- */

static tq_status open_it(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    if (cli->nargs == 3 && tq_file_exists(cli->args[2])) /* before anything is merged */
        return tq_error_set(err, TQ_EXISTS, "%s", cli->args[2]);
    if (cli->nargs < 3 && !tq_parcel_is(file)) { /* an office's wants an answer */
        tq_status rc = check_whole(file, err);

        return rc == TQ_OK ? cli_wrong_word(cli, NULL, err) : rc;
    }
    return tq_parcel_is(file) ? bundle_open_parcel(app, cli, file, err)
                              : open_bundle(app, cli, file, err);
}

static tq_status make_it(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    const char *cover = cli_option(cli, "cover");

    (void)file;
    if (tq_file_exists(cli->args[1]) || (cover != NULL && tq_file_exists(cover)))
        return tq_error_set(
                err, TQ_EXISTS, "%s", tq_file_exists(cli->args[1]) ? cli->args[1] : cover);
    return bundle_make_parcel(app, cli, err);
}

static tq_status show_it(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    if (parcel_reply_is(file))
        return parcel_reply_show(cli, file, err);
    return tq_parcel_is(file) ? bundle_show_parcel(app, cli, file, err) : show(cli, file, err);
}

static tq_status write_viewer(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    (void)app;
    (void)file;
    return bundle_write_viewer(cli, err);
}

static const struct word {
    const char *word;
    size_t most; /* arguments, the word among them */
    bool reads;  /* the file */
    bool writes; /* into the district */
    tq_status (*run)(struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err);
} WORDS[] = {
    { "open", 3, true, true, open_it },
    { "make", 2, false, true, make_it },
    { "show", 2, true, false, show_it },
    { "confirm", 2, true, true, bundle_confirm_reply },
    { "viewer", 2, false, false, write_viewer },
};

/* A neighbour's is noted by parcel_open, an office's in the trail. */
static bool is_bundle(struct tq_slice file)
{
    return tq_parcel_is(file) || tq_bundle_is(file);
}

/* What cannot even be read is in the journal, too. */
static void note_unread(struct app *app, struct cli *cli, struct tq_slice file, tq_status why)
{
    struct tq_error unsaid = { .status = TQ_OK };
    tq_status rc = parcel_note(app, 0, "bundle_in", tq_slice_of(NULL, 0), why, file, &unsaid);

    if (rc != TQ_OK)
        cli_print(cli, "%s", unsaid.msg); /* beside the refusal itself */
}

static tq_status run_word(
        const struct word *word, struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_buf file;
    tq_status rc = tq_identity_init(err);

    tq_buf_init(&file, 0);
    if (rc == TQ_OK && word->writes)
        rc = app_open(app, cli, true, err);
    if (rc == TQ_OK && word->reads)
        rc = tq_file_read(cli->args[1], TQ_BUNDLE_MAX_BYTES, &file, err);
    if (rc == TQ_RANGE && word->writes)
        note_unread(app, cli, tq_slice_of(NULL, 0), rc);
    if (rc == TQ_OK) {
        rc = word->run(app, cli, tq_buf_slice(&file), err);
        if (rc == TQ_BUNDLE && word->run == open_it && !is_bundle(tq_buf_slice(&file)))
            note_unread(app, cli, tq_buf_slice(&file), rc);
    }
    if (word->writes)
        app_close(app);
    if (rc == TQ_RANGE || rc == TQ_BUNDLE || rc == TQ_BUNDLE_OTHERS)
        rc = tq_error_set(err, rc, "%s", cli->args[1]);
    tq_buf_deinit(&file);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(cli->args[0], WORDS[i].word) == 0)
            return cli->nargs > WORDS[i].most ? cli_wrong_word(cli, cli->args[WORDS[i].most], err)
                                              : run_word(&WORDS[i], cli->app, cli, err);
    return cli_wrong_word(cli, cli->args[0], err);
}

static const struct cli_option OPTIONS[] = {
    { "for", 0, "TÊN", { "make: huyện bạn nhận gói", "make: the neighbour that it is for" } },
    { "cover", 0, "TỆP",
            { "tờ bìa A4 để in (HTML): nội dung, mã, QR", "a cover to print (HTML, A4)" } },
    { "dispatch", 0, "SỐ_HIỆU",
            { "confirm: số công văn kèm trả lời", "confirm: the dispatch that came with it" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

const struct cli_command CMD_BUNDLE = {
    .name = "bundle",
    .usage = "make TỆP | open TỆP [TỆP] | show TỆP | confirm TỆP | ...",
    .summary = { "gói bằng tệp: của xã mất mạng, của huyện bạn không có máy chủ",
            "bundles as files: of offices without a line, of neighbours without a server" },
    .details = { "Nhập như khi gửi qua mạng; mở hai lần hay sai thứ tự không sao. Tệp sau ghi\n"
                 "trả lời, đem về xã (tuquan-commune bundle open) hay huyện bạn (bundle open).\n"
                 "Gói cho huyện bạn theo đúng quy chế đã nhập, như đường nối:\n"
                 "  bundle make goi.tqp --for \"Sơn Dương\" --cover bia.html\n"
                 "Nơi không có chương trình xem bằng trang xem-goi.html, lưu tệp trả lời chưa ký:\n"
                 "  bundle viewer xem-goi.html\n"
                 "  bundle confirm tra-loi.json --dispatch 12/CV",
            "Merged as if it had come by the wire; twice or out of order does no harm. The\n"
            "second file is the answer, for the office (tuquan-commune bundle open) or the\n"
            "neighbour (bundle open). One for a neighbour keeps to the agreement, as the link:\n"
            "  bundle make file.tqp --for \"Son Duong\" --cover cover.html\n"
            "Who has no programs reads it in the viewer and saves an unsigned answer:\n"
            "  bundle viewer viewer.html\n"
            "  bundle confirm answer.json --dispatch 12/CV" },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = 3,
    .run = run,
};

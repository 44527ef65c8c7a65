/* cmd_bundle.c - tuquan-commune bundle: what waits for the district as a file on a USB stick, and its
 * answer brought back; for when there is no line. */
#include <inttypes.h>
#include <string.h>

#include "app.h"
#include "cli/bundle_head.h"
#include "commands.h"
#include "stick.h"
#include "tuquan/file.h"
#include "tuquan/parcel.h"

static tq_status make(struct cli *cli, struct app *app, struct network *net, struct tq_error *err)
{
    struct stick_made made;
    struct tq_buf out;
    tq_status rc =
            tq_file_exists(cli->args[1]) ? tq_error_set(err, TQ_EXISTS, "%s", cli->args[1]) : TQ_OK;

    tq_buf_init(&out, 0);
    if (rc == TQ_OK)
        rc = stick_make(net, app_now(app), &made, &out, err);
    if (rc == TQ_OK)
        rc = tq_file_write_new(cli->args[1], tq_buf_slice(&out), false, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "sets", json_integer(made.sets));
        cli_json_set(cli, "sets_left", json_integer(made.left));
        cli_json_set(cli, "changes", json_integer((json_int_t)made.changes));
        cli_json_set(cli, "bytes", json_integer((json_int_t)out.len));
        cli_print(cli,
                CLI_SAY(cli, "Đã ghi %s: %" PRIu32 " gói, %" PRIu64 " thay đổi, %zu byte.",
                        "Wrote %s: %" PRIu32 " sets, %" PRIu64 " changes, %zu bytes."),
                cli->args[1], made.sets, made.changes, out.len);
        if (made.left > 0)
            cli_print(cli,
                    CLI_SAY(cli, "Còn %" PRIu32 " gói chưa vừa: lập tệp nữa sau khi có trả lời.",
                            "%" PRIu32 " sets did not fit: make another after the answer."),
                    made.left);
        cli_print(cli, "%s",
                cli_say(cli,
                        "Đem tệp này lên huyện. Số liệu chỉ được coi là đã gửi khi có tệp trả lời "
                        "của huyện.",
                        "Carry it to the district. Nothing counts as sent before its answer."));
    }
    tq_buf_deinit(&out);
    return rc;
}

static void tell(struct cli *cli, const struct stick_taken *taken)
{
    cli_json_set(cli, "receipts", json_integer(taken->said.receipts));
    cli_json_set(cli, "accepted", json_integer((json_int_t)taken->said.accepted));
    cli_json_set(cli, "superseded", json_integer((json_int_t)taken->said.superseded));
    cli_json_set(cli, "held", json_integer((json_int_t)taken->said.held));
    cli_json_set(cli, "refused", json_integer((json_int_t)taken->said.refused));
    cli_json_set(cli, "requested", json_integer((json_int_t)taken->said.requested));
    cli_json_set(cli, "rows", json_integer((json_int_t)taken->said.rows));
    cli_json_set(cli, "waits", json_boolean(taken->waits));
    cli_json_set(cli, "equal", json_boolean(taken->said.equal));
    cli_print(cli,
            CLI_SAY(cli,
                    "Huyện trả lời %" PRIu32 " gói: nhận %" PRIu64 ", cũ hơn %" PRIu64
                    ", tạm giữ %" PRIu64 ", từ chối %" PRIu64 ", đề nghị đính chính %" PRIu64 ".",
                    "The district answered %" PRIu32 " sets: accepted %" PRIu64
                    ", superseded %" PRIu64 ", held %" PRIu64 ", refused %" PRIu64
                    ", requested %" PRIu64 "."),
            taken->said.receipts, taken->said.accepted, taken->said.superseded, taken->said.held,
            taken->said.refused, taken->said.requested);
    cli_print(cli, CLI_SAY(cli, "Dòng nhận về: %" PRIu64, "Rows received: %" PRIu64),
            taken->said.rows);
    if (taken->said.held + taken->said.refused > 0)
        cli_print(cli, "%s", cli_say(cli, "Mở hộp việc cần quyết để xem.", "See the inbox."));
    cli_print(cli, "%s",
            taken->waits ? cli_say(cli, "Còn thay đổi chưa có biên nhận: lập gói mới.",
                                   "Some changes have no receipt yet: make another bundle.")
            : taken->said.equal ? cli_say(cli, "Khớp với huyện lúc lập trả lời.",
                                          "Equals the district as of the answer.")
                                : cli_say(cli, "Chưa so khớp được; lần đồng bộ sau sẽ so.",
                                          "Not compared; the next sync will."));
}

static tq_status take(struct cli *cli, struct app *app, struct network *net, struct tq_slice file,
        struct tq_error *err)
{
    struct stick_taken taken;
    tq_status rc = stick_take(net, file, app_now(app), &taken, err);

    if (rc == TQ_OK)
        tell(cli, &taken);
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

/* What two districts send each other is no office's to open: what it is, and where it is opened. */
static tq_status of_districts(
        struct cli *cli, bool opens, struct tq_slice file, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_BUNDLE_ARENA_BYTES);
    uint8_t code[TQ_PARCEL_CODE_BYTES];
    char words[TQ_PARCEL_WORDS_TEXT];
    struct tq_parcel head;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "parcel")
                                 : tq_parcel_read(file, arena, &head, err);

    if (rc == TQ_BUNDLE)
        tq_error_set(err, rc, "%s", cli->args[1]);
    if (rc == TQ_OK && opens)
        rc = tq_error_set(err, TQ_BUNDLE_OTHERS, "%s: %.*s > %.*s, %s", cli->args[1],
                (int)head.from_name.len, (const char *)head.from_name.data, (int)head.to_name.len,
                (const char *)head.to_name.data,
                cli_say(cli, "gói giữa hai huyện, mở ở huyện nhận bằng tuquan-district bundle open",
                        "between two districts, opened at the receiving one by tuquan-district "
                        "bundle open"));
    if (rc == TQ_OK) {
        struct cli_parcel_head said = { head.from_name, head.to_name, head.number, words,
            head.made_at_ms, head.rows, head.answers, file.len, head.readable };

        tq_parcel_code(file, code);
        tq_parcel_words(code, words);
        cli_parcel_head_print(cli, &said);
        cli_print(cli, "%s",
                cli_say(cli,
                        "Gói liên lạc giữa hai huyện, chữ ký nguyên vẹn. Đưa cho huyện nhận, mở "
                        "bằng tuquan-district bundle open hoặc trang Giáp ranh, Gói.",
                        "Between two districts; its signature holds. For the receiving district, "
                        "by tuquan-district bundle open or its page."));
        if (head.readable)
            cli_print(cli, "%s",
                    cli_say(cli, "Nơi không có chương trình xem bằng trang xem-goi.html.",
                            "Who has no programs reads it in the viewer, xem-goi.html."));
    }
    tq_arena_free(arena);
    return rc;
}

static tq_status with_office(
        struct cli *cli, bool makes, struct tq_slice file, struct tq_error *err)
{
    struct network net = { 0 };
    struct app app = { 0 };
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = network_open(&net, cli->dir, app.db, err);
    if (rc == TQ_OK)
        rc = makes ? make(cli, &app, &net, err) : take(cli, &app, &net, file, err);
    network_close(&net);
    app_close(&app);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    bool makes = strcmp(cli->args[0], "make") == 0;
    bool opens = strcmp(cli->args[0], "open") == 0;
    struct tq_buf file;
    tq_status rc;

    if (!makes && !opens && strcmp(cli->args[0], "show") != 0)
        return cli_wrong_word(cli, cli->args[0], err);
    rc = tq_identity_init(err);
    tq_buf_init(&file, 0);
    if (rc == TQ_OK && !makes)
        rc = tq_file_read(cli->args[1], TQ_BUNDLE_MAX_BYTES, &file, err);
    if (rc == TQ_OK && !makes && tq_parcel_is(tq_buf_slice(&file))) {
        rc = of_districts(cli, opens, tq_buf_slice(&file), err);
        tq_buf_deinit(&file);
        return rc;
    }
    if (rc == TQ_OK)
        rc = makes || opens ? with_office(cli, makes, tq_buf_slice(&file), err)
                            : show(cli, tq_buf_slice(&file), err);
    if (rc == TQ_RANGE || rc == TQ_BUNDLE || rc == TQ_BUNDLE_OTHERS)
        rc = tq_error_set(err, rc, "%s", cli->args[1]);
    tq_buf_deinit(&file);
    return rc;
}

const struct cli_command CMD_BUNDLE = {
    .name = "bundle",
    .usage = "make FILE | open FILE | show FILE",
    .summary = { "đồng bộ bằng tệp trên USB khi mất mạng: lập gói, mở trả lời, xem gói",
            "sync by a file on a stick when there is no line: make, open the answer, show" },
    .details = { "Gói được ký và niêm phong: chỉ máy huyện đọc được, bằng lệnh\n"
                 "  tuquan-district bundle open.",
            "A bundle is signed, and sealed to the district, which reads it by\n"
            "  tuquan-district bundle open." },
    .min_args = 2,
    .max_args = 2,
    .run = run,
};

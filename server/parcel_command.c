#include "parcel_command.h"

#include <inttypes.h>
#include <stdio.h>

#include "parcel_confirm.h"
#include "parcel_show.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"
#include "web/assets.h"

extern const struct web_asset BUNDLE_VIEWER[];

static void remove_files(const char *path, const char *cover)
{
    tq_file_remove(path);
    if (cover != NULL)
        tq_file_remove(cover);
}

/* Both or none. `cover` NULL: without. */
static tq_status write_files(const char *path, struct tq_slice file, const char *cover,
        struct tq_slice page, struct tq_error *err)
{
    tq_status rc = tq_file_write_new(path, file, false, err);

    if (rc != TQ_OK || cover == NULL)
        return rc;
    rc = tq_file_write_new(cover, page, false, err);
    if (rc != TQ_OK)
        tq_file_remove(path);
    return rc;
}

/* By kind, as its cover says it. */
static void tell_kinds(struct cli *cli, const struct parcel_made *made)
{
    json_t *kinds = json_object();
    struct tq_buf text;

    for (size_t i = 0; i < PARCEL_KINDS && made->kinds[i].table != NULL; i++)
        json_object_set_new(kinds, made->kinds[i].table->name, json_integer(made->kinds[i].rows));
    cli_json_set(cli, "kinds", kinds);
    tq_buf_init(&text, 0);
    parcel_say_kinds(made, cli->lang, &text);
    if (text.len > 0 && tq_buf_is_ok(&text))
        cli_print(cli, "  %.*s", (int)text.len, (const char *)text.data);
    tq_buf_deinit(&text);
}

static tq_status write_parcel(struct app *app, struct cli *cli, const struct tq_link_info *link,
        const char *path, struct tq_error *err)
{
    const char *cover = cli_option(cli, "cover");
    struct parcel_made made;
    struct tq_buf file;
    struct tq_buf page;
    char words[TQ_PARCEL_WORDS_TEXT];
    tq_status rc;

    tq_buf_init(&file, 0);
    tq_buf_init(&page, 0);
    rc = parcel_make(app, link, &made, &file, err);
    if (rc == TQ_OK && cover != NULL)
        rc = parcel_cover(cli, &made, file.len, &page, err);
    if (rc == TQ_OK)
        rc = write_files(path, tq_buf_slice(&file), cover, tq_buf_slice(&page), err);
    if (rc == TQ_OK) {
        rc = parcel_record(app, link, &made, tq_buf_slice(&file), err);
        if (rc != TQ_OK)
            remove_files(path, cover);
    }
    if (rc == TQ_OK) {
        tq_parcel_words(made.code, words);
        cli->done = true;
        cli_json_set(cli, "words", json_string(words));
        cli_json_set(cli, "bytes", json_integer((json_int_t)file.len));
        cli_json_set(cli, "view_rows", json_integer(made.head.rows));
        cli_json_set(cli, "joins", json_boolean(made.joins));
        cli_json_set(cli, "readable", json_boolean(made.head.readable));
        cli_print(cli, "%s %s: %" PRIu32 " %s, %zu byte.", cli_say(cli, "Đã ghi", "Wrote"), path,
                made.head.rows, cli_say(cli, "dòng", "rows"), file.len);
        tell_kinds(cli, &made);
        cli_print(cli, "%s %s", cli_say(cli, "Mã trên bìa:", "Code on the cover:"), words);
        rc = app_audit(app, "bundle made", link->name, tq_slice_str(words), err);
    }
    tq_buf_deinit(&page);
    tq_buf_deinit(&file);
    return rc;
}

tq_status bundle_make_parcel(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_link_info link;
    const char *name;
    tq_status rc = cli_need_option(cli, "for", &name, err);

    if (rc == TQ_OK)
        rc = tq_links_find(app->store, tq_slice_str(name), app->arena, &link, err);
    return rc == TQ_OK ? write_parcel(app, cli, &link, cli->args[1], err) : rc;
}

static void tell_opened(struct cli *cli, const struct parcel_opened *opened)
{
    const struct round_result *r = &opened->round;

    cli_json_set(cli, "link", json_integer(opened->link));
    cli_json_set(cli, "name", json_stringn((const char *)opened->name.data, opened->name.len));
    cli_json_set(cli, "came", json_integer((json_int_t)r->came));
    cli_json_set(cli, "answers_in", json_integer((json_int_t)r->answers_in));
    cli_json_set(cli, "refused", json_integer((json_int_t)r->refused));
    cli_json_set(cli, "joined", json_boolean(opened->joined));
    cli_json_set(cli, "again", json_boolean(opened->again));
    cli_json_set(cli, "stale", json_boolean(opened->stale));
    cli_print(cli,
            CLI_SAY(cli,
                    "%.*s: nhận %" PRIu64 " dòng, %" PRIu64 " trả lời; không nhận %" PRIu64 ".",
                    "%.*s: %" PRIu64 " rows, %" PRIu64 " answers came; refused %" PRIu64 "."),
            (int)opened->name.len, (const char *)opened->name.data, r->came, r->answers_in,
            r->refused);
    if (opened->joined)
        cli_print(
                cli, "%s", cli_say(cli, "Hai huyện đã ghim khóa của nhau.", "Keys are exchanged."));
    if (opened->again || opened->stale)
        cli_print(cli, "%s",
                opened->again ? cli_say(cli, "Gói này đã mở trước đây.", "It was opened before.")
                              : cli_say(cli, "Đường nối đã đưa đến bản mới hơn.",
                                        "The line has brought what is later."));
}

tq_status bundle_open_parcel(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    struct parcel_opened opened;
    struct tq_link_info link;
    char number[24];
    tq_status rc = parcel_open(app, file, &opened, err);

    if (rc != TQ_OK)
        return rc;
    cli->done = true;
    tell_opened(cli, &opened);
    rc = app_audit(app, "bundle opened", opened.name, tq_slice_of(NULL, 0), err);
    if (rc != TQ_OK || cli->nargs < 3)
        return rc;
    snprintf(number, sizeof(number), "%" PRId64, opened.link);
    rc = tq_links_find(app->store, tq_slice_str(number), app->arena, &link, err);
    return rc == TQ_OK ? write_parcel(app, cli, &link, cli->args[2], err) : rc;
}

/* The name on a file is whatever its maker wrote: said first is whose key signed it. */
static tq_status say_signer(
        struct app *app, struct cli *cli, const struct tq_parcel *head, struct tq_error *err)
{
    struct tq_slice name = { NULL, 0 };
    bool ours;
    tq_status rc = parcel_signer(app, head, &name, &ours, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "signed_by",
            name.len > 0 ? json_stringn((const char *)name.data, name.len) : NULL);
    cli_json_set(cli, "ours", json_boolean(ours));
    if (name.len == 0)
        cli_print(cli, "%s",
                cli_say(cli, "KHÔNG RÕ AI KÝ: không có huyện bạn nào đã ghim khóa này.",
                        "SIGNED BY NOBODY WE KNOW: this key is pinned for no neighbour."));
    else
        cli_print(cli, "%s %.*s.",
                ours ? cli_say(cli, "Gói của ta, cho", "Our own, for")
                     : cli_say(cli, "Ký bằng khóa đã ghim của", "Signed by the pinned key of"),
                (int)name.len, (const char *)name.data);
    return TQ_OK;
}

/* With our keys if there is a district here and it is for one of its mailboxes. */
tq_status bundle_show_parcel(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(TQ_BUNDLE_ARENA_BYTES);
    struct tq_error closed = { .status = TQ_OK };
    struct tq_parcel head;
    struct tq_keys keys;
    bool found = false;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "parcel")
                                 : tq_parcel_read(file, arena, &head, err);

    if (rc == TQ_OK && app_open(app, cli, false, &closed) == TQ_OK) {
        rc = say_signer(app, cli, &head, err);
        if (rc == TQ_OK && !head.readable)
            rc = parcel_keys_for(app, &head, &keys, &found, err);
        app_close(app);
    } else if (rc == TQ_OK) {
        cli_print(cli, "%s",
                cli_say(cli, "Chưa kiểm được ai ký: không mở được tệp của huyện.",
                        "Who signed it is not known here: the district's file does not open."));
    }
    if (rc == TQ_OK)
        rc = parcel_show(cli, file, found ? &keys : NULL, err);
    if (found)
        tq_keys_wipe(&keys);
    tq_arena_free(arena);
    return rc;
}

tq_status bundle_confirm_reply(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    struct parcel_confirmed done;
    const char *dispatch;
    struct tq_buf detail;
    tq_status rc = cli_need_option(cli, "dispatch", &dispatch, err);

    if (rc == TQ_OK)
        rc = parcel_confirm(app, file, tq_slice_str(dispatch), &done, err);
    if (rc != TQ_OK)
        return rc;
    cli->done = true;
    cli_json_set(cli, "link", json_integer(done.link));
    cli_json_set(cli, "name", json_stringn((const char *)done.name.data, done.name.len));
    cli_json_set(cli, "answers_in", json_integer((json_int_t)done.answers));
    cli_json_set(cli, "refused", json_integer((json_int_t)done.refused));
    cli_print(cli,
            CLI_SAY(cli, "%.*s: đã ghi %" PRIu64 " trả lời, công văn %s; không nhận %" PRIu64 ".",
                    "%.*s: %" PRIu64 " answers entered, dispatch %s; refused %" PRIu64 "."),
            (int)done.name.len, (const char *)done.name.data, done.answers, dispatch, done.refused);
    tq_buf_init(&detail, 0);
    tq_buf_printf(&detail, "%s%s%.*s", dispatch, done.by.len > 0 ? ": " : "", (int)done.by.len,
            done.by.len > 0 ? (const char *)done.by.data : "");
    rc = tq_buf_is_ok(&detail)
                 ? app_audit(app, "bundle confirmed", done.name, tq_buf_slice(&detail), err)
                 : tq_error_set(err, TQ_NOMEM, "reply");
    tq_buf_deinit(&detail);
    return rc;
}

tq_status bundle_write_viewer(struct cli *cli, struct tq_error *err)
{
    const struct web_asset *page = web_asset_find(BUNDLE_VIEWER, "xem-goi.html");
    tq_status rc = page == NULL ? tq_error_set(err, TQ_INTERNAL, "viewer")
                                : tq_file_write_new(cli->args[1],
                                          tq_slice_of(page->data, page->len), false, err);

    if (rc == TQ_OK)
        cli_print(cli, "%s %s", cli_say(cli, "Đã ghi trang xem gói", "Wrote the viewer"),
                cli->args[1]);
    return rc;
}

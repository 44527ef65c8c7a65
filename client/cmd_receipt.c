/* cmd_receipt.c - receipt: what was sent and what the district answered, as proof. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "member/network.h"
#include "receipt_list.h"
#include "receipt_told.h"
#include "receipt_words.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    { "limit", 'n', "N", { "số gói nhiều nhất (mặc định 20)", "most sets (20)" } },
    { "before", 'b', "NUMBER", { "những gói trước gói số này", "sets before this one" } },
    { "table", 't', "TABLE", { "chỉ gói có sổ này", "only sets that carry this register" } },
    { "export", 0, "FILE",
            { "ghi mọi biên nhận của gói ra TỆP, TỆP-2..., để huyện kiểm tra",
                    "all receipts of the set to FILE, FILE-2..., for the district" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column EXCEPTIONS[] = {
    { "place", { "Số", "No." }, true, false },
    { "register", { "Sổ", "Register" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cell", { "Ô", "Cell" }, false, false },
    { "verdict", { "Kết quả", "Verdict" }, false, false },
    { "reason", { "Lý do", "Reason" }, false, true },
    { "detail", { "Chi tiết", "Detail" }, false, true },
};

/* A cell by the word that the register has for it; of a group, that of its first column. */
static void put_cell(
        struct app *app, struct cli_table *out, const struct tq_table *table, uint32_t cell)
{
    for (size_t i = 0; table != NULL && cell != TQ_CELL_ROW && i < table->ncolumns; i++) {
        if (table->columns[i].cell != cell)
            continue;
        cli_table_both(out, tq_word_of_column(&table->columns[i], app->cli->lang),
                json_string(tq_table_cell_name(table, cell)));
        return;
    }
    cli_table_str(out, NULL);
}

/* The row of `ref` that is waited for, as people call it; empty when it is not here either. */
static tq_status name_parent(struct app *app, const char *ref, struct tq_slice key,
        struct tq_slice *out, struct tq_error *err)
{
    const struct tq_table *parent = tq_catalogue_find(app->catalogue, ref);
    struct tq_value parts[TQ_MAX_COLUMNS];
    tq_status rc;

    *out = tq_slice_of(NULL, 0);
    if (parent == NULL || !tq_key_decode(parent, key, parts))
        return TQ_OK;
    rc = app_row_name(app, parent, key, out, err);
    if (rc == TQ_OK && out->len > 0 && strcmp(ref, "unit") == 0)
        rc = tq_records_unit_name(app->records, key, app->arena, out, err);
    return rc;
}

/* What the district added: a value; or the row that is waited for, by its name where it has one
 * here, never by its key. */
static tq_status put_detail(struct app *app, struct cli_table *out, const struct tq_table *table,
        const struct tq_exception *exception, struct tq_error *err)
{
    bool waits = exception->reason == TQ_REASON_PARENT_MISSING ||
                 exception->reason == TQ_REASON_PARENT_HELD;
    int c = table != NULL ? tq_table_column(table, exception->column) : -1;
    struct tq_slice shown = exception->detail;
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (waits) {
        shown = tq_slice_of(NULL, 0);
        if (c >= 0 && table->columns[c].rule.kind == TQ_RULE_REF)
            rc = name_parent(app, table->columns[c].rule.ref, exception->detail, &shown, err);
    }
    if (c >= 0)
        tq_buf_append_str(&text, tq_word_of_column(&table->columns[c], app->cli->lang));
    if (shown.len > 0) {
        tq_buf_append_str(&text, text.len > 0 ? ": " : "");
        tq_buf_append_slice(&text, shown);
    }
    cli_table_both_buf(out, &text,
            json_stringn(exception->detail.len > 0 ? (const char *)exception->detail.data : "",
                    exception->detail.len));
    tq_buf_deinit(&text);
    return rc;
}

static tq_status put_exception(struct app *app, struct cli_table *out,
        const struct tq_exception *exception, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(app->catalogue, exception->table);
    struct tq_slice name = { NULL, 0 };
    tq_lang lang = app->cli->lang;
    char place[16];
    tq_status rc = TQ_OK;

    snprintf(place, sizeof(place), "%" PRIu32, exception->place + 1); /* people count from one */
    cli_table_both(out, place, json_integer(exception->place));
    if (table != NULL)
        rc = app_row_name(app, table, exception->key, &name, err);
    cli_table_str(out, table != NULL ? tq_word_of_table(table, lang) : NULL);
    cli_table_text(out, name);
    put_cell(app, out, table, exception->cell);
    cli_table_both(out, tq_verdict_name(exception->verdict, lang),
            json_string(tq_verdict_name(exception->verdict, TQ_LANG_EN)));
    cli_table_both(out, tq_reason_sentence(exception->reason, lang),
            json_string(tq_reason_code(exception->reason)));
    return rc == TQ_OK ? put_detail(app, out, table, exception, err) : rc;
}

/* Whose signature is it, and what had the district's ledger come to? A file that never joined has no
 * key to check with. */
static tq_status print_proof(struct app *app, const struct receipt_told *told, struct tq_error *err)
{
    const struct tq_receipt *receipt = &told->all[told->n - 1];
    struct cli *cli = app->cli;
    struct district_link link;
    char head[2 * TQ_HASH_BYTES + 1];
    char signature[2 * TQ_SIGNATURE_BYTES + 1];
    const char *word =
            cli_say(cli, "chưa kiểm tra được, máy chưa tham gia", "not checked: not joined");
    tq_status rc = tq_identity_init(err);
    json_t *valid = json_null();

    if (rc == TQ_OK)
        rc = network_load_link(cli->dir, &link, err);
    if (rc == TQ_OK) {
        bool good = true;

        for (size_t i = 0; i < told->n; i++)
            good = good && tq_receipt_verify(&told->all[i], link.sign_key, NULL) == TQ_OK;
        word = good ? cli_say(cli, "đúng của huyện", "the district's own")
                    : cli_say(cli, "KHÔNG ĐÚNG của huyện", "NOT the district's");
        valid = json_boolean(good);
        cli->exit_code = good ? cli->exit_code : tq_status_exit_code(TQ_FORGED);
    } else if (rc == TQ_NOT_JOINED) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    tq_wipe(&link, sizeof(link));
    tq_hex(head, receipt->ledger_hash, TQ_HASH_BYTES);
    tq_hex(signature, receipt->signature, TQ_SIGNATURE_BYTES);
    cli_json_set(cli, "signature", json_string(signature));
    cli_json_set(cli, "signature_valid", valid);
    cli_json_set(cli, "ledger_hash", json_string(head));
    cli_print(cli, "  %s %.32s... %s", cli_say(cli, "Chữ ký:", "Signature:"), signature, word);
    cli_print(cli, "  %s %s\n", cli_say(cli, "Sổ cái huyện khi ấy:", "The ledger then:"), head);
    return rc;
}

/* FILE, FILE-2, ... */
static tq_status name_export(
        const char *path, size_t i, char *out, size_t size, struct tq_error *err)
{
    int len = i == 0 ? snprintf(out, size, "%s", path) : snprintf(out, size, "%s-%zu", path, i + 1);

    return len >= 0 && (size_t)len < size ? TQ_OK : tq_error_set(err, TQ_USAGE, "%s", path);
}

/* A name that is taken is told before anything is written: half a proof is none. */
static tq_status check_export(const char *path, size_t n, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        char name[APP_PATH_BYTES];

        rc = name_export(path, i, name, sizeof(name), err);
        if (rc == TQ_OK && tq_file_exists(name))
            rc = tq_error_set(err, TQ_EXISTS, "%s", name);
    }
    return rc;
}

/* The first one speaks of every change, an amending one of a few: only all of them are the proof. */
static tq_status export_receipts(
        struct app *app, const struct tq_sent_set *set, struct tq_error *err)
{
    const char *path = cli_option(app->cli, "export");
    struct tq_slice *all = NULL;
    size_t n = 0;
    tq_status rc = TQ_OK;

    if (path == NULL)
        return TQ_OK;
    rc = tq_office_set_receipts(app->db, set, app->arena, &all, &n, err);
    if (rc == TQ_OK)
        rc = check_export(path, n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        char name[APP_PATH_BYTES];

        rc = name_export(path, i, name, sizeof(name), err);
        if (rc == TQ_OK)
            rc = tq_file_write_new(name, all[i], false, err);
        if (rc == TQ_OK)
            cli_print(
                    app->cli, "%s %s", cli_say(app->cli, "Đã ghi biên nhận ra tệp", "Wrote"), name);
    }
    return rc;
}

/* What it is a receipt for, register by register. */
static tq_status print_covers(struct app *app, const struct tq_sent_set *set, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct receipt_cover *covers;
    size_t n;
    tq_status rc = receipt_covers(app, set, &covers, &n, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "set", json_integer(set->n));
    cli_json_set(cli, "state", json_string(receipt_fate_code(set->fate)));
    cli_json_set(cli, "changes", json_integer(set->nchanges));
    cli_json_set(cli, "sealed_at", json_integer(set->sealed_at));
    cli_json_set(cli, "covers", n > 0 ? receipt_covers_json(app, covers, n) : json_null());
    cli_print(cli, "  %s",
            set->payload_bytes > 0
                    ? cli_say(cli, "Gói này gồm:", "It carries:")
                    : cli_say(cli, "Gói đã quá một năm: nội dung nằm ở huyện, không còn ở máy này.",
                              "Older than a year: what it carried is kept at the district, not "
                              "here."));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_buf text;

        tq_buf_init(&text, 0);
        rc = receipt_cover_words(app, &covers[i], &text, err);
        if (rc == TQ_OK)
            cli_print(cli, "    %.*s", (int)text.len, (const char *)text.data);
        tq_buf_deinit(&text);
    }
    return rc;
}

/* Changes that were held, refused or asked for may have met another fate since. */
static void print_amended(struct cli *cli, size_t n)
{
    if (n > 0)
        cli_print(cli,
                CLI_SAY(cli, "  Gộp cả %zu biên nhận bổ sung; chữ ký dưới đây là của lần cuối",
                        "  With %zu amending receipts; the signature below is of the last"),
                n);
}

/* One set with every row that did not go through as sent: the printable proof. */
static tq_status print_one(struct app *app, const struct tq_sent_set *set, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct receipt_told told;
    const struct tq_receipt *receipt = &told.whole;
    struct cli_table out;
    char hash[2 * TQ_HASH_BYTES + 1] = "";
    char text[40];
    tq_status rc = receipt_told(app, set, &told, err);

    if (rc != TQ_OK)
        return rc;
    tq_hex(hash, set->hash.data, set->hash.len < TQ_HASH_BYTES ? set->hash.len : TQ_HASH_BYTES);
    cli_json_set(cli, "hash", json_string(hash));
    if (told.n == 0) {
        cli_print(cli,
                CLI_SAY(cli, "Gói %" PRId64 ": %" PRId64 " thay đổi, chưa có biên nhận của huyện.",
                        "Set %" PRId64 ": %" PRId64 " changes, no receipt of the district yet."),
                set->n, set->nchanges);
        return print_covers(app, set, err);
    }
    cli_json_set(cli, "received_at", json_integer(receipt->ta));
    cli_json_set(cli, "amended", json_integer((json_int_t)told.amended));
    cli_print(cli,
            CLI_SAY(cli, "BIÊN NHẬN gói %" PRId64 " (%" PRId64 " thay đổi)",
                    "RECEIPT of set %" PRId64 " (%" PRId64 " changes)"),
            set->n, set->nchanges);
    cli_print(cli,
            CLI_SAY(cli,
                    "  Huyện nhận lúc %s; nhận %u, cũ hơn %u, tạm giữ %u, từ chối %u, đề nghị đính "
                    "chính %u; %" PRId64 " bản lưu ở huyện",
                    "  Received %s; accepted %u, superseded %u, held %u, refused %u, requested %u; "
                    "%" PRId64 " copies"),
            cli_show_instant(cli, receipt->ta, text, sizeof(text)), receipt->accepted,
            receipt->superseded, receipt->held, receipt->refused, receipt->requested, set->copies);
    print_amended(cli, told.amended);
    rc = print_covers(app, set, err);
    if (rc != TQ_OK)
        return rc;
    cli_print(cli, "  %s %s", cli_say(cli, "Mã băm của gói:", "Hash of the set:"), hash);
    rc = print_proof(app, &told, err);
    cli_table_init(&out, cli, EXCEPTIONS, 7);
    for (size_t i = 0; rc == TQ_OK && i < receipt->nexceptions; i++)
        rc = put_exception(app, &out, &receipt->exceptions[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "exceptions", err);
    cli_table_deinit(&out);
    return rc == TQ_OK ? export_receipts(app, set, err) : rc;
}

/* GÓI is counted from 1. */
static tq_status show_one(struct app *app, struct tq_error *err)
{
    const char *word = app->cli->args[0];
    struct tq_set_query query = { .limit = 1, .payload = SIZE_MAX / 2 };
    struct tq_sent_set *sets = NULL;
    size_t n = 0;
    tq_status rc = TQ_OK;

    query.only = strtoll(word, NULL, 10);
    if (query.only > 0)
        rc = tq_office_sets(app->db, &query, app->arena, &sets, &n, err);
    if (rc == TQ_OK && n == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %s", cli_say(app->cli, "gói", "set"), word);
    return rc == TQ_OK ? print_one(app, &sets[0], err) : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = cli->nargs > 0 ? show_one(&app, err) : receipt_list(&app, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_RECEIPT = {
    .name = "receipt",
    .usage = "[GÓI]",
    .summary = { "các gói đã gửi và biên nhận của huyện; một gói: từng dòng bị trả, bị giữ",
            "sets sent and the district's receipts; one set: every row not taken as sent" },
    .options = OPTIONS,
    .max_args = 1,
    .run = run,
};

/* cmd_same.c - tuquan-district same: rows that are possibly one thing written down twice. The
 * commune joins them (it voids one of the two); here a pair is kept as two things. After them, rows
 * in force whose parent was voided: what is odd after merging is for a person. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/alike.h"
#include "tuquan/orphans.h"

#define MOST 500u

static const struct cli_column COLUMNS[] = {
    { "id", { "Mã", "Id" }, false, false },
    { "unit", { "Xã", "Commune" }, false, false },
    { "first", { "Dòng", "Row" }, false, true },
    { "second", { "và dòng", "and row" }, false, true },
    { "reason", { "Vì sao", "Why" }, false, false },
};

/* Rows in force whose parent was voided: as odd, and as much for a person to look at. */
static const struct cli_column ORPHAN_COLUMNS[] = {
    { "unit", { "Xã", "Commune" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "parent", { "thuộc dòng đã hủy", "under the voided row" }, false, true },
    { "void_reason", { "Vì sao đã hủy", "Why it was voided" }, false, true },
};

static const struct cli_option OPTIONS[] = {
    { "why", 0, "TEXT", { "vì sao là hai việc khác nhau", "why they are two things" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const char *reason_word(const struct cli *cli, tq_alike_reason reason)
{
    return reason == TQ_ALIKE_LABEL ? cli_say(cli, "cùng số hiệu", "same label")
                                    : cli_say(cli, "cùng ngày, nơi, loại; hai máy ghi",
                                              "same day, place, kind; from two devices");
}

/* `by_key`: with its key, where the name does not tell it from the other. */
static tq_status put_named(struct app *app, struct cli_table *out, const struct tq_table *table,
        struct tq_slice key, bool by_key, struct tq_error *err)
{
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    rc = show_row(app, out->cli, table, key, &text, err);
    if (by_key) {
        char hex[2 * TQ_SURROGATE_BYTES + 1];

        tq_hex(hex, key.data, key.len);
        tq_buf_printf(&text, " (%s)", hex);
    }
    if (rc == TQ_OK && !tq_buf_is_ok(&text))
        rc = tq_error_set(err, TQ_NOMEM, "same");
    if (rc == TQ_OK)
        cli_table_both_buf(out, &text, show_key_json(table, key));
    tq_buf_deinit(&text);
    return rc;
}

static tq_status list_orphans(
        struct app *app, struct cli *cli, struct tq_slice unit, struct tq_error *err)
{
    struct tq_orphan *orphans;
    struct cli_table out;
    size_t n;
    size_t total;
    tq_status rc = tq_orphans_list(
            tq_district_store_db(app->store), unit, MOST, app->arena, &orphans, &n, &total, err);

    cli_table_init(&out, cli, ORPHAN_COLUMNS, sizeof(ORPHAN_COLUMNS) / sizeof(ORPHAN_COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_slice name;

        rc = show_unit(app, orphans[i].unit, &name, err);
        if (rc != TQ_OK)
            break;
        cli_table_both_text(
                &out, name, json_stringn((const char *)orphans[i].unit.data, orphans[i].unit.len));
        rc = put_named(app, &out, orphans[i].table, orphans[i].key, false, err);
        if (rc == TQ_OK)
            rc = put_named(app, &out, orphans[i].parent, orphans[i].parent_key, false, err);
        cli_table_text(&out, orphans[i].void_reason);
    }
    if (rc == TQ_OK && total > 0)
        cli_print(cli, "%s",
                cli_say(cli,
                        "\nDòng còn hiệu lực mà dòng nó thuộc về đã bị hủy. Xã hủy cả dòng này "
                        "(tuquan-commune void) hoặc sửa cho thuộc dòng khác (tuquan-commune edit):",
                        "\nRows in force under a row that was voided. The commune voids these too "
                        "(tuquan-commune void) or puts them under another (tuquan-commune edit):"));
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "orphans", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK && total > n)
        cli_print(cli, "... %zu / %zu", n, total);
    return rc;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_slice unit = { NULL, 0 };
    struct tq_alike *pairs = NULL;
    struct cli_table out;
    size_t n = 0;
    size_t total = 0;
    tq_status rc = cli->nargs > 0 ? app_unit(app, cli->args[0], &unit, err) : TQ_OK;

    if (rc == TQ_OK)
        rc = tq_alike_list(
                tq_district_store_db(app->store), unit, MOST, app->arena, &pairs, &n, &total, err);
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        char id[TQ_ALIKE_ID_SIZE];
        struct tq_slice name;

        tq_alike_id(&pairs[i], id);
        rc = show_unit(app, pairs[i].unit, &name, err);
        if (rc != TQ_OK)
            break;
        cli_table_str(&out, id);
        cli_table_both_text(
                &out, name, json_stringn((const char *)pairs[i].unit.data, pairs[i].unit.len));
        for (int k = 0; rc == TQ_OK && k < 2; k++)
            rc = put_named(app, &out, pairs[i].table, pairs[i].keys[k],
                    pairs[i].reason == TQ_ALIKE_LABEL, err);
        cli_table_both(&out, reason_word(cli, pairs[i].reason),
                json_string(pairs[i].reason == TQ_ALIKE_LABEL ? "label" : "facts"));
    }
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "pairs", err);
    cli_table_deinit(&out);
    cli_json_set(cli, "total", json_integer((json_int_t)total));
    if (rc == TQ_OK && total == 0)
        cli_print(cli, "%s", cli_say(cli, "Không có dòng nào giống nhau.", "No rows look alike."));
    if (rc == TQ_OK && total > n)
        cli_print(cli, "... %zu / %zu", n, total);
    if (rc == TQ_OK && total > 0)
        cli_print(cli, "%s",
                cli_say(cli,
                        "Là một việc: xã hủy một trong hai dòng (tuquan-commune void). Là hai "
                        "việc: "
                        "tuquan-district same keep MÃ --why=...",
                        "One thing: the commune voids one of the two rows (tuquan-commune void). "
                        "Two "
                        "things: tuquan-district same keep ID --why=..."));
    return rc != TQ_OK ? rc : list_orphans(app, cli, unit, err);
}

static tq_status keep(struct app *app, struct cli *cli, const char *why, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(app->store);
    const char *id = cli->args[1];
    struct tq_alike pair;
    tq_status rc = tq_alike_find(db, tq_slice_of(NULL, 0), id, app->arena, &pair, err);

    if (rc == TQ_OK)
        rc = tq_alike_keep(
                db, &pair, tq_slice_str(app_author(app)), tq_slice_str(why), app_now_ms(), err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "id", json_string(id));
    cli_print(cli, "%s: %s", id, cli_say(cli, "là hai việc khác nhau", "are two things"));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool keeping = cli->nargs == 2 && strcmp(cli->args[0], "keep") == 0;
    const char *why = NULL;
    tq_status rc = TQ_OK;

    if (cli->nargs == 2 && !keeping)
        return cli_wrong_word(cli, cli->args[0], err);
    if (keeping)
        rc = cli_need_option(cli, "why", &why, err);
    if (rc != TQ_OK)
        return rc;
    rc = app_open(app, cli, keeping, err);
    if (rc == TQ_OK)
        rc = keeping ? keep(app, cli, why, err) : list(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_SAME = {
    .name = "same",
    .usage = "[XÃ | keep ID --why=...]",
    .summary = { "những dòng có thể là một việc ghi hai lần: xem, giữ là hai việc",
            "rows that are possibly one thing: see, keep as two" },
    .options = OPTIONS,
    .max_args = 2,
    .run = run,
};

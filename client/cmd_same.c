/* cmd_same.c - same: rows of this commune that are possibly one thing written down twice. They are
 * joined by voiding one of the two; or the pair is kept as two things. After them, rows in force whose
 * parent was voided. */
#include <string.h>

#include "app.h"
#include "commands.h"
#include "tuquan/alike.h"
#include "tuquan/orphans.h"
#include "tuquan/words.h"

#define MOST 500u

static const struct cli_column COLUMNS[] = {
    { "id", { "Mã", "Id" }, false, false },
    { "first", { "Dòng", "Row" }, false, true },
    { "second", { "và dòng", "and row" }, false, true },
    { "reason", { "Vì sao", "Why" }, false, false },
};

static const struct cli_column ORPHAN_COLUMNS[] = {
    { "row", { "Dòng", "Row" }, false, true },
    { "parent", { "thuộc dòng đã hủy", "under the voided row" }, false, true },
    { "void_reason", { "Vì sao đã hủy", "Why it was voided" }, false, true },
};

static const struct cli_option OPTIONS[] = {
    { "why", 0, "TEXT", { "vì sao là hai việc khác nhau", "why they are two things" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* `by_key`: with its key, where the name does not tell it from the other. */
static tq_status put_named(struct app *app, struct cli_table *out, const struct tq_table *table,
        struct tq_slice key, bool by_key, struct tq_error *err)
{
    struct tq_slice name;
    struct tq_buf text;
    tq_status rc = app_row_name(app, table, key, &name, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    tq_buf_printf(&text, "%s ", tq_word_of_table(table, app->cli->lang));
    tq_buf_append_slice(&text, name);
    if (by_key) {
        char hex[2 * TQ_SURROGATE_BYTES + 1];

        tq_hex(hex, key.data, key.len);
        tq_buf_printf(&text, " (%s)", hex);
    }
    if (tq_buf_is_ok(&text))
        cli_table_both_buf(out, &text, app_key_json(table, key));
    else
        rc = tq_error_set(err, TQ_NOMEM, "same");
    tq_buf_deinit(&text);
    return rc;
}

static tq_status list_orphans(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_orphan *orphans;
    struct cli_table out;
    size_t n;
    size_t total;
    tq_status rc = tq_orphans_list(
            app->db, tq_records_unit(app->records), MOST, app->arena, &orphans, &n, &total, err);

    cli_table_init(&out, cli, ORPHAN_COLUMNS, sizeof(ORPHAN_COLUMNS) / sizeof(ORPHAN_COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        rc = put_named(app, &out, orphans[i].table, orphans[i].key, false, err);
        if (rc == TQ_OK)
            rc = put_named(app, &out, orphans[i].parent, orphans[i].parent_key, false, err);
        cli_table_text(&out, orphans[i].void_reason);
    }
    if (rc == TQ_OK && total > 0)
        cli_print(cli, "%s",
                cli_say(cli,
                        "\nDòng còn hiệu lực mà dòng nó thuộc về đã bị hủy. Hủy cả dòng này "
                        "(tuquan-commune void) hoặc sửa cho thuộc dòng khác (tuquan-commune edit):",
                        "\nRows in force under a row that was voided. Void these too "
                        "(tuquan-commune void) or put them under another (tuquan-commune edit):"));
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "orphans", err);
    cli_table_deinit(&out);
    if (rc == TQ_OK && total > n)
        cli_print(cli, "... %zu / %zu", n, total);
    return rc;
}

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_alike *pairs;
    struct cli_table out;
    size_t n;
    size_t total;
    tq_status rc = tq_alike_list(
            app->db, tq_records_unit(app->records), MOST, app->arena, &pairs, &n, &total, err);

    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        bool label = pairs[i].reason == TQ_ALIKE_LABEL;
        char id[TQ_ALIKE_ID_SIZE];

        tq_alike_id(&pairs[i], id);
        cli_table_str(&out, id);
        for (int k = 0; rc == TQ_OK && k < 2; k++)
            rc = put_named(app, &out, pairs[i].table, pairs[i].keys[k],
                    pairs[i].reason == TQ_ALIKE_LABEL, err);
        cli_table_both(&out,
                label ? cli_say(cli, "cùng số hiệu", "same label")
                      : cli_say(cli, "cùng ngày, nơi, loại; hai máy ghi",
                                "same day, place, kind; from two devices"),
                json_string(label ? "label" : "facts"));
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
                        "Là một việc: hủy một trong hai dòng (tuquan-commune void). Là hai việc: "
                        "tuquan-commune same keep MÃ --why=...",
                        "One thing: void one of the two rows (tuquan-commune void). Two things: "
                        "tuquan-commune same keep ID --why=..."));
    return rc != TQ_OK ? rc : list_orphans(app, cli, err);
}

static tq_status keep(struct app *app, struct cli *cli, const char *why, struct tq_error *err)
{
    const char *author = cli_config_text(app->config, "author");
    const char *id = cli->args[1];
    struct tq_alike pair;
    tq_status rc =
            tq_alike_find(app->db, tq_records_unit(app->records), id, app->arena, &pair, err);

    if (rc == TQ_OK)
        rc = tq_alike_keep(
                app->db, &pair, tq_slice_str(author), tq_slice_str(why), app_now(app), err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "id", json_string(id));
    cli_print(cli, "%s: %s", id, cli_say(cli, "là hai việc khác nhau", "are two things"));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    bool keeping = cli->nargs == 2 && strcmp(cli->args[0], "keep") == 0;
    const char *why = NULL;
    struct app app;
    tq_status rc = TQ_OK;

    if (cli->nargs > 0 && !keeping)
        return cli_wrong_word(cli, cli->args[0], err);
    if (keeping)
        rc = cli_need_option(cli, "why", &why, err);
    if (rc != TQ_OK)
        return rc;
    rc = app_open(&app, cli, err);
    if (rc == TQ_OK)
        rc = keeping ? keep(&app, cli, why, err) : list(&app, cli, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_SAME = {
    .name = "same",
    .usage = "[keep ID --why=...]",
    .summary = { "những dòng có thể là một việc ghi hai lần: xem, giữ là hai việc",
            "rows that are possibly one thing: see, keep as two" },
    .options = OPTIONS,
    .max_args = 2,
    .run = run,
};

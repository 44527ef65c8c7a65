/* cmd_suggest.c - suggest: what was typed into a column before, the newest first. */
#include <string.h>

#include "app.h"
#include "commands.h"
#include "tuquan/words.h"

#define MOST 12

static const struct cli_option OPTIONS[] = {
    { "limit", 'n', "N", { "số gợi ý nhiều nhất (mặc định 12)", "most suggestions (12)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    const struct tq_table *table = NULL;
    json_t *list = json_array();
    struct tq_slice *texts;
    int64_t limit = MOST;
    size_t n = 0;
    int column = -1;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &table, err);
    if (rc == TQ_OK)
        rc = cli_option_number(cli, "limit", 1, 100, MOST, &limit, err);
    if (rc == TQ_OK)
        column = tq_word_to_column(table, tq_slice_str(cli->args[1]));
    if (rc == TQ_OK && (column < 0 || table->columns[column].type != TQ_TEXT))
        rc = tq_error_set(err, TQ_USAGE, "%s: %s \"%s\"", tq_word_of_table(table, cli->lang),
                cli_say(cli, "không có cột chữ", "no text column"), cli->args[1]);
    if (rc == TQ_OK)
        rc = tq_record_suggest(app.records, table, column,
                tq_slice_str(cli->nargs > 2 ? cli->args[2] : ""), (size_t)limit, app.arena, &texts,
                &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        json_array_append_new(list, json_stringn((const char *)texts[i].data, texts[i].len));
        cli_print(cli, "%.*s", (int)texts[i].len, (const char *)texts[i].data);
    }
    cli_json_set(cli, "texts", list);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_SUGGEST = {
    .name = "suggest",
    .usage = "BẢNG CỘT [CHỮ]",
    .summary = { "chữ đã ghi trước đây vào một cột, mới nhất trước",
            "what was typed into a column before, the newest first" },
    .details = { "Ví dụ:\n  suggest incident handled_by cong an",
            "Example:\n  suggest incident handled_by police" },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = 3,
    .run = run,
};

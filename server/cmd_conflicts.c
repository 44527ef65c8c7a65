/* cmd_conflicts.c - tuquan-district conflicts: cells with two values of which neither writer had
 * seen the other; keep the one that stands, take the other one, write another, take an answer back. */
#include <stdint.h>
#include <string.h>

#include "cmd.h"
#include "conflict.h"

static tq_status decide(struct app *app, struct cli *cli, bool take, struct tq_error *err)
{
    static const char *const NAMES[] = { "decision", "decided_by", "decided_at" };
    const char *author = app_author(app);
    const struct tq_value values[] = { tq_value_str(take ? "take_other" : "keep"),
        tq_value_str(author), tq_value_int(app_now_ms()) };
    struct tq_open_entry entry;
    struct tq_change change;
    struct edit_list edits;
    tq_status rc = entries_find(app, ENTRIES_CONFLICTS, cli->args[1], &entry, err);

    if (rc == TQ_OK && take) {
        rc = entries_change(app, &entry, entry.other_values, &change, err);
        if (rc == TQ_OK)
            rc = conflict_check_ours(app, cli, &entry, err);
    }
    if (rc != TQ_OK)
        return rc;
    edit_init(&edits, app->arena);
    rc = entries_edit(app, &edits, ENTRIES_CONFLICTS, &entry, NAMES, values, 3, err);
    if (rc == TQ_OK)
        rc = conflict_write(app, take ? &change : NULL, &edits, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "id", json_string(cli->args[1]));
        cli_json_set(cli, "decision", json_string(take ? "take_other" : "keep"));
        cli_print(cli, "%s: %s", cli->args[1],
                take ? cli_say(cli, "đã lấy giá trị kia (rút lại: conflicts undo MÃ)",
                               "took the other value (back: conflicts undo ID)")
                     : cli_say(cli, "giữ giá trị đang có (rút lại: conflicts undo MÃ)",
                               "kept the value (back: conflicts undo ID)"));
    }
    return rc;
}

/* The words that come before an id; only `edit` has more behind it. */
enum word { WORD_NONE, WORD_SHOW, WORD_KEEP, WORD_TAKE, WORD_EDIT, WORD_UNDO };

static tq_status read_word(const struct cli *cli, enum word *out, struct tq_error *err)
{
    static const char *const WORDS[] = { [WORD_NONE] = "", "show", "keep", "take", "edit", "undo" };

    *out = WORD_NONE;
    if (cli->nargs < 2)
        return TQ_OK;
    for (size_t i = 1; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(cli->args[0], WORDS[i]) == 0)
            *out = (enum word)i;
    if (*out == WORD_NONE)
        return cli_wrong_word(cli, cli->args[0], err);
    if (*out == WORD_EDIT && cli->nargs == 2)
        return tq_error_set(err, TQ_USAGE, "conflicts edit %s %s", cli->args[1],
                cli_say(cli, "CỘT=GIÁ_TRỊ", "COLUMN=VALUE"));
    return *out != WORD_EDIT && cli->nargs > 2 ? cli_wrong_word(cli, cli->args[2], err) : TQ_OK;
}

static tq_status answer(struct app *app, struct cli *cli, enum word word, struct tq_error *err)
{
    const char *id = cli->nargs > 1 ? cli->args[1] : NULL;

    switch (word) {
    case WORD_SHOW:
        return conflict_show(app, cli, id, err);
    case WORD_KEEP:
    case WORD_TAKE:
        return decide(app, cli, word == WORD_TAKE, err);
    case WORD_EDIT:
        return conflict_edit(app, cli, id, cli->args + 2, cli->nargs - 2, err);
    case WORD_UNDO:
        return conflict_undo(app, cli, id, err);
    default:
        break;
    }
    id = cli->nargs > 0 ? cli->args[0] : NULL; /* a commune */
    return cli_option(cli, "decided") != NULL ? conflict_decided(app, cli, id, err)
                                              : entries_list(app, cli, ENTRIES_CONFLICTS, id, err);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    enum word word;
    tq_status rc = read_word(cli, &word, err);

    if (rc != TQ_OK)
        return rc;
    rc = app_open(app, cli, word != WORD_NONE, err);
    if (rc == TQ_OK)
        rc = answer(app, cli, word, err);
    app_close(app);
    return rc;
}

static const struct cli_option OPTIONS[] = {
    { "decided", 0, NULL,
            { "những việc huyện đã quyết gần đây, có thể rút lại bằng undo MÃ",
                    "what the district answered lately, and `undo ID` takes back" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

const struct cli_command CMD_CONFLICTS = {
    .name = "conflicts",
    .usage = "[XÃ | show|keep|take|undo MÃ | edit MÃ CỘT=GIÁ_TRỊ...]",
    .summary = { "ô có hai giá trị khác nhau: xem, giữ, lấy giá trị kia, ghi giá trị đúng, rút lại",
            "cells with two values: see, keep, take the other, write the right one, undo" },
    .details = { "  show MÃ   cả hai giá trị và giá trị kia làm điểm đổi thế nào\n"
                 "  keep MÃ   giữ giá trị đang giữ\n"
                 "  take MÃ   lấy giá trị kia\n"
                 "  edit MÃ   ghi giá trị đúng vào ô ấy\n"
                 "  undo MÃ   rút lại câu trả lời của huyện\n"
                 "Ô do xã ghi: huyện chỉ giữ, xã quyết trong hộp việc của mình.",
            "  show ID   both values, and what the other one does to the score\n"
            "  keep ID   the value that stands\n"
            "  take ID   the other one\n"
            "  edit ID   the right value, into that cell\n"
            "  undo ID   take the district's answer back\n"
            "A cell that the commune writes: the district only keeps, the commune decides." },
    .options = OPTIONS,
    .max_args = SIZE_MAX,
    .run = run,
};

/* cmd_conflicts.c - tuquan-district conflicts: cells with two values of which neither writer had
 * seen the other; keep the one that stands, or take the other one. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "entries.h"
#include "show.h"

/* Everything that is to be written in one set of the district: the decision, and the value. */
static tq_status write_all(struct app *app, struct edit_list *edits, const struct tq_change *change,
        struct tq_error *err)
{
    struct tq_change *all = tq_arena_array(app->arena, edits->count + 1, sizeof(*all));
    size_t n = 0;

    if (all == NULL)
        return tq_error_set(err, TQ_NOMEM, "changes");
    if (change != NULL)
        all[n++] = *change;
    if (edits->count > 0)
        memcpy(all + n, edits->changes, edits->count * sizeof(*all));
    n += edits->count;
    return n > 0 ? app_write(app, all, n, err) : TQ_OK;
}

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
        if (rc == TQ_OK && entries_who(app, ENTRIES_CONFLICTS, &entry) == ENTRIES_BY_COMMUNE)
            return tq_error_set(err, TQ_NEEDS_PERSON, "%s",
                    cli_say(cli, "ô này do xã ghi; xã quyết trong hộp việc của mình (lệnh inbox)",
                            "the commune writes this cell; it decides in its own inbox"));
    }
    if (rc != TQ_OK)
        return rc;
    edit_init(&edits, app->arena);
    rc = entries_edit(app, &edits, ENTRIES_CONFLICTS, &entry, NAMES, values, 3, err);
    if (rc == TQ_OK)
        rc = write_all(app, &edits, take ? &change : NULL, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "id", json_string(cli->args[1]));
        cli_json_set(cli, "decision", json_string(take ? "take_other" : "keep"));
        cli_print(cli, "%s: %s", cli->args[1],
                take ? cli_say(cli, "đã lấy giá trị kia", "took the other value")
                     : cli_say(cli, "giữ giá trị đang có", "kept the value"));
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool take = cli->nargs == 2 && strcmp(cli->args[0], "take") == 0;
    bool keep = cli->nargs == 2 && strcmp(cli->args[0], "keep") == 0;
    tq_status rc;

    if (cli->nargs == 2 && !take && !keep)
        return cli_wrong_word(cli, cli->args[0], err);
    rc = app_open(app, cli, take || keep, err);
    if (rc == TQ_OK)
        rc = take || keep ? decide(app, cli, take, err)
                          : entries_list(app, cli, ENTRIES_CONFLICTS,
                                    cli->nargs > 0 ? cli->args[0] : NULL, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_CONFLICTS = {
    .name = "conflicts",
    .usage = "[XÃ | take ID | keep ID]",
    .summary = { "ô có hai giá trị khác nhau: xem, giữ hoặc lấy giá trị kia",
            "cells with two values: see, keep, take the other" },
    .max_args = 2,
    .run = run,
};

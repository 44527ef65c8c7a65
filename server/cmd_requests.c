/* cmd_requests.c - tuquan-district requests: corrections asked for in locked periods; grant or refuse
 * one; reopen what was refused to a neighbour. Granting is one set of the district: the decision and
 * exactly the cells that were asked. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "entries.h"

#define GRANT_BYTES (6 + 2 * TQ_SURROGATE_BYTES + 1)

static const struct cli_option OPTIONS[] = {
    { "reason", 'r', "LÝ_DO", { "lý do, xã sẽ đọc", "why; the commune reads it" } },
    { "refused", 0, NULL,
            { "kể những đề nghị của huyện bạn đã không đồng ý, để xét lại",
                    "list what was refused to neighbours, to be reopened" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* The change asked for, as one of the district's own; lock_on names the request. */
static tq_status granted_change(struct app *app, const struct tq_open_entry *entry,
        struct tq_change *out, struct tq_error *err)
{
    char *grant = tq_arena_alloc(app->arena, GRANT_BYTES);
    tq_status rc = entries_change(app, entry, entry->values, out, err);

    if (rc == TQ_NOT_FOUND && out->cell != TQ_CELL_ROW)
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_GRANT_ROW_FIRST));
    if (rc == TQ_OK && grant == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "grant");
    if (rc != TQ_OK)
        return rc;
    snprintf(grant, GRANT_BYTES, "grant:");
    tq_hex(grant + 6, entry->id, TQ_SURROGATE_BYTES);
    out->lock_on = tq_slice_of(grant, GRANT_BYTES - 1);
    return TQ_OK;
}

static tq_status decide(struct app *app, struct cli *cli, bool grant, struct tq_error *err)
{
    static const char *const NAMES[] = { "state", "decision", "decided_by", "decided_at" };
    const char *reason = cli_option(cli, "reason");
    const struct tq_value values[] = { tq_value_str(grant ? "granted" : "refused"),
        tq_value_str(reason), tq_value_str(app_author(app)), tq_value_int(app_now_ms()) };
    struct tq_open_entry entry;
    struct tq_change *all;
    struct edit_list edits;
    size_t n = 0;
    tq_status rc = entries_find(app, ENTRIES_REQUESTS, cli->args[1], &entry, err);

    if (rc != TQ_OK)
        return rc;
    edit_init(&edits, app->arena);
    rc = entries_edit(app, &edits, ENTRIES_REQUESTS, &entry, NAMES, values, 4, err);
    if (rc != TQ_OK)
        return rc;
    all = tq_arena_array(app->arena, edits.count + 1, sizeof(*all));
    if (all == NULL)
        return tq_error_set(err, TQ_NOMEM, "changes");
    if (grant)
        rc = granted_change(app, &entry, &all[n++], err);
    if (rc != TQ_OK)
        return rc;
    memcpy(all + n, edits.changes, edits.count * sizeof(*all));
    rc = app_write(app, all, n + edits.count, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "id", json_string(cli->args[1]));
        cli_json_set(cli, "state", json_string(grant ? "granted" : "refused"));
        cli_print(cli, "%s: %s", cli->args[1],
                grant ? cli_say(cli, "đã đồng ý, đã ghi đúng các ô xin sửa",
                                "granted; exactly the cells asked for were written")
                      : cli_say(cli, "không đồng ý; xã nhận lại cùng lý do",
                                "refused; the commune gets it back with the reason"));
    }
    return rc;
}

/* A neighbour's request that was refused, to be decided anew: by the next round where the period is
 * unlocked now. The reason stays until then. */
static tq_status reopen(struct app *app, struct cli *cli, struct tq_error *err)
{
    static const char *const NAMES[] = { "state", "decision", "decided_by", "decided_at" };
    const struct tq_value values[] = { tq_value_str("asked"),
        tq_value_str(cli_option(cli, "reason")), tq_value_null(), tq_value_null() };
    struct tq_open_entry entry;
    struct edit_list edits;
    tq_status rc = entries_find(app, ENTRIES_REFUSED, cli->args[1], &entry, err);

    edit_init(&edits, app->arena);
    if (rc == TQ_OK)
        rc = entries_edit(app, &edits, ENTRIES_REFUSED, &entry, NAMES, values, 4, err);
    if (rc == TQ_OK)
        rc = app_write(app, edits.changes, edits.count, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "id", json_string(cli->args[1]));
        cli_json_set(cli, "state", json_string("asked"));
        cli_print(cli, "%s: %s", cli->args[1],
                cli_say(cli, "chờ quyết định lại", "waits for a new decision"));
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    bool grant = cli->nargs == 2 && strcmp(cli->args[0], "grant") == 0;
    bool refuse = cli->nargs == 2 && strcmp(cli->args[0], "refuse") == 0;
    bool again = cli->nargs == 2 && strcmp(cli->args[0], "reopen") == 0;
    bool writes = grant || refuse || again;
    const char *reason;
    tq_status rc = TQ_OK;

    if (cli->nargs == 2 && !writes)
        return cli_wrong_word(cli, cli->args[0], err);
    if (writes)
        rc = cli_need_option(cli, "reason", &reason, err);
    if (rc != TQ_OK)
        return rc;
    rc = app_open(app, cli, writes, err);
    if (rc == TQ_OK && again)
        rc = reopen(app, cli, err);
    else if (rc == TQ_OK)
        rc = writes ? decide(app, cli, grant, err)
                    : entries_list(app, cli,
                              cli_option(cli, "refused") != NULL ? ENTRIES_REFUSED
                                                                 : ENTRIES_REQUESTS,
                              cli->nargs > 0 ? cli->args[0] : NULL, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_REQUESTS = {
    .name = "requests",
    .usage = "[XÃ] [--refused] | grant|refuse|reopen ID --reason=...",
    .summary = { "đề nghị đính chính kỳ đã khóa: xem, đồng ý, không đồng ý",
            "corrections asked in locked periods: see, grant, refuse" },
    .options = OPTIONS,
    .max_args = 2,
    .run = run,
};

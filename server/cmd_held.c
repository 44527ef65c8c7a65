/* cmd_held.c - tuquan-district held: what the district has not taken, and what it waits for; have one
 * judged again now, or give it back. The decision is a change of the district's own; what follows from
 * it is the merge's (merge_officer.c), which waives no rule. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "entries.h"

static const struct cli_option OPTIONS[] = {
    { "reason", 'r', "LÝ_DO", { "lý do, xã sẽ đọc", "why; the commune reads it" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* Others decide about these: the request, the upgrade. */
static tq_status is_decidable(struct app *app, const struct cli *cli,
        const struct tq_open_entry *entry, struct tq_error *err)
{
    enum entries_who who = entries_who(app, ENTRIES_HELD, entry);

    if (who == ENTRIES_BY_REQUEST)
        return tq_error_set(err, TQ_NOT_COMPLETE, "%s",
                cli_say(cli, "kỳ đã khóa: quyết định bằng lệnh requests grant hoặc refuse",
                        "the period is locked: decide with requests grant or refuse"));
    if (who == ENTRIES_BY_UPDATE)
        return tq_error_set(err, TQ_NOT_COMPLETE, "%s",
                cli_say(cli, "chờ máy huyện cập nhật phiên bản, không ai cần quyết định",
                        "waits for the district's update, nobody needs to decide"));
    return TQ_OK;
}

/* The decision as it stands in the row: the word, and the officer's own words. */
static tq_status write_decision(
        struct app *app, struct cli *cli, const struct tq_open_entry *entry, struct tq_error *err)
{
    static const char *const NAMES[] = { "decision", "decided_by", "decided_at" };
    struct tq_value values[3];
    struct edit_list edits;
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    tq_buf_printf(&text, "%s: %s", cli->args[0], cli_option(cli, "reason"));
    values[0] = tq_value_text(tq_buf_slice(&text));
    values[1] = tq_value_str(app_author(app));
    values[2] = tq_value_int(app_now_ms());
    edit_init(&edits, app->arena);
    rc = tq_buf_is_ok(&text) ? entries_edit(app, &edits, ENTRIES_HELD, entry, NAMES, values, 3, err)
                             : tq_error_set(err, TQ_NOMEM, "decision");
    if (rc == TQ_OK)
        rc = app_write(app, edits.changes, edits.count, err);
    tq_buf_deinit(&text);
    return rc;
}

/* What became of it: only the row itself can tell, for the rules had their say. */
static tq_status tell(
        struct app *app, struct cli *cli, const struct tq_open_entry *entry, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "held_row");
    struct tq_slice key = tq_slice_of(entry->id, TQ_SURROGATE_BYTES);
    struct tq_stored_row row = { 0 };
    struct tq_slice state;
    tq_status rc = ops->rows_get(ops->ctx, table, &key, 1, app->arena, &row, err);

    if (rc != TQ_OK)
        return rc;
    state = row.values[tq_table_column_find(table, "state")].s;
    cli_json_set(cli, "id", json_string(cli->args[1]));
    cli_json_set(cli, "state", json_stringn((const char *)state.data, state.len));
    if (tq_slice_equal(state, tq_slice_str("released"))) {
        cli_print(cli, "%s: %s", cli->args[1],
                cli_say(cli, "đã xét lại và đã nhận", "judged again and taken"));
    } else if (tq_slice_equal(state, tq_slice_str("open"))) {
        struct tq_slice why =
                entries_reason(cli, row.values[tq_table_column_find(table, "reason")].s);

        cli_print(cli, "%s: %s: %.*s", cli->args[1],
                cli_say(cli, "đã xét lại, vẫn phải chờ", "judged again, it still has to wait"),
                (int)why.len, (const char *)why.data);
        cli->exit_code = tq_status_exit_code(TQ_NEEDS_PERSON);
    } else {
        cli_print(cli, "%s: %s", cli->args[1],
                cli_say(cli, "đã trả lại; xã nhận lại cùng lý do",
                        "given back; the commune gets it with the reason"));
    }
    return TQ_OK;
}

static tq_status decide(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_open_entry entry;
    tq_status rc = entries_find(app, ENTRIES_HELD, cli->args[1], &entry, err);

    if (rc == TQ_OK)
        rc = is_decidable(app, cli, &entry, err);
    if (rc == TQ_OK)
        rc = write_decision(app, cli, &entry, err);
    cli->done = rc == TQ_OK;
    return rc != TQ_OK ? rc : tell(app, cli, &entry, err);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *reason;
    bool decides = cli->nargs == 2;
    tq_status rc = TQ_OK;

    if (decides && strcmp(cli->args[0], "release") != 0 && strcmp(cli->args[0], "return") != 0)
        return cli_wrong_word(cli, cli->args[0], err);
    if (decides)
        rc = cli_need_option(cli, "reason", &reason, err);
    if (rc != TQ_OK)
        return rc;
    rc = app_open(app, cli, decides, err);
    if (rc == TQ_OK)
        rc = decides ? decide(app, cli, err)
                     : entries_list(
                               app, cli, ENTRIES_HELD, cli->nargs > 0 ? cli->args[0] : NULL, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_HELD = {
    .name = "held",
    .usage = "[XÃ | release ID --reason=... | return ID --reason=...]",
    .summary = { "dòng đang tạm giữ: xem, xét lại ngay, trả lại xã",
            "held rows: see, judge again now, give back" },
    .details = { "release không bỏ quy tắc nào: dòng còn thiếu điều kiện thì vẫn chờ (mã kết thúc "
                 "5).",
            "release waives no rule: what lacks something goes on waiting (exit code 5)." },
    .options = OPTIONS,
    .max_args = 2,
    .run = run,
};

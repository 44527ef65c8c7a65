/* cmd_period.c - tuquan-district period: calendars and periods; open, close, lock. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actor.h"
#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "edit.h"
#include "show.h"
#include "tuquan/district_audit.h"
#include "tuquan/sheet_store.h"
#include "tuquan/words.h"

#define PAGE 512
#define UNLOCK "unlock"

static const struct cli_column COLUMNS[] = {
    { "period", { "Kỳ", "Period" }, false, false },
    { "starts_on", { "Từ ngày", "From" }, false, false },
    { "ends_on", { "Đến ngày", "To" }, false, false },
    { "due_at", { "Hạn nộp", "Due" }, false, false },
    { "state", { "Trạng thái", "State" }, false, false },
};

static const struct cli_option OPTIONS[] = {
    { "due-days", 0, "N", { "hạn nộp sau khi hết kỳ, ngày (mặc định 3)", "days until due (3)" } },
    { "reason", 'r', "LÝ_DO", { "vì sao mở khóa, ghi vào nhật ký", "why it is unlocked" } },
    ACTOR_OPTIONS,
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status list(struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "period");
    struct tq_stored_row *rows = tq_arena_array(app->arena, PAGE, sizeof(*rows));
    struct tq_slice after = tq_slice_of(NULL, 0);
    int state = tq_table_column_find(t, "state");
    struct cli_table table;
    size_t got = PAGE;
    tq_status rc = rows == NULL ? tq_error_set(err, TQ_NOMEM, "periods") : TQ_OK;

    cli_table_init(&table, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    while (rc == TQ_OK && got == PAGE) {
        rc = ops->rows_scan(ops->ctx, t, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0), PAGE,
                app->arena, rows, &got, err);
        for (size_t i = 0; rc == TQ_OK && i < got; i++) {
            int64_t due = rows[i].values[tq_table_column_find(t, "due_at")].i;
            char shown[40];

            cli_table_text(&table, rows[i].key);
            show_date(&table, &rows[i].values[tq_table_column_find(t, "starts_on")]);
            show_date(&table, &rows[i].values[tq_table_column_find(t, "ends_on")]);
            cli_table_both(&table, due != 0 ? cli_show_instant(cli, due, shown, sizeof(shown)) : "",
                    json_integer(due));
            show_code(&table, t, state, &rows[i].values[state]);
        }
        if (got > 0)
            after = rows[got - 1].key;
    }
    if (rc == TQ_OK)
        rc = cli_table_print_or(&table, "periods",
                cli_say(cli, "Không có kỳ nào. Lập cho một năm: period make NĂM.",
                        "No period. Make those of a year: period make YEAR."),
                err);
    cli_table_deinit(&table);
    return rc;
}

/* Out of int is out of every calendar: told by tq_periods_make. */
static tq_status read_year(const char *text, int *out, struct tq_error *err)
{
    char *end;
    long year = strtol(text, &end, 10);

    if (end == text || *end != '\0')
        return tq_error_set(err, TQ_INVALID, "\"%s\"", text);
    *out = year < 0 || year > INT_MAX ? INT_MAX : (int)year;
    return TQ_OK;
}

static tq_status make(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_changes changes;
    int first = 0;
    int last = 0;
    int64_t days;
    tq_status rc = cli_option_number(cli, "due-days", 0, 365, 3, &days, err);

    if (rc == TQ_OK)
        rc = read_year(cli->args[1], &first, err);
    if (rc == TQ_OK)
        rc = read_year(cli->nargs > 2 ? cli->args[2] : cli->args[1], &last, err);
    if (rc == TQ_OK)
        rc = tq_periods_make(tq_district_store_db(app->store), app->arena, first, last, (int)days,
                app_now_ms(), tq_slice_str(app_author(app)), &changes, err);
    if (rc == TQ_OK && changes.n > 0)
        rc = app_write(app, (struct tq_change *)changes.changes, changes.n, err);
    if (rc == TQ_OK)
        cli_print(cli, "%zu %s", changes.n, cli_say(cli, "dòng lịch và kỳ mới", "new rows"));
    return rc;
}

/* Written, with the reason in the trail beside it: where it was told from, and why. What changes
 * nothing has no line. */
static tq_status write_state(struct app *app, struct cli *cli, const char *verb,
        struct edit_list *edits, struct tq_error *err)
{
    const char *reason = cli_option(cli, "reason");
    struct tq_audit_entry entry = { 0 };
    struct tq_buf detail;
    char what[32];
    tq_status rc;

    if (edits->count == 0)
        return TQ_OK;
    if (reason == NULL)
        return app_write(app, edits->changes, edits->count, err);
    snprintf(what, sizeof(what), "period_%s", verb);
    entry.at_ms = app_now_ms();
    entry.who = tq_slice_str(app_author(app));
    entry.what = tq_slice_str(what);
    entry.about = tq_slice_str(app->period);
    tq_buf_init(&detail, 0);
    tq_buf_printf(&detail, "%s%s%s", app->address != NULL ? app->address : "",
            app->address != NULL ? " " : "", reason);
    entry.detail = tq_buf_slice(&detail);
    tq_audit_with_next(app->store, &entry);
    rc = tq_buf_is_ok(&detail) ? app_write(app, edits->changes, edits->count, err)
                               : tq_error_set(err, TQ_NOMEM, "period");
    tq_audit_with_next(app->store, NULL);
    tq_buf_deinit(&detail);
    return rc;
}

/* "closing": the state that a word asks for; NULL: no such word. */
static const char *state_of(const char *verb)
{
    static const char *const WORDS[][2] = { { "open", "open" }, { "closing", "closing" },
        { "close", "closed" }, { "lock", "locked" }, { UNLOCK, "closed" } };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(verb, WORDS[i][0]) == 0)
            return WORDS[i][1];
    return NULL;
}

/* A locked period has one way out, with a reason; what is not locked has nothing to unlock. */
static tq_status may_follow(struct app *app, const struct tq_table *t,
        const struct tq_value *values, const char *verb, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_value *state;
    struct tq_stored_row row = { 0 };
    struct tq_buf text;
    struct tq_slice key;
    bool unlocks = strcmp(verb, UNLOCK) == 0;
    bool locked;
    tq_status rc;

    tq_buf_init(&text, TQ_MAX_KEY_BYTES);
    rc = tq_key_encode(t, values, &text) && tq_buf_is_ok(&text)
                 ? TQ_OK
                 : tq_error_set(err, TQ_INVALID, "%s", app->period);
    key = tq_buf_slice(&text);
    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, t, &key, 1, app->arena, &row, err);
    tq_buf_deinit(&text);
    if (rc != TQ_OK || !row.exists)
        return rc;
    state = &row.values[tq_table_column_find(t, "state")];
    locked = state->type == TQ_TEXT && tq_slice_equal(state->s, tq_slice_str("locked"));
    if (locked == unlocks)
        return TQ_OK;
    if (strcmp(verb, "lock") == 0)
        return tq_error_set(err, TQ_NOT_COMPLETE, "%s: %s", app->period,
                cli_say(app->cli, "kỳ đã khóa rồi", "the period is locked already"));
    return tq_error_set(err, TQ_NOT_COMPLETE, "%s: %s", app->period,
            locked ? cli_say(app->cli, "kỳ đã khóa, phải mở khóa (unlock) kèm lý do trước",
                             "the period is locked, it is unlocked with a reason first")
                   : cli_say(app->cli, "kỳ không khóa", "the period is not locked"));
}

/* Where a leader has an account, a leader unlocks; the page has asked for the right already. */
static tq_status ask_leader(
        struct app *app, struct cli *cli, const char *verb, struct tq_error *err)
{
    bool exists = false;
    tq_status rc = TQ_OK;

    if (strcmp(verb, UNLOCK) != 0)
        return TQ_OK;
    rc = actor_exists(app, RIGHT_SIGN, &exists, err);
    return rc == TQ_OK && exists ? actor_take(app, cli, RIGHT_SIGN, err) : rc;
}

static tq_status set_state(struct app *app, struct cli *cli, const char *verb, struct tq_error *err)
{
    const char *state = state_of(verb);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "period");
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    int state_at = tq_table_column_find(t, "state");
    int locked_at = tq_table_column_find(t, "locked_at");
    struct tq_slice word = { NULL, 0 };
    struct edit_list edits;
    tq_status rc = app_period(app, cli->args[1], err);

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < t->ncolumns; i++)
        values[i] = tq_value_null();
    values[t->key[0]] = tq_value_str(app->period);
    given[t->key[0]] = true;
    values[state_at] = tq_value_str(state);
    given[state_at] = true;
    given[locked_at] = true;
    if (strcmp(state, "locked") == 0)
        values[locked_at] = tq_value_int(app_now_ms());
    edit_init(&edits, app->arena);
    rc = ask_leader(app, cli, verb, err);
    if (rc == TQ_OK)
        rc = may_follow(app, t, values, verb, err);
    if (rc == TQ_OK)
        rc = edit_row(&edits, app, t, values, given, err);
    if (rc == TQ_OK && edits.inserted > 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "period %s", app->period);
    if (rc == TQ_OK)
        rc = write_state(app, cli, verb, &edits, err);
    if (rc == TQ_OK)
        word = tq_word_of_code(t->name, &t->columns[state_at], tq_slice_str(state), cli->lang);
    if (rc == TQ_OK)
        cli_print(cli, "%s: %.*s", app->period, (int)word.len, (const char *)word.data);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    const char *verb = cli->nargs > 0 ? cli->args[0] : "list";
    bool listing = strcmp(verb, "list") == 0;
    const char *reason;
    tq_status rc = TQ_OK;

    if (strcmp(verb, UNLOCK) == 0 && cli->nargs == 2)
        rc = cli_need_option(cli, "reason", &reason, err);
    if (rc == TQ_OK)
        rc = app_open(app, cli, !listing, err);
    if (rc == TQ_OK && listing)
        rc = list(app, cli, err);
    else if (rc == TQ_OK && strcmp(verb, "make") == 0 && cli->nargs > 1)
        rc = make(app, cli, err);
    else if (rc == TQ_OK)
        rc = state_of(verb) == NULL || cli->nargs != 2 ? cli_wrong_word(cli, verb, err)
                                                       : set_state(app, cli, verb, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_PERIOD = {
    .name = "period",
    .usage = "[list | make YEAR [YEAR] | open|closing|close|lock|unlock PERIOD]",
    .summary = { "lịch và kỳ báo cáo: xem, lập, mở, đóng, khóa",
            "calendars and periods: list, make, open, close, lock" },
    .options = OPTIONS,
    .max_args = 3,
    .run = run,
};

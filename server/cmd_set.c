/* cmd_set.c - tuquan-district set TABLE COLUMN=VALUE...: one row that the district writes, made or
 * changed: an adjustment, a cap, a baseline, a directive. What others write is refused by name. */
#include <stdint.h>
#include <string.h>

#include "app.h"
#include "cli/border_words.h"
#include "cmd.h"
#include "edit.h"
#include "edit_value.h"
#include "show.h"
#include "tuquan/border_cover.h"
#include "tuquan/liaison_store.h"
#include "tuquan/records.h"
#include "tuquan/words.h"
#include "vote.h"

static const struct cli_option OPTIONS[] = {
    { "row", 'r', "KHÓA",
            { "sửa dòng này (không có: dòng mới)", "change this row (without: new)" } },
    { "new", 0, NULL,
            { "chỉ thêm: dòng đã có thì không ghi đè", "only add: a row that is there stays" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

struct setting {
    struct app *app;
    struct cli *cli;
    const struct tq_table *table;
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS];
    struct tq_value was[TQ_MAX_COLUMNS]; /* what the writer saw, where he says it */
    bool saw[TQ_MAX_COLUMNS];
};

static tq_status take(struct setting *s, int at, bool was, const char *text, struct tq_error *err)
{
    tq_status rc =
            edit_value(s->app, s->cli, s->table, at, text, was ? &s->was[at] : &s->values[at], err);

    if (was)
        s->saw[at] = true;
    else
        s->given[at] = true;
    return rc;
}

static tq_status take_all(struct setting *s, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 1; rc == TQ_OK && i < s->cli->nargs; i++) {
        const char *argument = s->cli->args[i];
        bool was = strncmp(argument, "was:", 4) == 0;
        const char *name = was ? argument + 4 : argument;
        const char *equals = strchr(name, '=');
        int at = equals != NULL
                         ? tq_word_to_column(s->table, tq_slice_of(name, (size_t)(equals - name)))
                         : -1;

        if (at < 0 || (was && cli_option(s->cli, "row") == NULL))
            return cli_wrong_word(s->cli, argument, err);
        rc = take(s, at, was, equals + 1, err);
    }
    return rc;
}

/* A cell that holds neither what the writer saw nor what he writes is somebody else's work: told with
 * what stands there, and nothing is written. */
static tq_status check_seen(
        struct setting *s, const struct tq_stored_row *row, struct tq_error *err)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    struct tq_value values[TQ_MAX_COLUMNS];
    size_t n = 0;
    json_t *now;
    struct tq_buf said;
    tq_status rc;

    for (uint32_t c = 0; c < s->table->ncolumns; c++) {
        if (!s->saw[c] || tq_value_equal(&s->was[c], &row->values[c]) ||
                (s->given[c] && tq_value_equal(&s->values[c], &row->values[c])))
            continue;
        columns[n] = s->table->columns[c].id;
        values[n++] = row->values[c];
    }
    if (n == 0)
        return TQ_OK;
    now = json_object();
    tq_buf_init(&said, 0);
    rc = show_values(s->app, s->cli, s->table, columns, values, n, &said, now, err);
    cli_json_set(s->cli, "stale", now);
    if (rc == TQ_OK && !tq_buf_is_ok(&said))
        rc = tq_error_set(err, TQ_NOMEM, "%s", s->table->name);
    if (rc == TQ_OK)
        rc = tq_error_set(
                err, TQ_STALE, "%.*s", (int)said.len, said.len > 0 ? (const char *)said.data : "");
    tq_buf_deinit(&said);
    return rc;
}

/* The parts of the key of --row go where the columns of the key are. */
static tq_status take_key(struct setting *s, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->app->store);
    struct tq_stored_row row = { 0 };
    struct tq_slice key;
    tq_status rc = show_find_key(s->app, s->cli, s->table, cli_option(s->cli, "row"), &key, err);

    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, s->table, &key, 1, s->app->arena, &row, err);
    if (rc == TQ_OK && !row.exists)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %s", tq_word_of_table(s->table, s->cli->lang),
                cli_option(s->cli, "row"));
    if (rc == TQ_OK)
        rc = check_seen(s, &row, err);
    for (uint32_t k = 0; rc == TQ_OK && k < s->table->nkey; k++) {
        s->values[s->table->key[k]] = row.values[s->table->key[k]];
        s->given[s->table->key[k]] = true;
    }
    if (rc == TQ_OK && s->table->owner >= 0) {
        s->values[s->table->owner] = row.values[s->table->owner];
        s->given[s->table->owner] = true;
    }
    return rc;
}

/* A row that goes to a neighbour, and no column says which way: what an officer makes here, or sends as
 * a draft, is ours, for nothing of theirs ever stands here as one. So it need not wait until they were
 * heard (liaison_tell.c). Noted first: a row that is then not written is nobody's. */
static tq_status note_ours(struct setting *s, const struct edit_list *edits, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->app->store);
    const struct tq_link_row ours = { .link = 0 };
    const struct tq_slice *key = &edits->changes[0].key;
    int state = tq_table_column_find(s->table, "state");
    struct tq_stored_row row = { 0 };
    tq_status rc = TQ_OK;

    if (!tq_liaison_is_table(s->table) || tq_table_column_find(s->table, "direction") >= 0)
        return TQ_OK;
    if (edits->inserted == 0)
        rc = ops->rows_get(ops->ctx, s->table, key, 1, s->app->arena, &row, err);
    if (rc == TQ_OK && row.exists && tq_liaison_step(row.values[state].s) != 0)
        return TQ_OK;
    return rc == TQ_OK
                   ? tq_links_row_put(s->app->store, s->table->id, *key, &ours, app_now_ms(), err)
                   : rc;
}

/* What came from a neighbour is acknowledged or answered while an agreement in force covers it: else
 * the word would stand here and never go there. */
static tq_status may_cross(struct setting *s, const struct edit_list *edits, struct tq_error *err)
{
    int state = tq_table_column_find(s->table, "state");
    int direction = tq_table_column_find(s->table, "direction");
    struct tq_covers covers;
    struct tq_cover cover;
    struct tq_record row;
    struct tq_buf text;
    bool found = false;
    tq_status rc;

    if (!tq_liaison_is_table(s->table) || edits->inserted > 0 || direction < 0 ||
            !s->given[state] || tq_liaison_step(s->values[state].s) < 1)
        return TQ_OK;
    rc = tq_covers_load(
            &covers, s->app->records, tq_day_of_instant(app_now_ms()), s->app->arena, err);
    if (rc == TQ_OK)
        rc = tq_record_get(
                s->app->records, s->table, edits->changes[0].key, s->app->arena, &row, &found, err);
    if (rc != TQ_OK || !found || !tq_slice_equal(row.values[direction].s, tq_slice_str("in")))
        return rc;
    cover = tq_covers_judge(&covers, s->table, row.values);
    if (!tq_cover_bars(&cover))
        return TQ_OK;
    tq_buf_init(&text, 0);
    border_words(s->cli, &cover, &text);
    rc = tq_error_set(err, tq_cover_code(&cover), "%s. %.*s",
            tq_word_of_table(s->table, s->cli->lang), (int)text.len,
            text.len > 0 ? (const char *)text.data : "");
    tq_buf_deinit(&text);
    return rc;
}

static tq_status set(struct setting *s, struct tq_error *err)
{
    struct edit_list edits;
    tq_status rc = app_records(s->app, err);

    if (rc == TQ_OK)
        rc = take_all(s, err);
    if (rc == TQ_OK && cli_option(s->cli, "row") != NULL)
        rc = take_key(s, err);
    edit_init(&edits, s->app->arena);
    if (rc == TQ_OK)
        rc = edit_row(&edits, s->app, s->table, s->values, s->given, err);
    if (rc == TQ_OK && cli_option(s->cli, "new") != NULL && edits.inserted == 0)
        rc = tq_error_set(err, TQ_EXISTS, "%s", tq_word_of_table(s->table, s->cli->lang));
    if (rc == TQ_OK && edits.count > 0 && strcmp(s->table->name, "tie_vote") == 0)
        rc = vote_check(s->app, s->cli, s->table, s->values, s->given, edits.inserted > 0, err);
    if (rc == TQ_OK && edits.count > 0)
        rc = may_cross(s, &edits, err);
    if (rc == TQ_OK && edits.count > 0)
        rc = note_ours(s, &edits, err);
    if (rc == TQ_OK && edits.count > 0)
        rc = app_write(s->app, edits.changes, edits.count, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(s->cli, "table", json_string(s->table->name));
    cli_json_set(s->cli, "changed", json_boolean(edits.count > 0));
    if (edits.count > 0)
        cli_json_set(s->cli, "key", show_key_json(s->table, edits.changes[0].key));
    cli_print(s->cli, "%s: %s", tq_word_of_table(s->table, s->cli->lang),
            edits.inserted > 0 ? cli_say(s->cli, "đã thêm", "added")
            : edits.count > 0  ? cli_say(s->cli, "đã sửa", "changed")
                               : cli_say(s->cli, "không có gì khác", "nothing differs"));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct setting s = { .app = app, .cli = cli };
    tq_status rc = TQ_OK;

    s.table = tq_word_to_table(tq_catalogue_current(), tq_slice_str(cli->args[0]));
    if (s.table == NULL)
        return tq_error_set(err, TQ_USAGE, "%s \"%s\"",
                cli_say(cli, "không có bảng tên", "no table called"), cli->args[0]);
    rc = app_open(app, cli, true, err);
    if (rc == TQ_OK)
        rc = set(&s, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_SET = {
    .name = "set",
    .usage = "BẢNG [was:]CỘT=GIÁ_TRỊ...",
    .summary = { "ghi một dòng do huyện ghi: điểm thưởng, trừ, khống chế, số cùng kỳ, chỉ đạo",
            "write a row of the district's: adjustment, cap, baseline, directive" },
    .details = { "Ví dụ:\n  set adjustment unit=08779 period=2020-Q4 code=B2 points_c=50 "
                 "state=accepted decided_c=50\n  set directive --row=CD-1 due_on=2020-12-31\n\n"
                 "was:CỘT=... là giá trị đang thấy: nếu ô đã đổi thì lệnh dừng.",
            "Example:\n  set adjustment unit=08779 period=2020-Q4 code=B2 points_c=50 "
            "state=accepted decided_c=50\n  set directive --row=CD-1 due_on=2020-12-31\n\n"
            "was:COLUMN=... is the value you see: if the cell holds another, nothing is done." },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = SIZE_MAX,
    .run = run,
};

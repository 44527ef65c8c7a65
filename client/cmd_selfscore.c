/* cmd_selfscore.c - self-score: the office's own points for one criterion, beside what the machine
 * proposes; an other figure than the machine's needs a reason. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "score_view.h"
#include "tuquan/facts.h"
#include "tuquan/scoring.h"

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    { "reason", 0, "TEXT",
            { "vì sao khác số máy đề nghị (bắt buộc khi khác)",
                    "why it differs from the machine's (needed when it does)" } },
    { "evidence", 0, "MÃ_BĂM", { "mã băm của minh chứng", "hash of the evidence" } },
    { "was", 0, "POINTS",
            { "điểm đang thấy (\"\": chưa có); đã khác thì dừng",
                    "the points that you see (\"\": none)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* What the machine makes of the facts, and the row that holds the office's own. */
struct own {
    struct tq_slice period;
    struct tq_slice sheet;
    struct tq_slice criterion; /* key */
    bool applies;
    int64_t proposed_c;
    struct tq_slice key; /* of self_score */
    bool there;
    struct tq_record row;
};

static int column_of(const struct app *app, const char *column)
{
    return tq_table_column_find(tq_catalogue_find(app->catalogue, "self_score"), column);
}

static tq_status find_row(struct app *app, struct own *own, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "self_score");
    struct tq_value values[TQ_MAX_COLUMNS] = { { 0 } };
    struct tq_buf key;
    void *copy;
    tq_status rc = TQ_OK;

    values[column_of(app, "unit")] = tq_value_text(tq_records_unit(app->records));
    values[column_of(app, "period")] = tq_value_text(own->period);
    values[column_of(app, "sheet")] = tq_value_text(own->sheet);
    values[column_of(app, "criterion")] = tq_value_text(own->criterion);
    tq_buf_init(&key, TQ_MAX_KEY_BYTES);
    if (!tq_key_encode(table, values, &key) || !tq_buf_is_ok(&key))
        rc = tq_error_set(err, TQ_NOMEM, "self_score");
    copy = tq_arena_copy(app->arena, key.data, key.len);
    if (rc == TQ_OK && copy == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "self_score");
    own->key = tq_slice_of(copy, key.len);
    tq_buf_deinit(&key);
    if (rc == TQ_OK)
        rc = tq_record_get(app->records, table, own->key, app->arena, &own->row, &own->there, err);
    return rc;
}

/* The machine's points for the criterion of this code. */
static tq_status propose(struct app *app, const char *code, struct own *own, struct tq_error *err)
{
    struct tq_facts_period period;
    const struct tq_sheet *sheet = NULL;
    struct tq_contender unit;
    struct tq_score score;
    char *key;
    tq_status rc = tq_facts_period(app->db, app->arena, own->period, &period, err);

    memset(&unit, 0, sizeof(unit));
    if (rc == TQ_OK)
        rc = tq_facts_sheet(app->db, app->arena, own->sheet, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_unit(app->db, app->arena, sheet, &period, tq_records_unit(app->records),
                app_now(app), &unit, err);
    if (rc != TQ_OK)
        return rc;
    /* What the district verified is its figure, not the machine's. */
    tq_score_unit(sheet, unit.counts, &score);
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        if (!tq_slice_equal(sheet->criteria[i].code, tq_slice_str(code)) ||
                sheet->criteria[i].area == 0)
            continue;
        own->applies = score.criteria[i].absence == TQ_ABSENCE_NONE;
        own->proposed_c = score.criteria[i].points_c;
        key = tq_arena_alloc(app->arena, own->sheet.len + strlen(code) + 2);
        if (key == NULL)
            return tq_error_set(err, TQ_NOMEM, "self_score");
        snprintf(key, own->sheet.len + strlen(code) + 2, "%.*s/%s", (int)own->sheet.len,
                (const char *)own->sheet.data, code);
        own->criterion = tq_slice_str(key);
        return TQ_OK;
    }
    return tq_error_set(
            err, TQ_NOT_FOUND, "%s \"%s\"", cli_say(app->cli, "tiêu chí", "criterion"), code);
}

static void give(struct tq_draft *draft, const char *column, struct tq_value value)
{
    int c = tq_table_column_find(draft->table, column);

    draft->given[c] = true;
    draft->values[c] = value;
}

/* "4,79" or "4.79" points, as 1/100. */
static tq_status take_points(const char *text, struct tq_value *out, struct tq_error *err)
{
    int64_t points = 0;
    const char *at = text;
    int decimals = 0;

    for (; *at >= '0' && *at <= '9' && points < 1000000; at++)
        points = points * 10 + (*at - '0');
    if (at != text && (*at == ',' || *at == '.')) {
        for (at++; *at >= '0' && *at <= '9' && decimals < 2; at++, decimals++)
            points = points * 10 + (*at - '0');
        if (decimals == 0)
            return tq_error_set(err, TQ_INVALID, "%s", text);
    }
    if (at == text || *at != '\0')
        return tq_error_set(err, TQ_INVALID, "%s", text);
    for (; decimals < 2; decimals++)
        points *= 10;
    *out = tq_value_int(points);
    return TQ_OK;
}

static tq_status write(struct app *app, struct own *own, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct tq_draft draft = { .table = tq_catalogue_find(app->catalogue, "self_score") };
    struct tq_value points = tq_value_int(own->proposed_c);
    const char *reason = cli_option(cli, "reason");
    struct tq_problem problem = { 0 };
    struct tq_slice key;
    tq_status rc = cli->nargs > 2 ? take_points(cli->args[2], &points, err) : TQ_OK;

    if (rc != TQ_OK)
        return rc;
    if ((!own->applies || points.i != own->proposed_c) && (reason == NULL || reason[0] == '\0'))
        return tq_error_set(err, TQ_NOT_COMPLETE, "%s",
                cli->app != NULL ? cli_say(cli, "khác số máy đề nghị nên phải ghi lý do",
                                           "differs from the machine's figure and needs a reason")
                                 : cli_say(cli, "khác số máy đề nghị nên phải ghi lý do (--reason)",
                                           "differs from the machine's figure and needs a reason "
                                           "(--reason)"));
    give(&draft, "points_c", points);
    give(&draft, "proposed_c", tq_value_int(own->proposed_c));
    give(&draft, "note", reason != NULL ? tq_value_str(reason) : tq_value_null());
    if (cli_option(cli, "evidence") != NULL)
        give(&draft, "evidence", tq_value_str(cli_option(cli, "evidence")));
    if (cli_option(cli, "was") != NULL && own->there) {
        int c = column_of(app, "points_c");

        draft.has_shown[c] = true;
        draft.shown[c] = tq_value_null();
        if (cli_option(cli, "was")[0] != '\0')
            rc = take_points(cli_option(cli, "was"), &draft.shown[c], err);
    }
    if (rc == TQ_OK)
        rc = app_lint(app, &draft, err);
    if (rc == TQ_OK && own->there) {
        rc = tq_record_update(app->records, &draft, own->key, NULL, &problem, err);
    } else if (rc == TQ_OK) {
        give(&draft, "period", tq_value_text(own->period));
        give(&draft, "sheet", tq_value_text(own->sheet));
        give(&draft, "criterion", tq_value_text(own->criterion));
        rc = tq_record_insert(app->records, &draft, app->arena, &key, &problem, err);
    }
    if (rc != TQ_OK)
        app_explain(app, &problem, err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK) {
        cli_json_set(cli, "points_c", json_integer(points.i));
        cli_print(cli, "%s",
                cli_say(cli, "Đã ghi. Chờ gửi lên huyện.",
                        "Written. It waits to be sent to the district."));
    }
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct own own = { .applies = false };
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_period(&app, cli->args[0], &own.period, err);
    if (rc == TQ_OK)
        rc = score_sheet_key(&app, own.period, &own.sheet, err);
    if (rc == TQ_OK)
        rc = propose(&app, cli->args[1], &own, err);
    if (rc == TQ_OK)
        rc = find_row(&app, &own, err);
    if (rc == TQ_OK) {
        cli_json_set(cli, "criterion",
                json_stringn((const char *)own.criterion.data, own.criterion.len));
        cli_json_set(cli, "proposed_c", own.applies ? json_integer(own.proposed_c) : json_null());
        rc = write(&app, &own, err);
    }
    app_close(&app);
    return rc;
}

const struct cli_command CMD_SELF_SCORE = {
    .name = "self-score",
    .usage = "KỲ TIÊU_CHÍ [ĐIỂM]",
    .summary = { "tự chấm một tiêu chí: nhận số máy đề nghị, hoặc ghi số khác kèm lý do",
            "the office's own points: the machine's figure, or another with a reason" },
    .details = { "Ví dụ:\n  self-score 2020-Q4 1.3\n"
                 "  self-score 2020-Q4 1.3 4,5 --reason=\"vụ 12 chưa đối soát\"",
            "Example:\n  self-score 2020-Q4 1.3\n"
            "  self-score 2020-Q4 1.3 4.5 --reason=\"case 12 is not reconciled\"" },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = 3,
    .run = run,
};

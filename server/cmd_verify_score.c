/* cmd_verify_score.c - tuquan-district verify-score PERIOD UNIT [CRITERION POINTS|none]. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/facts.h"
#include "tuquan/ranking_store.h"

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    { "reason", 'r', "LÝ_DO",
            { "lý do, bắt buộc khi khác số máy tính",
                    "needed where it differs from the machine's" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "code", { "Mã", "Code" }, false, false },
    { "name", { "Tiêu chí", "Criterion" }, false, true },
    { "machine_c", { "Máy tính", "Machine" }, true, false },
    { "points_c", { "Điểm", "Points" }, true, false },
    { "verified", { "Thẩm định", "Verified" }, false, false },
    { "reason", { "Lý do khác", "Why it differs" }, false, true },
};

/* "4,79" or "4.79" to 479. */
static bool read_points(const char *text, int64_t *out)
{
    int64_t value = 0;
    int decimals = -1;

    for (const char *p = text; *p != '\0'; p++) {
        if ((*p == ',' || *p == '.') && decimals < 0 && p != text) {
            decimals = 0;
        } else if (*p >= '0' && *p <= '9' && decimals < 2 && value < 1000000) {
            value = value * 10 + (*p - '0');
            decimals += decimals >= 0;
        } else {
            return false;
        }
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 2; i++)
        value *= 10;
    *out = value;
    return text[0] != '\0';
}

static tq_status verify(
        struct app *app, struct cli *cli, struct tq_slice unit, struct tq_error *err)
{
    const char *reason = cli_option(cli, "reason");
    bool applicable = strcmp(cli->args[3], "none") != 0;
    struct tq_ranking_order order;
    struct tq_changes changes;
    int64_t points = 0;
    tq_status rc;

    if (applicable && !read_points(cli->args[3], &points))
        return cli_wrong_word(cli, cli->args[3], err);
    memset(&order, 0, sizeof(order));
    order.period = tq_slice_str(app->period);
    order.now_ms = app_now_ms();
    rc = rank_sheet(app, cli, app->period, &order.sheet, err);
    if (rc == TQ_OK)
        rc = tq_score_verify(tq_district_store_db(app->store), app->arena, &order, unit,
                tq_slice_str(cli->args[2]), applicable, points,
                tq_slice_str(reason != NULL ? reason : ""), tq_slice_str(app_author(app)), &changes,
                err);
    if (rc == TQ_OK && changes.n > 0)
        rc = app_write(app, (struct tq_change *)changes.changes, changes.n, err);
    if (rc == TQ_OK)
        cli_print(cli, "%s %.*s %s: %s", app->period, (int)unit.len, (const char *)unit.data,
                cli->args[2], cli->args[3]);
    return rc;
}

/* Side by side: what the machine counts, what stands, and why it differs. */
static tq_status show(
        struct app *app, struct cli *cli, struct tq_slice key_of, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(app->store);
    struct tq_facts_period period;
    const struct tq_sheet *sheet = NULL;
    struct tq_contender unit = { 0 };
    struct tq_score score;
    struct tq_slice key = { NULL, 0 };
    struct tq_slice name = { NULL, 0 };
    struct cli_table table;
    tq_status rc = rank_sheet(app, cli, app->period, &key, err);

    if (rc == TQ_OK)
        rc = show_unit(app, key_of, &name, err);
    if (rc == TQ_OK)
        rc = tq_facts_period(db, app->arena, tq_slice_str(app->period), &period, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, app->arena, key, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_unit(db, app->arena, sheet, &period, key_of, app_now_ms(), &unit, err);
    if (rc != TQ_OK)
        return rc;
    tq_score_unit(sheet, unit.counts, &score);
    cli_json_set(cli, "unit", json_stringn((const char *)key_of.data, key_of.len));
    cli_print(cli, "%.*s (%.*s), %s, %.*s\n", (int)name.len, (const char *)name.data,
            (int)key_of.len, (const char *)key_of.data, app->period, (int)key.len,
            (const char *)key.data);
    cli_table_init(&table, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_count *count = &unit.counts[i];
        struct tq_points machine = tq_score_criterion(&sheet->criteria[i], count);

        if (sheet->criteria[i].area == 0)
            continue;
        cli_table_text(&table, sheet->criteria[i].code);
        cli_table_text(&table, sheet->criteria[i].name);
        cli_table_points(&table, machine.absence == TQ_ABSENCE_NONE, machine.points_c);
        cli_table_points(
                &table, score.criteria[i].absence == TQ_ABSENCE_NONE, score.criteria[i].points_c);
        cli_table_both(&table,
                count->verified ? cli_say(cli, "đã thẩm định", "verified")
                                : cli_say(cli, "chưa", "not yet"),
                json_boolean(count->verified));
        cli_table_text(&table, count->verified_reason);
    }
    rc = cli_table_print(&table, "criteria", err);
    cli_table_deinit(&table);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct tq_slice unit;
    tq_status rc = cli->nargs == 3 ? cli_wrong_word(cli, cli->args[2], err)
                                   : app_open(app, cli, cli->nargs > 2, err);

    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = app_unit(app, cli->args[1], &unit, err);
    if (rc == TQ_OK)
        rc = cli->nargs == 2 ? show(app, cli, unit, err) : verify(app, cli, unit, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_VERIFY_SCORE = {
    .name = "verify-score",
    .usage = "KỲ XÃ [TIÊU_CHÍ ĐIỂM|none]",
    .summary = { "thẩm định điểm của một xã: xem, hoặc ghi một tiêu chí",
            "verify the points of a commune: show, or write one criterion" },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = 4,
    .run = run,
};

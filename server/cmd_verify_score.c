/* cmd_verify_score.c - tuquan-district verify-score PERIOD UNIT CRITERION POINTS|none. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "tuquan/ranking_store.h"

static const struct cli_option OPTIONS[] = {
    { "sheet", 's', "SHEET",
            { "bảng điểm (mặc định: của lần công bố trước, hoặc bảng mới nhất)",
                    "scoring sheet (that of the last publication, or the newest)" } },
    { "reason", 'r', "LÝ_DO",
            { "lý do, bắt buộc khi khác số máy tính",
                    "needed where it differs from the machine's" } },
    { NULL, 0, NULL, { NULL, NULL } },
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

static tq_status verify(struct app *app, struct cli *cli, struct tq_error *err)
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
    order.period = tq_slice_str(cli->args[0]);
    order.now_ms = app_now_ms();
    rc = rank_sheet(app, cli, cli->args[0], &order.sheet, err);
    if (rc == TQ_OK)
        rc = tq_score_verify(tq_district_store_db(app->store), app->arena, &order,
                tq_slice_str(cli->args[1]), tq_slice_str(cli->args[2]), applicable, points,
                tq_slice_str(reason != NULL ? reason : ""),
                tq_slice_str(cli_config_text(app->config, "author")), &changes, err);
    if (rc == TQ_OK && changes.n > 0)
        rc = app_write(app, (struct tq_change *)changes.changes, changes.n, err);
    if (rc == TQ_OK)
        cli_print(cli, "%s %s %s: %s", cli->args[0], cli->args[1], cli->args[2], cli->args[3]);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, true, err);

    if (rc == TQ_OK)
        rc = verify(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_VERIFY_SCORE = {
    .name = "verify-score",
    .usage = "PERIOD UNIT CRITERION POINTS|none",
    .summary = { "thẩm định điểm một tiêu chí của một xã", "verify one criterion of one commune" },
    .options = OPTIONS,
    .min_args = 4,
    .max_args = 4,
    .run = run,
};

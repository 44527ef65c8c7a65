/* cmd_publish.c - tuquan-district publish PERIOD: accept what nobody verified, freeze, sign. The
 * running server finds the rows and broadcasts them. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "refused.h"
#include "tuquan/ranking_store.h"

#define TURNS 8 /* until somebody has to look why sets come all the time */

static const struct cli_option OPTIONS[] = {
    { "sheet", 's', "SHEET",
            { "bảng điểm (mặc định: của lần công bố trước, hoặc bảng mới nhất)",
                    "scoring sheet (that of the last publication, or the newest)" } },
    { "missing-decision", 0, "SỐ",
            { "số quyết định cho công bố khi còn xã chưa gửi",
                    "decision to publish although some have not sent" } },
    { "document", 0, "SỐ", { "số văn bản chấp nhận chung", "document of the bulk acceptance" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static tq_status sign(void *ctx, const uint8_t *hash, uint8_t signature[64], struct tq_error *err)
{
    struct app *app = ctx;

    (void)err;
    app->signer.sign(app->signer.ctx, TQ_SIGN_RANKING, tq_slice_of(hash, TQ_HASH_BYTES), signature);
    return TQ_OK;
}

/* Work it out and write it, again while sets come in between: what is signed is what the figures of
 * that moment give. */
static tq_status work_out(struct app *app, const struct tq_publication *p, uint32_t *version,
        const struct tq_ranking **ranking, struct tq_error *err)
{
    tq_status rc = TQ_STALE;

    for (int i = 0; rc == TQ_STALE && i < TURNS; i++) {
        struct tq_changes changes;
        uint64_t head;

        rc = app_head(app, &head, err);
        if (rc == TQ_OK)
            rc = tq_ranking_publish(tq_district_store_db(app->store), app->arena, p, &changes,
                    version, ranking, err);
        if (rc == TQ_OK)
            rc = app_merge(app, (struct tq_change *)changes.changes, changes.n, head, err);
    }
    if (rc != TQ_OK)
        (void)refused_tell(app, app->cli, err); /* the status stays what it is */
    return rc;
}

static tq_status publish(struct app *app, struct cli *cli, struct tq_error *err)
{
    const char *missing = cli_option(cli, "missing-decision");
    const char *document = cli_option(cli, "document");
    const struct tq_ranking *ranking;
    struct tq_publication p;
    uint32_t version;
    tq_status rc;

    memset(&p, 0, sizeof(p));
    p.order.period = tq_slice_str(app->period);
    p.order.now_ms = app_now_ms();
    p.author = tq_slice_str(app_author(app));
    p.document_no = tq_slice_str(document != NULL ? document : "");
    p.missing_decision_no = tq_slice_str(missing != NULL ? missing : "");
    p.sign = sign;
    p.sign_ctx = app;
    rc = rank_sheet(app, cli, app->period, &p.order.sheet, err);
    if (rc == TQ_OK)
        rc = work_out(app, &p, &version, &ranking, err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = rank_print(app, cli, ranking, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "version", json_integer(version));
    cli_json_set(cli, "period", json_string(app->period));
    cli_print(cli, "%s %s, %s %u, %zu/%zu %s.", cli_say(cli, "Đã công bố", "Published"),
            app->period, cli_say(cli, "lần", "version"), version, ranking->nscored, ranking->nrows,
            cli_say(cli, "đơn vị được chấm", "units scored"));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    tq_status rc = app_open(app, cli, true, err);

    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = publish(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_PUBLISH = {
    .name = "publish",
    .usage = "PERIOD",
    .summary = { "công bố bảng xếp hạng: khóa số liệu, ký và phát", "freeze, sign and broadcast" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

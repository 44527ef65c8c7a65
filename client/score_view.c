/* score_view.c - This office's facts of a period, and the points that they give. */
#include "score_view.h"

#include <string.h>

#include "tuquan/sheet_store.h"

tq_status score_sheet_key(
        struct app *app, struct tq_slice period, struct tq_slice *out, struct tq_error *err)
{
    tq_status rc;

    if (cli_option(app->cli, "sheet") != NULL) {
        *out = tq_slice_str(cli_option(app->cli, "sheet"));
        return TQ_OK;
    }
    rc = tq_sheet_of_period(app->db, app->arena, period, out, err);
    if (rc == TQ_NOT_COMPLETE)
        return tq_error_set(
                err, TQ_NOT_PUBLISHED, "%s", cli_say(app->cli, "bảng điểm", "the scoring sheet"));
    return rc;
}

tq_status score_view_load(
        struct app *app, struct tq_slice period, struct score_view *out, struct tq_error *err)
{
    struct tq_slice sheet;
    tq_status rc = score_sheet_key(app, period, &sheet, err);

    if (rc == TQ_OK)
        rc = tq_facts_period(app->db, app->arena, period, &out->period, err);
    if (rc == TQ_OK)
        rc = tq_facts_sheet(app->db, app->arena, sheet, &out->sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_unit(app->db, app->arena, out->sheet, &out->period,
                tq_records_unit(app->records), app_now(app), &out->unit, err);
    if (rc == TQ_OK)
        tq_score_unit(out->sheet, out->unit.counts, &out->score);
    return rc;
}

void score_view_note(
        const struct cli *cli, const struct score_view *view, size_t i, struct tq_buf *out)
{
    const struct tq_points *points = &view->score.criteria[i];
    const struct tq_count *count = &view->unit.counts[i];
    const char *note = "";

    if (count->verified && count->verified_reason.len > 0)
        note = cli_say(cli, "huyện sửa: ", "changed by the district: ");
    else if (points->absence == TQ_ABSENCE_NO_BASELINE)
        note = cli_say(cli, "chưa có số cùng kỳ: không tính", "no figure of last year: left out");
    else if (points->absence != TQ_ABSENCE_NONE)
        note = cli_say(cli, "không áp dụng", "not applicable");
    else if (points->provisional && count->unreconciled)
        note = cli_say(cli, "tạm tính: vụ việc chưa đối soát", "provisional: not reconciled yet");
    else if (points->provisional)
        note = cli_say(cli, "tạm tính", "provisional");
    else if (count->verified)
        note = cli_say(cli, "huyện đã thẩm định", "verified by the district");
    tq_buf_append_str(out, note);
    tq_buf_append_slice(out, count->verified_reason);
}

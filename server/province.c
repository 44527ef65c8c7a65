#include "province.h"

#include <inttypes.h>
#include <string.h>

#include "cli/table.h"

#define AREAS 5

/* A total as it may be told. */
static void put_count(const struct cli *cli, struct tq_buf *out, int64_t count)
{
    char text[40];

    if (tq_count_is_small(count))
        tq_buf_append_str(out, tq_small_text(count, TQ_HIDDEN_SMALL, text));
    else
        tq_buf_append_str(out, cli_show_number(cli, count, text, sizeof(text)));
}

/* ", tăng 62 vụ (33,0 %) so với cùng kỳ": nothing where it would tell a hidden count. */
static void put_change(
        const struct cli *cli, struct tq_buf *out, int64_t before, int64_t now, const char *since)
{
    int64_t change = now - before;
    int64_t tenths = 0;
    char text[40];

    if (tq_count_is_small(before) || tq_count_is_small(now))
        return;
    if (change == 0) {
        tq_buf_printf(out, CLI_SAY(cli, ", bằng %s", ", the same as %s"), since);
        return;
    }
    cli_show_number(cli, change < 0 ? -change : change, text, sizeof(text));
    tq_buf_printf(out, ", %s %s",
            change > 0 ? cli_say(cli, "tăng", "up by") : cli_say(cli, "giảm", "down by"), text);
    if (summary_percent_t(before, now, &tenths)) {
        tenths = tenths < 0 ? -tenths : tenths;
        tq_buf_printf(out, " (%" PRId64 "%s%" PRId64 " %%)", tenths / 10, cli_say(cli, ",", "."),
                tenths % 10);
    }
    tq_buf_printf(out, CLI_SAY(cli, " so với %s", " from %s"), since);
}

static int64_t incidents(const struct summary *s, size_t window)
{
    int64_t sum = 0;

    for (size_t u = 0; u < s->figures.nunits; u++)
        sum += summary_incidents(&s->figures, u, window);
    return sum;
}

/* By area, as one line of which no hidden count can be worked out. */
static void put_areas(const struct cli *cli, const struct summary *s, struct tq_buf *out)
{
    static const char *const ROMAN[AREAS] = { "I", "II", "III", "IV", "V" };
    int64_t counts[AREAS + 1] = { 0 };
    tq_hidden hidden[AREAS + 1];
    char text[TQ_SMALL_TEXT];

    for (int a = 0; a < AREAS; a++) {
        counts[a] =
                tq_figures_total(&s->figures, (tq_figure)(TQ_FIGURE_INCIDENTS_1 + a), SUMMARY_NOW);
        counts[AREAS] += counts[a];
    }
    tq_small_hide(counts, AREAS + 1, 1, false, hidden);
    tq_buf_append_str(out, cli_say(cli, "Theo lĩnh vực: ", "By area: "));
    for (int a = 0; a < AREAS; a++)
        tq_buf_printf(out, "%s%s: %s", a > 0 ? "; " : "", ROMAN[a],
                tq_small_text(counts[a], hidden[a], text));
    tq_buf_append_str(out, ".\n");
}

static void put_situation(const struct cli *cli, const struct summary *s, struct tq_buf *out)
{
    const char *year = cli_say(cli, "cùng kỳ năm trước", "the same period last year");
    const char *before = cli_say(cli, "kỳ trước", "the period before");
    int64_t now = incidents(s, SUMMARY_NOW);

    tq_buf_append_str(out,
            cli_say(cli, "Trong kỳ, toàn huyện ghi nhận ", "In the period the district recorded "));
    put_count(cli, out, now);
    tq_buf_append_str(out, cli_say(cli, " vụ việc", " incidents"));
    put_change(cli, out, incidents(s, SUMMARY_PREVIOUS), now, before);
    put_change(cli, out, incidents(s, SUMMARY_LAST_YEAR), now, year);
    tq_buf_append_str(out, cli_say(cli, "; luỹ kế từ đầu năm ", "; since the year began "));
    put_count(cli, out, incidents(s, SUMMARY_YTD));
    tq_buf_append_str(out, cli_say(cli, " vụ.\n", ".\n"));
    put_areas(cli, s, out);
    tq_buf_append_str(out, cli_say(cli, "Số người chết: ", "Deaths: "));
    put_count(cli, out, tq_figures_total(&s->figures, TQ_FIGURE_DEATHS, SUMMARY_NOW));
    tq_buf_append_str(out, cli_say(cli, "; bị thương: ", "; injured: "));
    put_count(cli, out, tq_figures_total(&s->figures, TQ_FIGURE_INJURED, SUMMARY_NOW));
    tq_buf_append_str(out, cli_say(cli, "; thiệt hại (đồng): ", "; damage (VND): "));
    put_count(cli, out, tq_figures_total(&s->figures, TQ_FIGURE_DAMAGE_VND, SUMMARY_NOW));
    tq_buf_append_str(out, ".");
}

static void put_results(const struct cli *cli, const struct summary *s, struct tq_buf *out)
{
    static const struct {
        tq_figure done;
        tq_figure all;
        struct cli_text words;
    } WORK[] = {
        { TQ_FIGURE_PATROLS, TQ_FIGURE_PATROLS_PLANNED,
                { "Tuần tra (đã làm/kế hoạch)", "Patrols (held/planned)" } },
        { TQ_FIGURE_OUTREACH, TQ_FIGURE_OUTREACH_PLANNED,
                { "Tuyên truyền (đã làm/kế hoạch)", "Outreach (held/planned)" } },
        { TQ_FIGURE_INSPECTIONS, TQ_FIGURE_INSPECTIONS_PLANNED,
                { "Kiểm tra PCCC (đã làm/kế hoạch)", "Fire inspections (held/planned)" } },
        { TQ_FIGURE_TIPS_IN_TIME, TQ_FIGURE_TIPS,
                { "Tin báo chuyển trong 24 giờ/nhận được",
                        "Tips passed on in 24 hours/received" } },
        { TQ_FIGURE_MEDIATIONS_SETTLED, TQ_FIGURE_MEDIATIONS,
                { "Hòa giải thành/nhận", "Mediations settled/accepted" } },
        { TQ_FIGURE_ENCROACHMENTS_CLEARED, TQ_FIGURE_ENCROACHMENTS_FOUND,
                { "Lấn chiếm giải tỏa/phát hiện", "Encroachments cleared/found" } },
        { TQ_FIGURE_REPORTS_IN_TIME, TQ_FIGURE_REPORTS_DUE,
                { "Báo cáo của xã đúng hạn/đến hạn", "Reports of communes in time/due" } },
    };

    for (size_t i = 0; i < sizeof(WORK) / sizeof(WORK[0]); i++) {
        tq_buf_printf(
                out, "%s%s: ", i > 0 ? "\n" : "", cli_say(cli, WORK[i].words.vi, WORK[i].words.en));
        put_count(cli, out, tq_figures_total(&s->figures, WORK[i].done, SUMMARY_NOW));
        tq_buf_append_str(out, "/");
        put_count(cli, out, tq_figures_total(&s->figures, WORK[i].all, SUMMARY_NOW));
        tq_buf_append_str(out, ".");
    }
}

static bool keep(struct tq_arena *arena, const struct tq_buf *from, struct tq_slice *out)
{
    void *copy = tq_buf_is_ok(from) ? tq_arena_copy(arena, from->data, from->len) : NULL;

    *out = tq_slice_of(copy, copy != NULL ? from->len : 0);
    return copy != NULL;
}

tq_status province_draft(struct app *app, const struct cli *cli, const struct summary *summary,
        struct tq_slice *situation, struct tq_slice *results, struct tq_error *err)
{
    struct tq_buf text;
    bool whole;

    tq_buf_init(&text, 0);
    put_situation(cli, summary, &text);
    whole = keep(app->arena, &text, situation);
    tq_buf_clear(&text);
    put_results(cli, summary, &text);
    whole = keep(app->arena, &text, results) && whole;
    tq_buf_deinit(&text);
    return whole ? TQ_OK : tq_error_set(err, TQ_NOMEM, "report");
}

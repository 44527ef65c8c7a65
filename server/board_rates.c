#include "board_rates.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/facts.h"
#include "tuquan/file.h"
#include "tuquan/report_rates.h"

static const struct cli_column COLUMNS[] = {
    { "period", { "Kỳ", "Period" }, false, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "reports_given", { "Báo cáo đã nộp", "Reports given" }, true, false },
    { "reports_in_time", { "Đúng hạn / phải nộp", "In time / due" }, true, false },
    { "cells_filled", { "Ô đã nhập", "Cells filled" }, true, false },
    { "reports_due", { "", "" }, false, false },
    { "cells_asked", { "", "" }, false, false },
    { "name", { "", "" }, false, false },
};
#define SHOWN 5 /* the others are for programs: they stand in the cells for people */

/* The rule, wherever the figures are shown. */
static const struct cli_text RULES[] = {
    { "Báo cáo: của kỳ và các kỳ nằm trong kỳ, đã quá hạn (kể cả ngày gia hạn) hoặc đã nộp.",
            "Reports: of the period and those within it, past their deadline or given." },
    { "Đúng hạn: theo lúc huyện nhận, ngày gia hạn và số ngày cán bộ đã tính, như khi trừ điểm.",
            "In time: by when the district got it, with grace, as for penalties." },
    { "Ô: mỗi chỉ tiêu nhập tay của mỗi thôn, từng tháng đã hết trong kỳ; đã nhập là đã xác nhận.",
            "Cells: each typed indicator of each village and month that ended; filled: "
            "confirmed." },
    { "Chỉ tiêu: những chỉ tiêu nhập tay mà bảng điểm của kỳ đó dùng, không phải của hôm nay.",
            "Indicators: those that the sheet of that period reads, not today's." },
    { "Nguồn: báo cáo và số liệu thôn đã đồng bộ về huyện.",
            "Source: reports and villages' figures that the district holds." },
};

struct rates {
    struct app *app;
    struct cli *cli;
    char keys[BOARD_RATES_PERIODS][TQ_PERIOD_TEXT]; /* the period first, then those before it */
    struct tq_window windows[BOARD_RATES_PERIODS];
    const struct tq_rates_line *lines;
    size_t n;
};

static tq_status find_windows(struct rates *r, const struct tq_period *period, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(r->app->store);
    struct tq_period at = *period;
    struct tq_facts_period found;
    tq_status rc;

    for (size_t p = 0; p < BOARD_RATES_PERIODS; p++) {
        char before[TQ_PERIOD_TEXT];

        tq_period_print(&at, r->keys[p]);
        rc = tq_facts_period(db, r->app->arena, tq_slice_str(r->keys[p]), &found, err);
        if (rc != TQ_OK)
            return rc;
        r->windows[p] = found.window; /* the district's own days, where it has set them */
        rank_period_before(&at, before);
        if (!tq_period_parse(tq_slice_str(before), &at))
            return tq_error_set(err, TQ_RANGE, "%s", before);
    }
    return TQ_OK;
}

/* "17/20 (85 %)"; nothing where nothing was asked. */
static const char *share(int64_t part, int64_t all, char *out, size_t size)
{
    out[0] = '\0';
    if (all > 0)
        snprintf(
                out, size, "%" PRId64 "/%" PRId64 " (%" PRId64 " %%)", part, all, part * 100 / all);
    return out;
}

static struct tq_slice name_of(const struct rates *r, const struct tq_rates_line *line)
{
    return line->unit.len > 0 ? line->name
                              : tq_slice_str(cli_say(r->cli, "Toàn huyện", "All communes"));
}

static tq_status put_lines(struct rates *r, struct tq_error *err)
{
    struct cli_table out;
    tq_status rc;

    cli_table_init(&out, r->cli, COLUMNS,
            r->cli->json ? sizeof(COLUMNS) / sizeof(COLUMNS[0]) : (size_t)SHOWN);
    for (size_t p = 0; p < BOARD_RATES_PERIODS; p++) {
        for (size_t i = 0; i < r->n; i++) {
            const struct tq_rates *of = &r->lines[i].of[p];
            struct tq_slice unit = r->lines[i].unit;
            struct tq_slice name = name_of(r, &r->lines[i]);
            char text[80];

            cli_table_str(&out, r->keys[p]);
            cli_table_both_text(&out, name, unit.len > 0 ? cli_json_slice(unit) : json_null());
            cli_table_both(&out, share(of->reports_given, of->reports_due, text, sizeof(text)),
                    json_integer(of->reports_given));
            cli_table_both(&out, share(of->reports_in_time, of->reports_due, text, sizeof(text)),
                    json_integer(of->reports_in_time));
            cli_table_both(&out, share(of->cells_filled, of->cells_asked, text, sizeof(text)),
                    json_integer(of->cells_filled));
            if (!r->cli->json)
                continue;
            cli_table_int(&out, of->reports_due);
            cli_table_int(&out, of->cells_asked);
            cli_table_text(&out, name);
        }
    }
    rc = cli_table_print(&out, "rates", err);
    cli_table_deinit(&out);
    return rc;
}

static void put_quoted(struct tq_buf *out, struct tq_slice text)
{
    tq_buf_append_u8(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            tq_buf_append_u8(out, '"');
        tq_buf_append_u8(out, text.data[i]);
    }
    tq_buf_append_u8(out, '"');
}

/* With a byte order mark: without one Excel takes the marks for something else. */
static tq_status write_csv(const struct rates *r, const char *path, struct tq_error *err)
{
    struct tq_buf out;
    tq_status rc;

    tq_buf_init(&out, 0);
    tq_buf_append_str(&out,
            "\xEF\xBB\xBFperiod,unit,name,reports_due,reports_given,reports_in_time,cells_asked,"
            "cells_filled\r\n");
    for (size_t p = 0; p < BOARD_RATES_PERIODS; p++) {
        for (size_t i = 0; i < r->n; i++) {
            const struct tq_rates *of = &r->lines[i].of[p];

            tq_buf_printf(&out, "%s,", r->keys[p]);
            tq_buf_append_slice(&out, r->lines[i].unit);
            tq_buf_append_u8(&out, ',');
            put_quoted(&out, name_of(r, &r->lines[i]));
            tq_buf_printf(&out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\r\n",
                    of->reports_due, of->reports_given, of->reports_in_time, of->cells_asked,
                    of->cells_filled);
        }
    }
    rc = tq_buf_is_ok(&out) ? tq_file_replace(path, tq_buf_slice(&out), false, err)
                            : tq_error_set(err, TQ_NOMEM, "rates");
    tq_buf_deinit(&out);
    return rc;
}

tq_status board_rates(struct app *app, struct cli *cli, const struct tq_period *period,
        struct tq_slice parent, const char *csv, struct tq_error *err)
{
    struct rates r = { .app = app, .cli = cli };
    tq_status rc = find_windows(&r, period, err);

    if (rc == TQ_OK)
        rc = tq_report_rates(tq_district_store_db(app->store), app->arena, parent, r.windows,
                BOARD_RATES_PERIODS, app_now_ms(), &r.lines, &r.n, err);
    if (rc == TQ_OK && csv != NULL) {
        rc = write_csv(&r, csv, err);
        cli_json_set(cli, "file", json_string(csv));
        if (rc == TQ_OK)
            cli_print(cli, "%s: %zu", csv, r.n * BOARD_RATES_PERIODS);
        return rc;
    }
    cli_json_set(cli, "period", json_string(r.keys[0]));
    for (size_t i = 0; rc == TQ_OK && i < sizeof(RULES) / sizeof(RULES[0]); i++)
        cli_print(cli, "%s", cli_say(cli, RULES[i].vi, RULES[i].en));
    return rc == TQ_OK ? put_lines(&r, err) : rc;
}

/* summary_paper.c - The consolidated table as an official workbook: by area, incidents by commune, work
 * by commune. It leaves the district: small counts are hidden (small_count.h). */
#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "paper/paper.h"
#include "summary.h"
#include "tuquan/text.h"

#define AREAS 5u
#define FIRST 1u /* column of the first number */

enum { NAME, NOW, BEFORE, CHANGE, PERCENT, YEAR, YEAR_CHANGE, YEAR_PERCENT, YTD, YTD_YEAR, ALL };

struct writing {
    struct app *app;
    struct cli *cli;
    const struct summary *s;
    struct paper paper;
    struct tq_slice district;
};

static const double WIDTHS[ALL] = { 36, 13, 13, 13, 9, 13, 13, 9, 13, 13 };

/* ---- cells ---- */

static void put_count(
        struct writing *w, size_t column, excel_style style, int64_t count, tq_hidden hidden)
{
    char text[TQ_SMALL_TEXT];

    if (hidden == TQ_HIDDEN_NO)
        excel_write_int(w->paper.writer, w->paper.row, column, style, count);
    else
        excel_write_str(
                w->paper.writer, w->paper.row, column, style, tq_small_text(count, hidden, text));
}

/* What was and what is in numbers and percent; nothing where it would tell a hidden count. */
static void put_change(
        struct writing *w, size_t column, const int64_t *n, const tq_hidden *hidden, size_t before)
{
    struct excel_writer *writer = w->paper.writer;
    bool told = hidden[before] == TQ_HIDDEN_NO && hidden[SUMMARY_NOW] == TQ_HIDDEN_NO;
    int64_t tenths = 0;

    if (told)
        excel_write_int(writer, w->paper.row, column, EXCEL_PLAIN, n[SUMMARY_NOW] - n[before]);
    else
        excel_write_blank(writer, w->paper.row, column, EXCEL_PLAIN);
    if (told && summary_percent_t(n[before], n[SUMMARY_NOW], &tenths))
        excel_write_points(writer, w->paper.row, column + 1, EXCEL_PLAIN, tenths * 10);
    else
        excel_write_blank(writer, w->paper.row, column + 1, EXCEL_PLAIN);
}

static void begin_sheet(struct writing *w, const char *name, size_t columns, const double *widths)
{
    excel_write_sheet(w->paper.writer, name, true);
    w->paper.row = 0;
    w->paper.letters = 0;
    w->paper.last = columns - 1;
    w->paper.left_last = columns / 2 - 1;
    for (size_t c = 0; c < columns; c++) {
        excel_write_width(w->paper.writer, c, widths[c]);
        w->paper.letters += widths[c];
    }
}

static tq_status put_title(struct writing *w, const char *title, const char *number, int64_t at_ms,
        struct tq_error *err)
{
    const struct cli *cli = w->cli;
    struct tq_buf text;
    tq_status rc = paper_head(&w->paper, cli_say(cli, "BAN CHỈ ĐẠO", "STEERING COMMITTEE"),
            w->district, number, at_ms != 0 ? at_ms : app_now_ms(), err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    tq_buf_append_str(
            &text, cli_say(cli, "Kết quả thực hiện mô hình \"5 tự quản về an ninh, trật tự\" ",
                           "Results of \"5 self-managements of security and order\", "));
    paper_period(cli, w->s->period.key, &text);
    paper_line_str(&w->paper, EXCEL_MID_BOLD, title);
    paper_line_buf(&w->paper, EXCEL_MID_BOLD, &text);
    w->paper.row++;
    tq_buf_deinit(&text);
    return TQ_OK;
}

static void put_heads(struct writing *w, const char *const *heads, size_t n)
{
    for (size_t c = 0; c < n; c++)
        excel_write_str(w->paper.writer, w->paper.row, c, EXCEL_HEAD, heads[c]);
    excel_write_height(w->paper.writer, w->paper.row, 50);
    excel_write_repeat(w->paper.writer, w->paper.row);
    w->paper.row++;
}

static void put_foot(struct writing *w)
{
    const struct cli *cli = w->cli;

    w->paper.row++;
    paper_line_str(&w->paper, EXCEL_NOTE,
            cli_say(cli,
                    "<3: một hoặc hai, không ghi rõ ra ngoài huyện. …: ẩn theo, để không tính ra "
                    "được số bị ẩn.",
                    "<3: one or two, not told outside the district. …: hidden with it, so that "
                    "it cannot be worked out."));
    w->paper.row++;
    paper_two(&w->paper, EXCEL_MID_BOLD, cli_say(cli, "NGƯỜI LẬP BẢNG", "MADE BY"), EXCEL_MID_BOLD,
            cli_say(cli, "TM. BAN CHỈ ĐẠO", "FOR THE COMMITTEE"));
}

/* ---- by area ---- */

static tq_status put_line(struct writing *w, const struct summary_line *line, struct tq_error *err)
{
    struct summary_column columns[SUMMARY_WINDOWS];
    tq_hidden hidden[SUMMARY_WINDOWS];
    tq_status rc = summary_hide(w->s, line, w->app->arena, columns, err);

    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < SUMMARY_WINDOWS; i++)
        hidden[i] = columns[i].hidden[w->s->figures.nunits];
    excel_write_text(w->paper.writer, w->paper.row, NAME, EXCEL_PLAIN, line->name);
    put_count(w, NOW, EXCEL_PLAIN, line->total[SUMMARY_NOW], hidden[SUMMARY_NOW]);
    put_count(w, BEFORE, EXCEL_PLAIN, line->total[SUMMARY_PREVIOUS], hidden[SUMMARY_PREVIOUS]);
    put_change(w, CHANGE, line->total, hidden, SUMMARY_PREVIOUS);
    put_count(w, YEAR, EXCEL_PLAIN, line->total[SUMMARY_LAST_YEAR], hidden[SUMMARY_LAST_YEAR]);
    put_change(w, YEAR_CHANGE, line->total, hidden, SUMMARY_LAST_YEAR);
    put_count(w, YTD, EXCEL_PLAIN, line->total[SUMMARY_YTD], hidden[SUMMARY_YTD]);
    put_count(w, YTD_YEAR, EXCEL_PLAIN, line->total[SUMMARY_YTD_LAST_YEAR],
            hidden[SUMMARY_YTD_LAST_YEAR]);
    paper_table_row(&w->paper, &WIDTHS[NAME], &line->name, 1);
    return TQ_OK;
}

static void put_area(struct writing *w, uint32_t area)
{
    static const struct cli_text TITLES[AREAS + 1] = { { "Chung", "General" },
        { "I. Phòng, chống tội phạm", "I. Crime" },
        { "II. Phòng, chống tệ nạn xã hội", "II. Social evils" },
        { "III. Bảo vệ tài sản; phòng, chống cháy nổ", "III. Property and fire" },
        { "IV. Giao thông, công cộng, đô thị", "IV. Traffic and public order" },
        { "V. Giúp đỡ người lầm lỗi", "V. Reintegration" } };

    excel_write_across_str(w->paper.writer, w->paper.row, 0, ALL - 1, EXCEL_TOTAL,
            cli_say(w->cli, TITLES[area].vi, TITLES[area].en));
    excel_write_height(w->paper.writer, w->paper.row, 19);
    w->paper.row++;
}

static tq_status write_areas(struct writing *w, struct tq_error *err)
{
    const struct cli *cli = w->cli;
    const char *const heads[ALL] = { cli_say(cli, "Chỉ tiêu", "Line"),
        cli_say(cli, "Kỳ này", "Now"), cli_say(cli, "Kỳ trước", "Before"),
        cli_say(cli, "Tăng, giảm so kỳ trước", "Change"), "%",
        cli_say(cli, "Cùng kỳ năm trước", "Same period last year"),
        cli_say(cli, "Tăng, giảm so cùng kỳ", "Change"), "%",
        cli_say(cli, "Luỹ kế từ đầu năm", "Year to date"),
        cli_say(cli, "Luỹ kế cùng kỳ", "Last year to date") };
    const struct summary *s = w->s;
    tq_status rc;

    begin_sheet(w, cli_say(cli, "Theo lĩnh vực", "By area"), ALL, WIDTHS);
    rc = put_title(
            w, cli_say(cli, "BẢNG TỔNG HỢP THEO LĨNH VỰC", "CONSOLIDATED, BY AREA"), "", 0, err);
    if (rc != TQ_OK)
        return rc;
    put_heads(w, heads, ALL);
    for (size_t i = 0; rc == TQ_OK && i < s->nlines; i++) {
        if (i == 0 || s->lines[i].area != s->lines[i - 1].area)
            put_area(w, s->lines[i].area);
        rc = put_line(w, &s->lines[i], err);
    }
    put_foot(w);
    return rc;
}

/* ---- incidents by commune ---- */

enum {
    I_AREA1 = 1,
    I_ALL = I_AREA1 + AREAS,
    I_BEFORE,
    I_YEAR,
    I_YTD,
    I_YTD_YEAR,
    I_HOUSES,
    I_RATE,
    I_COLUMNS
};

static const double I_WIDTHS[I_COLUMNS] = { 26, 8, 8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 12 };

static const struct summary_line *line_of(const struct summary *s, const char *code);

/* What each line by itself hides now. */
static tq_status hide_by_lines(struct writing *w, struct summary_column *out,
        struct summary_column all[SUMMARY_WINDOWS], struct tq_error *err)
{
    static const char *const CODES[] = { "incidents_1", "incidents_2", "incidents_3", "incidents_4",
        "incidents_5", "incidents" };
    tq_status rc = TQ_OK;

    for (size_t a = 0; rc == TQ_OK && a <= AREAS; a++) {
        const struct summary_line *line = line_of(w->s, CODES[a]);

        if (line == NULL)
            return tq_error_set(err, TQ_INTERNAL, "%s", CODES[a]);
        rc = summary_hide(w->s, line, w->app->arena, all, err);
        for (size_t u = 0; rc == TQ_OK && u <= w->s->figures.nunits; u++)
            out->hidden[u * (AREAS + 1) + a] = all[SUMMARY_NOW].hidden[u];
    }
    return rc; /* `all` is that of the last line */
}

/* The last column of the matrix is what the windows have for now. */
static void hide_both(struct writing *w, struct summary_column *matrix,
        struct summary_column all[SUMMARY_WINDOWS])
{
    size_t rows = w->s->figures.nunits + 1;
    bool more = true;

    while (more) {
        (void)tq_small_hide_more(matrix->counts, rows, AREAS + 1, true, matrix->hidden);
        for (size_t u = 0; u < rows; u++)
            all[SUMMARY_NOW].hidden[u] = matrix->hidden[u * (AREAS + 1) + AREAS];
        more = summary_hide_more(all, rows);
        for (size_t u = 0; u < rows; u++)
            matrix->hidden[u * (AREAS + 1) + AREAS] = all[SUMMARY_NOW].hidden[u];
    }
}

/* Communes and their sum by areas and theirs; and the sum of the areas by window. */
static tq_status hide_matrix(struct writing *w, struct summary_column *out,
        struct summary_column all[SUMMARY_WINDOWS], struct tq_error *err)
{
    tq_status rc;

    const struct tq_figures *f = &w->s->figures;
    size_t columns = AREAS + 1;
    size_t cells = (f->nunits + 1) * columns;

    out->counts = tq_arena_array(w->app->arena, cells, sizeof(*out->counts));
    out->hidden = tq_arena_array(w->app->arena, cells, sizeof(*out->hidden));
    if (out->counts == NULL || out->hidden == NULL)
        return tq_error_set(err, TQ_NOMEM, "summary");
    memset(out->counts, 0, cells * sizeof(*out->counts));
    for (size_t u = 0; u < f->nunits; u++) {
        for (size_t a = 0; a < AREAS; a++) {
            int64_t n =
                    tq_figures_at(f, u, (tq_figure)(TQ_FIGURE_INCIDENTS_1 + (int)a), SUMMARY_NOW);

            out->counts[u * columns + a] = n;
            out->counts[u * columns + AREAS] += n;
            out->counts[f->nunits * columns + a] += n;
            out->counts[f->nunits * columns + AREAS] += n;
        }
    }
    rc = hide_by_lines(w, out, all, err);
    if (rc == TQ_OK)
        hide_both(w, out, all);
    return rc;
}

static int64_t households_of(const struct tq_figures *f, size_t unit)
{
    return unit < f->nunits ? tq_figures_at(f, unit, TQ_FIGURE_HOUSEHOLDS, SUMMARY_NOW)
                            : tq_figures_total(f, TQ_FIGURE_HOUSEHOLDS, SUMMARY_NOW);
}

static void put_rate(
        struct writing *w, size_t unit, int64_t incidents, tq_hidden hidden, excel_style style)
{
    int64_t households = households_of(&w->s->figures, unit);
    int64_t rate_c = summary_rate_c(incidents, households);

    excel_write_int(w->paper.writer, w->paper.row, I_HOUSES, style, households);
    if (rate_c >= 0 && hidden == TQ_HIDDEN_NO)
        excel_write_points(w->paper.writer, w->paper.row, I_RATE, style, rate_c);
    else
        excel_write_blank(w->paper.writer, w->paper.row, I_RATE, style);
}

static void put_unit(struct writing *w, size_t unit, excel_style style)
{
    const struct tq_figures *f = &w->s->figures;
    struct tq_slice name =
            unit < f->nunits ? f->names[unit] : tq_slice_str(cli_say(w->cli, "Toàn huyện", "All"));

    excel_write_text(w->paper.writer, w->paper.row, 0, style, name);
}

static tq_status put_incidents(struct writing *w, struct tq_error *err)
{
    static const size_t SHOWN[] = { SUMMARY_PREVIOUS, SUMMARY_LAST_YEAR, SUMMARY_YTD,
        SUMMARY_YTD_LAST_YEAR };
    const struct tq_figures *f = &w->s->figures;
    struct summary_column all[SUMMARY_WINDOWS];
    struct summary_column now;
    tq_status rc = hide_matrix(w, &now, all, err);

    for (size_t u = 0; rc == TQ_OK && u <= f->nunits; u++) {
        excel_style style = u == f->nunits ? EXCEL_TOTAL : EXCEL_PLAIN;
        size_t at = u * (AREAS + 1);

        put_unit(w, u, style);
        for (size_t a = 0; a <= AREAS; a++)
            put_count(w, I_AREA1 + a, style, now.counts[at + a], now.hidden[at + a]);
        for (size_t i = 0; i < 4; i++)
            put_count(w, I_BEFORE + i, style, all[SHOWN[i]].counts[u], all[SHOWN[i]].hidden[u]);
        put_rate(w, u, now.counts[at + AREAS], now.hidden[at + AREAS], style);
        w->paper.row++;
    }
    return rc;
}

static tq_status write_incidents(struct writing *w, struct tq_error *err)
{
    const struct cli *cli = w->cli;
    const char *const heads[I_COLUMNS] = { cli_say(cli, "Xã, thị trấn", "Commune"), "I", "II",
        "III", "IV", "V", cli_say(cli, "Tổng", "All"), cli_say(cli, "Kỳ trước", "Before"),
        cli_say(cli, "Cùng kỳ", "Last year"), cli_say(cli, "Luỹ kế", "Year to date"),
        cli_say(cli, "Luỹ kế cùng kỳ", "Last year to date"), cli_say(cli, "Số hộ", "Households"),
        cli_say(cli, "Vụ trên 1.000 hộ", "Per 1,000 households") };
    tq_status rc;

    begin_sheet(w, cli_say(cli, "Vụ việc theo xã", "Incidents by commune"), I_COLUMNS, I_WIDTHS);
    rc = put_title(
            w, cli_say(cli, "VỤ VIỆC THEO XÃ, THỊ TRẤN", "INCIDENTS BY COMMUNE"), "", 0, err);
    if (rc != TQ_OK)
        return rc;
    put_heads(w, heads, I_COLUMNS);
    rc = put_incidents(w, err);
    put_foot(w);
    return rc;
}

/* ---- work by commune ---- */

static const char *const WORK[] = { "patrols_planned", "patrols", "outreach_planned", "outreach",
    "inspections_planned", "inspections", "mediations", "mediations_settled", "tips",
    "tips_in_time", "reports_due", "reports_in_time" };

#define WORKS (sizeof(WORK) / sizeof(WORK[0]))

static const struct summary_line *line_of(const struct summary *s, const char *code)
{
    for (size_t i = 0; i < s->nlines; i++)
        if (strcmp(s->lines[i].code, code) == 0)
            return &s->lines[i];
    return NULL;
}

static tq_status write_work(struct writing *w, struct tq_error *err)
{
    const struct cli *cli = w->cli;
    const struct tq_figures *f = &w->s->figures;
    double widths[WORKS + 1] = { 26 };
    struct summary_column columns[WORKS][SUMMARY_WINDOWS];
    tq_status rc;

    for (size_t i = 0; i < WORKS; i++)
        widths[FIRST + i] = 11;
    begin_sheet(w, cli_say(cli, "Công tác theo xã", "Work by commune"), WORKS + 1, widths);
    rc = put_title(w, cli_say(cli, "CÔNG TÁC THEO XÃ, THỊ TRẤN", "WORK BY COMMUNE"), "", 0, err);
    if (rc != TQ_OK)
        return rc;
    excel_write_str(
            w->paper.writer, w->paper.row, 0, EXCEL_HEAD, cli_say(cli, "Xã, thị trấn", "Commune"));
    for (size_t i = 0; rc == TQ_OK && i < WORKS; i++) {
        const struct summary_line *line = line_of(w->s, WORK[i]);

        if (line == NULL)
            return tq_error_set(err, TQ_INTERNAL, "%s", WORK[i]);
        excel_write_text(w->paper.writer, w->paper.row, FIRST + i, EXCEL_HEAD, line->name);
        rc = summary_hide(w->s, line, w->app->arena, columns[i], err);
    }
    excel_write_height(w->paper.writer, w->paper.row, 66);
    excel_write_repeat(w->paper.writer, w->paper.row++);
    for (size_t u = 0; rc == TQ_OK && u <= f->nunits; u++) {
        excel_style style = u == f->nunits ? EXCEL_TOTAL : EXCEL_PLAIN;

        put_unit(w, u, style);
        for (size_t i = 0; i < WORKS; i++)
            put_count(w, FIRST + i, style, columns[i][SUMMARY_NOW].counts[u],
                    columns[i][SUMMARY_NOW].hidden[u]);
        w->paper.row++;
    }
    put_foot(w);
    return rc;
}

/* ---- the report before the tables ---- */

static const double R_WIDTHS[] = { 30, 30, 30, 30 };

/* A row is 409 points high at most: of a longer line, as much as stands in one, whole words. */
#define ROW_COLUMNS 1500

static size_t row_of(struct tq_slice line)
{
    size_t len = tq_text_cut(line, ROW_COLUMNS).len;
    size_t words = len;

    while (len < line.len && words > 0 && line.data[words - 1] != ' ')
        words--;
    return len < line.len && words > 0 ? words : len;
}

static void put_part(struct writing *w, const char *title, struct tq_slice text)
{
    paper_line_str(&w->paper, EXCEL_BODY_BOLD, title);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.data) : text.len;

        size_t row = row_of(tq_slice_of(text.data, len));

        paper_line(&w->paper, EXCEL_BODY, tq_slice_of(text.data, row));
        len = row + (row == len && end != NULL ? 1 : 0);
        text = tq_slice_of(text.data + len, text.len - len);
    }
}

static void put_signature(struct writing *w, const struct tq_province_report *report)
{
    const struct cli *cli = w->cli;
    struct tq_buf text;
    char at[40];

    w->paper.row++;
    paper_two(&w->paper, EXCEL_MID_BOLD, cli_say(cli, "NGƯỜI LẬP", "MADE BY"), EXCEL_MID_BOLD,
            cli_say(cli, "TM. BAN CHỈ ĐẠO", "FOR THE COMMITTEE"));
    tq_buf_init(&text, 0);
    if (report->signed_at_ms != 0)
        tq_buf_printf(&text, CLI_SAY(cli, "%.*s (đã ký lúc %s)", "%.*s (signed %s)"),
                (int)report->signed_by.len, (const char *)report->signed_by.data,
                cli_show_instant(cli, report->signed_at_ms, at, sizeof(at)));
    else
        tq_buf_append_str(&text, cli_say(cli, "(bản nháp, chưa ký)", "(draft, not signed)"));
    if (w->s->counted_later)
        tq_buf_printf(&text, CLI_SAY(cli, "; số liệu tính lại lúc %s", "; counted again %s"),
                cli_show_instant(cli, app_now_ms(), at, sizeof(at)));
    tq_buf_append_u8(&text, 0);
    excel_write_check(w->paper.writer, &text);
    if (tq_buf_is_ok(&text))
        paper_two(&w->paper, EXCEL_MID, "", EXCEL_MID_SLANTED, (const char *)text.data);
    tq_buf_deinit(&text);
}

static tq_status write_report(
        struct writing *w, const struct tq_province_report *report, struct tq_error *err)
{
    const struct cli *cli = w->cli;
    const struct tq_slice *f = report->fields;
    struct tq_buf number;
    tq_status rc;

    begin_sheet(w, cli_say(cli, "Báo cáo", "Report"), 4, R_WIDTHS);
    tq_buf_init(&number, 0);
    tq_buf_printf(&number, CLI_SAY(cli, "Số: %.*s", "No. %.*s"), (int)f[TQ_PROVINCE_DOCUMENT].len,
            f[TQ_PROVINCE_DOCUMENT].len > 0 ? (const char *)f[TQ_PROVINCE_DOCUMENT].data : "");
    tq_buf_append_u8(&number, 0);
    rc = tq_buf_is_ok(&number) ? put_title(w, cli_say(cli, "BÁO CÁO", "REPORT"),
                                         (const char *)number.data, report->signed_at_ms, err)
                               : tq_error_set(err, TQ_NOMEM, "report");
    tq_buf_deinit(&number);
    if (rc != TQ_OK)
        return rc;
    put_part(w, cli_say(cli, "I. TÌNH HÌNH", "I. SITUATION"), f[TQ_PROVINCE_SITUATION]);
    put_part(w, cli_say(cli, "II. KẾT QUẢ", "II. RESULTS"), f[TQ_PROVINCE_RESULTS]);
    put_part(w, cli_say(cli, "III. NHẬN XÉT, ĐÁNH GIÁ", "III. ASSESSMENT"),
            f[TQ_PROVINCE_ASSESSMENT]);
    put_part(w, cli_say(cli, "IV. KIẾN NGHỊ", "IV. PROPOSALS"), f[TQ_PROVINCE_PROPOSALS]);
    put_signature(w, report);
    return TQ_OK;
}

tq_status summary_write(struct app *app, struct cli *cli, const struct summary *summary,
        const struct tq_province_report *report, const char *path, struct tq_error *err)
{
    struct writing w = { .app = app, .cli = cli, .s = summary, .paper = { .cli = cli } };
    struct tq_district_identity identity;
    struct excel_writer *writer = NULL;
    tq_status rc = tq_district_store_identity(app->store, app->arena, &identity, err);

    if (rc == TQ_OK)
        rc = excel_write_new(&writer, path, err);
    w.paper.writer = writer;
    w.district = rc == TQ_OK ? identity.name : tq_slice_of(NULL, 0);
    if (rc == TQ_OK && report != NULL)
        rc = write_report(&w, report, err);
    if (rc == TQ_OK)
        rc = write_areas(&w, err);
    if (rc == TQ_OK)
        rc = write_incidents(&w, err);
    if (rc == TQ_OK)
        rc = write_work(&w, err);
    if (rc == TQ_OK)
        rc = excel_write_finish(&writer, err);
    excel_write_free(writer);
    if (rc == TQ_OK) {
        cli_json_set(cli, "file", json_string(path));
        cli_print(cli, "%s", path);
    }
    return rc;
}

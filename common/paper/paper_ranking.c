/* paper_ranking.c - The published table of communes as an official paper, and their points by
 * criterion. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "paper/paper.h"
#include "cli/table.h"
#include "tuquan/calendar.h"
#include "tuquan/facts.h"
#include "tuquan/sheet_store.h"

enum {
    RANK,
    UNIT,
    FINAL,
    AREA1,
    BONUS = AREA1 + TQ_MAX_AREAS,
    PENALTY,
    COVERAGE,
    GRADE,
    NOTE,
    ALL
};

static const double WIDTHS[ALL] = { 7, 26, 10, 9, 9, 9, 9, 9, 9, 9, 10, 14, 34 };

static void put_points(
        struct excel_writer *writer, uint32_t row, size_t column, bool there, int64_t points_c)
{
    if (there)
        excel_write_points(writer, row, column, EXCEL_PLAIN, points_c);
    else
        excel_write_blank(writer, row, column, EXCEL_PLAIN);
}

static void put_line(struct paper *paper, const struct tq_ranking_line *line)
{
    const struct cli *cli = paper->cli;
    struct excel_writer *writer = paper->writer;
    struct cli_rank_row shown = rank_row_of(line);
    bool points = cli_rank_has_points(&shown);
    uint32_t row = paper->row;
    struct tq_buf note;

    if (line->rank > 0)
        excel_write_int(writer, row, RANK, EXCEL_PLAIN, line->rank);
    else
        excel_write_blank(writer, row, RANK, EXCEL_PLAIN);
    excel_write_text(writer, row, UNIT, EXCEL_PLAIN, line->name.len > 0 ? line->name : line->unit);
    put_points(writer, row, FINAL, points, line->final_c);
    for (size_t a = 1; a <= TQ_MAX_AREAS; a++)
        put_points(writer, row, AREA1 + a - 1, points, line->area_c[a]);
    put_points(writer, row, BONUS, points, line->bonus_c);
    put_points(writer, row, PENALTY, points, line->penalty_c);
    excel_write_int(writer, row, COVERAGE, EXCEL_PLAIN, line->coverage_c / 100);
    excel_write_str(
            writer, row, GRADE, EXCEL_PLAIN, points ? tq_grade_name(line->grade, cli->lang) : "");
    tq_buf_init(&note, 0);
    cli_rank_note(cli, &shown, &note);
    excel_write_buf(writer, row, NOTE, EXCEL_PLAIN, &note);
    paper_table_row(paper, &WIDTHS[NOTE], (const struct tq_slice[]){ tq_buf_slice(&note) }, 1);
    tq_buf_deinit(&note);
}

static void put_heads(struct paper *paper, bool year)
{
    const struct cli *cli = paper->cli;
    const char *const heads[ALL] = { cli_say(cli, "Hạng", "Rank"), cli_say(cli, "Đơn vị", "Unit"),
        cli_say(cli, "Tổng điểm", "Points"), "I", "II", "III", "IV", "V",
        cli_say(cli, "Thưởng", "Bonus"), cli_say(cli, "Trừ", "Penalty"),
        cli_say(cli, "Đủ số liệu (%)", "Coverage (%)"),
        year ? cli_say(cli, "Xếp loại", "Grade") : cli_say(cli, "Tạm xếp loại", "Grade so far"),
        cli_say(cli, "Ghi chú", "Note") };

    for (size_t c = 0; c < ALL; c++)
        excel_write_str(paper->writer, paper->row, c, EXCEL_HEAD, heads[c]);
    excel_write_height(paper->writer, paper->row, 34);
    excel_write_repeat(paper->writer, paper->row);
    paper->row++;
}

/* Which table this is: version, day, sheet. */
static void put_subject(struct paper *paper, const struct tq_ranking_view *view)
{
    const struct cli *cli = paper->cli;
    char at[40];
    struct tq_buf text;

    tq_buf_init(&text, 0);
    tq_buf_append_str(
            &text, cli_say(cli, "Kết quả thực hiện mô hình \"5 tự quản về an ninh, trật tự\" ",
                           "Results of \"5 self-managements of security and order\", "));
    paper_period(cli, view->period, &text);
    paper_line_str(paper, EXCEL_MID_BOLD,
            cli_say(cli, "BẢNG XẾP HẠNG CÁC XÃ, THỊ TRẤN", "RANKING OF THE COMMUNES"));
    paper_line_buf(paper, EXCEL_MID_BOLD, &text);
    tq_buf_clear(&text);
    tq_buf_printf(&text,
            CLI_SAY(cli, "Công bố lần %u lúc %s, bảng điểm %.*s. Đã chấm %u/%u đơn vị.",
                    "Version %u of %s, sheet %.*s. %u of %u units scored."),
            view->version, cli_show_instant(cli, view->published_at, at, sizeof(at)),
            (int)view->sheet.len, (const char *)view->sheet.data, view->units_scored,
            view->units_due);
    paper_line_buf(paper, EXCEL_MID_SLANTED, &text);
    paper->row++;
    tq_buf_deinit(&text);
}

/* Where the table is from, so that it can be held against another copy. */
static void put_source(struct paper *paper, const struct tq_ranking_view *view)
{
    const struct cli *cli = paper->cli;
    char hash[2 * TQ_HASH_BYTES + 1];
    char text[300];
    bool whole = memcmp(view->rows_hash, view->found_hash, TQ_HASH_BYTES) == 0;

    tq_hex(hash, view->rows_hash, TQ_HASH_BYTES);
    snprintf(text, sizeof(text), "%s %.16s. %s",
            cli_say(cli, "Mã băm của bảng", "Hash of the table"), hash,
            whole ? cli_say(cli, "In từ bản đã nhận đủ.", "From a complete copy.")
                  : cli_say(cli, "BẢN NÀY CHƯA ĐỦ hoặc khác bản đã công bố: hãy đồng bộ lại.",
                            "THIS COPY IS NOT COMPLETE or differs from what was published."));
    excel_write_str(paper->writer, paper->row++, 0, EXCEL_NOTE, text);
}

enum { CODE, NAME, MAX, UNIT1 };

static const double ITEM_WIDTHS[] = { 6, 42, 10 };

/* Criteria down, units across. */
static void put_items(
        struct paper *paper, const struct tq_ranking_view *view, const struct tq_sheet *sheet)
{
    struct excel_writer *writer = paper->writer;

    for (size_t i = 0; i < sheet->ncriteria; i++) {
        const struct tq_criterion *criterion = &sheet->criteria[i];

        if (criterion->area == 0)
            continue;
        excel_write_text(writer, paper->row, CODE, EXCEL_PLAIN, criterion->code);
        excel_write_text(writer, paper->row, NAME, EXCEL_PLAIN, criterion->name);
        excel_write_points(writer, paper->row, MAX, EXCEL_TOTAL, criterion->max_c);
        for (size_t l = 0; l < view->nlines; l++) {
            int64_t points_c = 0;
            bool has = rank_item_of(view->lines[l].items, criterion->code, &points_c);

            put_points(writer, paper->row, UNIT1 + l, has, points_c);
        }
        paper_table_row(paper, &ITEM_WIDTHS[NAME], &criterion->name, 1);
    }
}

static tq_status add_items(struct paper *paper, struct tq_db *db, struct tq_arena *arena,
        const struct tq_ranking_view *view, struct tq_error *err)
{
    const struct cli *cli = paper->cli;
    struct excel_writer *writer = paper->writer;
    const char *const heads[] = { cli_say(cli, "Mã", "Code"), cli_say(cli, "Tiêu chí", "Criterion"),
        cli_say(cli, "Điểm tối đa", "Maximum") };
    const struct tq_sheet *sheet;
    tq_status rc = tq_facts_sheet(db, arena, view->sheet, &sheet, err);

    if (rc != TQ_OK)
        return rc;
    excel_write_sheet(writer, cli_say(cli, "Điểm từng tiêu chí", "Points by criterion"), true);
    for (size_t c = 0; c < UNIT1; c++) {
        excel_write_str(writer, 0, c, EXCEL_HEAD, heads[c]);
        excel_write_width(writer, c, ITEM_WIDTHS[c]);
    }
    for (size_t l = 0; l < view->nlines; l++) {
        excel_write_text(writer, 0, UNIT1 + l, EXCEL_HEAD,
                view->lines[l].name.len > 0 ? view->lines[l].name : view->lines[l].unit);
        excel_write_width(writer, UNIT1 + l, 9.5);
    }
    excel_write_height(writer, 0, 38);
    excel_write_freeze(writer, 1, UNIT1);
    paper->row = 1;
    put_items(paper, view, sheet);
    return TQ_OK;
}

tq_status paper_ranking(const struct cli *cli, struct tq_db *db, struct tq_arena *arena,
        struct excel_writer *writer, struct tq_slice period, uint32_t version,
        struct tq_slice district_name, size_t *rows, struct tq_error *err)
{
    struct paper paper = { .cli = cli, .writer = writer, .left_last = AREA1, .last = ALL - 1 };
    struct tq_ranking_view view;
    struct tq_period read;
    tq_status rc = tq_ranking_load(db, arena, period, tq_slice_str(""), version, &view, err);

    if (rc != TQ_OK)
        return rc;
    excel_write_sheet(writer, cli_say(cli, "Xếp hạng", "Ranking"), true);
    for (size_t c = 0; c < ALL; c++) {
        excel_write_width(writer, c, WIDTHS[c]);
        paper.letters += WIDTHS[c];
    }
    rc = paper_head(&paper, cli_say(cli, "BAN CHỈ ĐẠO", "STEERING COMMITTEE"), district_name, "",
            view.published_at, err);
    if (rc != TQ_OK)
        return rc;
    put_subject(&paper, &view);
    put_heads(&paper, tq_period_parse(view.period, &read) && read.kind == TQ_PERIOD_YEAR);
    for (size_t i = 0; i < view.nlines; i++)
        put_line(&paper, &view.lines[i]);
    put_source(&paper, &view);
    *rows = view.nlines;
    return add_items(&paper, db, arena, &view, err);
}

/* figures_form.c - The figures of a month as a sheet to be filled. */
#include "figures_form.h"

#include <stdio.h>

#include "tuquan/words.h"

#define HEAD_ROW 4u

static void write_form_head(
        struct app *app, struct excel_writer *writer, const struct returns_frame *frame)
{
    struct cli *cli = app->cli;
    struct tq_slice unit;
    struct tq_error ignored = { 0 };
    char title[200];

    if (tq_records_unit_name(
                app->records, tq_records_unit(app->records), app->arena, &unit, &ignored) != TQ_OK)
        unit = tq_records_unit(app->records);
    snprintf(title, sizeof(title), "%s %.*s", cli_say(cli, "SỐ LIỆU THÔN -", "FIGURES OF"),
            (int)unit.len, (const char *)unit.data);
    excel_write_str(writer, 0, 0, EXCEL_TITLE, title);
    excel_write_str(writer, 1, 0, EXCEL_NOTE, "Kỳ");
    excel_write_text(writer, 1, 1, EXCEL_NOTE, frame->code);
    excel_write_str(writer, 1, 2, EXCEL_NOTE, cli_say(cli, "từ ngày", "from"));
    excel_write_day(writer, 1, 3, EXCEL_NOTE, frame->starts_on);
    excel_write_str(writer, 1, 4, EXCEL_NOTE, cli_say(cli, "đến ngày", "to"));
    excel_write_day(writer, 1, 5, EXCEL_NOTE, frame->ends_on);
    excel_write_str(writer, 2, 0, EXCEL_NOTE,
            cli_say(cli,
                    "Ô để trống nghĩa là chưa có số; không có thì ghi 0. Không sửa tên thôn, mã "
                    "thôn và tên cột.",
                    "An empty cell means no figure yet; none is written as 0. Leave names, codes "
                    "and headings as they are."));
    excel_write_str(writer, HEAD_ROW, 0, EXCEL_HEAD, "Thôn");
    excel_write_str(writer, HEAD_ROW, 1, EXCEL_HEAD, "Mã thôn");
    excel_write_width(writer, 0, 26);
    excel_write_width(writer, 1, 12);
    for (size_t i = 0; i < frame->nindicators; i++) {
        excel_write_text(writer, HEAD_ROW, 2 + i, EXCEL_HEAD, frame->indicators[i].name);
        excel_write_width(writer, 2 + i, 14);
    }
    excel_write_height(writer, HEAD_ROW, 66);
    excel_write_freeze(writer, HEAD_ROW + 1, 2);
}

tq_status figures_form(struct app *app, struct excel_writer *writer,
        const struct returns_frame *frame, bool blank, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "village_return");
    int value = tq_table_column_find(table, "value");
    int voided = tq_table_column_find(table, "voided_at");
    tq_status rc = TQ_OK;

    excel_write_sheet(writer, tq_word_of_table(table, app->cli->lang), true);
    write_form_head(app, writer, frame);
    for (size_t v = 0; rc == TQ_OK && v < frame->nvillages; v++) {
        uint32_t row = HEAD_ROW + 1 + (uint32_t)v;

        excel_write_height(writer, row, 19);
        excel_write_text(writer, row, 0, EXCEL_PLAIN, frame->villages[v].name);
        excel_write_text(writer, row, 1, EXCEL_PLAIN, frame->villages[v].code);
        for (size_t i = 0; rc == TQ_OK && i < frame->nindicators; i++) {
            struct tq_record cell;
            bool found = false;

            if (!blank)
                rc = returns_cell(app, frame, v, i, &cell, &found, err);
            if (found && cell.values[voided].type == TQ_NULL && cell.values[value].type == TQ_INT)
                excel_write_int(writer, row, 2 + i, EXCEL_PLAIN, cell.values[value].i);
            else
                excel_write_blank(writer, row, 2 + i, EXCEL_PLAIN);
        }
    }
    if (frame->nvillages > 0 && frame->nindicators > 0)
        excel_write_only_counts(writer, HEAD_ROW + 1, HEAD_ROW + (uint32_t)frame->nvillages, 2,
                1 + frame->nindicators,
                cli_say(app->cli, "Chỉ ghi số nguyên, từ 0 trở lên.",
                        "Whole numbers from 0 only."));
    return rc;
}

#include "cli/effect_words.h"

#include <string.h>

#include "cli/table.h"

void effect_words(const struct cli *cli, const struct effect_points *effect, struct tq_buf *out)
{
    char now[40];
    char other[40];
    char more[40];

    if (effect->now_c == effect->other_c) {
        tq_buf_printf(
                out, CLI_SAY(cli, "%s: không đổi điểm", "%s: the points stay"), effect->period);
        return;
    }
    tq_buf_printf(out,
            effect->row ? CLI_SAY(cli, "%s: %s điểm khi chưa có dòng này; có thì %s (%s%s)",
                                  "%s: %s points without this row; with it %s (%s%s)")
                        : CLI_SAY(cli, "%s: %s điểm; với giá trị kia %s (%s%s)",
                                  "%s: %s points; with the other value %s (%s%s)"),
            effect->period, cli_show_points(cli, effect->now_c, now, sizeof(now)),
            cli_show_points(cli, effect->other_c, other, sizeof(other)),
            effect->other_c > effect->now_c ? "+" : "",
            cli_show_points(cli, effect->other_c - effect->now_c, more, sizeof(more)));
}

json_t *effect_json(const struct effect_points *effect)
{
    json_t *json = json_object();

    json_object_set_new(json, "period", json_string(effect->period));
    json_object_set_new(json, "final_c", json_integer(effect->now_c));
    json_object_set_new(json, "final_with_other_c", json_integer(effect->other_c));
    json_object_set_new(json, "row", json_boolean(effect->row));
    return json;
}

const char *effect_none_words(const struct cli *cli, const char *code)
{
    static const struct {
        const char *code;
        struct cli_text said;
    } WHY[] = {
        { "text", { "không đổi điểm: lời văn không được tính",
                          "the points stay: a text is not counted" } },
        { "left_out", { "chưa tính: danh sách chỉ tính điểm cho 20 việc đầu (inbox show MÃ: tính "
                        "việc ấy; inbox --effects: tính hết)",
                              "not counted: a list does it for its first 20 items (inbox show ID: "
                              "that one; inbox --effects: all)" } },
        { "answered", { "đã trả lời ở đây: điểm đã tính theo câu trả lời",
                              "answered here: the points are those of the answer" } },
        { "no_row", { "không tính được: dòng này chưa có ở máy này",
                            "not computable: the row is not on this machine" } },
        { "no_period", { "không đổi điểm: dòng này không thuộc kỳ nào",
                               "the points stay: the row counts in no period" } },
        { "no_score", { "không tính được: kỳ ấy chưa có bảng điểm, hoặc giá trị ấy không ghi được",
                              "not computable: the period has no sheet, or the value cannot "
                              "stand" } },
        { "report", { "trả lại báo cáo chưa đổi điểm; sửa ô nào thì điểm của ô ấy tính lại",
                            "giving a report back moves no points; a corrected figure does" } },
    };

    for (size_t i = 0; i < sizeof(WHY) / sizeof(WHY[0]); i++)
        if (strcmp(WHY[i].code, code) == 0)
            return cli_say(cli, WHY[i].said.vi, WHY[i].said.en);
    return "";
}

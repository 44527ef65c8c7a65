#include "cli/border_words.h"

#include "cli/json.h"
#include "cli/table.h"

static const struct {
    const char *code;
    struct cli_text before; /* the number of the agreement */
    struct cli_text after;
} WORDS[] = {
    [TQ_COVER_FINE] = { "", { "", "" }, { "", "" } },
    [TQ_COVER_NONE] = { "none",
            { "Chưa sang bên bạn: chưa có quy chế nào có hai đơn vị này, chỉ đi bằng giấy",
                    "Does not cross: no agreement names these two units, it goes on paper alone" },
            { "", "" } },
    [TQ_COVER_EARLY] = { "early", { "Đóng băng: quy chế ", "Frozen: agreement " },
            { " chưa tới ngày hiệu lực", " is not in force yet" } },
    [TQ_COVER_OVER] = { "over", { "Đóng băng: quy chế ", "Frozen: agreement " },
            { " đã hết hiệu lực", " is over" } },
    [TQ_COVER_TABLE] = { "table", { "Không sang bên bạn: quy chế ", "Does not cross: agreement " },
            { " không cho chuyển loại sổ này", " does not name such rows" } },
    [TQ_COVER_CATEGORY] = { "category",
            { "Không sang bên bạn: quy chế ", "Does not cross: agreement " },
            { " không cho chuyển loại việc này", " does not name this kind" } },
};

void border_words(const struct cli *cli, const struct tq_cover *cover, struct tq_buf *out)
{
    char day[16];

    tq_buf_append_str(out, cli_say(cli, WORDS[cover->why].before.vi, WORDS[cover->why].before.en));
    if (cover->why == TQ_COVER_FINE || cover->why == TQ_COVER_NONE)
        return;
    tq_buf_append_slice(out, cover->number);
    tq_buf_append_str(out, cli_say(cli, WORDS[cover->why].after.vi, WORDS[cover->why].after.en));
    if (cover->day.len > 0 && (cover->why == TQ_COVER_EARLY || cover->why == TQ_COVER_OVER))
        tq_buf_printf(out, " (%s %s)",
                cover->why == TQ_COVER_EARLY ? cli_say(cli, "từ", "from")
                                             : cli_say(cli, "đến", "until"),
                cli_show_date(cli, cover->day, day, sizeof(day)));
}

json_t *border_json(const struct cli *cli, const struct tq_cover *cover,
        const struct tq_table *table, const struct tq_value *values)
{
    json_t *json;
    struct tq_buf text;

    if (!tq_cover_stops(cover, table, values))
        return json_null();
    json = json_object();
    tq_buf_init(&text, 0);
    border_words(cli, cover, &text);
    json_object_set_new(json, "code", json_string(tq_status_code(tq_cover_code(cover))));
    json_object_set_new(json, "bars", json_boolean(tq_cover_bars(cover)));
    json_object_set_new(json, "why", json_string(WORDS[cover->why].code));
    json_object_set_new(json, "text", cli_json_slice(tq_buf_slice(&text)));
    tq_buf_deinit(&text);
    return json;
}

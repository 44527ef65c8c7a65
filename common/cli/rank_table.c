#include "cli/rank_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"

static const char *const AREA_KEYS[TQ_MAX_AREAS + 1] = { "", "area1_c", "area2_c", "area3_c",
    "area4_c", "area5_c" };
static const char *const ROMAN[TQ_MAX_AREAS + 1] = { "", "I", "II", "III", "IV", "V" };

enum { BEFORE_AREAS = 3, AFTER_AREAS = 5, GRADE = 2 /* of those after */ };

static size_t make_columns(struct cli_column *columns, uint32_t nareas, tq_period_kind kind)
{
    static const struct cli_column FRONT[BEFORE_AREAS] = {
        { "rank", { "Hạng", "Rank" }, true, false },
        { "unit", { "Đơn vị", "Unit" }, false, false },
        { "final_c", { "Điểm", "Points" }, true, false },
    };
    static const struct cli_column BACK[AFTER_AREAS] = {
        { "bonus_c", { "Thưởng", "Bonus" }, true, false },
        { "penalty_c", { "Trừ", "Penalty" }, true, false },
        { "grade", { "Xếp loại", "Grade" }, false, false },
        { "coverage_c", { "Đủ số liệu", "Coverage" }, true, false },
        { "note", { "Ghi chú", "Note" }, false, true },
    };
    size_t n = BEFORE_AREAS;

    memcpy(columns, FRONT, sizeof(FRONT));
    for (uint32_t a = 1; a <= nareas; a++, n++) {
        columns[n].key = AREA_KEYS[a];
        columns[n].title.vi = ROMAN[a];
        columns[n].title.en = ROMAN[a];
        columns[n].right = true;
        columns[n].wide = false;
    }
    memcpy(columns + n, BACK, sizeof(BACK));
    if (kind != TQ_PERIOD_YEAR)
        columns[n + GRADE].title = (struct cli_text){ "Tạm xếp", "Grade so far" };
    return n + AFTER_AREAS;
}

static bool starts(struct tq_slice text, const char *with)
{
    size_t n = strlen(with);

    return text.len >= n && memcmp(text.data, with, n) == 0;
}

void cli_rank_tie(const struct cli *cli, struct tq_slice tie, struct tq_buf *out)
{
    if (tie.len == 0)
        return;
    tq_buf_append_str(out, cli_say(cli, "bằng điểm, xét ", "tie, by "));
    if (starts(tie, "penalty")) {
        tq_buf_append_str(out, cli_say(cli, "điểm trừ", "penalty"));
    } else if (starts(tie, "area:") && tie.len == 6 && tie.data[5] >= '1' &&
               tie.data[5] < (uint8_t)('1' + TQ_MAX_AREAS)) {
        tq_buf_printf(out, "%s %s", cli_say(cli, "lĩnh vực", "area"), ROMAN[tie.data[5] - '0']);
    } else if (starts(tie, "sum:")) {
        tq_buf_append_str(out, cli_say(cli, "các tiêu chí ", "criteria "));
        tq_buf_append(out, tie.data + 4, tie.len - 4);
    } else if (starts(tie, "ontime")) {
        tq_buf_append_str(out, cli_say(cli, "tỷ lệ đúng hạn", "reports in time"));
    } else if (starts(tie, "vote")) {
        tq_buf_append_str(out, cli_say(cli, "biểu quyết", "vote"));
    } else {
        tq_buf_append_slice(out, tie);
    }
}

bool cli_rank_has_points(const struct cli_rank_row *row)
{
    return row->place == TQ_PLACE_RANKED || row->place == TQ_PLACE_PROVISIONAL ||
           row->place == TQ_PLACE_LAST;
}

static void put_points(struct cli_table *table, bool there, int64_t points_c)
{
    char text[40];

    if (there)
        cli_table_both(table, cli_show_points(table->cli, points_c, text, sizeof(text)),
                json_integer(points_c));
    else
        cli_table_str(table, NULL);
}

static void and_then(struct tq_buf *note)
{
    if (note->len > 0)
        tq_buf_append_str(note, "; ");
}

/* "D1 D4 quota": facts that hold the grade down, and the share of the best grade used up. */
static void put_caps(const struct cli *cli, struct tq_slice caps, struct tq_buf *note)
{
    static const char QUOTA[] = "quota";
    size_t len = sizeof(QUOTA) - 1;
    bool over = caps.len >= len && memcmp(caps.data + caps.len - len, QUOTA, len) == 0;

    if (over)
        caps.len -= caps.len > len ? len + 1 : len;
    if (caps.len > 0) {
        and_then(note);
        tq_buf_printf(note, "%s %.*s", cli_say(cli, "khống chế", "capped by"), (int)caps.len,
                (const char *)caps.data);
    }
    if (over) {
        and_then(note);
        tq_buf_append_str(
                note, cli_say(cli, "hết tỷ lệ Xuất sắc", "beyond the share of Excellent"));
    }
}

void cli_rank_note(const struct cli *cli, const struct cli_rank_row *row, struct tq_buf *out)
{
    if (row->place != TQ_PLACE_RANKED)
        tq_buf_append_str(out, tq_place_name(row->place, cli->lang));
    if (row->shared) {
        and_then(out);
        tq_buf_append_str(out, cli_say(cli, "đồng hạng", "shared rank"));
    }
    if (row->tie.len > 0 && !starts(row->tie, "shared")) {
        and_then(out);
        cli_rank_tie(cli, row->tie, out);
    }
    put_caps(cli, row->caps, out);
    if (row->provisional && cli_rank_has_points(row) && row->place != TQ_PLACE_PROVISIONAL) {
        and_then(out);
        tq_buf_append_str(out, cli_say(cli, "tạm tính", "provisional"));
    }
}

/* In JSON its parts. */
static void put_note(struct cli_table *table, const struct cli_rank_row *row)
{
    struct tq_buf note;
    json_t *parts = json_object();

    tq_buf_init(&note, 0);
    cli_rank_note(table->cli, row, &note);
    json_object_set_new(parts, "place", json_string(tq_place_code(row->place)));
    json_object_set_new(parts, "shared", json_boolean(row->shared));
    json_object_set_new(parts, "tie",
            json_stringn(row->tie.len > 0 ? (const char *)row->tie.data : "", row->tie.len));
    json_object_set_new(parts, "caps",
            json_stringn(row->caps.len > 0 ? (const char *)row->caps.data : "", row->caps.len));
    json_object_set_new(parts, "provisional", json_boolean(row->provisional));
    cli_table_both_buf(table, &note, parts);
    tq_buf_deinit(&note);
}

static void put_row(struct cli_table *table, const struct cli_rank_row *row, uint32_t nareas)
{
    const struct cli *cli = table->cli;
    bool points = cli_rank_has_points(row);
    char text[40];
    json_t *unit = json_object();

    snprintf(text, sizeof(text), "%" PRIu32, row->rank);
    cli_table_both(table, row->rank > 0 ? text : "-",
            row->rank > 0 ? json_integer(row->rank) : json_null());
    json_object_set_new(unit, "unit", json_stringn((const char *)row->unit.data, row->unit.len));
    json_object_set_new(unit, "name",
            json_stringn(row->name.len > 0 ? (const char *)row->name.data : "", row->name.len));
    cli_table_both_text(table, row->name.len > 0 ? row->name : row->unit, unit);
    put_points(table, points, row->final_c);
    for (uint32_t a = 1; a <= nareas; a++)
        put_points(table, points, row->area_c[a]);
    put_points(table, points, row->bonus_c);
    put_points(table, points, row->penalty_c);
    cli_table_both(table, points ? tq_grade_name(row->grade, cli->lang) : "",
            points ? json_string(tq_grade_code(row->grade)) : json_null());
    snprintf(text, sizeof(text), "%" PRIu32 " %%", row->coverage_c / 100);
    cli_table_both(table, text, json_integer(row->coverage_c));
    put_note(table, row);
}

tq_status cli_rank_table(struct cli *cli, const struct cli_rank_row *rows, size_t n,
        uint32_t nareas, tq_period_kind kind, struct tq_error *err)
{
    struct cli_column columns[BEFORE_AREAS + TQ_MAX_AREAS + AFTER_AREAS];
    struct cli_table table;
    tq_status rc;

    if (nareas > TQ_MAX_AREAS)
        nareas = TQ_MAX_AREAS;
    cli_table_init(&table, cli, columns, make_columns(columns, nareas, kind));
    for (size_t i = 0; i < n; i++)
        put_row(&table, &rows[i], nareas);
    rc = cli_table_print(&table, "rows", err);
    cli_table_deinit(&table);
    return rc;
}

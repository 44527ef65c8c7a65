/* cmd_rank.c - rank: the published table of the communes, as it is in this file. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "paper/paper.h"
#include "score_view.h"
#include "tuquan/calendar.h"
#include "tuquan/mem.h"

static const struct cli_option OPTIONS[] = {
    { "published", 0, "N",
            { "lần công bố (không có: mới nhất)", "version (without: the newest)" } },
    { "sheet", 's', "SHEET", { "chỉ bảng tính theo bảng điểm này", "only by this scoring sheet" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* The last day that a ranking is about; an unknown period's is the first of all. */
static tq_day last_day_of(struct tq_slice period)
{
    struct tq_period parsed;

    return tq_period_parse(period, &parsed) ? tq_period_window(&parsed, TQ_LEVEL_COMMUNE).last
                                            : INT32_MIN;
}

/* The last period that has a ranking, of two that end together (a year, its last quarter) the one that
 * was published later: an old period that is corrected and published anew stays an old one. */
static bool is_newer(const struct tq_record *row, const struct tq_record *best, int at, int period)
{
    tq_day day = last_day_of(row->values[period].s);
    tq_day known = last_day_of(best->values[period].s);

    return day > known || (day == known && row->values[at].i >= best->values[at].i);
}

static tq_status newest_period(struct app *app, struct tq_slice *out, struct tq_error *err)
{
    struct tq_query query = { .table = tq_catalogue_find(app->catalogue, "ranking") };
    int at = tq_table_column_find(query.table, "published_at");
    int period = tq_table_column_find(query.table, "period");
    struct tq_record *rows;
    const struct tq_record *best = NULL;
    size_t n;
    size_t total;
    tq_status rc = tq_record_list(app->records, &query, app->arena, &rows, &n, &total, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        if (rows[i].values[at].type == TQ_INT &&
                (best == NULL || is_newer(&rows[i], best, at, period)))
            best = &rows[i];
    if (rc == TQ_OK && best == NULL)
        return tq_error_set(
                err, TQ_NOT_PUBLISHED, "%s", cli_say(app->cli, "bảng xếp hạng", "a ranking"));
    if (rc == TQ_OK)
        *out = best->values[period].s;
    return rc;
}

static tq_status period_of(struct app *app, struct tq_slice *out, struct tq_error *err)
{
    return app->cli->nargs == 0 ? newest_period(app, out, err)
                                : app_period(app, app->cli->args[0], out, err);
}

static void put_hash(struct cli *cli, const char *key, const uint8_t *hash)
{
    char text[2 * TQ_HASH_BYTES + 1];

    tq_hex(text, hash, TQ_HASH_BYTES);
    cli_json_set(cli, key, json_string(text));
}

static tq_status print_head(
        struct cli *cli, const struct tq_ranking_view *view, struct tq_error *err)
{
    struct tq_buf period;
    char at[40];
    tq_status rc;

    cli_json_set(cli, "period", json_stringn((const char *)view->period.data, view->period.len));
    cli_json_set(cli, "sheet", json_stringn((const char *)view->sheet.data, view->sheet.len));
    cli_json_set(cli, "version", json_integer(view->version));
    cli_json_set(cli, "state",
            json_stringn(
                    view->state.len > 0 ? (const char *)view->state.data : "", view->state.len));
    cli_json_set(cli, "published_at", json_integer(view->published_at));
    cli_json_set(cli, "units_due", json_integer(view->units_due));
    cli_json_set(cli, "units_scored", json_integer(view->units_scored));
    put_hash(cli, "input_hash", view->input_hash);
    put_hash(cli, "rows_hash", view->rows_hash);
    tq_buf_init(&period, 0);
    paper_period(cli, view->period, &period);
    rc = tq_buf_is_ok(&period) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "ranking");
    if (rc == TQ_OK)
        cli_print(cli,
                CLI_SAY(cli, "BẢNG XẾP HẠNG %.*s (%.*s), bảng điểm %.*s, lần %u, công bố %s\n",
                        "RANKING of %.*s (%.*s), sheet %.*s, version %u, published %s\n"),
                (int)period.len, (const char *)period.data, (int)view->period.len,
                (const char *)view->period.data, (int)view->sheet.len,
                (const char *)view->sheet.data, view->version,
                cli_show_instant(cli, view->published_at, at, sizeof(at)));
    tq_buf_deinit(&period);
    return rc;
}

/* Did this office's district sign what stands here? An office that never joined cannot know; a table
 * that was brought in by hand has no signature. */
static tq_status check_signature(
        struct app *app, const struct tq_ranking_view *view, struct tq_error *err)
{
    uint8_t hash[TQ_HASH_BYTES];
    bool valid;
    tq_status rc;

    tq_ranking_signed_hash(hash, view);
    rc = app_signed_by_district(app, hash, view->signature, &valid, err);
    if (rc == TQ_NOT_JOINED) {
        tq_error_clear(err);
        cli_json_set(app->cli, "signature_valid", json_null());
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    cli_json_set(app->cli, "signature_valid", json_boolean(valid));
    if (!valid)
        cli_warn(app->cli, "%s",
                cli_say(app->cli,
                        "chữ ký của huyện trên bảng này không đúng; hãy đồng bộ lại, nếu vẫn vậy "
                        "thì "
                        "báo huyện",
                        "the district's signature does not fit this table; sync, and tell the "
                        "district if it stays so"));
    return TQ_OK;
}

static void print_foot(struct cli *cli, const struct tq_ranking_view *view)
{
    char input[2 * TQ_HASH_BYTES + 1];
    bool whole = memcmp(view->rows_hash, view->found_hash, TQ_HASH_BYTES) == 0;

    tq_hex(input, view->input_hash, TQ_HASH_BYTES);
    cli_json_set(cli, "complete", json_boolean(whole));
    cli_print(cli,
            CLI_SAY(cli, "\n%u trong %u đơn vị được chấm. Mã băm đầu vào %.16s.",
                    "\n%u of %u units scored. Input hash %.16s."),
            view->units_scored, view->units_due, input);
    for (size_t i = 0; i < view->nlines; i++)
        if (view->lines[i].place == TQ_PLACE_NOT_SENT)
            cli_print(cli, "%s: %.*s", cli_say(cli, "Chưa gửi", "Not received"),
                    (int)view->lines[i].name.len, (const char *)view->lines[i].name.data);
    if (!whole)
        cli_warn(cli, "%s",
                cli_say(cli, "bảng trên máy này chưa đủ hoặc khác bản đã công bố; hãy đồng bộ lại",
                        "the table here is not complete or differs from what was published; sync"));
}

/* A key that nobody can read is no year. */
static tq_period_kind kind_of(const struct tq_ranking_view *view)
{
    struct tq_period period;

    return tq_period_parse(view->period, &period) ? period.kind : TQ_PERIOD_QUARTER;
}

/* Points of each unit by criterion, for whoever compares them: {"unit": {"1.1": 479, "2.4": null}}. */
static json_t *items_json(const struct tq_ranking_view *view)
{
    json_t *units = json_object();

    for (size_t i = 0; i < view->nlines; i++) {
        struct tq_slice rest = view->lines[i].items;
        json_t *unit = json_object();
        char key[TQ_MAX_KEY_BYTES];

        while (rest.len > 0) {
            const uint8_t *end = memchr(rest.data, ';', rest.len);
            size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
            const uint8_t *equals = memchr(rest.data, '=', len);

            if (equals != NULL) {
                snprintf(key, sizeof(key), "%.*s", (int)(equals - rest.data),
                        (const char *)rest.data);
                json_object_set_new(unit, key,
                        equals[1] == '-'
                                ? json_null()
                                : json_integer(strtoll((const char *)equals + 1, NULL, 10)));
            }
            len += end != NULL;
            rest = tq_slice_of(rest.data + len, rest.len - len);
        }
        snprintf(key, sizeof(key), "%.*s", (int)view->lines[i].unit.len,
                (const char *)view->lines[i].unit.data);
        json_object_set_new(units, key, unit);
    }
    return units;
}

static tq_status print_view(
        struct app *app, const struct tq_ranking_view *view, struct tq_error *err)
{
    struct cli_rank_row *rows = tq_mem_zalloc((view->nlines + 1) * sizeof(rows[0]));
    tq_status rc;

    if (rows == NULL)
        return tq_error_set(err, TQ_NOMEM, "rank");
    for (size_t i = 0; i < view->nlines; i++)
        rows[i] = rank_row_of(&view->lines[i]);
    rc = print_head(app->cli, view, err);
    if (app->cli->json)
        cli_json_set(app->cli, "items", items_json(view));
    if (rc == TQ_OK)
        rc = cli_rank_table(app->cli, rows, view->nlines, TQ_MAX_AREAS, kind_of(view), err);
    if (rc == TQ_OK) {
        print_foot(app->cli, view);
        rc = check_signature(app, view, err);
    }
    tq_mem_free(rows);
    return rc;
}

/* `version` 0: the newest, which the district may not have published yet. */
static tq_status load(struct app *app, struct tq_slice period, uint32_t version,
        struct tq_ranking_view *out, struct tq_error *err)
{
    const char *sheet = cli_option(app->cli, "sheet");
    tq_status rc = tq_ranking_load(app->db, app->arena, period,
            tq_slice_str(sheet != NULL ? sheet : ""), version, out, err);

    return rc == TQ_NOT_FOUND && version == 0 && sheet == NULL
                   ? tq_error_set(err, TQ_NOT_PUBLISHED, "%s %.*s",
                             cli_say(app->cli, "bảng xếp hạng kỳ", "the ranking of"),
                             (int)period.len, (const char *)period.data)
                   : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct tq_ranking_view view;
    struct tq_slice period;
    int64_t version = 0;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = cli_option_number(cli, "published", 1, INT32_MAX, 0, &version, err);
    if (rc == TQ_OK)
        rc = period_of(&app, &period, err);
    if (rc == TQ_OK)
        rc = load(&app, period, (uint32_t)version, &view, err);
    if (rc == TQ_OK)
        rc = print_view(&app, &view, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_RANK = {
    .name = "rank",
    .usage = "[KỲ]",
    .summary = { "bảng xếp hạng các xã đã công bố", "the published table of the communes" },
    .details = { "Ví dụ:\n  rank\n  rank 2020-Q4 --published=1",
            "Example:\n  rank 2020-Q4 --published=1" },
    .options = OPTIONS,
    .max_args = 1,
    .run = run,
};

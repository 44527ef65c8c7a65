/* cmd_rank.c - tuquan-district rank PERIOD: the provisional table as the rows are now; with
 * --published a published one, recomputed and compared with its frozen hash. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cli/json.h"
#include "cli/rank_table.h"
#include "cli/table.h"
#include "cmd.h"
#include "paper/paper.h"
#include "publication.h"
#include "show.h"
#include "tuquan/ranking_store.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    { "published", 0, "N",
            { "kiểm tra lần công bố N (0: mới nhất)", "check published version N" } },
    { "xlsx", 0, "FILE",
            { "bảng đã công bố (mặc định: mới nhất) thành tệp Excel, như văn bản",
                    "a published table (--published, the newest) as a workbook, as a paper" } },
    { "history", 0, NULL, { "các lần công bố và chỗ khác nhau", "versions and what differs" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

tq_status rank_sheet(struct app *app, struct cli *cli, const char *period, struct tq_slice *out,
        struct tq_error *err)
{
    const char *sheet = cli_option(cli, "sheet");

    *out = tq_slice_str(sheet != NULL ? sheet : "");
    return sheet != NULL ? TQ_OK
                         : tq_sheet_of_period(tq_district_store_db(app->store), app->arena,
                                   tq_slice_str(period), out, err);
}

/* Full names of the communes, by key. */
static tq_status name_of(
        struct app *app, struct tq_slice unit, struct tq_slice *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "unit");
    struct tq_stored_row row;
    tq_status rc;

    memset(&row, 0, sizeof(row));
    rc = ops->rows_get(ops->ctx, t, &unit, 1, app->arena, &row, err);
    *out = unit;
    if (rc == TQ_OK && row.exists) {
        struct tq_value *full = &row.values[tq_table_column_find(t, "full_name")];
        struct tq_value *name = &row.values[tq_table_column_find(t, "name")];

        *out = full->type == TQ_TEXT ? full->s : name->s;
    }
    return rc;
}

static tq_status caps_of(struct app *app, const struct tq_ranking *ranking,
        const struct tq_standing *standing, struct tq_slice *out, struct tq_error *err)
{
    struct tq_buf text;
    uint8_t *copy = NULL;

    tq_buf_init(&text, 0);
    tq_ranking_caps(ranking, standing, &text);
    if (tq_buf_is_ok(&text))
        copy = tq_arena_copy(app->arena, text.data, text.len);
    *out = tq_slice_of(copy, copy != NULL ? text.len : 0);
    tq_buf_deinit(&text);
    return copy != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "table");
}

tq_status rank_print(
        struct app *app, struct cli *cli, const struct tq_ranking *ranking, struct tq_error *err)
{
    struct cli_rank_row *rows = tq_arena_array(app->arena, ranking->nrows + 1, sizeof(*rows));
    tq_status rc = rows == NULL ? tq_error_set(err, TQ_NOMEM, "table") : TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < ranking->nrows; i++) {
        const struct tq_standing *s = &ranking->rows[i];

        rc = name_of(app, s->unit, &rows[i].name, err);
        rows[i].unit = s->unit;
        rows[i].place = s->place;
        rows[i].rank = s->rank;
        rows[i].shared = s->shared;
        rows[i].provisional = s->score.provisional;
        rows[i].final_c = s->score.final_c;
        rows[i].bonus_c = s->score.bonus_c;
        rows[i].penalty_c = s->score.penalty_c;
        rows[i].area_c = s->score.area_c;
        rows[i].grade = s->grade;
        if (rc == TQ_OK)
            rc = caps_of(app, ranking, s, &rows[i].caps, err);
        rows[i].tie = s->tie_text;
        rows[i].coverage_c = s->coverage_c;
    }
    return rc != TQ_OK ? rc
                       : cli_rank_table(cli, rows, ranking->nrows, ranking->sheet->nareas,
                                 ranking->kind, err);
}

/* ---- how each moved ---- */

void rank_period_before(const struct tq_period *period, char out[TQ_PERIOD_TEXT])
{
    static const int LAST[] = {
        [TQ_PERIOD_MONTH] = 12, [TQ_PERIOD_QUARTER] = 4, [TQ_PERIOD_HALF] = 2, [TQ_PERIOD_YEAR] = 1
    };
    struct tq_period before = *period;

    if (before.kind == TQ_PERIOD_YEAR || before.number == 1) {
        before.year--;
        before.number = LAST[before.kind];
    } else {
        before.number--;
    }
    tq_period_print(&before, out);
}

/* "before": {period, version, ranks: {UNIT: rank}} of the newest published table of the period before;
 * null: there is none. For programs: the table is wide enough. */
static tq_status tell_before(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_ranking_view view;
    struct tq_period period;
    char key[TQ_PERIOD_TEXT] = "";
    json_t *before;
    json_t *ranks;
    tq_status rc = TQ_NOT_FOUND;

    if (tq_period_parse(tq_slice_str(app->period), &period)) {
        rank_period_before(&period, key);
        rc = tq_ranking_load(tq_district_store_db(app->store), app->arena, tq_slice_str(key),
                tq_slice_of(NULL, 0), 0, &view, err);
    }
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        cli_json_set(cli, "before", json_null());
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    before = json_object();
    ranks = json_object();
    for (size_t i = 0; i < view.nlines; i++)
        if (view.lines[i].rank > 0)
            json_object_setn_new(ranks, (const char *)view.lines[i].unit.data,
                    view.lines[i].unit.len, json_integer(view.lines[i].rank));
    json_object_set_new(before, "period", json_string(key));
    json_object_set_new(before, "version", json_integer(view.version));
    json_object_set_new(before, "ranks", ranks);
    cli_json_set(cli, "before", before);
    return TQ_OK;
}

/* A version as it was published: what a sum of today makes of it is another matter. */
static tq_status print_version(struct app *app, struct cli *cli,
        const struct tq_ranking_check *found, uint32_t version, struct tq_slice sheet,
        struct tq_error *err)
{
    struct cli_rank_row *rows = NULL;
    struct tq_ranking_view view;
    tq_status rc = tq_ranking_load(tq_district_store_db(app->store), app->arena,
            tq_slice_str(app->period), sheet, version, &view, err);

    if (rc == TQ_OK)
        rows = tq_arena_array(app->arena, view.nlines + 1, sizeof(*rows));
    if (rc == TQ_OK && rows == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "table");
    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < view.nlines; i++)
        rows[i] = rank_row_of(&view.lines[i]);
    return cli_rank_table(
            cli, rows, view.nlines, found->ranking->sheet->nareas, found->ranking->kind, err);
}

static tq_status check(struct app *app, struct cli *cli, uint32_t version, struct tq_error *err)
{
    const char *sheet = cli_option(cli, "sheet");
    struct tq_ranking_check found;
    char hex[2 * TQ_HASH_BYTES + 1];
    tq_status rc = tq_ranking_recompute(tq_district_store_db(app->store), app->arena,
            tq_slice_str(app->period), tq_slice_str(sheet != NULL ? sheet : ""), version, &found,
            err);

    if (rc != TQ_OK)
        return rc;
    rc = print_version(app, cli, &found, version, tq_slice_str(sheet != NULL ? sheet : ""), err);
    if (rc == TQ_OK)
        rc = tell_before(app, cli, err);
    tq_hex(hex, found.stored, TQ_HASH_BYTES);
    cli_json_set(cli, "same", json_boolean(found.same));
    cli_json_set(cli, "input_hash", json_string(hex));
    cli_print(cli, "%s: %s", hex,
            found.same ? cli_say(cli, "tính lại đúng như đã công bố", "recomputes to the same")
                       : cli_say(cli, "số liệu đã khác lúc công bố; công bố lần mới để đính chính",
                                 "the records have changed since; publish a new version"));
    if (rc == TQ_OK && !found.same)
        cli->exit_code = 5;
    return rc;
}

/* ---- versions ---- */

static json_t *version_json(struct app *app, const struct tq_ranking_view *view)
{
    json_t *one = json_object();

    json_object_set_new(one, "version", json_integer(view->version));
    json_object_set_new(one, "sheet", cli_json_slice(view->sheet));
    json_object_set_new(one, "state", cli_json_slice(view->state));
    json_object_set_new(one, "published_at_ms", json_integer(view->published_at));
    json_object_set_new(one, "units_due", json_integer(view->units_due));
    json_object_set_new(one, "units_scored", json_integer(view->units_scored));
    json_object_set_new(one, "missing_units", cli_json_slice(view->missing_units));
    json_object_set_new(one, "decision_no", cli_json_slice(view->decision_no));
    json_object_set_new(one, "differences", publication_differences(app, view->differences));
    if (json_object_size(one) == 9)
        return one;
    json_decref(one); /* a key is missing: no memory */
    return NULL;
}

/* "đang dùng" */
static struct tq_slice state_of(const struct cli *cli, struct tq_slice code)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "ranking");
    int column = tq_table_column_find(table, "state");

    return column < 0 ? code
                      : tq_word_of_code(table->name, &table->columns[column], code, cli->lang);
}

static tq_status history(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(app->store);
    struct tq_slice any = tq_slice_of(NULL, 0);
    struct tq_ranking_view newest;
    json_t *versions = json_array();
    tq_status rc = tq_ranking_load(db, app->arena, tq_slice_str(app->period), any, 0, &newest, err);
    bool none = rc == TQ_NOT_FOUND;

    if (none)
        tq_error_clear(err);
    for (uint32_t n = none || rc != TQ_OK ? 0 : newest.version; n > 0; n--) {
        struct tq_ranking_view view;
        struct tq_slice state;
        char at[40];

        rc = tq_ranking_load(db, app->arena, tq_slice_str(app->period), any, n, &view, err);
        if (rc == TQ_NOT_FOUND) { /* a number that is not here is no failure of the others */
            tq_error_clear(err);
            continue;
        }
        if (rc != TQ_OK)
            break;
        if (json_array_append_new(versions, version_json(app, &view)) != 0) {
            rc = tq_error_set(err, TQ_NOMEM, "%s", "versions");
            break;
        }
        state = state_of(cli, view.state);
        cli_print(cli, "%u  %s  %.*s  %.*s", view.version,
                cli_show_instant(cli, view.published_at, at, sizeof(at)), (int)view.sheet.len,
                (const char *)view.sheet.data, (int)state.len, (const char *)state.data);
    }
    cli_json_set(cli, "versions", versions);
    return rc == TQ_NOT_FOUND ? TQ_OK : rc;
}

/* The published table as a paper. */
static tq_status write_paper(
        struct app *app, struct cli *cli, uint32_t version, const char *path, struct tq_error *err)
{
    struct tq_district_identity identity;
    struct excel_writer *writer = NULL;
    size_t rows = 0;
    tq_status rc = tq_district_store_identity(app->store, app->arena, &identity, err);

    if (rc == TQ_OK)
        rc = excel_write_new(&writer, path, err);
    if (rc == TQ_OK)
        rc = paper_ranking(cli, tq_district_store_db(app->store), app->arena, writer,
                tq_slice_str(app->period), version, identity.name, &rows, err);
    if (rc == TQ_OK)
        rc = excel_write_finish(&writer, err);
    excel_write_free(writer);
    if (rc == TQ_OK) {
        cli_json_set(cli, "file", json_string(path));
        cli_json_set(cli, "rows", json_integer((json_int_t)rows));
        cli_print(cli, "%s: %zu", path, rows);
    }
    return rc;
}

/* Under a table of today by another sheet than the one in force: what is in force. */
static void tell_other_sheet(struct cli *cli, const struct tq_ranking *ranking,
        const struct tq_ranking_view *view, struct tq_slice sheet)
{
    cli_print(cli,
            CLI_SAY(cli,
                    "%zu/%zu đơn vị được chấm. Đã công bố lần %u theo bảng điểm %.*s; bảng trên "
                    "tính "
                    "thử theo %.*s.",
                    "%zu/%zu units scored. Published as version %u by sheet %.*s; the table above "
                    "tries %.*s."),
            ranking->nscored, ranking->nrows, view->version, (int)view->sheet.len,
            (const char *)view->sheet.data, (int)sheet.len, (const char *)sheet.data);
}

/* Under the table of today: was it published, and would publishing again say anything new? */
static tq_status compare(struct app *app, struct cli *cli, const struct tq_ranking *ranking,
        struct tq_slice sheet, struct tq_error *err)
{
    struct tq_ranking_view view;
    tq_status rc = tq_ranking_load(tq_district_store_db(app->store), app->arena,
            tq_slice_str(app->period), tq_slice_of(NULL, 0), 0, &view, err);
    bool same;

    if (rc == TQ_NOT_FOUND) {
        cli_json_set(cli, "published", json_null());
        cli_print(cli, "%zu/%zu %s", ranking->nscored, ranking->nrows,
                cli_say(cli, "đơn vị được chấm (tạm tính, chưa công bố)",
                        "units scored (provisional, not published)"));
        return TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    same = tq_slice_equal(view.sheet, sheet) &&
           memcmp(view.input_hash, ranking->input_hash, TQ_HASH_BYTES) == 0;
    cli_json_set(cli, "published", json_integer(view.version));
    cli_json_set(
            cli, "published_sheet", json_stringn((const char *)view.sheet.data, view.sheet.len));
    cli_json_set(cli, "same", json_boolean(same));
    if (!tq_slice_equal(view.sheet, sheet)) {
        tell_other_sheet(cli, ranking, &view, sheet);
        return TQ_OK;
    }
    cli_print(cli,
            CLI_SAY(cli, "%zu/%zu đơn vị được chấm. Đã công bố lần %u; %s",
                    "%zu/%zu units scored. Published as version %u; %s"),
            ranking->nscored, ranking->nrows, view.version,
            same ? cli_say(cli, "số liệu hôm nay không khác.", "the records of today are the same.")
                 : cli_say(cli,
                           "số liệu hôm nay đã khác: bảng trên là tạm tính; đính chính bằng lệnh "
                           "publish.",
                           "the records of today differ: the table above is provisional; publish "
                           "to correct."));
    return TQ_OK;
}

static tq_status provisional(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_ranking_order order;
    const struct tq_ranking *ranking;
    tq_status rc;

    memset(&order, 0, sizeof(order));
    order.period = tq_slice_str(app->period);
    order.now_ms = app_now_ms();
    rc = rank_sheet(app, cli, app->period, &order.sheet, err);
    if (rc == TQ_OK)
        rc = tq_ranking_compute(
                tq_district_store_db(app->store), app->arena, &order, &ranking, err);
    if (rc == TQ_OK)
        rc = rank_print(app, cli, ranking, err);
    if (rc == TQ_OK)
        rc = tell_before(app, cli, err);
    if (rc == TQ_OK)
        cli_json_set(cli, "quota", json_integer(ranking->quota));
    if (rc == TQ_OK)
        cli_json_set(cli, "sheet", cli_json_slice(order.sheet));
    return rc != TQ_OK ? rc : compare(app, cli, ranking, order.sheet, err);
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    int64_t version = -1;
    tq_status rc = cli_option_number(cli, "published", 0, 1000000, -1, &version, err);

    if (rc == TQ_OK)
        rc = app_open(app, cli, false, err);
    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = cli_option(cli, "xlsx") != NULL
                     ? write_paper(app, cli, version > 0 ? (uint32_t)version : 0,
                               cli_option(cli, "xlsx"), err)
             : cli_option(cli, "history") != NULL ? history(app, cli, err)
             : version >= 0                       ? check(app, cli, (uint32_t)version, err)
                                                  : provisional(app, cli, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_RANK = {
    .name = "rank",
    .usage = "PERIOD",
    .summary = { "bảng xếp hạng tạm tính, hoặc kiểm tra bảng đã công bố",
            "the provisional table, or a published one checked" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

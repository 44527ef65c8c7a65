/* cmd_assess.c - tuquan-district assess PERIOD UNIT: all that an officer needs beside each other to
 * verify one commune: its own score, the machine's figure with its counts, what stands, the last period
 * and the same one of last year; the state of its report. */
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/facts.h"
#include "tuquan/ranking_store.h"

static const struct cli_option OPTIONS[] = {
    CMD_OPTION_SHEET,
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "code", { "Mã", "Code" }, false, false },
    { "name", { "Tiêu chí", "Criterion" }, false, true },
    { "max_c", { "Tối đa", "Most" }, true, false },
    { "self_c", { "Tự chấm", "Own" }, true, false },
    { "machine_c", { "Máy tính", "Machine" }, true, false },
    { "points_c", { "Điểm", "Points" }, true, false },
    { "verified", { "Thẩm định", "Verified" }, false, false },
    { "reason", { "Lý do khác", "Why it differs" }, false, true },
    { "previous_c", { "Kỳ trước", "Last period" }, true, false },
    { "last_year_c", { "Cùng kỳ", "Last year" }, true, false },
};

/* One period of the commune by the one sheet. */
struct view {
    char key[TQ_PERIOD_TEXT];
    struct tq_facts_period period;
    struct tq_contender unit;
    struct tq_score score;
};

struct assessment {
    struct app *app;
    struct cli *cli;
    struct tq_slice unit;
    const struct tq_sheet *sheet;
    struct view now;
    struct view previous;
    struct view last_year;
    struct tq_record *own; /* rows of self_score */
    size_t nown;
    json_int_t open; /* incidents that wait for the second source */
};

static tq_status load_view(
        struct assessment *a, const char *key, struct view *out, struct tq_error *err)
{
    struct app *app = a->app;
    struct tq_db *db = tq_district_store_db(app->store);
    tq_status rc;

    memcpy(out->key, key, strlen(key) + 1);
    rc = tq_facts_period(db, app->arena, tq_slice_str(out->key), &out->period, err);
    if (rc == TQ_OK)
        rc = tq_facts_unit(
                db, app->arena, a->sheet, &out->period, a->unit, app_now_ms(), &out->unit, err);
    if (rc == TQ_OK)
        tq_score_unit(a->sheet, out->unit.counts, &out->score);
    return rc;
}

static tq_status rows_of(struct assessment *a, const char *name, struct tq_record **rows, size_t *n,
        struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), name);
    struct tq_query query = { .table = table, .nfilters = 2 };
    size_t total;

    query.filters[0].column = tq_table_column_find(table, "unit");
    query.filters[0].value = tq_value_text(a->unit);
    query.filters[1].column = tq_table_column_find(table, "period");
    query.filters[1].value = tq_value_str(a->now.key);
    return tq_record_list(a->app->records, &query, a->app->arena, rows, n, &total, err);
}

static tq_status count_open(struct assessment *a, struct tq_error *err)
{
    const struct tq_incident_fact *facts = NULL;
    size_t n = 0;
    tq_status rc = tq_facts_incidents(tq_district_store_db(a->app->store), a->app->arena, a->sheet,
            &a->now.period, a->unit, &facts, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        a->open += facts[i].reconciled ? 0 : 1;
    return rc;
}

static tq_status load(struct assessment *a, struct tq_error *err)
{
    struct app *app = a->app;
    char previous[TQ_PERIOD_TEXT];
    char last_year[TQ_PERIOD_TEXT] = "";
    struct tq_slice key = { NULL, 0 };
    tq_status rc = rank_sheet(app, a->cli, app->period, &key, err);

    if (rc == TQ_OK)
        rc = tq_facts_sheet(tq_district_store_db(app->store), app->arena, key, &a->sheet, err);
    if (rc == TQ_OK)
        rc = load_view(a, app->period, &a->now, err);
    if (rc == TQ_OK) {
        rank_period_before(&a->now.period.period, previous);
        rc = load_view(a, previous, &a->previous, err);
    }
    if (rc == TQ_OK && a->now.period.last_year.len < sizeof(last_year)) {
        memcpy(last_year, a->now.period.last_year.data, a->now.period.last_year.len);
        last_year[a->now.period.last_year.len] = '\0';
        rc = load_view(a, last_year, &a->last_year, err);
    }
    if (rc == TQ_OK)
        rc = count_open(a, err);
    if (rc == TQ_OK)
        rc = app_records(app, err);
    return rc == TQ_OK ? rows_of(a, "self_score", &a->own, &a->nown, err) : rc;
}

/* The commune's own row for a criterion ("5TQ@1/1.2"), by this sheet. */
static const struct tq_record *own_of(const struct assessment *a, struct tq_slice code)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "self_score");
    int sheet = tq_table_column_find(table, "sheet");
    int criterion = tq_table_column_find(table, "criterion");

    for (size_t i = 0; i < a->nown; i++) {
        struct tq_slice key = a->own[i].values[criterion].s;

        if (tq_slice_equal(a->own[i].values[sheet].s, a->sheet->key) && key.len > code.len &&
                key.data[key.len - code.len - 1] == '/' &&
                memcmp(key.data + key.len - code.len, code.data, code.len) == 0)
            return &a->own[i];
    }
    return NULL;
}

static const struct tq_value *own_value(const struct tq_record *row, const char *column)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "self_score");

    return &row->values[tq_table_column_find(table, column)];
}

static void put_points(struct cli_table *out, const struct tq_points *points)
{
    cli_table_points(out, points->absence == TQ_ABSENCE_NONE, points->points_c);
}

/* A commune that sent nothing then had no points. */
static void put_former(struct cli_table *out, const struct view *view, size_t i)
{
    if (view->unit.submitted)
        put_points(out, &view->score.criteria[i]);
    else
        cli_table_str(out, NULL);
}

static void add_counts(json_t *row, const struct assessment *a, size_t i,
        const struct tq_points *machine, const struct tq_record *own)
{
    static const char *const ABSENCES[] = { "", "nothing_due", "no_baseline", "decided" };
    const struct tq_count *count = &a->now.unit.counts[i];
    const struct tq_points *points = &a->now.score.criteria[i];

    if (row == NULL)
        return;
    json_object_set_new(row, "area", json_integer(a->sheet->criteria[i].area));
    json_object_set_new(row, "n", json_integer(count->n));
    json_object_set_new(row, "d", json_integer(count->d));
    json_object_set_new(row, "x", json_integer(count->x));
    json_object_set_new(row, "b", count->has_b ? json_integer(count->b) : json_null());
    json_object_set_new(
            row, "band", json_boolean(a->sheet->criteria[i].formula == TQ_FORMULA_BAND));
    json_object_set_new(row, "unreconciled", json_boolean(count->unreconciled));
    json_object_set_new(row, "provisional", json_boolean(points->provisional));
    json_object_set_new(row, "absence", json_string(ABSENCES[points->absence]));
    json_object_set_new(row, "machine_absence", json_string(ABSENCES[machine->absence]));
    json_object_set_new(
            row, "self_note", own != NULL ? show_value_json(own_value(own, "note")) : json_null());
    json_object_set_new(row, "evidence",
            own != NULL ? show_value_json(own_value(own, "evidence")) : json_null());
}

static void put_criterion(struct cli_table *out, const struct assessment *a, size_t i)
{
    const struct tq_criterion *criterion = &a->sheet->criteria[i];
    const struct tq_count *count = &a->now.unit.counts[i];
    struct tq_points machine = tq_score_criterion(criterion, count);
    const struct tq_record *own = own_of(a, criterion->code);
    const struct tq_value *self = own != NULL ? own_value(own, "points_c") : NULL;

    cli_table_text(out, criterion->code);
    cli_table_text(out, criterion->name);
    cli_table_points(out, true, criterion->max_c);
    cli_table_points(out, self != NULL && self->type == TQ_INT,
            self != NULL && self->type == TQ_INT ? self->i : 0);
    put_points(out, &machine);
    put_points(out, &a->now.score.criteria[i]);
    cli_table_both(out,
            count->verified ? cli_say(a->cli, "đã thẩm định", "verified")
                            : cli_say(a->cli, "chưa", "not yet"),
            json_boolean(count->verified));
    cli_table_text(out, count->verified_reason);
    put_former(out, &a->previous, i);
    put_former(out, &a->last_year, i);
    add_counts(cli_table_last(out), a, i, &machine, own);
}

/* What stands beside the areas: bonus and penalty as applied, caps; `facts` has the rows of each. */
static void put_beside(const struct assessment *a)
{
    json_t *list = json_array();
    struct tq_period period;
    bool known = tq_period_parse(tq_slice_str(a->now.key), &period);

    for (size_t i = 0; i < a->sheet->ncriteria; i++) {
        const struct tq_criterion *c = &a->sheet->criteria[i];
        const struct tq_count *count = &a->now.unit.counts[i];
        const char *kind = c->formula == TQ_FORMULA_CAP ? "cap" : c->penalty ? "penalty" : "bonus";
        json_t *one;

        if (c->area > 0)
            continue;
        one = json_object();
        json_object_set_new(one, "code", cli_json_slice(c->code));
        json_object_set_new(one, "name", cli_json_slice(c->name));
        json_object_set_new(one, "kind", json_string(kind));
        json_object_set_new(one, "points_c", json_integer(a->now.score.criteria[i].points_c));
        json_object_set_new(one, "max_c", json_integer(c->max_c));
        json_object_set_new(one, "n", json_integer(count->n));
        json_object_set_new(one, "d", json_integer(count->d));
        json_object_set_new(one, "x", json_integer(count->x));
        json_object_set_new(
                one, "holds", json_boolean(known && tq_ranking_cap_holds(c, count, period.kind)));
        json_array_append_new(list, one);
    }
    cli_json_set(a->cli, "beside", list);
}

static json_t *view_json(const struct view *view)
{
    json_t *json = json_object();

    json_object_set_new(json, "period", json_string(view->key));
    json_object_set_new(json, "sent", json_boolean(view->unit.submitted));
    json_object_set_new(json, "final_c",
            view->unit.submitted ? json_integer(view->score.final_c) : json_null());
    return json;
}

/* Reports of the period, each with what the district said of it. */
static tq_status put_reports(struct assessment *a, struct tq_error *err)
{
    static const char *const SHOWN[] = { "type", "state", "receipt_state", "submitted_at",
        "received_at", "late_days", "returned_cells" };
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "report");
    json_t *list = json_array();
    struct tq_record *rows = NULL;
    size_t n = 0;
    tq_status rc = rows_of(a, "report", &rows, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        json_t *one = json_object();

        for (size_t k = 0; k < sizeof(SHOWN) / sizeof(SHOWN[0]); k++)
            json_object_set_new(one, SHOWN[k],
                    show_value_json(&rows[i].values[tq_table_column_find(table, SHOWN[k])]));
        json_array_append_new(list, one);
    }
    cli_json_set(a->cli, "reports", list);
    return rc;
}

static tq_status tell(struct assessment *a, struct tq_error *err)
{
    struct cli *cli = a->cli;
    const struct tq_score *score = &a->now.score;
    json_t *areas = json_array();
    struct tq_slice name;
    struct cli_table out;
    tq_status rc = show_unit(a->app, a->unit, &name, err);

    if (rc != TQ_OK) {
        json_decref(areas);
        return rc;
    }
    cli_table_init(&out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; i < a->sheet->ncriteria; i++)
        if (a->sheet->criteria[i].area > 0)
            put_criterion(&out, a, i);
    rc = cli_table_print(&out, "criteria", err);
    cli_table_deinit(&out);
    for (uint32_t i = 1; i <= a->sheet->nareas; i++)
        json_array_append_new(
                areas, score->area_left_out[i] ? json_null() : json_integer(score->area_c[i]));
    cli_json_set(cli, "unit", json_stringn((const char *)a->unit.data, a->unit.len));
    cli_json_set(cli, "unit_text", json_stringn((const char *)name.data, name.len));
    cli_json_set(cli, "period", json_string(a->now.key));
    cli_json_set(cli, "sheet", json_stringn((const char *)a->sheet->key.data, a->sheet->key.len));
    cli_json_set(cli, "areas_c", areas);
    cli_json_set(cli, "base_c", json_integer(score->base_c));
    cli_json_set(cli, "bonus_c", json_integer(score->bonus_c));
    cli_json_set(cli, "penalty_c", json_integer(score->penalty_c));
    cli_json_set(cli, "final_c", json_integer(score->final_c));
    cli_json_set(cli, "sent", json_boolean(a->now.unit.submitted));
    cli_json_set(cli, "returns_confirmed", json_integer(a->now.unit.returns_confirmed));
    cli_json_set(cli, "returns_due", json_integer(a->now.unit.returns_due));
    put_beside(a);
    cli_json_set(cli, "incidents_open", json_integer(a->open));
    cli_json_set(cli, "previous", view_json(&a->previous));
    cli_json_set(cli, "last_year", view_json(&a->last_year));
    return rc == TQ_OK ? put_reports(a, err) : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct assessment a = { .app = app, .cli = cli };
    tq_status rc = app_open(app, cli, false, err);

    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = app_unit(app, cli->args[1], &a.unit, err);
    if (rc == TQ_OK)
        rc = load(&a, err);
    if (rc == TQ_OK)
        rc = tell(&a, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_ASSESS = {
    .name = "assess",
    .usage = "KỲ XÃ",
    .summary = { "bảng thẩm định một xã: tự chấm, máy tính, kỳ trước, cùng kỳ",
            "a commune's sheet to verify: its own, the machine's, last period, last year" },
    .options = OPTIONS,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};

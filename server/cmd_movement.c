/* cmd_movement.c - tuquan-district movement [YEAR]: how far each commune's models are, its
 * registration, festivals and recognition with the two tests of the circular worked out; under
 * --json the models, too. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/facts.h"
#include "tuquan/movement.h"
#include "tuquan/sheet_store.h"

#define REGISTERED_PERCENT 100 /* of the villages, by the circular */
#define RECOGNISED_PERCENT 70  /* where no sheet says another */
#define FIRST_YEAR 1990
#define LAST_YEAR 2099

/* How far a commune is; each step counts communes and needs the one before, the first three of the same
 * model (tuquan/movement.h says by which facts). */
enum step { SURVEYED, DECIDED, LAUNCHED, REVIEWED, REPLICATED, NSTEPS };

static const struct cli_column COLUMNS[] = {
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "step", { "Đến bước", "Step" }, false, false },
    { "models", { "Mô hình", "Models" }, true, false },
    { "running", { "Đang chạy", "Running" }, true, false },
    { "replicas", { "Nhân rộng", "Replicas" }, true, false },
    { "covenants", { "Thôn có quy ước", "Covenants" }, true, false },
    { "villages", { "Số thôn", "Villages" }, true, false },
    { "registered_on", { "Đăng ký", "Registered" }, false, false },
    { "launched_on", { "Phát động", "Launched" }, false, false },
    { "festivals", { "Ngày hội", "Festivals" }, false, false },
    { "recognition", { "Công nhận", "Recognition" }, false, false },
};

static const struct {
    const char *code;
    struct cli_text words;
} STEPS[NSTEPS] = {
    [SURVEYED] = { "surveyed", { "đã khảo sát", "surveyed" } },
    [DECIDED] = { "decided", { "đã có quyết định", "decided" } },
    [LAUNCHED] = { "launched", { "đã ra mắt", "launched" } },
    [REVIEWED] = { "reviewed", { "đã xét trong năm", "reviewed" } },
    [REPLICATED] = { "replicated", { "đã nhân rộng", "replicated" } },
};

struct movement {
    struct app *app;
    struct cli *cli;
    struct tq_movement_question question;
    int64_t percent; /* of villages to be recognised */
    size_t reached[NSTEPS];
    struct cli_table out;
};

/* A reviewed commune is one whose recognition of the year the district has worked on. */
static bool is_reviewed(const struct tq_movement_unit *u)
{
    const struct tq_slice state = u->recognition.state;

    return u->launched > 0 && (tq_slice_equal(state, tq_slice_str("assessed")) ||
                                      tq_slice_equal(state, tq_slice_str("decided")));
}

static bool has_reached(const struct tq_movement_unit *u, enum step step)
{
    switch (step) {
    case SURVEYED:
        return u->surveyed > 0;
    case DECIDED:
        return u->decided > 0;
    case LAUNCHED:
        return u->launched > 0;
    case REVIEWED:
        return is_reviewed(u);
    default: /* replicas run on: no new year takes them back */
        return u->ever_reviewed && u->launched > u->replicas && u->replicas > 0;
    }
}

static json_t *text_json(struct tq_slice text)
{
    return text.len > 0 ? json_stringn((const char *)text.data, text.len) : json_null();
}

static json_t *count_json(int64_t count)
{
    return count >= 0 ? json_integer(count) : json_null();
}

/* Is `part` at least so many percent of all? Not of nothing. */
static bool is_enough(int64_t part, int64_t percent, int64_t all)
{
    return all > 0 && part >= 0 && part * 100 >= percent * all;
}

/* What a commune says, and what the machine makes of it against the villages that it counts itself. */
static json_t *recognition_json(const struct movement *m, const struct tq_movement_unit *u)
{
    const struct tq_movement_recognition *r = &u->recognition;
    json_t *json = json_object();

    json_object_set_new(json, "there", json_boolean(r->there));
    json_object_set_new(json, "registered_on", text_json(r->registered_on));
    json_object_set_new(json, "villages_total", count_json(r->villages_total));
    json_object_set_new(json, "villages_registered", count_json(r->villages_registered));
    json_object_set_new(json, "villages_recognised", count_json(r->villages_recognised));
    json_object_set_new(json, "all_registered",
            json_boolean(is_enough(r->villages_registered, REGISTERED_PERCENT, u->villages)));
    json_object_set_new(json, "enough_recognised",
            json_boolean(is_enough(r->villages_recognised, m->percent, u->villages)));
    json_object_set_new(json, "result", text_json(r->result));
    json_object_set_new(json, "decision_no", text_json(r->decision_no));
    json_object_set_new(json, "decided_on", text_json(r->decided_on));
    json_object_set_new(json, "state", text_json(r->state));
    return json;
}

static void put_step(struct movement *m, const struct tq_movement_unit *u)
{
    json_t *steps = json_object();
    const char *last = "";

    for (int s = 0; s < NSTEPS; s++) {
        bool reached = has_reached(u, (enum step)s);

        m->reached[s] += reached ? 1 : 0;
        json_object_set_new(steps, STEPS[s].code, json_boolean(reached));
        if (reached)
            last = cli_say(m->cli, STEPS[s].words.vi, STEPS[s].words.en);
    }
    cli_table_both(&m->out, last, steps);
}

static void put_day(struct movement *m, struct tq_slice day)
{
    struct tq_value value = day.len > 0 ? tq_value_text(day) : tq_value_null();

    show_date(&m->out, &value);
}

static void put_festivals(struct movement *m, const struct tq_movement_unit *u)
{
    json_t *json = json_object();
    char text[48];

    snprintf(text, sizeof(text), "%lld/%lld", (long long)u->festivals_held,
            (long long)u->festivals_planned);
    json_object_set_new(json, "planned", json_integer(u->festivals_planned));
    json_object_set_new(json, "held", json_integer(u->festivals_held));
    cli_table_both(&m->out, text, json);
}

static void put_recognition(struct movement *m, const struct tq_movement_unit *u)
{
    const struct tq_movement_recognition *r = &u->recognition;
    bool met = tq_slice_equal(r->result, tq_slice_str("met"));
    bool decided = tq_slice_equal(r->state, tq_slice_str("decided"));

    cli_table_both(&m->out,
            !r->there  ? cli_say(m->cli, "chưa đăng ký", "not registered")
            : !decided ? cli_say(m->cli, "chưa quyết", "not decided")
            : met      ? cli_say(m->cli, "đạt", "met")
                       : cli_say(m->cli, "chưa đạt", "not met"),
            recognition_json(m, u));
}

static void put_unit(struct movement *m, const struct tq_movement_unit *u)
{
    cli_table_both_text(&m->out, u->name, text_json(u->unit));
    put_step(m, u);
    cli_table_int(&m->out, u->models);
    cli_table_int(&m->out, u->running);
    cli_table_int(&m->out, u->replicas);
    cli_table_int(&m->out, u->covenants);
    cli_table_int(&m->out, u->villages);
    put_day(m, u->drive_registered_on);
    put_day(m, u->drive_launched_on);
    put_festivals(m, u);
    put_recognition(m, u);
    if (cli_table_last(&m->out) != NULL) {
        json_t *row = cli_table_last(&m->out);

        json_object_set_new(row, "name", text_json(u->name));
        json_object_set_new(row, "drive", json_boolean(u->drive));
        json_object_set_new(row, "pledged", count_json(u->pledged));
        json_object_set_new(row, "confirmed_on", text_json(u->drive_confirmed_on));
        json_object_set_new(row, "committee", json_integer(u->committee));
    }
}

static tq_status put_model(struct movement *m, json_t *list, const struct tq_movement_model *model,
        struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "model");
    const struct {
        const char *name;
        struct tq_slice text;
    } TEXTS[] = { { "unit", model->unit }, { "label", model->label }, { "kind", model->kind },
        { "village", model->village }, { "state", model->state }, { "survey_no", model->survey_no },
        { "survey_on", model->survey_on }, { "plan_no", model->plan_no },
        { "plan_on", model->plan_on }, { "decision_no", model->decision_no },
        { "decision_on", model->decision_on }, { "launched_on", model->launched_on },
        { "ended_on", model->ended_on }, { "covenant_on", model->covenant_on } };
    json_t *json = json_object();
    json_t *lacks = json_array();
    struct tq_slice name = { NULL, 0 };
    tq_status rc = model->village.len > 0 ? show_unit(m->app, model->village, &name, err) : TQ_OK;

    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        json_object_set_new(json, TEXTS[i].name, text_json(TEXTS[i].text));
    json_object_set_new(json, "village_text", text_json(name));
    json_object_set_new(json, "committee", json_integer(model->committee));
    for (size_t i = 0; i < model->nlacks; i++)
        json_array_append_new(lacks, json_string(model->lacks[i]));
    json_object_set_new(json, "lacks", lacks);
    json_object_set_new(json, "key", show_key_json(table, model->id));
    json_array_append_new(list, json);
    return rc;
}

static tq_status put_models(struct movement *m, struct tq_error *err)
{
    struct tq_movement_model *models = NULL;
    json_t *list;
    size_t n = 0;
    tq_status rc;

    if (!m->cli->json)
        return TQ_OK;
    list = json_array();
    rc = tq_movement_models(
            tq_district_store_db(m->app->store), m->app->arena, &m->question, &models, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = put_model(m, list, &models[i], err);
    cli_json_set(m->cli, "models", list);
    return rc;
}

/* The share of villages that the sheet of the year asks for, else that of the circular. */
static tq_status find_percent(struct movement *m, const char *period, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(m->app->store);
    const struct tq_sheet *sheet = NULL;
    struct tq_slice key = { NULL, 0 };
    tq_status rc = tq_sheet_of_period(db, m->app->arena, tq_slice_str(period), &key, err);

    m->percent = RECOGNISED_PERCENT;
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, m->app->arena, key, &sheet, err);
    if (rc == TQ_NOT_FOUND || rc == TQ_NOT_COMPLETE) { /* no sheet yet */
        tq_error_clear(err);
        return TQ_OK;
    }
    for (size_t i = 0; rc == TQ_OK && i < sheet->ncriteria; i++)
        for (size_t k = 0; k < sheet->criteria[i].n.n; k++)
            if (sheet->criteria[i].n.of[k].kind == TQ_SOURCE_RECOGNITION)
                m->percent = sheet->criteria[i].n.of[k].number;
    return rc;
}

/* The year that an argument means, else the one that we are in; its last day that has come. */
static tq_status find_year(struct movement *m, struct tq_error *err)
{
    tq_day today = tq_day_of_instant(app_now_ms());
    struct tq_period commune = { TQ_CALENDAR_COMMUNE, TQ_PERIOD_YEAR, 0, 1 };
    struct tq_facts_period counted;
    char text[TQ_PERIOD_TEXT];
    int month;
    int dom;
    tq_day last;
    tq_status rc;

    tq_day_split(today, &m->question.year, &month, &dom);
    if (m->cli->nargs > 0) {
        char *end;
        long year = strtol(m->cli->args[0], &end, 10);

        if (end == m->cli->args[0] || *end != '\0' || year < FIRST_YEAR || year > LAST_YEAR)
            return tq_error_set(err, TQ_INVALID, "\"%s\"", m->cli->args[0]);
        m->question.year = (int)year;
    }
    last = tq_day_make(m->question.year, 12, 31);
    m->question.as_of = last < today ? last : today;
    commune.year = m->question.year;
    tq_period_print(&commune, text);
    rc = tq_facts_period(
            tq_district_store_db(m->app->store), m->app->arena, tq_slice_str(text), &counted, err);
    m->question.villages_on = counted.window.last;
    return rc == TQ_OK ? find_percent(m, text, err) : rc;
}

static tq_status tell(struct movement *m, struct tq_error *err)
{
    struct tq_movement_unit *units = NULL;
    json_t *totals = json_object();
    size_t n = 0;
    tq_status rc = tq_movement_units(
            tq_district_store_db(m->app->store), m->app->arena, &m->question, &units, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        put_unit(m, &units[i]);
    if (rc == TQ_OK)
        rc = cli_table_print(&m->out, "rows", err);
    if (rc == TQ_OK)
        cli_print(m->cli, "\n%d:", m->question.year);
    for (int s = 0; rc == TQ_OK && s < NSTEPS; s++) {
        json_object_set_new(totals, STEPS[s].code, json_integer((json_int_t)m->reached[s]));
        cli_print(m->cli, "  %zu/%zu %s", m->reached[s], n,
                cli_say(m->cli, STEPS[s].words.vi, STEPS[s].words.en));
    }
    json_object_set_new(totals, "units", json_integer((json_int_t)n));
    cli_json_set(m->cli, "year", json_integer(m->question.year));
    cli_json_set(m->cli, "registered_percent", json_integer(REGISTERED_PERCENT));
    cli_json_set(m->cli, "recognised_percent", json_integer(m->percent));
    cli_json_set(m->cli, "totals", totals);
    return rc == TQ_OK ? put_models(m, err) : rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct movement m = { .app = app, .cli = cli };
    tq_status rc = app_open(app, cli, false, err);

    cli_table_init(&m.out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    if (rc == TQ_OK)
        rc = find_year(&m, err);
    if (rc == TQ_OK)
        rc = tell(&m, err);
    cli_table_deinit(&m.out);
    app_close(app);
    return rc;
}

const struct cli_command CMD_MOVEMENT = {
    .name = "movement",
    .usage = "[NĂM]",
    .summary = { "phong trào của năm: mô hình đến bước nào, đăng ký, ngày hội, công nhận",
            "the movement of a year: how far models are, registration, festivals, recognition" },
    .max_args = 1,
    .run = run,
};

#include "app.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "member/network.h"
#include "tuquan/clock.h"
#include "tuquan/file.h"
#include "tuquan/intake.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

#define ARENA_BYTES ((size_t)512 << 20)

/* The file must be the one of the unit that the folder is for. */
static tq_status check_unit(const struct app *app, struct tq_error *err)
{
    const char *wanted = cli_config_text(app->config, "unit");
    struct tq_slice have = tq_records_unit(app->records);

    if (have.len == 0)
        return tq_error_set(err, TQ_NOT_COMPLETE, "%s: join / init", tq_db_path(app->db));
    if (wanted[0] != '\0' && !tq_slice_equal(have, tq_slice_str(wanted)))
        return tq_error_set(err, TQ_WRONG_FILE, "%s: %.*s; %s: unit = %s", tq_db_path(app->db),
                (int)have.len, (const char *)have.data, APP_CONFIG, wanted);
    return TQ_OK;
}

/* An older file is sealed under its own schema before it is migrated, by the keys of the folder. A
 * file that no district knows has nothing to seal for: its log stays as it is. */
static tq_status seal_older(void *ctx, struct tq_db *db, struct tq_error *err)
{
    const struct tq_clock *clock = tq_db_clock(db);
    const struct app *app = ctx;
    struct tq_seal_result result;
    struct network net = { 0 };
    tq_status rc = tq_identity_init(err);

    if (rc == TQ_OK)
        rc = network_open(&net, app->cli->dir, db, err);
    if (rc == TQ_NOT_JOINED) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = tq_office_seal(&net.office, clock->now_ms(clock->ctx), &result, err);
    network_close(&net);
    return rc;
}

tq_status app_signed_by_district(struct app *app, const uint8_t hash[TQ_HASH_BYTES],
        struct tq_slice signature, bool *valid, struct tq_error *err)
{
    struct network net = { 0 };
    tq_status rc = tq_identity_init(err);

    *valid = false;
    if (rc == TQ_OK)
        rc = network_open(&net, app->cli->dir, app->db, err);
    if (rc != TQ_OK)
        return rc;
    *valid = signature.len == TQ_SIGNATURE_BYTES &&
             tq_verify(net.link.sign_key, TQ_SIGN_RANKING, tq_slice_of(hash, TQ_HASH_BYTES),
                     signature.data);
    network_close(&net);
    return TQ_OK;
}

void app_lead(const struct app *app, struct network *net)
{
    net->server = cli_config_text(app->config, "server");
    net->broadcast = cli_config_text(app->config, "broadcast");
    net->guest = cli_config_text(app->config, "guest");
}

/* What is open already; the results of the command before are forgotten. */
static tq_status borrow(struct app *app, struct cli *cli)
{
    *app = *(const struct app *)cli->app;
    app->cli = cli;
    app->lent = true;
    tq_arena_reset(app->arena);
    return TQ_OK;
}

tq_status app_open(struct app *app, struct cli *cli, struct tq_error *err)
{
    char database[APP_PATH_BYTES];
    char config[APP_PATH_BYTES];
    struct tq_db_config open = { .path = database, .role = TQ_ROLE_OFFICE, .create = false };
    tq_status rc;

    if (cli->app != NULL)
        return borrow(app, cli);
    memset(app, 0, sizeof(*app));
    open.seal = seal_older;
    open.seal_ctx = app;
    app->cli = cli;
    app->catalogue = tq_catalogue_current();
    if (!tq_file_is_dir(cli->dir))
        return tq_error_set(err, TQ_NOT_FOUND, "%s (--dir)", cli->dir);
    rc = tq_file_join(database, sizeof(database), cli->dir, APP_DATABASE, err);
    if (rc == TQ_OK)
        rc = tq_file_join(config, sizeof(config), cli->dir, APP_CONFIG, err);
    if (rc == TQ_OK)
        rc = cli_config_load(&app->config, config, APP_SETTINGS, err);
    if (rc == TQ_OK && !tq_file_exists(database))
        rc = tq_error_set(err, TQ_NO_DATA, "%s", database);
    if (rc == TQ_OK)
        rc = tq_db_open(&app->db, &open, &app->report, err);
    if (rc == TQ_OK)
        rc = tq_records_new(&app->records, app->db, app->catalogue,
                cli_config_text(app->config, "author"), err);
    if (rc == TQ_OK)
        rc = check_unit(app, err);
    if (rc == TQ_OK)
        rc = network_check_file(cli->dir, app->db, err);
    if (rc == TQ_OK) {
        app->arena = tq_arena_new(ARENA_BYTES);
        if (app->arena == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "arena");
    }
    if (rc == TQ_OK && app->report.triggers_mended > 0)
        cli_warn(cli,
                CLI_SAY(cli,
                        "%u trigger ghi thay đổi đã bị sửa hoặc xóa từ bên ngoài; đã đặt lại: %s",
                        "%u capture triggers had been changed or dropped; put back: %s"),
                app->report.triggers_mended, app->report.names);
    if (rc == TQ_OK && app->report.cleared_applying)
        cli_warn(cli, "%s",
                cli_say(cli, "lần chạy trước dừng giữa chừng; tệp đã được đưa về trạng thái đúng",
                        "the last run stopped half way; the file was put right"));
    return rc;
}

void app_close(struct app *app)
{
    if (app->lent) {
        tq_records_rollback(app->records);
        tq_db_rollback(app->db);
    } else {
        tq_records_free(app->records);
        tq_db_close(app->db);
        cli_config_free(app->config);
        tq_arena_free(app->arena);
    }
    memset(app, 0, sizeof(*app));
}

const char *app_read_how(struct cli *cli, int64_t equal_at, int64_t read_every_row_at)
{
    return read_every_row_at == equal_at
                   ? cli_say(cli, "đọc hết các dòng", "every row read")
                   : cli_say(cli, "cộng phần đổi; mỗi tuần một lần đọc hết",
                             "what changed added up; every row is read once a week");
}

int64_t app_now(const struct app *app)
{
    const struct tq_clock *clock = tq_db_clock(app->db);

    return clock->now_ms(clock->ctx);
}

tq_status app_table(
        const struct app *app, const char *text, const struct tq_table **out, struct tq_error *err)
{
    *out = tq_word_to_table(app->catalogue, tq_slice_str(text));
    if (*out != NULL)
        return TQ_OK;
    return tq_error_set(err, TQ_USAGE, "%s \"%s\"",
            cli_say(app->cli, "không có bảng tên", "no table called"), text);
}

/* ---- drafts ---- */

static tq_status refuse_value(struct app *app, const struct tq_table *table, int c,
        const char *text, tq_intake intake, tq_reason reason, struct tq_error *err)
{
    const struct tq_column *column = &table->columns[c];
    tq_lang lang = app->cli->lang;
    json_t *details = json_object();
    struct tq_buf rule;
    tq_status rc;

    tq_buf_init(&rule, 0);
    tq_intake_say(table, column, intake, reason, lang, &rule);
    json_object_set_new(details, "table", json_string(table->name));
    json_object_set_new(details, "column", json_string(column->name));
    json_object_set_new(details, "value", json_string(text));
    json_object_set_new(details, "rule", cli_json_buf(&rule));
    cli_json_set(app->cli, "problem", details);
    rc = tq_error_set(err, tq_buf_is_ok(&rule) ? TQ_INVALID : TQ_NOMEM, "%s, %s = \"%s\": %.*s",
            tq_word_of_table(table, lang), tq_word_of_column(column, lang), text, (int)rule.len,
            rule.len > 0 ? (const char *)rule.data : "");
    tq_buf_deinit(&rule);
    return rc;
}

static tq_status refuse_column(
        struct app *app, const struct tq_table *table, struct tq_slice name, struct tq_error *err)
{
    struct tq_buf columns;
    tq_status rc;

    tq_buf_init(&columns, 0);
    tq_word_columns(table, TQ_BY_COMMUNE, app->cli->lang, &columns);
    rc = tq_error_set(err, tq_buf_is_ok(&columns) ? TQ_USAGE : TQ_NOMEM, "%s: %s \"%.*s\"; %s %.*s",
            tq_word_of_table(table, app->cli->lang), cli_say(app->cli, "không có cột", "no column"),
            (int)name.len, (const char *)name.data,
            cli_say(app->cli, "các cột:", "the columns are:"), (int)columns.len,
            columns.len > 0 ? (const char *)columns.data : "");
    tq_buf_deinit(&columns);
    return rc;
}

static tq_status take_argument(struct app *app, const struct tq_table *table, const char *arg,
        struct tq_draft *out, struct tq_error *err)
{
    bool was = strncmp(arg, "was:", 4) == 0;
    const char *name = was ? arg + 4 : arg;
    const char *equals = strchr(name, '=');
    struct tq_value value;
    tq_intake intake;
    tq_reason reason;
    int c;
    tq_status rc = TQ_OK;

    if (equals == NULL)
        return tq_error_set(err, TQ_USAGE, "\"%s\" (%s)", arg,
                cli_say(app->cli, "viết CỘT=GIÁ_TRỊ", "write COLUMN=VALUE"));
    c = tq_word_to_column(table, tq_slice_of(name, (size_t)(equals - name)));
    if (c < 0)
        return refuse_column(app, table, tq_slice_of(name, (size_t)(equals - name)), err);
    intake = tq_intake_value(
            table, &table->columns[c], tq_slice_str(equals + 1), app->arena, &value, &reason);
    if (intake == TQ_INTAKE_NOMEM)
        return tq_error_set(err, TQ_NOMEM, "%s", name);
    if (intake != TQ_INTAKE_OK)
        return refuse_value(app, table, c, equals + 1, intake, reason, err);
    if (table->columns[c].rule.kind == TQ_RULE_REF && value.type == TQ_TEXT)
        rc = tq_record_resolve(app->records, &table->columns[c], value.s, app->arena, &value, err);
    if (was) {
        out->has_shown[c] = true;
        out->shown[c] = value;
    } else {
        out->given[c] = true;
        out->values[c] = value;
    }
    return rc;
}

tq_status app_period(struct app *app, const char *text, struct tq_slice *out, struct tq_error *err)
{
    char *key = tq_arena_alloc(app->arena, TQ_PERIOD_TEXT);
    tq_status rc = key == NULL ? tq_error_set(err, TQ_NOMEM, "period")
                               : tq_period_read(tq_slice_str(text), key, err);

    *out = rc == TQ_OK ? tq_slice_str(key) : tq_slice_of(NULL, 0);
    return rc;
}

tq_status app_draft(struct app *app, const struct tq_table *table, const char *const *args,
        size_t nargs, struct tq_draft *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    memset(out, 0, sizeof(*out));
    out->table = table;
    for (size_t i = 0; rc == TQ_OK && i < nargs; i++)
        rc = take_argument(app, table, args[i], out, err);
    return rc;
}

/* Said, and for programs the place to be marked. */
static void tell_finding(struct cli *cli, const char *column, const char *word,
        const struct tq_lint_finding *finding, struct tq_slice text)
{
    json_t *one;

    cli_warn(cli, "%s: %s (\"%.*s\")", word, tq_lint_sentence(finding->kind, cli->lang),
            (int)finding->len, (const char *)text.data + finding->at);
    if (!cli->json)
        return;
    if (json_object_get(cli->result, "lint") == NULL)
        json_object_set_new(cli->result, "lint", json_array());
    one = json_object();
    json_object_set_new(one, "column", json_string(column));
    json_object_set_new(one, "title", json_string(word));
    json_object_set_new(
            one, "text", json_stringn((const char *)text.data + finding->at, finding->len));
    json_object_set_new(one, "sentence", json_string(tq_lint_sentence(finding->kind, cli->lang)));
    json_array_append_new(json_object_get(cli->result, "lint"), one);
}

/* A page asks in a window of its own; a command line is told which word answers. */
static tq_status answer_lint(struct cli *cli, struct tq_error *err)
{
    bool yes = true;
    tq_status rc = cli_confirm(cli,
            cli_say(cli, "Hệ thống không lưu thông tin cá nhân của dân. Vẫn ghi?",
                    "Citizens' personal data is not kept here. Write it all the same?"),
            &yes, err);

    if (rc == TQ_USAGE || (rc == TQ_OK && !yes))
        rc = tq_error_set(err, TQ_NEEDS_PERSON, "%s",
                cli->app != NULL
                        ? cli_say(cli, "bỏ thông tin cá nhân, hoặc trả lời là không phải",
                                  "remove the personal data, or say that it is none")
                        : cli_say(cli, "bỏ thông tin cá nhân, hoặc thêm --yes nếu không phải",
                                  "remove the personal data, or add --yes if it is none"));
    return rc;
}

tq_status app_lint_name(
        struct cli *cli, const char *key, const char *word, const char *name, struct tq_error *err)
{
    struct tq_slice text = tq_slice_str(name);
    struct tq_lint_finding finding;

    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return tq_error_set(err, TQ_INVALID, "%s: %s", word,
                    cli_say(cli, "có ký tự điều khiển", "has a control character"));
    if (text.len == 0 || text.len > APP_NAME_BYTES)
        return tq_error_set(err, TQ_INVALID, "%s: %zu (1..%u)", word, text.len, APP_NAME_BYTES);
    if (tq_text_lint(text, &finding, 1) == 0)
        return TQ_OK;
    tell_finding(cli, key, word, &finding, text);
    return answer_lint(cli, err);
}

tq_status app_lint(struct app *app, const struct tq_draft *draft, struct tq_error *err)
{
    const struct tq_table *table = draft->table;
    bool any = false;

    for (size_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];
        struct tq_lint_finding finding;

        if (!draft->given[c] || tq_intake_lint(column, &draft->values[c], &finding, 1) == 0)
            continue;
        any = true;
        tell_finding(app->cli, column->name, tq_word_of_column(column, app->cli->lang), &finding,
                draft->values[c].s);
    }
    return any ? answer_lint(app->cli, err) : TQ_OK;
}

void app_warn_days(struct app *app, const struct tq_draft *draft)
{
    const struct tq_table *table = draft->table;
    tq_day today = tq_day_of_instant(app_now(app));

    for (size_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];
        const struct tq_value *value = &draft->values[c];

        char day[40];

        if (draft->given[c] && tq_intake_is_far(column, value, today))
            cli_warn(app->cli, "%s: %s (%s)", tq_word_of_column(column, app->cli->lang),
                    tq_intake_far_sentence(app->cli->lang),
                    cli_show_date(app->cli, value->s, day, sizeof(day)));
    }
}

void app_explain(struct app *app, const struct tq_problem *problem, struct tq_error *err)
{
    tq_lang lang = app->cli->lang;
    const struct tq_table *table = problem->table;
    const char *column = NULL;
    json_t *details;

    if (table == NULL || (err->status != TQ_RULE && err->status != TQ_STALE))
        return;
    if (problem->column >= 0)
        column = tq_word_of_column(&table->columns[problem->column], lang);
    details = json_object();
    json_object_set_new(details, "table", json_string(table->name));
    json_object_set_new(details, "column",
            column != NULL ? json_string(table->columns[problem->column].name) : json_null());
    json_object_set_new(details, "value", json_string(problem->value));
    json_object_set_new(details, "reason", json_string(tq_reason_code(problem->reason)));
    json_object_set_new(details, "rule",
            json_string(tq_record_reason(table, problem->column, problem->reason, lang)));
    cli_json_set(app->cli, "problem", details);
    if (err->status == TQ_STALE) {
        tq_error_set(err, TQ_STALE, "%s, %s: %s \"%s\"", tq_word_of_table(table, lang),
                column != NULL ? column : "", cli_say(app->cli, "nay là", "is now"),
                problem->value);
        return;
    }
    tq_error_set(err, TQ_RULE, "%s%s%s%s%s%s: [%s] %s", tq_word_of_table(table, lang),
            column != NULL ? ", " : "", column != NULL ? column : "",
            problem->value[0] != '\0' ? " = \"" : "", problem->value,
            problem->value[0] != '\0' ? "\"" : "", tq_reason_code(problem->reason),
            tq_record_reason(table, problem->column, problem->reason, lang));
}

/* ---- showing ---- */

tq_status app_row_name(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_record record;
    struct tq_buf name;
    bool found = false;
    void *copy;
    tq_status rc;

    tq_buf_init(&name, 0);
    rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);
    if (rc == TQ_OK && found)
        rc = tq_record_name(app->records, table, &record, &name, err);
    copy = tq_arena_copy(app->arena, name.data, name.len);
    if (rc == TQ_OK && copy == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "name");
    *out = tq_slice_of(copy, copy != NULL ? name.len : 0);
    tq_buf_deinit(&name);
    return rc;
}

/* The parts of a natural key, as tq_record_find takes them; a part that is a row's key is in hex.
 * NULL: no memory. */
static json_t *natural_key_json(const struct tq_table *table, struct tq_slice key)
{
    struct tq_value parts[TQ_MAX_COLUMNS];
    char hex[2 * TQ_SURROGATE_BYTES + 1];
    struct tq_buf text;
    json_t *json;

    if (!tq_key_decode(table, key, parts))
        return json_null();
    tq_buf_init(&text, 0);
    for (uint32_t k = 0; k < table->nkey; k++) {
        tq_buf_append_str(&text, k > 0 ? ";" : "");
        if (parts[k].type == TQ_BLOB) {
            tq_hex(hex, parts[k].s.data, parts[k].s.len);
            tq_buf_append_str(&text, hex);
        } else if (parts[k].type == TQ_INT) {
            tq_buf_printf(&text, "%" PRId64, parts[k].i);
        } else {
            tq_buf_append_slice(&text, parts[k].s);
        }
    }
    json = text.len > 0 || !tq_buf_is_ok(&text) ? cli_json_buf(&text) : json_null();
    tq_buf_deinit(&text);
    return json;
}

json_t *app_key_json(const struct tq_table *table, struct tq_slice key)
{
    char text[2 * TQ_MAX_KEY_BYTES + 1];

    if (key.len > TQ_MAX_KEY_BYTES)
        return json_null();
    if (table->surrogate) {
        tq_hex(text, key.data, key.len);
        return json_string(text);
    }
    return natural_key_json(table, key);
}

json_t *app_value_json(const struct tq_value *value)
{
    char hex[2 * 64 + 1];

    switch (value->type) {
    case TQ_INT:
        return json_integer(value->i);
    case TQ_TEXT:
        return json_stringn((const char *)value->s.data, value->s.len);
    case TQ_BLOB:
        if (value->s.len > 64)
            return json_string("...");
        tq_hex(hex, value->s.data, value->s.len);
        return json_string(hex);
    case TQ_NULL:
        break;
    }
    return json_null();
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t k = strlen(end);

    return n >= k && strcmp(text + n - k, end) == 0;
}

tq_status app_show_value(struct app *app, const struct tq_table *table,
        const struct tq_column *column, const struct tq_value *value, struct tq_buf *out,
        struct tq_error *err)
{
    const struct cli *cli = app->cli;
    char text[64];
    struct tq_slice name;
    tq_status rc = TQ_OK;

    if (value->type == TQ_NULL) {
        return TQ_OK;
    } else if (column->rule.kind == TQ_RULE_DATE) {
        tq_buf_append_str(out, cli_show_date(cli, value->s, text, sizeof(text)));
    } else if (column->rule.kind == TQ_RULE_INSTANT) {
        tq_buf_append_str(out, cli_show_instant(cli, value->i, text, sizeof(text)));
    } else if (column->rule.kind == TQ_RULE_LIST) {
        tq_buf_append_slice(out, tq_word_of_code(table->name, column, value->s, cli->lang));
    } else if (column->rule.kind == TQ_RULE_REF && strcmp(column->rule.ref, "unit") == 0) {
        rc = tq_records_unit_name(app->records, value->s, app->arena, &name, err);
        tq_buf_append_slice(out, name);
    } else if (column->type == TQ_INT && ends_with(column->name, "_c")) {
        tq_buf_append_str(out, cli_show_points(cli, value->i, text, sizeof(text)));
    } else if (column->type == TQ_INT && column->rule.kind == TQ_RULE_RANGE &&
               column->rule.low == 0 && column->rule.high == 1) {
        tq_buf_append_str(
                out, value->i != 0 ? cli_say(cli, "có", "yes") : cli_say(cli, "không", "no"));
    } else if (column->type == TQ_INT &&
               !tq_table_is_key(table, (uint32_t)(column - table->columns))) {
        tq_buf_append_str(out, cli_show_number(cli, value->i, text, sizeof(text)));
    } else {
        tq_intake_print(column, value, out);
    }
    return rc;
}

const char *app_sync_word(const struct cli *cli, int pending)
{
    static const struct cli_text WORDS[] = {
        { "đã khớp với huyện", "confirmed" },
        { "chờ gửi", "waiting" },
        { "huyện tạm giữ", "held" },
        { "huyện trả lại", "returned" },
        { "chờ huyện quyết", "requested" },
        { "đã bỏ", "dropped" },
    };
    size_t i = (size_t)pending + 1;

    if (i >= sizeof(WORDS) / sizeof(WORDS[0]))
        return "?";
    return cli_say(cli, WORDS[i].vi, WORDS[i].en);
}

const char *app_sync_code(int pending)
{
    static const char *const CODES[] = { "confirmed", "waiting", "held", "returned", "requested",
        "dropped" };
    size_t i = (size_t)pending + 1;

    return i < sizeof(CODES) / sizeof(CODES[0]) ? CODES[i] : "unknown";
}

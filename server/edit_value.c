#include "edit_value.h"

#include <string.h>

#include "tuquan/intake.h"
#include "tuquan/records.h"
#include "tuquan/words.h"

static tq_status refuse(struct cli *cli, const struct tq_table *table, int at, const char *text,
        tq_intake got, tq_reason reason, struct tq_error *err)
{
    const struct tq_column *column = &table->columns[at];
    json_t *problem = json_object();
    struct tq_buf rule;
    tq_status rc;

    json_object_set_new(problem, "table", json_string(table->name));
    json_object_set_new(problem, "column", json_string(column->name));
    cli_json_set(cli, "problem", problem);
    tq_buf_init(&rule, 0);
    tq_intake_say(table, column, got, reason, cli->lang, &rule);
    rc = tq_error_set(err, got == TQ_INTAKE_NOMEM || !tq_buf_is_ok(&rule) ? TQ_NOMEM : TQ_INVALID,
            "%s = \"%s\": %.*s", tq_word_of_column(column, cli->lang), text, (int)rule.len,
            rule.len > 0 ? (const char *)rule.data : "");
    tq_buf_deinit(&rule);
    return rc;
}

/* Key and owner are whoever's row it is; every other cell must be the district's. */
static tq_status check_ours(
        const struct cli *cli, const struct tq_table *table, int at, struct tq_error *err)
{
    const struct tq_column *column = &table->columns[at];

    /* A period's state has a command of its own: a locked one is left with a reason. */
    if (strcmp(table->name, "period") == 0 && !tq_table_is_key(table, (uint32_t)at))
        return tq_error_set(
                err, TQ_RULE, "%s: tuquan-district period", tq_word_of_table(table, cli->lang));
    if (tq_table_is_key(table, (uint32_t)at) || at == table->owner ||
            (column->writers & TQ_BY_DISTRICT) != 0)
        return TQ_OK;
    return tq_error_set(err, TQ_RULE, "[%s] %s: %s: %s", tq_reason_code(TQ_REASON_NOT_YOUR_COLUMN),
            tq_word_of_table(table, cli->lang), tq_word_of_column(column, cli->lang),
            cli_say(cli, "huyện không ghi", "not the district's to write"));
}

tq_status edit_value(struct app *app, struct cli *cli, const struct tq_table *table, int at,
        const char *text, struct tq_value *out, struct tq_error *err)
{
    const struct tq_column *column = &table->columns[at];
    tq_reason reason = TQ_REASON_NONE;
    tq_intake got = tq_intake_value(table, column, tq_slice_str(text), app->arena, out, &reason);
    tq_status rc = check_ours(cli, table, at, err);

    if (rc == TQ_OK && got != TQ_INTAKE_OK)
        rc = refuse(cli, table, at, text, got, reason, err);
    if (rc == TQ_OK && at == table->owner && out->type == TQ_TEXT)
        rc = app_unit(app, text, &out->s, err);
    else if (rc == TQ_OK && column->rule.kind == TQ_RULE_REF && out->type == TQ_TEXT)
        rc = tq_record_resolve(app->records, column, out->s, app->arena, out, err);
    return rc;
}

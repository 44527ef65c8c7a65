#include "refused.h"

#include "show.h"
#include "tuquan/reason.h"
#include "tuquan/words.h"

static tq_status put_value(struct app *app, const struct cli *cli, const struct tq_table *table,
        int at, const struct tq_value *value, struct tq_buf *out, struct tq_error *err)
{
    tq_status rc;

    tq_buf_append_str(out, "\"");
    rc = show_value(app, cli, table, &table->columns[at], value, out, err);
    tq_buf_append_str(out, "\"");
    return rc;
}

tq_status refused_show(struct app *app, const struct cli *cli, const struct tq_objection *refusal,
        struct tq_buf *out, struct tq_error *err)
{
    const struct tq_change *change = &app->write.changes[refusal->change];
    const struct tq_table *table = tq_catalogue_table(tq_catalogue_current(), change->table);
    int at = table != NULL ? tq_table_column(table, refusal->column) : -1;
    tq_status rc = table != NULL ? show_row(app, cli, table, change->key, out, err)
                                 : tq_error_set(err, TQ_INTERNAL, "table %u", change->table);

    if (rc == TQ_OK && at >= 0) {
        tq_buf_printf(out, ", %s (%s)", tq_word_of_column(&table->columns[at], cli->lang),
                table->columns[at].name);
        if (refusal->asked.type != TQ_NULL) {
            tq_buf_append_str(out, " = ");
            rc = put_value(app, cli, table, at, &refusal->asked, out, err);
        }
    }
    if (rc == TQ_OK && refusal->status == TQ_STALE && at >= 0) {
        tq_buf_append_str(out, cli_say(cli, ": đã thấy ", ": seen was "));
        rc = put_value(app, cli, table, at, &refusal->seen, out, err);
        tq_buf_append_str(out, cli_say(cli, ", nay là ", ", by now it is "));
        if (rc == TQ_OK)
            rc = put_value(app, cli, table, at, &refusal->stands, out, err);
    } else if (rc == TQ_OK) {
        tq_buf_printf(out, ": [%s] %s", tq_reason_code(refusal->reason),
                tq_reason_sentence(refusal->reason, cli->lang));
    }
    return rc == TQ_OK && !tq_buf_is_ok(out) ? tq_error_set(err, TQ_NOMEM, "refusal") : rc;
}

tq_status refused_tell(struct app *app, struct cli *cli, struct tq_error *err)
{
    tq_status status = err->status;

    if (app->write.nobjections == 0 && status == TQ_STALE)
        return tq_error_set(err, status, "%s",
                cli_say(cli, "số liệu của huyện đã đổi trong lúc tính",
                        "the district's rows changed while this was worked out"));
    for (size_t i = app->write.nobjections; i-- > 0;) {
        struct tq_error scratch;
        struct tq_buf text;

        tq_buf_init(&text, 0);
        tq_error_clear(&scratch);
        if (refused_show(app, cli, &app->write.objections[i], &text, &scratch) == TQ_OK) {
            if (i > 0)
                cli_warn(cli, "%.*s", (int)text.len, (const char *)text.data);
            else
                (void)tq_error_set(err, status, "%.*s", (int)text.len, (const char *)text.data);
        }
        tq_buf_deinit(&text);
        if (scratch.status == TQ_NOMEM)
            return tq_error_set(err, TQ_NOMEM, "refusal");
    }
    return status;
}

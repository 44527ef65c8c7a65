#include "values.h"

#include "tuquan/quoted.h"
#include "tuquan/words.h"

tq_status values_show(struct app *app, const struct tq_table *table, struct tq_slice text,
        bool names, struct tq_buf *out, struct tq_error *err)
{
    struct tq_cells cells;
    bool first = true;
    tq_status rc = tq_quoted_parse(text, app->arena, &cells, err);

    for (uint32_t i = 0; rc == TQ_OK && i < cells.n; i++) {
        const struct tq_value *value = &cells.values[i];
        int c = tq_table_column(table, cells.columns[i]);

        if (c < 0)
            continue;
        if (!first)
            tq_buf_append_str(out, "; ");
        first = false;
        if (names)
            tq_buf_printf(out, "%s = ", tq_word_of_column(&table->columns[c], app->cli->lang));
        if (value->type == TQ_NULL)
            tq_buf_append_str(out, cli_say(app->cli, "(trống)", "(empty)"));
        else
            rc = app_show_value(app, table, &table->columns[c], value, out, err);
    }
    return rc;
}

tq_status values_give(
        struct app *app, struct tq_slice text, struct tq_draft *draft, struct tq_error *err)
{
    struct tq_cells cells;
    tq_status rc = tq_quoted_parse(text, app->arena, &cells, err);

    for (uint32_t i = 0; rc == TQ_OK && i < cells.n; i++) {
        int c = tq_table_column(draft->table, cells.columns[i]);

        if (c < 0)
            continue;
        draft->given[c] = true;
        draft->values[c] = cells.values[i];
    }
    return rc;
}

/* list_query.c - Filters and options into a query. */
#include "list_query.h"

#include "cli/rows.h"
#include "tuquan/intake.h"
#include "tuquan/words.h"

static tq_status add_date(struct app *app, struct tq_query *query, const char *option,
        tq_query_op op, struct tq_error *err)
{
    const char *text = cli_option(app->cli, option);
    int c = cli_rows_date(query->table);
    tq_intake got;

    if (text == NULL)
        return TQ_OK;
    if (c < 0)
        return tq_error_set(
                err, TQ_USAGE, "--%s: %s", option, tq_word_of_table(query->table, app->cli->lang));
    query->filters[query->nfilters].column = c;
    query->filters[query->nfilters].op = op;
    got = tq_intake_value(query->table, &query->table->columns[c], tq_slice_str(text), app->arena,
            &query->filters[query->nfilters].value, NULL);
    if (got != TQ_INTAKE_OK)
        return tq_error_set(err, got == TQ_INTAKE_NOMEM ? TQ_NOMEM : TQ_USAGE, "--%s=%s: %s",
                option, text, tq_intake_sentence(TQ_INTAKE_DATE, TQ_REASON_NONE, app->cli->lang));
    query->nfilters++;
    return TQ_OK;
}

tq_status list_query(struct app *app, struct tq_query *query, const char *const *texts,
        size_t ntexts, int64_t most, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct tq_draft filters;
    int64_t limit = most;
    int64_t offset = 0;
    tq_status rc = app_draft(app, query->table, texts, ntexts, &filters, err);

    for (size_t c = 0; rc == TQ_OK && c < query->table->ncolumns; c++) {
        if (!filters.given[c])
            continue;
        if (query->nfilters + 2 >= TQ_QUERY_MAX_FILTERS)
            return tq_error_set(err, TQ_USAGE, "> %u", TQ_QUERY_MAX_FILTERS - 2);
        query->filters[query->nfilters].column = (int)c;
        query->filters[query->nfilters++].value = filters.values[c];
    }
    if (rc == TQ_OK)
        rc = add_date(app, query, "from", TQ_QUERY_FROM, err);
    if (rc == TQ_OK)
        rc = add_date(app, query, "to", TQ_QUERY_TO, err);
    if (rc == TQ_OK)
        rc = cli_option_number(cli, "limit", 0, INT32_MAX, most, &limit, err);
    if (rc == TQ_OK)
        rc = cli_option_number(cli, "offset", 0, INT32_MAX, 0, &offset, err);
    query->limit = (size_t)limit;
    query->offset = (size_t)offset;
    query->with_voided = cli_option(cli, "voided") != NULL;
    query->unsettled_only = cli_option(cli, "waiting") != NULL;
    if (cli_option(cli, "search") != NULL)
        query->search = tq_slice_str(cli_option(cli, "search"));
    return rc;
}

#include "cli/rows.h"

#include <string.h>

#include "tuquan/words.h"

static bool is_shown(const struct cli *cli, const struct tq_table *table, size_t c,
        const struct tq_value *const *rows, size_t n, bool owner)
{
    const struct tq_column *column = &table->columns[c];
    bool any = false;

    if (cli->json || cli_option(cli, "all") != NULL)
        return true;
    if ((int)c == table->owner)
        return owner;
    if ((table->surrogate && tq_table_is_key(table, (uint32_t)c)) ||
            column->rule.kind == TQ_RULE_HASH)
        return false;
    for (size_t r = 0; r < n && !any; r++)
        any = rows[r][c].type != TQ_NULL && !tq_value_equal(&rows[r][c], &column->fallback);
    return any || strcmp(column->name, "state") == 0;
}

size_t cli_rows_columns(const struct cli *cli, const struct tq_table *table,
        const struct tq_value *const *rows, size_t n, bool owner, size_t *shown,
        struct cli_column *columns)
{
    size_t count = 0;

    for (size_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];

        if (!is_shown(cli, table, c, rows, n, owner))
            continue;
        memset(&columns[count], 0, sizeof(columns[count]));
        columns[count].key = column->name;
        columns[count].title.vi = column->label_vi;
        columns[count].title.en = tq_word_of_column(column, TQ_LANG_EN);
        columns[count].right = column->type == TQ_INT && column->rule.kind != TQ_RULE_INSTANT;
        columns[count].wide = column->type == TQ_TEXT;
        shown[count++] = c;
    }
    return count;
}

int cli_rows_date(const struct tq_table *table)
{
    for (size_t c = 0; c < table->ncolumns; c++)
        if (table->columns[c].rule.kind == TQ_RULE_DATE)
            return (int)c;
    return -1;
}

/* cmd_catalogue.c - tuquan-district catalogue: the tables; under --json every column as a form of the
 * district needs it. */
#include "cli/describe.h"
#include "cmd.h"
#include "tuquan/words.h"

static tq_status run(struct cli *cli, struct tq_error *err)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();
    json_t *tables = cli->json ? json_object() : NULL;

    (void)err;
    for (size_t t = 0; t < catalogue->ntables; t++) {
        const struct tq_table *table = &catalogue->tables[t];

        if (cli->json)
            json_object_set_new(
                    tables, table->name, cli_describe_table(cli, table, TQ_BY_DISTRICT));
        cli_print(cli, "%-20s %s", table->name, tq_word_of_table(table, cli->lang));
    }
    if (cli->json) {
        cli_json_set(cli, "schema", json_integer((json_int_t)catalogue->version));
        cli_json_set(cli, "tables", tables);
    }
    return TQ_OK;
}

const struct cli_command CMD_CATALOGUE = {
    .name = "catalogue",
    .usage = "",
    .summary = { "các bảng; với --json: mọi cột, kiểu, từ và giới hạn",
            "the tables; with --json: every column, its kind, words and bounds" },
    .run = run,
};

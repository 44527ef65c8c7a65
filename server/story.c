#include "story.h"

#include <inttypes.h>
#include <stdio.h>

#include "tuquan/district_devices.h"

void story_author(struct cli_table *out, const struct cli *cli, const struct tq_change *change)
{
    if (change->author.len > 0)
        cli_table_text(out, change->author);
    else
        cli_table_both(out, cli_say(cli, "chương trình khác", "another program"), json_string(""));
}

void story_unit(
        struct cli_table *out, const struct cli *cli, struct tq_slice name, struct tq_slice unit)
{
    if (unit.len > 0)
        cli_table_both_text(out, name, json_stringn((const char *)unit.data, unit.len));
    else
        cli_table_both(out, cli_say(cli, "huyện", "district"), json_string(""));
}

void story_device(struct cli_table *out, const struct cli *cli, uint32_t device)
{
    char number[24];

    snprintf(number, sizeof(number), "%" PRIu32, device);
    cli_table_both(out, device == TQ_DEVICE_DISTRICT ? cli_say(cli, "huyện", "district") : number,
            json_integer(device));
}

void story_cell(struct cli_table *out, const struct cli *cli, const struct tq_table *table,
        const struct tq_change *change)
{
    cli_table_both(out, show_cell(cli, table, change->cell),
            change->cell == TQ_CELL_ROW ? json_string("")
                                        : json_string(tq_table_cell_name(table, change->cell)));
}

tq_status story_side(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_table *table, const struct tq_change *change, bool before,
        struct tq_error *err)
{
    const struct tq_value *values = before ? change->before : change->after;
    json_t *json = json_object();
    struct tq_buf shown;
    tq_status rc = TQ_OK;

    tq_buf_init(&shown, 0);
    if (values != NULL)
        rc = show_values(
                app, cli, table, change->columns, values, change->ncolumns, &shown, json, err);
    cli_table_both_buf(out, &shown, json);
    tq_buf_deinit(&shown);
    return rc;
}

void story_fate(struct cli_table *out, const struct cli *cli, const struct tq_why_entry *entry)
{
    cli_table_both(out, tq_verdict_name(entry->verdict, cli->lang),
            json_string(tq_verdict_name(entry->verdict, TQ_LANG_EN)));
    cli_table_both(out,
            entry->reason != TQ_REASON_NONE ? tq_reason_sentence(entry->reason, cli->lang) : "",
            entry->reason != TQ_REASON_NONE ? json_string(tq_reason_code(entry->reason))
                                            : json_null());
}

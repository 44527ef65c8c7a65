/* inbox_words.c - How the inbox names a row, and one side of an entry with its writer. */
#include <inttypes.h>
#include <string.h>

#include "inbox_sides.h"
#include "machine_words.h"
#include "tuquan/change.h"
#include "tuquan/intake.h"
#include "tuquan/words.h"
#include "values.h"

#define LEAST_DIGITS 4u /* of an id that names an item */

void inbox_item_name(const struct inbox_item *item, struct tq_buf *out)
{
    char hex[2 * TQ_SURROGATE_BYTES + 1];
    json_t *key;

    if (item->refused != 0) {
        tq_buf_printf(out, "r%" PRId64, item->refused);
    } else if (item->id.len == TQ_SURROGATE_BYTES) {
        tq_hex(hex, item->id.data, item->id.len);
        hex[inbox_id_letters(tq_slice_str(item->code))] = '\0';
        tq_buf_append_str(out, hex);
    } else if (item->table != NULL) {
        key = app_key_json(item->table, item->key);
        out->failed = out->failed || key == NULL;
        tq_buf_printf(
                out, "%s:%s", item->table->name, json_is_string(key) ? json_string_value(key) : "");
        json_decref(key);
    }
}

tq_status inbox_is_named(
        const struct inbox_item *item, const char *name, bool *is, struct tq_error *err)
{
    bool hashed = item->refused == 0 && item->id.len == TQ_SURROGATE_BYTES;
    char hex[2 * TQ_SURROGATE_BYTES + 1] = "";
    struct tq_buf own;
    tq_status rc = TQ_OK;

    tq_buf_init(&own, 0);
    inbox_item_name(item, &own);
    if (hashed)
        tq_hex(hex, item->id.data, item->id.len);
    if (!tq_buf_is_ok(&own))
        rc = tq_error_set(err, TQ_NOMEM, "inbox");
    *is = rc == TQ_OK &&
          (hashed ? strlen(name) >= LEAST_DIGITS && strncmp(hex, name, strlen(name)) == 0
                  : own.len > 0 && tq_slice_equal(tq_buf_slice(&own), tq_slice_str(name)));
    tq_buf_deinit(&own);
    return rc;
}

tq_status inbox_name_row(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_value value = table->surrogate ? tq_value_blob(key) : tq_value_text(key);
    struct tq_slice name = { NULL, 0 };
    struct tq_buf text;
    tq_status kept;
    tq_status rc = app_row_name(app, table, key, &name, err);

    tq_buf_init(&text, 0);
    tq_buf_printf(&text, "%s ", tq_word_of_table(table, app->cli->lang));
    if (name.len > 0)
        tq_buf_append_slice(&text, name);
    else
        tq_intake_print(&table->columns[table->key[0]], &value, &text);
    kept = inbox_keep(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

tq_status inbox_target_name(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice key;
    const struct tq_table *target = inbox_target(app, table, record, &key);

    *out = tq_slice_str("");
    return target != NULL ? inbox_name_row(app, target, key, out, err) : TQ_OK;
}

tq_status inbox_append_writer(struct app *app, struct tq_slice author, int64_t device,
        int64_t at_ms, struct tq_buf *out, struct tq_error *err)
{
    struct machine_names names;
    char when[40] = "?";
    tq_status rc = machine_names_read(app, &names, err);

    if (rc != TQ_OK)
        return rc;
    if (at_ms != 0)
        cli_show_instant(app->cli, at_ms, when, sizeof(when));
    if (author.len == 0 && device != TQ_DEVICE_DISTRICT)
        author = tq_slice_str(cli_say(app->cli, "chương trình khác", "another program"));
    tq_buf_append_str(out, " (");
    if (author.len > 0)
        tq_buf_printf(out, "%.*s, ", (int)author.len, (const char *)author.data);
    machine_names_append(&names, device, out);
    tq_buf_printf(out, ", %s)", when);
    return TQ_OK;
}

/* The same of one side of an entry; `columns` author, device, instant. */
static tq_status append_writer(struct app *app, const struct tq_table *table,
        const struct tq_record *record, const char *const columns[3], struct tq_buf *text,
        struct tq_error *err)
{
    int device = tq_table_column_find(table, columns[1]);
    int at = tq_table_column_find(table, columns[2]);

    if (device < 0 || at < 0 || record->values[device].type == TQ_NULL)
        return TQ_OK;
    return inbox_append_writer(app, inbox_text(table, record, columns[0]), record->values[device].i,
            record->values[at].type == TQ_INT ? record->values[at].i : 0, text, err);
}

tq_status inbox_side(struct app *app, const struct tq_table *table, const struct tq_record *record,
        const char *values, const char *const writer[3], struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice key;
    const struct tq_table *target = inbox_target(app, table, record, &key);
    struct tq_slice said = inbox_text(table, record, values);
    struct tq_buf text;
    tq_status kept;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    if (target != NULL && said.len > 0) {
        rc = values_show(app, target, said, true, &text, err);
        if (rc == TQ_OK && writer != NULL)
            rc = append_writer(app, table, record, writer, &text, err);
    }
    kept = inbox_keep(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

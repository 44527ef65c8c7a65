#include "parcel_show.h"

#include <inttypes.h>
#include <string.h>

#include "cli/bundle_head.h"
#include "cli/table.h"
#include "liaison_stats.h"
#include "show.h"
#include "tuquan/words.h"

#define SHOW_ARENA ((size_t)320 * 1024 * 1024)

static void set_hex(struct cli *cli, const char *key, const uint8_t *data, size_t len)
{
    char hex[2 * TQ_HASH_BYTES + 1];

    tq_hex(hex, data, len);
    cli_json_set(cli, key, json_string(hex));
}

static void show_head(struct cli *cli, const struct tq_parcel *head, struct tq_slice file)
{
    uint8_t code[TQ_PARCEL_CODE_BYTES];
    char words[TQ_PARCEL_WORDS_TEXT];
    struct cli_parcel_head said = { head->from_name, head->to_name, head->number, words,
        head->made_at_ms, head->rows, head->answers, file.len, head->readable };

    tq_parcel_code(file, code);
    tq_parcel_words(code, words);
    set_hex(cli, "agreement_hash", head->agreement, sizeof(head->agreement));
    set_hex(cli, "signer", head->signer, sizeof(head->signer));
    set_hex(cli, "code", code, sizeof(code));
    cli_parcel_head_print(cli, &said);
}

static json_t *value_json(const struct tq_value *value)
{
    char hex[2 * 64 + 1];

    if (value->type == TQ_INT)
        return json_integer((json_int_t)value->i);
    if (value->type == TQ_TEXT)
        return json_stringn((const char *)value->s.data, value->s.len);
    if (value->type != TQ_BLOB || value->s.len > 64)
        return json_null();
    tq_hex(hex, value->s.data, value->s.len);
    return json_string(hex);
}

/* The communes that a bundle is about, as it names them. */
struct names {
    struct tq_arena *arena;
    struct tq_rows units;
};

static struct tq_slice cell_of(
        const struct tq_table *table, const struct tq_row *row, const char *column)
{
    for (uint32_t i = 0; i < row->ncolumns; i++) {
        int at = tq_table_column(table, row->columns[i]);

        if (at >= 0 && strcmp(table->columns[at].name, column) == 0 &&
                row->values[i].type == TQ_TEXT)
            return row->values[i].s;
    }
    return tq_slice_of(NULL, 0);
}

static struct tq_slice name_of(const struct names *names, struct tq_slice unit)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "unit");

    for (size_t i = 0; i < names->units.nrows; i++)
        if (tq_slice_equal(cell_of(table, &names->units.rows[i], "unit"), unit))
            return cell_of(table, &names->units.rows[i], "name");
    return tq_slice_of(NULL, 0);
}

/* A code by its word, a day as tables show it. */
static void say_cell(const struct cli *cli, struct tq_buf *line, const struct tq_table *table,
        const struct tq_column *column, struct tq_slice text)
{
    const struct tq_table *incident = tq_catalogue_find(tq_catalogue_current(), "incident");
    struct tq_slice shown;
    char day[STATS_SAY];

    if (strcmp(column->name, "period") == 0) {
        stats_period_say(text, cli->lang, day);
        shown = tq_slice_str(day);
    } else if (tq_date_is_valid(text))
        shown = tq_slice_str(cli_show_date(cli, text, day, sizeof(day)));
    else if (strcmp(column->name, "category") == 0) /* that of the incident which it is about */
        shown = tq_word_of_code("incident",
                &incident->columns[tq_table_column_find(incident, "category")], text, cli->lang);
    else
        shown = tq_word_of_code(table->name, column, text, cli->lang);
    tq_buf_printf(
            line, "%s%.*s", line->len > 0 ? "; " : "", (int)shown.len, (const char *)shown.data);
}

/* Behind a label that bears the code of a commune: its name. */
static void say_whose(const struct names *names, const struct tq_table *table,
        const struct tq_row *row, struct tq_buf *line)
{
    struct tq_slice unit = cell_of(table, row, "unit");
    struct tq_slice name = name_of(names, unit);

    if (name.len > 0 && show_bears_code(cell_of(table, row, "label"), unit))
        tq_buf_printf(line, " (%.*s)", (int)name.len, (const char *)name.data);
}

/* The words that people look for first; the whole row is in the program's answer. */
static tq_status say_row(struct cli *cli, const struct names *names, const struct tq_table *table,
        const struct tq_row *row, struct tq_buf *line, struct tq_error *err)
{
    static const char *const SHOWN[] = { "label", "state", "period", "year", "area", "category",
        "issued_on", "held_on", "handed_on", "standing", "body", "place", "figures", "answer" };

    for (size_t s = 0; s < sizeof(SHOWN) / sizeof(SHOWN[0]); s++)
        for (uint32_t i = 0; i < row->ncolumns; i++) {
            int at = tq_table_column(table, row->columns[i]);

            if (at < 0 || strcmp(table->columns[at].name, SHOWN[s]) != 0)
                continue;
            if (row->values[i].type == TQ_TEXT)
                say_cell(cli, line, table, &table->columns[at], row->values[i].s);
            else if (row->values[i].type == TQ_INT) /* "Lĩnh vực 3", "Năm 2021" */
                tq_buf_printf(line, "%s%s %" PRId64, line->len > 0 ? "; " : "",
                        tq_word_of_column(&table->columns[at], cli->lang), row->values[i].i);
            if (s == 0)
                say_whose(names, table, row, line);
        }
    if (!tq_buf_is_ok(line))
        return tq_error_set(err, TQ_NOMEM, "parcel");
    cli_print(cli, "  - %s: %.*s", tq_word_of_table(table, cli->lang), (int)line->len,
            line->len > 0 ? (const char *)line->data : "");
    return TQ_OK;
}

static tq_status say_and_list(struct cli *cli, const struct names *names, json_t *list,
        const struct tq_row *row, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(tq_catalogue_current(), row->table);
    struct tq_buf said;
    json_t *out;
    tq_status rc;

    if (table == NULL || !tq_liaison_is_table(table)) /* the names of communes come with it */
        return TQ_OK;
    tq_buf_init(&said, 0);
    rc = say_row(cli, names, table, row, &said, err);
    out = json_pack("{s:s}", "table", table->name);
    if (cli->texts && said.len > 0) {
        json_object_set_new(out, "table_text", json_string(tq_word_of_table(table, cli->lang)));
        json_object_set_new(out, "said", json_stringn((const char *)said.data, said.len));
    }
    tq_buf_deinit(&said);
    for (uint32_t i = 0; out != NULL && i < row->ncolumns; i++) {
        int at = tq_table_column(table, row->columns[i]);

        if (at >= 0)
            json_object_set_new(out, table->columns[at].name, value_json(&row->values[i]));
    }
    json_array_append_new(list, out);
    return rc;
}

static tq_status show_rows(struct cli *cli, const struct tq_parcel_body *body, struct tq_error *err)
{
    const struct tq_table *units = tq_catalogue_find(tq_catalogue_current(), "unit");
    struct tq_arena *arena = tq_arena_new(SHOW_ARENA);
    struct names names = { .arena = tq_arena_new(SHOW_ARENA) };
    json_t *list = json_array();
    tq_status rc =
            arena == NULL || names.arena == NULL ? tq_error_set(err, TQ_NOMEM, "parcel") : TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < body->nview; i++) {
        struct tq_rows rows;

        tq_arena_reset(arena);
        rc = tq_parcel_view_take(body->view[i], arena, &rows, err);
        if (rc == TQ_OK && names.units.nrows == 0 && rows.nrows > 0 &&
                rows.rows[0].table == units->id)
            rc = tq_parcel_view_take(body->view[i], names.arena, &names.units, err);
        for (size_t k = 0; rc == TQ_OK && k < rows.nrows; k++)
            rc = say_and_list(cli, &names, list, &rows.rows[k], err);
    }
    cli_json_set(cli, "view", list);
    tq_arena_free(names.arena);
    tq_arena_free(arena);
    return rc;
}

tq_status parcel_keys_for(struct app *app, const struct tq_parcel *head, struct tq_keys *out,
        bool *found, struct tq_error *err)
{
    struct tq_link_info *list;
    size_t count;
    tq_status rc = tq_links_list(app->store, false, app->arena, &list, &count, err);

    *found = false;
    for (size_t i = 0; rc == TQ_OK && !*found && i < count; i++) {
        struct app box;
        uint8_t id[TQ_DISTRICT_ID_BYTES];
        char dir[APP_PATH_BYTES];

        memset(&box, 0, sizeof(box));
        rc = box_path(app->cli->dir, list[i].id, "out", dir, err);
        if (rc == TQ_OK)
            rc = app_paths(&box, dir, err);
        if (rc != TQ_OK || !tq_file_exists(box.key_path))
            continue;
        rc = tq_keys_load(box.key_path, out, err);
        if (rc == TQ_OK)
            tq_district_id_of(out, id);
        *found = rc == TQ_OK && memcmp(id, head->to, sizeof(id)) == 0;
        if (!*found)
            tq_keys_wipe(out);
    }
    return rc;
}

tq_status parcel_show(
        struct cli *cli, struct tq_slice file, const struct tq_keys *keys, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(SHOW_ARENA);
    struct tq_parcel_body body;
    struct tq_parcel head;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "parcel")
                                 : tq_parcel_read(file, arena, &head, err);

    if (rc == TQ_OK)
        show_head(cli, &head, file);
    if (rc == TQ_OK && (head.readable || keys != NULL)) {
        rc = tq_parcel_open(&head, keys, arena, &body, err);
        if (rc == TQ_OK)
            rc = show_rows(cli, &body, err);
    } else if (rc == TQ_OK) {
        cli_print(cli, "%s",
                cli_say(cli, "  Niêm phong bằng khóa nơi nhận: nội dung chỉ xem được ở đó.",
                        "  Sealed: only the receiver can see what is in it."));
    }
    tq_arena_free(arena);
    return rc;
}

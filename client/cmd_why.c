/* cmd_why.c - why: where the value of a cell comes from, as far as this machine knows. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "app.h"
#include "commands.h"
#include "machine_words.h"
#include "tuquan/change.h"
#include "tuquan/codec.h"
#include "tuquan/mem.h"
#include "tuquan/office_view.h"
#include "tuquan/quoted.h"
#include "tuquan/words.h"

#define MAX_SETS 2000u

struct teller {
    struct app *app;
    struct cli_table *out;
    struct machine_names names;
};

static const struct cli_column COLUMNS[] = {
    { "at", { "Lúc", "At" }, false, false },
    { "cell", { "Ô", "Cell" }, false, false },
    { "what", { "Việc", "What" }, false, false },
    { "state", { "Tình trạng", "State" }, false, false },
    { "by", { "Ai", "Who" }, false, false },
    { "device", { "Máy", "Device" }, false, false },
    { "before", { "Trước", "Before" }, false, true },
    { "after", { "Sau", "After" }, false, true },
};

static const char *cell_word(const struct app *app, const struct tq_table *table, uint32_t cell)
{
    int c = cell != TQ_CELL_ROW ? tq_table_column(table, cell) : -1;

    return c < 0 ? cli_say(app->cli, "(cả dòng)", "(whole row)")
                 : tq_word_of_column(&table->columns[c], app->cli->lang);
}

static json_t *cell_json(const struct tq_table *table, uint32_t cell)
{
    return cell == TQ_CELL_ROW ? json_null() : json_string(tq_table_cell_name(table, cell));
}

/* One side of a change, for people and for programs. */
struct side {
    uint32_t cell; /* TQ_CELL_ROW: all of it */
    struct tq_buf shown;
    json_t *json;
};

static void side_init(struct side *side, uint32_t cell)
{
    side->cell = cell;
    tq_buf_init(&side->shown, 0);
    side->json = json_object();
}

/* Into the next cell of the table; the side is used up. */
static void side_put(struct side *side, struct cli_table *out)
{
    cli_table_both_buf(out, &side->shown, side->json);
    tq_buf_deinit(&side->shown);
}

static tq_status side_add(struct app *app, const struct tq_table *table, uint32_t number,
        const struct tq_value *value, struct side *side, struct tq_error *err)
{
    int c = tq_table_column(table, number);

    if (c < 0 || (side->cell != TQ_CELL_ROW && table->columns[c].cell != side->cell))
        return TQ_OK;
    tq_buf_printf(&side->shown, "%s%s = ", side->shown.len > 0 ? "; " : "",
            tq_word_of_column(&table->columns[c], app->cli->lang));
    json_object_set_new(side->json, table->columns[c].name, app_value_json(value));
    return app_show_value(app, table, &table->columns[c], value, &side->shown, err);
}

/* "9=5,12='2020-11-05'," of the log. */
static tq_status read_side(struct app *app, const struct tq_table *table, struct tq_slice in,
        struct side *side, struct tq_error *err)
{
    struct tq_cells cells;
    tq_status rc = tq_quoted_parse(in, app->arena, &cells, err);

    for (uint32_t i = 0; rc == TQ_OK && i < cells.n; i++)
        rc = side_add(app, table, cells.columns[i], &cells.values[i], side, err);
    return rc;
}

/* A machine that no district admitted has no number: 0 is the district's. */
static json_t *device_json(const struct teller *t, const int64_t *device)
{
    if (device != NULL)
        return json_integer(*device);
    return t->names.own != TQ_DEVICE_DISTRICT ? json_integer(t->names.own) : json_null();
}

/* Who, and on which device; `device` NULL: on this one. */
static void put_writer(const struct teller *t, struct tq_slice author, const int64_t *device)
{
    const struct cli *cli = t->app->cli;
    struct tq_buf text;

    if (author.len > 0)
        cli_table_text(t->out, author);
    else
        cli_table_both(t->out, cli_say(cli, "chương trình khác", "another program"), json_null());
    tq_buf_init(&text, 0);
    if (device == NULL)
        machine_names_append_own(&t->names, &text);
    else
        machine_names_append(&t->names, *device, &text);
    cli_table_both_buf(t->out, &text, device_json(t, device));
    tq_buf_deinit(&text);
}

static tq_status put_story(const struct teller *t, const struct tq_table *table,
        const struct tq_story *story, uint32_t cell, struct tq_error *err)
{
    struct app *app = t->app;
    struct cli_table *out = t->out;
    static const struct cli_text WHAT[] = {
        { "nhận từ huyện", "came from the district" },
        { "sửa ở đây, chưa đóng gói", "changed here, not sealed" },
        { "giá trị của huyện", "the district's value" },
    };
    static const char *const CODES[] = { "came", "logged", "pending" };
    struct side before;
    struct side after;
    tq_status rc;

    side_init(&before, cell);
    side_init(&after, cell);
    cli_table_instant(out, story->at_ms);
    cli_table_both(out, cell_word(app, table, story->cell), cell_json(table, story->cell));
    cli_table_both(out, cli_say(app->cli, WHAT[story->kind].vi, WHAT[story->kind].en),
            json_string(CODES[story->kind]));
    if (story->kind == TQ_STORY_PENDING) {
        cli_table_both(out, app_sync_word(app->cli, story->state),
                json_string(app_sync_code(story->state)));
        cli_table_str(out, NULL);
        cli_table_str(out, NULL);
    } else {
        cli_table_str(out, NULL);
        put_writer(t, story->author, story->kind == TQ_STORY_CAME ? &story->device : NULL);
    }
    rc = read_side(app, table, story->old_text, &before, err);
    if (rc == TQ_OK)
        rc = read_side(app, table, story->new_text, &after, err);
    if (story->no_row) {
        tq_buf_append_str(&before.shown,
                cli_say(app->cli, "(huyện chưa có dòng này)", "(no such row there)"));
        json_decref(before.json);
        before.json = json_null();
    }
    side_put(&before, out);
    side_put(&after, out);
    return rc;
}

static tq_status put_change(const struct teller *t, const struct tq_table *table,
        const struct tq_sent_set *set, const struct tq_change *change, uint32_t cell,
        struct tq_error *err)
{
    struct app *app = t->app;
    struct cli_table *out = t->out;
    char what[96];
    struct side before;
    struct side after;
    tq_status rc = TQ_OK;

    side_init(&before, cell);
    side_init(&after, cell);
    cli_table_instant(out, change->at_ms);
    cli_table_both(out, cell_word(app, table, change->cell), cell_json(table, change->cell));
    snprintf(what, sizeof(what), "%s %" PRId64 ", %s",
            cli_say(app->cli, "gửi trong gói", "sent in set"), set->n,
            set->fate == 1 ? cli_say(app->cli, "có biên nhận", "confirmed")
                           : cli_say(app->cli, "chờ biên nhận", "waits"));
    cli_table_both(out, what, json_string("sent"));
    cli_table_str(out, NULL);
    put_writer(t, change->author, NULL);
    for (uint32_t i = 0; rc == TQ_OK && i < change->ncolumns; i++) {
        if (change->before != NULL)
            rc = side_add(app, table, change->columns[i], &change->before[i], &before, err);
        if (rc == TQ_OK)
            rc = side_add(app, table, change->columns[i], &change->after[i], &after, err);
    }
    side_put(&before, out);
    side_put(&after, out);
    return rc;
}

/* One line of the story before it is written: what came, or what a set of ours sent. */
struct line {
    int64_t at_ms;
    size_t place; /* of equal times the one found first */
    const struct tq_story *came;
    const struct tq_sent_set *set;
    const struct tq_change *change;
};

struct lines {
    struct line *at;
    size_t n;
    size_t cap;
};

static tq_status lines_add(struct lines *lines, const struct line *line, struct tq_error *err)
{
    if (lines->n == lines->cap) {
        size_t cap = lines->cap > 0 ? lines->cap * 2 : 32;
        struct line *grown = tq_mem_realloc(lines->at, cap * sizeof(*grown));

        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "why");
        lines->at = grown;
        lines->cap = cap;
    }
    lines->at[lines->n] = *line;
    lines->at[lines->n].place = lines->n;
    lines->n++;
    return TQ_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;

    if (x->at_ms != y->at_ms)
        return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
    return (x->place > y->place) - (x->place < y->place);
}

/* Sealed changes of the row, oldest first. */
static tq_status find_sent(struct app *app, struct lines *lines, const struct tq_table *table,
        struct tq_slice key, uint32_t cell, struct tq_error *err)
{
    struct tq_sent_set *sets;
    size_t n;
    const struct tq_set_query all = { .limit = MAX_SETS, .payload = SIZE_MAX / 2 };
    tq_status rc = tq_office_sets(app->db, &all, app->arena, &sets, &n, err);

    for (size_t i = n; rc == TQ_OK && i-- > 0;) {
        struct tq_set_body body;

        if (sets[i].payload.len == 0)
            continue; /* pruned: the district's `why` has it */
        rc = tq_body_decode(sets[i].payload, app->arena, &body, err);
        for (size_t k = 0; rc == TQ_OK && k < body.nchanges; k++) {
            const struct tq_change *change = &body.changes[k];
            struct line line = { change->at_ms, 0, NULL, &sets[i], change };

            if (change->table == table->id && tq_slice_equal(change->key, key) &&
                    (cell == TQ_CELL_ROW || change->cell == TQ_CELL_ROW || change->cell == cell))
                rc = lines_add(lines, &line, err);
        }
    }
    return rc;
}

/* What came and what was sent, by the clocks of those who wrote it. */
static tq_status put_past(const struct teller *t, const struct tq_table *table, struct tq_slice key,
        uint32_t cell, const struct tq_story *story, size_t n, struct tq_error *err)
{
    struct lines lines = { NULL, 0, 0 };
    tq_status rc = find_sent(t->app, &lines, table, key, cell, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct line line = { story[i].at_ms, 0, &story[i], NULL, NULL };

        if (story[i].kind == TQ_STORY_CAME)
            rc = lines_add(&lines, &line, err);
    }
    if (lines.n > 0)
        qsort(lines.at, lines.n, sizeof(*lines.at), by_time);
    for (size_t i = 0; rc == TQ_OK && i < lines.n; i++)
        rc = lines.at[i].came != NULL
                     ? put_story(t, table, lines.at[i].came, cell, err)
                     : put_change(t, table, lines.at[i].set, lines.at[i].change, cell, err);
    tq_mem_free(lines.at);
    return rc;
}

static tq_status print_value(struct app *app, const struct tq_table *table, struct tq_slice key,
        int column, struct tq_error *err)
{
    struct tq_record record;
    struct tq_slice name = { NULL, 0 };
    struct tq_buf shown;
    bool found = false;
    tq_status rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);

    if (rc == TQ_OK)
        rc = app_row_name(app, table, key, &name, err);
    if (rc != TQ_OK || !found)
        return rc;
    tq_buf_init(&shown, 0);
    if (column >= 0)
        rc = app_show_value(
                app, table, &table->columns[column], &record.values[column], &shown, err);
    if (rc == TQ_OK && !tq_buf_is_ok(&shown))
        rc = tq_error_set(err, TQ_NOMEM, "why");
    if (rc != TQ_OK)
        goto out;
    cli_json_set(app->cli, "table", json_string(table->name));
    cli_json_set(app->cli, "key", app_key_json(table, key));
    cli_json_set(app->cli, "sync", json_string(app_sync_code(record.pending)));
    if (column >= 0) {
        cli_json_set(app->cli, "column", json_string(table->columns[column].name));
        cli_json_set(app->cli, "value", app_value_json(&record.values[column]));
        cli_print(app->cli, "%s %.*s, %s: %.*s (%s)", tq_word_of_table(table, app->cli->lang),
                (int)name.len, (const char *)name.data,
                tq_word_of_column(&table->columns[column], app->cli->lang), (int)shown.len,
                shown.len > 0 ? (const char *)shown.data : "",
                app_sync_word(app->cli, record.pending));
    } else {
        cli_print(app->cli, "%s %.*s (%s)", tq_word_of_table(table, app->cli->lang), (int)name.len,
                (const char *)name.data, app_sync_word(app->cli, record.pending));
    }

out:
    tq_buf_deinit(&shown);
    return rc;
}

static tq_status tell(struct app *app, const struct tq_table *table, struct tq_slice key,
        int column, struct tq_error *err)
{
    uint32_t cell = column >= 0 ? table->columns[column].cell : TQ_CELL_ROW;
    struct cli_table out;
    struct teller t = { .app = app, .out = &out };
    struct tq_story *story = NULL;
    size_t n = 0;
    tq_status rc = print_value(app, table, key, column, err);

    cli_table_init(&out, app->cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    if (rc == TQ_OK)
        rc = machine_names_read(app, &t.names, err);
    if (rc == TQ_OK)
        rc = tq_office_story(app->db, table, key, cell, app->arena, &story, &n, err);
    if (rc == TQ_OK)
        rc = put_past(&t, table, key, cell, story, n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        /* A cell of a row that is not there is said once, by the row. */
        if (story[i].kind != TQ_STORY_CAME && !(story[i].no_row && story[i].cell != TQ_CELL_ROW))
            rc = put_story(&t, table, &story[i], cell, err);
    if (rc == TQ_OK && out.nrows == 0)
        cli_print(app->cli, "%s",
                cli_say(app->cli, "Máy này không giữ lịch sử nào khác: giá trị do huyện gửi về.",
                        "Nothing else is known here: the value came from the district."));
    if (rc == TQ_OK)
        rc = cli_table_print_blocks(&out, "story", err);
    cli_table_deinit(&out);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    const struct tq_table *table = NULL;
    struct tq_slice key;
    int column = -1;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = app_table(&app, cli->args[0], &table, err);
    if (rc == TQ_OK)
        rc = tq_record_find(app.records, table, tq_slice_str(cli->args[1]), app.arena, &key, err);
    if (rc == TQ_OK && cli->nargs > 2) {
        column = tq_word_to_column(table, tq_slice_str(cli->args[2]));
        if (column < 0)
            rc = tq_error_set(err, TQ_USAGE, "%s: %s \"%s\"", tq_word_of_table(table, cli->lang),
                    cli_say(cli, "không có cột", "no column"), cli->args[2]);
    }
    if (rc == TQ_OK)
        rc = tell(&app, table, key, column, err);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_WHY = {
    .name = "why",
    .usage = "BẢNG DÒNG [CỘT]",
    .summary = { "vì sao ô này có giá trị này: ai ghi, lúc nào, đã gửi chưa",
            "why a cell holds its value: who, when, sent or not" },
    .details = { "Ví dụ:\n  why incident BL-20-A-031 category\n"
                 "Máy chủ huyện biết đủ mọi lần sửa; máy này chỉ biết phần đã qua nó.",
            "Example:\n  why incident BL-20-A-031 category\n"
            "The district knows every change; this machine what passed through it." },
    .min_args = 2,
    .max_args = 3,
    .run = run,
};

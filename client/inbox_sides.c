/* inbox_sides.c - One side of an item in words: the values, who wrote them, on which device and when,
 * as the office's own story of the row has it. */
#include "inbox_sides.h"

#include "inbox_index.h"
#include "machine_words.h"
#include "tuquan/change.h"
#include "tuquan/codec.h"
#include "tuquan/office_view.h"
#include "tuquan/quoted.h"
#include "values.h"

/* Who wrote what is looked for. */
struct wrote {
    bool found;
    struct tq_slice author;
    int64_t device;
    int64_t at_ms;
};

/* What is looked for: these values of the row; of `whole` whatever was written to it last. */
struct sought {
    const struct tq_table *table;
    struct tq_slice key;
    struct tq_cells values;
    uint32_t cell;
    bool whole;
};

/* Does a change of `cell` give the values? An insert leaves out what has its default. */
static bool gives(const struct sought *s, uint32_t cell, const struct tq_cells *change)
{
    for (uint32_t i = 0; !s->whole && i < s->values.n; i++) {
        int c = tq_table_column(s->table, s->values.columns[i]);
        const struct tq_value *wanted = &s->values.values[i];
        uint32_t k = 0;

        while (k < change->n && change->columns[k] != s->values.columns[i])
            k++;
        if (k < change->n ? !tq_value_equal(wanted, &change->values[k])
                          : cell != TQ_CELL_ROW || c < 0 ||
                                    !tq_value_equal(wanted, &s->table->columns[c].fallback))
            return false;
    }
    return true;
}

/* What was changed here and not sealed yet, else what came, when that is what stands. */
static tq_status look_in_story(struct app *app, const struct sought *s, bool stands, int64_t own,
        struct wrote *out, struct tq_error *err)
{
    struct tq_story *story;
    size_t n;
    tq_status rc = tq_office_story(app->db, s->table, s->key, s->whole ? TQ_CELL_ROW : s->cell,
            app->arena, &story, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        bool logged = story[i].kind == TQ_STORY_LOGGED;
        struct tq_cells values = { 0 };

        if (logged)
            rc = tq_quoted_parse(story[i].new_text, app->arena, &values, err);
        if (rc != TQ_OK || !(logged ? gives(s, story[i].cell, &values)
                                    : story[i].kind == TQ_STORY_CAME && stands))
            continue;
        if (!out->found || story[i].at_ms >= out->at_ms)
            *out = (struct wrote){ true, story[i].author, logged ? own : story[i].device,
                story[i].at_ms };
    }
    return rc;
}

/* A look through our own sets. */
struct look {
    struct app *app;
    const struct sought *s;
    int64_t own;
    struct wrote *out;
};

/* The newest change of one of our sets that gives the values: none older is wanted then. */
static tq_status look_in_set(void *ctx, const struct tq_sent_set *set, struct tq_arena *scratch,
        bool *stop, struct tq_error *err)
{
    const struct look *look = ctx;
    const struct sought *s = look->s;
    struct wrote *out = look->out;
    struct tq_set_body body;
    tq_status rc;

    *stop = out->found && set->sealed_at < out->at_ms;
    if (*stop)
        return TQ_OK;
    rc = tq_body_decode(set->payload, scratch, &body, err);
    for (size_t k = 0; rc == TQ_OK && k < body.nchanges; k++) {
        const struct tq_change *change = &body.changes[k];
        const struct tq_cells values = { change->ncolumns, change->columns, change->after };
        const struct tq_slice author = change->author;
        void *copy;

        if (change->table != s->table->id || !tq_slice_equal(change->key, s->key) ||
                !(s->whole || change->cell == TQ_CELL_ROW || change->cell == s->cell) ||
                !gives(s, change->cell, &values) || (out->found && change->at_ms < out->at_ms))
            continue;
        copy = tq_arena_copy(look->app->arena, author.data, author.len);
        if (copy == NULL && author.len > 0)
            return tq_error_set(err, TQ_NOMEM, "inbox");
        *stop = true;
        *out = (struct wrote){ true, tq_slice_of(copy, author.len), look->own, change->at_ms };
    }
    return rc;
}

static tq_status find_writer(
        struct app *app, const struct sought *s, struct wrote *out, struct tq_error *err)
{
    struct tq_slice text;
    struct tq_slice now;
    struct tq_buf wanted;
    struct machine_names names;
    struct look look = { .app = app, .s = s, .out = out };
    tq_status rc = machine_names_read(app, &names, err);

    tq_buf_init(&wanted, 0);
    tq_quoted_format(&wanted, &s->values);
    if (rc == TQ_OK)
        rc = inbox_keep(app, &wanted, &text, err);
    else
        tq_buf_deinit(&wanted);
    if (rc == TQ_OK)
        rc = inbox_values(app, s->table, s->key, text, &now, err);
    if (rc == TQ_OK)
        rc = look_in_story(app, s, tq_slice_equal(now, text), names.own, out, err);
    look.own = names.own;
    return rc == TQ_OK ? inbox_sets_of(app, s->table, s->key, look_in_set, &look, err) : rc;
}

/* The cell of the first of them: a change is of one. */
static uint32_t cell_of(const struct tq_table *table, const struct tq_cells *values)
{
    int c = tq_table_column(table, values->columns[0]);

    return c >= 0 ? table->columns[c].cell : TQ_CELL_ROW;
}

/* Values, and who wrote them where this machine knows. */
static tq_status say(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice values, bool whole, struct tq_slice *out, struct tq_error *err)
{
    struct sought s = { .table = table, .key = key, .whole = whole };
    struct wrote wrote = { 0 };
    struct tq_buf text;
    tq_status kept;
    tq_status rc = tq_quoted_parse(values, app->arena, &s.values, err);

    *out = tq_slice_str("");
    if (rc != TQ_OK || s.values.n == 0)
        return rc;
    s.cell = cell_of(table, &s.values);
    rc = find_writer(app, &s, &wrote, err);
    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    rc = values_show(app, table, values, true, &text, err);
    if (rc == TQ_OK && wrote.found)
        rc = inbox_append_writer(app, wrote.author, wrote.device, wrote.at_ms, &text, err);
    kept = inbox_keep(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

tq_status inbox_say(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice values, struct tq_slice *out, struct tq_error *err)
{
    return say(app, table, key, values, false, out, err);
}

tq_status inbox_wrote_here(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice values, bool *here, struct tq_error *err)
{
    struct sought s = { .table = table, .key = key };
    struct machine_names names;
    struct wrote wrote = { 0 };
    tq_status rc = tq_quoted_parse(values, app->arena, &s.values, err);

    *here = false;
    if (rc != TQ_OK || s.values.n == 0)
        return rc;
    s.cell = cell_of(table, &s.values);
    rc = find_writer(app, &s, &wrote, err);
    if (rc == TQ_OK)
        rc = machine_names_read(app, &names, err);
    *here = rc == TQ_OK && wrote.found && wrote.device == names.own;
    return rc;
}

tq_status inbox_standing(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice like, struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice now;
    tq_status rc = inbox_values(app, table, key, like, &now, err);

    return rc == TQ_OK ? say(app, table, key, now, false, out, err) : rc;
}

tq_status inbox_row_here(struct app *app, const struct tq_table *table, struct tq_slice key,
        struct tq_slice *out, struct tq_error *err)
{
    bool wanted[TQ_MAX_COLUMNS] = { false };
    struct tq_record record;
    struct tq_slice values;
    bool found = false;
    tq_status rc = tq_record_get(app->records, table, key, app->arena, &record, &found, err);

    *out = tq_slice_str("");
    if (rc != TQ_OK || !found)
        return rc;
    for (uint32_t c = 0; c < table->ncolumns; c++) {
        const struct tq_column *column = &table->columns[c];

        wanted[c] = column->cell != TQ_CELL_ROW && column->leaves &&
                    (column->writers & TQ_BY_COMMUNE) != 0 && record.values[c].type != TQ_NULL &&
                    !tq_value_equal(&record.values[c], &column->fallback);
    }
    rc = inbox_values_of(app, table, key, wanted, &values, err);
    return rc == TQ_OK ? say(app, table, key, values, true, out, err) : rc;
}

tq_status inbox_is_unknown(struct app *app, const struct tq_table *table, struct tq_slice key,
        bool *out, struct tq_error *err)
{
    struct tq_story *story;
    size_t n;
    tq_status rc = tq_office_story(app->db, table, key, TQ_CELL_ROW, app->arena, &story, &n, err);

    *out = false;
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        *out = *out || (story[i].cell == TQ_CELL_ROW && story[i].no_row);
    return rc;
}

tq_status inbox_is_changed(struct app *app, const struct tq_table *table, struct tq_slice key,
        bool *out, struct tq_error *err)
{
    struct tq_story *story;
    size_t n;
    tq_status rc = tq_office_story(app->db, table, key, TQ_CELL_ROW, app->arena, &story, &n, err);

    *out = false;
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        size_t last = i;
        bool first = story[i].kind == TQ_STORY_LOGGED;

        for (size_t j = 0; j < n; j++) {
            if (story[j].kind != TQ_STORY_LOGGED || story[j].cell != story[i].cell)
                continue;
            first = first && j >= i;
            last = j > last ? j : last;
        }
        *out = *out || (first && !tq_slice_equal(story[i].old_text, story[last].new_text));
    }
    return rc;
}

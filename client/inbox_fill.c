/* inbox_fill.c - Both sides of each kind of item, and what the other one does to the score. */
#include "inbox_sides.h"
#include "tuquan/words.h"

static struct tq_slice no_such_row(const struct app *app)
{
    return tq_slice_str(cli_say(app->cli, "(huyện chưa có dòng này)", "(no such row there)"));
}

tq_status inbox_fill_returned(struct app *app, struct inbox_points *now,
        const struct tq_waiting *row, struct inbox_item *item, struct tq_error *err)
{
    tq_status rc = inbox_row_here(app, row->table, row->key, &item->other, err);

    if (rc != TQ_OK)
        return rc;
    if (row->is_insert)
        item->kept = no_such_row(app);
    return inbox_effect_row(app, now, row->table, row->key, item, err);
}

tq_status inbox_fill_refused(struct app *app, struct inbox_points *now,
        const struct tq_refused_cell *cell, struct inbox_item *item, struct tq_error *err)
{
    tq_status rc = inbox_name_row(app, cell->table, cell->key, &item->row, err);

    if (rc == TQ_OK)
        rc = inbox_standing(app, cell->table, cell->key, cell->mine, &item->kept, err);
    if (rc == TQ_OK)
        rc = inbox_say(app, cell->table, cell->key, cell->mine, &item->other, err);
    return rc == TQ_OK ? inbox_effect(app, now, cell->table, cell->key, cell->mine, item, err) : rc;
}

tq_status inbox_fill_held(struct app *app, struct inbox_points *now, const struct tq_table *table,
        const struct tq_record *record, bool here, struct inbox_item *item, struct tq_error *err)
{
    static const char *const WRITER[] = { "author", "device", "written_at" };
    struct tq_slice values = inbox_text(table, record, "held_values");
    struct tq_slice key;
    const struct tq_table *target = inbox_target(app, table, record, &key);
    bool unknown = true;
    tq_status rc = inbox_side(app, table, record, "held_values", WRITER, &item->other, err);

    if (rc == TQ_OK && here)
        rc = inbox_is_unknown(app, target, key, &unknown, err);
    if (rc != TQ_OK || target == NULL)
        return rc;
    if (unknown) {
        item->kept = no_such_row(app);
        return here ? inbox_effect_row(app, now, target, key, item, err) : TQ_OK;
    }
    rc = inbox_standing(app, target, key, values, &item->kept, err);
    return rc == TQ_OK ? inbox_effect(app, now, target, key, values, item, err) : rc;
}

/* What is asked, over what stands at the district; the reason or the decision beside it. */
tq_status inbox_fill_request(struct app *app, struct inbox_points *now,
        const struct tq_table *table, const struct tq_record *record, bool asked,
        struct inbox_item *item, struct tq_error *err)
{
    static const char *const WRITER[] = { "author", "device", "written_at" };
    struct tq_slice decided = inbox_text(table, record, "decided_by");
    struct tq_slice word = inbox_text(table, record, asked ? "reason" : "decision");
    struct tq_buf text;
    tq_status rc = inbox_target_name(app, table, record, &item->row, err);

    item->table = inbox_target(app, table, record, &item->key);
    if (rc == TQ_OK && item->table != NULL)
        rc = inbox_say(app, item->table, item->key, inbox_text(table, record, "old_values"),
                &item->kept, err);
    if (rc == TQ_OK)
        rc = inbox_side(app, table, record, "new_values", WRITER, &item->other, err);
    if (rc == TQ_OK && item->table != NULL)
        rc = inbox_effect(app, now, item->table, item->key, inbox_text(table, record, "new_values"),
                item, err);
    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    tq_buf_append_slice(&text, word);
    if (!asked && decided.len > 0)
        tq_buf_printf(&text, " (%.*s)", (int)decided.len, (const char *)decided.data);
    return inbox_keep(app, &text, &item->detail, err);
}

/* inbox_decided.c - inbox --decided: what was decided lately, for whoever wants it back. */
#include <stdlib.h>
#include <string.h>

#include "inbox.h"
#include "tuquan/words.h"

#define MOST 20u

static const struct cli_column COLUMNS[] = {
    { "id", { "Mã", "Id" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "decision", { "Đã quyết", "Decided" }, false, false },
    { "kept", { "Khi ấy đang giữ", "Kept then" }, false, true },
    { "other", { "Giá trị kia", "The other" }, false, true },
    { "decided_by", { "Ai quyết", "By" }, false, false },
    { "decided_at", { "Lúc", "At" }, false, false },
};

/* A time and where its row stands, to be sorted: the newest first. */
struct place {
    int64_t at_ms;
    size_t row;
};

static int newer_first(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    return x->at_ms < y->at_ms ? 1 : x->at_ms > y->at_ms ? -1 : x->row < y->row ? -1 : 1;
}

static tq_status put_decided(struct app *app, struct cli_table *out, const struct tq_table *table,
        const struct tq_record *record, struct tq_error *err)
{
    struct tq_slice decision = inbox_text(table, record, "decision");
    bool kept_it = tq_slice_equal(decision, tq_slice_str("keep"));
    int at = tq_table_column_find(table, "decided_at");
    struct tq_slice row;
    struct tq_slice kept;
    struct tq_slice other;
    char id[2 * TQ_SURROGATE_BYTES + 1];
    char when[40];
    tq_status rc = inbox_target_name(app, table, record, &row, err);

    if (rc == TQ_OK)
        rc = inbox_side(app, table, record, "kept_values", NULL, &kept, err);
    if (rc == TQ_OK)
        rc = inbox_side(app, table, record, "other_values", NULL, &other, err);
    if (rc != TQ_OK)
        return rc;
    tq_hex(id, record->key.data, record->key.len);
    id[INBOX_ID_LETTERS] = '\0';
    cli_table_str(out, id);
    cli_table_text(out, row);
    cli_table_both(out,
            kept_it ? cli_say(app->cli, "giữ", "kept") : cli_say(app->cli, "lấy", "taken"),
            json_stringn((const char *)decision.data, decision.len));
    cli_table_text(out, kept);
    cli_table_text(out, other);
    cli_table_text(out, inbox_text(table, record, "decided_by"));
    cli_table_both(out, cli_show_instant(app->cli, record->values[at].i, when, sizeof(when)),
            json_integer(record->values[at].i));
    return TQ_OK;
}

tq_status inbox_decided(struct app *app, struct tq_error *err)
{
    struct tq_query query = { .own_unit_only = true };
    struct cli_table out;
    struct tq_record *rows;
    struct place *order;
    size_t total;
    size_t found = 0;
    size_t n = 0;
    int at;
    tq_status rc;

    query.table = tq_catalogue_find(app->catalogue, "conflict");
    at = tq_table_column_find(query.table, "decided_at");
    rc = tq_record_list(app->records, &query, app->arena, &rows, &found, &total, err);
    if (rc != TQ_OK)
        return rc;
    order = tq_arena_alloc(app->arena, (found + 1) * sizeof(order[0]));
    if (order == NULL)
        return tq_error_set(err, TQ_NOMEM, "inbox");
    for (size_t i = 0; i < found; i++)
        if (rows[i].values[at].type == TQ_INT &&
                inbox_text(query.table, &rows[i], "decision").len > 0)
            order[n++] = (struct place){ .at_ms = rows[i].values[at].i, .row = i };
    qsort(order, n, sizeof(order[0]), newer_first);
    cli_table_init(&out, app->cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n && i < MOST; i++)
        rc = put_decided(app, &out, query.table, &rows[order[i].row], err);
    if (rc == TQ_OK && n == 0)
        cli_print(app->cli, "%s",
                cli_say(app->cli, "Chưa quyết việc nào.", "Nothing was decided yet."));
    if (rc == TQ_OK)
        rc = cli_table_print_blocks(&out, "decided", err);
    cli_table_deinit(&out);
    return rc;
}

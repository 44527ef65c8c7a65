/* inbox_decided.c - inbox --decided: what was decided lately, for whoever wants it back. */
#include <stdlib.h>
#include <string.h>

#include "inbox.h"
#include "values.h"

#define MOST 20u

static const struct cli_column COLUMNS[] = {
    { "id", { "Mã", "Id" }, false, false },
    { "kind", { "Việc", "Kind" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "decision", { "Đã quyết", "Decided" }, false, false },
    { "kept", { "Khi ấy đang giữ", "Kept then" }, false, true },
    { "other", { "Giá trị kia, hoặc đã ghi", "The other, or what was written" }, false, true },
    { "decided_by", { "Ai quyết", "By" }, false, false },
    { "decided_at", { "Lúc", "At" }, false, false },
};

/* What was decided, and when: an answer noted here, or else a conflict. The newest first. */
struct place {
    int64_t at_ms;
    size_t row;
    const struct tq_answer *answer;
};

static int newer_first(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    return x->at_ms < y->at_ms ? 1 : x->at_ms > y->at_ms ? -1 : x->row < y->row ? -1 : 1;
}

/* What was answered, for people and for programs. */
static void put_decision(struct app *app, struct cli_table *out, struct tq_slice decision)
{
    static const struct {
        const char *code;
        struct cli_text said;
    } WORDS[] = { { "keep", { "giữ", "kept" } }, { "edit", { "ghi", "written" } } };
    struct cli_text said = { "lấy", "taken" };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (tq_slice_equal(decision, tq_slice_str(WORDS[i].code)))
            said = WORDS[i].said;
    cli_table_both(out, cli_say(app->cli, said.vi, said.en),
            json_stringn((const char *)decision.data, decision.len));
}

static void put_who(struct app *app, struct cli_table *out, struct tq_slice author, int64_t at_ms)
{
    char when[40];

    cli_table_text(out, author);
    cli_table_both(out, cli_show_instant(app->cli, at_ms, when, sizeof(when)), json_integer(at_ms));
}

/* The name of an item, as short as the list of the inbox has it. */
static void put_id(struct cli_table *out, struct tq_slice name, struct tq_slice kind)
{
    size_t letters = inbox_id_letters(kind);

    cli_table_text(out, tq_slice_of(name.data, name.len < letters ? name.len : letters));
}

static tq_status put_conflict(struct app *app, struct cli_table *out, const struct tq_table *table,
        const struct tq_record *record, struct tq_error *err)
{
    int at = tq_table_column_find(table, "decided_at");
    struct tq_slice row;
    struct tq_slice kept;
    struct tq_slice other;
    char id[2 * TQ_SURROGATE_BYTES + 1];
    tq_status rc = inbox_target_name(app, table, record, &row, err);

    if (rc == TQ_OK)
        rc = inbox_side(app, table, record, "kept_values", NULL, &kept, err);
    if (rc == TQ_OK)
        rc = inbox_side(app, table, record, "other_values", NULL, &other, err);
    if (rc != TQ_OK)
        return rc;
    tq_hex(id, record->key.data, record->key.len);
    put_id(out, tq_slice_str(id), tq_slice_str("conflict"));
    cli_table_both(out, cli_say(app->cli, "Hai giá trị", "Conflict"), json_string("conflict"));
    cli_table_text(out, row);
    put_decision(app, out, inbox_text(table, record, "decision"));
    cli_table_text(out, kept);
    cli_table_text(out, other);
    put_who(app, out, inbox_text(table, record, "decided_by"), record->values[at].i);
    return TQ_OK;
}

/* The values of one side, in words. */
static tq_status show_values(struct app *app, const struct tq_answer *answer,
        struct tq_slice values, struct tq_slice *out, struct tq_error *err)
{
    struct tq_buf text;
    tq_status kept;
    tq_status rc;

    tq_buf_init(&text, 0);
    rc = values_show(app, answer->table, values, true, &text, err);
    kept = inbox_keep(app, &text, out, err);
    return rc != TQ_OK ? rc : kept;
}

static tq_status put_answer(struct app *app, struct cli_table *out, const struct tq_answer *answer,
        struct tq_error *err)
{
    static const struct {
        const char *code;
        struct cli_text said;
    } KINDS[] = { { "returned", { "Huyện trả lại", "Returned" } },
        { "held", { "Huyện tạm giữ", "Held" } },
        { "correction", { "Đề nghị đính chính", "Correction" } },
        { "refused", { "Huyện không nhận", "Not taken" } } };
    struct cli_text kind = { "Hai giá trị", "Conflict" };
    struct tq_slice row;
    struct tq_slice before;
    struct tq_slice after;
    tq_status rc = inbox_name_row(app, answer->table, answer->key, &row, err);

    if (rc == TQ_OK)
        rc = show_values(app, answer, answer->before, &before, err);
    if (rc == TQ_OK)
        rc = show_values(app, answer, answer->after, &after, err);
    if (rc != TQ_OK)
        return rc;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        if (tq_slice_equal(answer->kind, tq_slice_str(KINDS[i].code)))
            kind = KINDS[i].said;
    put_id(out, answer->item, answer->kind);
    cli_table_both(out, cli_say(app->cli, kind.vi, kind.en),
            json_stringn((const char *)answer->kind.data, answer->kind.len));
    cli_table_text(out, row);
    put_decision(app, out, answer->what);
    cli_table_text(out, before);
    cli_table_text(out, after);
    put_who(app, out, answer->author, answer->at_ms);
    return TQ_OK;
}

/* Conflicts with a decision, and the answers noted here, the newest first; in the arena. */
static tq_status find_all(struct app *app, const struct tq_table *table, struct tq_record **rows,
        struct place **order, size_t *n, struct tq_error *err)
{
    struct tq_query query = { .table = table, .own_unit_only = true };
    int at = tq_table_column_find(table, "decided_at");
    struct tq_answer *answers;
    size_t total;
    size_t found = 0;
    size_t noted = 0;
    tq_status rc = tq_record_list(app->records, &query, app->arena, rows, &found, &total, err);

    if (rc == TQ_OK)
        rc = tq_office_answers(app->db, NULL, MOST, app->arena, &answers, &noted, err);
    if (rc != TQ_OK)
        return rc;
    *n = 0;
    *order = tq_arena_alloc(app->arena, (found + noted + 1) * sizeof(**order));
    if (*order == NULL)
        return tq_error_set(err, TQ_NOMEM, "inbox");
    for (size_t i = 0; i < noted; i++)
        (*order)[(*n)++] = (struct place){ answers[i].at_ms, i, &answers[i] };
    for (size_t i = 0; i < found; i++)
        if ((*rows)[i].values[at].type == TQ_INT &&
                inbox_text(table, &(*rows)[i], "decision").len > 0)
            (*order)[(*n)++] = (struct place){ (*rows)[i].values[at].i, i, NULL };
    qsort(*order, *n, sizeof(**order), newer_first);
    return TQ_OK;
}

tq_status inbox_decided(struct app *app, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(app->catalogue, "conflict");
    struct cli_table out;
    struct tq_record *rows = NULL;
    struct place *order = NULL;
    size_t n = 0;
    tq_status rc = find_all(app, table, &rows, &order, &n, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, app->cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n && i < MOST; i++)
        rc = order[i].answer != NULL ? put_answer(app, &out, order[i].answer, err)
                                     : put_conflict(app, &out, table, &rows[order[i].row], err);
    if (rc == TQ_OK && n == 0)
        cli_print(app->cli, "%s",
                cli_say(app->cli, "Chưa quyết việc nào.", "Nothing was decided yet."));
    if (rc == TQ_OK)
        rc = cli_table_print_blocks(&out, "decided", err);
    cli_table_deinit(&out);
    return rc;
}

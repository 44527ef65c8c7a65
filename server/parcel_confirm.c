#include "parcel_confirm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"
#include "edit.h"
#include "parcel_reply.h"
#include "tuquan/parcel_store.h"

#define REPLY_ARENA ((size_t)64 << 20)
#define STEP_ANSWERED 3
#define SINCE_MOST 100000 /* answers of a link that are looked at, the newest */

tq_status parcel_reply_show(struct cli *cli, struct tq_slice file, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(REPLY_ARENA);
    json_t *list = json_array();
    struct parcel_reply reply;
    char words[TQ_PARCEL_WORDS_TEXT];
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "reply")
                                 : parcel_reply_read(file, arena, &reply, err);

    if (rc == TQ_OK) {
        tq_parcel_words(reply.code, words);
        cli_json_set(cli, "kind", json_string("reply"));
        cli_json_set(cli, "signed", json_false());
        cli_json_set(cli, "words", json_string(words));
        cli_json_set(cli, "by", json_stringn((const char *)reply.by.data, reply.by.len));
        cli_print(cli, "%s",
                cli_say(cli, "Trả lời CHƯA KÝ của huyện bạn",
                        "The neighbour's answer, NOT SIGNED"));
        cli_print(cli, "  %s %s",
                cli_say(cli, "Gắn với gói có mã:", "To the bundle with the code:"), words);
        cli_print(cli, "  %s %.*s", cli_say(cli, "Người trả lời:", "By:"), (int)reply.by.len,
                (const char *)reply.by.data);
    }
    for (size_t i = 0; rc == TQ_OK && i < reply.count; i++) {
        const struct parcel_answer *a = &reply.answers[i];
        char day[40];

        json_array_append_new(
                list, json_pack("{s:s%, s:s%}", "answered_on", a->answered_on.data,
                              a->answered_on.len, "answer", a->answer.data, a->answer.len));
        cli_print(cli, "  - %s: %.*s", cli_show_date(cli, a->answered_on, day, sizeof(day)),
                (int)a->answer.len, (const char *)a->answer.data);
    }
    cli_json_set(cli, "answers", list);
    tq_arena_free(arena);
    return rc;
}

struct confirming {
    struct app *app;
    const struct tq_link_info *link;
    const struct parcel_reply *reply;
    struct tq_slice dispatch;
    struct parcel_confirmed *out;
    struct round_result result;
    int64_t made_at_ms;          /* the bundle that it answers */
    struct tq_link_entry *since; /* answers that crossed after that, in the program's arena */
    size_t nsince;
};

/* The columns that an answer fills; *article NULL: one of them may not come. */
static void fill(const struct confirming *c, const struct round *r, const struct tq_table *table,
        const struct parcel_answer *from, struct tq_value *values, bool *given,
        const struct tq_article **article)
{
    const struct {
        const char *column;
        struct tq_value value;
        bool crosses; /* else it is the officer's own word */
    } cells[] = {
        { "answered_on", tq_value_text(from->answered_on), true },
        { "answer", tq_value_text(from->answer), true },
        { "answer_no", tq_value_text(c->dispatch), false },
    };

    *article = NULL;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        int at = tq_table_column_find(table, cells[i].column);
        const struct tq_article *by = tq_liaison_article(&r->agreement, table, (uint32_t)at);

        values[at] = cells[i].value;
        given[at] = true;
        if (cells[i].crosses && by == NULL) {
            *article = NULL;
            return;
        }
        if (cells[i].crosses)
            *article = by;
    }
}

/* `column`: index at fault, -1: none. */
static tq_status refuse(struct round *r, struct confirming *c, const struct tq_table *table,
        struct tq_slice key, const char *code, int column, const struct tq_value *values,
        struct tq_error *err)
{
    c->out->refused++;
    return round_note(r, "answer_in", table, key, NULL, code, column, values, table->ncolumns, err);
}

/* What a rule of ours says against the cells that are given; NULL: nothing. */
static const char *broken(
        const struct tq_table *table, const struct tq_value *values, const bool *given, int *column)
{
    for (size_t i = 0; i < table->ncolumns; i++) {
        tq_reason reason =
                given[i] ? tq_column_check(&table->columns[i], &values[i]) : TQ_REASON_NONE;

        *column = (int)i;
        if (reason != TQ_REASON_NONE)
            return tq_reason_code(reason);
    }
    return NULL;
}

/* A paper of before changes nothing that is settled: a row that is void or closed, or one that an
 * answer came for since the bundle was made (under another dispatch the same answer is no other). */
static const char *settled(const struct confirming *c, const struct tq_table *table,
        const struct tq_stored_row *row, const struct tq_value *values, int *column)
{
    static const char *const SAID[] = { "answered_on", "answer" };
    bool same = true;

    *column = tq_table_column_find(table, "voided_at");
    if (row->values[*column].type != TQ_NULL)
        return tq_status_code(TQ_LIAISON_UNASKED);
    *column = tq_table_column_find(table, "state");
    if (tq_slice_equal(row->values[*column].s, tq_slice_str("closed")))
        return tq_status_code(TQ_LIAISON_UNASKED);
    for (size_t i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++) {
        int at = tq_table_column_find(table, SAID[i]);

        same = same && tq_value_equal(&row->values[at], &values[at]);
    }
    *column = -1;
    for (size_t i = 0; i < c->nsince && !same; i++)
        if (c->since[i].code.len == 0 && tq_slice_equal(c->since[i].key, row->key))
            return tq_status_code(TQ_PARCEL_OLD);
    return NULL;
}

/* What a rule objects to is refused alone: the next answer goes on. */
static tq_status merge(struct round *r, struct confirming *c, const struct tq_table *table,
        struct tq_slice key, const struct edit_list *list, const struct tq_article *article,
        const struct tq_value *values, struct tq_error *err)
{
    tq_status rc = app_merge(r->app, list->changes, list->count, 0, err);

    if (rc == TQ_RULE && r->app->write.nobjections > 0) {
        const struct tq_objection *why = &r->app->write.objections[0];

        tq_error_clear(err);
        return refuse(r, c, table, key, tq_reason_code(why->reason),
                tq_table_column(table, why->column), values, err);
    }
    if (rc == TQ_OK)
        rc = round_note(r, "answer_in", table, key, article, "", -1, values, table->ncolumns, err);
    c->out->answers += rc == TQ_OK;
    return rc;
}

static tq_status confirm_one(struct round *r, struct confirming *c,
        const struct parcel_answer *from, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(r->app->catalogue, "border_notice");
    struct tq_slice key = tq_slice_of(from->key, sizeof(from->key));
    int state = tq_table_column_find(table, "state");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    bool given[TQ_MAX_COLUMNS] = { false };
    const struct tq_article *article;
    struct tq_link_row crossed;
    struct tq_stored_row row;
    struct edit_list list;
    const char *why;
    int column = -1;
    tq_status rc = tq_links_row(r->app->store, table->id, key, &crossed, err);

    tq_arena_reset(r->arena);
    if (rc == TQ_OK)
        rc = round_row(r, table, key, &row, err);
    if (rc != TQ_OK)
        return rc;
    fill(c, r, table, from, values, given, &article);
    why = !row.exists || crossed.link != r->link->id || crossed.incoming
                  ? tq_status_code(TQ_LIAISON_UNASKED)
          : article == NULL ? tq_status_code(TQ_LIAISON_OUTSIDE)
                            : broken(table, values, given, &column);
    if (why != NULL)
        return refuse(
                r, c, table, key, why, article != NULL && row.exists ? column : -1, values, err);
    values[table->key[0]] = tq_value_blob(key);
    values[state] = tq_value_str(tq_liaison_state(STEP_ANSWERED));
    given[table->key[0]] = true;
    given[state] = tq_liaison_step(row.values[state].s) < STEP_ANSWERED;
    edit_init(&list, r->arena);
    rc = edit_row(&list, r->app, table, values, given, err);
    if (rc != TQ_OK || list.count == 0)
        return rc;
    why = settled(c, table, &row, values, &column);
    return why != NULL ? refuse(r, c, table, key, why, column, values, err)
                       : merge(r, c, table, key, &list, article, values, err);
}

/* What the neighbour has answered since the bundle was made, by the line or by another paper. */
static tq_status read_since(struct confirming *c, struct round *r, struct tq_error *err)
{
    struct tq_journal_question question = { .link = r->link->id, .from_ms = c->made_at_ms };
    bool more;

    question.way = tq_slice_str("answer_in");
    question.limit = SINCE_MOST;
    return tq_journal_list(
            c->app->store, &question, c->app->arena, &c->since, &c->nsince, &more, err);
}

static tq_status out_part(void *ctx, struct round *r, struct box *box, struct tq_error *err)
{
    struct confirming *c = ctx;
    tq_status rc = read_since(c, r, err);

    (void)box;
    for (size_t i = 0; rc == TQ_OK && i < c->reply->count; i++)
        rc = confirm_one(r, c, &c->reply->answers[i], err);
    return rc;
}

static tq_status in_part(void *ctx, struct round *r, struct box *box, struct tq_error *err)
{
    (void)ctx;
    (void)r;
    (void)box;
    (void)err;
    return TQ_OK;
}

static tq_status try_confirm(void *ctx, struct tq_error *err)
{
    struct confirming *c = ctx;
    struct round_visit visit = { c, out_part, in_part, false };

    return round_visit(c->app, c->link, &visit, &c->result, err);
}

static tq_status bound_to(struct app *app, const struct parcel_reply *reply,
        struct tq_link_info *link, int64_t *made_at_ms, struct tq_error *err)
{
    struct tq_parcel_record record;
    char number[24];
    tq_status rc = tq_parcels_by_code(app->store, TQ_PARCEL_OUT, reply->code, &record, err);

    if (rc == TQ_OK && record.link == 0)
        rc = tq_error_set(err, TQ_BUNDLE_OTHERS, "reply");
    *made_at_ms = record.at_ms;
    snprintf(number, sizeof(number), "%" PRId64, record.link);
    return rc == TQ_OK ? tq_links_find(app->store, tq_slice_str(number), app->arena, link, err)
                       : rc;
}

tq_status parcel_confirm(struct app *app, struct tq_slice file, struct tq_slice dispatch,
        struct parcel_confirmed *out, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(REPLY_ARENA);
    struct parcel_reply reply;
    struct tq_link_info link;
    struct confirming c = {
        .app = app, .link = &link, .reply = &reply, .dispatch = dispatch, .out = out
    };
    tq_status noted;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "reply")
                                 : parcel_reply_read(file, arena, &reply, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK)
        rc = bound_to(app, &reply, &link, &c.made_at_ms, err);
    if (rc == TQ_OK) {
        out->link = link.id;
        out->name = link.name;
        out->by = tq_slice_of(tq_arena_copy(app->arena, reply.by.data, reply.by.len), reply.by.len);
        if (out->by.data == NULL && reply.by.len > 0)
            rc = tq_error_set(err, TQ_NOMEM, "reply");
    }
    if (rc == TQ_OK) {
        rc = round_when_free(app, try_confirm, &c, err);
    }
    if (rc != TQ_OK && rc != TQ_NOMEM && rc != TQ_BUSY) {
        noted = parcel_note(app, out->link, "bundle_in", dispatch, rc, file, NULL);
        rc = noted == TQ_NOMEM ? noted : rc;
    }
    tq_arena_free(arena);
    return rc;
}

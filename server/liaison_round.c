#include "liaison_round.h"

#include <stdio.h>
#include <string.h>

#include "member/network.h"
#include "tuquan/mem.h"
#include "tuquan/text.h"

#define KEPT_ARENA ((size_t)1 << 20)
#define ROUND_ARENA ((size_t)64 << 20)

static tq_status note(struct round *r, struct tq_link_entry *entry, const struct tq_table *table,
        int column, const struct tq_value *values, size_t n, struct tq_error *err)
{
    struct tq_hasher hasher;
    struct tq_buf held;
    bool whole;

    entry->link = r->link->id;
    entry->at_ms = r->now_ms;
    entry->table = table != NULL ? table->id : 0;
    entry->agreement = r->agreement.number;
    tq_buf_init(&held, 0);
    for (size_t i = 0; i < n; i++)
        tq_value_encode(&held, &values[i]);
    tq_hash_init(&hasher, "tuquan.liaison.row.v1", sizeof(entry->hash));
    tq_hash_add_slice(&hasher, tq_buf_slice(&held));
    tq_hash_add(&hasher, &column, sizeof(column));
    tq_hash_final(&hasher, entry->hash, sizeof(entry->hash));
    whole = tq_buf_is_ok(&held);
    tq_buf_deinit(&held);
    if (!whole)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    r->result->refused += entry->code.len > 0;
    return tq_journal_add(r->app->store, entry, err);
}

tq_status round_note(struct round *r, const char *way, const struct tq_table *table,
        struct tq_slice key, const struct tq_article *article, const char *code, int column,
        const struct tq_value *values, size_t n, struct tq_error *err)
{
    struct tq_link_entry entry;

    memset(&entry, 0, sizeof(entry));
    entry.way = tq_slice_str(way);
    entry.key = key;
    if (article != NULL)
        entry.article = article->name;
    entry.code = tq_slice_str(code);
    if (table != NULL && column >= 0)
        entry.detail = tq_slice_str(table->columns[column].name);
    return note(r, &entry, table, column, values, n, err);
}

tq_status round_note_told(struct round *r, const struct tq_table *table, struct tq_slice key,
        const struct tq_article *article, const struct tq_value *told, const struct tq_value *whole,
        struct tq_error *err)
{
    struct tq_link_entry entry;
    struct tq_buf kept;
    tq_status rc = TQ_OK;

    memset(&entry, 0, sizeof(entry));
    entry.way = tq_slice_str("out");
    entry.key = key;
    entry.article = article->name;
    tq_buf_init(&kept, 0);
    for (uint32_t i = 0; i < table->ncolumns; i++)
        if (tq_liaison_is_told(table, i) && !tq_value_equal(&told[i], &whole[i]))
            tq_buf_printf(&kept, "%s%s", kept.len > 0 ? " " : "", table->columns[i].name);
    if (!tq_buf_is_ok(&kept))
        rc = tq_error_set(err, TQ_NOMEM, "liaison");
    entry.detail = tq_buf_slice(&kept);
    if (rc == TQ_OK)
        rc = note(r, &entry, table, -1, told, table->ncolumns, err);
    tq_buf_deinit(&kept);
    return rc;
}

void round_sign(struct round *r, const struct tq_table *table, struct edit_list *list)
{
    struct tq_slice name = r->agreement.names[r->theirs];
    struct tq_slice post = r->agreement.signers[r->theirs];
    size_t room = sizeof(r->who);
    int n = 0;

    if (r->who[0] == '\0') {
        n = snprintf(r->who, room, post.len > 0 ? "%.*s (%.*s)" : "%.*s", (int)name.len,
                (const char *)name.data, (int)post.len, (const char *)post.data);
        tq_text_settle(r->who, n < 0 || (size_t)n >= room);
    }
    for (size_t i = 0; i < list->count; i++)
        if (list->changes[i].table == table->id)
            list->changes[i].author = tq_slice_str(r->who);
}

tq_status round_by_us(
        struct round *r, const struct tq_stored_row *row, bool *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);
    struct tq_ledger_set set;
    struct tq_error unknown = { .status = TQ_OK };
    tq_status rc;

    memset(&set, 0, sizeof(set));
    rc = ops->ledger_by_seq(ops->ctx, row->meta.born_seq, r->arena, &set, &unknown);
    *out = rc == TQ_OK && set.set.device == TQ_DEVICE_DISTRICT;
    return rc == TQ_NOT_FOUND ? TQ_OK : rc == TQ_OK ? rc : tq_error_set(err, rc, "%s", unknown.msg);
}

tq_status round_row(struct round *r, const struct tq_table *table, struct tq_slice key,
        struct tq_stored_row *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);

    memset(out, 0, sizeof(*out));
    return ops->rows_get(ops->ctx, table, &key, 1, r->arena, out, err);
}

typedef tq_status (*box_fn)(struct round *r, struct box *box, struct tq_error *err);

/* A mailbox that came back from a copy may hold what an older agreement named. */
static tq_status carry_out(struct round *r, struct box *box, struct tq_error *err)
{
    tq_status rc = round_withdraw(r, box, err);

    if (rc == TQ_OK)
        rc = round_hear(r, box, err);
    if (rc == TQ_OK)
        rc = round_collect(r, box, err);
    if (rc == TQ_OK && r->way->heads != NULL)
        rc = r->way->heads(r, box, err);
    if (rc == TQ_OK)
        rc = round_take_answers(r, box, err);
    return rc == TQ_OK ? round_tell(r, box, err) : rc;
}

/* With the mailbox that the partner reads. */
static tq_status outward(struct round *r, struct box *box, box_fn fn, struct tq_error *err)
{
    tq_status rc = r->way->open_out(r->way->ctx, box, r->app, r->link, err);

    if (rc == TQ_NO_DATA) { /* never invited */
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK) {
        char name[128];

        snprintf(name, sizeof(name), "%.*s", (int)r->agreement.names[r->ours].len,
                (const char *)r->agreement.names[r->ours].data);
        box->app.author = name; /* no name of a person crosses */
        rc = fn(r, box, err);
        r->way->close(r->way->ctx, box);
    }
    return rc;
}

/* With the one that the partner fills. */
static tq_status with_in(struct round *r, struct box *box, box_fn fn, struct tq_error *err)
{
    tq_status rc = r->way->open_in(r->way->ctx, box, r->app, r->link, err);

    if (rc == TQ_NOT_JOINED) { /* never accepted */
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK) {
        box->net->office.heads = r->heads;
        rc = fn(r, box, err);
        r->way->close(r->way->ctx, box);
    }
    return rc;
}

static tq_status visit_out(struct round *r, struct box *box, struct tq_error *err)
{
    const struct round_visit *visit = r->visit;
    tq_status rc = visit->takes ? visit->out(visit->ctx, r, box, err) : TQ_OK;

    if (rc == TQ_OK)
        rc = carry_out(r, box, err);
    return rc == TQ_OK && !visit->takes ? visit->out(visit->ctx, r, box, err) : rc;
}

/* Our answers, and what the Hello that takes them along says beside. */
static tq_status answer(struct round *r, struct box *box, struct tq_error *err)
{
    tq_status rc = round_answer(r, box, err);

    return rc == TQ_OK ? round_words(r, &box->net->office.words, err) : rc;
}

static tq_status visit_in(struct round *r, struct box *box, struct tq_error *err)
{
    const struct round_visit *visit = r->visit;
    tq_status rc = visit->takes ? visit->in(visit->ctx, r, box, err) : answer(r, box, err);

    if (rc == TQ_OK)
        rc = visit->takes ? round_lay(r, box, err) : visit->in(visit->ctx, r, box, err);
    r->heard = rc == TQ_OK && visit->takes;
    return rc;
}

static tq_status line_in(struct round *r, struct box *box, struct tq_error *err)
{
    tq_status rc = answer(r, box, err);

    if (rc == TQ_OK)
        rc = r->way->pull(r->way->ctx, box, r->link, err);
    r->result->pulled = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = round_lay(r, box, err);
    r->heard = rc == TQ_OK;
    return rc;
}

/* The agreement as of today. */
static tq_status agree(struct round *r, struct tq_error *err)
{
    tq_status rc;

    if (r->link->invited_at_ms == 0 && r->link->accepted_at_ms == 0)
        return tq_error_set(err, TQ_NOT_JOINED, "%.*s", (int)r->link->name.len,
                (const char *)r->link->name.data);
    if (r->link->ended_at_ms != 0 || r->link->agreement.len == 0)
        return tq_error_set(err, TQ_LIAISON_ENDED, "%.*s", (int)r->link->name.len,
                (const char *)r->link->name.data);
    rc = tq_agreement_read(&r->agreement, r->link->agreement, r->kept, err);
    if (rc == TQ_OK && !tq_agreement_is_open(&r->agreement, r->today))
        rc = tq_error_set(err, TQ_LIAISON_ENDED, "%.*s: %s - %s", (int)r->agreement.number.len,
                (const char *)r->agreement.number.data, r->agreement.from, r->agreement.to);
    return rc;
}

static tq_status heard(struct round *r, struct tq_error *err)
{
    return tq_links_note(r->app->store, r->link->id, TQ_LIAISON_HEARD, tq_slice_of(NULL, 0),
            tq_slice_of(NULL, 0), 0, r->now_ms, err);
}

static tq_status remember(struct round *r, tq_status rc, struct tq_error *err)
{
    tq_status kept;

    if (rc == TQ_INTERRUPTED)
        return rc;
    if (rc == TQ_OK && !r->result->pulled) /* nobody to be heard yet */
        return TQ_OK;
    if (rc == TQ_OK)
        return heard(r, err);
    kept = tq_links_note(r->app->store, r->link->id, TQ_LIAISON_FAILED,
            tq_slice_str(tq_status_code(rc)), tq_slice_of(NULL, 0), 0, r->now_ms, NULL);
    if (kept == TQ_OK && tq_status_fault(rc) == TQ_FAULT_PEER)
        kept = round_note(
                r, "line", NULL, tq_slice_of(NULL, 0), NULL, tq_status_code(rc), -1, NULL, 0, NULL);
    return kept == TQ_NOMEM ? kept : rc;
}

static void end(struct round *r, struct box *box)
{
    if (r != NULL) {
        tq_arena_free(r->kept);
        tq_arena_free(r->arena);
    }
    tq_mem_free(r);
    tq_mem_free(box);
}

/* The caller calls end() on both, whatever this says. */
static tq_status begin(struct round **out, struct box **box, struct app *app,
        const struct tq_link_info *link, const struct round_way *way, tq_liaison_side side,
        struct round_result *result, struct tq_error *err)
{
    struct round *r = tq_mem_zalloc(sizeof(*r));

    memset(result, 0, sizeof(*result));
    *box = tq_mem_zalloc(sizeof(**box));
    *out = r;
    if (r != NULL) {
        r->kept = tq_arena_new(KEPT_ARENA);
        r->arena = tq_arena_new(ROUND_ARENA);
    }
    if (*box == NULL || r == NULL || r->kept == NULL || r->arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "liaison");
    r->app = app;
    r->link = link;
    r->way = way;
    r->ours = side;
    r->theirs = side == TQ_SIDE_A ? TQ_SIDE_B : TQ_SIDE_A;
    r->now_ms = app_time_ms(app);
    r->result = result;
    tq_day_print(tq_day_of_instant(r->now_ms), r->today);
    return TQ_OK;
}

/* While the lock was waited for, another text may have been agreed on, or the end been called. */
static tq_status agree_anew(struct round *r, struct tq_error *err)
{
    tq_status rc = tq_links_find(r->app->store, r->link->name, r->kept, &r->fresh, err);

    if (rc != TQ_OK)
        return rc;
    r->link = &r->fresh;
    return agree(r, err);
}

/* Both mailboxes, one after the other; *went: nobody else was at it. */
static tq_status go(struct round *r, struct box *box, bool *went, struct tq_error *err)
{
    void *held = NULL;
    tq_status rc = agree(r, err);

    if (rc == TQ_OK)
        rc = r->way->lock(r->way->ctx, r->app, r->link, true, &held, err);
    if (rc == TQ_OK)
        rc = agree_anew(r, err);
    if (rc == TQ_OK)
        rc = outward(r, box, r->visit != NULL ? visit_out : carry_out, err);
    if (rc == TQ_OK)
        rc = with_in(r, box, r->visit != NULL ? visit_in : line_in, err);
    if (rc == TQ_OK && r->heard && r->doubtful)
        rc = outward(r, box, round_tell, err);
    *went = rc != TQ_BUSY || held != NULL;
    r->way->unlock(r->way->ctx, held);
    return rc;
}

tq_status round_go(struct app *app, const struct tq_link_info *link, const struct round_way *way,
        const struct round_visit *visit, struct round_result *out, struct tq_error *err)
{
    struct round *r;
    struct box *box;
    bool went;
    tq_status rc = begin(&r, &box, app, link, way, link->side, out, err);

    if (rc == TQ_OK) {
        r->visit = visit;
        rc = go(r, box, &went, err);
        if (went && visit == NULL)
            rc = remember(r, rc, err);
        else if (rc == TQ_OK && visit != NULL &&
                 visit->takes) /* what came by file was heard, too */
            rc = heard(r, err);
    }
    end(r, box);
    return rc;
}

tq_status round_settle(struct app *app, const struct tq_link_info *link,
        const struct round_way *way, tq_liaison_side side, struct tq_slice text,
        struct tq_error *err)
{
    void *held = NULL;
    struct round_result result;
    struct round *r;
    struct box *box;
    tq_status rc = begin(&r, &box, app, link, way, side, &result, err);

    if (rc == TQ_OK)
        rc = tq_agreement_read(&r->agreement, text, r->kept, err);
    if (rc == TQ_OK)
        rc = way->lock(way->ctx, app, link, false, &held, err);
    if (rc == TQ_OK && held != NULL) /* else neither invited nor accepted: nothing is there */
        rc = outward(r, box, round_withdraw, err);
    if (rc == TQ_OK)
        rc = tq_links_agree(
                app->store, link->id, side, text, tq_slice_str(app_author(app)), r->now_ms, err);
    way->unlock(way->ctx, held);
    end(r, box);
    return rc;
}

/* liaison_tell.c - The mailbox that the partner reads: filled with what the agreement names of our
 * rows; emptied of the partner's answers and of what the merge refused. */
#include <string.h>

#include "edit.h"
#include "liaison_round.h"
#include "tuquan/codec.h"

/* Is it a row of ours for this partner, and no draft any more? */
static tq_status goes(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *row, bool *out, struct tq_error *err)
{
    int direction = tq_table_column_find(table, "direction");
    int partner = tq_table_column_find(table, "partner_unit");
    int state = tq_table_column_find(table, "state");
    struct tq_link_row crossed;
    tq_status rc = tq_links_row(r->app->store, table->id, row->key, &crossed, err);

    *out = rc == TQ_OK && tq_agreement_carries(&r->agreement, r->today, table) &&
           !crossed.incoming && (crossed.link == 0 || crossed.link == r->link->id) &&
           tq_agreement_has(&r->agreement.communes[r->theirs], row->values[partner].s) &&
           tq_liaison_step(row->values[state].s) > 0 &&
           (direction < 0 || tq_slice_equal(row->values[direction].s, tq_slice_str("out"))) &&
           (crossed.link != 0 ||
                   row->values[tq_table_column_find(table, "voided_at")].type == TQ_NULL);
    return rc;
}

/* That it crossed, where our file does not know. */
static tq_status learn(
        struct round *r, const struct tq_table *table, struct tq_slice key, struct tq_error *err)
{
    struct tq_link_row crossed = { .link = r->link->id };
    struct tq_link_row before;
    tq_status rc = tq_links_row(r->app->store, table->id, key, &before, err);

    return rc == TQ_OK && before.link == 0
                   ? tq_links_row_put(r->app->store, table->id, key, &crossed, r->now_ms, err)
                   : rc;
}

/* What no neighbour is told is emptied; the first such column, -1: none. */
static int clear_personal(const struct tq_table *table, struct tq_value *values)
{
    int first = tq_liaison_personal(table, values);

    for (uint32_t i = 0; i < table->ncolumns; i++)
        if (tq_liaison_is_personal(table, i, &values[i]))
            values[i] = table->columns[i].fallback;
    return first;
}

static tq_status tell_row(struct round *r, struct box *box, const struct tq_table *table,
        const struct tq_stored_row *row, struct tq_error *err)
{
    const struct tq_table *there = tq_catalogue_table(box->catalogue, table->id);
    struct tq_link_row crossed = { .link = r->link->id };
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS];
    struct tq_liaison_verdict verdict;
    struct edit_list list;
    int personal;
    tq_status rc;

    memcpy(values, row->values, table->ncolumns * sizeof(*values));
    rc = round_case(r, table, row->key, values, err);
    if (rc != TQ_OK)
        return rc;
    tq_liaison_mask(&r->agreement, table, values);
    tq_liaison_judge(&r->agreement, r->ours, r->today, table, values, &verdict);
    if (verdict.code != TQ_OK)
        return round_note(r, "out", table, row->key, NULL, tq_status_code(verdict.code),
                verdict.column, values, table->ncolumns, err);
    personal = clear_personal(table, values);
    if (personal >= 0 && values[tq_table_column_find(table, "voided_at")].type == TQ_NULL)
        return round_note(r, "out", table, row->key, NULL, tq_status_code(TQ_LIAISON_PERSONAL),
                personal, values, table->ncolumns, err); /* void, it crosses without those words */
    for (size_t i = 0; i < table->ncolumns; i++)
        given[i] = !tq_liaison_is_answer(&table->columns[i]);
    edit_init(&list, r->arena);
    rc = edit_row(&list, &box->app, there, values, given, err);
    /* The same already: perhaps told before our own file came back from a copy that knows no more of
     * it. */
    if (rc == TQ_OK && list.count == 0)
        return learn(r, table, row->key, err);
    if (rc != TQ_OK)
        return rc;
    rc = round_note_told(r, table, row->key, verdict.article, values, row->values, err);
    if (rc == TQ_OK)
        rc = tq_links_row_put(r->app->store, table->id, row->key, &crossed, r->now_ms, err);
    if (rc == TQ_OK)
        rc = app_merge(&box->app, list.changes, list.count, 0, err);
    r->result->told += rc == TQ_OK;
    return rc;
}

/* One row after the other, by pages: each crosses alone. */
typedef tq_status (*row_fn)(struct round *r, struct box *box, const struct tq_table *table,
        const struct tq_stored_row *row, struct tq_error *err);

static tq_status each_row(struct round *r, struct box *box, struct app *app,
        const struct tq_table *table, row_fn fn, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    uint8_t last[TQ_MAX_KEY_BYTES];
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t got = ROUND_PAGE;
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && got == ROUND_PAGE) {
        struct tq_stored_row *page;

        tq_arena_reset(r->arena);
        page = tq_arena_array(r->arena, ROUND_PAGE, sizeof(*page));
        if (page == NULL)
            return tq_error_set(err, TQ_NOMEM, "liaison");
        rc = ops->rows_scan(ops->ctx, table, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0),
                ROUND_PAGE, r->arena, page, &got, err);
        for (size_t i = 0; rc == TQ_OK && i < got; i++)
            rc = fn(r, box, table, &page[i], err);
        if (rc == TQ_OK && got > 0) {
            memcpy(last, page[got - 1].key.data, page[got - 1].key.len);
            after = tq_slice_of(last, page[got - 1].key.len);
        }
    }
    return rc;
}

static tq_status each_table(struct round *r, struct box *box, struct app *app,
        const struct tq_catalogue *catalogue, row_fn fn, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < catalogue->ntables; i++)
        if (tq_liaison_is_table(&catalogue->tables[i]))
            rc = each_row(r, box, app, &catalogue->tables[i], fn, err);
    return rc;
}

/* Is it ours at all? A row that no column tells of and no office of ours made may have come from the
 * partner before our file came back from a copy: what lies in the mailbox was told, what an officer
 * wrote here is ours, the rest waits until the partner was heard. */
static tq_status may_be_theirs(struct round *r, struct box *box, const struct tq_table *table,
        const struct tq_stored_row *row, bool *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(box->app.store);
    struct tq_stored_row told;
    struct tq_link_row crossed;
    tq_status rc = tq_links_row(r->app->store, table->id, row->key, &crossed, err);

    *out = false;
    if (rc != TQ_OK || crossed.link != 0 || crossed.ours || r->heard ||
            r->link->accepted_at_ms == 0 || tq_table_column_find(table, "direction") >= 0)
        return rc;
    memset(&told, 0, sizeof(told));
    rc = ops->rows_get(ops->ctx, tq_catalogue_table(box->catalogue, table->id), &row->key, 1,
            r->arena, &told, err);
    return rc == TQ_OK && !told.exists ? round_by_us(r, row, out, err) : rc;
}

static tq_status tell_if_it_goes(struct round *r, struct box *box, const struct tq_table *table,
        const struct tq_stored_row *row, struct tq_error *err)
{
    bool wait = false;
    bool go;
    tq_status rc = goes(r, table, row, &go, err);

    if (rc == TQ_OK && go)
        rc = may_be_theirs(r, box, table, row, &wait, err);
    r->doubtful = r->doubtful || wait;
    return rc == TQ_OK && go && !wait ? tell_row(r, box, table, row, err) : rc;
}

tq_status round_tell(struct round *r, struct box *box, struct tq_error *err)
{
    return each_table(r, box, r->app, r->app->catalogue, tell_if_it_goes, err);
}

/* Judged as of its first day: an agreement that begins later shall not find it there. What the partner
 * answered is its own word, and stays. */
static tq_status withdraw_row(struct round *r, struct box *box, const struct tq_table *there,
        const struct tq_stored_row *row, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(r->app->catalogue, there->id);
    int voided = tq_table_column_find(there, "voided_at");
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    struct tq_liaison_verdict verdict;
    struct edit_list list;
    int personal;
    tq_status rc;

    memcpy(values, row->values, there->ncolumns * sizeof(*values));
    tq_liaison_mask(&r->agreement, table, values);
    tq_liaison_judge(&r->agreement, r->ours, r->agreement.from, table, values, &verdict);
    personal = clear_personal(table, values); /* that a version before this told */
    for (size_t i = 0; i < there->ncolumns; i++) {
        given[i] = !tq_liaison_is_answer(&table->columns[i]);
        if (tq_liaison_is_envelope(&table->columns[i])) /* masked where no article has the table */
            values[i] = row->values[i];
        else if (verdict.code != TQ_OK)
            values[i] = table->columns[i].fallback;
    }
    if (verdict.code != TQ_OK && values[voided].type == TQ_NULL)
        values[voided] = tq_value_int(r->now_ms);
    edit_init(&list, r->arena);
    rc = edit_row(&list, &box->app, there, values, given, err);
    if (rc != TQ_OK || list.count == 0)
        return rc;
    rc = app_merge(&box->app, list.changes, list.count, 0, err);
    if (rc == TQ_OK)
        rc = round_note(r, "out", table, row->key, NULL,
                tq_status_code(verdict.code == TQ_OK && personal >= 0 ? TQ_LIAISON_PERSONAL
                                                                      : TQ_LIAISON_OUTSIDE),
                verdict.code == TQ_OK ? personal : verdict.column, values, there->ncolumns, err);
    return rc;
}

tq_status round_withdraw(struct round *r, struct box *box, struct tq_error *err)
{
    return each_table(r, box, &box->app, box->catalogue, withdraw_row, err);
}

/* ---- answers ---- */

/* How far the answers in a row bring it. */
static int step_of(const struct tq_table *table, const struct tq_value *values, const bool *given)
{
    int step = 0;

    for (size_t i = 0; i < table->ncolumns; i++) {
        int to = tq_liaison_reach(&table->columns[i]);

        if (given[i] && values[i].type != TQ_NULL && to > step)
            step = to;
    }
    return step;
}

/* A case that the partner has linked may be let go again. That its mailbox says nothing counts where it
 * has said something else of the row: one that was made anew says nothing of any. */
static void admit_taken_back(const struct round *r, const struct tq_table *table,
        const struct tq_stored_row *row, bool *given, size_t n)
{
    int at = tq_table_column_find(table, "partner_case_unit");

    if (at >= 0 && n > 0 && row->values[at].type == TQ_NULL &&
            tq_liaison_article(&r->agreement, table, (uint32_t)at) != NULL)
        given[at] = true;
}

/* Answers that the agreement lets in. *n: how many there are. */
static void admit(const struct round *r, const struct tq_table *table,
        const struct tq_stored_row *row, bool *given, const struct tq_article **article, size_t *n)
{
    *n = 0;
    *article = NULL;
    for (uint32_t i = 0; i < table->ncolumns; i++) {
        const struct tq_article *by = tq_liaison_article(&r->agreement, table, i);

        given[i] = (table->columns[i].writers & TQ_BY_COMMUNE) != 0 &&
                   row->values[i].type != TQ_NULL && by != NULL &&
                   tq_liaison_is_between(table, i, row->values);
        if (!given[i])
            continue;
        *article = by;
        ++*n;
    }
    admit_taken_back(r, table, row, given, *n);
}

/* The others are noted, in one line for the row and behind what was taken of it: the journal keeps what
 * says the same as the last one about it from being said again. */
static tq_status note_outside(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *row, struct tq_error *err)
{
    struct tq_value outside[TQ_MAX_COLUMNS];
    size_t n = 0;
    int first = -1;

    for (uint32_t i = 0; i < table->ncolumns; i++) {
        if ((table->columns[i].writers & TQ_BY_COMMUNE) == 0 || row->values[i].type == TQ_NULL ||
                (tq_liaison_article(&r->agreement, table, i) != NULL &&
                        tq_liaison_is_between(table, i, row->values)))
            continue;
        first = first < 0 ? (int)i : first;
        outside[n++] = row->values[i];
    }
    return n == 0 ? TQ_OK
                  : round_note(r, "answer_in", table, row->key, NULL,
                            tq_status_code(TQ_LIAISON_OUTSIDE), first, outside, n, err);
}

static bool is_answered(const struct tq_table *there, const struct tq_value *values)
{
    for (size_t i = 0; i < there->ncolumns; i++)
        if ((there->columns[i].writers & TQ_BY_COMMUNE) != 0 && values[i].type != TQ_NULL)
            return true;
    return false;
}

/* A signature that stands for other minutes than ours counts no more, whoever entered it. */
static tq_status unsign(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *ours, struct tq_error *err)
{
    int at = tq_table_column_find(table, "partner_signed_on");
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    struct round_gate gate;
    struct edit_list list;
    tq_status rc;

    memcpy(values, ours->values, table->ncolumns * sizeof(*values));
    values[at] = tq_value_null();
    given[at] = given[table->key[0]] = true;
    edit_init(&list, r->arena);
    rc = edit_row(&list, r->app, table, values, given, err);
    if (rc == TQ_OK)
        rc = round_may_write(r, table, ours, values, given, &list, &gate, err);
    if (rc != TQ_OK || list.count == 0)
        return rc;
    rc = round_note(r, "answer_in", table, ours->key, NULL,
            tq_status_code(gate.locked >= 0 ? TQ_LOCKED : TQ_LIAISON_MINUTES),
            gate.locked >= 0 ? gate.locked : at, ours->values, table->ncolumns, err);
    if (gate.locked >= 0)
        return rc;
    round_sign(r, table, &list);
    return rc == TQ_OK ? app_merge(r->app, list.changes, list.count, 0, err) : rc;
}

static tq_status lay_answer(struct round *r, const struct tq_table *there,
        const struct tq_stored_row *row, const struct tq_stored_row *ours, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(r->app->catalogue, there->id);
    int state = tq_table_column_find(table, "state");
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    const struct tq_article *article;
    struct edit_list list;
    size_t n;
    struct round_gate gate;
    int step;
    tq_status rc;

    admit(r, there, row, given, &article, &n);
    if (n == 0)
        return TQ_OK;
    memcpy(values, row->values, table->ncolumns * sizeof(*values));
    step = step_of(table, values, given);
    values[table->key[0]] = tq_value_blob(row->key);
    given[table->key[0]] = true;
    given[state] = step > tq_liaison_step(ours->values[state].s);
    values[state] = tq_value_str(tq_liaison_state(step));
    edit_init(&list, r->arena);
    rc = edit_row(&list, r->app, table, values, given, err);
    if (rc == TQ_OK)
        rc = round_may_write(r, table, ours, values, given, &list, &gate, err);
    if (rc == TQ_OK && gate.refused && list.count == 0)
        return round_note(r, "answer_in", table, row->key, NULL, tq_status_code(TQ_REFUSED), -1,
                values, table->ncolumns, err);
    if (rc != TQ_OK || list.count == 0)
        return rc;
    if (gate.locked >= 0)
        return round_note(r, "answer_in", table, row->key, NULL, tq_status_code(TQ_LOCKED),
                gate.locked, values, table->ncolumns, err);
    rc = round_note(r, "answer_in", table, row->key, article, "", -1, values, table->ncolumns, err);
    round_sign(r, table, &list);
    if (rc == TQ_OK)
        rc = app_merge(r->app, list.changes, list.count, 0, err);
    r->result->answers_in += rc == TQ_OK;
    return rc;
}

static tq_status take_answer(struct round *r, struct box *box, const struct tq_table *there,
        const struct tq_stored_row *row, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(r->app->catalogue, there->id);
    struct tq_link_row crossed;
    struct tq_stored_row ours;
    bool stands = true;
    tq_status rc = tq_links_row(r->app->store, table->id, row->key, &crossed, err);

    (void)box;
    if (rc == TQ_OK)
        rc = round_row(r, table, row->key, &ours, err);
    if (rc == TQ_OK && crossed.link == 0) {
        /* Only we lay rows here: it was told, and is ours also where our file has lost it, until its
         * office brings it back. The partner knows its key. */
        crossed.link = r->link->id;
        rc = tq_links_row_put(r->app->store, table->id, row->key, &crossed, r->now_ms, err);
    }
    if (rc != TQ_OK || !tq_agreement_carries(&r->agreement, r->today, table))
        return rc;
    ours.key = row->key;
    if (ours.exists && !crossed.incoming && crossed.link == r->link->id)
        rc = round_weigh(r, table, row, &ours, &stands, err);
    if (rc == TQ_OK && !stands)
        return unsign(r, table, &ours, err);
    if (rc != TQ_OK || !is_answered(there, row->values))
        return rc;
    if (!ours.exists || crossed.incoming || crossed.link != r->link->id)
        return round_note(r, "answer_in", table, row->key, NULL, tq_status_code(TQ_LIAISON_UNASKED),
                -1, row->values, table->ncolumns, err);
    rc = lay_answer(r, there, row, &ours, err);
    return rc == TQ_OK ? note_outside(r, there, row, err) : rc;
}

tq_status round_take_answers(struct round *r, struct box *box, struct tq_error *err)
{
    return each_table(r, box, &box->app, box->catalogue, take_answer, err);
}

/* ---- what the merge refused ---- */

static tq_status note_exception(struct round *r, const struct tq_receipt *receipt,
        const struct tq_exception *x, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(r->app->catalogue, x->table);
    struct tq_value held[2] = { tq_value_blob(tq_slice_of(receipt->set_hash, TQ_HASH_BYTES)),
        tq_value_int(x->place) };
    const char *code = x->reason == TQ_REASON_ROW_MISSING ? tq_status_code(TQ_LIAISON_UNASKED)
                                                          : tq_reason_code(x->reason);

    return round_note(r, "answer_in", table, x->key, NULL, code,
            table != NULL ? tq_table_column(table, x->column) : -1, held, 2, err);
}

#define PLACE "out" /* the mailbox's own row of links: it has no other */

#define PLACE_BITS 40 /* above them in our file: which mailbox the place is of */

struct place {
    int64_t id;    /* of the mailbox's own row */
    uint64_t made; /* when that was made, from bit PLACE_BITS on; 0: before this was noted */
    uint64_t pos;
};

static tq_status begin_place(struct round *r, struct box *box, struct tq_slice name,
        struct tq_link_info *out, struct tq_error *err)
{
    struct tq_slice none = tq_slice_of(NULL, 0);
    tq_status rc = tq_links_add(box->app.store, name, r->now_ms, err);

    if (rc == TQ_OK)
        rc = tq_links_find(box->app.store, name, r->arena, out, err);
    if (rc == TQ_OK)
        rc = tq_links_note(
                box->app.store, out->id, TQ_LIAISON_HEARD, none, none, 0, r->now_ms, err);
    out->heard_at_ms = r->now_ms;
    return rc;
}

/* How far its receipts were looked at. Our file says so, and the mailbox, too: either may have come
 * back from a copy, and the one that is behind tells. What our file says of another mailbox, which was
 * lost since, says nothing of this one. */
static tq_status find_place(
        struct round *r, struct box *box, struct place *out, struct tq_error *err)
{
    struct tq_slice name = tq_slice_str(PLACE);
    struct tq_link_info found;
    uint64_t ours = r->link->receipts;
    tq_status rc = tq_links_find(box->app.store, name, r->arena, &found, err);

    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        rc = begin_place(r, box, name, &found, err);
    }
    if (rc != TQ_OK)
        return rc;
    out->id = found.id;
    out->made = (uint64_t)found.heard_at_ms << PLACE_BITS & INT64_MAX;
    ours = (ours ^ out->made) >> PLACE_BITS != 0 ? 0 : ours ^ out->made;
    out->pos = found.receipts < ours ? found.receipts : ours;
    return TQ_OK;
}

static tq_status note_place(
        struct round *r, struct box *box, const struct place *place, struct tq_error *err)
{
    struct tq_slice none = tq_slice_of(NULL, 0);
    tq_status rc = tq_links_note(r->app->store, r->link->id, TQ_LIAISON_SEEN, none, none,
            place->made | place->pos, r->now_ms, err);

    return rc == TQ_OK ? tq_links_note(box->app.store, place->id, TQ_LIAISON_SEEN, none, none,
                                 place->pos, r->now_ms, err)
                       : rc;
}

tq_status round_collect(struct round *r, struct box *box, struct tq_error *err)
{
    struct place place = { 0, 0, 0 };
    bool found = true;
    tq_status rc;

    tq_arena_reset(r->arena);
    rc = find_place(r, box, &place, err);
    while (rc == TQ_OK && found) {
        struct tq_receipt receipt;
        struct tq_slice bytes;

        tq_arena_reset(r->arena);
        rc = tq_links_exception(box->app.store, &place.pos, r->arena, &bytes, &found, err);
        if (rc != TQ_OK || !found)
            break;
        rc = tq_receipt_decode(bytes, r->arena, &receipt, err);
        for (size_t i = 0; rc == TQ_OK && i < receipt.nexceptions; i++)
            rc = note_exception(r, &receipt, &receipt.exceptions[i], err);
        if (rc == TQ_OK)
            rc = note_place(r, box, &place, err);
    }
    return rc;
}

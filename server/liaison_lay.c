/* liaison_lay.c - The mailbox that the partner fills: its rows are judged once more and laid into our
 * file as rows of the commune that they are for; what that commune answers goes back. */
#include <string.h>

#include "edit.h"
#include "liaison_round.h"
#include "member/network.h"

#define STEP_SENT 1
#define STEP_ACKNOWLEDGED 2
#define STEP_CLOSED 4

struct came {
    struct tq_slice key;
    struct tq_value *values; /* of the mailbox's table, in catalogue order */
};

struct came_list {
    struct came *rows;
    size_t count;
    size_t cap;
};

static tq_status keep(struct round *r, struct came_list *list, const struct tq_table *table,
        struct tq_value *values, struct tq_error *err)
{
    if (list->count == list->cap) {
        size_t cap = list->cap > 0 ? 2 * list->cap : ROUND_PAGE;
        struct came *grown = tq_arena_array(r->arena, cap, sizeof(*grown));

        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "liaison");
        if (list->count > 0)
            memcpy(grown, list->rows, list->count * sizeof(*grown));
        list->rows = grown;
        list->cap = cap;
    }
    list->rows[list->count].key = values[table->key[0]].s;
    list->rows[list->count++].values = values;
    return TQ_OK;
}

#define PAGE_ROWS 32u /* each as large as a message may be */

/* The next rows of a table of the mailbox behind *after, which moves to the last: a walk allows no
 * writing meanwhile, and how many there are is the partner's to say. */
static tq_status read_table(struct round *r, struct box *box, const struct tq_table *table,
        struct tq_buf *after, struct came_list *list, struct tq_error *err)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct tq_office_store *store = box->net->store;
    bool found = true;
    tq_status rc = ops->begin(store, TQ_TXN_READ, err);

    memset(list, 0, sizeof(*list));
    tq_arena_reset(r->arena);
    if (rc == TQ_OK)
        rc = ops->rows_open(store, table, tq_slice_of(NULL, 0), tq_buf_slice(after), err);
    while (rc == TQ_OK && found && list->count < PAGE_ROWS) {
        struct tq_value *values = tq_arena_array(r->arena, table->ncolumns, sizeof(*values));

        if (values == NULL)
            rc = tq_error_set(err, TQ_NOMEM, "liaison");
        if (rc == TQ_OK)
            rc = ops->rows_next(store, r->arena, values, &found, err);
        if (rc == TQ_OK && found &&
                (after->len == 0 ||
                        tq_slice_compare(values[table->key[0]].s, tq_buf_slice(after)) > 0))
            rc = keep(r, list, table, values, err);
    }
    ops->rows_close(store);
    ops->rollback(store);
    if (rc == TQ_OK && list->count > 0) {
        tq_buf_clear(after);
        tq_buf_append_slice(after, list->rows[list->count - 1].key);
        if (!tq_buf_is_ok(after))
            rc = tq_error_set(err, TQ_NOMEM, "liaison");
    }
    return rc;
}

/* Does our row stand as turn_round would lay theirs? A file that came back from a copy has the row
 * from its commune and no word of the link. Where no column says which way it went, none that an
 * office of ours made is taken for theirs; what we told was learned to be ours before (round_tell). */
static tq_status stands_as_theirs(struct round *r, const struct tq_table *table,
        const struct tq_value *from, const struct tq_stored_row *row, bool *out,
        struct tq_error *err)
{
    int direction = tq_table_column_find(table, "direction");
    int unit = tq_table_column_find(table, "unit");
    int partner = tq_table_column_find(table, "partner_unit");

    *out = row->exists && tq_value_equal(&row->values[unit], &from[partner]) &&
           tq_value_equal(&row->values[partner], &from[unit]);
    if (direction >= 0)
        *out = *out && tq_slice_equal(row->values[direction].s, tq_slice_str("in"));
    return *out && direction < 0 ? round_by_us(r, row, out, err) : TQ_OK;
}

/* Is it a row that came by this link, which may still change? *fresh: it has not come before. */
static tq_status is_theirs(struct round *r, const struct tq_table *table, const struct came *came,
        bool *theirs, bool *fresh, bool *frozen, struct tq_stored_row *row, struct tq_error *err)
{
    struct tq_link_row crossed;
    bool stands = false;
    tq_status rc = tq_links_row(r->app->store, table->id, came->key, &crossed, err);

    if (rc == TQ_OK)
        rc = round_row(r, table, came->key, row, err);
    if (rc == TQ_OK && crossed.link == 0 && !crossed.ours)
        rc = stands_as_theirs(r, table, came->values, row, &stands, err);
    if (rc != TQ_OK)
        return rc;
    *fresh = crossed.link == 0 && !crossed.ours && !row->exists;
    *theirs = *fresh || stands || (crossed.link == r->link->id && crossed.incoming);
    *frozen = crossed.frozen && row->exists; /* one that was but asked for is not there */
    return TQ_OK;
}

/* Why they voided it stays with them, and our rule asks for a word. */
static const char THEIR_VOID[] = "huyện bạn đã hủy";

/* A void of theirs is laid where there is none, and lifted again where it was theirs: what we voided
 * ourselves stays as we did. */
static void lay_void(const struct tq_stored_row *row, int voided, int why, struct tq_value theirs,
        struct tq_value *to, bool *given)
{
    bool is_void = row->exists && row->values[voided].type != TQ_NULL;
    bool by_them = is_void && row->values[why].type == TQ_TEXT &&
                   tq_slice_equal(row->values[why].s, tq_slice_str(THEIR_VOID));

    given[voided] = given[why] = theirs.type == TQ_NULL ? by_them || !row->exists : !is_void;
    to[voided] = theirs;
    to[why] = theirs.type == TQ_NULL ? tq_value_null() : tq_value_str(THEIR_VOID);
}

/* The row as our commune has it: its own, with the partner's words in it. `row`: as it stands. */
static void turn_round(const struct round *r, const struct tq_table *table,
        const struct tq_value *from, const struct tq_stored_row *row, struct tq_value *to,
        bool *given)
{
    int unit = tq_table_column_find(table, "unit");
    int partner = tq_table_column_find(table, "partner_unit");
    int direction = tq_table_column_find(table, "direction");
    int state = tq_table_column_find(table, "state");
    int voided = tq_table_column_find(table, "voided_at");
    int why = tq_table_column_find(table, "void_reason");
    int came = tq_table_column_find(table, "came");
    /* The writer sends and closes; how far the answers have come is ours to say. */
    int step = tq_liaison_step(from[state].s) == STEP_CLOSED ? STEP_CLOSED : STEP_SENT;

    for (uint32_t i = 0; i < table->ncolumns; i++) {
        to[i] = table->columns[i].fallback;
        given[i] = false;
    }
    for (uint32_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *column = &table->columns[i];
        uint32_t at = tq_liaison_mirror(table, i);

        if (tq_liaison_is_envelope(column) || tq_liaison_is_answer(column) ||
                tq_liaison_article(&r->agreement, table, i) == NULL)
            continue;
        to[at] = from[i];
        given[at] = true;
    }
    to[table->key[0]] = from[table->key[0]];
    to[unit] = from[partner];
    to[partner] = from[unit];
    given[table->key[0]] = given[unit] = given[partner] = true;
    if (came >= 0) {
        to[came] = tq_value_int(1);
        given[came] = true;
    }
    if (direction >= 0) {
        to[direction] = tq_value_str("in");
        given[direction] = true;
    }
    lay_void(row, voided, why, from[voided], to, given);
    to[state] = tq_value_str(tq_liaison_state(step));
    given[state] = !row->exists || step > tq_liaison_step(row->values[state].s);
}

/* Refused by a rule of ours (an unknown commune, a date that is none): it stays where it is. */
static tq_status refuse(struct round *r, const struct tq_table *table, const struct came *row,
        const char *code, int column, struct tq_error *err)
{
    return round_note(
            r, "in", table, row->key, NULL, code, column, row->values, table->ncolumns, err);
}

/* What it says of the minutes, where ours says otherwise. */
static tq_status refuse_minutes(
        struct round *r, const struct tq_table *table, const struct came *row, struct tq_error *err)
{
    return refuse(r, table, row, tq_status_code(TQ_LIAISON_MINUTES),
            tq_table_column_find(table, "minutes_no"), err);
}

/* Once for the same words, however far the answers have come: also of a row that was laid by a round
 * that died before it could say so. */
static tq_status note_came(struct round *r, const struct tq_table *table, const struct came *row,
        const struct tq_article *article, struct tq_error *err)
{
    int state = tq_table_column_find(table, "state");
    struct tq_value values[TQ_MAX_COLUMNS];

    memcpy(values, row->values, table->ncolumns * sizeof(*values));
    for (size_t i = 0; i < table->ncolumns; i++)
        if (tq_liaison_is_answer(&table->columns[i]))
            values[i] = table->columns[i].fallback;
    values[state] = tq_value_str(tq_liaison_state(
            tq_liaison_step(values[state].s) == STEP_CLOSED ? STEP_CLOSED : STEP_SENT));
    return round_note(r, "in", table, row->key, article, "", -1, values, table->ncolumns, err);
}

/* That the row is theirs, before anything is done with it: else what may not come now, or what an
 * officer granted, would be told to them as a row of ours. */
static tq_status learn(
        struct round *r, const struct tq_table *table, struct tq_slice key, struct tq_error *err)
{
    const struct tq_link_row theirs = { .link = r->link->id, .incoming = true };
    struct tq_link_row before;
    tq_status rc = tq_links_row(r->app->store, table->id, key, &before, err);

    return rc == TQ_OK && before.link == 0
                   ? tq_links_row_put(r->app->store, table->id, key, &theirs, r->now_ms, err)
                   : rc;
}

static tq_status write_row(struct round *r, const struct tq_table *table, const struct came *row,
        const struct tq_stored_row *now, const struct tq_article *article, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS];
    struct edit_list list;
    struct round_gate gate;
    bool differ;
    tq_status rc;

    turn_round(r, table, row->values, now, values, given);
    edit_init(&list, r->arena);
    rc = round_bear(r, table, row->values, now, values, given, &differ, err);
    if (rc == TQ_OK)
        rc = edit_row(&list, r->app, table, values, given, err);
    if (rc == TQ_OK)
        rc = round_may_write(r, table, now, values, given, &list, &gate, err);
    if (rc == TQ_OK && (now->exists || gate.locked < 0)) /* a key that is but asked for is no row */
        rc = learn(r, table, row->key, err);
    if (rc == TQ_OK && gate.locked >= 0)
        return refuse(r, table, row, tq_status_code(TQ_LOCKED), gate.locked, err);
    if (rc == TQ_OK && gate.refused && list.count == 0)
        return refuse(r, table, row, tq_status_code(TQ_REFUSED), -1, err); /* by an officer */
    if (rc == TQ_OK && now->exists)
        rc = round_bear_told(r, table, row->values, now, row->key, differ, err);
    if (rc == TQ_OK && list.count == 0)
        return differ ? refuse_minutes(r, table, row, err) : note_came(r, table, row, article, err);
    round_sign(r, table, &list);
    if (rc == TQ_OK)
        rc = app_merge(r->app, list.changes, list.count, 0, err);
    if (rc == TQ_RULE && r->app->write.nobjections > 0) {
        const struct tq_objection *why = &r->app->write.objections[0];

        tq_error_clear(err);
        return refuse(r, table, row, tq_reason_code(why->reason),
                tq_table_column(table, why->column), err);
    }
    if (rc == TQ_OK)
        rc = note_came(r, table, row, article, err);
    if (rc == TQ_OK && differ)
        rc = refuse_minutes(r, table, row, err);
    r->result->came += rc == TQ_OK;
    return rc;
}

/* Would what the partner says of a row of its that stands here change it? */
static tq_status says_more(struct round *r, const struct tq_table *table, const struct came *row,
        const struct tq_stored_row *now, bool *out, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS];
    struct edit_list list;
    int came = tq_table_column_find(table, "came");
    bool differ;
    tq_status rc;

    turn_round(r, table, row->values, now, values, given);
    if (came >= 0) /* which way it went is no word of theirs */
        given[came] = false;
    edit_init(&list, r->arena);
    rc = round_bear(r, table, row->values, now, values, given, &differ, err);
    if (rc == TQ_OK)
        rc = edit_row(&list, r->app, table, values, given, err);
    *out = rc == TQ_OK && list.count > 0;
    return rc;
}

/* It is dropped, and the journal says so. */
static tq_status lay_frozen(struct round *r, const struct tq_table *table, const struct came *row,
        const struct tq_stored_row *now, struct tq_error *err)
{
    bool more;
    tq_status rc = says_more(r, table, row, now, &more, err);

    return rc == TQ_OK && more ? refuse(r, table, row, tq_status_code(TQ_LIAISON_ENDED), -1, err)
                               : rc;
}

static tq_status lay_row(
        struct round *r, const struct tq_table *table, const struct came *row, struct tq_error *err)
{
    struct tq_liaison_verdict verdict;
    struct tq_stored_row now;
    bool theirs;
    bool fresh;
    bool frozen;
    tq_status rc;

    tq_liaison_judge(&r->agreement, r->theirs, r->today, table, row->values, &verdict);
    rc = is_theirs(r, table, row, &theirs, &fresh, &frozen, &now, err);
    now.key = row->key;
    if (rc == TQ_OK && verdict.code != TQ_OK) {
        if (theirs && !fresh && !frozen)
            rc = learn(r, table, row->key, err);
        return rc != TQ_OK
                       ? rc
                       : refuse(r, table, row, tq_status_code(verdict.code), verdict.column, err);
    }
    if (rc != TQ_OK)
        return rc;
    if (theirs && frozen)
        return lay_frozen(r, table, row, &now, err);
    if (!theirs)
        return refuse(r, table, row, tq_status_code(TQ_LIAISON_OURS), -1, err);
    for (size_t i = 0; i < table->ncolumns; i++) {
        tq_reason reason = tq_column_check(&table->columns[i], &row->values[i]);

        if (reason != TQ_REASON_NONE)
            return refuse(r, table, row, tq_reason_code(reason), (int)i, err);
    }
    return write_row(r, table, row, &now, verdict.article, err);
}

typedef tq_status (*came_fn)(struct round *r, struct box *box, const struct tq_table *table,
        const struct came *row, struct tq_error *err);

/* `table` is ours: the mailbox's has the same columns. */
static tq_status each_row(struct round *r, struct box *box, came_fn fn, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t t = 0; rc == TQ_OK && t < box->catalogue->ntables; t++) {
        const struct tq_table *there = &box->catalogue->tables[t];
        struct came_list list = { NULL, PAGE_ROWS, 0 };
        struct tq_buf after;

        if (!tq_liaison_is_table(there))
            continue;
        tq_buf_init(&after, TQ_MAX_KEY_BYTES);
        while (rc == TQ_OK && list.count == PAGE_ROWS) {
            rc = read_table(r, box, there, &after, &list, err);
            for (size_t i = 0; rc == TQ_OK && i < list.count; i++)
                rc = fn(r, box, tq_catalogue_table(r->app->catalogue, there->id), &list.rows[i],
                        err);
        }
        tq_buf_deinit(&after);
    }
    return rc;
}

/* After the days of the agreement, of what does not cross any more: silent only about what crossed
 * before and is as it was. */
static tq_status lay_late(
        struct round *r, const struct tq_table *table, const struct came *row, struct tq_error *err)
{
    struct tq_stored_row now;
    bool theirs;
    bool fresh;
    bool frozen;
    bool more = true;
    tq_status rc = is_theirs(r, table, row, &theirs, &fresh, &frozen, &now, err);

    now.key = row->key;
    if (rc == TQ_OK && theirs && now.exists)
        rc = says_more(r, table, row, &now, &more, err);
    return rc == TQ_OK && more ? refuse(r, table, row, tq_status_code(TQ_LIAISON_ENDED), -1, err)
                               : rc;
}

static tq_status lay_one(struct round *r, struct box *box, const struct tq_table *table,
        const struct came *row, struct tq_error *err)
{
    (void)box;
    return tq_agreement_carries(&r->agreement, r->today, table) ? lay_row(r, table, row, err)
                                                                : lay_late(r, table, row, err);
}

tq_status round_lay(struct round *r, struct box *box, struct tq_error *err)
{
    return each_row(r, box, lay_one, err);
}

/* ---- answers ---- */

/* How far what our commune wrote into their row brings it, of what the agreement lets out. */
static int reached(const struct round *r, const struct tq_table *table, const struct tq_value *ours)
{
    int step = 0;

    for (uint32_t i = 0; i < table->ncolumns; i++) {
        int to = tq_liaison_reach(&table->columns[i]);

        if (to > step && ours[tq_liaison_mirror(table, i)].type != TQ_NULL &&
                tq_liaison_article(&r->agreement, table, i) != NULL)
            step = to;
    }
    return step;
}

/* The office has seen it: the instant at which we learned so, once; and the row has come as far as what
 * it wrote there says, as it will on their side. What the writer closed itself tells nothing of that;
 * `theirs`: how far its own row says that it is. */
static tq_status acknowledge(struct round *r, const struct tq_table *table, int theirs,
        struct tq_stored_row *row, struct tq_error *err)
{
    int at = tq_table_column_find(table, "acknowledged_at");
    int state = tq_table_column_find(table, "state");
    struct tq_value values[TQ_MAX_COLUMNS] = { { TQ_NULL, 0, { NULL, 0 } } };
    bool given[TQ_MAX_COLUMNS] = { false };
    int ours = tq_liaison_step(row->values[state].s);
    int step = reached(r, table, row->values);
    struct edit_list list;
    tq_status rc;

    if (step > ours) {
        values[state] = tq_value_str(tq_liaison_state(step));
        given[state] = true;
        ours = step;
    }
    if (at >= 0 && row->values[at].type == TQ_NULL && ours >= STEP_ACKNOWLEDGED &&
            (ours != STEP_CLOSED || theirs != STEP_CLOSED)) {
        values[at] = tq_value_int(r->now_ms);
        given[at] = true;
    }
    if (!given[state] && (at < 0 || !given[at]))
        return TQ_OK;
    values[table->key[0]] = tq_value_blob(row->key);
    given[table->key[0]] = true;
    edit_init(&list, r->arena);
    rc = edit_row(&list, r->app, table, values, given, err);
    if (rc == TQ_OK && list.count > 0)
        rc = app_merge(r->app, list.changes, list.count, 0, err);
    for (size_t i = 0; rc == TQ_OK && i < table->ncolumns; i++)
        if (given[i])
            row->values[i] = values[i];
    return rc;
}

/* What our row answers and the mailbox does not say yet, as far as the agreement lets it out. */
static uint32_t differing(const struct round *r, const struct tq_table *table,
        const struct tq_value *ours, const struct tq_value *said, uint32_t *columns,
        struct tq_value *values, const struct tq_article **article)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < table->ncolumns; i++) {
        const struct tq_value *ours_at = &ours[tq_liaison_mirror(table, i)];
        const struct tq_article *by = tq_liaison_article(&r->agreement, table, i);

        if (!tq_liaison_is_answer(&table->columns[i]) || by == NULL ||
                tq_value_equal(ours_at, &said[i]))
            continue;
        *article = by;
        columns[n] = table->columns[i].id;
        values[n++] = *ours_at;
    }
    return n;
}

static tq_status say(struct round *r, struct box *box, const struct tq_table *table,
        struct tq_slice key, const struct tq_cells *cells, struct tq_error *err)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct tq_office_store *store = box->net->store;
    const struct tq_table *there = tq_catalogue_table(box->catalogue, table->id);
    tq_status rc = ops->begin(store, TQ_TXN_WRITE, err);

    if (rc == TQ_OK)
        rc = ops->cells_write(store, there, key, r->agreement.names[r->ours], cells, err);
    if (rc == TQ_OK)
        rc = ops->commit(store, err);
    if (rc != TQ_OK)
        ops->rollback(store);
    return rc;
}

static tq_status answer_one(struct round *r, struct box *box, const struct tq_table *table,
        const struct came *row, struct tq_error *err)
{
    uint32_t columns[TQ_MAX_COLUMNS];
    struct tq_value values[TQ_MAX_COLUMNS];
    struct tq_cells cells = { 0, columns, values };
    const struct tq_article *article = NULL;
    struct tq_stored_row ours;
    bool theirs;
    bool fresh;
    bool frozen;
    tq_status rc = TQ_OK;

    if (!tq_agreement_carries(&r->agreement, r->today, table))
        return TQ_OK;
    rc = is_theirs(r, table, row, &theirs, &fresh, &frozen, &ours, err);
    if (rc != TQ_OK || !theirs || fresh || frozen || !ours.exists)
        return rc;
    ours.key = row->key;
    rc = learn(r, table, row->key, err); /* a file that came back from a copy did not know */
    if (rc != TQ_OK)
        return rc;
    rc = acknowledge(r, table, tq_liaison_step(row->values[tq_table_column_find(table, "state")].s),
            &ours, err);
    if (rc == TQ_OK)
        rc = round_case(r, table, row->key, ours.values, err);
    if (rc != TQ_OK)
        return rc;
    round_withholds(r, table, row->values, ours.values);
    cells.n = differing(r, table, ours.values, row->values, columns, values, &article);
    if (cells.n == 0)
        return TQ_OK;
    for (size_t i = 0; i < cells.n; i++) {
        int at = tq_table_column(table, columns[i]);

        if (at >= 0 && tq_liaison_is_personal(table, (uint32_t)at, &values[i]))
            return round_note(r, "answer_out", table, row->key, NULL,
                    tq_status_code(TQ_LIAISON_PERSONAL), at, values, cells.n, err);
    }
    rc = round_note(r, "answer_out", table, row->key, article, "", -1, values, cells.n, err);
    if (rc == TQ_OK)
        rc = say(r, box, table, row->key, &cells, err);
    r->result->answers_out += rc == TQ_OK;
    return rc;
}

tq_status round_answer(struct round *r, struct box *box, struct tq_error *err)
{
    return each_row(r, box, answer_one, err);
}

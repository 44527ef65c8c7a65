/* sim_account.c - At rest: where has every value gone that was ever written, and what became of every
 * receipt that was ever given?
 *
 * Each cell of each change in the ledger is the present value, or stands in the inbox, or was
 * replaced by a later change whose author had it before him; or its receipt says held, refused,
 * asked for or dropped, and what waits is there. A receipt that an office holds is at the district,
 * byte for byte, whatever was lost and refilled since. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim_judged.h"
#include "store/sql.h"

#define SETS 4096

struct entry {
    struct tq_ledger_set kept;
    struct tq_set_body body;
    struct tq_receipt *receipts;
    size_t nreceipts;
};

struct account {
    struct sim *s;
    const struct tq_district_ops *ops;
    struct entry *sets;
    size_t n;
};

static void read_ledger(struct account *a)
{
    struct sim *s = a->s;

    a->sets = tq_arena_array(s->scratch, SETS, sizeof(*a->sets));
    for (a->n = 0; a->n < SETS; a->n++) {
        struct entry *e = &a->sets[a->n];
        struct tq_slice *list;
        struct tq_error err;
        tq_status rc;

        tq_error_clear(&err);
        rc = a->ops->ledger_by_n(a->ops->ctx, a->n + 1, s->scratch, &e->kept, &err);
        if (rc == TQ_NOT_FOUND)
            return;
        sim_must(s, rc, "ledger", &err);
        sim_must(s, tq_body_decode(e->kept.set.payload, s->scratch, &e->body, &err), "set", &err);
        sim_must(s,
                a->ops->receipts_of(a->ops->ctx, e->kept.set.device, e->kept.set.incarnation,
                        e->kept.set.seq, s->scratch, &list, &e->nreceipts, &err),
                "receipts", &err);
        e->receipts = tq_arena_array(s->scratch, e->nreceipts, sizeof(*e->receipts));
        for (size_t i = 0; i < e->nreceipts; i++)
            sim_must(s, tq_receipt_decode(list[i], s->scratch, &e->receipts[i], &err), "receipt",
                    &err);
    }
}

/* What the last receipt that names the place says of a cell of it; NULL: accepted. */
static const struct tq_exception *told(const struct entry *e, uint32_t place, uint32_t cell)
{
    uint32_t whole = e->body.changes[place].cell;
    const struct tq_exception *out = NULL;

    for (size_t i = 0; i < e->nreceipts; i++) {
        bool named = false;

        for (size_t k = 0; k < e->receipts[i].nexceptions; k++)
            named = named || e->receipts[i].exceptions[k].place == place;
        if (!named)
            continue;
        out = NULL;
        for (size_t k = 0; k < e->receipts[i].nexceptions; k++) {
            const struct tq_exception *x = &e->receipts[i].exceptions[k];

            if (x->place == place && (x->cell == cell || x->cell == whole))
                out = x;
        }
    }
    return out;
}

static tq_verdict fate(const struct entry *e, uint32_t place, uint32_t cell)
{
    const struct tq_exception *said = told(e, place, cell);

    return said != NULL ? said->verdict : TQ_ACCEPTED;
}

/* Was it ever a value? What another branch of the file had brought is one by that. */
static bool counts(tq_verdict verdict)
{
    return verdict == TQ_ACCEPTED || verdict == TQ_SUPERSEDED || verdict == TQ_DUPLICATE;
}

/* The same numbers with another content are another change: of a copy that went its own way. */
static bool is_same_capture(const struct tq_change *a, const struct tq_change *b)
{
    bool same = a->incarnation == b->incarnation && a->log_id == b->log_id &&
                a->table == b->table && a->cell == b->cell && a->at_ms == b->at_ms &&
                a->ncolumns == b->ncolumns && tq_slice_equal(a->key, b->key);

    for (uint32_t i = 0; same && i < a->ncolumns; i++)
        same = a->columns[i] == b->columns[i] && tq_value_equal(&a->after[i], &b->after[i]);
    return same;
}

/* Is the same change in a set of another branch? (Not after that was lost with the district, and its
 * file with it.) */
static bool is_in_another(const struct account *a, const struct entry *e, uint32_t place)
{
    const struct tq_change *of = &e->body.changes[place];

    for (size_t n = 0; n < a->n; n++) {
        const struct entry *other = &a->sets[n];

        if (other == e || other->kept.set.device != e->kept.set.device)
            continue;
        for (uint32_t i = 0; i < other->body.nchanges; i++)
            if (is_same_capture(&other->body.changes[i], of))
                return true;
    }
    return false;
}

/* Does `e` lie on the way from `by` back through the incarnations of its file, or is it that set? Log
 * ids of copies that went their own ways say nothing of each other. */
static bool is_before(const struct account *a, const struct entry *e, const struct entry *by)
{
    uint32_t incarnation = by->kept.set.incarnation;
    uint64_t upto = by->kept.set.seq;

    if (by->kept.set.device != e->kept.set.device)
        return false;
    for (size_t hops = 0; hops < a->n; hops++) {
        const struct entry *first = NULL;

        if (e->kept.set.incarnation == incarnation)
            return e->kept.set.seq <= upto;
        for (size_t n = 0; first == NULL && n < a->n; n++)
            if (a->sets[n].kept.set.device == e->kept.set.device &&
                    a->sets[n].kept.set.incarnation == incarnation && a->sets[n].kept.set.seq == 1)
                first = &a->sets[n];
        if (first == NULL || first->body.parent.seq == 0)
            return false;
        incarnation = first->body.parent.incarnation;
        upto = first->body.parent.seq;
    }
    return false;
}

/* Did the file of `by` hold the change at `e`, place `place` when its own change `c` was captured? As
 * this set, or as another that brought the same. */
static bool is_own(const struct account *a, const struct entry *by, const struct tq_change *c,
        const struct entry *e, uint32_t place)
{
    const struct tq_change *of = &e->body.changes[place];

    if (by->kept.set.device != e->kept.set.device || c->log_id <= of->log_id)
        return false;
    if (is_before(a, e, by))
        return true;
    for (size_t n = 0; n < a->n; n++) {
        const struct entry *other = &a->sets[n];

        for (uint32_t i = 0; i < other->body.nchanges; i++)
            if (is_same_capture(&other->body.changes[i], of) && is_before(a, other, by))
                return true;
    }
    return false;
}

/* Had its author the value of `e`, place `place` before him? By number (any that the change ever
 * had), or it was his own; the district's people see the district. */
static bool saw(const struct account *a, const struct entry *by, const struct tq_change *c,
        const struct entry *e, uint32_t place)
{
    if (by->kept.set.device == TQ_DEVICE_DISTRICT)
        return by->kept.n > e->kept.n;
    if (is_own(a, by, c, e, place))
        return true;
    for (size_t i = 0; i < e->nreceipts; i++)
        if (!e->receipts[i].amending && c->seen >= e->receipts[i].first_seq + place)
            return true;
    /* Released later, under a number of then. */
    for (size_t i = 0; i < e->nreceipts; i++)
        if (e->receipts[i].amending && c->seen >= e->receipts[i].merged_at)
            return true;
    return false;
}

static bool writes_cell(const struct tq_table *table, const struct tq_change *c, uint32_t cell)
{
    if (c->cell != TQ_CELL_ROW)
        return c->cell == cell;
    for (uint32_t k = 0; k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);

        if (at >= 0 && table->columns[at].cell == cell)
            return true;
    }
    return false;
}

/* An entry that says what the column has anyhow has written nothing (merge_was_written). */
static bool is_default(const struct tq_table *table, const struct tq_change *c, uint32_t cell)
{
    for (uint32_t k = 0; k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);

        if (at >= 0 && table->columns[at].cell == cell &&
                !tq_value_equal(&c->after[k], &table->columns[at].fallback))
            return false;
    }
    return c->cell == TQ_CELL_ROW;
}

static bool was_replaced(struct account *a, const struct tq_table *table, const struct entry *e,
        uint32_t place, uint32_t cell)
{
    const struct tq_change *of = &e->body.changes[place];

    for (size_t n = 0; n < a->n; n++) {
        const struct entry *by = &a->sets[n];

        for (uint32_t i = 0; i < by->body.nchanges; i++) {
            const struct tq_change *c = &by->body.changes[i];
            tq_verdict verdict = fate(by, i, cell);

            /* The one that it is a duplicate of may be lost: then it was laid in its stead. */
            if (c->table == of->table && tq_slice_equal(c->key, of->key) && (c != of) &&
                    writes_cell(table, c, cell) && (counts(verdict) || verdict == TQ_DUPLICATE) &&
                    (is_default(table, of, cell) || saw(a, by, c, e, place)))
                return true;
        }
    }
    return false;
}

static bool is_in_inbox(struct account *a, const struct entry *e, uint32_t place,
        const struct tq_change *c, uint32_t cell)
{
    struct tq_loser *list;
    struct tq_error err;
    size_t n;

    tq_error_clear(&err);
    sim_must(a->s,
            a->ops->losers(a->ops->ctx, c->table, c->key, cell, a->s->scratch, &list, &n, &err),
            "inbox", &err);
    for (size_t i = 0; i < n; i++)
        if (list[i].set_n == e->kept.n && list[i].place == place)
            return true;
    return false;
}

static bool is_present(
        struct account *a, const struct tq_table *table, const struct tq_change *c, uint32_t cell)
{
    struct sim_row *row = sim_shadow_find(a->s, table, c->key);

    if (row == NULL || row->newest == NULL || !row->newest->exists)
        return false;
    for (uint32_t k = 0; k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);

        if (at < 0 || table->columns[at].cell != cell)
            continue;
        if ((size_t)at >= row->table->ncolumns ||
                !sim_is_same(&c->after[k], &row->newest->values[at]))
            return false;
    }
    return true;
}

/* A report that comes again is "received" by the program, which has no set. */
static bool is_received_again(
        struct account *a, const struct tq_table *table, const struct tq_change *c, uint32_t cell)
{
    int at = strcmp(table->name, "report") == 0 ? tq_table_column_find(table, "receipt_state") : -1;
    struct sim_row *row = sim_shadow_find(a->s, table, c->key);

    return at >= 0 && table->columns[at].cell == cell && row != NULL && row->newest->exists &&
           tq_slice_equal(row->newest->values[at].s, tq_slice_str("received"));
}

static int64_t waiting(struct account *a, const struct entry *e, uint32_t place)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM tq_held WHERE set_n=%" PRIu64 " AND place=%u",
            e->kept.n, place);
    return sim_district_int(a->s, sql);
}

/* Refused as it was sent, and the row taken when its writer had put this right: that may be lost with
 * the district and his file, and what is refused is no value. */
static bool was_put_right(const struct tq_table *table, const struct tq_change *c, uint32_t cell)
{
    for (uint32_t k = 0; c->cell == TQ_CELL_ROW && k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);

        if (at >= 0 && table->columns[at].cell == cell &&
                tq_column_check(&table->columns[at], &c->after[k]) != TQ_REASON_NONE)
            return true;
    }
    return false;
}

/* Did its writer change the cell again, in the same waiting row? The request is for the latest. Of two
 * copies of the file that had not seen each other it is for one, and the other waits beside it. */
static bool was_edited(struct account *a, const struct tq_table *table, const struct entry *e,
        uint32_t place, uint32_t cell)
{
    const struct tq_change *of = &e->body.changes[place];

    for (size_t n = 0; n < a->n; n++)
        for (uint32_t i = 0; i < a->sets[n].body.nchanges; i++) {
            const struct tq_change *c = &a->sets[n].body.changes[i];

            if (c != of && c->table == of->table && tq_slice_equal(c->key, of->key) &&
                    writes_cell(table, c, cell) &&
                    (is_own(a, &a->sets[n], c, e, place) ||
                            (a->sets[n].kept.set.device == e->kept.set.device &&
                                    !is_same_capture(c, of) && waiting(a, e, place) > 0 &&
                                    sim_is_asked(a->s, table, c, cell, true) &&
                                    !is_own(a, e, of, &a->sets[n], i))))
                return true;
        }
    return false;
}

/* What is not taken: rightly, and what waits for the district's word is there to be granted. */
static void account_refusal(struct account *a, const struct tq_table *table, const struct entry *e,
        uint32_t place, uint32_t cell)
{
    const struct tq_change *c = &e->body.changes[place];
    const struct tq_exception *said = told(e, place, cell);

    if (said == NULL)
        return;
    if (said->verdict == TQ_REFUSED_ROW && !sim_is_wrong(table, c, said))
        sim_fail(a->s,
                "set %" PRIu64 " of device %u/%u, place %u: %s %s: %s was refused (%s) and is good",
                e->kept.set.seq, e->kept.set.device, e->kept.set.incarnation, place, table->name,
                sim_key_text(a->s, table, c->key), tq_table_cell_name(table, cell),
                tq_reason_code(said->reason));
    if (said->verdict == TQ_REQUESTED &&
            !sim_is_asked(a->s, table, c, cell, waiting(a, e, place) > 0) &&
            !was_edited(a, table, e, place, cell))
        sim_fail(a->s,
                "set %" PRIu64
                " of device %u/%u, place %u: %s %s: %s was asked for and is in no request",
                e->kept.set.seq, e->kept.set.device, e->kept.set.incarnation, place, table->name,
                sim_key_text(a->s, table, c->key), tq_table_cell_name(table, cell));
}

static void account_cell(struct account *a, const struct tq_table *table, const struct entry *e,
        uint32_t place, uint32_t cell)
{
    const struct tq_change *c = &e->body.changes[place];
    tq_verdict verdict = fate(e, place, cell);
    bool found = true;

    if (verdict == TQ_DUPLICATE && is_in_another(a, e, place))
        return;
    if (counts(verdict))
        found = is_present(a, table, c, cell) || is_in_inbox(a, e, place, c, cell) ||
                was_replaced(a, table, e, place, cell) || is_received_again(a, table, c, cell);
    /* Of a lost row: accepted, and waits for it to come back. */
    if (verdict == TQ_HELD || (!found && sim_may_be_back(a->s, e->kept.n)))
        found = waiting(a, e, place) > 0 ||
                (verdict == TQ_HELD && was_replaced(a, table, e, place, cell));
    if (!found && counts(verdict) && sim_may_be_back(a->s, e->kept.n))
        found = was_put_right(table, c, cell);
    account_refusal(a, table, e, place, cell);
    a->s->stats.accounted++;
    if (!found)
        sim_fail(a->s,
                "set %" PRIu64 " of device %u/%u, place %u: %s %s: %s was told %d and is nowhere",
                e->kept.set.seq, e->kept.set.device, e->kept.set.incarnation, place, table->name,
                sim_key_text(a->s, table, c->key), tq_table_cell_name(table, cell), (int)verdict);
}

static void account_change(struct account *a, const struct entry *e, uint32_t place)
{
    const struct tq_change *c = &e->body.changes[place];
    const struct tq_table *table = sim_table(a->s, c->table);
    uint32_t last = TQ_CELL_ROW;

    /* Requests and the inbox: the program writes them itself, without a change set. */
    if (table == NULL || (table->writers & TQ_BY_SYSTEM) != 0)
        return;
    for (uint32_t k = 0; k < c->ncolumns; k++) {
        int at = tq_table_column(table, c->columns[k]);

        if (at < 0 || table->columns[at].cell == last)
            continue;
        last = table->columns[at].cell;
        if (last == TQ_CELL_ROW && c->cell != TQ_CELL_ROW)
            continue;
        account_cell(a, table, e, place, last);
    }
}

/* ---- from the capture ---- */

struct arrived {
    uint32_t device;
    struct sim_change change;
};

static int by_change(const void *a, const void *b)
{
    const struct arrived *x = a;
    const struct arrived *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->change.incarnation != y->change.incarnation)
        return x->change.incarnation < y->change.incarnation ? -1 : 1;
    if (x->change.log_id != y->change.log_id)
        return x->change.log_id < y->change.log_id ? -1 : 1;
    return (x->change.hash > y->change.hash) - (x->change.hash < y->change.hash);
}

/* Each change that was ever captured in a file, in a set: whatever copies it went through. */
static void account_captured(struct account *a)
{
    struct sim *s = a->s;
    struct arrived *list;
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++)
        n += a->sets[i].body.nchanges;
    list = tq_arena_array(s->scratch, n + 1, sizeof(*list));
    n = 0;
    for (size_t i = 0; i < a->n; i++)
        for (uint32_t k = 0; k < a->sets[i].body.nchanges; k++) {
            const struct tq_change *c = &a->sets[i].body.changes[k];

            list[n].device = a->sets[i].kept.set.device;
            list[n++].change = (struct sim_change){ c->incarnation, c->log_id, sim_change_hash(c) };
        }
    qsort(list, n, sizeof(*list), by_change);
    for (size_t i = 0; i < s->noffices; i++) {
        const struct sim_office *o = &s->offices[i];

        for (size_t k = 0; !o->revoked && k < o->captured.n; k++) {
            struct arrived wanted = { o->device, o->captured.list[k] };

            s->stats.captured++;
            if (bsearch(&wanted, list, n, sizeof(*list), by_change) == NULL)
                sim_fail(s, "office %zu: change %u/%" PRIu64 " was captured and is in no set", i,
                        wanted.change.incarnation, wanted.change.log_id);
        }
    }
}

void sim_account(struct sim *s)
{
    struct account a = { .s = s, .ops = tq_district_store_ops(s->district.store) };

    tq_arena_reset(s->scratch);
    read_ledger(&a);
    for (size_t n = 0; n < a.n; n++)
        for (uint32_t place = 0; place < a.sets[n].body.nchanges; place++)
            account_change(&a, &a.sets[n], place);
    account_captured(&a);
}

/* ---- receipts ---- */

/* Has the ledger answered the set at another time? Another copy of the file had sent it to this
 * district, or this file had, and the answer got lost; and this file sent it to a district that is lost
 * by now: the ledger's own answer stands. */
static bool was_answered_anew(
        struct sim_office *o, struct tq_slice mine, const struct tq_slice *theirs, size_t n)
{
    const struct tq_district_ops *ops = tq_district_store_ops(o->sim->district.store);
    struct tq_receipt receipts[2];
    struct tq_ledger_set kept;
    struct tq_error err;

    tq_error_clear(&err);
    if (n == 0)
        return false;
    sim_must(o->sim, tq_receipt_decode(mine, o->sim->scratch, &receipts[0], &err), "receipt", &err);
    sim_must(o->sim, tq_receipt_decode(theirs[0], o->sim->scratch, &receipts[1], &err), "receipt",
            &err);
    sim_must(o->sim,
            ops->ledger_find(ops->ctx, o->device, receipts[1].incarnation, receipts[1].seq,
                    o->sim->scratch, &kept, &err),
            "ledger", &err);
    return sim_may_be_back(o->sim, kept.n) && receipts[0].ta != receipts[1].ta;
}

void sim_check_receipts(struct sim_office *o)
{
    const struct tq_district_ops *ops = tq_district_store_ops(o->sim->district.store);
    sqlite3_stmt *list = NULL;

    tq_arena_reset(o->sim->scratch);
    sqlite3_prepare_v2(o->db,
            "SELECT r.incarnation,r.seq,r.bytes FROM tq_receipt r JOIN tq_set s ON "
            "s.incarnation=r.incarnation AND s.seq=r.seq WHERE s.acked=1",
            -1, &list, NULL);
    while (sqlite3_step(list) == SQLITE_ROW) {
        struct tq_slice mine =
                tq_slice_of(sqlite3_column_blob(list, 2), (size_t)sqlite3_column_bytes(list, 2));
        struct tq_slice *theirs;
        struct tq_error err;
        bool found = false;
        size_t n;

        tq_error_clear(&err);
        sim_must(o->sim,
                ops->receipts_of(ops->ctx, o->device, (uint32_t)sqlite3_column_int64(list, 0),
                        (uint64_t)sqlite3_column_int64(list, 1), o->sim->scratch, &theirs, &n,
                        &err),
                "receipts", &err);
        for (size_t i = 0; i < n; i++)
            found = found || tq_slice_equal(theirs[i], mine);
        o->sim->stats.receipts++;
        if (!found && !was_answered_anew(o, mine, theirs, n))
            sim_fail(o->sim, "office %zu: a receipt of set %lld of %d is not the district's",
                    o->number, sqlite3_column_int64(list, 1), sqlite3_column_int(list, 0));
    }
    sqlite3_finalize(list);
}

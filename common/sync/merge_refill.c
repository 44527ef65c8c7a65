/* merge_refill.c - Sets that come back, with their receipts, after the district's file was restored
 * or lost (sync.md section 7).
 *
 * Nothing that was answered is judged twice: our own signature on the receipts is checked, and what
 * they say is carried out. A change that was accepted is laid by its effective time, as ever; what
 * was put aside is put aside again. It gets new sequences and keeps the lost ones beside them, for
 * offices name what they had seen by those. Sets come back in any order of offices, so a change may
 * come after one that had seen it, and an update before the row that it changes. */
#include <stdlib.h>
#include <string.h>

#include "sync/merge_internal.h"
#include "tuquan/ledger.h"

/* Had the writer of a change with this `seen` the value of sequence `seq` in his file? A `seen` that
 * this ledger holds knows the new sequence, one from the lost part the lost one. */
tq_status merge_has_seen(struct merge_batch *batch, uint64_t seen, uint64_t seq, bool *out)
{
    uint8_t hash[TQ_HASH_BYTES];
    uint64_t lost;
    int64_t t;
    tq_status rc;

    *out = seq <= seen;
    if (*out || seen == 0)
        return TQ_OK;
    rc = batch->store->lost_get(batch->store->ctx, seq, &lost, batch->err);
    if (rc == TQ_OK && lost <= seen) {
        rc = batch->store->history_get(batch->store->ctx, seen, &t, hash, batch->err);
        *out = rc == TQ_NOT_FOUND;
    }
    if (rc != TQ_NOT_FOUND)
        return rc;
    tq_error_clear(batch->err);
    return TQ_OK;
}

/* Had the writer of `by` seen this change that comes back, or written `by` after it on the same
 * chain? Then `by` was settled over it before the loss. */
tq_status merge_is_covered(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        uint64_t seq, const struct merge_stamp *by, bool *out)
{
    struct merge_stamp mine = { true, source, place, 0 };
    tq_status rc;

    *out = false;
    if (!source->replaying || !by->found)
        return TQ_OK;
    rc = merge_has_seen(batch, by->source->body.changes[by->place].seen, seq, out);
    if (rc == TQ_OK && !*out)
        rc = merge_is_own(batch, &mine, by->source, by->place, out);
    return rc;
}

/* ---- receipts ---- */

struct receipt_read {
    struct tq_receipt receipt;
    struct tq_slice bytes;
};

static int by_t(const void *a, const void *b)
{
    const struct receipt_read *x = a;
    const struct receipt_read *y = b;

    return (x->receipt.t > y->receipt.t) - (x->receipt.t < y->receipt.t);
}

/* Is the receipt ours, and of this set? Its bytes as we store them go to out->bytes. */
static tq_status check(struct merge_batch *batch, const struct tq_set *set,
        const uint8_t own_key[TQ_SIGN_KEY_BYTES], struct receipt_read *out, bool *right)
{
    const struct tq_receipt *r = &out->receipt;
    struct tq_buf buf;
    tq_status rc;

    tq_buf_init(&buf, 0);
    rc = batch->config->codec->receipt_encode(r, false, &buf, batch->err);
    *right = rc == TQ_OK && r->device == set->device && r->incarnation == set->incarnation &&
             r->seq == set->seq && memcmp(r->set_hash, set->hash, TQ_HASH_BYTES) == 0 &&
             batch->config->verify(own_key, TQ_SIGN_RECEIPT, tq_buf_slice(&buf), r->signature);
    if (rc == TQ_OK && *right) {
        tq_buf_clear(&buf);
        rc = batch->config->codec->receipt_encode(r, true, &buf, batch->err);
    }
    if (rc == TQ_OK && *right) {
        out->bytes = tq_slice_of(tq_arena_copy(batch->arena, buf.data, buf.len), buf.len);
        if (out->bytes.data == NULL)
            rc = tq_error_set(batch->err, TQ_NOMEM, "receipt");
    }
    tq_buf_deinit(&buf);
    return rc;
}

/* Does the ledger hold a receipt of this t already? */
static tq_status is_held(
        struct merge_batch *batch, const struct tq_merge_item *item, int64_t t, bool *out)
{
    *out = false;
    for (size_t i = 0; i < item->nreceipts && !*out; i++) {
        struct tq_receipt receipt;
        tq_status rc = batch->config->codec->receipt_decode(
                item->receipts[i], batch->arena, &receipt, batch->err);

        if (rc != TQ_OK)
            return rc;
        *out = receipt.t == t;
    }
    return TQ_OK;
}

/* The receipts of `item` that are not held, checked, by rising t. */
static tq_status read_receipts(struct merge_batch *batch, struct tq_merge_item *item,
        struct receipt_read *list, size_t *count)
{
    struct tq_device own;
    tq_status rc = batch->store->device_get(
            batch->store->ctx, TQ_DEVICE_DISTRICT, batch->arena, &own, batch->err);

    *count = 0;
    for (size_t i = 0; rc == TQ_OK && i < item->nrefill; i++) {
        bool right = false;
        bool held = false;

        rc = batch->config->codec->receipt_decode(
                item->refill[i], batch->arena, &list[*count].receipt, &item->error);
        if (rc == TQ_NOMEM)
            return tq_error_set(batch->err, TQ_NOMEM, "receipt");
        if (rc != TQ_OK) {
            item->status = rc;
            return TQ_OK;
        }
        rc = check(batch, item->set, own.sign_key, &list[*count], &right);
        if (rc == TQ_OK && !right) {
            item->status = tq_error_set(&item->error, TQ_FORGED, "receipt of set %llu of device %u",
                    (unsigned long long)item->set->seq, item->set->device);
            return TQ_OK;
        }
        if (rc == TQ_OK)
            rc = is_held(batch, item, list[*count].receipt.t, &held);
        *count += rc == TQ_OK && !held;
    }
    if (rc == TQ_OK && *count > 0)
        qsort(list, *count, sizeof(*list), by_t);
    return rc;
}

unsigned merge_fate_weight(tq_verdict verdict)
{
    return verdict == TQ_REFUSED_ROW                       ? 3
           : verdict == TQ_HELD || verdict == TQ_REQUESTED ? 2
           : verdict == TQ_DROPPED                         ? 1
                                                           : 0;
}

/* A later receipt that names a place replaces what earlier ones said of it. */
static bool take_fates(struct merge_source *source, const struct tq_receipt *receipt, bool apart)
{
    for (size_t i = 0; i < receipt->nexceptions; i++) {
        const struct tq_exception *e = &receipt->exceptions[i];
        struct merge_fate *fate;

        if (e->place >= source->body.nchanges)
            return false;
        fate = &source->fates[e->place];
        if (fate->named && fate->list == receipt->exceptions &&
                merge_fate_weight(fate->last.verdict) >= merge_fate_weight(e->verdict))
            continue;
        fate->named = true;
        fate->last = *e;
        fate->list = receipt->exceptions;
        fate->n = receipt->nexceptions;
        fate->apart = apart;
        if (!apart) /* else no receipt of this ledger knows that number */
            fate->lost = receipt->merged_at;
    }
    return true;
}

/* T rises over everything that they name; the signature is our own. */
static void raise_t(struct merge_batch *batch, const struct tq_receipt *receipt)
{
    if (receipt->t >= batch->t)
        batch->t = receipt->t + 1;
    if (receipt->ta >= batch->t)
        batch->t = receipt->ta + 1;
}

/* The ledger has answered this set anew, for another copy of the file: its own receipts stand, and
 * those of them that it lost since come back. Of the others only the fates are taken, and what they
 * do not name they had accepted. */
static void answered_elsewhere(
        struct merge_source *source, const struct receipt_read *list, size_t count)
{
    for (uint32_t i = 0; i < source->body.nchanges; i++) {
        struct merge_fate *fate = &source->fates[i];

        if (fate->named)
            continue;
        fate->named = true;
        fate->last.place = i;
        fate->last.cell = source->body.changes[i].cell;
        fate->last.verdict = TQ_ACCEPTED;
        fate->list = &fate->last;
        fate->n = 1;
    }
    source->elsewhere = true;
    source->ntold = 0;
    for (size_t i = 0; i < count; i++)
        if (list[i].receipt.amending && list[i].receipt.ta == source->ta)
            source->told[source->ntold++] = list[i].bytes;
}

/* A first receipt speaks of every place: what it does not name was accepted by it. */
static void begin_with(struct merge_source *source, const struct tq_receipt *first)
{
    source->first = *first;
    memset(source->fates, 0, source->body.nchanges * sizeof(*source->fates));
    for (size_t i = 0; i < source->body.nchanges; i++)
        source->fates[i].lost = first->merged_at;
}

/* What `source` (decoded) is told by the receipts that came with it. Wrong ones give the item its
 * status; nothing new is no fault. */
tq_status merge_refill_read(
        struct merge_batch *batch, struct merge_source *source, struct tq_merge_item *item)
{
    size_t n = source->body.nchanges;
    struct receipt_read *list = tq_arena_array(batch->arena, item->nrefill + 1, sizeof(*list));
    size_t count = 0;
    size_t begin = 0;
    bool apart;
    tq_status rc = list == NULL ? tq_error_set(batch->err, TQ_NOMEM, "receipts")
                                : read_receipts(batch, item, list, &count);

    if (rc != TQ_OK || item->status != TQ_OK || count == 0 || source->fates != NULL)
        return rc;
    source->fates = tq_arena_array(batch->arena, n + 1, sizeof(*source->fates));
    source->told = tq_arena_array(batch->arena, count, sizeof(*source->told));
    if (source->fates == NULL || source->told == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "receipts");
    /* An amending one of a history whose first receipt never came says nothing, if another answered. */
    while (!item->duplicate && begin + 1 < count && list[begin].receipt.amending)
        begin++;
    begin_with(source, &list[begin].receipt);
    for (size_t i = begin; i < count; i++) {
        /* Two histories answered it and both were lost: the office goes by what the later one said. */
        if (i > begin && !item->duplicate && !list[i].receipt.amending) {
            begin_with(source, &list[i].receipt);
            source->ntold = 0;
        }
        apart = list[i].receipt.ta != (item->duplicate ? source->ta : source->first.ta);
        if (!take_fates(source, &list[i].receipt, apart) ||
                (!item->duplicate && i == begin && list[i].receipt.amending)) {
            item->status = tq_error_set(&item->error, TQ_PROTOCOL,
                    "receipts of set %llu do not go together", (unsigned long long)item->set->seq);
            source->fates = NULL;
            source->ntold = 0;
            return TQ_OK;
        }
        /* One that amends what the other history answered fits no set of this ledger: its office
         * believes it, and it is said again in a receipt of ours (merge_refill_replay). */
        if (!apart)
            source->told[source->ntold++] = list[i].bytes;
    }
    for (size_t i = 0; i < count; i++)
        raise_t(batch, &list[i].receipt);
    if (item->duplicate && !source->first.amending)
        answered_elsewhere(source, list, count);
    return TQ_OK;
}

/* The entry in the ledger is made: keep beside it what the receipts call it. */
tq_status merge_refill_enter(struct merge_batch *batch, struct merge_source *source)
{
    size_t n = source->body.nchanges;
    tq_status rc = batch->store->refill_put(batch->store->ctx, source->n, source->first.first_seq,
            source->first.merged_at, batch->err);

    for (size_t i = 0; rc == TQ_OK && i < n;) {
        size_t end = i + 1;

        while (end < n && source->fates[end].lost == source->fates[i].lost)
            end++;
        rc = batch->store->lost_put(batch->store->ctx, source->first_seq + i, end - i,
                source->fates[i].lost, batch->err);
        i = end;
    }
    return rc;
}

/* ---- outcomes ---- */

/* The key that a change names in a column that refers to another table. */
static struct tq_slice named_by(
        const struct tq_table *table, const struct tq_change *change, uint32_t at)
{
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];

    for (uint32_t i = 0; i < change->ncolumns; i++)
        if (change->columns[i] == table->columns[at].id)
            return change->after[i].s;
    if ((int)at == table->owner)
        return change->owner;
    if (tq_key_decode(table, change->key, parts))
        for (uint32_t k = 0; k < table->nkey; k++)
            if (table->key[k] == at)
                return parts[k].s;
    return tq_slice_of(NULL, 0);
}

/* What the receipts say, and for what it waits. */
static void said(const struct merge_batch *batch, const struct tq_change *change,
        const struct tq_table *table, const struct tq_exception *e, struct merge_verdict *out)
{
    int at = tq_table_column(table, e->column);

    out->verdict = e->verdict;
    out->reason = e->reason;
    out->column = e->column;
    if (e->reason == TQ_REASON_PARENT_MISSING && at >= 0 &&
            table->columns[at].rule.kind == TQ_RULE_REF) {
        out->wait_table = tq_catalogue_find(batch->config->catalogue, table->columns[at].rule.ref);
        out->wait_key = named_by(table, change, (uint32_t)at);
    }
}

/* The heaviest that they say of one cell of a place. */
static const struct tq_exception *heaviest(
        const struct merge_fate *fate, uint32_t place, uint32_t cell)
{
    const struct tq_exception *worst = NULL;

    for (size_t i = 0; fate->named && i < fate->n; i++) {
        const struct tq_exception *e = &fate->list[i];

        if (e->place == place && e->cell == cell && merge_fate_weight(e->verdict) > 0 &&
                (worst == NULL ||
                        merge_fate_weight(e->verdict) > merge_fate_weight(worst->verdict)))
            worst = e;
    }
    return worst;
}

/* Of the change as a whole: an insert whose cells met fates of their own was taken. */
void merge_refill_verdict(const struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, struct merge_verdict *out)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct merge_fate *fate = &source->fates[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    const struct tq_exception *e = &fate->last;

    memset(out, 0, sizeof(*out));
    out->verdict = TQ_ACCEPTED;
    /* An older program took the file over. */
    if (table == NULL || (change->cell != TQ_CELL_ROW && tq_table_column(table, change->cell) < 0 &&
                                 e->verdict != TQ_REFUSED_ROW && e->verdict != TQ_DROPPED)) {
        out->verdict = TQ_HELD;
        out->reason = TQ_REASON_NEWER_SCHEMA;
        return;
    }
    if (!fate->named || merge_fate_weight(e->verdict) == 0)
        return;
    if (change->cell == TQ_CELL_ROW)
        e = heaviest(fate, place, TQ_CELL_ROW);
    if (e != NULL)
        said(batch, change, table, e, out);
}

/* Of one cell of an insert that was judged cell by cell. */
void merge_refill_part(const struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, uint32_t cell, struct merge_verdict *out)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    const struct tq_exception *e = heaviest(&source->fates[place], place, cell);

    memset(out, 0, sizeof(*out));
    out->verdict = TQ_ACCEPTED;
    if (e != NULL && table != NULL)
        said(batch, change, table, e, out);
}

/* Columns of an accepted insert that it must not write: those that were put aside, and, where it was
 * released when later changes of its writer had put them right, those: they come by themselves. */
const bool *merge_refill_skip(struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, const struct tq_table *table)
{
    const struct tq_change *change = &source->body.changes[place];
    bool *skip = tq_arena_array(batch->arena, TQ_MAX_COLUMNS, sizeof(*skip));

    if (skip == NULL)
        return NULL;
    memset(skip, 0, TQ_MAX_COLUMNS * sizeof(*skip));
    for (uint32_t i = 0; i < change->ncolumns; i++) {
        int at = tq_table_column(table, change->columns[i]);

        if (at >= 0)
            skip[at] = tq_column_check(&table->columns[at], &change->after[i]) != TQ_REASON_NONE ||
                       heaviest(&source->fates[place], place, table->columns[at].cell) != NULL;
    }
    return skip;
}

/* What it waits for may stand here by now (others came back before it): then it is released as it
 * would have been, by the rules, in an amending receipt. */
static tq_status wake(struct merge_batch *batch, const struct tq_change *change,
        const struct merge_verdict *verdict)
{
    const struct tq_table *table = verdict->wait_table;
    struct tq_slice key = verdict->wait_key;
    struct merge_row **grown;
    struct merge_row *row;
    bool insert = change->cell == TQ_CELL_ROW &&
                  (verdict->verdict == TQ_REFUSED_ROW || verdict->verdict == TQ_REQUESTED);
    tq_status rc;

    if (verdict->verdict != TQ_HELD && !insert)
        return TQ_OK;
    if (table == NULL && (insert || verdict->reason == TQ_REASON_ROW_MISSING)) {
        table = tq_catalogue_table(batch->config->catalogue, change->table);
        key = change->key;
    }
    if (table == NULL)
        return TQ_OK;
    rc = merge_row_get(batch, table, key, &row);
    if (rc != TQ_OK || !row->exists)
        return rc;
    grown = merge_grow(batch, batch->came, batch->ncame, &batch->cap_came, sizeof(*grown));
    if (grown == NULL)
        return tq_error_set(batch->err, TQ_NOMEM, "row");
    batch->came = grown;
    batch->came[batch->ncame++] = row;
    return TQ_OK;
}

/* What `receipt` says of all of an insert, if it is newer than what is known and in force at `at`.
 * Of receipts of one transaction the first one: others were made at its end. */
static void hear(const struct tq_receipt *receipt, uint32_t place, uint64_t at,
        struct tq_exception *out, uint64_t *when)
{
    if (receipt->merged_at > at || (receipt->merged_at == at && receipt->amending) ||
            receipt->merged_at < *when)
        return;
    for (size_t i = 0; i < receipt->nexceptions; i++) {
        const struct tq_exception *e = &receipt->exceptions[i];

        if (e->place != place || e->cell != TQ_CELL_ROW ||
                (*when == receipt->merged_at &&
                        merge_fate_weight(e->verdict) < merge_fate_weight(out->verdict)))
            continue;
        *out = *e;
        *when = receipt->merged_at;
    }
}

/* What the receipts of a set, those in the ledger and those that came back, had said of an insert
 * when the head was `at`, and since when. */
tq_status merge_refill_was(struct merge_batch *batch, const struct merge_source *source,
        uint32_t place, uint64_t at, struct tq_exception *out, uint64_t *when)
{
    struct tq_slice *list;
    size_t count;
    tq_status rc = batch->store->receipts_of(batch->store->ctx, source->set.device,
            source->set.incarnation, source->set.seq, batch->arena, &list, &count, batch->err);

    memset(out, 0, sizeof(*out));
    out->verdict = TQ_ACCEPTED;
    *when = 0;
    for (size_t i = 0; rc == TQ_OK && i < count + source->ntold; i++) {
        struct tq_receipt receipt;

        rc = batch->config->codec->receipt_decode(
                i < count ? list[i] : source->told[i - count], batch->arena, &receipt, batch->err);
        if (rc == TQ_OK)
            hear(&receipt, place, at, out, when);
    }
    return rc;
}

/* A whole row that was asked for and refused stays with us, for its writer's correction; of one that
 * an officer gave back the inbox says so again. */
static tq_status given_back(struct merge_batch *batch, struct merge_source *source, uint32_t place,
        const struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    struct merge_row *row;
    tq_status rc;

    if (change->cell != TQ_CELL_ROW || (verdict->reason != TQ_REASON_REQUEST_REFUSED &&
                                               verdict->reason != TQ_REASON_HELD_RETURNED))
        return TQ_OK;
    rc = merge_row_get(batch, table, change->key, &row);
    if (rc == TQ_OK && row->exists && !table->surrogate &&
            verdict->reason == TQ_REASON_REQUEST_REFUSED)
        return merge_hold(batch, source, place, TQ_HELD_CORRECTION, verdict);
    if (rc != TQ_OK || row->exists)
        return rc;
    if (verdict->reason == TQ_REASON_HELD_RETURNED)
        return merge_held_note(batch, source, place, 0, verdict, "returned");
    rc = merge_request(batch, source, place, change);
    if (rc == TQ_OK)
        rc = merge_request_turn(batch, source, place, "refused", NULL);
    if (rc == TQ_OK)
        rc = merge_hold(batch, source, place, TQ_HELD_CORRECTION, verdict);
    if (rc == TQ_OK)
        rc = merge_held_note(batch, source, place, 0, verdict, "returned");
    return rc != TQ_OK ? rc : merge_request_of_copies(batch, source, place);
}

/* Its receipts say that it was dropped with its row, that the row was, or that it waits for a missing
 * one: they, and those of what else was written to the row, may not all be of one history. */
static tq_status drop_with_row(struct merge_batch *batch, struct merge_source *source,
        uint32_t place, const struct merge_verdict *verdict)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    bool waits = verdict->verdict == TQ_HELD && change->cell != TQ_CELL_ROW;
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct merge_row *row;
    tq_status rc;

    if ((verdict->verdict != TQ_DROPPED && !waits) || table == NULL ||
            !tq_key_decode(table, change->key, parts))
        return TQ_OK;
    rc = merge_row_get(batch, table, change->key, &row);
    if (rc != TQ_OK || row->exists)
        return rc;
    if (!waits && change->cell != TQ_CELL_ROW)
        return merge_drop_before(batch, source, place);
    return merge_drop_followers(batch, table, change->key);
}

/* It waited in the history that answered it, and another branch of its file has brought the same change
 * here, where it became a value: then nothing waits, and its office hears so. */
static tq_status came_otherwise(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, bool *out)
{
    const struct tq_change *change = &source->body.changes[place];
    const struct tq_table *table = tq_catalogue_table(batch->config->catalogue, change->table);
    const struct merge_fate *fate = &source->fates[place];
    struct merge_verdict had = { .verdict = TQ_DUPLICATE };
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct merge_row *row;
    tq_status rc;

    *out = false;
    if (!fate->named || merge_fate_weight(fate->last.verdict) != 2 || table == NULL ||
            !tq_key_decode(table, change->key, parts))
        return TQ_OK;
    rc = merge_row_get(batch, table, change->key, &row);
    if (rc == TQ_OK && row->exists)
        rc = merge_had_already(batch, source, place, out);
    if (rc != TQ_OK || !*out)
        return rc;
    merge_forget_exceptions(source, place, MERGE_ALL);
    rc = merge_except(batch, source, place, change->cell, &had);
    if (rc == TQ_OK)
        rc = merge_held_note(batch, source, place, 0, &had, "released");
    return rc != TQ_OK ? rc : merge_row_touch(batch, table, change->key, change->owner);
}

/* Carry out what the receipts say of one place, as sequence `seq`. */
tq_status merge_refill_replay(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, uint64_t seq)
{
    struct merge_verdict verdict;
    bool done;
    tq_status rc = came_otherwise(batch, source, place, &done);

    if (rc != TQ_OK || done)
        return rc;
    merge_refill_verdict(batch, source, place, &verdict);
    source->replaying = true;
    rc = merge_judge(batch, source, place, seq);
    source->replaying = false;
    if (rc == TQ_OK)
        rc = given_back(batch, source, place, &verdict);
    if (rc == TQ_OK && verdict.verdict == TQ_DROPPED &&
            source->body.changes[place].cell == TQ_CELL_ROW)
        rc = merge_hold(batch, source, place, TQ_HELD_DROPPED, &verdict);
    merge_forget_exceptions(source, place, MERGE_ALL);
    if (rc == TQ_OK && source->fates[place].apart)
        rc = merge_say_told(batch, source, place);
    /* What it hears of the other copy's request is new to it. */
    if (rc == TQ_OK && verdict.verdict == TQ_REQUESTED)
        rc = merge_request_of_copies(batch, source, place);
    source->verdicts[place] = (uint8_t)verdict.verdict;
    if (rc == TQ_OK)
        rc = drop_with_row(batch, source, place, &verdict);
    return rc != TQ_OK ? rc : wake(batch, &source->body.changes[place], &verdict);
}

tq_status merge_refill_judge(struct merge_batch *batch, struct merge_source *source, uint32_t place)
{
    return merge_refill_replay(batch, source, place, source->first_seq + place);
}

/* The head under which the change was known before the loss: of the last receipt that names it. */
static tq_status lost_of(
        struct merge_batch *batch, struct merge_source *source, uint32_t place, uint64_t *out)
{
    struct tq_slice *list;
    size_t count;
    tq_status rc;

    if (source->fates != NULL) {
        *out = source->fates[place].lost;
        return TQ_OK;
    }
    *out = 0;
    rc = batch->store->receipts_of(batch->store->ctx, source->set.device, source->set.incarnation,
            source->set.seq, batch->arena, &list, &count, batch->err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_receipt receipt;
        bool names = false;

        rc = batch->config->codec->receipt_decode(list[i], batch->arena, &receipt, batch->err);
        for (size_t k = 0; rc == TQ_OK && !names && k < receipt.nexceptions; k++)
            names = receipt.exceptions[k].place == place;
        if (rc == TQ_OK && (names || !receipt.amending))
            *out = receipt.merged_at;
    }
    return rc;
}

/* An update that was accepted, and whose row is back only now. */
tq_status merge_refill_release(
        struct merge_batch *batch, const struct tq_held *held, struct merge_row *row)
{
    struct merge_source *source;
    bool amended;
    bool again = false;
    uint64_t seq;
    uint64_t lost;
    tq_status rc = merge_source_by_n(batch, held->set_n, &source);

    if (rc == TQ_OK)
        rc = lost_of(batch, source, held->place, &lost);
    if (rc == TQ_OK)
        rc = batch->store->held_delete(batch->store->ctx, held->id, batch->err);
    /* Another branch of its file brought it first, and it waited for the row, too. */
    if (rc == TQ_OK)
        rc = merge_had_already(batch, source, held->place, &again);
    if (rc != TQ_OK || again)
        return rc;
    seq = merge_next_seq(batch);
    rc = batch->store->origin_put(batch->store->ctx, seq, held->set_n, held->place, batch->err);
    if (rc == TQ_OK)
        rc = batch->store->lost_put(batch->store->ctx, seq, 1, lost, batch->err);
    if (rc != TQ_OK)
        return rc;
    amended = source->amended;
    source->replaying = true;
    rc = merge_judge_cells(batch, source, held->place, seq, row);
    source->replaying = false;
    source->resumed = true;
    if (rc == TQ_OK && source->set.device == TQ_DEVICE_DISTRICT &&
            strcmp(row->table->name, "correction_request") == 0)
        rc = merge_request_refused(batch, row, lost);
    if (rc == TQ_OK && source->set.device == TQ_DEVICE_DISTRICT &&
            strcmp(row->table->name, "held_row") == 0)
        rc = merge_held_decided_before(batch, row);
    if (rc == TQ_OK && strcmp(row->table->name, "conflict") == 0)
        rc = merge_conflict_decided(batch, row);
    merge_forget_exceptions(source, held->place, MERGE_ALL);
    source->verdicts[held->place] = TQ_ACCEPTED;
    source->amended = amended;
    return rc;
}

/* The receipts of then go into the ledger as they are. */
tq_status merge_refill_answer(struct merge_batch *batch, struct merge_source *source)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < source->ntold; i++) {
        struct tq_receipt receipt;

        rc = batch->config->codec->receipt_decode(
                source->told[i], batch->arena, &receipt, batch->err);
        if (rc == TQ_OK)
            rc = batch->store->receipt_put(
                    batch->store->ctx, &receipt, source->told[i], batch->err);
        tq_ledger_hash_receipt(batch->state.ledger_hash, source->told[i]);
    }
    if (rc == TQ_OK && source->refilled)
        rc = batch->store->ledger_settle(
                batch->store->ctx, source->n, batch->state.head, batch->err);
    if (source->item != NULL) {
        source->item->receipts = source->told;
        source->item->nreceipts = source->ntold;
    }
    source->amended = source->nexceptions > 0;
    return rc;
}

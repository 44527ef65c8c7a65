/* district_verify.c - The ledger walked from its first set to its last receipt. */
#include "store/district_verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/ledger.h"
#include "tuquan/mem.h"
#include "tuquan/merge.h"

#define SCRATCH_BYTES ((size_t)512 * 1024 * 1024)

tq_status verify_damage(struct verifying *v, const char *fmt, ...)
{
    va_list args;

    if (v->report->damaged)
        return TQ_OK;
    v->report->damaged = true;
    va_start(args, fmt);
    vsnprintf(v->report->what, sizeof(v->report->what), fmt, args);
    va_end(args);
    return TQ_OK;
}

tq_status verify_read(struct verifying *v, tq_status rc, tq_phrase_id what)
{
    if (rc != TQ_CORRUPT && rc != TQ_PROTOCOL && rc != TQ_TOO_LARGE && rc != TQ_NOT_FOUND &&
            rc != TQ_INVALID)
        return rc;
    return verify_damage(v, "%s: %s", tq_phrase(what), v->err->msg);
}

static tq_status set_damage(
        struct verifying *v, const struct tq_ledger_set *set, tq_phrase_id fault)
{
    return verify_damage(v, "%s %" PRIu64 ": %s %" PRIu32 "/%" PRIu32 ", %s %" PRIu64 ": %s",
            tq_phrase(TQ_PHRASE_LEDGER_ENTRY), set->n, tq_phrase(TQ_PHRASE_DEVICE), set->set.device,
            set->set.incarnation, tq_phrase(TQ_PHRASE_SET), set->set.seq, tq_phrase(fault));
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* The set before this one in its chain, or where the incarnation branches off. The e0 of one that came
 * back is its receipt's: the set before it may have been answered anew meanwhile, for another copy of
 * the file. */
static tq_status check_chain(struct verifying *v, const struct tq_ledger_set *set, bool refilled)
{
    const struct tq_district_ops *ops = &v->store->ops;
    struct tq_ledger_set before;
    struct tq_chain chain;
    uint32_t device = set->set.device;
    uint32_t incarnation = set->set.incarnation;
    uint64_t seq = set->set.seq - 1;
    tq_status rc;

    if (seq == 0) {
        rc = ops->chain_get(v->store, set->set.device, incarnation, &chain, v->err);
        if (rc != TQ_OK)
            return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
        if (!chain.exists || memcmp(set->set.prev, chain.parent.hash, TQ_HASH_BYTES) != 0)
            return set_damage(v, set, TQ_PHRASE_VERIFY_PARENT);
        if (chain.parent.seq == 0) {
            if (!is_zero(chain.parent.hash, TQ_HASH_BYTES) || set->e0 != 0)
                return set_damage(v, set, TQ_PHRASE_VERIFY_PAST);
            return TQ_OK;
        }
        if (chain.parent_device != 0)
            device = chain.parent_device;
        incarnation = chain.parent.incarnation;
        seq = chain.parent.seq;
    }
    rc = ops->ledger_find(v->store, device, incarnation, seq, v->arena, &before, v->err);
    if (rc == TQ_NOT_FOUND)
        return set_damage(v, set, TQ_PHRASE_VERIFY_NO_BEFORE);
    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
    if (before.n >= set->n || memcmp(before.set.hash, set->set.prev, TQ_HASH_BYTES) != 0)
        return set_damage(v, set, TQ_PHRASE_VERIFY_NOT_NEXT);
    if (before.e_last != set->e0 && !refilled)
        return set_damage(v, set, TQ_PHRASE_VERIFY_E0);
    return TQ_OK;
}

static tq_status check_body(struct verifying *v, const struct tq_ledger_set *set)
{
    struct tq_set_body body;
    int64_t *e;
    int64_t last = set->e0;
    tq_status rc = v->codec->body_decode(set->set.payload, v->arena, &body, v->err);

    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_SET_BODY);
    if (body.nchanges != set->nchanges)
        return set_damage(v, set, TQ_PHRASE_VERIFY_CHANGES);
    for (size_t i = 0; i < body.nchanges; i++) {
        const struct tq_change *change = &body.changes[i];

        if (!verify_note(&v->changes, set->first_seq + i, change->table, change->key, change->cell))
            return district_no_memory(NULL, v->err);
    }
    e = tq_arena_array(v->arena, body.nchanges + 1, sizeof(*e));
    if (e == NULL)
        return district_no_memory(v->arena, v->err);
    tq_effective_times(&body, set->ta, set->offset_ms, set->e0, e);
    if (body.nchanges > 0)
        last = e[body.nchanges - 1];
    if (last != set->e_last)
        return set_damage(v, set, TQ_PHRASE_VERIFY_TIMES);
    return TQ_OK;
}

static tq_status check_set(struct verifying *v, const struct tq_ledger_set *set, uint64_t last_seq)
{
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_device device;
    uint64_t lost[2];
    bool refilled = false;
    int64_t t;
    tq_status rc;

    tq_set_hash(&set->set, hash);
    if (memcmp(hash, set->set.hash, TQ_HASH_BYTES) != 0)
        return set_damage(v, set, TQ_PHRASE_VERIFY_HASH);
    if (memcmp(set->set.district, v->state.district, TQ_DISTRICT_ID_BYTES) != 0)
        return set_damage(v, set, TQ_PHRASE_VERIFY_DISTRICT);
    rc = v->store->ops.device_get(v->store, set->set.device, v->arena, &device, v->err);
    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_DISTRICT_DATA);
    if (!tq_device_signed(&device, v->verify, hash, set->set.signature))
        return set_damage(v, set, TQ_PHRASE_VERIFY_SIGNATURE);
    if (set->first_seq <= last_seq || set->first_seq + set->nchanges > set->merged_at + 1)
        return set_damage(v, set, TQ_PHRASE_VERIFY_SEQUENCES);
    rc = district_refill(v->store, set->n, &lost[0], &lost[1], &refilled, v->err);
    if (rc == TQ_OK)
        rc = v->store->ops.history_get(v->store, set->merged_at, &t, hash, v->err);
    if (rc == TQ_NOT_FOUND || (rc == TQ_OK && t != set->ta && (!refilled || t < set->ta)))
        return set_damage(v, set, TQ_PHRASE_VERIFY_NO_HEAD);
    if (rc == TQ_OK)
        rc = check_chain(v, set, refilled);
    if (rc == TQ_OK && !v->report->damaged)
        rc = check_body(v, set);
    v->report->changes += set->nchanges;
    return rc;
}

/* A receipt as its row tells it, beside what its bytes say. */
static bool columns_agree(const struct district_bind *q, const struct tq_receipt *r)
{
    return column_u64(q, 1) == r->device && column_u64(q, 2) == r->incarnation &&
           column_u64(q, 3) == r->seq && column_int(q, 4) == r->t &&
           column_int(q, 5) == (r->amending ? 1 : 0) && column_u64(q, 6) == r->merged_at &&
           column_u64(q, 7) == r->accepted && column_u64(q, 8) == r->superseded &&
           column_u64(q, 9) == r->held && column_u64(q, 10) == r->refused &&
           column_u64(q, 11) == r->requested;
}

static tq_status receipt_damage(
        struct verifying *v, uint64_t pos, const struct tq_receipt *r, tq_phrase_id fault)
{
    return verify_damage(v, "%s %" PRIu64 ": %s %" PRIu32 "/%" PRIu32 ", %s %" PRIu64 ": %s",
            tq_phrase(TQ_PHRASE_RECEIPT), pos, tq_phrase(TQ_PHRASE_DEVICE), r->device,
            r->incarnation, tq_phrase(TQ_PHRASE_SET), r->seq, tq_phrase(fault));
}

/* The head that a receipt was made at. One that came back names a head of the lost part: the first
 * one of a set below the epoch in which the set came, an amending one wherever its own loss was (a
 * set that came back was amended, and only that was lost again). That it is ours, its signature
 * says. */
static tq_status check_head(struct verifying *v, uint64_t pos, const struct tq_receipt *r,
        const struct tq_ledger_set *set, bool refilled)
{
    uint8_t hash[TQ_HASH_BYTES];
    int64_t t;
    tq_status rc = v->store->ops.history_get(v->store, r->merged_at, &t, hash, v->err);

    if (rc == TQ_NOT_FOUND && (r->amending || (refilled && r->merged_at < set->first_seq)))
        return TQ_OK;
    if (rc == TQ_NOT_FOUND || (rc == TQ_OK && t != r->t))
        return receipt_damage(v, pos, r, TQ_PHRASE_VERIFY_NO_HEAD);
    if (rc == TQ_OK && r->ledger_seq != 0)
        rc = v->store->ops.history_get(v->store, r->ledger_seq, &t, hash, v->err);
    if (rc == TQ_NOT_FOUND ||
            (rc == TQ_OK && r->ledger_seq != 0 && memcmp(hash, r->ledger_hash, sizeof(hash)) != 0))
        return receipt_damage(v, pos, r, TQ_PHRASE_VERIFY_HEAD_NOT);
    return verify_read(v, rc, TQ_PHRASE_VERIFY_HISTORY);
}

/* Does the receipt name where its set began: here, or where it was known when it was lost? An amending
 * one that was made in a history which is not here (the set was lost twice, or came to a district that
 * was begun anew before this one was found) names the place of there. */
static tq_status check_first(struct verifying *v, const struct tq_ledger_set *set,
        const struct tq_receipt *r, uint64_t lost, bool *right)
{
    uint8_t hash[TQ_HASH_BYTES];
    int64_t t;
    tq_status rc;

    *right = r->first_seq == set->first_seq || (lost != 0 && r->first_seq == lost);
    if (*right || !r->amending)
        return TQ_OK;
    rc = v->store->ops.history_get(v->store, r->merged_at, &t, hash, v->err);
    *right = rc == TQ_NOT_FOUND && r->first_seq <= r->merged_at;
    if (rc == TQ_NOT_FOUND)
        tq_error_clear(v->err);
    return rc == TQ_NOT_FOUND ? TQ_OK : rc;
}

static tq_status check_answer(struct verifying *v, uint64_t pos, const struct tq_receipt *r)
{
    struct tq_ledger_set set;
    uint64_t lost[2] = { 0, 0 };
    bool refilled = false;
    bool first = false;
    tq_status rc = v->store->ops.ledger_find(
            v->store, r->device, r->incarnation, r->seq, v->arena, &set, v->err);

    if (rc == TQ_NOT_FOUND)
        return receipt_damage(v, pos, r, TQ_PHRASE_VERIFY_NO_SET);
    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
    rc = district_refill(v->store, set.n, &lost[0], &lost[1], &refilled, v->err);
    if (rc == TQ_OK)
        rc = check_first(v, &set, r, refilled ? lost[0] : 0, &first);
    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
    if (!refilled)
        lost[1] = set.merged_at;
    if (memcmp(set.set.hash, r->set_hash, TQ_HASH_BYTES) != 0 || set.ta != r->ta ||
            set.offset_ms != r->offset_ms || set.e0 != r->e0 || !first ||
            (!r->amending && (lost[1] != r->merged_at || r->t != r->ta)))
        return receipt_damage(v, pos, r, TQ_PHRASE_VERIFY_OTHERWISE);
    return check_head(v, pos, r, &set, refilled);
}

static tq_status check_receipt(struct verifying *v, const struct district_bind *q)
{
    const uint64_t pos = column_u64(q, 0);
    struct tq_receipt receipt;
    struct tq_device own;
    struct tq_buf plain;
    bool right = false;
    tq_status rc = v->codec->receipt_decode(column_slice(q, 12), v->arena, &receipt, v->err);

    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_RECEIPT);
    if (!columns_agree(q, &receipt))
        return receipt_damage(v, pos, &receipt, TQ_PHRASE_VERIFY_ROW);
    rc = v->store->ops.device_get(v->store, TQ_DEVICE_DISTRICT, v->arena, &own, v->err);
    if (rc != TQ_OK)
        return verify_read(v, rc, TQ_PHRASE_DISTRICT_DATA);
    tq_buf_init(&plain, 0);
    rc = v->codec->receipt_encode(&receipt, false, &plain, v->err);
    if (rc == TQ_OK)
        right = v->verify(own.sign_key, TQ_SIGN_RECEIPT, tq_buf_slice(&plain), receipt.signature);
    tq_buf_deinit(&plain);
    if (rc != TQ_OK)
        return rc;
    if (!right)
        return receipt_damage(v, pos, &receipt, TQ_PHRASE_VERIFY_SIGNATURE);
    return check_answer(v, pos, &receipt);
}

/* The history of heads, read beside the chain. */
struct heads {
    struct district_bind q;
    bool row;
    uint64_t head;
    int64_t t;
};

static tq_status head_damage(struct verifying *v, uint64_t head, tq_phrase_id fault)
{
    return verify_damage(
            v, "%s %" PRIu64 ": %s", tq_phrase(TQ_PHRASE_HEAD), head, tq_phrase(fault));
}

static tq_status next_head(struct verifying *v, struct heads *h)
{
    tq_status rc = district_step(&h->q, &h->row, "history of heads", v->err);

    if (rc != TQ_OK || !h->row)
        return rc;
    if ((h->head != 0 && column_int(&h->q, 1) <= h->t) || column_u64(&h->q, 0) > v->state.head)
        head_damage(v, column_u64(&h->q, 0), TQ_PHRASE_VERIFY_ORDER);
    h->head = column_u64(&h->q, 0);
    h->t = column_int(&h->q, 1);
    return TQ_OK;
}

/* All heads of this place in the chain hold its hash; none was skipped. */
static tq_status check_heads(
        struct verifying *v, struct heads *h, uint64_t pos, const uint8_t hash[TQ_HASH_BYTES])
{
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && h->row && !v->report->damaged && column_u64(&h->q, 3) <= pos) {
        struct tq_slice kept = column_slice(&h->q, 2);

        if (column_u64(&h->q, 3) != pos || !tq_slice_equal(kept, tq_slice_of(hash, TQ_HASH_BYTES)))
            return head_damage(v, h->head, TQ_PHRASE_VERIFY_HEAD_HASH);
        rc = next_head(v, h);
    }
    return rc;
}

/* Where the walk is: the two tables are read in the order of one counter. */
struct walk {
    struct heads heads;
    uint64_t pos;
    uint64_t n;
    uint64_t last_seq;
    uint64_t first_receipts;
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_ledger_set set; /* read ahead, in an arena of its own */
    struct tq_arena *ahead;
    uint64_t set_pos;
    bool has_set;
};

static tq_status take_set(struct verifying *v, struct walk *w)
{
    tq_status rc;

    if (w->set.n != w->n + 1)
        return verify_damage(v, "%s %" PRIu64 ": %s", tq_phrase(TQ_PHRASE_LEDGER_ENTRY), w->n + 1,
                tq_phrase(TQ_PHRASE_VERIFY_MISSING));
    rc = check_set(v, &w->set, w->last_seq);
    tq_ledger_hash_set(w->hash, w->set.set.hash);
    w->n = w->set.n;
    w->last_seq = w->set.first_seq + w->set.nchanges - 1;
    v->report->sets++;
    w->has_set = false;
    return rc;
}

static tq_status take_receipt(struct verifying *v, struct walk *w)
{
    struct district_bind q = district_take(v->store, SQL_RECEIPT_WALK);
    bool row;
    tq_status rc;

    bind_u64(&q, w->pos);
    rc = district_step(&q, &row, "receipts", v->err);
    if (rc != TQ_OK)
        return rc;
    if (!row || column_u64(&q, 0) != w->pos + 1) {
        district_end(&q);
        if (!row && !w->has_set)
            return TQ_NOT_FOUND; /* the end */
        return verify_damage(v, "%s %" PRIu64 ": %s", tq_phrase(TQ_PHRASE_VERIFY_PLACE), w->pos + 1,
                tq_phrase(TQ_PHRASE_VERIFY_MISSING));
    }
    rc = check_receipt(v, &q);
    tq_ledger_hash_receipt(w->hash, column_slice(&q, 12));
    if (column_int(&q, 5) == 0)
        w->first_receipts++;
    v->report->receipts++;
    district_end(&q);
    return rc;
}

static tq_status walk_chain(struct verifying *v, struct walk *w)
{
    tq_status rc;

    w->heads.q = district_take(v->store, SQL_HISTORY_WALK);
    rc = next_head(v, &w->heads);
    while (rc == TQ_OK && !v->report->damaged) {
        tq_arena_reset(v->arena);
        if (!w->has_set) {
            tq_arena_reset(w->ahead);
            rc = district_next_set(
                    v->store, w->n, w->ahead, &w->set, &w->set_pos, &w->has_set, v->err);
        }
        if (rc == TQ_OK)
            rc = check_heads(v, &w->heads, w->pos, w->hash);
        if (rc != TQ_OK || v->report->damaged)
            break;
        rc = w->has_set && w->set_pos == w->pos + 1 ? take_set(v, w) : take_receipt(v, w);
        w->pos++;
    }
    if (rc == TQ_OK || rc == TQ_NOT_FOUND)
        rc = v->report->damaged ? TQ_OK : check_heads(v, &w->heads, w->pos - 1, w->hash);
    if (w->heads.row)
        district_end(&w->heads.q);
    if (rc == TQ_OK && w->heads.row && !v->report->damaged)
        head_damage(v, w->heads.head, TQ_PHRASE_VERIFY_BEHIND);
    return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
}

/* A file that was restored, or made anew with the old keys and holds nothing yet, and whose server has
 * not started since: its epoch is ahead of its head. */
static tq_status begins_again(struct verifying *v, bool *out)
{
    struct district_bind q = district_take(v->store, SQL_RESTORED_AT);
    tq_status rc;

    if (v->state.head == 0)
        return v->store->ops.was_rebuilt(v->store, out, v->err);
    bind_u64(&q, v->state.head);
    bind_u64(&q, v->state.epoch << TQ_SEQUENCE_EPOCH_SHIFT);
    rc = district_step(&q, out, "audit", v->err);
    if (rc == TQ_OK && *out)
        district_end(&q);
    return rc;
}

static tq_status check_end(struct verifying *v, const struct walk *w)
{
    bool restored = false;
    tq_status rc;

    if (w->first_receipts != v->report->sets)
        return verify_damage(v, "%s: %" PRIu64 ", %" PRIu64, tq_phrase(TQ_PHRASE_VERIFY_RECEIPTS),
                w->first_receipts, v->report->sets);
    if (memcmp(w->hash, v->state.ledger_hash, TQ_HASH_BYTES) != 0)
        return verify_damage(v, "%s", tq_phrase(TQ_PHRASE_VERIFY_LEDGER_HASH));
    if (v->state.head != w->heads.head || (w->heads.head != 0 && v->state.t_last != w->heads.t))
        return verify_damage(v, "%s", tq_phrase(TQ_PHRASE_VERIFY_LAST_HEAD));
    if (v->state.head >> TQ_SEQUENCE_EPOCH_SHIFT == v->state.epoch)
        return TQ_OK;
    rc = begins_again(v, &restored);
    return rc != TQ_OK || restored ? rc : verify_damage(v, "%s", tq_phrase(TQ_PHRASE_VERIFY_EPOCH));
}

static tq_status chain_damage(
        struct verifying *v, uint32_t device, uint32_t incarnation, tq_phrase_id fault)
{
    return verify_damage(v, "%s %" PRIu32 "/%" PRIu32 ": %s", tq_phrase(TQ_PHRASE_VERIFY_CHAIN_OF),
            device, incarnation, tq_phrase(fault));
}

static tq_status check_branch(struct verifying *v, uint32_t device, uint32_t incarnation)
{
    const struct tq_district_ops *ops = &v->store->ops;
    struct tq_ledger_set set;
    struct tq_chain chain;
    tq_status rc = ops->chain_get(v->store, device, incarnation, &chain, v->err);

    if (rc == TQ_OK && chain.head.seq > 0)
        rc = ops->ledger_find(
                v->store, device, incarnation, chain.head.seq, v->arena, &set, v->err);
    if (rc == TQ_OK && chain.head.seq > 0 &&
            (memcmp(set.set.hash, chain.head.hash, TQ_HASH_BYTES) != 0 ||
                    set.e_last != chain.e_last))
        return chain_damage(v, device, incarnation, TQ_PHRASE_VERIFY_CHAIN_HEAD);
    if (rc == TQ_OK) {
        rc = ops->ledger_find(
                v->store, device, incarnation, chain.head.seq + 1, v->arena, &set, v->err);
        if (rc == TQ_OK)
            return chain_damage(v, device, incarnation, TQ_PHRASE_VERIFY_BEYOND);
        if (rc == TQ_NOT_FOUND)
            rc = TQ_OK;
    }
    return verify_read(v, rc, TQ_PHRASE_VERIFY_LEDGER);
}

static tq_status check_branches(struct verifying *v)
{
    struct district_bind q = district_take(v->store, SQL_CHAIN_WALK);
    bool row;
    tq_status rc = district_step(&q, &row, "chains", v->err);

    while (rc == TQ_OK && row && !v->report->damaged) {
        tq_arena_reset(v->arena);
        rc = check_branch(v, (uint32_t)column_u64(&q, 0), (uint32_t)column_u64(&q, 1));
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "chains", v->err);
    }
    district_end(&q);
    return rc;
}

tq_status tq_report_verify(struct tq_district_store *store, const struct tq_codec_ops *codec,
        tq_verify_fn verify, struct tq_verify_report *out, struct tq_error *err)
{
    struct tq_error scratch;
    struct verifying v = { .store = store, .codec = codec, .verify = verify, .report = out };
    struct walk *walk = tq_mem_zalloc(sizeof(*walk));
    bool mine = !store->in_txn;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    v.err = err != NULL ? err : &scratch;
    v.arena = tq_arena_new(SCRATCH_BYTES);
    if (walk != NULL)
        walk->ahead = tq_arena_new(SCRATCH_BYTES);
    rc = walk == NULL || walk->ahead == NULL || v.arena == NULL ? district_no_memory(NULL, err)
         : mine                                                 ? district_begin_read(store, v.err)
                                                                : TQ_OK;
    if (rc != TQ_OK)
        goto out;
    rc = store->ops.state_get(store, &v.state, v.err);
    if (rc == TQ_OK)
        rc = walk_chain(&v, walk);
    if (rc == TQ_OK && !out->damaged)
        rc = check_end(&v, walk);
    if (rc == TQ_OK && !out->damaged)
        rc = check_branches(&v);
    if (rc == TQ_OK && !out->damaged)
        rc = verify_rows(&v);
    if (rc == TQ_OK && !out->damaged)
        rc = verify_devices(&v);
    if (rc == TQ_OK && !out->damaged)
        rc = verify_kept(&v);
    rc = verify_read(&v, rc, TQ_PHRASE_DISTRICT_DATA);
    if (mine)
        district_rollback(store);

out:
    tq_arena_free(v.arena);
    tq_mem_free(v.changes.list);
    if (walk != NULL)
        tq_arena_free(walk->ahead);
    tq_mem_free(walk);
    return rc;
}

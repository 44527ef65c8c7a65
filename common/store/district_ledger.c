/* district_ledger.c - State, devices, chains, sets, origins and receipts. */
#include "store/district_internal.h"

#include <inttypes.h>
#include <string.h>

static tq_status state_get(void *ctx, struct tq_district_state *out, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, SQL_STATE);
    bool row;
    tq_status rc = district_step(&q, &row, "district state", err);

    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_phrase(err, TQ_NOT_FOUND, TQ_PHRASE_NO_DISTRICT);
    rc = column_fixed(&q, 0, out->district, sizeof(out->district), "district state", err);
    if (rc == TQ_OK)
        rc = column_fixed(&q, 4, out->ledger_hash, sizeof(out->ledger_hash), "district state", err);
    out->epoch = column_u64(&q, 1);
    out->head = column_u64(&q, 2);
    out->t_last = column_int(&q, 3);
    out->backed_up = column_u64(&q, 5);
    district_end(&q);
    return rc;
}

static tq_status history_put(struct tq_district_store *store, const struct tq_district_state *state,
        struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_HISTORY_SET);

    bind_u64(&q, state->head);
    bind_int(&q, state->t_last);
    bind_blob(&q, state->ledger_hash, sizeof(state->ledger_hash));
    bind_u64(&q, store->pos);
    return district_run(&q, "history of heads", err);
}

static tq_status state_put(void *ctx, const struct tq_district_state *state, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, SQL_STATE_SET);
    tq_status rc;

    bind_u64(&q, state->epoch);
    bind_u64(&q, state->head);
    bind_int(&q, state->t_last);
    bind_blob(&q, state->ledger_hash, sizeof(state->ledger_hash));
    bind_blob(&q, state->district, sizeof(state->district));
    rc = district_run(&q, "district state", err);
    if (rc == TQ_OK && sqlite3_changes(store->db) != 1)
        rc = tq_error_phrase(err, TQ_WRONG_FILE, TQ_PHRASE_OTHER_DISTRICT);
    if (rc == TQ_OK)
        rc = history_put(store, state, err);
    return rc;
}

static tq_status history_get(void *ctx, uint64_t seq, int64_t *t,
        uint8_t ledger_hash[TQ_HASH_BYTES], struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_HISTORY);
    bool row;
    tq_status rc;

    bind_u64(&q, seq);
    rc = district_step(&q, &row, "history of heads", err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_HEAD), seq);
    *t = column_int(&q, 0);
    rc = column_fixed(&q, 1, ledger_hash, TQ_HASH_BYTES, "history of heads", err);
    district_end(&q);
    return rc;
}

/* Those before and the one offered, one after the other. */
static tq_status other_keys(const struct district_bind *q, struct tq_arena *arena,
        struct tq_device *out, struct tq_error *err)
{
    struct tq_slice former = column_slice(q, 8);
    struct tq_slice next = column_slice(q, 9);
    uint8_t *bytes;

    if (former.len + next.len == 0)
        return TQ_OK;
    bytes = tq_arena_alloc(arena, former.len + next.len);
    if (bytes == NULL)
        return district_no_memory(arena, err);
    if (former.len > 0)
        memcpy(bytes, former.data, former.len);
    if (next.len > 0)
        memcpy(bytes + former.len, next.data, next.len);
    out->other_keys = tq_slice_of(bytes, former.len + next.len);
    return TQ_OK;
}

static tq_status device_get(void *ctx, uint32_t device, struct tq_arena *arena,
        struct tq_device *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_DEVICE);
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_int(&q, device);
    rc = district_step(&q, &row, "device", err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu32, tq_phrase(TQ_PHRASE_DEVICE), device);
    out->device = device;
    out->incarnation = (uint32_t)column_u64(&q, 2);
    out->revoked = column_int(&q, 4) != 0;
    out->former = (uint32_t)column_u64(&q, 5);
    out->last_incarnation = (uint32_t)column_u64(&q, 6);
    rc = column_copy(&q, 0, arena, &out->unit, err);
    if (rc == TQ_OK)
        rc = column_copy(&q, 1, arena, &out->letter, err);
    if (rc == TQ_OK)
        rc = column_fixed(&q, 3, out->sign_key, sizeof(out->sign_key), "device", err);
    out->renew_asked = column_int(&q, 7) != 0;
    if (rc == TQ_OK)
        rc = other_keys(&q, arena, out, err);
    district_end(&q);
    return rc;
}

static tq_status machines_get(void *ctx, struct tq_slice unit, uint32_t device,
        struct tq_arena *arena, struct tq_machine **out, size_t *n, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_MACHINES);
    struct tq_machine *list = tq_arena_array(arena, TQ_MAX_MACHINES, sizeof(*list));
    size_t count = 0;
    bool row = false;
    tq_status rc = list == NULL ? district_no_memory(arena, err) : TQ_OK;

    bind_text(&q, unit);
    bind_int(&q, device);
    bind_int(&q, TQ_MAX_MACHINES);
    if (rc == TQ_OK)
        rc = district_step(&q, &row, "devices", err);
    while (rc == TQ_OK && row) {
        struct tq_machine *one = &list[count++];

        one->device = (uint32_t)column_u64(&q, 0);
        one->since_ms = column_int(&q, 3);
        rc = column_copy(&q, 1, arena, &one->letter, err);
        if (rc == TQ_OK)
            rc = column_copy(&q, 2, arena, &one->name, err);
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "devices", err);
    }
    district_end(&q);
    *out = list;
    *n = count;
    return rc;
}

static tq_status chain_get(void *ctx, uint32_t device, uint32_t incarnation, struct tq_chain *out,
        struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_CHAIN);
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_int(&q, device);
    bind_int(&q, incarnation);
    rc = district_step(&q, &row, "chain", err);
    if (rc != TQ_OK || !row)
        return rc;
    out->exists = true;
    out->parent.incarnation = (uint32_t)column_u64(&q, 0);
    out->parent.seq = column_u64(&q, 1);
    out->head.incarnation = incarnation;
    out->head.seq = column_u64(&q, 3);
    out->e_last = column_int(&q, 5);
    out->parent_device = (uint32_t)column_u64(&q, 6);
    rc = column_fixed(&q, 2, out->parent.hash, sizeof(out->parent.hash), "chain", err);
    if (rc == TQ_OK)
        rc = column_fixed(&q, 4, out->head.hash, sizeof(out->head.hash), "chain", err);
    district_end(&q);
    return rc;
}

static tq_status chain_put(void *ctx, uint32_t device, uint32_t incarnation,
        const struct tq_chain *chain, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_CHAIN_SET);

    bind_int(&q, device);
    bind_int(&q, incarnation);
    bind_int(&q, chain->parent.incarnation);
    bind_u64(&q, chain->parent.seq);
    bind_blob(&q, chain->parent.hash, sizeof(chain->parent.hash));
    bind_u64(&q, chain->head.seq);
    bind_blob(&q, chain->head.hash, sizeof(chain->head.hash));
    bind_int(&q, chain->e_last);
    bind_int(&q, chain->parent_device);
    return district_run(&q, "chain", err);
}

static tq_status ledger_append(void *ctx, struct tq_ledger_set *set, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, SQL_LEDGER_ADD);
    tq_status rc;

    bind_u64(&q, store->pos + 1);
    bind_int(&q, set->set.device);
    bind_int(&q, set->set.incarnation);
    bind_u64(&q, set->set.seq);
    bind_blob(&q, set->set.district, sizeof(set->set.district));
    bind_blob(&q, set->set.prev, sizeof(set->set.prev));
    bind_blob(&q, set->set.hash, sizeof(set->set.hash));
    bind_blob(&q, set->set.signature, sizeof(set->set.signature));
    bind_u64(&q, set->first_seq);
    bind_int(&q, set->nchanges);
    bind_int(&q, set->ta);
    bind_int(&q, set->offset_ms);
    bind_int(&q, set->e0);
    bind_int(&q, set->e_last);
    bind_u64(&q, set->merged_at);
    bind_slice(&q, set->set.payload);
    rc = district_run(&q, "ledger", err);
    if (rc != TQ_OK) {
        tq_error_wrap(err, "%s %" PRIu64 ", %s %" PRIu32, tq_phrase(TQ_PHRASE_SET), set->set.seq,
                tq_phrase(TQ_PHRASE_DEVICE), set->set.device);
        return rc;
    }
    store->pos++;
    set->n = (uint64_t)sqlite3_last_insert_rowid(store->db);
    return TQ_OK;
}

static tq_status ledger_settle(void *ctx, uint64_t n, uint64_t merged_at, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, SQL_LEDGER_SETTLE);
    tq_status rc;

    bind_u64(&q, n);
    bind_u64(&q, merged_at);
    rc = district_run(&q, "settle the ledger entry", err);
    if (rc == TQ_OK && sqlite3_changes(store->db) != 1)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_LEDGER_ENTRY), n);
    return rc;
}

static tq_status read_set(struct district_bind *q, struct tq_arena *arena,
        struct tq_ledger_set *out, struct tq_error *err)
{
    tq_status rc = column_fixed(q, 4, out->set.district, sizeof(out->set.district), "ledger", err);

    out->n = column_u64(q, 0);
    out->set.device = (uint32_t)column_u64(q, 1);
    out->set.incarnation = (uint32_t)column_u64(q, 2);
    out->set.seq = column_u64(q, 3);
    out->first_seq = column_u64(q, 8);
    out->nchanges = (uint32_t)column_u64(q, 9);
    out->ta = column_int(q, 10);
    out->offset_ms = column_int(q, 11);
    out->e0 = column_int(q, 12);
    out->e_last = column_int(q, 13);
    out->merged_at = column_u64(q, 14);
    if (rc == TQ_OK)
        rc = column_fixed(q, 5, out->set.prev, sizeof(out->set.prev), "ledger", err);
    if (rc == TQ_OK)
        rc = column_fixed(q, 6, out->set.hash, sizeof(out->set.hash), "ledger", err);
    if (rc == TQ_OK)
        rc = column_fixed(q, 7, out->set.signature, sizeof(out->set.signature), "ledger", err);
    if (rc == TQ_OK)
        rc = column_copy(q, 15, arena, &out->set.payload, err);
    return rc;
}

static tq_status one_set(struct district_bind *q, struct tq_arena *arena, struct tq_ledger_set *out,
        bool *found, struct tq_error *err)
{
    tq_status rc = district_step(q, found, "ledger", err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK || !*found)
        return rc;
    rc = read_set(q, arena, out, err);
    district_end(q);
    return rc;
}

tq_status district_next_set(struct tq_district_store *store, uint64_t n, struct tq_arena *arena,
        struct tq_ledger_set *out, uint64_t *pos, bool *found, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_LEDGER_WALK);
    tq_status rc;

    memset(out, 0, sizeof(*out));
    bind_u64(&q, n);
    rc = district_step(&q, found, "ledger", err);
    if (rc != TQ_OK || !*found)
        return rc;
    rc = read_set(&q, arena, out, err);
    if (pos != NULL)
        *pos = column_u64(&q, 16);
    district_end(&q);
    return rc;
}

tq_status district_read_back(struct district_bind *bind, struct tq_arena *arena,
        struct tq_arena *kept, struct tq_ledger_set *out, struct tq_slice *unit, bool *found,
        struct tq_error *err)
{
    tq_status rc = district_step(bind, found, "ledger", err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK || !*found)
        return rc;
    rc = read_set(bind, arena, out, err);
    if (rc == TQ_OK)
        rc = column_copy(bind, 16, kept, unit, err);
    district_end(bind);
    return rc;
}

static tq_status ledger_by_n(void *ctx, uint64_t n, struct tq_arena *arena,
        struct tq_ledger_set *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LEDGER_BY_N);
    bool found;
    tq_status rc;

    bind_u64(&q, n);
    rc = one_set(&q, arena, out, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_LEDGER_ENTRY), n);
    return rc;
}

static tq_status ledger_find(void *ctx, uint32_t device, uint32_t incarnation, uint64_t seq,
        struct tq_arena *arena, struct tq_ledger_set *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LEDGER_FIND);
    bool found;
    tq_status rc;

    bind_int(&q, device);
    bind_int(&q, incarnation);
    bind_u64(&q, seq);
    rc = one_set(&q, arena, out, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64 ", %s %" PRIu32 "/%" PRIu32,
                tq_phrase(TQ_PHRASE_SET), seq, tq_phrase(TQ_PHRASE_DEVICE), device, incarnation);
    return rc;
}

static tq_status ledger_by_seq(void *ctx, uint64_t seq, struct tq_arena *arena,
        struct tq_ledger_set *out, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_LEDGER_BY_SEQ);
    bool found;
    tq_status rc;

    bind_u64(&q, seq);
    rc = one_set(&q, arena, out, &found, err);
    if (rc == TQ_OK && (!found || seq - out->first_seq >= out->nchanges))
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_SEQUENCE), seq);
    return rc;
}

static tq_status origin_put(
        void *ctx, uint64_t seq, uint64_t set_n, uint32_t place, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_ORIGIN_SET);

    bind_u64(&q, seq);
    bind_u64(&q, set_n);
    bind_int(&q, place);
    return district_run(&q, "origin of a sequence", err);
}

static tq_status origin_get(
        void *ctx, uint64_t seq, uint64_t *set_n, uint32_t *place, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_ORIGIN);
    bool row;
    tq_status rc;

    bind_u64(&q, seq);
    rc = district_step(&q, &row, "origin of a sequence", err);
    if (rc != TQ_OK)
        return rc;
    if (!row)
        return tq_error_set(err, TQ_NOT_FOUND, "%s %" PRIu64, tq_phrase(TQ_PHRASE_SEQUENCE), seq);
    *set_n = column_u64(&q, 0);
    *place = (uint32_t)column_u64(&q, 1);
    district_end(&q);
    return TQ_OK;
}

static tq_status receipt_put(
        void *ctx, const struct tq_receipt *receipt, struct tq_slice bytes, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, SQL_RECEIPT_ADD);
    tq_status rc;

    bind_u64(&q, store->pos + 1);
    bind_int(&q, receipt->device);
    bind_int(&q, receipt->incarnation);
    bind_u64(&q, receipt->seq);
    bind_int(&q, receipt->t);
    bind_int(&q, receipt->amending ? 1 : 0);
    bind_u64(&q, receipt->merged_at);
    bind_int(&q, receipt->accepted);
    bind_int(&q, receipt->superseded);
    bind_int(&q, receipt->held);
    bind_int(&q, receipt->refused);
    bind_int(&q, receipt->requested);
    bind_slice(&q, bytes);
    rc = district_run(&q, "receipt", err);
    if (rc == TQ_OK)
        store->pos++;
    return rc;
}

/* The byte strings that a statement gives, as an array in the arena; `numbers` may be NULL, else the
 * second column beside them. */
static tq_status collect(struct district_bind *q, struct tq_arena *arena, struct tq_slice **out,
        uint64_t **numbers, size_t *count, struct tq_error *err)
{
    size_t room = 0;
    bool row;
    tq_status rc = district_step(q, &row, "receipts", err);

    *out = NULL;
    *count = 0;
    while (rc == TQ_OK && row) {
        if (*count == room) {
            struct tq_slice *grown;
            uint64_t *more;

            room = room == 0 ? 4 : room * 2;
            grown = tq_arena_array(arena, room, sizeof(*grown));
            more = tq_arena_array(arena, numbers != NULL ? room : 0, sizeof(*more));
            if (grown == NULL || more == NULL) {
                rc = district_no_memory(arena, err);
                break;
            }
            if (*count > 0)
                memcpy(grown, *out, *count * sizeof(*grown));
            if (*count > 0 && numbers != NULL)
                memcpy(more, *numbers, *count * sizeof(*more));
            *out = grown;
            if (numbers != NULL)
                *numbers = more;
        }
        if (numbers != NULL)
            (*numbers)[*count] = column_u64(q, 1);
        rc = column_copy(q, 0, arena, &(*out)[*count], err);
        if (rc == TQ_OK) {
            (*count)++;
            rc = district_step(q, &row, "receipts", err);
        }
    }
    district_end(q);
    return rc;
}

static tq_status receipts_of(void *ctx, uint32_t device, uint32_t incarnation, uint64_t seq,
        struct tq_arena *arena, struct tq_slice **out, size_t *count, struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_RECEIPTS_OF);

    bind_int(&q, device);
    bind_int(&q, incarnation);
    bind_u64(&q, seq);
    return collect(&q, arena, out, NULL, count, err);
}

static tq_status receipts_amending(void *ctx, uint32_t device, uint64_t above, uint64_t up_to,
        struct tq_arena *arena, struct tq_slice **out, uint64_t **heads, size_t *count,
        struct tq_error *err)
{
    struct district_bind q = district_take(ctx, SQL_RECEIPTS_AMENDING);

    bind_int(&q, device);
    bind_u64(&q, above);
    bind_u64(&q, up_to);
    return collect(&q, arena, out, heads, count, err);
}

void district_ledger_ops(struct tq_district_ops *ops)
{
    ops->state_get = state_get;
    ops->state_put = state_put;
    ops->history_get = history_get;
    ops->device_get = device_get;
    ops->machines_get = machines_get;
    ops->chain_get = chain_get;
    ops->chain_put = chain_put;
    ops->ledger_append = ledger_append;
    ops->ledger_settle = ledger_settle;
    ops->ledger_by_n = ledger_by_n;
    ops->ledger_find = ledger_find;
    ops->ledger_by_seq = ledger_by_seq;
    ops->origin_put = origin_put;
    ops->origin_get = origin_get;
    ops->receipt_put = receipt_put;
    ops->receipts_of = receipts_of;
    ops->receipts_amending = receipts_amending;
}

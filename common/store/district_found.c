#include "store/district_found.h"

#include <string.h>

static bool copy_slice(struct tq_arena *arena, struct tq_slice *slice)
{
    if (slice->len == 0)
        return true;
    slice->data = tq_arena_copy(arena, slice->data, slice->len);
    return slice->data != NULL;
}

static struct tq_value *copy_values(
        struct tq_arena *arena, const struct tq_value *values, uint32_t count)
{
    struct tq_value *copy = tq_arena_array(arena, (size_t)count + 1, sizeof(*copy));

    for (uint32_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = values[i];
        if ((copy[i].type == TQ_TEXT || copy[i].type == TQ_BLOB) && !copy_slice(arena, &copy[i].s))
            return NULL;
    }
    return copy;
}

/* Out of the scratch arena into the result's. */
static tq_status copy_change(struct tq_arena *arena, struct tq_change *change, struct tq_error *err)
{
    uint32_t *columns = tq_arena_array(arena, (size_t)change->ncolumns + 1, sizeof(*columns));
    struct tq_value *after = copy_values(arena, change->after, change->ncolumns);
    struct tq_value *before =
            change->before != NULL ? copy_values(arena, change->before, change->ncolumns) : NULL;

    if (columns == NULL || after == NULL || (change->before != NULL && before == NULL) ||
            !copy_slice(arena, &change->key) || !copy_slice(arena, &change->owner) ||
            !copy_slice(arena, &change->lock_on) || !copy_slice(arena, &change->author))
        return district_no_memory(arena, err);
    if (change->ncolumns > 0)
        memcpy(columns, change->columns, change->ncolumns * sizeof(*columns));
    change->columns = columns;
    change->after = after;
    change->before = before;
    return TQ_OK;
}

static struct tq_why_entry *grow(struct found_list *found)
{
    if (found->count == found->room) {
        size_t room = found->room == 0 ? 16 : found->room * 2;
        struct tq_why_entry *grown = tq_arena_array(found->arena, room, sizeof(*grown));

        if (grown == NULL)
            return NULL;
        if (found->count > 0)
            memcpy(grown, found->list, found->count * sizeof(*grown));
        found->list = grown;
        found->room = room;
    }
    return &found->list[found->count++];
}

tq_status found_add(struct found_list *found, const struct tq_ledger_set *set,
        const struct tq_change *change, uint32_t place, int64_t e, struct tq_error *err)
{
    struct tq_why_entry *entry = grow(found);

    if (entry == NULL)
        return district_no_memory(found->arena, err);
    memset(entry, 0, sizeof(*entry));
    entry->set_n = set->n;
    entry->device = set->set.device;
    entry->incarnation = set->set.incarnation;
    entry->set_seq = set->set.seq;
    entry->place = place;
    entry->seq = set->first_seq + place;
    entry->change = *change;
    entry->e = e;
    entry->received_t = set->ta;
    entry->verdict = TQ_ACCEPTED;
    entry->reason = TQ_REASON_NONE;
    return copy_change(found->arena, &entry->change, err);
}

tq_status found_read_verdicts(struct tq_district_store *store, const struct tq_codec_ops *codec,
        const struct tq_ledger_set *set, struct tq_arena *scratch, struct found_list *found,
        size_t first, struct tq_error *err)
{
    struct tq_slice *bytes;
    size_t nreceipts;
    tq_status rc = store->ops.receipts_of(store, set->set.device, set->set.incarnation,
            set->set.seq, scratch, &bytes, &nreceipts, err);

    for (size_t i = 0; rc == TQ_OK && i < nreceipts; i++) {
        struct tq_receipt receipt;

        rc = codec->receipt_decode(bytes[i], scratch, &receipt, err);
        for (size_t k = 0; rc == TQ_OK && k < receipt.nexceptions; k++) {
            for (size_t j = first; j < found->count; j++) {
                if (found->list[j].place != receipt.exceptions[k].place)
                    continue;
                found->list[j].verdict = receipt.exceptions[k].verdict;
                found->list[j].reason = receipt.exceptions[k].reason;
            }
        }
    }
    return rc;
}

#include <string.h>

#include "message_gen.h"

/* Each check names the field that differs. */
#define NUMBER(field)                                                                              \
    do {                                                                                           \
        if (a->field != b->field) {                                                                \
            *where = #field;                                                                       \
            return false;                                                                          \
        }                                                                                          \
    } while (0)
#define BYTES(field)                                                                               \
    do {                                                                                           \
        if (memcmp(a->field, b->field, sizeof(a->field)) != 0) {                                   \
            *where = #field;                                                                       \
            return false;                                                                          \
        }                                                                                          \
    } while (0)
#define SLICE(field)                                                                               \
    do {                                                                                           \
        if (!tq_slice_equal(a->field, b->field)) {                                                 \
            *where = #field;                                                                       \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool same_values(const struct tq_value *a, const struct tq_value *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!tq_value_equal(&a[i], &b[i]))
            return false;
    return true;
}

static bool same_point(
        const struct tq_chain_point *a, const struct tq_chain_point *b, const char **where)
{
    NUMBER(incarnation);
    NUMBER(seq);
    BYTES(hash);
    return true;
}

static bool same_change(const struct tq_change *a, const struct tq_change *b, const char **where)
{
    NUMBER(table);
    NUMBER(cell);
    SLICE(key);
    SLICE(owner);
    SLICE(lock_on);
    NUMBER(ncolumns);
    NUMBER(at_ms);
    SLICE(author);
    NUMBER(incarnation);
    NUMBER(log_id);
    NUMBER(seen);
    NUMBER(t_seen);
    *where = "columns";
    for (uint32_t i = 0; i < a->ncolumns; i++)
        if (a->columns[i] != b->columns[i])
            return false;
    *where = "after";
    if (!same_values(a->after, b->after, a->ncolumns))
        return false;
    *where = "before";
    return (a->before == NULL) == (b->before == NULL) &&
           (a->before == NULL || same_values(a->before, b->before, a->ncolumns));
}

bool same_body(const struct tq_set_body *a, const struct tq_set_body *b, const char **where)
{
    NUMBER(schema);
    NUMBER(sealed_at_ms);
    NUMBER(seen);
    NUMBER(t_seen);
    NUMBER(group);
    NUMBER(part);
    NUMBER(parts);
    NUMBER(nchanges);
    for (size_t i = 0; i < a->nchanges; i++)
        if (!same_change(&a->changes[i], &b->changes[i], where))
            return false;
    return same_point(&a->parent, &b->parent, where);
}

static bool same_rows(
        const struct tq_row *as, const struct tq_row *bs, size_t n, const char **where)
{
    for (size_t i = 0; i < n; i++) {
        const struct tq_row *a = &as[i];
        const struct tq_row *b = &bs[i];

        NUMBER(table);
        SLICE(key);
        NUMBER(exists);
        NUMBER(seq);
        NUMBER(ncolumns);
        NUMBER(norigins);
        for (uint32_t k = 0; k < a->ncolumns; k++)
            NUMBER(columns[k]);
        *where = "values";
        if (!same_values(a->values, b->values, a->ncolumns))
            return false;
        for (size_t k = 0; k < a->norigins; k++) {
            NUMBER(origins[k].cell);
            NUMBER(origins[k].device);
            SLICE(origins[k].author);
            NUMBER(origins[k].at_ms);
        }
    }
    return true;
}

static bool same_position(
        const struct tq_position *a, const struct tq_position *b, const char **where)
{
    NUMBER(cursor);
    NUMBER(scanning);
    NUMBER(scan_h);
    NUMBER(scan_table);
    SLICE(scan_key);
    return true;
}

static bool same_range(const struct tq_range *a, const struct tq_range *b, const char **where)
{
    NUMBER(table);
    SLICE(owner);
    SLICE(low);
    SLICE(high);
    NUMBER(rows);
    BYTES(sum);
    return true;
}

bool same_receipt(const struct tq_receipt *a, const struct tq_receipt *b, const char **where)
{
    NUMBER(device);
    NUMBER(incarnation);
    NUMBER(seq);
    BYTES(set_hash);
    NUMBER(amending);
    NUMBER(t);
    NUMBER(ta);
    NUMBER(offset_ms);
    NUMBER(e0);
    NUMBER(first_seq);
    NUMBER(merged_at);
    NUMBER(accepted);
    NUMBER(superseded);
    NUMBER(held);
    NUMBER(refused);
    NUMBER(requested);
    NUMBER(copies);
    NUMBER(ledger_seq);
    BYTES(ledger_hash);
    BYTES(signature);
    NUMBER(nexceptions);
    for (size_t i = 0; i < a->nexceptions; i++) {
        NUMBER(exceptions[i].place);
        NUMBER(exceptions[i].table);
        NUMBER(exceptions[i].cell);
        SLICE(exceptions[i].key);
        NUMBER(exceptions[i].verdict);
        NUMBER(exceptions[i].reason);
        NUMBER(exceptions[i].column);
        SLICE(exceptions[i].detail);
    }
    return true;
}

static bool same_rows_message(const struct tq_rows *a, const struct tq_rows *b, const char **where)
{
    NUMBER(nrows);
    NUMBER(repair);
    NUMBER(head);
    BYTES(ledger_hash);
    NUMBER(complete);
    NUMBER(t_h);
    NUMBER(ndigests);
    for (size_t i = 0; i < a->ndigests; i++) {
        NUMBER(digests[i].table);
        SLICE(digests[i].owner);
        NUMBER(digests[i].rows);
        BYTES(digests[i].sum);
    }
    NUMBER(nreceipts);
    for (size_t i = 0; i < a->nreceipts; i++)
        if (!same_receipt(&a->receipts[i], &b->receipts[i], where))
            return false;
    return same_position(&a->from, &b->from, where) && same_position(&a->to, &b->to, where) &&
           same_point(&a->held, &b->held, where) && same_range(&a->range, &b->range, where) &&
           same_rows(a->rows, b->rows, a->nrows, where);
}

static bool same_hello(const struct tq_hello *a, const struct tq_hello *b, const char **where)
{
    NUMBER(protocol_low);
    NUMBER(protocol_high);
    NUMBER(schema);
    NUMBER(device);
    NUMBER(cursor);
    NUMBER(seen);
    NUMBER(top);
    BYTES(top_hash);
    SLICE(scope);
    NUMBER(clock_ms);
    NUMBER(equal_as_of);
    SLICE(software);
    BYTES(place);
    NUMBER(astray);
    NUMBER(heads.told.seq);
    BYTES(heads.told.hash);
    BYTES(heads.told.signature);
    NUMBER(heads.seen.seq);
    BYTES(heads.seen.hash);
    BYTES(heads.seen.signature);
    NUMBER(heads.known);
    return same_point(&a->head, &b->head, where) && same_point(&a->confirmed, &b->confirmed, where);
}

static bool same_welcome(const struct tq_welcome *a, const struct tq_welcome *b, const char **where)
{
    NUMBER(protocol);
    BYTES(district);
    NUMBER(epoch);
    NUMBER(offset_ms);
    SLICE(scope);
    NUMBER(schema);
    NUMBER(credit_bytes);
    BYTES(group_key_id);
    BYTES(group_key);
    NUMBER(incarnation);
    NUMBER(backed_up);
    SLICE(letter);
    NUMBER(fork);
    NUMBER(lost);
    NUMBER(restored);
    NUMBER(kept);
    NUMBER(wants_offers);
    NUMBER(renew_keys);
    NUMBER(nmachines);
    for (size_t i = 0; i < a->nmachines; i++) {
        NUMBER(machines[i].device);
        SLICE(machines[i].letter);
        SLICE(machines[i].name);
        NUMBER(machines[i].since_ms);
    }
    return same_point(&a->held, &b->held, where);
}

static bool same_push(const struct tq_set *a, const struct tq_set *b, const char **where)
{
    BYTES(district);
    NUMBER(device);
    NUMBER(incarnation);
    NUMBER(seq);
    BYTES(prev);
    SLICE(payload);
    BYTES(hash);
    BYTES(signature);
    return true;
}

static bool same_refill(const struct tq_refill *a, const struct tq_refill *b, const char **where)
{
    NUMBER(nreceipts);
    for (size_t i = 0; i < a->nreceipts; i++)
        SLICE(receipts[i]);
    return same_push(&a->set, &b->set, where);
}

static bool same_refused(const struct tq_refused *a, const struct tq_refused *b, const char **where)
{
    NUMBER(code);
    SLICE(text_vi);
    SLICE(text_en);
    SLICE(next_vi);
    SLICE(next_en);
    NUMBER(retry_after_ms);
    return true;
}

static bool same_join(const struct tq_message *a, const struct tq_message *b, const char **where)
{
    SLICE(u.join.token);
    BYTES(u.join.curve_key);
    BYTES(u.join.sign_key);
    SLICE(u.join.machine);
    NUMBER(u.join.former_device);
    NUMBER(u.join.former_incarnation);
    NUMBER(u.join.returns);
    SLICE(u.join.letter);
    NUMBER(u.join.renews);
    BYTES(u.join.renewal);
    SLICE(u.join.certificate.former);
    NUMBER(u.join.certificate.device);
    SLICE(u.join.certificate.unit);
    BYTES(u.join.certificate.signature);
    return same_point(&a->u.join.confirmed, &b->u.join.confirmed, where);
}

static bool same_joined(const struct tq_message *a, const struct tq_message *b, const char **where)
{
    BYTES(u.joined.certificate.district);
    NUMBER(u.joined.certificate.device);
    NUMBER(u.joined.certificate.incarnation);
    SLICE(u.joined.certificate.letter);
    SLICE(u.joined.certificate.unit);
    BYTES(u.joined.certificate.curve_key);
    BYTES(u.joined.certificate.sign_key);
    NUMBER(u.joined.certificate.issued_at_ms);
    SLICE(u.joined.certificate.former);
    BYTES(u.joined.certificate.signature);
    SLICE(u.joined.district_name);
    BYTES(u.joined.district_sign_key);
    SLICE(u.joined.sync_address);
    SLICE(u.joined.broadcast_address);
    SLICE(u.joined.guest_address);
    BYTES(u.joined.readmit_secret);
    return true;
}

static bool same_small(const struct tq_message *a, const struct tq_message *b, const char **where)
{
    switch ((int)a->kind) {
    case TQ_MSG_PULL:
        NUMBER(u.pull.sets_coming);
        NUMBER(u.pull.credit_bytes);
        return same_position(&a->u.pull.from, &b->u.pull.from, where);
    case TQ_MSG_CREDIT:
        NUMBER(u.credit_bytes);
        return true;
    case TQ_MSG_RECEIPT_ASK:
        return same_point(&a->u.receipt_ask, &b->u.receipt_ask, where);
    case TQ_MSG_STATUS:
        NUMBER(u.status.equal_as_of);
        NUMBER(u.status.read_every_row);
        NUMBER(u.status.repaired_rows);
        NUMBER(u.status.waiting);
        SLICE(u.status.note);
        return true;
    case TQ_MSG_JOIN:
        return same_join(a, b, where);
    case TQ_MSG_JOINED:
        return same_joined(a, b, where);
    default:
        *where = "kind";
        return false;
    }
}

bool same_message(const struct tq_message *a, const struct tq_message *b, const char **where)
{
    NUMBER(kind);
    NUMBER(session);
    switch (a->kind) {
    case TQ_MSG_HELLO:
        return same_hello(&a->u.hello, &b->u.hello, where);
    case TQ_MSG_WELCOME:
        return same_welcome(&a->u.welcome, &b->u.welcome, where);
    case TQ_MSG_REFUSED:
        return same_refused(&a->u.refused, &b->u.refused, where);
    case TQ_MSG_PUSH:
        return same_push(&a->u.push, &b->u.push, where);
    case TQ_MSG_REFILL:
        return same_refill(&a->u.refill, &b->u.refill, where);
    case TQ_MSG_OFFER:
        NUMBER(u.offer.number);
        NUMBER(u.offer.nrows);
        return same_rows(a->u.offer.rows, b->u.offer.rows, a->u.offer.nrows, where);
    case TQ_MSG_RECEIPT:
        return same_receipt(&a->u.receipt, &b->u.receipt, where);
    case TQ_MSG_ROWS:
        return same_rows_message(&a->u.rows, &b->u.rows, where);
    case TQ_MSG_DIGEST_ASK:
    case TQ_MSG_DIGEST_TELL:
        NUMBER(u.ranges.as_of);
        NUMBER(u.ranges.nranges);
        for (size_t i = 0; i < a->u.ranges.nranges; i++)
            if (!same_range(&a->u.ranges.ranges[i], &b->u.ranges.ranges[i], where))
                return false;
        return true;
    case TQ_MSG_BROADCAST:
        NUMBER(u.broadcast.epoch);
        NUMBER(u.broadcast.seq);
        NUMBER(u.broadcast.prev);
        NUMBER(u.broadcast.at_ms);
        BYTES(u.broadcast.ledger_hash);
        NUMBER(u.broadcast.nrows);
        BYTES(u.broadcast.signature);
        return same_rows(a->u.broadcast.rows, b->u.broadcast.rows, a->u.broadcast.nrows, where);
    default:
        return same_small(a, b, where);
    }
}

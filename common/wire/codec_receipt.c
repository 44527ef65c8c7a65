#include <string.h>

#include "codec_parts.h"
#include "tuquan/codec.h"

/* Facts for people come from values that were refused: what may not travel is replaced and what is
 * too long is cut, so that a bad value never keeps its receipt from being made. */
static struct tq_slice clean_detail(struct coder *c, struct tq_slice detail)
{
    size_t len = detail.len;
    uint8_t *copy;

    if (len > TQ_MAX_DETAIL_BYTES)
        for (len = TQ_MAX_DETAIL_BYTES; len > 0 && (detail.data[len] & 0xc0) == 0x80;)
            len--;
    copy = coder_alloc(c, len, 1);
    if (copy == NULL)
        return tq_slice_of(NULL, 0);
    if (len > 0)
        memcpy(copy, detail.data, len);
    for (size_t i = 0; i < len; i++)
        if ((copy[i] < 0x20 && copy[i] != '\t' && copy[i] != '\n') || copy[i] == 0x7f)
            copy[i] = ' ';
    if (!text_is_clean(tq_slice_of(copy, len)))
        for (size_t i = 0; i < len; i++)
            if (copy[i] >= 0x80)
                copy[i] = '?';
    return tq_slice_of(copy, len);
}

static bool put_details(
        struct coder *c, const struct tq_receipt *receipt, Tuquan__V1__Exceptions *out)
{
    size_t n = receipt->nexceptions;
    struct tq_slice *details = coder_alloc(c, n, sizeof(*details));
    size_t total = 0;

    out->detail_length = coder_alloc(c, n, sizeof(*out->detail_length));
    if (c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        details[i] = clean_detail(c, receipt->exceptions[i].detail);
        out->detail_length[i] = (uint32_t)details[i].len;
        total += details[i].len;
    }
    if (total == 0)
        return c->status == TQ_OK;
    out->n_detail_length = n;
    out->detail.data = coder_alloc(c, total, 1);
    if (out->detail.data == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (details[i].len > 0)
            memcpy(out->detail.data + out->detail.len, details[i].data, details[i].len);
        out->detail.len += details[i].len;
    }
    return true;
}

static Tuquan__V1__Exceptions *put_exceptions(struct coder *c, const struct tq_receipt *receipt)
{
    size_t n = receipt->nexceptions;
    Tuquan__V1__Exceptions *out = coder_alloc(c, 1, sizeof(*out));
    struct tq_slice *keys = coder_alloc(c, n, sizeof(*keys));
    struct u32_list tables = { 0 };
    struct u32_list cells = { 0 };
    struct u32_list verdicts = { 0 };
    struct u32_list reasons = { 0 };
    struct u32_list columns = { 0 };
    struct keys_view view = { n, keys };
    int64_t place = 0;

    if (c->status != TQ_OK)
        return NULL;
    tuquan__v1__exceptions__init(out);
    out->place_step = coder_alloc(c, n, sizeof(*out->place_step));
    for (size_t i = 0; i < n && c->status == TQ_OK; i++) {
        const struct tq_exception *e = &receipt->exceptions[i];

        if (e->table == 0 || e->table > TQ_MAX_NUMBER || e->cell > TQ_MAX_CELL_NUMBER ||
                e->place >= TQ_SET_MAX_CHANGES)
            coder_fail(c, TQ_INVALID, "exception at place %u, table %u", e->place, e->table);
        keys[i] = e->key;
        out->place_step[i] = (int64_t)e->place - place;
        place = e->place;
        runs_add(c, &tables, e->table);
        runs_add(c, &cells, e->cell);
        runs_add(c, &verdicts, (uint32_t)e->verdict);
        runs_add(c, &reasons, (uint32_t)e->reason);
        runs_add(c, &columns, e->column);
    }
    out->keys = keys_encode(c, view);
    if (c->status != TQ_OK || !put_details(c, receipt, out))
        return NULL;
    runs_finish(&cells);
    runs_finish(&verdicts);
    runs_finish(&reasons);
    runs_finish(&columns);
    out->count = (uint32_t)n;
    out->n_place_step = n;
    out->n_table_runs = tables.n;
    out->table_runs = tables.at;
    out->n_cell_runs = cells.n;
    out->cell_runs = cells.at;
    out->n_verdict_runs = verdicts.n;
    out->verdict_runs = verdicts.at;
    out->n_reason_runs = reasons.n;
    out->reason_runs = reasons.at;
    out->n_column_runs = columns.n;
    out->column_runs = columns.at;
    return out;
}

static bool put_body(struct coder *c, const struct tq_receipt *receipt, struct tq_buf *out)
{
    Tuquan__V1__Receipt packed;

    if (receipt->nexceptions > TQ_SET_MAX_CHANGES)
        return coder_fail(c, TQ_TOO_LARGE, "%zu exceptions", receipt->nexceptions);
    tuquan__v1__receipt__init(&packed);
    packed.device = receipt->device;
    packed.incarnation = receipt->incarnation;
    packed.seq = receipt->seq;
    packed.set_hash = pb_fixed(receipt->set_hash, sizeof(receipt->set_hash));
    packed.amending = receipt->amending;
    packed.t = receipt->t;
    packed.ta = receipt->ta;
    packed.offset_ms = receipt->offset_ms;
    packed.e0 = receipt->e0;
    packed.first_seq = receipt->first_seq;
    packed.merged_at = receipt->merged_at;
    packed.accepted = receipt->accepted;
    packed.superseded = receipt->superseded;
    packed.held = receipt->held;
    packed.refused = receipt->refused;
    packed.requested = receipt->requested;
    packed.copies = receipt->copies;
    packed.ledger_seq = receipt->ledger_seq;
    packed.ledger_hash = pb_fixed(receipt->ledger_hash, sizeof(receipt->ledger_hash));
    if (receipt->nexceptions > 0) {
        packed.exceptions = put_exceptions(c, receipt);
        if (packed.exceptions == NULL)
            return false;
    }
    return coder_pack(c, &packed, out);
}

bool receipt_put(
        struct coder *c, const struct tq_receipt *receipt, bool with_signature, struct tq_buf *out)
{
    struct tq_slice body = receipt->signed_bytes;
    struct tq_buf made;
    bool ok = true;

    tq_buf_init(&made, 0);
    if (body.len == 0) {
        ok = put_body(c, receipt, &made);
        body = tq_buf_slice(&made);
    }
    if (ok && with_signature) {
        ok = signed_encode(c, body, receipt->signature, out);
    } else if (ok) {
        tq_buf_append_slice(out, body);
        ok = tq_buf_is_ok(out) || coder_fail(c, TQ_NOMEM, "codec");
    }
    tq_buf_deinit(&made);
    return ok;
}

static bool take_details(
        struct coder *c, const Tuquan__V1__Exceptions *from, size_t n, struct tq_exception *out)
{
    size_t at = 0;

    if (from->n_detail_length != 0 && from->n_detail_length != n)
        return coder_fail(c, TQ_PROTOCOL, "details do not fit %zu exceptions", n);
    for (size_t i = 0; i < from->n_detail_length; i++) {
        if (from->detail_length[i] > from->detail.len - at)
            return coder_fail(c, TQ_PROTOCOL, "detail %zu is cut", i);
        out[i].detail = slice_part(from->detail, at, from->detail_length[i]);
        at += from->detail_length[i];
        if (!text_check(c, out[i].detail, TQ_MAX_DETAIL_BYTES, TQ_PROTOCOL, "a detail"))
            return false;
    }
    return at == from->detail.len || coder_fail(c, TQ_PROTOCOL, "details are too long");
}

static bool take_exceptions(
        struct coder *c, const Tuquan__V1__Exceptions *from, struct tq_receipt *out)
{
    size_t n = from->count;
    struct tq_exception *list;
    struct tq_slice *keys;
    struct runs_reader tables;
    struct runs_reader cells;
    struct runs_reader verdicts;
    struct runs_reader reasons;
    struct runs_reader columns;
    uint64_t place = 0;

    if (n > TQ_SET_MAX_CHANGES || from->n_place_step != n)
        return coder_fail(c, TQ_PROTOCOL, "%zu exceptions", n);
    list = coder_alloc(c, n, sizeof(*list));
    keys = coder_alloc(c, n, sizeof(*keys));
    if (c->status != TQ_OK || !keys_decode(c, from->keys, n, keys) ||
            !runs_open(
                    c, &tables, from->table_runs, from->n_table_runs, n, TQ_MAX_NUMBER, "table") ||
            !runs_open(
                    c, &cells, from->cell_runs, from->n_cell_runs, n, TQ_MAX_CELL_NUMBER, "cell") ||
            !runs_open(
                    c, &verdicts, from->verdict_runs, from->n_verdict_runs, n, 1000, "verdict") ||
            !runs_open(c, &reasons, from->reason_runs, from->n_reason_runs, n, 100000, "reason") ||
            !runs_open(c, &columns, from->column_runs, from->n_column_runs, n, TQ_MAX_CELL_NUMBER,
                    "column"))
        return false;
    for (size_t i = 0; i < n; i++) {
        place += (uint64_t)from->place_step[i];
        list[i].table = runs_next(&tables);
        if (place >= TQ_SET_MAX_CHANGES || list[i].table == 0)
            return coder_fail(c, TQ_PROTOCOL, "exception %zu", i);
        list[i].place = (uint32_t)place;
        list[i].cell = runs_next(&cells);
        list[i].key = keys[i];
        list[i].verdict = (tq_verdict)runs_next(&verdicts);
        list[i].reason = (tq_reason)runs_next(&reasons);
        list[i].column = runs_next(&columns);
        if (list[i].verdict > TQ_DROPPED)
            return coder_fail(c, TQ_PROTOCOL, "verdict %u", (unsigned)list[i].verdict);
    }
    out->nexceptions = n;
    out->exceptions = list;
    return take_details(c, from, n, list);
}

bool receipt_take(struct coder *c, struct tq_slice bytes, struct tq_receipt *out)
{
    const Tuquan__V1__Receipt *from;

    if (!signed_decode(c, bytes, &out->signed_bytes, out->signature))
        return false;
    from = coder_unpack(c, &tuquan__v1__receipt__descriptor, out->signed_bytes, "receipt");
    if (from == NULL)
        return false;
    out->device = from->device;
    out->incarnation = from->incarnation;
    out->seq = from->seq;
    out->amending = from->amending != 0;
    out->t = from->t;
    out->ta = from->ta;
    out->offset_ms = from->offset_ms;
    out->e0 = from->e0;
    out->first_seq = from->first_seq;
    out->merged_at = from->merged_at;
    out->accepted = from->accepted;
    out->superseded = from->superseded;
    out->held = from->held;
    out->refused = from->refused;
    out->requested = from->requested;
    out->copies = from->copies;
    out->ledger_seq = from->ledger_seq;
    return read_fixed(c, from->set_hash, out->set_hash, TQ_HASH_BYTES, "hash of the set") &&
           read_fixed(c, from->ledger_hash, out->ledger_hash, TQ_HASH_BYTES, "ledger hash") &&
           (from->exceptions == NULL || take_exceptions(c, from->exceptions, out));
}

#include "message_gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *take(struct gen *g, size_t count, size_t size)
{
    void *block = tq_arena_array(g->arena, count > 0 ? count : 1, size);

    if (block == NULL) {
        fprintf(stderr, "no memory for test data\n");
        exit(1);
    }
    return block;
}

void gen_init(struct gen *g, struct tq_arena *arena, uint64_t seed, size_t most)
{
    g->arena = arena;
    g->state = seed;
    g->most = most;
}

uint64_t gen_next(struct gen *g)
{
    uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t gen_below(struct gen *g, uint32_t limit)
{
    return limit == 0 ? 0 : (uint32_t)(gen_next(g) % limit);
}

static bool chance(struct gen *g, uint32_t one_in)
{
    return gen_below(g, one_in) == 0;
}

static struct tq_slice bytes(struct gen *g, size_t len)
{
    uint8_t *out = take(g, len, 1);

    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)gen_next(g);
    return tq_slice_of(out, len);
}

static void fill(struct gen *g, uint8_t *out, size_t len)
{
    bool zero = chance(g, 8);

    for (size_t i = 0; i < len; i++)
        out[i] = zero ? 0 : (uint8_t)gen_next(g);
}

static struct tq_slice text(struct gen *g, uint32_t words)
{
    static const char *const WORDS[] = { "Bạch Lưu", "thôn", "Sông Lô", "đường", "ổ gà", "a",
        "hòa giải", "\xf0\x9f\x98\x80", "2020", "dữ liệu mẫu" };
    struct tq_buf buf;
    struct tq_slice out;

    tq_buf_init(&buf, 0);
    for (uint32_t n = gen_below(g, words + 1); n > 0; n--) {
        tq_buf_append_str(&buf, WORDS[gen_below(g, 10)]);
        if (n > 1)
            tq_buf_append_str(&buf, " ");
    }
    out = tq_slice_of(tq_arena_copy(g->arena, buf.data, buf.len), buf.len);
    tq_buf_deinit(&buf);
    return out;
}

static int64_t number(struct gen *g)
{
    switch (gen_below(g, 6)) {
    case 0:
        return INT64_MIN;
    case 1:
        return INT64_MAX;
    case 2:
        return (int64_t)gen_next(g);
    default:
        return (int64_t)gen_below(g, 2000) - 1000;
    }
}

struct tq_value gen_value(struct gen *g)
{
    switch (gen_below(g, 10)) {
    case 0:
    case 1:
        return tq_value_null();
    case 2:
    case 3:
    case 4:
        return tq_value_int(number(g));
    case 5:
        return tq_value_blob(bytes(g, gen_below(g, 40)));
    case 6:
        return tq_value_text(bytes(g, gen_below(g, 12))); /* hardly ever UTF-8 */
    default:
        return tq_value_text(text(g, chance(g, 20) ? 200 : 6));
    }
}

static struct tq_slice key(struct gen *g, uint32_t style)
{
    uint8_t raw[16] = { 1, 0x75, 2, 3, 4, 5, 9, 8, 7, 6, 0, 0, 0, 0, 0, 0 };
    char natural[64];

    switch (style % 3) {
    case 0:
        if (chance(g, 5))
            raw[6] = (uint8_t)gen_next(g);
        raw[14] = (uint8_t)gen_next(g);
        raw[15] = (uint8_t)gen_next(g);
        return tq_slice_of(tq_arena_copy(g->arena, raw, sizeof(raw)), sizeof(raw));
    case 1:
        snprintf(natural, sizeof(natural), "08779-%02u\x1f%08u\x1fX%u", gen_below(g, 12),
                gen_below(g, 100000000), gen_below(g, 50));
        return tq_slice_of(tq_arena_copy(g->arena, natural, strlen(natural)), strlen(natural));
    default:
        return bytes(g, 1 + gen_below(g, 256));
    }
}

/* Ascending numbers out of 1..48, at most `most` of them; all 48 now and then. */
static uint32_t *columns(struct gen *g, uint32_t *n, uint32_t most)
{
    uint32_t *out = take(g, most, sizeof(*out));
    uint32_t one_in = 1 + gen_below(g, 4);

    *n = 0;
    for (uint32_t number = 1; number <= 48 && *n < most; number++)
        if (chance(g, one_in))
            out[(*n)++] = number;
    return out;
}

/* Values of a column are mostly of one kind, as in a real table. */
static struct tq_value column_value(struct gen *g, uint32_t column, struct tq_slice row_key)
{
    if (chance(g, 15))
        return gen_value(g);
    switch (column % 6) {
    case 0:
        return tq_value_text(text(g, 5));
    case 1:
        return tq_value_int((int64_t)gen_below(g, 5));
    case 2:
        return tq_value_int(1600000000000 + (int64_t)gen_below(g, 1000000));
    case 3:
        return chance(g, 3) ? tq_value_null() : tq_value_str("đã đạt");
    case 4:
        return tq_value_blob(row_key);
    default:
        return tq_value_int(number(g));
    }
}

static struct tq_value *values(
        struct gen *g, const uint32_t *numbers, uint32_t n, struct tq_slice row_key)
{
    struct tq_value *out = take(g, n, sizeof(*out));

    for (uint32_t i = 0; i < n; i++)
        out[i] = column_value(g, numbers[i], row_key);
    return out;
}

static void point(struct gen *g, struct tq_chain_point *out)
{
    memset(out, 0, sizeof(*out));
    if (chance(g, 4))
        return;
    out->incarnation = gen_below(g, 5);
    out->seq = gen_below(g, 100000) + 1;
    fill(g, out->hash, sizeof(out->hash));
}

static void change(struct gen *g, const struct tq_set_body *body, struct tq_change *out)
{
    out->table = 1 + gen_below(g, 4);
    out->cell = gen_below(g, 3);
    out->key = key(g, out->table);
    out->owner = chance(g, 5) ? tq_slice_of(NULL, 0) : tq_slice_str("08779@2004-01-01");
    out->lock_on = chance(g, 3) ? text(g, 2) : tq_slice_str("ADMIN/2020-Q4");
    out->columns = columns(g, &out->ncolumns, out->cell == 0 ? 48 : 3);
    out->after = values(g, out->columns, out->ncolumns, out->key);
    if (out->cell != 0 && out->ncolumns > 0 && !chance(g, 10))
        out->before = values(g, out->columns, out->ncolumns, out->key);
    out->at_ms = chance(g, 10) ? number(g) : 1606700000000 + (int64_t)gen_below(g, 100000);
    out->author = text(g, 3);
    out->incarnation = 1 + gen_below(g, 20) / 19;
    out->seen = chance(g, 3) ? gen_next(g) : body->seen;
    out->t_seen = chance(g, 3) ? number(g) : body->t_seen;
}

void gen_body(struct gen *g, struct tq_set_body *out)
{
    size_t n = gen_below(g, (uint32_t)g->most + 1);
    struct tq_change *changes = take(g, n, sizeof(*changes));
    uint64_t id;

    memset(out, 0, sizeof(*out));
    out->schema = gen_below(g, 9);
    point(g, &out->parent);
    out->sealed_at_ms = 1606700000000;
    out->seen = gen_next(g);
    out->t_seen = number(g);
    out->group = id = gen_below(g, 100000);
    out->parts = 1 + gen_below(g, 4);
    out->part = 1 + gen_below(g, out->parts);
    for (size_t i = 0; i < n; i++) {
        change(g, out, &changes[i]);
        changes[i].log_id = id;
        id += 1 + gen_below(g, 10) / 9;
    }
    out->nchanges = n;
    out->changes = changes;
}

static void rows(struct gen *g, size_t *n, const struct tq_row **out)
{
    struct tq_row *list;
    uint64_t seq = UINT64_C(7) << 40;

    *n = gen_below(g, (uint32_t)g->most + 1);
    list = take(g, *n, sizeof(*list));
    for (size_t i = 0; i < *n; i++) {
        struct tq_origin *origins = take(g, 3, sizeof(*origins));

        list[i].table = 1 + gen_below(g, 4);
        list[i].key = key(g, list[i].table);
        list[i].exists = !chance(g, 8);
        list[i].seq = seq += gen_below(g, 5);
        if (list[i].exists) {
            list[i].columns = columns(g, &list[i].ncolumns, 20);
            list[i].values = values(g, list[i].columns, list[i].ncolumns, list[i].key);
        }
        list[i].norigins = chance(g, 3) ? gen_below(g, 4) : 0;
        list[i].origins = origins;
        for (size_t k = 0; k < list[i].norigins; k++) {
            origins[k].cell = gen_below(g, 20);
            origins[k].device = gen_below(g, 40);
            origins[k].author = text(g, 2);
            origins[k].at_ms = number(g);
        }
    }
    *out = list;
}

static void position(struct gen *g, struct tq_position *out)
{
    out->cursor = gen_next(g);
    out->scanning = chance(g, 2);
    if (out->scanning) {
        out->scan_h = gen_next(g);
        out->scan_table = gen_below(g, 60);
        out->scan_key = key(g, gen_below(g, 3));
    }
}

static void range(struct gen *g, struct tq_range *out)
{
    out->table = 1 + gen_below(g, 60);
    out->owner = chance(g, 2) ? tq_slice_of(NULL, 0) : tq_slice_str("08779@2004-01-01");
    out->low = chance(g, 3) ? tq_slice_of(NULL, 0) : key(g, gen_below(g, 3));
    out->high = chance(g, 3) ? tq_slice_of(NULL, 0) : key(g, gen_below(g, 3));
    out->rows = gen_below(g, 1000);
    fill(g, out->sum, sizeof(out->sum));
}

void gen_receipt(struct gen *g, struct tq_receipt *out)
{
    size_t n = gen_below(g, (uint32_t)g->most + 1);
    struct tq_exception *list = take(g, n, sizeof(*list));

    memset(out, 0, sizeof(*out));
    out->device = gen_below(g, 100);
    out->incarnation = gen_below(g, 4);
    out->seq = gen_next(g);
    fill(g, out->set_hash, sizeof(out->set_hash));
    out->amending = chance(g, 2);
    out->t = number(g);
    out->ta = number(g);
    out->offset_ms = number(g);
    out->e0 = number(g);
    out->first_seq = gen_next(g);
    out->merged_at = gen_next(g);
    out->accepted = gen_below(g, 1000);
    out->superseded = gen_below(g, 1000);
    out->held = gen_below(g, 1000);
    out->refused = gen_below(g, 1000);
    out->requested = gen_below(g, 1000);
    out->copies = gen_below(g, 3);
    out->ledger_seq = gen_next(g);
    fill(g, out->ledger_hash, sizeof(out->ledger_hash));
    fill(g, out->signature, sizeof(out->signature));
    for (size_t i = 0; i < n; i++) {
        list[i].place = gen_below(g, TQ_SET_MAX_CHANGES);
        list[i].table = 1 + gen_below(g, 20);
        list[i].cell = gen_below(g, 20);
        list[i].key = key(g, list[i].table);
        list[i].verdict = (tq_verdict)gen_below(g, TQ_DROPPED + 1);
        list[i].reason = (tq_reason)gen_below(g, 60);
        list[i].column = gen_below(g, 48);
        list[i].detail = text(g, 5);
    }
    out->nexceptions = n;
    out->exceptions = list;
}

/* Amending receipts of the transactions that a chunk moves the cursor over. */
static void gen_amending(struct gen *g, struct tq_rows *out)
{
    struct tq_receipt *list;
    size_t most = g->most;

    out->to.cursor >>= 1;
    out->from.cursor = gen_below(g, 1000);
    out->nreceipts = out->to.cursor > out->from.cursor ? gen_below(g, 3) : 0;
    out->receipts = list = take(g, out->nreceipts, sizeof(*list));
    g->most = most < 9 ? most : 9;
    for (size_t i = 0; i < out->nreceipts; i++) {
        gen_receipt(g, &list[i]);
        list[i].amending = true;
        list[i].merged_at =
                out->from.cursor + 1 + gen_next(g) % (out->to.cursor - out->from.cursor);
    }
    g->most = most;
}

static void gen_rows(struct gen *g, struct tq_rows *out)
{
    struct tq_digest *digests;

    position(g, &out->from);
    position(g, &out->to);
    point(g, &out->held);
    rows(g, &out->nrows, &out->rows);
    gen_amending(g, out);
    out->repair = chance(g, 4);
    if (out->repair)
        range(g, &out->range);
    out->complete = !out->repair && chance(g, 2);
    out->head = out->complete ? out->to.cursor : chance(g, 3) ? 0 : gen_next(g) | 1;
    if (out->complete || out->head != 0)
        fill(g, out->ledger_hash, sizeof(out->ledger_hash));
    if (!out->complete)
        return;
    out->t_h = number(g);
    out->ndigests = gen_below(g, 30);
    out->digests = digests = take(g, out->ndigests, sizeof(*digests));
    for (size_t i = 0; i < out->ndigests; i++) {
        digests[i].table = 1 + gen_below(g, 40);
        digests[i].owner = chance(g, 3) ? tq_slice_of(NULL, 0) : key(g, gen_below(g, 3));
        digests[i].rows = gen_next(g);
        fill(g, digests[i].sum, sizeof(digests[i].sum));
    }
}

static void certificate(struct gen *g, struct tq_certificate *out)
{
    fill(g, out->district, sizeof(out->district));
    out->device = gen_below(g, 100);
    out->incarnation = gen_below(g, 4);
    out->letter = tq_slice_str("B");
    out->unit = text(g, 3);
    fill(g, out->curve_key, sizeof(out->curve_key));
    fill(g, out->sign_key, sizeof(out->sign_key));
    out->issued_at_ms = number(g);
    fill(g, out->signature, sizeof(out->signature));
    if (gen_below(g, 3) == 0)
        out->former = bytes(g, 64);
}

static void gen_hello(struct gen *g, struct tq_hello *out)
{
    out->protocol_low = gen_below(g, 5);
    out->protocol_high = gen_below(g, 5);
    out->schema = gen_below(g, 9);
    out->device = gen_below(g, 900);
    point(g, &out->head);
    out->cursor = gen_next(g);
    out->seen = gen_next(g);
    out->top = gen_next(g);
    fill(g, out->top_hash, sizeof(out->top_hash));
    out->scope = text(g, 50);
    out->clock_ms = number(g);
    out->equal_as_of = gen_next(g);
    out->software = text(g, 3);
    out->machine = text(g, 3);
    point(g, &out->confirmed);
    fill(g, out->place, sizeof(out->place));
    out->astray = chance(g, 5);
    if (!chance(g, 3))
        return;
    out->heads.told.seq = gen_next(g);
    fill(g, out->heads.told.hash, sizeof(out->heads.told.hash));
    fill(g, out->heads.told.signature, sizeof(out->heads.told.signature));
    out->heads.seen = out->heads.told;
    out->heads.seen.seq = gen_next(g);
    out->heads.known = gen_next(g);
}

static void gen_machines(struct gen *g, struct tq_welcome *out)
{
    size_t n = gen_below(g, 4);
    struct tq_machine *list = take(g, n, sizeof(*list));

    for (size_t i = 0; i < n; i++) {
        list[i].device = gen_below(g, 900);
        list[i].letter = chance(g, 2) ? tq_slice_str("AB") : tq_slice_of(NULL, 0);
        list[i].name = text(g, 20);
        list[i].since_ms = number(g);
    }
    out->nmachines = n;
    out->machines = list;
}

static void gen_welcome(struct gen *g, struct tq_welcome *out)
{
    out->protocol = gen_below(g, 5);
    fill(g, out->district, sizeof(out->district));
    out->epoch = gen_next(g);
    point(g, &out->held);
    out->offset_ms = number(g);
    out->scope = text(g, 50);
    out->schema = gen_below(g, 9);
    out->credit_bytes = gen_next(g);
    fill(g, out->group_key_id, sizeof(out->group_key_id));
    fill(g, out->group_key, sizeof(out->group_key));
    out->incarnation = gen_below(g, 3);
    out->backed_up = gen_next(g);
    out->letter = chance(g, 2) ? tq_slice_str("AB") : tq_slice_of(NULL, 0);
    out->fork = (tq_fork_kind)gen_below(g, 3);
    out->lost = gen_next(g);
    out->restored = chance(g, 50);
    out->kept = gen_next(g);
    out->renew_keys = gen_below(g, 2) == 0;
    out->wants_offers = chance(g, 2);
    gen_machines(g, out);
}

static void gen_push(struct gen *g, struct tq_set *out)
{
    fill(g, out->district, sizeof(out->district));
    out->device = gen_below(g, 900);
    out->incarnation = gen_below(g, 9);
    out->seq = 1 + gen_below(g, 1000);
    fill(g, out->prev, sizeof(out->prev));
    out->payload = bytes(g, gen_below(g, 5000));
    fill(g, out->signature, sizeof(out->signature));
    tq_set_hash(out, out->hash);
}

static void gen_refill(struct gen *g, struct tq_refill *out)
{
    struct tq_slice *list;

    gen_push(g, &out->set);
    out->nreceipts = 1 + gen_below(g, 3);
    list = tq_arena_array(g->arena, out->nreceipts, sizeof(*list));
    for (size_t i = 0; i < out->nreceipts; i++)
        list[i] = bytes(g, gen_below(g, 300));
    out->receipts = list;
}

static void gen_offer(struct gen *g, struct tq_offer *out)
{
    struct tq_row *list;
    size_t most = g->most;

    g->most = most < 60 ? most : 60;
    rows(g, &out->nrows, &out->rows);
    g->most = most;
    list = tq_arena_array(g->arena, out->nrows + 1, sizeof(*list));
    for (size_t i = 0; i < out->nrows; i++) {
        list[i] = out->rows[i];
        list[i].seq = 0;
        list[i].norigins = 0;
    }
    out->number = gen_below(g, 1000);
    out->rows = list;
}

static void gen_refused(struct gen *g, struct tq_refused *out)
{
    out->code = (tq_refusal)(1 + gen_below(g, 12));
    out->text_vi = text(g, 20);
    out->text_en = text(g, 20);
    out->next_vi = text(g, 20);
    out->next_en = text(g, 20);
    out->retry_after_ms = (uint32_t)number(g);
}

static void gen_ranges(struct gen *g, struct tq_ranges *out)
{
    struct tq_range *list;

    out->as_of = gen_next(g);
    out->nranges = gen_below(g, 50);
    out->ranges = list = take(g, out->nranges, sizeof(*list));
    for (size_t i = 0; i < out->nranges; i++)
        range(g, &list[i]);
}

static void gen_small(struct gen *g, struct tq_message *out)
{
    switch ((int)out->kind) {
    case TQ_MSG_PULL:
        position(g, &out->u.pull.from);
        out->u.pull.sets_coming = gen_next(g);
        out->u.pull.credit_bytes = gen_next(g);
        break;
    case TQ_MSG_CREDIT:
        out->u.credit_bytes = gen_next(g);
        break;
    case TQ_MSG_RECEIPT_ASK:
        point(g, &out->u.receipt_ask);
        break;
    case TQ_MSG_STATUS:
        out->u.status.equal_as_of = gen_next(g);
        out->u.status.read_every_row = chance(g, 2);
        out->u.status.repaired_rows = gen_below(g, 9);
        out->u.status.waiting = gen_below(g, 9);
        out->u.status.note = text(g, 30);
        break;
    case TQ_MSG_JOIN:
        out->u.join.token = bytes(g, 16);
        fill(g, out->u.join.curve_key, 32);
        fill(g, out->u.join.sign_key, 32);
        out->u.join.machine = text(g, 4);
        out->u.join.former_device = gen_below(g, 3);
        out->u.join.former_incarnation = gen_below(g, 9);
        point(g, &out->u.join.confirmed);
        out->u.join.returns = gen_below(g, 2) == 0;
        if (out->u.join.returns) {
            certificate(g, &out->u.join.certificate);
            out->u.join.letter = tq_slice_str("AB");
        }
        out->u.join.renews = gen_below(g, 2) == 0;
        if (out->u.join.renews)
            fill(g, out->u.join.renewal, sizeof(out->u.join.renewal));
        break;
    case TQ_MSG_JOINED:
        certificate(g, &out->u.joined.certificate);
        out->u.joined.district_name = text(g, 3);
        fill(g, out->u.joined.district_sign_key, 32);
        out->u.joined.sync_address = tq_slice_str("tcp://127.0.0.1:7100");
        out->u.joined.broadcast_address = tq_slice_str("tcp://127.0.0.1:7101");
        out->u.joined.guest_address = tq_slice_str("tcp://127.0.0.1:7102");
        fill(g, out->u.joined.readmit_secret, 32);
        break;
    default:
        break;
    }
}

void gen_message(struct gen *g, tq_message_kind kind, struct tq_message *out)
{
    memset(out, 0, sizeof(*out));
    out->kind = kind;
    out->session = gen_next(g);
    switch (kind) {
    case TQ_MSG_HELLO:
        gen_hello(g, &out->u.hello);
        break;
    case TQ_MSG_WELCOME:
        gen_welcome(g, &out->u.welcome);
        break;
    case TQ_MSG_REFUSED:
        gen_refused(g, &out->u.refused);
        break;
    case TQ_MSG_PUSH:
        gen_push(g, &out->u.push);
        break;
    case TQ_MSG_REFILL:
        gen_refill(g, &out->u.refill);
        break;
    case TQ_MSG_OFFER:
        gen_offer(g, &out->u.offer);
        break;
    case TQ_MSG_RECEIPT:
        gen_receipt(g, &out->u.receipt);
        break;
    case TQ_MSG_ROWS:
        gen_rows(g, &out->u.rows);
        break;
    case TQ_MSG_DIGEST_ASK:
    case TQ_MSG_DIGEST_TELL:
        gen_ranges(g, &out->u.ranges);
        break;
    case TQ_MSG_BROADCAST:
        out->u.broadcast.epoch = gen_next(g);
        out->u.broadcast.seq = gen_next(g);
        out->u.broadcast.prev = gen_next(g);
        out->u.broadcast.at_ms = number(g);
        fill(g, out->u.broadcast.ledger_hash, sizeof(out->u.broadcast.ledger_hash));
        rows(g, &out->u.broadcast.nrows, &out->u.broadcast.rows);
        fill(g, out->u.broadcast.signature, TQ_SIGNATURE_BYTES);
        break;
    default:
        gen_small(g, out);
        break;
    }
}

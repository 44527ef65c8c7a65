#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "envelope.h"
#include "message_gen.h"
#include "test_mem.h"
#include "tuquan/catalogue.h"
#include "tuquan/codec.h"

#define SEEDS 60u

struct fixture {
    struct tq_arena *source;  /* of generated values */
    struct tq_arena *decoded; /* of decoded ones */
    struct tq_buf bytes;
    struct tq_buf again;
    struct tq_error err;
    long live;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->live = test_mem_live();
    f->source = tq_arena_new((size_t)512 << 20);
    f->decoded = tq_arena_new(TQ_BODY_ARENA_BYTES);
    tq_buf_init(&f->bytes, 0);
    tq_buf_init(&f->again, 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    long leaked;

    tq_arena_free(f->source);
    tq_arena_free(f->decoded);
    tq_buf_deinit(&f->bytes);
    tq_buf_deinit(&f->again);
    leaked = test_mem_live() - f->live;
    free(f);
    if (leaked != 0)
        fprintf(stderr, "%ld blocks leaked\n", leaked);
    return leaked == 0 ? 0 : -1;
}

static void clear(struct fixture *f)
{
    tq_arena_reset(f->source);
    tq_arena_reset(f->decoded);
    tq_buf_clear(&f->bytes);
    tq_buf_clear(&f->again);
}

#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) != TQ_OK)                                                                       \
            fail_msg("%s: %s", tq_status_code(f->err.status), f->err.msg);                         \
    } while (0)

static void message_decode__gives_back_every_message(void **state)
{
    struct fixture *f = *state;

    for (int kind = TQ_MSG_HELLO; kind <= TQ_MSG_OFFER; kind++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct gen g;
            struct tq_message in;
            struct tq_message out;
            const char *where = "";

            clear(f);
            gen_init(&g, f->source, seed * 100 + (uint64_t)kind, seed);
            gen_message(&g, (tq_message_kind)kind, &in);
            OK(tq_message_encode(&in, &f->bytes, &f->err));
            OK(tq_message_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err));
            if (!same_message(&in, &out, &where))
                fail_msg("kind %d, seed %u: %s differs", kind, (unsigned)seed, where);
            OK(tq_message_encode(&out, &f->again, &f->err));
            assert_true(tq_slice_equal(tq_buf_slice(&f->bytes), tq_buf_slice(&f->again)));
        }
    }
}

static void body_decode__gives_back_every_change(void **state)
{
    struct fixture *f = *state;

    for (uint64_t seed = 0; seed < 4 * SEEDS; seed++) {
        struct gen g;
        struct tq_set_body in;
        struct tq_set_body out;
        const char *where = "";

        clear(f);
        gen_init(&g, f->source, seed, seed % 5 == 4 ? 2000 : seed);
        gen_body(&g, &in);
        OK(tq_body_encode(&in, &f->bytes, &f->err));
        OK(tq_body_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err));
        if (!same_body(&in, &out, &where))
            fail_msg("seed %u: %s differs", (unsigned)seed, where);
        OK(tq_body_encode(&out, &f->again, &f->err));
        assert_true(tq_slice_equal(tq_buf_slice(&f->bytes), tq_buf_slice(&f->again)));
    }
}

/* Whatever the bytes are: a valid message, or PROTOCOL or TOO_LARGE. */
static void decode_any(struct fixture *f, struct tq_slice bytes)
{
    struct tq_message message;
    tq_status rc;

    tq_arena_reset(f->decoded);
    rc = tq_message_decode(bytes, f->decoded, &message, &f->err);
    if (rc != TQ_OK && rc != TQ_PROTOCOL && rc != TQ_TOO_LARGE)
        fail_msg("status %d: %s", rc, f->err.msg);
}

static void decode_any_body(struct fixture *f, struct tq_slice bytes)
{
    struct tq_set_body body;
    tq_status rc;

    tq_arena_reset(f->decoded);
    rc = tq_body_decode(bytes, f->decoded, &body, &f->err);
    if (rc != TQ_OK && rc != TQ_PROTOCOL && rc != TQ_TOO_LARGE)
        fail_msg("status %d: %s", rc, f->err.msg);
}

static void message_decode__survives_every_cut(void **state)
{
    struct fixture *f = *state;

    for (int kind = TQ_MSG_HELLO; kind <= TQ_MSG_OFFER; kind++) {
        struct gen g;
        struct tq_message in;

        clear(f);
        gen_init(&g, f->source, 77 + (uint64_t)kind, 12);
        gen_message(&g, (tq_message_kind)kind, &in);
        OK(tq_message_encode(&in, &f->bytes, &f->err));
        for (size_t n = 0; n < f->bytes.len; n++)
            decode_any(f, tq_slice_of(f->bytes.data, n));
        assert_true(envelope_unwrap(tq_buf_slice(&f->bytes), &f->again));
        for (size_t n = 0; n < f->again.len; n++) {
            tq_buf_clear(&f->bytes);
            envelope_wrap(&f->bytes, (uint32_t)kind, 0, 0, tq_slice_of(f->again.data, n));
            decode_any(f, tq_buf_slice(&f->bytes));
        }
    }
}

/* Change one to four bytes of `bytes`, try, and put them back. */
static void flip(struct fixture *f, struct gen *g, struct tq_buf *bytes, size_t from,
        void (*try)(struct fixture *f, struct tq_slice bytes))
{
    uint8_t kept[4];
    size_t at[4];
    uint32_t n = 1 + gen_below(g, 4);

    for (uint32_t i = 0; i < n; i++) {
        at[i] = from + gen_below(g, (uint32_t)(bytes->len - from));
        kept[i] = bytes->data[at[i]];
        if (gen_below(g, 2) == 0)
            bytes->data[at[i]] ^= (uint8_t)(1u << gen_below(g, 8));
        else
            bytes->data[at[i]] = (uint8_t)gen_next(g);
    }
    try(f, tq_buf_slice(bytes));
    while (n-- > 0)
        bytes->data[at[n]] = kept[n];
}

static void message_decode__survives_100000_random_changes(void **state)
{
    struct fixture *f = *state;

    for (uint64_t round = 0; round < 500; round++) {
        int kind = TQ_MSG_HELLO + (int)(round % TQ_MSG_OFFER);
        struct gen g;
        struct tq_message in;
        size_t body_at;

        clear(f);
        gen_init(&g, f->source, 4242 + round, round % 20);
        gen_message(&g, (tq_message_kind)kind, &in);
        OK(tq_message_encode(&in, &f->bytes, &f->err));
        assert_true(envelope_unwrap(tq_buf_slice(&f->bytes), &f->again));
        for (int i = 0; i < 40; i++)
            flip(f, &g, &f->bytes, 0, decode_any);
        tq_buf_clear(&f->bytes);
        envelope_wrap(&f->bytes, (uint32_t)kind, 0, 0, tq_buf_slice(&f->again));
        body_at = f->bytes.len - f->again.len;
        if (f->again.len == 0)
            continue;
        for (int i = 0; i < 160; i++)
            flip(f, &g, &f->bytes, body_at, decode_any);
    }
}

static void body_decode__survives_every_cut_and_100000_random_changes(void **state)
{
    struct fixture *f = *state;

    for (uint64_t round = 0; round < 250; round++) {
        struct gen g;
        struct tq_set_body in;

        clear(f);
        gen_init(&g, f->source, 99 + round, round % 20);
        gen_body(&g, &in);
        OK(tq_body_encode(&in, &f->bytes, &f->err));
        for (size_t n = 0; n < f->bytes.len && round < 20; n++)
            decode_any_body(f, tq_slice_of(f->bytes.data, n));
        for (int i = 0; i < 400; i++)
            flip(f, &g, &f->bytes, 0, decode_any_body);
    }
}

static void message_decode__survives_garbage(void **state)
{
    struct fixture *f = *state;
    struct gen g;

    gen_init(&g, f->source, 5, 1);
    for (int round = 0; round < 20000; round++) {
        size_t n = gen_below(&g, 300);

        tq_buf_clear(&f->again);
        for (size_t i = 0; i < n; i++)
            tq_buf_append_u8(&f->again, (uint8_t)gen_next(&g));
        decode_any(f, tq_buf_slice(&f->again));
        tq_buf_clear(&f->bytes);
        envelope_wrap(&f->bytes, 1 + gen_below(&g, 16), 0, 0, tq_buf_slice(&f->again));
        decode_any(f, tq_buf_slice(&f->bytes));
        decode_any_body(f, tq_buf_slice(&f->again));
    }
}

/* A zstd frame of `plain` zeros. */
static void zeros(struct tq_buf *out, size_t plain)
{
    uint8_t *data = calloc(1, plain);
    uint8_t *packed = malloc(ZSTD_compressBound(plain));
    size_t n = ZSTD_compress(packed, ZSTD_compressBound(plain), data, plain, 3);

    assert_false(ZSTD_isError(n));
    tq_buf_append(out, packed, n);
    free(data);
    free(packed);
}

static tq_status try_packed(struct fixture *f, uint32_t kind, uint32_t stated, size_t arena)
{
    struct tq_message message;
    struct tq_arena *small = tq_arena_new(arena);
    tq_status rc;

    tq_buf_clear(&f->bytes);
    envelope_wrap(&f->bytes, kind, stated, 0, tq_buf_slice(&f->again));
    rc = tq_message_decode(tq_buf_slice(&f->bytes), small, &message, &f->err);
    tq_arena_free(small);
    return rc;
}

static void message_decode__refuses_a_bomb_before_it_inflates(void **state)
{
    struct fixture *f = *state;
    size_t bomb = (size_t)100 << 20;

    zeros(&f->again, bomb);
    assert_true(f->again.len < 20000);
    /* The arena is too small for the bomb: it must be refused for what it states. */
    assert_int_equal(try_packed(f, TQ_MSG_ROWS, (uint32_t)bomb, 1 << 20), TQ_TOO_LARGE);
    assert_non_null(strstr(f->err.msg, "packed"));
    assert_int_equal(try_packed(f, TQ_MSG_ROWS, 5000, 1 << 20), TQ_PROTOCOL);
    assert_non_null(strstr(f->err.msg, "does not state"));
    assert_int_equal(try_packed(f, TQ_MSG_ROWS, UINT32_MAX, 1 << 20), TQ_TOO_LARGE);

    /* Within the kind's limit, but more than the arena gives. */
    tq_buf_clear(&f->again);
    zeros(&f->again, 4 << 20);
    assert_int_equal(try_packed(f, TQ_MSG_ROWS, 4 << 20, 1 << 20), TQ_TOO_LARGE);

    /* Small kinds have small limits. */
    tq_buf_clear(&f->again);
    zeros(&f->again, 5000);
    assert_int_equal(try_packed(f, TQ_MSG_JOIN, 5000, 1 << 20), TQ_TOO_LARGE);
    assert_int_equal(try_packed(f, TQ_MSG_PULL, 5000, 1 << 20), TQ_TOO_LARGE);
}

static void message_decode__refuses_frames_that_are_not_one_whole_frame(void **state)
{
    struct fixture *f = *state;
    static const uint8_t SKIPPABLE[] = { 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4 };

    zeros(&f->again, 3000);
    tq_buf_append_u8(&f->again, 0);
    assert_int_equal(try_packed(f, TQ_MSG_PULL, 3000, 1 << 20), TQ_PROTOCOL);
    tq_buf_clear(&f->again);
    zeros(&f->again, 3000);
    zeros(&f->again, 3000);
    assert_int_equal(try_packed(f, TQ_MSG_PULL, 3000, 1 << 20), TQ_PROTOCOL);
    tq_buf_clear(&f->again);
    tq_buf_append(&f->again, SKIPPABLE, sizeof(SKIPPABLE));
    assert_int_equal(try_packed(f, TQ_MSG_PULL, 4, 1 << 20), TQ_PROTOCOL);
    tq_buf_clear(&f->again);
    zeros(&f->again, 3000); /* the decompressor itself would pass over what follows */
    tq_buf_append(&f->again, SKIPPABLE, sizeof(SKIPPABLE));
    assert_int_equal(try_packed(f, TQ_MSG_PULL, 3000, 1 << 20), TQ_PROTOCOL);
    assert_non_null(strstr(f->err.msg, "whole frame"));
    tq_buf_clear(&f->again);
    tq_buf_append_str(&f->again, "not zstd at all");
    assert_int_equal(try_packed(f, TQ_MSG_PULL, 15, 1 << 20), TQ_PROTOCOL);
    tq_buf_clear(&f->again);
    zeros(&f->again, 3000);
    tq_buf_clear(&f->bytes);
    envelope_wrap(&f->bytes, TQ_MSG_PULL, 3000, 7, tq_buf_slice(&f->again));
    decode_any(f, tq_buf_slice(&f->bytes));
    assert_non_null(strstr(f->err.msg, "dictionary"));
}

static void message_decode__refuses_what_is_too_long_on_the_wire(void **state)
{
    struct fixture *f = *state;
    uint8_t *huge = calloc(1, TQ_MESSAGE_MAX_BYTES + 1);
    struct tq_message message;

    assert_int_equal(tq_message_decode(tq_slice_of(huge, TQ_MESSAGE_MAX_BYTES + 1), f->decoded,
                             &message, &f->err),
            TQ_TOO_LARGE);
    assert_int_equal(tq_body_decode(tq_slice_of(huge, TQ_SET_MAX_PAYLOAD + 1), f->decoded,
                             &(struct tq_set_body){ 0 }, &f->err),
            TQ_TOO_LARGE);
    free(huge);
}

/* Lists nested in lists, as deep as bytes allow: unknown to us, so passed over. */
/* A message of protobuf-c that holds itself would be unpacked by recursion, as deep as a peer says:
 * this many levels end any stack. */
static void message_decode__is_not_led_into_the_depth(void **state)
{
    enum { DEPTH = 50000 };
    struct fixture *f = *state;
    struct tq_message message;
    size_t *sizes = calloc(DEPTH + 1, sizeof(*sizes));

    for (size_t i = 1; i <= DEPTH; i++) {
        size_t inner = sizes[i - 1];

        sizes[i] = inner + (inner <= 0x7f ? 2 : inner <= 0x3fff ? 3 : inner <= 0x1fffff ? 4 : 5);
    }
    tq_buf_clear(&f->again);
    for (size_t i = DEPTH; i > 0; i--) {
        tq_buf_append_u8(&f->again, 1 << 3 | 2);
        tq_buf_append_varint(&f->again, sizes[i - 1]);
    }
    assert_int_equal(f->again.len, sizes[DEPTH]);
    for (uint32_t kind = TQ_MSG_HELLO; kind <= TQ_MSG_OFFER; kind++) {
        tq_buf_clear(&f->bytes);
        envelope_wrap(&f->bytes, kind, 0, 0, tq_buf_slice(&f->again));
        tq_arena_reset(f->decoded);
        assert_int_not_equal(
                tq_message_decode(tq_buf_slice(&f->bytes), f->decoded, &message, &f->err), TQ_OK);
    }
    free(sizes);
}

static void message_decode__refuses_a_repair_without_its_range(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } BAD[] = { { "\x48\x01", 2 },                 /* repair, no range */
        { "\x52\x02\x08\x01", 4 },                 /* range, no repair */
        { "\x48\x01\x52\x02\x08\x01\x58\x01", 8 }, /* a repair that completes */
        { "\x48\x01\x52\x00", 4 } };               /* range of no table */
    struct fixture *f = *state;
    struct tq_message out;

    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        tq_buf_clear(&f->bytes);
        envelope_wrap(&f->bytes, TQ_MSG_ROWS, 0, 0, tq_slice_of(BAD[i].bytes, BAD[i].len));
        assert_int_equal(
                tq_message_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err), TQ_PROTOCOL);
    }
    tq_buf_clear(&f->bytes);
    envelope_wrap(&f->bytes, TQ_MSG_ROWS, 0, 0, tq_slice_of("\x48\x01\x52\x02\x08\x01", 6));
    OK(tq_message_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err));
}

static struct tq_message status_with(struct tq_slice note)
{
    struct tq_message message = { 0 };

    message.kind = TQ_MSG_STATUS;
    message.u.status.note = note;
    return message;
}

static void message__refuses_text_that_is_not_clean(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } BAD[] = { { "a\0b", 3 }, { "\xc3", 1 }, { "\xc0\x80", 2 }, { "\xed\xa0\x80", 3 },
        { "\xf4\x90\x80\x80", 4 }, { "\xff", 1 }, { "\x80", 1 }, { "\xe0\x80\xaf", 3 },
        { "\x1b[2J", 4 }, { "\x7f", 1 }, { "\r", 1 } };
    struct fixture *f = *state;
    struct tq_message out;

    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct tq_slice text = tq_slice_of(BAD[i].text, BAD[i].len);
        struct tq_message message = status_with(text);

        clear(f);
        assert_int_equal(tq_message_encode(&message, &f->bytes, &f->err), TQ_ENCODING);
        assert_int_equal(f->bytes.len, 0);
        tq_buf_append_u8(&f->again, 5 << 3 | 2);
        tq_buf_append_varint(&f->again, text.len);
        tq_buf_append_slice(&f->again, text);
        envelope_wrap(&f->bytes, TQ_MSG_STATUS, 0, 0, tq_buf_slice(&f->again));
        assert_int_equal(
                tq_message_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err), TQ_PROTOCOL);
    }
    clear(f);
    out = status_with(tq_slice_str("Bạch Lưu\n\tđã xong \xf0\x9f\x98\x80"));
    OK(tq_message_encode(&out, &f->bytes, &f->err));
    OK(tq_message_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err));
}

/* A body of one insert with one text. */
static void one_text(struct tq_set_body *body, struct tq_change *change, struct tq_value *value)
{
    static const uint32_t COLUMN[] = { 3 };

    memset(body, 0, sizeof(*body));
    memset(change, 0, sizeof(*change));
    body->part = body->parts = 1;
    body->nchanges = 1;
    body->changes = change;
    change->table = 1;
    change->key = tq_slice_str("k");
    change->ncolumns = 1;
    change->columns = COLUMN;
    change->after = value;
}

static void body__carries_unclean_text_marked_and_never_unmarked(void **state)
{
    struct fixture *f = *state;
    struct tq_set_body body;
    struct tq_set_body out;
    struct tq_change change;
    struct tq_value value = tq_value_text(tq_slice_of("a\0b", 3));
    uint8_t *at;

    one_text(&body, &change, &value);
    OK(tq_body_encode(&body, &f->bytes, &f->err));
    OK(tq_body_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err));
    assert_int_equal(out.changes[0].after[0].type, TQ_TEXT);
    assert_true(tq_value_equal(&out.changes[0].after[0], &value));
    /* The same bytes called clean text: refused, for every reader would trust them. */
    for (at = f->bytes.data; at[0] != 0x10 || at[1] != 4; at++) /* type: UNCLEAN_TEXT */
        assert_true(at + 2 < f->bytes.data + f->bytes.len);
    at[1] = 2;
    assert_int_equal(
            tq_body_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err), TQ_PROTOCOL);
    assert_non_null(strstr(f->err.msg, "UTF-8"));
}

static void receipt_encode__cleans_and_cuts_details(void **state)
{
    struct fixture *f = *state;
    struct tq_receipt receipt = { 0 };
    struct tq_receipt out;
    struct tq_exception e[3] = { 0 };
    char *note = calloc(1, 1 << 20);

    for (size_t i = 0; i + 2 < 1 << 20; i += 2)
        memcpy(note + i, "đ", 2);
    for (int i = 0; i < 3; i++) {
        e[i].table = 1;
        e[i].key = tq_slice_str("k");
    }
    e[0].detail = tq_slice_of("a\0b\x1f"
                              "c",
            5);
    e[1].detail = tq_slice_of("x\xff", 2);
    e[2].detail = tq_slice_of(note + 1, (1 << 20) - 10); /* begins inside a character */
    receipt.nexceptions = 3;
    receipt.exceptions = e;
    OK(tq_receipt_encode(&receipt, true, &f->bytes, &f->err));
    OK(tq_receipt_decode(tq_buf_slice(&f->bytes), f->decoded, &out, &f->err));
    assert_true(tq_slice_equal(out.exceptions[0].detail, tq_slice_str("a b c")));
    assert_true(tq_slice_equal(out.exceptions[1].detail, tq_slice_str("x?")));
    assert_true(out.exceptions[2].detail.len <= TQ_MAX_DETAIL_BYTES);
    free(note);
}

static void body_encode__refuses_what_must_not_be_sent(void **state)
{
    static const uint32_t DOWN[] = { 4, 3 };
    struct fixture *f = *state;
    struct tq_set_body body;
    struct tq_change change;
    struct tq_value values[2] = { tq_value_null(), tq_value_null() };
    uint8_t *big = calloc(1, TQ_MAX_TEXT_BYTES + 1);

#define REFUSED(why)                                                                               \
    assert_int_equal(tq_body_encode(&body, &f->bytes, &f->err), TQ_INVALID);                       \
    assert_int_equal(f->bytes.len, 0);                                                             \
    one_text(&body, &change, values)

    one_text(&body, &change, values);
    change.key.len = 0;
    REFUSED("empty key");
    change.key = tq_slice_of(big, TQ_MAX_KEY_BYTES + 1);
    REFUSED("long key");
    change.table = 0;
    REFUSED("no table");
    change.columns = DOWN;
    change.ncolumns = 2;
    REFUSED("columns that do not ascend");
    change.before = values;
    REFUSED("insert with before");
    body.part = 2;
    REFUSED("part beyond parts");
    values[0] = tq_value_blob(tq_slice_of(big, TQ_MAX_TEXT_BYTES + 1));
    REFUSED("long blob");
    body.nchanges = TQ_SET_MAX_CHANGES + 1;
    assert_int_equal(tq_body_encode(&body, &f->bytes, &f->err), TQ_TOO_LARGE);
    free(big);
}

static void codec__reports_a_failing_heap_and_leaks_nothing(void **state)
{
    struct fixture *f = *state;

    for (int kind = TQ_MSG_HELLO; kind <= TQ_MSG_OFFER; kind++) {
        struct gen g;
        struct tq_message in;
        struct tq_message out;
        struct tq_buf bytes;
        struct tq_arena *arena;
        tq_status rc = TQ_NOMEM;
        long live;

        clear(f);
        gen_init(&g, f->source, 31 + (uint64_t)kind, 10);
        gen_message(&g, (tq_message_kind)kind, &in);
        live = test_mem_live();
        for (long n = 0; rc != TQ_OK; n++) {
            assert_true(n < 1000);
            tq_buf_init(&bytes, 0);
            test_mem_fail_after(n, n % 2 == 0);
            rc = tq_message_encode(&in, &bytes, &f->err);
            test_mem_fail_after(-1, false);
            assert_true(rc == TQ_OK || rc == TQ_NOMEM);
            assert_true(rc == TQ_OK || bytes.len == 0);
            if (rc == TQ_OK)
                tq_buf_append_slice(&f->bytes, tq_buf_slice(&bytes));
            tq_buf_deinit(&bytes);
            assert_true(rc == TQ_OK || test_mem_live() == live);
        }
        rc = TQ_NOMEM;
        live = test_mem_live();
        for (long n = 0; rc != TQ_OK; n++) {
            assert_true(n < 1000);
            test_mem_fail_after(n, n % 2 == 0);
            arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
            rc = arena == NULL ? TQ_NOMEM
                               : tq_message_decode(tq_buf_slice(&f->bytes), arena, &out, &f->err);
            test_mem_fail_after(-1, false);
            assert_true(rc == TQ_OK || rc == TQ_NOMEM);
            tq_arena_free(arena);
            assert_int_equal(test_mem_live(), live);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(message_decode__gives_back_every_message),
        TEST(body_decode__gives_back_every_change),
        TEST(message_decode__survives_every_cut),
        TEST(message_decode__survives_100000_random_changes),
        TEST(body_decode__survives_every_cut_and_100000_random_changes),
        TEST(message_decode__survives_garbage),
        TEST(message_decode__refuses_a_bomb_before_it_inflates),
        TEST(message_decode__refuses_frames_that_are_not_one_whole_frame),
        TEST(message_decode__refuses_what_is_too_long_on_the_wire),
        TEST(message_decode__is_not_led_into_the_depth),
        TEST(message_decode__refuses_a_repair_without_its_range),
        TEST(message__refuses_text_that_is_not_clean),
        TEST(body__carries_unclean_text_marked_and_never_unmarked),
        TEST(receipt_encode__cleans_and_cuts_details),
        TEST(body_encode__refuses_what_must_not_be_sent),
        TEST(codec__reports_a_failing_heap_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

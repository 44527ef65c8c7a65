/* How many bytes a row costs on the wire, all metadata and the signature included, on a made-up
 * night of one commune: 12 villages, five tables, 60 % inserts and 40 % updates of one or two
 * columns, typed by two people at seconds apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message_gen.h"
#include "tuquan/codec.h"

enum { RETURN = 9, INCIDENT = 11, ACTIVITY = 14, GROUP = 7, SCORE = 20 };

struct night {
    struct gen g;
    struct tq_change *changes;
    int64_t now;
    uint64_t counter;
    char head[10]; /* of this opening's surrogate keys */
};

static struct tq_slice kept(struct night *n, const char *text)
{
    return tq_slice_of(tq_arena_copy(n->g.arena, text, strlen(text)), strlen(text));
}

static struct tq_slice note(struct night *n)
{
    static const char *const WORDS[] = { "đã", "tổ", "hòa giải", "thôn", "đường", "kiểm tra",
        "phòng cháy", "an ninh", "trật tự", "người dân", "báo cáo", "công an xã", "xử lý", "vụ",
        "việc", "ngày", "tuyên truyền", "tham gia", "mâu thuẫn", "đất đai", "gia đình", "nhắc nhở",
        "cam kết", "tự quản", "chưa", "xong", "theo dõi", "tiếp", "khu vực", "cầu" };
    char text[256] = "";
    size_t len = 0;
    uint32_t words = 3 + gen_below(&n->g, 6);

    for (uint32_t i = 0; i < words; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i > 0 ? " " : "",
                WORDS[gen_below(&n->g, 30)]);
    return kept(n, text);
}

static struct tq_slice date(struct night *n)
{
    char text[16];

    snprintf(text, sizeof(text), "2020-1%u-%02u", gen_below(&n->g, 3), 1 + gen_below(&n->g, 28));
    return kept(n, text);
}

static struct tq_slice village(struct night *n, uint32_t i)
{
    char text[32];

    snprintf(text, sizeof(text), "08779-%02u@2004-01-01", i + 1);
    return kept(n, text);
}

/* Of this opening (fresh rows), or of one of many earlier ones. */
static struct tq_slice surrogate(struct night *n, bool fresh)
{
    uint8_t key[16];
    uint64_t counter = fresh ? n->counter++ : gen_below(&n->g, 40);
    struct gen old = n->g;

    if (fresh) {
        memcpy(key, n->head, 10);
    } else {
        gen_init(&old, NULL, gen_below(&n->g, 250), 0); /* the opening's own bytes */
        memcpy(key, n->head, 10);
        for (int i = 1; i < 10; i++)
            key[i] = (uint8_t)gen_next(&old);
        key[1] = 0x76;
    }
    for (int i = 15; i >= 10; i--, counter >>= 8)
        key[i] = (uint8_t)counter;
    return tq_slice_of(tq_arena_copy(n->g.arena, key, 16), 16);
}

static void columns(struct night *n, struct tq_change *c, uint32_t count, const uint32_t *numbers)
{
    c->ncolumns = count;
    c->columns = tq_arena_copy(n->g.arena, numbers, count * sizeof(*numbers));
    c->after = tq_arena_array(n->g.arena, count, sizeof(struct tq_value));
}

static void set(struct tq_change *c, uint32_t at, struct tq_value value)
{
    ((struct tq_value *)(uintptr_t)c->after)[at] = value;
}

static void insert(struct night *n, struct tq_change *c, uint32_t i)
{
    static const uint32_t RETURN_COLUMNS[] = { 5, 6, 7 };
    static const uint32_t EVENT_COLUMNS[] = { 2, 3, 4, 5, 7, 8, 9, 12 };
    static const uint32_t SCORE_COLUMNS[] = { 6, 7 };
    char text[64];

    c->cell = 0;
    if (c->table == RETURN) {
        snprintf(text, sizeof(text),
                "08779-%02u@2004-01-01\x1f"
                "ADMIN/2020-Q4\x1f%u.%u@1",
                i / 10 % 12 + 1, i % 5 + 1, i / 2 % 5 + 1);
        c->key = kept(n, text);
        columns(n, c, 3, RETURN_COLUMNS);
        set(c, 0,
                tq_value_int(
                        gen_below(&n->g, 4) == 0 ? gen_below(&n->g, 300) : gen_below(&n->g, 4)));
        set(c, 1, tq_value_str("typed"));
        set(c, 2, tq_value_str(gen_below(&n->g, 6) == 0 ? "draft" : "confirmed"));
    } else if (c->table == SCORE) {
        snprintf(text, sizeof(text),
                "08779@2004-01-01\x1f"
                "ADMIN/2020-Q4\x1f"
                "5TQ@1/%u.%u",
                i % 5 + 1, i / 5 % 4 + 1);
        c->key = kept(n, text);
        columns(n, c, 2, SCORE_COLUMNS);
        set(c, 0, tq_value_int(25 * gen_below(&n->g, 20)));
        set(c, 1, gen_below(&n->g, 3) == 0 ? tq_value_text(note(n)) : tq_value_null());
    } else {
        c->key = surrogate(n, true);
        columns(n, c, 8, EVENT_COLUMNS);
        snprintf(text, sizeof(text), "BL-20-A-%03u", (unsigned)n->counter);
        set(c, 0, tq_value_text(kept(n, text)));
        set(c, 1, tq_value_int(1 + gen_below(&n->g, 5)));
        set(c, 2, tq_value_str(gen_below(&n->g, 2) == 0 ? "patrol" : "mediation"));
        set(c, 3, tq_value_text(village(n, gen_below(&n->g, 12))));
        set(c, 4, tq_value_text(date(n)));
        set(c, 5, gen_below(&n->g, 2) == 0 ? tq_value_text(date(n)) : tq_value_null());
        set(c, 6, tq_value_int(gen_below(&n->g, 40)));
        set(c, 7, tq_value_text(note(n)));
    }
}

static void update(struct night *n, struct tq_change *c)
{
    static const uint32_t RETURN_COLUMNS[] = { 5 };
    static const uint32_t EVENT_COLUMNS[] = { 8, 9 };
    struct tq_value *before = tq_arena_array(n->g.arena, 2, sizeof(*before));
    char text[64];

    c->before = before;
    if (c->table == RETURN || c->table == SCORE) {
        snprintf(text, sizeof(text),
                "08779-%02u@2004-01-01\x1f"
                "ADMIN/2020-Q4\x1f%u.%u@1",
                gen_below(&n->g, 12) + 1, gen_below(&n->g, 5) + 1, gen_below(&n->g, 5) + 1);
        c->key = kept(n, text);
        c->cell = 5;
        columns(n, c, 1, RETURN_COLUMNS);
        before[0] = tq_value_int(gen_below(&n->g, 100));
        set(c, 0, tq_value_int(before[0].i + 1 + gen_below(&n->g, 3)));
    } else {
        c->key = surrogate(n, false);
        c->cell = 8;
        columns(n, c, 2, EVENT_COLUMNS);
        before[0] = tq_value_null();
        before[1] = tq_value_int(0);
        set(c, 0, tq_value_text(date(n)));
        set(c, 1, tq_value_int(gen_below(&n->g, 40)));
    }
}

/* People work through one table at a time; updates come in between. */
static void make_night(
        struct night *n, struct tq_arena *arena, uint32_t rows, struct tq_set_body *body)
{
    static const uint32_t TABLES[] = { RETURN, INCIDENT, ACTIVITY, GROUP, SCORE };

    memset(n, 0, sizeof(*n));
    gen_init(&n->g, arena, 2020, rows);
    memset(body, 0, sizeof(*body));
    n->changes = tq_arena_array(arena, rows, sizeof(*n->changes));
    n->now = 1606700000000;
    for (int i = 0; i < 10; i++)
        n->head[i] = (char)gen_next(&n->g);
    n->head[0] = 1;
    n->head[1] = 0x76;
    body->seen = UINT64_C(361000) << 40 | 5317;
    body->t_seen = n->now - 86400000;
    body->part = body->parts = 1;
    body->schema = 1;
    body->group = 10500;
    for (uint32_t i = 0; i < rows; i++) {
        struct tq_change *c = &n->changes[i];

        c->table = TABLES[i * 5 / rows];
        c->owner = tq_slice_str("08779@2004-01-01");
        c->lock_on = tq_slice_str("ADMIN/2020-Q4");
        if (gen_below(&n->g, 5) < 3)
            insert(n, c, i);
        else
            update(n, c);
        n->now += 3000 + gen_below(&n->g, 20000);
        c->at_ms = n->now;
        c->author = tq_slice_str(i * 2 / rows == 0 ? "lan" : "minh");
        c->incarnation = 1;
        c->log_id = 10500 + i;
        c->seen = body->seen;
        c->t_seen = body->t_seen;
    }
    body->sealed_at_ms = n->now + 500000;
    body->nchanges = rows;
    body->changes = n->changes;
}

static double bytes_a_row(uint32_t rows)
{
    struct tq_arena *arena = tq_arena_new((size_t)1 << 30);
    struct night night;
    struct tq_set_body body;
    struct tq_message message = { 0 };
    struct tq_buf payload;
    struct tq_buf bytes;
    struct tq_error err;
    double result;

    tq_buf_init(&payload, 0);
    tq_buf_init(&bytes, 0);
    make_night(&night, arena, rows, &body);
    assert_int_equal(tq_body_encode(&body, &payload, &err), TQ_OK);
    message.kind = TQ_MSG_PUSH;
    message.session = gen_next(&night.g);
    message.u.push.device = 3;
    message.u.push.incarnation = 1;
    message.u.push.seq = 42;
    message.u.push.payload = tq_buf_slice(&payload);
    for (int i = 0; i < 64; i++) {
        message.u.push.district[i % 16] = (uint8_t)gen_next(&night.g);
        message.u.push.prev[i % 32] = (uint8_t)gen_next(&night.g);
        message.u.push.signature[i] = (uint8_t)gen_next(&night.g);
    }
    assert_int_equal(tq_message_encode(&message, &bytes, &err), TQ_OK);
    result = (double)bytes.len / rows;
    print_message("%u rows: payload %zu, on the wire %zu bytes, %.1f a row\n", rows, payload.len,
            bytes.len, result);
    tq_buf_deinit(&payload);
    tq_buf_deinit(&bytes);
    tq_arena_free(arena);
    return result;
}

/* The aims are 24 and 20 (both of them passed); the bounds are what is reached, so that a step back
 * is seen. */
static void push__costs_at_most_24_bytes_a_row_in_a_night_of_200(void **state)
{
    (void)state;
    assert_true(bytes_a_row(200) <= 22.5);
}

static void push__costs_at_most_20_bytes_a_row_in_20000(void **state)
{
    (void)state;
    assert_true(bytes_a_row(20000) <= 12.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(push__costs_at_most_24_bytes_a_row_in_a_night_of_200),
        cmocka_unit_test(push__costs_at_most_20_bytes_a_row_in_20000),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

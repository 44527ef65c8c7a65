#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office_world.h"
#include "tuquan/office_session.h"

#define A "2020-01-01"
#define NUMBER UINT64_C(0x1234)
#define MAX_SENT 256
#define ADD_A "INSERT INTO item(code,title,amount) VALUES('" A "','mine',5)"

/* An office, its session, and everything that it sent, as the other side decodes it. */
struct night {
    struct office_world w;
    struct tq_office_session *session;
    struct tq_message sent[MAX_SENT];
    size_t bytes[MAX_SENT];
    size_t nsent;
    size_t taken; /* by expect() */
    size_t steps; /* calls of progress */
    bool broken;  /* send fails */
};

static tq_status take_message(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct night *n = ctx;
    struct tq_buf buf;
    const void *copy;

    if (n->broken)
        return tq_error_set(err, TQ_UNREACHABLE, "no line");
    assert_true(n->nsent < MAX_SENT);
    tq_buf_init(&buf, 0);
    assert_int_equal(tq_message_encode(message, &buf, NULL), TQ_OK);
    copy = tq_arena_copy(n->w.arena, buf.data, buf.len);
    assert_non_null(copy);
    assert_int_equal(
            tq_message_decode(tq_slice_of(copy, buf.len), n->w.arena, &n->sent[n->nsent], NULL),
            TQ_OK);
    *bytes = buf.len;
    n->bytes[n->nsent++] = buf.len;
    tq_buf_deinit(&buf);
    return TQ_OK;
}

static void count_step(void *ctx, const struct tq_office_progress *progress)
{
    struct night *n = ctx;

    assert_true(progress->sets_confirmed <= progress->sets_sent);
    n->steps++;
}

static void open_session(struct night *n)
{
    struct tq_office_session_config config = { &n->w.office, NUMBER, tq_slice_str("test"), 0,
        take_message, n, count_step, n, 0, { NULL, 0 } };

    tq_office_session_free(n->session);
    assert_int_equal(tq_office_session_new(&n->session, &config, NULL), TQ_OK);
    n->nsent = 0;
    n->taken = 0;
}

static void start(struct night *n)
{
    open_session(n);
    assert_int_equal(tq_office_session_start(n->session, WORLD_NOW), TQ_OK);
}

static int set_up(void **state)
{
    struct night *n = calloc(1, sizeof(*n));

    world_open(&n->w);
    *state = n;
    return 0;
}

static int tear_down(void **state)
{
    struct night *n = *state;

    tq_office_session_free(n->session);
    world_close(&n->w);
    free(n);
    return 0;
}

/* The next message that the office sent must be of this kind. */
static const struct tq_message *expect(struct night *n, tq_message_kind kind)
{
    if (n->taken == n->nsent)
        fail_msg("nothing sent, expected kind %d", (int)kind);
    assert_int_equal(n->sent[n->taken].kind, kind);
    assert_true(n->sent[n->taken].session == NUMBER);
    return &n->sent[n->taken++];
}

static void expect_nothing(struct night *n)
{
    assert_int_equal(n->taken, n->nsent);
}

static tq_status say(struct night *n, struct tq_message *message)
{
    message->session = NUMBER;
    return tq_office_session_message(n->session, WORLD_NOW, message, 100);
}

static struct tq_message message_of(tq_message_kind kind)
{
    struct tq_message message;

    memset(&message, 0, sizeof(message));
    message.kind = kind;
    return message;
}

static tq_status welcome(struct night *n, uint64_t held, uint64_t credit)
{
    struct tq_message message = message_of(TQ_MSG_WELCOME);

    message.u.welcome.protocol = 1;
    message.u.welcome.schema = 1;
    message.u.welcome.held = world_point(&n->w, held);
    message.u.welcome.scope = tq_slice_str("scope");
    message.u.welcome.credit_bytes = credit;
    return say(n, &message);
}

static tq_status receipt(struct night *n, uint64_t seq, uint64_t merged_at)
{
    struct tq_message message = message_of(TQ_MSG_RECEIPT);

    message.u.receipt = world_receipt(&n->w, seq, merged_at, false, NULL, 0);
    return say(n, &message);
}

/* Digests of a district whose items are `rows` and whose other tables are as the office's. */
static size_t digests(
        struct night *n, const struct tq_row *rows, size_t count, struct tq_digest *out)
{
    const struct tq_catalogue *catalogue = n->w.office.catalogue;

    for (size_t i = 0; i < catalogue->ntables; i++) {
        struct tq_range range = { catalogue->tables[i].id, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, 0,
            { 0 } };

        if (catalogue->tables[i].scope == TQ_OWN)
            range.owner = tq_slice_str(WORLD_UNIT);
        if (range.table == WORLD_ITEM) {
            world_digest(&n->w, rows, count, WORLD_ITEM, &out[i]);
            continue;
        }
        assert_int_equal(tq_office_digest(&n->w.office, 1, &range, NULL), TQ_OK);
        out[i].table = range.table;
        out[i].owner = range.owner;
        out[i].rows = range.rows;
        memcpy(out[i].sum, range.sum, TQ_DIGEST_BYTES);
    }
    return catalogue->ntables;
}

/* The last chunk: `rows` are laid, `all` are the items that the district has as of `h`. */
static tq_status complete(struct night *n, uint64_t h, uint64_t held, const struct tq_row *rows,
        size_t nrows, const struct tq_row *all, size_t nall)
{
    struct tq_message message = message_of(TQ_MSG_ROWS);
    struct tq_digest list[128];

    message.u.rows = world_rows(&n->w, h, held, true, rows, nrows);
    message.u.rows.ndigests = digests(n, all, nall, list);
    message.u.rows.digests = list;
    return say(n, &message);
}

static const struct tq_office_result *result_of(struct night *n)
{
    return tq_office_session_result(n->session);
}

static void expect_phase(struct night *n, tq_office_phase phase)
{
    assert_string_equal(
            tq_office_phase_name(tq_office_session_phase(n->session)), tq_office_phase_name(phase));
}

/* ---- the machine ---- */

static void phases__are_all_reachable_and_illegal_moves_are_refused(void **state)
{
    bool reached[TQ_OFFICE_PHASES] = { true };

    (void)state;
    for (int round = 0; round < TQ_OFFICE_PHASES; round++)
        for (int from = 0; from < TQ_OFFICE_PHASES; from++)
            for (int to = 0; to < TQ_OFFICE_PHASES; to++)
                if (reached[from] &&
                        tq_office_phase_may_follow((tq_office_phase)from, (tq_office_phase)to))
                    reached[to] = true;
    for (int i = 0; i < TQ_OFFICE_PHASES; i++) {
        assert_true(reached[i]);
        assert_false(tq_office_phase_may_follow((tq_office_phase)i, (tq_office_phase)i));
        assert_false(tq_office_phase_may_follow((tq_office_phase)i, TQ_OFFICE_IDLE));
        assert_false(tq_office_phase_may_follow(TQ_OFFICE_DONE, (tq_office_phase)i));
        assert_false(tq_office_phase_may_follow(TQ_OFFICE_REFUSED, (tq_office_phase)i));
        assert_false(tq_office_phase_may_follow(TQ_OFFICE_FAILED, (tq_office_phase)i));
    }
    assert_false(tq_office_phase_may_follow(TQ_OFFICE_GREETING, TQ_OFFICE_DONE));
    assert_false(tq_office_phase_may_follow(TQ_OFFICE_GREETING, TQ_OFFICE_CHECKING));
    assert_false(tq_office_phase_may_follow(TQ_OFFICE_CHECKING, TQ_OFFICE_EXCHANGING));
    assert_false(tq_office_phase_may_follow((tq_office_phase)99, TQ_OFFICE_DONE));
}

/* ---- one night ---- */

static void session__costs_one_round_trip_when_there_is_nothing_to_say(void **state)
{
    struct night *n = *state;

    start(n);
    expect(n, TQ_MSG_HELLO);
    expect(n, TQ_MSG_PULL);
    expect_nothing(n);
    assert_true(n->w.office.in_session);
    assert_int_equal(welcome(n, 0, 1 << 20), TQ_OK);
    expect_phase(n, TQ_OFFICE_EXCHANGING);
    assert_int_equal(complete(n, 10, 0, NULL, 0, NULL, 0), TQ_OK);
    expect(n, TQ_MSG_STATUS);
    expect_nothing(n);
    expect_phase(n, TQ_OFFICE_DONE);
    assert_int_equal(result_of(n)->round_trips, 1);
    assert_int_equal(result_of(n)->equal_as_of, 10);
    world_expect(&n->w, "SELECT equal_as_of||' '||seen FROM tq_state", "10 10");
    assert_false(n->w.office.in_session);
    assert_int_equal(n->steps, 3);
}

/* That the digests agreed is recorded, and told twice: by the Status that ends the session, and by the
 * next Hello, for the Status may get lost. */
static void session__tells_as_of_when_it_was_equal(void **state)
{
    struct night *n = *state;
    const struct tq_message *m;

    start(n);
    m = expect(n, TQ_MSG_HELLO);
    assert_int_equal(m->u.hello.equal_as_of, 0); /* never yet */
    expect(n, TQ_MSG_PULL);
    assert_int_equal(welcome(n, 0, 1 << 20), TQ_OK);
    assert_int_equal(complete(n, 10, 0, NULL, 0, NULL, 0), TQ_OK);
    m = expect(n, TQ_MSG_STATUS);
    assert_int_equal(m->u.status.equal_as_of, 10);
    start(n);
    m = expect(n, TQ_MSG_HELLO);
    assert_int_equal(m->u.hello.equal_as_of, 10);
}

static void session__sends_hello_sets_and_pull_without_waiting(void **state)
{
    struct night *n = *state;
    struct tq_row row = world_item(&n->w, A, "mine", 5, 20);
    const struct tq_message *m;

    world_sql(&n->w, ADD_A);
    start(n);
    m = expect(n, TQ_MSG_HELLO);
    assert_int_equal(m->u.hello.head.seq, 1);
    assert_int_equal(m->u.hello.device, 7);
    m = expect(n, TQ_MSG_PUSH);
    assert_int_equal(m->u.push.seq, 1);
    m = expect(n, TQ_MSG_PULL);
    assert_int_equal(m->u.pull.sets_coming, 1);
    expect_nothing(n);
    welcome(n, 0, 1 << 20);
    receipt(n, 1, 20);
    expect_phase(n, TQ_OFFICE_EXCHANGING);
    assert_int_equal(complete(n, 20, 1, NULL, 0, &row, 1), TQ_OK);
    expect(n, TQ_MSG_STATUS);
    expect_phase(n, TQ_OFFICE_DONE);
    assert_int_equal(result_of(n)->round_trips, 1);
    assert_int_equal(result_of(n)->progress.sets_confirmed, 1);
    assert_int_equal(result_of(n)->changes_sent, 1);
    assert_int_equal(result_of(n)->accepted, 1);
    world_expect(&n->w, "SELECT count(*) FROM tq_pending", "0");
}

/* About 900 KiB of text, half of it on the wire, in sets of 40 KiB. */
static void add_much(struct night *n)
{
    struct tq_buf sql;

    n->w.office.part_bytes = (size_t)40 * 1024;
    tq_buf_init(&sql, 0);
    for (int i = 0; i < 300; i++) {
        tq_buf_clear(&sql);
        tq_buf_printf(&sql,
                "INSERT INTO item(code,title) VALUES('20%02d-%02d-01',hex(randomblob(1500)))",
                i / 12, 1 + i % 12);
        tq_buf_append_u8(&sql, 0);
        world_sql(&n->w, (const char *)sql.data);
    }
    tq_buf_deinit(&sql);
}

static size_t pushed(struct night *n)
{
    size_t count = 0;

    for (size_t i = 0; i < n->nsent; i++)
        count += n->sent[i].kind == TQ_MSG_PUSH;
    return count;
}

static void session__keeps_to_the_window_before_and_after_welcome(void **state)
{
    struct night *n = *state;
    size_t sets;
    size_t before;

    add_much(n);
    start(n);
    sets = result_of(n)->progress.sets;
    before = pushed(n);
    assert_true(sets > 7);
    assert_true(before >= 4 && before < sets); /* 256 KiB */
    welcome(n, 0, (uint64_t)50 * 1024);
    assert_int_equal(pushed(n), before); /* more is in flight than may be */
    for (uint64_t seq = 1; seq <= sets; seq++) {
        assert_true(pushed(n) >= seq); /* never stuck */
        receipt(n, seq, 20);
    }
    assert_int_equal(pushed(n), sets);
    assert_int_equal(result_of(n)->progress.sets_confirmed, sets);
}

static void session__sends_the_rest_after_welcome_for_one_more_round_trip(void **state)
{
    struct night *n = *state;
    size_t sets;

    add_much(n);
    start(n);
    sets = result_of(n)->progress.sets;
    welcome(n, 0, (uint64_t)8 * 1024 * 1024);
    assert_int_equal(pushed(n), sets);
    for (uint64_t seq = 1; seq <= sets; seq++)
        receipt(n, seq, 20);
    assert_int_equal(result_of(n)->round_trips, 2);
}

static void session__takes_credit_and_receipts_for_the_same_bytes_once(void **state)
{
    struct night *n = *state;
    struct tq_message credit = message_of(TQ_MSG_CREDIT);
    size_t before;

    add_much(n);
    start(n);
    welcome(n, 0, (uint64_t)50 * 1024);
    before = pushed(n);
    credit.u.credit_bytes = UINT64_MAX; /* a district that counts wrong opens no flood */
    say(n, &credit);
    assert_int_equal(pushed(n), before + 1);
    receipt(n, 1, 20); /* of bytes that the credit gave back already */
    assert_int_equal(pushed(n), before + 1);
}

static void session__returns_credit_for_rows_and_receipts(void **state)
{
    const size_t bytes = (size_t)3 * 1024 * 1024;
    struct night *n = *state;
    struct tq_message rows = message_of(TQ_MSG_ROWS);
    struct tq_message receipts = message_of(TQ_MSG_RECEIPT);

    world_sql(&n->w, ADD_A);
    start(n);
    welcome(n, 0, 1 << 20);
    n->taken = n->nsent;
    rows.session = NUMBER;
    rows.u.rows = world_rows(&n->w, 10, 0, false, NULL, 0);
    tq_office_session_message(n->session, WORLD_NOW, &rows, bytes);
    assert_int_equal(expect(n, TQ_MSG_CREDIT)->u.credit_bytes, bytes);
    assert_int_equal(result_of(n)->round_trips, 1);
    receipts.session = NUMBER;
    receipts.u.receipt = world_receipt(&n->w, 1, 20, false, NULL, 0);
    tq_office_session_message(n->session, WORLD_NOW, &receipts, bytes);
    assert_int_equal(expect(n, TQ_MSG_CREDIT)->u.credit_bytes, bytes);
}

/* ---- things that go wrong ---- */

static void session__sends_the_same_bytes_again_after_a_cut(void **state)
{
    struct night *n = *state;
    struct tq_set first;

    world_sql(&n->w, ADD_A);
    start(n);
    first = n->sent[1].u.push;
    tq_office_session_link_lost(n->session);
    expect_phase(n, TQ_OFFICE_FAILED);
    assert_int_equal(result_of(n)->error.status, TQ_UNREACHABLE);
    assert_false(n->w.office.in_session);
    world_sql(&n->w, "UPDATE item SET amount=6 WHERE code='" A "'");
    start(n);
    assert_int_equal(n->sent[1].kind, TQ_MSG_PUSH);
    assert_true(tq_slice_equal(first.payload, n->sent[1].u.push.payload));
    assert_memory_equal(first.signature, n->sent[1].u.push.signature, TQ_SIGNATURE_BYTES);
    assert_int_equal(n->sent[2].u.push.seq, 2);
}

static void session__asks_for_a_lost_receipt_and_pulls_again(void **state)
{
    struct night *n = *state;
    struct tq_row row = world_item(&n->w, A, "mine", 5, 20);

    world_sql(&n->w, ADD_A);
    start(n);
    n->taken = n->nsent;
    welcome(n, 0, 1 << 20);
    complete(n, 20, 1, NULL, 0, &row, 1); /* its receipt got lost */
    complete(n, 20, 1, NULL, 0, &row, 1); /* asked once only */
    assert_int_equal(expect(n, TQ_MSG_RECEIPT_ASK)->u.receipt_ask.seq, 1);
    expect_nothing(n);
    receipt(n, 1, 20);
    expect(n, TQ_MSG_PULL);
    complete(n, 20, 1, NULL, 0, &row, 1);
    expect_phase(n, TQ_OFFICE_DONE);
    assert_int_equal(result_of(n)->round_trips, 3);
}

static void session__asks_for_receipts_of_sets_that_are_held_already(void **state)
{
    struct night *n = *state;

    add_much(n);
    start(n);
    n->taken = n->nsent;
    welcome(n, result_of(n)->progress.sets, 1 << 20);
    expect(n, TQ_MSG_RECEIPT_ASK); /* instead of sending again what did not go out yet */
    assert_true(pushed(n) < result_of(n)->progress.sets);
}

static void session__pulls_again_when_a_chunk_was_lost(void **state)
{
    struct night *n = *state;
    struct tq_message message = message_of(TQ_MSG_ROWS);

    start(n);
    welcome(n, 0, 1 << 20);
    n->taken = n->nsent;
    message.u.rows = world_rows(&n->w, 20, 0, true, NULL, 0);
    message.u.rows.from.cursor = 15;
    say(n, &message);
    assert_int_equal(expect(n, TQ_MSG_PULL)->u.pull.from.cursor, 0);
    assert_int_equal(complete(n, 20, 0, NULL, 0, NULL, 0), TQ_OK);
    expect_phase(n, TQ_OFFICE_DONE);
}

static void session__drops_what_is_not_its_own_or_out_of_place(void **state)
{
    struct night *n = *state;
    struct tq_message message = message_of(TQ_MSG_ROWS);
    struct tq_row row = world_item(&n->w, A, "x", 1, 5);

    start(n);
    message.u.rows = world_rows(&n->w, 10, 0, true, &row, 1);
    assert_int_equal(say(n, &message), TQ_OK); /* before Welcome */
    welcome(n, 0, 1 << 20);
    message.session = NUMBER + 1;
    assert_int_equal(
            tq_office_session_message(n->session, WORLD_NOW, &message, 10), TQ_OK); /* foreign */
    welcome(n, 0, 1 << 20);                                                         /* twice */
    message.kind = TQ_MSG_PUSH;
    assert_int_equal(say(n, &message), TQ_OK);
    assert_int_equal(result_of(n)->messages_dropped, 4);
    world_expect(&n->w, "SELECT count(*) FROM item", "0");
    expect_phase(n, TQ_OFFICE_EXCHANGING);
}

/* A receipt of a district that was put back would move `top` into its new history before anybody
 * had compared it with the lost one. */
static void session__takes_no_receipt_before_welcome(void **state)
{
    struct night *n = *state;

    world_sql(&n->w, ADD_A);
    start(n);
    assert_int_equal(receipt(n, 1, 30), TQ_OK);
    assert_int_equal(result_of(n)->messages_dropped, 1);
    world_expect(&n->w, "SELECT acked FROM tq_set", "0");
    world_expect(&n->w, "SELECT coalesce(top,0) FROM tq_state", "0");
    welcome(n, 0, 1 << 20);
    assert_int_equal(receipt(n, 1, 30), TQ_OK);
    world_expect(&n->w, "SELECT acked FROM tq_set", "1");
}

static void session__ends_with_the_districts_own_words_when_refused(void **state)
{
    struct night *n = *state;
    struct tq_message message = message_of(TQ_MSG_REFUSED);

    start(n);
    message.u.refused.code = TQ_REFUSAL_BUSY;
    message.u.refused.text_vi = tq_slice_str("máy chủ đang bận");
    message.u.refused.text_en = tq_slice_str("busy");
    message.u.refused.next_vi = tq_slice_str("đợi");
    message.u.refused.next_en = tq_slice_str("wait");
    message.u.refused.retry_after_ms = 77;
    assert_int_equal(say(n, &message), TQ_COME_BACK);
    expect_phase(n, TQ_OFFICE_REFUSED);
    assert_int_equal(result_of(n)->refusal, TQ_REFUSAL_BUSY);
    assert_int_equal(result_of(n)->retry_at_ms, WORLD_NOW + 77); /* by our own clock */
    assert_string_equal(result_of(n)->refusal_vi, "máy chủ đang bận");
    assert_string_equal(result_of(n)->refusal_en, "busy");
    assert_string_equal(result_of(n)->refusal_next_vi, "đợi");
    assert_string_equal(result_of(n)->refusal_next_en, "wait");
    assert_int_equal(tq_office_session_timeout(n->session), TQ_OK); /* over is over */
    expect_phase(n, TQ_OFFICE_REFUSED);
}

static void session__fails_on_timeout_and_on_a_broken_line(void **state)
{
    struct night *n = *state;

    start(n);
    assert_int_equal(tq_office_session_timeout(n->session), TQ_TIMEOUT);
    expect_phase(n, TQ_OFFICE_FAILED);
    start(n);
    welcome(n, 0, 1 << 20);
    assert_int_equal(tq_office_session_timeout(n->session), TQ_TIMEOUT);
    expect_phase(n, TQ_OFFICE_FAILED);
    open_session(n);
    n->broken = true;
    assert_int_equal(tq_office_session_start(n->session, WORLD_NOW), TQ_UNREACHABLE);
    expect_phase(n, TQ_OFFICE_FAILED);
    assert_false(n->w.office.in_session);
}

static void session__names_what_could_not_be_read(void **state)
{
    struct night *n = *state;
    struct tq_error why = { TQ_OK, "" };

    start(n);
    (void)tq_error_set(&why, TQ_PROTOCOL, "rows");
    tq_office_session_unreadable(n->session, &why);
    tq_office_session_unreadable(n->session, &why);
    expect_phase(n, TQ_OFFICE_GREETING); /* what follows may be better */
    assert_int_equal(tq_office_session_timeout(n->session), TQ_PROTOCOL);
    expect_phase(n, TQ_OFFICE_FAILED);
    assert_int_equal(result_of(n)->error.status, TQ_PROTOCOL);
    assert_int_equal(result_of(n)->messages_unreadable, 2);
}

static void session__stops_at_a_forged_receipt_and_at_another_district(void **state)
{
    struct night *n = *state;
    struct tq_message message = message_of(TQ_MSG_RECEIPT);

    world_sql(&n->w, ADD_A);
    start(n);
    welcome(n, 0, 1 << 20);
    message.u.receipt = world_receipt(&n->w, 1, 20, false, NULL, 0);
    message.u.receipt.signature[0] ^= 1;
    assert_int_equal(say(n, &message), TQ_FORGED);
    expect_phase(n, TQ_OFFICE_FAILED);
    start(n);
    message = message_of(TQ_MSG_WELCOME);
    message.u.welcome.protocol = 1;
    message.u.welcome.district[0] = 9;
    assert_int_equal(say(n, &message), TQ_WRONG_SERVER);
    world_expect(&n->w, "SELECT acked FROM tq_set", "0");
}

static void session__takes_a_new_incarnation(void **state)
{
    struct night *n = *state;
    struct tq_message message = message_of(TQ_MSG_WELCOME);

    world_sql(&n->w, ADD_A);
    start(n);
    message.u.welcome.protocol = 1;
    message.u.welcome.incarnation = 2;
    message.u.welcome.fork = TQ_FORK_RESTORED;
    assert_int_equal(say(n, &message), TQ_OK);
    assert_int_equal(result_of(n)->new_incarnation, 2);
    expect_phase(n, TQ_OFFICE_GREETING);
    for (size_t i = 0; i < 2; i++) { /* the second time as another session */
        const struct tq_message *burst = &n->sent[3 * i];

        assert_int_equal(burst[0].u.hello.head.incarnation, 1 + i);
        assert_int_equal(burst[1].u.push.incarnation, 1 + i);
        assert_int_equal(burst[2].u.pull.sets_coming, 1);
        assert_true((burst[0].session == NUMBER) == (i == 0));
    }
    assert_int_equal(n->nsent, 6);
}

/* ---- digests ---- */

/* Two items are known; then one cell is changed behind the triggers. */
static void corrupt(struct night *n, struct tq_row rows[2])
{
    rows[0] = world_item(&n->w, A, "one", 1, 5);
    rows[1] = world_item(&n->w, "2020-02-02", "two", 2, 6);
    world_lay(&n->w, 10, 0, true, rows, 2);
    world_sql(&n->w, "UPDATE tq_flag SET applying=1; UPDATE village_profile SET households=666"
                     " WHERE as_of='" A "'; UPDATE tq_flag SET applying=0");
    start(n);
    welcome(n, 0, 1 << 20);
    n->taken = n->nsent;
    assert_int_equal(complete(n, 20, 0, NULL, 0, rows, 2), TQ_OK);
    expect_phase(n, TQ_OFFICE_CHECKING);
}

static tq_status repair(
        struct night *n, const struct tq_range *range, const struct tq_row *rows, size_t count)
{
    struct tq_message message = message_of(TQ_MSG_ROWS);

    message.u.rows.repair = true;
    message.u.rows.range = *range;
    message.u.rows.rows = rows;
    message.u.rows.nrows = count;
    return say(n, &message);
}

static void session__repairs_what_differs_and_names_it(void **state)
{
    struct night *n = *state;
    struct tq_row rows[2];
    const struct tq_message *ask;

    corrupt(n, rows);
    ask = expect(n, TQ_MSG_DIGEST_ASK);
    assert_int_equal(ask->u.ranges.as_of, 20);
    assert_int_equal(ask->u.ranges.nranges, 1);
    assert_int_equal(repair(n, &ask->u.ranges.ranges[0], rows, 2), TQ_OK);
    expect_phase(n, TQ_OFFICE_DONE);
    assert_int_equal(expect(n, TQ_MSG_STATUS)->u.status.repaired_rows, 1);
    assert_int_equal(result_of(n)->round_trips, 2);
    assert_int_equal(result_of(n)->equal_as_of, 20);
    world_expect(&n->w, "SELECT text||' '||found||' '||expected FROM tq_fault",
            "village_profile " WORLD_VILLAGE "/" A " households 666 1");
    world_expect(&n->w, "SELECT cursor||' '||seen FROM tq_state", "20 20");
}

static void session__narrows_ranges_that_the_district_splits(void **state)
{
    struct night *n = *state;
    struct tq_row rows[2];
    struct tq_message tell = message_of(TQ_MSG_DIGEST_TELL);
    struct tq_range parts[2];
    const struct tq_message *ask;

    corrupt(n, rows);
    ask = expect(n, TQ_MSG_DIGEST_ASK);
    for (int i = 0; i < 2; i++) {
        struct tq_digest sum;

        world_digest(&n->w, &rows[i], 1, WORLD_ITEM, &sum);
        parts[i] = ask->u.ranges.ranges[0];
        parts[i].rows = 1;
        memcpy(parts[i].sum, sum.sum, TQ_DIGEST_BYTES);
    }
    parts[0].high = rows[1].key;
    parts[1].low = rows[1].key;
    tell.u.ranges.as_of = 20;
    tell.u.ranges.nranges = 2;
    tell.u.ranges.ranges = parts;
    assert_int_equal(say(n, &tell), TQ_OK);
    ask = expect(n, TQ_MSG_DIGEST_ASK);
    assert_int_equal(ask->u.ranges.nranges, 1); /* only the one that differs */
    assert_int_equal(ask->u.ranges.ranges[0].rows, 1);
    repair(n, &parts[1], &rows[1], 1); /* nothing was wrong there */
    expect_phase(n, TQ_OFFICE_CHECKING);
    repair(n, &parts[0], rows, 1);
    expect_phase(n, TQ_OFFICE_DONE);
    assert_int_equal(result_of(n)->round_trips, 3);
    assert_int_equal(result_of(n)->equal_as_of, 20);
}

static void session__ends_without_certificate_when_the_district_moved_on(void **state)
{
    struct night *n = *state;
    struct tq_message tell = message_of(TQ_MSG_DIGEST_TELL);
    struct tq_row rows[2];

    corrupt(n, rows);
    expect(n, TQ_MSG_DIGEST_ASK);
    tell.u.ranges.as_of = 20;
    assert_int_equal(say(n, &tell), TQ_OK);
    expect_phase(n, TQ_OFFICE_DONE);
    assert_int_equal(result_of(n)->equal_as_of, 0);
    world_expect(&n->w, "SELECT equal_as_of FROM tq_state", "NULL");
}

/* The district was restored, and a repair got lost: what it would have marked must not be called a
 * fault of the file the next time. */
static void session__keeps_the_lost_top_until_it_is_equal(void **state)
{
    struct night *n = *state;
    struct tq_message tell = message_of(TQ_MSG_DIGEST_TELL);
    struct tq_message hello = message_of(TQ_MSG_WELCOME);
    struct tq_row row = world_item(&n->w, A, "one", 1, 5);
    const struct tq_message *ask;

    world_lay(&n->w, 10, 0, true, &row, 1);
    hello.u.welcome.protocol = 1;
    hello.u.welcome.schema = 1;
    hello.u.welcome.credit_bytes = 1 << 20;
    hello.u.welcome.restored = true;
    start(n);
    assert_int_equal(say(n, &hello), TQ_OK);
    n->taken = n->nsent;
    complete(n, 20, 0, NULL, 0, NULL, 0);
    expect(n, TQ_MSG_DIGEST_ASK);
    tell.u.ranges.as_of = 20;
    assert_int_equal(say(n, &tell), TQ_OK); /* and no repair before it */
    expect_phase(n, TQ_OFFICE_DONE);
    world_expect(&n->w, "SELECT top FROM tq_state", "10");
    start(n);
    assert_int_equal(say(n, &hello), TQ_OK);
    n->taken = n->nsent;
    complete(n, 30, 0, NULL, 0, NULL, 0);
    ask = expect(n, TQ_MSG_DIGEST_ASK);
    repair(n, &ask->u.ranges.ranges[0], NULL, 0);
    expect_phase(n, TQ_OFFICE_DONE);
    world_expect(&n->w, "SELECT kind FROM tq_fault", "7");
    world_expect(&n->w, "SELECT top FROM tq_state", "30");
}

static void session__marks_a_row_that_the_district_has_not(void **state)
{
    struct night *n = *state;
    struct tq_row row = world_item(&n->w, A, "one", 1, 5);
    const struct tq_message *ask;

    world_lay(&n->w, 10, 0, true, &row, 1);
    start(n);
    welcome(n, 0, 1 << 20);
    n->taken = n->nsent;
    complete(n, 20, 0, NULL, 0, NULL, 0);
    ask = expect(n, TQ_MSG_DIGEST_ASK);
    repair(n, &ask->u.ranges.ranges[0], NULL, 0);
    expect_phase(n, TQ_OFFICE_DONE);
    assert_int_equal(expect(n, TQ_MSG_STATUS)->u.status.waiting, 1);
    assert_int_equal(result_of(n)->equal_as_of, 20);
    world_expect(&n->w, "SELECT title FROM item", "one");
    world_expect(&n->w, "SELECT count(*) FROM tq_returned", "1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases__are_all_reachable_and_illegal_moves_are_refused),
        TEST(session__costs_one_round_trip_when_there_is_nothing_to_say),
        TEST(session__tells_as_of_when_it_was_equal),
        TEST(session__sends_hello_sets_and_pull_without_waiting),
        TEST(session__keeps_to_the_window_before_and_after_welcome),
        TEST(session__sends_the_rest_after_welcome_for_one_more_round_trip),
        TEST(session__takes_credit_and_receipts_for_the_same_bytes_once),
        TEST(session__returns_credit_for_rows_and_receipts),
        TEST(session__sends_the_same_bytes_again_after_a_cut),
        TEST(session__asks_for_a_lost_receipt_and_pulls_again),
        TEST(session__asks_for_receipts_of_sets_that_are_held_already),
        TEST(session__pulls_again_when_a_chunk_was_lost),
        TEST(session__drops_what_is_not_its_own_or_out_of_place),
        TEST(session__takes_no_receipt_before_welcome),
        TEST(session__ends_with_the_districts_own_words_when_refused),
        TEST(session__fails_on_timeout_and_on_a_broken_line),
        TEST(session__names_what_could_not_be_read),
        TEST(session__stops_at_a_forged_receipt_and_at_another_district),
        TEST(session__takes_a_new_incarnation),
        TEST(session__repairs_what_differs_and_names_it),
        TEST(session__narrows_ranges_that_the_district_splits),
        TEST(session__ends_without_certificate_when_the_district_moved_on),
        TEST(session__keeps_the_lost_top_until_it_is_equal),
        TEST(session__marks_a_row_that_the_district_has_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

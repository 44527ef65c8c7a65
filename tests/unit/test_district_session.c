/* The table of the district's sessions, and what a session does with messages out of place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "tuquan/codec.h"
#include "tuquan/district_session.h"

#define LC "08773@2004-01-01"

struct world {
    struct mill mill;
    struct tq_district_ops ops; /* the store's, one of them broken */
    struct tq_district *district;
    tq_message_kind sent[256];
    tq_refusal refusal;
    uint32_t retry_after_ms;
    int64_t offset_ms; /* of the last Welcome */
    uint64_t complete;
    int64_t t_h; /* of H */
    size_t nsent;
    size_t dropped;
    uint64_t cursor; /* where the chunks go on */
    uint64_t deaf;   /* this peer does not read: its queue is full */
    size_t chunks;
    size_t rows; /* in them */
    size_t told; /* amending receipts in chunks */
    uint64_t told_at[64];
    unsigned transactions; /* begun */
    bool reading;          /* the one that is open is one snapshot */
    unsigned read[4];      /* in which the head, the rows, the digests and the send were; 0: none */
};

/* Chunks follow one another, and each has the receipts of what it moves the cursor over. */
static void look_at_chunk(struct world *w, const struct tq_rows *rows)
{
    assert_int_equal(rows->from.cursor, w->cursor);
    w->cursor = rows->to.cursor;
    w->chunks++;
    w->rows += rows->nrows;
    for (size_t i = 0; i < rows->nreceipts; i++) {
        assert_true(rows->receipts[i].amending);
        assert_true(rows->receipts[i].merged_at > rows->from.cursor);
        assert_true(rows->receipts[i].merged_at <= rows->to.cursor);
        assert_int_equal(rows->receipts[i].merged_at, rows->receipts[0].merged_at);
        assert_true(w->told < 64);
        w->told_at[w->told++] = rows->receipts[i].merged_at;
    }
}

static tq_status send(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct world *w = ctx;

    *bytes = 0;
    if (peer == w->deaf)
        return tq_error_set(err, TQ_BUSY, "peer");
    *bytes = 100;
    assert_true(w->nsent < 256);
    w->sent[w->nsent++] = message->kind;
    if (message->kind == TQ_MSG_REFUSED) {
        w->refusal = message->u.refused.code;
        w->retry_after_ms = message->u.refused.retry_after_ms;
    }
    if (message->kind == TQ_MSG_WELCOME)
        w->offset_ms = message->u.welcome.offset_ms;
    if (message->kind == TQ_MSG_ROWS)
        look_at_chunk(w, &message->u.rows);
    w->read[3] = w->reading ? w->transactions : 0;
    if (message->kind == TQ_MSG_ROWS && message->u.rows.complete) {
        w->complete = message->u.rows.to.cursor;
        w->t_h = message->u.rows.t_h;
    }
    return TQ_OK;
}

static void note(void *ctx, const struct tq_district_note *n)
{
    struct world *w = ctx;

    w->dropped += n->event == TQ_EVENT_DROPPED;
}

/* Whatever the second device sends breaks the transaction that it is in. */
static tq_status append_but_of_the_second(
        void *ctx, struct tq_ledger_set *set, struct tq_error *err)
{
    if (set->set.device == 2)
        return tq_error_set(err, TQ_IO, "ledger");
    return tq_district_store_ops(ctx)->ledger_append(ctx, set, err);
}

/* Which transaction each question of a chunk is asked in: the store's functions know their store
 * alone. */
static struct world *watched;

static tq_status begin_watched(void *ctx, struct tq_error *err)
{
    watched->transactions++;
    watched->reading = true;
    return tq_district_store_ops(ctx)->begin_read(ctx, err);
}

static void rollback_watched(void *ctx)
{
    watched->reading = false;
    tq_district_store_ops(ctx)->rollback(ctx);
}

static tq_status state_watched(void *ctx, struct tq_district_state *out, struct tq_error *err)
{
    if (watched->reading)
        watched->read[0] = watched->transactions;
    return tq_district_store_ops(ctx)->state_get(ctx, out, err);
}

static tq_status scan_watched(void *ctx, const struct tq_table *table, struct tq_slice owner,
        struct tq_slice after, struct tq_slice before, size_t limit, struct tq_arena *arena,
        struct tq_stored_row *out, size_t *count, struct tq_error *err)
{
    watched->read[1] = watched->reading ? watched->transactions : 0;
    return tq_district_store_ops(ctx)->rows_scan(
            ctx, table, owner, after, before, limit, arena, out, count, err);
}

static tq_status digest_watched(void *ctx, uint32_t table, struct tq_slice owner,
        struct tq_digest *out, struct tq_error *err)
{
    watched->read[2] = watched->reading ? watched->transactions : 0;
    return tq_district_store_ops(ctx)->digest_get(ctx, table, owner, out, err);
}

static int set_up_with(void **state, size_t chunk_rows, bool broken)
{
    struct world *w = calloc(1, sizeof(*w));
    struct tq_district_session_config config;

    mill_open(&w->mill);
    mill_settle(&w->mill);
    mill_device(&w->mill, 1, LC);
    w->ops = *w->mill.ops;
    watched = w;
    w->ops.begin_read = begin_watched;
    w->ops.rollback = rollback_watched;
    w->ops.state_get = state_watched;
    w->ops.rows_scan = scan_watched;
    w->ops.digest_get = digest_watched;
    if (broken)
        w->ops.ledger_append = append_but_of_the_second;
    memset(&config, 0, sizeof(config));
    config.merge.catalogue = w->mill.catalogue;
    config.merge.store = &w->ops;
    config.merge.codec = tq_codec_ops();
    config.merge.signer = mill_signer(0);
    config.merge.verify = mill_verify;
    config.chunk_rows = chunk_rows;
    config.max_sessions = 2;
    config.busy_retry_ms = 60000;
    config.send = send;
    config.send_ctx = w;
    config.note = note;
    config.note_ctx = w;
    assert_int_equal(tq_district_new(&w->district, &config, NULL), TQ_OK);
    *state = w;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, 0, false);
}

static int set_up_small(void **state)
{
    return set_up_with(state, 2, false);
}

static int set_up_broken(void **state)
{
    return set_up_with(state, 0, true);
}

static int tear_down(void **state)
{
    struct world *w = *state;

    tq_district_free(w->district);
    mill_close(&w->mill);
    free(w);
    return 0;
}

static struct tq_message hello(uint32_t device)
{
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_HELLO;
    m.session = 7;
    m.u.hello.protocol_low = 1;
    m.u.hello.protocol_high = 1;
    m.u.hello.schema = tq_catalogue_current()->version;
    m.u.hello.device = device;
    m.u.hello.head.incarnation = 1;
    m.u.hello.clock_ms = MILL_START_MS;
    return m;
}

static struct tq_message pull(void)
{
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PULL;
    m.session = 7;
    m.u.pull.credit_bytes = 1 << 20;
    return m;
}

static void receive(struct world *w, uint64_t peer, const struct tq_message *m, uint32_t device)
{
    assert_int_equal(
            tq_district_receive(w->district, peer, device, m, 100, MILL_START_MS, NULL), TQ_OK);
}

static void district_phase__every_one_is_reached_and_no_other_move_is_in_the_table(void **state)
{
    bool reached[TQ_DISTRICT_PHASES] = { [TQ_DISTRICT_FRESH] = true };
    size_t moves = 0;

    (void)state;
    for (int round = 0; round < TQ_DISTRICT_PHASES; round++)
        for (int a = 0; a < TQ_DISTRICT_PHASES; a++)
            for (int b = 0; b < TQ_DISTRICT_PHASES; b++)
                if (reached[a] &&
                        tq_district_phase_may_follow((tq_district_phase)a, (tq_district_phase)b))
                    reached[b] = true;
    for (int a = 0; a < TQ_DISTRICT_PHASES; a++) {
        assert_true(reached[a]);
        for (int b = 0; b < TQ_DISTRICT_PHASES; b++)
            moves += tq_district_phase_may_follow((tq_district_phase)a, (tq_district_phase)b);
    }
    assert_false(tq_district_phase_may_follow(TQ_DISTRICT_FRESH, TQ_DISTRICT_PULLING));
    assert_false(tq_district_phase_may_follow(TQ_DISTRICT_FRESH, TQ_DISTRICT_SERVED));
    assert_false(tq_district_phase_may_follow(TQ_DISTRICT_OPEN, TQ_DISTRICT_SERVED));
    assert_false(tq_district_phase_may_follow(TQ_DISTRICT_REFUSED, TQ_DISTRICT_OPEN));
    assert_false(tq_district_phase_may_follow(TQ_DISTRICT_REFUSED, TQ_DISTRICT_PULLING));
    assert_true(moves < TQ_DISTRICT_PHASES * TQ_DISTRICT_PHASES / 2 + 2);
}

static void district_session__serves_hello_and_pull_in_one_turn(void **state)
{
    struct world *w = *state;
    struct tq_message m = hello(1);
    int64_t t = 0;

    receive(w, 1, &m, 1);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_OPEN);
    m = pull();
    receive(w, 1, &m, 1);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_PULLING);
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, NULL), TQ_OK);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_SERVED);
    assert_int_equal(w->sent[0], TQ_MSG_WELCOME);
    assert_int_equal(w->complete, mill_head(&w->mill, &t));
    assert_int_equal(w->t_h, t);
}

/* H, the rows up to it and the digests as of it are of one snapshot: another program may write
 * beside. */
static void district_rows__complete_is_read_in_one_transaction(void **state)
{
    struct world *w = *state;
    struct tq_message m = hello(1);

    receive(w, 1, &m, 1);
    m = pull();
    receive(w, 1, &m, 1);
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, NULL), TQ_OK);
    assert_true(w->complete > 0);
    assert_true(w->read[0] > 0);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(w->read[i], w->read[0]);
}

static void district_session__drops_unread_what_belongs_to_no_session(void **state)
{
    struct world *w = *state;
    struct tq_message m = pull();

    receive(w, 1, &m, 1); /* before any Hello */
    assert_int_equal(w->dropped, 1);
    m = hello(1);
    receive(w, 1, &m, 1);
    m = pull();
    m.session = 8; /* another number */
    receive(w, 1, &m, 1);
    assert_int_equal(w->dropped, 2);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_OPEN);
}

static void district_session__refuses_and_drops_what_follows(void **state)
{
    struct world *w = *state;
    struct tq_message m = hello(9);

    receive(w, 1, &m, 9);
    assert_int_equal(w->refusal, TQ_REFUSAL_UNKNOWN_DEVICE);
    m = pull();
    receive(w, 1, &m, 9);
    assert_int_equal(w->dropped, 1);
    m = hello(1);
    m.u.hello.protocol_low = 5;
    m.u.hello.protocol_high = 6;
    receive(w, 2, &m, 1);
    assert_int_equal(w->refusal, TQ_REFUSAL_PROTOCOL);
    m = hello(1);
    m.u.hello.schema = 0;
    receive(w, 2, &m, 1);
    assert_int_equal(w->refusal, TQ_REFUSAL_SCHEMA);
    m = hello(2); /* says another device than the connection proved */
    receive(w, 2, &m, 1);
    assert_int_equal(w->refusal, TQ_REFUSAL_WRONG_UNIT);
}

static void district_session__names_a_time_when_it_is_busy(void **state)
{
    struct world *w = *state;
    struct tq_message m = hello(1);

    receive(w, 1, &m, 1);
    receive(w, 2, &m, 1);
    assert_int_equal(w->refusal, 0);
    receive(w, 3, &m, 1);
    assert_int_equal(w->refusal, TQ_REFUSAL_BUSY);
    assert_int_equal(w->retry_after_ms, 60000); /* a delay: the office's clock may be another */
    receive(w, 4, &m, 1); /* two are served at a time: each pair comes back a minute later */
    assert_int_equal(w->retry_after_ms, 90000);
    receive(w, 5, &m, 1);
    assert_int_equal(w->retry_after_ms, 120000);
    for (uint64_t peer = 1; peer <= 4; peer++)
        tq_district_drop(w->district, peer);
    for (uint64_t peer = 1; peer <= 2; peer++)
        receive(w, peer, &m, 1);
    receive(w, 5, &m, 1); /* two of the three were let in meanwhile */
    assert_int_equal(w->retry_after_ms, 90000);
    tq_district_drop(w->district, 5);
    tq_district_drop(w->district, 2);
    tq_district_drop_device(w->district, 1);
    assert_int_equal(tq_district_sessions(w->district), 0);
}

static void district_session__ends_on_a_message_that_only_a_district_sends(void **state)
{
    struct world *w = *state;
    struct tq_message m = hello(1);

    receive(w, 1, &m, 1);
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_WELCOME;
    m.session = 7;
    receive(w, 1, &m, 1);
    assert_int_equal(w->refusal, TQ_REFUSAL_BROKEN);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_REFUSED);
}

/* Its own session ends; the receipts of the others, merged in the same turn, still go out. */
static void district_turn__keeps_no_receipt_back_for_a_peer_that_does_not_read(void **state)
{
    struct world *w = *state;
    struct mill_device *d = &w->mill.devices[1];
    struct tq_message m = hello(1);
    struct tq_error err = { TQ_OK, "" };

    receive(w, 1, &m, 1);
    receive(w, 2, &m, 1); /* stands before the first in the turn */
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PUSH;
    m.session = 7;
    for (uint64_t peer = 2; peer >= 1; peer--) {
        mill_insert(&w->mill, d, "incident", mill_key(&w->mill, (uint32_t)peer), "area=1", NULL);
        m.u.push = mill_seal(&w->mill, d);
        receive(w, peer, &m, 1);
    }
    w->deaf = 2;
    w->nsent = 0;
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, &err), TQ_OK);
    assert_int_equal(tq_district_phase_of(w->district, 2), TQ_DISTRICT_REFUSED);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_OPEN);
    assert_int_equal(w->nsent, 1);
    assert_int_equal(w->sent[0], TQ_MSG_RECEIPT);
    assert_false(tq_district_has_work(w->district));
}

/* Twelve sets wait for six villages; each village releases two. The head before the first. */
static uint64_t release_much(struct world *w)
{
    struct mill_device *d = &w->mill.devices[1];
    struct tq_error err = { TQ_OK, "" };
    uint64_t before;
    char text[64];

    for (uint32_t i = 0; i < 12; i++) {
        snprintf(text, sizeof(text), "village=08773-%02u@2019-01-01", 10 + i % 6);
        mill_insert(&w->mill, d, "incident", mill_key(&w->mill, 2 * i), "area=1", text, NULL);
        mill_insert(&w->mill, d, "incident", mill_key(&w->mill, 2 * i + 1), "area=2", text, NULL);
        assert_int_equal(mill_send(&w->mill, d).held, 2);
    }
    before = mill_head(&w->mill, NULL);
    for (unsigned i = 0; i < 6; i++) {
        char key[32];

        snprintf(text, sizeof(text), "code=08773-%02u", 10 + i);
        snprintf(key, sizeof(key), "08773-%02u@2019-01-01", 10 + i);
        mill_insert(&w->mill, &w->mill.devices[0], "unit", tq_slice_str(key), text, "level=4",
                "name=Thôn (mẫu)", "parent=08773@2004-01-01", NULL);
        if (mill_district(&w->mill, &err) != TQ_OK)
            fail_msg("village: %s", err.msg);
    }
    return before;
}

/* A commit that fails: the disk is full, say. */
static tq_status commit_fails(void *ctx, struct tq_error *err)
{
    tq_district_store_ops(ctx)->rollback(ctx);
    return tq_error_set(err, TQ_IO, "commit");
}

static void push_incident(struct world *w, uint32_t device, uint32_t key)
{
    struct mill_device *d = &w->mill.devices[device];
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PUSH;
    m.session = 7;
    mill_insert(&w->mill, d, "incident", mill_key(&w->mill, key), "area=1", NULL);
    m.u.push = mill_seal(&w->mill, d);
    receive(w, device, &m, device);
}

static void district_turn__sends_no_receipt_before_the_commit(void **state)
{
    struct world *w = *state;
    struct tq_message m = hello(1);
    struct tq_error err = { TQ_OK, "" };

    receive(w, 1, &m, 1);
    push_incident(w, 1, 1);
    w->nsent = 0;
    w->ops.commit = commit_fails;
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, &err), TQ_OK);
    assert_int_equal(w->nsent, 1);
    assert_int_equal(w->sent[0], TQ_MSG_REFUSED); /* it comes again, with the same bytes */
    assert_int_equal(mill_count(&w->mill, "incident", NULL, NULL), 0);
}

/* District minus Hello's clock; clocks right to two minutes count as right. */
static void district_session__corrects_a_clock_that_is_wrong_by_two_minutes(void **state)
{
    static const int64_t WRONG[] = { 0, 119999, -119999, 120000, -120000, -86400000 };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        struct tq_message m = hello(1);

        m.u.hello.clock_ms = MILL_START_MS - WRONG[i];
        w->offset_ms = -1;
        receive(w, 1, &m, 1);
        assert_int_equal(w->offset_ms, i < 3 ? 0 : WRONG[i]);
    }
}

/* Rows go out while the office's own sets are still on their way; only "complete" waits for them. */
static void district_rows__do_not_wait_for_the_sets_of_their_office(void **state)
{
    struct world *w = *state;
    struct tq_message m = hello(1);
    struct tq_error err = { TQ_OK, "" };

    receive(w, 1, &m, 1);
    m = pull();
    m.u.pull.sets_coming = 1;
    receive(w, 1, &m, 1);
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, &err), TQ_OK);
    assert_true(w->rows > 0);
    assert_int_equal(w->complete, 0);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_PULLING);
    push_incident(w, 1, 1);
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, &err), TQ_OK);
    assert_true(w->complete > 0);
}

/* The set that breaks the transaction of all is tried alone, and only its own session ends. */
static void district_turn__tries_each_alone_when_one_breaks_the_transaction(void **state)
{
    struct world *w = *state;
    const struct tq_district_ops *ops = w->mill.ops;
    struct tq_error err = { TQ_OK, "" };
    struct tq_chain chain;

    mill_device(&w->mill, 2, LC);
    for (uint32_t device = 1; device <= 2; device++) {
        struct mill_device *d = &w->mill.devices[device];
        struct tq_message m = hello(device);

        receive(w, device, &m, device);
        memset(&m, 0, sizeof(m));
        m.kind = TQ_MSG_PUSH;
        m.session = 7;
        mill_insert(&w->mill, d, "incident", mill_key(&w->mill, device), "area=1", NULL);
        m.u.push = mill_seal(&w->mill, d);
        receive(w, device, &m, device);
    }
    w->nsent = 0;
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, &err), TQ_OK);
    assert_int_equal(tq_district_phase_of(w->district, 1), TQ_DISTRICT_OPEN);
    assert_int_equal(tq_district_phase_of(w->district, 2), TQ_DISTRICT_REFUSED);
    assert_int_equal(w->refusal, TQ_REFUSAL_BUSY);
    assert_int_equal(w->retry_after_ms, 60000); /* it sends the same bytes again then */
    assert_int_equal(ops->chain_get(ops->ctx, 1, 1, &chain, &err), TQ_OK);
    assert_int_equal(chain.head.seq, 1);
    assert_int_equal(ops->chain_get(ops->ctx, 2, 1, &chain, &err), TQ_OK);
    assert_int_equal(chain.head.seq, 0);
    assert_int_equal(mill_count(&w->mill, "incident", NULL, NULL), 1);
}

static void pull_all(struct world *w, uint64_t cursor, struct tq_slice scope)
{
    struct tq_message m = hello(1);

    m.u.hello.cursor = cursor;
    m.u.hello.seen = cursor;
    m.u.hello.head.seq = 12;
    m.u.hello.scope = scope;
    memcpy(m.u.hello.head.hash, w->mill.devices[1].head, TQ_HASH_BYTES);
    receive(w, 1, &m, 1);
    w->cursor = cursor;
    w->chunks = 0;
    w->told = 0;
    w->complete = 0;
    m = pull();
    m.u.pull.from.cursor = cursor;
    m.u.pull.sets_coming = 12;
    receive(w, 1, &m, 1);
    assert_int_equal(tq_district_turn(w->district, MILL_START_MS, NULL), TQ_OK);
    assert_int_equal(w->complete, mill_head(&w->mill, NULL));
    for (size_t i = 1; i < w->told; i++)
        assert_true(w->told_at[i] >= w->told_at[i - 1]);
}

/* Near: by the index; with another scope: a scan, whose last chunks bring them. */
static void district_rows__bring_the_receipts_of_what_they_move_the_cursor_over(void **state)
{
    struct world *w = *state;
    uint64_t before = release_much(w);
    struct tq_slice unit = tq_slice_str(LC);
    struct tq_slice scope;

    assert_int_equal(tq_district_scope(&unit, 1, 1, w->mill.arena, &scope), TQ_OK);
    pull_all(w, before, scope);
    assert_int_equal(w->told, 12);
    assert_true(w->chunks > 6);
    pull_all(w, before, tq_slice_str("another"));
    assert_int_equal(w->told, 12);
    assert_true(w->chunks > 6);
    pull_all(w, w->complete, tq_slice_str("another"));
    assert_int_equal(w->told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(district_phase__every_one_is_reached_and_no_other_move_is_in_the_table),
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(district_session__serves_hello_and_pull_in_one_turn),
        TEST(district_rows__complete_is_read_in_one_transaction),
        TEST(district_session__drops_unread_what_belongs_to_no_session),
        TEST(district_session__refuses_and_drops_what_follows),
        TEST(district_session__names_a_time_when_it_is_busy),
        TEST(district_session__corrects_a_clock_that_is_wrong_by_two_minutes),
        TEST(district_session__ends_on_a_message_that_only_a_district_sends),
        TEST(district_turn__keeps_no_receipt_back_for_a_peer_that_does_not_read),
        TEST(district_turn__sends_no_receipt_before_the_commit),
        TEST(district_rows__do_not_wait_for_the_sets_of_their_office),
        cmocka_unit_test_setup_teardown(
                district_turn__tries_each_alone_when_one_breaks_the_transaction, set_up_broken,
                tear_down),
        cmocka_unit_test_setup_teardown(
                district_rows__bring_the_receipts_of_what_they_move_the_cursor_over, set_up_small,
                tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_rebuild.c - A district that was restored, and offices that know more: real sessions, stores,
 * triggers and codec on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mill.h"
#include "office_world.h"
#include "tuquan/codec.h"
#include "tuquan/district_reports.h"
#include "tuquan/district_session.h"
#include "tuquan/office_session.h"

#define OFFICES 3
#define QUEUE 1024
#define A "2020-01-01"
#define B "2020-02-02"

struct packet {
    size_t to; /* an office, or OFFICES: the district */
    size_t from;
    struct tq_buf bytes;
};

struct end {
    struct night *night;
    size_t number;
    struct office_world w;
    struct tq_signer signer;
    struct tq_office_session *session;
};

struct night {
    struct mill mill;
    struct tq_district *district;
    struct end ends[OFFICES];
    struct packet line[QUEUE];
    size_t head;
    size_t tail;
    size_t cut_after; /* packets that arrive before the line is cut; 0: never */
    struct tq_arena *arena;
    size_t chunk_rows; /* of the district; 0: as many as it likes */
    int64_t now_ms;
    uint64_t sessions;
    char backup[256];
};

static void put(
        struct night *n, size_t from, size_t to, const struct tq_message *message, size_t *bytes)
{
    struct packet *packet = &n->line[n->tail++ % QUEUE];
    struct tq_error err = { TQ_OK, "" };

    assert_true(n->tail - n->head < QUEUE);
    tq_buf_init(&packet->bytes, 0);
    packet->from = from;
    packet->to = to;
    if (tq_message_encode(message, &packet->bytes, &err) != TQ_OK)
        fail_msg("encode: %s", err.msg);
    *bytes = packet->bytes.len;
}

static tq_status office_send(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    struct end *end = ctx;

    (void)err;
    put(end->night, end->number, OFFICES, message, bytes);
    return TQ_OK;
}

static tq_status district_send(void *ctx, uint64_t peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    (void)err;
    put(ctx, OFFICES, (size_t)peer, message, bytes);
    return TQ_OK;
}

static void deliver(struct night *n)
{
    struct packet *packet = &n->line[n->head++ % QUEUE];
    struct tq_message message;
    struct tq_error err = { TQ_OK, "" };

    tq_arena_reset(n->arena);
    if (tq_message_decode(tq_buf_slice(&packet->bytes), n->arena, &message, &err) != TQ_OK)
        fail_msg("decode: %s", err.msg);
    if (n->cut_after == 1) {
        /* nothing arrives any more */
    } else if (packet->to < OFFICES) {
        if (n->ends[packet->to].session != NULL)
            (void)tq_office_session_message(
                    n->ends[packet->to].session, n->now_ms, &message, packet->bytes.len);
    } else if (tq_district_receive(n->district, packet->from, 7 + (uint32_t)packet->from, &message,
                       packet->bytes.len, n->now_ms, &err) != TQ_OK) {
        fail_msg("district: %s", err.msg);
    }
    if (n->cut_after > 1)
        n->cut_after--;
    tq_buf_deinit(&packet->bytes);
}

static const struct tq_office_result *sync_one(struct night *n, size_t number)
{
    struct end *end = &n->ends[number];
    struct tq_office_session_config config = { &end->w.office, ++n->sessions, tq_slice_str("test"),
        0, office_send, end, NULL, NULL, 0, { NULL, 0 } };
    struct tq_error err = { TQ_OK, "" };

    tq_office_session_free(end->session);
    assert_int_equal(tq_office_session_new(&end->session, &config, NULL), TQ_OK);
    assert_int_equal(tq_office_session_start(end->session, n->now_ms), TQ_OK);
    do {
        while (n->head != n->tail)
            deliver(n);
        if (tq_district_turn(n->district, n->now_ms, &err) != TQ_OK)
            fail_msg("turn: %s", err.msg);
    } while (n->head != n->tail);
    (void)tq_office_session_timeout(end->session);
    n->now_ms += 1000;
    return tq_office_session_result(end->session);
}

static const struct tq_office_result *sync_well(struct night *n, size_t number)
{
    const struct tq_office_result *result = sync_one(n, number);

    if (result->progress.phase != TQ_OFFICE_DONE)
        fail_msg("office %zu: %s: %s", number, tq_office_phase_name(result->progress.phase),
                result->error.msg);
    if (result->complete == 0 || result->equal_as_of != result->complete)
        fail_msg("office %zu is not equal to the district", number);
    return result;
}

static void begin_district(struct night *n)
{
    struct tq_district_session_config config;
    struct tq_error err = { TQ_OK, "" };

    tq_district_free(n->district);
    memset(&config, 0, sizeof(config));
    config.merge.catalogue = n->mill.catalogue;
    config.merge.store = n->mill.ops;
    config.merge.codec = tq_codec_ops();
    config.merge.signer = mill_signer(0);
    config.merge.verify = mill_verify;
    config.send = district_send;
    config.send_ctx = n;
    config.chunk_rows = n->chunk_rows;
    if (tq_district_new(&n->district, &config, &err) != TQ_OK)
        fail_msg("district: %s", err.msg);
}

static void back_up(struct night *n)
{
    snprintf(n->backup, sizeof(n->backup), "%s/backup.db", n->mill.dir);
    remove(n->backup);
    mill_backup(&n->mill, n->backup);
}

static void restore(struct night *n)
{
    n->mill.now_ms = n->now_ms;
    mill_restore(&n->mill, n->backup);
    begin_district(n);
}

static int set_up(void **state)
{
    struct night *n = calloc(1, sizeof(*n));

    n->now_ms = (int64_t)time(NULL) * 1000;
    mill_open(&n->mill);
    n->mill.now_ms = n->now_ms;
    mill_settle(&n->mill);
    n->arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    begin_district(n);
    for (size_t i = 0; i < OFFICES; i++) {
        struct end *end = &n->ends[i];

        end->night = n;
        end->number = i;
        mill_device(&n->mill, 7 + (uint32_t)i, WORLD_UNIT);
        world_open_empty(&end->w, 7 + (uint32_t)i);
        end->w.live = -1;
        world_sql(&end->w, "UPDATE tq_state SET district=x'd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1'");
        end->signer = mill_signer(7 + (uint32_t)i);
        end->w.office.signer = &end->signer;
        end->w.office.verify = mill_verify;
        mill_sign_key(0, end->w.office.district_key);
        sync_well(n, i);
    }
    *state = n;
    return 0;
}

static int tear_down(void **state)
{
    struct night *n = *state;

    for (size_t i = 0; i < OFFICES; i++) {
        tq_office_session_free(n->ends[i].session);
        world_close(&n->ends[i].w);
    }
    while (n->head != n->tail)
        tq_buf_deinit(&n->line[n->head++ % QUEUE].bytes);
    tq_district_free(n->district);
    mill_close(&n->mill);
    tq_arena_free(n->arena);
    free(n);
    return 0;
}

/* All receipts that an office keeps, in order, as one text. */
static const char *receipts(struct night *n, size_t number)
{
    return world_get(&n->ends[number].w,
            "SELECT group_concat(hex(bytes)) FROM (SELECT bytes FROM tq_receipt ORDER BY seq, t)");
}

static void check_whole(struct night *n)
{
    struct tq_verify_report report;
    struct tq_error err = { TQ_OK, "" };

    mill_check_digests(&n->mill);
    assert_int_equal(
            tq_report_verify(n->mill.store, tq_codec_ops(), mill_verify, &report, &err), TQ_OK);
    if (report.damaged)
        fail_msg("%s", report.what);
    for (size_t i = 0; i < OFFICES; i++) {
        world_expect(&n->ends[i].w, "SELECT count(*) FROM pending", "0");
        world_expect(&n->ends[i].w, "SELECT count(*) FROM tq_returned", "0");
    }
}

static void rebuild__brings_back_lost_sets_with_their_receipts(void **state)
{
    struct night *n = *state;
    const struct tq_office_result *result;
    char *before;

    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    sync_well(n, 0);
    sync_well(n, 1);
    back_up(n);
    world_sql(&n->ends[0].w, "UPDATE item SET amount=6");
    sync_well(n, 0);
    sync_well(n, 1);
    world_sql(&n->ends[1].w, "UPDATE item SET amount=7");
    sync_well(n, 1);
    sync_well(n, 0);
    sync_well(n, 0);
    before = strdup(receipts(n, 0));
    restore(n);
    result = sync_well(n, 0);
    assert_true(result->district_restored);
    assert_int_equal(result->sets_offered, 1);
    assert_int_equal(result->sets_refilled, 1);
    assert_int_equal(result->changes_sent, 0);
    world_expect(&n->ends[0].w, "SELECT amount FROM item", "6"); /* 7 was the other's */
    sync_well(n, 1);
    sync_well(n, 0);
    for (size_t i = 0; i < 2; i++)
        world_expect(&n->ends[i].w, "SELECT amount FROM item", "7");
    assert_string_equal(receipts(n, 0), before);
    free(before);
    sync_well(n, 2);
    assert_false(sync_well(n, 0)->district_restored);
    check_whole(n);
    world_expect(&n->ends[0].w, "SELECT count(*) FROM conflict", "0");
}

/* The first night after: nobody noticed, and the offices went on writing. */
static void rebuild__takes_new_sets_after_the_lost_ones(void **state)
{
    struct night *n = *state;

    back_up(n);
    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    sync_well(n, 0);
    sync_well(n, 1);
    restore(n);
    world_sql(&n->ends[0].w, "UPDATE item SET amount=8");
    world_sql(&n->ends[1].w, "UPDATE item SET title='u'");
    world_sql(&n->ends[2].w, "INSERT INTO item(code,title,amount) VALUES('" B "','v',1)");
    sync_well(n, 2);      /* knows nothing of the loss: it never had more */
    (void)sync_one(n, 1); /* its row is not back yet */
    world_expect(&n->ends[1].w, "SELECT title FROM item WHERE code='" A "'", "u");
    sync_well(n, 0);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < OFFICES; i++)
            sync_well(n, i);
    for (size_t i = 0; i < OFFICES; i++)
        world_expect(&n->ends[i].w,
                "SELECT group_concat(title||amount) FROM (SELECT * FROM item ORDER BY code)",
                "u8,v1");
    check_whole(n);
}

/* A row that the office holds and the district no longer has stays, marked, until it is back. */
static void rebuild__keeps_a_row_that_the_district_lost(void **state)
{
    struct night *n = *state;

    back_up(n);
    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    sync_well(n, 0);
    sync_well(n, 1);
    restore(n);
    assert_true(sync_well(n, 1)->district_restored);
    world_expect(&n->ends[1].w, "SELECT title FROM item", "t");
    world_expect(&n->ends[1].w, "SELECT count(*) FROM tq_returned", "1");
    world_expect(&n->ends[1].w, "SELECT count(*) FROM tq_fault WHERE kind < 4", "0");
    sync_well(n, 0);
    sync_well(n, 1);
    world_expect(&n->ends[1].w, "SELECT title FROM item", "t");
    check_whole(n);
}

/* Nothing is left but the keys: catalogue rows are entered again, devices admitted again. */
static void lose(struct night *n)
{
    n->mill.now_ms = n->now_ms;
    mill_lose(&n->mill);
    mill_settle(&n->mill);
    for (uint32_t i = 0; i < OFFICES; i++)
        mill_device(&n->mill, 7 + i, WORLD_UNIT);
    begin_district(n);
    n->now_ms = n->mill.now_ms + 1000;
}

/* The offices bring everything else. */
/* What `doctor` shows of it: from the arrival of the first to that of the last, and what nobody has
 * brought yet. */
static void check_refilled(
        struct night *n, uint64_t sets, int64_t from_ms, int64_t to_ms, uint64_t waiting)
{
    struct tq_refilled refilled;

    assert_int_equal(tq_district_store_refilled(n->mill.store, &refilled, NULL), TQ_OK);
    assert_int_equal(refilled.sets, sets);
    assert_int_equal(refilled.from_ms, from_ms);
    assert_int_equal(refilled.to_ms, to_ms);
    assert_int_equal(refilled.waiting, waiting);
}

static void rebuild__fills_an_empty_district(void **state)
{
    struct night *n = *state;
    int64_t inserted = n->now_ms += 1000; /* later than all before, so that it is the T */
    int64_t updated;
    int64_t last;
    char *before;

    check_refilled(n, 0, 0, 0, 0);
    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    sync_well(n, 0);
    sync_well(n, 1);
    world_sql(&n->ends[1].w, "UPDATE item SET amount=7");
    updated = n->now_ms;
    sync_well(n, 1);
    sync_well(n, 0);
    world_sql(&n->ends[0].w, "UPDATE item SET title='u'");
    last = n->now_ms;
    sync_well(n, 0);
    before = strdup(receipts(n, 1));
    lose(n);
    sync_well(n, 1); /* its update comes before the row that it changed */
    check_refilled(n, 1, updated, updated, 1);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < OFFICES; i++)
            sync_well(n, i);
    check_refilled(n, 3, inserted, last, 0);
    for (size_t i = 0; i < OFFICES; i++)
        world_expect(&n->ends[i].w, "SELECT title||amount FROM item", "u7");
    assert_string_equal(receipts(n, 1), before);
    free(before);
    check_whole(n);
}

/* Cut at any message: what was begun is remembered, for the top stays where it is. */
static void rebuild__goes_on_after_any_cut(void **state)
{
    struct night *n = *state;
    bool whole = false;

    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    sync_well(n, 0);
    sync_well(n, 1);
    for (size_t cut = 2; !whole; cut++) {
        back_up(n);
        for (int i = 0; i < 3; i++) {
            world_sql(&n->ends[0].w, "UPDATE item SET amount=amount+1");
            sync_well(n, 0);
        }
        sync_well(n, 1);
        restore(n);
        n->cut_after = cut;
        (void)sync_one(n, 1); /* has only what came from the other */
        n->cut_after = 0;
        sync_well(n, 1);
        world_sql(&n->ends[0].w, "UPDATE item SET amount=amount+1");
        n->cut_after = cut;
        (void)sync_one(n, 0);
        whole = n->cut_after > 1;
        n->cut_after = 0;
        sync_well(n, 0);
        sync_well(n, 1);
        world_expect(&n->ends[1].w, "SELECT amount FROM item",
                world_get(&n->ends[0].w, "SELECT amount FROM item"));
        check_whole(n);
        assert_true(cut < 200);
    }
    for (size_t i = 0; i < 2; i++)
        world_expect(&n->ends[i].w, "SELECT count(*) FROM tq_fault WHERE kind < 4", "0");
}

/* An empty district was begun, then the copy was found after all: what an office has of both is
 * compared, and what it lacks is no fault of its file. */
static void rebuild__finds_the_first_history_again(void **state)
{
    struct night *n = *state;
    size_t met = 0;
    bool whole = false;

    world_sql(&n->ends[0].w, "INSERT INTO item(code,title,amount) VALUES('" A "','t',5)");
    sync_well(n, 0);
    sync_well(n, 1);
    for (size_t cut = 2; !whole; cut++) {
        world_sql(&n->ends[0].w, "UPDATE item SET amount=amount+1");
        sync_well(n, 0);
        back_up(n);
        lose(n);
        n->cut_after = cut;
        (void)sync_one(n, 1);
        whole = n->cut_after > 1;
        n->cut_after = 0;
        restore(n);
        met += sync_well(n, 1)->district_restored;
        assert_false(sync_well(n, 1)->district_restored);
        sync_well(n, 0);
        world_expect(&n->ends[1].w, "SELECT amount FROM item",
                world_get(&n->ends[0].w, "SELECT amount FROM item"));
        world_expect(&n->ends[1].w, "SELECT count(*) FROM tq_fault WHERE kind < 4", "0");
        check_whole(n);
        assert_true(cut < 200);
    }
    assert_true(met > 1); /* half way, too */
}

/* As many messages as `cut` get through; true: that were all. */
static bool sync_cut(struct night *n, size_t number, size_t cut)
{
    bool whole;

    n->cut_after = cut;
    (void)sync_one(n, number);
    whole = n->cut_after > 1;
    n->cut_after = 0;
    return whole;
}

/* Of two histories, however much of each was loaded before the line broke: the file remembers until it
 * is found equal, or rows that the scan of the other one had passed are called faults of it. */
static void rebuild__remembers_two_histories_over_any_cut(void **state)
{
    struct night *n = *state;
    unsigned rows = 0;
    bool all = false;

    n->chunk_rows = 1;
    begin_district(n);
    for (size_t first = 2; !all; first += 5) {
        bool whole = false;

        for (size_t second = 2; !whole; second += 3) {
            char sql[128];

            snprintf(sql, sizeof(sql),
                    "INSERT INTO item(code,title,amount) VALUES('2020-%02u-%02u','t',5)",
                    1 + rows / 28, 1 + rows % 28);
            rows++;
            world_sql(&n->ends[0].w, sql);
            sync_well(n, 0);
            back_up(n);
            lose(n);
            all = sync_cut(n, 1, first);
            restore(n);
            whole = sync_cut(n, 1, second);
            sync_well(n, 1);
            sync_well(n, 0);
            world_expect(&n->ends[1].w, "SELECT count(*) FROM tq_fault WHERE kind < 4", "0");
            check_whole(n);
            whole = whole || second > 12;
        }
        all = all || first > 16;
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(rebuild__brings_back_lost_sets_with_their_receipts),
        TEST(rebuild__takes_new_sets_after_the_lost_ones),
        TEST(rebuild__keeps_a_row_that_the_district_lost),
        TEST(rebuild__fills_an_empty_district),
        TEST(rebuild__goes_on_after_any_cut),
        TEST(rebuild__finds_the_first_history_again),
        TEST(rebuild__remembers_two_histories_over_any_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_proposals.c - What a restored district wrote itself, as offices offer it: what becomes a
 * proposal, whose word counts, and within which bounds. A real store and the district's sessions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "mill.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/district_session.h"
#include "tuquan/proposals.h"

#define HERE "08773@2004-01-01"
#define THERE "08779@2004-01-01"
#define PERIOD "ADMIN/2020-12"

struct fixture {
    struct mill m;
    struct tq_district *district;
    struct tq_arena *arena;
    size_t answers;
    size_t refused; /* rows that the last answer names */
    struct mill_device *devices[3];
    bool wanted; /* as the last Welcome said */
};

static tq_status take(void *ctx, uint64_t peer, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct fixture *f = ctx;

    (void)peer;
    (void)err;
    *bytes = 100;
    if (message->kind == TQ_MSG_WELCOME)
        f->wanted = message->u.welcome.wants_offers;
    if (message->kind == TQ_MSG_OFFER) {
        f->answers++;
        f->refused = message->u.offer.nrows;
    }
    return TQ_OK;
}

static void receive(struct fixture *f, uint32_t device, struct tq_message *message)
{
    struct tq_error err = { TQ_OK, "" };

    message->session = 1;
    if (tq_district_receive(f->district, device, device, message, 100, f->m.now_ms, &err) != TQ_OK)
        fail_msg("district: %s", err.msg);
}

static void hello(struct fixture *f, uint32_t device)
{
    struct tq_message message;

    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_HELLO;
    message.u.hello.protocol_low = TQ_PROTOCOL_LOW;
    message.u.hello.protocol_high = TQ_PROTOCOL_HIGH;
    message.u.hello.schema = tq_catalogue_current()->version;
    message.u.hello.device = device;
    message.u.hello.head.incarnation = 1;
    message.u.hello.clock_ms = f->m.now_ms;
    receive(f, device, &message);
}

static void lose(struct fixture *f)
{
    assert_int_equal(
            tq_devices_take_back(f->m.store, f->m.now_ms + 1000, f->m.now_ms, NULL), TQ_OK);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct tq_district_session_config config;

    mill_open(&f->m);
    mill_settle(&f->m);
    f->arena = tq_arena_new((size_t)256 * 1024 * 1024);
    memset(&config, 0, sizeof(config));
    config.merge.catalogue = tq_catalogue_current();
    config.merge.store = f->m.ops;
    config.merge.codec = tq_codec_ops();
    config.merge.signer = mill_signer(0);
    config.merge.verify = mill_verify;
    config.send = take;
    config.send_ctx = f;
    assert_int_equal(tq_district_new(&f->district, &config, NULL), TQ_OK);
    f->devices[0] = mill_device(&f->m, 7, HERE);
    f->devices[1] = mill_device(&f->m, 8, HERE);
    f->devices[2] = mill_device(&f->m, 9, THERE);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_district_free(f->district);
    tq_arena_free(f->arena);
    mill_close(&f->m);
    free(f);
    return 0;
}

static void offer_rows(struct fixture *f, uint32_t device, const struct tq_row *rows, size_t n)
{
    struct tq_message message;

    hello(f, device);
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_OFFER;
    message.u.offer.number = 1;
    message.u.offer.nrows = n;
    message.u.offer.rows = rows;
    receive(f, device, &message);
}

/* One text of one row. */
static void offer(struct fixture *f, uint32_t device, const char *table, struct tq_slice key,
        const char *column, const char *text)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), table);
    uint32_t number = t->columns[tq_table_column_find(t, column)].id;
    struct tq_value value = tq_value_str(text);
    struct tq_row row = { .table = t->id,
        .key = key,
        .exists = true,
        .ncolumns = 1,
        .columns = &number,
        .values = &value };

    offer_rows(f, device, &row, 1);
}

static size_t list(struct fixture *f, struct tq_proposal **out)
{
    size_t n;

    tq_arena_reset(f->arena);
    assert_int_equal(tq_proposals_list(f->m.store, f->arena, out, &n, NULL), TQ_OK);
    return n;
}

static void proposals__count_communes_and_apply_nothing(void **state)
{
    struct fixture *f = *state;
    struct tq_proposal *p;

    lose(f);
    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "locked");
    assert_true(f->wanted);
    assert_int_equal(f->answers, 1);
    assert_int_equal(list(f, &p), 1);
    assert_int_equal(p->units, 1);
    assert_int_equal(p->of, 2);
    offer(f, 8, "period", tq_slice_str(PERIOD), "state", "locked"); /* of the same commune */
    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "locked"); /* said again */
    assert_int_equal(list(f, &p), 1);
    assert_int_equal(p->units, 1);
    offer(f, 9, "period", tq_slice_str(PERIOD), "state", "locked");
    assert_int_equal(list(f, &p), 1);
    assert_int_equal(p->units, 2);
    assert_true(p->alone);
    assert_int_equal(mill_count(&f->m, "period", "state", "locked"), 0);
}

static void proposals__of_a_device_are_one_value_of_a_row(void **state)
{
    struct fixture *f = *state;
    struct tq_proposal *p;

    lose(f);
    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "locked");
    offer(f, 9, "period", tq_slice_str(PERIOD), "state", "closed");
    assert_int_equal(list(f, &p), 2);
    assert_false(p[0].alone);
    assert_false(p[1].alone);
    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "closed");
    assert_int_equal(list(f, &p), 1);
    assert_int_equal(p->units, 2);
}

static void proposals__are_only_what_the_district_may_write(void **state)
{
    struct fixture *f = *state;
    struct tq_slice key = mill_key(&f->m, 1);
    struct tq_slice theirs =
            tq_slice_str(THERE "\x1f" PERIOD "\x1fS@1\x1fS@1/1.1"); /* another commune's score */
    struct mill_device *mine = f->devices[0];
    struct tq_proposal *p;
    char *large = calloc(1, 80000);

    memset(large, 'a', 79999);
    lose(f);
    offer(f, 7, "incident", key, "summary", "mẫu");                  /* a commune's table */
    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "gone");    /* no such code */
    offer(f, 7, "period", tq_slice_str("ADMIN"), "state", "locked"); /* not whole: no such row */
    offer(f, 7, "directive", tq_slice_str("short"), "title", "mẫu"); /* no key of its table */
    offer(f, 7, "directive", key, "body", large);                    /* too much */
    offer(f, 7, "verified_score", theirs, "applicable", "yes");
    mill_insert(&f->m, mine, "incident", key, "area=1", "category=theft",
            "village=08773-01@2019-01-01", "occurred_on=2020-11-20", "summary=mẫu", NULL);
    (void)mill_send(&f->m, mine);
    offer(f, 8, "incident", key, "summary", "khác"); /* a commune's cell */
    assert_int_equal(list(f, &p), 0);
    assert_int_equal(f->answers, 7);
    offer(f, 9, "verified_score", theirs, "applicable", "yes");
    offer(f, 8, "directive", key, "title", "mẫu");
    assert_int_equal(list(f, &p), 2);
    free(large);
}

static void proposals__are_not_what_stands_here(void **state)
{
    struct fixture *f = *state;
    struct mill_device *district = &f->m.devices[0];
    struct tq_proposal *p;
    struct tq_error err = { TQ_OK, "" };
    uint64_t waiting;
    size_t settled;

    lose(f);
    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "locked");
    assert_int_equal(list(f, &p), 1);
    mill_update(&f->m, district, "period", tq_slice_str(PERIOD), "state=locked", NULL);
    assert_int_equal(mill_district(&f->m, &err), TQ_OK);
    assert_int_equal(list(f, &p), 0); /* it came back by other ways */
    assert_int_equal(tq_proposals_settle(f->m.store, &settled, NULL), TQ_OK);
    assert_int_equal(settled, 1);
    offer(f, 9, "period", tq_slice_str(PERIOD), "state", "locked");
    assert_int_equal(tq_proposals_count(f->m.store, &waiting, NULL), TQ_OK);
    assert_int_equal(waiting, 0);
}

static void proposals__that_were_refused_are_answered_and_stay_so(void **state)
{
    struct fixture *f = *state;
    struct tq_slice key = mill_key(&f->m, 1);
    struct tq_slice who = tq_slice_str("cán bộ");
    struct tq_proposal *p;

    lose(f);
    offer(f, 7, "directive", key, "title", "mẫu");
    assert_int_equal(f->refused, 0);
    assert_int_equal(list(f, &p), 1);
    assert_int_equal(tq_proposals_refuse(f->m.store, p->id, who, 1, NULL), TQ_OK);
    assert_int_equal(tq_proposals_refuse(f->m.store, p->id, who, 1, NULL), TQ_NOT_FOUND);
    assert_int_equal(list(f, &p), 0);
    offer(f, 7, "directive", key, "title", "mẫu");
    assert_int_equal(f->refused, 1);
    offer(f, 9, "directive", key, "title", "mẫu");
    assert_int_equal(f->refused, 1);
    assert_int_equal(list(f, &p), 0);
    offer(f, 9, "directive", key, "title", "khác"); /* another value was not refused */
    assert_int_equal(f->refused, 0);
    assert_int_equal(list(f, &p), 1);
}

static void proposals__of_one_device_leave_room_for_others(void **state)
{
    struct fixture *f = *state;
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "directive");
    uint32_t number = t->columns[tq_table_column_find(t, "title")].id;
    struct tq_value value = tq_value_str("mẫu");
    struct tq_row rows[TQ_MAX_OFFER_ROWS];
    struct tq_proposal *p;

    lose(f);
    for (uint32_t i = 0; i < TQ_PROPOSALS_OF_A_DEVICE + TQ_MAX_OFFER_ROWS; i++) {
        size_t at = i % TQ_MAX_OFFER_ROWS;

        rows[at] = (struct tq_row){ .table = t->id,
            .key = mill_key(&f->m, 10 + i),
            .exists = true,
            .ncolumns = 1,
            .columns = &number,
            .values = &value };
        if (at + 1 == TQ_MAX_OFFER_ROWS)
            offer_rows(f, 7, rows, TQ_MAX_OFFER_ROWS);
    }
    assert_int_equal(list(f, &p), TQ_PROPOSALS_OF_A_DEVICE);
    offer(f, 9, "directive", mill_key(&f->m, 1), "title", "mẫu");
    assert_int_equal(list(f, &p), TQ_PROPOSALS_OF_A_DEVICE + 1);
}

static void proposals__are_not_taken_by_a_district_that_lost_nothing(void **state)
{
    struct fixture *f = *state;
    struct tq_proposal *p;

    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "locked");
    assert_false(f->wanted);
    assert_int_equal(f->answers, 0);
    assert_int_equal(list(f, &p), 0);
}

static void proposals__of_a_revoked_device_do_not_count(void **state)
{
    struct fixture *f = *state;
    struct tq_proposal *p;

    lose(f);
    offer(f, 7, "period", tq_slice_str(PERIOD), "state", "locked");
    offer(f, 9, "period", tq_slice_str(PERIOD), "state", "locked");
    assert_int_equal(
            tq_devices_revoke(f->m.store, 9, tq_slice_str("mẫu"), f->m.now_ms, NULL), TQ_OK);
    assert_int_equal(list(f, &p), 1);
    assert_int_equal(p->units, 1);
    assert_int_equal(p->of, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(proposals__count_communes_and_apply_nothing),
        TEST(proposals__of_a_device_are_one_value_of_a_row),
        TEST(proposals__are_only_what_the_district_may_write),
        TEST(proposals__are_not_what_stands_here),
        TEST(proposals__that_were_refused_are_answered_and_stay_so),
        TEST(proposals__of_one_device_leave_room_for_others),
        TEST(proposals__are_not_taken_by_a_district_that_lost_nothing),
        TEST(proposals__of_a_revoked_device_do_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

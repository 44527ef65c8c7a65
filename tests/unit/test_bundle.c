#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message_gen.h"
#include "test_mem.h"
#include "tuquan/bundle.h"
#include "tuquan/codec.h"

#define SESSION UINT64_C(77)
#define ARENA ((size_t)64 << 20)

struct fixture {
    struct tq_keys office;
    struct tq_keys district;
    struct tq_arena *arena;
    struct tq_buf messages; /* as tq_bundle_put made them */
    struct tq_buf file;
    struct tq_bundle head;
    struct tq_error err;
    long live;
};

static void put(struct fixture *f, tq_message_kind kind, uint64_t session)
{
    struct tq_message message;
    struct gen g;
    size_t bytes;

    gen_init(&g, f->arena, 9 + f->head.messages, 5);
    gen_message(&g, kind, &message);
    message.session = session;
    assert_int_equal(tq_bundle_put(&f->messages, &message, &bytes, &f->err), TQ_OK);
    assert_true(bytes > 0);
    f->head.messages++;
}

static tq_status wrote(struct fixture *f)
{
    tq_buf_clear(&f->file);
    return tq_bundle_write(&f->head, tq_buf_slice(&f->messages), &f->office,
            f->district.curve_public, &f->file, &f->err);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->live = test_mem_live();
    f->arena = tq_arena_new(ARENA);
    tq_buf_init(&f->messages, 0);
    tq_buf_init(&f->file, 0);
    assert_int_equal(tq_identity_init(&f->err), TQ_OK);
    assert_int_equal(tq_keys_generate(&f->office, &f->err), TQ_OK);
    assert_int_equal(tq_keys_generate(&f->district, &f->err), TQ_OK);
    f->head.kind = TQ_BUNDLE_OFFICE;
    memset(f->head.district, 3, sizeof(f->head.district));
    f->head.device = 5;
    f->head.made_at_ms = 1601510400000;
    f->head.session = SESSION;
    f->head.sets = 1;
    f->head.rows = 200;
    put(f, TQ_MSG_HELLO, SESSION);
    put(f, TQ_MSG_PUSH, SESSION);
    put(f, TQ_MSG_PULL, SESSION);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    long leaked;

    tq_buf_deinit(&f->messages);
    tq_buf_deinit(&f->file);
    tq_arena_free(f->arena);
    leaked = test_mem_live() - f->live;
    free(f);
    return leaked == 0 ? 0 : -1;
}

static tq_status opened(struct fixture *f, const struct tq_keys *keys, struct tq_buf *out)
{
    struct tq_bundle bundle;
    tq_status rc = tq_bundle_read(tq_buf_slice(&f->file), f->arena, &bundle, &f->err);

    return rc == TQ_OK ? tq_bundle_unseal(&bundle, keys, out, &f->err) : rc;
}

static void bundle__gives_back_what_was_put_in(void **state)
{
    struct fixture *f = *state;
    struct tq_bundle back;
    struct tq_slice rest;
    struct tq_slice one;
    struct tq_buf out;
    uint32_t n = 0;

    tq_buf_init(&out, 0);
    assert_int_equal(wrote(f), TQ_OK);
    assert_int_equal(tq_bundle_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
    assert_int_equal(back.kind, TQ_BUNDLE_OFFICE);
    assert_memory_equal(back.district, f->head.district, sizeof(back.district));
    assert_memory_equal(back.signer, f->office.sign_public, sizeof(back.signer));
    assert_int_equal(back.device, 5);
    assert_int_equal(back.made_at_ms, f->head.made_at_ms);
    assert_int_equal(back.session, SESSION);
    assert_int_equal(back.messages, 3);
    assert_int_equal(back.sets, 1);
    assert_int_equal(back.rows, 200);
    assert_int_equal(tq_bundle_unseal(&back, &f->district, &out, &f->err), TQ_OK);
    assert_int_equal(out.len, f->messages.len);
    assert_memory_equal(out.data, f->messages.data, out.len);
    for (rest = tq_buf_slice(&out); tq_bundle_next(&rest, &one);)
        n++;
    assert_int_equal(n, 3);
    assert_int_equal(rest.len, 0);
    tq_buf_deinit(&out);
}

/* Each byte of it is covered: by the magic, by the signature, or by being the signature. */
static void bundle_read__refuses_any_other_byte(void **state)
{
    struct fixture *f = *state;
    struct tq_bundle back;

    assert_int_equal(wrote(f), TQ_OK);
    for (size_t i = 0; i < f->file.len; i++) {
        tq_arena_reset(f->arena);
        f->file.data[i] ^= 0x20;
        assert_int_equal(
                tq_bundle_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_BUNDLE);
        f->file.data[i] ^= 0x20;
    }
    assert_int_equal(tq_bundle_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
}

static void bundle_read__refuses_each_part_of_it(void **state)
{
    struct fixture *f = *state;
    struct tq_bundle back;

    assert_int_equal(wrote(f), TQ_OK);
    for (size_t len = 0; len < f->file.len; len++) {
        tq_arena_reset(f->arena);
        assert_int_equal(tq_bundle_read(tq_slice_of(f->file.data, len), f->arena, &back, &f->err),
                TQ_BUNDLE);
    }
}

static void bundle_read__looks_at_the_size_first(void **state)
{
    struct fixture *f = *state;
    struct tq_bundle back;

    assert_int_equal(wrote(f), TQ_OK);
    assert_int_equal(tq_bundle_read(tq_slice_of(f->file.data, TQ_BUNDLE_MAX_BYTES + 1), f->arena,
                             &back, &f->err),
            TQ_TOO_LARGE);
}

static void bundle_unseal__opens_for_the_receiver_only(void **state)
{
    struct fixture *f = *state;
    struct tq_buf out;

    tq_buf_init(&out, 0);
    assert_int_equal(wrote(f), TQ_OK);
    assert_int_equal(opened(f, &f->office, &out), TQ_BUNDLE_OTHERS);
    assert_int_equal(out.len, 0);
    tq_buf_deinit(&out);
}

/* The messages that a bundle may hold, and that one of its session may not. */
static void refused(
        struct fixture *f, tq_bundle_kind kind, const tq_message_kind *kinds, uint64_t session)
{
    struct tq_buf out;

    tq_buf_init(&out, 0);
    tq_buf_clear(&f->messages);
    f->head.messages = 0;
    f->head.kind = kind;
    for (size_t i = 0; i < 2; i++)
        put(f, kinds[i], i == 0 ? SESSION : session);
    assert_int_equal(wrote(f), TQ_OK);
    assert_int_equal(opened(f, &f->district, &out), TQ_PROTOCOL);
    tq_buf_deinit(&out);
}

static void bundle_unseal__refuses_what_does_not_go_this_way(void **state)
{
    static const tq_message_kind NO_HELLO[] = { TQ_MSG_PUSH, TQ_MSG_PULL };
    static const tq_message_kind TWO[] = { TQ_MSG_HELLO, TQ_MSG_HELLO };
    static const tq_message_kind BACK[] = { TQ_MSG_HELLO, TQ_MSG_ROWS };
    static const tq_message_kind JOINS[] = { TQ_MSG_HELLO, TQ_MSG_JOIN };
    static const tq_message_kind REFILLS[] = { TQ_MSG_HELLO, TQ_MSG_REFILL };
    static const tq_message_kind NO_WELCOME[] = { TQ_MSG_RECEIPT, TQ_MSG_ROWS };
    static const tq_message_kind THERE[] = { TQ_MSG_WELCOME, TQ_MSG_PUSH };
    static const tq_message_kind NEWS[] = { TQ_MSG_WELCOME, TQ_MSG_BROADCAST };
    static const tq_message_kind GOOD[] = { TQ_MSG_HELLO, TQ_MSG_PULL };
    struct fixture *f = *state;

    refused(f, TQ_BUNDLE_OFFICE, NO_HELLO, SESSION);
    refused(f, TQ_BUNDLE_OFFICE, TWO, SESSION);
    refused(f, TQ_BUNDLE_OFFICE, BACK, SESSION);
    refused(f, TQ_BUNDLE_OFFICE, JOINS, SESSION);
    refused(f, TQ_BUNDLE_OFFICE, REFILLS, SESSION);
    refused(f, TQ_BUNDLE_ANSWER, NO_WELCOME, SESSION);
    refused(f, TQ_BUNDLE_ANSWER, THERE, SESSION);
    refused(f, TQ_BUNDLE_ANSWER, NEWS, SESSION);
    refused(f, TQ_BUNDLE_OFFICE, GOOD, SESSION + 1); /* of another session */
}

/* Each Pull asks for as many rows as an answer holds. */
static void bundle_unseal__takes_one_pull(void **state)
{
    struct fixture *f = *state;
    struct tq_buf out;

    tq_buf_init(&out, 0);
    put(f, TQ_MSG_PULL, SESSION);
    assert_int_equal(wrote(f), TQ_OK);
    assert_int_equal(opened(f, &f->district, &out), TQ_PROTOCOL);
    tq_buf_deinit(&out);
}

static void bundle_unseal__refuses_another_count(void **state)
{
    struct fixture *f = *state;
    struct tq_bundle bundle;
    struct tq_buf out;

    tq_buf_init(&out, 0);
    assert_int_equal(wrote(f), TQ_OK);
    assert_int_equal(tq_bundle_read(tq_buf_slice(&f->file), f->arena, &bundle, &f->err), TQ_OK);
    bundle.messages--;
    assert_int_equal(tq_bundle_unseal(&bundle, &f->district, &out, &f->err), TQ_PROTOCOL);
    f->head.messages++; /* more than were put: a mistake of ours */
    assert_int_equal(wrote(f), TQ_INTERNAL);
    tq_buf_deinit(&out);
}

static void bundle__leaves_nothing_behind_when_memory_ends(void **state)
{
    struct fixture *f = *state;
    tq_status rc = TQ_NOMEM;

    for (long n = 0; rc != TQ_OK; n++) {
        long live = test_mem_live();
        struct tq_arena *arena;
        struct tq_bundle back;
        struct tq_buf file;
        struct tq_buf out;

        tq_buf_init(&file, 0);
        tq_buf_init(&out, 0);
        test_mem_fail_after(n, false);
        arena = tq_arena_new(ARENA);
        rc = arena == NULL ? TQ_NOMEM
                           : tq_bundle_write(&f->head, tq_buf_slice(&f->messages), &f->office,
                                     f->district.curve_public, &file, &f->err);
        if (rc == TQ_OK)
            rc = tq_bundle_read(tq_buf_slice(&file), arena, &back, &f->err);
        if (rc == TQ_OK)
            rc = tq_bundle_unseal(&back, &f->district, &out, &f->err);
        test_mem_fail_after(-1, false);
        if (rc != TQ_OK)
            assert_int_equal(rc, TQ_NOMEM);
        tq_buf_deinit(&out);
        tq_buf_deinit(&file);
        tq_arena_free(arena);
        assert_int_equal(test_mem_live(), live);
        assert_true(n < 10000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bundle__gives_back_what_was_put_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bundle_read__refuses_any_other_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bundle_read__refuses_each_part_of_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bundle_read__looks_at_the_size_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                bundle_unseal__opens_for_the_receiver_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                bundle_unseal__refuses_what_does_not_go_this_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bundle_unseal__takes_one_pull, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bundle_unseal__refuses_another_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                bundle__leaves_nothing_behind_when_memory_ends, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

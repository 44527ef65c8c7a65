#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message_gen.h"
#include "test_mem.h"
#include "tuquan/codec.h"
#include "tuquan/parcel.h"
#include "tuquan/random.h"

#define SESSION UINT64_C(78)
#define ARENA ((size_t)192 << 20)

struct fixture {
    struct tq_keys sender;
    struct tq_keys receiver;
    struct tq_arena *arena;
    struct tq_buf question;
    struct tq_buf view;
    struct tq_slice views[1];
    struct tq_buf file;
    struct tq_parcel head;
    struct tq_parcel_body body;
    struct tq_error err;
    long live;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct tq_message message;
    struct gen g;
    size_t bytes;

    f->live = test_mem_live();
    f->arena = tq_arena_new(ARENA);
    tq_buf_init(&f->question, 0);
    tq_buf_init(&f->view, 0);
    tq_buf_init(&f->file, 0);
    assert_int_equal(tq_identity_init(&f->err), TQ_OK);
    assert_int_equal(tq_keys_generate(&f->sender, &f->err), TQ_OK);
    assert_int_equal(tq_keys_generate(&f->receiver, &f->err), TQ_OK);
    for (int i = 0; i < 2; i++) {
        gen_init(&g, f->arena, 9 + (uint64_t)i, 5);
        gen_message(&g, i == 0 ? TQ_MSG_HELLO : TQ_MSG_PULL, &message);
        message.session = SESSION;
        assert_int_equal(tq_bundle_put(&f->question, &message, &bytes, &f->err), TQ_OK);
    }
    gen_init(&g, f->arena, 4, 5);
    gen_message(&g, TQ_MSG_ROWS, &message);
    assert_int_equal(
            tq_parcel_view_put(message.u.rows.rows, message.u.rows.nrows, &f->view, &f->err),
            TQ_OK);
    f->views[0] = tq_buf_slice(&f->view);
    tq_district_id_of(&f->receiver, f->head.to);
    f->head.from_name = tq_slice_str("Huyện Sông Lô");
    f->head.to_name = tq_slice_str("Huyện Sơn Dương");
    f->head.number = tq_slice_str("05/QCPH");
    memset(f->head.agreement, 6, sizeof(f->head.agreement));
    f->head.made_at_ms = 1601510400000;
    f->head.serial = 12;
    f->head.rows = (uint32_t)message.u.rows.nrows;
    f->body.question = tq_buf_slice(&f->question);
    f->body.view = f->views;
    f->body.nview = 1;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    long leaked;

    tq_buf_deinit(&f->question);
    tq_buf_deinit(&f->view);
    tq_buf_deinit(&f->file);
    tq_arena_free(f->arena);
    leaked = test_mem_live() - f->live;
    free(f);
    return leaked == 0 ? 0 : -1;
}

static void wrote(struct fixture *f, bool readable)
{
    tq_buf_clear(&f->file);
    f->head.readable = readable;
    assert_int_equal(tq_parcel_write(&f->head, &f->body, &f->sender,
                             readable ? NULL : f->receiver.curve_public, &f->file, &f->err),
            TQ_OK);
}

static void parcel__gives_back_what_was_put_in(void **state)
{
    struct fixture *f = *state;

    for (int readable = 0; readable < 2; readable++) {
        struct tq_parcel back;
        struct tq_parcel_body body;
        struct tq_rows rows;

        wrote(f, readable == 1);
        assert_true(tq_parcel_is(tq_buf_slice(&f->file)));
        assert_int_equal(tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
        assert_memory_equal(back.signer, f->sender.sign_public, sizeof(back.signer));
        assert_memory_equal(back.to, f->head.to, sizeof(back.to));
        assert_memory_equal(back.agreement, f->head.agreement, sizeof(back.agreement));
        assert_true(tq_slice_equal(back.number, f->head.number));
        assert_true(tq_slice_equal(back.from_name, f->head.from_name));
        assert_int_equal(back.serial, 12);
        assert_int_equal(back.readable, readable);
        assert_int_equal(tq_parcel_open(&back, readable == 1 ? NULL : &f->receiver, f->arena, &body,
                                 &f->err),
                TQ_OK);
        assert_int_equal(body.question_session, SESSION);
        assert_true(tq_slice_equal(body.question, f->body.question));
        assert_int_equal(body.answer.len + body.join.len + body.joined.len, 0);
        assert_int_equal(body.nview, 1);
        assert_int_equal(tq_parcel_view_take(body.view[0], f->arena, &rows, &f->err), TQ_OK);
        assert_int_equal(rows.nrows, f->head.rows);
    }
}

/* Each byte of it is covered: by the magic, by the signature, or by being the signature. */
static void parcel_read__refuses_any_other_byte_and_each_part(void **state)
{
    struct fixture *f = *state;
    struct tq_parcel back;

    wrote(f, true);
    for (size_t i = 0; i < f->file.len; i += 1 + i / 200) {
        tq_arena_reset(f->arena);
        f->file.data[i] ^= 0x20;
        assert_int_equal(
                tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_BUNDLE);
        f->file.data[i] ^= 0x20;
        assert_int_equal(
                tq_parcel_read(tq_slice_of(f->file.data, i), f->arena, &back, &f->err), TQ_BUNDLE);
    }
    assert_int_equal(tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
    assert_int_equal(tq_parcel_read(tq_slice_of(f->file.data, TQ_BUNDLE_MAX_BYTES + 1), f->arena,
                             &back, &f->err),
            TQ_TOO_LARGE);
}

/* Signed by nobody, and with a name as long as a file may be: none of it is for the journal. */
static void parcel_read__gives_nothing_of_what_it_refuses(void **state)
{
    static char name[4 * TQ_PARCEL_NAME_BYTES];
    static const struct tq_parcel NOTHING;
    struct fixture *f = *state;
    struct tq_parcel back;

    memset(name, 'a', sizeof(name));
    f->head.number = tq_slice_of(name, sizeof(name));
    wrote(f, true);
    assert_int_equal(tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_BUNDLE);
    assert_int_equal(back.number.len, NOTHING.number.len);
    assert_memory_equal(back.signer, NOTHING.signer, sizeof(back.signer));
}

static void parcel_open__opens_for_the_receiver_only(void **state)
{
    struct fixture *f = *state;
    struct tq_parcel back;
    struct tq_parcel_body body;

    wrote(f, false);
    assert_int_equal(tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
    assert_int_equal(tq_parcel_open(&back, &f->sender, f->arena, &body, &f->err), TQ_PARCEL_SEAL);
    assert_int_equal(tq_parcel_open(&back, NULL, f->arena, &body, &f->err), TQ_PARCEL_SEAL);
}

/* What is said to come out is compared with what does, in either form. */
static void parcel_open__compares_the_sizes(void **state)
{
    struct fixture *f = *state;

    for (int readable = 0; readable < 2; readable++) {
        struct tq_parcel back;
        struct tq_parcel_body body;

        wrote(f, readable == 1);
        assert_int_equal(tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
        for (int less = 0; less < 2; less++) {
            back.plain_bytes += less == 1 ? UINT64_MAX - 1 : 1;
            assert_int_equal(
                    tq_parcel_open(&back, &f->receiver, f->arena, &body, &f->err), TQ_PROTOCOL);
        }
    }
}

/* A question in the answer's place, and messages of two sessions. */
static void parcel_open__takes_only_what_goes_this_way(void **state)
{
    struct fixture *f = *state;
    struct tq_parcel back;
    struct tq_parcel_body body;

    f->body.answer = f->body.question;
    wrote(f, true);
    assert_int_equal(tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
    assert_int_equal(tq_parcel_open(&back, NULL, f->arena, &body, &f->err), TQ_PROTOCOL);
}

/* As the viewer says them: both know the same table. */
static void parcel_words__are_those_of_the_viewer(void **state)
{
    uint8_t code[TQ_PARCEL_CODE_BYTES] = { 0x00, 0x1f, 0x23, 0xab, 0xff, 0x70, 0xc6, 0x5d };
    char words[TQ_PARCEL_WORDS_TEXT];

    (void)state;
    tq_parcel_words(code, words);
    assert_string_equal(words, "ba cung cham ngon vung la phanh hu");
}

static void parcel__leaves_nothing_behind_when_memory_ends(void **state)
{
    struct fixture *f = *state;
    tq_status rc = TQ_NOMEM;

    for (long n = 0; rc != TQ_OK; n++) {
        long live = test_mem_live();
        struct tq_parcel_body body;
        struct tq_arena *arena;
        struct tq_parcel back;
        struct tq_buf file;

        tq_buf_init(&file, 0);
        test_mem_fail_after(n, false);
        arena = tq_arena_new(ARENA);
        f->head.readable = n % 2 == 0;
        rc = arena == NULL ? TQ_NOMEM
                           : tq_parcel_write(&f->head, &f->body, &f->sender,
                                     f->receiver.curve_public, &file, &f->err);
        if (rc == TQ_OK)
            rc = tq_parcel_read(tq_buf_slice(&file), arena, &back, &f->err);
        if (rc == TQ_OK)
            rc = tq_parcel_open(&back, &f->receiver, arena, &body, &f->err);
        test_mem_fail_after(-1, false);
        if (rc != TQ_OK)
            assert_int_equal(rc, TQ_NOMEM);
        tq_buf_deinit(&file);
        tq_arena_free(arena);
        assert_int_equal(test_mem_live(), live);
        assert_true(n < 10000);
    }
}

/* What does not get smaller goes as it is: it, too, is whole or not written. */
static void parcel_write__of_what_does_not_deflate_is_whole_or_fails(void **state)
{
    struct fixture *f = *state;
    const struct tq_random *random = tq_random_system();
    uint8_t noise[600];
    long n = 0;

    random->fill(random->ctx, noise, sizeof(noise));
    f->views[0] = tq_slice_of(noise, sizeof(noise));
    f->body.question = tq_slice_of(NULL, 0);
    f->head.readable = false;
    for (tq_status rc = TQ_NOMEM; rc != TQ_OK || test_mem_struck(); n++) {
        struct tq_parcel_body body;
        struct tq_parcel back;

        tq_buf_clear(&f->file);
        test_mem_fail_after(n, false);
        rc = tq_parcel_write(
                &f->head, &f->body, &f->sender, f->receiver.curve_public, &f->file, &f->err);
        test_mem_fail_after(-1, false);
        assert_true(rc == TQ_OK || rc == TQ_NOMEM);
        if (rc != TQ_OK)
            continue;
        assert_int_equal(tq_parcel_read(tq_buf_slice(&f->file), f->arena, &back, &f->err), TQ_OK);
        assert_int_equal(tq_parcel_open(&back, &f->receiver, f->arena, &body, &f->err), TQ_OK);
        assert_true(tq_slice_equal(body.view[0], f->views[0]));
    }
    assert_true(n > 5);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parcel__gives_back_what_was_put_in),
        TEST(parcel_read__refuses_any_other_byte_and_each_part),
        TEST(parcel_read__gives_nothing_of_what_it_refuses),
        TEST(parcel_open__opens_for_the_receiver_only),
        TEST(parcel_open__compares_the_sizes),
        TEST(parcel_open__takes_only_what_goes_this_way),
        TEST(parcel_words__are_those_of_the_viewer),
        TEST(parcel__leaves_nothing_behind_when_memory_ends),
        TEST(parcel_write__of_what_does_not_deflate_is_whole_or_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

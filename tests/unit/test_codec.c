#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message_gen.h"
#include "test_mem.h"
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

    for (int kind = TQ_MSG_HELLO; kind <= TQ_MSG_BROADCAST; kind++) {
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                message_decode__gives_back_every_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(body_decode__gives_back_every_change, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test_mem.h"
#include "web/session.h"

#define NOW INT64_C(1600000000000)

/* Gives 1, 2, 3, ... so that two tokens never are the same. */
static void count_up(void *ctx, void *out, size_t len)
{
    uint8_t *next = ctx;

    memset(out, ++*next, len);
}

struct world {
    uint8_t next;
    struct tq_random random;
    struct web_sessions *sessions;
};

static int set_up(void **state)
{
    static struct world world;

    memset(&world, 0, sizeof(world));
    world.random.ctx = &world.next;
    world.random.fill = count_up;
    assert_int_equal(web_sessions_new(&world.sessions, &world.random, NULL), TQ_OK);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    web_sessions_free(world->sessions);
    return test_mem_live() == 0 ? 0 : -1;
}

static void enter(struct world *world, char cookie[WEB_TOKEN_BYTES], int64_t now_ms)
{
    char token[WEB_TOKEN_BYTES];

    snprintf(token, sizeof(token), "%s", web_sessions_token(world->sessions));
    assert_true(web_sessions_open(world->sessions, token, now_ms, cookie));
}

static void web_sessions_open__takes_a_token_once(void **state)
{
    struct world *world = *state;
    char token[WEB_TOKEN_BYTES];
    char cookie[WEB_TOKEN_BYTES];
    char other[WEB_TOKEN_BYTES];

    snprintf(token, sizeof(token), "%s", web_sessions_token(world->sessions));
    assert_true(web_sessions_open(world->sessions, token, NOW, cookie));
    assert_string_not_equal(cookie, token);
    assert_string_not_equal(web_sessions_token(world->sessions), token);
    assert_false(web_sessions_open(world->sessions, token, NOW, other));
    assert_false(web_sessions_open(world->sessions, "", NOW, other));
    assert_false(web_sessions_open(world->sessions, cookie, NOW, other));
    assert_non_null(web_sessions_find(world->sessions, cookie, NOW));
}

static void web_sessions_find__knows_its_cookies_only(void **state)
{
    struct world *world = *state;
    char cookie[WEB_TOKEN_BYTES];
    char wrong[WEB_TOKEN_BYTES];

    enter(world, cookie, NOW);
    memcpy(wrong, cookie, sizeof(wrong));
    wrong[63] = wrong[63] == '0' ? '1' : '0';
    assert_null(web_sessions_find(world->sessions, wrong, NOW));
    assert_null(web_sessions_find(world->sessions, "", NOW));
    cookie[10] = '\0';
    assert_null(web_sessions_find(world->sessions, cookie, NOW));
}

static void web_sessions_find__ends_what_is_idle(void **state)
{
    struct world *world = *state;
    char cookie[WEB_TOKEN_BYTES];

    enter(world, cookie, NOW);
    assert_non_null(web_sessions_find(world->sessions, cookie, NOW + WEB_SESSION_IDLE_MS));
    assert_non_null(web_sessions_find(world->sessions, cookie, NOW + 2 * WEB_SESSION_IDLE_MS));
    assert_null(web_sessions_find(world->sessions, cookie, NOW + 3 * WEB_SESSION_IDLE_MS + 1));
    assert_null(web_sessions_find(world->sessions, cookie, NOW));
}

static void web_sessions_open__drops_the_one_unused_for_longest(void **state)
{
    struct world *world = *state;
    char first[WEB_TOKEN_BYTES];
    char second[WEB_TOKEN_BYTES];
    char other[WEB_TOKEN_BYTES];

    enter(world, first, NOW);
    enter(world, second, NOW + 1);
    for (unsigned i = 2; i < WEB_SESSIONS_MAX; i++)
        enter(world, other, NOW + 2);
    assert_non_null(web_sessions_find(world->sessions, first, NOW + 3));
    enter(world, other, NOW + 4);
    assert_non_null(web_sessions_find(world->sessions, first, NOW + 5));
    assert_null(web_sessions_find(world->sessions, second, NOW + 5));
}

static void web_session_csrf__belongs_to_one_cookie(void **state)
{
    struct world *world = *state;
    char cookie[WEB_TOKEN_BYTES];
    char other[WEB_TOKEN_BYTES];
    char csrf[WEB_TOKEN_BYTES];

    enter(world, cookie, NOW);
    enter(world, other, NOW);
    web_session_csrf(cookie, csrf);
    assert_string_not_equal(csrf, cookie);
    assert_true(web_session_is_csrf(cookie, csrf));
    assert_false(web_session_is_csrf(other, csrf));
    assert_false(web_session_is_csrf(cookie, cookie));
    csrf[63] = csrf[63] == '0' ? '1' : '0';
    assert_false(web_session_is_csrf(cookie, csrf));
    assert_false(web_session_is_csrf(cookie, ""));
}

static void web_session_sign__ends_with_the_working_day(void **state)
{
    struct world *world = *state;
    struct web_session *session;
    char cookie[WEB_TOKEN_BYTES];

    enter(world, cookie, NOW);
    session = web_sessions_find(world->sessions, cookie, NOW);
    assert_string_equal(session->person, "");
    web_session_sign(world->sessions, session, "Trưởng công an xã", NOW);
    session = web_sessions_find(world->sessions, cookie, NOW + WEB_PERSON_MS);
    assert_string_equal(session->person, "Trưởng công an xã");
    session = web_sessions_find(world->sessions, cookie, NOW + WEB_PERSON_MS + 1);
    assert_non_null(session);
    assert_string_equal(session->person, "");
}

static void web_sessions_write__is_read_back_and_opens_nothing(void **state)
{
    struct world *world = *state;
    struct web_session *session;
    struct web_sessions *again;
    char cookie[WEB_TOKEN_BYTES];
    char plain[WEB_TOKEN_BYTES];
    struct tq_buf text;

    enter(world, cookie, NOW);
    enter(world, plain, NOW);
    session = web_sessions_find(world->sessions, cookie, NOW + 7);
    web_session_sign(world->sessions, session, "Trưởng công an xã", NOW + 8);
    tq_buf_init(&text, 0);
    web_sessions_write(world->sessions, &text);
    tq_buf_append_str(&text, "not a line\n\n12345678 1 2\n");
    tq_buf_append_u8(&text, 0);
    assert_null(strstr((const char *)text.data, cookie));
    text.len--;
    assert_int_equal(web_sessions_new(&again, &world->random, NULL), TQ_OK);
    web_sessions_read(again, tq_buf_slice(&text));
    session = web_sessions_find(again, cookie, NOW + 9);
    assert_non_null(session);
    assert_string_equal(session->person, "Trưởng công an xã");
    assert_true(session->person_ms == NOW + 8);
    session = web_sessions_find(again, plain, NOW + 9);
    assert_non_null(session);
    assert_string_equal(session->person, "");
    web_sessions_free(again);
    tq_buf_deinit(&text);
}

static bool has_person(void *ctx, const struct web_session *session)
{
    (void)ctx;
    return session->person[0] != '\0';
}

static void web_sessions_begin__is_limited_and_swept(void **state)
{
    struct world *world = *state;
    const struct web_session *session;
    char a[WEB_TOKEN_BYTES];
    char b[WEB_TOKEN_BYTES];
    uint8_t hash[TQ_HASH_BYTES];

    web_sessions_limit(world->sessions, 1000, 5000);
    web_sessions_begin(world->sessions, "an", NOW, a);
    web_sessions_begin(world->sessions, "binh", NOW, b);
    assert_string_not_equal(a, b);
    session = web_sessions_find(world->sessions, a, NOW + 900);
    assert_non_null(session);
    assert_string_equal(session->person, "an");
    memcpy(hash, session->hash, sizeof(hash));
    assert_true(web_sessions_has(world->sessions, hash, NOW + 1900));
    assert_false(web_sessions_has(world->sessions, hash, NOW + 1901)); /* and is not seen by that */
    assert_null(web_sessions_find(world->sessions, b, NOW + 1001));
    web_sessions_begin(world->sessions, "binh", NOW + 1001, b);
    for (int64_t at = 1000; at <= 5000; at += 1000)
        session = web_sessions_find(world->sessions, a, NOW + at);
    assert_string_equal(session->person, "an");
    assert_string_equal(web_sessions_find(world->sessions, a, NOW + 5001)->person, "");
    web_sessions_sweep(world->sessions, has_person, NULL);
    assert_false(web_sessions_has(world->sessions, hash, NOW + 5001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
                web_sessions_begin__is_limited_and_swept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(web_sessions_open__takes_a_token_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                web_sessions_find__knows_its_cookies_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(web_sessions_find__ends_what_is_idle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                web_sessions_open__drops_the_one_unused_for_longest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(web_session_csrf__belongs_to_one_cookie, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                web_session_sign__ends_with_the_working_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
                web_sessions_write__is_read_back_and_opens_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

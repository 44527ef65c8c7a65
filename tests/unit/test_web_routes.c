/* What is decided before a route is called: paths, hosts, origins; and the board and the worker
 * behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "test_mem.h"
#include "tuquan/arena.h"
#include "tuquan/socket.h"
#include "web/board.h"
#include "web/guard.h"
#include "web/path.h"
#include "web/worker.h"

static void web_path_split__decodes_parts_after_parting_them(void **state)
{
    struct tq_arena *arena = tq_arena_new(1 << 16);
    const char *parts[4];
    size_t n = 0;

    (void)state;
    assert_int_equal(
            web_path_split(arena, "/api/ADMIN%2F2020-Q4/Th%C3%B4n;1", parts, 4, &n), TQ_OK);
    assert_int_equal(n, 3);
    assert_string_equal(parts[1], "ADMIN/2020-Q4");
    assert_string_equal(parts[2], "Thôn;1");
    assert_int_equal(web_path_split(arena, "/", parts, 4, &n), TQ_OK);
    assert_int_equal(n, 0);
    assert_int_equal(web_path_split(arena, "/a/b/", parts, 4, &n), TQ_OK);
    assert_int_equal(n, 2);
    assert_int_equal(web_path_split(arena, "/a/%2", parts, 4, &n), TQ_ENCODING);
    assert_int_equal(web_path_split(arena, "/a/%zz", parts, 4, &n), TQ_ENCODING);
    assert_int_equal(web_path_split(arena, "/a/%00b", parts, 4, &n), TQ_ENCODING);
    assert_int_equal(web_path_split(arena, "/a/%FF", parts, 4, &n), TQ_ENCODING);
    assert_int_equal(web_path_split(arena, "/1/2/3/4/5", parts, 4, &n), TQ_ENCODING);
    assert_int_equal(web_path_split(arena, "a/b", parts, 4, &n), TQ_ENCODING);
    tq_arena_free(arena);
    assert_int_equal(test_mem_live(), 0);
}

static void web_path_fits__takes_one_part_for_each_star(void **state)
{
    const char *const parts[] = { "api", "rows", "a/b", "void" };
    const char *const empty[] = { "api", "rows", "", "void" };

    (void)state;
    assert_true(web_path_fits("/api/rows/*/void", parts, 4));
    assert_false(web_path_fits("/api/rows/*/void", empty, 4));
    assert_false(web_path_fits("/api/rows/*", parts, 4));
    assert_false(web_path_fits("/api/rows/*/void/*", parts, 4));
    assert_false(web_path_fits("/api/row/*/void", parts, 4));
    assert_true(web_path_fits("/", parts, 0));
}

static void web_guard_host__knows_its_own_names_only(void **state)
{
    struct web_hosts hosts = { 0 };

    (void)state;
    assert_true(web_hosts_add(&hosts, "127.0.0.1", 7050));
    assert_true(web_hosts_add(&hosts, "localhost", 7050));
    assert_true(web_hosts_add(&hosts, "::1", 7050));
    assert_true(web_guard_host(&hosts, "127.0.0.1:7050"));
    assert_true(web_guard_host(&hosts, "LocalHost:7050"));
    assert_true(web_guard_host(&hosts, "[::1]:7050"));
    assert_false(web_guard_host(&hosts, "evil.example:7050"));
    assert_false(web_guard_host(&hosts, "127.0.0.1:7051"));
    assert_false(web_guard_host(&hosts, "127.0.0.1"));
    assert_false(web_guard_host(&hosts, "127.0.0.1:7050.evil.example"));
    assert_false(web_guard_host(&hosts, ""));
    assert_false(web_guard_host(&hosts, NULL));
}

static void web_guard_origin__lets_nothing_foreign_in(void **state)
{
    static const struct {
        const char *origin;
        const char *site;
        bool writes;
        bool opens;
        bool fine;
    } CASES[] = {
        { NULL, NULL, false, false, true }, /* a program */
        { NULL, NULL, true, false, true },
        { "http://127.0.0.1:7050", "same-origin", true, false, true },
        { NULL, "same-origin", false, false, true },
        { NULL, "none", false, false, true },
        { NULL, "none", true, false, false },
        { NULL, "same-site", false, false, false }, /* another port of this machine */
        { NULL, "cross-site", false, false, false },
        { NULL, "cross-site", false, true, true }, /* a link to the page itself */
        { NULL, "cross-site", true, true, false },
        { "http://evil.example", NULL, true, false, false },
        { "https://127.0.0.1:7050", NULL, true, false, false },
        { "null", NULL, true, false, false },
        { "http://127.0.0.1:7051", NULL, false, false, false },
    };
    struct web_hosts hosts = { 0 };

    (void)state;
    assert_true(web_hosts_add(&hosts, "127.0.0.1", 7050));
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        bool fine = web_guard_origin(
                &hosts, CASES[i].origin, CASES[i].site, CASES[i].writes, CASES[i].opens);

        if (fine != CASES[i].fine)
            print_error("case %zu\n", i);
        assert_int_equal(fine, CASES[i].fine);
    }
}

static void web_hosts_add_origin__takes_what_browsers_show(void **state)
{
    static const char *const BROKEN[] = { "", "https://", "ftp://a", "https://a/b", "https://a b",
        "https://a,b", "a.example", "https://u@a" };
    struct web_hosts hosts = { 0 };
    struct web_hosts none = { 0 };

    (void)state;
    assert_true(web_hosts_add_origin(&hosts, "https://huyen.example"));
    assert_true(web_hosts_add_origin(&hosts, "https://noi-bo.example:8443"));
    assert_true(web_hosts_add_origin(&hosts, "https://cong.example:443"));
    assert_false(web_hosts_add_origin(&hosts, "http://huyen.example")); /* of another scheme */
    assert_true(hosts.secure);
    assert_true(web_guard_host(&hosts, "huyen.example"));
    assert_true(web_guard_host(&hosts, "cong.example"));
    assert_true(web_guard_host(&hosts, "noi-bo.example:8443"));
    assert_false(web_guard_host(&hosts, "huyen.example:8443"));
    assert_true(web_guard_origin(&hosts, "https://huyen.example", "same-origin", true, false));
    assert_false(web_guard_origin(&hosts, "http://huyen.example", NULL, true, false));
    for (size_t i = 0; i < sizeof(BROKEN) / sizeof(BROKEN[0]); i++)
        assert_false(web_hosts_add_origin(&none, BROKEN[i]));
    assert_int_equal(none.n, 0);
}

static void web_board_publish__wakes_and_is_taken_once(void **state)
{
    struct web_board *board;
    struct tq_wake wake;
    struct tq_buf text;

    (void)state;
    assert_int_equal(tq_wake_init(&wake, NULL), TQ_OK);
    assert_int_equal(web_board_new(&board, NULL), TQ_OK);
    web_board_watch(board, &wake);
    web_board_publish(board, "status", "{\"seq\":1}");
    assert_int_equal(tq_socket_wait(&wake.read_fd, 1, 0, NULL), TQ_OK);
    tq_buf_init(&text, 0);
    web_board_take(board, &text);
    assert_int_equal(text.len, strlen("event: status\ndata: {\"seq\":1}\n\n"));
    assert_memory_equal(text.data, "event: status\ndata: {\"seq\":1}\n\n", text.len);
    web_board_take(board, &text);
    assert_int_equal(text.len, strlen("event: status\ndata: {\"seq\":1}\n\n"));
    for (int i = 0; i < 10000; i++)
        web_board_publish(board, "status", "{\"seq\":12345}");
    tq_buf_clear(&text);
    web_board_take(board, &text);
    assert_true(text.len > 0 && text.len <= WEB_BOARD_BYTES);
    tq_buf_deinit(&text);
    web_board_free(board);
    tq_wake_deinit(&wake);
    assert_int_equal(test_mem_live(), 0);
}

#define FOR_EVER (-1) /* of pieces that are left: one that ends only when somebody waits */

struct pieces {
    atomic_int left;
    const struct tq_wake *wake;
};

static void add_one(void *arg)
{
    ++*(int *)arg;
}

/* As many pieces as it was asked for; then none, and a nudge asks again. */
static bool one_piece(void *arg, const atomic_bool *waits)
{
    struct pieces *pieces = arg;

    if (atomic_load(&pieces->left) == FOR_EVER) { /* it is told when somebody waits */
        tq_wake_signal(pieces->wake);
        while (!atomic_load(waits))
            ;
        atomic_store(&pieces->left, 0);
    }
    if (atomic_load(&pieces->left) == 0)
        return false;
    atomic_fetch_sub(&pieces->left, 1);
    tq_wake_signal(pieces->wake);
    return true;
}

static void wait_for_pieces(struct pieces *pieces, const struct tq_wake *wake)
{
    while (atomic_load(&pieces->left) > 0) {
        assert_int_equal(tq_socket_wait(&wake->read_fd, 1, 10000, NULL), TQ_OK);
        tq_wake_clear(wake);
    }
}

static void web_worker_idle__goes_on_until_there_is_no_more(void **state)
{
    struct web_worker *worker;
    struct tq_wake done;
    struct tq_wake wake;
    struct pieces pieces = { .wake = &wake };
    struct web_job job = { .run = add_one };
    int count = 0;

    (void)state;
    atomic_init(&pieces.left, 3);
    job.arg = &count;
    assert_int_equal(tq_wake_init(&done, NULL), TQ_OK);
    assert_int_equal(tq_wake_init(&wake, NULL), TQ_OK);
    assert_int_equal(
            web_worker_new(&worker, &done, (struct web_idle){ one_piece, &pieces }, NULL), TQ_OK);
    wait_for_pieces(&pieces, &wake);
    atomic_store(&pieces.left, 2);
    web_worker_nudge(worker);
    wait_for_pieces(&pieces, &wake);
    atomic_store(&pieces.left, 1); /* after a job it is asked, too */
    assert_true(web_worker_put(worker, &job));
    wait_for_pieces(&pieces, &wake);
    while (web_worker_take(worker) == NULL)
        assert_int_equal(tq_socket_wait(&done.read_fd, 1, 10000, NULL), TQ_OK);
    atomic_store(&pieces.left, FOR_EVER);
    tq_wake_clear(&wake);
    web_worker_nudge(worker);
    assert_int_equal(tq_socket_wait(&wake.read_fd, 1, 10000, NULL), TQ_OK);
    assert_true(web_worker_put(worker, &job));
    tq_wake_clear(&done);
    while (web_worker_take(worker) == NULL)
        assert_int_equal(tq_socket_wait(&done.read_fd, 1, 10000, NULL), TQ_OK);
    assert_int_equal(count, 2);
    web_worker_stop(worker);
    web_worker_free(worker);
    tq_wake_deinit(&done);
    tq_wake_deinit(&wake);
    assert_int_equal(test_mem_live(), 0);
}

static void web_worker_put__does_jobs_in_order_and_hands_them_back(void **state)
{
    struct web_job jobs[3];
    struct web_worker *worker;
    struct tq_wake done;
    int count = 0;
    size_t back = 0;

    (void)state;
    memset(jobs, 0, sizeof(jobs));
    assert_int_equal(tq_wake_init(&done, NULL), TQ_OK);
    assert_int_equal(web_worker_new(&worker, &done, (struct web_idle){ NULL, NULL }, NULL), TQ_OK);
    for (size_t i = 0; i < 3; i++) {
        jobs[i].run = add_one;
        jobs[i].arg = &count;
        assert_true(web_worker_put(worker, &jobs[i]));
    }
    while (back < 3) {
        assert_int_equal(tq_socket_wait(&done.read_fd, 1, 10000, NULL), TQ_OK);
        tq_wake_clear(&done);
        for (struct web_job *job; (job = web_worker_take(worker)) != NULL; back++)
            assert_true(job->is_run);
    }
    assert_int_equal(count, 3);
    web_worker_stop(worker);
    assert_false(web_worker_put(worker, &jobs[0]));
    web_worker_free(worker);
    tq_wake_deinit(&done);
    assert_int_equal(test_mem_live(), 0);
}

static void socket_address_parse__knows_both_families(void **state)
{
    struct tq_socket_address address;

    (void)state;
    assert_int_equal(tq_socket_address_parse("127.0.0.1:7050", &address, NULL), TQ_OK);
    assert_string_equal(address.host, "127.0.0.1");
    assert_int_equal(address.port, 7050);
    assert_true(tq_socket_is_loopback(&address));
    assert_int_equal(tq_socket_address_parse("[::1]:0", &address, NULL), TQ_OK);
    assert_string_equal(address.host, "::1");
    assert_true(tq_socket_is_loopback(&address));
    assert_int_equal(tq_socket_address_parse("192.168.1.5:80", &address, NULL), TQ_OK);
    assert_false(tq_socket_is_loopback(&address));
    assert_int_equal(tq_socket_address_parse("127.0.0.1", &address, NULL), TQ_INVALID);
    assert_int_equal(tq_socket_address_parse("127.0.0.1:", &address, NULL), TQ_INVALID);
    assert_int_equal(tq_socket_address_parse("127.0.0.1:x", &address, NULL), TQ_INVALID);
    assert_int_equal(tq_socket_address_parse("127.0.0.1:65536", &address, NULL), TQ_INVALID);
    assert_int_equal(tq_socket_address_parse(":80", &address, NULL), TQ_INVALID);
}

static void socket_listen__says_when_the_port_is_taken(void **state)
{
    struct tq_socket_address first = { "127.0.0.1", 0 };
    struct tq_socket_address second;
    int a = -1;
    int b = -1;

    (void)state;
    assert_int_equal(tq_socket_listen(&first, &a, NULL), TQ_OK);
    assert_true(first.port != 0);
    second = first;
    assert_int_equal(tq_socket_listen(&second, &b, NULL), TQ_PORT_TAKEN);
    assert_int_equal(b, -1);
    tq_socket_close(a);
    snprintf(second.host, sizeof(second.host), "localhost");
    assert_int_equal(tq_socket_listen(&second, &b, NULL), TQ_INVALID);
}

static void web_guard_forwarded__takes_whom_the_proxy_saw(void **state)
{
    static const char *const CASES[][2] = {
        { "10.0.0.7", "10.0.0.7" },
        { "1.2.3.4, 10.0.0.7", "10.0.0.7" },
        { "9.9.9.9, 1.2.3.4, 10.0.0.7", "10.0.0.7" },
        { "1.2.3.4,\t10.0.0.7 ", "10.0.0.7" },
        { "0:0:0:0:0:0:0:1", "::1" },
        { "::ffff:10.0.0.7", "10.0.0.7" },
        { "1.2.3.4, unknown", NULL },
        { "1.2.3.4, 10.0.0.7 x", NULL },
        { "1.2.3.4,", NULL },
        { "10.0.0.7:80", NULL },
        { "", NULL },
    };
    char out[48];

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(web_guard_forwarded(CASES[i][0], out, sizeof(out)), CASES[i][1] != NULL);
        if (CASES[i][1] != NULL)
            assert_string_equal(out, CASES[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(web_path_split__decodes_parts_after_parting_them),
        cmocka_unit_test(web_path_fits__takes_one_part_for_each_star),
        cmocka_unit_test(web_guard_host__knows_its_own_names_only),
        cmocka_unit_test(web_guard_forwarded__takes_whom_the_proxy_saw),
        cmocka_unit_test(web_guard_origin__lets_nothing_foreign_in),
        cmocka_unit_test(web_hosts_add_origin__takes_what_browsers_show),
        cmocka_unit_test(web_board_publish__wakes_and_is_taken_once),
        cmocka_unit_test(web_worker_idle__goes_on_until_there_is_no_more),
        cmocka_unit_test(web_worker_put__does_jobs_in_order_and_hands_them_back),
        cmocka_unit_test(socket_address_parse__knows_both_families),
        cmocka_unit_test(socket_listen__says_when_the_port_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tuquan/process.h"

/* In a child: the limit is lowered for good there. Gives its exit code. */
static int in_child(rlim_t soft, rlim_t hard, uint64_t wanted, tq_status status, uint64_t now)
{
    int code = -1;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = { soft, hard };
        struct tq_error err;
        uint64_t got = 0;

        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            _exit(2);
        /* Root may raise the hard limit too; the nobody of all systems may not. */
        if (getuid() == 0 && setuid(65534) != 0)
            _exit(3);
        if (tq_process_raise_files(wanted, &got, &err) != status)
            _exit(4);
        if (got != now)
            _exit(5);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code));
    return WEXITSTATUS(code);
}

static void process_raise_files__raises_what_the_system_allows(void **state)
{
    (void)state;
    assert_int_equal(in_child(64, 256, 200, TQ_OK, 200), 0);
    assert_int_equal(in_child(64, 256, 256, TQ_OK, 256), 0);
}

static void process_raise_files__says_when_it_could_not(void **state)
{
    (void)state;
    assert_int_equal(in_child(64, 256, 16384, TQ_RANGE, 256), 0);
}

static void process_raise_files__never_lowers(void **state)
{
    (void)state;
    assert_int_equal(in_child(128, 256, 100, TQ_OK, 128), 0);
}

static void process_monotonic__does_not_step_back(void **state)
{
    int64_t last = tq_process_monotonic_ms();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = tq_process_monotonic_ms();

        assert_true(now >= last);
        last = now;
    }
}

/* In a child: the limit cannot be raised again. */
static void process_keep_secrets__leaves_no_core_file(void **state)
{
    pid_t child = fork();
    int status = 0;

    (void)state;
    if (child == 0) {
        struct rlimit limit = { 1, 1 };

        tq_process_keep_secrets();
        getrlimit(RLIMIT_CORE, &limit);
        _exit(prctl(PR_GET_DUMPABLE) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 1);
    }
    assert_true(waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
}

static void process_place__tells_folders_apart(void **state)
{
    static const uint8_t NOWHERE[16] = { 0 };
    uint8_t a[16];
    uint8_t b[16];

    (void)state;
    tq_process_place("/", a, sizeof(a));
    tq_process_place("/usr/..", b, sizeof(b));
    assert_memory_equal(a, b, sizeof(a));
    tq_process_place("/usr", b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    tq_process_place("/not/there", b, sizeof(b));
    assert_memory_equal(b, NOWHERE, sizeof(b));
}

static void process_same_secret__looks_at_every_byte(void **state)
{
    uint8_t a[32];
    uint8_t b[32];

    (void)state;
    memset(a, 7, sizeof(a));
    memcpy(b, a, sizeof(b));
    assert_true(tq_same_secret(a, b, sizeof(a)));
    for (size_t i = 0; i < sizeof(a); i++) {
        b[i] ^= 0x80;
        assert_false(tq_same_secret(a, b, sizeof(a)));
        b[i] ^= 0x80;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(process_raise_files__raises_what_the_system_allows),
        cmocka_unit_test(process_raise_files__says_when_it_could_not),
        cmocka_unit_test(process_raise_files__never_lowers),
        cmocka_unit_test(process_keep_secrets__leaves_no_core_file),
        cmocka_unit_test(process_place__tells_folders_apart),
        cmocka_unit_test(process_same_secret__looks_at_every_byte),
        cmocka_unit_test(process_monotonic__does_not_step_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

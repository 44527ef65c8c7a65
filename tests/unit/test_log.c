#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tuquan/log.h"

struct seen {
    int count;
    char line[1100];
};

static void keep(void *arg, tq_log_level level, const char *id, const char *text)
{
    static const char *const NAMES[] = { "error", "warn", "info", "debug" };
    struct seen *seen = arg;

    seen->count++;
    snprintf(seen->line, sizeof(seen->line), "%s %s %s", NAMES[level], id, text);
}

static int evaluated(int *counter)
{
    return ++*counter;
}

static void log_write__gives_the_sink_one_clean_line(void **state)
{
    struct seen seen = { 0, "" };
    struct tq_log log = { keep, &seen, TQ_LOG_INFO };

    (void)state;
    TQ_LOG(&log, TQ_LOG_WARN, "SYNC-GAP", "device=%s have=%d", "a\nb\x1b[31m", 7);
    assert_string_equal(seen.line, "warn SYNC-GAP device=a?b?[31m have=7");
}

static void log_write__is_silent_above_its_level(void **state)
{
    struct seen seen = { 0, "" };
    struct tq_log log = { keep, &seen, TQ_LOG_INFO };
    struct tq_log *none = NULL;
    int counter = 0;

    (void)state;
    TQ_LOG(&log, TQ_LOG_DEBUG, "X", "n=%d", evaluated(&counter));
    TQ_LOG(none, TQ_LOG_ERROR, "X", "n=%d", evaluated(&counter));
    log.sink = NULL;
    TQ_LOG(&log, TQ_LOG_ERROR, "X", "n=%d", evaluated(&counter));
    tq_log_write(&log, TQ_LOG_ERROR, "X", "n");
    assert_int_equal(seen.count, 0);
    assert_int_equal(counter, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_write__gives_the_sink_one_clean_line),
        cmocka_unit_test(log_write__is_silent_above_its_level),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#define _XOPEN_SOURCE 700 /* NOLINT: asks for realpath */

#include "tuquan/process.h"

#include <sys/signalfd.h>
#include <signal.h>
#include <pthread.h>
#include <sodium.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tuquan/hash.h"

extern char **environ; /* POSIX declares it nowhere */

int64_t tq_process_monotonic_ms(void)
{
    struct timespec now = { 0, 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t tq_process_id(void)
{
    return (int64_t)getpid();
}

/* Out of what it says; nobody waits for it. */
static int show_link(const char *link)
{
    char *const argv[] = { "xdg-open", (char *)(uintptr_t)link, NULL };
    posix_spawn_file_actions_t actions;
    pid_t child;
    int code = posix_spawn_file_actions_init(&actions);

    if (code != 0)
        return code;
    for (int fd = 0; fd < 3 && code == 0; fd++)
        code = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    if (code == 0)
        code = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static bool has_program(const char *name)
{
    const char *at = getenv("PATH");
    char path[PATH_MAX];

    while (at != NULL && *at != '\0') {
        size_t n = strcspn(at, ":");

        if (snprintf(path, sizeof(path), "%.*s/%s", (int)n, at, name) < (int)sizeof(path) &&
                access(path, X_OK) == 0)
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

tq_status tq_process_open_link(const char *link, struct tq_error *err)
{
    const char *display = getenv("DISPLAY");
    const char *wayland = getenv("WAYLAND_DISPLAY");
    int code;

    if (!has_program("xdg-open") ||
            ((display == NULL || display[0] == '\0') && (wayland == NULL || wayland[0] == '\0')))
        return tq_error_set(err, TQ_NOT_FOUND, "xdg-open");
    code = show_link(link);
    return code == 0 ? TQ_OK : tq_error_set(err, TQ_IO, "xdg-open: %s", tq_phrase_errno(code));
}

void tq_process_keep_secrets(void)
{
    const struct rlimit none = { 0, 0 };

    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void tq_wipe(void *data, size_t len)
{
    sodium_memzero(data, len);
}

bool tq_same_secret(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

void tq_process_place(const char *folder, uint8_t *out, size_t len)
{
    char machine[64] = "";
    char path[PATH_MAX];
    struct tq_hasher hasher;
    FILE *file;

    memset(out, 0, len);
    if (realpath(folder, path) == NULL)
        return;
    file = fopen("/etc/machine-id", "r");
    if (file == NULL || fgets(machine, sizeof(machine), file) == NULL)
        (void)gethostname(machine, sizeof(machine) - 1);
    if (file != NULL)
        fclose(file);
    tq_hash_init(&hasher, "tuquan.place.v1", len);
    tq_hash_add(&hasher, machine, strlen(machine));
    tq_hash_add(&hasher, "", 1);
    tq_hash_add(&hasher, path, strlen(path));
    tq_hash_final(&hasher, out, len);
}

tq_status tq_process_raise_files(uint64_t wanted, uint64_t *now, struct tq_error *err)
{
    struct rlimit limit;
    struct rlimit raised;

    *now = 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return tq_error_set(err, TQ_IO, "RLIMIT_NOFILE: %s", tq_phrase_errno(errno));
    *now = limit.rlim_cur;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
        return TQ_OK;
    raised = limit;
    raised.rlim_cur = (rlim_t)wanted;
    if (raised.rlim_max != RLIM_INFINITY && raised.rlim_max < raised.rlim_cur)
        raised.rlim_max = raised.rlim_cur; /* only root may do this */
    if (setrlimit(RLIMIT_NOFILE, &raised) != 0) {
        raised = limit;
        raised.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &raised) != 0)
            raised = limit;
    }
    *now = raised.rlim_cur;
    if (raised.rlim_cur == RLIM_INFINITY || raised.rlim_cur >= wanted)
        return TQ_OK;
    return tq_error_set(err, TQ_RANGE, "%s %" PRIu64 " < %" PRIu64, tq_phrase(TQ_PHRASE_OPEN_FILES),
            *now, wanted);
}

static bool make_quiet(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags != -1 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

tq_status tq_wake_init(struct tq_wake *wake, struct tq_error *err)
{
    int fds[2];

    wake->read_fd = -1;
    wake->write_fd = -1;
    if (pipe(fds) != 0)
        return tq_error_set(err, TQ_IO, "pipe: %s", tq_phrase_errno(errno));
    wake->read_fd = fds[0];
    wake->write_fd = fds[1];
    if (make_quiet(fds[0]) && make_quiet(fds[1]))
        return TQ_OK;
    tq_error_set(err, TQ_IO, "pipe: %s", tq_phrase_errno(errno));
    tq_wake_deinit(wake);
    return TQ_IO;
}

void tq_wake_signal(const struct tq_wake *wake)
{
    int saved = errno; /* a signal handler must leave it as it was */
    ssize_t n = write(wake->write_fd, "", 1);

    (void)n;
    errno = saved;
}

void tq_wake_clear(const struct tq_wake *wake)
{
    char bytes[64];

    while (read(wake->read_fd, bytes, sizeof(bytes)) > 0)
        ;
}

void tq_wake_deinit(struct tq_wake *wake)
{
    if (wake->read_fd >= 0)
        close(wake->read_fd);
    if (wake->write_fd >= 0)
        close(wake->write_fd);
    wake->read_fd = -1;
    wake->write_fd = -1;
}

tq_status tq_process_open_stop(int *fd, struct tq_error *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    *fd = -1;
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) == 0)
        *fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return *fd >= 0 ? TQ_OK : tq_error_set(err, TQ_IO, "signalfd: %s", tq_phrase_errno(errno));
}

void tq_process_close_stop(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

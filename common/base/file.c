#define _XOPEN_SOURCE 700 /* NOLINT: asks for realpath */
#include "tuquan/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"

#ifndef F_OFD_SETLK /* Linux, hidden behind _GNU_SOURCE */
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#endif

static tq_status fail(struct tq_error *err, const char *path, int code)
{
    tq_status status = TQ_IO;

    if (code == ENOENT || code == ENOTDIR)
        status = TQ_NOT_FOUND;
    else if (code == EEXIST)
        status = TQ_EXISTS;
    else if (code == ENOSPC || code == EDQUOT)
        status = TQ_DISK_FULL;
    return tq_error_set(err, status, "%s: %s", path, tq_phrase_errno(code));
}

static tq_status read_all(
        int fd, const char *path, size_t max, struct tq_buf *out, struct tq_error *err)
{
    char block[16384];
    size_t total = 0;
    ssize_t n;
    tq_status rc = TQ_OK;

    do {
        n = read(fd, block, sizeof(block));
        if (n < 0 && errno != EINTR)
            rc = fail(err, path, errno);
        if (n <= 0)
            continue;
        total += (size_t)n;
        if (total > max)
            rc = tq_error_set(err, TQ_RANGE, "%s: > %zu byte", path, max);
        else
            tq_buf_append(out, block, (size_t)n);
        if (rc == TQ_OK && !tq_buf_is_ok(out))
            rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    } while (rc == TQ_OK && n != 0);
    if (out->secret)
        tq_wipe(block, sizeof(block));
    return rc;
}

tq_status tq_file_read(const char *path, size_t max, struct tq_buf *out, struct tq_error *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    tq_status rc;

    if (fd < 0)
        return fail(err, path, errno);
    rc = read_all(fd, path, max, out, err);
    if (!is_stdin)
        close(fd);
    return rc;
}

bool tq_file_exists(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0;
}

bool tq_file_is_dir(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool tq_file_is_private(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

tq_status tq_file_make_dir(const char *path, struct tq_error *err)
{
    if (mkdir(path, 0700) == 0 || (errno == EEXIST && tq_file_is_dir(path)))
        return TQ_OK;
    return fail(err, path, errno);
}

/* 0, or errno. */
static int write_part(int fd, struct tq_slice data)
{
    size_t done = 0;

    while (done < data.len) {
        ssize_t n = write(fd, data.data + done, data.len - done);

        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

/* Write, sync and close; the file is gone again when that fails. */
static tq_status write_all(int fd, const char *path, struct tq_slice data, struct tq_error *err)
{
    int code = write_part(fd, data);

    if (code == 0 && fsync(fd) != 0)
        code = errno;
    if (close(fd) != 0 && code == 0)
        code = errno;
    if (code == 0)
        return TQ_OK;
    unlink(path);
    return fail(err, path, code);
}

/* A new name is only as durable as its folder. */
static void sync_folder_of(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    int fd;

    if (len >= sizeof(folder))
        return;
    memcpy(folder, path, len);
    folder[len] = '\0';
    fd = open(slash == NULL ? "." : (len == 0 ? "/" : folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

tq_status tq_file_write_new(
        const char *path, struct tq_slice data, bool is_private, struct tq_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_private ? 0600 : 0644);
    tq_status rc;

    if (fd < 0)
        return fail(err, path, errno);
    rc = write_all(fd, path, data, err);
    if (rc == TQ_OK)
        sync_folder_of(path);
    return rc;
}

tq_status tq_file_begin(const char *path, int *fd, struct tq_error *err)
{
    unlink(path);
    *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return *fd < 0 ? fail(err, path, errno) : TQ_OK;
}

tq_status tq_file_append(const char *path, int fd, struct tq_slice part, struct tq_error *err)
{
    int code = write_part(fd, part);

    return code == 0 ? TQ_OK : fail(err, path, code);
}

void tq_file_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

tq_status tq_file_replace(
        const char *path, struct tq_slice data, bool is_private, struct tq_error *err)
{
    char fresh[4096];
    tq_status rc;

    if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
        return tq_error_set(err, TQ_RANGE, "%s", path);
    unlink(fresh);
    rc = tq_file_write_new(fresh, data, is_private, err);
    if (rc != TQ_OK)
        return rc;
    if (rename(fresh, path) != 0) {
        rc = fail(err, path, errno);
        unlink(fresh);
        return rc;
    }
    sync_folder_of(path);
    return TQ_OK;
}

tq_status tq_file_move(const char *from, const char *to, struct tq_error *err)
{
    if (tq_file_exists(to))
        return tq_error_set(err, TQ_EXISTS, "%s", to);
    if (rename(from, to) != 0)
        return fail(err, from, errno);
    sync_folder_of(to);
    return TQ_OK;
}

tq_status tq_file_put_over(const char *from, const char *to, struct tq_error *err)
{
    if (rename(from, to) != 0)
        return fail(err, from, errno);
    sync_folder_of(to);
    return TQ_OK;
}

struct tq_file_lock {
    int fd;
};

/* Of the open file, not of the process: it can be asked about without being taken. */
static int lock_call(int fd, int call, struct flock *lock)
{
    memset(lock, 0, sizeof(*lock));
    lock->l_type = F_WRLCK;
    lock->l_whence = SEEK_SET;
    return fcntl(fd, call, lock);
}

tq_status tq_file_lock(struct tq_file_lock **out, const char *path, struct tq_error *err)
{
    struct tq_file_lock *lock = tq_mem_alloc(sizeof(*lock));
    struct flock wanted;
    char number[24] = "";
    tq_status rc = TQ_OK;
    ssize_t n;

    *out = NULL;
    if (lock == NULL)
        return tq_error_set(err, TQ_NOMEM, "%s", path);
    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock->fd >= 0 && lock_call(lock->fd, F_OFD_SETLK, &wanted) == 0) {
        n = snprintf(number, sizeof(number), "%ld", (long)getpid()); /* for whoever comes second */
        if (ftruncate(lock->fd, 0) != 0 || pwrite(lock->fd, number, (size_t)n, 0) != n)
            rc = fail(err, path, errno);
    } else if (lock->fd >= 0 && (errno == EAGAIN || errno == EACCES)) {
        n = pread(lock->fd, number, sizeof(number) - 1, 0);
        number[n > 0 ? n : 0] = '\0';
        rc = tq_error_set(err, TQ_BUSY, "%s (PID %.20s)", path, number);
    } else {
        rc = fail(err, path, errno);
    }
    if (rc != TQ_OK) {
        tq_file_unlock(lock);
        return rc;
    }
    *out = lock;
    return TQ_OK;
}

void tq_file_unlock(struct tq_file_lock *lock)
{
    if (lock == NULL)
        return;
    if (lock->fd >= 0)
        close(lock->fd);
    tq_mem_free(lock);
}

bool tq_file_is_locked(const char *path)
{
    struct flock wanted;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    bool held = fd >= 0 && lock_call(fd, F_OFD_GETLK, &wanted) == 0 && wanted.l_type != F_UNLCK;

    if (fd >= 0)
        close(fd);
    return held;
}

void tq_file_remove(const char *path)
{
    unlink(path);
}

void tq_file_remove_dir(const char *path)
{
    (void)rmdir(path);
}

tq_status tq_file_join(
        char *out, size_t size, const char *dir, const char *name, struct tq_error *err)
{
    int n = snprintf(out, size, "%s/%s", dir, name);

    if (n < 0 || (size_t)n >= size)
        return tq_error_set(err, TQ_RANGE, "%s/%s", dir, name);
    return TQ_OK;
}

bool tq_file_absolute(const char *path, char *out, size_t size)
{
    char whole[PATH_MAX];

    if (realpath(path, whole) == NULL || strlen(whole) >= size)
        return false;
    memcpy(out, whole, strlen(whole) + 1);
    return true;
}

tq_status tq_file_room(const char *path, uint64_t *bytes, struct tq_error *err)
{
    struct statvfs disk;

    *bytes = 0;
    if (statvfs(path, &disk) != 0)
        return fail(err, path, errno);
    *bytes = (uint64_t)disk.f_bavail * (uint64_t)disk.f_frsize;
    return TQ_OK;
}

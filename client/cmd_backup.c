/* cmd_backup.c - backup FILE: a checked copy of the office's file, while it is in use.
 * restore FILE: such a copy becomes the office's file; the present one is kept beside it. What the
 * district has beyond the copy comes back with the next sync. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "copies.h"
#include "restore.h"
#include "tuquan/backup.h"
#include "tuquan/clock.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"

static tq_status tell(struct cli *cli, const char *file, const struct tq_backup_report *report)
{
    char hex[2 * TQ_HASH_BYTES + 1];

    tq_hex(hex, report->digest, sizeof(report->digest));
    cli_json_set(cli, "file", json_string(file));
    cli_json_set(cli, "unit", json_string(report->unit));
    cli_json_set(cli, "unit_name", json_string(report->name));
    cli_json_set(cli, "pages", json_integer((json_int_t)report->pages));
    cli_json_set(cli, "digest", json_string(hex));
    return TQ_OK;
}

/* The page lists it, wherever its program was started; what cannot be written is no failure of the
 * copy. Fails: NOMEM. */
static tq_status remember(struct cli *cli, const char *file, const struct tq_backup_report *report,
        struct tq_error *err)
{
    const struct tq_clock *clock = tq_clock_system();
    json_t *copy = json_object();
    char whole[APP_PATH_BYTES];
    tq_status rc;

    json_object_set_new(
            copy, "file", json_string(tq_file_absolute(file, whole, sizeof(whole)) ? whole : file));
    json_object_set_new(copy, "at", json_integer(clock->now_ms(clock->ctx)));
    json_object_set_new(copy, "pages", json_integer((json_int_t)report->pages));
    json_object_set_new(copy, "bytes", json_integer((json_int_t)report->bytes));
    rc = copies_note(cli->dir, copy, NULL);
    if (rc == TQ_NOMEM)
        return tq_error_set(err, rc, "backup");
    if (rc != TQ_OK)
        cli_warn(cli, "%s", cli_say(cli, "không ghi nhớ được lần sao lưu này", "not remembered"));
    return TQ_OK;
}

static tq_status backup(struct cli *cli, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_backup_report report;
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, APP_DATABASE, err);

    if (rc == TQ_OK)
        rc = tq_backup_make(path, cli->args[0], &report, err);
    if (rc != TQ_OK)
        return rc;
    cli->done = true;
    rc = remember(cli, cli->args[0], &report, err);
    if (rc != TQ_OK)
        return rc;
    cli_print(cli,
            CLI_SAY(cli,
                    "Đã sao lưu %s vào %s và đọc lại kiểm tra: đúng. Khóa của máy "
                    "không nằm trong bản này.",
                    "%s was saved to %s and read through: it is right. The machine's keys are "
                    "not in it."),
            report.name, cli->args[0]);
    return tell(cli, cli->args[0], &report);
}

/* A file and what SQLite keeps beside it; the file goes first and comes back last, so that it is never
 * there without its log. */
static const char *const ENDS[] = { "", "-wal", "-shm" };

#define NENDS (sizeof(ENDS) / sizeof(ENDS[0]))

/* Each that is there under `from` to the same end of `to`. On failure what was moved is moved back. */
static tq_status move_file(const char *from, const char *to, struct tq_error *err)
{
    char a[APP_PATH_BYTES + 8];
    char b[APP_PATH_BYTES + 8];
    bool moved[NENDS] = { false };
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < NENDS; i++) {
        snprintf(a, sizeof(a), "%s%s", from, ENDS[i]);
        snprintf(b, sizeof(b), "%s%s", to, ENDS[i]);
        if (!tq_file_exists(a))
            continue;
        rc = tq_file_move(a, b, err);
        moved[i] = rc == TQ_OK;
    }
    for (size_t i = NENDS; rc != TQ_OK && i-- > 0;) {
        snprintf(a, sizeof(a), "%s%s", from, ENDS[i]);
        snprintf(b, sizeof(b), "%s%s", to, ENDS[i]);
        if (moved[i] && tq_file_move(b, a, NULL) != TQ_OK)
            return rc; /* the first failure is the one to tell; all of it is in the folder */
    }
    return rc;
}

/* office-12-11-2020-08-30-NNN.db */
static tq_status put_aside(struct cli *cli, const char *path, char *aside, struct tq_error *err)
{
    const struct tq_clock *clock = tq_clock_system();
    int64_t now = clock->now_ms(clock->ctx);
    char name[96];
    char when[40];
    tq_status rc;

    cli_show_instant(cli, now, when, sizeof(when));
    for (char *at = when; *at != '\0'; at++)
        if (strchr("0123456789", *at) == NULL)
            *at = '-';
    snprintf(name, sizeof(name), "office-%s-%03d.db", when, (int)(now % 1000));
    rc = tq_file_join(aside, APP_PATH_BYTES, cli->dir, name, err);
    return rc == TQ_OK ? move_file(path, aside, err) : rc;
}

/* The copy, read through, under another name; it must be of the office whose file is there. */
static tq_status make_fresh(const char *file, const char *path, const char *fresh,
        struct tq_backup_report *report, struct tq_error *err)
{
    struct tq_backup_report present;
    struct tq_error unreadable;
    tq_status known;
    tq_status rc;

    tq_file_remove(fresh);
    rc = tq_backup_make(file, fresh, report, err);
    known = tq_backup_whose(path, &present, &unreadable);
    if (rc == TQ_OK && known == TQ_NOMEM)
        rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    /* A damaged file cannot say whose it is: it may be replaced all the same. */
    if (rc == TQ_OK && known == TQ_OK &&
            (strcmp(present.unit, report->unit) != 0 ||
                    memcmp(present.district, report->district, sizeof(present.district)) != 0))
        rc = tq_error_set(err, TQ_WRONG_FILE, "%s: %s", file, report->name);
    return rc;
}

/* The file, or what a restore that was cut off between its moves left where it stood: a log that is not
 * the copy's, which SQLite would read into it. */
static bool is_any_there(const char *path)
{
    char name[APP_PATH_BYTES + 8];
    bool any = false;

    for (size_t i = 0; i < NENDS; i++) {
        snprintf(name, sizeof(name), "%s%s", path, ENDS[i]);
        any = any || tq_file_exists(name);
    }
    return any;
}

static tq_status put_in_place(
        struct cli *cli, const char *path, const char *fresh, char *aside, struct tq_error *err)
{
    tq_status rc = is_any_there(path) ? put_aside(cli, path, aside, err) : TQ_OK;

    if (rc != TQ_OK)
        return rc;
    rc = tq_file_move(fresh, path, err);
    if (rc != TQ_OK && aside[0] != '\0' && move_file(aside, path, NULL) != TQ_OK)
        tq_error_wrap(err, "%s", aside); /* where it is now */
    return rc;
}

tq_status restore_copy(struct cli *cli, const char *file, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    char fresh[APP_PATH_BYTES + 16];
    char aside[APP_PATH_BYTES] = "";
    struct tq_backup_report report;
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, APP_DATABASE, err);

    if (rc != TQ_OK)
        return rc;
    snprintf(fresh, sizeof(fresh), "%s.restored", path);
    rc = make_fresh(file, path, fresh, &report, err);
    if (rc == TQ_OK)
        rc = put_in_place(cli, path, fresh, aside, err);
    if (rc != TQ_OK) {
        tq_file_remove(fresh);
        return rc;
    }
    cli_json_set(cli, "kept", aside[0] != '\0' ? json_string(aside) : json_null());
    cli_print(cli, "%s %s.", cli_say(cli, "Đã khôi phục tệp của", "Restored the file of"),
            report.name);
    if (aside[0] != '\0')
        cli_print(cli, "%s %s",
                cli_say(cli, "Tệp trước đó được giữ lại:", "The file before is kept:"), aside);
    cli_print(cli, "%s",
            cli_say(cli, "Bước tiếp theo: tuquan-commune sync (lấy lại những gì mới hơn).",
                    "Next: tuquan-commune sync (what is newer comes back)."));
    return tell(cli, path, &report);
}

static tq_status restore(struct cli *cli, struct tq_error *err)
{
    char lock_path[APP_PATH_BYTES];
    struct tq_file_lock *lock = NULL;
    tq_status rc = tq_file_join(lock_path, sizeof(lock_path), cli->dir, "agent.lock", err);

    if (rc == TQ_OK) /* the agent holds it as long as it runs */
        rc = tq_file_lock(&lock, lock_path, err);
    if (rc == TQ_OK)
        rc = restore_copy(cli, cli->args[0], err);
    tq_file_unlock(lock);
    return rc;
}

const struct cli_command CMD_BACKUP = {
    .name = "backup",
    .usage = "FILE",
    .summary = { "sao lưu tệp dữ liệu, có kiểm tra", "a checked copy of the data file" },
    .min_args = 1,
    .max_args = 1,
    .run = backup,
};

const struct cli_command CMD_RESTORE = {
    .name = "restore",
    .usage = "FILE",
    .summary = { "khôi phục từ bản sao lưu; tệp đang có được giữ lại",
            "go back to a copy; the present file is kept" },
    .min_args = 1,
    .max_args = 1,
    .run = restore,
};

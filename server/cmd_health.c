/* cmd_health.c - tuquan-district health: the syncs of the last days and how they ended, how long the
 * server works at a time, file and disk, the last backup that was tried. What is wrong and what to do
 * about it say status and doctor, from the same figures. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/file.h"
#include "tuquan/sync_report.h"
#include "tuquan/tally.h"
#include "watch.h"

#define DAY_MS INT64_C(86400000)

static const struct cli_option OPTIONS[] = {
    { "days", 'n', "N", { "mấy ngày gần đây (mặc định 30)", "of the last days (30)" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column DAYS[] = {
    { "day", { "Ngày", "Day" }, false, false },
    { "sessions", { "Lượt", "Syncs" }, true, false },
    { "complete", { "Trọn vẹn", "Complete" }, true, false },
    { "bytes_in", { "Byte nhận", "Bytes in" }, true, false },
    { "bytes_out", { "Byte gửi", "Bytes out" }, true, false },
    { "rows_out", { "Dòng gửi", "Rows out" }, true, false },
    { "round_trips", { "Lượt hỏi đáp", "Round trips" }, true, false },
    { "average_ms", { "Trung bình (ms)", "Average (ms)" }, true, false },
    { "most_ms", { "Lâu nhất (ms)", "Longest (ms)" }, true, false },
};

static const struct cli_column OUTCOMES[] = {
    { "outcome", { "Kết thúc", "Ended" }, false, false },
    { "count", { "Số lượt", "Times" }, true, false },
    { "last_at_ms", { "Lần cuối", "Last" }, false, false },
    { "unit", { "Xã", "Commune" }, false, false },
};

static tq_status put_days(struct app *app, struct cli *cli, int64_t since, struct tq_error *err)
{
    struct tq_sync_day *days = NULL;
    struct cli_table out;
    size_t n = 0;
    tq_status rc =
            tq_sync_days(tq_district_store_db(app->store), app->arena, since, &days, &n, err);

    cli_table_init(&out, cli, DAYS, sizeof(DAYS) / sizeof(DAYS[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_value day = tq_value_text(days[i].day);

        show_date(&out, &day);
        cli_table_int(&out, days[i].sessions);
        cli_table_int(&out, days[i].complete);
        cli_table_int(&out, days[i].bytes_in);
        cli_table_int(&out, days[i].bytes_out);
        cli_table_int(&out, days[i].rows_out);
        cli_table_int(&out, days[i].round_trips);
        cli_table_int(&out, days[i].took_ms / days[i].sessions);
        cli_table_int(&out, days[i].most_ms);
    }
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "days", err);
    cli_table_deinit(&out);
    return rc;
}

#define X(name, value, code, exit_code, kind, vi, en, next_vi, next_en) name,
static const tq_status STATUSES[] = { TQ_STATUS_MAP(X) };
#undef X

/* "complete" in words; the code of an error with its sentence. */
static void put_outcome(struct cli *cli, struct cli_table *out, struct tq_slice outcome)
{
    static const struct {
        const char *code;
        struct cli_text words;
    } WORDS[] = { { "complete", { "trọn vẹn", "complete" } },
        { "restored", { "tệp khôi phục", "restored file" } },
        { "copied", { "tệp sao chép", "copied file" } }, { "bundle", { "bằng tệp", "by a file" } },
        { "refused", { "bị từ chối", "refused" } } };
    const char *words = NULL;
    char code[16];

    snprintf(code, sizeof(code), "%.*s", (int)outcome.len, (const char *)outcome.data);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (tq_slice_equal(outcome, tq_slice_str(WORDS[i].code)))
            words = cli_say(cli, WORDS[i].words.vi, WORDS[i].words.en);
    for (size_t i = 0; words == NULL && i < sizeof(STATUSES) / sizeof(STATUSES[0]); i++)
        if (tq_slice_equal(outcome, tq_slice_str(tq_status_code(STATUSES[i]))))
            words = tq_status_sentence(STATUSES[i], cli->lang);
    cli_table_both(out, words != NULL ? words : code, json_string(code));
}

static tq_status put_outcomes(struct app *app, struct cli *cli, int64_t since, struct tq_error *err)
{
    struct tq_sync_outcome *list = NULL;
    struct cli_table out;
    size_t n = 0;
    tq_status rc =
            tq_sync_outcomes(tq_district_store_db(app->store), app->arena, since, &list, &n, err);

    cli_table_init(&out, cli, OUTCOMES, sizeof(OUTCOMES) / sizeof(OUTCOMES[0]));
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_slice name = { NULL, 0 };

        put_outcome(cli, &out, list[i].outcome);
        cli_table_int(&out, list[i].count);
        cli_table_instant(&out, list[i].last_at_ms);
        if (list[i].unit.len > 0)
            rc = show_unit(app, list[i].unit, &name, err);
        cli_table_both_text(
                &out, name, json_stringn((const char *)list[i].unit.data, list[i].unit.len));
    }
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "outcomes", err);
    cli_table_deinit(&out);
    return rc;
}

/* Sizes are -1 where the machine does not tell. */
static tq_status put_machine(struct app *app, struct cli *cli, struct tq_error *err)
{
    uint64_t room;
    struct stat file;
    struct watch watch;
    tq_status rc = watch_load(&watch, cli->dir, err);
    bool told = rc == TQ_OK;
    json_int_t size = stat(app->db_path, &file) == 0 ? (json_int_t)file.st_size : -1;
    json_int_t left =
            tq_file_room(cli->dir, &room, NULL) == TQ_OK ? (json_int_t)room : (json_int_t)-1;

    if (rc == TQ_NOMEM)
        return rc;
    tq_error_clear(err); /* a server that never ran, or an older one, has told nothing */
    cli_json_set(cli, "database_bytes", json_integer(size));
    cli_json_set(cli, "disk_free_bytes", json_integer(left));
    cli_json_set(cli, "turns", json_integer(told ? (json_int_t)watch.turns : 0));
    cli_json_set(cli, "turn_ms", json_integer(told ? (json_int_t)watch.turn_ms : 0));
    cli_json_set(cli, "turn_most_ms", json_integer(told ? (json_int_t)watch.turn_most_ms : 0));
    cli_print(cli, "%s: %lld MB; %s: %lld MB", cli_say(cli, "Tệp dữ liệu", "Data file"),
            (long long)size / 1048576, cli_say(cli, "còn trống", "free"),
            (long long)left / 1048576);
    if (told)
        cli_print(cli, "%s: %" PRIu64 "; %s %" PRIu64 " ms",
                cli_say(cli, "Lượt ghi nhận từ lúc khởi động", "Turns of merging since the start"),
                watch.turns, cli_say(cli, "lâu nhất", "longest"), watch.turn_most_ms);
    return TQ_OK;
}

/* Of the page's worker: how many counts were found kept, and how many were counted. */
static void put_counts(struct app *app, struct cli *cli)
{
    struct tq_tally_use used = tq_tally_used(tq_district_store_db(app->store));
    json_t *counts = json_object();

    json_object_set_new(counts, "found", json_integer((json_int_t)used.found));
    json_object_set_new(counts, "fresh", json_integer((json_int_t)used.counted));
    cli_json_set(cli, "counts", counts);
}

static tq_status put_backup(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_last_backup backup;
    char text[40];
    tq_status rc = tq_sync_last_backup(tq_district_store_db(app->store), app->arena, &backup, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "backup_at_ms", backup.at_ms != 0 ? json_integer(backup.at_ms) : json_null());
    cli_print(cli, "%s: %s", cli_say(cli, "Bản sao lưu đã thử", "Last tried backup"),
            backup.at_ms != 0 ? cli_show_instant(cli, backup.at_ms, text, sizeof(text))
                              : cli_say(cli, "chưa có", "none"));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    int64_t days = 30;
    tq_status rc = cli_option_number(cli, "days", 1, 400, 30, &days, err);
    int64_t since = app_now_ms() - days * DAY_MS;

    if (rc == TQ_OK)
        rc = app_open(app, cli, false, err);
    if (rc == TQ_OK)
        rc = put_days(app, cli, since, err);
    if (rc == TQ_OK)
        rc = put_outcomes(app, cli, since, err);
    if (rc == TQ_OK)
        rc = put_machine(app, cli, err);
    if (rc == TQ_OK)
        rc = put_backup(app, cli, err);
    if (rc == TQ_OK)
        put_counts(app, cli);
    app_close(app);
    return rc;
}

const struct cli_command CMD_HEALTH = {
    .name = "health",
    .usage = "",
    .summary = { "các lượt đồng bộ gần đây, thời gian ghi nhận, tệp, ổ đĩa, bản sao lưu",
            "recent syncs, time of merging, file, disk, last backup" },
    .options = OPTIONS,
    .run = run,
};

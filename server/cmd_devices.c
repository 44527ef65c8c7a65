/* cmd_devices.c - tuquan-district devices: every machine, when it was last heard, how it stands. */
#include <stdio.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "show.h"
#include "tuquan/district_devices.h"

#define DAY_MS INT64_C(86400000)
#define LOST_MS (30 * DAY_MS)
#define KEYS_OLD_MS (365 * DAY_MS)
#define CLOCK_MS INT64_C(120000)

static const struct cli_column COLUMNS[] = {
    { "device", { "Máy", "Device" }, true, false },
    { "unit", { "Đơn vị", "Unit" }, false, false },
    { "letter", { "Chữ", "Letter" }, false, false },
    { "machine", { "Tên máy", "Machine" }, false, true },
    { "last_heard_at_ms", { "Liên lạc cuối", "Last heard" }, false, false },
    { "last_confirmed_at_ms", { "Xác nhận cuối", "Last confirmed" }, false, false },
    { "equal_at_ms", { "Khớp lúc", "Equal" }, false, false },
    { "offset_ms", { "Lệch giờ (s)", "Clock off (s)" }, true, false },
    { "software", { "Phiên bản", "Software" }, false, true },
    { "keys_since_ms", { "Khóa từ", "Keys since" }, false, false },
    { "renewal", { "Đổi khóa", "Renewal" }, false, false },
    { "readmitted_at_ms", { "Nhận lại", "Taken back" }, false, false },
    { "revoked", { "Thu hồi", "Revoked" }, false, false },
    { "fork", { "Tệp", "File" }, false, true },
    { "forked_at_ms", { "Từ lúc", "Since" }, false, false },
    { "next", { "Việc cần làm", "To do" }, false, true },
};

static void instant(struct cli_table *table, const struct cli *cli, int64_t at_ms)
{
    char shown[40];

    cli_table_both(table,
            at_ms != 0 ? cli_show_instant(cli, at_ms, shown, sizeof(shown))
                       : cli_say(cli, "chưa có", "never"),
            json_integer(at_ms));
}

/* Was its file restored or copied? */
static void file_word(
        struct cli_table *table, const struct cli *cli, const struct tq_device_info *info)
{
    static const struct cli_text WORDS[] = { { "", "" }, { "tệp khôi phục", "restored file" },
        { "tệp sao chép", "copied file" }, { "thay máy mất khóa", "in place of a lost key" } };
    size_t i = (size_t)info->fork < sizeof(WORDS) / sizeof(WORDS[0]) ? (size_t)info->fork : 0;
    char shown[40];

    cli_table_both(table, cli_say(cli, WORDS[i].vi, WORDS[i].en), json_string(WORDS[i].en));
    cli_table_both(table,
            i != 0 ? cli_show_instant(cli, info->forked_at_ms, shown, sizeof(shown)) : "",
            i != 0 ? json_integer(info->forked_at_ms) : json_null());
}

static void renewal_word(
        struct cli_table *table, const struct cli *cli, const struct tq_device_info *info)
{
    if (info->offers_keys)
        cli_table_both(
                table, cli_say(cli, "đã đưa khóa mới", "new keys offered"), json_string("offered"));
    else if (info->renewal_asked_ms != 0)
        cli_table_both(table, cli_say(cli, "đã đề nghị", "asked"), json_string("asked"));
    else
        cli_table_both(table, "", json_null());
}

/* The most urgent thing that a person can do about a machine. */
enum todo {
    TODO_NOTHING,
    TODO_READMITTED,
    TODO_FIRST,
    TODO_SILENT,
    TODO_CLOCK,
    TODO_COPIED,
    TODO_KEYS
};

static enum todo todo_of(const struct tq_device_info *info, int64_t now_ms)
{
    int64_t heard_ms = info->last_heard_at_ms != 0 ? info->last_heard_at_ms : info->enrolled_at_ms;

    if (info->revoked_at_ms != 0)
        return TODO_NOTHING;
    if (info->readmitted_at_ms != 0 && now_ms - info->readmitted_at_ms < TQ_READMIT_MS)
        return TODO_READMITTED;
    if (info->last_heard_at_ms == 0 && now_ms - heard_ms < LOST_MS)
        return TODO_FIRST;
    if (now_ms - heard_ms >= LOST_MS)
        return TODO_SILENT;
    if (info->offset_ms > CLOCK_MS || info->offset_ms < -CLOCK_MS)
        return TODO_CLOCK;
    if (info->fork == TQ_FORK_COPIED)
        return TODO_COPIED;
    return info->renewal_asked_ms == 0 && !info->offers_keys &&
                           now_ms - info->keys_since_ms >= KEYS_OLD_MS
                   ? TODO_KEYS
                   : TODO_NOTHING;
}

/* In words, with the command that does it; and by code, beside the columns. */
static void next_word(struct cli_table *table, const struct cli *cli,
        const struct tq_device_info *info, int64_t now_ms)
{
    static const struct {
        const char *code;
        struct cli_text text;
        const char *command;
    } WORDS[] = {
        [TODO_NOTHING] = { "", { "", "" }, NULL },
        [TODO_READMITTED] = { "readmitted",
                { "Nếu trước đây đã thu hồi", "If it had been revoked before" }, "revoke" },
        [TODO_FIRST] = { "first_sync", { "Chờ xã đồng bộ", "The commune is to sync" }, NULL },
        [TODO_SILENT] = { "silent",
                { "Gọi cho xã; máy không còn dùng",
                        "Call the commune; if the machine is out of use" },
                "revoke" },
        [TODO_CLOCK] = { "clock", { "Nhắc xã chỉnh đồng hồ máy", "Have the commune set its clock" },
                NULL },
        [TODO_COPIED] = { "copied",
                { "Hỏi xã máy nào còn dùng tệp", "Ask which machine goes on with it" }, NULL },
        [TODO_KEYS] = { "keys_old", { "", "" }, "renew" },
    };
    enum todo todo = todo_of(info, now_ms);
    const char *said = cli_say(cli, WORDS[todo].text.vi, WORDS[todo].text.en);
    char text[160];

    if (WORDS[todo].command != NULL)
        snprintf(text, sizeof(text), "%s%s%s %u", said, said[0] != '\0' ? ": " : "",
                WORDS[todo].command, info->device);
    else
        snprintf(text, sizeof(text), "%s", said);
    cli_table_both(table, text, json_string(text));
    if (cli->json)
        json_object_set_new(cli_table_last(table), "todo", json_string(WORDS[todo].code));
}

/* By its name; programs get the key. */
static tq_status unit_word(struct cli_table *table, struct app *app,
        const struct tq_device_info *info, struct tq_error *err)
{
    struct tq_slice name;
    tq_status rc = show_unit(app, info->unit, &name, err);

    if (rc == TQ_OK)
        cli_table_both_text(
                table, name, json_stringn((const char *)info->unit.data, info->unit.len));
    return rc;
}

static tq_status show(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_device_info *list;
    struct cli_table table;
    int64_t now_ms = app_now_ms();
    size_t count;
    tq_status rc = tq_devices_list(app->store, app->arena, &list, &count, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&table, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        char seconds[24];
        char shown[40];

        if (list[i].device == TQ_DEVICE_DISTRICT)
            continue;
        snprintf(seconds, sizeof(seconds), "%lld", (long long)(list[i].offset_ms / 1000));
        cli_table_int(&table, list[i].device);
        rc = unit_word(&table, app, &list[i], err);
        if (rc != TQ_OK)
            break;
        cli_table_text(&table, list[i].last_letter);
        cli_table_text(&table, list[i].machine);
        instant(&table, cli, list[i].last_heard_at_ms);
        instant(&table, cli, list[i].last_confirmed_at_ms);
        instant(&table, cli, list[i].equal_as_of != 0 ? list[i].equal_at_ms : 0);
        cli_table_both(&table, seconds, json_integer(list[i].offset_ms));
        cli_table_text(&table, list[i].software);
        instant(&table, cli, list[i].keys_since_ms);
        renewal_word(&table, cli, &list[i]);
        cli_table_both(&table,
                list[i].readmitted_at_ms != 0
                        ? cli_show_instant(cli, list[i].readmitted_at_ms, shown, sizeof(shown))
                        : "",
                list[i].readmitted_at_ms != 0 ? json_integer(list[i].readmitted_at_ms)
                                              : json_null());
        cli_table_both(&table, list[i].revoked_at_ms != 0 ? cli_say(cli, "có", "yes") : "",
                json_boolean(list[i].revoked_at_ms != 0));
        file_word(&table, cli, &list[i]);
        next_word(&table, cli, &list[i], now_ms);
    }
    if (rc == TQ_OK)
        rc = cli_table_print_or(&table, "devices",
                cli_say(cli, "Chưa có máy nào. Mời một xã: enroll XÃ.",
                        "No machine yet. Invite a commune: enroll COMMUNE."),
                err);
    cli_table_deinit(&table);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    return app_show(cli, show, err);
}

const struct cli_command CMD_DEVICES = {
    .name = "devices",
    .usage = "",
    .summary = { "các máy của các xã", "the communes' machines" },
    .run = run,
};

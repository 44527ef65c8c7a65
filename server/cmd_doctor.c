/* cmd_doctor.c - tuquan-district doctor: is this folder, and this machine, fit to serve? Looks and
 * changes nothing; every finding says what to do. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app.h"
#include "cli/table.h"
#include "cmd.h"
#include "liaison_health.h"
#include "show.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"
#include "tuquan/proposals.h"
#include "tuquan/steps.h"
#include "tuquan/words.h"
#include "watch.h"

#define MEGABYTE UINT64_C(1048576)
#define SPACE_LOW (512 * MEGABYTE)
#define SPACE_NONE (64 * MEGABYTE)
#define CLOCK_OFF_MS INT64_C(120000)
#define STEPS_NAMED 3
#define YEAR_2024_MS INT64_C(1704067200000)

static const struct cli_option OPTIONS[] = {
    { "quick", 'q', NULL,
            { "không đọc lại cả tệp dữ liệu", "without reading the whole data file" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "check", { "Kiểm tra", "Check" }, false, false },
    { "result", { "Kết quả", "Result" }, false, false },
    { "detail", { "Chi tiết", "Detail" }, false, true },
    { "next_step", { "Việc cần làm", "What to do" }, false, true },
};

enum verdict { FINE, LOOK, BAD };

struct visit {
    struct app *app;
    struct cli *cli;
    struct cli_table out;
    enum verdict worst;
    bool no_memory; /* then it is the visit that failed, and says nothing about the folder */
};

/* One finding. `what` is its stable name and English title. */
static void note(struct visit *v, struct cli_text what, enum verdict verdict, const char *detail,
        const char *next)
{
    static const struct cli_text WORDS[] = { { "tốt", "fine" }, { "cần xem", "look" },
        { "hỏng", "broken" } };
    static const char *const CODES[] = { "fine", "look", "broken" };

    cli_table_both(&v->out, cli_say(v->cli, what.vi, what.en), json_string(what.en));
    cli_table_both(&v->out, cli_say(v->cli, WORDS[verdict].vi, WORDS[verdict].en),
            json_string(CODES[verdict]));
    cli_table_str(&v->out, detail);
    cli_table_str(&v->out, verdict == FINE ? "" : next);
    if (verdict > v->worst)
        v->worst = verdict;
}

/* A call that failed is a finding, not the end of the visit. */
static void failed(struct visit *v, struct cli_text what, struct tq_error *err)
{
    char detail[1024];

    snprintf(detail, sizeof(detail), "[%s] %s: %s", tq_status_code(err->status),
            tq_status_sentence(err->status, v->cli->lang), err->msg);
    v->no_memory = v->no_memory || err->status == TQ_NOMEM;
    note(v, what, BAD, detail, tq_status_next_step(err->status, v->cli->lang));
    tq_error_clear(err);
}

static void look_at_keys(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Tệp khóa", "key file" };

    if (tq_keys_load(v->app->key_path, &v->app->keys, err) != TQ_OK) {
        failed(v, WHAT, err);
        return;
    }
    v->app->has_keys = true;
    note(v, WHAT, FINE, v->app->key_path, "");
}

static void look_at_config(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Cấu hình", "configuration" };

    if (cli_config_load(&v->app->config, v->app->config_path, APP_SETTINGS, err) != TQ_OK) {
        failed(v, WHAT, err);
        return;
    }
    note(v, WHAT, tq_file_exists(v->app->config_path) ? FINE : LOOK, v->app->config_path,
            cli_say(v->cli, "Không có tệp, đang dùng giá trị mặc định; đặt lại district.ini.",
                    "No file, defaults are in use; put district.ini back."));
}

static void look_at_height(struct visit *v)
{
    static const struct cli_text WHAT = { "Tệp độ cao", "height file" };

    note(v, WHAT, tq_file_exists(v->app->height_path) ? FINE : LOOK, v->app->height_path,
            cli_say(v->cli, "Chạy máy chủ một lần để có lại; không mất gì.",
                    "Run the server once to have it again; nothing is lost."));
}

static int is_stopped(void *ctx)
{
    const atomic_bool *stop = ctx;

    return atomic_load(stop) ? 1 : 0;
}

/* The file as SQLite sees it: quickly, that it opens. */
static bool look_at_file(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Tệp dữ liệu", "data file" };
    struct tq_district_config config = { 0 };
    struct tq_slice text;
    bool sound;

    config.path = v->app->db_path;
    config.catalogue = tq_catalogue_current();
    config.reading = true;
    if (tq_district_store_open(&v->app->store, &config, err) != TQ_OK) {
        failed(v, WHAT, err);
        return false;
    }
    if (v->app->stop != NULL)
        tq_db_give_way(
                tq_district_store_db(v->app->store), is_stopped, (void *)(uintptr_t)v->app->stop);
    if (cli_option(v->cli, "quick") != NULL)
        return true;
    if (tq_office_integrity(tq_district_store_db(v->app->store), v->app->arena, &text, err) !=
            TQ_OK) {
        failed(v, WHAT, err);
        return true;
    }
    sound = tq_slice_equal(text, tq_slice_str("ok"));
    note(v, WHAT, sound ? FINE : BAD, sound ? v->app->db_path : (const char *)text.data,
            tq_status_next_step(TQ_CORRUPT, v->cli->lang));
    return true;
}

/* The last set of one machine: where its chain says, whole, and signed by it. */
static bool head_is_whole(
        struct visit *v, const struct tq_device_info *device, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(v->app->store);
    struct tq_ledger_set kept;
    struct tq_device keys;
    struct tq_chain chain;
    uint8_t hash[TQ_HASH_BYTES];

    if (ops->chain_get(ops->ctx, device->device, device->incarnation, &chain, err) != TQ_OK)
        return false;
    if (!chain.exists || chain.head.seq == 0)
        return true;
    memset(&kept, 0, sizeof(kept));
    if (ops->ledger_find(ops->ctx, device->device, device->incarnation, chain.head.seq,
                v->app->arena, &kept, err) != TQ_OK)
        return false;
    tq_set_hash(&kept.set, hash);
    return memcmp(hash, chain.head.hash, sizeof(hash)) == 0 &&
           memcmp(hash, kept.set.hash, sizeof(hash)) == 0 &&
           ops->device_get(ops->ctx, device->device, v->app->arena, &keys, err) == TQ_OK &&
           tq_device_signed(&keys, tq_verify, hash, kept.set.signature);
}

/* Heads only; `ledger verify` walks all of it. And the clocks, while the machines are listed. */
static void look_at_machines(struct visit *v, struct tq_error *err)
{
    static const struct cli_text LEDGER = { "Sổ cái (gói cuối mỗi máy)",
        "ledger (last set of each device)" };
    static const struct cli_text CLOCKS = { "Đồng hồ các xã", "offices' clocks" };
    const char *next = cli_say(v->cli, "Chạy `ledger verify`; giữ nguyên tệp, báo người quản trị.",
            "Run `ledger verify`; keep the file, call the operator.");
    struct tq_device_info *list;
    size_t count;
    size_t off = 0;
    size_t heard = 0;
    char detail[768];

    if (tq_devices_list(v->app->store, v->app->arena, &list, &count, err) != TQ_OK) {
        failed(v, LEDGER, err);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        heard += list[i].last_heard_at_ms != 0 && list[i].revoked_at_ms == 0;
        off += list[i].revoked_at_ms == 0 &&
               (list[i].offset_ms > CLOCK_OFF_MS || list[i].offset_ms < -CLOCK_OFF_MS);
        if (head_is_whole(v, &list[i], err))
            continue;
        snprintf(detail, sizeof(detail), "%s %u %s", cli_say(v->cli, "máy", "device"),
                list[i].device, err->status != TQ_OK ? err->msg : "");
        v->no_memory = v->no_memory || err->status == TQ_NOMEM;
        note(v, LEDGER, BAD, detail, next);
        tq_error_clear(err);
        return;
    }
    snprintf(detail, sizeof(detail), "%zu %s", count, cli_say(v->cli, "máy", "devices"));
    note(v, LEDGER, FINE, detail, "");
    snprintf(detail, sizeof(detail), "%zu/%zu %s", off, heard,
            cli_say(v->cli, "máy lệch quá 2 phút", "devices off by more than 2 minutes"));
    note(v, CLOCKS, off == 0 ? FINE : LOOK, detail,
            2 * off > heard
                    ? cli_say(v->cli, "Phần lớn máy lệch: xem đồng hồ của chính máy chủ này.",
                              "Most are off: look at this server's own clock.")
                    : cli_say(v->cli, "Gọi các xã trong `board` chỉnh lại đồng hồ.",
                              "Call the communes that `board` names."));
}

static void look_at_clock(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Đồng hồ máy chủ", "server clock" };
    const struct tq_district_ops *ops = tq_district_store_ops(v->app->store);
    const char *next = cli_say(v->cli, "Chỉnh đồng hồ máy chủ (bật đồng bộ giờ mạng).",
            "Set the server's clock (turn network time on).");
    struct tq_district_state state;
    int64_t now = app_now_ms();
    char shown[40];
    char detail[128];

    if (ops->state_get(ops->ctx, &state, err) != TQ_OK) {
        failed(v, WHAT, err);
        return;
    }
    snprintf(detail, sizeof(detail), "%s", cli_show_instant(v->cli, now, shown, sizeof(shown)));
    if (now < YEAR_2024_MS || state.t_last > now + CLOCK_OFF_MS)
        snprintf(detail, sizeof(detail), "%s %" PRId64 " s",
                cli_say(v->cli, "chậm hơn lần ghi cuối", "behind the last write by"),
                (state.t_last - now) / 1000);
    note(v, WHAT, now < YEAR_2024_MS || state.t_last > now + CLOCK_OFF_MS ? LOOK : FINE, detail,
            next);
}

static void look_at_backup(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Bản sao lưu đã thử", "tested backup" };
    uint64_t seq = 0;
    char detail[64];

    if (tq_district_store_backed_up(v->app->store, &seq, err) != TQ_OK) {
        failed(v, WHAT, err);
        return;
    }
    snprintf(detail, sizeof(detail), "%" PRIu64, seq);
    note(v, WHAT, seq > 0 ? FINE : LOOK, seq > 0 ? detail : cli_say(v->cli, "chưa có", "none"),
            cli_say(v->cli, "Sao lưu district.db và district.key, rồi thử khôi phục.",
                    "Back up district.db and district.key, then try a restore."));
}

/* From where to where the district was rebuilt, and what nobody could bring. */
static void look_at_refill(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Dựng lại từ các xã", "rebuilt by the communes" };
    struct tq_refilled refilled;
    char detail[240];
    char from[40];
    char to[40];

    if (tq_district_store_refilled(v->app->store, &refilled, err) != TQ_OK) {
        failed(v, WHAT, err);
        return;
    }
    if (refilled.sets == 0)
        return;
    snprintf(detail, sizeof(detail), "%" PRIu64 " %s, %s - %s; %" PRIu64 " %s", refilled.sets,
            cli_say(v->cli, "gói", "sets"),
            cli_show_instant(v->cli, refilled.from_ms, from, sizeof(from)),
            cli_show_instant(v->cli, refilled.to_ms, to, sizeof(to)), refilled.waiting,
            cli_say(v->cli, "thay đổi chưa có dòng", "changes without their row"));
    note(v, WHAT, refilled.waiting > 0 ? LOOK : FINE, detail,
            cli_say(v->cli,
                    "Chờ các xã còn lại đồng bộ; dòng do huyện ghi: tuquan-district proposals",
                    "Wait for the other communes; what the district wrote: tuquan-district "
                    "proposals"));
}

static void look_at_proposals(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Điều huyện đã mất", "lost by the district" };
    char detail[128];
    uint64_t n;

    if (tq_proposals_count(v->app->store, &n, err) != TQ_OK) {
        failed(v, WHAT, err);
        return;
    }
    if (n == 0)
        return;
    snprintf(detail, sizeof(detail), "%" PRIu64 " %s", n,
            cli_say(v->cli, "đề xuất của các xã chờ quyết định", "proposals of the communes wait"));
    note(v, WHAT, LOOK, detail,
            cli_say(v->cli, "Xem và xác nhận hoặc bác: tuquan-district proposals",
                    "See, confirm or refuse: tuquan-district proposals"));
}

/* What two people made together, each a half: a state whose facts are not there (steps.h). */
static void look_at_steps(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Trạng thái thiếu căn cứ", "states without their facts" };
    struct tq_unmet_step *list;
    struct tq_buf detail;
    size_t n;
    size_t total;
    tq_status rc = tq_steps_unmet(tq_district_store_db(v->app->store), STEPS_NAMED, v->app->arena,
            &list, &n, &total, err);

    tq_buf_init(&detail, 0);
    tq_buf_printf(&detail, "%zu: ", total);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        const struct tq_table *table = list[i].table;
        int state = tq_table_column(table, list[i].step->state);
        struct tq_slice word = tq_word_of_code(table->name, &table->columns[state],
                tq_slice_str(list[i].step->code), v->cli->lang);
        struct tq_slice unit;

        rc = show_unit(v->app, list[i].unit, &unit, err);
        if (rc != TQ_OK)
            break;
        tq_buf_printf(
                &detail, "%s%.*s, ", i > 0 ? "; " : "", (int)unit.len, (const char *)unit.data);
        rc = show_row(v->app, v->cli, table, list[i].key, &detail, err);
        tq_buf_printf(&detail, " \"%.*s\": %s %s", (int)word.len, (const char *)word.data,
                cli_say(v->cli, "thiếu", "lacks"),
                tq_word_of_column(&table->columns[list[i].column], v->cli->lang));
    }
    tq_buf_append_str(&detail, total > n ? "; ..." : "");
    tq_buf_append_u8(&detail, 0);
    if (rc == TQ_OK && !tq_buf_is_ok(&detail))
        rc = tq_error_set(err, TQ_NOMEM, "doctor");
    if (rc != TQ_OK)
        failed(v, WHAT, err);
    else if (total > 0)
        note(v, WHAT, LOOK, (const char *)detail.data,
                cli_say(v->cli, "Xã bổ sung ô còn thiếu hoặc sửa lại trạng thái.",
                        "The commune fills in what is missing or puts the state right."));
    tq_buf_deinit(&detail);
}

/* Each neighbour: what the running server, or the last one, left in the file and the mailbox. */
static void look_at_links(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Liên lạc với huyện bạn", "link with a neighbour" };
    struct tq_link_info *list;
    size_t count = 0;
    tq_status rc = tq_links_list(v->app->store, true, v->app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct link_health health;
        struct tq_buf text;

        rc = link_health_read(v->app, v->cli, &list[i], &health, err);
        if (rc != TQ_OK)
            break;
        tq_buf_init(&text, 0);
        link_health_say(v->cli, &list[i], &health, &text);
        tq_buf_append_u8(&text, 0);
        if (tq_buf_is_ok(&text))
            note(v, WHAT, health.worry == WORRY_NONE ? FINE : LOOK, (const char *)text.data,
                    link_worry_words(v->cli, health.worry));
        else
            rc = tq_error_set(err, TQ_NOMEM, "doctor");
        tq_buf_deinit(&text);
    }
    if (rc != TQ_OK)
        failed(v, WHAT, err);
}

static void look_at_space(struct visit *v)
{
    static const struct cli_text WHAT = { "Chỗ trống trên ổ đĩa", "disk space" };
    struct tq_error err;
    uint64_t left;
    char detail[160];

    if (tq_file_room(v->cli->dir, &left, &err) != TQ_OK) {
        tq_retell(err.msg, v->cli->lang, detail, sizeof(detail));
        note(v, WHAT, LOOK, detail, tq_status_next_step(TQ_IO, v->cli->lang));
        return;
    }
    snprintf(detail, sizeof(detail), "%" PRIu64 " MB", left / MEGABYTE);
    note(v, WHAT,
            left < SPACE_NONE  ? BAD
            : left < SPACE_LOW ? LOOK
                               : FINE,
            detail, tq_status_next_step(TQ_DISK_FULL, v->cli->lang));
}

static void look_at_files(struct visit *v, struct tq_error *err)
{
    static const struct cli_text WHAT = { "Số tệp mở được", "open files" };
    uint64_t now = 0;
    tq_status rc = tq_process_raise_files(TQ_PROCESS_FILES_WANTED, &now, err);
    char detail[64];

    snprintf(detail, sizeof(detail), "%" PRIu64 " / %u", now, TQ_PROCESS_FILES_WANTED);
    note(v, WHAT, rc == TQ_OK ? FINE : LOOK, detail,
            cli_say(v->cli, "Tăng LimitNOFILE (systemd) hoặc `ulimit -n` lên 16384.",
                    "Raise LimitNOFILE (systemd) or `ulimit -n` to 16384."));
    tq_error_clear(err);
}

/* Can a server take this port? 1 yes, 0 somebody has it, -1 the address cannot be read. */
static int port_is_free(const char *address)
{
    const char *colon = strrchr(address, ':');
    struct sockaddr_in at = { 0 };
    long port = colon != NULL ? strtol(colon + 1, NULL, 10) : 0;
    int yes = 1;
    int fd;
    int rc;

    if (port <= 0 || port > 65535)
        return -1;
    at.sin_family = AF_INET;
    at.sin_port = htons((uint16_t)port);
    at.sin_addr.s_addr = htonl(INADDR_ANY);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    rc = bind(fd, (const struct sockaddr *)&at, sizeof(at));
    close(fd);
    return rc == 0;
}

static void look_at_ports(struct visit *v)
{
    char lock[APP_PATH_BYTES];
    bool runs = tq_file_join(lock, sizeof(lock), v->cli->dir, WATCH_LOCK, NULL) == TQ_OK &&
                tq_file_is_locked(lock); /* then it is this server that has them */

    static const char *const KEYS[] = { "sync_address", "news_address" };
    static const struct cli_text WHATS[] = { { "Cổng đồng bộ", "sync port" },
        { "Cổng phát sóng", "news port" } };

    for (size_t i = 0; i < 2; i++) {
        const char *address = cli_config_text(v->app->config, KEYS[i]);
        int is_free = port_is_free(address);
        char detail[256];

        snprintf(detail, sizeof(detail), "%s: %s", address,
                is_free < 0    ? cli_say(v->cli, "không hiểu địa chỉ", "cannot be read")
                : is_free == 0 ? cli_say(v->cli, "đang được dùng", "in use")
                               : cli_say(v->cli, "còn trống", "free"));
        note(v, WHATS[i],
                is_free < 0             ? BAD
                : is_free == 0 && !runs ? LOOK
                                        : FINE,
                detail,
                is_free < 0 ? tq_status_next_step(TQ_CONFIG, v->cli->lang)
                            : cli_say(v->cli,
                                      "Bình thường khi máy chủ đang chạy; nếu không, tắt "
                                      "chương trình kia hoặc đổi cổng.",
                                      "As it should be while the server runs; else stop the other "
                                      "program or choose another port."));
    }
}

/* What the running server says of the page beside it. */
static void look_at_page(struct visit *v)
{
    static const struct cli_text WHAT = { "Trang của huyện", "the district's page" };
    char lock[APP_PATH_BYTES];
    struct watch watch;
    char detail[160];

    if (cli_config_text(v->app->config, "page_address")[0] == '\0' ||
            tq_file_join(lock, sizeof(lock), v->cli->dir, WATCH_LOCK, NULL) != TQ_OK ||
            !tq_file_is_locked(lock) || watch_load(&watch, v->cli->dir, NULL) != TQ_OK)
        return;
    snprintf(detail, sizeof(detail), "%s %s", watch.page, watch.page_facts);
    note(v, WHAT, watch_page_failed(&watch) ? LOOK : FINE, detail,
            tq_status_next_step(TQ_CONFIG, v->cli->lang));
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct visit v = { .app = app, .cli = cli, .worst = FINE };
    tq_status rc = tq_identity_init(err);

    if (rc == TQ_OK)
        rc = app_paths(app, cli->dir, err);
    if (rc == TQ_OK && !tq_file_exists(app->db_path))
        return tq_error_set(err, TQ_NO_DATA, "%s", app->db_path);
    app->arena = tq_arena_new((size_t)256 * 1024 * 1024);
    if (rc == TQ_OK && app->arena == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "doctor");
    cli_table_init(&v.out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    if (rc == TQ_OK) {
        look_at_keys(&v, err);
        look_at_config(&v, err);
        look_at_height(&v);
        if (look_at_file(&v, err)) {
            look_at_machines(&v, err);
            look_at_clock(&v, err);
            look_at_backup(&v, err);
            look_at_refill(&v, err);
            look_at_proposals(&v, err);
            if (cli_option(cli, "quick") == NULL)
                look_at_steps(&v, err);
            look_at_links(&v, err);
        }
        look_at_space(&v);
        look_at_files(&v, err);
        if (app->config != NULL)
            look_at_ports(&v);
        if (app->config != NULL)
            look_at_page(&v);
        rc = v.no_memory ? tq_error_set(err, TQ_NOMEM, "doctor")
                         : cli_table_print(&v.out, "checks", err);
    }
    cli_table_deinit(&v.out);
    if (rc == TQ_OK && v.worst != FINE)
        cli->exit_code = tq_status_exit_code(v.worst == BAD ? TQ_CORRUPT : TQ_NEEDS_PERSON);
    app_close(app);
    return rc;
}

const struct cli_command CMD_DOCTOR = {
    .name = "doctor",
    .usage = "",
    .summary = { "khám máy chủ: tệp, khóa, cấu hình, sổ cái, ổ đĩa, cổng, đồng hồ (không sửa gì)",
            "examine files, keys, configuration, ledger, disk, ports, clock (changes nothing)" },
    .details = { "Mã kết thúc 0: tốt; 5: có chỗ cần xem; 1: hỏng.",
            "Exit code 0: fine; 5: something to look at; 1: broken." },
    .options = OPTIONS,
    .run = run,
};

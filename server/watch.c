#include "watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/text.h"

#define LOG_EVERY_MS INT64_C(60000)
#define SAVE_EVERY_MS INT64_C(1000)
#define MAX_FILE ((size_t)65536)

static const struct {
    const char *code;
    struct cli_text words;
} KINDS[WATCH_KINDS] = {
    [WATCH_STRANGER] = { "stranger",
            { "máy lạ bị chặn ở cửa", "stranger turned away at the gate" } },
    [WATCH_HANDSHAKE] = { "handshake",
            { "kết nối không bắt tay đúng cách", "connection without a proper handshake" } },
    [WATCH_NAMELESS] = { "nameless",
            { "thông điệp không rõ của ai", "message without an identity" } },
    [WATCH_REVOKED] = { "revoked", { "máy đã thu hồi vẫn gửi", "revoked device still sends" } },
    [WATCH_MALFORMED] = { "malformed",
            { "thông điệp nhiều mảnh hoặc sai khổ", "message in parts or out of shape" } },
    [WATCH_TOO_LARGE] = { "too_large",
            { "thông điệp vượt cỡ cho phép", "message over the limit" } },
    [WATCH_CONNECTIONS] = { "connections",
            { "máy mở quá nhiều kết nối", "more connections than a device needs" } },
    [WATCH_TOPIC] = { "topic",
            { "đăng ký nghe điều không phát", "subscription to what is not offered" } },
    [WATCH_BROKEN] = { "broken", { "thông điệp không đọc được", "message that cannot be read" } },
    [WATCH_FORGED] = { "forged",
            { "gói giả mạo hoặc chữ ký sai", "set with a forged name or signature" } },
    [WATCH_CHAIN] = { "chain",
            { "gói không nối tiếp sổ của máy", "set that does not continue its chain" } },
    [WATCH_OUT_OF_PLACE] = { "out_of_place",
            { "thông điệp ngoài phiên", "message of no session" } },
    [WATCH_TOO_OFTEN] = { "too_often", { "chào quá nhiều lần", "more Hellos than needed" } },
    [WATCH_PULLS] = { "pulls", { "máy xin dữ liệu không dứt", "device pulls without end" } },
    [WATCH_SLOW] = { "slow", { "máy không nhận dữ liệu đã xin", "peer that does not read" } },
    [WATCH_INVITATION] = { "invitation",
            { "giấy mời đã dùng, hết hạn hoặc sai", "invitation used, expired or wrong" } },
    [WATCH_FOREIGN] = { "foreign",
            { "sửa dòng của đơn vị khác hoặc ô do bên khác ghi",
                    "change of another unit's row or of what others write" } },
    [WATCH_TROUBLE] = { "trouble",
            { "phiên dừng vì lỗi của máy chủ", "session ended by the server's own trouble" } },
    [WATCH_NOT_NOW] = { "not_now",
            { "huyện bạn gọi khi quy chế không có hiệu lực",
                    "a neighbour that called while no agreement was in force" } },
};

const char *watch_code(watch_kind kind)
{
    return KINDS[kind].code;
}

const char *watch_words(watch_kind kind, const struct cli *cli)
{
    return cli_say(cli, KINDS[kind].words.vi, KINDS[kind].words.en);
}

/* One line a minute for each kind, however often it happens. */
static void say(struct watch_entry *e, watch_kind kind, const struct cli *cli)
{
    int64_t now = tq_process_monotonic_ms();

    if (e->count == e->logged || (e->logged_ms != 0 && now - e->logged_ms < LOG_EVERY_MS))
        return;
    fprintf(stderr, "WATCH %s: %s; %s +%" PRIu64 " (%" PRIu64 ")%s%s%s%s\n", KINDS[kind].code,
            cli_say(cli, KINDS[kind].words.vi, KINDS[kind].words.en),
            cli_say(cli, "số lần", "times"), e->count - e->logged, e->count,
            e->who[0] != '\0' ? "; " : "", e->who, e->what[0] != '\0' ? " " : "", e->what);
    e->logged = e->count;
    e->logged_ms = now;
}

void watch_add(struct watch *watch, const struct cli *cli, watch_kind kind, uint64_t times,
        const char *who, tq_status why, int64_t now_ms)
{
    struct watch_entry *e = &watch->kinds[kind];

    if (times == 0)
        return;
    e->count += times;
    e->last_ms = now_ms;
    if (who != NULL)
        snprintf(e->who, sizeof(e->who), "%s", who);
    snprintf(e->what, sizeof(e->what), "%s", why != TQ_OK ? tq_status_code(why) : "");
    watch->changed = true;
    say(e, kind, cli);
}

void watch_device(struct watch *watch, const struct cli *cli, watch_kind kind, uint32_t device,
        tq_status why, int64_t now_ms)
{
    char who[32];

    snprintf(who, sizeof(who), "%s %u", cli_say(cli, "máy", "device"), device);
    watch_add(watch, cli, kind, 1, who, why, now_ms);
}

void watch_say(struct watch *watch, const struct cli *cli)
{
    for (int i = 0; i < WATCH_KINDS; i++)
        say(&watch->kinds[i], (watch_kind)i, cli);
}

void watch_page(struct watch *watch, const struct tq_error *err)
{
    bool serves = err == NULL || err->status == TQ_OK;

    snprintf(watch->page, sizeof(watch->page), "%s", serves ? "ok" : tq_status_code(err->status));
    snprintf(watch->page_facts, sizeof(watch->page_facts), "%.*s", (int)WATCH_WHO_SIZE - 4,
            serves ? "" : err->msg);
    for (size_t bad = 0; !tq_text_is_valid(tq_slice_str(watch->page_facts), &bad); bad = 0)
        watch->page_facts[bad] = '\0'; /* the cut parted a letter */
    watch->changed = true;
}

bool watch_page_failed(const struct watch *watch)
{
    return watch->page[0] != '\0' && strcmp(watch->page, "ok") != 0;
}

static json_t *as_json(const struct watch *w)
{
    json_t *kinds = json_object();
    json_t *out = json_object();

    for (int i = 0; i < WATCH_KINDS; i++) {
        const struct watch_entry *e = &w->kinds[i];

        json_object_set_new(kinds, KINDS[i].code,
                json_pack("{s:I,s:I,s:s,s:s}", "count", (json_int_t)e->count, "last_at_ms",
                        (json_int_t)e->last_ms, "who", e->who, "what", e->what));
    }
    json_object_set_new(out, "pid", json_integer(w->pid));
    json_object_set_new(out, "started_at_ms", json_integer(w->started_ms));
    json_object_set_new(out, "alarm", json_boolean(w->alarm));
    json_object_set_new(out, "gate_answers", json_boolean(w->gate_answers));
    json_object_set_new(out, "files", json_integer((json_int_t)w->files));
    json_object_set_new(out, "connections", json_integer((json_int_t)w->connections));
    json_object_set_new(out, "peers", json_integer((json_int_t)w->peers));
    json_object_set_new(out, "sessions", json_integer((json_int_t)w->sessions));
    json_object_set_new(out, "queued_bytes", json_integer((json_int_t)w->queued_bytes));
    json_object_set_new(out, "messages", json_integer((json_int_t)w->messages));
    json_object_set_new(out, "turns", json_integer((json_int_t)w->turns));
    json_object_set_new(out, "turn_ms", json_integer((json_int_t)w->turn_ms));
    json_object_set_new(out, "turn_most_ms", json_integer((json_int_t)w->turn_most_ms));
    json_object_set_new(out, "proposals", json_integer((json_int_t)w->proposals));
    json_object_set_new(out, "page", json_string(w->page));
    json_object_set_new(out, "page_facts", json_string(w->page_facts));
    json_object_set_new(out, "kinds", kinds);
    return out;
}

void watch_save(struct watch *watch, const char *dir, bool at_once)
{
    int64_t now = tq_process_monotonic_ms();
    char path[APP_PATH_BYTES];
    struct tq_error err;
    json_t *json;
    bool whole;
    char *text;

    if (!at_once && (!watch->changed || now - watch->written_ms < SAVE_EVERY_MS))
        return;
    json = as_json(watch);
    text = json_dumps(json, JSON_INDENT(1) | JSON_SORT_KEYS);
    whole = !cli_json_take_short(); /* else the file stays as it was, and is tried again */
    watch->written_ms = now;        /* a full disk is not tried at full speed, either */
    if (text != NULL && whole && tq_file_join(path, sizeof(path), dir, WATCH_FILE, &err) == TQ_OK &&
            tq_file_replace(path, tq_slice_str(text), false, &err) == TQ_OK)
        watch->changed = false;
    cli_json_free(text);
    json_decref(json);
}

static uint64_t number(const json_t *json, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(json, key));

    return value > 0 ? (uint64_t)value : 0;
}

static void text_of(const json_t *json, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(json, key));

    snprintf(out, size, "%s", text != NULL ? text : "");
}

tq_status watch_load(struct watch *w, const char *dir, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_buf bytes;
    json_t *json = NULL;
    tq_status rc = tq_file_join(path, sizeof(path), dir, WATCH_FILE, err);

    memset(w, 0, sizeof(*w));
    tq_buf_init(&bytes, MAX_FILE);
    if (rc == TQ_OK && !tq_file_exists(path)) {
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", path);
        goto out;
    }
    if (rc == TQ_OK)
        rc = tq_file_read(path, MAX_FILE, &bytes, err);
    if (rc != TQ_OK)
        goto out;
    json = json_loadb((const char *)bytes.data, bytes.len, 0, NULL);
    if (!json_is_object(json)) {
        rc = tq_error_set(err, cli_json_take_short() ? TQ_NOMEM : TQ_PROTOCOL, "%s", path);
        goto out;
    }
    w->pid = (int64_t)number(json, "pid");
    w->started_ms = (int64_t)number(json, "started_at_ms");
    w->alarm = json_is_true(json_object_get(json, "alarm"));
    w->gate_answers = json_is_true(json_object_get(json, "gate_answers"));
    w->files = number(json, "files");
    w->connections = number(json, "connections");
    w->peers = number(json, "peers");
    w->sessions = number(json, "sessions");
    w->queued_bytes = number(json, "queued_bytes");
    w->messages = number(json, "messages");
    w->turns = number(json, "turns");
    w->turn_ms = number(json, "turn_ms");
    w->turn_most_ms = number(json, "turn_most_ms");
    w->proposals = number(json, "proposals");
    text_of(json, "page", w->page, sizeof(w->page));
    text_of(json, "page_facts", w->page_facts, sizeof(w->page_facts));
    for (int i = 0; i < WATCH_KINDS; i++) {
        const json_t *e = json_object_get(json_object_get(json, "kinds"), KINDS[i].code);

        w->kinds[i].count = number(e, "count");
        w->kinds[i].last_ms = (int64_t)number(e, "last_at_ms");
        text_of(e, "who", w->kinds[i].who, sizeof(w->kinds[i].who));
        text_of(e, "what", w->kinds[i].what, sizeof(w->kinds[i].what));
    }

out:
    json_decref(json);
    tq_buf_deinit(&bytes);
    return rc;
}

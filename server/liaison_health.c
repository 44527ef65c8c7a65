#include "liaison_health.h"

#include <inttypes.h>
#include <string.h>

#include "cli/table.h"
#include "liaison_box.h"
#include "liaison_heads.h"
#include "show.h"
#include "tuquan/district_devices.h"
#include "tuquan/mem.h"
#include "tuquan/word_store.h"
#include "watch.h"

#define PAGE 256u
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define SILENT_MS DAY_MS
#define WAITS_MS (3 * DAY_MS)

static const struct {
    const char *code;
    struct cli_text text;
} STATES[] = {
    [LINK_NEW] = { "new", { "chưa nối", "not connected" } },
    [LINK_ONE_WAY] = { "one_way", { "mới nối một chiều", "one way so far" } },
    [LINK_NO_AGREEMENT] = { "no_agreement", { "chưa có quy chế", "no agreement yet" } },
    [LINK_OPEN] = { "open", { "đang nối", "open" } },
    [LINK_BY_FILE] = { "by_file", { "bằng gói", "by bundle" } },
    [LINK_SHUT] = { "shut", { "khóa đã thu hồi, chưa mời lại", "keys revoked, not invited anew" } },
    [LINK_REFUSED] = { "refused", { "huyện bạn không nhận", "refused by the neighbour" } },
    [LINK_NOT_NOW] = { "not_in_force", { "quy chế chưa/hết hạn", "agreement not in force" } },
    [LINK_ENDED] = { "ended", { "đã chấm dứt", "ended" } },
};

static const struct {
    const char *code;
    struct cli_text text;
} WORRIES[] = {
    [WORRY_NONE] = { "", { "", "" } },
    [WORRY_UNFINISHED] = { "unfinished",
            { "chưa nối xong: mời, nhận lời mời, nhập quy chế ở cả hai huyện",
                    "not finished: invite, accept, and the agreement in both districts" } },
    [WORRY_NOT_NOW] = { "not_in_force",
            { "quy chế chưa tới ngày hoặc đã hết hạn: nhập quy chế mới",
                    "its agreement is not in force: bring in a new one" } },
    [WORRY_SOON] = { "ends_soon", { "quy chế sắp hết hạn: ký tiếp và nhập ở cả hai huyện",
                                          "its agreement ends soon: renew it in both districts" } },
    [WORRY_INVITE] = { "invite_anew", { "khóa của huyện bạn đã thu hồi khi chấm dứt, bạn không vào "
                                        "được: mời lại (invite), và nhận "
                                        "lời mời mới của bạn (accept)",
                                              "its key was revoked when the link ended, it cannot "
                                              "come: invite it anew, and accept "
                                              "its new invitation" } },
    [WORRY_UNKNOWN] = { "unknown_there", { "huyện bạn không nhận khóa của ta (bên bạn đã chấm dứt, "
                                           "hoặc chưa nhận ta vào): gọi hỏi; nối "
                                           "lại thì ký quy chế, xin lời mời mới",
                                                 "the neighbour does not take our key (it ended "
                                                 "the link, or never let us in): call; to "
                                                 "go on agree anew and ask for an invitation" } },
    [WORRY_ENDED_THERE] = { "ended_there", { "huyện bạn báo không có quy chế đang hiệu lực (bên "
                                             "bạn chưa nhập, hết hạn hoặc đã chấm dứt): "
                                             "gọi hỏi, nhập cùng một quy chế",
                                                   "the neighbour says that no agreement is in "
                                                   "force there: call, and bring in one text on "
                                                   "both sides" } },
    [WORRY_DIFFERS] = { "other_agreement", { "huyện bạn đang theo một quy chế khác với quy chế của "
                                             "ta: so mã băm (liaison show), nhập cùng "
                                             "một tệp ở cả hai huyện",
                                                   "the neighbour goes by another agreement than "
                                                   "we do: compare the hashes (liaison show), "
                                                   "bring in one file on both sides" } },
    [WORRY_SILENT] = { "silent",
            { "hơn một ngày không nghe được huyện bạn: xem đường truyền, gọi điện",
                    "the neighbour was not heard for a day: look at the line, call" } },
    [WORRY_WAITS] = { "waits",
            { "huyện bạn không đến lấy ba ngày: gọi điện, hoặc gửi bằng tệp",
                    "the neighbour fetched nothing for three days: call, or send a file" } },
    [WORRY_MINUTES] = { "minutes_differ",
            { "biên bản hai bên ghi khác nhau: xem liaison due, so bản giấy với huyện bạn",
                    "the sides have minutes otherwise: see liaison due, compare the paper" } },
    [WORRY_WENT_BACK] = { "went_back",
            { "sổ cái của huyện bạn lùi lại hoặc đổi khác: gọi điện hỏi vì sao",
                    "the neighbour's ledger went back or tells another history: call and ask" } },
    [WORRY_UNREAD] = { "unread",
            { "không đọc được hộp thư của liên lạc này: đưa bản sao về, hoặc mời lại",
                    "its mailbox cannot be read: bring a copy back, or invite anew" } },
};

const char *link_state_code(link_state state)
{
    return STATES[state].code;
}

const char *link_state_words(const struct cli *cli, link_state state)
{
    return cli_say(cli, STATES[state].text.vi, STATES[state].text.en);
}

const char *link_worry_code(link_worry worry)
{
    return WORRIES[worry].code;
}

const char *link_worry_words(const struct cli *cli, link_worry worry)
{
    return cli_say(cli, WORRIES[worry].text.vi, WORRIES[worry].text.en);
}

/* ---- the mailbox ---- */

static tq_status count_waiting(struct box *box, uint64_t cursor, int64_t *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(box->app.store);
    struct tq_stored_row *page = tq_arena_array(box->app.arena, PAGE, sizeof(*page));
    tq_status rc = page == NULL ? tq_error_set(err, TQ_NOMEM, "liaison") : TQ_OK;

    for (size_t t = 0; rc == TQ_OK && t < box->catalogue->ntables; t++) {
        const struct tq_table *table = &box->catalogue->tables[t];
        struct tq_slice after = tq_slice_of(NULL, 0);
        size_t got = PAGE;

        while (rc == TQ_OK && got == PAGE && tq_liaison_is_table(table)) {
            rc = ops->rows_scan(ops->ctx, table, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0),
                    PAGE, box->app.arena, page, &got, err);
            for (size_t i = 0; rc == TQ_OK && i < got; i++)
                *out += page[i].meta.row_seq > cursor;
            if (got > 0)
                after = page[got - 1].key;
        }
    }
    return rc;
}

/* It reads what we make in the viewer, and no program of its own tells how far it has come. */
static bool without_programs(const struct tq_link_info *link, const struct tq_agreement *agreement)
{
    return agreement != NULL && agreement->readable && link->accepted_at_ms == 0;
}

static tq_status look_into(struct app *app, struct cli *cli, const struct tq_link_info *link,
        struct link_health *out, struct tq_error *err)
{
    struct box *box = tq_mem_zalloc(sizeof(*box));
    struct watch *watch = tq_mem_zalloc(sizeof(*watch));
    struct tq_device_info *list;
    uint64_t cursor = 0;
    size_t count = 0;
    size_t members = 0;
    bool live = false;
    tq_status rc = box == NULL || watch == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                                                : box_open_out(box, cli, link, false, err);

    if (rc == TQ_OK)
        rc = tq_devices_list(box->app.store, box->app.arena, &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        members += list[i].device != TQ_DEVICE_DISTRICT;
        live = live || (list[i].device != TQ_DEVICE_DISTRICT && list[i].revoked_at_ms == 0);
        if (list[i].last_heard_at_ms > out->partner_heard_ms)
            out->partner_heard_ms = list[i].last_heard_at_ms;
        if (list[i].cursor > cursor)
            cursor = list[i].cursor;
    }
    out->locked_out = rc == TQ_OK && members > 0 && !live;
    if (rc == TQ_OK)
        rc = tq_words_get(box->app.store, 0, app->arena, &out->word, err);
    if (rc == TQ_OK && (count > 1 || !without_programs(link, out->agreement)))
        rc = count_waiting(box, cursor, &out->waits, err);
    if (rc == TQ_OK && watch_load(watch, box->dir, NULL) == TQ_OK) {
        out->strangers = (int64_t)watch->kinds[WATCH_STRANGER].count;
        out->revoked = (int64_t)watch->kinds[WATCH_REVOKED].count;
    }
    if (box != NULL)
        box_close(box);
    tq_mem_free(box);
    tq_mem_free(watch);
    if (rc == TQ_NO_DATA) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc;
}

static tq_status look(struct app *app, struct cli *cli, const struct tq_link_info *link,
        struct link_health *out, struct tq_error *err)
{
    struct tq_error why = { .status = TQ_OK };
    tq_status rc = look_into(app, cli, link, out, &why);

    out->unread = rc != TQ_OK;
    return rc == TQ_NOMEM ? tq_error_set(err, rc, "%s", why.msg) : TQ_OK;
}

/* ---- what it comes to ---- */

static bool is_problem(const struct tq_link_info *link, tq_status code)
{
    return tq_slice_equal(link->problem, tq_slice_str(tq_status_code(code)));
}

/* The neighbour answered, and did not take us. */
static bool is_refused(const struct tq_link_info *link)
{
    return is_problem(link, TQ_NOT_ADMITTED) || is_problem(link, TQ_REVOKED) ||
           is_problem(link, TQ_LIAISON_ENDED);
}

/* Heard since we brought ours in: what it said before may have changed with it. */
static bool is_other_text(const struct tq_link_info *link, const struct link_health *health)
{
    static const uint8_t NONE[TQ_HASH_BYTES] = { 0 };
    const uint8_t *theirs = health->word.words.agreement;

    return health->agreement != NULL && health->word.said &&
           health->word.at_ms >= link->agreed_at_ms && memcmp(theirs, NONE, sizeof(NONE)) != 0 &&
           memcmp(theirs, health->agreement->hash, TQ_HASH_BYTES) != 0;
}

static link_state state_of(
        const char *dir, const struct tq_link_info *link, const struct link_health *health)
{
    const struct tq_agreement *agreement = health->agreement;
    char today[16];

    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    if (link->ended_at_ms != 0)
        return LINK_ENDED;
    if (link->invited_at_ms == 0 && link->accepted_at_ms == 0)
        return LINK_NEW;
    if (agreement == NULL)
        return LINK_NO_AGREEMENT;
    if (!tq_agreement_in_force(agreement, today))
        return LINK_NOT_NOW;
    if (health->locked_out)
        return LINK_SHUT;
    if (box_is_by_file(dir, link->id) || without_programs(link, agreement))
        return LINK_BY_FILE;
    if (is_refused(link))
        return LINK_REFUSED;
    return link->invited_at_ms != 0 && link->accepted_at_ms != 0 ? LINK_OPEN : LINK_ONE_WAY;
}

static int64_t days_left(const struct tq_agreement *agreement, link_state state)
{
    tq_day to;

    if ((state != LINK_OPEN && state != LINK_BY_FILE && state != LINK_ONE_WAY) ||
            !tq_day_parse(tq_slice_str(agreement->to), &to))
        return 0;
    return (int64_t)to - tq_day_of_instant(app_now_ms()) + 1;
}

static link_worry worry_of(const struct tq_link_info *link, const struct link_health *health)
{
    int64_t now = app_now_ms();

    switch (health->state) {
    case LINK_ENDED:
        return WORRY_NONE;
    case LINK_NOT_NOW:
        return WORRY_NOT_NOW;
    case LINK_SHUT:
        return WORRY_INVITE;
    case LINK_REFUSED:
        return is_problem(link, TQ_LIAISON_ENDED) ? WORRY_ENDED_THERE : WORRY_UNKNOWN;
    case LINK_BY_FILE: /* bundles go when they go */
        return health->days_left <= TQ_AGREEMENT_SOON_DAYS ? WORRY_SOON : WORRY_NONE;
    case LINK_OPEN:
        break;
    default:
        return WORRY_UNFINISHED;
    }
    if (now - link->heard_at_ms > SILENT_MS && now - link->accepted_at_ms > SILENT_MS)
        return WORRY_SILENT;
    if (health->waits > 0 && now - health->partner_heard_ms > WAITS_MS &&
            now - link->invited_at_ms > WAITS_MS)
        return WORRY_WAITS;
    return health->days_left <= TQ_AGREEMENT_SOON_DAYS ? WORRY_SOON : WORRY_NONE;
}

tq_status link_health_read(struct app *app, struct cli *cli, const struct tq_link_info *link,
        struct link_health *out, struct tq_error *err)
{
    struct tq_minutes *minutes;
    bool went_back = false;
    size_t differ = 0;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = heads_went_back(app, link->id, &went_back, err);
    if (rc == TQ_OK)
        rc = tq_minutes_list(app->store, link->id, 1, app->arena, &minutes, &differ, err);
    if (rc == TQ_OK && link->agreement.len > 0) {
        out->agreement = tq_arena_alloc(app->arena, sizeof(*out->agreement));
        rc = out->agreement == NULL
                     ? tq_error_set(err, TQ_NOMEM, "liaison")
                     : tq_agreement_read(out->agreement, link->agreement, app->arena, err);
    }
    if (rc == TQ_OK)
        rc = look(app, cli, link, out, err);
    if (rc != TQ_OK)
        return rc;
    out->state = state_of(cli->dir, link, out);
    out->days_left = days_left(out->agreement, out->state);
    out->worry = out->unread && out->state != LINK_ENDED ? WORRY_UNREAD
                 : went_back && out->state != LINK_ENDED ? WORRY_WENT_BACK
                                                         : worry_of(link, out);
    if (is_other_text(link, out) && out->state != LINK_ENDED && out->worry <= WORRY_SOON)
        out->worry = WORRY_DIFFERS;
    if (differ > 0 && (out->worry == WORRY_NONE || out->worry == WORRY_SOON))
        out->worry = WORRY_MINUTES;
    return TQ_OK;
}

bool link_is_alarming(const struct link_health *health)
{
    return health->worry != WORRY_NONE && health->worry != WORRY_UNFINISHED;
}

void link_health_say(const struct cli *cli, const struct tq_link_info *link,
        const struct link_health *health, struct tq_buf *out)
{
    char shown[40];

    tq_buf_printf(out, "%.*s: %s", (int)link->name.len, (const char *)link->name.data,
            link_state_words(cli, health->state));
    if (health->state == LINK_ENDED)
        return;
    tq_buf_printf(out, "; %s %s", cli_say(cli, "nghe lần cuối", "last heard"),
            link->heard_at_ms != 0 ? cli_show_instant(cli, link->heard_at_ms, shown, sizeof(shown))
                                   : cli_say(cli, "chưa", "never"));
    tq_buf_printf(out, "; %s %" PRId64, cli_say(cli, "chờ bạn lấy", "waits"), health->waits);
    tq_buf_printf(out, "; %s %" PRIu64, cli_say(cli, "không được qua", "refused"), link->refused);
    if (health->days_left > 0 && health->days_left <= TQ_AGREEMENT_SOON_DAYS)
        tq_buf_printf(out, "; %s %" PRId64 " %s", cli_say(cli, "quy chế còn", "agreement:"),
                health->days_left, cli_say(cli, "ngày", "days left"));
}

static tq_status say_link(struct app *app, struct cli *cli, const struct tq_link_info *link,
        json_t *list, bool *alarm, struct tq_error *err)
{
    struct link_health health;
    struct tq_buf text;
    tq_status rc = link_health_read(app, cli, link, &health, err);

    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    link_health_say(cli, link, &health, &text);
    if (tq_buf_is_ok(&text))
        cli_print(cli, "%s %.*s%s%s", cli_say(cli, "Huyện bạn", "Neighbour"), (int)text.len,
                (const char *)text.data, health.worry != WORRY_NONE ? ". " : "",
                link_worry_words(cli, health.worry));
    else
        rc = tq_error_set(err, TQ_NOMEM, "liaison");
    tq_buf_deinit(&text);
    *alarm = *alarm || link_is_alarming(&health);
    json_array_append_new(
            list, json_pack("{s:I, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "link",
                          (json_int_t)link->id, "name", cli_json_slice(link->name), "state",
                          link_state_code(health.state), "todo", link_worry_code(health.worry),
                          "heard_at_ms", (json_int_t)link->heard_at_ms, "partner_heard_at_ms",
                          (json_int_t)health.partner_heard_ms, "waits", (json_int_t)health.waits,
                          "refused", (json_int_t)link->refused, "days_left",
                          (json_int_t)health.days_left));
    return rc;
}

tq_status liaison_status(struct app *app, struct cli *cli, bool *alarm, struct tq_error *err)
{
    struct tq_link_info *list;
    json_t *told = json_array();
    size_t count = 0;
    tq_status rc = tq_links_list(app->store, true, app->arena, &list, &count, err);

    *alarm = false;
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = say_link(app, cli, &list[i], told, alarm, err);
    cli_json_set(cli, "links", told);
    return rc;
}

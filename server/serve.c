#include "serve.h"

#include <stdio.h>
#include <string.h>

#include "liaison_run.h"
#include "metrics.h"
#include "page.h"
#include "revocations.h"
#include "serve_internal.h"
#include "signed.h"
#include "tuquan/mem.h"

#define MESSAGE_ARENA ((size_t)256 * 1024 * 1024)
#define LOOK_MS 250 /* what others wrote is broadcast, the guests' port opened */
#define MESSAGES_A_TURN 512
#define QUEUE_MESSAGES 4096 /* a receipt for each of many sets, and the rows of a window */
#define SILENT_MS INT64_C(600000)
#define DRAIN_MS 1000
#define TELL_EVERY_MS INT64_C(1000)
#define RETRY_MS 60000u
#define HELLOS_AT_ONCE 120
#define HELLOS_A_MINUTE 300
/* One sync pulls once, a few times where it has to repair: what an agent does in a day, and more than
 * the busiest can need for long. */
#define PULLS_AT_ONCE 240
#define PULLS_A_MINUTE 12

tq_status serve_send(struct server *s, const struct tq_peer *peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    struct tq_buf buf;
    tq_status rc;

    tq_buf_init(&buf, 0);
    rc = tq_message_encode(message, &buf, err);
    *bytes = buf.len;
    if (rc == TQ_OK)
        rc = tq_hub_send(s->hub, peer, buf.data, buf.len, err);
    if (rc == TQ_UNREACHABLE) {
        tq_error_clear(err);
        rc = TQ_OK; /* gone; its next session goes on from the files */
    }
    tq_buf_deinit(&buf);
    return rc;
}

/* The sessions' way out. BUSY (its queue is full: it does not read) ends that session: what is not
 * sent must not count as sent. */
static tq_status send(void *ctx, uint64_t number, const struct tq_message *message, size_t *bytes,
        struct tq_error *err)
{
    struct server *s = ctx;
    struct peer_entry *e = peers_find(&s->peers, number);

    *bytes = 0;
    return e == NULL ? TQ_OK : serve_send(s, &e->peer, message, bytes, err);
}

/* One server a folder: two would both give sequences. */
static tq_status lock_folder(struct server *s, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), s->cli->dir, WATCH_LOCK, err);

    return rc == TQ_OK ? tq_file_lock(&s->lock, path, err) : rc;
}

static tq_status start(struct server *s, struct tq_error *err)
{
    struct app *app = s->app;
    struct tq_district_session_config sessions;
    struct tq_hub_config hub;
    uint64_t files;
    size_t released;
    bool revoked;
    tq_status rc;

    s->now_ms = app_now_ms();
    if (tq_process_raise_files(TQ_PROCESS_FILES_WANTED, &files, err) != TQ_OK) {
        cli_warn(s->cli, "%s: %s", tq_status_sentence(err->status, s->cli->lang), err->msg);
        tq_error_clear(err);
    }
    s->watch.files = files;
    s->watch.started_ms = s->now_ms;
    s->watch.pid = tq_process_id();
    rc = tq_district_store_start(app->store, app->height_path, s->now_ms, &s->epoch, err);
    /* After an upgrade: what waited for this version is judged by it. In the new epoch, for in the
     * last one the file may not know what was given: it may have been put back. */
    if (rc == TQ_OK)
        rc = tq_merge_release_schema(app->merger, s->now_ms, &released, err);
    if (rc != TQ_OK)
        return rc;
    rc = revocations_apply(app, s->cli, err);
    if (rc == TQ_OK)
        rc = tq_roster_new(&s->roster, err);
    if (rc != TQ_OK)
        return rc;
    tq_readmit_pair(&app->keys, s->readmit_key, NULL);
    memset(&sessions, 0, sizeof(sessions));
    sessions.merge = app_merge_config(app);
    sessions.max_sessions = (size_t)cli_config_number(app->config, "max_sessions");
    sessions.busy_retry_ms = 60000;
    sessions.send = send;
    sessions.send_ctx = s;
    sessions.note = notes_take;
    sessions.note_ctx = s;
    rc = tq_district_new(&s->district, &sessions, err);
    if (rc == TQ_OK)
        rc = herald_new_key(s, err);
    if (rc == TQ_OK)
        rc = tq_net_new(&s->net, err);
    /* Before the first can knock: a machine that meets an empty roster is told that nobody knows it. */
    if (rc == TQ_OK)
        rc = gate_refresh(s, &revoked, err);
    if (rc == TQ_OK)
        rc = tq_gate_start(&s->gate, s->net, gate_lookup, s, err);
    if (rc != TQ_OK)
        return rc;
    memset(&hub, 0, sizeof(hub));
    hub.sync_address = app->sync_address;
    hub.news_address = app->news_address;
    memcpy(hub.public_key, app->keys.curve_public, TQ_LINK_KEY_BYTES);
    memcpy(hub.secret_key, app->keys.curve_secret, TQ_LINK_KEY_BYTES);
    hub.topics[0] = NEWS_TOPIC;
    hub.admits = gate_admits;
    hub.admits_ctx = s;
    hub.max_message_bytes = TQ_MESSAGE_MAX_BYTES;
    hub.queue_messages = QUEUE_MESSAGES;
    rc = tq_hub_new(&s->hub, s->net, s->gate, &hub, err);
    tq_wipe(hub.secret_key, sizeof(hub.secret_key));
    if (rc == TQ_OK)
        watch_forget_own(s);
    return rc;
}

static tq_status say_no(struct server *s, const struct tq_hub_message *message, tq_refusal code,
        tq_status why, struct tq_error *err)
{
    struct tq_message out;
    tq_message_kind kind;
    uint64_t session = 0;
    size_t bytes;
    tq_status rc;

    if (tq_message_peek(message->data, &kind, &session, err) != TQ_OK)
        tq_error_clear(err);
    memset(&out, 0, sizeof(out));
    out.kind = TQ_MSG_REFUSED;
    out.session = session;
    out.u.refused.code = code;
    out.u.refused.text_vi = tq_slice_str(tq_status_sentence(why, TQ_LANG_VI));
    out.u.refused.text_en = tq_slice_str(tq_status_sentence(why, TQ_LANG_EN));
    out.u.refused.next_vi = tq_slice_str(tq_status_next_step(why, TQ_LANG_VI));
    out.u.refused.next_en = tq_slice_str(tq_status_next_step(why, TQ_LANG_EN));
    if (code == TQ_REFUSAL_BUSY)
        out.u.refused.retry_after_ms = RETRY_MS;
    rc = serve_send(s, &message->peer, &out, &bytes, err);
    if (rc == TQ_BUSY) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc;
}

/* Answers to a flood must not be a flood. */
static bool may_be_told(struct member *member)
{
    int64_t now = tq_process_monotonic_ms();

    if (member == NULL || (member->told_ms != 0 && now - member->told_ms < TELL_EVERY_MS))
        return false;
    member->told_ms = now;
    return true;
}

/* A device that was revoked while connected: it is told, and nothing is read. */
static tq_status turn_away(
        struct server *s, const struct tq_hub_message *message, struct tq_error *err)
{
    uint32_t device = gate_device(message->user_id);

    watch_device(&s->watch, s->cli, WATCH_REVOKED, device, TQ_REVOKED, s->now_ms);
    if (!may_be_told(peers_member(&s->peers, device)))
        return TQ_OK;
    return say_no(s, message, TQ_REFUSAL_REVOKED, TQ_REVOKED, err);
}

/* Of a link: outside the days of the agreement. Each Hello is told so: the neighbour's program waits
 * for an answer to it, and to nothing else. */
static tq_status not_now(
        struct server *s, const struct tq_hub_message *message, struct tq_error *err)
{
    uint32_t device = gate_device(message->user_id);
    struct member *member = peers_member(&s->peers, device);
    tq_message_kind kind;
    uint64_t session;

    tq_district_drop_device(s->district, device);
    if (tq_message_peek(message->data, &kind, &session, err) != TQ_OK) {
        tq_error_clear(err);
        kind = TQ_MSG_STATUS;
    }
    if (kind != TQ_MSG_HELLO || member == NULL ||
            !allowance_take(&member->hellos, HELLOS_AT_ONCE, HELLOS_A_MINUTE))
        return TQ_OK;
    watch_device(&s->watch, s->cli, WATCH_NOT_NOW, device, TQ_LIAISON_ENDED, s->now_ms);
    return say_no(s, message, TQ_REFUSAL_AGREEMENT, TQ_LIAISON_ENDED, err);
}

/* More than a device can need: it is told to come back later, and its session ends. */
static tq_status too_often(struct server *s, const struct tq_hub_message *message,
        struct peer_entry *e, watch_kind kind, struct tq_error *err)
{
    watch_device(&s->watch, s->cli, kind, e->device, TQ_COME_BACK, s->now_ms);
    tq_district_drop(s->district, e->number);
    return may_be_told(e->member) ? say_no(s, message, TQ_REFUSAL_BUSY, TQ_COME_BACK, err) : TQ_OK;
}

/* Nothing of it was kept; whoever sent it cannot go on as if it had been read. */
static tq_status too_large(
        struct server *s, const struct tq_hub_message *message, struct tq_error *err)
{
    uint32_t device = gate_device(message->user_id);
    struct peer_entry *e = peers_of(&s->peers, &message->peer, device, s->district);

    if (e == NULL)
        return tq_error_set(err, TQ_NOMEM, "peer");
    watch_device(&s->watch, s->cli, WATCH_TOO_LARGE, device, TQ_TOO_LARGE, s->now_ms);
    tq_district_drop(s->district, e->number);
    return may_be_told(e->member) ? say_no(s, message, TQ_REFUSAL_BROKEN, TQ_TOO_LARGE, err)
                                  : TQ_OK;
}

static tq_status device_message(
        struct server *s, const struct tq_hub_message *message, struct tq_error *err)
{
    uint32_t device = gate_device(message->user_id);
    struct peer_entry *e = peers_of(&s->peers, &message->peer, device, s->district);
    struct tq_message in;
    tq_status rc;

    if (e == NULL)
        return tq_error_set(err, TQ_NOMEM, "peer");
    rc = gate_keys_used(s, message->user_id, err);
    if (rc != TQ_OK)
        return rc;
    tq_arena_reset(s->arena);
    rc = tq_message_decode(message->data, s->arena, &in, err);
    if (rc == TQ_NOMEM) /* ours, not the sender's: he tries again */
        return rc;
    if (rc != TQ_OK) { /* nothing of it is believed; its session ends */
        watch_device(&s->watch, s->cli, WATCH_BROKEN, device, rc, s->now_ms);
        tq_error_clear(err);
        tq_district_drop(s->district, e->number);
        return may_be_told(e->member) ? say_no(s, message, TQ_REFUSAL_BROKEN, rc, err) : TQ_OK;
    }
    if (in.kind == TQ_MSG_JOIN && in.u.join.renews)
        return guest_renew(s, message, &in, err);
    if (in.kind == TQ_MSG_HELLO &&
            !allowance_take(&e->member->hellos, HELLOS_AT_ONCE, HELLOS_A_MINUTE))
        return too_often(s, message, e, WATCH_TOO_OFTEN, err);
    if (in.kind == TQ_MSG_PULL && !allowance_take(&e->member->pulls, PULLS_AT_ONCE, PULLS_A_MINUTE))
        return too_often(s, message, e, WATCH_PULLS, err);
    rc = tq_district_receive(
            s->district, e->number, device, &in, message->data.len, s->now_ms, err);
    if (rc != TQ_OK && tq_status_fault(rc) != TQ_FAULT_CORRUPTION) {
        /* Ours, and it passes (memory, a lock): this session ends and comes again. */
        watch_device(&s->watch, s->cli, rc == TQ_BUSY ? WATCH_SLOW : WATCH_TROUBLE, device, rc,
                s->now_ms);
        tq_error_clear(err);
        tq_district_drop(s->district, e->number);
        rc = TQ_OK;
    }
    return rc;
}

static tq_status take_messages(struct server *s, bool *any, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    *any = false;
    for (int i = 0; rc == TQ_OK && i < MESSAGES_A_TURN; i++) {
        struct tq_hub_message message;
        bool got;

        rc = tq_hub_recv(s->hub, &message, &got, err);
        if (rc != TQ_OK || !got)
            return rc;
        *any = true;
        s->messages++;
        if (message.kind == TQ_HUB_DEVICE || message.kind == TQ_HUB_TOO_LARGE) {
            rc = gate_keep_up(s, err);
            if (rc == TQ_OK && !gate_admits(s, message.user_id))
                message.kind = TQ_HUB_TURNED_AWAY; /* revoked before it came */
        }
        if (rc != TQ_OK)
            return rc;
        if (message.kind == TQ_HUB_DEVICE && s->closed != NULL && atomic_load(s->closed))
            rc = not_now(s, &message, err);
        else if (message.kind == TQ_HUB_DEVICE)
            rc = device_message(s, &message, err);
        else if (message.kind == TQ_HUB_GUEST)
            rc = guest_message(s, &message, err);
        else if (message.kind == TQ_HUB_TOO_LARGE)
            rc = too_large(s, &message, err);
        else
            rc = turn_away(s, &message, err);
    }
    return rc;
}

/* The guests' port is bound only while an invitation is open, or lost devices are taken back. */
static tq_status look_at_guests(struct server *s, struct tq_error *err)
{
    bool open = s->guests_wanted;
    bool takes_back = s->readmit_until_ms != 0;
    tq_status rc = TQ_OK;

    if (takes_back && !s->takes_back)
        cli_print(s->cli, "%s",
                cli_say(s->cli,
                        "Dữ liệu có thể đã mất một phần: nhận lại các máy có giấy chứng nhận "
                        "(tuquan-district readmit, devices).",
                        "Data may have been lost: machines with a certificate are taken back "
                        "(tuquan-district readmit, devices)."));
    s->takes_back = takes_back;
    if (open == s->guests_open)
        return TQ_OK;
    if (open) {
        rc = watch_look(s, err); /* who knocked before */
        if (rc == TQ_OK)
            rc = tq_hub_open_guests(s->hub, s->app->guest_address, err);
        watch_forget_own(s);
        if (rc == TQ_OK)
            cli_print(s->cli, "%s %s",
                    cli_say(s->cli, "Đang chờ máy mới ở", "Waiting for new machines at"),
                    tq_hub_guest_address(s->hub));
    } else {
        tq_hub_close_guests(s->hub);
    }
    s->guests_open = open && rc == TQ_OK;
    return rc;
}

/* Devices and publications of one moment: what was published after a revocation is broadcast under a
 * key that the revoked one does not get. */
static tq_status look_at_file(struct server *s, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->app->store);
    bool revoked = false;
    tq_status rc = ops->begin_read(ops->ctx, err);

    if (rc != TQ_OK)
        return rc;
    rc = gate_refresh(s, &revoked, err);
    s->must_rekey = s->must_rekey || (rc == TQ_OK && revoked);
    if (rc == TQ_OK && s->must_rekey)
        rc = herald_rekey(s, err);
    s->must_rekey = s->must_rekey && rc != TQ_OK;
    if (rc == TQ_OK)
        rc = herald_look(s, err);
    ops->rollback(ops->ctx);
    return rc;
}

/* What others may have written beside us: devices, invitations, publications. */
static tq_status look(struct server *s, struct tq_error *err)
{
    tq_status rc = look_at_file(s, err);

    if (rc == TQ_OK)
        rc = look_at_guests(s, err);
    if (rc == TQ_OK)
        rc = watch_look(s, err);
    peers_forget_silent(&s->peers, tq_process_monotonic_ms() - SILENT_MS, s->district);
    s->looked_ms = tq_process_monotonic_ms();
    return rc;
}

/* Publications among what was offered, which bear the district's own signature. */
static tq_status take_signed(struct server *s, struct tq_error *err)
{
    size_t taken;
    tq_status rc = signed_take(s->app, tq_district_merger(s->district), &taken, err);

    s->offers = rc != TQ_OK;
    if (rc == TQ_OK && taken > 0)
        cli_print(s->cli, "%s: %zu",
                cli_say(s->cli, "Đã nhận lại bảng xếp hạng có chữ ký của huyện, từ các xã",
                        "Publications with the district's signature taken back from communes"),
                taken);
    return rc;
}

/* What ended the page while we served. */
static void look_at_page(struct server *s)
{
    struct tq_error err = { .status = TQ_OK };

    if (s->page == NULL || watch_page_failed(&s->watch) || page_status(s->page) == TQ_OK)
        return;
    tq_error_set(&err, page_status(s->page), "%s", page_origin(s->page));
    watch_page(&s->watch, &err);
}

/* Merging and answering what came, with how long it took. */
static tq_status take_turn(struct server *s, struct tq_error *err)
{
    int64_t began_ms = tq_process_monotonic_ms();
    tq_status rc = tq_district_turn(s->district, s->now_ms, err);
    uint64_t took = (uint64_t)(tq_process_monotonic_ms() - began_ms);

    s->watch.turns++;
    s->watch.turn_ms += took;
    s->watch.turn_most_ms = took > s->watch.turn_most_ms ? took : s->watch.turn_most_ms;
    s->watch.changed = true;
    return rc;
}

static tq_status loop(struct server *s, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && !s->stop) {
        int64_t due = s->looked_ms + LOOK_MS - tq_process_monotonic_ms();
        bool woken = false;
        bool any = false;

        rc = tq_hub_wait(s->hub, s->stop_fd, &woken, due > 0 ? (int)due : 0, err);
        if (rc == TQ_INTERRUPTED) {
            tq_error_clear(err);
            rc = TQ_OK;
        }
        s->stop = s->stop || woken;
        s->now_ms = app_now_ms();
        if (rc == TQ_OK)
            rc = take_messages(s, &any, err);
        if (rc == TQ_OK)
            rc = gate_keep_up(s, err); /* sessions of who was revoked end before they say more */
        if (rc == TQ_OK && (any || tq_district_has_work(s->district)))
            rc = take_turn(s, err);
        if (rc == TQ_OK)
            rc = notes_write(s, err);
        if (rc == TQ_OK && s->offers)
            rc = take_signed(s, err);
        if (rc == TQ_OK && s->looked_ms + LOOK_MS <= tq_process_monotonic_ms())
            rc = look(s, err);
        look_at_page(s);
        if (rc == TQ_OK && !any)
            rc = tq_district_store_checkpoint(s->app->store, NULL, err);
        if (rc != TQ_OK && tq_status_is_retryable(rc)) {
            /* A full disk, a lock: nothing is lost, go on. */
            watch_add(&s->watch, s->cli, WATCH_TROUBLE, 1, err->msg, rc, s->now_ms);
            tq_error_clear(err);
            s->looked_ms = tq_process_monotonic_ms(); /* and not at full speed */
            rc = TQ_OK;
        }
    }
    return rc;
}

static void stop(struct server *s)
{
    if (s->watch.started_ms != 0 && s->hub != NULL)
        watch_save(&s->watch, s->cli->dir, true);
    tq_hub_free(s->hub, DRAIN_MS);
    if (s->watch.gate_answers || s->hub == NULL) {
        tq_gate_free(s->gate);
        tq_net_free(s->net);
    } /* else its thread is lost: waiting for it would be for ever */
    tq_district_free(s->district);
    tq_roster_free(s->roster);
    tq_mem_free(s->offered);
    peers_free(&s->peers);
    notes_free(s);
    tq_arena_free(s->arena);
    tq_file_unlock(s->lock);
    tq_wipe(&s->herald, sizeof(s->herald));
}

/* The page stands beside the sync: without it, communes go on sending. */
static void start_page(struct server *s)
{
    struct tq_error err = { .status = TQ_OK };
    char text[640];

    if (page_start(&s->page, s->cli, s->app, &err) != TQ_OK) {
        fprintf(stderr, "%s: %s\n",
                cli_say(s->cli, "Không có trang của huyện", "The district's page is not served"),
                tq_error_text(&err, s->cli->lang, text, sizeof(text)));
        watch_page(&s->watch, &err);
    } else if (s->page != NULL) {
        cli_print(s->cli, "%s: %s", cli_say(s->cli, "Trang của huyện", "The district's page"),
                page_origin(s->page));
        watch_page(&s->watch, NULL);
    }
}

/* As the page: beside the sync, which goes on without it. */
static struct metrics *start_metrics(const struct server *s)
{
    struct tq_error err = { .status = TQ_OK };
    struct metrics *metrics = NULL;
    char text[640];

    if (metrics_start(&metrics, s->cli, s->app, &err) != TQ_OK)
        fprintf(stderr, "%s: %s\n", cli_say(s->cli, "Không có cổng số đo", "No figures are served"),
                tq_error_text(&err, s->cli->lang, text, sizeof(text)));
    if (metrics != NULL)
        cli_print(s->cli, "%s: %s", cli_say(s->cli, "Cổng số đo", "Figures"),
                metrics_address(metrics));
    return metrics;
}

/* All but the loop. */
static tq_status open_doors(
        struct server *s, struct app *app, struct cli *cli, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_district_state state;
    tq_status rc;

    s->app = app;
    s->cli = cli;
    s->arena = tq_arena_new(MESSAGE_ARENA);
    s->watch.gate_answers = true;
    rc = s->arena == NULL ? tq_error_set(err, TQ_NOMEM, "start") : lock_folder(s, err);
    if (rc == TQ_OK)
        rc = start(s, err);
    if (rc == TQ_OK)
        rc = ops->state_get(ops->ctx, &state, err);
    if (rc == TQ_OK) {
        s->herald.last = state.head;
        s->herald.looked_at = state.head;
        rc = look(s, err);
    }
    return rc;
}

static void say_serving(struct server *s)
{
    watch_save(&s->watch, s->cli->dir, true); /* `status` finds it once we say that we serve */
    cli_print(s->cli, "%s: %s, %s",
            cli_say(s->cli, "Máy chủ huyện đang chạy", "District is serving"),
            tq_hub_sync_address(s->hub), tq_hub_news_address(s->hub));
    fflush(stdout);
}

tq_status serve_run(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct liaison_service *liaison = NULL;
    struct metrics *metrics = NULL;
    struct server s;
    int stop_fd = -1;
    tq_status rc;

    setvbuf(stdout, NULL, _IOLBF, 0); /* a log is read while it is written */
    memset(&s, 0, sizeof(s));
    rc = tq_process_open_stop(&stop_fd, err);
    s.stop_fd = stop_fd;
    if (rc == TQ_OK)
        rc = open_doors(&s, app, cli, err);
    if (rc == TQ_OK)
        rc = liaison_start(&liaison, cli, app, err);
    if (rc == TQ_OK) {
        start_page(&s);
        metrics = start_metrics(&s);
        say_serving(&s);
        rc = loop(&s, err);
    }
    metrics_stop(metrics);
    page_stop(s.page);
    liaison_stop(liaison);
    stop(&s);
    tq_process_close_stop(&stop_fd);
    return rc;
}

tq_status serve_box(struct app *app, struct cli *cli, int stop_fd, const atomic_bool *closed,
        struct tq_error *err)
{
    struct server *s = tq_mem_zalloc(sizeof(*s)); /* too much for a thread's stack */
    tq_status rc;

    if (s == NULL)
        return tq_error_set(err, TQ_NOMEM, "start");
    s->stop_fd = stop_fd;
    s->closed = closed;
    rc = open_doors(s, app, cli, err);
    if (rc == TQ_OK) {
        say_serving(s);
        rc = loop(s, err);
    }
    stop(s);
    tq_mem_free(s);
    return rc;
}

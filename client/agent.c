#include "agent.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "member/exchange.h"
#include "member/renew.h"
#include "sync_report.h"
#include "tuquan/backoff.h"
#include "tuquan/clock.h"
#include "tuquan/codec.h"
#include "tuquan/office_agent.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"
#include "tuquan/random.h"

#define LOOK_MS 1000    /* other programs write into the file, too */
#define TROUBLE_MS 1000 /* a pause, so that trouble does not fill the log */
#define REOPEN_MS 5000  /* between two tries to hear the broadcast */

struct agent {
    struct app *app;
    struct network *net;
    struct page *page; /* NULL: there is none */
    struct tq_net *sockets;
    struct tq_link *news;
    struct tq_arena *arena;
    struct tq_backoff_plan plan;
    int stop_fd;
    int64_t started_ms;
    int64_t reachable_since_ms;
    int64_t reopened_ms; /* steady */
    bool was_connected;
    bool has_key;
    uint8_t key_id[TQ_GROUP_KEY_ID_BYTES];
    uint8_t key[TQ_GROUP_KEY_BYTES];
    int64_t gap_since_ms;
    bool stop;
};

static int64_t steady_ms(void)
{
    const struct tq_clock *clock = tq_clock_system();

    return clock->steady_ms(clock->ctx);
}

static void say(const struct agent *a, const char *id, const char *text)
{
    char when[40];

    cli_print(a->app->cli, "%s %s %s",
            cli_show_instant(a->app->cli, app_now(a->app), when, sizeof(when)), id, text);
    fflush(stdout);
    page_tell(a->page, id, text, app_now(a->app));
}

static void show_progress(void *ctx, const struct tq_office_progress *progress)
{
    const struct agent *a = ctx;

    page_tell_progress(a->page, progress);
}

static enum tq_agent_trouble trouble_of(tq_status status)
{
    switch (status) {
    case TQ_NOT_ADMITTED:
    case TQ_REVOKED:
    case TQ_REFUSED:
    case TQ_FORGED:
    case TQ_VERSION:
        return TQ_TROUBLE_TURNED;
    case TQ_CORRUPT:
        return TQ_TROUBLE_FILE;
    case TQ_COME_BACK:
        return TQ_TROUBLE_NONE;
    default:
        return tq_status_fault(status) == TQ_FAULT_PEER ? TQ_TROUBLE_ANSWER : TQ_TROUBLE_NONE;
    }
}

tq_status agent_remember(struct tq_db *db, int64_t began_ms, tq_status status,
        const struct tq_error *why, const struct tq_office_result *result, tq_lang lang,
        struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    struct tq_agent_memory memory;
    tq_status rc = tq_agent_get(db, &memory, err);

    if (rc != TQ_OK)
        return rc;
    memory.last_attempt_ms = began_ms;
    random->fill(random->ctx, &memory.random, sizeof(memory.random));
    memory.come_back_at_ms = 0;
    if (status == TQ_OK) {
        memory.last_success_ms = began_ms;
        memory.failures = 0;
        memory.trouble = TQ_TROUBLE_NONE;
        memory.gap_since_ms = 0;
        memory.last_error[0] = '\0';
    } else {
        memory.failures++;
        if (memory.trouble != TQ_TROUBLE_FILE)
            memory.trouble = trouble_of(status);
        if (status == TQ_COME_BACK && result != NULL)
            memory.come_back_at_ms = result->retry_at_ms;
        tq_error_text(why, lang, memory.last_error, sizeof(memory.last_error));
    }
    return tq_agent_put(db, &memory, err);
}

static tq_status open_news(struct agent *a, struct tq_error *err)
{
    struct tq_link_config config;
    tq_status rc;

    a->reopened_ms = steady_ms();
    if (a->news != NULL)
        return tq_link_reopen(a->news, err);
    memset(&config, 0, sizeof(config));
    config.kind = TQ_LINK_NEWS;
    config.address = network_news_address(a->net);
    memcpy(config.server_key, a->net->link.curve_key, TQ_LINK_KEY_BYTES);
    memcpy(config.public_key, a->net->keys.curve_public, TQ_LINK_KEY_BYTES);
    memcpy(config.secret_key, a->net->keys.curve_secret, TQ_LINK_KEY_BYTES);
    config.topic = NETWORK_TOPIC;
    config.max_message_bytes = TQ_MESSAGE_MAX_BYTES;
    rc = tq_link_new(&a->news, a->sockets, &config, err);
    tq_wipe(config.secret_key, sizeof(config.secret_key));
    return rc;
}

/* The line of the broadcast was made with the former keys. */
static tq_status hear_anew(struct agent *a, struct tq_error *err)
{
    struct tq_link *before = a->news;
    tq_status rc;

    a->net->renewed = false;
    say(a, "KEYS-RENEWED", "");
    a->news = NULL;
    rc = open_news(a, err);
    if (rc == TQ_OK)
        tq_link_free(before);
    else
        a->news = before;
    return rc;
}

static tq_status look_at_file(struct tq_db *db, struct tq_error *err)
{
    struct tq_arena *arena = tq_arena_new(SIZE_MAX);
    struct tq_slice said;
    tq_status rc = arena == NULL ? tq_error_set(err, TQ_NOMEM, "copy")
                                 : tq_office_integrity(db, arena, &said, err);

    if (rc == TQ_OK && !tq_slice_equal(said, tq_slice_str("ok")))
        rc = tq_error_set(err, TQ_CORRUPT, "%.*s", (int)said.len, (const char *)said.data);
    tq_arena_free(arena);
    return rc;
}

tq_status agent_exchange(struct app *app, struct network *net, const struct exchange_config *config,
        struct tq_office_result *result, struct tq_error *err)
{
    struct tq_agent_memory memory;
    tq_status rc = tq_agent_get(app->db, &memory, err);

    memset(result, 0, sizeof(*result));
    if (rc == TQ_OK && memory.trouble == TQ_TROUBLE_FILE)
        rc = look_at_file(app->db, err);
    if (rc == TQ_OK)
        rc = exchange_run(net, config, result, err);
    if (rc == TQ_OK && result->new_incarnation != 0)
        rc = look_at_file(app->db, err);
    return rc;
}

static tq_status sync_now(struct agent *a, struct tq_error *err)
{
    struct tq_office_result result;
    struct exchange_config config;
    struct tq_error why;
    char text[640];
    int64_t began = app_now(a->app);
    tq_status status;

    tq_error_clear(&why);
    memset(&config, 0, sizeof(config));
    config.net = a->sockets;
    config.program = "tuquan-commune";
    config.timeout_ms = (int)cli_config_number(a->app->config, "timeout_s") * 1000;
    config.stop_fd = a->stop_fd;
    config.progress = show_progress;
    config.progress_ctx = a;
    say(a, "SYNC-BEGIN", cli_say(a->app->cli, "đồng bộ với huyện", "syncing with the district"));
    status = agent_exchange(a->app, a->net, &config, &result, &why);
    if (result.has_group_key) {
        memcpy(a->key_id, result.group_key_id, sizeof(a->key_id));
        memcpy(a->key, result.group_key, sizeof(a->key));
        a->has_key = true;
    }
    tq_wipe(result.group_key, sizeof(result.group_key));
    sync_report_refusal(a->app->cli, &result, &why);
    if (status == TQ_INTERRUPTED) {
        a->stop = true;
        return TQ_OK;
    }
    if (result.new_incarnation != 0) { /* told of a file that is damaged, too */
        sync_report_fork(a->app->cli, &result.fork, text, sizeof(text));
        say(a, "FILE-FORKED", text);
    }
    if (status == TQ_OK) {
        snprintf(text, sizeof(text),
                "sent=%" PRIu64 " accepted=%" PRIu64 " held=%" PRIu64 " refused=%" PRIu64
                " rows=%" PRIu64 " repaired=%u round_trips=%u bytes_out=%" PRIu64
                " bytes_in=%" PRIu64 " equal=%s every_row=%s",
                result.changes_answered, result.accepted, result.held, result.refused,
                result.progress.rows_received, result.progress.rows_repaired, result.round_trips,
                result.bytes_sent, result.bytes_received, result.equal_as_of != 0 ? "yes" : "no",
                result.every_row ? "yes" : "no");
        say(a, "SYNC-DONE", text);
        sync_report_district(a->app->cli, &result, a->net->readmitted, text, sizeof(text));
        a->net->readmitted = false;
        if (text[0] != '\0')
            say(a, "DISTRICT-LOST-DATA", text);
        if (result.machines_lost)
            say(a, "NAMES-LEFT", "");
        a->gap_since_ms = 0;
    } else {
        say(a, "SYNC-FAILED", tq_error_text(&why, a->app->cli->lang, text, sizeof(text)));
    }
    status = agent_remember(a->app->db, began, status, &why, &result, a->app->cli->lang, err);
    return status == TQ_OK && a->net->renewed ? hear_anew(a, err) : status;
}

/* A new key of the broadcast, for this device. Without one, or with a forged one, the next sync
 * brings it or says why not. */
static tq_status take_rekey(struct agent *a, struct tq_slice bundle, struct tq_error *err)
{
    tq_status rc = tq_rekey_take(bundle, a->net->link.device, &a->net->keys, a->net->link.sign_key,
            a->key_id, a->key, err);

    if (rc == TQ_OK) {
        a->has_key = true;
        say(a, "NEWS-REKEYED", "");
        return TQ_OK;
    }
    if (rc == TQ_NOMEM)
        return rc;
    tq_error_clear(err);
    a->has_key = false;
    if (a->gap_since_ms == 0)
        a->gap_since_ms = app_now(a->app);
    say(a, "NEWS-DROPPED", tq_status_sentence(rc, a->app->cli->lang));
    return TQ_OK;
}

/* One broadcast: open, verify, lay. What cannot be opened or came out of order means a pull. */
static tq_status take_broadcast(struct agent *a, struct tq_slice sealed, struct tq_error *err)
{
    struct tq_agent_memory memory;
    tq_broadcast_outcome outcome;
    struct tq_message message;
    struct tq_buf plain;
    char text[128];
    tq_status rc;

    tq_buf_init(&plain, TQ_MESSAGE_MAX_BYTES);
    rc = a->has_key ? tq_open(a->key_id, a->key, sealed, &plain, err) : TQ_NOT_FOUND;
    tq_arena_reset(a->arena);
    if (rc == TQ_OK)
        rc = tq_message_decode(tq_buf_slice(&plain), a->arena, &message, err);
    if (rc == TQ_OK && message.kind != TQ_MSG_BROADCAST)
        rc = TQ_PROTOCOL;
    if (rc == TQ_OK)
        rc = tq_broadcast_verify(&message.u.broadcast, a->net->link.sign_key, err);
    if (rc != TQ_OK) {
        tq_error_clear(err);
        if (rc == TQ_NOT_FOUND && a->gap_since_ms == 0)
            a->gap_since_ms = app_now(a->app);
        say(a, "NEWS-DROPPED", tq_status_sentence(rc, a->app->cli->lang));
        rc = rc == TQ_NOMEM ? rc : TQ_OK;
        goto out;
    }
    rc = tq_office_apply_broadcast(
            &a->net->office, &message.u.broadcast, app_now(a->app), &outcome, err);
    if (rc != TQ_OK)
        goto out;
    if (outcome != TQ_BROADCAST_DONE && a->gap_since_ms == 0)
        a->gap_since_ms = app_now(a->app);
    if (outcome == TQ_BROADCAST_WAIT || outcome == TQ_BROADCAST_UNMET) {
        say(a, "NEWS-LEFT", outcome == TQ_BROADCAST_WAIT ? "session=yes" : "epoch=unmet");
        goto out;
    }
    snprintf(text, sizeof(text), "seq=%" PRIu64 " rows=%zu%s", message.u.broadcast.seq,
            message.u.broadcast.nrows, outcome == TQ_BROADCAST_GAP ? " gap=yes" : "");
    say(a, "NEWS-APPLIED", text);
    rc = tq_agent_get(a->app->db, &memory, err);
    if (rc == TQ_OK) {
        memory.news_ms = app_now(a->app);
        memory.news_seq = message.u.broadcast.seq;
        rc = tq_agent_put(a->app->db, &memory, err);
    }

out:
    tq_buf_deinit(&plain);
    return rc;
}

/* The line came up again: what was broadcast meanwhile did not arrive, and a district that was
 * started anew has another key for it. */
static void note_line(struct agent *a, bool connected)
{
    a->reachable_since_ms = connected ? app_now(a->app) : 0;
    if (!connected)
        return;
    if (a->was_connected && a->gap_since_ms == 0)
        a->gap_since_ms = a->reachable_since_ms;
    a->was_connected = true;
}

static tq_status take_news(struct agent *a, struct tq_error *err)
{
    struct tq_slice bytes;
    struct tq_link_event event;
    bool got = true;
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && got) {
        rc = tq_link_recv(a->news, &bytes, &got, err);
        if (rc == TQ_OK && got)
            rc = tq_rekey_is(bytes) ? take_rekey(a, bytes, err) : take_broadcast(a, bytes, err);
        /* What was taken off the line and not laid (the file is held) comes by the next sync. */
        if (rc != TQ_OK && a->gap_since_ms == 0)
            a->gap_since_ms = app_now(a->app);
    }
    got = true;
    while (rc == TQ_OK && got) {
        rc = tq_link_next_event(a->news, &event, &got, err);
        if (rc == TQ_OK && got)
            note_line(a, event.kind == TQ_LINK_CONNECTED);
    }
    return rc;
}

/* What the file remembers of earlier attempts and holds for the next. */
static tq_status read_facts(
        struct tq_db *db, struct tq_backoff_facts *facts, int64_t now_ms, struct tq_error *err)
{
    struct tq_agent_memory memory;
    struct tq_agent_outbox outbox;
    tq_status rc = tq_agent_get(db, &memory, err);

    if (rc == TQ_OK)
        rc = tq_agent_outbox(db, &outbox, err);
    if (rc != TQ_OK)
        return rc;
    memset(facts, 0, sizeof(*facts));
    facts->now_ms = now_ms;
    facts->last_attempt_ms = memory.last_attempt_ms;
    facts->last_success_ms = memory.last_success_ms;
    facts->failures = memory.failures;
    facts->random = memory.random;
    facts->needs_person = tq_agent_needs_person(&memory);
    facts->waiting_since_ms = outbox.waiting_since_ms;
    facts->come_back_at_ms = memory.come_back_at_ms;
    facts->loading = outbox.loading;
    return TQ_OK;
}

static tq_status decide(struct agent *a, struct tq_backoff_decision *out, struct tq_error *err)
{
    struct tq_backoff_facts facts;
    tq_status rc = read_facts(a->app->db, &facts, app_now(a->app), err);

    if (rc != TQ_OK)
        return rc;
    facts.device = a->net->link.device;
    facts.asked = page_take_asked(a->page);
    facts.started_ms = a->started_ms;
    facts.gap_since_ms = a->gap_since_ms;
    facts.reachable_since_ms = a->reachable_since_ms;
    /* The key of the broadcast lives in memory only: a new run of the agent asks for it. */
    if (!a->has_key && facts.failures == 0 && facts.gap_since_ms == 0)
        facts.gap_since_ms = a->started_ms;
    if (network_is_renewing(a->net->dir) && facts.failures == 0 && facts.gap_since_ms == 0)
        facts.gap_since_ms = facts.now_ms; /* new keys are to be used soon */
    *out = tq_backoff_decide(&a->plan, &facts);
    return TQ_OK;
}

static tq_status wait(struct agent *a, int64_t until_ms, struct tq_error *err)
{
    struct tq_link_ready ready[2];
    int64_t left = until_ms - app_now(a->app);
    bool woken = false;
    tq_status rc;

    memset(ready, 0, sizeof(ready));
    ready[0].link = a->news;
    ready[1].fd = page_wake_fd(a->page);
    rc = tq_link_wait(ready, a->page != NULL ? 2 : 1, a->stop_fd, &woken,
            left < 0         ? 0
            : left < LOOK_MS ? (int)left
                             : LOOK_MS,
            err);
    if (rc == TQ_INTERRUPTED) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    a->stop = a->stop || woken;
    return rc;
}

static tq_status loop(struct agent *a, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && !a->stop && page_restore_asked(a->page) == NULL) {
        struct tq_backoff_decision decision;

        rc = decide(a, &decision, err);
        if (rc == TQ_OK && decision.sync_now)
            rc = sync_now(a, err);
        else if (rc == TQ_OK)
            rc = wait(a, decision.at_ms, err);
        if (rc == TQ_OK)
            rc = take_news(a, err);
        if (rc == TQ_OK && !tq_link_is_open(a->news) && steady_ms() - a->reopened_ms > REOPEN_MS)
            rc = open_news(a, err);
        /* A file that is held, a full disk, a broken broadcast: told, and gone on with; only a file
         * in which the agent cannot read on ends it. One that a sync found damaged is remembered
         * and told at every attempt: the page stays up, for the way back to a copy is there. */
        if (rc != TQ_OK && tq_status_fault(rc) != TQ_FAULT_CORRUPTION) {
            char text[640];

            say(a, rc == TQ_BUSY ? "FILE-BUSY" : "AGENT-TROUBLE",
                    tq_error_text(err, a->app->cli->lang, text, sizeof(text)));
            tq_error_clear(err);
            rc = wait(a, app_now(a->app) + TROUBLE_MS, err);
        }
    }
    return rc;
}

/* The configured slot; it may cross midnight. */
static void make_plan(const struct app *app, struct tq_backoff_plan *plan)
{
    int64_t from = cli_config_number(app->config, "slot_from");
    int64_t to = cli_config_number(app->config, "slot_to");

    tq_backoff_plan_default(plan);
    plan->slot_start_minute = (int32_t)from;
    plan->slot_length_minute = (int32_t)((to - from + 1440) % 1440);
    plan->quiet_ms = cli_config_number(app->config, "wait_s") * 1000;
    plan->first_delay_ms = cli_config_number(app->config, "retry_min_s") * 1000;
    plan->longest_delay_ms = cli_config_number(app->config, "retry_max_s") * 1000;
    plan->crowd_ms = cli_config_number(app->config, "crowd_s") * 1000;
}

tq_status agent_next(const struct app *app, uint32_t device, struct tq_backoff_decision *out,
        struct tq_error *err)
{
    struct tq_backoff_facts facts;
    struct tq_backoff_plan plan;
    tq_status rc = read_facts(app->db, &facts, app_now(app), err);

    if (rc != TQ_OK)
        return rc;
    facts.device = device;
    make_plan(app, &plan);
    *out = tq_backoff_decide(&plan, &facts);
    return TQ_OK;
}

tq_status agent_run(
        struct app *app, struct network *net, struct page *page, int stop_fd, struct tq_error *err)
{
    struct agent a;
    tq_status rc;

    memset(&a, 0, sizeof(a));
    a.app = app;
    a.net = net;
    a.page = page;
    a.stop_fd = stop_fd;
    a.started_ms = app_now(app);
    app_lead(app, net);
    make_plan(app, &a.plan);
    a.arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    rc = a.arena == NULL ? tq_error_set(err, TQ_NOMEM, "agent") : tq_net_new(&a.sockets, err);
    if (rc == TQ_OK)
        rc = open_news(&a, err);
    if (rc == TQ_OK) {
        say(&a, "AGENT-UP", network_sync_address(net));
        rc = loop(&a, err);
    }
    say(&a, "AGENT-DOWN", "");
    tq_link_free(a.news);
    tq_net_free(a.sockets);
    tq_arena_free(a.arena);
    tq_wipe(a.key, sizeof(a.key));
    return rc;
}

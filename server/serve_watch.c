/* serve_watch.c - What the loop looks at besides its work: strangers, crowds, and whether the gate
 * still answers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "serve_internal.h"
#include "tuquan/proposals.h"

#define ASK_EVERY_MS INT64_C(1000)
#define ANSWER_MS INT64_C(10000) /* a busy machine; a dead gate admits nobody meanwhile */

static void count_hub(struct server *s)
{
    const struct tq_hub_stats *was = &s->seen_hub;
    struct tq_hub_stats now;

    tq_hub_get_stats(s->hub, &now);
    watch_add(&s->watch, s->cli, WATCH_HANDSHAKE, now.handshakes_failed - was->handshakes_failed,
            NULL, TQ_PROTOCOL, s->now_ms);
    watch_add(&s->watch, s->cli, WATCH_NAMELESS, now.nameless - was->nameless, NULL, TQ_PROTOCOL,
            s->now_ms);
    watch_add(&s->watch, s->cli, WATCH_MALFORMED, now.malformed - was->malformed, NULL, TQ_PROTOCOL,
            s->now_ms);
    watch_add(&s->watch, s->cli, WATCH_TOPIC, now.wrong_topic - was->wrong_topic, NULL, TQ_PROTOCOL,
            s->now_ms);
    watch_add(
            &s->watch, s->cli, WATCH_SLOW, now.overfull - was->overfull, NULL, TQ_BUSY, s->now_ms);
    if (now.connections != was->connections || now.queued_bytes != was->queued_bytes)
        s->watch.changed = true;
    s->watch.connections = now.connections;
    s->watch.queued_bytes = now.queued_bytes;
    s->seen_hub = now;
}

/* Whoever is refused: strangers, and members whom a crowd leaves no room; and members who come more
 * often than they need. */
static void count_gate(struct server *s)
{
    uint64_t members = atomic_load(&s->over_refused) - s->seen_over_refused;
    uint64_t over = atomic_load(&s->over);
    struct tq_gate_stats now;
    char who[WATCH_WHO_SIZE];

    tq_gate_get_stats(s->gate, &now);
    if (members > now.refused - s->seen_gate.refused) /* the gate counts them a moment later */
        members = now.refused - s->seen_gate.refused;
    snprintf(who, sizeof(who), "%.50s (%.15s)", now.refused_address, now.refused_domain);
    watch_add(&s->watch, s->cli, WATCH_STRANGER, now.refused - s->seen_gate.refused - members, who,
            TQ_NOT_ADMITTED, s->now_ms);
    snprintf(who, sizeof(who), "%s %u", cli_say(s->cli, "máy", "device"),
            (unsigned)atomic_load(&s->over_device));
    watch_add(&s->watch, s->cli, WATCH_CONNECTIONS, over - s->seen_over, who, TQ_COME_BACK,
            s->now_ms);
    s->seen_gate = now;
    s->seen_over = over;
    s->seen_over_refused += members;
}

/* The proof at start, and when the guests' port opens, is a stranger of our own. */
void watch_forget_own(struct server *s)
{
    tq_gate_get_stats(s->gate, &s->seen_gate);
    tq_hub_get_stats(s->hub, &s->seen_hub);
}

/* Both ends of every connection are files; at half, somebody is told while there is still time. */
static void look_for_crowd(struct server *s)
{
    uint64_t half = s->watch.files / 2;
    bool crowded = half > 0 && s->watch.connections >= half;

    /* Not back and forth at the edge. */
    if (s->watch.alarm && s->watch.connections >= half - half / 10)
        crowded = true;
    if (crowded != s->watch.alarm) {
        fprintf(stderr, "WATCH alarm: %s %" PRIu64 " / %" PRIu64 "\n",
                crowded ? cli_say(s->cli, "kết nối đã quá nửa số tệp mở được",
                                  "connections have reached half of the open files")
                        : cli_say(s->cli, "số kết nối đã trở lại bình thường",
                                  "connections are back to normal"),
                s->watch.connections, s->watch.files);
        s->watch.changed = true;
    }
    s->watch.alarm = crowded;
    atomic_store(&s->crowded, crowded);
}

/* A gate that does not answer lets nobody in, and a library that finds it gone lets everybody in:
 * then nobody may knock any more. */
static tq_status look_at_gate(struct server *s, struct tq_error *err)
{
    int64_t now = tq_process_monotonic_ms();
    struct tq_gate_stats gate;

    tq_gate_get_stats(s->gate, &gate);
    if (gate.running && (s->asked_ms == 0 || gate.beats != s->asked_beats)) {
        s->watch.gate_answers = true;
        if (s->asked_ms != 0 && now - s->asked_ms < ASK_EVERY_MS)
            return TQ_OK;
        s->asked_beats = gate.beats;
        s->asked_ms = now;
        tq_gate_ask(s->gate);
        return TQ_OK;
    }
    if (gate.running && now - s->asked_ms < ANSWER_MS)
        return TQ_OK;
    s->watch.gate_answers = false;
    tq_hub_refuse_new(s->hub);
    return tq_error_set(err, TQ_GATE_OPEN, "ZAP: %" PRId64 " ms", now - s->asked_ms);
}

tq_status watch_look(struct server *s, struct tq_error *err)
{
    uint64_t proposals;
    tq_status rc = tq_proposals_count(s->app->store, &proposals, err);

    if (rc != TQ_OK)
        return rc;
    s->watch.changed = s->watch.changed || proposals != s->watch.proposals;
    s->watch.proposals = proposals;
    count_hub(s);
    count_gate(s);
    look_for_crowd(s);
    rc = look_at_gate(s, err);
    s->watch.peers = s->peers.count;
    s->watch.sessions = tq_district_sessions(s->district);
    s->watch.messages = s->messages;
    watch_say(&s->watch, s->cli);
    watch_save(&s->watch, s->cli->dir, rc != TQ_OK);
    return rc;
}

/* What its receipt refuses because it was never the member's to write: the set stands, and somebody
 * should know who sends such things. */
static void count_foreign(struct server *s, const struct tq_district_note *note)
{
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    struct tq_receipt receipt = { 0 };
    char who[32];
    uint64_t times = 0;

    if (arena != NULL && note->item->nreceipts > 0 && !note->item->duplicate &&
            note->item->nrefill == 0 &&
            tq_receipt_decode(note->item->receipts[0], arena, &receipt, NULL) == TQ_OK)
        for (size_t i = 0; i < receipt.nexceptions; i++)
            times += receipt.exceptions[i].reason == TQ_REASON_NOT_YOUR_UNIT ||
                     receipt.exceptions[i].reason == TQ_REASON_NOT_YOUR_COLUMN;
    snprintf(who, sizeof(who), "%s %u", cli_say(s->cli, "máy", "device"), note->device);
    watch_add(&s->watch, s->cli, WATCH_FOREIGN, times, who, TQ_OK, s->now_ms);
    tq_arena_free(arena);
}

void watch_note(struct server *s, const struct tq_district_note *note)
{
    tq_status why = note->why != NULL ? note->why->status : TQ_OK;
    watch_kind kind;

    if (note->event == TQ_EVENT_DROPPED) {
        watch_device(&s->watch, s->cli, WATCH_OUT_OF_PLACE, note->device, TQ_PROTOCOL, s->now_ms);
        return;
    }
    if (note->event == TQ_EVENT_RECEIPT)
        count_foreign(s, note);
    if (note->event != TQ_EVENT_REFUSED)
        return;
    switch (note->refusal) {
    case TQ_REFUSAL_UNKNOWN_DEVICE:
    case TQ_REFUSAL_REVOKED:
        kind = WATCH_REVOKED;
        break;
    case TQ_REFUSAL_CHAIN:
        kind = WATCH_CHAIN;
        break;
    case TQ_REFUSAL_WRONG_UNIT:
        kind = WATCH_FORGED;
        break;
    case TQ_REFUSAL_BROKEN:
        kind = why == TQ_FORGED ? WATCH_FORGED : why == TQ_BUSY ? WATCH_SLOW : WATCH_BROKEN;
        break;
    case TQ_REFUSAL_BUSY:
        kind = why == TQ_BUSY ? WATCH_SLOW : WATCH_TROUBLE;
        if (why == TQ_COME_BACK)
            return;
        break;
    default: /* an old program, an invitation: no attack */
        return;
    }
    watch_device(&s->watch, s->cli, kind, note->device, why, s->now_ms);
}

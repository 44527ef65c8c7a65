/* sim_net.c - The line between offices and district. */
#include <string.h>

#include "sim.h"

void sim_clock_use(struct sim *s, int64_t offset_ms)
{
    sim_vfs_set_clock(s->now_ms + offset_ms);
}

/* The line stands still for that long, or this message alone comes back from somewhere. */
static int64_t some_delay(struct sim *s, bool *in_order)
{
    if (sim_chance(s, 70))
        *in_order = false;
    return sim_chance(s, 60) ? (int64_t)sim_roll(s, 15 * 60000)
                             : (int64_t)sim_roll(s, 6 * SIM_HOUR_MS);
}

/* Loses, repeats and delays; a channel keeps its order unless the seed says otherwise. */
static void put(struct sim *s, size_t from, size_t to, uint64_t conn, const struct tq_buf *bytes,
        bool in_order, bool repeated)
{
    struct sim_office *o = &s->offices[from == SIM_DISTRICT ? to : from];
    struct sim_packet *packet = NULL;
    int64_t *last = from == SIM_DISTRICT ? &s->last_at[to][0] : &s->last_at[from][1];

    for (size_t i = 0; packet == NULL && i < SIM_PACKETS; i++)
        if (!s->packets[i].used)
            packet = &s->packets[i];
    if (packet == NULL)
        sim_fail(s, "more than %d messages are on their way", SIM_PACKETS);
    packet->used = true;
    packet->from = from;
    packet->to = to;
    packet->conn = conn;
    packet->order = s->packet_order++;
    packet->at_ms = s->now_ms + 20 + sim_roll(s, s->faults && s->options.network ? 2000 : 60);
    if (s->faults && s->options.delays && sim_chance(s, 2))
        packet->at_ms += some_delay(s, &in_order);
    packet->sync = o->syncs;
    packet->sent_ms = s->now_ms;
    packet->repeated = repeated;
    packet->overtaken = false;
    if (in_order && packet->at_ms < *last)
        packet->at_ms = *last;
    if (in_order)
        *last = packet->at_ms;
    else
        packet->overtaken = packet->at_ms < *last;
    tq_buf_init(&packet->bytes, 0);
    tq_buf_append(&packet->bytes, bytes->data, bytes->len);
    s->npackets++;
    s->stats.packets++;
}

/* Does the line break in this message? What has come of it must not be taken for one: whatever the
 * decoder says, it says it without harm. */
static bool breaks_in(struct sim *s, struct sim_office *o, const struct tq_buf *bytes)
{
    struct tq_message message;
    struct tq_arena *arena;
    struct tq_error err;

    if (o->cut_after == 0)
        return false;
    if (o->cut_after > bytes->len) {
        o->cut_after -= bytes->len;
        return false;
    }
    arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    tq_error_clear(&err);
    if (tq_message_decode(
                tq_slice_of(bytes->data, (size_t)o->cut_after - 1), arena, &message, &err) == TQ_OK)
        tq_error_clear(&err);
    tq_arena_free(arena);
    o->cut_after = 0;
    o->line_dead = true;
    s->stats.faults[SIM_FRAME_CUT]++;
    return true;
}

bool sim_net_break(struct sim *s)
{
    for (size_t i = 0; i < s->noffices; i++) {
        if (s->offices[i].line_dead) {
            sim_net_cut(s, &s->offices[i]);
            return true;
        }
    }
    return false;
}

/* Is it in the days of a partition? That struck, when the first message is lost by it. */
static bool is_cut_off(struct sim *s, struct sim_office *o)
{
    if (s->now_ms >= o->partition_until_ms)
        return false;
    s->stats.faults[SIM_PARTITION] += !o->partition_struck;
    o->partition_struck = true;
    return true;
}

void sim_net_send(struct sim *s, size_t from, size_t to, uint64_t conn,
        const struct tq_message *message, size_t *bytes)
{
    bool bad = s->faults && s->options.network;
    struct sim_office *o = &s->offices[from == SIM_DISTRICT ? to : from];
    struct tq_error err;
    struct tq_buf buf;

    tq_error_clear(&err);
    sim_pause(true);
    tq_buf_init(&buf, 0);
    sim_must(s, tq_message_encode(message, &buf, &err), "encode", &err);
    *bytes = buf.len;
    sim_say(s, "  %s %zu: message %d, %zu bytes", from == SIM_DISTRICT ? "to" : "from", o->number,
            (int)message->kind, buf.len);
    for (size_t i = 0; i < buf.len; i++)
        s->trace = (s->trace ^ buf.data[i]) * UINT64_C(1099511628211);
    if (conn != o->conn || o->line_dead || is_cut_off(s, o) || breaks_in(s, o, &buf)) {
        (void)buf;
    } else if (bad && sim_chance(s, 4)) {
        s->stats.faults[SIM_LOST]++;
    } else {
        put(s, from, to, conn, &buf, !(bad && sim_chance(s, 5)), false);
        if (bad && sim_chance(s, 4))
            put(s, from, to, conn, &buf, false, true);
    }
    tq_buf_deinit(&buf);
    sim_pause(false);
}

struct sim_packet *sim_net_next(struct sim *s)
{
    struct sim_packet *best = NULL;
    size_t seen = 0;

    for (size_t i = 0; seen < s->npackets && i < SIM_PACKETS; i++) {
        struct sim_packet *p = &s->packets[i];

        if (!p->used)
            continue;
        seen++;
        if (best == NULL || p->at_ms < best->at_ms ||
                (p->at_ms == best->at_ms && p->order < best->order))
            best = p;
    }
    return best;
}

/* It has arrived: what was done to it on its way has struck. */
void sim_net_arrived(struct sim *s, const struct sim_packet *p)
{
    const struct sim_office *o = &s->offices[p->to == SIM_DISTRICT ? p->from : p->to];

    if (p->conn != o->conn)
        return;
    s->stats.faults[SIM_DELAYED] += p->at_ms > p->sent_ms + 1000;
    s->stats.faults[SIM_LATE] += p->at_ms > p->sent_ms + 120000;
    s->stats.faults[SIM_STALE] += p->sync != o->syncs;
    s->stats.faults[SIM_REORDERED] += p->overtaken;
    s->stats.faults[SIM_REPEATED] += p->repeated;
}

void sim_net_take(struct sim *s, struct sim_packet *packet)
{
    tq_buf_deinit(&packet->bytes);
    packet->used = false;
    s->npackets--;
}

/* What is on its way is lost; the district may hear of it or not. */
bool sim_net_cut(struct sim *s, struct sim_office *o)
{
    bool struck = o->session != NULL;

    for (size_t i = 0; i < SIM_PACKETS; i++)
        if (s->packets[i].used && s->packets[i].conn == o->conn) {
            sim_net_take(s, &s->packets[i]);
            struck = true;
        }
    if (s->options.delays) /* what stood still is gone with the line */
        memset(s->last_at[o->number], 0, sizeof(s->last_at[o->number]));
    if (s->district.core != NULL && sim_chance(s, 50))
        tq_district_drop(s->district.core, o->conn);
    o->conn = ++s->conns;
    o->line_dead = false;
    if (o->session != NULL)
        (void)!tq_office_session_link_lost(o->session);
    return struck;
}

void sim_net_clear(struct sim *s)
{
    for (size_t i = 0; i < SIM_PACKETS; i++)
        if (s->packets[i].used)
            sim_net_take(s, &s->packets[i]);
}

/* sim_net.c - The line between offices and district, and the clock that SQLite reads. */
#include <string.h>

#include "sim.h"

#define JULIAN_MS INT64_C(210866760000000)

/* One per process, like the VFS: who runs now, and the seed of SQLite's own randomness. */
static struct {
    sqlite3_vfs vfs;
    bool installed;
    int64_t now_ms;
    uint64_t random;
} machine;

static int vfs_now(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = machine.now_ms + JULIAN_MS;
    return SQLITE_OK;
}

static int vfs_now_days(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    *out = (double)(machine.now_ms + JULIAN_MS) / 86400000.0;
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    for (int i = 0; i < n; i++) {
        machine.random = machine.random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        out[i] = (char)(machine.random >> 56);
    }
    return n;
}

void sim_clock_install(void)
{
    if (machine.installed)
        return;
    machine.vfs = *sqlite3_vfs_find(NULL);
    machine.vfs.zName = "sim";
    machine.vfs.pNext = NULL;
    machine.vfs.xCurrentTimeInt64 = vfs_now;
    machine.vfs.xCurrentTime = vfs_now_days;
    machine.vfs.xRandomness = vfs_random;
    sqlite3_vfs_register(&machine.vfs, 1);
    machine.installed = true;
}

void sim_clock_use(struct sim *s, int64_t offset_ms)
{
    machine.now_ms = s->now_ms + offset_ms;
}

/* Each run draws from its own seed, SQLite's random keys too, whatever ran before it. */
void sim_random_begin(uint64_t seed)
{
    machine.random = seed;
    sqlite3_randomness(0, NULL);
}

/* Loses, repeats and delays; a channel keeps its order unless the seed says otherwise. */
static void put(struct sim *s, size_t from, size_t to, uint64_t conn, const struct tq_buf *bytes,
        bool in_order)
{
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
    if (in_order && packet->at_ms < *last)
        packet->at_ms = *last;
    if (in_order)
        *last = packet->at_ms;
    tq_buf_init(&packet->bytes, 0);
    tq_buf_append(&packet->bytes, bytes->data, bytes->len);
    s->npackets++;
    s->stats.packets++;
}

void sim_net_send(struct sim *s, size_t from, size_t to, uint64_t conn,
        const struct tq_message *message, size_t *bytes)
{
    bool bad = s->faults && s->options.network;
    struct sim_office *o = &s->offices[from == SIM_DISTRICT ? to : from];
    struct tq_error err;
    struct tq_buf buf;

    tq_error_clear(&err);
    tq_buf_init(&buf, 0);
    sim_must(s, tq_message_encode(message, &buf, &err), "encode", &err);
    *bytes = buf.len;
    sim_say(s, "  %s %zu: message %d, %zu bytes", from == SIM_DISTRICT ? "to" : "from", o->number,
            (int)message->kind, buf.len);
    for (size_t i = 0; i < buf.len; i++)
        s->trace = (s->trace ^ buf.data[i]) * UINT64_C(1099511628211);
    if (conn != o->conn || s->now_ms < o->partition_until_ms || (bad && sim_chance(s, 4))) {
        s->stats.lost++;
    } else {
        put(s, from, to, conn, &buf, !(bad && sim_chance(s, 5)));
        if (bad && sim_chance(s, 4))
            put(s, from, to, conn, &buf, false);
    }
    tq_buf_deinit(&buf);
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

void sim_net_take(struct sim *s, struct sim_packet *packet)
{
    tq_buf_deinit(&packet->bytes);
    packet->used = false;
    s->npackets--;
}

/* What is on its way is lost; the district may hear of it or not. */
void sim_net_cut(struct sim *s, struct sim_office *o)
{
    for (size_t i = 0; i < SIM_PACKETS; i++)
        if (s->packets[i].used && s->packets[i].conn == o->conn)
            sim_net_take(s, &s->packets[i]);
    if (s->district.core != NULL && sim_chance(s, 50))
        tq_district_drop(s->district.core, o->conn);
    o->conn = ++s->conns;
    if (o->session != NULL)
        (void)!tq_office_session_link_lost(o->session);
}

void sim_net_clear(struct sim *s)
{
    for (size_t i = 0; i < SIM_PACKETS; i++)
        if (s->packets[i].used)
            sim_net_take(s, &s->packets[i]);
    machine.random = 0;
}

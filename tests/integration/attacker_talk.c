/* attacker_talk.c - A member that breaks the rules of the conversation.
 *
 *   garbage N SEED    N messages of random bytes
 *   large BYTES       one message over the limit
 *   parts             messages of several parts
 *   bomb              zstd frames that inflate to more than they say, and say more than may be
 *   deep              bodies of millions of empty or nested fields, of every kind
 *   hellos N          N Hellos as fast as they go
 *   unasked           messages of no session, and of another's
 *   pull MS           pulls everything, again and again, for this long
 *   slow MS           asks for everything and never reads; a little later it looks what was left
 *   key               the group key that a Welcome brings: what `open` begins with
 *   open KEY HEX...   how many of these broadcasts the device opens, the new keys it can take, and each
 *                     row that it reads
 *   on-call           a Hello, or a Pull, for each line of standard input
 *   asks N            N questions for all receipts and digests at once
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>
#include <zstd.h>

#include "attacker.h"
#include "envelope.h"
#include "tuquan/catalogue.h"
#include "tuquan/clock.h"

#define MEGABYTE ((size_t)1024 * 1024)

static int64_t steady(void)
{
    return tq_clock_system()->steady_ms(tq_clock_system()->ctx);
}

static void must_be_in(struct enemy *e)
{
    enemy_connect(e, false);
    if (strcmp(enemy_handshake(e, ANSWER_MS), "in") != 0)
        enemy_die("handshake", "not in");
}

/* The district still answers this very connection. */
static void still_there(struct enemy *e)
{
    struct tq_message m;
    uint64_t before = e->answers[TQ_MSG_WELCOME];
    int64_t end = steady() + ANSWER_MS;

    enemy_hello(e, NULL);
    while (e->answers[TQ_MSG_WELCOME] == before && steady() < end)
        enemy_recv(e, &m, ANSWER_MS);
}

/* Until the flood has been read: what comes after it is answered. */
static void drain(struct enemy *e)
{
    still_there(e);
    enemy_report(e, "");
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void garbage(struct enemy *e, int64_t count, uint64_t seed)
{
    uint64_t state = seed | 1;
    uint8_t bytes[2000];
    struct tq_message m;

    must_be_in(e);
    for (int64_t i = 0; i < count; i++) {
        size_t len = (size_t)(next_random(&state) % sizeof(bytes));
        struct tq_buf buf;

        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)next_random(&state);
        tq_buf_init(&buf, 0);
        if (i % 2 == 0)
            tq_buf_append(&buf, bytes, len);
        else
            envelope_wrap(&buf, (uint32_t)(i / 2 % 16), 0, 0, tq_slice_of(bytes, len));
        enemy_send_bytes(e, buf.data, buf.len);
        tq_buf_deinit(&buf);
        if (i % 100 == 99)
            while (enemy_recv(e, &m, 0))
                ;
    }
    drain(e);
}

static void large(struct enemy *e, size_t bytes)
{
    uint8_t *data = calloc(1, bytes);
    bool cut = false;

    if (data == NULL)
        enemy_die("memory", "large");
    must_be_in(e);
    enemy_send_bytes(e, data, bytes);
    if (bytes > 7 * MEGABYTE) { /* it cannot even be refused: the line ends */
        cut = strcmp(enemy_handshake(e, ANSWER_MS), "in") == 0; /* the library comes again */
        enemy_disconnect(e);
        must_be_in(e);
    }
    free(data);
    still_there(e);
    enemy_report(e, cut ? "\"cut\": true, " : "\"cut\": false, ");
}

static void parts(struct enemy *e)
{
    must_be_in(e);
    for (int i = 0; i < 100; i++) {
        zmq_send(e->socket, "one", 3, ZMQ_SNDMORE);
        zmq_send(e->socket, "two", 3, ZMQ_SNDMORE);
        zmq_send(e->socket, "", 0, 0);
    }
    drain(e);
}

/* `real` bytes of zeros, said to be `said`. */
static void bomb_of(struct enemy *e, uint32_t kind, size_t real, uint32_t said)
{
    void *plain = calloc(1, real);
    size_t bound = ZSTD_compressBound(real);
    void *packed = malloc(bound);
    struct tq_buf buf;
    size_t len;

    if (plain == NULL || packed == NULL)
        enemy_die("memory", "bomb");
    len = ZSTD_compress(packed, bound, plain, real, 1);
    tq_buf_init(&buf, 0);
    envelope_wrap(&buf, kind, said, 0, tq_slice_of(packed, len));
    enemy_send_bytes(e, buf.data, buf.len);
    tq_buf_deinit(&buf);
    free(packed);
    free(plain);
}

static void bomb(struct enemy *e)
{
    must_be_in(e);
    for (uint32_t kind = 1; kind <= 15; kind++) {
        bomb_of(e, kind, 64 * MEGABYTE, 1000);
        bomb_of(e, kind, 64 * MEGABYTE, (uint32_t)(64 * MEGABYTE));
        bomb_of(e, kind, 64 * MEGABYTE, UINT32_MAX);
        bomb_of(e, kind, 8 * MEGABYTE, (uint32_t)(8 * MEGABYTE));
    }
    drain(e);
}

/* Fields 1 to 15 as empty submessages, or one inside the other as far as the bytes go. */
static void deep(struct enemy *e)
{
    size_t len = 5 * MEGABYTE;
    uint8_t *body = malloc(len);

    if (body == NULL)
        enemy_die("memory", "deep");
    must_be_in(e);
    for (uint32_t kind = 1; kind <= 15; kind++) {
        for (uint32_t field = 1; field <= 15; field += 1 + kind % 3) {
            struct tq_buf buf;

            for (size_t i = 0; i + 1 < len; i += 2) {
                body[i] = (uint8_t)(field << 3 | 2);
                body[i + 1] = 0;
            }
            tq_buf_init(&buf, 0);
            envelope_wrap(&buf, kind, 0, 0, tq_slice_of(body, field % 2 == 0 ? len : len / 16));
            enemy_send_bytes(e, buf.data, buf.len);
            tq_buf_deinit(&buf);
        }
    }
    for (uint32_t kind = 1; kind <= 15; kind++) {
        struct tq_buf buf;
        size_t at = len;

        while (at > 16) { /* from the inside out */
            size_t inner = len - at;
            uint8_t head[12];
            size_t n = 0;

            head[n++] = 1 << 3 | 2;
            for (size_t v = inner;; v >>= 7) {
                head[n++] = (uint8_t)((v & 127) | (v > 127 ? 128 : 0));
                if (v <= 127)
                    break;
            }
            if (at < n || len - at > MEGABYTE)
                break;
            at -= n;
            memcpy(body + at, head, n);
        }
        tq_buf_init(&buf, 0);
        envelope_wrap(&buf, kind, 0, 0, tq_slice_of(body + at, len - at));
        enemy_send_bytes(e, buf.data, buf.len);
        tq_buf_deinit(&buf);
    }
    free(body);
    drain(e);
}

static void hellos(struct enemy *e, int64_t count)
{
    struct tq_message m;
    char more[64];

    must_be_in(e);
    for (int64_t i = 0; i < count; i++) {
        enemy_hello(e, NULL);
        while (enemy_recv(e, &m, 0))
            ;
    }
    while (enemy_recv(e, &m, 1500))
        ;
    snprintf(more, sizeof(more), "\"welcomes\": %" PRIu64 ", ", e->answers[TQ_MSG_WELCOME]);
    enemy_report(e, more);
}

static void unasked(struct enemy *e)
{
    struct tq_message m;

    must_be_in(e);
    e->session = 77;
    for (int i = 0; i < 50; i++)
        enemy_pull(e, 0, 1 << 20, 0); /* no Hello before it */
    enemy_hello(e, NULL);
    enemy_recv(e, &m, ANSWER_MS);
    e->session ^= 1;
    for (int i = 0; i < 50; i++)
        enemy_pull(e, 0, 1 << 20, 0); /* another session's */
    enemy_recv(e, &m, 300);
    drain(e);
}

static void pull_for_ever(struct enemy *e, int64_t wait_ms)
{
    int64_t end = steady() + wait_ms;
    unsigned rounds = 0;
    struct tq_message m;
    char more[64];

    must_be_in(e);
    enemy_hello(e, NULL);
    enemy_expect(e, TQ_MSG_WELCOME, &m, ANSWER_MS);
    fprintf(stderr, "pulling\n");
    while (steady() < end && enemy_goes_on()) {
        bool whole = rounds < 10; /* to its end; later it does not wait for that */

        enemy_pull(e, 0, UINT64_C(1) << 40, rounds % 3 == 2 ? 1000 : 0);
        for (int left_ms = whole ? 2000 : 20; enemy_recv(e, &m, left_ms); left_ms = whole ? 20 : 0)
            if (m.kind == TQ_MSG_REFUSED)
                enemy_hello(e, NULL);
        rounds++;
    }
    snprintf(more, sizeof(more), "\"rounds\": %u, ", rounds);
    enemy_report(e, more);
}

static void slow(struct enemy *e, int64_t wait_ms)
{
    int64_t end = steady() + wait_ms;
    struct tq_message m;

    enemy_connect(e, false);
    enemy_read_little(e);
    enemy_hello(e, NULL);
    enemy_expect(e, TQ_MSG_WELCOME, &m, ANSWER_MS);
    fprintf(stderr, "slow\n");
    while (steady() < end && enemy_goes_on()) {
        enemy_pull(e, 0, UINT64_C(1) << 40, 0);
        enemy_credit(e, UINT64_C(1) << 40); /* says it has read what it has not */
        enemy_pause(e, 200);                /* no more Pulls than it may send */
    }
    enemy_report(e, "");
}

/* Id and key of the broadcast's group, as hex. */
static void take_key(struct enemy *e)
{
    struct tq_message m;
    char id[2 * TQ_GROUP_KEY_ID_BYTES + 1];
    char key[2 * TQ_GROUP_KEY_BYTES + 1];

    must_be_in(e);
    enemy_hello(e, NULL);
    if (!enemy_expect(e, TQ_MSG_WELCOME, &m, ANSWER_MS))
        enemy_die("key", "no Welcome");
    tq_hex(id, m.u.welcome.group_key_id, TQ_GROUP_KEY_ID_BYTES);
    tq_hex(key, m.u.welcome.group_key, TQ_GROUP_KEY_BYTES);
    printf("{\"key\": \"%s%s\"}\n", id, key);
}

static void print_hex(const char *name, struct tq_slice bytes)
{
    printf("\"%s\": \"", name);
    for (size_t i = 0; i < bytes.len; i++)
        printf("%02x", bytes.data[i]);
    printf("\"");
}

/* By this program's catalogue; what that does not know is neither public nor leaves. */
static void print_row(const struct tq_row *row)
{
    const struct tq_table *table = tq_catalogue_table(tq_catalogue_current(), row->table);

    printf("{\"table\": \"%s\", \"public\": %s, \"owner\": \"%s\", \"columns\": [",
            table != NULL ? table->name : "?",
            table != NULL && table->scope == TQ_PUBLIC ? "true" : "false",
            table != NULL && table->owner >= 0 ? table->columns[table->owner].name : "");
    for (uint32_t i = 0; i < row->ncolumns; i++) {
        const struct tq_column *column = NULL;

        for (size_t k = 0; table != NULL && k < table->ncolumns; k++)
            if (table->columns[k].id == row->columns[i])
                column = &table->columns[k];
        printf("%s{\"name\": \"%s\", \"leaves\": %s, ", i > 0 ? ", " : "",
                column != NULL ? column->name : "?",
                column != NULL && column->leaves ? "true" : "false");
        if (row->values[i].type == TQ_INT)
            printf("\"int\": %" PRId64, row->values[i].i);
        else if (row->values[i].type == TQ_NULL)
            printf("\"null\": true");
        else
            print_hex(row->values[i].type == TQ_TEXT ? "text" : "blob", row->values[i].s);
        printf("}");
    }
    printf("]}");
}

/* What was opened is a broadcast, signed by the district; every row of it is printed. */
static void print_broadcast(struct enemy *e, struct tq_slice plain, unsigned *rows)
{
    struct tq_message m;
    struct tq_error err;

    tq_arena_reset(e->arena);
    memset(&m, 0, sizeof(m));
    if (tq_message_decode(plain, e->arena, &m, &err) != TQ_OK)
        enemy_die("opened, and no message", err.msg);
    if (m.kind != TQ_MSG_BROADCAST)
        enemy_die("opened", "another message than a broadcast");
    if (tq_broadcast_verify(&m.u.broadcast, e->district_sign_key, &err) != TQ_OK)
        enemy_die("opened, and not the district's", err.msg);
    for (size_t i = 0; i < m.u.broadcast.nrows; i++) {
        printf("%s", (*rows)++ > 0 ? ", " : "");
        print_row(&m.u.broadcast.rows[i]);
    }
}

/* With the key that a Welcome brought, and those that the broadcasts (hex, in order) bring to it. */
static void open_all(struct enemy *e, const char *held, int count, char **texts)
{
    uint8_t pair[TQ_GROUP_KEY_ID_BYTES + TQ_GROUP_KEY_BYTES];
    uint8_t *key = pair + TQ_GROUP_KEY_ID_BYTES;
    unsigned bundles = 0;
    unsigned rekeys = 0;
    unsigned opened = 0;
    unsigned rows = 0;
    struct tq_error err;

    if (strlen(held) != 2 * sizeof(pair) || !tq_unhex(held, strlen(held), pair, sizeof(pair)))
        enemy_die("key", held);
    printf("{\"rows\": [");
    for (int i = 0; i < count; i++) {
        size_t len = strlen(texts[i]) / 2;
        uint8_t *data = malloc(len + 1);
        struct tq_buf plain;

        if (data == NULL || !tq_unhex(texts[i], 2 * len, data, len))
            enemy_die("hex", texts[i]);
        tq_buf_init(&plain, 0);
        if (tq_rekey_is(tq_slice_of(data, len))) {
            bundles++;
            rekeys += tq_rekey_take(tq_slice_of(data, len), e->device, &e->keys,
                              e->district_sign_key, pair, key, &err) == TQ_OK;
        } else if (tq_open(pair, key, tq_slice_of(data, len), &plain, &err) == TQ_OK) {
            print_broadcast(e, tq_buf_slice(&plain), &rows);
            opened++;
        }
        tq_buf_deinit(&plain);
        free(data);
    }
    printf("], \"bundles\": %u, \"rekeys\": %u, \"opened\": %u, \"messages\": %d}\n", bundles,
            rekeys, opened, count);
}

/* For each line of standard input a Hello or a Pull, on one connection; says what the answer was. */
static void on_call(struct enemy *e)
{
    struct tq_message m;
    char line[64];

    must_be_in(e);
    fprintf(stderr, "in\n");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        bool pull = line[0] == 'p';

        memset(&m, 0, sizeof(m));
        if (pull)
            enemy_pull(e, 0, 1 << 20, 0);
        else
            enemy_hello(e, NULL);
        if (enemy_expect(e, pull ? TQ_MSG_ROWS : TQ_MSG_WELCOME, &m, ANSWER_MS))
            fprintf(stderr, "%s\n", pull ? "rows" : "welcome");
        else if (m.kind == TQ_MSG_REFUSED)
            fprintf(stderr, "refused %d\n", (int)m.u.refused.code);
        else
            fprintf(stderr, "none\n");
    }
    enemy_report(e, "");
}

/* Questions about the own rows: each asks for the whole table again and again, or (`fair`) for one
 * part of it after the other. */
static void asks(struct enemy *e, int64_t count, bool fair)
{
    static struct tq_range ranges[4096];
    static uint8_t keys[4096][16];
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "activity");
    struct tq_message m;

    must_be_in(e);
    enemy_hello(e, NULL);
    enemy_expect(e, TQ_MSG_WELCOME, &m, ANSWER_MS);
    for (size_t i = 0; i < 4096; i++) {
        keys[i][0] = (uint8_t)(i >> 4);
        keys[i][1] = (uint8_t)(i << 4);
        ranges[i].table = table->id;
        ranges[i].owner = tq_slice_str("08779@2004-01-01");
        ranges[i].low = tq_slice_of(keys[i], fair && i > 0 ? 16 : 0);
        ranges[i].high = tq_slice_of(keys[(i + 1) % 4096], fair && i < 4095 ? 16 : 0);
    }
    for (int64_t i = 0; i < count; i++) {
        memset(&m, 0, sizeof(m));
        m.kind = TQ_MSG_DIGEST_ASK;
        m.session = e->session;
        m.u.ranges.nranges = 4096;
        m.u.ranges.ranges = ranges;
        enemy_send(e, &m);
        memset(&m, 0, sizeof(m));
        m.kind = TQ_MSG_RECEIPT_ASK;
        m.session = e->session;
        m.u.receipt_ask.incarnation = 1;
        m.u.receipt_ask.seq = (uint64_t)i;
        enemy_send(e, &m);
    }
    while (enemy_recv(e, &m, 1500))
        ;
    drain(e);
}

bool talk(struct enemy *e, int argc, char **argv)
{
    if (strcmp(argv[0], "garbage") == 0 && argc == 3)
        garbage(e, number_of(argv[1]), (uint64_t)number_of(argv[2]));
    else if (strcmp(argv[0], "large") == 0 && argc == 2)
        large(e, (size_t)number_of(argv[1]));
    else if (strcmp(argv[0], "parts") == 0)
        parts(e);
    else if (strcmp(argv[0], "bomb") == 0)
        bomb(e);
    else if (strcmp(argv[0], "deep") == 0)
        deep(e);
    else if (strcmp(argv[0], "hellos") == 0 && argc == 2)
        hellos(e, number_of(argv[1]));
    else if (strcmp(argv[0], "unasked") == 0)
        unasked(e);
    else if (strcmp(argv[0], "pull") == 0 && argc == 2)
        pull_for_ever(e, number_of(argv[1]));
    else if (strcmp(argv[0], "slow") == 0 && argc == 2)
        slow(e, number_of(argv[1]));
    else if (strcmp(argv[0], "key") == 0)
        take_key(e);
    else if (strcmp(argv[0], "open") == 0 && argc > 1)
        open_all(e, argv[1], argc - 2, argv + 2);
    else if (strcmp(argv[0], "on-call") == 0)
        on_call(e);
    else if (strcmp(argv[0], "asks") == 0 && (argc == 2 || argc == 3))
        asks(e, number_of(argv[1]), argc == 3);
    else
        return false;
    return true;
}

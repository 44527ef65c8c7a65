/* attacker_sets.c - push WHAT [argument]: change sets that a member should not send, each on a chain
 * of its own that has not begun yet.
 *
 *   good N            N sets of one ordinary row each: the attacker can speak properly
 *   other-unit UNIT   a good row, and rows of another commune
 *   column            the district's columns, and public tables
 *   seen              a change that has seen what does not exist yet
 *   author TEXT       an author as he should not be called, on a good row and on another commune's
 *   author-bytes WHAT text that the codec does not write: "long", "utf8", "control" or "nul"
 *   forged DEVICE     a set in another device's name
 *   signature FOLDER  signed by another device's key
 *   unsigned          a signature of zeros
 *   changed           one byte of the payload changed after signing
 *   district          for another district
 *   replay            the same set thirty times, and old ones again
 *   splice            the second set of a chain with the third one's payload
 *   jump              sequence 5 after 1
 *   fork              sequence 2 twice, with different content
 *   future            incarnation 9, which nobody gave
 *   flood N           N sets at once, of 1,000 rows each
 *
 * and slow-push MS: asks for everything, never reads, and pushes one set all the time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attacker.h"
#include "tuquan/catalogue.h"
#include "tuquan/clock.h"
#include "tuquan/random.h"

#define MOST 1000u

struct chain {
    struct enemy *e;
    struct tq_chain_point head;
    uint64_t log_id;
    struct tq_change changes[MOST];
    uint32_t columns[MOST][4];
    struct tq_value after[MOST][4];
    struct tq_value before[MOST][4];
    uint8_t keys[MOST][16];
    size_t nchanges;
    struct tq_buf payload; /* of the last set */
};

static int64_t now_ms(void)
{
    return tq_clock_system()->now_ms(tq_clock_system()->ctx);
}

static struct tq_change *change(
        struct chain *c, const char *table, uint32_t cell, const char *owner)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), table);
    struct tq_change *out = &c->changes[c->nchanges];

    memset(out, 0, sizeof(*out));
    tq_random_system()->fill(tq_random_system()->ctx, c->keys[c->nchanges], 16);
    out->table = t->id;
    out->cell = cell;
    out->key = tq_slice_of(c->keys[c->nchanges], 16);
    out->owner = tq_slice_str(owner);
    out->columns = c->columns[c->nchanges];
    out->after = c->after[c->nchanges];
    out->before = cell != 0 ? c->before[c->nchanges] : NULL;
    out->at_ms = now_ms();
    out->author = tq_slice_str("kẻ tấn công (mẫu)");
    out->incarnation = c->head.incarnation;
    out->log_id = ++c->log_id;
    c->nchanges++;
    return out;
}

static void put(struct chain *c, const char *table, const char *column, struct tq_value value)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), table);
    int at = tq_table_column_find(t, column);
    size_t i = c->nchanges - 1;

    if (at < 0)
        enemy_die("column", column);
    c->columns[i][c->changes[i].ncolumns] = t->columns[at].id;
    c->after[i][c->changes[i].ncolumns++] = value;
}

static void activity(struct chain *c, const char *unit, const char *village, int64_t participants)
{
    struct tq_change *out = change(c, "activity", TQ_CELL_ROW, unit);

    put(c, "activity", "kind", tq_value_str("patrol"));
    put(c, "activity", "village", tq_value_str(village));
    put(c, "activity", "planned_on", tq_value_str("2020-09-15"));
    put(c, "activity", "participants", tq_value_int(participants));
    out->lock_on = tq_slice_str("2020-09-15");
}

#define OWN_UNIT "08779@2004-01-01"
#define OWN_VILLAGE "08779-04@2019-01-01"

static void seal_frame(struct chain *c, struct tq_set *set)
{
    tq_set_hash(set, set->hash);
    c->e->signer.sign(
            c->e->signer.ctx, TQ_SIGN_SET, tq_slice_of(set->hash, TQ_HASH_BYTES), set->signature);
}

/* What was added, as the next set of the chain. */
static struct tq_set seal(struct chain *c)
{
    struct tq_set_body body;
    struct tq_error err;
    struct tq_set set;

    memset(&set, 0, sizeof(set));
    memset(&body, 0, sizeof(body));
    body.schema = tq_catalogue_current()->version;
    body.sealed_at_ms = now_ms();
    body.group = c->changes[0].log_id;
    body.part = 1;
    body.parts = 1;
    body.nchanges = c->nchanges;
    body.changes = c->changes;
    tq_buf_clear(&c->payload);
    if (tq_body_encode(&body, &c->payload, &err) != TQ_OK)
        enemy_die("set", err.msg);
    memcpy(set.district, c->e->district, sizeof(set.district));
    set.device = c->e->device;
    set.incarnation = c->head.incarnation;
    set.seq = c->head.seq + 1;
    memcpy(set.prev, c->head.hash, TQ_HASH_BYTES);
    set.payload = tq_buf_slice(&c->payload);
    seal_frame(c, &set);
    memcpy(c->head.hash, set.hash, TQ_HASH_BYTES);
    c->head.seq = set.seq;
    c->nchanges = 0;
    return set;
}

static void send_set(struct chain *c, const struct tq_set *set)
{
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PUSH;
    m.session = c->e->session;
    m.u.push = *set;
    enemy_send(c->e, &m);
}

static void open_session(struct chain *c)
{
    struct tq_message m;

    enemy_hello(c->e, NULL);
    if (!enemy_expect(c->e, TQ_MSG_WELCOME, &m, ANSWER_MS))
        enemy_die("session", "not opened");
    c->head = m.u.welcome.held;
    if (c->head.incarnation == 0)
        c->head.incarnation = 1;
}

/* Until the answer to the last set, whatever it is. */
static void answers(struct chain *c, uint64_t count)
{
    struct enemy *e = c->e;
    struct tq_message m;

    while (e->answers[TQ_MSG_RECEIPT] + e->answers[TQ_MSG_REFUSED] < count)
        if (!enemy_recv(e, &m, ANSWER_MS))
            break;
}

static void send_one(struct chain *c, const struct tq_set *set)
{
    struct enemy *e = c->e;
    uint64_t before = e->answers[TQ_MSG_RECEIPT] + e->answers[TQ_MSG_REFUSED];

    send_set(c, set);
    answers(c, before + 1);
}

static void one_row(struct chain *c)
{
    activity(c, OWN_UNIT, OWN_VILLAGE, 900 + (int64_t)c->log_id);
}

static void good(struct chain *c, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        struct tq_set set;

        one_row(c);
        set = seal(c);
        send_one(c, &set);
    }
}

static void other_unit(struct chain *c, const char *unit)
{
    struct tq_set set;

    one_row(c);
    activity(c, unit, OWN_VILLAGE, 666);
    activity(c, unit, "08782-01@2019-01-01", 667);
    change(c, "activity", 13, unit); /* of a row that may exist or not */
    put(c, "activity", "participants", tq_value_int(668));
    set = seal(c);
    send_one(c, &set);
}

static void columns(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    change(c, "incident", 25, OWN_UNIT);
    put(c, "incident", "reconciled", tq_value_int(1));
    change(c, "directive", TQ_CELL_ROW, "");
    set = seal(c);
    send_one(c, &set);
}

static void seen(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    c->changes[0].seen = UINT64_MAX / 2;
    set = seal(c);
    send_one(c, &set);
}

/* Somebody else's name gives nobody else's rights. */
static void author(struct chain *c, const char *name)
{
    struct tq_set set;

    one_row(c);
    activity(c, "08782@2004-01-01", "08782-01@2019-01-01", 669);
    change(c, "incident", 25, OWN_UNIT);
    put(c, "incident", "reconciled", tq_value_int(1));
    for (size_t i = 0; i < c->nchanges; i++)
        c->changes[i].author = tq_slice_str(name);
    set = seal(c);
    send_one(c, &set);
}

/* The codec writes no such author, so one of 256 letters is changed in the finished bytes. */
static void author_bytes(struct chain *c, const char *what)
{
    static char name[257];
    struct tq_buf made;
    struct tq_set set;
    size_t at = 2;

    memset(name, 'x', sizeof(name) - 1);
    one_row(c);
    c->changes[0].author = tq_slice_str(name);
    set = seal(c);
    while (at + 256 < set.payload.len && memcmp(set.payload.data + at, name, 256) != 0)
        at++;
    tq_buf_init(&made, 0);
    tq_buf_append(&made, set.payload.data, at);
    if (strcmp(what, "long") == 0) { /* 257: its length stands before it as a varint */
        made.data[at - 2] = 0x81;
        tq_buf_append(&made, "x", 1);
    }
    tq_buf_append(&made, set.payload.data + at, set.payload.len - at);
    if (strcmp(what, "utf8") == 0)
        made.data[at + 100] = 0xff;
    else if (strcmp(what, "control") == 0)
        made.data[at + 100] = 0x1b;
    else if (strcmp(what, "nul") == 0)
        made.data[at + 100] = 0;
    set.payload = tq_buf_slice(&made);
    seal_frame(c, &set);
    send_one(c, &set);
    tq_buf_deinit(&made);
}

static void forged(struct chain *c, uint32_t device)
{
    struct tq_set set;

    one_row(c);
    set = seal(c);
    set.device = device;
    seal_frame(c, &set);
    send_one(c, &set);
}

static void signature(struct chain *c, const char *folder)
{
    struct enemy other;
    struct tq_set set;

    enemy_load(&other, folder);
    one_row(c);
    set = seal(c);
    other.signer.sign(
            other.signer.ctx, TQ_SIGN_SET, tq_slice_of(set.hash, TQ_HASH_BYTES), set.signature);
    send_one(c, &set);
    enemy_close(&other);
}

static void unsigned_set(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = seal(c);
    memset(set.signature, 0, sizeof(set.signature));
    send_one(c, &set);
}

static void changed(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = seal(c);
    c->payload.data[c->payload.len / 2] ^= 1;
    send_one(c, &set);
}

static void other_district(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = seal(c);
    set.district[0] ^= 1;
    seal_frame(c, &set);
    send_one(c, &set);
}

static void replay(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = seal(c);
    for (int i = 0; i < 30; i++)
        send_set(c, &set);
    answers(c, 30);
    /* In another session, too. */
    enemy_hello(c->e, &c->head);
    for (int i = 0; i < 3; i++)
        send_set(c, &set);
    answers(c, 33);
}

static void splice(struct chain *c)
{
    struct tq_set second;
    struct tq_set first;

    one_row(c);
    first = seal(c);
    send_one(c, &first);
    one_row(c);
    second = seal(c);
    one_row(c);
    seal(c); /* its payload is in the buffer now, under the second set's hash and signature */
    second.payload = tq_buf_slice(&c->payload);
    send_one(c, &second);
}

static void jump(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = seal(c);
    send_one(c, &set);
    c->head.seq = 4;
    one_row(c);
    set = seal(c);
    send_one(c, &set);
}

static void fork_chain(struct chain *c)
{
    struct tq_chain_point at;
    struct tq_set set;

    one_row(c);
    set = seal(c);
    send_one(c, &set);
    at = c->head;
    one_row(c);
    set = seal(c);
    send_one(c, &set);
    c->head = at;
    one_row(c);
    set = seal(c);
    send_one(c, &set);
}

static void future(struct chain *c)
{
    struct tq_set set;

    c->head.incarnation = 9;
    one_row(c);
    set = seal(c);
    send_one(c, &set);
}

static void flood(struct chain *c, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        struct tq_set set;

        while (c->nchanges < MOST)
            one_row(c);
        set = seal(c);
        send_set(c, &set);
    }
    answers(c, (uint64_t)count);
}

static bool one_of(struct chain *c, int argc, char **argv)
{
    const char *what = argv[0];
    const char *more = argc > 1 ? argv[1] : "";

    if (strcmp(what, "good") == 0)
        good(c, number_of(more));
    else if (strcmp(what, "other-unit") == 0)
        other_unit(c, more);
    else if (strcmp(what, "column") == 0)
        columns(c);
    else if (strcmp(what, "seen") == 0)
        seen(c);
    else if (strcmp(what, "author") == 0)
        author(c, more);
    else if (strcmp(what, "author-bytes") == 0)
        author_bytes(c, more);
    else if (strcmp(what, "forged") == 0)
        forged(c, (uint32_t)number_of(more));
    else if (strcmp(what, "signature") == 0)
        signature(c, more);
    else if (strcmp(what, "unsigned") == 0)
        unsigned_set(c);
    else if (strcmp(what, "changed") == 0)
        changed(c);
    else if (strcmp(what, "district") == 0)
        other_district(c);
    else if (strcmp(what, "replay") == 0)
        replay(c);
    else if (strcmp(what, "splice") == 0)
        splice(c);
    else if (strcmp(what, "jump") == 0)
        jump(c);
    else if (strcmp(what, "fork") == 0)
        fork_chain(c);
    else if (strcmp(what, "future") == 0)
        future(c);
    else if (strcmp(what, "flood") == 0)
        flood(c, number_of(more));
    else
        return false;
    return true;
}

static void slow_push(struct enemy *e, struct chain *c, int64_t wait_ms)
{
    const struct tq_clock *clock = tq_clock_system();
    int64_t end = clock->steady_ms(clock->ctx) + wait_ms;
    struct tq_set set;

    fprintf(stderr, "slow\n");
    one_row(c);
    set = seal(c);
    for (unsigned turn = 0; clock->steady_ms(clock->ctx) < end && enemy_goes_on(); turn++) {
        for (int i = 0; i < 3; i++)
            send_set(c, &set);
        if (turn % 100 == 0) /* no more Pulls than it may send */
            enemy_pull(e, 0, UINT64_C(1) << 40, 0);
        enemy_credit(e, UINT64_C(1) << 40);
        enemy_pause(e, 1);
    }
    enemy_report(e, "");
}

bool push(struct enemy *e, int argc, char **argv)
{
    struct chain *c;
    bool slow = strcmp(argv[0], "slow-push") == 0;
    bool known = true;

    if ((!slow && strcmp(argv[0], "push") != 0) || argc < 2)
        return false;
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        enemy_die("memory", "chain");
    c->e = e;
    tq_buf_init(&c->payload, 0);
    enemy_connect(e, false);
    if (slow)
        enemy_read_little(e);
    open_session(c);
    if (slow)
        slow_push(e, c, number_of(argv[1]));
    else
        known = one_of(c, argc - 1, argv + 1);
    tq_buf_deinit(&c->payload);
    free(c);
    if (known && !slow)
        enemy_report(e, "");
    return known;
}

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

#include "attacker_chain.h"
#include "tuquan/catalogue.h"
#include "tuquan/clock.h"
#include "tuquan/random.h"

#define OWN_UNIT "08779@2004-01-01"
#define OWN_VILLAGE "08779-04@2019-01-01"

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

    chain_send(c, set);
    answers(c, before + 1);
}

static void one_row(struct chain *c)
{
    chain_activity(c, OWN_UNIT, OWN_VILLAGE, 900 + (int64_t)c->log_id);
}

static void good(struct chain *c, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        struct tq_set set;

        one_row(c);
        set = chain_seal(c);
        send_one(c, &set);
    }
}

static void other_unit(struct chain *c, const char *unit)
{
    struct tq_set set;

    one_row(c);
    chain_activity(c, unit, OWN_VILLAGE, 666);
    chain_activity(c, unit, "08782-01@2019-01-01", 667);
    chain_change(c, "activity", 13, unit); /* of a row that may exist or not */
    chain_put(c, "activity", "participants", tq_value_int(668));
    set = chain_seal(c);
    send_one(c, &set);
}

static void columns(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    chain_change(c, "incident", 25, OWN_UNIT);
    chain_put(c, "incident", "reconciled", tq_value_int(1));
    chain_change(c, "directive", TQ_CELL_ROW, "");
    set = chain_seal(c);
    send_one(c, &set);
}

static void seen(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    c->changes[0].seen = UINT64_MAX / 2;
    set = chain_seal(c);
    send_one(c, &set);
}

/* Somebody else's name gives nobody else's rights. */
static void author(struct chain *c, const char *name)
{
    struct tq_set set;

    one_row(c);
    chain_activity(c, "08782@2004-01-01", "08782-01@2019-01-01", 669);
    chain_change(c, "incident", 25, OWN_UNIT);
    chain_put(c, "incident", "reconciled", tq_value_int(1));
    for (size_t i = 0; i < c->nchanges; i++)
        c->changes[i].author = tq_slice_str(name);
    set = chain_seal(c);
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
    set = chain_seal(c);
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
    chain_seal_frame(c, &set);
    send_one(c, &set);
    tq_buf_deinit(&made);
}

static void forged(struct chain *c, uint32_t device)
{
    struct tq_set set;

    one_row(c);
    set = chain_seal(c);
    set.device = device;
    chain_seal_frame(c, &set);
    send_one(c, &set);
}

static void signature(struct chain *c, const char *folder)
{
    struct enemy other;
    struct tq_set set;

    enemy_load(&other, folder);
    one_row(c);
    set = chain_seal(c);
    other.signer.sign(
            other.signer.ctx, TQ_SIGN_SET, tq_slice_of(set.hash, TQ_HASH_BYTES), set.signature);
    send_one(c, &set);
    enemy_close(&other);
}

static void unsigned_set(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = chain_seal(c);
    memset(set.signature, 0, sizeof(set.signature));
    send_one(c, &set);
}

static void changed(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = chain_seal(c);
    c->payload.data[c->payload.len / 2] ^= 1;
    send_one(c, &set);
}

static void other_district(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = chain_seal(c);
    set.district[0] ^= 1;
    chain_seal_frame(c, &set);
    send_one(c, &set);
}

static void replay(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = chain_seal(c);
    for (int i = 0; i < 30; i++)
        chain_send(c, &set);
    answers(c, 30);
    /* In another session, too. */
    enemy_hello(c->e, &c->head);
    for (int i = 0; i < 3; i++)
        chain_send(c, &set);
    answers(c, 33);
}

static void splice(struct chain *c)
{
    struct tq_set second;
    struct tq_set first;

    one_row(c);
    first = chain_seal(c);
    send_one(c, &first);
    one_row(c);
    second = chain_seal(c);
    one_row(c);
    chain_seal(c); /* its payload is in the buffer now, under the second set's hash and signature */
    second.payload = tq_buf_slice(&c->payload);
    send_one(c, &second);
}

static void jump(struct chain *c)
{
    struct tq_set set;

    one_row(c);
    set = chain_seal(c);
    send_one(c, &set);
    c->head.seq = 4;
    one_row(c);
    set = chain_seal(c);
    send_one(c, &set);
}

static void fork_chain(struct chain *c)
{
    struct tq_chain_point at;
    struct tq_set set;

    one_row(c);
    set = chain_seal(c);
    send_one(c, &set);
    at = c->head;
    one_row(c);
    set = chain_seal(c);
    send_one(c, &set);
    c->head = at;
    one_row(c);
    set = chain_seal(c);
    send_one(c, &set);
}

static void future(struct chain *c)
{
    struct tq_set set;

    c->head.incarnation = 9;
    one_row(c);
    set = chain_seal(c);
    send_one(c, &set);
}

static void flood(struct chain *c, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        struct tq_set set;

        while (c->nchanges < MOST)
            one_row(c);
        set = chain_seal(c);
        chain_send(c, &set);
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
    set = chain_seal(c);
    for (unsigned turn = 0; clock->steady_ms(clock->ctx) < end && enemy_goes_on(); turn++) {
        for (int i = 0; i < 3; i++)
            chain_send(c, &set);
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
    c = chain_new(e);
    enemy_connect(e, false);
    if (slow)
        enemy_read_little(e);
    chain_open(c);
    if (slow)
        slow_push(e, c, number_of(argv[1]));
    else
        known = one_of(c, argc - 1, argv + 1);
    chain_free(c);
    if (known && !slow)
        enemy_report(e, "");
    return known;
}

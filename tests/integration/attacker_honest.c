/* attacker_honest.c - honest FOLDER UNIT VILLAGE [FOLDER UNIT VILLAGE...]: members that behave, while
 * others attack. For each line of standard input all of them sync at the same time: a connection of
 * its own, a row of its own, the receipt that accepts it, and what is new. One line of JSON each time;
 * whatever goes wrong ends the program with a sentence. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attacker_chain.h"

#define MEMBERS 32
#define PATIENCE_MS 60000 /* a busy machine: that it comes at all is what counts */

struct member {
    struct enemy e;
    struct tq_chain_point head;
    const char *unit;
    const char *village;
};

static void must(const struct member *m, bool good, const char *what)
{
    const char *why = NULL;

    if (good)
        return;
    for (int i = 0; i < ENEMY_CODES; i++)
        if (m->e.refusals[i] != 0)
            why = "refused";
    fprintf(stderr, "%s: ", m->unit);
    enemy_die(what, why != NULL ? why : "no answer");
}

static void push_one(struct member *m, struct chain *c)
{
    struct tq_set set;

    c->e = &m->e;
    c->head = m->head;
    chain_activity(c, m->unit, m->village, 40);
    set = chain_seal(c);
    chain_send(c, &set);
    m->head = c->head;
}

static void pull_all(struct member *m)
{
    struct tq_message in;

    do
        must(m, enemy_expect(&m->e, TQ_MSG_ROWS, &in, PATIENCE_MS), "rows");
    while (!in.u.rows.complete);
    enemy_disconnect(&m->e);
}

/* Each answer is waited for only when all have asked. */
static void sync_all(struct member *list, size_t count, struct chain *c)
{
    struct tq_message in;

    for (size_t i = 0; i < count; i++) {
        enemy_connect(&list[i].e, false);
        enemy_hello(&list[i].e, list[i].head.seq > 0 ? &list[i].head : NULL);
    }
    for (size_t i = 0; i < count; i++) {
        must(&list[i], enemy_expect(&list[i].e, TQ_MSG_WELCOME, &in, PATIENCE_MS), "Welcome");
        list[i].head = in.u.welcome.held;
        if (list[i].head.incarnation == 0)
            list[i].head.incarnation = 1;
        push_one(&list[i], c);
    }
    for (size_t i = 0; i < count; i++) {
        must(&list[i],
                enemy_expect(&list[i].e, TQ_MSG_RECEIPT, &in, PATIENCE_MS) &&
                        in.u.receipt.accepted == 1,
                "receipt");
        enemy_pull(&list[i].e, list[i].e.head, UINT64_C(1) << 40, 0);
    }
    for (size_t i = 0; i < count; i++)
        pull_all(&list[i]);
}

bool honest(int argc, char **argv)
{
    size_t count = (size_t)(argc - 1) / 3;
    struct member *list;
    struct chain *c;
    char line[64];

    if (strcmp(argv[0], "honest") != 0 || (argc - 1) % 3 != 0 || count > MEMBERS)
        return false;
    list = calloc(MEMBERS, sizeof(*list));
    if (list == NULL)
        enemy_die("memory", "members");
    for (size_t i = 0; i < count; i++) {
        enemy_load(&list[i].e, argv[1 + 3 * i]);
        list[i].unit = argv[2 + 3 * i];
        list[i].village = argv[3 + 3 * i];
    }
    c = chain_new(&list[0].e);
    c->day = "2020-09-16";
    while (fgets(line, sizeof(line), stdin) != NULL) {
        sync_all(list, count, c);
        printf("{\"synced\": %zu}\n", count);
        fflush(stdout);
    }
    chain_free(c);
    for (size_t i = 0; i < count; i++)
        enemy_close(&list[i].e);
    free(list);
    return true;
}

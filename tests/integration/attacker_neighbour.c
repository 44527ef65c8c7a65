/* attacker_neighbour.c - neighbour KEY WHAT...: what a neighbouring district sends over its link, with
 * the keys that were pinned, and may not (docs/liaison.md), on a chain that has not begun. KEY, in hex,
 * is of a notice of ours that it was told. WHAT:
 *
 *   ours     our own words in that notice, its state, and a new row of ours
 *   tables   rows of tables that do not cross: incidents, agreements
 *   outside  an answer in a column that the agreement does not name
 *   unasked  an answer to a notice that there is not
 *   good     an answer as it should be, thirty times, and again in another session
 *
 * and neighbour knock: a Hello alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "attacker_chain.h"
#include "tuquan/catalogue.h"

#define OURS "08779@2004-01-01"
#define THEIRS "02632@2004-01-01"
#define TIMES 30u

static void answers(struct enemy *e, uint64_t count)
{
    struct tq_message m;

    while (e->answers[TQ_MSG_RECEIPT] + e->answers[TQ_MSG_REFUSED] < count)
        if (!enemy_recv(e, &m, ANSWER_MS))
            break;
}

static void send_set(struct chain *c, unsigned times)
{
    uint64_t before = c->e->answers[TQ_MSG_RECEIPT] + c->e->answers[TQ_MSG_REFUSED];
    struct tq_set set = chain_seal(c);

    for (unsigned i = 0; i < times; i++)
        chain_send(c, &set);
    answers(c->e, before + times);
    if (times == 1)
        return;
    enemy_hello(c->e, &c->head);
    for (unsigned i = 0; i < 3; i++)
        chain_send(c, &set);
    answers(c->e, before + times + 3);
}

/* One cell of the notice with that key (hex; NULL: of none). */
static void cell(struct chain *c, const char *key, const char *column, struct tq_value value)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "border_notice");
    int at = tq_table_column_find(t, column);
    size_t i = c->nchanges;

    if (at < 0)
        enemy_die("column", column);
    chain_change(c, "border_notice", t->columns[at].cell, "");
    if (key != NULL && !tq_unhex(key, strlen(key), c->keys[i], sizeof(c->keys[i])))
        enemy_die("key", key);
    chain_put(c, "border_notice", column, value);
}

static void ours(struct chain *c, const char *key)
{
    cell(c, key, "body", tq_value_str("giả (mẫu)"));
    cell(c, key, "state", tq_value_str("closed"));
    cell(c, key, "voided_at", tq_value_int(INT64_C(1604275200000)));
    chain_change(c, "border_notice", TQ_CELL_ROW, "");
    chain_put(c, "border_notice", "unit", tq_value_str(OURS));
    chain_put(c, "border_notice", "partner_unit", tq_value_str(THEIRS));
    chain_put(c, "border_notice", "body", tq_value_str("ma (mẫu)"));
    send_set(c, 1);
}

static void tables(struct chain *c)
{
    static const char *const TABLES[] = { "incident", "liaison_agreement" };

    for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++)
        chain_change(c, TABLES[i], TQ_CELL_ROW, OURS);
    send_set(c, 1);
}

static bool one_of(struct chain *c, const char *what, const char *key)
{
    if (strcmp(what, "ours") == 0) {
        ours(c, key);
        return true;
    }
    if (strcmp(what, "tables") == 0) {
        tables(c);
        return true;
    }
    if (strcmp(what, "outside") == 0)
        cell(c, key, "answer_no", tq_value_str("9/CA (mẫu)"));
    else if (strcmp(what, "unasked") == 0)
        cell(c, NULL, "answer", tq_value_str("không ai hỏi (mẫu)"));
    else if (strcmp(what, "good") == 0)
        cell(c, key, "answer", tq_value_str("đã theo dõi (mẫu)"));
    else
        return false;
    send_set(c, strcmp(what, "good") == 0 ? TIMES : 1);
    return true;
}

/* What the door says to a key that was a neighbour's. */
static void knock(struct enemy *e)
{
    char more[64];
    struct tq_message m;

    snprintf(more, sizeof(more), "\"handshake\": \"%s\", ", enemy_handshake(e, ANSWER_MS));
    if (strstr(more, "\"in\"") != NULL) {
        enemy_hello(e, NULL);
        enemy_recv(e, &m, ANSWER_MS);
    }
    enemy_report(e, more);
}

bool neighbour(struct enemy *e, int argc, char **argv)
{
    struct chain *c;
    bool known = true;

    if (strcmp(argv[0], "neighbour") != 0 || argc < 2)
        return false;
    enemy_connect(e, false);
    if (argc == 2) {
        knock(e);
        return strcmp(argv[1], "knock") == 0;
    }
    c = chain_new(e);
    chain_open(c);
    for (int i = 2; known && i < argc; i++)
        known = one_of(c, argv[i], argv[1]);
    chain_free(c);
    if (known)
        enemy_report(e, "");
    return known;
}

/* attacker_chain.c - See attacker_chain.h. */
#include "attacker_chain.h"

#include <stdlib.h>
#include <string.h>

#include "tuquan/catalogue.h"
#include "tuquan/clock.h"
#include "tuquan/random.h"

struct chain *chain_new(struct enemy *e)
{
    struct chain *c = calloc(1, sizeof(*c));

    if (c == NULL)
        enemy_die("memory", "chain");
    c->e = e;
    c->day = "2020-09-15";
    tq_buf_init(&c->payload, 0);
    return c;
}

void chain_free(struct chain *c)
{
    tq_buf_deinit(&c->payload);
    free(c);
}

static int64_t now_ms(void)
{
    return tq_clock_system()->now_ms(tq_clock_system()->ctx);
}

struct tq_change *chain_change(struct chain *c, const char *table, uint32_t cell, const char *owner)
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

void chain_put(struct chain *c, const char *table, const char *column, struct tq_value value)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), table);
    int at = tq_table_column_find(t, column);
    size_t i = c->nchanges - 1;

    if (at < 0)
        enemy_die("column", column);
    c->columns[i][c->changes[i].ncolumns] = t->columns[at].id;
    c->after[i][c->changes[i].ncolumns++] = value;
}

void chain_activity(struct chain *c, const char *unit, const char *village, int64_t participants)
{
    struct tq_change *out = chain_change(c, "activity", TQ_CELL_ROW, unit);

    chain_put(c, "activity", "kind", tq_value_str("patrol"));
    chain_put(c, "activity", "village", tq_value_str(village));
    chain_put(c, "activity", "planned_on", tq_value_str(c->day));
    chain_put(c, "activity", "participants", tq_value_int(participants));
    out->lock_on = tq_slice_str(c->day);
}

void chain_seal_frame(struct chain *c, struct tq_set *set)
{
    tq_set_hash(set, set->hash);
    c->e->signer.sign(
            c->e->signer.ctx, TQ_SIGN_SET, tq_slice_of(set->hash, TQ_HASH_BYTES), set->signature);
}

/* What was added, as the next set of the chain. */
struct tq_set chain_seal(struct chain *c)
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
    chain_seal_frame(c, &set);
    memcpy(c->head.hash, set.hash, TQ_HASH_BYTES);
    c->head.seq = set.seq;
    c->nchanges = 0;
    return set;
}

void chain_send(struct chain *c, const struct tq_set *set)
{
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PUSH;
    m.session = c->e->session;
    m.u.push = *set;
    enemy_send(c->e, &m);
}

void chain_open(struct chain *c)
{
    struct tq_message m;

    enemy_hello(c->e, NULL);
    if (!enemy_expect(c->e, TQ_MSG_WELCOME, &m, ANSWER_MS))
        enemy_die("session", "not opened");
    c->head = m.u.welcome.held;
    if (c->head.incarnation == 0)
        c->head.incarnation = 1;
}

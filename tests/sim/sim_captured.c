/* sim_captured.c - What was ever captured in a file, noted at the commit that captured it. A copy of
 * the file takes the list with it, a restore takes it back: so at rest each is in the ledger. */
#include <string.h>

#include "sim.h"

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

uint64_t sim_change_hash(const struct tq_change *change)
{
    uint64_t hash = mix(UINT64_C(1469598103934665603), &change->table, sizeof(change->table));

    hash = mix(hash, &change->cell, sizeof(change->cell));
    hash = mix(hash, change->key.data, change->key.len);
    for (uint32_t i = 0; i < change->ncolumns; i++) {
        const struct tq_value *value = &change->after[i];

        hash = mix(hash, &change->columns[i], sizeof(change->columns[i]));
        if (value->type == TQ_INT)
            hash = mix(hash, &value->i, sizeof(value->i));
        else if (value->type != TQ_NULL)
            hash = mix(hash, value->s.data, value->s.len);
    }
    return hash;
}

static void add(struct sim *s, struct sim_captured *captured, const struct tq_change *change)
{
    if (captured->n == captured->cap) {
        size_t cap = captured->cap > 0 ? 2 * captured->cap : 32;
        struct sim_change *list = tq_arena_array(s->arena, cap, sizeof(*list));

        if (captured->n > 0)
            memcpy(list, captured->list, captured->n * sizeof(*list));
        captured->list = list;
        captured->cap = cap;
    }
    captured->list[captured->n++] =
            (struct sim_change){ change->incarnation, change->log_id, sim_change_hash(change) };
}

/* Within a read transaction of the file. */
void sim_captured_note(struct sim_office *o)
{
    const struct tq_office_ops *ops = tq_office_store_ops();
    struct sim_captured *captured = &o->captured;
    bool found = true;

    while (found) {
        struct tq_change change;
        struct tq_error err;

        tq_error_clear(&err);
        found = false;
        sim_must(o->sim,
                ops->log_next(o->store, (uint64_t)captured->log_id, o->sim->scratch, &change,
                        &found, &err),
                "log", &err);
        if (!found)
            break;
        captured->log_id = (int64_t)change.log_id;
        add(o->sim, captured, &change);
    }
}

void sim_captured_copy(struct sim *s, struct sim_captured *to, const struct sim_captured *from)
{
    *to = *from;
    to->cap = from->n;
    to->list =
            from->n > 0 ? tq_arena_copy(s->arena, from->list, from->n * sizeof(*from->list)) : NULL;
}

#include <string.h>

#include "codec_block.h"
#include "codec_parts.h"
#include "tuquan/codec.h"
#include "tuquan/v1/change.pb-c.h"

/* Changes of one table and cell. */
struct group {
    uint32_t table;
    uint32_t cell;
    bool before;
    size_t n;
    size_t filled;
    const struct tq_change **changes;
};

struct body_work {
    struct coder *c;
    const struct tq_set_body *body;
    Tuquan__V1__SetBody *out;
    struct texts texts;
    struct group *groups;
    size_t ngroups;
    size_t cap;
    uint32_t *group_of; /* of each change */
};

static bool check_change(struct coder *c, const struct tq_change *change)
{
    if (change->table == 0 || change->table > TQ_MAX_NUMBER || change->cell > TQ_MAX_CELL_NUMBER)
        return coder_fail(c, TQ_INVALID, "table %u, cell %u", change->table, change->cell);
    if (change->cell == TQ_CELL_ROW && change->before != NULL && change->ncolumns > 0)
        return coder_fail(c, TQ_INVALID, "an insert with values before");
    return size_check(c, change->owner.len, TQ_MAX_KEY_BYTES, TQ_INVALID, "an owner") &&
           size_check(c, change->lock_on.len, TQ_MAX_TEXT_BYTES, TQ_INVALID, "a lock value") &&
           text_check(c, change->author, TQ_MAX_AUTHOR_BYTES, TQ_INVALID, "an author");
}

static uint32_t find_group(struct body_work *w, const struct tq_change *change, uint32_t last)
{
    bool before = change->before != NULL && change->ncolumns > 0;

    for (size_t i = 0; i <= w->ngroups; i++) {
        /* Most changes belong where the one before them did. */
        size_t at = i == 0 ? last : i - 1;

        if (at < w->ngroups && w->groups[at].table == change->table &&
                w->groups[at].cell == change->cell && w->groups[at].before == before)
            return (uint32_t)at;
    }
    return UINT32_MAX;
}

static bool group_changes(struct body_work *w)
{
    const struct tq_set_body *body = w->body;
    uint32_t last = 0;

    for (size_t i = 0; i < body->nchanges; i++) {
        const struct tq_change *change = &body->changes[i];

        if (!check_change(w->c, change))
            return false;
        last = find_group(w, change, last);
        if (last == UINT32_MAX) {
            if (w->ngroups == w->cap) {
                size_t cap = w->cap > 0 ? w->cap * 2 : 32;
                struct group *grown = coder_alloc(w->c, cap, sizeof(*grown));

                if (grown == NULL)
                    return false;
                if (w->ngroups > 0)
                    memcpy(grown, w->groups, w->ngroups * sizeof(*grown));
                w->groups = grown;
                w->cap = cap;
            }
            last = (uint32_t)w->ngroups++;
            w->groups[last].table = change->table;
            w->groups[last].cell = change->cell;
            w->groups[last].before = change->before != NULL && change->ncolumns > 0;
        }
        w->group_of[i] = last;
        w->groups[last].n++;
    }
    for (size_t g = 0; g < w->ngroups; g++)
        w->groups[g].changes = coder_alloc(w->c, w->groups[g].n, sizeof(struct tq_change *));
    if (w->c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < body->nchanges; i++) {
        struct group *group = &w->groups[w->group_of[i]];

        group->changes[group->filled++] = &body->changes[i];
    }
    return true;
}

/* Keys, owners and locks of a block. */
static bool encode_heads(struct body_work *w, const struct group *group,
        Tuquan__V1__ChangeBlock *block, struct tq_slice *keys)
{
    struct u32_list owners = { 0 };
    struct u32_list locks = { 0 };
    struct keys_view view = { group->n, keys };

    for (size_t r = 0; r < group->n; r++) {
        uint32_t owner;
        uint32_t lock;

        keys[r] = group->changes[r]->key;
        if (!texts_number(w->c, &w->texts, group->changes[r]->owner, &owner) ||
                !texts_number(w->c, &w->texts, group->changes[r]->lock_on, &lock) ||
                !runs_add(w->c, &owners, owner) || !runs_add(w->c, &locks, lock))
            return false;
    }
    runs_finish(&owners);
    runs_finish(&locks);
    block->n_owner_runs = owners.n;
    block->owner_runs = owners.at;
    block->n_lock_runs = locks.n;
    block->lock_runs = locks.at;
    block->keys = keys_encode(w->c, view);
    return block->keys != NULL;
}

static Tuquan__V1__ChangeBlock *encode_block(struct body_work *w, const struct group *group)
{
    Tuquan__V1__ChangeBlock *block = coder_alloc(w->c, 1, sizeof(*block));
    struct tq_slice *keys = coder_alloc(w->c, group->n, sizeof(*keys));
    struct cells *rows = coder_alloc(w->c, group->n, sizeof(*rows));
    const struct tq_value **before = coder_alloc(w->c, group->n, sizeof(*before));
    struct columns_job job = { 0 };

    if (w->c->status != TQ_OK)
        return NULL;
    tuquan__v1__change_block__init(block);
    block->table = group->table;
    block->cell = group->cell;
    block->rows = (uint32_t)group->n;
    if (!encode_heads(w, group, block, keys))
        return NULL;
    for (size_t r = 0; r < group->n; r++) {
        rows[r].n = group->changes[r]->ncolumns;
        rows[r].numbers = group->changes[r]->columns;
        rows[r].values = group->changes[r]->after;
        before[r] = group->changes[r]->before;
    }
    job.keys.n = group->n;
    job.keys.at = keys;
    job.rows = rows;
    job.before = group->before ? before : NULL;
    if (!columns_encode(w->c, &job))
        return NULL;
    block->n_after = job.nout;
    block->after = job.after_out;
    block->n_before = group->before ? job.nout : 0;
    block->before = job.before_out;
    return block;
}

/* The facts of log order: ids and clocks. */
static bool encode_log(struct body_work *w)
{
    const struct tq_set_body *body = w->body;
    Tuquan__V1__SetBody *out = w->out;
    uint64_t id = body->group;
    uint64_t at = (uint64_t)body->sealed_at_ms;

    out->log_runs = coder_alloc(w->c, body->nchanges * 2, sizeof(*out->log_runs));
    out->at_step = coder_alloc(w->c, body->nchanges, sizeof(*out->at_step));
    if (w->c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < body->nchanges; i++) {
        uint64_t step = body->changes[i].log_id - id;

        id = body->changes[i].log_id;
        if (out->n_log_runs > 0 && out->log_runs[out->n_log_runs - 2] == step) {
            out->log_runs[out->n_log_runs - 1]++;
        } else {
            out->log_runs[out->n_log_runs++] = step;
            out->log_runs[out->n_log_runs++] = 1;
        }
        out->at_step[i] = (int64_t)((uint64_t)body->changes[i].at_ms - at);
        at = (uint64_t)body->changes[i].at_ms;
    }
    out->n_at_step = body->nchanges;
    return true;
}

/* Number of (seen, t_seen) among the stamps; 0: the body's own. */
static bool stamp_number(
        struct body_work *w, struct texts *stamps, const struct tq_change *change, uint32_t *out)
{
    uint64_t pair[2] = { change->seen, (uint64_t)change->t_seen };
    uint64_t *kept;
    size_t n = stamps->n;

    *out = 0;
    if (change->seen == w->body->seen && change->t_seen == w->body->t_seen)
        return true;
    if (!texts_number(w->c, stamps, tq_slice_of(pair, sizeof(pair)), out))
        return false;
    if (stamps->n > n) {
        kept = coder_alloc(w->c, 2, sizeof(*kept));
        if (kept == NULL)
            return false;
        memcpy(kept, pair, sizeof(pair));
        stamps->at[n] = pb_of(kept, sizeof(pair));
    }
    return true;
}

static bool encode_stamps(struct body_work *w)
{
    const struct tq_set_body *body = w->body;
    Tuquan__V1__SetBody *out = w->out;
    struct u32_list authors = { 0 };
    struct u32_list incarnations = { 0 };
    struct u32_list runs = { 0 };
    struct texts stamps = { 0 };

    for (size_t i = 0; i < body->nchanges; i++) {
        uint32_t author;
        uint32_t stamp;

        if (!texts_number(w->c, &w->texts, body->changes[i].author, &author) ||
                !stamp_number(w, &stamps, &body->changes[i], &stamp) ||
                !runs_add(w->c, &authors, author) || !runs_add(w->c, &runs, stamp) ||
                !runs_add(w->c, &incarnations, body->changes[i].incarnation))
            return false;
    }
    runs_finish(&authors);
    runs_finish(&incarnations);
    runs_finish(&runs);
    out->n_author_runs = authors.n;
    out->author_runs = authors.at;
    out->n_incarnation_runs = incarnations.n;
    out->incarnation_runs = incarnations.at;
    out->n_stamp_runs = runs.n;
    out->stamp_runs = runs.at;
    out->n_stamp_seen = stamps.n;
    out->n_stamp_t_seen = stamps.n;
    out->stamp_seen = coder_alloc(w->c, stamps.n, sizeof(*out->stamp_seen));
    out->stamp_t_seen = coder_alloc(w->c, stamps.n, sizeof(*out->stamp_t_seen));
    if (w->c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < stamps.n; i++) {
        uint64_t pair[2];

        memcpy(pair, stamps.at[i].data, sizeof(pair));
        out->stamp_seen[i] = pair[0];
        out->stamp_t_seen[i] = (int64_t)pair[1];
    }
    return true;
}

static bool encode_order(struct body_work *w)
{
    struct u32_list order = { 0 };

    for (size_t i = 0; i < w->body->nchanges; i++)
        if (!runs_add(w->c, &order, w->group_of[i]))
            return false;
    /* One run a block: that is the order without saying so. */
    w->out->n_order_runs = order.n > 2 * w->ngroups ? order.n : 0;
    w->out->order_runs = order.at;
    return true;
}

static bool encode_body(struct body_work *w)
{
    Tuquan__V1__SetBody *out = w->out;
    const struct tq_set_body *body = w->body;

    tuquan__v1__set_body__init(out);
    out->schema = body->schema;
    out->parent = chain_point_encode(w->c, &body->parent);
    out->sealed_at_ms = body->sealed_at_ms;
    out->seen = body->seen;
    out->t_seen = body->t_seen;
    out->group = body->group;
    out->part = body->part;
    out->parts = body->parts;
    out->changes = (uint32_t)body->nchanges;
    if (!group_changes(w) || !encode_order(w) || !encode_log(w))
        return false;
    out->blocks = coder_alloc(w->c, w->ngroups, sizeof(Tuquan__V1__ChangeBlock *));
    if (out->blocks == NULL)
        return false;
    for (size_t g = 0; g < w->ngroups; g++) {
        out->blocks[g] = encode_block(w, &w->groups[g]);
        if (out->blocks[g] == NULL)
            return false;
    }
    out->n_blocks = w->ngroups;
    if (!encode_stamps(w))
        return false;
    out->n_texts = w->texts.n;
    out->texts = w->texts.at;
    return true;
}

tq_status tq_body_encode(const struct tq_set_body *body, struct tq_buf *out, struct tq_error *err)
{
    struct coder c = { NULL, err, TQ_OK };
    struct body_work w = { 0 };
    Tuquan__V1__SetBody packed;
    size_t before = out->len;

    if (body->nchanges > TQ_SET_MAX_CHANGES)
        return tq_error_set(err, TQ_TOO_LARGE, "%zu changes in one set", body->nchanges);
    if (body->part == 0 || body->part > body->parts)
        return tq_error_set(
                err, TQ_INVALID, "%s %u/%u", tq_phrase(TQ_PHRASE_PART), body->part, body->parts);
    c.arena = tq_arena_new(CODER_ARENA_BYTES);
    if (c.arena == NULL)
        return tq_error_set(err, TQ_NOMEM, "codec");
    w.c = &c;
    w.body = body;
    w.out = &packed;
    w.group_of = coder_alloc(&c, body->nchanges, sizeof(*w.group_of));
    if (w.group_of != NULL && encode_body(&w))
        coder_pack(&c, &packed, out);
    if (c.status == TQ_OK && out->len - before > TQ_SET_MAX_PAYLOAD) {
        coder_fail(&c, TQ_TOO_LARGE, "a payload of %zu bytes", out->len - before);
        out->len = before;
    }
    tq_arena_free(c.arena);
    return c.status;
}

/* Decoding. The blocks are decoded one by one into place: order says where each row belongs. */
struct body_read {
    struct coder *c;
    const Tuquan__V1__SetBody *from;
    struct tq_change *changes;
};

static bool decode_block(
        struct body_read *b, const Tuquan__V1__ChangeBlock *block, struct tq_change **rows)
{
    struct coder *c = b->c;
    uint32_t ntexts = (uint32_t)b->from->n_texts;
    struct tq_slice *keys = coder_alloc(c, block->rows, sizeof(*keys));
    struct columns_source source = { { block->rows, keys }, block->n_after, block->after,
        block->n_before, block->before };
    struct runs_reader owners;
    struct runs_reader locks;
    struct cells *cells;
    const struct tq_value **before;

    if (keys == NULL || !keys_decode(c, block->keys, block->rows, keys) ||
            !columns_decode(c, &source, &cells, &before) ||
            !runs_open(c, &owners, block->owner_runs, block->n_owner_runs, block->rows, ntexts,
                    "owners") ||
            !runs_open(
                    c, &locks, block->lock_runs, block->n_lock_runs, block->rows, ntexts, "locks"))
        return false;
    for (size_t r = 0; r < block->rows; r++) {
        struct tq_change *change = rows[r];

        change->table = block->table;
        change->cell = block->cell;
        change->key = keys[r];
        change->owner = texts_get(b->from->texts, runs_next(&owners));
        change->lock_on = texts_get(b->from->texts, runs_next(&locks));
        change->ncolumns = cells[r].n;
        change->columns = cells[r].numbers;
        change->after = cells[r].values;
        change->before = before != NULL ? before[r] : NULL;
        if (!size_check(c, change->owner.len, TQ_MAX_KEY_BYTES, TQ_PROTOCOL, "an owner"))
            return false;
    }
    return true;
}

static bool check_block(struct coder *c, const Tuquan__V1__ChangeBlock *block)
{
    if (block->table == 0 || block->table > TQ_MAX_NUMBER || block->cell > TQ_MAX_CELL_NUMBER)
        return coder_fail(c, TQ_PROTOCOL, "table %u, cell %u", block->table, block->cell);
    if (block->cell == TQ_CELL_ROW && block->n_before > 0)
        return coder_fail(c, TQ_PROTOCOL, "an insert with values before");
    return block->rows > 0 || coder_fail(c, TQ_PROTOCOL, "a block without rows");
}

/* Which change each row of each block is. */
static bool place_rows(struct body_read *b)
{
    const Tuquan__V1__SetBody *from = b->from;
    size_t n = from->changes;
    struct row_order order;
    uint32_t *rows = coder_alloc(b->c, from->n_blocks, sizeof(*rows));
    struct tq_change ***blocks = coder_alloc(b->c, from->n_blocks, sizeof(*blocks));
    size_t *filled = coder_alloc(b->c, from->n_blocks, sizeof(*filled));
    struct tq_change **all = coder_alloc(b->c, n, sizeof(*all));
    size_t at = 0;

    if (b->c->status != TQ_OK)
        return false;
    for (size_t k = 0; k < from->n_blocks; k++) {
        if (!check_block(b->c, from->blocks[k]))
            return false;
        rows[k] = from->blocks[k]->rows;
    }
    if (!order_open(b->c, &order, from->order_runs, from->n_order_runs, rows, from->n_blocks, n))
        return false;
    for (size_t k = 0; k < from->n_blocks; k++) {
        blocks[k] = all + at;
        at += rows[k];
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t k = order_next(&order);

        blocks[k][filled[k]++] = &b->changes[i];
    }
    for (size_t k = 0; k < from->n_blocks; k++)
        if (!decode_block(b, from->blocks[k], blocks[k]))
            return false;
    return true;
}

static bool decode_log(struct body_read *b, const struct tq_set_body *body)
{
    const Tuquan__V1__SetBody *from = b->from;
    uint64_t id = body->group;
    uint64_t at = (uint64_t)body->sealed_at_ms;
    size_t i = 0;

    if (from->n_at_step != from->changes || from->n_log_runs % 2 != 0)
        return coder_fail(b->c, TQ_PROTOCOL, "lists do not fit %u changes", from->changes);
    for (size_t k = 0; k < from->n_log_runs; k += 2) {
        uint64_t count = from->log_runs[k + 1];

        if (count == 0 || count > from->changes - i)
            return coder_fail(b->c, TQ_PROTOCOL, "log ids do not fit %u changes", from->changes);
        while (count-- > 0) {
            id += from->log_runs[k];
            b->changes[i++].log_id = id;
        }
    }
    if (i != from->changes)
        return coder_fail(b->c, TQ_PROTOCOL, "log ids do not fit %u changes", from->changes);
    for (i = 0; i < from->changes; i++) {
        at += (uint64_t)from->at_step[i];
        b->changes[i].at_ms = (int64_t)at;
    }
    return true;
}

static bool decode_stamps(struct body_read *b, const struct tq_set_body *body)
{
    const Tuquan__V1__SetBody *from = b->from;
    struct coder *c = b->c;
    size_t n = from->changes;
    struct runs_reader authors;
    struct runs_reader incarnations;
    struct runs_reader stamps;

    if (from->n_stamp_seen != from->n_stamp_t_seen || from->n_stamp_seen > n)
        return coder_fail(c, TQ_PROTOCOL, "stamps do not fit");
    if (!runs_open(c, &authors, from->author_runs, from->n_author_runs, n, (uint32_t)from->n_texts,
                "authors") ||
            !runs_open(c, &incarnations, from->incarnation_runs, from->n_incarnation_runs, n,
                    UINT32_MAX, "incarnations") ||
            !runs_open(c, &stamps, from->stamp_runs, from->n_stamp_runs, n,
                    (uint32_t)from->n_stamp_seen, "stamps"))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct tq_change *change = &b->changes[i];
        uint32_t author = runs_next(&authors);
        uint32_t stamp = runs_next(&stamps);

        change->author = texts_get(from->texts, author);
        change->incarnation = runs_next(&incarnations);
        change->seen = stamp == 0 ? body->seen : from->stamp_seen[stamp - 1];
        change->t_seen = stamp == 0 ? body->t_seen : from->stamp_t_seen[stamp - 1];
        if (author != 0 && (i == 0 || b->changes[i - 1].author.data != change->author.data) &&
                !text_check(c, change->author, TQ_MAX_AUTHOR_BYTES, TQ_PROTOCOL, "an author"))
            return false;
    }
    return true;
}

static bool decode_body(struct body_read *b, struct tq_set_body *out)
{
    const Tuquan__V1__SetBody *from = b->from;

    if (from->changes > TQ_SET_MAX_CHANGES)
        return coder_fail(b->c, TQ_PROTOCOL, "%u changes in one set", from->changes);
    if (from->n_texts > (size_t)3 * from->changes || from->n_blocks > from->changes)
        return coder_fail(
                b->c, TQ_PROTOCOL, "more texts or blocks than %u changes need", from->changes);
    for (size_t i = 0; i < from->n_texts; i++)
        if (from->texts[i].len == 0 || from->texts[i].len > TQ_MAX_TEXT_BYTES)
            return coder_fail(b->c, TQ_PROTOCOL, "a text of %zu bytes", from->texts[i].len);
    out->schema = from->schema;
    out->sealed_at_ms = from->sealed_at_ms;
    out->seen = from->seen;
    out->t_seen = from->t_seen;
    out->group = from->group;
    out->part = from->part;
    out->parts = from->parts;
    if (out->part == 0 || out->part > out->parts)
        return coder_fail(
                b->c, TQ_PROTOCOL, "%s %u/%u", tq_phrase(TQ_PHRASE_PART), out->part, out->parts);
    b->changes = coder_alloc(b->c, from->changes, sizeof(*b->changes));
    if (b->changes == NULL || !chain_point_decode(b->c, from->parent, &out->parent) ||
            !place_rows(b) || !decode_log(b, out) || !decode_stamps(b, out))
        return false;
    out->nchanges = from->changes;
    out->changes = b->changes;
    return true;
}

tq_status tq_body_decode(struct tq_slice payload, struct tq_arena *arena, struct tq_set_body *out,
        struct tq_error *err)
{
    struct coder c = { arena, err, TQ_OK };
    struct body_read b = { &c, NULL, NULL };

    memset(out, 0, sizeof(*out));
    if (payload.len > TQ_SET_MAX_PAYLOAD)
        return tq_error_set(err, TQ_TOO_LARGE, "a payload of %zu bytes", payload.len);
    b.from = coder_unpack(&c, &tuquan__v1__set_body__descriptor, payload, "set body");
    if (b.from != NULL)
        decode_body(&b, out);
    if (c.status != TQ_OK) {
        memset(out, 0, sizeof(*out));
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_SET_BODY));
    }
    return c.status;
}

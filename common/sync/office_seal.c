/* office_seal.c - The change log becomes immutable, chained, signed sets (sync.md section 3). */
#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/office.h"

#include "sync/office_internal.h"

#define CHANGE_OVERHEAD ((size_t)64)

/* Where one part of the log ends. */
struct cut {
    uint64_t first;
    uint64_t last;
    size_t nchanges;
};

struct cuts {
    struct cut *list;
    size_t n;
    size_t cap;
};

static size_t change_size(const struct tq_change *change)
{
    size_t size = CHANGE_OVERHEAD + change->key.len + change->lock_on.len;

    for (uint32_t i = 0; i < change->ncolumns; i++) {
        size += 9 + change->after[i].s.len;
        if (change->before != NULL)
            size += 9 + change->before[i].s.len;
    }
    return size;
}

static bool is_ascii(struct tq_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= 0x80)
            return false;
    return true;
}

/* Write the NFC form of those texts of `change` that the row still holds as they were logged. */
static tq_status normalise_change(struct tq_office *office, const struct tq_change *change,
        struct tq_arena *arena, struct tq_buf *buf, size_t *normalised, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_table(office->catalogue, change->table);
    struct tq_value row[TQ_MAX_COLUMNS];
    bool have_row = false;

    for (uint32_t i = 0; table != NULL && i < change->ncolumns; i++) {
        const struct tq_value *value = &change->after[i];
        int column = tq_table_column(table, change->columns[i]);
        struct tq_value text;
        struct tq_cells cells = { 1, &change->columns[i], &text };
        tq_status rc;

        if (value->type != TQ_TEXT || column < 0 || is_ascii(value->s))
            continue;
        tq_buf_clear(buf);
        rc = office->nfc(value->s, buf, err);
        if (rc == TQ_ENCODING)
            continue; /* the district says so to the clerk; sealing never blocks */
        if (rc != TQ_OK)
            return rc;
        if (!tq_buf_is_ok(buf))
            return tq_error_set(err, TQ_NOMEM, "normalise");
        text = tq_value_text(tq_buf_slice(buf));
        if (tq_value_equal(&text, value))
            continue;
        if (!have_row) {
            rc = office->ops->row_get(
                    office->store, table, change->key, arena, row, &have_row, err);
            if (rc != TQ_OK)
                return rc;
        }
        if (!have_row || !tq_value_equal(&row[column], value))
            continue;
        rc = office->ops->cells_write(
                office->store, table, change->key, change->author, &cells, err);
        if (rc == TQ_OK)
            (*normalised)++;
        else if (rc != TQ_RULE)
            return rc;
    }
    return TQ_OK;
}

static tq_status normalise_log(
        struct tq_office *office, struct tq_arena *arena, size_t *normalised, struct tq_error *err)
{
    struct tq_change change;
    struct tq_buf buf;
    uint64_t after = 0;
    bool found = true;
    tq_status rc = TQ_OK;

    tq_buf_init(&buf, (size_t)2 * TQ_MAX_TEXT_BYTES);
    while (office->nfc != NULL && rc == TQ_OK) {
        tq_arena_reset(arena);
        rc = office->ops->log_next(office->store, after, arena, &change, &found, err);
        if (rc != TQ_OK || !found)
            break;
        after = change.log_id;
        rc = normalise_change(office, &change, arena, &buf, normalised, err);
    }
    tq_buf_deinit(&buf);
    return rc;
}

static tq_status cuts_add(struct cuts *cuts, const struct cut *cut, struct tq_error *err)
{
    if (cuts->n == cuts->cap) {
        size_t cap = cuts->cap > 0 ? cuts->cap * 2 : 8;
        struct cut *grown = tq_mem_realloc(cuts->list, cap * sizeof(*grown));

        if (grown == NULL)
            return tq_error_set(err, TQ_NOMEM, "seal");
        cuts->list = grown;
        cuts->cap = cap;
    }
    cuts->list[cuts->n++] = *cut;
    return TQ_OK;
}

/* Walk the log once: parts must know their number before the first one is written. */
static tq_status find_cuts(
        struct tq_office *office, struct tq_arena *arena, struct cuts *cuts, struct tq_error *err)
{
    size_t max_bytes = office->part_bytes > 0 ? office->part_bytes : TQ_PART_BYTES;
    size_t max_changes = office->part_changes > 0 ? office->part_changes : TQ_PART_CHANGES;
    struct cut cut = { 0, 0, 0 };
    size_t bytes = 0;
    uint32_t table = 0;
    uint8_t key_bytes[TQ_MAX_KEY_BYTES];
    struct tq_slice key = { key_bytes, 0 };

    for (;;) {
        struct tq_change change;
        bool found = false;
        bool same_row;
        size_t size;
        tq_status rc;

        tq_arena_reset(arena);
        rc = office->ops->log_next(office->store, cut.last, arena, &change, &found, err);
        if (rc != TQ_OK)
            return rc;
        if (!found)
            break;
        if (change.key.len > sizeof(key_bytes))
            return tq_error_set(
                    err, TQ_TOO_LARGE, "key of log row %llu", (unsigned long long)change.log_id);
        size = change_size(&change);
        same_row = cut.nchanges > 0 && table == change.table && tq_slice_equal(key, change.key);
        /* Between rows at the soft limit; within one row only where no set could hold it all. */
        if (cut.nchanges > 0 &&
                ((!same_row && (bytes + size > max_bytes || cut.nchanges >= max_changes)) ||
                        bytes + size > TQ_SET_MAX_PAYLOAD || cut.nchanges >= TQ_SET_MAX_CHANGES)) {
            rc = cuts_add(cuts, &cut, err);
            if (rc != TQ_OK)
                return rc;
            cut.nchanges = 0;
            bytes = 0;
        }
        if (cut.nchanges == 0)
            cut.first = change.log_id;
        cut.last = change.log_id;
        cut.nchanges++;
        bytes += size;
        table = change.table;
        memcpy(key_bytes, change.key.data, change.key.len);
        key.len = change.key.len;
    }
    return cut.nchanges > 0 ? cuts_add(cuts, &cut, err) : TQ_OK;
}

/* Frame, hash and sign a body as the next set of the file's chain. */
tq_status tq_office_seal_body(struct tq_office *office, const struct tq_office_state *state,
        struct tq_chain_point *head, struct tq_set_body *body, struct tq_stored_set *stored,
        struct tq_error *err)
{
    struct tq_buf payload;
    tq_status rc;

    tq_buf_init(&payload, TQ_SET_MAX_PAYLOAD);
    memset(stored, 0, sizeof(*stored));
    memcpy(stored->set.district, state->district, sizeof(stored->set.district));
    stored->set.device = state->device;
    stored->set.incarnation = state->incarnation;
    if (head->incarnation == state->incarnation) {
        stored->set.seq = head->seq + 1;
    } else {
        stored->set.seq = 1;
        body->parent = *head;
    }
    memcpy(stored->set.prev, head->hash, sizeof(stored->set.prev));
    rc = office->codec->body_encode(body, &payload, err);
    if (rc == TQ_OK && !tq_buf_is_ok(&payload))
        rc = tq_error_set(err, TQ_TOO_LARGE, "set of %zu changes", body->nchanges);
    if (rc != TQ_OK)
        goto out;
    stored->set.payload = tq_buf_slice(&payload);
    tq_set_hash(&stored->set, stored->set.hash);
    office->signer->sign(office->signer->ctx, TQ_SIGN_SET,
            tq_slice_of(stored->set.hash, TQ_HASH_BYTES), stored->set.signature);
    stored->sealed_at_ms = body->sealed_at_ms;
    stored->nchanges = body->nchanges;
    rc = office->ops->set_put(office->store, stored, err);
    if (rc != TQ_OK)
        goto out;
    head->incarnation = stored->set.incarnation;
    head->seq = stored->set.seq;
    memcpy(head->hash, stored->set.hash, sizeof(head->hash));

out:
    stored->set.payload = tq_slice_of(NULL, 0);
    tq_buf_deinit(&payload);
    return rc;
}

static tq_status seal_part(struct tq_office *office, const struct tq_office_state *state,
        struct tq_chain_point *head, const struct cut *cut, struct tq_set_body *body,
        struct tq_arena *arena, struct tq_error *err)
{
    struct tq_stored_set stored;
    struct tq_change *changes;
    uint64_t after = cut->first - 1;
    tq_status rc;

    tq_arena_reset(arena);
    changes = tq_arena_array(arena, cut->nchanges, sizeof(*changes));
    if (changes == NULL)
        return tq_error_set(err, TQ_NOMEM, "seal");
    for (size_t i = 0; i < cut->nchanges; i++) {
        bool found = false;

        rc = office->ops->log_next(office->store, after, arena, &changes[i], &found, err);
        if (rc != TQ_OK)
            return rc;
        if (!found)
            return tq_error_set(err, TQ_INTERNAL, "the log shrank while it was sealed");
        after = changes[i].log_id;
    }
    body->nchanges = cut->nchanges;
    body->changes = changes;
    rc = tq_office_seal_body(office, state, head, body, &stored, err);
    if (rc != TQ_OK)
        return rc;
    return office->ops->log_seal(office->store, cut->first, cut->last, stored.n, err);
}

tq_status tq_office_head(struct tq_office *office, struct tq_arena *arena,
        struct tq_chain_point *head, struct tq_error *err)
{
    struct tq_stored_set last;
    tq_status rc = office->ops->set_last(office->store, arena, &last, err);

    memset(head, 0, sizeof(*head));
    if (rc != TQ_OK || last.n == 0)
        return rc;
    head->incarnation = last.set.incarnation;
    head->seq = last.set.seq;
    memcpy(head->hash, last.set.hash, sizeof(head->hash));
    return TQ_OK;
}

static void start_body(
        struct tq_set_body *body, const struct tq_office_state *state, int64_t now_ms)
{
    memset(body, 0, sizeof(*body));
    body->schema = state->schema;
    body->sealed_at_ms = now_ms;
    body->seen = state->seen;
    body->t_seen = state->t_seen;
}

tq_status tq_office_seal(struct tq_office *office, int64_t now_ms, struct tq_seal_result *result,
        struct tq_error *err)
{
    struct tq_arena *keep = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct tq_arena *arena = tq_arena_new(TQ_OFFICE_ARENA_BYTES);
    struct cuts cuts = { NULL, 0, 0 };
    struct tq_office_state state;
    struct tq_chain_point head;
    struct tq_set_body body;
    tq_status rc;

    memset(result, 0, sizeof(*result));
    if (keep == NULL || arena == NULL) {
        rc = tq_error_set(err, TQ_NOMEM, "seal");
        goto out;
    }
    rc = office->ops->begin(office->store, TQ_TXN_WRITE, err);
    if (rc != TQ_OK)
        goto out;
    if ((rc = normalise_log(office, arena, &result->normalised, err)) != TQ_OK ||
            (rc = find_cuts(office, arena, &cuts, err)) != TQ_OK || cuts.n == 0 ||
            (rc = office->ops->state_get(office->store, keep, &state, err)) != TQ_OK ||
            (rc = tq_office_head(office, keep, &head, err)) != TQ_OK)
        goto out;
    start_body(&body, &state, now_ms);
    body.group = cuts.list[0].first;
    body.parts = (uint32_t)cuts.n;
    for (size_t i = 0; i < cuts.n; i++) {
        struct tq_set_body part = body;

        part.part = (uint32_t)i + 1;
        rc = seal_part(office, &state, &head, &cuts.list[i], &part, arena, err);
        if (rc != TQ_OK)
            goto out;
        result->sets++;
        result->changes += cuts.list[i].nchanges;
    }
    rc = office->ops->commit(office->store, err);

out:
    if (rc != TQ_OK)
        tq_error_wrap(err, "%s", tq_phrase(TQ_PHRASE_SEALING));
    office->ops->rollback(office->store);
    tq_mem_free(cuts.list);
    tq_arena_free(arena);
    tq_arena_free(keep);
    return rc;
}

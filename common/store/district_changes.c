#include "tuquan/district_changes.h"

#include <string.h>

#include "store/district_found.h"
#include "tuquan/text.h"

#define SCRATCH_BYTES ((size_t)256 * 1024 * 1024)
#define NAME_BYTES 512

struct search {
    struct tq_district_store *store;
    const struct tq_codec_ops *codec;
    const struct tq_changes_question *question;
    char author[NAME_BYTES]; /* folded; "": all */
    struct tq_arena *scratch;
    struct found_list found;
    struct tq_changes_page *page;
    size_t units_room;
    uint64_t oldest; /* the page ends above this set */
    struct tq_error *err;
};

static bool is_by(const struct search *s, const struct tq_change *change)
{
    char name[NAME_BYTES];

    return s->author[0] == '\0' || (tq_text_fold_word(change->author, name, sizeof(name)) &&
                                           strstr(name, s->author) != NULL);
}

static bool is_wanted(const struct search *s, struct tq_slice unit, const struct tq_change *change)
{
    const struct tq_changes_question *q = s->question;

    if (q->table != NULL && change->table != q->table->id)
        return false;
    if (q->key.len > 0 && !tq_slice_equal(change->key, q->key))
        return false;
    if (q->unit.len > 0 && !tq_slice_equal(unit, q->unit) &&
            !tq_slice_equal(change->owner, q->unit))
        return false;
    return is_by(s, change);
}

/* Those of the set that remain once their verdicts are known. */
static void drop_other_verdicts(struct search *s, size_t first)
{
    size_t kept = first;

    if (s->question->verdicts == 0)
        return;
    for (size_t i = first; i < s->found.count; i++)
        if ((s->question->verdicts & 1u << s->found.list[i].verdict) != 0)
            s->found.list[kept++] = s->found.list[i];
    s->found.count = kept;
}

static tq_status name_units(struct search *s, struct tq_slice unit, size_t first)
{
    struct tq_changes_page *page = s->page;

    if (s->units_room < s->found.room) {
        struct tq_slice *grown =
                tq_arena_array(s->found.arena, s->found.room, sizeof(*page->units));

        if (grown == NULL)
            return district_no_memory(s->found.arena, s->err);
        if (first > 0)
            memcpy(grown, page->units, first * sizeof(*grown));
        page->units = grown;
        s->units_room = s->found.room;
    }
    for (size_t i = first; i < s->found.count; i++)
        page->units[i] = unit;
    return TQ_OK;
}

/* The changes of one set, the last first; those from the page's end on are the next page's. */
static tq_status search_set(struct search *s, const struct tq_ledger_set *set, struct tq_slice unit)
{
    size_t first = s->found.count;
    struct tq_set_body body;
    int64_t at = s->question->before.n == set->n ? (int64_t)s->question->before.place
                                                 : (int64_t)set->nchanges;
    tq_status rc = s->codec->body_decode(set->set.payload, s->scratch, &body, s->err);

    if (rc == TQ_OK && at > (int64_t)body.nchanges)
        at = (int64_t)body.nchanges;
    while (rc == TQ_OK && --at >= 0)
        if (is_wanted(s, unit, &body.changes[at]))
            rc = found_add(&s->found, set, &body.changes[at], (uint32_t)at, 0, s->err);
    if (rc == TQ_OK && s->found.count > first)
        rc = found_read_verdicts(s->store, s->codec, set, s->scratch, &s->found, first, s->err);
    if (rc != TQ_OK)
        return rc;
    drop_other_verdicts(s, first);
    if (s->found.count > s->question->limit) {
        s->page->more = true;
        s->page->next.n = set->n;
        s->page->next.place = s->found.list[s->question->limit - 1].place;
        if (s->found.list[s->question->limit - 1].set_n != set->n)
            s->page->next.place = set->nchanges;
        s->found.count = s->question->limit;
    }
    return name_units(s, unit, first);
}

/* The newest set up to the n-th, of this page's part of the ledger, that can hold what `q` asks. */
static tq_status set_before(struct search *s, const struct tq_changes_question *q, uint64_t n,
        struct tq_ledger_set *set, struct tq_slice *unit, bool *found)
{
    struct district_bind bind = district_take(s->store, SQL_LEDGER_BACK);

    bind_u64(&bind, n);
    bind_text(&bind, q->unit);
    bind_int(&bind, q->from_ms);
    bind_int(&bind, q->until_ms > 0 ? q->until_ms : INT64_MAX);
    bind_int(&bind, (q->verdicts & 1u << TQ_SUPERSEDED) != 0);
    bind_int(&bind, (q->verdicts & 1u << TQ_HELD) != 0);
    bind_int(&bind, (q->verdicts & 1u << TQ_REFUSED_ROW) != 0);
    bind_int(&bind, (q->verdicts & 1u << TQ_REQUESTED) != 0);
    bind_int(&bind, q->verdicts == 0 || (q->verdicts & (1u << TQ_ACCEPTED | 1u << TQ_DUPLICATE |
                                                               1u << TQ_DROPPED)) != 0);
    bind_u64(&bind, s->oldest);
    return district_read_back(&bind, s->scratch, s->found.arena, set, unit, found, s->err);
}

/* Any set, wanted or not. */
static tq_status any_before(struct search *s, uint64_t n, struct tq_ledger_set *set, bool *found)
{
    static const struct tq_changes_question ANY = { 0 };
    struct tq_slice unit;

    return set_before(s, &ANY, n, set, &unit, found);
}

/* Where the page begins; and where it ends at the latest. */
static tq_status begin_page(struct search *s, uint64_t *n)
{
    struct tq_ledger_set set = { 0 };
    bool found;
    tq_status rc;

    *n = s->question->before.n > 0 ? s->question->before.n : INT64_MAX;
    rc = any_before(s, *n, &set, &found);
    if (rc == TQ_OK && found && set.n > TQ_CHANGES_SETS)
        s->oldest = set.n - TQ_CHANGES_SETS;
    return rc;
}

/* Nothing more is wanted in this part of the ledger: what is older is the next page's. */
static tq_status end_page(struct search *s)
{
    struct tq_changes_question since = { .from_ms = s->question->from_ms };
    uint64_t last = s->oldest;
    struct tq_ledger_set set = { 0 };
    struct tq_slice unit;
    bool found = false;
    tq_status rc = TQ_OK;

    s->oldest = 0;
    if (last > 0)
        rc = set_before(s, &since, last, &set, &unit, &found);
    if (rc == TQ_OK && found) {
        s->page->more = true;
        s->page->next.n = set.n;
        s->page->next.place = set.nchanges;
        s->page->reached_ms = set.ta;
    }
    return rc;
}

static tq_status search(struct search *s)
{
    uint64_t n;
    uint64_t looked_at = 0;
    bool found = true;
    tq_status rc = begin_page(s, &n);

    while (rc == TQ_OK && !s->page->more) {
        struct tq_ledger_set set;
        struct tq_slice unit;

        tq_arena_reset(s->scratch);
        rc = set_before(s, s->question, n, &set, &unit, &found);
        if (rc == TQ_OK && !found)
            return end_page(s);
        if (rc != TQ_OK)
            break;
        if (looked_at + set.nchanges > TQ_CHANGES_MOST && looked_at > 0) {
            s->page->more = true;
            s->page->next.n = set.n;
            s->page->next.place = set.nchanges;
            break;
        }
        looked_at += set.nchanges;
        s->page->reached_ms = set.ta;
        rc = search_set(s, &set, unit);
        n = set.n - 1;
    }
    return rc;
}

tq_status tq_changes_list(struct tq_district_store *store, const struct tq_codec_ops *codec,
        const struct tq_changes_question *question, struct tq_arena *arena,
        struct tq_changes_page *out, struct tq_error *err)
{
    struct search s = { .store = store,
        .codec = codec,
        .question = question,
        .page = out,
        .found = { .arena = arena },
        .err = err };
    bool mine = !store->in_txn;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    if (question->author.len > 0 &&
            !tq_text_fold_word(question->author, s.author, sizeof(s.author)))
        return tq_error_set(err, TQ_INVALID, "%.*s", (int)question->author.len,
                (const char *)question->author.data);
    s.scratch = tq_arena_new(SCRATCH_BYTES);
    if (s.scratch == NULL)
        return district_no_memory(NULL, err);
    rc = mine ? district_begin_read(store, err) : TQ_OK;
    if (rc == TQ_OK) {
        rc = search(&s);
        if (mine)
            district_rollback(store);
    }
    out->list = s.found.list;
    out->count = rc == TQ_OK ? s.found.count : 0;
    tq_arena_free(s.scratch);
    return rc;
}

static tq_status read_line(const struct district_bind *q, struct tq_arena *arena,
        struct tq_receipt_line *out, struct tq_error *err)
{
    tq_status rc = column_copy(q, 2, arena, &out->unit, err);

    out->pos = column_u64(q, 0);
    out->device = (uint32_t)column_u64(q, 1);
    if (rc == TQ_OK)
        rc = column_copy(q, 3, arena, &out->machine, err);
    out->set_seq = column_u64(q, 4);
    out->at_ms = column_int(q, 5);
    out->amending = column_int(q, 6) != 0;
    out->accepted = column_u64(q, 7);
    out->superseded = column_u64(q, 8);
    out->held = column_u64(q, 9);
    out->refused = column_u64(q, 10);
    out->requested = column_u64(q, 11);
    return rc == TQ_OK ? column_copy(q, 12, arena, &out->set_hash, err) : rc;
}

tq_status tq_receipts_list(struct tq_district_store *store, struct tq_slice unit, uint64_t before,
        size_t limit, struct tq_arena *arena, struct tq_receipt_line **out, size_t *count,
        struct tq_error *err)
{
    struct tq_receipt_line *list = tq_arena_array(arena, limit + 1, sizeof(*list));
    struct district_bind q = district_take(store, SQL_RECEIPTS_BACK);
    size_t n = 0;
    bool row;
    tq_status rc;

    *out = NULL;
    *count = 0;
    if (list == NULL)
        return district_no_memory(arena, err);
    bind_int(&q, before > 0 ? (int64_t)before : INT64_MAX);
    bind_text(&q, unit);
    bind_u64(&q, limit);
    rc = district_step(&q, &row, "receipts", err);
    while (rc == TQ_OK && row && n < limit) {
        rc = read_line(&q, arena, &list[n], err);
        if (rc == TQ_OK) {
            n++;
            rc = district_step(&q, &row, "receipts", err);
        }
    }
    district_end(&q);
    if (rc == TQ_OK) {
        *out = list;
        *count = n;
    }
    return rc;
}

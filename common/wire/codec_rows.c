#include <string.h>

#include "codec_parts.h"
#include "tuquan/codec.h"

/* Rows of one table. */
struct group {
    uint32_t table;
    size_t n;
    size_t filled;
    const struct tq_row **rows;
};

struct rows_work {
    struct coder *c;
    const struct tq_row *rows;
    size_t nrows;
    struct texts texts;
    struct group *groups;
    size_t ngroups;
    uint32_t *group_of;
};

static bool check_row(struct coder *c, const struct tq_row *row)
{
    if (row->table == 0 || row->table > TQ_MAX_NUMBER)
        return coder_fail(c, TQ_INVALID, "table %u", row->table);
    if (!row->exists && row->ncolumns > 0)
        return coder_fail(c, TQ_INVALID, "a row that does not exist has values");
    for (size_t i = 0; i < row->norigins; i++)
        if (row->origins[i].cell > TQ_MAX_CELL_NUMBER ||
                !text_check(c, row->origins[i].author, TQ_MAX_AUTHOR_BYTES, TQ_INVALID, "author"))
            return coder_fail(c, TQ_INVALID, "origin of cell %u", row->origins[i].cell);
    return size_check(c, row->norigins, TQ_MAX_COLUMNS, TQ_INVALID, "list of origins");
}

static bool group_rows(struct rows_work *w)
{
    size_t cap = 0;
    size_t last = 0;

    for (size_t i = 0; i < w->nrows; i++) {
        size_t g = last;

        if (!check_row(w->c, &w->rows[i]))
            return false;
        if (g >= w->ngroups || w->groups[g].table != w->rows[i].table)
            for (g = 0; g < w->ngroups && w->groups[g].table != w->rows[i].table;)
                g++;
        if (g == cap) {
            struct group *grown = coder_alloc(w->c, cap * 2 + 32, sizeof(*grown));

            if (grown == NULL)
                return false;
            if (cap > 0)
                memcpy(grown, w->groups, cap * sizeof(*grown));
            w->groups = grown;
            cap = cap * 2 + 32;
        }
        if (g == w->ngroups)
            w->groups[w->ngroups++].table = w->rows[i].table;
        w->groups[g].n++;
        w->group_of[i] = (uint32_t)g;
        last = g;
    }
    for (size_t g = 0; g < w->ngroups; g++)
        w->groups[g].rows = coder_alloc(w->c, w->groups[g].n, sizeof(struct tq_row *));
    if (w->c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < w->nrows; i++) {
        struct group *group = &w->groups[w->group_of[i]];

        group->rows[group->filled++] = &w->rows[i];
    }
    return true;
}

static bool encode_origins(
        struct rows_work *w, const struct group *group, Tuquan__V1__RowBlock *block)
{
    struct u32_list counts = { 0 };
    struct u32_list cells = { 0 };
    struct u32_list devices = { 0 };
    struct u32_list authors = { 0 };
    size_t total = 0;
    uint64_t at = 0;

    for (size_t r = 0; r < group->n; r++)
        total += group->rows[r]->norigins;
    block->origin_at_step = coder_alloc(w->c, total, sizeof(*block->origin_at_step));
    for (size_t r = 0; r < group->n && w->c->status == TQ_OK; r++) {
        runs_add(w->c, &counts, (uint32_t)group->rows[r]->norigins);
        for (size_t i = 0; i < group->rows[r]->norigins; i++) {
            const struct tq_origin *origin = &group->rows[r]->origins[i];
            uint32_t author;

            if (!texts_number(w->c, &w->texts, origin->author, &author) ||
                    !u32_push(w->c, &cells, origin->cell) ||
                    !u32_push(w->c, &devices, origin->device) || !u32_push(w->c, &authors, author))
                return false;
            block->origin_at_step[block->n_origin_at_step++] =
                    (int64_t)((uint64_t)origin->at_ms - at);
            at = (uint64_t)origin->at_ms;
        }
    }
    runs_finish(&counts);
    block->n_origin_runs = counts.n;
    block->origin_runs = counts.at;
    block->n_origin_cell = cells.n;
    block->origin_cell = cells.at;
    block->n_origin_device = devices.n;
    block->origin_device = devices.at;
    block->n_origin_author = authors.n;
    block->origin_author = authors.at;
    return w->c->status == TQ_OK;
}

static Tuquan__V1__RowBlock *encode_block(struct rows_work *w, const struct group *group)
{
    struct coder *c = w->c;
    Tuquan__V1__RowBlock *block = coder_alloc(c, 1, sizeof(*block));
    struct tq_slice *keys = coder_alloc(c, group->n, sizeof(*keys));
    struct cells *cells = coder_alloc(c, group->n, sizeof(*cells));
    uint8_t *missing = coder_alloc(c, group->n / 8 + 1, 1);
    struct columns_job job = { 0 };
    bool any = false;

    if (c->status != TQ_OK)
        return NULL;
    for (size_t r = 0; r < group->n; r++) {
        const struct tq_row *row = group->rows[r];

        keys[r] = row->key;
        cells[r].n = row->ncolumns;
        cells[r].numbers = row->columns;
        cells[r].values = row->values;
        if (!row->exists) {
            bit_set(missing, r);
            any = true;
        }
    }
    tuquan__v1__row_block__init(block);
    block->table = group->table;
    block->rows = (uint32_t)group->n;
    if (any)
        block->missing = pb_of(missing, (group->n + 7) / 8);
    job.keys.n = group->n;
    job.keys.at = keys;
    job.rows = cells;
    block->keys = keys_encode(c, job.keys);
    if (block->keys == NULL || !columns_encode(c, &job) || !encode_origins(w, group, block))
        return NULL;
    block->n_columns = job.nout;
    block->columns = job.after_out;
    return block;
}

bool row_lists_encode(
        struct coder *c, const struct tq_row *rows, size_t nrows, struct rows_lists *out)
{
    struct rows_work w = { 0 };
    struct u32_list order = { 0 };
    uint64_t seq = 0;

    memset(out, 0, sizeof(*out));
    if (nrows > TQ_ROWS_MAX)
        return coder_fail(c, TQ_TOO_LARGE, "%zu rows in one message", nrows);
    w.c = c;
    w.rows = rows;
    w.nrows = nrows;
    w.group_of = coder_alloc(c, nrows, sizeof(*w.group_of));
    out->seq_step = coder_alloc(c, nrows, sizeof(*out->seq_step));
    if (c->status != TQ_OK || !group_rows(&w))
        return false;
    out->blocks = coder_alloc(c, w.ngroups, sizeof(Tuquan__V1__RowBlock *));
    for (size_t g = 0; g < w.ngroups && c->status == TQ_OK; g++)
        out->blocks[g] = encode_block(&w, &w.groups[g]);
    for (size_t i = 0; i < nrows && c->status == TQ_OK; i++) {
        runs_add(c, &order, w.group_of[i]);
        out->seq_step[i] = (int64_t)(rows[i].seq - seq);
        seq = rows[i].seq;
    }
    out->nrows = nrows;
    out->nseq_step = nrows;
    out->nblocks = w.ngroups;
    out->ntexts = w.texts.n;
    out->texts = w.texts.at;
    out->norder_runs = order.n > 2 * w.ngroups ? order.n : 0;
    out->order_runs = order.at;
    return c->status == TQ_OK;
}

static bool decode_origins(struct coder *c, const struct rows_lists *from,
        const Tuquan__V1__RowBlock *block, struct tq_row **rows)
{
    size_t total = block->n_origin_cell;
    struct tq_origin *origins = coder_alloc(c, total, sizeof(*origins));
    struct runs_reader counts;
    uint64_t at = 0;
    size_t used = 0;

    if (origins == NULL || !runs_open(c, &counts, block->origin_runs, block->n_origin_runs,
                                   block->rows, TQ_MAX_COLUMNS, "origins"))
        return false;
    if (block->n_origin_device != total || block->n_origin_author != total ||
            block->n_origin_at_step != total)
        return coder_fail(c, TQ_PROTOCOL, "lists of origins do not fit");
    for (size_t i = 0; i < total; i++) {
        if (block->origin_cell[i] > TQ_MAX_CELL_NUMBER || block->origin_author[i] > from->ntexts)
            return coder_fail(c, TQ_PROTOCOL, "origin %zu", i);
        at += (uint64_t)block->origin_at_step[i];
        origins[i].cell = block->origin_cell[i];
        origins[i].device = block->origin_device[i];
        origins[i].author = texts_get(from->texts, block->origin_author[i]);
        origins[i].at_ms = (int64_t)at;
    }
    for (size_t r = 0; r < block->rows; r++) {
        uint32_t n = runs_next(&counts);

        if (n > total - used)
            return coder_fail(c, TQ_PROTOCOL, "fewer origins than rows name");
        rows[r]->norigins = n;
        rows[r]->origins = n > 0 ? origins + used : NULL;
        used += n;
    }
    return used == total || coder_fail(c, TQ_PROTOCOL, "more origins than rows name");
}

static bool decode_block(struct coder *c, const struct rows_lists *from,
        const Tuquan__V1__RowBlock *block, struct tq_row **rows)
{
    struct tq_slice *keys = coder_alloc(c, block->rows, sizeof(*keys));
    struct columns_source source = { { block->rows, keys }, block->n_columns, block->columns, 0,
        NULL };
    struct cells *cells;
    const struct tq_value **before;

    if (keys == NULL || !keys_decode(c, block->keys, block->rows, keys) ||
            !bits_check(c, &block->missing, block->rows, "missing") ||
            !columns_decode(c, &source, &cells, &before))
        return false;
    for (size_t r = 0; r < block->rows; r++) {
        rows[r]->table = block->table;
        rows[r]->key = keys[r];
        rows[r]->exists = !bit_get(&block->missing, r);
        rows[r]->ncolumns = cells[r].n;
        rows[r]->columns = cells[r].numbers;
        rows[r]->values = cells[r].values;
        if (!rows[r]->exists && cells[r].n > 0)
            return coder_fail(c, TQ_PROTOCOL, "a row that does not exist has values");
    }
    return decode_origins(c, from, block, rows);
}

static bool check_lists(struct coder *c, const struct rows_lists *from)
{
    if (from->nrows > TQ_ROWS_MAX)
        return coder_fail(c, TQ_PROTOCOL, "%zu rows in one message", from->nrows);
    if (from->nblocks > from->nrows || from->nseq_step != from->nrows)
        return coder_fail(c, TQ_PROTOCOL, "lists do not fit %zu rows", from->nrows);
    for (size_t i = 0; i < from->ntexts; i++)
        if (!text_check(c, slice_of_pb(from->texts[i]), TQ_MAX_AUTHOR_BYTES, TQ_PROTOCOL, "author"))
            return false;
    for (size_t k = 0; k < from->nblocks; k++)
        if (from->blocks[k]->table == 0 || from->blocks[k]->table > TQ_MAX_NUMBER)
            return coder_fail(c, TQ_PROTOCOL, "table %u", from->blocks[k]->table);
    return c->status == TQ_OK;
}

bool row_lists_decode(struct coder *c, const struct rows_lists *from, const struct tq_row **out)
{
    struct row_order order;
    struct tq_row *rows;
    struct tq_row **all;
    struct tq_row ***blocks;
    uint32_t *counts;
    size_t *filled;
    uint64_t seq = 0;
    size_t at = 0;

    if (!check_lists(c, from))
        return false;
    rows = coder_alloc(c, from->nrows, sizeof(*rows));
    all = coder_alloc(c, from->nrows, sizeof(*all));
    blocks = coder_alloc(c, from->nblocks, sizeof(*blocks));
    counts = coder_alloc(c, from->nblocks, sizeof(*counts));
    filled = coder_alloc(c, from->nblocks, sizeof(*filled));
    if (c->status != TQ_OK)
        return false;
    for (size_t k = 0; k < from->nblocks; k++)
        counts[k] = from->blocks[k]->rows;
    if (!order_open(
                c, &order, from->order_runs, from->norder_runs, counts, from->nblocks, from->nrows))
        return false;
    for (size_t k = 0; k < from->nblocks; k++) {
        blocks[k] = all + at;
        at += counts[k];
    }
    for (size_t i = 0; i < from->nrows; i++) {
        uint32_t k = order_next(&order);

        seq += (uint64_t)from->seq_step[i];
        rows[i].seq = seq;
        blocks[k][filled[k]++] = &rows[i];
    }
    for (size_t k = 0; k < from->nblocks; k++)
        if (!decode_block(c, from, from->blocks[k], blocks[k]))
            return false;
    *out = rows;
    return true;
}

/* Digests, ranges and the two messages that carry them. */

static Tuquan__V1__Digests *digests_encode(
        struct coder *c, const struct tq_digest *digests, size_t n)
{
    Tuquan__V1__Digests *out = coder_alloc(c, 1, sizeof(*out));
    struct texts owners = { 0 };
    struct u32_list runs = { 0 };
    struct u32_list tables = { 0 };
    uint64_t *rows = coder_alloc(c, n, sizeof(*rows));
    uint8_t *sums = coder_alloc(c, n, TQ_DIGEST_BYTES);

    if (c->status != TQ_OK)
        return NULL;
    tuquan__v1__digests__init(out);
    for (size_t i = 0; i < n; i++) {
        uint32_t owner;

        if (!size_check(c, digests[i].owner.len, TQ_MAX_KEY_BYTES, TQ_INVALID, "an owner") ||
                !texts_number(c, &owners, digests[i].owner, &owner) || !runs_add(c, &runs, owner) ||
                !u32_push(c, &tables, digests[i].table))
            return NULL;
        rows[i] = digests[i].rows;
        memcpy(sums + i * TQ_DIGEST_BYTES, digests[i].sum, TQ_DIGEST_BYTES);
    }
    runs_finish(&runs);
    out->n_table = n;
    out->table = tables.at;
    out->n_owners = owners.n;
    out->owners = owners.at;
    out->n_owner_runs = runs.n;
    out->owner_runs = runs.at;
    out->n_rows = n;
    out->rows = rows;
    out->sums = pb_of(sums, n * TQ_DIGEST_BYTES);
    return out;
}

static bool digests_decode(struct coder *c, const Tuquan__V1__Digests *from, struct tq_rows *out)
{
    struct tq_digest *digests;
    struct runs_reader owners;
    size_t n;

    if (from == NULL)
        return true;
    n = from->n_table;
    if (from->n_rows != n || from->sums.len != n * TQ_DIGEST_BYTES || from->n_owners > n)
        return coder_fail(c, TQ_PROTOCOL, "lists of digests do not fit");
    digests = coder_alloc(c, n, sizeof(*digests));
    if (digests == NULL || !runs_open(c, &owners, from->owner_runs, from->n_owner_runs, n,
                                   (uint32_t)from->n_owners, "owners"))
        return false;
    for (size_t i = 0; i < n; i++) {
        digests[i].table = from->table[i];
        digests[i].owner = texts_get(from->owners, runs_next(&owners));
        digests[i].rows = from->rows[i];
        memcpy(digests[i].sum, from->sums.data + i * TQ_DIGEST_BYTES, TQ_DIGEST_BYTES);
        if (digests[i].owner.len > TQ_MAX_KEY_BYTES)
            return coder_fail(c, TQ_PROTOCOL, "owner of a digest");
    }
    out->ndigests = n;
    out->digests = digests;
    return true;
}

static bool range_encode(struct coder *c, const struct tq_range *range, Tuquan__V1__Range *out)
{
    tuquan__v1__range__init(out);
    out->table = range->table;
    out->owner = pb_of_slice(range->owner);
    out->low = pb_of_slice(range->low);
    out->high = pb_of_slice(range->high);
    out->rows = range->rows;
    out->sum = pb_fixed(range->sum, sizeof(range->sum));
    return size_check(c, range->owner.len, TQ_MAX_KEY_BYTES, TQ_INVALID, "owner of a range") &&
           size_check(c, range->low.len, TQ_MAX_KEY_BYTES, TQ_INVALID, "key of a range") &&
           size_check(c, range->high.len, TQ_MAX_KEY_BYTES, TQ_INVALID, "key of a range");
}

static bool range_decode(struct coder *c, const Tuquan__V1__Range *from, struct tq_range *out)
{
    out->table = from->table;
    out->owner = slice_of_pb(from->owner);
    out->low = slice_of_pb(from->low);
    out->high = slice_of_pb(from->high);
    out->rows = from->rows;
    if (from->table == 0 || from->table > TQ_MAX_NUMBER || out->owner.len > TQ_MAX_KEY_BYTES ||
            out->low.len > TQ_MAX_KEY_BYTES || out->high.len > TQ_MAX_KEY_BYTES)
        return coder_fail(c, TQ_PROTOCOL, "range of table %u", from->table);
    return read_fixed(c, from->sum, out->sum, sizeof(out->sum), "sum of a range");
}

/* Amending receipts, as signed. */
static ProtobufCBinaryData *receipts_encode(
        struct coder *c, const struct tq_receipt *receipts, size_t n)
{
    ProtobufCBinaryData *out = coder_alloc(c, n, sizeof(*out));

    for (size_t i = 0; c->status == TQ_OK && i < n; i++) {
        struct tq_buf buf;

        tq_buf_init(&buf, 0);
        if (receipt_put(c, &receipts[i], true, &buf))
            out[i] = pb_of(tq_arena_copy(c->arena, buf.data, buf.len), buf.len);
        if (c->status == TQ_OK && out[i].data == NULL)
            coder_fail(c, TQ_NOMEM, "codec");
        tq_buf_deinit(&buf);
    }
    return out;
}

static bool receipts_decode(struct coder *c, const Tuquan__V1__Rows *from, struct tq_rows *out)
{
    struct tq_receipt *list = coder_alloc(c, from->n_receipts, sizeof(*list));

    if (list == NULL)
        return false;
    for (size_t i = 0; i < from->n_receipts; i++) {
        if (!receipt_take(c, slice_of_pb(from->receipts[i]), &list[i]))
            return false;
        /* What it names as its head may lie anywhere: it may have been lost with it, and come back. */
        if (!list[i].amending)
            return coder_fail(c, TQ_PROTOCOL, "receipt %zu does not belong to the rows", i);
    }
    out->nreceipts = from->n_receipts;
    out->receipts = list;
    return true;
}

bool rows_put(struct coder *c, const struct tq_rows *rows, struct tq_buf *out)
{
    Tuquan__V1__Rows packed;
    Tuquan__V1__Range range;
    struct rows_lists lists;

    tuquan__v1__rows__init(&packed);
    if (!row_lists_encode(c, rows->rows, rows->nrows, &lists))
        return false;
    packed.from = position_encode(c, &rows->from);
    packed.to = position_encode(c, &rows->to);
    packed.held = chain_point_encode(c, &rows->held);
    packed.rows = (uint32_t)lists.nrows;
    packed.n_texts = lists.ntexts;
    packed.texts = lists.texts;
    packed.n_blocks = lists.nblocks;
    packed.blocks = lists.blocks;
    packed.n_order_runs = lists.norder_runs;
    packed.order_runs = lists.order_runs;
    packed.n_seq_step = lists.nseq_step;
    packed.seq_step = lists.seq_step;
    packed.n_receipts = rows->nreceipts;
    packed.receipts = receipts_encode(c, rows->receipts, rows->nreceipts);
    if (c->status != TQ_OK)
        return false;
    packed.repair = rows->repair;
    if (rows->repair) {
        if (!range_encode(c, &rows->range, &range))
            return false;
        packed.range = &range;
    }
    packed.complete = rows->complete;
    packed.head = rows->complete ? 0 : rows->head;
    if (rows->complete || rows->head != 0)
        packed.ledger_hash = pb_fixed(rows->ledger_hash, sizeof(rows->ledger_hash));
    if (rows->complete) {
        packed.t_head = rows->t_h;
        packed.digests = digests_encode(c, rows->digests, rows->ndigests);
    }
    return coder_pack(c, &packed, out);
}

bool rows_take(struct coder *c, struct tq_slice bytes, struct tq_rows *out)
{
    Tuquan__V1__Rows *from = coder_unpack(c, &tuquan__v1__rows__descriptor, bytes, "rows");
    struct rows_lists lists = { 0 };

    if (from == NULL || !position_decode(c, from->from, &out->from) ||
            !position_decode(c, from->to, &out->to) ||
            !chain_point_decode(c, from->held, &out->held))
        return false;
    lists.nrows = from->rows;
    lists.ntexts = from->n_texts;
    lists.texts = from->texts;
    lists.nblocks = from->n_blocks;
    lists.blocks = from->blocks;
    lists.norder_runs = from->n_order_runs;
    lists.order_runs = from->order_runs;
    lists.nseq_step = from->n_seq_step;
    lists.seq_step = from->seq_step;
    if (!row_lists_decode(c, &lists, &out->rows))
        return false;
    out->nrows = from->rows;
    out->repair = from->repair != 0;
    out->complete = from->complete != 0;
    if (out->repair != (from->range != NULL))
        return coder_fail(c, TQ_PROTOCOL, "a repair and its range go together");
    if (out->repair && (out->complete || !range_decode(c, from->range, &out->range)))
        return coder_fail(c, TQ_PROTOCOL, "a repair completes nothing");
    if (!receipts_decode(c, from, out))
        return false;
    out->head = out->complete ? out->to.cursor : from->head;
    if ((out->complete || out->head != 0) &&
            !read_fixed(c, from->ledger_hash, out->ledger_hash, TQ_HASH_BYTES, "ledger hash"))
        return false;
    if (!out->complete)
        return true;
    out->t_h = from->t_head;
    return digests_decode(c, from->digests, out);
}

bool offer_put(struct coder *c, const struct tq_offer *offer, struct tq_buf *out)
{
    Tuquan__V1__Offer packed;
    struct rows_lists lists;

    if (!size_check(c, offer->nrows, TQ_MAX_OFFER_ROWS, TQ_TOO_LARGE, "rows") ||
            !row_lists_encode(c, offer->rows, offer->nrows, &lists))
        return false;
    tuquan__v1__offer__init(&packed);
    packed.number = offer->number;
    packed.rows = (uint32_t)lists.nrows;
    packed.n_blocks = lists.nblocks;
    packed.blocks = lists.blocks;
    packed.n_order_runs = lists.norder_runs;
    packed.order_runs = lists.order_runs;
    return coder_pack(c, &packed, out);
}

bool offer_take(struct coder *c, struct tq_slice bytes, struct tq_offer *out)
{
    const Tuquan__V1__Offer *from = coder_unpack(c, &tuquan__v1__offer__descriptor, bytes, "offer");
    struct rows_lists lists = { 0 };

    if (from == NULL || !size_check(c, from->rows, TQ_MAX_OFFER_ROWS, TQ_PROTOCOL, "rows"))
        return false;
    for (size_t i = 0; i < from->n_blocks; i++)
        if (from->blocks[i]->n_origin_cell > 0)
            return coder_fail(c, TQ_PROTOCOL, "an offer names nobody");
    lists.nrows = from->rows;
    lists.nblocks = from->n_blocks;
    lists.blocks = from->blocks;
    lists.norder_runs = from->n_order_runs;
    lists.order_runs = from->order_runs;
    lists.nseq_step = from->rows;
    lists.seq_step = coder_alloc(c, from->rows, sizeof(*lists.seq_step));
    if (c->status != TQ_OK || !row_lists_decode(c, &lists, &out->rows))
        return false;
    out->number = from->number;
    out->nrows = from->rows;
    return true;
}

bool ranges_put(struct coder *c, const struct tq_ranges *ranges, struct tq_buf *out)
{
    Tuquan__V1__Ranges packed;
    Tuquan__V1__Range *all;

    if (ranges->nranges > TQ_RANGES_MAX)
        return coder_fail(c, TQ_TOO_LARGE, "%zu ranges", ranges->nranges);
    tuquan__v1__ranges__init(&packed);
    packed.as_of = ranges->as_of;
    packed.ranges = coder_alloc(c, ranges->nranges, sizeof(Tuquan__V1__Range *));
    all = coder_alloc(c, ranges->nranges, sizeof(*all));
    if (c->status != TQ_OK)
        return false;
    for (size_t i = 0; i < ranges->nranges; i++) {
        if (!range_encode(c, &ranges->ranges[i], &all[i]))
            return false;
        packed.ranges[i] = &all[i];
    }
    packed.n_ranges = ranges->nranges;
    return coder_pack(c, &packed, out);
}

bool ranges_take(struct coder *c, struct tq_slice bytes, struct tq_ranges *out)
{
    Tuquan__V1__Ranges *from = coder_unpack(c, &tuquan__v1__ranges__descriptor, bytes, "ranges");
    struct tq_range *ranges;

    if (from == NULL)
        return false;
    if (from->n_ranges > TQ_RANGES_MAX)
        return coder_fail(c, TQ_PROTOCOL, "%zu ranges", from->n_ranges);
    ranges = coder_alloc(c, from->n_ranges, sizeof(*ranges));
    if (ranges == NULL)
        return false;
    for (size_t i = 0; i < from->n_ranges; i++)
        if (!range_decode(c, from->ranges[i], &ranges[i]))
            return false;
    out->as_of = from->as_of;
    out->nranges = from->n_ranges;
    out->ranges = ranges;
    return true;
}

bool broadcast_put(struct coder *c, const struct tq_broadcast *broadcast, bool with_signature,
        struct tq_buf *out)
{
    Tuquan__V1__Broadcast packed;
    struct rows_lists lists;
    struct tq_buf body;
    bool ok;

    if (broadcast->signed_bytes.len > 0) {
        if (with_signature)
            return signed_encode(c, broadcast->signed_bytes, broadcast->signature, out);
        tq_buf_append_slice(out, broadcast->signed_bytes);
        return tq_buf_is_ok(out) || coder_fail(c, TQ_NOMEM, "codec");
    }
    tuquan__v1__broadcast__init(&packed);
    if (!row_lists_encode(c, broadcast->rows, broadcast->nrows, &lists))
        return false;
    packed.epoch = broadcast->epoch;
    packed.seq = broadcast->seq;
    packed.prev = broadcast->prev;
    packed.at_ms = broadcast->at_ms;
    packed.ledger_hash = pb_fixed(broadcast->ledger_hash, sizeof(broadcast->ledger_hash));
    packed.rows = (uint32_t)lists.nrows;
    packed.n_texts = lists.ntexts;
    packed.texts = lists.texts;
    packed.n_blocks = lists.nblocks;
    packed.blocks = lists.blocks;
    packed.n_order_runs = lists.norder_runs;
    packed.order_runs = lists.order_runs;
    packed.n_seq_step = lists.nseq_step;
    packed.seq_step = lists.seq_step;
    if (!with_signature)
        return coder_pack(c, &packed, out);
    tq_buf_init(&body, 0);
    ok = coder_pack(c, &packed, &body) &&
         signed_encode(c, tq_buf_slice(&body), broadcast->signature, out);
    tq_buf_deinit(&body);
    return ok;
}

bool broadcast_take(struct coder *c, struct tq_slice bytes, struct tq_broadcast *out)
{
    Tuquan__V1__Broadcast *from;
    struct rows_lists lists = { 0 };

    if (!signed_decode(c, bytes, &out->signed_bytes, out->signature))
        return false;
    from = coder_unpack(c, &tuquan__v1__broadcast__descriptor, out->signed_bytes, "broadcast");
    if (from == NULL)
        return false;
    out->epoch = from->epoch;
    out->seq = from->seq;
    out->prev = from->prev;
    out->at_ms = from->at_ms;
    if (!read_fixed(c, from->ledger_hash, out->ledger_hash, TQ_HASH_BYTES, "ledger hash"))
        return false;
    lists.nrows = from->rows;
    lists.ntexts = from->n_texts;
    lists.texts = from->texts;
    lists.nblocks = from->n_blocks;
    lists.blocks = from->blocks;
    lists.norder_runs = from->n_order_runs;
    lists.order_runs = from->order_runs;
    lists.nseq_step = from->n_seq_step;
    lists.seq_step = from->seq_step;
    out->nrows = from->rows;
    return row_lists_decode(c, &lists, &out->rows);
}

/* district_index.c - Keys by sequence: what near pulls are answered from.
 *
 * Blocks of one owner, each a blob: 8 bytes of check (BLAKE2b over owner, range and entries), then
 * entries. One entry: flags (bit 0 clean, bit 1 same table as
 * the entry before, bit 2 same chain), varint seq - the one before (the first: - first_seq),
 * varint table, varint device, varint incarnation (where the flags do not save them), varint bytes
 * shared with the key before, varint bytes that follow, those bytes. */
#include "store/district_internal.h"

#include <inttypes.h>
#include <string.h>

#define FLAG_CLEAN 1u
#define FLAG_SAME_TABLE 2u
#define FLAG_SAME_CHAIN 4u
#define BLOCK_ENTRIES 1024u
#define CHECK_BYTES 8u

/* Reading position in a block. */
struct cursor {
    struct tq_slice rest;
    struct tq_index_entry entry;
    uint8_t key[TQ_MAX_KEY_BYTES];
};

static void encode_entry(struct tq_buf *out, const struct tq_index_entry *entry,
        const struct tq_index_entry *last, uint64_t last_seq)
{
    size_t shared = 0;
    uint8_t flags = entry->clean ? FLAG_CLEAN : 0;

    if (last != NULL && last->table == entry->table)
        flags |= FLAG_SAME_TABLE;
    if (last != NULL && last->device == entry->device && last->incarnation == entry->incarnation)
        flags |= FLAG_SAME_CHAIN;
    tq_buf_append_u8(out, flags);
    tq_buf_append_varint(out, entry->seq - last_seq);
    if ((flags & FLAG_SAME_TABLE) == 0)
        tq_buf_append_varint(out, entry->table);
    if ((flags & FLAG_SAME_CHAIN) == 0) {
        tq_buf_append_varint(out, entry->device);
        tq_buf_append_varint(out, entry->incarnation);
    }
    while (last != NULL && shared < last->key.len && shared < entry->key.len &&
            last->key.data[shared] == entry->key.data[shared])
        shared++;
    tq_buf_append_varint(out, shared);
    tq_buf_append_varint(out, entry->key.len - shared);
    tq_buf_append(out, entry->key.data + shared, entry->key.len - shared);
}

static bool read_u32(struct tq_slice *from, uint32_t *out)
{
    uint64_t value;

    if (!tq_read_varint(from, &value) || value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool decode_entry(struct cursor *at)
{
    struct tq_index_entry *entry = &at->entry;
    uint64_t step;
    uint64_t shared;
    uint64_t more;
    struct tq_slice bytes;
    uint8_t flags;

    if (!tq_read_u8(&at->rest, &flags) || !tq_read_varint(&at->rest, &step))
        return false;
    entry->clean = (flags & FLAG_CLEAN) != 0;
    entry->seq += step;
    if ((flags & FLAG_SAME_TABLE) == 0 && !read_u32(&at->rest, &entry->table))
        return false;
    if ((flags & FLAG_SAME_CHAIN) == 0 &&
            (!read_u32(&at->rest, &entry->device) || !read_u32(&at->rest, &entry->incarnation)))
        return false;
    if (!tq_read_varint(&at->rest, &shared) || !tq_read_varint(&at->rest, &more) ||
            shared > entry->key.len || more > TQ_MAX_KEY_BYTES - shared ||
            !tq_read_bytes(&at->rest, (size_t)more, &bytes))
        return false;
    if (more > 0)
        memcpy(at->key + shared, bytes.data, (size_t)more);
    entry->key = tq_slice_of(at->key, (size_t)(shared + more));
    return true;
}

static void cursor_init(struct cursor *at, struct tq_slice block, uint64_t first_seq)
{
    memset(&at->entry, 0, sizeof(at->entry));
    at->rest = block;
    at->entry.seq = first_seq;
    at->entry.key = tq_slice_of(at->key, 0);
}

/* What a damaged disk or a careless tool cannot keep right. */
static void block_check(struct tq_slice owner, uint64_t first_seq, uint64_t last_seq,
        struct tq_slice entries, uint8_t out[CHECK_BYTES])
{
    struct tq_hasher hasher;
    uint8_t full[TQ_DIGEST_BYTES];

    tq_hash_init(&hasher, "tuquan.index.v1", sizeof(full));
    tq_hash_add_slice(&hasher, owner);
    tq_hash_add_u64(&hasher, first_seq);
    tq_hash_add_u64(&hasher, last_seq);
    tq_hash_add_slice(&hasher, entries);
    tq_hash_final(&hasher, full, sizeof(full));
    memcpy(out, full, CHECK_BYTES);
}

static tq_status put_block(struct tq_district_store *store, struct tq_slice owner,
        const struct tq_index_entry *entries, size_t count, struct tq_error *err)
{
    static const uint8_t room[CHECK_BYTES] = { 0 };
    struct district_bind q;
    struct tq_slice block;
    uint64_t seq = entries[0].seq;

    tq_buf_clear(&store->scratch);
    tq_buf_append(&store->scratch, room, CHECK_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].seq < seq || entries[i].key.len > TQ_MAX_KEY_BYTES)
            return tq_error_set(
                    err, TQ_INTERNAL, "index entry at %" PRIu64 ": order or key", entries[i].seq);
        encode_entry(&store->scratch, &entries[i], i > 0 ? &entries[i - 1] : NULL, seq);
        seq = entries[i].seq;
    }
    if (!tq_buf_is_ok(&store->scratch))
        return district_no_memory(NULL, err);
    block = tq_buf_slice(&store->scratch);
    block_check(owner, entries[0].seq, seq,
            tq_slice_of(block.data + CHECK_BYTES, block.len - CHECK_BYTES), store->scratch.data);
    q = district_take(store, SQL_INDEX_ADD);
    bind_text(&q, owner);
    bind_u64(&q, entries[0].seq);
    bind_u64(&q, seq);
    bind_slice(&q, block);
    return district_run(&q, "index", err);
}

static tq_status put_blocks(struct tq_district_store *store, struct tq_slice owner,
        const struct tq_index_entry *entries, size_t count, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i += BLOCK_ENTRIES)
        rc = put_block(store, owner, entries + i,
                count - i < BLOCK_ENTRIES ? count - i : BLOCK_ENTRIES, err);
    return rc;
}

/* Entries gathered from blocks that reach into what is to be put. */
struct gathered {
    struct tq_arena *arena;
    struct tq_index_entry *entries;
    size_t count;
    size_t room;
    bool failed;
};

static bool gather(void *arg, const struct tq_index_entry *entry)
{
    struct gathered *all = arg;
    void *key;

    all->failed = true; /* until it is in */
    if (all->count == all->room) {
        size_t room = all->room == 0 ? 256 : all->room * 2;
        struct tq_index_entry *grown = tq_arena_array(all->arena, room, sizeof(*grown));

        if (grown == NULL)
            return false;
        if (all->count > 0)
            memcpy(grown, all->entries, all->count * sizeof(*grown));
        all->entries = grown;
        all->room = room;
    }
    key = tq_arena_copy(all->arena, entry->key.data, entry->key.len);
    if (key == NULL)
        return false;
    all->entries[all->count] = *entry;
    all->entries[all->count++].key = tq_slice_of(key, entry->key.len);
    all->failed = false;
    return true;
}

static tq_status walk_block(const struct district_bind *q, struct tq_slice owner, uint64_t above,
        tq_index_fn fn, void *arg, bool *go_on, struct tq_error *err)
{
    struct tq_slice block = column_slice(q, 3);
    struct tq_slice check;
    uint8_t right[CHECK_BYTES];
    struct cursor at;

    if (!tq_read_bytes(&block, CHECK_BYTES, &check))
        return tq_error_set(err, TQ_CORRUPT, "index block %" PRIu64 " is cut", column_u64(q, 0));
    block_check(owner, column_u64(q, 1), column_u64(q, 2), block, right);
    if (memcmp(right, check.data, CHECK_BYTES) != 0)
        return tq_error_set(
                err, TQ_CORRUPT, "index block %" PRIu64 " is damaged", column_u64(q, 0));
    cursor_init(&at, block, column_u64(q, 1));
    while (*go_on && at.rest.len > 0) {
        if (!decode_entry(&at))
            return tq_error_set(
                    err, TQ_CORRUPT, "index block %" PRIu64 " cannot be read", column_u64(q, 0));
        if (at.entry.seq > above)
            *go_on = fn(arg, &at.entry);
    }
    return TQ_OK;
}

static tq_status index_walk(void *ctx, struct tq_slice owner, uint64_t above, tq_index_fn fn,
        void *arg, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct district_bind q = district_take(store, SQL_INDEX_WALK);
    sqlite3_stmt *own = NULL;
    bool go_on = true;
    bool row;
    tq_status rc;

    /* The callback may walk too: then this walk gets a statement of its own. */
    if (q.stmt != NULL && sqlite3_stmt_busy(q.stmt)) {
        rc = district_prepare(store, sqlite3_sql(q.stmt), &own, err);
        if (rc != TQ_OK)
            return rc;
        q.stmt = own;
    }
    bind_text(&q, owner);
    bind_u64(&q, above);
    rc = district_step(&q, &row, "index", err);
    while (rc == TQ_OK && row && go_on) {
        rc = walk_block(&q, owner, above, fn, arg, &go_on, err);
        if (rc == TQ_OK && go_on)
            rc = district_step(&q, &row, "index", err);
    }
    district_end(&q);
    sqlite3_finalize(own);
    return rc;
}

static tq_status delete_from(
        struct tq_district_store *store, struct tq_slice owner, uint64_t from, struct tq_error *err)
{
    tq_status rc = TQ_OK;
    bool row = true;

    while (rc == TQ_OK && row) {
        struct district_bind q = district_take(store, SQL_INDEX_WALK);
        uint64_t n;

        bind_text(&q, owner);
        bind_u64(&q, from - 1);
        rc = district_step(&q, &row, "index", err);
        if (rc != TQ_OK || !row)
            break;
        n = column_u64(&q, 0);
        district_end(&q);
        q = district_take(store, SQL_INDEX_DELETE);
        bind_u64(&q, n);
        rc = district_run(&q, "index", err);
    }
    return rc;
}

/* Blocks of an owner never overlap: those that reach into the new entries are written again with
 * them. `all` holds every entry of the blocks that end at or above the first new one. */
static tq_status put_merged(struct tq_district_store *store, struct tq_slice owner,
        const struct gathered *all, const struct tq_index_entry *entries, size_t count,
        struct tq_error *err)
{
    struct tq_index_entry *merged = tq_arena_array(all->arena, all->count + count, sizeof(*merged));
    size_t a = 0;
    size_t b = 0;
    tq_status rc;

    if (merged == NULL)
        return district_no_memory(all->arena, err);
    while (a < all->count || b < count) {
        bool old = b == count || (a < all->count && all->entries[a].seq <= entries[b].seq);

        merged[a + b] = old ? all->entries[a] : entries[b];
        if (old)
            a++;
        else
            b++;
    }
    rc = delete_from(store, owner, entries[0].seq, err);
    if (rc == TQ_OK)
        rc = put_blocks(store, owner, merged, a + b, err);
    return rc;
}

/* The smallest first_seq among the blocks that reach `seq` or beyond; 0 when there is none. */
static tq_status overlap_from(struct tq_district_store *store, struct tq_slice owner, uint64_t seq,
        uint64_t *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_INDEX_WALK);
    bool row;
    tq_status rc;

    *out = 0;
    bind_text(&q, owner);
    bind_u64(&q, seq - 1);
    rc = district_step(&q, &row, "index", err);
    if (rc == TQ_OK && row) {
        *out = column_u64(&q, 1);
        district_end(&q);
    }
    return rc;
}

static tq_status index_put(void *ctx, struct tq_slice owner, const struct tq_index_entry *entries,
        size_t count, struct tq_error *err)
{
    struct tq_district_store *store = ctx;
    struct gathered all = { NULL, NULL, 0, 0, false };
    uint64_t from;
    tq_status rc;

    if (count == 0)
        return TQ_OK;
    if (entries[0].seq == 0)
        return tq_error_set(err, TQ_INTERNAL, "index entry without a sequence");
    rc = overlap_from(store, owner, entries[0].seq, &from, err);
    if (rc != TQ_OK)
        return rc;
    if (from == 0)
        return put_blocks(store, owner, entries, count, err);
    all.arena = tq_arena_new(SIZE_MAX);
    if (all.arena == NULL)
        return district_no_memory(NULL, err);
    /* Whole blocks: the first of them may begin below the new entries. */
    rc = index_walk(store, owner, from - 1, gather, &all, err);
    if (rc == TQ_OK && all.failed)
        rc = district_no_memory(all.arena, err);
    if (rc == TQ_OK)
        rc = put_merged(store, owner, &all, entries, count, err);
    tq_arena_free(all.arena);
    return rc;
}

void district_index_ops(struct tq_district_ops *ops)
{
    ops->index_put = index_put;
    ops->index_walk = index_walk;
}

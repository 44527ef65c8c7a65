/* sim_fold.c - Copies of the district merge the sets that wait in other orders: same rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define ORDERS 3
#define SETS 256
#define EPOCHS_FROM_MS INT64_C(1577836800000) /* 2020 */
#define EPOCH_MS INT64_C(600000)

struct waiting {
    struct tq_set sets[SIM_OFFICES][SETS];
    int64_t offset_ms[SIM_OFFICES];
    size_t n[SIM_OFFICES];
    size_t total;
};

static void gather(struct sim *s, struct waiting *w)
{
    struct tq_error err;

    tq_error_clear(&err);
    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *o = &s->offices[i];
        int64_t after = 0;

        w->offset_ms[i] = 0;
        if (o->revoked || o->forked)
            continue;
        while (w->n[i] < SETS) {
            struct tq_stored_set set;

            sim_must(s,
                    tq_office_store_ops()->set_next(
                            o->store, TQ_SET_WAITS, after, s->scratch, &set, &err),
                    "set", &err);
            if (set.n == 0)
                break;
            after = set.n;
            w->sets[i][w->n[i]++] = set.set;
            w->total++;
        }
    }
}

static void merge_in_some_order(struct sim *s, struct mill *m, const struct waiting *w)
{
    size_t next[SIM_OFFICES] = { 0 };
    size_t left = w->total;

    while (left > 0) {
        struct tq_merge_item items[8];
        struct tq_error err;
        size_t want = 1 + sim_roll(s, 8);
        size_t n = 0;

        memset(items, 0, sizeof(items));
        while (n < want && left > 0) {
            size_t i = sim_roll(s, (uint32_t)s->noffices);

            if (next[i] == w->n[i])
                continue;
            items[n].set = &w->sets[i][next[i]++];
            items[n].device = s->offices[i].device;
            items[n++].offset_ms = w->offset_ms[i];
            left--;
        }
        m->now_ms += 1000;
        tq_error_clear(&err);
        sim_must(s, tq_merge_batch(m->merger, items, n, m->now_ms, &err), "fold", &err);
        for (size_t i = 0; i < n; i++)
            sim_must(s, items[i].status, "set of a fold", &items[i].error);
    }
}

/* A district of its own, out of a copy of the file at `from`. */
static struct mill *open_copy(struct sim *s, const char *from, struct sim_disk **disk)
{
    struct mill *m = calloc(1, sizeof(*m));
    struct tq_district_config config;
    struct tq_merge_config merge;
    struct tq_error err;

    *disk = sim_disk_new("fold", 1);
    snprintf(m->path, sizeof(m->path), "/sim/fold/fold.db");
    if (!sim_disk_copy(from, m->path))
        sim_fail(s, "cannot copy %s", from);
    memset(&config, 0, sizeof(config));
    config.path = m->path;
    config.create = true;
    config.catalogue = s->catalogue;
    m->catalogue = s->catalogue;
    m->arena = tq_arena_new((size_t)1 << 30);
    m->now_ms = s->now_ms;
    tq_error_clear(&err);
    sim_must(s, tq_district_store_open(&m->store, &config, &err), "open a copy", &err);
    m->ops = tq_district_store_ops(m->store);
    memset(&merge, 0, sizeof(merge));
    merge.catalogue = s->catalogue;
    merge.store = m->ops;
    merge.codec = tq_codec_ops();
    merge.signer = mill_signer(0);
    merge.verify = mill_verify;
    sim_must(s, tq_merger_new(&m->merger, &merge, &err), "merger", &err);
    return m;
}

static void fingerprint(struct mill *m, const char *name, size_t order, uint8_t out[TQ_HASH_BYTES])
{
    const char *trace = getenv("TQ_TRACE");
    char path[256];

    if (trace != NULL) {
        snprintf(path, sizeof(path), "%s/%s-%zu.txt", trace, name, order);
        m->trace = fopen(path, "w");
    }
    mill_fingerprint(m, out);
    mill_check_digests(m);
    if (m->trace != NULL)
        fclose(m->trace);
}

static void close_copy(struct mill *m, struct sim_disk *disk)
{
    tq_merger_free(m->merger);
    tq_district_store_close(m->store);
    tq_arena_free(m->arena);
    sim_disk_free(disk);
    free(m);
}

static void fold_once(
        struct sim *s, const struct waiting *w, size_t order, uint8_t out[TQ_HASH_BYTES])
{
    struct sim_disk *disk;
    struct mill *m = open_copy(s, s->district.path, &disk);

    m->no_arrivals = true; /* they are of this order */
    merge_in_some_order(s, m, w);
    fingerprint(m, "fold", order, out);
    close_copy(m, disk);
}

static bool checkpoint(struct sim *s)
{
    uint64_t left = 0;
    struct tq_error err;

    tq_error_clear(&err);
    sim_pause(true);
    sim_must(s, tq_district_store_checkpoint(s->district.store, &left, &err), "checkpoint", &err);
    sim_pause(false);
    return left == 0;
}

void sim_fold(struct sim *s)
{
    struct waiting *w = calloc(1, sizeof(*w));
    uint8_t first[TQ_HASH_BYTES];

    tq_arena_reset(s->scratch);
    sim_clock_use(s, 0);
    for (size_t i = 0; i < s->noffices; i++) {
        if (s->offices[i].session == NULL)
            sim_office_seal(&s->offices[i]);
    }
    sim_pause(true);
    gather(s, w);
    sim_pause(false);
    /* Until everything is back, what comes before these sets in their chains may be lacking. */
    if (checkpoint(s) && w->total > 1 && !s->rebuilt) {
        s->stats.folds++;
        for (size_t order = 0; order < ORDERS; order++) {
            uint8_t got[TQ_HASH_BYTES];

            fold_once(s, w, order, got);
            if (order == 0)
                memcpy(first, got, sizeof(first));
            else if (memcmp(first, got, sizeof(first)) != 0)
                sim_fail(s, "%zu sets in order %zu give another result", w->total, order);
        }
    }
    free(w);
}

/* ---- the whole history ---- */

struct past_set {
    struct tq_set set;
    struct tq_slice *receipts;
    size_t nreceipts;
};

struct past {
    struct past_set *sets[SIM_OFFICES + 1]; /* by chain: the district's own last */
    size_t n[SIM_OFFICES + 1];
    size_t total;
};

void sim_fold_begin(struct sim *s)
{
    if (!s->options.histories || !checkpoint(s))
        return;
    s->past = sim_disk_new("past", 1);
    s->past_n = s->shadow.ledger_n;
    if (!sim_disk_copy(s->district.path, "/sim/past/past.db"))
        sim_fail(s, "cannot copy %s", s->district.path);
}

void sim_fold_end(struct sim *s)
{
    sim_disk_free(s->past);
    s->past = NULL;
}

static void read_past(struct sim *s, struct past *past)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->district.store);

    for (uint64_t n = s->past_n + 1; n <= s->shadow.ledger_n; n++) {
        struct tq_ledger_set kept;
        struct past_set *set;
        struct tq_error err;
        size_t chain = 0;

        tq_error_clear(&err);
        sim_must(s, ops->ledger_by_n(ops->ctx, n, s->scratch, &kept, &err), "ledger", &err);
        while (chain < s->noffices && s->offices[chain].device != kept.set.device)
            chain++;
        if (chain == s->noffices)
            chain = SIM_OFFICES;
        if (past->sets[chain] == NULL)
            past->sets[chain] = tq_arena_array(
                    s->scratch, (size_t)(s->shadow.ledger_n - s->past_n), sizeof(struct past_set));
        set = &past->sets[chain][past->n[chain]++];
        set->set = kept.set;
        sim_must(s,
                ops->receipts_of(ops->ctx, kept.set.device, kept.set.incarnation, kept.set.seq,
                        s->scratch, &set->receipts, &set->nreceipts, &err),
                "receipts", &err);
        past->total++;
    }
}

static void replay(struct sim *s, struct mill *m, const struct past *past)
{
    size_t next[SIM_OFFICES + 1] = { 0 };
    size_t left = past->total;

    while (left > 0) {
        struct tq_merge_item items[8];
        size_t want = 1 + sim_roll(s, 8);
        struct tq_error err;
        size_t n = 0;

        memset(items, 0, sizeof(items));
        while (n < want && left > 0) {
            size_t chain = sim_roll(s, SIM_OFFICES + 1);
            const struct past_set *set = &past->sets[chain][next[chain]];

            if (next[chain] == past->n[chain])
                continue;
            next[chain]++;
            items[n].set = &set->set;
            items[n].device = set->set.device;
            items[n].refill = set->receipts;
            items[n++].nrefill = set->nreceipts;
            left--;
        }
        m->now_ms += 1000;
        tq_error_clear(&err);
        sim_must(s, tq_merge_batch(m->merger, items, n, m->now_ms, &err), "replay", &err);
        for (size_t i = 0; i < n; i++)
            sim_must(s, items[i].status, "set of a replay", &items[i].error);
    }
}

/* A time at which a district that starts begins a later epoch than that of `head`. */
static int64_t time_of(uint64_t head)
{
    return EPOCHS_FROM_MS + (int64_t)((head >> TQ_SEQUENCE_EPOCH_SHIFT) + 2) * EPOCH_MS;
}

void sim_fold_history(struct sim *s)
{
    struct past past;
    struct mill *live;
    uint8_t expected[TQ_HASH_BYTES];

    /* Not from before a district was restored: what came back has sequences in its ledger that no
     * receipt names, so that no other can tell what a `seen` of since then had covered. There the
     * offices themselves refill in any order, and their receipts are compared (sim_account.c); from
     * where everything was back the history begins anew (sim_history.c). Nor where the district was
     * upgraded: what a request asks for are the columns that it knew then. */
    if (s->past == NULL || s->rebuilt || s->version > 0)
        return;
    memset(&past, 0, sizeof(past));
    live = calloc(1, sizeof(*live)); /* too big for the stack */
    tq_arena_reset(s->scratch);
    sim_clock_use(s, 0);
    live->catalogue = s->catalogue;
    live->store = s->district.store;
    live->ops = tq_district_store_ops(live->store);
    live->arena = s->scratch;
    fingerprint(live, "live", 0, expected);
    free(live);
    tq_arena_reset(s->scratch);
    read_past(s, &past);
    s->stats.folds++;
    for (size_t order = 0; order < ORDERS; order++) {
        uint8_t got[TQ_HASH_BYTES];
        struct sim_disk *disk;
        struct mill *m = open_copy(s, "/sim/past/past.db", &disk);
        struct tq_error err;
        uint64_t epoch;

        tq_error_clear(&err);
        /* Above the epoch that the sets name: the live district's clock may have been years ahead, and
         * this copy has not its height file. */
        do
            sim_must(s,
                    tq_district_store_start(m->store, NULL, time_of(s->shadow.head), &epoch, &err),
                    "start", &err);
        while (epoch <= s->shadow.head >>
                TQ_SEQUENCE_EPOCH_SHIFT); /* its clock counts no further */
        replay(s, m, &past);
        fingerprint(m, "replay", order, got);
        close_copy(m, disk);
        if (memcmp(expected, got, sizeof(got)) != 0)
            sim_fail(s, "%zu sets with their receipts, in order %zu, give another result",
                    past.total, order);
    }
}

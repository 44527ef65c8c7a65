/* sim_fold.c - Copies of the district merge the sets that wait in other orders: same rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define ORDERS 3
#define SETS 256

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

static void fold_once(
        struct sim *s, const struct waiting *w, size_t order, uint8_t out[TQ_HASH_BYTES])
{
    struct mill *m = calloc(1, sizeof(*m));
    struct sim_disk *disk = sim_disk_new("fold", 1);
    struct tq_district_config config;
    struct tq_merge_config merge;
    struct tq_error err;
    char path[256];
    const char *trace = getenv("TQ_TRACE");

    snprintf(m->path, sizeof(m->path), "/sim/fold/fold.db");
    if (!sim_disk_copy(s->district.path, m->path))
        sim_fail(s, "cannot copy %s", s->district.path);
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
    merge_in_some_order(s, m, w);
    if (trace != NULL) {
        snprintf(path, sizeof(path), "%s/fold-%zu.txt", trace, order);
        m->trace = fopen(path, "w");
    }
    mill_fingerprint(m, out);
    mill_check_digests(m);
    if (m->trace != NULL)
        fclose(m->trace);
    tq_merger_free(m->merger);
    tq_district_store_close(m->store);
    tq_arena_free(m->arena);
    sim_disk_free(disk);
    free(m);
}

void sim_fold(struct sim *s)
{
    struct waiting *w = calloc(1, sizeof(*w));
    uint8_t first[TQ_HASH_BYTES];
    uint64_t left = 0;
    struct tq_error err;

    tq_error_clear(&err);
    tq_arena_reset(s->scratch);
    sim_clock_use(s, 0);
    for (size_t i = 0; i < s->noffices; i++) {
        if (s->offices[i].session == NULL)
            sim_office_seal(&s->offices[i]);
    }
    gather(s, w);
    sim_pause(true);
    sim_must(s, tq_district_store_checkpoint(s->district.store, &left, &err), "checkpoint", &err);
    sim_pause(false);
    if (w->total > 1 && left == 0 && !s->rebuilt) {
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

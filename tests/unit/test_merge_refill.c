/* A property of the merge: after any suffix of the district is lost, and its offices brought their
 * sets back with the receipts in any order, nothing is judged twice: the receipts of then hold, and
 * cells, inbox and digests are as they were (sync.md 7 and 9.5).
 *
 * test_merge_refill [seeds [first seed]]: each seed makes one history of three devices, loses a part
 * of it and refills it in several orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "histories.h"
#include "mill.h"
#include "tuquan/codec.h"
#include "tuquan/district_reports.h"

#define DEVICES HISTORY_DEVICES
#define SETS 6 /* of each device; the last one is not merged before the loss */
#define BATCHES (DEVICES * SETS)
#define ORDERS 4

static unsigned long seeds = 12;
static unsigned long first_seed = 1;

struct known {
    struct tq_set set;
    struct tq_slice *receipts; /* as its office keeps them */
    size_t nreceipts;
    tq_verdict *fates; /* per place, by the last receipt that names it */
    size_t nplaces;
};

struct history {
    struct mill *m;
    uint64_t rng;
    char backups[BATCHES][256];
    size_t nbackups;
    struct known sets[DEVICES][SETS];
    uint8_t expected[TQ_HASH_BYTES];
};

static tq_verdict *fates_of(struct mill *m, const struct tq_set *set,
        const struct tq_slice *receipts, size_t count, size_t *nplaces)
{
    struct tq_set_body body;
    tq_verdict *out;

    assert_int_equal(tq_codec_ops()->body_decode(set->payload, m->arena, &body, NULL), TQ_OK);
    out = tq_arena_array(m->arena, body.nchanges + 1, sizeof(*out));
    memset(out, 0, body.nchanges * sizeof(*out));
    for (size_t i = 0; i < count; i++) {
        struct tq_receipt r = mill_receipt(m, receipts[i]);

        for (size_t k = 0; k < r.nexceptions; k++)
            out[r.exceptions[k].place] = r.exceptions[k].verdict;
    }
    *nplaces = body.nchanges;
    return out;
}

static void receipts_of(struct mill *m, const struct tq_set *set, struct tq_slice **out, size_t *n)
{
    struct tq_error err;

    assert_int_equal(m->ops->receipts_of(m->ops->ctx, set->device, set->incarnation, set->seq,
                             m->arena, out, n, &err),
            TQ_OK);
}

static void merge_all(struct mill *m, struct tq_merge_item *items, size_t n)
{
    struct tq_error err;

    m->now_ms += 1000;
    if (tq_merge_batch(m->merger, items, n, m->now_ms, &err) != TQ_OK)
        fail_msg("merge: %s", err.msg);
    for (size_t i = 0; i < n; i++)
        if (items[i].status != TQ_OK)
            fail_msg("item %zu: %s", i, items[i].error.msg);
}

static void backup(struct history *h)
{
    snprintf(h->backups[h->nbackups], sizeof(h->backups[0]), "%s/backup-%zu.db", h->m->dir,
            h->nbackups);
    mill_backup(h->m, h->backups[h->nbackups]);
    h->nbackups++;
}

/* Devices write, seal and send; now and then they pull, so that they have seen what is there. */
static void live(struct history *h)
{
    struct history_hand hands[DEVICES] = { { 0, 0, 0 } };
    size_t sent[DEVICES] = { 0 };
    size_t sealed[DEVICES] = { 0 };
    struct mill *m = h->m;

    for (size_t left = DEVICES * (SETS - 1); left > 0;) {
        struct tq_merge_item items[DEVICES];
        size_t n = 0;

        memset(items, 0, sizeof(items));
        for (size_t d = 0; d < DEVICES; d++) {
            if (sent[d] == SETS - 1 || history_roll(&h->rng, 2) == 0)
                continue;
            if (sealed[d] == sent[d]) {
                for (uint32_t i = 1 + history_roll(&h->rng, 5); i > 0; i--)
                    history_change(m, &m->devices[d + 1], &h->rng, &hands[d]);
                h->sets[d][sealed[d]++].set = mill_seal(m, &m->devices[d + 1]);
            }
            if (history_roll(&h->rng, 3) == 0)
                continue; /* it waits, while others go on */
            items[n].set = &h->sets[d][sent[d]++].set;
            items[n++].device = (uint32_t)d + 1;
            left--;
        }
        if (n > 0) {
            backup(h);
            merge_all(m, items, n);
        }
        for (size_t d = 1; d <= DEVICES; d++)
            if (history_roll(&h->rng, 2) == 0)
                m->devices[d].seen = mill_head(m, &m->devices[d].t_seen);
    }
    for (size_t d = 0; d < DEVICES; d++) {
        if (sealed[d] == SETS)
            continue;
        for (uint32_t i = 1 + history_roll(&h->rng, 5); i > 0; i--)
            history_change(m, &m->devices[d + 1], &h->rng, &hands[d]);
        h->sets[d][sealed[d]].set = mill_seal(m, &m->devices[d + 1]);
    }
}

/* What the offices hold when the district is lost, and what would have come of their last sets. */
static void remember(struct history *h)
{
    struct mill *m = h->m;

    for (size_t d = 0; d < DEVICES; d++) {
        for (size_t k = 0; k + 1 < SETS; k++) {
            struct known *known = &h->sets[d][k];

            receipts_of(m, &known->set, &known->receipts, &known->nreceipts);
            known->fates =
                    fates_of(m, &known->set, known->receipts, known->nreceipts, &known->nplaces);
        }
    }
    for (size_t d = 0; d < DEVICES; d++) {
        struct tq_merge_item item;

        memset(&item, 0, sizeof(item));
        item.set = &h->sets[d][SETS - 1].set;
        item.device = (uint32_t)d + 1;
        merge_all(m, &item, 1);
    }
    mill_fingerprint(m, h->expected);
}

static void refill(struct history *h, struct mill *m)
{
    size_t next[DEVICES] = { 0 };
    size_t left = DEVICES * SETS;

    while (left > 0) {
        struct tq_merge_item items[4];
        size_t want = 1 + history_roll(&h->rng, 4);
        size_t n = 0;

        memset(items, 0, sizeof(items));
        while (n < want && left > 0) {
            size_t d = history_roll(&h->rng, DEVICES);
            const struct known *known = &h->sets[d][next[d]];

            if (next[d] == SETS)
                continue;
            items[n].set = &known->set;
            items[n].device = (uint32_t)d + 1;
            items[n].refill = known->receipts;
            items[n++].nrefill = known->nreceipts;
            next[d]++;
            left--;
        }
        merge_all(m, items, n);
    }
}

static bool is_kept(struct mill *m, struct tq_slice receipt, const struct tq_slice *list, size_t n)
{
    (void)m;
    for (size_t i = 0; i < n; i++)
        if (tq_slice_equal(list[i], receipt))
            return true;
    return false;
}

/* Each receipt is in the ledger again, byte for byte, and every fate is what it was. A change that
 * waited may have been released since: by a last set that came before. */
static void check_receipts(struct history *h, struct mill *m, unsigned long seed, size_t order)
{
    for (size_t d = 0; d < DEVICES; d++) {
        for (size_t k = 0; k + 1 < SETS; k++) {
            const struct known *known = &h->sets[d][k];
            struct tq_slice *list;
            tq_verdict *fates;
            size_t places;
            size_t n;

            receipts_of(m, &known->set, &list, &n);
            fates = fates_of(m, &known->set, list, n, &places);
            for (size_t i = 0; i < known->nreceipts; i++)
                if (!is_kept(m, known->receipts[i], list, n))
                    fail_msg("seed %lu, order %zu: a receipt of %zu/%zu is missing", seed, order,
                            d + 1, k + 1);
            for (size_t i = 0; i < places; i++)
                if (fates[i] != known->fates[i] && known->fates[i] != TQ_HELD &&
                        known->fates[i] != TQ_REFUSED_ROW)
                    fail_msg("seed %lu, order %zu: fate of %zu/%zu place %zu: %d, was %d", seed,
                            order, d + 1, k + 1, i, (int)fates[i], (int)known->fates[i]);
        }
    }
}

static void check_ledger(struct mill *m, unsigned long seed, size_t order)
{
    struct tq_verify_report report;
    struct tq_error err;

    assert_int_equal(tq_report_verify(m->store, tq_codec_ops(), mill_verify, &report, &err), TQ_OK);
    if (report.damaged)
        fail_msg("seed %lu, order %zu: %s", seed, order, report.what);
}

/* How many of tq_lost a shell of its own changed. */
static int change_lost(struct mill *m, const char *set, const char *where)
{
    char sql[300];
    sqlite3 *db;
    int changes;

    snprintf(sql, sizeof(sql), "UPDATE tq_lost SET %s WHERE %s", set, where);
    assert_int_equal(sqlite3_open(m->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    changes = sqlite3_changes(db);
    sqlite3_close(db);
    return changes;
}

/* Is this found, while it is so? */
static void check_damage(struct mill *m, const char *damage, const char *where, const char *repair)
{
    struct tq_verify_report report;
    struct tq_error err;

    if (change_lost(m, damage, where) == 0)
        return;
    assert_int_equal(tq_report_verify(m->store, tq_codec_ops(), mill_verify, &report, &err), TQ_OK);
    if (strstr(report.what, tq_phrase(TQ_PHRASE_VERIFY_LOST)) == NULL)
        fail_msg("not found: %s: '%s'", damage, report.what);
    change_lost(m, repair, where);
}

/* The sequences that a set had before: each number that is kept of them, and is another one. */
static void check_lost(struct mill *m)
{
    const char *all = "first_seq > 0";
    const char *own = "first_seq IN (SELECT l.first_seq FROM tq_refill r JOIN tq_ledger l ON "
                      "l.n = r.set_n)";

    check_damage(m, "count = count + 1", all, "count = count - 1");
    check_damage(m, "first_seq = first_seq + 4096", all, "first_seq = first_seq - 4096");
    check_damage(m, "lost = lost + 4096", own, "lost = lost - 4096");
}

static FILE *trace_of(unsigned long seed, size_t order)
{
    const char *dir = getenv("TQ_TRACE");
    char path[512];

    if (dir == NULL)
        return NULL;
    snprintf(path, sizeof(path), "%s/refill-%lu-%zu.txt", dir, seed, order);
    return fopen(path, "w");
}

static void one_seed(unsigned long seed)
{
    struct history *h = calloc(1, sizeof(*h));

    h->m = calloc(1, sizeof(*h->m));
    h->rng = UINT64_C(0x9e3779b97f4a7c15) * (seed + 1);
    mill_open(h->m);
    history_base(h->m);
    live(h);
    h->m->trace = trace_of(seed, ORDERS);
    remember(h);
    if (h->m->trace != NULL)
        fclose(h->m->trace);
    for (size_t order = 0; order < ORDERS; order++) {
        struct mill *m = calloc(1, sizeof(*m));
        uint8_t got[TQ_HASH_BYTES];

        mill_open(m);
        m->now_ms = h->m->now_ms;
        mill_restore(m, h->backups[history_roll(&h->rng, (uint32_t)h->nbackups)]);
        refill(h, m);
        m->trace = trace_of(seed, order);
        mill_fingerprint(m, got);
        if (m->trace != NULL)
            fclose(m->trace);
        mill_check_digests(m);
        check_receipts(h, m, seed, order);
        check_ledger(m, seed, order);
        check_lost(m);
        check_ledger(m, seed, order);
        if (memcmp(got, h->expected, sizeof(got)) != 0)
            fail_msg("seed %lu, order %zu: another result", seed, order);
        mill_close(m);
        free(m);
    }
    mill_close(h->m);
    free(h->m);
    free(h);
}

static void merge_refill__gives_what_was_lost_in_any_order(void **state)
{
    (void)state;
    for (unsigned long seed = first_seed; seed < first_seed + seeds; seed++)
        one_seed(seed);
    printf("seeds %lu..%lu\n", first_seed, first_seed + seeds - 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge_refill__gives_what_was_lost_in_any_order),
    };

    if (argc > 1)
        seeds = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

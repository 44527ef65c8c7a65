/* A property of the merge: with clocks right to two minutes, the cells and the inbox at rest do not
 * depend on the order in which sets arrive, as long as each chain keeps its own (sync.md 5 and 9.1).
 *
 * test_merge_orders [seeds [first seed]]: each seed makes one history of three devices and merges
 * it in several orders, cut into random batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "histories.h"
#include "mill.h"

#define DEVICES HISTORY_DEVICES
#define SETS 4
#define ORDERS 4

static unsigned long seeds = 12;
static unsigned long first_seed = 1;

/* One history: sets[device][k]. A repeated key of one device would be its own mistake. */
static void write_history(struct mill *m, uint64_t *rng, struct tq_set sets[DEVICES][SETS])
{
    struct history_hand hands[DEVICES] = { { 0, 0, 0 } };

    for (size_t k = 0; k < SETS; k++) {
        for (size_t d = 0; d < DEVICES; d++) {
            uint32_t n = 1 + history_roll(rng, 5);

            for (uint32_t i = 0; i < n; i++)
                history_change(m, &m->devices[d + 1], rng, &hands[d]);
            sets[d][k] = mill_seal(m, &m->devices[d + 1]);
        }
    }
}

static void merge_in_some_order(struct mill *m, uint64_t *rng, struct tq_set sets[DEVICES][SETS],
        uint8_t out[TQ_HASH_BYTES])
{
    size_t next[DEVICES] = { 0 };
    size_t left = DEVICES * SETS;

    while (left > 0) {
        struct tq_set batch[DEVICES * SETS];
        struct tq_merge_item items[DEVICES * SETS];
        size_t want = 1 + history_roll(rng, 4);
        size_t n = 0;

        while (n < want && left > 0) {
            size_t d = history_roll(rng, DEVICES);

            if (next[d] == SETS)
                continue;
            batch[n++] = sets[d][next[d]++];
            left--;
        }
        assert_int_equal(mill_merge(m, batch, NULL, n, items), TQ_OK);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(items[i].status, TQ_OK);
    }
    mill_check_digests(m);
    mill_fingerprint(m, out);
}

/* With TQ_TRACE=<folder>, the rows of every order go to files there, to be compared. */
static FILE *trace_of(unsigned long seed, size_t order)
{
    const char *dir = getenv("TQ_TRACE");
    char path[512];

    if (dir == NULL)
        return NULL;
    snprintf(path, sizeof(path), "%s/orders-%lu-%zu.txt", dir, seed, order);
    return fopen(path, "w");
}

static void merge__gives_the_same_cells_and_inbox_in_any_order(void **state)
{
    (void)state;
    for (unsigned long seed = first_seed; seed < first_seed + seeds; seed++) {
        uint64_t rng = UINT64_C(0x9e3779b97f4a7c15) * (seed + 1);
        struct tq_set sets[DEVICES][SETS];
        struct mill *author = calloc(1, sizeof(*author));
        uint8_t expected[TQ_HASH_BYTES];
        size_t different = 0;

        mill_open(author);
        history_base(author);
        write_history(author, &rng, sets);
        for (size_t order = 0; order < ORDERS; order++) {
            struct mill *m = calloc(1, sizeof(*m));
            uint8_t got[TQ_HASH_BYTES];

            mill_open(m);
            history_base(m);
            m->now_ms = author->now_ms;
            m->trace = trace_of(seed, order);
            merge_in_some_order(m, &rng, sets, got);
            if (order == 0)
                memcpy(expected, got, sizeof(expected));
            else if (memcmp(expected, got, sizeof(expected)) != 0)
                different = order;
            if (m->trace != NULL)
                fclose(m->trace);
            mill_close(m);
            free(m);
        }
        mill_close(author);
        free(author);
        if (different > 0)
            fail_msg("seed %lu, order %zu: another result", seed, different);
    }
    printf("seeds %lu..%lu\n", first_seed, first_seed + seeds - 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__gives_the_same_cells_and_inbox_in_any_order),
    };

    if (argc > 1)
        seeds = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

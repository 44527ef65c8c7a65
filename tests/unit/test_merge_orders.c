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

#include "mill.h"

#define LC "08773@2004-01-01"
#define BL "08779@2004-01-01"
#define DEVICES 3
#define SETS 4
#define ORDERS 4

static unsigned long seeds = 12;
static unsigned long first_seed = 1;

static uint32_t roll(uint64_t *rng, uint32_t sides)
{
    *rng ^= *rng << 13;
    *rng ^= *rng >> 7;
    *rng ^= *rng << 17;
    return (uint32_t)((*rng >> 11) % sides);
}

/* The rows that everybody knows before the history begins. */
static void base(struct mill *m)
{
    static const char *const UNITS[] = { LC, LC, BL };

    mill_settle(m);
    for (uint32_t i = 0; i < DEVICES; i++)
        mill_device(m, i + 1, UNITS[i]);
    for (uint32_t i = 0; i < 4; i++)
        mill_insert(m, &m->devices[1], "incident", mill_key(m, i + 1), "area=1", NULL);
    for (uint32_t i = 4; i < 6; i++)
        mill_insert(m, &m->devices[3], "incident", mill_key(m, i + 1), "area=2", NULL);
    mill_send(m, &m->devices[1]);
    mill_send(m, &m->devices[3]);
    for (uint32_t i = 1; i <= DEVICES; i++)
        m->devices[i].seen = mill_head(m, &m->devices[i].t_seen);
}

static void random_change(struct mill *m, struct mill_device *d, uint64_t *rng, uint32_t *fresh)
{
    bool bl = d->device == 3;
    uint32_t old = bl ? 5 + roll(rng, 2) : 1 + roll(rng, 4);
    uint32_t mine = d->device * 100 + roll(rng, *fresh + 1);
    const char *village = bl ? "08779-01@2019-01-01" : "08773-01@2019-01-01";
    char natural[128];
    char text[64];

    snprintf(natural, sizeof(natural),
            "%s\x1f"
            "ADMIN/2020-12\x1fhouseholds@1",
            village);
    snprintf(text, sizeof(text), "damage_vnd=%u", roll(rng, 5));
    m->now_ms += 1 + roll(rng, 50);
    switch (roll(rng, 10)) {
    case 0:
    case 1:
    case 2:
        mill_update(m, d, "incident", mill_key(m, old), text, NULL);
        break;
    case 3:
        mill_update(m, d, "incident", mill_key(m, old), "voided_at=1608000000000",
                "void_reason=dữ liệu mẫu", NULL);
        break;
    case 4: /* an insert, sometimes wrong, sometimes with a parent that comes later or never */
        snprintf(text, sizeof(text), "area=%u", 1 + roll(rng, 6));
        mill_insert(m, d, "incident", mill_key(m, d->device * 100 + (*fresh)++), text, NULL);
        break;
    case 5:
        snprintf(text, sizeof(text), "area=%u", 1 + roll(rng, 7));
        mill_update(m, d, "incident", mill_key(m, mine), text, NULL);
        break;
    case 6:
        snprintf(text, sizeof(text), "value=%u", 400 + roll(rng, 3));
        mill_insert(m, d, "village_return", tq_slice_str(natural), text, "source=typed",
                "state=draft", NULL);
        break;
    case 7:
        snprintf(text, sizeof(text), "value=%u", 400 + roll(rng, 3));
        mill_update(m, d, "village_return", tq_slice_str(natural), text, "source=typed",
                "state=confirmed", NULL);
        break;
    case 8: { /* a notice about an incident that may be another device's, and not here yet */
        struct tq_change *c =
                mill_insert(m, d, "border_notice", mill_key(m, d->device * 1000 + roll(rng, 500)),
                        "direction=out", "category=x", NULL);
        const struct tq_table *t = tq_catalogue_find(m->catalogue, "border_notice");
        uint32_t *columns = tq_arena_array(m->arena, 2, sizeof(*columns));
        struct tq_value *after = tq_arena_array(m->arena, 2, sizeof(*after));

        columns[0] = t->columns[tq_table_column_find(t, "category")].id;
        after[0] = tq_value_str("dữ liệu mẫu");
        columns[1] = t->columns[tq_table_column_find(t, "incident")].id;
        after[1] = tq_value_blob(mill_key(m, (bl ? 3 : 1 + roll(rng, 2)) * 100 + roll(rng, 3)));
        c->columns = columns;
        c->after = after;
        c->ncolumns = 2;
        break;
    }
    default:
        mill_update(m, d, "incident", mill_key(m, old), "injured=1", NULL);
        break;
    }
}

/* One history: sets[device][k]. A repeated key of one device would be its own mistake. */
static void write_history(struct mill *m, uint64_t *rng, struct tq_set sets[DEVICES][SETS])
{
    uint32_t fresh[DEVICES] = { 0 };

    for (size_t k = 0; k < SETS; k++) {
        for (size_t d = 0; d < DEVICES; d++) {
            uint32_t n = 1 + roll(rng, 5);

            for (uint32_t i = 0; i < n; i++)
                random_change(m, &m->devices[d + 1], rng, &fresh[d]);
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
        size_t want = 1 + roll(rng, 4);
        size_t n = 0;

        while (n < want && left > 0) {
            size_t d = roll(rng, DEVICES);

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
        base(author);
        write_history(author, &rng, sets);
        for (size_t order = 0; order < ORDERS; order++) {
            struct mill *m = calloc(1, sizeof(*m));
            uint8_t got[TQ_HASH_BYTES];

            mill_open(m);
            base(m);
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

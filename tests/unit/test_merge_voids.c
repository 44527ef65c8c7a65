/* Rows whose key is made of facts, voided by one and entered by others who know nothing of it: the
 * void stays, each entry is asked about, and the order of arrival says nothing. */
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
#define PROFILE                                                                                    \
    "08773-01@2019-01-01\x1f"                                                                      \
    "2020-12-01"
#define DEVICES 3
#define SETS 6

/* One author writes the sets; each order of them is merged by a district of its own. */
struct history {
    struct mill *author;
    struct tq_set sets[SETS];
    size_t n;
};

static struct mill *new_mill(void)
{
    struct mill *m = calloc(1, sizeof(*m));

    mill_open(m);
    mill_settle(m);
    for (uint32_t i = 1; i <= DEVICES; i++)
        mill_device(m, i, LC);
    return m;
}

static void end(struct mill *m)
{
    mill_close(m);
    free(m);
}

static int set_up(void **state)
{
    struct history *h = calloc(1, sizeof(*h));

    h->author = new_mill();
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct history *h = *state;

    end(h->author);
    free(h);
    return 0;
}

static void enters(struct history *h, uint32_t device, const char *field)
{
    h->author->now_ms += 1000;
    mill_insert(h->author, &h->author->devices[device], "village_profile", tq_slice_str(PROFILE),
            field, NULL);
}

static void voids(struct history *h, uint32_t device, const char *reason)
{
    h->author->now_ms += 1000;
    mill_update(h->author, &h->author->devices[device], "village_profile", tq_slice_str(PROFILE),
            "voided_at=1608000000000", reason, NULL);
}

static void seals(struct history *h, uint32_t device)
{
    h->sets[h->n++] = mill_seal(h->author, &h->author->devices[device]);
}

/* The author's district takes the last set, and `device` pulls. */
static void is_seen_by(struct history *h, uint32_t device)
{
    struct mill_device *d = &h->author->devices[device];
    struct tq_merge_item item;

    assert_int_equal(mill_merge(h->author, &h->sets[h->n - 1], NULL, 1, &item), TQ_OK);
    d->seen = mill_head(h->author, &d->t_seen);
}

/* Merge in the order of the digits; the result, and how many entries of the void are open. */
static size_t merged(struct history *h, const char *order, uint8_t out[TQ_HASH_BYTES])
{
    struct mill *m = new_mill();
    size_t open;

    m->now_ms = h->author->now_ms;
    for (; *order != '\0'; order++) {
        struct tq_merge_item item;

        m->now_ms += 1000;
        assert_int_equal(mill_merge(m, &h->sets[*order - '0'], NULL, 1, &item), TQ_OK);
        assert_int_equal(item.status, TQ_OK);
    }
    mill_check_digests(m);
    mill_fingerprint(m, out);
    open = mill_count(m, "conflict", "state", "open");
    end(m);
    return open;
}

static void assert_all(struct history *h, const char *const *orders, size_t open)
{
    uint8_t first[TQ_HASH_BYTES];
    uint8_t got[TQ_HASH_BYTES];

    for (size_t i = 0; orders[i] != NULL; i++) {
        size_t n = merged(h, orders[i], i == 0 ? first : got);

        if (n != open)
            fail_msg("order %s: %zu open entries", orders[i], n);
        if (i > 0)
            assert_memory_equal(got, first, sizeof(first));
    }
}

static void void__asks_about_each_entry_whichever_comes_first(void **state)
{
    static const char *const ORDERS[] = { "012", "021", "102", "120", "201", "210", NULL };
    struct history *h = *state;

    enters(h, 1, "residents=7");
    seals(h, 1);
    enters(h, 2, "residents=7");
    voids(h, 2, "void_reason=dữ liệu mẫu");
    seals(h, 2);
    enters(h, 3, "households=3");
    seals(h, 3);
    assert_all(h, ORDERS, 2);
}

/* Who voids it later has seen the first entry, not the void of the other: his change loses or wins
 * its cell, the entry that he had seen is settled. */
static void void__is_settled_by_who_had_seen_the_entry(void **state)
{
    static const char *const ORDERS[] = { "012", "021", NULL };
    struct history *h = *state;

    enters(h, 1, "residents=7");
    seals(h, 1);
    is_seen_by(h, 3);
    voids(h, 3, "void_reason=dữ liệu mẫu 3");
    seals(h, 3);
    enters(h, 2, "households=3");
    voids(h, 2, "void_reason=dữ liệu mẫu 2");
    seals(h, 2);
    assert_all(h, ORDERS, 1); /* of the two voids; the entry of device 2 was known to it */
}

static void void__that_is_taken_back_closes_its_entries_until_the_next(void **state)
{
    static const char *const CLOSED[] = { "01", "10", NULL };
    static const char *const AGAIN[] = { "012", "102", "120", NULL };
    struct history *h = *state;

    enters(h, 1, "residents=7");
    seals(h, 1);
    enters(h, 2, "residents=7");
    voids(h, 2, "void_reason=dữ liệu mẫu");
    mill_update(h->author, &h->author->devices[2], "village_profile", tq_slice_str(PROFILE),
            "voided_at", "void_reason", NULL);
    seals(h, 2);
    voids(h, 2, "void_reason=dữ liệu mẫu lần hai");
    seals(h, 2);
    assert_all(h, CLOSED, 0);
    /* Sets of one device keep their order: 1 before 2. */
    assert_all(h, AGAIN, 1);
}

/* A row that its writer voids before the district took it was never there: who enters it later finds
 * nothing voided. Where the other's came first, the void met a row, and both are told so. */
static void void__of_a_row_that_was_never_taken_is_no_void(void **state)
{
    struct history *h = *state;
    uint8_t hash[TQ_HASH_BYTES];

    enters(h, 1, "households=-1");
    seals(h, 1);
    voids(h, 1, "void_reason=dữ liệu mẫu");
    seals(h, 1);
    enters(h, 2, "households=3");
    seals(h, 2);
    assert_int_equal(merged(h, "012", hash), 0);
    assert_int_equal(merged(h, "021", hash), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(void__asks_about_each_entry_whichever_comes_first),
        TEST(void__is_settled_by_who_had_seen_the_entry),
        TEST(void__that_is_taken_back_closes_its_entries_until_the_next),
        TEST(void__of_a_row_that_was_never_taken_is_no_void),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

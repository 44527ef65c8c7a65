/* What the district's own set may do: nothing that is published changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"

#define SHEET "5TQ@1"
#define ITEM "5TQ@1/5.4"

static int set_up(void **state)
{
    struct mill *m = calloc(1, sizeof(*m));

    mill_open(m);
    mill_settle(m);
    *state = m;
    return 0;
}

static int tear_down(void **state)
{
    struct mill *m = *state;

    mill_close(m);
    free(m);
    return 0;
}

/* Merge what was added; the rule that speaks against it must be the one of what is published. */
static void refused(struct mill *m)
{
    struct tq_error err;

    tq_error_clear(&err);
    assert_int_equal(mill_district(m, &err), TQ_IMMUTABLE);
    assert_non_null(strstr(err.msg, "R23"));
}

static void taken(struct mill *m)
{
    struct tq_error err;

    tq_error_clear(&err);
    if (mill_district(m, &err) != TQ_OK)
        fail_msg("%s", err.msg);
}

static void put_sheet(struct mill *m, const char *key, const char *version, const char *as)
{
    struct mill_device *d = &m->devices[0];

    mill_insert(m, d, "scoring_sheet", tq_slice_str(key), "code=5TQ", version, as,
            "params=target=9", NULL);
}

static void put_item(struct mill *m, const char *key, const char *sheet)
{
    mill_insert(m, &m->devices[0], "criterion", tq_slice_str(key), sheet, "code=5.4",
            "max_points_c=300", NULL);
}

static void is_published(struct mill *m, const char *how)
{
    put_sheet(m, SHEET, "version=1", how);
    put_item(m, ITEM, "sheet=" SHEET);
    taken(m);
}

/* Sheet and criteria in one set: they are published as they come. A draft is free until then. */
static void district_sheet__is_made_and_published(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = &m->devices[0];

    is_published(m, "state=published");
    put_sheet(m, "5TQ@2", "version=2", "state=draft");
    put_item(m, "5TQ@2/5.4", "sheet=5TQ@2");
    taken(m);
    mill_update(m, d, "criterion", tq_slice_str("5TQ@2/5.4"), "max_points_c=200", NULL);
    mill_update(m, d, "scoring_sheet", tq_slice_str("5TQ@2"), "state=published", NULL);
    mill_update(m, d, "scoring_sheet", tq_slice_str("5TQ@2"), "published_at=1608000000000", NULL);
    taken(m);
    mill_update(m, d, "scoring_sheet", tq_slice_str("5TQ@2"), "state=retired", NULL);
    taken(m);
}

static void district_sheet__published_never_changes(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = &m->devices[0];
    struct tq_slice sheet = tq_slice_str(SHEET);
    struct tq_slice item = tq_slice_str(ITEM);

    is_published(m, "state=published");
    mill_update(m, d, "scoring_sheet", sheet, "params=target=1", NULL);
    refused(m);
    mill_update(m, d, "scoring_sheet", sheet, "state=draft", NULL);
    refused(m);
    mill_update(m, d, "scoring_sheet", sheet, "voided_at=1608000000000", "void_reason=nhầm", NULL);
    refused(m);
    put_sheet(m, SHEET, "version=1", "state=draft");
    refused(m);
    mill_update(m, d, "scoring_sheet", sheet, "state=retired", NULL);
    mill_update(m, d, "scoring_sheet", sheet, "params=target=1", NULL);
    refused(m);
    mill_update(m, d, "criterion", item, "max_points_c=100", NULL);
    refused(m);
    mill_update(m, d, "criterion", item, "voided_at=1608000000000", "void_reason=nhầm", NULL);
    refused(m);
    put_item(m, "5TQ@1/5.5", "sheet=" SHEET);
    refused(m);
}

/* Neither out of a published sheet nor into one; a retired one was published, too. */
static void district_sheet__nothing_moves_in_or_out(void **state)
{
    struct mill *m = *state;
    struct mill_device *d = &m->devices[0];

    is_published(m, "state=published");
    put_sheet(m, "5TQ@2", "version=2", "state=draft");
    put_item(m, "5TQ@2/5.4", "sheet=5TQ@2");
    taken(m);
    mill_update(m, d, "criterion", tq_slice_str(ITEM), "sheet=5TQ@2", NULL);
    refused(m);
    mill_update(m, d, "criterion", tq_slice_str("5TQ@2/5.4"), "sheet=" SHEET, NULL);
    refused(m);
    mill_update(m, d, "scoring_sheet", tq_slice_str(SHEET), "state=retired", NULL);
    taken(m);
    mill_update(m, d, "scoring_sheet", tq_slice_str(SHEET), "state=published", NULL);
    refused(m);
    mill_update(m, d, "criterion", tq_slice_str(ITEM), "max_points_c=100", NULL);
    refused(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(district_sheet__is_made_and_published),
        TEST(district_sheet__published_never_changes),
        TEST(district_sheet__nothing_moves_in_or_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

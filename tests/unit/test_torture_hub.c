/* The district's ports while the heap fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "line_world.h"
#include "test_mem.h"
#include "torture.h"

/* A second hub behind the gate of the first, on ports of its own. */
static tq_status open_ports(void *fixture, struct tq_error *err)
{
    struct world *world = fixture;
    struct tq_hub *hub;
    tq_status rc = tq_hub_new(&hub, world->district_net, world->gate, &world->hub_config, err);

    assert_int_equal(hub != NULL, rc == TQ_OK);
    if (rc == TQ_OK)
        rc = tq_hub_open_guests(hub, "tcp://127.0.0.1:0", err);
    tq_hub_free(hub, 0);
    return rc;
}

static tq_status publish(void *fixture, struct tq_error *err)
{
    struct world *world = fixture;

    return tq_hub_publish(world->hub, "rank", "mẫu", 4, err);
}

/* Nobody is there under this name: found out behind the allocation. */
static tq_status answer(void *fixture, struct tq_error *err)
{
    struct world *world = fixture;
    struct tq_peer nobody = { .id = { 1 }, .len = 5 };
    tq_status rc = tq_hub_send(world->hub, &nobody, "mẫu", 4, err);

    if (rc != TQ_UNREACHABLE)
        return rc;
    tq_error_clear(err);
    return TQ_OK;
}

static void hub__says_that_there_is_no_memory(void **state)
{
    static const struct torture CASES[] = {
        { "ports", open_ports, NULL, NULL, true },
        { "publish", publish, NULL, NULL, true },
        { "answer", answer, NULL, NULL, true },
    };
    struct world world;
    long live = test_mem_live();

    (void)state;
    world_init(&world);
    torture(&world, CASES, sizeof(CASES) / sizeof(CASES[0]));
    world_deinit(&world);
    assert_int_equal(test_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hub__says_that_there_is_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

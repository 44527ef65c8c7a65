/* sim_heap.c - How much memory each office and the district hold: bounded, at every step.
 *
 * Everybody runs in this one process, one after the other; so what a step of somebody leaves behind
 * on the heap is his. What the simulator allocates for itself meanwhile (it pauses then) is not. */
#include "sim.h"
#include "test_mem.h"

/* Twice the most that was seen in some 100,000 office-nights, rounded up. A file here is small: what
 * grows with the length of a night, of an outbox or of a queue goes beyond it. */
#define OFFICE_BYTES ((long)24 << 20)
#define DISTRICT_BYTES ((long)8 << 20)

static struct {
    bool paused;
    long before;
    long own; /* of the simulator, within the step */
    long paused_bytes;
    long paused_peak;
    long most[2];
} heap;

void sim_heap_enter(void)
{
    heap.before = test_mem_bytes();
    heap.own = 0;
    test_mem_reset_peak();
}

void sim_heap_reset(void)
{
    heap.paused = false;
}

void sim_heap_pause(bool pause)
{
    if (pause == heap.paused)
        return;
    heap.paused = pause;
    if (pause) {
        heap.paused_bytes = test_mem_bytes();
        heap.paused_peak = test_mem_peak();
    } else {
        long grown = test_mem_bytes() - heap.paused_bytes;

        heap.own += grown;
        test_mem_set_peak(heap.paused_peak + grown);
    }
}

void sim_heap_leave(struct sim *s, const struct sim_office *o, long *held)
{
    long most = *held + test_mem_peak() - heap.before - (heap.own > 0 ? heap.own : 0);
    long bound = o != NULL ? OFFICE_BYTES : DISTRICT_BYTES;
    long *seen = &heap.most[o == NULL];

    *held += test_mem_bytes() - heap.before - heap.own;
    if (most > *seen)
        *seen = most;
    if (s->ending)
        return;
    if (most > bound && o != NULL)
        sim_fail(s, "office %zu: %ld bytes of memory", o->number, most);
    if (most > bound)
        sim_fail(s, "district: %ld bytes of memory", most);
}

long sim_heap_most(bool district)
{
    return heap.most[district];
}

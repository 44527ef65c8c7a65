/* histories.h - Random histories of three devices, written by hand into a mill: what the merge's
 * properties are tried on. */
#ifndef TQ_TESTS_HISTORIES_H
#define TQ_TESTS_HISTORIES_H

#include "mill.h"

#define HISTORY_LC "08773@2004-01-01"
#define HISTORY_BL "08779@2004-01-01"
#define HISTORY_DEVICES 3

uint32_t history_roll(uint64_t *rng, uint32_t sides);

/* The rows that everybody knows before the history begins; devices 1 and 2 are of Lang Cong, 3 of
 * Bach Luu, and have seen them. */
void history_base(struct mill *m);

/* What a device has done so far: how many rows of its own it has made, and which of the village
 * profiles it has entered without a fault, and which it has voided (bits). */
struct history_hand {
    uint32_t fresh;
    uint32_t entered;
    uint32_t voided;
};

/* One change by the device: right or wrong, of an old row or a new one. */
void history_change(
        struct mill *m, struct mill_device *d, uint64_t *rng, struct history_hand *hand);

#endif

#include "histories.h"

#include <stdio.h>

#define LC HISTORY_LC
#define BL HISTORY_BL
#define DEVICES HISTORY_DEVICES

uint32_t history_roll(uint64_t *rng, uint32_t sides)
{
    *rng ^= *rng << 13;
    *rng ^= *rng >> 7;
    *rng ^= *rng << 17;
    return (uint32_t)((*rng >> 11) % sides);
}

void history_base(struct mill *m)
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

/* A row of a natural key with many cells: entered by anybody, often with one that is wrong; voided,
 * and taken back. Who voids a row does not enter it again: it stands in his file. Nor does he void
 * one that may wait still: that is dropped or voided by whether it met another's insert, and the
 * receipt tells which. */
static void profile_change(struct mill *m, struct mill_device *d, uint64_t *rng,
        const char *village, struct history_hand *hand)
{
    uint32_t which = history_roll(rng, 2);
    char natural[64];
    char cell[3][32];
    int households = (int)history_roll(rng, 4) - 1;
    int business = (int)history_roll(rng, 5) - 1;

    snprintf(natural, sizeof(natural),
            "%s\x1f"
            "2020-1%u-01",
            village, which);
    switch (history_roll(rng, 12)) {
    case 0:
    case 1:
        if ((hand->entered & 1u << which) == 0)
            break;
        hand->voided |= 1u << which;
        snprintf(cell[0], sizeof(cell[0]), "void_reason=dữ liệu mẫu %u", d->device);
        mill_update(m, d, "village_profile", tq_slice_str(natural), "voided_at=1608000000000",
                cell[0], NULL);
        return;
    case 2:
        if ((hand->voided & 1u << which) == 0)
            break;
        mill_update(
                m, d, "village_profile", tq_slice_str(natural), "voided_at", "void_reason", NULL);
        return;
    default:
        break;
    }
    snprintf(cell[0], sizeof(cell[0]), "households=%d", households);
    snprintf(cell[1], sizeof(cell[1]), "residents=%u", history_roll(rng, 3));
    snprintf(cell[2], sizeof(cell[2]), "business_households=%d", business);
    if (history_roll(rng, 3) > 0 && (hand->voided & 1u << which) == 0) {
        if (households >= 0 && business >= 0)
            hand->entered |= 1u << which;
        mill_insert(
                m, d, "village_profile", tq_slice_str(natural), cell[0], cell[1], cell[2], NULL);
    } else {
        mill_update(
                m, d, "village_profile", tq_slice_str(natural), cell[history_roll(rng, 3)], NULL);
    }
}

void history_change(struct mill *m, struct mill_device *d, uint64_t *rng, struct history_hand *hand)
{
    bool bl = d->device == 3;
    uint32_t old = bl ? 5 + history_roll(rng, 2) : 1 + history_roll(rng, 4);
    uint32_t mine = d->device * 100 + history_roll(rng, hand->fresh + 1);
    const char *village = bl ? "08779-01@2019-01-01" : "08773-01@2019-01-01";
    char natural[128];
    char text[64];

    snprintf(natural, sizeof(natural),
            "%s\x1f"
            "ADMIN/2020-12\x1fhouseholds@1",
            village);
    snprintf(text, sizeof(text), "damage_vnd=%u", history_roll(rng, 5));
    m->now_ms += 1 + history_roll(rng, 50);
    switch (history_roll(rng, 13)) {
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
        snprintf(text, sizeof(text), "area=%u", 1 + history_roll(rng, 6));
        mill_insert(m, d, "incident", mill_key(m, d->device * 100 + hand->fresh++), text, NULL);
        break;
    case 5:
        snprintf(text, sizeof(text), "area=%u", 1 + history_roll(rng, 7));
        mill_update(m, d, "incident", mill_key(m, mine), text, NULL);
        break;
    case 6:
        snprintf(text, sizeof(text), "value=%u", 400 + history_roll(rng, 3));
        mill_insert(m, d, "village_return", tq_slice_str(natural), text, "source=typed",
                "state=draft", NULL);
        break;
    case 7:
        snprintf(text, sizeof(text), "value=%u", 400 + history_roll(rng, 3));
        mill_update(m, d, "village_return", tq_slice_str(natural), text, "source=typed",
                "state=confirmed", NULL);
        break;
    case 8: { /* a notice about an incident that may be another device's, and not here yet */
        struct tq_change *c = mill_insert(m, d, "border_notice",
                mill_key(m, d->device * 1000 + history_roll(rng, 500)), "direction=out",
                "category=x", NULL);
        const struct tq_table *t = tq_catalogue_find(m->catalogue, "border_notice");
        uint32_t *columns = tq_arena_array(m->arena, 2, sizeof(*columns));
        struct tq_value *after = tq_arena_array(m->arena, 2, sizeof(*after));

        columns[0] = t->columns[tq_table_column_find(t, "category")].id;
        after[0] = tq_value_str("dữ liệu mẫu");
        columns[1] = t->columns[tq_table_column_find(t, "incident")].id;
        after[1] = tq_value_blob(
                mill_key(m, (bl ? 3 : 1 + history_roll(rng, 2)) * 100 + history_roll(rng, 3)));
        c->columns = columns;
        c->after = after;
        c->ncolumns = 2;
        break;
    }
    case 9:
    case 10:
    case 11:
        profile_change(m, d, rng, village, hand);
        break;
    default:
        mill_update(m, d, "incident", mill_key(m, old), "injured=1", NULL);
        break;
    }
}

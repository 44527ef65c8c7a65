/* rank_line.c - A published line of a ranking, taken apart. */
#include <string.h>

#include "paper/paper.h"

bool rank_item_of(struct tq_slice items, struct tq_slice code, int64_t *points)
{
    for (size_t i = 0; i < items.len;) {
        const uint8_t *start = items.data + i;
        const uint8_t *end = memchr(start, ';', items.len - i);
        size_t len = end != NULL ? (size_t)(end - start) : items.len - i;

        if (len > code.len + 1 && memcmp(start, code.data, code.len) == 0 &&
                start[code.len] == '=' && start[code.len + 1] != '-') {
            *points = 0;
            for (size_t k = code.len + 1; k < len && start[k] >= '0' && start[k] <= '9'; k++)
                *points = *points * 10 + (start[k] - '0');
            return true;
        }
        i += len + 1;
    }
    return false;
}

struct cli_rank_row rank_row_of(const struct tq_ranking_line *line)
{
    return (struct cli_rank_row){
        .unit = line->unit,
        .name = line->name,
        .place = line->place,
        .rank = line->rank,
        .shared = line->shared,
        .provisional = line->provisional,
        .final_c = line->final_c,
        .bonus_c = line->bonus_c,
        .penalty_c = line->penalty_c,
        .area_c = line->area_c,
        .grade = line->grade,
        .caps = line->caps,
        .tie = line->tie,
        .coverage_c = line->coverage_c,
    };
}

/* effect_words.h - What a decision does to the score, as both programs say it.
 *
 * Ownership: nothing is kept; the object belongs to the caller.
 * Threads:   any. */
#ifndef TQ_CLI_EFFECT_WORDS_H
#define TQ_CLI_EFFECT_WORDS_H

#include <jansson.h>

#include "cli/cli.h"
#include "tuquan/bytes.h"

struct effect_points {
    const char *period; /* "ADMIN/2020-Q4" */
    int64_t now_c;      /* as it stands; of a row without it */
    int64_t other_c;    /* with the other value; with the row */
    bool row;           /* it is not a value that is taken or not, but the row itself */
};

/* "ADMIN/2020-Q4: 91,50 điểm; với giá trị kia 91,00 (-0,50)". Appends. */
void effect_words(const struct cli *cli, const struct effect_points *effect, struct tq_buf *out);

/* {period, final_c, final_with_other_c, row}; NULL: no memory. */
json_t *effect_json(const struct effect_points *effect);

/* Why there is no figure, by code and in words: "text" (a text alone), "left_out" (not counted in
 * this list), "answered" (here), "no_row" (it is not here), "no_period" (it counts in none),
 * "no_score" (no sheet, or a value that cannot stand), "report" (giving one back moves no points).
 * "": no such code. */
const char *effect_none_words(const struct cli *cli, const char *code);

#endif

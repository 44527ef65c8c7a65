/* border_words.h - What is said of a row that does not cross the border, by office and district alike.
 *
 * Ownership: the caller's.
 * Threads:   none inside. */
#ifndef TQ_CLI_BORDER_WORDS_H
#define TQ_CLI_BORDER_WORDS_H

#include "cli/cli.h"
#include "tuquan/cover.h"

/* "Đóng băng: quy chế 05/QCPH đã hết hiệu lực (31/12/2020)". Appends; nothing when it is fine. */
void border_words(const struct cli *cli, const struct tq_cover *cover, struct tq_buf *out);

/* {code, bars, why, text}; null when the row is not stopped. */
json_t *border_json(const struct cli *cli, const struct tq_cover *cover,
        const struct tq_table *table, const struct tq_value *values);

#endif

/* words.h - The words of the screen for the codes of the database, and back: "theft" is "Trộm cắp",
 * and a clerk may type either, with or without marks.
 *
 * Names are found by their code, by their Vietnamese or English label, and by a label without marks
 * whose words are joined by '-' or '_' ("ngay-xay-ra").
 * Ownership: static texts, and slices that point into the catalogue.
 * Threads:   any. */
#ifndef TQ_WORDS_H
#define TQ_WORDS_H

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/catalogue.h"

TQ_BEGIN_DECLS

/* The word for a code of a code list, in the user's language; the code itself when there is none.
 * The result borrows from `code` or is static. */
struct tq_slice tq_word_of_code(
        const char *table, const struct tq_column *column, struct tq_slice code, tq_lang lang);

/* The code of the column's list that `text` means; NULL when there is none. */
const char *tq_word_to_code(
        const char *table, const struct tq_column *column, struct tq_slice text);

/* The table, or the column index (-1), that `text` names. */
const struct tq_table *tq_word_to_table(const struct tq_catalogue *catalogue, struct tq_slice text);
int tq_word_to_column(const struct tq_table *table, struct tq_slice text);

/* What a table or column is called for people. */
const char *tq_word_of_table(const struct tq_table *table, tq_lang lang);
const char *tq_word_of_column(const struct tq_column *column, tq_lang lang);

/* What a column takes: " (1 to 5)", " (Theft; Robbery)"; nothing where its type says it all. Appends
 * to `out`. */
void tq_word_allowed(const struct tq_table *table, const struct tq_column *column, tq_lang lang,
        struct tq_buf *out);

/* The columns that `party` (TQ_BY_ bits) may write, by the names that people see: "Village, Period,
 * Value". Appends to `out`. */
void tq_word_columns(
        const struct tq_table *table, uint32_t party, tq_lang lang, struct tq_buf *out);

/* tq_retell, and the table or table.column that the facts begin with, or that stands behind a reason
 * ("[R09] incident.category"), by the titles that people see. */
char *tq_word_retell(const struct tq_catalogue *catalogue, const char *text, tq_lang lang,
        char *out, size_t size);

TQ_END_DECLS
#endif

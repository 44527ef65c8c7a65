/* words_en.h - What the catalogue's names are called in plain English, for whoever reads them.
 *
 * A name that is a word already ("deaths") stands for itself with a capital; the others are listed.
 * Threads: any; all is constant. */
#ifndef TQ_MODEL_WORDS_EN_H
#define TQ_MODEL_WORDS_EN_H

/* Of a table, of a column whatever its table, of a code; NULL: it has none. */
const char *words_en_table(const char *name);
const char *words_en_column(const char *name);
const char *words_en_code(const char *code);

#endif

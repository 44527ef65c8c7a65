/* intake.h - What a person types or a CSV cell holds, made into the value of a column.
 *
 * Dates as 2020-11-15 or 15/11/2020, instants as a date with 14:30 (time of Viet Nam), code lists by
 * code or by Vietnamese word, yes and no as có and không; nothing is guessed: "1.200" and "1,5" are
 * refused, for one of them would be wrong. References are resolved elsewhere (records.h).
 * Ownership: values borrow from the arena or from static text.
 * Threads:   pure functions. */
#ifndef TQ_INTAKE_H
#define TQ_INTAKE_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/catalogue.h"
#include "tuquan/error.h"
#include "tuquan/text.h"

/* Why a text is not a value; the first that applies. */
typedef enum tq_intake {
    TQ_INTAKE_OK,
    TQ_INTAKE_RULE,   /* understood, and against the column's rule: see the reason */
    TQ_INTAKE_DOTS,   /* a number with dots or commas: 1.200 */
    TQ_INTAKE_NUMBER, /* not a number */
    TQ_INTAKE_DATE,
    TQ_INTAKE_INSTANT,
    TQ_INTAKE_LIST,   /* not a word of the list */
    TQ_INTAKE_TEXT,   /* not UTF-8, or control characters */
    TQ_INTAKE_BYTES,  /* not hex of the right length */
    TQ_INTAKE_SECRET, /* stamped secret */
    TQ_INTAKE_NOMEM,
} tq_intake;

TQ_BEGIN_DECLS

/* Make the value. Text is trimmed and NFC; empty text is NULL. `*reason` (may be NULL) gets the
 * rule's reason. References: the text as it is (or bytes from hex), for records.h to resolve. */
tq_intake tq_intake_value(const struct tq_table *table, const struct tq_column *column,
        struct tq_slice text, struct tq_arena *arena, struct tq_value *out, tq_reason *reason);

/* What tq_text_lint finds in the free text that a person wrote into a column: nothing in what is no
 * text, in keys, and in the name of an official in office. */
size_t tq_intake_lint(const struct tq_column *column, const struct tq_value *value,
        struct tq_lint_finding *out, size_t max);

/* One sentence for people on why; for RULE that of the reason. Static. */
const char *tq_intake_sentence(tq_intake intake, tq_reason reason, tq_lang lang);

/* The sentence, and what the column takes where that is the question: "not in the list (Theft;
 * Robbery)", "out of range (1 to 5)". Appends to `out`. */
void tq_intake_say(const struct tq_table *table, const struct tq_column *column, tq_intake intake,
        tq_reason reason, tq_lang lang, struct tq_buf *out);

/* A value as a person would type it again: dates as they are, code lists as codes, instants as
 * date and time; bytes in hex. Appends to `out`. */
void tq_intake_print(
        const struct tq_column *column, const struct tq_value *value, struct tq_buf *out);

/* A day of what has happened that is more than a year ahead of `today` (days since 1970): most likely
 * a slip of the year. What is planned or due may lie there. */
bool tq_intake_is_far(const struct tq_column *column, const struct tq_value *value, tq_day today);

/* "This day is more than a year ahead". Static. */
const char *tq_intake_far_sentence(tq_lang lang);

/* "2020-11-15 14:30", "15/11/2020 14:30" or one of them without the time (midnight), of Viet Nam. */
bool tq_intake_instant(struct tq_slice text, int64_t *at_ms);

TQ_END_DECLS
#endif

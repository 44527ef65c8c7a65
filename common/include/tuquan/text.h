/* text.h - Vietnamese text: one normal form, width on a screen, searching, and the lint
 * that keeps personal data and classified papers out of free text.
 *
 * Invariant: text that is stored or sent is NFC, valid UTF-8 and without control characters
 *            (line feed and tab apart).
 * Ownership: results are appended to the caller's tq_buf; nothing is kept.
 * Threads:   any; no state. */
#ifndef TQ_TEXT_H
#define TQ_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"

/* What the lint found: all but the last are warnings that a person must answer. */
typedef enum tq_lint {
    TQ_LINT_ID_NUMBER, /* 9 or 12 digits: an identity card */
    TQ_LINT_PHONE,     /* a telephone number */
    TQ_LINT_PERSON,    /* "ông" or "bà" and a name */
    TQ_LINT_SECRET,    /* stamped Mật, Tối mật or Tuyệt mật: refused */
} tq_lint;

struct tq_lint_finding {
    tq_lint kind;
    size_t at; /* byte range in the text that was looked at */
    size_t len;
};

TQ_BEGIN_DECLS

/* Valid UTF-8 without control characters, tab and line feed apart. `*at` (may be NULL) gets the
 * offset of the first bad byte. */
bool tq_text_is_valid(struct tq_slice text, size_t *at);

/* Make a text of what may be none, in place: a bad byte becomes a question mark; of one that was cut
 * for want of room half a letter at its end goes. JSON takes it, and no escape reaches a terminal. */
void tq_text_settle(char *text, bool cut);

/* Append the NFC form. Fails: ENCODING (as tq_text_is_valid, with the offset), NOMEM. On failure
 * `out` is as it was. */
TQ_MUST_CHECK tq_status tq_text_nfc(struct tq_slice text, struct tq_buf *out, struct tq_error *err);

/* True when valid and NFC already (no allocation for text that is mostly so). */
bool tq_text_is_nfc(struct tq_slice text);

/* Append the form to search by: NFD without marks, đ as d, lower case, runs of white space as one
 * space. "Hoà" and "hòa" give the same. Fails as tq_text_nfc. */
TQ_MUST_CHECK tq_status tq_text_fold(
        struct tq_slice text, struct tq_buf *out, struct tq_error *err);

/* The same for a word or a title, without the heap; false when it is no text or does not fit. */
bool tq_text_fold_word(struct tq_slice text, char *out, size_t size);

/* The same words, marks and all: the normal form, capitals and runs of white space do not count.
 * For words and names: false for what is no valid text, or of more than 256 points. */
bool tq_text_same(struct tq_slice a, struct tq_slice b);

/* Append the text in capitals ("XÃ BẠCH LƯU"); text should be NFC, bytes that are none stay. */
void tq_text_upper(struct tq_slice text, struct tq_buf *out);

/* Columns on a terminal: marks take none, wide characters two. Invalid bytes count one each. */
size_t tq_text_width(struct tq_slice text);

/* Append `text` and as many spaces as bring it to `width` columns (before it when `right`). */
void tq_text_pad(struct tq_buf *out, struct tq_slice text, size_t width, bool right);

/* The longest start of `text` that fits `width` columns, never cutting a letter from its marks. */
struct tq_slice tq_text_cut(struct tq_slice text, size_t width);

/* Look for personal data and stamps of secrecy; up to `max` findings into `out`, in the order of
 * the text. Returns how many. Text should be NFC. */
size_t tq_text_lint(struct tq_slice text, struct tq_lint_finding *out, size_t max);

/* False: tq_text_lint finds nothing in the text. A quick look at its bytes, for many rows. */
bool tq_text_lint_may(struct tq_slice text);

/* One sentence on a kind of finding, in the user's language; static. */
const char *tq_lint_sentence(tq_lint kind, tq_lang lang);

TQ_END_DECLS
#endif

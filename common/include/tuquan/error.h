/* error.h - The one error object: a code for programs, a sentence for people.
 *
 * The sentences are the catalogue tuquan/error_catalogue.h: for each status a stable code (E101),
 * an exit code, what happened and what to do next, in Vietnamese and in English. `msg` holds only
 * the facts of this case (record, field, value, path, errno): they need no translation.
 *
 * Ownership: the object is the caller's, usually on the stack; nothing in it is allocated, so that
 *            reporting "out of memory" cannot fail.
 * Threads:   an object belongs to one thread. */
#ifndef TQ_ERROR_H
#define TQ_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "tuquan/api.h"
#include "tuquan/error_catalogue.h"
#include "tuquan/phrase_catalogue.h"

typedef enum tq_status {
#define X(name, value, code, exit_code, kind, vi, en, next_vi, next_en) name = (value),
    TQ_STATUS_MAP(X)
#undef X
} tq_status;

/* Whose fault: decides what a loop does next. */
typedef enum tq_fault {
    TQ_FAULT_NONE,
    TQ_FAULT_CALLER,      /* wrong input of a person or of our own code: report, do not retry */
    TQ_FAULT_PEER,        /* the other side sent or refused something: report, retry later */
    TQ_FAULT_ENVIRONMENT, /* disk, network, memory: retry with back-off */
    TQ_FAULT_CORRUPTION,  /* stop and keep the evidence */
} tq_fault;

typedef enum tq_lang { TQ_LANG_VI, TQ_LANG_EN } tq_lang;

typedef enum tq_phrase_id {
#define X(name, vi, en) TQ_PHRASE_##name,
    TQ_PHRASE_MAP(X)
#undef X
} tq_phrase_id;

struct tq_error {
    tq_status status;
    char msg[512]; /* the facts, cut at the end if too long, always NUL-terminated */
};

TQ_BEGIN_DECLS

/* Where a failure is first seen: record it and return `status`. err may be NULL. */
tq_status tq_error_set(struct tq_error *err, tq_status status, const char *fmt, ...)
        TQ_PRINTF(3, 4);

/* Where a failure passes a layer that knows more: put "fmt: " before the facts. */
void tq_error_wrap(struct tq_error *err, const char *fmt, ...) TQ_PRINTF(2, 3);

/* Back to "no error". */
void tq_error_clear(struct tq_error *err);

/* Parts of the catalogue entry; all static text. An unknown status gives TQ_INTERNAL's. */
const char *tq_status_code(tq_status status);
const char *tq_status_sentence(tq_status status, tq_lang lang);
const char *tq_status_next_step(tq_status status, tq_lang lang);
int tq_status_exit_code(tq_status status);
tq_fault tq_status_fault(tq_status status);

/* True where trying the same again later may succeed. */
bool tq_status_is_retryable(tq_status status);

/* "[E101] sentence: facts. Next step." into `out`, cut at `size`. Returns `out`. */
char *tq_error_text(const struct tq_error *err, tq_lang lang, char *out, size_t size);

/* The phrase as it is written into facts: in Vietnamese. Static text. */
const char *tq_phrase(tq_phrase_id id);

/* What the system says by an errno, as a phrase; what is rare in the system's own words. */
const char *tq_phrase_errno(int code);

/* Facts that are one phrase. */
#define tq_error_phrase(err, status, phrase) tq_error_set((err), (status), "%s", tq_phrase(phrase))

/* `text` as a trigger, the store or an earlier run wrote it, told in `lang`: behind each code in
 * brackets ([E301], [R09]) the sentence and next step of that code, and the phrases above. What is
 * not of the catalogue stays. Cut at `size`. Returns `out`. */
char *tq_retell(const char *text, tq_lang lang, char *out, size_t size);

#ifdef __clang_analyzer__
/* Tells the analyzer, which sees one file at a time, that what is returned is `status`. */
#define tq_error_set(err, status, ...) (tq_error_set(err, status, __VA_ARGS__), (status))
#endif

TQ_END_DECLS
#endif

/* session.h - Who may use the page: the opening link, the cookie that it is exchanged for, and the
 * token that each write must carry.
 *
 * An opening token works once and is replaced at once: what stands in a browser's history or in a
 * list of processes opens nothing. A cookie is known by its hash only; the CSRF token follows from
 * the cookie, so that neither needs to be kept.
 * Invariant: at most WEB_SESSIONS_MAX sessions; the one that was used the longest ago gives way.
 * Ownership: web_sessions_new gives the table to the caller; sessions are borrowed until the next
 *            call that opens one.
 * Threads:   the server's. */
#ifndef TQ_WEB_SESSION_H
#define TQ_WEB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/bytes.h"
#include "tuquan/error.h"
#include "tuquan/hash.h"
#include "tuquan/random.h"

#define WEB_TOKEN_BYTES 65u /* 32 random bytes in hex, and a NUL */
#define WEB_PERSON_BYTES 256u
#define WEB_SESSIONS_MAX 64u
#define WEB_PERSON_MS (INT64_C(12) * 3600 * 1000) /* a working day: then the PIN is asked again */
#define WEB_SESSION_IDLE_MS (INT64_C(30) * 24 * 3600 * 1000)

struct web_session {
    uint8_t hash[TQ_HASH_BYTES]; /* of the cookie */
    int64_t opened_ms;
    int64_t seen_ms;
    char person[WEB_PERSON_BYTES]; /* who is signed in; "": nobody */
    int64_t person_ms;             /* since when */
    char address[48];              /* where he signed in from; not kept over a restart */
};

struct web_sessions;

/* Fails: NOMEM. `random` must outlive the table. */
TQ_MUST_CHECK tq_status web_sessions_new(
        struct web_sessions **out, const struct tq_random *random, struct tq_error *err);
void web_sessions_free(struct web_sessions *sessions);

/* The token that the next opening link carries; borrowed, changes with web_sessions_open. */
const char *web_sessions_token(const struct web_sessions *sessions);

/* Exchange an opening token for a cookie. False: not the token of now. */
bool web_sessions_open(struct web_sessions *sessions, const char *token, int64_t now_ms,
        char cookie[WEB_TOKEN_BYTES]);

/* Begin one without a token, for who has proved who he is. */
void web_sessions_begin(struct web_sessions *sessions, const char *person, int64_t now_ms,
        char cookie[WEB_TOKEN_BYTES]);

/* Other limits than the usual ones. */
void web_sessions_limit(struct web_sessions *sessions, int64_t idle_ms, int64_t person_ms);

/* Is this session still there? It is not seen by that. */
bool web_sessions_has(
        const struct web_sessions *sessions, const uint8_t hash[TQ_HASH_BYTES], int64_t now_ms);

/* End each that `keep` does not want. */
void web_sessions_sweep(struct web_sessions *sessions,
        bool (*keep)(void *ctx, const struct web_session *session), void *ctx);

/* The session of a cookie, seen now; NULL: none, or idle for too long. */
struct web_session *web_sessions_find(
        struct web_sessions *sessions, const char *cookie, int64_t now_ms);

/* The CSRF token of a cookie, and whether `given` is it, in constant time. */
void web_session_csrf(const char *cookie, char out[WEB_TOKEN_BYTES]);
bool web_session_is_csrf(const char *cookie, const char *given);

/* Signed out: its cookie means nothing any more. Sessions behind it in the list move up. */
void web_sessions_close(struct web_sessions *sessions, struct web_session *session);

/* All sessions as lines of text, for a private file: a restart of the program signs nobody out.
 * Nothing in it opens the page. Lines that are not understood are left out. */
void web_sessions_write(const struct web_sessions *sessions, struct tq_buf *out);
void web_sessions_read(struct web_sessions *sessions, struct tq_slice text);

/* Raised with each opening, sign-in and closing: when it is time to write. */
uint64_t web_sessions_changes(const struct web_sessions *sessions);

/* Somebody signs in, or out (""). */
void web_session_sign(struct web_sessions *sessions, struct web_session *session,
        const char *person, int64_t now_ms);

#endif

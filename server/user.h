/* user.h - What the command `user` and the page's routes about accounts share.
 *
 * Ownership: none kept.
 * Threads:   any; a table of sessions is its thread's. */
#ifndef TQ_SERVER_USER_H
#define TQ_SERVER_USER_H

#include <jansson.h>

#include "account.h"
#include "web/session.h"

#define USER_PASSWORD_BYTES ACCOUNT_PASSWORD_BYTES
#define USER_SESSIONS "page.sessions" /* what the running page writes down, in the data folder */
#define USER_SESSION_ID_BYTES 17u

/* By which a session is named: of the cookie's hash, so that it opens nothing. */
void user_session_id(const struct web_session *session, char out[USER_SESSION_ID_BYTES]);

/* {id, account, opened_ms, seen_ms, address} of each session into `list`; those of accounts that are
 * gone or changed since are left out. The second reads the file of the running page. Fails: as
 * account_load; IO, NOMEM. */
TQ_MUST_CHECK tq_status user_tell_sessions(
        const char *dir, struct web_sessions *sessions, json_t *list, struct tq_error *err);
TQ_MUST_CHECK tq_status user_read_sessions(const char *dir, json_t *list, struct tq_error *err);

#endif

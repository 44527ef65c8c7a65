/* request.h - What a route gets and gives: a checked request, and an answer to fill.
 *
 * Invariant: a route is called only when Host, Origin, session, CSRF token and size were in order.
 * Ownership: all of a request is borrowed for the call; the answer's body is the answer's.
 * Threads:   a route runs in the server's thread, a slow one in the worker's; never two of a kind at
 *            once. One at the door (WEB_DOOR) runs in a third. */
#ifndef TQ_WEB_REQUEST_H
#define TQ_WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/bytes.h"
#include "tuquan/error.h"
#include "web/session.h"

#define WEB_MAX_PARTS 8u
#define WEB_MAX_QUERY 32u
#define WEB_ADDRESS_BYTES 48u
#define WEB_BODY_BYTES ((size_t)1 << 20)
#define WEB_UPLOAD_BYTES ((size_t)20 << 20)
#define WEB_LARGE_BYTES ((size_t)64 << 20)

struct web_pair {
    const char *name;
    const char *value;
};

struct web_request {
    const char *method;
    size_t nparts; /* of the path, decoded: a part may hold '/' */
    const char *parts[WEB_MAX_PARTS];
    size_t nquery;
    struct web_pair query[WEB_MAX_QUERY];
    struct tq_slice body;
    const char *body_file; /* of a WEB_LARGE route: where the body lies, and `body` is empty */
    struct web_session *session;   /* NULL in an open and in a slow route */
    char person[WEB_PERSON_BYTES]; /* who is signed in; "": nobody */
    char ticket[WEB_PERSON_BYTES]; /* the same as the session has it, whatever `may` makes of it */
    char csrf[WEB_TOKEN_BYTES];    /* what its writes must carry; "" in an open route */
    unsigned role;                 /* the program's own, as its `may` found it; 0 at first */
    char address[WEB_ADDRESS_BYTES]; /* who asks, in numbers; "?" where nobody knows */
    char device[WEB_TOKEN_BYTES]; /* by which the program knows this browser again; "": not yet */
    tq_lang lang;
};

struct web_answer {
    unsigned status;    /* 200 at first */
    const char *type;   /* static; JSON at first */
    char file_name[96]; /* ASCII: offered as a download under this name; "": shown */
    char location[96];  /* with 303 */
    char cookie[192];   /* of Set-Cookie; "": none */
    bool signs;         /* with 200: from now on `person` ("": nobody) is signed in here; of an
                         * open route: in a session that begins now */
    bool closes;        /* with 200: the session ends */
    char device[WEB_TOKEN_BYTES]; /* with 200: kept by this browser for a year; "": none */
    char person[WEB_PERSON_BYTES];
    struct tq_buf body;
};

typedef void (*web_route_fn)(
        void *ctx, const struct web_request *request, struct web_answer *answer);

enum {
    WEB_OPEN = 1,   /* without a session */
    WEB_UPLOAD = 2, /* a body of up to WEB_UPLOAD_BYTES */
    WEB_SLOW = 4,   /* may take long: runs in the worker, with the worker's ctx */
    WEB_STREAM = 8, /* is the event stream */
    WEB_DOOR =
            16, /* runs in a worker of its own, with `door_ctx`: no long question keeps people out */
    WEB_LARGE = 32, /* a body of up to WEB_LARGE_BYTES, in a file while the route runs */
    WEB_OWN = 256,  /* this and all higher ones are the program's own, for its `may` */
};

struct web_route {
    const char *method;
    const char *path; /* '*' stands for any one part that is not empty */
    web_route_fn run; /* NULL: the event stream, or the opening link */
    unsigned flags;
};

/* The value of a query parameter; NULL when it is not given. */
const char *web_query(const struct web_request *request, const char *name);

#endif

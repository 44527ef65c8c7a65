/* examine.h - The long examination of the server (`doctor`, every page of the file read), beside
 * whatever else it does: in a thread and over a reader of its own, when somebody asks for it or once a
 * night. Its result is kept in the data folder with its time. The page shows that, and the quick
 * checks.
 *
 * Ownership: a page's struct; examine_end waits for the thread.
 * Threads:   examine_ask and examine_is_open by any; all else by the page's. */
#ifndef TQ_SERVER_EXAMINE_H
#define TQ_SERVER_EXAMINE_H

#include <stdatomic.h>

#include "app.h"
#include "tuquan/thread.h"

struct examine {
    char dir[APP_PATH_BYTES];
    tq_lang lang;
    struct tq_thread *thread; /* NULL: none runs */
    bool known;               /* last_ms was read */
    int64_t last_ms;          /* of the kept one; 0: none */
    atomic_bool asked;        /* another one is wanted */
    atomic_bool runs;
    atomic_bool stop;
    atomic_bool over; /* the thread has done its work */
};

void examine_begin(struct examine *examine, const char *dir, tq_lang lang);
void examine_end(struct examine *examine);

/* One more, as soon as none runs. */
void examine_ask(struct examine *examine);

/* Was one asked for that is not kept yet? */
bool examine_is_open(const struct examine *examine);

/* Begin what was asked for or is due, end what is over; true: a new result is there. */
bool examine_tick(struct examine *examine, int64_t now_ms);

/* Between two and five in the night, and the last one not of this night. */
bool examine_is_due(int64_t now_ms, int64_t last_ms);

/* {at_ms, took_ms, checks} of the kept one; *out NULL: none yet. Fails as cli_json_load. */
TQ_MUST_CHECK tq_status examine_load(const char *dir, json_t **out, struct tq_error *err);

#endif

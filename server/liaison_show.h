/* liaison_show.h - What `liaison list` and `liaison journal` tell.
 *
 * Threads: the main thread. */
#ifndef TQ_SERVER_LIAISON_SHOW_H
#define TQ_SERVER_LIAISON_SHOW_H

#include "app.h"

TQ_MUST_CHECK tq_status liaison_list(struct app *app, struct cli *cli, struct tq_error *err);

/* `link`: 0 all of them. */
TQ_MUST_CHECK tq_status liaison_journal(
        struct app *app, struct cli *cli, int64_t link, size_t limit, struct tq_error *err);

#endif

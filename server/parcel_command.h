/* parcel_command.h - The words of `bundle` that are about a neighbouring district (cmd_bundle.c).
 *
 * Ownership: none kept.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_PARCEL_COMMAND_H
#define TQ_SERVER_PARCEL_COMMAND_H

#include "app.h"
#include "parcel.h"

/* make FILE --for NAME [--cover FILE]; open FILE [FILE]: over an open program. They fail as parcel.h
 * says, and as writing files does. */
TQ_MUST_CHECK tq_status bundle_make_parcel(struct app *app, struct cli *cli, struct tq_error *err);
TQ_MUST_CHECK tq_status bundle_open_parcel(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err);

/* confirm FILE --dispatch NUMBER. Fails as parcel_confirm. */
TQ_MUST_CHECK tq_status bundle_confirm_reply(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err);

/* show FILE, over no program: it opens one to see whether a sealed one is for it. */
TQ_MUST_CHECK tq_status bundle_show_parcel(
        struct app *app, struct cli *cli, struct tq_slice file, struct tq_error *err);

/* viewer FILE: the page by which a readable one is read without our programs. */
TQ_MUST_CHECK tq_status bundle_write_viewer(struct cli *cli, struct tq_error *err);

#endif

/* machine_words.h - What a machine is called where people read it: never by its number alone.
 *
 * Ownership: the list lives in the app's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_MACHINE_WORDS_H
#define TQ_CLIENT_MACHINE_WORDS_H

#include "app.h"
#include "tuquan/office_machines.h"

#define MACHINE_UNNAMED "máy xã" /* what a machine is called that joined without a name */

struct machine_names {
    const struct cli *cli;
    int64_t own; /* number of this one */
    struct tq_machine *others;
    size_t count;
};

TQ_MUST_CHECK tq_status machine_names_read(
        struct app *app, struct machine_names *out, struct tq_error *err);

/* "máy này": also of a machine that has no number yet, because no district admitted it. */
void machine_names_append_own(const struct machine_names *names, struct tq_buf *out);

/* "huyện", "máy này", "máy B (Phòng một cửa)"; one that the district has not named yet: "máy khác
 * (số 18)". */
void machine_names_append(const struct machine_names *names, int64_t device, struct tq_buf *out);

#endif

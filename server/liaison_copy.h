/* liaison_copy.h - The mailboxes of neighbours beside a backup of the district, and back again.
 *
 * The copy is a folder, BACKUP.liaison, as private as the mailboxes: their keys are in it, for without
 * them the districts would have to invite each other anew. A mailbox that stands is newer than its
 * copy and stays; what came since is told again (docs/liaison.md).
 * Ownership: none kept.
 * Threads:   one; copying out goes beside a server that runs. */
#ifndef TQ_SERVER_LIAISON_COPY_H
#define TQ_SERVER_LIAISON_COPY_H

#include "app.h"

struct liaison_copied {
    uint64_t links;
    uint64_t unread; /* links of which a mailbox could not be copied; the others were */
};

/* There is no file `backup` yet: a folder of that name is left over, and replaced once the copy
 * is whole. Fails: EXISTS (there is more in it than mailboxes of our links), IO, DISK_FULL,
 * RANGE, NOMEM; a folder that was begun is taken away again. No links: no folder. */
TQ_MUST_CHECK tq_status liaison_copy_out(
        struct app *app, const char *backup, struct liaison_copied *out, struct tq_error *err);
void liaison_copy_remove(struct app *app, const char *backup);

/* Mailboxes that are not in `app`'s folder, of the links that its file (closed) knows. No folder
 * beside the backup: none. Fails as above; what was brought back stays. */
TQ_MUST_CHECK tq_status liaison_copy_back(struct app *app, struct cli *cli, const char *backup,
        struct liaison_copied *out, struct tq_error *err);

#endif

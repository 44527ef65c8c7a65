/* office_bind.h - Makes a file the replica of one device of one unit.
 *
 * Ownership: all borrowed for the call; what is kept is copied into the file.
 * Threads:   the thread that owns the database. */
#ifndef TQ_OFFICE_BIND_H
#define TQ_OFFICE_BIND_H

#include "tuquan/database.h"
#include "tuquan/message.h"

TQ_BEGIN_DECLS

/* Write down district, unit, device, letter and incarnation of the certificate. A file of the same
 * unit keeps its rows; one that was a device's goes on by tq_office_rebind. Fails: WRONG_FILE (of
 * another unit or another district). */
TQ_MUST_CHECK tq_status tq_office_bind(struct tq_db *db, const struct tq_certificate *certificate,
        struct tq_slice district_name, struct tq_error *err);

/* The same in the caller's transaction; `judged`: the district let this device go on with a file of
 * another one, and looked at its unit. */
TQ_MUST_CHECK tq_status tq_office_bind_in(struct tq_db *db,
        const struct tq_certificate *certificate, bool judged, struct tq_slice district_name,
        struct tq_error *err);

TQ_END_DECLS
#endif

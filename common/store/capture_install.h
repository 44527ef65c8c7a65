/* capture_install.h - Put the capture triggers of an office file right; called by tq_db_open. */
#ifndef TQ_STORE_CAPTURE_INSTALL_H
#define TQ_STORE_CAPTURE_INSTALL_H

#include "tuquan/database.h"

/* Compare what the file has with the catalogue, whose triggers add up to `wanted` (NULL: found out).
 * What is missing or other than what our program had
 * installed is mended, named in `report`, and noted (tq_state.foreign_write), so that the next sync
 * reads every row. Text that only an older version wrote is replaced without a word. */
TQ_MUST_CHECK tq_status capture_install(struct tq_db *db, const struct tq_capture_sum *wanted,
        struct tq_db_report *report, struct tq_error *err);

#endif

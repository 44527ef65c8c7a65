/* office_db.h - An office file in a folder of its own, joined as Bạch Lưu, for tests of the store. */
#ifndef TQ_TESTS_OFFICE_DB_H
#define TQ_TESTS_OFFICE_DB_H

#include "tuquan/database.h"

#define OFFICE_UNIT "08779@2004-01-01"
#define OFFICE_VILLAGE "08779-01@2004-01-01"

struct office_db {
    char dir[64];
    char path[128];
    struct tq_db *db; /* NULL when closed */
};

/* Make the folder and the file; units, a village, a period and an indicator are in it, the first
 * load is complete (seen 7, t_seen 70). Fails the test when it cannot. */
void office_db_make(struct office_db *office);
void office_db_open(struct office_db *office);
void office_db_close(struct office_db *office);
void office_db_remove(struct office_db *office);

/* Run SQL on the open file; returns SQLite's code and, when it fails, its words in `words`. */
int office_db_run(struct office_db *office, const char *sql, char *words, size_t size);

/* The first column of the first row as text ("" for none or NULL); valid until the next call. */
const char *office_db_text(struct office_db *office, const char *sql);
int64_t office_db_int(struct office_db *office, const char *sql);

#endif

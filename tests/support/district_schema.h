/* district_schema.h - The SQL of a fresh district file for any catalogue: its data tables and the
 * local ones of the migrations. For tests that bring a catalogue of their own. */
#ifndef TQ_TESTS_DISTRICT_SCHEMA_H
#define TQ_TESTS_DISTRICT_SCHEMA_H

#include "tuquan/catalogue.h"

/* `source_dir`: TQ_SOURCE_DIR. The caller frees it with free(). Exits on failure. */
char *district_schema_make(const char *source_dir, const struct tq_catalogue *catalogue);

#endif

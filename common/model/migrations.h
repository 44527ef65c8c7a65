/* migrations.h - The numbered SQL files of migrations/, embedded at build time.
 *
 * `data` runs at both roles, `office` and `district` at one. The name ("data/0001_tables") is what a
 * file remembers; append only. */
#ifndef TQ_MODEL_MIGRATIONS_H
#define TQ_MODEL_MIGRATIONS_H

#include <stddef.h>

struct tq_migration {
    const char *folder;
    const char *name;
    const char *sql;
};

extern const struct tq_migration TQ_MIGRATIONS[];
extern const size_t TQ_MIGRATION_COUNT;

#endif

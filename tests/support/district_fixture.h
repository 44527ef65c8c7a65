/* district_fixture.h - A fresh district file in a folder of its own, for the tests of its store. */
#ifndef TQ_TESTS_DISTRICT_FIXTURE_H
#define TQ_TESTS_DISTRICT_FIXTURE_H

#include "tuquan/district_store.h"

#define BACH_LUU "08779@2004-01-01"
#define LANG_CONG "08770@2004-01-01"
#define START_MS INT64_C(1605916800000)

struct fixture {
    char dir[256];
    char path[512];
    struct tq_district_store *store;
    const struct tq_district_ops *ops;
    struct tq_arena *arena;
    struct tq_error err;
};

#define OK(call) assert_ok(f, (call), __LINE__)

struct tq_slice text(const char *s);
void assert_ok(const struct fixture *f, tq_status rc, int line);
tq_status open_store(struct fixture *f, bool create);
void reopen(struct fixture *f);
int set_up(void **state);
int tear_down(void **state);
void begin(struct fixture *f);
void commit(struct fixture *f);
void shell(const struct fixture *f, const char *sql);
struct tq_ledger_set a_set(uint64_t seq, uint64_t first_seq, uint32_t nchanges);
const struct tq_table *table_named(const char *name);
void set_column(
        const struct tq_table *table, struct tq_value *values, const char *name, const char *value);
struct tq_stored_row a_report(
        struct fixture *f, const char *unit, const char *type, const char *period, uint64_t seq);

#endif

/* office_world.h - An office for tests: a real file with the real triggers, two of its tables under
 * short names, and a district made of plain values that signs what it says. */
#ifndef TQ_TESTS_OFFICE_WORLD_H
#define TQ_TESTS_OFFICE_WORLD_H

#include <sqlite3.h>

#include "tuquan/codec.h"
#include "tuquan/office.h"
#include "tuquan/office_store.h"

#define WORLD_UNIT "08779@2004-01-01"
#define WORLD_VILLAGE "08779-01@2019-01-01"

/* village_profile under the name `item`: code (its date), title, amount, void. */
#define WORLD_ITEM 20u
#define WORLD_TITLE 12u
#define WORLD_AMOUNT 8u
#define WORLD_VOID 6u

/* calendar under the name `news`: code, text. */
#define WORLD_NEWS 3u
#define WORLD_NOW 1600000000000

struct office_world {
    char dir[128];
    struct tq_db *file;
    sqlite3 *db; /* of file */
    struct tq_office_store *store;
    struct tq_signer signer;
    struct tq_office office;
    struct tq_arena *arena; /* of messages made in the test */
    int64_t t;              /* T of the last receipt */
    long live;              /* blocks before opening; -1: not compared */
};

void world_open(struct office_world *w);

/* A cmocka fixture: an opened world in *state. */
int world_set_up(void **state);
int world_tear_down(void **state);

/* The file knows item 2020-01-01 as the district has it: title "old", amount 1; cursor = seen = 10. */
void world_loaded(struct office_world *w);

/* The same without a single row, as device `device`: a file that has just joined. */
void world_open_empty(struct office_world *w, uint32_t device);
void world_close(struct office_world *w);

/* The same file under another catalogue, borrowed: an upgrade. */
void world_reopen(struct office_world *w, const struct tq_catalogue *catalogue);

/* Run SQL as any tool would; the test fails when it does. */
void world_sql(struct office_world *w, const char *sql);

/* The first value as text ("NULL", "none" when there is no row); good for eight calls. */
const char *world_get(struct office_world *w, const char *sql);
void world_expect(struct office_world *w, const char *sql, const char *expected);

/* Seal; the number of sets that it made. */
size_t world_seal(struct office_world *w);

/* The point of set `seq` (0: before the first). */
struct tq_chain_point world_point(struct office_world *w, uint64_t seq);

/* A signed receipt of set `seq`, as the district would make it. */
struct tq_receipt world_receipt(struct office_world *w, uint64_t seq, uint64_t merged_at,
        bool amending, const struct tq_exception *exceptions, size_t n);

/* The same, handed to the office. */
void world_take(struct office_world *w, uint64_t seq, uint64_t merged_at, bool amending,
        const struct tq_exception *exceptions, size_t n);

struct tq_exception world_exception(struct office_world *w, uint32_t place, uint32_t cell,
        const char *code, tq_verdict verdict, tq_reason reason);

/* The encoded key of an item. */
struct tq_slice world_key(struct office_world *w, const char *code);

/* Rows as the district sends them; values in w->arena. title NULL, amount < 0: NULL. */
struct tq_row world_item(
        struct office_world *w, const char *code, const char *title, int64_t amount, uint64_t seq);
struct tq_row world_no_item(struct office_world *w, const char *code);
struct tq_row world_news(struct office_world *w, const char *code, const char *text, uint64_t seq);

/* A chunk from where the file stands to `cursor`, with the first `held` sets held. */
struct tq_rows world_rows(struct office_world *w, uint64_t cursor, uint64_t held, bool complete,
        const struct tq_row *rows, size_t n);

/* Lay it and expect DONE. */
void world_lay(struct office_world *w, uint64_t cursor, uint64_t held, bool complete,
        const struct tq_row *rows, size_t n);

/* Digests of rows, as the district would send them for the unit. */
void world_digest(struct office_world *w, const struct tq_row *rows, size_t n, uint32_t table,
        struct tq_digest *out);

/* Everything that must not change when a step fails, as one text. */
void world_dump(struct office_world *w, struct tq_buf *out);

#endif

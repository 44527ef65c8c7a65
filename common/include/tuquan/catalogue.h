/* catalogue.h - What every table is: key, owner, columns, who writes them, their rules.
 *
 * Declared once; triggers, codec, merge rules, digest, exports and the server's allow-list all
 * derive from it (sync.md section 2). A catalogue is an immutable value that is passed in: tests
 * and the simulator run two versions side by side.
 *
 * Words: a *cell* is a column or a group of columns that are true only together; cell 0 stands for
 * the row itself (key and owner, written by the insert and never again). Columns and tables have
 * numbers that never change and are never given twice; columns stand in order of their number.
 * Ownership: everything is static or owned by whoever built the catalogue; borrowed here.
 * Threads: immutable, any. */
#ifndef TQ_CATALOGUE_H
#define TQ_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/api.h"
#include "tuquan/reason.h"
#include "tuquan/value.h"

#define TQ_CELL_ROW 0u     /* the insert of a whole row */
#define TQ_MAX_COLUMNS 48u /* of one table */
#define TQ_MAX_KEY_COLUMNS 4u
#define TQ_MAX_ALIKE 4u
#define TQ_MAX_KEY_BYTES 256u /* encoded key */
#define TQ_MAX_TEXT_BYTES (1u << 20)
#define TQ_SURROGATE_BYTES 16u

/* Who sees the rows: the owner and the district, or everybody. */
typedef enum tq_scope { TQ_OWN, TQ_PUBLIC } tq_scope;

/* Writers of a column, as bits: a value is checked against the party that sent it. */
enum {
    TQ_BY_COMMUNE = 1,  /* an office device, for rows of its own unit */
    TQ_BY_DISTRICT = 2, /* an officer */
    TQ_BY_PARTNER = 4,  /* the neighbouring district */
    TQ_BY_SYSTEM = 8,   /* the district's program (conflict, held_row, ranking) */
};

/* What a value must be. Type and NOT NULL are checked first, then these. */
typedef enum tq_rule_kind {
    TQ_RULE_NONE,
    TQ_RULE_RANGE,   /* integer within low..high */
    TQ_RULE_LENGTH,  /* text or bytes of low..high bytes */
    TQ_RULE_LIST,    /* text that is one of `list` (code list; retired codes stay in it) */
    TQ_RULE_DATE,    /* civil date YYYY-MM-DD that exists */
    TQ_RULE_INSTANT, /* integer, UTC milliseconds, 2000..2200 */
    TQ_RULE_REF,  /* key of a row of table `ref` (encoded key: text, or 16 bytes); low TQ_REF_OWN:
                        a unit whose `parent` is the row's own unit */
    TQ_RULE_HASH, /* 32 bytes */
} tq_rule_kind;

#define TQ_REF_OWN 1

struct tq_rule {
    tq_rule_kind kind;
    int64_t low;
    int64_t high;
    const char *const *list; /* ends with NULL */
    const char *ref;         /* table name */
};

struct tq_column {
    uint32_t id; /* 1.. within its table, never reused */
    const char *name;
    const char *label_vi; /* as a clerk reads it */
    tq_type type;         /* TQ_INT, TQ_TEXT or TQ_BLOB */
    bool required;    /* not NULL once the row is more than a draft: checked at insert and update */
    bool leaves;      /* false: never sent, never in the digest */
    uint32_t writers; /* TQ_BY_ bits; key and owner columns carry the writer of the row */
    uint32_t cell;    /* the cell it belongs to: number of the group's first column; key/owner: 0 */
    struct tq_rule rule;
    struct tq_value fallback; /* the default: NULL, an integer or text */
    uint32_t since;           /* schema version that brought it */
};

/* A rule over a group of columns, as SQL and as C from one form. */
typedef enum tq_group_rule_kind {
    TQ_GROUP_ALL_OR_NONE, /* all NULL or none */
    TQ_GROUP_MAJORITY,    /* 2 * agreed > total, present <= total, agreed <= present */
} tq_group_rule_kind;

struct tq_group_rule {
    tq_group_rule_kind kind;
    uint32_t cell;
    uint32_t count;
    uint32_t columns[4]; /* column numbers; MAJORITY: total, present, agreed */
    const char *vi;      /* what must hold, for people; NULL: nobody breaks it by typing */
    const char *en;
};

/* Published is published: a row whose column `state` has left `open` never changes again, but that
 * `state` may become `last` once it is something else. All 0: the rows of the table stay open. */
struct tq_freeze {
    uint32_t state;   /* number of a text column of the table; 0: by the row that `via` names */
    uint32_t via;     /* number of a reference to the table whose freeze holds for the row, too */
    const char *open; /* with state */
    const char *last; /* with state */
};

#define TQ_MAX_LOCK_CELLS 5

/* Another day, instant or year (a number: that of the COMMUNE calendar) by which a row is counted,
 * beside lock_by. `cells`, ended by 0: those whose change moves what was counted by it; none: every
 * one. */
struct tq_lock {
    uint32_t column; /* its number; 0: the end of a list */
    uint32_t cells[TQ_MAX_LOCK_CELLS + 1];
    const char *code; /* of a cell with a list only a change from or to this moves it; NULL: any */
};

#define TQ_MAX_STEP_NEEDS 6

/* A state that needs facts: these cells are filled in a row whose column `state` says `code`. Held
 * where a person writes (the triggers); the merge judges no state of a row, so what two people made
 * together is listed by the district's `doctor` (tuquan/steps.h). */
struct tq_step {
    uint32_t state; /* number of a column; 0: the end of a list */
    const char *code;
    uint32_t needs[TQ_MAX_STEP_NEEDS + 1]; /* numbers of columns, ended by 0 */
};

struct tq_table {
    uint32_t id;   /* 1.., never reused; parents have smaller ranks, not smaller ids */
    uint32_t rank; /* merge order: a table's references point to tables of lower rank (or itself) */
    const char *name;
    const char *label_vi;
    tq_scope scope;
    bool surrogate; /* key is one BLOB of 16 bytes */
    uint32_t nkey;
    uint32_t key[TQ_MAX_KEY_COLUMNS]; /* column indexes (not numbers), in order */
    int owner;          /* column index holding the unit ("code@valid_from"), -1: none (public) */
    int lock_by;        /* column index whose value says which period a change falls in: a
                                `period` key ("CALENDAR/CODE") or a date; -1: never locked */
    uint32_t writers;   /* who may insert rows */
    uint32_t void_cell; /* cell of {voided_at, void_reason} */
    size_t ncolumns;
    const struct tq_column *columns;
    size_t ngroup_rules;
    const struct tq_group_rule *group_rules;
    uint32_t since;
    /* Numbers of columns, ended by 0: what two people who saw one thing would write alike. */
    uint32_t alike[TQ_MAX_ALIKE + 1];
    struct tq_freeze freeze;
    const struct tq_lock *also_locked; /* NULL: lock_by alone */
    const struct tq_step *steps;       /* NULL: none */
};

struct tq_catalogue {
    uint32_t version;
    size_t ntables;
    const struct tq_table *tables; /* ordered by rank, then id */
};

TQ_BEGIN_DECLS

/* Does a change of `cell` (TQ_CELL_ROW: an insert) move what is counted by the lock? */
bool tq_lock_matters(const struct tq_lock *lock, uint32_t cell);

/* Is a column by which rows are locked a year, not an instant? */
bool tq_lock_is_year(const struct tq_column *column);

/* The catalogue of this build: all tables of the domain. */
const struct tq_catalogue *tq_catalogue_current(void);

/* By number or by name; NULL when there is none. */
const struct tq_table *tq_catalogue_table(const struct tq_catalogue *catalogue, uint32_t id);
const struct tq_table *tq_catalogue_find(const struct tq_catalogue *catalogue, const char *name);

/* Index of a column by number or by name; -1 when there is none. */
int tq_table_column(const struct tq_table *table, uint32_t column_id);
int tq_table_column_find(const struct tq_table *table, const char *name);

/* Column indexes of a cell into `out` (room for TQ_MAX_COLUMNS); returns how many. Cell 0: the key
 * and owner columns. */
size_t tq_table_cell(const struct tq_table *table, uint32_t cell, uint32_t *out);

/* The name of a cell for people: the column's, or the group's first. */
const char *tq_table_cell_name(const struct tq_table *table, uint32_t cell);

/* True for a key column. */
bool tq_table_is_key(const struct tq_table *table, uint32_t column_index);

/* Key of a row from its values (one per column, in catalogue order): 16 bytes as they are, or the
 * parts joined by 0x1F, integers as 8 decimal digits. Same order as the key columns in SQL.
 * Appends to `out`; false when a part is NULL, of the wrong type or out of 0..99999999. */
bool tq_key_encode(const struct tq_table *table, const struct tq_value *values, struct tq_buf *out);

/* Key columns out of an encoded key; values borrow from `key`. `out` has nkey entries. */
bool tq_key_decode(const struct tq_table *table, struct tq_slice key, struct tq_value *out);

/* Check one value against its column's type and rule, references apart (those need rows): the
 * reason it is refused for, or TQ_REASON_NONE. The same judgement as the triggers'. */
tq_reason tq_column_check(const struct tq_column *column, const struct tq_value *value);

/* Check the group rules that concern `cell` (0: all), given one value per column. */
tq_reason tq_table_check_groups(
        const struct tq_table *table, uint32_t cell, const struct tq_value *values);

/* True for a civil date that exists, "YYYY-MM-DD". */
bool tq_date_is_valid(struct tq_slice text);

TQ_END_DECLS
#endif

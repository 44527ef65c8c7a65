/* columns.h - Short forms in which the tables of the catalogue are written down.
 *
 * Numbers: key and owner columns take 1..5, the void group is always 6 and 7, facts start at 8.
 * Numbers are for ever: a column that goes leaves a gap, a new one goes to the end with its
 * schema version. Only catalogue.c includes the columns_*.h files. */
#ifndef TQ_MODEL_COLUMNS_H
#define TQ_MODEL_COLUMNS_H

#include "tuquan/catalogue.h"

#define BY_C TQ_BY_COMMUNE
#define BY_D TQ_BY_DISTRICT
#define BY_P TQ_BY_PARTNER
#define BY_S TQ_BY_SYSTEM
#define BY_CD (TQ_BY_COMMUNE | TQ_BY_DISTRICT)
/* What the partner signs on paper, the district enters from the minutes that it holds. */
#define BY_DP (TQ_BY_DISTRICT | TQ_BY_PARTNER)
/* An answer: whoever was asked writes it, and whoever holds it on paper types it in. */
#define BY_CDP (TQ_BY_COMMUNE | TQ_BY_DISTRICT | TQ_BY_PARTNER)
#define BY_DS (TQ_BY_DISTRICT | TQ_BY_SYSTEM)

#define TEXT_MAX 4000            /* bytes of free text */
#define NAME_MAX_BYTES 300       /* names, numbers of documents, labels */
#define CODE_MAX_BYTES 60        /* key parts that are codes */
#define MANY INT64_C(1000000000) /* more than any count of people, households or events */

#define VOID_CELL 6

/* clang-format off */
#define NO_RULE { TQ_RULE_NONE, 0, 0, NULL, NULL }
#define RANGE_RULE(lo, hi) { TQ_RULE_RANGE, (lo), (hi), NULL, NULL }
#define LENGTH_RULE(lo, hi) { TQ_RULE_LENGTH, (lo), (hi), NULL, NULL }
#define LIST_RULE(...) { TQ_RULE_LIST, 0, 0, __VA_ARGS__, NULL } /* a list has commas */
#define DATE_RULE { TQ_RULE_DATE, 0, 0, NULL, NULL }
#define INSTANT_RULE { TQ_RULE_INSTANT, 0, 0, NULL, NULL }
#define REF_RULE(parent) { TQ_RULE_REF, 0, 0, NULL, (parent) }
#define REF_OWN_RULE(table) { TQ_RULE_REF, TQ_REF_OWN, 0, NULL, (table) }
#define HASH_RULE { TQ_RULE_HASH, 0, 0, NULL, NULL }

#define NO_DEFAULT { TQ_NULL, 0, { NULL, 0 } }
#define INT_DEFAULT(n) { TQ_INT, (n), { NULL, 0 } }
#define TEXT_DEFAULT(t) { TQ_TEXT, 0, { (const uint8_t *)(t), sizeof(t) - 1 } }

#define COLUMN(id, cell, req, name, label, type, who, rule, fallback) \
    { (id), (name), (label), (type), (req), true, (who), (cell), rule, fallback, 1 }
/* One that a later schema version brought. */
#define COLUMN_SINCE(since, id, cell, req, name, label, type, who, rule, fallback) \
    { (id), (name), (label), (type), (req), true, (who), (cell), rule, fallback, (since) }

/* Parts of the key, and the owner: cell 0, never empty, never rewritten. */
#define KEY_ID(who) \
    COLUMN(1, TQ_CELL_ROW, true, "id", "Khóa", TQ_BLOB, who, LENGTH_RULE(TQ_SURROGATE_BYTES, TQ_SURROGATE_BYTES), NO_DEFAULT)
#define KEY_CODE(id, name, label, who) \
    COLUMN(id, TQ_CELL_ROW, true, name, label, TQ_TEXT, who, LENGTH_RULE(1, CODE_MAX_BYTES), NO_DEFAULT)
#define KEY_REF(id, name, label, who, parent) \
    COLUMN(id, TQ_CELL_ROW, true, name, label, TQ_TEXT, who, REF_RULE(parent), NO_DEFAULT)
#define KEY_REF_OWN(id, name, label, who, parent) \
    COLUMN(id, TQ_CELL_ROW, true, name, label, TQ_TEXT, who, REF_OWN_RULE(parent), NO_DEFAULT)
#define KEY_REF_ID(id, name, label, who, parent) \
    COLUMN(id, TQ_CELL_ROW, true, name, label, TQ_BLOB, who, REF_RULE(parent), NO_DEFAULT)
#define KEY_DATE(id, name, label, who) \
    COLUMN(id, TQ_CELL_ROW, true, name, label, TQ_TEXT, who, DATE_RULE, NO_DEFAULT)
#define KEY_LIST(id, name, label, who, codes) \
    COLUMN(id, TQ_CELL_ROW, true, name, label, TQ_TEXT, who, LIST_RULE(codes), NO_DEFAULT)
#define KEY_INT(id, name, label, who, lo, hi) \
    COLUMN(id, TQ_CELL_ROW, true, name, label, TQ_INT, who, RANGE_RULE(lo, hi), NO_DEFAULT)
#define OWNER(id, who) KEY_REF(id, "unit", "Đơn vị", who, "unit")

/* The void group: when and why, one cell. */
#define VOIDED(who) \
    COLUMN(6, VOID_CELL, false, "voided_at", "Hủy lúc", TQ_INT, who, INSTANT_RULE, NO_DEFAULT), \
    COLUMN(7, VOID_CELL, false, "void_reason", "Lý do hủy", TQ_TEXT, who, LENGTH_RULE(1, TEXT_MAX), NO_DEFAULT)

/* Facts: a cell of their own. */
#define TEXT(id, name, label, who) \
    COLUMN(id, id, false, name, label, TQ_TEXT, who, LENGTH_RULE(0, TEXT_MAX), NO_DEFAULT)
#define NAME(id, name, label, who) \
    COLUMN(id, id, false, name, label, TQ_TEXT, who, LENGTH_RULE(0, NAME_MAX_BYTES), NO_DEFAULT)
#define LONG_TEXT(id, name, label, who) \
    COLUMN(id, id, false, name, label, TQ_TEXT, who, LENGTH_RULE(0, 200000), NO_DEFAULT)
#define REQUIRED_NAME(id, name, label, who) \
    COLUMN(id, id, true, name, label, TQ_TEXT, who, LENGTH_RULE(1, NAME_MAX_BYTES), NO_DEFAULT)
#define INTEGER(id, name, label, who, lo, hi) \
    COLUMN(id, id, false, name, label, TQ_INT, who, RANGE_RULE(lo, hi), NO_DEFAULT)
#define INTEGER_OR(id, name, label, who, lo, hi, fallback) \
    COLUMN(id, id, true, name, label, TQ_INT, who, RANGE_RULE(lo, hi), INT_DEFAULT(fallback))
#define INTEGER_SINCE(since, id, name, label, who, lo, hi) \
    COLUMN_SINCE(since, id, id, false, name, label, TQ_INT, who, RANGE_RULE(lo, hi), NO_DEFAULT)
#define NAME_SINCE(since, id, name, label, who) \
    COLUMN_SINCE(since, id, id, false, name, label, TQ_TEXT, who, LENGTH_RULE(0, NAME_MAX_BYTES), NO_DEFAULT)
#define TEXT_SINCE(since, id, name, label, who) \
    COLUMN_SINCE(since, id, id, false, name, label, TQ_TEXT, who, LENGTH_RULE(0, TEXT_MAX), NO_DEFAULT)
#define DATE_SINCE(since, id, name, label, who) \
    COLUMN_SINCE(since, id, id, false, name, label, TQ_TEXT, who, DATE_RULE, NO_DEFAULT)
#define INSTANT_SINCE(since, id, name, label, who) \
    COLUMN_SINCE(since, id, id, false, name, label, TQ_INT, who, INSTANT_RULE, NO_DEFAULT)
#define YES_NO_SINCE(since, id, name, label, who) \
    COLUMN_SINCE(since, id, id, true, name, label, TQ_INT, who, RANGE_RULE(0, 1), INT_DEFAULT(0))
#define REF_SINCE(since, id, name, label, who, parent) \
    COLUMN_SINCE(since, id, id, false, name, label, TQ_TEXT, who, REF_RULE(parent), NO_DEFAULT)
#define COUNT(id, name, label, who) INTEGER(id, name, label, who, 0, MANY)
#define COUNT_OR_0(id, name, label, who) INTEGER_OR(id, name, label, who, 0, MANY, 0)
#define POINTS(id, name, label, who) INTEGER(id, name, label, who, -100000, 100000)
#define YES_NO(id, name, label, who) INTEGER_OR(id, name, label, who, 0, 1, 0)
#define DATE(id, name, label, who) \
    COLUMN(id, id, false, name, label, TQ_TEXT, who, DATE_RULE, NO_DEFAULT)
#define INSTANT(id, name, label, who) \
    COLUMN(id, id, false, name, label, TQ_INT, who, INSTANT_RULE, NO_DEFAULT)
#define LIST(id, name, label, who, codes) \
    COLUMN(id, id, false, name, label, TQ_TEXT, who, LIST_RULE(codes), NO_DEFAULT)
#define LIST_OR(id, name, label, who, codes, fallback) \
    COLUMN(id, id, true, name, label, TQ_TEXT, who, LIST_RULE(codes), TEXT_DEFAULT(fallback))
#define REF(id, name, label, who, parent) \
    COLUMN(id, id, false, name, label, TQ_TEXT, who, REF_RULE(parent), NO_DEFAULT)
#define REF_OWN(id, name, label, who, parent) \
    COLUMN(id, id, false, name, label, TQ_TEXT, who, REF_OWN_RULE(parent), NO_DEFAULT)
#define REF_ID(id, name, label, who, parent) \
    COLUMN(id, id, false, name, label, TQ_BLOB, who, REF_RULE(parent), NO_DEFAULT)
#define REQUIRED_REF(id, name, label, who, parent) \
    COLUMN(id, id, true, name, label, TQ_TEXT, who, REF_RULE(parent), NO_DEFAULT)
#define HASH(id, name, label, who) \
    COLUMN(id, id, false, name, label, TQ_BLOB, who, HASH_RULE, NO_DEFAULT)
#define BYTES(id, name, label, who, max) \
    COLUMN(id, id, false, name, label, TQ_BLOB, who, LENGTH_RULE(0, max), NO_DEFAULT)

/* Lists that end themselves. */
#define CODES(...) (const char *const[]) { __VA_ARGS__, NULL }
/* clang-format on */

#endif

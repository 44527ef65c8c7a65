/* liaison.h - What an agreement with a neighbouring district lets cross the border. Pure: the sender
 * asks before a row leaves, the receiver asks again when it has come.
 *
 * An agreement is a text that both sides read alike (tq_agreement_read has its form); its hash says
 * that they do. It names two sides with their communes, categories, days, and articles: tables and
 * the columns that may cross. What it does not name never crosses.
 *
 * Words of a column mean one thing in the row of its writer and another in the neighbour's copy: the
 * day that "we" signed there is the day that "they" signed here (tq_liaison_mirror).
 *
 * Invariant: nothing here knows who is who: a side is named by the caller.
 * Ownership: an agreement and what its slices mean live in the arena that it was read into.
 * Threads:   none inside. */
#ifndef TQ_LIAISON_H
#define TQ_LIAISON_H

#include "tuquan/arena.h"
#include "tuquan/catalogue.h"
#include "tuquan/error.h"
#include "tuquan/hash.h"

#define TQ_AGREEMENT_MAX_BYTES ((size_t)64 * 1024)
#define TQ_AGREEMENT_LIST 64u     /* communes of a side; categories */
#define TQ_AGREEMENT_ARTICLES 32u /* of an agreement */
#define TQ_AGREEMENT_DAY 11u      /* YYYY-MM-DD and its end */
#define TQ_AGREEMENT_TAIL_DAYS 92 /* after its end, at most: statistics of its last period */

typedef enum tq_liaison_side { TQ_SIDE_A = 0, TQ_SIDE_B = 1 } tq_liaison_side;

struct tq_agreement_list {
    struct tq_slice items[TQ_AGREEMENT_LIST];
    size_t count;
};

/* One line of the allow-list. */
struct tq_article {
    struct tq_slice name; /* "4" of "article_4" */
    const struct tq_table *table;
    uint64_t columns; /* bit i: the column of index i may cross */
};

struct tq_agreement {
    struct tq_slice number;
    char signed_on[TQ_AGREEMENT_DAY];
    char from[TQ_AGREEMENT_DAY]; /* first and last day on which rows may cross */
    char to[TQ_AGREEMENT_DAY];
    char statistics_to
            [TQ_AGREEMENT_DAY]; /* last day for statistics of periods that ended by `to` */
    struct tq_slice names[2];
    struct tq_slice
            signers[2]; /* who signed for each side, by post; empty: the text does not say */
    struct tq_agreement_list communes[2]; /* unit keys of each side */
    struct tq_agreement_list categories;  /* of tables that have one; empty: none may cross */
    struct tq_agreement_list
            standing; /* who stands, a year each from that of `from`, round and round:
                                          names of sides or communes; empty: the text does not say */
    struct tq_article articles[TQ_AGREEMENT_ARTICLES];
    size_t narticles;
    bool readable; /* bundles for the other side: not sealed, for an office without our programs */
    uint8_t hash[TQ_HASH_BYTES]; /* of the text, in the domain "tuquan.agreement.v1" */
};

/* Why a row may not cross, or by which article it may. */
struct tq_liaison_verdict {
    tq_status code; /* OK, LIAISON_ENDED or LIAISON_OUTSIDE */
    const struct tq_article *article;
    int column; /* index at fault; -1: the table, or the agreement */
};

TQ_BEGIN_DECLS

/* Read the text: lines "name = value", '#' begins a comment, lists have commas. Names: number,
 * signed_on, from, to, side_a, side_b, communes_a, communes_b, categories, signer_a, signer_b (posts,
 * empty if it is not said), bundles (sealed, if it is not said, or readable), statistics_until (a day,
 * `to` if it is not said), standing (sides by name or communes, each once, in the order in which they
 * stand, the first in the year of `from`; empty if it is not said), and article_X = TABLE: COLUMN,
 * COLUMN, ... Fails: LIAISON_FILE (the facts name the line), NOMEM. */
TQ_MUST_CHECK tq_status tq_agreement_read(struct tq_agreement *out, struct tq_slice text,
        struct tq_arena *arena, struct tq_error *err);

/* On this day (YYYY-MM-DD)? */
bool tq_agreement_in_force(const struct tq_agreement *agreement, const char *today);

/* May anything cross on this day: all that it names, or after its end the statistics of its last
 * periods? */
bool tq_agreement_is_open(const struct tq_agreement *agreement, const char *today);

/* The tables of which something may cross on a day on which it is open. */
bool tq_agreement_carries(
        const struct tq_agreement *agreement, const char *today, const struct tq_table *table);

/* The schema version from which a program knows all that the agreement names. */
uint32_t tq_agreement_schema(const struct tq_agreement *agreement);

/* The standing unit of a year: the name of a side, or a commune's key. False: the text names none, or
 * none of its days is in that year. */
bool tq_agreement_standing(const struct tq_agreement *agreement, int year, struct tq_slice *out);

/* Is it named in the list, in the same bytes? */
bool tq_agreement_has(const struct tq_agreement_list *list, struct tq_slice item);

/* Tables whose rows a district may tell its neighbour at all. */
bool tq_liaison_is_table(const struct tq_table *table);

/* Columns that say whose row it is and how far it has come: they cross with any row that does. */
bool tq_liaison_is_envelope(const struct tq_column *column);

/* Columns that the side which was told writes, and nobody else. */
bool tq_liaison_is_answer(const struct tq_column *column);

/* A column whose writer means the neighbour to read it, where an agreement lets it cross: no envelope,
 * no answer, nothing that means something here alone (our case, why a row is void). */
bool tq_liaison_is_told(const struct tq_table *table, uint32_t column);

/* The article by which a column may cross; NULL: none. For the envelope, the first of its table. */
const struct tq_article *tq_liaison_article(
        const struct tq_agreement *agreement, const struct tq_table *table, uint32_t column);

/* May this row (values in catalogue order), written by a commune of `writer`, cross on this day?
 * Answers in it are not looked at: they cross the other way. */
void tq_liaison_judge(const struct tq_agreement *agreement, tq_liaison_side writer,
        const char *today, const struct tq_table *table, const struct tq_value *values,
        struct tq_liaison_verdict *out);

/* The sender's: put the default into every column that may not cross, and into the answers. */
void tq_liaison_mask(const struct tq_agreement *agreement, const struct tq_table *table,
        struct tq_value *values);

/* A unit that a shared case is said to have happened in is one of the two that the row is between, or
 * nothing is said; true of every other column. */
bool tq_liaison_is_between(
        const struct tq_table *table, uint32_t column, const struct tq_value *values);

/* How far a row has come once this answer is in it: acknowledged 2, answered 3; 0: it says nothing of
 * that, or is no answer. */
int tq_liaison_reach(const struct tq_column *column);

/* May this cell not be told to a neighbour, whatever an agreement names? What `add` asks a clerk about
 * (tq_intake_lint): stamps of secrecy, identity and telephone numbers; names of people in a notice,
 * for in minutes officials act in office. */
bool tq_liaison_is_personal(
        const struct tq_table *table, uint32_t column, const struct tq_value *value);

/* The first such cell of a row; -1: none. */
int tq_liaison_personal(const struct tq_table *table, const struct tq_value *values);

/* The index of the column that means the same in the neighbour's copy. */
uint32_t tq_liaison_mirror(const struct tq_table *table, uint32_t column);

/* How far a row has come: draft 0, sent, acknowledged, answered, closed 4; -1: another word. */
int tq_liaison_step(struct tq_slice state);
const char *tq_liaison_state(int step);

/* The catalogue of what lies between two districts: liaison rows alone, public within it, since a
 * link has no other reader; everything is its district's but the answers, which the partner writes
 * as an office would. Made from `current`, which must outlive it. Fails: NOMEM. */
TQ_MUST_CHECK tq_status tq_liaison_catalogue_new(
        struct tq_catalogue **out, const struct tq_catalogue *current, struct tq_error *err);
void tq_liaison_catalogue_free(struct tq_catalogue *catalogue);

TQ_END_DECLS
#endif

/* liaison_round.h - One round of a link: what stands in the district's file and what stands in the
 * mailboxes are compared, and what differs is carried, in both directions (docs/liaison.md).
 *
 * Every step looks at the files alone: a round may end anywhere, and the next one goes on.
 * Ownership: the caller's. Threads: one at a time on a link. */
#ifndef TQ_SERVER_LIAISON_ROUND_H
#define TQ_SERVER_LIAISON_ROUND_H

#include "edit.h"
#include "liaison_box.h"
#include "tuquan/codec.h"
#include "tuquan/word_store.h"

struct round_result {
    uint64_t told;        /* rows laid out for the partner, new or changed */
    uint64_t came;        /* rows taken from it */
    uint64_t answers_out; /* answers of ours, to its rows */
    uint64_t answers_in;  /* answers of its, to our rows */
    uint64_t refused;     /* either way: outside the agreement, or against the rules */
    bool pulled;          /* the partner was heard to the end */
};

struct round;

/* How a round reaches what it works on: files and sockets in the server (liaison_way.h), the
 * simulator's own disks and lines in tests/sim. */
struct round_way {
    void *ctx;
    /* No other round of the link goes on until `unlock`. *held NULL: there is nothing to hold, and not
     * `must`. Fails: BUSY. */
    tq_status (*lock)(void *ctx, struct app *app, const struct tq_link_info *link, bool must,
            void **held, struct tq_error *err);
    void (*unlock)(void *ctx, void *held); /* NULL is fine */
    /* Fails: NO_DATA (never invited); NOT_JOINED (never accepted). */
    tq_status (*open_out)(void *ctx, struct box *box, struct app *app,
            const struct tq_link_info *link, struct tq_error *err);
    tq_status (*open_in)(void *ctx, struct box *box, struct app *app,
            const struct tq_link_info *link, struct tq_error *err);
    void (*close)(void *ctx, struct box *box);
    /* One session with the partner, over `in`. OK: it was heard to the end. */
    tq_status (*pull)(
            void *ctx, struct box *box, const struct tq_link_info *link, struct tq_error *err);
    /* What the two ledgers say of each other, with `out` (liaison_heads.h); NULL: nothing. */
    tq_status (*heads)(struct round *r, struct box *box, struct tq_error *err);
};

/* What is done in a round instead of pulling. Either is left out where there is no such mailbox yet. */
struct round_visit {
    void *ctx;
    tq_status (*out)(void *ctx, struct round *r, struct box *box, struct tq_error *err);
    tq_status (*in)(void *ctx, struct round *r, struct box *box, struct tq_error *err);
    bool takes; /* it brings what the round then carries on; else it takes what was carried */
};

/* One round over `app`, the district's own file, opened for writing; `visit` NULL: over the line.
 * What does not cross is in the journal and no failure. Fails: BUSY (another round goes on),
 * LIAISON_ENDED (no agreement in force), what the line fails with (after the mailbox for the
 * partner was filled), what the files fail with. */
TQ_MUST_CHECK tq_status round_go(struct app *app, const struct tq_link_info *link,
        const struct round_way *way, const struct round_visit *visit, struct round_result *out,
        struct tq_error *err);

/* The agreement `text` holds from now on; before it does, what was laid out under the one before and is
 * outside this one is withdrawn from the mailbox. Fails: BUSY (a round goes on), LIAISON_FILE, what the
 * files fail with: the former one holds. */
TQ_MUST_CHECK tq_status round_settle(struct app *app, const struct tq_link_info *link,
        const struct round_way *way, tq_liaison_side side, struct tq_slice text,
        struct tq_error *err);

/* ---- for its parts ---- */

#define ROUND_PAGE 256u

struct round {
    struct app *app;
    const struct tq_link_info *link;
    const struct round_way *way;
    struct tq_link_info fresh; /* as it is under the lock */
    struct tq_agreement agreement;
    struct tq_arena *kept;  /* the agreement's */
    struct tq_arena *arena; /* of one table */
    tq_liaison_side ours;
    tq_liaison_side theirs;
    int64_t now_ms;
    char today[16];
    struct round_result *result;
    bool heard;    /* what the partner has told was laid in this round */
    bool doubtful; /* rows of ours, or of theirs: told once it was heard (round_by_us) */
    const struct round_visit *visit; /* NULL: over the line */
    struct tq_head_words heads;      /* what our next Hello says of the ledgers (liaison_heads.h) */
    struct round_asked *asked; /* liaison_ask.c: requests of this link, open; NULL: not read yet */
    size_t nasked;
    struct tq_word word;               /* what the partner's last Hello said beside rows */
    char who[TQ_MAX_AUTHOR_BYTES + 1]; /* round_sign; empty: not worked out yet */
};

/* A line of the journal about a row; `code` OK: it crossed by `article`. `column`: index at fault, -1:
 * none. `n` values are what it held. */
TQ_MUST_CHECK tq_status round_note(struct round *r, const char *way, const struct tq_table *table,
        struct tq_slice key, const struct tq_article *article, const char *code, int column,
        const struct tq_value *values, size_t n, struct tq_error *err);

/* ... that a row of ours crossed: `told` of the `whole` that it holds. The cells that the agreement
 * left behind are named, so that nobody takes them for told. */
TQ_MUST_CHECK tq_status round_note_told(struct round *r, const struct tq_table *table,
        struct tq_slice key, const struct tq_article *article, const struct tq_value *told,
        const struct tq_value *whole, struct tq_error *err);

/* liaison_tell.c: our rows into the mailbox; the partner's answers out of it into our rows. */
TQ_MUST_CHECK tq_status round_tell(struct round *r, struct box *box, struct tq_error *err);
TQ_MUST_CHECK tq_status round_take_answers(struct round *r, struct box *box, struct tq_error *err);
/* What lies there and the agreement does not name is emptied; a row of which it names nothing is void,
 * too. */
TQ_MUST_CHECK tq_status round_withdraw(struct round *r, struct box *box, struct tq_error *err);
/* What the merge refused of the partner's sets. */
TQ_MUST_CHECK tq_status round_collect(struct round *r, struct box *box, struct tq_error *err);

/* liaison_lay.c: the partner's rows into our file; our answers into the mailbox. */
TQ_MUST_CHECK tq_status round_lay(struct round *r, struct box *box, struct tq_error *err);
TQ_MUST_CHECK tq_status round_answer(struct round *r, struct box *box, struct tq_error *err);

/* liaison_case.c: `values` of a notice of ours, or of theirs as our commune has it, say where the case
 * that our commune linked to it happened. What the row says is kept in step with the case. */
TQ_MUST_CHECK tq_status round_case(struct round *r, const struct tq_table *table,
        struct tq_slice key, struct tq_value *values, struct tq_error *err);

/* Whose words changes of the table are: the neighbour's, by the name and the signatory's post that the
 * agreement gives it ("Huyện Sơn Dương (Phó Chủ tịch)"), for nobody's name crosses. */
void round_sign(struct round *r, const struct tq_table *table, struct edit_list *list);

/* Was the row made by the district itself, as what a link lays is, and no office's own? Where a file
 * came back from a copy, such a row may be the partner's, which no column and no word of the link
 * tells. */
TQ_MUST_CHECK tq_status round_by_us(
        struct round *r, const struct tq_stored_row *row, bool *out, struct tq_error *err);

/* Would these changes of a row move what a locked period has counted? *column: by which day, *day: its
 * value; -1: no. `now`: the row as it stands. */
TQ_MUST_CHECK tq_status round_locked(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *now, const struct tq_value *values, const bool *given,
        const struct edit_list *list, int *column, struct tq_value *day, struct tq_error *err);

/* May this change of a row move what a locked period counts? */
bool round_moves(const struct tq_table *table, const struct tq_change *change);

/* Of a column: does its cell? */
bool round_counts(const struct tq_table *table, uint32_t column);

struct round_gate {
    int locked; /* index of the day by which the row waits; -1: what is in the list may be written */
    bool refused; /* an officer refused some of it: that is in the list no more */
};

/* Before changes of a row that the neighbour asks for are written: those that a locked period forbids
 * become correction requests, once for the same words about the same ones, and all of the row waits;
 * what an officer refused is left out; requests that are carried out now are closed by the same list;
 * those of the row that the neighbour says no more are closed, also with an empty list. */
TQ_MUST_CHECK tq_status round_may_write(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *now, const struct tq_value *values, const bool *given,
        struct edit_list *list, struct round_gate *out, struct tq_error *err);

/* A request about one cell that no period locks, by an id of its own: in the words of now, unless an
 * officer refused just these. And closed, for nobody asks for it any more. */
TQ_MUST_CHECK tq_status round_ask_cell(struct round *r, const struct tq_table *table,
        const struct tq_change *change, const uint8_t id[TQ_SURROGATE_BYTES], struct tq_error *err);
TQ_MUST_CHECK tq_status round_close_cell(
        struct round *r, const uint8_t id[TQ_SURROGATE_BYTES], struct tq_error *err);

/* liaison_minutes.c: number and hash of minutes are each side's own word. */

/* Of a row of theirs, before it is written: what we entered or signed is not written over, and the day
 * on which they signed other minutes is not laid. *differ: a side has signed what the other has
 * otherwise. */
TQ_MUST_CHECK tq_status round_bear(struct round *r, const struct tq_table *table,
        const struct tq_value *theirs, const struct tq_stored_row *row, struct tq_value *to,
        bool *given, bool *differ, struct tq_error *err);
/* ... and remembered, and asked about in the inbox; or forgotten. */
TQ_MUST_CHECK tq_status round_bear_told(struct round *r, const struct tq_table *table,
        const struct tq_value *theirs, const struct tq_stored_row *row, struct tq_slice key,
        bool differ, struct tq_error *err);
/* Our signature is of other minutes than theirs: in `ours` it is emptied. */
bool round_withholds(const struct round *r, const struct tq_table *table,
        const struct tq_value *theirs, struct tq_value *ours);
/* Of a row of ours, as told and as it stands: does the partner's signature stand for these minutes? */
TQ_MUST_CHECK tq_status round_weigh(struct round *r, const struct tq_table *table,
        const struct tq_stored_row *told, const struct tq_stored_row *ours, bool *stands,
        struct tq_error *err);
/* What our next Hello says beside rows; and what the partner's last one said. */
TQ_MUST_CHECK tq_status round_words(
        struct round *r, struct tq_neighbour_words *out, struct tq_error *err);
TQ_MUST_CHECK tq_status round_hear(struct round *r, struct box *box, struct tq_error *err);

/* The row of the district's file; out->exists tells. */
TQ_MUST_CHECK tq_status round_row(struct round *r, const struct tq_table *table,
        struct tq_slice key, struct tq_stored_row *out, struct tq_error *err);

#endif

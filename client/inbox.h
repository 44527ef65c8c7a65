/* inbox.h - What needs a person: the list, the answers, and what an answer does to the score.
 *
 * Ownership: texts live in the app's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_INBOX_H
#define TQ_CLIENT_INBOX_H

#include "app.h"
#include "tuquan/calendar.h"
#include "tuquan/office_answers.h"
#include "tuquan/office_view.h"

#define INBOX_ID_LETTERS                                                                           \
    12u /* of a key that is a hash, in hex: enough for what one commune decides */

/* One thing that waits. Empty texts are left out. */
struct inbox_item {
    struct tq_slice id; /* key of the item; empty: it has none */
    int64_t refused;    /* of a refused change instead: its number */
    const char *code;
    struct cli_text kind;
    const struct tq_table *table; /* of the row that it is about, with its key; NULL: not here */
    struct tq_slice key;
    struct tq_slice row;
    struct tq_slice kept;    /* what stands: value, author, device, time */
    struct tq_slice other;   /* what was not taken, likewise */
    const char *reason_code; /* "": none */
    const char *reason;      /* the rule that chose */
    struct tq_slice detail;
    struct tq_slice effect;  /* on the score, in words; or why there is no figure */
    json_t *effect_json;     /* consumed; NULL: there is none */
    const char *effect_none; /* why not, by code (effect_words.h); NULL: there is one */
    const char *next;
    bool answered; /* nothing to do here any more, or never was: does not count */
};

/* Text of a column; empty where it is NULL. */
struct tq_slice inbox_text(
        const struct tq_table *table, const struct tq_record *record, const char *column);

/* How many letters of its key an item of this kind is called by. Rows that one program wrote in one
 * run begin alike: one that came back has its whole key. */
size_t inbox_id_letters(struct tq_slice kind);

/* Several items begin as `id` does: name two of them. */
TQ_MUST_CHECK tq_status inbox_say_several(
        const char *id, struct tq_slice one, struct tq_slice other, struct tq_error *err);

/* What an item is called: its id as the list has it, "r12", or "table:key" where it has none. Appends;
 * nothing for one that is about no row here. */
void inbox_item_name(const struct inbox_item *item, struct tq_buf *out);

/* Is it the one that `name` means: so called, or with an id that begins so? */
TQ_MUST_CHECK tq_status inbox_is_named(
        const struct inbox_item *item, const char *name, bool *is, struct tq_error *err);

/* The row that an entry is about, by table_name and row_key; NULL: of a table unknown here. */
const struct tq_table *inbox_target(const struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *key);

/* "table row" in words; a row that is not here by its key. */
TQ_MUST_CHECK tq_status inbox_name_row(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice *out, struct tq_error *err);

/* The same of the row that an entry is about; empty where its table is unknown here. */
TQ_MUST_CHECK tq_status inbox_target_name(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_slice *out, struct tq_error *err);

/* "Column = value (who, device, when)" of one side of an entry, by the columns that hold them; without
 * `writer` the values alone. Nothing when it has no values. */
TQ_MUST_CHECK tq_status inbox_side(struct app *app, const struct tq_table *table,
        const struct tq_record *record, const char *values, const char *const writer[3],
        struct tq_slice *out, struct tq_error *err);

/* Print what was decided lately, the newest first. */
TQ_MUST_CHECK tq_status inbox_decided(struct app *app, struct tq_error *err);

/* Does the row hold exactly these values ("number=quoted," repeated) now? */
TQ_MUST_CHECK tq_status inbox_stands(struct app *app, const struct tq_table *target,
        struct tq_slice key, struct tq_slice values, bool *same, struct tq_error *err);

/* What was put together, kept in the arena; the buffer is used up. */
TQ_MUST_CHECK tq_status inbox_keep(
        struct app *app, struct tq_buf *text, struct tq_slice *out, struct tq_error *err);

/* Keep the value that stands, or take the other one, of the conflict that `id` names. Fails: STALE
 * (decided already, or the value moved on), NOT_FOUND. Both are ordinary changes in one transaction. */
TQ_MUST_CHECK tq_status inbox_decide(
        struct app *app, bool take, const char *id, struct tq_error *err);

/* A refused change by its name ("r12"). *found false: `id` is no such name. Fails: STALE (answered, or
 * none of this number). */
TQ_MUST_CHECK tq_status inbox_find_refused(struct app *app, const char *id,
        struct tq_refused_cell *out, bool *found, struct tq_error *err);

/* Put other values ("COLUMN=VALUE") into the row that an item is about. */
TQ_MUST_CHECK tq_status inbox_edit(struct app *app, const char *id, const char *const *args,
        size_t nargs, struct tq_error *err);

/* Take an answer back: what stood before it, and the decision or the note of it; NULL: the last answer
 * that was given on this machine, of whatever kind. Fails: STALE when there is nothing to take back or
 * the value moved on; NEEDS_PERSON: `id` begins several. */
TQ_MUST_CHECK tq_status inbox_undo(struct app *app, const char *id, struct tq_error *err);

/* The conflict that `id` names, and taking its decision back. */
TQ_MUST_CHECK tq_status inbox_find_conflict(struct app *app, const char *id,
        const struct tq_table **table, struct tq_record *record, struct tq_error *err);
TQ_MUST_CHECK tq_status inbox_undo_decision(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct tq_error *err);

/* `given` ("number=quoted," repeated) as an ordinary change over `seen`, which must still stand. Of a
 * newer program's columns this one can write none: then it writes nothing. */
TQ_MUST_CHECK tq_status inbox_write_over(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice given, struct tq_slice seen, struct tq_error *err);

/* What the row holds in the wanted columns, as the change log writes it; or in the columns of `like`,
 * such a text itself. Empty when it is not here. */
TQ_MUST_CHECK tq_status inbox_values_of(struct app *app, const struct tq_table *table,
        struct tq_slice key, const bool *wanted, struct tq_slice *out, struct tq_error *err);
TQ_MUST_CHECK tq_status inbox_values(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice like, struct tq_slice *out, struct tq_error *err);

/* Note an answer inside its transaction; fills in who and when. */
TQ_MUST_CHECK tq_status inbox_note(struct app *app, struct tq_answer *answer, struct tq_error *err);

/* Effects that one list counts: each is a count of the whole score, and holds the file meanwhile. */
#define INBOX_EFFECTS 20u

/* What a period gives as the file stands: counted once for all its conflicts. Zeros: of none yet. */
struct inbox_points {
    char period[TQ_PERIOD_TEXT];
    int64_t final_c;
    size_t counted;   /* effects so far: those after INBOX_EFFECTS only say that they were not */
    bool all;         /* however many there are */
    const char *only; /* of the item that this means alone; NULL: of each */
};

/* There is no figure, and why: a code of effect_none_words, and its words. */
void inbox_no_effect(const struct app *app, const char *code, struct inbox_item *item);

/* What the score of the row's quarter would be with these values in the row, computed on the file
 * itself and rolled back; or why it cannot be computed. */
TQ_MUST_CHECK tq_status inbox_effect(struct app *app, struct inbox_points *now,
        const struct tq_table *target, struct tq_slice key, struct tq_slice values,
        struct inbox_item *item, struct tq_error *err);

/* What the row itself gives that the district has not: without it, and with it. */
TQ_MUST_CHECK tq_status inbox_effect_row(struct app *app, struct inbox_points *now,
        const struct tq_table *table, struct tq_slice key, struct inbox_item *item,
        struct tq_error *err);

/* A report that the district gave back: the figures that it named as they are here, who submitted it
 * when; the district's reasons, with who gave it back when. */
TQ_MUST_CHECK tq_status inbox_fill_report(struct app *app, const struct tq_table *table,
        const struct tq_record *record, struct inbox_item *item, struct tq_error *err);

/* Each text of this office that looks like personal data or is stamped secret, through `put`. */
typedef void (*inbox_put_fn)(void *ctx, const struct inbox_item *item);
TQ_MUST_CHECK tq_status inbox_lint(
        struct app *app, inbox_put_fn put, void *ctx, struct tq_error *err);

#endif

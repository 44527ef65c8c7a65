/* office_internal.h - Shared by the files of the office side; not installed. */
#ifndef TQ_OFFICE_INTERNAL_H
#define TQ_OFFICE_INTERNAL_H

#include "tuquan/office.h"

#define TQ_OFFICE_ARENA_BYTES ((size_t)256 * 1024 * 1024)

/* The end of the file's chain; seq 0 when nothing was ever sealed. Within a transaction. */
TQ_MUST_CHECK tq_status tq_office_head(struct tq_office *office, struct tq_arena *arena,
        struct tq_chain_point *head, struct tq_error *err);

/* Frame, hash and sign a body as the next set of the file's chain. The first of an incarnation names
 * *head as its parent. Moves *head. WRITE transaction. */
TQ_MUST_CHECK tq_status tq_office_seal_body(struct tq_office *office,
        const struct tq_office_state *state, struct tq_chain_point *head, struct tq_set_body *body,
        struct tq_stored_set *stored, struct tq_error *err);

/* The last set of the file that was answered, at or below the head `kept`: where a new branch begins;
 * seq 0 when none was. */
TQ_MUST_CHECK tq_status tq_office_confirmed(struct tq_office *office, uint64_t kept,
        struct tq_chain_point *point, struct tq_error *err);

/* A set that the district has answered for, whatever it has to say again about it. */
bool tq_office_is_answered(const struct tq_stored_set *set);

/* May the district itself write this column? */
bool tq_office_is_districts(const struct tq_column *column);

/* Canonical values of a row, given the file's values and its unsettled cells: false when the
 * district has no such row. */
bool tq_office_canonical(const struct tq_table *table, const struct tq_pending *pending,
        size_t npending, struct tq_value *values);

/* Values of a message's row by column index; PROTOCOL when they do not fit table and key. Columns
 * that the row does not bring keep what `values` holds. */
TQ_MUST_CHECK tq_status tq_office_row_values(const struct tq_table *table, const struct tq_row *row,
        struct tq_value *values, struct tq_error *err);

/* Bring a row to the district's state, its unsettled cells kept over it. APPLY transaction. */
TQ_MUST_CHECK tq_status tq_office_lay_row(struct tq_office *office, const struct tq_row *row,
        struct tq_arena *arena, bool *split, struct tq_error *err);

/* The values of one cell out of a whole row, as cells in `arena`; columns that stay are not. */
TQ_MUST_CHECK tq_status tq_office_cell_of(const struct tq_table *table, uint32_t cell,
        const struct tq_value *values, struct tq_arena *arena, struct tq_cells *out,
        struct tq_error *err);

/* Every exception of a set, one verdict per change and cell, sorted by place: a later receipt that
 * names a change replaces what earlier ones said about it. *merged_at is the last receipt's. */
struct tq_fates {
    struct tq_exception *list;
    size_t n;
    uint64_t merged_at;
    bool confirmed; /* a first receipt is among them */
};
TQ_MUST_CHECK tq_status tq_office_fates(struct tq_office *office, const struct tq_set *set,
        struct tq_arena *arena, struct tq_fates *out, struct tq_error *err);

/* True when no receipt names the change at `place`: accepted as sent. */
bool tq_office_as_sent(const struct tq_fates *fates, uint32_t place);

/* The same for every confirmed set that still carries unsettled cells. */
TQ_MUST_CHECK tq_status tq_office_refresh_all(
        struct tq_office *office, int64_t now_ms, struct tq_error *err);

/* Store one receipt and say what each unsettled cell now waits for; the caller settles and puts
 * the state. APPLY transaction. As tq_office_take_receipt. */
TQ_MUST_CHECK tq_status tq_office_store_receipt(struct tq_office *office,
        const struct tq_receipt *receipt, struct tq_office_state *state, int64_t now_ms,
        struct tq_arena *arena, bool *mine, struct tq_error *err);

/* The sums that are kept between comparisons: begin and put while every row is read, get instead of
 * reading, change for each canonical row that becomes another (NULL: no such row), end with each
 * APPLY transaction, forget what may be wrong. */
void tq_sums_begin(struct tq_office *office, uint32_t schema);
bool tq_sums_put(struct tq_office *office, const struct tq_range *range);
bool tq_sums_get(struct tq_office *office, struct tq_range *range);
void tq_sums_change(struct tq_office *office, const struct tq_table *table,
        const struct tq_value *before, const struct tq_value *after);
void tq_sums_end(struct tq_office *office, bool committed);
void tq_sums_forget(struct tq_office *office);

#define TQ_NO_LEDGER 0xff /* a hash of these is no ledger's; zeros would say that it is not known */

/* The file knows something that was made at `head`: a district that was put back to before it is
 * told by the next Hello. While the histories differ (`rebuilding`) the top stays, and is in neither
 * of them from now on: whichever comes next, what the file has of both is compared. */
void tq_office_raise_top(const struct tq_office *office, struct tq_office_state *state,
        uint64_t head, const uint8_t hash[TQ_HASH_BYTES]);

/* Settle every cell that is due. APPLY transaction. */
TQ_MUST_CHECK tq_status tq_office_settle(
        struct tq_office *office, uint64_t cursor, size_t *settled, struct tq_error *err);

/* Make the accepted changes of a confirmed set canonical. APPLY transaction. */
TQ_MUST_CHECK tq_status tq_office_make_canonical(
        struct tq_office *office, struct tq_stored_set *set, struct tq_error *err);

#endif

/* entries.h - The open entries of the inbox at the district: conflicts, held rows, requests; as a
 * list, and one of them by the first digits of its number.
 *
 * Ownership: entries live in the app's arena.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_ENTRIES_H
#define TQ_SERVER_ENTRIES_H

#include "app.h"
#include "cli/table.h"
#include "tuquan/district_reports.h"

/* REFUSED: a neighbour's requests that an officer refused, which can be reopened. CLOSED: conflicts
 * that wait for nobody any more (tq_report_closed). */
enum entries_kind {
    ENTRIES_CONFLICTS,
    ENTRIES_HELD,
    ENTRIES_REQUESTS,
    ENTRIES_REFUSED,
    ENTRIES_CLOSED
};

/* Who can decide about an entry: here, the commune in its own inbox, whoever decides about the request
 * that was made of it, nobody (it waits for the district's update). */
enum entries_who { ENTRIES_BY_DISTRICT, ENTRIES_BY_COMMUNE, ENTRIES_BY_REQUEST, ENTRIES_BY_UPDATE };

#define ENTRIES_ID_DIGITS 8 /* what people see of an id */

/* Print those of the commune that `text` means (NULL: of all). Fails: as app_unit and the store. */
TQ_MUST_CHECK tq_status entries_list(struct app *app, struct cli *cli, enum entries_kind kind,
        const char *text, struct tq_error *err);

/* Those of a kind as they are, of one unit or (empty) of all. */
TQ_MUST_CHECK tq_status entries_load(struct app *app, enum entries_kind kind, struct tq_slice unit,
        struct tq_open_entry **out, size_t *count, struct tq_error *err);

/* Four cells of a list: the id, the unit, the row, the cell. */
TQ_MUST_CHECK tq_status entries_put_where(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *entry, struct tq_error *err);

/* A cell: "Column = value", of a text as the entries keep it. */
TQ_MUST_CHECK tq_status entries_put_values(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_open_entry *entry, struct tq_slice text, struct tq_error *err);

/* All cells of an open conflict: one for each of ENTRIES_CONFLICT. */
#define ENTRIES_CONFLICT_COLUMNS 10u
extern const struct cli_column ENTRIES_CONFLICT[ENTRIES_CONFLICT_COLUMNS];
TQ_MUST_CHECK tq_status entries_put_conflict(struct app *app, struct cli *cli,
        struct cli_table *out, const struct tq_open_entry *entry, struct tq_error *err);

/* The cell that an entry is about; TQ_CELL_ROW: the whole row. */
uint32_t entries_cell(const struct tq_table *table, const struct tq_open_entry *entry);

/* The sentence of a reason's code ("R15"); anything else as it stands. */
struct tq_slice entries_reason(const struct cli *cli, struct tq_slice code);

enum entries_who entries_who(
        struct app *app, enum entries_kind kind, const struct tq_open_entry *entry);

/* The open entry whose id begins with these hex digits. Fails: NOT_FOUND, USAGE (not hex, or more
 * than one begins so). */
TQ_MUST_CHECK tq_status entries_find(struct app *app, enum entries_kind kind, const char *id,
        struct tq_open_entry *out, struct tq_error *err);

/* The change that an entry is about, as changes of the district's own: columns and values of its
 * text. Fails: CORRUPT, NOT_FOUND (a table or cell that this version does not know). */
TQ_MUST_CHECK tq_status entries_change(struct app *app, const struct tq_open_entry *entry,
        struct tq_slice text, struct tq_change *out, struct tq_error *err);

/* Cells of the entry's own row: `names` and `values`, as edits. */
struct edit_list;
TQ_MUST_CHECK tq_status entries_edit(struct app *app, struct edit_list *edits,
        enum entries_kind kind, const struct tq_open_entry *entry, const char *const *names,
        const struct tq_value *values, size_t count, struct tq_error *err);

#endif

/* show.h - What stands in the district's file, in words: units by name, columns by label, codes by
 * word; and the same for programs.
 *
 * Ownership: slices live in the app's arena or borrow from what was given.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_SHOW_H
#define TQ_SERVER_SHOW_H

#include "app.h"
#include "cli/json.h"
#include "cli/table.h"

/* Rows at a table's keys are asked for one by one: these are for lists that a person reads. */

/* The full name of a unit; its key when the file has no such unit. */
TQ_MUST_CHECK tq_status show_unit(
        struct app *app, struct tq_slice unit, struct tq_slice *out, struct tq_error *err);

/* Does a label begin with the code of the unit ("02632-20-A-031"), which has no short name then? */
bool show_bears_code(struct tq_slice label, struct tq_slice unit);

/* "Vụ việc BL-20-A-031", "Thông báo 02632-20-A-031 (Trường Sinh)": the table, and the label of the row
 * or the parts of its key. Appends. */
TQ_MUST_CHECK tq_status show_row(struct app *app, const struct cli *cli,
        const struct tq_table *table, struct tq_slice key, struct tq_buf *out,
        struct tq_error *err);

/* One value. Appends. */
TQ_MUST_CHECK tq_status show_value(struct app *app, const struct cli *cli,
        const struct tq_table *table, const struct tq_column *column, const struct tq_value *value,
        struct tq_buf *out, struct tq_error *err);

/* "Loại = Trộm cắp; Ngày xảy ra = 15/11/2020" of columns by number; *json is an object by column
 * name. Appends; NULL values are "(trống)". */
TQ_MUST_CHECK tq_status show_values(struct app *app, const struct cli *cli,
        const struct tq_table *table, const uint32_t *columns, const struct tq_value *values,
        size_t count, struct tq_buf *out, json_t *json, struct tq_error *err);

/* The same of a text as inbox rows keep it: `<column number>=<quoted value>,`. */
TQ_MUST_CHECK tq_status show_text(struct app *app, const struct cli *cli,
        const struct tq_table *table, struct tq_slice text, struct tq_buf *out, json_t *json,
        struct tq_error *err);

/* A cell: a code in the reader's words, a day as people write it; JSON has what is stored. */
void show_code(struct cli_table *out, const struct tq_table *table, int column,
        const struct tq_value *value);
void show_date(struct cli_table *out, const struct tq_value *value);

/* "Cả dòng", or the label of a column or of a group's first column. */
const char *show_cell(const struct cli *cli, const struct tq_table *table, uint32_t cell);

/* For programs: hex of a surrogate key, else its parts parted by ';'. */
json_t *show_key_json(const struct tq_table *table, struct tq_slice key);
json_t *show_value_json(const struct tq_value *value);

/* The key that a person typed: 32 hex digits, a label, or the parts of a natural key parted by ';'.
 * Fails: NOT_FOUND; NEEDS_PERSON when several rows have the label. */
TQ_MUST_CHECK tq_status show_find_key(struct app *app, const struct cli *cli,
        const struct tq_table *table, const char *text, struct tq_slice *out, struct tq_error *err);

#endif

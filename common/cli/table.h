/* table.h - Rows for people and for programs from one description: columns aligned by what
 * Vietnamese letters take on the screen, or JSON objects with stable English keys.
 *
 * Ownership: cli_table_deinit frees; texts are copied.
 * Threads:   the main thread. A failed allocation is remembered and told by cli_table_print. */
#ifndef TQ_CLI_TABLE_H
#define TQ_CLI_TABLE_H

#include "cli/cli.h"
#include "tuquan/bytes.h"
#include "tuquan/value.h"

struct cli_column {
    const char *key; /* in JSON; never changes */
    struct cli_text title;
    bool right; /* numbers */
    bool wide;  /* may be cut when the screen is narrow */
};

struct cli_table {
    struct cli *cli;
    const struct cli_column *columns;
    size_t ncolumns;
    size_t nrows;
    size_t at;           /* next column of the row in work */
    bool drop_empty;     /* for people: leave out columns in which nothing stands */
    struct tq_buf texts; /* cells one after another */
    bool cut;            /* a cell had no memory: nothing is printed */
    struct tq_buf ends;  /* size_t each: where a cell ends in texts */
    json_t *rows;
    json_t *row;
};

/* An empty table of these columns, which must outlive it, as the descriptions of a command do. */
void cli_table_init(struct cli_table *table, struct cli *cli, const struct cli_column *columns,
        size_t ncolumns);
void cli_table_deinit(struct cli_table *table);

/* Cells in the order of the columns; after the last one a new row begins by itself. */
void cli_table_text(struct cli_table *table, struct tq_slice text);
void cli_table_str(struct cli_table *table, const char *text); /* NULL: nothing, null in JSON */
void cli_table_int(struct cli_table *table, int64_t number);

/* What people see beside what programs get; `value` is consumed. */
void cli_table_both(struct cli_table *table, const char *shown, json_t *value);
/* 1/100 as points; nothing where there are none. */
void cli_table_points(struct cli_table *table, bool there, int64_t points_c);

/* As cli_show_instant shows it; 0: nothing, and null. */
void cli_table_instant(struct cli_table *table, int64_t at_ms);
void cli_table_both_text(struct cli_table *table, struct tq_slice shown, json_t *value);

/* The same of a text that was put together: a cell that had no memory fails the table. */
void cli_table_text_buf(struct cli_table *table, const struct tq_buf *text);
void cli_table_both_buf(struct cli_table *table, const struct tq_buf *shown, json_t *value);

/* Under --json the row that was put last, for keys that stand in no column; NULL otherwise. */
json_t *cli_table_last(struct cli_table *table);

/* Print, or put the rows into the JSON result under `key`. Fails: NOMEM. */
TQ_MUST_CHECK tq_status cli_table_print(
        struct cli_table *table, const char *key, struct tq_error *err);

/* The same; where there is no row, people are told so in this sentence. */
TQ_MUST_CHECK tq_status cli_table_print_or(
        struct cli_table *table, const char *key, const char *none, struct tq_error *err);

/* The same for what is too much for one line: a block of "title: value" for each row, numbered, folded
 * at 100 columns; empty cells are left out. */
TQ_MUST_CHECK tq_status cli_table_print_blocks(
        struct cli_table *table, const char *key, struct tq_error *err);

/* For people: 1.234.567 (or 1,234,567), 92,39 from 1/100, 15/11/2020 from 2020-11-15. The result
 * lies in `out` (at least 40 bytes). */
const char *cli_show_number(const struct cli *cli, int64_t number, char *out, size_t size);
const char *cli_show_points(const struct cli *cli, int64_t points_c, char *out, size_t size);
const char *cli_show_date(const struct cli *cli, struct tq_slice date, char *out, size_t size);

/* UTC milliseconds as date and time in Viet Nam (UTC+7). */
const char *cli_show_instant(const struct cli *cli, int64_t at_ms, char *out, size_t size);

#endif

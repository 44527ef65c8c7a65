/* story.h - Changes as they came, in words: who, what before and after, what became of it.
 *
 * Ownership: cells go into the caller's table.
 * Threads:   those of the app. */
#ifndef TQ_SERVER_STORY_H
#define TQ_SERVER_STORY_H

#include "show.h"
#include "tuquan/district_reports.h"

/* The name that it was written under; another program has none. */
void story_author(struct cli_table *out, const struct cli *cli, const struct tq_change *change);

/* Whose device it was, by name; the district's own is of no unit. */
void story_unit(
        struct cli_table *out, const struct cli *cli, struct tq_slice name, struct tq_slice unit);

/* The number of a device; the district's own has a word. */
void story_device(struct cli_table *out, const struct cli *cli, uint32_t device);

/* The label of the cell; by name for programs, "" for a whole row. */
void story_cell(struct cli_table *out, const struct cli *cli, const struct tq_table *table,
        const struct tq_change *change);

/* Its values before or after. */
TQ_MUST_CHECK tq_status story_side(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_table *table, const struct tq_change *change, bool before,
        struct tq_error *err);

/* Two cells: the verdict, and the reason where there is one. */
void story_fate(struct cli_table *out, const struct cli *cli, const struct tq_why_entry *entry);

#endif

/* liaison_catalogue.c - The catalogue of a link, derived from that of the build: so triggers, merge,
 * rows and digests hold what an agreement is about without a line of their own. */
#include <string.h>

#include "tuquan/liaison.h"
#include "tuquan/mem.h"

#define PARTNERS (TQ_BY_COMMUNE | TQ_BY_PARTNER) /* as whom it comes */

struct link_catalogue {
    struct tq_catalogue catalogue; /* first: it is what the caller has */
    struct tq_table *tables;
};

/* What the merge itself writes, and the one unit that the partner is a device of. */
static bool is_kept(const struct tq_table *table)
{
    static const char *const KEPT[] = { "unit", "correction_request", "conflict", "held_row" };

    for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++)
        if (strcmp(table->name, KEPT[i]) == 0)
            return true;
    return tq_liaison_is_table(table);
}

/* References lead to rows that stay at home: here they are words. The owner is one, too. */
static void free_column(const struct tq_table *table, size_t at, struct tq_column *column)
{
    if ((int)at == table->owner)
        column->cell = column->id;
    if (column->rule.kind == TQ_RULE_REF) {
        column->rule.kind = TQ_RULE_LENGTH;
        column->rule.low = 1;
        column->rule.high = TQ_MAX_KEY_BYTES;
        column->rule.ref = NULL;
    }
    column->writers = tq_liaison_is_answer(column) ? TQ_BY_COMMUNE : TQ_BY_DISTRICT;
}

/* What the merge keeps for itself: no word in it is the partner's. */
static void close_table(const struct tq_table *from, struct tq_table *to, struct tq_column *columns)
{
    memcpy(columns, from->columns, from->ncolumns * sizeof(*columns));
    for (size_t i = 0; i < from->ncolumns; i++)
        if ((columns[i].writers & PARTNERS) != 0)
            columns[i].writers = (columns[i].writers & ~(unsigned)PARTNERS) | TQ_BY_DISTRICT;
    to->columns = columns;
    if ((to->writers & PARTNERS) != 0)
        to->writers = (to->writers & ~(unsigned)PARTNERS) | TQ_BY_DISTRICT;
}

static void make_public(const struct tq_table *from, struct tq_table *to, struct tq_column *columns)
{
    memcpy(columns, from->columns, from->ncolumns * sizeof(*columns));
    for (size_t i = 0; i < from->ncolumns; i++)
        free_column(from, i, &columns[i]);
    *to = *from;
    to->columns = columns;
    to->scope = TQ_PUBLIC;
    to->owner = -1;
    to->lock_by = -1;
    to->also_locked = NULL;
    to->steps = NULL;
    to->group_rules = NULL; /* that a row is void crosses without the words about it */
    to->ngroup_rules = 0;
    to->writers = TQ_BY_DISTRICT;
    memset(to->alike, 0, sizeof(to->alike));
}

tq_status tq_liaison_catalogue_new(
        struct tq_catalogue **out, const struct tq_catalogue *current, struct tq_error *err)
{
    struct link_catalogue *made = tq_mem_zalloc(sizeof(*made));
    struct tq_column *columns;
    size_t tables = current->ntables * sizeof(struct tq_table);
    size_t nkept = 0;

    *out = NULL;
    for (size_t i = 0; i < current->ntables; i++)
        nkept += is_kept(&current->tables[i]);
    if (made != NULL) /* the columns lie behind the tables */
        made->tables = tq_mem_zalloc(tables + nkept * TQ_MAX_COLUMNS * sizeof(*columns));
    if (made == NULL || made->tables == NULL) {
        tq_mem_free(made);
        return tq_error_set(err, TQ_NOMEM, "catalogue");
    }
    columns = (struct tq_column *)(void *)((uint8_t *)made->tables + tables);
    made->catalogue.version = current->version;
    made->catalogue.tables = made->tables;
    for (size_t i = 0; i < current->ntables; i++) {
        const struct tq_table *table = &current->tables[i];
        struct tq_table *to = &made->tables[made->catalogue.ntables];

        if (!is_kept(table))
            continue;
        made->catalogue.ntables++;
        *to = *table;
        if (tq_liaison_is_table(table))
            make_public(table, to, columns);
        else
            close_table(table, to, columns);
        columns += TQ_MAX_COLUMNS;
    }
    *out = &made->catalogue;
    return TQ_OK;
}

void tq_liaison_catalogue_free(struct tq_catalogue *catalogue)
{
    struct link_catalogue *made = (struct link_catalogue *)(void *)catalogue;

    if (made == NULL)
        return;
    tq_mem_free(made->tables);
    tq_mem_free(made);
}

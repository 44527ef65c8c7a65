/* cmd_reconcile.c - tuquan-district reconcile PERIOD [UNIT [INCIDENT...]]: incidents of the period were
 * compared with the district's second source. They stand as the commune wrote them, or are
 * reclassified with a reason. By which document, and why, stands in the trail, in the transaction of
 * what it says. Those that a commune leaves to the other side of a border are marked, too, and told
 * of: somebody has looked at that. */
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "edit_value.h"
#include "reconcile.h"
#include "show.h"
#include "tuquan/district_audit.h"
#include "tuquan/facts.h"
#include "tuquan/words.h"

#define PAGE 512
#define SAID_ROWS ((size_t)40) /* named in the trail; the ledger has each */
#define SEEN "seen:"
#define SEEN_LEN (sizeof(SEEN) - 1 + RECONCILE_SEEN_BYTES - 1 + 1)

static const struct cli_option OPTIONS[] = {
    { "list", 'l', NULL,
            { "xem vụ việc chưa và đã đối soát của xã",
                    "incidents of the commune: open, compared" } },
    { "document", 'd', "SỐ",
            { "văn bản của nguồn thứ hai, ghi vào nhật ký", "document of the second source" } },
    { "reason", 'r', "LÝ_DO",
            { "vì sao xếp lại, ghi vào nhật ký", "why it is reclassified, for the trail" } },
    { "category", 'c', "LOẠI",
            { "xếp lại loại; trống: như xã ghi", "another category; empty: the commune's" } },
    { "area", 'a', "1..5",
            { "xếp lại lĩnh vực; trống: như xã ghi", "another area; empty: the commune's" } },
    { "found-by-other", 'f', "0|1",
            { "nguồn khác phát hiện, xã không báo", "found by another source" } },
    { "counted-here", 'n', "0|1",
            { "xã ghi xảy ra ở đơn vị bạn, mà tính ở xã",
                    "counts here, whatever the commune says" } },
    CMD_OPTION_SHEET,
    { NULL, 0, NULL, { NULL, NULL } },
};

/* What a decision may write, and whose word of the commune it stands beside. */
static const struct {
    const char *option;
    const char *column;
    const char *own; /* NULL: none */
} CELLS[] = {
    { "area", "reclassified", "area" },
    { "category", "reclassified_category", "category" },
    { "found-by-other", "found_by_other", NULL },
    { "counted-here", "counted_here", NULL },
};
#define NCELLS (sizeof(CELLS) / sizeof(CELLS[0]))

struct reconciling {
    struct app *app;
    struct cli *cli;
    const struct tq_table *table;
    struct tq_slice unit; /* empty: all */
    struct tq_facts_period period;
    bool changes; /* some cell is told */
    bool told[NCELLS];
    struct tq_value cells[NCELLS];
    struct edit_list edits;
    struct tq_buf said; /* which rows, and what became of them */
    size_t nsaid;
    json_t *stale;
    size_t across; /* left to the other side of a border, of those that are marked */
};

static const struct tq_value *value_of(const struct tq_stored_row *row, const char *column)
{
    return &row->values[tq_table_column_find(row->table, column)];
}

static bool falls(const struct reconciling *r, const struct tq_stored_row *row)
{
    struct tq_incident_days days = tq_facts_incident_days(
            value_of(row, "occurred_on"), value_of(row, "known_at"), value_of(row, "due_on"));

    return value_of(row, "voided_at")->type == TQ_NULL &&
           tq_facts_incident_falls(days, r->period.window);
}

/* The district's word where it differs from the commune's own. */
static struct tq_value cell_of(
        const struct reconciling *r, const struct tq_stored_row *row, size_t i)
{
    return CELLS[i].own != NULL && tq_value_equal(&r->cells[i], value_of(row, CELLS[i].own))
                   ? tq_value_null()
                   : r->cells[i];
}

/* "BL-20-A-031 (Loại: Trộm cắp → Cướp)". */
static tq_status say(struct reconciling *r, const struct tq_stored_row *row,
        const struct tq_value *values, struct tq_error *err)
{
    const struct tq_value *label = value_of(row, "label");
    const struct cli vi = { .lang = TQ_LANG_VI };
    bool first = true;
    tq_status rc = TQ_OK;

    if (r->nsaid++ >= SAID_ROWS)
        return TQ_OK;
    tq_buf_printf(&r->said, "%s", r->said.len > 0 ? ", " : "");
    if (label->type == TQ_TEXT)
        tq_buf_append(&r->said, label->s.data, label->s.len);
    else
        rc = show_row(r->app, &vi, r->table, row->key, &r->said, err);
    for (size_t i = 0; rc == TQ_OK && i < NCELLS; i++) {
        int at = tq_table_column_find(r->table, CELLS[i].column);
        const struct tq_column *column = &r->table->columns[at];
        const struct tq_value *own =
                CELLS[i].own != NULL ? value_of(row, CELLS[i].own) : &row->values[at];
        const struct tq_value *was = row->values[at].type != TQ_NULL ? &row->values[at] : own;
        const struct tq_value *now = values[at].type != TQ_NULL ? &values[at] : own;

        if (!r->told[i] || tq_value_equal(was, now))
            continue;
        tq_buf_printf(
                &r->said, "%s%s: ", first ? " (" : "; ", tq_word_of_column(column, TQ_LANG_VI));
        first = false;
        rc = show_value(r->app, &vi, r->table, column, was, &r->said, err);
        tq_buf_printf(&r->said, " → ");
        if (rc == TQ_OK)
            rc = show_value(r->app, &vi, r->table, column, now, &r->said, err);
    }
    if (!first)
        tq_buf_printf(&r->said, ")");
    return rc;
}

static tq_status mark(struct reconciling *r, const struct tq_stored_row *row, struct tq_error *err)
{
    const struct tq_table *t = r->table;
    int reconciled = tq_table_column_find(t, "reconciled");
    size_t before = r->edits.updated;
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    tq_status rc;

    for (size_t i = 0; i < t->ncolumns; i++)
        values[i] = row->values[i];
    given[t->key[0]] = true;
    given[reconciled] = true;
    values[reconciled] = tq_value_int(1);
    for (size_t i = 0; i < NCELLS; i++) {
        int at = tq_table_column_find(t, CELLS[i].column);

        if (!r->told[i])
            continue;
        given[at] = true;
        values[at] = cell_of(r, row, i);
    }
    rc = edit_row(&r->edits, r->app, t, values, given, err);
    if (rc != TQ_OK || r->edits.updated == before)
        return rc;
    r->across += value_of(row, "across_unit")->type != TQ_NULL &&
                 values[tq_table_column_find(t, "counted_here")].i != 1;
    return say(r, row, values, err);
}

static tq_status walk(struct reconciling *r, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);
    const struct tq_table *t = r->table;
    struct tq_stored_row *page = tq_arena_array(r->app->arena, PAGE, sizeof(*page));
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t got = PAGE;
    tq_status rc = page == NULL ? tq_error_set(err, TQ_NOMEM, "incidents") : TQ_OK;

    while (rc == TQ_OK && got == PAGE) {
        rc = ops->rows_scan(ops->ctx, t, r->unit, after, tq_slice_of(NULL, 0), PAGE, r->app->arena,
                page, &got, err);
        for (size_t i = 0; rc == TQ_OK && i < got; i++) {
            page[i].table = t;
            if (value_of(&page[i], "reconciled")->i != 1 && falls(r, &page[i]))
                rc = mark(r, &page[i], err);
        }
        if (got > 0)
            after = page[got - 1].key;
    }
    return rc;
}

/* "seen:HASH:ROW": the row, and what its reader saw of it. */
static bool is_seen(const char *argument, const struct tq_stored_row *row)
{
    char now[RECONCILE_SEEN_BYTES];

    reconcile_seen(row, now);
    return strncmp(argument + sizeof(SEEN) - 1, now, sizeof(now) - 1) == 0;
}

/* One that a person named. What somebody changed after it was read is told, and nothing is written. */
static tq_status mark_named(struct reconciling *r, const char *argument, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);
    bool saw = strncmp(argument, SEEN, sizeof(SEEN) - 1) == 0 && strlen(argument) > SEEN_LEN;
    const char *name = saw ? argument + SEEN_LEN : argument;
    struct tq_stored_row row = { 0 };
    struct tq_slice key;
    tq_status rc = show_find_key(r->app, r->cli, r->table, name, &key, err);

    if (rc == TQ_OK)
        rc = ops->rows_get(ops->ctx, r->table, &key, 1, r->app->arena, &row, err);
    if (rc != TQ_OK)
        return rc;
    row.table = r->table;
    row.key = key;
    if (!row.exists || !tq_slice_equal(row.values[r->table->owner].s, r->unit))
        return tq_error_set(
                err, TQ_NOT_FOUND, "%s %s", tq_word_of_table(r->table, r->cli->lang), name);
    if (saw && !is_seen(argument, &row)) {
        json_array_append_new(r->stale, show_key_json(r->table, key));
        return TQ_OK;
    }
    if (!falls(r, &row))
        return tq_error_set(err, TQ_NOT_FOUND, "%s %s: %s",
                tq_word_of_table(r->table, r->cli->lang), name, r->app->period);
    return mark(r, &row, err);
}

static tq_status mark_all_named(struct reconciling *r, struct tq_error *err)
{
    struct tq_buf names;
    tq_status rc = TQ_OK;

    r->stale = json_array();
    for (size_t i = 2; rc == TQ_OK && i < r->cli->nargs; i++)
        rc = mark_named(r, r->cli->args[i], err);
    if (rc != TQ_OK || json_array_size(r->stale) == 0) {
        json_decref(r->stale);
        return rc;
    }
    tq_buf_init(&names, 0);
    for (size_t i = 0; rc == TQ_OK && i < json_array_size(r->stale); i++) {
        struct tq_slice key;

        rc = show_find_key(r->app, r->cli, r->table, json_string_value(json_array_get(r->stale, i)),
                &key, err);
        tq_buf_printf(&names, "%s", i > 0 ? ", " : "");
        if (rc == TQ_OK)
            rc = show_row(r->app, r->cli, r->table, key, &names, err);
    }
    cli_json_set(r->cli, "stale_rows", r->stale);
    if (rc == TQ_OK)
        rc = tq_error_set(err, TQ_STALE, "%.*s", (int)names.len, (const char *)names.data);
    tq_buf_deinit(&names);
    return rc;
}

/* With its line of the trail; what changes nothing has none. */
static tq_status write(struct reconciling *r, struct tq_error *err)
{
    const char *document = cli_option(r->cli, "document");
    const char *reason = cli_option(r->cli, "reason");
    struct tq_audit_entry entry = { .at_ms = app_now_ms() };
    struct tq_buf about;
    tq_status rc;

    if (r->edits.count == 0)
        return TQ_OK;
    tq_buf_init(&about, 0);
    tq_buf_printf(&about, "%s%s%.*s: ", r->app->period, r->unit.len > 0 ? " " : "",
            (int)r->unit.len, r->unit.len > 0 ? (const char *)r->unit.data : "");
    if (document != NULL)
        tq_buf_printf(&about, "theo %s; ", document);
    if (reason != NULL)
        tq_buf_printf(&about, "%s; ", reason);
    tq_buf_append(&about, r->said.data, r->said.len);
    if (r->nsaid > SAID_ROWS)
        tq_buf_printf(&about, ", ... (%zu)", r->nsaid);
    entry.who = tq_slice_str(app_author(r->app));
    entry.what = tq_slice_str(RECONCILE_WHAT);
    entry.about = tq_buf_slice(&about);
    entry.detail = tq_slice_str(r->app->address != NULL ? r->app->address : "");
    tq_audit_with_next(r->app->store, &entry);
    rc = tq_buf_is_ok(&about) && tq_buf_is_ok(&r->said)
                 ? app_write(r->app, r->edits.changes, r->edits.count, err)
                 : tq_error_set(err, TQ_NOMEM, "reconcile");
    tq_audit_with_next(r->app->store, NULL);
    tq_buf_deinit(&about);
    return rc;
}

/* The cells that are told; a change is of rows that are named, and has a reason. */
static tq_status read_cells(struct reconciling *r, struct tq_error *err)
{
    const char *reason;
    tq_status rc = app_records(r->app, err);

    for (size_t i = 0; rc == TQ_OK && i < NCELLS; i++) {
        const char *text = cli_option(r->cli, CELLS[i].option);

        if (text == NULL)
            continue;
        r->changes = r->told[i] = true;
        rc = edit_value(r->app, r->cli, r->table, tq_table_column_find(r->table, CELLS[i].column),
                text, &r->cells[i], err);
    }
    if (rc == TQ_OK && r->changes && r->cli->nargs < 3)
        return cli_wrong_word(r->cli, NULL, err);
    return rc == TQ_OK && r->changes ? cli_need_option(r->cli, "reason", &reason, err) : rc;
}

static tq_status reconcile(struct reconciling *r, struct tq_error *err)
{
    struct cli *cli = r->cli;
    tq_status rc = read_cells(r, err);

    edit_init(&r->edits, r->app->arena);
    if (rc == TQ_OK)
        rc = cli->nargs > 2 ? mark_all_named(r, err) : walk(r, err);
    if (rc == TQ_OK)
        rc = write(r, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "reconciled", json_integer((json_int_t)r->edits.updated));
    cli_print(cli, "%s %s: %zu", cli_say(cli, "Đã đối soát vụ việc kỳ", "Reconciled incidents of"),
            r->app->period, r->edits.updated);
    cli_json_set(cli, "across", json_integer((json_int_t)r->across));
    if (r->across > 0)
        cli_print(cli,
                CLI_SAY(cli,
                        "Trong đó %zu vụ xã ghi là xảy ra ở đơn vị bạn, không tính ở xã. Vụ nào "
                        "xảy "
                        "ra ở xã thì đối soát lại vụ đó với --counted-here=1.",
                        "%zu of them happened across the border, says the commune, and count "
                        "there. "
                        "Reconcile one that happened here with --counted-here=1."),
                r->across);
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct reconciling r = { .app = app, .cli = cli };
    bool lists = cli_option(cli, "list") != NULL;
    tq_status rc = TQ_OK;

    if (lists && cli->nargs != 2)
        return cli_wrong_word(cli, NULL, err);
    rc = app_open(app, cli, !lists, err);
    r.table = tq_catalogue_find(tq_catalogue_current(), "incident");
    tq_buf_init(&r.said, 0);
    if (rc == TQ_OK && cli->nargs > 1)
        rc = app_unit(app, cli->args[1], &r.unit, err);
    if (rc == TQ_OK)
        rc = app_period(app, cli->args[0], err);
    if (rc == TQ_OK)
        rc = tq_facts_period(tq_district_store_db(app->store), app->arena,
                tq_slice_str(app->period), &r.period, err);
    if (rc == TQ_OK)
        rc = lists ? reconcile_list(app, cli, r.unit, &r.period, err) : reconcile(&r, err);
    tq_buf_deinit(&r.said);
    app_close(app);
    return rc;
}

const struct cli_command CMD_RECONCILE = {
    .name = "reconcile",
    .usage = "KỲ [XÃ [DÒNG...]]",
    .summary = { "đối soát vụ việc của kỳ với nguồn thứ hai, xếp lại loại",
            "compare the period's incidents with the second source, reclassify" },
    .details = { "Không nêu vụ việc: mọi vụ việc của kỳ.\nVí dụ:\n  reconcile 2020-Q4 08779 "
                 "--list\n"
                 "  reconcile 2020-Q4 08779 --document=\"12/BC\"\n"
                 "  reconcile 2020-Q4 08779 BL-20-A-031 --category=theft --reason=\"theo hồ sơ\"",
            "Without incidents: all of the period.\nExample:\n  reconcile 2020-Q4 08779 --list\n"
            "  reconcile 2020-Q4 08779 --document=12\n"
            "  reconcile 2020-Q4 08779 BL-20-A-031 --category=theft --reason=file" },
    .options = OPTIONS,
    .min_args = 1,
    .max_args = SIZE_MAX,
    .run = run,
};

/* reconcile_list.c - The incidents of a commune and period that wait for the second source, those that
 * were compared, and the lines of the trail that say by which document. */
#include <string.h>

#include "cmd.h"
#include "reconcile.h"
#include "show.h"
#include "tuquan/district_audit.h"
#include "tuquan/hash.h"

#define MOST_ROWS ((size_t)500)
#define MOST_LINES ((size_t)500) /* of the trail that are looked through */

static const struct cli_column COLUMNS[] = {
    { "label", { "Số hiệu", "Label" }, false, true },
    { "on", { "Ngày", "Day" }, false, false },
    { "area", { "Lĩnh vực", "Area" }, true, false },
    { "category", { "Loại", "Category" }, false, true },
    { "reclassified", { "Huyện xếp lĩnh vực", "District's area" }, true, false },
    { "reclassified_category", { "Huyện xếp loại", "District's category" }, false, true },
    { "found_by_other", { "Nguồn khác phát hiện", "Found by another source" }, false, false },
    { "codes", { "Tính vào", "Counted in" }, false, true },
    { "reconciled", { "Đã đối soát", "Reconciled" }, false, false },
    { "summary", { "Tóm tắt", "Summary" }, false, true },
};

void reconcile_seen(const struct tq_stored_row *row, char out[RECONCILE_SEEN_BYTES])
{
    uint8_t sum[TQ_DIGEST_BYTES];
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "reconcile", sizeof(sum));
    tq_hash_add_slice(&hasher, row->key);
    for (size_t i = 0; i < row->table->ncolumns; i++) {
        const struct tq_value *value = &row->values[i];

        tq_hash_add_u32(&hasher, (uint32_t)value->type);
        if (value->type == TQ_INT)
            tq_hash_add_u64(&hasher, (uint64_t)value->i);
        else if (value->type != TQ_NULL)
            tq_hash_add_slice(&hasher, value->s);
    }
    tq_hash_final(&hasher, sum, sizeof(sum));
    tq_hex(out, sum, sizeof(sum));
}

struct listing {
    struct app *app;
    struct cli *cli;
    struct tq_slice unit;
    const struct tq_facts_period *period;
    const struct tq_table *table;
    struct cli_table out;
    json_int_t open;
    json_int_t total;
};

static const struct tq_value *value_of(const struct tq_stored_row *row, const char *column)
{
    return &row->values[tq_table_column_find(row->table, column)];
}

/* The day it counts by, as the facts have it. */
static void put_day(struct listing *l, const struct tq_stored_row *row)
{
    struct tq_incident_days days = tq_facts_incident_days(
            value_of(row, "occurred_on"), value_of(row, "known_at"), value_of(row, "due_on"));
    tq_day day = days.on != TQ_FACTS_NO_DAY ? days.on : days.due;
    char text[TQ_DAY_TEXT];
    struct tq_value value;

    tq_day_print(day, text);
    value = tq_value_str(text);
    show_date(&l->out, &value);
}

static void put_code(struct listing *l, const struct tq_stored_row *row, const char *column)
{
    show_code(&l->out, l->table, tq_table_column_find(l->table, column), value_of(row, column));
}

static void put_number(struct listing *l, const struct tq_stored_row *row, const char *column)
{
    const struct tq_value *value = value_of(row, column);

    if (value->type == TQ_INT)
        cli_table_int(&l->out, value->i);
    else
        cli_table_str(&l->out, NULL);
}

static void put_flag(struct listing *l, bool flag)
{
    cli_table_both(&l->out, flag ? cli_say(l->cli, "có", "yes") : "", json_boolean(flag));
}

static tq_status put_row(struct listing *l, const struct tq_stored_row *row,
        const struct tq_incident_fact *fact, struct tq_error *err)
{
    char seen[RECONCILE_SEEN_BYTES];
    struct tq_buf name;
    tq_status rc;

    tq_buf_init(&name, 0);
    rc = show_row(l->app, l->cli, l->table, row->key, &name, err);
    cli_table_both_buf(&l->out, &name, show_value_json(value_of(row, "label")));
    tq_buf_deinit(&name);
    if (rc != TQ_OK)
        return rc;
    put_day(l, row);
    put_number(l, row, "area");
    put_code(l, row, "category");
    put_number(l, row, "reclassified");
    put_code(l, row, "reclassified_category");
    put_flag(l, value_of(row, "found_by_other")->i == 1);
    cli_table_text(&l->out, fact->codes);
    put_flag(l, fact->reconciled);
    cli_table_text(&l->out, value_of(row, "summary")->type == TQ_TEXT ? value_of(row, "summary")->s
                                                                      : tq_slice_of(NULL, 0));
    if (cli_table_last(&l->out) != NULL) {
        reconcile_seen(row, seen);
        json_object_set_new(cli_table_last(&l->out), "key", show_key_json(l->table, row->key));
        json_object_set_new(cli_table_last(&l->out), "seen", json_string(seen));
    }
    return TQ_OK;
}

/* One kind, open or compared, up to what a person reads at once; the others are counted. */
static tq_status put_kind(struct listing *l, const struct tq_incident_fact *facts, size_t n,
        bool reconciled, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(l->app->store);
    size_t put = 0;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_stored_row row = { 0 };

        if (facts[i].reconciled != reconciled)
            continue;
        l->total++;
        l->open += reconciled ? 0 : 1;
        if (put++ >= MOST_ROWS)
            continue;
        rc = ops->rows_get(ops->ctx, l->table, &facts[i].key, 1, l->app->arena, &row, err);
        row.key = facts[i].key;
        row.table = l->table;
        if (rc == TQ_OK && row.exists)
            rc = put_row(l, &row, &facts[i], err);
    }
    return rc;
}

/* "ADMIN/2020-Q4 08779@2004-01-01: theo 12/BC; ..." of this commune, or of all: what was said. */
static bool said_of(const struct listing *l, struct tq_slice about, struct tq_slice *out)
{
    struct tq_slice period = l->period->key;
    struct tq_slice unit = l->unit;
    const uint8_t *at = about.data;
    size_t left = about.len;

    if (left < period.len || memcmp(at, period.data, period.len) != 0)
        return false;
    at += period.len;
    left -= period.len;
    if (left > unit.len + 1 && at[0] == ' ' && memcmp(at + 1, unit.data, unit.len) == 0) {
        at += unit.len + 1;
        left -= unit.len + 1;
    }
    if (left < 2 || at[0] != ':')
        return false;
    *out = tq_slice_of(at + 2, left - 2);
    return true;
}

static tq_status put_decisions(struct listing *l, struct tq_error *err)
{
    json_t *list = json_array();
    struct tq_audit_entry *lines = NULL;
    size_t n = 0;
    tq_status rc = tq_audit_list(l->app->store, 0, tq_slice_str(RECONCILE_WHAT), MOST_LINES,
            l->app->arena, &lines, &n, err);

    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_slice said;
        json_t *one;

        if (!said_of(l, lines[i].about, &said))
            continue;
        one = json_object();
        json_object_set_new(one, "at_ms", json_integer(lines[i].at_ms));
        json_object_set_new(one, "who", cli_json_slice(lines[i].who));
        json_object_set_new(one, "said", cli_json_slice(said));
        json_array_append_new(list, one);
    }
    cli_json_set(l->cli, "decisions", list);
    return rc;
}

tq_status reconcile_list(struct app *app, struct cli *cli, struct tq_slice unit,
        const struct tq_facts_period *period, struct tq_error *err)
{
    struct tq_db *db = tq_district_store_db(app->store);
    struct listing l = { .app = app, .cli = cli, .unit = unit, .period = period };
    const struct tq_incident_fact *facts = NULL;
    const struct tq_sheet *sheet = NULL;
    struct tq_slice key;
    size_t n = 0;
    tq_status rc = rank_sheet(app, cli, app->period, &key, err);

    l.table = tq_catalogue_find(tq_catalogue_current(), "incident");
    if (rc == TQ_OK)
        rc = tq_facts_sheet(db, app->arena, key, &sheet, err);
    if (rc == TQ_OK)
        rc = tq_facts_incidents(db, app->arena, sheet, period, unit, &facts, &n, err);
    cli_table_init(&l.out, cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    if (rc == TQ_OK)
        rc = put_kind(&l, facts, n, false, err);
    if (rc == TQ_OK)
        rc = put_kind(&l, facts, n, true, err);
    if (rc == TQ_OK)
        rc = cli_table_print_or(&l.out, "rows",
                cli_say(cli, "Kỳ này xã không có vụ việc nào.",
                        "The commune has no incident in this period."),
                err);
    cli_table_deinit(&l.out);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "open", json_integer(l.open));
    cli_json_set(cli, "total", json_integer(l.total));
    return put_decisions(&l, err);
}

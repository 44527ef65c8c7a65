#include "sheet.h"

#include <string.h>

#include "cli/table.h"
#include "show.h"
#include "tuquan/words.h"

static const struct cli_column DIFFERENCES[] = {
    { "code", { "Mã", "Code" }, false, false },
    { "what", { "Gì", "What" }, false, false },
    { "before", { "Ở bảng trước", "In the first" }, false, true },
    { "after", { "Ở bảng sau", "In the second" }, false, true },
};

/* What criteria are compared by. */
static const char *const FACTS[] = { "name", "max_points_c", "formula", "params", "kind", "area",
    "origin" };
#define COMPARED (sizeof(FACTS) / sizeof(FACTS[0]))

static void put_text(struct cli_table *out, const struct tq_value *value)
{
    if (value->type == TQ_TEXT)
        cli_table_text(out, value->s);
    else
        cli_table_str(out, NULL);
}

static const struct tq_record *find(const struct sheet *sheet, struct tq_slice code)
{
    for (size_t i = 0; i < sheet->n; i++)
        if (tq_slice_equal(sheet->criteria[i].values[sheet_criterion_column("code")].s, code))
            return &sheet->criteria[i];
    return NULL;
}

static tq_status put_value(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_record *row, const char *name, struct tq_error *err)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "criterion");
    const struct tq_column *column = &t->columns[sheet_criterion_column(name)];
    struct tq_buf shown;
    tq_status rc = TQ_OK;

    if (row == NULL) {
        cli_table_str(out, NULL);
        return TQ_OK;
    }
    tq_buf_init(&shown, 0);
    if (row->values[sheet_criterion_column(name)].type != TQ_NULL)
        rc = show_value(
                app, cli, t, column, &row->values[sheet_criterion_column(name)], &shown, err);
    cli_table_both_buf(out, &shown,
            shown.len > 0 ? json_stringn((const char *)shown.data, shown.len) : json_null());
    tq_buf_deinit(&shown);
    return rc;
}

/* One line for each fact that differs; a criterion that only one sheet has is one line. */
static tq_status put_differences(struct app *app, struct cli *cli, struct cli_table *out,
        const struct tq_record *before, const struct tq_record *after, struct tq_error *err)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "criterion");
    bool one = before == NULL || after == NULL;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < (one ? 1 : COMPARED); i++) {
        int at = sheet_criterion_column(FACTS[i]);

        if (!one && tq_value_equal(&before->values[at], &after->values[at]))
            continue;
        put_text(out, &(before != NULL ? before : after)->values[sheet_criterion_column("code")]);
        cli_table_both(out,
                before == NULL  ? cli_say(cli, "thêm", "added")
                : after == NULL ? cli_say(cli, "bỏ", "removed")
                                : tq_word_of_column(&t->columns[at], cli->lang),
                json_string(before == NULL  ? "added"
                            : after == NULL ? "removed"
                                            : FACTS[i]));
        rc = put_value(app, cli, out, before, FACTS[i], err);
        if (rc == TQ_OK)
            rc = put_value(app, cli, out, after, FACTS[i], err);
    }
    return rc;
}

/* One difference of the sheets themselves, or of one of their parameters: no criterion has the code. */
static void put_head(struct cli *cli, struct cli_table *out, const char *column,
        struct tq_slice parameter, struct tq_slice before, struct tq_slice after)
{
    const struct tq_table *t = tq_catalogue_find(tq_catalogue_current(), "scoring_sheet");
    const char *title = tq_word_of_column(&t->columns[sheet_column(column)], cli->lang);
    struct tq_buf what;

    tq_buf_init(&what, 0);
    tq_buf_append_str(&what, title);
    if (parameter.len > 0) {
        tq_buf_append_u8(&what, ' ');
        tq_buf_append_slice(&what, parameter);
    }
    cli_table_both(out, cli_say(cli, "(cả bảng)", "(sheet)"), json_string(""));
    cli_table_both_buf(
            out, &what, parameter.len > 0 ? cli_json_slice(parameter) : json_string(column));
    cli_table_text(out, before);
    cli_table_text(out, after);
    tq_buf_deinit(&what);
}

/* "name=value", the next of a sheet's parameters; false: no more. */
static bool next_parameter(struct tq_slice *rest, struct tq_slice *name, struct tq_slice *value)
{
    size_t n = 0;
    size_t cut = 0;

    while (rest->len > 0 && rest->data[0] == ' ')
        *rest = tq_slice_of(rest->data + 1, rest->len - 1);
    while (n < rest->len && rest->data[n] != ' ')
        n++;
    while (cut < n && rest->data[cut] != '=')
        cut++;
    *name = tq_slice_of(rest->data, cut);
    *value = tq_slice_of(cut < n ? rest->data + cut + 1 : NULL, cut < n ? n - cut - 1 : 0);
    *rest = tq_slice_of(rest->data + n, rest->len - n);
    return n > 0;
}

/* What a sheet says of a parameter; empty: nothing. */
static struct tq_slice parameter_of(const struct sheet *sheet, struct tq_slice wanted)
{
    struct tq_slice rest = sheet->row.values[sheet_column("params")].s;
    struct tq_slice name;
    struct tq_slice value;

    while (next_parameter(&rest, &name, &value))
        if (tq_slice_equal(name, wanted))
            return value;
    return tq_slice_str("");
}

static void put_heads(struct cli *cli, struct cli_table *out, const struct sheet *before,
        const struct sheet *after)
{
    static const char *const TEXTS[] = { "name", "basis" };
    const struct sheet *const BOTH[] = { before, after };

    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        const struct tq_value *x = &before->row.values[sheet_column(TEXTS[i])];
        const struct tq_value *y = &after->row.values[sheet_column(TEXTS[i])];

        if (!tq_value_equal(x, y))
            put_head(cli, out, TEXTS[i], tq_slice_str(""), x->s, y->s);
    }
    for (size_t b = 0; b < 2; b++) {
        struct tq_slice rest = BOTH[b]->row.values[sheet_column("params")].s;
        struct tq_slice name;
        struct tq_slice value;

        while (next_parameter(&rest, &name, &value)) {
            struct tq_slice x = parameter_of(before, name);
            struct tq_slice y = parameter_of(after, name);

            if (!tq_slice_equal(x, y) && (b == 0 || x.len == 0)) /* each once */
                put_head(cli, out, "params", name, x, y);
        }
    }
}

tq_status sheet_compare(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct sheet before;
    struct sheet after;
    struct cli_table out;
    tq_status rc = sheet_load(app, cli->args[1], &before, err);

    if (rc == TQ_OK)
        rc = sheet_load(app, cli->args[2], &after, err);
    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, DIFFERENCES, sizeof(DIFFERENCES) / sizeof(DIFFERENCES[0]));
    put_heads(cli, &out, &before, &after);
    for (size_t i = 0; rc == TQ_OK && i < before.n; i++)
        rc = put_differences(app, cli, &out, &before.criteria[i],
                find(&after, before.criteria[i].values[sheet_criterion_column("code")].s), err);
    for (size_t i = 0; rc == TQ_OK && i < after.n; i++)
        if (find(&before, after.criteria[i].values[sheet_criterion_column("code")].s) == NULL)
            rc = put_differences(app, cli, &out, NULL, &after.criteria[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "differences", err);
    cli_json_set(cli, "before", json_string(cli->args[1]));
    cli_json_set(cli, "after", json_string(cli->args[2]));
    cli_table_deinit(&out);
    return rc;
}

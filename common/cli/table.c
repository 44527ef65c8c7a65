#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/terminal.h"
#include "tuquan/text.h"

#define GAP 2u
#define NARROWEST 10u
#define BLOCK_COLUMNS 100u

void cli_table_init(
        struct cli_table *table, struct cli *cli, const struct cli_column *columns, size_t ncolumns)
{
    memset(table, 0, sizeof(*table));
    table->cli = cli;
    table->columns = columns;
    table->ncolumns = ncolumns;
    tq_buf_init(&table->texts, 0);
    tq_buf_init(&table->ends, 0);
    table->rows = cli->json ? json_array() : NULL;
}

void cli_table_deinit(struct cli_table *table)
{
    tq_buf_deinit(&table->texts);
    tq_buf_deinit(&table->ends);
    json_decref(table->row);
    json_decref(table->rows);
    table->row = NULL;
    table->rows = NULL;
}

/* One cell is done: close the row with the last column. */
static void next_cell(struct cli_table *table)
{
    table->at++;
    if (table->at < table->ncolumns)
        return;
    table->at = 0;
    table->nrows++;
    if (table->rows != NULL) {
        json_array_append_new(table->rows, table->row);
        table->row = NULL;
    }
}

/* "verdict_text" beside "verdict". */
static void set_text(struct cli_table *table, struct tq_slice shown)
{
    char key[64];

    snprintf(key, sizeof(key), "%s_text", table->columns[table->at].key);
    json_object_set_new(table->row, key, json_stringn((const char *)shown.data, shown.len));
}

/* `both`: what people see is not what programs get. */
static void add(struct cli_table *table, struct tq_slice shown, json_t *value, bool both)
{
    if (table->rows != NULL) {
        if (table->row == NULL)
            table->row = json_object();
        json_object_set_new(table->row, table->columns[table->at].key, value);
        if (both && table->cli->texts && shown.len > 0)
            set_text(table, shown);
    } else {
        json_decref(value);
        /* A line feed in a note must not break the table. */
        for (size_t i = 0; i < shown.len; i++)
            tq_buf_append_u8(&table->texts, shown.data[i] < 0x20 ? ' ' : shown.data[i]);
        tq_buf_append(&table->ends, &table->texts.len, sizeof(table->texts.len));
    }
    next_cell(table);
}

void cli_table_both_text(struct cli_table *table, struct tq_slice shown, json_t *value)
{
    add(table, shown, value, true);
}

void cli_table_both_buf(struct cli_table *table, const struct tq_buf *shown, json_t *value)
{
    table->cut = table->cut || !tq_buf_is_ok(shown);
    add(table, tq_buf_slice(shown), value, true);
}

void cli_table_both(struct cli_table *table, const char *shown, json_t *value)
{
    add(table, tq_slice_str(shown), value, true);
}

void cli_table_text(struct cli_table *table, struct tq_slice text)
{
    add(table, text, json_stringn(text.len > 0 ? (const char *)text.data : "", text.len), false);
}

void cli_table_text_buf(struct cli_table *table, const struct tq_buf *text)
{
    table->cut = table->cut || !tq_buf_is_ok(text);
    cli_table_text(table, tq_buf_slice(text));
}

void cli_table_str(struct cli_table *table, const char *text)
{
    if (text == NULL)
        add(table, tq_slice_str(""), json_null(), false);
    else
        cli_table_text(table, tq_slice_str(text));
}

void cli_table_points(struct cli_table *table, bool there, int64_t points_c)
{
    char text[40];

    if (there)
        cli_table_both(table, cli_show_points(table->cli, points_c, text, sizeof(text)),
                json_integer(points_c));
    else
        cli_table_str(table, NULL);
}

void cli_table_instant(struct cli_table *table, int64_t at_ms)
{
    char text[40];

    if (at_ms == 0)
        cli_table_str(table, NULL);
    else
        cli_table_both(table, cli_show_instant(table->cli, at_ms, text, sizeof(text)),
                json_integer(at_ms));
}

void cli_table_int(struct cli_table *table, int64_t number)
{
    char shown[40];

    snprintf(shown, sizeof(shown), "%" PRId64, number);
    add(table, tq_slice_str(shown), json_integer(number), false);
}

json_t *cli_table_last(struct cli_table *table)
{
    return table->rows == NULL ? NULL
                               : json_array_get(table->rows, json_array_size(table->rows) - 1);
}

static struct tq_slice cell(const struct cli_table *table, size_t index)
{
    size_t start = 0;
    size_t end;

    if (index > 0)
        memcpy(&start, table->ends.data + (index - 1) * sizeof(start), sizeof(start));
    memcpy(&end, table->ends.data + index * sizeof(end), sizeof(end));
    return tq_slice_of(table->texts.data + start, end - start);
}

static const char *title(const struct cli_table *table, size_t column)
{
    return cli_say(table->cli, table->columns[column].title.vi, table->columns[column].title.en);
}

static void measure(const struct cli_table *table, size_t *widths)
{
    size_t total = 0;
    size_t screen = tq_terminal_columns(stdout);

    for (size_t c = 0; c < table->ncolumns; c++) {
        bool any = false;

        widths[c] = tq_text_width(tq_slice_str(title(table, c)));
        for (size_t r = 0; r < table->nrows; r++) {
            size_t w = tq_text_width(cell(table, r * table->ncolumns + c));

            widths[c] = w > widths[c] ? w : widths[c];
            any = any || w > 0;
        }
        if (table->drop_empty && !any)
            widths[c] = 0;
        total += widths[c] > 0 ? widths[c] + GAP : 0;
    }
    /* On a screen the wide columns give way, the widest first. */
    while (screen > 0 && total > screen + GAP) {
        size_t widest = table->ncolumns;

        for (size_t c = 0; c < table->ncolumns; c++)
            if (table->columns[c].wide && widths[c] > NARROWEST &&
                    (widest == table->ncolumns || widths[c] > widths[widest]))
                widest = c;
        if (widest == table->ncolumns)
            break;
        widths[widest]--;
        total--;
    }
}

static void put_cell(
        struct tq_buf *out, struct tq_slice text, size_t width, bool right, bool is_last)
{
    if (tq_text_width(text) > width) {
        struct tq_slice head = tq_text_cut(text, width - 1);

        tq_buf_append_slice(out, head);
        tq_buf_append_str(out, "…");
        if (!is_last)
            tq_text_pad(out, tq_slice_str(""), width - 1 - tq_text_width(head), false);
    } else {
        tq_text_pad(out, text, is_last && !right ? 0 : width, right);
    }
    if (!is_last)
        tq_buf_append_str(out, "  ");
}

/* Once a line had no memory, all that come after it are left out too: see tq_buf_is_ok. */
static void put_line(struct tq_buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
    tq_buf_append_u8(out, '\n');
    if (!tq_buf_is_ok(out))
        return;
    fwrite(out->data, 1, out->len, stdout);
    tq_buf_clear(out);
}

static tq_status end_lines(struct tq_buf *line, struct tq_error *err)
{
    bool ok = tq_buf_is_ok(line);

    tq_buf_deinit(line);
    return ok ? TQ_OK : tq_error_set(err, TQ_NOMEM, "table");
}

/* No cell may be missing for want of memory. */
static tq_status check_cells(const struct cli_table *table, struct tq_error *err)
{
    if (!table->cut && tq_buf_is_ok(&table->texts) && tq_buf_is_ok(&table->ends))
        return TQ_OK;
    return tq_error_set(err, TQ_NOMEM, "table");
}

static tq_status print_for_people(struct cli_table *table, struct tq_error *err)
{
    size_t *widths = tq_mem_zalloc(table->ncolumns * sizeof(widths[0]));
    struct tq_buf line;

    tq_buf_init(&line, 0);
    if (widths == NULL)
        return tq_error_set(err, TQ_NOMEM, "table");
    measure(table, widths);
    if (table->cli->colour)
        fputs("\033[1m", stdout);
    for (size_t c = 0; c < table->ncolumns; c++)
        if (widths[c] > 0)
            put_cell(&line, tq_slice_str(title(table, c)), widths[c], table->columns[c].right,
                    c + 1 == table->ncolumns);
    put_line(&line);
    if (table->cli->colour)
        fputs("\033[0m", stdout);
    for (size_t r = 0; r < table->nrows; r++) {
        for (size_t c = 0; c < table->ncolumns; c++)
            if (widths[c] > 0)
                put_cell(&line, cell(table, r * table->ncolumns + c), widths[c],
                        table->columns[c].right, c + 1 == table->ncolumns);
        put_line(&line);
    }
    tq_mem_free(widths);
    return end_lines(&line, err);
}

tq_status cli_table_print(struct cli_table *table, const char *key, struct tq_error *err)
{
    tq_status rc = check_cells(table, err);

    if (rc != TQ_OK)
        return rc;
    if (table->cli->json) {
        cli_json_set(table->cli, key, json_incref(table->rows));
        return TQ_OK;
    }
    if (table->cli->quiet || table->nrows == 0)
        return TQ_OK;
    return print_for_people(table, err);
}

/* How many bytes of `text` go into `width` columns, cut between words where there are any. */
static size_t fold_at(struct tq_slice text, size_t width)
{
    struct tq_slice head = tq_text_cut(text, width);
    size_t at = head.len;

    if (at >= text.len)
        return text.len;
    while (at > 0 && text.data[at] != ' ')
        at--;
    if (at == 0)
        at = head.len > 0 ? head.len : text.len;
    return at;
}

/* One "title: value" with the lines that follow under the value. */
static void put_field(struct tq_buf *line, const char *begin, const char *name, size_t names,
        struct tq_slice text)
{
    size_t before = tq_text_width(tq_slice_str(begin)) + names + GAP;
    char shown[64];
    bool first = true;

    snprintf(shown, sizeof(shown), "%s:", name);
    tq_buf_append_str(line, begin);
    tq_text_pad(line, tq_slice_str(shown), names + GAP, false);
    while (first || text.len > 0) {
        size_t n = fold_at(text, BLOCK_COLUMNS - before);

        if (!first)
            tq_text_pad(line, tq_slice_str(""), before, false);
        tq_buf_append(line, text.data, n);
        put_line(line);
        while (n < text.len && text.data[n] == ' ')
            n++;
        text = tq_slice_of(text.data + n, text.len - n);
        first = false;
    }
}

static tq_status print_blocks(struct cli_table *table, struct tq_error *err)
{
    struct tq_buf line;
    size_t names = 0;
    char number[24];

    tq_buf_init(&line, 0);
    for (size_t c = 0; c < table->ncolumns; c++) {
        size_t w = tq_text_width(tq_slice_str(title(table, c)));

        names = w > names ? w : names;
    }
    for (size_t r = 0; r < table->nrows; r++) {
        bool first = true;

        snprintf(number, sizeof(number), "%3zu. ", r + 1);
        if (r > 0)
            put_line(&line);
        for (size_t c = 0; c < table->ncolumns; c++) {
            struct tq_slice text = cell(table, r * table->ncolumns + c);

            if (text.len == 0)
                continue;
            put_field(&line, first ? number : "     ", title(table, c), names, text);
            first = false;
        }
    }
    return end_lines(&line, err);
}

tq_status cli_table_print_or(
        struct cli_table *table, const char *key, const char *none, struct tq_error *err)
{
    tq_status rc = cli_table_print(table, key, err);

    if (rc == TQ_OK && table->nrows == 0)
        cli_print(table->cli, "%s", none);
    return rc;
}

tq_status cli_table_print_blocks(struct cli_table *table, const char *key, struct tq_error *err)
{
    tq_status rc = check_cells(table, err);

    if (rc != TQ_OK)
        return rc;
    if (table->cli->json || table->cli->quiet || table->nrows == 0)
        return cli_table_print(table, key, err);
    return print_blocks(table, err);
}

const char *cli_show_number(const struct cli *cli, int64_t number, char *out, size_t size)
{
    char plain[32];
    char grouped[48];
    size_t n;
    size_t used = 0;
    size_t first;

    snprintf(plain, sizeof(plain), "%" PRId64, number);
    n = strlen(plain);
    first = plain[0] == '-';
    for (size_t i = 0; i < n; i++) {
        if (i > first && (n - i) % 3 == 0)
            grouped[used++] = cli->lang == TQ_LANG_EN ? ',' : '.';
        grouped[used++] = plain[i];
    }
    grouped[used] = '\0';
    snprintf(out, size, "%s", grouped);
    return out;
}

const char *cli_show_points(const struct cli *cli, int64_t points_c, char *out, size_t size)
{
    uint64_t size_c = points_c < 0 ? (uint64_t)0 - (uint64_t)points_c : (uint64_t)points_c;

    snprintf(out, size, "%s%" PRIu64 "%c%02" PRIu64, points_c < 0 ? "-" : "", size_c / 100,
            cli->lang == TQ_LANG_EN ? '.' : ',', size_c % 100);
    return out;
}

const char *cli_show_date(const struct cli *cli, struct tq_slice date, char *out, size_t size)
{
    const char *d = (const char *)date.data;

    if (cli->lang == TQ_LANG_EN || date.len != 10 || d[4] != '-')
        snprintf(out, size, "%.*s", (int)date.len, date.len > 0 ? d : "");
    else
        snprintf(out, size, "%.2s/%.2s/%.4s", d + 8, d + 5, d);
    return out;
}

const char *cli_show_instant(const struct cli *cli, int64_t at_ms, char *out, size_t size)
{
    /* Days to a civil date, counting years from March (the well-known era arithmetic). */
    int64_t s = at_ms / 1000 - (at_ms % 1000 < 0) + INT64_C(7) * 3600;
    int64_t days = s / 86400 - (s % 86400 < 0);
    int64_t of_day = s - days * 86400;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int day = (int)(doy - (153 * mp + 2) / 5 + 1);
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    int year = (int)(yoe + era * 400 + (month <= 2));
    int hour = (int)(of_day / 3600);
    int minute = (int)(of_day / 60 % 60);

    if (cli->lang == TQ_LANG_EN)
        snprintf(out, size, "%04d-%02d-%02d %02d:%02d", year, month, day, hour, minute);
    else
        snprintf(out, size, "%02d:%02d %02d/%02d/%04d", hour, minute, day, month, year);
    return out;
}

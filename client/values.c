#include "values.h"

#include <stdlib.h>

#include "tuquan/words.h"

/* One value as SQLite's quote() wrote it, up to the comma behind it. Text is kept in `arena`. */
static struct tq_value take_quoted(struct tq_slice *in, struct tq_arena *arena)
{
    uint8_t *copy = tq_arena_alloc(arena, in->len + 1);
    bool is_text = in->len > 0 && in->data[0] == '\'';
    struct tq_value value = tq_value_null();
    size_t n = 0;
    size_t i = is_text ? 1 : 0;

    for (; copy != NULL && i < in->len; i++) {
        if (is_text && in->data[i] == '\'' && (i + 1 == in->len || in->data[++i] != '\''))
            break;
        if (!is_text && in->data[i] == ',')
            break;
        copy[n++] = in->data[i];
    }
    *in = tq_slice_of(in->data + i, in->len - i);
    if (copy == NULL || (!is_text && n > 0 && copy[0] == 'N'))
        return value;
    copy[n] = '\0';
    /* Bytes stay as X'..': nobody reads them. */
    if (is_text || (n > 0 && copy[0] == 'X'))
        value = tq_value_text(tq_slice_of(copy, n));
    else
        value = tq_value_int(strtoll((const char *)copy, NULL, 10));
    return value;
}

void values_next(
        struct tq_slice *in, struct tq_arena *arena, uint32_t *number, struct tq_value *value)
{
    *number = 0;
    for (; in->len > 0 && in->data[0] >= '0' && in->data[0] <= '9';
            *in = tq_slice_of(in->data + 1, in->len - 1))
        *number = *number * 10 + (uint32_t)(in->data[0] - '0');
    *in = tq_slice_of(in->data + (in->len > 0), in->len - (in->len > 0));
    *value = take_quoted(in, arena);
    *in = tq_slice_of(in->data + (in->len > 0), in->len - (in->len > 0));
}

tq_status values_show(struct app *app, const struct tq_table *table, struct tq_slice text,
        bool names, struct tq_buf *out, struct tq_error *err)
{
    tq_status rc = TQ_OK;
    bool first = true;

    while (rc == TQ_OK && text.len > 0) {
        struct tq_value value;
        uint32_t number;
        int c;

        values_next(&text, app->arena, &number, &value);
        c = tq_table_column(table, number);
        if (c < 0)
            continue;
        if (!first)
            tq_buf_append_str(out, "; ");
        first = false;
        if (names)
            tq_buf_printf(out, "%s = ", tq_word_of_column(&table->columns[c], app->cli->lang));
        if (value.type == TQ_NULL)
            tq_buf_append_str(out, cli_say(app->cli, "(trống)", "(empty)"));
        else
            rc = app_show_value(app, table, &table->columns[c], &value, out, err);
    }
    return rc;
}

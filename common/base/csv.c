#include "tuquan/csv.h"

#include <inttypes.h>
#include <string.h>

#include "tuquan/text.h"

/* Line of byte `at`, for messages. */
static uint32_t line_of(struct tq_slice text, size_t at)
{
    uint32_t line = 1;

    for (size_t i = 0; i < at && i < text.len; i++)
        if (text.data[i] == '\n')
            line++;
    return line;
}

static tq_status wrong(
        struct tq_csv *csv, tq_csv_problem problem, uint32_t line, struct tq_error *err)
{
    static const tq_phrase_id FACTS[] = { TQ_PHRASE_NOT_UTF8, TQ_PHRASE_NOT_UTF8,
        TQ_PHRASE_NOT_UTF8, TQ_PHRASE_OPEN_QUOTE, TQ_PHRASE_BEHIND_QUOTE, TQ_PHRASE_MANY_COLUMNS };

    csv->problem = problem;
    csv->problem_line = line;
    return tq_error_set(err, problem <= TQ_CSV_NOT_UTF8 ? TQ_ENCODING : TQ_CSV, "%" PRIu32 ": %s%s",
            line, problem == TQ_CSV_UTF16 ? "UTF-16, " : "", tq_phrase(FACTS[problem]));
}

static bool starts_with(struct tq_slice text, const char *bytes, size_t len)
{
    return text.len >= len && memcmp(text.data, bytes, len) == 0;
}

static void skip(struct tq_csv *csv, size_t len)
{
    csv->rest.data += len;
    csv->rest.len -= len;
}

/* Excel's own hint: a first line of "sep=" and the delimiter. */
static bool take_sep_line(struct tq_csv *csv)
{
    size_t len = 5;

    if (!starts_with(csv->rest, "sep=", 4) || csv->rest.len < 5)
        return false;
    if (csv->rest.len > len && csv->rest.data[len] == '\r')
        len++;
    if (csv->rest.len > len && csv->rest.data[len] != '\n')
        return false;
    csv->delimiter = (char)csv->rest.data[4];
    skip(csv, csv->rest.len > len ? len + 1 : len);
    csv->line++;
    return true;
}

static char find_delimiter(struct tq_slice text)
{
    size_t counts[3] = { 0, 0, 0 };
    static const char KNOWN[] = { ',', ';', '\t' };
    size_t best = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len && (quoted || text.data[i] != '\n'); i++) {
        if (text.data[i] == '"')
            quoted = !quoted;
        for (size_t k = 0; k < 3 && !quoted; k++)
            counts[k] += text.data[i] == (uint8_t)KNOWN[k];
    }
    for (size_t k = 1; k < 3; k++)
        if (counts[k] > counts[best])
            best = k;
    return KNOWN[best];
}

tq_status tq_csv_init(struct tq_csv *csv, struct tq_slice text, struct tq_error *err)
{
    size_t at = 0;

    memset(csv, 0, sizeof(*csv));
    tq_buf_init(&csv->scratch, 0);
    csv->line = 1;
    csv->rest = text;
    if (starts_with(text, "\xff\xfe", 2) || starts_with(text, "\xfe\xff", 2))
        return wrong(csv, TQ_CSV_UTF16, 1, err);
    if (starts_with(text, "\xef\xbb\xbf", 3))
        skip(csv, 3);
    /* Control characters are looked for cell by cell, where they can be named better; here it is
     * the encoding: CR is legal, so only real decoding failures count. */
    for (struct tq_slice rest = csv->rest; rest.len > 0;) {
        if (tq_text_is_valid(rest, &at))
            break;
        if (rest.data[at] >= 0x80) {
            size_t where = (size_t)(rest.data + at - text.data);

            return wrong(csv, TQ_CSV_NOT_UTF8, line_of(text, where), err);
        }
        rest = tq_slice_of(rest.data + at + 1, rest.len - at - 1);
    }
    if (!take_sep_line(csv))
        csv->delimiter = find_delimiter(csv->rest);
    return TQ_OK;
}

void tq_csv_deinit(struct tq_csv *csv)
{
    tq_buf_deinit(&csv->scratch);
}

static bool at_line_end(const struct tq_csv *csv)
{
    const struct tq_slice *rest = &csv->rest;

    return rest->len == 0 || rest->data[0] == '\n' ||
           (rest->data[0] == '\r' && (rest->len == 1 || rest->data[1] == '\n'));
}

static void take_line_end(struct tq_csv *csv)
{
    if (csv->rest.len > 0 && csv->rest.data[0] == '\r')
        skip(csv, 1);
    if (csv->rest.len > 0 && csv->rest.data[0] == '\n')
        skip(csv, 1);
    csv->line++;
}

/* Quoted field, the opening quote already seen; unescapes into the scratch buffer. */
static tq_status take_quoted(struct tq_csv *csv, uint32_t start, struct tq_error *err)
{
    skip(csv, 1);
    for (;;) {
        const uint8_t *quote;
        size_t len;

        quote = csv->rest.len > 0 ? memchr(csv->rest.data, '"', csv->rest.len) : NULL;
        if (quote == NULL)
            return wrong(csv, TQ_CSV_OPEN_QUOTE, start, err);
        len = (size_t)(quote - csv->rest.data);
        for (size_t i = 0; i < len; i++) {
            if (csv->rest.data[i] == '\n')
                csv->line++;
            if (csv->rest.data[i] != '\r')
                tq_buf_append_u8(&csv->scratch, csv->rest.data[i]);
        }
        skip(csv, len + 1);
        if (csv->rest.len == 0 || csv->rest.data[0] != '"')
            break;
        tq_buf_append_u8(&csv->scratch, '"');
        skip(csv, 1);
    }
    if (!at_line_end(csv) && csv->rest.data[0] != (uint8_t)csv->delimiter)
        return wrong(csv, TQ_CSV_AFTER_QUOTE, csv->line, err);
    return TQ_OK;
}

static void take_plain(struct tq_csv *csv)
{
    while (!at_line_end(csv) && csv->rest.data[0] != (uint8_t)csv->delimiter) {
        tq_buf_append_u8(&csv->scratch, csv->rest.data[0]);
        skip(csv, 1);
    }
}

static tq_status take_record(struct tq_csv *csv, size_t *count, struct tq_error *err)
{
    uint32_t start = csv->line;

    *count = 0;
    tq_buf_clear(&csv->scratch);
    for (;;) {
        tq_status rc = TQ_OK;

        if (*count == TQ_CSV_MAX_FIELDS)
            return wrong(csv, TQ_CSV_TOO_WIDE, start, err);
        if (csv->rest.len > 0 && csv->rest.data[0] == '"')
            rc = take_quoted(csv, start, err);
        else
            take_plain(csv);
        if (rc != TQ_OK)
            return rc;
        csv->ends[(*count)++] = csv->scratch.len;
        if (at_line_end(csv))
            break;
        skip(csv, 1);
    }
    take_line_end(csv);
    if (!tq_buf_is_ok(&csv->scratch))
        return tq_error_set(err, TQ_NOMEM, "csv %" PRIu32, start);
    return TQ_OK;
}

tq_status tq_csv_next(struct tq_csv *csv, struct tq_csv_row *row, bool *more, struct tq_error *err)
{
    *more = false;
    memset(row, 0, sizeof(*row));
    while (csv->rest.len > 0) {
        size_t count;
        size_t start = 0;
        tq_status rc;

        row->line = csv->line;
        rc = take_record(csv, &count, err);
        if (rc != TQ_OK)
            return rc;
        /* Blank lines, and the lines of bare delimiters that Excel leaves behind. */
        if (csv->scratch.len == 0)
            continue;
        for (size_t i = 0; i < count; i++) {
            csv->fields[i] = tq_slice_of(csv->scratch.data + start, csv->ends[i] - start);
            start = csv->ends[i];
        }
        row->count = count;
        row->fields = csv->fields;
        *more = true;
        return TQ_OK;
    }
    return TQ_OK;
}

/* fuzz_typed.c - Any bytes into the readers of what people type and browsers send; the first byte says
 * which: the value of a column, the text of an agreement, an address to listen on, a path, a Host, an
 * Origin, a line of X-Forwarded-For. */
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "fuzz.h"
#include "tuquan/calendar.h"
#include "tuquan/catalogue.h"
#include "tuquan/intake.h"
#include "tuquan/liaison.h"
#include "tuquan/socket.h"
#include "web/guard.h"
#include "web/path.h"

#define ARENA ((size_t)16 << 20)
#define TEXT 4096u
#define MINUTE_MS 60000

static bool is_utf8(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;

    for (utf8proc_int32_t point = 0; *at != '\0';) {
        utf8proc_ssize_t n = utf8proc_iterate(at, -1, &point);

        if (n <= 0)
            return false;
        at += n;
    }
    return true;
}

/* The input up to its first NUL, ended by one. */
static const char *text_of(struct tq_slice in, struct tq_arena *arena)
{
    size_t n = in.len < TEXT ? in.len : TEXT;
    char *text = tq_arena_alloc(arena, n + 1);

    if (text == NULL)
        fuzz_fail("no memory", "");
    memcpy(text, in.data, n);
    text[n] = '\0';
    return text;
}

/* An instant is printed without its seconds. */
static bool is_same(
        const struct tq_column *column, const struct tq_value *a, const struct tq_value *b)
{
    if (column->rule.kind == TQ_RULE_INSTANT)
        return a->type == TQ_INT && b->type == TQ_INT && a->i / MINUTE_MS == b->i / MINUTE_MS;
    return tq_value_equal(a, b);
}

/* Two bytes: the column. What is taken keeps its column's rule, and printed it is taken again. */
static void value(struct tq_slice in, struct tq_arena *arena)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();
    const struct tq_column *column;
    const struct tq_table *table;
    struct tq_value first;
    struct tq_value again;
    tq_reason reason = TQ_REASON_NONE;
    struct tq_buf out;
    uint8_t t;
    uint8_t c;

    if (!tq_read_u8(&in, &t) || !tq_read_u8(&in, &c))
        return;
    table = &catalogue->tables[t % catalogue->ntables];
    column = &table->columns[c % table->ncolumns];
    tq_buf_init(&out, 0);
    if (tq_intake_value(table, column, in, arena, &first, &reason) != TQ_INTAKE_OK) {
        tq_intake_say(table, column, TQ_INTAKE_RULE, reason, TQ_LANG_VI, &out);
    } else if (column->rule.kind != TQ_RULE_REF && first.type != TQ_NULL) {
        if (tq_column_check(column, &first) != TQ_REASON_NONE)
            fuzz_fail("a value against its rule is taken", column->name);
        (void)tq_intake_is_far(column, &first, 0);
        tq_intake_print(column, &first, &out);
        if (tq_intake_value(table, column, tq_buf_slice(&out), arena, &again, &reason) !=
                        TQ_INTAKE_OK ||
                !is_same(column, &first, &again))
            fuzz_fail("a printed value is taken otherwise", column->name);
    }
    tq_buf_deinit(&out);
}

static void agreement(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_agreement *read = tq_arena_alloc(arena, sizeof(*read));
    struct tq_error err;

    if (read == NULL || tq_agreement_read(read, in, arena, &err) != TQ_OK)
        return;
    if (!tq_date_is_valid(tq_slice_str(read->from)) || !tq_date_is_valid(tq_slice_str(read->to)))
        fuzz_fail("an agreement without days", "");
    for (size_t i = 0; i < read->narticles; i++)
        if (read->articles[i].table == NULL || !tq_liaison_is_table(read->articles[i].table))
            fuzz_fail("an article opens a table that no neighbour may see", "");
}

static void address(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_socket_address parsed;
    char same[TQ_SOCKET_HOST_BYTES];
    struct tq_error err;

    if (tq_socket_address_parse(text_of(in, arena), &parsed, &err) != TQ_OK)
        return;
    if (!tq_socket_numeric(parsed.host, same, sizeof(same)))
        fuzz_fail("an address that is none in numbers", parsed.host);
    (void)tq_socket_is_loopback(&parsed);
}

static void path(struct tq_slice in, struct tq_arena *arena)
{
    const char *parts[6];
    size_t n = 0;

    if (web_path_split(arena, text_of(in, arena), parts, 6, &n) != TQ_OK)
        return;
    if (n > 6)
        fuzz_fail("more parts than there is room for", "");
    for (size_t i = 0; i < n; i++)
        if (!is_utf8(parts[i]))
            fuzz_fail("a part is not UTF-8", parts[i]);
    if (web_path_fits("/api/v1/rows/*", parts, n) && (n != 4 || parts[3][0] == '\0'))
        fuzz_fail("a path fits another pattern", "");
}

static void host(struct tq_slice in, struct tq_arena *arena)
{
    const char *text = text_of(in, arena);
    struct web_hosts hosts;

    memset(&hosts, 0, sizeof(hosts));
    if (!web_hosts_add(&hosts, "127.0.0.1", 7050))
        fuzz_fail("no room for one host", "");
    if (web_guard_host(&hosts, text) != (strcasecmp(text, "127.0.0.1:7050") == 0))
        fuzz_fail("another host than ours is answered, or ours is not", text);
    if (web_guard_origin(&hosts, text, NULL, true, false) &&
            strcasecmp(text, "http://127.0.0.1:7050") != 0)
        fuzz_fail("a page of another origin may write", text);
    if (web_hosts_add_origin(&hosts, text))
        (void)web_guard_origin(&hosts, text, "same-origin", true, false);
}

static void forwarded(struct tq_slice in, struct tq_arena *arena)
{
    char out[TQ_SOCKET_HOST_BYTES];
    char same[TQ_SOCKET_HOST_BYTES];

    if (web_guard_forwarded(text_of(in, arena), out, sizeof(out)) &&
            (!tq_socket_numeric(out, same, sizeof(same)) || strcmp(out, same) != 0))
        fuzz_fail("an address that is none in numbers", out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const READERS[])(struct tq_slice, struct tq_arena *) = { value, agreement,
        address, path, host, forwarded };
    struct tq_arena *arena;

    if (size == 0)
        return 0;
    arena = tq_arena_new(ARENA);
    READERS[data[0] % (sizeof(READERS) / sizeof(READERS[0]))](
            tq_slice_of(data + 1, size - 1), arena);
    tq_arena_free(arena);
    return 0;
}

/* publication_facts.c - What differs between two tables, in words and for programs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "publication.h"

#define FACTS_NAMED 3

static tq_status name_of(struct app *app, const char *unit, struct tq_slice *out)
{
    *out = tq_slice_str(unit);
    return app_records(app, NULL) == TQ_OK
                   ? tq_records_unit_name(app->records, *out, app->arena, out, NULL)
                   : TQ_NOMEM;
}

/* Cuts the next part off a line; false: there is none. */
static bool take_part(struct tq_slice *line, struct tq_slice *part)
{
    const uint8_t *bar = line->len > 0 ? memchr(line->data, '|', line->len) : NULL;
    size_t n = bar != NULL ? (size_t)(bar - line->data) : line->len;

    *part = tq_slice_of(line->data, n);
    *line = tq_slice_of(line->data + n + (bar != NULL), line->len - n - (bar != NULL));
    return part->len > 0;
}

static bool take_number(struct tq_slice *line, int64_t *out)
{
    struct tq_slice part;
    char text[24];
    char *end = NULL;

    if (!take_part(line, &part) || part.len >= sizeof(text))
        return false;
    memcpy(text, part.data, part.len);
    text[part.len] = '\0';
    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

/* A line that says nothing of the kind is left out (TQ_OK). */
static tq_status add_difference(struct app *app, struct tq_slice line, json_t *out)
{
    struct tq_slice unit;
    struct tq_slice what;
    struct tq_slice name;
    int64_t area;
    int64_t before;
    int64_t after;
    char key[160];

    if (!take_part(&line, &unit) || unit.len >= sizeof(key) || !take_part(&line, &what) ||
            !take_number(&line, &area) || !take_number(&line, &before) ||
            !take_number(&line, &after))
        return TQ_OK;
    memcpy(key, unit.data, unit.len);
    key[unit.len] = '\0';
    if (name_of(app, key, &name) == TQ_NOMEM)
        return TQ_NOMEM;
    return json_array_append_new(
                   out, json_pack("{s:s%,s:s%,s:s%,s:I,s:I,s:I}", "unit", (const char *)unit.data,
                                unit.len, "name", (const char *)name.data, name.len, "what",
                                (const char *)what.data, what.len, "area", (json_int_t)area,
                                "before", (json_int_t)before, "after", (json_int_t)after)) == 0
                   ? TQ_OK
                   : TQ_NOMEM;
}

/* "unit|what|area|before|after" a line each, as objects with the units' names. */
json_t *publication_differences(struct app *app, struct tq_slice text)
{
    json_t *out = json_array();
    size_t at = 0;

    while (out != NULL && at < text.len) {
        const uint8_t *line = text.data + at;
        const uint8_t *end = memchr(line, '\n', text.len - at);
        size_t n = end != NULL ? (size_t)(end - line) : text.len - at;

        at += n + 1;
        if (add_difference(app, tq_slice_of(line, n), out) != TQ_OK) {
            json_decref(out);
            out = NULL;
        }
    }
    return out;
}

static const char *word_of_change(const struct cli *cli, const char *what)
{
    static const struct {
        const char *code;
        const char *words[2]; /* Vietnamese, English */
    } WORDS[] = {
        { "final_c", { "điểm", "points" } },
        { "rank", { "hạng", "rank" } },
        { "place", { "tình trạng", "standing" } },
        { "grade", { "xếp loại", "grade" } },
        { "added", { "thêm vào bảng", "added" } },
        { "removed", { "ra khỏi bảng", "removed" } },
    };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(WORDS[i].code, what) == 0)
            return cli_say(cli, WORDS[i].words[0], WORDS[i].words[1]);
    return what;
}

static const char *place_name(const char *code, tq_lang lang)
{
    for (int place = 0; place <= TQ_PLACE_LAST; place++)
        if (strcmp(tq_place_code((tq_place)place), code) == 0)
            return tq_place_name((tq_place)place, lang);
    return code;
}

/* "91,50", "Tốt", "chưa gửi"; "-": nothing. */
static void tell_value(
        const struct cli *cli, const char *what, const json_t *value, struct tq_buf *out)
{
    const char *code = json_string_value(value);
    char text[40];
    tq_grade grade;

    if (json_is_integer(value) && strcmp(what, "final_c") == 0)
        tq_buf_append_str(out, cli_show_points(cli, json_integer_value(value), text, sizeof(text)));
    else if (json_is_integer(value))
        tq_buf_printf(out, "%lld", (long long)json_integer_value(value));
    else if (code != NULL && strcmp(what, "grade") == 0 &&
             tq_grade_parse(tq_slice_str(code), &grade))
        tq_buf_append_str(out, tq_grade_name(grade, cli->lang));
    else if (code != NULL)
        tq_buf_append_str(out, place_name(code, cli->lang));
    else
        tq_buf_append_str(out, "-");
}

void publication_tell_changes(
        struct app *app, const struct cli *cli, const json_t *changes, struct tq_buf *out)
{
    size_t n = json_array_size(changes);

    for (size_t i = 0; i < n && i < FACTS_NAMED; i++) {
        const json_t *one = json_array_get(changes, i);
        const json_t *before = json_object_get(one, "before");
        const json_t *after = json_object_get(one, "after");
        const char *what = json_string_value(json_object_get(one, "what"));
        struct tq_slice name;

        (void)name_of(app, json_string_value(json_object_get(one, "unit")), &name);
        tq_buf_printf(out, "%s%.*s %s", i > 0 ? "; " : "", (int)name.len, (const char *)name.data,
                word_of_change(cli, what));
        if (json_is_null(before) && json_is_null(after))
            continue;
        tq_buf_append_str(out, ": ");
        tell_value(cli, what, before, out);
        tq_buf_append_str(out, " > ");
        tell_value(cli, what, after, out);
    }
    if (n > FACTS_NAMED)
        tq_buf_printf(out, "; +%zu", n - FACTS_NAMED);
}

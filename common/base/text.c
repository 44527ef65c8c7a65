#include "tuquan/text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <utf8proc.h>

#include "tuquan/mem.h"

/* Decomposed text on its way through utf8proc; short texts need no allocation. */
struct points {
    utf8proc_int32_t local[256];
    utf8proc_int32_t *data;
    size_t len;
};

static void points_deinit(struct points *points)
{
    if (points->data != points->local)
        tq_mem_free(points->data);
    points->data = NULL;
}

bool tq_text_is_valid(struct tq_slice text, size_t *at)
{
    size_t i = 0;

    while (i < text.len) {
        utf8proc_int32_t c = text.data[i];
        utf8proc_ssize_t n = 1;

        if (c >= 0x80)
            n = utf8proc_iterate(text.data + i, (utf8proc_ssize_t)(text.len - i), &c);
        if (n <= 0 || (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0))
            break;
        i += (size_t)n;
    }
    if (at != NULL)
        *at = i;
    return i == text.len;
}

void tq_text_settle(char *text, bool cut)
{
    size_t len = strlen(text);
    size_t at;

    while (!tq_text_is_valid(tq_slice_of((const uint8_t *)text, len), &at)) {
        if (cut && at + 4 > len) {
            len = at;
            text[at] = '\0';
        } else {
            text[at] = '?';
        }
    }
}

/* Decompose into `points`; the caller calls points_deinit in any case. */
static tq_status decompose(struct tq_slice text, utf8proc_option_t options, struct points *points,
        struct tq_error *err)
{
    size_t at;
    utf8proc_ssize_t n;

    points->data = points->local;
    points->len = 0;
    if (!tq_text_is_valid(text, &at))
        return tq_error_set(err, TQ_ENCODING, "byte %zu", at);
    if (text.len == 0)
        return TQ_OK;
    n = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.len, points->local,
            (utf8proc_ssize_t)(sizeof(points->local) / sizeof(points->local[0])), options);
    if (n < 0)
        return tq_error_set(err, TQ_ENCODING, "%s", utf8proc_errmsg(n));
    /* One more: reencoding puts a NUL behind the text. */
    if ((size_t)n >= sizeof(points->local) / sizeof(points->local[0])) {
        points->data = tq_mem_alloc(((size_t)n + 1) * sizeof(points->data[0]));
        if (points->data == NULL)
            return tq_error_set(err, TQ_NOMEM, "text");
        n = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.len, points->data, n + 1, options);
    }
    points->len = (size_t)n;
    return TQ_OK;
}

static void append_point(struct tq_buf *out, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);

    if (n > 0)
        tq_buf_append(out, bytes, (size_t)n);
}

/* Is the text valid, and NFC for certain? Every character below U+0300, the letters U+1E00 to
 * U+1EFF and the dashes and quotation marks U+2010 to U+2027 stay as they are whatever stands
 * beside them, for none of them combines with the one before. All of Vietnamese in NFC is there;
 * the rest takes the long way. */
static bool is_surely_nfc(struct tq_slice text)
{
    const uint8_t *p = text.data;
    const uint8_t *end = p + text.len;

    while (p < end) {
        if (p[0] < 0x80) {
            if ((p[0] < 0x20 && p[0] != '\n' && p[0] != '\t') || p[0] == 0x7f)
                return false;
            p++;
        } else if (p[0] < 0xcc) {
            if (p[0] < 0xc2 || end - p < 2 || (p[1] & 0xc0) != 0x80 ||
                    (p[0] == 0xc2 && p[1] < 0xa0))
                return false;
            p += 2;
        } else {
            if (end - p < 3 || (p[2] & 0xc0) != 0x80 ||
                    !((p[0] == 0xe1 && p[1] >= 0xb8 && p[1] <= 0xbb) ||
                            (p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x90 && p[2] <= 0xa7)))
                return false;
            p += 3;
        }
    }
    return true;
}

/* Close an append: a failed buffer goes back to its old length. */
static tq_status finish(struct tq_buf *out, size_t before, struct tq_error *err)
{
    if (tq_buf_is_ok(out))
        return TQ_OK;
    out->len = before;
    return tq_error_set(err, TQ_NOMEM, "text");
}

tq_status tq_text_nfc(struct tq_slice text, struct tq_buf *out, struct tq_error *err)
{
    struct points points;
    size_t before = out->len;
    utf8proc_ssize_t n;
    tq_status rc;

    if (is_surely_nfc(text)) {
        tq_buf_append_slice(out, text);
        return finish(out, before, err);
    }
    rc = decompose(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, &points, err);
    if (rc == TQ_OK && points.len > 0) {
        n = utf8proc_normalize_utf32(
                points.data, (utf8proc_ssize_t)points.len, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
        assert(n >= 0);
        for (utf8proc_ssize_t i = 0; i < n; i++)
            append_point(out, points.data[i]);
        rc = finish(out, before, err);
    }
    points_deinit(&points);
    return rc;
}

bool tq_text_is_nfc(struct tq_slice text)
{
    struct tq_buf nfc;
    bool same;

    if (is_surely_nfc(text))
        return true;
    tq_buf_init(&nfc, 0);
    same = tq_text_nfc(text, &nfc, NULL) == TQ_OK && tq_slice_equal(tq_buf_slice(&nfc), text);
    tq_buf_deinit(&nfc);
    return same;
}

#define FOLD (UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK)

/* What casefolding leaves: other white space, and đ, which has no decomposition for it is a letter of
 * its own. */
static utf8proc_int32_t fold_point(utf8proc_int32_t c)
{
    if (c == '\n' || c == '\t' || c == 0xa0)
        return ' ';
    return c == 0x111 ? 'd' : c;
}

bool tq_text_fold_word(struct tq_slice text, char *out, size_t size)
{
    utf8proc_int32_t points[256];
    const utf8proc_ssize_t most = sizeof(points) / sizeof(points[0]);
    size_t used = 0;
    utf8proc_ssize_t n = 0;

    if (!tq_text_is_valid(text, NULL))
        return false;
    if (text.len > 0)
        n = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.len, points, most, FOLD);
    if (n < 0 || n > most)
        return false;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        utf8proc_int32_t c = fold_point(points[i]);
        utf8proc_uint8_t bytes[4];
        size_t len = (size_t)utf8proc_encode_char(c, bytes);

        if (c == ' ' && (used == 0 || out[used - 1] == ' '))
            continue;
        if (used + len >= size)
            return false;
        memcpy(out + used, bytes, len);
        used += len;
    }
    used -= used > 0 && out[used - 1] == ' ';
    out[used] = '\0';
    return true;
}

/* What Vietnamese is written with, folded by a table: a search looks at millions of letters, and the
 * full decomposition costs twenty times as much. '.': for the full one to decide. */
static const char LATIN[] = /* U+00C0 .. U+01B0 */
        "aaaaaa.ceeeeiiii.nooooo..uuuuy..aaaaaa.ceeeeiiii.nooooo..uuuuy.y"
        "aaaaaaccccccccddddeeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll."
        "...nnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzzs"
        "................................oo.............uu";
static const char VIETNAMESE[] = /* U+1EA0 .. U+1EF9 */
        "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooo"
        "oooouuuuuuuuuuuuuuyyyyyyyy";

/* The letter of a point, ' ' for white space, '\0' for a mark, '.' where the table does not know. */
static char quick_point(const uint8_t *at, size_t left, size_t *len)
{
    uint32_t c;

    *len = 1;
    if (at[0] < 0x80) {
        if (at[0] == '\n' || at[0] == '\t')
            return ' ';
        if (at[0] < 0x20 || at[0] == 0x7f || at[0] == '.')
            return at[0] == '.' ? '\1' : '.';
        return (char)(at[0] >= 'A' && at[0] <= 'Z' ? at[0] + 32 : at[0]);
    }
    if ((at[0] & 0xe0) == 0xc0 && left > 1 && (at[1] & 0xc0) == 0x80) {
        *len = 2;
        c = (uint32_t)(at[0] & 0x1f) << 6 | (at[1] & 0x3f);
        if (c >= 0x300 && c <= 0x344)
            return '\0';
        return c >= 0xc0 && c <= 0x1b0 ? LATIN[c - 0xc0] : '.';
    }
    if (at[0] == 0xe1 && left > 2 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80) {
        *len = 3;
        c = (uint32_t)(at[0] & 0xf) << 12 | (uint32_t)(at[1] & 0x3f) << 6 | (at[2] & 0x3f);
        return c >= 0x1ea0 && c <= 0x1ef9 ? VIETNAMESE[c - 0x1ea0] : '.';
    }
    return '.';
}

/* False: something for the full decomposition is in it; `out` is as it was. */
static bool quick_fold(struct tq_slice text, struct tq_buf *out)
{
    size_t before = out->len;
    size_t len = 0;
    bool space = false;

    for (size_t i = 0; i < text.len; i += len) {
        char c = quick_point(text.data + i, text.len - i, &len);

        if (c == '.') {
            out->len = before;
            return false;
        }
        if (c == '\0')
            continue;
        if (c == ' ') {
            space = out->len > before;
            continue;
        }
        if (space)
            tq_buf_append_u8(out, ' ');
        space = false;
        tq_buf_append_u8(out, (uint8_t)(c == '\1' ? '.' : c));
    }
    return true;
}

tq_status tq_text_fold(struct tq_slice text, struct tq_buf *out, struct tq_error *err)
{
    struct points points;
    size_t before = out->len;
    tq_status rc;

    if (tq_buf_is_ok(out) && quick_fold(text, out))
        return finish(out, before, err);
    rc = decompose(text, FOLD, &points, err);
    for (size_t i = 0; rc == TQ_OK && i < points.len; i++) {
        utf8proc_int32_t c = fold_point(points.data[i]);

        if (c != ' ' || (out->len > before && out->data[out->len - 1] != ' '))
            append_point(out, c);
    }
    if (rc == TQ_OK && out->len > before && out->data[out->len - 1] == ' ')
        out->len--;
    if (rc == TQ_OK)
        rc = finish(out, before, err);
    points_deinit(&points);
    return rc;
}

/* The next point that counts, white space as one space and none at the ends; 0 at the end. */
static utf8proc_int32_t next_point(const struct points *points, size_t *at)
{
    size_t from = *at;

    for (; *at < points->len; (*at)++) {
        utf8proc_int32_t c = points->data[*at];

        if (c != ' ' && c != '\n' && c != '\t' && c != 0xa0)
            break;
    }
    if (*at >= points->len)
        return 0;
    if (*at > from && from > 0)
        return ' ';
    return points->data[(*at)++];
}

/* Decomposed without the heap; false when it is no text or does not fit. */
static bool word_points(struct tq_slice text, struct points *points)
{
    const utf8proc_ssize_t most = sizeof(points->local) / sizeof(points->local[0]);
    utf8proc_ssize_t n = 0;

    if (!tq_text_is_valid(text, NULL))
        return false;
    if (text.len > 0)
        n = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.len, points->local, most,
                UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
    points->data = points->local;
    points->len = n > 0 && n <= most ? (size_t)n : 0;
    return n >= 0 && n <= most;
}

bool tq_text_same(struct tq_slice a, struct tq_slice b)
{
    struct points one;
    struct points two;
    size_t at_one = 0;
    size_t at_two = 0;
    utf8proc_int32_t c = 1;
    bool same = word_points(a, &one) && word_points(b, &two);

    while (same && c != 0) {
        c = next_point(&one, &at_one);
        same = next_point(&two, &at_two) == c;
    }
    return same;
}

/* One character off the text: its bytes and its columns. */
static size_t step(struct tq_slice text, size_t at, size_t *columns)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.len - at), &c);
    int width;

    if (n <= 0) {
        *columns = 1;
        return 1;
    }
    width = utf8proc_charwidth(c);
    *columns = width > 0 ? (size_t)width : 0;
    return (size_t)n;
}

size_t tq_text_width(struct tq_slice text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.len;) {
        size_t columns;

        i += step(text, i, &columns);
        width += columns;
    }
    return width;
}

struct tq_slice tq_text_cut(struct tq_slice text, size_t width)
{
    size_t used = 0;
    size_t i = 0;

    while (i < text.len) {
        size_t columns;
        size_t n = step(text, i, &columns);

        if (used + columns > width)
            break;
        used += columns;
        i += n;
    }
    return tq_slice_of(text.data, i);
}

void tq_text_pad(struct tq_buf *out, struct tq_slice text, size_t width, bool right)
{
    size_t have = tq_text_width(text);

    if (!right)
        tq_buf_append_slice(out, text);
    for (; have < width; have++)
        tq_buf_append_u8(out, ' ');
    if (right)
        tq_buf_append_slice(out, text);
}

/* text_lint.c - The part of text.h that looks for personal data and stamps of secrecy. */
#include <string.h>
#include <utf8proc.h>

#include "tuquan/text.h"

/* Words of a text, with what stands around them. */
struct word {
    size_t at;
    size_t len;
    bool opens;  /* nothing but punctuation or a line end between it and the word before */
    bool closes; /* the same behind it */
};

struct lint {
    struct tq_slice text;
    struct tq_lint_finding *out;
    size_t max;
    size_t count;
};

static void found(struct lint *lint, tq_lint kind, size_t at, size_t len)
{
    if (lint->count < lint->max) {
        lint->out[lint->count].kind = kind;
        lint->out[lint->count].at = at;
        lint->out[lint->count].len = len;
    }
    lint->count++;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* A number of one or two digits at *at, up to `most`; *at goes behind it. */
static bool small_number(struct tq_slice text, size_t *at, unsigned most)
{
    size_t from = *at;
    unsigned n = 0;

    while (*at < text.len && *at < from + 2 && is_digit(text.data[*at]))
        n = 10 * n + (unsigned)(text.data[(*at)++] - '0');
    return *at > from && n >= 1 && n <= most;
}

static size_t date_at(struct tq_slice text, size_t at)
{
    uint8_t mark;

    if (!small_number(text, &at, 31) || at >= text.len)
        return 0;
    mark = text.data[at++];
    if ((mark != '-' && mark != '.') || !small_number(text, &at, 12) || at + 5 > text.len ||
            text.data[at] != mark || (at + 5 < text.len && is_digit(text.data[at + 5])))
        return 0;
    for (size_t i = 1; i < 5; i++)
        if (!is_digit(text.data[at + i]))
            return 0;
    return memcmp(text.data + at + 1, "19", 2) == 0 || memcmp(text.data + at + 1, "20", 2) == 0
                   ? at + 5
                   : 0;
}

/* The end of a day of the calendar (5-11-2020, 05.11.2020) that begins at `at`; 0: there is none. Its
 * digits are no part of a longer number: 09.12.2019.88 is no day, 05.11.2020-07.11.2020 are two. */
static size_t date_end(struct tq_slice text, size_t at)
{
    size_t end = date_at(text, at);

    if (end != 0 && end + 1 < text.len && (text.data[end] == '.' || text.data[end] == '-') &&
            is_digit(text.data[end + 1]) && date_at(text, end + 1) == 0)
        return 0;
    return end;
}

/* The end of a run of digits with single separators between them; counts digits and says whether
 * it is grouped as money is (1.200.000). */
static size_t number_end(struct tq_slice text, size_t at, size_t *digits, bool *money)
{
    size_t group = 0;
    size_t i = at;

    *digits = 0;
    *money = true;
    while (i < text.len) {
        uint8_t c = text.data[i];

        if (is_digit(c)) {
            group++;
            (*digits)++;
        } else if ((c == '.' || c == ' ' || c == '-') && i + 1 < text.len &&
                   is_digit(text.data[i + 1]) && (c != ' ' || date_end(text, i + 1) == 0)) {
            *money = *money && c == '.' && (group == 3 || (group < 3 && *digits == group));
            group = 0;
        } else {
            break;
        }
        i++;
    }
    *money = *money && group == 3 && *digits > 3 && text.data[at] != '0';
    return i;
}

static size_t lint_number(struct lint *lint, size_t at)
{
    struct tq_slice text = lint->text;
    size_t digits;
    bool money;
    size_t end = date_end(text, at);
    bool plus = at > 0 && text.data[at - 1] == '+';

    if (end > 0)
        return end;
    end = number_end(text, at, &digits, &money);
    if (money)
        return end;
    if ((text.data[at] == '0' && (digits == 10 || digits == 11)) ||
            (plus && digits >= 11 && digits <= 12 && text.data[at] == '8'))
        found(lint, TQ_LINT_PHONE, plus ? at - 1 : at, end - at + (plus ? 1 : 0));
    else if (digits == 9 || digits == 12)
        found(lint, TQ_LINT_ID_NUMBER, at, end - at);
    return end;
}

/* The letter at `at`; 0 when there is none. */
static utf8proc_int32_t letter_at(struct tq_slice text, size_t at, size_t *len)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.len - at), &c);
    utf8proc_category_t kind;

    *len = n > 0 ? (size_t)n : 1;
    if (n <= 0)
        return 0;
    kind = utf8proc_category(c);
    return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_ME ? c : 0;
}

static bool is_capital(struct tq_slice text, size_t at)
{
    size_t n;
    utf8proc_int32_t c = letter_at(text, at, &n);

    return c != 0 && utf8proc_category(c) == UTF8PROC_CATEGORY_LU;
}

/* The next word from *at on; false at the end. */
static bool next_word(struct tq_slice text, size_t *at, struct word *word)
{
    size_t i = *at;
    size_t n;

    word->opens = i == 0;
    while (i < text.len && letter_at(text, i, &n) == 0) {
        if (text.data[i] != ' ' && text.data[i] != '\t')
            word->opens = true;
        i += n;
    }
    word->at = i;
    while (i < text.len && letter_at(text, i, &n) != 0)
        i += n;
    word->len = i - word->at;
    *at = i;
    while (i < text.len && (text.data[i] == ' ' || text.data[i] == '\t'))
        i++;
    word->closes = i == text.len || letter_at(text, i, &n) == 0;
    return word->len > 0;
}

/* Equal without regard to case, marks counting; `lower` is in lower case. */
static bool word_is(struct tq_slice text, const struct word *word, const char *lower)
{
    size_t len = strlen(lower);
    size_t i = 0;
    size_t k = 0;

    while (i < word->len && k < len) {
        utf8proc_int32_t a;
        utf8proc_int32_t b;

        i += (size_t)utf8proc_iterate(
                text.data + word->at + i, (utf8proc_ssize_t)(word->len - i), &a);
        k += (size_t)utf8proc_iterate(
                (const utf8proc_uint8_t *)lower + k, (utf8proc_ssize_t)(len - k), &b);
        if (utf8proc_tolower(a) != b)
            return false;
    }
    return i == word->len && k == len;
}

static bool word_in(struct tq_slice text, const struct word *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (word->len > 0 && word_is(text, word, *list))
            return true;
    return false;
}

/* "Mật" is an everyday word too (bí mật, mật ong): it is a stamp after tối or tuyệt, alone between
 * punctuation, or with a capital behind the name of a paper. */
static bool is_stamp(struct tq_slice text, const struct word *before, const struct word *word)
{
    static const char *const DEGREES[] = { "tối", "tuyệt", NULL };
    static const char *const PAPERS[] = { "bản", "văn", "liệu", "dấu", "độ", "sơ", NULL };

    if (!word_is(text, word, "mật"))
        return false;
    if (!word->opens && word_in(text, before, DEGREES))
        return true;
    if (!is_capital(text, word->at))
        return false;
    return (word->opens && word->closes) || (!word->opens && word_in(text, before, PAPERS));
}

static bool is_person(struct tq_slice text, const struct word *before, const struct word *word)
{
    static const char *const TITLES[] = { "ông", "bà", NULL };
    static const char *const POSTS[] = { "chủ", "phó", "trưởng", "bí", "giám", "đội", NULL };

    return !word->opens && word_in(text, before, TITLES) && is_capital(text, word->at) &&
           !word_in(text, word, POSTS);
}

static bool is_ascii_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Is the marked letter whose first byte stands at `at` in a place where "ông", "bà" or "mật" has it? */
static bool may_be_word(struct tq_slice text, size_t at)
{
    const uint8_t *c = text.data + at;
    bool two = at + 1 < text.len;

    if (c[0] == 0xC3 && two && (c[1] == 0xB4 || c[1] == 0x94)) /* ô Ô, then n */
        return at + 2 < text.len && (c[2] | 0x20) == 'n' && (at == 0 || !is_ascii_letter(c[-1]));
    if (c[0] == 0xC3 && two && (c[1] == 0xA0 || c[1] == 0x80)) /* à À behind b */
        return at > 0 && (c[-1] | 0x20) == 'b';
    return c[0] == 0xE1 && at + 2 < text.len && c[1] == 0xBA && (c[2] == 0xAD || c[2] == 0xAC) &&
           at > 0 && (c[-1] | 0x20) == 'm'; /* ậ Ậ behind m */
}

bool tq_text_lint_may(struct tq_slice text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (is_digit(text.data[i]) && ++digits >= 9)
            return true;
        if (text.data[i] >= 0xC3 && may_be_word(text, i))
            return true;
    }
    return false;
}

size_t tq_text_lint(struct tq_slice text, struct tq_lint_finding *out, size_t max)
{
    struct lint lint = { text, out, max, 0 };
    struct word before = { 0, 0, true, true };
    struct word word;
    size_t digits_from = 0;
    size_t at = 0;
    bool more;

    do {
        size_t from = at;

        more = next_word(text, &at, &word);
        /* Numbers stand between words. */
        for (digits_from = from; digits_from < (more ? word.at : text.len);) {
            if (is_digit(text.data[digits_from]))
                digits_from = lint_number(&lint, digits_from);
            else
                digits_from++;
        }
        if (more && is_stamp(text, &before, &word))
            found(&lint, TQ_LINT_SECRET, word.at, word.len);
        if (more && is_person(text, &before, &word))
            found(&lint, TQ_LINT_PERSON, before.at, word.at + word.len - before.at);
        before = word;
    } while (more);
    return lint.count;
}

const char *tq_lint_sentence(tq_lint kind, tq_lang lang)
{
    static const char *const SENTENCES[][2] = {
        { "có dãy 9 hoặc 12 chữ số, giống số giấy tờ tùy thân",
                "a run of 9 or 12 digits, like an identity number" },
        { "có số giống số điện thoại", "a number like a telephone number" },
        { "có vẻ nêu tên một người", "seems to name a person" },
        { "có đóng dấu Mật, Tối mật hoặc Tuyệt mật: không được đưa vào phần mềm",
                "stamped secret: may not be entered" },
    };

    return SENTENCES[(size_t)kind <= TQ_LINT_SECRET ? kind : TQ_LINT_PERSON][lang == TQ_LANG_EN];
}

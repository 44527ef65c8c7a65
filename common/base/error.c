#include "tuquan/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/reason.h"
#include "tuquan/text.h"

struct entry {
    int value;
    int exit_code;
    tq_fault fault;
    const char *code;
    const char *text[2];
    const char *next[2];
};

static const struct entry STATUS[] = {
#define X(name, value, code, exit_code, kind, vi, en, next_vi, next_en)                            \
    { (value), (exit_code), TQ_FAULT_##kind, (code), { (vi), (en) }, { (next_vi), (next_en) } },
    TQ_STATUS_MAP(X)
#undef X
};

static const struct entry REASON[] = {
#define X(name, value, code, vi, en, next_vi, next_en)                                             \
    { (value), 0, TQ_FAULT_NONE, (code), { (vi), (en) }, { (next_vi), (next_en) } },
    TQ_REASON_MAP(X)
#undef X
};

static const char *const PHRASE[][2] = {
#define X(name, vi, en) { (vi), (en) },
    TQ_PHRASE_MAP(X)
#undef X
};

static const struct entry UNKNOWN_REASON = { -1, 0, TQ_FAULT_NONE, "R99",
    { "lý do do phiên bản mới hơn của huyện đặt ra",
            "a reason of a newer version of the district" },
    { "Cập nhật chương trình để đọc lý do.", "Update the program to read it." } };

static const struct entry *find(
        const struct entry *list, size_t count, int value, const struct entry *otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].value == value)
            return &list[i];
    return otherwise;
}

static const struct entry *status_entry(tq_status status)
{
    const struct entry *internal =
            find(STATUS, sizeof(STATUS) / sizeof(STATUS[0]), (int)TQ_INTERNAL, &STATUS[0]);

    return find(STATUS, sizeof(STATUS) / sizeof(STATUS[0]), (int)status, internal);
}

static const struct entry *reason_entry(tq_reason reason)
{
    return find(REASON, sizeof(REASON) / sizeof(REASON[0]), (int)reason, &UNKNOWN_REASON);
}

#undef tq_error_set /* the analyzer's, see error.h */
tq_status tq_error_set(struct tq_error *err, tq_status status, const char *fmt, ...)
{
    va_list args;
    int n;

    if (err == NULL)
        return status;
    err->status = status;
    va_start(args, fmt);
    n = vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    tq_text_settle(err->msg, n >= (int)sizeof(err->msg));
    return status;
}

void tq_error_wrap(struct tq_error *err, const char *fmt, ...)
{
    char facts[sizeof(err->msg)];
    size_t used;
    va_list args;
    int n;

    if (err == NULL)
        return;
    memcpy(facts, err->msg, sizeof(facts));
    va_start(args, fmt);
    n = vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    used = n < 0 ? 0 : (size_t)n;
    if (used + 3 < sizeof(err->msg))
        snprintf(err->msg + used, sizeof(err->msg) - used, ": %.*s",
                (int)(sizeof(err->msg) - used - 3), facts);
    tq_text_settle(err->msg, used + 3 + strlen(facts) > sizeof(err->msg));
}

void tq_error_clear(struct tq_error *err)
{
    if (err == NULL)
        return;
    err->status = TQ_OK;
    err->msg[0] = '\0';
}

const char *tq_status_code(tq_status status)
{
    return status_entry(status)->code;
}

const char *tq_status_sentence(tq_status status, tq_lang lang)
{
    return status_entry(status)->text[lang == TQ_LANG_EN];
}

const char *tq_status_next_step(tq_status status, tq_lang lang)
{
    return status_entry(status)->next[lang == TQ_LANG_EN];
}

int tq_status_exit_code(tq_status status)
{
    return status_entry(status)->exit_code;
}

tq_fault tq_status_fault(tq_status status)
{
    return status_entry(status)->fault;
}

bool tq_status_is_retryable(tq_status status)
{
    return tq_status_fault(status) == TQ_FAULT_ENVIRONMENT || status == TQ_COME_BACK;
}

char *tq_error_text(const struct tq_error *err, tq_lang lang, char *out, size_t size)
{
    snprintf(out, size, "[%s] %s%s%s. %s", tq_status_code(err->status),
            tq_status_sentence(err->status, lang), err->msg[0] != '\0' ? ": " : "", err->msg,
            tq_status_next_step(err->status, lang));
    return out;
}

const char *tq_phrase(tq_phrase_id id)
{
    return PHRASE[id][0];
}

const char *tq_phrase_errno(int code)
{
    static const struct {
        int code;
        tq_phrase_id phrase;
    } KNOWN[] = {
        { ENOENT, TQ_PHRASE_SYS_NO_FILE },
        { ENOTDIR, TQ_PHRASE_SYS_NOT_FOLDER },
        { EACCES, TQ_PHRASE_SYS_DENIED },
        { EPERM, TQ_PHRASE_SYS_DENIED },
        { EISDIR, TQ_PHRASE_IS_FOLDER },
        { ENOSPC, TQ_PHRASE_SYS_FULL },
        { EDQUOT, TQ_PHRASE_SYS_FULL },
        { EROFS, TQ_PHRASE_SYS_READ_ONLY },
        { EIO, TQ_PHRASE_SYS_FAULT },
        { EMFILE, TQ_PHRASE_SYS_MANY_FILES },
        { ENFILE, TQ_PHRASE_SYS_MANY_FILES },
        { EEXIST, TQ_PHRASE_SYS_THERE },
        { ENAMETOOLONG, TQ_PHRASE_SYS_LONG_NAME },
        { EBUSY, TQ_PHRASE_SYS_BUSY },
        { ETXTBSY, TQ_PHRASE_SYS_BUSY },
        { ENOMEM, TQ_PHRASE_SYS_MEMORY },
        { EADDRINUSE, TQ_PHRASE_SYS_PORT },
        { EADDRNOTAVAIL, TQ_PHRASE_SYS_ADDRESS },
    };

    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (KNOWN[i].code == code)
            return tq_phrase(KNOWN[i].phrase);
    return strerror(code);
}

/* A fact begins here: not a word inside a value that somebody typed. */
static bool begins_fact(const char *text, const char *at)
{
    return at == text || (at - text >= 2 && at[-1] == ' ' && strchr(":,.]", at[-2]) != NULL);
}

/* `from` by `to` in `text`, where a fact begins with it; what has no room is cut at the end. */
static void replace(char *text, size_t size, const char *from, const char *to)
{
    size_t nfrom = strlen(from);
    size_t nto = strlen(to);
    char *at = nfrom > 0 ? strstr(text, from) : NULL;

    while (at != NULL && !begins_fact(text, at))
        at = strstr(at + 1, from);
    if (at != NULL) {
        size_t before = (size_t)(at - text);
        size_t room = size - 1 - before;
        size_t put = nto < room ? nto : room;
        size_t after = strlen(at + nfrom);

        after = after < room - put ? after : room - put;
        memmove(at + put, at + nfrom, after);
        memcpy(at, to, put);
        at[put + after] = '\0';
    }
}

static void retell_list(
        const struct entry *list, size_t count, tq_lang lang, char *text, size_t size)
{
    bool en = lang == TQ_LANG_EN;
    char code[16];

    for (size_t i = 0; i < count; i++) {
        snprintf(code, sizeof(code), "[%s]", list[i].code);
        if (strstr(text, code) == NULL)
            continue;
        replace(text, size, list[i].text[!en], list[i].text[en]);
        replace(text, size, list[i].next[!en], list[i].next[en]);
    }
}

char *tq_retell(const char *text, tq_lang lang, char *out, size_t size)
{
    bool en = lang == TQ_LANG_EN;

    snprintf(out, size, "%s", text);
    retell_list(STATUS, sizeof(STATUS) / sizeof(STATUS[0]), lang, out, size);
    retell_list(REASON, sizeof(REASON) / sizeof(REASON[0]), lang, out, size);
    for (size_t i = 0; en && i < sizeof(PHRASE) / sizeof(PHRASE[0]); i++)
        replace(out, size, PHRASE[i][0], PHRASE[i][1]);
    return out;
}

const char *tq_reason_code(tq_reason reason)
{
    return reason_entry(reason)->code;
}

const char *tq_reason_sentence(tq_reason reason, tq_lang lang)
{
    return reason_entry(reason)->text[lang == TQ_LANG_EN];
}

const char *tq_reason_next_step(tq_reason reason, tq_lang lang)
{
    return reason_entry(reason)->next[lang == TQ_LANG_EN];
}

const char *tq_verdict_name(tq_verdict verdict, tq_lang lang)
{
    static const char *const NAMES[][2] = {
        { "đã nhận", "accepted" },
        { "có giá trị mới hơn", "superseded" },
        { "tạm giữ", "held" },
        { "từ chối", "refused" },
        { "thành đề nghị đính chính", "requested" },
        { "đã có từ trước", "duplicate" },
        { "đã hủy", "dropped" },
    };
    size_t i = (size_t)verdict;

    if (i >= sizeof(NAMES) / sizeof(NAMES[0]))
        return lang == TQ_LANG_EN ? "unknown" : "không rõ";
    return NAMES[i][lang == TQ_LANG_EN];
}

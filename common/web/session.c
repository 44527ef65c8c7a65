#include "web/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"

#define TOKEN_RANDOM 32u
#define HASH_HEX ((size_t)2 * TQ_HASH_BYTES)

struct web_sessions {
    const struct tq_random *random;
    char token[WEB_TOKEN_BYTES];
    size_t n;
    struct web_session list[WEB_SESSIONS_MAX];
    uint64_t changes;
    int64_t idle_ms;
    int64_t person_ms;
};

static void draw(const struct web_sessions *sessions, char out[WEB_TOKEN_BYTES])
{
    uint8_t bytes[TOKEN_RANDOM];

    sessions->random->fill(sessions->random->ctx, bytes, sizeof(bytes));
    tq_hex(out, bytes, sizeof(bytes));
    tq_wipe(bytes, sizeof(bytes));
}

static void hash_of(const char *domain, const char *text, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, domain, TQ_HASH_BYTES);
    tq_hash_add(&hasher, text, strlen(text));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

tq_status web_sessions_new(
        struct web_sessions **out, const struct tq_random *random, struct tq_error *err)
{
    struct web_sessions *sessions = tq_mem_zalloc(sizeof(*sessions));

    *out = sessions;
    if (sessions == NULL)
        return tq_error_set(err, TQ_NOMEM, "sessions");
    sessions->random = random;
    sessions->idle_ms = WEB_SESSION_IDLE_MS;
    sessions->person_ms = WEB_PERSON_MS;
    draw(sessions, sessions->token);
    return TQ_OK;
}

void web_sessions_free(struct web_sessions *sessions)
{
    if (sessions != NULL)
        tq_wipe(sessions, sizeof(*sessions));
    tq_mem_free(sessions);
}

const char *web_sessions_token(const struct web_sessions *sessions)
{
    return sessions->token;
}

uint64_t web_sessions_changes(const struct web_sessions *sessions)
{
    return sessions->changes;
}

/* Room for one more: the last place, or that of the one unused for longest. */
static struct web_session *make_room(struct web_sessions *sessions)
{
    struct web_session *slot = &sessions->list[0];

    if (sessions->n < WEB_SESSIONS_MAX)
        return &sessions->list[sessions->n++];
    for (size_t i = 1; i < sessions->n; i++)
        if (sessions->list[i].seen_ms < slot->seen_ms)
            slot = &sessions->list[i];
    return slot;
}

static struct web_session *begin(
        struct web_sessions *sessions, int64_t now_ms, char cookie[WEB_TOKEN_BYTES])
{
    struct web_session *session = make_room(sessions);

    draw(sessions, cookie);
    memset(session, 0, sizeof(*session));
    hash_of("tuquan.web.cookie.v1", cookie, session->hash);
    session->opened_ms = now_ms;
    session->seen_ms = now_ms;
    sessions->changes++;
    return session;
}

void web_sessions_limit(struct web_sessions *sessions, int64_t idle_ms, int64_t person_ms)
{
    sessions->idle_ms = idle_ms;
    sessions->person_ms = person_ms;
}

bool web_sessions_open(struct web_sessions *sessions, const char *token, int64_t now_ms,
        char cookie[WEB_TOKEN_BYTES])
{
    if (strlen(token) != WEB_TOKEN_BYTES - 1 ||
            !tq_same_secret(token, sessions->token, WEB_TOKEN_BYTES - 1))
        return false;
    draw(sessions, sessions->token);
    (void)begin(sessions, now_ms, cookie);
    return true;
}

static struct web_session *find_hash(struct web_sessions *sessions, const uint8_t *hash)
{
    for (size_t i = 0; i < sessions->n; i++)
        if (tq_same_secret(sessions->list[i].hash, hash, TQ_HASH_BYTES))
            return &sessions->list[i];
    return NULL;
}

void web_sessions_close(struct web_sessions *sessions, struct web_session *session)
{
    size_t at = (size_t)(session - sessions->list);

    memmove(session, session + 1, (sessions->n - at - 1) * sizeof(*session));
    sessions->n--;
    sessions->changes++;
}

void web_session_sign(struct web_sessions *sessions, struct web_session *session,
        const char *person, int64_t now_ms)
{
    size_t n = strlen(person);

    if (n >= sizeof(session->person))
        n = sizeof(session->person) - 1;
    memcpy(session->person, person, n);
    session->person[n] = '\0';
    session->person_ms = now_ms;
    sessions->changes++;
}

void web_sessions_begin(struct web_sessions *sessions, const char *person, int64_t now_ms,
        char cookie[WEB_TOKEN_BYTES])
{
    web_session_sign(sessions, begin(sessions, now_ms, cookie), person, now_ms);
}

bool web_sessions_has(
        const struct web_sessions *sessions, const uint8_t hash[TQ_HASH_BYTES], int64_t now_ms)
{
    for (size_t i = 0; i < sessions->n; i++)
        if (tq_same_secret(sessions->list[i].hash, hash, TQ_HASH_BYTES))
            return now_ms - sessions->list[i].seen_ms <= sessions->idle_ms;
    return false;
}

void web_sessions_sweep(struct web_sessions *sessions,
        bool (*keep)(void *ctx, const struct web_session *session), void *ctx)
{
    for (size_t i = sessions->n; i > 0; i--)
        if (!keep(ctx, &sessions->list[i - 1]))
            web_sessions_close(sessions, &sessions->list[i - 1]);
}

struct web_session *web_sessions_find(
        struct web_sessions *sessions, const char *cookie, int64_t now_ms)
{
    struct web_session *session;
    uint8_t hash[TQ_HASH_BYTES];

    if (strlen(cookie) != WEB_TOKEN_BYTES - 1)
        return NULL;
    hash_of("tuquan.web.cookie.v1", cookie, hash);
    session = find_hash(sessions, hash);
    if (session == NULL)
        return NULL;
    if (now_ms - session->seen_ms > sessions->idle_ms) {
        web_sessions_close(sessions, session);
        return NULL;
    }
    session->seen_ms = now_ms;
    if (session->person[0] != '\0' && now_ms - session->person_ms > sessions->person_ms)
        web_session_sign(sessions, session, "", now_ms);
    return session;
}

void web_session_csrf(const char *cookie, char out[WEB_TOKEN_BYTES])
{
    uint8_t hash[TQ_HASH_BYTES];

    hash_of("tuquan.web.csrf.v1", cookie, hash);
    tq_hex(out, hash, sizeof(hash));
}

bool web_session_is_csrf(const char *cookie, const char *given)
{
    char wanted[WEB_TOKEN_BYTES];

    web_session_csrf(cookie, wanted);
    return strlen(given) == WEB_TOKEN_BYTES - 1 &&
           tq_same_secret(wanted, given, WEB_TOKEN_BYTES - 1);
}

/* ---- kept over a restart ---- */

void web_sessions_write(const struct web_sessions *sessions, struct tq_buf *out)
{
    for (size_t i = 0; i < sessions->n; i++) {
        const struct web_session *session = &sessions->list[i];
        char hash[HASH_HEX + 1];

        tq_hex(hash, session->hash, TQ_HASH_BYTES);
        tq_buf_printf(out, "%s %" PRId64 " %" PRId64 " %" PRId64 " %s\n", hash, session->opened_ms,
                session->seen_ms, session->person_ms, session->person);
    }
}

/* "hash opened seen signed person"; the person, to the end of the line, may be empty. */
static bool read_line(const char *line, size_t len, struct web_session *out)
{
    int64_t numbers[3];
    const char *at = line + HASH_HEX;
    const char *end = line + len;
    char text[WEB_PERSON_BYTES + 96]; /* three numbers and a name */

    memset(out, 0, sizeof(*out));
    if (len <= HASH_HEX || len - HASH_HEX >= sizeof(text) ||
            !tq_unhex(line, HASH_HEX, out->hash, TQ_HASH_BYTES))
        return false;
    memcpy(text, at, (size_t)(end - at));
    text[end - at] = '\0';
    at = text;
    for (size_t i = 0; i < 3; i++) {
        char *rest = NULL;

        numbers[i] = strtoll(at, &rest, 10);
        if (rest == at || *rest != ' ')
            return false;
        at = rest;
    }
    out->opened_ms = numbers[0];
    out->seen_ms = numbers[1];
    out->person_ms = numbers[2];
    at++;
    if (strlen(at) >= sizeof(out->person))
        return false;
    memcpy(out->person, at, strlen(at) + 1);
    return true;
}

void web_sessions_read(struct web_sessions *sessions, struct tq_slice text)
{
    const char *at = (const char *)text.data;
    size_t left = text.len;

    while (left > 0 && sessions->n < WEB_SESSIONS_MAX) {
        const char *stop = memchr(at, '\n', left);
        size_t len = stop != NULL ? (size_t)(stop - at) : left;
        size_t step = stop != NULL ? len + 1 : len;
        struct web_session session;

        if (read_line(at, len, &session) && find_hash(sessions, session.hash) == NULL)
            sessions->list[sessions->n++] = session;
        at += step;
        left -= step;
    }
}

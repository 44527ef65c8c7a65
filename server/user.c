#include "user.h"

#include <string.h>

#include "tuquan/file.h"
#include "tuquan/process.h"
#include "tuquan/random.h"

#define PATH_BYTES 4096
#define SESSIONS_BYTES ((size_t)128 << 10)

void user_session_id(const struct web_session *session, char out[USER_SESSION_ID_BYTES])
{
    char hash[2 * TQ_HASH_BYTES + 1];

    tq_hex(hash, session->hash, TQ_HASH_BYTES);
    memcpy(out, hash, USER_SESSION_ID_BYTES - 1);
    out[USER_SESSION_ID_BYTES - 1] = '\0';
}

struct telling {
    struct account_list *accounts;
    json_t *list;
};

/* Keeps each one: the sweep is used to come by. */
static bool tell_one(void *ctx, const struct web_session *session)
{
    const struct telling *telling = ctx;
    const struct account *account = account_of_ticket(telling->accounts, session->person);
    char id[USER_SESSION_ID_BYTES];
    json_t *one;

    if (account == NULL)
        return true;
    one = json_object();
    user_session_id(session, id);
    json_object_set_new(one, "id", json_string(id));
    json_object_set_new(one, "account", json_string(account->name));
    json_object_set_new(one, "opened_ms", json_integer(session->opened_ms));
    json_object_set_new(one, "seen_ms", json_integer(session->seen_ms));
    json_object_set_new(one, "address", json_string(session->address));
    json_array_append_new(telling->list, one);
    return true;
}

tq_status user_tell_sessions(
        const char *dir, struct web_sessions *sessions, json_t *list, struct tq_error *err)
{
    struct account_list accounts;
    struct telling telling = { &accounts, list };
    tq_status rc = account_load(dir, &accounts, err);

    if (rc == TQ_OK)
        web_sessions_sweep(sessions, tell_one, &telling);
    tq_wipe(&accounts, sizeof(accounts));
    return rc;
}

tq_status user_read_sessions(const char *dir, json_t *list, struct tq_error *err)
{
    struct web_sessions *sessions = NULL;
    char path[PATH_BYTES];
    struct tq_buf text;
    tq_status rc = tq_file_join(path, sizeof(path), dir, USER_SESSIONS, err);

    tq_buf_init(&text, SESSIONS_BYTES);
    if (rc == TQ_OK)
        rc = web_sessions_new(&sessions, tq_random_system(), err);
    if (rc == TQ_OK && tq_file_exists(path))
        rc = tq_file_read(path, SESSIONS_BYTES, &text, err);
    if (rc == TQ_OK) {
        web_sessions_read(sessions, tq_buf_slice(&text));
        rc = user_tell_sessions(dir, sessions, list, err);
    }
    tq_buf_deinit(&text);
    web_sessions_free(sessions);
    return rc;
}

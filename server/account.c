#include "account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/bytes.h"
#include "tuquan/process.h"
#include "tuquan/text.h"

static const struct {
    const char *name;
    unsigned rights;
} ROLES[ACCOUNT_NROLES] = {
    { "read-only", RIGHT_SIGNED_IN | RIGHT_READ },
    { "officer", RIGHT_SIGNED_IN | RIGHT_READ | RIGHT_DECIDE | RIGHT_MACHINES },
    { "leader", RIGHT_SIGNED_IN | RIGHT_READ | RIGHT_DECIDE | RIGHT_SIGN | RIGHT_HEALTH },
    { "operator", RIGHT_SIGNED_IN | RIGHT_READ | RIGHT_MACHINES | RIGHT_ACCOUNTS | RIGHT_HEALTH },
};

const char *account_role_name(account_role role)
{
    return ROLES[role].name;
}

bool account_role_read(const char *text, account_role *out)
{
    for (int i = 0; i < ACCOUNT_NROLES; i++)
        if (strcmp(ROLES[i].name, text) == 0) {
            *out = (account_role)i;
            return true;
        }
    return false;
}

unsigned account_rights(account_role role)
{
    return ROLES[role].rights;
}

const char *account_right_name(unsigned right)
{
    static const char *const NAMES[NRIGHTS] = { "signed_in", "read", "decide", "sign", "machines",
        "accounts", "health" };

    for (unsigned i = 0; i < NRIGHTS; i++)
        if (right == 1u << i)
            return NAMES[i];
    return "";
}

/* ---- accounts ---- */

/* The same letters, whichever keyboard typed them. INVALID: not UTF-8, no room; NOMEM. Says nothing. */
static tq_status normal(const char *text, char *out, size_t size)
{
    struct tq_buf nfc;
    tq_status rc = TQ_INVALID;

    tq_buf_init(&nfc, 0);
    if (strlen(text) < 4 * size) /* what is longer is not looked at */
        rc = tq_text_nfc(tq_slice_str(text), &nfc, NULL);
    if (rc != TQ_OK || nfc.len >= size)
        rc = rc == TQ_NOMEM ? TQ_NOMEM : TQ_INVALID;
    if (rc == TQ_OK && nfc.len > 0)
        memcpy(out, nfc.data, nfc.len);
    out[rc == TQ_OK ? nfc.len : 0] = '\0';
    tq_wipe(nfc.data, nfc.len);
    tq_buf_deinit(&nfc);
    return rc;
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0u) != 0x80u;
    return n;
}

struct account *account_find(struct account_list *list, const char *name)
{
    char wanted[ACCOUNT_NAME_BYTES];

    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->list[i].name, name) == 0)
            return &list->list[i];
    if (normal(name, wanted, sizeof(wanted)) != TQ_OK)
        return NULL;
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->list[i].name, wanted) == 0)
            return &list->list[i];
    return NULL;
}

static tq_status take_name(const char *name, char out[ACCOUNT_NAME_BYTES], struct tq_error *err)
{
    tq_status rc = normal(name, out, ACCOUNT_NAME_BYTES);

    if (rc == TQ_NOMEM)
        return tq_error_set(err, TQ_NOMEM, "%s", "");
    if (rc != TQ_OK || out[0] == '\0' || characters(out) > ACCOUNT_NAME_MOST ||
            strchr(out, '#') != NULL)
        return tq_error_set(err, TQ_INVALID, "\"%.80s\"", name);
    for (const char *at = out; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            return tq_error_set(err, TQ_INVALID, "\"%.80s\"", name);
    return TQ_OK;
}

static tq_status make_hash(const char *password, char out[TQ_PASSWORD_BYTES], struct tq_error *err)
{
    char text[ACCOUNT_PASSWORD_BYTES];
    tq_status rc = normal(password, text, sizeof(text));
    size_t n = rc == TQ_OK ? characters(text) : 0;

    if (rc == TQ_NOMEM)
        rc = tq_error_set(err, TQ_NOMEM, "%s", "");
    else if (n < ACCOUNT_PASSWORD_LEAST || n > ACCOUNT_PASSWORD_MOST)
        rc = tq_error_set(err, TQ_INVALID, "%s %u..%u", tq_phrase(TQ_PHRASE_CHARACTERS),
                ACCOUNT_PASSWORD_LEAST, ACCOUNT_PASSWORD_MOST);
    if (rc == TQ_OK)
        rc = tq_password_hash(text, out, err);
    tq_wipe(text, sizeof(text));
    return rc;
}

bool account_password_is(const char *hash, const char *password)
{
    char text[ACCOUNT_PASSWORD_BYTES];
    bool fits = normal(password, text, sizeof(text)) == TQ_OK;
    bool is = tq_password_is(hash, text) && fits;

    tq_wipe(text, sizeof(text));
    return is;
}

static tq_status add(void *ctx, struct account_list *list, struct tq_error *err)
{
    const struct account *account = ctx;

    if (account_find(list, account->name) != NULL)
        return tq_error_set(err, TQ_EXISTS, "%s", account->name);
    if (list->n == ACCOUNT_MAX)
        return tq_error_set(err, TQ_RANGE, "%u", ACCOUNT_MAX);
    list->list[list->n++] = *account;
    return TQ_OK;
}

tq_status account_add(const char *dir, const char *name, account_role role, const char *password,
        int64_t now_ms, const struct account_seal *seal, struct tq_error *err)
{
    struct account account = { .role = role, .created_ms = now_ms, .epoch = now_ms };
    tq_status rc = take_name(name, account.name, err);

    if (rc == TQ_OK)
        rc = make_hash(password, account.hash, err);
    return rc == TQ_OK ? account_change(dir, add, &account, seal, err) : rc;
}

struct set {
    char name[ACCOUNT_NAME_BYTES];
    const struct account_edit *edit;
    char hash[TQ_PASSWORD_BYTES];
};

static bool keeps_accounts(const struct account *account)
{
    return !account->disabled && (account_rights(account->role) & RIGHT_ACCOUNTS) != 0;
}

static size_t keepers(const struct account_list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        n += keeps_accounts(&list->list[i]);
    return n;
}

/* A code of the factor in force, used up by this. */
static tq_status ask_code(
        struct account *account, const struct account_edit *edit, struct tq_error *err)
{
    bool right;
    int64_t step;
    tq_status rc;

    if (!account->has_totp)
        return TQ_OK;
    if (edit->code == NULL || edit->code[0] == '\0')
        return tq_error_set(err, TQ_PAGE_CODE, "%s", "");
    rc = totp_check(
            account->totp, edit->code, edit->now_ms, account->totp_step, &right, &step, err);
    if (rc == TQ_OK && !right)
        rc = tq_error_set(err, TQ_PAGE_PASSWORD, "%s", "");
    if (rc == TQ_OK)
        account->totp_step = step;
    return rc;
}

/* A right code of the pending factor: from now on it is the one in force. */
static tq_status prove(
        struct account *account, const struct account_edit *edit, struct tq_error *err)
{
    const char *code = edit->code != NULL ? edit->code : "";
    bool right = false;
    int64_t step = 0;
    tq_status rc = TQ_OK;

    if (!account->has_pending)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", "TOTP");
    rc = totp_check(account->pending, code, edit->now_ms, 0, &right, &step, err);
    if (rc == TQ_OK && !right)
        rc = tq_error_set(err, TQ_PAGE_PASSWORD, "%s", "");
    if (rc != TQ_OK)
        return rc;
    account->has_totp = true;
    memcpy(account->totp, account->pending, sizeof(account->totp));
    account->totp_step = step;
    account->has_pending = false;
    memset(account->pending, 0, sizeof(account->pending));
    return TQ_OK;
}

static tq_status set_totp(
        struct account *account, const struct account_edit *edit, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    if (edit->drops_totp) {
        account->has_totp = account->has_pending = false;
        memset(account->totp, 0, sizeof(account->totp));
        memset(account->pending, 0, sizeof(account->pending));
        account->totp_step = 0;
    }
    if (edit->pending != NULL && edit->asks_code)
        rc = ask_code(account, edit, err);
    if (rc == TQ_OK && edit->pending != NULL) {
        account->has_pending = true;
        memcpy(account->pending, edit->pending, sizeof(account->pending));
    }
    return rc == TQ_OK && edit->proves ? prove(account, edit, err) : rc;
}

static tq_status set(void *ctx, struct account_list *list, struct tq_error *err)
{
    const struct set *wanted = ctx;
    const struct account_edit *edit = wanted->edit;
    struct account *account = account_find(list, wanted->name);
    size_t before = keepers(list);
    tq_status rc;

    if (account == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", wanted->name);
    if (edit->password != NULL)
        memcpy(account->hash, wanted->hash, sizeof(account->hash));
    if (edit->role != NULL)
        account->role = *edit->role;
    if (edit->disabled != NULL)
        account->disabled = *edit->disabled;
    rc = set_totp(account, edit, err);
    if (rc != TQ_OK)
        return rc;
    if (edit->pending == NULL) {
        account->epoch++;
        snprintf(
                account->keep, sizeof(account->keep), "%s", edit->keeps != NULL ? edit->keeps : "");
    }
    if (before > 0 && keepers(list) == 0)
        return tq_error_set(err, TQ_RULE, "%s", wanted->name);
    return TQ_OK;
}

tq_status account_set(const char *dir, const char *name, const struct account_edit *edit,
        const struct account_seal *seal, struct tq_error *err)
{
    struct set wanted = { .edit = edit };
    tq_status rc = normal(name, wanted.name, sizeof(wanted.name));

    if (rc != TQ_OK)
        return rc == TQ_NOMEM ? tq_error_set(err, TQ_NOMEM, "%s", "")
                              : tq_error_set(err, TQ_NOT_FOUND, "%s", name);
    if (edit->password != NULL)
        rc = make_hash(edit->password, wanted.hash, err);
    return rc == TQ_OK ? account_change(dir, set, &wanted, seal, err) : rc;
}

/* ---- who is signed in ---- */

void account_ticket(
        const struct account *account, const char *nonce, char out[ACCOUNT_TICKET_BYTES])
{
    snprintf(out, ACCOUNT_TICKET_BYTES, "%s#%" PRId64 "#%s", account->name, account->epoch, nonce);
}

const char *account_ticket_nonce(const char *ticket)
{
    const char *epoch = strchr(ticket, '#');
    const char *nonce = epoch != NULL ? strchr(epoch + 1, '#') : NULL;

    return nonce != NULL ? nonce + 1 : "";
}

struct account *account_of_ticket(struct account_list *list, const char *ticket)
{
    const char *nonce = account_ticket_nonce(ticket);
    const char *end = strchr(ticket, '#');

    for (size_t i = 0; end != NULL && i < list->n; i++) {
        struct account *account = &list->list[i];
        size_t n = strlen(account->name);

        if (account->disabled || n != (size_t)(end - ticket) ||
                memcmp(account->name, ticket, n) != 0)
            continue;
        if (strtoll(end + 1, NULL, 10) == account->epoch ||
                (nonce[0] != '\0' && strcmp(nonce, account->keep) == 0))
            return account;
    }
    return NULL;
}

void account_device_hash(const char *kind, const char *text, uint8_t out[TQ_HASH_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.account.device.v1", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, tq_slice_str(kind));
    tq_hash_add_slice(&hasher, tq_slice_str(text));
    tq_hash_final(&hasher, out, TQ_HASH_BYTES);
}

bool account_knows(const struct account *account, const uint8_t hash[TQ_HASH_BYTES])
{
    for (size_t i = 0; i < account->ndevices; i++)
        if (memcmp(account->devices[i].hash, hash, TQ_HASH_BYTES) == 0)
            return true;
    return false;
}

void account_learn(struct account *account, const uint8_t hash[TQ_HASH_BYTES])
{
    size_t at = 0;

    while (at < account->ndevices && memcmp(account->devices[at].hash, hash, TQ_HASH_BYTES) != 0)
        at++;
    if (at == account->ndevices && account->ndevices < ACCOUNT_DEVICES)
        account->ndevices++;
    else if (at == account->ndevices)
        at = 0;
    /* The place `at` goes; what is newer moves down, and this is the newest. */
    memmove(&account->devices[at], &account->devices[at + 1],
            (account->ndevices - at - 1) * sizeof(account->devices[0]));
    memcpy(account->devices[account->ndevices - 1].hash, hash, TQ_HASH_BYTES);
}

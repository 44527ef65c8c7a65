#include "account.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/bytes.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/socket.h"
#include "tuquan/text.h"

#define PATH_BYTES 4096
#define FILE_BYTES ((size_t)1 << 20)
#define LOCK_FILE "page.accounts.lock"
#define LOCK_TURNS 250
#define LOCK_TURN_MS 20

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

/* ---- the file ---- */

static bool take_text(const json_t *json, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(json, key));

    if (text == NULL || strlen(text) >= size)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool take_hex(const json_t *json, uint8_t *out, size_t len)
{
    const char *text = json_string_value(json);

    return text != NULL && tq_unhex(text, strlen(text), out, len);
}

static bool read_one(const json_t *json, struct account *out)
{
    const json_t *totp = json_object_get(json, "totp");
    const json_t *devices = json_object_get(json, "devices");
    const char *role = json_string_value(json_object_get(json, "role"));

    if (!take_text(json, "name", out->name, sizeof(out->name)) ||
            !take_text(json, "hash", out->hash, sizeof(out->hash)) || role == NULL ||
            !account_role_read(role, &out->role) || json_array_size(devices) > ACCOUNT_DEVICES)
        return false;
    out->disabled = json_is_true(json_object_get(json, "disabled"));
    out->epoch = json_integer_value(json_object_get(json, "epoch"));
    out->created_ms = json_integer_value(json_object_get(json, "created_ms"));
    out->signed_ms = json_integer_value(json_object_get(json, "signed_ms"));
    out->totp_step = json_integer_value(json_object_get(json, "totp_step"));
    out->has_totp = json_is_string(totp);
    if (out->has_totp && !take_hex(totp, out->totp, sizeof(out->totp)))
        return false;
    out->ndevices = json_array_size(devices);
    for (size_t i = 0; i < out->ndevices; i++)
        if (!take_hex(json_array_get(devices, i), out->devices[i].hash, TQ_HASH_BYTES))
            return false;
    return true;
}

static bool read_list(const json_t *json, struct account_list *out)
{
    json_t *one;
    size_t i;

    if (!json_is_array(json) || json_array_size(json) > ACCOUNT_MAX)
        return false;
    json_array_foreach(json, i, one) if (!read_one(one, &out->list[out->n++])) return false;
    return true;
}

tq_status account_load(const char *dir, struct account_list *out, struct tq_error *err)
{
    char path[PATH_BYTES];
    struct tq_buf text;
    json_t *json = NULL;
    tq_status rc = tq_file_join(path, sizeof(path), dir, ACCOUNT_FILE, err);

    memset(out, 0, sizeof(*out));
    if (rc != TQ_OK || !tq_file_exists(path))
        return rc;
    if (!tq_file_is_private(path))
        return tq_error_set(err, TQ_KEY_FILE, "%s", path);
    tq_buf_init(&text, FILE_BYTES);
    rc = tq_file_read(path, FILE_BYTES, &text, err);
    if (rc == TQ_OK) {
        json = json_loadb((const char *)text.data, text.len, 0, NULL);
        if (json == NULL || !read_list(json, out))
            rc = tq_error_set(err, TQ_CONFIG, "%s", path);
    }
    json_decref(json);
    tq_wipe(text.data, text.len);
    tq_buf_deinit(&text);
    return rc;
}

static json_t *hex_json(const uint8_t *data, size_t len)
{
    char text[2 * TQ_HASH_BYTES + 1];

    tq_hex(text, data, len);
    return json_string(text);
}

static json_t *one_json(const struct account *account)
{
    json_t *one = json_object();
    json_t *devices = json_array();

    json_object_set_new(one, "name", json_string(account->name));
    json_object_set_new(one, "role", json_string(account_role_name(account->role)));
    json_object_set_new(one, "disabled", json_boolean(account->disabled));
    json_object_set_new(one, "hash", json_string(account->hash));
    json_object_set_new(one, "epoch", json_integer(account->epoch));
    json_object_set_new(one, "created_ms", json_integer(account->created_ms));
    json_object_set_new(one, "signed_ms", json_integer(account->signed_ms));
    if (account->has_totp)
        json_object_set_new(one, "totp", hex_json(account->totp, sizeof(account->totp)));
    json_object_set_new(one, "totp_step", json_integer(account->totp_step));
    for (size_t i = 0; i < account->ndevices; i++)
        json_array_append_new(devices, hex_json(account->devices[i].hash, TQ_HASH_BYTES));
    if (json_object_set_new(one, "devices", devices) == 0 &&
            json_array_size(devices) == account->ndevices &&
            json_object_size(one) == (account->has_totp ? 10u : 9u))
        return one;
    json_decref(one); /* a key or a device is missing: no memory */
    return NULL;
}

static tq_status save(const char *dir, const struct account_list *list, struct tq_error *err)
{
    char path[PATH_BYTES];
    json_t *json = json_array();
    char *text;
    tq_status rc = tq_file_join(path, sizeof(path), dir, ACCOUNT_FILE, err);

    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(json, one_json(&list->list[i]));
    text = json_dumps(json, JSON_INDENT(1));
    if (rc == TQ_OK && (text == NULL || json_array_size(json) != list->n))
        rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    if (rc == TQ_OK)
        rc = tq_file_replace(path, tq_slice_str(text), true, err);
    if (text != NULL)
        tq_wipe(text, strlen(text));
    tq_mem_free(text);
    json_decref(json);
    return rc;
}

/* Whoever holds it does so for as long as a file takes to be written. */
static tq_status lock(const char *dir, struct tq_file_lock **out, struct tq_error *err)
{
    char path[PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), dir, LOCK_FILE, err);

    *out = NULL;
    if (rc != TQ_OK)
        return rc;
    for (int i = 0;; i++) {
        rc = tq_file_lock(out, path, err);
        if (rc != TQ_BUSY || i == LOCK_TURNS)
            return rc;
        tq_error_clear(err);
        rc = tq_socket_wait(NULL, 0, LOCK_TURN_MS, err);
        if (rc != TQ_OK)
            return rc;
    }
}

tq_status account_change(const char *dir, account_change_fn change, void *ctx, struct tq_error *err)
{
    struct tq_file_lock *held;
    struct account_list list;
    tq_status rc = lock(dir, &held, err);

    if (rc == TQ_OK)
        rc = account_load(dir, &list, err);
    if (rc == TQ_OK)
        rc = change(ctx, &list, err);
    if (rc == TQ_OK)
        rc = save(dir, &list, err);
    tq_file_unlock(held);
    tq_wipe(&list, sizeof(list));
    return rc;
}

/* ---- accounts ---- */

struct account *account_find(struct account_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->list[i].name, name) == 0)
            return &list->list[i];
    return NULL;
}

static tq_status check_name(const char *name, struct tq_error *err)
{
    size_t n = strlen(name);

    if (n == 0 || n >= ACCOUNT_NAME_BYTES || !tq_text_is_valid(tq_slice_of(name, n), NULL))
        return tq_error_set(err, TQ_INVALID, "\"%.80s\"", name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == '#' || name[i] == 127)
            return tq_error_set(err, TQ_INVALID, "\"%.80s\"", name);
    return TQ_OK;
}

static tq_status make_hash(const char *password, char out[TQ_PASSWORD_BYTES], struct tq_error *err)
{
    size_t n = strlen(password);

    if (n < ACCOUNT_PASSWORD_LEAST || n > ACCOUNT_PASSWORD_MOST)
        return tq_error_set(
                err, TQ_INVALID, "%u..%u byte", ACCOUNT_PASSWORD_LEAST, ACCOUNT_PASSWORD_MOST);
    return tq_password_hash(password, out, err);
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
        int64_t now_ms, struct tq_error *err)
{
    struct account account = { .role = role, .created_ms = now_ms, .epoch = now_ms };
    tq_status rc = check_name(name, err);

    if (rc == TQ_OK)
        rc = make_hash(password, account.hash, err);
    if (rc != TQ_OK)
        return rc;
    memcpy(account.name, name, strlen(name) + 1);
    return account_change(dir, add, &account, err);
}

struct set {
    const char *name;
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

static tq_status set(void *ctx, struct account_list *list, struct tq_error *err)
{
    const struct set *wanted = ctx;
    const struct account_edit *edit = wanted->edit;
    struct account *account = account_find(list, wanted->name);
    size_t before = keepers(list);

    if (account == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", wanted->name);
    if (edit->password != NULL)
        memcpy(account->hash, wanted->hash, sizeof(account->hash));
    if (edit->role != NULL)
        account->role = *edit->role;
    if (edit->disabled != NULL)
        account->disabled = *edit->disabled;
    if (edit->totp != NULL || edit->drops_totp) {
        account->has_totp = edit->totp != NULL;
        memset(account->totp, 0, sizeof(account->totp));
        account->totp_step = 0;
        if (edit->totp != NULL)
            memcpy(account->totp, edit->totp, sizeof(account->totp));
    }
    account->epoch++;
    if (before > 0 && keepers(list) == 0)
        return tq_error_set(err, TQ_RULE, "%s", wanted->name);
    return TQ_OK;
}

tq_status account_set(
        const char *dir, const char *name, const struct account_edit *edit, struct tq_error *err)
{
    struct set wanted = { .name = name, .edit = edit };
    tq_status rc = TQ_OK;

    if (edit->password != NULL)
        rc = make_hash(edit->password, wanted.hash, err);
    return rc == TQ_OK ? account_change(dir, set, &wanted, err) : rc;
}

/* ---- who is signed in ---- */

void account_ticket(const struct account *account, char out[ACCOUNT_TICKET_BYTES])
{
    snprintf(out, ACCOUNT_TICKET_BYTES, "%s#%" PRId64, account->name, account->epoch);
}

struct account *account_of_ticket(struct account_list *list, const char *ticket)
{
    char wanted[ACCOUNT_TICKET_BYTES];

    for (size_t i = 0; ticket[0] != '\0' && i < list->n; i++) {
        account_ticket(&list->list[i], wanted);
        if (!list->list[i].disabled && strcmp(wanted, ticket) == 0)
            return &list->list[i];
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

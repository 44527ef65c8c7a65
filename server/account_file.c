/* account_file.c - The private file of accounts: read, and changed under a lock. */
#include <jansson.h>
#include <string.h>

#include "account.h"
#include "cli/json.h"
#include "tuquan/bytes.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/socket.h"

#define PATH_BYTES 4096
#define FILE_BYTES ((size_t)1 << 20)
#define LOCK_FILE "page.accounts.lock"
#define LOCK_TURNS 250
#define LOCK_TURN_MS 20

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
    const json_t *pending = json_object_get(json, "pending");
    const json_t *keep = json_object_get(json, "keep");
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
    out->has_pending = json_is_string(pending);
    if ((out->has_totp && !take_hex(totp, out->totp, sizeof(out->totp))) ||
            (out->has_pending && !take_hex(pending, out->pending, sizeof(out->pending))) ||
            (keep != NULL && !take_text(json, "keep", out->keep, sizeof(out->keep))))
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
    json_t *json;
    tq_status rc = cli_json_load(dir, ACCOUNT_FILE, FILE_BYTES, &json, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK && json != NULL && !read_list(json, out))
        rc = cli_json_is_damaged(dir, ACCOUNT_FILE, err);
    json_decref(json);
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
    if (account->has_pending)
        json_object_set_new(one, "pending", hex_json(account->pending, sizeof(account->pending)));
    json_object_set_new(one, "keep", json_string(account->keep));
    json_object_set_new(one, "totp_step", json_integer(account->totp_step));
    for (size_t i = 0; i < account->ndevices; i++)
        json_array_append_new(devices, hex_json(account->devices[i].hash, TQ_HASH_BYTES));
    json_object_set_new(one, "devices", devices);
    return one;
}

static tq_status save(const char *dir, const struct account_list *list, struct tq_error *err)
{
    json_t *json = json_array();
    tq_status rc;

    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(json, one_json(&list->list[i]));
    rc = cli_json_save(dir, ACCOUNT_FILE, json, err);
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

struct two_lists {
    struct account_list before;
    struct account_list after;
};

tq_status account_change(const char *dir, account_change_fn change, void *ctx,
        const struct account_seal *seal, struct tq_error *err)
{
    struct two_lists *lists = tq_mem_zalloc(sizeof(*lists));
    struct tq_file_lock *held = NULL;
    tq_status rc = lists == NULL ? tq_error_set(err, TQ_NOMEM, "accounts") : lock(dir, &held, err);

    if (rc == TQ_OK)
        rc = account_load(dir, &lists->before, err);
    if (rc == TQ_OK) {
        lists->after = lists->before;
        rc = change(ctx, &lists->after, err);
    }
    if (rc == TQ_OK)
        rc = save(dir, &lists->after, err);
    if (rc == TQ_OK && seal != NULL) {
        rc = seal->run(seal->ctx, err);
        if (rc != TQ_OK)
            (void)save(dir, &lists->before, NULL); /* what failed first is told */
    }
    tq_file_unlock(held);
    if (lists != NULL)
        tq_wipe(lists, sizeof(*lists));
    tq_mem_free(lists);
    return rc;
}

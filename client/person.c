#include "person.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "tuquan/process.h"
#include "tuquan/text.h"

#define FILE_BYTES ((size_t)64 << 10)
#define FIRST_WAIT_MS INT64_C(30000)
#define LONGEST_WAIT_MS INT64_C(3600000)

static bool take_text(const json_t *json, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(json, key));

    if (text == NULL || strlen(text) >= size)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool read_list(const json_t *json, struct person_list *out)
{
    json_t *one;
    size_t i;

    if (!json_is_array(json) || json_array_size(json) > PERSON_MAX)
        return false;
    json_array_foreach(json, i, one)
    {
        struct person *person = &out->list[out->n++];

        if (!take_text(one, "name", person->name, sizeof(person->name)) ||
                !take_text(one, "hash", person->hash, sizeof(person->hash)))
            return false;
        person->failures = json_integer_value(json_object_get(one, "failures"));
        person->wait_until_ms = json_integer_value(json_object_get(one, "wait_until"));
    }
    return true;
}

tq_status person_load(const char *dir, struct person_list *out, struct tq_error *err)
{
    json_t *json;
    tq_status rc = cli_json_load(dir, PERSON_FILE, FILE_BYTES, &json, err);

    memset(out, 0, sizeof(*out));
    if (rc == TQ_OK && json != NULL && !read_list(json, out))
        rc = cli_json_is_damaged(dir, PERSON_FILE, err);
    json_decref(json);
    return rc;
}

static tq_status save(const char *dir, const struct person_list *list, struct tq_error *err)
{
    json_t *json = json_array();
    tq_status rc;

    for (size_t i = 0; i < list->n; i++) {
        const struct person *person = &list->list[i];
        json_t *one = json_object();

        json_object_set_new(one, "name", json_string(person->name));
        json_object_set_new(one, "hash", json_string(person->hash));
        json_object_set_new(one, "failures", json_integer(person->failures));
        json_object_set_new(one, "wait_until", json_integer(person->wait_until_ms));
        json_array_append_new(json, one);
    }
    rc = cli_json_save(dir, PERSON_FILE, json, err);
    json_decref(json);
    return rc;
}

struct person *person_find(struct person_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->list[i].name, name) == 0)
            return &list->list[i];
    return NULL;
}

tq_status person_add(const char *dir, const char *name, const char *pin, struct tq_error *err)
{
    struct person_list list;
    struct person *person;
    size_t n = strlen(name);
    tq_status rc = person_load(dir, &list, err);

    if (rc != TQ_OK)
        return rc;
    if (n == 0 || n >= PERSON_NAME_BYTES || !tq_text_is_valid(tq_slice_of(name, n), NULL) ||
            strpbrk(name, "\n\t") != NULL)
        return tq_error_set(err, TQ_INVALID, "\"%.80s\"", name);
    if (strlen(pin) < PERSON_PIN_LEAST || strlen(pin) > PERSON_PIN_MOST)
        return tq_error_set(err, TQ_INVALID, "PIN %u..%u", PERSON_PIN_LEAST, PERSON_PIN_MOST);
    if (person_find(&list, name) != NULL)
        return tq_error_set(err, TQ_EXISTS, "%s", name);
    if (list.n == PERSON_MAX)
        return tq_error_set(err, TQ_RANGE, "%u", PERSON_MAX);
    person = &list.list[list.n++];
    memset(person, 0, sizeof(*person));
    memcpy(person->name, name, n + 1);
    rc = tq_password_hash(pin, person->hash, err);
    return rc == TQ_OK ? save(dir, &list, err) : rc;
}

tq_status person_remove(const char *dir, const char *name, struct tq_error *err)
{
    struct person_list list;
    struct person *person;
    tq_status rc = person_load(dir, &list, err);

    if (rc != TQ_OK)
        return rc;
    person = person_find(&list, name);
    if (person == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", name);
    *person = list.list[--list.n];
    return save(dir, &list, err);
}

/* From the sixth wrong one on: half a minute, then twice as long each time, up to an hour. */
static int64_t wait_ms(int64_t failures)
{
    int64_t wait = FIRST_WAIT_MS;

    if (failures < (int64_t)PERSON_FREE_TRIES)
        return 0;
    for (int64_t i = PERSON_FREE_TRIES; i < failures && wait < LONGEST_WAIT_MS; i++)
        wait *= 2;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

tq_status person_check(
        const char *dir, const char *name, const char *pin, int64_t now_ms, struct tq_error *err)
{
    struct person_list list;
    struct person *person;
    bool right;
    tq_status rc = person_load(dir, &list, err);

    if (rc != TQ_OK)
        return rc;
    person = person_find(&list, name);
    if (person == NULL)
        return tq_error_set(err, TQ_PAGE_PIN, "%s", "");
    /* A clock that was set back must not lock anybody out for longer than the longest wait. */
    if (now_ms < person->wait_until_ms && person->wait_until_ms - now_ms <= LONGEST_WAIT_MS)
        return tq_error_set(err, TQ_PAGE_PIN_WAIT, "%" PRId64 " s",
                (person->wait_until_ms - now_ms + 999) / 1000);
    right = tq_password_is(person->hash, pin);
    if (right && person->failures == 0)
        return TQ_OK;
    person->failures = right ? 0 : person->failures + 1;
    person->wait_until_ms = right ? 0 : now_ms + wait_ms(person->failures);
    rc = save(dir, &list, err); /* before it is told: a guess that is not counted is free */
    if (rc == TQ_OK && !right)
        rc = tq_error_set(err, TQ_PAGE_PIN, "%s", "");
    return rc;
}

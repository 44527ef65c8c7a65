#include "copies.h"

#include <string.h>

#include "app.h"
#include "cli/json.h"
#include "tuquan/file.h"

#define NOTE_BYTES (64u << 10)

/* {"file", "at", "pages", "copies": [the same of each]}: one that is older than the list has the newest
 * alone. NULL: there is none that can be read. Fails: NOMEM. */
static tq_status load(const char *dir, json_t **out, struct tq_error *err)
{
    char path[APP_PATH_BYTES] = "";
    struct tq_buf text;
    tq_status rc = TQ_OK;

    *out = NULL;
    tq_buf_init(&text, NOTE_BYTES);
    if (tq_file_join(path, sizeof(path), dir, APP_BACKUP_LAST, NULL) == TQ_OK &&
            tq_file_exists(path))
        rc = tq_file_read(path, NOTE_BYTES, &text, NULL);
    if (rc == TQ_OK && text.len > 0) {
        *out = json_loadb((const char *)text.data, text.len, 0, NULL);
        rc = *out == NULL && cli_json_is_short() ? TQ_NOMEM : TQ_OK;
    }
    tq_buf_deinit(&text);
    return rc == TQ_NOMEM ? tq_error_set(err, rc, "%s", path) : TQ_OK;
}

static const char *file_of(const json_t *copy)
{
    const char *file = json_string_value(json_object_get(copy, "file"));

    return file != NULL ? file : "";
}

/* What is noted, without `there`. Fails: NOMEM. */
static tq_status noted(const char *dir, json_t **out, struct tq_error *err)
{
    json_t *last;
    json_t *copies;
    tq_status rc = load(dir, &last, err);

    *out = NULL;
    if (rc != TQ_OK)
        return rc;
    copies = json_object_get(last, "copies");
    if (json_is_array(copies)) {
        *out = json_incref(copies);
    } else {
        *out = json_array();
        if (file_of(last)[0] != '\0' && json_array_append(*out, last) != 0)
            rc = tq_error_set(err, TQ_NOMEM, "%s", dir);
    }
    json_decref(last);
    if (*out == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "%s", dir);
    return rc;
}

tq_status copies_note(const char *dir, json_t *copy, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    json_t *before = NULL;
    json_t *list = json_array();
    json_t *last = json_copy(copy);
    json_t *one;
    size_t i;
    char *text = NULL;
    bool whole;
    tq_status rc = tq_file_join(path, sizeof(path), dir, APP_BACKUP_LAST, err);

    if (rc == TQ_OK)
        rc = noted(dir, &before, err);
    whole = json_array_append(list, copy) == 0;
    json_array_foreach(before, i, one)
    {
        if (json_array_size(list) < COPIES_KEPT && strcmp(file_of(one), file_of(copy)) != 0)
            whole = json_array_append(list, one) == 0 && whole;
    }
    whole = json_object_set(last, "copies", list) == 0 && whole;
    if (rc == TQ_OK && whole)
        text = json_dumps(last, JSON_COMPACT);
    if (rc == TQ_OK && text == NULL)
        rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    if (rc == TQ_OK)
        rc = tq_file_replace(path, tq_slice_str(text), true, err);
    cli_json_free(text);
    json_decref(last);
    json_decref(list);
    json_decref(before);
    json_decref(copy);
    return rc;
}

tq_status copies_list(const char *dir, json_t **out, struct tq_error *err)
{
    json_t *one;
    size_t i;
    tq_status rc = noted(dir, out, err);

    json_array_foreach(*out, i, one)
            json_object_set_new(one, "there", json_boolean(tq_file_exists(file_of(one))));
    return rc;
}

tq_status copies_has(const char *dir, const char *file, bool *has, struct tq_error *err)
{
    json_t *list;
    json_t *one;
    size_t i;
    tq_status rc = noted(dir, &list, err);

    *has = false;
    json_array_foreach(list, i, one) *has = *has || strcmp(file_of(one), file) == 0;
    json_decref(list);
    *has = rc == TQ_OK && *has && file[0] != '\0' && tq_file_exists(file);
    return rc;
}

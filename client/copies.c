#include "copies.h"

#include <string.h>

#include "app.h"
#include "cli/json.h"
#include "tuquan/file.h"

#define NOTE_BYTES (64u << 10)

/* {"file", "at", "pages", "copies": [the same of each]}: one that is older than the list has the newest
 * alone. */
static json_t *load(const char *dir)
{
    char path[APP_PATH_BYTES];
    struct tq_buf text;
    json_t *json = NULL;

    tq_buf_init(&text, NOTE_BYTES);
    if (tq_file_join(path, sizeof(path), dir, APP_BACKUP_LAST, NULL) == TQ_OK &&
            tq_file_exists(path) && tq_file_read(path, NOTE_BYTES, &text, NULL) == TQ_OK)
        json = json_loadb((const char *)text.data, text.len, 0, NULL);
    tq_buf_deinit(&text);
    return json;
}

static const char *file_of(const json_t *copy)
{
    const char *file = json_string_value(json_object_get(copy, "file"));

    return file != NULL ? file : "";
}

/* What is noted, without `there`. */
static json_t *noted(const char *dir)
{
    json_t *last = load(dir);
    json_t *copies = json_object_get(last, "copies");
    json_t *list;

    if (json_is_array(copies)) {
        list = json_incref(copies);
    } else {
        list = json_array();
        if (list != NULL && file_of(last)[0] != '\0')
            json_array_append(list, last);
    }
    json_decref(last);
    return list;
}

tq_status copies_note(const char *dir, json_t *copy, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    json_t *before = noted(dir);
    json_t *list = json_array();
    json_t *last = json_copy(copy);
    json_t *one;
    size_t i;
    char *text = NULL;
    tq_status rc = tq_file_join(path, sizeof(path), dir, APP_BACKUP_LAST, err);

    json_array_append(list, copy);
    json_array_foreach(before, i, one) if (json_array_size(list) < COPIES_KEPT &&
                                           strcmp(file_of(one), file_of(copy)) != 0)
            json_array_append(list, one);
    json_object_set(last, "copies", list);
    if (rc == TQ_OK && before != NULL && list != NULL && last != NULL)
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

json_t *copies_list(const char *dir)
{
    json_t *list = noted(dir);
    json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
            json_object_set_new(one, "there", json_boolean(tq_file_exists(file_of(one))));
    return list;
}

bool copies_has(const char *dir, const char *file)
{
    json_t *list = noted(dir);
    bool found = false;
    json_t *one;
    size_t i;

    json_array_foreach(list, i, one) found = found || strcmp(file_of(one), file) == 0;
    json_decref(list);
    return found && file[0] != '\0' && tq_file_exists(file);
}

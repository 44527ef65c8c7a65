#include "cli/json.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tuquan/bytes.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/process.h"

#define PATH_BYTES 4096

/* jansson's allocator gets no context: the one word that a thread keeps of it. */
static _Thread_local bool json_short;

/* How much it is stands before what jansson gets: an answer may hold an invitation, a file of
 * accounts what a second factor is made from, and all of it is wiped. */
union head {
    size_t size;
    max_align_t alignment;
};

static void *json_alloc(size_t size)
{
    union head *block =
            size <= SIZE_MAX - sizeof(*block) ? tq_mem_alloc(sizeof(*block) + size) : NULL;

    json_short = json_short || block == NULL;
    if (block == NULL)
        return NULL;
    block->size = size;
    return block + 1;
}

static void json_wipe_free(void *data)
{
    union head *block = data;

    if (block == NULL)
        return;
    block--;
    tq_wipe(block + 1, block->size);
    tq_mem_free(block);
}

void cli_json_free(char *text)
{
    json_free_t give_back;

    json_get_alloc_funcs(NULL, &give_back);
    if (text != NULL)
        give_back(text);
}

void cli_json_use_our_heap(void)
{
    json_set_alloc_funcs(json_alloc, json_wipe_free);
}

bool cli_json_is_short(void)
{
    return json_short;
}

bool cli_json_take_short(void)
{
    bool was = json_short;

    json_short = false;
    return was;
}

json_t *cli_json_slice(struct tq_slice text)
{
    return json_stringn(text.len > 0 ? (const char *)text.data : "", text.len);
}

json_t *cli_json_buf(const struct tq_buf *text)
{
    json_short = json_short || !tq_buf_is_ok(text);
    return tq_buf_is_ok(text) ? json_stringn((const char *)text->data, text->len) : NULL;
}

tq_status cli_json_load(
        const char *dir, const char *name, size_t most, json_t **out, struct tq_error *err)
{
    char path[PATH_BYTES];
    struct tq_buf text;
    tq_status rc = tq_file_join(path, sizeof(path), dir, name, err);

    *out = NULL;
    if (rc != TQ_OK || !tq_file_exists(path))
        return rc;
    if (!tq_file_is_private(path))
        return tq_error_set(err, TQ_KEY_FILE, "%s", path);
    tq_buf_init(&text, most);
    tq_buf_keep_secret(&text);
    rc = tq_file_read(path, most, &text, err);
    if (rc == TQ_OK) {
        bool was = cli_json_take_short(); /* of an answer that is being made meanwhile */

        *out = json_loadb((const char *)text.data, text.len, 0, NULL);
        if (*out == NULL)
            rc = tq_error_set(err, json_short ? TQ_NOMEM : TQ_CONFIG, "%s", path);
        json_short = was;
    }
    tq_buf_deinit(&text);
    return rc;
}

tq_status cli_json_save(const char *dir, const char *name, const json_t *json, struct tq_error *err)
{
    char path[PATH_BYTES];
    char *text = json == NULL || json_short ? NULL : json_dumps(json, JSON_INDENT(1));
    tq_status rc = tq_file_join(path, sizeof(path), dir, name, err);

    if (text == NULL || json_short) {
        json_short = false;
        rc = rc == TQ_OK ? tq_error_set(err, TQ_NOMEM, "%s", path) : rc;
    }
    if (rc == TQ_OK)
        rc = tq_file_replace(path, tq_slice_str(text), true, err);
    if (text != NULL)
        tq_wipe(text, strlen(text));
    cli_json_free(text);
    return rc;
}

tq_status cli_json_is_damaged(const char *dir, const char *name, struct tq_error *err)
{
    char path[PATH_BYTES];
    tq_status rc = tq_file_join(path, sizeof(path), dir, name, err);

    return rc == TQ_OK ? tq_error_set(err, TQ_CONFIG, "%s", path) : rc;
}

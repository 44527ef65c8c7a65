#include "web/path.h"

#include <string.h>

#include "tuquan/bytes.h"
#include "tuquan/text.h"

tq_status web_decode(struct tq_arena *arena, const char *text, size_t len, const char **out)
{
    char *made = tq_arena_alloc(arena, len + 1);
    size_t n = 0;

    *out = NULL;
    if (made == NULL)
        return TQ_NOMEM;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)text[i];

        if (text[i] == '%') {
            if (len - i < 3 || !tq_unhex(text + i + 1, 2, &byte, 1))
                return TQ_ENCODING;
            i += 2;
        }
        made[n++] = (char)byte;
    }
    made[n] = '\0';
    if (!tq_text_is_valid(tq_slice_of(made, n), NULL))
        return TQ_ENCODING;
    *out = made;
    return TQ_OK;
}

tq_status web_path_split(
        struct tq_arena *arena, const char *path, const char **parts, size_t max, size_t *n)
{
    *n = 0;
    if (path[0] != '/')
        return TQ_ENCODING;
    for (const char *at = path + 1; *at != '\0';) {
        size_t len = strcspn(at, "/");

        tq_status rc = *n == max ? TQ_ENCODING : web_decode(arena, at, len, &parts[*n]);

        if (rc != TQ_OK)
            return rc;
        (*n)++;
        at += len + (at[len] == '/');
    }
    return TQ_OK;
}

bool web_path_fits(const char *pattern, const char *const *parts, size_t n)
{
    size_t i = 0;

    for (const char *at = pattern + 1; *at != '\0'; i++) {
        size_t len = strcspn(at, "/");

        if (i == n)
            return false;
        if (len == 1 && at[0] == '*') {
            if (parts[i][0] == '\0')
                return false;
        } else if (strlen(parts[i]) != len || memcmp(parts[i], at, len) != 0) {
            return false;
        }
        at += len + (at[len] == '/');
    }
    return i == n;
}

#include "revocation_list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE ((size_t)128)
#define KEY_HEX ((size_t)2 * TQ_CURVE_KEY_BYTES)

/* "DEVICE KEY INSTANT"; false: no such line. */
static bool parse(const char *line, struct tq_revocation *out)
{
    char *end;
    unsigned long device = strtoul(line, &end, 10);

    if (end == line || *end != ' ' || device == 0 || device > UINT32_MAX ||
            strlen(end + 1) < KEY_HEX + 2 ||
            !tq_unhex(end + 1, KEY_HEX, out->curve_key, sizeof(out->curve_key)))
        return false;
    line = end + 1 + KEY_HEX;
    out->device = (uint32_t)device;
    out->revoked_at_ms = strtoll(line, &end, 10);
    return *line == ' ' && end != line && *end == '\0' && out->revoked_at_ms > 0;
}

tq_status revocation_list_read(struct tq_slice text, struct tq_arena *arena,
        struct tq_revocation **out, size_t *count, struct tq_error *err)
{
    size_t lines = 0;
    size_t at = 0;

    *out = NULL;
    *count = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    if (lines == 0)
        return TQ_OK;
    *out = tq_arena_array(arena, lines, sizeof(**out));
    if (*out == NULL)
        return tq_error_set(err, TQ_NOMEM, "revocations");
    while (at < text.len) {
        const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
        size_t len = end != NULL ? (size_t)(end - text.data) - at : text.len - at;
        char line[MAX_LINE];

        if (end != NULL && len > 0 && text.data[at] != '#' && len < sizeof(line)) {
            memcpy(line, text.data + at, len);
            line[len] = '\0';
            *count += parse(line, &(*out)[*count]);
        }
        at += len + 1;
    }
    return TQ_OK;
}

void revocation_list_write(struct tq_buf *out, const struct tq_revocation *list, size_t count)
{
    tq_buf_append_str(out, "# Máy đã thu hồi: giữ cùng tệp khóa. / Revoked machines: keep this "
                           "with the keys.\n");
    for (size_t i = 0; i < count; i++) {
        char key[KEY_HEX + 1];

        tq_hex(key, list[i].curve_key, TQ_CURVE_KEY_BYTES);
        tq_buf_printf(
                out, "%" PRIu32 " %s %" PRId64 "\n", list[i].device, key, list[i].revoked_at_ms);
    }
}

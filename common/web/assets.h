/* assets.h - The files of a page, embedded when the program is built.
 *
 * Ownership: static.
 * Threads:   any. */
#ifndef TQ_WEB_ASSETS_H
#define TQ_WEB_ASSETS_H

#include <stddef.h>
#include <stdint.h>

struct web_asset {
    const char *path; /* "a/app-3F2A.js"; "index.html" is the page itself */
    const char *tag;  /* of its content, quoted as an ETag */
    const uint8_t *data;
    size_t len;
    const uint8_t *packed; /* gzip; NULL: there is none */
    size_t packed_len;
};

/* Ends with a NULL path. */
const struct web_asset *web_asset_find(const struct web_asset *assets, const char *path);

/* The media type by the name's ending; "application/octet-stream" where it is not known. */
const char *web_asset_type(const char *path);

#endif

#include "web/assets.h"

#include <string.h>

const struct web_asset *web_asset_find(const struct web_asset *assets, const char *path)
{
    for (; assets != NULL && assets->path != NULL; assets++)
        if (strcmp(assets->path, path) == 0)
            return assets;
    return NULL;
}

const char *web_asset_type(const char *path)
{
    static const struct {
        const char *end;
        const char *type;
    } TYPES[] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".svg", "image/svg+xml" },
        { ".json", "application/json" },
        { ".woff2", "font/woff2" },
        { ".png", "image/png" },
        { ".ico", "image/x-icon" },
        { ".txt", "text/plain; charset=utf-8" },
    };
    size_t n = strlen(path);

    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        size_t k = strlen(TYPES[i].end);

        if (n >= k && strcmp(path + n - k, TYPES[i].end) == 0)
            return TYPES[i].type;
    }
    return "application/octet-stream";
}

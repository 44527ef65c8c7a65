#include "web/spool.h"

#include <stdio.h>
#include <string.h>

#include "tuquan/file.h"

tq_status spools_init(struct web_spools *spools, const char *dir, struct tq_error *err)
{
    char name[32];

    memset(spools, 0, sizeof(*spools));
    for (unsigned i = 0; i < WEB_SPOOLS; i++)
        spools->list[i].fd = -1;
    for (unsigned i = 0; dir != NULL && i < WEB_SPOOLS; i++) {
        struct web_spool *spool = &spools->list[i];
        tq_status rc;

        snprintf(name, sizeof(name), "page.upload-%u", i);
        rc = tq_file_join(spool->path, sizeof(spool->path), dir, name, err);
        if (rc != TQ_OK)
            return rc;
        tq_file_remove(spool->path);
    }
    return TQ_OK;
}

tq_status spool_take(struct web_spools *spools, struct web_spool **out, struct tq_error *err)
{
    struct web_spool *spool = spools->list;
    tq_status rc;

    *out = NULL;
    while (spool < spools->list + WEB_SPOOLS && (spool->taken || spool->path[0] == '\0'))
        spool++;
    if (spool == spools->list + WEB_SPOOLS)
        return tq_error_set(err, TQ_PAGE_UPLOADS, "%d", WEB_SPOOLS);
    rc = tq_file_begin(spool->path, &spool->fd, err);
    if (rc != TQ_OK)
        return rc;
    spool->taken = true;
    spool->bytes = 0;
    *out = spool;
    return TQ_OK;
}

tq_status spool_add(struct web_spool *spool, struct tq_slice part, struct tq_error *err)
{
    if (part.len > WEB_LARGE_BYTES - spool->bytes)
        return tq_error_set(err, TQ_TOO_LARGE, "%zu", WEB_LARGE_BYTES);
    spool->bytes += part.len;
    return tq_file_append(spool->path, spool->fd, part, err);
}

void spool_end(struct web_spool *spool)
{
    tq_file_end(&spool->fd);
}

void spool_give(struct web_spool *spool)
{
    if (spool == NULL)
        return;
    spool_end(spool);
    tq_file_remove(spool->path);
    spool->taken = false;
}

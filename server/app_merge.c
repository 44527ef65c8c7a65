/* app_merge.c - Changes of the district itself, merged under its author's name: all that is asked for
 * by those who know nothing of folders, keys and configuration. */
#include "app.h"

int64_t app_now_ms(void)
{
    const struct tq_clock *clock = tq_clock_system();

    return clock->now_ms(clock->ctx);
}

int64_t app_time_ms(const struct app *app)
{
    return app->clock != NULL ? app->clock->now_ms(app->clock->ctx) : app_now_ms();
}

tq_status app_merge(struct app *app, struct tq_change *changes, size_t count, uint64_t head,
        struct tq_error *err)
{
    struct tq_slice author = tq_slice_str(app_author(app));

    for (size_t i = 0; i < count; i++)
        if (changes[i].author.len == 0)
            changes[i].author = author;
    app->write = (struct tq_district_write){ .changes = changes, .count = count, .head = head };
    return tq_merge_district(app->merger, &app->write, app_time_ms(app), err);
}

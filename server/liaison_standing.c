#include "liaison_standing.h"

#include <stdlib.h>

#include "show.h"
#include "tuquan/calendar.h"
#include "tuquan/liaison_store.h"

/* Of a year that is not the agreement's nobody is named. */
#define SAID(name)                                                                                 \
    (name).len > 0 ? (int)(name).len : 3, (name).len > 0 ? (const char *)(name).data : "–"

/* A commune by its name; a side is named already. */
static tq_status name_of(struct app *app, const struct tq_agreement *agreement, int year,
        struct tq_slice *out, struct tq_error *err)
{
    struct tq_slice who;

    *out = tq_slice_of(NULL, 0);
    if (!tq_agreement_standing(agreement, year, &who))
        return TQ_OK;
    *out = who;
    return tq_agreement_has(&agreement->communes[TQ_SIDE_A], who) ||
                           tq_agreement_has(&agreement->communes[TQ_SIDE_B], who)
                   ? show_unit(app, who, out, err)
                   : TQ_OK;
}

tq_status liaison_standing_read(struct app *app, const struct tq_agreement *agreement,
        struct liaison_standing *out, struct tq_error *err)
{
    char today[TQ_DAY_TEXT];
    tq_status rc;

    tq_day_print(tq_day_of_instant(app_now_ms()), today);
    out->year = (int)strtol(today, NULL, 10);
    rc = name_of(app, agreement, out->year, &out->now, err);
    return rc == TQ_OK ? name_of(app, agreement, out->year + 1, &out->next, err) : rc;
}

tq_status liaison_standing_tell(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_agreement *agreement = tq_arena_alloc(app->arena, sizeof(*agreement));
    struct tq_link_info *list = NULL;
    json_t *all = json_array();
    size_t count = 0;
    tq_status rc = agreement == NULL
                           ? tq_error_set(err, TQ_NOMEM, "liaison")
                           : tq_links_list(app->store, false, app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct liaison_standing s;

        if (list[i].ended_at_ms != 0 || list[i].agreement.len == 0)
            continue;
        rc = tq_agreement_read(agreement, list[i].agreement, app->arena, err);
        if (rc == TQ_OK)
            rc = liaison_standing_read(app, agreement, &s, err);
        if (rc != TQ_OK || s.now.len + s.next.len == 0)
            continue;
        cli_print(cli,
                CLI_SAY(cli, "Thường trực với %.*s: năm %d %.*s, năm %d %.*s.",
                        "Standing unit with %.*s: in %d %.*s, in %d %.*s."),
                (int)list[i].name.len, (const char *)list[i].name.data, s.year, SAID(s.now),
                s.year + 1, SAID(s.next));
        json_array_append_new(
                all, json_pack("{s:o, s:i, s:o, s:o}", "link", cli_json_slice(list[i].name), "year",
                             s.year, "standing", cli_json_slice(s.now), "standing_next",
                             cli_json_slice(s.next)));
    }
    cli_json_set(cli, "standing", all);
    return rc;
}

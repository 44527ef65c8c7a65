#include "liaison_show.h"

#include <string.h>

#include "cli/table.h"
#include "liaison_health.h"
#include "liaison_standing.h"
#include "show.h"

static const struct cli_column LINKS[] = {
    { "link", { "Số", "No." }, true, false },
    { "name", { "Huyện bạn", "Neighbour" }, false, true },
    { "state", { "Tình trạng", "State" }, false, false },
    { "agreement", { "Quy chế", "Agreement" }, false, false },
    { "to", { "Hết hạn", "Until" }, false, false },
    { "standing", { "Thường trực năm nay", "Stands this year" }, false, false },
    { "standing_next", { "Thường trực năm sau", "Stands next year" }, false, false },
    { "heard_at_ms", { "Nhận của bạn", "We heard" }, false, false },
    { "partner_heard_at_ms", { "Bạn đến lấy", "They came" }, false, false },
    { "told", { "Đã đưa", "Told" }, true, false },
    { "waits", { "Chờ bạn lấy", "Waits" }, true, false },
    { "came", { "Đã nhận", "Came" }, true, false },
    { "refused", { "Không nhận", "Refused" }, true, false },
    { "frozen", { "Đóng băng", "Frozen" }, true, false },
    { "strangers", { "Khóa lạ", "Strangers" }, true, false },
    { "revoked", { "Khóa đã thu hồi", "Revoked keys" }, true, false },
    { "problem", { "Lần cuối", "Last try" }, false, false },
    { "todo", { "Việc cần làm", "What to do" }, false, true },
};

static json_t *hash_json(const uint8_t *hash)
{
    static const uint8_t NONE[TQ_HASH_BYTES] = { 0 };
    char text[2 * TQ_HASH_BYTES + 1];

    if (hash == NULL || memcmp(hash, NONE, sizeof(NONE)) == 0)
        return json_null();
    tq_hex(text, hash, TQ_HASH_BYTES);
    return json_string(text);
}

static tq_status link_row(struct cli_table *table, struct app *app, struct cli *cli,
        const struct tq_link_info *link, struct tq_error *err)
{
    struct link_health health;
    struct liaison_standing standing = { 0, { NULL, 0 }, { NULL, 0 } };
    const struct tq_agreement *agreement;
    json_t *more;
    tq_status rc = link_health_read(app, cli, link, &health, err);

    if (rc == TQ_OK && health.agreement != NULL && link->ended_at_ms == 0)
        rc = liaison_standing_read(app, health.agreement, &standing, err);
    if (rc != TQ_OK)
        return rc;
    agreement = health.agreement;
    cli_table_int(table, link->id);
    cli_table_text(table, link->name);
    cli_table_both(
            table, link_state_words(cli, health.state), json_string(link_state_code(health.state)));
    cli_table_text(table, agreement != NULL ? agreement->number : tq_slice_of(NULL, 0));
    cli_table_str(table, agreement != NULL ? agreement->to : "");
    cli_table_text(table, standing.now);
    cli_table_text(table, standing.next);
    cli_table_instant(table, link->heard_at_ms);
    cli_table_instant(table, health.partner_heard_ms);
    cli_table_int(table, (int64_t)link->told);
    cli_table_int(table, health.waits);
    cli_table_int(table, (int64_t)link->came);
    cli_table_int(table, (int64_t)link->refused);
    cli_table_int(table, (int64_t)link->frozen);
    cli_table_int(table, health.strangers);
    cli_table_int(table, health.revoked);
    cli_table_text(table, link->problem);
    cli_table_both(
            table, link_worry_words(cli, health.worry), json_string(link_worry_code(health.worry)));
    more = cli_table_last(table);
    if (more == NULL)
        return TQ_OK;
    json_object_set_new(more, "hash", hash_json(agreement != NULL ? agreement->hash : NULL));
    json_object_set_new(
            more, "hash_theirs", hash_json(health.word.said ? health.word.words.agreement : NULL));
    json_object_set_new(more, "days_left", json_integer(health.days_left));
    json_object_set_new(more, "ended_at_ms", json_integer(link->ended_at_ms));
    json_object_set_new(more, "ended_why", cli_json_slice(link->ended_why));
    json_object_set_new(more, "invited_at_ms", json_integer(link->invited_at_ms));
    json_object_set_new(more, "accepted_at_ms", json_integer(link->accepted_at_ms));
    json_object_set_new(more, "tried_at_ms", json_integer(link->tried_at_ms));
    json_object_set_new(more, "problem_text", json_string(liaison_why(cli, link->problem)));
    return TQ_OK;
}

tq_status liaison_list(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_link_info *list;
    struct cli_table table;
    size_t count;
    tq_status rc = tq_links_list(app->store, true, app->arena, &list, &count, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&table, cli, LINKS, sizeof(LINKS) / sizeof(LINKS[0]));
    table.drop_empty = true;
    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        rc = link_row(&table, app, cli, &list[i], err);
    if (rc == TQ_OK)
        rc = cli_table_print_or(&table, "links",
                cli_say(cli, "Chưa có liên kết với huyện nào.",
                        "No link with another district yet."),
                err);
    cli_table_deinit(&table);
    return rc;
}

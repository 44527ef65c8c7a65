/* liaison_agreement.c - An agreement in words: its days, communes, categories, and what each article
 * lets cross. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "liaison_box.h"
#include "liaison_heads.h"
#include "liaison_health.h"
#include "liaison_show.h"
#include "show.h"
#include "tuquan/district_devices.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/words.h"

/* Codes of categories are those of incidents: so both districts mean the same by them. */
static struct tq_slice category_word(const struct cli *cli, struct tq_slice code)
{
    const struct tq_table *incident = tq_catalogue_find(tq_catalogue_current(), "incident");
    int column = tq_table_column_find(incident, "category");

    return tq_word_of_code(incident->name, &incident->columns[column], code, cli->lang);
}

static tq_status put_communes(struct app *app, struct cli *cli, const char *key,
        const struct tq_agreement_list *list, struct tq_error *err)
{
    json_t *all = json_array();
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    for (size_t i = 0; rc == TQ_OK && i < list->count; i++) {
        struct tq_slice name;

        rc = show_unit(app, list->items[i], &name, err);
        if (rc != TQ_OK)
            break;
        tq_buf_printf(&text, "%s%.*s", i > 0 ? ", " : "", (int)name.len, (const char *)name.data);
        json_array_append_new(all, json_pack("{s:o, s:o}", "unit", cli_json_slice(list->items[i]),
                                           "name", cli_json_slice(name)));
    }
    if (rc == TQ_OK && !tq_buf_is_ok(&text))
        rc = tq_error_set(err, TQ_NOMEM, "liaison");
    if (rc == TQ_OK)
        cli_print(cli, "  %.*s", (int)text.len, text.len > 0 ? (const char *)text.data : "");
    cli_json_set(cli, key, all);
    tq_buf_deinit(&text);
    return rc;
}

/* Year by year, as far as one turn of each goes. */
static tq_status put_standing(
        struct app *app, struct cli *cli, const struct tq_agreement *a, struct tq_error *err)
{
    int first = (int)strtol(a->from, NULL, 10);
    json_t *all = json_array();
    tq_status rc = TQ_OK;

    if (a->standing.count > 0)
        cli_print(cli, "%s",
                cli_say(cli, "Đơn vị thường trực, mỗi năm một đơn vị, hết lượt quay lại từ đầu",
                        "Standing unit, one each year, over again from the first"));
    for (size_t i = 0; rc == TQ_OK && i < a->standing.count; i++) {
        struct tq_slice name = a->standing.items[i];

        if (tq_agreement_has(&a->communes[TQ_SIDE_A], name) ||
                tq_agreement_has(&a->communes[TQ_SIDE_B], name))
            rc = show_unit(app, a->standing.items[i], &name, err);
        if (rc != TQ_OK)
            break;
        cli_print(cli, "  %d: %.*s", first + (int)i, (int)name.len, (const char *)name.data);
        json_array_append_new(
                all, json_pack("{s:i, s:o, s:o}", "year", first + (int)i, "unit",
                             cli_json_slice(a->standing.items[i]), "name", cli_json_slice(name)));
    }
    cli_json_set(cli, "standing", all);
    return rc;
}

static void put_categories(struct cli *cli, const struct tq_agreement_list *list)
{
    json_t *all = json_array();

    for (size_t i = 0; i < list->count; i++) {
        struct tq_slice word = category_word(cli, list->items[i]);

        cli_print(cli, "  %.*s (%.*s)", (int)word.len, (const char *)word.data,
                (int)list->items[i].len, (const char *)list->items[i].data);
        json_array_append_new(all, json_pack("{s:o, s:o}", "code", cli_json_slice(list->items[i]),
                                           "name", cli_json_slice(word)));
    }
    cli_json_set(cli, "categories", all);
}

static tq_status put_article(
        struct cli *cli, json_t *all, const struct tq_article *article, struct tq_error *err)
{
    const struct tq_table *table = article->table;
    json_t *columns = json_array();
    struct tq_buf text;
    tq_status rc;

    tq_buf_init(&text, 0);
    for (uint32_t i = 0; i < table->ncolumns; i++) {
        const char *word = tq_word_of_column(&table->columns[i], cli->lang);

        if ((article->columns >> i & 1) == 0)
            continue;
        tq_buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", word);
        json_array_append_new(
                columns, json_pack("{s:s, s:s}", "column", table->columns[i].name, "name", word));
    }
    rc = tq_buf_is_ok(&text) ? TQ_OK : tq_error_set(err, TQ_NOMEM, "liaison");
    if (rc == TQ_OK)
        cli_print(cli, "  %s %.*s. %s: %.*s", cli_say(cli, "Điều", "Article"),
                (int)article->name.len, (const char *)article->name.data,
                tq_word_of_table(table, cli->lang), (int)text.len,
                text.len > 0 ? (const char *)text.data : "");
    tq_buf_deinit(&text);
    json_array_append_new(all,
            json_pack("{s:o, s:s, s:s, s:o}", "article", cli_json_slice(article->name), "table",
                    table->name, "name", tq_word_of_table(table, cli->lang), "columns", columns));
    return rc;
}

/* Its name, and who signed for it, by post. */
static void put_side(struct cli *cli, const struct tq_agreement *a, int side)
{
    struct tq_slice name = a->names[side];
    struct tq_slice signer = a->signers[side];

    if (signer.len > 0)
        cli_print(cli, "%.*s (%s %.*s)", (int)name.len, (const char *)name.data,
                cli_say(cli, "người ký:", "signed by:"), (int)signer.len,
                (const char *)signer.data);
    else
        cli_print(cli, "%.*s", (int)name.len, (const char *)name.data);
    cli_json_set(cli, side == 0 ? "side_a" : "side_b", cli_json_slice(name));
    cli_json_set(cli, side == 0 ? "signer_a" : "signer_b", cli_json_slice(signer));
}

static tq_status put_agreement(
        struct app *app, struct cli *cli, const struct tq_agreement *a, struct tq_error *err)
{
    json_t *articles = json_array();
    char hash[2 * TQ_HASH_BYTES + 1];
    tq_status rc = TQ_OK;

    tq_hex(hash, a->hash, sizeof(a->hash));
    cli_json_set(cli, "number", cli_json_slice(a->number));
    cli_json_set(cli, "signed_on", json_string(a->signed_on));
    cli_json_set(cli, "from", json_string(a->from));
    cli_json_set(cli, "to", json_string(a->to));
    cli_json_set(cli, "statistics_until", json_string(a->statistics_to));
    cli_json_set(cli, "hash", json_string(hash));
    cli_print(
            cli, "%.*s: %s - %s", (int)a->number.len, (const char *)a->number.data, a->from, a->to);
    if (strcmp(a->statistics_to, a->to) > 0)
        cli_print(cli, "%s %s",
                cli_say(cli, "Thống kê kỳ cuối gửi được đến hết ngày",
                        "Statistics of the last period may be sent until"),
                a->statistics_to);
    cli_print(cli, "%s %s", cli_say(cli, "Mã băm:", "Hash:"), hash);
    for (int side = 0; rc == TQ_OK && side < 2; side++) {
        put_side(cli, a, side);
        rc = put_communes(
                app, cli, side == 0 ? "communes_a" : "communes_b", &a->communes[side], err);
    }
    if (rc == TQ_OK)
        rc = put_standing(app, cli, a, err);
    cli_print(cli, "%s", cli_say(cli, "Loại việc được báo", "Categories"));
    put_categories(cli, &a->categories);
    cli_print(cli, "%s", cli_say(cli, "Được chuyển", "What may cross"));
    for (size_t i = 0; rc == TQ_OK && i < a->narticles; i++)
        rc = put_article(cli, articles, &a->articles[i], err);
    cli_json_set(cli, "articles", articles);
    return rc;
}

/* The text as it was brought in: the other district must have the same, to the letter. */
tq_status liaison_show(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_link_info link;
    struct link_health health;
    tq_status rc = tq_links_find(app->store, tq_slice_str(cli->args[1]), app->arena, &link, err);

    if (rc == TQ_OK)
        rc = link_health_read(app, cli, &link, &health, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "link", json_integer(link.id));
    cli_json_set(cli, "name", cli_json_slice(link.name));
    cli_json_set(cli, "state", json_string(link_state_code(health.state)));
    cli_json_set(cli, "days_left", json_integer(health.days_left));
    cli_json_set(cli, "agreed_at_ms", json_integer(link.agreed_at_ms));
    cli_json_set(cli, "side", json_string(link.side == TQ_SIDE_B ? "b" : "a"));
    cli_json_set(cli, "text", link.agreement.len > 0 ? cli_json_slice(link.agreement) : NULL);
    cli_print(cli, "%.*s: %s", (int)link.name.len, (const char *)link.name.data,
            link_state_words(cli, health.state));
    rc = health.agreement != NULL ? put_agreement(app, cli, health.agreement, err) : TQ_OK;
    return rc == TQ_OK ? heads_show(app, cli, link.id, err) : rc;
}

tq_status liaison_check(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_agreement *agreement = tq_arena_alloc(app->arena, sizeof(*agreement));
    struct tq_buf text;
    tq_status rc = agreement == NULL ? tq_error_set(err, TQ_NOMEM, "liaison") : TQ_OK;

    tq_buf_init(&text, TQ_AGREEMENT_MAX_BYTES);
    if (rc == TQ_OK)
        rc = tq_file_read(cli->args[1], TQ_AGREEMENT_MAX_BYTES, &text, err);
    if (rc == TQ_OK)
        rc = tq_agreement_read(agreement, tq_buf_slice(&text), app->arena, err);
    tq_buf_deinit(&text);
    return rc == TQ_OK ? put_agreement(app, cli, agreement, err) : rc;
}

/* The catalogue that the neighbour's programs said they know when it was last heard; 0: never heard. */
static tq_status partner_schema(
        struct cli *cli, const struct tq_link_info *link, uint32_t *out, struct tq_error *err)
{
    struct box *box = tq_mem_zalloc(sizeof(*box));
    struct tq_device_info *list;
    int64_t last = 0;
    size_t count = 0;
    tq_status rc = box == NULL ? tq_error_set(err, TQ_NOMEM, "liaison")
                               : box_open_out(box, cli, link, false, err);

    *out = 0;
    if (rc == TQ_OK)
        rc = tq_devices_list(box->app.store, box->app.arena, &list, &count, err);
    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        if (list[i].device == TQ_DEVICE_DISTRICT || list[i].revoked_at_ms != 0 ||
                list[i].last_heard_at_ms < last)
            continue;
        last = list[i].last_heard_at_ms;
        *out = list[i].schema;
    }
    if (box != NULL)
        box_close(box);
    tq_mem_free(box);
    if (rc != TQ_OK &&
            rc != TQ_NOMEM) { /* never invited, or it cannot be read: the agreement holds */
        tq_error_clear(err);
        *out = 0;
        rc = TQ_OK;
    }
    return rc;
}

tq_status liaison_warn_older(struct cli *cli, const struct tq_link_info *link,
        const struct tq_agreement *agreement, struct tq_error *err)
{
    uint32_t needs = tq_agreement_schema(agreement);
    uint32_t theirs = 0;
    tq_status rc = partner_schema(cli, link, &theirs, err);
    bool older = rc == TQ_OK && theirs != 0 && theirs < needs;

    cli_json_set(cli, "partner_older", json_boolean(older));
    if (older)
        cli_warn(cli, "%s",
                cli_say(cli,
                        "chương trình của huyện bạn cũ hơn quy chế này cần: bạn chưa nhập được tệp "
                        "này (E318), và gói hai bên gửi nhau bị từ chối (E324) đến khi bạn nâng "
                        "cấp",
                        "the neighbour's programs are older than this agreement needs: it cannot "
                        "bring in this file yet (E318), and bundles of either side are refused "
                        "(E324) until it upgrades"));
    return rc;
}

#include "publication.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "actor.h"
#include "cmd.h"
#include "prepared.h"
#include "refused.h"
#include "tuquan/district_audit.h"
#include "tuquan/district_devices.h"
#include "tuquan/mem.h"

#define TURNS 8 /* until somebody has to look why sets come all the time */

/* ---- working it out ---- */

static tq_status sign_hash(
        void *ctx, const uint8_t *hash, uint8_t signature[64], struct tq_error *err)
{
    struct app *app = ctx;

    (void)err;
    app->signer.sign(app->signer.ctx, TQ_SIGN_RANKING, tq_slice_of(hash, TQ_HASH_BYTES), signature);
    return TQ_OK;
}

static struct tq_slice option_slice(const struct cli *cli, const char *name)
{
    const char *text = cli_option(cli, name);

    return tq_slice_str(text != NULL ? text : "");
}

tq_status publication_order(
        struct app *app, struct cli *cli, struct tq_publication *out, struct tq_error *err)
{
    memset(out, 0, sizeof(*out));
    out->order.period = tq_slice_str(app->period);
    out->order.now_ms = app_now_ms();
    out->author = tq_slice_str(app_author(app));
    out->document_no = option_slice(cli, "document");
    out->missing_decision_no = option_slice(cli, "missing-decision");
    out->sign = sign_hash;
    out->sign_ctx = app;
    return rank_sheet(app, cli, app->period, &out->order.sheet, err);
}

/* What is published is his who signs; the figures that nobody verified are accepted by who prepared. */
static void name_signer(const struct app *app, struct tq_changes *changes)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();
    uint32_t head = tq_catalogue_find(catalogue, "ranking")->id;
    uint32_t row = tq_catalogue_find(catalogue, "ranking_row")->id;
    struct tq_change *list = (struct tq_change *)changes->changes;

    for (size_t i = 0; i < changes->n; i++)
        if (list[i].table == head || list[i].table == row)
            list[i].author = tq_slice_str(app_author(app));
}

/* Fails as `publication_sign` says when `wanted` (NULL: anything) is not what would be written. */
static tq_status check_wanted(struct cli *cli, const struct tq_publication *p, uint32_t version,
        const struct tq_ranking *ranking, const json_t *wanted, struct tq_error *err);

/* Work it out and write it, again while sets come in between: what is signed is what the figures of
 * that moment give. */
static tq_status work_out(struct app *app, const struct tq_publication *p, const json_t *wanted,
        uint32_t *version, const struct tq_ranking **ranking, struct tq_error *err)
{
    bool merged = false;
    tq_status rc = TQ_STALE;

    for (int i = 0; rc == TQ_STALE && i < TURNS; i++) {
        struct tq_changes changes;
        uint64_t head;

        merged = false;
        rc = app_head(app, &head, err);
        if (rc == TQ_OK)
            rc = tq_ranking_publish(tq_district_store_db(app->store), app->arena, p, &changes,
                    version, ranking, err);
        if (rc == TQ_OK)
            rc = check_wanted(app->cli, p, *version, *ranking, wanted, err);
        if (rc != TQ_OK)
            continue;
        name_signer(app, &changes);
        merged = true;
        rc = app_merge(app, (struct tq_change *)changes.changes, changes.n, head, err);
    }
    if (rc != TQ_OK && merged)
        (void)refused_tell(app, app->cli, err); /* the status stays what it is */
    return rc;
}

static tq_status publish(struct app *app, struct cli *cli, const struct tq_publication *p,
        const json_t *wanted, struct tq_error *err)
{
    const struct tq_ranking *ranking;
    uint32_t version;
    tq_status rc = work_out(app, p, wanted, &version, &ranking, err);

    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        rc = rank_print(app, cli, ranking, err);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "version", json_integer(version));
    cli_json_set(cli, "period", json_string(app->period));
    cli_print(cli, "%s %s, %s %u, %zu/%zu %s.", cli_say(cli, "Đã công bố", "Published"),
            app->period, cli_say(cli, "lần", "version"), version, ranking->nscored, ranking->nrows,
            cli_say(cli, "đơn vị được chấm", "units scored"));
    return TQ_OK;
}

tq_status publication_alone(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_publication p;
    bool two = false;
    tq_status rc = actor_exists(app, RIGHT_SIGN, &two, err);

    if (rc == TQ_OK && two)
        rc = tq_error_set(err, TQ_PAGE_TWO, "%s", "--prepare, --sign");
    if (rc == TQ_OK)
        rc = publication_order(app, cli, &p, err);
    return rc == TQ_OK ? publish(app, cli, &p, NULL, err) : rc;
}

/* ---- what is prepared ---- */

static tq_status no_memory(struct tq_error *err)
{
    return tq_error_set(err, TQ_NOMEM, "%s", "publish");
}

/* At the command line the line of the trail is made here; on the page it waits already. */
static struct tq_audit_entry line_of(const struct app *app, const char *what)
{
    return (struct tq_audit_entry){ app_now_ms(), tq_slice_str(app_author(app)), tq_slice_str(what),
        tq_slice_str(app->period), tq_slice_str(""), 0 };
}

/* Inside a writing transaction, so that no other changes it meanwhile: the list as it is now, with
 * `entry` (NULL: none) for this period. *before: what it was; the caller's, also on failure. */
static tq_status change_list(
        const struct app *app, json_t *entry, json_t **before, struct tq_error *err)
{
    json_t *list = NULL;
    tq_status rc = prepared_load(app->cli->dir, before, err);

    if (rc == TQ_OK && entry == NULL && prepared_find(*before, app->period) == NULL)
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s", app->period);
    if (rc != TQ_OK)
        return rc;
    list = json_copy(*before);
    if (list == NULL || json_array_size(list) != json_array_size(*before))
        rc = no_memory(err);
    prepared_drop(list, app->period);
    if (rc == TQ_OK && entry != NULL && json_array_append(list, entry) != 0)
        rc = no_memory(err);
    if (rc == TQ_OK)
        rc = prepared_save(app->cli->dir, list, err);
    json_decref(list);
    return rc;
}

/* The file changes in the transaction of its line, and goes back when that fails. */
static tq_status keep(struct app *app, json_t *entry, const char *what, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_audit_entry line = line_of(app, what);
    bool own = !tq_audit_waits(app->store);
    json_t *before = NULL;
    tq_status rc;

    if (own)
        tq_audit_with_next(app->store, &line);
    rc = ops->begin(ops->ctx, err);
    if (rc == TQ_OK) {
        rc = change_list(app, entry, &before, err);
        if (rc != TQ_OK) {
            ops->rollback(ops->ctx);
        } else {
            rc = ops->commit(ops->ctx, err);
            if (rc != TQ_OK) {
                tq_status back = prepared_save(app->cli->dir, before, NULL);

                (void)back; /* what failed first is told */
            }
        }
    }
    if (own)
        tq_audit_with_next(app->store, NULL);
    json_decref(before);
    return rc;
}

/* What was signed is prepared no more. Nothing is written in this transaction: it keeps others from the
 * list. What fails leaves an entry that cannot be signed again: its version is taken. */
static void drop_signed(struct app *app, const json_t *entry)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_error untold = { .status = TQ_OK };
    json_t *before = NULL;
    json_t *list = NULL;
    tq_status rc = ops->begin(ops->ctx, &untold);

    if (rc != TQ_OK)
        return;
    rc = prepared_load(app->cli->dir, &list, &untold);
    /* Another one may have been prepared for the period meanwhile: that waits for its leader. */
    if (rc == TQ_OK && json_equal(prepared_find(list, app->period), entry) != 0)
        rc = change_list(app, NULL, &before, &untold);
    (void)rc;
    ops->rollback(ops->ctx);
    json_decref(before);
    json_decref(list);
}

/* Of what would be written: the list of differences that the version would carry, and how many figures
 * nobody verified. */
static void look_through(
        struct app *app, const struct tq_changes *changes, json_t **differences, size_t *accepted)
{
    const struct tq_table *head = tq_catalogue_find(tq_catalogue_current(), "ranking");
    uint32_t scores = tq_catalogue_find(tq_catalogue_current(), "verified_score")->id;
    int column = tq_table_column_find(head, "differences");
    struct tq_slice text = tq_slice_of(NULL, 0);

    *accepted = 0;
    for (size_t i = 0; i < changes->n; i++) {
        const struct tq_change *change = &changes->changes[i];

        *accepted += change->table == scores && change->cell == TQ_CELL_ROW;
        for (uint32_t k = 0; change->table == head->id && k < change->ncolumns; k++)
            if (column >= 0 && change->columns[k] == head->columns[column].id &&
                    change->after[k].type == TQ_TEXT && change->cell == TQ_CELL_ROW)
                text = change->after[k].s;
    }
    *differences = publication_differences(app, text);
}

static tq_status try_it(
        struct app *app, const struct tq_publication *p, json_t **entry, struct tq_error *err)
{
    const struct tq_ranking *ranking;
    struct tq_changes changes;
    json_t *differences;
    size_t accepted;
    uint32_t version;
    tq_status rc = tq_ranking_publish(
            tq_district_store_db(app->store), app->arena, p, &changes, &version, &ranking, err);

    *entry = NULL;
    if (rc != TQ_OK)
        return rc;
    *entry = prepared_of(p, version, ranking);
    if (*entry == NULL)
        return no_memory(err);
    look_through(app, &changes, &differences, &accepted);
    if (json_object_set_new(*entry, "differences", differences) == 0 &&
            json_object_set_new(*entry, "accepts", json_integer((json_int_t)accepted)) == 0)
        return TQ_OK;
    json_decref(*entry);
    *entry = NULL;
    return no_memory(err);
}

tq_status publication_prepare(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_publication p;
    json_t *entry = NULL;
    tq_status rc = actor_take(app, cli, RIGHT_DECIDE, err);

    if (rc == TQ_OK)
        rc = publication_order(app, cli, &p, err);
    if (rc == TQ_OK)
        rc = try_it(app, &p, &entry, err);
    if (rc == TQ_OK &&
            (json_object_set_new(entry, "by", json_string(app_author(app))) != 0 ||
                    json_object_set_new(entry, "at_ms", json_integer(p.order.now_ms)) != 0))
        rc = no_memory(err);
    if (rc == TQ_OK)
        rc = keep(app, entry, "publication_prepare", err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK) {
        cli_print(cli, "%s %s, %s %lld, %s: %.16s.", cli_say(cli, "Đã lập", "Prepared"),
                app->period, cli_say(cli, "lần", "version"),
                (long long)json_integer_value(json_object_get(entry, "version")),
                cli_say(cli, "mã", "digest"), json_string_value(json_object_get(entry, "digest")));
        cli_json_set(cli, "prepared", json_incref(entry));
    }
    json_decref(entry);
    return rc;
}

/* ---- signing ---- */

static tq_status check_wanted(struct cli *cli, const struct tq_publication *p, uint32_t version,
        const struct tq_ranking *ranking, const json_t *wanted, struct tq_error *err)
{
    struct app *app = cli->app;
    json_t *now;
    json_t *changes;
    struct tq_buf facts;
    tq_status rc;

    if (wanted == NULL)
        return TQ_OK;
    now = prepared_of(p, version, ranking);
    if (now == NULL)
        return no_memory(err);
    if (json_equal(json_object_get(now, "digest"), json_object_get(wanted, "digest"))) {
        json_decref(now);
        return TQ_OK;
    }
    changes = prepared_changes(wanted, now);
    json_decref(now);
    if (changes == NULL)
        return no_memory(err);
    tq_buf_init(&facts, 0);
    publication_tell_changes(app, cli, changes, &facts);
    if (json_array_size(changes) == 0)
        tq_buf_append_str(&facts, cli_say(cli, "số liệu gốc đã đổi, điểm và hạng chưa đổi",
                                          "figures behind it changed, no points or ranks"));
    rc = tq_buf_is_ok(&facts) ? tq_error_set(err, TQ_PAGE_PREPARED, "%.*s", (int)facts.len,
                                        (const char *)facts.data)
                              : no_memory(err);
    tq_buf_deinit(&facts);
    cli_json_set(cli, "changes", changes);
    return rc;
}

static struct tq_slice entry_slice(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));

    return tq_slice_str(text != NULL ? text : "");
}

static tq_status check_signer(
        const struct app *app, const struct cli *cli, const json_t *entry, struct tq_error *err)
{
    const char *read = cli_option(cli, "digest");
    const char *by;

    if (entry == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", app->period);
    by = json_string_value(json_object_get(entry, "by"));
    if (by == NULL || strcmp(by, app_author(app)) == 0)
        return tq_error_set(err, TQ_PAGE_TWO, "%s", app_author(app));
    /* He read another one: whoever prepared it did so again meanwhile. */
    if (read != NULL && !tq_slice_equal(tq_slice_str(read), entry_slice(entry, "digest")))
        return tq_error_set(err, TQ_PAGE_PREPARED, "%s: %.16s", by,
                json_string_value(json_object_get(entry, "digest")));
    return TQ_OK;
}

static tq_status sign_entry(
        struct app *app, struct cli *cli, const json_t *entry, struct tq_error *err)
{
    struct tq_audit_entry line = line_of(app, "publication_sign");
    bool own = !tq_audit_waits(app->store);
    struct tq_publication p = { .sign = sign_hash, .sign_ctx = app };
    tq_status rc;

    p.order.period = tq_slice_str(app->period);
    p.order.sheet = entry_slice(entry, "sheet");
    p.order.now_ms = app_now_ms();
    p.author = entry_slice(entry, "by");
    p.document_no = entry_slice(entry, "document_no");
    p.missing_decision_no = entry_slice(entry, "missing_decision_no");
    if (own)
        tq_audit_with_next(app->store, &line);
    rc = publish(app, cli, &p, entry, err);
    if (own)
        tq_audit_with_next(app->store, NULL);
    if (cli->done)
        drop_signed(app, entry);
    return rc;
}

tq_status publication_sign(struct app *app, struct cli *cli, struct tq_error *err)
{
    json_t *entry = NULL;
    json_t *list = NULL;
    tq_status rc = actor_take(app, cli, RIGHT_SIGN, err);

    if (rc == TQ_OK)
        rc = prepared_load(cli->dir, &list, err);
    if (rc == TQ_OK) {
        entry = json_incref(prepared_find(list, app->period));
        rc = check_signer(app, cli, entry, err);
    }
    if (rc == TQ_OK)
        rc = sign_entry(app, cli, entry, err);
    json_decref(entry);
    json_decref(list);
    return rc;
}

tq_status publication_withdraw(struct app *app, struct cli *cli, struct tq_error *err)
{
    tq_status rc = actor_take(app, cli, RIGHT_DECIDE, err);

    if (rc == TQ_OK)
        rc = keep(app, NULL, "publication_withdraw", err);
    if (rc == TQ_OK)
        cli_print(cli, "%s", cli_say(cli, "Xong.", "Done."));
    return rc;
}

/* ---- what stands against it ---- */

static json_t *refusal_json(const struct cli *cli, const struct tq_error *err)
{
    return json_pack("{s:s,s:s,s:s,s:s}", "code", tq_status_code(err->status), "sentence",
            tq_status_sentence(err->status, cli->lang), "facts", err->msg, "next_step",
            tq_status_next_step(err->status, cli->lang));
}

tq_status publication_show(struct app *app, struct cli *cli, struct tq_error *err)
{
    struct tq_error against = { .status = TQ_OK };
    struct tq_publication p;
    json_t *entry = NULL;
    json_t *list = NULL;
    json_t *prepared;
    bool two = false;
    tq_status rc = publication_order(app, cli, &p, err);

    p.sign = NULL; /* nothing is signed by looking */
    p.only_shown = true;
    if (rc == TQ_OK)
        rc = actor_exists(app, RIGHT_SIGN, &two, err);
    if (rc == TQ_OK)
        rc = prepared_load(cli->dir, &list, err);
    if (rc != TQ_OK)
        return rc;
    rc = try_it(app, &p, &entry, &against);
    prepared = prepared_find(list, app->period);
    cli_json_set(cli, "two", json_boolean(two));
    cli_json_set(cli, "prepared", prepared != NULL ? json_incref(prepared) : json_null());
    cli_json_set(cli, "now", rc == TQ_OK ? json_incref(entry) : json_null());
    cli_json_set(cli, "against", rc != TQ_OK ? refusal_json(cli, &against) : json_null());
    if (rc != TQ_OK)
        cli_print(cli, "[%s] %s: %s", tq_status_code(rc), tq_status_sentence(rc, cli->lang),
                against.msg);
    else
        cli_print(cli, "%s %lld", cli_say(cli, "Công bố được, lần", "May be published, version"),
                (long long)json_integer_value(json_object_get(entry, "version")));
    if (prepared != NULL)
        cli_print(cli, "%s %s: %.16s", cli_say(cli, "Đã lập, chờ ký:", "Prepared, to be signed:"),
                json_string_value(json_object_get(prepared, "by")),
                json_string_value(json_object_get(prepared, "digest")));
    json_decref(entry);
    json_decref(list);
    return tq_status_is_retryable(rc) || rc == TQ_NOMEM ? tq_error_set(err, rc, "%s", against.msg)
                                                        : TQ_OK;
}

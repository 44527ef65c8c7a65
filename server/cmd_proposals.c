/* cmd_proposals.c - tuquan-district proposals: what this district wrote itself and lost, as communes
 * still hold it; write it again as they have it, or refuse it. Nothing is written here that an officer
 * did not confirm, but for publications that bear the district's own signature (signed.c). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "edit.h"
#include "show.h"
#include "signed.h"
#include "tuquan/district_devices.h"
#include "tuquan/proposals.h"
#include "tuquan/words.h"

static const struct cli_option OPTIONS[] = {
    { "all-with", 'a', "N",
            { "xác nhận mọi giá trị mà ít nhất N xã có",
                    "confirm every value that N communes have" } },
    { "table", 't', "BẢNG", { "chỉ một bảng", "one table only" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "id", { "Mã", "ID" }, true, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "values", { "Các xã đang có", "As the communes have it" }, false, true },
    { "here", { "Ở huyện hiện nay", "Here now" }, false, true },
    { "units", { "Số xã", "Communes" }, false, false },
    { "who", { "Xã nào", "Which" }, false, true },
};

struct work {
    struct app *app;
    struct cli *cli;
    struct tq_proposal *list;
    size_t n;
    bool *chosen;
};

static tq_status load(struct work *w, struct tq_error *err)
{
    const char *name = cli_option(w->cli, "table");
    size_t kept = 0;
    tq_status rc = tq_proposals_list(w->app->store, w->app->arena, &w->list, &w->n, err);

    if (rc == TQ_OK && name != NULL && tq_catalogue_find(tq_catalogue_current(), name) == NULL)
        return tq_error_set(err, TQ_NOT_FOUND, "%s", name);
    for (size_t i = 0; rc == TQ_OK && name != NULL && i < w->n; i++)
        if (strcmp(w->list[i].table->name, name) == 0)
            w->list[kept++] = w->list[i];
    w->n = rc == TQ_OK && name != NULL ? kept : w->n;
    w->chosen = tq_arena_array(w->app->arena, w->n + 1, sizeof(*w->chosen));
    return rc == TQ_OK && w->chosen == NULL ? tq_error_set(err, TQ_NOMEM, "proposals") : rc;
}

/* The same cells as they stand here. */
static tq_status put_here(struct work *w, struct cli_table *out, const struct tq_proposal *p,
        struct tq_buf *text, struct tq_error *err)
{
    struct tq_value values[TQ_MAX_COLUMNS];
    json_t *json;
    tq_status rc;

    tq_buf_clear(text);
    if (!p->now.exists) {
        cli_table_both(out, cli_say(w->cli, "(chưa có dòng này)", "(no such row)"), json_null());
        return TQ_OK;
    }
    for (uint32_t i = 0; i < p->cells.n; i++) {
        int at = tq_table_column(p->table, p->cells.columns[i]);

        values[i] = at >= 0 ? p->now.values[at] : tq_value_null();
    }
    json = json_object();
    rc = show_values(
            w->app, w->cli, p->table, p->cells.columns, values, p->cells.n, text, json, err);
    cli_table_both_buf(out, text, json);
    return rc;
}

static tq_status put_one(struct work *w, struct cli_table *out, const struct tq_proposal *p,
        struct tq_buf *text, struct tq_error *err)
{
    json_t *json = json_object();
    char counted[64];
    tq_status rc;

    cli_table_int(out, (int64_t)p->id);
    tq_buf_clear(text);
    rc = show_row(w->app, w->cli, p->table, p->key, text, err);
    cli_table_both_buf(out, text,
            json_pack(
                    "{s:s, s:o}", "table", p->table->name, "key", show_key_json(p->table, p->key)));
    tq_buf_clear(text);
    if (rc == TQ_OK)
        rc = show_values(w->app, w->cli, p->table, p->cells.columns, p->cells.values, p->cells.n,
                text, json, err);
    cli_table_both_buf(out, text, json);
    if (rc == TQ_OK)
        rc = put_here(w, out, p, text, err);
    snprintf(counted, sizeof(counted),
            CLI_SAY(w->cli, "%" PRIu32 " trong %" PRIu32 " xã%s", "%" PRIu32 " of %" PRIu32 "%s"),
            p->units, p->of,
            p->alone ? ""
                     : cli_say(w->cli, " (xã khác có giá trị khác)", " (others have another)"));
    cli_table_both(out, counted,
            json_pack(
                    "{s:i, s:i, s:b}", "hold", (int)p->units, "of", (int)p->of, "alone", p->alone));
    cli_table_text(out, p->names);
    return rc;
}

static tq_status list(struct work *w, struct tq_error *err)
{
    struct cli_table out;
    struct tq_buf text;
    tq_status rc = TQ_OK;

    tq_buf_init(&text, 0);
    cli_table_init(&out, w->cli, COLUMNS, sizeof(COLUMNS) / sizeof(COLUMNS[0]));
    for (size_t i = 0; rc == TQ_OK && i < w->n; i++)
        rc = put_one(w, &out, &w->list[i], &text, err);
    if (rc == TQ_OK && !tq_buf_is_ok(&text))
        rc = tq_error_set(err, TQ_NOMEM, "proposals");
    if (rc == TQ_OK)
        rc = cli_table_print_blocks(&out, "proposals", err);
    if (rc == TQ_OK && w->n == 0)
        cli_print(w->cli, "%s",
                cli_say(w->cli, "Không có đề xuất nào đang chờ.", "No proposals wait."));
    if (rc == TQ_OK && w->n > 0)
        cli_print(w->cli, "%s",
                cli_say(w->cli,
                        "Đây là điều huyện đã ghi và đã mất khi khôi phục. Đúng thì: "
                        "tuquan-district proposals confirm MÃ...; sai thì: proposals refuse MÃ...",
                        "The district wrote this and lost it when it was restored. If right: "
                        "tuquan-district proposals confirm ID...; if wrong: proposals refuse "
                        "ID..."));
    cli_table_deinit(&out);
    tq_buf_deinit(&text);
    return rc;
}

/* ---- choosing ---- */

static tq_status choose_id(struct work *w, const char *text, struct tq_error *err)
{
    char *end = NULL;
    unsigned long long id = strtoull(text, &end, 10);

    if (end == text || *end != '\0')
        return cli_wrong_word(w->cli, text, err);
    for (size_t i = 0; i < w->n; i++) {
        if (w->list[i].id != id)
            continue;
        w->chosen[i] = true;
        return TQ_OK;
    }
    return tq_error_set(err, TQ_NOT_FOUND, "%s %s", tq_phrase(TQ_PHRASE_PROPOSAL), text);
}

/* One value of a row can become true. */
static tq_status check_chosen(const struct work *w, struct tq_error *err)
{
    for (size_t i = 1; i < w->n; i++)
        if (w->chosen[i] && w->chosen[i - 1] && w->list[i].table == w->list[i - 1].table &&
                tq_slice_equal(w->list[i].key, w->list[i - 1].key))
            return tq_error_set(err, TQ_INVALID, "%" PRIu64 ", %" PRIu64 ": %s", w->list[i - 1].id,
                    w->list[i].id,
                    cli_say(w->cli, "hai giá trị của cùng một dòng", "two values of one row"));
    return TQ_OK;
}

/* What N communes have, where nobody has another value: that a person must look at. */
static void choose_all(struct work *w, int64_t least)
{
    size_t left = 0;

    for (size_t i = 0; i < w->n; i++) {
        bool enough = w->list[i].units >= least;

        w->chosen[i] = enough && w->list[i].alone;
        left += enough && !w->list[i].alone;
    }
    if (left > 0)
        cli_warn(w->cli,
                CLI_SAY(w->cli, "%zu đề xuất có nhiều giá trị khác nhau: chọn từng mã",
                        "%zu proposals have several values: choose by ID"),
                left);
}

static tq_status choose(struct work *w, bool confirming, struct tq_error *err)
{
    int64_t least = 0;
    tq_status rc = cli_option_number(w->cli, "all-with", 1, 1000, 0, &least, err);

    if (rc == TQ_OK && (least > 0) == (w->cli->nargs > 1))
        return cli_wrong_word(w->cli, NULL, err);
    if (rc == TQ_OK && least > 0)
        choose_all(w, least);
    for (size_t i = 1; rc == TQ_OK && i < w->cli->nargs; i++)
        rc = choose_id(w, w->cli->args[i], err);
    return rc == TQ_OK && confirming && least == 0 ? check_chosen(w, err) : rc;
}

/* ---- deciding ---- */

/* One row, as the communes have it, as ordinary changes of the district. */
static tq_status write_one(struct work *w, const struct tq_proposal *p, struct tq_error *err)
{
    struct tq_value key[TQ_MAX_KEY_COLUMNS];
    struct tq_value values[TQ_MAX_COLUMNS];
    bool given[TQ_MAX_COLUMNS] = { false };
    struct edit_list edits;
    tq_status rc;

    if (!tq_key_decode(p->table, p->key, key))
        return tq_error_set(err, TQ_CORRUPT, "proposal %" PRIu64, p->id);
    for (size_t i = 0; i < p->table->ncolumns; i++)
        values[i] = p->table->columns[i].fallback;
    for (uint32_t i = 0; i < p->cells.n; i++) {
        int at = tq_table_column(p->table, p->cells.columns[i]);

        if (at < 0)
            continue;
        values[at] = p->cells.values[i];
        given[at] = true;
    }
    for (uint32_t i = 0; i < p->table->nkey; i++) {
        values[p->table->key[i]] = key[i];
        given[p->table->key[i]] = true;
    }
    edit_init(&edits, w->app->arena);
    rc = edit_row(&edits, w->app, p->table, values, given, err);
    return rc == TQ_OK && edits.count > 0 ? app_merge(w->app, edits.changes, edits.count, 0, err)
                                          : rc;
}

static tq_status note_confirmed(struct work *w, const struct tq_proposal *p, struct tq_error *err)
{
    const char *author = app_author(w->app);
    char about[40];
    char detail[64];

    snprintf(about, sizeof(about), "proposal %" PRIu64, p->id);
    snprintf(
            detail, sizeof(detail), "%s: %" PRIu32 " of %" PRIu32, p->table->name, p->units, p->of);
    return tq_devices_audit(w->app->store, app_now_ms(), tq_slice_str(author),
            tq_slice_str("proposal_confirmed"), tq_slice_str(about), tq_slice_str(detail), err);
}

/* Parents first; what the rules refuse stays, with its reason, and hinders no other. */
static tq_status confirm(struct work *w, struct tq_error *err)
{
    size_t written = 0;
    size_t done = 0;
    size_t failed = 0;
    size_t back = 0;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < w->n; i++) {
        if (!w->chosen[i])
            continue;
        rc = write_one(w, &w->list[i], err);
        if (rc == TQ_RULE || rc == TQ_IMMUTABLE || rc == TQ_STALE) {
            cli_warn(w->cli, "%" PRIu64 ": %s: %s", w->list[i].id,
                    cli_say(w->cli, "chưa ghi được", "not written"), err->msg);
            tq_error_clear(err);
            failed++;
            rc = TQ_OK;
            continue;
        }
        written += rc == TQ_OK;
        if (rc == TQ_OK)
            rc = note_confirmed(w, &w->list[i], err);
        done += rc == TQ_OK;
    }
    if (rc == TQ_OK)
        rc = signed_take(w->app, w->app->merger, &back, err);
    if (rc != TQ_OK && written > 0)
        tq_error_wrap(err, "%s: %zu", cli_say(w->cli, "đã ghi lại", "written"), written);
    if (rc != TQ_OK)
        return rc;
    cli_json_set(w->cli, "confirmed", json_integer((json_int_t)done));
    cli_json_set(w->cli, "failed", json_integer((json_int_t)failed));
    cli_json_set(w->cli, "publications", json_integer((json_int_t)back));
    cli_print(w->cli, "%s: %zu", cli_say(w->cli, "Đã xác nhận và ghi lại", "Confirmed"), done);
    if (back > 0)
        cli_print(w->cli, "%s: %zu",
                cli_say(w->cli, "Bảng xếp hạng có chữ ký của huyện, đã nhận lại",
                        "Publications with the district's signature, taken back"),
                back);
    if (failed > 0)
        w->cli->exit_code = tq_status_exit_code(TQ_NEEDS_PERSON);
    return TQ_OK;
}

static tq_status refuse(struct work *w, struct tq_error *err)
{
    const char *author = app_author(w->app);
    size_t done = 0;
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < w->n; i++) {
        if (!w->chosen[i])
            continue;
        rc = tq_proposals_refuse(
                w->app->store, w->list[i].id, tq_slice_str(author), app_now_ms(), err);
        done += rc == TQ_OK;
    }
    if (rc != TQ_OK)
        return rc;
    cli_json_set(w->cli, "refused", json_integer((json_int_t)done));
    cli_print(w->cli, "%s: %zu",
            cli_say(w->cli, "Đã bác; các xã bỏ dòng này ở lần đồng bộ tới",
                    "Refused; the communes drop these rows at their next sync"),
            done);
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app *app = cli->app;
    struct work w = { .app = app, .cli = cli };
    const char *verb = cli->nargs > 0 ? cli->args[0] : "list";
    bool confirming = strcmp(verb, "confirm") == 0;
    bool refusing = strcmp(verb, "refuse") == 0;
    bool listing = strcmp(verb, "list") == 0;
    tq_status rc;

    if (!confirming && !refusing && (!listing || cli->nargs > 1))
        return cli_wrong_word(cli, verb, err);
    rc = app_open(app, cli, !listing, err);
    if (rc == TQ_OK)
        rc = load(&w, err);
    if (rc == TQ_OK && listing)
        rc = list(&w, err);
    if (rc == TQ_OK && !listing)
        rc = choose(&w, confirming, err);
    if (rc == TQ_OK && !listing)
        rc = confirming ? confirm(&w, err) : refuse(&w, err);
    app_close(app);
    return rc;
}

const struct cli_command CMD_PROPOSALS = {
    .name = "proposals",
    .usage = "[list | confirm ID...|--all-with=N | refuse ID...|--all-with=N]",
    .summary = { "điều huyện đã ghi và đã mất, các xã còn giữ: xem, xác nhận, bác",
            "what the district wrote and lost, and communes hold: see, confirm, refuse" },
    .details = { "Bảng xếp hạng có chữ ký của huyện tự trở lại, không cần xác nhận.\n"
                 "Mã kết thúc 5: có dòng chưa ghi được.",
            "Publications with the district's signature come back by themselves.\n"
            "Exit code 5: some were not written." },
    .options = OPTIONS,
    .max_args = SIZE_MAX,
    .run = run,
};

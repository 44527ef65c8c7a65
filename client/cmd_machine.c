/* cmd_machine.c - machine: which machine this is, whom it serves, where it syncs, its copies. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "copies.h"
#include "member/network.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"
#include "tuquan/version.h"

static void put_text(
        struct cli *cli, const char *key, const char *vi, const char *en, struct tq_slice text)
{
    cli_json_set(
            cli, key, text.len > 0 ? json_stringn((const char *)text.data, text.len) : json_null());
    if (text.len > 0)
        cli_print(cli, "%s: %.*s", cli_say(cli, vi, en), (int)text.len, (const char *)text.data);
}

static void put_keys(struct cli *cli)
{
    char path[APP_PATH_BYTES];
    const char *state = "missing";

    if (tq_file_join(path, sizeof(path), cli->dir, APP_KEYS, NULL) == TQ_OK && tq_file_exists(path))
        state = tq_file_is_private(path) ? "fine" : "open_to_others";
    cli_json_set(cli, "keys", json_string(state));
}

static void put_link(struct cli *cli)
{
    struct district_link link;
    tq_status rc;

    memset(&link, 0, sizeof(link));
    rc = network_load_link(cli->dir, &link, NULL);
    put_text(cli, "server", "Máy chủ huyện", "District's server",
            tq_slice_str(rc == TQ_OK ? link.sync_address : ""));
    put_text(cli, "machine", "Tên máy", "Machine", tq_slice_str(rc == TQ_OK ? link.machine : ""));
    tq_wipe(&link, sizeof(link));
}

/* As `backup` left them. */
static void put_backup(struct cli *cli)
{
    json_t *copies = copies_list(cli->dir);
    json_t *last = json_array_get(copies, 0);
    const char *file = json_string_value(json_object_get(last, "file"));
    char when[40];

    if (json_is_object(last))
        cli_print(cli, "%s: %s (%s)", cli_say(cli, "Sao lưu lần cuối", "Last copy"),
                cli_show_instant(
                        cli, json_integer_value(json_object_get(last, "at")), when, sizeof(when)),
                file != NULL ? file : "");
    cli_json_set(cli, "last_backup", last != NULL ? json_copy(last) : json_null());
    cli_json_set(cli, "copies", copies);
}

static tq_status put_facts(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    struct tq_office_facts facts;
    struct tq_fault_line *faults;
    json_t *list = json_array();
    size_t n = 0;
    tq_status rc = tq_office_facts_read(app->db, app->arena, &facts, err);

    if (rc == TQ_OK)
        rc = tq_office_faults(app->db, 20, app->arena, &faults, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        json_t *one = json_object();

        json_object_set_new(one, "at", json_integer(faults[i].at_ms));
        json_object_set_new(
                one, "text", json_stringn((const char *)faults[i].text.data, faults[i].text.len));
        json_array_append_new(list, one);
    }
    cli_json_set(cli, "faults", list);
    if (rc != TQ_OK)
        return rc;
    put_text(cli, "unit", "Đơn vị", "Unit", facts.unit);
    put_text(cli, "unit_name", "Tên", "Name", facts.unit_name);
    put_text(cli, "district_name", "Huyện", "District", facts.district_name);
    put_text(cli, "letter", "Chữ trong số hiệu", "Letter in labels", facts.letter);
    cli_json_set(cli, "joined", json_boolean(facts.joined));
    cli_json_set(cli, "device", json_integer(facts.device));
    cli_json_set(cli, "incarnation", json_integer(facts.incarnation));
    cli_json_set(cli, "changes_not_backed_up", json_integer(facts.changes_not_backed_up));
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = put_facts(&app, err);
    if (rc == TQ_OK) {
        put_text(cli, "version", "Phiên bản", "Version", tq_slice_str(tq_version()));
        put_text(cli, "file", "Tệp dữ liệu", "Data file", tq_slice_str(tq_db_path(app.db)));
        put_keys(cli);
        put_link(cli);
        put_backup(cli);
    }
    app_close(&app);
    return rc;
}

const struct cli_command CMD_MACHINE = {
    .name = "machine",
    .summary = { "máy này: của đơn vị nào, nối với huyện nào, phiên bản, khóa",
            "this machine: of which unit, joined to which district, version, keys" },
    .run = run,
};

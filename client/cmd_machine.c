/* cmd_machine.c - machine: which machine this is, whom it serves, where it syncs, its copies. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "copies.h"
#include "machine_words.h"
#include "member/network.h"
#include "tuquan/file.h"
#include "tuquan/office_view.h"
#include "tuquan/process.h"
#include "tuquan/version.h"

static const struct cli_option OPTIONS[] = {
    { "name", 0, "TÊN",
            { "đổi tên máy: theo chỗ để máy, không theo tên người",
                    "rename it: by its place, not by a person" } },
    { "was", 0, "TÊN", { "tên đang thấy; đã khác thì dừng", "the name that you see" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

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

static tq_status put_link(struct app *app, struct tq_error *err)
{
    struct network net;
    tq_status rc;

    memset(&net, 0, sizeof(net));
    app_lead(app, &net);
    rc = network_load_link(app->cli->dir, &net.link, NULL);
    put_text(app->cli, "server", "Máy chủ huyện", "District's server",
            tq_slice_str(rc == TQ_OK ? network_sync_address(&net) : ""));
    put_text(app->cli, "machine", "Tên máy", "Machine",
            tq_slice_str(rc == TQ_OK ? net.link.machine : ""));
    tq_wipe(&net, sizeof(net));
    return rc == TQ_NOMEM ? tq_error_set(err, rc, "machine") : TQ_OK; /* else: not joined */
}

/* As `backup` left them. */
static tq_status put_backup(struct cli *cli, struct tq_error *err)
{
    json_t *copies;
    tq_status rc = copies_list(cli->dir, &copies, err);
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
    return rc;
}

/* The others of this office, as the district told last. */
static tq_status put_others(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    json_t *list = json_array();
    struct machine_names names;
    tq_status rc = machine_names_read(app, &names, err);

    for (size_t i = 0; rc == TQ_OK && i < names.count; i++) {
        const struct tq_machine *machine = &names.others[i];
        json_t *one = json_object();
        struct tq_buf text;
        char when[40];

        tq_buf_init(&text, 0);
        machine_names_append(&names, machine->device, &text);
        if (!tq_buf_is_ok(&text))
            rc = tq_error_set(err, TQ_NOMEM, "machine");
        else
            cli_print(cli, "%s: %.*s, %s %s", cli_say(cli, "Máy khác", "Other machine"),
                    (int)text.len, (const char *)text.data, cli_say(cli, "thêm", "joined"),
                    cli_show_instant(cli, machine->since_ms, when, sizeof(when)));
        json_object_set_new(one, "device", json_integer(machine->device));
        json_object_set_new(one, "name", json_stringn((const char *)text.data, text.len));
        json_object_set_new(one, "since", json_integer(machine->since_ms));
        json_array_append_new(list, one);
        tq_buf_deinit(&text);
    }
    cli_json_set(cli, "others", list);
    return rc;
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

/* Somebody else renamed it meanwhile: told with the name that it has now. */
static tq_status is_named(struct cli *cli, const char *was, struct tq_error *err)
{
    struct district_link link;
    tq_status rc = TQ_OK;

    memset(&link, 0, sizeof(link));
    if (was != NULL)
        rc = network_load_link(cli->dir, &link, err);
    if (rc == TQ_OK && was != NULL && strcmp(link.machine, was) != 0) {
        cli_json_set(cli, "machine", json_string(link.machine));
        rc = tq_error_set(err, TQ_STALE, "%s \"%s\"",
                cli_say(cli, "tên máy nay là", "the machine's name is now"), link.machine);
    }
    tq_wipe(&link, sizeof(link));
    return rc;
}

/* Others are shown it from the next sync on. */
static tq_status rename_it(struct cli *cli, const char *name, struct tq_error *err)
{
    tq_status rc =
            app_lint_name(cli, "name", cli_say(cli, "Tên máy", "The machine's name"), name, err);

    if (rc == TQ_OK)
        rc = is_named(cli, cli_option(cli, "was"), err);
    if (rc == TQ_OK)
        rc = network_rename(cli->dir, name, err);
    cli->done = rc == TQ_OK;
    if (rc == TQ_OK)
        cli_print(cli, "%s\n",
                cli_say(cli, "Đã đổi tên máy. Huyện và các máy khác biết từ lần đồng bộ tới.",
                        "Renamed. The district and the other machines know from the next sync."));
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    const char *name = cli_option(cli, "name");
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK && name != NULL)
        rc = rename_it(cli, name, err);
    if (rc == TQ_OK)
        rc = put_facts(&app, err);
    if (rc == TQ_OK) {
        put_text(cli, "version", "Phiên bản", "Version", tq_slice_str(tq_version()));
        cli_json_set(cli, "catalogue", json_integer(app.catalogue->version));
        cli_print(cli, "%s: %u", cli_say(cli, "Danh mục bảng", "Catalogue"),
                (unsigned)app.catalogue->version);
        put_text(cli, "file", "Tệp dữ liệu", "Data file", tq_slice_str(tq_db_path(app.db)));
        put_keys(cli);
        rc = put_link(&app, err);
        if (rc == TQ_OK)
            rc = put_others(&app, err);
        if (rc == TQ_OK)
            rc = put_backup(cli, err);
    }
    app_close(&app);
    return rc;
}

const struct cli_command CMD_MACHINE = {
    .name = "machine",
    .summary = { "máy này: của đơn vị nào, nối với huyện nào, phiên bản, khóa",
            "this machine: of which unit, joined to which district, version, keys" },
    .options = OPTIONS,
    .run = run,
};

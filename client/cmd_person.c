/* cmd_person.c - person: who works at this machine, for the page; each with a PIN. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "person.h"
#include "tuquan/file.h"
#include "tuquan/process.h"
#include "tuquan/terminal.h"

static tq_status print_list(struct cli *cli, struct tq_error *err)
{
    struct person_list list;
    json_t *names = json_array();
    tq_status rc = person_load(cli->dir, &list, err);

    for (size_t i = 0; rc == TQ_OK && i < list.n; i++) {
        json_t *one = json_object();

        json_object_set_new(one, "name", json_string(list.list[i].name));
        json_array_append_new(names, one);
        cli_print(cli, "%s", list.list[i].name);
    }
    if (rc == TQ_OK && list.n == 0)
        cli_print(cli, "%s",
                cli_say(cli, "Chưa có ai: người ghi là chức vụ trong tuquan.ini.",
                        "Nobody yet: the author is the one of tuquan.ini."));
    cli_json_set(cli, "persons", names);
    return rc;
}

/* The PIN comes from standard input: what stands in a command line, others can read. */
static tq_status add(struct cli *cli, struct tq_error *err)
{
    char pin[PERSON_PIN_MOST + 2] = "";
    tq_status rc;

    if (!tq_terminal_read_secret(cli_say(cli, "Mã PIN: ", "PIN: "), pin, sizeof(pin)))
        return tq_error_set(err, TQ_INVALID, "PIN %u..%u", PERSON_PIN_LEAST, PERSON_PIN_MOST);
    rc = person_add(cli->dir, cli->args[1], pin, err);
    tq_wipe(pin, sizeof(pin));
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    tq_status rc;

    if (cli->nargs != 0 && cli->nargs != 2)
        return cli_wrong_word(cli, cli->nargs == 1 ? NULL : cli->args[2], err);
    if (!tq_file_is_dir(cli->dir))
        return tq_error_set(err, TQ_NOT_FOUND, "%s (--dir)", cli->dir);
    if (cli->nargs == 0)
        return print_list(cli, err);
    if (strcmp(cli->args[0], "add") == 0)
        rc = add(cli, err);
    else if (strcmp(cli->args[0], "remove") == 0)
        rc = person_remove(cli->dir, cli->args[1], err);
    else
        return cli_wrong_word(cli, cli->args[0], err);
    if (rc == TQ_OK)
        cli_print(cli, "%s", cli_say(cli, "Xong.", "Done."));
    return rc;
}

const struct cli_command CMD_PERSON = {
    .name = "person",
    .usage = "[add TÊN | remove TÊN]",
    .summary = { "ai làm việc trên máy này: chức vụ hoặc tên khi làm việc, kèm mã PIN",
            "who works at this machine: posts or names in office, each with a PIN" },
    .details = { "Đã có ai trong danh sách thì trang chỉ cho ghi sau khi nhập mã PIN; người ghi là "
                 "người ấy.\nMã PIN đọc từ bàn phím (hoặc từ đầu vào chuẩn), không viết vào lệnh.",
            "Once there is anybody, the page lets write only who has entered a PIN, and the author "
            "is that\nperson. The PIN is read from the keyboard (or standard input)." },
    .max_args = 2,
    .run = run,
};

/* cmd_open.c - open: the office's page in the browser. */
#include <string.h>

#include "app.h"
#include "commands.h"
#include "page.h"
#include "tuquan/file.h"
#include "tuquan/process.h"

#define LINK_BYTES 512u

static const struct cli_option OPTIONS[] = {
    { "print", 0, NULL, { "chỉ in đường dẫn", "print the link only" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

/* The link that the running page left, without its line end. */
static tq_status read_link(const struct cli *cli, char link[LINK_BYTES], struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_buf text;
    tq_status rc = tq_file_join(path, sizeof(path), cli->dir, PAGE_URL, err);

    tq_buf_init(&text, LINK_BYTES - 1);
    if (rc == TQ_OK && !tq_file_exists(path))
        rc = tq_error_set(err, TQ_NOT_FOUND, "%s (%s)", path,
                cli_say(cli, "`tuquan-commune run` chưa chạy",
                        "`tuquan-commune run` does not run"));
    if (rc == TQ_OK)
        rc = tq_file_read(path, LINK_BYTES - 1, &text, err);
    if (rc == TQ_OK) {
        while (text.len > 0 && text.data[text.len - 1] == '\n')
            text.len--;
        memcpy(link, text.data, text.len);
        link[text.len] = '\0';
    }
    tq_buf_deinit(&text);
    return rc;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    char link[LINK_BYTES];
    tq_status rc = read_link(cli, link, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "url", json_string(link));
    if (cli_option(cli, "print") != NULL || cli->json) {
        cli_print(cli, "%s", link);
    } else if (tq_process_open_link(link, NULL) != TQ_OK) {
        cli_print(cli, "%s: %s",
                cli_say(cli, "Mở đường dẫn này trong trình duyệt (dùng được một lần)",
                        "Open this link in a browser (good for once)"),
                link);
    }
    tq_wipe(link, sizeof(link));
    return TQ_OK;
}

const struct cli_command CMD_OPEN = {
    .name = "open",
    .summary = { "mở trang của xã trong trình duyệt (khi `run` đang chạy)",
            "open the office's page in the browser (while `run` is running)" },
    .options = OPTIONS,
    .run = run,
};

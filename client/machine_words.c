#include "machine_words.h"

#include <inttypes.h>
#include <string.h>

#include "tuquan/change.h"

tq_status machine_names_read(struct app *app, struct machine_names *out, struct tq_error *err)
{
    memset(out, 0, sizeof(*out));
    out->cli = app->cli;
    return tq_office_machines(app->db, app->arena, &out->own, &out->others, &out->count, err);
}

void machine_names_append_own(const struct machine_names *names, struct tq_buf *out)
{
    tq_buf_append_str(out, cli_say(names->cli, "máy này", "this machine"));
}

void machine_names_append(const struct machine_names *names, int64_t device, struct tq_buf *out)
{
    const struct cli *cli = names->cli;
    const struct tq_machine *one = NULL;

    for (size_t i = 0; i < names->count; i++)
        if (names->others[i].device == device)
            one = &names->others[i];
    if (device == TQ_DEVICE_DISTRICT) {
        tq_buf_append_str(out, cli_say(cli, "huyện", "district"));
    } else if (device == names->own) {
        machine_names_append_own(names, out);
    } else if (one == NULL) {
        tq_buf_printf(out,
                CLI_SAY(cli, "máy khác (số %" PRId64 ")", "another machine (%" PRId64 ")"), device);
    } else {
        tq_buf_printf(out, "%s %.*s", cli_say(cli, "máy", "machine"), (int)one->letter.len,
                (const char *)one->letter.data);
        if (one->name.len > 0 && !tq_slice_equal(one->name, tq_slice_str(MACHINE_UNNAMED)))
            tq_buf_printf(out, " (%.*s)", (int)one->name.len, (const char *)one->name.data);
    }
}

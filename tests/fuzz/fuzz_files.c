/* fuzz_files.c - Any bytes into the readers of the small files beside the data; the first byte says
 * which: the keys, the list of revoked keys, district.ini, the height, the link to the district. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"
#include "fuzz.h"
#include "member/network.h"
#include "revocation_list.h"
#include "store/district_internal.h"
#include "tmp.h"
#include "tuquan/file.h"
#include "tuquan/identity.h"

static char folder[64];

static void leave(void)
{
    tmp_remove(folder);
}

/* The input as a file of its owner alone, in a folder that is made once; its path. */
static const char *lay(const char *name, const uint8_t *data, size_t size)
{
    static char path[128];
    int file;

    if (folder[0] == '\0') {
        tmp_make(folder, sizeof(folder));
        atexit(leave);
    }
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        fuzz_fail("cannot write", path);
    close(file);
    return path;
}

/* What is taken must be the very file that such keys are saved as. */
static void keys(const uint8_t *data, size_t size)
{
    struct tq_keys keys;
    struct tq_error err;
    struct tq_buf back;
    char path[160];

    if (tq_keys_load(lay("keys", data, size), &keys, &err) != TQ_OK)
        return;
    snprintf(path, sizeof(path), "%s/saved", folder);
    (void)unlink(path);
    tq_buf_init(&back, 0);
    if (tq_keys_save(path, &keys, &err) != TQ_OK || tq_file_read(path, 4096, &back, &err) != TQ_OK)
        fuzz_fail("loaded keys are not saved", err.msg);
    if (!tq_slice_equal(tq_buf_slice(&back), tq_slice_of(data, size)))
        fuzz_fail("loaded keys are saved otherwise", "");
    tq_buf_deinit(&back);
}

static void revocations(const uint8_t *data, size_t size)
{
    struct tq_arena *arena = tq_arena_new((size_t)16 << 20);
    struct tq_revocation *list;
    struct tq_revocation *again;
    struct tq_error err;
    struct tq_buf text;
    size_t count;
    size_t same;

    tq_buf_init(&text, 0);
    if (revocation_list_read(tq_slice_of(data, size), arena, &list, &count, &err) != TQ_OK)
        fuzz_fail("a list is no reason to fail", err.msg);
    revocation_list_write(&text, list, count);
    if (revocation_list_read(tq_buf_slice(&text), arena, &again, &same, &err) != TQ_OK ||
            same != count)
        fuzz_fail("own list is read otherwise", "");
    for (size_t i = 0; i < count; i++)
        if (again[i].device != list[i].device || again[i].revoked_at_ms != list[i].revoked_at_ms ||
                memcmp(again[i].curve_key, list[i].curve_key, TQ_CURVE_KEY_BYTES) != 0)
            fuzz_fail("a revocation differs after writing", "");
    tq_buf_deinit(&text);
    tq_arena_free(arena);
}

static void config(const uint8_t *data, size_t size)
{
    static const struct cli_setting SETTINGS[] = {
        { "address", CLI_SETTING_TEXT, 0, 0, "tcp://*:1", { "a", "a" } },
        { "sessions", CLI_SETTING_NUMBER, 1, 1000, "7", { "b", "b" } },
        { NULL, CLI_SETTING_TEXT, 0, 0, NULL, { NULL, NULL } },
    };
    struct cli_config *config;
    struct tq_error err = { 0 };
    int64_t sessions;

    if (cli_config_load(&config, lay("ini", data, size), SETTINGS, &err) != TQ_OK) {
        if (err.status == TQ_OK || err.msg[0] == '\0')
            fuzz_fail("refused without a word", "");
        return;
    }
    sessions = cli_config_number(config, "sessions");
    if (sessions < 1 || sessions > 1000 || cli_config_text(config, "address") == NULL)
        fuzz_fail("a setting beyond its bounds", "");
    cli_config_free(config);
}

static void height(const uint8_t *data, size_t size)
{
    uint64_t epoch = district_height_parse(tq_slice_of(data, size));

    if (epoch + 2 >= UINT64_C(1) << (63 - TQ_SEQUENCE_EPOCH_SHIFT))
        fuzz_fail("an epoch without room for sequences", "");
}

/* A link that was taken is taken again as it was written. */
static void link_file(const uint8_t *data, size_t size)
{
    struct district_link link;
    struct district_link back;
    struct tq_error err;

    lay(NETWORK_LINK, data, size);
    if (network_load_link(folder, &link, &err) != TQ_OK)
        return;
    if (network_save_link(folder, &link, &err) != TQ_OK)
        fuzz_fail("a loaded link is not saved", err.msg);
    if (network_load_link(folder, &back, &err) != TQ_OK)
        fuzz_fail("own link is refused", err.msg);
    if (link.device != back.device || strcmp(link.sync_address, back.sync_address) != 0 ||
            memcmp(link.curve_key, back.curve_key, sizeof(link.curve_key)) != 0 ||
            memcmp(link.sign_key, back.sign_key, sizeof(link.sign_key)) != 0 ||
            memcmp(link.district, back.district, sizeof(link.district)) != 0)
        fuzz_fail("a link differs after writing", "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const READERS[])(
            const uint8_t *, size_t) = { keys, revocations, config, height, link_file };

    if (size > 0)
        READERS[data[0] % (sizeof(READERS) / sizeof(READERS[0]))](data + 1, size - 1);
    return 0;
}

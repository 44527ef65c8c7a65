/* fuzz_bundle.c - Any bytes as a bundle's file (first byte even), or as what is sealed in one (odd): a
 * member signs and seals what he likes. */
#include <string.h>

#include "fuzz.h"
#include "tuquan/bundle.h"
#include "tuquan/codec.h"

#define ARENA ((size_t)64 << 20)

static void whole(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_bundle bundle;
    struct tq_error err;

    if (tq_bundle_read(in, arena, &bundle, &err) == TQ_OK && bundle.sealed.len > in.len)
        fuzz_fail("more is sealed than there is", "");
}

static void inside(struct tq_slice in)
{
    struct tq_bundle bundle;
    struct tq_keys keys;
    struct tq_error err;
    struct tq_buf sealed;
    struct tq_buf out;

    if (in.len < 2 || tq_keys_generate(&keys, &err) != TQ_OK)
        return;
    memset(&bundle, 0, sizeof(bundle));
    tq_buf_init(&sealed, 0);
    tq_buf_init(&out, 0);
    bundle.kind = in.data[0] % 2 == 0 ? TQ_BUNDLE_OFFICE : TQ_BUNDLE_ANSWER;
    bundle.messages = in.data[1];
    if (tq_seal_to(keys.curve_public, tq_slice_of(in.data + 2, in.len - 2), &sealed, &err) ==
            TQ_OK) {
        bundle.sealed = tq_buf_slice(&sealed);
        if (tq_bundle_unseal(&bundle, &keys, &out, &err) == TQ_OK) {
            struct tq_slice rest = tq_buf_slice(&out);
            struct tq_slice one;
            uint32_t n = 0;

            while (tq_bundle_next(&rest, &one))
                n++;
            if (n != bundle.messages || rest.len != 0)
                fuzz_fail("another number of messages than it says", "");
        }
    }
    tq_buf_deinit(&out);
    tq_buf_deinit(&sealed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tq_arena *arena = tq_arena_new(ARENA);
    struct tq_error err;

    if (size > 0 && arena != NULL && tq_identity_init(&err) == TQ_OK) {
        if (data[0] % 2 == 0)
            whole(tq_slice_of(data + 1, size - 1), arena);
        else
            inside(tq_slice_of(data + 1, size - 1));
    }
    tq_arena_free(arena);
    return 0;
}

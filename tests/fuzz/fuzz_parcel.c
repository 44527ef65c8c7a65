/* fuzz_parcel.c - Any bytes as a parcel's file (first byte % 4 == 0), as what is compressed in one
 * (1), as what claims to be so (2), and as an answer that the viewer saved (3): a neighbour signs and
 * writes what it likes. */
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "parcel_reply.h"
#include "tuquan/catalogue.h"
#include "tuquan/parcel.h"

#define ARENA ((size_t)192 << 20)
#define PACKED ((size_t)1 << 20)

static void look(const struct tq_parcel *parcel, struct tq_arena *arena)
{
    struct tq_parcel_body body;
    struct tq_rows rows;
    struct tq_error err;

    if (tq_parcel_open(parcel, NULL, arena, &body, &err) != TQ_OK)
        return;
    if (body.join.len > 0 && body.guest.len != TQ_CURVE_KEY_BYTES)
        fuzz_fail("a JOIN without its guest's key", "");
    for (size_t i = 0; i < body.nview; i++)
        if (tq_parcel_view_take(body.view[i], arena, &rows, &err) == TQ_OK && rows.nrows > 0 &&
                rows.rows == NULL)
            fuzz_fail("rows that are not there", "");
}

static void whole(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_parcel parcel;
    struct tq_error err;

    if (tq_parcel_read(in, arena, &parcel, &err) != TQ_OK)
        return;
    if (parcel.content.len > in.len)
        fuzz_fail("more is in it than there is", "");
    look(&parcel, arena);
}

static void inside(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_parcel parcel = { .readable = true, .plain_bytes = in.len };
    uint8_t *packed = tq_arena_alloc(arena, PACKED);
    uLongf len = PACKED;

    if (packed == NULL || compress(packed, &len, in.data, (uLong)in.len) != Z_OK)
        return;
    parcel.content = tq_slice_of(packed, len);
    look(&parcel, arena);
}

static void reply(struct tq_slice in, struct tq_arena *arena)
{
    struct parcel_reply read;
    struct tq_error err;

    if (parcel_reply_read(in, arena, &read, &err) != TQ_OK)
        return;
    if (!parcel_reply_is(in) && in.len > 0 && in.data[0] > ' ')
        fuzz_fail("an answer that does not look like one", "");
    for (size_t i = 0; i < read.count; i++)
        if (read.answers[i].answer.len == 0 || !tq_date_is_valid(read.answers[i].answered_on))
            fuzz_fail("an answer without its day or text", "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tq_arena *arena = tq_arena_new(ARENA);
    struct tq_error err;

    if (size > 2 && arena != NULL && tq_identity_init(&err) == TQ_OK) {
        struct tq_slice in = tq_slice_of(data + 1, size - 1);
        struct tq_parcel claims = { .readable = true,
            .plain_bytes = (uint64_t)data[1] << 8 | data[2],
            .content = tq_slice_of(data + 2, size - 2) };

        if (data[0] % 4 == 0)
            whole(in, arena);
        else if (data[0] % 4 == 1)
            inside(in, arena);
        else if (data[0] % 4 == 2)
            look(&claims, arena);
        else
            reply(in, arena);
    }
    tq_arena_free(arena);
    return 0;
}

/* fuzz_small.c - Any bytes into the small readers; the first byte says which: receipt, certificate,
 * bundle of new group keys, sealed broadcast, one's own sealed bytes, CSV, one value, a key of each
 * table, a period, a date, a zstd frame with the size that the next four bytes say. */
#include <string.h>

#include "fuzz.h"
#include "tuquan/calendar.h"
#include "tuquan/catalogue.h"
#include "tuquan/codec.h"
#include "tuquan/csv.h"
#include "tuquan/identity.h"
#include "tuquan/meta.h"
#include "tuquan/sheet.h"
#include "tuquan/quoted.h"
#include "wire/frame.h"

#define ARENA ((size_t)64 << 20)

static void receipt(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_receipt receipt;
    struct tq_receipt back;
    struct tq_error err;
    struct tq_buf bytes;

    tq_buf_init(&bytes, 0);
    if (tq_receipt_decode(in, arena, &receipt, &err) == TQ_OK) {
        if (tq_receipt_encode(&receipt, true, &bytes, &err) != TQ_OK)
            fuzz_fail("accepted receipt does not encode", err.msg);
        if (tq_receipt_decode(tq_buf_slice(&bytes), arena, &back, &err) != TQ_OK)
            fuzz_fail("own receipt is refused", err.msg);
        if (back.seq != receipt.seq || back.nexceptions != receipt.nexceptions)
            fuzz_fail("receipt differs after encoding", "");
    }
    tq_buf_deinit(&bytes);
}

static void certificate(struct tq_slice in, struct tq_arena *arena)
{
    static const uint8_t KEY[TQ_SIGN_KEY_BYTES] = { 1 };
    struct tq_certificate certificate;
    struct tq_error err;

    if (tq_certificate_decode(in, arena, &certificate, &err) == TQ_OK &&
            tq_certificate_verify(&certificate, KEY, &err) == TQ_OK)
        fuzz_fail("a forged certificate verifies", "");
}

static void sealed(struct tq_slice in, int which)
{
    uint8_t id[TQ_GROUP_KEY_ID_BYTES] = { 0 };
    uint8_t key[TQ_GROUP_KEY_BYTES] = { 0 };
    struct tq_keys keys;
    struct tq_error err;
    struct tq_buf plain;

    memset(&keys, 1, sizeof(keys));
    tq_buf_init(&plain, 1 << 20);
    if (which == 0 && tq_rekey_is(in) &&
            tq_rekey_take(in, 1, &keys, keys.sign_public, id, key, &err) == TQ_OK)
        fuzz_fail("a forged group key is taken", "");
    if (which == 1 && tq_open(id, key, in, &plain, &err) == TQ_OK)
        fuzz_fail("a forged broadcast opens", "");
    if (which == 2 && tq_open_own(&keys, in, &plain, &err) == TQ_OK)
        fuzz_fail("forged bytes open", "");
    tq_buf_deinit(&plain);
}

static void csv(struct tq_slice in)
{
    struct tq_csv reader;
    struct tq_csv_row row;
    struct tq_error err;
    bool more = true;

    if (tq_csv_init(&reader, in, &err) == TQ_OK) {
        while (tq_csv_next(&reader, &row, &more, &err) == TQ_OK && more)
            for (size_t i = 0; i < row.count; i++)
                if (row.fields[i].len > in.len)
                    fuzz_fail("a field longer than the file", "");
    }
    tq_csv_deinit(&reader);
}

static void sheet(struct tq_slice in, struct tq_arena *arena)
{
    const struct tq_criterion_row *rows;
    struct tq_sheet_row sheet;
    const struct tq_sheet *parsed;
    struct tq_error err;
    size_t count;

    if (tq_sheet_read_csv(in, arena, &sheet, &rows, &count, &err) == TQ_OK)
        (void)!tq_sheet_parse(&parsed, arena, &sheet, rows, count, &err);
}

/* What a file holds that another program may have written: a row's metadata, a loser's values. */
static void stored(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_cells cells;
    struct tq_error err;
    struct tq_meta meta;
    struct tq_meta back;
    struct tq_buf bytes;

    tq_buf_init(&bytes, 0);
    if (tq_meta_decode(in, &meta)) {
        tq_meta_encode(&meta, &bytes);
        if (!tq_meta_decode(tq_buf_slice(&bytes), &back))
            fuzz_fail("own metadata is refused", "");
    }
    tq_buf_clear(&bytes);
    if (tq_quoted_parse(in, arena, &cells, &err) == TQ_OK) {
        tq_quoted_format(&bytes, &cells);
        if (tq_quoted_parse(tq_buf_slice(&bytes), arena, &cells, &err) != TQ_OK)
            fuzz_fail("own quoted text is refused", err.msg);
    }
    tq_buf_deinit(&bytes);
}

static void words(struct tq_slice in)
{
    struct tq_source source;
    struct tq_error err;
    tq_grade grade;
    tq_day day;

    (void)!tq_source_parse(in, &source, &err);
    if (tq_grade_parse(in, &grade) && !tq_slice_equal(in, tq_slice_str(tq_grade_code(grade))))
        fuzz_fail("a grade is written otherwise than read", tq_grade_code(grade));
    if (tq_day_parse(in, &day) != tq_date_is_valid(in))
        fuzz_fail("a date is a day for one reader only", "");
}

static void values(struct tq_slice in)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();
    struct tq_value parts[TQ_MAX_KEY_COLUMNS];
    struct tq_period period;
    struct tq_value value;
    struct tq_slice rest = in;
    char text[TQ_PERIOD_TEXT];

    while (tq_value_decode(&rest, &value))
        ;
    for (size_t i = 0; i < catalogue->ntables; i++)
        (void)tq_key_decode(&catalogue->tables[i], in, parts);
    words(in);
    if (tq_period_parse(in, &period)) {
        tq_period_print(&period, text);
        if (!tq_slice_equal(in, tq_slice_str(text)))
            fuzz_fail("a period is written otherwise than read", text);
    }
}

static void frame(struct tq_slice in, struct tq_arena *arena)
{
    struct tq_slice out;
    struct tq_error err;
    uint32_t plain;

    if (tq_read_u32(&in, &plain) && plain <= TQ_MESSAGE_MAX_PLAIN &&
            frame_inflate(in, plain, 0, arena, &out, &err) == TQ_OK && out.len != plain)
        fuzz_fail("a frame inflates to another size than it says", "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tq_arena *arena = tq_arena_new(ARENA);
    struct tq_slice in = tq_slice_of(data + (size > 0), size - (size > 0));

    switch (size > 0 ? data[0] % 9 : 99) {
    case 0:
        receipt(in, arena);
        break;
    case 1:
        certificate(in, arena);
        break;
    case 2:
    case 3:
    case 4:
        sealed(in, data[0] % 9 - 2);
        break;
    case 5:
        csv(in);
        break;
    case 6:
        sheet(in, arena);
        break;
    case 7:
        values(in);
        stored(in, arena);
        break;
    case 8:
        frame(in, arena);
        break;
    default:
        break;
    }
    tq_arena_free(arena);
    return 0;
}

#include "sheet_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FILE_MOST 65536u

struct tq_criterion_row *sheet_file_rows(
        struct tq_arena *arena, const char *name, struct tq_sheet_row *sheet, size_t *nrows)
{
    char path[512];
    char *text = tq_arena_alloc(arena, FILE_MOST);
    const struct tq_criterion_row *rows = NULL;
    struct tq_error err;
    FILE *file;
    size_t len;

    snprintf(path, sizeof(path), "%s/data/sheets/%s", TQ_SOURCE_DIR, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(text);
    len = fread(text, 1, FILE_MOST, file);
    fclose(file);
    assert_int_equal(
            tq_sheet_read_csv(tq_slice_of(text, len), arena, sheet, &rows, nrows, &err), TQ_OK);
    return tq_arena_copy(arena, rows, *nrows * sizeof(*rows));
}

const struct tq_sheet *sheet_file_5tq(struct tq_arena *arena)
{
    const struct tq_sheet *sheet = NULL;
    struct tq_sheet_row row;
    struct tq_error err = { TQ_OK, "" };
    size_t nrows;
    struct tq_criterion_row *rows = sheet_file_rows(arena, "5TQ-v1.csv", &row, &nrows);
    tq_status rc = tq_sheet_parse(&sheet, arena, &row, rows, nrows, &err);

    assert_string_equal(err.msg, "");
    assert_int_equal(rc, TQ_OK);
    return sheet;
}

size_t sheet_file_index(const struct tq_sheet *sheet, const char *code)
{
    int at = tq_sheet_find(sheet, tq_slice_str(code));

    assert_true(at >= 0);
    return (size_t)at;
}

struct tq_count *sheet_file_golden(struct tq_arena *arena, const struct tq_sheet *sheet)
{
    static const struct {
        const char *code;
        int64_t n;
        int64_t d;
        int64_t b;
    } golden[] = { { "1.1", 412, 430, -1 }, { "1.2", 10, 12, -1 }, { "1.3", 3, 0, 4 },
        { "1.4", 6, 6, -1 }, { "2.1", 3, 3, -1 }, { "2.2", 0, 0, -1 }, { "2.3", 2, 2, -1 },
        { "2.4", 0, 0, -1 }, { "3.1", 250, 430, -1 }, { "3.2", 20, 24, -1 }, { "3.3", 2, 3, -1 },
        { "3.4", 2, 0, 2 }, { "3.5", 0, 0, -1 }, { "4.1", 400, 430, -1 }, { "4.2", 3, 4, -1 },
        { "4.3", 1, 0, 1 }, { "4.4", 5, 6, -1 }, { "5.1", 7, 7, -1 }, { "5.2", 19, 21, -1 },
        { "5.3", 4, 7, -1 }, { "5.4", 0, 7, -1 }, { "B3", 1, 0, -1 }, { "P1", 1, 0, -1 } };
    struct tq_count *counts = tq_arena_array(arena, sheet->ncriteria, sizeof(*counts));

    assert_non_null(counts);
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
        struct tq_count *count = &counts[sheet_file_index(sheet, golden[i].code)];

        count->n = golden[i].n;
        count->d = golden[i].d;
        count->has_b = golden[i].b >= 0;
        count->b = golden[i].b >= 0 ? golden[i].b : 0;
    }
    return counts;
}

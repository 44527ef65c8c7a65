/* sheet_file.h - The sheets of data/sheets in tests.
 *
 * Ownership: everything lives in the arena. Threads: none inside. */
#ifndef TQ_TEST_SHEET_FILE_H
#define TQ_TEST_SHEET_FILE_H

#include "tuquan/scoring.h"
#include "tuquan/sheet.h"

/* The rows of a file under data/sheets; a copy that a test may change. Fails the test on errors. */
struct tq_criterion_row *sheet_file_rows(
        struct tq_arena *arena, const char *name, struct tq_sheet_row *sheet, size_t *nrows);

/* 5TQ@1, parsed. */
const struct tq_sheet *sheet_file_5tq(struct tq_arena *arena);

/* Index of a criterion by code; fails the test when there is none. */
size_t sheet_file_index(const struct tq_sheet *sheet, const char *code);

/* The counts of the golden case (domain.md section 5): final 92.39. One per criterion. */
struct tq_count *sheet_file_golden(struct tq_arena *arena, const struct tq_sheet *sheet);

#endif

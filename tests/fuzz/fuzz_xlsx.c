/* fuzz_xlsx.c - Any bytes as a workbook: every sheet is read to its end or refused with a reason. The
 * first byte says whether the rest is the archive, or a sheet, the styles or the shared texts of one
 * that is whole otherwise. */
#include <string.h>
#include <zip.h>

#include "excel/xlsx_read.h"
#include "fuzz.h"

static void read_all(struct tq_slice bytes)
{
    struct excel_book *book;
    excel_problem problem;
    struct tq_error err;

    if (excel_open(&book, bytes, &problem, &err) != TQ_OK) {
        if (problem == EXCEL_FINE || excel_problem_sentence(problem, TQ_LANG_VI) == NULL)
            fuzz_fail("refused without a reason", err.msg);
        return;
    }
    for (size_t s = 0; s < excel_sheet_count(book); s++) {
        struct excel_rows *rows;
        struct tq_csv_row row;
        bool more = true;
        tq_status rc = excel_rows_new(&rows, book, s, &err);
        size_t sum = 0;

        while (rc == TQ_OK && more) {
            rc = excel_rows_next(rows, &row, &more, &err);
            for (size_t i = 0; rc == TQ_OK && more && i < row.count; i++)
                for (size_t k = 0; k < row.fields[i].len; k++)
                    sum += row.fields[i].data[k];
        }
        if (rc != TQ_OK && rows != NULL && excel_rows_problem(rows) == EXCEL_FINE)
            fuzz_fail("a sheet refused without a reason", err.msg);
        excel_rows_free(rows);
        if (sum == SIZE_MAX)
            fuzz_fail("nothing", "");
    }
    excel_close(book);
}

static void add(zip_t *zip, const char *name, const void *data, size_t len)
{
    zip_source_t *source = zip_source_buffer(zip, data, len, 0);

    if (source == NULL || zip_file_add(zip, name, source, ZIP_FL_OVERWRITE) < 0)
        zip_source_free(source);
}

/* A whole workbook but for one part. */
static void read_with(const char *part, const uint8_t *data, size_t size)
{
    static const char *const PARTS[][2] = {
        { "xl/workbook.xml",
                "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" r:id=\"1\"/></sheets>"
                "</workbook>" },
        { "xl/_rels/workbook.xml.rels", "<R><Relationship Id=\"1\" Target=\"s.xml\"/></R>" },
        { "xl/styles.xml", "<s><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></s>" },
        { "xl/sharedStrings.xml", "<sst><si><t>Thôn</t></si></sst>" },
        { "xl/s.xml",
                "<w><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData>"
                "</w>" },
    };
    zip_error_t why;
    zip_source_t *to;
    zip_t *zip;
    zip_stat_t about;

    zip_error_init(&why);
    to = zip_source_buffer_create(NULL, 0, 0, &why);
    zip = to != NULL ? zip_open_from_source(to, ZIP_TRUNCATE, &why) : NULL;
    if (zip == NULL)
        return;
    zip_source_keep(to);
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++)
        if (strcmp(PARTS[i][0], part) != 0)
            add(zip, PARTS[i][0], PARTS[i][1], strlen(PARTS[i][1]));
    add(zip, part, data, size);
    if (zip_close(zip) != 0) {
        zip_discard(zip);
    } else if (zip_source_stat(to, &about) == 0 && zip_source_open(to) == 0) {
        uint8_t *bytes = malloc((size_t)about.size);

        if (bytes != NULL && zip_source_read(to, bytes, about.size) == (zip_int64_t)about.size)
            read_all(tq_slice_of(bytes, (size_t)about.size));
        free(bytes);
        zip_source_close(to);
    }
    zip_source_free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    switch (data[0]) {
    case 's':
        read_with("xl/s.xml", data + 1, size - 1);
        break;
    case 'y':
        read_with("xl/styles.xml", data + 1, size - 1);
        break;
    case 't':
        read_with("xl/sharedStrings.xml", data + 1, size - 1);
        break;
    case 'w':
        read_with("xl/workbook.xml", data + 1, size - 1);
        break;
    default:
        read_all(tq_slice_of(data + 1, size - 1));
        break;
    }
    return 0;
}

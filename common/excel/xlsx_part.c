/* xlsx_part.c - One part of the archive through the parser, within the book's bounds. */
#include <string.h>

#include "excel/excel_internal.h"
#include "tuquan/mem.h"

#define CHUNK_BYTES 65536

static void *xml_realloc(void *memory, size_t size)
{
    return tq_mem_realloc(memory, size);
}

const char *excel_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon != NULL ? colon + 1 : name;
}

const char *excel_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (strcmp(excel_name(attributes[i]), name) == 0)
            return attributes[i + 1];
    return NULL;
}

void excel_part_fail(struct excel_part *part, excel_problem problem)
{
    if (part->problem == EXCEL_FINE)
        part->problem = problem;
    XML_StopParser(part->parser, XML_FALSE);
}

void excel_part_no_memory(struct excel_part *part)
{
    part->no_memory = true;
    XML_StopParser(part->parser, XML_FALSE);
}

/* A document type could hold entities that grow without bound; no workbook has one. */
static void on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
        const XML_Char *public_id, int internal)
{
    struct excel_part *part = user;

    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    excel_part_fail(part, EXCEL_DAMAGED);
}

tq_status excel_part_open(struct excel_part *part, struct excel_book *book, const char *name,
        bool *there, struct tq_error *err)
{
    static const XML_Memory_Handling_Suite MEMORY = { tq_mem_alloc, xml_realloc, tq_mem_free };
    zip_stat_t about;

    memset(part, 0, sizeof(*part));
    part->book = book;
    *there = zip_stat(book->zip, name, ZIP_FL_NOCASE, &about) == 0;
    if (!*there)
        return TQ_OK;
    if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && about.encryption_method != ZIP_EM_NONE) {
        book->problem = EXCEL_PASSWORD;
        return tq_error_set(err, TQ_CSV, "xlsx");
    }
    part->size = (about.valid & ZIP_STAT_SIZE) != 0 ? about.size : 0;
    part->file = zip_fopen_index(book->zip, about.index, 0);
    if (part->file == NULL) {
        book->problem = EXCEL_DAMAGED;
        return tq_error_set(err, TQ_CSV, "xlsx");
    }
    part->parser = XML_ParserCreate_MM(NULL, &MEMORY, NULL);
    if (part->parser == NULL) {
        excel_part_close(part);
        return tq_error_set(err, TQ_NOMEM, "xlsx");
    }
    XML_SetUserData(part->parser, part);
    XML_SetStartDoctypeDeclHandler(part->parser, on_doctype);
    return TQ_OK;
}

void excel_part_close(struct excel_part *part)
{
    if (part->file != NULL)
        zip_fclose(part->file);
    if (part->parser != NULL)
        XML_ParserFree(part->parser);
    part->file = NULL;
    part->parser = NULL;
}

static tq_status failed(struct excel_part *part, struct tq_error *err)
{
    if (part->no_memory || XML_GetErrorCode(part->parser) == XML_ERROR_NO_MEMORY)
        return tq_error_set(err, TQ_NOMEM, "xlsx");
    if (part->problem == EXCEL_FINE)
        part->problem = EXCEL_DAMAGED;
    part->book->problem = part->problem;
    return tq_error_set(err, TQ_CSV, "xlsx");
}

/* Inflate the next piece. What the archive says of sizes is not believed: what comes is counted. */
static bool next_piece(struct excel_part *part, void *to, size_t *len)
{
    zip_int64_t n = zip_fread(part->file, to, CHUNK_BYTES);

    *len = n > 0 ? (size_t)n : 0;
    part->done += *len;
    part->book->inflated += *len;
    if (n < 0)
        part->problem = EXCEL_DAMAGED;
    else if (part->book->inflated > EXCEL_MAX_UNPACKED)
        part->problem = EXCEL_TOO_LARGE;
    return part->problem == EXCEL_FINE;
}

tq_status excel_part_read(struct excel_part *part, bool *more, struct tq_error *err)
{
    XML_ParsingStatus at;

    *more = true;
    XML_GetParsingStatus(part->parser, &at);
    if (at.parsing == XML_SUSPENDED) {
        enum XML_Status done = XML_ResumeParser(part->parser);

        if (done == XML_STATUS_ERROR)
            return failed(part, err);
        if (done == XML_STATUS_SUSPENDED)
            return TQ_OK;
    }
    while (!part->last) {
        void *to = XML_GetBuffer(part->parser, CHUNK_BYTES);
        enum XML_Status done;
        size_t len;

        if (to == NULL || !next_piece(part, to, &len))
            return failed(part, err);
        part->last = len == 0;
        done = XML_ParseBuffer(part->parser, (int)len, part->last);
        if (done == XML_STATUS_ERROR)
            return failed(part, err);
        if (done == XML_STATUS_SUSPENDED)
            return TQ_OK;
    }
    *more = false;
    return TQ_OK;
}

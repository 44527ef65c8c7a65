#include "district_schema.h"

#include <stdio.h>
#include <stdlib.h>

static void put_table(FILE *out, const struct tq_table *table)
{
    static const char *const types[] = { "ANY", "INTEGER", "TEXT", "BLOB" };

    fprintf(out, "CREATE TABLE \"%s\" (", table->name);
    for (size_t i = 0; i < table->ncolumns; i++)
        fprintf(out, "\"%s\" %s, ", table->columns[i].name, types[table->columns[i].type]);
    fprintf(out, "tq_meta BLOB, PRIMARY KEY (");
    for (uint32_t i = 0; i < table->nkey; i++)
        fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", table->columns[table->key[i]].name);
    fprintf(out, ")) STRICT, WITHOUT ROWID;\n");
}

char *district_schema_make(const char *source_dir, const struct tq_catalogue *catalogue)
{
    char path[4096];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    FILE *ledger;
    int c;

    snprintf(path, sizeof(path), "%s/common/model/migrations/district/0002_ledger.sql", source_dir);
    ledger = fopen(path, "r");
    if (out == NULL || ledger == NULL) {
        perror(path);
        exit(1);
    }
    for (size_t i = 0; i < catalogue->ntables; i++)
        put_table(out, &catalogue->tables[i]);
    while ((c = fgetc(ledger)) != EOF)
        fputc(c, out);
    fclose(ledger);
    fclose(out);
    return text;
}

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

/* Migrations of the tables that are not the catalogue's. */
static const char *const LOCAL[] = { "0002_ledger.sql", "0003_refill.sql", "0004_identity.sql",
    "0005_parts.sql", "0006_digest_schema.sql", "0007_readmit.sql", "0008_keys.sql",
    "0009_proposals.sql", "0010_liaison.sql", "0011_liaison_index.sql", "0012_parcel.sql",
    "0013_liaison_head.sql", "0021_trail.sql", "0022_came.sql", "0023_liaison_word.sql" };

static void put_file(FILE *out, const char *source_dir, const char *name)
{
    char path[4096];
    FILE *in;
    int c;

    snprintf(path, sizeof(path), "%s/common/model/migrations/district/%s", source_dir, name);
    in = fopen(path, "r");
    if (in == NULL) {
        perror(path);
        exit(1);
    }
    while ((c = fgetc(in)) != EOF)
        fputc(c, out);
    fclose(in);
}

char *district_schema_make(const char *source_dir, const struct tq_catalogue *catalogue)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        perror("memory");
        exit(1);
    }
    for (size_t i = 0; i < catalogue->ntables; i++)
        put_table(out, &catalogue->tables[i]);
    for (size_t i = 0; i < sizeof(LOCAL) / sizeof(LOCAL[0]); i++)
        put_file(out, source_dir, LOCAL[i]);
    fclose(out);
    return text;
}

/* api_files.c - Files in and out: import, export, backup, bundles. All may take long: the worker runs
 * them.
 *
 * A file passes through a private folder of the data folder, under its own name, so that import and
 * export are the commands that a shell runs. One worker: one file at a time. */
#include <string.h>

#include "api.h"
#include "commands.h"
#include "copies.h"
#include "tuquan/bundle.h"
#include "tuquan/clock.h"
#include "tuquan/file.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

#define PASSAGE "page.files"
#define BACKUPS "backups"
#define BUNDLE "goi-gui-huyen.tqb" /* that the page made last, in the passage */
#define NAME_BYTES 120u
#define EXPORT_BYTES ((size_t)64 << 20)

/* A name that stays in its folder: no path, nothing hidden, no control characters. */
static bool is_plain_name(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n < NAME_BYTES && name[0] != '.' && strpbrk(name, "/\\:*?\"<>|") == NULL &&
           tq_text_is_valid(tq_slice_of(name, n), NULL) && strchr(name, '\n') == NULL;
}

/* DIR/folder/name; a failure stays with the call. */
static void passage(
        struct api_call *call, const char *folder, const char *name, char path[APP_PATH_BYTES])
{
    char dir[APP_PATH_BYTES];

    if (call->err.status == TQ_OK &&
            tq_file_join(dir, sizeof(dir), call->api->dir, folder, &call->err) == TQ_OK &&
            tq_file_make_dir(dir, &call->err) == TQ_OK &&
            tq_file_join(path, APP_PATH_BYTES, dir, name, &call->err) == TQ_OK)
        return;
    path[0] = '\0';
}

static bool is_set(const char *value)
{
    return value != NULL && strcmp(value, "0") != 0 && value[0] != '\0';
}

/* ---- in ---- */

void api_import(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *name = web_query(request, "name");
    char path[APP_PATH_BYTES] = "";
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_IMPORT);
    if (call.err.status == TQ_OK && (name == NULL || !is_plain_name(name)))
        tq_error_set(&call.err, TQ_USAGE, "?name=%s", name != NULL ? name : "");
    passage(&call, PASSAGE, name, path);
    if (path[0] != '\0' && tq_file_replace(path, request->body, true, &call.err) != TQ_OK)
        path[0] = '\0';
    api_arg(&call, path);
    api_option(&call, "table", web_query(request, "table"));
    api_option(&call, "dry-run", is_set(web_query(request, "preview")) ? "" : NULL);
    api_option(&call, "partial", is_set(web_query(request, "partial")) ? "" : NULL);
    call.cli.yes = is_set(web_query(request, "yes"));
    api_end(&call);
    if (path[0] != '\0')
        tq_file_remove(path);
}

void api_imports(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_IMPORT);
    api_option(&call, "list", "");
    api_end(&call);
}

/* {"number": N}: that import; without a number the last one. */
void api_import_undo(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    char number[24] = "0";
    struct api_call call;
    json_t *given;

    api_begin(&call, ctx, request, answer, &CMD_IMPORT);
    api_body(&call);
    given = json_object_get(call.body, "number");
    if (json_is_integer(given))
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(given));
    api_option(&call, "undo", number);
    api_end(&call);
}

/* ---- out ---- */

static const char *type_of(const char *format)
{
    return strcmp(format, "csv") == 0
                   ? "text/csv; charset=utf-8"
                   : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}

/* The command's options by name; what is none of them filters a column. */
static void pass_query(struct api_call *call)
{
    static const char *const OPTIONS[] = { "search", "from", "to", "limit", "offset", "period" };
    static const char *const FLAGS[] = { "waiting", "voided", "blank" };

    for (size_t i = 0; i < call->request->nquery; i++) {
        const struct web_pair *pair = &call->request->query[i];
        bool taken = strcmp(pair->name, "format") == 0;

        for (size_t k = 0; k < sizeof(OPTIONS) / sizeof(OPTIONS[0]) && !taken; k++)
            if (strcmp(pair->name, OPTIONS[k]) == 0) {
                api_option(call, pair->name, pair->value[0] != '\0' ? pair->value : NULL);
                taken = true;
            }
        for (size_t k = 0; k < sizeof(FLAGS) / sizeof(FLAGS[0]) && !taken; k++)
            if (strcmp(pair->name, FLAGS[k]) == 0) {
                api_option(call, pair->name, is_set(pair->value) ? "" : NULL);
                taken = true;
            }
        if (!taken)
            api_argf(call, "%s=%s", pair->name, pair->value);
    }
}

/* "-2020-Q4" for a name in a header, which is ASCII; nothing for what is no period. */
static const char *period_suffix(const char *period, char out[24])
{
    const char *code = period != NULL ? strrchr(period, '/') : NULL;
    size_t n = 1;

    code = code != NULL ? code + 1 : period;
    out[0] = '\0';
    if (code == NULL || *code == '\0')
        return out;
    out[0] = '-';
    for (; *code != '\0' && n < 23; code++)
        if (strchr("0123456789-QH", *code) != NULL)
            out[n++] = *code;
    out[n] = '\0';
    return out;
}

/* The table in its file's name, whatever it was called by: a header is ASCII. A workbook is for a
 * person, who looks for "so-lieu-thon" where it was saved; `import` reads both names. */
static const char *file_word(
        const struct tq_table *table, tq_lang lang, const char *format, char *out, size_t size)
{
    size_t n = 0;

    if (lang != TQ_LANG_VI || strcmp(format, "xlsx") != 0 ||
            !tq_text_fold_word(tq_slice_str(table->label_vi), out, size))
        return table->name;
    for (const char *at = out; *at != '\0'; at++) {
        if ((unsigned char)*at >= 0x80)
            return table->name;
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789", *at) != NULL)
            out[n++] = *at;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    out[n] = '\0';
    return out;
}

void api_export(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const char *format =
            web_query(request, "format") != NULL ? web_query(request, "format") : "xlsx";
    const struct tq_table *table;
    char path[APP_PATH_BYTES] = "";
    char name[80] = "";
    char suffix[24];
    char word[64];
    struct api_call call;
    tq_status rc;

    api_begin(&call, ctx, request, answer, &CMD_EXPORT);
    if (call.err.status == TQ_OK && strcmp(format, "xlsx") != 0 && strcmp(format, "csv") != 0)
        tq_error_set(&call.err, TQ_USAGE, "?format=%s (xlsx, csv)", format);
    table = tq_word_to_table(tq_catalogue_current(), tq_slice_str(request->parts[3]));
    if (table != NULL)
        snprintf(name, sizeof(name), "%.40s%s.%.8s",
                file_word(table, call.cli.lang, format, word, sizeof(word)),
                period_suffix(web_query(request, "period"), suffix), format);
    api_table(&call, request->parts[3]);
    if (call.err.status == TQ_OK && !is_plain_name(name))
        tq_error_set(&call.err, TQ_NOT_FOUND, "%s", request->parts[3]);
    passage(&call, PASSAGE, name, path);
    if (path[0] != '\0')
        tq_file_remove(path);
    api_arg(&call, path);
    pass_query(&call);
    rc = api_run(&call);
    tq_buf_clear(&answer->body);
    if (rc == TQ_OK)
        rc = tq_file_read(path, EXPORT_BYTES, &answer->body, &call.err);
    if (path[0] != '\0')
        tq_file_remove(path);
    if (rc != TQ_OK) {
        api_answer(&call, rc);
        return;
    }
    json_decref(call.cli.result);
    answer->type = type_of(format);
    snprintf(answer->file_name, sizeof(answer->file_name), "%s", name);
}

/* ---- backup ---- */

/* Into a folder of its own, named by the day and the time: nothing that a request says names a file. */
void api_backup(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const struct tq_clock *clock = tq_clock_system();
    char path[APP_PATH_BYTES] = "";
    char when[40];
    char name[96];
    struct api_call call;
    int64_t now = clock->now_ms(clock->ctx);

    api_begin(&call, ctx, request, answer, &CMD_BACKUP);
    cli_show_instant(&call.cli, now, when, sizeof(when));
    for (char *at = when; *at != '\0'; at++)
        if (strchr("0123456789", *at) == NULL)
            *at = '-';
    snprintf(name, sizeof(name), "office-%s-%03d.db", when, (int)(now % 1000));
    passage(&call, BACKUPS, name, path);
    api_arg(&call, path);
    api_end(&call);
}

/* Only what this machine noted as a copy of its own: no file of another name is opened. `run` ends
 * agent and page, does it, and opens both again; what came of it is in the new log. */
void api_restore(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    const struct tq_clock *clock = tq_clock_system();
    bool known = false;
    const char *file;
    struct api_call call;

    api_begin(&call, ctx, request, answer, NULL);
    api_body(&call);
    file = api_need(&call, "file");
    if (call.err.status == TQ_OK && copies_has(call.api->dir, file, &known, &call.err) == TQ_OK &&
            !known)
        tq_error_set(&call.err, TQ_NOT_FOUND, "%s", file);
    if (call.err.status == TQ_OK &&
            (call.api->page == NULL || !page_ask_restore(call.api->page, file)))
        tq_error_set(&call.err, TQ_BUSY, "%s", file);
    if (call.err.status == TQ_OK) {
        cli_json_set(&call.cli, "file", json_string(file));
        cli_json_set(&call.cli, "at", json_integer(clock->now_ms(clock->ctx)));
    }
    api_answer(&call, call.err.status);
    if (call.err.status == TQ_OK)
        answer->status = 202;
}

/* ---- a stick instead of a line ---- */

/* What waits, as one file; GET gives it out as often as it is asked for, until another is made. */
void api_bundle_make(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    char path[APP_PATH_BYTES] = "";
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_BUNDLE);
    passage(&call, PASSAGE, BUNDLE, path);
    if (path[0] != '\0')
        tq_file_remove(path);
    api_arg(&call, "make");
    api_arg(&call, path);
    api_end(&call);
}

void api_bundle_get(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    char path[APP_PATH_BYTES] = "";
    struct api_call call;

    api_begin(&call, ctx, request, answer, NULL);
    passage(&call, PASSAGE, BUNDLE, path);
    if (path[0] != '\0' && !tq_file_exists(path))
        tq_error_set(&call.err, TQ_NOT_FOUND, "%s", BUNDLE);
    if (call.err.status != TQ_OK ||
            tq_file_read(path, TQ_BUNDLE_MAX_BYTES, &answer->body, &call.err) != TQ_OK) {
        tq_buf_clear(&answer->body);
        api_answer(&call, call.err.status);
        return;
    }
    json_decref(call.cli.result);
    answer->type = "application/octet-stream";
    snprintf(answer->file_name, sizeof(answer->file_name), "%s", BUNDLE);
}

/* The district's answer. */
_Static_assert(WEB_LARGE_BYTES >= TQ_BUNDLE_MAX_BYTES, "a bundle must fit into a body");

void api_bundle_open(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_BUNDLE);
    api_arg(&call, "open");
    api_arg(&call, request->body_file);
    api_end(&call);
}

void api_doctor(void *ctx, const struct web_request *request, struct web_answer *answer)
{
    struct api_call call;

    api_begin(&call, ctx, request, answer, &CMD_DOCTOR);
    api_option(&call, "quick", web_query(request, "quick") != NULL ? "" : NULL);
    api_end(&call);
}

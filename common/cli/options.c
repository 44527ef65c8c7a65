#include "cli/options.h"

#include <popt.h>
#include <stdio.h>
#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/process.h"
#include "tuquan/text.h"

enum { OPT_HELP = 1000, OPT_VERSION, OPT_JSON, OPT_LANG, OPT_DIR, OPT_QUIET, OPT_YES, OPT_OWN };

/* What the callback needs; popt passes it through as one pointer. */
struct parse {
    struct cli *cli;
    struct cli_options *out;
    bool failed;
};

static const struct cli_option GLOBAL[] = {
    { "help", 'h', NULL, { "hiện hướng dẫn", "show this help" } },
    { "json", 0, NULL, { "in kết quả dạng JSON", "print the result as JSON" } },
    { "lang", 0, "vi|en", { "ngôn ngữ", "language" } },
    { "dir", 'd', "DIR", { "thư mục dữ liệu", "data folder" } },
    { "quiet", 'q', NULL, { "chỉ báo lỗi", "report errors only" } },
    { "yes", 'y', NULL, { "trả lời có cho mọi câu hỏi", "answer every question with yes" } },
    { "version", 0, NULL, { "hiện phiên bản", "show the version" } },
    { NULL, 0, NULL, { NULL, NULL } },
};
static const int GLOBAL_CODES[] = { OPT_HELP, OPT_JSON, OPT_LANG, OPT_DIR, OPT_QUIET, OPT_YES,
    OPT_VERSION };

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *out = tq_mem_alloc(size);

    if (out != NULL)
        memcpy(out, text, size);
    return out;
}

static void keep(struct parse *parse, char **slot, const char *text)
{
    tq_mem_free(*slot);
    *slot = copy(text != NULL ? text : "");
    parse->failed = parse->failed || *slot == NULL;
}

/* popt's own copies of values belong to malloc; a callback sees them before they are given out. */
static void on_option(poptContext context, enum poptCallbackReason reason,
        const struct poptOption *option, const char *arg, const void *data)
{
    struct parse *parse = (struct parse *)data; /* ours, and not const where it was made */
    struct cli *cli = parse->cli;

    (void)context;
    if (reason != POPT_CALLBACK_REASON_OPTION)
        return;
    switch (option->val) {
    case OPT_HELP:
        parse->out->help = true;
        break;
    case OPT_VERSION:
        parse->out->version = true;
        break;
    case OPT_JSON:
        cli->json = true;
        break;
    case OPT_QUIET:
        cli->quiet = true;
        break;
    case OPT_YES:
        cli->yes = true;
        break;
    case OPT_LANG:
        keep(parse, &parse->out->lang, arg);
        break;
    case OPT_DIR:
        keep(parse, &parse->out->dir, arg);
        break;
    default:
        cli->values[option->val - OPT_OWN].given = true;
        keep(parse, &cli->values[option->val - OPT_OWN].text, arg);
        break;
    }
}

static size_t add_options(
        struct poptOption *table, size_t n, const struct cli_option *options, const int *codes)
{
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        struct poptOption *entry = &table[n++];

        entry->longName = options[i].name;
        entry->shortName = options[i].letter;
        entry->argInfo = options[i].value != NULL ? POPT_ARG_STRING : POPT_ARG_NONE;
        entry->val = codes != NULL ? codes[i] : OPT_OWN + (int)i;
    }
    return n;
}

static tq_status keep_args(poptContext context, struct cli_options *out, struct tq_error *err)
{
    const char **args = poptGetArgs(context);
    size_t n = 0;

    while (args != NULL && args[n] != NULL)
        n++;
    out->args = tq_mem_zalloc((n + 1) * sizeof(out->args[0]));
    if (out->args == NULL)
        return tq_error_set(err, TQ_NOMEM, "args");
    for (size_t i = 0; i < n; i++) {
        out->args[i] = copy(args[i]);
        if (out->args[i] == NULL)
            return tq_error_set(err, TQ_NOMEM, "args");
        out->nargs++;
    }
    return TQ_OK;
}

tq_status cli_options_parse(struct cli *cli, const struct cli_command *command, int argc,
        char **argv, struct cli_options *out, struct tq_error *err)
{
    struct poptOption table[CLI_MAX_OPTIONS + sizeof(GLOBAL) / sizeof(GLOBAL[0]) + 2];
    struct parse parse = { cli, out, false };
    poptCallbackType callback = on_option;
    poptContext context;
    size_t n = 1;
    tq_status rc = TQ_OK;
    int code;

    memset(out, 0, sizeof(*out));
    memset(table, 0, sizeof(table));
    table[0].argInfo = POPT_ARG_CALLBACK;
    /* popt wants the function as an object pointer, which ISO C has no conversion for. */
    memcpy(&table[0].arg, &callback, sizeof(callback));
    table[0].descrip = (const char *)&parse;
    n = add_options(table, n, GLOBAL, GLOBAL_CODES);
    add_options(table, n, command != NULL ? command->options : NULL, NULL);
    context = poptGetContext(cli->program->name, argc, (const char **)argv, table,
            command == NULL ? POPT_CONTEXT_POSIXMEHARDER : 0);
    if (context == NULL)
        return tq_error_set(err, TQ_NOMEM, "popt");
    do
        code = poptGetNextOpt(context);
    while (code >= 0);
    if (parse.failed)
        rc = tq_error_set(err, TQ_NOMEM, "options");
    else if (code < -1)
        rc = tq_error_set(err, TQ_USAGE, "%s: %s", poptBadOption(context, POPT_BADOPTION_NOALIAS),
                code == POPT_ERROR_BADOPT ? cli_say(cli, "không có tùy chọn này", "no such option")
                : code == POPT_ERROR_NOARG ? cli_say(cli, "thiếu giá trị", "its value is missing")
                                           : poptStrerror(code));
    if (rc == TQ_OK)
        rc = keep_args(context, out, err);
    poptFreeContext(context);
    return rc;
}

void cli_options_free(struct cli *cli, struct cli_options *options)
{
    for (size_t i = 0; i < CLI_MAX_OPTIONS; i++) {
        tq_mem_free(cli->values[i].text);
        memset(&cli->values[i], 0, sizeof(cli->values[i]));
    }
    for (size_t i = 0; i < options->nargs; i++) { /* one may be an invitation */
        if (options->args[i] != NULL)
            tq_wipe(options->args[i], strlen(options->args[i]));
        tq_mem_free(options->args[i]);
    }
    tq_mem_free(options->args);
    tq_mem_free(options->dir);
    tq_mem_free(options->lang);
    memset(options, 0, sizeof(*options));
}

/* The words in capitals that stand for what a person fills in. */
static const struct cli_text FILL_IN[] = {
    { "GIẤY_MỜI", "INVITATION" },
    { "KỲ", "PERIOD" },
    { "ĐƠN_VỊ", "UNIT" },
    { "XÃ", "COMMUNE" },
    { "MÁY", "DEVICE" },
    { "BẢNG", "TABLE" },
    { "TỆP", "FILE" },
    { "NĂM", "YEAR" },
    { "BẢNG_ĐIỂM", "SHEET" },
    { "TIÊU_CHÍ", "CRITERION" },
    { "ĐIỂM", "POINTS" },
    { "KHÓA", "KEY" },
    { "CỘT", "COLUMN" },
    { "GIÁ_TRỊ", "VALUE" },
    { "GIÁ_TRỊ_CŨ", "OLD_VALUE" },
    { "DÒNG", "ROW" },
    { "LÝ_DO", "REASON" },
    { "Ô", "CELL" },
    { "CHỖ", "PLACE" },
    { "KẾT_QUẢ", "VERDICT" },
    { "LOẠI", "KIND" },
    { "SỐ_HIỆU", "LABEL" },
    { "NỘI_DUNG", "TEXT" },
    { "MÃ", "ID" },
    { "NGÀY", "DATE" },
    { "CHIỀU", "WAY" },
    { "GÓI", "SET" },
    { "THƯ_MỤC", "DIR" },
    { "GIỜ", "HOURS" },
    { "TÊN", "NAME" },
    { "THÔN", "VILLAGE" },
    { "CHỈ_TIÊU", "INDICATOR" },
    { "SỐ", "NUMBER" },
    { "CHỮ", "WORDS" },
    { "VIỆC", "ACTION" },
    { "VAI_TRÒ", "ROLE" },
    { "TRẢ_LỜI", "ANSWER" },
    { "MÃ_BĂM", "HASH" },
    { "MÃ_XÁC_THỰC", "CODE" },
};

static bool is_fill_in(char c)
{
    return (c >= 'A' && c <= 'Z') || c == '_' || ((unsigned char)c & 0x80) != 0;
}

static const char *fill_in(const struct cli *cli, const char *word, size_t len)
{
    bool en = cli->lang == TQ_LANG_EN;

    for (size_t i = 0; i < sizeof(FILL_IN) / sizeof(FILL_IN[0]); i++) {
        const char *from = en ? FILL_IN[i].vi : FILL_IN[i].en;

        if (strlen(from) == len && memcmp(from, word, len) == 0)
            return en ? FILL_IN[i].en : FILL_IN[i].vi;
    }
    return NULL;
}

char *cli_usage(const struct cli *cli, const char *usage, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    while (*usage != '\0' && used + 1 < size) {
        size_t n = 0;
        const char *word;
        int put;

        while (is_fill_in(usage[n]))
            n++;
        word = n > 0 ? fill_in(cli, usage, n) : NULL;
        n = n > 0 ? n : 1;
        put = word != NULL ? snprintf(out + used, size - used, "%s", word)
                           : snprintf(out + used, size - used, "%.*s", (int)n, usage);
        used += put > 0 ? (size_t)put : 0;
        usage += n;
    }
    return out;
}

/* Spaces up to `width` columns: printf counts bytes. */
static void fill(char *text, size_t size, size_t width)
{
    size_t len = strlen(text);

    for (size_t w = tq_text_width(tq_slice_str(text)); w < width && len + 1 < size; w++)
        text[len++] = ' ';
    text[len] = '\0';
}

static void print_options(const struct cli *cli, const struct cli_option *options)
{
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        char left[64];
        char value[48] = "";
        char letter[8] = "    ";

        if (options[i].letter != 0)
            snprintf(letter, sizeof(letter), "-%c, ", options[i].letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, options[i].name,
                options[i].value != NULL ? "=" : "",
                options[i].value != NULL ? cli_usage(cli, options[i].value, value, sizeof(value))
                                         : "");
        fill(left, sizeof(left), 26);
        printf("  %s %s\n", left, cli_say(cli, options[i].help.vi, options[i].help.en));
    }
}

void cli_help_program(const struct cli *cli)
{
    const struct cli_program *program = cli->program;

    printf("%s - %s\n\n", program->name, cli_say(cli, program->summary.vi, program->summary.en));
    printf("%s: %s %s\n\n", cli_say(cli, "Cách dùng", "Usage"), program->name,
            cli_say(cli, "LỆNH [TÙY CHỌN] [THAM SỐ...]", "COMMAND [OPTIONS] [ARGUMENTS...]"));
    printf("%s:\n", cli_say(cli, "Các lệnh", "Commands"));
    for (size_t i = 0; program->commands[i] != NULL; i++)
        printf("  %-12s %s\n", program->commands[i]->name,
                cli_say(cli, program->commands[i]->summary.vi, program->commands[i]->summary.en));
    printf("\n%s:\n", cli_say(cli, "Tùy chọn chung", "Common options"));
    print_options(cli, GLOBAL);
    printf("\n%s\n",
            cli_say(cli,
                    "Xem một lệnh: LỆNH --help. Mã kết thúc: 0 xong, 1 hỏng, 2 dùng sai, 3 huyện "
                    "từ chối,\n4 không liên lạc được, 5 có dữ liệu cần người xem lại.",
                    "About one command: COMMAND --help. Exit codes: 0 done, 1 failed, 2 wrong "
                    "usage, 3 refused\nby the district, 4 could not reach it, 5 data needs a "
                    "person."));
}

void cli_help_command(struct cli *cli, const struct cli_command *command)
{
    const char *details = cli_say(cli, command->details.vi, command->details.en);
    char usage[256] = "";

    if (command->usage != NULL)
        cli_usage(cli, command->usage, usage, sizeof(usage));
    printf("%s: %s %s%s%s\n\n%s\n", cli_say(cli, "Cách dùng", "Usage"), cli->program->name,
            command->name, usage[0] != '\0' ? " " : "", usage,
            cli_say(cli, command->summary.vi, command->summary.en));
    printf("\n%s:\n", cli_say(cli, "Tùy chọn", "Options"));
    print_options(cli, command->options);
    print_options(cli, GLOBAL);
    if (details != NULL)
        printf("\n%s\n", details);
    if (command->more_help != NULL)
        command->more_help(cli);
}

#include "cli/config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tuquan/file.h"
#include "tuquan/mem.h"
#include "tuquan/text.h"

#define MAX_FILE_BYTES ((size_t)256 * 1024)
#define MAX_VALUE 1024u

struct cli_config {
    const struct cli_setting *settings;
    size_t count;
    char **values; /* one per setting; NULL: the fallback */
};

/* The first thing that was wrong, kept while inih goes on. */
struct reading {
    struct cli_config *config;
    bool failed;
    bool no_memory;
    char facts[256];
};

static size_t find(const struct cli_config *config, const char *name)
{
    size_t i = 0;

    while (i < config->count && strcmp(config->settings[i].name, name) != 0)
        i++;
    return i;
}

static bool parse_flag(const char *text, int64_t *out)
{
    static const char *const WORDS[][2] = { { "0", "1" }, { "no", "yes" }, { "không", "có" },
        { "false", "true" }, { "off", "on" } };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        for (int side = 0; side < 2; side++) {
            if (strcmp(text, WORDS[i][side]) == 0) {
                *out = side;
                return true;
            }
        }
    }
    return false;
}

static bool parse_time(const char *text, int64_t *out)
{
    if (strlen(text) != 5 || text[2] != ':')
        return false;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && !isdigit((unsigned char)text[i]))
            return false;
    *out = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
    return text[0] <= '2' && *out < 24L * 60 && text[3] <= '5';
}

static bool parse_number(const char *text, int64_t *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

/* Does the value fit its setting; `allowed` gets what would. */
static bool check(const struct cli_setting *setting, const char *text, int64_t *number,
        char *allowed, size_t n)
{
    switch (setting->kind) {
    case CLI_SETTING_NUMBER:
        snprintf(allowed, n, "%" PRId64 "..%" PRId64, setting->low, setting->high);
        return parse_number(text, number) && *number >= setting->low && *number <= setting->high;
    case CLI_SETTING_FLAG:
        snprintf(allowed, n, "yes, no");
        return parse_flag(text, number);
    case CLI_SETTING_TIME:
        snprintf(allowed, n, "HH:MM");
        return parse_time(text, number);
    case CLI_SETTING_TEXT:
        break;
    }
    snprintf(allowed, n, "UTF-8, <= %u bytes", MAX_VALUE);
    return strlen(text) <= MAX_VALUE && tq_text_is_valid(tq_slice_str(text), NULL);
}

static bool set_value(struct cli_config *config, size_t i, const char *text)
{
    size_t size = strlen(text) + 1;

    tq_mem_free(config->values[i]);
    config->values[i] = tq_mem_alloc(size);
    if (config->values[i] != NULL)
        memcpy(config->values[i], text, size);
    return config->values[i] != NULL;
}

/* inih's handler: 0 marks the line as wrong. */
static int on_line(void *user, const char *section, const char *name, const char *value)
{
    struct reading *reading = user;
    struct cli_config *config = reading->config;
    size_t i = find(config, name);
    char allowed[64] = "";
    int64_t number;

    if (reading->failed)
        return 1;
    if (section[0] != '\0')
        snprintf(reading->facts, sizeof(reading->facts), "[%s]", section);
    else if (i == config->count)
        snprintf(reading->facts, sizeof(reading->facts), "%s %s (= %s)",
                tq_phrase(TQ_PHRASE_SETTING_UNKNOWN), name, value);
    else if (config->values[i] != NULL)
        snprintf(reading->facts, sizeof(reading->facts), "%s (2x)", name);
    else if (!check(&config->settings[i], value, &number, allowed, sizeof(allowed)))
        snprintf(reading->facts, sizeof(reading->facts), "%s = %s (%s)", name, value, allowed);
    else if (set_value(config, i, value))
        return 1;
    else
        reading->no_memory = true;
    reading->failed = true;
    return 0;
}

static tq_status read_file(struct cli_config *config, const char *path, struct tq_error *err)
{
    struct reading reading = { config, false, false, "" };
    struct tq_error local = { 0 };
    struct tq_buf text;
    size_t at = 0;
    tq_status rc;
    int line;

    tq_buf_init(&text, 0);
    rc = tq_file_read(path, MAX_FILE_BYTES, &text, &local);
    if (rc == TQ_NOT_FOUND) {
        rc = TQ_OK;
        goto out;
    }
    if (rc != TQ_OK) {
        rc = tq_error_set(err, rc, "%s", local.msg);
        goto out;
    }
    tq_buf_append_u8(&text, 0);
    if (!tq_buf_is_ok(&text)) {
        rc = tq_error_set(err, TQ_NOMEM, "%s", path);
        goto out;
    }
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.data[i] == '\r')
            text.data[i] = ' ';
    if (!tq_text_is_valid(tq_slice_of(text.data, text.len - 1), &at)) {
        line = 1;
        for (size_t i = 0; i < at; i++)
            line += text.data[i] == '\n';
        rc = tq_error_set(err, TQ_CONFIG, "%s:%d: UTF-8?", path, line);
        goto out;
    }
    line = ini_parse_string((const char *)text.data, on_line, &reading);
    if (reading.no_memory || line < 0)
        rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    else if (line > 0)
        rc = tq_error_set(
                err, TQ_CONFIG, "%s:%d: %s", path, line, reading.failed ? reading.facts : "?");

out:
    tq_buf_deinit(&text);
    return rc;
}

static void variable_of(const struct cli_setting *setting, char *out, size_t size)
{
    size_t n;

    snprintf(out, size, "TUQUAN_%s", setting->name);
    n = strlen(out);
    for (size_t i = 7; i < n; i++)
        out[i] = (char)toupper((unsigned char)out[i]);
}

static tq_status read_environment(struct cli_config *config, struct tq_error *err)
{
    for (size_t i = 0; i < config->count; i++) {
        char name[96];
        char allowed[64] = "";
        const char *value;
        int64_t number;

        variable_of(&config->settings[i], name, sizeof(name));
        value = getenv(name);
        if (value == NULL)
            continue;
        if (!check(&config->settings[i], value, &number, allowed, sizeof(allowed)))
            return tq_error_set(err, TQ_CONFIG, "%s = %s (%s)", name, value, allowed);
        if (!set_value(config, i, value))
            return tq_error_set(err, TQ_NOMEM, "%s", name);
    }
    return TQ_OK;
}

tq_status cli_config_load(struct cli_config **out, const char *path,
        const struct cli_setting *settings, struct tq_error *err)
{
    struct cli_config *config = tq_mem_zalloc(sizeof(*config));
    tq_status rc;

    *out = NULL;
    if (config == NULL)
        return tq_error_set(err, TQ_NOMEM, "config");
    config->settings = settings;
    while (settings[config->count].name != NULL)
        config->count++;
    config->values = tq_mem_zalloc((config->count + 1) * sizeof(config->values[0]));
    rc = config->values == NULL ? tq_error_set(err, TQ_NOMEM, "config")
                                : read_file(config, path, err);
    if (rc == TQ_OK)
        rc = read_environment(config, err);
    if (rc != TQ_OK) {
        cli_config_free(config);
        return rc;
    }
    *out = config;
    return TQ_OK;
}

void cli_config_free(struct cli_config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; config->values != NULL && i < config->count; i++)
        tq_mem_free(config->values[i]);
    tq_mem_free(config->values);
    tq_mem_free(config);
}

const char *cli_config_text(const struct cli_config *config, const char *name)
{
    size_t i = find(config, name);

    assert(i < config->count);
    return config->values[i] != NULL ? config->values[i] : config->settings[i].fallback;
}

int64_t cli_config_number(const struct cli_config *config, const char *name)
{
    size_t i = find(config, name);
    char allowed[64];
    int64_t number = 0;

    assert(i < config->count);
    check(&config->settings[i], cli_config_text(config, name), &number, allowed, sizeof(allowed));
    return number;
}

void cli_config_template(
        struct tq_buf *out, const struct cli_setting *settings, const struct cli *cli)
{
    for (size_t i = 0; settings[i].name != NULL; i++) {
        char variable[96];

        variable_of(&settings[i], variable, sizeof(variable));
        tq_buf_printf(out, "; %s (%s)\n;%s = %s\n\n",
                cli_say(cli, settings[i].comment.vi, settings[i].comment.en), variable,
                settings[i].name, settings[i].fallback);
    }
}

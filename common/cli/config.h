/* config.h - One commented ini file; every key can be overridden by TUQUAN_<KEY>.
 *
 * The keys are a table of the program: what is not in it, or holds what it may not, is refused with
 * the number of its line. A missing file is the defaults.
 * Ownership: values belong to the config until cli_config_free.
 * Threads:   none inside. */
#ifndef TQ_CLI_CONFIG_H
#define TQ_CLI_CONFIG_H

#include "cli/cli.h"
#include "tuquan/bytes.h"

typedef enum cli_setting_kind {
    CLI_SETTING_TEXT,
    CLI_SETTING_NUMBER, /* low..high */
    CLI_SETTING_FLAG,   /* yes/no, có/không, 1/0 */
    CLI_SETTING_TIME,   /* HH:MM */
} cli_setting_kind;

struct cli_setting {
    const char *name; /* lower case with underscores; its variable is TUQUAN_ + upper case */
    cli_setting_kind kind;
    int64_t low;
    int64_t high;
    const char *fallback;
    struct cli_text comment;
};

struct cli_config;

/* Read `path` by the table `settings` (ends with a NULL name, which must outlive the config), then
 * the environment. Fails: CONFIG, the facts being "path:line: key = value (what is allowed)";
 * IO, NOMEM. */
TQ_MUST_CHECK tq_status cli_config_load(struct cli_config **out, const char *path,
        const struct cli_setting *settings, struct tq_error *err);
void cli_config_free(struct cli_config *config);

/* A key that is not in the table is a mistake of ours (asserted). */
const char *cli_config_text(const struct cli_config *config, const char *name);
int64_t cli_config_number(const struct cli_config *config, const char *name); /* TIME: minutes */

/* The commented file with the defaults, as `init` writes it. Appends to `out`. */
void cli_config_template(
        struct tq_buf *out, const struct cli_setting *settings, const struct cli *cli);

#endif

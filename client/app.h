/* app.h - What the commands of tuquan-commune share: the data folder opened, configuration, rows, and
 * the words for what went wrong with one.
 *
 * Ownership: a command has a struct app on its stack between app_open and app_close. Where `cli->app`
 *            points to one that is open already (the page's), that one is lent instead: opening the
 *            file costs 20 ms, which no click may cost.
 * Threads:   that of the command; an open app belongs to one thread. */
#ifndef TQ_CLIENT_APP_H
#define TQ_CLIENT_APP_H

#include "cli/cli.h"
#include "cli/config.h"
#include "cli/table.h"
#include "tuquan/hash.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/database.h"
#include "tuquan/records.h"

#define APP_NAME_BYTES 120u /* of a machine, as others are shown it */
#define APP_DATABASE "office.db"
#define APP_CONFIG "tuquan.ini"
#define APP_KEYS "device.key"
#define APP_BACKUP_LAST "backup.last" /* the newest copy that was read through */
#define APP_PATH_BYTES 1024u

struct inbox_index;

struct app {
    struct cli *cli;
    struct cli_config *config;
    struct tq_db *db;
    struct tq_records *records;
    struct tq_arena *arena; /* for results, until app_close */
    const struct tq_catalogue *catalogue;
    struct tq_db_report report;
    struct inbox_index
            *index; /* of a command that looked for writers (inbox_index.h); in the arena */
    bool lent;      /* all of it is another's, who keeps it open */
};

extern const struct cli_setting APP_SETTINGS[];

/* Open the data folder of --dir. Fails, touching nothing: NOT_FOUND (the folder or the file),
 * CONFIG, WRONG_FILE, NEWER_FILE, CORRUPT, BUSY. Call app_close in any case. */
TQ_MUST_CHECK tq_status app_open(struct app *app, struct cli *cli, struct tq_error *err);
void app_close(struct app *app);

struct network;

/* Let an open network call where tuquan.ini says, if it names `server`, `broadcast` or `guest`. The
 * addresses belong to the app's configuration: it is closed after the network. */
void app_lead(const struct app *app, struct network *net);

/* Write the commented tuquan.ini with the defaults into the folder, unless there is one. `unit` ("":
 * none): the unit that the folder is kept to. `wrote` may be NULL. Fails: IO, NOMEM. */
TQ_MUST_CHECK tq_status app_write_config(
        struct cli *cli, const char *unit, bool *wrote, struct tq_error *err);

/* How the file was last compared with the district: every row read, or what changed added up. */
const char *app_read_how(struct cli *cli, int64_t equal_at, int64_t read_every_row_at);

/* Whether the district that this folder joined signed the hash of a ranking. Fails: NOT_FOUND (not
 * joined), and as network_open does. */
TQ_MUST_CHECK tq_status app_signed_by_district(struct app *app, const uint8_t hash[TQ_HASH_BYTES],
        struct tq_slice signature, bool *valid, struct tq_error *err);

/* A row for programs: a value per column, `_key`, `_sync`, and for people `_name` and `_shown` (a text
 * per column). *out is NULL on failure. */
TQ_MUST_CHECK tq_status app_row_json(struct app *app, const struct tq_table *table,
        const struct tq_record *row, json_t **out, struct tq_error *err);

/* Beside a refusal of a stale edit: the row as it is now, so that nobody has to ask again. Returns the
 * refusal, or NOMEM. */
tq_status app_tell_row(
        struct app *app, const struct tq_table *table, struct tq_slice key, struct tq_error *err);

/* What people see of each column of a row that says something: {"column": "text"}. *out is NULL on
 * failure. */
TQ_MUST_CHECK tq_status app_shown_json(struct app *app, const struct tq_table *table,
        const struct tq_record *row, json_t **out, struct tq_error *err);

/* UTC milliseconds by the file's clock. */
int64_t app_now(const struct app *app);

/* The table that an argument names. Fails: USAGE. */
TQ_MUST_CHECK tq_status app_table(
        const struct app *app, const char *text, const struct tq_table **out, struct tq_error *err);

/* The period that an argument means ("2020-Q4", "ADMIN/2020-Q4"), in the arena. Fails: as
 * tq_period_read. */
TQ_MUST_CHECK tq_status app_period(
        struct app *app, const char *text, struct tq_slice *out, struct tq_error *err);

/* "COLUMN=VALUE" arguments into a draft; "was:COLUMN=VALUE" says what the writer saw. Fails: USAGE
 * (no such column), INVALID (names table, column, value and rule). */
TQ_MUST_CHECK tq_status app_draft(struct app *app, const struct tq_table *table,
        const char *const *args, size_t nargs, struct tq_draft *out, struct tq_error *err);

/* Ask about what looks like personal data in a draft. Fails: NEEDS_PERSON when it is not answered
 * with yes. */
TQ_MUST_CHECK tq_status app_lint(
        struct app *app, const struct tq_draft *draft, struct tq_error *err);

/* The same of a name that others are shown; `key` for programs, `word` for people. Fails also: INVALID
 * (empty, longer than APP_NAME_BYTES, a control character). */
TQ_MUST_CHECK tq_status app_lint_name(
        struct cli *cli, const char *key, const char *word, const char *name, struct tq_error *err);

/* Warn of days that lie more than a year ahead: most likely the year was mistyped. */
void app_warn_days(struct app *app, const struct tq_draft *draft);

/* Put table, column, value and rule of a refused write in the user's words into err. */
void app_explain(struct app *app, const struct tq_problem *problem, struct tq_error *err);

/* What a person gives to find the row again: label, or the parts of its key; lives in the arena. */
TQ_MUST_CHECK tq_status app_row_name(struct app *app, const struct tq_table *table,
        struct tq_slice key, struct tq_slice *out, struct tq_error *err);

/* A stable text of a key for JSON: hex of a surrogate, else its parts parted by ';'.
 * NULL: no memory. */
json_t *app_key_json(const struct tq_table *table, struct tq_slice key);

/* A value for JSON, and for people (units by name, codes by word, dates in their order). */
json_t *app_value_json(const struct tq_value *value);
TQ_MUST_CHECK tq_status app_show_value(struct app *app, const struct tq_table *table,
        const struct tq_column *column, const struct tq_value *value, struct tq_buf *out,
        struct tq_error *err);

/* How far a row is: "đã khớp với huyện", "chờ gửi", ...; and the stable code. */
const char *app_sync_word(const struct cli *cli, int pending);
const char *app_sync_code(int pending);

#endif

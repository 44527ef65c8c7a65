/* app.h - What every command of tuquan-district works on: the data folder, its keys, its file.
 *
 * A folder holds district.db, district.key (0600), district.ini and height.
 * Ownership: struct app is main's; app_open fills it, app_close empties it.
 * Threads:   the main thread. */
#ifndef TQ_SERVER_APP_H
#define TQ_SERVER_APP_H

#include <stdatomic.h>

#include "cli/cli.h"
#include "cli/config.h"
#include "tuquan/calendar.h"
#include "tuquan/clock.h"
#include "tuquan/district_store.h"
#include "tuquan/identity.h"
#include "tuquan/merge.h"
#include "tuquan/records.h"

#define APP_PATH_BYTES 4096

struct app {
    struct cli *cli;
    struct tq_keys keys;
    bool has_keys;
    struct cli_config *config;
    struct tq_district_store *store;
    struct tq_signer signer;
    struct tq_merger *merger;       /* for the commands' own changes; the server has its own */
    struct tq_district_write write; /* the last app_write, with what spoke against it */
    struct tq_records *records;     /* app_records */
    struct tq_arena *arena;
    char db_path[APP_PATH_BYTES];
    char key_path[APP_PATH_BYTES];
    char config_path[APP_PATH_BYTES];
    char height_path[APP_PATH_BYTES];
    char period[TQ_PERIOD_TEXT]; /* that of app_period */
    const char *author;          /* who acts, where the page knows; NULL: the configured one */
    const char *address;         /* from where, likewise; NULL: at this machine */
    const struct tq_catalogue *catalogue; /* of the file: that of the build, or of a link */
    const char *sync_address;             /* where it is served; borrowed */
    const char *news_address;
    const char *guest_address;
    const struct tq_clock *clock; /* NULL: the system's */
    const atomic_bool *stop; /* what takes long ends when it is set (doctor); NULL: nobody asks */
    bool stays; /* open for the commands of a page, one after the other: closing leaves it open */
};

extern const struct cli_setting APP_SETTINGS[];

/* Paths of the folder, nothing opened. Fails: RANGE. */
TQ_MUST_CHECK tq_status app_paths(struct app *app, const char *dir, struct tq_error *err);

/* Are the keys at app->key_path those of the district in this store? Fails: KEY_FILE. */
TQ_MUST_CHECK tq_status app_check_keys(const struct app *app, const struct tq_keys *keys,
        struct tq_district_store *store, struct tq_error *err);

/* Configuration, keys and file; to read only, or to write. Fails with one sentence, nothing
 * touched: NOT_FOUND (no district in the folder), KEY_FILE, CONFIG, WRONG_FILE, NEWER_FILE... */
TQ_MUST_CHECK tq_status app_open(
        struct app *app, struct cli *cli, bool writing, struct tq_error *err);
void app_close(struct app *app);

/* The work of a command that only shows: open to read, `show`, close. Fails as both. */
typedef tq_status (*app_show_fn)(struct app *app, struct cli *cli, struct tq_error *err);
TQ_MUST_CHECK tq_status app_show(struct cli *cli, app_show_fn show, struct tq_error *err);

/* The same of the mailbox of a link (liaison_box.h): another folder and catalogue, the district's
 * configuration. What is given must outlive it. Fails the same. */
TQ_MUST_CHECK tq_status app_open_box(struct app *app, struct cli *cli, const char *dir,
        const struct tq_catalogue *catalogue, const char *sync_address, const char *guest_address,
        bool writing, struct tq_error *err);

/* The author of what is written now. */
const char *app_author(const struct app *app);

/* The configuration of a merger over this store. */
struct tq_merge_config app_merge_config(struct app *app);

/* Merge changes of the district itself, under the author's name. app_write tells what was refused in
 * the reader's words; app_merge leaves it in app->write, for who knows more about where the changes
 * came from (refused.h). `head`: that of app_head before they were worked out, where more went into
 * them than the rows that they change; else 0. */
TQ_MUST_CHECK tq_status app_write(
        struct app *app, struct tq_change *changes, size_t count, struct tq_error *err);
TQ_MUST_CHECK tq_status app_merge(struct app *app, struct tq_change *changes, size_t count,
        uint64_t head, struct tq_error *err);

/* A line of the trail under the author's name: `detail` may be empty; where the page was called from
 * stands before it. Fails: BUSY, IO, NOMEM. */
TQ_MUST_CHECK tq_status app_audit(struct app *app, const char *what, struct tq_slice about,
        struct tq_slice detail, struct tq_error *err);

/* Opens app->records: rows to be listed and found by what people call them. */
TQ_MUST_CHECK tq_status app_records(struct app *app, struct tq_error *err);

TQ_MUST_CHECK tq_status app_head(struct app *app, uint64_t *head, struct tq_error *err);

/* The period that an argument means ("2020-Q4", "ADMIN/2020-Q4") into app->period. Fails: as
 * tq_period_read. */
TQ_MUST_CHECK tq_status app_period(struct app *app, const char *text, struct tq_error *err);

/* The commune that an argument means: key, code or name. Every command that takes one goes by this.
 * Fails: NOT_FOUND, NEEDS_PERSON (the facts name those that it could be). */
TQ_MUST_CHECK tq_status app_unit(
        struct app *app, const char *text, struct tq_slice *out, struct tq_error *err);

/* The same of a unit that communes lie under. */
TQ_MUST_CHECK tq_status app_area(
        struct app *app, const char *text, struct tq_slice *out, struct tq_error *err);

int64_t app_now_ms(void);

/* The same by its own clock. */
int64_t app_time_ms(const struct app *app);

/* tcp://HOST:PORT as an office reaches it: the configured host and the port of `address`. */
TQ_MUST_CHECK tq_status app_public_address(
        const struct app *app, const char *address, char *out, size_t size, struct tq_error *err);

#endif

/* actor.h - Who does what needs a name: on the page whoever is signed in, at the command line the
 * account of --as, whose password is asked for.
 *
 * Ownership: the name lives in the app's arena.
 * Threads:   the app's. */
#ifndef TQ_SERVER_ACTOR_H
#define TQ_SERVER_ACTOR_H

#include "account.h"
#include "app.h"

/* What a command that takes an actor lets be said of him. */
#define ACTOR_OPTIONS                                                                              \
    { "as", 0, "TÊN",                                                                              \
        { "tài khoản của người làm (hỏi mật khẩu)",                                                \
                "account of who does it (asks its password)" } },                                  \
    {                                                                                              \
        "code", 0, "MÃ",                                                                           \
        {                                                                                          \
            "mã xác thực trên điện thoại của người ấy", "code of his second factor"                \
        }                                                                                          \
    }

/* He becomes the author of what is written. On the page the routes have asked for the right. Fails:
 * USAGE (nobody is named), PAGE_PASSWORD, PAGE_CODE, PAGE_ROLE (he may not); as account_change. */
TQ_MUST_CHECK tq_status actor_take(
        struct app *app, struct cli *cli, unsigned right, struct tq_error *err);

/* Is there anybody who may do this on his own account? Then nobody does it without one. */
TQ_MUST_CHECK tq_status actor_exists(
        const struct app *app, unsigned right, bool *exists, struct tq_error *err);

/* Commits the store's transaction, begun before, with the change of accounts: both, or neither. */
struct account_seal actor_seal(const struct app *app);

#endif

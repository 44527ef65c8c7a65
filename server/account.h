/* account.h - Who may use the district's page, and for what: accounts with a role, a password and,
 * if wanted, a second factor.
 *
 * They stand in a private file of the data folder, never in the data file: they are of this server,
 * are not sent and are in no copy. The name of an account is the author of what it writes.
 * Names and passwords are NFC here, however they were typed; their lengths are in characters.
 * Invariant: `epoch` rises with each new password, role, second factor and disabling; what was signed
 *            in under a lower one is out, but for the session that made the change (`keep`).
 *            A new second factor counts from the first right code on; before, it is `pending`.
 * Ownership: a list is the caller's memory; accounts are borrowed from it.
 * Threads:   any, also of several processes: each change holds a lock file while it reads and
 *            writes. */
#ifndef TQ_SERVER_ACCOUNT_H
#define TQ_SERVER_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "totp.h"
#include "tuquan/hash.h"
#include "tuquan/password.h"

#define ACCOUNT_FILE "page.accounts"
#define ACCOUNT_MAX 64u
#define ACCOUNT_NAME_MOST 40u
#define ACCOUNT_NAME_BYTES (4u * ACCOUNT_NAME_MOST + 1)
#define ACCOUNT_NONCE_BYTES 17u
#define ACCOUNT_TICKET_BYTES (ACCOUNT_NAME_BYTES + 21u + ACCOUNT_NONCE_BYTES)
#define ACCOUNT_PASSWORD_LEAST 12u
#define ACCOUNT_PASSWORD_MOST 128u
#define ACCOUNT_PASSWORD_BYTES (4u * ACCOUNT_PASSWORD_MOST + 2)
#define ACCOUNT_DEVICES 8u

typedef enum account_role {
    ACCOUNT_READ_ONLY,
    ACCOUNT_OFFICER,
    ACCOUNT_LEADER,
    ACCOUNT_OPERATOR,
    ACCOUNT_NROLES
} account_role;

/* What a role may do; bits. */
enum {
    RIGHT_SIGNED_IN = 1, /* his own session and password */
    RIGHT_READ = 2,
    RIGHT_DECIDE = 4,
    RIGHT_SIGN = 8,
    RIGHT_MACHINES = 16,
    RIGHT_ACCOUNTS = 32,
    RIGHT_HEALTH = 64,
    NRIGHTS = 7
};

/* A browser or an address from which the account was signed in to: known again by its hash. */
struct account_device {
    uint8_t hash[TQ_HASH_BYTES];
};

struct account {
    char name[ACCOUNT_NAME_BYTES];
    account_role role;
    bool disabled;
    char hash[TQ_PASSWORD_BYTES];
    int64_t epoch;
    char keep
            [ACCOUNT_NONCE_BYTES]; /* of the session that stays in since the last change; "": none */
    int64_t created_ms;
    int64_t signed_ms; /* last signed in; 0: never */
    bool has_totp;
    uint8_t totp[TOTP_SECRET_BYTES];
    int64_t totp_step; /* of the last code that was used: a code works once */
    bool has_pending;
    uint8_t pending[TOTP_SECRET_BYTES]; /* the next second factor, until a code of it came */
    size_t ndevices;                    /* the newest last */
    struct account_device devices[ACCOUNT_DEVICES];
};

struct account_list {
    size_t n;
    struct account list[ACCOUNT_MAX];
};

/* "officer"; and back, false: no such role. */
const char *account_role_name(account_role role);
bool account_role_read(const char *text, account_role *out);

/* RIGHT_* of a role; the word of one of them ("decide"). */
unsigned account_rights(account_role role);
const char *account_right_name(unsigned right);

/* No file: nobody. Fails: KEY_FILE (others may read it), CONFIG (damaged), IO. */
TQ_MUST_CHECK tq_status account_load(
        const char *dir, struct account_list *out, struct tq_error *err);

/* Is this his password? Takes as long for none. */
bool account_password_is(const char *hash, const char *password);

/* NULL: nobody of this name. */
struct account *account_find(struct account_list *list, const char *name);

/* What is true only together with a change: run when it is written, and the change is taken back when
 * that fails. */
struct account_seal {
    tq_status (*run)(void *ctx, struct tq_error *err);
    void *ctx;
};

/* Change the list under the lock: loaded, handed to `change`, saved if that returns OK, sealed. `seal`
 * may be NULL. Fails: as account_load, `change` and the seal do; BUSY, IO. */
typedef tq_status (*account_change_fn)(void *ctx, struct account_list *list, struct tq_error *err);
TQ_MUST_CHECK tq_status account_change(const char *dir, account_change_fn change, void *ctx,
        const struct account_seal *seal, struct tq_error *err);

/* Fails: INVALID (name or password), EXISTS, RANGE; as account_change. */
TQ_MUST_CHECK tq_status account_add(const char *dir, const char *name, account_role role,
        const char *password, int64_t now_ms, const struct account_seal *seal,
        struct tq_error *err);

/* What is to be another one; NULL fields stay. With none, sessions end. */
struct account_edit {
    const char *password;
    const account_role *role;
    const bool *disabled;
    const uint8_t *pending; /* TOTP_SECRET_BYTES: the next second factor; ends no session */
    bool asks_code;         /* with `pending`, of oneself: `code` is of the factor in force */
    bool proves;            /* `code` is of the pending factor, which is in force from now on */
    bool drops_totp;
    const char *code;  /* NULL, "": none was given */
    int64_t now_ms;    /* for `code` */
    const char *keeps; /* the nonce of the session that stays in; NULL: none */
};

/* Fails: NOT_FOUND (no such account; nothing to be proved), INVALID; PAGE_CODE (a code is needed),
 * PAGE_PASSWORD (it is wrong); RULE: nobody would be left who may keep accounts; as account_change. */
TQ_MUST_CHECK tq_status account_set(const char *dir, const char *name,
        const struct account_edit *edit, const struct account_seal *seal, struct tq_error *err);

/* What a session says of who is signed in: the name, the epoch, and a nonce of its own; and whom that
 * is, NULL: nobody any more. */
void account_ticket(
        const struct account *account, const char *nonce, char out[ACCOUNT_TICKET_BYTES]);
const char *account_ticket_nonce(const char *ticket); /* "" where there is none */
struct account *account_of_ticket(struct account_list *list, const char *ticket);

/* Is this browser or address one that the account knows? Take it in, the oldest gives way. */
void account_device_hash(const char *kind, const char *text, uint8_t out[TQ_HASH_BYTES]);
bool account_knows(const struct account *account, const uint8_t hash[TQ_HASH_BYTES]);
void account_learn(struct account *account, const uint8_t hash[TQ_HASH_BYTES]);

#endif

/* watch.h - What the running district tells about strangers and members that break the rules:
 * counted by kind, logged at most once a minute each, kept in district.status for `status`,
 * `doctor` and whoever watches the machine.
 *
 * Ownership: the watch is the server's; names and addresses are copied.
 * Threads:   the loop's; watch_load by any program. */
#ifndef TQ_SERVER_WATCH_H
#define TQ_SERVER_WATCH_H

#include "app.h"

#define WATCH_FILE "district.status"
#define WATCH_LOCK "district.lock"
#define WATCH_WHO_SIZE 80u

/* Numbers may change, codes do not. */
typedef enum watch_kind {
    WATCH_STRANGER,     /* a key that the gate does not know */
    WATCH_HANDSHAKE,    /* no CURVE, garbage, or a handshake that never ended */
    WATCH_NAMELESS,     /* a message without an identity */
    WATCH_REVOKED,      /* a message of a device that was revoked meanwhile */
    WATCH_MALFORMED,    /* several parts; a guest's over his limit */
    WATCH_TOO_LARGE,    /* a frame over the limit of messages */
    WATCH_CONNECTIONS,  /* more connections than a device can need, or than a crowd leaves it */
    WATCH_TOPIC,        /* a subscription to what is not offered */
    WATCH_BROKEN,       /* a message that cannot be read */
    WATCH_FORGED,       /* a set with another's name, or a signature that does not verify */
    WATCH_CHAIN,        /* a set or Hello that does not continue its chain */
    WATCH_OUT_OF_PLACE, /* a message of no session that stands */
    WATCH_TOO_OFTEN,    /* more Hellos than a device can need */
    WATCH_PULLS,        /* more Pulls than a device can need: it pulls without end */
    WATCH_SLOW,         /* a peer that does not read what it asked for */
    WATCH_INVITATION,   /* used, expired, another's, or no Join at all */
    WATCH_FOREIGN,      /* a change of another unit's row, or of a column that others write */
    WATCH_TROUBLE,      /* a session ended by a trouble of our own */
    WATCH_NOT_NOW,      /* a neighbour's message while no agreement is in force */
    WATCH_KINDS
} watch_kind;

struct watch_entry {
    uint64_t count;
    int64_t last_ms; /* 0: never */
    char who[WATCH_WHO_SIZE];
    char what[WATCH_WHO_SIZE]; /* the code of the status, when there is one */
    int64_t logged_ms;         /* steady; 0: never */
    uint64_t logged;           /* count when it was */
};

struct watch {
    struct watch_entry kinds[WATCH_KINDS];
    int64_t pid;
    int64_t started_ms;
    int64_t written_ms; /* steady, in the server; the clock's, when loaded */
    bool changed;
    bool alarm; /* half of the descriptors are connections */
    bool gate_answers;
    uint64_t files;
    uint64_t connections;
    uint64_t peers;
    uint64_t sessions;
    uint64_t queued_bytes;
    uint64_t messages;
    uint64_t turns;   /* in which something was merged or sent */
    uint64_t turn_ms; /* all of them */
    uint64_t turn_most_ms;
    uint64_t proposals; /* that wait for an officer */
    char page[8]; /* the district's page: "" none is wanted, "ok", or the code of its failure */
    char page_facts[WATCH_WHO_SIZE];
};

const char *watch_code(watch_kind kind);
const char *watch_words(watch_kind kind, const struct cli *cli);

/* `times` more of a kind; `who` NULL: nobody to name, `why` TQ_OK: nothing to add. */
void watch_add(struct watch *watch, const struct cli *cli, watch_kind kind, uint64_t times,
        const char *who, tq_status why, int64_t now_ms);
void watch_device(struct watch *watch, const struct cli *cli, watch_kind kind, uint32_t device,
        tq_status why, int64_t now_ms);

/* Lines that were held back and are due. */
void watch_say(struct watch *watch, const struct cli *cli);

/* What became of the page: `err` NULL or OK: it serves. */
void watch_page(struct watch *watch, const struct tq_error *err);
bool watch_page_failed(const struct watch *watch);

/* Write the file, at most once a second and when something changed. What fails is tried again. */
void watch_save(struct watch *watch, const char *dir, bool at_once);

/* Fails: NOT_FOUND (never served here), PROTOCOL (damaged), IO. */
TQ_MUST_CHECK tq_status watch_load(struct watch *watch, const char *dir, struct tq_error *err);

#endif

/* enemy.h - A peer with an office's keys, or none, that says whatever it likes to a real district.
 *
 * For tests/integration/attacker.c. Every trouble of its own ends the program with a sentence.
 * Ownership: enemy_load/enemy_close; a received message lives until the next receive. */
#ifndef TQ_TESTS_ENEMY_H
#define TQ_TESTS_ENEMY_H

#include <stdbool.h>
#include <stdint.h>

#include "tuquan/codec.h"
#include "tuquan/identity.h"

#define ENEMY_CODES 32
#define ENEMY_KINDS 16

struct enemy {
    char sync_address[512];
    char news_address[512];
    uint8_t server_key[32];
    uint8_t district_sign_key[32];
    uint8_t district[16];
    uint32_t device;
    struct tq_keys keys;
    struct tq_signer signer;
    void *context;
    void *socket;
    void *monitor;
    unsigned connections;
    struct tq_arena *arena;
    uint64_t session;
    /* What came back. */
    uint64_t answers[ENEMY_KINDS]; /* by message kind */
    uint64_t refusals[ENEMY_CODES];
    uint64_t bytes;
    uint64_t rows;
    uint64_t exceptions[256]; /* of receipts, by reason */
    uint64_t accepted;
    uint64_t last_receipt;   /* a hash of it */
    uint64_t other_receipts; /* that differ from the one before them */
    uint64_t head;           /* of the last complete */
    bool welcomed;
};

void enemy_die(const char *what, const char *detail) __attribute__((noreturn));

/* The folder of an office that has joined: device.key and district.link. */
void enemy_load(struct enemy *e, const char *folder);
void enemy_close(struct enemy *e);

/* A DEALER or XSUB with the enemy's keys. `tied`: ends with a handshake event (see below). */
void enemy_connect(struct enemy *e, bool news);
void enemy_disconnect(struct enemy *e);

/* What became of the handshake: "in", "auth" (refused by the gate), "failed", "none" in time. */
const char *enemy_handshake(struct enemy *e, int wait_ms);

/* False: the queue is full. */
bool enemy_send_bytes(struct enemy *e, const void *data, size_t len);
bool enemy_send(struct enemy *e, const struct tq_message *message);

/* One message, counted; false: none came in time. */
bool enemy_recv(struct enemy *e, struct tq_message *out, int wait_ms);

/* Receive until a message of this kind, or a refusal, or the time is over. */
bool enemy_expect(struct enemy *e, tq_message_kind kind, struct tq_message *out, int wait_ms);

/* Hello of a chain that ends at `head`. */
void enemy_hello(struct enemy *e, const struct tq_chain_point *head);
void enemy_pull(struct enemy *e, uint64_t cursor, uint64_t credit, uint64_t sets_coming);

void enemy_credit(struct enemy *e, uint64_t bytes);

/* Connect again with hardly any room for what comes. */
void enemy_read_little(struct enemy *e);
/* Nobody closed our standard input yet. */
bool enemy_goes_on(void);
void enemy_pause(struct enemy *e, int wait_ms);

/* Everything that came back, as one line of JSON; `more` goes in first ("\"sent\": 3, "). */
void enemy_report(const struct enemy *e, const char *more);

#endif

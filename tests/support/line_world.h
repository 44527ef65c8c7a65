/* line_world.h - A district's ports and offices' links on 127.0.0.1, in one thread, for tests.
 *
 * The fixture pumps both ends until a condition holds, and ends the test at a deadline. */
#ifndef TQ_TESTS_LINE_WORLD_H
#define TQ_TESTS_LINE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/gate.h"
#include "tuquan/hub.h"
#include "tuquan/link.h"

#define WORLD_LINKS 20u
#define WORLD_WAIT_MS 30000
#define WORLD_INBOX 64u

struct world_key {
    uint8_t public_key[TQ_LINK_KEY_BYTES];
    uint8_t secret_key[TQ_LINK_KEY_BYTES];
};

struct world_letter {
    tq_hub_message_kind kind;
    struct tq_peer peer;
    char user_id[TQ_USER_ID_SIZE];
    size_t len;
    uint8_t head[64]; /* the first bytes */
};

struct world {
    struct tq_net *district_net;
    struct tq_net *office_net;
    struct tq_roster *roster;
    struct tq_gate *gate;
    struct tq_hub *hub; /* NULL: a district that is down */
    struct world_key server;
    struct world_key devices[WORLD_LINKS]; /* user-ids "1", "2", ... */
    struct world_key guest;                /* user-id "guest:1" */
    struct tq_hub_config hub_config;
    struct world_letter inbox[WORLD_INBOX]; /* what the hub delivered, oldest first */
    size_t ninbox;
};

/* A hub on free ports, behind a gate that knows `devices` and the guest. */
void world_init(struct world *world);
void world_deinit(struct world *world);

struct world_key world_key_new(void);

/* Let in the devices 1..count without `revoked` (0: none), and the guest if asked. */
void world_admit(struct world *world, size_t count, size_t revoked, bool guest);

/* A configuration for device `number` to `address`; NULL: the hub's own. */
struct tq_link_config world_config(
        const struct world *world, tq_link_kind kind, size_t number, const char *address);
struct tq_link *world_link(struct world *world, const struct tq_link_config *config);

/* One turn: waits a moment for either end, and takes what the hub got into the inbox. */
void world_turn(struct world *world, struct tq_link *link);

/* Pump until the link reports something, which must be this. */
void world_expect(
        struct world *world, struct tq_link *link, tq_link_event_kind kind, tq_status status);

/* Pump until the hub delivered `count` messages in all. */
void world_expect_letters(struct world *world, struct tq_link *link, size_t count);

/* Pump until the link has a message, which must be this text. */
void world_expect_text(struct world *world, struct tq_link *link, const char *text);

/* The number after the last colon. */
uint16_t world_port_of(const char *address);

/* A listening TCP socket on 127.0.0.1; ends the test on failure. */
int world_listen(uint16_t *port);

/* True until WORLD_WAIT_MS after `since`; ends the test then. */
bool world_patient(int64_t since);

#endif

/* serve.h - The running district: its loop, its ports, its sessions, its broadcast.
 *
 * Phases of one turn of the loop, in this order:
 *   1. wait for a message, the wake pipe or the next look at the file
 *   2. read the clock
 *   3. take the messages that have come; each one's identity is checked again
 *   4. merge what waits, answer, let the pulls go on (tq_district_turn)
 *   5. write down what the sessions told (one commit)
 *   6. look at the file: devices, invitations, rows that others wrote; broadcast what is new
 *   7. when nothing goes on: move the write-ahead log into the file
 * Ownership: serve_run owns everything it makes.
 * Threads:   the caller's, and the gate's own (with a reading connection of its own). */
#ifndef TQ_SERVER_SERVE_H
#define TQ_SERVER_SERVE_H

#include <stdatomic.h>

#include "app.h"

/* Serve until a signal. Prints the addresses once the ports are bound and a stranger was turned
 * away. Fails: PORT_TAKEN, GATE_OPEN, BUSY (another server on this file)... */
TQ_MUST_CHECK tq_status serve_run(struct app *app, struct cli *cli, struct tq_error *err);

/* The same for the mailbox of a link, in a thread of its own, until `stop_fd` can be read: no page,
 * no signals. While `closed` is true whoever comes is told so and nothing is read. Fails the same. */
TQ_MUST_CHECK tq_status serve_box(struct app *app, struct cli *cli, int stop_fd,
        const atomic_bool *closed, struct tq_error *err);

#endif

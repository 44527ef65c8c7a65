/* metrics.h - What a monitoring program asks for: /metrics in the format of Prometheus, and /healthz,
 * on a port of their own, where nothing else is served and nobody signs in.
 *
 * A program that asks every few seconds has no account and no browser: its port is its right. It stands
 * where `metrics_address` says, at one address and not at all of them; who reaches it learns how many
 * and how long ago, of which commune by its code, and no row.
 * Ownership: metrics_start gives it to the caller. `app` is looked at during the start only.
 * Threads:   the caller's; it has two of its own. */
#ifndef TQ_SERVER_METRICS_H
#define TQ_SERVER_METRICS_H

#include "app.h"

struct metrics;

/* "": *out is NULL. Fails: CONFIG (no address in numbers, or all addresses at once), PORT_TAKEN, as
 * app_open. */
TQ_MUST_CHECK tq_status metrics_start(
        struct metrics **out, struct cli *cli, const struct app *app, struct tq_error *err);
void metrics_stop(struct metrics *metrics); /* NULL is fine */

/* "127.0.0.1:7381" */
const char *metrics_address(const struct metrics *metrics);

#endif

/* figures.h - The monthly figures of all villages as one grid, with the month before and the same
 * month of last year beside each.
 *
 * Ownership: everything lives in the app's arena.
 * Threads:   that of the command. */
#ifndef TQ_CLIENT_FIGURES_H
#define TQ_CLIENT_FIGURES_H

#include "returns.h"

struct figures_cell {
    bool there;
    struct tq_slice key; /* of the row; with `there` */
    struct tq_value value;
    struct tq_value state;
    int pending;
    struct tq_value before;    /* of the month before */
    struct tq_value last_year; /* of the same month */
};

struct figures_grid {
    struct returns_frame frame;
    struct tq_slice before; /* periods */
    struct tq_slice last_year;
    int64_t *households;        /* of each village, by its newest profile; -1: none */
    struct figures_cell *cells; /* village by village */
};

/* A soft warning: the figure may be right, a person should look. */
struct figures_warning {
    const char *code;
    struct cli_text text;
};

#define FIGURES_MAX_WARNINGS 4u

/* Fails: as returns_frame. */
TQ_MUST_CHECK tq_status figures_load(
        struct app *app, const char *period, struct figures_grid *out, struct tq_error *err);

/* Index of a village by key, code or name; -1: none. */
int figures_village(struct app *app, const struct figures_grid *grid, struct tq_slice text);

/* What is odd about the figure of one cell; returns how many. */
size_t figures_warn(const struct figures_grid *grid, size_t village, size_t indicator,
        struct figures_warning out[FIGURES_MAX_WARNINGS]);

#endif

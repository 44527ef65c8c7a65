/* bench.h - The bench: its options, its clock, its table.
 *
 * Every figure stands beside its floor, timed in the same run: plain SQLite that writes the same
 * rows by prepared statements under the same file settings (machines are noisy: only the ratio
 * means something). A failure ends the program with what failed.
 * Threads: one, but for the nights over real links (night.c). */
#ifndef TQ_BENCH_H
#define TQ_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuquan/error.h"

#define BENCH_OFFICES 17u
#define BENCH_PATH_BYTES 256u
#define BENCH_MAX_LINES 40u
#define BENCH_MAX_RUNS 101u

/* How the ratio of a figure reads. */
enum bench_sense {
    BENCH_TIMES, /* ours / floor: smaller is better */
    BENCH_SHARE, /* ours / floor in rows a second: the share of its speed that is left */
    BENCH_PLAIN, /* no floor: ours is held against must itself; smaller is better */
};

struct bench_line {
    const char *name;
    const char *unit;
    enum bench_sense sense;
    double floor; /* in `unit`; 0: none */
    double ours;
    double must; /* of the ratio, or of ours (PLAIN); 0: not given */
    double reach;
    char note[80];
};

struct bench {
    char dir[BENCH_PATH_BYTES - 64];
    uint64_t seed;
    size_t rows;       /* of the large batch */
    size_t stored;     /* rows of each office before it */
    size_t night_rows; /* 200 */
    size_t runs;       /* of what takes long; the median counts */
    size_t nights;     /* of what is short */
    const char *only;  /* part of a figure's group, NULL: all */
    struct bench_line lines[BENCH_MAX_LINES];
    size_t nlines;
};

/* Some of these fail the program: they return only when all is well. */
void bench_must(tq_status rc, const char *what, const struct tq_error *err);
void bench_fail(const char *what, const char *why);

double bench_now(void); /* seconds, steady */
double bench_median(double *values, size_t count);

struct bench_line *bench_add(struct bench *b, const char *name, const char *unit,
        enum bench_sense sense, double floor, double ours);
void bench_say(const struct bench *b, const char *what); /* progress, to stderr */

void bench_path(const struct bench *b, const char *name, char out[BENCH_PATH_BYTES]);
void bench_copy(const char *from, const char *to); /* a database file at rest */

/* The groups of figures. */
void bench_capture(struct bench *b); /* capture, seal, open */
void bench_merge(struct bench *b);   /* merge, wire, pull, digest */
void bench_night(struct bench *b);   /* over CURVE on the loopback */

#endif

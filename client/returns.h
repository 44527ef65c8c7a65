/* returns.h - The figures of one period as people see them: villages down, indicators across.
 *
 * Ownership: a frame lives in the app's arena.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_RETURNS_H
#define TQ_CLIENT_RETURNS_H

#include "app.h"

struct returns_village {
    struct tq_slice unit; /* key */
    struct tq_slice code;
    struct tq_slice name; /* full name */
};

struct returns_indicator {
    struct tq_slice key;
    struct tq_slice code;
    struct tq_slice name;
    struct tq_slice measure;
    struct tq_slice nature; /* flow, stock */
};

struct returns_frame {
    struct tq_slice period; /* key */
    struct tq_slice code;   /* of the period */
    struct tq_slice starts_on;
    struct tq_slice ends_on;
    struct tq_slice state; /* of the period: open, locked, ... */
    struct returns_village *villages;
    size_t nvillages;
    struct returns_indicator *indicators; /* those that are typed, in the sheet's order */
    size_t nindicators;
};

/* The villages that are there at the period's end and the published typed indicators. Fails:
 * NOT_FOUND (no such period), USAGE (not a month). */
TQ_MUST_CHECK tq_status returns_frame(
        struct app *app, struct tq_slice period, struct returns_frame *out, struct tq_error *err);

/* The cell of a village and an indicator; *found false where nothing was entered. */
TQ_MUST_CHECK tq_status returns_cell(struct app *app, const struct returns_frame *frame,
        size_t village, size_t indicator, struct tq_record *out, bool *found, struct tq_error *err);

/* The indicator that a heading names (code, key, or name with or without marks); -1: none. */
int returns_indicator_find(const struct returns_frame *frame, struct tq_slice heading);

#endif

/* movement.h - How far the movement is in one year: each commune's models, covenants, registration,
 * festivals and recognition; and the models one by one. District's file.
 *
 * A step of a model counts only with the facts of the one before, by the last day that is asked about.
 * Ownership: results live in the arena that was given; texts are empty for NULL.
 * Threads:   that of the database. */
#ifndef TQ_MOVEMENT_H
#define TQ_MOVEMENT_H

#include "tuquan/api.h"
#include "tuquan/arena.h"
#include "tuquan/calendar.h"
#include "tuquan/database.h"
#include "tuquan/error.h"

struct tq_movement_question {
    int year;           /* civil: registrations, festivals, recognition of this year */
    tq_day as_of;       /* models and covenants up to this day */
    tq_day villages_on; /* the day on which villages are counted: the end of the year of recognition */
};

/* A recognition as the commune wrote it and the district decided it; counts are -1 where none is. */
struct tq_movement_recognition {
    bool there;
    struct tq_slice registered_on;
    int64_t villages_total;
    int64_t villages_registered;
    int64_t villages_recognised;
    struct tq_slice result; /* met, not_met */
    struct tq_slice decision_no;
    struct tq_slice decided_on;
    struct tq_slice state;
};

struct tq_movement_unit {
    struct tq_slice unit;
    struct tq_slice name;
    int64_t villages;
    int64_t models;
    int64_t surveyed; /* models that came at least so far */
    int64_t decided;
    int64_t launched;
    int64_t replicas; /* launched ones */
    int64_t running;
    int64_t covenants; /* villages with one in force */
    int64_t committee; /* members in office */
    bool drive;        /* there is a registration */
    struct tq_slice drive_registered_on;
    struct tq_slice drive_launched_on;
    struct tq_slice drive_confirmed_on;
    int64_t pledged; /* -1: not said */
    int64_t festivals_planned;
    int64_t festivals_held;
    struct tq_movement_recognition recognition;
    bool ever_reviewed; /* the district worked on a recognition of the year or of one before it */
};

#define TQ_MOVEMENT_LACKS 6u

struct tq_movement_model {
    struct tq_slice unit;
    struct tq_slice id;
    struct tq_slice label;
    struct tq_slice kind;
    struct tq_slice village;
    struct tq_slice state;
    struct tq_slice survey_no, survey_on;
    struct tq_slice plan_no, plan_on;
    struct tq_slice decision_no, decision_on;
    struct tq_slice launched_on;
    struct tq_slice ended_on;
    struct tq_slice covenant_on; /* the village's, in force */
    int64_t committee;           /* of the commune, in office */
    /* What is not there by the day, those that hold the next step first: of survey, decision, launch;
     * then of plan, committee, covenant, which hold none. */
    const char *lacks[TQ_MOVEMENT_LACKS];
    size_t nlacks;
};

TQ_BEGIN_DECLS

/* The district's own communes (own_units.h), in order of their keys. Fails: NOMEM, the database's. */
TQ_MUST_CHECK tq_status tq_movement_units(struct tq_db *db, struct tq_arena *arena,
        const struct tq_movement_question *question, struct tq_movement_unit **out, size_t *n,
        struct tq_error *err);

/* Their models that are not void, commune by commune, the oldest first. Fails the same. */
TQ_MUST_CHECK tq_status tq_movement_models(struct tq_db *db, struct tq_arena *arena,
        const struct tq_movement_question *question, struct tq_movement_model **out, size_t *n,
        struct tq_error *err);

TQ_END_DECLS
#endif

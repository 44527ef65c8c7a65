#include "tuquan/movement.h"

#include <stdio.h>
#include <string.h>

#include "store/own_units.h"
#include "store/sql.h"

#define FIRST_ROWS ((size_t)32)

/* The facts of a model m, by the day ?2, in the order of its life: what a step needs, and what is
 * told as lacking, are these. The committee and the covenant have no day of their own in the model,
 * and a plan is not always written: they are told as lacking, but hold no step back. */
#define HAS_SURVEY "m.survey_no IS NOT NULL AND m.survey_on <= ?2"
#define HAS_PLAN "m.plan_no IS NOT NULL AND m.plan_on <= ?2"
#define HAS_DECISION "m.decision_no IS NOT NULL AND m.decision_on <= ?2"
#define HAS_COMMITTEE IN_OFFICE("m.unit") " > 0"
#define HAS_COVENANT                                                                               \
    "EXISTS (SELECT 1 FROM covenant AS c WHERE c.village = m.village AND " IN_FORCE ")"
#define HAS_LAUNCH "m.launched_on <= ?2"
/* A bit for each place in LACKS that is not there: those that hold the next step first. */
#define LACKING                                                                                    \
    "((" HAS_SURVEY ") IS NOT TRUE) + 2 * ((" HAS_DECISION ") IS NOT TRUE) + 4 * ((" HAS_LAUNCH    \
    ") IS NOT TRUE) + 8 * ((" HAS_PLAN ") IS NOT TRUE) + 16 * ((" HAS_COMMITTEE                    \
    ") IS NOT TRUE) + 32 * ((" HAS_COVENANT ") IS NOT TRUE)"
static const char *const LACKS[TQ_MOVEMENT_LACKS] = { "survey", "decision", "launch", "plan",
    "committee", "covenant" };

#define SURVEYED HAS_SURVEY
#define DECIDED SURVEYED " AND " HAS_DECISION
#define LAUNCHED DECIDED " AND " HAS_LAUNCH
/* One that ended later ran then, whatever its state is today; a pause has no day. */
#define RUNS                                                                                       \
    LAUNCHED " AND iif(m.ended_on IS NULL, m.state NOT IN ('paused', 'ended'), m.ended_on > ?2)"
/* Not one that was only surveyed afterwards. */
#define THERE "(m.survey_on IS NULL OR m.survey_on <= ?2)"
#define MODELS(what)                                                                               \
    "(SELECT count(*) FROM model AS m WHERE m.unit = u.unit AND m.voided_at IS NULL AND " what ")"
#define IN_FORCE "c.state <> 'draft' AND c.adopted_on <= ?2 AND c.voided_at IS NULL"
#define IN_OFFICE(unit)                                                                            \
    "(SELECT count(*) FROM committee_member AS k WHERE k.unit = " unit                             \
    " AND k.state = 'active' AND (k.since_on IS NULL OR k.since_on <= ?2)"                         \
    " AND k.voided_at IS NULL)"
#define OURS                                                                                       \
    "u.level = 3 AND u.voided_at IS NULL AND (u.valid_from IS NULL OR u.valid_from <= ?2)"         \
    " AND (u.valid_to IS NULL OR u.valid_to >= ?2) AND " OWN_UNIT("u")

/* clang-format off */
/* ?1 the year, ?2 the last day, ?3 the day of the villages. A festival counts in the year in which it
 * was planned, and as held in the one in which it was held. */
static const char units_sql[] =
        "WITH f(unit, planned, held) AS (SELECT unit, total(substr(planned_on, 1, 4) = ?1),"
        " total(substr(held_on, 1, 4) = ?1 AND state <> 'cancelled') FROM activity"
        " WHERE kind = 'festival' AND voided_at IS NULL GROUP BY unit)"
        " SELECT u.unit, coalesce(u.full_name, u.name, u.code),"
        " (SELECT count(*) FROM unit AS v WHERE v.parent = u.unit AND v.level = 4"
        " AND v.voided_at IS NULL AND (v.valid_from IS NULL OR v.valid_from <= ?3)"
        " AND (v.valid_to IS NULL OR v.valid_to >= ?3)),"
        " " MODELS(THERE) ", " MODELS(SURVEYED) ", " MODELS(DECIDED) ", " MODELS(LAUNCHED) ","
        " " MODELS("m.kind = 'replica' AND " LAUNCHED) ", " MODELS(RUNS) ","
        " (SELECT count(DISTINCT c.village) FROM covenant AS c WHERE c.unit = u.unit AND " IN_FORCE "),"
        " " IN_OFFICE("u.unit") ","
        " e.unit IS NOT NULL, e.registered_on, e.launched_on, e.confirmed_on, coalesce(e.pledged, -1),"
        " coalesce(f.planned, 0), coalesce(f.held, 0), r.unit IS NOT NULL, r.registered_on,"
        " coalesce(r.villages_total, -1), coalesce(r.villages_registered, -1),"
        " coalesce(r.villages_recognised, -1), r.result, r.decision_no, r.decided_on, r.state,"
        " EXISTS (SELECT 1 FROM recognition AS p WHERE p.unit = u.unit AND p.year <= CAST(?1 AS INTEGER)"
        " AND p.state IN ('assessed', 'decided') AND p.voided_at IS NULL)"
        " FROM unit AS u LEFT JOIN f ON f.unit = u.unit"
        " LEFT JOIN emulation_launch AS e ON e.unit = u.unit AND e.year = CAST(?1 AS INTEGER)"
        " AND e.voided_at IS NULL"
        " LEFT JOIN recognition AS r ON r.unit = u.unit AND r.year = CAST(?1 AS INTEGER)"
        " AND r.voided_at IS NULL WHERE " OURS " ORDER BY u.unit";

static const char models_sql[] =
        "SELECT m.unit, m.id, m.label, m.kind, m.village, m.state, m.survey_no, m.survey_on,"
        " m.plan_no, m.plan_on, m.decision_no, m.decision_on, m.launched_on, m.ended_on,"
        " (SELECT max(c.adopted_on) FROM covenant AS c WHERE c.village = m.village AND " IN_FORCE "),"
        " " IN_OFFICE("m.unit") ", " LACKING " FROM model AS m JOIN unit AS u ON u.unit = m.unit"
        " WHERE m.voided_at IS NULL AND " THERE " AND ?1 <> '' AND ?3 <> '' AND " OURS
        " ORDER BY m.unit, m.survey_on IS NULL, m.survey_on, m.label";
/* clang-format on */

/* What reads the statement's row; a failure of memory is kept to be looked at once. */
struct reading {
    struct tq_db *db;
    struct tq_arena *arena;
    sqlite3_stmt *stmt;
    int at; /* the next column */
    bool no_memory;
};

typedef void (*fill_fn)(struct reading *from, void *out);

static struct tq_slice next_text(struct reading *from)
{
    struct tq_slice text = sql_bytes(from->stmt, from->at++);
    uint8_t *copy;

    if (text.len == 0)
        return tq_slice_of(NULL, 0);
    copy = tq_arena_copy(from->arena, text.data, text.len);
    from->no_memory = from->no_memory || copy == NULL;
    return tq_slice_of(copy, copy != NULL ? text.len : 0);
}

static int64_t next_int(struct reading *from)
{
    return sql_int(from->stmt, from->at++);
}

static void fill_unit(struct reading *from, void *out)
{
    struct tq_movement_unit *u = out;
    struct tq_movement_recognition *r = &u->recognition;

    u->unit = next_text(from);
    u->name = next_text(from);
    u->villages = next_int(from);
    u->models = next_int(from);
    u->surveyed = next_int(from);
    u->decided = next_int(from);
    u->launched = next_int(from);
    u->replicas = next_int(from);
    u->running = next_int(from);
    u->covenants = next_int(from);
    u->committee = next_int(from);
    u->drive = next_int(from) != 0;
    u->drive_registered_on = next_text(from);
    u->drive_launched_on = next_text(from);
    u->drive_confirmed_on = next_text(from);
    u->pledged = next_int(from);
    u->festivals_planned = next_int(from);
    u->festivals_held = next_int(from);
    r->there = next_int(from) != 0;
    r->registered_on = next_text(from);
    r->villages_total = next_int(from);
    r->villages_registered = next_int(from);
    r->villages_recognised = next_int(from);
    r->result = next_text(from);
    r->decision_no = next_text(from);
    r->decided_on = next_text(from);
    r->state = next_text(from);
    u->ever_reviewed = next_int(from) != 0;
}

static void fill_model(struct reading *from, void *out)
{
    struct tq_movement_model *m = out;
    struct tq_slice *const TEXTS[] = { &m->unit, &m->id, &m->label, &m->kind, &m->village,
        &m->state, &m->survey_no, &m->survey_on, &m->plan_no, &m->plan_on, &m->decision_no,
        &m->decision_on, &m->launched_on, &m->ended_on, &m->covenant_on };
    int64_t lacking;

    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        *TEXTS[i] = next_text(from);
    m->committee = next_int(from);
    lacking = next_int(from);
    m->nlacks = 0;
    for (size_t i = 0; i < TQ_MOVEMENT_LACKS; i++)
        if (((uint64_t)lacking >> i & 1u) != 0)
            m->lacks[m->nlacks++] = LACKS[i];
}

static void *grow(struct reading *from, void *rows, size_t n, size_t *cap, size_t size)
{
    size_t more = *cap == 0 ? FIRST_ROWS : *cap * 2;
    void *bigger;

    if (n < *cap)
        return rows;
    bigger = tq_arena_array(from->arena, more, size);
    from->no_memory = from->no_memory || bigger == NULL;
    if (bigger == NULL)
        return NULL;
    if (n > 0)
        memcpy(bigger, rows, n * size);
    *cap = more;
    return bigger;
}

static tq_status read_rows(struct tq_db *db, struct tq_arena *arena, const char *sql,
        const struct tq_movement_question *question, fill_fn fill, size_t size, void **out,
        size_t *n, struct tq_error *err)
{
    struct reading from = { .db = db, .arena = arena };
    char year[12];
    char as_of[TQ_DAY_TEXT];
    char villages_on[TQ_DAY_TEXT];
    uint8_t *rows = NULL;
    size_t cap = 0;
    bool row = false;
    tq_status rc = sql_prepare(db, &from.stmt, sql, err);

    *out = NULL;
    *n = 0;
    if (rc != TQ_OK)
        return rc;
    snprintf(year, sizeof(year), "%d", question->year);
    tq_day_print(question->as_of, as_of);
    tq_day_print(question->villages_on, villages_on);
    sql_bind_str(from.stmt, 1, year);
    sql_bind_str(from.stmt, 2, as_of);
    sql_bind_str(from.stmt, 3, villages_on);
    for (;;) {
        rc = sql_step(db, from.stmt, &row, err);
        if (rc != TQ_OK || !row)
            break;
        rows = grow(&from, rows, *n, &cap, size);
        from.at = 0;
        if (rows != NULL)
            fill(&from, rows + *n * size);
        if (from.no_memory) {
            sql_done(from.stmt);
            return tq_error_set(err, TQ_NOMEM, "movement");
        }
        (*n)++;
    }
    *out = rows;
    return rc;
}

tq_status tq_movement_units(struct tq_db *db, struct tq_arena *arena,
        const struct tq_movement_question *question, struct tq_movement_unit **out, size_t *n,
        struct tq_error *err)
{
    void *rows;
    tq_status rc = read_rows(db, arena, units_sql, question, fill_unit,
            sizeof(struct tq_movement_unit), &rows, n, err);

    *out = rows;
    return rc;
}

tq_status tq_movement_models(struct tq_db *db, struct tq_arena *arena,
        const struct tq_movement_question *question, struct tq_movement_model **out, size_t *n,
        struct tq_error *err)
{
    void *rows;
    tq_status rc = read_rows(db, arena, models_sql, question, fill_model,
            sizeof(struct tq_movement_model), &rows, n, err);

    *out = rows;
    return rc;
}

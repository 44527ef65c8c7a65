/* sim_people.c - Who writes at the border: clerks of both sides, a partner that keeps to nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"

/* SQL of somebody, wherever his file is. */
struct pen {
    struct sim *s;
    const char *unit;
    bool ours;
    bool patrols; /* his program knows of them */
    bool more;    /* and of statistics and hand-overs */
    bool shares;  /* and of where a case happened */
    void (*write)(struct pen *pen, const char *sql);
    struct sim_office *office;
    sqlite3 *db;
};

struct field {
    const char *column;
    struct tq_value value;
};

static const char *const TABLES[] = { "border_notice", "border_meeting", "joint_patrol" };

uint32_t border_aside(struct sim *s, uint32_t sides)
{
    struct border *b = s->border;
    uint64_t x;

    if (b->aside_of != s->rng)
        b->asides = 0;
    b->aside_of = s->rng;
    x = s->rng + ++b->asides * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((x ^ (x >> 31)) % sides);
}

static const char *some_table(const struct pen *pen)
{
    if (pen->more && border_aside(pen->s, 4) == 0)
        return border_aside(pen->s, 2) == 0 ? "border_statistics" : "border_handover";
    return TABLES[sim_roll(pen->s, pen->patrols ? 3 : 2)];
}

/* Whom it is for: mostly somebody whom the agreement may name. */
static const char *some_partner(const struct pen *pen)
{
    if (pen->ours)
        return sim_chance(pen->s, 85) ? BORDER_UNIT : BORDER_OTHER;
    return sim_unit(sim_chance(pen->s, 50) ? 0 : sim_roll(pen->s, (uint32_t)pen->s->ncommunes));
}

static const char *some_category(struct sim *s)
{
    return sim_chance(s, 90) ? BORDER_CATEGORIES[sim_roll(s, 3)] : "other";
}

/* What the district drafts of a row of statistics no clerk writes (tell_figures). */
static void tell_more(struct pen *pen, const char *partner, const char *state, unsigned value)
{
    unsigned day = 1 + value % 28;
    char sql[1024];

    if (border_aside(pen->s, 2) == 0)
        snprintf(sql, sizeof(sql),
                "INSERT INTO border_statistics(unit,partner_unit,label,direction,issued_on,state) "
                "VALUES('%s','%s','S%u','out','2020-11-%02u','%s')",
                pen->unit, partner, value, day, state);
    else
        snprintf(sql, sizeof(sql),
                "INSERT INTO border_handover(unit,partner_unit,label,year,standing,handed_on,"
                "minutes_no,state) VALUES('%s','%s','H%u',%u,'secret %u','2020-11-%02u','%u','%s')",
                pen->unit, partner, value, 2020 + value % 3, value, day, value, state);
    pen->write(pen, sql);
}

static void tell(struct pen *pen)
{
    struct sim *s = pen->s;
    const char *state = sim_chance(s, 75) ? "sent" : "draft";
    unsigned value = (unsigned)(++s->values % 1000000);
    unsigned day = 1 + sim_roll(s, 28);
    char sql[1024];

    if (pen->more && border_aside(s, 3) == 0)
        tell_more(pen, some_partner(pen), state, value);
    switch (sim_roll(s, pen->patrols ? 4 : 3)) {
    case 0:
        snprintf(sql, sizeof(sql),
                "INSERT INTO border_meeting(unit,partner_unit,label,held_on,place,topics,"
                "minutes_no,state) VALUES('%s','%s','M%u','2020-11-%02u','place %u','secret %u',"
                "'%u','%s')",
                pen->unit, some_partner(pen), value, day, value, value, value, state);
        break;
    case 3:
        snprintf(sql, sizeof(sql),
                "INSERT INTO joint_patrol(unit,partner_unit,label,planned_on,participants,"
                "minutes_no,results,state) VALUES('%s','%s','P%u','2020-11-%02u',%u,'secret %u',"
                "'results %u','%s')",
                pen->unit, some_partner(pen), value, day, 1 + value % 50, value, value, state);
        break;
    default:
        snprintf(sql, sizeof(sql),
                "INSERT INTO border_notice(unit,partner_unit,label,direction,category,issued_on,"
                "dispatch_no,body,reply_due,state%s) "
                "VALUES('%s','%s','N%u','out','%s','2020-11-%02u',"
                "'secret %u','body %u','2020-12-%02u','%s'%s)",
                pen->more ? ",area,place" : "", pen->unit, some_partner(pen), value,
                some_category(s), day, value, value, day, state,
                pen->more ? ",3,'secret place'" : "");
        break;
    }
    pen->write(pen, sql);
}

/* A row of the table, as SQL: one of the first few. */
static void of_some_row(const struct pen *pen, const char *table, const char *where, char out[256])
{
    snprintf(out, 256, "id=(SELECT id FROM %s WHERE %s ORDER BY id LIMIT 1 OFFSET %u)", table,
            where, sim_roll(pen->s, 3));
}

static void edit(struct pen *pen)
{
    struct sim *s = pen->s;
    const char *table = some_table(pen);
    bool notice = strcmp(table, "border_notice") == 0;
    unsigned value = (unsigned)(++s->values % 1000000);
    char row[256];
    char sql[1024];

    of_some_row(pen, table,
            notice || strcmp(table, "border_statistics") == 0 ? "direction='out'" : "1", row);
    switch (sim_roll(s, 7)) {
    case 0:
        snprintf(sql, sizeof(sql), "UPDATE %s SET state='sent' WHERE %s AND state='draft'", table,
                row);
        break;
    case 1:
        snprintf(sql, sizeof(sql), "UPDATE %s SET state='closed' WHERE %s", table, row);
        break;
    case 2:
        snprintf(sql, sizeof(sql),
                "UPDATE %s SET voided_at=1607900000000,void_reason='secret %u' WHERE %s", table,
                value, row);
        break;
    case 3:
        snprintf(sql, sizeof(sql), "UPDATE %s SET partner_unit='%s' WHERE %s AND state='draft'",
                table, some_partner(pen), row);
        break;
    case 4:
        snprintf(sql, sizeof(sql), "UPDATE %s SET %s='%s' WHERE %s", table,
                notice ? "category" : "label", notice ? some_category(s) : "again", row);
        break;
    default:
        snprintf(sql, sizeof(sql), "UPDATE %s SET label='L%u'%s WHERE %s", table, value,
                notice ? ",body=label||'; more',dispatch_no='secret'" : "", row);
        break;
    }
    pen->write(pen, sql);
}

static void answer_more(struct pen *pen)
{
    char row[256];
    char sql[1024];

    if (border_aside(pen->s, 2) == 0) {
        of_some_row(pen, "border_statistics", "direction='in'", row);
        snprintf(sql, sizeof(sql),
                "UPDATE border_statistics SET state='acknowledged' WHERE %s AND state='sent'", row);
    } else {
        of_some_row(pen, "border_handover", "state<>'draft'", row);
        snprintf(sql, sizeof(sql), "UPDATE border_handover SET signed_on='2020-12-%02u' WHERE %s",
                1 + border_aside(pen->s, 28), row);
    }
    pen->write(pen, sql);
}

static void answer(struct pen *pen)
{
    struct sim *s = pen->s;
    unsigned value = (unsigned)(++s->values % 1000000);
    unsigned day = 1 + sim_roll(s, 28);
    char row[256];
    char sql[1024];

    if (pen->more && border_aside(s, 4) == 0)
        answer_more(pen);
    if (sim_chance(s, 35)) {
        const char *table = pen->patrols && sim_chance(s, 50) ? "joint_patrol" : "border_meeting";

        of_some_row(pen, table, "state<>'draft'", row);
        snprintf(sql, sizeof(sql), "UPDATE %s SET signed_on='2020-12-%02u' WHERE %s", table, day,
                row);
    } else if (sim_chance(s, 40)) {
        of_some_row(pen, "border_notice", "direction='in'", row);
        snprintf(sql, sizeof(sql),
                "UPDATE border_notice SET state='acknowledged' WHERE %s AND state='sent'", row);
    } else {
        of_some_row(pen, "border_notice", "direction='in'", row);
        snprintf(sql, sizeof(sql),
                "UPDATE border_notice SET state='answered',answered_on='2020-12-%02u',"
                "answer='answer %u',answer_no='secret %u' WHERE %s",
                day, value, value, row);
    }
    pen->write(pen, sql);
}

/* A case of his own, here or across the border; linked to a notice, or let go. And what he was told is
 * seen. */
static void share(struct pen *pen)
{
    static const char *const SIGNED[] = { "border_meeting", "border_handover", "joint_patrol" };
    struct sim *s = pen->s;
    const char *across = pen->ours ? BORDER_UNIT : sim_unit(0);
    unsigned which = border_aside(s, 3);
    char sql[512];

    switch (border_aside(s, 4)) {
    case 0:
        snprintf(sql, sizeof(sql),
                "INSERT INTO incident(unit,area,category,occurred_on,across_unit) VALUES('%s',3,"
                "'theft','2020-11-05',nullif('%s',''))",
                pen->unit, border_aside(s, 2) == 0 ? across : "");
        break;
    case 1:
        snprintf(sql, sizeof(sql),
                "UPDATE incident SET across_unit=iif(across_unit IS NULL,'%s',NULL) WHERE "
                "id=(SELECT "
                "id FROM incident WHERE unit='%s' ORDER BY id LIMIT 1 OFFSET %u)",
                across, pen->unit, which);
        break;
    case 2:
        snprintf(sql, sizeof(sql),
                "UPDATE %s SET state='acknowledged' WHERE state='sent' AND came=1 AND id=(SELECT "
                "id "
                "FROM %s ORDER BY id LIMIT 1 OFFSET %u)",
                SIGNED[which], SIGNED[which], border_aside(s, 3));
        break;
    default:
        snprintf(sql, sizeof(sql),
                "UPDATE border_notice SET incident=(SELECT id FROM incident WHERE unit='%s' ORDER "
                "BY id LIMIT 1 OFFSET %u) WHERE id=(SELECT id FROM border_notice ORDER BY id LIMIT "
                "1 OFFSET %u)",
                pen->unit, which, border_aside(s, 3));
        break;
    }
    pen->write(pen, sql);
}

static void work(struct pen *pen)
{
    uint32_t what = sim_roll(pen->s, 100);

    if (pen->shares && border_aside(pen->s, 2) == 0)
        share(pen);
    if (what < 40)
        tell(pen);
    else if (what < 60)
        edit(pen);
    else
        answer(pen);
}

static void write_at_office(struct pen *pen, const char *sql)
{
    sim_clerk(pen->office, "%s", sql);
}

void border_office(struct sim *s, struct sim_office *o)
{
    struct pen pen = { .s = s,
        .unit = sim_unit(o->commune),
        .ours = true,
        .patrols = sim_knows(o, 3),
        .more = sim_knows(o, 2),
        .shares = sim_knows(o, 4),
        .write = write_at_office,
        .office = o };

    work(&pen);
}

static void write_at_neighbour(struct pen *pen, const char *sql)
{
    char *message = NULL;
    int rc = sqlite3_exec(pen->db, sql, NULL, NULL, &message);

    sim_say(pen->s, "neighbour: %s%s%s", sql, message != NULL ? ": " : "",
            message != NULL ? message : "");
    sqlite3_free(message);
    pen->s->stats.changes += rc == SQLITE_OK;
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_CONSTRAINT && !pen->s->faults)
        sim_fail(pen->s, "neighbour: %s", sql);
}

#define FIGURES 64u

static const char *figures_of(unsigned value, char out[FIGURES])
{
    snprintf(out, FIGURES, "figures %u", value);
    return out;
}

/* Figures are the district's to draft: a row of them, on either side. */
static void tell_figures(struct border_side *side)
{
    struct sim *s = side->sim;
    const struct tq_table *table = tq_catalogue_find(border_catalogue(side), "border_statistics");
    unsigned value = border_aside(s, 1000000);
    const char *ours = sim_unit(border_aside(s, (uint32_t)s->ncommunes));
    char figures[FIGURES];
    uint8_t key[TQ_SURROGATE_BYTES];
    const struct field fields[] = { { "label", tq_value_str("F") },
        { "partner_unit", tq_value_str(side->number == 0 ? BORDER_UNIT : ours) },
        { "period", tq_value_str(value % 2 ? "2020" : "2020-H1") },
        { "figures", tq_value_str(figures_of(value, figures)) },
        { "issued_on", tq_value_str("2020-12-01") },
        { "state", tq_value_str(value % 3 ? "sent" : "draft") } };
    uint32_t columns[6];
    struct tq_value after[6];
    struct tq_change c = { .key = tq_slice_of(key, sizeof(key)),
        .owner = tq_slice_str(side->number == 0 ? ours : BORDER_UNIT),
        .columns = columns,
        .after = after,
        .author = tq_slice_str(BORDER_OFFICER) };
    struct tq_district_write write = { .changes = &c, .count = 1 };
    struct tq_error err;
    tq_status rc;

    if (table == NULL || border_is_dead(side))
        return;
    border_use(side);
    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)border_aside(s, 256);
    c.table = table->id;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        columns[c.ncolumns] = table->columns[tq_table_column_find(table, fields[i].column)].id;
        after[c.ncolumns++] = fields[i].value;
    }
    tq_error_clear(&err);
    rc = tq_merge_district(border_merger(side), &write, side->clock.now_ms(side), &err);
    sim_say(s, "figures of side %zu: %s", side->number, rc == TQ_OK ? "drafted" : err.msg);
    if (rc == TQ_INVALID || rc == TQ_RULE)
        sim_fail(s, "figures of side %zu: %s", side->number, err.msg);
}

/* Its one office: a few rows, and a session with its own district. */
void border_neighbour_works(struct sim *s)
{
    struct border_side *side = &s->border->sides[1];
    struct pen pen = { .s = s, .unit = BORDER_UNIT, .write = write_at_neighbour };
    struct tq_error err;

    if (border_aside(s, 3) == 0)
        tell_figures(&s->border->sides[border_aside(s, 2)]);
    if (border_is_dead(side))
        return;
    border_use(side);
    pen.db = sql_handle(side->office.file);
    pen.patrols = tq_catalogue_find(border_catalogue(side), "joint_patrol") != NULL;
    pen.more = tq_catalogue_find(border_catalogue(side), "border_statistics") != NULL;
    pen.shares = tq_table_column_find(tq_catalogue_find(border_catalogue(side), "border_notice"),
                         "case_unit") >= 0;
    tq_error_clear(&err);
    (void)!border_session(&side->office, &err);
    for (uint32_t n = 2 + sim_roll(s, 5); n > 0; n--)
        work(&pen);
    (void)!border_session(&side->office, &err);
    if (border_is_dead(side) && !side->locked)
        border_restart(side);
}

/* ---- a partner that keeps to nothing ---- */

/* A row of its own making in the mailbox that we read. */
static void put_row(struct border_hall *out, const char *name, struct tq_slice key,
        const struct field *fields, size_t n)
{
    const struct tq_table *table = tq_catalogue_find(out->catalogue, name);
    uint32_t columns[8];
    struct tq_value after[8];
    struct tq_change c;
    struct tq_district_write write = { .changes = &c, .count = 1 };
    struct tq_error err;
    size_t at = 0;

    if (table == NULL)
        return;
    for (size_t i = 0; i < table->ncolumns; i++)
        for (size_t k = 0; k < n; k++)
            if (strcmp(table->columns[i].name, fields[k].column) == 0) {
                columns[at] = table->columns[i].id;
                after[at++] = fields[k].value;
            }
    memset(&c, 0, sizeof(c));
    c.table = table->id;
    c.key = key;
    c.ncolumns = (uint32_t)at;
    c.columns = columns;
    c.after = after;
    c.author = tq_slice_str("dữ liệu mẫu");
    tq_error_clear(&err);
    if (tq_merge_district(tq_district_merger(out->core), &write, out->side->clock.now_ms(out->side),
                &err) != TQ_OK)
        sim_say(out->side->sim, "hostile: %s", err.msg);
}

/* The key of a row that it was told, or of one that nobody has. */
static struct tq_slice key_by(uint32_t (*roll)(struct sim *s, uint32_t sides),
        struct border_side *side, const char *table, bool ours, uint8_t out[TQ_SURROGATE_BYTES])
{
    struct sim *s = side->sim;
    sqlite3_stmt *stmt = NULL;
    char sql[128];

    for (size_t i = 0; i < TQ_SURROGATE_BYTES; i++)
        out[i] = (uint8_t)roll(s, 256);
    snprintf(
            sql, sizeof(sql), "SELECT id FROM %s ORDER BY id LIMIT 1 OFFSET %u", table, roll(s, 4));
    if (ours && sqlite3_prepare_v2(sql_handle(side->in.file), sql, -1, &stmt, NULL) == SQLITE_OK &&
            sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_bytes(stmt, 0) == TQ_SURROGATE_BYTES)
        memcpy(out, sqlite3_column_blob(stmt, 0), TQ_SURROGATE_BYTES);
    sqlite3_finalize(stmt);
    return tq_slice_of(out, TQ_SURROGATE_BYTES);
}

static struct tq_slice some_key(
        struct border_side *side, const char *table, bool ours, uint8_t out[TQ_SURROGATE_BYTES])
{
    return key_by(sim_roll, side, table, ours, out);
}

static struct tq_slice aside_key(
        struct border_side *side, const char *table, bool ours, uint8_t out[TQ_SURROGATE_BYTES])
{
    return key_by(border_aside, side, table, ours, out);
}

/* Figures and hand-overs, with what no agreement may name beside them. */
static void hostile_more(struct border_side *side, bool good, bool ours)
{
    struct sim *s = side->sim;
    const struct field figures[] = { { "unit", tq_value_str(good ? BORDER_UNIT : BORDER_OTHER) },
        { "partner_unit", tq_value_str(sim_unit(border_aside(s, (uint32_t)s->ncommunes))) },
        { "direction", tq_value_str("out") }, { "label", tq_value_str("hostile") },
        { "state", tq_value_str("closed") }, { "figures", tq_value_str("hostile") } };
    const struct field handover[] = { figures[0], figures[1], figures[3], figures[4],
        { "standing", tq_value_str("hostile") }, { "minutes_hash", tq_value_null() } };
    uint8_t key[TQ_SURROGATE_BYTES];

    if (border_aside(s, 2) == 0)
        put_row(&side->out, "border_statistics", aside_key(side, "border_statistics", ours, key),
                figures, good ? 5 : 6);
    else
        put_row(&side->out, "border_handover", aside_key(side, "border_handover", ours, key),
                handover, good ? 4 : 5);
}

static void hostile_row(struct border_side *side, bool ours)
{
    struct sim *s = side->sim;
    bool good = ours || sim_chance(s, 50); /* to the eye */
    const char *unit = good || sim_chance(s, 50) ? BORDER_UNIT : BORDER_OTHER;
    struct tq_value category = tq_value_str(good ? BORDER_CATEGORIES[sim_roll(s, 3)] : "other");
    uint8_t key[TQ_SURROGATE_BYTES];
    const struct field notice[] = { { "unit", tq_value_str(unit) },
        { "partner_unit", tq_value_str(sim_unit(sim_roll(s, (uint32_t)s->ncommunes))) },
        { "direction", tq_value_str("out") }, { "category", category },
        { "body", tq_value_str("hostile") }, { "state", tq_value_str("closed") },
        { "dispatch_no", tq_value_str("hostile") }, { "label", tq_value_str("hostile") } };
    const struct field meeting[] = { { "unit", tq_value_str(unit) },
        { "partner_unit", tq_value_str(sim_unit(sim_roll(s, (uint32_t)s->ncommunes))) },
        { "label", tq_value_str("hostile") }, { "state", tq_value_str("closed") },
        { "topics", good ? tq_value_null() : tq_value_str("hostile") } };

    hostile_more(side, good, ours);
    if (sim_chance(s, 60))
        put_row(&side->out, "border_notice", some_key(side, "border_notice", ours, key), notice,
                good ? 6 : 8);
    else
        put_row(&side->out, "border_meeting", some_key(side, "border_meeting", ours, key), meeting,
                good ? 4 : 5);
}

static void hostile_answer(struct border_side *side)
{
    static const char *const SQL[] = {
        "UPDATE border_notice SET answer='hostile',acknowledged_at=1,answer_no='hostile'",
        "UPDATE border_notice SET body='hostile',state='closed',dispatch_no='hostile'",
        "UPDATE border_meeting SET partner_signed_on='2020-12-12',signed_on='2020-12-12',"
        "label='hostile'",
        "UPDATE border_notice SET voided_at=1607900000000",
        "INSERT INTO border_notice(unit,partner_unit,direction,state,answer) "
        "VALUES('" BORDER_UNIT "','" BORDER_UNIT "','in','answered','hostile')",
        "UPDATE border_notice SET unit='" BORDER_UNIT "'",
    };
    static const char *const MORE[] = {
        "UPDATE border_statistics SET figures='hostile',state='closed',period='2019'",
        "UPDATE border_handover SET partner_signed_on='2020-12-12',standing='hostile',year=2022",
        "UPDATE border_notice SET area=5,place='hostile'",
    };
    const char *sql = SQL[sim_roll(side->sim, sizeof(SQL) / sizeof(SQL[0]))];

    if (border_aside(side->sim, 4) == 0)
        sql = MORE[border_aside(side->sim, sizeof(MORE) / sizeof(MORE[0]))];

    /* What its file refuses is not sent. */
    sim_say(side->sim, "hostile: %s", sql);
    if (sqlite3_exec(sql_handle(side->in.file), sql, NULL, NULL, NULL) == SQLITE_OK)
        side->sim->stats.faults[SIM_HOSTILE_ANSWER]++;
}

void border_hostile(struct sim *s)
{
    struct border_side *side = &s->border->sides[1];

    if (border_is_dead(side))
        return;
    border_use(side);
    switch (sim_roll(s, 3)) {
    case 0:
        hostile_row(side, false);
        break;
    case 1:
        hostile_row(side, true);
        break;
    default:
        hostile_answer(side);
        break;
    }
    if (border_is_dead(side))
        border_restart(side);
}

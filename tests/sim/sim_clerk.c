/* sim_clerk.c - What people write at an office, in plain SQL: good, bad, late, and all at one cell. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "sim_border.h"

/* Ordinary SQL; a refusal by a trigger is an answer like any other. */
bool sim_clerk(struct sim_office *o, const char *format, ...)
{
    char *message = NULL;
    char sql[2048];
    va_list args;
    int rc;

    va_start(args, format);
    vsnprintf(sql, sizeof(sql), format, args);
    va_end(args);
    sim_clock_struck(o);
    rc = sqlite3_exec(o->db, sql, NULL, NULL, &message);
    o->written = rc == SQLITE_OK ? sqlite3_changes(o->db) : 0;
    if (rc != SQLITE_OK && sqlite3_get_autocommit(o->db) == 0)
        sqlite3_exec(o->db, "ROLLBACK", NULL, NULL, NULL);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_CONSTRAINT && !o->disk->off &&
            !((rc & 0xff) == SQLITE_BUSY && sim_is_busy(o, TQ_BUSY)) &&
            !(o->sim->options.disks && ((rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_IOERR)))
        sim_fail(o->sim, "office %zu: %s: %s", o->number, sql, message);
    sim_say(o->sim, "office %zu: %s%s%s", o->number, sql, rc != SQLITE_OK ? ": " : "",
            rc != SQLITE_OK ? message : "");
    sqlite3_free(message);
    /* Two clerks of three use our own program, which counts its commits (and here this one). */
    if (rc == SQLITE_OK && o->number % 3 != 0)
        (void)!sqlite3_exec(o->db, "UPDATE tq_state SET commits=commits+2", NULL, NULL, NULL);
    o->sim->stats.changes += rc == SQLITE_OK;
    if (o->disk->off)
        sim_office_crash(o);
    return rc == SQLITE_OK;
}

/* A random row's key as SQL: "x'..'"; false when the table is empty. */
static bool pick(struct sim_office *o, const char *table, char out[64])
{
    char sql[256];
    sqlite3_stmt *stmt = NULL;
    bool found;
    int64_t count;

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    count = sim_office_int(o, sql);
    if (count == 0)
        return false;
    snprintf(sql, sizeof(sql), "SELECT quote(id) FROM %s ORDER BY id LIMIT 1 OFFSET %u", table,
            /* mostly the few that everybody works at */
            sim_roll(o->sim, count > 3 && sim_chance(o->sim, 60) ? 3 : (uint32_t)count));
    sqlite3_prepare_v2(o->db, sql, -1, &stmt, NULL);
    found = sqlite3_step(stmt) == SQLITE_ROW;
    if (found)
        snprintf(out, 64, "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return found;
}

static void hex(const uint8_t *key, char out[64])
{
    int n = snprintf(out, 64, "x'");

    for (size_t i = 0; i < TQ_SURROGATE_BYTES; i++)
        n += snprintf(out + n, 64 - (size_t)n, "%02X", key[i]);
    snprintf(out + n, 64 - (size_t)n, "'");
}

/* A village: mostly one that is there, now and then one that the district has yet to add. */
static const char *some_village(struct sim_office *o)
{
    struct sim *s = o->sim;

    return sim_village(s, o->commune, 1 + sim_roll(s, sim_chance(s, 10) ? 40 : 2));
}

static bool is_bad(struct sim_office *o)
{
    return sim_chance(o->sim, 15);
}

static void new_incident(struct sim_office *o)
{
    struct sim *s = o->sim;
    const char *unit = sim_unit(o->commune);
    uint8_t *key = tq_arena_alloc(s->arena, TQ_SURROGATE_BYTES);
    size_t *n = &s->nincidents[o->commune];
    char id[64];

    tq_db_new_key(o->file, key);
    hex(key, id);
    if (sim_chance(s, 10)) { /* by hand: the default gives the key */
        sim_clerk(o, "INSERT INTO incident(unit,area,damage_vnd) VALUES('%s',%u,%" PRIu64 ")", unit,
                1 + sim_roll(s, 5), ++s->values);
        return;
    }
    if (!sim_clerk(o,
                "INSERT INTO incident(id,unit,area,category,village,occurred_on,damage_vnd,summary)"
                " VALUES(%s,'%s',%u,'%s','%s','2020-%02u-10',%" PRIu64 ",%s)",
                id, unit, is_bad(o) ? 9 : 1 + sim_roll(s, 5), sim_chance(s, 5) ? "nope" : "theft",
                some_village(o), 10 + sim_roll(s, 3), ++s->values,
                sim_chance(s, 10) ? "'ho\xcc\x80"
                                    "a gia\xcc\x89i'"
                                  : "NULL"))
        return;
    if (*n < SIM_KEYS)
        s->incidents[o->commune][(*n)++] = tq_slice_of(key, TQ_SURROGATE_BYTES);
}

static void edit_incident(struct sim_office *o)
{
    struct sim *s = o->sim;
    char id[64];

    if (!pick(o, "incident", id))
        return;
    switch (sim_roll(s, 9)) {
    case 0:
        sim_clerk(o, "UPDATE incident SET area=%u WHERE id=%s", is_bad(o) ? 9 : 1 + sim_roll(s, 5),
                id);
        break;
    case 1:
        sim_clerk(o, "UPDATE incident SET village='%s' WHERE id=%s", some_village(o), id);
        break;
    case 2:
        sim_clerk(o, "UPDATE incident SET category='%s' WHERE id=%s", is_bad(o) ? "nope" : "fraud",
                id);
        break;
    case 3:
        sim_clerk(o,
                "UPDATE incident SET voided_at=%" PRId64
                ",void_reason='dữ liệu mẫu %u' WHERE id=%s",
                sim_office_now(o) < 0 ? 1 : sim_office_now(o), sim_roll(s, 1000), id);
        break;
    case 4:
        sim_clerk(o, "UPDATE incident SET reconciled=1-coalesce(reconciled,0) WHERE id=%s", id);
        break;
    case 5: /* two cells at once */
        sim_clerk(o, "UPDATE incident SET injured=%u,damage_vnd=%" PRIu64 " WHERE id=%s",
                sim_roll(s, 9), ++s->values, id);
        break;
    default:
        sim_clerk(o, "UPDATE incident SET damage_vnd=%s%" PRIu64 " WHERE id=%s",
                is_bad(o) ? "-" : "", ++s->values, id);
        break;
    }
}

/* A notice about an incident that may be another PC's, and not here yet. */
static void new_notice(struct sim_office *o)
{
    struct sim *s = o->sim;
    size_t n = s->nincidents[o->commune];
    uint8_t key[TQ_SURROGATE_BYTES];
    char id[64];
    char incident[64] = "NULL";

    tq_db_new_key(o->file, key);
    hex(key, id);
    if (n > 0)
        hex(s->incidents[o->commune][sim_roll(s, (uint32_t)n)].data, incident);
    sim_clerk(o,
            "INSERT INTO border_notice(id,unit,direction,category,incident) VALUES(%s,'%s','%s',"
            "'dữ liệu mẫu',%s)",
            id, sim_unit(o->commune), is_bad(o) ? "up" : "out", incident);
}

static void natural_rows(struct sim_office *o)
{
    struct sim *s = o->sim;
    const char *unit = sim_unit(o->commune);
    const char *village = sim_village(s, o->commune, 1 + sim_roll(s, sim_chance(s, 5) ? 9 : 2));
    unsigned month = 10 + (sim_chance(s, 50) ? 2 : sim_roll(s, 3));
    uint64_t value = ++s->values;

    switch (sim_roll(s, 6)) {
    case 0:
        sim_clerk(o,
                "INSERT INTO village_return(village,period,indicator,unit,value,source,state) "
                "VALUES('%s','ADMIN/2020-%02u','households@1','%s',%" PRIu64 ",'%s','draft')",
                village, month, unit, value, is_bad(o) ? "dream" : "typed");
        break;
    case 1:
        sim_clerk(o,
                "UPDATE village_return SET value=%s%" PRIu64 ",source='typed',state='confirmed' "
                "WHERE village='%s' AND period='ADMIN/2020-%02u'",
                is_bad(o) ? "-" : "", value, village, month);
        break;
    case 2:
        sim_clerk(o,
                "INSERT INTO village_profile(village,as_of,unit,households,%s) VALUES('%s',"
                "'2020-%02u-%02u','%s',%s%u,'%" PRIu64 "')",
                sim_knows(o, 2) ? "note" : "document_no", village, month, 1 + sim_roll(s, 3), unit,
                is_bad(o) ? "-" : "", 1 + (unsigned)(value % 100000), value);
        break;
    case 3:
        sim_clerk(o, "UPDATE village_profile SET %s='%" PRIu64 "' WHERE village='%s'",
                sim_knows(o, 2) ? "note" : "document_no", value, village);
        break;
    case 4:
        sim_clerk(o,
                "INSERT INTO covenant(village,adopted_on,unit,mode,households_total,present,agreed)"
                " VALUES('%s','2020-%02u-02','%s','meeting',100,%u,80)",
                village, month, unit, is_bad(o) ? 101 : 80 + sim_roll(s, 20));
        break;
    default:
        sim_clerk(o,
                "UPDATE covenant SET households_total=%u,present=90,agreed=80 WHERE village='%s'",
                is_bad(o) ? 10 : 100 + sim_roll(s, 50), village);
        break;
    }
}

/* What everybody works at: the same cells from every PC. */
static void hot_cells(struct sim_office *o)
{
    struct sim *s = o->sim;

    switch (sim_roll(s, 4)) {
    case 0:
        sim_clerk(o,
                "UPDATE incident SET damage_vnd=%" PRIu64
                " WHERE id=(SELECT min(id) FROM incident)",
                ++s->values);
        break;
    case 1:
        sim_clerk(o, "UPDATE incident SET injured=%u WHERE id=(SELECT max(id) FROM incident)",
                (unsigned)(++s->values % 100000));
        break;
    case 2:
        sim_clerk(o,
                "UPDATE village_return SET value=%" PRIu64
                ",source='typed' WHERE (village,period)=("
                "SELECT village,period FROM village_return ORDER BY 1,2 LIMIT 1)",
                ++s->values);
        break;
    default:
        if (!sim_knows(o, 3))
            break;
        sim_clerk(o, "INSERT INTO emulation_launch(unit,year,pledged) VALUES('%s',%u,%u)",
                sim_unit(o->commune), 2000 + sim_roll(s, 30), (unsigned)(++s->values % 100000));
        break;
    }
}

/* A tool that tells the file another unit for a moment: another commune's row gets in. */
static void foreign_row(struct sim_office *o)
{
    struct sim *s = o->sim;
    uint8_t key[TQ_SURROGATE_BYTES];
    char id[64];
    size_t other = (o->commune + 1) % s->ncommunes;

    tq_db_new_key(o->file, key);
    hex(key, id);
    sim_clerk(o,
            "BEGIN; UPDATE tq_state SET unit='%s'; INSERT INTO incident(id,unit,area) "
            "VALUES(%s,'%s',1); UPDATE tq_state SET unit='%s'; COMMIT",
            sim_unit(other), id, sim_unit(other), sim_unit(o->commune));
}

/* The clerk looks at what came back: corrects it or voids it. */
static void put_right(struct sim_office *o)
{
    struct sim *s = o->sim;

    if (sim_chance(s, 60))
        sim_clerk(o,
                "UPDATE incident SET area=3,category='theft',damage_vnd=%" PRIu64
                " WHERE id IN (SELECT key FROM tq_returned WHERE tbl=28 ORDER BY key LIMIT 1)",
                ++s->values);
    else
        sim_clerk(o,
                "UPDATE incident SET voided_at=1607900000000,void_reason='dữ liệu mẫu' WHERE id IN "
                "(SELECT key FROM tq_returned WHERE tbl=28 ORDER BY key LIMIT 1)");
    if (sim_chance(s, 50))
        sim_clerk(o, "UPDATE border_notice SET direction='in' WHERE id IN "
                     "(SELECT key FROM tq_returned WHERE tbl=34 ORDER BY key LIMIT 1)");
}

/* A row that two PCs of a commune have: one voids it while the other edits it. */
void sim_office_void_edit(struct sim_office *o)
{
    struct sim *s = o->sim;
    int64_t now = sim_office_now(o);
    int voided;
    char id[64];

    for (size_t i = 0; i < s->noffices; i++) {
        struct sim_office *other = &s->offices[i];

        if (other == o || other->commune != o->commune || o->revoked || other->revoked)
            continue;
        sim_office_use(o);
        if (!pick(o, "incident", id) || !sim_clerk(o,
                                                "UPDATE incident SET voided_at=%" PRId64
                                                ",void_reason='dữ liệu mẫu' WHERE id=%s",
                                                now < 0 ? 1 : now, id))
            return;
        voided = o->written;
        o->applying = false;
        sim_check_commit(o);
        sim_office_use(other);
        if (sim_clerk(other, "UPDATE incident SET damage_vnd=%" PRIu64 ",injured=3 WHERE id=%s",
                    ++s->values, id))
            s->stats.faults[SIM_VOID_EDIT] += voided > 0 && other->written > 0;
        other->applying = false;
        sim_check_commit(other);
        return;
    }
}

void sim_office_work(struct sim_office *o)
{
    struct sim *s = o->sim;
    uint32_t what = sim_roll(s, 100);

    sim_office_use(o);
    if (sim_office_int(o, "SELECT loading FROM tq_state") != 0 && !sim_chance(s, 20))
        return;
    if (s->border != NULL && sim_chance(s, 40))
        border_office(s, o);
    else if (what < 25)
        new_incident(o);
    else if (what < 45)
        edit_incident(o);
    else if (what < 65)
        hot_cells(o);
    else if (what < 70)
        new_notice(o);
    else if (what < 90)
        natural_rows(o);
    else if (what < 92)
        foreign_row(o);
    else
        put_right(o);
    o->applying = false;
    sim_check_commit(o);
}

/* sim_world.c - Chance, names, and what is there when a run begins. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "test_mem.h"
#include "tmp.h"

/* ---- small things ---- */

uint32_t sim_draw(uint64_t *rng, uint32_t sides)
{
    uint64_t z = *rng += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(((z ^ (z >> 31)) >> 16) % (sides > 0 ? sides : 1));
}

uint32_t sim_roll(struct sim *s, uint32_t sides)
{
    return sim_draw(&s->rng, sides);
}

bool sim_chance(struct sim *s, uint32_t percent)
{
    return sim_roll(s, 100) < percent;
}

void sim_say(const struct sim *s, const char *format, ...)
{
    va_list args;

    if (!s->options.verbose)
        return;
    printf("%3d %10.3f  ", s->night, (double)(s->now_ms - SIM_START_MS) / 1000);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

void sim_fail(struct sim *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(s->why, sizeof(s->why), format, args);
    va_end(args);
    longjmp(s->failed, 1);
}

void sim_must(struct sim *s, tq_status rc, const char *what, const struct tq_error *err)
{
    if (rc != TQ_OK)
        sim_fail(s, "%s: %s %s", what, tq_status_code(rc), err->msg);
}

const char *sim_unit(size_t commune)
{
    static const char *const UNITS[SIM_COMMUNES] = { "08773@2004-01-01", "08779@2004-01-01",
        "08782@2004-01-01", "08785@2004-01-01", "08788@2004-01-01" };

    return UNITS[commune];
}

const char *sim_village(struct sim *s, size_t commune, uint32_t number)
{
    char text[40];

    snprintf(text, sizeof(text), "%.5s-%02u@2019-01-01", sim_unit(commune), number);
    return tq_arena_copy(s->arena, text, strlen(text) + 1);
}

bool sim_same_cell(const struct tq_table *table, uint32_t cell, const struct tq_value *a,
        const struct tq_value *b)
{
    for (size_t i = 0; i < table->ncolumns; i++)
        if (table->columns[i].cell == cell && table->columns[i].leaves &&
                !tq_value_equal(&a[i], &b[i]))
            return false;
    return true;
}

const char *sim_key_text(struct sim *s, const struct tq_table *table, struct tq_slice key)
{
    struct tq_buf buf;
    const char *out;

    tq_buf_init(&buf, 0);
    for (size_t i = 0; i < key.len; i++) {
        if (table->surrogate)
            tq_buf_printf(&buf, "%02x", key.data[i]);
        else
            tq_buf_append_u8(&buf, key.data[i] < 32 ? '/' : key.data[i]);
    }
    tq_buf_append_u8(&buf, 0);
    out = tq_arena_copy(s->arena, buf.data, buf.len);
    tq_buf_deinit(&buf);
    return out;
}

const char *sim_cell_text(
        struct sim *s, const struct tq_table *table, uint32_t cell, const struct tq_value *values)
{
    struct tq_buf buf;
    const char *out;

    tq_buf_init(&buf, 0);
    for (size_t i = 0; i < table->ncolumns; i++) {
        if (table->columns[i].cell != cell)
            continue;
        if (buf.len > 0)
            tq_buf_append_u8(&buf, ',');
        if (values[i].type == TQ_NULL)
            tq_buf_append_str(&buf, "NULL");
        else if (values[i].type == TQ_INT)
            tq_buf_printf(&buf, "%" PRId64, values[i].i);
        else
            tq_buf_append(&buf, values[i].s.data, values[i].s.len);
    }
    tq_buf_append_u8(&buf, 0);
    out = tq_arena_copy(s->arena, buf.data, buf.len);
    tq_buf_deinit(&buf);
    return out;
}

const char *sim_text(struct sim *s, const struct tq_value *value)
{
    char *out = tq_arena_alloc(s->arena, value->s.len + 1);

    if (value->type == TQ_TEXT && value->s.len > 0)
        memcpy(out, value->s.data, value->s.len);
    out[value->type == TQ_TEXT ? value->s.len : 0] = '\0';
    return out;
}

bool sim_key(const struct tq_table *table, const struct tq_value *parts, struct tq_buf *out)
{
    struct tq_value row[TQ_MAX_COLUMNS];

    memset(row, 0, sizeof(row));
    for (uint32_t i = 0; i < table->nkey; i++)
        row[table->key[i]] = parts[i];
    return tq_key_encode(table, row, out);
}

void sim_pause(bool pause)
{
    bool paused = sim_disks_pause(pause);

    sim_heap_pause(paused);
    test_mem_pause(paused);
}

bool sim_may_fail(const struct sim *s, tq_status rc)
{
    return s->faults && ((s->options.disks && (rc == TQ_IO || rc == TQ_DISK_FULL)) ||
                                (s->options.memory && rc == TQ_NOMEM) ||
                                ((s->options.disks || s->options.memory) && rc == TQ_COME_BACK));
}

/* Offices and the district each for themselves: a kind that strikes the ones need not the other. */
void sim_count_disk(struct sim *s, const struct sim_disk *disk)
{
    const struct sim_disk_counts *c = &disk->counts;
    const uint64_t n[] = { c->crashes_at[SIM_OP_WRITE] + c->crashes_at[SIM_OP_TRUNCATE] +
                                   c->crashes_at[SIM_OP_DELETE],
        c->crashes_at[SIM_OP_SYNC], c->power_cuts, c->lost_writes, c->torn_writes, c->full,
        c->errors[SIM_OP_WRITE], c->errors[SIM_OP_SYNC], c->errors[SIM_OP_READ] };
    static const sim_fault KINDS[][2] = { { SIM_CRASH_WRITE, SIM_DISTRICT_CRASH_WRITE },
        { SIM_CRASH_SYNC, SIM_DISTRICT_CRASH_SYNC }, { SIM_POWER, SIM_DISTRICT_POWER },
        { SIM_LOST_PAGES, SIM_DISTRICT_LOST_PAGES }, { SIM_TORN_PAGES, SIM_DISTRICT_TORN_PAGES },
        { SIM_DISK_FULL, SIM_DISTRICT_DISK_FULL }, { SIM_WRITE_ERROR, SIM_DISTRICT_WRITE_ERROR },
        { SIM_SYNC_ERROR, SIM_DISTRICT_SYNC_ERROR }, { SIM_READ_ERROR, SIM_DISTRICT_READ_ERROR } };

    for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++)
        s->stats.faults[KINDS[i][disk == s->district.disk]] += n[i];
}

/* ---- the world ---- */

int64_t sim_some_offset(struct sim *s)
{
    switch (s->options.clocks ? sim_roll(s, 8) : 0) {
    case 1:
        return SIM_HOUR_MS;
    case 2:
        return -SIM_HOUR_MS;
    case 3:
        return -SIM_DAY_MS;
    case 4: /* year 2099 */
        return INT64_C(78) * 365 * SIM_DAY_MS;
    case 5:
        return (int64_t)sim_roll(s, 600000) - 300000;
    default:
        return (int64_t)sim_roll(s, 60000) - 30000;
    }
}

void sim_build(struct sim *s)
{
    tmp_make(s->dir, sizeof(s->dir));
    s->arena = tq_arena_new((size_t)1 << 30);
    s->scratch = tq_arena_new((size_t)1 << 30);
    sim_versions_make(s);
    sim_clock_use(s, 0);
    sim_shadow_init(s);
    sim_district_make(s);
    s->ncommunes = 2 + sim_roll(s, SIM_COMMUNES - 1);
    sim_district_settle(s);
    for (size_t c = 0; c < s->ncommunes; c++) {
        uint32_t pcs = 1 + sim_roll(s, 3);

        for (uint32_t k = 0; k < pcs; k++) {
            struct sim_office *o = &s->offices[s->noffices];

            sim_office_make(s, s->noffices, c, 7 + (uint32_t)s->noffices, sim_versions_draw(s));
            o->offset_ms = sim_some_offset(s);
            if (o->offset_ms <= -SIM_HOUR_MS || o->offset_ms >= SIM_HOUR_MS)
                s->stats.faults[SIM_CLOCK_WRONG]++;
            sim_district_admit(s, o);
            s->noffices++;
        }
    }
    if (s->options.neighbours)
        border_build(s);
}

void sim_tear_down(struct sim *s)
{
    s->ending = true; /* whoever held too much has been told of */
    sim_net_clear(s);
    for (size_t i = 0; i < s->noffices; i++) {
        sim_office_close(&s->offices[i]);
        sim_stick_free(&s->offices[i]);
        tq_arena_free(s->offices[i].before_arena);
        sim_disk_free(s->offices[i].disk);
    }
    border_free(s);
    if (s->district.store != NULL)
        sim_district_close(s);
    sim_disk_free(s->district.disk);
    sim_disk_free(sim_disk_of("/sim/fold/"));
    sim_fold_end(s);
    sim_shadow_free(s);
    tq_arena_free(s->arena);
    tq_arena_free(s->scratch);
    tmp_remove(s->dir);
}

/* sim_main.c - Nights of a district from a seed: what happens when, and what must hold.
 *
 *   sim [--seeds N] [--first S] [--nights K] [--calm] [--twice] [--stop] [--verbose]
 *
 * Prints each seed that fails (--stop: the first) and exits 1; the same seed and nights give the
 * same run (--twice looks). --calm: nothing goes wrong. TQ_TRACE=<folder> writes the
 * rows of each order of merging there. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"
#include "tmp.h"

#define TASKS 512
#define REST_ROUNDS 5
#define SILENCE_MS INT64_C(60000)

typedef enum task_kind {
    TASK_WORK,
    TASK_SYNC,
    TASK_DISTRICT,
    TASK_KILL,
    TASK_ARM, /* crash at one of the next commits */
    TASK_RESTART,
    TASK_ARM_DISTRICT,
    TASK_CUT,
    TASK_PARTITION,
    TASK_CLOCK,
    TASK_FOLD,
} task_kind;

struct task {
    task_kind kind;
    int64_t at_ms;
    size_t office;
    bool done;
};

struct plan {
    struct task list[TASKS];
    size_t n;
};

/* ---- small things ---- */

uint32_t sim_roll(struct sim *s, uint32_t sides)
{
    uint64_t z = s->rng += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(((z ^ (z >> 31)) >> 16) % (sides > 0 ? sides : 1));
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

/* ---- the world ---- */

/* The catalogue of most runs. */
static void make_few(struct sim *s)
{
    static const char *const NAMES[] = { "unit", "calendar", "period", "indicator", "directive",
        "incident", "border_notice", "village_return", "village_profile", "covenant",
        "emulation_launch", "conflict", "held_row", "correction_request", "report", "ranking",
        "ranking_row", "scoring_sheet" };
    struct tq_table *tables;

    s->catalogue = tq_catalogue_current();
    if (s->options.all_tables)
        return;
    s->few = *s->catalogue;
    s->few.ntables = 0;
    tables = tq_arena_array(s->arena, s->catalogue->ntables, sizeof(*tables));
    for (size_t t = 0; t < s->catalogue->ntables; t++)
        for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
            if (strcmp(s->catalogue->tables[t].name, NAMES[i]) == 0)
                tables[s->few.ntables++] = s->catalogue->tables[t];
    s->few.tables = tables;
    s->catalogue = &s->few;
}

/* The offices' program has fewer rules than the district's: what a person may not write gets into
 * the log and is refused there. */
static void make_lax(struct sim *s)
{
    s->lax = *s->catalogue;
    s->lax_tables = tq_arena_copy(
            s->arena, s->catalogue->tables, s->catalogue->ntables * sizeof(*s->lax_tables));
    for (size_t t = 0; t < s->lax.ntables; t++) {
        struct tq_table *table = &s->lax_tables[t];
        struct tq_column *columns;

        if (table->scope != TQ_OWN || table->id >= 45)
            continue;
        columns = tq_arena_copy(s->arena, table->columns, table->ncolumns * sizeof(*columns));
        for (size_t i = 0; i < table->ncolumns; i++) {
            columns[i].rule.kind = TQ_RULE_NONE;
            if ((table->writers & TQ_BY_COMMUNE) != 0)
                columns[i].writers |= TQ_BY_COMMUNE;
        }
        table->columns = columns;
        table->ngroup_rules = 0;
    }
    s->lax.tables = s->lax_tables;
}

static void draw_options(struct sim *s, bool calm)
{
    struct sim_options *o = &s->options;

    o->all_tables = sim_chance(s, 8);
    if (calm)
        return;
    o->network = sim_chance(s, 60);
    o->crashes = sim_chance(s, 50);
    o->power = o->crashes && sim_chance(s, 70);
    o->clocks = sim_chance(s, 40);
    o->restarts = sim_chance(s, 50);
    o->partitions = sim_chance(s, 40);
    o->small_chunks = sim_chance(s, 50);
    o->broadcasts = sim_chance(s, 50);
}

static int64_t some_offset(struct sim *s)
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

static void build(struct sim *s)
{
    tmp_make(s->dir, sizeof(s->dir));
    s->arena = tq_arena_new((size_t)1 << 30);
    s->scratch = tq_arena_new((size_t)1 << 30);
    make_few(s);
    make_lax(s);
    sim_clock_use(s, 0);
    sim_shadow_init(s);
    sim_district_make(s);
    s->ncommunes = 2 + sim_roll(s, SIM_COMMUNES - 1);
    sim_district_settle(s);
    for (size_t c = 0; c < s->ncommunes; c++) {
        uint32_t pcs = 1 + sim_roll(s, 3);

        for (uint32_t k = 0; k < pcs; k++) {
            struct sim_office *o = &s->offices[s->noffices];

            sim_office_make(s, s->noffices, c, 7 + (uint32_t)s->noffices);
            o->offset_ms = some_offset(s);
            sim_district_admit(s, o);
            s->noffices++;
        }
    }
}

static void tear_down(struct sim *s)
{
    sim_net_clear(s);
    for (size_t i = 0; i < s->noffices; i++) {
        sim_office_close(&s->offices[i]);
        tq_arena_free(s->offices[i].before_arena);
        sim_disk_free(s->offices[i].disk);
    }
    if (s->district.store != NULL)
        sim_district_close(s);
    sim_disk_free(s->district.disk);
    sim_disk_free(sim_disk_of("/sim/fold/"));
    sim_shadow_free(s);
    tq_arena_free(s->arena);
    tq_arena_free(s->scratch);
    tmp_remove(s->dir);
}

/* ---- what happens ---- */

static void add(struct sim *s, struct plan *plan, task_kind kind, size_t office, int64_t at_ms)
{
    (void)s;
    if (plan->n == TASKS)
        return;
    plan->list[plan->n++] = (struct task){ kind, at_ms, office, false };
}

static void plan_office(struct sim *s, struct plan *plan, size_t i, int64_t dawn)
{
    const struct sim_options *o = &s->options;
    uint32_t work = sim_roll(s, 8);
    int64_t dusk = dawn + 12 * SIM_HOUR_MS;

    for (uint32_t k = 0; k < work; k++)
        add(s, plan, TASK_WORK, i, dawn + sim_roll(s, 10 * SIM_HOUR_MS));
    for (uint32_t k = 0; k < 1 + sim_roll(s, 3); k++) {
        /* Often many at once. */
        int64_t at = dusk + (sim_chance(s, 50) ? sim_roll(s, 3000)
                                               : (int64_t)sim_roll(s, 10 * SIM_HOUR_MS));

        add(s, plan, TASK_SYNC, i, at);
        if (sim_chance(s, 40)) /* someone works late */
            add(s, plan, TASK_WORK, i, at + sim_roll(s, 1500));
        if (o->network && sim_chance(s, 10))
            add(s, plan, TASK_CUT, i, at + sim_roll(s, 3000));
        if (o->crashes && sim_chance(s, 8))
            add(s, plan, TASK_KILL, i, at + sim_roll(s, 1500));
        if (o->crashes && sim_chance(s, 12))
            add(s, plan, TASK_ARM, i, at - 1);
    }
    if (sim_chance(s, 30))
        add(s, plan, TASK_SYNC, i, dawn + sim_roll(s, 10 * SIM_HOUR_MS));
    if (o->partitions && sim_chance(s, 8))
        add(s, plan, TASK_PARTITION, i, dawn);
    if (o->clocks && sim_chance(s, 10))
        add(s, plan, TASK_CLOCK, i, dawn + sim_roll(s, SIM_DAY_MS));
}

static void plan_day(struct sim *s, struct plan *plan)
{
    const struct sim_options *o = &s->options;
    int64_t dawn = s->now_ms;
    uint32_t work = sim_roll(s, 4);

    plan->n = 0;
    for (size_t i = 0; i < s->noffices; i++)
        plan_office(s, plan, i, dawn);
    for (uint32_t k = 0; k < work; k++)
        add(s, plan, TASK_DISTRICT, 0,
                dawn + (sim_chance(s, 70) ? sim_roll(s, 11 * SIM_HOUR_MS)
                                          : 12 * SIM_HOUR_MS + sim_roll(s, 4000)));
    if (o->restarts && sim_chance(s, 20))
        add(s, plan, TASK_RESTART, 0, dawn + 12 * SIM_HOUR_MS + sim_roll(s, 5000));
    if (o->restarts && o->crashes && sim_chance(s, 15))
        add(s, plan, TASK_ARM_DISTRICT, 0, dawn + 12 * SIM_HOUR_MS);
    if (!o->clocks && s->night % 3 == 2)
        add(s, plan, TASK_FOLD, 0, dawn + 12 * SIM_HOUR_MS - 1);
}

static void arm_disk(struct sim *s, struct sim_disk *disk, uint32_t within)
{
    disk->crash.in = 1 + sim_roll(s, within);
    disk->crash.any_change = true;
    disk->crash.after = sim_chance(s, 40);
    if (sim_chance(s, 30)) { /* at a sync: that is where a commit is decided */
        disk->crash.any_change = false;
        disk->crash.op = SIM_OP_SYNC;
        disk->crash.in = 1 + sim_roll(s, 6);
    }
}

static void do_task(struct sim *s, const struct task *task)
{
    struct sim_office *o = &s->offices[task->office];

    switch (task->kind) {
    case TASK_WORK:
        sim_office_work(o);
        break;
    case TASK_SYNC:
        if (o->session == NULL && sim_chance(s, 15))
            sim_office_reopen(o);
        if (o->session == NULL)
            sim_office_sync(o);
        break;
    case TASK_DISTRICT:
        sim_district_work(s);
        break;
    case TASK_KILL:
        sim_office_crash(o);
        break;
    case TASK_ARM:
        if (sim_chance(s, 25)) {
            o->crash_in = 1 + (int)sim_roll(s, 8);
            o->crash_after = sim_chance(s, 50);
        } else {
            arm_disk(s, o->disk, 80);
        }
        break;
    case TASK_RESTART:
        sim_district_restart(s);
        break;
    case TASK_ARM_DISTRICT:
        if (sim_chance(s, 25)) {
            s->district.crash_in = 1 + (int)sim_roll(s, 5);
            s->district.crash_after = sim_chance(s, 50);
        } else {
            arm_disk(s, s->district.disk, 200);
        }
        break;
    case TASK_CUT:
        sim_net_cut(s, o);
        break;
    case TASK_PARTITION:
        o->partition_until_ms = s->now_ms + (1 + (int64_t)sim_roll(s, 4)) * SIM_DAY_MS;
        break;
    case TASK_CLOCK:
        o->offset_ms = some_offset(s);
        break;
    case TASK_FOLD:
        sim_fold(s);
        break;
    }
}

static struct task *next_task(struct plan *plan)
{
    struct task *best = NULL;

    for (size_t i = 0; plan != NULL && i < plan->n; i++)
        if (!plan->list[i].done && (best == NULL || plan->list[i].at_ms < best->at_ms))
            best = &plan->list[i];
    return best;
}

static struct sim_office *next_silence(struct sim *s)
{
    struct sim_office *best = NULL;

    for (size_t i = 0; i < s->noffices; i++)
        if (s->offices[i].session != NULL &&
                (best == NULL || s->offices[i].last_heard_ms < best->last_heard_ms))
            best = &s->offices[i];
    return best;
}

static void deliver(struct sim *s, struct sim_packet *packet)
{
    struct tq_arena *arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    struct tq_message message;
    struct tq_error err;

    tq_error_clear(&err);
    sim_must(s, tq_message_decode(tq_buf_slice(&packet->bytes), arena, &message, &err), "decode",
            &err);
    if (packet->to == SIM_DISTRICT)
        sim_district_message(s, packet, &message);
    else if (packet->conn == s->offices[packet->to].conn)
        sim_office_message(&s->offices[packet->to], &message, packet->bytes.len);
    tq_arena_free(arena);
    if (packet->used)
        sim_net_take(s, packet);
}

/* Everything until nothing is planned and nothing moves. */
static void run(struct sim *s, struct plan *plan)
{
    for (;;) {
        struct sim_packet *packet = sim_net_next(s);
        struct task *task = next_task(plan);
        struct sim_office *silent = next_silence(s);
        int64_t at = INT64_MAX;

        if (packet != NULL)
            at = packet->at_ms;
        if (s->district.turn_due && s->district.turn_at_ms < at)
            at = s->district.turn_at_ms;
        if (task != NULL && task->at_ms < at)
            at = task->at_ms;
        if (silent != NULL && silent->last_heard_ms + SILENCE_MS < at)
            at = silent->last_heard_ms + SILENCE_MS;
        if (at == INT64_MAX)
            return;
        if (at > s->now_ms)
            s->now_ms = at;
        if (task != NULL && task->at_ms <= s->now_ms) {
            task->done = true;
            do_task(s, task);
        } else if (s->district.turn_due && s->district.turn_at_ms <= s->now_ms) {
            sim_district_turn(s);
        } else if (packet != NULL && packet->at_ms <= s->now_ms) {
            deliver(s, packet);
        } else if (silent != NULL) {
            sim_office_silence(silent);
        }
    }
}

static bool is_quiet(struct sim *s, uint64_t head)
{
    if (s->shadow.head != head)
        return false;
    for (size_t i = 0; i < s->noffices; i++)
        if (sim_office_int(&s->offices[i], "SELECT cursor FROM tq_state") != (int64_t)head)
            return false;
    return true;
}

/* Faults off, nobody works: a few rounds, then everything is where it belongs. */
static void rest(struct sim *s)
{
    s->faults = false;
    s->district.crash_in = 0;
    s->district.disk->crash.in = 0;
    for (size_t i = 0; i < s->noffices; i++) {
        s->offices[i].partition_until_ms = 0;
        s->offices[i].crash_in = 0;
        s->offices[i].disk->crash.in = 0;
    }
    for (int round = 0;; round++) {
        uint64_t head = s->shadow.head;

        for (size_t i = 0; i < s->noffices; i++) {
            sim_office_sync(&s->offices[i]);
            run(s, NULL);
        }
        if (is_quiet(s, head))
            break;
        if (round == REST_ROUNDS)
            sim_fail(s, "no rest after %d rounds", round);
    }
    sim_check_rest(s);
    s->faults = true;
}

static void live(struct sim *s)
{
    struct plan *plan;

    build(s);
    rest(s);
    plan = tq_arena_alloc(s->arena, sizeof(*plan));
    for (s->night = 0; s->night < s->options.nights; s->night++) {
        int64_t dawn = SIM_START_MS + (s->night + 1) * SIM_DAY_MS;

        if (s->now_ms < dawn)
            s->now_ms = dawn;
        plan_day(s, plan);
        run(s, plan);
        s->stats.nights += s->noffices;
        if (s->night % 8 == 7 || s->night + 1 == s->options.nights)
            rest(s);
    }
}

static void add_stats(struct sim_stats *to, const struct sim_stats *from)
{
    uint64_t *out = (uint64_t *)to;
    const uint64_t *in = (const uint64_t *)from;

    for (size_t i = 0; i < sizeof(*to) / sizeof(uint64_t); i++)
        out[i] += in[i];
}

static bool run_seed(
        const struct sim_options *options, bool calm, struct sim_stats *total, uint64_t *trace)
{
    struct sim *s = calloc(1, sizeof(*s));
    volatile bool good = true;

    sim_vfs_set_random(options->seed);
    sim_disks_unpause();
    s->options = *options;
    s->rng = options->seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
    s->now_ms = SIM_START_MS;
    s->trace = UINT64_C(1469598103934665603);
    draw_options(s, calm);
    if (setjmp(s->failed) == 0) {
        live(s);
    } else {
        good = false;
        printf("seed %" PRIu64 ", night %d (network %d crashes %d clocks %d restarts %d "
               "partitions %d small %d): %s\n",
                options->seed, s->night, s->options.network, s->options.crashes, s->options.clocks,
                s->options.restarts, s->options.partitions, s->options.small_chunks, s->why);
        fflush(stdout);
    }
    *trace = s->trace;
    add_stats(total, &s->stats);
    tear_down(s);
    free(s);
    return good;
}

static void report(const struct sim_stats *t, uint64_t seeds, double seconds)
{
#define N(field) (unsigned long long)t->field
    printf("%llu seeds, %llu office-nights in %.1f s: %llu syncs (%llu done), %llu changes, %llu "
           "accepted, %llu superseded, %llu held, %llu refused, %llu requested, %llu in conflict\n",
            (unsigned long long)seeds, N(nights), seconds, N(syncs), N(syncs_done), N(changes),
            N(accepted), N(superseded), N(held), N(refused), N(requested), N(conflicts));
    printf("%llu messages (%llu lost), %llu crashes, %llu restarts; checked: %llu commits, %llu "
           "changes that had seen, %llu folds\n",
            N(packets), N(lost), N(crashes), N(restarts), N(checked_commits), N(checked_seen),
            N(folds));
#undef N
}

/* The stores give SQLite the heap of tq_mem before it starts; so they must come first. */
static void use_our_heap(void)
{
    struct tq_db_config config = { .path = "/nothing/here", .role = TQ_ROLE_OFFICE };
    struct tq_error err;
    struct tq_db *db;

    if (tq_db_open(&db, &config, NULL, &err) == TQ_OK)
        tq_db_close(db);
}

int main(int argc, char **argv)
{
    struct sim_options options = { .seed = 1, .nights = 8 };
    struct sim_stats total = { 0 };
    uint64_t seeds = 10;
    uint64_t bad = 0;
    bool calm = false;
    bool twice = false;
    bool stop = false;
    struct timespec from;
    struct timespec to;
    struct stat info;
    struct sim_disk *template;

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "0";

        if (strcmp(argv[i], "--verbose") == 0)
            options.verbose = true;
        else if (strcmp(argv[i], "--calm") == 0)
            calm = true;
        else if (strcmp(argv[i], "--twice") == 0)
            twice = true;
        else if (strcmp(argv[i], "--stop") == 0)
            stop = true;
        else if (strcmp(argv[i], "--seeds") == 0)
            seeds = strtoull(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--first") == 0)
            options.seed = strtoull(value, NULL, 10), i++;
        else if (strcmp(argv[i], "--nights") == 0)
            options.nights = (int)strtol(value, NULL, 10), i++;
        else
            return 2;
    }
    if (getenv("TMPDIR") == NULL && stat("/dev/shm", &info) == 0 && access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    use_our_heap();
    sim_vfs_install();
    template = sim_disk_new("template", 0);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (uint64_t k = 0; k < seeds && !(stop && bad > 0); k++, options.seed++) {
        uint64_t trace;
        uint64_t again;

        if (!run_seed(&options, calm, &total, &trace))
            bad++;
        if (twice && (run_seed(&options, calm, &total, &again), again != trace)) {
            printf("seed %" PRIu64 " runs differently the second time\n", options.seed);
            bad++;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    sim_disk_free(template);
    report(&total, seeds,
            (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
    return bad > 0 ? 1 : 0;
}

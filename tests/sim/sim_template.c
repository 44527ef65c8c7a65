/* sim_template.c - Files as they are when they are new, made once a process: copying one takes less
 * than making it. What follows is the same either way, to the last byte: the copy comes with its WAL,
 * the connection with its pages, and SQLite's randomness stands where making would have left it. */
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"
#include "tuquan/capture.h"

#define TEMPLATES 64
#define NAME_BYTES 40
#define MOST_DRAWS 4096

struct template
{
    char name[NAME_BYTES];
    size_t draws; /* bytes of SQLite's randomness that making it takes */
    bool made;
    struct tq_capture_sum triggers; /* of an office's catalogue; without any: not added up yet */
};

/* One per process, as the disk that they lie on. */
static struct {
    struct template list[TEMPLATES];
    size_t n;
    struct tq_district_store *empty;
    size_t empty_draws;
} templates;

static int64_t clock_now(void *ctx)
{
    (void)ctx;
    return SIM_START_MS;
}

static void random_fill(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 0x5a, len);
}

static const struct tq_clock CLOCK = { NULL, clock_now, clock_now };
static const struct tq_random RANDOM = { NULL, random_fill };

/* ---- which ---- */

static struct template *named(struct sim *s, const char *name)
{
    for (size_t i = 0; i < templates.n; i++)
        if (strcmp(templates.list[i].name, name) == 0)
            return &templates.list[i];
    if (templates.n == TEMPLATES)
        sim_fail(s, "more than %d templates", TEMPLATES);
    snprintf(templates.list[templates.n].name, NAME_BYTES, "%s", name);
    return &templates.list[templates.n++];
}

/* Of one of the run's catalogues, which are made alike in every run with these options. */
static struct template *of_catalogue(struct sim *s, const struct tq_catalogue *catalogue)
{
    const struct border *b = s->border;
    const char *kind = NULL;
    char name[NAME_BYTES];
    uint32_t version = 0;

    for (uint32_t v = 0; kind == NULL && v <= SIM_VERSIONS; v++) {
        version = v;
        if (catalogue == &s->strict[v])
            kind = "strict";
        else if (catalogue == &s->lax[v])
            kind = "lax";
        else if (b != NULL && catalogue == b->link[v])
            kind = "link";
    }
    if (b != NULL && catalogue == &b->lax) {
        kind = "hostile";
        version = s->options.versions ? SIM_VERSIONS : 0;
    }
    if (kind == NULL)
        sim_fail(s, "a catalogue that no template knows");
    snprintf(name, sizeof(name), "%s%s-%s%u", s->options.all_tables ? "all" : "few",
            s->options.neighbours ? "-border" : "", kind, version);
    return named(s, name);
}

const struct tq_capture_sum *sim_template_triggers(
        struct sim *s, const struct tq_catalogue *catalogue)
{
    struct template *t = of_catalogue(s, catalogue);
    struct tq_error err;

    if (t->triggers.count == 0) {
        sim_pause(true);
        tq_error_clear(&err);
        sim_must(s, tq_capture_add_up(catalogue, &t->triggers, &err), "triggers", &err);
        sim_pause(false);
    }
    return &t->triggers;
}

/* ---- SQLite's randomness ---- */

static uint64_t set_aside(void)
{
    uint64_t seed = sim_vfs_random();

    sim_pause(true);
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SAVE);
    sim_vfs_set_random(1);
    return seed;
}

static void take_back(uint64_t seed)
{
    sim_vfs_set_random(seed);
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_RESTORE);
    sim_pause(false);
}

static void draw(size_t n)
{
    uint8_t unused[MOST_DRAWS];

    if (n > 0) /* else it begins anew */
        sqlite3_randomness((int)n, unused);
}

/* How many bytes were drawn since it was set aside: after as many the same comes next. */
static size_t count_draws(struct sim *s)
{
    uint8_t next[16];
    uint8_t other[16];

    sqlite3_randomness(sizeof(next), next);
    for (size_t n = 0; n < MOST_DRAWS; n++) {
        sim_vfs_set_random(1);
        draw(n);
        sqlite3_randomness(sizeof(other), other);
        if (memcmp(next, other, sizeof(next)) == 0)
            return n;
    }
    sim_fail(s, "a new file draws %d bytes and more", MOST_DRAWS);
}

/* ---- files ---- */

static void path_of(const struct template *t, const char *suffix, char out[96])
{
    snprintf(out, 96, "/sim/template/%s%s", t->name, suffix);
}

/* As it lies on the disk while whoever made it has it open still. */
static void keep(struct sim *s, struct template *t)
{
    static const char *const PARTS[][2] = { { ".db", ".kept" }, { ".db-wal", ".kept-wal" } };
    char from[96];
    char to[96];

    for (size_t i = 0; i < 2; i++) {
        path_of(t, PARTS[i][0], from);
        path_of(t, PARTS[i][1], to);
        if (!sim_disk_copy(from, to))
            sim_fail(s, "cannot copy %s", from);
    }
    t->draws = count_draws(s);
    t->made = true;
}

static struct tq_db *open_office(
        struct sim *s, const char *path, const struct tq_catalogue *catalogue)
{
    struct tq_db_config config = { .path = path,
        .role = TQ_ROLE_OFFICE,
        .create = true,
        .catalogue = catalogue,
        .clock = &CLOCK,
        .random = &RANDOM,
        .triggers = sim_template_triggers(s, catalogue) };
    struct tq_error err;
    struct tq_db *db;

    tq_error_clear(&err);
    sim_must(s, tq_db_open(&db, &config, NULL, &err), "make an office file", &err);
    return db;
}

static struct tq_district_store *open_district(struct sim *s, const char *path)
{
    struct tq_district_config config = { .path = path, .create = true, .catalogue = s->catalogue };
    struct tq_district_store *store;
    struct tq_error err;

    tq_error_clear(&err);
    sim_must(s, tq_district_store_open(&store, &config, &err), "make a district's file", &err);
    return store;
}

static void make(struct sim *s, struct template *t, const struct tq_catalogue *catalogue)
{
    uint64_t seed = set_aside();
    struct tq_district_store *store = NULL;
    struct tq_db *db = NULL;
    char path[96];

    path_of(t, ".db", path);
    if (catalogue != NULL)
        db = open_office(s, path, catalogue);
    else
        store = open_district(s, path);
    keep(s, t);
    tq_db_close(db);
    tq_district_store_close(store);
    take_back(seed);
}

/* False: what is there stays, or the disk's lies are to be found out. */
static bool lay(
        struct sim *s, struct template *t, const struct tq_catalogue *catalogue, const char *path)
{
    struct sim_disk *disk = sim_disk_of(path);
    char kept[96];
    char wal[104];

    if (disk->lies || sim_disk_find(disk, path) != NULL)
        return false;
    if (!t->made)
        make(s, t, catalogue);
    path_of(t, ".kept", kept);
    (void)sim_disk_copy(kept, path);
    path_of(t, ".kept-wal", kept);
    snprintf(wal, sizeof(wal), "%s-wal", path);
    (void)sim_disk_copy(kept, wal);
    draw(t->draws);
    return true;
}

bool sim_template_district(struct sim *s, const char *path)
{
    return lay(s, named(s, "district"), NULL, path);
}

bool sim_template_seat(struct sim *s, const struct tq_catalogue *catalogue, const char *path)
{
    return lay(s, of_catalogue(s, catalogue), catalogue, path);
}

void sim_template_warm(struct tq_db *db)
{
    sqlite3_int64 size;

    sqlite3_free(sqlite3_serialize(sql_handle(db), "main", &size, 0));
}

void sim_template_office(struct sim *s, const struct tq_catalogue *catalogue, const char *path)
{
    struct template *t = of_catalogue(s, catalogue);
    char closed[96];

    if (!t->made)
        make(s, t, catalogue);
    path_of(t, ".db", closed);
    if (!sim_disk_copy(closed, path))
        sim_fail(s, "cannot copy %s", closed);
}

struct tq_district_store *sim_template_empty(struct sim *s)
{
    uint64_t seed;

    if (templates.empty == NULL) {
        seed = set_aside();
        templates.empty = open_district(s, ":memory:");
        templates.empty_draws = count_draws(s);
        take_back(seed);
    }
    return templates.empty;
}

void sim_template_draw_empty(void)
{
    draw(templates.empty_draws);
}

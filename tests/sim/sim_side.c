/* sim_side.c - The two ends of a link: files, mailboxes, their crashes; what an invitation makes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"
#include "test_mem.h"
#include "tuquan/mem.h"
#include "tuquan/text.h"

/* The hooks of a store are plain functions: whose machine runs stands here. */
static struct border_side *running;

/* The configuration is the server's; here everybody says who he is. */
const char *app_author(const struct app *app)
{
    return app->author;
}

static int64_t clock_now(void *ctx)
{
    const struct border_side *side = ctx;

    return side->number == 0 ? sim_district_now(side->sim) : side->sim->now_ms + side->offset_ms;
}

static void random_fill(void *ctx, void *out, size_t len)
{
    struct border_side *side = ctx;

    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = (uint8_t)sim_roll(side->sim, 256);
}

bool border_is_dead(const struct border_side *side)
{
    return side->crashed || side->disk->off ||
           (side->number == 0 && sim_district_is_dead(&side->sim->district));
}

void border_use(struct border_side *side)
{
    running = side;
    if (side->number == 0)
        sim_district_use(side->sim);
    sim_clock_use(side->sim, clock_now(side) - side->sim->now_ms);
}

struct border_side *border_partner(const struct border_side *side)
{
    return &side->sim->border->sides[1 - side->number];
}

struct tq_district_store *border_store(const struct border_side *side)
{
    return side->number == 0 ? side->sim->district.store : side->home.store;
}

struct tq_merger *border_merger(const struct border_side *side)
{
    return tq_district_merger(side->number == 0 ? side->sim->district.core : side->home.core);
}

const struct tq_catalogue *border_catalogue(const struct border_side *side)
{
    return side->number == 0 ? side->sim->catalogue : &side->sim->strict[side->version];
}

int64_t border_int(struct tq_district_store *store, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t out = -1;

    sim_pause(true);
    if (sqlite3_prepare_v2(sql_handle(tq_district_store_db(store)), sql, -1, &stmt, NULL) ==
                    SQLITE_OK &&
            sqlite3_step(stmt) == SQLITE_ROW)
        out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sim_pause(false);
    return out;
}

/* ---- hooks ---- */

static tq_status hook_begin(void *ctx, struct tq_error *err)
{
    if (border_is_dead(running))
        return tq_error_set(err, TQ_IO, "the server is off");
    return tq_district_store_ops(ctx)->begin(ctx, err);
}

/* What goes off has gone off: nothing is written behind it. */
static tq_status off(struct tq_error *err, const char *when)
{
    running->crashed = true;
    running->disk->off = true;
    running->sim->stats.faults[SIM_BORDER_CRASH_COMMIT]++;
    return tq_error_set(err, TQ_IO, "the server goes off %s a commit", when);
}

static tq_status hook_commit(void *ctx, struct tq_error *err)
{
    bool crash = running->crash_in > 0 && --running->crash_in == 0;
    tq_status rc;

    if (crash && !running->crash_after)
        return off(err, "before");
    rc = tq_district_store_ops(ctx)->commit(ctx, err);
    return crash ? off(err, "after") : rc;
}

static tq_status seat_begin(void *ctx, tq_txn_mode mode, struct tq_error *err)
{
    if (border_is_dead(running))
        return tq_error_set(err, TQ_IO, "the machine is off");
    return tq_office_store_ops()->begin(ctx, mode, err);
}

static tq_status seat_commit(void *ctx, struct tq_error *err)
{
    bool crash = running->crash_in > 0 && --running->crash_in == 0;
    tq_status rc;

    if (crash && !running->crash_after)
        return off(err, "before");
    rc = tq_office_store_ops()->commit(ctx, err);
    return crash ? off(err, "after") : rc;
}

/* ---- halls ---- */

static void create_hall(struct border_hall *hall)
{
    struct sim *s = hall->side->sim;
    struct tq_district_identity identity;
    struct tq_error err;

    tq_error_clear(&err);
    memset(&identity, 0, sizeof(identity));
    memset(identity.district, hall->id, sizeof(identity.district));
    identity.name = tq_slice_str("Huyện mẫu");
    mill_sign_key(hall->keys, identity.sign_key);
    identity.created_at_ms = clock_now(hall->side);
    sim_must(s, tq_district_store_create(hall->store, &identity, &err), "create", &err);
}

static struct tq_merge_config merge_of(struct border_hall *hall)
{
    return (struct tq_merge_config){ .catalogue = hall->catalogue,
        .store = &hall->ops,
        .codec = tq_codec_ops(),
        .signer = mill_signer(hall->keys),
        .verify = mill_verify };
}

/* Of the mailbox: the server's own, with hooks and signatures of the simulator. */
struct tq_merge_config app_merge_config(struct app *app)
{
    if (app->store != running->out.store)
        sim_fail(running->sim, "a merger of what is no mailbox");
    return merge_of(&running->out);
}

static void note(void *ctx, const struct tq_district_note *note)
{
    struct border_hall *hall = ctx;

    if (note->event == TQ_EVENT_HELLO) {
        hall->noted.hello = true;
        hall->noted.schema = note->hello->schema;
        hall->noted.offset_ms = note->offset_ms;
        hall->noted.equal_as_of = note->restored ? 0 : note->hello->equal_as_of;
    }
    if (note->event == TQ_EVENT_COMPLETE) {
        hall->noted.complete = true;
        hall->noted.head = note->head;
    }
}

static void open_hall(struct border_hall *hall, const struct tq_catalogue *catalogue)
{
    struct sim *s = hall->side->sim;
    struct tq_district_session_config session;
    struct tq_district_config config;
    bool fresh = sim_disk_find(hall->side->disk, hall->path) == NULL;
    struct tq_error err;
    uint64_t epoch;
    bool laid;

    tq_error_clear(&err);
    memset(&config, 0, sizeof(config));
    config.path = hall->path;
    config.catalogue = hall->catalogue = catalogue;
    config.create = true;
    laid = fresh && sim_template_district(s, hall->path);
    sim_must(s, tq_district_store_open(&hall->store, &config, &err), "open a mailbox", &err);
    if (laid)
        sim_template_warm(tq_district_store_db(hall->store));
    if (fresh)
        create_hall(hall);
    sim_must(s,
            tq_district_store_start(hall->store, hall->height, clock_now(hall->side), &epoch, &err),
            "start a mailbox", &err);
    hall->ops = *tq_district_store_ops(hall->store);
    hall->ops.begin = hook_begin;
    hall->ops.commit = hook_commit;
    hall->starts++;
    memset(&session, 0, sizeof(session));
    session.merge = merge_of(hall);
    session.note = note;
    session.note_ctx = hall;
    session.chunk_rows = s->options.small_chunks ? 1 + sim_roll(s, 6) : 0;
    session.send = border_hall_send;
    session.send_ctx = hall;
    sim_must(s, tq_district_new(&hall->core, &session, &err), "mailbox", &err);
}

static void close_hall(struct border_hall *hall)
{
    tq_district_free(hall->core);
    hall->core = NULL;
    tq_district_store_close(hall->store);
    hall->store = NULL;
}

/* As sim_district_admit: the one who may speak there. */
static void admit(struct border_hall *hall, uint32_t device, const char *unit)
{
    struct sim *s = hall->side->sim;
    struct tq_chain chain = { .exists = true };
    uint8_t key[TQ_SIGN_KEY_BYTES];
    struct tq_error err;
    char sql[512];
    int n = snprintf(sql, sizeof(sql),
            "INSERT INTO tq_device(device,unit,letter,incarnation,sign_key) "
            "VALUES(%u,'%s','A',1,x'",
            device, unit);

    mill_sign_key(device, key);
    for (size_t i = 0; i < sizeof(key); i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n, "%02x", key[i]);
    snprintf(sql + n, sizeof(sql) - (size_t)n, "')");
    if (sqlite3_exec(sql_handle(tq_district_store_db(hall->store)), sql, NULL, NULL, NULL) !=
            SQLITE_OK)
        sim_fail(s, "mailbox: %s", sql);
    tq_error_clear(&err);
    sim_must(s, hall->ops.begin(hall->ops.ctx, &err), "begin", &err);
    sim_must(s, hall->ops.chain_put(hall->ops.ctx, device, 1, &chain, &err), "chain", &err);
    sim_must(s, hall->ops.commit(hall->ops.ctx, &err), "commit", &err);
    hall->shut = false;
}

/* Rows of units, as an officer enters them. */
static void add_unit(struct border_hall *hall, const char *key, int level)
{
    const struct tq_table *table = tq_catalogue_find(hall->catalogue, "unit");
    uint32_t columns[3];
    struct tq_value after[3] = { tq_value_text(tq_slice_of(key, strcspn(key, "@"))),
        tq_value_int(level), tq_value_str("Đơn vị mẫu") };
    static const char *const NAMES[] = { "code", "level", "name" };
    struct tq_change c;
    struct tq_district_write write = { .changes = &c, .count = 1 };
    struct tq_error err;

    for (size_t i = 0; i < 3; i++)
        columns[i] = table->columns[tq_table_column_find(table, NAMES[i])].id;
    memset(&c, 0, sizeof(c));
    c.table = table->id;
    c.key = tq_slice_str(key);
    c.ncolumns = 3;
    c.columns = columns;
    c.after = after;
    c.author = tq_slice_str("dữ liệu mẫu");
    tq_error_clear(&err);
    sim_must(hall->side->sim,
            tq_merge_district(tq_district_merger(hall->core), &write, clock_now(hall->side), &err),
            "unit", &err);
}

/* ---- seats ---- */

static tq_status seal_older(void *ctx, struct tq_db *db, struct tq_error *err)
{
    struct border_seat *seat = ctx;
    struct tq_office office = seat->office;
    struct tq_office_store *store = NULL;
    struct tq_seal_result sealed;
    tq_status rc = tq_office_store_new(&store, db, err);

    office.ops = tq_office_store_ops();
    office.store = store;
    if (rc == TQ_OK)
        rc = tq_office_seal(&office, clock_now(seat->side), &sealed, err);
    tq_office_store_free(store);
    return rc;
}

static void open_seat(struct border_seat *seat, const struct tq_catalogue *catalogue)
{
    struct sim *s = seat->side->sim;
    struct tq_db_config config = { .path = seat->path, .role = TQ_ROLE_OFFICE, .create = true };
    struct tq_error err;
    bool laid;

    tq_error_clear(&err);
    memset(&seat->office, 0, sizeof(seat->office));
    seat->signer = mill_signer(seat->device);
    seat->office.catalogue = seat->catalogue = catalogue;
    seat->office.codec = tq_codec_ops();
    seat->office.signer = &seat->signer;
    seat->office.verify = mill_verify;
    seat->office.nfc = tq_text_nfc;
    mill_sign_key(seat->hall->keys, seat->office.district_key);
    memset(seat->office.place, (int)seat->device, sizeof(seat->office.place));
    if (s->options.small_chunks) {
        seat->office.part_bytes = 600 + sim_roll(s, 2000);
        seat->office.part_changes = 2 + sim_roll(s, 10);
    }
    config.catalogue = catalogue;
    config.triggers = sim_template_triggers(s, catalogue);
    config.clock = &seat->side->clock;
    config.random = &seat->side->random;
    config.max_bytes = BOX_MAX_BYTES + BOX_OUR_BYTES;
    config.seal = seal_older;
    config.seal_ctx = seat;
    laid = sim_template_seat(s, catalogue, seat->path);
    sim_must(s, tq_db_open(&seat->file, &config, NULL, &err), "open a mailbox", &err);
    if (laid)
        sim_template_warm(seat->file);
    sim_must(s, tq_office_store_new(&seat->store, seat->file, &err), "mailbox", &err);
    seat->ops = *tq_office_store_ops();
    seat->ops.begin = seat_begin;
    seat->ops.commit = seat_commit;
    seat->office.ops = &seat->ops;
    seat->office.store = seat->store;
}

static void close_seat(struct border_seat *seat)
{
    tq_office_store_free(seat->store);
    seat->store = NULL;
    tq_db_close(seat->file);
    seat->file = NULL;
}

/* What joining writes. */
static void join(struct border_seat *seat, const char *unit)
{
    char sql[256];

    snprintf(sql, sizeof(sql),
            "UPDATE tq_state SET "
            "district=x'%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x"
            "%02x%02x',unit='%s',device=%u,letter='A',incarnation=1,schema=%u",
            seat->hall->id, seat->hall->id, seat->hall->id, seat->hall->id, seat->hall->id,
            seat->hall->id, seat->hall->id, seat->hall->id, seat->hall->id, seat->hall->id,
            seat->hall->id, seat->hall->id, seat->hall->id, seat->hall->id, seat->hall->id,
            seat->hall->id, unit, seat->device, seat->catalogue->version);
    if (sqlite3_exec(sql_handle(seat->file), sql, NULL, NULL, NULL) != SQLITE_OK)
        sim_fail(seat->side->sim, "mailbox: %s", sql);
}

/* ---- a side ---- */

static const struct tq_catalogue *box_catalogue(const struct border_side *side)
{
    uint32_t version = side->number == 0 ? side->sim->version : side->version;

    return side->sim->border->link[version];
}

static const struct tq_catalogue *in_catalogue(const struct border_side *side)
{
    return side->number == 1 && side->sim->border->hostile ? &side->sim->border->lax
                                                           : box_catalogue(side);
}

/* No fault strikes here: opening is the same code as an office's and the district's. */
void border_open(struct sim *s, size_t number)
{
    struct border_side *side = &s->border->sides[number];

    sim_pause(true);
    side->crashed = false;
    border_use(side);
    if (number == 1) {
        open_hall(&side->home, border_catalogue(side));
        open_seat(&side->office, border_catalogue(side));
    }
    open_hall(&side->out, box_catalogue(side));
    open_seat(&side->in, in_catalogue(side));
    sim_pause(false);
}

void border_close(struct sim *s, size_t number)
{
    struct border_side *side = &s->border->sides[number];

    sim_pause(true);
    border_use(side);
    close_seat(&side->in);
    close_hall(&side->out);
    if (number == 1) {
        close_seat(&side->office);
        close_hall(&side->home);
    }
    sim_pause(false);
}

void border_restart(struct border_side *side)
{
    struct sim *s = side->sim;

    if (side->number == 0) {
        sim_district_restart(s);
        return;
    }
    sim_say(s, "the neighbour restarts");
    side->disk->off = border_is_dead(side);
    border_close(s, 1);
    if (side->disk->off) {
        bool power = s->options.power && sim_chance(s, 60);

        s->stats.faults[SIM_BORDER_POWER] += power;
        sim_disk_settle(side->disk, power);
    }
    border_open(s, 1);
}

static void forget_messages(struct border_seat *seat)
{
    for (size_t i = 0; i < seat->nkept; i++)
        tq_buf_deinit(&seat->kept[i]);
    seat->nkept = 0;
}

/* Both files of a road are made anew; the sides are open. */
static void make_road(struct border_hall *out, struct border_seat *in)
{
    border_use(out->side);
    memset(&out->noted, 0, sizeof(out->noted));
    border_pin(out, in->side);
    open_hall(out, box_catalogue(out->side));
    add_unit(out, BOX_UNIT, 3);
    admit(out, in->device, BOX_UNIT);
    border_use(in->side);
    forget_messages(in);
    open_seat(in, in_catalogue(in->side));
    join(in, BOX_UNIT);
}

void border_invite(struct border_side *reader)
{
    struct border_side *writer = border_partner(reader);
    int crash_in = writer->crash_in;

    /* What the product cannot yet (docs/liaison.md): a reader whose file came back, and who hears the
     * partner before that has filled its new mailbox, cannot know whose an entered row is. */
    reader->sim->border->blind = reader->sim->border->blind || reader->lost;
    sim_pause(true);
    border_use(reader);
    close_seat(&reader->in);
    sim_disk_put(reader->disk, reader->in.path, NULL, 0);
    border_use(writer);
    close_hall(&writer->out);
    sim_disk_put(writer->disk, writer->out.path, NULL, 0);
    writer->crash_in = 0; /* it waits for something that may fail */
    make_road(&writer->out, &reader->in);
    writer->crash_in = crash_in;
    sim_pause(false);
}

static void note_link(struct border_side *side)
{
    struct sim *s = side->sim;
    struct tq_slice name = tq_slice_str("láng giềng");
    struct tq_slice none = tq_slice_of(NULL, 0);
    struct tq_error err;

    tq_error_clear(&err);
    border_use(side);
    sim_must(s, tq_links_add(border_store(side), name, clock_now(side), &err), "link", &err);
    sim_must(s,
            tq_links_note(border_store(side), 1, TQ_LIAISON_INVITED, tq_slice_str("tcp://*:1"),
                    tq_slice_str("tcp://*:2"), 0, 1, &err),
            "link", &err);
    sim_must(s, tq_links_note(border_store(side), 1, TQ_LIAISON_ACCEPTED, none, none, 0, 1, &err),
            "link", &err);
}

/* The agreement first: an older one that came back with the file may name what this one does not. */
void border_restored(struct sim *s, bool empty)
{
    struct border_side *side = &s->border->sides[0];
    bool faults = s->faults;

    side->lost = true;
    side->crash_in = 0; /* what was due strikes another time: this is the sim's own step */
    side->disk->crash.in = 0;
    side->disk->error.in = 0;
    side->disk->full.in = 0;
    s->faults = false;
    sim_pause(true);
    if (empty)
        note_link(side);
    side->unsure = true;
    if (!s->border->ended && !border_agree(side))
        sim_fail(s, "the agreement is not taken by a restored district");
    sim_pause(false);
    s->faults = faults;
    if (border_partner(side)->out.store != NULL)
        border_confirm(s);
    s->stats.faults[SIM_BORDER_RESTORED]++;
    if (sim_chance(s, 50)) { /* the mailboxes were with it */
        s->border->blind = true;
        border_invite(side);
        border_invite(border_partner(side));
        s->stats.faults[SIM_BORDER_BOX_LOST]++;
    }
}

void border_upgrade(struct border_side *side)
{
    if (side->version == 0 || side->version == SIM_VERSIONS)
        return;
    sim_pause(true);
    border_use(side);
    border_close(side->sim, side->number);
    if (side->disk->off)
        sim_disk_settle(side->disk, false);
    side->version++;
    border_open(side->sim, side->number);
    sim_pause(false);
}

/* ---- the beginning and the end ---- */

/* Everything may be written there, and nothing is refused where it is written. */
static void make_lax(struct sim *s, const struct tq_catalogue *strict)
{
    struct tq_catalogue *lax = &s->border->lax;
    struct tq_table *tables =
            tq_arena_copy(s->arena, strict->tables, strict->ntables * sizeof(*tables));

    *lax = *strict;
    lax->tables = tables;
    for (size_t t = 0; t < strict->ntables; t++) {
        struct tq_column *columns;

        if (!tq_liaison_is_table(&tables[t]))
            continue;
        columns = tq_arena_copy(s->arena, tables[t].columns, tables[t].ncolumns * sizeof(*columns));
        for (size_t i = 0; i < tables[t].ncolumns; i++) {
            columns[i].rule.kind = TQ_RULE_NONE;
            columns[i].writers |= TQ_BY_COMMUNE;
        }
        tables[t].columns = columns;
        tables[t].writers |= TQ_BY_COMMUNE;
    }
}

static void make_catalogues(struct sim *s)
{
    struct border *b = s->border;
    struct tq_error err;

    tq_error_clear(&err);
    for (uint32_t v = s->options.versions; v <= (s->options.versions ? SIM_VERSIONS : 0); v++)
        sim_must(s, tq_liaison_catalogue_new(&b->link[v], &s->strict[v], &err), "catalogue", &err);
    make_lax(s, b->link[s->options.versions ? SIM_VERSIONS : 0]);
}

static void name_hall(struct border_hall *hall, struct border_side *side, const char *what,
        uint32_t keys, uint8_t id)
{
    const char *disk = side->number == 0 ? "district" : "neighbour";

    hall->side = side;
    hall->keys = keys;
    hall->id = id;
    snprintf(hall->path, sizeof(hall->path), "/sim/%s/%s.db", disk, what);
    snprintf(hall->height, sizeof(hall->height), "%s/height-%s-%s", side->sim->dir, disk, what);
}

static void make_side(struct sim *s, size_t number)
{
    struct border_side *side = &s->border->sides[number];

    side->sim = s;
    side->number = number;
    side->clock = (struct tq_clock){ side, clock_now, clock_now };
    side->random.ctx = side;
    side->random.fill = random_fill;
    border_folders(side);
    side->arena = tq_arena_new((size_t)64 << 20);
    side->app.arena = tq_arena_new((size_t)16 << 20);
    side->app.clock = &side->clock;
    side->app.author = "dữ liệu mẫu";
    side->version = sim_versions_draw(s);
    side->offset_ms = sim_some_offset(s);
    name_hall(&side->home, side, "district", 900, 0xe1);
    name_hall(&side->out, side, "out", 901 + (uint32_t)number, (uint8_t)(0xe2 + number));
    side->in.side = side;
    side->in.device = 911 + (uint32_t)number;
    side->in.hall = &border_partner(side)->out;
    snprintf(side->in.path, sizeof(side->in.path), "/sim/%s/in.db",
            number == 0 ? "district" : "neighbour");
    side->office.side = side;
    side->office.device = 920;
    side->office.hall = &side->home;
    snprintf(side->office.path, sizeof(side->office.path), "/sim/neighbour/office.db");
}

void border_build(struct sim *s)
{
    struct border_side *theirs;

    s->border = calloc(1, sizeof(*s->border));
    s->border->sim = s;
    s->border->hostile = s->options.hostile;
    make_catalogues(s);
    make_side(s, 0);
    make_side(s, 1);
    theirs = &s->border->sides[1];
    s->border->sides[0].disk = s->district.disk;
    theirs->disk = sim_disk_new("neighbour", s->options.seed * 100 + 98);
    sim_pause(true);
    border_use(theirs);
    open_hall(&theirs->home, border_catalogue(theirs));
    for (size_t i = 0; i < s->ncommunes; i++)
        add_unit(&theirs->home, sim_unit(i), 3);
    add_unit(&theirs->home, BORDER_UNIT, 3);
    admit(&theirs->home, theirs->office.device, BORDER_UNIT);
    open_seat(&theirs->office, border_catalogue(theirs));
    join(&theirs->office, BORDER_UNIT);
    for (size_t i = 0; i < 2; i++)
        make_road(&s->border->sides[i].out, &s->border->sides[1 - i].in);
    border_new_terms(s);
    for (size_t i = 0; i < 2; i++) {
        note_link(&s->border->sides[i]);
        if (!border_agree(&s->border->sides[i]))
            sim_fail(s, "the agreement is not taken");
    }
    sim_pause(false);
}

void border_free(struct sim *s)
{
    struct border *b = s->border;

    if (b == NULL)
        return;
    for (size_t i = 0; i < 2; i++) {
        struct border_side *side = &b->sides[i];

        running = side;
        if (side->disk != NULL)
            border_close(s, i);
        forget_messages(&side->in);
        forget_messages(&side->office);
        border_parcels_free(side);
        tq_arena_free(side->arena);
        tq_arena_free(side->app.arena);
    }
    sim_disk_free(b->sides[1].disk);
    for (size_t v = 0; v <= SIM_VERSIONS; v++)
        tq_liaison_catalogue_free(b->link[v]);
    free(b);
    s->border = NULL;
}

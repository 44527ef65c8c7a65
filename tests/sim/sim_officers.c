/* sim_officers.c - The district's people: periods, villages, verdicts, publications, requests. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "tuquan/district_devices.h"
#include "tuquan/quoted.h"
#include "tuquan/text.h"

struct field {
    const char *column;
    struct tq_value value;
};

/* One change of the district; fields of one cell, or of an insert. */
static bool change(struct sim *s, const char *name, struct tq_slice key, struct tq_slice owner,
        bool insert, const struct field *fields, size_t n)
{
    const struct tq_table *table = tq_catalogue_find(s->catalogue, name);
    struct sim_row *row = sim_shadow_find(s, table, key);
    uint32_t columns[8];
    struct tq_value after_values[8];
    struct tq_value before[8];
    struct tq_change c;

    memset(&c, 0, sizeof(c));
    memset(before, 0, sizeof(before));
    c.table = table->id;
    c.key = key;
    c.owner = owner;
    for (size_t i = 0; i < n; i++) { /* given in order of their numbers */
        int at = tq_table_column_find(table, fields[i].column);

        columns[i] = table->columns[at].id;
        after_values[i] = fields[i].value;
        if (!insert) {
            c.cell = table->columns[at].cell;
            if (row != NULL && row->newest->exists)
                before[i] = row->newest->values[at];
        }
    }
    c.ncolumns = (uint32_t)n;
    c.columns = columns;
    c.before = insert ? NULL : before;
    c.after = after_values;
    c.author = tq_slice_str("dữ liệu mẫu");
    return sim_district_write(s, &c, 1) == TQ_OK;
}

bool sim_district_change(
        struct sim *s, const struct sim_row *row, const char *column, const char *value)
{
    struct field field = { column, tq_value_str(value) };

    return change(s, row->table->name, row->key, row->owner, false, &field, 1);
}

static void public_row(struct sim *s, const char *table, const char *key, const char *c1,
        const char *v1, const char *c2, const char *v2)
{
    struct field fields[2] = { { c1, tq_value_str(v1) }, { c2, tq_value_null() } };

    if (c2 != NULL)
        fields[1].value = tq_value_str(v2);
    change(s, table, tq_slice_str(key), tq_slice_of(NULL, 0), true, fields, c2 != NULL ? 2 : 1);
}

static void add_unit(struct sim *s, const char *key, int level, const char *parent)
{
    struct field fields[4] = { { "code", tq_value_text(tq_slice_of(key, strcspn(key, "@"))) },
        { "level", tq_value_int(level) }, { "name", tq_value_str("Đơn vị mẫu") },
        { "parent", tq_value_null() } };

    if (parent != NULL)
        fields[3].value = tq_value_str(parent);
    change(s, "unit", tq_slice_str(key), tq_slice_of(NULL, 0), true, fields,
            parent != NULL ? 4 : 3);
}

void sim_district_settle(struct sim *s)
{
    for (size_t i = 0; i < s->ncommunes; i++)
        add_unit(s, sim_unit(i), 3, NULL);
    if (s->options.neighbours) {
        add_unit(s, BORDER_UNIT, 3, NULL);
        add_unit(s, BORDER_OTHER, 3, NULL);
    }
    for (size_t i = 0; i < s->ncommunes; i++)
        for (uint32_t k = 1; k <= 2; k++)
            add_unit(s, sim_village(s, i, k), 4, sim_unit(i));
    public_row(s, "calendar", "ADMIN", "name", "mẫu", NULL, NULL);
    for (int month = 10; month <= 12; month++) {
        char key[32];
        char code[24];
        char from[24];
        char to[24];
        struct field fields[5];

        snprintf(key, sizeof(key), "ADMIN/2020-%02d", month);
        snprintf(code, sizeof(code), "2020-%02d", month);
        snprintf(from, sizeof(from), "2020-%02d-01", month);
        snprintf(to, sizeof(to), "2020-%02d-30", month);
        fields[0] = (struct field){ "calendar", tq_value_str("ADMIN") };
        fields[1] = (struct field){ "code", tq_value_str(code) };
        fields[2] = (struct field){ "starts_on", tq_value_str(from) };
        fields[3] = (struct field){ "ends_on", tq_value_str(to) };
        fields[4] = (struct field){ "state", tq_value_str("open") };
        change(s, "period", tq_slice_str(key), tq_slice_of(NULL, 0), true, fields, 5);
    }
    public_row(s, "indicator", "households@1", "code", "households", NULL, NULL);
    public_row(s, "scoring_sheet", "mau@1", "code", "mau", NULL, NULL);
}

/* A random row of a table as the district has it. */
struct sim_row *sim_district_pick(struct sim *s, const char *name)
{
    const struct tq_table *table = tq_catalogue_find(s->catalogue, name);
    struct sim_row *found = NULL;
    uint32_t n = 0;

    for (struct sim_row *row = s->shadow.first; row != NULL; row = row->all)
        if (row->table == table && row->newest->exists && sim_roll(s, ++n) == 0)
            found = row;
    return found;
}

static void verify_incident(struct sim *s)
{
    struct sim_row *row = sim_district_pick(s, "incident");
    struct field field = { "reconciled", tq_value_int(sim_roll(s, 2)) };

    if (row == NULL)
        return;
    if (sim_chance(s, 50))
        field = (struct field){ "reclassified", tq_value_int(1 + sim_roll(s, 5)) };
    change(s, "incident", row->key, row->owner, false, &field, 1);
}

/* True: it was in the other state. */
static bool change_period(struct sim *s)
{
    const struct tq_table *table = tq_catalogue_find(s->catalogue, "period");
    int at = tq_table_column_find(table, "state");
    char key[32];
    struct field field = { "state", tq_value_str(sim_chance(s, 60) ? "open" : "locked") };
    struct sim_row *row;
    bool other;

    snprintf(key, sizeof(key), "ADMIN/2020-%02u", 10 + sim_roll(s, 3));
    row = sim_shadow_find(s, table, tq_slice_str(key));
    other = row != NULL && row->newest->exists &&
            !tq_value_equal(&row->newest->values[at], &field.value);
    return change(s, "period", tq_slice_str(key), tq_slice_of(NULL, 0), false, &field, 1) && other;
}

static void add_village(struct sim *s)
{
    size_t commune = sim_roll(s, (uint32_t)s->ncommunes);
    const char *key = sim_village(s, commune, 3 + sim_roll(s, 38));

    if (sim_shadow_find(s, tq_catalogue_find(s->catalogue, "unit"), tq_slice_str(key)) == NULL)
        add_unit(s, key, 4, sim_unit(commune));
}

static void new_directive(struct sim *s)
{
    uint8_t key[TQ_SURROGATE_BYTES] = { 0x77 };
    struct field field = { "title", tq_value_str("Chỉ đạo mẫu") };

    for (size_t i = 8; i < sizeof(key); i++)
        key[i] = (uint8_t)sim_roll(s, 256);
    change(s, "directive", tq_slice_of(key, sizeof(key)), tq_slice_of(NULL, 0), true, &field, 1);
}

void sim_district_work(struct sim *s)
{
    switch (sim_roll(s, 10)) {
    case 0:
    case 1:
        (void)change_period(s);
        break;
    case 2:
    case 3:
        add_village(s);
        break;
    case 4:
        new_directive(s);
        break;
    default:
        verify_incident(s);
        break;
    }
}

void sim_district_lock(struct sim *s)
{
    s->stats.faults[SIM_LOCK] += change_period(s);
}

/* A ranking and the row of each commune, as publishing writes them: by the program. */
void sim_district_publish(struct sim *s)
{
    const struct tq_table *ranking = tq_catalogue_find(s->catalogue, "ranking");
    const struct tq_table *row = tq_catalogue_find(s->catalogue, "ranking_row");
    struct tq_change changes[1 + SIM_COMMUNES];
    struct tq_value key[4] = { tq_value_str("ADMIN/2020-12"), tq_value_str("mau@1"),
        tq_value_int((int64_t)++s->published), tq_value_null() };
    static const uint32_t STATE[] = { 8 };
    struct tq_value published = tq_value_str("published");
    static const uint32_t PLACE[] = { 9 };
    struct tq_value places[SIM_COMMUNES];

    memset(changes, 0, sizeof(changes));
    for (size_t i = 0; i <= s->ncommunes; i++) {
        const struct tq_table *table = i == 0 ? ranking : row;
        struct tq_buf buf;

        if (i > 0) {
            key[3] = tq_value_str(sim_unit(i - 1));
            places[i - 1] = tq_value_int((int64_t)i);
        }
        tq_buf_init(&buf, 0);
        if (!sim_key(table, key, &buf))
            sim_fail(s, "key of a ranking");
        changes[i].table = table->id;
        changes[i].key = tq_slice_of(tq_arena_copy(s->arena, buf.data, buf.len), buf.len);
        tq_buf_deinit(&buf);
        changes[i].ncolumns = 1;
        changes[i].columns = i == 0 ? STATE : PLACE;
        changes[i].after = i == 0 ? &published : &places[i - 1];
        changes[i].author = tq_slice_str("dữ liệu mẫu");
    }
    if (sim_district_write(s, changes, 1 + s->ncommunes) == TQ_OK)
        s->stats.faults[SIM_PUBLISH]++;
}

static const struct tq_value *field_of(const struct sim_row *row, const char *column)
{
    return &row->newest->values[tq_table_column_find(row->table, column)];
}

/* What was asked for, in the name of the request, as `requests grant` writes it. */
static bool granted(struct sim *s, const struct sim_row *request, struct tq_change *out)
{
    const struct tq_table *table =
            tq_catalogue_find(s->catalogue, sim_text(s, field_of(request, "table_name")));
    const char *cell = sim_text(s, field_of(request, "cell"));
    struct tq_slice key = field_of(request, "row_key")->s;
    struct sim_row *row = table != NULL ? sim_shadow_find(s, table, key) : NULL;
    char *name = tq_arena_alloc(s->arena, 64);
    struct tq_value *before;
    struct tq_cells cells;
    struct tq_error err;

    tq_error_clear(&err);
    memset(out, 0, sizeof(*out));
    if (table == NULL ||
            tq_quoted_parse(field_of(request, "new_values")->s, s->arena, &cells, &err) != TQ_OK)
        sim_fail(s, "request: %s", err.msg);
    if (cell[0] != '\0') {
        if (row == NULL || !row->newest->exists)
            return false; /* the row first */
        out->cell = table->columns[tq_table_column_find(table, cell)].cell;
        before = tq_arena_array(s->arena, cells.n, sizeof(*before));
        for (uint32_t i = 0; i < cells.n; i++)
            before[i] = row->newest->values[tq_table_column(table, cells.columns[i])];
        out->before = before;
    }
    out->table = table->id;
    out->key = key;
    out->owner = request->owner;
    out->ncolumns = cells.n;
    out->columns = cells.columns;
    out->after = cells.values;
    memcpy(name, "grant:", 7);
    tq_hex(name + 6, request->key.data, TQ_SURROGATE_BYTES);
    out->lock_on = tq_slice_str(name);
    out->author = tq_slice_str("dữ liệu mẫu");
    return true;
}

void sim_district_decide(struct sim *s)
{
    const struct tq_table *table = tq_catalogue_find(s->catalogue, "correction_request");
    bool grant = sim_chance(s, 60);
    struct tq_value state = tq_value_str(grant ? "granted" : "refused");
    struct sim_row *request = NULL;
    struct tq_change changes[2];
    static const uint32_t STATE[] = { 18 };
    size_t n = 0;
    uint32_t seen = 0;

    for (struct sim_row *row = s->shadow.first; row != NULL; row = row->all)
        if (row->table == table && row->newest->exists &&
                strcmp(sim_text(s, field_of(row, "state")), "asked") == 0 &&
                sim_roll(s, ++seen) == 0)
            request = row;
    if (request == NULL || (grant && !granted(s, request, &changes[n++])))
        return;
    memset(&changes[n], 0, sizeof(changes[n]));
    changes[n].table = table->id;
    changes[n].cell = table->columns[tq_table_column_find(table, "state")].cell;
    changes[n].key = request->key;
    changes[n].owner = request->owner;
    changes[n].ncolumns = 1;
    changes[n].columns = STATE;
    changes[n].before = field_of(request, "state");
    changes[n].after = &state;
    changes[n++].author = tq_slice_str("dữ liệu mẫu");
    if (sim_district_write(s, changes, n) == TQ_OK)
        s->stats.faults[grant ? SIM_GRANT : SIM_REFUSE]++;
}

void sim_district_revoke(struct sim *s, struct sim_office *o)
{
    char sql[128];
    struct tq_error err;
    tq_status rc;
    size_t left = 0;

    for (size_t i = 0; i < s->noffices; i++)
        left += !s->offices[i].revoked;
    if (o->revoked || left < 2)
        return;
    sim_district_use(s);
    tq_error_clear(&err);
    rc = tq_devices_revoke(
            s->district.store, o->device, tq_slice_str("dữ liệu mẫu"), sim_district_now(s), &err);
    if (rc == TQ_OK)
        tq_district_drop_device(s->district.core, o->device);
    else if (!sim_district_is_dead(&s->district) && !sim_may_fail(s, rc))
        sim_fail(s, "revoke: %s: %s", tq_status_code(rc), err.msg);
    sim_district_after(s, 1);
    /* What failed may be in the file all the same: it died after its commit. */
    snprintf(sql, sizeof(sql),
            "SELECT count(*) FROM tq_device WHERE device=%u AND revoked_at IS NOT NULL", o->device);
    if (sim_district_int(s, sql) == 0)
        return;
    sim_say(s, "office %zu is revoked", o->number);
    s->stats.faults[SIM_REVOKE]++;
    for (size_t i = 0; i < s->noffices; i++)
        s->offices[i].revoked = s->offices[i].revoked || s->offices[i].device == o->device;
}

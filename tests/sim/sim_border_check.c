/* sim_border_check.c - What must hold at the border: nothing outside the agreement lies where the
 * partner can read it, what lies there is what came, nobody writes another's row, both
 * journals say the same.
 *
 * What an agreement lets through is worked out here by itself, not by what the product judges with. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim_border.h"
#include "store/sql.h"
#include "tuquan/codec.h"
#include "tuquan/quoted.h"
#include "tuquan/words.h"

#define PAGE 256u

const char *const BORDER_CATEGORIES[3] = { "theft", "gambling", "drugs" };

/* ---- agreements ---- */

void border_terms_text(const struct sim *s, const struct border_terms *t, struct tq_buf *out)
{
    const char *comma = "";

    tq_buf_printf(out, "number = %u\nsigned_on = 2020-10-01\nfrom = 2020-10-01\nto = 2199-12-31\n",
            t->number);
    tq_buf_append_str(out, "side_a = Huyện mẫu\nside_b = Huyện bạn\ncommunes_a = ");
    for (size_t i = 0; i < t->communes; i++)
        tq_buf_printf(out, "%s%s", i > 0 ? ", " : "", sim_unit(i));
    tq_buf_append_str(out, "\ncommunes_b = " BORDER_UNIT "\ncategories = ");
    for (size_t i = 0; i < 3; i++)
        if ((t->categories >> i & 1) != 0) {
            tq_buf_printf(out, "%s%s", comma, BORDER_CATEGORIES[i]);
            comma = ", ";
        }
    tq_buf_printf(out, "\narticle_3 = border_notice: label, category, issued_on%s%s%s%s\n",
            t->body ? ", body" : "", t->reply_due ? ", reply_due" : "", t->area ? ", area" : "",
            t->where ? ", place" : "");
    tq_buf_printf(out, "article_4 = border_notice: acknowledged_at, answered_on%s\n",
            t->answer ? ", answer" : "");
    if (t->meetings)
        tq_buf_printf(out, "article_5 = border_meeting: label, held_on, minutes_no%s%s\n",
                t->place ? ", place" : "", t->signs ? ", signed_on, partner_signed_on" : "");
    if (t->patrols)
        tq_buf_printf(out, "article_6 = joint_patrol: label, planned_on, participants%s%s\n",
                t->results ? ", results" : "", t->signs ? ", signed_on, partner_signed_on" : "");
    if (t->statistics)
        tq_buf_printf(out,
                "article_7 = border_statistics: label, period, issued_on, acknowledged_at%s\n",
                t->figures ? ", figures" : "");
    if (t->handovers)
        tq_buf_printf(out, "article_8 = border_handover: label, year, handed_on, minutes_no%s%s\n",
                t->standing ? ", standing" : "", t->signs ? ", signed_on, partner_signed_on" : "");
    if (t->cases)
        tq_buf_append_str(out, "article_9 = border_notice: case_unit, partner_case_unit\n");
    if (t->seen && t->meetings)
        tq_buf_append_str(out, "article_10 = border_meeting: acknowledged_at\n");
    if (t->seen && t->patrols)
        tq_buf_append_str(out, "article_11 = joint_patrol: acknowledged_at\n");
    if (t->seen && t->handovers)
        tq_buf_append_str(out, "article_12 = border_handover: acknowledged_at\n");
    (void)s;
}

static bool is(const char *name, const char *const *list)
{
    while (*list != NULL && strcmp(name, *list) != 0)
        list++;
    return *list != NULL;
}

static bool is_envelope(const char *name)
{
    static const char *const LIST[] = { "id", "unit", "partner_unit", "direction", "state",
        "voided_at", NULL };

    return is(name, LIST);
}

static bool is_answer(const char *name)
{
    static const char *const LIST[] = { "acknowledged_at", "answered_on", "answer", "answer_no",
        "partner_signed_on", "partner_case_unit", NULL };

    return is(name, LIST);
}

/* What the district itself says of a row, on either side. */
static bool is_our_own(const char *name)
{
    return strcmp(name, "case_unit") == 0;
}

static bool is_told(const char *table)
{
    static const char *const LIST[] = { "border_notice", "border_meeting", "joint_patrol",
        "border_statistics", "border_handover", NULL };

    return is(table, LIST);
}

static bool names_table(const struct border_terms *t, const char *table)
{
    return strcmp(table, "border_notice") == 0 ||
           (t->meetings && strcmp(table, "border_meeting") == 0) ||
           (t->patrols && strcmp(table, "joint_patrol") == 0) ||
           (t->statistics && strcmp(table, "border_statistics") == 0) ||
           (t->handovers && strcmp(table, "border_handover") == 0);
}

static bool names(const struct border_terms *t, const char *table, const char *column)
{
    static const char *const ALWAYS[] = { "label", "category", "issued_on", "answered_on",
        "held_on", "minutes_no", "planned_on", "participants", "period", "year", "handed_on",
        NULL };
    static const char *const SIGNS[] = { "signed_on", "partner_signed_on", NULL };
    bool patrol = strcmp(table, "joint_patrol") == 0;
    bool notice = strcmp(table, "border_notice") == 0;

    if (!names_table(t, table))
        return false;
    if (strcmp(column, "acknowledged_at") == 0)
        return notice || strcmp(table, "border_statistics") == 0 || t->seen;
    if (strcmp(column, "case_unit") == 0 || strcmp(column, "partner_case_unit") == 0)
        return t->cases;
    if (is(column, SIGNS))
        return t->signs;
    if (patrol && (strcmp(column, "held_on") == 0 || strcmp(column, "minutes_no") == 0))
        return false;
    return is(column, ALWAYS) || (t->body && strcmp(column, "body") == 0) ||
           (t->reply_due && strcmp(column, "reply_due") == 0) ||
           (t->answer && strcmp(column, "answer") == 0) ||
           ((notice ? t->where : t->place) && strcmp(column, "place") == 0) ||
           (t->area && strcmp(column, "area") == 0) ||
           (t->figures && strcmp(column, "figures") == 0) ||
           (t->standing && strcmp(column, "standing") == 0) ||
           (t->results && strcmp(column, "results") == 0);
}

static const char *mirror(const char *column)
{
    return strcmp(column, "signed_on") == 0           ? "partner_signed_on"
           : strcmp(column, "partner_signed_on") == 0 ? "signed_on"
           : strcmp(column, "case_unit") == 0         ? "partner_case_unit"
           : strcmp(column, "partner_case_unit") == 0 ? "case_unit"
                                                      : column;
}

static const struct tq_value *cell(
        const struct tq_table *table, const struct tq_value *values, const char *column)
{
    return &values[tq_table_column_find(table, column)];
}

static bool has_text(const struct tq_value *value, const char *text)
{
    return value->type == TQ_TEXT && tq_slice_equal(value->s, tq_slice_str(text));
}

/* A commune of side `number` that the agreement names. */
static bool is_party(const struct border_terms *t, size_t number, const struct tq_value *unit)
{
    bool found = number == 1 && has_text(unit, BORDER_UNIT);

    for (size_t i = 0; number == 0 && i < t->communes; i++)
        found = found || has_text(unit, sim_unit(i));
    return found;
}

/* May such a row of `writer` cross at all? */
static bool covers(const struct border_terms *t, size_t writer, const struct tq_table *table,
        const struct tq_value *values)
{
    bool good = names_table(t, table->name) && is_party(t, writer, cell(table, values, "unit")) &&
                is_party(t, 1 - writer, cell(table, values, "partner_unit"));
    bool known = tq_table_column_find(table, "category") < 0;

    for (size_t i = 0; !known && i < 3; i++)
        known = (t->categories >> i & 1) != 0 &&
                has_text(cell(table, values, "category"), BORDER_CATEGORIES[i]);
    return good && known;
}

/* The agreement that holds by the file of a side. */
static const struct border_terms *terms_of(struct border_side *side)
{
    struct border *b = side->sim->border;
    int64_t number = border_int(border_store(side),
            "SELECT CAST(substr(text, 10, instr(text, char(10)) - 10) AS INTEGER) FROM "
            "tq_liaison_agreement ORDER BY id DESC LIMIT 1");

    if (number < 1 || (size_t)number > b->nterms)
        sim_fail(side->sim, "side %zu has agreement %" PRId64, side->number, number);
    return &b->terms[number - 1];
}

/* ---- rows ---- */

typedef void (*row_fn)(
        struct border_side *side, const struct tq_table *table, const struct tq_stored_row *row);

static void each_row(struct border_side *side, struct tq_district_store *store,
        const struct tq_catalogue *catalogue, row_fn fn)
{
    const struct tq_district_ops *ops = tq_district_store_ops(store);
    struct sim *s = side->sim;
    struct tq_error err;

    tq_error_clear(&err);
    for (size_t t = 0; t < catalogue->ntables; t++) {
        const struct tq_table *table = &catalogue->tables[t];
        struct tq_slice none = tq_slice_of(NULL, 0);
        struct tq_slice after = none;
        size_t got = PAGE;

        while (is_told(table->name) && got == PAGE) {
            struct tq_stored_row *page = tq_arena_array(side->arena, PAGE, sizeof(*page));

            sim_must(s,
                    ops->rows_scan(ops->ctx, table, none, after, none, PAGE, side->arena, page,
                            &got, &err),
                    "rows", &err);
            for (size_t i = 0; i < got; i++)
                fn(side, table, &page[i]);
            if (got > 0)
                after = page[got - 1].key;
        }
    }
}

/* The row of a store; NULL: there is none. */
static const struct tq_value *find(struct border_side *side, struct tq_district_store *store,
        const struct tq_table *table, struct tq_slice key)
{
    const struct tq_district_ops *ops = tq_district_store_ops(store);
    struct tq_stored_row row;
    struct tq_error err;

    tq_error_clear(&err);
    memset(&row, 0, sizeof(row));
    sim_must(side->sim, ops->rows_get(ops->ctx, table, &key, 1, side->arena, &row, &err), "row",
            &err);
    return row.exists ? row.values : NULL;
}

static void wrong(struct border_side *side, const char *where, const struct tq_table *table,
        struct tq_slice key, const char *column)
{
    sim_fail(side->sim, "side %zu: %s: %s %s %s", side->number, where, table->name,
            sim_key_text(side->sim, table, key), column);
}

/* ---- after each event ---- */

static void check_out(
        struct border_side *side, const struct tq_table *table, const struct tq_stored_row *row)
{
    const struct border_terms *t = terms_of(side);
    bool may = covers(t, side->number, table, row->values);
    bool is_void = cell(table, row->values, "voided_at")->type != TQ_NULL;

    if (!may && !is_void)
        wrong(side, "what the partner can read is outside the agreement", table, row->key, "");
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *c = &table->columns[i];

        if (!is_envelope(c->name) && !is_answer(c->name) &&
                !(may && names(t, table->name, c->name)) &&
                !tq_value_equal(&row->values[i], &c->fallback))
            wrong(side, "what the partner can read is outside the agreement", table, row->key,
                    c->name);
    }
}

/* What the link may touch of a row, itself or by asking an officer to. */
static void check_columns(struct border_side *side, const struct tq_table *table,
        struct tq_slice key, const uint32_t *columns, uint32_t n, bool incoming)
{
    const struct border_terms *t = terms_of(side);

    for (uint32_t i = 0; i < n; i++) {
        int at = tq_table_column(table, columns[i]);
        const char *name = table->columns[at].name;
        bool good = strcmp(name, "state") == 0 || is_our_own(name);

        if (incoming)
            good = good || is_envelope(name) || strcmp(name, "void_reason") == 0 ||
                   strcmp(name, "acknowledged_at") == 0 || strcmp(name, "came") == 0 ||
                   names(t, table->name, mirror(name));
        else
            good = good || (is_answer(name) && names(t, table->name, name));
        if (!good)
            wrong(side, incoming ? "the link laid" : "the neighbour wrote our row", table, key,
                    name);
    }
}

static struct tq_link_row crossed_at(
        struct border_side *side, const struct tq_table *table, struct tq_slice key)
{
    struct tq_link_row out;
    struct tq_error err;

    tq_error_clear(&err);
    sim_must(side->sim, tq_links_row(border_store(side), table->id, key, &out, &err), "crossed",
            &err);
    return out;
}

/* What was asked for is taken back, with a word why, or is done, which is a change of its own beside
 * this: it is judged by the agreement of when it was asked, not by that of now. */
static bool ends(const struct tq_table *requests, const struct tq_change *c)
{
    const char *name = c->cell == TQ_CELL_ROW
                               ? ""
                               : requests->columns[tq_table_column(requests, c->cell)].name;

    return strcmp(name, "decision") == 0 ||
           (strcmp(name, "state") == 0 &&
                   (tq_slice_equal(c->after[0].s, tq_slice_str("refused")) ||
                           tq_slice_equal(c->after[0].s, tq_slice_str("applied"))));
}

/* Asked for of a locked period, or done: about a row that crossed, or is new; nothing that the link
 * might not write where it is not locked. */
static void check_request(
        struct border_side *side, const struct tq_table *requests, const struct tq_change *c)
{
    const struct tq_value *values = find(side, border_store(side), requests, c->key);
    const struct tq_table *table;
    struct tq_link_row crossed;
    struct tq_cells cells;
    struct tq_slice key;

    if (values == NULL || cell(requests, values, "device")->i != TQ_DEVICE_DISTRICT)
        wrong(side, "the link asked in another name", requests, c->key, "");
    if (ends(requests, c))
        return;
    table = tq_word_to_table(border_catalogue(side), cell(requests, values, "table_name")->s);
    key = cell(requests, values, "row_key")->s;
    if (table == NULL || !is_told(table->name) ||
            tq_quoted_parse(cell(requests, values, "new_values")->s, side->arena, &cells, NULL) !=
                    TQ_OK)
        wrong(side, "the link asked", requests, c->key, "");
    crossed = crossed_at(side, table, key);
    /* An answer to a row of ours that it was told may come when another agreement holds. */
    if ((crossed.incoming || crossed.link == 0) &&
            !is_party(terms_of(side), side->number, cell(requests, values, "unit")))
        wrong(side, "the link asked in another name", requests, c->key, "");
    check_columns(side, table, key, cells.columns, cells.n, crossed.incoming || crossed.link == 0);
}

/* What a change of ours by the link may touch. */
static void check_change(struct border_side *side, const struct tq_change *c)
{
    const struct tq_table *table = tq_catalogue_table(border_catalogue(side), c->table);
    const struct border_terms *t = terms_of(side);
    struct tq_link_row crossed;

    if (tq_slice_equal(c->author, tq_slice_str(BORDER_OFFICER)))
        return; /* drafted while a round went on */
    if (table != NULL && strcmp(table->name, "correction_request") == 0) {
        check_request(side, table, c);
        return;
    }
    if (table == NULL || !is_told(table->name))
        wrong(side, "the link wrote", table, c->key, "");
    crossed = crossed_at(side, table, c->key);
    check_columns(side, table, c->key, c->columns, c->ncolumns, crossed.incoming);
    if (crossed.incoming && c->cell == TQ_CELL_ROW) {
        const struct tq_value *values = find(side, border_store(side), table, c->key);

        if (values == NULL || !is_party(t, side->number, cell(table, values, "unit")) ||
                !is_party(t, 1 - side->number, cell(table, values, "partner_unit")))
            wrong(side, "the link laid a row outside the agreement", table, c->key, "");
    }
}

void border_check_sets(struct border_side *side, uint64_t from)
{
    const struct tq_district_ops *ops = tq_district_store_ops(border_store(side));
    struct sim *s = side->sim;
    struct tq_error err;

    sim_pause(true);
    for (uint64_t n = from + 1;; n++) {
        struct tq_ledger_set set;
        struct tq_set_body body;

        tq_error_clear(&err);
        tq_arena_reset(side->arena);
        memset(&set, 0, sizeof(set));
        if (ops->ledger_by_n(ops->ctx, n, side->arena, &set, &err) != TQ_OK)
            break;
        sim_must(s, tq_body_decode(set.set.payload, side->arena, &body, &err), "set", &err);
        if (set.set.device == TQ_DEVICE_DISTRICT)
            for (size_t i = 0; i < body.nchanges; i++)
                check_change(side, &body.changes[i]);
    }
    sim_pause(false);
}

void border_check(struct sim *s)
{
    sim_pause(true);
    for (size_t i = 0; i < 2; i++) {
        struct border_side *side = &s->border->sides[i];

        if (border_is_dead(side) || side->out.store == NULL || side->unsure || side->locked ||
                (i == 1 && s->border->hostile))
            continue;
        tq_arena_reset(side->arena);
        each_row(side, side->out.store, side->out.catalogue, check_out);
    }
    sim_pause(false);
}

/* ---- what was pulled ---- */

static const char *same_in(struct border_seat *seat, const struct tq_table *table,
        const struct tq_stored_row *row, bool answers)
{
    sqlite3_stmt *stmt = NULL;
    const char *differs = NULL;
    char sql[128];

    snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE id=?1", table->name);
    if (sqlite3_prepare_v2(sql_handle(seat->file), sql, -1, &stmt, NULL) != SQLITE_OK)
        return "(no table)";
    sqlite3_bind_blob(stmt, 1, row->key.data, (int)row->key.len, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        differs = "(no row)";
    for (int c = 0; differs == NULL && c < sqlite3_column_count(stmt); c++) {
        int at = tq_table_column_find(table, sqlite3_column_name(stmt, c));
        const struct tq_value *v = at >= 0 ? &row->values[at] : NULL;
        int type = sqlite3_column_type(stmt, c);
        bool same;

        if (v == NULL || !table->columns[at].leaves ||
                (!answers && is_answer(table->columns[at].name)))
            continue;
        if (v->type == TQ_NULL || type == SQLITE_NULL)
            same = v->type == TQ_NULL && type == SQLITE_NULL;
        else if (v->type == TQ_INT)
            same = sqlite3_column_int64(stmt, c) == v->i;
        else
            same = (size_t)sqlite3_column_bytes(stmt, c) == v->s.len &&
                   memcmp(sqlite3_column_blob(stmt, c), v->s.data, v->s.len) == 0;
        if (!same)
            differs = table->columns[at].name;
    }
    sqlite3_finalize(stmt);
    return differs;
}

static void check_in(
        struct border_side *writer, const struct tq_table *table, const struct tq_stored_row *row)
{
    struct border_seat *seat = &border_partner(writer)->in;
    const char *differs;

    if (tq_catalogue_find(seat->catalogue, table->name) == NULL)
        return; /* its program is older */
    differs = same_in(seat, table, row, false);
    if (differs != NULL)
        wrong(seat->side, "what was pulled is not what lies there", table, row->key, differs);
}

void border_check_pulled(struct border_seat *seat)
{
    struct border_side *writer = seat->hall->side;
    struct sim *s = writer->sim;

    if (seat != &seat->side->in || s->border->hostile || border_is_dead(writer) ||
            seat->hall->catalogue->version > seat->catalogue->version || s->faults)
        return;
    sim_pause(true);
    tq_arena_reset(writer->arena);
    each_row(writer, seat->hall->store, seat->hall->catalogue, check_in);
    sim_pause(false);
}

/* ---- at rest ---- */

static bool in_journal(struct border_side *side, const char *way, const char *code,
        const struct tq_table *table, struct tq_slice key)
{
    sqlite3_stmt *stmt = NULL;
    bool found;
    char sql[256];

    snprintf(sql, sizeof(sql),
            "SELECT nullif(code,'%s') FROM tq_liaison_journal WHERE way='%s' AND tbl=%u AND "
            "key=?1%s ORDER BY id DESC LIMIT 1",
            side->sim->border->blind ? "" : "E320", way, table->id,
            code == NULL ? " AND code=''" : "");
    if (sqlite3_prepare_v2(sql_handle(tq_district_store_db(border_store(side))), sql, -1, &stmt,
                NULL) != SQLITE_OK)
        sim_fail(side->sim, "journal: %s", sql);
    sqlite3_bind_blob(stmt, 1, key.data, (int)key.len, SQLITE_STATIC);
    found = sqlite3_step(stmt) == SQLITE_ROW && (code == NULL || sqlite3_column_bytes(stmt, 0) > 0);
    sqlite3_finalize(stmt);
    return found;
}

/* The last word about a row that came is a refusal; not that it is ours (E320), for it is not. */
static bool is_refused(
        struct border_side *reader, const struct tq_table *table, struct tq_slice key)
{
    return in_journal(reader, "in", "refused", table, key);
}

/* What the neighbour said of minutes of a locked period waits for an officer: the journal says so last,
 * and the period is locked indeed; or he has refused it. */
static bool waits_for_unlock(struct border_side *side, const struct tq_table *table,
        struct tq_slice key, const struct tq_value *values)
{
    int held_on = tq_table_column_find(table, "held_on");
    sqlite3_stmt *stmt = NULL;
    bool found;

    if (held_on < 0 || values[held_on].type != TQ_TEXT)
        return false;
    if (sqlite3_prepare_v2(sql_handle(tq_district_store_db(border_store(side))),
                "SELECT 1 FROM tq_liaison_journal WHERE id=(SELECT max(id) FROM tq_liaison_journal "
                "WHERE way='answer_in' AND tbl=?1 AND key=?2 AND code IN('','E402')) AND "
                "code='E402' "
                "AND (EXISTS(SELECT 1 FROM correction_request WHERE row_key=?2 AND device=0 AND "
                "state='refused' AND decided_at IS NOT NULL) OR EXISTS(SELECT 1 "
                "FROM period WHERE state='locked' AND ?3 BETWEEN starts_on AND ends_on))",
                -1, &stmt, NULL) != SQLITE_OK)
        sim_fail(side->sim, "no journal");
    sqlite3_bind_int64(stmt, 1, table->id);
    sqlite3_bind_blob(stmt, 2, key.data, (int)key.len, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, (const char *)values[held_on].s.data, (int)values[held_on].s.len,
            SQLITE_STATIC);
    found = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    return found;
}

/* As the reader's own file has it: words of the writer as they lie there, answers back there. */
static void check_arrived(struct border_side *writer, const struct tq_table *table,
        const struct tq_stored_row *row, const struct tq_value *out)
{
    struct border_side *reader = border_partner(writer);
    const struct tq_table *there = tq_catalogue_find(border_catalogue(reader), table->name);
    const struct border_terms *t = terms_of(writer);
    const struct tq_value *came;
    struct tq_link_row crossed;

    if (there == NULL)
        return;
    crossed = crossed_at(reader, there, row->key);
    came = find(writer, border_store(reader), there, row->key);
    if ((crossed.frozen && crossed.incoming) || is_refused(reader, there, row->key))
        return;
    if (came == NULL || !crossed.incoming)
        wrong(reader, "it was told, and has not come", there, row->key, "");
    if (cell(table, out, "voided_at")->type != TQ_NULL &&
            cell(there, came, "voided_at")->type == TQ_NULL)
        wrong(reader, "it is void at the neighbour, and not here", there, row->key, "");
    for (size_t i = 0; i < table->ncolumns; i++) {
        const char *name = table->columns[i].name;
        const struct tq_value *value = cell(there, came, mirror(name));

        if (is_envelope(name) || !names(t, table->name, name))
            continue;
        if (!is_answer(name) && !tq_value_equal(value, &out[i]))
            wrong(reader, "it is not what the neighbour told", there, row->key, mirror(name));
        if (is_answer(name) && value->type != TQ_NULL &&
                (!tq_value_equal(value, &out[i]) ||
                        (!tq_value_equal(value, &row->values[i]) &&
                                !waits_for_unlock(writer, table, row->key, row->values))))
            wrong(writer, "it is not what the neighbour answered", table, row->key, name);
    }
}

static void check_journals(
        struct border_side *writer, const struct tq_table *table, struct tq_slice key)
{
    struct border_side *reader = border_partner(writer);

    if (writer->lost || reader->lost ||
            tq_catalogue_find(border_catalogue(reader), table->name) == NULL)
        return;
    if (crossed_at(reader, table, key)
                    .frozen) /* ended before a round could say what one that died did */
        return;
    if (!in_journal(writer, "out", NULL, table, key))
        wrong(writer, "it crossed, and the journal does not say so", table, key, "");
    if (!in_journal(reader, "in", NULL, table, key) && !is_refused(reader, table, key))
        wrong(reader, "it came, and the journal does not say so", table, key, "");
}

static void check_told(
        struct border_side *writer, const struct tq_table *table, const struct tq_stored_row *row)
{
    const struct border_terms *t = terms_of(writer);
    const struct tq_value *v = row->values;
    struct tq_link_row crossed = crossed_at(writer, table, row->key);
    const struct tq_value *out = find(writer, writer->out.store, table, row->key);
    bool is_out = tq_table_column_find(table, "direction") < 0 ||
                  has_text(cell(table, v, "direction"), "out");
    bool is_void = cell(table, v, "voided_at")->type != TQ_NULL;
    bool draft = has_text(cell(table, v, "state"), "draft");

    if (crossed.incoming || !is_out || draft || !covers(t, writer->number, table, v) ||
            (is_void && crossed.link == 0))
        return;
    if (out == NULL)
        wrong(writer, "the agreement covers it, and it was not told", table, row->key, "");
    for (size_t i = 0; i < table->ncolumns; i++) {
        const struct tq_column *c = &table->columns[i];
        bool tells = is_envelope(c->name) || names(t, table->name, c->name);

        if (!is_answer(c->name) && !tq_value_equal(&out[i], tells ? &v[i] : &c->fallback))
            wrong(writer, "what lies there is not our row", table, row->key, c->name);
    }
    if (writer->sim->border->hostile)
        return;
    check_arrived(writer, table, row, out);
    check_journals(writer, table, row->key);
}

static bool was_refused(struct border_side *side, const struct tq_exception *x)
{
    sqlite3_stmt *stmt = NULL;
    bool found;

    if (sqlite3_prepare_v2(sql_handle(tq_district_store_db(border_store(side))),
                "SELECT 1 FROM tq_liaison_journal WHERE way='answer_in' AND tbl=?1 AND key=?2 AND "
                "code<>''",
                -1, &stmt, NULL) != SQLITE_OK)
        sim_fail(side->sim, "no journal");
    sqlite3_bind_int64(stmt, 1, x->table);
    sqlite3_bind_blob(stmt, 2, x->key.data, (int)x->key.len, SQLITE_STATIC);
    found = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    return found;
}

/* What the merge refused of the partner's sets, wherever mailbox and file came back from. */
static void check_collected(struct border_side *side)
{
    uint64_t pos = 0;
    bool found = true;

    while (found) {
        struct tq_receipt receipt;
        struct tq_slice bytes;
        struct tq_error err;

        tq_error_clear(&err);
        tq_arena_reset(side->arena);
        sim_must(side->sim,
                tq_links_exception(side->out.store, &pos, side->arena, &bytes, &found, &err),
                "receipts", &err);
        if (found)
            sim_must(side->sim, tq_receipt_decode(bytes, side->arena, &receipt, &err), "receipt",
                    &err);
        for (size_t i = 0; found && i < receipt.nexceptions; i++) {
            const struct tq_exception *x = &receipt.exceptions[i];
            const struct tq_table *table = tq_catalogue_table(border_catalogue(side), x->table);

            if (table != NULL && !was_refused(side, x))
                wrong(side, "it was refused, and the journal does not say so", table, x->key, "");
        }
    }
}

void border_check_rest(struct sim *s)
{
    sim_pause(true);
    for (size_t i = 0; i < (s->border->hostile ? 1u : 2u); i++) {
        struct border_side *side = &s->border->sides[i];

        tq_arena_reset(side->arena);
        each_row(side, border_store(side), border_catalogue(side), check_told);
        check_collected(side);
    }
    sim_pause(false);
}

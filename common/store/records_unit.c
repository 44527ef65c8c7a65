/* records_unit.c - Units by what people call them: key, code, name with or without marks. */
#include <string.h>

#include "store/records_internal.h"
#include "tuquan/text.h"

/* Folded names are the same, or all that parts them is the word for the kind of unit. */
static bool names_meet(struct tq_slice have, struct tq_slice wanted)
{
    static const char *const KINDS[] = { "thon ", "xa ", "thi tran ", "phuong ", "to dan pho ",
        "huyen " };

    if (tq_slice_equal(have, wanted))
        return true;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        size_t n = strlen(KINDS[i]);

        if (have.len > n && memcmp(have.data, KINDS[i], n) == 0 &&
                tq_slice_equal(tq_slice_of(have.data + n, have.len - n), wanted))
            return true;
    }
    return false;
}

bool records_name_same(struct tq_slice name, struct tq_slice text)
{
    static const char *const KINDS[] = { "Thôn ", "Xã ", "Thị trấn ", "Phường ", "Tổ dân phố ",
        "Huyện " };

    if (tq_text_same(name, text))
        return true;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        size_t n = strlen(KINDS[i]);

        if (name.len > n && memcmp(name.data, KINDS[i], n) == 0 &&
                tq_text_same(tq_slice_of(name.data + n, name.len - n), text))
            return true;
    }
    return false;
}

#define NAME_BYTES 1024 /* of a name without its marks */

/* How well a unit's name meets what was typed; the smaller the better. */
enum { MEETS_SPELLED, MEETS_FOLDED, MEETS_NOT };

static int how_it_meets(struct tq_slice name, struct tq_slice text, struct tq_slice folded)
{
    char have[NAME_BYTES];

    if (name.len == 0)
        return MEETS_NOT;
    if (records_name_same(name, text))
        return MEETS_SPELLED;
    return tq_text_fold_word(name, have, sizeof(have)) && names_meet(tq_slice_str(have), folded)
                   ? MEETS_FOLDED
                   : MEETS_NOT;
}

/* A unit by its name: of the own villages, then of all; by the name as it is spelled, then without
 * marks. Two that meet alike are nobody's: which one is meant is not guessed. Of a unit that was
 * renewed under the same code the newest counts. */
tq_status records_unit_by_name(struct tq_records *records, struct tq_slice text,
        struct tq_arena *arena, struct tq_value *out, bool *found, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct tq_slice code = { NULL, 0 };
    struct tq_buf folded;
    int best = 2 * MEETS_NOT;
    bool row = true;
    tq_status rc;

    *found = false;
    tq_buf_init(&folded, 0);
    rc = tq_text_fold(text, &folded, err);
    if (rc == TQ_OK)
        rc = sql_prepare(records->db, &stmt,
                "SELECT unit, name, full_name, code, parent IS ?1 FROM unit"
                " WHERE voided_at IS NULL ORDER BY valid_to IS NOT NULL, valid_from DESC, unit",
                err);
    if (rc == TQ_OK)
        sql_bind_str(stmt, 1, records->unit);
    while (rc == TQ_OK && row) {
        int meets = MEETS_NOT;

        rc = sql_step(records->db, stmt, &row, err);
        for (int c = 1; rc == TQ_OK && row && c <= 2; c++) {
            int how = how_it_meets(sql_bytes(stmt, c), text, tq_buf_slice(&folded));

            meets = how < meets ? how : meets;
        }
        if (rc != TQ_OK || !row || meets == MEETS_NOT)
            continue;
        meets += sql_int(stmt, 4) != 0 ? 0 : MEETS_NOT;
        if (meets < best) {
            best = meets;
            *found = true;
            code = records_keep(arena, sql_bytes(stmt, 3));
            *out = tq_value_text(records_keep(arena, sql_bytes(stmt, 0)));
            if (code.data == NULL || out->s.data == NULL)
                rc = tq_error_set(err, TQ_NOMEM, "reference");
        } else if (meets == best && !tq_slice_equal(code, sql_bytes(stmt, 3))) {
            *found = false;
        }
        if (rc != TQ_OK)
            sql_done(stmt);
    }
    tq_buf_deinit(&folded);
    return rc;
}

/* ---- the unit that an argument means ---- */

/* The smaller the better: a key or a code is somebody's own, a name may be two units'. */
enum { MEANS_KEY, MEANS_CODE, MEANS_SPELLED, MEANS_FOLDED, MEANS_NOT };

struct unit_search {
    struct tq_slice text;
    struct tq_slice folded;
    int best;
    size_t n;             /* units, by code, that meet it best */
    struct tq_slice unit; /* the first of them */
    struct tq_slice code; /* that of the last of them */
    struct tq_buf names;  /* of all of them, for who has to choose */
};

static int how_it_is_meant(const struct unit_search *search, sqlite3_stmt *stmt)
{
    int best = MEETS_NOT;

    if (tq_slice_equal(sql_bytes(stmt, 0), search->text))
        return MEANS_KEY;
    if (tq_slice_equal(sql_bytes(stmt, 1), search->text))
        return MEANS_CODE;
    for (int c = 2; c <= 3; c++) {
        int how = how_it_meets(sql_bytes(stmt, c), search->text, search->folded);

        best = how < best ? how : best;
    }
    return MEANS_SPELLED + best;
}

/* One unit of the list. The list has those of one code together, the one in force first. */
static bool consider(struct unit_search *search, sqlite3_stmt *stmt, struct tq_arena *arena)
{
    int how = how_it_is_meant(search, stmt);

    if (how >= MEANS_NOT || how > search->best)
        return true;
    if (how < search->best) {
        search->best = how;
        search->n = 0;
        tq_buf_clear(&search->names);
    } else if (tq_slice_equal(search->code, sql_bytes(stmt, 1))) {
        return true; /* the same unit as it was before */
    }
    search->code = records_keep(arena, sql_bytes(stmt, 1));
    if (search->n++ == 0)
        search->unit = records_keep(arena, sql_bytes(stmt, 0));
    tq_buf_append_str(&search->names, search->n > 1 ? ", " : "");
    tq_buf_append_slice(&search->names, sql_bytes(stmt, 3));
    tq_buf_append_str(&search->names, " (");
    tq_buf_append_slice(&search->names, sql_bytes(stmt, 0));
    tq_buf_append_str(&search->names, ")");
    return search->code.data != NULL && search->unit.data != NULL && tq_buf_is_ok(&search->names);
}

static tq_status search_units(struct tq_records *records, struct unit_search *search, int from,
        int to, struct tq_arena *arena, struct tq_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = true;
    tq_status rc = sql_prepare(records->db, &stmt,
            "SELECT unit, code, name, coalesce(full_name, name, unit) FROM unit"
            " WHERE level BETWEEN ?1 AND ?2 AND voided_at IS NULL"
            " ORDER BY code, valid_to IS NOT NULL, valid_from DESC, unit",
            err);

    if (rc == TQ_OK) {
        sql_bind_int(stmt, 1, from);
        sql_bind_int(stmt, 2, to);
    }
    while (rc == TQ_OK && row) {
        rc = sql_step(records->db, stmt, &row, err);
        if (rc == TQ_OK && row && !consider(search, stmt, arena)) {
            sql_done(stmt);
            rc = tq_error_set(err, TQ_NOMEM, "unit");
        }
    }
    return rc;
}

tq_status tq_records_find_unit(struct tq_records *records, struct tq_slice text, int from, int to,
        struct tq_arena *arena, struct tq_slice *out, struct tq_error *err)
{
    struct unit_search search = { .text = text, .best = MEANS_NOT };
    struct tq_buf folded;
    tq_status rc;

    *out = tq_slice_of(NULL, 0);
    tq_buf_init(&search.names, 0);
    tq_buf_init(&folded, 0);
    rc = tq_text_fold(text, &folded, err);
    search.folded = tq_buf_slice(&folded);
    if (rc == TQ_OK)
        rc = search_units(records, &search, from, to, arena, err);
    if (rc == TQ_OK && search.n == 0)
        rc = tq_error_set(err, TQ_NOT_FOUND, "unit %.*s", (int)text.len,
                text.len > 0 ? (const char *)text.data : "");
    if (rc == TQ_OK && search.n > 1)
        rc = tq_error_set(err, TQ_NEEDS_PERSON, "%.*s: %.*s", (int)text.len,
                (const char *)text.data, (int)search.names.len, (const char *)search.names.data);
    if (rc == TQ_OK)
        *out = search.unit;
    tq_buf_deinit(&folded);
    tq_buf_deinit(&search.names);
    return rc;
}

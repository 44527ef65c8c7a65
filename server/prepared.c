#include "prepared.h"

#include <string.h>

#include "cli/json.h"
#include "show.h"
#include "tuquan/hash.h"
#include "tuquan/mem.h"

#define FILE_BYTES ((size_t)1 << 20)

/* ---- the file ---- */

tq_status prepared_load(const char *dir, json_t **list, struct tq_error *err)
{
    tq_status rc = cli_json_load(dir, PREPARED_FILE, FILE_BYTES, list, err);

    if (rc == TQ_OK && *list == NULL) {
        *list = json_array();
        rc = *list != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "%s", PREPARED_FILE);
    } else if (rc == TQ_OK && !json_is_array(*list)) {
        json_decref(*list);
        *list = NULL;
        rc = cli_json_is_damaged(dir, PREPARED_FILE, err);
    }
    return rc;
}

tq_status prepared_save(const char *dir, const json_t *list, struct tq_error *err)
{
    return cli_json_save(dir, PREPARED_FILE, list, err);
}

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));

    return text != NULL ? text : "";
}

json_t *prepared_find(const json_t *list, const char *period)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i);

        if (strcmp(text_of(entry, "period"), period) == 0)
            return entry;
    }
    return NULL;
}

void prepared_drop(json_t *list, const char *period)
{
    for (size_t i = json_array_size(list); i > 0; i--)
        if (strcmp(text_of(json_array_get(list, i - 1), "period"), period) == 0)
            json_array_remove(list, i - 1);
}

/* ---- what is bound ---- */

static bool has_points(const struct tq_standing *row)
{
    return row->place != TQ_PLACE_NOT_SENT && row->place != TQ_PLACE_NOT_ENOUGH;
}

static json_t *row_json(const struct tq_standing *row)
{
    bool points = has_points(row);
    json_t *out = json_object();

    json_object_set_new(out, "unit", cli_json_slice(row->unit));
    json_object_set_new(out, "place", json_string(tq_place_code(row->place)));
    json_object_set_new(out, "rank", row->rank > 0 ? json_integer(row->rank) : json_null());
    json_object_set_new(out, "final_c", points ? json_integer(row->score.final_c) : json_null());
    json_object_set_new(
            out, "grade", points ? json_string(tq_grade_code(row->grade)) : json_null());
    if (json_object_size(out) == 5)
        return out;
    json_decref(out);
    return NULL;
}

static void add_number(struct tq_hasher *hasher, uint64_t number)
{
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
    tq_hash_add(hasher, bytes, sizeof(bytes));
}

static void digest_of(const struct tq_publication *p, uint32_t version,
        const struct tq_ranking *ranking, char out[PREPARED_DIGEST_BYTES])
{
    uint8_t hash[TQ_HASH_BYTES];
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.prepared.v1", TQ_HASH_BYTES);
    tq_hash_add_slice(&hasher, p->order.period);
    tq_hash_add_slice(&hasher, p->order.sheet);
    tq_hash_add_slice(&hasher, p->document_no);
    tq_hash_add_slice(&hasher, p->missing_decision_no);
    add_number(&hasher, version);
    add_number(&hasher, ranking->engine);
    tq_hash_add(&hasher, ranking->input_hash, TQ_HASH_BYTES);
    add_number(&hasher, ranking->nrows);
    for (size_t i = 0; i < ranking->nrows; i++) {
        const struct tq_standing *row = &ranking->rows[i];

        tq_hash_add_slice(&hasher, row->unit);
        add_number(&hasher, (uint64_t)row->place);
        add_number(&hasher, row->rank);
        add_number(&hasher, (uint64_t)row->score.final_c);
        add_number(&hasher, (uint64_t)row->grade);
        tq_hash_add_slice(&hasher, row->tie_text);
        tq_hash_add(&hasher, row->input_hash, TQ_HASH_BYTES);
    }
    tq_hash_final(&hasher, hash, sizeof(hash));
    tq_hex(out, hash, sizeof(hash));
}

json_t *prepared_of(
        const struct tq_publication *p, uint32_t version, const struct tq_ranking *ranking)
{
    char digest[PREPARED_DIGEST_BYTES];
    json_t *out = json_object();
    json_t *rows = json_array();

    digest_of(p, version, ranking, digest);
    for (size_t i = 0; i < ranking->nrows; i++)
        json_array_append_new(rows, row_json(&ranking->rows[i]));
    json_object_set_new(out, "period", cli_json_slice(p->order.period));
    json_object_set_new(out, "sheet", cli_json_slice(p->order.sheet));
    json_object_set_new(out, "version", json_integer(version));
    json_object_set_new(out, "digest", json_string(digest));
    json_object_set_new(out, "document_no", cli_json_slice(p->document_no));
    json_object_set_new(out, "missing_decision_no", cli_json_slice(p->missing_decision_no));
    if (json_array_size(rows) == ranking->nrows && json_object_size(out) == 6 &&
            json_object_set(out, "rows", rows) == 0) {
        json_decref(rows);
        return out;
    }
    json_decref(rows);
    json_decref(out);
    return NULL;
}

/* ---- what differs ---- */

static const json_t *row_of(const json_t *entry, const char *unit)
{
    const json_t *rows = json_object_get(entry, "rows");

    for (size_t i = 0; i < json_array_size(rows); i++)
        if (strcmp(text_of(json_array_get(rows, i), "unit"), unit) == 0)
            return json_array_get(rows, i);
    return NULL;
}

static bool add_change(
        json_t *out, const char *unit, const char *what, json_t *before, json_t *after)
{
    json_t *one = json_object();

    json_object_set_new(one, "unit", json_string(unit));
    json_object_set_new(one, "what", json_string(what));
    json_object_set(one, "before", before != NULL ? before : json_null());
    json_object_set(one, "after", after != NULL ? after : json_null());
    if (json_object_size(one) == 4)
        return json_array_append_new(out, one) == 0;
    json_decref(one); /* a key is missing: no memory */
    return false;
}

static bool add_changes(json_t *out, const json_t *was, const json_t *now)
{
    static const char *const KEYS[] = { "final_c", "rank", "place", "grade" };
    const char *unit = text_of(now, "unit");
    bool ok = true;

    if (was == NULL)
        return add_change(out, unit, "added", NULL, NULL);
    for (size_t k = 0; ok && k < sizeof(KEYS) / sizeof(KEYS[0]); k++)
        if (!json_equal(json_object_get(was, KEYS[k]), json_object_get(now, KEYS[k])))
            ok = add_change(out, unit, KEYS[k], json_object_get(was, KEYS[k]),
                    json_object_get(now, KEYS[k]));
    return ok;
}

json_t *prepared_changes(const json_t *before, const json_t *after)
{
    const json_t *rows = json_object_get(after, "rows");
    const json_t *old = json_object_get(before, "rows");
    json_t *out = json_array();
    bool ok = out != NULL;

    for (size_t i = 0; ok && i < json_array_size(rows); i++) {
        const json_t *now = json_array_get(rows, i);

        ok = add_changes(out, row_of(before, text_of(now, "unit")), now);
    }
    for (size_t i = 0; ok && i < json_array_size(old); i++) {
        const char *unit = text_of(json_array_get(old, i), "unit");

        ok = row_of(after, unit) != NULL || add_change(out, unit, "removed", NULL, NULL);
    }
    if (ok)
        return out;
    json_decref(out);
    return NULL;
}

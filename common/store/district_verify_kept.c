/* district_verify_kept.c - What stands beside the ledger and has something to be compared with: the
 * schema with that of a new file, proposals with their hash, lost sequences with the sets that came
 * back, counters with their tables. */
#include <ctype.h>
#include <inttypes.h>

#include "store/district_verify.h"
#include "tuquan/hash.h"

tq_status verify_none(
        struct verifying *v, enum district_sql sql, const char *of, tq_phrase_id fault)
{
    struct district_bind q = district_take(v->store, sql);
    bool row;
    tq_status rc = district_step(&q, &row, "district", v->err);

    if (rc == TQ_OK && row) {
        struct tq_slice what = column_slice(&q, 0);

        verify_damage(v, "%s%s%.*s: %s", of != NULL ? of : "", of != NULL ? " " : "", (int)what.len,
                (const char *)what.data, tq_phrase(fault));
        district_end(&q);
    }
    return rc;
}

static tq_status check_proposals(struct verifying *v)
{
    struct district_bind q = district_take(v->store, SQL_PROPOSAL_WALK);
    bool row;
    tq_status rc = district_step(&q, &row, "proposals", v->err);

    while (rc == TQ_OK && row && !v->report->damaged) {
        uint8_t hash[TQ_HASH_BYTES];
        struct tq_hasher hasher;

        tq_hash_init(&hasher, "tuquan.proposal.v1", sizeof(hash));
        tq_hash_add_slice(&hasher, column_slice(&q, 2));
        tq_hash_final(&hasher, hash, sizeof(hash));
        if (!tq_slice_equal(column_slice(&q, 1), tq_slice_of(hash, sizeof(hash))))
            verify_damage(v, "%s %" PRIu64 ": %s", tq_phrase(TQ_PHRASE_PROPOSAL), column_u64(&q, 0),
                    tq_phrase(TQ_PHRASE_VERIFY_CELLS));
        rc = district_step(&q, &row, "proposals", v->err);
    }
    district_end(&q);
    return rc;
}

/* Blanks and comments say nothing to SQLite; they are as the version that made the file had them. */
static size_t skip_blank(struct tq_slice sql, size_t at)
{
    while (at < sql.len) {
        if (isspace(sql.data[at]))
            at++;
        else if (at + 1 < sql.len && sql.data[at] == '-' && sql.data[at + 1] == '-')
            while (at < sql.len && sql.data[at] != '\n')
                at++;
        else
            break;
    }
    return at;
}

/* Within quotes a blank counts like any other byte. */
static bool says_the_same(struct tq_slice a, struct tq_slice b)
{
    size_t i = skip_blank(a, 0);
    size_t j = skip_blank(b, 0);
    bool quoted = false;

    while (i < a.len && j < b.len) {
        if (a.data[i] != b.data[j])
            return false;
        if (a.data[i] == '\'')
            quoted = !quoted;
        i = quoted ? i + 1 : skip_blank(a, i + 1);
        j = quoted ? j + 1 : skip_blank(b, j + 1);
    }
    return i == a.len && j == b.len;
}

/* Does the other file have this statement, too? */
static tq_status check_made(struct verifying *v, struct tq_district_store *other,
        struct tq_slice name, struct tq_slice sql)
{
    struct district_bind q = district_take(other, SQL_SCHEMA_OF);
    bool row;
    tq_status rc;

    bind_text(&q, name);
    rc = district_step(&q, &row, "schema", v->err);
    if (rc != TQ_OK)
        return rc;
    if (!row || !says_the_same(column_slice(&q, 0), sql))
        verify_damage(v, "%s %.*s: %s", tq_phrase(TQ_PHRASE_VERIFY_SCHEMA_OF), (int)name.len,
                (const char *)name.data, tq_phrase(TQ_PHRASE_VERIFY_MADE));
    if (row)
        district_end(&q);
    return TQ_OK;
}

/* Every statement of the one file. */
static tq_status walk_schema(
        struct verifying *v, struct tq_district_store *one, struct tq_district_store *other)
{
    struct district_bind q = district_take(one, SQL_SCHEMA_WALK);
    bool row = false;
    tq_status rc = district_step(&q, &row, "schema", v->err);

    while (rc == TQ_OK && row && !v->report->damaged) {
        rc = check_made(v, other, column_slice(&q, 0), column_slice(&q, 1));
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "schema", v->err);
    }
    if (row)
        district_end(&q);
    return rc;
}

/* Both ways: a trigger that was put into ours is no less a change than one that is gone. */
static tq_status check_schema(struct verifying *v)
{
    struct tq_district_config config = { 0 };
    struct tq_district_store *mine = NULL;
    struct tq_district_store *made = v->store->made;
    tq_status rc = TQ_OK;

    config.path = ":memory:";
    config.create = true;
    config.catalogue = v->store->catalogue;
    if (made == NULL) {
        rc = tq_district_store_open(&mine, &config, v->err);
        made = mine;
    }
    if (rc == TQ_OK)
        rc = walk_schema(v, made, v->store);
    if (rc == TQ_OK)
        rc = walk_schema(v, v->store, made);
    tq_district_store_close(mine);
    return rc;
}

tq_status verify_kept(struct verifying *v)
{
    tq_status rc = check_proposals(v);

    if (rc == TQ_OK && !v->report->damaged)
        rc = verify_none(
                v, SQL_LOST_WRONG, tq_phrase(TQ_PHRASE_VERIFY_LOST_FROM), TQ_PHRASE_VERIFY_LOST);
    if (rc == TQ_OK && !v->report->damaged)
        rc = verify_none(v, SQL_COUNTERS_WRONG, NULL, TQ_PHRASE_VERIFY_COUNTER);
    if (rc == TQ_OK && !v->report->damaged && v->store->file != NULL)
        rc = check_schema(v);
    return rc;
}

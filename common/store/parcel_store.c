#include "tuquan/parcel_store.h"

#include <string.h>

#include "store/district_internal.h"

static struct tq_slice word(tq_parcel_way way)
{
    return tq_slice_str(way == TQ_PARCEL_OUT ? "out" : "in");
}

tq_status tq_parcels_put(struct tq_district_store *store, tq_parcel_way way,
        const struct tq_parcel_record *record, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PARCEL_PUT);

    bind_int(&q, record->link);
    bind_text(&q, word(way));
    bind_u64(&q, record->serial);
    bind_blob(&q, record->code, sizeof(record->code));
    bind_blob(&q, record->signer, sizeof(record->signer));
    bind_int(&q, record->at_ms);
    return district_run(&q, "parcel", err);
}

static tq_status read_one(
        struct district_bind *q, struct tq_parcel_record *out, struct tq_error *err)
{
    bool row;
    tq_status rc;

    memset(out, 0, sizeof(*out));
    rc = district_step(q, &row, "parcel", err);
    if (rc != TQ_OK || !row)
        return rc;
    out->link = column_int(q, 0);
    out->serial = column_u64(q, 1);
    rc = column_fixed(q, 2, out->code, sizeof(out->code), "parcel", err);
    if (rc == TQ_OK)
        rc = column_fixed(q, 3, out->signer, sizeof(out->signer), "parcel", err);
    out->at_ms = column_int(q, 4);
    district_end(q);
    return rc;
}

tq_status tq_parcels_last(struct tq_district_store *store, tq_parcel_way way, int64_t link,
        struct tq_parcel_record *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PARCEL_LAST);

    bind_int(&q, link);
    bind_text(&q, word(way));
    return read_one(&q, out, err);
}

tq_status tq_parcels_by_code(struct tq_district_store *store, tq_parcel_way way,
        const uint8_t code[TQ_HASH_BYTES], struct tq_parcel_record *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PARCEL_CODE);

    bind_blob(&q, code, TQ_HASH_BYTES);
    bind_text(&q, word(way));
    return read_one(&q, out, err);
}

tq_status tq_parcels_by_signer(struct tq_district_store *store, tq_parcel_way way,
        const uint8_t signer[TQ_SIGN_KEY_BYTES], struct tq_parcel_record *out, struct tq_error *err)
{
    struct district_bind q = district_take(store, SQL_PARCEL_SIGNER);

    bind_blob(&q, signer, TQ_SIGN_KEY_BYTES);
    bind_text(&q, word(way));
    return read_one(&q, out, err);
}

/* parcel_store.h - Which bundles went to a neighbouring district and which of its were opened
 * (docs/liaison.md).
 *
 * Ownership: results are copied.
 * Threads:   those of the store. Each call is a transaction unless the caller has begun one. */
#ifndef TQ_PARCEL_STORE_H
#define TQ_PARCEL_STORE_H

#include "tuquan/district_store.h"

typedef enum tq_parcel_way { TQ_PARCEL_OUT = 0, TQ_PARCEL_IN = 1 } tq_parcel_way;

struct tq_parcel_record {
    int64_t link; /* 0: there is none */
    uint64_t serial;
    uint8_t code[TQ_HASH_BYTES];
    uint8_t signer[TQ_SIGN_KEY_BYTES];
    int64_t at_ms;
};

TQ_BEGIN_DECLS

/* One of this serial that is there stays. */
TQ_MUST_CHECK tq_status tq_parcels_put(struct tq_district_store *store, tq_parcel_way way,
        const struct tq_parcel_record *record, struct tq_error *err);

/* The one with the highest serial of a link; one of a code; any by a signer. out->link 0: none. */
TQ_MUST_CHECK tq_status tq_parcels_last(struct tq_district_store *store, tq_parcel_way way,
        int64_t link, struct tq_parcel_record *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_parcels_by_code(struct tq_district_store *store, tq_parcel_way way,
        const uint8_t code[TQ_HASH_BYTES], struct tq_parcel_record *out, struct tq_error *err);
TQ_MUST_CHECK tq_status tq_parcels_by_signer(struct tq_district_store *store, tq_parcel_way way,
        const uint8_t signer[TQ_SIGN_KEY_BYTES], struct tq_parcel_record *out,
        struct tq_error *err);

TQ_END_DECLS
#endif

#include "tuquan/digest.h"

static void add_value(struct tq_hasher *hasher, const struct tq_value *value)
{
    uint8_t type = (uint8_t)value->type;

    tq_hash_add(hasher, &type, 1);
    if (value->type == TQ_INT) {
        tq_hash_add_u64(hasher, (uint64_t)value->i);
    } else if (value->type != TQ_NULL) {
        tq_hash_add_u32(hasher, (uint32_t)value->s.len);
        tq_hash_add(hasher, value->s.data, value->s.len);
    }
}

void tq_digest_row(const struct tq_table *table, uint32_t schema, const struct tq_value *values,
        uint8_t out[TQ_DIGEST_BYTES])
{
    struct tq_hasher hasher;

    tq_hash_init(&hasher, "tuquan.row.v1", TQ_DIGEST_BYTES);
    tq_hash_add_u32(&hasher, table->id);
    for (size_t i = 0; i < table->ncolumns; i++) {
        if (!table->columns[i].leaves || table->columns[i].since > schema)
            continue;
        tq_hash_add_u32(&hasher, table->columns[i].id);
        add_value(&hasher, &values[i]);
    }
    tq_hash_final(&hasher, out, TQ_DIGEST_BYTES);
}

void tq_digest_add(uint8_t sum[TQ_DIGEST_BYTES], const uint8_t row[TQ_DIGEST_BYTES])
{
    unsigned carry = 0;

    for (size_t i = TQ_DIGEST_BYTES; i-- > 0;) {
        carry += (unsigned)sum[i] + row[i];
        sum[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

void tq_digest_subtract(uint8_t sum[TQ_DIGEST_BYTES], const uint8_t row[TQ_DIGEST_BYTES])
{
    int borrow = 0;

    for (size_t i = TQ_DIGEST_BYTES; i-- > 0;) {
        int d = (int)sum[i] - row[i] - borrow;

        borrow = d < 0;
        sum[i] = (uint8_t)(d & 0xff);
    }
}

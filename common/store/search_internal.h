/* search_internal.h - How a list asks the copy of all texts; for records_list.c. */
#ifndef TQ_STORE_SEARCH_INTERNAL_H
#define TQ_STORE_SEARCH_INTERNAL_H

#include "tuquan/search.h"

/* Keys (16 bytes each) of the rows of a table that hold `wanted` (empty: of all), the greatest first,
 * appended to `keys`. *fresh false: the copy is of another state, or does not know the table. */
TQ_MUST_CHECK tq_status search_find(struct tq_search *search, uint32_t table, int64_t others,
        bool with_voided, struct tq_slice wanted, struct tq_buf *keys, bool *fresh,
        struct tq_error *err);

#endif

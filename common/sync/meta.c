#include "tuquan/meta.h"

uint64_t tq_meta_seq(const struct tq_meta *meta, uint32_t cell)
{
    for (size_t i = 0; i < meta->ncells; i++) {
        if (meta->cells[i].cell == cell)
            return meta->cells[i].seq;
    }
    return meta->born_seq;
}

void tq_meta_set(struct tq_meta *meta, uint32_t cell, uint64_t seq)
{
    size_t at = 0;

    if (seq > meta->row_seq)
        meta->row_seq = seq;
    if (cell == TQ_CELL_ROW)
        return;
    while (at < meta->ncells && meta->cells[at].cell < cell)
        at++;
    if (at == meta->ncells || meta->cells[at].cell != cell) {
        if (meta->ncells == TQ_MAX_COLUMNS)
            return; /* a table has no more cells than columns */
        for (size_t i = meta->ncells; i > at; i--)
            meta->cells[i] = meta->cells[i - 1];
        meta->ncells++;
        meta->cells[at].cell = cell;
    }
    meta->cells[at].seq = seq;
}

void tq_meta_encode(const struct tq_meta *meta, struct tq_buf *out)
{
    tq_buf_append_varint(out, meta->row_seq);
    tq_buf_append_varint(out, meta->row_seq - meta->born_seq);
    for (size_t i = 0; i < meta->ncells; i++) {
        tq_buf_append_varint(out, meta->cells[i].cell);
        tq_buf_append_varint(out, meta->row_seq - meta->cells[i].seq);
    }
}

bool tq_meta_decode(struct tq_slice bytes, struct tq_meta *out)
{
    uint32_t last = 0;
    uint64_t back;

    out->ncells = 0;
    if (!tq_read_varint(&bytes, &out->row_seq) || !tq_read_varint(&bytes, &back) ||
            back > out->row_seq)
        return false;
    out->born_seq = out->row_seq - back;
    while (bytes.len > 0) {
        uint64_t cell;

        if (out->ncells == TQ_MAX_COLUMNS || !tq_read_varint(&bytes, &cell) ||
                !tq_read_varint(&bytes, &back) || back > out->row_seq || cell <= last ||
                cell > UINT32_MAX)
            return false;
        last = (uint32_t)cell;
        out->cells[out->ncells].cell = last;
        out->cells[out->ncells].seq = out->row_seq - back;
        out->ncells++;
    }
    return true;
}

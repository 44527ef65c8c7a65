/* receipt_words.h - What a set that was sent carries, in words of the registers: which ones, how many
 * entries new, changed or voided, of which days or periods; of a report, which step was taken.
 *
 * Ownership: lists and texts live in the app's arena; JSON is the caller's.
 * Threads:   the thread that owns the database. */
#ifndef TQ_CLIENT_RECEIPT_WORDS_H
#define TQ_CLIENT_RECEIPT_WORDS_H

#include "app.h"
#include "tuquan/office_view.h"

/* Steps of a report that a set carries. A receipt proves no more than these. */
enum receipt_step {
    RECEIPT_DRAFTED = 1,
    RECEIPT_APPROVED = 2,
    RECEIPT_SUBMITTED = 4,
};

/* One register of a set; of reports, each by itself. */
struct receipt_cover {
    const struct tq_table *table;
    size_t fresh;         /* entries that the set brought */
    size_t changed;       /* of entries that were there */
    size_t voided;        /* likewise */
    struct tq_slice from; /* first and last day of those that go by days; empty: none does */
    struct tq_slice to;
    struct tq_slice *periods; /* of those that go by periods: each once, by their ends */
    size_t nperiods;
    unsigned steps; /* receipt_step, of a report */
};

/* As its writer sealed it, register by register. None when the payload was not read. Fails: NOMEM,
 * PROTOCOL. */
TQ_MUST_CHECK tq_status receipt_covers(struct app *app, const struct tq_sent_set *set,
        struct receipt_cover **out, size_t *n, struct tq_error *err);

/* "Vụ việc: 3 mục mới, 1 mục sửa, từ 01/11/2020 đến 15/11/2020"; "Báo cáo tháng 8/2020: duyệt, nộp lên
 * huyện". */
TQ_MUST_CHECK tq_status receipt_cover_words(struct app *app, const struct receipt_cover *cover,
        struct tq_buf *out, struct tq_error *err);

/* [{"table", "text", "new", "changed", "voided", "from", "to", "periods", "steps"}], the last two where
 * there are any; null when memory is short. */
json_t *receipt_covers_json(struct app *app, const struct receipt_cover *covers, size_t n);

#endif

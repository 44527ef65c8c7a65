/* order.ts - What is said about any decision. */
export const ORDER = {
    reason: 'Lý do',
    hint: 'Xã sẽ đọc lý do này.',
    missing: 'Cần ghi lý do.',
    cancel: 'Thôi',
};

/* What is said of any form. */
export const FORM = {
    needed: 'Cần điền ô này.',
    dateHint: 'ngày/tháng/năm',
    cancel: 'Thôi',
};

/* order.ts - What is said about any decision. */
export const ORDER = {
    reason: 'Lý do',
    hint: 'Xã sẽ đọc lý do này.',
    missing: 'Cần ghi lý do.',
    cancel: 'Thôi',
};

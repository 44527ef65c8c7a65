/* shell.ts - What the frame says. */
export const SHELL = {
    product: 'Tự Quản',
    nav: 'Các trang',
    navShort: 'Trang hay dùng',
    more: 'Thêm',
    skip: 'Tới nội dung',
    keys: 'Phím tắt (?)',
    toDecide: 'việc chờ quyết',
};

export const SYNC = {
    region: 'Tình trạng với huyện',
    sent: 'Đã gửi',
    confirmed: 'Huyện xác nhận',
    waiting: 'Chờ gửi',
    refused: 'Bị trả lại',
    heard: 'Nghe huyện',
    never: 'chưa lần nào',
    rows: (n: number) => `${n} dòng`,
    now: 'Đồng bộ ngay',
    alone: 'Máy này chưa nối với huyện.',
    progress: 'Đang đồng bộ với huyện',
    started: 'Đang gọi huyện…',
    hide: 'Đóng',
};

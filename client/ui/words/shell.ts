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
    unknown: 'Chưa rõ: chương trình trên máy này không trả lời.',
    decide: 'Có việc cần người quyết: mở Hộp việc.',
    progress: 'Đang đồng bộ với huyện',
    started: 'Đang gọi huyện…',
    hide: 'Đóng',
    progressText: (sets: number, confirmed: number, rows: number) =>
        (sets > 0 ? `Huyện đã xác nhận ${confirmed}/${sets} gói` : 'Không có gì mới để gửi') +
        (rows > 0 ? `, đã nhận ${rows} dòng.` : '.'),
    done: (f: Record<string, string>) =>
        `Xong: đã gửi ${f.sent ?? '0'} thay đổi, nhận ${f.rows ?? '0'} dòng` +
        (f.held !== '0' || f.refused !== '0'
            ? `; huyện giữ ${f.held ?? '0'}, không nhận ${f.refused ?? '0'}` : '') +
        (f.equal === 'yes' ? '. Hai bên khớp nhau.' : '. Chưa đối chiếu hết, sẽ làm tiếp.'),
    noLine: 'Chưa nối được với máy huyện (mất mạng, hoặc máy huyện đang tắt). Những gì đã ghi vẫn nằm'
        + ' trên máy này; máy tự gửi lại.',
    failed: (why: string) => `Chưa gửi được: ${why}. Dữ liệu vẫn nằm trên máy này và sẽ tự gửi lại.`,
    words: {
        'NEWS-APPLIED': 'Đã nhận bảng xếp hạng mới của huyện.',
        'KEYS-RENEWED': 'Đã đổi khóa của máy này.',
        'AGENT-UP': 'Chương trình chạy nền đã sẵn sàng.',
        'NAMES-LEFT': 'Tên các máy của xã chưa ghi lại được; lần đồng bộ sau ghi lại.',
        'FILE-BUSY': 'Tệp đang bận, sẽ thử lại ngay.',
    } as Record<string, string>,
};

/* What the kit says of the program behind this page. */
export const HOME_WORDS = {
    lost: 'Chương trình trên máy này không trả lời.',
    reopen: 'Mở lại chương trình rồi thử lại. Những gì đang gõ vẫn còn trên trang này.',
    enterAgain: 'Mở lại trang từ biểu tượng Tự Quản trên màn hình.',
    trouble: 'Tải lại trang; nếu vẫn vậy, xem mục Máy này.',
};

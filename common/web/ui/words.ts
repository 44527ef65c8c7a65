/* words.ts - What the kit itself says; of the program behind it, each page says what it is (setHome). */
export interface HomeWords {
    lost: string; /* it does not answer */
    reopen: string; /* what to do then */
    enterAgain: string; /* the session has ended */
    trouble: string; /* it answers wrongly: where to look */
}

export const HOME: HomeWords = { lost: '', reopen: '', enterAgain: '', trouble: '' };

/* Said by the page before it asks for anything. */
export function setHome(words: HomeWords): void {
    Object.assign(HOME, words);
}

export const W = {
    again: 'Thử lại',
    reading: 'Đang đọc…',
    save: 'Lưu',
    cancel: 'Thôi',
    close: 'Đóng',
    choose: 'Chọn…',
    none: 'Không có mục nào khớp.',
    showAll: 'Xóa chữ để xem cả danh sách.',
    noChoice: (typed: string) => `Không có “${typed}” trong danh sách. Xóa chữ để xem cả danh sách.`,
    pickFile: 'Chọn tệp…',
    pickFiles: 'Chọn các tệp…',
    noFile: 'Chưa chọn tệp nào',
    optional: 'không bắt buộc',
    yes: 'Có',
    no: 'Không',
    previous: 'Trang trước',
    next: 'Trang sau',
    of: (from: number, to: number, total: string) => `${from}–${to} trong ${total}`,
    sortBy: (title: string) => `Xếp theo ${title}`,
    required: 'Cần điền ô này.',
    tooSmall: (n: string) => `Ít nhất là ${n}.`,
    tooLarge: (n: string) => `Nhiều nhất là ${n}.`,
    tooLong: 'Dài quá, viết ngắn lại.',
    shortcuts: 'Phím tắt',
    everywhere: 'Ở mọi trang',
    onScreen: 'Ở trang này',
    lostMore: 'Những gì đang gõ vẫn còn. Trang sẽ tự nối lại.',
    undo: 'Hoàn tác',
    told: 'Vừa làm xong',
    dateHint: 'ngày/tháng, "hn" là hôm nay',
    instantHint: 'giờ và ngày, ví dụ 14h30 5/11',
    sync: {
        confirmed: 'Huyện đã xác nhận',
        waiting: 'Chờ gửi',
        held: 'Huyện tạm giữ',
        returned: 'Huyện trả lại',
        requested: 'Xin đính chính',
        unknown: 'Chưa rõ',
    } as Record<string, string>,
    form: {
        savedDraft: (at: string) => `Đã giữ nháp lúc ${at}`,
        restored: 'Đây là bản đang gõ dở lần trước.',
        discard: 'Bỏ bản nháp',
        enter: 'Enter sang ô sau, Ctrl+Enter lưu.',
        lintTitle: 'Có thể là thông tin cá nhân',
        lintLead: 'Sổ này chỉ đếm việc, không ghi tên, số giấy tờ hay số điện thoại của người dân.',
        lintBack: 'Sửa lại',
        lintGo: 'Không phải, cứ lưu',
        staleTitle: 'Dòng này vừa được sửa ở nơi khác',
        staleLead: 'Chọn giá trị đúng cho từng ô. Không có gì bị ghi đè khi chưa hỏi.',
        staleTheirs: 'Đang có',
        staleMine: 'Tôi vừa gõ',
        staleSave: 'Lưu các giá trị đã chọn',
        unchanged: 'Chưa sửa gì.',
    },
    grid: {
        hint: 'Mũi tên để đi, gõ để ghi, F2 để sửa, Ctrl+V dán từ Excel, Ctrl+Z hoàn tác.',
        pasted: (n: number) => `Đã dán ${n} ô.`,
        undone: 'Đã hoàn tác.',
        redone: 'Đã làm lại.',
        nothing: 'Không còn gì để hoàn tác.',
        notNumber: 'Không phải số nguyên.',
    },
};

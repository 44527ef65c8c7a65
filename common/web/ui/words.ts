/* words.ts - What the kit itself says; of the program behind it, each page says what it is (setHome). */
import { codes, words } from './lang';

const MONTHS = ['', 'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
    'October', 'November', 'December'];

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

export const W = words({
    again: ['Thử lại', 'Try again'],
    reading: ['Đang đọc…', 'Loading…'],
    save: ['Lưu', 'Save'],
    cancel: ['Thôi', 'Cancel'],
    close: ['Đóng', 'Close'],
    choose: ['Chọn…', 'Choose…'],
    none: ['Không có mục nào khớp.', 'No item matches.'],
    empty: ['Không có mục nào để chọn.', 'There is nothing to choose.'],
    showAll: ['Xóa chữ để xem cả danh sách.', 'Clear the text to see the whole list.'],
    noChoice: [
        (typed: string) => `Không có “${typed}” trong danh sách. Xóa chữ để xem cả danh sách.`,
        (typed: string) => `“${typed}” is not in the list. Clear the text to see the whole list.`,
    ],
    pickFile: ['Chọn tệp…', 'Choose a file…'],
    pickFiles: ['Chọn các tệp…', 'Choose files…'],
    noFile: ['Chưa chọn tệp nào', 'No file chosen'],
    optional: ['không bắt buộc', 'optional'],
    yes: ['Có', 'Yes'],
    no: ['Không', 'No'],
    previous: ['Trang trước', 'Previous page'],
    next: ['Trang sau', 'Next page'],
    of: [(from: number, to: number, total: string) => `${from}–${to} trong ${total}`,
        (from: number, to: number, total: string) => `${from}–${to} of ${total}`],
    sortBy: [(title: string) => `Xếp theo ${title}`, (title: string) => `Sort by ${title}`],
    required: ['Cần điền ô này.', 'This field is required.'],
    tooSmall: [(n: string) => `Ít nhất là ${n}.`, (n: string) => `At least ${n}.`],
    tooLarge: [(n: string) => `Nhiều nhất là ${n}.`, (n: string) => `At most ${n}.`],
    tooLong: ['Dài quá, viết ngắn lại.', 'Too long; please shorten it.'],
    shortcuts: ['Phím tắt', 'Keyboard shortcuts'],
    everywhere: ['Ở mọi trang', 'On every page'],
    onScreen: ['Ở trang này', 'On this page'],
    lostMore: ['Những gì đang gõ vẫn còn. Trang sẽ tự nối lại.',
        'What you are typing is kept. The page will reconnect by itself.'],
    sessionEnded: ['Phiên làm việc đã hết.', 'Your session has ended.'],
    answersWrong: [(status: number) => `Chương trình trả lời không đúng (${status}).`,
        (status: number) => `The program gave a wrong answer (${status}).`],
    pageFailed: [(what: string) => `Trang gặp lỗi: ${what}`,
        (what: string) => `The page failed: ${what}`],
    pageFailedNext: ['Tải lại trang (F5). Những gì đã lưu vẫn còn.',
        'Reload the page (F5). What was saved is safe.'],
    undo: ['Hoàn tác', 'Undo'],
    told: ['Vừa làm xong', 'Just done'],
    dateHint: ['ngày/tháng, "hn" là hôm nay', 'year-month-day, or day/month'],
    instantHint: ['giờ và ngày, ví dụ 14h30 5/11', 'time and day, e.g. 14:30 2020-11-05'],
    sync: codes({
        confirmed: ['Huyện đã xác nhận', 'Confirmed by the district'],
        waiting: ['Chờ gửi', 'Waiting to be sent'],
        held: ['Huyện tạm giữ', 'Held by the district'],
        returned: ['Huyện trả lại', 'Returned by the district'],
        requested: ['Xin đính chính', 'Correction requested'],
        unknown: ['Chưa rõ', 'Unknown'],
    }),
    form: {
        savedDraft: [(at: string) => `Đã giữ nháp lúc ${at}`, (at: string) => `Draft kept at ${at}`],
        restored: ['Đây là bản đang gõ dở lần trước.', 'This is the draft you left last time.'],
        discard: ['Bỏ bản nháp', 'Discard the draft'],
        enter: ['Enter sang ô sau, Ctrl+Enter lưu.', 'Enter: next field; Ctrl+Enter: save.'],
        lintTitle: ['Có thể là thông tin cá nhân', 'This may be personal information'],
        lintLead: ['Sổ này chỉ đếm việc, không ghi tên, số giấy tờ hay số điện thoại của người dân.',
            'This register counts cases only: no names, document or telephone numbers of citizens.'],
        lintBack: ['Sửa lại', 'Correct it'],
        lintGo: ['Không phải, cứ lưu', 'It is not; save'],
        staleTitle: ['Dòng này vừa được sửa ở nơi khác', 'This row was just changed elsewhere'],
        staleLead: ['Chọn giá trị đúng cho từng ô. Không có gì bị ghi đè khi chưa hỏi.',
            'Choose the right value for each cell. Nothing is overwritten unasked.'],
        staleTheirs: ['Đang có', 'There now'],
        staleMine: ['Tôi vừa gõ', 'What I typed'],
        staleSave: ['Lưu các giá trị đã chọn', 'Save the chosen values'],
        unchanged: ['Chưa sửa gì.', 'Nothing was changed.'],
    },
    grid: {
        hint: ['Mũi tên để đi, gõ để ghi, F2 để sửa, Ctrl+V dán từ Excel, Ctrl+Z hoàn tác.',
            'Arrows move, typing enters, F2 edits, Ctrl+V pastes from Excel, Ctrl+Z undoes.'],
        pasted: [(n: number) => `Đã dán ${n} ô.`, (n: number) => `Cells pasted: ${n}.`],
        undone: ['Đã hoàn tác.', 'Undone.'],
        redone: ['Đã làm lại.', 'Redone.'],
        nothing: ['Không còn gì để hoàn tác.', 'Nothing left to undo.'],
        notNumber: ['Không phải số nguyên.', 'Not a whole number.'],
    },
});

/* Of values typed and shown (parse.ts, format.ts). */
export const VALUES = words({
    notDay: [
        'Không phải một ngày. Gõ ngày/tháng/năm, ví dụ 5/11/2020; "hn" là hôm nay, "hq" là hôm qua.',
        'Not a day. Type year-month-day or day/month/year, e.g. 2020-11-05 or 5/11/2020.',
    ],
    notInt: ['Gõ một số nguyên, ví dụ 12 hoặc 1.500.000.',
        'Type a whole number, e.g. 12 or 1,500,000.'],
    notPoints: ['Gõ điểm, ví dụ 4 hoặc 4,25.', 'Type points, e.g. 4 or 4.25.'],
    notInstant: ['Gõ giờ và ngày, ví dụ 14:30 5/11/2020; chỉ gõ 14h30 là hôm nay.',
        'Type time and day, e.g. 14:30 2020-11-05; 14:30 alone is today.'],
    never: ['chưa có', 'not yet'],
    today: [(time: string) => `${time} hôm nay`, (time: string) => `${time} today`],
    yesterday: [(time: string) => `${time} hôm qua`, (time: string) => `${time} yesterday`],
    onDay: [(time: string, day: string) => `${time} ngày ${day}`,
        (time: string, day: string) => `${time} on ${day}`],
    month: [(m: number, year: string) => `Tháng ${m}/${year}`,
        (m: number, year: string) => `${MONTHS[m] ?? m} ${year}`],
    quarter: [(roman: string, _n: string, year: string) => `Quý ${roman}/${year}`,
        (_roman: string, n: string, year: string) => `Q${n} ${year}`],
    half: [(n: string, year: string) => `${n === '1' ? 'Sáu tháng đầu' : 'Sáu tháng cuối'} năm ${year}`,
        (n: string, year: string) => `${n === '1' ? 'First' : 'Second'} half of ${year}`],
    year: [(year: string) => `Năm ${year}`, (year: string) => `Year ${year}`],
    dueToday: ['hạn hôm nay', 'due today'],
    dueTomorrow: ['hạn ngày mai', 'due tomorrow'],
    late: [(days: number) => `chậm ${days} ngày`,
        (days: number) => `${days} ${days === 1 ? 'day' : 'days'} late`],
    left: [(days: number) => `còn ${days} ngày`, (days: number) => `${days} days left`],
});

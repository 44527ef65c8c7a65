/* inbox.ts - What the inbox and the receipts say. */
export const INBOX = {
    title: 'Hộp việc cần quyết',
    looking: 'Đang xem lại các dòng và lời văn trong sổ…',
    moreWarnings: (n: number) => `Xem tiếp: còn ${n} cảnh báo về lời văn`,
    lead: 'Những chỗ máy không tự quyết. Mỗi lần trả lời là một thay đổi có tên người ghi, rút lại được.',
    none: 'Không có việc nào chờ quyết.',
    noneText: 'Khi huyện trả lại một ô, hoặc hai nơi ghi khác nhau, việc ấy sẽ hiện ở đây.',
    two: 'Hai máy ghi hai giá trị khác nhau cho một ô. Xem giấy tờ rồi chọn giá trị đúng.',
    kept: 'Đang giữ',
    other: 'Giá trị kia',
    districtNow: 'Huyện đang giữ',
    mine: 'Xã đã ghi',
    asked: 'Xã đề nghị',
    effect: 'Ảnh hưởng tới điểm',
    next: 'Việc cần làm',
    keep: 'Giữ giá trị này',
    take: 'Lấy giá trị này',
    keepRefused: 'Để như huyện',
    takeRefused: 'Gửi lại giá trị này',
    open: 'Mở dòng để sửa',
    openReport: 'Mở báo cáo',
    report: (period: string) => `Báo cáo: ${period}`,
    points: (period: string, now: string, then: string, more: string | null) => more === null
        ? `${period}: vẫn ${now} điểm`
        : `${period}: đang ${now} điểm; với giá trị kia ${then} (${more})`,
    pointsOfRow: (period: string, without: string, then: string, more: string | null) => more === null
        ? `${period}: có dòng này vẫn ${without} điểm`
        : `${period}: ${without} điểm khi chưa có dòng này; có thì ${then} (${more})`,
    noEffect: 'Không đổi điểm.',
    effectLeftOut: 'Chưa tính: máy chỉ tính điểm cho 20 việc đầu. Trả lời bớt thì việc sau được tính.',
    undo: 'Rút lại',
    done: (row: string) => `Đã quyết: ${row}.`,
    undone: 'Đã rút lại.',
    undoneLater: 'Đã rút lại. Việc hiện lại ở đây khi huyện nhận được và còn giữ hai giá trị.',
    decided: 'Đã quyết gần đây',
    nothing: 'để trống',
    decidedAs: (decision: string, stood: string, other: string) => {
        if (decision === 'keep') return `Giữ: ${stood}. Không lấy: ${other}`;
        return `${decision === 'edit' ? 'Ghi' : 'Lấy'}: ${other}. Trước đó: ${stood}`;
    },
    decidedBy: (who: string, at: string) => `${who}, ${at}`,
    undoOf: (row: string) => `Rút lại: ${row}`,
};

export const RECEIPTS = {
    title: 'Biên nhận',
    lead: 'Mỗi gói đã gửi và chữ ký của huyện cho gói ấy: bằng chứng đã nộp, in ra được.',
    none: 'Chưa gửi gói nào.',
    set: 'Gói số',
    sealed: 'Đóng gói lúc',
    covers: 'Gồm những gì',
    entries: (n: number) => `${n} thay đổi; mở ra để xem từng sổ`,
    received: 'Huyện nhận lúc',
    rest: 'Bị trả, giữ',
    state: 'Biên nhận',
    states: {
        confirmed: 'Có biên nhận', waiting: 'Chưa có biên nhận', resealed: 'Đã đóng gói lại',
    } as Record<string, string>,
    register: 'Tìm gói có',
    allRegisters: 'Mọi sổ',
    registers: [
        ['report', 'Báo cáo'], ['village_return', 'Số liệu thôn'], ['incident', 'Vụ việc'],
        ['activity', 'Hoạt động'], ['tip', 'Tin báo'], ['hotspot', 'Tụ điểm'],
        ['encroachment', 'Lấn chiếm'], ['self_score', 'Tự chấm điểm'], ['appeal', 'Khiếu nại điểm'],
        ['model', 'Mô hình'], ['covenant', 'Quy ước'], ['directive_answer', 'Trả lời chỉ đạo'],
    ].map(([value, text]) => ({ value: value!, text: text! })),
    noneYet: 'Chưa thấy gói nào có sổ này trong các gói gần đây.',
    noneSuch: 'Không có gói nào có sổ này.',
    more: 'Xem các gói cũ hơn',
    moreSuch: 'Tìm tiếp ở các gói cũ hơn',
    reading: 'Đang đọc các gói cũ hơn…',
    end: 'Đã tới gói đầu tiên.',
    back: 'Về danh sách',
    print: 'In biên nhận',
    paperLead: (unit: string, n: number) =>
        `Huyện đã nhận gói số ${n} của ${unit}, có chữ ký điện tử dưới đây.`,
    waits: 'Gói này đang chờ gửi hoặc chờ huyện ký biên nhận.',
    resealed: 'Gói này không gửi nữa: máy đã đóng gói lại những thay đổi ấy sau khi khôi phục. '
        + 'Biên nhận nằm ở các gói số lớn hơn.',
    coversTitle: 'Gói này gồm',
    old: 'Gói đã quá một năm: nội dung nằm ở huyện, không còn ở máy này.',
    valid: 'Chữ ký đúng',
    invalid: 'Chữ ký không đúng: báo cho huyện',
    hash: 'Mã băm của gói',
    ledger: 'Mã băm sổ cái của huyện',
    signature: 'Chữ ký của huyện',
    exceptions: 'Những mục không được nhận đúng như đã gửi',
    noExceptions: 'Không có: huyện nhận đủ mọi mục trong gói.',
    because: 'vì',
    amended: (n: number) => `Huyện đã trả lời thêm ${n} lần (biên nhận bổ sung). Tờ này gộp mọi lần trả lời; chữ ký `
        + 'là của lần cuối.',
};

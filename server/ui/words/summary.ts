/* summary.ts - What the consolidated tables say. */

export const SUMMARY = {
    title: 'Tổng hợp',
    tabsLabel: 'Các cách xem',
    tabs: { area: 'Theo lĩnh vực', commune: 'Theo xã', province: 'Báo cáo gửi tỉnh' },
    period: 'Kỳ',
    print: 'In',
    excel: 'Tải .xlsx',
    noPeriods: 'Chưa có kỳ nào. Lập kỳ ở trang Kỳ báo cáo.',
    lead: (from: string, to: string, since: string) =>
        `Kỳ này từ ${from} đến ${to}; luỹ kế từ ${since}.`,
    line: 'Chỉ tiêu',
    commune: 'Xã, thị trấn',
    now: 'Kỳ này',
    previous: 'Kỳ trước',
    lastYear: 'Cùng kỳ',
    change: 'Tăng, giảm',
    percent: '%',
    ytd: 'Luỹ kế',
    ytdLastYear: 'Luỹ kế cùng kỳ',
    areas: ['Chung', 'I. Phòng, chống tội phạm', 'II. Phòng, chống tệ nạn xã hội',
        'III. Bảo vệ tài sản; phòng, chống cháy nổ', 'IV. Giao thông, công cộng, đô thị',
        'V. Giúp đỡ người lầm lỗi'],
    total: 'Toàn huyện',
    stock: 'Là số có đến cuối kỳ, không cộng dồn.',
    outside: 'Khi in và trong tệp .xlsx, số đếm một hoặc hai của một xã ghi là <3; dấu … là số ẩn theo để không tính ra được.',
    paper: { title: 'BẢNG TỔNG HỢP', report: 'BÁO CÁO',
        subject: (when: string) =>
            `Kết quả thực hiện mô hình "5 tự quản về an ninh, trật tự" ${when}` },
};

export const PROVINCE = {
    title: 'Báo cáo của huyện gửi tỉnh',
    excel: 'Tải báo cáo .xlsx',
    document: 'Số văn bản',
    parts: { situation: 'I. Tình hình', results: 'II. Kết quả', assessment: 'III. Nhận xét, đánh giá',
        proposals: 'IV. Kiến nghị' },
    draft: 'Máy soạn sẵn phần I và II từ số liệu. Sửa lại, viết phần III và IV rồi lưu; lãnh đạo ký.',
    written: (by: string, at: string) => `${by} lưu lúc ${at}, chưa ký.`,
    signed: (by: string, at: string) => `${by} đã ký lúc ${at}; không sửa được nữa.`,
    fromFacts: 'Lấy lại theo số liệu lúc này',
    save: 'Lưu báo cáo',
    saved: 'Đã lưu báo cáo.',
    noPerson: 'Không phải thông tin cá nhân, vẫn lưu',
    others: (by: string) => `${by} vừa lưu những phần mà bạn cũng đang sửa. Chữ của bạn vẫn còn; bản của `
        + 'người kia ở dưới từng phần. Lưu là thay bản của người kia.',
    theirs: (by: string, text: string) => `${by} đã ghi: ${text === '' ? '(trống)' : text}`,
    takeTheirs: 'Lấy bản đã ghi',
    sign: 'Ký báo cáo',
    signTitle: 'Ký báo cáo gửi tỉnh',
    signLead: 'Ký đúng bản bạn vừa đọc. Ký rồi thì phần viết không ai sửa được nữa; các bảng kèm theo trong '
        + 'tệp .xlsx vẫn lập theo số liệu lúc tải: tải và lưu tệp ngay sau khi ký.',
    signedNow: 'Đã ký báo cáo.',
    notLeader: 'Lãnh đạo ký; tài khoản này không ký được.',
    cancel: 'Thôi',
};

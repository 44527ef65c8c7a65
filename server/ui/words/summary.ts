/* summary.ts - What the consolidated tables say. */
import { words } from '../../../common/web/ui/lang';

export const SUMMARY = words({
    title: ['Tổng hợp', 'Summary'],
    tabsLabel: ['Các cách xem', 'Views'],
    tabs: {
        area: ['Theo lĩnh vực', 'By area'],
        commune: ['Theo xã', 'By commune'],
        province: ['Báo cáo gửi tỉnh', 'Report to the province'],
    },
    period: ['Kỳ', 'Period'],
    print: ['In', 'Print in Vietnamese'],
    excel: ['Tải .xlsx', 'Download .xlsx'],
    noPeriods: ['Chưa có kỳ nào. Lập kỳ ở trang Kỳ báo cáo.',
        'There is no period yet. Make the periods on the page Periods.'],
    lead: [(from: string, to: string, since: string) => `Kỳ này từ ${from} đến ${to}; luỹ kế từ ${since}.`,
        (from: string, to: string, since: string) =>
            `This period is ${from} to ${to}; year to date (YTD) since ${since}.`],
    line: ['Chỉ tiêu', 'Indicator'],
    commune: ['Xã, thị trấn', 'Commune or town'],
    now: ['Kỳ này', 'This period'],
    previous: ['Kỳ trước', 'Previous'],
    lastYear: ['Cùng kỳ', 'Last year'],
    change: ['Tăng, giảm', 'Change'],
    percent: ['%', '%'],
    ytd: ['Luỹ kế', 'YTD'],
    ytdLastYear: ['Luỹ kế cùng kỳ', 'YTD last year'],
    areas: [
        ['Chung', 'I. Phòng, chống tội phạm', 'II. Phòng, chống tệ nạn xã hội',
            'III. Bảo vệ tài sản; phòng, chống cháy nổ', 'IV. Giao thông, công cộng, đô thị',
            'V. Giúp đỡ người lầm lỗi'],
        ['General', 'I. Crime prevention', 'II. Prevention of social evils',
            'III. Protection of property; fire prevention', 'IV. Traffic, public and urban order',
            'V. Support for offenders returning to the community'],
    ],
    total: ['Toàn huyện', 'Whole district'],
    stock: ['Là số có đến cuối kỳ, không cộng dồn.', 'A stock at the end of the period; not added up.'],
    outside: [
        'Khi in và trong tệp .xlsx, số đếm một hoặc hai của một xã ghi là <3; dấu … là số ẩn theo để không tính ra được.',
        'In print and in the .xlsx file, a count of one or two of a commune is written <3; … hides a further count from which it could be worked out.',
    ],
});

/* On paper: Vietnamese always. */
export const SUMMARY_PAPER = { title: 'BẢNG TỔNG HỢP', report: 'BÁO CÁO',
    subject: (when: string) =>
        `Kết quả thực hiện mô hình "5 tự quản về an ninh, trật tự" ${when}` };

export const PROVINCE = words({
    title: ['Báo cáo của huyện gửi tỉnh', "The district's report to the province"],
    excel: ['Tải báo cáo .xlsx', 'Download the report (.xlsx)'],
    document: ['Số văn bản', 'Document number'],
    parts: {
        situation: ['I. Tình hình', 'I. Situation'],
        results: ['II. Kết quả', 'II. Results'],
        assessment: ['III. Nhận xét, đánh giá', 'III. Assessment'],
        proposals: ['IV. Kiến nghị', 'IV. Proposals'],
    },
    draft: ['Máy soạn sẵn phần I và II từ số liệu. Sửa lại, viết phần III và IV rồi lưu; lãnh đạo ký.',
        'Parts I and II are drafted from the data, in Vietnamese. Edit them, write parts III and IV and save; a leader signs.'],
    written: [(by: string, at: string) => `${by} lưu lúc ${at}, chưa ký.`,
        (by: string, at: string) => `Saved by ${by} at ${at}; not signed.`],
    signed: [(by: string, at: string) => `${by} đã ký lúc ${at}; không sửa được nữa.`,
        (by: string, at: string) => `Signed by ${by} at ${at}; can no longer be edited.`],
    fromFacts: ['Lấy lại theo số liệu lúc này', 'Draft again from the data of now'],
    save: ['Lưu báo cáo', 'Save the report'],
    saved: ['Đã lưu báo cáo.', 'Report saved.'],
    noPerson: ['Không phải thông tin cá nhân, vẫn lưu', 'It is no personal information; save'],
    others: [
        (by: string) => `${by} vừa lưu những phần mà bạn cũng đang sửa. Chữ của bạn vẫn còn; bản của `
            + 'người kia ở dưới từng phần. Lưu là thay bản của người kia.',
        (by: string) => `${by} has just saved parts that you are editing, too. Your text is kept; theirs `
            + 'stands below each part. Saving replaces theirs.',
    ],
    theirs: [(by: string, text: string) => `${by} đã ghi: ${text === '' ? '(trống)' : text}`,
        (by: string, text: string) => `${by} wrote: ${text === '' ? '(empty)' : text}`],
    takeTheirs: ['Lấy bản đã ghi', 'Take the saved text'],
    sign: ['Ký báo cáo', 'Sign the report'],
    signTitle: ['Ký báo cáo gửi tỉnh', 'Sign the report to the province'],
    signLead: [
        'Ký đúng bản bạn vừa đọc. Ký rồi thì phần viết không ai sửa được nữa; các bảng kèm theo trong '
            + 'tệp .xlsx vẫn lập theo số liệu lúc tải: tải và lưu tệp ngay sau khi ký.',
        'You sign exactly what you just read. After that nobody can edit the text; the tables in the '
            + '.xlsx file are still made from the data at download: download and keep the file right after signing.',
    ],
    signedNow: ['Đã ký báo cáo.', 'Report signed.'],
    notLeader: ['Lãnh đạo ký; tài khoản này không ký được.', 'A leader signs; this account cannot.'],
    cancel: ['Thôi', 'Cancel'],
});

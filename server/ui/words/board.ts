/* board.ts - What the board of the communes says. */
import { codes, words } from '../../../common/web/ui/lang';

export const BOARD = words({
    title: ['Bảng xã, thị trấn', 'Communes and towns'],
    period: ['Kỳ báo cáo', 'Reporting period'],
    tabsLabel: ['Phần của bảng xã', 'Parts of the board'],
    tabs: { now: ['Hôm nay', 'Today'], rates: ['Đầy đủ, đúng hạn', 'Completeness, timeliness'] },
    live: ['Bảng tự cập nhật khi có số liệu mới.', 'The board updates itself when new data arrive.'],
    unit: ['Đơn vị', 'Unit'],
    call: ['Cần gọi vì', 'Call because'],
    noCall: ['không', 'none'],
    heard: ['Liên lạc cuối', 'Last heard'],
    confirmed: ['Xác nhận cuối', 'Last confirmed'],
    report: ['Báo cáo', 'Report'],
    late: [(days: number) => `chậm ${days} ngày`,
        (days: number) => `${days} ${days === 1 ? 'day' : 'days'} late`],
    waiting: ['Chờ gửi', 'To send'],
    held: ['Tạm giữ', 'Held'],
    refused: ['Trả lại', 'Refused'],
    conflicts: ['Khác nhau', 'Conflicts'],
    requests: ['Đề nghị', 'Requests'],
    clock: ['Lệch giờ', 'Clock off'],
    software: ['Phiên bản', 'Version'],
    seconds: [(n: number) => `${n > 0 ? '+' : ''}${n} s`, (n: number) => `${n > 0 ? '+' : ''}${n} s`],
    never: ['chưa lần nào', 'never'],
    sent: ['Đã gửi báo cáo', 'Reports sent'],
    models: ['Mô hình', 'Models'],
    toCall: ['Cần gọi', 'To call'],
    lateUnits: ['Gửi chậm', 'Late'],
    held2: ['Dòng tạm giữ', 'Rows held'],
    refused2: ['Dòng trả lại, 30 ngày', 'Rows refused, 30 days'],
    ofAll: [(n: number, all: number) => `${n}/${all}`, (n: number, all: number) => `${n}/${all}`],
    none: ['Chưa có xã nào trong danh mục.', 'There is no commune in the catalogue yet.'],
    calls: codes({
        no_machine: ['chưa có máy', 'no machine yet'],
        never_heard: ['máy chưa từng liên lạc', 'machine never heard from'],
        silent: ['im hơn 2 ngày', 'silent for over 2 days'],
        report_overdue: ['quá hạn báo cáo', 'report overdue'],
        clock: ['đồng hồ sai', 'wrong clock'],
        refused: ['có dòng bị trả lại', 'rows refused'],
    }),
    reports: codes({
        not_received: ['chưa gửi', 'not received'],
        draft: ['đang soạn', 'draft'],
        approved: ['đã duyệt', 'approved'],
        sent: ['đã gửi', 'sent'],
        received: ['đã nhận', 'received'],
        returned: ['trả lại', 'returned'],
        verified: ['đã thẩm định', 'verified'],
        locked: ['đã khóa', 'locked'],
    }),
});

/* ... and of how complete and how timely the communes are. */
export const RATES = words({
    unit: ['Đơn vị', 'Unit'],
    all: ['Toàn huyện', 'Whole district'],
    measure: ['Tỷ lệ', 'Rate'],
    measures: {
        given: ['Báo cáo đã nộp', 'Reports given'],
        filled: ['Ô số liệu đã nhập', 'Figures filled in'],
        in_time: ['Báo cáo đúng hạn', 'Reports in time'],
    },
    caption: [(measure: string) => `${measure}, kỳ này và bốn kỳ trước`,
        (measure: string) => `${measure}, this period and the four before`],
    rules: {
        given: ['Số báo cáo đã nộp trên số phải nộp: báo cáo của kỳ và của các kỳ nằm trong kỳ, đã quá hạn' +
            ' (kể cả ngày gia hạn) hoặc đã nộp.',
        'Reports given of those due: of the period and of the periods within it, past their deadline (days' +
            ' of grace included) or given.'],
        filled: ['Số ô đã xác nhận trên số ô phải nhập: mỗi chỉ tiêu nhập tay của mỗi thôn, từng tháng đã' +
            ' hết trong kỳ. Chỉ tiêu là những chỉ tiêu mà bảng điểm của kỳ đó dùng, không phải của hôm nay.',
        'Confirmed cells of those asked for: each typed indicator of each village, for each month of the' +
            ' period that has ended. Indicators are those that the sheet of that period reads, not today’s.'],
        in_time: ['Số báo cáo đúng hạn trên số phải nộp: theo lúc huyện nhận, ngày gia hạn và số ngày cán bộ' +
            ' đã tính, như khi trừ điểm.',
        'Reports in time of those due: by when the district got them, with days of grace and the days that' +
            ' an officer has set, as for penalties.'],
    },
    source: ['Nguồn: báo cáo và số liệu thôn đã đồng bộ về huyện; xã tính theo ngày cuối của từng kỳ.',
        'Source: reports and villages’ figures that have reached the district; communes by the last day of' +
        ' each period.'],
});

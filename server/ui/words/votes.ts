/* votes.ts - What is said of a tie that the committee parts by a vote. */
import { words } from '../../../common/web/ui/lang';

export const VOTES = words({
    title: ['Cùng điểm, cùng hạng', 'Equal points, equal rank'],
    lead: ['Mọi bước phân hạng của bảng điểm đều bằng nhau. Ban chỉ đạo biểu quyết thì ghi thứ tự ở đây; chưa' +
        ' ghi thì các đơn vị chung hạng.',
    'Every step of the scoring sheet leaves them equal. The order that the committee votes is entered here;' +
        ' until then they share the rank.'],
    shared: [(rank: number, names: string) => `Hạng ${rank}: ${names}`,
        (rank: number, names: string) => `Rank ${rank}: ${names}`],
    enter: ['Ghi biểu quyết', 'Enter the vote'],
    enterOf: [(names: string) => `Ghi biểu quyết giữa ${names}`,
        (names: string) => `Enter the vote between ${names}`],
    place: [(n: number) => `Xếp thứ ${n}`, (n: number) => `Place ${n}`],
    votedOn: ['Ngày biểu quyết', 'Day of the vote'],
    minutes: ['Số biên bản', 'Minutes no.'],
    twice: ['Mỗi đơn vị chỉ đứng một chỗ.', 'Each unit has one place.'],
    future: ['Ngày biểu quyết chưa tới.', 'The day of the vote has not come yet.'],
    save: ['Ghi', 'Save'],
    done: ['Đã ghi biểu quyết; bảng xếp hạng tính lại ngay.', 'The vote is entered; the table is worked out anew.'],
    act: ['Quyết định', 'Decision'],
    void: ['Hủy', 'Void'],
    voidOf: [(minutes: string) => `Hủy biểu quyết ${minutes}`, (minutes: string) => `Void the vote ${minutes}`],
    voidLead: ['Biểu quyết đã hủy không tính nữa; nó vẫn ở trong sổ cái với lý do này.',
        'A void vote no longer counts; it stays in the ledger with this reason.'],
    voidHint: ['Bắt buộc; đọc được trong sổ cái.', 'Required; it can be read in the ledger.'],
    voided: ['Đã hủy biểu quyết; bảng xếp hạng tính lại ngay.',
        'The vote is void; the table is worked out anew.'],
    kept: ['Biểu quyết đã ghi', 'Votes entered'],
    order: ['Thứ tự', 'Order'],
});

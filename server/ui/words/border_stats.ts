/* border_stats.ts - What is said about statistics that an agreement lists. */
import { words } from '../../../common/web/ui/lang';

export const STATS = words({
    open: ['Thống kê', 'Statistics'],
    title: [(name: string) => `Thống kê gửi ${name}`, (name: string) => `Statistics for ${name}`],
    lead: ['Số vụ việc theo loại mà quy chế liệt kê, tính từ sổ của các xã trong quy chế; dưới 3 ghi "<3", số có thể làm lộ số nhỏ ghi "…". Soạn lại được đến khi gửi.',
        'Incidents by the kinds that the agreement lists, counted from its communes\' registers; less than 3 reads "<3", what would tell a small one "…". Drafted anew until sent.'],
    period: ['Kỳ', 'Period'],
    half: [(n: number, year: number) => `Sáu tháng ${n === 1 ? 'đầu' : 'cuối'} năm ${year}`,
        (n: number, year: number) => `${n === 1 ? 'First' : 'Second'} half of ${year}`],
    year: [(year: number) => `Năm ${year}`, (year: number) => `Year ${year}`],
    draft: ['Soạn', 'Draft'],
    send: ['Gửi', 'Send'],
    drafted: [(n: number) => `Đã soạn ${n} dòng. Xem lại rồi gửi.`, (n: number) => `${n} rows drafted. Look at them, then send.`],
    sent: [(n: number) => `Đã gửi ${n} dòng.`, (n: number) => `${n} rows sent.`],
    stays: [(n: number) => `${n} dòng đã gửi từ trước, giữ nguyên.`, (n: number) => `${n} rows were sent before and stay.`],
    close: ['Đóng', 'Close'],
    seen: ['Báo đã nhận', 'Acknowledge'],
    seenOf: [(row: string) => `Báo đã nhận: ${row}`, (row: string) => `Acknowledge: ${row}`],
    seenDone: ['Đã báo huyện bạn là ta đã nhận.', 'Acknowledged.'],
});

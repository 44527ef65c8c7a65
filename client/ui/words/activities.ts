/* activities.ts - What the book of activities says. */
export const ACTIVITIES = {
    title: 'Hoạt động',
    lead: 'Tuần tra, tuyên truyền, kiểm tra PCCC, hòa giải, ngày hội: dự kiến trước, làm xong thì đánh dấu.',
    add: 'Ghi hoạt động',
    search: 'Số hiệu, kết quả… không cần dấu',
    empty: 'Chưa có hoạt động nào.',
    emptyText: 'Ghi cả việc dự kiến: tỷ lệ làm theo kế hoạch được tính từ đây.',
    plan: 'Kế hoạch',
    done: 'Kết quả',
    tick: 'Đã làm',
    tickTitle: (name: string) => `Đã làm: ${name}`,
    save: 'Ghi kết quả',
    saved: 'Đã ghi kết quả. Chờ gửi lên huyện.',
};

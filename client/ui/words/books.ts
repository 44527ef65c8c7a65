/* books.ts - What the smaller registers say. */
export const HOTSPOTS = {
    title: 'Tụ điểm tệ nạn', add: 'Ghi tụ điểm', search: 'Số hiệu, loại, ghi chú',
    empty: 'Chưa ghi tụ điểm nào.', emptyText: 'Không có tụ điểm là tốt: tiêu chí 2.2 được điểm tối đa.',
    part: 'Tụ điểm',
};
export const ENCROACHMENTS = {
    title: 'Lấn chiếm', add: 'Ghi lấn chiếm', search: 'Số hiệu, địa điểm',
    empty: 'Chưa ghi chỗ lấn chiếm nào.', emptyText: 'Ghi ngày phát hiện, ngày giải tỏa.',
    part: 'Chỗ lấn chiếm',
};
export const MODELS = {
    title: 'Mô hình', add: 'Thêm mô hình', search: 'Số hiệu, tên, số văn bản',
    empty: 'Chưa có mô hình nào.', emptyText: 'Bắt đầu từ báo cáo khảo sát của thôn chọn làm điểm.',
    base: 'Mô hình', papers: 'Các bước và văn bản', end: 'Tạm dừng, kết thúc',
    steps: { proposed: 'Đề xuất', surveyed: 'Khảo sát', decided: 'Quyết định',
        launched: 'Ra mắt', running: 'Hoạt động' } as Record<string, string>,
    stepHint: 'Mỗi bước cần số và ngày văn bản của bước trước.',
};
export const COVENANTS = {
    title: 'Quy ước', add: 'Thêm quy ước', search: 'Số hiệu, số quyết định',
    empty: 'Chưa có quy ước nào.', emptyText: 'Quy ước được thông qua khi quá nửa số hộ đồng ý.',
    part: 'Quy ước', votes: 'Kết quả lấy ý kiến',
    votesHint: 'Số hộ đồng ý phải quá nửa tổng số hộ.',
};
export const COMMITTEE = {
    title: 'Ban chỉ đạo', add: 'Thêm thành viên', search: 'Chức danh, cơ quan, tên',
    empty: 'Chưa có thành viên nào.', part: 'Thành viên',
    nameHint: 'Chỉ ghi tên cán bộ đang giữ chức vụ.',
};
export const TEAMS = {
    title: 'Tổ tự quản', add: 'Thêm tổ', search: 'Tên tổ, số hiệu',
    empty: 'Chưa có tổ tự quản nào.', part: 'Tổ tự quản, tổ liên gia',
};
export const PROFILES = {
    title: 'Hồ sơ thôn', add: 'Ghi số hộ mới', search: 'Số văn bản, ghi chú',
    empty: 'Chưa có hồ sơ thôn nào.',
    emptyText: 'Nhiều tiêu chí tính theo số hộ: ghi lại mỗi khi thay đổi.', part: 'Thôn, số hộ',
};
export const DRIVES = {
    title: 'Phát động thi đua', add: 'Ghi đợt phát động', search: 'Số văn bản',
    empty: 'Chưa có đợt phát động nào.', part: 'Đăng ký và phát động',
};
export const RECOGNITIONS = {
    title: 'Công nhận đạt chuẩn', add: 'Ghi hồ sơ năm', search: 'Câu trả lời',
    empty: 'Chưa có hồ sơ công nhận nào.',
    emptyText: 'Cuối năm: 100% thôn đăng ký, từ 70% thôn đạt chuẩn thì xã được xét.',
    part: 'Hồ sơ của năm',
};
export const AWARDS = {
    title: 'Khen thưởng', add: '', search: 'Số quyết định, hình thức',
    empty: 'Chưa có khen thưởng nào.', emptyText: 'Huyện ghi; xã xem ở đây.', part: 'Khen thưởng',
};
export const EXTRAS = {
    title: 'Điểm thưởng, trừ', add: 'Đề nghị điểm thưởng', search: 'Lý do, số văn bản',
    empty: 'Chưa có đề nghị nào.', emptyText: 'Xã đề nghị kèm văn bản; huyện quyết định.',
    part: 'Đề nghị',
};
export const NOTICES = {
    title: 'Thông báo giáp ranh', add: 'Viết thông báo', search: 'Số công văn, nội dung',
    empty: 'Chưa có thông báo nào.', emptyText: 'Thông báo cho xã bạn bên kia ranh giới, và hạn họ trả lời.',
    part: 'Thông báo',
    ifNamed: 'Chỉ sang bên bạn khi quy chế có nêu; nếu không, ghi vào nội dung.',
    bodyHint: 'Việc gì, ở đâu, khi nào, cần để ý gì; không nêu tên, số giấy tờ của người dân.',
};
export const MEETINGS = {
    title: 'Giao ban giáp ranh', add: 'Ghi cuộc họp', search: 'Địa điểm, nội dung, số biên bản',
    empty: 'Chưa có cuộc họp nào.', emptyText: 'Biên bản hai bên cùng ký được điểm thưởng B3.',
    part: 'Cuộc họp', minutes: 'Biên bản',
};
export const PATROLS = {
    title: 'Tuần tra chung', add: 'Ghi tuần tra chung', search: 'Số biên bản, kết quả',
    empty: 'Chưa có buổi tuần tra chung nào.', part: 'Buổi tuần tra', minutes: 'Biên bản',
};
export const HANDOVERS = {
    title: 'Bàn giao thường trực', add: 'Ghi bàn giao', search: 'Đơn vị thường trực, số biên bản',
    empty: 'Chưa có lần bàn giao nào.',
    emptyText: 'Mỗi năm một bên làm đơn vị thường trực; đầu năm bàn giao bằng biên bản hai bên cùng ký.',
    part: 'Bàn giao', minutes: 'Biên bản',
    standingHint: 'Đơn vị làm thường trực của năm này, không nêu tên người.',
};
export const STATISTICS = {
    title: 'Thống kê giáp ranh', add: '', search: 'Kỳ, số liệu',
    empty: 'Chưa có thống kê nào.',
    emptyText: 'Huyện tính số liệu sáu tháng và cả năm từ sổ của xã rồi gửi bên bạn, khi quy chế có nêu.',
    part: 'Thống kê',
};
export const AGREEMENTS = {
    title: 'Quy chế phối hợp', add: 'Thêm quy chế', search: 'Số quy chế',
    empty: 'Chưa có quy chế nào.', part: 'Quy chế',
};

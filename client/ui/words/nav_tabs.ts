/* nav_tabs.ts - Names of the registers that stand side by side under one entry. */
export const MODEL_TABS: Record<string, string> = {
    'mo-hinh': 'Mô hình', 'quy-uoc': 'Quy ước', 'ban-chi-dao': 'Ban chỉ đạo',
    'to-tu-quan': 'Tổ tự quản', 'ho-so-thon': 'Hồ sơ thôn', 'thi-dua': 'Thi đua',
    'cong-nhan': 'Công nhận', 'khen-thuong': 'Khen thưởng', 'thuong-tru': 'Thưởng, trừ',
};
export const MODEL_TABS_LABEL = 'Mô hình và phong trào';

export const BORDER_TABS: Record<string, string> = {
    'giap-ranh': 'Thông báo', 'hop-giap-ranh': 'Giao ban', 'tuan-tra-chung': 'Tuần tra chung',
    'ban-giao': 'Bàn giao', 'thong-ke': 'Thống kê', 'quy-che': 'Quy chế',
};
export const BORDER_TABS_LABEL = 'Giáp ranh';

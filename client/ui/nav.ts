/* nav.ts - The screens, most used first; each is fetched when it is first wanted. */
import type { ComponentType } from 'preact';
import type { IconName } from '../../common/web/ui/icons';
import { BORDER_TABS, MODEL_TABS } from './words/nav_tabs';

export interface ScreenInfo {
    path: string;
    title: string;
    short?: string;
    icon: IconName;
    load: () => Promise<{ default: ComponentType }>;
}

export const GROUPS: ScreenInfo[][] = [
    [
        { path: 'hom-nay', title: 'Hôm nay', icon: 'today', load: () => import('./today') },
        { path: 'so-vu-viec', title: 'Sổ vụ việc', short: 'Vụ việc', icon: 'book',
            load: () => import('./incidents') },
        { path: 'hoat-dong', title: 'Hoạt động', icon: 'walk',
            load: () => import('./activities') },
        { path: 'so-lieu', title: 'Số liệu thôn', short: 'Số liệu', icon: 'grid',
            load: () => import('./returns') },
        { path: 'bao-cao', title: 'Báo cáo', icon: 'report', load: () => import('./reports') },
    ],
    [
        { path: 'hop-viec', title: 'Hộp việc', icon: 'inbox',
            load: () => import('./inbox') },
        { path: 'xep-hang', title: 'Xếp hạng', icon: 'rank', load: () => import('./rank') },
        { path: 'tu-cham', title: 'Tự chấm điểm', icon: 'score',
            load: () => import('./self_score') },
        { path: 'bien-nhan', title: 'Biên nhận', icon: 'receipt',
            load: () => import('./receipts') },
    ],
    [
        { path: 'chi-dao', title: 'Chỉ đạo', icon: 'order', load: () => import('./directives') },
        { path: 'mo-hinh', title: 'Mô hình, quy ước', icon: 'model',
            load: () => import('./models') },
        { path: 'giap-ranh', title: 'Giáp ranh', icon: 'border', load: () => import('./border') },
        { path: 'may-nay', title: 'Máy này', icon: 'machine', load: () => import('./machine') },
    ],
];

function under(icon: IconName, load: ScreenInfo['load'], titles: Record<string, string>) {
    return Object.entries(titles).map(([path, title]) => ({ path, title, icon, load }));
}

/* Under another entry's sign in the navigation. */
export const HIDDEN: ScreenInfo[] = [
    { path: 'tin-bao', title: 'Tin báo', icon: 'book', load: () => import('./tips') },
    ...under('book', () => import('./spots'), { 'tu-diem': 'Tụ điểm', 'lan-chiem': 'Lấn chiếm' }),
    ...under('model', () => import('./models'), MODEL_TABS),
    ...under('border', () => import('./border'), BORDER_TABS),
];

export const SCREENS = GROUPS.flat();

/* nav.ts - The screens; each is fetched when it is first wanted. */
import type { ComponentType } from 'preact';
import type { IconName } from '../../common/web/ui/icons';

export interface ScreenInfo {
    path: string;
    title: string;
    icon: IconName;
    needs?: string; /* a word of the session's `may`; without: whoever is in */
    load: () => Promise<{ default: ComponentType }>;
}

const ALL: ScreenInfo[] = [
    { path: 'bang-xa', title: 'Bảng xã', icon: 'today', load: () => import('./board') },
    { path: 'cho-quyet', title: 'Chờ quyết', icon: 'inbox', load: () => import('./inbox') },
    { path: 'tham-dinh', title: 'Thẩm định', icon: 'score', load: () => import('./assess') },
    { path: 'xep-hang', title: 'Xếp hạng', icon: 'rank', load: () => import('./rank') },
    { path: 'ban-do', title: 'Bản đồ, xu hướng', icon: 'map', load: () => import('./trends') },
    { path: 'tong-hop', title: 'Tổng hợp', icon: 'report', load: () => import('./summary') },
    { path: 'chi-dao', title: 'Chỉ đạo', icon: 'order', load: () => import('./directives') },
    { path: 'phong-trao', title: 'Phong trào', icon: 'model', load: () => import('./movement') },
    { path: 'giap-ranh', title: 'Giáp ranh', icon: 'border', load: () => import('./border') },
    { path: 'ky', title: 'Kỳ báo cáo', icon: 'clock', load: () => import('./calendar') },
    { path: 'danh-muc', title: 'Danh mục', icon: 'report', load: () => import('./catalogue') },
    { path: 'thiet-bi', title: 'Thiết bị', icon: 'machine', load: () => import('./devices') },
    { path: 'so-cai', title: 'Sổ cái', icon: 'book', load: () => import('./ledger') },
    { path: 'suc-khoe', title: 'Sức khỏe', icon: 'check', needs: 'health',
        load: () => import('./health') },
    { path: 'cua-toi', title: 'Cá nhân', icon: 'edit', load: () => import('./own') },
    { path: 'tai-khoan', title: 'Tài khoản', icon: 'keys', needs: 'accounts',
        load: () => import('./accounts') },
];

/* What is shown to this account; the program itself asks again. */
export function screensOf(may: string[]): ScreenInfo[] {
    return ALL.filter((s) => s.needs === undefined || may.includes(s.needs));
}

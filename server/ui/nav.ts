/* nav.ts - The screens; each is fetched when it is first wanted. */
import type { ComponentType } from 'preact';
import type { IconName } from '../../common/web/ui/icons';

export interface ScreenInfo {
    path: string;
    title: string;
    icon: IconName;
    load: () => Promise<{ default: ComponentType }>;
}

export const SCREENS: ScreenInfo[] = [
    { path: 'bang-xa', title: 'Bảng xã', icon: 'today', load: () => import('./board') },
    { path: 'xep-hang', title: 'Xếp hạng', icon: 'rank', load: () => import('./rank') },
];

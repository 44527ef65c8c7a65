/* nav.ts - The screens, most used first; each is fetched when it is first wanted. */
import type { ComponentType } from 'preact';
import type { IconName } from '../../common/web/ui/icons';

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
    ],
];

/* Under another entry's sign in the navigation. */
export const HIDDEN: ScreenInfo[] = [
    { path: 'tin-bao', title: 'Tin báo', icon: 'book', load: () => import('./tips') },
];

export const SCREENS = GROUPS.flat();

/* nav.ts - The screens; each is fetched when it is first wanted. */
import type { ComponentType } from 'preact';
import type { IconName } from '../../common/web/ui/icons';
import { SCREENS as S } from './words/shell';

export interface ScreenInfo {
    path: string;
    title: string;
    icon: IconName;
    needs?: string; /* a word of the session's `may`; without: whoever is in */
    load: () => Promise<{ default: ComponentType }>;
}

const ALL: ScreenInfo[] = [
    { path: 'bang-xa', title: S['bang-xa'], icon: 'today', load: () => import('./board') },
    { path: 'cho-quyet', title: S['cho-quyet'], icon: 'inbox', load: () => import('./inbox') },
    { path: 'tham-dinh', title: S['tham-dinh'], icon: 'score', load: () => import('./assess') },
    { path: 'xep-hang', title: S['xep-hang'], icon: 'rank', load: () => import('./rank') },
    { path: 'ban-do', title: S['ban-do'], icon: 'map', load: () => import('./trends') },
    { path: 'tong-hop', title: S['tong-hop'], icon: 'report', load: () => import('./summary') },
    { path: 'chi-dao', title: S['chi-dao'], icon: 'order', load: () => import('./directives') },
    { path: 'phong-trao', title: S['phong-trao'], icon: 'model', load: () => import('./movement') },
    { path: 'giap-ranh', title: S['giap-ranh'], icon: 'border', load: () => import('./border') },
    { path: 'ky', title: S.ky, icon: 'clock', load: () => import('./calendar') },
    { path: 'danh-muc', title: S['danh-muc'], icon: 'report', load: () => import('./catalogue') },
    { path: 'thiet-bi', title: S['thiet-bi'], icon: 'machine', load: () => import('./devices') },
    { path: 'so-cai', title: S['so-cai'], icon: 'book', load: () => import('./ledger') },
    { path: 'suc-khoe', title: S['suc-khoe'], icon: 'check', needs: 'health',
        load: () => import('./health') },
    { path: 'cua-toi', title: S['cua-toi'], icon: 'edit', load: () => import('./own') },
    { path: 'tai-khoan', title: S['tai-khoan'], icon: 'keys', needs: 'accounts',
        load: () => import('./accounts') },
];

/* What is shown to this account; the program itself asks again. */
export function screensOf(may: string[]): ScreenInfo[] {
    return ALL.filter((s) => s.needs === undefined || may.includes(s.needs));
}

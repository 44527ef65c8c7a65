/* lang.ts - Vietnamese first; English where somebody chose it in this browser. Words are chosen as the
 * page begins, so a switch loads it anew. Both texts stand beside each other, of one type: the type
 * checker misses none. */
export type Lang = 'vi' | 'en';

const KEPT = 'tq-lang';

function chosen(): Lang {
    try {
        return localStorage.getItem(KEPT) === 'en' ? 'en' : 'vi';
    } catch {
        return 'vi'; /* a browser that keeps nothing */
    }
}

export const LANG: Lang = chosen();

export function say<T>(vi: T, en: T): T {
    return LANG === 'en' ? en : vi;
}

export function setLang(lang: Lang): void {
    try {
        localStorage.setItem(KEPT, lang);
    } finally {
        location.reload();
    }
}

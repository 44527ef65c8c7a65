/* lang.ts - The language of the page, fixed when the page is read: Vietnamese, or English where
 * this browser chose it and the page offers it (build.mjs: TQ_ENGLISH). What is said stands in both,
 * side by side: a word without its English does not compile. */
declare const TQ_ENGLISH: boolean; /* put in by the bundler; a kit bundled alone has none */

export type Lang = 'vi' | 'en';

const KEPT = 'tq-lang';
const offered = typeof TQ_ENGLISH !== 'undefined' && TQ_ENGLISH;

/* "/?lang=vi" says it for one window: papers are Vietnamese (server/ui/print.tsx). */
function chosen(): Lang {
    if (!offered) return 'vi';
    if (new URLSearchParams(globalThis.location?.search).get('lang') === 'vi') return 'vi';
    try {
        return localStorage.getItem(KEPT) === 'en' ? 'en' : 'vi';
    } catch {
        return 'vi';
    }
}

export const lang: Lang = chosen();

/* Kept by this browser from now on; the page is read anew, for words are chosen at its start. */
export function chooseLang(next: Lang): void {
    try {
        localStorage.setItem(KEPT, next);
    } catch {
        return; /* a browser that keeps nothing stays with Vietnamese */
    }
    if (location.search === '') location.reload();
    else location.assign(location.pathname + location.hash);
}

/* One thing in both languages. */
export function pick<T>(vi: T, en: T): T {
    return lang === 'en' ? en : vi;
}

type Said = (...facts: never[]) => string;
type Both = readonly [string, string] | readonly [Said, Said] |
    readonly [readonly string[], readonly string[]];

interface Words {
    readonly [key: string]: Both | Words;
}

type Picked<T> =
    T extends readonly [(...facts: infer F) => string, infer E]
        ? E extends (...facts: F) => string ? (...facts: F) => string : never
        : T extends readonly [string, string] ? string
            : T extends readonly [readonly string[], readonly string[]] ? readonly string[]
                : { readonly [K in keyof T]: Picked<T[K]> };

/* { key: ['Lưu', 'Save'], ... } as { key: 'Save', ... }; groups of words may lie in it. */
export function words<const T extends Words>(both: T): Picked<T> {
    const choose = (all: Words): unknown => Object.fromEntries(Object.entries(all).map(
        ([key, one]) => [key, Array.isArray(one) ? one[lang === 'en' ? 1 : 0]
            : choose(one as Words)]));
    return choose(both) as Picked<T>;
}

type Codes = Readonly<Record<string, readonly [string, string]>>;

/* Within words(): the words of codes that the program gives, looked up by any text. */
export function codes(both: Codes): Codes {
    return both;
}

/* parse.ts - What a clerk types in a hurry, read: "5/11", "0511", "hn"; "1.500.000"; "14h30". Each
 * answers null where it cannot be sure, and the field says how to write it. */
import { addDays, dayOf, fold } from './format';
import { lang } from './lang';
import { VALUES as W } from './words';

export type Read<T> = { value: T | null } | { wrong: string };

function isoOf(day: number, month: number, year: number): string | null {
    const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-` +
        String(day).padStart(2, '0');
    const time = Date.parse(text + 'T00:00:00Z');
    return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text ? text : null;
}

/* A day without its year is the last one that was, for a register is written afterwards; `ahead`
 * takes the nearest one instead, for plans and deadlines. */
function nearest(day: number, month: number, today: string, ahead: boolean): string | null {
    const year = Number(today.slice(0, 4));
    const near = [year - 1, year, year + 1].map((y) => isoOf(day, month, y))
        .filter((d): d is string => d !== null);
    const past = near.filter((d) => d <= today);
    if (!ahead) return past[past.length - 1] ?? null;
    return near.find((d) => d >= addDays(today, -60)) ?? null;
}

export function readDate(typed: string, ahead = false, now: number = Date.now()): Read<string> {
    const text = fold(typed);
    const today = dayOf(now);
    if (text === '') return { value: null };
    if (['hn', 'hom nay', 'today'].includes(text)) return { value: today };
    if (['hq', 'hom qua', 'yesterday'].includes(text)) return { value: addDays(today, -1) };
    if (['mai', 'ngay mai', 'tomorrow'].includes(text)) return { value: addDays(today, 1) };
    let value: string | null = null;
    let m: RegExpExecArray | null;
    if ((m = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)) !== null)
        value = isoOf(Number(m[3]), Number(m[2]), Number(m[1]));
    else if ((m = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})$/.exec(text)) !== null)
        value = isoOf(Number(m[1]), Number(m[2]), Number(m[3]) + (m[3]!.length === 2 ? 2000 : 0));
    else if ((m = /^(\d{2})(\d{2})(\d{4})$/.exec(text)) !== null)
        value = isoOf(Number(m[1]), Number(m[2]), Number(m[3]));
    else if ((m = /^(\d{1,2})[/.\- ](\d{1,2})$/.exec(text)) !== null ||
        (m = /^(\d{2})(\d{2})$/.exec(text)) !== null)
        value = nearest(Number(m[1]), Number(m[2]), today, ahead);
    return value === null ? { wrong: W.notDay } : { value };
}

/* What stands between thousands. The sign of the other language could mean two things, so it is asked
 * about. */
const GROUPS = lang === 'en' ? /[, \u00a0]/g : /[. \u00a0]/g;
const GROUPED = lang === 'en' ? /^\d{1,3}([, \u00a0]\d{3})+$/ : /^\d{1,3}([. \u00a0]\d{3})+$/;

/* "1.500.000", "1 500 000" and "1500000"; in English "1,500,000". */
export function readInt(typed: string): Read<number> {
    const text = typed.trim();
    if (text === '') return { value: null };
    if (/^\d+$/.test(text) || GROUPED.test(text)) {
        const value = Number(text.replace(GROUPS, ''));
        if (Number.isSafeInteger(value)) return { value };
    }
    return { wrong: W.notInt };
}

/* "5", "4,5", "4.25" points as hundredths. */
export function readPoints(typed: string): Read<number> {
    const m = /^(\d{1,4})(?:[.,](\d{1,2}))?$/.exec(typed.trim());
    if (typed.trim() === '') return { value: null };
    if (m === null) return { wrong: W.notPoints };
    return { value: Number(m[1]) * 100 + Number((m[2] ?? '0').padEnd(2, '0')) };
}

/* "14:30 5/11", "5/11 14h30", "14h" (of today). */
export function readInstant(typed: string, now: number = Date.now()): Read<number> {
    const text = fold(typed);
    if (text === '') return { value: null };
    const m = /(?:^|\s)(\d{1,2})(?:h|g|:)(\d{2})?(?=\s|$)/.exec(text);
    const rest = (m === null ? text : text.replace(m[0], ' ')).trim();
    const day = rest === '' ? { value: dayOf(now) } : readDate(rest, false, now);
    const hour = m === null ? 0 : Number(m[1]);
    const minute = m === null ? 0 : Number(m[2] ?? '0');
    if ('wrong' in day || day.value === null || hour > 23 || minute > 59)
        return { wrong: W.notInstant };
    const clock = String(hour).padStart(2, '0') + ':' + String(minute).padStart(2, '0');
    return { value: Date.parse(`${day.value}T${clock}:00+07:00`) };
}

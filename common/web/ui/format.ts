/* format.ts - How values are written for people: dates, numbers and points as Vietnamese writes them,
 * and as the commands write them under --lang en (days as ISO 8601). Days and hours are those of
 * Việt Nam, whatever the machine believes its zone to be. */
import { lang, pick } from './lang';
import { VALUES as W } from './words';

const ZONE_MS = 7 * 3600 * 1000;
const DAY_MS = 86400 * 1000;

export const DASH = '–';

function two(n: number): string {
    return n < 10 ? '0' + n : String(n);
}

/* "2020-11-05" as "05/11/2020"; in English as it is. */
export function showDate(iso: string | null | undefined): string {
    if (iso === null || iso === undefined) return DASH;
    const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso);
    return m === null || lang === 'en' ? iso : `${m[3]}/${m[2]}/${m[1]}`;
}

/* Whole hundredths, rounded down as the commands do: of two whole numbers, for 29/100 as a fraction
 * is less than 0.29. */
export function percentOf(part: number, all: number): number {
    return Math.floor(part * 100 / all);
}

export function showShortDate(iso: string): string {
    return lang === 'en' ? iso : showDate(iso).slice(0, 5);
}

function local(ms: number): Date {
    return new Date(ms + ZONE_MS);
}

export function dayOf(ms: number): string {
    return local(ms).toISOString().slice(0, 10);
}

export function showTime(ms: number): string {
    const d = local(ms);
    return two(d.getUTCHours()) + ':' + two(d.getUTCMinutes());
}

export function showInstant(ms: number | null | undefined): string {
    return ms === null || ms === undefined ? DASH : showTime(ms) + ' ' + showDate(dayOf(ms));
}

/* As one says it: "02:14 hôm nay", "22:05 hôm qua", "22:05 ngày 03/11". */
export function showWhen(ms: number | null | undefined, now: number = Date.now()): string {
    if (ms === null || ms === undefined) return W.never;
    const days = daysBetween(dayOf(ms), dayOf(now));
    if (days === 0) return W.today(showTime(ms));
    if (days === 1) return W.yesterday(showTime(ms));
    const day = dayOf(ms);
    const year = day.slice(0, 4) === dayOf(now).slice(0, 4);
    return W.onDay(showTime(ms), year ? showShortDate(day) : showDate(day));
}

export function daysBetween(from: string, to: string): number {
    return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

export function addDays(iso: string, days: number): string {
    return new Date(Date.parse(iso) + days * DAY_MS).toISOString().slice(0, 10);
}

const GROUP = pick('.', ',');
const POINT = pick(',', '.');

/* 1234567 as "1.234.567"; in English "1,234,567". */
export function showInt(n: number | null | undefined): string {
    if (n === null || n === undefined) return DASH;
    return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, GROUP);
}

/* 9239 hundredths as "92,39"; in English "92.39". */
export function showPoints(c: number | null | undefined): string {
    if (c === null || c === undefined) return DASH;
    const size = Math.abs(c);
    return (c < 0 ? '-' : '') + Math.floor(size / 100) + POINT + two(size % 100);
}

/* 1234 tenths as "123,4"; in English "123.4". */
export function showTenths(n: number): string {
    return showInt(Math.floor(n / 10)) + POINT + n % 10;
}

/* Without trailing zeros: 500 as "5", 150 as "1,5". */
export function showShortPoints(c: number): string {
    return showPoints(c).replace(/[.,]?0+$/, '');
}

const ROMAN = ['', 'I', 'II', 'III', 'IV', 'V'];

export function roman(n: number): string {
    return ROMAN[n] ?? String(n);
}

/* "ADMIN/2020-11" as "Tháng 11/2020", "…-Q4" as "Quý IV/2020"; in English "November 2020", "Q4 2020". */
export function showPeriod(key: string): string {
    const code = key.includes('/') ? key.slice(key.indexOf('/') + 1) : key;
    let m = /^(\d{4})-(\d\d)$/.exec(code);
    if (m !== null) return W.month(Number(m[2]), m[1]!);
    m = /^(\d{4})-Q(\d)$/.exec(code);
    if (m !== null) return W.quarter(roman(Number(m[2])), m[2]!, m[1]!);
    m = /^(\d{4})-H(\d)$/.exec(code);
    if (m !== null) return W.half(m[2]!, m[1]!);
    return /^\d{4}$/.test(code) ? W.year(code) : code;
}

/* Without what kind of period it is, which stands beside it: "IV/2020". */
export function shortPeriod(key: string): string {
    return showPeriod(key).replace(/^(Quý|Năm|Tháng|Year) /, '');
}

/* The same inside a sentence: "quý IV/2020". */
export function inPeriod(key: string): string {
    const text = showPeriod(key);
    return lang === 'en' && !/^(Year|First|Second) /.test(text) ? text
        : text.charAt(0).toLowerCase() + text.slice(1);
}

/* Without marks and case: "Trộm xe" reads as "trom xe". */
export function fold(text: string): string {
    return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[đĐ]/g, 'd')
        .toLowerCase().trim();
}

/* 13 as "còn 13 ngày", "hôm nay", "chậm 2 ngày" for days late (negative: days left). */
export function showLate(days: number): string {
    if (days === 0) return W.dueToday;
    return days > 0 ? W.late(days) : days === -1 ? W.dueTomorrow : W.left(-days);
}

/* Without the code of a rule or an error, which is for a log. */
export function plain(text: string): string {
    return text.replace(/\[[A-Z]\d{2,3}\] /g, '');
}

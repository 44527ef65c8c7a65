/* trend_data.ts - The communes over the periods as the page gets them, and what can be shown of them. */
import { DASH, roman, showInt, showPoints, showShortPoints } from '../../common/web/ui/format';
import { TRENDS as W } from './words/trends';

export interface TrendUnit {
    unit: string;
    rank: number | null;
    final_c: number | null;
    areas_c: (number | null)[] | null;
    items: Record<string, number | null> | null;
    incidents: number;
    incidents_outside: string;
    households: number;
    per_1000_c: number | null;
    reports_due: number;
    reports_in_time: number;
}

export interface Trends {
    period: string;
    periods: { period: string; version: number | null; units: TrendUnit[] }[];
    communes: { unit: string; name: string }[];
    criteria: { code: string; name: string; area: number; max_c: number }[];
    areas_max_c: number[];
}

/* Something that a commune has in a period. */
export interface Measure {
    key: string;
    title: string;
    of: (unit: TrendUnit) => number | null;
    show: (value: number) => string;
    axis: (value: number) => string;
    max?: number; /* what can be had */
    few?: boolean; /* the less the better */
    small?: boolean; /* counts: one or two stay within the district */
}

/* In 1/100 percent; nothing due is nothing late. */
function onTime(unit: TrendUnit): number | null {
    return unit.reports_due === 0 ? null
        : Math.floor((unit.reports_in_time * 10000) / unit.reports_due);
}

const percent = (c: number) => `${Math.floor(c / 100)}%`;

export function measuresOf(trends: Trends): Measure[] {
    const points = { show: showPoints, axis: showShortPoints };
    return [
        { key: 'rank', title: W.rank, of: (u) => u.rank, show: String, axis: String, few: true },
        { key: 'final', title: W.final, of: (u) => u.final_c, ...points },
        ...trends.areas_max_c.map((max, i): Measure => ({ key: `area${i + 1}`, max, ...points,
            title: W.area(roman(i + 1)), of: (u) => u.areas_c?.[i] ?? null })),
        { key: 'rate', title: W.rate, of: (u) => u.per_1000_c, ...points, few: true, small: true },
        { key: 'incidents', title: W.incidents, of: (u) => u.incidents, show: showInt, axis: String,
            few: true, small: true },
        { key: 'ontime', title: W.onTime, of: onTime, show: percent, axis: percent, max: 10000 },
    ];
}

export function criterionMeasure(c: Trends['criteria'][number]): Measure {
    return { key: c.code, title: `${c.code} ${c.name}`, of: (u) => u.items?.[c.code] ?? null,
        show: showPoints, axis: showShortPoints, max: c.max_c };
}

/* The value as text; `outside` as a paper may have it. */
export function textOf(measure: Measure, unit: TrendUnit | undefined, outside = false): string {
    const value = unit === undefined ? null : measure.of(unit);
    if (value === null || unit === undefined) return DASH;
    if (outside && measure.small === true && unit.incidents_outside !== String(unit.incidents))
        return measure.key === 'incidents' ? unit.incidents_outside : DASH;
    return measure.show(value);
}

/* What stands on the screen and on paper may differ. */
export function hidesOutside(measure: Measure, unit: TrendUnit): boolean {
    return textOf(measure, unit) !== textOf(measure, unit, true);
}

export function unitIn(trends: Trends, period: number, unit: string): TrendUnit | undefined {
    return trends.periods[period]?.units.find((u) => u.unit === unit);
}

export function series(trends: Trends, unit: string, measure: Measure): (number | null)[] {
    return trends.periods.map((_, i) => {
        const found = unitIn(trends, i, unit);
        return found === undefined ? null : measure.of(found);
    });
}

/* The middle of all communes in each period, half up. */
export function medians(trends: Trends, measure: Measure): (number | null)[] {
    return trends.periods.map((p) => {
        const all = p.units.map(measure.of).filter((v): v is number => v !== null)
            .sort((a, b) => a - b);
        if (all.length === 0) return null;
        const high = all[Math.floor(all.length / 2)]!;
        return all.length % 2 === 1 ? high : Math.floor((all[all.length / 2 - 1]! + high + 1) / 2);
    });
}

/* The number of the same period a year before; -1: not among them. */
export function lastYear(trends: Trends): number {
    const m = /^(.*\/)?(\d{4})(.*)$/.exec(trends.period);
    if (m === null) return -1;
    const before = `${m[1] ?? ''}${Number(m[2]) - 1}${m[3]}`;
    return trends.periods.findIndex((p) => p.period === before);
}

export function boundsOf(measure: Measure, all: (number | null)[]): { low: number; high: number } {
    const values = all.filter((v): v is number => v !== null);
    if (measure.key === 'rank') return { low: 1, high: Math.max(2, ...values) };
    return { low: 0, high: measure.max ?? Math.max(1, ...values) };
}

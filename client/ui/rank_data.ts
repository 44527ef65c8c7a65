/* rank_data.ts - The published table as the page gets it, and what follows from it. */
import { addDays, dayOf } from '../../common/web/ui/format';

export interface RankRow {
    rank: number | null;
    unit: { unit: string; name: string };
    final_c: number | null;
    area1_c: number | null;
    area2_c: number | null;
    area3_c: number | null;
    area4_c: number | null;
    area5_c: number | null;
    bonus_c: number | null;
    penalty_c: number | null;
    grade: string | null;
    coverage_c: number | null;
    note: { place?: string; shared?: boolean; tie?: string; caps?: string; provisional?: boolean };
    items: Record<string, number | null>; /* points by criterion; null: does not apply */
    moved: number | null; /* places up since the period before */
}

export interface RankView {
    period: string;
    sheet: string;
    version: number;
    state: string;
    published_at: number;
    units_due: number;
    units_scored: number;
    rows: RankRow[];
    own_unit: string;
    criteria: { code: string; name: string; max_c: number; area: number }[];
    signature_valid?: boolean;
}

export interface HistoryPoint {
    period: string;
    rank: number | null;
    final_c: number | null;
    median_c: number | null;
    best_c: number | null;
    units_scored: number;
}

/* Half up, as the program rounds. */
export function medianOf(values: number[]): number | null {
    const sorted = [...values].sort((a, b) => a - b);
    const n = sorted.length;
    if (n === 0) return null;
    const high = sorted[Math.floor(n / 2)]!;
    return n % 2 === 1 ? high : Math.floor((sorted[n / 2 - 1]! + high + 1) / 2);
}

export interface Compared {
    code: string;
    name: string;
    area: number;
    max_c: number;
    mine: number | null;
    median: number | null;
    best: number | null;
}

export function compare(view: RankView): Compared[] {
    const own = view.rows.find((r) => r.unit.unit === view.own_unit)?.items;
    return view.criteria.map((c) => {
        const points = view.rows.map((r) => r.items[c.code])
            .filter((p): p is number => typeof p === 'number');
        return {
            ...c, mine: own?.[c.code] ?? null, median: medianOf(points),
            best: points.length === 0 ? null : Math.max(...points),
        };
    });
}

/* Five working days after the day of publication. */
export function appealDeadline(publishedAt: number): string {
    let day = dayOf(publishedAt);
    for (let left = 5; left > 0;) {
        day = addDays(day, 1);
        const weekday = new Date(day).getUTCDay();
        if (weekday !== 0 && weekday !== 6) left--;
    }
    return day;
}

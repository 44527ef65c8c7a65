/* shapes.ts - What the program's commands answer, put together as a screen shows it. Everything that
 * knows how an answer looks, beyond rows, stands here. */
import { at, get, query } from '../../common/web/ui/api';
import type { Row, Rows } from '../../common/web/ui/catalogue';
import { dayOf } from '../../common/web/ui/format';
import { medianOf, type HistoryPoint, type RankRow, type RankView } from './rank_data';
import type { Own, Score } from './self_score';
import { session } from './session';

/* ---- what is due ---- */

export interface DueItem {
    kind: string;
    table: string;
    key: string;
    name: string;
    due_at: number;
    late_days: number;
    next: string;
}

export interface Today {
    day: string;
    items: DueItem[];
    open: number;
    returned: { period: string; reason: string | null }[];
}

interface TodayAnswer {
    day: string;
    due: { kind: string; row: { table: string; key: string; name: string }; due: number;
        days_late: number; next: string }[];
    inbox: { open: number };
}

export async function readToday(): Promise<Today> {
    const [answer, reports] = await Promise.all([
        get<TodayAnswer>('today').then(withTitles),
        get<Rows>('rows/report' + query({ receipt_state: 'returned', limit: 20 })),
    ]);
    return {
        day: answer.day,
        open: answer.inbox.open,
        items: answer.due.map((d) => ({
            kind: d.kind, table: d.row.table, key: d.row.key, name: d.row.name, due_at: d.due,
            late_days: d.days_late, next: d.next,
        })).sort((a, b) => b.late_days - a.late_days),
        returned: reports.rows.filter((r) => r.unit === session.get()?.unit && cameBack(r))
            .map((r) => ({
                period: String(r.period),
                reason: typeof r.returned_cells === 'string' ? r.returned_cells : null,
            })),
    };
}

/* A directive is known by its paper, not by the number that the program gave it. */
async function withTitles(answer: TodayAnswer): Promise<TodayAnswer> {
    if (!answer.due.some((d) => d.kind === 'directive_due')) return answer;
    const { rows } = await get<Rows>('rows/directive' + query({ limit: 200 }));
    for (const { kind, row } of answer.due) {
        const paper = kind === 'directive_due' ? rows.find((r) => r._key === row.key) : undefined;
        if (paper === undefined) continue;
        const parts = [paper.document_no, paper.title]
            .filter((t): t is string => typeof t === 'string' && t !== '');
        if (parts.length > 0) row.name = parts.join(': ');
    }
    return answer;
}

/* ---- figures of the villages ---- */

export interface ReturnCell {
    village: string;
    indicator: string;
    value: number | null;
    state: string | null;
    previous: number | null;
    last_year: number | null;
    warning: string | null;
}

export interface Returns {
    period: string;
    period_state: string;
    starts_on: string | null;
    ends_on: string | null;
    villages: { unit: string; name: string; households: number | null }[];
    indicators: { indicator: string; name: string; nature: string }[];
    cells: ReturnCell[];
}

interface ReturnsAnswer extends Omit<Returns, 'cells' | 'period_state'> {
    state: string;
    cells: (Omit<ReturnCell, 'previous' | 'warning'> & {
        before: number | null; warnings: { text: string }[];
    })[];
}

const MONTHS = 'rows/period' + query({ kind: 'month', limit: 200 });

/* The month to type now: the first that is open, else the last that has begun. */
async function monthToType(): Promise<string | null> {
    const months = (await get<Rows>(MONTHS)).rows.sort((a, b) => (a._key < b._key ? -1 : 1));
    const open = months.find((m) => m.state === 'open' || m.state === 'closing');
    const begun = months.filter((m) => String(m.starts_on) <= dayOf(Date.now()));
    return (open ?? begun[begun.length - 1])?._key ?? null;
}

export async function readReturns(asked: string): Promise<Returns | null> {
    const period = asked === '' ? await monthToType() : asked;
    if (period === null) return null;
    const [answer, one] = await Promise.all([
        get<ReturnsAnswer>('returns' + query({ period })),
        get<{ row: Row }>('rows/' + at('period', period)),
    ]);
    return {
        ...answer,
        period_state: answer.state,
        starts_on: one.row.starts_on as string | null,
        ends_on: one.row.ends_on as string | null,
        cells: answer.cells.map((c) => ({
            ...c, previous: c.before,
            warning: c.warnings.length === 0 ? null : c.warnings.map((w) => w.text).join('; '),
        })),
    };
}

/* ---- reports ---- */

/* The district gave it back, and nothing was done about that yet: its word stands in the row until it
 * has received the report anew. */
export function cameBack(report: { receipt_state?: unknown; state?: unknown; _sync?: unknown }): boolean {
    return report.receipt_state === 'returned' && report.state === 'sent' &&
        report._sync !== 'waiting';
}

export interface Report {
    period: string;
    kind: string;
    due_at: number;
    period_state: string;
    state: string | null;
    submitted_at: number | null;
    approved_at: number | null;
    received_at: number | null;
    receipt_state: string | null;
    late_days: number | null;
    narrative: string | null;
    returned_cells: string | null;
    returned_at: number | null;
    _sync: string | null;
}

export async function readReports(): Promise<Report[]> {
    const [answer, written] = await Promise.all([
        get<{ reports: Report[] }>('reports?all=1'),
        get<Rows>('rows/report' + query({ unit: session.get()?.unit, limit: 500 })),
    ]);
    return answer.reports.map((r) => {
        const row = written.rows.find((w) => w.period === r.period && w.type === r.kind);
        const pick = (name: string) => (row?.[name] ?? null) as never;
        return {
            ...r, approved_at: pick('approved_at'), received_at: pick('received_at'),
            late_days: pick('late_days'), narrative: pick('narrative'),
            returned_cells: pick('returned_cells'), returned_at: pick('returned_at'),
        };
    });
}

export interface OneReport {
    report: Report;
    score: Score | null; /* the facts of the period; a month may have none */
}

export async function readReport(period: string): Promise<OneReport | null> {
    const [all, score] = await Promise.all([
        readReports(),
        get<Score>('score' + query({ period })).catch(() => null),
    ]);
    const report = all.find((r) => r.period === period);
    return report === undefined ? null : { report, score };
}

/* ---- scores and rankings ---- */

export async function readScore(period: string | null): Promise<Score> {
    const score = await get<Score>('score' + query({ period }));
    const own = await get<Rows>('rows/self_score' + query({ period: score.period, limit: 200 }));
    return {
        ...score,
        self: own.rows.filter((r) => r.unit === session.get()?.unit && r.voided_at === null)
            .map((r) => ({
                criterion: String(r.criterion).split('/').pop() ?? '',
                points_c: r.points_c, proposed_c: r.proposed_c, note: r.note, evidence: r.evidence,
            }) as Own),
    };
}

interface HistoryAnswer {
    rows: { period: string; unit: string; rank: number | null; final_c: number | null;
        moved: number | null }[];
}

interface RankAnswer extends Omit<RankView, 'rows' | 'own_unit' | 'criteria'> {
    rows: RankRow[];
    items: Record<string, Record<string, number | null>>;
}

export async function readRank(period: string | null): Promise<RankView> {
    const answer = await get<RankAnswer>('rank' + query({ period }));
    const [criteria, history] = await Promise.all([
        get<Rows>('rows/criterion' + query({ sheet: answer.sheet, kind: 'item', limit: 200 })),
        get<HistoryAnswer>('rank/history'),
    ]);
    const movedOf = (unit: string) => history.rows
        .find((h) => h.period === answer.period && h.unit === unit)?.moved ?? null;
    return {
        ...answer,
        own_unit: session.get()?.unit ?? '',
        criteria: criteria.rows.sort((a, b) => Number(a.sort) - Number(b.sort)).map((c) => ({
            code: String(c.code), name: String(c.name), max_c: Number(c.max_points_c),
            area: Number(c.area),
        })),
        rows: answer.rows.map((r) => ({
            ...r, items: answer.items[r.unit.unit] ?? {}, moved: movedOf(r.unit.unit),
        })),
    };
}

export async function readHistory(): Promise<HistoryPoint[]> {
    const { rows } = await get<HistoryAnswer>('rank/history');
    return [...new Set(rows.map((r) => r.period))].map((period) => {
        const all = rows.filter((r) => r.period === period);
        const points = all.map((r) => r.final_c).filter((p): p is number => p !== null);
        const own = all.find((r) => r.unit === session.get()?.unit);
        return {
            period, rank: own?.rank ?? null, final_c: own?.final_c ?? null,
            median_c: medianOf(points), best_c: points.length === 0 ? null : Math.max(...points),
            units_scored: points.length,
        };
    });
}

/* ---- this machine ---- */

/* A copy of the file that this machine made and read through. */
export interface Copy { at: number; file: string; bytes?: number; there: boolean }

export interface Machine {
    version: string;
    catalogue: number; /* of the tables and columns: what the district compares */
    device: number | null;
    letter: string | null;
    machine: string | null;
    others: { device: number; name: string; since: number }[]; /* of the same office */
    file: string;
    last_backup: { at: number; file: string } | null;
    copies: Copy[]; /* the newest first */
    checks: { check: string; result: string; detail: string }[];
}

export async function readMachine(): Promise<Machine> {
    const [machine, doctor] = await Promise.all([
        get<Machine>('machine'),
        get<{ checks: Machine['checks'] }>('doctor?quick=1').catch(() => ({ checks: [] })),
    ]);
    return { ...machine, checks: doctor.checks };
}

/* trend_map.tsx - The communes on the map, shaded by one measure, and the same figures as a table. */
import { Card } from '../../common/web/ui/basics';
import { DASH } from '../../common/web/ui/format';
import { DistrictMap, type MapValue } from '../../common/web/ui/map';
import { link } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import {
    hidesOutside, lastYear, measuresOf, textOf, unitIn, type Measure, type Trends, type TrendUnit,
} from './trend_data';
import { TRENDS as W } from './words/trends';

const SHADES = 5;

interface Scale {
    shade: (value: number) => number;
    steps: { shade: number; from: number; to: number }[];
}

/* Five steps of equal width from the least to the most; of ranks the first is the strongest. */
function scaleOf(measure: Measure, values: number[]): Scale {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const wide = (high - low + 1) / SHADES;
    const step = (value: number) => Math.min(SHADES - 1, Math.floor((value - low) / wide));
    const shadeOf = (at: number) => measure.key === 'rank' ? SHADES - at : at + 1;
    const steps = Array.from({ length: SHADES }, (_, i) => i).map((i) => ({
        shade: shadeOf(i), from: Math.ceil(low + i * wide), to: Math.ceil(low + (i + 1) * wide) - 1,
    })).filter((s) => s.from <= Math.min(s.to, high));
    return { shade: (value) => shadeOf(step(value)), steps };
}

export function TrendMap({ trends, measure }: { trends: Trends; measure: Measure }) {
    const last = trends.periods.length - 1;
    const units = trends.periods[last]?.units ?? [];
    const values = units.map(measure.of).filter((v): v is number => v !== null);
    const scale = values.length > 0 ? scaleOf(measure, values) : null;
    const drawn = new Map<string, MapValue>(units.map((u) => {
        const value = measure.of(u);
        return [u.unit.split('@')[0] ?? '', {
            text: textOf(measure, u),
            said: value === null ? W.noValue : `${measure.title} ${textOf(measure, u)}`,
            shade: value === null || scale === null ? 0 : scale.shade(value),
        }];
    }));
    return (
        <div class="trend-map">
            {/* A shade tells a hidden count as a figure does. */}
            <div class={units.some((u) => hidesOutside(measure, u)) ? 'no-print' : ''}>
                <Card title={measure.title} aside={W.source}>
                    <p class="muted">{W.mapLead}</p>
                    <DistrictMap values={drawn} label={measure.title} across />
                    {scale !== null && <Legend scale={scale} measure={measure} />}
                </Card>
            </div>
            <Figures trends={trends} measure={measure} />
        </div>
    );
}

function Legend({ scale, measure }: { scale: Scale; measure: Measure }) {
    return (
        <ul class="legend" aria-label={W.legend}>
            {scale.steps.map((s) => (
                <li key={s.shade}>
                    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                        <rect class={`shade${s.shade}`} width="16" height="16" />
                    </svg>
                    {s.from === s.to ? measure.show(s.from)
                        : `${measure.show(s.from)} – ${measure.show(s.to)}`}
                </li>
            ))}
        </ul>
    );
}

interface Line {
    unit: string;
    name: string;
    now: TrendUnit | undefined;
    before: TrendUnit | undefined;
    year: TrendUnit | undefined;
}

/* A value as it may be shown here, and as it may be on paper. */
export function Value({ measure, unit }: { measure: Measure; unit: TrendUnit | undefined }) {
    if (unit === undefined) return <>{DASH}</>;
    if (!hidesOutside(measure, unit)) return <>{textOf(measure, unit)}</>;
    return (
        <>
            <span class="no-print">{textOf(measure, unit)}</span>
            <span class="only-print">{textOf(measure, unit, true)}</span>
        </>
    );
}

function byValue(measure: Measure): (a: Line, b: Line) => number {
    const of = (line: Line) => line.now === undefined ? null : measure.of(line.now);
    return (a, b) => {
        const x = of(a);
        const y = of(b);
        if (x === null || y === null) return Number(x === null) - Number(y === null);
        /* Their place would tell what paper hides. */
        const hidden = Number(hidesOutside(measure, a.now!)) - Number(hidesOutside(measure, b.now!));
        if (hidden !== 0) return hidden;
        return (measure.key === 'rank' ? x - y : y - x) || a.unit.localeCompare(b.unit);
    };
}

function Figures({ trends, measure }: { trends: Trends; measure: Measure }) {
    const last = trends.periods.length - 1;
    const year = lastYear(trends);
    const lines: Line[] = trends.communes.map((c) => ({ ...c, now: unitIn(trends, last, c.unit),
        before: unitIn(trends, last - 1, c.unit), year: unitIn(trends, year, c.unit) }));
    const incidents = measuresOf(trends).find((m) => m.key === 'incidents')!;
    const columns: TableColumn<Line>[] = [
        { key: 'unit', title: W.commune, main: true, cell: (l) => l.name },
        { key: 'now', title: W.now, number: true, cell: (l) =>
            <b><Value measure={measure} unit={l.now} /></b> },
        { key: 'before', title: W.before, number: true, cell: (l) =>
            <Value measure={measure} unit={l.before} /> },
        { key: 'year', title: W.lastYear, number: true, cell: (l) =>
            <Value measure={measure} unit={l.year} /> },
        ...measure.key !== 'rate' ? [] : [
            { key: 'incidents', title: W.incidents, number: true, narrow: true, cell: (l: Line) =>
                <Value measure={incidents} unit={l.now} /> },
            { key: 'households', title: W.households, number: true, narrow: true,
                cell: (l: Line) => String(l.now?.households ?? DASH) }],
    ];
    return (
        <DataTable dense caption={measure.title} columns={columns} keyOf={(l) => l.unit}
            rows={lines.sort(byValue(measure))}
            href={(l) => link(['ban-do'], { period: trends.period, xem: 'commune', xa: l.unit })} />
    );
}

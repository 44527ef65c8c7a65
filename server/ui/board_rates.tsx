/* board_rates.tsx - Đầy đủ, đúng hạn: of a period and the four before it, by commune and of all together. */
import { useState } from 'preact/hooks';
import { query } from '../../common/web/ui/api';
import { ErrorText, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { DASH, percentOf, showInt, showPeriod } from '../../common/web/ui/format';
import { DataTable, type Sort, type TableColumn } from '../../common/web/ui/table';
import { RATES as W } from './words/board';

interface Rate {
    period: string;
    unit: string | null; /* null: all together */
    name: string;
    reports_due: number;
    reports_given: number;
    reports_in_time: number;
    cells_asked: number;
    cells_filled: number;
}

interface Line {
    unit: string | null;
    name: string;
    of: Map<string, Rate>;
}

const MEASURES = {
    given: { part: 'reports_given', all: 'reports_due' },
    filled: { part: 'cells_filled', all: 'cells_asked' },
    in_time: { part: 'reports_in_time', all: 'reports_due' },
} as const;
type Measure = keyof typeof MEASURES;

function linesOf(rates: Rate[]): Line[] {
    const lines = new Map<string | null, Line>();
    for (const rate of rates) {
        const line = lines.get(rate.unit) ?? { unit: rate.unit, name: rate.name, of: new Map() };
        line.of.set(rate.period, rate);
        lines.set(rate.unit, line);
    }
    return [...lines.values()];
}

/* Nothing asked is no rate: it comes after all others, whichever way they are sorted. */
function rateOf(rate: Rate | undefined, measure: Measure): number | null {
    const { part, all } = MEASURES[measure];
    return rate === undefined || rate[all] === 0 ? null : rate[part] / rate[all];
}

function sorted(lines: Line[], sort: Sort, measure: Measure): Line[] {
    const way = sort.down ? -1 : 1;
    const units = lines.filter((l) => l.unit !== null).sort((a, b) => {
        const x = rateOf(a.of.get(sort.key), measure);
        const y = rateOf(b.of.get(sort.key), measure);
        if (sort.key === 'unit' || x === y) return (sort.key === 'unit' ? way : 1) *
            a.name.localeCompare(b.name, 'vi');
        return x === null ? 1 : y === null ? -1 : way * (x - y);
    });
    return [...units, ...lines.filter((l) => l.unit === null)];
}

function Share({ rate, measure }: { rate: Rate | undefined; measure: Measure }) {
    if (rate === undefined || rateOf(rate, measure) === null) return <>{DASH}</>;
    const { part, all } = MEASURES[measure];
    return <><b>{percentOf(rate[part], rate[all])} %</b>{' '}
        <span class="muted">{showInt(rate[part])}/{showInt(rate[all])}</span></>;
}

export function BoardRates({ period }: { period: string }) {
    const found = useApi<{ period: string; rates: Rate[] }>('board/rates' + query({ period }));
    const [measure, setMeasure] = useState<Measure>('given');
    const [sort, setSort] = useState<Sort>({ key: 'unit', down: false });
    if (found.data === null || found.data.period !== period)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const { rates } = found.data;
    const periods = [...new Set(rates.map((r) => r.period))];
    const columns: TableColumn<Line>[] = [
        { key: 'unit', title: W.unit, main: true, sortable: true,
            cell: (l) => l.unit === null ? <b>{W.all}</b> : l.name },
        ...periods.map((p, i): TableColumn<Line> => ({ key: p, title: showPeriod(p), number: true,
            sortable: true, narrow: i > 1, short: true,
            cell: (l) => <Share rate={l.of.get(p)} measure={measure} /> })),
    ];
    return (
        <>
            <div class="filters open"><div class="field">
                <Combo id="measure" label={W.measure} value={measure}
                    choices={(Object.keys(MEASURES) as Measure[]).map((m) =>
                        ({ value: m, text: W.measures[m] }))}
                    onChange={(m) => setMeasure(m as Measure)} />
            </div></div>
            <p class="tab-lead muted">{W.rules[measure]} {W.source}</p>
            <DataTable dense caption={W.caption(W.measures[measure])} columns={columns}
                rows={sorted(linesOf(rates), sort, measure)} keyOf={(l) => l.unit ?? ''}
                sort={sort} onSort={setSort} rowClass={(l) => l.unit === null ? 'sum' : ''} />
        </>
    );
}

/* rank_course.tsx - The ranks of each commune over the published periods of one kind, and how far each has
 * moved since the first of them. */
import { at, query } from '../../common/web/ui/api';
import { useApi } from '../../common/web/ui/cell';
import { DASH, showPeriod } from '../../common/web/ui/format';
import { link } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import type { Trends } from './trend_data';
import { RANK as W } from './words/rank';

const PERIODS = 6;

interface Line {
    unit: string;
    name: string;
    ranks: (number | null)[];
}

export function RankCourse({ period }: { period: string }) {
    const found = useApi<Trends>(at('trends', period) + query({ last: PERIODS }));
    const told = found.data?.period === period ? found.data : null; /* not the period before's */
    const shown = told?.periods.filter((p) => p.version !== null) ?? [];
    if (told === null || shown.length < 2) return null;
    const lines: Line[] = told.communes.map((c) => ({ ...c, ranks: shown.map((p) =>
        p.units.find((u) => u.unit === c.unit)?.rank ?? null) }));
    const columns: TableColumn<Line>[] = [
        { key: 'unit', title: W.unit, main: true, cell: (l) => l.name },
        ...shown.map((p, i): TableColumn<Line> => ({ key: p.period, title: showPeriod(p.period),
            number: true, narrow: i < shown.length - 2, cell: (l) => l.ranks[i] ?? DASH })),
        { key: 'moved', title: W.movedAll, cell: (l) => movedOf(l.ranks) },
    ];
    return (
        <section class="rank-caps no-print">
            <h2>{W.course}</h2>
            <DataTable dense caption={W.course} rows={lines.sort(byLast)} columns={columns}
                keyOf={(l) => l.unit} href={(l) => link(['ban-do'],
                    { period, xem: 'commune', xa: l.unit })} />
        </section>
    );
}

function byLast(a: Line, b: Line): number {
    const last = a.ranks.length - 1;
    return (a.ranks[last] ?? Infinity) - (b.ranks[last] ?? Infinity) ||
        a.unit.localeCompare(b.unit);
}

function movedOf(ranks: (number | null)[]): string {
    const known = ranks.filter((r): r is number => r !== null);
    return known.length < 2 ? DASH : W.movedBy(known[0]!, known[known.length - 1]!);
}

/* rank_history.tsx - This commune's points and rank over the published periods. */
import { Card, ErrorText, Waiting } from '../../common/web/ui/basics';
import { useRead } from '../../common/web/ui/cell';
import { DASH, showPeriod, showPoints, showShortPoints } from '../../common/web/ui/format';
import { Lines } from '../../common/web/ui/lines';
import { DataTable } from '../../common/web/ui/table';
import type { RankView } from './rank_data';
import { readHistory } from './shapes';
import { RANK as W } from './words/rank';

export function RankHistory({ view }: { view: RankView }) {
    const found = useRead('rank/history', readHistory);
    const all = found.data;
    if (all === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    /* Quarters with quarters, years with years. */
    const quarter = /-Q/.test(view.period);
    const periods = all.filter((p) => /-Q/.test(p.period) === quarter);
    const names = periods.map((p) => showPeriod(p.period).replace(/^(Quý|Năm|Tháng) /, ''));
    return (
        <>
            {periods.length > 1 ? (
                <>
                    <Card title={W.historyTitle}>
                        <Lines label={W.historyTitle} names={names} show={showShortPoints} series={[
                            { name: W.best, kind: 'best', values: periods.map((p) => p.best_c) },
                            { name: W.median, kind: 'median',
                                values: periods.map((p) => p.median_c) },
                            { name: W.mine, kind: 'own', values: periods.map((p) => p.final_c) },
                        ]} />
                    </Card>
                    <Card title={W.historyRank}>
                        <Lines label={W.historyRank} names={names} show={String} down series={[
                            { name: W.mine, kind: 'own', values: periods.map((p) => p.rank) },
                        ]} />
                    </Card>
                </>
            ) : <p class="muted under">{W.historyNone}</p>}
            <DataTable caption={W.historyTitle} rows={[...periods].reverse()}
                keyOf={(p) => p.period} columns={[
                    { key: 'period', title: W.period, main: true,
                        cell: (p) => showPeriod(p.period) },
                    { key: 'rank', title: W.rank, number: true, cell: (p) => p.rank === null ? DASH
                        : `${p.rank}/${p.units_scored}` },
                    { key: 'final', title: W.mine, number: true,
                        cell: (p) => showPoints(p.final_c) },
                    { key: 'median', title: W.median, number: true,
                        cell: (p) => showPoints(p.median_c) },
                    { key: 'best', title: W.best, number: true, cell: (p) => showPoints(p.best_c) },
                ]} />
        </>
    );
}

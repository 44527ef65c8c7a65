/* rank.tsx - Xếp hạng: the published table, this commune's points against the others', the map, the
 * course over the periods, appeals. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { fileAt, query } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, LinkButton, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import type { Rows } from '../../common/web/ui/catalogue';
import { useApi, useRead } from '../../common/web/ui/cell';
import { DASH, inPeriod, showInstant, showPoints } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { PeriodPicker } from './period_picker';
import { RankOwn } from './rank_own';
import type { RankRow, RankView } from './rank_data';
import { readRank } from './shapes';
import { RANK as W } from './words/rank';

type Part = 'table' | 'own' | 'map' | 'history';

/* Drawings come when they are first looked at. */
function Later({ load, view }: {
    load: () => Promise<ComponentType<{ view: RankView }>>; view: RankView;
}) {
    const [View, setView] = useState<ComponentType<{ view: RankView }> | null>(null);
    const [failed, setFailed] = useState<unknown>(null);
    useEffect(() => {
        load().then((found) => setView(() => found), setFailed);
    }, []);
    if (failed !== null) return <ErrorText error={failed} />;
    return View === null ? <Waiting /> : <View view={view} />;
}

const loadMap = () => import('./rank_map').then((m) => m.RankMap);
const loadHistory = () => import('./rank_history').then((m) => m.RankHistory);

export default function RankScreen() {
    const { params } = useRoute();
    const period = params.get('period');
    const part = (params.get('xem') ?? 'table') as Part;
    const found = useRead('rank/' + (period ?? ''), () => readRank(period));
    const published = useApi<Rows>('rows/ranking' + query({ limit: 1 }));
    const view = found.data;
    const set = (more: Record<string, string>) =>
        replace(['xep-hang'], { ...Object.fromEntries(params), ...more });
    if (view === null)
        return (
            <Screen title={W.title}>
                {published.data?.total === 0 ? <Empty title={W.none}>{W.noneText}</Empty>
                    : found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
                        : <Waiting />}
            </Screen>
        );
    const absent = view.rows.filter((r) => r.rank === null && r.final_c === null);
    return (
        <Screen title={`${W.title} ${inPeriod(view.period)}`} lead={<>
            {W.published(view.version, showInstant(view.published_at))}.{' '}
            {W.scored(view.units_scored, view.units_due)}.{' '}
            {absent.length > 0 && <Mark tone="wait">
                {W.missing(absent.map((r) => r.unit.name).join(', '))}</Mark>}
        </>} actions={<>
            <LinkButton icon="file" file href={fileAt('ranking', { period: view.period })}>
                {W.file}</LinkButton>
            {part === 'table' && <Button icon="print" keys="Ctrl+P" onClick={() => print()}>
                {W.print}</Button>}
            <PeriodPicker kind="published" label={W.period} value={view.period}
                onChange={(v) => set({ period: v })} />
        </>}>
            <Tabs label={W.tabsLabel} chosen={part} onChoose={(id) => set({ xem: id })}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) => ({ id, title: W.tabs[id] }))} />
            {part === 'table' && <Board view={view} />}
            {part === 'own' && <RankOwn view={view} />}
            {part === 'map' && <Later key="map" load={loadMap} view={view} />}
            {part === 'history' && <Later key="history" load={loadHistory} view={view} />}
        </Screen>
    );
}

function Move({ row }: { row: RankRow }) {
    if (row.rank === null) return <>{DASH}</>;
    if (row.moved === null) return <span class="muted">{W.isNew}</span>;
    const step = row.moved;
    if (step === 0) return <span class="muted">{W.same}</span>;
    return <Mark tone={step > 0 ? 'info' : 'plain'} icon={step > 0 ? 'up' : 'down'}>
        {step > 0 ? W.up(step) : W.down(-step)}</Mark>;
}

function Grade({ row }: { row: RankRow }) {
    const { grade, caps } = gradeOf(row);
    return (
        <span class="grade">{grade}
            {row.note.provisional === true && <small class="muted"> {W.provisional}</small>}
            {caps !== '' && <small class="muted caps">{caps}</small>}
        </span>
    );
}

export function gradeText(row: RankRow): string {
    const { grade, caps } = gradeOf(row);
    return caps === '' ? grade : `${grade} (${caps})`;
}

function gradeOf(row: RankRow): { grade: string; caps: string } {
    const status = row.note.place ?? '';
    if (W.status[status] !== undefined) return { grade: W.status[status]!, caps: '' };
    const caps = (row.note.caps ?? '').split(/\s+/).filter((c) => c !== '')
        .map((c) => W.caps[c] ?? c).join(', ');
    return { grade: W.grades[row.grade ?? 'none'] ?? row.grade ?? DASH, caps };
}

function Board({ view }: { view: RankView }) {
    const area = (n: 1 | 2 | 3 | 4 | 5): TableColumn<RankRow> => ({
        key: 'area' + n, title: W.areas[n - 1]!, number: true, narrow: true,
        cell: (r) => showPoints(r[`area${n}_c`]),
    });
    const columns: TableColumn<RankRow>[] = [
        { key: 'rank', title: W.rank, number: true, cell: (r) => r.rank === null ? DASH
            : <b>{r.rank}{r.note.shared === true && '='}</b> },
        { key: 'unit', title: W.unit, main: true, cell: (r) => r.unit.name },
        { key: 'final', title: W.final, number: true, cell: (r) => <b>{showPoints(r.final_c)}</b> },
        { key: 'move', title: W.move, narrow: true, short: true, cell: (r) => <Move row={r} /> },
        area(1), area(2), area(3), area(4), area(5),
        { key: 'bonus', title: W.bonus, number: true, narrow: true,
            cell: (r) => showPoints(r.bonus_c) },
        { key: 'penalty', title: W.penalty, number: true, narrow: true,
            cell: (r) => showPoints(r.penalty_c) },
        { key: 'coverage', title: W.coverage, number: true, cell: (r) => coverageText(r) },
        { key: 'grade', title: W.grade, cell: (r) => <Grade row={r} /> },
    ];
    return (
        <>
            <DataTable dense caption={W.title} rows={view.rows} columns={columns}
                keyOf={(r) => r.unit.unit}
                rowClass={(r) => r.unit.unit === view.own_unit ? 'own' : ''} />
            <p class="field-hint">{/-Q/.test(view.period) && W.quarterGrade}</p>
        </>
    );
}

/* How much of what is due was confirmed: never left out, for points stand on it. */
function coverageText(row: RankRow): string {
    return row.coverage_c === null ? DASH : Math.floor(row.coverage_c / 100) + '%';
}

export function OwnHead({ view }: { view: RankView }) {
    const own = view.rows.find((r) => r.unit.unit === view.own_unit);
    if (own === undefined) return null;
    return (
        <Card>
            <div class="score-total">
                <p class="big-number">{own.rank === null ? DASH
                    : W.place(own.rank, view.units_scored)}</p>
                <p class="big-number second">{W.points(showPoints(own.final_c))}</p>
                <p>{gradeText(own)} {own.moved !== null && <Move row={own} />}</p>
                <p>{W.coverageOwn} <b>{coverageText(own)}</b>{' '}
                    {own.note.provisional === true &&
                        <Mark tone="wait">{W.provisional}</Mark>}</p>
            </div>
        </Card>
    );
}

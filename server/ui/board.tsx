/* board.tsx - Bảng xã: the communes at a glance, those that somebody should call first. */
import type { ComponentChildren } from 'preact';
import { query } from '../../common/web/ui/api';
import { Empty, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { showInt, showWhen } from '../../common/web/ui/format';
import { link, replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { BoardRates } from './board_rates';
import { STEPS, type Movement } from './movement_data';
import { PeriodChoice, usePeriods } from './periods';
import { BOARD as W } from './words/board';
import { MOVEMENT } from './words/movement';

interface BoardRow {
    unit: string;
    name: string;
    call: string[];
    last_heard_at_ms: number;
    last_confirmed_at_ms: number;
    report_state: string;
    late_days: number;
    waiting: number;
    held: number;
    refused: number;
    conflicts: number;
    requests: number;
    offset_ms: number;
    software: string;
}

interface Board {
    period: string;
    sent: number;
    to_call: number;
    rows: BoardRow[];
}

export default function BoardScreen() {
    const { params } = useRoute();
    const board = useApi<Board>('board' + query({ period: params.get('period') }));
    const periods = usePeriods();
    if (board.data === null)
        return (
            <Screen title={W.title}>
                {board.error !== null ? <ErrorText error={board.error} retry={board.reload} />
                    : <Waiting />}
            </Screen>
        );
    const { rows, period } = board.data;
    const part = params.get('xem') ?? 'now';
    return (
        <Screen title={W.title} lead={W.live} actions={periods !== null &&
            <PeriodChoice label={W.period} value={period} periods={periods}
                onChange={(p) => replace(['bang-xa'], part === 'now' ? { period: p }
                    : { period: p, xem: part })} />}>
            <Tabs label={W.tabsLabel} chosen={part}
                onChoose={(xem) => replace(['bang-xa'], { period, xem })}
                tabs={Object.entries(W.tabs).map(([id, title]) => ({ id, title }))} />
            {part === 'rates' ? <BoardRates period={period} />
                : rows.length === 0 ? <Empty title={W.none} /> : <>
                <Totals board={board.data} />
                <Models />
                <DataTable dense caption={W.title} rows={rows} columns={filled(rows)}
                    keyOf={(r) => r.unit} rowClass={(r) => r.call.length > 0 ? 'needs-call' : ''} />
            </>}
        </Screen>
    );
}

function Totals({ board }: { board: Board }) {
    const { rows } = board;
    const sum = (of: (row: BoardRow) => number) => rows.reduce((n, row) => n + of(row), 0);
    const all = rows.length;
    return (
        <dl class="totals">
            <Total title={W.sent}>{W.ofAll(board.sent, all)}</Total>
            <Total title={W.toCall}>{W.ofAll(board.to_call, all)}</Total>
            <Total title={W.lateUnits}>
                {W.ofAll(rows.filter((r) => r.late_days > 0).length, all)}</Total>
            <Total title={W.held2}>{showInt(sum((r) => r.held))}</Total>
            <Total title={W.refused2}>{showInt(sum((r) => r.refused))}</Total>
        </dl>
    );
}

/* How far the models of all communes are, in a line; more of it behind the link. */
function Models() {
    const totals = useApi<Movement>('movement').data?.totals;
    if (totals === undefined) return null;
    return (
        <p class="board-models muted"><a href={link(['phong-trao'])}>{W.models}</a>{': '}
            {STEPS.map((s) => `${MOVEMENT.steps[s]} ${W.ofAll(totals[s], totals.units)}`).join(' › ')}
        </p>
    );
}

function Total({ title, children }: { title: string; children: ComponentChildren }) {
    return <div><dt>{title}</dt><dd>{children}</dd></div>;
}

function Call({ row }: { row: BoardRow }) {
    if (row.call.length === 0) return <Mark tone="ok">{W.noCall}</Mark>;
    return <Mark tone="bad">{row.call.map((c) => W.calls[c] ?? c).join(', ')}</Mark>;
}

function Report({ row }: { row: BoardRow }) {
    const text = W.reports[row.report_state] ?? row.report_state;
    return (
        <>
            {row.report_state === 'not_received' ? <Mark tone="wait">{text}</Mark> : text}
            {row.late_days > 0 && <Mark tone="bad">{W.late(row.late_days)}</Mark>}
        </>
    );
}

/* A column in which nothing stands takes room from those that say something. */
function filled(rows: BoardRow[]): TableColumn<BoardRow>[] {
    return COLUMNS.filter((c) => c.narrow !== true || rows.some((row) => c.cell(row) !== ''));
}

/* Nothing is nothing to read. */
function count(n: number): string {
    return n > 0 ? showInt(n) : '';
}

function when(ms: number): string {
    return ms > 0 ? showWhen(ms) : W.never;
}

function numbers(key: string, title: string, of: (row: BoardRow) => number): TableColumn<BoardRow> {
    return { key, title, number: true, narrow: true, cell: (r) => count(of(r)) };
}

const COLUMNS: TableColumn<BoardRow>[] = [
    { key: 'unit', title: W.unit, main: true, cell: (r) => r.name },
    { key: 'call', title: W.call, cell: (r) => <Call row={r} /> },
    { key: 'report', title: W.report, cell: (r) => <Report row={r} /> },
    { key: 'heard', title: W.heard, short: true, cell: (r) => when(r.last_heard_at_ms) },
    { key: 'confirmed', title: W.confirmed, short: true, narrow: true,
        cell: (r) => when(r.last_confirmed_at_ms) },
    numbers('waiting', W.waiting, (r) => r.waiting),
    numbers('held', W.held, (r) => r.held),
    numbers('refused', W.refused, (r) => r.refused),
    numbers('conflicts', W.conflicts, (r) => r.conflicts),
    numbers('requests', W.requests, (r) => r.requests),
    { key: 'clock', title: W.clock, number: true, narrow: true, cell: (r) =>
        Math.trunc(r.offset_ms / 1000) !== 0 ? W.seconds(Math.trunc(r.offset_ms / 1000)) : '' },
    { key: 'software', title: W.software, narrow: true, short: true, cell: (r) => r.software },
];

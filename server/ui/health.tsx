/* health.tsx - Sức khỏe: what is wrong first, each with what to do; then the syncs, the file, the disk,
 * the backup. The same figures as status, doctor and /metrics. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get, send } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Screen, Waiting, type Tone } from '../../common/web/ui/basics';
import { changes, useApi, useCell } from '../../common/web/ui/cell';
import { DASH, showDate, showInt, showWhen } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { HEALTH as W } from './words/health';

interface Day {
    day: string;
    sessions: number;
    complete: number;
    bytes_in: number;
    bytes_out: number;
    round_trips: number;
    average_ms: number;
    most_ms: number;
}

interface Outcome {
    outcome: string;
    outcome_text?: string;
    count: number;
    last_at_ms: number | null;
    unit_text?: string;
}

interface Health {
    days: Day[];
    outcomes: Outcome[];
    database_bytes: number;
    disk_free_bytes: number;
    backup_at_ms: number | null;
    turns: number;
    turn_ms: number;
    turn_most_ms: number;
}

interface Kind {
    kind: string;
    kind_text?: string;
    count: number;
    last_at_ms: number;
    who: string;
    code: string;
}

interface Status {
    running: boolean;
    started_at_ms?: number;
    connections?: number;
    files?: number;
    kinds?: Kind[];
}

interface Check {
    check: string;
    check_text?: string;
    result: string;
    detail: string;
    next_step: string;
}

const TONES: Record<string, Tone> = { fine: 'ok', look: 'wait', broken: 'bad' };

export default function HealthScreen() {
    const doctor = useDoctor();
    const health = useApi<Health>('health');
    const status = useApi<Status>('status');
    return (
        <Screen title={W.title} lead={W.lead} actions={
            <Button icon="sync" busy={doctor.busy} onClick={doctor.examine}>{W.examine}</Button>}>
            {health.data !== null && status.data !== null
                ? <Figures health={health.data} status={status.data} />
                : <Failed of={[health, status]} />}
            {doctor.data !== null ? <Examined doctor={doctor.data} /> : <Failed of={[doctor]} />}
            {doctor.data !== null && doctor.error !== null && <ErrorText error={doctor.error} />}
            {health.data !== null && <Syncs health={health.data} />}
            {status.data !== null && <Troubles kinds={status.data.kinds ?? []} />}
        </Screen>
    );
}

interface Doctor {
    checks: Check[]; /* the quick ones, of now */
    examined: { at_ms: number; took_ms: number; checks: Check[] } | null;
    examining: boolean;
}

/* Asked once, and again when a person wants it; what happens in the file asks for nothing, but for the
 * end of an examination that runs. */
function useDoctor() {
    const [data, setData] = useState<Doctor | null>(null);
    const [error, setError] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const change = useCell(changes);
    const read = async (begin: boolean) => {
        setBusy(true);
        setError(null);
        try {
            if (begin) await send('POST', 'doctor', {});
            setData(await get<Doctor>('doctor'));
        } catch (failed) {
            setError(failed);
        } finally {
            setBusy(false);
        }
    };
    const waits = data?.examining === true;
    useEffect(() => {
        if (data === null || waits) void read(false);
    }, [change]);
    return { data, error, busy: busy || waits, reload: () => void read(false), examine: () => void read(true) };
}

/* The quick checks are of now; the others, which read the whole file, of the last examination. */
function Examined({ doctor }: { doctor: Doctor }) {
    const quick = new Set(doctor.checks.map((c) => c.check));
    const kept = (doctor.examined?.checks ?? []).filter((c) => !quick.has(c.check));
    return (
        <>
            <Checks checks={[...doctor.checks, ...kept]} />
            <p class="muted">{doctor.examining ? W.examining : doctor.examined === null ? W.neverExamined
                : W.examinedAt(showWhen(doctor.examined.at_ms), showInt(Math.ceil(doctor.examined.took_ms / 1000)))}</p>
        </>
    );
}

function Failed({ of }: { of: { error: unknown; reload: () => void }[] }) {
    const bad = of.find((f) => f.error !== null);
    return bad !== undefined ? <ErrorText error={bad.error} retry={bad.reload} /> : <Waiting />;
}

/* What could not be measured is told as less than nothing. */
function size(bytes: number): string {
    return bytes < 0 ? DASH : bytes < 1048576 ? W.kilo(showInt(Math.ceil(bytes / 1024)))
        : W.mega(showInt(Math.floor(bytes / 1048576)));
}

function Figure({ title, children, more }: {
    title: string; children: ComponentChildren; more?: string;
}) {
    return <div><dt>{title}</dt><dd>{children}{more !== undefined && more !== '' &&
        <small class="muted block">{more}</small>}</dd></div>;
}

function Figures({ health: h, status: s }: { health: Health; status: Status }) {
    return (
        <dl class="totals health-figures">
            <Figure title={W.running} more={W.since(showWhen(s.started_at_ms ?? 0))}>
                {s.running ? W.runs : W.stopped}</Figure>
            <Figure title={W.connections}>
                {W.ofAll(showInt(s.connections ?? 0), showInt(s.files ?? 0))}</Figure>
            <Figure title={W.turn} more={h.turns > 0 ? W.most(showInt(h.turn_most_ms)) : ''}>
                {h.turns > 0 ? W.average(showInt(Math.round(h.turn_ms / h.turns))) : DASH}</Figure>
            <Figure title={W.database}>{size(h.database_bytes)}</Figure>
            <Figure title={W.disk}>{size(h.disk_free_bytes)}</Figure>
            <Figure title={W.backup}>{h.backup_at_ms !== null ? showWhen(h.backup_at_ms)
                : W.none}</Figure>
        </dl>
    );
}

function checkColumns(todo: boolean): TableColumn<Check>[] {
    const list: TableColumn<Check>[] = [
        { key: 'check', title: W.check, main: true, cell: (c) => c.check_text ?? c.check },
        { key: 'result', title: W.result, cell: (c) => <Mark tone={TONES[c.result] ?? 'plain'}>
            {W.results[c.result] ?? c.result}</Mark> },
        { key: 'detail', title: W.detail, narrow: true, cell: (c) =>
            <span class="long">{c.detail}</span> },
    ];
    if (todo) list.push({ key: 'todo', title: W.todo, cell: (c) => c.next_step });
    return list;
}

function Checks({ checks }: { checks: Check[] }) {
    const bad = checks.filter((c) => c.result !== 'fine')
        .sort((a, b) => Number(b.result === 'broken') - Number(a.result === 'broken'));
    return (
        <>
            <h2 class="part">{W.alarms}</h2>
            {bad.length === 0 ? <p><Mark tone="ok">{W.noAlarms}</Mark></p>
                : <DataTable dense caption={W.alarms} rows={bad} keyOf={(c) => c.check}
                    columns={checkColumns(true)} />}
            <details class="part">
                <summary>{W.all}</summary>
                <DataTable dense caption={W.all} rows={checks} keyOf={(c) => c.check}
                    columns={checkColumns(false)} />
            </details>
        </>
    );
}

/* A code of the catalogue of errors; the other outcomes have a name only. */
function codeOf(outcome: string): string {
    return /^E\d/.test(outcome) ? outcome : '';
}

function number(key: string, title: string, of: (d: Day) => string, narrow = false): TableColumn<Day> {
    return { key, title, number: true, narrow, cell: of };
}

const DAYS: TableColumn<Day>[] = [
    { key: 'day', title: W.day, main: true, cell: (d) => showDate(d.day) },
    number('sessions', W.sessions, (d) => showInt(d.sessions)),
    number('complete', W.complete, (d) => showInt(d.complete)),
    number('in', W.in, (d) => size(d.bytes_in), true),
    number('out', W.out, (d) => size(d.bytes_out), true),
    number('rounds', W.rounds, (d) => showInt(d.round_trips), true),
    number('took', W.took, (d) => W.ms(showInt(d.average_ms)), true),
    number('longest', W.longest, (d) => W.ms(showInt(d.most_ms)), true),
];

const OUTCOMES: TableColumn<Outcome>[] = [
    { key: 'outcome', title: W.outcome, main: true, cell: (o) => o.outcome_text ?? o.outcome },
    { key: 'code', title: W.code, narrow: true, cell: (o) => codeOf(o.outcome) },
    { key: 'times', title: W.times, number: true, cell: (o) => showInt(o.count) },
    { key: 'last', title: W.last, short: true, cell: (o) => showWhen(o.last_at_ms) },
    { key: 'unit', title: W.unit, narrow: true, cell: (o) => o.unit_text ?? '' },
];

function Syncs({ health }: { health: Health }) {
    return (
        <>
            <h2 class="part">{W.syncs}</h2>
            {health.days.length === 0 ? <Empty title={W.noSyncs} /> : <>
                <DataTable dense caption={W.syncs} rows={health.days} columns={DAYS}
                    keyOf={(d) => d.day} />
                <h2 class="part">{W.outcomes}</h2>
                <DataTable dense caption={W.outcomes} rows={health.outcomes} columns={OUTCOMES}
                    keyOf={(o) => o.outcome} />
            </>}
        </>
    );
}

function Troubles({ kinds }: { kinds: Kind[] }) {
    const rows = kinds.filter((k) => k.count > 0);
    const columns: TableColumn<Kind>[] = [
        { key: 'kind', title: W.trouble, main: true, cell: (k) => k.kind_text ?? k.kind },
        { key: 'times', title: W.times, number: true, cell: (k) => showInt(k.count) },
        { key: 'last', title: W.last, short: true, cell: (k) => showWhen(k.last_at_ms) },
        { key: 'who', title: W.who, narrow: true, cell: (k) => k.who },
        { key: 'code', title: W.code, narrow: true, cell: (k) => codeOf(k.code) },
    ];
    return (
        <>
            <h2 class="part">{W.troubles}</h2>
            {rows.length === 0 ? <p class="muted">{W.noTroubles}</p>
                : <DataTable dense caption={W.troubles} rows={rows} columns={columns}
                    keyOf={(k) => k.kind} />}
        </>
    );
}

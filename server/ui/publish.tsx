/* publish.tsx - From the table of now to a published one: what is missing, who prepared it, who signs. */
import { useState } from 'preact/hooks';
import { ApiError, at, query, type Problem } from '../../common/web/ui/api';
import { Button, Card, ErrorText, Note, sentence } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { DASH, roman, showInstant, showPoints } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Line } from './line';
import { useOrder } from './order';
import { session } from './session';
import { PUBLISH as W } from './words/publish';
import { RANK } from './words/rank';

export interface Difference {
    unit: string;
    name?: string;
    what: string;
    area?: number;
    before: number | string | null;
    after: number | string | null;
}

interface Table {
    version: number;
    sheet: string;
    digest: string;
    document_no: string;
    missing_decision_no: string;
    rows: { unit: string; rank: number | null }[];
    differences: Difference[];
    accepts: number;
}

interface Prepared extends Table {
    by: string;
    at_ms: number;
}

interface Publication {
    two: boolean;
    prepared: Prepared | null;
    now: Table | null;
    against: Problem | null;
}

const NOT_SENT = 'E209';

export function Publish({ period, nameOf }: { period: string; nameOf: (unit: string) => string }) {
    const [decision, setDecision] = useState('');
    const [text, setText] = useState('');
    const found = useApi<Publication>(at('publications', period) +
        query({ missing_decision: decision }));
    const may = useCell(session)?.may ?? [];
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} /> : null;
    const { now, against, prepared } = found.data;
    return (
        <Card title={W.title}>
            <p class="field-hint">{W.lead}</p>
            {against !== null && <Note tone="wait">
                <strong>{W.against}: {sentence(against.sentence)}</strong>
                {against.facts !== null && against.facts !== undefined &&
                    <p class="facts">{against.facts}</p>}
            </Note>}
            {now !== null && <Note tone="info">{W.next(now.version)}{' '}
                {now.accepts > 0 && W.accepts(now.accepts)}</Note>}
            {may.includes('decide') && (against?.code === NOT_SENT || decision !== '') &&
                <Decision value={text} onSet={setText} onUse={() => setDecision(text)} />}
            {may.includes('decide') && now !== null &&
                <Prepare period={period} decision={decision} again={prepared !== null}
                    done={found.reload} />}
            {prepared !== null && <Waits prepared={prepared} period={period} nameOf={nameOf}
                done={found.reload} />}
        </Card>
    );
}

function Decision({ value, onSet, onUse }: {
    value: string; onSet: (text: string) => void; onUse: () => void;
}) {
    return (
        <form class="account-part" onSubmit={(event) => {
            event.preventDefault();
            onUse();
        }}>
            <Line id="decision" label={W.decision} type="text" value={value} complete="off"
                onInput={onSet} />
            <Button type="submit" disabled={value === ''}>{RANK.useDecision}</Button>
        </form>
    );
}

function Prepare({ period, decision, again, done }: {
    period: string; decision: string; again: boolean; done: () => void;
}) {
    const [document, setDocument] = useState('');
    const { busy, error, run } = useOrder(done);
    return (
        <>
            {error !== null && <ErrorText error={error} />}
            <div class="account-part">
                <Line id="document" label={W.document} type="text" value={document}
                    complete="off" needed={false} onInput={setDocument} />
                <Button kind={again ? 'plain' : 'main'} busy={busy} onClick={() => void run({
                    method: 'POST', path: at('publications', period, 'prepare'),
                    body: { document, missing_decision: decision }, done: W.done })}>
                    {again ? W.prepareAgain : W.prepare}</Button>
            </div>
        </>
    );
}

function Waits({ prepared, period, nameOf, done }: {
    prepared: Prepared; period: string; nameOf: (unit: string) => string; done: () => void;
}) {
    const who = useCell(session);
    const may = who?.may ?? [];
    const [signs, setSigns] = useState(false);
    const { busy, error, run } = useOrder(done);
    const own = prepared.by === who?.account;
    return (
        <>
            <Note tone="wait">
                <strong>{W.prepared(prepared.version, prepared.by, showInstant(prepared.at_ms))}</strong>
                <p>{W.digest}: <code>{prepared.digest.slice(0, 16)}</code></p>
                {may.includes('sign') && own && <p>{W.another}</p>}
                {!may.includes('sign') && <p>{W.notLeader}</p>}
            </Note>
            {error !== null && <ErrorText error={error} />}
            <div class="account-acts">
                {may.includes('sign') && !own && <Button kind="main" icon="check"
                    onClick={() => setSigns(true)}>{W.sign}</Button>}
                {may.includes('decide') && <Button busy={busy} onClick={() => void run({
                    method: 'POST', path: at('publications', period, 'withdraw'), body: {},
                    done: W.withdrawn })}>{W.withdraw}</Button>}
            </div>
            {signs && <Sign prepared={prepared} period={period} nameOf={nameOf} onClose={() => {
                setSigns(false);
                done();
            }} />}
        </>
    );
}

function Sign({ prepared, period, nameOf, onClose }: {
    prepared: Prepared; period: string; nameOf: (unit: string) => string; onClose: () => void;
}) {
    const { busy, error, run } = useOrder(onClose);
    const changes = error instanceof ApiError ? error.body.changes as Difference[] | undefined
        : undefined;
    const ranked = prepared.rows.filter((r) => r.rank !== null).length;
    return (
        <Dialog wide title={W.signTitle(prepared.version)} onClose={onClose} foot={
            <Button kind="main" busy={busy} onClick={() => void run({
                method: 'POST', path: at('publications', period, 'sign'),
                body: { digest: prepared.digest }, done: W.signed(prepared.version) })}>{W.sign}</Button>}>
            {error !== null && <ErrorText error={error} />}
            {changes !== undefined && changes.length > 0 && <>
                <h3>{W.changed}</h3>
                <Differences list={changes} nameOf={nameOf} caption={W.changed} />
            </>}
            <p>{W.signLead}</p>
            <p>{W.units(ranked, prepared.rows.length)}; {W.sheet} {prepared.sheet}
                {prepared.missing_decision_no !== '' &&
                    <>; {W.decisionShort} {prepared.missing_decision_no}</>}
                {prepared.document_no !== '' && <>; {W.documentShort} {prepared.document_no}</>}.
                {' '}{W.digest} <code>{prepared.digest.slice(0, 16)}</code>.</p>
            {prepared.accepts > 0 && <p>{W.accepts(prepared.accepts)}</p>}
            {prepared.version > 1 && <>
                <h3>{W.differs}</h3>
                <Differences list={prepared.differences} nameOf={nameOf} caption={W.differs} />
            </>}
        </Dialog>
    );
}

/* A number as what it is a number of. */
function shown(difference: Difference, value: number | string | null): string {
    if (value === null) return DASH;
    if (typeof value === 'string') return RANK.grades[value] ?? RANK.places[value] ?? value;
    const { what } = difference;
    if (what === 'final' || what === 'final_c' || what === 'area') return showPoints(value);
    if (what === 'grade') return GRADES[value] ?? DASH;
    if (what === 'place') return PLACES[value] ?? DASH;
    return value === 0 ? DASH : String(value);
}

/* Numbers of tq_place and tq_grade, as a version's list has them. */
const PLACES = ['ranked', 'provisional', 'not_enough', 'not_sent', 'last']
    .map((code) => RANK.places[code] ?? code);
const GRADES = ['', ...['excellent', 'good', 'fair', 'average', 'weak']
    .map((code) => RANK.grades[code] ?? code)];

export function Differences({ list, nameOf, caption }: {
    list: Difference[]; nameOf: (unit: string) => string; caption: string;
}) {
    if (list.length === 0) return <p class="muted">{W.differsNone}</p>;
    const columns: TableColumn<Difference>[] = [
        { key: 'unit', title: W.unit, main: true, cell: (d) => d.name ?? nameOf(d.unit) },
        { key: 'what', title: W.what, cell: (d) => (W.whats[d.what] ?? d.what) +
            (d.what === 'area' ? ' ' + roman(d.area ?? 0) : '') },
        { key: 'before', title: W.before, number: true, cell: (d) => shown(d, d.before) },
        { key: 'after', title: W.after, number: true, cell: (d) => shown(d, d.after) },
    ];
    return <DataTable dense caption={caption} rows={list} columns={columns}
        keyOf={(d) => [d.unit, d.what, d.area].join()} />;
}

interface Version {
    version: number;
    sheet: string;
    state: string;
    published_at_ms: number;
    units_due: number;
    units_scored: number;
    decision_no: string;
    differences: Difference[];
}

export function History({ period }: { period: string }) {
    const found = useApi<{ versions: Version[] }>(at('rank', period, 'versions'));
    if (found.data === null || found.data.versions.length === 0) return null;
    const columns: TableColumn<Version>[] = [
        { key: 'version', title: W.version, main: true, cell: (v) => v.version },
        { key: 'at', title: W.at, short: true, cell: (v) => showInstant(v.published_at_ms) },
        { key: 'state', title: W.state, cell: (v) => W.states[v.state] ?? v.state },
        { key: 'sheet', title: W.sheet, narrow: true, cell: (v) => v.sheet },
        { key: 'units', title: RANK.unit, narrow: true,
            cell: (v) => `${v.units_scored}/${v.units_due}` },
        { key: 'decision', title: W.decisionShort, narrow: true, cell: (v) => v.decision_no },
        { key: 'changes', title: W.changes, cell: (v) => W.changesOf(v.differences.length) },
    ];
    return <Card title={W.history}>
        <DataTable dense caption={W.history} rows={found.data.versions} columns={columns}
            keyOf={(v) => String(v.version)}
            href={(v) => '#/xep-hang' + query({ period, lan: v.version })} />
    </Card>;
}

/* The list that a version bears against the one before it. */
export function VersionDifferences({ period, version }: { period: string; version: string }) {
    const found = useApi<{ versions: Version[] }>(at('rank', period, 'versions'));
    const one = found.data?.versions.find((v) => String(v.version) === version);
    if (one === undefined || one.version === 1) return null;
    return <Card title={W.differs}>
        <Differences list={one.differences} nameOf={(u) => u} caption={W.differs} />
    </Card>;
}

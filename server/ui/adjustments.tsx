/* adjustments.tsx - Bonus and penalty of one commune in one period: what it proposed, what the district
 * decided, with the document. */
import { useEffect, useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Waiting, type Tone } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { showPoints, showShortPoints } from '../../common/web/ui/format';
import { readPoints } from '../../common/web/ui/parse';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import type { Assessment, Beside } from './assess';
import { FactsDialog } from './facts';
import { Line } from './line';
import { changedOnly, staleOf, useOrder } from './order';
import { session } from './session';
import { WhyButton } from './why';
import { ADJUSTMENTS as W, FACTS } from './words/assess';

interface Adjustment {
    _key: string;
    label: string | null;
    code: string;
    points_c: number | null;
    decided_c: number | null;
    reason: string | null;
    document_no: string | null;
    decision_no: string | null;
    state: 'proposed' | 'accepted' | 'refused';
}

const TONES: Record<string, Tone> = { proposed: 'wait', accepted: 'ok', refused: 'plain' };

/* Each with what it is made of: what counts nothing is left out. */
function Computed({ a }: { a: Assessment }) {
    const [asked, setAsked] = useState<Beside | null>(null);
    const rows = a.beside.filter((b) => b.kind === 'cap' ? b.holds
        : b.n > 0 || b.d > 0 || b.x > 0);
    const text = (b: Beside) => b.kind === 'cap' ? W.capHolds
        : (b.kind === 'penalty' ? '−' : '+') + showShortPoints(b.points_c);
    if (rows.length === 0) return null;
    return (
        <>
            <h2>{W.computed}</h2>
            <p class="muted">{W.computedLead}</p>
            <div class="story"><DataTable dense caption={W.computed} rows={rows} keyOf={(b) => b.code}
                columns={[
                    { key: 'code', title: W.code, main: true, cell: (b) => `${b.code} ${b.name}` },
                    { key: 'count', title: W.count, number: true, cell: (b) => b.kind === 'cap' ? ''
                        : b.n + b.d > 0 ? b.n + b.d : b.x },
                    { key: 'points', title: W.applied, cell: (b) => <button type="button" class="why"
                        aria-label={FACTS.title(b.code, text(b))} onClick={() => setAsked(b)}>
                        {text(b)}</button> },
                ]} /></div>
            {asked !== null && <FactsDialog a={a} onClose={() => setAsked(null)} c={{ ...asked,
                machine_c: asked.kind === 'cap' ? null : asked.points_c }} />}
        </>
    );
}

export function Adjustments({ a, unit, period }: { a: Assessment; unit: string; period: string }) {
    const found = useApi<{ rows: Adjustment[] }>('rows/adjustment' + query({ unit, period }));
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Adjustment | 'new' | null>(null);
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const { rows } = found.data;
    return (
        <>
            <Computed a={a} />
            <h2>{W.documents}</h2>
            <p class="muted">{W.lead}</p>
            {rows.length === 0 ? <Empty title={W.none} />
                : <div class="story"><DataTable dense caption={W.title} rows={rows}
                    keyOf={(r) => r._key} columns={columns(may, setAsked)} /></div>}
            {may && <p class="form-hint"><Button icon="plus" onClick={() => setAsked('new')}>
                {W.add}</Button></p>}
            {asked !== null && <Decide unit={unit} period={period}
                row={asked === 'new' ? null : asked} onClose={() => setAsked(null)} />}
        </>
    );
}

function columns(may: boolean, ask: (row: Adjustment) => void): TableColumn<Adjustment>[] {
    const list: TableColumn<Adjustment>[] = [
        { key: 'code', title: W.code, main: true, cell: (r) => <WhyButton name={W.codes[r.code] ?? r.code}
            cell={{ table: 'adjustment', key: r._key }}>{W.codes[r.code] ?? r.code}</WhyButton> },
        { key: 'reason', title: W.fact, narrow: true, cell: (r) =>
            [r.reason, r.document_no].filter((t) => t !== null).join('; ') },
        { key: 'points', title: W.asked, number: true, narrow: true, cell: (r) => showPoints(r.points_c) },
        { key: 'decided', title: W.decided, number: true, cell: (r) => showPoints(r.decided_c) },
        { key: 'state', title: W.state, cell: (r) => <>
            <Mark tone={TONES[r.state] ?? 'plain'}>{W.states[r.state] ?? r.state}</Mark>
            {r.decision_no !== null && <small class="muted">{r.decision_no}</small>}</> },
    ];
    if (may)
        list.push({ key: 'act', title: W.decide, cell: (r) => <Button small
            aria-label={`${W.decide}: ${W.codes[r.code] ?? r.code}`}
            onClick={() => ask(r)}>{W.decide}</Button> });
    return list;
}

function Decide({ unit, period, row, onClose }: {
    unit: string; period: string; row: Adjustment | null; onClose: () => void;
}) {
    const [code, setCode] = useState(row?.code ?? '');
    const [typed, setTyped] = useState(row === null ? ''
        : showShortPoints(row.decided_c ?? row.points_c ?? 0));
    const [reason, setReason] = useState(row?.reason ?? '');
    const [decision, setDecision] = useState(row?.decision_no ?? '');
    const [wrong, setWrong] = useState<string | null>(null);
    const { busy, error, run } = useOrder(onClose);
    /* Decided by somebody else meanwhile: told, and what was typed stays; pressed again it counts. */
    const [was, setWas] = useState<Record<string, unknown>>({ ...row });
    useEffect(() => {
        const stale = staleOf(error);
        if (stale !== null) setWas((all) => ({ ...all, ...stale }));
    }, [error]);
    const save = (state: 'accepted' | 'refused') => {
        const read = readPoints(typed);
        if ('wrong' in read || read.value === null)
            return setWrong('wrong' in read ? read.wrong : W.needed);
        if (code === '' || decision.trim() === '' || (row === null && reason.trim() === ''))
            return setWrong(W.allNeeded);
        const decided = { state, decided_c: read.value, decision_no: decision.trim() };
        void run(row !== null
            ? { method: 'PATCH', path: at('rows', 'adjustment', row._key),
                body: changedOnly(decided, was), done: W.done }
            : { method: 'POST', path: 'rows/adjustment', body: { values: { unit, period, code,
                points_c: read.value, reason: reason.trim(), ...decided } }, done: W.done });
    };
    return (
        <Dialog title={row === null ? W.add : W.codes[row.code] ?? row.code} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={() => save('accepted')}>{W.accept}</Button>
            {row !== null && <Button busy={busy} onClick={() => save('refused')}>{W.refuse}</Button>}
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            {wrong !== null && <p class="field-problem" role="alert">{wrong}</p>}
            {row === null && <div class="field">
                <label for="adjustment-code">{W.code}</label>
                <Combo id="adjustment-code" value={code} onChange={setCode} choices={
                    Object.entries(W.codes).map(([value, text]) => ({ value, text }))} />
            </div>}
            <Line id="adjustment-points" type="text" complete="off" label={W.decided} value={typed}
                onInput={setTyped} />
            {row === null ? <Line id="adjustment-reason" type="text" complete="off" label={W.fact}
                value={reason} onInput={setReason} /> : <p>{row.reason}</p>}
            <Line id="adjustment-decision" type="text" complete="off" label={W.decisionNo}
                value={decision} onInput={setDecision} />
        </Dialog>
    );
}

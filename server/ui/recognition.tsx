/* recognition.tsx - Công nhận: the two tests of the circular worked out beside what each commune wrote;
 * the villages behind them; the district decides. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Note, Waiting, type Tone } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { showDate } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog } from './form';
import type { Movement, MovementRow } from './movement_data';
import { PaperFoot, PaperHead } from './paper';
import { PrintButton } from './print';
import { session } from './session';
import { MOVEMENT, RECOGNITION as W, RECOGNITION_PAPER } from './words/movement';

type Asked = { what: 'decide' | 'facts'; row: MovementRow } | null;

export function RecognitionTable({ told }: { told: Movement }) {
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Asked>(null);
    return (
        <>
            <PaperHead title={RECOGNITION_PAPER.title} subject={MOVEMENT.yearOf(told.year)} />
            <div class="tab-head no-print">
                <p class="tab-lead muted">{W.lead(told.recognised_percent)} {W.cap}</p>
                <PrintButton>{W.print}</PrintButton>
            </div>
            <DataTable dense caption={W.title} rows={told.rows} keyOf={(r) => r.unit}
                columns={columns(told, may, setAsked)} />
            <PaperFoot />
            {asked?.what === 'decide' && <Decide row={asked.row} year={told.year}
                onClose={() => setAsked(null)} />}
            {asked?.what === 'facts' && <Villages row={asked.row} onClose={() => setAsked(null)} />}
        </>
    );
}

function Test({ met, n, all }: { met: boolean; n: number | null; all: number }) {
    return <Mark tone={met ? 'ok' : n === null ? 'wait' : 'bad'}>{W.ofAll(n, all)}</Mark>;
}

function Decision({ row }: { row: MovementRow }) {
    const r = row.recognition;
    if (!r.there) return <Mark tone="wait">{W.notThere}</Mark>;
    const tone: Tone = r.state !== 'decided' ? 'wait' : r.result === 'met' ? 'ok' : 'bad';
    return (
        <>
            <Mark tone={tone}>{r.state === 'decided' ? W.results[r.result ?? ''] ?? ''
                : W.states[r.state ?? ''] ?? ''}</Mark>
            {r.decision_no !== null && <small class="muted block">{r.decision_no}
                {r.decided_on !== null && `, ${showDate(r.decided_on)}`}</small>}
        </>
    );
}

function columns(told: Movement, may: boolean, ask: (asked: Asked) => void):
    TableColumn<MovementRow>[] {
    return [
        { key: 'unit', title: MOVEMENT.unit, main: true, cell: (r) => r.name },
        { key: 'villages', title: W.villages, number: true, narrow: true, cell: (r) => <>
            {r.villages}{r.recognition.villages_total !== null &&
                r.recognition.villages_total !== r.villages && <small class="muted block">
                {W.differs(r.recognition.villages_total)}</small>}</> },
        { key: 'registered', title: W.registered, cell: (r) => <Test n={r.recognition.villages_registered}
            met={r.recognition.all_registered} all={r.villages} /> },
        { key: 'recognised', title: W.recognised(told.recognised_percent), cell: (r) =>
            <Test n={r.recognition.villages_recognised} met={r.recognition.enough_recognised}
                all={r.villages} /> },
        { key: 'decision', title: W.decision, cell: (r) => <Decision row={r} /> },
        { key: 'act', title: W.act, cell: (r) => <span class="line-acts no-print">
            <Button small kind="quiet" aria-label={W.factsOf(r.name)}
                onClick={() => ask({ what: 'facts', row: r })}>{W.facts}</Button>
            {may && <Button small kind="quiet" aria-label={W.decideOf(r.name)}
                onClick={() => ask({ what: 'decide', row: r })}>{W.decide}</Button>}</span> },
    ];
}

function Decide({ row, year, onClose }: { row: MovementRow; year: number; onClose: () => void }) {
    const r = row.recognition;
    const choices = (words: Record<string, string>) =>
        Object.entries(words).map(([value, text]) => ({ value, text }));
    return (
        <FormDialog title={W.decideOf(row.name)} action={W.save} onClose={onClose} fields={[
            { name: 'state', label: W.state, kind: 'choice', needed: true, choices: choices(W.states),
                value: 'decided', was: r.state },
            { name: 'result', label: W.result, kind: 'choice', choices: choices(W.results),
                value: r.result ?? (r.all_registered && r.enough_recognised ? 'met' : 'not_met'),
                was: r.result },
            { name: 'decision_no', label: W.decisionNo, value: r.decision_no },
            { name: 'decided_on', label: W.decidedOn, kind: 'date',
                value: r.decided_on },
        ]} order={(values) => {
            if (values.state === 'decided' && (values.result === null || values.decision_no === null ||
                values.decided_on === null)) return W.decisionNeeded;
            const done = W.done;
            return r.there
                ? { method: 'PATCH', path: at('rows', 'recognition', `${row.unit};${year}`),
                    body: { values }, done }
                : { method: 'POST', path: 'rows/recognition',
                    body: { values: { unit: row.unit, year, ...values } }, done };
        }}>
            {!(r.all_registered && r.enough_recognised) && <Note tone="wait">{W.failing}</Note>}
        </FormDialog>
    );
}

interface Village {
    _key: string;
    name: string | null;
    full_name: string | null;
    valid_from: string | null;
    valid_to: string | null;
}

interface Covenant {
    village: string;
    adopted_on: string;
    state: string;
    state_text?: string;
}

/* The villages that the machine counts, each with its covenant. */
function Villages({ row, onClose }: { row: MovementRow; onClose: () => void }) {
    const found = useApi<{ rows: Village[] }>('rows/unit' +
        query({ parent: row.unit, level: 4, limit: 500 }));
    const covenants = useApi<{ rows: Covenant[] }>('rows/covenant' +
        query({ unit: row.unit, limit: 500 }));
    const of = (village: string) => [...covenants.data?.rows ?? []]
        .filter((c) => c.village === village).sort((a, b) => a.adopted_on.localeCompare(b.adopted_on))
        .pop();
    const columns: TableColumn<Village>[] = [
        { key: 'village', title: W.village, main: true, cell: (v) => v.full_name ?? v.name ?? v._key },
        { key: 'since', title: W.since, short: true, narrow: true, cell: (v) => showDate(v.valid_from) },
        { key: 'covenant', title: W.covenant, short: true, cell: (v) => showDate(of(v._key)?.adopted_on) },
        { key: 'state', title: W.covenantState, cell: (v) => of(v._key)?.state_text ?? '' },
    ];
    return (
        <Dialog wide title={W.factsOf(row.name)} onClose={onClose}>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {covenants.error !== null && <ErrorText error={covenants.error} retry={covenants.reload} />}
            {found.data === null || covenants.data === null ? <Waiting />
                : found.data.rows.length === 0 ? <Empty title={W.noVillages} />
                    : <DataTable dense caption={W.factsOf(row.name)} rows={found.data.rows}
                        keyOf={(v) => v._key} columns={columns} />}
        </Dialog>
    );
}

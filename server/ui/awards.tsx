/* awards.tsx - Khen thưởng: the decisions of a year and whom they praise, as a list to be printed. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { showDate, showPeriod } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog } from './form';
import { PaperFoot, PaperHead } from './paper';
import { usePeriods } from './periods';
import { PrintButton } from './print';
import { session } from './session';
import { useUnits } from './units';
import { WhyButton } from './why';
import { AWARDS as W, AWARDS_PAPER as P } from './words/movement';

interface Award {
    _key: string;
    decision_no: string | null;
    decided_on: string | null;
    recipient_unit: string | null;
    recipient_unit_text?: string;
    recipient_post: string | null;
    form: string | null;
    level: string | null;
    period: string | null;
    state: string;
}

/* Of this year: decided in it, proposed for a period of it, or not yet said. */
function isOf(a: Award, year: number): boolean {
    const said = a.decided_on ?? a.period?.slice(a.period.indexOf('/') + 1);
    return said === undefined || said.startsWith(String(year));
}

function nameOf(a: Award): string {
    return [a.recipient_post, a.recipient_unit_text ?? a.recipient_unit].filter((t) => t !== null &&
        t !== undefined && t !== '').join(', ');
}

export function Awards({ year }: { year: number }) {
    /* All that was decided in the year; of the others the newest, among them what is not decided. */
    const decided = useApi<{ rows: Award[] }>('rows/award' + query({ from: `${year}-01-01`,
        to: `${year}-12-31`, limit: 1000 }));
    const found = useApi<{ rows: Award[] }>('rows/award?limit=1000');
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Award | 'new' | null>(null);
    const failed = [decided, found].find((f) => f.error !== null);
    if (found.data === null || decided.data === null)
        return failed !== undefined ? <ErrorText error={failed.error} retry={failed.reload} />
            : <Waiting />;
    const all = new Map([...decided.data.rows, ...found.data.rows].map((a) => [a._key, a]));
    const rows = [...all.values()].filter((a) => isOf(a, year)).sort((a, b) =>
        (a.decided_on ?? '9').localeCompare(b.decided_on ?? '9') || nameOf(a).localeCompare(nameOf(b)));
    return (
        <>
            <PaperHead title={P.title} subject={P.subject(year)} />
            <div class="tab-head no-print">
                <span class="line-acts">
                    {may && <Button kind="main" icon="plus" onClick={() => setAsked('new')}>
                        {W.add}</Button>}
                    {rows.length > 0 && <PrintButton>{W.print}</PrintButton>}
                </span>
            </div>
            {rows.length === 0 ? <Empty title={W.none} />
                : <DataTable dense caption={W.title} rows={rows} keyOf={(a) => a._key}
                    columns={columns(rows, may, setAsked)} />}
            <PaperFoot />
            {asked !== null && <AwardForm row={asked === 'new' ? null : asked}
                onClose={() => setAsked(null)} />}
        </>
    );
}

function columns(rows: Award[], may: boolean, ask: (row: Award) => void): TableColumn<Award>[] {
    const list: TableColumn<Award>[] = [
        { key: 'number', title: W.number, number: true, narrow: true, cell: (a) => rows.indexOf(a) + 1 },
        { key: 'recipient', title: W.recipient, main: true, cell: (a) => <WhyButton name={nameOf(a)}
            cell={{ table: 'award', key: a._key }}>{nameOf(a)}</WhyButton> },
        { key: 'form', title: W.form, cell: (a) => a.form },
        { key: 'level', title: W.level, narrow: true, cell: (a) => W.levels[a.level ?? ''] ?? '' },
        { key: 'decision', title: W.decided, cell: (a) => a.decision_no === null ? ''
            : W.decisionOf(a.decision_no, showDate(a.decided_on)) },
        { key: 'state', title: W.state, narrow: true, cell: (a) =>
            <Mark tone={a.state === 'granted' ? 'ok' : 'wait'}>{W.states[a.state] ?? a.state}</Mark> },
    ];
    if (may)
        list.push({ key: 'act', title: W.act, cell: (a) => <span class="no-print"><Button small kind="quiet"
            aria-label={W.editOf(nameOf(a))} onClick={() => ask(a)}>{W.edit}</Button></span> });
    return list;
}

function choices(words: Record<string, string>) {
    return Object.entries(words).map(([value, text]) => ({ value, text }));
}

function AwardForm({ row, onClose }: { row: Award | null; onClose: () => void }) {
    const units = useUnits().map((u) => ({ value: u.unit, text: u.name }));
    const periods = (usePeriods() ?? []).map((p) => p.period).sort().reverse();
    return (
        <FormDialog wide title={row === null ? W.add : W.editOf(nameOf(row))} action={W.save}
            onClose={onClose} fields={[
                { name: 'recipient_unit', label: W.unit, kind: 'choice', choices: units,
                    value: row?.recipient_unit },
                { name: 'recipient_post', label: W.post, value: row?.recipient_post, hint: W.postHint },
                { name: 'form', label: W.form, value: row?.form, hint: W.formHint, needed: true },
                { name: 'level', label: W.level, kind: 'choice', choices: choices(W.levels),
                    value: row?.level ?? 'district', needed: true },
                { name: 'state', label: W.state, kind: 'choice', choices: choices(W.states),
                    value: row?.state ?? 'granted', needed: true },
                { name: 'decision_no', label: W.decisionNo, value: row?.decision_no },
                { name: 'decided_on', label: W.decidedOn, kind: 'date', value: row?.decided_on },
                { name: 'period', label: W.period, kind: 'choice', value: row?.period,
                    choices: [{ value: '', text: W.noPeriod },
                        ...periods.map((p) => ({ value: p, text: showPeriod(p) }))] },
            ]} order={(values) => {
                if (values.recipient_unit === null && values.recipient_post === null)
                    return W.recipientNeeded;
                if (values.state === 'granted' && (values.decision_no === null ||
                    values.decided_on === null)) return W.decisionNeeded;
                return row === null
                    ? { method: 'POST', path: 'rows/award', body: { values }, done: W.done }
                    : { method: 'PATCH', path: at('rows', 'award', row._key), body: { values },
                        done: W.done };
            }} />
    );
}

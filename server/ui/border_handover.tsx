/* border_handover.tsx - The standing unit goes round each year: who stood in for which year, the minutes
 * by which it was handed over, and who has signed them. */
import { useState } from 'preact/hooks';
import { at, get, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell, useRead } from '../../common/web/ui/cell';
import { showDate } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import type { Agreement } from './border_agree';
import { Signed, type Unsigned } from './border_signed';
import { FormDialog } from './form';
import { ReasonDialog, useOrder } from './order';
import { session } from './session';
import type { Unit } from './units';
import { HANDOVER as W } from './words/border_handover';

const TABLE = 'border_handover';

interface Handover {
    _key: string;
    label: string | null;
    year: number | null;
    unit: string;
    unit_text?: string;
    partner_unit: string | null;
    partner_unit_text?: string;
    standing: string | null;
    handed_on: string | null;
    minutes_no: string | null;
    signed_on: string | null;
    partner_signed_on: string | null;
    state: string;
    state_text?: string;
}

const nameOf = (h: Handover) => W.name(h.year === null ? '' : String(h.year),
    h.partner_unit_text ?? h.partner_unit ?? '');

export function Handovers() {
    const found = useApi<{ rows: Handover[] }>('rows/border_handover' + query({ limit: 1000 }));
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Handover | 'new' | null>(null);
    const [signs, setSigns] = useState<Unsigned | null>(null);
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const rows = [...found.data.rows].sort((a, b) => (b.year ?? 0) - (a.year ?? 0) ||
        nameOf(a).localeCompare(nameOf(b)));
    return (
        <>
            <div class="tab-head">
                <p class="tab-lead muted">{W.lead}</p>
                {may && <span class="line-acts"><Button kind="main" icon="plus"
                    onClick={() => setAsked('new')}>{W.add}</Button></span>}
            </div>
            {rows.length === 0 ? <Empty title={W.none}>{W.noneText}</Empty>
                : <DataTable dense caption={W.title} rows={rows} keyOf={(h) => h._key}
                    columns={columns(may, setAsked, setSigns)} />}
            {asked !== null && <HandoverForm row={asked === 'new' ? null : asked}
                onClose={() => setAsked(null)} />}
            {signs !== null && <Signed row={signs} onClose={() => setSigns(null)} />}
        </>
    );
}

function columns(may: boolean, ask: (row: Handover) => void, sign: (row: Unsigned) => void):
TableColumn<Handover>[] {
    const signed = (h: Handover, side: Unsigned['side']) => {
        const day = side === 'ours' ? h.signed_on : h.partner_signed_on;
        return day !== null ? showDate(day) : <Mark tone="wait">{W.unsigned}</Mark>;
    };
    const list: TableColumn<Handover>[] = [
        { key: 'year', title: W.year, main: true, cell: (h) => h.year === null ? '–' : String(h.year) },
        { key: 'unit', title: W.unit, narrow: true, cell: (h) => h.unit_text ?? h.unit },
        { key: 'partner', title: W.partner, cell: (h) => h.partner_unit_text ?? h.partner_unit ?? '' },
        { key: 'standing', title: W.standing, narrow: true, cell: (h) => h.standing ?? '' },
        { key: 'handed', title: W.handed, narrow: true, cell: (h) => [h.handed_on === null ? '' : showDate(h.handed_on),
            h.minutes_no ?? ''].filter((t) => t !== '').join(', ') },
        { key: 'ours', title: W.ours, narrow: true, cell: (h) => signed(h, 'ours') },
        { key: 'theirs', title: W.theirs, narrow: true, cell: (h) => signed(h, 'theirs') },
        { key: 'state', title: W.state, narrow: true, cell: (h) => h.state_text ?? h.state },
    ];
    if (may)
        list.push({ key: 'act', title: W.act, cell: (h) => <Acts row={h} ask={ask} sign={sign} /> });
    return list;
}

/* What was sent, or came, is changed no more here: it is signed. Minutes are signed, not their absence. */
function Acts({ row, ask, sign }: {
    row: Handover; ask: (row: Handover) => void; sign: (row: Unsigned) => void;
}) {
    const { busy, error, run } = useOrder();
    const [voids, setVoids] = useState(false);
    const draft = row.state === 'draft';
    const whole = row.handed_on !== null && row.minutes_no !== null && row.partner_unit !== null;
    const name = nameOf(row);
    const signs = (side: Unsigned['side']) => sign({ table: TABLE, key: row._key, name, side });
    return (
        <span class="cell-acts">
            {draft && <Button small kind="quiet" aria-label={W.editOf(name)} onClick={() => ask(row)}>
                {W.edit}</Button>}
            {whole && row.signed_on === null && <Button small aria-label={W.weOf(name)}
                onClick={() => signs('ours')}>{W.we}</Button>}
            {whole && row.partner_signed_on === null && <Button small aria-label={W.theyOf(name)}
                onClick={() => signs('theirs')}>{W.they}</Button>}
            {draft && whole && <Button small kind="main" busy={busy} aria-label={W.sendOf(name)}
                onClick={() => void run({ method: 'PATCH', path: at('rows', TABLE, row._key),
                    body: { values: { state: 'sent' }, was: { state: 'draft' } }, done: W.sent })}>
                {W.send}</Button>}
            {row.signed_on === null && row.partner_signed_on === null &&
                <Button small kind="quiet" aria-label={W.voidOf(name)}
                    onClick={() => setVoids(true)}>{W.void}</Button>}
            {voids && <ReasonDialog danger title={W.voidOf(name)} action={W.void} hint={W.voidHint}
                onClose={() => setVoids(false)} order={(reason) => ({ method: 'PATCH',
                    path: at('rows', TABLE, row._key), done: W.voided,
                    body: { values: { voided_at: Date.now(), void_reason: reason },
                        was: { voided_at: null, void_reason: null } } })} />}
            {error !== null && <ErrorText error={error} />}
        </span>
    );
}

interface Covered { side: 'a' | 'b'; communes: [string[], string[]] } /* of sides a and b */

/* What the agreements in force cover, of those that name hand-overs at all. */
async function readCovered(): Promise<Covered[]> {
    const { links } = await get<{ links: { name: string; state: string }[] }>('links');
    const shown = await Promise.all(links.filter((l) => l.state !== 'ended')
        .map((l) => get<Partial<Agreement> & { side: 'a' | 'b' }>(at('links', l.name))));
    const units = (list: { unit: string }[] | undefined) => (list ?? []).map((c) => c.unit);
    return shown.filter((a) => a.articles?.some((one) => one.table === TABLE) === true)
        .map((a) => ({ side: a.side, communes: [units(a.communes_a), units(a.communes_b)] }));
}

/* Only what an agreement lets cross is offered; before there is one, every commune. */
function HandoverForm({ row, onClose }: { row: Handover | null; onClose: () => void }) {
    const units = useApi<{ units: Unit[] }>('units').data?.units ?? [];
    const covered = useRead('covered', readCovered).data;
    if (covered === null) return <Waiting />;
    const of = (own: boolean) => covered.flatMap((c) => c.communes[own === (c.side === 'a') ? 0 : 1]);
    const some = (own: boolean) => units.filter((u) => u.own === own && u.state === 'active' &&
        (covered.length === 0 || of(own).includes(u.unit)))
        .map((u) => ({ value: u.unit, text: u.name || u.short || u.unit }));
    return (
        <FormDialog wide title={row === null ? W.add : W.editOf(nameOf(row))} action={W.save}
            onClose={onClose} fields={[
                ...(row === null ? [{ name: 'unit', label: W.unit, kind: 'choice' as const,
                    hint: covered.length > 0 ? W.covered : W.coveredNone, choices: some(true),
                    needed: true }] : []),
                { name: 'partner_unit', label: W.partner, kind: 'choice', choices: some(false),
                    value: row?.partner_unit, needed: true },
                { name: 'year', label: W.year, kind: 'int', value: row?.year ?? new Date().getFullYear(),
                    was: row?.year ?? null, needed: true },
                { name: 'standing', label: W.standing, value: row?.standing, hint: W.standingHint,
                    needed: true },
                { name: 'handed_on', label: W.handedOn, kind: 'date', value: row?.handed_on },
                { name: 'minutes_no', label: W.minutesNo, value: row?.minutes_no },
            ]} order={(values) => row === null
                ? { method: 'POST', path: at('rows', TABLE), done: W.saved,
                    body: { values: { ...values, label: W.label(String(values.year)) } } }
                : { method: 'PATCH', path: at('rows', TABLE, row._key), done: W.saved,
                    body: { values: values.year === undefined ? values
                        : { ...values, label: W.label(String(values.year)) } } }} />
    );
}

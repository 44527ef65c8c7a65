/* rank_votes.tsx - Communes that share a rank, parted by a recorded vote: its order, day and minutes. A
 * later vote on the same ones counts instead; none is ever changed. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Card } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { DASH, dayOf, showDate } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog, type FormField, type FormValues } from './form';
import { ReasonDialog } from './order';
import { session } from './session';
import { VOTES as W } from './words/votes';

interface Placed {
    rank: number | null;
    unit: { unit: string; name: string };
    note: { shared: boolean };
}

interface Vote {
    _key: string;
    sheet: string | null;
    ordered_units: string | null;
    voted_on: string | null;
    minutes_no: string | null;
}

/* Those that share a rank, group by group. */
function tied(rows: Placed[]): Placed[][] {
    const groups = new Map<number, Placed[]>();
    for (const row of rows)
        if (row.rank !== null && row.note.shared)
            groups.set(row.rank, [...groups.get(row.rank) ?? [], row]);
    return [...groups.values()].filter((g) => g.length > 1);
}

function namesOf(group: Placed[]): string {
    return group.map((r) => r.unit.name).join(', ');
}

export function Votes({ period, sheet, rows, nameOf }: {
    period: string; sheet: string; rows: Placed[]; nameOf: (unit: string) => string;
}) {
    const found = useApi<{ rows: Vote[] }>('rows/tie_vote' + query({ period, limit: 200 }));
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Placed[] | null>(null);
    const [voids, setVoids] = useState<Vote | null>(null);
    const groups = tied(rows);
    const kept = (found.data?.rows ?? []).filter((v) => v.sheet === sheet);
    if (groups.length === 0 && kept.length === 0) return null;
    const columns: TableColumn<Vote>[] = [
        { key: 'order', title: W.order, main: true, cell: (v) => (v.ordered_units ?? '').split(' ')
            .filter((u) => u !== '').map((u, i) => `${i + 1}. ${nameOf(u)}`).join('; ') },
        { key: 'on', title: W.votedOn, short: true, cell: (v) => showDate(v.voted_on) },
        { key: 'minutes', title: W.minutes, cell: (v) => v.minutes_no ?? DASH },
    ];
    if (may)
        columns.push({ key: 'act', title: W.act, cell: (v) => <Button small
            aria-label={W.voidOf(v.minutes_no ?? '')} onClick={() => setVoids(v)}>{W.void}</Button> });
    return (
        <Card title={W.title}>
            <p class="field-hint">{W.lead}</p>
            {groups.map((group) => (
                <div key={group[0]!.rank} class="tab-head">
                    <p>{W.shared(group[0]!.rank!, namesOf(group))}</p>
                    {may && <Button aria-label={W.enterOf(namesOf(group))}
                        onClick={() => setAsked(group)}>{W.enter}</Button>}
                </div>
            ))}
            {kept.length > 0 && <DataTable dense caption={W.kept} rows={kept} columns={columns}
                keyOf={(v) => v._key} />}
            {voids !== null && <ReasonDialog danger title={W.voidOf(voids.minutes_no ?? '')} action={W.void}
                hint={W.voidHint} onClose={() => setVoids(null)} order={(reason) => ({ method: 'PATCH',
                    path: at('rows', 'tie_vote', voids._key), done: W.voided, body: {
                        values: { voided_at: 1, void_reason: reason },
                        was: { voided_at: null, void_reason: null } } })}>
                <p>{W.voidLead}</p></ReasonDialog>}
            {asked !== null && <Enter period={period} sheet={sheet} group={asked}
                onClose={() => setAsked(null)} />}
        </Card>
    );
}

function Enter({ period, sheet, group, onClose }: {
    period: string; sheet: string; group: Placed[]; onClose: () => void;
}) {
    const choices = group.map((r) => ({ value: r.unit.unit, text: r.unit.name }));
    const places = group.map((_, i): FormField => ({ name: 'place' + i, label: W.place(i + 1),
        kind: 'choice', choices, needed: true }));
    const order = (values: FormValues) => {
        const units = places.map((p) => values[p.name]);
        if (new Set(units).size < units.length) return W.twice;
        if (String(values.voted_on) > dayOf(Date.now())) return W.future;
        return { method: 'POST' as const, path: 'rows/tie_vote', done: W.done, body: { values: { period,
            sheet, ordered_units: units.join(' '), voted_on: values.voted_on,
            minutes_no: values.minutes_no } } };
    };
    return (
        <FormDialog title={W.enterOf(namesOf(group))} action={W.save} onClose={onClose} order={order}
            fields={[...places,
                { name: 'voted_on', label: W.votedOn, kind: 'date', needed: true, value: dayOf(Date.now()) },
                { name: 'minutes_no', label: W.minutes, needed: true }]} />
    );
}

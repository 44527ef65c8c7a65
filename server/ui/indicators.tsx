/* indicators.tsx - What communes type for each village and month; a new meaning is a new version. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Note, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog } from './form';
import { session } from './session';
import { CATALOGUE as C, INDICATORS as W } from './words/catalogue';

interface Indicator {
    _key: string;
    code: string;
    version: number | null;
    name: string | null;
    measure: string | null;
    nature: string | null;
    state: string;
    sort: number;
}

function choices(words: Record<string, string>) {
    return Object.entries(words).map(([value, text]) => ({ value, text }));
}

export function Indicators() {
    const found = useApi<{ rows: Indicator[] }>('rows/indicator?limit=500');
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Indicator | 'new' | null>(null);
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const rows = [...found.data.rows].sort((a, b) => a.sort - b.sort);
    const columns: TableColumn<Indicator>[] = [
        { key: 'name', title: C.name, main: true, cell: (i) => i.name ?? i.code },
        { key: 'code', title: C.code, narrow: true, cell: (i) => i._key },
        { key: 'measure', title: W.measure, narrow: true, cell: (i) => i.measure },
        { key: 'nature', title: W.nature, cell: (i) => W.natures[i.nature ?? ''] ?? '' },
        { key: 'state', title: C.state, cell: (i) => <Mark tone={i.state === 'published' ? 'ok' : 'plain'}>
            {W.states[i.state] ?? i.state}</Mark> },
    ];
    if (may)
        columns.push({ key: 'act', title: C.act, cell: (i) => i.state === 'retired' ? '' : <Button small kind="quiet"
            aria-label={W.editOf(i.name ?? i.code)} onClick={() => setAsked(i)}>{C.edit}</Button> });
    return (
        <>
            {may && <div class="tab-head"><Button icon="plus" onClick={() => setAsked('new')}>
                {W.addTitle}</Button></div>}
            {rows.length === 0 ? <Empty title={W.none} /> : <DataTable dense caption={W.title}
                rows={rows} keyOf={(i) => i._key} columns={columns} />}
            {asked !== null && <IndicatorForm row={asked === 'new' ? null : asked}
                onClose={() => setAsked(null)} />}
        </>
    );
}

function IndicatorForm({ row, onClose }: { row: Indicator | null; onClose: () => void }) {
    if (row?.state === 'published')
        return (
            <FormDialog title={W.editOf(row.name ?? row.code)} action={W.retire} onClose={onClose}
                fields={[]} order={() => ({ method: 'PATCH', path: at('rows', 'indicator', row._key),
                    body: { values: { state: 'retired' }, was: { state: 'published' } },
                    done: C.done })}>
                <Note tone="wait">{W.frozen}</Note>
            </FormDialog>
        );
    const fields = [
        { name: 'name', label: C.name, value: row?.name, needed: true },
        { name: 'measure', label: W.measure, value: row?.measure },
        { name: 'nature', label: W.nature, kind: 'choice' as const, choices: choices(W.natures),
            value: row?.nature ?? 'flow', was: row?.nature ?? null, needed: true },
        { name: 'state', label: C.state, kind: 'choice' as const, choices: choices(W.states),
            value: row?.state ?? 'draft', needed: true },
    ];
    return (
        <FormDialog title={row === null ? W.addTitle : W.editOf(row.name ?? row.code)} action={C.save}
            onClose={onClose} fields={row !== null ? fields : [
                { name: 'code', label: C.code, needed: true },
                { name: 'version', label: W.version, kind: 'int', value: 1, needed: true }, ...fields]}
            order={(values) => row !== null
                ? { method: 'PATCH', path: at('rows', 'indicator', row._key), body: { values },
                    done: C.done }
                : { method: 'POST', path: 'rows/indicator', done: C.done, body: { values: { ...values,
                    indicator: `${values.code}@${values.version}`, source: 'typed' } } }} />
    );
}

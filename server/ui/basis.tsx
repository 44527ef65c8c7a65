/* basis.tsx - What an officer types from documents for a period: last year's counts, and caps. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { dayOf } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog, type FormField } from './form';
import { isRanked, newest, PeriodChoice, usePeriods } from './periods';
import { session } from './session';
import { useUnits } from './units';
import { BASELINE, CAPS, CATALOGUE as C } from './words/catalogue';

interface Row {
    _key: string;
    unit: string;
    unit_text?: string;
    code: string;
    document_no: string | null;
    value?: number | null;
    fact?: string | null;
}

interface Kind {
    table: 'baseline' | 'grade_cap';
    part: string;
    words: { title: string; hint: string; none: string; addTitle: string;
        editOf: (unit: string, code: string) => string };
    code: string;
    codes: Record<string, string>;
    field: FormField & { name: 'value' | 'fact' };
}

export function Baselines() {
    return <Basis kind={{ table: 'baseline', part: 'baseline', words: BASELINE,
        code: BASELINE.criterion, codes: BASELINE.criteria,
        field: { name: 'value', label: BASELINE.value, kind: 'int', needed: true } }} />;
}

export function Caps() {
    return <Basis kind={{ table: 'grade_cap', part: 'caps', words: CAPS, code: CAPS.cap,
        codes: CAPS.codes, field: { name: 'fact', label: CAPS.fact, kind: 'long', needed: true } }} />;
}

function Basis({ kind }: { kind: Kind }) {
    const { params } = useRoute();
    const periods = usePeriods()?.filter((p) => isRanked(p.period)) ?? null;
    const period = params.get('period') ?? (periods !== null
        ? newest(periods, dayOf(Date.now())) : '');
    const found = useApi<{ rows: Row[] }>(period === '' ? null : 'rows/' + kind.table +
        query({ period, limit: 500 }));
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Row | 'new' | null>(null);
    const { words } = kind;
    return (
        <>
            <div class="tab-head">
                <p class="tab-lead muted">{words.hint}</p>
                <span class="line-acts">
                    {periods !== null && <PeriodChoice label={C.period} value={period} periods={periods}
                        onChange={(p) => replace(['danh-muc'], { xem: kind.part, period: p })} />}
                    {may && period !== '' && <Button icon="plus" onClick={() => setAsked('new')}>
                        {words.addTitle}</Button>}
                </span>
            </div>
            {found.data === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                : found.data.rows.length === 0 ? <Empty title={words.none} />
                    : <DataTable dense caption={words.title} rows={found.data.rows}
                        keyOf={(r) => r._key} columns={columns(kind, may, setAsked)} />}
            {asked !== null && <BasisForm kind={kind} period={period}
                row={asked === 'new' ? null : asked} onClose={() => setAsked(null)} />}
        </>
    );
}

function columns(kind: Kind, may: boolean, ask: (row: Row) => void): TableColumn<Row>[] {
    const list: TableColumn<Row>[] = [
        { key: 'unit', title: C.unit, main: true, cell: (r) => r.unit_text ?? r.unit },
        { key: 'code', title: kind.code, cell: (r) => kind.codes[r.code] ?? r.code },
        { key: 'said', title: kind.field.label, number: kind.field.name === 'value',
            cell: (r) => r[kind.field.name] },
        { key: 'document', title: C.documentNo, narrow: true, cell: (r) => r.document_no },
    ];
    if (may)
        list.push({ key: 'act', title: C.act, cell: (r) => <Button small kind="quiet"
            aria-label={kind.words.editOf(r.unit_text ?? r.unit, r.code)}
            onClick={() => ask(r)}>{C.edit}</Button> });
    return list;
}

function BasisForm({ kind, period, row, onClose }: {
    kind: Kind; period: string; row: Row | null; onClose: () => void;
}) {
    const units = useUnits().map((u) => ({ value: u.unit, text: u.name }));
    const codes = Object.entries(kind.codes).map(([value, text]) => ({ value, text }));
    const said: FormField[] = [
        { ...kind.field, value: row?.[kind.field.name] },
        { name: 'document_no', label: C.documentNo, value: row?.document_no, needed: true },
    ];
    return (
        <FormDialog title={row === null ? kind.words.addTitle
            : kind.words.editOf(row.unit_text ?? row.unit, row.code)} action={C.save} onClose={onClose}
            fields={row !== null ? said : [
                { name: 'unit', label: C.unit, kind: 'choice', choices: units, needed: true },
                { name: 'code', label: kind.code, kind: 'choice', choices: codes, needed: true },
                ...said]}
            order={(values) => row !== null
                ? { method: 'PATCH', path: at('rows', kind.table, row._key), body: { values },
                    done: C.done }
                : { method: 'POST', path: 'rows/' + kind.table, body: { values: { ...values, period } },
                    done: C.done }} />
    );
}

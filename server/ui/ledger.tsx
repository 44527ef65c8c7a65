/* ledger.tsx - Sổ cái: every change that ever came, by commune, person, row and day; the receipts that
 * were signed; the whole of it verified. */
import { useState } from 'preact/hooks';
import { get, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Note, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { showInstant, showInt } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { Changes, PageButtons, usePages, type Question } from './changes';
import { session } from './session';
import { Day, Typed } from './typed';
import { UnitChoice } from './units';
import { LEDGER as W } from './words/ledger';

const FIELDS = ['unit', 'author', 'table', 'row', 'from', 'to', 'verdict'] as const;
type Part = 'changes' | 'receipts' | 'verify';

export default function LedgerScreen() {
    const { params } = useRoute();
    const health = useCell(session)?.may.includes('health') === true;
    const part = (params.get('xem') ?? 'changes') as Part;
    const question = Object.fromEntries(FIELDS.map((f) => [f, params.get(f) ?? ''])) as Question;
    const ask = (more: Partial<Question>, xem: string = part) => replace(['so-cai'],
        Object.fromEntries(Object.entries({ xem, ...question, ...more }).filter(([, v]) => v !== '')));
    const parts = (Object.keys(W.tabs) as Part[]).filter((p) => p !== 'verify' || health);
    return (
        <Screen title={W.title} lead={W.lead}>
            <Tabs label={W.tabsLabel} chosen={part} onChoose={(id) => ask({}, id)}
                tabs={parts.map((id) => ({ id, title: W.tabs[id] }))} />
            {part === 'changes' && <>
                <Filters question={question} ask={ask} />
                <Changes question={question} none={W.none} />
            </>}
            {part === 'receipts' && <>
                <div class="filters"><UnitChoice label={W.unit} all={W.all} value={question.unit}
                    onChange={(unit) => ask({ unit })} /></div>
                <Receipts unit={question.unit} />
            </>}
            {part === 'verify' && health && <Verify />}
        </Screen>
    );
}

interface Told {
    tables: Record<string, { title: string }>;
}

function Filters({ question, ask }: {
    question: Question; ask: (more: Partial<Question>) => void;
}) {
    const told = useApi<Told>('catalogue').data?.tables ?? {};
    const tables = Object.entries(told).map(([value, t]) => ({ value, text: t.title }))
        .sort((a, b) => a.text.localeCompare(b.text, 'vi'));
    return (
        <div class="filters open" role="search">
            <UnitChoice label={W.unit} all={W.all} value={question.unit}
                onChange={(unit) => ask({ unit })} />
            <Typed id="author" label={W.who} value={question.author}
                onChange={(author) => ask({ author })} />
            <div class="field">
                <label for="table">{W.table}</label>
                <Combo id="table" value={question.table} placeholder={W.all}
                    choices={[{ value: '', text: W.all }, ...tables]}
                    onChange={(table) => ask(table === '' ? { table, row: '' } : { table })} />
            </div>
            {question.table !== '' && <Typed id="row" label={W.key} value={question.row}
                onChange={(row) => ask({ row })} />}
            <Day id="from" label={W.from} value={question.from} onChange={(from) => ask({ from })} />
            <Day id="to" label={W.to} value={question.to} onChange={(to) => ask({ to })} />
            <div class="field">
                <label for="verdict">{W.fate}</label>
                <Combo id="verdict" value={question.verdict} placeholder={W.all}
                    choices={[{ value: '', text: W.all }, ...W.verdicts]}
                    onChange={(verdict) => ask({ verdict })} />
            </div>
        </div>
    );
}

interface Receipt {
    at_ms: number;
    unit: string;
    unit_text?: string;
    device: number;
    set: number;
    amending: boolean;
    accepted: number;
    superseded: number;
    held: number;
    refused: number;
    requested: number;
    hash: string | null;
}

const RECEIPTS: TableColumn<Receipt>[] = [
    { key: 'at', title: W.signed, short: true, cell: (r) => showInstant(r.at_ms) },
    { key: 'unit', title: W.unit, main: true, cell: (r) =>
        r.unit === '' ? r.unit_text : `${r.unit_text ?? r.unit}, ${W.device(String(r.device))}` },
    { key: 'set', title: W.set, number: true, cell: (r) => showInt(r.set) },
    ...(['accepted', 'superseded', 'held', 'refused', 'requested'] as const).map((key) =>
        ({ key, title: W.counts[key], number: true, narrow: key === 'superseded' ||
            key === 'requested', cell: (r: Receipt) => r[key] > 0 ? showInt(r[key]) : '' })),
    { key: 'kind', title: W.kind, narrow: true, cell: (r) => r.amending ? W.amending : W.first },
    { key: 'hash', title: W.hash, narrow: true, cell: (r) => r.hash === null ? W.lost
        : <code title={r.hash}>{r.hash.slice(0, 12)}</code> },
];

function Receipts({ unit }: { unit: string }) {
    const pages = usePages(unit);
    const found = useApi<{ receipts: Receipt[]; next: number | null }>(
        'receipts' + query({ unit, before: pages.before }));
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const { receipts, next } = found.data;
    return (
        <>
            {receipts.length === 0 ? <Empty title={W.noReceipts} />
                : <DataTable dense caption={W.tabs.receipts} rows={receipts} columns={RECEIPTS}
                    keyOf={(r) => [r.device, r.set, r.at_ms].join()} />}
            <PageButtons next={next === null ? null : String(next)} pages={pages} />
        </>
    );
}

interface Verified {
    whole: boolean;
    sets: number;
    receipts: number;
    changes: number;
    rows: number;
}

/* Only when asked: it reads every set and every row. */
function Verify() {
    const [busy, setBusy] = useState(false);
    const [told, setTold] = useState<Verified | null>(null);
    const [error, setError] = useState<unknown>(null);
    const run = async () => {
        setBusy(true);
        setError(null);
        setTold(null);
        try {
            setTold(await get<Verified>('ledger'));
        } catch (failed) {
            setError(failed);
        } finally {
            setBusy(false);
        }
    };
    return (
        <>
            <p class="tab-lead">{W.verifyLead}</p>
            <Button kind="main" icon="check" busy={busy} onClick={() => void run()}>{W.verify}</Button>
            {error !== null && <ErrorText error={error} />}
            <div role="status" class="verified">
                {told !== null && <Note tone={told.whole ? 'ok' : 'bad'}>
                    {told.whole ? W.whole : W.damaged}{' '}
                    {W.counted(showInt(told.sets), showInt(told.receipts), showInt(told.changes),
                        showInt(told.rows))}</Note>}
            </div>
        </>
    );
}

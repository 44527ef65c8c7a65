/* receipts.tsx - Biên nhận: the sets that were sent, and the district's signature under each. */
import { useRef, useState } from 'preact/hooks';
import { at, get, query } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, LinkButton, Mark, Screen, Waiting }
    from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { showInstant } from '../../common/web/ui/format';
import { link, replace, useRoute } from '../../common/web/ui/router';
import { DataTable } from '../../common/web/ui/table';
import { session } from './session';
import { RECEIPTS as W } from './words/inbox';

/* One register of a set: "Vụ việc: 3 mục mới, ngày 05/11/2020". */
interface Cover {
    text: string;
}

interface SentSet {
    set: number;
    sealed_at: number;
    changes: number;
    state: string;
    covers: Cover[] | null;
    covers_text?: string; /* of one that is not kept here any more */
    received_at: number | null;
    accepted: number;
    superseded: number;
    held: number;
    refused: number;
    requested: number;
    copies: number;
}

interface Exception {
    register: string | null;
    row?: string;
    cell_text?: string;
    verdict_text?: string;
    reason_text?: string;
    reason?: string;
    detail_text?: string;
}

/* Without a receipt yet, only what the set carries. */
interface Receipt {
    hash: string;
    state: string;
    changes: number;
    sealed_at: number;
    covers: Cover[] | null;
    received_at?: number;
    signature?: string;
    signature_valid?: boolean;
    ledger_hash?: string;
    amended?: number;
    exceptions?: Exception[];
}

/* `before`: where older ones begin; null: there are none. */
interface Page {
    sets: SentSet[];
    before: number | null;
}

const PAGE = 20; /* sets that are shown at first, and more at a time */

export default function ReceiptsScreen() {
    const { path } = useRoute();
    return path[1] === undefined ? <List /> : <One set={path[1]} />;
}

function List() {
    const { params } = useRoute();
    const table = params.get('so') ?? '';
    return (
        <Screen title={W.title} lead={W.lead} actions={
            <div class="field sheet-period">
                <label for="receipt-register">{W.register}</label>
                <Combo id="receipt-register" label={W.register} value={table}
                    onChange={(so) => replace(['bien-nhan'], so === '' ? {} : { so })}
                    choices={[{ value: '', text: W.allRegisters }, ...W.registers]} />
            </div>
        }>
            <Sets key={table} table={table} />
        </Screen>
    );
}

/* Sets before `before`, on through those that do not carry the register, to the next that do. */
async function readOlder(table: string, before: number | null): Promise<Page> {
    const page: Page = { sets: [], before };
    while (page.before !== null && page.sets.length === 0) {
        const next = await get<Page>('receipts' +
            query({ limit: PAGE, table, before: page.before }));
        page.sets = next.sets;
        page.before = next.before;
    }
    return page;
}

/* As many as are shown are read anew with each change: older ones are confirmed, too. */
function Sets({ table }: { table: string }) {
    const [shown, setShown] = useState(PAGE);
    const found = useApi<Page>('receipts' + query({ limit: shown, table }));
    const [older, setOlder] = useState<Page | null>(null);
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const seen = useRef(new Map<number, SentSet>());
    for (const s of [...(older?.sets ?? []), ...(found.data?.sets ?? [])]) seen.current.set(s.set, s);
    const sets = [...seen.current.values()].sort((a, b) => b.set - a.set);
    const before = older !== null ? older.before : found.data?.before ?? null;
    const more = async () => {
        if (busy) return;
        setBusy(true);
        setFailed(null);
        await readOlder(table, before).then((page) => {
            setOlder(page);
            setShown(seen.current.size + page.sets.length);
        }, setFailed);
        setBusy(false);
    };
    return (
        <>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {found.data === null && found.loading && <Waiting />}
            {found.data !== null && sets.length === 0 && <Empty title={table === '' ? W.none
                : before !== null ? W.noneYet : W.noneSuch} />}
            {sets.length > 0 && <SetTable sets={sets} />}
            {failed !== null && <ErrorText error={failed} />}
            {before !== null && <p class="more"><Button onClick={() => void more()}>
                {busy ? W.reading : table === '' ? W.more : W.moreSuch}</Button></p>}
            {older !== null && before === null && <p class="muted more" role="status">{W.end}</p>}
        </>
    );
}

function SetTable({ sets }: { sets: SentSet[] }) {
    return (
        <DataTable caption={W.title} rows={sets} keyOf={(s) => String(s.set)}
            href={(s) => link(['bien-nhan', s.set])} columns={[
                { key: 'set', title: W.set, main: true, cell: (s) => s.set },
                { key: 'covers', title: W.covers, cell: (s) => s.covers === null
                    ? s.covers_text ?? W.entries(s.changes)
                    : s.covers.map((c, i) => <div key={i}>{c.text}</div>) },
                { key: 'received', title: W.received, short: true,
                    cell: (s) => showInstant(s.received_at) },
                { key: 'rest', title: W.rest, number: true, cell: (s) => {
                    const rest = s.held + s.refused + s.requested;
                    return rest > 0 ? <Mark tone="bad">{rest}</Mark> : '0';
                } },
                { key: 'state', title: W.state, cell: (s) => (
                    <Mark tone={s.state === 'confirmed' ? 'ok' : 'wait'}>
                        {W.states[s.state] ?? s.state}</Mark>
                ) },
            ]} />
    );
}

function One({ set }: { set: string }) {
    const found = useApi<Receipt>('receipts/' + at(set));
    const who = useCell(session);
    const r = found.data;
    if (r === null)
        return <Screen title={`${W.set} ${set}`}>{found.error !== null
            ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />}</Screen>;
    const signed = r.received_at !== undefined;
    const codes: [string, string | undefined][] = [[W.hash, r.hash], [W.ledger, r.ledger_hash],
        [W.signature, r.signature]];
    return (
        <Screen title={`${W.title} - ${W.set.toLowerCase()} ${set}`} actions={
            <>
                <LinkButton icon="left" href={link(['bien-nhan'])}>{W.back}</LinkButton>
                {signed && <Button icon="print" kind="main" onClick={() => print()}>{W.print}</Button>}
            </>
        }>
            <Card>
                <p class="receipt-lead">{signed ? W.paperLead(who?.unit_name ?? '', Number(set))
                    : r.state === 'resealed' ? W.resealed : W.waits}</p>
                <dl class="cells">
                    {signed && <div><dt>{W.received}</dt><dd>{showInstant(r.received_at)}</dd></div>}
                    <div><dt>{W.sealed}</dt><dd>{showInstant(r.sealed_at)}</dd></div>
                    {signed && <div><dt>{W.signature}</dt><dd>{r.signature_valid
                        ? <Mark tone="ok">{W.valid}</Mark>
                        : <Mark tone="bad">{W.invalid}</Mark>}</dd></div>}
                </dl>
                <h2 class="receipt-head">{W.coversTitle}</h2>
                {r.covers === null ? <p>{W.old}</p> : (
                    <ul class="plain-list">
                        {r.covers.map((c, i) => <li key={i}>{c.text}</li>)}
                    </ul>
                )}
                {signed && <Exceptions list={r.exceptions ?? []} />}
                {(r.amended ?? 0) > 0 && <p>{W.amended(r.amended ?? 0)}</p>}
                <dl class="codes">
                    {codes.map(([title, code]) => code !== undefined && (
                        <div key={title}><dt>{title}</dt><dd><code>{code}</code></dd></div>
                    ))}
                </dl>
            </Card>
        </Screen>
    );
}

/* "tạm giữ, vì chưa có dòng mà nó tham chiếu (Thôn: Mới)". That a newer value stands is a verdict and
 * a reason at once. */
function whatBecame(e: Exception): string {
    const because = e.reason_text && e.reason !== 'R50' ? `, ${W.because} ${e.reason_text}` : '';
    return `${e.verdict_text ?? ''}${because}${e.detail_text ? ` (${e.detail_text})` : ''}`;
}

/* What the district did not take as it was sent: which entry, what became of it, and why. */
function Exceptions({ list }: { list: Exception[] }) {
    return (
        <>
            <h2 class="receipt-head">{W.exceptions}</h2>
            {list.length === 0 ? <p>{W.noExceptions}</p> : (
                <ul class="plain-list">
                    {list.map((e, i) => (
                        <li key={i}><strong>{[e.register, e.row].filter(Boolean).join(' ')}</strong>
                            {e.cell_text && `, ${e.cell_text}`}: {whatBecame(e)}</li>
                    ))}
                </ul>
            )}
        </>
    );
}

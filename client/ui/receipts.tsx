/* receipts.tsx - Biên nhận: the sets that were sent, and the district's signature under each. */
import { at } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, LinkButton, Mark, Screen, Waiting }
    from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { showInstant, showInt } from '../../common/web/ui/format';
import { link, useRoute } from '../../common/web/ui/router';
import { DataTable } from '../../common/web/ui/table';
import { session } from './session';
import { RECEIPTS as W } from './words/inbox';

interface SentSet {
    set: number;
    sealed_at: number;
    changes: number;
    state: string;
    received_at: number | null;
    accepted: number;
    superseded: number;
    held: number;
    refused: number;
    requested: number;
    copies: number;
}

interface Receipt {
    hash: string;
    received_at: number;
    signature: string;
    signature_valid: boolean;
    ledger_hash: string;
    exceptions: { row?: string; reason_text?: string; reason?: string; detail?: string }[];
}

export default function ReceiptsScreen() {
    const { path } = useRoute();
    return path[1] === undefined ? <List /> : <One set={path[1]} />;
}

function List() {
    const found = useApi<{ sets: SentSet[] }>('receipts');
    const sets = [...(found.data?.sets ?? [])].sort((a, b) => b.set - a.set);
    return (
        <Screen title={W.title} lead={W.lead}>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {found.data === null && found.loading && <Waiting />}
            {found.data !== null && sets.length === 0 && <Empty title={W.none} />}
            {sets.length > 0 && (
                <DataTable caption={W.title} rows={sets} keyOf={(s) => String(s.set)}
                    href={(s) => link(['bien-nhan', s.set])} columns={[
                        { key: 'set', title: W.set, main: true, cell: (s) => s.set },
                        { key: 'sealed', title: W.sealed, short: true, narrow: true,
                            cell: (s) => showInstant(s.sealed_at) },
                        { key: 'changes', title: W.changes, number: true,
                            cell: (s) => showInt(s.changes) },
                        { key: 'received', title: W.received, short: true,
                            cell: (s) => showInstant(s.received_at) },
                        { key: 'accepted', title: W.accepted, number: true,
                            cell: (s) => showInt(s.accepted + s.superseded) },
                        { key: 'rest', title: W.rest, number: true, cell: (s) => {
                            const rest = s.held + s.refused + s.requested;
                            return rest > 0 ? <Mark tone="bad">{rest}</Mark> : '0';
                        } },
                        { key: 'state', title: W.state, cell: (s) => (
                            <Mark tone={s.state === 'confirmed' ? 'ok' : 'wait'}>
                                {W.states[s.state] ?? s.state}</Mark>
                        ) },
                    ]} />
            )}
        </Screen>
    );
}

function One({ set }: { set: string }) {
    const found = useApi<Receipt>('receipts/' + at(set));
    const who = useCell(session);
    const r = found.data;
    if (r === null)
        return <Screen title={`${W.set} ${set}`}>{found.error !== null
            ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />}</Screen>;
    const codes: [string, string][] = [[W.hash, r.hash], [W.ledger, r.ledger_hash],
        [W.signature, r.signature]];
    return (
        <Screen title={`${W.title} - ${W.set.toLowerCase()} ${set}`} actions={
            <>
                <LinkButton icon="left" href={link(['bien-nhan'])}>{W.back}</LinkButton>
                <Button icon="print" kind="main" onClick={() => print()}>{W.print}</Button>
            </>
        }>
            <Card>
                <p class="receipt-lead">{W.paperLead(who?.unit_name ?? '', Number(set))}</p>
                <dl class="cells">
                    <div><dt>{W.received}</dt><dd>{showInstant(r.received_at)}</dd></div>
                    <div><dt>{W.signature}</dt><dd>{r.signature_valid
                        ? <Mark tone="ok">{W.valid}</Mark>
                        : <Mark tone="bad">{W.invalid}</Mark>}</dd></div>
                </dl>
                <h2 class="receipt-head">{W.exceptions}</h2>
                {r.exceptions.length === 0 ? <p>{W.noExceptions}</p> : (
                    <ul class="plain-list">
                        {r.exceptions.map((e, i) => (
                            <li key={i}><strong>{e.row}</strong>: {e.reason_text ?? e.reason}
                                {e.detail && ` (${e.detail})`}</li>
                        ))}
                    </ul>
                )}
                <dl class="codes">
                    {codes.map(([title, code]) => (
                        <div key={title}><dt>{title}</dt><dd><code>{code}</code></dd></div>
                    ))}
                </dl>
            </Card>
        </Screen>
    );
}

/* why.tsx - Why a cell holds what it holds: every value that was ever sent for it, behind a click. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { ErrorText, Mark, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { showInstant } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Long } from './long';
import { verdictOf } from './verdict';
import { WHY as W } from './words/ledger';

export interface Cell {
    table: string;
    key: string; /* as the program writes it: hex, or parts parted by ';' */
    column?: string; /* without: every change of the row */
}

interface Line {
    received_at_ms: number;
    written_at_ms: number;
    device: number;
    author: string;
    cell_text?: string;
    before_text?: string;
    after_text?: string;
    verdict: string;
    verdict_text?: string;
    reason_text?: string;
    current: boolean;
}

/* What stands in the cell, as a button that asks. */
export function WhyButton({ cell, name, children }: {
    cell: Cell; name: string; children: ComponentChildren;
}) {
    const [open, setOpen] = useState(false);
    return (
        <>
            <button type="button" class="why" aria-label={W.askOf(name)}
                onClick={() => setOpen(true)}>{children}</button>
            {open && <WhyDialog cell={cell} name={name} onClose={() => setOpen(false)} />}
        </>
    );
}

export function WhyDialog({ cell, name, onClose }: {
    cell: Cell; name: string; onClose: () => void;
}) {
    const found = useApi<{ story: Line[] }>('why/' + at(cell.table, cell.key) +
        query({ column: cell.column }));
    return (
        <Dialog wide title={W.title(name)} onClose={onClose}>
            <p>{W.lead}</p>
            {found.data === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                : <DataTable dense caption={W.title(name)} columns={COLUMNS}
                    rows={found.data.story.map((line, i) => ({ ...line, i })).reverse()}
                    keyOf={(line) => String(line.i)} />}
        </Dialog>
    );
}

const COLUMNS: TableColumn<Line & { i: number }>[] = [
    { key: 'at', title: W.received, main: true, short: true, cell: (l) => showInstant(l.received_at_ms) },
    { key: 'who', title: W.who, cell: (l) => (l.author === '' ? W.program : l.author) + ', ' +
        W.device(String(l.device)) },
    { key: 'before', title: W.before, narrow: true, cell: (l) => <Long text={l.before_text} /> },
    { key: 'after', title: W.after, cell: (l) => <Long text={l.after_text} /> },
    { key: 'fate', title: W.fate, cell: (l) => <>
        <Mark tone={l.current ? 'ok' : verdictOf(l.verdict)}>
            {l.current ? W.current : l.verdict_text ?? l.verdict}</Mark>
        {l.reason_text !== undefined && <small class="muted">{l.reason_text}</small>}
    </> },
];

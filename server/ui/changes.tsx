/* changes.tsx - A page of the ledger: each change, what it was before, what became of it; a click on the
 * cell asks why. Older pages are reached one by one, for one page looks at a bounded part only. */
import { useEffect, useState } from 'preact/hooks';
import { query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { showInstant } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Long } from './long';
import { verdictOf } from './verdict';
import { WhyButton } from './why';
import { LEDGER as W } from './words/ledger';

interface Change {
    received_at_ms: number;
    unit: string;
    unit_text?: string;
    device: number;
    author: string;
    row: { table: string; key: string };
    row_text?: string;
    cell: string;
    cell_text?: string;
    before_text?: string;
    after_text?: string;
    verdict: string;
    verdict_text?: string;
    reason_text?: string;
}

interface Page {
    changes: Change[];
    next: string | null;
    reached_ms: number;
}

export type Question = Record<'unit' | 'author' | 'table' | 'row' | 'from' | 'to' | 'verdict', string>;

/* Which page: the places that the pages before said. */
export function usePages(what: string) {
    const [places, setPlaces] = useState<{ what: string; list: string[] }>({ what, list: [] });
    const list = places.what === what ? places.list : [];
    useEffect(() => setPlaces({ what, list: [] }), [what]);
    return {
        before: list[list.length - 1],
        older: (place: string) => setPlaces({ what, list: [...list, place] }),
        newer: list.length > 0 ? () => setPlaces({ what, list: list.slice(0, -1) }) : undefined,
    };
}

export function PageButtons({ next, reached_ms, pages }: {
    next: string | null; reached_ms?: number; pages: ReturnType<typeof usePages>;
}) {
    if (next === null && pages.newer === undefined) return null;
    return (
        <div class="pager">
            {next !== null && reached_ms !== undefined && <span>{W.reached(showInstant(reached_ms))}</span>}
            {pages.newer !== undefined && <Button small icon="left" onClick={pages.newer}>
                {W.newer}</Button>}
            {next !== null && <Button small icon="right" onClick={() => pages.older(next)}>
                {W.older}</Button>}
        </div>
    );
}

export function Changes({ question, none }: { question: Partial<Question>; none: string }) {
    const pages = usePages(JSON.stringify(question));
    const found = useApi<Page>('changes' + query({ ...question, before: pages.before }));
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const { changes, next, reached_ms } = found.data;
    return (
        <div class="story">
            {changes.length === 0 ? <Empty title={next !== null ? W.notYet : none} />
                : <DataTable dense caption={W.title} columns={COLUMNS}
                    rows={changes.map((c, i) => ({ ...c, i }))} keyOf={(c) => String(c.i)} />}
            <PageButtons next={next} reached_ms={reached_ms} pages={pages} />
        </div>
    );
}

const COLUMNS: TableColumn<Change & { i: number }>[] = [
    { key: 'at', title: W.received, short: true, cell: (c) => showInstant(c.received_at_ms) },
    { key: 'unit', title: W.unit, narrow: true, cell: (c) => c.unit === '' ? c.unit_text
        : `${c.unit_text ?? c.unit}, ${W.device(String(c.device))}` },
    { key: 'who', title: W.who, narrow: true, cell: (c) => c.author === '' ? W.program : c.author },
    { key: 'row', title: W.row, main: true, cell: (c) => <>
        {c.row_text ?? c.row.key}<br />
        <WhyButton name={`${c.row_text ?? ''}, ${c.cell_text ?? ''}`}
            cell={{ ...c.row, column: c.cell === '' ? undefined : c.cell }}>{c.cell_text}</WhyButton>
    </> },
    { key: 'before', title: W.before, narrow: true, cell: (c) => <Long text={c.before_text} /> },
    { key: 'after', title: W.after, cell: (c) => <Long text={c.after_text} /> },
    { key: 'fate', title: W.fate, cell: (c) => <>
        <Mark tone={verdictOf(c.verdict)}>{c.verdict_text ?? c.verdict}</Mark>
        {c.reason_text !== undefined && <small class="muted">{c.reason_text}</small>}
    </> },
];

/* facts.tsx - The rows of this office behind the machine's figure; a click on one says who wrote it, when,
 * and what was changed. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { showInstant, showInt } from '../../common/web/ui/format';
import { DataTable, Pager, type TableColumn } from '../../common/web/ui/table';
import { FACTS as W } from './words/facts';

interface Fact {
    part: string;
    part_text?: string;
    row: { table: string; key: string };
    row_text?: string;
    values_text?: string;
    amount: number;
    amount_text?: string;
}

interface Facts {
    n: number;
    d: number;
    x: number;
    b: number | null;
    sum_text: string;
    total: number;
    offset: number;
    facts: Fact[];
}

const PAGE = 100; /* a year of patrols has thousands */

interface Named {
    code: string;
    name: string;
}

export function FactsButton({ period, c }: { period: string; c: Named }) {
    const [open, setOpen] = useState(false);
    return (
        <>
            <Button small kind="quiet" aria-label={W.openOf(c.code, c.name)}
                onClick={() => setOpen(true)}>{W.open}</Button>
            {open && <FactsDialog period={period} c={c} onClose={() => setOpen(false)} />}
        </>
    );
}

function FactsDialog({ period, c, onClose }: { period: string; c: Named; onClose: () => void }) {
    const [offset, setOffset] = useState(0);
    const { data, error, reload } = useApi<Facts>(
        at('facts', period, c.code) + query({ limit: PAGE, offset }));
    const counted = data !== null && (data.n > 0 || data.d > 0 || data.x > 0 || (data.b ?? 0) > 0);
    return (
        <Dialog wide title={W.title(c.code, c.name)} onClose={onClose}
            foot={<Button onClick={onClose}>{W.close}</Button>}>
            <p class="muted">{W.lead}</p>
            {data === null ? (error !== null ? <ErrorText error={error} retry={reload} /> : <Waiting />) : <>
                <p><strong>{data.sum_text}</strong></p>
                {data.total === 0 ? <Empty title={counted ? W.unlisted : W.none} />
                    : <DataTable caption={W.title(c.code, c.name)} columns={COLUMNS}
                        rows={data.facts.map((f, i) => ({ ...f, i }))} keyOf={(f) => String(f.i)} />}
                {data.total > PAGE && <Pager offset={data.offset} limit={PAGE} total={data.total}
                    onMove={setOffset} />}
            </>}
        </Dialog>
    );
}

function nameOf(f: Fact): string {
    return f.row_text ?? f.row.key;
}

function RowButton({ f }: { f: Fact }) {
    const [open, setOpen] = useState(false);
    return (
        <>
            <Button small kind="quiet" aria-label={W.storyOf(nameOf(f))}
                onClick={() => setOpen(true)}>{nameOf(f)}</Button>
            {open && <StoryDialog f={f} onClose={() => setOpen(false)} />}
        </>
    );
}

const COLUMNS: TableColumn<Fact & { i: number }>[] = [
    { key: 'row', title: W.row, main: true, short: true, cell: (f) => <RowButton f={f} /> },
    { key: 'part', title: W.part, cell: (f) => f.part_text ?? '' },
    { key: 'values', title: W.values, cell: (f) => f.values_text ?? '' },
    { key: 'amount', title: W.amount, number: true, cell: (f) => f.amount_text ?? showInt(f.amount) },
];

interface Step {
    at: number | null;
    what: string; /* came, logged, sent, pending */
    device_text?: string;
    cell_text?: string;
    what_text?: string;
    by: string | null;
    by_text?: string;
    before_text?: string;
    after_text?: string;
}

function StoryDialog({ f, onClose }: { f: Fact; onClose: () => void }) {
    const { data, error, reload } = useApi<{ story: Step[] }>(
        'rows/' + at(f.row.table, f.row.key) + '/history');
    /* What somebody wrote, newest first, as on the page of the row; what waits was not written. */
    const story = (data?.story ?? []).filter((s) => s.what !== 'pending').reverse();
    return (
        <Dialog wide title={W.story(nameOf(f))} onClose={onClose}
            foot={<Button onClick={onClose}>{W.close}</Button>}>
            {data === null ? (error !== null ? <ErrorText error={error} retry={reload} /> : <Waiting />)
                : story.length === 0 ? <Empty title={W.noStory} />
                    : <DataTable caption={W.story(nameOf(f))} columns={STEPS}
                        rows={story.map((s, i) => ({ ...s, i }))} keyOf={(s) => String(s.i)} />}
        </Dialog>
    );
}

const STEPS: TableColumn<Step & { i: number }>[] = [
    { key: 'at', title: W.at, main: true, short: true, cell: (s) => showInstant(s.at) },
    { key: 'by', title: W.by, cell: (s) => s.by_text ?? s.by ?? '' },
    { key: 'machine', title: W.machine, cell: (s) => s.device_text ?? '' },
    { key: 'what', title: W.what, cell: (s) => s.what_text ?? '' },
    { key: 'cell', title: W.cell, cell: (s) => s.cell_text ?? '' },
    { key: 'before', title: W.before, cell: (s) => s.before_text ?? '' },
    { key: 'after', title: W.after, cell: (s) => s.after_text ?? '' },
];

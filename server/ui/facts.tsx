/* facts.tsx - The rows behind the machine's figure; a click on one says who wrote it and when. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Empty, ErrorText, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { showInt, showShortPoints } from '../../common/web/ui/format';
import { DataTable, Pager, type TableColumn } from '../../common/web/ui/table';
import type { Assessment, Criterion } from './assess';
import { WhyButton } from './why';
import { FACTS as W } from './words/assess';

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

const PAGE = 100;

export function FactsDialog({ a, c, onClose }: {
    a: Pick<Assessment, 'period' | 'unit'>; c: Pick<Criterion, 'code' | 'name' | 'machine_c' | 'max_c'>;
    onClose: () => void;
}) {
    const [offset, setOffset] = useState(0);
    const found = useApi<Facts>(at('facts', a.period, a.unit, c.code) + query({ limit: PAGE, offset }));
    const data = found.data;
    const counted = data !== null && (data.n > 0 || data.d > 0 || data.x > 0 || (data.b ?? 0) > 0);
    return (
        <Dialog wide title={W.title(c.code, c.name)} onClose={onClose}>
            {data === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />) : <div class="story">
                <p>{data.sum_text} {c.max_c > 0 && W.gives(c.machine_c === null
                    ? null : showShortPoints(c.machine_c), showShortPoints(c.max_c))}</p>
                {data.total === 0 ? <Empty title={counted ? W.unlisted : W.none} />
                    : <DataTable dense caption={W.title(c.code, c.name)} columns={COLUMNS}
                        rows={data.facts.map((f, i) => ({ ...f, i }))} keyOf={(f) => String(f.i)} />}
                {data.total > PAGE && <Pager offset={data.offset} limit={PAGE} total={data.total}
                    onMove={setOffset} />}
            </div>}
        </Dialog>
    );
}

const COLUMNS: TableColumn<Fact & { i: number }>[] = [
    { key: 'part', title: W.part, cell: (f) => f.part_text ?? '' },
    { key: 'row', title: W.row, main: true, cell: (f) => <WhyButton cell={f.row}
        name={f.row_text ?? f.row.key}>{f.row_text ?? f.row.key}</WhyButton> },
    { key: 'values', title: W.values, narrow: true, cell: (f) => f.values_text ?? '' },
    { key: 'amount', title: W.amount, number: true, cell: (f) => f.amount_text ?? showInt(f.amount) },
];

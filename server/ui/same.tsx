/* same.tsx - Rows that are possibly one thing written down twice, and rows under one that was voided. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, Mark, Waiting } from '../../common/web/ui/basics';
import { useCell, type Loaded } from '../../common/web/ui/cell';
import { DataTable } from '../../common/web/ui/table';
import { ReasonDialog } from './order';
import { session } from './session';
import { SAME as W } from './words/inbox';

interface Pair {
    id: string;
    unit: string;
    unit_text?: string;
    first: string;
    first_text?: string;
    second: string;
    second_text?: string;
    reason_text?: string;
}

interface Orphan {
    unit: string;
    unit_text?: string;
    row: string;
    row_text?: string;
    parent_text?: string;
    void_reason: string;
}

export interface Alike {
    total: number;
    pairs: Pair[];
    orphans: Orphan[];
}

export function Same({ found }: { found: Loaded<Alike> }) {
    const data = found.data;
    if (data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    if (data.pairs.length + data.orphans.length === 0) return <Empty title={W.none} />;
    return (
        <>
            {data.pairs.map((pair) => <PairCard key={pair.id} pair={pair} />)}
            {data.orphans.length > 0 && <Card title={W.orphans} flush>
                <DataTable caption={W.orphans} rows={data.orphans} keyOf={(o) => o.row} columns={[
                    { key: 'unit', title: W.unit, cell: (o) => o.unit_text ?? o.unit },
                    { key: 'row', title: W.row, main: true, cell: (o) => o.row_text ?? o.row },
                    { key: 'parent', title: W.parent, cell: (o) => o.parent_text ?? '' },
                    { key: 'why', title: W.voided, narrow: true, cell: (o) => o.void_reason },
                ]} />
            </Card>}
        </>
    );
}

function PairCard({ pair }: { pair: Pair }) {
    const may = useCell(session)?.may.includes('decide') === true;
    const [asks, setAsks] = useState(false);
    const names = `${pair.first_text ?? pair.first}, ${pair.second_text ?? pair.second}`;
    return (
        <Card title={names} aside={<Mark tone="wait">{pair.unit_text ?? pair.unit}</Mark>}>
            <p>{pair.reason_text}</p>
            {may && <Button icon="check" aria-label={`${W.keep}: ${names}`}
                onClick={() => setAsks(true)}>{W.keep}</Button>}
            {asks && <ReasonDialog title={names} action={W.keep} onClose={() => setAsks(false)}
                order={(why) => ({ method: 'POST', path: at('same', pair.id, 'keep'), body: { why },
                    done: W.kept })} />}
        </Card>
    );
}

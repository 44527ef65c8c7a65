/* activities.tsx - Hoạt động: planned and done, ticked off with counts. */
import { useState } from 'preact/hooks';
import { Button } from '../../common/web/ui/basics';
import { tableOf, useCatalogue, type Row } from '../../common/web/ui/catalogue';
import { Dialog } from '../../common/web/ui/dialog';
import { dayOf } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import type { Book } from '../../common/web/ui/record_book';
import { RecordForm, type FormField } from '../../common/web/ui/record_form';
import { OfficeBook } from './office_book';
import { ACTIVITIES as W } from './words/activities';

const COUNTS: FormField[] = [
    { name: 'participants', when: (v) => v.kind !== 'mediation' },
    { name: 'accepted', when: (v) => v.kind === 'mediation' },
    { name: 'settled', when: (v) => v.kind === 'mediation' },
];
const RESULTS: FormField[] = [{ name: 'held_on' }, ...COUNTS, { name: 'results', wide: true }];
/* To tick off: what is asked for comes first. */
const TICKED: FormField[] = [...COUNTS, { name: 'held_on' }, { name: 'kind' },
    { name: 'results', wide: true }, { name: 'state' }];

const BOOK: Book = {
    table: 'activity',
    words: { ...W, one: 'hoạt động' },
    columns: ['label', 'kind', 'village', 'planned_on', 'held_on', 'participants', 'state'],
    narrowOut: ['village', 'participants', 'planned_on'],
    filters: [{ column: 'kind' }, { column: 'village' }, { column: 'state' }],
    dates: true,
    parts: [
        { title: W.plan, fields: [{ name: 'kind' }, { name: 'village' },
            { name: 'planned_on', ahead: true }, { name: 'state' }] },
        { title: W.done, fields: RESULTS },
    ],
    actions: (row) => row.state === 'planned' && <Tick row={row} />,
};

/* The short way from planned to done: the day is today, the counts are asked for. */
function Tick({ row }: { row: Row }) {
    const [open, setOpen] = useState(false);
    const table = tableOf(useCatalogue(), 'activity');
    const heldOn = typeof row.held_on === 'string' ? row.held_on : dayOf(Date.now());
    return (
        <>
            <Button icon="check" onClick={() => setOpen(true)}>{W.tick}</Button>
            {open && (
                <Dialog title={W.tickTitle(row._name)} onClose={() => setOpen(false)}>
                    <RecordForm table={table} row={row} overlay={{ held_on: heldOn, state: 'done' }}
                        parts={[{ fields: TICKED }]}
                        saveLabel={W.save} onCancel={() => setOpen(false)}
                        onSaved={() => {
                            setOpen(false);
                            toast(W.saved, 'ok');
                        }} />
                </Dialog>
            )}
        </>
    );
}

export default function Activities() {
    return <OfficeBook book={BOOK} path="hoat-dong" />;
}

/* incidents.tsx - Sổ vụ việc. */
import { at, send } from '../../common/web/ui/api';
import { Button } from '../../common/web/ui/basics';
import type { Row, Values } from '../../common/web/ui/catalogue';
import { noteChange } from '../../common/web/ui/cell';
import { dayOf } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { problemOf } from '../../common/web/ui/api';
import type { Book } from '../../common/web/ui/record_book';
import { AREAS } from './areas';
import { OfficeBook } from './office_book';
import { RegisterTabs } from './register_tabs';
import { INCIDENTS as W } from './words/incidents';

/* Writes a few cells at once, as a button does; `was` is what the screen showed. */
export async function touch(table: string, row: Row, values: Values, said: string): Promise<void> {
    const was = Object.fromEntries(Object.keys(values).map((n) => [n, row[n] ?? null]));
    try {
        await send('PATCH', 'rows/' + at(table, row._key), { values, was, yes: true });
        toast(said, 'ok');
    } catch (error) {
        toast(problemOf(error).sentence, 'bad');
    }
    noteChange();
}

const BOOK: Book = {
    table: 'incident',
    words: { ...W, one: 'vụ việc' },
    columns: ['label', 'occurred_on', 'category', 'village', 'summary', 'state'],
    narrowOut: ['village', 'summary'],
    filters: [{ column: 'area', choices: AREAS }, { column: 'village' }, { column: 'state' }],
    dates: true,
    choices: { area: AREAS, reclassified: AREAS },
    preset: () => ({ known_at: null, occurred_on: null }),
    parts: [
        {
            title: W.what,
            fields: [
                { name: 'category' }, { name: 'area' }, { name: 'village' },
                { name: 'occurred_on' }, { name: 'known_at' }, { name: 'reported_at' },
                { name: 'summary', wide: true, hint: W.summaryHint },
                { name: 'at_border' },
            ],
        },
        {
            title: W.handling,
            fields: [{ name: 'handled_by' }, { name: 'due_on', ahead: true }, { name: 'closed_on' },
                { name: 'state' }],
        },
        {
            title: W.damage,
            fields: [{ name: 'damage_vnd' }, { name: 'deaths' }, { name: 'injured' },
                { name: 'contained_locally', when: (v) => v.category === 'fire_explosion' }],
        },
    ],
    actions: (row) => row.state !== 'closed' && (
        <Button icon="check" onClick={() => void touch('incident', row,
            { closed_on: dayOf(Date.now()), state: 'closed' }, W.closed)}>{W.close}</Button>
    ),
};

export default function Incidents() {
    return <OfficeBook book={BOOK} path="so-vu-viec" tabs={<RegisterTabs chosen="so-vu-viec" />} />;
}

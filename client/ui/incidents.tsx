/* incidents.tsx - Sổ vụ việc. */
import { Button } from '../../common/web/ui/basics';
import { dayOf } from '../../common/web/ui/format';
import type { Book } from '../../common/web/ui/record_book';
import { AREAS } from './areas';
import { CaseNotice } from './border_notice';
import { OfficeBook } from './office_book';
import { RegisterTabs } from './register_tabs';
import { touch } from './touch';
import { INCIDENTS as W } from './words/incidents';

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
    above: (row) => <CaseNotice row={row} />,
    actions: (row) => row.state !== 'closed' && (
        <Button icon="check" onClick={() => void touch('incident', row,
            { closed_on: dayOf(Date.now()), state: 'closed' }, W.closed)}>{W.close}</Button>
    ),
};

export default function Incidents() {
    return <OfficeBook book={BOOK} path="so-vu-viec" tabs={<RegisterTabs chosen="so-vu-viec" />} />;
}

/* incidents.tsx - Sổ vụ việc. */
import { Button, Note } from '../../common/web/ui/basics';
import type { Row, Values } from '../../common/web/ui/catalogue';
import { dayOf } from '../../common/web/ui/format';
import type { Book } from '../../common/web/ui/record_book';
import { AREA_OF, AREAS } from './areas';
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
    follow: (name, value): Values => {
        const area = name === 'category' ? AREA_OF[String(value)] : undefined;
        return area === undefined ? {} : { area };
    },
    above: (row) => <><Missing row={row} /><CaseNotice row={row} /></>,
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

/* Written in a hurry and to be completed: said until it is, for what has no day counts nowhere. */
function Missing({ row }: { row: Row }) {
    const missing = Object.entries(W.needed).filter(([name]) => (row[name] ?? null) === null);
    if (missing.length === 0 || row.voided_at !== null) return null;
    return <Note tone="wait">{W.missing(missing.map(([, title]) => title).join(', '))}</Note>;
}

export default function Incidents() {
    return <OfficeBook book={BOOK} path="so-vu-viec" tabs={<RegisterTabs chosen="so-vu-viec" />} />;
}

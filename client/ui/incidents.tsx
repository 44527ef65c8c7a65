/* incidents.tsx - Sổ vụ việc. */
import borders from 'tuquan:borders';
import { Button, Note } from '../../common/web/ui/basics';
import { useCatalogue, type Row, type Values } from '../../common/web/ui/catalogue';
import { useCell } from '../../common/web/ui/cell';
import { dayOf } from '../../common/web/ui/format';
import type { Book } from '../../common/web/ui/record_book';
import { AREA_OF, AREAS } from './areas';
import { useAgreements, wordsOf } from './border_allowed';
import { CaseNotice, countsElsewhere } from './border_notice';
import { OfficeBook } from './office_book';
import { RegisterTabs } from './register_tabs';
import { session } from './session';
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
    above: (row) => <><Missing row={row} /><Across row={row} /><CaseNotice row={row} /></>,
    parts: [
        {
            title: W.what,
            fields: [
                { name: 'category' }, { name: 'area' }, { name: 'village' },
                { name: 'occurred_on' }, { name: 'known_at' }, { name: 'reported_at' },
                { name: 'summary', wide: true, hint: W.summaryHint },
                { name: 'at_border' }, { name: 'across_unit', hint: W.acrossHint },
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

/* Who counts it is said where somebody would look for it in the figures of the commune. */
function Across({ row }: { row: Row }) {
    if (typeof row.across_unit !== 'string') return null;
    const there = row._shown.across_unit ?? row.across_unit;
    return <Note tone="info">{countsElsewhere(row) ? W.acrossThere(there) : W.acrossHere(there)}</Note>;
}

const code = (unit: string) => unit.split('@')[0] ?? '';

/* A case may have happened with the communes that lie next to this one across the border, or that an
 * agreement names; the form of a commune that has none does not ask. */
function useBook(): Book {
    const catalogue = useCatalogue();
    const near = borders[code(useCell(session)?.unit ?? '')] ?? [];
    const named = (useAgreements() ?? []).flatMap((row) => wordsOf(row.partner_units));
    const units = catalogue.units.map((p) => ({ value: p.unit, text: p.name }));
    const offers = units.filter((u) => near.includes(code(u.value)) || named.includes(u.value));
    const asks = (name: string) => name !== 'across_unit' || offers.length > 0;
    return {
        ...BOOK,
        choices: { ...BOOK.choices, across_unit: units },
        offers: { across_unit: offers },
        parts: BOOK.parts.map((part) => ({ ...part, fields: part.fields.filter((f) => asks(f.name)) })),
    };
}

export default function Incidents() {
    return <OfficeBook book={useBook()} path="so-vu-viec" tabs={<RegisterTabs chosen="so-vu-viec" />} />;
}

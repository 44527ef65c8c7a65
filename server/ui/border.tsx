/* border.tsx - Giáp ranh: what is due, the neighbours and how their links stand, what crossed, where. */
import { useState } from 'preact/hooks';
import { Button, Empty, ErrorText, LinkButton, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { showDate, showLate } from '../../common/web/ui/format';
import { DistrictMap, type MapValue } from '../../common/web/ui/map';
import { link, replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { Handovers } from './border_handover';
import { Journal } from './border_journal';
import { Links } from './border_links';
import { Signed, type Unsigned } from './border_signed';
import { Seen } from './border_stats';
import { session } from './session';
import { BORDER as W } from './words/border';

type Part = keyof typeof W.tabs;

interface Item {
    kind: string;
    kind_text?: string;
    row: { table: string; key: string };
    row_text?: string;
    unit: string | null;
    unit_text?: string;
    partner: string | null;
    partner_text?: string;
    due: string;
    days_late: number;
    state: string | null;
    state_text?: string;
}

export default function BorderScreen() {
    const { params } = useRoute();
    const part = (params.get('xem') ?? 'due') as Part;
    const due = useApi<{ due: Item[]; more: boolean }>('border/due');
    const late = (due.data?.due ?? []).filter((i) => i.days_late > 0).length;
    return (
        <Screen title={W.title} lead={W.lead}>
            <Tabs label={W.tabsLabel} chosen={part}
                onChoose={(id) => replace(['giap-ranh'], { xem: id })}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) =>
                    ({ id, title: W.tabs[id], count: id === 'due' ? late : null }))} />
            {part === 'links' ? <Links /> : part === 'handover' ? <Handovers /> : part === 'journal' ? <Journal />
                : due.data === null ? (due.error !== null
                    ? <ErrorText error={due.error} retry={due.reload} /> : <Waiting />)
                    : part === 'map' ? <BothSides items={due.data.due.filter((i) => i.days_late >= 0)} />
                        : <Due items={due.data.due} more={due.data.more} />}
        </Screen>
    );
}

const COLUMNS: TableColumn<Item>[] = [
    { key: 'row', title: W.due.row, main: true, cell: (i) => i.row_text ?? i.row.key },
    { key: 'kind', title: W.due.what, cell: (i) => i.kind_text ?? i.kind },
    { key: 'unit', title: W.due.unit, narrow: true, cell: (i) => i.unit_text ?? '' },
    { key: 'partner', title: W.due.partner, narrow: true, cell: (i) => i.partner_text ?? '' },
    { key: 'due', title: W.due.due, cell: (i) => <>{showDate(i.due)}{' '}
        <Mark tone={i.days_late > 0 ? 'bad' : i.days_late > -3 ? 'wait' : 'plain'}>
            {showLate(i.days_late)}</Mark></> },
    { key: 'state', title: W.due.state, narrow: true, cell: (i) => i.state_text ?? '' },
];

/* That the neighbour signed is the district's to enter; that we did, the commune's, but for a hand-over. */
function sideOf(i: Item): Unsigned['side'] | null {
    return i.kind === 'sign_theirs' ? 'theirs'
        : i.kind === 'sign_ours' && i.row.table === 'border_handover' ? 'ours' : null;
}

/* Statistics and hand-overs are the district's to acknowledge, the rest is the commune's. */
function isSeen(i: Item): boolean {
    return i.kind === 'statistics_seen' || (i.kind === 'seen_ours' && i.row.table === 'border_handover');
}

function Due({ items, more }: { items: Item[]; more: boolean }) {
    const may = useCell(session)?.may.includes('decide') === true;
    const [signed, setSigned] = useState<Unsigned | null>(null);
    if (items.length === 0) return <Empty title={W.due.none}>{W.due.noneText}</Empty>;
    const act: TableColumn<Item> = { key: 'act', title: W.due.act, cell: (i) => {
        const side = sideOf(i);
        return isSeen(i) ? <Seen table={i.row.table} row={i.row.key} name={i.row_text ?? ''} state={i.state} />
            : i.kind === 'handover' ? <LinkButton href={link(['giap-ranh'], { xem: 'handover' })}>
                {W.tabs.handover}</LinkButton>
                : side === null ? '' : <Button small aria-label={W.signed[side].of(i.row_text ?? '')}
                    onClick={() => setSigned({ table: i.row.table, key: i.row.key, side,
                        name: i.row_text ?? '' })}>{W.signed[side].button}</Button>;
    } };
    return (
        <div class="story">
            <DataTable dense caption={W.tabs.due} rows={items} keyOf={(i) => [i.kind, i.row.key, i.unit, i.partner].join()}
                columns={may && items.some((i) => sideOf(i) !== null || isSeen(i) || i.kind === 'handover') ? [...COLUMNS, act] : COLUMNS} />
            {more && <p class="muted">{W.due.more}</p>}
            {signed !== null && <Signed row={signed} onClose={() => setSigned(null)} />}
        </div>
    );
}

/* Each thing that is due counts in both communes that it is between. */
function BothSides({ items }: { items: Item[] }) {
    const counts = new Map<string, number>();
    for (const unit of items.flatMap((i) => [i.unit, i.partner]))
        if (unit !== null) {
            const code = unit.split('@')[0] ?? '';
            counts.set(code, (counts.get(code) ?? 0) + 1);
        }
    const values = new Map<string, MapValue>([...counts].map(([code, n]) => [code, {
        text: String(n), said: W.map.some(n), shade: Math.min(5, n), own: false,
    }]));
    return (
        <>
            <p class="tab-lead">{W.map.lead}</p>
            <div class="border-map"><DistrictMap across values={values} label={W.map.label} /></div>
        </>
    );
}

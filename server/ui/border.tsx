/* border.tsx - Giáp ranh: what is due, the neighbours and how their links stand, what crossed, where. */
import { Empty, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { showDate, showLate } from '../../common/web/ui/format';
import { DistrictMap, type MapValue } from '../../common/web/ui/map';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { Journal } from './border_journal';
import { Links } from './border_links';
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
    const due = useApi<{ due: Item[] }>('border/due');
    const late = (due.data?.due ?? []).filter((i) => i.days_late > 0).length;
    return (
        <Screen title={W.title} lead={W.lead}>
            <Tabs label={W.tabsLabel} chosen={part}
                onChoose={(id) => replace(['giap-ranh'], { xem: id })}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) =>
                    ({ id, title: W.tabs[id], count: id === 'due' ? late : null }))} />
            {part === 'links' ? <Links /> : part === 'journal' ? <Journal />
                : due.data === null ? (due.error !== null
                    ? <ErrorText error={due.error} retry={due.reload} /> : <Waiting />)
                    : part === 'map' ? <BothSides items={due.data.due} />
                        : <Due items={due.data.due} />}
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

function Due({ items }: { items: Item[] }) {
    if (items.length === 0) return <Empty title={W.due.none}>{W.due.noneText}</Empty>;
    return <div class="story"><DataTable dense caption={W.tabs.due} rows={items} columns={COLUMNS}
        keyOf={(i) => i.kind + i.row.key} /></div>;
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

/* models.tsx - The models one by one, with the papers of each step; what is still lacking. */
import { Empty, Mark } from '../../common/web/ui/basics';
import { showDate } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import type { Model, Movement } from './movement_data';
import { UnitChoice } from './units';
import { WhyButton } from './why';
import { MODELS as W, MOVEMENT } from './words/movement';

export function Models({ told }: { told: Movement }) {
    const { params } = useRoute();
    const unit = params.get('xa') ?? '';
    const names = new Map(told.rows.map((r) => [r.unit, r.name]));
    const rows = told.models.filter((m) => unit === '' || m.unit === unit);
    return (
        <>
            <p class="tab-lead muted">{W.hint}</p>
            <div class="filters open"><UnitChoice label={MOVEMENT.unit} all={MOVEMENT.all} value={unit}
                onChange={(xa) => replace(['phong-trao'],
                    { nam: String(told.year), xem: 'models', ...(xa !== '' ? { xa } : {}) })} /></div>
            {rows.length === 0 ? <Empty title={unit === '' ? W.none : W.noneOf} />
                : <div class="story"><DataTable dense caption={W.title} rows={rows}
                    keyOf={(m) => m.key} columns={columns(names)} /></div>}
        </>
    );
}

/* A paper is its number and its day; one alone is half of it. */
function Paper({ no, on }: { no: string | null; on: string | null }) {
    if (no === null && on === null) return <Mark tone="plain">{MOVEMENT.no}</Mark>;
    return <>{no}{no !== null && <br />}<small class="muted">{on !== null ? showDate(on) : ''}</small></>;
}

function State({ m }: { m: Model }) {
    return (
        <>
            {W.states[m.state] ?? m.state}
            {m.lacks.length > 0 && <Mark tone="wait">
                {m.lacks.map((paper) => W.lacks[paper] ?? paper).join(', ')}</Mark>}
        </>
    );
}

function columns(names: Map<string, string>): TableColumn<Model>[] {
    return [
        { key: 'village', title: W.village, main: true, cell: (m) => <>
            <WhyButton name={`${m.village_text ?? ''} ${m.label ?? ''}`}
                cell={{ table: 'model', key: m.key }}>{m.village_text ?? m.label}</WhyButton>
            <small class="muted block">{names.get(m.unit) ?? m.unit}</small></> },
        { key: 'kind', title: W.kind, narrow: true, cell: (m) => W.kinds[m.kind ?? ''] ?? '' },
        { key: 'survey', title: W.survey, narrow: true, cell: (m) =>
            <Paper no={m.survey_no} on={m.survey_on} /> },
        { key: 'plan', title: W.plan, narrow: true, cell: (m) => <Paper no={m.plan_no} on={m.plan_on} /> },
        { key: 'decision', title: W.decision, narrow: true, cell: (m) =>
            <Paper no={m.decision_no} on={m.decision_on} /> },
        { key: 'committee', title: W.committee, narrow: true, cell: (m) => m.committee > 0
            ? W.members(m.committee) : <Mark tone="plain">{MOVEMENT.no}</Mark> },
        { key: 'covenant', title: W.covenant, narrow: true, short: true, cell: (m) =>
            m.covenant_on !== null ? showDate(m.covenant_on) : <Mark tone="plain">{MOVEMENT.no}</Mark> },
        { key: 'launch', title: W.launch, short: true, cell: (m) => m.launched_on !== null
            ? showDate(m.launched_on) : <Mark tone="plain">{MOVEMENT.no}</Mark> },
        { key: 'state', title: W.state, cell: (m) => <State m={m} /> },
    ];
}

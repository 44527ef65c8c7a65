/* movement.tsx - Phong trào: how far the models of all communes are in a year, their registration and
 * festivals, recognition, awards. */
import { query } from '../../common/web/ui/api';
import { Empty, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { dayOf } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { Awards } from './awards';
import { Drive } from './drive';
import { Models } from './models';
import { STEPS, type Movement, type MovementRow, type Step } from './movement_data';
import { RecognitionTable } from './recognition';
import { MOVEMENT as W } from './words/movement';

const OLDEST = 5; /* years back that are offered */

export default function MovementScreen() {
    const { params } = useRoute();
    const today = Number(dayOf(Date.now()).slice(0, 4));
    const year = Number(params.get('nam') ?? today);
    const part = params.get('xem') ?? 'steps';
    const found = useApi<Movement>('movement' + query({ year }));
    const show = (more: Record<string, string>) =>
        replace(['phong-trao'], { nam: String(year), xem: part, ...more });
    const told = found.data?.year === year ? found.data : null; /* not the year before's */
    return (
        <Screen title={W.title} lead={W.lead} actions={
            <YearChoice year={year} today={today} onChange={(nam) => show({ nam })} />}>
            <Tabs label={W.tabsLabel} chosen={part} onChoose={(xem) => show({ xem })}
                tabs={Object.entries(W.tabs).map(([id, title]) => ({ id, title }))} />
            {told === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                : told.rows.length === 0 ? <Empty title={W.none} /> : <>
                    {part === 'steps' && <Steps told={told} />}
                    {part === 'models' && <Models told={told} />}
                    {part === 'drive' && <Drive told={told} />}
                    {part === 'recognition' && <RecognitionTable told={told} />}
                    {part === 'awards' && <Awards year={told.year} />}
                </>}
        </Screen>
    );
}

function YearChoice({ year, today, onChange }: {
    year: number; today: number; onChange: (year: string) => void;
}) {
    const years = [...new Set([year, ...Array.from({ length: OLDEST + 1 }, (_, i) => today - i)])]
        .sort((a, b) => b - a);
    return (
        <div class="field period-choice">
            <Combo id="year" label={W.year} value={String(year)}
                choices={years.map((y) => ({ value: String(y), text: W.yearOf(y) }))}
                onChange={(y) => y !== '' && onChange(y)} />
        </div>
    );
}

function Steps({ told }: { told: Movement }) {
    const { totals } = told;
    return (
        <>
            <dl class="totals">
                {STEPS.map((s) => <div key={s}><dt>{W.steps[s]}</dt>
                    <dd>{W.ofAll(totals[s], totals.units)}</dd></div>)}
            </dl>
            <DataTable dense caption={W.title} rows={told.rows} columns={COLUMNS}
                keyOf={(r) => r.unit} />
        </>
    );
}

function reached(step: Step): TableColumn<MovementRow> {
    return { key: step, title: W.steps[step] ?? step, narrow: step === 'surveyed' || step === 'decided',
        cell: (r) => r.step[step] ? <Mark tone="ok">{W.yes}</Mark>
            : <Mark tone="plain">{W.no}</Mark> };
}

const COLUMNS: TableColumn<MovementRow>[] = [
    { key: 'unit', title: W.unit, main: true, cell: (r) => r.name },
    ...STEPS.map(reached),
    { key: 'models', title: W.models, number: true, narrow: true, cell: (r) => r.models },
    { key: 'running', title: W.running, number: true, narrow: true, cell: (r) => r.running },
    { key: 'covenants', title: W.covenants, number: true, narrow: true,
        cell: (r) => W.ofAll(r.covenants, r.villages) },
    { key: 'committee', title: W.committee, number: true, narrow: true,
        cell: (r) => W.members(r.committee) },
];

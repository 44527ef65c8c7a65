/* drive.tsx - The yearly registration of each commune and its two festivals; the district confirms. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, Mark } from '../../common/web/ui/basics';
import { useCell } from '../../common/web/ui/cell';
import { dayOf, showDate, showInt } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog } from './form';
import type { Movement, MovementRow } from './movement_data';
import { session } from './session';
import { DRIVE as W, MOVEMENT } from './words/movement';

export function Drive({ told }: { told: Movement }) {
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<MovementRow | null>(null);
    return (
        <>
            <p class="tab-lead muted">{W.hint}</p>
            <DataTable dense caption={W.title} rows={told.rows} keyOf={(r) => r.unit}
                columns={columns(may, setAsked)} />
            {asked !== null && <FormDialog title={W.confirmOf(asked.name)} action={W.confirm}
                onClose={() => setAsked(null)} fields={[{ name: 'confirmed_on', label: W.confirmDay,
                    kind: 'date', needed: true, value: dayOf(Date.now()),
                    was: asked.confirmed_on }]}
                order={(values) => ({ method: 'PATCH', body: { values }, done: W.confirmedNow,
                    path: at('rows', 'emulation_launch', `${asked.unit};${told.year}`) })} />}
        </>
    );
}

function columns(may: boolean, ask: (row: MovementRow) => void): TableColumn<MovementRow>[] {
    return [
        { key: 'unit', title: MOVEMENT.unit, main: true, cell: (r) => r.name },
        { key: 'registered', title: W.registered, short: true, cell: (r) => r.registered_on !== null
            ? showDate(r.registered_on) : <Mark tone="wait">{W.notRegistered}</Mark> },
        { key: 'launched', title: W.launched, short: true, narrow: true, cell: (r) =>
            r.launched_on !== null ? showDate(r.launched_on)
                : <Mark tone="wait">{W.notLaunched}</Mark> },
        { key: 'pledged', title: W.pledged, number: true, narrow: true, cell: (r) => r.pledged === null
            ? '' : showInt(r.pledged) },
        { key: 'festivals', title: W.festivals, cell: (r) => {
            const { held, planned } = r.festivals;
            return <Mark tone={planned > 0 && held >= planned ? 'ok' : held > 0 ? 'plain' : 'wait'}>
                {W.festivalsOf(held, planned)}</Mark>;
        } },
        { key: 'confirmed', title: W.confirmed, cell: (r) => r.confirmed_on !== null
            ? <Mark tone="ok">{showDate(r.confirmed_on)}</Mark>
            : may && r.drive ? <Button small kind="quiet" aria-label={W.confirmOf(r.name)}
                onClick={() => ask(r)}>{W.confirm}</Button> : '' },
    ];
}

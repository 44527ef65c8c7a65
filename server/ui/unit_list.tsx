/* unit_list.tsx - The communes and their villages: renamed by an officer; merged and split by a leader,
 * from a day on, by a resolution. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Note, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { showDate } from '../../common/web/ui/format';
import { link, replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog, type FormField, type FormValues } from './form';
import { session } from './session';
import { UnitChoice, type Unit } from './units';
import { CATALOGUE as C, UNITS as W } from './words/catalogue';

type Listed = Unit & { villages: number; state_text?: string };
type Named = { unit: string; name: string; short: string };
type Asked = { what: 'rename'; row: Named } | { what: 'merge' } | { what: 'split' } | null;

export function UnitList() {
    const found = useApi<{ units: Listed[] }>('units');
    const may = useCell(session)?.may ?? [];
    const [asked, setAsked] = useState<Asked>(null);
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const rows = found.data.units.filter((u) => u.own);
    const open = rows.filter((u) => u.state === 'active').map((u) => ({ value: u.unit, text: u.name }));
    return (
        <>
            <div class="tab-head">
                <p class="tab-lead muted">{W.hint}</p>
                {may.includes('sign') && <span class="line-acts">
                    <Button onClick={() => setAsked({ what: 'merge' })}>{W.merge}</Button>
                    <Button onClick={() => setAsked({ what: 'split' })}>{W.split}</Button></span>}
            </div>
            <DataTable dense caption={W.title} rows={rows} keyOf={(u) => u.unit}
                columns={columns(may.includes('decide'), (u) => setAsked({ what: 'rename',
                    row: { unit: u.unit, name: u.name, short: u.short ?? '' } }))} />
            {asked?.what === 'rename' && <Rename row={asked.row} onClose={() => setAsked(null)} />}
            {asked?.what === 'merge' && <Merge units={open} onClose={() => setAsked(null)} />}
            {asked?.what === 'split' && <Split units={open} onClose={() => setAsked(null)} />}
        </>
    );
}

function columns(may: boolean, rename: (row: Listed) => void): TableColumn<Listed>[] {
    const list: TableColumn<Listed>[] = [
        { key: 'name', title: C.unit, main: true, cell: (u) => <a href={link(['danh-muc'],
            { xem: 'villages', xa: u.unit })}>{u.name}</a> },
        { key: 'code', title: C.code, short: true, narrow: true, cell: (u) => {
            const [code, since] = u.unit.split('@');
            return <>{code}<small class="muted"> {W.from(showDate(since))}</small></>;
        } },
        { key: 'villages', title: W.villages, number: true, cell: (u) => u.villages },
        { key: 'state', title: C.state, cell: (u) => <Mark tone={u.state === 'active' ? 'ok' : 'plain'}>
            {u.state_text ?? u.state}</Mark> },
    ];
    if (may)
        list.push({ key: 'act', title: C.act, cell: (u) => u.state !== 'active' ? ''
            : <Button small kind="quiet" aria-label={W.renameOf(u.name)}
                onClick={() => rename(u)}>{W.rename}</Button> });
    return list;
}

function Rename({ row, onClose }: { row: Named; onClose: () => void }) {
    return (
        <FormDialog title={W.renameOf(row.name)} action={C.save} onClose={onClose} fields={[
            { name: 'name', label: C.name, value: row.short, needed: true },
            { name: 'full_name', label: W.fullName, value: row.name, needed: true, hint: W.fullHint },
        ]} order={({ name, full_name }) => {
            const body = { ...(name !== row.short ? { name } : {}),
                ...(full_name !== row.name ? { full_name } : {}) };
            return Object.keys(body).length === 0 ? W.unchanged
                : { method: 'POST', path: at('units', row.unit, 'rename'), body, done: C.done };
        }}>
            <p class="muted">{W.renameHint}</p>
        </FormDialog>
    );
}

type Choices = { value: string; text: string }[];

const NONE = { value: '', text: '' };

const NEW: FormField[] = [
    { name: 'into', label: W.into },
    { name: 'name', label: W.newName },
    { name: 'full_name', label: W.newFullName, hint: W.fullHint },
];
const BY: FormField[] = [
    { name: 'on', label: W.on, kind: 'date', needed: true },
    { name: 'resolution', label: W.resolution, needed: true },
];

function Merge({ units, onClose }: { units: Choices; onClose: () => void }) {
    return (
        <FormDialog wide title={W.mergeTitle} action={C.save} onClose={onClose} fields={[
            { name: 'units', label: W.old, kind: 'marks', choices: units, needed: true },
            { name: 'target', label: W.mergeInto, kind: 'choice', choices: [NONE, ...units],
                hint: W.targetHint },
            ...NEW, ...BY,
        ]} order={({ units: marked, ...rest }) => {
            const old = String(marked).split(',');
            const body = bodyInto(rest);
            return old.length < 2 ? W.two : body === null ? W.targetNeeded
                : { method: 'POST', path: 'units/merge', body: { units: old, ...body }, done: C.done };
        }}>
            <Note tone="wait">{W.merged}</Note>
        </FormDialog>
    );
}

/* Into a unit that is there, or a new one. */
function bodyInto({ target, into, name, full_name, ...rest }: FormValues) {
    if (target !== null && target !== undefined) return { ...rest, into: target };
    return into === null || name === null ? null
        : { ...rest, into, name, ...(full_name !== null ? { full_name } : {}) };
}

/* First which unit, then which of its villages. */
function Split({ units, onClose }: { units: Choices; onClose: () => void }) {
    const [unit, setUnit] = useState('');
    const found = useApi<{ rows: Village[] }>(unit === '' ? null : villagesOf(unit));
    const villages = (found.data?.rows ?? []).filter((v) => v.valid_to === null)
        .map((v) => ({ value: v.code, text: nameOf(v) }));
    if (unit === '' || found.data === null)
        return (
            <Dialog title={W.splitTitle} onClose={onClose} foot={<Button onClick={onClose}>{C.cancel}</Button>}>
                <div class="field"><Combo id="split-unit" label={W.leavesFrom} value={unit} choices={units}
                    onChange={setUnit} /></div>
                {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            </Dialog>
        );
    return (
        <FormDialog wide title={W.splitOf(units.find((u) => u.value === unit)?.text ?? unit)} action={C.save}
            onClose={onClose} fields={[
                { name: 'villages', label: W.leaving, kind: 'marks', choices: villages, needed: true },
                { name: 'target', label: W.target, kind: 'choice', choices: [NONE, ...units],
                    hint: W.targetHint },
                ...NEW, ...BY,
            ]} order={(values) => {
                const body = bodyInto(values);
                return body === null ? W.targetNeeded
                    : { method: 'POST', path: 'units/split', body: { unit, ...body }, done: C.done };
            }} />
    );
}

function villagesOf(unit: string): string {
    return 'rows/unit' + query({ parent: unit, level: 4, limit: 500 });
}

function nameOf(v: Village): string {
    return v.full_name ?? v.name ?? v.code;
}

/* A new village of a commune, from a day on. */
function Add({ unit, name, onClose }: { unit: string; name: string; onClose: () => void }) {
    return (
        <FormDialog title={W.addTo(name)} action={C.save} onClose={onClose} fields={[
            { name: 'code', label: C.code, value: `${unit.split('@')[0]}-`, needed: true, hint: W.codeHint },
            { name: 'name', label: C.name, needed: true },
            { name: 'full_name', label: W.fullName, hint: W.villageHint },
            { name: 'on', label: W.on, kind: 'date', needed: true },
        ]} order={({ full_name, ...body }) => ({ method: 'POST', path: at('units', unit, 'villages'),
            body: { ...body, ...(full_name !== null ? { full_name } : {}) }, done: C.done })}>
            <p class="muted">{W.addHint}</p>
        </FormDialog>
    );
}

interface Village {
    _key: string;
    code: string;
    name: string | null;
    full_name: string | null;
    valid_from: string | null;
    valid_to: string | null;
    state_text?: string;
}

export function VillageList() {
    const { params } = useRoute();
    const unit = params.get('xa') ?? '';
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Named | null>(null);
    const [adds, setAdds] = useState(false);
    const units = useApi<{ units: Unit[] }>('units').data?.units ?? [];
    const chosen = units.find((u) => u.unit === unit && u.own && u.state === 'active');
    const found = useApi<{ rows: Village[] }>(unit === '' ? null : villagesOf(unit));
    const list: TableColumn<Village>[] = [
        { key: 'name', title: W.village, main: true, cell: nameOf },
        { key: 'code', title: C.code, short: true, cell: (v) => v.code },
        { key: 'since', title: W.since, short: true, narrow: true, cell: (v) => showDate(v.valid_from) },
        { key: 'until', title: W.until, short: true, narrow: true, cell: (v) => v.valid_to === null ? ''
            : showDate(v.valid_to) },
        { key: 'state', title: C.state, narrow: true, cell: (v) => v.state_text ?? '' },
    ];
    if (may)
        list.push({ key: 'act', title: C.act, cell: (v) => v.valid_to !== null ? ''
            : <Button small kind="quiet" aria-label={W.renameOf(nameOf(v))} onClick={() => setAsked({
                unit: v._key, name: nameOf(v), short: v.name ?? '' })}>{W.rename}</Button> });
    return (
        <>
            <div class="filters open"><UnitChoice label={C.unit} value={unit} all={C.choose}
                onChange={(xa) => replace(['danh-muc'], { xem: 'villages', xa })} />
                {may && chosen !== undefined && <Button icon="plus" onClick={() => setAdds(true)}>{W.add}</Button>}
            </div>
            {unit === '' ? <Empty title={W.chooseFirst} />
                : found.data === null ? (found.error !== null
                    ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                    : found.data.rows.length === 0 ? <Empty title={W.noVillages} />
                        : <DataTable dense caption={W.village} rows={found.data.rows}
                            keyOf={(v) => v._key} columns={list} />}
            {asked !== null && <Rename row={asked} onClose={() => setAsked(null)} />}
            {adds && chosen !== undefined && <Add unit={unit} name={chosen.name} onClose={() => setAdds(false)} />}
        </>
    );
}

/* unit_list.tsx - The communes and their villages: renamed by an officer; merged and split by a leader,
 * from a day on, by a resolution. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Note, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
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
            { name: 'first', label: W.first, kind: 'choice', choices: units, needed: true },
            { name: 'second', label: W.second, kind: 'choice', choices: units, needed: true },
            { name: 'third', label: W.third, kind: 'choice', choices: [NONE, ...units] },
            { name: 'target', label: W.mergeInto, kind: 'choice', choices: [NONE, ...units],
                hint: W.targetHint },
            ...NEW, ...BY,
        ]} order={({ first, second, third, ...rest }) => {
            const old = [first, second, third].filter((u) => u !== null && u !== undefined);
            const body = bodyInto(rest);
            return new Set(old).size < old.length ? W.same : body === null ? W.targetNeeded
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

function Split({ units, onClose }: { units: Choices; onClose: () => void }) {
    return (
        <FormDialog wide title={W.splitTitle} action={C.save} onClose={onClose} fields={[
            { name: 'unit', label: W.leavesFrom, kind: 'choice', choices: units, needed: true },
            { name: 'villages', label: W.leaving, needed: true, hint: W.leavingHint },
            { name: 'target', label: W.target, kind: 'choice', choices: [NONE, ...units],
                hint: W.targetHint },
            ...NEW, ...BY,
        ]} order={(values) => {
            const body = bodyInto(values);
            return body === null ? W.targetNeeded
                : { method: 'POST', path: 'units/split', body, done: C.done };
        }} />
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
    const found = useApi<{ rows: Village[] }>(unit === '' ? null : 'rows/unit' +
        query({ parent: unit, level: 4, limit: 500 }));
    const nameOf = (v: Village) => v.full_name ?? v.name ?? v.code;
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
                onChange={(xa) => replace(['danh-muc'], { xem: 'villages', xa })} /></div>
            {unit === '' ? <Empty title={W.chooseFirst} />
                : found.data === null ? (found.error !== null
                    ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                    : found.data.rows.length === 0 ? <Empty title={W.noVillages} />
                        : <DataTable dense caption={W.village} rows={found.data.rows}
                            keyOf={(v) => v._key} columns={list} />}
            {asked !== null && <Rename row={asked} onClose={() => setAsked(null)} />}
        </>
    );
}

/* devices.tsx - Thiết bị: every machine of the communes, how it stands, what to do; invite, revoke. */
import { useState } from 'preact/hooks';
import { at, send } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { noteChange, useApi, useCell } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { showInstant, showWhen } from '../../common/web/ui/format';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Made, type Invitation } from './invitation';
import { ReasonDialog, useOrder } from './order';
import { session } from './session';
import { UnitChoice } from './units';
import { DEVICES as W } from './words/devices';

interface Device {
    device: number;
    unit: string;
    unit_text?: string;
    letter: string;
    machine: string;
    last_heard_at_ms: number;
    last_confirmed_at_ms: number;
    offset_ms: number;
    software: string;
    keys_since_ms: number;
    renewal: 'offered' | 'asked' | null;
    revoked: boolean;
    fork: string;
    forked_at_ms: number | null;
    todo: string;
}

type Asked = { what: 'revoke'; device: Device } | { what: 'invite' } | null;

export default function DevicesScreen() {
    const found = useApi<{ devices: Device[] }>('devices');
    const may = useCell(session)?.may.includes('machines') === true;
    const [ended, setEnded] = useState(false);
    const [asked, setAsked] = useState<Asked>(null);
    const all = found.data?.devices ?? [];
    const rows = all.filter((d) => ended || !d.revoked)
        .sort((a, b) => Number(b.todo !== '') - Number(a.todo !== ''));
    return (
        <Screen title={W.title} lead={W.lead} actions={may &&
            <Button kind="main" icon="plus" onClick={() => setAsked({ what: 'invite' })}>
                {W.invite}</Button>}>
            {found.data === null && (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)}
            {all.some((d) => d.revoked) && <div class="filters"><div class="check">
                <label><input type="checkbox" checked={ended}
                    onChange={() => setEnded(!ended)} /> {W.withRevoked}</label></div></div>}
            {found.data !== null && (rows.length === 0 ? <Empty title={W.none}>{W.noneText}</Empty>
                : <DataTable dense caption={W.title} rows={rows} keyOf={(d) => String(d.device)}
                    rowClass={(d) => d.todo !== '' && d.todo !== 'first_sync' ? 'needs-call' : ''}
                    columns={columns(may, (device) => setAsked({ what: 'revoke', device }))} />)}
            {asked?.what === 'invite' && <Invite onClose={() => setAsked(null)} />}
            {asked?.what === 'revoke' && <Revoke device={asked.device}
                onClose={() => setAsked(null)} />}
        </Screen>
    );
}

function columns(may: boolean, revoke: (device: Device) => void): TableColumn<Device>[] {
    const list: TableColumn<Device>[] = [
        { key: 'unit', title: W.unit, main: true, cell: (d) => d.unit_text ?? d.unit },
        { key: 'machine', title: W.machine, cell: (d) => `${d.machine} (${d.letter})` },
        { key: 'todo', title: W.todo, cell: (d) => <Todo device={d} /> },
        { key: 'heard', title: W.heard, short: true, cell: (d) =>
            d.last_heard_at_ms > 0 ? showWhen(d.last_heard_at_ms) : W.never },
        { key: 'clock', title: W.clock, number: true, narrow: true, cell: (d) =>
            Math.trunc(d.offset_ms / 1000) !== 0 ? W.seconds(Math.trunc(d.offset_ms / 1000)) : '' },
        { key: 'software', title: W.software, narrow: true, short: true, cell: (d) => d.software },
        { key: 'keys', title: W.keys, narrow: true, cell: (d) => <Keys device={d} may={may} /> },
    ];
    if (may)
        list.push({ key: 'revoke', title: W.revoke, cell: (d) => d.revoked ? '' :
            <Button small kind="quiet" aria-label={W.revokeOf(nameOf(d))}
                onClick={() => revoke(d)}>{W.revoke}</Button> });
    return list;
}

function nameOf(device: Device): string {
    return `${device.machine}, ${device.unit_text ?? device.unit}`;
}

/* A file that was restored or copied is told even where nothing is to be done about it. */
function Todo({ device }: { device: Device }) {
    if (device.revoked) return <Mark tone="plain">{W.revoked}</Mark>;
    const file = W.files[device.fork];
    return (
        <>
            {device.todo === '' && file === undefined && <Mark tone="ok">{W.fine}</Mark>}
            {device.todo !== '' && <Mark tone={device.todo === 'first_sync' ? 'wait' : 'bad'}>
                {W.todos[device.todo] ?? device.todo}</Mark>}
            {file !== undefined && <Mark tone="info">
                {file}, {showInstant(device.forked_at_ms)}</Mark>}
        </>
    );
}

function Keys({ device, may }: { device: Device; may: boolean }) {
    const { busy, run } = useOrder();
    if (device.renewal !== null) return <>{W.renewals[device.renewal]}</>;
    if (device.revoked || !may || device.todo !== 'keys_old')
        return <>{device.keys_since_ms > 0 ? showWhen(device.keys_since_ms) : ''}</>;
    return (
        <Button small busy={busy} aria-label={W.renewOf(nameOf(device))} onClick={() => void run({
            method: 'POST', path: at('devices', device.device, 'renew'), body: {}, done: W.asked,
        })}>{W.renew}</Button>
    );
}

function Revoke({ device, onClose }: { device: Device; onClose: () => void }) {
    return (
        <ReasonDialog danger title={W.revokeOf(nameOf(device))} action={W.revoke} hint={W.revokeHint}
            onClose={onClose} order={(why) => ({ method: 'POST',
                path: at('devices', device.device, 'revoke'), body: { why },
                done: W.revokedNow(nameOf(device)) })}>
            <p>{W.revokeLead}</p>
        </ReasonDialog>
    );
}

function Invite({ onClose }: { onClose: () => void }) {
    const [unit, setUnit] = useState('');
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<unknown>(null);
    const [made, setMade] = useState<Invitation | null>(null);
    const make = async () => {
        setBusy(true);
        setError(null);
        try {
            setMade(await send<Invitation>('POST', 'invitations', { unit }));
            noteChange();
        } catch (failed) {
            setError(failed);
        } finally {
            setBusy(false);
        }
    };
    return (
        <Dialog wide title={W.inviteTitle} onClose={onClose} foot={made === null
            ? <Button kind="main" busy={busy} disabled={unit === ''} onClick={() => void make()}>
                {W.make}</Button>
            : <Button kind="main" onClick={onClose}>{W.close}</Button>}>
            {error !== null && <ErrorText error={error} />}
            {made === null ? <>
                <p>{W.inviteLead}</p>
                <UnitChoice id="invite-unit" label={W.unit} value={unit} onChange={setUnit} />
            </> : <Made made={made} />}
        </Dialog>
    );
}

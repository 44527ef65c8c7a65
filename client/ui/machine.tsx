/* machine.tsx - Máy này: the state of files and keys, backups, the log, help for each screen. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { get, send } from '../../common/web/ui/api';
import { Button, Card, ErrorText, Mark, Screen, Waiting, type Tone }
    from '../../common/web/ui/basics';
import { createCell, noteChange, useApi, useCell, useRead } from '../../common/web/ui/cell';
import { dayOf, showDate, showInstant, showWhen } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { RecentImports } from './import_file';
import { MachineName } from './machine_name';
import { People } from './person';
import { Restore } from './restore';
import { session } from './session';
import { Stick } from './stick';
import { onceEach, wordsOf } from './agent_words';
import { readMachine, type Machine } from './shapes';
import { MACHINE as W } from './words/machine';

type Check = Machine['checks'][number];

const TONES: Record<string, Tone> = { fine: 'plain', look: 'wait', broken: 'bad' };
const DATA_FILE = 'data file';
const REPAIRED = 'difference repaired'; /* told by the row's key, which says nothing to a clerk */

export default function MachineScreen() {
    const found = useRead('machine', readMachine);
    const machine = found.data;
    return (
        <Screen title={W.title} lead={W.lead}>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {machine === null && found.loading && <Waiting />}
            {machine !== null && (
                <div class="machine">
                    <div>
                        <Health checks={machine.checks} />
                        <Log />
                    </div>
                    <div>
                        <Backup machine={machine} />
                        <Stick />
                        <People />
                        <Imports />
                        <Device machine={machine} />
                    </div>
                </div>
            )}
            <Card title={W.help}>
                <dl class="help">
                    {W.helpItems.map(([title, text]) => (
                        <div key={title}><dt>{title}</dt><dd>{text}</dd></div>
                    ))}
                </dl>
            </Card>
        </Screen>
    );
}

/* What is counted stands behind a name only where there is something to be counted. */
function nameOf(c: Check): string {
    const name = W.checks[c.check] ?? c.check;
    return c.result === 'fine' ? name.replace(/ \(.*\)$/, '') : name;
}

function CheckRow({ c, note }: { c: Check; note?: string }) {
    return (
        <li class="check-row">
            <span>{nameOf(c)}
                {c.detail !== '' && c.result !== 'fine' && c.check !== REPAIRED && <small class="muted"> {c.detail}</small>}
                {note !== undefined && <small class="muted"> {note}</small>}</span>
            <Mark tone={TONES[c.result] ?? 'wait'}
                icon={c.result === 'fine' ? 'check' : undefined}>
                {W.results[c.result] ?? c.result}</Mark>
        </li>
    );
}

/* The data file was read through: when, and what was found; as long as this window is open. */
const readThrough = createCell<{ at: number; check: Check } | null>(null);

/* Reading the whole file takes as long as it is large: only when somebody asks. */
function FileCheck() {
    const last = useCell(readThrough);
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const look = async () => {
        setBusy(true);
        setFailed(null);
        try {
            const { checks } = await get<{ checks: Check[] }>('doctor');
            const check = checks.find((c) => c.check === DATA_FILE);
            if (check !== undefined) readThrough.set({ at: Date.now(), check });
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
        }
    };
    return (
        <>
            <ul class="plain-list">
                {last !== null && <CheckRow c={last.check} note={W.readAt(showWhen(last.at))} />}
            </ul>
            <p class="inbox-open"><Button busy={busy} onClick={() => void look()}>
                {W.readThrough}</Button></p>
            {failed !== null && <ErrorText error={failed} />}
        </>
    );
}

function Health({ checks }: { checks: Check[] }) {
    return (
        <Card title={W.health}>
            <ul class="plain-list">
                {checks.map((c, i) => <CheckRow key={i} c={c} />)}
            </ul>
            <FileCheck />
        </Card>
    );
}

function Backup({ machine }: { machine: Machine }) {
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const last = machine.last_backup;
    const backup = async () => {
        setBusy(true);
        setFailed(null);
        try {
            await send('POST', 'backup', {});
            toast(W.backupDone, 'ok');
            noteChange();
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
        }
    };
    return (
        <Card title={W.backup}>
            {last === null ? <p class="muted">{W.noBackup}</p> : (
                <p>{W.lastBackup}: <b>{showWhen(last.at)}</b>,{' '}
                    {W.verified}.<br />
                    <small class="muted break">{last.file}</small></p>
            )}
            <p class="inbox-open"><Button kind="main" busy={busy} onClick={() => void backup()}>
                {W.backupNow}</Button></p>
            {failed !== null && <ErrorText error={failed} />}
            <Restore copies={machine.copies} />
        </Card>
    );
}

function Imports() {
    const found = useApi<{ imports: unknown[] }>('imports');
    if ((found.data?.imports.length ?? 0) === 0) return null;
    return <Card><RecentImports /></Card>;
}

function Device({ machine }: { machine: Machine }) {
    const who = useCell(session);
    const facts: [string, ComponentChildren][] = [
        [W.unit, who?.unit_name ?? '–'],
        [W.name, machine.machine === null ? '–' : <MachineName name={machine.machine} />],
        [W.letter, machine.letter ?? '–'],
        [W.number, machine.device === null ? '–' : String(machine.device)],
        [W.version, machine.version],
        [W.catalogue, String(machine.catalogue)],
        [W.folder, machine.file],
    ];
    return (
        <Card title={W.device}>
            <dl class="cells">
                {facts.map(([title, text]) => <div key={title}><dt>{title}</dt><dd>{text}</dd></div>)}
                {machine.others.length > 0 && <div><dt>{W.others}</dt><dd>
                    {machine.others.map((m) => <div key={m.device}>
                        {W.joined(m.name, showDate(dayOf(m.since)))}</div>)}</dd></div>}
            </dl>
        </Card>
    );
}

function Log() {
    const found = useApi<{ lines: { id: string; at: number; text: string }[] }>('log');
    const lines = onceEach(found.data?.lines ?? []).reverse()
        .map((l) => ({ at: l.at, text: wordsOf(l) })).filter((l) => l.text !== null);
    return (
        <Card title={W.log}>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {found.data !== null && lines.length === 0 && <p class="muted">{W.logNone}</p>}
            <ul class="plain-list log" tabIndex={0} aria-label={W.log}>
                {lines.slice(0, 100).map((l, i) => (
                    <li key={i}><small class="muted">{showInstant(l.at)}</small> {l.text}</li>
                ))}
            </ul>
        </Card>
    );
}

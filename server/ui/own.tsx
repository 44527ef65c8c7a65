/* own.tsx - Tài khoản của tôi: password, second factor, and where one is signed in. */
import { useState } from 'preact/hooks';
import { ApiError, send } from '../../common/web/ui/api';
import { Button, Card, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { showInstant } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Line } from './line';
import { useAttempt } from './order';
import { session } from './session';
import { OWN as W } from './words/own';

const NEEDS_CODE = 'E510';

export default function OwnScreen() {
    return (
        <Screen title={W.title} lead={W.lead}>
            <Password />
            <Totp />
            <Sessions />
        </Screen>
    );
}

function Password() {
    const [old, setOld] = useState('');
    const [fresh, setFresh] = useState('');
    const { busy, error, attempt } = useAttempt();
    const go = (event: Event) => {
        event.preventDefault();
        void attempt(async () => {
            await send('POST', 'password', { old, new: fresh });
            setOld('');
            setFresh('');
            toast(W.changed, 'ok');
        });
    };
    return (
        <Card title={W.password}>
            <form class="own-form" onSubmit={go}>
                {error !== null && <ErrorText error={error} />}
                <Line id="old" label={W.old} type="password" value={old}
                    complete="current-password" onInput={setOld} />
                <Line id="fresh" label={W.fresh} type="password" value={fresh} hint={W.hint}
                    complete="new-password" onInput={setFresh} />
                <Button type="submit" kind="main" busy={busy}>{W.change}</Button>
            </form>
        </Card>
    );
}

interface Told {
    secret: string;
    qr: string;
}

function Totp() {
    const who = useCell(session);
    const [asks, setAsks] = useState(false);
    const [told, setTold] = useState<Told | null>(null);
    const has = who?.totp === true;
    const proved = () => {
        setTold(null);
        setAsks(false);
        if (who !== null) session.set({ ...who, totp: true });
        toast(W.totpDone, 'ok');
    };
    return (
        <Card title={W.totp}>
            <p>{has ? <Mark tone="ok">{W.totpOn}</Mark> : W.totpOff}</p>
            {!asks && told === null && <Button icon="keys" onClick={() => setAsks(true)}>
                {has ? W.totpReplace : W.totpNew}</Button>}
            {asks && told === null && <AskTotp has={has} onTold={setTold} />}
            {told !== null && <Prove told={told} onDone={proved} />}
        </Card>
    );
}

function AskTotp({ has, onTold }: { has: boolean; onTold: (told: Told) => void }) {
    const [password, setPassword] = useState('');
    const [code, setCode] = useState('');
    const [asksCode, setAsksCode] = useState(has);
    const { busy, error, attempt } = useAttempt();
    const go = (event: Event) => {
        event.preventDefault();
        void attempt(async () => {
            try {
                onTold(await send<Told>('POST', 'totp', { password, ...(code !== '' && { code }) }));
            } catch (failed) {
                if (failed instanceof ApiError && failed.problem.code === NEEDS_CODE)
                    setAsksCode(true);
                throw failed;
            }
        });
    };
    return (
        <form class="own-form" onSubmit={go}>
            {error !== null && <ErrorText error={error} />}
            <Line id="totp-password" label={W.totpAsk} type="password" value={password}
                complete="current-password" onInput={setPassword} />
            {asksCode && <Line id="totp-old" label={W.totpCode} type="text" value={code}
                complete="one-time-code" onInput={setCode} />}
            <Button type="submit" kind="main" busy={busy}>{W.totpGo}</Button>
        </form>
    );
}

/* The picture is one of ours, as a picture: nothing of it becomes a part of the page. */
function Prove({ told, onDone }: { told: Told; onDone: () => void }) {
    const [code, setCode] = useState('');
    const { busy, error, attempt } = useAttempt();
    const go = (event: Event) => {
        event.preventDefault();
        void attempt(async () => {
            await send('POST', 'totp/proof', { code });
            onDone();
        });
    };
    return (
        <form class="own-form" onSubmit={go}>
            <p>{W.totpScan}</p>
            <img class="own-qr" alt={W.totpPicture} width={220} height={220}
                src={'data:image/svg+xml,' + encodeURIComponent(told.qr)} />
            <p>{W.totpByHand} <code class="own-secret">{told.secret}</code></p>
            {error !== null && <ErrorText error={error} />}
            <Line id="totp-new" label={W.totpProof} type="text" value={code}
                complete="one-time-code" onInput={setCode} />
            <Button type="submit" kind="main" busy={busy}>{W.totpProve}</Button>
        </form>
    );
}

interface OwnSession {
    id: string;
    opened_ms: number;
    seen_ms: number;
    address: string;
    this: boolean;
}

const COLUMNS: TableColumn<OwnSession>[] = [
    { key: 'where', title: W.where, main: true,
        cell: (s) => s.this ? <Mark tone="ok">{W.here}</Mark> : W.elsewhere },
    { key: 'address', title: W.address, cell: (s) => s.address },
    { key: 'since', title: W.since, short: true, cell: (s) => showInstant(s.opened_ms) },
    { key: 'seen', title: W.seen, narrow: true, short: true, cell: (s) => showInstant(s.seen_ms) },
];

function Sessions() {
    const found = useApi<{ sessions: OwnSession[] }>('own-sessions');
    const { busy, error, attempt } = useAttempt();
    const end = () => void attempt(async () => {
        await send('DELETE', 'own-sessions', {});
        toast(W.ended, 'ok');
        found.reload();
    });
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const { sessions } = found.data;
    return (
        <Card title={W.sessions} aside={sessions.length > 1 &&
            <Button busy={busy} onClick={end}>{W.end}</Button>}>
            {error !== null && <ErrorText error={error} />}
            <DataTable caption={W.sessions} rows={sessions} keyOf={(s) => s.id} columns={COLUMNS} />
        </Card>
    );
}

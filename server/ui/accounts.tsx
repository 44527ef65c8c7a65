/* accounts.tsx - Tài khoản: who may come in, who is in, and what was done; for who keeps accounts. */
import { useState } from 'preact/hooks';
import { at, query, send } from '../../common/web/ui/api';
import { Button, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi, type Loaded } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { showInstant } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { Line } from './line';
import { ACCOUNTS as W } from './words/accounts';

interface Account {
    account: string;
    role: string;
    disabled: boolean;
    totp: boolean;
    created_at_ms: number;
    last_sign_in_ms: number;
}

interface Session {
    id: string;
    account: string;
    opened_ms: number;
    seen_ms: number;
    address: string;
}

interface Entry {
    at_ms: number;
    who: string;
    what: string;
    said: string; /* the same in words */
    about: string;
    detail: string;
}

type Part = keyof typeof W.tabs;
type Order = [method: 'POST' | 'PATCH' | 'DELETE', path: string, body: unknown];

export default function AccountsScreen() {
    const { params } = useRoute();
    const part = (params.get('xem') ?? 'accounts') as Part;
    const [edited, setEdited] = useState<Account | null>(null);
    const [adds, setAdds] = useState(false);
    const accounts = useApi<{ accounts: Account[] }>('accounts');
    const close = () => {
        setEdited(null);
        setAdds(false);
        accounts.reload();
    };
    return (
        <Screen title={W.title} lead={W.lead} actions={
            <Button kind="main" icon="plus" onClick={() => setAdds(true)}>{W.add}</Button>}>
            <Tabs label={W.tabsLabel} chosen={part}
                onChoose={(id) => replace(['tai-khoan'], { xem: id })}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) => ({ id, title: W.tabs[id] }))} />
            {part === 'accounts' && <Shown found={accounts} show={(data) =>
                <DataTable caption={W.title} rows={data.accounts} keyOf={(a) => a.account}
                    columns={accountColumns(setEdited)} />} />}
            {part === 'sessions' && <Sessions />}
            {part === 'trail' && <Trail />}
            {edited !== null && <Edit account={edited} onClose={close} />}
            {adds && <Add onClose={close} />}
        </Screen>
    );
}

function Shown<T>({ found, show }: { found: Loaded<T>; show: (data: T) => preact.JSX.Element }) {
    if (found.data !== null) return show(found.data);
    return found.error !== null ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />;
}

function when(ms: number): string {
    return ms > 0 ? showInstant(ms) : W.never;
}

function accountColumns(edit: (account: Account) => void): TableColumn<Account>[] {
    return [
        { key: 'account', title: W.account, main: true, cell: (a) => a.account },
        { key: 'role', title: W.role, cell: (a) => W.roles[a.role] ?? a.role },
        { key: 'state', title: W.state, cell: (a) => a.disabled
            ? <Mark tone="bad">{W.disabled}</Mark> : <Mark tone="ok">{W.open}</Mark> },
        { key: 'totp', title: W.totp, narrow: true, cell: (a) => a.totp ? W.hasTotp : W.noTotp },
        { key: 'last', title: W.last, narrow: true, short: true,
            cell: (a) => when(a.last_sign_in_ms) },
        { key: 'edit', title: W.edit, cell: (a) => <Button small icon="edit"
            aria-label={W.editOf(a.account)} onClick={() => edit(a)}>{W.edit}</Button> },
    ];
}

const SESSIONS: TableColumn<Session>[] = [
    { key: 'account', title: W.account, main: true, cell: (s) => s.account },
    { key: 'address', title: W.address, cell: (s) => s.address },
    { key: 'since', title: W.since, short: true, cell: (s) => showInstant(s.opened_ms) },
    { key: 'seen', title: W.seen, narrow: true, short: true, cell: (s) => showInstant(s.seen_ms) },
];

function Sessions() {
    const found = useApi<{ sessions: Session[] }>('sessions');
    return <Shown found={found} show={(data) => <DataTable caption={W.tabs.sessions}
        rows={data.sessions} keyOf={(s) => s.id} columns={SESSIONS} />} />;
}

const TRAIL: TableColumn<Entry>[] = [
    { key: 'at', title: W.at, main: true, short: true, cell: (e) => showInstant(e.at_ms) },
    { key: 'who', title: W.who, cell: (e) => e.who },
    { key: 'what', title: W.what, cell: (e) => e.said },
    { key: 'about', title: W.about, narrow: true, cell: (e) => e.about },
    { key: 'detail', title: W.detail, cell: (e) => e.detail },
];

function Trail() {
    const found = useApi<{ entries: Entry[] }>('audit' + query({ limit: 200 }));
    return <Shown found={found} show={(data) => <DataTable dense caption={W.tabs.trail}
        rows={data.entries} columns={TRAIL}
        keyOf={(e) => [e.at_ms, e.who, e.what, e.about, e.detail].join()} />} />;
}

/* What failed stays in the window; what is done closes it. */
function useOrder(name: string, onClose: () => void) {
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<unknown>(null);
    const run = async (...order: Order) => {
        setBusy(true);
        setError(null);
        try {
            await send(...order);
            toast(W.done(name), 'ok');
            onClose();
        } catch (failed) {
            setError(failed);
            setBusy(false);
        }
    };
    return { busy, error, run };
}

function Role({ value, onChange }: { value: string; onChange: (role: string) => void }) {
    return (
        <div class="field">
            <label for="role">{W.role}</label>
            <Combo id="role" value={value} onChange={onChange}
                choices={Object.entries(W.roles).map(([code, text]) => ({ value: code, text }))} />
        </div>
    );
}

function Add({ onClose }: { onClose: () => void }) {
    const [account, setAccount] = useState('');
    const [role, setRole] = useState('officer');
    const [password, setPassword] = useState('');
    const { busy, error, run } = useOrder(account, onClose);
    return (
        <Dialog title={W.addTitle} onClose={onClose} foot={
            <Button kind="main" busy={busy} disabled={account === '' || password === ''}
                onClick={() => void run('POST', 'accounts', { account, role, password })}>
                {W.save}</Button>}>
            {error !== null && <ErrorText error={error} />}
            <Line id="new-account" label={W.account} type="text" value={account} complete="off"
                onInput={setAccount} />
            <Role value={role} onChange={setRole} />
            <Line id="new-password" label={W.password} type="password" value={password}
                complete="new-password" hint={W.passwordHint} onInput={setPassword} />
        </Dialog>
    );
}

function Edit({ account, onClose }: { account: Account; onClose: () => void }) {
    const [role, setRole] = useState(account.role);
    const [password, setPassword] = useState('');
    const { busy, error, run } = useOrder(account.account, onClose);
    const path = at('accounts', account.account);
    return (
        <Dialog title={W.editOf(account.account)} onClose={onClose}>
            {error !== null && <ErrorText error={error} />}
            <div class="account-part">
                <Role value={role} onChange={setRole} />
                <Button busy={busy} disabled={role === account.role}
                    onClick={() => void run('PATCH', path, { role })}>{W.setRole}</Button>
            </div>
            <div class="account-part">
                <Line id="new-password" label={W.newPassword} type="password" value={password}
                    complete="new-password" hint={W.passwordHint} onInput={setPassword} />
                <Button busy={busy} disabled={password === ''}
                    onClick={() => void run('PATCH', path, { password })}>{W.setPassword}</Button>
            </div>
            <div class="account-acts">
                <Button busy={busy} onClick={() => void run('DELETE', path + '/sessions', {})}>
                    {W.end}</Button>
                {account.totp && <Button busy={busy}
                    onClick={() => void run('DELETE', path + '/totp', {})}>{W.dropTotp}</Button>}
                <Button kind={account.disabled ? 'plain' : 'danger'} busy={busy}
                    onClick={() => void run('PATCH', path, { disabled: !account.disabled })}>
                    {account.disabled ? W.enable : W.disable}</Button>
            </div>
        </Dialog>
    );
}

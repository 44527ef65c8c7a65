/* person.tsx - Who writes: signing in by a PIN and out, and the list of those who may. Where the list
 * is empty nobody is asked, and the author is the one of the settings. */
import { useEffect, useState } from 'preact/hooks';
import { SIGN_IN_NEEDED, at, get, send, setCsrf } from '../../common/web/ui/api';
import { Button, Card, ErrorText } from '../../common/web/ui/basics';
import { noteChange, useApi, useCell } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { Icon } from '../../common/web/ui/icons';
import { toast } from '../../common/web/ui/live';
import { session, type Session } from './session';
import { PERSON as W } from './words/person';

interface Persons {
    persons: { name: string }[];
}

async function readSession(): Promise<void> {
    const found = await get<Session>('session');
    setCsrf(found.csrf);
    session.set(found);
    noteChange();
}

/* In the frame: who writes now. */
export function PersonLine() {
    const found = useApi<Persons>('persons');
    const who = useCell(session);
    if ((found.data?.persons.length ?? 0) === 0) return null;
    return (
        <button type="button" class="who"
            onClick={() => dispatchEvent(new Event(SIGN_IN_NEEDED))}>
            <Icon name="edit" size={18} />
            <span>{W.writes}: <b>{who?.person ?? W.nobody}</b></span>
        </button>
    );
}

/* Asks when somebody wants it, and by itself when a write was refused for want of a PIN. */
export function PersonGate() {
    const found = useApi<Persons>('persons');
    const who = useCell(session);
    const [open, setOpen] = useState(false);
    useEffect(() => {
        const ask = () => setOpen(true);
        addEventListener(SIGN_IN_NEEDED, ask);
        return () => removeEventListener(SIGN_IN_NEEDED, ask);
    }, []);
    return open && found.data !== null ? <SignIn names={found.data.persons.map((p) => p.name)}
        now={who?.person ?? null} onClose={() => setOpen(false)} /> : null;
}

function SignIn({ names, now, onClose }: {
    names: string[]; now: string | null; onClose: () => void;
}) {
    const [name, setName] = useState(now ?? (names.length === 1 ? names[0]! : ''));
    const [pin, setPin] = useState('');
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const act = async (path: string, body: object, said: string) => {
        setBusy(true);
        setFailed(null);
        try {
            await send('POST', path, body);
            await readSession();
            toast(said, 'ok');
            onClose();
        } catch (error) {
            setFailed(error);
            setPin('');
        } finally {
            setBusy(false);
        }
    };
    const enter = () => void act('sign-in', { person: name, pin }, W.hello(name));
    return (
        <Dialog title={W.title} onClose={onClose} foot={
            <>
                <Button kind="main" busy={busy} disabled={name === '' || pin === ''}
                    onClick={enter}>{W.go}</Button>
                {now !== null && <Button busy={busy}
                    onClick={() => void act('sign-out', {}, W.goneOut)}>{W.out}</Button>}
                <Button onClick={onClose}>Thôi</Button>
            </>
        }>
            <div>
                <p>{W.lead}</p>
                <div class="field">
                    <label for="who-name">{W.name}</label>
                    <Combo id="who-name" label={W.name} value={name} onChange={setName}
                        choices={names.map((n) => ({ value: n, text: n }))} />
                </div>
                <div class="field">
                    <label for="who-pin">{W.pin}</label>
                    <input id="who-pin" type="password" inputMode="numeric" autocomplete="off"
                        value={pin} onInput={(e) => setPin(e.currentTarget.value)}
                        onKeyDown={(e) => {
                            if (e.key === 'Enter' && name !== '' && pin !== '') enter();
                        }} />
                </div>
                {failed !== null && <ErrorText error={failed} />}
            </div>
        </Dialog>
    );
}

/* On the page about this machine: who is on the list. */
export function People() {
    const found = useApi<Persons>('persons');
    const who = useCell(session);
    const [name, setName] = useState('');
    const [pin, setPin] = useState('');
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const names = (found.data?.persons ?? []).map((p) => p.name);
    const act = async (work: () => Promise<unknown>, said: string) => {
        setBusy(true);
        setFailed(null);
        try {
            await work();
            toast(said, 'ok');
            setName('');
            setPin('');
            await readSession();
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
        }
    };
    return (
        <Card title={W.people}>
            {names.length === 0 && <p class="muted">{W.none(who?.author ?? '')}</p>}
            <ul class="plain-list">
                {names.map((n) => (
                    <li key={n} class="check-row"><b>{n}</b>
                        <Button small busy={busy} aria-label={`${W.remove}: ${n}`}
                            onClick={() => void act(() => send('DELETE', 'persons/' + at(n), {}),
                                W.removed(n))}>{W.remove}</Button></li>
                ))}
            </ul>
            <form class="people-add" onSubmit={(e) => {
                e.preventDefault();
                void act(() => send('POST', 'persons', { name, pin }), W.added(name));
            }}>
                <div class="field">
                    <label for="person-name">{W.name}</label>
                    <input id="person-name" type="text" value={name} autocomplete="off"
                        onInput={(e) => setName(e.currentTarget.value)} />
                </div>
                <div class="field">
                    <label for="person-pin">{W.addPin}</label>
                    <input id="person-pin" type="password" inputMode="numeric"
                        autocomplete="new-password" value={pin}
                        onInput={(e) => setPin(e.currentTarget.value)} />
                </div>
                <p class="field-hint">{W.rule}</p>
                <button type="submit" class="button" disabled={busy || name === '' || pin === ''}>
                    {W.add}</button>
            </form>
            {failed !== null && <ErrorText error={failed} />}
        </Card>
    );
}

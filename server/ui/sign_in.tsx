/* sign_in.tsx - Account, password, and the code of the phone where the account has one. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, send } from '../../common/web/ui/api';
import { Button, ErrorText, Note } from '../../common/web/ui/basics';
import { LangSwitch } from './lang_switch';
import { Line } from './line';
import { SIGN_IN as W, SHELL } from './words/shell';

const NEEDS_CODE = 'E510';

export function SignIn({ done }: { done: () => void }) {
    const [account, setAccount] = useState('');
    const [password, setPassword] = useState('');
    const [code, setCode] = useState('');
    const [asksCode, setAsksCode] = useState(false);
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<unknown>(null);
    const form = useRef<HTMLFormElement>(null);

    useEffect(() => {
        document.title = `${W.title} - ${SHELL.product}`;
    }, []);
    /* To the first field that is still to be filled. */
    useEffect(() => {
        form.current?.querySelector<HTMLElement>(asksCode ? '#code' : '#account')?.focus();
    }, [asksCode]);
    const go = async (event: Event) => {
        event.preventDefault();
        setBusy(true);
        setError(null);
        try {
            await send('POST', 'sign-in', { account, password, ...(code !== '' && { code }) });
            done();
        } catch (failed) {
            setBusy(false);
            if (failed instanceof ApiError && failed.problem.code === NEEDS_CODE && !asksCode) {
                setAsksCode(true);
                return;
            }
            setCode('');
            setError(failed);
        }
    };
    return (
        <main class="sign-in">
            <form ref={form} class="card" onSubmit={(event) => void go(event)}>
                <p class="sign-in-brand">{SHELL.product} <LangSwitch /></p>
                <h1>{W.title}</h1>
                <p class="lead">{W.lead}</p>
                {error !== null && <ErrorText error={error} />}
                <Line id="account" label={W.account} type="text" value={account}
                    complete="username" onInput={setAccount} />
                <Line id="password" label={W.password} type="password" value={password}
                    complete="current-password" onInput={setPassword} />
                {asksCode && <Line id="code" label={W.code} type="text" value={code}
                    complete="one-time-code" hint={W.codeHint} onInput={setCode} />}
                <Button type="submit" kind="main" busy={busy}>{W.go}</Button>
                <Note tone="plain">{W.help}</Note>
            </form>
        </main>
    );
}

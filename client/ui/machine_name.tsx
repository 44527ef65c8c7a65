/* machine_name.tsx - What this machine is called: shown to the district and to the office's other machines. */
import { useState } from 'preact/hooks';
import { ApiError, send } from '../../common/web/ui/api';
import { Button, ErrorText } from '../../common/web/ui/basics';
import { noteChange } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { lintOf } from '../../common/web/ui/lint';
import { toast } from '../../common/web/ui/live';
import { MACHINE_NAME as W } from './words/machine';

export function MachineName({ name }: { name: string }) {
    const [open, setOpen] = useState(false);
    return (
        <>
            {name}{' '}
            <Button small kind="quiet" onClick={() => setOpen(true)}>{W.change}</Button>
            {open && <NameDialog name={name} onClose={() => setOpen(false)} />}
        </>
    );
}

/* What looks like a person is asked about before it is shown to others. */
function NameDialog({ name, onClose }: { name: string; onClose: () => void }) {
    const [typed, setTyped] = useState(name);
    const [busy, setBusy] = useState(false);
    const [doubt, setDoubt] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const [was, setWas] = useState(name); /* as it was read: it may be renamed elsewhere meanwhile */
    const [renamed, setRenamed] = useState(false);
    const wanted = typed.trim();
    const save = async () => {
        if (wanted === '' || wanted === was) return onClose();
        setBusy(true);
        setFailed(null);
        try {
            await send('PUT', 'machine', { name: wanted, was, yes: doubt });
            toast(W.done, 'ok');
            noteChange();
            onClose();
        } catch (error) {
            if (lintOf(error) !== null) setDoubt(true);
            else if (error instanceof ApiError && error.status === 409 &&
                typeof error.body.machine === 'string') {
                setWas(error.body.machine);
                setRenamed(true);
            }
            else setFailed(error);
            setBusy(false);
        }
    };
    return (
        <Dialog title={W.title} onClose={onClose} foot={
            <>
                <Button kind="main" busy={busy} onClick={() => void save()}>
                    {doubt ? W.anyway : W.save}</Button>
                <Button onClick={onClose}>{W.cancel}</Button>
            </>
        }>
            <div class="field">
                <label for="machine-name">{W.label}</label>
                <input id="machine-name" type="text" maxLength={60} value={typed}
                    aria-describedby="machine-name-hint" onInput={(e) => {
                        setTyped(e.currentTarget.value);
                        setDoubt(false);
                    }} onKeyDown={(e) => {
                        if (e.key === 'Enter') void save();
                    }} />
                <p class="field-hint" id="machine-name-hint">{W.hint}</p>
            </div>
            {renamed && <p class="field-problem" role="alert">{W.renamed(was)}</p>}
            {doubt && <p class="field-problem" role="alert">{W.doubt}</p>}
            {failed !== null && <ErrorText error={failed} />}
        </Dialog>
    );
}

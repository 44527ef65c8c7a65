/* restore.tsx - Going back to a copy: which there are, what will happen, and what came of it. */
import { useState } from 'preact/hooks';
import { get, send } from '../../common/web/ui/api';
import { Button, ErrorText, Note } from '../../common/web/ui/basics';
import { noteChange } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { showInstant } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import type { Copy } from './shapes';
import { MACHINE as W } from './words/machine';

interface Line { id: string; text: string; at: number }

const LOOK_MS = 500;
const LOOKS = 240;

/* The program that is open again tells in its log what came of it; until then it does not answer. */
async function outcome(since: number): Promise<Line | null> {
    for (let left = LOOKS; left > 0; left--) {
        await new Promise((done) => setTimeout(done, LOOK_MS));
        const log = await get<{ lines: Line[] }>('log').catch(() => null);
        const line = log?.lines.find((l) => l.at >= since && l.id.startsWith('RESTORE'));
        if (line !== undefined) return line;
    }
    return null;
}

const megabytes = (bytes: number) =>
    (bytes / 1e6).toFixed(1).replace('.', ',') + ' MB';

export function Restore({ copies }: { copies: Copy[] }) {
    const [chosen, setChosen] = useState<Copy | null>(null);
    return (
        <>
            <h3 class="receipt-head">{W.restore}</h3>
            <p class="muted">{copies.length === 0 ? W.restoreNone : W.restoreWhat}</p>
            <ul class="plain-list copies">
                {copies.map((c) => (
                    <li key={c.file}>
                        <p>{showInstant(c.at)}
                            {c.bytes !== undefined && <>, {megabytes(c.bytes)}</>}, {W.verified}
                            <br /><small class="muted break">{c.file}</small></p>
                        {c.there
                            ? <Button onClick={() => setChosen(c)}>{W.restoreFrom}</Button>
                            : <small class="muted">{W.restoreGone}</small>}
                    </li>
                ))}
            </ul>
            {chosen !== null && <Confirm copy={chosen} onClose={() => setChosen(null)} />}
        </>
    );
}

function Confirm({ copy, onClose }: { copy: Copy; onClose: () => void }) {
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const [said, setSaid] = useState<string | null>(null);
    const go = async () => {
        setBusy(true);
        setFailed(null);
        setSaid(null);
        try {
            const asked = await send<{ at: number }>('POST', 'restore', { file: copy.file });
            const line = await outcome(asked.at);
            noteChange();
            if (line?.id === 'RESTORED') {
                toast(W.restored, 'ok');
                onClose();
            } else {
                setSaid(line === null ? W.restoreSlow : `${W.restoreFailed} ${line.text}`);
            }
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
        }
    };
    return (
        <Dialog title={W.restoreOf(showInstant(copy.at))}
            onClose={() => {
                if (!busy) onClose();
            }} foot={
                <>
                    <Button kind="main" busy={busy} onClick={() => void go()}>{W.restoreGo}</Button>
                    <Button disabled={busy} onClick={onClose}>Thôi</Button>
                </>
            }>
            {W.restoreSteps.map((text) => <p key={text}>{text}</p>)}
            {busy && <p role="status">{W.restoring}</p>}
            {said !== null && <Note tone="bad">{said}</Note>}
            {failed !== null && <ErrorText error={failed} />}
        </Dialog>
    );
}

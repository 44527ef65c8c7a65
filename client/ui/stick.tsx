/* stick.tsx - When there is no line for long: what waits as a file for a stick, and the district's
 * answer to it. */
import { useState } from 'preact/hooks';
import { send, upload } from '../../common/web/ui/api';
import { Button, Card, ErrorText, LinkButton, Note, Waiting } from '../../common/web/ui/basics';
import { noteChange, useCell } from '../../common/web/ui/cell';
import { FilePick } from '../../common/web/ui/file_pick';
import { session } from './session';
import { STICK as W } from './words/stick';

interface Made { sets: number; sets_left: number; changes: number; bytes: number }

interface Taken { accepted: number; superseded: number; held: number; refused: number;
    requested: number; rows: number; waits: boolean }

export function Stick() {
    const joined = useCell(session)?.joined === true;
    const [made, setMade] = useState<Made | null>(null);
    const [taken, setTaken] = useState<Taken | null>(null);
    const [busy, setBusy] = useState<'make' | 'open' | null>(null);
    const [failed, setFailed] = useState<unknown>(null);
    const run = async (what: 'make' | 'open', work: () => Promise<void>) => {
        setBusy(what);
        setFailed(null);
        try {
            await work();
            noteChange();
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(null);
        }
    };
    const make = () => run('make', async () => {
        setMade(null);
        setMade(await send<Made>('POST', 'bundle', {}));
    });
    const open = (file: File | undefined) => file === undefined ? undefined
        : void run('open', async () => {
            setTaken(null);
            setTaken(await upload<Taken>('bundle/open', file));
            setMade(null); /* it was answered: another one is another file */
        });
    return (
        <Card title={W.title}>
            <p class="muted">{joined ? W.what : W.notJoined}</p>
            {joined && <>
                <p class="inbox-open"><Button busy={busy === 'make'} disabled={busy !== null}
                    onClick={() => void make()}>{W.make}</Button></p>
                {made !== null && <Note tone="wait" action={
                    <LinkButton kind="main" icon="file" file href="/api/v1/bundle">
                        {W.load}</LinkButton>
                }>{W.made(made.changes, made.bytes)} {made.sets_left > 0 && W.more}</Note>}
                <FilePick id="stick-answer" label={W.answer} accept=".tqb" disabled={busy !== null}
                    onFiles={([file]) => open(file)} />
                {busy === 'open' && <Waiting what={W.opening} />}
                {taken !== null && <Note tone={taken.waits || taken.refused + taken.held > 0
                    ? 'wait' : 'ok'}>{W.taken(taken)} {taken.waits && W.waits}{' '}
                    {taken.refused + taken.held > 0 && W.look}</Note>}
                {failed !== null && <ErrorText error={failed} />}
            </>}
        </Card>
    );
}

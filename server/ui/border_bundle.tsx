/* border_bundle.tsx - Bundles, for a neighbour without a line: made and saved with their cover; one of
 * theirs looked into and opened; an answer of the viewer entered with the dispatch that came with it. */
import { useState } from 'preact/hooks';
import { problemOf, query, send, upload } from '../../common/web/ui/api';
import { Button, ErrorText, LinkButton, Note, Waiting } from '../../common/web/ui/basics';
import { noteChange } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { FilePick } from '../../common/web/ui/file_pick';
import { showDate, showInstant } from '../../common/web/ui/format';
import { useAttempt } from './order';
import { BUNDLE as W } from './words/border_bundle';

const MOST_BYTES = 64 * 1024 * 1024; /* of a body, and of a bundle */
const MOST_ROWS = 100; /* that are shown of what it holds */
const NO_BUNDLE = 'E315';

interface Made {
    words: string;
    view_rows: number;
    joins: boolean;
    readable: boolean;
}

export function MakeBundle({ name, onClose }: { name: string; onClose: () => void }) {
    const [made, setMade] = useState<Made | null>(null);
    const { busy, error, attempt } = useAttempt();
    const make = () => void attempt(async () => {
        setMade(await send<Made>('POST', 'border/bundle', { link: name }));
        noteChange();
    });
    const file = (what: string) => '/api/v1/border/' + what + query({ words: made?.words ?? '' });
    return (
        <Dialog title={W.makeTitle(name)} onClose={onClose} foot={<>
            {made === null && <Button kind="main" busy={busy} onClick={make}>{W.make}</Button>}
            <Button onClick={onClose}>{made === null ? W.cancel : W.close}</Button></>}>
            {error !== null && <ErrorText error={error} />}
            {made === null ? <p>{W.makeLead}</p> : <>
                <Note tone="ok">{W.made(made.view_rows)} {made.joins && W.joins}</Note>
                <p>{W.words} <strong>{made.words}</strong></p>
                <p class="link-acts">
                    <LinkButton kind="main" icon="file" file href={file('bundle')}>{W.file}</LinkButton>
                    <LinkButton icon="file" file href={file('cover')}>{W.cover}</LinkButton>
                    {made.readable && <LinkButton icon="file" file href={file('viewer')}>
                        {W.viewer}</LinkButton>}
                </p>
            </>}
        </Dialog>
    );
}

/* ---- one that came ---- */

/* What is in a file, before anything is written. */
interface Shown {
    kind: 'neighbour' | 'reply' | 'office' | 'answer';
    words: string;
    from?: string;
    to?: string;
    agreement?: string;
    made_at?: number;
    rows?: number;
    answer_sets?: number;
    signed_by?: string | null;
    ours?: boolean;
    view?: { table: string; table_text?: string; said?: string }[];
    by?: string;
    answers?: { answered_on: string; answer: string }[];
}

interface Taken {
    name: string;
    came?: number;
    answers_in: number;
    refused: number;
    joined?: boolean;
    again?: boolean;
    stale?: boolean;
}

/* Looked into as soon as it is chosen. What is no bundle at all is opened all the same: it is refused
 * as it was here, and then stands in the journal. */
async function lookInto(file: File): Promise<Shown> {
    try {
        return await upload<Shown>('border/show', file);
    } catch (error) {
        if (problemOf(error).code === NO_BUNDLE) await upload<Taken>('border/open', file);
        throw error;
    }
}

export function OpenBundle({ onClose, onMake }: {
    onClose: () => void; onMake: (name: string) => void;
}) {
    const [file, setFile] = useState<File | null>(null);
    const [shown, setShown] = useState<Shown | null>(null);
    const [dispatch, setDispatch] = useState('');
    const [missing, setMissing] = useState('');
    const [taken, setTaken] = useState<Taken | null>(null);
    const { busy, error, attempt } = useAttempt();
    const isReply = shown?.kind === 'reply';
    const isOfOffice = shown?.kind === 'office' || shown?.kind === 'answer';
    const pick = (picked: File | undefined) => {
        setFile(picked ?? null);
        setShown(null);
        setMissing(picked !== undefined && picked.size > MOST_BYTES ? W.tooLarge : '');
        if (picked !== undefined && picked.size <= MOST_BYTES)
            void attempt(async () => setShown(await lookInto(picked)));
    };
    const go = () => {
        if (file === null || shown === null) return setMissing(missing === '' ? W.fileNeeded : missing);
        if (isReply && dispatch.trim() === '') return setMissing(W.dispatchNeeded);
        void attempt(async () => {
            setTaken(await upload<Taken>(isReply
                ? 'border/reply' + query({ dispatch: dispatch.trim() }) : 'border/open', file));
            noteChange();
        });
    };
    if (taken !== null)
        return (
            <Dialog title={W.openTitle} onClose={onClose} foot={<>
                <Button kind="main" onClick={onClose}>{W.close}</Button>
                {!isReply && <Button icon="file" onClick={() => onMake(taken.name)}>{W.answer}</Button>}
            </>}>
                <Note tone={taken.refused > 0 ? 'wait' : 'ok'}>
                    {taken.again === true ? W.again : W.taken(taken.came ?? 0, taken.answers_in)}{' '}
                    {taken.stale === true && W.stale}{' '}{taken.joined === true && W.joined}{' '}
                    {taken.refused > 0 && W.refused(taken.refused)}</Note>
            </Dialog>
        );
    return (
        <Dialog wide title={W.openTitle} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} disabled={isOfOffice} onClick={go}>
                {isReply ? W.enter : W.take}</Button>
            <Button onClick={onClose}>{W.cancel}</Button></>}>
            {error !== null && <ErrorText error={error} />}
            <p>{W.openLead}</p>
            <FilePick id="bundle" label={W.pick} hint={W.pickHint} accept=".tqp,.json" disabled={busy}
                onFiles={([picked]) => pick(picked)} />
            {shown !== null && <div class="bundle-shown">
                {isReply ? <Reply it={shown} /> : <Bundle it={shown} />}</div>}
            {isReply && <div class="field">
                <label for="bundle-dispatch">{W.dispatch}</label>
                <input id="bundle-dispatch" type="text" autocomplete="off" value={dispatch}
                    onInput={(event) => {
                        setDispatch(event.currentTarget.value);
                        setMissing('');
                    }} />
            </div>}
            {missing !== '' && <p class="field-problem" role="alert">{missing}</p>}
            {busy && <Waiting what={W.opening} />}
        </Dialog>
    );
}

function Facts({ facts }: { facts: [string, string][] }) {
    return (
        <dl class="cells link-facts">
            {facts.map(([title, text]) => <div key={title}><dt>{title}</dt><dd>{text}</dd></div>)}
        </dl>
    );
}

/* First whose key signed it: the name on it is whatever its maker wrote. */
function Bundle({ it }: { it: Shown }) {
    if (it.kind !== 'neighbour') return <Note tone="bad">{W.ofOffice}</Note>;
    const view = it.view ?? [];
    const known = (it.signed_by ?? '') !== '';
    return (
        <>
            <Note tone={!known || it.ours === true ? 'bad' : 'ok'}>{!known ? W.unknown
                : it.ours === true ? W.ours(it.signed_by ?? '') : W.signed(it.signed_by ?? '')}</Note>
            <Facts facts={[[W.from, it.from ?? ''], [W.to, it.to ?? ''],
                [W.agreement, it.agreement ?? ''], [W.madeAt, showInstant(it.made_at ?? 0)],
                [W.coverCode, it.words], [W.holds, W.held(it.rows ?? 0, it.answer_sets ?? 0)]]} />
            {it.view === undefined ? <p class="muted">{W.sealed}</p> : view.length > 0 && <>
                <ul class="bundle-rows">
                    {view.slice(0, MOST_ROWS).map((row, i) => <li key={i}>
                        <strong>{row.table_text ?? row.table}</strong> {row.said}</li>)}
                </ul>
                {view.length > MOST_ROWS && <p class="muted">{W.more(view.length - MOST_ROWS)}</p>}
            </>}
        </>
    );
}

function Reply({ it }: { it: Shown }) {
    const answers = it.answers ?? [];
    return (
        <>
            <Note tone="wait">{W.unsigned}</Note>
            <Facts facts={[[W.boundTo, it.words], [W.by, it.by ?? '']]} />
            <ul class="bundle-rows">
                {answers.slice(0, MOST_ROWS).map((a, i) => <li key={i}>
                    <strong>{showDate(a.answered_on)}</strong> {a.answer}</li>)}
            </ul>
            {answers.length > MOST_ROWS && <p class="muted">{W.more(answers.length - MOST_ROWS)}</p>}
        </>
    );
}

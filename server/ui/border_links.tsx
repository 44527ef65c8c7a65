/* border_links.tsx - The neighbours: how each link stands and what is to be done about it; invite,
 * accept, agree, end. */
import { useState } from 'preact/hooks';
import { send } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, Mark, Note, Waiting, sentence, type Tone }
    from '../../common/web/ui/basics';
import { noteChange, useApi, useCell } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { showDate, showInstant, showWhen } from '../../common/web/ui/format';
import { Agree, ShowAgreement } from './border_agree';
import { MakeBundle, OpenBundle } from './border_bundle';
import { Statistics } from './border_stats';
import { Made, type Invitation } from './invitation';
import { useAttempt, useOrder } from './order';
import { session } from './session';
import { BORDER } from './words/border';
import { BUNDLE } from './words/border_bundle';
import { STATS } from './words/border_stats';
import { ORDER } from './words/order';

const W = BORDER.links;
const SOON = 60; /* days in which one counts them */

export interface Link {
    link: number;
    name: string;
    state: string;
    state_text?: string;
    agreement: string;
    to: string | null;
    standing?: string | null; /* who stands this year, and next */
    standing_next?: string | null;
    days_left: number;
    heard_at_ms: number | null;
    partner_heard_at_ms: number | null;
    told: number;
    waits: number;
    came: number;
    refused: number;
    frozen: number;
    strangers: number;
    revoked: number;
    problem: string;
    problem_text: string;
    todo: string;
    todo_text?: string;
    ended_at_ms: number;
    ended_why: string;
}

export function useLinks() {
    return useApi<{ links: Link[] }>('links');
}

type Act = 'bundle' | 'statistics' | 'open' | 'invite' | 'accept' | 'agree' | 'end' | 'show';

export function Links() {
    const found = useLinks();
    const may = useCell(session)?.may ?? [];
    const [asked, setAsked] = useState<{ act: Act; name: string } | null>(null);
    const close = () => setAsked(null);
    const links = found.data?.links ?? [];
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    return (
        <>
            {(may.includes('machines') || may.includes('decide')) && <p class="link-acts">
                {may.includes('machines') && <>
                    <Button kind="main" icon="plus" onClick={() => setAsked({ act: 'invite', name: '' })}>
                        {W.invite}</Button>
                    <Button onClick={() => setAsked({ act: 'accept', name: '' })}>{W.accept}</Button></>}
                {may.includes('decide') && links.length > 0 &&
                    <Button icon="file" onClick={() => setAsked({ act: 'open', name: '' })}>
                        {BUNDLE.open}</Button>}
            </p>}
            {links.length === 0 && <Empty title={W.none}>{W.noneText}</Empty>}
            {links.map((l) => <One key={l.link} link={l} may={may}
                ask={(act) => setAsked({ act, name: l.name })} />)}
            {asked?.act === 'invite' && <Invite name={asked.name} onClose={close} />}
            {asked?.act === 'bundle' && <MakeBundle name={asked.name} onClose={close} />}
            {asked?.act === 'statistics' && <Statistics name={asked.name} onClose={close} />}
            {asked?.act === 'open' && <OpenBundle onClose={close}
                onMake={(name) => setAsked({ act: 'bundle', name })} />}
            {asked?.act === 'accept' && <Accept name={asked.name} onClose={close} />}
            {asked?.act === 'agree' && <Agree name={asked.name} onClose={close} />}
            {asked?.act === 'end' && <End name={asked.name} onClose={close} />}
            {asked?.act === 'show' && <ShowAgreement name={asked.name} onClose={close} />}
        </>
    );
}

/* Told is not heard: a neighbour that has not joined yet has a mailbox all the same. */
function heard(answer: Record<string, unknown>): string {
    const rounds = answer.links as { pulled: boolean }[] | undefined;
    return rounds?.[0]?.pulled === true ? W.synced : W.laid;
}

const TONES: Record<string, Tone> = { open: 'ok', by_file: 'ok', ended: 'plain', not_in_force: 'bad' };

function One({ link, may, ask }: { link: Link; may: string[]; ask: (act: Act) => void }) {
    const { busy, error, run } = useOrder();
    const ended = link.state === 'ended';
    const facts: [string, string][] = [
        [W.agreement, link.agreement === '' ? W.noAgreement : `${link.agreement}, ` +
            W.until(showDate(link.to)) + (link.days_left > 0 && link.days_left <= SOON ? `, ${W.left(link.days_left)}` : '')],
        ...(link.standing || link.standing_next ? [[W.standing, W.stands(link.standing || W.nobody,
            link.standing_next || W.nobody)] as [string, string]] : []),
        [W.heard, link.heard_at_ms === null ? W.never : showWhen(link.heard_at_ms)],
        [W.came, link.partner_heard_at_ms === null ? W.never : showWhen(link.partner_heard_at_ms)],
        [W.waits, W.rows(link.waits)],
        [W.told, W.toldCame(link.told, link.came)],
        [W.refused, W.rows(link.refused)],
        [W.problem, link.problem === '' ? W.fine : `${link.problem} ${link.problem_text}`],
        ...(link.strangers > 0 ? [[W.strangers, String(link.strangers)] as [string, string]] : []),
        ...(link.revoked > 0 ? [[W.revokedKeys, String(link.revoked)] as [string, string]] : []),
    ];
    return (
        <Card title={link.name} aside={
            <Mark tone={TONES[link.state] ?? 'wait'}>{link.state_text ?? link.state}</Mark>}>
            {link.todo !== '' && <Note tone={link.todo === 'silent' || link.todo === 'went_back' ? 'bad' : 'wait'}>
                {sentence(link.todo_text ?? link.todo)}</Note>}
            {ended && <Note tone="info">{W.ended(showInstant(link.ended_at_ms), link.ended_why)}{' '}
                {W.frozen(link.frozen)}</Note>}
            <dl class="cells link-facts">
                {facts.map(([title, text]) => <div key={title}><dt>{title}</dt><dd>{text}</dd></div>)}
            </dl>
            {error !== null && <ErrorText error={error} />}
            <p class="link-acts">
                {link.agreement !== '' && <Button small onClick={() => ask('show')}>{W.show}</Button>}
                {!ended && may.includes('decide') && link.agreement !== '' && link.state !== 'by_file' &&
                    <Button small icon="sync" busy={busy} onClick={() => void run({ method: 'POST',
                        path: 'links/sync', body: { link: link.name }, done: heard })}>
                        {W.sync}</Button>}
                {!ended && may.includes('decide') && link.agreement !== '' &&
                    <>
                        <Button small icon="file" onClick={() => ask('bundle')}>{BUNDLE.make}</Button>
                        <Button small onClick={() => ask('statistics')}>{STATS.open}</Button></>}
                {!ended && may.includes('machines') && <>
                    <Button small onClick={() => ask('invite')}>{W.invite}</Button>
                    <Button small onClick={() => ask('accept')}>{W.accept}</Button></>}
                {may.includes('sign') && <Button small onClick={() => ask('agree')}>{W.agree}</Button>}
                {!ended && may.includes('sign') && <Button small kind="danger"
                    onClick={() => ask('end')}>{W.end}</Button>}
            </p>
        </Card>
    );
}

function NameField({ name, onChange, wrong }: {
    name: string; onChange: (name: string) => void; wrong: boolean;
}) {
    return (
        <div class={`field${wrong ? ' wrong' : ''}`}>
            <label for="link-name">{BORDER.invite.name}</label>
            <input id="link-name" type="text" autocomplete="off" value={name} aria-invalid={wrong}
                aria-describedby={wrong ? 'link-name-p' : undefined}
                onInput={(event) => onChange(event.currentTarget.value)} />
            {wrong && <p class="field-problem" id="link-name-p">{BORDER.invite.needed}</p>}
        </div>
    );
}

function Invite({ name: first, onClose }: { name: string; onClose: () => void }) {
    const [name, setName] = useState(first);
    const [hours, setHours] = useState(72);
    const [made, setMade] = useState<Invitation | null>(null);
    const [missing, setMissing] = useState(false);
    const { busy, error, attempt } = useAttempt();
    const make = () => name.trim() === '' ? setMissing(true) : void attempt(async () => {
        setMade(await send<Invitation>('POST', 'links/invite', { link: name.trim(), hours }));
        noteChange();
    });
    return (
        <Dialog title={BORDER.invite.title} onClose={onClose} foot={made === null ? <>
            <Button kind="main" busy={busy} onClick={make}>{BORDER.invite.make}</Button>
            <Button onClick={onClose}>{BORDER.cancel}</Button></>
            : <Button kind="main" onClick={onClose}>{BORDER.invite.close}</Button>}>
            {error !== null && <ErrorText error={error} />}
            {made === null ? <>
                <p>{BORDER.invite.lead}</p>
                <NameField name={name} wrong={missing} onChange={(text) => {
                    setName(text);
                    setMissing(false);
                }} />
                <fieldset class="agree-side"><legend>{BORDER.invite.days}</legend>
                    {([[72, BORDER.invite.three], [336, BORDER.invite.post]] as const).map(([n, title]) => (
                        <label key={n}><input type="radio" name="hours" checked={hours === n}
                            onChange={() => setHours(n)} /> {title}</label>
                    ))}
                </fieldset>
            </> : <Made made={made} />}
        </Dialog>
    );
}

function Accept({ name: first, onClose }: { name: string; onClose: () => void }) {
    const [name, setName] = useState(first);
    const [text, setText] = useState('');
    const [byFile, setByFile] = useState(false);
    const [missing, setMissing] = useState(false);
    const { busy, error, run } = useOrder(onClose);
    const go = () => name.trim() === '' || text.trim() === '' ? setMissing(true)
        : void run({ method: 'POST', path: 'links/accept', done: BORDER.accept.done,
            body: { link: name.trim(), invitation: text.trim(), by_file: byFile } });
    return (
        <Dialog title={BORDER.accept.title} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={go}>{BORDER.accept.go}</Button>
            <Button onClick={onClose}>{BORDER.cancel}</Button></>}>
            {error !== null && <ErrorText error={error} />}
            <NameField name={name} wrong={missing && name.trim() === ''} onChange={setName} />
            <div class={`field${missing && text.trim() === '' ? ' wrong' : ''}`}>
                <label for="link-text">{BORDER.accept.text}</label>
                <textarea id="link-text" rows={5} value={text} spellcheck={false}
                    aria-describedby="link-text-h"
                    onInput={(event) => setText(event.currentTarget.value)} />
                <p class="field-hint" id="link-text-h">{missing && text.trim() === ''
                    ? BORDER.accept.needed : BORDER.accept.hint}</p>
            </div>
            <div class="field check"><label><input type="checkbox" checked={byFile}
                onChange={(event) => setByFile(event.currentTarget.checked)} />
            <span>{BUNDLE.byFile}</span></label></div>
        </Dialog>
    );
}

/* A reason, then a second look. */
function End({ name, onClose }: { name: string; onClose: () => void }) {
    const [why, setWhy] = useState('');
    const [missing, setMissing] = useState(false);
    const [sure, setSure] = useState(false);
    const { busy, error, run } = useOrder(onClose);
    const T = BORDER.end;
    const end = () => void run({ method: 'POST', path: 'links/end', done: T.done(name),
        body: { link: name, why: why.trim() } });
    return (
        <Dialog title={T.title(name)} onClose={onClose} foot={<>
            {sure ? <Button kind="danger" busy={busy} onClick={end}>{T.go}</Button>
                : <Button kind="main" onClick={() => why.trim() === '' ? setMissing(true)
                    : setSure(true)}>{T.next}</Button>}
            <Button onClick={onClose}>{BORDER.cancel}</Button></>}>
            {error !== null && <ErrorText error={error} />}
            <p>{T.lead}</p>
            {sure ? <Note tone="bad"><strong>{T.sure(name)}</strong><p>{why}</p></Note> : (
                <div class={`field${missing ? ' wrong' : ''}`}>
                    <label for="reason">{ORDER.reason}</label>
                    <textarea id="reason" rows={3} value={why} aria-invalid={missing} required
                        aria-describedby="reason-hint" onInput={(event) => {
                            setWhy(event.currentTarget.value);
                            setMissing(false);
                        }} />
                    <p class={missing ? 'field-problem' : 'field-hint'} id="reason-hint">
                        {missing ? ORDER.missing : T.hint}</p>
                </div>
            )}
        </Dialog>
    );
}


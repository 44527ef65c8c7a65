/* border_agree.tsx - An agreement with a neighbour: from its file or written here, looked at a second time
 * in words, then brought in; the one in force. */
import { useState } from 'preact/hooks';
import { at, query, send } from '../../common/web/ui/api';
import { Button, ErrorText, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { FilePick } from '../../common/web/ui/file_pick';
import { addDays, fold, showDate } from '../../common/web/ui/format';
import { pick } from '../../common/web/ui/lang';
import { readDate } from '../../common/web/ui/parse';
import { useAttempt, useOrder } from './order';
import { session } from './session';
import { BORDER, PRESETS } from './words/border';

const W = BORDER.agree;

export interface Agreement {
    number?: string;
    from: string;
    to: string;
    statistics_until: string;
    side_a: string;
    side_b: string;
    signer_a: string;
    signer_b: string;
    communes_a: { unit: string; name: string }[];
    communes_b: { unit: string; name: string }[];
    standing?: { year: number; name: string }[];
    categories: { code: string; name: string }[];
    articles: { article: string; table: string; name: string; columns: { column: string; name: string }[] }[];
    hash: string;
}

export function ShowAgreement({ name, onClose }: { name: string; onClose: () => void }) {
    const found = useApi<Agreement & { text: string }>(at('links', name));
    return (
        <Dialog wide title={W.title(name)} onClose={onClose} foot={<>
            {found.data !== null && <Download text={found.data.text} number={found.data.number} />}
            <Button onClick={onClose}>{W.close}</Button></>}>
            {found.data !== null ? <InWords a={found.data} />
                : found.error !== null ? <ErrorText error={found.error} /> : <Waiting />}
        </Dialog>
    );
}

/* The text to the letter: the other district must bring in the same. */
function Download({ text, number }: { text: string; number?: string }) {
    return (
        <a class="button plain" download={`quy-che-${(number ?? '').replace(/[^\w-]+/g, '-')}.txt`}
            href={'data:text/plain;charset=utf-8,' + encodeURIComponent(text)}>
            <span>{W.download}</span></a>
    );
}

function InWords({ a }: { a: Agreement }) {
    const names = (list: { name: string }[]) => list.map((i) => i.name).join(', ');
    const side = (name: string, signer: string) => signer === '' ? name : `${name}; ${W.signer}: ${signer}`;
    return (
        <dl class="cells agreement">
            <div><dt>{W.number}</dt><dd>{a.number}</dd></div>
            <div><dt>{W.days}</dt><dd>{showDate(a.from)} – {showDate(a.to)}</dd></div>
            {a.statistics_until > a.to &&
                <div><dt>{W.statisticsUntil}</dt><dd>{showDate(a.statistics_until)}</dd></div>}
            <div><dt>{side(a.side_a, a.signer_a)}</dt><dd>{names(a.communes_a)}</dd></div>
            <div><dt>{side(a.side_b, a.signer_b)}</dt><dd>{names(a.communes_b)}</dd></div>
            {(a.standing ?? []).length > 0 && <div><dt>{W.standing}</dt>
                <dd>{a.standing?.map((s) => `${s.year}: ${s.name}`).join(', ')}</dd></div>}
            <div><dt>{W.categories}</dt><dd>{names(a.categories)}</dd></div>
            {a.articles.map((one, i) => (
                <div key={i}><dt>{W.article(one.article)}</dt>
                    <dd>{one.name}: {names(one.columns)}</dd></div>
            ))}
            <div><dt>{W.hash}</dt><dd class="break"><code>{a.hash}</code></dd></div>
        </dl>
    );
}

/* "Huyện Sơn Dương" and "Sơn Dương" are one. */
const bareName = (name: string) => fold(name).trim().replace(/^huyen\s+/, '');

/* Which side we are, where the names say so; else a person says. */
function sideOf(a: Agreement, ours: string): string {
    const isA = bareName(a.side_a) === bareName(ours);
    const isB = bareName(a.side_b) === bareName(ours);
    return isA === isB ? '' : isA ? 'a' : 'b';
}

export function Agree({ name, onClose }: { name: string; onClose: () => void }) {
    const [text, setText] = useState<string | null>(null);
    const [writes, setWrites] = useState(false);
    const [read, setRead] = useState<Agreement | null>(null);
    const [side, setSide] = useState('');
    const looked = useAttempt();
    const order = useOrder(onClose);
    const ours = useCell(session)?.district_name ?? '';
    const look = (what: string) => void looked.attempt(async () => {
        const found = await send<Agreement>('POST', 'links/agree', { text: what, check: true });
        setText(what);
        setSide(sideOf(found, ours));
        setRead(found);
    });
    const error = order.error ?? looked.error;
    const foot = read === null ? <Button onClick={onClose}>{BORDER.cancel}</Button> : <>
        <Button kind="main" busy={order.busy} disabled={side === ''} onClick={() => void order.run({ method: 'POST',
            path: 'links/agree', body: { link: name, side, text },
            done: (told) => told.partner_older === true ? W.older : W.done })}>{W.sign}</Button>
        <Download text={text ?? ''} number={read.number} />
        <Button onClick={() => setRead(null)}>{W.back}</Button>
        <Button onClick={onClose}>{BORDER.cancel}</Button>
    </>;
    return (
        <Dialog wide title={W.title(name)} onClose={onClose} foot={foot}>
            {error !== null && <ErrorText error={error} />}
            {read !== null && <>
                <fieldset class="agree-side"><legend>{W.side}</legend>
                    {[['a', read.side_a], ['b', read.side_b]].map(([id, title]) => (
                        <label key={id}><input type="radio" name="side" checked={side === id}
                            onChange={() => setSide(id ?? '')} /> {title}</label>
                    ))}
                    {side === '' && <p class="field-hint" role="status">{W.sideNeeded}</p>}
                </fieldset>
                <InWords a={read} />
            </>}
            <div hidden={read !== null}> {/* what was typed stays for whoever comes back */}
                <p>{W.lead}</p>
                <FilePick id="agreement" label={W.file} hint={W.fileHint} accept=".txt"
                    onFiles={(files) => void files[0]?.text().then(look)} />
                {writes ? <Write name={name} busy={looked.busy} onDone={look} />
                    : <Button onClick={() => setWrites(true)}>{W.write}</Button>}
            </div>
        </Dialog>
    );
}

/* ---- written here ---- */

interface Unit {
    _key: string;
    full_name?: string;
    name?: string;
    parent_text?: string;
}

interface Told {
    tables: Record<string, { columns: { name: string; words?: { code: string; vi: string; en: string }[] }[] }>;
}

const STATISTICS_DAYS = 30; /* after the agreement's end, for those of its last period */
const DAYS = ['signed', 'from', 'to'] as const;
const SIGNERS = ['signerA', 'signerB'] as const; /* posts, no names of people */

function Write({ name, busy, onDone }: {
    name: string; busy: boolean; onDone: (text: string) => void;
}) {
    const ours = useCell(session)?.district_name ?? '';
    const units = useApi<{ rows: Unit[] }>('rows/unit' + query({ level: 3, limit: 500 }))
        .data?.rows ?? [];
    const kinds = useApi<Told>('catalogue').data?.tables.incident?.columns
        .find((c) => c.name === 'category')?.words ?? [];
    const [texts, setTexts] = useState({ number: '', signed: '', from: '', to: '', signerA: '', signerB: '' });
    const [marked, setMarked] = useState<Set<string>>(new Set(PRESETS.map((p) => p.line)));
    const [first, setFirst] = useState<'us' | 'them' | null>(null); /* of the standing units */
    const [missing, setMissing] = useState(false);
    const isOurs = (u: Unit) => u.parent_text === undefined ||
        bareName(u.parent_text) === bareName(ours);
    const some = (list: string[]) => list.filter((v) => marked.has(v));
    const mark = (value: string, on: boolean) => {
        const next = new Set(marked);
        if (on) next.add(value);
        else next.delete(value);
        setMarked(next);
        setMissing(false);
    };
    const compose = () => {
        const days = DAYS.map((d) => readDate(texts[d], true));
        const lists = [some(units.filter(isOurs).map((u) => u._key)),
            some(units.filter((u) => !isOurs(u)).map((u) => u._key)), some(kinds.map((k) => k.code))];
        const articles = PRESETS.filter((p) => marked.has(p.line));
        const values = days.map((d) => 'wrong' in d ? null : d.value);
        if (texts.number.trim() === '' || values.some((v) => v === null) || articles.length === 0 ||
            lists.some((l) => l.length === 0)) return setMissing(true);
        onDone([`number = ${texts.number.trim()}`, `signed_on = ${values[0]}`, `from = ${values[1]}`,
            `to = ${values[2]}`,
            /* Those of the last period are counted when it is over. */
            ...(articles.some((p) => p.line.startsWith('border_statistics'))
                ? [`statistics_until = ${addDays(values[2] ?? '', STATISTICS_DAYS)}`] : []), `side_a = ${ours}`, `side_b = ${name}`,
            ...SIGNERS.filter((s) => texts[s].trim() !== '')
                .map((s) => `${s === 'signerA' ? 'signer_a' : 'signer_b'} = ${texts[s].trim()}`),
            `communes_a = ${lists[0]!.join(', ')}`, `communes_b = ${lists[1]!.join(', ')}`,
            `categories = ${lists[2]!.join(', ')}`,
            ...(first === null ? [] : [`standing = ${(first === 'us' ? [ours, name] : [name, ours]).join(', ')}`]),
            ...articles.map((p) => `article_${p.article} = ${p.line}`), ''].join('\n'));
    };
    const group = (title: string, list: { value: string; text: string }[], none?: string) => (
        <fieldset class="marks"><legend>{title}</legend>
            {list.length === 0 && none !== undefined && <p class="muted">{none}</p>}
            {list.map((i) => <label key={i.value}><input type="checkbox" checked={marked.has(i.value)}
                onChange={(e) => mark(i.value, e.currentTarget.checked)} /> {i.text}</label>)}
        </fieldset>
    );
    const named = (list: Unit[]) => list.map((u) =>
        ({ value: u._key, text: u.full_name ?? u.name ?? u._key }));
    return (
        <div class="agreement-form">
            {(['number', ...DAYS, ...SIGNERS] as const).map((key) => (
                <div key={key} class="field">
                    <label for={'agree-' + key}>{W[key]}</label>
                    <input id={'agree-' + key} type="text" autocomplete="off" value={texts[key]}
                        onInput={(e) => {
                            setTexts({ ...texts, [key]: e.currentTarget.value });
                            setMissing(false);
                        }} />
                </div>
            ))}
            {group(W.ours, named(units.filter(isOurs)))}
            {group(W.theirs, named(units.filter((u) => !isOurs(u))), W.noTheirs)}
            {group(W.categories, kinds.map((k) => ({ value: k.code, text: pick(k.vi, k.en) })))}
            <fieldset class="agree-side"><legend>{W.standingFirst}</legend>
                {([[null, W.standingUnsaid], ['us', W.standingUs], ['them', W.standingThem]] as const).map(([id, title]) => (
                    <label key={id}><input type="radio" name="standing" checked={first === id}
                        onChange={() => setFirst(id)} /> {title}</label>
                ))}
            </fieldset>
            {group(W.articles, PRESETS.map((p) => ({ value: p.line,
                text: `${W.article(p.article)}. ${p.text}` })))}
            {missing && <p class="field-problem" role="alert">{W.needed}</p>}
            <Button kind="main" busy={busy} onClick={compose}>{W.read}</Button>
        </div>
    );
}

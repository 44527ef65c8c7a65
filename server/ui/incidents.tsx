/* incidents.tsx - Vụ việc: what a commune recorded in the period beside the district's second source.
 * Each is confirmed, or reclassified with a reason; by which document stands in the trail. */
import { useRef, useState } from 'preact/hooks';
import { at, send } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Note, Waiting } from '../../common/web/ui/basics';
import { createCell, noteChange, useApi, useCell } from '../../common/web/ui/cell';
import { DASH, roman, showDate, showInstant } from '../../common/web/ui/format';
import { useShortcuts } from '../../common/web/ui/keys';
import { lang } from '../../common/web/ui/lang';
import { toast } from '../../common/web/ui/live';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Act, focusAct, focusedCode, moveByLine } from './acts';
import { FormDialog, type FormField, type FormValues } from './form';
import type { Told } from './inbox_edit';
import { useAttempt } from './order';
import { session } from './session';
import { WhyButton } from './why';
import { INCIDENTS as W } from './words/incidents';

interface Incident {
    key: string;
    seen: string; /* all that stood in the row */
    label: string | null;
    label_text?: string;
    on: string | null;
    area: number | null;
    category: string | null;
    category_text?: string;
    reclassified: number | null;
    reclassified_category: string | null;
    reclassified_category_text?: string;
    found_by_other: boolean;
    codes: string;
    reconciled: boolean;
    summary: string;
}

interface Listing {
    rows: Incident[];
    open: number;
    total: number;
    decisions: { at_ms: number; who: string; said: string }[];
}

/* The document of the second source: one for many communes, so it stays while the page is open. */
const source = createCell('');

const nameOf = (x: Incident) => x.label_text ?? x.label ?? x.key;

export function Incidents({ unit, period }: { unit: string; period: string }) {
    const path = at('reconcile', period, unit);
    const found = useApi<Listing>(path);
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    return <Both key={path} path={path} list={found.data} />;
}

function Both({ path, list }: { path: string; list: Listing }) {
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Incident | null>(null);
    const now = list.rows.find((x) => x.key === asked?.key);
    const { busy, error, missing, confirm } = useConfirm(path);
    const open = list.rows.filter((x) => !x.reconciled);
    const done = list.rows.filter((x) => x.reconciled);
    const here = () => list.rows.find((x) => x.key === focusedCode()) ?? open[0];
    const take = (x: Incident) => {
        if (busy || x.reconciled) return;
        const next = open[open.indexOf(x) + 1] ?? open[open.indexOf(x) - 1];
        void confirm([x]).then((ok) => ok && focusAct(next?.key, 'agree'));
    };
    useShortcuts(may ? [
        { keys: 'N', what: W.agree, run: () => {
            const x = here();
            if (x !== undefined) take(x);
        } },
        { keys: 'S', what: W.change, run: () => {
            const x = here();
            if (x !== undefined) setAsked(x);
        } },
    ] : []);
    return (
        <div class="story assess" onKeyDown={moveByLine}>
            <p class="tab-lead muted">{W.lead}</p>
            {error !== null && <ErrorText error={error} />}
            {may && list.total > 0 && <Source missing={missing} />}
            {open.length === 0 ? <Empty title={list.total === 0 ? W.none : W.allDone} />
                : <DataTable dense caption={W.open(list.open)} rows={open} keyOf={(x) => x.key}
                    columns={columns(may, busy, take, setAsked)} />}
            {may && open.length > 0 && <p class="form-hint">
                <Button kind="main" icon="check" busy={busy} onClick={() => void confirm(open)}>
                    {W.agreeAll(open.length)}</Button> {W.hint}</p>}
            {done.length > 0 && <>
                <h2>{W.done(list.total - list.open)}</h2>
                <DataTable dense caption={W.done(list.total - list.open)} rows={done}
                    keyOf={(x) => x.key} columns={columns(may, busy, null, setAsked)} />
            </>}
            {list.decisions.length > 0 && <>
                <h2>{W.decisions}</h2>
                <DataTable dense caption={W.decisions} keyOf={(d) => String(d.i)}
                    rows={list.decisions.map((d, i) => ({ ...d, i }))} columns={[
                        { key: 'at', title: W.at, short: true, cell: (d) => showInstant(d.at_ms) },
                        { key: 'who', title: W.who, short: true, cell: (d) => d.who },
                        { key: 'said', title: W.said, main: true, cell: (d) => d.said },
                    ]} />
            </>}
            {asked !== null && now !== undefined && <Reclassify path={path} x={now} onClose={() => setAsked(null)} />}
        </div>
    );
}

function Source({ missing }: { missing: boolean }) {
    const value = useCell(source);
    const wrong = missing && value.trim() === '';
    return (
        <div class={`field${wrong ? ' wrong' : ''}`}>
            <label for="source">{W.source}</label>
            <input id="source" type="text" value={value} autocomplete="off" aria-invalid={wrong}
                aria-describedby="source-p" onInput={(event) => source.set(event.currentTarget.value)} />
            <p class={wrong ? 'field-problem' : 'field-hint'} id="source-p">
                {wrong ? W.sourceNeeded : W.sourceHint}</p>
        </div>
    );
}

/* As the commune wrote them, after a document: all that are named, or none. */
function useConfirm(path: string) {
    const { busy, error, attempt } = useAttempt();
    const [missing, setMissing] = useState(false);
    const ok = useRef(false);
    const confirm = async (rows: Incident[]) => {
        const document_ = source.get().trim();
        ok.current = false;
        setMissing(document_ === '');
        if (document_ === '') {
            document.getElementById('source')?.focus();
            return false;
        }
        await attempt(async () => {
            try {
                await send('POST', path, { document: document_,
                    rows: rows.map((x) => ({ key: x.key, seen: x.seen })) });
                ok.current = true;
                toast(W.agreed(rows.length), 'ok');
            } finally {
                noteChange(); /* what somebody else changed meanwhile is read, too */
            }
        });
        return ok.current;
    };
    return { busy, error, missing, confirm };
}

function categoryOf(x: Incident) {
    const own = x.category_text ?? x.category ?? DASH;
    if (x.reclassified_category === null && x.reclassified === null) return own;
    return <>{x.reclassified_category_text ?? x.reclassified_category ?? own}{' '}
        <Mark tone="info">{W.reclassified}</Mark>
        <small class="muted">{W.wrote(own, x.area === null ? DASH : roman(x.area))}</small></>;
}

function columns(may: boolean, busy: boolean, agree: ((x: Incident) => void) | null,
    change: (x: Incident) => void): TableColumn<Incident>[] {
    const area = (x: Incident) => x.reclassified ?? x.area;
    const list: TableColumn<Incident>[] = [
        { key: 'row', title: W.incident, main: true, cell: (x) => <WhyButton name={nameOf(x)}
            cell={{ table: 'incident', key: x.key }}>{nameOf(x)}</WhyButton> },
        { key: 'on', title: W.day, short: true, cell: (x) => showDate(x.on) },
        { key: 'area', title: W.area, narrow: true, cell: (x) => area(x) === null ? DASH : roman(area(x)!) },
        { key: 'category', title: W.category, cell: categoryOf },
        { key: 'codes', title: W.codes, cell: (x) => x.codes === '' ? W.uncounted
            : x.codes.split(' ').join(', ') },
        { key: 'summary', title: W.summary, narrow: true, cell: (x) => <>{x.summary}
            {x.found_by_other && <small class="muted">{W.foundByOther}</small>}</> },
    ];
    if (may)
        list.push({ key: 'acts', title: W.acts, cell: (x) => <span class="line-acts">
            {agree !== null && <Act code={x.key} name={nameOf(x)} act="agree" title={W.agree}
                busy={busy} run={() => agree(x)} />}
            <Act code={x.key} name={nameOf(x)} act="change" title={W.change}
                run={() => change(x)} />
        </span> });
    return list;
}

/* Another category or area than the commune's, and whether another source found it; only what differs
 * from what was read is told. */
function Reclassify({ path, x, onClose }: { path: string; x: Incident; onClose: () => void }) {
    const [seen, setSeen] = useState(x.seen); /* a change that comes meanwhile is shown before it counts */
    const kinds = useApi<Told>('catalogue').data?.tables.incident?.columns
        .find((c) => c.name === 'category')?.words;
    if (kinds === undefined) return null;
    const was = { category: x.reclassified_category ?? x.category,
        area: String(x.reclassified ?? x.area ?? ''), found: x.found_by_other ? '1' : '0' };
    const fields: FormField[] = [
        { name: 'category', label: W.category, kind: 'choice', needed: true, value: was.category,
            choices: kinds.map((w) => ({ value: w.code, text: lang === 'vi' ? w.vi : w.en })) },
        { name: 'area', label: W.area, kind: 'choice', needed: true, value: was.area,
            choices: W.areas.map((text, i) => ({ value: String(i + 1), text: `${roman(i + 1)}. ${text}` })) },
        { name: 'found', label: W.foundByOther, kind: 'choice', needed: true, value: was.found,
            choices: [{ value: '0', text: W.no }, { value: '1', text: W.yes }], hint: W.foundHint },
        { name: 'document', label: W.source, needed: true, value: source.get() },
        { name: 'reason', label: W.reason, kind: 'long', needed: true, hint: W.reasonHint },
    ];
    const order = (v: FormValues) => {
        const cells = { ...(v.category !== was.category && { category: v.category }),
            ...(v.area !== was.area && { area: Number(v.area) }),
            ...(v.found !== was.found && { found_by_other: Number(v.found) }) };
        if (Object.keys(cells).length === 0) return W.nothing;
        source.set(String(v.document));
        return { method: 'POST' as const, path, done: W.changed(nameOf(x)), body: { ...cells,
            document: v.document, reason: v.reason, rows: [{ key: x.key, seen }] } };
    };
    return (
        <FormDialog title={W.changeOf(nameOf(x))} action={W.save} fields={fields} order={order}
            onClose={onClose}>
            <p class="muted">{W.changeLead}</p>
            {x.summary !== '' && <p>{x.summary}</p>}
            {x.seen !== seen && <Note tone="wait" action={<Button small onClick={() => setSeen(x.seen)}>
                {W.sawIt}</Button>}>{W.moved(x.category_text ?? DASH, showDate(x.on))}</Note>}
        </FormDialog>
    );
}

/* inbox.tsx - Chờ quyết: of all communes, what a person decides: two values of one cell, what is held,
 * corrections of locked periods, rows that look alike. */
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { at, get, query } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, Mark, Screen, Waiting, sentence }
    from '../../common/web/ui/basics';
import { useApi, useCell, type Loaded } from '../../common/web/ui/cell';
import { inPeriod, showInstant, showPoints } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { Tabs } from '../../common/web/ui/tabs';
import { Changes } from './changes';
import { ConflictEdit } from './inbox_edit';
import { ReasonDialog, useAttempt, useOrder } from './order';
import { Same, type Alike } from './same';
import { session } from './session';
import { UnitChoice } from './units';
import { INBOX as W } from './words/inbox';

export interface Entry {
    id: string;
    unit: string;
    unit_text?: string;
    row: { table: string };
    row_text?: string;
    cell_text?: string;
    values: Record<string, string | number | null>;
    values_text?: string;
    kept_by_text?: string;
    other_values_text?: string;
    other_by_text?: string;
    author: string;
    device_text?: string;
    at_ms: number;
    reason: string;
    reason_text?: string;
    decides: 'district' | 'commune' | 'request' | 'update';
}

interface Counted {
    effect: { period: string; final_c: number; final_with_other_c: number } | null;
    effect_text?: string;
}

interface Decided {
    id: string;
    unit: string;
    unit_text?: string;
    row_text?: string;
    cell_text?: string;
    decision: 'keep' | 'take_other' | 'edit';
    values_text?: string;
    other_values_text?: string;
    now_text?: string;
    decided_by: string;
    decided_at: number;
}

type List = 'conflicts' | 'held' | 'requests' | 'again';
type Part = Exclude<List, 'again'> | 'refused' | 'same';
const SHOWN = 20;

export default function InboxScreen() {
    const { params } = useRoute();
    const part = (params.get('xem') ?? 'conflicts') as Part;
    const unit = params.get('xa') ?? '';
    const of = query({ unit });
    const lists = {
        conflicts: useApi<{ conflicts: Entry[] }>('conflicts' + of),
        held: useApi<{ held: Entry[] }>('held' + of),
        requests: useApi<{ requests: Entry[] }>('requests' + of),
        again: useApi<{ requests: Entry[] }>(part === 'requests'
            ? 'requests' + query({ unit, refused: 1 }) : null),
        same: useApi<Alike>('same' + of),
    };
    const counts: Partial<Record<Part, number>> = {
        conflicts: lists.conflicts.data?.conflicts.length ?? 0,
        held: lists.held.data?.held.length ?? 0,
        requests: lists.requests.data?.requests.length ?? 0,
        same: (lists.same.data?.total ?? 0) + (lists.same.data?.orphans.length ?? 0),
    };
    const show = (xem: string, xa: string) => replace(['cho-quyet'], xa === '' ? { xem } : { xem, xa });
    return (
        <Screen title={W.title} lead={W.lead} actions={
            <UnitChoice bare label={W.unit} all={W.all} value={unit} onChange={(u) => show(part, u)} />}>
            <Tabs label={W.tabsLabel} chosen={part} onChoose={(id) => show(id, unit)}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) =>
                    ({ id, title: W.tabs[id], count: counts[id] }))} />
            <p class="muted tab-lead">{W.leads[part]}</p>
            {part === 'conflicts' && <Shown found={lists.conflicts} part={part}
                entries={lists.conflicts.data?.conflicts} />}
            {part === 'conflicts' && <DecidedList unit={unit} />}
            {part === 'held' && <Shown found={lists.held} part={part}
                entries={lists.held.data?.held} />}
            {part === 'requests' && <Shown found={lists.requests} part={part}
                entries={lists.requests.data?.requests} />}
            {part === 'requests' && (lists.again.data?.requests.length ?? 0) > 0 && <>
                <h2 class="again-title">{W.again}</h2>
                <p class="muted tab-lead">{W.againLead}</p>
                <Shown found={lists.again} part="again" entries={lists.again.data?.requests} />
            </>}
            {part === 'refused' && <Changes none={W.noRefused} question={{ unit, verdict: 'refused' }} />}
            {part === 'same' && <Same found={lists.same} />}
        </Screen>
    );
}

function Shown<T>({ found, entries, part }: {
    found: Loaded<T>; entries: Entry[] | undefined; part: List;
}) {
    const [most, setMost] = useState(SHOWN);
    if (entries === undefined)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    if (entries.length === 0) return <Empty title={W.none[part]} />;
    return (
        <>
            {entries.slice(0, most).map((e) => <EntryCard key={e.id} e={e} part={part} />)}
            {entries.length > most && <Button icon="down" onClick={() => setMost(most + SHOWN)}>
                {W.more(entries.length - most)}</Button>}
        </>
    );
}

function EntryCard({ e, part }: { e: Entry; part: List }) {
    const may = useCell(session)?.may.includes('decide') === true;
    return (
        <Card title={e.row_text ?? e.id} aside={<Mark tone={part === 'conflicts' ? 'wait' : 'bad'}
            icon="info">{e.unit_text ?? e.unit}</Mark>}>
            {e.reason_text !== undefined && <p>{part === 'requests' || part === 'again'
                ? W.locked(e.reason_text) : sentence(e.reason_text)}</p>}
            <p class="muted">{part === 'conflicts' ? e.cell_text
                : <>{e.cell_text}; {W.written[part]} {e.author === '' ? W.program : e.author}
                    {e.device_text ? `, ${e.device_text}` : ''}, {showInstant(e.at_ms)}</>}</p>
            {part === 'conflicts' ? <Conflict e={e} may={may} />
                : <ForReason e={e} may={may && e.decides === 'district'} part={part} />}
            {e.decides !== 'district' && <p>{W.who[e.decides]}</p>}
        </Card>
    );
}

function Value({ title, text, by, action, busy, onChoose }: {
    title: string; text: string | undefined; by?: string; action?: string; busy?: boolean;
    onChoose?: () => void;
}) {
    return (
        <div class="side-value">
            <small class="muted">{title}</small>
            <p class="side-text">{text ?? '–'}</p>
            {by !== undefined && <p class="muted side-by">{by}</p>}
            {action !== undefined &&
                <Button busy={busy} icon="check" onClick={onChoose}>{action}</Button>}
        </div>
    );
}

/* A click each way, as at the office; where the commune writes the cell the district only keeps. */
function Conflict({ e, may }: { e: Entry; may: boolean }) {
    const { busy, error, run } = useOrder();
    const [edits, setEdits] = useState(false);
    const ours = may && e.decides === 'district';
    const decide = (how: 'keep' | 'take') => void run({
        method: 'POST', path: at('conflicts', e.id, how), body: {}, done: W.done(e.row_text ?? ''),
    });
    return (
        <>
            {error !== null && <ErrorText error={error} />}
            <div class="two-values">
                <Value title={W.kept} text={e.values_text} by={e.kept_by_text} busy={busy}
                    action={may ? W.keep : undefined} onChoose={() => decide('keep')} />
                <Value title={W.other} text={e.other_values_text} by={e.other_by_text} busy={busy}
                    action={ours ? W.take : undefined} onChoose={() => decide('take')} />
            </div>
            <Effect id={e.id} row={e.row_text ?? e.id}>
                {ours && <Button icon="edit" aria-label={W.editOf(e.row_text ?? e.id)}
                    onClick={() => setEdits(true)}>{W.edit}</Button>}
            </Effect>
            {edits && <ConflictEdit e={e} onClose={() => setEdits(false)} />}
        </>
    );
}

/* What the other value does to the score of the commune: counted when somebody asks. */
function Effect({ id, row, children }: { id: string; row: string; children: ComponentChildren }) {
    const [found, setFound] = useState<Counted | null>(null);
    const { busy, error, attempt } = useAttempt();
    const count = () => void attempt(async () => {
        const told = await get<{ conflicts: Counted[] }>('conflicts/' + at(id));
        setFound(told.conflicts[0] ?? null);
    });
    const effect = found?.effect ?? null;
    const more = effect === null ? 0 : effect.final_with_other_c - effect.final_c;
    return (
        <>
            {error !== null && <ErrorText error={error} />}
            {found !== null && <p role="status"><span class="muted">{W.effect}:</span>{' '}
                {effect === null ? sentence(found.effect_text ?? '')
                    : W.points(inPeriod(effect.period), showPoints(effect.final_c),
                        showPoints(effect.final_with_other_c), more === 0 ? null
                            : (more > 0 ? '+' : '-') + showPoints(Math.abs(more)))}</p>}
            <div class="actions">
                {found === null && <Button icon="score" busy={busy} aria-label={W.countOf(row)}
                    onClick={count}>{W.count}</Button>}
                {children}
            </div>
        </>
    );
}

/* What the district answered can be taken back long after the notice of it has gone. */
function DecidedList({ unit }: { unit: string }) {
    const found = useApi<{ decided: Decided[] }>('conflicts' + query({ unit, decided: 1 }));
    const may = useCell(session)?.may.includes('decide') === true;
    const { busy, error, run } = useOrder();
    const rows = found.data?.decided ?? [];
    if (rows.length === 0) return null;
    return (
        <>
            <h2 class="again-title">{W.decidedTitle}</h2>
            <Card>
                {error !== null && <ErrorText error={error} />}
                <ul class="decided">
                    {rows.map((d) => (
                        <li key={d.id}>
                            <div>
                                <b>{d.row_text}</b>
                                <p>{W.decidedAs(d.decision, d.values_text ?? '', d.other_values_text ?? '',
                                    d.now_text ?? '')}</p>
                                <small class="muted">{d.unit_text ?? d.unit}; {d.decided_by},{' '}
                                    {showInstant(d.decided_at)}</small>
                            </div>
                            {may && <Button icon="back" busy={busy} aria-label={W.undoOf(d.row_text ?? d.id)}
                                onClick={() => void run({ method: 'POST', body: {}, done: W.undone,
                                    path: at('conflicts', d.id, 'undo') })}>{W.undo}</Button>}
                        </li>
                    ))}
                </ul>
            </Card>
        </>
    );
}

/* What became of it: a held row may have to go on waiting. */
function told(e: Entry, how: string) {
    return (answer: Record<string, unknown>) => answer.state === 'open' ? W.stillHeld
        : W.decided[how] + ': ' + (e.row_text ?? '');
}

function ForReason({ e, may, part }: { e: Entry; may: boolean; part: Exclude<List, 'conflicts'> }) {
    const [how, setHow] = useState<string | null>(null);
    return (
        <>
            <div class="two-values">
                <Value title={W.wanted[part]} text={e.values_text} />
                <Value title={W.now[part]} text={e.other_values_text} />
            </div>
            {may && <div class="actions">
                {W.ways[part].map((w) => <Button key={w.how} icon={w.icon} onClick={() => setHow(w.how)}
                    aria-label={`${w.text}: ${e.row_text ?? e.id}`}>{w.text}</Button>)}
            </div>}
            {how !== null && <ReasonDialog title={e.row_text ?? e.id} onClose={() => setHow(null)}
                action={W.ways[part].find((w) => w.how === how)?.text ?? how}
                order={(reason) => ({ method: 'POST', path: at(part === 'again' ? 'requests' : part, e.id, how), body: { reason },
                    done: told(e, how) })}>
                <p>{e.values_text}</p>
            </ReasonDialog>}
        </>
    );
}

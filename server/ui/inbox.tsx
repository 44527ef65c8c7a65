/* inbox.tsx - Chờ quyết: of all communes, what a person decides: two values of one cell, what is held,
 * corrections of locked periods, rows that look alike. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell, type Loaded } from '../../common/web/ui/cell';
import { showInstant } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { Tabs } from '../../common/web/ui/tabs';
import { Changes } from './changes';
import { ReasonDialog, useOrder } from './order';
import { Same, type Alike } from './same';
import { session } from './session';
import { UnitChoice } from './units';
import { INBOX as W } from './words/inbox';

interface Entry {
    id: string;
    unit: string;
    unit_text?: string;
    row_text?: string;
    cell_text?: string;
    values_text?: string;
    other_values_text?: string;
    author: string;
    at_ms: number;
    reason: string;
    reason_text?: string;
    decides: 'district' | 'commune' | 'request' | 'update';
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
                ? W.locked(e.reason_text) : e.reason_text}</p>}
            <p class="muted">{e.cell_text}; {W.written[part]} {e.author === '' ? W.program : e.author},{' '}
                {showInstant(e.at_ms)}</p>
            {part === 'conflicts' ? <Conflict e={e} may={may} />
                : <ForReason e={e} may={may && e.decides === 'district'} part={part} />}
            {e.decides !== 'district' && <p>{W.who[e.decides]}</p>}
        </Card>
    );
}

function Value({ title, text, action, busy, onChoose }: {
    title: string; text: string | undefined; action?: string; busy?: boolean; onChoose?: () => void;
}) {
    return (
        <div class="side-value">
            <small class="muted">{title}</small>
            <p class="side-text">{text ?? '–'}</p>
            {action !== undefined &&
                <Button busy={busy} icon="check" onClick={onChoose}>{action}</Button>}
        </div>
    );
}

/* A click each way, as at the office; where the commune writes the cell the district only keeps. */
function Conflict({ e, may }: { e: Entry; may: boolean }) {
    const { busy, error, run } = useOrder();
    const decide = (how: 'keep' | 'take') => void run({
        method: 'POST', path: at('conflicts', e.id, how), body: {}, done: W.done(e.row_text ?? ''),
    });
    return (
        <>
            {error !== null && <ErrorText error={error} />}
            <div class="two-values">
                <Value title={W.kept} text={e.values_text} action={may ? W.keep : undefined}
                    busy={busy} onChoose={() => decide('keep')} />
                <Value title={W.other} text={e.other_values_text} busy={busy}
                    action={may && e.decides === 'district' ? W.take : undefined} onChoose={() => decide('take')} />
            </div>
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

/* calendar.tsx - Kỳ: the periods of a year, opened, closing, closed, locked; a leader unlocks, saying why. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Screen, Waiting, type Tone } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { dayOf, inPeriod, showDate, showInstant, showPeriod } from '../../common/web/ui/format';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { ReasonDialog, useOrder } from './order';
import type { Period } from './periods';
import { session } from './session';
import { PERIODS as W } from './words/directives';

type Told = Period & { state_text?: string };
type Asked = { how: 'lock' | 'unlock'; p: Told } | null;

/* What may follow a state; a leader alone unlocks. */
const NEXT: Record<string, string[]> = {
    future: ['open'], open: ['closing', 'close'], closing: ['open', 'close'],
    closed: ['open', 'lock'], locked: ['unlock'],
};
const TONES: Record<string, Tone> = { open: 'ok', closing: 'wait', locked: 'info' };

export default function CalendarScreen() {
    const { params } = useRoute();
    const found = useApi<{ periods: Told[] }>('periods');
    const may = useCell(session)?.may ?? [];
    const [asked, setAsked] = useState<Asked>(null);
    const year = params.get('nam') ?? dayOf(Date.now()).slice(0, 4);
    const all = found.data?.periods ?? [];
    const rows = all.filter((p) => codeOf(p).startsWith(year))
        .sort((a, b) => a.ends_on.localeCompare(b.ends_on) || a.period.localeCompare(b.period));
    return (
        <Screen title={W.title} lead={W.lead} actions={
            <YearChoice year={year} years={all.map((p) => codeOf(p).slice(0, 4))} />}>
            {found.data === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                : rows.length === 0 ? <Empty title={W.none}
                    action={may.includes('decide') && <Make year={Number(year)} />} />
                    : <DataTable dense caption={W.title} rows={rows} keyOf={(p) => p.period}
                        columns={columns(may, setAsked)} />}
            {asked?.how === 'lock' && <Lock p={asked.p} onClose={() => setAsked(null)} />}
            {asked?.how === 'unlock' && <ReasonDialog danger action={W.acts.unlock!}
                title={W.actOf(W.acts.unlock!, inPeriod(asked.p.period))} hint={W.unlockHint}
                onClose={() => setAsked(null)} order={(reason) => ({ method: 'POST', body: { reason },
                    path: at('periods', asked.p.period, 'unlock'),
                    done: W.done(showPeriod(asked.p.period), W.acts.unlock!) })} />}
        </Screen>
    );
}

function codeOf(p: Period): string {
    return p.period.slice(p.period.indexOf('/') + 1);
}

function YearChoice({ year, years }: { year: string; years: string[] }) {
    const next = String(Number(dayOf(Date.now()).slice(0, 4)) + 1);
    const all = [...new Set([...years, year, next])].sort().reverse();
    return (
        <div class="field period-choice">
            <Combo id="year" label={W.year} value={year} choices={
                all.map((y) => ({ value: y, text: `${W.year} ${y}` }))}
                onChange={(nam) => nam !== '' && replace(['ky'], { nam })} />
        </div>
    );
}

function columns(may: string[], ask: (asked: Asked) => void): TableColumn<Told>[] {
    const list: TableColumn<Told>[] = [
        { key: 'period', title: W.period, main: true, cell: (p) => showPeriod(p.period) },
        { key: 'calendar', title: W.calendar, narrow: true, cell: (p) => {
            const code = p.period.slice(0, p.period.indexOf('/'));
            return W.calendars[code] ?? code;
        } },
        { key: 'days', title: W.days, narrow: true, short: true, cell: (p) =>
            `${showDate(p.starts_on)} – ${showDate(p.ends_on)}` },
        { key: 'due', title: W.due, narrow: true, short: true, cell: (p) =>
            (p.due_at ?? 0) > 0 ? showInstant(p.due_at) : '' },
        { key: 'state', title: W.state, cell: (p) => <Mark tone={TONES[p.state] ?? 'plain'}>
            {p.state_text ?? p.state}</Mark> },
    ];
    if (may.includes('decide'))
        list.push({ key: 'act', title: W.act, cell: (p) => <span class="line-acts">
            {(NEXT[p.state] ?? []).filter((how) => how !== 'unlock' || may.includes('sign'))
                .map((how) => <Act key={how} p={p} how={how} ask={ask} />)}</span> });
    return list;
}

function Act({ p, how, ask }: { p: Told; how: string; ask: (asked: Asked) => void }) {
    const { busy, run } = useOrder();
    const go = () => how === 'lock' || how === 'unlock' ? ask({ how, p })
        : void run({ method: 'POST', path: at('periods', p.period, how), body: {},
            done: W.done(showPeriod(p.period), W.acts[how]!) });
    return <Button small kind="quiet" busy={busy} onClick={go}
        aria-label={W.actOf(W.acts[how]!, inPeriod(p.period))}>{W.acts[how]}</Button>;
}

function Lock({ p, onClose }: { p: Told; onClose: () => void }) {
    const { busy, error, run } = useOrder(onClose);
    return (
        <Dialog title={W.lockTitle(inPeriod(p.period))} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={() => void run({ method: 'POST', body: {},
                path: at('periods', p.period, 'lock'),
                done: W.done(showPeriod(p.period), W.acts.lock!) })}>{W.lock}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            <p>{W.lockLead}</p>
        </Dialog>
    );
}

function Make({ year }: { year: number }) {
    const { busy, error, run } = useOrder();
    return (
        <>
            {error !== null && <ErrorText error={error} />}
            <Button kind="main" icon="plus" busy={busy} onClick={() => void run({ method: 'POST',
                path: 'periods', body: { year }, done: W.made(year) })}>{W.make(year)}</Button>
        </>
    );
}

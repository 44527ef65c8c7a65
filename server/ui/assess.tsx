/* assess.tsx - Thẩm định: one commune, one period. Its own score, the machine's figure with the rows
 * behind it, the last period and the same one of last year; accept, change, return, by mouse or keys. */
import { useState } from 'preact/hooks';
import { at, send } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Note, Screen, Waiting, sentence }
    from '../../common/web/ui/basics';
import { noteChange, useApi, useCell } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { dayOf, inPeriod, showInstant, showPoints, showShortPoints } from '../../common/web/ui/format';
import { useShortcuts } from '../../common/web/ui/keys';
import { toast } from '../../common/web/ui/live';
import { replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { Tabs } from '../../common/web/ui/tabs';
import { Act, focusAct, focusedCode, moveByLine } from './acts';
import { Adjustments } from './adjustments';
import { Appeals } from './appeals';
import { FactsDialog } from './facts';
import { Incidents } from './incidents';
import { ReasonDialog, useAttempt, useOrder } from './order';
import { isRanked, newest, PeriodChoice, usePeriods } from './periods';
import { ScoreDialog } from './score';
import { session } from './session';
import { UnitChoice, useUnits } from './units';
import { ASSESS as W } from './words/assess';

export interface Criterion {
    code: string;
    name: string;
    area: number;
    max_c: number;
    self_c: number | null;
    self_note: string | null;
    evidence: string | null;
    machine_c: number | null;
    machine_absence: string;
    points_c: number | null;
    verified: boolean;
    reason: string;
    previous_c: number | null;
    last_year_c: number | null;
    n: number;
    d: number;
    b: number | null;
    band: boolean;
    unreconciled: boolean;
}

/* What stands beside the areas: points as applied, or a cap. */
export interface Beside {
    code: string;
    name: string;
    kind: 'bonus' | 'penalty' | 'cap';
    points_c: number;
    max_c: number;
    n: number;
    d: number;
    x: number;
    holds: boolean; /* a cap, in a period of this kind */
}

interface Former {
    period: string;
    final_c: number | null;
}

interface Report {
    type: string;
    state: string | null;
    receipt_state: string | null;
    received_at: number | null;
    late_days: number | null;
    returned_cells: string | null;
}

export interface Assessment {
    unit: string;
    unit_text: string;
    period: string;
    sheet: string;
    sent: boolean;
    final_c: number;
    base_c: number;
    bonus_c: number;
    penalty_c: number;
    returns_confirmed: number;
    returns_due: number;
    incidents_open: number;
    previous: Former;
    last_year: Former;
    reports: Report[];
    beside: Beside[];
    criteria: Criterion[];
}

type Asked = { what: 'facts' | 'change' | 'return' | 'replace'; c: Criterion } | null;
type Part = keyof typeof W.tabs;

export default function AssessScreen() {
    const { params } = useRoute();
    const periods = usePeriods()?.filter((p) => isRanked(p.period)) ?? null;
    const units = useUnits();
    const period = params.get('period') ?? (periods !== null ? newest(periods, dayOf(Date.now())) : '');
    const unit = params.get('xa') ?? units[0]?.unit ?? '';
    const show = (more: Record<string, string>) => replace(['tham-dinh'],
        { period, xa: unit, xem: params.get('xem') ?? 'scores', ...more });
    const i = units.findIndex((u) => u.unit === unit);
    const step = (by: number) => {
        const next = units[(i + by + units.length) % units.length];
        if (next !== undefined) show({ xa: next.unit });
    };
    useShortcuts([{ keys: '[', what: W.before, run: () => step(-1) },
        { keys: ']', what: W.after, run: () => step(1) }]);
    if (periods === null || units.length === 0)
        return <Screen title={W.title}><Waiting /></Screen>;
    if (period === '') return <Screen title={W.title}><Empty title={W.noPeriods} /></Screen>;
    return (
        <Screen title={W.title} lead={W.lead} actions={<>
            <UnitChoice bare label={W.unit} value={unit} onChange={(xa) => xa !== '' && show({ xa })} />
            <PeriodChoice label={W.period} value={period} periods={periods}
                onChange={(p) => show({ period: p })} />
        </>}>
            <One key={unit + period} unit={unit} period={period}
                part={(params.get('xem') ?? 'scores') as Part} choose={(xem) => show({ xem })} />
        </Screen>
    );
}

function One({ unit, period, part, choose }: {
    unit: string; period: string; part: Part; choose: (part: string) => void;
}) {
    const found = useApi<Assessment>(at('assess', period, unit));
    const a = found.data;
    if (a === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    return (
        <>
            <Head a={a} choose={choose} />
            <Tabs label={W.tabsLabel} chosen={part} onChoose={choose}
                tabs={(Object.keys(W.tabs) as Part[]).map((id) => ({ id, title: W.tabs[id] }))} />
            {part === 'scores' && <Scores a={a} />}
            {part === 'incidents' && <Incidents unit={unit} period={a.period} />}
            {part === 'adjustments' && <Adjustments a={a} unit={unit} period={a.period} />}
            {part === 'appeals' && <Appeals unit={unit} period={a.period} />}
        </>
    );
}

function Head({ a, choose }: { a: Assessment; choose: (part: Part) => void }) {
    const done = a.criteria.filter((c) => c.verified).length;
    return (
        <>
            <dl class="totals">
                <Total title={W.final}>{showPoints(a.final_c)}
                    {done < a.criteria.length && <small> {W.provisional}</small>}</Total>
                <Total title={W.done}>{done}/{a.criteria.length}</Total>
                <Total title={W.bonusPenalty}><button type="button" class="why"
                    aria-label={W.bonusPenaltyOf(showShortPoints(a.bonus_c), showShortPoints(a.penalty_c))}
                    onClick={() => choose('adjustments')}>
                    +{showShortPoints(a.bonus_c)} −{showShortPoints(a.penalty_c)}</button></Total>
                <Total title={`${W.previous}, ${inPeriod(a.previous.period)}`}>{showPoints(a.previous.final_c)}</Total>
                <Total title={`${W.sameLastYear}, ${inPeriod(a.last_year.period)}`}>{showPoints(a.last_year.final_c)}</Total>
            </dl>
            {a.incidents_open > 0 && <Note tone="wait" action={<Button small onClick={() => choose('incidents')}>
                {W.toIncidents}</Button>}>{W.incidentsOpen(a.incidents_open)}</Note>}
            {!a.sent && <Note tone="wait">{W.notSent}</Note>}
            {a.reports.map((r) => <ReportLine key={r.type} a={a} report={r} />)}
        </>
    );
}

function Total({ title, children }: { title: string; children: preact.ComponentChildren }) {
    return <div><dt>{title}</dt><dd>{children}</dd></div>;
}

function ReportLine({ a, report }: { a: Assessment; report: Report }) {
    const may = useCell(session)?.may.includes('decide') === true;
    const { busy, error, run } = useOrder();
    const state = report.receipt_state ?? report.state ?? '';
    const verified = state === 'verified' || state === 'locked';
    return (
        <>
            <Note tone={state === 'returned' ? 'wait' : 'info'} action={may && !verified &&
                report.state === 'sent' && <Button small icon="check" busy={busy}
                onClick={() => void run({ method: 'POST', done: W.reportVerified, body: {
                    type: report.type }, path: at('reports', a.period, a.unit, 'verify') })}>
                    {W.verifyReport}</Button>}>
                <strong>{W.report}: {W.states[state] ?? state}</strong>
                {report.received_at !== null && <>, {W.received(showInstant(report.received_at))}</>}
                {(report.late_days ?? 0) > 0 && <>, {W.late(report.late_days!)}</>}.
                {report.returned_cells !== null && <p>{sentence(report.returned_cells)}</p>}
            </Note>
            {error !== null && <ErrorText error={error} />}
        </>
    );
}

/* "412/430", or a count with last year's. */
function countsOf(c: Criterion): string {
    if (c.band) return `${c.n} (${W.lastYear(c.b)})`;
    return c.d > 0 ? `${c.n}/${c.d}` : String(c.n);
}

/* The line that keys act on: where the focus is, else the first that nobody has looked at. */
function currentOf(a: Assessment): Criterion | undefined {
    const code = focusedCode();
    return a.criteria.find((c) => c.code === code) ?? a.criteria.find((c) => !c.verified);
}

function Scores({ a }: { a: Assessment }) {
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Asked>(null);
    const { busy, error, accept } = useAccept(a);
    const on = (what: 'facts' | 'change' | 'return') => () => {
        const c = currentOf(a);
        if (c !== undefined) setAsked({ what, c });
    };
    const take = (c: Criterion) => void accept([c]).then(() => {
        const next = a.criteria[a.criteria.findIndex((x) => x.code === c.code) + 1];
        focusAct(next?.code, 'accept');
    });
    /* The district's own figure gives way only to somebody who was asked. */
    const acceptOne = (c: Criterion) => {
        if (busy) return;
        if (c.verified && c.points_c !== c.machine_c) setAsked({ what: 'replace', c });
        else take(c);
    };
    useShortcuts([{ keys: 'L', what: W.facts, run: on('facts') }, ...(may ? [
        { keys: 'N', what: W.accept, run: () => {
            const c = currentOf(a);
            if (c !== undefined) acceptOne(c);
        } },
        { keys: 'S', what: W.change, run: on('change') },
        { keys: 'T', what: W.giveBack, run: on('return') },
    ] : [])]);
    const open = a.criteria.filter((c) => !c.verified);
    const close = () => setAsked(null);
    return (
        <div class="story assess" onKeyDown={moveByLine}>
            {error !== null && <ErrorText error={error} />}
            <DataTable dense caption={W.tabs.scores} rows={a.criteria} keyOf={(c) => c.code}
                columns={columns(may, busy, acceptOne, setAsked)} />
            {may && open.length > 0 && <p class="form-hint">
                <Button kind="main" icon="check" busy={busy} onClick={() => void accept(open)}>
                    {W.acceptAll(open.length)}</Button> {W.hint}</p>}
            {asked?.what === 'facts' && <FactsDialog a={a} c={asked.c} onClose={close} />}
            {asked?.what === 'change' && <ScoreDialog a={a} c={asked.c} onClose={close} />}
            {asked?.what === 'replace' && <Dialog title={`${asked.c.code} ${asked.c.name}`}
                onClose={close} foot={<>
                    <Button kind="main" onClick={() => {
                        close();
                        take(asked.c);
                    }}>{W.replace}</Button>
                    <Button onClick={close}>{W.keepOwn}</Button>
                </>}>
                <p>{W.replaceLead(asked.c.points_c === null ? W.notApplied : showPoints(asked.c.points_c),
                    asked.c.machine_c === null ? W.notApplied : showPoints(asked.c.machine_c))}</p>
            </Dialog>}
            {asked?.what === 'return' && <ReasonDialog title={W.returnOf(asked.c.code, asked.c.name)}
                action={W.giveBack} onClose={close} order={(reason) => ({ method: 'POST',
                    path: at('reports', a.period, a.unit, 'return'),
                    body: { cell: `${asked.c.code} ${asked.c.name}`, reason },
                    done: W.returned(asked.c.code) })}>
                <p>{W.returnLead}</p></ReasonDialog>}
        </div>
    );
}

/* The machine's figure is the district's: one after the other, up to the first that is refused. */
function useAccept(a: Assessment) {
    const { busy, error, attempt } = useAttempt();
    const accept = (list: Criterion[]) => attempt(async () => {
        try {
            for (const c of list)
                await send('PUT', at('scores', a.period, a.unit, c.code),
                    { points_c: c.machine_c, sheet: a.sheet });
            toast(W.accepted(list.length), 'ok');
        } finally {
            noteChange();
        }
    });
    return { busy, error, accept };
}

function columns(may: boolean, busy: boolean, accept: (c: Criterion) => void,
    ask: (asked: Asked) => void): TableColumn<Criterion>[] {
    const points = (key: 'previous_c' | 'last_year_c', title: string): TableColumn<Criterion> =>
        ({ key, title, number: true, narrow: true, cell: (c) => showPoints(c[key]) });
    const list: TableColumn<Criterion>[] = [
        { key: 'name', title: W.criterion, main: true, cell: (c) => <>{c.code} {c.name}
            <small class="muted"> /{showShortPoints(c.max_c)}</small></> },
        { key: 'facts', title: W.counts, cell: (c) => <button type="button" class="why"
            data-code={c.code} data-act="facts" aria-label={W.factsOf(c.code, countsOf(c))}
            onClick={() => ask({ what: 'facts', c })}>{countsOf(c)}</button> },
        { key: 'self', title: W.own, number: true, narrow: true, cell: (c) => <>
            {showPoints(c.self_c)}{c.self_note !== null && <small class="muted" >{c.self_note}</small>}
        </> },
        { key: 'machine', title: W.machine, number: true, narrow: true, cell: (c) =>
            c.machine_c === null ? W.absences[c.machine_absence] : showPoints(c.machine_c) },
        points('previous_c', W.previous),
        points('last_year_c', W.sameLastYear),
        { key: 'points', title: W.points, cell: (c) => <>
            <Mark tone={c.verified ? 'ok' : 'wait'}>
                {c.points_c === null ? W.notApplied : showPoints(c.points_c)}</Mark>
            {c.reason !== '' && <small class="muted">{c.reason}</small>}
            {!c.verified && c.unreconciled && <small class="muted">{W.unreconciled}</small>}
        </> },
    ];
    if (may)
        list.push({ key: 'acts', title: W.acts, cell: (c) => <span class="line-acts">
            <Act code={c.code} act="accept" title={W.accept} busy={busy} run={() => accept(c)} />
            <Act code={c.code} act="change" title={W.change} run={() => ask({ what: 'change', c })} />
            <Act code={c.code} act="return" title={W.giveBack} run={() => ask({ what: 'return', c })} />
        </span> });
    return list;
}

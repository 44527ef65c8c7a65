/* reports.tsx - Báo cáo: what is due, then one report from draft to the district's word. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, at, send } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, LinkButton, Mark, Note, Screen, Waiting, sentence,
    type Tone } from '../../common/web/ui/basics';
import type { Row } from '../../common/web/ui/catalogue';
import { noteChange, useRead } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { dropDraft, keepDraft, readDraft } from '../../common/web/ui/draft';
import { dayOf, daysBetween, showInstant, showLate, showPeriod, DASH }
    from '../../common/web/ui/format';
import { useLint } from '../../common/web/ui/lint';
import { toast } from '../../common/web/ui/live';
import { link, useRoute } from '../../common/web/ui/router';
import { DataTable } from '../../common/web/ui/table';
import { ReportPaper } from './report_paper';
import { ReportStale, seenOf, type Seen } from './report_stale';
import { factsOf, isItem, type Score } from './self_score';
import { cameBack, readReport, readReports, type Report } from './shapes';
import { REPORTS as W } from './words/reports';

type Step = 'draft' | 'approve' | 'submit';

const SLACK_MS = 600_000; /* between two clocks that both go right */

export default function ReportsScreen() {
    const { path } = useRoute();
    const period = path[1];
    if (period === undefined) return <List />;
    return path[2] === 'in' ? <ReportPaper period={period} /> : <One period={period} />;
}

function stateOf(report: Report): { tone: Tone; text: string } {
    if (cameBack(report)) return { tone: 'bad', text: W.receipts.returned! };
    if (report.state === null) return { tone: 'plain', text: W.notBegun };
    return { tone: report.state === 'sent' ? 'info' : 'wait',
        text: W.states[report.state] ?? report.state };
}

/* Given back, submitted anew, and the district has not got that yet. */
function isUnderway(report: Report): boolean {
    return report.receipt_state === 'returned' && report.state === 'sent' && !cameBack(report);
}

/* Green only for what the district has received. */
function District({ report }: { report: Report }) {
    const state = report.receipt_state;
    if (state === null) return <>{DASH}</>;
    if (isUnderway(report)) return <Mark tone="wait">{W.underway}</Mark>;
    return <Mark tone={state === 'returned' ? 'bad' : 'ok'}>{W.receipts[state] ?? state}</Mark>;
}

function Timeliness({ report }: { report: Report }) {
    if (report.submitted_at === null) {
        if (report.period_state === 'future') return <Mark tone="plain">{W.notOpen}</Mark>;
        const late = daysBetween(dayOf(report.due_at), dayOf(Date.now()));
        return <Mark tone={late > 0 ? 'bad' : late > -3 ? 'wait' : 'plain'}
            icon={late > 0 ? 'warn' : 'clock'}>{showLate(late)}</Mark>;
    }
    const late = report.late_days ??
        Math.max(0, daysBetween(dayOf(report.due_at), dayOf(report.submitted_at)));
    return late > 0 ? <Mark tone="bad">{W.lateBy(late)}</Mark> : <Mark tone="plain">{W.inTime}</Mark>;
}

function List() {
    const found = useRead('reports', readReports);
    const all = [...(found.data ?? [])]
        .sort((a, b) => b.due_at - a.due_at || (a.period < b.period ? 1 : -1));
    const begun = all.filter((r) => r.state !== null || r.period_state !== 'closed');
    return (
        <Screen title={W.title} lead={W.lead}>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {found.data === null && found.loading && <Waiting />}
            {found.data !== null && begun.length === 0 && <Empty title={W.none}>{W.noneText}</Empty>}
            {begun.length > 0 && (
                <DataTable caption={W.title} rows={begun} keyOf={(r) => r.period}
                    href={(r) => link(['bao-cao', r.period])} columns={[
                        { key: 'period', title: W.period, main: true,
                            cell: (r) => showPeriod(r.period) },
                        { key: 'due', title: W.due, short: true,
                            cell: (r) => showInstant(r.due_at) },
                        { key: 'late', title: W.late, cell: (r) => <Timeliness report={r} /> },
                        { key: 'state', title: W.state, cell: (r) => {
                            const { tone, text } = stateOf(r);
                            return <Mark tone={tone}>{text}</Mark>;
                        } },
                        { key: 'submitted', title: W.submitted, narrow: true, short: true,
                            cell: (r) => showInstant(r.submitted_at) },
                        { key: 'district', title: W.district,
                            cell: (r) => <District report={r} /> },
                    ]} />
            )}
        </Screen>
    );
}

function One({ period }: { period: string }) {
    const found = useRead('reports/' + period, () => readReport(period));
    const draftName = 'report/' + period;
    const [text, setText] = useState<string | null>(null);
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<unknown>(null);
    const [asking, setAsking] = useState(false);
    const [base, setBase] = useState<Seen | null>(null); /* what was read as typing began */
    const [stale, setStale] = useState<{ row: Row; was: Seen } | null>(null);
    const lint = useLint();
    const report = found.data?.report ?? null;
    const draft = readDraft(draftName);
    const kept = draft?.values.narrative;

    useEffect(() => {
        setText(null);
        setBase(null);
    }, [period]);
    if (report === null)
        return <Screen title={showPeriod(period)}>{found.error !== null
            ? <ErrorText error={found.error} retry={found.reload} />
            : found.loading ? <Waiting /> : <Empty title={W.none}>{W.noneText}</Empty>}</Screen>;
    const returned = cameBack(report);
    const open = report.state !== 'sent' || returned;
    const narrative = text ?? (open && typeof kept === 'string' ? kept : report.narrative ?? '');
    const changed = narrative !== (report.narrative ?? '');
    const seen = base ?? (typeof kept === 'string' && draft !== null && 'state' in draft.was
        ? seenOf(draft.was) : seenOf(report));
    const forget = () => {
        if (readDraft(draftName)?.values.narrative === narrative) dropDraft(draftName);
        setText(null);
        setBase(null);
    };
    const act = async (step: Step, said: string, yes = false) => {
        let was = seen;
        setBusy(true);
        setError(null);
        try {
            if (step !== 'draft' && changed) {
                await send('POST', 'reports/' + at(period, 'draft'), { narrative, was, yes });
                was = { narrative: narrative === '' ? null : narrative, state: 'draft' };
                setBase(was);
            }
            await send('POST', 'reports/' + at(period, step),
                step === 'draft' && (changed || report.state !== null)
                    ? { narrative, was, yes } : { was });
            forget();
            toast(said, 'ok');
            if (step === 'submit') scrollTo({ top: 0 }); /* where it is now stands at the head */
            noteChange();
        } catch (failed) {
            const row = failed instanceof ApiError && failed.status === 409
                ? failed.body.row as Row | undefined : undefined;
            if (row !== undefined) setStale({ row, was });
            else if (!lint.caught(failed, () => void act(step, said, true))) setError(failed);
        } finally {
            setBusy(false);
            setAsking(false);
        }
    };
    return (
        <Screen title={showPeriod(period)} lead={<>
            {W.due} {showInstant(report.due_at)}. <Timeliness report={report} />
        </>} actions={
            <>
                <LinkButton icon="left" href={link(['bao-cao'])}>{W.all}</LinkButton>
                {report.state !== null && <LinkButton icon="print"
                    href={link(['bao-cao', period, 'in'])}>{W.print}</LinkButton>}
            </>
        }>
            <Steps report={report} />
            {report.receipt_state === 'returned' && open && (
                <Note tone="bad"><strong>{W.returned}</strong>
                    {typeof report.returned_cells === 'string' &&
                        <p>{sentence(withNames(report.returned_cells,
                            found.data?.score ?? null))}</p>}
                    <p>{W.returnedNext}</p></Note>
            )}
            {!open && <Note tone="info">{W.submittedNote}</Note>}
            {open && found.data !== null && <Unconfirmed period={period} score={found.data.score} />}
            {found.data !== null && found.data.score !== null &&
                <Figures score={found.data.score} />}
            <Card title={W.narrative}>
                <textarea rows={9} aria-label={W.narrative} readOnly={!open}
                    aria-describedby="narrative-hint" value={narrative}
                    onInput={(e) => {
                        setText(e.currentTarget.value);
                        setBase(seen);
                        keepDraft(draftName, { values: { narrative: e.currentTarget.value },
                            was: { ...seen }, at: Date.now() });
                    }} />
                <p class="field-hint" id="narrative-hint">{W.narrativeHint}</p>
            </Card>
            {error !== null && <ErrorText error={error} />}
            {open && (
                <div class="form-foot">
                    {report.state === null || returned
                        ? <Button kind="main" busy={busy} onClick={() => void act('draft', W.saved)}>
                            {returned ? W.again : W.draft}</Button>
                        : <Button busy={busy} disabled={!changed}
                            onClick={() => void act('draft', W.saved)}>{W.save}</Button>}
                    {report.state === 'draft' && !returned && <Button kind="main" busy={busy}
                        icon="check" onClick={() => void act('approve', W.approved)}>
                        {W.approve}</Button>}
                    {report.state === 'approved' && !returned && <Button kind="main" busy={busy}
                        icon="up" onClick={() => setAsking(true)}>{W.submit}</Button>}
                </div>
            )}
            {asking && (
                <Dialog title={W.sureTitle} onClose={() => setAsking(false)} foot={
                    <>
                        <Button kind="main" busy={busy}
                            onClick={() => void act('submit', W.submittedSaid)}>{W.submit}</Button>
                        <Button onClick={() => setAsking(false)}>Thôi</Button>
                    </>
                }><p>{W.sure}</p></Dialog>
            )}
            {stale !== null && (
                <ReportStale mine={narrative} was={stale.was} row={stale.row}
                    onClose={() => setStale(null)}
                    onTheirs={() => {
                        forget();
                        setStale(null);
                        noteChange();
                    }}
                    onMine={() => {
                        const now = seenOf(stale.row);
                        setText(narrative);
                        setBase(now);
                        keepDraft(draftName, { values: { narrative }, was: { ...now },
                            at: Date.now() });
                        setStale(null);
                        noteChange();
                    }} />
            )}
            {lint.window}
        </Screen>
    );
}

/* What the district named by its number only, by its name too. */
function withNames(text: string, score: Score | null): string {
    return text.replace(/(^|; )([0-9.]+):/g, (all, before: string, code: string) => {
        const name = score?.criteria.find((c) => c.code === code)?.name;
        return name === undefined ? all : `${before}${code} ${name}:`;
    });
}

/* Cells of the villages that nobody has confirmed do not count: told before it is submitted. */
function Unconfirmed({ period, score }: { period: string; score: Score | null }) {
    if (score === null || score.returns_confirmed >= score.returns_due) return null;
    const month = /-\d\d$/.test(period) ? period : undefined;
    return (
        <Note tone="wait" action={<LinkButton href={link(['so-lieu'],
            month === undefined ? {} : { period: month })}>{W.toReturns}</LinkButton>}>
            {W.unconfirmed(score.returns_confirmed, score.returns_due)}</Note>
    );
}

/* The first arrival is kept for the score; of one that came again only the day it was sent is told. */
function whenDistrict(report: Report): string {
    if (report.receipt_state === 'returned')
        return isUnderway(report) || report.returned_at === null ? ''
            : showInstant(report.returned_at);
    return report.received_at === null || (report.submitted_at ?? 0) > report.received_at +
        SLACK_MS ? '' : showInstant(report.received_at);
}

/* Where the report is on its way: written, approved, submitted, with the district. */
function Steps({ report }: { report: Report }) {
    const returned = report.receipt_state === 'returned' && !isUnderway(report);
    const steps: [string, boolean, string][] = [
        [W.states.draft!, report.state !== null, ''],
        [W.states.approved!, report.state === 'approved' || report.state === 'sent',
            report.approved_at ? showInstant(report.approved_at) : ''],
        [W.states.sent!, report.state === 'sent', report.submitted_at
            ? showInstant(report.submitted_at) : ''],
        [returned ? W.receipts.returned! : W.receipts.received!,
            report.receipt_state !== null && !isUnderway(report), whenDistrict(report)],
    ];
    return (
        <ol class="steps">
            {steps.map(([title, done, when], i) => (
                <li key={i} class={`${done ? 'done' : ''}${i === 3 && done
                    ? returned ? ' bad' : ' ok' : ''}`}>
                    <span class="step-dot" aria-hidden="true" />
                    <strong>{title}</strong>
                    <span class="sr-only">{done ? ': xong' : ': chưa'}</span>
                    {when !== '' && <small>{when}</small>}
                </li>
            ))}
        </ol>
    );
}

function Figures({ score }: { score: Score }) {
    const items = score.criteria.filter(isItem);
    return (
        <Card title={W.figures} flush>
            <DataTable caption={W.figures} rows={items} keyOf={(c) => c.code} columns={[
                { key: 'code', title: W.code, cell: (c) => c.code },
                { key: 'name', title: W.figure, cell: (c) => c.name },
                { key: 'value', title: W.value, number: true, cell: (c) => factsOf(c) },
            ]} />
        </Card>
    );
}

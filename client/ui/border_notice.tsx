/* border_notice.tsx - One notice to or from the neighbour: how far it has come, its answer, the case that
 * both sides see, and what the clerk does next. */
import { useState } from 'preact/hooks';
import { at, query } from '../../common/web/ui/api';
import { Button, Card, Mark } from '../../common/web/ui/basics';
import { columnOf, placeName, tableOf, useCatalogue, type Row, type Rows }
    from '../../common/web/ui/catalogue';
import { useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { dayOf, daysBetween, showDate, showLate } from '../../common/web/ui/format';
import { useShortcuts } from '../../common/web/ui/keys';
import { toast } from '../../common/web/ui/live';
import { RecordForm, type FormPart } from '../../common/web/ui/record_form';
import { link } from '../../common/web/ui/router';
import { Steps, Stopped, by, came, day, instant, stepOf, useStory, wrote } from './border_steps';
import { touch } from './touch';
import { BORDER as W } from './words/border';

const TABLE = 'border_notice';
const today = () => dayOf(Date.now());
const isIn = (row: Row) => row.direction === 'in';
const unseen = () => false; /* of the form, not of the row: written with what is typed */
const ANSWER: FormPart[] = [{ fields: [
    { name: 'answer', title: W.answerText, wide: true, required: true },
    { name: 'answer_no', title: W.answerNo },
    { name: 'answered_on', when: unseen }, { name: 'acknowledged_at', when: unseen },
    { name: 'state', when: unseen },
] }];

/* A date that somebody must answer by, while nobody has. */
export function ReplyDue({ row }: { row: Row }) {
    if (typeof row.reply_due !== 'string') return <>–</>;
    if (typeof row.answered_on === 'string' || stepOf(row) >= 3) return <>{showDate(row.reply_due)}</>;
    const late = daysBetween(row.reply_due, today());
    return <>{showDate(row.reply_due)} <Mark tone={late > 0 ? 'bad' : late > -3 ? 'wait' : 'plain'}>
        {showLate(late)}</Mark></>;
}

export function StateMark({ row }: { row: Row }) {
    const step = stepOf(row);
    const ours = isIn(row) ? step < 3 : step === 0;
    if (row._border?.bars) return <Mark tone="plain">{row._shown.state}. {row._border.text}</Mark>;
    return <Mark tone={step >= 3 ? 'ok' : ours ? 'wait' : 'info'}>{row._shown.state}</Mark>;
}

export function NoticeAbove({ row }: { row: Row }) {
    const story = useStory(TABLE, row);
    const step = stepOf(row);
    const incoming = isIn(row);
    const first = (incoming ? came(story) : '') || wrote(story, 'direction') || wrote(story, 'body');
    const answered = day(row.answered_on) || (step >= 3 ? wrote(story, 'state', 'answered') : '');
    const seen = instant(row.acknowledged_at) || (step >= 2 ? wrote(story, 'state', 'acknowledged')
        : '');
    const who = (text: string, column: string) => by(story, text, column);
    return (
        <>
            <Stopped row={row} />
            <Steps titles={incoming ? W.steps.in : W.steps.out} texts={incoming
                ? [who(day(row.issued_on), 'issued_on'), first, who(seen, 'acknowledged_at'),
                    who(answered, 'answer'), '']
                : [first, wrote(story, 'state', 'sent') || day(row.issued_on),
                    who(seen, 'acknowledged_at'), who(answered, 'answered_on'),
                    wrote(story, 'state', 'closed')]}
            done={[true, incoming || step >= 1, seen !== '' || step >= 2,
                answered !== '' || step === 3, step >= 4]} />
            <div class="cells-grid">
                <Card title={W.answerCard} aside={row.answered_on === null ||
                    row.answered_on === undefined ? <ReplyDue row={row} /> : undefined}>
                    {typeof row.answer === 'string'
                        ? <p class="directive-body">{row.answer}
                            {typeof row.answer_no === 'string' && <><br />
                                <span class="muted">{W.answerNo}: {row.answer_no}</span></>}</p>
                        : <p class="muted">{W.answerNone}</p>}
                </Card>
                <SharedCase row={row} />
            </div>
        </>
    );
}

/* What the clerk does next; letters do the same. */
export function NoticeActions({ row }: { row: Row }) {
    const [answers, setAnswers] = useState(false);
    const table = tableOf(useCatalogue(), TABLE);
    const step = stepOf(row);
    const incoming = isIn(row);
    const lacking = ['partner_unit', 'category', 'body'].filter((n) => (row[n] ?? null) === null)
        .map((n) => `“${columnOf(table, n)?.title ?? n}”`);
    const stopped = row._border?.bars === true;
    const mayAnswer = step < 4 && (incoming ? !stopped : step > 0);
    const send = () => lacking.length > 0 ? toast(W.lacks(lacking.join(', ')), 'bad')
        : void touch(TABLE, row, { state: 'sent',
            ...(typeof row.issued_on === 'string' ? {} : { issued_on: today() }) }, W.sent);
    const see = () => void touch(TABLE, row, { state: 'acknowledged',
        acknowledged_at: Date.now() }, W.seen);
    const close = () => void touch(TABLE, row, { state: 'closed' }, W.closed);
    const sends = !incoming && step === 0;
    const sees = incoming && step < 2 && !stopped;
    useShortcuts([
        ...(sends ? [{ keys: 'G', what: W.send, run: send }] : []),
        ...(sees ? [{ keys: 'B', what: W.see, run: see }] : []),
        ...(mayAnswer ? [{ keys: 'T', what: W.answer, run: () => setAnswers(true) }] : []),
    ]);
    return (
        <>
            {sends && <Button kind="main" keys="G" onClick={send}>{W.send}</Button>}
            {sees && <Button kind="main" icon="check" keys="B" onClick={see}>{W.see}</Button>}
            {mayAnswer && <Button kind={incoming && step === 2 ? 'main' : 'plain'} keys="T"
                onClick={() => setAnswers(true)}>
                {step >= 3 ? W.answerAgain : incoming ? W.answer : W.answerPaper}</Button>}
            {!incoming && step === 3 && <Button kind="main" icon="check" onClick={close}>
                {W.close}</Button>}
            {answers && (
                <Dialog title={W.answerTitle(row._name)} onClose={() => setAnswers(false)}>
                    <p class="muted">{W.answerLead}</p>
                    <RecordForm table={table} parts={ANSWER} row={row} saveLabel={W.answerSave}
                        overlay={{ state: 'answered',
                            answered_on: typeof row.answered_on === 'string' ? row.answered_on
                                : today(),
                            acknowledged_at: typeof row.acknowledged_at === 'number'
                                ? row.acknowledged_at : Date.now() }}
                        onCancel={() => setAnswers(false)}
                        onSaved={() => {
                            setAnswers(false);
                            toast(W.answered, 'ok');
                        }} />
                </Dialog>
            )}
        </>
    );
}

/* ---- one case on both sides ---- */

/* A case that happened across the border is counted there, unless the district says that it happened here. */
export function countsElsewhere(incident: Row): boolean {
    return typeof incident.across_unit === 'string' && incident.counted_here !== 1;
}

/* What both sides say of the place: who counts the case, or that they do not agree. */
function Verdict({ ours, theirs }: { ours: string | null; theirs: string | null }) {
    const catalogue = useCatalogue();
    const name = (unit: string) => placeName(catalogue, unit);
    return (
        <>
            {ours !== null && <p>{W.caseOurs(name(ours))}</p>}
            <p class={theirs === null ? 'muted' : ''}>
                {theirs === null ? W.caseTheirsNone : W.caseTheirs(name(theirs))}</p>
            {ours !== null && theirs !== null && (ours === theirs
                ? <p><Mark tone="ok">{W.caseAgreed(name(ours))}</Mark></p>
                : <p><Mark tone="bad">{W.caseDiffers}</Mark></p>)}
        </>
    );
}

function SharedCase({ row }: { row: Row }) {
    const [picks, setPicks] = useState(false);
    const key = typeof row.incident === 'string' ? row.incident : null;
    const own = useApi<{ row: Row }>(key === null ? null : 'rows/' + at('incident', key)).data?.row;
    const open = row.voided_at === null && stepOf(row) < 4;
    const unit = (value: unknown) => typeof value === 'string' ? value : null;
    return (
        <Card title={W.case}><div class="border-case">
            {key !== null ? <p><a href={link(['so-vu-viec', key])}>
                {W.caseOpen(own?._name ?? '')}</a></p>
                : <p class="muted">{W.caseNone}</p>}
            <Verdict theirs={unit(row.partner_case_unit)} ours={own === undefined || own.voided_at !== null
                ? null : unit(countsElsewhere(own) ? own.across_unit : row.unit)} />
            <p class="muted">{W.caseRule}</p>
            {open && <Button small onClick={() => setPicks(true)}>
                {key === null ? W.caseJoin : W.caseChange}</Button>}</div>
            {picks && <PickCase row={row} onClose={() => setPicks(false)} />}
        </Card>
    );
}

function PickCase({ row, onClose }: { row: Row; onClose: () => void }) {
    /* By the border first, and those of all years; then the newest of the others. */
    const near = useApi<Rows>('rows/incident' + query({ at_border: 1, limit: 1000 }));
    const found = useApi<Rows>('rows/incident' + query({ limit: 100 }));
    const [chosen, setChosen] = useState(typeof row.incident === 'string' ? row.incident : '');
    const choices = [...near.data?.rows ?? [],
        ...(found.data?.rows ?? []).filter((r) => r.at_border !== 1)]
        .map((r) => ({ value: r._key, text: [r._name, showDate(r.occurred_on as string | null),
            r._shown.category, r.summary].filter((t) => t !== null && t !== undefined && t !== '')
            .join(', ') }));
    const save = async () => {
        /* Whoever knows the case has seen the notice. */
        await touch(TABLE, row, { incident: chosen, ...(isIn(row) && stepOf(row) < 2
            ? { state: 'acknowledged', acknowledged_at: Date.now() } : {}) }, W.caseSaved);
        onClose();
    };
    return (
        <Dialog title={W.caseJoin} onClose={onClose} foot={<>
            <Button kind="main" disabled={chosen === ''} onClick={() => void save()}>
                {W.caseSave}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            <p class="muted">{W.caseRule}</p>
            <div class="field wide">
                <label for="case">{W.casePick}</label>
                <Combo id="case" value={chosen} choices={choices} onChange={setChosen}
                    describedBy="case-hint" />
                <p class="field-hint" id="case-hint">{W.caseHint}</p>
            </div>
        </Dialog>
    );
}

/* Over an incident: the notice that it is one case with. */
export function CaseNotice({ row }: { row: Row }) {
    const found = useApi<Rows>(row.at_border === 1 || typeof row.across_unit === 'string'
        ? 'rows/' + at(TABLE) + query({ incident: row._key, limit: 1 }) : null);
    const notice = found.data?.rows[0];
    if (notice === undefined) return null;
    return <Card><p>{W.noticeOf(notice._name)}{' '}
        <a href={link(['giap-ranh', notice._key])}>{W.noticeOpen}</a></p></Card>;
}

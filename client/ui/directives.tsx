/* directives.tsx - Chỉ đạo: what the district ordered, seen and answered. */
import { useState } from 'preact/hooks';
import { at, query, send } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, LinkButton, Mark, Note, Screen, Waiting }
    from '../../common/web/ui/basics';
import type { Row, Rows } from '../../common/web/ui/catalogue';
import { noteChange, useApi, useCell } from '../../common/web/ui/cell';
import { dropDraft, keepDraft, readDraft } from '../../common/web/ui/draft';
import { dayOf, daysBetween, showDate, showInstant, showLate } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { link, useRoute } from '../../common/web/ui/router';
import { DataTable } from '../../common/web/ui/table';
import { session } from './session';
import { DIRECTIVES as W } from './words/directives';

export default function DirectivesScreen() {
    const { path } = useRoute();
    const directives = useApi<Rows>('rows/directive' + query({ limit: 200 }));
    const answers = useApi<Rows>('rows/directive_answer' + query({ limit: 500 }));
    if (directives.data === null || answers.data === null)
        return <Screen title={W.title}>{directives.error !== null
            ? <ErrorText error={directives.error} retry={directives.reload} /> : <Waiting />}</Screen>;
    const answerOf = (row: Row) =>
        answers.data!.rows.find((a) => a.directive === row.id || a.directive === row._key) ?? null;
    const one = directives.data.rows.find((d) => d._key === path[1]);
    if (one !== undefined) return <One key={one._key} row={one} answer={answerOf(one)} />;
    const rows = directives.data.rows;
    return (
        <Screen title={W.title}>
            {rows.length === 0 ? <Empty title={W.none}>{W.noneText}</Empty> : (
                <DataTable caption={W.title} rows={rows} keyOf={(r) => r._key}
                    href={(r) => link(['chi-dao', r._key])} columns={[
                        { key: 'no', title: W.document, main: true,
                            cell: (r) => String(r.document_no ?? r.label ?? '–') },
                        { key: 'title', title: W.subject, cell: (r) => String(r.title ?? '–') },
                        { key: 'issued', title: W.issued, short: true, narrow: true,
                            cell: (r) => showDate(r.issued_on as string | null) },
                        { key: 'due', title: W.due, short: true,
                            cell: (r) => <Due row={r} answer={answerOf(r)} /> },
                        { key: 'answer', title: W.answer,
                            cell: (r) => <Standing answer={answerOf(r)} /> },
                    ]} />
            )}
        </Screen>
    );
}

function Due({ row, answer }: { row: Row; answer: Row | null }) {
    if (typeof row.due_on !== 'string') return <>–</>;
    if (typeof answer?.answered_at === 'number') return <>{showDate(row.due_on)}</>;
    const late = daysBetween(row.due_on, dayOf(Date.now()));
    return <>{showDate(row.due_on)} <Mark tone={late > 0 ? 'bad' : late > -3 ? 'wait' : 'plain'}>
        {showLate(late)}</Mark></>;
}

function Standing({ answer }: { answer: Row | null }) {
    if (typeof answer?.accepted_at === 'number') return <Mark tone="ok">{W.accepted}</Mark>;
    if (typeof answer?.answered_at === 'number') return <Mark tone="info">{W.answered}</Mark>;
    if (typeof answer?.seen_at === 'number') return <Mark tone="plain">{W.read}</Mark>;
    return <Mark tone="wait">{W.unread}</Mark>;
}

function One({ row, answer }: { row: Row; answer: Row | null }) {
    const draft = 'directive/' + row._key;
    const kept = readDraft(draft)?.values.text;
    const [text, setText] = useState(typeof kept === 'string' ? kept
        : typeof answer?.answer === 'string' ? answer.answer : '');
    const [failed, setFailed] = useState<unknown>(null);
    const [missing, setMissing] = useState(false);
    const [busy, setBusy] = useState(false);
    const who = useCell(session);
    const write = async (values: Record<string, string | number>, said: string) => {
        setBusy(true);
        setFailed(null);
        try {
            if (answer === null)
                await send('POST', 'rows/directive_answer',
                    { values: { directive: row._key, unit: who?.unit ?? null, ...values } });
            else
                await send('PATCH', 'rows/' + at('directive_answer', answer._key), {
                    values, was: Object.fromEntries(Object.keys(values)
                        .map((n) => [n, answer[n] ?? null])),
                });
            toast(said, 'ok');
            noteChange();
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
        }
    };
    const reply = async () => {
        if (text.trim() === '') return setMissing(true);
        const now = Date.now();
        await write({
            answer: text.trim(), answered_at: now,
            ...(typeof answer?.seen_at === 'number' ? {} : { seen_at: now }),
        }, W.sent);
        dropDraft(draft);
    };
    const seen = typeof answer?.seen_at === 'number';
    return (
        <Screen title={String(row.title ?? row.label ?? '')} lead={<>
            {W.document} {String(row.document_no ?? '–')}, {W.issued.toLowerCase()}{' '}
            {showDate(row.issued_on as string | null)}. {W.due}: <Due row={row} answer={answer} />
        </>} actions={<LinkButton icon="left" href={link(['chi-dao'])}>{W.back}</LinkButton>}>
            <Card><p class="directive-body">{String(row.body ?? '')}</p></Card>
            {seen ? <Note tone="info">{W.seen(showInstant(answer.seen_at as number))}</Note>
                : <p class="row-end"><Button icon="check" busy={busy} onClick={() => void write(
                    { seen_at: Date.now() }, W.markedSeen)}>{W.markSeen}</Button></p>}
            <Card title={W.answer} aside={<Standing answer={answer} />}>
                <div class={`field${missing ? ' wrong' : ''}`}>
                    <label for="directive-answer">{W.write}</label>
                    <textarea id="directive-answer" rows={6} value={text} aria-invalid={missing}
                        aria-describedby={missing ? 'directive-p' : undefined}
                        onInput={(e) => {
                            setText(e.currentTarget.value);
                            setMissing(false);
                            keepDraft(draft, { values: { text: e.currentTarget.value }, was: {},
                                at: Date.now() });
                        }} />
                    {missing && <p class="field-problem" id="directive-p">{W.needed}</p>}
                </div>
                {failed !== null && <ErrorText error={failed} />}
                <div class="form-foot">
                    <Button kind="main" busy={busy} onClick={() => void reply()}>{W.send}</Button>
                </div>
            </Card>
        </Screen>
    );
}

/* directives.tsx - Chỉ đạo: what the district ordered, seen and answered. */
import { useState } from 'preact/hooks';
import { ApiError, at, get, query, send } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, LinkButton, Mark, Note, Screen, Waiting }
    from '../../common/web/ui/basics';
import { tableOf, useCatalogue, type Row, type Rows, type Value, type Values }
    from '../../common/web/ui/catalogue';
import { noteChange, useApi, useCell } from '../../common/web/ui/cell';
import { dropDraft, keepDraft, readDraft } from '../../common/web/ui/draft';
import { dayOf, daysBetween, showDate, showInstant, showLate } from '../../common/web/ui/format';
import { useLint } from '../../common/web/ui/lint';
import { toast } from '../../common/web/ui/live';
import { link, useRoute } from '../../common/web/ui/router';
import { StaleDialog } from '../../common/web/ui/stale';
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

function answerIn(answer: Row | null): Value {
    return typeof answer?.answer === 'string' ? answer.answer : null;
}

/* The answer that stands there now: of the refusal, or read where another tab made the row. */
async function nowOf(error: ApiError, directive: Row): Promise<Row | null> {
    const told = error.body.row as Row | undefined;
    if (told !== undefined) return told;
    const all = await get<Rows>('rows/directive_answer' + query({ limit: 500 })).catch(() => null);
    return all?.rows.find((a) => a.directive === directive.id || a.directive === directive._key) ??
        null;
}

function One({ row, answer }: { row: Row; answer: Row | null }) {
    const draft = 'directive/' + row._key;
    const kept = readDraft(draft)?.values.text;
    const [text, setText] = useState(typeof kept === 'string' ? kept
        : typeof answer?.answer === 'string' ? answer.answer : '');
    const [failed, setFailed] = useState<{ error: unknown; below: boolean } | null>(null);
    const [missing, setMissing] = useState(false);
    const [busy, setBusy] = useState(false);
    /* The answer that stood there as this one was begun: another tab may answer meanwhile. */
    const begun = readDraft(draft)?.was;
    const [was, setWas] = useState<Value>(begun !== undefined && 'answer' in begun
        ? begun.answer as Value : answerIn(answer));
    const [stale, setStale] = useState<Row | null>(null);
    const table = tableOf(useCatalogue(), 'directive_answer');
    const lint = useLint();
    const who = useCell(session);
    const write = async (values: Values, said: string, base: Values, there = answer, yes = false):
        Promise<void> => {
        const below = 'answer' in values;
        setBusy(true);
        setFailed(null);
        try {
            if (there === null)
                await send('POST', 'rows/directive_answer', { yes,
                    values: { directive: row._key, unit: who?.unit ?? null, ...values } });
            else
                await send('PATCH', 'rows/' + at('directive_answer', there._key),
                    { values, was: base, yes });
            if (below) {
                dropDraft(draft);
                setWas(values.answer ?? null);
            }
            toast(said, 'ok');
            noteChange();
        } catch (error) {
            const now = error instanceof ApiError && error.status === 409
                ? await nowOf(error, row) : null;
            if (below && now !== null) setStale(now);
            else if (!lint.caught(error, () => void write(values, said, base, there, true)))
                setFailed({ error, below });
        } finally {
            setBusy(false);
        }
    };
    const reply = async (typed = text, base = was, there = answer) => {
        if (typed.trim() === '') return setMissing(true);
        const now = Date.now();
        const first = typeof there?.seen_at !== 'number';
        await write({ answer: typed.trim(), answered_at: now, ...(first ? { seen_at: now } : {}) },
            W.sent, { answer: base, ...(first ? { seen_at: null } : {}) }, there);
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
                    { seen_at: Date.now() }, W.markedSeen, { seen_at: null })}>
                    {W.markSeen}</Button></p>}
            {failed !== null && !failed.below && <ErrorText error={failed.error} />}
            <Card title={W.answer} aside={<Standing answer={answer} />}>
                <div class={`field${missing ? ' wrong' : ''}`}>
                    <label for="directive-answer">{W.write}</label>
                    <textarea id="directive-answer" rows={6} value={text} aria-invalid={missing}
                        aria-describedby={missing ? 'directive-p' : undefined}
                        onInput={(e) => {
                            setText(e.currentTarget.value);
                            setMissing(false);
                            keepDraft(draft, { values: { text: e.currentTarget.value },
                                was: { answer: was }, at: Date.now() });
                        }} />
                    {missing && <p class="field-problem" id="directive-p">{W.needed}</p>}
                </div>
                {failed !== null && failed.below && <ErrorText error={failed.error} />}
                <div class="form-foot">
                    <Button kind="main" busy={busy} onClick={() => void reply()}>{W.send}</Button>
                </div>
            </Card>
            {stale !== null && (
                <StaleDialog table={table} mine={{ answer: text.trim() }} was={{ answer: was }}
                    now={stale} onClose={() => setStale(null)}
                    onChoose={(chosen, base) => {
                        const next = String(chosen.answer ?? '');
                        setText(next);
                        setWas(base.answer ?? null);
                        setStale(null);
                        if (next !== base.answer) void reply(next, base.answer ?? null, stale);
                        else {
                            dropDraft(draft);
                            noteChange();
                        }
                    }} />
            )}
            {lint.window}
        </Screen>
    );
}

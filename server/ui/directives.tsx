/* directives.tsx - Chỉ đạo: what was issued, who has seen it, who has answered; issue one, close one. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, Mark, Screen, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { dayOf, showDate, showInstant } from '../../common/web/ui/format';
import { readDate } from '../../common/web/ui/parse';
import { link, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { useOrder } from './order';
import { session } from './session';
import { useUnits } from './units';
import { DIRECTIVES as W } from './words/directives';

interface Directive {
    key: string;
    label: string | null;
    document_no: string | null;
    title: string | null;
    body: string | null;
    issued_on: string | null;
    due_on: string | null;
    state: string;
    state_text?: string;
    seen: number;
    answered: number;
}

export default function DirectivesScreen() {
    const { path } = useRoute();
    const found = useApi<{ directives: Directive[] }>('directives');
    const may = useCell(session)?.may.includes('decide') === true;
    const [adds, setAdds] = useState(false);
    const data = found.data;
    const one = data?.directives.find((d) => d.key === path[1]);
    if (one !== undefined) return <One d={one} may={may} />;
    return (
        <Screen title={W.title} lead={W.lead} actions={may && <Button kind="main" icon="plus"
            onClick={() => setAdds(true)}>{W.issue}</Button>}>
            {data === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                : data.directives.length === 0 ? <Empty title={W.none} />
                    : <div class="story"><Directives list={data.directives} /></div>}
            {adds && <Issue onClose={() => setAdds(false)} />}
        </Screen>
    );
}

function overdue(d: Directive, all: number): boolean {
    return d.state !== 'closed' && d.due_on !== null && d.due_on < dayOf(Date.now()) &&
        d.answered < all;
}

function Directives({ list }: { list: Directive[] }) {
    const all = useUnits().filter((u) => u.state === 'active').length;
    const columns: TableColumn<Directive>[] = [
        { key: 'title', title: W.subject, main: true, cell: (d) => d.title ?? d.label },
        { key: 'document', title: W.document, narrow: true, cell: (d) => d.document_no ?? '' },
        { key: 'issued', title: W.issued, narrow: true, short: true, cell: (d) => showDate(d.issued_on) },
        { key: 'due', title: W.due, short: true, cell: (d) => overdue(d, all)
            ? <Mark tone="bad">{showDate(d.due_on)}</Mark> : showDate(d.due_on) },
        { key: 'seen', title: W.seen, number: true, narrow: true, cell: (d) => `${d.seen}/${all}` },
        { key: 'answered', title: W.answered, number: true, cell: (d) => `${d.answered}/${all}` },
        { key: 'state', title: W.state, narrow: true, cell: (d) => d.state_text ?? d.state },
    ];
    return <DataTable dense caption={W.title} rows={list} keyOf={(d) => d.key} columns={columns}
        href={(d) => link(['chi-dao', d.key])} />;
}

interface Answer {
    unit: string;
    unit_text?: string;
    seen_at: number | null;
    answered_at: number | null;
    answer: string | null;
    accepted_at: number | null;
    key: string | null;
}

function One({ d, may }: { d: Directive; may: boolean }) {
    const found = useApi<{ answers: Answer[] }>(at('directives', d.key));
    const { busy, error, run } = useOrder();
    const close = () => void run({ method: 'PATCH', path: at('rows', 'directive', d.key),
        body: { values: { state: 'closed' }, was: { state: d.state } }, done: W.closed });
    return (
        <Screen title={d.title ?? d.label ?? W.title} lead={<a href={link(['chi-dao'])}>{W.back}</a>}
            actions={may && d.state !== 'closed' && <Button icon="check" busy={busy}
                onClick={close}>{W.close}</Button>}>
            {error !== null && <ErrorText error={error} />}
            <Card>
                <p class="muted">{[d.document_no, W.issuedOn(showDate(d.issued_on)),
                    W.dueOn(showDate(d.due_on))].filter((t) => t !== null).join('; ')}</p>
                <p class="directive-body">{d.body}</p>
            </Card>
            {found.data === null ? (found.error !== null
                ? <ErrorText error={found.error} retry={found.reload} /> : <Waiting />)
                : <div class="story"><DataTable dense caption={W.answers} rows={found.data.answers}
                    keyOf={(a) => a.unit} columns={answers(may)} /></div>}
        </Screen>
    );
}

function answers(may: boolean): TableColumn<Answer>[] {
    const list: TableColumn<Answer>[] = [
        { key: 'unit', title: W.unit, main: true, cell: (a) => a.unit_text ?? a.unit },
        { key: 'seen', title: W.seenAt, short: true, narrow: true, cell: (a) => a.seen_at === null
            ? <Mark tone="wait">{W.notSeen}</Mark> : showInstant(a.seen_at) },
        { key: 'answer', title: W.answer, cell: (a) => a.answered_at === null
            ? <Mark tone="wait">{W.notAnswered}</Mark> : <>{a.answer}
                <small class="muted"> {showInstant(a.answered_at)}</small></> },
    ];
    if (may)
        list.push({ key: 'accept', title: W.accepted, cell: (a) => a.accepted_at !== null
            ? <Mark tone="ok">{showInstant(a.accepted_at)}</Mark>
            : a.key !== null && a.answered_at !== null ? <Accept a={a} /> : '' });
    return list;
}

function Accept({ a }: { a: Answer }) {
    const { busy, error, run } = useOrder();
    return <>
        <Button small icon="check" busy={busy} aria-label={W.acceptOf(a.unit_text ?? a.unit)}
            onClick={() => void run({ method: 'PATCH', done: W.acceptedNow,
                path: at('rows', 'directive_answer', a.key ?? ''),
                body: { values: {} } })}>{W.accept}</Button>
        {error !== null && <ErrorText error={error} />}
    </>;
}

function Issue({ onClose }: { onClose: () => void }) {
    const [texts, setTexts] = useState({ label: '', document_no: '', title: '', due: '' });
    const [body, setBody] = useState('');
    const [wrong, setWrong] = useState<string | null>(null);
    const { busy, error, run } = useOrder(onClose);
    const submit = () => {
        const due = readDate(texts.due, true);
        if ('wrong' in due) return setWrong(due.wrong);
        if ([texts.label, texts.title, body].some((t) => t.trim() === '') || due.value === null)
            return setWrong(W.needed);
        void run({ method: 'POST', path: 'rows/directive', done: W.issuedNow, body: { values: {
            label: texts.label.trim(), document_no: texts.document_no.trim(),
            title: texts.title.trim(), body: body.trim(), due_on: due.value,
            issued_on: dayOf(Date.now()) } } });
    };
    return (
        <Dialog wide title={W.issueTitle} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={submit}>{W.send}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            {wrong !== null && <p class="field-problem" role="alert">{wrong}</p>}
            {(['label', 'document_no', 'title', 'due'] as const).map((name) => (
                <div key={name} class="field">
                    <label for={'directive-' + name}>{W.fields[name]}</label>
                    <input id={'directive-' + name} type="text" autocomplete="off" value={texts[name]}
                        onInput={(event) => {
                            setTexts({ ...texts, [name]: event.currentTarget.value });
                            setWrong(null);
                        }} />
                </div>
            ))}
            <div class="field">
                <label for="directive-body">{W.body}</label>
                <textarea id="directive-body" rows={6} value={body}
                    onInput={(event) => setBody(event.currentTarget.value)} />
            </div>
        </Dialog>
    );
}

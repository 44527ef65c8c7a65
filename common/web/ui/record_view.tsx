/* record_view.tsx - One row of a register: its cells, who wrote what and when, changing it, voiding
 * it with a reason. */
import { useState } from 'preact/hooks';
import { at, send } from './api';
import { Button, Card, ErrorText, LinkButton, Note, Screen, Waiting } from './basics';
import { columnOf, useCatalogue, placeName, type Row, type Table, type Values } from './catalogue';
import { noteChange, useApi } from './cell';
import { Dialog } from './dialog';
import { showDate, showInstant, showInt, showPoints } from './format';
import { useShortcuts } from './keys';
import { useLint } from './lint';
import { toast } from './live';
import { BOOK, cellText, partsOf, type Book } from './record_book';
import { RecordForm } from './record_form';
import { go, link } from './router';
import { SyncMark } from './sync_mark';

const V = {
    edit: 'Sửa',
    void: 'Hủy dòng này',
    voidTitle: 'Hủy dòng này?',
    voidLead: 'Dòng không bị xóa: nó vẫn nằm trong sổ, gạch đi, kèm lý do, và không được tính nữa.',
    voidReason: 'Lý do hủy',
    voidNeeded: 'Ghi lý do trước khi hủy.',
    voided: (at: string, why: string) => `Đã hủy lúc ${at}: ${why}`,
    voidDone: 'Đã hủy. Chờ gửi lên huyện.',
    history: 'Ai đã ghi gì',
    noHistory: 'Chưa có lần sửa nào được ghi ở đây.',
    by: (who: string, device: string) => `${who}, ${device}`,
    elsewhere: 'máy khác',
    nobody: 'không rõ người ghi',
    wholeRow: 'Ghi mới',
    saved: 'Đã lưu. Chờ gửi lên huyện.',
    keys: 'E',
};

interface Step {
    at: number | null;
    by: string | null;
    device_text?: string;
    what: string; /* came, logged, sent, pending */
    cell: string | null;
    before: Values;
    after: Values;
    _shown_before?: Record<string, string>;
    _shown_after?: Record<string, string>;
}

interface One {
    row: Row;
}

/* `params`: of the list; `viec` is an item of the inbox instead, answered by what is saved here. */
export function RecordView({ book, path, rowKey, table, editing, params: { viec, ...params } }: {
    book: Book; path: string; rowKey: string; table: Table; editing: boolean;
    params: Record<string, string>;
}) {
    const found = useApi<One>('rows/' + at(book.table, rowKey));
    const [voiding, setVoiding] = useState(false);
    const row = found.data?.row ?? null;
    const writable = row !== null && row.voided_at === null && book.readOnly !== true &&
        table.writable;
    const answering: Record<string, string> = viec === undefined ? params : { ...params, viec };
    const edit = () => go([path, rowKey, BOOK.edit], answering);

    useShortcuts(writable && !editing ? [{ keys: 'E', what: V.edit, run: edit }] : []);
    if (row === null)
        return (
            <Screen title={book.words.title}>
                {found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
                    : <Waiting />}
            </Screen>
        );
    const name = String(row[book.columns[0] ?? 'label'] ?? withDays(row._name));
    const title = book.words.one.charAt(0).toUpperCase() + book.words.one.slice(1) + ' ' + name;
    if (editing)
        return (
            <Screen title={`${V.edit} ${book.words.one} ${name}`}>
                {book.aboveForm}
                <RecordForm table={table} parts={partsOf(book, table, row)} row={row}
                    follow={book.follow} answers={viec}
                    onCancel={() => go([path, rowKey], answering)}
                    onSaved={() => {
                        toast(V.saved, 'ok');
                        found.reload();
                        go([path, rowKey], params);
                    }} />
            </Screen>
        );
    return (
        <Screen title={title} lead={<SyncMark sync={row._sync} />} actions={
            <>
                <LinkButton icon="left" href={link([path], params)}>{BOOK.list}</LinkButton>
                {writable && book.actions?.(row, found.reload)}
                {writable && <Button kind="main" icon="edit" keys="E" onClick={edit}>{V.edit}</Button>}
            </>
        }>
            {typeof row.voided_at === 'number' &&
                <Note tone="bad">{V.voided(showInstant(row.voided_at),
                    String(row.void_reason ?? ''))}</Note>}
            {book.above?.(row)}
            <Cells book={book} table={table} row={row} />
            <History book={book} table={table} rowKey={rowKey} />
            {writable && <p class="row-end"><Button kind="danger" onClick={() => setVoiding(true)}>
                {V.void}</Button></p>}
            {voiding && <VoidDialog table={table.name} rowKey={rowKey}
                onDone={(done) => {
                    setVoiding(false);
                    if (done) found.reload();
                }} />}
        </Screen>
    );
}

/* A row without a number is named by its key: days in it as they are written. */
function withDays(name: string): string {
    return name.replace(/\d{4}-\d\d-\d\d/g, (day) => showDate(day)).replace(/; /g, ', ');
}

function Cells({ book, table, row }: { book: Book; table: Table; row: Row }) {
    const named = new Set([...book.hidden ?? [],
        ...book.parts.flatMap((p) => p.fields.map((f) => f.name))]);
    const other = table.columns.filter((c) => !named.has(c.name) && c.type !== 'hash' &&
        c.key !== true && !['unit', 'label', 'id', 'voided_at', 'void_reason'].includes(c.name) &&
        row[c.name] !== null && row[c.name] !== undefined &&
        !(c.type === 'bool' && row[c.name] === 0));
    const parts = [...book.parts.map((p) => ({
        title: p.title,
        names: p.fields.filter((f) => columnOf(table, f.name) !== undefined)
            .map((f) => ({ name: f.name, title: f.title })),
    })), { title: 'Huyện ghi', names: other.map((c) => ({ name: c.name, title: undefined })) }];
    return (
        <div class="cells-grid">
            {parts.filter((p) => p.names.length > 0).map((p, i) => (
                <Card key={i} title={p.title}>
                    <dl class="cells">
                        {p.names.map(({ name, title }) => (
                            <div key={name}>
                                <dt>{title ?? columnOf(table, name)?.title}</dt>
                                <dd>{cellText(book, row, name)}</dd>
                            </div>
                        ))}
                    </dl>
                </Card>
            ))}
        </div>
    );
}

function History({ book, table, rowKey }: { book: Book; table: Table; rowKey: string }) {
    const found = useApi<{ story: Step[] }>('rows/' + at(table.name, rowKey) + '/history');
    const catalogue = useCatalogue();
    /* What waits has its word at the head of the page; here stands what somebody wrote. */
    const story = (found.data?.story ?? []).filter((step) => step.what !== 'pending').reverse();
    const say = (name: string, values: Values, shown?: Record<string, string>) => {
        const known = shown?.[name];
        if (known !== undefined) return known;
        const value = values[name] ?? null;
        const choice = book.choices?.[name]?.find((c) => c.value === String(value));
        if (choice !== undefined) return choice.text;
        const column = columnOf(table, name);
        if (value === null) return '–';
        if (column?.type === 'date') return showDate(String(value));
        if (column?.type === 'instant') return showInstant(Number(value));
        if (column?.type === 'points') return showPoints(Number(value));
        if (column?.type === 'unit') return placeName(catalogue, value);
        if (column?.type === 'bool') return value === 1 ? 'có' : 'không';
        if (typeof value === 'number') return showInt(value);
        return column?.words?.find((w) => w.code === value)?.vi ?? value;
    };
    return (
        <Card title={V.history}>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {found.data !== null && story.length === 0 && <p class="muted">{V.noHistory}</p>}
            <ol class="story">
                {story.map((step, i) => {
                    const names = Object.keys(step.after ?? {})
                        .filter((n) => columnOf(table, n) !== undefined);
                    const whole = step.cell === null && Object.keys(step.before ?? {}).length === 0;
                    return (
                        <li key={i}>
                            <p class="story-head">
                                <strong>{showInstant(step.at)}</strong>{' '}
                                {V.by(step.by ?? V.nobody, step.device_text ?? V.elsewhere)}
                            </p>
                            <p>
                                {whole && <>{V.wholeRow}: </>}
                                {names.filter((n) => !whole || step.after[n] !== null)
                                    .map((n, k) => (
                                        <span key={n}>
                                            {k > 0 && '; '}
                                            <span class="muted">{columnOf(table, n)?.title}:</span>{' '}
                                            {!whole && <><s>{say(n, step.before,
                                                step._shown_before)}</s>{' → '}</>}
                                            {say(n, step.after, step._shown_after)}
                                        </span>
                                    ))}
                            </p>
                        </li>
                    );
                })}
            </ol>
        </Card>
    );
}

function VoidDialog({ table, rowKey, onDone }: {
    table: string; rowKey: string; onDone: (done: boolean) => void;
}) {
    const [reason, setReason] = useState('');
    const [error, setError] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const [missing, setMissing] = useState(false);
    const lint = useLint();
    const submit = async (yes = false) => {
        if (reason.trim() === '') {
            setMissing(true);
            return;
        }
        setBusy(true);
        try {
            await send('POST', 'rows/' + at(table, rowKey) + '/void',
                { reason: reason.trim(), yes });
            toast(V.voidDone, 'ok');
            noteChange();
            onDone(true);
        } catch (failed) {
            setError(lint.caught(failed, () => void submit(true)) ? null : failed);
            setBusy(false);
        }
    };
    return (
        <Dialog title={V.voidTitle} onClose={() => onDone(false)} foot={
            <>
                <Button kind="danger" busy={busy} onClick={() => void submit()}>{V.void}</Button>
                <Button onClick={() => onDone(false)}>Thôi</Button>
            </>
        }>
            <p>{V.voidLead}</p>
            <div class={`field wide${missing ? ' wrong' : ''}`}>
                <label for="void-reason">{V.voidReason}</label>
                <input id="void-reason" type="text" value={reason} aria-invalid={missing}
                    aria-describedby={missing ? 'void-problem' : undefined}
                    onInput={(event) => {
                        setReason(event.currentTarget.value);
                        setMissing(false);
                    }}
                    onKeyDown={(event) => event.key === 'Enter' && void submit()} />
                {missing && <p class="field-problem" id="void-problem">{V.voidNeeded}</p>}
            </div>
            {error !== null && <ErrorText error={error} />}
            {lint.window}
        </Dialog>
    );
}

/* inbox.tsx - Hộp việc cần quyết: both values side by side, who and when, one click each way, undo. */
import { useState } from 'preact/hooks';
import { at, get, query, send } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, LinkButton, Mark, Screen, Waiting, sentence }
    from '../../common/web/ui/basics';
import { noteChange, useApi } from '../../common/web/ui/cell';
import { inPeriod, showInstant, showPeriod, showPoints } from '../../common/web/ui/format';
import { toast } from '../../common/web/ui/live';
import { problemOf } from '../../common/web/ui/api';
import { link } from '../../common/web/ui/router';
import { placeOfRow } from './places';
import { INBOX as W } from './words/inbox';

interface Item {
    id: string | null;
    kind: string;
    kind_text: string;
    row: string;
    kept: string | null;
    other: string | null;
    reason: string | null;
    reason_text?: string | null;
    detail: string | null;
    effect: { period: string; final_c: number; final_with_other_c: number;
        row: boolean } | null;
    name?: string | null;
    effect_none?: string | null;
    effect_text?: string;
    next_step: string | null;
    table?: string | null;
    key?: string | null;
}

interface Decided {
    id: string;
    kind: string;
    row: string;
    decision: string;
    kept: string | null;
    other: string | null;
    decided_by: string | null;
    decided_at: number;
}

const TWO_WAYS = ['conflict', 'refused'];
const WARNINGS = 20; /* about texts, at a time */

export default function InboxScreen() {
    /* All texts are looked at for the warnings: what is to be decided does not wait for that. */
    const found = useApi<{ open: number; items: Item[] }>('inbox?part=decisions');
    const texts = useApi<{ items: Item[] }>('inbox?part=texts');
    const [shown, setShown] = useState(WARNINGS);
    const data = found.data;
    const warnings = texts.data?.items ?? [];
    return (
        <Screen title={W.title} lead={W.lead}>
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {data === null && found.loading && <Waiting />}
            {data !== null && data.items.length === 0 && texts.data !== null && warnings.length === 0 &&
                <Empty title={W.none}>{W.noneText}</Empty>}
            {data?.items.map((item, i) => <ItemCard key={item.id ?? i} item={item} />)}
            {texts.error !== null && <ErrorText error={texts.error} retry={texts.reload} />}
            {texts.data === null && texts.loading && <Waiting what={W.looking} />}
            {warnings.slice(0, shown).map((item, i) => <ItemCard key={`t${i}`} item={item} />)}
            {warnings.length > shown && <p class="more"><Button onClick={() => setShown(shown + WARNINGS)}>
                {W.moreWarnings(warnings.length - shown)}</Button></p>}
            <DecidedList />
        </Screen>
    );
}

/* What was decided can be taken back long after the notice of it has gone. */
function DecidedList() {
    const found = useApi<{ decided: Decided[] }>('inbox?decided=1');
    const [busy, setBusy] = useState('');
    const rows = found.data?.decided ?? [];
    if (rows.length === 0) return null;
    const back = async (d: Decided) => {
        setBusy(d.id);
        await undo(d.id, d.kind === 'conflict' && d.decision !== 'edit' ? W.undoneLater : W.undone);
        setBusy('');
    };
    return (
        <Card title={W.decided}>
            <ul class="decided">
                {rows.map((d) => (
                    <li key={d.id}>
                        <div>
                            <b>{d.row}</b>
                            <p>{W.decidedAs(d.decision, d.kept || W.nothing, d.other || W.nothing)}</p>
                            <small class="muted">
                                {W.decidedBy(d.decided_by ?? '', showInstant(d.decided_at))}</small>
                        </div>
                        <Button icon="back" busy={busy === d.id} aria-label={W.undoOf(d.row)}
                            onClick={() => void back(d)}>{W.undo}</Button>
                    </li>
                ))}
            </ul>
        </Card>
    );
}

async function undo(id: string, said = W.undone): Promise<void> {
    try {
        await send('POST', 'inbox/' + at(id, 'undo'), {});
        toast(said, 'ok');
    } catch (error) {
        toast(problemOf(error).sentence, 'bad');
    }
    noteChange();
}

/* What the other value would do to the score of its period; or why there is no figure. */
function effectText({ effect, effect_none, effect_text }: Item): string | null {
    if (effect === null)
        return effect_none === 'left_out' ? W.effectLeftOut
            : effect_text ? sentence(effect_text) : null;
    const more = effect.final_with_other_c - effect.final_c;
    return (effect.row ? W.pointsOfRow : W.points)(inPeriod(effect.period), showPoints(effect.final_c),
        showPoints(effect.final_with_other_c), more === 0 ? null
            : (more > 0 ? '+' : '-') + showPoints(Math.abs(more)));
}

/* A list counts the score for its first items alone: for the others when somebody asks. */
function Effect({ item }: { item: Item }) {
    const [counted, setCounted] = useState<Item | null>(null);
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const text = effectText(counted ?? item);
    const name = item.name;
    if (text === null) return null;
    const count = async (id: string) => {
        setBusy(true);
        setFailed(null);
        try {
            const found = await get<{ items: Item[] }>('inbox' + query({ show: id }));
            setCounted(found.items[0] ?? null);
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
        }
    };
    return (
        <>
            <p><span class="muted">{W.effect}:</span> {text}</p>
            {counted === null && item.effect_none === 'left_out' && name &&
                <Button busy={busy} icon="score" aria-label={W.countOf(item.row)}
                    onClick={() => void count(name)}>{W.count}</Button>}
            {failed !== null && <ErrorText error={failed} />}
        </>
    );
}

function ItemCard({ item }: { item: Item }) {
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const decide = async (how: 'keep' | 'take') => {
        const id = item.id;
        if (id === null) return;
        setBusy(true);
        setFailed(null);
        try {
            await send('POST', 'inbox/' + at(id, how), {});
            toast(W.done(item.row), 'ok', { label: W.undo, run: () => void undo(id) });
            noteChange();
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
        }
    };
    const two = TWO_WAYS.includes(item.kind) && item.id !== null;
    const refused = item.kind === 'refused';
    const asks = item.kind.startsWith('correction');
    const report = item.table === 'report';
    const place = report ? link(['bao-cao', item.row])
        : placeOfRow(item.table, item.key, item.kind === 'lint' ? null : item.id);
    return (
        <Card title={report ? W.report(showPeriod(item.row)) : item.row} aside={<Mark tone={item.kind === 'conflict' ? 'wait' : 'bad'}
            icon={item.kind === 'conflict' ? 'info' : 'back'}>
            {item.kind_text}</Mark>}>
            {item.kind === 'conflict' ? <p class="inbox-reason">{W.two}</p>
                : item.reason_text && <p class="inbox-reason">{sentence(item.reason_text)}</p>}
            {item.detail && !report && <p class="inbox-reason">{item.detail}</p>}
            {two ? (
                <div class="two-values">
                    <Side title={refused ? W.districtNow : W.kept} text={item.kept}
                        action={refused ? W.keepRefused : W.keep} busy={busy}
                        onChoose={() => void decide('keep')} />
                    <Side title={refused ? W.mine : W.other} text={item.other}
                        action={refused ? W.takeRefused : W.take} busy={busy}
                        onChoose={() => void decide('take')} />
                </div>
            ) : (item.kept || item.other) && (
                <div class="two-values">
                    {item.kept && <Side title={report ? W.gaveBack : W.districtNow}
                        text={item.kept} />}
                    {item.other && <Side title={asks ? W.asked : report ? W.submitted : W.mine}
                        text={item.other} />}
                </div>
            )}
            <Effect item={item} />
            {!two && item.next_step && <p><span class="muted">{W.next}:</span> {item.next_step}</p>}
            {failed !== null && <ErrorText error={failed} />}
            {place !== null && <p class="inbox-open">
                <LinkButton icon="edit" href={place}>{report ? W.openReport : W.open}</LinkButton></p>}
        </Card>
    );
}

function Side({ title, text, action, busy, onChoose }: {
    title: string; text: string | null; action?: string; busy?: boolean; onChoose?: () => void;
}) {
    return (
        <div class="side-value">
            <small class="muted">{title}</small>
            <p class="side-text">{text || '–'}</p>
            {action !== undefined &&
                <Button busy={busy} icon="check" onClick={onChoose}>{action}</Button>}
        </div>
    );
}

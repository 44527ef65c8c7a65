/* rank_own.tsx - Why are we seventh: each criterion against the median and the best, what would gain
 * most, and an appeal while there is time. */
import { useState } from 'preact/hooks';
import { query, send } from '../../common/web/ui/api';
import { Button, Card, ErrorText, Mark, Note, Waiting } from '../../common/web/ui/basics';
import { shown, type Row, type Rows } from '../../common/web/ui/catalogue';
import { noteChange, useApi } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { dayOf, showDate, showPoints, showShortPoints } from '../../common/web/ui/format';
import { useLint } from '../../common/web/ui/lint';
import { toast } from '../../common/web/ui/live';
import { AREAS } from './areas';
import { FactsButton } from './facts';
import { OwnHead } from './rank';
import { appealDeadline, compare, type Compared, type RankView } from './rank_data';
import { isItem, type Score } from './self_score';
import { RANK as W } from './words/rank';
import { SCORE as S } from './words/score';

const MOST = 3;

export function RankOwn({ view }: { view: RankView }) {
    const all = compare(view);
    const [appealing, setAppealing] = useState(false);
    const deadline = appealDeadline(view.published_at);
    const inTime = dayOf(Date.now()) <= deadline;
    return (
        <>
            <OwnHead view={view} />
            <Gains view={view} all={all} />
            <Card title={W.tabs.own} aside={W.legend}>
                {AREAS.map((area, i) => {
                    const mine = all.filter((c) => c.area === i + 1);
                    return mine.length > 0 && (
                        <section key={area.value} class="compare-area">
                            <h3>{area.text}</h3>
                            {mine.map((c) => <CompareLine key={c.code} c={c} period={view.period} />)}
                        </section>
                    );
                })}
            </Card>
            <Extras view={view} />
            <Note tone={inTime ? 'info' : 'plain'} action={inTime &&
                <Button onClick={() => setAppealing(true)}>{W.appeal}</Button>}>
                {inTime ? W.appealLead(showDate(deadline)) : W.appealLate(showDate(deadline))}
            </Note>
            <Appeals view={view} all={all} />
            {appealing && <AppealDialog view={view} all={all} onClose={() => setAppealing(false)} />}
        </>
    );
}

/* By the same reckoning as the office's own score: what each criterion would add to the total. */
function Gains({ view, all }: { view: RankView; all: Compared[] }) {
    const found = useApi<Score>('score' + query({ period: view.period }));
    const score = found.data;
    if (score === null)
        return found.error !== null ? null
            : <Card title={W.gains}><Waiting what={W.counting} /></Card>;
    const most = score.gains_most.slice(0, MOST)
        .map((code) => score.criteria.find((c) => c.code === code))
        .filter((c) => c !== undefined);
    return (
        <Card title={W.gains}>
            {most.length === 0 ? <p class="muted">{W.noGain}</p> : (
                <ol class="gains">
                    {most.map((c) => {
                        const here = all.find((x) => x.code === c.code);
                        const below = here !== undefined && here.mine !== null &&
                            here.median !== null && here.mine < here.median;
                        return (
                            <li key={c.code}>
                                <strong>{c.code} {c.name}</strong>
                                <span>{W.gain(showShortPoints(c.gain_c ?? 0))}</span>
                                {below && <Mark tone="wait">{W.below}</Mark>}
                            </li>
                        );
                    })}
                </ol>
            )}
        </Card>
    );
}

/* What is added and taken off by the registers as they are now (the table above is what was
 * published), with the rows behind it. */
function Extras({ view }: { view: RankView }) {
    const score = useApi<Score>('score' + query({ period: view.period })).data;
    if (score?.period !== view.period) return null; /* what stood there for another period */
    const extras = score.criteria.filter((c) => !isItem(c) && (c.points_c ?? 0) !== 0);
    if (extras.length === 0) return null;
    return (
        <Card title={S.extrasNow}>
            <ul class="plain-list">
                {extras.map((c) => <li key={c.code}>{c.code} {c.name}: <b>{showPoints(c.points_c)}</b>{' '}
                    <FactsButton period={view.period} c={c} /></li>)}
            </ul>
        </Card>
    );
}

function CompareLine({ c, period }: { c: Compared; period: string }) {
    const at = (points: number | null) => points === null || c.max_c === 0 ? 0
        : 2 + (points / c.max_c) * 196;
    const said = c.mine === null ? W.absent
        : `${W.mine} ${showPoints(c.mine)}, ${W.median} ${showPoints(c.median)}, ` +
            `${W.best} ${showPoints(c.best)}`;
    return (
        <div class="compare-line">
            <span class="score-code">{c.code}</span>
            <span class="score-name">{c.name}{' '}<FactsButton period={period} c={c} /></span>
            <svg class="compare-bar" viewBox="0 0 200 20" role="img" aria-label={said}
                preserveAspectRatio="none">
                <rect class="bar-all" y="6" width="200" height="8" rx="3" />
                {c.mine !== null && <rect class={c.median !== null && c.mine < c.median
                    ? 'bar-low' : 'bar-part'} y="6" width={at(c.mine)} height="8" rx="3" />}
                {c.median !== null && <rect class="bar-median" x={at(c.median) - 1.5} y="1"
                    width="3" height="18" />}
                {c.best !== null && <circle class="bar-best" cx={at(c.best) - 2} cy="10" r="4" />}
            </svg>
            <span class="compare-numbers">
                <b>{c.mine === null ? W.absent : showPoints(c.mine)}</b>
                <small class="muted">{W.median.toLowerCase()} {showPoints(c.median)} · {W.best.toLowerCase()}{' '}
                    {showPoints(c.best)}</small>
            </span>
        </div>
    );
}

function Appeals({ view, all }: { view: RankView; all: Compared[] }) {
    const found = useApi<Rows>('rows/appeal' + query({ period: view.period, limit: 50 }));
    const rows = found.data?.rows ?? [];
    if (rows.length === 0) return null;
    const nameOf = (r: Row) => {
        const code = String(r.criterion).split('/').pop();
        const known = all.find((c) => c.code === code);
        return known === undefined ? shown(r, 'criterion') : `${known.code} ${known.name}`;
    };
    return (
        <Card title={W.appealList}>
            <ul class="plain-list">
                {rows.map((r) => (
                    <li key={r._key}>
                        <strong>{nameOf(r)}:</strong> {String(r.reason ?? '')}
                        <br /><small class="muted">{showDate(r.asked_on as string | null)}:{' '}
                            {typeof r.answer === 'string' ? r.answer : W.appealOpen}</small>
                    </li>
                ))}
            </ul>
        </Card>
    );
}

function AppealDialog({ view, all, onClose }: {
    view: RankView; all: Compared[]; onClose: () => void;
}) {
    const [criterion, setCriterion] = useState('');
    const [reason, setReason] = useState('');
    const [missing, setMissing] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const lint = useLint();
    const submit = async (yes = false) => {
        if (criterion === '' || reason.trim() === '') return setMissing(true);
        setBusy(true);
        try {
            await send('POST', 'rows/appeal', { values: {
                period: view.period, criterion: `${view.sheet}/${criterion}`,
                reason: reason.trim(), asked_on: dayOf(Date.now()),
            }, yes });
            toast(W.appealSent, 'ok');
            noteChange();
            onClose();
        } catch (error) {
            setFailed(lint.caught(error, () => void submit(true)) ? null : error);
            setBusy(false);
        }
    };
    return (
        <Dialog title={W.appeal} onClose={onClose} foot={
            <>
                <Button kind="main" busy={busy} onClick={() => void submit()}>{W.appealSend}</Button>
                <Button onClick={onClose}>Thôi</Button>
            </>
        }>
            <div class="field">
                <label for="appeal-criterion">{W.appealCriterion}</label>
                <Combo id="appeal-criterion" value={criterion} onChange={setCriterion}
                    choices={all.map((c) => ({ value: c.code, text: `${c.code} ${c.name}` }))} />
            </div>
            <div class="field">
                <label for="appeal-reason">{W.appealReason}</label>
                <textarea id="appeal-reason" rows={4} value={reason}
                    aria-describedby="appeal-hint"
                    onInput={(e) => setReason(e.currentTarget.value)} />
                <p class="field-hint" id="appeal-hint">{W.appealReasonHint}</p>
            </div>
            {missing && <p class="field-problem" role="alert">{W.appealNeeded}</p>}
            {failed !== null && <ErrorText error={failed} />}
            {lint.window}
        </Dialog>
    );
}

/* self_score.tsx - Tự chấm điểm: the machine's proposal with its facts, the commune's own points. */
import { useState } from 'preact/hooks';
import { send } from '../../common/web/ui/api';
import { Button, Card, ErrorText, Mark, Note, Screen, Waiting } from '../../common/web/ui/basics';
import { noteChange, useRead } from '../../common/web/ui/cell';
import { inPeriod, showPoints, showShortPoints } from '../../common/web/ui/format';
import { useLint } from '../../common/web/ui/lint';
import { toast } from '../../common/web/ui/live';
import { replace, useRoute } from '../../common/web/ui/router';
import { AREAS } from './areas';
import { FactsButton } from './facts';
import { ScoreDialog } from './score_dialog';
import { PeriodPicker } from './period_picker';
import { readScore } from './shapes';
import { SCORE as W } from './words/score';

export interface Criterion {
    code: string;
    name: string;
    area?: number | null;
    kind?: string;
    counts: { n: number; d: number; x: number; last_year: number | null; text?: string };
    points_c: number | null;
    max_c: number;
    median_c: number | null;
    gain_c: number | null;
    note: string;
}

export interface Own {
    criterion: string;
    points_c: number | null;
    proposed_c: number | null;
    note: string | null;
    evidence: string | null;
}

export interface Score {
    period: string;
    sheet: string;
    criteria: Criterion[];
    self: Own[];
    areas_c: number[];
    base_c: number;
    bonus_c: number;
    penalty_c: number;
    final_c: number;
    submitted: boolean;
    returns_confirmed: number;
    returns_due: number;
    items: number;
    items_verified: number;
    gains_most: string[];
}

export function isItem(c: Criterion): boolean {
    return /^\d/.test(c.code);
}

export function ownOf(score: Score, code: string): Own | undefined {
    return score.self.find((s) => s.criterion === code || s.criterion.endsWith('/' + code));
}

export default function SelfScoreScreen() {
    const { params } = useRoute();
    const found = useRead('score/' + (params.get('period') ?? ''),
        () => readScore(params.get('period')));
    /* What is corrected, and what stood there as it was opened: a page reads anew meanwhile. */
    const [editing, setEditing] = useState<{ c: Criterion; own: Own | undefined } | null>(null);
    const lint = useLint();
    const [busy, setBusy] = useState(false);
    const [failed, setFailed] = useState<unknown>(null);
    const score = found.data;
    if (score === null)
        return (
            <Screen title={W.title} lead={W.lead}>
                <PeriodChoice value={params.get('period') ?? ''} />
                {found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
                    : <Waiting what={W.counting} />}
            </Screen>
        );
    const items = score.criteria.filter(isItem);
    const open = items.filter((c) => c.points_c !== null && ownOf(score, c.code) === undefined);
    const save = async (own: Own[], said: string, yes = false) => {
        setBusy(true);
        setFailed(null);
        try {
            for (const o of own)
                await send('PUT', 'self-score', {
                    period: score.period, sheet: score.sheet, criterion: o.criterion,
                    points_c: o.points_c, reason: o.note, evidence: o.evidence,
                    was_c: (editing !== null ? editing.own : ownOf(score, o.criterion))
                        ?.points_c ?? null, yes,
                });
            toast(said, 'ok');
            setEditing(null);
            noteChange();
        } catch (error) {
            setFailed(lint.caught(error, () => void save(own, said, true)) ? null : error);
        } finally {
            setBusy(false);
        }
    };
    const confirmAll = () => save(open.map((c) => ({
        criterion: c.code, points_c: c.points_c, proposed_c: c.points_c, note: null,
        evidence: null,
    })), W.confirmed(open.length));
    return (
        <Screen title={W.title} lead={W.lead}
            actions={<PeriodChoice value={score.period} />}>
            <Total score={score} />
            {!score.submitted && <Note tone="wait">{W.notSubmitted}</Note>}
            {failed !== null && editing === null && <ErrorText error={failed} />}
            {AREAS.map((area, i) => {
                const mine = items.filter((c) => areaOf(c) === i + 1);
                return mine.length > 0 && (
                    <Card key={area.value} title={area.text} flush
                        aside={<b class="area-points">{showPoints(score.areas_c[i])}</b>}>
                        {mine.map((c) => <Line key={c.code} c={c} own={ownOf(score, c.code)}
                            period={score.period}
                            onEdit={() => {
                                setFailed(null);
                                setEditing({ c, own: ownOf(score, c.code) });
                            }} />)}
                    </Card>
                );
            })}
            <div class="form-foot">
                {open.length > 0
                    ? <Button kind="main" icon="check" busy={busy || found.loading} onClick={() => void confirmAll()}>
                        {W.confirmAll} ({open.length})</Button>
                    : <Mark tone="plain" icon="check">{W.allDone}</Mark>}
                <span class="form-hint">{W.verdict}</span>
            </div>
            {editing !== null && <ScoreDialog c={editing.c} own={editing.own}
                busy={busy} failed={failed} onClose={() => setEditing(null)}
                onSave={(own) => void save([own], W.saved)} />}
            {lint.window}
        </Screen>
    );
}

function areaOf(c: Criterion): number {
    return c.area ?? Number(c.code.split('.')[0]);
}

function PeriodChoice({ value }: { value: string }) {
    return <PeriodPicker kind="quarter" label={W.period} value={value}
        onChange={(v) => replace(['tu-cham'], { period: v })} />;
}

function Total({ score }: { score: Score }) {
    /* What stands behind "bonus" and "penalty": nobody is to guess why points are gone. */
    const extras = score.criteria.filter((c) => !isItem(c) && (c.points_c ?? 0) !== 0);
    return (
        <Card>
            <div class="score-total">
                <div>
                    <p class="muted">{W.total}, {inPeriod(score.period)}</p>
                    <p class="big-number">{showPoints(score.final_c)}
                        {score.items_verified < score.items && <small> {W.provisional}</small>}</p>
                </div>
                <dl class="score-parts">
                    <div><dt>{W.base}</dt><dd>{showPoints(score.base_c)}</dd></div>
                    <div><dt>{W.bonus}</dt><dd>+{showPoints(score.bonus_c)}</dd></div>
                    <div><dt>{W.penalty}</dt><dd>-{showPoints(score.penalty_c)}</dd></div>
                </dl>
                <p class="muted score-facts">
                    {W.coverage(score.returns_confirmed, score.returns_due)}.<br />
                    {W.verified(score.items_verified, score.items)}.
                </p>
            </div>
            {extras.length > 0 && <p class="score-extras">{W.extras}: {extras
                .map((c) => `${c.code} ${c.name}: ${showPoints(c.points_c)}`).join('; ')}.</p>}
        </Card>
    );
}

/* "412/430", a count with last year's, or each count by what it counts. */
export function factsOf(c: Criterion): string {
    return c.counts.text ?? String(c.counts.n);
}

function Line({ c, own, period, onEdit }: {
    c: Criterion; own: Own | undefined; period: string; onEdit: () => void;
}) {
    const differs = own !== undefined && own.points_c !== c.points_c;
    const evidence = own?.evidence ? own.evidence.trim().split(/\s+/).length : 0;
    return (
        <div class="score-line">
            <span class="score-code">{c.code}</span>
            <span class="score-name">{c.name}
                <small class="muted">{W.facts}: {factsOf(c)}
                    {c.note !== '' && <>; {W.notes[c.note] ?? c.note}</>}
                    {(c.gain_c ?? 0) > 0 && <>; {W.gain(showShortPoints(c.gain_c!))}</>}</small>
                {own?.note && <small>{W.note}: {own.note}</small>}
                {evidence > 0 && <small>{W.evidenceHas(evidence)}</small>}
                <FactsButton period={period} c={c} />
            </span>
            <Bar points={c.points_c} max={c.max_c} />
            <span class="score-value"><small class="muted">{W.machine}</small>
                <b>{showPoints(c.points_c)}</b><small class="muted">/{showShortPoints(c.max_c)}</small>
            </span>
            <span class={`score-value own${differs ? ' differs' : ''}`}>
                <small class="muted">{W.mine}</small>
                <b>{own === undefined ? '–' : showPoints(own.points_c)}</b></span>
            <Button small onClick={onEdit} aria-label={`${W.change}: ${c.code} ${c.name}`}>
                {W.change}</Button>
        </div>
    );
}

export function Bar({ points, max }: { points: number | null; max: number }) {
    const part = points === null || max === 0 ? 0 : Math.round((points / max) * 100);
    return (
        <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-all" width="100" height="8" rx="2" />
            <rect class="bar-part" width={part} height="8" rx="2" />
        </svg>
    );
}

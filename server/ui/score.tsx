/* score.tsx - The district's own figure for one criterion; other than the machine's needs a reason. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, ErrorText } from '../../common/web/ui/basics';
import { Dialog } from '../../common/web/ui/dialog';
import { showPoints, showShortPoints } from '../../common/web/ui/format';
import { readPoints } from '../../common/web/ui/parse';
import type { Assessment, Criterion } from './assess';
import { useOrder } from './order';
import { SCORE as W } from './words/assess';

export function ScoreDialog({ a, c, onClose }: {
    a: Assessment; c: Criterion; onClose: () => void;
}) {
    const [typed, setTyped] = useState(c.points_c === null ? '' : showPoints(c.points_c));
    const [applies, setApplies] = useState(!c.verified || c.points_c !== null);
    const [reason, setReason] = useState(c.reason);
    const [wrong, setWrong] = useState<{ points?: string; reason?: string }>({});
    const { busy, error, run } = useOrder(onClose);
    const submit = () => {
        const read = readPoints(typed);
        const points = !applies || 'wrong' in read ? null : read.value;
        if (applies && ('wrong' in read || read.value === null))
            return setWrong({ points: 'wrong' in read ? read.wrong : W.needed });
        if ((points ?? 0) > c.max_c) return setWrong({ points: W.most(showShortPoints(c.max_c)) });
        if (points !== c.machine_c && reason.trim() === '') return setWrong({ reason: W.reasonNeeded });
        void run({ method: 'PUT', path: at('scores', a.period, a.unit, c.code), body: {
            points_c: points, reason: reason.trim() === '' ? null : reason.trim(), sheet: a.sheet,
        }, done: W.saved(c.code) });
    };
    return (
        <Dialog title={`${c.code} ${c.name}`} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={submit}>{W.save}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            <p class="muted">{W.beside(showPoints(c.machine_c), showPoints(c.self_c),
                showShortPoints(c.max_c))}</p>
            {c.self_note !== null && <p>{W.note}: {c.self_note}</p>}
            {c.evidence !== null && <p class="muted">{W.evidence(c.evidence.trim().split(/\s+/).length)}</p>}
            <div class={`field${wrong.points !== undefined ? ' wrong' : ''}`}>
                <label for="points">{W.points}</label>
                <input id="points" type="text" inputMode="decimal" value={typed} disabled={!applies}
                    autocomplete="off" aria-invalid={wrong.points !== undefined}
                    aria-describedby="points-p" onInput={(event) => {
                        setTyped(event.currentTarget.value);
                        setWrong({});
                    }} />
                <p class={wrong.points !== undefined ? 'field-problem' : 'field-hint'} id="points-p">
                    {wrong.points ?? W.most(showShortPoints(c.max_c))}</p>
            </div>
            <label class="line-check"><input type="checkbox" checked={!applies}
                onChange={() => setApplies(!applies)} /> {W.notApplied}</label>
            <div class={`field${wrong.reason !== undefined ? ' wrong' : ''}`}>
                <label for="score-reason">{W.reason}</label>
                <textarea id="score-reason" rows={3} value={reason}
                    aria-invalid={wrong.reason !== undefined} aria-describedby="score-reason-p"
                    onInput={(event) => {
                        setReason(event.currentTarget.value);
                        setWrong({});
                    }} />
                <p class={wrong.reason !== undefined ? 'field-problem' : 'field-hint'}
                    id="score-reason-p">{wrong.reason ?? W.reasonHint}</p>
            </div>
        </Dialog>
    );
}

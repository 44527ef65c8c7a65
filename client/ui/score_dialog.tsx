/* score_dialog.tsx - The commune's own points for one criterion: a reason where they differ from the
 * machine's, and fingerprints of the files that prove it. The files stay where they are. */
import { useState } from 'preact/hooks';
import { Button, ErrorText } from '../../common/web/ui/basics';
import { Dialog } from '../../common/web/ui/dialog';
import { FilePick } from '../../common/web/ui/file_pick';
import { showPoints, showShortPoints } from '../../common/web/ui/format';
import { readPoints } from '../../common/web/ui/parse';
import { fingerprint } from './fingerprint';
import { factsOf, type Criterion, type Own } from './self_score';
import { SCORE as W } from './words/score';

export function ScoreDialog({ c, own, busy, failed, onSave, onClose }: {
    c: Criterion; own: Own | undefined; busy: boolean; failed: unknown;
    onSave: (own: Own) => void; onClose: () => void;
}) {
    const [typed, setTyped] = useState(showPoints(own?.points_c ?? c.points_c).replace('–', ''));
    const [note, setNote] = useState(own?.note ?? '');
    const [evidence, setEvidence] = useState(own?.evidence ?? '');
    const [wrong, setWrong] = useState<{ points?: string; note?: string }>({});
    const submit = () => {
        const read = readPoints(typed);
        if ('wrong' in read) return setWrong({ points: read.wrong });
        if ((read.value ?? 0) > c.max_c)
            return setWrong({ points: W.tooMany(showShortPoints(c.max_c)) });
        if (read.value !== c.points_c && note.trim() === '') return setWrong({ note: W.noteNeeded });
        onSave({
            criterion: c.code, points_c: read.value, proposed_c: c.points_c,
            note: note.trim() === '' ? null : note.trim(),
            evidence: evidence === '' ? null : evidence,
        });
    };
    const addFiles = async (files: File[]) => {
        const found = await Promise.all(files.map(fingerprint));
        setEvidence([...new Set([...evidence.split(/\s+/), ...found])].filter((h) => h !== '')
            .join(' '));
    };
    const count = evidence === '' ? 0 : evidence.split(/\s+/).length;
    return (
        <Dialog title={W.changeFor(c.code, c.name)} onClose={onClose} foot={
            <>
                <Button kind="main" busy={busy} onClick={submit}>{W.save}</Button>
                <Button onClick={onClose}>Thôi</Button>
            </>
        }>
            <p class="muted">{W.facts}: {factsOf(c)}. {W.machine} {showPoints(c.points_c)},{' '}
                {W.max(showShortPoints(c.max_c))}.</p>
            <form onSubmit={(event) => {
                event.preventDefault();
                submit();
            }}>
                <div class={`field points${wrong.points ? ' wrong' : ''}`}>
                    <label for="score-points">{W.points}</label>
                    <input id="score-points" type="text" inputMode="decimal" value={typed}
                        aria-invalid={wrong.points !== undefined} autofocus
                        aria-describedby={wrong.points ? 'score-points-p' : undefined}
                        onInput={(e) => {
                            setTyped(e.currentTarget.value);
                            setWrong({});
                        }} />
                    {wrong.points && <p class="field-problem" id="score-points-p">{wrong.points}</p>}
                </div>
                <div class={`field${wrong.note ? ' wrong' : ''}`}>
                    <label for="score-note">{W.note}</label>
                    <textarea id="score-note" rows={3} value={note}
                        aria-invalid={wrong.note !== undefined}
                        aria-describedby={wrong.note ? 'score-note-p' : undefined}
                        onInput={(e) => {
                            setNote(e.currentTarget.value);
                            setWrong({});
                        }} />
                    {wrong.note && <p class="field-problem" id="score-note-p">{wrong.note}</p>}
                </div>
                <FilePick id="score-evidence" label={W.evidence} multiple hint={W.evidenceHint +
                    (count > 0 ? ` ${W.evidenceHas(count)}.` : '')}
                    onFiles={(files) => void addFiles(files)} />
            </form>
            {failed !== null && <ErrorText error={failed} />}
        </Dialog>
    );
}

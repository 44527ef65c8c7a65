/* report_stale.tsx - The report was written elsewhere meanwhile: both texts, and what is done with what was
 * typed here. Nothing is approved or submitted from here: whoever approves reads the text first. */
import { Button } from '../../common/web/ui/basics';
import type { Row } from '../../common/web/ui/catalogue';
import { Dialog } from '../../common/web/ui/dialog';
import { REPORTS as W } from './words/reports';

/* What a step was decided by. */
export interface Seen { narrative: string | null; state: string | null }

export function seenOf(row: object): Seen {
    const { narrative, state } = row as Record<string, unknown>;
    return {
        narrative: typeof narrative === 'string' ? narrative : null,
        state: typeof state === 'string' ? state : null,
    };
}

function stateName(state: string | null): string {
    return state === null ? W.notBegun : W.states[state] ?? state;
}

export function ReportStale({ mine, was, row, onTheirs, onMine, onClose }: {
    mine: string; was: Seen; row: Row; onTheirs: () => void; onMine: () => void;
    onClose: () => void;
}) {
    const now = seenOf(row);
    const typed = mine !== (was.narrative ?? '') && mine !== (now.narrative ?? '');
    return (
        <Dialog title={W.stale.title} onClose={onClose} wide foot={
            <>
                <Button kind="main" onClick={onTheirs}>{W.stale.theirs}</Button>
                {typed && <Button onClick={onMine}>{W.stale.mine}</Button>}
                <Button onClick={onClose}>{W.stale.close}</Button>
            </>
        }>
            <p>{W.stale.lead}</p>
            {now.state !== was.state &&
                <p>{W.stale.state(stateName(was.state), stateName(now.state))}</p>}
            <div class="stale-texts">
                <section>
                    <h3>{W.stale.now}</h3>
                    <p class="stale-text">{now.narrative ?? W.stale.nothing}</p>
                </section>
                <section>
                    <h3>{typed ? W.stale.typed : W.stale.seen}</h3>
                    <p class="stale-text">{(typed ? mine : was.narrative ?? '') || W.stale.nothing}</p>
                </section>
            </div>
        </Dialog>
    );
}

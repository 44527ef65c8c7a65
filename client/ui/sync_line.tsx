/* sync_line.tsx - Always in sight: what was sent, what the district confirmed, what waits, what came
 * back, when the district was last heard. Green only while a receipt covers everything here. */
import { useEffect, useState } from 'preact/hooks';
import { lostSince, send } from '../../common/web/ui/api';
import { Button, ErrorText, sentence } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { agentWords, syncProgress } from '../../common/web/ui/events';
import { showTime, showWhen } from '../../common/web/ui/format';
import { Icon } from '../../common/web/ui/icons';
import { useShortcuts } from '../../common/web/ui/keys';
import { link } from '../../common/web/ui/router';
import { isNoLine, onceEach, wordsOf } from './agent_words';
import { status as shared, type Status } from './session';
import { SYNC as W } from './words/shell';

const CLOSE_AFTER_MS = 8000;

export function refusedOf(status: Status): number {
    return status.rows_returned + status.cells_refused + status.rows_held;
}

/* In the page's words where the command's name a command. */
export function verdictOf(status: Status): string {
    if (status.standing === 'alone') return W.alone;
    if (status.standing === 'decide') return W.decide;
    return sentence(status.verdict);
}

export function SyncLine() {
    const found = useApi<Status>('status');
    const [asked, setAsked] = useState<number | null>(null);
    const [failed, setFailed] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const status = found.data;
    const lost = useCell(lostSince) !== null;
    useEffect(() => shared.set(status), [status]);

    const sync = async () => {
        const words = agentWords.get();
        setAsked(words[words.length - 1]?.number ?? 0);
        setFailed(null);
        setBusy(true);
        try {
            await send('POST', 'sync', {});
        } catch (error) {
            setFailed(error);
        } finally {
            setBusy(false);
            found.reload();
        }
    };
    useShortcuts([{ keys: 'Alt+S', what: W.now, global: true, run: () => void sync() }]);
    if (status === null)
        return <div class="sync-line wait">{found.error !== null &&
            <ErrorText error={found.error} retry={found.reload} />}</div>;
    const refused = refusedOf(status);
    /* What nobody answers for is not green. */
    const tone = lost ? 'wait' : status.tone;
    return (
        <section class={`sync-line ${tone}`} aria-label={W.region}>
            <p class="sync-verdict">
                <Icon name={tone === 'ok' ? 'check' : tone === 'wait' ? 'clock' : 'warn'} />
                {lost ? W.unknown : verdictOf(status)}
            </p>
            <p class="sync-facts">
                <span>{W.sent} <b>{showWhen(status.last_sent_at)}</b></span>
                <span>{W.confirmed} <b>{showWhen(status.last_confirmed_at)}</b></span>
                <span>{W.waiting} <b>{W.rows(status.rows_waiting)}</b></span>
                <span class={refused > 0 ? 'bad' : ''}>{W.refused}{' '}
                    {refused > 0 ? <a href={link(['hop-viec'])}><b>{W.rows(refused)}</b></a>
                        : <b>{W.rows(0)}</b>}</span>
                <span>{W.heard} <b>{showWhen(status.last_received_at)}</b></span>
            </p>
            <Button small icon="sync" busy={busy} onClick={() => void sync()}>{W.now}</Button>
            {asked !== null && <Progress after={asked} failed={failed}
                onClose={() => setAsked(null)} />}
        </section>
    );
}

/* What happens since the sync was asked for. */
function Progress({ after, failed, onClose }: {
    after: number; failed: unknown; onClose: () => void;
}) {
    const words = onceEach(useCell(agentWords)
        .filter((w) => w.number > after && wordsOf(w) !== null));
    const progress = useCell(syncProgress);
    const last = words[words.length - 1];
    useEffect(() => {
        if (last?.id !== 'SYNC-DONE' || failed !== null) return;
        const timer = setTimeout(onClose, CLOSE_AFTER_MS);
        return () => clearTimeout(timer);
    }, [last?.number, failed]);
    return (
        <div class="sync-progress" role="status" aria-label={W.progress}>
            {failed !== null ? <ErrorText error={failed} /> : (
                <ol>
                    {words.length === 0 && <li>{W.started}</li>}
                    {words.slice(-3).map((w) => (
                        <li key={w.number} class={w.id === 'SYNC-FAILED' && !isNoLine(w) ? 'error' : ''}>
                            <span class="muted">{showTime(w.at)}</span> {wordsOf(w)}
                        </li>
                    ))}
                    {progress !== null && last?.id !== 'SYNC-DONE' &&
                        <li>{W.progressText(progress.sets, progress.sets_confirmed,
                            progress.rows_received)}</li>}
                </ol>
            )}
            <Button small kind="quiet" onClick={onClose}>{W.hide}</Button>
        </div>
    );
}

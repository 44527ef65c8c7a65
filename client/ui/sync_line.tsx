/* sync_line.tsx - Always in sight: what was sent, what the district confirmed, what waits, what came
 * back, when the district was last heard. Green only while a receipt covers everything here. */
import { useEffect, useState } from 'preact/hooks';
import { send } from '../../common/web/ui/api';
import { Button, ErrorText, sentence } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { agentWords } from '../../common/web/ui/events';
import { showTime, showWhen } from '../../common/web/ui/format';
import { Icon } from '../../common/web/ui/icons';
import { useShortcuts } from '../../common/web/ui/keys';
import { link } from '../../common/web/ui/router';
import { status as shared, type Status } from './session';
import { SYNC as W } from './words/shell';

export function toneOf(status: Status): 'ok' | 'wait' | 'bad' {
    if (refusedOf(status) > 0 || status.needs_person) return 'bad';
    return status.green ? 'ok' : 'wait';
}

export function refusedOf(status: Status): number {
    return status.rows_returned + status.cells_refused + status.rows_held;
}

export function SyncLine() {
    const found = useApi<Status>('status');
    const [asked, setAsked] = useState<number | null>(null);
    const [failed, setFailed] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);
    const status = found.data;
    useEffect(() => shared.set(status), [status]);

    const sync = async () => {
        const words = agentWords.get();
        setAsked(words[words.length - 1]?.id ?? 0);
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
    const tone = toneOf(status);
    return (
        <section class={`sync-line ${tone}`} aria-label={W.region}>
            <p class="sync-verdict">
                <Icon name={tone === 'ok' ? 'check' : tone === 'wait' ? 'clock' : 'warn'} />
                {status.joined ? sentence(status.verdict) : W.alone}
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

/* What the agent says since it was asked, in its own words. */
function Progress({ after, failed, onClose }: {
    after: number; failed: unknown; onClose: () => void;
}) {
    const words = useCell(agentWords).filter((w) => w.id > after);
    const last = words[words.length - 1];
    useEffect(() => {
        if (last?.done !== true || failed !== null || last.level === 'error') return;
        const timer = setTimeout(onClose, 6000);
        return () => clearTimeout(timer);
    }, [last?.id, failed]);
    return (
        <div class="sync-progress" role="status" aria-label={W.progress}>
            {failed !== null ? <ErrorText error={failed} /> : (
                <ol>
                    {words.length === 0 && <li>{W.started}</li>}
                    {words.slice(-4).map((w) => (
                        <li key={w.id} class={w.level ?? 'info'}>
                            <span class="muted">{showTime(w.at)}</span> {w.text}
                        </li>
                    ))}
                </ol>
            )}
            <Button small kind="quiet" onClick={onClose}>{W.hide}</Button>
        </div>
    );
}

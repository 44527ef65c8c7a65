/* order.tsx - Something told to the program: what failed stays on the screen in words. And what a person
 * must give a reason for. */
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { ApiError, send } from '../../common/web/ui/api';
import { Button, ErrorText } from '../../common/web/ui/basics';
import { noteChange } from '../../common/web/ui/cell';
import { Dialog } from '../../common/web/ui/dialog';
import { toast } from '../../common/web/ui/live';
import { ORDER as W } from './words/order';

export interface Order {
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
    path: string;
    body: Record<string, unknown>;
    done: string | ((answer: Record<string, unknown>) => string);
}

/* A cell that somebody else wrote after it was read here, and what he wrote: nothing was written. */
export function staleOf(error: unknown): Record<string, string | number | null> | null {
    return error instanceof ApiError && error.status === 409
        ? (error.body.stale as Record<string, string | number | null> | undefined) ?? null : null;
}

/* Only what differs from what was read, with that: so that nobody's work is put back in silence. */
export function changedOnly(values: Record<string, unknown>, was: Record<string, unknown>):
{ values: Record<string, unknown>; was: Record<string, unknown> } {
    const names = Object.keys(values).filter((n) => (values[n] ?? null) !== (was[n] ?? null));
    const some = (of: Record<string, unknown>) =>
        Object.fromEntries(names.map((n) => [n, of[n] ?? null]));
    return { values: some(values), was: some(was) };
}

/* Work that may fail: what failed stays to be shown beside what was typed. */
export function useAttempt() {
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<unknown>(null);
    const attempt = async (work: () => Promise<void>) => {
        setBusy(true);
        setError(null);
        try {
            await work();
        } catch (failed) {
            setError(failed);
        } finally {
            setBusy(false);
        }
    };
    return { busy, error, attempt };
}

/* `after` only when it was done. */
export function useOrder(after?: () => void) {
    const { busy, error, attempt } = useAttempt();
    const run = ({ method, path, body, done }: Order) => attempt(async () => {
        const answer = await send<Record<string, unknown>>(method, path, body);
        toast(typeof done === 'string' ? done : done(answer), 'ok');
        noteChange();
        after?.();
    });
    return { busy, error, run };
}

export function ReasonDialog({ title, action, danger = false, hint, children, order, onClose }: {
    title: string; action: string; danger?: boolean; hint?: string; children?: ComponentChildren;
    order: (reason: string) => Order; onClose: () => void;
}) {
    const [reason, setReason] = useState('');
    const [missing, setMissing] = useState(false);
    const { busy, error, run } = useOrder(onClose);
    const submit = () => {
        if (reason.trim() === '') setMissing(true);
        else void run(order(reason.trim()));
    };
    return (
        <Dialog title={title} onClose={onClose} foot={<>
            <Button kind={danger ? 'danger' : 'main'} busy={busy} onClick={submit}>{action}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            {children}
            <div class={`field${missing ? ' wrong' : ''}`}>
                <label for="reason">{W.reason}</label>
                <textarea id="reason" rows={3} value={reason} aria-invalid={missing} required
                    aria-describedby="reason-hint" onInput={(event) => {
                        setReason(event.currentTarget.value);
                        setMissing(false);
                    }} />
                <p class={missing ? 'field-problem' : 'field-hint'} id="reason-hint">
                    {missing ? W.missing : hint ?? W.hint}</p>
            </div>
        </Dialog>
    );
}

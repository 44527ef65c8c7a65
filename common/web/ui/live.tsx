/* live.tsx - What is said by itself: toasts for the eye, a live region for the ear, the bar when
 * the program is away. */
import { useEffect, useState } from 'preact/hooks';
import { lostSince } from './api';
import { createCell, useCell } from './cell';
import { showTime } from './format';
import { Icon } from './icons';
import { HOME, W } from './words';

interface Toast {
    id: number;
    text: string;
    tone: 'ok' | 'bad' | 'info';
    action?: { label: string; run: () => void };
}

const toasts = createCell<Toast[]>([]);
const spoken = createCell('');
const SHOWN_MS = 7000;
let last = 0;

/* A short word about what was just done; `action` takes it back. */
export function toast(text: string, tone: Toast['tone'] = 'info', action?: Toast['action']): void {
    const id = ++last;
    toasts.set([...toasts.get(), { id, text, tone, action }].slice(-3));
    speak(text);
    setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
    toasts.set(toasts.get().filter((t) => t.id !== id));
}

/* For those who hear the page. */
export function speak(text: string): void {
    spoken.set(spoken.get() === text ? text + '\u00a0' : text);
}

export function Toasts() {
    const shown = useCell(toasts);
    const text = useCell(spoken);
    return (
        <>
            <div class="sr-only" role="status" aria-live="polite">{text}</div>
            <section class="toasts" aria-label={W.told}>
                {shown.map((t) => (
                    <div key={t.id} class={`toast ${t.tone}`}>
                        <Icon name={t.tone === 'ok' ? 'check' : t.tone === 'bad' ? 'warn' : 'info'} />
                        <span>{t.text}</span>
                        {t.action !== undefined && (
                            <button type="button" class="toast-action" onClick={() => {
                                t.action?.run();
                                dismiss(t.id);
                            }}>{t.action.label}</button>
                        )}
                        <button type="button" class="toast-close" aria-label={W.close}
                            onClick={() => dismiss(t.id)}>
                            <Icon name="close" size={16} />
                        </button>
                    </div>
                ))}
            </section>
        </>
    );
}

/* The program has not answered for a moment: said at the top, for as long as it lasts. */
export function LostBar({ ping }: { ping: () => Promise<unknown> }) {
    const since = useCell(lostSince);
    const [shown, setShown] = useState(false);
    useEffect(() => {
        if (since === null) {
            setShown(false);
            return;
        }
        const show = setTimeout(() => setShown(true), 400);
        const again = setInterval(() => void ping().catch(() => undefined), 2000);
        return () => {
            clearTimeout(show);
            clearInterval(again);
        };
    }, [since, ping]);
    if (since === null || !shown) return null;
    return (
        <div class="lost" role="alert">
            <Icon name="warn" />
            <span><strong>{HOME.lost}</strong> {W.lostMore} ({showTime(since)})</span>
        </div>
    );
}

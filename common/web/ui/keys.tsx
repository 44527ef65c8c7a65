/* keys.tsx - Keyboard shortcuts: registered where they work, listed under "?". Single letters work
 * only while nothing is being typed. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { createCell, useCell } from './cell';
import { Dialog } from './dialog';
import { W } from './words';

export interface Shortcut {
    keys: string; /* as shown: "N", "Ctrl+Enter", "Alt+1" */
    what: string;
    run: () => void;
    global?: boolean;
}

const active = createCell<Shortcut[]>([]);

/* While the component is there; from the moment on which it is seen. */
export function useShortcuts(shortcuts: Shortcut[]): void {
    const now = useRef(shortcuts);
    now.current = shortcuts;
    const shape = shortcuts.map((s) => s.keys + s.what).join('|');
    useLayoutEffect(() => {
        const mine = now.current.map((s, i) => ({ ...s, run: () => now.current[i]?.run() }));
        active.set([...active.get(), ...mine]);
        return () => active.set(active.get().filter((s) => !mine.includes(s)));
    }, [shape]);
}

function typing(target: EventTarget | null): boolean {
    return target instanceof HTMLElement &&
        (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
            target.closest('[role=grid]') !== null);
}

function nameOf(event: KeyboardEvent): string {
    const parts = [];
    if (event.ctrlKey || event.metaKey) parts.push('Ctrl');
    if (event.altKey) parts.push('Alt');
    if (event.shiftKey && event.key.length > 1) parts.push('Shift');
    const digit = /^Digit(\d)$/.exec(event.code);
    parts.push(event.altKey && digit !== null ? digit[1] : event.key.length === 1
        ? event.key.toUpperCase() : event.key);
    return parts.join('+');
}

export function Shortcuts() {
    const shortcuts = useCell(active);
    const [help, setHelp] = useState(false);
    useEffect(() => {
        const onKey = (event: KeyboardEvent) => {
            if (event.defaultPrevented || event.isComposing) return;
            const name = nameOf(event);
            const bare = !event.ctrlKey && !event.metaKey && !event.altKey &&
                !/^F\d+$/.test(event.key);
            if (bare && typing(event.target)) return;
            if (document.querySelector('dialog[open]') !== null && bare) return;
            if (name === '?') {
                event.preventDefault();
                setHelp(true);
                return;
            }
            const found = [...active.get()].reverse().find((s) => s.keys === name);
            if (found !== undefined) {
                event.preventDefault();
                found.run();
            }
        };
        addEventListener('keydown', onKey);
        return () => removeEventListener('keydown', onKey);
    }, []);
    if (!help) return null;
    const list = (wanted: boolean) => shortcuts.filter((s) => (s.global === true) === wanted);
    return (
        <Dialog title={W.shortcuts} onClose={() => setHelp(false)}>
            {[[W.onScreen, list(false)] as const, [W.everywhere, list(true)] as const]
                .filter(([, found]) => found.length > 0).map(([title, found]) => (
                    <section key={title} class="keys">
                        <h3>{title}</h3>
                        <dl>
                            {found.map((s) => (
                                <div key={s.keys}><dt><kbd>{s.keys}</kbd></dt><dd>{s.what}</dd></div>
                            ))}
                        </dl>
                    </section>
                ))}
        </Dialog>
    );
}

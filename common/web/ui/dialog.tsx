/* dialog.tsx - A window over the page: the focus goes in, stays in, and comes back out. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icons';
import { W } from './words';

export function Dialog({ title, onClose, children, foot, wide = false }: {
    title: string; onClose: () => void; children: ComponentChildren; foot?: ComponentChildren;
    wide?: boolean;
}) {
    const ref = useRef<HTMLDialogElement>(null);
    const id = useId();
    useEffect(() => {
        const dialog = ref.current;
        const before = document.activeElement;
        dialog?.showModal();
        /* Where one goes on: the first field, else the button that is meant. */
        const first = dialog?.querySelector<HTMLElement>('.dialog-body input, .dialog-body textarea') ??
            dialog?.querySelector<HTMLElement>('.dialog-foot .main');
        first?.focus();
        /* A value that is proposed is typed over. */
        if (first instanceof HTMLInputElement && first.type === 'text') first.select();
        return () => {
            dialog?.close();
            if (before instanceof HTMLElement && before.isConnected) before.focus();
        };
    }, []);
    return (
        <dialog ref={ref} class={`dialog${wide ? ' wide' : ''}`} aria-labelledby={id}
            onKeyDown={(event) => {
                /* As in a form: Enter takes the choice and goes on. */
                if (event.key !== 'Enter' || event.ctrlKey || event.defaultPrevented ||
                    !(event.target instanceof HTMLInputElement) || event.target.form !== null ||
                    event.target.getAttribute('role') !== 'combobox') return;
                event.preventDefault();
                const stops = [...ref.current?.querySelectorAll<HTMLElement>(
                    '.dialog-body input, .dialog-body textarea') ?? []];
                stops[stops.indexOf(event.target) + 1]?.focus();
            }}
            onCancel={(event) => {
                event.preventDefault();
                onClose();
            }}>
            <header class="dialog-head">
                <h2 id={id}>{title}</h2>
                <button type="button" class="icon-button" aria-label={W.close} onClick={onClose}>
                    <Icon name="close" />
                </button>
            </header>
            <div class="dialog-body">{children}</div>
            {foot !== undefined && <footer class="dialog-foot">{foot}</footer>}
        </dialog>
    );
}

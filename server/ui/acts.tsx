/* acts.tsx - What is decided line by line, by keys: buttons of a kind stand below each other, arrows go
 * from line to line. */
import { Button } from '../../common/web/ui/basics';

/* `code` is one line's alone, `name` what a person calls it. */
export function Act({ code, name, act, title, busy, run }: {
    code: string; name?: string; act: string; title: string; busy?: boolean; run: () => void;
}) {
    return <Button small kind="quiet" busy={busy} data-code={code} data-act={act} onClick={run}
        aria-label={`${title}: ${name ?? code}`}>{title}</Button>;
}

/* The line that keys act on: where the focus is. */
export function focusedCode(): string | undefined {
    return document.activeElement?.closest('tr')
        ?.querySelector<HTMLElement>('[data-code]')?.dataset.code;
}

export function focusAct(code: string | undefined, act: string): void {
    document.querySelector<HTMLElement>(`[data-code="${CSS.escape(code ?? '')}"][data-act="${act}"]`)?.focus();
}

/* From a button to the one of the same kind in the next line. */
export function moveByLine(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const act = target.dataset?.act;
    if (act === undefined || !/^Arrow(Up|Down)$/.test(event.key)) return;
    const all = [...document.querySelectorAll<HTMLElement>(`[data-act="${act}"]`)];
    const next = all[all.indexOf(target) + (event.key === 'ArrowDown' ? 1 : -1)];
    event.preventDefault();
    next?.focus();
}

/* print.tsx - What leaves the district on paper is Vietnamese. From an English page the same screen opens
 * once more in a window that speaks Vietnamese, and is printed there as soon as it stands. */
import type { ComponentChildren } from 'preact';
import { Button } from '../../common/web/ui/basics';
import { lang } from '../../common/web/ui/lang';
import { PRINT } from './words/shell';

const ASKED = 'in'; /* in the address of that window */

function printPaper(): void {
    if (lang === 'vi') print();
    else open(`/?lang=vi&${ASKED}=1${location.hash}`, '_blank', 'noopener');
}

/* `keys`: where the browser's own Ctrl+P prints the same. */
export function PrintButton({ keys = false, children }: {
    keys?: boolean; children: ComponentChildren;
}) {
    return (
        <Button icon="print" keys={keys && lang === 'vi' ? 'Ctrl+P' : undefined}
            onClick={printPaper}>{children}</Button>
    );
}

/* Stands on what the browser prints of an English page, in the place of the paper's head. */
export function WorkingCopy() {
    return <p class="only-print"><em>{PRINT.copy}</em></p>;
}

/* Said once by the page when it starts. */
export function printWhenAsked(place: HTMLElement): void {
    if (new URLSearchParams(location.search).get(ASKED) !== '1') return;
    const watch = new MutationObserver(() => {
        if (place.querySelector('main h1') === null || place.querySelector('.waiting') !== null) return;
        watch.disconnect();
        requestAnimationFrame(() => print());
    });
    watch.observe(place, { childList: true, subtree: true });
}

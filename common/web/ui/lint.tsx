/* lint.tsx - What looks like a person is asked about before it is written: one window for every text of a
 * page, over whatever was pressed. */
import { useState } from 'preact/hooks';
import { ApiError, type Lint } from './api';
import { Button } from './basics';
import { Dialog } from './dialog';
import { W } from './words';

/* What a refused write asks about; null: it was refused for something else. */
export function lintOf(error: unknown): Lint[] | null {
    const lint = error instanceof ApiError && error.status === 422
        ? error.body.lint as Lint[] | undefined : undefined;
    return lint !== undefined && lint.length > 0 ? lint : null;
}

export function LintDialog({ lint, nameOf, onBack, onGo }: {
    lint: Lint[]; nameOf?: (column: string) => string | undefined;
    onBack: () => void; onGo: () => void;
}) {
    return (
        <Dialog title={W.form.lintTitle} onClose={onBack} foot={
            <>
                <Button kind="main" onClick={onBack}>{W.form.lintBack}</Button>
                <Button onClick={onGo}>{W.form.lintGo}</Button>
            </>
        }>
            <p>{W.form.lintLead}</p>
            <ul class="lint">
                {lint.map((l, i) => (
                    <li key={i}>
                        <strong>{nameOf?.(l.column) ?? l.title ?? l.column}:</strong> {l.sentence}
                        {l.text !== '' && <> (“{l.text}”)</>}
                    </li>
                ))}
            </ul>
        </Dialog>
    );
}

/* For a text outside a form of rows: `caught` takes a refusal that asks, and says whether it was one;
 * `go` writes the same once more with yes. `window` is shown as long as it is asked. */
export function useLint() {
    const [asked, setAsked] = useState<{ lint: Lint[]; go: () => void } | null>(null);
    return {
        caught: (error: unknown, go: () => void): boolean => {
            const lint = lintOf(error);
            if (lint !== null) setAsked({ lint, go });
            return lint !== null;
        },
        window: asked !== null && (
            <LintDialog lint={asked.lint} onBack={() => setAsked(null)} onGo={() => {
                setAsked(null);
                asked.go();
            }} />
        ),
    };
}

/* basics.tsx - Small parts that every screen uses: buttons, marks, notes, empty places. */
import type { ComponentChildren, JSX } from 'preact';
import { problemOf, type Problem } from './api';
import { plain } from './format';
import { Icon, type IconName } from './icons';
import { W } from './words';

type ButtonKind = 'main' | 'plain' | 'quiet' | 'danger';

interface ButtonProps extends Omit<JSX.HTMLAttributes<HTMLButtonElement>, 'icon'> {
    kind?: ButtonKind;
    icon?: IconName;
    busy?: boolean;
    keys?: string;
    disabled?: boolean;
    type?: 'button' | 'submit';
    small?: boolean;
}

export function Button(props: ButtonProps) {
    const { kind = 'plain', icon, busy = false, keys, children, small = false, ...rest } = props;
    return (
        <button type="button" {...rest} class={`button ${kind}${small ? ' small' : ''}`}
            aria-busy={busy} disabled={rest.disabled === true || busy}
            aria-keyshortcuts={keys}>
            {icon !== undefined && <Icon name={icon} size={18} />}
            <span>{children}</span>
            {keys !== undefined && <kbd aria-hidden="true">{keys}</kbd>}
        </button>
    );
}

/* `file`: what is behind the address is kept as a file, not shown. */
export function LinkButton({ href, kind = 'plain', icon, file = false, children }: {
    href: string; kind?: ButtonKind; icon?: IconName; file?: boolean; children: ComponentChildren;
}) {
    return (
        <a class={`button ${kind}`} href={href} download={file}>
            {icon !== undefined && <Icon name={icon} size={18} />}
            <span>{children}</span>
        </a>
    );
}

export type Tone = 'ok' | 'wait' | 'bad' | 'info' | 'plain';
const TONE_ICON: Record<Tone, IconName | null> = {
    ok: 'check', wait: 'clock', bad: 'warn', info: 'info', plain: null,
};

/* A word in the colour of its meaning, with a sign, so that colour is never all there is. */
export function Mark({ tone, icon, children }: {
    tone: Tone; icon?: IconName; children: ComponentChildren;
}) {
    const sign = icon ?? TONE_ICON[tone];
    return (
        <span class={`mark ${tone}`}>
            {sign !== null && <Icon name={sign} size={16} />}
            {children}
        </span>
    );
}

export function Note({ tone, children, action }: {
    tone: Tone; children: ComponentChildren; action?: ComponentChildren;
}) {
    const sign = TONE_ICON[tone];
    return (
        <div class={`note ${tone}`}>
            {sign !== null && <Icon name={sign} />}
            <div class="note-text">{children}</div>
            {action !== undefined && <div class="note-action">{action}</div>}
        </div>
    );
}

/* What went wrong in a sentence, and what to do next. */
export function ErrorText({ error, retry }: { error: unknown; retry?: () => void }) {
    const problem: Problem = problemOf(error);
    const known = typeof problem.facts === 'string' && problem.facts !== '';
    return (
        <div role="alert">
            <Note tone="bad" action={retry !== undefined &&
                <Button icon="sync" onClick={retry}>{W.again}</Button>}>
                <strong>{sentence(problem.sentence)}</strong>
                {known && <p class="facts">{plain(problem.facts!)}</p>}
                {problem.next_step !== undefined && problem.next_step !== null &&
                    <p>{problem.next_step}</p>}
            </Note>
        </div>
    );
}

export function sentence(text: string): string {
    const line = text.charAt(0).toUpperCase() + text.slice(1);
    return /[.!?…]$/.test(line) ? line : line + '.';
}

export function Empty({ title, children, action }: {
    title: string; children?: ComponentChildren; action?: ComponentChildren;
}) {
    return (
        <div class="empty">
            <p class="empty-title">{title}</p>
            {children !== undefined && <div class="empty-text">{children}</div>}
            {action}
        </div>
    );
}

/* Shown only when an answer takes longer than one notices. */
export function Waiting({ what = W.reading }: { what?: string }) {
    return <p class="waiting" role="status">{what}</p>;
}

export function Screen({ title, lead, actions, children }: {
    title: string; lead?: ComponentChildren; actions?: ComponentChildren;
    children: ComponentChildren;
}) {
    return (
        <section class="screen">
            <header class="screen-head">
                <div>
                    <h1 tabIndex={-1}>{title}</h1>
                    {lead !== undefined && <p class="lead">{lead}</p>}
                </div>
                {actions !== undefined && <div class="actions">{actions}</div>}
            </header>
            {children}
        </section>
    );
}

export function Card({ title, aside, children, flush = false }: {
    title?: ComponentChildren; aside?: ComponentChildren; children: ComponentChildren;
    flush?: boolean;
}) {
    return (
        <section class={`card${flush ? ' flush' : ''}`}>
            {title !== undefined && (
                <header class="card-head">
                    <h2>{title}</h2>
                    {aside !== undefined && <div class="card-aside">{aside}</div>}
                </header>
            )}
            {children}
        </section>
    );
}

/* border_steps.tsx - How far a row shared with the neighbour has come: each step with when, and who. */
import { at } from '../../common/web/ui/api';
import { Card, Note } from '../../common/web/ui/basics';
import type { Row } from '../../common/web/ui/catalogue';
import { useApi } from '../../common/web/ui/cell';
import { showDate, showInstant } from '../../common/web/ui/format';
import { Icon } from '../../common/web/ui/icons';
import { link } from '../../common/web/ui/router';
import { BORDER as W } from './words/border';

interface Step {
    at: number | null;
    by: string | null;
    cell: string | null; /* null: the whole row */
    what: string; /* came, logged, sent, pending */
    after: Record<string, unknown>;
}

export type Story = Step[];

export const STATES = ['draft', 'sent', 'acknowledged', 'answered', 'closed'];

export function stepOf(row: Row): number {
    return Math.max(0, STATES.indexOf(String(row.state)));
}

export function useStory(table: string, row: Row): Story {
    return useApi<{ story: Story }>('rows/' + at(table, row._key) + '/history').data?.story ?? [];
}

/* Of what came a machine keeps who and when, not what it was: the whole row at once, then cell by cell. */
export function came(story: Story): string {
    const step = story.find((s) => s.what === 'came' && s.cell === null);
    return step === undefined ? '' : showInstant(step.at) + (step.by !== null ? W.by(step.by) : '');
}

/* Who wrote a column here, and when it was first so. */
export function wrote(story: Story, column: string, value?: string): string {
    const step = story.find((s) => s.what !== 'pending' && s.after !== null &&
        (value === undefined ? (s.after[column] ?? null) !== null : s.after[column] === value)) ??
        (value === undefined ? story.find((s) => s.what === 'came' && s.cell === column) ??
            story.find((s) => s.what === 'came' && s.cell === null) : undefined);
    if (step === undefined) return '';
    return showInstant(step.at) + (step.by !== null ? W.by(step.by) : '');
}

/* ... and beside a day that the row itself has: who wrote it; of the neighbour the unit and the post. */
export function by(story: Story, text: string, column: string): string {
    const who = wrote(story, column).split(', ').slice(1).join(', ');
    return text !== '' && who !== '' ? text + W.by(who) : text;
}

export function day(value: unknown): string {
    return typeof value === 'string' ? showDate(value) : '';
}

export function instant(value: unknown): string {
    return typeof value === 'number' ? showInstant(value) : '';
}

/* No agreement in force lets the row cross: why, and what to do. */
export function Stopped({ row }: { row: Row }) {
    if (!row._border) return null;
    return <Note tone="wait" action={<a href={link(['quy-che'])}>{W.agreementsOpen}</a>}>
        {row._border.text}. {row._border.bars ? W.stopped : W.agreementAsk}</Note>;
}

/* `texts`: when and who of each title; `done`: which of them are. */
export function Steps({ titles, texts, done }: {
    titles: string[]; texts: string[]; done: boolean[];
}) {
    const next = done.indexOf(false);
    return (
        <Card title={W.steps.label}>
            <ol class="border-steps">
                {titles.map((title, i) => (
                    <li key={title} class={done[i] === true ? 'done' : ''}
                        aria-current={i === next ? 'step' : undefined}>
                        <Icon name={done[i] === true ? 'check' : 'clock'} size={18} />
                        <strong>{title}</strong>
                        <span class="sr-only">: {done[i] === true ? W.done : W.waits}</span>
                        <small>{texts[i] ?? ''}</small>
                    </li>
                ))}
            </ol>
        </Card>
    );
}

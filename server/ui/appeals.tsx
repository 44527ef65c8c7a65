/* appeals.tsx - What a commune holds against a published ranking, and the answer to it. */
import { useState } from 'preact/hooks';
import { query } from '../../common/web/ui/api';
import { Button, Card, Empty, ErrorText, Mark, Waiting } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { showDate, showInstant } from '../../common/web/ui/format';
import { link } from '../../common/web/ui/router';
import { ReasonDialog } from './order';
import { session } from './session';
import { APPEALS as W } from './words/assess';

interface Appeal {
    key: string;
    unit: string;
    period: string;
    criterion: string;
    criterion_text?: string;
    reason: string;
    entered_at_ms: number | null;
    due_on: string | null;
    late: boolean;
    late_text?: string;
    answer: string | null;
}

export function Appeals({ unit, period }: { unit: string; period: string }) {
    const found = useApi<{ appeals: Appeal[] }>('appeals' + query({ unit, all: true }));
    const may = useCell(session)?.may.includes('decide') === true;
    const [asked, setAsked] = useState<Appeal | null>(null);
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const list = found.data.appeals.filter((x) => x.period === period);
    return (
        <>
            {list.length === 0 && <Empty title={W.none} />}
            {list.map((x) => (
                <Card key={x.key} title={W.about(x.criterion_text ?? x.criterion)} aside={
                    <Mark tone={x.answer === null ? 'wait' : 'ok'}>
                        {x.answer === null ? W.open : W.answered}</Mark>}>
                    <p>{x.reason}</p>
                    <p class="muted">{W.entered(showInstant(x.entered_at_ms), showDate(x.due_on))}
                        {x.late && <Mark tone="bad">{x.late_text ?? W.late}</Mark>}</p>
                    {x.answer !== null && <p><strong>{W.answer}:</strong> {x.answer}</p>}
                    {may && x.answer === null && <Button icon="edit" onClick={() => setAsked(x)}>
                        {W.give}</Button>}
                </Card>
            ))}
            <p><a href={link(['cho-quyet'], { xem: 'requests', xa: unit })}>{W.requests}</a></p>
            {asked !== null && <ReasonDialog title={W.about(asked.criterion_text ?? asked.criterion)}
                action={W.give} onClose={() => setAsked(null)} order={(text) => ({ method: 'POST',
                    path: 'appeals/answer', body: { unit: asked.unit, period: asked.period,
                        criterion: asked.criterion, text }, done: W.done })}>
                <p>{asked.reason}</p></ReasonDialog>}
        </>
    );
}

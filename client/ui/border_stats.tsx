/* border_stats.tsx - Half-yearly and yearly figures to or from the neighbour: what they say, how far they
 * have come, and that the commune has seen theirs. */
import { Button, Card } from '../../common/web/ui/basics';
import type { Row } from '../../common/web/ui/catalogue';
import { Steps, Stopped, by, day, instant, stepOf, useStory, wrote } from './border_steps';
import { touch } from './touch';
import { BORDER as W } from './words/border';

const TABLE = 'border_statistics';

/* "Trộm cắp: 5; Cờ bạc: <3; Tổng: 9 (…: why)", a line for each. */
function linesOf(figures: string): string[] {
    return figures.replace(/ \((?=[^(]*$)/, '; (').split('; ');
}

export function StatisticsAbove({ row }: { row: Row }) {
    const story = useStory(TABLE, row);
    const step = stepOf(row);
    const incoming = row.direction === 'in';
    const seen = by(story, instant(row.acknowledged_at), 'acknowledged_at') ||
        (step >= 2 ? wrote(story, 'state', 'acknowledged') : '');
    const see = () => void touch(TABLE, row, { state: 'acknowledged', acknowledged_at: Date.now() },
        W.statisticsSeen);
    return (
        <>
            <Stopped row={row} />
            <Steps titles={incoming ? W.steps.figuresIn : W.steps.figuresOut} texts={incoming
                ? [by(story, day(row.issued_on), 'issued_on'), wrote(story, 'direction') || wrote(story, 'figures'), seen]
                : [wrote(story, 'figures'), day(row.issued_on), seen]}
            done={[true, incoming || step >= 1, seen !== '' || step >= 2]} />
            <Card title={W.figures} aside={incoming && step < 2 && row.voided_at === null && row._border?.bars !== true
                ? <Button kind="main" icon="check" onClick={see}>{W.see}</Button> : undefined}>
                {typeof row.figures === 'string'
                    ? <ul class="figures-told">{linesOf(row.figures).map((line) =>
                        <li key={line}>{line}</li>)}</ul>
                    : <p class="muted">{W.figuresNone}</p>}
            </Card>
        </>
    );
}

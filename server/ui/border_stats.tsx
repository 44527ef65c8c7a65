/* border_stats.tsx - Half-yearly and yearly statistics for a neighbour: drafted, looked at, sent; and that
 * theirs were seen. */
import { useState } from 'preact/hooks';
import { at, send } from '../../common/web/ui/api';
import { Button, ErrorText, Note } from '../../common/web/ui/basics';
import { noteChange } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { useAttempt, useOrder } from './order';
import { STATS as W } from './words/border_stats';

interface Drafted {
    figures: { unit: string; unit_text: string; figures: string }[];
    rows: number;
    stays: number;
    sent: boolean;
}

const LISTED = 2; /* years, the last ones */

/* Those that are over, the last first. */
function periods(now: Date): { value: string; text: string }[] {
    const year = now.getFullYear();
    const list = [];
    for (let y = year; y >= year - LISTED; y--) {
        if (y < year) list.push({ value: String(y), text: W.year(y) }, { value: `${y}-H2`, text: W.half(2, y) });
        if (y < year || now.getMonth() >= 6) list.push({ value: `${y}-H1`, text: W.half(1, y) });
    }
    return list;
}

export function Statistics({ name, onClose }: { name: string; onClose: () => void }) {
    const choices = periods(new Date());
    const [period, setPeriod] = useState(choices[0]?.value ?? '');
    const [made, setMade] = useState<Drafted | null>(null);
    const { busy, error, attempt } = useAttempt();
    const make = (sends: boolean) => void attempt(async () => {
        const told = await send<Drafted>('POST', 'links/statistics', { link: name, period, send: sends });
        setMade({ ...told, sent: sends });
        noteChange();
    });
    return (
        <Dialog wide title={W.title(name)} onClose={onClose} foot={<>
            {made === null ? <Button kind="main" busy={busy} onClick={() => make(false)}>{W.draft}</Button>
                : !made.sent && made.rows > 0 && <Button kind="main" busy={busy}
                    onClick={() => make(true)}>{W.send}</Button>}
            <Button onClick={onClose}>{W.close}</Button></>}>
            {error !== null && <ErrorText error={error} />}
            <p>{W.lead}</p>
            <div class="field"><label for="stats-period">{W.period}</label>
                <Combo id="stats-period" value={period} choices={choices} placeholder=""
                    onChange={(value) => {
                        setPeriod(value);
                        setMade(null);
                    }} /></div>
            {made !== null && <div class="bundle-shown">
                <Note tone={made.sent ? 'ok' : 'info'}>
                    {made.sent ? W.sent(made.rows) : W.drafted(made.rows)}{' '}
                    {made.stays > 0 && W.stays(made.stays)}</Note>
                <ul class="bundle-rows">
                    {made.figures.map((f) => <li key={f.unit + f.figures}><strong>{f.unit_text}</strong> {f.figures}</li>)}
                </ul>
            </div>}
        </Dialog>
    );
}

export function Seen({ table, row, name, state }: {
    table: string; row: string; name: string; state: string | null;
}) {
    const { busy, run } = useOrder();
    return (
        <Button small busy={busy} aria-label={W.seenOf(name)} onClick={() => void run({ method: 'PATCH',
            path: at('rows', table, row), body: { values: { state: 'acknowledged' }, was: { state } },
            done: W.seenDone })}>{W.seen}</Button>
    );
}

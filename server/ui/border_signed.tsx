/* border_signed.tsx - On which day a side has signed minutes, from the paper that the district holds. */
import { useState } from 'preact/hooks';
import { at } from '../../common/web/ui/api';
import { Button, ErrorText } from '../../common/web/ui/basics';
import { Dialog } from '../../common/web/ui/dialog';
import { readDate } from '../../common/web/ui/parse';
import { useOrder } from './order';
import { BORDER } from './words/border';

const W = BORDER.signed;

export interface Unsigned {
    table: string;
    key: string;
    name: string;
    side: 'ours' | 'theirs';
}

export function Signed({ row, onClose }: { row: Unsigned; onClose: () => void }) {
    const [typed, setTyped] = useState('');
    const [wrong, setWrong] = useState<string | null>(null);
    const { busy, error, run } = useOrder(onClose);
    const T = W[row.side];
    const column = row.side === 'ours' ? 'signed_on' : 'partner_signed_on';
    const save = () => {
        const read = readDate(typed);
        if ('wrong' in read || read.value === null)
            return setWrong('wrong' in read ? read.wrong : W.needed);
        void run({ method: 'PATCH', path: at('rows', row.table, row.key),
            body: { values: { [column]: read.value }, was: { [column]: null } }, done: T.done });
    };
    return (
        <Dialog title={T.of(row.name)} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} onClick={save}>{W.save}</Button>
            <Button onClick={onClose}>{BORDER.cancel}</Button></>}>
            {error !== null && <ErrorText error={error} />}
            <p>{T.lead}</p>
            <div class={`field${wrong !== null ? ' wrong' : ''}`}>
                <label for="signed-on">{T.day}</label>
                <input id="signed-on" type="text" autocomplete="off" value={typed}
                    aria-invalid={wrong !== null}
                    aria-describedby={wrong !== null ? 'signed-on-p' : undefined}
                    onInput={(event) => {
                        setTyped(event.currentTarget.value);
                        setWrong(null);
                    }} />
                {wrong !== null && <p class="field-problem" id="signed-on-p">{wrong}</p>}
            </div>
        </Dialog>
    );
}

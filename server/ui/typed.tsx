/* typed.tsx - What narrows a list and is typed: a text, a day. */
import { useEffect, useState } from 'preact/hooks';
import { showDate } from '../../common/web/ui/format';
import { readDate } from '../../common/web/ui/parse';

/* Asked when Enter is pressed or the field is left. */
export function Typed({ id, label, value, onChange, problem }: {
    id: string; label: string; value: string; onChange: (value: string) => void;
    problem?: string | null;
}) {
    const [text, setText] = useState(value);
    useEffect(() => setText(value), [value]);
    const take = () => text.trim() !== value && onChange(text.trim());
    return (
        <div class={`field${problem ? ' wrong' : ''}`}>
            <label for={id}>{label}</label>
            <input id={id} type="text" value={text} autocomplete="off" spellcheck={false}
                aria-invalid={problem ? true : undefined}
                aria-describedby={problem ? id + '-p' : undefined}
                onInput={(event) => setText(event.currentTarget.value)} onBlur={take}
                onKeyDown={(event) => {
                    if (event.key === 'Enter') take();
                }} />
            {problem && <p class="field-problem" id={id + '-p'}>{problem}</p>}
        </div>
    );
}

export function Day({ id, label, value, onChange }: {
    id: string; label: string; value: string; onChange: (value: string) => void;
}) {
    const [problem, setProblem] = useState<string | null>(null);
    return <Typed id={id} label={label} value={value === '' ? '' : showDate(value)} problem={problem}
        onChange={(text) => {
            const read = readDate(text);
            setProblem('wrong' in read ? read.wrong : null);
            if (!('wrong' in read)) onChange(read.value ?? '');
        }} />;
}

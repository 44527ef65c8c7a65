/* line.tsx - One line of text in a form that is no row of a table. */
export function Line({ id, label, type, value, complete, onInput, hint, needed = true }: {
    id: string; label: string; type: 'text' | 'password'; value: string; complete: string;
    onInput: (value: string) => void; hint?: string;
    needed?: boolean;
}) {
    return (
        <div class="field">
            <label for={id}>{label}</label>
            <input id={id} name={id} type={type} value={value} autocomplete={complete} required={needed}
                spellcheck={false} autocapitalize="off" inputMode={complete === 'one-time-code'
                    ? 'numeric' : undefined}
                aria-describedby={hint !== undefined ? id + '-hint' : undefined}
                onInput={(event) => onInput(event.currentTarget.value)} />
            {hint !== undefined && <p class="field-hint" id={id + '-hint'}>{hint}</p>}
        </div>
    );
}

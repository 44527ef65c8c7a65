/* combo.tsx - A choice from a list that is filtered as one types, with or without marks. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { fold } from './format';
import { Icon } from './icons';
import { W } from './words';

export interface Choice {
    value: string;
    text: string;
}

interface Props {
    id: string;
    value: string;
    choices: Choice[];
    onChange: (value: string) => void;
    invalid?: boolean;
    describedBy?: string;
    required?: boolean;
    disabled?: boolean;
    placeholder?: string;
    label?: string;
    /* What was typed is no choice: said, and kept as typed, instead of being forgotten. */
    onWrong?: (sentence: string | null) => void;
}

function matches(choices: Choice[], typed: string): Choice[] {
    const wanted = fold(typed);
    if (wanted === '') return choices;
    const starts = choices.filter((c) => fold(c.text).startsWith(wanted));
    const inside = choices.filter((c) => !starts.includes(c) &&
        wanted.split(/\s+/).every((word) => fold(c.text).includes(word)));
    return [...starts, ...inside];
}

/* Nothing fits all that was typed: what has one of its words ("đánh bạc": "Cờ bạc"). Shown to be
 * chosen by arrow or mouse, never taken by Enter or by leaving. */
function near(choices: Choice[], typed: string): Choice[] {
    const words = fold(typed).split(/\s+/).filter((word) => word.length > 2);
    return choices.filter((c) => fold(c.text).split(/\s+/).some((word) => words.includes(word)));
}

export function Combo(props: Props) {
    const { id, value, choices, onChange } = props;
    const chosen = choices.find((c) => c.value === value);
    const [typed, setTyped] = useState<string | null>(null);
    const [open, setOpen] = useState(false);
    const [at, setAt] = useState(0);
    const list = useRef<HTMLUListElement>(null);
    const listId = useId();
    const fits = matches(choices, typed ?? '');
    const found = fits.length > 0 ? fits : near(choices, typed ?? '');
    /* The first that fits is meant without an arrow; of what is only near, none is. */
    const here = Math.max(at, fits.length > 0 ? 0 : -1);
    const current = here < 0 ? undefined : found[Math.min(here, found.length - 1)];

    useEffect(() => {
        list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    }, [at, open]);

    const show = () => {
        setOpen(true);
        setAt(Math.max(0, found.findIndex((c) => c.value === value)));
    };
    const take = (choice: Choice | undefined) => {
        props.onWrong?.(null);
        if (choice !== undefined && choice.value !== value) onChange(choice.value);
        setTyped(null);
        setOpen(false);
    };
    const leave = () => {
        if (typed !== null && typed.trim() !== '' && fits.length === 0 &&
            props.onWrong !== undefined) {
            props.onWrong(W.noChoice(typed.trim()));
            return setOpen(false);
        }
        if (typed !== null) props.onWrong?.(null);
        if (typed !== null && typed.trim() === '') onChange('');
        else if (typed !== null && fits.length > 0 && current !== undefined && fold(typed) !== '')
            take(current);
        setTyped(null);
        setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            if (!open) show();
            else setAt(Math.max(0, Math.min(found.length - 1,
                here + (event.key === 'ArrowDown' ? 1 : -1))));
        } else if (event.key === 'Enter' && open && (typed !== null || current?.value !== value)) {
            /* Taken; the form then goes on to the next field as with any other. */
            if ((typed === null || fold(typed) !== '') && current !== undefined) take(current);
        } else if (event.key === 'Escape' && open) {
            event.preventDefault();
            event.stopPropagation();
            setTyped(null);
            setOpen(false);
        }
    };
    return (
        <div class="combo">
            <input id={id} type="text" role="combobox" autocomplete="off" spellcheck={false}
                aria-label={props.label} aria-expanded={open}
                aria-controls={open ? listId : undefined}
                aria-autocomplete="list" aria-invalid={props.invalid} aria-required={props.required}
                aria-describedby={props.describedBy} disabled={props.disabled}
                aria-activedescendant={open && current !== undefined
                    ? `${listId}-${found.indexOf(current)}` : undefined}
                placeholder={props.placeholder ?? W.choose}
                value={typed ?? chosen?.text ?? (value === '' ? '' : value)}
                onInput={(event) => {
                    setTyped(event.currentTarget.value);
                    setAt(-1);
                    setOpen(true);
                }}
                onFocus={(event) => event.currentTarget.select()}
                onClick={() => open ? undefined : show()}
                onKeyDown={onKey} onBlur={leave} />
            <span class="combo-sign"><Icon name="down" size={16} /></span>
            {open && (
                <ul class="combo-list" role="listbox" id={listId} ref={list}
                    aria-label={props.label ?? W.choose}>
                    {found.map((c, i) => (
                        <li key={c.value} role="option" id={`${listId}-${i}`}
                            aria-selected={c === current} class={c.value === value ? 'chosen' : ''}
                            onMouseDown={(event) => {
                                event.preventDefault();
                                take(c);
                            }}>{c.text}</li>
                    ))}
                    {found.length === 0 &&
                        <li role="option" aria-disabled="true" aria-selected={false}
                            class="combo-none">
                            {choices.length === 0 ? W.empty : `${W.none} ${W.showAll}`}</li>}
                </ul>
            )}
        </div>
    );
}

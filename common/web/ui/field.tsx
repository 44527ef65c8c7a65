/* field.tsx - One field of a form, made from what the catalogue says of its column. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { get, at, query } from './api';
import { useCatalogue, type Column, type Value } from './catalogue';
import { Combo, type Choice } from './combo';
import { showDate, showInstant, showInt, showPoints } from './format';
import { readDate, readInstant, readInt, readPoints, type Read } from './parse';
import { W } from './words';

/* A value as one would type it. */
export function typedOf(column: Column, value: Value): string {
    if (value === null) return '';
    if (column.type === 'date') return showDate(String(value));
    if (column.type === 'instant') return showInstant(Number(value));
    if (column.type === 'points') return showPoints(Number(value));
    if (column.type === 'money') return showInt(Number(value));
    return String(value);
}

/* What was typed, read by the column's type and bounds. */
export function readTyped(column: Column, typed: string, ahead: boolean): Read<string | number> {
    const found: Read<string | number> =
        column.type === 'date' ? readDate(typed, ahead)
            : column.type === 'instant' ? readInstant(typed)
                : column.type === 'points' ? readPoints(typed)
                    : column.type === 'int' || column.type === 'money' ? readInt(typed)
                        : { value: typed.trim() === '' ? null : typed.normalize('NFC') };
    if ('wrong' in found) return found;
    if (found.value === null) return column.required === true ? { wrong: W.required } : found;
    if (typeof found.value === 'number' && column.type !== 'instant') {
        const show = column.type === 'points' ? showPoints : showInt;
        if (typeof column.min === 'number' && found.value < column.min)
            return { wrong: W.tooSmall(show(column.min)) };
        if (typeof column.max === 'number' && found.value > column.max)
            return { wrong: W.tooLarge(show(column.max)) };
    }
    if (typeof found.value === 'string' && typeof column.max === 'number' &&
        new TextEncoder().encode(found.value).length > column.max) return { wrong: W.tooLong };
    return found;
}

export interface FieldProps {
    column: Column;
    table: string;
    value: Value;
    onChange: (value: Value) => void;
    /* What does not read as a value: kept as typed, and the form is not saved with it. */
    onWrong: (sentence: string | null) => void;
    problem?: string | null;
    choices?: Choice[];
    hint?: string;
    ahead?: boolean;
    title?: string;
    wide?: boolean;
}

export function Field(props: FieldProps) {
    const { column, value, onChange, problem } = props;
    const id = useId();
    const catalogue = useCatalogue();
    const hint = props.hint ?? (column.type === 'date' ? W.dateHint
        : column.type === 'instant' ? W.instantHint : undefined);
    const described = [problem ? id + 'p' : '', hint !== undefined ? id + 'h' : '']
        .filter((s) => s !== '').join(' ');
    const shared = {
        id, invalid: Boolean(problem), describedBy: described === '' ? undefined : described,
        required: column.required,
    };
    const choices = props.choices ?? choicesOf(column, catalogue);
    const numbers = column.type === 'int' || (column.type === 'code' && false);

    if (column.type === 'bool')
        return (
            <div class="field check">
                <label for={id}>
                    <input id={id} type="checkbox" checked={value === 1}
                        aria-describedby={shared.describedBy}
                        onChange={(event) => onChange(event.currentTarget.checked ? 1 : 0)} />
                    <span>{props.title ?? column.title}</span>
                </label>
                <Below id={id} problem={problem} hint={hint} />
            </div>
        );
    return (
        <div class={`field ${column.type}${problem ? ' wrong' : ''}${props.wide ? ' wide' : ''}`}>
            <label for={id}>{props.title ?? column.title}
                {column.required === true && <span class="must" aria-hidden="true"> *</span>}
            </label>
            {choices !== null
                ? <Combo {...shared} onWrong={props.onWrong} value={value === null ? '' : String(value)} choices={choices}
                    onChange={(v) => onChange(v === '' ? null : numbers ? Number(v) : v)} />
                : <Typed {...props} shared={shared} />}
            <Below id={id} problem={problem} hint={hint} />
        </div>
    );
}

function choicesOf(column: Column, catalogue: ReturnType<typeof useCatalogue>): Choice[] | null {
    if (column.words !== undefined && column.words.length > 0)
        return column.words.map((w) => ({ value: w.code, text: w.vi }));
    if (column.type === 'unit')
        return (column.own === true ? catalogue.villages : catalogue.units)
            .map((p) => ({ value: p.unit, text: p.name }));
    return null;
}

function Below({ id, problem, hint }: { id: string; problem?: string | null; hint?: string }) {
    return (
        <>
            {problem && <p class="field-problem" id={id + 'p'}>{problem}</p>}
            {hint !== undefined && <p class="field-hint" id={id + 'h'}>{hint}</p>}
        </>
    );
}

interface Shared {
    id: string;
    invalid: boolean;
    describedBy?: string;
    required?: boolean;
}

function Typed(props: FieldProps & { shared: Shared }) {
    const { column, value, onChange, onWrong, shared } = props;
    const [typed, setTyped] = useState(typedOf(column, value));
    const mine = useRef<Value>(value);
    const typing = useRef(false);
    const listId = useId();
    const suggestions = useSuggestions(column.type === 'text' ? props.table : null, column.name,
        typed);

    /* A value from elsewhere; never over what is being typed, for it may be an older one of ours. */
    useEffect(() => {
        if (typing.current || value === mine.current) return;
        mine.current = value;
        setTyped(typedOf(column, value));
    }, [value, column]);

    const read = (text: string, leaving: boolean) => {
        const found = readTyped(column, text, props.ahead === true);
        if ('wrong' in found) {
            if (leaving) onWrong(found.wrong);
            return;
        }
        onWrong(null);
        mine.current = found.value;
        onChange(found.value);
        if (leaving) setTyped(typedOf(column, found.value));
    };
    const events = {
        onInput: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
            setTyped(event.currentTarget.value);
            read(event.currentTarget.value, false);
        },
        onFocus: () => {
            typing.current = true;
        },
        onBlur: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
            typing.current = false;
            read(event.currentTarget.value, true);
        },
    };
    const aria = {
        id: shared.id, 'aria-invalid': shared.invalid, 'aria-describedby': shared.describedBy,
        'aria-required': shared.required, value: typed,
    };
    if (column.type === 'long_text')
        return <textarea {...aria} {...events} rows={4} />;
    return (
        <>
            <input {...aria} {...events} type="text" autocomplete="off"
                inputMode={column.type === 'int' || column.type === 'money' ? 'numeric' : undefined}
                list={suggestions.length > 0 ? listId : undefined} />
            {suggestions.length > 0 && (
                <datalist id={listId}>
                    {suggestions.map((s) => <option key={s} value={s} />)}
                </datalist>
            )}
        </>
    );
}

/* Earlier entries of the same column, most used first. */
function useSuggestions(table: string | null, column: string, typed: string): string[] {
    const [found, setFound] = useState<string[]>([]);
    useEffect(() => {
        if (table === null || typed.trim().length < 1) {
            setFound([]);
            return;
        }
        let current = true;
        const timer = setTimeout(() => {
            get<{ texts: string[] }>('suggest/' + at(table, column) + query({ q: typed })).then(
                (answer) => current && setFound(answer.texts.filter((v) => v !== typed)),
                () => undefined);
        }, 120);
        return () => {
            current = false;
            clearTimeout(timer);
        };
    }, [table, column, typed]);
    return found;
}

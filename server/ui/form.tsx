/* form.tsx - A few fields in a window, read as what they are and told to the program as one order. */
import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Button, ErrorText } from '../../common/web/ui/basics';
import { Combo, type Choice } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { showDate, showShortPoints } from '../../common/web/ui/format';
import { readDate, readInt, readPoints, type Read } from '../../common/web/ui/parse';
import { changedOnly, staleOf, useOrder, type Order } from './order';
import { FORM as W } from './words/order';

export type FormValue = string | number | null;
export type FormValues = Record<string, FormValue>;

export interface FormField {
    name: string;
    label: string;
    kind?: 'text' | 'long' | 'date' | 'int' | 'points' | 'choice' | 'marks'; /* marks: "a,b", any of choices */
    choices?: Choice[];
    value?: FormValue;
    was?: FormValue; /* what stands there, where `value` is but proposed */
    needed?: boolean;
    hint?: string;
}

function typedOf(field: FormField): string {
    const { value = null } = field;
    if (value === null) return '';
    if (field.kind === 'date') return showDate(String(value));
    return field.kind === 'points' ? showShortPoints(Number(value)) : String(value);
}

function readField(field: FormField, typed: string): Read<string | number> {
    const found: Read<string | number> = field.kind === 'date' ? readDate(typed, true)
        : field.kind === 'int' ? readInt(typed) : field.kind === 'points' ? readPoints(typed)
            : { value: typed.trim() === '' ? null : typed.trim().normalize('NFC') };
    return 'value' in found && found.value === null && field.needed === true
        ? { wrong: W.needed } : found;
}

/* What others wrote meanwhile, as a person reads it. */
function shownOf(field: FormField, value: FormValue): string {
    const text = typedOf({ ...field, value });
    return field.choices?.find((c) => c.value === text)?.text ?? (text === '' ? W.empty : text);
}

/* What stands in the cells, as far as this form knows; cells that others wrote after it was opened. */
function useBase(fields: FormField[], error: unknown) {
    const [was, setWas] = useState<FormValues>(() =>
        Object.fromEntries(fields.map((f) => [f.name, f.was !== undefined ? f.was : f.value ?? null])));
    const [theirs, setTheirs] = useState<FormValues>({});
    useEffect(() => {
        const stale = staleOf(error);
        if (stale === null) return;
        setWas((all) => ({ ...all, ...stale }));
        setTheirs((all) => ({ ...all, ...stale }));
    }, [error]);
    return { was, theirs };
}

/* `order` makes of what was typed what is told; a text from it is what is wrong with the whole. Of a row
 * that is there (PATCH) only the cells that were changed are told, each with what was read in it. */
export function FormDialog({ title, action, fields, order, onClose, children, wide }: {
    title: string; action: string; fields: FormField[]; children?: ComponentChildren; wide?: boolean;
    order: (values: FormValues) => Order | string; onClose: () => void;
}) {
    const [typed, setTyped] = useState<Record<string, string>>(
        () => Object.fromEntries(fields.map((f) => [f.name, typedOf(f)])));
    const [wrong, setWrong] = useState<Record<string, string>>({});
    const [strange, setStrange] = useState<Record<string, string>>({}); /* typed, yet no choice */
    const { busy, error, run } = useOrder(onClose);
    const { was, theirs } = useBase(fields, error);
    const submit = () => {
        const read = fields.map((f) => [f.name, readField(f, typed[f.name] ?? '')] as const);
        const bad = { ...Object.fromEntries(read.flatMap(([name, r]) => 'wrong' in r
            ? [[name, r.wrong]] : [])), ...strange };
        setWrong(bad);
        if (Object.keys(bad).length > 0) {
            document.getElementById('form-' + Object.keys(bad)[0])?.focus();
            return;
        }
        const told = order(Object.fromEntries(read.map(([name, r]) =>
            [name, 'value' in r ? r.value : null])));
        if (typeof told === 'string') return setWrong({ '': told });
        if (told.method !== 'PATCH') return void run(told);
        const body = fields.length === 0 ? told.body : changedOnly(told.body.values as FormValues, was);
        if (Object.keys(body.values as FormValues).length === 0) return onClose();
        void run({ ...told, body: { ...told.body, ...body } });
    };
    return (
        <Dialog title={title} onClose={onClose} wide={wide} foot={<>
            <Button kind="main" busy={busy} onClick={submit}>{action}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            {wrong[''] !== undefined && <p class="field-problem" role="alert">{wrong['']}</p>}
            {children}
            <div class="form-fields">
                {fields.map((f) => <Field key={f.name} field={f} typed={typed[f.name] ?? ''}
                    wrong={strange[f.name] ?? wrong[f.name]} theirs={theirs[f.name]} onWrong={(sentence) =>
                        setStrange(({ [f.name]: _, ...rest }) => sentence === null ? rest
                            : { ...rest, [f.name]: sentence })} onType={(text) => {
                        setTyped((all) => ({ ...all, [f.name]: text }));
                        setWrong(({ [f.name]: _, '': __, ...rest }) => rest);
                    }} />)}
            </div>
        </Dialog>
    );
}

function Field({ field, typed, wrong, theirs, onType, onWrong }: {
    field: FormField; typed: string; wrong: string | undefined; onType: (text: string) => void;
    theirs: FormValue | undefined; onWrong: (sentence: string | null) => void;
}) {
    const id = 'form-' + field.name;
    const hint = field.hint ?? (field.kind === 'date' ? W.dateHint : undefined);
    const described = [wrong !== undefined ? id + '-wrong' : '', hint !== undefined ? id + '-hint' : '']
        .filter((s) => s !== '').join(' ') || undefined;
    if (field.kind === 'marks')
        return <Marks field={field} typed={typed} wrong={wrong} onType={onType} />;
    const shared = { id, 'aria-invalid': wrong !== undefined, 'aria-describedby': described,
        'aria-required': field.needed === true, value: typed };
    return (
        <div class={`field${wrong !== undefined ? ' wrong' : ''}${field.kind === 'long' ? ' wide' : ''}`}>
            <label for={id}>{field.label}
                {field.needed === true && <span class="must" aria-hidden="true"> *</span>}</label>
            {field.kind === 'choice'
                ? <Combo id={id} value={typed} choices={field.choices ?? []} onChange={onType} onWrong={onWrong}
                    invalid={wrong !== undefined} describedBy={described} required={field.needed} />
                : field.kind === 'long'
                    ? <textarea {...shared} rows={3}
                        onInput={(event) => onType(event.currentTarget.value)} />
                    : <input {...shared} type="text" autocomplete="off"
                        inputMode={field.kind === 'int' ? 'numeric' : undefined}
                        onInput={(event) => onType(event.currentTarget.value)} />}
            {wrong !== undefined && <p class="field-problem" id={id + '-wrong'}>{wrong}</p>}
            {theirs !== undefined && <p class="field-hint" role="status">
                {W.theirs(shownOf(field, theirs))}{' '}
                <Button small onClick={() => onType(typedOf({ ...field, value: theirs }))}>
                    {W.takeTheirs}</Button></p>}
            {hint !== undefined && <p class="field-hint" id={id + '-hint'}>{hint}</p>}
        </div>
    );
}

/* Several of a list, ticked. */
function Marks({ field, typed, wrong, onType }: {
    field: FormField; typed: string; wrong: string | undefined; onType: (text: string) => void;
}) {
    const id = 'form-' + field.name;
    const all = field.choices ?? [];
    const marked = new Set(typed.split(','));
    const mark = (value: string, on: boolean) => onType(all.map((c) => c.value)
        .filter((v) => v === value ? on : marked.has(v)).join(','));
    return (
        <fieldset class={`field wide marks${wrong !== undefined ? ' wrong' : ''}`} id={id} tabIndex={-1}
            aria-describedby={wrong !== undefined ? id + '-wrong' : undefined}>
            <legend>{field.label}</legend>
            {all.map((c) => <label key={c.value}><input type="checkbox" checked={marked.has(c.value)}
                onChange={(e) => mark(c.value, e.currentTarget.checked)} /> {c.text}</label>)}
            {wrong !== undefined && <p class="field-problem" id={id + '-wrong'}>{wrong}</p>}
        </fieldset>
    );
}

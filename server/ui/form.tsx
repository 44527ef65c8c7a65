/* form.tsx - A few fields in a window, read as what they are and told to the program as one order. */
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Button, ErrorText } from '../../common/web/ui/basics';
import { Combo, type Choice } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { showDate, showShortPoints } from '../../common/web/ui/format';
import { readDate, readInt, readPoints, type Read } from '../../common/web/ui/parse';
import { useOrder, type Order } from './order';
import { FORM as W } from './words/order';

export type FormValue = string | number | null;
export type FormValues = Record<string, FormValue>;

export interface FormField {
    name: string;
    label: string;
    kind?: 'text' | 'long' | 'date' | 'int' | 'points' | 'choice';
    choices?: Choice[];
    value?: FormValue;
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

/* `order` makes of what was typed what is told; a text from it is what is wrong with the whole. */
export function FormDialog({ title, action, fields, order, onClose, children, wide }: {
    title: string; action: string; fields: FormField[]; children?: ComponentChildren; wide?: boolean;
    order: (values: FormValues) => Order | string; onClose: () => void;
}) {
    const [typed, setTyped] = useState<Record<string, string>>(
        () => Object.fromEntries(fields.map((f) => [f.name, typedOf(f)])));
    const [wrong, setWrong] = useState<Record<string, string>>({});
    const [strange, setStrange] = useState<Record<string, string>>({}); /* typed, yet no choice */
    const { busy, error, run } = useOrder(onClose);
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
        if (typeof told === 'string') setWrong({ '': told });
        else void run(told);
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
                    wrong={strange[f.name] ?? wrong[f.name]} onWrong={(sentence) =>
                        setStrange(({ [f.name]: _, ...rest }) => sentence === null ? rest
                            : { ...rest, [f.name]: sentence })} onType={(text) => {
                        setTyped((all) => ({ ...all, [f.name]: text }));
                        setWrong(({ [f.name]: _, '': __, ...rest }) => rest);
                    }} />)}
            </div>
        </Dialog>
    );
}

function Field({ field, typed, wrong, onType, onWrong }: {
    field: FormField; typed: string; wrong: string | undefined; onType: (text: string) => void;
    onWrong: (sentence: string | null) => void;
}) {
    const id = 'form-' + field.name;
    const hint = field.hint ?? (field.kind === 'date' ? W.dateHint : undefined);
    const described = [wrong !== undefined ? id + '-wrong' : '', hint !== undefined ? id + '-hint' : '']
        .filter((s) => s !== '').join(' ') || undefined;
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
            {hint !== undefined && <p class="field-hint" id={id + '-hint'}>{hint}</p>}
        </div>
    );
}

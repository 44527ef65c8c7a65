/* record_form.tsx - Writing one row: a new one, or changes to one that is there. Keeps drafts as
 * typed, asks about what looks like a person, and shows what somebody else wrote meanwhile instead
 * of writing over it. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, at, get, send, type Lint } from './api';
import { Button, ErrorText, Note, sentence as toSentence } from './basics';
import { columnOf, valueOf, type Column, type Row, type Table, type Value, type Values }
    from './catalogue';
import { noteChange } from './cell';
import type { Choice } from './combo';
import { dropDraft, keepDraft, readDraft } from './draft';
import { Field } from './field';
import { showTime } from './format';
import { useShortcuts } from './keys';
import { LintDialog, lintOf } from './lint';
import { toast } from './live';
import { StaleDialog } from './stale';
import { W } from './words';

export interface FormField {
    name: string;
    title?: string;
    hint?: string;
    wide?: boolean;
    ahead?: boolean;
    choices?: Choice[];
    required?: boolean;
    /* Shown only when it makes sense beside what was typed. */
    when?: (values: Values) => boolean;
}

export interface FormPart {
    title?: string;
    fields: FormField[];
}

export interface Saved {
    key: string;
    name: string;
    warnings?: string[]; /* written all the same; a person should look */
}

interface Props {
    table: Table;
    parts: FormPart[];
    row?: Row | null;
    preset?: Values;
    /* Values that a button proposes for a row that is there. */
    overlay?: Values;
    onSaved: (saved: Saved) => void;
    onCancel?: () => void;
    saveLabel?: string;
    /* What waits in the inbox and is answered by this correction. */
    answers?: string;
    /* What a choice says of other fields that are still empty. */
    follow?: (name: string, value: Value) => Values;
}

interface Problems {
    lint: Lint[] | null;
    stale: Row | null;
    error: unknown;
    cells: Record<string, string>;
}

const NO_PROBLEM: Problems = { lint: null, stale: null, error: null, cells: {} };

export function RecordForm(props: Props) {
    const { table, parts, row, onSaved } = props;
    const fields = useMemo(() => parts.flatMap((p) => p.fields), [parts]);
    const draftName = table.name + '/' + (row?._key ?? 'new') +
        (props.overlay === undefined ? '' : '/' + Object.keys(props.overlay).join('+'));
    const start = useMemo(() => startOf(table, fields, row ?? null, props.preset), [draftName]);
    const kept = useMemo(() => readDraft(draftName), [draftName]);
    const [values, setValues] = useState<Values>({ ...start, ...props.overlay, ...kept?.values });
    const [was, setWas] = useState<Values>(kept?.was ?? start);
    const [keptAt, setKeptAt] = useState<number | null>(null);
    const [restored, setRestored] = useState(kept !== null);
    const [wrong, setWrong] = useState<Record<string, string>>({});
    const [busy, setBusy] = useState(false);
    const [problems, setProblems] = useState<Problems>(NO_PROBLEM);
    const [generation, setGeneration] = useState(0);
    const form = useRef<HTMLFormElement>(null);
    const written = useRef(false); /* a field that is taken away says its value once more */

    useLayoutEffect(() => {
        form.current?.querySelector<HTMLElement>('input,textarea')?.focus();
    }, [draftName, generation]);

    /* What was refused stands below the fields: it comes into sight, and the field takes the focus. */
    useLayoutEffect(() => {
        if (problems.error === null) return;
        const cell = Object.keys(problems.cells)[0];
        form.current?.querySelector<HTMLElement>(`[data-field="${cell}"] input`)?.focus();
        form.current?.querySelector('[role=alert]')?.scrollIntoView({ block: 'center' });
    }, [problems.error]);

    const change = (name: string, value: Value) => {
        if (written.current) return;
        const said = Object.entries(props.follow?.(name, value) ?? {})
            .filter(([other]) => (values[other] ?? null) === null);
        const next = { ...values, [name]: value, ...Object.fromEntries(said) };
        setValues(next);
        keepDraft(draftName, { values: next, was, at: Date.now() });
        setKeptAt(Date.now());
        if (problems.cells[name] !== undefined)
            setProblems({ ...problems, cells: { ...problems.cells, [name]: '' } });
    };
    const discard = () => {
        dropDraft(draftName);
        setValues(start);
        setWas(start);
        setWrong({});
        setProblems(NO_PROBLEM);
        setRestored(false);
        setKeptAt(null);
        setGeneration(generation + 1);
    };
    const save = async (how: { yes?: boolean; values?: Values; was?: Values } = {}) => {
        const all = how.values ?? values;
        const base = how.was ?? was;
        const bad = firstWrong(fields, all, wrong);
        if (bad !== null) {
            setProblems({ ...NO_PROBLEM, cells: { [bad.name]: bad.sentence } });
            form.current?.querySelector<HTMLElement>(`[data-field="${bad.name}"] input`)?.focus();
            return;
        }
        const changed = row ? changedOf(all, base) : filled(all);
        if (row && Object.keys(changed).length === 0) {
            dropDraft(draftName);
            onSaved({ key: row._key, name: row._name });
            return;
        }
        setBusy(true);
        try {
            const saved = row
                ? await correct(table, row, props.answers, changed, only(base, changed),
                    how.yes === true)
                : await send<Saved>('POST', 'rows/' + at(table.name),
                    { values: changed, yes: how.yes === true });
            written.current = true;
            dropDraft(draftName);
            setProblems(NO_PROBLEM);
            noteChange();
            onSaved(saved);
            /* Of what was just answered with yes there is nothing more to say. */
            for (const warning of how.yes === true ? [] : saved.warnings ?? [])
                toast(warning, 'bad');
        } catch (error) {
            setProblems(await problemsOf(error, row ? 'rows/' + at(table.name, row._key) : null));
        } finally {
            setBusy(false);
        }
    };
    const onKey = (event: KeyboardEvent) => {
        if (event.defaultPrevented || event.key !== 'Enter' || event.isComposing) return;
        if (event.ctrlKey || event.metaKey) {
            event.preventDefault();
            /* Left and entered again: what was typed last is read, and the focus stays. */
            if (document.activeElement instanceof HTMLElement) {
                const here = document.activeElement;
                here.blur();
                here.focus();
            }
            setTimeout(() => form.current?.requestSubmit());
        } else if (event.target instanceof HTMLInputElement) {
            event.preventDefault();
            focusNext(form.current, event.target);
        }
    };
    useShortcuts([{ keys: 'Ctrl+Enter', what: W.save, run: () => form.current?.requestSubmit() }]);

    return (
        <form class="record-form" ref={form} noValidate key={generation} onKeyDown={onKey}
            onSubmit={(event) => {
                event.preventDefault();
                void save();
            }}>
            {restored && (
                <Note tone="info" action={<Button small onClick={discard}>{W.form.discard}</Button>}>
                    {W.form.restored}
                </Note>
            )}
            {parts.map((part, i) => (
                <fieldset key={i} class="form-part">
                    {part.title !== undefined && <legend>{part.title}</legend>}
                    <div class="fields">
                        {part.fields.filter((f) => f.when === undefined || f.when(values))
                            .map((f) => {
                                const column = columnFor(table, f);
                                if (column === null) return null;
                                return (
                                    <div key={f.name} data-field={f.name}
                                        class={f.wide === true || column.type === 'long_text'
                                            ? 'wide' : ''}>
                                        <Field column={column} table={table.name}
                                            value={values[f.name] ?? null}
                                            title={f.title} hint={f.hint} choices={f.choices}
                                            ahead={f.ahead}
                                            problem={problems.cells[f.name] || wrong[f.name]}
                                            onChange={(v) => change(f.name, v)}
                                            onWrong={(s) => setWrong((old) =>
                                                without(old, f.name, s))} />
                                    </div>
                                );
                            })}
                    </div>
                </fieldset>
            ))}
            {problems.error !== null && <ErrorText error={problems.error} />}
            <div class="form-foot">
                <Button kind="main" type="submit" busy={busy} keys="Ctrl+Enter">
                    {props.saveLabel ?? W.save}
                </Button>
                {props.onCancel !== undefined &&
                    <Button onClick={props.onCancel}>{W.cancel}</Button>}
                <span class={`form-hint${keptAt === null ? ' keys-only' : ''}`}>
                    {keptAt !== null ? W.form.savedDraft(showTime(keptAt)) : W.form.enter}
                </span>
            </div>
            {problems.lint !== null && (
                <LintDialog lint={problems.lint} nameOf={(c) => columnOf(table, c)?.title}
                    onBack={() => setProblems(NO_PROBLEM)}
                    onGo={() => {
                        setProblems(NO_PROBLEM);
                        void save({ yes: true });
                    }} />
            )}
            {problems.stale !== null && (
                <StaleDialog table={table} mine={values} was={was} now={problems.stale}
                    onClose={() => setProblems(NO_PROBLEM)}
                    onChoose={(chosen, base) => {
                        setValues(chosen);
                        setWas(base);
                        setProblems(NO_PROBLEM);
                        void save({ values: chosen, was: base });
                    }} />
            )}
        </form>
    );
}

function columnFor(table: Table, field: FormField): Column | null {
    const column = columnOf(table, field.name);
    if (column === undefined) return null;
    return field.required === true ? { ...column, required: true } : column;
}

function startOf(table: Table, fields: FormField[], row: Row | null, preset?: Values): Values {
    const values: Values = {};
    for (const f of fields) {
        const given = preset?.[f.name];
        values[f.name] = row !== null ? valueOf(row, f.name)
            : given !== undefined ? given : columnOf(table, f.name)?.default ?? null;
    }
    return values;
}

function changedOf(values: Values, was: Values): Values {
    return Object.fromEntries(Object.entries(values)
        .filter(([name, value]) => value !== (was[name] ?? null)));
}

function filled(values: Values): Values {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function only(values: Values, names: Values): Values {
    return Object.fromEntries(Object.keys(names).map((name) => [name, values[name] ?? null]));
}

function without(all: Record<string, string>, name: string, sentence: string | null) {
    const rest = { ...all };
    if (sentence === null) delete rest[name];
    else rest[name] = sentence;
    return rest;
}

function firstWrong(fields: FormField[], values: Values, wrong: Record<string, string>) {
    for (const f of fields) {
        if (f.when !== undefined && !f.when(values)) continue;
        const sentence = wrong[f.name];
        if (sentence !== undefined) return { name: f.name, sentence };
        if (f.required === true && (values[f.name] ?? null) === null)
            return { name: f.name, sentence: W.required };
    }
    return null;
}

/* An answer to an item of the inbox is noted as one, and can be taken back. It does not look at what
 * was read: where something else stands by now, the ordinary write is sent, which says so. */
async function correct(table: Table, row: Row, item: string | undefined, values: Values,
    was: Values, yes: boolean): Promise<Saved> {
    const path = 'rows/' + at(table.name, row._key);
    const now = item === undefined ? null : (await get<{ row: Row }>(path)).row;
    if (item === undefined || now === null ||
        Object.keys(was).some((name) => valueOf(now, name) !== was[name]))
        return send<Saved>('PATCH', path, { values, was, yes });
    await send('POST', 'inbox/' + at(item, 'edit'), { values, yes });
    return { key: row._key, name: row._name };
}

/* What a refused write asks of the clerk; a stale one is shown beside the row as it is now. */
async function problemsOf(error: unknown, path: string | null): Promise<Problems> {
    if (!(error instanceof ApiError)) return { ...NO_PROBLEM, error };
    const lint = lintOf(error);
    if (lint !== null) return { ...NO_PROBLEM, lint };
    if (error.status === 409 && path !== null) {
        const row = error.body.row as Row | undefined ??
            (await get<{ row: Row }>(path).catch(() => null))?.row;
        if (row !== undefined) return { ...NO_PROBLEM, stale: row };
    }
    const { column, rule, sentence } = error.problem;
    if (typeof column === 'string')
        return { ...NO_PROBLEM, error, cells: { [column]: toSentence(rule ?? sentence) } };
    return { ...NO_PROBLEM, error };
}

function focusNext(form: HTMLFormElement | null, from: HTMLElement): void {
    const stops = [...(form?.querySelectorAll<HTMLElement>('input,textarea,button[type=submit]') ??
        [])].filter((e) => e.offsetParent !== null && !(e as HTMLInputElement).disabled);
    stops[stops.indexOf(from) + 1]?.focus();
}

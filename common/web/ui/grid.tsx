/* grid.tsx - A sheet of whole numbers that behaves as a spreadsheet does: arrows, Tab and Enter,
 * typing over, F2, blocks from and to Excel, undo. Escape leaves it. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { areaOf, isWrong, keyAt, pasteInto, readBlock, Steps, tidy, writeBlock, type Cells,
    type Place } from './grid_state';
import { speak } from './live';
import { showInt } from './format';
import { W } from './words';

export interface GridLine {
    id: string;
    title: string;
    note?: string;
}

export interface CellNote {
    error?: string | null;
    warning?: string | null;
    beside?: string | null; /* small, under the value */
    mark?: 'changed' | 'kept' | null;
}

interface Props {
    label: string;
    rowTitle: string;
    rows: GridLine[];
    columns: GridLine[];
    cells: Cells;
    onChange: (change: Cells) => void;
    noteOf: (row: string, column: string) => CellNote;
    onPlace?: (row: string, column: string) => void;
    readOnly?: boolean;
    foot?: (column: string) => ComponentChildren;
    leaveTo?: string; /* where Escape goes: a selector */
}

export function Grid(props: Props) {
    const { rows, columns, cells, onChange, readOnly = false } = props;
    const shape = useMemo(() => ({ rows: rows.map((r) => r.id), columns: columns.map((c) => c.id) }),
        [rows, columns]);
    const [at, setAt] = useState<Place>({ row: 0, column: 0 });
    const [from, setFrom] = useState<Place>({ row: 0, column: 0 });
    const [typing, setTyping] = useState<string | null>(null);
    const steps = useRef(new Steps());
    const body = useRef<HTMLTableElement>(null);
    const focusWanted = useRef(false);
    const tabbedFrom = useRef<number | null>(null); /* column in which a run of Tab began */
    const area = areaOf(at, from);

    /* Before the next key: who types fast types into the cell he went to. */
    useLayoutEffect(() => {
        if (!focusWanted.current) return;
        focusWanted.current = false;
        const cell = body.current?.querySelector<HTMLElement>(
            `[data-cell="${at.row}:${at.column}"]`);
        if (typing === null) cell?.focus();
        else cell?.querySelector('input')?.focus();
        props.onPlace?.(shape.rows[at.row] ?? '', shape.columns[at.column] ?? '');
    }, [at, typing]);

    const put = (change: Cells) => {
        const real = Object.fromEntries(Object.entries(change)
            .filter(([key, text]) => (cells[key] ?? '') !== text));
        if (readOnly || Object.keys(real).length === 0) return;
        steps.current.note(cells, real);
        onChange(real);
    };
    const move = (row: number, column: number, extend = false) => {
        const place = {
            row: Math.max(0, Math.min(rows.length - 1, row)),
            column: Math.max(0, Math.min(columns.length - 1, column)),
        };
        focusWanted.current = true;
        tabbedFrom.current = null;
        setAt(place);
        if (!extend) setFrom(place);
    };
    /* Down, and back to where the run of Tab began: who types row by row never reaches for the mouse. */
    const enter = (by: number) => move(at.row + by, tabbedFrom.current ?? at.column);
    const take = () => {
        if (typing !== null) put({ [keyAt(shape, at.row, at.column)]: tidy(typing) });
        setTyping(null);
    };
    const edit = (text: string) => {
        if (readOnly) return;
        focusWanted.current = true;
        setTyping(text);
    };
    /* Tab goes through the sheet row by row, and out of it at either end. */
    const tab = (event: KeyboardEvent) => {
        const index = at.row * columns.length + at.column + (event.shiftKey ? -1 : 1);
        take();
        if (index < 0 || index >= rows.length * columns.length) return;
        event.preventDefault();
        const began = tabbedFrom.current ?? at.column;
        move(Math.floor(index / columns.length), index % columns.length);
        tabbedFrom.current = began;
    };
    const stepBack = (change: Cells | null, said: string) => {
        if (change !== null) onChange(change);
        speak(change === null ? W.grid.nothing : said);
    };
    const withCtrl = (event: KeyboardEvent): boolean => {
        const key = event.key.toLowerCase();
        if (key === 'z') stepBack(event.shiftKey ? steps.current.forward() : steps.current.back(),
            event.shiftKey ? W.grid.redone : W.grid.undone);
        else if (key === 'y') stepBack(steps.current.forward(), W.grid.redone);
        else if (key === 'a') {
            setFrom({ row: 0, column: 0 });
            focusWanted.current = true;
            setAt({ row: rows.length - 1, column: columns.length - 1 });
        } else if (key === 'home') move(0, 0);
        else if (key === 'end') move(rows.length - 1, columns.length - 1);
        else return false;
        return true;
    };
    const STEPS: Record<string, [number, number]> = {
        ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    };
    const onKey = (event: KeyboardEvent) => {
        if (event.isComposing) return;
        const step = STEPS[event.key];
        const upDown = event.key === 'ArrowUp' || event.key === 'ArrowDown';
        if (event.key === 'Tab') return tab(event);
        if (typing !== null) {
            if (event.key === 'Escape') {
                event.stopPropagation();
                focusWanted.current = true;
                setTyping(null);
            } else if (event.key === 'Enter' || upDown) {
                event.preventDefault();
                take();
                if (upDown) move(at.row + (event.key === 'ArrowUp' ? -1 : 1), at.column);
                else enter(event.shiftKey ? -1 : 1);
            }
            return;
        }
        if (event.ctrlKey || event.metaKey) {
            if (withCtrl(event)) event.preventDefault();
            return;
        }
        if (event.altKey) return;
        if (step !== undefined) move(at.row + step[0], at.column + step[1], event.shiftKey);
        else if (event.key === 'Enter') enter(event.shiftKey ? -1 : 1);
        else if (event.key === 'Home') move(at.row, 0, event.shiftKey);
        else if (event.key === 'End') move(at.row, columns.length - 1, event.shiftKey);
        else if (event.key === 'F2') edit(cells[keyAt(shape, at.row, at.column)] ?? '');
        else if (event.key === 'Delete' || event.key === 'Backspace')
            put(pasteInto(shape, area, [['']]));
        else if (event.key === 'Escape')
            document.querySelector<HTMLElement>(props.leaveTo ?? 'main button')?.focus();
        else if (event.key.length === 1) edit(event.key);
        else return;
        event.preventDefault();
    };
    const onPaste = (event: ClipboardEvent) => {
        if (typing !== null || readOnly) return;
        const text = event.clipboardData?.getData('text/plain') ?? '';
        if (text === '') return;
        event.preventDefault();
        const change = pasteInto(shape, area, readBlock(text));
        put(change);
        speak(W.grid.pasted(Object.keys(change).length));
    };
    const onCopy = (event: ClipboardEvent) => {
        if (typing !== null) return;
        event.preventDefault();
        event.clipboardData?.setData('text/plain', writeBlock(cells, shape, area));
    };
    return (
        <div class="sheet-wrap">
            <table class="sheet" role="grid" aria-label={props.label} ref={body}
                aria-readonly={readOnly} aria-multiselectable="true"
                onKeyDown={onKey} onPaste={onPaste} onCopy={onCopy}>
                <thead>
                    <tr>
                        <th scope="col" class="sheet-corner">{props.rowTitle}</th>
                        {columns.map((c, i) => (
                            <th key={c.id} scope="col" class={i === at.column ? 'here' : ''}
                                title={c.note}>{c.title}</th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {rows.map((r, ri) => (
                        <tr key={r.id}>
                            <th scope="row" class={ri === at.row ? 'here' : ''}>{r.title}
                                {r.note !== undefined && <small>{r.note}</small>}</th>
                            {columns.map((c, ci) => {
                                const text = cells[keyAt(shape, ri, ci)] ?? '';
                                const here = ri === at.row && ci === at.column;
                                return <SheetCell key={c.id} row={ri} column={ci} text={text}
                                    here={here} typing={here ? typing : null}
                                    chosen={ri >= area.top && ri <= area.bottom &&
                                        ci >= area.left && ci <= area.right}
                                    note={props.noteOf(r.id, c.id)} label={`${r.title}, ${c.title}`}
                                    onTyping={setTyping} onLeave={take}
                                    onPlace={(extend) => {
                                        if (typing !== null && !here) take();
                                        move(ri, ci, extend);
                                    }}
                                    onEdit={() => edit(text)} />;
                            })}
                        </tr>
                    ))}
                </tbody>
                {props.foot !== undefined && (
                    <tfoot>
                        <tr>
                            <th scope="row">Cộng</th>
                            {columns.map((c) => <td key={c.id}>{props.foot!(c.id)}</td>)}
                        </tr>
                    </tfoot>
                )}
            </table>
        </div>
    );
}

function SheetCell(props: {
    row: number; column: number; text: string; here: boolean; chosen: boolean;
    typing: string | null; note: CellNote; label: string;
    onTyping: (text: string) => void; onLeave: () => void;
    onPlace: (extend: boolean) => void; onEdit: () => void;
}) {
    const { text, here, note, typing } = props;
    const error = isWrong(text) ? W.grid.notNumber : note.error;
    const classes = [here ? 'here' : '', props.chosen ? 'chosen' : '', error ? 'error' : '',
        !error && note.warning ? 'warning' : '', note.mark ?? ''].join(' ').trim();
    return (
        <td role="gridcell" class={classes} data-cell={`${props.row}:${props.column}`}
            tabIndex={here && typing === null ? 0 : -1} aria-selected={props.chosen}
            aria-invalid={error ? true : undefined}
            title={error || note.warning || undefined}
            onMouseDown={(event) => {
                if (typing !== null) return;
                event.preventDefault();
                props.onPlace(event.shiftKey);
            }}
            onDblClick={props.onEdit}>
            {typing !== null
                ? <input type="text" inputMode="numeric" aria-label={props.label} value={typing}
                    autocomplete="off" onInput={(event) => props.onTyping(event.currentTarget.value)}
                    onBlur={props.onLeave} />
                : <>
                    <span class="sheet-value">{text === '' ? '\u00a0'
                        : isWrong(text) ? text : showInt(Number(text))}</span>
                    {note.beside && <small class="sheet-beside">{note.beside}</small>}
                    {(error || note.warning) &&
                        <span class="sr-only">{error || note.warning}</span>}
                </>}
        </td>
    );
}

/* grid_state.ts - What a sheet of numbers holds while it is typed in: texts as typed, one step back
 * for each thing done, blocks copied and pasted as Excel writes them. Knows nothing of the screen. */
import { readInt } from './parse';

export interface Cells {
    [key: string]: string;
}

export interface Place {
    row: number;
    column: number;
}

export interface Area {
    top: number;
    left: number;
    bottom: number;
    right: number;
}

export interface SheetShape {
    rows: string[];
    columns: string[];
}

export function cellKey(row: string, column: string): string {
    return row + '|' + column;
}

export function keyAt(shape: SheetShape, row: number, column: number): string {
    return cellKey(shape.rows[row] ?? '', shape.columns[column] ?? '');
}

export function areaOf(a: Place, b: Place): Area {
    return {
        top: Math.min(a.row, b.row), bottom: Math.max(a.row, b.row),
        left: Math.min(a.column, b.column), right: Math.max(a.column, b.column),
    };
}

/* A number as the sheet keeps it: without separators; what is no number stays as it was typed. */
export function tidy(text: string): string {
    const read = readInt(text);
    return 'wrong' in read ? text.trim() : read.value === null ? '' : String(read.value);
}

export function isWrong(text: string): boolean {
    return 'wrong' in readInt(text);
}

export function valueOfText(text: string): number | null {
    const read = readInt(text);
    return 'wrong' in read ? null : read.value;
}

/* Rows and cells of what a spreadsheet puts on the clipboard; a quoted cell may hold line breaks. */
export function readBlock(text: string): string[][] {
    const rows: string[][] = [[]];
    let cell = '';
    let quoted = false;
    const body = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
    for (let i = 0; i < body.length; i++) {
        const c = body[i]!;
        if (quoted) {
            if (c === '"' && body[i + 1] === '"') cell += body[++i];
            else if (c === '"') quoted = false;
            else cell += c;
        } else if (c === '"' && cell === '') quoted = true;
        else if (c === '\t' || c === '\n') {
            rows[rows.length - 1]!.push(cell);
            cell = '';
            if (c === '\n') rows.push([]);
        } else cell += c;
    }
    rows[rows.length - 1]!.push(cell);
    return rows;
}

export function writeBlock(cells: Cells, shape: SheetShape, area: Area): string {
    const lines: string[] = [];
    for (let r = area.top; r <= area.bottom; r++) {
        const line: string[] = [];
        for (let c = area.left; c <= area.right; c++) line.push(cells[keyAt(shape, r, c)] ?? '');
        lines.push(line.join('\t'));
    }
    return lines.join('\n');
}

/* What a paste would change, from the upper left cell on; one value fills the whole area. */
export function pasteInto(shape: SheetShape, area: Area, block: string[][]): Cells {
    const out: Cells = {};
    const single = block.length === 1 && block[0]?.length === 1 ? block[0][0]! : null;
    if (single !== null) {
        for (let r = area.top; r <= area.bottom; r++)
            for (let c = area.left; c <= area.right; c++)
                out[keyAt(shape, r, c)] = tidy(single);
        return out;
    }
    block.forEach((line, r) => line.forEach((text, c) => {
        const row = area.top + r;
        const column = area.left + c;
        if (row < shape.rows.length && column < shape.columns.length)
            out[keyAt(shape, row, column)] = tidy(text);
    }));
    return out;
}

/* Steps that can be taken back: what the cells held before and after each. */
export class Steps {
    private done: { before: Cells; after: Cells }[] = [];
    private undone: { before: Cells; after: Cells }[] = [];

    note(cells: Cells, change: Cells): void {
        const before: Cells = {};
        for (const key of Object.keys(change)) before[key] = cells[key] ?? '';
        this.done.push({ before, after: change });
        this.undone = [];
    }

    back(): Cells | null {
        const step = this.done.pop();
        if (step === undefined) return null;
        this.undone.push(step);
        return step.before;
    }

    forward(): Cells | null {
        const step = this.undone.pop();
        if (step === undefined) return null;
        this.done.push(step);
        return step.after;
    }
}

/* catalogue.ts - The tables as the program describes them; the page knows no column by heart that
 * it does not treat in a way of its own. */
import { get } from './api';
import { createCell, useCell } from './cell';

export type Value = string | number | null;
export type Values = Record<string, Value>;

export interface Word {
    code: string;
    vi: string;
}

export interface Column {
    name: string;
    title: string;
    type: 'text' | 'long_text' | 'int' | 'money' | 'points' | 'date' | 'instant' | 'code' | 'bool' |
        'unit' | 'ref' | 'hash';
    writable: boolean;
    required?: boolean;
    key?: boolean;
    words?: Word[];
    ref?: string;
    own?: boolean;
    group?: string | number | null;
    default?: Value;
    min?: number | null;
    max?: number | null;
}

export interface Table {
    name: string;
    title: string;
    surrogate: boolean;
    writable: boolean;
    columns: Column[];
}

export interface Place {
    unit: string;
    name: string;
    short?: string;
}

export interface Catalogue {
    tables: Table[];
    villages: Place[];
    units: Place[];
}

export interface Row extends Record<string, unknown> {
    _key: string;
    _name: string;
    _sync: string;
    _shown: Record<string, string>;
    /* It does not cross to the neighbour; `bars`: nobody may answer it. */
    _border?: { code: string; bars: boolean; why: string; text: string } | null;
}

export interface Rows {
    table: string;
    total: number;
    offset: number;
    rows: Row[];
}

const EMPTY: Catalogue = { tables: [], villages: [], units: [] };
const loaded = createCell<Catalogue>(EMPTY);

/* As the program tells it. */
interface ToldColumn {
    name: string;
    title: string;
    type: string;
    key: boolean;
    writable: boolean;
    required: boolean;
    words?: Word[];
    ref?: string;
    own?: boolean;
    default?: Value;
    low?: number;
    high?: number;
    max_bytes?: number;
}

interface Told {
    tables: Record<string, Omit<Table, 'name' | 'surrogate' | 'columns'> &
        { key_kind: string; columns: ToldColumn[] }>;
    villages: { unit: string; name: string; full_name?: string | null }[];
}

const LONG_BYTES = 1000;
const PLAIN: Record<string, Column['type']> = {
    date: 'date', instant: 'instant', list: 'code', hash: 'hash', bytes: 'hash',
    points: 'points', yes_no: 'bool',
};

function typeOf(told: ToldColumn): Column['type'] {
    if (told.type === 'ref') return told.ref === 'unit' ? 'unit' : 'ref';
    if (told.type === 'number') return told.name.endsWith('_vnd') ? 'money' : 'int';
    if (told.type === 'text') return (told.max_bytes ?? 0) > LONG_BYTES ? 'long_text' : 'text';
    return PLAIN[told.type] ?? 'text';
}

/* Units of a commune's kind stand in the rows, with the neighbours across the border. */
export async function loadCatalogue(): Promise<void> {
    const [told, units] = await Promise.all([
        get<Told>('catalogue'), get<Rows>('rows/unit?level=3&limit=500'),
    ]);
    loaded.set({
        tables: Object.entries(told.tables).map(([name, t]) => ({
            name, title: t.title, writable: t.writable, surrogate: t.key_kind === 'surrogate',
            columns: t.columns.map((c) => ({
                ...c, type: typeOf(c), min: c.low, max: c.high ?? c.max_bytes,
            })),
        })),
        villages: told.villages.map((v) => ({ unit: v.unit, name: v.full_name ?? v.name })),
        units: units.rows.map((r) => ({
            unit: r._key, name: String(r.full_name ?? r.name ?? r._key),
        })),
    });
}

export function useCatalogue(): Catalogue {
    return useCell(loaded);
}

export function tableOf(catalogue: Catalogue, name: string): Table {
    return catalogue.tables.find((t) => t.name === name) ??
        { name, title: name, surrogate: true, writable: false, columns: [] };
}

export function columnOf(table: Table, name: string): Column | undefined {
    return table.columns.find((c) => c.name === name);
}

export function wordOf(table: Table, column: string, code: unknown): string {
    const words = columnOf(table, column)?.words ?? [];
    return words.find((w) => w.code === code)?.vi ?? (typeof code === 'string' ? code : '–');
}

export function placeName(catalogue: Catalogue, unit: unknown): string {
    if (typeof unit !== 'string') return '–';
    return [...catalogue.villages, ...catalogue.units].find((p) => p.unit === unit)?.name ?? unit;
}

export function valueOf(row: Record<string, unknown> | null, name: string): Value {
    const value = row?.[name];
    return typeof value === 'string' || typeof value === 'number' ? value : null;
}

/* A cell as people read it: the program's words first. */
export function shown(row: Row, name: string): string {
    const text = row._shown?.[name];
    if (text !== undefined && text !== '') return text;
    const value = row[name];
    return value === null || value === undefined ? '–' : String(value);
}

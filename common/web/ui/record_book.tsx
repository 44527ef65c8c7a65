/* record_book.tsx - A register: search, filters, pages of rows; one row with its history; a new
 * row, changes, a void with its reason. What differs between registers is handed in. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { at, fileAt, query } from './api';
import { Button, Empty, ErrorText, LinkButton, Screen, Waiting } from './basics';
import { columnOf, shown, tableOf, useCatalogue, type Column, type Row, type Rows, type Table,
    type Value, type Values } from './catalogue';
import { useApi } from './cell';
import { Combo, type Choice } from './combo';
import { draftNames } from './draft';
import { typedOf } from './field';
import { useShortcuts } from './keys';
import { toast } from './live';
import { readDate } from './parse';
import { RecordForm, type FormPart } from './record_form';
import { RecordView } from './record_view';
import { go, link, replace, useRoute } from './router';
import { SyncMark } from './sync_mark';
import { DataTable, Pager, type TableColumn } from './table';

export interface BookWords {
    title: string;
    lead?: string;
    add: string;
    search?: string;
    empty: string;
    emptyText?: string;
    one: string; /* "vụ việc" */
}

export interface Book {
    table: string;
    words: BookWords;
    parts: FormPart[];
    columns: string[]; /* the first names the row */
    filters: { column: string; choices?: Choice[] }[];
    dates?: boolean;
    choices?: Record<string, Choice[]>;
    offers?: Record<string, Choice[]>; /* of forms alone: less than what rows may hold */
    aboveForm?: ComponentChildren;
    preset?: () => Values;
    cell?: (row: Row, column: string) => ComponentChildren | undefined;
    actions?: (row: Row, reload: () => void) => ComponentChildren;
    narrowOut?: string[];
    fixed?: Record<string, string>; /* filters that the screen itself sets */
    readOnly?: boolean;
    follow?: (name: string, value: Value) => Values; /* see RecordForm */
    above?: (row: Row) => ComponentChildren; /* what stands over the cells of one row */
    hidden?: string[]; /* columns that `above` shows */
}

const PAGE = 25;
const MANY = 7; /* columns */

export const BOOK = {
    new: 'moi',
    edit: 'sua',
    from: 'Từ ngày',
    to: 'Đến ngày',
    all: 'Tất cả',
    clear: 'Bỏ lọc',
    filters: 'Bộ lọc',
    waiting: 'Chưa khớp với huyện',
    voided: 'Cả dòng đã hủy',
    draft: 'Có một bản đang gõ dở.',
    goOn: 'Gõ tiếp',
    sync: 'Với huyện',
    saved: (name: string) => `Đã ghi ${name}. Chờ gửi lên huyện.`,
    nothing: 'Không có dòng nào khớp với điều kiện lọc.',
    list: 'Về danh sách',
    file: 'Tải Excel',
};

export function RecordBook({ book, path, tabs, more }: {
    book: Book; path: string; tabs?: ComponentChildren;
    more?: ComponentChildren; /* what else can be done with the list */
}) {
    const catalogue = useCatalogue();
    const table = tableOf(catalogue, book.table);
    const route = useRoute();
    const key = route.path[1];
    const list = Object.fromEntries(route.params);
    const toList = () => go([path], list);

    useShortcuts(book.readOnly === true ? []
        : [{ keys: 'N', what: book.words.add, run: () => go([path, BOOK.new], list) }]);
    if (key === BOOK.new)
        return (
            <Screen title={book.words.add}>
                {book.aboveForm}
                <RecordForm table={table} parts={partsOf(book, table)}
                    follow={book.follow} preset={{ ...book.preset?.(), ...book.fixed }}
                    onCancel={toList}
                    onSaved={(saved) => {
                        toast(BOOK.saved(saved.name), 'ok');
                        go([path, saved.key], list);
                    }} />
            </Screen>
        );
    if (key !== undefined)
        return <RecordView book={book} path={path} rowKey={key} table={table}
            editing={route.path[2] === BOOK.edit} params={list} />;
    return <BookList book={book} path={path} table={table} tabs={tabs} more={more} />;
}

/* What a form offers of a column; what the row holds already can stay. */
function offered(book: Book, name: string, row?: Row): Choice[] | undefined {
    const offers = book.offers?.[name];
    const here = book.choices?.[name]?.find((c) => c.value === row?.[name]);
    return offers === undefined ? book.choices?.[name]
        : here === undefined || offers.includes(here) ? offers : [...offers, here];
}

/* A list of choices handed in for a column is for its field, too. */
export function partsOf(book: Book, table: Table, row?: Row): FormPart[] {
    return book.parts.map((part) => ({
        ...part,
        fields: part.fields.filter((f) => columnOf(table, f.name)?.writable === true).map((f) => ({
            ...f, choices: f.choices ?? offered(book, f.name, row),
        })),
    }));
}

function BookList({ book, path, table, tabs, more }: {
    book: Book; path: string; table: Table; tabs?: ComponentChildren; more?: ComponentChildren;
}) {
    const { params } = useRoute();
    const given = Object.fromEntries(params);
    const offset = Number(given.offset ?? '0') || 0;
    const asked = { ...given, ...book.fixed, offset, limit: PAGE };
    const found = useApi<Rows>('rows/' + at(book.table) + query(asked));
    const search = useRef<HTMLInputElement>(null);
    const set = (more: Record<string, string>) => replace([path], Object.fromEntries(
        Object.entries({ ...given, offset: '', ...more }).filter(([, v]) => v !== '')));
    const filtered = Object.keys(given).some((k) => k !== 'offset' && k !== 'tab');
    const drafts = draftNames(book.table + '/new');

    useShortcuts([{ keys: '/', what: book.words.search ?? 'Tìm', run: () => search.current?.focus() }]);
    return (
        <Screen title={book.words.title} lead={book.words.lead} actions={<>
            {more}
            {(found.data?.total ?? 0) > 0 && <LinkButton icon="file" file
                href={fileAt(book.table, { ...given, ...book.fixed, offset: '', tab: '' })}>
                {BOOK.file}</LinkButton>}
            {book.readOnly !== true &&
                <LinkButton kind="main" icon="plus" href={link([path, BOOK.new], given)}>
                    {book.words.add}
                </LinkButton>}
        </>}>
            {tabs}
            {drafts.length > 0 && book.readOnly !== true && (
                <p class="draft-hint">{BOOK.draft} <a href={link([path, BOOK.new], given)}>
                    {BOOK.goOn}</a></p>
            )}
            <Filters book={book} table={table} given={given} set={set} search={search}
                filtered={filtered} />
            {found.error !== null && <ErrorText error={found.error} retry={found.reload} />}
            {found.data === null && found.loading && <Waiting />}
            {found.data !== null && (found.data.rows.length === 0
                ? <Empty title={filtered ? BOOK.nothing : book.words.empty}
                    action={filtered
                        ? <Button onClick={() => replace([path])}>{BOOK.clear}</Button> : undefined}>
                    {!filtered && book.words.emptyText}
                </Empty>
                : <>
                    <DataTable caption={book.words.title} rows={found.data.rows}
                        columns={listColumns(book, table)} keyOf={(r) => r._key}
                        href={(r) => link([path, r._key], given)}
                        rowClass={(r) => r.voided_at !== null ? 'voided' : ''} />
                    <Pager offset={offset} limit={PAGE} total={found.data.total}
                        onMove={(o) => replace([path], { ...given, offset: String(o) })} />
                </>)}
        </Screen>
    );
}

export function choicesFor(book: Book, column: Column | undefined): Choice[] {
    if (column === undefined) return [];
    return book.choices?.[column.name] ??
        (column.words ?? []).map((w) => ({ value: w.code, text: w.vi }));
}

export function cellText(book: Book, row: Row, column: string): ComponentChildren {
    const own = book.cell?.(row, column);
    if (own !== undefined) return own;
    const choice = book.choices?.[column]?.find((c) => c.value === String(row[column]));
    return choice?.text ?? shown(row, column);
}

function listColumns(book: Book, table: Table): TableColumn<Row>[] {
    const columns = book.columns.map((name, i): TableColumn<Row> => {
        const column = columnOf(table, name);
        const numeric = ['int', 'money', 'points'].includes(column?.type ?? '') &&
            book.choices?.[name] === undefined;
        return {
            key: name, title: column?.title ?? name, main: i === 0, number: numeric,
            narrow: book.narrowOut?.includes(name),
            /* Of many columns words may take a second line, before the table is too wide. */
            short: !['text', 'long_text'].includes(column?.type ?? '') &&
                (book.columns.length < MANY || (column?.type !== 'unit' &&
                    (column?.words?.length ?? 0) === 0)),
            cell: (row) => i === 0 && column?.type !== 'unit' ? String(row[name] ?? row._name)
                : cellText(book, row, name),
        };
    });
    return [...columns, { key: '_sync', title: BOOK.sync, cell: (r) => <SyncMark sync={r._sync} /> }];
}

function Filters({ book, table, given, set, search, filtered }: {
    book: Book; table: Table; given: Record<string, string>;
    set: (more: Record<string, string>) => void; search: { current: HTMLInputElement | null };
    filtered: boolean;
}) {
    const catalogue = useCatalogue();
    const [typed, setTyped] = useState(given.search ?? '');
    const [open, setOpen] = useState(false); /* on a phone they are folded away */
    useEffect(() => setTyped(given.search ?? ''), [given.search]);
    useEffect(() => {
        if (typed === (given.search ?? '')) return;
        const timer = setTimeout(() => set({ search: typed }), 150);
        return () => clearTimeout(timer);
    }, [typed]);
    return (
        <form class={`filters${open ? ' open' : ''}`} role="search" onSubmit={(event) => {
            event.preventDefault();
            set({ search: typed });
        }}>
            <div class="field grow">
                <label for="book-search">Tìm</label>
                <input id="book-search" ref={search} type="search" value={typed} autocomplete="off"
                    placeholder={book.words.search ?? 'Không cần gõ dấu'}
                    onInput={(event) => setTyped(event.currentTarget.value)} />
            </div>
            <button type="button" class="button small filters-open" aria-expanded={open}
                onClick={() => setOpen(!open)}>{BOOK.filters}</button>
            {book.filters.map((f) => {
                const column = columnOf(table, f.column);
                const places = column?.type === 'unit'
                    ? (column.own === true ? catalogue.villages : catalogue.units)
                        .map((p) => ({ value: p.unit, text: p.name })) : null;
                return (
                    <div class="field" key={f.column}>
                        <label for={'filter-' + f.column}>{column?.title ?? f.column}</label>
                        <Combo id={'filter-' + f.column} value={given[f.column] ?? ''}
                            placeholder={BOOK.all} onChange={(v) => set({ [f.column]: v })}
                            choices={f.choices ?? places ?? choicesFor(book, column)} />
                    </div>
                );
            })}
            {book.dates === true && ['from', 'to'].map((name) => (
                <DateFilter key={name} name={name} value={given[name] ?? ''} set={set} />
            ))}
            <div class="field check">
                <label>
                    <input type="checkbox" checked={given.waiting === '1'}
                        onChange={(e) => set({ waiting: e.currentTarget.checked ? '1' : '' })} />
                    <span>{BOOK.waiting}</span>
                </label>
                <label>
                    <input type="checkbox" checked={given.voided === '1'}
                        onChange={(e) => set({ voided: e.currentTarget.checked ? '1' : '' })} />
                    <span>{BOOK.voided}</span>
                </label>
            </div>
            {filtered && <Button small kind="quiet" icon="close" onClick={() =>
                set(Object.fromEntries(Object.keys(given).map((k) => [k, ''])))}>
                {BOOK.clear}</Button>}
        </form>
    );
}

const DAY: Column = { name: 'day', title: '', type: 'date', writable: true };

function DateFilter({ name, value, set }: {
    name: string; value: string; set: (more: Record<string, string>) => void;
}) {
    const [typed, setTyped] = useState(typedOf(DAY, value === '' ? null : value));
    useEffect(() => setTyped(typedOf(DAY, value === '' ? null : value)), [value]);
    const take = () => {
        const read = readDate(typed);
        if ('value' in read && (read.value ?? '') !== value) set({ [name]: read.value ?? '' });
    };
    return (
        <div class="field date">
            <label for={'filter-' + name}>{name === 'from' ? BOOK.from : BOOK.to}</label>
            <input id={'filter-' + name} type="text" value={typed} autocomplete="off"
                placeholder="ngày/tháng" onInput={(e) => setTyped(e.currentTarget.value)}
                onBlur={take} onKeyDown={(e) => e.key === 'Enter' && take()} />
        </div>
    );
}

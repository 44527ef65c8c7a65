/* table.tsx - Rows in pages. Arrows move from row to row, Enter opens; a head sorts. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from './basics';
import { showInt } from './format';
import { Icon } from './icons';
import { W } from './words';

export interface TableColumn<R> {
    key: string;
    title: string;
    cell: (row: R) => ComponentChildren;
    number?: boolean;
    sortable?: boolean;
    short?: boolean; /* never broken into lines */
    main?: boolean; /* the cell that names the row and opens it */
    narrow?: boolean; /* left out on a phone */
}

export interface Sort {
    key: string;
    down: boolean;
}

interface Props<R> {
    caption: string;
    columns: TableColumn<R>[];
    rows: R[];
    keyOf: (row: R) => string;
    href?: (row: R) => string;
    chosen?: string | null;
    sort?: Sort | null;
    onSort?: (sort: Sort) => void;
    rowClass?: (row: R) => string;
    dense?: boolean; /* many columns of figures */
}

/* On a phone a row becomes a block, its cells one below the other with their titles (forms.css): the
 * roles are said, for a table that is laid out as blocks has none of its own. */
export function DataTable<R>(props: Props<R>) {
    const { columns, rows, keyOf, href, sort, onSort } = props;
    const body = useRef<HTMLTableSectionElement>(null);
    const move = (event: KeyboardEvent, step: number) => {
        const links = [...(body.current?.querySelectorAll<HTMLElement>('a.row-link') ?? [])];
        const i = links.indexOf(document.activeElement as HTMLElement);
        const next = links[i + step];
        if (i < 0 || next === undefined) return;
        event.preventDefault();
        next.focus();
    };
    return (
        <div class="table-wrap" tabIndex={0} role="region" aria-label={props.caption}>
            <table class={`table ${props.dense === true ? 'dense'
                : columns.some((c) => c.main) ? 'stack' : ''}`} role="table">
                <caption class="sr-only">{props.caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {columns.map((c) => (
                            <th key={c.key} scope="col" role="columnheader" class={classOf(c)}
                                aria-sort={sort?.key !== c.key ? undefined
                                    : sort.down ? 'descending' : 'ascending'}>
                                {c.sortable === true && onSort !== undefined
                                    ? <button type="button" class="sort" title={W.sortBy(c.title)}
                                        onClick={() => onSort({
                                            key: c.key, down: sort?.key === c.key && !sort.down,
                                        })}>
                                        {c.title}
                                        {sort?.key === c.key &&
                                            <Icon name={sort.down ? 'down' : 'up'} size={14} />}
                                    </button>
                                    : c.title}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody ref={body} role="rowgroup" onKeyDown={(event) => {
                    if (event.key === 'ArrowDown') move(event, 1);
                    if (event.key === 'ArrowUp') move(event, -1);
                }}>
                    {rows.map((row) => (
                        <tr key={keyOf(row)} role="row" class={[props.rowClass?.(row) ?? '',
                            props.chosen === keyOf(row) ? 'chosen' : ''].join(' ')}>
                            {columns.map((c) => c.main === true
                                ? <th key={c.key} scope="row" role="rowheader" class={classOf(c)}>
                                    {href !== undefined
                                        ? <a class="row-link" href={href(row)}>{c.cell(row)}</a>
                                        : c.cell(row)}
                                </th>
                                : <td key={c.key} role="cell" data-title={c.title} class={classOf(c)}>
                                    <div>{c.cell(row)}</div></td>)}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}

function classOf<R>(column: TableColumn<R>): string {
    return [column.number === true ? 'number' : '', column.narrow === true ? 'narrow' : '',
        column.main === true ? 'main' : '', column.short === true ? 'short' : ''].join(' ').trim();
}

export function Pager({ offset, limit, total, onMove }: {
    offset: number; limit: number; total: number; onMove: (offset: number) => void;
}) {
    if (total === 0) return null;
    return (
        <div class="pager">
            <span>{W.of(offset + 1, Math.min(offset + limit, total), showInt(total))}</span>
            {total > limit && (
                <>
                    <Button small icon="left" disabled={offset === 0}
                        onClick={() => onMove(Math.max(0, offset - limit))}>{W.previous}</Button>
                    <Button small icon="right" disabled={offset + limit >= total}
                        onClick={() => onMove(offset + limit)}>{W.next}</Button>
                </>
            )}
        </div>
    );
}

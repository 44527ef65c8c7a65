/* sheets.tsx - Scoring sheets: a draft is copied, changed, compared; a leader publishes it, and then it
 * never changes. */
import { useEffect, useState } from 'preact/hooks';
import { ApiError, at } from '../../common/web/ui/api';
import { Button, Empty, ErrorText, Mark, Waiting, type Tone } from '../../common/web/ui/basics';
import { useApi, useCell } from '../../common/web/ui/cell';
import { Combo } from '../../common/web/ui/combo';
import { Dialog } from '../../common/web/ui/dialog';
import { showPoints } from '../../common/web/ui/format';
import { link, replace, useRoute } from '../../common/web/ui/router';
import { DataTable, type TableColumn } from '../../common/web/ui/table';
import { FormDialog } from './form';
import { useOrder } from './order';
import { session } from './session';
import { CATALOGUE as C, SHEETS as W } from './words/catalogue';

interface Listed {
    sheet: string;
    name: string;
    state: string;
}

interface Criterion {
    code: string;
    kind: string;
    kind_text?: string;
    name: string | null;
    max_points_c: number | null;
    formula: string | null;
    params: string | null;
    origin_text?: string;
}

interface Sheet extends Listed {
    basis: string | null;
    params: string | null;
    digest: string; /* of all that is read here */
    criteria: Criterion[];
}

const TONES: Record<string, Tone> = { draft: 'wait', published: 'ok', retired: 'plain' };

export function Sheets() {
    const { params } = useRoute();
    const found = useApi<{ sheets: Listed[] }>('sheets');
    const chosen = params.get('bang');
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    if (chosen !== null)
        return <One sheet={chosen} all={found.data.sheets} with={params.get('so') ?? ''} />;
    const columns: TableColumn<Listed>[] = [
        { key: 'sheet', title: C.code, main: true, cell: (s) => s.sheet },
        { key: 'name', title: C.name, cell: (s) => s.name },
        { key: 'state', title: C.state, cell: (s) => <Mark tone={TONES[s.state] ?? 'plain'}>
            {W.states[s.state] ?? s.state}</Mark> },
    ];
    return (
        <>
            <p class="tab-lead muted">{W.hint}</p>
            {found.data.sheets.length === 0 ? <Empty title={W.none} />
                : <DataTable dense caption={W.title} rows={found.data.sheets} keyOf={(s) => s.sheet}
                    href={(s) => link(['danh-muc'], { xem: 'sheets', bang: s.sheet })}
                    columns={columns} />}
        </>
    );
}

type Asked = { what: 'copy' } | { what: 'publish'; digest: string } | { what: 'edit'; row: Criterion } | null;

function One({ sheet, all, with: other }: { sheet: string; all: Listed[]; with: string }) {
    const found = useApi<Sheet>(at('sheets', sheet));
    const may = useCell(session)?.may ?? [];
    const [asked, setAsked] = useState<Asked>(null);
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const read = found.data;
    const draft = read.state === 'draft';
    const others = all.filter((s) => s.sheet !== sheet).map((s) => ({ value: s.sheet, text: s.sheet }));
    return (
        <>
            <p class="tab-lead"><a href={link(['danh-muc'], { xem: 'sheets' })}>{W.back}</a></p>
            <div class="tab-head">
                <p class="tab-lead"><strong>{sheet}</strong>, {read.name}{' '}
                    <Mark tone={TONES[read.state] ?? 'plain'}>
                        {W.states[read.state] ?? read.state}</Mark></p>
                <span class="line-acts">
                    {others.length > 0 && <Combo id="other" label={W.compare} placeholder={W.compare}
                        value={other} choices={[{ value: '', text: '' }, ...others]}
                        onChange={(so) => replace(['danh-muc'], { xem: 'sheets', bang: sheet,
                            ...(so !== '' ? { so } : {}) })} />}
                    {may.includes('decide') && <Button onClick={() => setAsked({ what: 'copy' })}>
                        {W.copy}</Button>}
                    {draft && may.includes('sign') && <Button kind="main"
                        onClick={() => setAsked({ what: 'publish', digest: read.digest })}>{W.publish}</Button>}
                </span>
            </div>
            <p class="field-hint">{[read.basis, read.params].filter((t) => t !== null).join(' · ')}</p>
            {other !== '' && <Differences before={other} after={sheet} />}
            <DataTable dense caption={W.title} rows={found.data.criteria} keyOf={(c) => c.code}
                columns={columns(draft && may.includes('decide'),
                    (row) => setAsked({ what: 'edit', row }))} />
            {asked?.what === 'copy' && <FormDialog title={W.copyTitle(sheet)} action={W.copy}
                onClose={() => setAsked(null)} fields={[{ name: 'to', label: W.copyTo, needed: true,
                    hint: W.copyHint }]} order={(values) => ({ method: 'POST', body: values,
                    path: at('sheets', sheet, 'copy'), done: W.copied })} />}
            {asked?.what === 'publish' && <Publish sheet={sheet} digest={asked.digest}
                reload={found.reload} onClose={() => setAsked(null)} />}
            {asked?.what === 'edit' && <Edit sheet={sheet} row={asked.row}
                onClose={() => setAsked(null)} />}
        </>
    );
}

function columns(may: boolean, edit: (row: Criterion) => void): TableColumn<Criterion>[] {
    const list: TableColumn<Criterion>[] = [
        { key: 'code', title: C.code, main: true, cell: (c) => c.code },
        { key: 'name', title: C.name, cell: (c) => c.name },
        { key: 'most', title: W.most, number: true, cell: (c) => c.max_points_c === null ? ''
            : showPoints(c.max_points_c) },
        { key: 'formula', title: W.formula, narrow: true, cell: (c) => c.formula },
        { key: 'params', title: W.params, narrow: true, cell: (c) => <span class="long">{c.params}</span> },
        { key: 'origin', title: W.origin, narrow: true, cell: (c) => c.origin_text ?? '' },
    ];
    if (may)
        list.push({ key: 'act', title: C.act, cell: (c) => <Button small kind="quiet"
            aria-label={W.editOf(c.code)} onClick={() => edit(c)}>{C.edit}</Button> });
    return list;
}

function Edit({ sheet, row, onClose }: { sheet: string; row: Criterion; onClose: () => void }) {
    return (
        <FormDialog wide title={W.editOf(row.code)} action={C.save} onClose={onClose} fields={[
            { name: 'name', label: C.name, value: row.name, needed: true },
            { name: 'max_points_c', label: W.most, kind: 'points', value: row.max_points_c ?? 0,
                was: row.max_points_c,
                needed: true },
            { name: 'formula', label: W.formula, value: row.formula, needed: true },
            { name: 'params', label: W.params, value: row.params, kind: 'long' },
        ]} order={({ max_points_c, ...rest }) => ({ method: 'PATCH', done: C.done,
            path: at('rows', 'criterion', `${sheet}/${row.code}`),
            body: { values: { ...rest, max_points_c } } })} />
    );
}

function Publish({ sheet, digest, reload, onClose }: {
    sheet: string; digest: string; reload: () => void; onClose: () => void;
}) {
    const { busy, error, run } = useOrder(onClose);
    const stale = error instanceof ApiError && error.status === 409;
    /* Changed since it was read: what is there now is shown behind, to be read first. */
    useEffect(() => {
        if (stale) reload();
    }, [stale]);
    return (
        <Dialog title={W.publishTitle(sheet)} onClose={onClose} foot={<>
            <Button kind="main" busy={busy} disabled={stale} onClick={() => void run({ method: 'POST',
                body: { digest }, path: at('sheets', sheet, 'publish'), done: W.published })}>
                {W.publish}</Button>
            <Button onClick={onClose}>{W.cancel}</Button>
        </>}>
            {error !== null && <ErrorText error={error} />}
            <p>{stale ? W.changed : W.publishLead}</p>
        </Dialog>
    );
}

interface Difference {
    code: string;
    what: string;
    what_text?: string;
    before: string | null;
    after: string | null;
}

function Differences({ before, after }: { before: string; after: string }) {
    const found = useApi<{ differences: Difference[] }>(at('sheets', before, 'compare', after));
    if (found.data === null)
        return found.error !== null ? <ErrorText error={found.error} retry={found.reload} />
            : <Waiting />;
    const columns: TableColumn<Difference>[] = [
        { key: 'code', title: C.code, main: true, cell: (d) => d.code === '' ? W.wholeSheet : d.code },
        { key: 'what', title: W.what, cell: (d) => d.what_text ?? d.what },
        { key: 'before', title: W.before, cell: (d) => d.before },
        { key: 'after', title: W.after, cell: (d) => d.after },
    ];
    return (
        <section class="verified">
            <h2>{W.differences(before, after)}</h2>
            {found.data.differences.length === 0 ? <p class="muted">{W.same}</p>
                : <DataTable dense caption={W.differences(before, after)} rows={found.data.differences}
                    keyOf={(d) => d.code + d.what} columns={columns} />}
        </section>
    );
}
